-- The published example messages: what each is taken for, and its answer; the same record whatever their order, and however often they come.
-- SEED=n repeats a run.
\set seed `echo "${SEED:-$(date +%s%N | tail -c 7 | sed s,^0*,,)}"`
\set directory `echo "${SMARTCARE_DATA:-../shared/data}/medcom-fhir"`
\setenv DIRECTORY :directory
\set present `[ -e "$DIRECTORY" ] && echo true || echo false`
BEGIN;
\if :present
SELECT no_plan();
SELECT diag('SEED=' || :'seed');
SELECT setseed((:seed % 1000003)::float8 / 1000003) \gset
\ir ../messages.sql
\set content `cd "$DIRECTORY" && for file in hospitalnotification/*.json acknowledgement/*.json carecommunication/*.json homecareobservation/*.json; do printf '%s\t' "$(dirname "$file")/$(basename "$file" .json | cut -d - -f 2)"; tr -d '\r\n' < "$file"; echo; done`
CREATE TEMP TABLE sample AS
SELECT split_part(line, E'\t', 1) AS name, split_part(line, E'\t', 2) AS body FROM string_to_table(:'content', E'\n') AS line WHERE line <> '';
\unset content
ALTER TABLE sample ADD letter text, ADD occurred text;
UPDATE sample SET letter = body::jsonb #>> '{entry,0,resource,id}',
	occurred = (SELECT p ->> 'occurredDateTime' FROM jsonb_path_query(body::jsonb, '$.entry[*].resource ? (@.resourceType == "Provenance")') AS p
		WHERE p #>> '{target,0,reference}' = 'MessageHeader/' || (body::jsonb #>> '{entry,0,resource,id}'));

-- The examples are each the end of another story about one citizen, so each is told by itself: what it follows, where that is among the examples, and then it.
CREATE TEMP TABLE verdict (name text, kind text, status text, answer text, stay text, again boolean);
DO $$
DECLARE
	s record;
	before record;
	v record;
	said text;
	state text;
BEGIN
	FOR s IN SELECT * FROM sample ORDER BY name LOOP
		BEGIN
			FOR before IN
				WITH RECURSIVE chain AS (
					SELECT s.letter AS letter, 0 AS depth
					UNION ALL
					SELECT split_part(p #>> '{entity,0,what,reference}', '/', 2), c.depth + 1
					FROM chain c JOIN sample x ON x.letter = c.letter, jsonb_path_query(x.body::jsonb, '$.entry[*].resource ? (@.resourceType == "Provenance")') AS p
					WHERE p #>> '{target,0,reference}' = 'MessageHeader/' || c.letter AND p ? 'entity' AND x.name NOT LIKE 'care%'
				)
				SELECT x.body FROM chain c JOIN sample x ON x.letter = c.letter WHERE c.depth > 0 ORDER BY c.depth DESC
			LOOP
				PERFORM care.receive(before.body);
			END LOOP;
			said := pg_temp.answer(care.receive(s.body));
			state := (SELECT md5(string_agg(e::text, ' ' ORDER BY e.id)) FROM care.workflow_event e);
			PERFORM care.receive(s.body);
			RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = jsonb_build_object('kind', l.kind, 'status', l.status, 'answer', coalesce(nullif(said, ''), 'none'),
				'stay', (SELECT concat_ws(' ', e.class, e.status, CASE WHEN c.deceased THEN 'dead' END) FROM care.encounter e JOIN care.citizen c USING (citizen)),
				'again', state IS NOT DISTINCT FROM (SELECT md5(string_agg(e::text, ' ' ORDER BY e.id)) FROM care.workflow_event e)
					AND (SELECT count(*) FROM care.message m WHERE m.letter = s.letter AND m.status = 'duplicate') = 1)
			FROM care.letter l WHERE l.letter = s.letter;
		EXCEPTION WHEN SQLSTATE 'TT000' THEN
			INSERT INTO verdict SELECT s.name, r.* FROM jsonb_to_record(SQLERRM::jsonb) AS r (kind text, status text, answer text, stay text, again boolean);
		END;
	END LOOP;
END
$$;
SELECT results_eq('SELECT name, kind, status, answer, stay FROM verdict ORDER BY name', $$
	VALUES
	('acknowledgement/a8c041b8', 'ok', 'processed', 'none', NULL),
	('acknowledgement/bc9535ef', 'fatal-error', 'processed', 'none', NULL),
	('acknowledgement/c9c2b2f6', 'transient-error', 'processed', 'none', NULL),
	('acknowledgement/eb26be85', NULL, 'refused', 'fatal-error event-code provenance', NULL),
	('carecommunication/0d5b3c18', 'new', 'processed', 'ok', NULL),
	('carecommunication/3dcb5618', 'reply', 'processed', 'ok', NULL),
	('carecommunication/add5e7e2', 'new', 'processed', 'ok', NULL),
	('carecommunication/b56549f7', 'reply', 'processed', 'ok', NULL),
	('carecommunication/c0426e3e', 'forward', 'processed', 'ok', NULL),
	('carecommunication/d11968f5', 'forward', 'processed', 'ok', NULL),
	('carecommunication/gfd00bc2', 'new', 'processed', 'ok', NULL),
	('carecommunication/k7bfbc0c', 'reply', 'processed', 'ok', NULL),
	('homecareobservation/401cbc36', 'new', 'processed', 'ok', NULL),
	('homecareobservation/5f341feb', 'retracted', 'processed', 'ok', NULL),
	('homecareobservation/73996cdc', 'modified', 'processed', 'ok', NULL),
	('homecareobservation/ReceiveTestExample1', 'new', 'processed', 'ok', NULL),
	('homecareobservation/ReceiveTestExample2', 'new', 'processed', 'ok', NULL),
	('homecareobservation/ReceiveTestExample3', 'new', 'processed', 'ok', NULL),
	('homecareobservation/ReceiveTestExample4', 'new', 'processed', 'ok', NULL),
	('homecareobservation/add5e7e2', 'new', 'processed', 'ok', NULL),
	('homecareobservation/faa0c104', 'new', 'processed', 'ok homecare-unrecorded', NULL),
	('hospitalnotification/a5e5b880', 'STIN', 'processed', 'ok', 'IMP in-progress'),
	('hospitalnotification/bfab3e80', 'RE_STIN', 'processed', 'ok', 'IMP in-progress'),
	('hospitalnotification/c83671a4', 'AN_STIN', 'processed', 'ok', 'IMP entered-in-error'),
	('hospitalnotification/d3128d9b', 'STOR', 'processed', 'ok', 'IMP onleave'),
	('hospitalnotification/e94de8ee', 'SLOR', 'processed', 'ok', 'IMP in-progress'),
	('hospitalnotification/f4aa42a4', 'SLHJ', 'processed', 'ok', 'IMP finished'),
	('hospitalnotification/g099bbf3', 'MORS', 'processed', 'ok', 'IMP finished dead'),
	('hospitalnotification/h1c8e4a8', 'STAA', 'processed', 'ok', 'EMER in-progress'),
	('hospitalnotification/kcab461b', 'SLHJ', 'processed', 'ok', 'EMER finished'),
	('hospitalnotification/ld31e08a', 'MORS', 'processed', 'ok', 'EMER finished dead'),
	('hospitalnotification/m908i967', 'STIN', 'processed', 'ok', 'IMP in-progress'),
	('hospitalnotification/n73ccf30', 'STIN', 'processed', 'ok', 'IMP in-progress')
$$, 'what each example is taken for, and its answer');
SELECT is_empty('SELECT name FROM verdict WHERE NOT again', 'the second time nothing changes');

-- All that goes back to one letter, in the order of the events and in the reverse: the same record, though as branches of one stay the examples contradict each other.
ALTER TABLE sample ADD root text;
UPDATE sample SET root = coalesce((SELECT p #>> '{target,0,reference}' FROM jsonb_path_query(body::jsonb, '$.entry[*].resource ? (@.resourceType == "Provenance")') AS p WHERE NOT p ? 'entity'), name);
CREATE FUNCTION pg_temp.outcome(letters text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s record;
BEGIN
	FOR s IN SELECT x.body FROM unnest(letters) WITH ORDINALITY AS l (letter, place) JOIN sample x USING (letter) ORDER BY l.place LOOP
		PERFORM care.receive(s.body);
	END LOOP;
	RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = concat_ws(E'\n',
		(SELECT string_agg(concat_ws(' ', l.letter, l.kind, l.status), E'\n' ORDER BY l.letter) FROM care.letter l),
		(SELECT string_agg(concat_ws(' ', e.source, e.status, e.class, o.name, e.start_time, e.end_time, e.leaves, 'from ' || f.source), E'\n' ORDER BY e.source)
			FROM care.encounter e LEFT JOIN care.organization o ON o.id = e.organization LEFT JOIN care.encounter f ON f.citizen = e.citizen AND f.id = e.transferred_from),
		(SELECT concat_ws(' ', c.deceased, c.deceased_at, k.course) FROM care.citizen c LEFT JOIN care.care_course k USING (citizen)), '',
		(SELECT string_agg(concat_ws(' ', e.step, e.from_status, e.to_status, e.event_time), E'\n' ORDER BY e.id) FROM care.workflow_event e));
EXCEPTION WHEN SQLSTATE 'TT000' THEN
	RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.outcome(array_agg(letter ORDER BY occurred DESC, letter DESC)), pg_temp.outcome(array_agg(letter ORDER BY occurred, letter)), format('%s messages from %s on, in reverse order', count(*), root))
FROM sample WHERE name LIKE 'hospital%' GROUP BY root ORDER BY root;

-- All twelve at once, of one citizen, whom one hospital reports dead on 2 December and another on the 9th, and who is in three from the 7th on: in order, in reverse, and mixed
-- at random (of each stay the messages in order or in reverse, for as branches of one stay they contradict each other). Whoever comes first, nobody's message is refused for what another hospital says.
CREATE TEMP TABLE told AS
SELECT w.attempt, pg_temp.outcome(w.letters) AS outcome
FROM (
	SELECT t.attempt, array_agg(t.letter ORDER BY CASE t.attempt WHEN 0 THEN t.place WHEN 1 THEN -t.place ELSE n.at END) AS letters
	FROM (
		SELECT a.attempt, f.root, s.letter, s.place, row_number() OVER (PARTITION BY a.attempt, f.root ORDER BY s.place * f.direction) AS turn
		FROM generate_series(0, 6) AS a (attempt)
		-- Of an attempt, so that each draws anew.
		CROSS JOIN LATERAL (SELECT root, CASE WHEN random() < 0.5 AND a.attempt >= 0 THEN 1 ELSE -1 END AS direction FROM sample WHERE name LIKE 'hospital%' GROUP BY root OFFSET 0) AS f
		JOIN (SELECT root, letter, rank() OVER (ORDER BY occurred, letter) AS place FROM sample WHERE name LIKE 'hospital%') AS s ON s.root = f.root
	) AS t
	JOIN (
		SELECT attempt, root, at, row_number() OVER (PARTITION BY attempt, root ORDER BY at) AS turn
		FROM (SELECT attempt, root, random() AS at FROM generate_series(0, 6) AS a (attempt), sample WHERE name LIKE 'hospital%' OFFSET 0) AS r
	) AS n USING (attempt, root, turn)
	GROUP BY t.attempt
) AS w;
SELECT is(regexp_replace(t.outcome, E'\n\n.*', ''), regexp_replace(o.outcome, E'\n\n.*', ''), 'all at once ' || CASE t.attempt WHEN 1 THEN 'in reverse' ELSE 'mixed' END)
FROM told t, told o WHERE o.attempt = 0 AND t.attempt > 0;
SELECT results_eq($$SELECT regexp_replace(line, '^(\w{8})-\S+', '\1') FROM told, string_to_table(split_part(outcome, E'\n\n', 1), E'\n') AS line WHERE attempt = 0$$, $$
	VALUES
	('1ca19ddf STIN processed'),
	('b9b4818e STIN processed'),
	('cc47c1e2 RE_STIN processed'),
	('d8749b54 AN_STIN processed'),
	('e563a2b2 STOR refused'),
	('f47254da SLOR parked'),
	('g1affa53 SLHJ refused'),
	('hefc6d95 MORS refused'),
	('i50fc5fe STAA processed'),
	('m9bea09c SLHJ refused'),
	('nabb68aa MORS processed'),
	('o9b4818e STIN processed'),
	('1ca19ddf finished IMP Hjerteafdelingen på Herlev og Gentofte hospital 2022-12-07 11:00:00+01 2022-12-07 11:00:00+01 {}'),
	('b9b4818e entered-in-error IMP Hjerteafdelingen på Herlev og Gentofte hospital 2022-12-07 11:00:00+01 {}'),
	('i50fc5fe finished EMER Hjerteafdelingen på Herlev og Gentofte hospital 2022-12-01 09:00:04+01 2022-12-02 06:00:00+01 {}'),
	('o9b4818e in-progress IMP Hjertemedicinsk sengeafs. S103 2022-12-07 11:00:00+01 {} from 1ca19ddf-31bc-4597-8739-968c38dd88f8'),
	('t 2022-12-02 06:00:00+01 {emergency@[2022-12-01 09:00:04+01, 2022-12-02 06:00:00+01), hospital@[2022-12-07 11:00:00+01, 2022-12-07 11:01:00+01), hospital@[2022-12-07 11:00:00+01,)}')
$$, 'what each came to, and the record: refused is only what the same hospital has annulled or ended before; who is reported dead is in hospital again, and has been moved on');

-- Correspondence and reports of home care: all of them, in the order of their names and in the reverse. (One report and one communication share their Bundle.id.)
CREATE FUNCTION pg_temp.record(direction integer, standards text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s record;
BEGIN
	FOR s IN SELECT body FROM sample WHERE name LIKE standards ORDER BY direction * rank() OVER (ORDER BY name) LOOP
		PERFORM care.receive(s.body);
		PERFORM care.receive(s.body);
	END LOOP;
	RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = concat_ws(E'\n',
		(SELECT string_agg(concat_ws(' ', l.letter, l.kind, l.status), E'\n' ORDER BY l.letter) FROM care.letter l),
		(SELECT string_agg(concat_ws(' ', left(c.thread, 8), c.topic, c.written_at, c.author, md5(c.text), c.title, c.url, c.bytes), E'\n' ORDER BY c.thread, c.written_at, c.text, c.title)
			FROM care.identifier_owner o, care.correspondence(o.citizen) c),
		(SELECT string_agg(concat_ws(' ', o.value, m.measure, m."time", m.comparator, m.value, m.note), E'\n' ORDER BY o.value, m.measure, m."time") FROM care.identifier_owner o JOIN care.measurement m USING (citizen)),
		(SELECT string_agg(concat_ws(' ', d.source, d.status, d.version), E'\n' ORDER BY d.source) FROM care.document_reference d));
EXCEPTION WHEN SQLSTATE 'TT000' THEN
	RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.record(-1, standards), pg_temp.record(1, standards), standards || ' in reverse order') FROM (VALUES ('carecommunication/%'), ('homecareobservation/%')) AS s (standards);
SELECT is((SELECT count(*) FROM string_to_table(pg_temp.record(1, 'carecommunication/%'), E'\n') AS line WHERE line ~ ' Blodpr' AND line ~ '\d$'), 3::bigint, 'attachments are kept in each thread that they came in');
SELECT ok(pg_temp.record(1, 'homecareobservation/%') !~ 'blood_pressure', 'what was retracted is gone');
SELECT * FROM finish();
\else
SELECT plan(1);
SELECT skip(1, 'no example messages in ' || :'directory');
\endif
ROLLBACK;
