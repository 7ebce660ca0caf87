-- Export to FHIR R4: what the resources of all types are made of.
--
-- An entry that came in a bundle keeps the identity it had in its source. One that was
-- made here has a UUID that says so: of version 8 (RFC 9562), it begins with the setting
-- "record" and has the type and the id in it, so that it never changes, and an import
-- knows what this record itself has made.

CREATE OR REPLACE FUNCTION care.fhir_types()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{Patient,Organization,Practitioner,EpisodeOfCare,Encounter,Condition,MedicationRequest,AllergyIntolerance,Goal,ServiceRequest,CarePlan,Task,Appointment,Consent,CareTeam,RelatedPerson,Observation,Questionnaire,QuestionnaireResponse,Communication}'::text[];
COMMENT ON FUNCTION care.fhir_types() IS
'Internal: the types of resources that are exported, in their order; their places are in the identities of entries, so new ones come last.';

CREATE OR REPLACE FUNCTION care.own_key(record text, rest text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 'urn:uuid:' || pg_catalog.left(record, 8) || '-' || pg_catalog.substr(record, 9) || '-8' || rest;
COMMENT ON FUNCTION care.own_key(text, text) IS 'Internal: an identity that a record gives, by what follows the record in it.';

CREATE OR REPLACE FUNCTION care.own_key(record text, resource_type text, digits text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN care.own_key(record, lpad(to_hex(array_position(care.fhir_types(), resource_type)), 3, '0')
		|| '-a' || left(digits, 3) || '-' || right(digits, 12));
END
$$;
COMMENT ON FUNCTION care.own_key(text, text, text) IS
'Internal: the identity of something made in a record, of which 15 hexadecimal digits tell which it is.';

CREATE OR REPLACE FUNCTION care.own_key(record text, resource_type text, id bigint)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN care.own_key(record, resource_type, pg_catalog.lpad(pg_catalog.to_hex(id), 15, '0'));
COMMENT ON FUNCTION care.own_key(text, text, bigint) IS 'Internal: the identity of an entry made in a record.';

CREATE OR REPLACE FUNCTION care.own_entry(resource_type text, key text, citizen bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own_id bigint;
BEGIN
	IF key NOT LIKE 'urn:uuid:________-____-8___-a___-____________'
		OR right(key, 16) !~ '^[0-9a-f]{3}-[0-9a-f]{12}$'
	THEN
		RETURN NULL;
	END IF;
	own_id := ('x0' || substr(key, 30, 3) || right(key, 12))::bit(64)::bigint;
	IF key <> care.own_key(care.setting('record'), resource_type, own_id) THEN
		RETURN NULL;
	END IF;
	RETURN CASE resource_type
		WHEN 'Patient' THEN (SELECT care.current_citizen(t.citizen) FROM care.citizen t WHERE t.citizen = own_id)
		WHEN 'Organization' THEN (SELECT t.id FROM care.organization t WHERE t.id = own_id)
		WHEN 'Practitioner' THEN (SELECT t.id FROM care.practitioner t WHERE t.id = own_id)
		WHEN 'EpisodeOfCare' THEN (SELECT t.id FROM care.episode_of_care t WHERE t.citizen = own_entry.citizen AND t.id = own_id)
		WHEN 'Encounter' THEN (SELECT t.id FROM care.encounter t WHERE t.citizen = own_entry.citizen AND t.id = own_id)
		WHEN 'Condition' THEN (SELECT t.id FROM care.condition t WHERE t.citizen = own_entry.citizen AND t.id = own_id)
		WHEN 'Goal' THEN (SELECT t.id FROM care.goal t WHERE t.citizen = own_entry.citizen AND t.id = own_id)
		WHEN 'ServiceRequest' THEN (SELECT t.id FROM care.service_request t WHERE t.citizen = own_entry.citizen AND t.id = own_id)
		WHEN 'Appointment' THEN (SELECT t.id FROM care.appointment t WHERE t.citizen = own_entry.citizen AND t.id = own_id)
		WHEN 'RelatedPerson' THEN (SELECT t.id FROM care.related_person t WHERE t.citizen = own_entry.citizen AND t.id = own_id)
		WHEN 'CarePlan' THEN (SELECT t.id FROM care.care_plan t WHERE t.citizen = own_entry.citizen AND t.id = own_id)
	END;
END
$$;
COMMENT ON FUNCTION care.own_entry(text, text, bigint) IS
'Internal: which entry of a citizen, which citizen, organization or practitioner it is that this record has given such an identity; null if none.';

-- FHIR knows the years 1 to 9999.
CREATE OR REPLACE FUNCTION care.fhir_time("time" timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN "time" >= timestamptz '0001-01-01 00:00:00+00' AND "time" < timestamptz '10000-01-01 00:00:00+00'
		THEN rtrim(rtrim(to_char("time" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' END;
END
$$;
COMMENT ON FUNCTION care.fhir_time(timestamptz) IS 'Internal: a FHIR instant, exact; null for times that FHIR has none for.';

CREATE OR REPLACE FUNCTION care.fhir_period(start_time timestamptz, end_time timestamptz)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN nullif(jsonb_strip_nulls(jsonb_build_object('start', care.fhir_time(start_time), 'end', care.fhir_time(end_time))), '{}');
END
$$;
COMMENT ON FUNCTION care.fhir_period(timestamptz, timestamptz) IS 'Internal: a FHIR Period; null where neither end is known.';

CREATE OR REPLACE FUNCTION care.fhir_concept(system text, code text, display text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN nullif(jsonb_strip_nulls(jsonb_build_object(
		'coding', CASE WHEN code <> '' THEN jsonb_build_array(jsonb_build_object('system', nullif(system, ''), 'code', code)) END,
		'text', nullif(display, ''))), '{}');
END
$$;
COMMENT ON FUNCTION care.fhir_concept(text, text, text) IS 'Internal: a CodeableConcept of one code, in words, or both.';

CREATE OR REPLACE FUNCTION care.fhir_status(system text, code text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN code IS NOT NULL THEN care.fhir_concept('http://terminology.hl7.org/CodeSystem/' || system, code, NULL) END;
COMMENT ON FUNCTION care.fhir_status(text, text) IS 'Internal: a CodeableConcept of one of HL7''s code systems.';

-- What FHIR has no element for stands in extensions of our own.
CREATE OR REPLACE FUNCTION care.fhir_extension(name text, type text, value jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN value IS NOT NULL THEN jsonb_build_object('url', 'urn:smartcare:' || name, 'value' || type, value) END;
END
$$;
COMMENT ON FUNCTION care.fhir_extension(text, text, jsonb) IS 'Internal: an extension of our own; null without a value.';

CREATE OR REPLACE FUNCTION care.fhir_extended(content jsonb, name text, type text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN content ? 'extension' THEN pg_catalog.jsonb_path_query_first(content, '$.extension[*] ? (@.url == $url)',
	pg_catalog.jsonb_build_object('url', 'urn:smartcare:' || name)) -> ('value' || type) END;
COMMENT ON FUNCTION care.fhir_extended(jsonb, text, text) IS 'Internal: the value of an extension of our own.';

CREATE OR REPLACE FUNCTION care.fhir_list(VARIADIC members jsonb[])
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(to_jsonb(array_remove(members, NULL)), '[]');
COMMENT ON FUNCTION care.fhir_list(jsonb[]) IS 'Internal: those that there are as an array; null where there are none.';

-- Identities other than those made of the id, and when steps last changed what: by
-- type and id, or table and id.
CREATE OR REPLACE FUNCTION care.export_names(citizen bigint)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	patient text;
	names jsonb;
BEGIN
	SELECT min(k.key COLLATE "C") INTO patient FROM care.resource_key k
	WHERE k.citizen = export_names.citizen AND k.resource_type = 'Patient' AND k.id > 0 AND k.key NOT LIKE '%?identifier=%'
		AND k.key NOT LIKE care.own_key(care.setting('record'), '%');

	SELECT jsonb_object_agg(s.resource_type || '/' || s.id, s.source) INTO names
	FROM (
		SELECT 'Patient' AS resource_type, export_names.citizen AS id, patient AS source
		UNION ALL
		SELECT 'EpisodeOfCare', t.id, t.source FROM care.episode_of_care t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'Encounter', t.id, t.source FROM care.encounter t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'Condition', t.id, t.source FROM care.condition t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'MedicationRequest', t.id, t.source FROM care.medication_statement t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'AllergyIntolerance', t.id, t.source FROM care.allergy t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'Goal', t.id, t.source FROM care.goal t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'ServiceRequest', t.id, t.source FROM care.service_request t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'CarePlan', t.id, t.source FROM care.care_plan t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'Task', t.id, t.source FROM care.task t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'Appointment', t.id, t.source FROM care.appointment t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'Consent', t.id, t.source FROM care.consent t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'CareTeam', t.id, t.source FROM care.care_team_member t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'RelatedPerson', t.id, t.source FROM care.related_person t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'QuestionnaireResponse', t.id, t.source FROM care.questionnaire_response t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'Communication', t.id, t.source FROM care.diary_entry t WHERE t.citizen = export_names.citizen
		UNION ALL
		SELECT 'Organization', o.id, o.source
		FROM care.export_parties(export_names.citizen) p JOIN care.organization o ON o.id = p.id WHERE p.resource_type = 'Organization'
		UNION ALL
		SELECT 'Practitioner', d.id, d.source
		FROM care.export_parties(export_names.citizen) p JOIN care.practitioner d ON d.id = p.id WHERE p.resource_type = 'Practitioner'
	) AS s
	-- A letter that is no FHIR may have brought it: what that is called is no identity of a resource.
	WHERE s.source ~ '^(urn:[a-z]|https?://|[A-Z][A-Za-z]+/)';

	RETURN coalesce(names, '{}') || jsonb_build_object('record', care.setting('record'), 'changed', (
		SELECT coalesce(jsonb_object_agg(e.entity || '/' || e.entry, e.changed), '{}')
		FROM (
			SELECT v.entity, v.entry, max(v.recorded_at) AS changed
			FROM care.workflow_event v WHERE v.citizen = export_names.citizen
			GROUP BY v.entity, v.entry
		) AS e));
END
$$;
COMMENT ON FUNCTION care.export_names(bigint) IS
'Internal: the identities that a citizen''s entries, and the organizations and practitioners they name, brought with them, by Type/id; and "changed": when steps last changed entries.';

-- Organizations with those that they are part of.
CREATE OR REPLACE FUNCTION care.export_parties(citizen bigint)
RETURNS TABLE (resource_type text, id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	WITH RECURSIVE named AS (
		SELECT u.organization AS id
		FROM care.citizen t CROSS JOIN LATERAL unnest(ARRAY[t.municipality, t.general_practice]) AS u (organization)
		WHERE t.citizen = export_parties.citizen
		UNION
		SELECT t.organization FROM care.episode_of_care t WHERE t.citizen = export_parties.citizen
		UNION
		SELECT t.organization FROM care.encounter t WHERE t.citizen = export_parties.citizen
		UNION
		SELECT t.organization FROM care.care_plan t WHERE t.citizen = export_parties.citizen
		UNION
		SELECT u.organization
		FROM care.service_request t CROSS JOIN LATERAL unnest(ARRAY[t.requester, t.performer]) AS u (organization)
		WHERE t.citizen = export_parties.citizen
		UNION
		SELECT u.organization
		FROM care.task t CROSS JOIN LATERAL unnest(ARRAY[t.requester, t.owner, t.offered_to]) AS u (organization)
		WHERE t.citizen = export_parties.citizen
		UNION
		SELECT t.organization FROM care.appointment t WHERE t.citizen = export_parties.citizen
		UNION
		SELECT u.organization
		FROM care.consent t CROSS JOIN LATERAL unnest(ARRAY[t.organization, t.grantee]) AS u (organization)
		WHERE t.citizen = export_parties.citizen
		UNION
		SELECT t.organization FROM care.care_team_member t WHERE t.citizen = export_parties.citizen
		UNION
		SELECT t.organization FROM care.questionnaire_response t WHERE t.citizen = export_parties.citizen
	), whole AS (
		SELECT n.id FROM named n
		UNION
		SELECT o.parent FROM whole w JOIN care.organization o ON o.id = w.id
	)
	SELECT 'Organization', w.id FROM whole w WHERE w.id IS NOT NULL
	UNION ALL
	SELECT 'Practitioner', p.practitioner
	FROM (
		SELECT t.practitioner FROM care.encounter t WHERE t.citizen = export_parties.citizen
		UNION
		SELECT t.practitioner FROM care.medication_statement t WHERE t.citizen = export_parties.citizen
		UNION
		SELECT t.practitioner FROM care.care_team_member t WHERE t.citizen = export_parties.citizen
	) AS p
	WHERE p.practitioner IS NOT NULL;
END
$$;
COMMENT ON FUNCTION care.export_parties(bigint) IS
'Internal: the organizations and practitioners that a citizen''s entries name, by type of resource and id.';

CREATE OR REPLACE FUNCTION care.export_key(names jsonb, resource_type text, id bigint)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(names ->> (resource_type || '/' || id), care.own_key(names ->> 'record', resource_type, id));
END
$$;
COMMENT ON FUNCTION care.export_key(jsonb, text, bigint) IS 'Internal: the identity of an entry; names as care.export_names() gives them.';

CREATE OR REPLACE FUNCTION care.export_reference(names jsonb, resource_type text, id bigint)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN id IS NOT NULL
		THEN jsonb_build_object('reference', care.export_key(names, resource_type, id), 'type', resource_type) END;
END
$$;
COMMENT ON FUNCTION care.export_reference(jsonb, text, bigint) IS 'Internal: a Reference to an entry; null for none.';

CREATE OR REPLACE FUNCTION care.export_resource(key text, resource_type text, meta jsonb, resource jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN jsonb_strip_nulls(jsonb_build_object(
		'fullUrl', CASE WHEN key LIKE 'urn:%' OR key LIKE 'http%' THEN key END,
		'resource', resource || jsonb_build_object('resourceType', resource_type, 'meta', meta,
			'id', CASE WHEN key LIKE 'urn:uuid:%' THEN substr(key, 10)
			WHEN length(split_part(key, '/', -1)) <= 64 THEN substring(split_part(key, '/', -1), '^(?:urn:.*:)?([A-Za-z0-9.-]+)$') END)));
END
$$;
COMMENT ON FUNCTION care.export_resource(text, text, jsonb, jsonb) IS 'Internal: an entry of a Bundle.';

CREATE OR REPLACE FUNCTION care.export_entry(
	names jsonb, resource_type text, entity text, id bigint, issued timestamptz, recorded_at timestamptz, resource jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN care.export_resource(care.export_key(names, resource_type, id), resource_type,
		CASE WHEN issued IS NULL AND NOT names -> 'changed' ? (entity || '/' || id) AND names ? (resource_type || '/' || id) THEN NULL
			ELSE jsonb_build_object('lastUpdated', care.fhir_time(greatest(issued, (names #>> ARRAY['changed', entity || '/' || id])::timestamptz,
				CASE WHEN NOT names ? (resource_type || '/' || id) THEN recorded_at END))) END,
		resource);
END
$$;
COMMENT ON FUNCTION care.export_entry(jsonb, text, text, bigint, timestamptz, timestamptz, jsonb) IS
'Internal: an entry of a citizen as an entry of a Bundle, last updated when its source issued it, or a step changed it, or it was recorded here.';
