-- Home care observations in: rules one at a time, what is recorded, and what modifies or retracts a report in whatever order.
BEGIN;
SELECT no_plan();
\ir ../messages.sql
SET LOCAL timezone = 'UTC';

SELECT jsonb_build_array(
	pg_temp.observation('o1', 'MCS88122', '2026-02-01T08:00:00Z', '{"valueQuantity": {"value": 19, "unit": "1/min"}}'),
	pg_temp.observation('o2', 'NPU22089', '2026-02-01T08:05:00+01:00', '{"valueQuantity": {"value": 7.1, "comparator": "<", "unit": "mmol/L"}, "note": [{"text": "not fasting"}]}'),
	pg_temp.observation('o3', 'NPU21578', '2026-02-01T08:10:00Z', '{"valueString": "Negative"}'),
	pg_temp.observation('o4', 'NPU19748', '2026-02-01T08:15:00Z', '{"valueQuantity": {"value": 26, "unit": "bananas"}}')) AS observations \gset
SELECT pg_temp.hco('ok', '[{"letter": "ok", "activity": "new-message", "at": "2026-02-01T13:00:00Z"}]', :'observations'::jsonb - 3 - 2) AS ok \gset
-- E: entries by number: 0 header, 1 DiagnosticReport, 2 Patient, 3 and 4 Observations, 5 and 6 Organizations, 7 Provenance.
CREATE FUNCTION pg_temp.e(n integer, path text) RETURNS text[] LANGUAGE sql RETURN ('{entry,' || n || ',resource,' || path || '}')::text[];
CREATE TEMP TABLE broken AS
SELECT b.* FROM (VALUES (:'ok'::jsonb)) AS m (ok),
LATERAL (VALUES
	('', 'nothing', ok),
	('', 'twelve characters', jsonb_set(ok, pg_temp.e(3, 'valueQuantity,value'), '19.123456789')),
	('', 'national replacement number', jsonb_set(ok, pg_temp.e(2, 'identifier,0'), '{"system": "urn:oid:1.2.208.176.1.6.1.1", "value": "0703921VJ4"}')),
	('identifier', 'none', ok #- pg_temp.e(2, 'identifier')),
	('version', 'two', jsonb_set(ok, pg_temp.e(0, 'definition'), '"http://x|2.0"', true)),
	('homecare-activity', 'reply', jsonb_set(ok, pg_temp.e(7, 'activity,coding,0,code'), '"reply-message"')),
	('homecare-activity', 'modify-message, as the prose has it', jsonb_set(ok, pg_temp.e(7, 'activity,coding,0,code'), '"modify-message"')),
	('homecare-follows', 'modified, nothing named', jsonb_set(ok, pg_temp.e(7, 'activity,coding,0,code'), '"modified-message"')),
	('homecare-follows', 'retracted, as a revision', jsonb_set(jsonb_set(ok, pg_temp.e(7, 'activity,coding,0,code'), '"retract-message"'), pg_temp.e(7, 'entity'), '[{"role": "revision", "what": {"reference": "MessageHeader/x"}}]', true)),
	('homecare-follows', 'new, and follows', jsonb_set(ok, pg_temp.e(7, 'entity'), '[{"role": "revision", "what": {"reference": "MessageHeader/x"}}]', true)),
	('provenance-entity homecare-follows', 'source', jsonb_set(jsonb_set(ok, pg_temp.e(7, 'activity,coding,0,code'), '"modified-message"'), pg_temp.e(7, 'entity'), '[{"role": "source", "what": {"reference": "MessageHeader/x"}}]', true)),
	('homecare-subject', 'an organization', jsonb_set(ok, pg_temp.e(1, 'subject,reference'), '"Organization/org-1"')),
	('homecare-subject', 'of an Observation', jsonb_set(ok, pg_temp.e(4, 'subject,reference'), '"Organization/org-1"')),
	('homecare-issued', 'none', ok #- pg_temp.e(1, 'issued')),
	('homecare-issued', 'a day', jsonb_set(ok, pg_temp.e(1, 'issued'), '"2026-02-01"')),
	('homecare-result', 'none', ok #- pg_temp.e(1, 'result')),
	('homecare-producer', 'no producer id', ok #- pg_temp.e(5, 'identifier,2')),
	('homecare-producer', 'four letters', jsonb_set(ok, pg_temp.e(5, 'identifier,2,value'), '"KAFE"')),
	('homecare-producer', 'no performer', ok #- pg_temp.e(1, 'performer')),
	('homecare-requester', 'no provider number', ok #- pg_temp.e(6, 'identifier,2')),
	('homecare-code', 'of another system', jsonb_set(ok, pg_temp.e(3, 'code,coding,0,system'), '"http://loinc.org"')),
	('homecare-code', 'none', ok #- pg_temp.e(3, 'code')),
	('homecare-time', 'none', ok #- pg_temp.e(3, 'effectiveDateTime')),
	('homecare-time', 'no zone', jsonb_set(ok, pg_temp.e(4, 'effectiveDateTime'), '"2026-02-01T08:00:00"')),
	('homecare-interpretation', 'high', jsonb_set(ok, pg_temp.e(3, 'interpretation,0,coding,0,code'), '"H"')),
	('homecare-interpretation', 'none', ok #- pg_temp.e(3, 'interpretation')),
	('homecare-value', 'none', ok #- pg_temp.e(3, 'valueQuantity')),
	('homecare-value', 'thirteen characters', jsonb_set(ok, pg_temp.e(3, 'valueQuantity,value'), '19.1234567890')),
	('homecare-value', 'a long text', jsonb_set(ok #- pg_temp.e(3, 'valueQuantity'), pg_temp.e(3, 'valueString'), '"more than twelve"', true)),
	('homecare-unrecorded', 'a text', jsonb_set(ok #- pg_temp.e(3, 'valueQuantity'), pg_temp.e(3, 'valueString'), '"Negative"', true)),
	('homecare-unrecorded', 'a unit of something else', jsonb_set(ok, pg_temp.e(3, 'valueQuantity,unit'), '"kg"'))
) AS b (rule, change, message);
CREATE FUNCTION pg_temp.verdict(message text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
BEGIN
	said := pg_temp.answer(care.receive(message));
	RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = format('%s, %s kept', said, (SELECT count(*) FROM care.document_reference));
EXCEPTION WHEN SQLSTATE 'TT000' THEN
	RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.verdict(message::text), CASE WHEN rule IN ('', 'homecare-requester', 'homecare-unrecorded') THEN trim('ok ' || rule) || ', 1 kept' ELSE 'fatal-error ' || rule || ', 0 kept' END,
	concat_ws(': ', nullif(rule, ''), change)) FROM broken;
SELECT is_empty($$
	SELECT path, verdict FROM (
		SELECT p.path, pg_temp.verdict(jsonb_set(b.message, p.path::text[], v.value)::text) AS verdict
		FROM broken b, unnest(ARRAY['{entry,1,resource,result}', '{entry,1,resource,result,0}', '{entry,1,resource,performer}', '{entry,1,resource,conclusion}', '{entry,3,resource,code}', '{entry,3,resource,valueQuantity}', '{entry,3,resource,valueQuantity,value}',
			'{entry,3,resource,interpretation}', '{entry,3,resource,effectiveDateTime}', '{entry,5,resource,identifier}', '{entry,7,resource,entity}']) AS p (path),
			(VALUES ('null'::jsonb), ('"x"'), ('[]'), ('{}'), ('7'), ('[[1]]'), ('{"value": []}')) AS v (value)
		WHERE b.change = 'nothing'
	) AS x WHERE verdict !~ '^(ok|fatal-error)' OR verdict LIKE '%exception%'
$$, 'whatever stands there, it is judged by the rules');

-- What is recorded, and what of it is not.
SELECT is(pg_temp.answer(care.receive(pg_temp.hco('full', '[{"letter": "full", "activity": "new-message", "at": "2026-02-01T13:00:00Z"}]', :'observations')::text)), 'ok homecare-unrecorded homecare-unrecorded', 'a report');
SELECT citizen FROM care.identifier_owner WHERE value = '0101300001' \gset
CREATE FUNCTION pg_temp.values() RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(concat_ws(' ', m.measure, to_char(m."time", 'HH24:MI'), m.comparator, m.value, m.note), ', ' ORDER BY m.measure, m."time") FROM care.identifier_owner o JOIN care.measurement m USING (citizen) WHERE o.value = '0101300001');
SELECT is(pg_temp.values(), 'glucose_capillary 07:05 < 7.1 not fasting, respiratory_rate 08:00 19', 'its numbers are measurements, with comparator and note');
SELECT results_eq(format('SELECT DISTINCT source ->> ''letter'', source ->> ''producer'', (source ->> ''organization'')::bigint = (SELECT id FROM care.organization WHERE name = ''Organization 1''), source #>> ''{interpretation,0,coding,0,code}'' FROM care.measurement WHERE citizen = %s', :citizen),
	$$VALUES ('full', 'KAF', true, 'NI')$$, 'of which is known where they come from');
SELECT results_eq('SELECT i.diagnostics FROM care.letter l, unnest(l.issues) WITH ORDINALITY AS i (rule, diagnostics, expression, n) WHERE l.letter = ''full'' ORDER BY n', $$
	VALUES ('NPU21578: it is text'), ('NPU19748: its unit "bananas" does not fit measure "c_reactive_protein" in "mg/L"')$$, 'the rest is kept with the report, and said');
SELECT results_eq('SELECT kind, title, status, version, start_time, end_time FROM care.document_reference', $$
	VALUES ('HCO', 'Home care observations: fine', 'current', 1::bigint, '2026-02-01 07:05Z'::timestamptz, '2026-02-01 08:15Z'::timestamptz)$$, 'a document');
SELECT results_eq('SELECT organization_name, reason FROM care.worklist WHERE kind = ''document''', $$VALUES ('Organization 2', 'Home care observations: fine (HCO), from Organization 1')$$, 'for its receiver to read');

-- New, modified twice, and a report of another day; retracted.
CREATE TEMP TABLE told (n integer, message jsonb);
INSERT INTO told
SELECT t.n, pg_temp.hco(t.letter, jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('letter', t.letter, 'activity', t.activity, 'at', t.at, 'follows', t.follows, 'role', t.role))),
	jsonb_build_array(pg_temp.observation('o1', 'MCS88122', '2026-02-02T08:00:00Z', jsonb_build_object('valueQuantity', jsonb_build_object('value', t.value, 'unit', '1/min')))
		|| CASE WHEN t.n = 2 THEN '{"effectiveDateTime": "2026-02-02T08:30:00Z"}'::jsonb ELSE '{}' END), t.at, '0202300001')
FROM (VALUES
	(1, 'm1', 'new-message', '2026-02-02T09:00:00Z', NULL, NULL, 20),
	(2, 'm2', 'modified-message', '2026-02-02T08:59:00Z', 'm1', NULL, 21),
	(3, 'm3', 'modified-message', '2026-02-02T08:58:00Z', 'm2', NULL, 22),
	(4, 'm4', 'retract-message', '2026-02-02T08:57:00Z', 'm1', 'removal', 20)
) AS t (n, letter, activity, at, follows, role, value);
CREATE FUNCTION pg_temp.arrive(places integer[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM care.receive(t.message::text) FROM unnest(places) WITH ORDINALITY AS p (n, place) JOIN told t ON t.n = p.n ORDER BY p.place;
	RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = concat_ws(' | ',
		coalesce((SELECT string_agg(concat_ws(' ', to_char(m."time", 'HH24:MI'), m.value), ', ') FROM care.identifier_owner o JOIN care.measurement m USING (citizen) WHERE o.value = '0202300001'), 'nothing'),
		(SELECT string_agg(concat_ws(' ', d.source, d.status), ', ' ORDER BY d.source) FROM care.document_reference d WHERE d.source LIKE 'm_'),
		(SELECT string_agg(DISTINCT l.status, ' ') FROM care.letter l WHERE l.letter LIKE 'm_'));
EXCEPTION WHEN SQLSTATE 'TT000' THEN
	RETURN SQLERRM;
END
$$;
CREATE TEMP TABLE permutation AS
WITH RECURSIVE p AS (
	SELECT n, ARRAY[]::integer[] AS places FROM generate_series(1, 4) AS n
	UNION ALL
	SELECT p.n, p.places || i FROM p, generate_series(1, 4) AS i WHERE i <= p.n AND i <> ALL (p.places)
)
SELECT * FROM p WHERE cardinality(places) = n;
SELECT is(pg_temp.arrive(places || places), CASE n
		WHEN 1 THEN '08:00 20 | m1 current | processed'
		WHEN 2 THEN '08:30 21 | m1 superseded, m2 current | processed'
		WHEN 3 THEN '08:00 22 | m1 superseded, m2 superseded, m3 current | processed'
		ELSE 'nothing | m1 entered-in-error, m2 entered-in-error, m3 entered-in-error, m4 current | processed' END,
	format('as %s, each twice', places)) FROM permutation ORDER BY n, places;
SELECT is(pg_temp.arrive('{2,3}'), 'nothing | parked', 'what modifies one that has not come waits');

-- What may not be modified
SELECT pg_temp.answer(care.receive(message::text)) FROM told WHERE n IN (1, 4) ORDER BY n \g /dev/null
SELECT is(pg_temp.answer(care.receive(pg_temp.hco('m5', '[{"letter": "m5", "activity": "modified-message", "at": "2026-02-02T10:00:00Z", "follows": "m4"}]', jsonb_build_array(:'observations'::jsonb -> 0), cpr => '0202300001')::text)),
	'fatal-error homecare-retracted', 'a retraction is the last word');
SELECT is(pg_temp.answer(care.receive(pg_temp.hco('m6', '[{"letter": "m6", "activity": "retract-message", "at": "2026-02-02T10:00:00Z", "follows": "full", "role": "removal"}]', jsonb_build_array(:'observations'::jsonb -> 0), sender => 3)::text)),
	'fatal-error homecare-sender', 'somebody else''s report');
SELECT is(pg_temp.answer(care.receive(pg_temp.hco('m7', '[{"letter": "m7", "activity": "retract-message", "at": "2026-02-02T10:00:00Z", "follows": "full", "role": "removal"}]', jsonb_build_array(:'observations'::jsonb -> 0), cpr => '0202300001')::text)),
	'fatal-error predecessor-citizen', 'somebody else''s values');
SELECT is(pg_temp.values(), 'glucose_capillary 07:05 < 7.1 not fasting, respiratory_rate 08:00 19', 'nothing of which changed anything');
SELECT is(pg_temp.answer(care.receive(jsonb_set(pg_temp.hco('m8', '[{"letter": "m8", "activity": "retract-message", "at": "2026-02-02T10:00:00Z", "follows": "full", "role": "removal"}]', jsonb_build_array(:'observations'::jsonb -> 0)), pg_temp.e(6, 'reason'), '[{"coding": [{"code": "second-thoughts"}]}]', true)::text)),
	'ok homecare-reason', 'a reason that is none is remarked upon');
SELECT is(pg_temp.values(), NULL, 'and what was retracted is gone');
SELECT is((SELECT count(*) FROM care.measurement_batch WHERE citizen = :citizen AND points IS NOT NULL AND NOT stands), 2::bigint, 'but kept');
SELECT is_empty($$SELECT r.rule FROM care.message_rule r WHERE r.rule LIKE 'homecare-%' AND r.rule NOT IN ('homecare-retracted', 'homecare-sender', 'homecare-reason') AND NOT EXISTS (SELECT FROM broken b WHERE b.rule = r.rule)$$, 'each rule has been broken');
SELECT * FROM finish();
ROLLBACK;
