-- Identifiers at the door: of what kind they are, and whose. Registering a
-- citizen and importing a Patient both go through here.

CREATE OR REPLACE FUNCTION care.number_kind(system text, value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN system IN ('urn:oid:1.2.208.176.1.2', 'urn:oid:1.2.208.176.1.6.1.1') OR system LIKE 'urn:oid:1.2.208.176.1.6.1.3%'
	THEN smartcare.cpr_kind(smartcare.cpr_normalize(value)::smartcare.cpr)
END;
COMMENT ON FUNCTION care.number_kind(text, text) IS
'Internal: what smartcare.cpr_kind() says of an identifier of the systems for CPR numbers and their replacements; null where it is malformed, and of all other systems.';

-- A local replacement number is unique nowhere, whatever system it came with.
CREATE OR REPLACE FUNCTION care.identifying(INOUT systems text[], INOUT "values" text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	SELECT array_agg(n.system), array_agg(n.value) INTO systems, "values"
	FROM (
		SELECT DISTINCT i.system, i.value
		FROM unnest(systems, "values") AS i (system, value)
		JOIN care.identifier_system s ON s.system = i.system AND s.identifies
		WHERE coalesce(care.number_kind(i.system, i.value) IN ('CPR', 'X-eCPR'), true)
	) AS n;
END
$$;
COMMENT ON FUNCTION care.identifying(text[], text[]) IS
'Internal: those of some identifiers of which each is one person''s, once each.';

CREATE OR REPLACE FUNCTION care.has_replacement_only(citizen bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT coalesce(bool_and(n.kind <> 'CPR'), false)
		FROM care.same_citizen(has_replacement_only.citizen) AS r
		JOIN care.citizen_identifier i ON i.citizen = r.citizen
		CROSS JOIN LATERAL (SELECT care.number_kind(i.system, i.value) AS kind) AS n);
END
$$;
COMMENT ON FUNCTION care.has_replacement_only(bigint) IS
'Internal: whether a citizen is known by a replacement number and by no CPR number.';

-- Claims the identifiers first: of two sessions that bring one person at once the
-- second waits here, and then finds the first one's citizen.
CREATE OR REPLACE FUNCTION care.claim_identifiers(
	systems text[], "values" text[], birth_date text, known bigint,
	OUT citizen bigint, OUT is_new boolean, OUT replaced bigint[], OUT reason text, OUT state text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	candidate CONSTANT bigint := coalesce(known, nextval('care.citizen_seq'));
	claim CONSTANT record := care.identifying(systems, "values");
	claimed jsonb;
	people bigint[];
	registered bigint[];
	contradicted record;
BEGIN
	WITH new AS (
		INSERT INTO care.identifier_owner AS o (system, value, citizen)
		SELECT i.system, i.value, candidate
		FROM unnest(claim.systems, claim."values") AS i (system, value)
		ORDER BY i.system, i.value
		ON CONFLICT (system, value) DO NOTHING
		RETURNING o.system, o.value
	)
	SELECT jsonb_agg(n) INTO claimed FROM new n;

	SELECT array_agg(DISTINCT f.owner) FILTER (WHERE f.owner <> candidate),
		array_agg(DISTINCT f.owner) FILTER (WHERE i.system = 'urn:oid:1.2.208.176.1.2')
	INTO people, registered
	FROM unnest(claim.systems, claim."values") AS i (system, value)
	CROSS JOIN LATERAL (
		SELECT care.current_citizen(o.citizen) AS owner
		FROM care.identifier_owner o WHERE o.system = i.system AND o.value = i.value OFFSET 0
	) AS f;

	-- Several are one person where all but the one who has the CPR number are known by replacements for it.
	people := array_remove(people || known, NULL);
	citizen := CASE
		WHEN cardinality(registered) = 1 AND registered <@ people THEN registered[1]
		ELSE coalesce(people[1], candidate) END;
	replaced := array_remove(people, citizen);
	IF cardinality(replaced) > 0 AND (cardinality(registered) = 1
		AND (SELECT bool_and(care.has_replacement_only(r.citizen)) FROM unnest(replaced) AS r (citizen))
		AND NOT EXISTS (
			SELECT FROM care.citizen_merge m
			WHERE m.citizen = ANY (people) AND m.merged = ANY (people) AND m.undone_at IS NOT NULL)) IS NOT TRUE
	THEN
		state := '23505';
		reason := CASE WHEN cardinality(people) = 2 AND known IS NOT NULL
			THEN format('identifier belongs to citizen %s, but it is known as citizen %s', array_to_string(array_remove(people, known), ''), known)
			ELSE format('identifiers belong to different citizens: %s', array_to_string(ARRAY(SELECT unnest(people) ORDER BY 1), ', ')) END;
	END IF;

	IF reason IS NULL AND claim_identifiers.birth_date IS NOT NULL THEN
		SELECT n.whose, n.born INTO contradicted
		FROM (
			SELECT format('CPR number %s', i.value) AS whose, smartcare.birth_date(i.value::smartcare.cpr) AS born
			FROM unnest(claim.systems, claim."values") AS i (system, value)
			WHERE i.system = 'urn:oid:1.2.208.176.1.2'
			UNION ALL
			SELECT format('the identifier''s owner, citizen %s', c.citizen), c.birth_date
			FROM care.citizen c
			WHERE c.citizen = claim_identifiers.citizen AND c.citizen IS DISTINCT FROM known
		) AS n
		WHERE NOT starts_with(to_char(n.born, 'YYYY-MM-DD'), claim_identifiers.birth_date)
		LIMIT 1;
		IF FOUND THEN
			state := '23000';
			reason := format('birth date %s contradicts %s, born %s',
				claim_identifiers.birth_date, contradicted.whose, to_char(contradicted.born, 'YYYY-MM-DD'));
		END IF;
	END IF;

	IF claimed IS NOT NULL AND reason IS NOT NULL THEN
		DELETE FROM care.identifier_owner o
		USING jsonb_to_recordset(claimed) AS c (system text, value text)
		WHERE o.system = c.system AND o.value = c.value;
	ELSIF claimed IS NOT NULL AND citizen <> candidate THEN
		UPDATE care.identifier_owner o SET citizen = claim_identifiers.citizen
		FROM jsonb_to_recordset(claimed) AS c (system text, value text)
		WHERE o.system = c.system AND o.value = c.value;
	END IF;
	is_new := citizen = candidate AND known IS NULL;
END
$$;
COMMENT ON FUNCTION care.claim_identifiers(text[], text[], text, bigint) IS
'Internal: the citizen that identifiers in their normal form belong to, for whom those not known are taken; is_new: the caller has to make it. "known" is the citizen whom they are said of, if that is known; birth_date is as in FHIR. replaced: records of the same person that are known by replacement numbers only, for care.resolve_replacements(). reason and state (an SQLSTATE): why it cannot be told, in which case nothing is taken.';

CREATE OR REPLACE FUNCTION care.add_identifiers(owner bigint, systems text[], "values" text[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Identifiers of a record that is the same person stay with that record.
	INSERT INTO care.citizen_identifier (citizen, system, value)
	SELECT add_identifiers.owner, i.system, i.value
	FROM unnest(systems, "values") AS i (system, value)
	WHERE ((
		SELECT o.citizen FROM care.identifier_owner o WHERE o.system = i.system AND o.value = i.value
	) <> add_identifiers.owner) IS NOT TRUE
	ON CONFLICT (citizen, system, value) DO NOTHING;
END
$$;
COMMENT ON FUNCTION care.add_identifiers(bigint, text[], text[]) IS
'Internal: adds identifiers in their normal form to those of a citizen.';

CREATE OR REPLACE FUNCTION care.resolve_replacements(citizen bigint, replaced bigint[])
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept bigint;
	other bigint;
BEGIN
	PERFORM care.lock_citizen(n.citizen)
	FROM (SELECT u.citizen FROM unnest(replaced || resolve_replacements.citizen) AS u (citizen) ORDER BY u.citizen) AS n;
	FOREACH other IN ARRAY replaced LOOP
		kept := care.current_citizen(resolve_replacements.citizen);
		other := care.current_citizen(other);
		IF other <> kept THEN
			PERFORM care.merge_citizens(kept, other, 'the replacement number was resolved to a CPR number');
		END IF;
	END LOOP;
	RETURN care.current_citizen(resolve_replacements.citizen);
END
$$;
COMMENT ON FUNCTION care.resolve_replacements(bigint, bigint[]) IS
'Internal: merges records that are known by replacement numbers into that of the CPR number, and returns the record that stands.';
