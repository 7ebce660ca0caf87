-- Messages in: rules, the states of a stay, order, duplicates, what waits, what is dropped, what fails, and what is no message at all.
BEGIN;
SELECT no_plan();
\ir ../messages.sql

-- One receipt: the answer, and that the bytes are kept whatever they are.
CREATE FUNCTION pg_temp.receive(message text) RETURNS text LANGUAGE sql RETURN pg_temp.answer(care.receive(message));
CREATE FUNCTION pg_temp.letter(l text) RETURNS text LANGUAGE sql
RETURN (SELECT concat_ws(' ', kind, status, answer) FROM care.letter WHERE letter = l AND direction = 'in');
-- A stay in words.
CREATE FUNCTION pg_temp.stays(cpr text) RETURNS text LANGUAGE sql
RETURN (
	SELECT string_agg(concat_ws(' ', e.class, e.status, to_char(e.start_time AT TIME ZONE 'UTC', 'HH24:MI'), '-', to_char(e.end_time AT TIME ZONE 'UTC', 'HH24:MI'), nullif(e.leaves::text, '{}')), '; ' ORDER BY e.id)
	FROM care.identifier_owner o JOIN care.encounter e USING (citizen) WHERE o.value = cpr);
CREATE FUNCTION pg_temp.told(cpr text, tag text, kinds text[]) RETURNS text LANGUAGE sql
BEGIN ATOMIC
	SELECT string_agg(s.kind || ':' || pg_temp.answer(care.receive(s.message::text)), ' ' ORDER BY s.n) FROM pg_temp.stay(cpr, tag, kinds) s;
END;
SET LOCAL timezone = 'UTC';

-- Rules, one at a time
SELECT s.message AS stin FROM pg_temp.stay('0101300001', 'rules', '{STIN}') s \gset
CREATE TEMP TABLE broken (rule text, change text, message jsonb);
-- E: entries by number: 0 header, 1 Patient, 2 Encounter, 3 and 4 Organizations, 5 Provenance.
CREATE FUNCTION pg_temp.e(n integer, path text) RETURNS text[] LANGUAGE sql RETURN ('{entry,' || n || ',resource,' || path || '}')::text[];
INSERT INTO broken
SELECT b.rule, b.change, b.message
FROM (VALUES (:'stin'::jsonb)) AS m (ok),
LATERAL (VALUES
	('bundle', 'type', jsonb_set(ok, '{type}', '"collection"')),
	('bundle', 'resourceType', jsonb_set(ok, '{resourceType}', '"Parcel"')),
	('bundle-id', 'none', ok - 'id'),
	('bundle-id', 'with a space', jsonb_set(ok, '{id}', '"a b"')),
	('bundle-id', 'too long', jsonb_set(ok, '{id}', to_jsonb(repeat('x', 65)))),
	('bundle-timestamp', 'none', ok - 'timestamp'),
	('bundle-timestamp', 'no zone', jsonb_set(ok, '{timestamp}', '"2026-02-01T08:00:00"')),
	('entry', 'no resource', jsonb_set(ok, '{entry,9}', '{"fullUrl": "x"}', true)),
	('entry', 'no type', ok #- pg_temp.e(5, 'resourceType')),
	('resource-repeated', 'twice', jsonb_set(ok, '{entry,9}', ok #> '{entry,3}', true)),
	('reference', 'leads nowhere', jsonb_set(ok, pg_temp.e(5, 'agent,0,who,reference'), '"Organization/none"')),
	('header', 'not first', jsonb_set(jsonb_set(ok, '{entry,0}', ok #> '{entry,1}'), '{entry,1}', ok #> '{entry,0}')),
	('header', 'two', jsonb_set(ok, '{entry,9}', jsonb_set(ok #> '{entry,0}', '{resource,id}', '"another"'), true)),
	('header-id', 'none', ok #- pg_temp.e(0, 'id')),
	('header-narrative', 'none', ok #- pg_temp.e(0, 'text')),
	('event-code', 'none', ok #- pg_temp.e(0, 'eventCoding')),
	('event-code', 'unknown', jsonb_set(ok, pg_temp.e(0, 'eventCoding,code'), '"telegram"')),
	('version', 'too new', jsonb_set(ok, pg_temp.e(0, 'definition'), '"http://medcomfhir.dk/x|77.1"', true)),
	('sender', 'none', ok #- pg_temp.e(0, 'sender')),
	('destination', 'none', ok #- pg_temp.e(0, 'destination')),
	('destination', 'no use', ok #- pg_temp.e(0, 'destination,0,extension')),
	('destination', 'two', jsonb_set(ok, pg_temp.e(0, 'destination,1'), ok #> pg_temp.e(0, 'destination,0'), true)),
	('copy', 'cc', jsonb_set(ok, pg_temp.e(0, 'destination,1'), jsonb_set(ok #> pg_temp.e(0, 'destination,0'), '{extension,0,valueCoding,code}', '"cc"'), true)),
	('organizations', 'to itself', jsonb_set(ok, pg_temp.e(0, 'destination,0,receiver,reference'), ok #> pg_temp.e(0, 'sender,reference'))),
	('focus', 'none', ok #- pg_temp.e(0, 'focus')),
	('focus', 'two', jsonb_set(ok, pg_temp.e(0, 'focus,1'), ok #> pg_temp.e(0, 'focus,0'), true)),
	('focus', 'of another type', jsonb_set(ok, pg_temp.e(0, 'focus,0,reference'), '"Patient/pat-rules-1"')),
	('patient', 'two', jsonb_set(ok, '{entry,9}', jsonb_set(ok #> '{entry,1}', '{resource,id}', '"another"'), true)),
	('organization-sor', 'none', ok #- pg_temp.e(4, 'identifier,1')),
	('organization-gln', 'wrong check digit', jsonb_set(ok, pg_temp.e(4, 'identifier,0,value'), '"5790000000001"')),
	('provenance', 'none', ok #- '{entry,5}'),
	('provenance', 'of others only', jsonb_set(ok, pg_temp.e(5, 'target,0,reference'), '"MessageHeader/other"')),
	('provenance-target', 'none', ok #- pg_temp.e(5, 'target')),
	('provenance-target', 'two', jsonb_set(ok, pg_temp.e(5, 'target,1'), '{"reference": "MessageHeader/x"}', true)),
	('provenance-time', 'no zone', jsonb_set(ok, pg_temp.e(5, 'occurredDateTime'), '"2026-02-01T08:00:00"')),
	('provenance-time', 'not recorded', ok #- pg_temp.e(5, 'recorded')),
	('provenance-activity', 'none', ok #- pg_temp.e(5, 'activity')),
	('provenance-agent', 'none', ok #- pg_temp.e(5, 'agent')),
	('provenance-entity', 'role', jsonb_set(ok, pg_temp.e(5, 'entity'), '[{"role": "source", "what": {"reference": "MessageHeader/x"}}]', true)),
	('provenance-entity', 'no id', jsonb_set(ok, pg_temp.e(5, 'entity'), jsonb_build_array(jsonb_build_object('role', 'revision', 'what', jsonb_build_object('identifier',
		jsonb_build_object('value', (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 1000) AS g))))), true)),
	('provenance-entity', 'nothing', jsonb_set(ok, pg_temp.e(5, 'entity'), '[{"role": "revision"}]', true)),
	('notification-activity', 'of another standard', jsonb_set(ok, pg_temp.e(5, 'activity,coding,0,code'), '"new-message"')),
	('notification-type', 'on leave and admitted', jsonb_set(jsonb_set(ok, pg_temp.e(2, 'status'), '"onleave"'), pg_temp.e(2, 'extension'), '[{"url": "x-leave-period-extension", "valuePeriod": {"start": "2026-02-01T08:00:00Z"}}]', true)),
	('notification-type', 'dead and in progress', jsonb_set(ok, pg_temp.e(1, 'deceasedBoolean'), 'true', true)),
	('notification-type', 'ambulatory', jsonb_set(ok, pg_temp.e(2, 'class,code'), '"AMB"')),
	('notification-cpr', 'national replacement', jsonb_set(ok, pg_temp.e(1, 'identifier,0'), '{"system": "urn:oid:1.2.208.176.1.6.1.1", "value": "010130-0AA1"}')),
	('notification-cpr', 'replacement as CPR number', jsonb_set(ok, pg_temp.e(1, 'identifier,0,value'), '"6101300001"')),
	('notification-cpr', 'no date', jsonb_set(ok, pg_temp.e(1, 'identifier,0,value'), '"9999999999"')),
	('notification-episode', 'none', ok #- pg_temp.e(2, 'episodeOfCare')),
	('notification-episode', 'no system', ok #- pg_temp.e(2, 'episodeOfCare,0,identifier,system')),
	('notification-provider', 'none', ok #- pg_temp.e(2, 'serviceProvider')),
	('notification-start', 'none', ok #- pg_temp.e(2, 'period')),
	('notification-start', 'a day', jsonb_set(ok, pg_temp.e(2, 'period,start'), '"2026-02-01"')),
	('notification-element', 'diagnosis', jsonb_set(ok, pg_temp.e(2, 'diagnosis'), '[{"rank": 1}]', true)),
	('notification-element', 'reason', jsonb_set(ok, pg_temp.e(2, 'reasonCode'), '[{"text": "alcohol"}]', true)),
	('notification-subject', 'nobody', jsonb_set(ok, pg_temp.e(2, 'subject,reference'), '"Organization/org-1"'))
) AS b (rule, change, message)
UNION ALL
SELECT 'notification-leave', 'no start', jsonb_set(s.message, pg_temp.e(2, 'extension'), '[]') FROM pg_temp.stay('0101300001', 'leave', '{STIN,STOR}') s WHERE s.n = 2
UNION ALL
SELECT 'notification-leave', 'no end', s.message #- pg_temp.e(2, 'extension,0,valuePeriod,end') FROM pg_temp.stay('0101300001', 'leave', '{STIN,STOR,SLOR}') s WHERE s.n = 3
UNION ALL
SELECT 'notification-end', 'none', s.message #- pg_temp.e(2, 'period,end') FROM pg_temp.stay('0101300001', 'end', '{STIN,SLHJ}') s WHERE s.n = 2
UNION ALL
SELECT 'notification-type', 'home while on leave', jsonb_set(s.message, pg_temp.e(2, 'status'), '"onleave"') FROM pg_temp.stay('0101300001', 'end', '{STIN,STOR,SLHJ}') s WHERE s.n = 3
UNION ALL
SELECT 'provenance-stack', 'the one before is missing', s.message #- '{entry,5}' FROM pg_temp.stay('0101300001', 'stack', '{STIN,SLHJ}') s WHERE s.n = 2
UNION ALL
SELECT 'notification-first', 'the end comes first', jsonb_set(s.message #- '{entry,5}', '{entry,5,resource}', (s.message #> '{entry,6,resource}') - 'entity') FROM pg_temp.stay('0101300001', 'first', '{STIN,SLHJ}') s WHERE s.n = 2;

-- Each in a transaction of its own, so that they do not meet: what was answered, and what stayed.
CREATE TEMP TABLE verdict (rule text, change text, answer text, kept text, stays bigint);
DO $$
DECLARE
	b record;
	v record;
BEGIN
	FOR b IN SELECT * FROM broken LOOP
		BEGIN
			SELECT b.rule, b.change, pg_temp.receive(b.message::text) AS answer INTO v;
			RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = v.answer, DETAIL = (SELECT string_agg(m.status, ' ') FROM care.message m WHERE m.body = b.message::text),
				HINT = (SELECT count(*) FROM care.encounter);
		EXCEPTION WHEN SQLSTATE 'TT000' THEN
			DECLARE
				d text; h text;
			BEGIN
				GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
				INSERT INTO verdict VALUES (b.rule, b.change, SQLERRM, d, h::bigint);
			END;
		END;
	END LOOP;
END
$$;
SELECT ok(v.rule = ANY (string_to_array(v.answer, ' ')), format('%s: %s (%s)', v.rule, v.change, v.answer)) FROM verdict v;
SELECT is(split_part(v.answer, ' ', 1), CASE WHEN m.severity IN ('fatal', 'error') THEN 'fatal-error' ELSE 'ok' END, format('%s: %s: as its severity has it', v.rule, v.change))
FROM verdict v JOIN care.message_rule m USING (rule);
SELECT is_empty('SELECT * FROM verdict WHERE kept IS NULL', 'each is kept');
SELECT is_empty($$SELECT * FROM verdict WHERE stays <> 0 AND answer LIKE 'fatal%'$$, 'and none that was refused has left anything');
SELECT is_empty($$SELECT m.rule FROM care.message_rule m WHERE m.rule LIKE 'notification-%' AND m.rule NOT IN ('notification-annulled', 'notification-death', 'notification-after-death') AND m.rule NOT IN (SELECT rule FROM verdict)$$, 'no rule of the standard is left out');
SELECT is(pg_temp.receive((jsonb_set(:'stin'::jsonb, pg_temp.e(2, 'class,code'), '"AMB"') #- pg_temp.e(2, 'period') #- '{timestamp}')::text),
	'fatal-error bundle-timestamp notification-type notification-start', 'a message that breaks several rules hears of all');
SELECT results_eq($$
	SELECT i ->> 'severity', i ->> 'code', i #>> '{details,coding,0,code}', i ->> 'diagnostics', i #>> '{expression,0}'
	FROM jsonb_path_query(care.receive((SELECT message FROM broken WHERE rule = 'event-code' AND change = 'unknown')::text), '$.entry[*].resource.issue[0]') AS i
$$, $$VALUES ('fatal', 'code-invalid', 'MSG_VALUESET_VALUE_UNKNOWN', 'telegram', 'Bundle.entry[0].resource.event')$$, 'an issue says how bad, what, the value, and where');

-- The states of a stay
SELECT is(pg_temp.told('0101310001', 'm1', '{STAA,STIN,STOR,SLOR,SLHJ}'), 'STAA:ok STIN:ok STOR:ok SLOR:ok SLHJ:ok', 'a stay');
SELECT is(pg_temp.stays('0101310001'), 'IMP finished 08:00 - 12:00 {["2026-02-01 10:00:00+00","2026-02-01 11:00:00+00")}', 'one stay, with its leave');
SELECT is(pg_temp.told('0101310002', 'm2', '{STAA,RE_STAA}'), 'STAA:ok RE_STAA:ok', 'corrected');
SELECT is(pg_temp.stays('0101310002'), 'EMER in-progress 07:50 -', 'RE_STAA: its time');
SELECT is(pg_temp.told('0101310003', 'm3', '{STIN,RE_STIN,AN_STIN}'), 'STIN:ok RE_STIN:ok AN_STIN:ok', 'corrected, then annulled');
SELECT is(pg_temp.stays('0101310003'), 'IMP entered-in-error 08:00 -', 'AN_STIN: no stay');
SELECT is(pg_temp.told('0101310004', 'm4', '{STAA,AN_STAA}'), 'STAA:ok AN_STAA:ok', 'annulled');
SELECT is(pg_temp.stays('0101310004'), 'EMER entered-in-error 08:00 -', 'AN_STAA: no stay');
SELECT is(pg_temp.told('0101310005', 'm5', '{STAA,STIN,AN_STIN}'), 'STAA:ok STIN:ok AN_STIN:ok', 'the admission of an emergency contact annulled');
SELECT is(pg_temp.stays('0101310005'), 'EMER in-progress 08:00 -', 'it is an emergency contact again');
SELECT is(pg_temp.told('0101310006', 'm6', '{STIN,STOR,RE_STOR,SLOR,RE_SLOR}'), 'STIN:ok STOR:ok RE_STOR:ok SLOR:ok RE_SLOR:ok', 'leave corrected');
SELECT is(pg_temp.stays('0101310006'), 'IMP in-progress 08:00 - {["2026-02-01 08:50:00+00","2026-02-01 10:50:00+00")}', 'RE_STOR, RE_SLOR: its times');
SELECT is((SELECT string_agg(pg_temp.receive(CASE WHEN s.kind LIKE 'RE%'
		THEN jsonb_set(s.message, pg_temp.e(2, 'serviceProvider,reference'), '"Organization/org-2"') ELSE s.message END::text), ' ' ORDER BY s.n)
	FROM pg_temp.stay('0101310033', 'm33', '{STIN,STOR,RE_STOR,SLOR,RE_SLOR}') s), 'ok ok ok ok ok', 'leave corrected, and the department with it');
SELECT is((SELECT string_agg(o.name, ', ') FROM care.encounter e JOIN care.organization o ON o.id = e.organization
	JOIN care.identifier_owner i ON i.citizen = e.citizen WHERE i.value = '0101310033'), 'Organization 2', 'RE_STOR, RE_SLOR: its department');
SELECT is(pg_temp.told('0101310007', 'm7', '{STIN,STOR,AN_STOR}'), 'STIN:ok STOR:ok AN_STOR:ok', 'leave annulled');
SELECT is(pg_temp.stays('0101310007'), 'IMP in-progress 08:00 -', 'AN_STOR: no leave');
SELECT is(pg_temp.told('0101310008', 'm8', '{STIN,STOR,SLOR,AN_SLOR}'), 'STIN:ok STOR:ok SLOR:ok AN_SLOR:ok', 'end of leave annulled');
SELECT is(pg_temp.stays('0101310008'), 'IMP onleave 08:00 - {["2026-02-01 09:00:00+00",)}', 'AN_SLOR: on leave');
SELECT is(pg_temp.told('0101310009', 'm9', '{STIN,SLHJ,RE_SLHJ,AN_SLHJ,SLHJ}'), 'STIN:ok SLHJ:ok RE_SLHJ:ok AN_SLHJ:ok SLHJ:ok', 'discharged, corrected, annulled, discharged');
SELECT is(pg_temp.stays('0101310009'), 'IMP finished 08:00 - 12:00', 'the last discharge counts');
SELECT is(pg_temp.told('0101310010', 'm10', '{STIN,MORS}'), 'STIN:ok MORS:ok', 'death');
SELECT is((SELECT format('%s %s', pg_temp.stays('0101310010'), c.deceased_at) FROM care.citizen c JOIN care.identifier_owner o USING (citizen) WHERE o.value = '0101310010'),
	'IMP finished 08:00 - 09:00 2026-02-01 09:00:00+00', 'MORS: the stay and the citizen');
SELECT is(pg_temp.told('0101310011', 'm11', '{STIN,STOR,MORS,RE_MORS,AN_MORS}'), 'STIN:ok STOR:ok MORS:ok RE_MORS:ok AN_MORS:ok', 'death on leave corrected, annulled');
SELECT is((SELECT format('%s %s', pg_temp.stays('0101310011'), c.deceased) FROM care.citizen c JOIN care.identifier_owner o USING (citizen) WHERE o.value = '0101310011'),
	'IMP onleave 08:00 - {["2026-02-01 09:00:00+00",)} f', 'AN_MORS: alive, and on leave as before');
SELECT is(pg_temp.told('0101310012', 'm12', '{MORS}'), 'MORS:ok', 'death on arrival');
SELECT is(pg_temp.stays('0101310012'), 'EMER finished 08:00 - 08:00', 'a stay that ends when it begins');
SELECT is(pg_temp.told('0101310013', 'm13', '{STIN,SLHJ,MORS}'), 'STIN:ok SLHJ:ok MORS:ok', 'death after discharge');
SELECT is(pg_temp.letter('m11-4') || ', ' || pg_temp.letter('m11-5'), 'RE_MORS processed ok, AN_MORS processed ok', 'a death said again is a correction of it');
SELECT is(pg_temp.told('0101310003', 'm3', '{STIN,RE_STIN,AN_STIN,SLHJ}'), 'STIN:ok RE_STIN:ok AN_STIN:ok SLHJ:fatal-error notification-annulled', 'an annulled stay cannot end');
SELECT is(pg_temp.told('0101310014', 'm14', '{STIN,STOR,STOR}'), 'STIN:ok STOR:ok STOR:fatal-error refused-step', 'on leave twice is not possible');
SELECT is(pg_temp.told('0101310015', 'm15', '{STIN,STOR,SLOR,AN_STOR}'), 'STIN:ok STOR:ok SLOR:ok AN_STOR:fatal-error refused-step', 'a leave that has ended cannot be annulled before its end is');
SELECT is(pg_temp.told('0101310016', 'm16', '{STIN,STOR,SLOR,AN_STIN}'), 'STIN:ok STOR:ok SLOR:ok AN_STIN:ok', 'the wrong citizen: the whole stay goes');
SELECT is(pg_temp.stays('0101310016'), 'IMP entered-in-error 08:00 -', 'with its leave');

-- Other departments and hospitals
SELECT is(pg_temp.told('0101320001', 't1', '{STIN}'), 'STIN:ok', 'admitted');
SELECT is((SELECT string_agg(pg_temp.receive(s.message::text), ' ') FROM pg_temp.stay('0101320001', 't2', '{STIN,SLHJ}', '2026-02-01 09:00Z', provider => 3, episode => 'EPISODE-T1') s), 'ok ok', 'another hospital takes over and discharges');
SELECT is(pg_temp.stays('0101320001'), 'IMP finished 08:00 - 09:00; IMP finished 09:00 - 10:00', 'the first stay ended by transfer');
SELECT is((SELECT count(*) FROM care.encounter WHERE transferred_from IS NOT NULL), 1::bigint, 'which the second one knows');
SELECT is((SELECT string_agg(pg_temp.receive(s.message::text), ' ') FROM pg_temp.stay('0101320001', 't3', '{STIN}', '2026-02-02 09:00Z') s), 'ok', 'admitted');
SELECT is((SELECT string_agg(pg_temp.receive(s.message::text), ' ') FROM pg_temp.stay('0101320001', 't4', '{STIN}', '2026-02-02 10:00Z', provider => 4) s), 'ok', 'and elsewhere');
SELECT is(pg_temp.stays('0101320001'), 'IMP finished 08:00 - 09:00; IMP finished 09:00 - 10:00; IMP in-progress 09:00 -; IMP in-progress 10:00 -', 'of another episode: stays overlap');
SELECT is(pg_temp.receive(s.message::text), 'ok', 'ends from another department than it began') FROM (
	SELECT jsonb_set(jsonb_set(jsonb_set(m.message, pg_temp.e(3, 'id'), '"org-5"'), '{entry,3,fullUrl}', '"x/Organization/org-5"'), pg_temp.e(3, 'identifier'), pg_temp.organization(5) -> 'identifier')::text AS message
	FROM pg_temp.stay('0101320001', 't4', '{STIN,SLHJ}', '2026-02-02 10:00Z', provider => 4) m WHERE m.n = 2) AS w, LATERAL (SELECT replace(w.message, 'Organization/org-4', 'Organization/org-5') AS message) AS s;
SELECT is((SELECT e.status || ' ' || right(o.sor, 10) FROM care.encounter e JOIN care.organization o ON o.id = e.organization WHERE e.source = 't4-1'),
	'finished ' || (SELECT right(pg_temp.organization(5) #>> '{identifier,1,value}', 10)), 'the stay is that department''s now');

-- What one hospital tells of its stay, and another of its own: neither is refused for the other
CREATE FUNCTION pg_temp.tell(cpr text, tag text, kinds text[], start timestamptz, provider integer, which integer[] DEFAULT NULL, episode text DEFAULT NULL) RETURNS text LANGUAGE sql
BEGIN ATOMIC
	SELECT string_agg(pg_temp.answer(care.receive(s.message::text)), ', ' ORDER BY s.n) FROM pg_temp.stay(cpr, tag, kinds, start, provider, 2, episode) s WHERE s.n = ANY (which) IS NOT FALSE;
END;
CREATE FUNCTION pg_temp.died(cpr text) RETURNS text LANGUAGE sql
RETURN (SELECT concat_ws(' ', c.deceased, to_char(c.deceased_at AT TIME ZONE 'UTC', 'HH24:MI')) FROM care.citizen c JOIN care.identifier_owner o USING (citizen) WHERE o.value = cpr);
SELECT is(pg_temp.tell('0101321001', 'd1', '{STIN,MORS}', '2026-02-01 08:00Z', 1), 'ok, ok', 'dead at nine');
SELECT is(pg_temp.tell('0101321001', 'd2', '{STIN}', '2026-02-01 10:00Z', 3), 'ok notification-after-death', 'and admitted at ten, which is pointed out');
SELECT is(pg_temp.stays('0101321001'), 'IMP finished 08:00 - 09:00; IMP in-progress 10:00 -', 'both stand');
SELECT is(pg_temp.tell('0101321002', 'd3', '{STIN}', '2026-02-01 10:00Z', 3) || ', ' || pg_temp.tell('0101321002', 'd4', '{STIN,MORS}', '2026-02-01 08:00Z', 1), 'ok, ok, ok notification-after-death', 'so it is the other way round');
SELECT is(pg_temp.stays('0101321002'), 'IMP in-progress 10:00 -; IMP finished 08:00 - 09:00', 'and comes to the same');
SELECT results_eq($$SELECT o.name, w.severity_name, w.next_step FROM care.worklist w JOIN care.organization o ON o.id = w.organization JOIN care.identifier_owner i USING (citizen)
	WHERE i.value = '0101321002' AND w.reason LIKE '%; reported dead since 2026-02-01 10:00'$$, $$VALUES ('Organization 3', 'urgent', 'discharge')$$, 'it is on the list of the department that has the citizen');
SELECT is(pg_temp.tell('0101321002', 'd4', '{STIN,MORS,AN_MORS}', '2026-02-01 08:00Z', 1, '{3}') || pg_temp.died('0101321002'), 'okf', 'until one of the two is taken back');

SELECT is(pg_temp.tell('0101321003', 'd5', '{STIN}', '2026-02-01 08:00Z', 1) || ', ' || pg_temp.tell('0101321003', 'd6', '{STIN,MORS}', '2026-02-01 09:00Z', 3), 'ok, ok, ok', 'dead in one hospital');
SELECT is(pg_temp.stays('0101321003'), 'IMP finished 08:00 - 10:00; IMP finished 09:00 - 10:00', 'a stay in another ends by that');
SELECT is(pg_temp.tell('0101321003', 'd5', '{STIN,STOR,SLOR,SLHJ}', '2026-02-01 08:00Z', 1, '{2,3,4}'), 'ok, ok, ok', 'which goes on by what that hospital says');
SELECT is(pg_temp.stays('0101321003') || ' ' || pg_temp.died('0101321003'), 'IMP finished 08:00 - 11:00 {["2026-02-01 09:00:00+00","2026-02-01 10:00:00+00")}; IMP finished 09:00 - 10:00 t 10:00', 'and ends when it does');

INSERT INTO care.organization (sector, name) VALUES ('municipality', 'Municipal care') RETURNING id AS municipal \gset
SELECT entry AS service FROM care.start_service(care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101321004}', 'Bruno Elmer'),
	:municipal, 'home care', 'svc4', '2026-01-01') \gset
SELECT is(pg_temp.tell('0101321004', 'd7', '{STIN,MORS}', '2026-02-01 08:00Z', 1) || ', ' || pg_temp.tell('0101321004', 'd8', '{STIN,MORS}', '2026-02-01 08:30Z', 3), 'ok, ok, ok, ok notification-death', 'two hospitals tell of the death');
SELECT is(pg_temp.stays('0101321004') || ' ' || pg_temp.died('0101321004'), 'IMP finished 08:00 - 09:00; IMP finished 08:30 - 09:30 t 09:30', 'the later time counts');
CREATE FUNCTION pg_temp.asked(cpr text) RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(t.code, ', ' ORDER BY t.code) FROM care.task t JOIN care.identifier_owner o USING (citizen) WHERE o.value = cpr AND t.status = 'requested');
SELECT is(pg_temp.asked('0101321004'), 'end service', 'the municipality is asked once to end its service');
SELECT is(pg_temp.tell('0101321004', 'd8', '{STIN,MORS,AN_MORS}', '2026-02-01 08:30Z', 3, '{3}'), 'ok', 'one of them takes it back');
SELECT is(pg_temp.stays('0101321004') || ' ' || pg_temp.died('0101321004') || ' ' || pg_temp.asked('0101321004'), 'IMP finished 08:00 - 09:00; IMP finished 08:30 - 09:00 t 09:00 end service', 'dead by what the other says, and so is all that follows');
SELECT throws_ok(format($$SELECT care.record_death(%s, %s, 'again', '2026-02-01 09:00Z')$$, o.citizen, g.id), '23505', NULL, 'a person is told that it is recorded')
FROM care.identifier_owner o, care.organization g WHERE o.value = '0101321004' AND g.name = 'Organization 1';
SELECT throws_ok(format($$SELECT care.admit(%s, %s, 'IMP', 'again', '2026-02-01 10:00Z')$$, o.citizen, g.id), '55000', NULL, 'and admits nobody who has died')
FROM care.identifier_owner o, care.organization g WHERE o.value = '0101321004' AND g.name = 'Organization 1';
SELECT is(pg_temp.tell('0101321004', 'd7', '{STIN,MORS,AN_MORS}', '2026-02-01 08:00Z', 1, '{3}'), 'ok', 'the other does, too');
SELECT is(pg_temp.stays('0101321004') || ' ' || pg_temp.died('0101321004') || ' ' || pg_temp.asked('0101321004'), 'IMP in-progress 08:00 -; IMP in-progress 08:30 - f pause service', 'alive, and in two hospitals');

SELECT is(pg_temp.tell('0101321005', 'e2', '{STIN,SLHJ}', '2026-02-01 09:00Z', 3, episode => 'E5') || ', ' || pg_temp.tell('0101321005', 'e1', '{STIN}', '2026-02-01 08:00Z', 1, episode => 'E5'), 'ok, ok, ok', 'who takes over comes before who lets go');
SELECT is(pg_temp.stays('0101321005') || (SELECT string_agg(' ' || e.source || ' from ' || f.source, '') FROM care.encounter e JOIN care.encounter f ON f.citizen = e.citizen AND f.id = e.transferred_from WHERE f.source = 'e1-1'),
	'IMP finished 09:00 - 10:00; IMP finished 08:00 - 09:00 e2-1 from e1-1', 'it is a transfer all the same');
SELECT is(pg_temp.tell('0101321005', 'e1', '{STIN,RE_STIN,SLHJ}', '2026-02-01 08:00Z', 1, '{2,3}', 'E5'), 'ok, ok', 'until who lets go tells of a discharge');
SELECT is(pg_temp.stays('0101321005') || (SELECT count(*) FROM care.encounter WHERE source = 'e2-1' AND transferred_from IS NOT NULL), 'IMP finished 09:00 - 10:00; IMP finished 07:50 - 10:00' || 0, 'which it was then');
SELECT is(pg_temp.tell('0101321006', 'f1', '{STIN}', '2026-02-01 08:00Z', 1, episode => 'E6') || ', ' || pg_temp.tell('0101321006', 'f2', '{STIN,AN_STIN}', '2026-02-01 09:00Z', 3, episode => 'E6'), 'ok, ok, ok', 'a transfer annulled');
SELECT is(pg_temp.stays('0101321006'), 'IMP in-progress 08:00 -; IMP entered-in-error 09:00 -', 'the citizen is where he was');
SELECT is(pg_temp.tell('0101321006', 'f3', '{STIN}', '2026-02-01 10:00Z', 4, episode => 'E6') || ', ' || pg_temp.tell('0101321006', 'f1', '{STIN,AN_STIN}', '2026-02-01 08:00Z', 1, '{2}', 'E6'), 'ok, ok', 'and so is a stay that was left, once another has taken over');
SELECT is(pg_temp.stays('0101321006') || (SELECT count(*) FROM care.encounter WHERE source = 'f3-1' AND transferred_from IS NOT NULL), 'IMP entered-in-error 08:00 -; IMP entered-in-error 09:00 -; IMP in-progress 10:00 -0', 'which is an admission then');

-- Order: each waits for the one before
CREATE TEMP TABLE story AS SELECT * FROM pg_temp.stay('0101330001', 'o', '{STAA,STIN,STOR,SLOR,SLHJ}');
SELECT is((SELECT string_agg(pg_temp.receive(s.message::text), ', ' ORDER BY s.n DESC) FROM story s WHERE n > 1), 'ok predecessor, ok predecessor, ok predecessor, ok predecessor', 'the last comes first: it waits');
SELECT is(pg_temp.stays('0101330001'), NULL, 'nothing is guessed');
SELECT is(pg_temp.receive(message::text), 'ok', 'the first comes last') FROM story WHERE n = 1;
SELECT is(pg_temp.stays('0101330001'), 'IMP finished 08:00 - 12:00 {["2026-02-01 10:00:00+00","2026-02-01 11:00:00+00")}', 'and all is done in one go');
SELECT is((SELECT count(*) FROM care.letter WHERE status = 'parked'), 0::bigint, 'nobody waits');
SELECT is(pg_temp.receive(s.message::text), 'fatal-error predecessor-citizen', 'what follows another citizen''s letter is refused') FROM pg_temp.stay('0101330002', 'o', '{STAA,STIN,STOR,SLOR,SLHJ,AN_SLHJ}') s WHERE n = 6;

-- Duplicates
SELECT is(pg_temp.receive(message::text), 'ok', 'a letter again, in its envelope') FROM story WHERE n = 3;
SELECT is(pg_temp.receive(jsonb_set(message, '{id}', '"again"')::text), 'ok', 'in a new one') FROM story WHERE n = 1;
SELECT is(pg_temp.receive(replace(jsonb_set(jsonb_set(message, '{id}', '"again2"'), '{timestamp}', '"2026-03-01T00:00:00Z"')::text, '2026-02-01T08:00:01Z', '2026-03-01T00:00:00Z')), 'ok', 'with new times of sending') FROM story WHERE n = 1;
SELECT is(pg_temp.receive(jsonb_set(jsonb_set(message, '{id}', '"again3"'), pg_temp.e(2, 'class,code'), '"IMP"')::text), 'fatal-error letter-reused', 'with other content: refused') FROM story WHERE n = 1;
SELECT is(pg_temp.receive(jsonb_set(s.message, '{id}', '"again"')::text), 'fatal-error envelope-reused', 'another letter in an envelope that was used') FROM pg_temp.stay('0101330003', 'reuse', '{STIN}') s;
SELECT is(pg_temp.stays('0101330001') || (SELECT count(*) FROM care.workflow_event e JOIN care.identifier_owner o USING (citizen) WHERE o.value = '0101330001'), 'IMP finished 08:00 - 12:00 {["2026-02-01 10:00:00+00","2026-02-01 11:00:00+00")}5', 'nothing has changed');
SELECT results_eq($$SELECT m.status, count(*) FROM care.message m WHERE m.letter IN ('o-1', 'o-3', 'reuse-1') GROUP BY 1 ORDER BY 1$$, $$VALUES ('conflicting', 1::bigint), ('duplicate', 3), ('parked', 1), ('processed', 1), ('refused', 1)$$, 'each coming is logged');
SELECT isnt(a.one, a.two, 'the answer is as new as a letter is') FROM (SELECT (care.receive(message::text) -> 'id')::text AS one, (care.receive(message::text) -> 'id')::text AS two FROM story WHERE n = 1) AS a;

-- Who has to decide
SELECT is(pg_temp.receive(replace(s.message::text, '"Elmer"', '"Andersen"')), 'ok', 'married: a name in common') FROM pg_temp.stay('0101330001', 'name', '{STIN}', '2026-03-01 08:00Z') s;
SELECT is(pg_temp.receive(replace(replace(s.message::text, '"Elmer"', '"Andersen"'), '"Bruno"', '"Liv"')), 'ok identity', 'another name altogether: waits for a person, and so does what follows') FROM pg_temp.stay('0101330001', 'liv', '{STIN,SLHJ}', '2026-03-02 08:00Z') s;
SELECT is(pg_temp.receive(jsonb_set(s.message, pg_temp.e(1, 'birthDate'), '"1931-01-01"', true)::text), 'ok identity', 'and so does another birth date') FROM pg_temp.stay('0101330001', 'born', '{STIN}', '2026-03-03 08:00Z') s;
SELECT is(pg_temp.stays('0101330001'), 'IMP finished 08:00 - 12:00 {["2026-02-01 10:00:00+00","2026-02-01 11:00:00+00")}; IMP in-progress 08:00 -', 'meanwhile nothing happens');
SELECT is((SELECT reason FROM care.letter WHERE letter = 'liv-1'), format('the name "Liv Andersen" contradicts that of citizen %s, "Bruno Elmer" (23000)', (SELECT citizen FROM care.identifier_owner WHERE value = '0101330001')), 'the reason is there to read');
SELECT is(pg_temp.answer(care.accept_message('liv-1')), 'ok', 'the person accepts');
SELECT is(pg_temp.letter('liv-1') || ', ' || pg_temp.letter('liv-2'), 'STIN processed ok, SLHJ processed ok', 'it is processed, and what waited for it');
SELECT lives_ok($$SELECT care.refuse_message('born-1', 'somebody else')$$, 'or refuses');
SELECT is(pg_temp.letter('born-1'), 'STIN refused ok', 'which it stays');
SELECT throws_ok($$SELECT care.accept_message('born-1')$$, '55000', NULL, 'decided is decided');
SELECT throws_ok($$SELECT care.accept_message('nothing')$$, 'P0002', NULL, 'no such letter');
SELECT throws_ok($$SELECT care.refuse_message('liv-1', 'too late')$$, '55000', NULL, 'nor is one refused that was processed');

-- Others have acted on what is annulled
INSERT INTO care.organization (sector, name, sor) VALUES ('municipality', 'Home care', '7') RETURNING id AS home \gset
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101340001}', 'Bruno Elmer') AS c \gset
SELECT entry AS service FROM care.start_service(:c, :home, 'home care', 'svc', '2026-01-01') \gset
SELECT is(pg_temp.told('0101340001', 'd', '{STIN}'), 'STIN:ok', 'a citizen with home care');
SELECT is((SELECT code FROM care.task WHERE citizen = :c), 'pause service', 'which is asked to pause');
SELECT is((care.accept_task(:c, (SELECT id FROM care.task WHERE citizen = :c), :home, 'acc', '2026-02-01 08:30Z')).status, 'accepted', 'and agrees');
SELECT is((SELECT string_agg(pg_temp.receive(s.message::text), ' ') FROM pg_temp.stay('0101340001', 'd', '{STIN,AN_STIN}') s WHERE n = 2), 'ok dependence', 'the annulment waits for a person');
SELECT is((care.annul(:c, (SELECT max(id) FROM care.workflow_event WHERE citizen = :c AND step = 'accept_task'), :home, 'was not to be', 'acc2', '2026-02-01 09:30Z')).status, 'requested', 'who takes back what was done');
SELECT is(pg_temp.answer(care.accept_message('d-2')), 'ok', 'and lets it through');
SELECT is(pg_temp.stays('0101340001'), 'IMP entered-in-error 08:00 -', 'which it did');

-- What may not be kept
SELECT id AS receiver FROM care.organization WHERE name = 'Organization 2' \gset
INSERT INTO care.message_policy VALUES (:receiver, false);
SELECT is(pg_temp.told('0101350001', 'p', '{STIN,SLHJ}'), 'STIN:ok SLHJ:ok', 'of somebody without a service: the answer tells nothing');
SELECT is((SELECT count(*) FROM care.identifier_owner WHERE value = '0101350001'), 0::bigint, 'nobody is registered');
SELECT results_eq($$SELECT status, citizen, body FROM care.letter l JOIN care.message m USING (letter, status) WHERE letter LIKE 'p-%'$$, $$VALUES ('dropped', NULL::bigint, NULL::text), ('dropped', NULL, NULL)$$, 'what was said is not kept');
SELECT is(pg_temp.told('0101350001', 'p', '{STIN,SLHJ}'), 'STIN:ok SLHJ:ok', 'nor when it comes again');
SELECT is((SELECT count(body) FROM care.message WHERE letter LIKE 'p-%'), 0::bigint, 'and that is not kept either');
DELETE FROM care.message_policy;
SELECT is(pg_temp.receive(s.message::text), 'ok predecessor', 'one that came before its predecessor, when all was kept') FROM pg_temp.stay('0101350002', 'pp', '{STIN,SLHJ}') s WHERE n = 2;
SELECT is(pg_temp.receive(s.message::text), 'ok predecessor', 'and again') FROM pg_temp.stay('0101350002', 'pp', '{STIN,SLHJ}') s WHERE n = 2;
INSERT INTO care.message_policy VALUES (:receiver, false);
SELECT is(pg_temp.told('0101350002', 'pp', '{STIN}'), 'STIN:ok', 'when the predecessor comes nothing may be kept any more');
SELECT results_eq($$SELECT l.status, l.citizen, count(m.body) FROM care.letter l JOIN care.message m USING (letter) WHERE l.letter = 'pp-2' GROUP BY 1, 2$$, $$VALUES ('dropped', NULL::bigint, 0::bigint)$$, 'and what has waited is forgotten');
UPDATE care.organization SET parent = :receiver WHERE id = :home;
SELECT is(pg_temp.told('0101340001', 'q', '{STIN}'), 'STIN:ok', 'of somebody with a service of the receiver''s unit');
SELECT is(pg_temp.letter('q-1'), 'STIN processed ok', 'it is kept');
SELECT is(pg_temp.receive(s.message::text), 'ok', 'what follows a letter that was dropped') FROM pg_temp.stay('0101350001', 'p', '{STIN,SLHJ,AN_SLHJ}') s WHERE n = 3;
SELECT is((SELECT count(*) FROM care.letter WHERE status = 'dropped'), 5::bigint, 'is dropped as well, and all are counted');
DELETE FROM care.message_policy;

-- Unknown organizations
UPDATE care.setting SET value = 'refuse' WHERE name = 'message_unknown_organization';
SELECT is((SELECT pg_temp.receive(s.message::text) FROM pg_temp.stay('0101360001', 'u', '{STIN}', provider => 77, receiver => 78) s), 'fatal-error sender-unknown receiver-unknown', 'unknown organizations, where they are to be refused');
UPDATE care.setting SET value = 'register' WHERE name = 'message_unknown_organization';
SELECT is(pg_temp.answer(care.replay_message('u-1')), 'ok', 'once they may be registered it can be tried again');
SELECT is((SELECT string_agg(sector, ' ' ORDER BY name) FROM care.organization WHERE name IN ('Organization 77', 'Organization 78')), 'hospital unclassified', 'who tells of stays is a hospital');
SELECT throws_ok($$SELECT care.replay_message('u-1')$$, '55000', NULL, 'once');

-- Failures: nothing stays, all is kept, and it can be tried again
CREATE FUNCTION pg_temp.fail() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'disk of glass' USING ERRCODE = current_setting('smartcare_test.state'); END$$;
CREATE TRIGGER fail AFTER INSERT ON care.encounter FOR EACH ROW EXECUTE FUNCTION pg_temp.fail();
SET LOCAL smartcare_test.state = '53100';
SELECT is(pg_temp.told('0101370001', 'f', '{STIN,SLHJ}'), 'STIN:transient-error trouble SLHJ:ok predecessor', 'no space for a moment');
SET LOCAL smartcare_test.state = 'XX000';
SELECT is(pg_temp.told('0101370002', 'g', '{STIN}'), 'STIN:fatal-error exception', 'an error of our own');
SELECT is((SELECT count(*) FROM care.identifier_owner WHERE value IN ('0101370001', '0101370002') AND citizen IN (SELECT citizen FROM care.workflow_event)), 0::bigint, 'nothing has stayed');
SELECT is((SELECT reason FROM care.letter WHERE letter = 'g-1'), 'disk of glass (XX000)', 'but the reason');
DROP TRIGGER fail ON care.encounter;
SELECT is((SELECT pg_temp.receive(message::text) FROM pg_temp.stay('0101370001', 'f', '{STIN}')), 'transient-error trouble', 'table "fhir": the same envelope gets the same answer');
SELECT is((SELECT pg_temp.receive(jsonb_set(message, '{id}', '"f-again"')::text) FROM pg_temp.stay('0101370001', 'f', '{STIN}')), 'ok', 'a new one has it tried again');
SELECT is(pg_temp.letter('f-1') || ', ' || pg_temp.letter('f-2'), 'STIN processed ok, SLHJ processed ok', 'and what waited for it goes on');
SELECT is(pg_temp.answer(care.replay_message('g-1')), 'ok', 'a person can have it tried again, too');
CREATE TRIGGER fail AFTER INSERT ON care.encounter FOR EACH ROW EXECUTE FUNCTION pg_temp.fail();
SET LOCAL smartcare_test.state = '40P01';
UPDATE care.setting SET value = 'vans' WHERE name = 'message_duplicate_table';
SELECT is(pg_temp.told('0101370003', 'h', '{STIN}'), 'STIN:transient-error trouble', 'a deadlock');
SELECT is(pg_temp.told('0101370004', 'fin', '{STIN}'), 'STIN:transient-error trouble', 'and another');
DROP TRIGGER fail ON care.encounter;
SELECT is((SELECT pg_temp.receive(jsonb_set(message, '{id}', '"h-again"')::text) FROM pg_temp.stay('0101370003', 'h', '{STIN}')), 'transient-error trouble', 'table "vans": a new envelope gets the same answer');
SELECT is((SELECT pg_temp.receive(message::text) FROM pg_temp.stay('0101370003', 'h', '{STIN}')), 'ok', 'the same one has it tried again');
SELECT care.refuse_message('fin-1', 'told us by telephone');
SELECT is((SELECT split_part(pg_temp.receive(message::text), ' ', 1) FROM pg_temp.stay('0101370004', 'fin', '{STIN}')), 'fatal-error', 'unless a person has refused it');
SELECT is(pg_temp.letter('fin-1'), 'STIN refused fatal-error', 'which stands');

-- Acknowledgements
SELECT pg_temp.message('acknowledgement-message', 'ack-1', 2, 1, '[{"letter": "out-1", "activity": "admit-inpatient", "at": "2026-02-01T08:00:00Z"}, {"letter": "ack-1", "activity": "acknowledgement", "at": "2026-02-01T08:00:01Z", "follows": "out-1"}]',
	'[]', NULL) AS ack \gset
SELECT jsonb_set(:'ack', '{entry,0,resource,response}', '{"identifier": "out-1", "code": "transient-error"}', true) AS ack \gset
SELECT is(care.receive(:'ack'), NULL, 'an acknowledgement is not answered');
SELECT is((SELECT i.rule || ' ' || i.diagnostics FROM care.letter, unnest(issues) AS i WHERE letter = 'ack-1'), 'unknown-letter out-1', 'one of what we did not write is noticed');
INSERT INTO care.letter (letter, direction, status, received_at) VALUES ('out-1', 'out', 'sent', now());
CREATE FUNCTION pg_temp.ack(n integer, code text) RETURNS text LANGUAGE sql
BEGIN ATOMIC
	SELECT care.receive(replace(jsonb_set((SELECT body::jsonb FROM care.message WHERE letter = 'ack-1' LIMIT 1), '{entry,0,resource,response,code}', to_jsonb(code))::text, 'ack-1', 'ack-' || n));
	SELECT concat_ws(' ', status, answer) FROM care.letter WHERE letter = 'out-1';
END;
SELECT is(pg_temp.ack(2, 'transient-error'), 'failed transient-error', 'trouble there');
SELECT is(pg_temp.ack(3, 'ok'), 'processed ok', 'and then success');
SELECT is(pg_temp.ack(4, 'fatal-error'), 'processed ok', 'which stands');
SELECT is(pg_temp.ack(5, 'perhaps'), 'processed ok', 'another code');
SELECT is(pg_temp.letter('ack-5'), 'perhaps refused fatal-error', 'is refused, and still not answered');

-- What is no message at all is kept and answered
CREATE TEMP TABLE junk (what text, body text);
INSERT INTO junk VALUES
	('nothing', ''), ('white space', E' \n'), ('text', 'hello'), ('half of it', left(:'stin', 700)), ('number', '42'), ('null', 'null'), ('array', '[]'), ('empty object', '{}'),
	('NUL', '{"resourceType": "Bundle", "id": "\u0000"}'), ('lone surrogate', '["\ud800"]'), ('deep', repeat('[', 10000) || repeat(']', 10000)), ('deeper', repeat('{"a":', 1000000)),
	('deep inside', '{"resourceType": "Bundle", "type": "message", "entry": ' || repeat('[', 3000) || repeat(']', 3000) || '}'),
	('entries are no array', '{"resourceType": "Bundle", "type": "message", "id": "j1", "entry": {"resource": "x"}}'),
	('entries are strings', '{"resourceType": "Bundle", "type": "message", "id": "j2", "entry": ["x", 1, null, true, []]}'),
	('resource is a string', '{"resourceType": "Bundle", "type": "message", "id": "j3", "entry": [{"resource": "x"}, {"resource": []}]}');
SELECT is(a.code, 'fatal-error', format('%s: %s', j.what, a.code || coalesce(' ' || a.rules, '')))
FROM junk j, LATERAL (SELECT pg_temp.receive(j.body) AS both) AS r, LATERAL (SELECT split_part(r.both, ' ', 1) AS code, substr(r.both, 13) AS rules) AS a;
SELECT is_empty('SELECT what FROM junk WHERE body NOT IN (SELECT body FROM care.message WHERE body IS NOT NULL)', 'each is kept');
SELECT is((SELECT hash FROM care.message WHERE body = 'hello'), sha256('hello'), 'with its hash');
UPDATE care.setting SET value = '10 kB' WHERE name = 'message_size_limit';
SELECT is(pg_temp.receive(repeat('x', 20000)), 'fatal-error too-long', 'longer than the limit');
UPDATE care.setting SET value = '50 MB' WHERE name = 'message_size_limit';
SELECT is(pg_temp.receive(jsonb_set(jsonb_set(jsonb_set(:'stin', '{entry}', :'stin'::jsonb -> 'entry' || (SELECT jsonb_agg('{"resource": {}}'::jsonb) FROM generate_series(1, 1000))), '{entry,0,resource,id}', '"many"'), '{id}', '"many"')::text), 'fatal-error too-long', 'more entries than a message has');
SELECT is(pg_temp.receive(replace(message::text, '"Bruno"', repeat('{"reference": ', 2000) || '1' || repeat('}', 2000))), 'ok', 'references in references in references') FROM pg_temp.stay('0101390008', 'deep', '{STIN}');
SELECT is(cardinality(string_to_array(pg_temp.receive(jsonb_set(message, '{entry,2,resource}', (message #> '{entry,2,resource}') || (SELECT jsonb_object_agg('k' || g, g) FROM generate_series(1, 1000) AS g))::text), ' ')),
	101, 'of a thousand elements too many a hundred are named') FROM pg_temp.stay('0101390009', 'excess', '{STIN}');
SELECT is_empty($$SELECT * FROM care.letter WHERE status = 'received'$$, 'no letter is left half-way');
SELECT throws_ok('SELECT care.receive(NULL)', '22004', NULL, 'no message');

-- Records that were merged, and are parted: the stay goes on where it belongs; and one that is moved to the right citizen.
SELECT care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY['0101420001'], 'Bruno Elmer') AS one,
	care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY['0101420002'], 'Bruno Elmer') AS two \gset
SELECT is((SELECT string_agg(pg_temp.receive(s.message::text), ' ') FROM pg_temp.stay('0101420002', 'p1', '{STIN,SLHJ}') s WHERE s.n = 1), 'ok', 'admitted');
SELECT care.merge_citizens(:one, :two, 'the same') AS merge \gset
SELECT is((SELECT pg_temp.receive(s.message::text) FROM pg_temp.stay('0101420002', 'p1', '{STIN,STOR,SLOR,SLHJ}') s WHERE s.n = 2), 'ok', 'on leave, while the records are one');
SELECT care.unmerge_citizens(:one, :merge, 'two after all') \g /dev/null
SELECT is((SELECT string_agg(pg_temp.receive(s.message::text), ' ') FROM pg_temp.stay('0101420002', 'p1', '{STIN,STOR,SLOR,SLHJ}') s WHERE s.n > 2), 'ok ok', 'back, and discharged, when they are two again');
SELECT is((SELECT string_agg(concat(e.citizen = :two, ' ', e.status), '; ') FROM care.encounter e WHERE e.citizen IN (:one, :two)), 't finished', 'as the citizen''s own stay');
SELECT is((SELECT pg_temp.receive(s.message::text) FROM pg_temp.stay('0101420001', 'p2', '{STIN}', '2026-02-03 08:00Z') s), 'ok', 'the wrong citizen is admitted');
SELECT care.move_entry(:one, 'encounter', (SELECT id FROM care.encounter WHERE citizen = :one), :two, 'wrong number') \g /dev/null
SELECT is((SELECT pg_temp.receive(s.message::text) FROM pg_temp.stay('0101420002', 'p2', '{STIN,SLHJ}', '2026-02-03 08:00Z') s WHERE s.n = 2), 'ok', 'and, once the stay is moved, the right one discharged');
SELECT is((SELECT count(*) FROM care.encounter WHERE citizen = :two AND status = 'finished'), 2::bigint, 'from that stay');

-- The answers themselves
SELECT is_empty($$
	SELECT r FROM (SELECT care.receive(message::text) AS a FROM broken LIMIT 20) AS x, jsonb_path_query(a, 'strict $.entry[*].resource.**.reference') AS r
	WHERE r #>> '{}' NOT LIKE 'MessageHeader/%' AND NOT a @> jsonb_build_object('entry', jsonb_build_array(jsonb_build_object('resource', jsonb_build_object('id', split_part(r #>> '{}', '/', 2)))))
$$, 'all references of an answer lead somewhere in it');
SELECT is(pg_temp.letter(a.letter), NULL, 'an answer is a letter of its own') FROM (SELECT care.receive(message::text) #>> '{entry,0,resource,id}' AS letter FROM story WHERE n = 2) AS a;
SELECT is(care.receive(care.receive(message::text)::text), NULL, 'which we would take ourselves') FROM story WHERE n = 2;
SELECT is((SELECT status || ' ' || (SELECT string_agg(i.rule, ' ') FROM unnest(issues) AS i) FROM care.letter WHERE standard = 'acknowledgement' AND status = 'processed' ORDER BY received_at DESC LIMIT 1), 'processed unknown-letter', 'as one that breaks no rule');
UPDATE care.setting SET value = 'https://region.example/fhir/' WHERE name = 'fhir_base';
SELECT is((SELECT count(*) FROM jsonb_path_query(care.receive(message::text), '$.entry[*].fullUrl') AS u WHERE u #>> '{}' LIKE 'https://region.example/fhir/%'),
	(SELECT count(*) FROM jsonb_path_query(care.receive(message::text), '$.entry[*]')), 'whose resources are named as the setting says') FROM story WHERE n = 2;

-- Partitions and retention
CALL care.maintain_messages();
SELECT is((SELECT count(*) FROM care.message_default), 0::bigint, 'what came before there was a partition is in it now');
SELECT is((SELECT count(*) FROM care.message) > 0, true, 'nothing is lost');
SELECT is((SELECT count(*) FROM pg_inherits WHERE inhparent = 'care.message'::regclass), 5::bigint, 'partitions for this month and three more');
CALL care.maintain_messages();
SELECT is((SELECT count(*) FROM pg_inherits WHERE inhparent = 'care.message'::regclass), 5::bigint, 'which it makes once');
UPDATE care.setting SET value = '1 month' WHERE name = 'message_retention';
INSERT INTO care.message (received_at, direction, status, hash) VALUES (now() - interval '3 months', 'in', 'refused', '');
INSERT INTO care.letter (letter, status, received_at) VALUES ('old', 'refused', now() - interval '3 months');
CALL care.maintain_messages();
SELECT is((SELECT count(*) FROM care.message_default) + (SELECT count(*) FROM care.letter WHERE letter = 'old'), 0::bigint, 'what is too old is gone');
SELECT is(pg_temp.receive(message::text), 'ok', 'a letter is known again whatever partition it came in') FROM story WHERE n = 1;

SELECT * FROM finish();
ROLLBACK;
