-- Treatment relations: what makes one, and how they follow the entries. A relation
-- ends when its evidence does, by a step or by time; care.citizen.care_team is
-- brought up to date by steps, so it may name roles whose relation has ended by time
-- since, never lack one that has not. Whom the citizen refuses all is not in it.

CREATE OR REPLACE VIEW care.relation_evidence AS
SELECT e.citizen, e.organization, 'episode_of_care'::name AS entity, e.id AS entry, e.start_time,
	CASE WHEN e.status IN ('planned', 'waitlist', 'active', 'onhold') THEN e.end_time
		ELSE coalesce(e.end_time, e.start_time, e.recorded_at) END AS end_time
FROM care.episode_of_care e
WHERE e.status <> 'entered-in-error'
UNION ALL
SELECT e.citizen, e.organization, 'encounter'::name, e.id, e.start_time,
	CASE WHEN e.status IN ('arrived', 'triaged', 'in-progress', 'onleave') THEN NULL
		ELSE coalesce(e.end_time, e.start_time, e.recorded_at) END
FROM care.encounter e
WHERE e.status <> 'entered-in-error'
UNION ALL
SELECT r.citizen, o.organization, 'service_request'::name, r.id, r.requested_at,
	CASE WHEN r.status NOT IN ('requested', 'accepted', 'returned') THEN r.requested_at END
FROM care.service_request r
CROSS JOIN LATERAL (VALUES (r.requester), (r.performer)) AS o (organization)
WHERE r.status <> 'entered-in-error'
UNION ALL
SELECT p.citizen, o.organization, 'care_plan'::name, p.id, p.start_time,
	CASE WHEN p.status IN ('draft', 'active', 'on-hold') THEN p.end_time
		ELSE coalesce(p.end_time, p.start_time, p.recorded_at) END
FROM care.care_plan p
CROSS JOIN LATERAL (
	SELECT p.organization
	UNION ALL
	SELECT a.organization FROM care.agreement a
	WHERE a.citizen = p.citizen AND a.care_plan = p.id AND a.status = 'agreed'
) AS o (organization)
WHERE p.status <> 'entered-in-error'
UNION ALL
SELECT t.citizen, o.organization, 'task'::name, t.id, coalesce(t.issued, t.recorded_at),
	CASE WHEN t.status IN ('completed', 'cancelled', 'rejected', 'failed') THEN coalesce(t.due_start, t.issued, t.recorded_at) END
FROM care.task t
CROSS JOIN LATERAL (VALUES (t.requester), (t.owner), (t.offered_to)) AS o (organization)
WHERE t.status NOT IN ('draft', 'entered-in-error')
UNION ALL
SELECT n.citizen, n.organization, 'enrollment'::name, n.id, n.start_time, n.end_time
FROM care.enrollment n
WHERE n.status <> 'entered-in-error'
UNION ALL
SELECT a.citizen, a.organization, 'appointment'::name, a.id, a.recorded_at, coalesce(a.end_time, a.start_time)
FROM care.appointment a
WHERE a.status NOT IN ('cancelled', 'entered-in-error')
UNION ALL
SELECT m.citizen, m.organization, 'care_team_member'::name, m.id, m.start_time, m.end_time
FROM care.care_team_member m
WHERE m.status <> 'entered-in-error'
UNION ALL
SELECT m.citizen, m.organization, 'measurement_plan'::name, m.id, m.start_time, m.end_time
FROM care.measurement_plan m
WHERE m.status <> 'entered-in-error'
UNION ALL
SELECT r.citizen, r.organization, 'reference_range'::name, r.id, r.start_time, r.end_time
FROM care.reference_range r
WHERE r.status <> 'entered-in-error'
UNION ALL
SELECT s.citizen, s.grantee, 'consent'::name, s.id, s.start_time, s.end_time
FROM care.consent s
WHERE s.category = 'sharing' AND s.status IN ('active', 'inactive')
UNION ALL
SELECT c.citizen, c.general_practice, 'citizen'::name, c.citizen, NULL::timestamptz, NULL::timestamptz
FROM care.citizen c
WHERE c.merged_into IS NULL;

COMMENT ON VIEW care.relation_evidence IS
'What makes a treatment relation: an entry that names the organization as responsible, asked, asking, agreeing or taking part; being the citizen''s general practice; the citizen''s consent to share. That the citizen lives in a municipality makes none. What was entered in error is none.';
COMMENT ON COLUMN care.relation_evidence.citizen IS 'Who is treated.';
COMMENT ON COLUMN care.relation_evidence.organization IS 'Who treats; null where the entry names nobody.';
COMMENT ON COLUMN care.relation_evidence.entity IS 'The table of the entry.';
COMMENT ON COLUMN care.relation_evidence.entry IS 'The entry''s id.';
COMMENT ON COLUMN care.relation_evidence.start_time IS 'Since when; null where that is not known.';
COMMENT ON COLUMN care.relation_evidence.end_time IS 'Until when; null while it lasts.';

CREATE OR REPLACE FUNCTION care.organization_line(organization bigint)
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	line bigint[] := '{}'::bigint[];
	above bigint := organization;
BEGIN
	-- A loop, for it is asked often: a recursive query takes longer to start than to run.
	WHILE above <> ALL (line) LOOP
		line := line || above;
		SELECT o.parent INTO above FROM care.organization o WHERE o.id = above;
	END LOOP;
	RETURN line;
END
$$;
COMMENT ON FUNCTION care.organization_line(bigint) IS 'Internal: an organization and what it is a unit of.';

-- Of what the citizen said of sharing the last word counts, part by part. A refusal
-- of a part that is not known is taken for all of them.
CREATE OR REPLACE FUNCTION care.sharing(
	citizen bigint, organization bigint,
	OUT part text, OUT consent bigint, OUT refused boolean, OUT recorded_at timestamptz)
RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 7
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	line bigint[];
BEGIN
	IF NOT EXISTS (SELECT FROM care.consent s WHERE s.citizen = sharing.citizen AND s.category = 'sharing') THEN
		RETURN;
	END IF;
	line := care.organization_line(sharing.organization);
	RETURN QUERY
	SELECT DISTINCT ON (p.name) p.name, s.id, s.status = 'rejected', s.recorded_at
	FROM care.consent s
	JOIN care.record_part p ON s.scope IS NULL OR s.scope = p.name
		OR s.status = 'rejected' AND NOT EXISTS (SELECT FROM care.record_part k WHERE k.name = s.scope)
	WHERE s.citizen = sharing.citizen AND s.category = 'sharing' AND s.status IN ('active', 'rejected')
		AND (s.end_time IS NULL OR s.end_time > clock_timestamp())
		AND (s.grantee IS NULL OR s.grantee = ANY (line))
	ORDER BY p.name, s.start_time DESC, s.id DESC;
END
$$;
COMMENT ON FUNCTION care.sharing(bigint, bigint) IS
'Internal: the parts of a record of which the citizen has said whether an organization, or what it is a unit of, or all, may see them: the version of the consent that counts, whether it refuses, and when that was recorded. A part that is not here is neither granted nor refused.';

CREATE OR REPLACE FUNCTION care.refuses_all(citizen bigint, organization bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN NOT EXISTS (
		SELECT FROM care.record_part p
		WHERE p.name NOT IN (SELECT s.part FROM care.sharing(refuses_all.citizen, refuses_all.organization) s WHERE s.refused));
END
$$;
COMMENT ON FUNCTION care.refuses_all(bigint, bigint) IS
'Internal: whether the citizen refuses to share any part of the record with an organization.';

CREATE OR REPLACE FUNCTION care.refuses_part(citizen bigint, organization bigint, part text)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (
		SELECT FROM care.sharing(refuses_part.citizen, refuses_part.organization) s
		WHERE s.refused AND (refuses_part.part IS NULL OR s.part = refuses_part.part));
END
$$;
COMMENT ON FUNCTION care.refuses_part(bigint, bigint, text) IS
'Internal: whether a citizen refuses to share a part of the record with an organization; part null: any.';

CREATE OR REPLACE FUNCTION care.settle_care_teams(citizens bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- As for care.take_step().
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	ended CONSTANT timestamptz := now() - care.setting('relation_after')::interval;
	team record;
BEGIN
	PERFORM smartcare.set_rights_changed();
	FOR team IN
		SELECT c.citizen, c.care_team AS known, ARRAY(
			SELECT o.role_name FROM care.treatment_relation r
			JOIN care.organization o ON o.id = r.organization
			WHERE r.citizen = c.citizen AND o.role_name IS NOT NULL
				AND NOT (EXISTS (
						SELECT FROM care.consent s
						WHERE s.citizen = c.citizen AND s.category = 'sharing' AND s.status = 'rejected')
					AND care.refuses_all(c.citizen, o.id))
				AND (r.end_time IS NULL OR r.end_time > ended)
			ORDER BY o.role_name) AS found
		FROM care.citizen c WHERE c.citizen = ANY (citizens)
	LOOP
		IF team.found <> team.known THEN
			UPDATE care.citizen c SET care_team = team.found WHERE c.citizen = team.citizen;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.settle_care_teams(bigint[]) IS
'Internal: makes the care teams of citizens the roles of those who treat them, without whom they refuse to share anything with.';

CREATE OR REPLACE FUNCTION care.settle_relations(citizens bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- As for care.take_step().
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	changed bigint[];
BEGIN
	-- Two sessions that write about one citizen at once: the second sees what the first did.
	PERFORM FROM care.citizen c WHERE c.citizen = ANY (citizens) ORDER BY c.citizen FOR NO KEY UPDATE;

	WITH computed AS MATERIALIZED (
		SELECT DISTINCT ON (e.citizen, e.organization) e.*
		FROM care.relation_evidence e
		WHERE e.citizen = ANY (citizens) AND e.organization IS NOT NULL
		ORDER BY e.citizen, e.organization, e.end_time DESC NULLS FIRST, e.start_time, e.entity, e.entry
	), gone AS (
		DELETE FROM care.treatment_relation r
		WHERE r.citizen = ANY (citizens)
			AND NOT EXISTS (SELECT FROM computed c WHERE c.citizen = r.citizen AND c.organization = r.organization)
		RETURNING r.citizen
	), come AS (
		INSERT INTO care.treatment_relation AS r (citizen, organization, start_time, end_time, entity, entry)
		SELECT c.citizen, c.organization, c.start_time, c.end_time, c.entity, c.entry FROM computed c
		ON CONFLICT ON CONSTRAINT treatment_relation_pkey DO UPDATE
		SET start_time = excluded.start_time, end_time = excluded.end_time, entity = excluded.entity, entry = excluded.entry
		WHERE (r.start_time, r.end_time, r.entity, r.entry)
			IS DISTINCT FROM (excluded.start_time, excluded.end_time, excluded.entity, excluded.entry)
		RETURNING r.citizen
	)
	SELECT array_agg(DISTINCT k.citizen) INTO changed FROM (TABLE gone UNION ALL TABLE come) AS k;
	IF changed IS NOT NULL THEN
		PERFORM care.settle_care_teams(changed);
	END IF;
END
$$;
COMMENT ON FUNCTION care.settle_relations(bigint[]) IS
'Internal: makes the treatment relations of citizens, and their care teams, what the evidence says.';

-- What of a change of one entry matters. Better: what it says now that comes before the
-- relations there are, in the order of care.settle_relations(). Lost: organizations whose
-- relation rests on what it does not say any more. What the triggers below set, holds here too.
CREATE OR REPLACE FUNCTION care.settle_evidence(citizen bigint, better care.treatment_relation[], lost bigint[])
RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	evidence care.treatment_relation;
	former bigint;
	settled bigint[] := '{}'::bigint[];
BEGIN
	FOREACH evidence IN ARRAY better LOOP
		INSERT INTO care.treatment_relation (citizen, organization, start_time, end_time, entity, entry)
		VALUES (evidence.citizen, evidence.organization, evidence.start_time, evidence.end_time, evidence.entity, evidence.entry)
		ON CONFLICT ON CONSTRAINT treatment_relation_pkey DO UPDATE
		SET start_time = excluded.start_time, end_time = excluded.end_time, entity = excluded.entity, entry = excluded.entry;
		settled := settled || evidence.organization;
	END LOOP;
	FOREACH former IN ARRAY lost LOOP
		CONTINUE WHEN former = ANY (settled);
		-- Of what is known of the citizen, which is little: of an organization there is very much.
		SELECT e.citizen, e.organization, e.start_time, e.end_time, e.entity, e.entry INTO evidence
		FROM (SELECT * FROM care.relation_evidence k WHERE k.citizen = settle_evidence.citizen OFFSET 0) AS e
		WHERE e.organization = former
		ORDER BY e.end_time DESC NULLS FIRST, e.start_time, e.entity, e.entry LIMIT 1;
		IF FOUND THEN
			UPDATE care.treatment_relation r
			SET start_time = evidence.start_time, end_time = evidence.end_time, entity = evidence.entity, entry = evidence.entry
			WHERE r.citizen = settle_evidence.citizen AND r.organization = former;
		ELSE
			DELETE FROM care.treatment_relation r
			WHERE r.citizen = settle_evidence.citizen AND r.organization = former;
		END IF;
		settled := settled || former;
	END LOOP;

	PERFORM smartcare.set_rights_changed();
	RETURN EXISTS (
		SELECT FROM care.organization o
		JOIN care.citizen c ON c.citizen = settle_evidence.citizen
		LEFT JOIN care.treatment_relation r ON r.citizen = c.citizen AND r.organization = o.id
		WHERE o.id = ANY (settled) AND o.role_name IS NOT NULL
			AND (o.role_name = ANY (c.care_team)) <> (r.citizen IS NOT NULL
				AND (r.end_time IS NULL OR r.end_time > now() - care.setting('relation_after')::interval)));
END
$$;
COMMENT ON FUNCTION care.settle_evidence(bigint, care.treatment_relation[], bigint[]) IS
'Internal: makes the treatment relations of a citizen what the evidence says, once that of an entry is better than what some rested on, or some have lost it. Returns whether the care team may be another by that.';

CREATE OR REPLACE FUNCTION care.follow_practice()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.settle_relations(ARRAY[NEW.citizen]);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.follow_practice() IS
'Internal: trigger by which treatment relations follow the citizen''s general practice, and the merging of records.';

CREATE OR REPLACE FUNCTION care.follow_role_names()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.settle_care_teams(ARRAY(
		SELECT r.citizen FROM care.treatment_relation r WHERE r.organization = NEW.id));
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.follow_role_names() IS 'Internal: trigger by which care teams follow the role of an organization.';

-- A function for each table, so that only that table is asked for evidence.
DO $do$
DECLARE
	evidence record;
	event text;
BEGIN
	FOR evidence IN
		SELECT t.name, coalesce(t.entity, t.name) AS entity, coalesce(t.entry, 'id') AS entry, (
			-- What the evidence depends on; what a consent says of sharing is more.
			SELECT 'OF ' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
			FROM pg_rewrite w
			JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
			JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
			WHERE w.ev_class = 'care.relation_evidence'::regclass AND a.attrelid = format('care.%I', t.name)::regclass AND t.name <> 'consent'
		) AS columns
		FROM (VALUES
			('episode_of_care'::name, NULL::name, NULL::name), ('encounter', NULL, NULL), ('service_request', NULL, NULL), ('care_plan', NULL, NULL),
			('agreement', 'care_plan', 'care_plan'), ('task', NULL, NULL), ('enrollment', NULL, NULL), ('appointment', NULL, NULL),
			('care_team_member', NULL, NULL), ('measurement_plan', NULL, NULL), ('reference_range', NULL, NULL), ('consent', NULL, NULL),
			('citizen', NULL, 'citizen')
		) AS t (name, entity, entry)
	LOOP
		EXECUTE format($create$
			CREATE OR REPLACE FUNCTION care.%1$I()
			RETURNS trigger
			LANGUAGE plpgsql VOLATILE
			SET search_path = pg_catalog, pg_temp
			-- As for care.take_step().
			SET plan_cache_mode = force_generic_plan
			SET enable_seqscan = off
			AS $body$
			DECLARE
				about CONSTANT bigint := coalesce(NEW.citizen, OLD.citizen);
				changed CONSTANT bigint := coalesce(NEW.%3$I, OLD.%3$I);
				better care.treatment_relation[];
				lost bigint[];
			BEGIN
				IF NEW OPERATOR(pg_catalog.*=) OLD THEN
					RETURN NULL;
				END IF;
				IF TG_OP = 'UPDATE' AND (OLD.citizen, OLD.%3$I) <> (about, changed) THEN
					-- Of another citizen, or with another number: nothing rests any more on what it was.
					PERFORM care.settle_relations(ARRAY[OLD.citizen, about]);
					PERFORM care.settle_care_teams(ARRAY[OLD.citizen, about]);
					RETURN NULL;
				END IF;
				-- Two sessions that write about one citizen at once: the second sees what the first did.
				PERFORM FROM care.citizen c WHERE c.citizen = about FOR NO KEY UPDATE;
				SELECT ARRAY(
					SELECT (e.citizen, e.organization, e.start_time, e.end_time, e.entity, e.entry)::care.treatment_relation
					FROM care.relation_evidence e
					WHERE e.citizen = about AND e.entity = %2$L AND e.entry = changed AND e.organization IS NOT NULL
						AND NOT EXISTS (
							SELECT FROM care.treatment_relation r
							WHERE r.citizen = about AND r.organization = e.organization
								AND (r.end_time > e.end_time OR r.end_time IS NULL AND e.end_time IS NOT NULL
									OR r.end_time IS NOT DISTINCT FROM e.end_time
										AND (r.start_time < e.start_time OR r.start_time IS NOT NULL AND e.start_time IS NULL
											OR r.start_time IS NOT DISTINCT FROM e.start_time AND (r.entity, r.entry) <= (e.entity, e.entry))))),
					ARRAY(
						SELECT r.organization FROM care.treatment_relation r
						WHERE r.citizen = about AND r.entity = %2$L AND r.entry = changed AND NOT EXISTS (
							SELECT FROM care.relation_evidence e
							WHERE e.citizen = about AND e.entity = %2$L AND e.entry = changed AND e.organization = r.organization
								AND e.start_time IS NOT DISTINCT FROM r.start_time AND e.end_time IS NOT DISTINCT FROM r.end_time))
				INTO better, lost;
				IF (better <> '{}' OR lost <> '{}') AND care.settle_evidence(about, better, lost)
					-- A refusal is no evidence, but it counts.
					OR TG_TABLE_NAME = 'consent'
				THEN
					PERFORM care.settle_care_teams(ARRAY[about]);
				END IF;
				RETURN NULL;
			END
			$body$;
			COMMENT ON FUNCTION care.%1$I() IS
			'Internal: trigger by which treatment relations follow the entries that are evidence of them.'$create$,
			'follow_evidence_' || evidence.name, evidence.entity, evidence.entry);
		FOREACH event IN ARRAY CASE evidence.name WHEN 'citizen' THEN '{insert}'::text[] ELSE '{insert,update,delete}' END LOOP
			EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s %s ON care.%I FOR EACH ROW EXECUTE FUNCTION care.%I()',
				evidence.name || '_relation_' || event, event, CASE event WHEN 'update' THEN evidence.columns END,
				evidence.name, 'follow_evidence_' || evidence.name);
		END LOOP;
	END LOOP;
END
$do$;
CREATE OR REPLACE TRIGGER citizen_relation_update AFTER UPDATE OF general_practice, merged_into ON care.citizen
	FOR EACH ROW WHEN (OLD.general_practice IS DISTINCT FROM NEW.general_practice OR OLD.merged_into IS DISTINCT FROM NEW.merged_into)
	EXECUTE FUNCTION care.follow_practice();
CREATE OR REPLACE TRIGGER organization_relation AFTER UPDATE OF role_name ON care.organization
	FOR EACH ROW WHEN (OLD.role_name IS DISTINCT FROM NEW.role_name)
	EXECUTE FUNCTION care.follow_role_names();
