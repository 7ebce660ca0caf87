-- Export: who and where, what has happened, and what is known.

CREATE OR REPLACE FUNCTION care.export_patient(citizen bigint, names jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT care.export_resource(care.export_key(names, 'Patient', t.citizen), 'Patient',
			(SELECT CASE WHEN u.updated IS NOT NULL THEN jsonb_build_object('lastUpdated', care.fhir_time(u.updated)) END
				FROM (
					SELECT greatest(
						(SELECT max(v.issued) FROM care.resource_version v
							WHERE v.citizen = t.citizen AND v.resource_type = 'Patient' AND v.stands AND isfinite(v.issued)),
						(SELECT max(e.recorded_at) FROM care.workflow_event e WHERE e.citizen = t.citizen AND e.entity = 'death_record'),
						CASE WHEN NOT names ? ('Patient/' || t.citizen) THEN greatest(t.recorded_at,
							(SELECT max(i.recorded_at) FROM care.citizen_identifier i WHERE i.citizen = t.citizen)) END) AS updated
				) AS u),
			jsonb_build_object(
				'extension', care.fhir_list(care.fhir_extension('municipality', 'Reference', care.export_reference(names, 'Organization', t.municipality))),
				'identifier', (SELECT jsonb_agg(jsonb_build_object('system', i.system, 'value', i.value) ORDER BY i.system COLLATE "C", i.value COLLATE "C")
					FROM care.citizen_identifier i WHERE i.citizen = t.citizen),
				'name', CASE WHEN t.name <> '' THEN jsonb_build_array(jsonb_build_object('text', t.name)) END,
				'gender', t.gender,
				'birthDate', to_char(t.birth_date, 'YYYY-MM-DD'),
				'deceasedDateTime', CASE WHEN t.deceased THEN care.fhir_time(t.deceased_at) END,
				'deceasedBoolean', CASE WHEN t.deceased AND care.fhir_time(t.deceased_at) IS NULL THEN true END,
				'address', CASE WHEN t.city <> '' THEN jsonb_build_array(jsonb_build_object('city', t.city)) END,
				'generalPractitioner', care.fhir_list(care.export_reference(names, 'Organization', t.general_practice))))
		FROM care.citizen t WHERE t.citizen = export_patient.citizen);
END
$$;
COMMENT ON FUNCTION care.export_patient(bigint, jsonb) IS 'Internal: a citizen as Patient.';

CREATE OR REPLACE FUNCTION care.export_organizations(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_resource(care.export_key(names, 'Organization', o.id), 'Organization',
		CASE WHEN o.issued IS NOT NULL THEN jsonb_build_object('lastUpdated', care.fhir_time(o.issued)) END,
		jsonb_build_object(
			'identifier', (
				SELECT jsonb_agg(jsonb_build_object('system', i.system, 'value', i.value) ORDER BY i.place)
				FROM (VALUES
					(1, 'urn:oid:1.2.208.176.1.1', o.sor),
					(2, 'https://www.gs1.org/gln', o.gln),
					(3, 'urn:oid:1.2.208.176.1.4', o.provider_number),
					(4, 'urn:smartcare:identifier:municipality', o.municipality_code)) AS i (place, system, value)
				-- What is malformed nobody would take.
				WHERE smartcare.identifier_normalize(i.system, i.value) IS NOT NULL),
			'active', o.active,
			'type', jsonb_build_array(care.fhir_concept('urn:smartcare:code:sector', nullif(o.sector, 'unclassified'), o.kind)),
			'name', o.name,
			'address', CASE WHEN o.city <> '' THEN jsonb_build_array(jsonb_build_object('city', o.city)) END,
			'partOf', care.export_reference(names, 'Organization', o.parent)))
	FROM care.export_parties(export_organizations.citizen) p
	JOIN care.organization o ON o.id = p.id
	WHERE p.resource_type = 'Organization'
	ORDER BY care.export_key(names, 'Organization', o.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_organizations(bigint, jsonb) IS 'Internal: the organizations that a citizen''s entries name.';

CREATE OR REPLACE FUNCTION care.export_practitioners(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_resource(care.export_key(names, 'Practitioner', d.id), 'Practitioner',
		CASE WHEN d.issued IS NOT NULL THEN jsonb_build_object('lastUpdated', care.fhir_time(d.issued)) END,
		jsonb_build_object(
			'identifier', CASE WHEN smartcare.identifier_normalize('https://autregweb.sst.dk', d.authorization_id) IS NOT NULL
				THEN jsonb_build_array(jsonb_build_object('system', 'https://autregweb.sst.dk', 'value', d.authorization_id)) END,
			'active', d.active,
			'name', jsonb_build_array(jsonb_build_object('text', d.name))))
	FROM care.export_parties(export_practitioners.citizen) p
	JOIN care.practitioner d ON d.id = p.id
	WHERE p.resource_type = 'Practitioner'
	ORDER BY care.export_key(names, 'Practitioner', d.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_practitioners(bigint, jsonb) IS 'Internal: the practitioners that a citizen''s entries name.';

CREATE OR REPLACE FUNCTION care.export_episodes_of_care(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'EpisodeOfCare', 'episode_of_care', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'status', t.status,
			'statusHistory', (SELECT jsonb_agg(jsonb_build_object('status', h.label, 'period', care.fhir_period(lower(h.period), upper(h.period))) ORDER BY h.period)
				FROM smartcare.unnest(t.course) AS h),
			'type', care.fhir_list(care.fhir_concept(NULL, NULL, t.type)),
			'patient', care.export_reference(names, 'Patient', t.citizen),
			'managingOrganization', care.export_reference(names, 'Organization', t.organization),
			'period', care.fhir_period(t.start_time, t.end_time)))
	FROM care.episode_of_care t
	WHERE t.citizen = export_episodes_of_care.citizen
	ORDER BY care.export_key(names, 'EpisodeOfCare', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_episodes_of_care(bigint, jsonb) IS
'Internal: a citizen''s episodes of care, with the history of their status.';

CREATE OR REPLACE FUNCTION care.export_encounters(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'Encounter', 'encounter', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'extension', care.fhir_list(
				care.fhir_extension('ready-for-discharge', 'DateTime', to_jsonb(care.fhir_time(t.ready_at))),
				care.fhir_extension('transferred-from', 'Reference', care.export_reference(names, 'Encounter', t.transferred_from))),
			'status', t.status,
			'statusHistory', (SELECT jsonb_agg(jsonb_build_object('status', 'onleave', 'period', care.fhir_period(lower(l.period), upper(l.period))) ORDER BY l.period)
				FROM unnest(t.leaves) AS l (period)),
			'class', jsonb_build_object('system', 'http://terminology.hl7.org/CodeSystem/v3-ActCode', 'code', t.class),
			'type', care.fhir_list(care.fhir_concept(NULL, NULL, t.type)),
			-- Whatever was asked for, or is only planned, was planned.
			'priority', CASE WHEN t.planned AND t.status <> 'planned' AND t.service_request IS NULL THEN care.fhir_status('v3-ActPriority', 'EL') END,
			'subject', care.export_reference(names, 'Patient', t.citizen),
			'episodeOfCare', care.fhir_list(care.export_reference(names, 'EpisodeOfCare', t.episode_of_care)),
			'basedOn', care.fhir_list(care.export_reference(names, 'ServiceRequest', t.service_request)),
			'participant', CASE WHEN t.practitioner IS NOT NULL
				THEN jsonb_build_array(jsonb_build_object('individual', care.export_reference(names, 'Practitioner', t.practitioner))) END,
			'period', care.fhir_period(t.start_time, t.end_time),
			'reasonCode', care.fhir_list(care.fhir_concept(NULL, NULL, t.reason)),
			'hospitalization', CASE WHEN t.transferred_from IS NOT NULL
				THEN jsonb_build_object('admitSource', care.fhir_status('admit-source', 'hosp-trans')) END,
			'serviceProvider', care.export_reference(names, 'Organization', t.organization)))
	FROM care.encounter t
	WHERE t.citizen = export_encounters.citizen
	ORDER BY care.export_key(names, 'Encounter', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_encounters(bigint, jsonb) IS
'Internal: a citizen''s encounters; leaves are the history of the status onleave.';

CREATE OR REPLACE FUNCTION care.export_conditions(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'Condition', 'condition', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'clinicalStatus', CASE WHEN t.verification_status IS DISTINCT FROM 'entered-in-error' THEN care.fhir_status('condition-clinical', t.clinical_status) END,
			'verificationStatus', care.fhir_status('condition-ver-status', t.verification_status),
			'category', v.content -> 'category',
			'severity', v.content -> 'severity',
			'code', coalesce(v.content -> 'code', care.fhir_concept(t.system, t.code, t.name)),
			'bodySite', v.content -> 'bodySite',
			'subject', care.export_reference(names, 'Patient', t.citizen),
			'encounter', care.export_reference(names, 'Encounter', t.encounter),
			'onsetDateTime', care.fhir_time(t.start_time),
			'abatementDateTime', care.fhir_time(t.end_time)))
	FROM care.condition t
	LEFT JOIN LATERAL (
		SELECT s.content FROM care.resource_version s
		WHERE s.citizen = t.citizen AND s.resource_type = 'Condition' AND s.key = t.source AND s.stands OFFSET 0
	) AS v ON true
	WHERE t.citizen = export_conditions.citizen
	ORDER BY care.export_key(names, 'Condition', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_conditions(bigint, jsonb) IS
'Internal: a citizen''s conditions, in the codes that they came with.';

CREATE OR REPLACE FUNCTION care.export_medication(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'MedicationRequest', 'medication_statement', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'status', t.status,
			'intent', coalesce(v.content -> 'intent', '"order"'),
			'category', v.content -> 'category',
			'medicationCodeableConcept', coalesce(v.content -> 'medicationCodeableConcept', care.fhir_concept(t.system, t.code, t.name)),
			'subject', care.export_reference(names, 'Patient', t.citizen),
			'encounter', care.export_reference(names, 'Encounter', t.encounter),
			'authoredOn', care.fhir_time(t.authored_on),
			'requester', care.export_reference(names, 'Practitioner', t.practitioner),
			'dosageInstruction', coalesce(v.content -> 'dosageInstruction',
				CASE WHEN t.dosage <> '' THEN jsonb_build_array(jsonb_build_object('text', t.dosage)) END)))
	FROM care.medication_statement t
	LEFT JOIN LATERAL (
		SELECT s.content FROM care.resource_version s
		WHERE s.citizen = t.citizen AND s.resource_type = 'MedicationRequest' AND s.key = t.source AND s.stands OFFSET 0
	) AS v ON true
	WHERE t.citizen = export_medication.citizen
	ORDER BY care.export_key(names, 'MedicationRequest', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_medication(bigint, jsonb) IS
'Internal: a citizen''s medication, with the codes and dosage that it came with.';

CREATE OR REPLACE FUNCTION care.export_allergies(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'AllergyIntolerance', 'allergy', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'clinicalStatus', CASE WHEN t.verification_status IS DISTINCT FROM 'entered-in-error' THEN care.fhir_status('allergyintolerance-clinical', t.clinical_status) END,
			'verificationStatus', care.fhir_status('allergyintolerance-verification', t.verification_status),
			'type', v.content -> 'type',
			'category', to_jsonb(nullif(t.category, '{}')),
			'criticality', t.criticality,
			'code', coalesce(v.content -> 'code', care.fhir_concept(t.system, t.code, t.name)),
			'patient', care.export_reference(names, 'Patient', t.citizen),
			'onsetDateTime', care.fhir_time(t.start_time),
			'reaction', v.content -> 'reaction'))
	FROM care.allergy t
	LEFT JOIN LATERAL (
		SELECT s.content FROM care.resource_version s
		WHERE s.citizen = t.citizen AND s.resource_type = 'AllergyIntolerance' AND s.key = t.source AND s.stands OFFSET 0
	) AS v ON true
	WHERE t.citizen = export_allergies.citizen
	ORDER BY care.export_key(names, 'AllergyIntolerance', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_allergies(bigint, jsonb) IS
'Internal: a citizen''s allergies, with the codes and reactions that they came with.';
