-- Importing a bundle: one call, one transaction. Sessions that import at once take
-- their locks in one order: keys, identifiers, citizens by number, measures.

CREATE OR REPLACE FUNCTION care.check_import(bundle jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF bundle IS NULL THEN
		RAISE EXCEPTION 'there is no bundle to import'
			USING ERRCODE = 'null_value_not_allowed';
	ELSIF jsonb_typeof(bundle) <> 'object' THEN
		RAISE EXCEPTION 'a bundle is a JSON object, not of type %', jsonb_typeof(bundle)
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Several bundles are imported one by one.';
	ELSIF bundle ->> 'resourceType' IS DISTINCT FROM 'Bundle' THEN
		RAISE EXCEPTION 'this is not a Bundle but %', coalesce('a resource of type "' || left(bundle ->> 'resourceType', 64) || '"', 'no FHIR resource')
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Put single resources in a Bundle of type collection.';
	ELSIF bundle ->> 'type' IS NULL OR bundle ->> 'type' NOT IN ('collection', 'transaction', 'batch', 'searchset') THEN
		RAISE EXCEPTION 'a Bundle of type "%" cannot be imported', coalesce(left(bundle ->> 'type', 64), 'null')
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Bundles of type collection, transaction, batch and searchset can.';
	ELSIF jsonb_typeof(coalesce(nullif(bundle -> 'entry', 'null'), '[]')) <> 'array' THEN
		RAISE EXCEPTION 'the entry of a Bundle is an array, not of type %', jsonb_typeof(bundle -> 'entry')
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_import(jsonb) IS
'Internal: refuses what is not a Bundle that can be imported. Errors: 22004 null, 22023 not a Bundle of such a type.';

-- The keys that a bundle makes known or relies on.
CREATE OR REPLACE FUNCTION care.bundle_keys(
	entries care.import_entry[], observations care.import_entry[],
	OUT resource_types text[], OUT keys text[], OUT arriving boolean[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	SELECT array_agg(k.resource_type), array_agg(k.key), array_agg(k.arriving)
	INTO resource_types, keys, arriving
	FROM (
		SELECT e.resource_type, i.key, true AS arriving
		FROM unnest(entries) AS e
		CROSS JOIN LATERAL (
			SELECT e.key
			UNION ALL
			SELECT f.key FROM care.fhir_identifier_keys(e.resource_type, e.content) AS f (key)
		) AS i
		WHERE e.resource_type IN ('Organization', 'Practitioner', 'Patient', 'Medication')
		UNION ALL
		SELECT e.resource_type, care.fhir_canonical(e.content), true
		FROM unnest(entries) AS e WHERE e.resource_type = 'Questionnaire'
		UNION ALL
		SELECT 'Patient', s.subject, false
		FROM (
			SELECT e.subject FROM unnest(entries) AS e WHERE e.resource_type <> 'Patient'
			UNION
			SELECT o.subject FROM unnest(observations) AS o
		) AS s
		WHERE s.subject IS NOT NULL
	) AS k;
END
$$;
COMMENT ON FUNCTION care.bundle_keys(care.import_entry[], care.import_entry[]) IS
'Internal: the keys of organizations, practitioners, patients and medications that resources make known (arriving) or are about.';

CREATE OR REPLACE FUNCTION care.add_counts(one jsonb, other jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT jsonb_object_agg(o.name, o.count::bigint + coalesce((other ->> o.name)::bigint, 0))
		FROM jsonb_each_text(one) AS o (name, count));
END
$$;
COMMENT ON FUNCTION care.add_counts(jsonb, jsonb) IS 'Internal: adds counts by name.';

CREATE OR REPLACE FUNCTION care.entry_counts(
	resource_type text, entries care.import_entry[], created bigint, updated bigint)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN jsonb_build_object(resource_type, jsonb_build_object('created', created, 'updated', updated,
		'unchanged', (SELECT count(*) FROM unnest(entries) AS e WHERE e.resource_type = entry_counts.resource_type) - created - updated));
END
$$;
COMMENT ON FUNCTION care.entry_counts(text, care.import_entry[], bigint, bigint) IS
'Internal: how many entries of a type were created, updated and left unchanged.';

CREATE OR REPLACE FUNCTION care.import_report(
	refusals care.import_refusal[], counts jsonb, points jsonb, conflicts jsonb, awaited care.parked_resource[])
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN jsonb_build_object(
		'resources', (
			SELECT coalesce(jsonb_object_agg(t.resource_type, jsonb_build_object('created', 0, 'updated', 0, 'unchanged', 0)
				|| coalesce(counts -> t.resource_type, '{}') || jsonb_build_object('skipped', t.skipped)), '{}')
			FROM (
				SELECT c.resource_type, sum(c.skipped) AS skipped
				FROM (
					SELECT r.resource_type, count(*) FILTER (WHERE r.whole) AS skipped
					FROM unnest(refusals) AS r GROUP BY r.resource_type
					UNION ALL
					SELECT k.resource_type, 0 FROM jsonb_object_keys(counts) AS k (resource_type)
				) AS c
				GROUP BY c.resource_type
			) AS t),
		'points', points,
		'conflicts', conflicts,
		'skipped', (
			SELECT coalesce(jsonb_agg(jsonb_build_object('resourceType', g.resource_type, 'reason', g.reason,
				'count', g.count, 'keys', g.keys[:100]) ORDER BY g.resource_type, g.reason), '[]')
			FROM (
				SELECT r.resource_type, r.reason, count(*) AS count, array_agg(r.key ORDER BY r.ordinal) AS keys
				FROM unnest(refusals) WITH ORDINALITY AS r (resource_type, key, reason, whole, ordinal)
				GROUP BY r.resource_type, r.reason
			) AS g),
		'unresolved', (
			SELECT coalesce(jsonb_agg(jsonb_build_object('key', a.key, 'reference', a.awaited_key) ORDER BY a.key, a.awaited_key), '[]')
			FROM unnest(awaited) AS a));
END
$$;
COMMENT ON FUNCTION care.import_report(care.import_refusal[], jsonb, jsonb, jsonb, care.parked_resource[]) IS
'Internal: what the caller of an import is told.';

CREATE OR REPLACE FUNCTION care.import_parties(
	entries care.import_entry[], observations care.import_entry[],
	OUT arriving_types text[], OUT arriving_keys text[], OUT refused jsonb, OUT replacements jsonb,
	OUT refusals care.import_refusal[], OUT counts jsonb)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known CONSTANT record := care.bundle_keys(entries, observations);
	organizations record;
	practitioners record;
	patients record;
BEGIN
	counts := '{}';
	PERFORM care.reserve_keys(array_agg(k.resource_type), array_agg(k.key))
	FROM unnest(known.resource_types, known.keys) AS k (resource_type, key)
	WHERE k.resource_type NOT IN ('Medication', 'Questionnaire') AND k.key NOT LIKE 'Patient?identifier=%';

	IF 'Organization' = ANY (known.resource_types) THEN
		organizations := care.import_organizations(entries);
		refusals := refusals || organizations.refusals;
		counts := counts || care.entry_counts('Organization', entries, organizations.created, organizations.updated);
	END IF;
	IF 'Practitioner' = ANY (known.resource_types) THEN
		practitioners := care.import_practitioners(entries);
		counts := counts || care.entry_counts('Practitioner', entries, practitioners.created, practitioners.updated);
	END IF;
	IF 'Questionnaire' = ANY (known.resource_types) THEN
		counts := counts || care.entry_counts('Questionnaire', entries, care.import_questionnaires(entries), 0);
	END IF;
	patients := care.import_patients(entries);
	refused := patients.refused;
	replacements := patients.replacements;
	refusals := refusals || patients.refusals;

	SELECT array_agg(k.resource_type), array_agg(k.key) INTO arriving_types, arriving_keys
	FROM unnest(known.resource_types, known.keys, known.arriving) AS k (resource_type, key, arriving)
	WHERE k.arriving AND NOT refused ? k.key;
END
$$;
COMMENT ON FUNCTION care.import_parties(care.import_entry[], care.import_entry[]) IS
'Internal: organizations, practitioners and patients of a bundle, and the keys that it makes known.';

CREATE OR REPLACE FUNCTION care.lock_subjects(
	INOUT subjects jsonb, INOUT touched care.resource_key[], replacements jsonb DEFAULT '[]')
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	citizen bigint;
	standing jsonb := jsonb '{}';
BEGIN
	FOR citizen IN
		SELECT s.citizen::bigint FROM jsonb_each_text(subjects) AS s (subject, citizen) WHERE s.citizen <> '-1'
		UNION
		SELECT t.citizen FROM unnest(touched) AS t
		UNION
		SELECT c.citizen::bigint
		FROM jsonb_array_elements(replacements) AS r (replacement)
		CROSS JOIN LATERAL jsonb_array_elements_text(r.replacement -> 'replaced' || (r.replacement -> 'citizen')) AS c (citizen)
		ORDER BY 1
	LOOP
		standing := standing || jsonb_build_object(citizen, care.lock_citizen(citizen));
	END LOOP;
	IF replacements <> '[]' THEN
		PERFORM care.resolve_replacements((r.replacement ->> 'citizen')::bigint,
			ARRAY(SELECT c.citizen::bigint FROM jsonb_array_elements_text(r.replacement -> 'replaced') AS c (citizen)))
		FROM jsonb_array_elements(replacements) AS r (replacement);
		SELECT jsonb_object_agg(s.citizen, care.current_citizen(s.standing::bigint)) INTO standing
		FROM jsonb_each_text(standing) AS s (citizen, standing);
	END IF;
	SELECT jsonb_object_agg(s.subject, coalesce(standing -> s.citizen, to_jsonb(-1))) INTO subjects
	FROM jsonb_each_text(subjects) AS s (subject, citizen);
	touched := ARRAY(SELECT ROW(t.resource_type, t.key, (standing ->> t.citizen::text)::bigint, t.id)::care.resource_key FROM unnest(touched) AS t);
END
$$;
COMMENT ON FUNCTION care.lock_subjects(jsonb, care.resource_key[], jsonb) IS
'Internal: locks citizens in ascending order, merges those whose replacement numbers were resolved, and gives for each citizen the record that stands for it now.';

CREATE OR REPLACE FUNCTION care.project(
	keys care.resource_key[], locals jsonb, strangers text[], OUT awaited care.parked_resource[])
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	standing record;
	types text[];
BEGIN
	standing := care.standing_versions(keys, locals, strangers);
	IF standing.awaited IS NOT NULL THEN
		-- Another session may be about to make known what is awaited.
		PERFORM care.reserve_keys(array_agg(a.resource_type), array_agg(a.awaited_key))
		FROM unnest(standing.awaited) AS a WHERE a.resource_type IN ('Organization', 'Practitioner');
		IF EXISTS (
			SELECT FROM unnest(standing.awaited) AS a
			WHERE (SELECT k.id FROM care.resource_key k WHERE k.resource_type = a.resource_type AND k.key = a.awaited_key) > 0)
		THEN
			standing := care.standing_versions(keys, locals, strangers);
		END IF;
	END IF;
	awaited := standing.awaited;

	types := ARRAY(SELECT DISTINCT p.resource_type FROM unnest(standing.projections) AS p);
	IF 'Patient' = ANY (types) THEN
		PERFORM care.project_patients(standing.projections);
	END IF;
	IF 'EpisodeOfCare' = ANY (types) THEN
		PERFORM care.project_episodes_of_care(standing.projections);
	END IF;
	IF 'Encounter' = ANY (types) THEN
		PERFORM care.project_encounters(standing.projections);
	END IF;
	IF 'Condition' = ANY (types) THEN
		PERFORM care.project_conditions(standing.projections);
	END IF;
	IF 'Goal' = ANY (types) THEN
		PERFORM care.project_goals(standing.projections);
	END IF;
	IF 'MedicationRequest' = ANY (types) THEN
		PERFORM care.project_medication_statements(standing.projections);
	END IF;
	IF 'AllergyIntolerance' = ANY (types) THEN
		PERFORM care.project_allergies(standing.projections);
	END IF;
	IF 'ServiceRequest' = ANY (types) THEN
		PERFORM care.project_referrals(standing.projections);
	END IF;
	IF 'CarePlan' = ANY (types) THEN
		PERFORM care.project_care_plans(standing.projections);
	END IF;
	IF 'Task' = ANY (types) THEN
		PERFORM care.project_tasks(standing.projections);
	END IF;
	IF 'Appointment' = ANY (types) THEN
		PERFORM care.project_appointments(standing.projections);
	END IF;
	IF 'Consent' = ANY (types) THEN
		PERFORM care.project_consents(standing.projections);
	END IF;
	IF 'CareTeam' = ANY (types) THEN
		PERFORM care.project_care_team(standing.projections);
	END IF;
	IF 'RelatedPerson' = ANY (types) THEN
		PERFORM care.project_related_persons(standing.projections);
	END IF;
	IF 'QuestionnaireResponse' = ANY (types) THEN
		PERFORM care.project_questionnaire_responses(standing.projections);
	END IF;
	IF 'Communication' = ANY (types) THEN
		PERFORM care.project_diary_entries(standing.projections);
	END IF;
END
$$;
COMMENT ON FUNCTION care.project(care.resource_key[], jsonb, text[]) IS
'Internal: writes the entries of these resources as their standing versions say, and tells what they refer to that is not known.';

CREATE OR REPLACE FUNCTION care.import_entries(
	entries care.import_entry[], touched care.resource_key[], locals jsonb, strangers text[],
	OUT counts jsonb, OUT completed bigint, OUT refusals care.import_refusal[], OUT awaited care.parked_resource[])
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	chunk CONSTANT integer := 1000;
	claims record;
	versions record;
	arrived care.resource_key[];
	released record;
	keys care.resource_key[];
BEGIN
	claims := care.claim_keys(entries);
	refusals := claims.refusals;
	versions := care.add_versions(claims.claimed);

	arrived := ARRAY(
		SELECT c FROM unnest(versions.created) AS c WHERE c.resource_type IN ('Encounter', 'EpisodeOfCare', 'Condition', 'Goal', 'ServiceRequest', 'CarePlan',
			'Appointment', 'RelatedPerson'));
	released := care.release_parked(ARRAY(SELECT a.resource_type FROM unnest(arrived) AS a), ARRAY(SELECT a.key FROM unnest(arrived) AS a), NULL);
	touched := (care.lock_subjects('{}', touched || released.touched)).touched;
	keys := ARRAY(
		SELECT k::care.resource_key
		FROM unnest(versions.created || versions.updated || versions.restated || touched) AS k
		ORDER BY array_position('{Patient,EpisodeOfCare,Encounter,Condition,Goal,ServiceRequest,CarePlan,Appointment,RelatedPerson}', k.resource_type));
	-- Stays refer to each other, and they and referrals mutually.
	SET CONSTRAINTS care.encounter_service_request_fkey, care.encounter_transferred_from_fkey DEFERRED;
	FOR place IN 1 .. coalesce(cardinality(keys), 0) BY chunk LOOP
		awaited := awaited || care.project(keys[place : place + chunk - 1], locals, strangers);
	END LOOP;
	SET CONSTRAINTS care.encounter_service_request_fkey, care.encounter_transferred_from_fkey IMMEDIATE;

	SELECT coalesce(jsonb_object_agg(t.resource_type, jsonb_build_object('created', t.created, 'updated', t.updated + t.touched,
		'unchanged', t.kept - t.created - t.updated)), '{}'), coalesce(sum(t.touched), 0) INTO counts, completed
	FROM (
		SELECT c.resource_type, count(*) FILTER (WHERE c.what = 'kept') AS kept, count(*) FILTER (WHERE c.what = 'created') AS created,
			count(*) FILTER (WHERE c.what = 'updated') AS updated, count(*) FILTER (WHERE c.what = 'touched') AS touched
		FROM (
			SELECT k.resource_type, 'kept' AS what FROM unnest(claims.claimed) AS k
			UNION ALL
			SELECT k.resource_type, 'created' FROM unnest(versions.created) AS k
			UNION ALL
			SELECT k.resource_type, 'updated' FROM unnest(versions.updated) AS k
			UNION ALL
			SELECT u.resource_type, 'touched'
			FROM (
				SELECT k.resource_type, k.key FROM unnest(touched) AS k
				EXCEPT
				SELECT k.resource_type, k.key FROM unnest(versions.created || versions.updated) AS k
			) AS u
		) AS c
		GROUP BY c.resource_type
	) AS t;
END
$$;
COMMENT ON FUNCTION care.import_entries(care.import_entry[], care.resource_key[], jsonb, text[]) IS
'Internal: adds versions of resources about known citizens, and writes the entries that change, and those touched by what has arrived.';

CREATE OR REPLACE FUNCTION care.import_bundle(bundle jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	chunk CONSTANT integer := 1000;
	import CONSTANT bigint := nextval('care.bundle_import_id_seq');
	content record;
	parties record;
	released record;
	subjects record;
	placed record;
	named record;
	done record;
	counts jsonb;
	measured jsonb := jsonb '{"created": 0, "updated": 0, "unchanged": 0}';
	points jsonb := jsonb '{"received": 0, "changed": 0}';
	conflicts jsonb := jsonb '[]';
	refusals care.import_refusal[];
	parked care.parked_resource[];
	told jsonb;
BEGIN
	PERFORM care.check_import(bundle);
	-- Read once where it comes from a table.
	bundle := bundle #> '{}';
	INSERT INTO care.bundle_import (id, bundle_id, bundle_type)
	VALUES (import, left(bundle ->> 'id', 1000), bundle ->> 'type');

	content := care.read_bundle(bundle, import);
	parties := care.import_parties(content.entries, content.observations);
	released := care.release_parked(parties.arriving_types, parties.arriving_keys, content.locals);
	content.entries := content.entries || released.entries;
	content.observations := content.observations || released.observations;
	refusals := content.refusals || parties.refusals || released.refusals;
	counts := parties.counts;

	subjects := care.lock_subjects(
		care.subject_citizens(ARRAY(
			SELECT e.subject FROM unnest(content.entries) AS e
			UNION
			SELECT o.subject FROM unnest(content.observations) AS o)) - ARRAY(SELECT jsonb_object_keys(parties.refused)),
		released.touched, parties.replacements);

	placed := care.place_entries(content.observations, subjects.subjects, parties.refused);
	refusals := refusals || placed.refusals;
	parked := placed.parked;
	FOR place IN 1 .. coalesce(cardinality(placed.placed), 0) BY chunk LOOP
		done := care.import_observations(placed.placed[place : place + chunk - 1]);
		refusals := refusals || done.refusals;
		conflicts := conflicts || done.conflicts;
		measured := care.add_counts(measured, jsonb_build_object('created', done.created, 'updated', done.updated,
			'unchanged', done.kept - done.created - done.updated));
		points := care.add_counts(points, jsonb_build_object('received', done.points, 'changed', done.changed));
	END LOOP;
	counts := counts || jsonb_build_object('Observation', measured);

	placed := care.place_entries(content.entries, subjects.subjects, parties.refused);
	refusals := refusals || placed.refusals;
	parked := parked || placed.parked;
	IF EXISTS (SELECT FROM unnest(content.entries) AS e WHERE e.resource_type = 'Medication' OR e.content ? 'medicationReference') THEN
		named := care.place_medications(placed.placed, content.entries, content.locals);
		placed.placed := named.placed;
		refusals := refusals || named.refusals;
		parked := parked || named.parked;
	END IF;
	IF EXISTS (SELECT FROM unnest(placed.placed) AS e WHERE care.fhir_party(e.resource_type) IS NOT NULL) THEN
		named := care.place_parties(placed.placed, content.locals || released.locals);
		placed.placed := named.placed;
		refusals := refusals || named.refusals;
		parked := parked || named.parked;
	END IF;
	done := care.import_entries(placed.placed, subjects.touched, content.locals || released.locals, content.strangers);
	counts := counts || done.counts;
	refusals := refusals || done.refusals;
	PERFORM care.park(parked || done.awaited);

	told := jsonb_build_object('import', import, 'bundle', jsonb_build_object('type', bundle -> 'type', 'id', bundle -> 'id',
			'entries', jsonb_array_length(coalesce(nullif(bundle -> 'entry', 'null'), '[]')),
			'released', coalesce(cardinality(released.entries), 0) + coalesce(cardinality(released.observations), 0)
				+ coalesce(cardinality(released.refusals), 0) + done.completed))
		|| care.import_report(refusals, counts, points, conflicts, done.awaited);
	UPDATE care.bundle_import b SET report = told WHERE b.id = import;
	RETURN told;
END
$$;
COMMENT ON FUNCTION care.import_bundle(jsonb) IS
'Imports a FHIR R4 Bundle of type collection, transaction, batch or searchset, and reports by type of resource what was created, updated and unchanged, the points received and changed, the conflicts (different values for one instant: which counts and why), what was skipped with the reason, and references that could not be resolved yet. The same bundle again changes nothing, and the order of bundles does not matter. Errors: 22004 null, 22023 not such a Bundle.';
