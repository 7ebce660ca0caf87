-- What a citizen can ask for: a report of everything, corrections, a restriction, erasure where no rule keeps it.
-- Committed step by step, for a record is readable only then; the database goes, the roles are dropped at the end.
SET client_min_messages = warning;
SELECT plan(59);

CREATE ROLE right_citizen LOGIN;
CREATE ROLE right_other LOGIN;
CREATE ROLE right_doctor LOGIN;
CREATE ROLE right_auditor LOGIN;
CREATE ROLE right_admin LOGIN;
GRANT care_citizen TO right_citizen, right_other;
GRANT care_professional TO right_doctor;
GRANT care_auditor TO right_auditor;
GRANT care_admin TO right_admin;
\o /dev/null
\i test/sample.sql
SELECT care.tie_login('right_citizen', :nancy);
SELECT care.tie_login('right_other', :other);
\o

-- The report: every table about a citizen, by the catalog, each with all its rows.
SELECT is_empty($$
	SELECT c.relname FROM pg_class c
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'citizen'
	WHERE c.relnamespace = 'care'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
		AND c.relname::text NOT IN (SELECT area FROM care.report_area)
$$, 'every table about a citizen is an area of the report');
SELECT results_eq($$ SELECT area FROM care.report_area WHERE left_out IS NOT NULL ORDER BY 1 $$,
	$$ VALUES ('access_chain'), ('access_log'), ('erasure'), ('identifier_owner'), ('resource_key') $$, 'left out, with their reasons, are these');
CREATE TABLE public.counted (area text, entries bigint);
SELECT format('INSERT INTO public.counted SELECT %L, count(*) FROM care.%I t WHERE t.citizen IN (%s, %s)', area, area, :nancy, :double)
FROM care.report_area WHERE left_out IS NULL AND area NOT IN ('message', 'access') \gexec
GRANT SELECT ON public.counted TO right_admin;
SELECT ok((SELECT count(*) FROM public.counted WHERE entries > 0) = (SELECT count(*) FROM public.counted) - 1
	AND (SELECT area = 'death_record' FROM public.counted WHERE entries = 0), 'the sample has rows of all, but of her death');
SELECT is_empty(format($$
	SELECT c.area, c.entries, count(r.area) FROM public.counted c
	LEFT JOIN care.citizen_report(%s) r ON r.area = c.area AND (r.content ->> 'citizen')::bigint IN (%s, %s)
	GROUP BY c.area, c.entries HAVING count(r.area) <> c.entries
$$, :nancy, :nancy, :double), 'and the report has every one of them, those of merged records too');
SELECT is_empty(format('SELECT * FROM care.citizen_report(%s) WHERE area <> ALL (ARRAY(SELECT area FROM care.report_area WHERE left_out IS NULL))', :nancy), 'and nothing else');
SET ROLE layout_owner;
CREATE TABLE care.forgotten (citizen bigint NOT NULL REFERENCES care.citizen, id bigint, secret text, PRIMARY KEY (citizen, id));
INSERT INTO care.forgotten VALUES (:nancy, 1, 'kept in a table of tomorrow');
RESET ROLE;
SELECT is((SELECT content ->> 'secret' FROM care.citizen_report(:nancy) WHERE area = 'forgotten'), 'kept in a table of tomorrow', 'a new table is in it at once');
SELECT is((SELECT kept_by || ': ' || reason FROM care.erasure_due(now(), :nancy)), 'forgotten: No rule says how long it is kept', 'and is kept as long as no rule says otherwise');
DROP TABLE care.forgotten;
SELECT is_empty($$ SELECT area FROM care.report_area WHERE area NOT IN ('message', 'access') EXCEPT SELECT entity::text FROM care.retention_rule $$, 'every table about a citizen has a rule');
SELECT is_empty($$
	SELECT r.entity FROM care.retention_rule r
	WHERE to_regclass('care.' || quote_ident(r.entity)) IS NULL OR r.counted_from IS NOT NULL
		AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = ('care.' || quote_ident(r.entity))::regclass AND a.attname = r.counted_from)
$$, 'and every rule its table, and a column of it');

SELECT is((SELECT array_agg(content ->> 'status' ORDER BY entry) FROM care.citizen_report(:nancy) WHERE area = 'measurement_batch'),
	'{final,final,final,corrected,entered-in-error}', 'what was corrected and what was said before are both there');
SELECT is((SELECT content -> 'organization' ->> 'name' FROM care.citizen_report(:nancy) WHERE area = 'encounter'), E'Ambulatoriet på Ærø\n"Øst"', 'organizations have their names');
SELECT is((SELECT content ->> 'body' ~ 'MessageHeader' FROM care.citizen_report(:nancy) WHERE area = 'message'), true, 'messages are there as they came');
SELECT is((SELECT array_agg(citizen) FROM (SELECT DISTINCT content ->> 'citizen' AS citizen FROM care.citizen_report(:other) WHERE content ? 'citizen') c), ARRAY[:'other'], 'it has nothing of others');
SELECT is((SELECT count(*) FROM care.citizen_report(:nancy) WHERE area = 'access'), (SELECT count(*) FROM care.access_of(:nancy)), 'and who has seen it');
SELECT set_eq(format('SELECT area, entry FROM care.citizen_report(%s)', :double), format('SELECT area, entry FROM care.citizen_report(%s)', :nancy), 'under any of the numbers');

-- Who may have it: who has opened the record for that, and so left a trace.
SET SESSION AUTHORIZATION right_citizen;
SELECT throws_ok(format('SELECT FROM care.citizen_report(%s)', :nancy), '42501', NULL, 'not without opening the record');
SELECT purpose FROM (SELECT (care.open_record(:nancy, 'PATRQT')).access) a (purpose) \gset ignore_
SELECT ok((SELECT count(*) FROM care.citizen_report(:nancy)) > 50, 'the citizen reads the own');
SELECT throws_ok(format('SELECT FROM care.citizen_report(%s)', :other), '42501', NULL, 'and no other');
SET SESSION AUTHORIZATION right_doctor;
SELECT throws_ok(format('SELECT FROM care.citizen_report(%s)', :nancy), '42501', 'permission denied for function citizen_report', 'a professional none');
SET SESSION AUTHORIZATION right_auditor;
SELECT throws_ok(format('SELECT care.open_record(%s, %L)', :nancy, 'RECORDMGT'), '22004', NULL, 'who makes one for the citizen says why');
BEGIN;
SELECT throws_ok(format('SELECT FROM care.citizen_report(%s)', :nancy), '42501', NULL, 'has to open it');
SELECT access FROM care.open_record(:nancy, 'RECORDMGT', 'asked by letter') \gset opened_
SELECT throws_ok(format('SELECT FROM care.citizen_report(%s)', :nancy), '42501', NULL, 'and to commit that');
COMMIT;
SELECT ok((SELECT count(*) FROM care.citizen_report(:nancy)) > 50, 'then an auditor reads the report');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT care.access_stands(l, 'plan', '{1,2,3}') FROM care.access_log l WHERE citizen = :nancy AND id = :opened_access), false, 'and nothing but the report');
SET SESSION AUTHORIZATION right_doctor;
SELECT throws_ok(format('SELECT care.open_record(%s, %L, %L)', :nancy, 'RECORDMGT', 'curious'), '42501', '"right_doctor" makes no reports for citizens', 'it is no way around a treatment relation');
SET SESSION AUTHORIZATION right_admin;
SELECT access FROM care.open_record(:nancy, 'RECORDMGT', 'asked at the desk') \gset opened_
SELECT ok((SELECT count(*) FROM care.citizen_report(:nancy)) > 50, 'so does an administrator');
SET SESSION AUTHORIZATION right_citizen;
SELECT is((SELECT array_agg(reason ORDER BY start_time) FROM care.access_of(:nancy) WHERE purpose = 'A report for the citizen'), '{asked by letter,asked at the desk}', 'the citizen sees who had one, and why');

-- Corrections.
SELECT entry AS task, status, event FROM care.request_correction(:nancy, 'encounter', 1, 'I was not there in January', 'correction 1') \gset
SELECT is((SELECT event FROM care.request_correction(:nancy, 'encounter', 1, 'I was not there in January', 'correction 1')), :event::bigint, 'asked twice, it is one request');
SELECT throws_ok(format('SELECT care.request_correction(%s, %L, 1, %L, %L)', :other, 'encounter', 'x', 'c2'), '42501', NULL, 'nobody asks for another');
SELECT throws_ok(format('SELECT care.request_correction(%s, %L, 4711, %L, %L)', :nancy, 'encounter', 'x', 'c3'), 'P0002', NULL, 'an entry that is not there');
SELECT throws_ok(format('SELECT care.request_correction(%s, %L, 1, %L, %L)', :nancy, 'organization', 'x', 'c4'), 'P0002', NULL, 'what is not about a citizen');
SELECT throws_ok(format('SELECT care.request_correction(%s, %L, 1, %L, %L)', :nancy, 'no such table"', 'x', 'c5'), 'P0002', NULL, 'nor anything');
SELECT throws_ok(format('SELECT care.request_correction(%s, %L, 1, %L, %L)', :nancy, 'encounter', ' ', 'c6'), '22004', NULL, 'it takes words');
SELECT is((SELECT count(*) FROM (SELECT care.request_correction(:nancy, 'diary_entry', 1, 'typo', 'c7')) t), 1::bigint, 'what names nobody goes to the general practice');
RESET SESSION AUTHORIZATION;
SELECT results_eq($$ SELECT organization, kind, reason FROM care.worklist WHERE entity = 'task' AND reason ~ 'correction|not there|typo' ORDER BY 1 $$,
	$$ VALUES (2::bigint, 'task', 'encounter 1: I was not there in January (requested)'), (3, 'task', 'diary entry 1: typo (requested)') $$, 'both are on the work-lists of who is responsible');
SELECT to_jsonb(e) AS before FROM care.encounter e WHERE citizen = :nancy AND id = 1 \gset
SELECT status FROM care.reject_task(:nancy, :task, 2, 'You were: see the letter of 8 January', 'answer 1') \gset ignore_
SELECT is((SELECT to_jsonb(e) FROM care.encounter e WHERE citizen = :nancy AND id = 1), :'before', 'nothing is overwritten');
SELECT is((SELECT content ->> 'note' FROM care.citizen_report(:nancy) WHERE area = 'task' AND entry = concat(:nancy, ' ', :task)), 'You were: see the letter of 8 January', 'and the citizen reads the answer');

-- Restriction.
SELECT is(care.is_restricted(:nancy), false, 'nobody is restricted at first');
SELECT throws_ok(format('SELECT care.restrict_processing(%s, NULL, NULL, %L)', :nancy, 'r0'), '22004', NULL, 'it has a reason');
SELECT event AS restriction FROM care.restrict_processing(:nancy, NULL, 'it is not right', 'r1') \gset
SELECT is((SELECT reason FROM care.restricted_citizen WHERE citizen = :nancy), 'it is not right', 'restricted, and why');
SELECT is((care.related_organization(:nancy, '{2}', 'relation')).citizen, :nancy::bigint, 'treatment is not affected');
SELECT is((care.related_organization(:nancy, '{2}', 'past relation')).citizen, NULL::bigint, 'looking back at it is');
SELECT event FROM care.annul(:nancy, :restriction, NULL, 'wrong button', 'r2') \gset ignore_
SELECT is(care.is_restricted(:nancy), false, 'it is annulled as any step');
SELECT event FROM care.restrict_processing(:nancy, 2, 'by telephone', 'r3') \gset ignore_
SELECT event FROM care.lift_restriction(:nancy, 2, 'corrected, and told so', 'r4') \gset ignore_
SELECT is(care.is_restricted(:nancy), false, 'and lifted');
SELECT is((SELECT count(*) FROM care.consent WHERE citizen = :nancy AND category = 'processing'), 3::bigint, 'with its history');

-- Erasure: only by a call, with a reason, of what every rule lets go, by rules that somebody has confirmed.
SELECT is_empty('SELECT FROM care.erasure_due() WHERE is_due', 'nothing is due');
SELECT is_empty(format('SELECT FROM care.erasure_due(now() + interval %L) WHERE is_due AND citizen <> %s', '20 years', :other), 'nor in twenty years, while treatment goes on');
SELECT throws_ok(format('SELECT care.erase(%s, %L)', :other, 'asked for it'), '55000', NULL, 'what has to be kept is');
SET session_replication_role = replica;
UPDATE care.citizen SET recorded_at = now() - interval '11 years' WHERE citizen = :other;
UPDATE care.citizen_identifier SET recorded_at = now() - interval '11 years' WHERE citizen = :other;
UPDATE care.death_record SET recorded_at = now() - interval '11 years' WHERE citizen = :other;
UPDATE care.workflow_event SET recorded_at = now() - interval '11 years' WHERE citizen = :other;
UPDATE care.measurement_batch SET recorded_at = now() - interval '11 years' WHERE citizen = :other;
UPDATE care.entry_move SET moved_at = now() - interval '11 years' WHERE citizen = :other;
UPDATE care.citizen_login SET recorded_at = now() - interval '11 years' WHERE citizen = :other;
SET session_replication_role = origin;
SET SESSION AUTHORIZATION right_admin;
SELECT is((SELECT array_agg(citizen) FROM care.erasure_due() WHERE is_due), ARRAY[:other]::bigint[], 'due is what is old enough');
SELECT throws_ok(format('SELECT care.erase(%s, %L)', :other, 'old'), '55000', format('nobody has confirmed the rules by which the record of citizen %s could be erased', :other), 'but nobody has confirmed the rules');
RESET SESSION AUTHORIZATION;
UPDATE care.retention_rule SET confirmed = true;
SET SESSION AUTHORIZATION right_admin;
SELECT throws_ok(format('SELECT care.erase(%s, %L)', :other, ''), '22004', NULL, 'and it takes a reason');
SELECT ok((SELECT care.erase(:other, 'ten years have passed')) ?& '{citizen,death_record,measurement_batch,workflow_event}', 'then it is erased, and said of what how much');
RESET SESSION AUTHORIZATION;
SELECT is_empty(format('SELECT * FROM care.citizen_report(%s)', :other), 'nothing is left');
SELECT is((SELECT reason || ' ' || role_name FROM care.erasure WHERE citizen = :other), 'ten years have passed right_admin', 'but that it was');


-- A record with rows in every table, and another merged into it.
SET session_replication_role = replica;
SELECT format('UPDATE care.%I SET %I = %I - interval %L WHERE citizen IN (%s, %s)', entity, counted_from, counted_from, '30 years', :nancy, :double)
FROM care.retention_rule WHERE counted_from IS NOT NULL \gexec
SET session_replication_role = origin;
SELECT is((SELECT kept_by FROM care.erasure_due(now(), :nancy)), 'treatment_relation', 'old as all is, treatment goes on');
SET session_replication_role = replica;
UPDATE care.treatment_relation SET end_time = now() - interval '20 years' WHERE citizen = :nancy;
SET session_replication_role = origin;
SET SESSION AUTHORIZATION right_admin;
SELECT is((SELECT count(*) FROM care.erasure_due(now(), :double) WHERE is_due AND citizen = :nancy), 1::bigint, 'then the record is due, under any of its numbers');
SELECT is((SELECT string_agg(area, ', ') FROM (SELECT area FROM public.counted WHERE entries > 0 AND area <> 'care_course' UNION ALL SELECT 'message') AS c WHERE NOT erased ? area), NULL,
	'and erased is what there was of every table, and the message; the course goes with the stays')
FROM (SELECT care.erase(:double, 'over')) e (erased);
RESET SESSION AUTHORIZATION;
SELECT format('SELECT is_empty(%L, %L)', string_agg(format('SELECT %L FROM care.%I WHERE citizen IN (%s, %s)', area, area, :nancy, :double), ' UNION ALL '),
	'nothing of it is left anywhere') FROM care.report_area WHERE area NOT IN ('message', 'access', 'erasure') \gexec
SELECT is((SELECT array_agg(r ORDER BY r) FROM care.erasure, unnest(records) AS r WHERE citizen = :nancy), ARRAY[:nancy, :double]::bigint[], 'but its numbers');

SELECT * FROM finish();
DROP OWNED BY right_citizen, right_other, right_doctor, right_auditor, right_admin;
DROP ROLE right_citizen, right_other, right_doctor, right_auditor, right_admin;
