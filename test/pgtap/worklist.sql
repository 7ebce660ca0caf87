-- The work-lists: each kind at its limits, then a whole region against the base tables.
BEGIN;
SELECT plan(29);
SET LOCAL timezone = 'UTC';

INSERT INTO care.organization (id, sector, kind, name) VALUES
	(-1, 'hospital', 'department', 'Ward'), (-2, 'municipality', 'municipality', 'Town'), (-3, 'general practice', 'general practice', 'Practice'),
	(-4, 'municipality', 'home care', 'Care'), (-5, 'region', 'region', 'Region');
CREATE FUNCTION pg_temp.person(number text, name text) RETURNS bigint LANGUAGE sql AS
$$ SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', ARRAY[number], name, NULL, NULL, -2, -3) $$;
SELECT pg_temp.person('0101500001', 'Ann') AS a, pg_temp.person('0101500002', 'Bo') AS b, pg_temp.person('0101500003', 'Cy') AS c \gset

-- A query for what an organization sees of one kind.
CREATE FUNCTION pg_temp.list(organization bigint, kind text, columns text) RETURNS text LANGUAGE sql AS
$$ SELECT format('SELECT %s FROM care.worklist WHERE organization = %s AND kind = %L ORDER BY severity DESC, due, reason', columns, organization, kind) $$;

-- Tasks: severity is the priority, and one more when overdue.
INSERT INTO care.task (citizen, id, status, priority, code, description, owner, requester, due_start, due_end, source, issued) VALUES
	(:a, 1, 'requested', 'routine', 'x', 'on time', -2, -1, NULL, now(), 'urn:t', '2026-01-01 10:00+01'), (:a, 2, 'accepted', 'routine', 'x', 'late', -2, -2, NULL, now() - interval '1 second', NULL, NULL),
	(:a, 3, 'in-progress', 'stat', 'x', 'late and stat', -2, NULL, NULL, now() - interval '1 day', NULL, NULL), (:a, 4, 'received', 'asap', 'x', 'soon', -2, NULL, now() - interval '1 day', NULL, NULL, NULL),
	(:a, 5, 'completed', 'stat', 'x', 'done', -2, NULL, NULL, now() - interval '1 day', NULL, NULL), (:a, 6, 'draft', 'stat', 'x', 'draft', -2, NULL, NULL, now(), NULL, NULL),
	(:a, 7, 'on-hold', 'urgent', 'x', 'elsewhere', -4, NULL, NULL, NULL, NULL, NULL), (:a, 8, 'ready', 'urgent', 'x', 'the citizen''s own', NULL, NULL, NULL, NULL, NULL, NULL);
SELECT results_eq(pg_temp.list(-2, 'task', 'severity, severity_name, overdue, reason, next_step'), $$ VALUES
	(4, 'stat', true, 'late and stat (in-progress)', 'complete task 3'), (3, 'asap', false, 'soon (received)', 'accept or reject task 4'),
	(2, 'urgent', true, 'late (accepted)', 'start task 2'), (1, 'routine', false, 'on time (requested), for Ward', 'accept or reject task 1') $$, 'open tasks, most severe first');
SELECT results_eq(pg_temp.list(-2, 'task', 'citizen_name, due, until, source, as_of') || ' OFFSET 3',
	$$ VALUES ('Ann', now(), now(), 'urn:t', timestamptz '2026-01-01 10:00+01') $$, 'due, as of which source');
SELECT results_eq(pg_temp.list(-2, 'task', 'since') || ' OFFSET 1 LIMIT 1', $$ VALUES (now() - interval '1 day') $$, 'since it may be begun');
SELECT results_eq(pg_temp.list(-4, 'task', 'organization_name, severity_name'), $$ VALUES ('Care', 'urgent') $$, 'each organization sees its own');
SELECT is((SELECT count(*) FROM care.worklist WHERE citizen = :a), 5::bigint, 'the citizen''s own tasks are on no organization''s list');
DELETE FROM care.task;

-- Goals: past due, of an active plan, for whom the plan is.
INSERT INTO care.goal (citizen, id, lifecycle_status, achievement_status, description, due_date) VALUES
	(:a, 1, 'active', 'improving', 'Walks', care.today() - 1), (:a, 2, 'active', 'achieved', 'Eats', current_date - 1), (:a, 3, 'active', NULL, 'Reads', current_date),
	(:a, 4, 'completed', NULL, 'Runs', care.today() - 1), (:a, 5, 'active', NULL, 'Nobody''s', current_date - 1);
INSERT INTO care.care_plan (citizen, status, intent, title, organization, goals) VALUES (:a, 'active', 'plan', 'p', -3, '{1,2,3,4}'), (:a, 'active', 'plan', 'of two plans', -3, '{1}'), (:a, 'completed', 'plan', 'q', -3, '{5}');
SELECT results_eq(pg_temp.list(-3, 'goal', 'severity, due, overdue, reason, next_step'),
	$$ VALUES (2, care.start_of_day(care.today()), true, 'goal not reached: Walks (improving)', 'close goal 1 or give it a new date') $$, 'goals past their due date');

-- In hospital: on the department's list, and on the municipality's where there are services.
INSERT INTO care.encounter (citizen, id, status, class, reason, organization, start_time, end_time) VALUES
	(:a, 1, 'in-progress', 'IMP', 'Fall', -1, now() - interval '23 hours', NULL), (:b, 2, 'onleave', 'IMP', NULL, -1, now() - interval '2 days', NULL),
	(:c, 3, 'arrived', 'EMER', 'Pain', -1, now() - interval '25 hours', NULL), (:a, 4, 'in-progress', 'AMB', 'Visit', -1, now(), NULL);
SELECT results_eq(pg_temp.list(-1, 'stay', 'severity, citizen_name, reason, next_step'), $$ VALUES
	(2, 'Cy', 'emergency, Pain', 'finish encounter 3 at discharge'), (1, 'Ann', 'inpatient, Fall', 'finish encounter 1 at discharge'),
	(1, 'Bo', 'inpatient, on leave', 'finish encounter 2 at discharge') $$, 'stays; an emergency contact that lasts for more than a day');
SELECT is_empty(pg_temp.list(-2, 'in hospital', '*'), 'who has no municipal services is none of the municipality''s business');
INSERT INTO care.episode_of_care (citizen, status, type, organization) VALUES
	(:a, 'active', 'Bath', -4), (:a, 'onhold', 'Dosing', -4), (:b, 'active', 'Bath', -4), (:c, 'onhold', 'Bath', -4), (:c, 'finished', 'Meals', -4), (:c, 'active', 'Ward''s', -1);
SELECT results_eq(pg_temp.list(-2, 'in hospital', 'severity, citizen_name, due - since, overdue, reason, next_step'), $$ VALUES
	(3, 'Bo', interval '1 day', true, 'inpatient, on leave at Ward; Bath still running', 'put the services on hold'),
	(2, 'Ann', interval '1 day', false, 'inpatient at Ward; Bath, Dosing still running', 'put the services on hold'),
	(0, 'Cy', NULL, false, 'emergency at Ward; Bath on hold', 'prepare the return') $$, 'services of who is in hospital: on hold within a day');
INSERT INTO care.encounter (citizen, id, status, class, organization, start_time) VALUES (:a, 9, 'in-progress', 'IMP', -1, now() - interval '1 hour');
SELECT is((SELECT count(*) FROM care.worklist WHERE citizen = :a AND kind = 'in hospital'), 1::bigint, 'transferred to another stay: still one thing to do');

-- Discharged: not seen since, for municipality and practice.
DELETE FROM care.encounter;
INSERT INTO care.encounter (citizen, id, status, class, reason, organization, start_time, end_time) VALUES
	(:a, 1, 'finished', 'IMP', 'Fall', -1, now() - interval '9 days', now() - interval '7 days'), (:b, 2, 'finished', 'EMER', NULL, -1, now() - interval '9 days', now() - interval '8 days'),
	(:c, 3, 'finished', 'IMP', NULL, -1, now() - interval '19 days', now() - interval '14 days' + interval '1 second'), (:c, 4, 'planned', 'AMB', NULL, -3, now() - interval '1 day', NULL);
SELECT results_eq(pg_temp.list(-3, 'discharged', 'severity, citizen_name, overdue, reason, until - now()'), $$ VALUES
	(3, 'Cy', true, 'not seen since inpatient stay: Ward', interval '1 second'), (2, 'Bo', true, 'not seen since emergency stay: Ward', interval '6 days'),
	(2, 'Ann', false, 'not seen since inpatient stay: Fall, Ward', interval '7 days') $$, 'of the practice: within 7 days, for 14; a visit that is planned is none');
SELECT results_eq(pg_temp.list(-2, 'discharged', 'severity, citizen_name, reason'), $$ VALUES
	(3, 'Cy', 'not seen since inpatient stay: Ward; Bath on hold'), (2, 'Bo', 'not seen since emergency stay: Ward; Bath running'),
	(1, 'Ann', 'not seen since inpatient stay: Fall, Ward; Bath, Dosing running') $$, 'of the municipality: those whose services are on hold before those who have them');
INSERT INTO care.encounter (citizen, id, status, class, organization, start_time) VALUES (:a, 5, 'finished', 'AMB', -3, now() - interval '7 days'), (:b, 6, 'in-progress', 'HH', -4, now() - interval '1 day'), (:c, 7, 'cancelled', 'AMB', -3, now());
SELECT results_eq(pg_temp.list(-3, 'discharged', 'citizen_name'), $$ VALUES ('Cy'), ('Bo') $$, 'seen by the practice, from the hour of the discharge on');
SELECT results_eq(pg_temp.list(-2, 'discharged', 'citizen_name'), $$ VALUES ('Cy'), ('Ann') $$, 'seen by a unit of the municipality');
INSERT INTO care.encounter (citizen, id, status, class, organization, start_time) VALUES (:c, 8, 'triaged', 'EMER', -1, now());
SELECT is_empty(format('SELECT * FROM care.worklist WHERE citizen = %s AND kind = %L', :c, 'discharged'), 'who is in hospital again has not been discharged');
UPDATE care.encounter SET status = 'finished', end_time = now() - interval '1 day', start_time = now() - interval '2 days' WHERE id = 8;
SELECT results_eq(format('SELECT organization, since FROM care.worklist WHERE citizen = %s AND kind = %L ORDER BY 1', :c, 'discharged'),
	$$ VALUES (-3::bigint, now() - interval '1 day'), (-2, now() - interval '1 day') $$, 'of several discharges the last counts');
INSERT INTO care.encounter (citizen, id, status, class, organization, start_time, end_time) VALUES
	(:c, 10, 'planned', 'IMP', -1, now() + interval '1 day', now() + interval '2 days'), (:c, 11, 'entered-in-error', 'IMP', -1, now() - interval '2 hours', now() - interval '1 hour');
SELECT is((SELECT count(*) FROM care.worklist WHERE citizen = :c AND kind = 'discharged'), 2::bigint, 'a stay that is yet to come, or that never was, hides none');
UPDATE care.encounter SET end_time = now() - interval '15 days', start_time = now() - interval '16 days' WHERE citizen = :c;
SELECT is_empty(format('SELECT * FROM care.worklist WHERE citizen = %s AND kind = %L', :c, 'discharged'), 'after 14 days it leaves the list');
UPDATE care.citizen SET deceased = true WHERE citizen = :b;
SELECT is_empty(format('SELECT * FROM care.worklist WHERE citizen = %s AND kind = %L', :b, 'discharged'), 'nobody visits the dead');

-- Planned encounters.
DELETE FROM care.encounter;
INSERT INTO care.encounter (citizen, id, status, class, type, reason, organization, start_time) VALUES
	(:a, 1, 'planned', 'AMB', 'Check', 'Heart', -1, now() + interval '6 days'), (:a, 2, 'planned', 'AMB', NULL, NULL, -1, now() + interval '7 days'),
	(:a, 3, 'planned', 'AMB', NULL, NULL, -1, now() - interval '7 days'), (:a, 4, 'planned', 'AMB', NULL, NULL, -1, now() - interval '8 days'), (:a, 5, 'cancelled', 'AMB', NULL, NULL, -1, now());
SELECT results_eq(pg_temp.list(-1, 'planned', 'severity, overdue, reason, next_step'), $$ VALUES
	(2, true, 'AMB', 'start, move or cancel encounter 3'), (1, false, 'Check, Heart', 'start encounter 1') $$, 'seven days ahead, and seven back for what has not begun');

-- The region.
INSERT INTO care.measure (id, name, display, unit) VALUES (-1, 'x', 'X', 'mg');
INSERT INTO care.parked_resource (resource_type, awaited_key, key, content) VALUES ('Encounter', 'e', 'o1', '{}'), ('Encounter', 'e', 'o2', '{}'), ('Medication', 'm', 'm', '{}');
SELECT results_eq(pg_temp.list(-5, 'measure', 'reason, next_step, citizen'), $$ VALUES ('X, mg: nobody has said yet what this measure is', 'review measure -1', NULL::bigint) $$, 'measures that nobody has reviewed');
SELECT results_eq(pg_temp.list(-5, 'parked', 'reason'), $$ VALUES ('resources waiting for e: 2') $$, 'what waits for something unknown');

UPDATE care.citizen SET merged_into = :b WHERE citizen = :a;
SELECT is((SELECT count(*) FROM care.worklist WHERE citizen = :a), 0::bigint, 'a record that was merged into another is on no list');

-- A region against the tables.
\set scale 2000
\o /dev/null
\i demo/region.sql
\o
ANALYZE;
SELECT set_eq($$ SELECT organization, citizen, severity, due FROM care.worklist WHERE kind = 'task' $$, $$
	SELECT owner, citizen, CASE WHEN due_end < now() THEN CASE priority WHEN 'routine' THEN 2 WHEN 'urgent' THEN 3 ELSE 4 END
		ELSE CASE priority WHEN 'routine' THEN 1 WHEN 'urgent' THEN 2 WHEN 'asap' THEN 3 ELSE 4 END END, due_end
	FROM care.task WHERE owner IS NOT NULL AND status NOT IN ('completed', 'draft', 'rejected', 'cancelled', 'failed', 'entered-in-error') $$, 'tasks');
CREATE TEMP TABLE came_home AS
SELECT c.municipality, c.general_practice, s.citizen, s.end_time
FROM (
	SELECT DISTINCT ON (citizen) * FROM care.encounter WHERE class IN ('IMP', 'EMER') AND citizen > :c
	ORDER BY citizen, status = 'in-progress' DESC, end_time DESC
) s
JOIN care.citizen c ON c.citizen = s.citizen
WHERE s.status = 'finished' AND age(now(), s.end_time) <= interval '14 days';
SELECT set_eq($$ SELECT organization, citizen FROM care.worklist WHERE kind = 'discharged' AND organization IN (SELECT general_practice FROM care.citizen) $$, $$
	SELECT general_practice, citizen FROM came_home
	EXCEPT
	SELECT e.organization, e.citizen FROM care.encounter e JOIN came_home h ON h.citizen = e.citizen WHERE e.status = 'finished' AND e.start_time >= h.end_time $$,
	'discharges for general practice');
SELECT set_eq($$ SELECT organization, citizen FROM care.worklist WHERE kind = 'discharged' AND organization IN (SELECT municipality FROM care.citizen) $$, $$
	SELECT h.municipality, h.citizen FROM came_home h
	JOIN care.episode_of_care e ON e.citizen = h.citizen AND e.status IN ('active', 'onhold')
	JOIN care.organization o ON o.id = e.organization AND o.kind IN ('home care', 'rehabilitation', 'prevention')
	EXCEPT
	SELECT h.municipality, e.citizen FROM care.encounter e JOIN came_home h ON h.citizen = e.citizen WHERE e.class = 'HH' AND e.status = 'finished' AND e.start_time >= h.end_time $$,
	'discharges for municipalities');
SELECT bag_eq('SELECT w.* FROM care.organization o CROSS JOIN LATERAL (SELECT * FROM care.worklist w WHERE w.organization = o.id) w', 'TABLE care.worklist',
	'the lists of all organizations are the whole');
SELECT is_empty($$ SELECT * FROM care.worklist WHERE organization IS NULL OR severity_name IS NULL OR reason IS NULL OR next_step IS NULL OR overdue IS NULL $$, 'every row is complete');

-- One organization's list begins at indexes.
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SET LOCAL enable_seqscan = off;
SELECT is_empty($$ SELECT * FROM pg_temp.plan_of('SELECT * FROM care.worklist WHERE organization = -2') AS line WHERE line ~ 'Seq Scan on' AND line !~ '(measure|parked_resource) ' $$,
	'no table about citizens is scanned for one organization');

SELECT * FROM finish();
ROLLBACK;
