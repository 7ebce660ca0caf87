-- Versions: which of what was received of a resource stands, and what is not known
-- yet. All of it happens under the lock on the citizen.

CREATE OR REPLACE FUNCTION care.entry_sequence(resource_type text)
RETURNS regclass
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE resource_type
	WHEN 'Encounter' THEN 'care.encounter_id_seq'
	WHEN 'EpisodeOfCare' THEN 'care.episode_of_care_id_seq'
	WHEN 'Condition' THEN 'care.condition_id_seq'
	WHEN 'MedicationRequest' THEN 'care.medication_statement_id_seq'
	WHEN 'AllergyIntolerance' THEN 'care.allergy_id_seq'
	WHEN 'CarePlan' THEN 'care.care_plan_id_seq'
	WHEN 'Goal' THEN 'care.goal_id_seq'
	WHEN 'Appointment' THEN 'care.appointment_id_seq'
END::regclass;
COMMENT ON FUNCTION care.entry_sequence(text) IS
'Internal: where entries of a type of resource get their ids from.';

CREATE OR REPLACE FUNCTION care.claim_keys(
	entries care.import_entry[], OUT claimed care.import_entry[], OUT refusals care.import_refusal[])
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.resource_key (resource_type, key, citizen, id)
	SELECT e.resource_type, e.key, e.citizen,
		CASE WHEN e.resource_type = 'Observation' THEN e.citizen ELSE nextval(care.entry_sequence(e.resource_type)) END
	FROM unnest(entries) AS e
	WHERE e.resource_type <> 'Patient'
		AND (SELECT k.id FROM care.resource_key k WHERE k.resource_type = e.resource_type AND k.key = e.key) IS NULL
	ON CONFLICT (resource_type, key) DO NOTHING;

	IF NOT EXISTS (
		SELECT FROM unnest(entries) AS e
		WHERE (SELECT k.citizen FROM care.resource_key k WHERE k.resource_type = e.resource_type AND k.key = e.key) <> e.citizen)
	THEN
		claimed := entries;
		RETURN;
	END IF;

	-- Some keys were claimed for another citizen: the same person before a merge; or
	-- the right one, to whom the entry was moved, whatever its source says; or else
	-- the source contradicts itself.
	SELECT array_agg(ROW(e.resource_type, e.key, e.subject, c.citizen,
			e.version, e.issued, e.digest, e.content, e.import)::care.import_entry ORDER BY e.ordinal) FILTER (WHERE c.citizen IS NOT NULL),
		array_agg(ROW(e.resource_type, e.key, 'it is known as an entry of another citizen', true)::care.import_refusal
			ORDER BY e.ordinal) FILTER (WHERE c.citizen IS NULL)
	INTO claimed, refusals
	FROM unnest(entries) WITH ORDINALITY
		AS e (resource_type, key, subject, citizen, version, issued, digest, content, import, ordinal)
	CROSS JOIN LATERAL (
		SELECT CASE
			WHEN h.holder = e.citizen THEN e.citizen
			WHEN EXISTS (
				SELECT FROM care.entry_move m
				WHERE m.citizen = h.holder AND m.from_citizen = e.citizen AND m.entry = h.id
					AND care.resource_type_of(m.entry_table) = e.resource_type)
			THEN care.lock_citizen(h.holder) END AS citizen
		FROM (
			SELECT care.current_citizen(k.citizen) AS holder, k.id
			FROM care.resource_key k WHERE k.resource_type = e.resource_type AND k.key = e.key OFFSET 0
		) AS h
		OFFSET 0
	) AS c;
END
$$;
COMMENT ON FUNCTION care.claim_keys(care.import_entry[]) IS
'Internal: makes the keys of resources known as entries of their citizens, and refuses a key that is another''s already.';

CREATE OR REPLACE FUNCTION care.add_versions(
	entries care.import_entry[],
	OUT created care.resource_key[], OUT updated care.resource_key[], OUT restated care.resource_key[])
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH offered AS (
		-- The same content again is no new version, but may say that it is the latest again.
		SELECT DISTINCT ON (n.resource_type, n.key, n.digest) n.*
		FROM unnest(entries) AS n
		ORDER BY n.resource_type, n.key, n.digest, n.version DESC, n.issued DESC
	), judged AS MATERIALIZED (
		SELECT o.*, same.id AS same, same.stands AS stood, latest.id AS latest,
			(o.version, o.issued) > (same.version, same.issued) AS raised,
			row_number() OVER (PARTITION BY o.resource_type, o.key ORDER BY o.version DESC, o.issued DESC, o.digest DESC) = 1
				AND ((o.version, o.issued, o.digest) >= (latest.version, latest.issued, latest.digest)) IS NOT FALSE AS stands
		FROM offered o
		LEFT JOIN LATERAL (
			SELECT v.id, v.version, v.issued, v.stands FROM care.resource_version v
			WHERE v.citizen = o.citizen AND v.resource_type = o.resource_type AND v.key = o.key AND v.digest = o.digest OFFSET 0
		) AS same ON true
		LEFT JOIN LATERAL (
			SELECT v.id, v.version, v.issued, v.digest FROM care.resource_version v
			WHERE v.citizen = o.citizen AND v.resource_type = o.resource_type AND v.key = o.key AND v.stands OFFSET 0
		) AS latest ON true
	), added AS (
		INSERT INTO care.resource_version (citizen, resource_type, key, version, issued, digest, content, stands, import)
		SELECT j.citizen, j.resource_type, j.key, j.version, j.issued, j.digest, j.content, j.stands, j.import
		FROM judged j WHERE j.same IS NULL
	), raised AS (
		UPDATE care.resource_version v
		SET version = j.version, issued = j.issued, stands = j.stands
		FROM judged j
		WHERE v.citizen = j.citizen AND v.id = j.same AND j.raised
	), superseded AS (
		UPDATE care.resource_version v SET stands = false
		FROM judged j
		WHERE v.citizen = j.citizen AND v.id = j.latest AND j.stands AND v.id IS DISTINCT FROM j.same
			AND NOT EXISTS (SELECT FROM judged r WHERE r.same = v.id AND r.raised)
	)
	SELECT array_agg(k.key) FILTER (WHERE k.latest IS NULL),
		array_agg(k.key) FILTER (WHERE k.latest IS NOT NULL AND k.stood IS NOT TRUE),
		array_agg(k.key) FILTER (WHERE k.stood AND k.raised)
	INTO created, updated, restated
	FROM (
		SELECT ROW(j.resource_type, j.key, j.citizen, NULL)::care.resource_key AS key, j.latest, j.stood, j.raised
		FROM judged j WHERE j.stands
	) AS k;
END
$$;
COMMENT ON FUNCTION care.add_versions(care.import_entry[]) IS
'Internal: keeps every version of resources, of each the latest by (version, issued, digest) standing, and tells of which resources another version stands now, and which are only restated.';

CREATE OR REPLACE FUNCTION care.fhir_links()
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{
	"Patient": {"general_practice": ["Organization", "$.generalPractitioner[*]"]},
	"Encounter": {
		"organization": ["Organization", "$.serviceProvider"],
		"practitioner": ["Practitioner", "$.participant[*].individual"],
		"episode_of_care": ["EpisodeOfCare", "$.episodeOfCare[*]"]},
	"EpisodeOfCare": {"organization": ["Organization", "$.managingOrganization"]},
	"Condition": {"encounter": ["Encounter", "$.encounter"]},
	"MedicationRequest": {
		"practitioner": ["Practitioner", "$.requester"],
		"encounter": ["Encounter", "$.encounter"]},
	"CarePlan": {
		"organization": ["Organization", "$.author"],
		"encounter": ["Encounter", "$.encounter"],
		"addresses": ["Condition", "$.addresses[*]"],
		"goals": ["Goal", "$.goal[*]"]},
	"Appointment": {
		"organization": ["Organization", "$.extension[*] ? (@.url == \"urn:smartcare:organization\").valueReference"]}
}'::jsonb;
COMMENT ON FUNCTION care.fhir_links() IS
'Internal: of each type of resource the references that are read: by role the type that is looked for and where it stands.';

-- What is missing is awaited: when it arrives, the resource is looked at again.
CREATE OR REPLACE FUNCTION care.standing_versions(
	keys care.resource_key[], locals jsonb, strangers text[],
	OUT projections care.import_projection[], OUT awaited care.parked_resource[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH standing AS MATERIALIZED (
		SELECT v.resource_type, v.key, v.citizen, k.id, v.issued, v.content, v.import
		FROM (SELECT DISTINCT u.resource_type, u.key, u.citizen FROM unnest(keys) AS u) AS n
		CROSS JOIN LATERAL (
			SELECT v.* FROM care.resource_version v
			WHERE v.citizen = n.citizen AND v.resource_type = n.resource_type AND v.key = n.key AND v.stands OFFSET 0
		) AS v
		CROSS JOIN LATERAL (
			SELECT k.id FROM care.resource_key k
			WHERE k.resource_type = n.resource_type AND k.key = n.key AND k.id > 0 OFFSET 0
		) AS k
	), link AS MATERIALIZED (
		SELECT s.resource_type, s.key, s.citizen, s.import, l.role, l.spec ->> 0 AS target_type, t.target, f.place,
			CASE WHEN k.citizen IS NULL OR k.citizen = s.citizen OR care.current_citizen(k.citizen) = s.citizen THEN k.id END AS id
		FROM standing s
		CROSS JOIN LATERAL jsonb_each(care.fhir_links() -> s.resource_type) AS l (role, spec)
		CROSS JOIN LATERAL jsonb_path_query(s.content, (l.spec ->> 1)::jsonpath) WITH ORDINALITY AS f (reference, place)
		CROSS JOIN LATERAL (
			SELECT CASE WHEN f.reference ->> 'reference' LIKE '#%' THEN care.fhir_outward(s.content, f.reference) ELSE f.reference END AS reference
			OFFSET 0
		) AS r
		CROSS JOIN LATERAL (
			SELECT care.fhir_target(r.reference, l.spec ->> 0, care.fhir_base(s.key), locals -> s.import::text) AS target OFFSET 0
		) AS t
		LEFT JOIN LATERAL (
			SELECT k.citizen, k.id FROM care.resource_key k
			WHERE k.resource_type = l.spec ->> 0 AND k.key = t.target AND k.id > 0 OFFSET 0
		) AS k ON true
		WHERE t.target IS NOT NULL AND octet_length(t.target) <= 1000
			AND coalesce(care.fhir_stated_type(r.reference), l.spec ->> 0) = l.spec ->> 0
	)
	SELECT
		(SELECT array_agg(ROW(s.resource_type, s.key, s.citizen, s.id, nullif(s.issued, '-infinity'), s.content, s.import, l.links)::care.import_projection)
			FROM standing s
			LEFT JOIN (
				SELECT r.resource_type, r.key, jsonb_object_agg(r.role, r.ids) AS links
				FROM (
					SELECT i.resource_type, i.key, i.role, jsonb_agg(i.id ORDER BY i.place) AS ids
					FROM link i WHERE i.id IS NOT NULL
					GROUP BY i.resource_type, i.key, i.role
				) AS r
				GROUP BY r.resource_type, r.key
			) AS l ON l.resource_type = s.resource_type AND l.key = s.key),
		(SELECT array_agg(ROW(d.target_type, d.target, NULL, d.key, jsonb_build_object('resourceType', d.resource_type), d.import, NULL)::care.parked_resource)
			FROM (
				SELECT DISTINCT l.target_type, l.target, l.key, l.resource_type, l.import
				FROM link l WHERE l.id IS NULL AND l.target <> ALL (coalesce(strangers, '{}'))
			) AS d)
	INTO projections, awaited;
END
$$;
COMMENT ON FUNCTION care.standing_versions(care.resource_key[], jsonb, text[]) IS
'Internal: the versions of resources that stand, with the entries they refer to, and what they refer to that is not known.';
