-- Who a resource is about, what it refers to, and that the order of arrival does not matter.
BEGIN;
SELECT no_plan();
\set ECHO none
\ir ../record.sql
\ir ../bundle.sql
\set cpr 'urn:oid:1.2.208.176.1.2'

CREATE FUNCTION pg_temp.citizen(key text) RETURNS bigint LANGUAGE sql AS
$$ SELECT care.current_citizen(citizen) FROM care.resource_key WHERE resource_type = 'Patient' AND resource_key.key = $1 AND id > 0 $$;
-- Imports the bundles in every order, and each resource on its own in a few; the differences from the first.
CREATE FUNCTION pg_temp.order_matters(VARIADIC bundles jsonb[]) RETURNS SETOF text LANGUAGE sql AS $$
	WITH RECURSIVE path AS (
		SELECT '{}'::integer[] AS places
		UNION ALL
		SELECT p.places || n FROM path p, generate_series(1, cardinality(bundles)) AS n WHERE n <> ALL (p.places)
	), single AS (
		SELECT jsonb_set(b, '{entry}', jsonb_build_array(e)) AS bundle FROM unnest(bundles) AS b, jsonb_array_elements(b -> 'entry') AS e
	), first AS MATERIALIZED (
		SELECT pg_temp.imported(bundles) AS lines
	), list AS (
		SELECT places::text AS name, ARRAY(SELECT bundles[n] FROM unnest(p.places) WITH ORDINALITY AS u (n, o) ORDER BY o) AS bundles
		FROM path p WHERE cardinality(p.places) = cardinality(bundles)
		UNION ALL
		SELECT 'each entry on its own, order ' || seed, (SELECT array_agg(s.bundle ORDER BY md5(s.bundle::text || seed)) FROM single s)
		FROM generate_series(1, 6) AS seed
		UNION ALL
		SELECT 'twice', bundles || bundles
	)
	SELECT l.name || ': ' || d FROM list l, first f, LATERAL pg_temp.difference(f.lines, pg_temp.imported(l.bundles)) AS d
$$;

-- Persons.
SELECT care.register_citizen(ARRAY[:'cpr'], '{0101014001}', 'Registered', '2001-01-01') AS one, care.register_citizen(ARRAY[:'cpr'], '{0202024002}', 'Other', '2002-02-02') AS two \gset
CREATE FUNCTION pg_temp.patient(key text, identifiers jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('url', key, 'resourceType', 'Patient', 'identifier',
		(SELECT coalesce(jsonb_agg(jsonb_build_object('system', CASE system WHEN 'cpr' THEN 'urn:oid:1.2.208.176.1.2' WHEN 'x' THEN 'urn:oid:1.2.208.176.1.6.1.1' ELSE system END, 'value', value)), '[]')
		FROM jsonb_each_text(identifiers) AS i (system, value))) || more
$$;
CREATE FUNCTION pg_temp.about(key text, patient text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('url', key, 'resourceType', 'Goal', 'lifecycleStatus', 'active', 'description', jsonb_build_object('text', key), 'subject', jsonb_build_object('reference', patient))
$$;
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:p1', '{"cpr": "0101014001", "urn:local": "7"}', '{"name": [{"family": "From the source"}], "birthDate": "2001-01"}'), pg_temp.about('urn:uuid:g1', 'urn:uuid:p1'))) AS report \gset
SELECT is(pg_temp.citizen('urn:uuid:p1'), :one::bigint, 'an identifying identifier finds the citizen');
SELECT is((SELECT array_agg(description) FROM care.goal WHERE citizen = :one), '{urn:uuid:g1}', 'whose entries land there');
SELECT results_eq(format('SELECT name, birth_date FROM care.citizen WHERE citizen = %s', :one), $$ VALUES ('From the source', date '2001-01-01') $$, 'what the source tells is shown, what it does not is left');
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:p2', '{"urn:local": "7"}', '{"name": [{"family": "From the source"}]}'))) AS report \gset
SELECT isnt(pg_temp.citizen('urn:uuid:p2'), :one::bigint, 'an identifier that does not identify matches nobody, nor does a name');
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:p1', '{"cpr": "0202024002"}'), pg_temp.about('urn:uuid:g2', 'urn:uuid:p1'),
	pg_temp.patient('urn:uuid:p3', '{"cpr": "0101014001", "x": "070707-7AA1"}', '{"birthDate": "2001-01-02"}'), pg_temp.about('urn:uuid:g3', 'urn:uuid:p3'))) AS report \gset
SELECT is(pg_temp.skipped(:'report'), format(
'1 Goal: parked: its Patient urn:uuid:p1 is refused
1 Goal: parked: its Patient urn:uuid:p3 is refused
1 Patient: its birth date 2001-01-02 contradicts CPR number 0101014001, born 2001-01-01
1 Patient: its identifier belongs to citizen %s, but it is known as citizen %s', :two, :one), 'what contradicts an identifier is refused, with what is about it');
SELECT is((SELECT count(*) FROM care.identifier_owner WHERE value = '0707077AA1'), 0::bigint, 'and claims nothing');
SELECT care.import_bundle(pg_temp.bundle(jsonb_set(pg_temp.patient('urn:uuid:p3', '{"cpr": "0101014001", "x": "070707-7AA1"}', '{"birthDate": "2001-01-01"}'), '{identifier,2}', '{"value": "5"}'))) AS report \gset
SELECT is(pg_temp.citizen('urn:uuid:p3'), :one::bigint, 'set right, it is found');
SELECT is((SELECT array_agg(description ORDER BY 1) FROM care.goal WHERE citizen = :one), '{urn:uuid:g1,urn:uuid:g3}', 'with what had been parked');
SELECT is(pg_temp.counts(:'report', 'Goal'), '1/0/0/0', 'and reported');
SELECT is(pg_temp.skipped(:'report'), '1 Patient: an identifier without system or value, or too long, is left out', 'an identifier without system is left out, and listed');
SELECT is((SELECT citizen FROM care.identifier_owner WHERE value = '0707077AA1'), :one::bigint, 'a further identifier is learnt');
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:p4', '{"cpr": "0202024002", "x": "070707-7AA1"}'))) AS report \gset
SELECT is(pg_temp.skipped(:'report'), format('1 Patient: its identifiers belong to different citizens: %s, %s', least(:one, :two), greatest(:one, :two)), 'identifiers of two citizens');
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:n1', '{"cpr": "0303030003"}'), pg_temp.patient('urn:uuid:n2', '{"cpr": "0303030003"}'))) AS report \gset
SELECT ok(pg_temp.citizen('urn:uuid:n1') = pg_temp.citizen('urn:uuid:n2'), 'two patients of one bundle may be one citizen');

-- References.
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('http://one.example/fhir/Patient/1', '{}'), pg_temp.about('http://one.example/fhir/Goal/1', 'Patient/1'), pg_temp.about('http://one.example/fhir/Goal/2', 'Patient/1/_history/3'),
	pg_temp.patient('http://two.example/fhir/Patient/1', '{}'), pg_temp.about('http://two.example/fhir/Goal/1', 'Patient/1'), pg_temp.about('http://two.example/fhir/Goal/2', 'http://one.example/fhir/Patient/1/_history/2'),
	'{"resourceType": "Patient", "id": "1"}', pg_temp.about('urn:uuid:g5', 'Patient/1'),
	'{"url": "urn:uuid:p5", "resourceType": "Patient", "id": "five"}', pg_temp.about('urn:uuid:g6', 'Patient/five'),
	'{"resourceType": "Patient", "id": "0ba3a1b4-6a3c-4d0f-8a4e-0d3c7d7b3c11"}', pg_temp.about('urn:uuid:g7', 'urn:uuid:0ba3a1b4-6a3c-4d0f-8a4e-0d3c7d7b3c11'), pg_temp.about('urn:uuid:g8', 'Patient/0ba3a1b4-6a3c-4d0f-8a4e-0d3c7d7b3c11'),
	pg_temp.about('urn:uuid:g9', 'Patient?identifier=urn:oid:1.2.208.176.1.2|0202024002'), pg_temp.about('urn:uuid:ga', 'Patient?identifier=urn:local%7C7'),
	jsonb_set(pg_temp.about('urn:uuid:gb', ''), '{subject}', '{"identifier": {"system": "urn:oid:1.2.208.176.1.2", "value": "0202024002"}}'),
	pg_temp.about('urn:uuid:gc', '#me') || '{"contained": [{"resourceType": "Patient", "id": "me", "identifier": [{"system": "urn:oid:1.2.208.176.1.2", "value": "0202024002"}]}]}',
	pg_temp.about('urn:uuid:gd', '#nobody'), pg_temp.about('urn:uuid:ge', 'Patient/unheard-of'))) AS report \gset
SELECT results_eq($$ SELECT k.key, array_agg(g.source ORDER BY g.source COLLATE "C") FROM care.goal g JOIN care.resource_key k ON k.resource_type = 'Patient' AND k.citizen = g.citizen AND k.key NOT IN ('urn:uuid:p1', 'urn:uuid:p3')
		GROUP BY k.key ORDER BY k.key COLLATE "C" $$,
	$$ VALUES ('Patient/1', '{urn:uuid:g5}'::text[]), ('http://one.example/fhir/Patient/1', '{http://one.example/fhir/Goal/1,http://one.example/fhir/Goal/2,http://two.example/fhir/Goal/2}'),
		('http://two.example/fhir/Patient/1', '{http://two.example/fhir/Goal/1}'), ('urn:uuid:0ba3a1b4-6a3c-4d0f-8a4e-0d3c7d7b3c11', '{urn:uuid:g7,urn:uuid:g8}'), ('urn:uuid:p5', '{urn:uuid:g6}') $$,
	'references by urn:uuid, address, relative name, id within the bundle, and version');
SELECT is((SELECT array_agg(source ORDER BY source COLLATE "C") FROM care.goal WHERE citizen = :two), '{urn:uuid:g9,urn:uuid:gb,urn:uuid:gc}', 'conditional, logical and contained ones');
SELECT is(pg_temp.skipped(:'report'),
'1 Goal: it does not say which Patient it is about
1 Goal: parked: Patient Patient/unheard-of is not known yet
1 Goal: several citizens are or may be Patient?identifier=urn:local|7', 'what leads nowhere, or to several, is listed');

-- Nothing depends on the order: of bundles, or of resources on their own.
SELECT is_empty(format('SELECT pg_temp.order_matters(%L, %L, %L, %L)',
	pg_temp.bundle(pg_temp.patient('urn:uuid:c1', '{"cpr": "0404044004"}', '{"birthDate": "2004-04-04", "generalPractitioner": [{"reference": "Organization?identifier=urn:o|gp"}]}'), pg_temp.about('urn:uuid:t1', 'urn:uuid:c1')),
	pg_temp.bundle('{"url": "urn:uuid:o1", "resourceType": "Organization", "name": "Practice", "identifier": [{"system": "urn:o", "value": "gp"}]}',
		'{"url": "urn:uuid:o2", "resourceType": "Organization", "name": "Hospital", "identifier": [{"system": "urn:oid:1.2.208.176.1.1", "value": "420000000000000"}], "type": [{"text": "hospital"}], "address": [{"city": "Odense"}]}',
		'{"url": "urn:uuid:d1", "resourceType": "Practitioner", "name": [{"family": "Lind", "given": ["Ida", "B."]}], "identifier": [{"system": "urn:d", "value": "1"}]}'),
	pg_temp.bundle('{"url": "urn:uuid:y1", "resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": "urn:uuid:c1"}, "managingOrganization": {"reference": "urn:uuid:o2"}, "period": {"start": "2026"}}',
		'{"url": "urn:uuid:e1", "resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}, "subject": {"reference": "urn:uuid:c1"}, "period": {"start": "2026-01-01T10:00:00+01:00", "end": "2026-01-03"},
			"serviceProvider": {"identifier": {"system": "urn:oid:1.2.208.176.1.1", "value": "420000000000000"}}, "participant": [{"individual": {"reference": "PractitionerRole/9"}}, {"individual": {"reference": "Practitioner?identifier=urn:d|1"}}], "episodeOfCare": [{"reference": "urn:uuid:y1"}]}',
		'{"url": "urn:uuid:k1", "resourceType": "Condition", "code": {"text": "COPD"}, "clinicalStatus": {"coding": [{"code": "active"}]}, "subject": {"reference": "urn:uuid:c1"}, "encounter": {"reference": "urn:uuid:e1"}, "onsetDateTime": "2025-05"}',
		'{"url": "urn:uuid:l1", "resourceType": "Medication", "code": {"coding": [{"system": "http://www.whocc.no/atc", "code": "R03AC02", "display": "Salbutamol"}]}}',
		'{"url": "urn:uuid:m1", "resourceType": "MedicationRequest", "status": "active", "medicationReference": {"reference": "urn:uuid:l1"}, "subject": {"reference": "urn:uuid:c1"}, "requester": {"reference": "urn:uuid:d1"}, "encounter": {"reference": "urn:uuid:e1"}, "authoredOn": "2026-01-02", "dosageInstruction": [{"text": "when needed"}]}'),
	pg_temp.bundle('{"url": "urn:uuid:q1", "resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"reference": "Patient?identifier=urn:oid:1.2.208.176.1.2|0404044004"}, "author": {"reference": "urn:uuid:o2"}, "encounter": {"reference": "urn:uuid:e1"},
			"category": [{"coding": [{"code": "assess-plan"}]}, {"text": "Lung"}], "addresses": [{"reference": "urn:uuid:k1"}], "goal": [{"reference": "urn:uuid:t1"}, {"reference": "urn:uuid:t2"}], "activity": [{"detail": {"status": "in-progress", "code": {"text": "Walk"}}}, {"reference": {"display": "Call"}}]}',
		pg_temp.about('urn:uuid:t2', 'urn:uuid:c1'),
		'{"url": "urn:uuid:v1", "resourceType": "Observation", "status": "final", "subject": {"reference": "urn:uuid:c1"}, "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, "effectiveDateTime": "2026-03-01T08:00:00Z", "valueQuantity": {"value": 80, "unit": "kg"}}',
		'{"url": "urn:uuid:v2", "resourceType": "Observation", "status": "final", "subject": {"reference": "urn:uuid:c1"}, "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, "effectiveDateTime": "2026-03-01T08:00:00Z", "valueQuantity": {"value": 81, "unit": "kg"}}')),
	'parking, and what is completed later, give the same record in any order');

-- Identifiers in any spelling are one; what is malformed is left out, and the rest is kept.
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:i1', '{"cpr": "050505-4005", "urn:oid:1.2.208.176.1.6.1.3.183": "x"}'), pg_temp.patient('urn:uuid:i2', '{"cpr": "0505054005"}'),
	pg_temp.patient('urn:uuid:i3', '{"cpr": "121212ABCD", "urn:local": "i3"}'), pg_temp.about('urn:uuid:h3', 'urn:uuid:i3'),
	pg_temp.patient('urn:uuid:i4', '{"cpr": "0505054013"}', '{"birthDate": "1905-05-05"}'), pg_temp.about('urn:uuid:h4', 'urn:uuid:i4'),
	pg_temp.about('urn:uuid:h1', 'Patient?identifier=urn:oid:1.2.208.176.1.2|050505-4005'),
	jsonb_set(pg_temp.about('urn:uuid:h2', ''), '{subject}', '{"identifier": {"system": "urn:oid:1.2.208.176.1.2", "value": "050505 4005"}}'),
	'{"url": "urn:uuid:u1", "resourceType": "Organization", "name": "Unit", "identifier": [{"system": "urn:oid:1.2.208.176.1.1", "value": "77668685"}, {"system": "https://www.gs1.org/gln", "value": "57 90000 12311 7"}]}',
	pg_temp.about('urn:uuid:h5', 'Patient?identifier=urn:oid:1.2.208.176.1.6.1.3|1206550VK9'))) AS report \gset
SELECT is(pg_temp.citizen('urn:uuid:i1'), pg_temp.citizen('urn:uuid:i2'), 'with and without the hyphen');
SELECT is((SELECT array_agg(description ORDER BY description) FROM care.goal WHERE citizen = pg_temp.citizen('urn:uuid:i1')), '{urn:uuid:h1,urn:uuid:h2}', 'also where it is referred to');
SELECT is((SELECT array_agg(value) FROM care.citizen_identifier WHERE citizen = pg_temp.citizen('urn:uuid:i3')), '{i3}', 'a malformed identifier is left out');
SELECT is((SELECT count(*) FROM care.goal WHERE citizen = pg_temp.citizen('urn:uuid:i3')), 1::bigint, 'and the rest kept');
SELECT results_eq($$ SELECT sor, gln FROM care.organization WHERE source = 'urn:uuid:u1' $$, $$ VALUES (NULL, '5790000123117') $$, 'organizations likewise');
SELECT is(pg_temp.skipped(:'report'),
'1 Goal: parked: its Patient urn:uuid:i4 is refused
1 Goal: several citizens are or may be Patient?identifier=urn:oid:1.2.208.176.1.6.1.3|1206550VK9
1 Organization: its identifier "77668685" is malformed for system urn:oid:1.2.208.176.1.1, and left out
1 Patient: its birth date 1905-05-05 contradicts CPR number 0505054013, born 2005-05-05
1 Patient: its identifier "121212ABCD" is malformed for system urn:oid:1.2.208.176.1.2, and left out
1 Patient: its identifier "x" is malformed for system urn:oid:1.2.208.176.1.6.1.3.183, and left out', 'all of it is reported');

-- A replacement number is resolved to a CPR number: both on one patient, or a patient known by the one who now has the other.
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:r1', '{"x": "0703921VJ4"}'), pg_temp.about('urn:uuid:j1', 'urn:uuid:r1'),
	pg_temp.patient('urn:uuid:r2', '{"cpr": "0703921234"}'), pg_temp.about('urn:uuid:j2', 'urn:uuid:r2'),
	pg_temp.patient('urn:uuid:r3', '{"x": "0703921VJ5"}'), pg_temp.patient('urn:uuid:r4', '{"urn:oid:1.2.208.176.1.6.1.3.183": "0703920VJ4"}'), pg_temp.about('urn:uuid:j4', 'urn:uuid:r4'),
	pg_temp.patient('urn:uuid:r5', '{"urn:local": "r5"}'))) AS report \gset
SELECT is((SELECT count(DISTINCT pg_temp.citizen('urn:uuid:r' || n)) FROM generate_series(1, 5) AS n), 5::bigint, 'five persons');
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:r6', '{"cpr": "0703921234", "x": "0703921VJ4"}'), pg_temp.about('urn:uuid:j6', 'urn:uuid:r6'), pg_temp.about('urn:uuid:j7', 'urn:uuid:r1'),
	pg_temp.patient('urn:uuid:r3', '{"cpr": "0703921242"}', '{"name": [{"text": "Eva"}]}'), pg_temp.patient('urn:uuid:r4', '{"cpr": "0703921234"}'), pg_temp.patient('urn:uuid:r5', '{"cpr": "0703921234"}'))) AS report \gset
SELECT is((SELECT array_agg(g.description ORDER BY g.description) FROM care.goal g WHERE g.citizen = pg_temp.citizen('urn:uuid:r1')), '{urn:uuid:j1,urn:uuid:j2,urn:uuid:j4,urn:uuid:j6,urn:uuid:j7}', 'three records are one');
SELECT is((SELECT count(DISTINCT pg_temp.citizen('urn:uuid:r' || n)) FROM unnest('{1,2,4,6}'::integer[]) AS n), 1::bigint, 'whichever patient leads there');
SELECT is((SELECT count(*) FROM care.citizen_merge WHERE citizen = pg_temp.citizen('urn:uuid:r2') AND reason ~ 'replacement'), 2::bigint, 'with trace');
SELECT is((SELECT name FROM care.citizen WHERE citizen = pg_temp.citizen('urn:uuid:r3')), 'Eva', 'a CPR number that nobody has is learnt');
SELECT is(pg_temp.skipped(:'report'), format('1 Patient: its identifier belongs to citizen %s, but it is known as citizen %s', pg_temp.citizen('urn:uuid:r2'), pg_temp.citizen('urn:uuid:r5')), 'who was not known by a replacement number is not resolved');
SELECT is_empty(format('SELECT pg_temp.order_matters(%L, %L, %L)',
	pg_temp.bundle(pg_temp.patient('urn:uuid:w1', '{"x": "0803921VJ4"}', '{"name": [{"text": "Unknown"}], "meta": {"lastUpdated": "2026-01-01T00:00:00Z"}}'), pg_temp.about('urn:uuid:s1', 'urn:uuid:w1'),
		'{"url": "urn:uuid:s4", "resourceType": "Observation", "status": "final", "subject": {"reference": "urn:uuid:w1"}, "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, "effectiveDateTime": "2026-03-01T08:00:00Z", "valueQuantity": {"value": 80, "unit": "kg"}}'),
	pg_temp.bundle(pg_temp.patient('urn:uuid:w2', '{"cpr": "0803921234"}', '{"name": [{"text": "Mia"}], "meta": {"lastUpdated": "2026-01-02T00:00:00Z"}}'), pg_temp.about('urn:uuid:s2', 'urn:uuid:w2')),
	pg_temp.bundle(pg_temp.patient('urn:uuid:w3', '{"x": "0803921VJ4", "cpr": "080392-1234"}', '{"meta": {"lastUpdated": "2026-01-03T00:00:00Z"}}'), pg_temp.about('urn:uuid:s3', 'urn:uuid:w3'), pg_temp.about('urn:uuid:s5', 'Patient?identifier=urn:oid:1.2.208.176.1.6.1.1|0803921vj4'))),
	'in whatever order the records come');

-- Versions. The one latest by (versionId, lastUpdated, digest) stands; the same content is no new version.
CREATE FUNCTION pg_temp.condition(key text, patient text, name text, meta jsonb DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('url', key, 'resourceType', 'Condition', 'code', jsonb_build_object('text', name), 'subject', jsonb_build_object('reference', patient))
		|| coalesce(jsonb_build_object('meta', meta), '{}') || more
$$;
SELECT is_empty(format('SELECT pg_temp.order_matters(%L, %L, %L, %L)',
	pg_temp.bundle(pg_temp.patient('urn:uuid:c1', '{"cpr": "0404044004"}', '{"name": [{"family": "Old"}], "address": [{"city": "Odense"}], "gender": "male", "deceasedBoolean": false, "meta": {"lastUpdated": "2026-01-01T00:00:00Z"}}'),
		pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A', '{"versionId": "1", "lastUpdated": "2026-01-01T00:00:00Z"}'), pg_temp.condition('urn:uuid:k2', 'urn:uuid:c1', 'A', '{"lastUpdated": "2026-01-01T00:00:00Z"}'),
		pg_temp.condition('urn:uuid:k3', 'urn:uuid:c1', 'A'), pg_temp.condition('urn:uuid:k4', 'urn:uuid:c1', 'A', '{"versionId": "9"}')),
	pg_temp.bundle(pg_temp.patient('urn:uuid:c2', '{"cpr": "0404044004"}', '{"name": [{"family": "New", "use": "official"}, {"text": "Nick", "use": "nickname"}], "deceasedDateTime": "2026-02", "meta": {"lastUpdated": "2026-02-01T00:00:00Z"}}'),
		pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'B', '{"versionId": "2", "lastUpdated": "2025-01-01T00:00:00Z"}'), pg_temp.condition('urn:uuid:k2', 'urn:uuid:c2', 'B', '{"lastUpdated": "2026-01-02T00:00:00Z"}'),
		pg_temp.condition('urn:uuid:k3', 'urn:uuid:c1', 'B'), pg_temp.condition('urn:uuid:k4', 'urn:uuid:c1', 'A', '{"versionId": "10"}', '{"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}')),
	pg_temp.bundle(pg_temp.patient('urn:uuid:c1', '{"cpr": "0404044004"}', '{"name": [{"family": "Old"}], "gender": "female", "meta": {"lastUpdated": "2026-03-01T00:00:00Z"}}'),
		pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A', '{"versionId": "3"}'), pg_temp.condition('urn:uuid:k2', 'urn:uuid:c1', 'A', '{"lastUpdated": "2026-01-03T00:00:00Z", "tag": [{"code": "x"}]}'),
		pg_temp.condition('urn:uuid:k3', 'urn:uuid:c1', 'A', '{"profile": ["x"]}')),
	pg_temp.bundle(pg_temp.condition('urn:uuid:k1', 'urn:uuid:c2', 'C', '{"versionId": "3"}'), pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'C', '{"versionId": "2"}'), pg_temp.condition('urn:uuid:k2', 'urn:uuid:c1', 'B'),
		'{"resourceType": "Condition", "code": {"text": "no identity"}, "subject": {"reference": "urn:uuid:c2"}}', '{"resourceType": "Condition", "code": {"text": "no identity"}, "subject": {"reference": "urn:uuid:c2"}}',
		'{"resourceType": "Condition", "id": "k5", "code": {"text": "relative identity"}, "subject": {"reference": "urn:uuid:c2"}}')),
	'of every resource the latest version stands in any order');
SAVEPOINT versions;
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:c1', '{}'), pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A', '{"versionId": "2"}'), pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A', '{"versionId": "2"}'),
	pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'B', '{"versionId": "1"}'))) AS first,
	care.import_bundle(pg_temp.bundle(pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'C', '{"versionId": "1"}'))) AS older,
	care.import_bundle(pg_temp.bundle(pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A', '{"versionId": "3"}'))) AS same,
	care.import_bundle(pg_temp.bundle(pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'B', '{"versionId": "4"}'))) AS newer,
	care.import_bundle(pg_temp.bundle(pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A', '{"versionId": "4"}'), pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A', '{"versionId": "5"}'))) AS back \gset
SELECT is(ARRAY[pg_temp.counts(:'first', 'Condition'), pg_temp.counts(:'older', 'Condition'), pg_temp.counts(:'same', 'Condition'), pg_temp.counts(:'newer', 'Condition'), pg_temp.counts(:'back', 'Condition')],
	'{1/0/2/0,0/0/1/0,0/0/1/0,0/1/0/0,0/1/1/0}', 'created, older, unchanged, updated, updated to what it was');
SELECT results_eq('SELECT name, source FROM care.condition', $$ VALUES ('A', 'urn:uuid:k1') $$, 'shown is the one that stands');
SELECT results_eq($$ SELECT content #>> '{code,text}', version, stands FROM care.resource_version WHERE resource_type = 'Condition' ORDER BY 1 $$, $$ VALUES ('A', 5::bigint, true), ('B', 4, false), ('C', 1, false) $$, 'each content is kept once, one of them stands');
ROLLBACK TO versions;

-- Merged and un-merged citizens, and entries moved by hand.
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:c1', '{"cpr": "0404044004"}'), pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A'),
	pg_temp.patient('urn:uuid:c2', '{}'), pg_temp.condition('urn:uuid:k2', 'urn:uuid:c2', 'B'))) AS report, pg_temp.citizen('urn:uuid:c1') AS kept, pg_temp.citizen('urn:uuid:c2') AS merged \gset
SELECT pg_temp.citizen('urn:uuid:c1') AS kept, pg_temp.citizen('urn:uuid:c2') AS merged \gset
SELECT care.merge_citizens(:kept, :merged, 'the same') AS merge \gset
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:c2', '{}'), pg_temp.condition('urn:uuid:k2', 'urn:uuid:c2', 'B'), pg_temp.condition('urn:uuid:k3', 'urn:uuid:c2', 'C'))) AS report \gset
SELECT is(ARRAY[pg_temp.counts(:'report', 'Patient'), pg_temp.counts(:'report', 'Condition')], '{0/0/1/0,1/0/1/0}', 'a replay for a merged citizen finds what was moved');
SELECT results_eq('SELECT name, citizen FROM care.condition ORDER BY name', format('SELECT n, %s::bigint FROM unnest(ARRAY[''A'', ''B'', ''C'']) AS n', :kept), 'what is new lands with the record that was kept');
SELECT care.unmerge_citizens(:kept, :merge, 'not the same');
SELECT care.import_bundle(pg_temp.bundle(pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A'), pg_temp.condition('urn:uuid:k2', 'urn:uuid:c2', 'B2', '{"versionId": "1"}'), pg_temp.condition('urn:uuid:k3', 'urn:uuid:c2', 'C'))) AS report \gset
SELECT is(pg_temp.skipped(:'report'), '1 Condition: it is known as an entry of another citizen', 'what came in between is the kept one''s until it is moved');
SELECT is(pg_temp.counts(:'report', 'Condition'), '0/1/1/1', 'what was moved back is found there');
SELECT care.move_entry(:kept, 'condition', (SELECT id FROM care.condition WHERE name = 'A'), :merged, 'wrong person');
SELECT care.import_bundle(pg_temp.bundle(pg_temp.patient('urn:uuid:c1', '{"cpr": "0404044004"}'), pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A'), pg_temp.condition('urn:uuid:k1', 'urn:uuid:c1', 'A2', '{"versionId": "2"}'))) AS report \gset
SELECT is(pg_temp.counts(:'report', 'Condition'), '0/1/1/0', 'a moved entry is found where it was moved to');
SELECT results_eq($$ SELECT name, citizen FROM care.condition WHERE source = 'urn:uuid:k1' $$, format('VALUES (%L, %s::bigint)', 'A2', :merged), 'and stays there, whatever its source says');
SELECT care.import_bundle(pg_temp.bundle(pg_temp.condition('urn:uuid:k2', 'urn:uuid:c1', 'B'))) AS report \gset
SELECT is(pg_temp.skipped(:'report'), '1 Condition: it is known as an entry of another citizen', 'an entry does not change hands because its source says so');

SELECT * FROM finish();
ROLLBACK;
