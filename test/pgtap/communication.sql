-- Correspondence in: rules one at a time, threads whatever the order, attachments, what is unread.
BEGIN;
SELECT no_plan();
\ir ../messages.sql
SET LOCAL timezone = 'UTC';

SELECT pg_temp.cc('ok', '[{"letter": "ok", "activity": "new-message", "at": "2026-02-01T08:00:00Z"}]',
	jsonb_build_array(pg_temp.payload('k1', '2026-02-01T08:00:00Z', '{"contentString": "How is the wound?"}'),
		pg_temp.payload('k2', '2026-02-01T08:00:00Z', '{"contentAttachment": {"title": "Wound", "contentType": "image/png", "data": "iVBORw0KGgo="}}'))) AS ok \gset
-- E: entries by number: 0 header, 1 Communication, 2 Patient, 3 PractitionerRole, 4 Practitioner, 5 Encounter, 6 and 7 Organizations, 8 Provenance.
CREATE FUNCTION pg_temp.e(n integer, path text) RETURNS text[] LANGUAGE sql RETURN ('{entry,' || n || ',resource,' || path || '}')::text[];
CREATE TEMP TABLE broken AS
SELECT b.* FROM (VALUES (:'ok'::jsonb)) AS m (ok),
LATERAL (VALUES
	('', 'nothing', ok),
	('', 'an Encounter that names its episode', jsonb_set(ok, pg_temp.e(1, 'encounter'), '{"reference": "Encounter/stay"}', true)),
	('', 'priority of a referral', jsonb_set(jsonb_set(ok, pg_temp.e(1, 'category,0,coding,0,code'), '"regarding-referral"'), pg_temp.e(1, 'priority'), '"asap"', true)),
	('', 'national replacement number', jsonb_set(ok, pg_temp.e(2, 'identifier,0'), '{"system": "urn:oid:1.2.208.176.1.6.1.1", "value": "0703921VJ4"}')),
	('', 'an attachment by name, in a reply', jsonb_set(jsonb_set(ok, pg_temp.e(8, 'activity,coding,0,code'), '"reply-message"') #- pg_temp.e(1, 'payload,1,contentAttachment,data'), '{id}', '"x"')),
	('', 'a link', jsonb_set(ok, pg_temp.e(1, 'payload,1,contentAttachment'), '{"title": "x", "url": "https://example.org"}')),
	('', 'an attachment without author', ok #- pg_temp.e(1, 'payload,1,extension,3') #- pg_temp.e(1, 'payload,1,extension,2')),
	('identifier', 'a local replacement number', jsonb_set(ok, pg_temp.e(2, 'identifier,0,value'), '"6101300001"')),
	('identifier', 'none', ok #- pg_temp.e(2, 'identifier')),
	('copy', 'cc', jsonb_set(ok, pg_temp.e(0, 'destination,1'), jsonb_set(ok #> pg_temp.e(0, 'destination,0'), '{extension,0,valueCoding,code}', '"cc"'), true)),
	('version', 'four', jsonb_set(ok, pg_temp.e(0, 'definition'), '"http://x|4.0"', true)),
	('focus', 'the Patient', jsonb_set(ok, pg_temp.e(0, 'focus,0,reference'), '"Patient/pat"')),
	('communication-activity', 'modified', jsonb_set(ok, pg_temp.e(8, 'activity,coding,0,code'), '"modified-message"')),
	('communication-activity', 'retracted', jsonb_set(ok, pg_temp.e(8, 'activity,coding,0,code'), '"retract-message"')),
	('communication-entity', 'removal', jsonb_set(ok, pg_temp.e(8, 'entity'), '[{"role": "removal", "what": {"reference": "MessageHeader/x"}}]', true)),
	('communication-entity', 'says nothing', jsonb_set(ok, pg_temp.e(8, 'entity'), '[{"role": "source", "what": {"identifier": {"value": "k1"}}}, {"role": "source"}]', true)),
	('communication-stack', 'the one before is missing', jsonb_set(ok, pg_temp.e(8, 'entity'), '[{"role": "source", "what": {"identifier": {"value": "k1"}}}, {"role": "revision", "what": {"reference": "MessageHeader/x"}}]', true)),
	('communication-subject', 'an organization', jsonb_set(ok, pg_temp.e(1, 'subject,reference'), '"Organization/org-1"')),
	('communication-status', 'completed', jsonb_set(ok, pg_temp.e(1, 'status'), '"completed"')),
	('communication-thread', 'none', ok #- pg_temp.e(1, 'identifier')),
	('communication-thread', 'two', jsonb_set(ok, pg_temp.e(1, 'identifier,1'), ok #> pg_temp.e(1, 'identifier,0'), true)),
	('communication-thread', 'no UUID', jsonb_set(ok, pg_temp.e(1, 'identifier,0,value'), '"thread 7"')),
	('communication-category', 'unknown', jsonb_set(ok, pg_temp.e(1, 'category,0,coding,0,code'), '"assessment"')),
	('communication-category', 'two', jsonb_set(ok, pg_temp.e(1, 'category,1'), ok #> pg_temp.e(1, 'category,0'), true)),
	('communication-category', 'of another system', jsonb_set(ok, pg_temp.e(1, 'category,0,coding,0,system'), '"urn:x"')),
	('communication-category', 'none', ok #- pg_temp.e(1, 'category')),
	('communication-priority', 'not of a referral', jsonb_set(ok, pg_temp.e(1, 'priority'), '"asap"', true)),
	('communication-priority', 'stat', jsonb_set(jsonb_set(ok, pg_temp.e(1, 'category,0,coding,0,code'), '"regarding-referral"'), pg_temp.e(1, 'priority'), '"stat"', true)),
	('communication-topic', 'none', jsonb_set(ok, pg_temp.e(1, 'category,0,coding,0,code'), '"other"') #- pg_temp.e(1, 'topic')),
	('communication-encounter', 'no episode', jsonb_set(ok, pg_temp.e(1, 'encounter'), '{"reference": "Encounter/stay"}', true) #- pg_temp.e(5, 'episodeOfCare')),
	('communication-text', 'only an attachment', ok #- pg_temp.e(1, 'payload,0')),
	('communication-payload', 'empty', ok #- pg_temp.e(1, 'payload,1,contentAttachment')),
	('communication-payload-time', 'none', ok #- pg_temp.e(1, 'payload,0,extension,0')),
	('communication-payload-time', 'no zone', jsonb_set(ok, pg_temp.e(1, 'payload,1,extension,0,valueDateTime'), '"2026-02-01T08:00:00"')),
	('communication-payload-id', 'none', ok #- pg_temp.e(1, 'payload,1,extension,1')),
	('communication-author', 'no telephone', ok #- pg_temp.e(1, 'payload,0,extension,3')),
	('communication-author', 'nobody', ok #- pg_temp.e(1, 'payload,0,extension,2')),
	('communication-attachment', 'no title', ok #- pg_temp.e(1, 'payload,1,contentAttachment,title')),
	('communication-attachment', 'a page', jsonb_set(ok, pg_temp.e(1, 'payload,1,contentAttachment,contentType'), '"text/html"')),
	('communication-attachment', 'no base64', jsonb_set(ok, pg_temp.e(1, 'payload,1,contentAttachment,data'), '"***"')),
	('communication-attachment', 'no bytes', jsonb_set(ok, pg_temp.e(1, 'payload,1,contentAttachment,data'), '""')),
	('communication-attachment', 'by name, but new', ok #- pg_temp.e(1, 'payload,1,contentAttachment,data'))
) AS b (rule, change, message);
CREATE FUNCTION pg_temp.verdict(message text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
BEGIN
	said := pg_temp.answer(care.receive(message));
	RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = format('%s, %s kept', said, (SELECT count(*) FROM care.communication));
EXCEPTION WHEN SQLSTATE 'TT000' THEN
	RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.verdict(message::text), CASE WHEN rule IN ('', 'communication-stack') THEN trim('ok ' || rule) || ', 1 kept' ELSE 'fatal-error ' || rule || ', 0 kept' END,
	concat_ws(': ', nullif(rule, ''), change)) FROM broken;
SELECT is_empty($$SELECT r.rule FROM care.message_rule r WHERE r.rule LIKE 'communication-%' AND r.rule <> 'communication-forwarded' AND NOT EXISTS (SELECT FROM broken b WHERE b.rule = r.rule)$$,
	'each rule has been broken');
-- Types that are wrong are no reason to fail.
SELECT is_empty($$
	SELECT path, verdict FROM (
		SELECT p.path, pg_temp.verdict(jsonb_set(b.message, p.path::text[], v.value)::text) AS verdict
		FROM broken b, unnest(ARRAY['{entry,1,resource,payload}', '{entry,1,resource,payload,0}', '{entry,1,resource,payload,0,extension}', '{entry,1,resource,payload,1,contentAttachment}', '{entry,1,resource,category}',
			'{entry,1,resource,identifier}', '{entry,1,resource,topic}', '{entry,1,resource,payload,0,contentString}', '{entry,3,resource,practitioner}', '{entry,8,resource,entity}', '{entry,5,resource,episodeOfCare}']) AS p (path),
			(VALUES ('null'::jsonb), ('"x"'), ('[]'), ('{}'), ('7'), ('[[1]]'), ('{"value": []}')) AS v (value)
		WHERE b.change = 'an Encounter that names its episode'
	) AS x WHERE verdict !~ '^(ok|fatal-error)' OR verdict LIKE '%exception%'
$$, 'whatever stands there, it is judged by the rules');

-- A thread: a question, its answer with an attachment, a reply that names the attachment, and a segment that came with nobody else.
CREATE TEMP TABLE told (n integer, letter text, message jsonb);
INSERT INTO told
SELECT t.n, t.letter, pg_temp.cc(t.letter, t.stack, t.payloads, change => jsonb_build_object('encounter', '{"reference": "Encounter/stay"}'::jsonb), sender => t.sender, receiver => 3 - t.sender)
FROM (VALUES
	('{"letter": "t1", "activity": "new-message", "at": "2026-02-01T08:00:00Z"}'::jsonb, '{"letter": "t2", "activity": "reply-message", "at": "2026-02-01T09:00:00Z", "follows": "t1"}'::jsonb, '{"letter": "t3", "activity": "reply-message", "at": "2026-02-01T10:00:00Z", "follows": "t2"}'::jsonb,
		pg_temp.payload('K1', '2026-02-01T08:00:00Z', '{"contentString": "How is the wound?"}'),
		pg_temp.payload('k2', '2026-02-01T09:00:00Z', '{"contentString": "Well."}'),
		pg_temp.payload('k3', '2026-02-01T09:00:00Z', '{"contentAttachment": {"title": "Wound", "contentType": "image/png", "data": "iVBORw0KGgo="}}'),
		pg_temp.payload('k4', '2026-02-01T07:30:00Z', '{"contentString": "From before."}'),
		pg_temp.payload('k5', '2026-02-01T10:00:00Z', '{"contentString": "Thanks."}'))
) AS s (s1, s2, s3, p1, p2, p3, p4, p5),
LATERAL (VALUES
	(1, 't1', jsonb_build_array(s1), jsonb_build_array(p1), 1),
	(2, 't2', jsonb_build_array(s1, s2), jsonb_build_array(p1, p2, p3), 2),
	(3, 't3', jsonb_build_array(s1, s2, s3), jsonb_build_array(p1, p2, p3 #- '{contentAttachment,data}', p4, p5), 1)
) AS t (n, letter, stack, payloads, sender);
CREATE FUNCTION pg_temp.thread() RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(concat_ws(' ', to_char(c.written_at, 'HH24:MI'), c.author, c.text, c.title, c.bytes), '; ') FROM care.identifier_owner o, care.correspondence(o.citizen) c WHERE o.value = '0101300001');
CREATE FUNCTION pg_temp.arrive(places integer[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM care.receive(t.message::text) FROM unnest(places) WITH ORDINALITY AS p (n, place) JOIN told t ON t.n = p.n ORDER BY p.place;
	RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = concat_ws(' | ', pg_temp.thread(), (SELECT count(*) FROM care.communication), (SELECT count(*) FROM care.communication_payload), (SELECT string_agg(DISTINCT l.status, ' ') FROM care.letter l));
EXCEPTION WHEN SQLSTATE 'TT000' THEN
	RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.arrive(p.places), '07:30 Michael Burns From before.; 08:00 Michael Burns How is the wound?; 09:00 Michael Burns Well.; 09:00 Michael Burns Wound 8; 10:00 Michael Burns Thanks. | 3 | 5 | processed', format('a thread, as %s', p.places))
FROM (VALUES ('{1,2,3}'::integer[]), ('{1,3,2}'), ('{2,1,3}'), ('{2,3,1}'), ('{3,1,2}'), ('{3,2,1}'), ('{3,3,2,1,2,1}')) AS p (places);

-- Unread for its receiver, and read.
SELECT pg_temp.answer(care.receive(message::text)) FROM told ORDER BY n \g /dev/null
SELECT results_eq('SELECT o.name, w.severity, w.reason, w.next_step FROM care.worklist_communication w JOIN care.organization o ON o.id = w.organization ORDER BY w.since', $$
	VALUES ('Organization 2', 1, 'nursing: Wound, from Organization 1', 'read_communication'), ('Organization 1', 1, 'nursing: Wound, from Organization 2', 'read_communication'),
		('Organization 2', 1, 'nursing: Wound, from Organization 1', 'read_communication')$$, 'each is a row for its receiver');
SELECT is((SELECT count(*) FROM care.worklist WHERE kind = 'communication' AND citizen_name = 'Bruno Elmer'), 3::bigint, 'of the work-list');
SELECT citizen, entry, organization FROM care.worklist_communication ORDER BY since LIMIT 1 \gset
SELECT throws_ok(format('SELECT care.read_communication(%s, %s, (SELECT id FROM care.organization WHERE name = ''Organization 1''), ''not mine'')', :citizen, :entry), '42501', NULL, 'which alone reads it');
UPDATE care.organization SET sector = 'municipality' WHERE id = :organization;
SELECT is((SELECT status FROM care.read_communication(:citizen, :entry, :organization, 'read')), 'completed', 'read');
SELECT is((SELECT repeated FROM care.read_communication(:citizen, :entry, :organization, 'read')), true, 'once');
SELECT is((SELECT count(*) FROM care.worklist_communication WHERE entry = :entry), 0::bigint, 'and off the list');
SELECT is((SELECT bool_and(unread) FROM care.correspondence(:citizen)), true, 'the thread has others that are unread');
SELECT is((SELECT count(*) FROM care.correspondence(:citizen) WHERE encounter IS NOT NULL), 0::bigint, 'about no stay that is known');
SELECT pg_temp.answer(care.receive(message::text)) FROM pg_temp.stay('0101300001', 'S', '{STIN}', episode => 'episode-s') \g /dev/null
SELECT is((SELECT count(*) FROM care.correspondence(:citizen) WHERE encounter IS NOT NULL), 5::bigint, 'but the stay can come later');

-- What is forwarded begins a thread; one that does not is said to continue it.
SELECT is(pg_temp.answer(care.receive(pg_temp.cc('f1', '[{"letter": "f1", "activity": "forward-message", "at": "2026-02-02T08:00:00Z"}]', jsonb_build_array(pg_temp.payload('k9', '2026-02-02T08:00:00Z', '{"contentString": "For you."}')))::text)),
	'ok communication-forwarded', 'a forwarded thread with the identifier of one that there is');
SELECT is((SELECT count(DISTINCT thread) FROM care.correspondence(:citizen)), 1::bigint, 'continues it');
SELECT is(pg_temp.answer(care.receive(pg_temp.cc('r1', '[{"letter": "r1", "activity": "reply-message", "at": "2026-02-02T08:00:00Z", "follows": "none"}]', jsonb_build_array(pg_temp.payload('k1', '2026-02-02T08:00:00Z', '{"contentString": "Yes."}')), 'AAAAAAAA-2222-3333-4444-555555555555')::text)),
	'ok communication-stack', 'a reply to what is not known');
SELECT is((SELECT count(DISTINCT thread) FROM care.correspondence(:citizen)), 2::bigint, 'begins a thread');
-- The same segment with another text is another one: none is lost.
SELECT pg_temp.answer(care.receive(pg_temp.cc('r2', '[{"letter": "r2", "activity": "reply-message", "at": "2026-02-02T09:00:00Z"}]', jsonb_build_array(pg_temp.payload('k1', '2026-02-02T08:00:00Z', '{"contentString": "No."}')), 'aaaaaaaa-2222-3333-4444-555555555555')::text)) \g /dev/null
SELECT is((SELECT string_agg(text, ' ' ORDER BY text) FROM care.correspondence(:citizen) WHERE thread LIKE 'a%'), 'No. Yes.', 'a segment that was altered stands beside the first');
-- Of two records that turn out to be one person's each segment is shown once.
SELECT care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY['0202300001'], 'Bruno Elmer') AS double \gset
SELECT pg_temp.answer(care.receive(replace(jsonb_set(message, '{id}', '"again"')::text, '0101300001', '0202300001'))) FROM (SELECT pg_temp.cc('d1', '[{"letter": "d1", "activity": "new-message", "at": "2026-02-01T08:00:00Z"}]', jsonb_build_array(pg_temp.payload('k1', '2026-02-01T08:00:00Z', '{"contentString": "How is the wound?"}'))) AS message) x \g /dev/null
SELECT care.merge_citizens(:citizen, :double, 'one person') \g /dev/null
SELECT is((SELECT count(*) FROM care.correspondence(:double) WHERE text = 'How is the wound?'), 1::bigint, 'merged');
SELECT * FROM finish();
ROLLBACK;
