-- Importing a bundle: which of its resources can be placed, which wait for something
-- not known yet, and what has waited for what they bring.

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
