-- A few rows in every table of the layout, for tests that want some: what a new table adds here, dump.sh looks after.

INSERT INTO care.organization (sector, kind, name, parent, sor, role_name) VALUES
	('region', 'region', 'Region Syddanmark', NULL, '1', 'org_1'),
	('hospital', 'department', E'Ambulatoriet på Ærø\n"Øst"', 1, '2', 'org_2'),
	('general practice', 'practice', 'Lægehuset', NULL, '3', 'org_3');
INSERT INTO care.practitioner (name, authorization_id) VALUES ('Åse Ødegård', '0B4TX');

SELECT care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2', 'urn:oid:1.2.208.176.1.6.1.3'], ARRAY['2512489996', '251248-0VK2'],
	'Nancy Berggren', '1948-12-25', 'female', general_practice => 3) AS nancy \gset
SELECT care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY['0101010000'], 'Nancy B.') AS double \gset
SELECT care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY['0202020000'], 'Søren', gender => 'male') AS other \gset


INSERT INTO care.episode_of_care (citizen, status, type, organization, start_time) VALUES
	(:nancy, 'active', 'KOL', 2, '2026-01-02 08:00+01');
INSERT INTO care.encounter (citizen, status, class, organization, practitioner, episode_of_care, start_time, end_time) VALUES
	(:nancy, 'finished', 'IMP', 2, 1, 1, '2026-01-03 10:00:00.000001+01', '2026-01-08 12:00+01');
INSERT INTO care.condition (citizen, code, name, clinical_status, encounter) VALUES (:nancy, 'J44.9', 'KOL', 'active', 1);
INSERT INTO care.medication_statement (citizen, name, status, dosage) VALUES
	(:nancy, 'salbutamol', 'active', '1 sug v. behov\højst 8'),
	(:other, 'metformin', 'stopped', NULL);
INSERT INTO care.allergy (citizen, name, category) VALUES (:nancy, 'penicillin', '{medication}');
INSERT INTO care.care_plan (citizen, status, intent, title, addresses) VALUES (:nancy, 'active', 'plan', 'KOL-plan', '{1}');
INSERT INTO care.care_plan_activity (citizen, care_plan, ordinal, name, status) VALUES
	(:nancy, 1, 1, 'Lungerehabilitering', 'scheduled');
INSERT INTO care.goal (citizen, lifecycle_status, description, due_date) VALUES (:nancy, 'active', 'Gå til købmanden', '2026-06-01');
INSERT INTO care.task (citizen, status, code, description, owner, due_end) VALUES
	(:nancy, 'requested', 'follow-up', 'Ring', 3, '2026-01-10');

INSERT INTO care.bundle_import (bundle_type, report) VALUES ('transaction', '{"skipped": []}');
INSERT INTO care.resource_key VALUES ('Condition', 'urn:uuid:1', :nancy, 1);
INSERT INTO care.resource_version (citizen, resource_type, key, digest, content, stands, import) VALUES
	(:nancy, 'Condition', 'urn:uuid:1', 'd', '{"resourceType": "Condition"}', true, 1);
INSERT INTO care.parked_resource (resource_type, awaited_key, key, content, import) VALUES
	('Patient', 'urn:uuid:2', 'urn:uuid:3', '{"resourceType": "Goal"}', 1);

INSERT INTO care.document (hash, content, status, citizen, entry, report) VALUES
	('\x01', '<ClinicalDocument>æøå</ClinicalDocument>', 'processed', :nancy, 1, '{"status": "created"}');
INSERT INTO care.document_reference (citizen, status, kind, title, set_key, version, receiver, document, source, issued, digest) VALUES
	(:nancy, 'current', 'PHMR', 'Hjemmemonitorering', 'urn:oid:1#1', 1, 3, 1, 'urn:oid:1#1', '2026-01-02', 'd');

SELECT care.record(:nancy, 'body_weight', ARRAY['2026-01-01', '2026-01-02 07:00:00.5']::timestamptz[],
	ARRAY[71.3, 0.1 + 0.2], 'kg');
SELECT care.record(:nancy, 'body_weight', ARRAY['2026-01-03']::timestamptz[], ARRAY[157], '[lb_av]');
SELECT care.record(:nancy, 'glucose_capillary', ARRAY['2026-01-03']::timestamptz[], ARRAY[126], 'mg/dL');
SELECT care.correct_measurement(:nancy, 'body_weight', '2026-01-01', 72, 'kg', 'read twice');
SELECT care.nullify_measurement(:nancy, 'body_weight', '2026-01-03', 'somebody else''s');
SELECT care.record(:other, 'body_weight', ARRAY[now()], ARRAY[80], 'kg');

SELECT care.record_death(:other, 2, 'sample death', '2026-03-01 08:00+01');
SELECT care.refer(:nancy, 3, 2, 'hospital', 'breathless', 'sample referral', due => '2026-02-01');

INSERT INTO care.readmission_definition (name, meaning, within) VALUES ('sample', 'Tilbage inden en uge', '7 days');
INSERT INTO care.programme_site (programme, organization) VALUES (1, 2);
INSERT INTO care.responsibility (service, municipality, valid, organization) VALUES ('rehabilitation', 1, '[2026-01-01,)', 2);
SELECT care.enter_pathway(:nancy, NULL, 'icp-discharge', 2, 'wants to', 'sample pathway');
SELECT care.assess_needs(:nancy, 1, 2, 'oxygen', 'sample assessment');
SELECT care.give_consent(:nancy, NULL, 'programme', 'sample consent', programme => 'icp-discharge');
SELECT care.propose_plan(:nancy, 2, 'plan', 'sample plan');
SELECT care.agree_plan(:nancy, 2, NULL, 'sample agreement');
SELECT care.book_appointment(:nancy, 3, 'control', '2027-01-01', 'sample appointment');
SELECT care.join_care_team(:nancy, 3, 'coordinator', 'sample member');
SELECT care.add_related_person(:nancy, NULL, 'Ole', 'husband', 'sample person');

INSERT INTO care.practitioner_login (role_name, practitioner) VALUES ('sample_nurse', 1);
INSERT INTO care.practitioner_role (practitioner, organization, code, valid) VALUES (1, 2, 'nurse', '[2026-01-01,)');
INSERT INTO care.citizen_login (citizen, role_name, related_person) VALUES (:nancy, 'sample_nancy', NULL), (:nancy, 'sample_ole', 1);
INSERT INTO care.access_log (citizen, activity, at, login, role_name, practitioner, organization, purpose, reason, withheld) VALUES
	(:nancy, 'open', '2026-03-02 08:00:00.000001+01', 'sample_pool', 'sample_nurse', 1, 2, 'ETREAT', 'Åndenød', '{plan}'),
	(:nancy, 'open', '2026-03-03 08:00+01', 'sample_nancy', 'sample_nancy', NULL, NULL, 'PATRQT', NULL, NULL);
INSERT INTO care.search_log (role_name, activity, criterion, found, login, practitioner) VALUES
	('sample_nurse', 'search', '{"name": "Åse"}', 2, 'sample_pool', 1);
INSERT INTO care.access_verdict (citizen, access, verdict, note) VALUES (:nancy, 1, 'justified', 'ambulance');

SELECT care.set_reference_range(:nancy, 2, 'body_weight', 'sample range', '2025-12-31', yellow_high => 71.5);
SELECT care.plan_measurements(:nancy, 2, 'body_weight', '{07:00,19:30}', 'sample measurements', weekdays => '{1,4}');
SELECT care.change_rhythm(:nancy, 1, 2, '2027-01-01', '{08:00}', 'sample rhythm', every_days => 3);
SELECT care.pause_measurements(:nancy, 1, 2, 'sample pause');

SELECT care.publish_questionnaire('{"name": "sample", "title": "Åndenød", "item": [
	{"linkId": "breath", "text": "Har du åndenød?", "type": "boolean", "required": true, "extension": [{"url": "urn:smartcare:limits",
		"extension": [{"url": "red_high", "valueInteger": 1}, {"url": "inclusive", "valueBoolean": true}]}]}]}');
SELECT care.plan_questionnaire(:nancy, 2, 'sample', '{08:00}', 'sample questionnaire');
SELECT care.answer_questionnaire(:nancy, 'sample', '[{"linkId": "breath", "answer": [{"valueBoolean": true}]}]', 'sample answers');
SELECT care.amend_answers(:nancy, 1, '[{"linkId": "breath", "answer": [{"valueBoolean": false}]}]', 'sample correction');
SELECT care.write_diary(:nancy, 'Gik til købmanden', 'sample diary', category => 'motion');

INSERT INTO care.message_policy VALUES (3, false);
SELECT care.receive('{"resourceType": "Bundle", "id": "e1", "entry": [{"resource": {"resourceType": "MessageHeader", "id": "l1"}}]}');
UPDATE care.letter SET citizen = :nancy, episodes = '{a,b}', entity = 'encounter', entry = 1;

INSERT INTO care.notification_sender VALUES (2);
INSERT INTO care.communication (citizen, status, direction, activity, thread, category, sender, receiver, sent_at, source) VALUES
	(:nancy, 'completed', 'out', 'new', '7b3c0d52-4b3e-4a4e-9a51-0c8f3f9d7a10', 'nursing', 2, 3, '2026-01-02', 'l2');
INSERT INTO care.communication_payload (citizen, communication, thread, key, written_at, title, content_type, data) VALUES
	(:nancy, 1, '7b3c0d52-4b3e-4a4e-9a51-0c8f3f9d7a10', 'k1', '2026-01-02', 'Sår på hælen', 'image/png', '\x89504e47');
INSERT INTO care.letter (letter, direction, status, citizen, received_at) VALUES ('l2', 'out', 'sent', :nancy, '2026-01-02');
INSERT INTO care.sending (envelope, letter, message_received_at, message, sent_at) VALUES ('e2', 'l2', '2026-01-02', 2, '2026-01-02');

SELECT care.merge_citizens(:nancy, :double, 'one person');
SELECT care.move_entry(:other, 'medication_statement', 2, :nancy, 'wrong citizen');

INSERT INTO care.erasure (citizen, records, reason, erased) VALUES (999999, '{999999}', 'Åben sag lukket', '{"citizen": 1}');
INSERT INTO care.analysis_project (name, purpose, key, members, valid) VALUES
	('sample', 'Måling', sha256('sample'), '{sample_analyst}', '[2026-01-01,2027-01-01)');
