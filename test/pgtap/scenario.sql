-- Three citizens on their way through both pathways, step by step through the public functions, and what is on every
-- work-list after each step: what comes (+) and what goes (-). Nobody can move now(), so each check plays the story anew
-- with a citizen of its own, all of it as long ago as makes the present the hour after the step, or days later.
BEGIN;
SET LOCAL ROLE layout_owner;
\ir ../story.sql

CREATE TEMP TABLE later (citizen text, what text, days float8, list text);
INSERT INTO later (citizen, what, days, list) VALUES
('Nancy', 'the practice refers to the hospital', 4,
	'- hospital: referral service_request -> accept_referral; '
	'+ hospital: referral service_request -> accept_referral, late'),
('Nancy', 'the admission is planned', 2,
	'- citizen: attend encounter; '
	'- hospital: planned encounter -> admit; '
	'+ hospital: planned encounter -> admit, late'),
('Nancy', 'she is admitted', 0.25,
	'+ municipality: pause service task -> complete_task'),
('Nancy', 'she is admitted', 3,
	'+ municipality: pause service task -> complete_task, late'),
('Nancy', 'she is admitted', 8,
	'+ hospital: no news encounter -> discharge; '
	'- hospital: stay encounter -> mark_ready_for_discharge; '
	'+ municipality: pause service task -> complete_task, late'),
('Nancy', 'a plan is proposed', 30,
	'+ hospital: no news encounter -> discharge; '
	'- hospital: stay encounter -> mark_ready_for_discharge; '
	'+ municipality: pathway stuck enrollment -> agree_plan, late'),
('Nancy', 'she goes on leave', 3, ''),
('Nancy', 'she could go home', 3,
	'- hospital: ready for discharge encounter -> discharge; '
	'+ hospital: ready for discharge encounter -> discharge, late'),
('Nancy', 'she is discharged', 3,
	'- municipality: resume service task -> complete_task; '
	'+ municipality: resume service task -> complete_task, late'),
('Nancy', 'she is discharged', 9,
	'- municipality: rehabilitation service_request -> start_service; '
	'+ municipality: rehabilitation service_request -> start_service, late; '
	'- municipality: resume service task -> complete_task; '
	'+ municipality: resume service task -> complete_task, late; '
	'- practice: discharged encounter -> book_appointment; '
	'+ practice: discharged encounter -> book_appointment, late'),
('Nancy', 'she is discharged', 30,
	'- municipality: rehabilitation service_request -> start_service; '
	'+ municipality: rehabilitation service_request -> start_service, late; '
	'- municipality: resume service task -> complete_task; '
	'+ municipality: resume service task -> complete_task, late; '
	'- practice: discharged encounter -> book_appointment'),
('Nancy', 'within limits', 3,
	'- citizen: measure measurement_plan -> record; '
	'+ citizen: measure measurement_plan -> record, late; '
	'+ municipality: missing measurement_plan -> pause_measurements, late'),
('Nancy', 'well again', 8,
	'- citizen: measure measurement_plan -> record; '
	'+ citizen: measure measurement_plan -> record, late; '
	'- municipality: discharged episode_of_care -> book_appointment; '
	'+ municipality: discharged episode_of_care -> book_appointment, late; '
	'+ municipality: missing measurement_plan -> pause_measurements, late; '
	'- practice: discharged encounter -> book_appointment; '
	'+ practice: discharged encounter -> book_appointment, late'),
('Nancy', 'a stranger is admitted as her', 2,
	'+ municipality: pause service task -> complete_task, late; '
	'+ municipality: pause service task -> complete_task, late'),
('Nancy', 'she is back in hospital', 1,
	'+ municipality: pause service task -> complete_task, late; '
	'+ municipality: pause service task -> complete_task, late'),
('Nancy', 'she is back in hospital', 30,
	'- citizen: goal goal -> reach_goal; '
	'+ citizen: goal goal -> reach_goal, late; '
	'+ hospital: no news encounter -> discharge; '
	'- hospital: stay encounter -> mark_ready_for_discharge; '
	'+ municipality: goal goal -> reach_goal, late; '
	'+ municipality: pathway stuck enrollment, late; '
	'+ municipality: pause service task -> complete_task, late; '
	'+ municipality: pause service task -> complete_task, late'),
('Nancy', 'the pharmacy is asked for help', 8,
	'- municipality: discharged episode_of_care -> book_appointment; '
	'- municipality: discharged episode_of_care -> book_appointment; '
	'+ municipality: discharged episode_of_care -> book_appointment, late; '
	'+ municipality: discharged episode_of_care -> book_appointment, late; '
	'- pharmacy: task task -> accept_task; '
	'+ pharmacy: task task -> accept_task, late; '
	'- practice: discharged encounter -> book_appointment; '
	'+ practice: discharged encounter -> book_appointment, late'),
('Nancy', 'she goes on in ICP-LTCare', 20,
	'- municipality: discharged episode_of_care -> book_appointment; '
	'- municipality: discharged episode_of_care -> book_appointment; '
	'- municipality: pathway enrollment -> assess_needs; '
	'+ municipality: pathway stuck enrollment -> assess_needs, late; '
	'- practice: discharged encounter -> book_appointment'),
('Nancy', 'and she leaves', 30, ''),
('Ole', 'he asks for ICP-LTCare himself', 15,
	'- municipality: pathway enrollment -> assess_needs; '
	'+ municipality: pathway stuck enrollment -> assess_needs, late'),
('Ole', 'which is accepted', 8,
	'- municipality: task task -> start_task; '
	'+ municipality: task task -> start_task, late'),
('Ole', 'an appointment', 8,
	'- citizen: attend appointment; '
	'- practice: appointment appointment; '
	'+ practice: appointment appointment -> fulfil_appointment, late; '
	'- practice: task task -> start_task; '
	'+ practice: task task -> start_task, late'),
('Ole', 'he withdraws his consent', 8,
	'- municipality: not triaged measurement_plan -> set_reference_range'),
('Karen', 'she falls ill', 3,
	'+ municipality: pause service task -> complete_task, late'),
('Karen', 'she dies', 3,
	'- municipality: end service task -> complete_task; '
	'+ municipality: end service task -> complete_task, late'),
('Karen', 'home care ends', 30, '');

-- The work-lists after a step, or so many days later.
CREATE FUNCTION pg_temp.lists(name text, last int, days float8) RETURNS text[] LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	me CONSTANT bigint := pg_temp.begin(name, (SELECT day + days FROM story WHERE nth = last));
BEGIN
	PERFORM pg_temp.take(s.nth) FROM (SELECT nth FROM story WHERE story.citizen = name AND nth <= last ORDER BY nth) s;
	RETURN ARRAY(
		SELECT concat(coalesce(nullif(w.organization_name, ''), w.role), ': ', w.kind, ' ' || w.entity, ' -> ' || w.next_step, CASE WHEN w.overdue THEN ', late' END)
		FROM care.worklist w WHERE w.citizen = me ORDER BY 1);
END
$$;
CREATE TEMP TABLE played AS SELECT s.citizen, s.nth, s.what, s.day, s.list, pg_temp.lists(s.citizen, s.nth, 1 / 24.0) AS lines FROM story s ORDER BY s.nth;
SELECT plan((SELECT count(*)::int FROM played) + (SELECT count(*)::int FROM later) + 8);

SELECT is(pg_temp.difference(lag(p.lines) OVER (PARTITION BY p.citizen ORDER BY p.nth), p.lines), p.list, format('%s, day %s: %s', p.citizen, p.day, p.what))
FROM played p ORDER BY p.nth;
SELECT is(pg_temp.difference(p.lines, pg_temp.lists(p.citizen, p.nth, l.days + 1 / 24.0)), l.list, format('%s, %s days after: %s', p.citizen, l.days, p.what))
FROM later l JOIN played p USING (citizen, what) ORDER BY p.nth, l.days;

-- What each story comes to
CREATE FUNCTION pg_temp.play(name text) RETURNS text[] LANGUAGE sql RETURN (SELECT pg_temp.lists(name, max(s.nth), 1) FROM story s WHERE s.citizen = name);
SELECT is(pg_temp.play('Nancy'), '{}', 'nothing is left to do for Nancy');
SELECT results_eq($$SELECT g.name, e.status FROM care.enrollment e JOIN care.programme g ON g.id = e.programme WHERE e.citizen = pg_temp.c() ORDER BY e.id$$,
	$$VALUES ('icp-discharge', 'transferred'), ('icp-ltcare', 'finished')$$, 'who was in both pathways');
SELECT results_eq($$SELECT r.definition, r.organization, r.after FROM care.readmission r WHERE r.citizen = pg_temp.c() AND r.definition = 'acute'$$,
	$$VALUES ('acute', pg_temp.o('hospital'), interval '12 days')$$, 'and was readmitted once: the stranger does not count');
SELECT is((SELECT smartcare.labels(k.course) FROM care.care_course k WHERE k.citizen = pg_temp.c()), '{home care,hospital,leave,rehabilitation}', 'her course');
SELECT is(pg_temp.play('Ole'), '{municipality: not triaged measurement_plan -> set_reference_range}', 'of Ole a value remains that nobody has looked at');
SELECT results_eq($$SELECT e.status, p.status, t.status, a.status, m.status
	FROM care.enrollment e
	JOIN care.care_plan p ON p.citizen = e.citizen AND p.enrollment = e.id
	JOIN care.task t ON t.citizen = p.citizen AND t.care_plan = p.id
	JOIN care.appointment a ON a.citizen = p.citizen AND a.care_plan = p.id
	JOIN care.measurement_plan m ON m.citizen = p.citizen AND m.care_plan = p.id
	WHERE e.citizen = pg_temp.c()$$,
	$$VALUES ('withdrawn', 'revoked', 'cancelled', 'cancelled', 'completed')$$, 'all else has ended with his consent');
SELECT is(pg_temp.play('Karen'), '{}', 'nothing is left to do for Karen');
SELECT results_eq($$SELECT c.deceased, e.status, s.status, n.status, a.status
	FROM care.citizen c
	JOIN care.encounter e ON e.citizen = c.citizen AND e.transferred_from IS NOT NULL
	JOIN care.episode_of_care s ON s.citizen = c.citizen
	JOIN care.enrollment n ON n.citizen = c.citizen
	JOIN care.appointment a ON a.citizen = c.citizen
	WHERE c.citizen = pg_temp.c()$$,
	$$VALUES (true, 'finished', 'finished', 'finished', 'cancelled')$$, 'whose death ended all');

SELECT * FROM finish();
ROLLBACK;
