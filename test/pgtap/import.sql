-- Importing bundles: what is kept, what is refused and why, and what an import leaves behind.
BEGIN;
SELECT no_plan();

-- Bundles and resources in few words. Entries are resources, or entries with their resource.
CREATE FUNCTION pg_temp.bundle(VARIADIC resources jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('resourceType', 'Bundle', 'type', 'collection', 'entry', (
		SELECT jsonb_agg(CASE WHEN r ? 'resource' THEN r ELSE jsonb_strip_nulls(jsonb_build_object('fullUrl', r -> 'url', 'resource', r - 'url')) END ORDER BY o)
		FROM unnest(resources) WITH ORDINALITY AS u (r, o)))
$$;
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
CREATE FUNCTION pg_temp.skipped(report jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s: %s', s ->> 'count', s ->> 'resourceType', s ->> 'reason'), '; ' ORDER BY s ->> 'resourceType', s ->> 'reason')
	FROM jsonb_array_elements(report -> 'skipped') AS s
$$;
CREATE FUNCTION pg_temp.counts(report jsonb, resource_type text) RETURNS text LANGUAGE sql AS
$$ SELECT concat_ws('/', c ->> 'created', c ->> 'updated', c ->> 'unchanged', c ->> 'skipped') FROM (SELECT report #> ARRAY['resources', resource_type]) AS r (c) $$;
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

-- Entries.
SELECT care.import_bundle(pg_temp.bundle('[]', '"x"', '5', '{"a": 1}', 'null', '{"resource": []}', '{"resource": {"id": "a"}}',
	'{"resource": {"resourceType": "Device", "id": "1"}}', '{"resource": {"resourceType": "Patient"}, "request": {"method": "DELETE", "url": "Patient/1"}}',
	'{"resource": {"resourceType": "Patient"}, "request": {"method": "PATCH"}}', '{"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}}',
	'{"resource": {"resourceType": {"a": 1}}}') #- '{entry,1,x}') AS report \gset
SELECT is(pg_temp.skipped(:'report'), '1 Device: resources of this type are not kept; 1 OperationOutcome: an outcome of the search, not a match; 1 Patient: request method DELETE; 1 Patient: request method PATCH; 4 none: the entry has no resource; 2 none: the resource is not an object; 1 none: the resource has no resourceType; 1 {"a": 1}: resources of this type are not kept',
	'entries that cannot be taken are listed with the reason') \g /dev/null
SELECT pg_temp.skipped(:'report');
ROLLBACK;
