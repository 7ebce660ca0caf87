-- Messages out: what is told of a stay makes the same stay elsewhere; correspondence and reports as they arrive; transports, answers, resending, flow.
BEGIN;
SELECT no_plan();
\ir ../messages.sql
SET LOCAL timezone = 'UTC';

-- A region: a hospital (which tells), two departments, a municipality, a practice; a citizen.
CREATE FUNCTION pg_temp.region() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	o jsonb;
	citizen bigint;
BEGIN
	FOR n IN 1 .. 6 LOOP
		o := pg_temp.organization(n);
		INSERT INTO care.organization (id, sector, kind, name, parent, gln, sor)
		VALUES (1000 + n, (ARRAY['hospital', 'hospital', 'hospital', 'municipality', 'general practice', 'hospital'])[n],
			(ARRAY['hospital', 'department', 'department', 'municipality', 'practice', 'hospital'])[n], 'Organization ' || n,
			CASE WHEN n IN (2, 3) THEN 1001 END, CASE WHEN n NOT IN (2, 3) THEN o #>> '{identifier,0,value}' END, o #>> '{identifier,1,value}');
	END LOOP;
	UPDATE care.organization SET provider_number = '061654' WHERE id = 1005;
	INSERT INTO care.notification_sender VALUES (1001);
	citizen := care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY['0101300001'], 'Bruno Elmer', municipality => 1004);
	RETURN citizen;
END
$$;
CREATE FUNCTION pg_temp.stays() RETURNS text LANGUAGE sql
RETURN (
	SELECT concat_ws('; ', string_agg(concat_ws(' ', e.class, e.status, o.sor, to_char(e.start_time, 'HH24:MI:SS.US'), to_char(e.end_time, 'HH24:MI:SS.US'), nullif(e.leaves::text, '{}')), '; ' ORDER BY e.start_time, e.id), 'died ' || to_char(max(c.deceased_at), 'HH24:MI:SS.US'))
	FROM care.encounter e JOIN care.organization o ON o.id = e.organization JOIN care.citizen c ON c.citizen = e.citizen);
-- The end of a transaction.
CREATE FUNCTION pg_temp.settle() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	SET CONSTRAINTS ALL IMMEDIATE;
	SET CONSTRAINTS ALL DEFERRED;
END
$$;

-- The life of a stay, a step an hour: what it comes to, and what was told; nothing of it stays.
CREATE FUNCTION pg_temp.life(steps text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	citizen bigint;
	stay bigint;
	at timestamptz;
	step text;
	event bigint;
	events bigint[] := '{}';
	state text;
	said text;
BEGIN
	citizen := pg_temp.region();
	FOR i IN 1 .. cardinality(steps) LOOP
		step := steps[i];
		at := '2026-02-01 08:00:00.123456Z'::timestamptz + i * interval '1 hour';
		CASE step
		WHEN 'emergency' THEN SELECT r.entry, r.event INTO stay, event FROM care.admit(citizen, 1002, 'EMER', 'r' || i, at) r;
		WHEN 'admit' THEN SELECT r.entry, r.event INTO stay, event FROM care.admit(citizen, 1002, 'IMP', 'r' || i, at) r;
		WHEN 'class' THEN SELECT r.event INTO event FROM care.change_class(citizen, stay, 1002, 'IMP', 'r' || i, at) r;
		WHEN 'leave' THEN SELECT r.event INTO event FROM care.start_leave(citizen, stay, 1002, 'r' || i, at) r;
		WHEN 'return' THEN SELECT r.event INTO event FROM care.end_leave(citizen, stay, (SELECT e.organization FROM care.encounter e WHERE e.id = stay), 'r' || i, at) r;
		WHEN 'discharge' THEN SELECT r.event INTO event FROM care.discharge(citizen, stay, 1002, 'r' || i, at) r;
		WHEN 'death' THEN SELECT r.event INTO event FROM care.record_death(citizen, 1001, 'r' || i, at) r;
		WHEN 'transfer' THEN SELECT r.entry, r.event INTO stay, event FROM care.transfer(citizen, stay, 1003, 'r' || i, at) r;
		WHEN 'ready' THEN SELECT r.event INTO event FROM care.mark_ready_for_discharge(citizen, stay, 1002, 'r' || i, at) r;
		WHEN 'department' THEN SELECT r.event INTO event FROM care.correct_stay(citizen, stay, 1002, 'r' || i, at, new_organization => 1003) r;
		WHEN 'start' THEN SELECT r.event INTO event FROM care.correct_stay(citizen, stay, 1002, 'r' || i, at, new_start_time => '2026-02-01 08:30Z') r;
		WHEN 'end' THEN SELECT r.event INTO event FROM care.correct_stay(citizen, stay, 1002, 'r' || i, at, new_end_time => at - interval '90 minutes') r;
		WHEN 'reason' THEN SELECT r.event INTO event FROM care.correct_stay(citizen, stay, 1002, 'r' || i, at, new_reason => 'pain') r;
		WHEN 'annul' THEN
			PERFORM care.annul(citizen, events[cardinality(events)], 1002, 'wrong', 'r' || i, at);
			events := trim_array(events, 1);
		END CASE;
		IF step <> 'annul' THEN
			events := events || event;
		END IF;
		PERFORM pg_temp.settle();
	END LOOP;
	state := pg_temp.stays();
	SELECT jsonb_build_object('state', state,
		'kinds', (SELECT string_agg(l.kind, ' ' ORDER BY l.received_at, l.message) FROM care.letter l WHERE l.direction = 'out'),
		'failed', (SELECT string_agg(l.reason, ' ') FROM care.letter l WHERE l.status = 'failed'),
		'messages', (SELECT jsonb_agg(n.body ORDER BY n.place) FROM care.next_messages(100) WITH ORDINALITY AS n (letter, envelope, standard, receiver, gln, sor, body, place)))
	INTO said;
	RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = said;
EXCEPTION WHEN SQLSTATE 'TT000' THEN
	RETURN SQLERRM::jsonb;
END
$$;
-- And what comes of it where it is told, in some order.
CREATE FUNCTION pg_temp.arrive(messages jsonb, places integer[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	place integer;
	answers text := '';
BEGIN
	FOREACH place IN ARRAY places LOOP
		answers := answers || ' ' || pg_temp.answer(care.receive(messages ->> place - 1));
	END LOOP;
	RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = coalesce(pg_temp.stays(), 'nothing') ||
		coalesce((SELECT '; ' || string_agg(concat_ws(' ', l.kind, l.status, l.reason, (SELECT string_agg(i.rule, ' ') FROM unnest(l.issues) i)), ', ') FROM care.letter l
			WHERE l.status <> 'processed' OR EXISTS (SELECT FROM unnest(l.issues) i WHERE i.rule <> 'predecessor')), '');
EXCEPTION WHEN SQLSTATE 'TT000' THEN
	RETURN SQLERRM;
END
$$;
CREATE TEMP TABLE life (name text, steps text[], kinds text, said jsonb);
INSERT INTO life (name, steps, kinds) VALUES
	('admission', '{admit,discharge}', 'STIN SLHJ'),
	('emergency', '{emergency,discharge}', 'STAA SLHJ'),
	('emergency, then admission', '{emergency,class,discharge}', 'STAA STIN SLHJ'),
	('leave', '{admit,leave,return,discharge}', 'STIN STOR SLOR SLHJ'),
	('two leaves', '{admit,leave,return,leave,return}', 'STIN STOR SLOR STOR SLOR'),
	('home from leave', '{admit,leave,discharge}', 'STIN STOR SLHJ'),
	('death', '{admit,death}', 'STIN MORS'),
	('death on leave', '{admit,leave,death}', 'STIN STOR MORS'),
	('death annulled', '{admit,death,annul,discharge}', 'STIN MORS AN_MORS SLHJ'),
	('start corrected', '{admit,start,discharge}', 'STIN RE_STIN SLHJ'),
	('department corrected', '{admit,department}', 'STIN RE_STIN'),
	('department corrected on leave', '{admit,leave,department,return}', 'STIN STOR RE_STOR SLOR'),
	('end corrected', '{admit,discharge,end}', 'STIN SLHJ RE_SLHJ'),
	('correction annulled', '{admit,start,annul,discharge}', 'STIN RE_STIN RE_STIN SLHJ'),
	('end annulled', '{admit,discharge,annul,leave}', 'STIN SLHJ AN_SLHJ STOR'),
	('leave annulled', '{admit,leave,annul,discharge}', 'STIN STOR AN_STOR SLHJ'),
	('return annulled', '{admit,leave,return,annul,return}', 'STIN STOR SLOR AN_SLOR SLOR'),
	('admission annulled', '{admit,annul}', 'STIN AN_STIN'),
	('all annulled', '{emergency,discharge,annul,annul}', 'STAA SLHJ AN_SLHJ AN_STAA'),
	('class annulled', '{emergency,class,annul,discharge}', 'STAA STIN AN_STIN SLHJ'),
	('not told', '{admit,ready,reason,discharge}', 'STIN SLHJ');
UPDATE life SET said = pg_temp.life(steps);
SELECT is(said ->> 'kinds', kinds, name || ': ' || array_to_string(steps, ' ')) FROM life;
SELECT is(said ->> 'failed', NULL, name || ': all can go') FROM life WHERE said ->> 'failed' IS NOT NULL;
SELECT is(pg_temp.arrive(said -> 'messages', ARRAY(SELECT generate_series(1, jsonb_array_length(said -> 'messages')))), said ->> 'state', name || ': the same stay') FROM life;
-- All permutations, and each message twice.
CREATE TEMP TABLE permutation AS
WITH RECURSIVE p AS (
	SELECT n, ARRAY[]::integer[] AS places FROM generate_series(2, 5) AS n
	UNION ALL
	SELECT p.n, p.places || i FROM p, generate_series(1, 5) AS i WHERE i <= p.n AND i <> ALL (p.places)
)
SELECT * FROM p WHERE cardinality(places) = n;
SELECT is_empty(format($$
	SELECT places, got FROM (
		SELECT p.places, pg_temp.arrive(l.said -> 'messages', p.places || p.places[1:2]) AS got, l.said ->> 'state' AS state
		FROM life l JOIN permutation p ON p.n = jsonb_array_length(l.said -> 'messages') WHERE l.name = %L
		ORDER BY md5(p.places::text) LIMIT 12
	) AS x WHERE got IS DISTINCT FROM state $$, name), name || ': the same in any order') FROM life;
-- Who takes a citizen over tells it; the stays follow each other.
SELECT is(said ->> 'kinds', 'STIN STIN', 'a transfer is told by who takes over') FROM (SELECT pg_temp.life('{admit,transfer}') AS said) x;
SELECT is(pg_temp.arrive(said -> 'messages', '{1,2}'), said ->> 'state', 'and ends the other stay') FROM (SELECT pg_temp.life('{admit,transfer}') AS said) x;

-- Off unless somebody says so; nothing is told of what others told us, nor of a stay whose beginning was not told.
SELECT pg_temp.region() AS citizen \gset
DELETE FROM care.notification_sender;
SELECT entry AS untold FROM care.admit(:citizen, 1002, 'IMP', 'untold', now() - interval '2 hours') \gset
SELECT pg_temp.settle() \g /dev/null
SELECT is((SELECT count(*) FROM care.letter), 0::bigint, 'nobody tells of stays to begin with');
INSERT INTO care.notification_sender VALUES (1001);
SELECT care.discharge(:citizen, :untold, 1002, 'untold end', now() - interval '1 hour') \g /dev/null
SELECT pg_temp.settle() \g /dev/null
SELECT is((SELECT count(*) FROM care.letter), 0::bigint, 'nor of the end of a stay whose start was not told');
SELECT care.admit(:citizen, 1006, 'IMP', 'elsewhere', now() - interval '50 minutes') \g /dev/null
SELECT pg_temp.settle() \g /dev/null
SELECT is((SELECT count(*) FROM care.letter), 0::bigint, 'nor of one in another hospital');
SELECT pg_temp.answer(care.receive(message::text)) FROM pg_temp.stay('0101300001', 'theirs', '{STIN}', now() - interval '40 minutes', provider => 2, receiver => 4) \g /dev/null
SELECT pg_temp.settle() \g /dev/null
SELECT is((SELECT count(*) FROM care.letter WHERE direction = 'out'), 0::bigint, 'nor of what we were told');
-- Where it cannot go it stands, with the reason, and the step is taken.
UPDATE care.citizen SET municipality = NULL WHERE citizen = :citizen;
SELECT care.admit(:citizen, 1002, 'IMP', 'nowhere', now() - interval '30 minutes') \g /dev/null
SELECT pg_temp.settle() \g /dev/null
SELECT is((SELECT concat_ws(' ', l.kind, l.status, l.reason) FROM care.letter l WHERE l.direction = 'out'),
	'STIN failed there has to be one primary destination with an Organization as its receiver', 'a letter that cannot go says why');
SELECT is((SELECT count(*) FROM care.next_messages(10)), 0::bigint, 'and does not');
SELECT is((SELECT count(*) FROM care.encounter WHERE citizen = :citizen AND organization = 1002 AND status = 'in-progress'), 2::bigint, 'the steps of the stays were taken');
SELECT results_eq($$SELECT organization_name, severity, reason, next_step FROM care.worklist WHERE kind = 'undelivered message'$$,
	$$VALUES ('Organization 2', 2, 'Hospital notification (STIN), not sent: there has to be one primary destination with an Organization as its receiver', 'close_message')$$, 'but is a row for the department');
DELETE FROM care.letter WHERE direction = 'out';

-- Correspondence: new, reply, forward, and what arrives of it.
SELECT entry AS first FROM care.send_communication(:citizen, 1002, 1004, 'other', 'May she come home on Friday?', 'Michael Burns', '38683868', 'cc 1', '2026-02-01 10:00Z',
	topic => 'Coming home', attachments => '[{"title": "Results", "contentType": "application/pdf", "data": "JVBERi0xLjc="}, {"title": "Link", "url": "https://example.org/"}]', author_role => 'sygeplejerske') \gset
SELECT is((SELECT repeated FROM care.send_communication(:citizen, 1002, 1004, 'other', 'May she come home on Friday?', 'Michael Burns', '38683868', 'cc 1', '2026-02-01 10:00Z',
	topic => 'Coming home', attachments => '[{"title": "Results", "contentType": "application/pdf", "data": "JVBERi0xLjc="}, {"title": "Link", "url": "https://example.org/"}]', author_role => 'sygeplejerske')), true, 'the same request changes nothing');
SELECT care.send_communication(:citizen, 1004, NULL, NULL, 'Yes.', 'Emma Waters', '44527000', 'cc 2', '2026-02-01 11:00Z', replies_to => :first) \g /dev/null
SELECT care.send_communication(:citizen, 1002, 1005, 'discharge', 'For your information.', 'Michael Burns', '38683868', 'cc 3', '2026-02-01 12:00Z', forwards => :first) \g /dev/null
SELECT throws_ok(format($$SELECT care.send_communication(%s, 1002, 1004, 'other', 'no topic', 'M', '1', 'cc 4')$$, :citizen), '22023', 'the message cannot be sent: a Communication of category other has to have a topic', 'what would be refused is not sent');
SELECT throws_ok(format($$SELECT care.send_communication(%s, 1002, 1004, 'nursing', '', 'M', '1', 'cc 4')$$, :citizen), '22023', NULL, 'nor what has no text');
SELECT throws_ok(format($$SELECT care.send_communication(%s, 1002, 1004, 'nursing', 'x', 'M', NULL, 'cc 4')$$, :citizen), '22023', NULL, 'nor without a number to call');
SELECT throws_ok(format($$SELECT care.send_communication(%s, 1002, 1004, 'nursing', 'x', 'M', '1', 'cc 4', replies_to => -1)$$, :citizen), 'P0002', NULL, 'nor a reply to nothing');
SELECT throws_ok(format($$SELECT care.send_communication(%s, 1002, 1004, 'gossip', 'x', 'M', '1', 'cc 4')$$, :citizen), '23503', NULL, 'nor of no category');
SELECT throws_ok(format($$SELECT care.send_communication(%s, 1002, 1004, 'nursing', 'x', 'M', '1', 'cc 4', attachments => '[{"title": "x", "contentType": "text/html", "data": "eA=="}]')$$, :citizen), '22023', NULL, 'nor a page of HTML');
CREATE FUNCTION pg_temp.thread() RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(concat_ws(' ', c.category, c.topic, to_char(c.written_at, 'HH24:MI'), c.organization, c.author, c.phone, c.text, c.title, c.url, c.bytes), E'\n')
	FROM care.identifier_owner o, care.correspondence(o.citizen) c WHERE o.value = '0101300001');
SELECT pg_temp.thread() AS thread \gset
SELECT is(:'thread'::text, $$other Coming home 10:00 Organization 2 Michael Burns 38683868 May she come home on Friday?
other Coming home 10:00 Organization 2 Michael Burns 38683868 Link https://example.org/
other Coming home 10:00 Organization 2 Michael Burns 38683868 Results 8
other Coming home 11:00 Organization 4 Emma Waters 44527000 Yes.
discharge Coming home 10:00 Organization 2 Michael Burns 38683868 May she come home on Friday?
discharge Coming home 10:00 Organization 2 Michael Burns 38683868 Link https://example.org/
discharge Coming home 10:00 Organization 2 Michael Burns 38683868 Results 8
discharge Coming home 11:00 Organization 4 Emma Waters 44527000 Yes.
discharge Coming home 12:00 Organization 2 Michael Burns 38683868 For your information.$$, 'what was written, in threads');
SELECT count(*) AS n, jsonb_agg(body ORDER BY place) AS messages FROM care.next_messages(10) WITH ORDINALITY AS n (letter, envelope, standard, receiver, gln, sor, body, place) \gset
SELECT is(:n, 3, 'three messages wait');
SELECT is((SELECT count(*) FROM jsonb_path_query((:'messages'::jsonb ->> 1)::jsonb, '$.**.data')), 0::bigint, 'a reply repeats attachments by name');
SELECT is((SELECT count(*) FROM jsonb_path_query((:'messages'::jsonb ->> 1)::jsonb, '$.**.title')), 2::bigint, 'all of them');
CREATE FUNCTION pg_temp.elsewhere(messages jsonb, places integer[], what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	got text;
	place integer;
BEGIN
	DELETE FROM care.sending; DELETE FROM care.letter; DELETE FROM care.envelope; DELETE FROM care.communication_payload; DELETE FROM care.communication;
	DELETE FROM care.workflow_event WHERE entity = 'communication';
	DELETE FROM care.measurement_note; DELETE FROM care.measurement_series; DELETE FROM care.measurement_batch;
	FOREACH place IN ARRAY places LOOP
		got := concat(got, pg_temp.answer(care.receive(messages ->> place - 1)), ' ');
	END LOOP;
	EXECUTE 'SELECT ' || what INTO got;
	RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = coalesce(got, 'nothing');
EXCEPTION WHEN SQLSTATE 'TT000' THEN
	RETURN SQLERRM;
END
$$;
-- (The department without a location number is reached through its hospital, but what was written says where.)
SELECT is(pg_temp.elsewhere(:'messages', p.places, 'pg_temp.thread()'), :'thread', format('the same where it arrives as %s', p.places)) FROM permutation p WHERE p.n = 3;

-- Reports of what was measured at home
SELECT care.record(:citizen, 'respiratory_rate', ARRAY['2026-02-01 08:00Z', '2026-02-01 12:00Z']::timestamptz[], ARRAY[19, 22.123456789012345], '/min') \g /dev/null
SELECT care.record(:citizen, 'glucose_capillary', ARRAY['2026-02-01 08:00Z']::timestamptz[], ARRAY[126], 'mg/dL') \g /dev/null
CREATE FUNCTION pg_temp.values() RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(concat_ws(' ', m.measure, to_char(m."time", 'HH24:MI'), m.comparator, round(m.value::numeric, 6)), ', ' ORDER BY m.measure, m."time")
	FROM care.identifier_owner o JOIN care.measurement m USING (citizen) WHERE o.value = '0101300001');
SELECT care.report_sent(envelope) FROM care.next_messages(10) \g /dev/null
SELECT care.send_homecare_observation(:citizen, 1004, 1005, '{respiratory_rate,glucose_capillary}', '2026-02-01', '2026-02-02', 'Mia', 'report 1', '2026-02-01 13:00Z', conclusion => 'fine') AS report \gset
SELECT is(care.send_homecare_observation(:citizen, 1004, 1005, '{respiratory_rate,glucose_capillary}', '2026-02-01', '2026-02-02', 'Mia', 'report 1'), :'report', 'the same request is the same letter');
SELECT pg_temp.values() AS measured \gset
SELECT care.correct_measurement(:citizen, 'respiratory_rate', '2026-02-01 12:00Z', 20, '/min', 'read twice') \g /dev/null
SELECT care.send_homecare_observation(:citizen, 1004, 1005, '{respiratory_rate,glucose_capillary}', '2026-02-01', '2026-02-02', 'Mia', 'report 2', '2026-02-01 14:00Z', modifies => :'report') AS corrected \gset
SELECT pg_temp.values() AS right \gset
SELECT care.send_homecare_observation(:citizen, 1004, 1005, '{respiratory_rate,glucose_capillary}', '2026-02-01', '2026-02-02', 'Mia', 'report 3', '2026-02-01 15:00Z', retracts => :'report') AS taken_back \gset
SELECT throws_ok(format($$SELECT care.send_homecare_observation(%s, 1004, 1005, '{body_weight}', '2026-02-01', '2026-02-02', 'Mia', 'report 4')$$, :citizen), '22023', NULL, 'a report of nothing is not sent');
SELECT throws_ok(format($$SELECT care.send_homecare_observation(%s, 1004, 1005, '{respiratory_rate}', '2026-02-01', '2026-02-02', 'Mia', 'report 4', retracts => 'none')$$, :citizen), 'P0002', NULL, 'nor one that retracts nothing');
SELECT jsonb_agg(body ORDER BY place) AS messages FROM care.next_messages(10) WITH ORDINALITY AS n (letter, envelope, standard, receiver, gln, sor, body, place) \gset
SELECT is(pg_temp.elsewhere(:'messages', '{1}', 'pg_temp.values()'), :'measured', 'a report arrives (mg/dL as mmol/L, at most 12 characters)');
SELECT is(pg_temp.elsewhere(:'messages', places, 'pg_temp.values()'), :'right', format('corrected by another, as %s', places)) FROM (VALUES ('{1,2}'::integer[]), ('{2,1}'), ('{2,1,2,1}')) AS p (places);
SELECT is(pg_temp.elsewhere(:'messages', places, 'pg_temp.values()'), 'nothing', format('and retracted, as %s', places)) FROM permutation p WHERE n = 3;

-- Transports, answers, resending
SELECT letter, envelope FROM care.next_messages(1) \gset
SELECT is((SELECT count(*) FROM care.next_messages(2)), 2::bigint, 'n at a time');
SELECT care.report_sent(:'envelope') \g /dev/null
SELECT is((SELECT status FROM care.letter WHERE letter = :'letter'), 'sent', 'a letter that went is sent');
SELECT throws_ok($$SELECT care.report_sent('none')$$, 'P0002', 'no envelope "none" was to be sent', 'an unknown envelope');
SELECT care.report_sent(envelope, 'no route') FROM care.next_messages(1) \g /dev/null
SELECT is((SELECT count(*) FROM care.message_due), 0::bigint, 'nothing is due at once');
UPDATE care.sending SET sent_at = sent_at - interval '2 hours' WHERE sent_at IS NOT NULL;
SELECT is((SELECT count(*) FROM care.message_due WHERE letter = :'letter' AND sendings = 1), 1::bigint, 'after half an hour it is');
SELECT is((SELECT count(*) FROM care.message_due WHERE standard = 'homecare-observation'), 2::bigint, 'and so is one that could not be transported');
SELECT envelope AS second, body AS again FROM care.next_messages(100) WHERE letter = :'letter' \gset
SELECT isnt(:'second'::text, :'envelope'::text, 'it goes in another envelope');
SELECT is(:'again'::jsonb ->> 'id', :'second', 'which it names');
SELECT ok(care.message_content(:'again'::jsonb) = care.message_content((SELECT body::jsonb FROM care.message WHERE envelope = :'envelope')), 'with the same content');
SELECT care.report_sent(:'second') \g /dev/null
SELECT is((SELECT status FROM care.letter WHERE letter = :'letter'), 'sent', 'and waits again');
UPDATE care.sending SET sent_at = sent_at - interval '2 hours' WHERE sent_at IS NOT NULL;
SELECT envelope AS third FROM care.next_messages(100) WHERE letter = :'letter' \gset
SELECT care.report_sent(:'third') \g /dev/null
UPDATE care.sending SET sent_at = sent_at - interval '2 hours' WHERE sent_at IS NOT NULL;
SELECT is((SELECT count(*) FROM care.next_messages(100) WHERE letter = :'letter'), 0::bigint, 'it is sent again twice, and not more often');

-- What did not arrive is work for who wrote it. Every letter that went is settled, waits, is due, or is undelivered: one of these.
CREATE FUNCTION pg_temp.undelivered() RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(concat_ws(' ', w.organization_name, w.reason, w.next_step), '; ' ORDER BY w.reason) FROM care.worklist w WHERE w.kind = 'undelivered message');
CREATE FUNCTION pg_temp.states(letter text) RETURNS text LANGUAGE sql
RETURN (SELECT concat_ws(' ', l.status, (SELECT 'awaited' FROM care.sending s WHERE s.letter = l.letter HAVING max(s.sent_at) > now() - interval '30 minutes' AND l.status IN ('sent', 'failed')),
		(SELECT 'due' FROM care.message_due d WHERE d.letter = l.letter), (SELECT u.outcome FROM care.message_undelivered u WHERE u.letter = l.letter))
	FROM care.letter l WHERE l.letter = states.letter AND l.direction = 'out');
CREATE FUNCTION pg_temp.acknowledge(letter text, code text, issue jsonb DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer(care.receive((m || jsonb_build_object('entry',
		jsonb_set(m -> 'entry', '{0,resource,response}', jsonb_build_object('identifier', letter, 'code', code))
			|| CASE WHEN issue IS NULL THEN '[]' ELSE jsonb_build_array(pg_temp.entry(jsonb_build_object('resourceType', 'OperationOutcome', 'id', 'outcome', 'issue', jsonb_build_array(issue)))) END))::text))
	FROM (SELECT 'ack-' || gen_random_uuid() AS id) AS a, LATERAL pg_temp.message('acknowledgement-message', a.id, 5, 4, jsonb_build_array(
		jsonb_build_object('letter', letter, 'activity', 'new-message', 'at', '2026-02-01T08:00:00Z'),
		jsonb_build_object('letter', a.id, 'activity', 'acknowledgement', 'at', '2026-02-01T08:00:00Z')), '[]', NULL) AS m
$$;
SELECT is(pg_temp.undelivered(), 'Organization 4 Home care observation (new) to Organization 5, not answered resend_message', 'one that nobody answered is on the list of who wrote it');
SELECT is(pg_temp.states(:'letter'), 'sent not answered', 'and not due');
SELECT throws_ok(format('SELECT care.close_message(%L, '''')', :'letter'), '22004', NULL, 'a reason is needed');
SELECT throws_ok($$SELECT care.resend_message('none')$$, 'P0002', NULL, 'no such letter');
SELECT care.resend_message(:'letter') \g /dev/null
SELECT is(pg_temp.states(:'letter'), 'waiting', 'sent again, it waits');
SELECT is(pg_temp.undelivered(), NULL, 'and is on no list');
SELECT throws_ok(format('SELECT care.resend_message(%L)', :'letter'), '55000', NULL, 'once');
SELECT pg_temp.acknowledge(:'letter', 'transient-error') \g /dev/null
SELECT is(pg_temp.states(:'letter'), 'waiting', 'what the one before it is answered takes it out of no queue');
SELECT care.report_sent(envelope) FROM care.next_messages(100) WHERE letter = :'letter' \g /dev/null
SELECT is(pg_temp.states(:'letter'), 'sent awaited', 'it is awaited again');
UPDATE care.sending SET sent_at = sent_at - interval '2 hours' WHERE letter = :'letter';
SELECT is(pg_temp.states(:'letter'), 'sent not answered', 'in vain');
SAVEPOINT here;
SELECT care.close_message(:'letter', 'told by telephone') \g /dev/null
SELECT is(pg_temp.states(:'letter'), 'closed', 'who wrote it has seen to it');
SELECT is(pg_temp.undelivered(), NULL, 'and it is on no list');
SELECT throws_ok(format('SELECT care.close_message(%L, ''again'')', :'letter'), '55000', NULL, 'once');
SELECT pg_temp.acknowledge(:'letter', 'fatal-error') \g /dev/null
SELECT is(pg_temp.states(:'letter'), 'closed', 'a refusal brings it back no more');
SELECT is((SELECT concat_ws(' ', answer, reason, accepted_by) FROM care.letter WHERE letter = :'letter'), 'fatal-error told by telephone ' || current_user, 'and is written down, with who closed it');
ROLLBACK TO here;
SELECT pg_temp.acknowledge(:'letter', 'fatal-error', '{"severity": "error", "code": "not-found", "details": {"text": "nobody of that name"}, "diagnostics": "Elmer"}') \g /dev/null
SELECT is(pg_temp.undelivered(), 'Organization 4 Home care observation (new) to Organization 5, refused: nobody of that name (Elmer) close_message', 'refused, with the reason of the receiver');
SELECT throws_ok(format('SELECT care.resend_message(%L)', :'letter'), '55000', NULL, 'to send it again is no use');
SELECT care.merge_citizens(:citizen, care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY['0101300002'], 'Bruno Elmer'), 'the same') \g /dev/null
SELECT is((SELECT count(*) FROM care.worklist WHERE kind = 'undelivered message' AND citizen_name = 'Bruno Elmer'), 1::bigint, 'also where records are merged');
ROLLBACK TO here;

-- The answer that elsewhere gives
CREATE FUNCTION pg_temp.answered(message text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
BEGIN
	DELETE FROM care.letter; DELETE FROM care.envelope;
	RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = care.receive(message)::text;
EXCEPTION WHEN SQLSTATE 'TT000' THEN
	RETURN SQLERRM;
END
$$;
SELECT pg_temp.answer(care.receive(pg_temp.answered(:'again'))) \g /dev/null
SELECT is((SELECT concat_ws(' ', status, answer) FROM care.letter WHERE letter = :'letter' AND direction = 'out'), 'processed ok', 'its answer settles a letter');
SELECT is((SELECT count(*) FROM care.message_due WHERE letter = :'letter'), 0::bigint, 'which is not due any more');
SELECT results_eq($$SELECT sum(sent), sum(sendings), sum(answered), sum(unanswered), sum(refused_there), max(in_time) FROM care.message_flow WHERE partner = 1005 AND standard = 'homecare-observation'$$,
	$$VALUES (2::numeric, 5::numeric, 1::numeric, 1::numeric, 0::numeric, 0.000)$$, 'the flow: two reports went in five envelopes, one was answered, too late');
SELECT is((SELECT bool_and(round_trip_median > '1 hour' AND round_trip_p95 >= round_trip_median) FROM care.message_flow WHERE answered > 0), true, 'and how long that took');
SELECT results_eq($$SELECT sum(received), sum(processed), sum(refused), sum(duplicates) FROM care.message_flow WHERE standard = 'hospital-notification'$$, $$VALUES (1::numeric, 1::numeric, 0::numeric, 0::numeric)$$, 'and what came');

-- What waits too long is work for the region
INSERT INTO care.organization (sector, kind, name) VALUES ('region', 'region', 'Region');
SELECT pg_temp.answer(care.receive(message::text)) FROM pg_temp.stay('0101300001', 'late', '{STIN,STOR}') WHERE n = 2 \g /dev/null
SELECT is((SELECT count(*) FROM care.worklist WHERE kind = 'parked message'), 0::bigint, 'one that waits is nobody''s work at first');
UPDATE care.letter SET received_at = received_at - interval '3 days' WHERE letter = 'late-2';
SELECT results_eq($$SELECT organization_name, reason, overdue, source FROM care.worklist WHERE kind = 'parked message'$$,
	$$VALUES ('Region', 'Hospital notification (STOR): it follows late-1, which has not come', true, 'late-2')$$, 'after two days it is the region''s');

-- And a transport that takes nothing.
SELECT care.resend_message(letter) FROM care.message_undelivered WHERE next_step = 'resend_message' LIMIT 1 \g /dev/null
SELECT count(*) AS queued FROM care.letter WHERE direction = 'out' AND status = 'waiting' \gset
SELECT cmp_ok(:queued, '>', 0, 'letters wait');
SELECT is((SELECT count(*) FROM care.worklist WHERE kind = 'stalled outbox'), 0::bigint, 'which is nobody''s work at first');
WITH moved AS (
	UPDATE care.message m SET received_at = m.received_at - interval '31 minutes'
	FROM care.sending x WHERE x.sent_at IS NULL AND m.received_at = x.message_received_at AND m.id = x.message RETURNING m.id, m.received_at
)
UPDATE care.sending s SET message_received_at = m.received_at FROM moved m WHERE s.message = m.id;
SELECT results_eq($$SELECT organization_name, citizen, reason, since < now() - interval '30 minutes', next_step FROM care.worklist WHERE kind = 'stalled outbox'$$,
	format($$VALUES ('Region', NULL::bigint, '%s messages wait for a transport to take them', true, 'next_messages')$$, :queued), 'after half an hour the region''s, in one row');
SELECT care.report_sent(envelope) FROM care.next_messages(100) \g /dev/null
SELECT is((SELECT count(*) FROM care.worklist WHERE kind = 'stalled outbox'), 0::bigint, 'until one takes them');
SELECT * FROM finish();
ROLLBACK;
