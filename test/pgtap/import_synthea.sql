-- Published example bundles: what the record shows is what an independent count finds in the JSON, and the same in any order.
\set directory `echo "${SMARTCARE_DATA:-../shared/data}/fhir-synthea"`
\setenv DIRECTORY :directory
\set present `[ -e "$DIRECTORY" ] && echo true || echo false`
BEGIN;
\if :present
SELECT no_plan();
\ir ../record.sql
\set content `for file in "$DIRECTORY"/*.json; do tr -d '\n' < "$file"; echo; done`
CREATE TEMP TABLE source AS
SELECT nth, text::jsonb AS bundle FROM string_to_table(:'content', E'\n') WITH ORDINALITY AS s (text, nth) WHERE text <> '';
\unset content

-- The order of bundles does not matter, nor how a patient's resources are split over bundles.
SELECT is_empty($$
	SELECT pg_temp.difference(
		pg_temp.imported((SELECT array_agg(bundle ORDER BY nth) FROM source)),
		pg_temp.imported((SELECT array_agg(bundle ORDER BY md5(nth::text)) FROM source)))
$$, 'another order of bundles gives the same record');
CREATE TEMP TABLE entry AS
SELECT row_number() OVER () AS nth, e AS entry FROM source s, jsonb_array_elements(s.bundle -> 'entry') AS e
WHERE s.nth IN (SELECT f.nth FROM source f ORDER BY jsonb_array_length(f.bundle -> 'entry') LIMIT 4)
	AND e #>> '{resource,resourceType}' NOT IN ('Claim', 'ExplanationOfBenefit');
CREATE FUNCTION pg_temp.split(parts integer, seed text) RETURNS jsonb[] LANGUAGE sql AS $$
	SELECT array_agg(b.bundle ORDER BY md5(b.part || seed))
	FROM (
		SELECT p.part, jsonb_build_object('resourceType', 'Bundle', 'type', 'batch', 'entry', jsonb_agg(e.entry ORDER BY md5(e.nth || seed))) AS bundle
		FROM entry e, LATERAL (SELECT abs(('x' || left(md5(seed || e.nth), 8))::bit(32)::integer % parts) AS part) AS p
		GROUP BY p.part
	) AS b
$$;
SELECT is_empty(format($$
	SELECT pg_temp.difference(pg_temp.imported(pg_temp.split(1, '')), pg_temp.imported(pg_temp.split(%s, '%s')))
$$, parts, parts), format('split over %s bundles', parts)) FROM unnest('{2,20,100000}'::integer[]) AS parts;

-- Counted with jsonpath: points are the distinct (code, time) of numbers; where an instant has several, the later issued counts, then the greater.
CREATE TEMP TABLE loaded AS SELECT nth, care.import_bundle(bundle) AS report FROM source;
CREATE TEMP TABLE expected AS
SELECT n.nth, n.patient, n.code, n."time", (array_agg(n.value ORDER BY n.issued DESC, n.value DESC))[1] AS value, count(DISTINCT n.value) AS claims
FROM (
	SELECT s.nth, jsonb_path_query_first(s.bundle, '$.entry[*] ? (@.resource.resourceType == "Patient").fullUrl') #>> '{}' AS patient,
		p #>> '{code,coding,0,code}' AS code, (o ->> 'effectiveDateTime')::timestamptz AS "time", (o ->> 'issued')::timestamptz AS issued,
		(p #>> '{valueQuantity,value}')::float8 AS value
	FROM source s, jsonb_path_query(s.bundle, '$.entry[*].resource ? (@.resourceType == "Observation")') AS o,
		LATERAL (SELECT jsonb_path_query(o, '$ ? (exists(@.valueQuantity.value))') UNION ALL SELECT jsonb_path_query(o, '$.component[*] ? (exists(@.valueQuantity.value))')) AS q (p)
) AS n
GROUP BY n.nth, n.patient, n.code, n."time";
CREATE TEMP TABLE shown AS
SELECT k.key AS patient, c.code, m."time", m.value
FROM care.measurement m
JOIN care.resource_key k ON k.resource_type = 'Patient' AND k.citizen = m.citizen
JOIN care.measure d ON d.name = m.measure
JOIN care.measure_code c ON c.measure = d.id AND c.system = 'http://loinc.org' AND c.code IN (SELECT e.code FROM expected e);

SELECT is(s.shown, e.expected, format('bundle %s: %s points', e.nth, e.expected))
FROM (SELECT nth, patient, count(*) AS expected FROM expected GROUP BY nth, patient) AS e
LEFT JOIN (SELECT patient, count(*) AS shown FROM shown GROUP BY patient) AS s ON s.patient = e.patient ORDER BY e.nth;
SELECT is_empty('SELECT patient, code, "time", value::text FROM shown EXCEPT SELECT patient, code, "time", value::text FROM expected', 'no other points are shown');
SELECT is_empty('SELECT patient, code, "time", value::text FROM expected EXCEPT SELECT patient, code, "time", value::text FROM shown', 'and all of them, bit for bit');
SELECT is((SELECT sum(jsonb_array_length(report -> 'conflicts')) FROM loaded), (SELECT count(*) FROM expected WHERE claims > 1), 'instants with two values are reported as conflicts');
SELECT results_eq('SELECT (c #>> ''{won,value}'')::float8::text FROM loaded, jsonb_array_elements(report -> ''conflicts'') AS c ORDER BY 1', 'SELECT value::text FROM expected WHERE claims > 1 ORDER BY 1', 'with the one that counts');

CREATE FUNCTION pg_temp.resources(type text, path jsonpath DEFAULT '$') RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM source s, jsonb_path_query(s.bundle, '$.entry[*].resource') AS r, jsonb_path_query(r, path) WHERE r ->> 'resourceType' = type
$$;
SELECT is(count(*), pg_temp.resources('Encounter'), 'encounters') FROM care.encounter;
SELECT is(count(*), pg_temp.resources('Condition'), 'conditions') FROM care.condition;
SELECT is(count(encounter), pg_temp.resources('Condition', '$.encounter'), 'with their encounters') FROM care.condition;
SELECT is(count(*), pg_temp.resources('MedicationRequest'), 'medications') FROM care.medication_statement;
SELECT is(count(*), pg_temp.resources('CarePlan'), 'care plans') FROM care.care_plan;
SELECT is(count(*), pg_temp.resources('CarePlan', '$.activity[*]'), 'with their activities') FROM care.care_plan_activity;
SELECT is(sum(cardinality(addresses)), pg_temp.resources('CarePlan', '$.addresses[*]'), 'conditions') FROM care.care_plan;
SELECT is(sum(cardinality(goals)), pg_temp.resources('CarePlan', '$.goal[*]'), 'and goals') FROM care.care_plan;
SELECT is(count(*), pg_temp.resources('Goal'), 'goals') FROM care.goal;
SELECT is(count(*), pg_temp.resources('AllergyIntolerance'), 'allergies') FROM care.allergy;
SELECT is(count(*), (SELECT count(DISTINCT r) FROM source, jsonb_path_query(bundle, '$.entry[*].resource ? (@.resourceType == "Organization").id') AS r), 'organizations') FROM care.organization;
SELECT is(count(*), (SELECT count(DISTINCT r) FROM source, jsonb_path_query(bundle, '$.entry[*].resource ? (@.resourceType == "Practitioner").id') AS r), 'practitioners') FROM care.practitioner;
SELECT is(count(*) FILTER (WHERE organization IS NULL OR start_time IS NULL), 0::bigint, 'encounters have their organizations and times') FROM care.encounter;
SELECT is((SELECT sum(n.count::bigint) FROM loaded, jsonb_each(report -> 'resources') AS r (type, counts), jsonb_each_text(counts) AS n (name, count)),
	(SELECT sum(jsonb_array_length(bundle -> 'entry')) FROM source)::numeric, 'the reports tell of every entry what became of it');
SELECT is((SELECT count(*) FROM loaded WHERE report -> 'unresolved' <> '[]'), 0::bigint, 'every reference is resolved');

CREATE TEMP TABLE again AS SELECT nth, care.import_bundle(bundle) AS report FROM source;
SELECT is_empty($$
	SELECT nth FROM again
	WHERE report #>> '{points,changed}' <> '0' OR report @? '$.resources.*.created ? (@ > 0)' OR report @? '$.resources.*.updated ? (@ > 0)'
$$, 'loaded again, nothing changes');
\else
SELECT plan(1);
SELECT diag('No example bundles in ' || :'directory' || ': SMARTCARE_DATA names the directory that has fhir-synthea/.');
SELECT skip('no example bundles', 1);
\endif
SELECT * FROM finish();
ROLLBACK;
