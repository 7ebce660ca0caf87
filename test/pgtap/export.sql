-- Exports: what is in them, whose identities, and what the importer makes of the resources that only an export has. That round trips lose
-- nothing is for export_roundtrip.sh.
BEGIN;
SELECT plan(45);
SET LOCAL timezone = 'UTC';
SET LOCAL client_min_messages = warning;
UPDATE care.setting SET value = '0123456789ab' WHERE name = 'record';
CREATE FUNCTION pg_temp.resources(citizen bigint, type text, period tstzrange DEFAULT NULL) RETURNS SETOF jsonb LANGUAGE sql AS $$
	SELECT e -> 'resource' FROM care.export_entries(citizen, period) AS e WHERE e #>> '{resource,resourceType}' = type
$$;
-- A Bundle of these resources, each with the fullUrl in its id.
CREATE FUNCTION pg_temp.import(VARIADIC resources jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT care.import_bundle(jsonb_build_object('resourceType', 'Bundle', 'type', 'collection',
		'entry', (SELECT jsonb_agg(jsonb_build_object('fullUrl', r ->> 'id', 'resource', r - 'id')) FROM unnest(resources) AS r)))
$$;
CREATE FUNCTION pg_temp.skipped(report jsonb) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(': ', s ->> 'resourceType', s ->> 'reason') FROM jsonb_array_elements(report -> 'skipped') AS s
$$;

SELECT throws_ok('SELECT care.export_bundle(NULL)', '22004', 'there is no citizen to export', 'no citizen');
SELECT throws_ok('SELECT care.export_bundle(987654)', 'P0002', 'citizen 987654 is not known', 'an unknown citizen');

INSERT INTO care.organization (sector, kind, name) VALUES ('hospital', 'hospital', 'Sygehuset'), ('municipality', 'municipality', 'Kommunen');
SELECT min(id) AS h, max(id) AS m FROM care.organization \gset
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{2512489996}', 'Nancy', municipality => :m) AS c \gset
SELECT is(jsonb_array_length(b -> 'entry'), 2, 'a citizen of whom nothing is known but the municipality') FROM care.export_bundle(:c) AS b;
SELECT is(b ->> 'type', 'collection', 'is a collection') FROM care.export_bundle(:c) AS b;

-- Identities
SELECT is(care.export_bundle(:c) #>> '{entry,0,fullUrl}', format('urn:uuid:01234567-89ab-8001-a000-%s', lpad(to_hex(:c), 12, '0')), 'an identity made of record, type and number');
SELECT is(care.own_entry('Patient', care.own_key('0123456789ab', 'Patient', :c)), :c::bigint, 'by which it is known again');
SELECT is(care.own_entry('Patient', care.own_key('0123456789ac', 'Patient', :c)), NULL, 'another record''s is not');
SELECT is(care.own_entry('Encounter', care.own_key('0123456789ab', 'Patient', :c), :c), NULL, 'nor another type''s');
SELECT is(care.own_key('0123456789ab', 'Patient', id), expected, 'identity of ' || id)
FROM (VALUES (1::bigint, 'urn:uuid:01234567-89ab-8001-a000-000000000001'), (1152921504606846975, 'urn:uuid:01234567-89ab-8001-afff-ffffffffffff')) AS v (id, expected);
SELECT is_empty($$SELECT k FROM unnest('{urn:uuid:01234567-89ab-8001-a000-00000000000g,urn:uuid:01234567-89ab-8001-a000-0000000000010,urn:uuid:,x,""}'::text[]) AS k WHERE care.own_entry('Patient', k) IS NOT NULL$$, 'what is no such identity');

-- Stays: leaves, transfers, annulments
SELECT care.admit(:c, :h, 'IMP', 's1', '2026-01-01 10:00Z') AS r \gset
SELECT id AS e FROM care.encounter WHERE citizen = :c \gset
SELECT care.start_leave(:c, :e, :h, 's2', '2026-01-02 10:00:00.000001Z'), care.end_leave(:c, :e, :h, 's3', '2026-01-03 10:00Z'), care.start_leave(:c, :e, :h, 's4', '2026-01-04 10:00Z') \g /dev/null
SELECT is(r -> 'statusHistory', '[{"status": "onleave", "period": {"start": "2026-01-02T10:00:00.000001Z", "end": "2026-01-03T10:00:00Z"}}, {"status": "onleave", "period": {"start": "2026-01-04T10:00:00Z"}}]',
	'leaves are the history of the status') FROM pg_temp.resources(:c, 'Encounter') AS r;
SELECT care.plan_admission(:c, :h, '2026-05-01', 's5', '2026-01-05Z') \g /dev/null
SELECT care.annul(:c, (SELECT max(id) FROM care.workflow_event WHERE citizen = :c AND step = 'plan_admission'), :h, 'somebody else', 's6') \g /dev/null
SELECT bag_eq(format('SELECT r ->> ''status'' FROM pg_temp.resources(%s, ''Encounter'') AS r', :c), '{onleave,entered-in-error}'::text[], 'what was annulled is exported as entered in error');
SELECT is(r #>> '{meta,lastUpdated}', care.fhir_time((SELECT max(recorded_at) FROM care.workflow_event WHERE citizen = :c AND step = 'annul')), 'last updated by the step')
FROM pg_temp.resources(:c, 'Encounter') AS r WHERE r ->> 'status' = 'entered-in-error';

-- Measurements
SELECT care.record(:c, 'body_weight', '{2026-01-01 08:00Z,2026-01-02 08:00:00.000001Z}', '{71.3,72}', 'kg', '{"key": "scales"}') \g /dev/null
SELECT care.record(:c, 'body_temperature', '{2026-01-01 08:00Z}', '{101.3}', '[degF]') \g /dev/null
SELECT is((SELECT jsonb_object_agg(o.key, o.value) FROM jsonb_each(r) AS o WHERE o.key IN ('status', 'effectiveDateTime', 'valueQuantity')),
	'{"status": "final", "effectiveDateTime": "2026-01-02T08:00:00.000001Z", "valueQuantity": {"value": 72, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}}',
	'a value is an Observation') FROM pg_temp.resources(:c, 'Observation', '[2026-01-02,2026-01-03)') AS r;
SELECT ok(r @> '{"code": {"coding": [{"system": "urn:oid:1.2.208.176.2.1", "code": "NPU03804"}, {"system": "http://loinc.org", "code": "29463-7"}]}}', 'with all codes of its measure')
FROM pg_temp.resources(:c, 'Observation', '[2026-01-02,2026-01-03)') AS r;
SELECT is(r #>> '{meta,profile,0}', 'http://hl7.org/fhir/StructureDefinition/bodyweight', 'and the profile that it satisfies') FROM pg_temp.resources(:c, 'Observation', '[2026-01-02,2026-01-03)') AS r;
SELECT is(r -> 'valueQuantity' ->> 'value', m.value::text, 'converted values go out as they are here, or as they came')
FROM pg_temp.resources(:c, 'Observation') AS r, care.measurement m WHERE r @> '{"code": {"text": "Body temperature"}}' AND m.measure = 'body_temperature' AND m.citizen = :c AND m.original_unit IS NULL
UNION ALL SELECT is(r -> 'valueQuantity' ->> 'value', m.original_value::text, 'converted values go out as they are here, or as they came')
FROM pg_temp.resources(:c, 'Observation') AS r, care.measurement m WHERE r @> '{"code": {"text": "Body temperature"}}' AND m.measure = 'body_temperature' AND m.citizen = :c AND m.original_unit IS NOT NULL;
CREATE TEMP TABLE before AS SELECT r ->> 'id' AS id, r AS was FROM pg_temp.resources(:c, 'Observation') AS r;
SELECT care.nullify_measurement(:c, 'body_weight', '2026-01-02 08:00:00.000001Z', 'the dog''s') \g /dev/null
SELECT is(r ->> 'status', 'entered-in-error', 'what was nullified is entered in error, under the same identity')
FROM pg_temp.resources(:c, 'Observation') AS r JOIN before b ON b.id = r ->> 'id' WHERE b.was ->> 'effectiveDateTime' = '2026-01-02T08:00:00.000001Z';
SELECT care.record(:c, 'body_weight', '{2026-01-01 09:00Z}', '{70}', 'kg', '{"key": "scales", "version": 2}') \g /dev/null
SELECT is(r ->> 'status' || ' ' || (r #>> '{meta,versionId}'), 'entered-in-error 2', 'what a later version of a statement has no more, too')
FROM pg_temp.resources(:c, 'Observation') AS r JOIN before b ON b.id = r ->> 'id' WHERE b.was ->> 'effectiveDateTime' = '2026-01-01T08:00:00Z' AND r #>> '{code,text}' = 'Body weight';
SELECT is(count(*), 0::bigint, 'a period that has no values') FROM pg_temp.resources(:c, 'Observation', '[2025-01-01,2025-01-02)');
SELECT is(count(*), 2::bigint, 'limits nothing else') FROM pg_temp.resources(:c, 'Encounter', '[2025-01-01,2025-01-02)');

-- A Bundle ends before jsonb does.
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101010000}') AS long \gset
SELECT care.record(:long, 'heart_rate', array_agg('2026-01-01Z'::timestamptz + i * interval '1 s'), array_agg(60 + i % 7), '/min') FROM generate_series(1, 100001) AS i \g /dev/null
SELECT throws_ok(format('SELECT care.export_bundle(%s)', :long), '54000', format('citizen %s has 100001 values, more than the 100000 that a Bundle can hold', :long), 'too many values for a Bundle');
SELECT is(jsonb_array_length(care.export_bundle(:long, '[2026-01-01 00:00:01Z,2026-01-01 00:00:05Z)') -> 'entry'), 5, 'a period of them is not');

-- What was merged is the record that it was merged into.
SELECT care.merge_citizens(:c, :long, 'one person') \g /dev/null
SELECT is(care.export_bundle(:long, 'empty') -> 'entry', care.export_bundle(:c, 'empty') -> 'entry', 'a merged record is the one it was merged into');

-- Resources of plans: what is refused, waits, comes again, in any order.
SELECT pg_temp.import(
	'{"id": "urn:x:p", "resourceType": "Patient"}',
	'{"id": "urn:x:s1", "resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": {"reference": "urn:x:p"}, "category": [{"text": "astrology"}], "performer": [{"reference": "urn:x:o"}], "authoredOn": "2026-01-01", "reasonCode": [{"text": "x"}]}',
	'{"id": "urn:x:s2", "resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": {"reference": "urn:x:p"}, "category": [{"text": "home care"}], "performer": [{"display": "somebody"}], "authoredOn": "2026-01-01", "reasonCode": [{"text": "x"}]}',
	'{"id": "urn:x:s3", "resourceType": "ServiceRequest", "status": "revoked", "intent": "order", "subject": {"reference": "urn:x:p"}, "category": [{"text": "home care"}], "performer": [{"reference": "urn:x:o"}], "authoredOn": "2026-01-01", "reasonCode": [{"text": "x"}],
		"extension": [{"url": "urn:smartcare:referral-status", "valueCode": "accepted"}]}',
	'{"id": "urn:x:t1", "resourceType": "Task", "status": "ready", "intent": "order", "for": {"reference": "urn:x:p"}, "restriction": {"period": {"start": "2026-01-02", "end": "2026-01-01"}}}',
	'{"id": "urn:x:t2", "resourceType": "Task", "status": "ready", "intent": "order", "for": {"reference": "urn:x:p"}, "focus": {"reference": "urn:x:e", "type": "EpisodeOfCare"}, "basedOn": [{"reference": "urn:x:c", "type": "CarePlan"}]}',
	'{"id": "urn:x:t3", "resourceType": "Task", "status": "ready", "intent": "order"}',
	'{"id": "urn:x:a1", "resourceType": "Appointment", "status": "booked", "start": "2026-01-02T10:00:00Z", "end": "2026-01-02T10:00:00Z", "participant": [{"actor": {"reference": "urn:x:p", "type": "Patient"}}]}',
	'{"id": "urn:x:a2", "resourceType": "Appointment", "status": "booked", "start": "2026-01-02T10:00:00Z", "participant": [{"actor": {"reference": "urn:x:p", "type": "Patient"}}]}',
	'{"id": "urn:x:a3", "resourceType": "Appointment", "status": "proposed", "start": "2026-01-02T10:00:00Z", "participant": []}',
	'{"id": "urn:x:k1", "resourceType": "Consent", "status": "active", "patient": {"reference": "urn:x:p"}, "dateTime": "2026-01-01", "category": [{"coding": [{"code": "programme"}]}]}',
	'{"id": "urn:x:k2", "resourceType": "Consent", "status": "active", "patient": {"reference": "urn:x:p"}, "dateTime": "2026-01-01", "category": [{"coding": [{"code": "programme"}]}, {"coding": [{"code": "elsewhere"}], "text": "Elsewhere"}]}',
	'{"id": "urn:x:m1", "resourceType": "CareTeam", "status": "active", "subject": {"reference": "urn:x:p"}, "period": {"start": "2026-01-01"}, "managingOrganization": [{"reference": "urn:x:o"}], "participant": [{"member": {"display": "a"}}, {"member": {"display": "b"}}]}',
	'{"id": "urn:x:m2", "resourceType": "CareTeam", "status": "active", "subject": {"reference": "urn:x:p"}, "period": {"start": "2026-01-01"}, "managingOrganization": [{"reference": "urn:x:o"}], "participant": [{"member": {"reference": "urn:x:o", "type": "Organization"}}]}',
	'{"id": "urn:x:r1", "resourceType": "RelatedPerson", "patient": {"reference": "urn:x:p"}, "period": {"start": "2026-01-01"}, "relationship": [{"text": "son"}], "name": [{}]}') AS report \gset
SELECT bag_eq(format('SELECT pg_temp.skipped(%L)', :'report'), ARRAY[
	'ServiceRequest: category.0.text "astrology" is not one of ["hospital", "specialist", "rehabilitation", "home care", "prevention", "programme", "therapy"]', 'ServiceRequest: it does not say with which organization it is',
	'ServiceRequest: parked: Organization urn:x:o is not known yet', 'Task: it ends before it begins', 'Task: it does not say which Patient it is about',
	'Appointment: it ends before it begins', 'Appointment: it does not say with which organization it is', 'Appointment: status "proposed" is not one of ["booked", "fulfilled", "cancelled", "noshow", "entered-in-error"]',
	'Consent: it does not say for which programme it is', 'CareTeam: a team of several comes as a CareTeam for each', 'CareTeam: parked: Organization urn:x:o is not known yet',
	'RelatedPerson: it has no name'], 'what is not taken, and why');
SELECT is((SELECT k.citizen FROM care.resource_key k WHERE k.key = 'urn:x:p'), max(t.citizen), 'a task whose plan and service are not known is') AS ok FROM care.task t WHERE t.source = 'urn:x:t2';
SELECT is(active, false, 'a programme of elsewhere is not run here') FROM care.programme WHERE name = 'elsewhere';
SELECT is(jsonb_array_length(:'report'::jsonb -> 'unresolved'), 2, 'the task waits for both');
SELECT pg_temp.import('{"id": "urn:x:o", "resourceType": "Organization", "name": "O", "partOf": {"reference": "urn:x:o"}}',
	'{"id": "urn:x:e", "resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": "urn:x:p"}}',
	'{"id": "urn:x:c", "resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"reference": "urn:x:p"}}') AS report \gset
SELECT is(:'report'::jsonb #> '{resources,ServiceRequest,created}', '1', 'what waited for the organization is made');
SELECT is(:'report'::jsonb #> '{resources,CareTeam,created}', '1', 'so is the member of the team');
SELECT is(status || ' ' || reason, 'cancelled x', 'a status that contradicts FHIR''s is FHIR''s') FROM care.service_request WHERE source = 'urn:x:s3';
SELECT is(parent, NULL, 'nothing is a part of itself') FROM care.organization WHERE source = 'urn:x:o';
SELECT isnt(episode_of_care + care_plan, NULL, 'the task is completed') FROM care.task WHERE source = 'urn:x:t2';
SELECT is(owner, NULL, 'and is the citizen''s') FROM care.task WHERE source = 'urn:x:t2';
-- Stays that refer to each other and to a referral that refers back.
SELECT pg_temp.import(
	'{"id": "urn:x:n1", "resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}, "subject": {"reference": "urn:x:p"}, "basedOn": [{"reference": "urn:x:s4"}],
		"extension": [{"url": "urn:smartcare:transferred-from", "valueReference": {"reference": "urn:x:n2"}}, {"url": "urn:smartcare:ready-for-discharge", "valueDateTime": "never"}]}',
	'{"id": "urn:x:n2", "resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}, "subject": {"reference": "urn:x:p"},
		"extension": [{"url": "urn:smartcare:transferred-from", "valueReference": {"reference": "urn:x:n1"}}]}',
	'{"id": "urn:x:s4", "resourceType": "ServiceRequest", "status": "completed", "intent": "order", "subject": {"reference": "urn:x:p"}, "category": [{"text": "hospital"}], "performer": [{"reference": "urn:x:o"}], "authoredOn": "2026-01-01", "reasonCode": [{"text": "x"}],
		"encounter": {"reference": "urn:x:n1"}}') \g /dev/null
SELECT is((SELECT s.source FROM care.service_request s WHERE s.id = e.service_request), 'urn:x:s4', 'a stay and its referral refer to each other') FROM care.encounter e WHERE e.source = 'urn:x:n1';
SELECT is((SELECT s.source FROM care.encounter s WHERE s.id = e.transferred_from), 'urn:x:n2', 'and stays to each other') FROM care.encounter e WHERE e.source = 'urn:x:n1';

-- A goal's target converts as values do, and what does not fit is left out.
SELECT pg_temp.import(
	'{"id": "urn:x:g1", "resourceType": "Goal", "lifecycleStatus": "active", "subject": {"reference": "urn:x:p"}, "description": {"text": "thin"}, "target": [{"measure": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, "detailQuantity": {"value": 70000, "unit": "g"}}]}',
	'{"id": "urn:x:g2", "resourceType": "Goal", "lifecycleStatus": "active", "subject": {"reference": "urn:x:p"}, "description": {"text": "late"}, "target": [{"measure": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, "detailQuantity": {"value": 70, "unit": "s"}}]}',
	'{"id": "urn:x:g3", "resourceType": "Goal", "lifecycleStatus": "active", "subject": {"reference": "urn:x:p"}, "description": {"text": "odd"}, "target": [{"measure": {"coding": "x"}, "detailQuantity": {"value": "70", "unit": ["s"]}}]}') \g /dev/null
SELECT is(array_agg(target_value ORDER BY source), '{70,NULL,NULL}', 'targets of goals') FROM care.goal WHERE source LIKE 'urn:x:g_';

-- Steps go on from what was imported.
SELECT lives_ok(format('SELECT care.reach_goal(%s, %s, NULL, ''reached'')', citizen, id), 'steps go on from what was imported') FROM care.goal WHERE source = 'urn:x:g1';

-- Answers wait for their questionnaire, which nobody can answer here.
SELECT pg_temp.import('{"id": "urn:x:q1", "resourceType": "QuestionnaireResponse", "status": "completed", "subject": {"reference": "urn:x:p"}, "questionnaire": "http://q.example/q|2", "authored": "2026-01-01T10:00:00Z",
		"item": [{"linkId": "a", "answer": [{"valueString": "x"}]}], "extension": [{"url": "urn:smartcare:organization", "valueReference": {"reference": "urn:x:o"}}, {"url": "urn:smartcare:score", "valueDecimal": 7}, {"url": "urn:smartcare:severity", "valueCode": "mauve"}]}',
	'{"id": "urn:x:d1", "resourceType": "Communication", "status": "completed", "category": [{"coding": [{"code": "alert"}]}], "subject": {"reference": "urn:x:p"}, "sent": "2026-01-01T10:00:00Z", "payload": [{"contentString": "x"}]}') AS report \gset
SELECT bag_eq(format('SELECT pg_temp.skipped(%L)', :'report'), ARRAY['QuestionnaireResponse: parked: Questionnaire http://q.example/q|2 is not known yet',
	'Communication: category.0.coding.0.code "alert" is not one of ["diary"]'], 'answers wait for their questionnaire');
SELECT pg_temp.import('{"id": "urn:x:q", "resourceType": "Questionnaire", "status": "active", "url": "http://q.example/q", "version": "2", "name": "q", "title": "Q", "item": []}') AS report \gset
SELECT is(:'report'::jsonb #> '{resources,QuestionnaireResponse,created}', '1', 'and come with it');
SELECT is(ARRAY[q.name, q.status, r.score::text, r.severity], '{http://q.example/q,retired,7,NULL}', 'scored as they came') FROM care.questionnaire_response r JOIN care.questionnaire q ON q.id = r.questionnaire WHERE r.source = 'urn:x:q1';

-- What was made here comes back from elsewhere.
SELECT (care.export_bundle(:c, 'empty')) AS bundle \gset
SELECT care.import_bundle(:'bundle') AS report \gset
SELECT is(array_agg(DISTINCT split_part(s, ': ', 2)), '{"it was made here, where only steps change it"}'::text[], 'what was made here is not taken') FROM pg_temp.skipped(:'report') AS s;
SELECT pg_temp.import(jsonb_build_object('id', 'urn:x:y', 'resourceType', 'Condition', 'code', '{"text": "fracture"}'::jsonb, 'subject', jsonb_build_object('reference', care.own_key('0123456789ab', 'Patient', :c)),
	'encounter', jsonb_build_object('reference', care.own_key('0123456789ab', 'Encounter', :e)))) \g /dev/null
SELECT is(ARRAY[citizen, encounter], ARRAY[:c, :e]::bigint[], 'what others say of it is') FROM care.condition WHERE source = 'urn:x:y';
SELECT is(care.export_bundle(:c, 'empty') -> 'entry' @> jsonb_build_array(jsonb_build_object('fullUrl', care.own_key('0123456789ab', 'Encounter', :e))), true, 'and identities stay');

SELECT * FROM finish();
ROLLBACK;
