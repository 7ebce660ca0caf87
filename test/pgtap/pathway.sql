-- Both pathways, from a pending discharge to the exit, through the public functions.
BEGIN;
SELECT plan(47);
SET LOCAL ROLE layout_owner;

INSERT INTO care.organization (id, sector, name) VALUES
	(-1, 'general practice', 'practice'), (-2, 'hospital', 'hospital'), (-3, 'municipality', 'municipality');
INSERT INTO care.programme_site (programme, organization) SELECT id, -3 FROM care.programme;
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{2512489996}', 'Nancy') AS c \gset
\ir ../workflow.sql
CREATE FUNCTION pg_temp.day(n float8) RETURNS timestamptz LANGUAGE sql RETURN now() - interval '60 days' + n * interval '1 day';
CREATE FUNCTION pg_temp.enrollment(n int) RETURNS text LANGUAGE sql
BEGIN ATOMIC
	SELECT e.status FROM care.enrollment e WHERE e.citizen = pg_temp.c() ORDER BY e.id OFFSET n - 1 LIMIT 1;
END;

-- Entering ICP-Discharge
SELECT is(pg_temp.status(care.admit(pg_temp.c(), -2, 'IMP', 'a1', pg_temp.day(0))), 'in-progress', 'admitted');
SELECT throws_ok($$SELECT care.enter_pathway(pg_temp.c(), -2, 'icp', -3, 'discharge', 'x')$$, '42704', NULL, 'no such programme');
SELECT throws_ok($$SELECT care.enter_pathway(pg_temp.c(), -2, 'icp-discharge', -1, 'discharge', 'x')$$, '23503', NULL, 'not run by a practice');
SELECT is(pg_temp.status(care.enter_pathway(pg_temp.c(), -2, 'icp-discharge', -3, 'discharge', 'e1', pg_temp.day(3), encounter => pg_temp.entry('encounter', 1))), 'referred', 'a pending discharge enters the pathway');
SELECT is(pg_temp.status(care.enter_pathway(pg_temp.c(), -2, 'icp-discharge', -3, 'discharge', 'e1', pg_temp.day(3), encounter => pg_temp.entry('encounter', 1))), 'referred (repeated)', 'once');
SELECT throws_ok($$SELECT care.enter_pathway(pg_temp.c(), NULL, 'icp-discharge', -3, 'again', 'x')$$, '55000', NULL, 'not twice');
SELECT throws_ok($$SELECT care.enroll(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'x')$$, '55000', NULL, 'not enrolled before needs are assessed');
SELECT is(pg_temp.status(care.assess_needs(pg_temp.c(), pg_temp.entry('enrollment', 1), -2, 'oxygen', 'n1', pg_temp.day(3))), 'completed', 'health needs');
SELECT is(pg_temp.enrollment(1), 'referred', 'are half of it');
SELECT is(pg_temp.status(care.assess_needs(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'help in the morning', 'n2', pg_temp.day(3))), 'completed', 'social needs');
SELECT is(pg_temp.enrollment(1), 'assessed', 'complete the assessment');
SELECT throws_ok($$SELECT care.annul(pg_temp.c(), pg_temp.event('enter_pathway'), -2, 'wrong', 'x')$$, '2BP01', NULL, 'what depends on it keeps the entry');
SELECT throws_ok($$SELECT care.enroll(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'x')$$, '55000', NULL, 'not without consent');
SELECT is(pg_temp.status(care.refuse_consent(pg_temp.c(), -3, 'programme', 'c0', pg_temp.day(3), programme => 'icp-discharge')), 'rejected', 'a refusal');
SELECT throws_ok($$SELECT care.enroll(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'x')$$, '55000', NULL, 'is none');
SELECT is(pg_temp.status(care.give_consent(pg_temp.c(), NULL, 'programme', 'c1', pg_temp.day(4), programme => 'icp-discharge', method => 'digital')), 'active', 'the citizen consents');
SELECT throws_ok($$SELECT care.enroll(pg_temp.c(), pg_temp.entry('enrollment', 1), -2, 'x')$$, '42501', NULL, 'only the coordinator enrols');
SELECT is(pg_temp.status(care.enroll(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'n3', pg_temp.day(4))), 'enrolled', 'enrolled');

-- The plan
SELECT is(pg_temp.status(care.propose_plan(pg_temp.c(), -3, 'home with oxygen', 'p1', pg_temp.day(4), enrollment => pg_temp.entry('enrollment', 1))), 'draft', 'a plan');
SELECT is(pg_temp.status(care.set_goal(pg_temp.c(), NULL, 'walk to the shop', 'g1', pg_temp.day(4), care_plan => pg_temp.entry('care_plan', 1), due_date => care.today() + 30)), 'active', 'a goal of the citizen');
SELECT is(pg_temp.status(care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -2, 'p2', pg_temp.day(4))), 'agreed', 'the hospital agrees');
SELECT throws_ok($$SELECT care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -1, 'x')$$, '55000', NULL, 'and speaks for health');
SELECT is(pg_temp.status(care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), NULL, 'p3', pg_temp.day(4))), 'agreed', 'the citizen agrees');
SELECT is((SELECT status FROM care.care_plan WHERE citizen = :c), 'draft', 'still a draft');
SELECT is(pg_temp.status(care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -3, 'p4', pg_temp.day(5))), 'agreed', 'the municipality agrees');
SELECT results_eq($$SELECT p.status, e.status FROM care.care_plan p JOIN care.enrollment e ON e.citizen = p.citizen AND e.id = p.enrollment WHERE p.citizen = pg_temp.c()$$,
	$$VALUES ('active', 'active')$$, 'plan and pathway are active');
SELECT is(pg_temp.status(care.discharge(pg_temp.c(), pg_temp.entry('encounter', 1), -2, 'd1', pg_temp.day(6))), 'finished', 'home');

-- In care: back in hospital within 30 days, reassessed
SELECT is(pg_temp.status(care.admit(pg_temp.c(), -2, 'EMER', 'a2', pg_temp.day(20))), 'in-progress', 'an admission within the pathway');
SELECT is(pg_temp.enrollment(1), 'onhold', 'puts it on hold');
SELECT is(pg_temp.status(care.annul(pg_temp.c(), pg_temp.event('admit'), -2, 'wrong citizen', 'z1')), 'entered-in-error', 'annulled');
SELECT is(pg_temp.enrollment(1), 'active', 'it goes on');
SELECT is(pg_temp.status(care.admit(pg_temp.c(), -2, 'IMP', 'a3', pg_temp.day(21))), 'in-progress', 'a true one');
SELECT is(pg_temp.status(care.discharge(pg_temp.c(), pg_temp.entry('encounter', 3), -2, 'd2', pg_temp.day(24))), 'finished', 'and its end');
SELECT is(pg_temp.enrollment(1), 'active', 'lets it go on');
SELECT is(pg_temp.status(care.reassess(pg_temp.c(), pg_temp.entry('enrollment', 1), -1, 'weaker', 'n4', pg_temp.day(25))), 'reassessing', 'the practice reassesses');
SELECT is(pg_temp.status(care.revise_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -3, 'visits twice a day', 'p5', pg_temp.day(25))), 'active', 'the plan is revised');
SELECT care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), o, 'p6' || coalesce(o::text, ''), pg_temp.day(26)) FROM unnest('{-1,-3,NULL}'::bigint[]) AS o;
SELECT is(pg_temp.enrollment(1), 'active', 'and agreed on anew');

-- Leaving, into ICP-LTCare
SELECT is(pg_temp.status(care.request_task(pg_temp.c(), -3, -1, 'control', 'look at the lungs', 't1', pg_temp.day(27), care_plan => pg_temp.entry('care_plan', 1))), 'requested', 'a task of the plan');
SELECT throws_ok($$SELECT care.close_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -3, 'x')$$, '55000', NULL, 'keeps it open');
SELECT throws_ok($$SELECT care.transfer_pathway(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'icp-ltcare', -3, 'needs it for long', 'x')$$, '55000', NULL, 'and that the pathway');
SELECT is(pg_temp.status(care.complete_task(pg_temp.c(), pg_temp.entry('task', 1), -1, 't2', pg_temp.day(28))), 'completed', 'done');
SELECT is(pg_temp.status(care.close_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -3, 'p7', pg_temp.day(30))), 'completed', 'the plan closes');
SELECT is(pg_temp.status(care.transfer_pathway(pg_temp.c(), pg_temp.entry('enrollment', 1), -3, 'icp-ltcare', -3, 'needs it for long', 'x1', pg_temp.day(30))), 'transferred', 'into the other pathway');
SELECT is(pg_temp.enrollment(2), 'referred', 'which begins with an assessment of its own');

-- Consent withdrawn
SELECT care.assess_needs(pg_temp.c(), pg_temp.entry('enrollment', 2), o, 'as before', 'n5' || o, pg_temp.day(31)) FROM unnest('{-1,-3}'::bigint[]) AS o;
SELECT care.give_consent(pg_temp.c(), -3, 'programme', 'c2', pg_temp.day(31), programme => 'icp-ltcare');
SELECT care.enroll(pg_temp.c(), pg_temp.entry('enrollment', 2), -3, 'n6', pg_temp.day(32));
SELECT care.propose_plan(pg_temp.c(), -3, 'at home', 'p8', pg_temp.day(33), enrollment => pg_temp.entry('enrollment', 2));
SELECT care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', 2), o, 'p9' || coalesce(o::text, ''), pg_temp.day(33)) FROM unnest('{-1,-3,NULL}'::bigint[]) AS o;
SELECT care.request_task(pg_temp.c(), -3, -1, 'control', 'look again', 't3', pg_temp.day(34), care_plan => pg_temp.entry('care_plan', 2));
SELECT is(pg_temp.status(care.withdraw_consent(pg_temp.c(), (SELECT max(id) FROM care.consent WHERE citizen = pg_temp.c()), NULL, 'c3', pg_temp.day(40))), 'inactive', 'the citizen withdraws the consent');
SELECT results_eq($$SELECT e.status, p.status, t.status FROM care.enrollment e JOIN care.care_plan p ON p.citizen = e.citizen AND p.enrollment = e.id
		JOIN care.task t ON t.citizen = p.citizen AND t.care_plan = p.id WHERE e.citizen = pg_temp.c() AND e.id = pg_temp.entry('enrollment', 2)$$,
	$$VALUES ('withdrawn', 'revoked', 'cancelled')$$, 'which ends pathway, plan and task');
SELECT care.annul(pg_temp.c(), pg_temp.event('withdraw_consent'), NULL, 'a misunderstanding', 'z2');
SELECT results_eq($$SELECT e.status, p.status, t.status FROM care.enrollment e JOIN care.care_plan p ON p.citizen = e.citizen AND p.enrollment = e.id
		JOIN care.task t ON t.citizen = p.citizen AND t.care_plan = p.id WHERE e.citizen = pg_temp.c() AND e.id = pg_temp.entry('enrollment', 2)$$,
	$$VALUES ('active', 'active', 'requested')$$, 'and all is back when that is annulled');

SELECT * FROM finish();
ROLLBACK;
