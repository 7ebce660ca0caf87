-- Importing bundles: what is kept, what is refused and why, and what an import leaves behind.
BEGIN;
SELECT no_plan();

\ir ../bundle.sql
-- Resources in few words.
CREATE FUNCTION pg_temp.patient(key text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('url', key, 'resourceType', 'Patient', 'name', jsonb_build_array(jsonb_build_object('family', key))) || more $$;
CREATE FUNCTION pg_temp.observation(key text, patient text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('url', key, 'resourceType', 'Observation', 'status', 'final', 'subject', jsonb_build_object('reference', patient),
		'code', '{"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}'::jsonb, 'effectiveDateTime', '2026-03-01T08:00:00Z',
		'valueQuantity', '{"value": 80, "unit": "kg"}'::jsonb) || more
$$;
CREATE FUNCTION pg_temp.encounter(key text, patient text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('url', key, 'resourceType', 'Encounter', 'status', 'finished', 'class', '{"code": "AMB"}'::jsonb,
		'subject', jsonb_build_object('reference', patient)) || more
$$;
-- Whether the report tells of every entry what became of it.
CREATE FUNCTION pg_temp.accounts(report jsonb) RETURNS boolean LANGUAGE sql AS $$
	SELECT sum(n.count::bigint) = (report #>> '{bundle,entries}')::bigint + (report #>> '{bundle,released}')::bigint
	FROM jsonb_each(report -> 'resources') AS r (type, counts), jsonb_each_text(counts) AS n (name, count)
$$;
CREATE FUNCTION pg_temp.citizen(key text) RETURNS bigint LANGUAGE sql AS
$$ SELECT care.current_citizen(citizen) FROM care.resource_key WHERE resource_type = 'Patient' AND key = $1 AND id > 0 $$;
CREATE FUNCTION pg_temp.shown(key text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s %s', m.measure, to_char(m."time" AT TIME ZONE 'UTC', 'HH24:MI:SS.MS'), m.comparator || m.value), ', ' ORDER BY m.measure, m."time")
	FROM (SELECT measure, "time", value, coalesce(comparator, '') AS comparator FROM care.measurement WHERE citizen = pg_temp.citizen(key)) AS m
$$;

-- What is no bundle.
SELECT throws_ok($$ SELECT care.import_bundle(NULL) $$, '22004', NULL, 'null');
SELECT throws_ok($$ SELECT care.import_bundle('[]') $$, '22023', 'a bundle is a JSON object, not of type array', 'an array');
SELECT throws_ok($$ SELECT care.import_bundle('"x"') $$, '22023', NULL, 'a string');
SELECT throws_ok($$ SELECT care.import_bundle('{}') $$, '22023', 'this is not a Bundle but no FHIR resource', 'an empty object');
SELECT throws_ok($$ SELECT care.import_bundle('{"resourceType": "Patient"}') $$, '22023', 'this is not a Bundle but a resource of type "Patient"', 'a single resource');
SELECT throws_ok($$ SELECT care.import_bundle('{"resourceType": "Bundle"}') $$, '22023', 'a Bundle of type "null" cannot be imported', 'no type');
SELECT throws_ok($$ SELECT care.import_bundle('{"resourceType": "Bundle", "type": "message"}') $$, '22023', NULL, 'another type');
SELECT throws_ok($$ SELECT care.import_bundle('{"resourceType": "Bundle", "type": ["batch"]}') $$, '22023', NULL, 'a type of the wrong shape');
SELECT throws_ok($$ SELECT care.import_bundle('{"resourceType": "Bundle", "type": "batch", "entry": {}}') $$, '22023', 'the entry of a Bundle is an array, not of type object', 'entries that are no array');
SELECT throws_ok($$ SELECT care.import_bundle('{') $$, '22P02', NULL, 'what is not JSON');
SELECT is((SELECT count(*) FROM care.bundle_import), 0::bigint, 'none of them leaves a trace');
SELECT results_eq(format($$ SELECT care.import_bundle('{"resourceType": "Bundle", "type": "%s"}') #>> '{bundle,entries}' $$, type), ARRAY['0'], type || ' may be empty')
FROM unnest('{collection,transaction,batch,searchset}'::text[]) AS type;
SELECT is(care.import_bundle('{"resourceType": "Bundle", "type": "batch", "entry": null}') -> 'skipped', '[]', 'and have no entry');

-- Entries that are none, or of no use.
SELECT care.import_bundle('{"resourceType": "Bundle", "type": "batch", "entry": [[], "x", 5, null, {"a": 1}, {"resource": null}, {"resource": []},
	{"resource": {"id": "a"}}, {"resource": {"resourceType": "Device", "id": "1"}}, {"resource": {"resourceType": {"a": 1}}},
	{"resource": {"resourceType": "Patient", "id": "1"}, "request": {"method": "DELETE", "url": "Patient/1"}},
	{"resource": {"resourceType": "Patient", "id": "1"}, "request": {"method": "PATCH"}},
	{"request": {"method": "DELETE", "url": "Patient/2"}},
	{"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}},
	{"resource": {"resourceType": "Patient", "id": "2", "modifierExtension": [{"url": "x"}]}},
	{"resource": {"resourceType": "Patient", "id": "3", "meta": {"lastUpdated": "yesterday"}}}]}') AS report \gset
SELECT is(pg_temp.skipped(:'report'),
'1 Device: resources of this type are not kept
1 OperationOutcome: an outcome of the search, not a match
1 Patient: it has a modifierExtension or implicitRules that change its meaning
1 Patient: meta.lastUpdated "yesterday" is not an instant
1 Patient: request method DELETE
1 Patient: request method PATCH
1 none: request method DELETE
1 none: the entry has no resource
4 none: the entry is not an object
1 none: the resource has no resourceType
2 none: the resource is not an object
1 {"a": 1}: resources of this type are not kept', 'entries that cannot be taken are listed with the reason');
SELECT is((:'report'::jsonb #>> '{bundle,entries}')::bigint, (SELECT sum((s ->> 'count')::bigint) FROM jsonb_array_elements(:'report'::jsonb -> 'skipped') AS s)::bigint, 'all of them');
SELECT is((SELECT count(*) FROM care.citizen), 0::bigint, 'and leave nothing');
SELECT is((SELECT b.report FROM care.bundle_import b ORDER BY b.id DESC LIMIT 1), :'report', 'the report is kept');

-- Resources of a wrong shape. The others of the bundle are kept.
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:p'), pg_temp.encounter('urn:uuid:e0', 'urn:uuid:p'),
	pg_temp.encounter('urn:uuid:e1', 'urn:uuid:p', '{"status": "done"}'), pg_temp.encounter('urn:uuid:e2', 'urn:uuid:p', '{"status": {"a": 1}}'),
	pg_temp.encounter('urn:uuid:e3', 'urn:uuid:p', '{"class": "AMB"}'), pg_temp.encounter('urn:uuid:e4', 'urn:uuid:p', '{"period": []}'),
	pg_temp.encounter('urn:uuid:e5', 'urn:uuid:p', '{"period": {"start": "2026-01-01T10:00:00"}}'), pg_temp.encounter('urn:uuid:e6', 'urn:uuid:p', '{"period": {"start": "2026-02-30"}}'),
	pg_temp.encounter('urn:uuid:e7', 'urn:uuid:p', '{"participant": {"individual": {"reference": "x"}}}'), pg_temp.encounter('urn:uuid:e8', 'urn:uuid:p', '{"class": null}'),
	pg_temp.encounter('urn:uuid:e9', 'urn:uuid:p') - 'subject', pg_temp.encounter('urn:uuid:ea', 'Group/1'), pg_temp.encounter('urn:uuid:eb', 'urn:uuid:p', '{"subject": [{"reference": "urn:uuid:p"}]}'),
	'{"url": "urn:uuid:c1", "resourceType": "Condition", "subject": {"reference": "urn:uuid:p"}}', '{"url": "urn:uuid:c2", "resourceType": "Condition", "code": {"coding": {"code": "x"}}, "subject": {"reference": "urn:uuid:p"}}',
	'{"url": "urn:uuid:c3", "resourceType": "Condition", "code": {"text": "x"}, "clinicalStatus": {"coding": [{"code": "gone"}]}, "subject": {"reference": "urn:uuid:p"}}',
	'{"url": "urn:uuid:q1", "resourceType": "CarePlan", "status": "active", "intent": "plan", "activity": [{"detail": {"status": "x"}}], "subject": {"reference": "urn:uuid:p"}}',
	'{"url": "urn:uuid:m1", "resourceType": "MedicationRequest", "status": "active", "subject": {"reference": "urn:uuid:p"}}',
	'{"url": "urn:uuid:m2", "resourceType": "MedicationRequest", "status": "active", "doNotPerform": true, "medicationCodeableConcept": {"text": "x"}, "subject": {"reference": "urn:uuid:p"}}',
	'{"url": "urn:uuid:o1", "resourceType": "Organization", "name": ""}', '{"url": "urn:uuid:o2", "resourceType": "Organization", "name": ["x"]}', '{"url": "urn:uuid:d1", "resourceType": "Practitioner", "name": []}')) AS report \gset
SELECT is(pg_temp.skipped(:'report'),
'1 CarePlan: activity.0.detail.status "x" is not one of ["not-started", "scheduled", "in-progress", "on-hold", "completed", "cancelled", "stopped", "unknown", "entered-in-error"]
1 Condition: clinicalStatus.coding.0.code "gone" is not one of ["active", "recurrence", "relapse", "inactive", "remission", "resolved"]
1 Condition: code has neither text nor coding
1 Condition: code is missing
1 Encounter: class is missing
1 Encounter: class is not of type object
2 Encounter: it does not say which Patient it is about
1 Encounter: its subject is not a Patient
1 Encounter: participant is not of type array
1 Encounter: period is not of type object
1 Encounter: period.start "2026-01-01T10:00:00" is not a FHIR date or time; a time of day needs its offset
1 Encounter: period.start "2026-02-30" is not a FHIR date or time; a time of day needs its offset
1 Encounter: status "done" is not one of ["planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown"]
1 Encounter: status "{"a": 1}" is not one of ["planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown"]
1 MedicationRequest: it asks that something not be done
1 MedicationRequest: it names no medication
1 Organization: it has neither name nor identifier
1 Organization: name is not of type string
1 Practitioner: it has neither name nor identifier', 'what has a wrong shape is skipped');
SELECT is(pg_temp.counts(:'report', 'Encounter'), '1/0/0/11', 'the rest is kept');
SELECT is((SELECT count(*) FROM care.encounter), 1::bigint, 'and that only');

-- Observations that cannot be taken.
SELECT care.import_bundle(pg_temp.bundle(
	pg_temp.observation('urn:uuid:v01', 'urn:uuid:p', '{"valueQuantity": {"value": "80", "unit": "kg"}}'), pg_temp.observation('urn:uuid:v02', 'urn:uuid:p', '{"valueQuantity": {"unit": "kg"}}'),
	pg_temp.observation('urn:uuid:v03', 'urn:uuid:p', '{"valueQuantity": {"value": "NaN", "unit": "kg"}}'), pg_temp.observation('urn:uuid:v04', 'urn:uuid:p', '{"valueQuantity": {"value": 1e999, "unit": "kg"}}'),
	pg_temp.observation('urn:uuid:v05', 'urn:uuid:p', '{"valueQuantity": {"value": 1e-999, "unit": "kg"}}'), pg_temp.observation('urn:uuid:v06', 'urn:uuid:p', '{"valueQuantity": {"value": 80}}'),
	pg_temp.observation('urn:uuid:v07', 'urn:uuid:p', '{"valueQuantity": {"value": 80, "unit": ""}}'), pg_temp.observation('urn:uuid:v08', 'urn:uuid:p', '{"valueQuantity": {"value": 80, "unit": "mmHg"}}'),
	pg_temp.observation('urn:uuid:v09', 'urn:uuid:p', '{"effectiveDateTime": "2026-03-01T08:00:00"}'), pg_temp.observation('urn:uuid:v10', 'urn:uuid:p', '{"effectiveDateTime": "2026-03-01"}'),
	pg_temp.observation('urn:uuid:v11', 'urn:uuid:p') - 'effectiveDateTime', pg_temp.observation('urn:uuid:v12', 'urn:uuid:p', '{"status": "preliminary"}'),
	pg_temp.observation('urn:uuid:v13', 'urn:uuid:p') - 'status', pg_temp.observation('urn:uuid:v14', 'urn:uuid:p', '{"valueString": "80"}') - 'valueQuantity',
	pg_temp.observation('urn:uuid:v15', 'urn:uuid:p', '{"code": {"text": "weight"}}'), pg_temp.observation('urn:uuid:v16', 'urn:uuid:p', '{"valueQuantity": []}'),
	pg_temp.observation('urn:uuid:v17', 'urn:uuid:p', '{"valueQuantity": null}'), pg_temp.observation('urn:uuid:v18', 'urn:uuid:p', '{"valueQuantity": {"value": 80, "unit": "kg", "comparator": "ad"}}'),
	pg_temp.observation('urn:uuid:v19', 'urn:uuid:p', '{"issued": "2026-03-01"}'), pg_temp.observation('urn:uuid:v20', 'urn:uuid:p', '{"code": {"coding": {"code": "x"}}}'),
	pg_temp.observation('urn:uuid:v21', 'urn:uuid:p', '{"valueQuantity": {"value": [80], "unit": "kg"}}'), pg_temp.observation('urn:uuid:v22', 'urn:uuid:p', '{"component": {"valueQuantity": {"value": 1}}}') - 'valueQuantity',
	pg_temp.observation('urn:uuid:v23', 'urn:uuid:p', '{"valueQuantity": {"value": 1e308, "unit": "g"}}'), pg_temp.observation('urn:uuid:v24', 'urn:uuid:p', '{"valueInteger": 5}') - 'valueQuantity')) AS report \gset
SELECT is(pg_temp.skipped(:'report'),
'1 Observation: component is not of type array
1 Observation: effective "2026-03-01" is not an instant with its time zone
1 Observation: effective "2026-03-01T08:00:00" is not an instant with its time zone
1 Observation: issued "2026-03-01" is not an instant
1 Observation: it does not say when it was measured
1 Observation: it has no numeric value
2 Observation: its code is missing
1 Observation: its comparator "ad" is not known
1 Observation: its unit "mmHg" does not fit measure "body_weight" in "kg"
1 Observation: its unit "{Number}" does not fit measure "body_weight" in "kg"
2 Observation: its unit is missing
1 Observation: its value "80" is not a number
1 Observation: its value "NaN" is not a number
1 Observation: its value [80] is not a number
3 Observation: its value is missing
3 Observation: its value is out of range
1 Observation: status "preliminary" does not count
1 Observation: status is missing', 'observations that cannot be taken are listed with the reason');
SELECT is(pg_temp.counts(:'report', 'Observation'), '0/0/0/24', 'all of them');
SELECT is((SELECT count(*) FROM care.measurement_batch), 0::bigint, 'and leave nothing');

-- Values: bit for bit, converted, with what is special about them.
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:q'),
	pg_temp.observation('urn:uuid:w1', 'urn:uuid:q', '{"valueQuantity": {"value": 0.1, "unit": "kg"}, "effectiveDateTime": "2026-03-01T08:00:00.123456+01:00"}'),
	pg_temp.observation('urn:uuid:w2', 'urn:uuid:q', '{"valueQuantity": {"value": 1.7976931348623157e308, "unit": "kilo", "code": "kg", "system": "http://unitsofmeasure.org"}, "effectiveDateTime": "2026-03-01T08:00:01Z"}'),
	pg_temp.observation('urn:uuid:w3', 'urn:uuid:q', '{"valueQuantity": {"value": 80250, "code": "g", "comparator": ">"}, "effectiveDateTime": "2026-03-01T08:00:02Z", "note": [{"text": "dressed"}, {"text": "evening"}]}'),
	pg_temp.observation('urn:uuid:w4', 'urn:uuid:q', '{"valueQuantity": {"value": 80.123456789012345678901234567890, "code": "258683005", "system": "http://snomed.info/sct", "unit": "kg"}, "effectivePeriod": {"start": "2026-03-01T08:00:03Z"}}') - 'effectiveDateTime',
	pg_temp.observation('urn:uuid:w5', 'urn:uuid:q', '{"code": {"coding": [{"system": "urn:x", "code": "a"}, {"system": "http://loinc.org", "code": "8480-6"}, {"system": "urn:oid:1.2.208.184.100.8", "code": "MCS88019"}]}, "valueQuantity": {"value": 128, "unit": "mmHg"}}'),
	pg_temp.observation('urn:uuid:w6', 'urn:uuid:q', '{"code": {"coding": [{"system": "urn:x", "code": "steps", "display": "Steps"}]}, "valueInteger": 4711, "effectiveInstant": "2026-03-01T08:00:00Z"}') - '{effectiveDateTime,valueQuantity}'::text[],
	pg_temp.observation('urn:uuid:w7', 'urn:uuid:q', '{"code": {"text": "Blood pressure"}, "performer": [{"reference": "Practitioner/1"}], "component": [
		{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {"value": 131, "unit": "mm[Hg]"}, "interpretation": [{"text": "high"}]},
		{"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]}, "valueQuantity": {"value": "x", "unit": "mm[Hg]"}}]}') - 'valueQuantity')) AS report \gset
SELECT is(pg_temp.skipped(:'report'), '1 Observation: its value "x" is not a number', 'of a panel the good parts are kept, the bad ones listed');
SELECT is(pg_temp.counts(:'report', 'Observation'), '7/0/0/0', 'an observation of which something is kept is not skipped');
SELECT is(:'report'::jsonb -> 'points', '{"received": 7, "changed": 7}', 'points are counted');
SELECT is(pg_temp.shown('urn:uuid:q'), 'body_weight 07:00:00.123 0.1, body_weight 08:00:01.000 1.7976931348623157e+308, body_weight 08:00:02.000 >80.25, body_weight 08:00:03.000 80.12345678901235, '
	'systolic_blood_pressure 08:00:00.000 131, systolic_blood_pressure_home 08:00:00.000 128, urn:x steps {Number} 08:00:00.000 4711', 'values, times, units and codes are taken as they should');
SELECT results_eq(format('SELECT original_value, original_unit, note FROM care.measurement WHERE citizen = %s AND value = 80.25', pg_temp.citizen('urn:uuid:q')),
	$$ VALUES (NULL::float8, NULL::text, E'dressed\nevening') $$, 'what the source says of it is in the note');
SELECT results_eq(format('SELECT source FROM care.measurement WHERE citizen = %s AND value = 131', pg_temp.citizen('urn:uuid:q')),
	$$ VALUES ('{"panel": {"text": "Blood pressure"}, "performer": [{"reference": "Practitioner/1"}], "interpretation": [{"text": "high"}]}'::jsonb) $$, 'and the rest in the source');
SELECT results_eq($$ SELECT display, unit, reviewed FROM care.measure WHERE name = 'urn:x steps {Number}' $$, $$ VALUES ('Steps', '{Number}', false) $$, 'an unknown code becomes a measure');

-- Units: spellings, mass and substance, HbA1c in %, and oxygen saturation as a fraction and in percent.
CREATE FUNCTION pg_temp.measured(key text, code text, minute integer, quantity text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.observation(key, 'urn:uuid:u', jsonb_build_object('code', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code', code, 'system',
		CASE WHEN code LIKE 'NPU%' THEN 'urn:oid:1.2.208.176.2.1' WHEN code LIKE 'MCS%' THEN 'urn:oid:1.2.208.184.100.8' WHEN code LIKE 'x%' THEN 'urn:x' ELSE 'http://loinc.org' END))),
		'effectiveDateTime', format('2026-03-01T08:%s:00Z', lpad(minute::text, 2, '0')), 'valueQuantity', quantity::jsonb))
$$;
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:u'),
	pg_temp.measured('urn:uuid:u01', 'NPU03011', 1, '{"value": 0.92, "unit": "NA"}'), pg_temp.measured('urn:uuid:u02', 'NPU03011', 2, '{"value": 92, "unit": "%"}'), pg_temp.measured('urn:uuid:u03', '2708-6', 3, '{"value": 0.57, "code": "1"}'),
	pg_temp.measured('urn:uuid:u04', '8480-6', 4, '{"value": 128, "unit": "mmHg"}'), pg_temp.measured('urn:uuid:u05', 'NPU21692', 5, '{"value": 61, "unit": "bpm"}'), pg_temp.measured('urn:uuid:u06', 'NPU08676', 6, '{"value": 98.3, "unit": "°F"}'),
	pg_temp.measured('urn:uuid:u07', 'NPU27300', 7, '{"value": 7, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}'), pg_temp.measured('urn:uuid:u08', '14743-9', 8, '{"value": 126, "unit": "mg/dL"}'),
	pg_temp.measured('urn:uuid:u09', 'MCS88050', 9, '{"value": 12, "unit": "1/30sec"}'), pg_temp.measured('urn:uuid:u10', '8302-2', 10, '{"value": 1.83, "unit": "m"}'),
	pg_temp.measured('urn:uuid:u11', 'x1', 11, '{"value": 1, "unit": "mmHg"}'), pg_temp.measured('urn:uuid:u12', 'x1', 12, '{"value": 2, "unit": "mm[Hg]"}'), pg_temp.measured('urn:uuid:u13', 'x1', 13, '{"value": 3, "unit": "kPa"}'), pg_temp.measured('urn:uuid:u14', 'x1', 14, '{"value": 4, "unit": "furlong (sic)"}'),
	pg_temp.measured('urn:uuid:u15', 'NPU03011', 15, '{"value": 97, "unit": "NA"}'), pg_temp.measured('urn:uuid:u16', 'NPU03804', 16, '{"value": 97, "unit": "furlong (sic)"}'), pg_temp.measured('urn:uuid:u17', 'NPU19748', 17, '{"value": 9, "unit": "nmol/L"}'),
	pg_temp.observation('urn:uuid:u18', 'urn:uuid:u', '{"code": {"coding": [{"system": "http://loinc.org", "code": "14743-9"}]}, "effectiveDateTime": "2026-03-01T09:00:00Z",
		"valueSampledData": {"origin": {"value": 0, "unit": "mg/dL"}, "period": 60000, "dimensions": 1, "data": "99 103 1e200 126"}}') - 'valueQuantity')) AS report \gset
SELECT is(pg_temp.skipped(:'report'),
'1 Observation: 1 of its 4 sampled values are no numbers
1 Observation: its unit "furlong (sic)" does not fit measure "body_weight" in "kg"
1 Observation: its unit "nmol/L" does not fit measure "c_reactive_protein" in "mg/L"
1 Observation: its value is out of range', 'units that do not fit are listed, both named');
SELECT results_eq(format($$ SELECT measure, to_char("time" AT TIME ZONE 'UTC', 'HH24:MI'), value, unit, original_value, original_unit FROM care.measurement WHERE citizen = %s ORDER BY "time" $$, pg_temp.citizen('urn:uuid:u')), $$ VALUES
	('oxygen_saturation', '08:01', 92::float8, '%', NULL::float8, NULL), ('oxygen_saturation', '08:02', 92, '%', NULL, NULL), ('oxygen_saturation', '08:03', 57, '%', NULL, NULL),
	('systolic_blood_pressure', '08:04', 128, 'mm[Hg]', NULL, NULL), ('heart_rate', '08:05', 61, '/min', NULL, NULL), ('body_temperature', '08:06', smartcare.unit_convert(98.3, '[degF]', 'Cel'), 'Cel', 98.3, '°F'),
	('hba1c', '08:07', 53.01, 'mmol/mol', 7, '%'), ('glucose_capillary', '08:08', smartcare.unit_convert(126, 'mg/dL', 'mmol/L', 180.156), 'mmol/L', 126, 'mg/dL'), ('sit_to_stand_30s', '08:09', 12, '{Number}', NULL, NULL), ('body_height', '08:10', 183, 'cm', NULL, NULL),
	('urn:x x1 mm[Hg]', '08:11', 1, 'mm[Hg]', NULL, NULL), ('urn:x x1 mm[Hg]', '08:12', 2, 'mm[Hg]', NULL, NULL), ('urn:x x1 kPa', '08:13', 3, 'kPa', NULL, NULL), ('urn:x x1 furlong (sic)', '08:14', 4, 'furlong (sic)', NULL, NULL),
	('glucose_capillary', '09:00', smartcare.unit_convert(99, 'mg/dL', 'mmol/L', 180.156), 'mmol/L', NULL, NULL), ('glucose_capillary', '09:01', smartcare.unit_convert(103, 'mg/dL', 'mmol/L', 180.156), 'mmol/L', 103, 'mg/dL'),
	('glucose_capillary', '09:03', smartcare.unit_convert(126, 'mg/dL', 'mmol/L', 180.156), 'mmol/L', 126, 'mg/dL') $$, 'the others end in the unit of their measure, with what came where it cannot be had back');

-- SampledData.
SELECT care.import_bundle(pg_temp.bundle(
	pg_temp.observation('urn:uuid:s1', 'urn:uuid:q', '{"code": {"coding": [{"system": "urn:x", "code": "ecg"}]}, "effectivePeriod": {"start": "2026-03-01T09:00:00Z"},
		"valueSampledData": {"origin": {"value": 1.5, "unit": "mV"}, "period": 2.5, "factor": 0.1, "lowerLimit": -5, "upperLimit": 5, "dimensions": 1, "data": " 1 -2.5 E\n U L 3e1 x "}}') - '{valueQuantity,effectiveDateTime}'::text[],
	pg_temp.observation('urn:uuid:s2', 'urn:uuid:q', '{"code": {"coding": [{"system": "urn:x", "code": "ecg"}]}, "valueSampledData": {"origin": {"value": 0, "unit": "mV"}, "period": 10, "dimensions": 2, "data": "1 2"}}') - 'valueQuantity',
	pg_temp.observation('urn:uuid:s3', 'urn:uuid:q', '{"code": {"coding": [{"system": "urn:x", "code": "ecg"}]}, "valueSampledData": {"origin": {"value": 0, "unit": "mV"}, "period": 0, "dimensions": 1, "data": "1 2"}}') - 'valueQuantity',
	pg_temp.observation('urn:uuid:s4', 'urn:uuid:q', '{"code": {"coding": [{"system": "urn:x", "code": "ecg"}]}, "valueSampledData": {"origin": {"value": 0, "unit": "mV"}, "period": 10, "dimensions": 1}}') - 'valueQuantity',
	pg_temp.observation('urn:uuid:s5', 'urn:uuid:q', '{"code": {"coding": [{"system": "urn:x", "code": "ecg"}]}, "valueSampledData": {"origin": {"unit": "mV"}, "period": 10, "dimensions": 1, "data": "1"}}') - 'valueQuantity',
	pg_temp.observation('urn:uuid:s6', 'urn:uuid:q', '{"code": {"coding": [{"system": "urn:x", "code": "ecg"}]}, "valueSampledData": {"origin": {"value": 0, "unit": "mV"}, "period": 10, "dimensions": 1, "data": "E L 1e999"}}') - 'valueQuantity')) AS report \gset
SELECT is(pg_temp.skipped(:'report'),
'1 Observation: 2 of its 7 sampled values are no numbers
1 Observation: 3 of its 3 sampled values are no numbers
1 Observation: its SampledData has no data
1 Observation: its SampledData has several dimensions, whose measures have no codes
1 Observation: its value is missing
1 Observation: the period of its SampledData is out of range', 'sampled values that are none are listed');
SELECT is(pg_temp.counts(:'report', 'Observation'), '1/0/0/5', 'the others are kept');
SELECT matches(pg_temp.shown('urn:uuid:q'), 'ecg mV 09:00:00.000 1.6, urn:x ecg mV 09:00:00.002 1.25, urn:x ecg mV 09:00:00.007 >5, urn:x ecg mV 09:00:00.010 <-5, urn:x ecg mV 09:00:00.012 4.5,',
	'at their times, with limits as comparators');
SELECT ok(pg_temp.accounts(:'report'), 'the report tells of every entry what became of it');

-- Versions of an Observation, in every order of arrival.
CREATE TEMP TABLE version (nth, what, resource) AS VALUES
	(1, 'final', pg_temp.observation('urn:uuid:x1', 'urn:uuid:r', '{"meta": {"versionId": "1"}}')),
	(2, 'amended: another value, time and code', pg_temp.observation('urn:uuid:x1', 'urn:uuid:r', '{"meta": {"versionId": "2"}, "status": "amended", "effectiveDateTime": "2026-03-01T08:05:00Z",
		"code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}, "valueQuantity": {"value": 181, "unit": "cm"}}')),
	(3, 'amended: no number any more', pg_temp.observation('urn:uuid:x1', 'urn:uuid:r', '{"meta": {"versionId": "3"}, "status": "amended"}') - 'valueQuantity'),
	(4, 'corrected: a number again', pg_temp.observation('urn:uuid:x1', 'urn:uuid:r', '{"meta": {"versionId": "4"}, "status": "corrected", "valueQuantity": {"value": 82, "unit": "kg"}}')),
	(5, 'entered in error', pg_temp.observation('urn:uuid:x1', 'urn:uuid:r', '{"meta": {"versionId": "5"}, "status": "entered-in-error"}') - '{valueQuantity,effectiveDateTime,code}'::text[]);
CREATE FUNCTION pg_temp.versions(path text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	step text;
	result text;
BEGIN
	BEGIN
		PERFORM care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:r')));
		FOREACH step IN ARRAY string_to_array(path, NULL) LOOP
			PERFORM care.import_bundle(pg_temp.bundle((SELECT v.resource FROM version v WHERE v.nth = step::integer)));
		END LOOP;
		result := coalesce(pg_temp.shown('urn:uuid:r'), 'nothing');
		RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ000';
	EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
		RETURN result;
	END;
END
$$;
WITH RECURSIVE path AS (
	SELECT '' AS steps, 0 AS latest
	UNION ALL
	SELECT p.steps || n, greatest(p.latest, n) FROM path p, generate_series(1, 5) AS n WHERE position(n::text IN p.steps) = 0 AND length(p.steps) < 4
)
SELECT is_empty(format($$
	SELECT steps, pg_temp.versions(steps) FROM unnest(%L::text[], %L::integer[]) AS path (steps, latest)
	WHERE pg_temp.versions(steps) <> (ARRAY['body_weight 08:00:00.000 80', 'body_height 08:05:00.000 181', 'nothing', 'body_weight 08:00:00.000 82', 'nothing'])[latest]
	$$, array_agg(steps), array_agg(latest)), 'of an observation the latest version stands, in whatever order all of them come')
FROM path WHERE steps <> '' AND length(steps) < 4;
SELECT is(pg_temp.versions('51234'), 'nothing', 'entered in error first');
SELECT is(pg_temp.versions('11223344'), 'body_weight 08:00:00.000 82', 'and repeated');

-- Two contents of one key and rank: one of them counts, with all that it says.
SELECT pg_temp.observation('urn:uuid:y1', 'urn:uuid:t', '{"component": [
		{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {"value": 131, "unit": "mm[Hg]"}},
		{"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]}, "valueQuantity": {"value": 81, "unit": "mm[Hg]"}}]}') - 'valueQuantity' AS one,
	pg_temp.observation('urn:uuid:y1', 'urn:uuid:t', '{"component": [
		{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {"value": 132, "unit": "mm[Hg]"}},
		{"code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}, "valueQuantity": {"value": 62, "unit": "/min"}}]}') - 'valueQuantity' AS other \gset
SAVEPOINT twice;
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:t'), :'one', :'other')) AS report \gset
SELECT pg_temp.counts(:'report', 'Observation') AS counts, pg_temp.shown('urn:uuid:t') AS shown \gset
ROLLBACK TO twice;
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:t'), :'other')) AS report, care.import_bundle(pg_temp.bundle(:'one')) AS second, care.import_bundle(pg_temp.bundle(:'other')) AS third \gset
SELECT is(:'counts'::text, '1/0/1/0', 'two in one bundle');
SELECT is(pg_temp.shown('urn:uuid:t'), :'shown', 'one of them counts, whichever came first');
SELECT ok(:'shown' IN ('diastolic_blood_pressure 08:00:00.000 81, systolic_blood_pressure 08:00:00.000 131', 'heart_rate 08:00:00.000 62, systolic_blood_pressure 08:00:00.000 132'), 'with all that it says');
SELECT is(pg_temp.counts(:'third', 'Observation'), '0/0/1/0', 'known already');

SELECT * FROM finish();
ROLLBACK;
