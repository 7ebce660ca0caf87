-- Documents: what their measurements mean, which version counts, what is refused, and that PHMR out reads back.
BEGIN;
SELECT no_plan();
\ir ../document.sql
SELECT setseed(0.7);

CREATE FUNCTION pg_temp.code(document text) RETURNS text LANGUAGE sql AS $$
SELECT concat_ws(' ', r.report ->> 'status', r.report #>> '{refused,0,code}') FROM (SELECT care.receive_document(document) AS report) AS r
$$;
CREATE FUNCTION pg_temp.points(measure text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
SELECT string_agg(concat(m.comparator, m.value), ' ' ORDER BY m.measure, m."time") FROM care.measurement m WHERE m.measure = points.measure OR points.measure IS NULL
$$;
-- What measurements become, alone in a document.
CREATE FUNCTION pg_temp.read(entries text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found_points text;
	report jsonb;
BEGIN
	BEGIN
		report := care.receive_document(pg_temp.phmr('one', entries));
		found_points := (SELECT string_agg(concat_ws(' ', m.measure, concat(m.comparator, m.value), m.unit), '; ' ORDER BY m.measure, m."time") FROM care.measurement m);
		RAISE EXCEPTION 'undone' USING ERRCODE = 'UNDON';
	EXCEPTION WHEN SQLSTATE 'UNDON' THEN
		RETURN concat_ws('; ', found_points, report #>> '{refused,0,reason}');
	END;
END
$$;

-- What a measurement means
\set at '20260301080000+0100'
SELECT is(pg_temp.read(pg_temp.weight(:'at', '71.3')), 'body_weight 71.3 kg', 'code as translation');
SELECT is(pg_temp.read(pg_temp.measured(:'at', '<code code="NPU03804" codeSystem="2.16.840.1.113883.3.4208.100.1"/>', pg_temp.pq('71.3', 'kg'))),
	'body_weight 71.3 kg', 'code of its own, of the old system');
SELECT is(pg_temp.read(pg_temp.measured(:'at', '<code code="MCS88019" codeSystem="1.2.208.184.100.8"/>', pg_temp.pq('128', 'mmHg'))),
	'systolic_blood_pressure_home 128 mm[Hg]', 'MCS code, mmHg');
SELECT is(pg_temp.read(pg_temp.measured(:'at', pg_temp.npu('DNK05472'), pg_temp.pq('128', 'mm[Hg]'))), 'systolic_blood_pressure 128 mm[Hg]', 'mm[Hg]');
SELECT is(pg_temp.read(pg_temp.measured(:'at', pg_temp.npu('NPU03011'), pg_temp.pq('.92', 'NA'))), 'oxygen_saturation 92 %', 'fraction with leading dot, unit NA');
SELECT is(pg_temp.read(pg_temp.measured(:'at', pg_temp.npu('NPU03011'), '<value xsi:type="PQ" value="0.92"/>')), 'oxygen_saturation 92 %', 'fraction without unit');
SELECT is(pg_temp.read(pg_temp.measured(:'at', pg_temp.npu('NPU03011'), pg_temp.pq('92', '%'))), 'oxygen_saturation 92 %', 'per cent');
SELECT is(pg_temp.read(pg_temp.measured(:'at', pg_temp.npu('NPU03011'), pg_temp.pq('92', 'NA'))), 'its value is out of range', 'a fraction of 92 is refused');
SELECT is(pg_temp.read(pg_temp.measured(:'at', '<code code="MCS88137" codeSystem="1.2.208.184.100.8"/>', '<value xsi:type="INT" value="12"/>')), 'cat_score 12 {Number}', 'a number of type INT');
SELECT is(pg_temp.read(pg_temp.measured(:'at', pg_temp.npu('NPU19748'), '<value xsi:type="IVL_PQ"><high value="5" unit="mg/L" inclusive="false"/></value>')),
	'c_reactive_protein <5 mg/L', 'an interval open below is a limit');
SELECT is(pg_temp.read(pg_temp.measured(:'at', pg_temp.npu('NPU19748'), '<value xsi:type="IVL_PQ"><low value="500" unit="mg/L"/></value>')),
	'c_reactive_protein >=500 mg/L', 'and so is one open above');
SELECT is(pg_temp.read(pg_temp.weight('20260301080000', '70')), 'body_weight 70 kg', 'a time without zone is taken');
SELECT is((SELECT care.hl7_time('20260701080000')), '2026-07-01 06:00+00'::timestamptz, 'by the civil zone');
SELECT is((SELECT care.hl7_time('20260701080000.25-0330')), '2026-07-01 11:30:00.25+00'::timestamptz, 'fractions and western zones');
SELECT is(pg_temp.read(pg_temp.weight(v.written, '70')), '"' || v.written || '" is no instant', 'refused time ' || v.written)
FROM unnest('{20260301,20260230080000+0100,2026-03-01T08:00:00+01:00,20260301250000+0100,x}'::text[]) AS v (written);
SELECT is(pg_temp.read(pg_temp.weight(:'at', v.value)), 'its value "' || v.value || '" is no number', 'refused value ' || v.value)
FROM unnest('{"71,3",.,abc,1e,NaN,0x10}'::text[]) AS v (value);
SELECT is(pg_temp.read(pg_temp.weight(:'at', '1e400')), 'its value is out of range', 'too great a value');
SELECT matches(pg_temp.read(pg_temp.measured(:'at', pg_temp.npu('NPU03804'), pg_temp.pq('70', 'mmHg'))), 'unit "mmHg" does not fit', 'a unit that does not fit');
SELECT matches(pg_temp.read(pg_temp.measured(:'at', pg_temp.npu('NPU03804'), pg_temp.pq('70', 'stone?'))), 'does not fit', 'a unit that is none');
SELECT matches(pg_temp.read(pg_temp.measured(:'at', pg_temp.npu('NPU03804'), '<value xsi:type="ST">70 kg</value>')), 'of type "ST"', 'a value in words');
SELECT is(pg_temp.read(pg_temp.measured(:'at', '<code nullFlavor="NI"/>', pg_temp.pq('70', 'kg'))), 'its code is missing', 'no code');
SELECT matches(pg_temp.read(pg_temp.weight(:'at', '70', 'aborted')), 'status "aborted"', 'a status that does not count');
SELECT is(pg_temp.read(pg_temp.weight(:'at', '70', 'Completed')), 'body_weight 70 kg', 'whatever the case of letters');

-- Where a measurement comes from
SAVEPOINT here;
SELECT lives_ok($$
	SELECT care.receive_document(pg_temp.phmr('origin', pg_temp.measured('20260301080000+0100', '<id root="1.2.208.184" extension="M1"/>' || pg_temp.npu('NPU03804'),
		pg_temp.pq('71.3', 'kg'), rest => '<methodCode code="POT"/><methodCode code="AUT"/><participant typeCode="ENT"><participantRole><id extension="328151000016009" root="1.2.208.176.1.1"/></participantRole></participant>'
			|| '<entryRelationship typeCode="COMP"><act><code code="48767-8"/><text>Vejet &amp; målt</text></act></entryRelationship>')
		|| pg_temp.weight('20260302080000+0100', '71')) || '')
$$, 'a document with origins');
SELECT results_eq($$ SELECT value, note, source ->> 'method', source ->> 'enterer', source ->> 'identifier', source ->> 'document' FROM care.measurement ORDER BY "time" $$,
	$$ VALUES (71.3::float8, 'Vejet & målt', '["POT", "AUT"]', '328151000016009', '["urn:oid:1.2.208.184#m1"]', 'urn:oid:1.2.208.184#origin'),
		(71, NULL, NULL, NULL, NULL, 'urn:oid:1.2.208.184#origin') $$, 'who measured, how it was sent, who typed it, its id and comment');
ROLLBACK TO here;

-- Nullified measurements
SELECT care.receive_document(pg_temp.phmr('first', pg_temp.weight('20260301080000+0100', '253') || pg_temp.weight('20260302080000+0100', '72'))) ->> 'status' AS status \gset
SELECT is(care.receive_document(pg_temp.phmr('second', pg_temp.weight('20260301080000+0100', '253', 'nullified'), "time" => '20260303120000+0100')) -> 'points',
	'{"received": 0, "nullified": 1, "changed": 1}', 'a later document nullifies a value');
SELECT is(pg_temp.points(), '72', 'which counts no more');
SELECT is(care.receive_document(pg_temp.phmr('first', pg_temp.weight('20260301080000+0100', '253') || pg_temp.weight('20260302080000+0100', '72'))) ->> 'status', 'unchanged', 'its document again');
SELECT is(care.receive_document(pg_temp.phmr('first again', pg_temp.weight('20260301080000+0100', '253'))) #>> '{points,changed}', '0', 'or another of that time');
SELECT is(pg_temp.points(), '72', 'does not bring it back');
SELECT is((SELECT b.source #>> '{nullified,0,value}' FROM care.measurement_batch b WHERE b.source ? 'nullified'), '253', 'and it is kept');
SELECT is(pg_temp.points(), '72', 'a correction in the same document counts')
FROM (SELECT care.receive_document(pg_temp.phmr('third', pg_temp.weight('20260304080000+0100', '253', 'nullified') || pg_temp.weight('20260304080000+0100', '73')))) AS d WHERE false
UNION ALL SELECT is(pg_temp.read(pg_temp.weight('20260304080000+0100', '253', 'nullified') || pg_temp.weight('20260304080000+0100', '73')), 'body_weight 72 kg; body_weight 73 kg', 'a correction in the same document counts');
SELECT is(pg_temp.read(pg_temp.weight('20260304080000+0100', '70') || pg_temp.weight('20260304080000+0100', '71') || pg_temp.weight('20260304080000+0100', '71')),
	'body_weight 72 kg; body_weight 71 kg', 'of two values at one instant the greater counts');
ROLLBACK TO here;
-- To leave out what an earlier version nullified does not bring it back, though another set has it; to have it as valid does.
CREATE FUNCTION pg_temp.story(places integer[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	documents CONSTANT text[] := ARRAY[
		pg_temp.phmr('other', pg_temp.weight('20260301080000+0100', '253') || pg_temp.weight('20260302080000+0100', '72'), set_id => 'other set', "time" => '20260303120000+0100'),
		pg_temp.phmr('v1', pg_temp.weight('20260301080000+0100', '253'), 1, 'set', "time" => '20260303120000+0100'),
		pg_temp.phmr('v2', pg_temp.weight('20260301080000+0100', '253', 'nullified') || pg_temp.weight('20260302080000+0100', '72'), 2, 'set', "time" => '20260304120000+0100'),
		pg_temp.phmr('v3', pg_temp.weight('20260303080000+0100', '73'), 3, 'set', "time" => '20260305120000+0100'),
		pg_temp.phmr('v3', '', 3, 'set', "time" => '20260305120000+0100'),
		pg_temp.phmr('v4', pg_temp.weight('20260301080000+0100', '253'), 4, 'set', "time" => '20260304120000+0100'),
		pg_temp.phmr('instead', pg_temp.weight('20260304080000+0100', '74'), 1, 'set 2', 'v2', '20260306120000+0100')];
	place integer;
	found_points text;
BEGIN
	FOREACH place IN ARRAY places LOOP
		PERFORM care.receive_document(documents[place]);
	END LOOP;
	found_points := pg_temp.points();
	RAISE EXCEPTION 'undone' USING ERRCODE = 'UNDON';
EXCEPTION WHEN SQLSTATE 'UNDON' THEN
	RETURN found_points;
END
$$;
SELECT is(pg_temp.story(s.places), s.expected, format('nullified, and then %s, as %s', s.name, s.places))
FROM (VALUES
	('left out', '{1,2,3,4}'::integer[], '72 73'), ('left out', '{4,3,2,1}', '72 73'), ('left out', '{3,1,4,1,2,3}', '72 73'),
	('followed by a version with nothing', '{1,2,3,5}', '72'), ('followed by a version with nothing', '{5,3,2,1}', '72'),
	('valid again', '{1,2,3,4,6}', '253 72'), ('valid again', '{6,4,3,2,1}', '253 72'), ('valid again', '{3,6,1}', '253 72'),
	('replaced by another set', '{1,2,3,7}', '72 74'), ('replaced by another set', '{7,3,2,1}', '72 74')) AS s (name, places, expected);

-- Versions: any documents, in any order, any number of times, against an oracle in plain SQL. Each set
-- has up to three versions of up to four weights at six instants, some nullified; some replace another set.
CREATE TEMP TABLE version AS
SELECT s.nth, v.version, s.nth || '-' || v.version AS id, date_trunc('minute', '2026-04-01'::timestamptz + random() * interval '9 days') AS issued,
	CASE WHEN random() < 0.5 THEN (1 + floor(random() * 4))::integer || '-1' END AS replaces
FROM generate_series(1, 4) AS s (nth), generate_series(1, 3) AS v (version)
WHERE random() < 0.8;
UPDATE version SET replaces = NULL WHERE split_part(replaces, '-', 1)::integer >= nth;
CREATE TEMP TABLE said AS
SELECT v.nth, v.version, '2026-03-01 08:00+01'::timestamptz + p.hour * interval '1 hour' AS "time", 60 + floor(random() * 200) / 10 AS value, random() < 0.25 AS nullified
FROM version v, generate_series(1, 6) AS p (hour) WHERE random() < 0.6;
CREATE TEMP TABLE letter AS
SELECT v.*, pg_temp.phmr(v.id, coalesce((
		SELECT string_agg(pg_temp.weight(care.hl7_written(s."time"), s.value::text, CASE WHEN s.nullified THEN 'nullified' ELSE 'completed' END), '' ORDER BY random())
		FROM said s WHERE s.nth = v.nth AND s.version = v.version), ''), v.version, 'set ' || v.nth, v.replaces, care.hl7_written(v.issued)) AS document
FROM version v;
SELECT cmp_ok((SELECT count(*) FROM letter)::integer, '>', 6, 'there are versions');
CREATE TEMP TABLE oracle AS
-- What any version nullified stays so, unless a later one of its set has a value there, or another set issued later.
SELECT DISTINCT ON (s."time") s."time", s.value, s.nullified
FROM (
	SELECT DISTINCT ON (s.nth, s."time") s.*, v.issued
	FROM said s
	JOIN version v USING (nth, version)
	WHERE s.nullified OR v.version = (SELECT max(o.version) FROM version o WHERE o.nth = v.nth)
		AND NOT EXISTS (SELECT FROM version o WHERE o.replaces = v.id)
	ORDER BY s.nth, s."time", s.version DESC
) AS s
ORDER BY s."time", s.issued DESC, s.nullified DESC, s.value DESC;
CREATE FUNCTION pg_temp.record_of(documents text[]) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.received(documents) - 'kept' $$;
CREATE TEMP TABLE outcome AS
SELECT n, pg_temp.record_of((SELECT array_agg(l.document ORDER BY md5(concat(l.id, c, n))) FROM letter l, generate_series(1, 1 + n % 2) AS c)) AS found
FROM generate_series(1, 16) AS n;
SELECT is((SELECT count(DISTINCT found) FROM outcome), 1::bigint, '16 orders, half of them with repetitions, give one record');
SELECT is((SELECT jsonb_agg(jsonb_build_array(p -> 2, p -> 3) ORDER BY p -> 2) FROM outcome, jsonb_array_elements(found -> 'points') AS p WHERE n = 1),
	(SELECT jsonb_agg(jsonb_build_array(o."time", o.value) ORDER BY o."time") FROM oracle o WHERE NOT o.nullified), 'which is what an oracle says');
SELECT is((SELECT jsonb_agg(d -> 1 ORDER BY d ->> 1) FROM outcome, jsonb_array_elements(found -> 'documents') AS d WHERE n = 1 AND d ->> 3 = 'current'),
	(SELECT jsonb_agg('urn:oid:1.2.208.184#' || v.id ORDER BY 'urn:oid:1.2.208.184#' || v.id) FROM version v
		WHERE v.version = (SELECT max(o.version) FROM version o WHERE o.nth = v.nth)
			AND NOT EXISTS (SELECT FROM version o WHERE o.replaces = v.id)), 'and these documents are current');
SELECT cmp_ok((SELECT count(*) FROM version WHERE replaces IS NOT NULL)::integer, '>', 0, 'some of them replaced another set''s');

-- Plans and appointments
CREATE FUNCTION pg_temp.goal(id text, words text, status text DEFAULT 'active') RETURNS text LANGUAGE sql AS $$
SELECT '<entry><observation classCode="OBS" moodCode="GOL"><id root="1.2.208.184" extension="' || id || '"/><code nullFlavor="NA"/><text>' || words
	|| '</text><statusCode code="' || status || '"/><effectiveTime value="20260301"/><value xsi:type="ST" nullFlavor="NA"/></observation></entry>'
$$;
CREATE FUNCTION pg_temp.concern(id text, code text) RETURNS text LANGUAGE sql AS $$
SELECT '<entry><act classCode="ACT" moodCode="EVN"><statusCode code="active"/><entryRelationship><observation classCode="OBS" moodCode="EVN"><id root="1.2.208.184" extension="' || id
	|| '"/><code code="ALGA01" codeSystem="1.2.208.176.2.4"/><effectiveTime><low value="20250101"/></effectiveTime><value xsi:type="CD" code="' || code
	|| '" codeSystem="1.2.208.176.2.4" displayName="' || code || '"/></observation></entryRelationship></act></entry>'
$$;
CREATE FUNCTION pg_temp.cpd(id text, version integer, goals text, concerns text, points text, "time" text, replaces text DEFAULT NULL, set_id text DEFAULT 'plan')
RETURNS text LANGUAGE sql AS $$
SELECT pg_temp.cda(id, pg_temp.section('75310-3', concerns) || pg_temp.section('61146-7', goals) || pg_temp.section('11383-7', points)
	|| pg_temp.section('62387-6', '<entry><encounter moodCode="INT"><id root="1.2.208.184" extension="A' || id || '"/><code nullFlavor="NI"/><text>Øjenlæge ' || id || '</text><statusCode code="active"/></encounter></entry>'),
	version, set_id, replaces, time, code => '81215-6')
$$;
CREATE TEMP TABLE plan AS
SELECT p.nth, pg_temp.cpd('p' || p.nth, p.nth, p.goals, p.concerns, p.points, '202603' || p.day || '120000+0100') AS document
FROM (VALUES
	(1, pg_temp.goal('g1', 'walk') || pg_temp.goal('g2', 'swim'), pg_temp.concern('c1', 'DE119'), pg_temp.weight('20260201080000+0100', '90'), '01'),
	(2, pg_temp.goal('g1', 'walk far') || pg_temp.goal('g3', 'sleep', 'completed'), pg_temp.concern('c1', 'DE119') || pg_temp.concern('c2', 'DI109'),
		pg_temp.weight('20260201080000+0100', '91') || pg_temp.weight('20260202080000+0100', '89'), '02'),
	(3, pg_temp.goal('g2', 'swim'), pg_temp.concern('c2', 'DI109'), pg_temp.weight('20260202080000+0100', '88'), '02')
) AS p (nth, goals, concerns, points, day);
CREATE TEMP TABLE planned AS
SELECT n, pg_temp.received((SELECT array_agg(p.document ORDER BY md5(concat(p.nth, c, n))) FROM plan p, generate_series(1, 1 + n % 2) AS c)) AS found
FROM generate_series(1, 8) AS n;
SELECT is((SELECT count(DISTINCT found) FROM planned), 1::bigint, 'versions of a plan in 8 orders give one record');
SELECT is((SELECT jsonb_agg(g -> 1 ORDER BY g) FROM planned, jsonb_array_elements(found -> 'goals') AS g WHERE n = 1 AND g ->> 2 IN ('active', 'completed')),
	'["swim"]', 'whose goals are those of the last version');
SELECT is((SELECT jsonb_agg(c -> 1 ORDER BY c) FROM planned, jsonb_array_elements(found -> 'conditions') AS c WHERE n = 1 AND c ->> 4 <> 'entered-in-error'),
	'["DI109"]', 'and so are its conditions');
SELECT is((SELECT jsonb_agg(p -> 3) FROM planned, jsonb_array_elements(found -> 'points') AS p WHERE n = 1), '[88]', 'and its measurements');
SELECT is((SELECT found #> '{plans,0}' FROM planned WHERE n = 1), '["urn:oid:1.2.208.184#plan", "Dokument p3", "active", 1, 1, ["Øjenlæge p3"]]', 'one plan, with its activities');
SELECT is(pg_temp.received(ARRAY[a.document, b.document]) - 'batches', pg_temp.received(ARRAY[b.document, a.document]) - 'batches', 'a plan that replaces one of another set, in both orders')
FROM plan a, (SELECT pg_temp.cpd('other', 1, pg_temp.goal('g9', 'rest'), '', '', '20260401120000+0200', 'p1', 'plan 2') AS document) AS b WHERE a.nth = 1;
SELECT is(pg_temp.received(ARRAY[pg_temp.cpd('other', 1, pg_temp.goal('g9', 'rest'), '', '', '20260401120000+0200', 'p1', 'plan 2'), document]) #>> '{plans,0,2}',
	'revoked', 'the plan that was replaced is revoked') FROM plan WHERE nth = 1;

-- Two that say that each replaces the other: the later one stands, in both orders.
CREATE TEMP TABLE mutual AS
SELECT pg_temp.cpd('one', 1, pg_temp.goal('g1', 'walk'), '', pg_temp.weight('20260201080000+0100', '90'), '20260301120000+0100', 'two', 'plan 1') AS one,
	pg_temp.cpd('two', 1, pg_temp.goal('g2', 'swim'), '', pg_temp.weight('20260202080000+0100', '91'), '20260302120000+0100', 'one', 'plan 2') AS two;
SELECT is(pg_temp.received(ARRAY[m.one, m.two]) - 'batches', pg_temp.received(ARRAY[m.two, m.one]) - 'batches', 'two that replace each other, in both orders') FROM mutual m;
SELECT is((SELECT jsonb_agg(p -> 3) FROM jsonb_array_elements(pg_temp.received(ARRAY[m.one, m.two]) -> 'points') AS p), '[91]', 'and the later one counts') FROM mutual m;

CREATE FUNCTION pg_temp.apd(id text, version integer, status text, low text, "time" text DEFAULT '20260301120000+0100') RETURNS text LANGUAGE sql AS $$
SELECT pg_temp.cda(id, pg_temp.section('18776-5', '<entry><encounter moodCode="APT"><id root="1.2.208.184" extension="appointment"/><statusCode code="' || status
	|| '"/><effectiveTime><low value="' || low || '"/><high value="20270101120000+0100"/></effectiveTime>'
	|| '<performer><assignedEntity><id root="1.2.208.176.1.1" extension="345031000016009"/></assignedEntity></performer>'
	|| '<entryRelationship typeCode="RSON"><observation><code code="1" displayName="Kontrol"/></observation></entryRelationship></encounter></entry>'),
	version, 'meeting', NULL, time, code => '39289-4')
$$;
SELECT is(pg_temp.received(ARRAY[pg_temp.apd('m1', 1, 'active', '20270101100000+0100'), pg_temp.apd('m2', 2, 'active', '20270101110000+0100')]) -> 'appointments',
	'[["urn:oid:1.2.208.184#appointment", "booked", "Kontrol", "2027-01-01T11:00:00+01:00", "2027-01-01T12:00:00+01:00", "345031000016009"]]', 'an appointment that was moved');
SELECT is(pg_temp.received(ARRAY[pg_temp.apd('m3', 3, 'cancelled', '20270101110000+0100'), pg_temp.apd('m2', 2, 'active', '20270101110000+0100')]) #>> '{appointments,0,1}',
	'cancelled', 'one that was cancelled, though the booking comes last');
SELECT is((care.receive_document(pg_temp.apd('m4', 1, 'active', ''))) #>> '{refused,0,reason}', 'it does not say when it is', 'one without a time is refused');
ROLLBACK TO here;

-- Answers
SELECT care.receive_document(pg_temp.cda('q', pg_temp.section('74465-6', '<entry><organizer><component><observation><code code="q1"><originalText>Hoster
	du?</originalText></code><value xsi:type="CE" code="A1" codeSystem="1.2.3" displayName="Ja"/><value xsi:type="CE" code="A2" codeSystem="1.2.3" displayName="Om natten"/>'
	|| '<entryRelationship><observation><code code="74467-2"/><value xsi:type="IVL_INT"><low value="1"/><high value="3"/></value></observation></entryRelationship>'
	|| '<reference><externalDocument><id root="1.2.208.184" extension="PHMR"/></externalDocument></reference></observation></component>'
	|| '<component><observation><code code="q2" displayName="Timers søvn?"/><value xsi:type="INT" value="7"/></observation></component>'
	|| '<component><observation><code code="q3" displayName="Andet?"/><value xsi:type="ST">nej &lt;3</value></observation></component></organizer></entry>'), code => '74465-6')) AS answered \gset
SELECT is(:'answered'::jsonb ->> 'answers', '3', 'a document with answers');
SELECT results_eq(format('SELECT question_id, question, answers, options, refers_to FROM care.document_answers(%s, %s)', :'answered'::jsonb -> 'citizen', :'answered'::jsonb -> 'entry'), $$ VALUES
	('q1', 'Hoster du?', '[{"type": "CE", "code": "A1", "system": "urn:oid:1.2.3", "display": "Ja"}, {"type": "CE", "code": "A2", "system": "urn:oid:1.2.3", "display": "Om natten"}]'::jsonb,
		'[1,3]'::int4range, '{urn:oid:1.2.208.184#phmr}'::text[]),
	('q2', 'Timers søvn?', '[{"type": "INT", "value": "7"}]', NULL, NULL),
	('q3', 'Andet?', '[{"type": "ST", "value": "nej <3"}]', NULL, NULL) $$, 'questions, answers, options and what they refer to');
SELECT throws_ok(format('SELECT care.document_answers(%s, 0)', :'answered'::jsonb -> 'citizen'), 'P0002', NULL, 'no such document');
ROLLBACK TO here;
-- Bad input: refused with its code, kept whole, nothing else changed
CREATE TEMP TABLE bad (code, document) AS VALUES
	('not-xml', 'no XML at all'), ('not-xml', '{"resourceType": "Bundle"}'), ('not-xml', '<ClinicalDocument xmlns="urn:hl7-org:v3">'), ('not-xml', '<a>&undefined;</a>'),
	('not-xml', E'<a>\x01</a>'), ('not-xml', '<a/><b/>'), ('not-xml', '<?xml version="1.0"?> <?xml version="1.0"?><a/>'),
	('not-xml', repeat('<a>', 10000) || repeat('</a>', 10000)),
	('declaration', '<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'),
	('declaration', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><ClinicalDocument xmlns="urn:hl7-org:v3">&x;</ClinicalDocument>'),
	('declaration', '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'),
	('not-cda', '<ClinicalDocument/>'), ('not-cda', '<ClinicalDocument xmlns="urn:hl7-org:v2"/>'), ('not-cda', '<Bundle xmlns="urn:hl7-org:v3"/>'),
	('unknown-type', '<ClinicalDocument xmlns="urn:hl7-org:v3"/>'), ('unknown-type', pg_temp.cda('x', code => '11506-3')),
	('no-id', replace(pg_temp.cda('x'), '<id root="1.2.208.184" extension="x"/>', '')),
	('no-time', pg_temp.cda('x', "time" => '')), ('no-time', pg_temp.cda('x', "time" => '2026-03-01')), ('no-time', pg_temp.cda('x', "time" => '20261301')),
	('bad-version', replace(pg_temp.cda('x', version => 1), '"1"', '"one"')), ('bad-version', replace(pg_temp.cda('x', version => 1), '"1"', '"99999999999"')),
	('no-citizen', regexp_replace(pg_temp.cda('x'), '(<recordTarget>.*</recordTarget>)', '\1\1')), ('no-citizen', regexp_replace(pg_temp.cda('x'), '<recordTarget>.*</recordTarget>', '')),
	('no-identifier', replace(pg_temp.cda('x'), '1.2.208.176.1.2"', '1.2.3"')),
	('bad-identifier', pg_temp.cda('x', cpr => '121212ABCD')), ('bad-identifier', pg_temp.cda('x', cpr => '9999999999')), ('bad-identifier', pg_temp.cda('x', cpr => ''));
SELECT is(pg_temp.code(document), 'refused ' || code, code || ': ' || left(regexp_replace(document, '[^ -~]', '?', 'g'), 60)) FROM bad;
SELECT set_eq('SELECT content FROM care.document', 'SELECT document FROM bad', 'what is refused is kept as it came');
SELECT is_empty('SELECT citizen FROM care.citizen UNION ALL SELECT citizen FROM care.document_reference', 'and nothing came of it');
SELECT is(care.receive_document(NULL) ->> 'status', 'refused', 'no document');
SELECT is(care.receive_document('') ->> 'status', 'refused', 'an empty one');
UPDATE care.setting SET value = '10000' WHERE name = 'document_size';
SELECT is(pg_temp.code(replace(pg_temp.cda('x'), '</title>', repeat(' ', 10000) || '</title>')), 'refused too-large', 'one that is too large');
UPDATE care.setting SET value = '16777216' WHERE name = 'document_size';
SELECT is(pg_temp.code('<a>' || repeat('x', 100000000) || '</a>'), 'refused too-large', 'one of 100 MB');
SELECT is(pg_temp.code(E'\ufeff\r\n ' || replace(pg_temp.cda('utf', name => '<given>Åse</given><family>Ødegård</family>', cpr => '0101010000', birth => '19010101'), 'UTF-8', 'ISO-8859-1')),
	'created', 'a byte order mark, and a declaration of another encoding');
SELECT is((SELECT name FROM care.citizen), 'Åse Ødegård', 'do not change what the text says');
SELECT is(pg_temp.code(replace(pg_temp.cda('comment', cpr => '0101010000', birth => '19010101', name => ''), '<title>', '<!-- <a> --><title><![CDATA[<b>]]>')), 'created', 'comments and CDATA are no declarations');
ROLLBACK TO here;

-- One bad measurement does not take the others along.
SELECT is(care.receive_document(pg_temp.phmr('mixed', pg_temp.weight('x', '70') || pg_temp.weight('20260301080000+0100', '71') || pg_temp.weight('20260302080000+0100', 'y')))
	- '{citizen,entry,received,conflicts}'::text[], '{"type": "PHMR", "status": "created", "set_id": "urn:oid:1.2.208.184#mixed", "document": "urn:oid:1.2.208.184#mixed", "version": 1, "warnings": [],
		"points": {"changed": 1, "received": 1, "nullified": 0}, "refused": [{"code": "measurement", "what": "measurement 1", "reason": "\"x\" is no instant"},
		{"code": "measurement", "what": "measurement 3", "reason": "its value \"y\" is no number"}]}', 'what is refused of a document is told, the rest taken');
ROLLBACK TO here;

-- Who it is about
SELECT care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY['2512489996'], 'Nancy Ann Berggren', '1948-12-25') AS nancy \gset
SELECT care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY['0101010000'], 'Ole Hansen', '1901-01-01') AS ole \gset
INSERT INTO care.organization (sector, kind, name) VALUES ('region', 'region', 'Region Syddanmark') RETURNING id AS region \gset
SELECT is(pg_temp.code(pg_temp.phmr('1', pg_temp.weight(:'at', '70'))), 'created', 'a name with a word in common is no contradiction');
SELECT is(pg_temp.code(pg_temp.cda('2', name => '<given>Peter</given><family>Jensen</family>')), 'parked contradiction', 'another name parks the document');
SELECT is(pg_temp.code(pg_temp.cda('3', birth => '19481224')), 'parked contradiction', 'and so does another birth date');
SELECT is(pg_temp.code(pg_temp.cda('4', birth => '19481324')), 'parked contradiction', 'or one that is none');
SELECT is(pg_temp.code(pg_temp.cda('5', cpr => '8512481234')), 'parked contradiction', 'and a local replacement number');
SELECT is(pg_temp.code(pg_temp.phmr('1', pg_temp.weight(:'at', '71'), 2)), 'replaced', 'a new version of the same citizen''s');
SELECT is(pg_temp.code(replace(replace(pg_temp.cda('6', pg_temp.section('30954-2', pg_temp.weight(:'at', '72')), 3, '1', cpr => '0101010000', birth => '19010101', name => '<given>Ole</given>'), 'x', 'x'), 'y', 'y')),
	'parked contradiction', 'and one of another citizen''s set');
SELECT is((SELECT count(*) FROM care.document WHERE status = 'parked'), 5::bigint, 'all of them wait');
SELECT is((SELECT count(*) FROM care.worklist w WHERE w.organization = :region AND w.kind = 'parked document'), 5::bigint, 'on the region''s work-list');
SELECT is((SELECT count(*) FROM care.citizen), 2::bigint, 'nobody is registered by them');
SELECT is(pg_temp.code(pg_temp.cda('3', birth => '19481224')), 'parked contradiction', 'one that comes again still waits');
SELECT id AS wrong FROM care.document WHERE report ->> 'document' LIKE '%#6' \gset
SELECT is((care.accept_document(:wrong, :ole)) ->> 'status', 'created', 'a person decides whom it is about');
SELECT results_eq('SELECT citizen, value FROM care.measurement', format('VALUES (%s::bigint, 72::float8)', :ole), 'and what was with the wrong citizen is gone');
SELECT set_eq('SELECT citizen, status FROM care.document_reference', format($$ VALUES (%s::bigint, 'entered-in-error'), (%s, 'current') $$, :nancy, :ole), 'and so are its documents');
SELECT throws_ok(format('SELECT care.accept_document(%s, %s)', :wrong, :ole), '55000', NULL, 'once');
SELECT throws_ok('SELECT care.accept_document(0, 1)', 'P0002', NULL, 'no such document');
SELECT id AS other FROM care.document WHERE report ->> 'document' LIKE '%#2' \gset
SELECT throws_ok(format('SELECT care.refuse_document(%s, NULL)', :other), '22004', NULL, 'a refusal needs a reason');
SELECT lives_ok(format('SELECT care.refuse_document(%s, %L)', :other, 'not our citizen'), 'or a person refuses it');
SELECT is(pg_temp.code(pg_temp.cda('2', name => '<given>Peter</given><family>Jensen</family>')), 'refused decided', 'for good');
SELECT is((SELECT report #>> '{refused,0,reason}' FROM care.document WHERE id = :other), 'not our citizen', 'with the reason');
ROLLBACK TO here;

-- Reading
SELECT care.receive_document(pg_temp.cda('7', receiver => '478791000016005')) AS sent \gset
SELECT receiver FROM care.document_reference \gset
SELECT care.receive_document(pg_temp.cda('8', receiver => '478791000016005', version => 2, set_id => '7')) ->> 'status' AS status \gset
SELECT results_eq(format('SELECT citizen, kind, reason FROM care.worklist WHERE organization = %s ORDER BY reason', :receiver),
	format($$ VALUES (%s::bigint, 'document', 'Dokument 8 (PHMR), from Svendborg Sygehus') $$, :'sent'::jsonb -> 'citizen'), 'what is current and unread is on the receiver''s work-list');
SELECT r.id AS unread, r.citizen, r.author FROM care.document_reference r WHERE status = 'current' \gset
SELECT throws_ok(format('SELECT care.read_document(%s, %s, %s, %L)', :citizen, :unread, :author, 'r1'), '42501', NULL, 'which is who reads it');
SELECT is((care.read_document(:citizen, :unread, :receiver, 'r2')).repeated, false, 'who reads it');
SELECT is((care.read_document(:citizen, :unread, :receiver, 'r2')).repeated, true, 'by one request once');
SELECT is_empty('SELECT FROM care.worklist WHERE kind = ''document''', 'takes it off');
SELECT is((SELECT read_by FROM care.document_reference WHERE id = :unread), :receiver::bigint, 'and is remembered');
SELECT lives_ok(format('SELECT care.annul(%s, %s, %s, %L, %L)', :citizen, e.id, :receiver, 'not read', 'r3'), 'reading is taken back')
FROM care.workflow_event e WHERE e.step = 'read_document';
SELECT is((SELECT count(*) FROM care.worklist WHERE kind = 'document'), 1::bigint, 'and it is on the list again');
SELECT throws_ok(format('SELECT care.annul(%s, %s, %s, %L, %L)', :citizen, e.id, :receiver, 'x', 'r4'), '42501', NULL, 'that it was superseded nobody takes back')
FROM care.workflow_event e WHERE e.step = 'supersede_document';
ROLLBACK TO here;

-- PHMR out reads back to the same series: random values, times and measures, with limits and notes.
SELECT care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY['2512489996'], 'Nancy <Ann> & Berggren', '1948-12-25') AS nancy \gset
SELECT sum(care.record(:nancy, g.name, g.times, g."values", g.unit)) AS points FROM (SELECT m.name, m.unit, array_agg(p."time") AS times, array_agg(p.value) AS "values"
FROM care.measure m
CROSS JOIN LATERAL (
	SELECT '2000-01-01'::timestamptz + random() * 800000000 * interval '1 second' AS "time",
		CASE WHEN m.unit = '%' THEN random() * 100 WHEN g % 2 = 0 THEN round((random() * 300)::numeric, 2)::float8 ELSE (random() - 0.3) * 10 ^ (random() * 12 - 6) END AS value
	FROM generate_series(1, 20) AS g WHERE m.id > 0
) AS p
WHERE m.reviewed GROUP BY m.name, m.unit) AS g \gset
SELECT care.record(:nancy, 'body_weight', '{1850-06-01 12:00:00+00,2026-01-01 08:00:00.000001+01}', '{1e-7,0.30000000000000004}', 'kg') AS points \gset
SELECT care.receive_document(pg_temp.phmr('limit', pg_temp.measured(:'at', pg_temp.npu('NPU19748'), '<value xsi:type="IVL_PQ"><high value="5" unit="mg/L"/></value>',
	rest => '<methodCode code="POT"/><entryRelationship><act><code code="48767-8"/><text>a &lt; b</text></act></entryRelationship>'))) ->> 'status' AS status \gset
CREATE TEMP TABLE out AS SELECT care.export_phmr(:nancy, '(,)') AS document;
CREATE TEMP TABLE sent AS SELECT measure, "time", value, comparator, note, source -> 'method' AS method FROM care.measurement;
SELECT cmp_ok((SELECT count(*) FROM sent)::integer, '>', 400, 'there are measurements');
SELECT is(care.receive_document(replace(replace(document, '2512489996', '0101010000'), '19481225', '19010101')) #> '{refused}', '[]', 'a PHMR of them is read') FROM out;
SELECT bag_eq(format('SELECT measure, "time", value, comparator, note, source -> ''method'' FROM care.measurement WHERE citizen <> %s', :nancy), 'SELECT * FROM sent', 'and gives the same series, to the last digit');
SELECT is(care.receive_document(care.export_phmr(:nancy, '[2000-01-01,2005-01-01)')) #> '{points,changed}', '0', 'read back by who wrote it, one changes nothing');
SELECT is((xpath('count(//*[local-name()="organizer"])', document::xml))[1]::text::integer, (SELECT count(DISTINCT "time") FROM sent)::integer, 'an organizer for each instant') FROM out;
SELECT is(xpath('//h:recordTarget/h:patientRole/h:patient/h:name/*/text()', document::xml, '{{h,urn:hl7-org:v3}}')::text[], '{"Nancy &lt;Ann&gt; &amp;",Berggren}', 'whom it is about') FROM out;
SELECT is((xpath('count(//h:observation)', care.export_phmr(:nancy, '[2026-03-01 00:00+01,2026-03-02 00:00+01)', '{NPU19748}')::xml, '{{h,urn:hl7-org:v3}}'))[1]::text, '1', 'a period and a measure by code');
SELECT unalike(care.export_phmr(:nancy, '[1700-01-01,1701-01-01)'), '%observation%', 'none at all');
INSERT INTO care.organization (sector, name, sor) VALUES ('hospital', 'Sygehus & "søn"', '325431000016004') RETURNING id AS writer \gset
SELECT is((care.receive_document(care.export_phmr(:nancy, '[1700-01-01,1701-01-01)', author => :writer)) ->> 'status'), 'created', 'with an author');
SELECT is((SELECT author FROM care.document_reference ORDER BY id DESC LIMIT 1), :writer::bigint, 'who is the author');
SELECT throws_ok('SELECT care.export_phmr(0, ''(,)'')', '23503', NULL, 'unknown citizen');
SELECT throws_ok(format('SELECT care.export_phmr(%s, ''(,)'', ''{nothing}'')', :nancy), '42704', NULL, 'unknown measure');
INSERT INTO care.measure (name, display, unit) VALUES ('own', 'Own', 'kg');
SELECT throws_ok(format('SELECT care.export_phmr(%s, ''(,)'', ''{own}'')', :nancy), '22023', NULL, 'a measure without a code');

SELECT * FROM finish();
ROLLBACK;
