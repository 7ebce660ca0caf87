-- Steps: allowed by the tables, repeated without effect, taken back whole.
BEGIN;
SELECT plan(55);
SET LOCAL ROLE layout_owner;

INSERT INTO care.organization (id, sector, name, parent) VALUES
	(-1, 'general practice', 'practice', NULL), (-2, 'hospital', 'hospital', NULL), (-3, 'municipality', 'municipality', NULL),
	(-4, 'hospital', 'lungs', -2), (-5, 'hospital', 'heart', -2), (-6, 'hospital', 'another hospital', NULL);
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{2512489996}', 'Nancy') AS c \gset
\ir ../workflow.sql
CREATE FUNCTION pg_temp.day(n float8) RETURNS timestamptz LANGUAGE sql RETURN now() - interval '30 days' + n * interval '1 day';

-- Every step in the tables has its function, and every entity its table with the status.
SELECT is_empty($$
	SELECT DISTINCT t.step FROM care.workflow_transition t
	WHERE t.actors <> '{}' AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'care'::regnamespace AND p.proname = t.step)
$$, 'every step has a function');
SELECT is_empty($$
	SELECT DISTINCT t.entity FROM care.workflow_transition t
	WHERE NOT EXISTS (SELECT FROM pg_attribute a
		WHERE a.attrelid = ('care.' || t.entity)::regclass AND a.attname = care.status_column(t.entity))
$$, 'every entity has a table with a status');
SELECT is_empty($$
	SELECT t.entity, s.status FROM care.workflow_transition t, LATERAL (VALUES (t.from_status), (t.to_status), ('entered-in-error')) AS s (status)
	WHERE s.status <> '' AND NOT EXISTS (SELECT FROM pg_constraint k
		WHERE k.conrelid = ('care.' || t.entity)::regclass AND k.contype = 'c'
			AND pg_get_constraintdef(k.oid) ~ format('[''{,]%s['',}]', s.status))
$$, 'every status is one that its table knows, and can be entered in error');

-- A referral
SELECT is(pg_temp.status(care.refer(pg_temp.c(), -1, -2, 'hospital', 'breathless', 'r1', pg_temp.day(0))), 'requested', 'refer');
SELECT is(pg_temp.status(care.refer(pg_temp.c(), -1, -2, 'hospital', 'breathless', 'r1', pg_temp.day(0))), 'requested (repeated)', 'the same request again');
SELECT throws_ok($$SELECT care.refer(pg_temp.c(), -1, -2, 'hospital', 'other', 'r1')$$, '23505', NULL, 'another request with the same id');
SELECT is(pg_temp.status(care.refer(pg_temp.c(), -1, -2, 'hospital', 'breathless', 'r2', pg_temp.day(0))), 'requested', 'a second referral that looks the same');
SELECT is((SELECT count(*) FROM care.service_request WHERE citizen = :c), 2::bigint, 'is a second referral');
SELECT throws_ok($$SELECT care.accept_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -1, 'x')$$, '42501', NULL, 'not by who asked');
SELECT throws_ok($$SELECT care.discharge(pg_temp.c(), 0, -2, 'x')$$, 'P0002', NULL, 'no such stay');
SELECT throws_ok($$SELECT care.admit(pg_temp.c(), -1, 'IMP', 'x')$$, '42501', 'admit is not for general practice', 'nor what another sector does');
SELECT throws_ok($$SELECT care.accept_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -6, 'x')$$, '42501', NULL, 'nor by another organization');
SELECT throws_ok($$SELECT care.accept_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -99, 'x')$$, '23503', NULL, 'nor by an unknown one');
SELECT throws_ok($$SELECT care.accept_referral(pg_temp.c(), 0, -2, 'x')$$, 'P0002', NULL, 'no such referral');
SELECT throws_ok($$SELECT care.accept_referral(0, 0, -2, 'x')$$, '23503', NULL, 'no such citizen');
SELECT throws_ok($$SELECT care.accept_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -2, '')$$, '22004', NULL, 'no request id');
SELECT throws_ok($$SELECT care.return_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -2, '', 'x')$$, '22004', NULL, 'no question');
SELECT throws_ok($$SELECT care.accept_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -2, 'x', now() + interval '1 day')$$, '22008', NULL, 'not in the future');
SELECT throws_ok($$SELECT care.accept_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -2, 'x', pg_temp.day(-1))$$, '22008', NULL, 'nor before it was made');
SELECT is(pg_temp.status(care.return_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -4, 'since when?', 'r3', pg_temp.day(1))), 'returned', 'a department asks back');
SELECT throws_ok($$SELECT care.accept_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -2, 'x')$$, '55000', NULL, 'it cannot be accepted now');
SELECT is(pg_temp.status(care.answer_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -1, 'May', 'r4', pg_temp.day(1))), 'requested', 'the practice answers');
SELECT is(pg_temp.status(care.redirect_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -2, -4, 'lungs', 'r5', pg_temp.day(2))), 'requested', 'the hospital passes it on');
SELECT is(pg_temp.status(care.accept_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -4, 'r6', pg_temp.day(2), due => pg_temp.day(9))), 'accepted', 'and its department accepts');
SET LOCAL timezone = 'Pacific/Auckland';
SELECT is(pg_temp.status(care.accept_referral(pg_temp.c(), pg_temp.entry('service_request', 1), -4, 'r6', pg_temp.day(2), due => pg_temp.day(9))), 'accepted (repeated)', 'a repetition is known in any time zone');
RESET timezone;
SELECT is(pg_temp.status(care.reject_referral(pg_temp.c(), pg_temp.entry('service_request', 2), -2, 'one is enough', 'r7', pg_temp.day(2))), 'rejected', 'the second is refused');

-- A stay, with a service that it asks to pause
SELECT is(pg_temp.status(care.start_service(pg_temp.c(), -3, 'home care', 's1', pg_temp.day(0))), 'active', 'home care starts');
SELECT is(pg_temp.status(care.plan_admission(pg_temp.c(), -4, pg_temp.day(5), 'p1', pg_temp.day(3), 'lungs', pg_temp.entry('service_request', 1))), 'planned', 'an admission is planned');
SELECT is(pg_temp.status(care.admit(pg_temp.c(), -4, 'IMP', 'a1', pg_temp.day(5), planned => pg_temp.entry('encounter', 1))), 'in-progress', 'and takes place');
SELECT is((SELECT status FROM care.service_request WHERE citizen = :c ORDER BY id LIMIT 1), 'completed', 'which fulfils the referral');
SELECT results_eq($$SELECT status, code, owner, due_start FROM care.task WHERE citizen = pg_temp.c()$$,
	$$VALUES ('requested', 'pause service', -3::bigint, pg_temp.day(5) + interval '4 hours')$$, 'and asks to pause the service');
SELECT is(pg_temp.status(care.complete_task(pg_temp.c(), pg_temp.entry('task', 1), -3, 't1', pg_temp.day(6))), 'completed', 'the municipality confirms');
SELECT is((SELECT status FROM care.episode_of_care WHERE citizen = :c), 'onhold', 'which pauses it');
SELECT throws_ok($$SELECT care.annul(pg_temp.c(), pg_temp.event('admit'), -4, 'wrong', 'x')$$, '2BP01', NULL, 'the admission cannot be annulled: the confirmation depends on it');
SELECT is(pg_temp.status(care.start_leave(pg_temp.c(), pg_temp.entry('encounter', 1), -4, 'l1', pg_temp.day(7))), 'onleave', 'leave');
SELECT is((SELECT count(*) FROM care.task WHERE citizen = :c), 1::bigint, 'asks for nothing');
SELECT is(pg_temp.status(care.end_leave(pg_temp.c(), pg_temp.entry('encounter', 1), -4, 'l2', pg_temp.day(8))), 'in-progress', 'and return');
SELECT is((SELECT leaves FROM care.encounter WHERE citizen = :c), tstzmultirange(tstzrange(pg_temp.day(7), pg_temp.day(8))), 'are kept');
SELECT is(pg_temp.status(care.transfer(pg_temp.c(), pg_temp.entry('encounter', 1), -5, 'x1', pg_temp.day(9))), 'in-progress', 'a transfer begins a second stay');
SELECT results_eq($$SELECT status, end_time FROM care.encounter WHERE citizen = pg_temp.c() ORDER BY id$$,
	$$VALUES ('finished', pg_temp.day(9)), ('in-progress', NULL)$$, 'and ends the first');
SELECT is(pg_temp.status(care.mark_ready_for_discharge(pg_temp.c(), pg_temp.entry('encounter', 2), -5, 'x2', pg_temp.day(10))), 'in-progress', 'ready for discharge');
SELECT is(pg_temp.status(care.discharge(pg_temp.c(), pg_temp.entry('encounter', 2), -5, 'd1', pg_temp.day(11))), 'finished', 'discharge');
SELECT results_eq($$SELECT code, status FROM care.task WHERE citizen = pg_temp.c() ORDER BY id$$,
	$$VALUES ('pause service', 'completed'), ('resume service', 'requested')$$, 'asks to resume the service');

-- Taking back
SELECT is(pg_temp.status(care.annul(pg_temp.c(), pg_temp.event('discharge'), -5, 'wrong day', 'n1')), 'in-progress', 'a discharge annulled');
SELECT is(pg_temp.status(care.annul(pg_temp.c(), pg_temp.event('discharge'), -5, 'wrong day', 'n1')), 'in-progress (repeated)', 'and again');
SELECT throws_ok($$SELECT care.annul(pg_temp.c(), pg_temp.event('discharge'), -5, 'wrong day', 'n2')$$, '55000', NULL, 'and once more');
SELECT results_eq($$SELECT status, end_time, ready_at FROM care.encounter WHERE citizen = pg_temp.c() ORDER BY id DESC LIMIT 1$$,
	$$VALUES ('in-progress', NULL::timestamptz, pg_temp.day(10))$$, 'the stay goes on, as it was');
SELECT is((SELECT status FROM care.task WHERE citizen = :c ORDER BY id DESC LIMIT 1), 'entered-in-error', 'and its proposal is gone');

-- Death
SELECT is(pg_temp.status(care.record_death(pg_temp.c(), -5, 'm1', pg_temp.day(12))), 'recorded', 'death');
SELECT results_eq($$SELECT c.deceased, c.deceased_at, e.status, t.code FROM care.citizen c
		JOIN care.encounter e ON e.citizen = c.citizen AND e.id = pg_temp.entry('encounter', 2)
		JOIN care.task t ON t.citizen = c.citizen AND t.id = pg_temp.entry('task', 3)
	WHERE c.citizen = pg_temp.c()$$,
	$$VALUES (true, pg_temp.day(12), 'finished', 'end service')$$, 'ends the stay, and asks to end the service');
SELECT throws_ok($$SELECT care.refer(pg_temp.c(), -1, -2, 'hospital', 'breathless', 'x')$$, '55000', NULL, 'nothing begins after it');
SELECT is(pg_temp.status(care.annul(pg_temp.c(), pg_temp.event('record_death'), -5, 'wrong citizen', 'n3')), 'entered-in-error', 'a death annulled');
SELECT results_eq($$SELECT c.deceased, c.deceased_at, e.status FROM care.citizen c
		JOIN care.encounter e ON e.citizen = c.citizen AND e.id = pg_temp.entry('encounter', 2) WHERE c.citizen = pg_temp.c()$$,
	$$VALUES (false, NULL::timestamptz, 'in-progress')$$, 'the citizen lives, and the stay goes on');

-- History and status agree, for every entry.
SELECT is_empty($$
	SELECT e.entity, e.entry FROM (
		SELECT DISTINCT ON (e.entity, e.entry) e.entity, e.entry, e.to_status FROM care.workflow_event e
		WHERE e.citizen = pg_temp.c() ORDER BY e.entity, e.entry, e.id DESC) e
	WHERE e.to_status IS DISTINCT FROM CASE e.entity
		WHEN 'encounter' THEN (SELECT status FROM care.encounter x WHERE x.citizen = pg_temp.c() AND x.id = e.entry)
		WHEN 'service_request' THEN (SELECT status FROM care.service_request x WHERE x.citizen = pg_temp.c() AND x.id = e.entry)
		WHEN 'episode_of_care' THEN (SELECT status FROM care.episode_of_care x WHERE x.citizen = pg_temp.c() AND x.id = e.entry)
		WHEN 'death_record' THEN (SELECT status FROM care.death_record x WHERE x.citizen = pg_temp.c() AND x.id = e.entry)
		WHEN 'task' THEN (SELECT status FROM care.task x WHERE x.citizen = pg_temp.c() AND x.id = e.entry) END
$$, 'the last event of every entry led to its status');

-- A request is looked for, and found, by its index, however much has happened.
INSERT INTO care.workflow_event (citizen, entity, entry, step, from_status, to_status, event_time, request_id)
SELECT :c, 'task', -n, 'request_task', '', 'requested', pg_temp.day(0), 'many ' || n FROM generate_series(1, 1000) AS n;
ANALYZE care.workflow_event;
SELECT pg_stat_get_xact_numscans('care.workflow_event_request_id_idx'::regclass) AS scans \gset
SELECT care.refer(pg_temp.c(), -1, -2, 'hospital', 'breathless', 'r1', pg_temp.day(0)) \g /dev/null
SELECT is(pg_stat_get_xact_numscans('care.workflow_event_request_id_idx'::regclass), :scans + 2::bigint, 'a request among many');

SELECT * FROM finish();
ROLLBACK;
