-- The dates and times of FHIR, and the shape of its resources.
SET timezone = 'UTC';
SET datestyle = 'ISO';

SELECT value, smartcare.fhir_instant(value), smartcare.fhir_start(value, 'Europe/Copenhagen'), smartcare.fhir_end(value, 'Europe/Copenhagen')
FROM unnest(ARRAY['2015', '2015-02', '2016-02-29', '2015-12', '9999', '0001-01-01', '2026-03-29', '2026-10-25',
	'2015-02-03T10:00:00Z', '2015-02-03T10:00:00.5+01:00', '2015-02-03T10:00:00.1234565-00:30', '2015-02-03T10:00:00.12345649999999999999999999Z', '2015-02-03T10:00:00.9999999Z',
	'2015-06-30T23:59:60Z', '2015-02-03T10:00Z', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59.999999-14:00']) AS value;

-- What is no such time.
SELECT value
FROM unnest(ARRAY['', ' ', '0000', '15', '20150203', '2015-', '2015-00', '2015-13', '2015-2', '2015-02-00', '2015-02-29', '1900-02-29', '2015-04-31', '2015-02-03 10:00:00Z',
	'2015-02-03T', '2015-02-03T10', '2015-02-03T10:00:00', '2015-02-03T24:00:00Z', '2015-02-03T10:60:00Z', '2015-02-03T10:00:61Z', '2015-02-03T10:00:00.Z', '2015-02-03T10:00:00,5Z',
	'2015-02-03T10:00:00z', '2015-02-03T10:00:00+1:00', '2015-02-03T10:00:00+0100', '2015-02-03T10:00:00+15:00', '2015-02-03T10:00:00+01:60', '2015-02-03T10:00:00ZZ', ' 2015', '2015 ',
	'-2015', '+2015', '12015', 'infinity', 'now', '٢٠١٥', 'NaN']) AS value
WHERE smartcare.fhir_instant(value) IS NOT NULL OR smartcare.fhir_start(value, 'UTC') IS NOT NULL OR smartcare.fhir_end(value, 'UTC') IS NOT NULL;
SELECT smartcare.fhir_start('2015', 'Nowhere/None');
SELECT smartcare.fhir_start(NULL, 'UTC') IS NULL AND smartcare.fhir_end('2015', NULL) IS NULL AS strict;

-- Shapes.
SELECT resource, smartcare.fhir_shape_fault(resource, '{"status!": ["a", "b"], "name": "string", "n": "number", "on": "boolean", "list": "array", "period": "object",
	"period.start": "date", "code": "concept", "coding.0.code": ["x"], "part": {"detail.status!": ["p"], "when": "date"}}')
FROM unnest(ARRAY['{"status": "a"}', '{}', '{"status": null}', '{"status": "c"}', '{"status": 1}', '{"status": ["a"]}', '[]', '"a"', 'null',
	'{"status": "a", "name": ""}', '{"status": "a", "name": {}}', '{"status": "a", "name": null}', '{"status": "a", "n": "1"}', '{"status": "a", "n": 1e30, "on": false}', '{"status": "a", "on": "true"}',
	'{"status": "a", "list": {}}', '{"status": "a", "list": []}', '{"status": "a", "period": []}', '{"status": "a", "period": {"start": "2015"}}', '{"status": "a", "period": {"start": "then"}}',
	'{"status": "a", "period": {"start": 2015}}', '{"status": "a", "period": "2015"}', '{"status": "a", "code": {}}', '{"status": "a", "code": "x"}', '{"status": "a", "code": {"text": ""}}', '{"status": "a", "code": {"text": ["x"]}}',
	'{"status": "a", "code": {"coding": {"code": "x"}}}', '{"status": "a", "code": {"coding": [{"code": "x"}]}}', '{"status": "a", "coding": [{"code": "y"}]}', '{"status": "a", "coding": [{}, {"code": "y"}]}',
	'{"status": "a", "part": {}}', '{"status": "a", "part": [{"detail": {"status": "p"}}, 5, {"detail": {"status": "q"}}]}', '{"status": "a", "part": [{}]}', '{"status": "a", "part": [[{}]]}',
	'{"status": "ææææææææææææææææææææææææææææææææææææææææ"}']::jsonb[]) AS resource;
SELECT smartcare.fhir_shape_fault('{}', '[]');
SELECT smartcare.fhir_shape_fault('{"a": 1}', '{"a": 5}');
SELECT smartcare.fhir_shape_fault('{"a": 1}', '{"!": "string"}');
SELECT smartcare.fhir_shape_fault(('{"a": ' || repeat('[', 5000) || repeat(']', 5000) || '}')::jsonb, '{"a": "object"}');

-- Ids.
SELECT id, smartcare.fhir_id_is_valid(id)
FROM unnest(ARRAY['a', 'A.9-z', repeat('a', 64), repeat('a', 65), '', ' a', 'a_b', 'a/b', E'a\n', 'æ', NULL]) AS id;

-- Entries of a Bundle.
SELECT reference, smartcare.fhir_entry('{"entry": [5, [], {"resource": null}, {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "b"}},
	{"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "a"}}, {"fullUrl": "Patient/b"}, {"fullUrl": 7, "resource": {"resourceType": true, "id": [1]}}]}', reference)
FROM unnest(ARRAY['Patient/a', 'Patient/b', 'urn:uuid:1', 'Patient', 'Patient/', '/a', '', '7', 'true/[1]', 'Patient/ab']) AS reference;
SELECT bundle, smartcare.fhir_entry(bundle, 'Patient/a'), smartcare.fhir_entries(bundle, 'Patient'), smartcare.fhir_bundle_faults(bundle)
FROM unnest(ARRAY['{}', '[]', '5', '"entry"', 'null', '{"entry": null}', '{"entry": {}}', '{"entry": []}', '{"entry": "x"}', '{"entry": [null]}', '{"entry": [[]]}',
	'{"entry": [{"resource": {"resourceType": "Patient", "id": "a"}}]}', '{"entry": [{"resource": [{"resourceType": "Patient", "id": "a"}]}]}',
	'{"entry": [{"resource": {"resourceType": ["Patient"], "id": "a"}}]}', '{"entry": [{"resource": {"resourceType": "Patient", "id": 5}}]}',
	'{"entry": [{"resource": {"resourceType": "Patient"}}]}', '{"entry": [{"resource": {"id": "a"}}]}', '{"entry": [{"resource": {"resourceType": "Patient", "id": "a b"}}]}',
	'{"entry": [{"resource": {"resourceType": "Patient", "id": "a"}}, {"resource": {"resourceType": "Patient", "id": "b"}}, {"resource": {"resourceType": "Patient", "id": "a"}}]}',
	'{"entry": [{"resource": {"resourceType": "MessageHeader", "id": "a"}}, {"resource": {"resourceType": "MessageHeader", "id": "b"}}, {"resource": {"resourceType": "MessageHeader", "id": "a"}}]}'
	]::jsonb[]) AS bundle;
-- References: each is told as often as it is there, in the order of jsonb; from an entry without a resource on they do not count.
SELECT reference, fault[1][2], fault[2][2]
FROM unnest(ARRAY['"Patient/a"', '"urn:uuid:1"', '"Patient/b"', '"urn:uuid:2"', '"urn:uuid:3"', '"urn:uuid:4"', '"#x"', '""', '"MessageHeader/9"', '"http://x/MessageHeader/9"', '"MessageHeader"', '5', 'null',
	'["Patient/c"]', '[{"reference": "Patient/d"}, {"reference": {"reference": "Patient/e"}}]']::jsonb[]) AS reference,
	smartcare.fhir_bundle_faults(jsonb_build_object('entry', jsonb_build_array(
		'{"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "a"}}'::jsonb,
		'{"fullUrl": "urn:uuid:9", "resource": {"resourceType": "Provenance", "id": "p", "target": {"reference": "urn:uuid:2"}, "entity": [5, {"what": {"reference": "urn:uuid:3"}}]}}'::jsonb,
		jsonb_build_object('fullUrl', 'x', 'resource', jsonb_build_object('resourceType', 'Basic', 'id', 'x', 'code', jsonb_build_array(jsonb_build_object('reference', reference))))))) AS fault;
SELECT smartcare.fhir_bundle_faults('{"entry": [{"resource": {"resourceType": "A", "id": "1", "c": {"reference": "A/9"}}}, {}, {"resource": {"resourceType": "A", "id": "2", "b": {"reference": "A/8"}}}]}');
SELECT right(f[1][2], 1), length(f[1][2]), length(f[2][2]), length(f[2][3])
FROM smartcare.fhir_bundle_faults(jsonb_build_object('entry', jsonb_build_array(jsonb_build_object('resource', jsonb_build_object('resourceType', repeat('æ', 1000), 'id', '/', 'reference', repeat('ø', 1000)))))) AS f;
-- Bounds.
SELECT array_ndims(f), cardinality(f), f[1][1], f[1][2], f[cardinality(f) / 3][3]
FROM (VALUES (1000, 1), (1001, 0), (1, 10000), (1, 10001), (100, 10)) AS v (entries, refs), smartcare.fhir_bundle_faults(jsonb_build_object('entry', (
	SELECT jsonb_agg(jsonb_build_object('resource', jsonb_build_object('resourceType', 'A', 'id', e, 'x', (SELECT jsonb_agg('{"reference": "B/1"}'::jsonb) FROM generate_series(1, refs))))) FROM generate_series(1, entries) AS e))) AS f;
SELECT smartcare.fhir_bundle_faults(('{"entry": [{"resource": {"resourceType": "A", "id": "1", "x": ' || repeat('[', 5000) || '{"reference": "B/1"}' || repeat(']', 5000) || '}}]}')::jsonb);
-- Many references to many letters.
SELECT smartcare.fhir_bundle_faults(jsonb_build_object('entry', jsonb_build_array(jsonb_build_object('resource', jsonb_build_object('resourceType', 'Provenance', 'id', 'p',
	'target', (SELECT jsonb_agg(jsonb_build_object('reference', 'urn:uuid:' || n)) FROM generate_series(1, 10000) AS n) || (SELECT jsonb_agg(5) FROM generate_series(1, 100000))))))) IS NULL AS fine;
