-- Entries and references of a Bundle: random ones, against jsonpath and set operations over the same.
-- SEED=n repeats a run.
BEGIN;
SELECT no_plan();
\set seed `echo "${SEED:-$(date +%s%N | tail -c 7 | sed s,^0*,,)}"`
SELECT diag('SEED=' || :'seed');
SELECT setseed((:seed % 1000003)::float8 / 1000003) \gset

CREATE FUNCTION pg_temp.one_of(VARIADIC choices jsonb[]) RETURNS jsonb LANGUAGE sql VOLATILE
RETURN choices[1 + floor(random() * cardinality(choices))::integer];
CREATE FUNCTION pg_temp.some_reference() RETURNS jsonb LANGUAGE sql VOLATILE
RETURN pg_temp.one_of('"Patient/a"', '"Patient/b"', '"Organization/a"', '"urn:uuid:1"', '"urn:uuid:2"', '"urn:uuid:3"', '"#x"', '"MessageHeader/z"', '"x/MessageHeader/z/y"',
	'"x/MessageHeader/z"', '"MessageHeader"', '""', '"/"', '"ø"', '5', 'null', '["urn:uuid:3"]', '{"reference": "Patient/c"}', '[{"reference": "urn:uuid:2"}]');
CREATE FUNCTION pg_temp.some_resource() RETURNS jsonb LANGUAGE sql VOLATILE
RETURN CASE WHEN random() < 0.05 THEN pg_temp.one_of('null', '5', '[]', '{}', '[{"resourceType": "Patient", "id": "a", "x": {"reference": "Patient/d"}}]')
	ELSE jsonb_strip_nulls(jsonb_build_object(
		'resourceType', pg_temp.one_of('"Patient"', '"Patient"', '"Organization"', '"Provenance"', '"Provenance"', '"MessageHeader"', 'true', 'null'),
		'id', pg_temp.one_of('"a"', '"a"', '"b"', '"c"', '"e"', '"f"', '"g"', '"d e"', '7', '[]', 'null'),
		'target', pg_temp.one_of(jsonb_build_object('reference', pg_temp.some_reference()), jsonb_build_array(5, jsonb_build_object('reference', pg_temp.some_reference())), '[[{"reference": "urn:uuid:3"}]]', 'null', 'null', 'null'),
		'entity', pg_temp.one_of(jsonb_build_object('what', jsonb_build_object('reference', pg_temp.some_reference())),
			jsonb_build_array(jsonb_build_object('what', jsonb_build_array(jsonb_build_object('reference', pg_temp.some_reference())))), 'null', 'null', 'null'),
		'reference', pg_temp.one_of(pg_temp.some_reference(), 'null', 'null'))) END;
CREATE FUNCTION pg_temp.some_entry() RETURNS jsonb LANGUAGE sql VOLATILE
RETURN CASE WHEN random() < 0.05 THEN pg_temp.one_of('null', '5', '[]', '{}')
	ELSE jsonb_build_object('resource', pg_temp.some_resource())
		|| pg_temp.one_of('{}', '{"fullUrl": "urn:uuid:1"}', '{"fullUrl": "urn:uuid:2"}', '{"fullUrl": "Patient/a"}', '{"fullUrl": 5}', '{"fullUrl": null}') END;

CREATE TEMP TABLE bundle AS
SELECT n, jsonb_build_object('entry', (SELECT coalesce(jsonb_agg(pg_temp.some_entry()), '[]') FROM generate_series(1, n % 6) AS e)) AS bundle
FROM generate_series(1, 800) AS n;
CREATE TEMP TABLE entry AS
SELECT b.n, e.place - 1 AS place, e.entry ->> 'fullUrl' AS url, e.entry #>> '{resource,resourceType}' AS type, e.entry #>> '{resource,id}' AS id,
	(e.entry #>> '{resource,resourceType}') || '/' || (e.entry #>> '{resource,id}') AS name
FROM bundle b, jsonb_array_elements(CASE b.bundle -> 'entry' WHEN '[]' THEN '[null]' ELSE b.bundle -> 'entry' END) WITH ORDINALITY AS e (entry, place);
CREATE INDEX ON entry (n);
ANALYZE bundle, entry;

SELECT is_empty($$
	SELECT b.n, r.reference, smartcare.fhir_entry(b.bundle, r.reference)
	FROM bundle b, unnest('{Patient/a,Patient/b,Organization/a,urn:uuid:1,urn:uuid:2,5,true/7,Patient/,"",a}'::text[]) AS r (reference)
	WHERE smartcare.fhir_entry(b.bundle, r.reference) IS DISTINCT FROM (
		SELECT e.place FROM entry e WHERE e.n = b.n AND r.reference IN (e.name, e.url) ORDER BY e.name IS DISTINCT FROM r.reference, e.place LIMIT 1)
$$, 'where a reference leads');
SELECT is_empty($$
	SELECT b.n, t.type, smartcare.fhir_entries(b.bundle, t.type)
	FROM bundle b, unnest('{Patient,Organization,Provenance,MessageHeader,true,""}'::text[]) AS t (type)
	WHERE smartcare.fhir_entries(b.bundle, t.type) IS DISTINCT FROM ARRAY(SELECT e.place::integer FROM entry e WHERE e.n = b.n AND e.type = t.type ORDER BY e.place)
$$, 'entries of a type');

CREATE TEMP VIEW fault AS
SELECT e.n, 1 AS part, e.place, f.nth, f.fault, f.value, format('Bundle.entry[%s].resource', e.place) AS path
FROM entry e
CROSS JOIN LATERAL (SELECT
	(e.id ~ '^[A-Za-z0-9.-]{1,64}$' AND e.name IS NOT NULL) IS NOT TRUE AS is_wrong,
	EXISTS (SELECT FROM entry o WHERE o.n = e.n AND o.place < e.place AND o.name = e.name) AS is_repeated,
	EXISTS (SELECT FROM entry o WHERE o.n = e.n AND o.place < e.place AND o.type = 'MessageHeader') AND e.type = 'MessageHeader' AS is_second) AS t
CROSS JOIN LATERAL (VALUES
	(1, 'entry', e.name, t.is_wrong),
	(2, 'resource-repeated', e.name, t.is_repeated AND NOT t.is_wrong),
	(3, 'header', 'several MessageHeaders', t.is_second)) AS f (nth, fault, value, is_fault)
WHERE f.is_fault
UNION ALL
SELECT b.n, 2, r.nth, 1, 'reference', r.reference, format('Bundle.descendants().where(reference = ''%s'')', r.reference)
FROM bundle b
CROSS JOIN LATERAL (
	SELECT q.nth, q.value #>> '{}' AS reference
	FROM jsonb_path_query(b.bundle -> 'entry', 'strict $[*].resource.**.reference ? (@.type() == "string")', '{}', true) WITH ORDINALITY AS q (value, nth)) AS r
WHERE r.reference NOT LIKE '#%' AND split_part(r.reference, '/', -2) <> 'MessageHeader'
	AND NOT EXISTS (SELECT FROM entry e WHERE e.n = b.n AND r.reference IN (coalesce(e.name, ''), coalesce(e.url, '')))
	AND NOT (r.reference LIKE 'urn:uuid:%' AND EXISTS (
		SELECT FROM jsonb_path_query(b.bundle, '$.entry[*] ? (@.resource.type() == "object").resource ? (@.resourceType == "Provenance")') AS p (resource),
			LATERAL (SELECT jsonb_path_query(p.resource, '$.target.reference') UNION ALL SELECT jsonb_path_query(p.resource, '$.entity.what.reference')) AS t (value)
		WHERE t.value = to_jsonb(r.reference)));
SELECT is_empty($$
	SELECT b.n, smartcare.fhir_bundle_faults(b.bundle), f.faults
	FROM bundle b LEFT JOIN (
		SELECT n, array_agg(ARRAY[fault, value, path] ORDER BY part, place, nth) AS faults FROM fault GROUP BY n) AS f ON f.n = b.n
	WHERE smartcare.fhir_bundle_faults(b.bundle) IS DISTINCT FROM f.faults
$$, 'what is wrong with entries and references');
SELECT diag(count(*) || ' faults, ' || (SELECT count(*) FROM bundle b WHERE smartcare.fhir_bundle_faults(b.bundle) IS NULL) || ' bundles without any') FROM fault;
SELECT is(count(DISTINCT fault), 4::bigint, 'each fault was there') FROM fault;
SELECT isnt_empty($$SELECT FROM bundle b WHERE smartcare.fhir_bundle_faults(b.bundle) IS NULL$$, 'and bundles without any');

SELECT * FROM finish();
ROLLBACK;
