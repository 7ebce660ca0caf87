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
