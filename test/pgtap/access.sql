-- Who may open which record, for what, and what is left of it in the log. Committed step by step, for a record
-- is readable only then; the database goes, the roles are dropped at the end.
SET client_min_messages = warning;
SELECT plan(124);

CREATE ROLE access_doctor LOGIN;
CREATE ROLE access_secretary LOGIN;
CREATE ROLE access_gp LOGIN;
CREATE ROLE access_stranger LOGIN;
CREATE ROLE access_citizen LOGIN;
CREATE ROLE access_daughter LOGIN;
CREATE ROLE access_auditor LOGIN;
CREATE ROLE access_pool LOGIN NOINHERIT;
GRANT care_professional TO access_doctor, access_secretary, access_gp, access_stranger;
GRANT care_citizen TO access_citizen, access_daughter;
GRANT care_auditor TO access_auditor;
GRANT access_doctor, access_gp TO access_pool;

-- Organizations, each with its role. Only who may make roles registers one.
SET ROLE layout_owner;
SELECT throws_ok($$ SELECT care.register_organization('x', 'hospital') $$, '42501', NULL, 'not without CREATEROLE');
RESET ROLE;
ALTER ROLE layout_owner CREATEROLE;
SET ROLE layout_owner;
SELECT care.register_organization('Hospital', 'hospital') AS hospital \gset
SELECT care.register_organization('Lung ward', 'hospital', 'department', :hospital) AS ward \gset
SELECT care.register_organization('Practice', 'general practice') AS practice \gset
SELECT care.register_organization('Home care', 'municipality') AS home \gset
SELECT role_name AS ward_role FROM care.organization WHERE id = :ward \gset
SELECT role_name AS practice_role FROM care.organization WHERE id = :practice \gset
SELECT ok((SELECT bool_and(NOT rolcanlogin AND NOT rolsuper AND NOT rolcreaterole) FROM pg_roles WHERE rolname = :'ward_role'), 'a role without rights');
SELECT is(care.give_role(:ward), :'ward_role', 'one for each');
INSERT INTO care.organization (id, name) VALUES (-101, 'from a message') RETURNING role_name IS NULL AS without \gset
SELECT is(care.give_role(-101)::text, 'care_org_-101', 'given later, too');
RESET ROLE;
CREATE ROLE "care_org_-102";
INSERT INTO care.organization (id, name) VALUES (-102, 'another');
SELECT is(care.give_role(-102)::text, 'care_org_-102_2', 'a role that is there already is never taken over');
ALTER ROLE layout_owner NOCREATEROLE;

SELECT care.register_practitioner('Dr. Ward', 'access_doctor', '0B4TX') AS doctor, care.register_practitioner('Sec. Ward', 'access_secretary'),
	care.register_practitioner('Dr. Practice', 'access_gp') \gset ignore_
SELECT throws_ok($$ SELECT care.register_practitioner('x', 'access_gp') $$, '23505', NULL, 'a role is one practitioner''s');
SELECT count(care.assign_practitioner(p.practitioner, o.organization, o.code)::text) FROM (VALUES
	('access_doctor', :ward, 'doctor'), ('access_secretary', :ward, 'secretary'), ('access_gp', :practice, 'doctor')) AS o (role_name, organization, code)
JOIN care.practitioner_login p USING (role_name) \gset ignore_
-- A member of the role whom nobody knows.
GRANT :"ward_role" TO access_stranger;

SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101010000}', 'Citizen', general_practice => :practice) AS c \gset
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0202020000}', 'Other') AS other \gset
SELECT care.add_related_person(:c, NULL, 'Daughter', 'daughter', 'd', shared => '{plan,measurements}') AS ignore \gset
SELECT care.tie_login('access_citizen', :c), care.tie_login('access_daughter', :c, (SELECT id FROM care.related_person)) \gset ignore_
SELECT throws_ok(format($$ SELECT care.tie_login('access_citizen', %s) $$, :other), '23505', NULL, 'a login is one citizen');
SELECT throws_ok(format($$ SELECT care.tie_login('access_nobody', %s) $$, :other), '42704', NULL, 'and exists');

SET smartcare_test.citizen = :c;
CREATE FUNCTION public.log() RETURNS TABLE (id bigint, line text) LANGUAGE sql SECURITY DEFINER AS $$
	SELECT l.id, concat_ws(' ', l.activity, l.purpose, l.role_name, (SELECT o.name FROM care.organization o WHERE o.id = l.organization), l.entity, l.reason,
		CASE WHEN l.overridden THEN 'overridden' END, nullif(l.withheld, '{}')::text, CASE WHEN l.consent IS NOT NULL THEN 'by consent' END) FROM care.access_log l
$$;
CREATE FUNCTION public.last_line() RETURNS text LANGUAGE sql AS $$ SELECT line FROM public.log() ORDER BY id DESC LIMIT 1 $$;
CREATE FUNCTION public.parts() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
	SELECT string_agg(name, ' ' ORDER BY name) FROM care.record_part WHERE current_setting('smartcare_test.citizen')::bigint = ANY (care.open_records(name)) $$;
CREATE FUNCTION public.open(c bigint, p text DEFAULT 'TREAT', r text DEFAULT NULL, o boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
	SELECT (o).withheld::text FROM care.open_record(c, p, r, o) AS o $$;

-- Relations follow the steps.
SELECT is((SELECT care_team FROM care.citizen WHERE citizen = :c), ARRAY[:'practice_role']::name[], 'the general practice treats');
SELECT status FROM care.admit(:c, :ward, 'IMP', 'admit', now() - interval '3 days') \gset ignore_
SELECT is((SELECT entity || coalesce(end_time::text, ' lasts') FROM care.treatment_relation WHERE citizen = :c AND organization = :ward), 'encounter lasts', 'a stay is a relation');
SELECT is((SELECT care_team FROM care.citizen WHERE citizen = :c), (SELECT array_agg(r ORDER BY r) FROM unnest(ARRAY[:'practice_role', :'ward_role']::name[]) AS r), 'and the ward in the care team');
SELECT event FROM care.refer(:c, :ward, :home, 'home care', 'help', 'refer') \gset referral_
SELECT is((SELECT entity::text FROM care.treatment_relation WHERE citizen = :c AND organization = :home), 'service_request', 'so is being asked');
SELECT status FROM care.annul(:c, :referral_event, :ward, 'wrong', 'annul') \gset ignore_
SELECT is_empty(format('SELECT FROM care.treatment_relation WHERE citizen = %s AND organization = %s', :c, :home), 'until it is annulled');
INSERT INTO care.appointment (citizen, status, organization, description, start_time) VALUES (:c, 'booked', :home, 'visit', now() + interval '1 day') RETURNING id AS visit \gset
UPDATE care.appointment SET citizen = :other, id = id + 1000 WHERE id = :visit;
SELECT is_empty(format('SELECT FROM care.treatment_relation WHERE citizen = %s AND organization = %s', :c, :home), 'what turns out to be about another citizen is a relation with that one only');
SELECT is((SELECT entry FROM care.treatment_relation WHERE citizen = :other AND organization = :home), :visit::bigint + 1000, 'by the number that it has now');
DELETE FROM care.appointment WHERE citizen = :other;
SELECT results_eq('SELECT citizen, organization FROM care.treatment_relation ORDER BY 1, 2',
	'SELECT DISTINCT citizen, organization FROM care.relation_evidence WHERE organization IS NOT NULL ORDER BY 1, 2', 'the table is what the evidence says');

-- Who is who.
SET SESSION AUTHORIZATION access_doctor;
SELECT is(care.my_organizations(), ARRAY[:ward]::bigint[], 'a doctor works for the ward');
SET SESSION AUTHORIZATION access_stranger;
SELECT is(care.my_organizations(), '{}', 'membership alone is nothing');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'TREAT'), '42501', '"access_stranger" is no practitioner', 'nor does it open anything');
RESET SESSION AUTHORIZATION;
GRANT care_integration TO access_stranger, access_gp;
SET SESSION AUTHORIZATION access_stranger;
SELECT is(care.my_organizations(), ARRAY[:ward]::bigint[], 'but for what receives messages');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'TREAT'), '42501', '"access_stranger" is no practitioner', 'which opens no record either');
RESET SESSION AUTHORIZATION;
GRANT :"ward_role" TO access_gp;
SET SESSION AUTHORIZATION access_gp;
SELECT is(care.my_organizations(), ARRAY[:practice]::bigint[], 'a person is not that');
RESET SESSION AUTHORIZATION;
REVOKE :"ward_role", care_integration FROM access_gp, access_stranger;
GRANT :"ward_role" TO access_stranger;

-- Opening.
SET SESSION AUTHORIZATION access_doctor;
SELECT is(care.open_records('plan'), '{}', 'nothing is open at first');
BEGIN;
SELECT is(public.open(:c), '{}', 'the ward opens the record');
SELECT is(care.open_records('plan'), '{}', 'which is closed until it is committed');
ROLLBACK;
SELECT is(care.open_records('plan'), '{}', 'and if it is rolled back');
SELECT is_empty('SELECT FROM public.log()', 'without a trace');
SELECT is(public.open(:c), '{}', 'opened again');
SELECT is(care.open_records('plan'), ARRAY[:c]::bigint[], 'it can be read');
SELECT is(public.parts(), 'answers conditions contacts measurements medication messages plan', 'all of it');
SELECT is(public.last_line(), 'open TREAT access_doctor Lung ward encounter', 'the log says who, for whom, why');
SELECT throws_ok($$ SELECT care.open_records('plans') $$, '22023', NULL, 'a part that is misspelt is an error, not nothing');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :other, 'TREAT'), '42501',
	format('"access_doctor" has no treatment relation with citizen %s', :other), 'no relation, no record');
SELECT throws_ok('SELECT care.open_record(-7, ''TREAT'')', '42501', NULL, 'who does not exist is nobody''s patient');
SELECT throws_ok('SELECT care.open_record(NULL, ''TREAT'')', '42501', NULL, 'nor is nobody');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'CURIOUS'), '22023', NULL, 'the purpose is a code');
SELECT throws_ok(format('SELECT care.open_record(%s, NULL)', :c), '22023', NULL, 'and needed');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'PATRQT'), '42501', NULL, 'a doctor is not the citizen');
SELECT throws_ok(format('SELECT smartcare.set_record_open(%s, 1, now() + interval %L)', :other, '1 hour'), '42501', NULL, 'the list cannot be forged');
SELECT throws_ok('SELECT FROM care.access_log', '42501', NULL, 'nor the log be read');
SELECT throws_ok(format('SELECT care.access_of(%s)', :c), '42501', NULL, 'in any form');

-- In an emergency.
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :other, 'ETREAT'), '22004', NULL, 'an emergency needs a reason');
SELECT throws_ok(format('SELECT care.open_record(%s, %L, %L)', :other, 'ETREAT', ' '), '22004', NULL, 'in words');
SELECT is(public.open(:other, 'ETREAT', 'unconscious'), '{}', 'then a doctor may');
SELECT is(care.open_records('plan'), ARRAY[:c, :other]::bigint[], 'two are open');
SET SESSION AUTHORIZATION access_secretary;
SELECT is(care.open_records('plan'), '{}', 'nothing is open for another');
SELECT throws_ok(format('SELECT care.open_record(%s, %L, %L)', :other, 'ETREAT', 'curious'), '42501',
	'"access_secretary" may not open records in an emergency', 'a secretary may not');
SELECT is(public.open(:c), '{}', 'but may where there is a relation');

-- The citizen, and who the citizen shares with.
SET SESSION AUTHORIZATION access_citizen;
SELECT is(public.open(:c, 'PATRQT'), '{}', 'the citizen opens the own record');
SELECT is(public.parts(), 'answers conditions contacts measurements medication messages plan', 'and sees all');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :other, 'PATRQT'), '42501', NULL, 'not another''s');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'TREAT'), '42501', NULL, 'nor as if to treat');
SET SESSION AUTHORIZATION access_daughter;
SELECT is(public.open(:c, 'FAMRQT'), '{answers,conditions,contacts,medication,messages}', 'the daughter does');
SELECT is(public.parts(), 'measurements plan', 'and sees what is shared');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'PATRQT'), '42501', NULL, 'she is not the citizen');
SELECT throws_ok(format('SELECT care.access_of(%s)', :c), '42501', NULL, 'and does not read the log');
RESET SESSION AUTHORIZATION;
SELECT status FROM care.remove_related_person(:c, (SELECT id FROM care.related_person), NULL, 'gone') \gset ignore_
SET SESSION AUTHORIZATION access_daughter;
SELECT is(public.parts(), NULL, 'until the citizen no longer shares');

-- Refusals: of a part, of all, from whom it names.
RESET SESSION AUTHORIZATION;
SELECT entry FROM care.refuse_consent(:c, NULL, 'sharing', 'refuse part', grantee => :hospital, scope => 'medication') \gset refusal_
SET SESSION AUTHORIZATION access_doctor;
SELECT is(public.parts(), 'answers conditions contacts measurements messages plan', 'a part that is refused is hidden at the next statement, from all units');
SELECT is(public.open(:c), '{medication}', 'and when it is opened anew');
SELECT throws_ok(format('SELECT care.open_record(%s, %L, NULL, true)', :c, 'TREAT'), '22004', NULL, 'to override it needs a reason');
SELECT is(public.open(:c, 'TREAT', 'interactions', true), '{}', 'then it is overridden');
SELECT is(public.parts(), 'answers conditions contacts measurements medication messages plan', 'and all is seen');
SELECT is(public.last_line(), 'open TREAT access_doctor Lung ward encounter interactions overridden by consent', 'which the log says');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT consent FROM care.access_log WHERE citizen = :c ORDER BY id DESC LIMIT 1), :refusal_entry::bigint, 'with the version that was overridden');
SET SESSION AUTHORIZATION access_gp;
SELECT is(public.open(:c), '{}', 'others see it as before');
RESET SESSION AUTHORIZATION;
SELECT entry FROM care.refuse_consent(:c, NULL, 'sharing', 'refuse all') \gset ignore_
SELECT is((SELECT care_team FROM care.citizen WHERE citizen = :c), '{}', 'who refuses all has no care team in work-lists');
SET SESSION AUTHORIZATION access_gp;
SELECT is(public.parts(), NULL, 'who refuses all hides all, at the next statement');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'TREAT'), '42501', NULL, 'and it does not open');
SET SESSION AUTHORIZATION access_doctor;
SELECT is(public.parts(), NULL, 'an override is for what was refused when it was made');
SET SESSION AUTHORIZATION access_secretary;
SELECT throws_ok(format('SELECT care.open_record(%s, %L, %L, true)', :c, 'TREAT', 'please'), '42501', '"access_secretary" may not override a refusal', 'not everybody may override');
RESET SESSION AUTHORIZATION;
SELECT entry FROM care.give_consent(:c, NULL, 'sharing', 'give', grantee => :practice) \gset given_
SELECT is((SELECT care_team FROM care.citizen WHERE citizen = :c), ARRAY[:'practice_role']::name[], 'until one is allowed again');
SET SESSION AUTHORIZATION access_gp;
SELECT is(public.open(:c), '{}', 'the last word counts');
SELECT is(public.last_line(), 'open TREAT access_gp Practice consent by consent', 'and is the consent that the log names');

-- Time: relations end, and practitioners leave.
RESET SESSION AUTHORIZATION;
SELECT entry FROM care.give_consent(:c, NULL, 'sharing', 'give all') \gset ignore_
SELECT status FROM care.discharge(:c, (SELECT id FROM care.encounter WHERE citizen = :c), :ward, 'out', now()) \gset ignore_
SET SESSION AUTHORIZATION access_doctor;
SELECT is(public.open(:c), '{}', 'what ended just now can be finished');
RESET SESSION AUTHORIZATION;
UPDATE care.setting SET value = '0' WHERE name = 'relation_after';
SET SESSION AUTHORIZATION access_doctor;
SELECT is(public.parts(), NULL, 'and no longer than the setting says');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'TREAT'), '42501', NULL, 'nor opened');
SELECT is(public.open(:c, 'HQUALIMP'), '{}', 'but to evaluate the own treatment');
RESET SESSION AUTHORIZATION;
SELECT status FROM care.restrict_processing(:c, NULL, 'contested', 'restrict') \gset ignore_
SET SESSION AUTHORIZATION access_doctor;
SELECT is(public.parts(), NULL, 'unless the processing is restricted');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'HQUALIMP'), '42501', format('the processing of the record of citizen %s is restricted', :c), 'which is the reason then');
RESET SESSION AUTHORIZATION;
SELECT status FROM care.lift_restriction(:c, NULL, 'settled', 'lift') \gset ignore_
SELECT throws_ok(format('SELECT care.lift_restriction(%s, NULL, %L, %L)', :c, ' ', 'lift again'), '22004', NULL, 'each with its reason');
UPDATE care.practitioner_role SET valid = daterange(NULL, care.today()) WHERE organization = :ward;
SET SESSION AUTHORIZATION access_doctor;
SELECT is(care.my_organizations(), '{}', 'who has left works for nobody');
SELECT is(care.open_records('plan'), '{}', 'and reads nothing, not even what is open');

-- A pool: one login, a role for each transaction.
SET SESSION AUTHORIZATION access_pool;
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'TREAT'), '42501', NULL, 'the application is nobody');
BEGIN;
SET LOCAL ROLE access_gp;
SELECT is(public.open(:c), '{}', 'it opens as a person');
COMMIT;
SELECT is(smartcare.open_records(), '{}', 'which it is not any longer');
BEGIN;
SET LOCAL ROLE access_gp;
SELECT is(care.open_records('plan'), ARRAY[:c]::bigint[], 'and is again');
SELECT is((SELECT close_record::text FROM care.close_record(:c)), '', 'closed');
SELECT is(care.open_records('plan'), '{}', 'is closed');
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT is(public.last_line(), 'close TREAT access_gp Practice', 'and logged');
SELECT is((SELECT array_agg(login::text || ' ' || role_name ORDER BY id) FROM care.access_log WHERE citizen = :c AND place > 10), '{access_pool access_gp,access_pool access_gp}', 'with login and person');

-- The citizen reads who has; an auditor reviews.
SET SESSION AUTHORIZATION access_citizen;
SELECT is((SELECT string_agg(concat_ws('|', activity, purpose, critical, reason, organization, person, role, on_behalf_of), E'\n' ORDER BY start_time)
	FROM care.access_of(:c) WHERE reference LIKE 'access_log%'), rtrim($$opened the record|Treatment|f|Lung ward|Dr. Ward|Doctor
opened the record|Treatment|f|Lung ward|Sec. Ward|Medical secretary
opened the record|The citizen's own look|f|Citizen|citizen
opened the record|A look by a person whom the citizen shares with|f|Daughter|daughter|Citizen
opened the record|Treatment|f|Lung ward|Dr. Ward|Doctor
opened the record|Treatment|t|interactions|Lung ward|Dr. Ward|Doctor
opened the record|Treatment|f|Practice|Dr. Practice|Doctor
opened the record|Treatment|f|Practice|Dr. Practice|Doctor
opened the record|Treatment|f|Lung ward|Dr. Ward|Doctor
opened the record|Evaluation of own treatment|f|Lung ward|Dr. Ward|Doctor
opened the record|Treatment|f|Practice|Dr. Practice|Doctor$$), 'the citizen reads who, for whom and why');
SELECT is((SELECT count(*) FROM care.access_of(:c) WHERE activity LIKE 'admit, encounter %' AND organization = 'Lung ward'), 1::bigint, 'and what was written');
SELECT throws_ok(format('SELECT care.access_of(%s)', :other), '42501', NULL, 'of nobody else');
SET SESSION AUTHORIZATION access_auditor;
SELECT access AS emergency FROM care.access_review WHERE citizen = :other \gset
SELECT is((SELECT array_agg(person || ' ' || reason ORDER BY at) FROM care.access_review), '{Dr. Ward unconscious,Dr. Ward interactions}', 'both wait for review');
SELECT lives_ok(format('SELECT care.review_access(%s, %s, %L, %L)', :other, :emergency, 'justified', 'ambulance'), 'which takes them off the list');
SELECT is((SELECT count(*) FROM care.access_review), 1::bigint, 'one by one');
SELECT throws_ok(format('SELECT care.review_access(%s, %s, %L, %L)', :c, :emergency, 'justified', 'x'), 'P0002', NULL, 'others do not wait');
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :c, 'TREAT'), '42501', NULL, 'an auditor opens no record');

-- The chain.
SELECT is_empty(format('SELECT * FROM care.verify_access_log(%s)', :c), 'the log is as it was written');
RESET SESSION AUTHORIZATION;
SELECT throws_ok('UPDATE care.access_log SET reason = NULL', '42501', NULL, 'it is not changed');
SELECT throws_ok('DELETE FROM care.access_log', '42501', NULL, 'not deleted');
SELECT throws_ok('TRUNCATE care.access_log', '42501', NULL, 'not emptied');
SELECT throws_ok('TRUNCATE care.access_log_default', '42501', NULL, 'nor are its partitions');
ALTER TABLE care.access_log_default DISABLE TRIGGER USER;
UPDATE care.access_log SET reason = 'tea' WHERE citizen = :c AND place = 2;
UPDATE care.access_log SET reason = 'tea' WHERE citizen = :c AND place = 3;
UPDATE care.access_log l SET hash = care.access_hash(l.previous_hash, l) WHERE citizen = :c AND place = 3;
DELETE FROM care.access_log WHERE citizen = :c AND place IN (6, 12);
INSERT INTO care.access_log (citizen, activity, login, role_name, purpose) VALUES (:c, 'open', 'x', 'x', 'TREAT');
SELECT is((SELECT string_agg(concat_ws(' ', l.place, v.problem), ', ' ORDER BY l.place, l.id) FROM care.verify_access_log(:c) v LEFT JOIN care.access_log l ON l.citizen = :c AND l.id = v.id),
	'2 was changed, 4 does not follow the row before, 7 rows are missing before, is in no chain, the last row is not that in place 12', 'who goes around that is found out');
DELETE FROM care.access_log WHERE citizen = :c AND place IS NULL;
ALTER TABLE care.access_log_default ENABLE TRIGGER USER;

-- Partitions: a month that has rows in the default partition stays there, and what is old goes.
INSERT INTO care.access_log (citizen, activity, at, login, role_name, purpose) VALUES (:other, 'open', now() - interval '6 years', 'x', 'x', 'TREAT');
CREATE TABLE care.access_log_2001_01 PARTITION OF care.access_log FOR VALUES FROM ('2001-01-01') TO ('2001-02-01');
SELECT care.keep_access_log() \gset ignore_
SELECT care.keep_access_log() \gset ignore_
SELECT is((SELECT array_agg(inhrelid::regclass::text ORDER BY inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'care.access_log'::regclass),
	ARRAY['care.' || to_char(now() AT TIME ZONE 'UTC' + interval '1 month', '"access_log_"YYYY_MM'), 'care.' || to_char(now() AT TIME ZONE 'UTC' + interval '2 months', '"access_log_"YYYY_MM'),
		'care.access_log_default'], 'the months to come have partitions');
SELECT is((SELECT min(at) > now() - interval '5 years' FROM care.access_log), true, 'rows that are old enough are gone');
SELECT is_empty(format('SELECT * FROM care.verify_access_log(%s) WHERE id > 1', :other), 'which breaks no chain');
SELECT is_empty($$
	SELECT c.oid::regclass, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relname LIKE 'access\_log\_%' AND c.relkind = 'r' AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)
$$, 'partitions have comments');
SELECT throws_ok(format('TRUNCATE care.%I', to_char(now() AT TIME ZONE 'UTC' + interval '1 month', '"access_log_"YYYY_MM')), '42501', NULL, 'and are not emptied');

-- Who reads a record that another is merged into reads both, whatever becomes of the merge.
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0303030000}', 'Kept', general_practice => :practice) AS kept \gset
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0404040000}', 'Not the same') AS wrong \gset
SET SESSION AUTHORIZATION access_gp;
SELECT (care.open_record(:kept, 'TREAT')).access \gset ignore_
RESET SESSION AUTHORIZATION;
SELECT care.merge_citizens(:kept, :wrong, 'one person') AS merge \gset
SET SESSION AUTHORIZATION access_gp;
SELECT (care.open_record(:kept, 'CAREMGT')).access \gset ignore_
RESET SESSION AUTHORIZATION;
SELECT pg_sleep(0.01) \gset ignore_
SELECT care.unmerge_citizens(:kept, :merge, 'two after all') \gset ignore_
SELECT pg_sleep(0.01) \gset ignore_
SET SESSION AUTHORIZATION access_gp;
SELECT (care.open_record(:kept, 'TREAT', 'later')).access \gset ignore_
RESET SESSION AUTHORIZATION;
SELECT results_eq(format('SELECT activity, purpose, reason, login::text FROM care.access_of(%s) ORDER BY start_time', :wrong), $$ VALUES
	('opened the record', 'Treatment', NULL, 'access_gp'),
	('merged it into another record', NULL, 'one person', current_user::text),
	('opened the record', 'Coordination of care', NULL, 'access_gp'),
	('took it out of another record', NULL, 'two after all', current_user::text) $$, 'what was open while another record was in it is a look at that, too');
SELECT results_eq(format('SELECT activity, reason FROM care.access_of(%s) ORDER BY start_time', :kept), $$ VALUES
	('opened the record', NULL), ('merged another record into it', 'one person'), ('opened the record', NULL),
	('took another record out of it', 'two after all'), ('opened the record', 'later') $$, 'and the merging is in the trace of both');
INSERT INTO care.condition (citizen, name) VALUES (:kept, 'cough') RETURNING id AS cough \gset
SELECT care.move_entry(:kept, 'condition', :cough, :wrong, 'not mine') \gset ignore_
SELECT is((SELECT array_agg(a.activity ORDER BY k.place) FROM unnest(ARRAY[:kept, :wrong]) WITH ORDINALITY AS k (citizen, place)
		CROSS JOIN LATERAL care.access_of(k.citizen) a WHERE a.reason = 'not mine'),
	ARRAY[format('moved condition %s to another record', :cough), format('moved condition %s from another record', :cough)], 'as is moving');
SELECT entry AS daughter FROM care.add_related_person(:c, NULL, 'Daughter', 'daughter', 'again') \gset
SELECT care.write_diary(:c, 'Wrote for her', 'by the daughter', related_person => :daughter) \gset ignore_
SELECT is((SELECT ROW(a.person, a.role, a.on_behalf_of)::text FROM care.access_of(:c) a WHERE a.activity LIKE 'write diary%' ORDER BY a.start_time DESC LIMIT 1),
	'(Daughter,daughter,Citizen)', 'who writes for the citizen is not taken for the citizen');

-- The setting alone does not shorten the log.
UPDATE care.setting SET value = '0' WHERE name = 'access_log_kept';
SELECT count(*) AS logged FROM care.access_log \gset
SELECT care.keep_access_log() \gset ignore_
SELECT is((SELECT count(*) FROM care.access_log), :logged::bigint, 'what the rule keeps is kept');
SELECT throws_ok('DELETE FROM care.access_log', '42501', NULL, 'from everybody');
UPDATE care.setting SET value = '5 years' WHERE name = 'access_log_kept';

-- Roles that a dump does not hold.
DROP ROLE :"ward_role", :"practice_role";
SET SESSION AUTHORIZATION access_gp;
SELECT is(care.my_organizations(), '{}', 'without its role nobody is of the practice');
RESET SESSION AUTHORIZATION;
UPDATE care.practitioner_role SET valid = daterange(NULL, NULL) WHERE organization = :ward AND code = 'doctor';
SET ROLE layout_owner;
SELECT throws_ok('SELECT care.restore_roles()', '42501', NULL, 'roles are restored by who may make them');
RESET ROLE;
SELECT bag_eq('SELECT role_name FROM care.restore_roles() WHERE made', format('VALUES (%L::name), (%L)', :'ward_role', :'practice_role'), 'restored is what is missing');
SELECT is_empty('SELECT role_name FROM care.restore_roles() WHERE made', 'and nothing twice');
SET SESSION AUTHORIZATION access_gp;
SELECT is(care.my_organizations(), ARRAY[:practice]::bigint[], 'who works there is a member again');
RESET SESSION AUTHORIZATION;
SELECT ok(pg_has_role('access_doctor', :'ward_role', 'MEMBER') AND NOT pg_has_role('access_secretary', :'ward_role', 'MEMBER'), 'and who has left is not');

-- The rights of the function roles are what care.role_grant says, whatever was granted besides.
CREATE FUNCTION pg_temp.rights() RETURNS TABLE (role_name name, privilege text, object name) LANGUAGE sql AS $$
	SELECT a.grantee::regrole::name, a.privilege_type, o.object FROM (
		SELECT relname, relacl FROM pg_class WHERE relnamespace = 'care'::regnamespace
		UNION SELECT proname, proacl FROM pg_proc WHERE pronamespace = 'care'::regnamespace
	) AS o (object, acl), aclexplode(o.acl) AS a
	WHERE a.grantee::regrole::text LIKE 'care\_%'
$$;
-- Functions of what is not there yet are granted when it comes.
CREATE TEMP VIEW granted AS SELECT g.role_name, g.privilege, g.object FROM care.role_grant g
WHERE g.privilege <> 'USAGE' AND (g.privilege <> 'EXECUTE' OR EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'care'::regnamespace AND p.proname = g.object));
SELECT bag_eq('SELECT * FROM pg_temp.rights()', 'TABLE pg_temp.granted', 'the matrix');
SELECT is_empty($$ SELECT object FROM care.role_grant WHERE privilege = 'EXECUTE' AND object NOT IN ('next_messages', 'report_sent') EXCEPT SELECT object FROM pg_temp.granted $$,
	'which are those of the outbox');
GRANT ALL ON care.citizen, care.access_review TO care_analyst, care_auditor;
CALL smartcare.migrate();
SELECT bag_eq('SELECT * FROM pg_temp.rights()', 'TABLE pg_temp.granted', 'and after migrate()');

SELECT * FROM finish();
DROP OWNED BY access_doctor, access_secretary, access_gp, access_stranger, access_citizen, access_daughter, access_auditor, access_pool;
DROP ROLE access_doctor, access_secretary, access_gp, access_stranger, access_citizen, access_daughter, access_auditor, access_pool,
	"care_org_-101", "care_org_-102", "care_org_-102_2";
SELECT format('DROP ROLE %I', role_name) FROM care.organization WHERE role_name IS NOT NULL AND id > 0 \gexec
