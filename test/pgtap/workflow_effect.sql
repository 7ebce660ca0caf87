-- What steps do to the entries of others, whoever recorded what first, and what is left when they are taken back.
BEGIN;
SELECT plan(75);
SET LOCAL ROLE layout_owner;

INSERT INTO care.organization (id, sector, name) VALUES
	(-1, 'general practice', 'practice'), (-2, 'hospital', 'hospital'), (-3, 'municipality', 'municipality'), (-4, 'hospital', 'another');
INSERT INTO care.programme_site (programme, organization) SELECT id, -3 FROM care.programme;
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{2512489996}', 'Nancy') AS c \gset
\ir ../workflow.sql
CREATE FUNCTION pg_temp.day(n float8) RETURNS timestamptz LANGUAGE sql RETURN now() - interval '60 days' + n * interval '1 day';
CREATE FUNCTION pg_temp.enrollment() RETURNS text LANGUAGE sql
BEGIN ATOMIC
	SELECT e.status FROM care.enrollment e WHERE e.citizen = pg_temp.c() ORDER BY e.id LIMIT 1;
END;
-- Proposals: what is asked of the municipality, and what became of it.
CREATE FUNCTION pg_temp.proposals() RETURNS text LANGUAGE sql
BEGIN ATOMIC
	SELECT string_agg(t.code || ' ' || t.status, ', ' ORDER BY t.id) FROM care.task t WHERE t.citizen = pg_temp.c() AND t.episode_of_care IS NOT NULL;
END;

-- One request id, two organizations
SELECT care.refer(pg_temp.c(), -1, -2, 'hospital', 'breathless', 'one', pg_temp.day(0));
SELECT throws_ok($$SELECT care.refer(pg_temp.c(), -3, -2, 'hospital', 'breathless', 'one', pg_temp.day(0))$$, '23505', NULL,
	'the same words with the same request id from another organization are no repetition');

-- What rests on agreements and assessments
SELECT care.enter_pathway(pg_temp.c(), -2, 'icp-discharge', -3, 'discharge', 'p1', pg_temp.day(0));
SELECT care.assess_needs(pg_temp.c(), pg_temp.entry('enrollment', 1), -2, 'oxygen', 'p2', pg_temp.day(1));
SELECT throws_ok(format('SELECT care.annul(%s, %s, -2, %L, %L)', :c, pg_temp.event('enter_pathway'), 'wrong', 'x'), '2BP01', NULL,
	'a pathway with an assessment is not annulled under it');
SELECT pg_temp.event('assess_needs') AS first_assessment \gset
SELECT care.assess_needs(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'help', 'p3', pg_temp.day(1));
SELECT throws_ok(format('SELECT care.annul(%s, %s, -2, %L, %L)', :c, :first_assessment, 'wrong', 'x'), '2BP01', NULL,
	'nor an assessment that the other completed');
SELECT care.give_consent(pg_temp.c(), NULL, 'programme', 'c1', pg_temp.day(1), programme => 'icp-discharge');
SELECT care.refuse_consent(pg_temp.c(), NULL, 'programme', 'c2', pg_temp.day(2), programme => 'icp-discharge');
SELECT throws_ok(format('SELECT care.enroll(%s, %s, -3, %L, pg_temp.day(3))', :c, pg_temp.entry('enrollment', 1), 'x'), '55000', NULL,
	'who has refused since is not enrolled');
SELECT care.give_consent(pg_temp.c(), NULL, 'programme', 'c3', pg_temp.day(3), programme => 'icp-discharge');
SELECT is(pg_temp.status(care.enroll(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'p4', pg_temp.day(3))), 'enrolled', 'who has changed the mind again is');
SELECT throws_like(format('SELECT care.annul(%s, %s, NULL, %L, %L)', :c, pg_temp.event('give_consent'), 'wrong', 'x'), '%later steps depend%',
	'the consent that it rests on is not annulled');
SELECT is((SELECT string_agg(d.step, ',') FROM care.depending_events(:c, ARRAY(SELECT e FROM care.caused_events(:c, pg_temp.event('give_consent')) e)) d), 'enroll',
	'as the enrolment depends on it');
SELECT care.propose_plan(pg_temp.c(), -3, 'home', 'p5', pg_temp.day(4), enrollment => pg_temp.entry('enrollment', 1));
SELECT care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -2, 'p6', pg_temp.day(4));
SELECT pg_temp.event('agree_plan') AS first_agreement \gset
SELECT throws_ok(format('SELECT care.annul(%s, %s, -3, %L, %L)', :c, pg_temp.event('propose_plan'), 'wrong', 'x'), '2BP01', NULL,
	'a plan that somebody agreed on is not annulled');
SELECT care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -3, 'p7', pg_temp.day(4));
SELECT throws_ok($$SELECT care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), NULL, 'p7', pg_temp.day(4))$$, '23505', NULL,
	'one request id is no agreement of another party');
SELECT care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), NULL, 'p8', pg_temp.day(4));
SELECT is(pg_temp.enrollment(), 'active', 'all have agreed');
SELECT throws_ok(format('SELECT care.annul(%s, %s, -2, %L, %L)', :c, :first_agreement, 'wrong', 'x'), '2BP01', NULL,
	'no agreement is annulled under the plan that it made active');
SELECT care.set_goal(pg_temp.c(), NULL, 'walk', 'g1', pg_temp.day(4), care_plan => pg_temp.entry('care_plan', 1));
SELECT is(pg_temp.status(care.annul(pg_temp.c(), pg_temp.event('agree_plan'), NULL, 'not yet', 'z1')), 'entered-in-error', 'but the last one is');
SELECT results_eq($$SELECT p.status, p.goals = ARRAY[pg_temp.entry('goal', 1)] FROM care.care_plan p WHERE p.citizen = pg_temp.c()$$, $$VALUES ('draft', true)$$,
	'and the plan is a draft again, with the goal that was set since');
SELECT care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), NULL, 'p9', pg_temp.day(5));

-- Who records late
SELECT care.start_service(pg_temp.c(), -3, 'home care', 's1', pg_temp.day(0));
SELECT care.admit(pg_temp.c(), -2, 'IMP', 'a1', pg_temp.day(6));
SELECT care.accept_task(pg_temp.c(), pg_temp.entry('task', 1), -3, 't1', pg_temp.day(8));
SELECT is(pg_temp.status(care.discharge(pg_temp.c(), pg_temp.entry('encounter', 1), -2, 'd1', pg_temp.day(7))), 'finished',
	'a discharge is recorded after the municipality went on with what it takes back');
SELECT results_eq($$SELECT t.status, e.event_time FROM care.task t JOIN care.standing_event e ON e.citizen = t.citizen AND e.entity = 'task' AND e.entry = t.id
		WHERE t.citizen = pg_temp.c() AND e.step = 'cancel_task'$$, $$VALUES ('cancelled', pg_temp.day(8))$$, 'which ends no earlier than that');
SELECT is((SELECT end_time FROM care.encounter WHERE citizen = :c), pg_temp.day(7), 'the stay ended when it did');
SELECT throws_ok($$SELECT care.annul(pg_temp.c(), pg_temp.event('discharge'), -2, 'wrong', 'x', NULL)$$, '22004', NULL, 'an annulment has a time');
SELECT throws_ok($$SELECT care.annul(pg_temp.c(), pg_temp.event('discharge'), -4, 'wrong', 'x')$$, '42501', NULL, 'and is not for another hospital');
SELECT is_empty($$SELECT p.step FROM care.possible_steps(pg_temp.c()) p WHERE p.actors = '{}'$$, 'what others cause is no step that is possible');

-- Stays that overlap
SELECT care.admit(pg_temp.c(), -2, 'IMP', 'a2', pg_temp.day(10));
SELECT pg_temp.event('admit') AS second_stay \gset
SELECT care.admit(pg_temp.c(), -4, 'EMER', 'a3', pg_temp.day(10));
SELECT pg_temp.event('admit') AS third_stay \gset
SELECT is(pg_temp.proposals(), 'pause service cancelled, pause service requested', 'the service is proposed to pause once');
SELECT care.annul(pg_temp.c(), :second_stay, -2, 'wrong citizen', 'z2', pg_temp.day(10));
SELECT is(pg_temp.enrollment(), 'onhold', 'the other stay goes on, and keeps the pathway on hold');
SELECT is(pg_temp.proposals(), 'pause service cancelled, pause service entered-in-error, pause service requested', 'and its own proposal follows');
SELECT care.annul(pg_temp.c(), :third_stay, -4, 'wrong citizen', 'z2a', pg_temp.day(10));
SELECT is(pg_temp.enrollment() || ': ' || pg_temp.proposals(), 'active: pause service cancelled, pause service entered-in-error, pause service entered-in-error', 'which go with it');
SELECT care.admit(pg_temp.c(), -4, 'EMER', 'a3a', pg_temp.day(10));
SELECT pg_temp.event('admit') AS third_stay \gset
SELECT care.admit(pg_temp.c(), -2, 'IMP', 'a4', pg_temp.day(11));
SELECT pg_temp.event('admit') AS fourth_stay \gset
SELECT care.complete_task(pg_temp.c(), pg_temp.entry('task', 4), -3, 't2', pg_temp.day(11));
SELECT care.discharge(pg_temp.c(), (SELECT entry FROM care.workflow_event WHERE citizen = :c AND id = :third_stay), -4, 'd2', pg_temp.day(12));
SELECT is(pg_temp.enrollment(), 'onhold', 'a discharge from one of two stays');
SELECT care.annul(pg_temp.c(), :fourth_stay, -2, 'wrong citizen', 'z3', pg_temp.day(12));
SELECT is(pg_temp.enrollment(), 'active', 'was the last when the other is annulled');
SELECT is(pg_temp.proposals(), 'pause service cancelled, pause service entered-in-error, pause service entered-in-error, pause service completed, resume service requested',
	'and the service is proposed to resume');
SELECT care.start_task(pg_temp.c(), pg_temp.entry('task', 5), -3, 't3', pg_temp.day(13));
SELECT care.admit(pg_temp.c(), -2, 'IMP', 'a5', pg_temp.day(14));
SELECT is(pg_temp.proposals(), 'pause service cancelled, pause service entered-in-error, pause service entered-in-error, pause service completed, resume service cancelled',
	'who is admitted again is not resumed, though somebody was at it');
SELECT throws_ok($$SELECT care.discharge(pg_temp.c(), pg_temp.entry('encounter', 6), -2, 'x', pg_temp.day(13))$$, '22008', NULL, 'no discharge before the admission');
SELECT throws_ok($$SELECT care.transfer(pg_temp.c(), pg_temp.entry('encounter', 6), -4, 'x', pg_temp.day(13))$$, '22008', NULL, 'and no transfer');
SELECT care.discharge(pg_temp.c(), pg_temp.entry('encounter', 6), -2, 'd5', pg_temp.day(15));
SELECT care.complete_task(pg_temp.c(), pg_temp.entry('task', 6), -3, 't4', pg_temp.day(15));

-- Stays that overlap: the discharge that was not the last is annulled.
SELECT care.admit(pg_temp.c(), -2, 'IMP', 'b1', pg_temp.day(15.1));
SELECT care.admit(pg_temp.c(), -4, 'IMP', 'b2', pg_temp.day(15.2));
SELECT care.complete_task(pg_temp.c(), pg_temp.entry('task', 7), -3, 'b3', pg_temp.day(15.3));
SELECT care.discharge(pg_temp.c(), pg_temp.entry('encounter', 7), -2, 'b4', pg_temp.day(15.4));
SELECT pg_temp.event('discharge') AS first_discharge \gset
SELECT care.discharge(pg_temp.c(), pg_temp.entry('encounter', 8), -4, 'b5', pg_temp.day(15.5));
SELECT is(pg_temp.enrollment(), 'active', 'home from both');
SELECT care.annul(pg_temp.c(), :first_discharge, -2, 'still here', 'b6', pg_temp.day(15.6));
SELECT results_eq($$SELECT pg_temp.enrollment(), t.status FROM care.task t WHERE t.citizen = pg_temp.c() AND t.id = pg_temp.entry('task', 8)$$,
	$$VALUES ('onhold', 'cancelled')$$, 'who was not discharged from the first is in hospital: the pathway waits, the service is not resumed');
SELECT care.discharge(pg_temp.c(), pg_temp.entry('encounter', 7), -2, 'b7', pg_temp.day(15.7));
SELECT is(pg_temp.enrollment(), 'active', 'and comes home');
SELECT is((SELECT code || ' ' || status FROM care.task WHERE citizen = :c ORDER BY id DESC LIMIT 1), 'resume service requested', 'to the service');
SELECT pg_temp.event('discharge') AS last_discharge \gset
SELECT care.annul(pg_temp.c(), :last_discharge, -2, 'still here', 'b8', pg_temp.day(15.7));
SELECT is(pg_temp.enrollment(), 'onhold', 'the last discharge annulled');
SELECT care.discharge(pg_temp.c(), pg_temp.entry('encounter', 7), -2, 'b9', pg_temp.day(15.7));
SELECT care.complete_task(pg_temp.c(), (SELECT max(id) FROM care.task WHERE citizen = :c), -3, 'b10', pg_temp.day(15.8));

-- Times and classes that no stay has
SELECT care.admit(pg_temp.c(), -2, 'IMP', 'b11', pg_temp.day(15.8));
SELECT throws_ok(format('SELECT care.transfer(pg_temp.c(), pg_temp.entry(%L, 9), -4, %L, class => %L)', 'encounter', 'x', class), '22023', NULL, 'no stay is ' || class)
FROM unnest('{AMB,rubbish}'::text[]) AS class;
SELECT throws_ok(format('SELECT care.correct_stay(pg_temp.c(), pg_temp.entry(%L, 9), -2, %L, new_start_time => %L)', 'encounter', 'x', at), '22008', NULL, 'nor began ' || at)
FROM unnest('{infinity,-infinity,4713-01-01 BC,2999-01-01}'::text[]) AS at;
SELECT throws_ok($$SELECT care.correct_stay(pg_temp.c(), pg_temp.entry('encounter', 7), -2, 'x', new_end_time => 'infinity')$$, '22008', NULL, 'nor ended never');
SELECT throws_ok(format('SELECT care.plan_admission(pg_temp.c(), -2, %L, %L)', at, 'x'), '22008', NULL, 'nor is planned for ' || coalesce(at, 'no time'))
FROM unnest('{infinity,NULL}'::text[]) AS at;
SELECT throws_ok($$SELECT care.admit(pg_temp.c(), -2, 'IMP', 'x', '4713-01-01 BC')$$, '22008', NULL, 'nothing happened before the first year');
SELECT care.annul(pg_temp.c(), pg_temp.event('admit'), -2, 'not here', 'b12');

-- A plan that is closed
SELECT care.request_task(pg_temp.c(), -3, -1, 'control', 'look', 't5', pg_temp.day(16), care_plan => pg_temp.entry('care_plan', 1));
SELECT throws_ok($$SELECT care.decline_task(pg_temp.c(), (SELECT id FROM care.task WHERE citizen = pg_temp.c() AND code = 'control'), NULL, 'no', 'x', pg_temp.day(16))$$, '55000', NULL, 'an offer is declined when there is one');
SELECT care.accept_task(pg_temp.c(), (SELECT id FROM care.task WHERE citizen = pg_temp.c() AND code = 'control'), -1, 't6', pg_temp.day(16));
SELECT throws_ok($$SELECT care.decline_task(pg_temp.c(), (SELECT id FROM care.task WHERE citizen = pg_temp.c() AND code = 'control'), NULL, 'no', 'x', pg_temp.day(16))$$, '55000', NULL, 'also by the citizen');
SELECT care.complete_task(pg_temp.c(), (SELECT id FROM care.task WHERE citizen = pg_temp.c() AND code = 'control'), -1, 't7', pg_temp.day(17));
SELECT care.close_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -3, 'p10', pg_temp.day(18));
SELECT throws_ok($$SELECT care.request_task(pg_temp.c(), -3, -1, 'control', 'look again', 'x', care_plan => pg_temp.entry('care_plan', 1))$$, '55000', NULL, 'a closed plan gets no task');
SELECT throws_ok($$SELECT care.book_appointment(pg_temp.c(), -1, 'control', now(), 'x', care_plan => pg_temp.entry('care_plan', 1))$$, '55000', NULL, 'nor appointment');
SELECT throws_ok($$SELECT care.set_goal(pg_temp.c(), -1, 'run', 'x', care_plan => pg_temp.entry('care_plan', 1))$$, '55000', NULL, 'nor goal');
SELECT throws_ok(format('SELECT care.annul(%s, %s, -1, %L, %L)', :c, (SELECT id FROM care.workflow_event WHERE citizen = :c AND request_id = 't7'), 'not done', 'x'), '2BP01', NULL,
	'and no task of it is open again');
SELECT care.transfer_pathway(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'icp-ltcare', -3, 'for long', 'p11', pg_temp.day(19));
SELECT throws_ok($$SELECT care.transfer_pathway(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'icp-discharge', -3, 'for long', 'p11', pg_temp.day(19))$$, '23505', NULL,
	'a transfer elsewhere is another request');
SELECT throws_ok(format('SELECT care.annul(%s, %s, -3, %L, %L)', :c, pg_temp.event('close_plan'), 'not done', 'x'), '2BP01', NULL,
	'a plan is not open again in a pathway that was left');

-- Consent withdrawn, and death: with appointments and measurements
SELECT care.assess_needs(pg_temp.c(), pg_temp.entry('enrollment', 2), o, 'as before', 'q1' || o, pg_temp.day(20)) FROM unnest('{-1,-3}'::bigint[]) AS o;
SELECT care.give_consent(pg_temp.c(), -3, 'programme', 'c4', pg_temp.day(20), programme => 'icp-ltcare');
SELECT care.enroll(pg_temp.c(), pg_temp.entry('enrollment', 2), -3, 'q2', pg_temp.day(20));
SELECT care.propose_plan(pg_temp.c(), -3, 'at home', 'q3', pg_temp.day(21), enrollment => pg_temp.entry('enrollment', 2));
SELECT care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 2), o, 'q4' || coalesce(o::text, ''), pg_temp.day(21)) FROM unnest('{-1,-3,NULL}'::bigint[]) AS o;
SELECT care.book_appointment(pg_temp.c(), -1, 'control', now() + interval '3 days', 'q5', pg_temp.day(22), care_plan => pg_temp.entry('care_plan', 2));
SELECT care.book_appointment(pg_temp.c(), -1, 'vaccination', now() + interval '3 days', 'q6', pg_temp.day(22));
SELECT care.plan_measurements(pg_temp.c(), -3, 'heart_rate', '{08:00}', 'q7', pg_temp.day(22), care_plan => pg_temp.entry('care_plan', 2));
SELECT care.pause_measurements(pg_temp.c(), pg_temp.entry('measurement_plan', 1), -3, 'q8', pg_temp.day(23));
SELECT care.record(pg_temp.c(), 'heart_rate', ARRAY[now() - interval '1 hour'], ARRAY[80], '/min');
SELECT is((SELECT count(*) FROM care.measurement_untriaged WHERE citizen = :c AND organization = -3), 1::bigint, 'what arrives in a pause, and has no range, is seen');
SELECT care.record(pg_temp.c(), 'systolic_blood_pressure_home', ARRAY[now() - interval '2 days', now() - interval '1 hour'], ARRAY[130,140], 'mm[Hg]');
SELECT care.plan_measurements(pg_temp.c(), -3, 'systolic_blood_pressure_home', '{08:00}', 'q7a', now() - interval '1 day');
SELECT results_eq($$SELECT organization, value FROM care.measurement_untriaged WHERE citizen = pg_temp.c() AND measure <> 'heart_rate' ORDER BY value$$,
	$$VALUES (NULL::bigint, 130::float8), (-3, 140)$$, 'and so is what came before there was a plan');
SELECT care.withdraw_consent(pg_temp.c(), (SELECT max(id) FROM care.consent WHERE citizen = pg_temp.c()), NULL, 'q9', pg_temp.day(24));
CREATE FUNCTION pg_temp.belongings() RETURNS text LANGUAGE sql
BEGIN ATOMIC
	SELECT concat_ws(' ', e.status, p.status, m.status, m.end_time IS NOT NULL, (SELECT string_agg(a.status, ',' ORDER BY a.id) FROM care.appointment a WHERE a.citizen = e.citizen))
	FROM care.enrollment e
	JOIN care.care_plan p ON p.citizen = e.citizen AND p.enrollment = e.id
	JOIN care.measurement_plan m ON m.citizen = p.citizen AND m.care_plan = p.id
	WHERE e.citizen = pg_temp.c();
END;
SELECT is(pg_temp.belongings(), 'withdrawn revoked completed t cancelled,booked', 'with the consent ends what rests on it');
SELECT care.annul(pg_temp.c(), pg_temp.event('withdraw_consent'), NULL, 'a misunderstanding', 'z4');
SELECT is(pg_temp.belongings(), 'active active on-hold f booked,booked', 'and is back as it was');
SELECT care.admit(pg_temp.c(), -2, 'IMP', 'a6', pg_temp.day(30));
SELECT is(pg_temp.status(care.record_death(pg_temp.c(), -1, 'm1', pg_temp.day(29))), 'recorded', 'a death is recorded after an admission that came later');
SELECT is(pg_temp.belongings(), 'finished revoked completed t cancelled,cancelled', 'it ends all of that, and every appointment');
SELECT results_eq($$SELECT status, end_time FROM care.encounter WHERE citizen = pg_temp.c() ORDER BY id DESC LIMIT 1$$, $$VALUES ('in-progress', NULL::timestamptz)$$, 'but not the stay, which contradicts it');
SELECT throws_ok($$SELECT care.record_death(pg_temp.c(), -1, 'x', pg_temp.day(29))$$, '23505', NULL, 'nobody dies twice');

-- Two records of one citizen
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101010000}', 'Nancy') AS double \gset
SELECT care.record_death(:double, -1, 'm1', pg_temp.day(28));
SELECT care.refer(:double, -1, -2, 'hospital', 'something else', 'one', pg_temp.day(0));
SELECT care.merge_citizens(:c, :double, 'one person') AS merge \gset
SELECT is((SELECT count(*) FROM care.death_record WHERE citizen = :c AND status = 'recorded'), 2::bigint, 'both may say that the citizen has died');
SELECT is(pg_temp.status(care.refer(pg_temp.c(), -1, -2, 'hospital', 'breathless', 'one', pg_temp.day(0))), 'requested (repeated)', 'a repetition is known');
SELECT is(pg_temp.status(care.refer(:double, -1, -2, 'hospital', 'something else', 'one', pg_temp.day(0))), 'requested (repeated)', 'by either record''s requests');
SELECT care.annul(pg_temp.c(), (SELECT min(id) FROM care.workflow_event WHERE citizen = :c AND step = 'record_death'), -1, 'wrong', 'z5');
SELECT is(pg_temp.belongings(), 'finished revoked completed t cancelled,cancelled', 'and by the other''s what ended stays so');
SELECT care.unmerge_citizens(:c, :merge, 'two persons');
SELECT results_eq($$SELECT deceased FROM care.citizen ORDER BY citizen$$, $$VALUES (false), (true)$$, 'un-merged, a death stays with who died');
SELECT is(pg_temp.belongings(), 'onhold active on-hold f booked,booked', 'and so does what it ended');

-- One is in hospital, the other has died.
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0303030000}', 'Ida') AS ill \gset
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0404040000}', 'Ida') AS dead \gset
CREATE FUNCTION pg_temp.stay(c bigint) RETURNS text LANGUAGE sql
RETURN (SELECT e.status || coalesce(' ' || extract(day FROM e.end_time - pg_temp.day(0)), '') FROM care.encounter e WHERE e.citizen = c ORDER BY e.id DESC LIMIT 1);
SELECT (care.start_service(:ill, -3, 'home care', 's', pg_temp.day(0))).entry AS service \gset
SELECT (care.admit(:ill, -2, 'IMP', 'a', pg_temp.day(10))).entry AS ill_stay \gset
SELECT care.record_death(:dead, -1, 'm', pg_temp.day(12));
SELECT care.merge_citizens(:ill, :dead, 'one person') AS merge \gset
SELECT is(pg_temp.stay(:ill), 'finished 12', 'merged, the death of the one ends the stay of the other');
SELECT care.unmerge_citizens(:ill, :merge, 'two persons');
SELECT is(pg_temp.stay(:ill), 'in-progress', 'un-merged, the stay goes on');
SELECT care.admit(:dead, -2, 'IMP', 'b', pg_temp.day(11));
SELECT is(pg_temp.stay(:dead), 'finished 12', 'a stay that began before the death, and is recorded after it, ends by it');

-- A stay that took over from that of another record, while they were one.
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0505050000}', 'Eva') AS one \gset
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0606060000}', 'Eva') AS two \gset
SELECT (care.admit(:one, -2, 'IMP', 'a', pg_temp.day(10))).entry AS stay \gset
SELECT care.merge_citizens(:two, :one, 'one person') AS merge \gset
SELECT care.transfer(:two, :stay, -4, 'b', pg_temp.day(11));
SELECT care.unmerge_citizens(:two, :merge, 'two persons');
SELECT is(pg_temp.stay(:one), 'in-progress', 'un-merged, a stay goes on that another record''s took over');
SELECT results_eq(format('SELECT status, transferred_from FROM care.encounter WHERE citizen = %s', :two), $$VALUES ('in-progress', NULL::bigint)$$, 'which began by itself then');

-- A stay is held against the death anew when a step of it is annulled.
SELECT care.record_death(:ill, -1, 'd', pg_temp.day(9));
SELECT is(pg_temp.stay(:ill), 'in-progress', 'a stay after the death contradicts it');
SELECT care.annul(:ill, (SELECT max(e.id) FROM care.workflow_event e WHERE e.citizen = :ill AND e.step = 'record_death'), -1, 'wrong', 'e');
SELECT care.correct_stay(:ill, :ill_stay, -2, 'c', pg_temp.day(13), new_start_time => pg_temp.day(14));
SELECT care.record_death(:ill, -1, 'f', pg_temp.day(13));
SELECT care.annul(:ill, (SELECT max(e.id) FROM care.workflow_event e WHERE e.citizen = :ill AND e.step = 'correct_stay'), -2, 'it was day 10', 'g');
SELECT is(pg_temp.stay(:ill), 'finished 13', 'a stay whose start is again before the death ends by it');
SELECT care.pause_service(:ill, :service, -3, 'p', pg_temp.day(10));
SELECT care.annul(:ill, (SELECT max(e.id) FROM care.workflow_event e WHERE e.citizen = :ill AND e.step = 'record_death'), -1, 'wrong', 'h');
SELECT care.record_death(:ill, -1, 'i', pg_temp.day(9));
SELECT care.discharge(:ill, :ill_stay, -2, 'j', pg_temp.day(15));
SELECT is((SELECT string_agg(t.code, ',') FROM care.task t WHERE t.citizen = :ill AND t.status = 'requested'), 'end service', 'the end of a stay does not ask to resume services of who has died');

-- An entry moves with its history.
SELECT care.request_task(pg_temp.c(), -1, -3, 'call', 'call back', 't8', pg_temp.day(40));
SELECT max(id) AS task FROM care.task WHERE citizen = :c \gset
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0202020000}', 'Ole') AS other \gset
SELECT care.move_entry(:c, 'task', :task, :other, 'wrong citizen');
SELECT is((SELECT string_agg(step, ', ') FROM care.workflow_event WHERE citizen = :other AND entity = 'task' AND entry = :task), 'request_task',
	'what happened with an entry moves with it');

SELECT * FROM finish();
ROLLBACK;
