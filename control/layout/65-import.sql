-- Importing a bundle: one call, one transaction. Sessions that import at once take
-- their locks in one order: keys, identifiers, citizens by number, measures.

CREATE OR REPLACE FUNCTION care.check_bundle(bundle jsonb)
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
COMMENT ON FUNCTION care.check_bundle(jsonb) IS
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

-- What has waited for one of these keys: resources that could not be placed, which
-- join this import, and entries that lack a reference, which are written again.
CREATE OR REPLACE FUNCTION care.release_parked(
	resource_types text[], keys text[], INOUT locals jsonb,
	OUT entries care.import_entry[], OUT observations care.import_entry[], OUT refusals care.import_refusal[],
	OUT touched care.resource_key[])
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	released care.parked_resource[];
	origin record;
	content record;
	awaited jsonb;
BEGIN
	WITH gone AS (
		DELETE FROM care.parked_resource AS p
		WHERE p.ctid = ANY (ARRAY(
			SELECT w.row_id
			FROM unnest(resource_types, keys) AS a (resource_type, key)
			CROSS JOIN LATERAL (
				SELECT q.ctid AS row_id FROM care.parked_resource q
				WHERE q.resource_type = a.resource_type AND q.awaited_key = a.key AND q.key <> q.awaited_key OFFSET 0
			) AS w))
		RETURNING p.*
	)
	SELECT array_agg(g::care.parked_resource ORDER BY g.id) INTO released FROM gone g;
	IF released IS NULL THEN
		RETURN;
	END IF;

	SELECT array_agg(ROW(k.resource_type, k.key, care.current_citizen(k.citizen), k.id)::care.resource_key) INTO touched
	FROM unnest(released) AS r
	CROSS JOIN LATERAL (
		SELECT k.* FROM care.resource_key k
		WHERE k.resource_type = r.content ->> 'resourceType' AND k.key = r.key AND k.id > 0 OFFSET 0
	) AS k
	WHERE r.content = jsonb_build_object('resourceType', r.content -> 'resourceType');

	FOR origin IN
		SELECT r.import, jsonb_build_object('entry', jsonb_agg(jsonb_build_object('fullUrl', r.key, 'resource', r.content))) AS bundle,
			jsonb_object_agg(r.key, r.awaited_key) FILTER (WHERE r.resource_type = 'Patient') AS subjects
		FROM unnest(released) AS r
		WHERE r.content <> jsonb_build_object('resourceType', r.content -> 'resourceType')
		GROUP BY r.import ORDER BY r.import
	LOOP
		content := care.read_bundle(origin.bundle, origin.import);
		awaited := origin.subjects;
		entries := entries || ARRAY(
			SELECT ROW(e.resource_type, e.key, coalesce(awaited ->> e.key, e.subject), NULL, e.version, e.issued,
				e.digest, e.content, e.import)::care.import_entry FROM unnest(content.entries) AS e);
		observations := observations || ARRAY(
			SELECT ROW(e.resource_type, e.key, coalesce(awaited ->> e.key, e.subject), NULL, e.version, e.issued,
				e.digest, e.content, e.import)::care.import_entry FROM unnest(content.observations) AS e);
		refusals := refusals || content.refusals;
		locals := content.locals || locals;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.release_parked(text[], text[], jsonb) IS
'Internal: takes out of the parking place what has waited for one of these keys.';

CREATE OR REPLACE FUNCTION care.park(resources care.parked_resource[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH present AS MATERIALIZED (
		SELECT p.resource_type, p.awaited_key, p.key, md5(p.content::text) AS digest
		FROM (SELECT DISTINCT r.resource_type, r.awaited_key FROM unnest(resources) AS r) AS a
		CROSS JOIN LATERAL (
			SELECT q.* FROM care.parked_resource q
			WHERE q.resource_type = a.resource_type AND q.awaited_key = a.awaited_key OFFSET 0
		) AS p
	)
	INSERT INTO care.parked_resource (resource_type, awaited_key, key, content, import)
	SELECT DISTINCT ON (r.resource_type, r.awaited_key, r.key, d.digest) r.resource_type, r.awaited_key, r.key, r.content, r.import
	FROM unnest(resources) AS r
	CROSS JOIN LATERAL (SELECT md5(r.content::text) AS digest OFFSET 0) AS d
	LEFT JOIN present p ON p.resource_type = r.resource_type AND p.awaited_key = r.awaited_key AND p.key = r.key AND p.digest = d.digest
	WHERE p.key IS NULL;
END
$$;
COMMENT ON FUNCTION care.park(care.parked_resource[]) IS
'Internal: keeps resources until what they await arrives, each content once.';

CREATE OR REPLACE FUNCTION care.place_entries(
	entries care.import_entry[], subjects jsonb, refused jsonb,
	OUT placed care.import_entry[], OUT refusals care.import_refusal[], OUT parked care.parked_resource[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	SELECT
		array_agg(ROW(e.resource_type, e.key, e.subject, f.citizen, e.version, e.issued, e.digest, e.content, e.import)::care.import_entry
			ORDER BY e.ordinal) FILTER (WHERE f.citizen > 0),
		array_agg(ROW(e.resource_type, e.key, CASE
				WHEN e.resource_type = 'Patient' THEN refused ->> e.key
				WHEN f.citizen = -1 THEN format('several citizens are or may be %s', e.subject)
				WHEN refused ? e.subject THEN format('parked: its Patient %s is refused', e.subject)
				ELSE format('parked: Patient %s is not known yet', e.subject) END, true)::care.import_refusal
			ORDER BY e.ordinal) FILTER (WHERE f.citizen > 0 IS NOT TRUE),
		array_agg(ROW('Patient', e.subject, NULL, e.key, e.content, e.import, NULL)::care.parked_resource
			ORDER BY e.ordinal) FILTER (WHERE f.citizen IS NULL AND e.resource_type <> 'Patient')
	INTO placed, refusals, parked
	FROM unnest(entries) WITH ORDINALITY
		AS e (resource_type, key, subject, citizen, version, issued, digest, content, import, ordinal)
	CROSS JOIN LATERAL (SELECT (subjects ->> e.subject)::bigint AS citizen OFFSET 0) AS f
	WHERE e.subject IS NOT NULL;
END
$$;
COMMENT ON FUNCTION care.place_entries(care.import_entry[], jsonb, jsonb) IS
'Internal: puts resources to the citizens that they are about; those of unknown patients are to be parked.';

-- A MedicationRequest may name its medication by reference. Only such requests are
-- kept, so what the Medication says is put into them; it is held for later ones.
CREATE OR REPLACE FUNCTION care.place_medications(
	entries care.import_entry[], arrived care.import_entry[], locals jsonb,
	OUT placed care.import_entry[], OUT refusals care.import_refusal[], OUT parked care.parked_resource[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	medications jsonb;
	held care.import_refusal[];
BEGIN
	SELECT jsonb_object_agg(m.key, m.content -> 'code' ORDER BY m.issued, m.digest),
		array_agg(ROW('Medication', m.key, 'held for the MedicationRequests that refer to it', true)::care.import_refusal),
		array_agg(ROW('Medication', m.key, NULL, m.key, m.content, m.import, NULL)::care.parked_resource)
	INTO medications, held, parked
	FROM unnest(arrived) AS m WHERE m.resource_type = 'Medication';

	WITH judged AS MATERIALIZED (
		SELECT e.*, t.target, CASE WHEN e.content ? 'medicationReference' THEN coalesce(
			CASE WHEN r.reference ->> 'reference' LIKE '#%' THEN care.fhir_contained(e.content, r.reference) -> 'code' END,
			medications -> t.target,
			(SELECT p.content -> 'code' FROM care.parked_resource p
			WHERE p.resource_type = 'Medication' AND p.awaited_key = t.target AND p.key = p.awaited_key
			ORDER BY p.content #>> '{meta,lastUpdated}' DESC NULLS LAST, md5(p.content::text) LIMIT 1)) END AS code
		FROM unnest(entries) WITH ORDINALITY
			AS e (resource_type, key, subject, citizen, version, issued, digest, content, import, ordinal)
		CROSS JOIN LATERAL (SELECT e.content -> 'medicationReference' AS reference OFFSET 0) AS r
		CROSS JOIN LATERAL (
			SELECT care.fhir_target(r.reference, 'Medication', care.fhir_base(e.key), locals -> e.import::text) AS target OFFSET 0
		) AS t
	), named AS MATERIALIZED (
		SELECT j.ordinal, j.resource_type, j.key, j.target, j.content,
			j.content ? 'medicationReference' AND care.fhir_text(j.code) IS NULL AS nameless,
			octet_length(j.target) <= 1000 AND j.target NOT LIKE '#%' AS awaited,
			CASE WHEN j.code IS NULL THEN ROW(j.resource_type, j.key, j.subject, j.citizen, j.version, j.issued, j.digest, j.content, j.import)::care.import_entry
				ELSE ROW(j.resource_type, j.key, j.subject, j.citizen, j.version, j.issued, md5((c.content - 'meta')::text), c.content, j.import)::care.import_entry
			END AS entry
		FROM judged j
		CROSS JOIN LATERAL (SELECT j.content || jsonb_build_object('medicationCodeableConcept', j.code) AS content) AS c
	)
	SELECT
		array_agg(n.entry ORDER BY n.ordinal) FILTER (WHERE NOT n.nameless),
		held || array_agg(ROW(n.resource_type, n.key, CASE WHEN n.awaited THEN format('parked: Medication %s is not known yet', n.target)
				ELSE 'its medication is not to be found by such a reference' END, true)::care.import_refusal
			ORDER BY n.ordinal) FILTER (WHERE n.nameless),
		parked || array_agg(ROW('Medication', n.target, NULL, n.key, n.content, (n.entry).import, NULL)::care.parked_resource
			ORDER BY n.ordinal) FILTER (WHERE n.nameless AND n.awaited)
	INTO placed, refusals, parked
	FROM named n;
END
$$;
COMMENT ON FUNCTION care.place_medications(care.import_entry[], care.import_entry[], jsonb) IS
'Internal: gives MedicationRequests the medication that they refer to; those whose medication is not known are to be parked.';

CREATE OR REPLACE FUNCTION care.fhir_party(resource_type text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE resource_type WHEN 'ServiceRequest' THEN 'performer' WHEN 'Appointment' THEN 'organization' WHEN 'CareTeam' THEN 'organization'
	WHEN 'QuestionnaireResponse' THEN 'organization' END;
COMMENT ON FUNCTION care.fhir_party(text) IS
'Internal: of resources that nobody could act on without an organization the role in which care.fhir_links() has it.';

-- What names an organization that is not known waits for it, and so do answers for
-- their questionnaire.
CREATE OR REPLACE FUNCTION care.place_parties(
	entries care.import_entry[], locals jsonb,
	OUT placed care.import_entry[], OUT refusals care.import_refusal[], OUT parked care.parked_resource[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH judged AS MATERIALIZED (
		SELECT e.ordinal, ROW(e.resource_type, e.key, e.subject, e.citizen, e.version, e.issued, e.digest, e.content, e.import)::care.import_entry AS entry,
			p.role, t.target_type, t.target, t.known
		FROM unnest(entries) WITH ORDINALITY
			AS e (resource_type, key, subject, citizen, version, issued, digest, content, import, ordinal)
		CROSS JOIN LATERAL (SELECT care.fhir_party(e.resource_type) AS role OFFSET 0) AS p
		LEFT JOIN LATERAL (
			SELECT r.target_type, r.target, CASE r.target_type WHEN 'Questionnaire' THEN care.questionnaire_version(r.target) IS NOT NULL ELSE EXISTS (
				SELECT FROM care.resource_key k WHERE k.resource_type = 'Organization' AND k.key = r.target AND k.id > 0) END AS known
			FROM (
				SELECT 'Questionnaire' AS target_type, e.content ->> 'questionnaire' AS target, 0 AS place
				WHERE e.resource_type = 'QuestionnaireResponse' AND care.questionnaire_version(e.content ->> 'questionnaire') IS NULL
				UNION ALL
				(
				SELECT 'Organization', care.fhir_target(CASE WHEN f.reference ->> 'reference' LIKE '#%' THEN care.fhir_outward(e.content, f.reference) ELSE f.reference END,
					'Organization', care.fhir_base(e.key), locals -> e.import::text) AS target, f.place
				FROM jsonb_path_query(e.content, (care.fhir_links() #>> ARRAY[e.resource_type, p.role, '1'])::jsonpath)
					WITH ORDINALITY AS f (reference, place)
				WHERE coalesce(care.fhir_stated_type(f.reference), 'Organization') = 'Organization'
				)
			) AS r
			WHERE octet_length(r.target) <= 1000
			ORDER BY r.place > 0, 3 DESC, r.place LIMIT 1
		) AS t ON p.role IS NOT NULL
	)
	SELECT
		array_agg(j.entry ORDER BY j.ordinal) FILTER (WHERE j.role IS NULL OR j.known),
		array_agg(ROW((j.entry).resource_type, (j.entry).key, CASE
				WHEN j.target IS NULL THEN 'it does not say with which organization it is'
				ELSE format('parked: %s %s is not known yet', j.target_type, j.target) END, true)::care.import_refusal
			ORDER BY j.ordinal) FILTER (WHERE j.role IS NOT NULL AND j.known IS NOT TRUE),
		array_agg(ROW(j.target_type, j.target, NULL, (j.entry).key, (j.entry).content, (j.entry).import, NULL)::care.parked_resource
			ORDER BY j.ordinal) FILTER (WHERE j.target IS NOT NULL AND NOT j.known)
	INTO placed, refusals, parked
	FROM judged j;
END
$$;
COMMENT ON FUNCTION care.place_parties(care.import_entry[], jsonb) IS
'Internal: those resources whose organization is known, as far as they need one; others are to be parked.';

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
	PERFORM care.check_bundle(bundle);
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
