-- The work-lists, kind by kind: what makes a row appear, when it is due and overdue, and that
-- the step that it names makes it go.
BEGIN;
SELECT plan(86);
SET LOCAL ROLE layout_owner;
SET LOCAL timezone = 'Europe/Copenhagen';

INSERT INTO care.organization (id, sector, kind, name, parent) VALUES
	(-1, 'hospital', 'department', 'Ward', NULL), (-2, 'municipality', 'municipality', 'Town', NULL), (-3, 'general practice', 'general practice', 'Practice', NULL),
	(-4, 'municipality', 'home care', 'Care', -2), (-5, 'region', 'region', 'Region', NULL), (-6, 'pharmacy', 'pharmacy', 'Pharmacy', NULL),
	(-7, 'therapist', 'physiotherapist', 'Physio', NULL);
INSERT INTO care.programme_site (programme, organization) SELECT id, -2 FROM care.programme;
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101500001}', 'Ann', NULL, NULL, -2, -3) AS c \gset
\ir ../workflow.sql
\ir ../worklist.sql

-- Tasks: severity is the priority, and one more when overdue.
SELECT care.request_task(:c, -1, -4, 'visit', 'Look at the wound', 't1', pg_temp.ago('2 days'), 'urgent', due_end => now() + interval '1 hour');
SELECT pg_temp.sees(-4, 'task', '2 Look at the wound (requested), for Ward -> accept_task', 'asked for');
SELECT care.accept_task(:c, pg_temp.id(-4, 'task'), -4, 't2', pg_temp.ago('1 day'));
SELECT pg_temp.sees(-4, 'task', '2 Look at the wound (accepted), for Ward -> start_task', 'accepted');
UPDATE care.task SET due_end = now() - interval '1 second', due_start = now() - interval '1 day' WHERE citizen = :c;
SELECT pg_temp.sees(-4, 'task', '3! Look at the wound (accepted), for Ward -> start_task', 'late');
SELECT care.offer_task(:c, pg_temp.id(-4, 'task'), -4, -7, 't3', pg_temp.ago('1 hour'));
SELECT pg_temp.sees(-7, 'task offered', '3! Look at the wound, of Care -> take_over_task', 'to another');
SELECT is((SELECT role FROM care.worklist WHERE organization = -7), 'therapist', 'the role is that of the sector');
SELECT care.take_over_task(:c, pg_temp.id(-7, 'task offered'), -7, 't4', pg_temp.ago('1 hour'));
SELECT pg_temp.sees(-4, 'task', NULL, 'handed over');
SELECT care.start_task(:c, pg_temp.id(-7, 'task'), -7, 't5', pg_temp.ago('1 hour'));
SELECT pg_temp.sees(-7, 'task', '3! Look at the wound (in-progress), for Ward -> complete_task', 'begun');
SELECT care.complete_task(:c, pg_temp.id(-7, 'task'), -7, 't6', pg_temp.ago('1 hour'));
SELECT pg_temp.sees(-7, 'task', NULL, 'done');
SELECT care.request_task(:c, -3, NULL, 'walk', 'Walk', 't7');
SELECT pg_temp.sees(NULL, 'task', '1 Walk (requested), for Practice -> accept_task', 'of the citizen');
SELECT pg_temp.check_steps('tasks');
SELECT care.complete_task(:c, pg_temp.id(NULL, 'task'), NULL, 't8');
SELECT pg_temp.sees(NULL, 'task', NULL, 'done by the citizen');

-- Referrals
SELECT care.refer(:c, -3, -1, 'hospital', 'breathless', 'r1', care.start_of_day(care.today() - 3) + interval '8 hours', 'urgent', due => now() + interval '1 day');
SELECT pg_temp.sees(-1, 'referral', '2 hospital: breathless, from Practice; waiting for 3 days -> accept_referral', 'with its waiting time');
UPDATE care.service_request SET due = now() - interval '1 day' WHERE citizen = :c;
SELECT pg_temp.sees(-1, 'referral', '3! hospital: breathless, from Practice; waiting for 3 days -> accept_referral', 'late');
SELECT care.return_referral(:c, pg_temp.id(-1, 'referral'), -1, 'since when?', 'r2', pg_temp.ago('20 hours'));
SELECT pg_temp.sees(-1, 'referral', NULL, 'asked back');
SELECT pg_temp.sees(-3, 'referral answered', '2 asked back by Ward: breathless; since when? -> answer_referral', 'by the practice');
SELECT care.answer_referral(:c, pg_temp.id(-3, 'referral answered'), -3, 'a week', 'r3', pg_temp.ago('19 hours'));
SELECT pg_temp.sees(-3, 'referral answered', NULL, 'after the answer');
SELECT care.accept_referral(:c, pg_temp.id(-1, 'referral'), -1, 'r4', pg_temp.ago('18 hours'), now() + interval '5 days');
SELECT pg_temp.sees(-3, 'referral answered', '1 accepted by Ward: breathless; by ' || care.civil_day(now() + interval '5 days') || ' -> acknowledge_referral', 'accepted');
SELECT pg_temp.sees(-1, 'accepted referral', '2 hospital: breathless, from Practice; accepted -> plan_admission', 'to be planned');
SELECT pg_temp.check_steps('referrals');
SELECT care.acknowledge_referral(:c, pg_temp.id(-3, 'referral answered'), -3, 'r5', pg_temp.ago('17 hours'));
SELECT pg_temp.sees(-3, 'referral answered', NULL, 'seen');
SELECT care.plan_admission(:c, -1, now() + interval '6 days', 'r6', pg_temp.ago('16 hours'), 'breathless', pg_temp.id(-1, 'accepted referral'));
SELECT pg_temp.sees(-1, 'accepted referral', NULL, 'planned');
SELECT pg_temp.sees(-1, 'planned', '1 IMP, breathless -> admit', 'expected within a week');
SELECT pg_temp.sees(NULL, 'attend', '1 IMP, Ward -> -', 'the citizen knows');
UPDATE care.encounter SET start_time = now() - interval '1 minute' WHERE citizen = :c;
SELECT pg_temp.sees(-1, 'planned', '2! IMP, breathless -> admit', 'has not come');
SELECT care.start_service(:c, -4, 'home care', 's1', pg_temp.ago('20 days'));

-- Stays
SELECT care.admit(:c, -1, 'IMP', 'a1', pg_temp.ago('15 hours'), planned => pg_temp.id(-1, 'planned'));
SELECT pg_temp.sees(-1, 'planned', NULL, 'has come');
SELECT pg_temp.sees(-1, 'stay', '1 inpatient, breathless -> mark_ready_for_discharge', 'in the department');
SELECT pg_temp.sees(-4, 'pause service', '2 pause home care: in hospital, says Ward -> complete_task', 'proposed');
SELECT pg_temp.sees(-4, 'in hospital', NULL, 'not twice');
UPDATE care.task SET due_start = now() + interval '1 hour' WHERE citizen = :c AND code = 'pause service';
SELECT pg_temp.sees(-4, 'pause service', NULL, 'not in the first hours');
UPDATE care.task SET due_start = now() - interval '2 days', due_end = now() - interval '1 day' WHERE citizen = :c AND code = 'pause service';
SELECT pg_temp.sees(-4, 'pause service', '3! pause home care: in hospital, says Ward -> complete_task', 'a day later');
SELECT care.reject_task(:c, pg_temp.id(-4, 'pause service'), -4, 'the dog needs it', 'a2', pg_temp.ago('14 hours'));
SELECT pg_temp.sees(-4, 'in hospital', '2 inpatient at Ward; home care still running -> pause_service', 'with what nobody proposes');
SELECT pg_temp.check_steps('a stay');
SELECT care.pause_service(:c, pg_temp.id(-4, 'in hospital'), -4, 'a3', pg_temp.ago('13 hours'));
SELECT pg_temp.sees(-4, 'in hospital', '0 inpatient at Ward; home care on hold -> -', 'nothing to do but to know');
UPDATE care.encounter SET start_time = now() - interval '9 days' WHERE citizen = :c;
UPDATE care.setting SET value = '12 hours' WHERE name = 'no_news_after';
SELECT pg_temp.sees(-1, 'no news', '2 inpatient, breathless; no news since ' || care.civil_day(pg_temp.ago('15 hours')) || ' -> discharge', 'for long');
SELECT pg_temp.sees(-1, 'stay', NULL, 'but one row a stay');
UPDATE care.setting SET value = '7 days' WHERE name = 'no_news_after';

-- Ready, and why still here
SELECT care.enter_pathway(:c, -1, 'icp-discharge', -2, 'weak', 'e1', pg_temp.ago('12 hours'), encounter => pg_temp.id(-1, 'stay'));
SELECT pg_temp.sees(-1, 'plan awaited', '2 Integrated support after discharge: needs to be assessed: health, social -> assess_needs', 'of the municipality');
SELECT care.assess_needs(:c, pg_temp.id(-1, 'plan awaited'), -1, 'oxygen', 'e2', pg_temp.ago('11 hours'));
SELECT pg_temp.sees(-1, 'plan awaited', '2 Integrated support after discharge: needs to be assessed: social -> -', 'the department has done its part');
SELECT care.refer(:c, -1, -4, 'rehabilitation', 'after pneumonia', 'h1', pg_temp.ago('11 hours'), encounter => pg_temp.id(-1, 'stay'));
SELECT pg_temp.sees(-4, 'rehabilitation', '1 rehabilitation: after pneumonia, from Ward; waiting for ' || care.today() - care.civil_day(pg_temp.ago('11 hours')) || ' days; still in hospital -> accept_referral', 'not due while in hospital');
SELECT care.mark_ready_for_discharge(:c, pg_temp.id(-1, 'stay'), -1, 'e3', pg_temp.ago('10 hours'));
SELECT pg_temp.sees(-1, 'ready for discharge', '2 inpatient, breathless; still here: Care has not answered the referral for rehabilitation, '
	'Integrated support after discharge: needs to be assessed: social, home care not confirmed: on hold -> discharge', 'and why still here');
SELECT pg_temp.sees(-2, 'coming home', '2 ready for discharge from Ward; breathless; needs oxygen; Integrated support after discharge: needs to be assessed: social -> assess_needs', 'with needs');
SELECT pg_temp.check_steps('ready for discharge');
SELECT care.assess_needs(:c, pg_temp.id(-2, 'coming home'), -2, 'visits', 'e4', pg_temp.ago('9 hours'));
SELECT pg_temp.sees(-2, 'coming home', '0 ready for discharge from Ward; breathless; needs oxygen, visits; Integrated support after discharge: no consent yet -> -', 'assessed');
SELECT pg_temp.sees(NULL, 'consent', '1 Integrated support after discharge -> give_consent', 'of the citizen');
SELECT care.give_consent(:c, NULL, 'programme', 'e5', pg_temp.ago('9 hours'), programme => 'icp-discharge');
SELECT pg_temp.sees(NULL, 'consent', NULL, 'given');
SELECT care.discharge(:c, pg_temp.id(-1, 'ready for discharge'), -1, 'd1', pg_temp.ago('8 hours'));
SELECT pg_temp.sees(-1, 'ready for discharge', NULL, 'gone home');
SELECT pg_temp.sees(-2, 'coming home', NULL, 'is home');

-- After the discharge
SELECT pg_temp.sees(-4, 'resume service', '2 resume home care: back from hospital, says Ward -> complete_task', 'proposed');
SELECT pg_temp.sees(-4, 'discharged', NULL, 'not twice');
SELECT pg_temp.sees(-3, 'discharged', '2 not seen since inpatient stay: breathless, Ward -> book_appointment', 'to be followed up');
UPDATE care.encounter SET end_time = now() - interval '7 days 1 second' WHERE citizen = :c;
SELECT pg_temp.sees(-3, 'discharged', '3! not seen since inpatient stay: breathless, Ward -> book_appointment', 'after a week');
SELECT care.book_appointment(:c, -3, 'Follow-up', now() + interval '2 days', 'd2');
SELECT pg_temp.sees(-3, 'discharged', NULL, 'an appointment is made');
SELECT pg_temp.sees(-3, 'appointment', '1 Follow-up -> -', 'to come');
SELECT pg_temp.sees(NULL, 'attend', '1 Follow-up, Practice -> -', 'the citizen is to come');
UPDATE care.appointment SET start_time = now() - interval '1 hour' WHERE citizen = :c;
SELECT pg_temp.sees(-3, 'appointment', '1! Follow-up; kept or missed? -> fulfil_appointment', 'over');
SELECT pg_temp.check_steps('after the discharge');
SELECT care.miss_appointment(:c, pg_temp.id(-3, 'appointment'), -3, 'd3');
SELECT pg_temp.sees(-3, 'discharged', '3! not seen since inpatient stay: breathless, Ward -> book_appointment', 'the citizen did not come');
UPDATE care.encounter SET end_time = now() - interval '14 days 1 second', start_time = now() - interval '15 days' WHERE citizen = :c;
SELECT pg_temp.sees(-3, 'discharged', NULL, 'for 14 days');
SELECT care.complete_task(:c, pg_temp.id(-4, 'resume service'), -4, 'd4');
SELECT pg_temp.sees(-4, 'resume service', NULL, 'confirmed');

-- Rehabilitation: within seven days of the discharge, or at the plan's later date
UPDATE care.encounter SET end_time = care.start_of_day(care.today() - 7) + interval '23 hours' WHERE citizen = :c;
SELECT is((SELECT format('%s %s', due, overdue) FROM care.worklist WHERE organization = -4 AND kind = 'rehabilitation'),
	care.start_of_day(care.today() + 1) || ' f', 'rehabilitation: until the end of the seventh day');
UPDATE care.encounter SET end_time = care.start_of_day(care.today() - 7) - interval '1 second' WHERE citizen = :c;
SELECT is((SELECT format('%s %s %s', severity, overdue, reason) FROM care.worklist WHERE organization = -4 AND kind = 'rehabilitation'),
	'2 t rehabilitation: after pneumonia, from Ward; waiting for ' || care.today() - care.civil_day(pg_temp.ago('11 hours')) || ' days; too late since ' || care.today() || ': the citizen may choose a private supplier',
	'rehabilitation: the right that a breach gives');
SELECT care.accept_referral(:c, pg_temp.id(-4, 'rehabilitation'), -4, 'h2', due => now() + interval '3 days');
SELECT ok((SELECT is_breached FROM care.rehabilitation_due WHERE citizen = :c), 'rehabilitation: accepting it for later heals no breach');
SELECT care.refer(:c, -1, -4, 'rehabilitation', 'hand', 'h3', now(), due => now() + interval '20 days', encounter => (SELECT min(id) FROM care.encounter WHERE citizen = :c));
SELECT is((SELECT legal_due FROM care.rehabilitation_due WHERE citizen = :c AND status = 'requested'), now() + interval '20 days', 'rehabilitation: the plan''s later date');
SELECT care.accept_referral(:c, (SELECT service_request FROM care.rehabilitation_due WHERE citizen = :c AND status = 'requested'), -4, 'h4', due => now() + interval '30 days');
SELECT ok((SELECT begins_late AND NOT is_breached FROM care.rehabilitation_due WHERE citizen = :c ORDER BY service_request DESC LIMIT 1), 'rehabilitation: accepted for later than that');
SELECT pg_temp.check_steps('rehabilitation');
SELECT care.start_service(:c, -4, 'rehabilitation', 'h5' || r.service_request, referral => r.service_request) FROM care.rehabilitation_due r WHERE citizen = :c;
SELECT pg_temp.sees(-4, 'rehabilitation', NULL, 'begun');

-- Fall prevention, stage by stage
SELECT care.start_service(:c, -4, 'fall prevention', 'f1', pg_temp.ago('3 days'));
SELECT pg_temp.sees(-4, 'fall prevention', '1 next: fall screening -> request_task', 'begins with screening');
SELECT care.request_task(:c, -4, -4, 'fall screening', 'Screening for falls', 'f2', pg_temp.ago('2 days'));
SELECT pg_temp.sees(-4, 'fall prevention', NULL, 'now a task');
SELECT care.complete_task(:c, pg_temp.id(-4, 'task'), -4, 'f3', pg_temp.ago('1 day'));
SELECT pg_temp.sees(-4, 'fall prevention', '1 next: fall assessment -> request_task', 'then assessment');
UPDATE care.setting SET value = '1 hour' WHERE name = 'fall_stage_within';
SELECT pg_temp.sees(-4, 'fall prevention', '2! next: fall assessment -> request_task', 'late');
SELECT care.complete_task(:c, (care.request_task(:c, -4, -4, 'fall ' || s, s, 'f4' || s)).entry, -4, 'f5' || s) FROM unnest('{assessment,training,follow-up}'::text[]) AS s;
SELECT pg_temp.sees(-4, 'fall prevention', '1 all stages are done -> end_service', 'after the last');
SELECT pg_temp.check_steps('fall prevention');
SELECT care.end_service(:c, pg_temp.id(-4, 'fall prevention'), -4, 'f6');
SELECT pg_temp.sees(-4, 'fall prevention', NULL, 'ended');

-- Sources may say that two stays continue each other.
SELECT care.refer(:c, -1, -4, 'rehabilitation', 'circle', 'h9', encounter => pg_temp.entry('encounter', 1));
CREATE TEMP TABLE circle AS SELECT * FROM care.encounter WHERE citizen = :c AND id = pg_temp.entry('encounter', 1);
UPDATE circle SET transferred_from = id, id = -9;
INSERT INTO care.encounter SELECT * FROM circle;
UPDATE care.encounter SET transferred_from = -9 WHERE citizen = :c AND id = pg_temp.entry('encounter', 2);
SELECT is((SELECT count(*) FROM care.rehabilitation_due WHERE citizen = :c AND service_request = (SELECT max(id) FROM care.service_request)), 1::bigint, 'rehabilitation: stays in a circle');

-- Pathways and plans
SELECT pg_temp.sees(-2, 'pathway stuck', NULL, 'not yet');
UPDATE care.setting SET value = '1 hour' WHERE name = 'stuck_after';
SELECT pg_temp.sees(-2, 'pathway stuck', '2! Integrated support after discharge: assessed for ' || care.today() - care.civil_day(pg_temp.ago('9 hours')) || ' days; to be enrolled -> enroll', 'in a phase');
SELECT pg_temp.check_steps('a stuck pathway');
SELECT care.enroll(:c, pg_temp.id(-2, 'pathway stuck'), -2, 'p1');
SELECT pg_temp.sees(-2, 'pathway stuck', NULL, 'enrolled just now');
SELECT care.propose_plan(:c, -2, 'At home', 'p2', enrollment => (SELECT id FROM care.enrollment WHERE citizen = :c));
SELECT care.set_goal(:c, -2, 'Walks', 'p3', pg_temp.ago('2 days'), care_plan => pg_temp.entry('care_plan', 1), due_date => care.today() - 1);
SELECT pg_temp.sees(-2, 'plan not agreed', '1 At home, version 1: agreement of health, social, citizen is missing -> agree_plan', 'by whom');
SELECT care.agree_plan(:c, pg_temp.id(-2, 'plan not agreed'), -2, 'p4');
SELECT pg_temp.sees(-2, 'plan not agreed', '1 At home, version 1: agreement of health, citizen is missing -> -', 'nothing to do for who has agreed');
SELECT pg_temp.sees(NULL, 'agree', '1 At home, version 1 -> agree_plan', 'the citizen');
SELECT pg_temp.check_steps('a plan');
SELECT care.agree_plan(:c, pg_temp.id(NULL, 'agree'), NULL, 'p5');
SELECT pg_temp.sees(NULL, 'agree', NULL, 'agreed');
SELECT care.agree_plan(:c, pg_temp.id(-2, 'plan not agreed'), -1, 'p6');
SELECT pg_temp.sees(-2, 'plan not agreed', NULL, 'all have');
SELECT pg_temp.sees(-2, 'goal', '2! goal not reached: Walks -> reach_goal', 'past its date');
SELECT pg_temp.sees(NULL, 'goal', '1! Walks -> reach_goal', 'the citizen''s own');
SELECT care.reach_goal(:c, pg_temp.id(-2, 'goal'), NULL, 'p7');
SELECT pg_temp.sees(-2, 'goal', NULL, 'reached');

SELECT * FROM finish();
ROLLBACK;
