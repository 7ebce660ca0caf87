-- Searches and lists over many citizens: who is found, and the trace that is left, of which the server's log has what was rolled back.
SET client_min_messages = warning;
SELECT plan(36);

CREATE ROLE search_doctor LOGIN;
CREATE ROLE search_nurse LOGIN;
CREATE ROLE search_auditor LOGIN;
CREATE ROLE search_nancy LOGIN;
GRANT care_professional TO search_doctor, search_nurse;
GRANT care_auditor TO search_auditor;
GRANT care_citizen TO search_nancy;
SELECT care.register_organization('Ward', 'hospital') AS ward, care.register_organization('Practice', 'general practice') AS practice,
	care.register_organization('Town', 'municipality') AS town \gset
SELECT care.assign_practitioner(care.register_practitioner('Doctor', 'search_doctor'), :ward, 'doctor'),
	care.assign_practitioner(care.register_practitioner('Nurse', 'search_nurse'), :practice, 'nurse') \gset ignore_
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{2512489996}', 'Nancy Ann Berggren', '1948-12-25', general_practice => :practice, municipality => :town) AS nancy,
	care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101010000}', 'Anna-Lise Berg', '1901-01-01', general_practice => :practice) AS lise,
	care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0202020000}', 'Ann%', '1902-02-02') AS stranger \gset
SELECT care.tie_login('search_nancy', :nancy) \gset ignore_
SELECT care.admit(:nancy, :ward, 'IMP', 'admit', now() - interval '2 days') \gset ignore_
CREATE FUNCTION public.found(n text DEFAULT NULL, b date DEFAULT NULL, m bigint DEFAULT NULL, p bigint DEFAULT NULL) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(full_name, ', ') FROM care.find_citizens(n, b, m, p) $$;

-- Who is found: those whom the caller's organizations treat.
SET SESSION AUTHORIZATION search_nurse;
SELECT is(public.found('ann'), 'Anna-Lise Berg, Nancy Ann Berggren', 'each word begins a word of the name');
SELECT is(public.found('BERG n'), 'Nancy Ann Berggren', 'in any order and case');
SELECT is(public.found('lise'), 'Anna-Lise Berg', 'also behind a hyphen');
SELECT is(public.found('anna-lise'), 'Anna-Lise Berg', 'or with it');
SELECT is(public.found('ann%'), NULL, 'no wildcards');
SELECT is(public.found('ann', '1948-12-25'), 'Nancy Ann Berggren', 'by date of birth');
SELECT is(public.found(m => :town), 'Nancy Ann Berggren', 'by municipality');
SELECT is(public.found(p => :practice), 'Anna-Lise Berg, Nancy Ann Berggren', 'by general practice');
SELECT is(public.found('Nobody'), NULL, 'nobody');
SELECT throws_ok('SELECT care.find_citizens()', '22004', NULL, 'all is no search');
SELECT throws_ok($$SELECT care.find_citizens(' - ')$$, '22004', NULL, 'nor is a name without letters');
SET SESSION AUTHORIZATION search_doctor;
SELECT is(public.found('ann'), 'Nancy Ann Berggren', 'another sees the own');
RESET SESSION AUTHORIZATION;
SELECT is(public.found('ann'), NULL, 'and who works for nobody none');
SELECT care.refuse_consent(:nancy, NULL, 'sharing', 'refuse', grantee => :practice) \gset ignore_
SET SESSION AUTHORIZATION search_nurse;
SELECT is(public.found('ann'), 'Anna-Lise Berg', 'not who refuses all');
RESET SESSION AUTHORIZATION;
SELECT care.discharge(:nancy, (SELECT id FROM care.encounter), :ward, 'out', now() - interval '1 day') \gset ignore_
SET SESSION AUTHORIZATION search_doctor;
SELECT is(public.found('ann'), 'Nancy Ann Berggren', 'who has left is found as long as it serves treatment');
RESET SESSION AUTHORIZATION;
UPDATE care.setting SET value = '0' WHERE name = 'relation_after';
SET SESSION AUTHORIZATION search_doctor;
SELECT is(public.found('ann'), NULL, 'and no longer, whatever care_team has');
RESET SESSION AUTHORIZATION;
UPDATE care.setting SET value = '0' WHERE name = 'search_limit';
SET SESSION AUTHORIZATION search_nurse;
SELECT throws_ok($$SELECT care.find_citizens('ann')$$, '54000', NULL, 'a search that would find too many finds none');
RESET SESSION AUTHORIZATION;
UPDATE care.setting SET value = '100' WHERE name = 'search_limit';
SET SESSION AUTHORIZATION search_auditor;
SELECT throws_ok($$SELECT care.find_citizens('ann')$$, '42501', NULL, 'others search not');

-- The trace: by criterion where there were many or none, with the citizen where it was one.
SELECT is((SELECT string_agg(concat_ws('|', person, activity, criterion, found), E'\n' ORDER BY id) FROM care.search_trace WHERE role_name = 'search_nurse'), rtrim($$Nurse|search|{"name": "ann"}|2
Nurse|search|{"name": "ann%"}|0
Nurse|search|{"general_practice": 2}|2
Nurse|search|{"name": "Nobody"}|0$$), 'the auditor reads what was asked');
SELECT throws_ok('TABLE care.search_log', '42501', NULL, 'in the view alone');
SET SESSION AUTHORIZATION search_nancy;
SELECT is((SELECT string_agg(concat_ws('|', person, reason), E'\n' ORDER BY start_time) FROM care.access_of(:nancy) WHERE activity = 'found in a search'), rtrim($$Nurse|by name
Nurse|by birth date, name
Nurse|by municipality
Doctor|by name
Doctor|by name$$), 'the citizen sees who found nobody else');
SET SESSION AUTHORIZATION search_nurse;
SELECT is(care.find_citizen('urn:oid:1.2.208.176.1.2', '010101-0000'), :lise::bigint, 'who is known by number');
SELECT is(care.find_citizen('urn:oid:1.2.208.176.1.2', '0303030000'), NULL, 'and who is not');
SELECT is((SELECT count(*) FROM care.worklist_of(:practice)), 0::bigint, 'a work-list');
SELECT is((SELECT count(*) FROM care.my_worklist), 0::bigint, 'and all');
SELECT throws_ok(format('SELECT care.worklist_of(%s)', :ward), '42501', NULL, 'not another''s');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT concat_ws('|', activity, role_name, purpose, reason) FROM care.access_log WHERE citizen = :lise ORDER BY id DESC LIMIT 1), 'find|search_nurse|by system, value', 'are logged');
SELECT is((SELECT string_agg(concat_ws('|', activity, criterion, found), E'\n' ORDER BY id) FROM (SELECT * FROM care.search_log WHERE role_name = 'search_nurse' ORDER BY id DESC LIMIT 3) l), rtrim($$search|{"value": "0303030000", "system": "urn:oid:1.2.208.176.1.2"}|0
worklist|{"organization": 2}|0
worklist|{"organization": 2}|0$$), 'by criterion and number');
SELECT is((SELECT count(*) FROM care.search_log WHERE role_name NOT IN ('search_nurse', 'search_doctor')), 0::bigint, 'the owner reads the tables');

-- It is kept and chained as the log of records.
SELECT throws_ok('UPDATE care.search_log SET criterion = ''{}''', '42501', NULL, 'it is not changed');
SELECT throws_ok('DELETE FROM care.search_log', '42501', NULL, 'not deleted');
SELECT throws_ok('TRUNCATE care.search_log', '42501', NULL, 'not emptied');
SET SESSION AUTHORIZATION search_auditor;
SELECT is_empty($$SELECT * FROM care.verify_search_log('search_nurse')$$, 'it is whole');
RESET SESSION AUTHORIZATION;
ALTER TABLE care.search_log_default DISABLE TRIGGER USER;
DELETE FROM care.search_log WHERE role_name = 'search_nurse' AND place = 2;
UPDATE care.search_log SET found = 1 WHERE role_name = 'search_nurse' AND place = 5;
SELECT is((SELECT string_agg(l.place || ' ' || v.problem, ', ' ORDER BY l.place) FROM care.verify_search_log('search_nurse') v JOIN care.search_log l USING (id)),
	'3 rows are missing before, 5 was changed', 'and who goes around that is found out');
ALTER TABLE care.search_log_default ENABLE TRIGGER USER;

-- What is rolled back leaves no row; access_hostile has what the server's log has then.
SELECT count(*) AS before FROM care.search_log \gset
SET SESSION AUTHORIZATION search_nurse;
BEGIN;
SELECT is(public.found('zoe'), NULL, 'a search');
ROLLBACK;
RESET SESSION AUTHORIZATION;
SELECT is((SELECT count(*) FROM care.search_log), :before::bigint, 'that is rolled back has no row');

SELECT * FROM finish();
DROP OWNED BY search_doctor, search_nurse, search_auditor, search_nancy;
DROP ROLE search_doctor, search_nurse, search_auditor, search_nancy;
SELECT format('DROP ROLE %I', role_name) FROM care.organization WHERE role_name IS NOT NULL \gexec
