-- A citizen on the way from practice to hospital and home, each step and look by the role of who does it. Everything
-- goes through what care.role_grant gives; each record that is read has its row in the log.
SET client_min_messages = warning;
SELECT plan(48);

CREATE ROLE story_gp LOGIN;
CREATE ROLE story_ward LOGIN;
CREATE ROLE story_home LOGIN;
CREATE ROLE story_nancy LOGIN;
GRANT care_professional TO story_gp, story_ward, story_home;
GRANT care_citizen TO story_nancy;
SELECT care.register_organization('Practice', 'general practice') AS practice, care.register_organization('Ward', 'hospital') AS ward,
	care.register_organization('Home care', 'municipality') AS home \gset
SELECT count(care.assign_practitioner(care.register_practitioner(p.name, p.role_name), p.organization, p.code)::text) FROM (VALUES
	('GP', 'story_gp'::name, :practice, 'doctor'), ('Nurse', 'story_ward', :ward, 'nurse'), ('Carer', 'story_home', :home, 'health assistant')) AS p (name, role_name, organization, code) \gset ignore_
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{2512489996}', 'Nancy Berggren', general_practice => :practice) AS nancy \gset
SELECT care.tie_login('story_nancy', :nancy) \gset ignore_
INSERT INTO care.condition (citizen, name, source) VALUES (:nancy, 'COPD', 'c');

-- What is on the work-lists of the caller, and a look at the record: what can be read of it.
CREATE FUNCTION public.list() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(w.kind, ' ' ORDER BY w.kind) FROM care.my_worklist w $$;
CREATE FUNCTION public.own_list(c bigint) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(w.kind, ' ' ORDER BY w.kind) FROM care.worklist_of_citizen(c) w $$;
CREATE FUNCTION public.entry(entity text, c bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE found_entry bigint;
BEGIN EXECUTE format('SELECT max(id) FROM care.%I($1)', entity || '_of') INTO found_entry USING c; RETURN found_entry; END $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC;

-- The practice refers.
SET SESSION AUTHORIZATION story_gp;
SELECT is(care.find_citizen('urn:oid:1.2.208.176.1.2', '251248-9996'), :nancy::bigint, 'the practice finds its patient');
SELECT is((care.open_record(:nancy, 'TREAT')).withheld, '{}', 'and opens the record');
SELECT is((SELECT conditions FROM care.overview_of(:nancy)), 'COPD', 'whose conditions it reads');
SELECT is((care.refer(:nancy, :practice, :ward, 'hospital', 'breathless', 'r1')).status, 'requested', 'it refers');
SELECT throws_ok(format('SELECT care.accept_referral(%s, %s, %s, %L)', :nancy, public.entry('service_request', :nancy), :ward, 'x'), '42501', NULL, 'but accepts not for the ward');

-- The ward did not know of the citizen before.
SET SESSION AUTHORIZATION story_home;
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :nancy, 'TREAT'), '42501', NULL, 'who has nothing to do with it opens nothing');
SELECT is(public.list(), NULL, 'and has nothing to do');
SET SESSION AUTHORIZATION story_ward;
SELECT is(public.list(), 'referral', 'the ward has the referral on its list');
SELECT throws_ok(format('SELECT * FROM care.timeline_of(%s)', :nancy), '42501', NULL, 'and reads nothing before it opens the record');
BEGIN;
SELECT isnt((care.open_record(:nancy, 'TREAT')).access, NULL, 'which it does');
ROLLBACK;
SELECT throws_ok(format('SELECT * FROM care.overview_of(%s)', :nancy), '42501', NULL, 'but what was rolled back shows nothing');
SELECT isnt((care.open_record(:nancy, 'TREAT')).access, NULL, 'and left no trace');
SELECT is((SELECT name FROM care.overview_of(:nancy)), 'Nancy Berggren', 'once committed it can be read');
SELECT is((care.accept_referral(:nancy, public.entry('service_request', :nancy), :ward, 'w1')).status, 'accepted', 'the ward accepts');
SELECT is((care.admit(:nancy, :ward, 'IMP', 'w2', reason => 'pneumonia', referral => public.entry('service_request', :nancy))).status, 'in-progress', 'and admits');
SELECT is((care.request_task(:nancy, :ward, :home, 'visit', 'oxygen at home', 'w3')).status, 'requested', 'and asks home care for help');
SELECT is(care.record(:nancy, 'heart_rate', ARRAY[now()], '{80}', '/min'), 1, 'measures');
SELECT is((SELECT value FROM care.measurement_of(:nancy, 'heart_rate')), 80::float8, 'and reads the measurement');
SELECT ok((SELECT count(*) > 10 FROM care.possible_steps(:nancy)), 'it sees what can be done');
SELECT is((SELECT sum(open) FROM care.workload_of(:ward) WHERE kind = 'stay'), 1::numeric, 'and how much there is');
RESET ALL;
SELECT throws_ok(format('SELECT * FROM care.overview_of(%s)', :nancy), '42501', NULL, 'a pooler that resets the session closes the record');
SET client_min_messages = warning;

-- Home care is asked, and so treats.
SET SESSION AUTHORIZATION story_home;
SELECT is(public.list(), 'task', 'home care has the task');
SELECT isnt((care.open_record(:nancy, 'CAREMGT')).access, NULL, 'and opens the record');
SELECT is((care.accept_task(:nancy, public.entry('task', :nancy), :home, 'h1')).status, 'accepted', 'to accept it');

-- The citizen looks, writes, and refuses.
SET SESSION AUTHORIZATION story_nancy;
SELECT throws_ok(format('SELECT * FROM care.overview_of(%s)', :nancy), '42501', NULL, 'the citizen, too, opens the record first');
SELECT isnt((care.open_record(:nancy, 'PATRQT')).access, NULL, 'for oneself');
SELECT is((SELECT count(*) > 2 FROM care.timeline_of(:nancy)), true, 'reads what happened');
SELECT is((care.write_diary(:nancy, 'slept badly', 'n1')).status, 'final', 'writes the diary');
SELECT is((care.refuse_consent(:nancy, NULL, 'sharing', 'n2', grantee => :home, scope => 'plan')).status, 'rejected', 'refuses to share the plan with home care');
SELECT is((care.refuse_consent(:nancy, NULL, 'sharing', 'n3', grantee => :home, scope => 'conditions')).status, 'rejected', 'and the conditions');
SELECT is(public.own_list(:nancy), NULL, 'and has nothing to do');

SET SESSION AUTHORIZATION story_home;
SELECT is(public.list(), NULL, 'the task is hidden from the work-list');
SELECT throws_ok(format('SELECT * FROM care.task_of(%s)', :nancy), '42501', NULL, 'and from the record that is open still');
SELECT throws_ok(format('SELECT care.export_bundle(%s)', :nancy), '42501', format('parts of the record of citizen %s are withheld', :nancy), 'which is not exported in part');
SELECT is_empty(format('SELECT * FROM care.correspondence(%s)', :nancy), 'other parts can be read');
SELECT is((SELECT concat_ws('|', name, conditions, measurements IS NOT NULL, as_of) FROM care.overview_of(:nancy)), 'Nancy Berggren|t', 'the overview has the rest');
SELECT is((SELECT count(*) FROM care.timeline_of(:nancy) WHERE entity IN ('condition', 'task', 'care_plan')), 0::bigint, 'so has the timeline');
SET SESSION AUTHORIZATION story_ward;
SELECT is(public.list(), 'stay', 'others see what they saw');
SET SESSION AUTHORIZATION story_nancy;
SELECT is((care.give_consent(:nancy, NULL, 'sharing', 'n4', grantee => :home)).entry, 3::bigint, 'what is refused is allowed again');
SET SESSION AUTHORIZATION story_home;
SELECT is(public.list(), 'task', 'and seen');
SELECT is((SELECT conditions FROM care.overview_of(:nancy)), 'COPD', 'as it was');
SELECT isnt((care.open_record(:nancy, 'CAREMGT')).access, NULL, 'under the new version');
SELECT ok((SELECT jsonb_array_length(care.export_bundle(:nancy) -> 'entry') > 5), 'all of it');
SELECT is((care.complete_task(:nancy, public.entry('task', :nancy), :home, 'h2')).status, 'completed', 'home care has done it');

-- Each look, by whom, for whom, why, and under which consent; each step with who took it.
SET SESSION AUTHORIZATION story_nancy;
SELECT is((SELECT string_agg(concat_ws('|', person, organization, purpose, consent), E'\n' ORDER BY start_time) FROM care.access_of(:nancy) WHERE activity = 'opened the record'), rtrim($$GP|Practice|Treatment
Nurse|Ward|Treatment
Carer|Home care|Coordination of care
Nancy Berggren|The citizen's own look
Carer|Home care|Coordination of care|3$$), 'the citizen reads who looked');
SELECT is((SELECT string_agg(concat_ws('|', login, activity), E'\n' ORDER BY start_time, reference) FROM care.access_of(:nancy) WHERE login IN ('story_gp', 'story_ward') AND activity <> 'opened the record'),
	rtrim($$story_gp|found in a search
story_gp|refer, service request 1
story_ward|accept referral, service request 1
story_ward|admit, encounter 1
story_ward|request task, task 1
story_ward|recorded Heart rate$$), 'and who wrote, by name');
SELECT array_agg(concat_ws(' ', entity, entry, title) ORDER BY "time", entity, entry, title) AS timeline FROM care.timeline_of(:nancy) \gset
RESET SESSION AUTHORIZATION;
SELECT is(:'timeline', array_agg(concat_ws(' ', entity, entry, title) ORDER BY "time", entity, entry, title), 'the timeline, too, is all there')
FROM care.timeline WHERE citizen = :nancy;
SELECT is_empty(format('SELECT * FROM care.verify_access_log(%s)', :nancy), 'the log is whole');

SELECT * FROM finish();
DROP OWNED BY story_gp, story_ward, story_home, story_nancy;
DROP ROLE story_gp, story_ward, story_home, story_nancy;
SELECT format('DROP ROLE %I', role_name) FROM care.organization WHERE role_name IS NOT NULL \gexec
