-- Three citizens on their way through both pathways, as scripts play it in a transaction: the organizations, the steps with what
-- they change on the work-lists (list), and functions that take them.
INSERT INTO care.organization (id, sector, name) VALUES
	(-1, 'general practice', 'practice'), (-2, 'hospital', 'hospital'), (-3, 'municipality', 'municipality'), (-4, 'hospital', 'emergency'),
	(-5, 'pharmacy', 'pharmacy');
INSERT INTO care.programme_site (programme, organization) SELECT id, -3 FROM care.programme;
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101010000}', 'Nobody') AS c \gset
\ir workflow.sql

CREATE TEMP TABLE story (citizen text, nth int GENERATED ALWAYS AS IDENTITY, day float8, what text, statement text, list text);

CREATE FUNCTION pg_temp.o(text) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN -array_position('{practice,hospital,municipality,emergency,pharmacy}', $1);
-- A day of the story, and the time of the step being taken.
CREATE FUNCTION pg_temp.day(n float8) RETURNS timestamptz LANGUAGE sql
RETURN now() - interval '1 day' * (current_setting('smartcare_test.today')::float8 - n);
CREATE FUNCTION pg_temp.at() RETURNS timestamptz LANGUAGE sql RETURN pg_temp.day(current_setting('smartcare_test.step_day')::float8);
CREATE FUNCTION pg_temp.request() RETURNS text LANGUAGE sql RETURN current_setting('smartcare_test.step');
-- Three hours before the hour at which the story's days begin, in civil time: when to measure.
CREATE FUNCTION pg_temp.due() RETURNS time[] LANGUAGE sql RETURN ARRAY[care.civil_time(pg_temp.day(0) - interval '3 hours')::time];
CREATE FUNCTION pg_temp.measured(day float8, value float8) RETURNS int LANGUAGE sql
RETURN care.record(pg_temp.c(), 'heart_rate', ARRAY[pg_temp.day(day) - interval '3 hours'], ARRAY[value], '/min');
CREATE FUNCTION pg_temp.agree(plan int) RETURNS bigint LANGUAGE sql
RETURN (SELECT count(care.agree_plan(pg_temp.c(), pg_temp.entry('care_plan', plan), o, pg_temp.request() || coalesce(o, 0), pg_temp.at())) FROM unnest(ARRAY[pg_temp.o('practice'), pg_temp.o('municipality'), NULL]) AS o);

INSERT INTO story (citizen, day, what, statement, list) VALUES
('Nancy', -20, 'the municipality gives home care', $$care.start_service(c(), o('municipality'), 'home care', request(), at())$$, ''),
('Nancy', 0, 'the practice refers to the hospital', $$care.refer(c(), o('practice'), o('hospital'), 'hospital', 'breathless', request(), at(), due => day(3))$$,
	'+ hospital: referral service_request -> accept_referral'),
('Nancy', 0.5, 'the hospital asks back', $$care.return_referral(c(), entry('service_request', 1), o('hospital'), 'since when?', request(), at())$$,
	'- hospital: referral service_request -> accept_referral; '
	'+ practice: referral answered service_request -> answer_referral'),
('Nancy', 0.6, 'the practice answers', $$care.answer_referral(c(), entry('service_request', 1), o('practice'), 'since May', request(), at())$$,
	'+ hospital: referral service_request -> accept_referral; '
	'- practice: referral answered service_request -> answer_referral'),
('Nancy', 1, 'the hospital accepts', $$care.accept_referral(c(), entry('service_request', 1), o('hospital'), request(), at())$$,
	'+ hospital: accepted referral service_request -> plan_admission; '
	'- hospital: referral service_request -> accept_referral; '
	'+ practice: referral answered service_request -> acknowledge_referral'),
('Nancy', 1.5, 'the practice has seen it', $$care.acknowledge_referral(c(), entry('service_request', 1), o('practice'), request(), at())$$,
	'- practice: referral answered service_request -> acknowledge_referral'),
('Nancy', 2, 'the admission is planned', $$care.plan_admission(c(), o('hospital'), day(3), request(), at(), referral => entry('service_request', 1))$$,
	'+ citizen: attend encounter; '
	'- hospital: accepted referral service_request -> plan_admission; '
	'+ hospital: planned encounter -> admit'),
('Nancy', 3, 'she is admitted', $$care.admit(c(), o('hospital'), 'IMP', request(), at(), planned => entry('encounter', 1))$$,
	'- citizen: attend encounter; '
	'- hospital: planned encounter -> admit; '
	'+ hospital: stay encounter -> mark_ready_for_discharge'),
('Nancy', 3.3, 'the municipality pauses home care', $$care.complete_task(c(), entry('task', 1), o('municipality'), request(), at())$$,
	'+ municipality: in hospital episode_of_care'),
('Nancy', 4, 'a pending discharge: ICP-Discharge', $$care.enter_pathway(c(), o('hospital'), 'icp-discharge', o('municipality'), 'discharge', request(), at(), encounter => entry('encounter', 1))$$,
	'+ hospital: plan awaited enrollment -> assess_needs; '
	'+ municipality: pathway enrollment -> assess_needs'),
('Nancy', 4.1, 'the hospital assesses', $$care.assess_needs(c(), entry('enrollment', 1), o('hospital'), 'oxygen', request(), at())$$,
	'+ hospital: plan awaited enrollment; '
	'- hospital: plan awaited enrollment -> assess_needs'),
('Nancy', 4.5, 'the municipality assesses', $$care.assess_needs(c(), entry('enrollment', 1), o('municipality'), 'help in the morning', request(), at())$$,
	'+ citizen: consent enrollment -> give_consent; '
	'- municipality: pathway enrollment -> assess_needs; '
	'+ municipality: pathway enrollment -> give_consent'),
('Nancy', 4.6, 'she consents', $$care.give_consent(c(), NULL, 'programme', request(), at(), programme => 'icp-discharge')$$,
	'- citizen: consent enrollment -> give_consent; '
	'+ municipality: pathway enrollment -> enroll; '
	'- municipality: pathway enrollment -> give_consent'),
('Nancy', 4.7, 'and is enrolled', $$care.enroll(c(), entry('enrollment', 1), o('municipality'), request(), at())$$,
	'- municipality: pathway enrollment -> enroll; '
	'+ municipality: pathway enrollment -> propose_plan'),
('Nancy', 5, 'a plan is proposed', $$care.propose_plan(c(), o('municipality'), 'home with oxygen', request(), at(), enrollment => entry('enrollment', 1))$$,
	'+ citizen: agree care_plan -> agree_plan; '
	'- hospital: plan awaited enrollment; '
	'+ hospital: plan awaited enrollment -> agree_plan; '
	'- municipality: pathway enrollment -> propose_plan; '
	'+ municipality: plan not agreed care_plan -> agree_plan'),
('Nancy', 5.1, 'with a goal of hers', $$care.set_goal(c(), NULL, 'walk to the shop', request(), at(), care_plan => entry('care_plan', 1), due_date => care.civil_day(day(40)))$$,
	'+ citizen: goal goal -> reach_goal'),
('Nancy', 5.2, 'the hospital agrees', $$care.agree_plan(c(), entry('care_plan', 1), o('hospital'), request(), at())$$,
	'+ hospital: plan awaited enrollment; '
	'- hospital: plan awaited enrollment -> agree_plan'),
('Nancy', 5.3, 'she agrees', $$care.agree_plan(c(), entry('care_plan', 1), NULL, request(), at())$$,
	'- citizen: agree care_plan -> agree_plan'),
('Nancy', 5.4, 'the municipality agrees', $$care.agree_plan(c(), entry('care_plan', 1), o('municipality'), request(), at())$$,
	'- hospital: plan awaited enrollment; '
	'- municipality: plan not agreed care_plan -> agree_plan'),
('Nancy', 6, 'she goes on leave', $$care.start_leave(c(), entry('encounter', 1), o('hospital'), request(), at())$$, ''),
('Nancy', 7, 'and is back', $$care.end_leave(c(), entry('encounter', 1), o('hospital'), request(), at())$$, ''),
('Nancy', 8, 'she could go home', $$care.mark_ready_for_discharge(c(), entry('encounter', 1), o('hospital'), request(), at())$$,
	'+ hospital: ready for discharge encounter -> discharge; '
	'- hospital: stay encounter -> mark_ready_for_discharge; '
	'+ municipality: coming home encounter'),
('Nancy', 8.2, 'with a plan of rehabilitation', $$care.refer(c(), o('hospital'), o('municipality'), 'rehabilitation', 'walking', request(), at(), level => 'general basic', encounter => entry('encounter', 1))$$,
	'+ municipality: rehabilitation service_request -> accept_referral'),
('Nancy', 8.5, 'the municipality accepts it', $$care.accept_referral(c(), entry('service_request', 2), o('municipality'), request(), at())$$,
	'+ hospital: referral answered service_request -> acknowledge_referral; '
	'- municipality: rehabilitation service_request -> accept_referral; '
	'+ municipality: rehabilitation service_request -> start_service'),
('Nancy', 8.6, 'the hospital has seen it', $$care.acknowledge_referral(c(), entry('service_request', 2), o('hospital'), request(), at())$$,
	'- hospital: referral answered service_request -> acknowledge_referral'),
('Nancy', 9, 'she is discharged', $$care.discharge(c(), entry('encounter', 1), o('hospital'), request(), at())$$,
	'- hospital: ready for discharge encounter -> discharge; '
	'- municipality: coming home encounter; '
	'- municipality: in hospital episode_of_care; '
	'+ municipality: resume service task -> complete_task; '
	'+ practice: discharged encounter -> book_appointment'),
('Nancy', 9.2, 'home care resumes', $$care.complete_task(c(), entry('task', 2), o('municipality'), request(), at())$$,
	'- municipality: resume service task -> complete_task'),
('Nancy', 10, 'and rehabilitation begins', $$care.start_service(c(), o('municipality'), 'rehabilitation', request(), at(), referral => entry('service_request', 2))$$,
	'+ municipality: discharged episode_of_care -> book_appointment; '
	'- municipality: rehabilitation service_request -> start_service'),
('Nancy', 10.2, 'she is to measure every day', $$care.plan_measurements(c(), o('municipality'), 'heart_rate', due(), request(), at(), grace => '90 minutes', care_plan => entry('care_plan', 1))$$,
	'+ citizen: measure measurement_plan -> record; '
	'+ municipality: limits measurement_plan -> set_reference_range'),
('Nancy', 10.3, 'within limits', $$care.set_reference_range(c(), o('municipality'), 'heart_rate', request(), at(), yellow_high => 100, red_high => 120, care_plan => entry('care_plan', 1))$$,
	'- municipality: limits measurement_plan -> set_reference_range'),
('Nancy', 11, 'she measures', $$measured(11, 80)$$, ''),
('Nancy', 12, 'and is above', $$measured(12, 110)$$,
	'+ municipality: yellow alert alert -> acknowledge_alert'),
('Nancy', 12.1, 'which is seen', $$care.acknowledge_alert(c(), entry('alert', 1), o('municipality'), request(), at())$$,
	'- municipality: yellow alert alert -> acknowledge_alert; '
	'+ municipality: yellow alert alert -> resolve_alert'),
('Nancy', 13, 'far above', $$measured(13, 130)$$,
	'+ municipality: red alert alert -> acknowledge_alert; '
	'- municipality: yellow alert alert -> resolve_alert; '
	'+ practice: red alert alert -> request_task'),
('Nancy', 13.1, 'is seen', $$care.acknowledge_alert(c(), entry('alert', 1), o('municipality'), request(), at())$$,
	'- municipality: red alert alert -> acknowledge_alert; '
	'+ municipality: red alert alert -> resolve_alert'),
('Nancy', 14, 'well again', $$measured(14, 85)$$, ''),
('Nancy', 14.1, 'is settled', $$care.resolve_alert(c(), entry('alert', 1), o('municipality'), request(), at())$$,
	'- municipality: red alert alert -> resolve_alert; '
	'- practice: red alert alert -> request_task'),
('Nancy', 15, 'the practice books an appointment', $$care.book_appointment(c(), o('practice'), 'control', day(17), request(), at(), care_plan => entry('care_plan', 1))$$,
	'+ citizen: attend appointment; '
	'- citizen: measure measurement_plan -> record; '
	'+ citizen: measure measurement_plan -> record, late; '
	'+ municipality: missing measurement_plan -> pause_measurements, late; '
	'+ practice: appointment appointment; '
	'- practice: discharged encounter -> book_appointment'),
('Nancy', 17, 'and sees her', $$care.fulfil_appointment(c(), entry('appointment', 1), o('practice'), request(), at())$$,
	'- citizen: attend appointment; '
	'- municipality: discharged episode_of_care -> book_appointment; '
	'+ municipality: discharged episode_of_care -> book_appointment, late; '
	'- practice: appointment appointment'),
('Nancy', 20, 'a stranger is admitted as her', $$care.admit(c(), o('emergency'), 'EMER', request(), at())$$,
	'- citizen: measure measurement_plan -> record, late; '
	'+ emergency: stay encounter -> mark_ready_for_discharge; '
	'- municipality: discharged episode_of_care -> book_appointment, late; '
	'- municipality: missing measurement_plan -> pause_measurements, late'),
('Nancy', 20.1, 'which is annulled', $$care.annul(c(), event('admit'), o('emergency'), 'wrong citizen', request(), at())$$,
	'+ citizen: measure measurement_plan -> record, late; '
	'- emergency: stay encounter -> mark_ready_for_discharge; '
	'+ municipality: discharged episode_of_care -> book_appointment, late; '
	'+ municipality: missing measurement_plan -> pause_measurements, late'),
('Nancy', 21, 'she is back in hospital', $$care.admit(c(), o('hospital'), 'IMP', request(), at(), reason => 'fall')$$,
	'- citizen: measure measurement_plan -> record, late; '
	'+ hospital: stay encounter -> mark_ready_for_discharge; '
	'- municipality: discharged episode_of_care -> book_appointment, late; '
	'- municipality: missing measurement_plan -> pause_measurements, late'),
('Nancy', 24, 'and at home', $$care.discharge(c(), entry('encounter', 3), o('hospital'), request(), at())$$,
	'+ citizen: measure measurement_plan -> record; '
	'- hospital: stay encounter -> mark_ready_for_discharge; '
	'+ municipality: discharged episode_of_care -> book_appointment; '
	'+ municipality: discharged episode_of_care -> book_appointment; '
	'+ practice: discharged encounter -> book_appointment'),
('Nancy', 25, 'the practice reassesses', $$care.reassess(c(), entry('enrollment', 1), o('practice'), 'weaker', request(), at())$$,
	'- citizen: measure measurement_plan -> record; '
	'+ citizen: measure measurement_plan -> record, late; '
	'+ municipality: missing measurement_plan -> pause_measurements, late; '
	'+ municipality: pathway enrollment -> revise_plan'),
('Nancy', 25.5, 'the plan is revised', $$care.revise_plan(c(), entry('care_plan', 1), o('municipality'), 'visits twice a day', request(), at())$$,
	'+ citizen: agree care_plan -> agree_plan; '
	'- municipality: pathway enrollment -> revise_plan; '
	'+ municipality: plan not agreed care_plan -> agree_plan'),
('Nancy', 26, 'and agreed on by all', $$agree(1)$$,
	'- citizen: agree care_plan -> agree_plan; '
	'- municipality: plan not agreed care_plan -> agree_plan'),
('Nancy', 27, 'the pharmacy is asked for help', $$care.request_task(c(), o('municipality'), o('pharmacy'), 'medication', 'dispense in doses', request(), at(), care_plan => entry('care_plan', 1), due_end => day(29))$$,
	'+ pharmacy: task task -> accept_task'),
('Nancy', 28, 'and has done it', $$care.complete_task(c(), (SELECT max(id) FROM care.task WHERE citizen = c()), o('pharmacy'), request(), at())$$,
	'- pharmacy: task task -> accept_task'),
('Nancy', 29, 'the goal is reached', $$care.reach_goal(c(), entry('goal', 1), NULL, request(), at())$$,
	'- citizen: goal goal -> reach_goal'),
('Nancy', 29.5, 'she need not measure any more', $$care.end_measurements(c(), entry('measurement_plan', 1), o('municipality'), request(), at())$$,
	'- citizen: measure measurement_plan -> record, late; '
	'- municipality: missing measurement_plan -> pause_measurements, late'),
('Nancy', 30, 'the plan is closed', $$care.close_plan(c(), entry('care_plan', 1), o('municipality'), request(), at())$$, ''),
('Nancy', 30.1, 'she goes on in ICP-LTCare', $$care.transfer_pathway(c(), entry('enrollment', 1), o('municipality'), 'icp-ltcare', o('municipality'), 'needs it for long', request(), at())$$,
	'+ municipality: pathway enrollment -> assess_needs'),
('Nancy', 31, 'the practice assesses', $$care.assess_needs(c(), entry('enrollment', 2), o('practice'), 'oxygen', request(), at())$$,
	'- municipality: discharged episode_of_care -> book_appointment; '
	'- municipality: discharged episode_of_care -> book_appointment; '
	'+ municipality: discharged episode_of_care -> book_appointment, late; '
	'+ municipality: discharged episode_of_care -> book_appointment, late; '
	'- practice: discharged encounter -> book_appointment; '
	'+ practice: discharged encounter -> book_appointment, late'),
('Nancy', 31.1, 'so does the municipality', $$care.assess_needs(c(), entry('enrollment', 2), o('municipality'), 'help', request(), at())$$,
	'+ citizen: consent enrollment -> give_consent; '
	'- municipality: pathway enrollment -> assess_needs; '
	'+ municipality: pathway enrollment -> give_consent'),
('Nancy', 31.2, 'she consents anew', $$care.give_consent(c(), NULL, 'programme', request(), at(), programme => 'icp-ltcare')$$,
	'- citizen: consent enrollment -> give_consent; '
	'+ municipality: pathway enrollment -> enroll; '
	'- municipality: pathway enrollment -> give_consent'),
('Nancy', 31.3, 'is enrolled anew', $$care.enroll(c(), entry('enrollment', 2), o('municipality'), request(), at())$$,
	'- municipality: pathway enrollment -> enroll; '
	'+ municipality: pathway enrollment -> propose_plan'),
('Nancy', 32, 'with a plan', $$care.propose_plan(c(), o('municipality'), 'at home', request(), at(), enrollment => entry('enrollment', 2))$$,
	'+ citizen: agree care_plan -> agree_plan; '
	'- municipality: pathway enrollment -> propose_plan; '
	'+ municipality: plan not agreed care_plan -> agree_plan'),
('Nancy', 32.5, 'that all agree on', $$agree(2)$$,
	'- citizen: agree care_plan -> agree_plan; '
	'- municipality: plan not agreed care_plan -> agree_plan'),
('Nancy', 60, 'the plan is carried out', $$care.close_plan(c(), entry('care_plan', 2), o('municipality'), request(), at())$$,
	'- municipality: discharged episode_of_care -> book_appointment, late; '
	'- municipality: discharged episode_of_care -> book_appointment, late; '
	'- practice: discharged encounter -> book_appointment, late'),
('Nancy', 60.1, 'and she leaves', $$care.exit_pathway(c(), entry('enrollment', 2), o('municipality'), 'well enough', request(), at())$$, ''),

('Ole', 0, 'he asks for ICP-LTCare himself', $$care.enter_pathway(c(), NULL, 'icp-ltcare', o('municipality'), 'wants to stay at home', request(), at())$$,
	'+ municipality: pathway enrollment -> assess_needs'),
('Ole', 1, 'the practice assesses', $$care.assess_needs(c(), entry('enrollment', 1), o('practice'), 'heart failure', request(), at())$$, ''),
('Ole', 2, 'so does the municipality', $$care.assess_needs(c(), entry('enrollment', 1), o('municipality'), 'lives alone', request(), at())$$,
	'+ citizen: consent enrollment -> give_consent; '
	'- municipality: pathway enrollment -> assess_needs; '
	'+ municipality: pathway enrollment -> give_consent'),
('Ole', 3, 'he consents', $$care.give_consent(c(), o('municipality'), 'programme', request(), at(), programme => 'icp-ltcare', method => 'written')$$,
	'- citizen: consent enrollment -> give_consent; '
	'+ municipality: pathway enrollment -> enroll; '
	'- municipality: pathway enrollment -> give_consent'),
('Ole', 3.1, 'is enrolled', $$care.enroll(c(), entry('enrollment', 1), o('municipality'), request(), at())$$,
	'- municipality: pathway enrollment -> enroll; '
	'+ municipality: pathway enrollment -> propose_plan'),
('Ole', 4, 'with a plan', $$care.propose_plan(c(), o('municipality'), 'at home', request(), at(), enrollment => entry('enrollment', 1))$$,
	'+ citizen: agree care_plan -> agree_plan; '
	'- municipality: pathway enrollment -> propose_plan; '
	'+ municipality: plan not agreed care_plan -> agree_plan'),
('Ole', 4.5, 'that all agree on', $$agree(1)$$,
	'- citizen: agree care_plan -> agree_plan; '
	'- municipality: plan not agreed care_plan -> agree_plan'),
('Ole', 5, 'and a task of it', $$care.request_task(c(), o('practice'), o('municipality'), 'weighing', 'weigh once a week', request(), at(), care_plan => entry('care_plan', 1), due_end => day(12))$$,
	'+ municipality: task task -> accept_task'),
('Ole', 5.5, 'which is accepted', $$care.accept_task(c(), entry('task', 1), o('municipality'), request(), at())$$,
	'- municipality: task task -> accept_task; '
	'+ municipality: task task -> start_task'),
('Ole', 6, 'offered to the pharmacy', $$care.offer_task(c(), entry('task', 1), o('municipality'), o('pharmacy'), request(), at())$$,
	'+ pharmacy: task offered task -> take_over_task'),
('Ole', 6.5, 'declined', $$care.decline_task(c(), entry('task', 1), o('pharmacy'), 'too far', request(), at())$$,
	'- pharmacy: task offered task -> take_over_task'),
('Ole', 7, 'offered again', $$care.offer_task(c(), entry('task', 1), o('municipality'), o('practice'), request(), at())$$,
	'+ practice: task offered task -> take_over_task'),
('Ole', 7.5, 'and taken over', $$care.take_over_task(c(), entry('task', 1), o('practice'), request(), at())$$,
	'- municipality: task task -> start_task; '
	'- practice: task offered task -> take_over_task; '
	'+ practice: task task -> start_task'),
('Ole', 8, 'an appointment', $$care.book_appointment(c(), o('practice'), 'control', day(14), request(), at(), care_plan => entry('care_plan', 1))$$,
	'+ citizen: attend appointment; '
	'+ practice: appointment appointment'),
('Ole', 9, 'and measurements', $$care.plan_measurements(c(), o('municipality'), 'heart_rate', due(), request(), at(), grace => '90 minutes', care_plan => entry('care_plan', 1))$$,
	'+ citizen: measure measurement_plan -> record; '
	'+ municipality: limits measurement_plan -> set_reference_range'),
('Ole', 10, 'which come without limits', $$measured(10, 80)$$,
	'- municipality: limits measurement_plan -> set_reference_range; '
	'+ municipality: not triaged measurement_plan -> set_reference_range'),
('Ole', 10.5, 'he withdraws his consent', $$care.withdraw_consent(c(), entry('consent', 1), NULL, request(), at())$$,
	'- citizen: attend appointment; '
	'- citizen: measure measurement_plan -> record; '
	'- practice: appointment appointment; '
	'- practice: task task -> start_task'),

('Karen', -20, 'the municipality gives home care', $$care.start_service(c(), o('municipality'), 'home care', request(), at())$$, ''),
('Karen', 0, 'the practice refers to ICP-LTCare', $$care.refer(c(), o('practice'), o('municipality'), 'programme', 'lives with dementia', request(), at())$$,
	'+ municipality: referral service_request -> accept_referral'),
('Karen', 0.5, 'which is accepted', $$care.accept_referral(c(), entry('service_request', 1), o('municipality'), request(), at())$$,
	'+ municipality: accepted referral service_request -> complete_referral; '
	'- municipality: referral service_request -> accept_referral; '
	'+ practice: referral answered service_request -> acknowledge_referral'),
('Karen', 1, 'and she enters', $$care.enter_pathway(c(), o('municipality'), 'icp-ltcare', o('municipality'), 'dementia', request(), at(), referral => entry('service_request', 1))$$,
	'+ municipality: pathway enrollment -> assess_needs'),
('Karen', 1.1, 'as was asked', $$care.complete_referral(c(), entry('service_request', 1), o('municipality'), request(), at())$$,
	'- municipality: accepted referral service_request -> complete_referral; '
	'- practice: referral answered service_request -> acknowledge_referral'),
('Karen', 2, 'the practice assesses', $$care.assess_needs(c(), entry('enrollment', 1), o('practice'), 'dementia', request(), at())$$, ''),
('Karen', 2.1, 'so does the municipality', $$care.assess_needs(c(), entry('enrollment', 1), o('municipality'), 'day centre', request(), at())$$,
	'+ citizen: consent enrollment -> give_consent; '
	'- municipality: pathway enrollment -> assess_needs; '
	'+ municipality: pathway enrollment -> give_consent'),
('Karen', 2.2, 'she consents', $$care.give_consent(c(), NULL, 'programme', request(), at(), programme => 'icp-ltcare')$$,
	'- citizen: consent enrollment -> give_consent; '
	'+ municipality: pathway enrollment -> enroll; '
	'- municipality: pathway enrollment -> give_consent'),
('Karen', 2.3, 'is enrolled', $$care.enroll(c(), entry('enrollment', 1), o('municipality'), request(), at())$$,
	'- municipality: pathway enrollment -> enroll; '
	'+ municipality: pathway enrollment -> propose_plan'),
('Karen', 3, 'with a plan', $$care.propose_plan(c(), o('municipality'), 'day centre', request(), at(), enrollment => entry('enrollment', 1))$$,
	'+ citizen: agree care_plan -> agree_plan; '
	'- municipality: pathway enrollment -> propose_plan; '
	'+ municipality: plan not agreed care_plan -> agree_plan'),
('Karen', 3.5, 'that all agree on', $$agree(1)$$,
	'- citizen: agree care_plan -> agree_plan; '
	'- municipality: plan not agreed care_plan -> agree_plan'),
('Karen', 4, 'a visit is booked', $$care.book_appointment(c(), o('practice'), 'control', day(9), request(), at())$$,
	'+ citizen: attend appointment; '
	'+ practice: appointment appointment'),
('Karen', 5, 'she falls ill', $$care.admit(c(), o('emergency'), 'EMER', request(), at(), reason => 'stroke')$$,
	'+ emergency: stay encounter -> mark_ready_for_discharge'),
('Karen', 5.2, 'and is moved', $$care.transfer(c(), entry('encounter', 1), o('hospital'), request(), at())$$,
	'- emergency: stay encounter -> mark_ready_for_discharge; '
	'+ hospital: stay encounter -> mark_ready_for_discharge; '
	'+ municipality: pause service task -> complete_task'),
('Karen', 6, 'she dies', $$care.record_death(c(), o('hospital'), request(), at())$$,
	'- citizen: attend appointment; '
	'- hospital: stay encounter -> mark_ready_for_discharge; '
	'+ municipality: end service task -> complete_task; '
	'- municipality: pause service task -> complete_task; '
	'- practice: appointment appointment'),
('Karen', 6.5, 'home care ends', $$care.complete_task(c(), (SELECT max(id) FROM care.task WHERE citizen = c()), o('municipality'), request(), at())$$,
	'- municipality: end service task -> complete_task');

-- Begins a story, so long ago that it is now this day of it; returns the citizen, a new one.
CREATE FUNCTION pg_temp.begin(name text, today float8) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	me CONSTANT bigint := care.register_citizen('{urn:oid:1.2.208.176.1.2}', ARRAY[to_char(date '1950-01-01' + (SELECT count(*)::int FROM care.citizen), 'DDMMYY') || '0001'], name,
		general_practice => -1, municipality => -3);
BEGIN
	PERFORM set_config('smartcare_test.citizen', me::text, false), set_config('smartcare_test.today', today::text, false);
	RETURN me;
END
$$;
-- Takes a step of it; returns the citizen.
CREATE FUNCTION pg_temp.take(step int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	s CONSTANT story := (SELECT t FROM story t WHERE t.nth = step);
BEGIN
	PERFORM set_config('smartcare_test.step', 'step ' || s.nth, false), set_config('smartcare_test.step_day', s.day::text, false);
	EXECUTE 'SELECT ' || regexp_replace(s.statement, '(?<![\w.])(c|o|at|day|due|agree|event|entry|request|measured)\(', 'pg_temp.\1(', 'g');
	RETURN pg_temp.c();
END
$$;
-- What a step changes: what comes (+), what goes (-).
CREATE FUNCTION pg_temp.difference(before text[], after text[]) RETURNS text LANGUAGE sql
RETURN (
	SELECT coalesce(string_agg(d.sign || ' ' || d.line, '; ' ORDER BY d.line, d.sign DESC), '')
	FROM (
		(SELECT '+' AS sign, line FROM unnest(after) AS line EXCEPT ALL SELECT '+', line FROM unnest(before) AS line)
		UNION ALL
		(SELECT '-', line FROM unnest(before) AS line EXCEPT ALL SELECT '-', line FROM unnest(after) AS line)) AS d);
