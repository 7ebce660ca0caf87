-- Letters in MedCom's older XML: read whatever their version, kept whole, put before
-- their receivers, and done as their types say.
BEGIN;
SET LOCAL search_path = public, smartcare;
SELECT plan(65);
\ir ../messages.sql

CREATE FUNCTION pg_temp.outcome(text) RETURNS text LANGUAGE sql AS
$$ SELECT concat_ws(' ', l.kind, l.status, l.answer, nullif(array_to_string(ARRAY(SELECT i.rule FROM unnest(l.issues) AS i), ','), ''))
	FROM care.letter l WHERE l.letter LIKE '%/' || $1 AND l.direction = 'in' $$;
CREATE FUNCTION pg_temp.refused(text) RETURNS text LANGUAGE sql AS
$$ SELECT (r ->> 'code') || ' ' || (r #>> '{issue,0,details,coding,0,code}') FROM care.receive($1) AS r $$;

SELECT is((SELECT array_agg(care.letter_kind(v.version, v.code) ORDER BY v.place)
		FROM (VALUES (1, 'XD1630C', NULL), (2, 'XD0234L', NULL), (3, 'XH2230R', NULL), (4, 'XR0532M', NULL), (5, 'XC0330Q', NULL),
			(6, NULL, 'XDIS91'), (7, 'GGOP2', NULL), (8, 'ggop', 'ggop3'), (9, 'whatever', NULL)) AS v (place, version, code)),
	'{XDIS16,XDIS02,XREF22,XRPT05,XCTL03,XDIS91,GGOP2,GGOP3,NULL}'::text[], 'the type follows from the version, or from the type code');

-- Every type is read, kept, and before its receiver.
SELECT lives_ok(format('SELECT care.receive(pg_temp.oioxml(%L, %L, %L))', t.version, t.version, '0101014567'), t.version || ' is received')
FROM (
	SELECT CASE WHEN t.type LIKE 'GGOP%' THEN t.type
		ELSE 'X' || CASE substr(t.type, 2, 3) WHEN 'DIS' THEN 'D' WHEN 'REF' THEN 'H' ELSE 'R' END || right(t.type, 2) || '99Z' END AS version
	FROM care.letter_type t WHERE t.type NOT LIKE 'XCTL%' ORDER BY 1) AS t;
SELECT is(
	(SELECT array_agg(l.kind || ' ' || l.status || ' ' || l.answer ORDER BY l.kind) FROM care.letter l),
	(SELECT array_agg(t.type || ' processed ok' ORDER BY t.type) FROM care.letter_type t WHERE t.type NOT LIKE 'XCTL%'),
	'every type is processed, whatever its version');
SELECT is(
	(SELECT array_agg(d.kind || ' ' || d.title || ' ' || r.gln ORDER BY d.kind)
		FROM care.worklist_document w
		JOIN care.document_reference d ON d.citizen = w.citizen AND d.id = w.entry
		JOIN care.organization r ON r.id = w.organization),
	(SELECT array_agg(t.type || ' ' || t.name || ' 5790000000029' ORDER BY t.type) FROM care.letter_type t WHERE t.type NOT LIKE 'XCTL%'),
	'and each is on its receiver''s work-list');
SELECT is((SELECT count(*) FROM care.message m WHERE m.body LIKE '%<Emessage%' AND m.hash = sha256(convert_to(m.body, 'UTF8'))),
	(SELECT count(*) FROM care.letter), 'and kept as it came');
SELECT is((SELECT string_agg(DISTINCT r.category, ', ' ORDER BY r.category) FROM care.service_request r WHERE r.status = 'requested'),
	'home care, hospital, prevention, rehabilitation, therapy', 'referrals and rehabilitation plans are referrals');
SELECT is((SELECT c.name FROM care.citizen c), 'Åse Æbelø', 'the citizen is registered by number, with the name');
SELECT is((SELECT count(DISTINCT l.event_time) FROM care.letter l
		WHERE l.event_time = date_trunc('minute', now() - interval '60 minutes')), 1::bigint, 'the time is that of the clock on the wall');

-- Exactly once.
SELECT is((SELECT r ->> 'receipt' FROM care.receive(pg_temp.oioxml('XH0199Z', 'XH0199Z', '0101014567', envelope => 'E2')) AS r), 'XCTL03',
	'a letter that comes again in another envelope gets the same answer');
SELECT is((SELECT count(*) FROM care.service_request), 8::bigint, 'and changes nothing');
SELECT is((SELECT r ->> 'code' FROM care.receive(pg_temp.oioxml('XH0199Z', 'XH0199Z', '0101014567', content => '<Other/>')) AS r), 'fatal-error',
	'with other contents it is another letter with a number that is taken');
SELECT is((SELECT r ->> 'code' FROM care.receive(pg_temp.oioxml('XH0199Z', 'XH0199Z', '0101014567', sender => '5790000000036')) AS r), 'ok',
	'numbers are their sender''s own');

-- Ready for discharge, with the stay that it is about.
SELECT care.admit(c.citizen, o.id, 'IMP', 'stay', now() - interval '2 days') FROM care.citizen c, care.organization o WHERE o.gln = '5790000000012' \g /dev/null
SELECT is((SELECT r ->> 'receipt' FROM care.receive(pg_temp.oioxml('XD1934C', 'R1', '0101014567', 30)) AS r), 'XCTL03', 'ready for discharge is received');
SELECT is((SELECT e.ready_at FROM care.encounter e), date_trunc('minute', now() - interval '30 minutes'), 'and said of the stay');
SELECT is(pg_temp.outcome('R1'), 'XDIS19 processed ok', 'without anything to remark');
SELECT care.receive(pg_temp.oioxml('XD1934C', 'R2', '0202024566')) \g /dev/null
SELECT is(pg_temp.outcome('R2'), 'XDIS19 processed ok letter-stay', 'without a stay it is kept, and that is said');

-- Receipts settle what we sent, and get no answer.
INSERT INTO care.letter (letter, direction, standard, status, receiver, received_at)
SELECT 'ours-1', 'out', 'oioxml', 'sent', o.id, now() FROM care.organization o WHERE o.gln = '5790000000012';
SELECT is(care.receive(pg_temp.oioxml('XC0330Q', 'C1', '', content => '<OriginalLetter><Identifier>ours-1</Identifier></OriginalLetter>')), NULL,
	'a receipt gets no answer');
SELECT is((SELECT l.status || ' ' || l.answer FROM care.letter l WHERE l.letter = 'ours-1'), 'processed ok', 'and settles the letter it names');
SELECT care.receive(pg_temp.oioxml('XC0230Q', 'C2', '', content => '<OriginalLetter><Identifier>nobodys</Identifier></OriginalLetter>')) \g /dev/null
SELECT is(pg_temp.outcome('C2'), 'XCTL02 processed ok unknown-letter', 'one for a letter that is not ours is kept, and said to be');

SELECT care.receive(pg_temp.oioxml('XC0330Q', 'C1', '', envelope => 'again', content => '<OriginalLetter><Identifier>ours-1</Identifier></OriginalLetter>')) \g /dev/null
SELECT is((SELECT m.status FROM care.message m WHERE m.envelope LIKE '%/again'), 'duplicate', 'a receipt is the same in another envelope');

-- What is written in another way is the same letter.
SELECT care.receive(replace(replace(pg_temp.oioxml('XH0199Z', 'XH0199Z', '0101014567', envelope => 'E3'), '"', ''''), '<Patient>', '<Patient >')) \g /dev/null
SELECT is((SELECT m.status FROM care.message m WHERE m.envelope LIKE '%/E3'), 'duplicate', 'a letter in other quotes is the same letter');
SELECT is((SELECT r ->> 'code' FROM care.receive(replace(pg_temp.oioxml('XD1634C', 'P1', '0101014567'), 'Report>', 'p:Report>')) AS r), 'ok',
	'a prefix without a namespace is no error');
SELECT care.receive(replace(pg_temp.oioxml('XD1634C', 'P1', '0101014567', envelope => 'P2'), 'Report>', 'p:Report>')) \g /dev/null
SELECT is((SELECT m.status FROM care.message m WHERE m.envelope LIKE '%/P2'), 'conflicting', 'but such a letter is the same only as it was');

-- Who is not named contradicts nobody; a fraction of a second has as many digits as it has.
SELECT care.receive(regexp_replace(pg_temp.oioxml('XD1634C', 'N1', '0101014567'), '<Person.*Name>', '')) \g /dev/null
SELECT is(pg_temp.outcome('N1'), 'XDIS16 processed ok', 'a letter without a name is about whom its number says');
SELECT is(care.letter_time('2026-03-29', '03:00:00.1234567'), '2026-03-29 01:00:00.123457+00', 'a time with seven digits');
SELECT is(care.letter_time(v.day, v.clock), NULL, format('%s %s is no time', v.day, v.clock))
FROM (VALUES ('2026-03-29', NULL), (NULL, '10:00'), ('2026-03-29', '10:00Z'), ('2026-03-29', '10:00+01:00'), ('2026-02-29', '10:00'), ('2026-03-29', '24:00'), ('20260329', '1000')) AS v (day, clock);

-- Rubbish.
SELECT is(pg_temp.refused('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Emessage>&b;</Emessage>'),
	'fatal-error MSG_CANT_PARSE_CONTENT', 'entities are not read') ;
SELECT is(pg_temp.refused('<Emessage>'), 'fatal-error MSG_CANT_PARSE_CONTENT', 'XML that is none is refused');
SELECT is(pg_temp.refused(U&'\FEFF <Emessage/>'), 'fatal-error letter-type', 'a letter that is empty is refused');
SELECT is(pg_temp.refused('<a:ClinicalDocument xmlns:a="urn:hl7-org:v3"/>'), 'fatal-error letter-type', 'something else is refused');
SELECT is((SELECT r ->> 'letter' FROM care.receive(pg_temp.oioxml('XD1834C', 'many', '0101014567',
		content => repeat('<Letter><Identifier>another</Identifier></Letter>', 20000))) AS r), '5790000000012/many', 'of many numbers the first is that of the letter');
SELECT is((SELECT r FROM care.receive(pg_temp.oioxml('XC0330Q', 'receipts', '', content => repeat('<Identifier>nobodys</Identifier>', 20000))) AS r), NULL,
	'a receipt that names many letters is read');
SELECT is(pg_temp.refused(pg_temp.oioxml('XD9999Z', 'B1', '0101014567')), 'fatal-error letter-type', 'an unknown type is refused');
SELECT is(pg_temp.refused(pg_temp.oioxml('XD1634C', '', '0101014567')), 'fatal-error letter-id', 'a letter without number is refused');
SELECT is(pg_temp.refused(pg_temp.oioxml('XD1634C', 'B2', '0101014567', sender => '5790000000013')), 'fatal-error letter-id',
	'and one whose sender has a location number with a wrong check digit');
SELECT is(pg_temp.refused(pg_temp.oioxml('XD1634C', 'B3', '0101014567', receiver => '1')), 'fatal-error letter-receiver', 'or whose receiver has');
SELECT is(pg_temp.refused(pg_temp.oioxml('XD1634C', 'B4', '9999999999')), 'fatal-error letter-citizen', 'a number that is no CPR number is refused');
SELECT is(pg_temp.refused(replace(pg_temp.oioxml('XD1634C', 'B5', '0101014567'), 'Date>', 'Day>')), 'fatal-error letter-time', 'so is a letter without time');
SELECT is(pg_temp.refused('<Emessage>' || repeat('<a>', 100000) || repeat('</a>', 100000) || '</Emessage>'),
	'fatal-error MSG_CANT_PARSE_CONTENT', 'and one that nests too deep');
SELECT is((SELECT count(*) FROM care.message m WHERE m.status = 'refused' AND m.body IS NOT NULL), 11::bigint, 'all of them are kept');

SELECT * FROM finish();
ROLLBACK;
