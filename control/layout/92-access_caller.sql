-- For whom a caller acts: steps and measurements are recorded for an organization by those
-- who work for it, for a citizen by the citizen. The owner of the layout acts for all.

-- What loads messages acts for all who sent them; it has no other steps than by messages.
CREATE OR REPLACE FUNCTION care.acts_for_all()
RETURNS boolean
LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN smartcare.sees_all()
	OR 'care_integration' = ANY (smartcare.my_roles()) AND NOT smartcare.my_roles() OPERATOR(pg_catalog.&&) '{care_professional,care_citizen}'::name[];
COMMENT ON FUNCTION care.acts_for_all() IS
'Internal: whether the caller is the owner of the layout, or what loads messages: a member of care_integration, and of neither care_professional nor care_citizen.';

CREATE OR REPLACE FUNCTION care.is_person(citizen bigint, related_person bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (
		SELECT FROM care.same_citizen(is_person.citizen) AS s (citizen)
		JOIN care.citizen_login l ON l.citizen = s.citizen AND l.role_name = smartcare.my_role()
			AND l.related_person IS NOT DISTINCT FROM is_person.related_person
		WHERE is_person.related_person IS NULL OR EXISTS (
			SELECT FROM care.related_person n
			WHERE n.citizen = is_person.citizen AND n.id = is_person.related_person AND n.status = 'active'
				AND n.start_time <= now() AND (n.end_time IS NULL OR n.end_time > now())));
END
$$;
COMMENT ON FUNCTION care.is_person(bigint, bigint) IS
'Internal: whether the caller is a citizen, or the person with whom the citizen shares.';

CREATE OR REPLACE FUNCTION care.check_works_for(organization bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT smartcare.sees_all() AND NOT coalesce(organization = ANY (care.my_organizations()), false) THEN
		PERFORM care.refuse_access(format('"%s" does not work for organization %s', smartcare.my_role(), coalesce(organization::text, 'null')),
			'care.my_organizations() has those that the caller works for.');
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_works_for(bigint) IS
'Internal: lets those who work for an organization pass, and the owner. Errors: 42501 for all others.';

-- Who admits a citizen, reads the work-list and rolls back would have left no trace.
CREATE OR REPLACE FUNCTION care.check_settled()
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF smartcare.have_rights_changed() AND NOT smartcare.sees_all() THEN
		RAISE EXCEPTION 'what this transaction has changed of rights is not read by before it has committed'
			USING ERRCODE = 'active_sql_transaction',
				HINT = 'Commit it, and read then.';
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_settled() IS
'Internal: lets the owner pass, and who has not changed in this transaction who treats a citizen, or who is one. Errors: 25001 for all others.';

CREATE OR REPLACE FUNCTION care.check_relation(citizen bigint, organizations bigint[])
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	relation CONSTANT care.treatment_relation := care.related_organization(citizen, organizations, 'relation');
BEGIN
	IF relation.citizen IS NULL THEN
		PERFORM care.refuse_access(format('"%s" has no treatment relation with citizen %s', smartcare.my_role(), citizen),
			'A relation begins when the citizen comes, is referred or moves to the practice.');
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_relation(bigint, bigint[]) IS
'Internal: passes if one of the organizations treats the citizen. Errors: 42501 if none does.';

CREATE OR REPLACE FUNCTION care.check_actor(
	citizen bigint, entity name, entry bigint, organization bigint, related_person bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF care.acts_for_all() THEN
		RETURN;
	ELSIF organization IS NULL THEN
		IF NOT care.is_person(citizen, related_person) THEN
			PERFORM care.refuse_access(format('"%s" does not act for citizen %s', smartcare.my_role(), coalesce(citizen::text, 'null')),
				'care.citizen_login says who does.');
		END IF;
		RETURN;
	END IF;
	PERFORM care.check_works_for(organization);
	-- A contact begins a relation; a letter is its receiver's.
	IF (entry IS NULL AND entity IN ('encounter', 'episode_of_care') OR entity = 'document_reference' AND EXISTS (
		SELECT FROM care.document_reference d
		WHERE d.citizen = check_actor.citizen AND d.id = check_actor.entry AND care.acts_for(check_actor.organization, d.receiver))) IS NOT TRUE
	THEN
		PERFORM care.check_relation(citizen, care.organization_line(organization));
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_actor(bigint, name, bigint, bigint, bigint) IS
'Internal: whether the caller may act in the workflow for an organization, by working for it while it, or what it is a unit of, treats the citizen; for the citizen (organization null) by being the citizen, or this person. Which steps are whose care.take_step() knows. Errors: 42501 otherwise.';

CREATE OR REPLACE FUNCTION care.check_writer(citizen bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT care.acts_for_all() AND NOT care.is_person(citizen, NULL) THEN
		PERFORM care.check_relation(citizen, care.my_organizations());
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_writer(bigint) IS
'Internal: lets those who record measurements of a citizen pass: the citizen, who works for an organization that treats the citizen, what loads messages, and the owner. Errors: 42501 for all others.';

CREATE OR REPLACE FUNCTION care.check_consent(citizen bigint, category text, organization bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF organization IS NULL OR care.acts_for_all() THEN
		RETURN;
	ELSIF category = 'processing' THEN
		PERFORM care.refuse_access(format('that a restriction of processing is over is not for organization %s to say', organization),
			'The citizen says so, or care.lift_restriction(), for the owner.');
	ELSIF category = 'sharing' AND care.refuses_part(citizen, organization, NULL) THEN
		PERFORM care.refuse_access(format('citizen %s refuses to share with organization %s, which cannot write down that this is over', citizen, organization),
			'The citizen can say so, or an organization that is not refused.');
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_consent(bigint, text, bigint) IS
'Internal: lets pass who writes down a citizen''s consent, but not an organization what would give it back what the citizen refuses it. Errors: 42501.';

CREATE OR REPLACE VIEW care.my_worklist WITH (security_barrier) AS
SELECT w.*
FROM unnest(care.my_organizations()) AS o (id)
CROSS JOIN LATERAL care.worklist_of(o.id) AS w;

COMMENT ON VIEW care.my_worklist IS
'What there is to do for all organizations that the caller works for: care.worklist_of() of each, ORDER BY severity DESC, due.';
DO $$
DECLARE
	statement text;
BEGIN
	FOR statement IN
		SELECT format('COMMENT ON COLUMN care.my_worklist.%I IS %L', a.attname, col_description(a.attrelid, a.attnum))
		FROM pg_attribute a
		WHERE a.attrelid = 'care.worklist'::regclass AND a.attnum > 0
	LOOP
		EXECUTE statement;
	END LOOP;
END
$$;
