-- The work-lists of who monitors at home, the practice, pharmacies, carers and the region.
BEGIN;
SELECT plan(57);
SET LOCAL ROLE layout_owner;
SET LOCAL timezone = 'Europe/Copenhagen';

INSERT INTO care.organization (id, sector, kind, name, parent) VALUES
	(-1, 'hospital', 'department', 'Ward', NULL), (-2, 'municipality', 'municipality', 'Town', NULL), (-3, 'general practice', 'general practice', 'Practice', NULL),
	(-5, 'region', 'region', 'Region', NULL), (-6, 'pharmacy', 'pharmacy', 'Pharmacy', NULL);
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101500001}', 'Ann', NULL, NULL, -2, -3) AS c \gset
\ir ../workflow.sql
\ir ../worklist.sql

-- Limits, values and alerts
SELECT care.plan_measurements(:c, -1, 'heart_rate', ARRAY[(now() AT TIME ZONE 'Europe/Copenhagen' - interval '4 hours')::time(0)], 'm1', pg_temp.ago('3 days'));
SELECT pg_temp.sees(-1, 'limits', '1 Heart rate is to be measured, and has no limits -> set_reference_range', 'before the first value');
SELECT ok((SELECT reason LIKE 'Heart rate was due %' AND role = 'telemedicine' AND overdue AND next_step = 'pause_measurements' FROM care.worklist WHERE organization = -1 AND kind = 'missing'), 'missing: what was due');
SELECT is((SELECT severity || next_step FROM care.worklist WHERE citizen = :c AND role = 'citizen' AND kind = 'measure'), '2record', 'measure: the citizen is late');
SELECT care.record(:c, 'heart_rate', ARRAY[pg_temp.ago('4 hours')], '{130}', '/min');
SELECT pg_temp.sees(-1, 'missing', NULL, 'came');
SELECT is((SELECT severity FROM care.worklist WHERE citizen = :c AND role = 'citizen' AND kind = 'measure'), 0, 'measure: the next time');
SELECT pg_temp.sees(-1, 'limits', NULL, 'now there is a value');
SELECT pg_temp.sees(-1, 'not triaged', '2 Heart rate: 1 value without limits, last 130 /min -> set_reference_range', 'without limits');
SELECT pg_temp.check_steps('measuring');
SELECT care.set_reference_range(:c, -1, 'heart_rate', 'm2', pg_temp.ago('1 day'), 40, 50, 100, 120, start_time => pg_temp.ago('9 days'));
SELECT pg_temp.sees(-1, 'not triaged', NULL, 'triaged');
SELECT pg_temp.sees(-1, 'red alert', '4 Heart rate above limits, at most 130 /min -> acknowledge_alert', 'at once');
SELECT pg_temp.sees(-3, 'red alert', '3 Heart rate above limits, 130 /min; at Ward, active -> request_task', 'the practice knows');
SELECT pg_temp.check_steps('an alert');
SELECT care.request_task(:c, -3, -1, 'call', 'What do you do about it?', 'm3');
SELECT pg_temp.sees(-3, 'red alert', NULL, 'has asked');
SELECT care.snooze_alert(:c, pg_temp.id(-1, 'red alert'), -1, now() + interval '1 hour', 'm4', pg_temp.ago('10 minutes'));
SELECT pg_temp.sees(-1, 'red alert', '1 Heart rate above limits, at most 130 /min; snoozed -> acknowledge_alert', 'snoozed');
UPDATE care.alert SET snoozed_until = now() - interval '1 second' WHERE citizen = :c;
SELECT pg_temp.sees(-1, 'red alert', '4 Heart rate above limits, at most 130 /min -> acknowledge_alert', 'its time is over');
SELECT care.acknowledge_alert(:c, pg_temp.id(-1, 'red alert'), -1, 'm5', pg_temp.ago('5 minutes'), 'called');
SELECT pg_temp.sees(-1, 'red alert', '1 Heart rate above limits, at most 130 /min; acknowledged: called -> resolve_alert', 'acknowledged');
SELECT pg_temp.check_steps('an acknowledged alert');
SELECT care.resolve_alert(:c, pg_temp.id(-1, 'red alert'), -1, 'm6');
SELECT pg_temp.sees(-1, 'red alert', NULL, 'resolved');

-- Unexpected, missing and paused
SELECT care.record(:c, 'heart_rate', ARRAY[pg_temp.ago('14 hours')], '{80}', '/min');
SELECT ok((SELECT reason LIKE 'Heart rate: 1 value at other times than planned, last %' AND next_step = 'change_rhythm' FROM care.worklist WHERE organization = -1 AND kind = 'unexpected'), 'unexpected: at another time');
SELECT pg_temp.check_steps('unexpected');
SELECT care.change_rhythm(:c, pg_temp.id(-1, 'unexpected'), -1, care.civil_day(pg_temp.ago('3 days')),
	ARRAY[(now() AT TIME ZONE 'Europe/Copenhagen' - interval '4 hours')::time(0), (now() AT TIME ZONE 'Europe/Copenhagen' - interval '14 hours')::time(0)], 'm7');
SELECT pg_temp.sees(-1, 'unexpected', NULL, 'another rhythm');
UPDATE care.measurement_plan SET grace = '1 second' WHERE citizen = :c;
SELECT care.nullify_measurement(:c, 'heart_rate', pg_temp.ago('4 hours'), 'the neighbour''s');
SELECT isnt(pg_temp.id(-1, 'missing'), NULL, 'missing: a value that does not count');
SELECT care.pause_measurements(:c, pg_temp.id(-1, 'missing'), -1, 'm8');
SELECT pg_temp.sees(-1, 'missing', NULL, 'not while paused');
SELECT pg_temp.sees(NULL, 'measure', NULL, 'nor for the citizen');
SELECT care.record(:c, 'systolic_blood_pressure_home', ARRAY[pg_temp.ago('1 hour')], '{180}', 'mm[Hg]');
SELECT is((SELECT role || ': ' || reason FROM care.worklist WHERE organization = -3 AND kind = 'not triaged'),
	'practice: Systolic blood pressure at home: 1 value without limits, last 180 mm[Hg]', 'not triaged: what nobody has planned is for the practice');

-- Questionnaires before an appointment
SELECT care.publish_questionnaire('{"name": "breath", "title": "Breath", "item": [{"linkId": "1", "text": "Short of breath?", "type": "boolean"}]}');
SELECT care.book_appointment(:c, -1, 'Control', now() + interval '8 days', 'q1', questionnaire => 'breath');
SELECT pg_temp.sees(NULL, 'answer', '1 Breath -> answer_questionnaire', 'before an appointment');
UPDATE care.appointment SET start_time = now() + interval '1 day' WHERE citizen = :c;
SELECT pg_temp.sees(NULL, 'answer', '2! Breath -> answer_questionnaire', 'late');
SELECT pg_temp.sees(-1, 'missing answer', '1! Breath, before an appointment -> -', 'before an appointment');
SELECT pg_temp.check_steps('questions');
SELECT care.answer_questionnaire(:c, 'breath', '[{"linkId": "1", "answer": [{"valueBoolean": true}]}]', 'q2');
SELECT pg_temp.sees(NULL, 'answer', NULL, 'answered');
SELECT pg_temp.sees(-1, 'missing answer', NULL, 'answered');
SELECT pg_temp.sees(-1, 'answers to read', '1 Breath -> -', 'no colour');
DELETE FROM care.questionnaire_response;
DELETE FROM care.appointment WHERE citizen = :c;

-- Review of chronic conditions
INSERT INTO care.condition (citizen, code, name, clinical_status, start_time) VALUES (:c, 'DJ449', 'COPD', 'active', now() - interval '9 months');
SELECT pg_temp.sees(-3, 'review', NULL, 'not yet');
UPDATE care.condition SET start_time = now() - interval '12 months 1 hour' WHERE citizen = :c;
SELECT pg_temp.sees(-3, 'review', '1 COPD; never seen -> book_appointment', 'never seen');
INSERT INTO care.encounter (citizen, status, class, organization, start_time) VALUES (:c, 'finished', 'AMB', -3, now() - interval '14 months');
SELECT pg_temp.sees(-3, 'review', '1! COPD; last contact ' || care.civil_day(now() - interval '14 months') || ' -> book_appointment', 'late');
SELECT pg_temp.check_steps('a review');
SELECT care.book_appointment(:c, -3, 'Review', now() + interval '20 days', 'k1');
SELECT pg_temp.sees(-3, 'review', NULL, 'booked');
SELECT care.cancel_appointment(:c, pg_temp.entry('appointment', 1), -3, 'ill', 'k2');
UPDATE care.condition SET clinical_status = 'resolved' WHERE citizen = :c;
SELECT pg_temp.sees(-3, 'review', NULL, 'a condition that is over');

-- Home visits of who came home with services that run
INSERT INTO care.organization (id, sector, kind, name, parent) VALUES (-4, 'municipality', 'home care', 'Care', -2);
SELECT care.start_service(:c, -4, 'home care', 's1', pg_temp.ago('20 days'));
INSERT INTO care.encounter (citizen, status, class, reason, organization, start_time, end_time) VALUES (:c, 'finished', 'EMER', 'Fall', -1, pg_temp.ago('3 days'), pg_temp.ago('2 days'));
SELECT pg_temp.sees(-4, 'discharged', '1 not seen since emergency stay: Fall, Ward; home care running -> book_appointment', 'with services that run');
SELECT care.book_appointment(:c, -4, 'Visit', now() + interval '1 hour', 's2');
SELECT pg_temp.sees(-4, 'discharged', NULL, 'a visit is planned');
SELECT care.pause_service(:c, pg_temp.entry('episode_of_care', 1), -4, 's3', pg_temp.ago('60 hours'));
SELECT care.cancel_appointment(:c, pg_temp.entry('appointment', 2), -4, 'no', 's4');
SELECT pg_temp.sees(-4, 'discharged', '2 not seen since emergency stay: Fall, Ward; home care on hold -> resume_service', 'with services on hold');
SELECT pg_temp.check_steps('discharged');
SELECT care.resume_service(:c, pg_temp.id(-4, 'discharged'), -4, 's5');
SELECT pg_temp.sees(-4, 'discharged', NULL, 'resumed');

-- Pharmacy
SELECT care.join_care_team(:c, -6, 'dispenses', 'w1', pg_temp.ago('10 days'));
INSERT INTO care.medication_statement (citizen, name, status, dosage, authored_on) VALUES
	(:c, 'Furosemide 40 mg', 'active', '1 in the morning', pg_temp.ago('1 day')), (:c, 'Aspirin', 'active', NULL, pg_temp.ago('8 days'));
SELECT pg_temp.sees(-6, 'medication changed', '0 Furosemide 40 mg, 1 in the morning (active) -> -', 'in the last days');
SELECT care.propose_plan(:c, -3, 'Plan', 'w2', pg_temp.ago('2 days'));
SELECT care.revise_plan(:c, pg_temp.entry('care_plan', 1), -3, 'no salt', 'w3', pg_temp.ago('1 day'));
SELECT pg_temp.sees(-6, 'plan changed', '0 Plan, version 2: no salt -> -', 'by others');
SELECT care.leave_care_team(:c, pg_temp.entry('care_team_member', 1), -6, 'w4');
SELECT pg_temp.sees(-6, 'medication changed', NULL, 'no part of the team');

-- Carers see what the citizen shares, and no more.
SELECT care.request_task(:c, -3, NULL, 'walk', 'Walk', 'v1');
SELECT care.book_appointment(:c, -3, 'Control', now() + interval '3 days', 'v2');
SELECT care.add_related_person(:c, NULL, 'Ole', 'husband', 'v3', shared => '{contacts,measurements}');
SELECT throws_ok(format('SELECT care.add_related_person(%s, NULL, %L, %L, %L, shared => %L)', :c, 'x', 'x', 'v3x', '{stay}'), '22023', NULL, 'by parts of the record');
SELECT care.admit(:c, -1, 'IMP', 'v4');
SELECT results_eq(format('SELECT role, kind, reason, next_step FROM care.worklist_of_citizen(%s, %s)', :c, pg_temp.entry('related_person', 1)),
	$$ VALUES ('carer', 'attend', 'Control, Practice', NULL::text), ('carer', 'in hospital', 'inpatient at Ward', NULL) $$, 'carer: what is shared');
SELECT is_empty(format('SELECT * FROM care.worklist_of_citizen(%s) WHERE role = %L', :c, 'carer'), 'carer: not on the citizen''s own list');
SELECT care.remove_related_person(:c, pg_temp.entry('related_person', 1), NULL, 'v5');
SELECT is_empty(format('SELECT * FROM care.worklist WHERE citizen = %s AND role = %L', :c, 'carer'), 'carer: no longer concerned');

-- The region
INSERT INTO care.measure (id, name, display, unit) VALUES (-1, 'x', 'X', 'mg');
INSERT INTO care.parked_resource (resource_type, awaited_key, key, content) VALUES ('Encounter', 'e', 'o1', '{}'), ('Encounter', 'e', 'o2', '{}'), ('Medication', 'm', 'm', '{}');
SELECT pg_temp.sees(-5, 'measure', '1 X, mg: nobody has said yet what this measure is -> -', 'not reviewed');
SELECT pg_temp.sees(-5, 'parked', '1 resources waiting for e: 2 -> import_bundle', 'what waits for something unknown');
SELECT pg_temp.check_steps('the region');

-- Who has died, and records that are another's
SELECT care.record_death(:c, -1, 'z1');
SELECT set_eq(format('SELECT kind FROM care.worklist WHERE citizen = %s', :c), $$ VALUES ('task'), ('end service') $$, 'of the dead there is left what runs');
SELECT pg_temp.check_steps('a death');
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101500002}', 'Bo') AS other \gset
SELECT care.merge_citizens(:other, :c, 'one person');
SELECT is((SELECT count(*) FROM care.worklist WHERE citizen = :c), 0::bigint, 'a record that was merged into another is on no list');
SELECT isnt((SELECT count(*) FROM care.worklist WHERE citizen = :other), 0::bigint, 'its entries are on those of the other');

SELECT * FROM finish();
ROLLBACK;
