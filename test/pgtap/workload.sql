-- The workload: what was opened and done on which civil day, by whom it was to be done.
BEGIN;
SELECT plan(6);
SET LOCAL ROLE layout_owner;
SET LOCAL timezone = 'UTC';

INSERT INTO care.organization (id, sector, name) VALUES (-1, 'hospital', 'Ward'), (-4, 'municipality', 'Care');
SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101500001}', 'Ann') AS c \gset
\ir ../workflow.sql
CREATE FUNCTION pg_temp.at(days_ago int, hours text) RETURNS timestamptz LANGUAGE sql RETURN care.start_of_day(care.today() - days_ago) + hours::interval;
CREATE FUNCTION pg_temp.load(o bigint, k text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', care.today() - w.day, w.opened, w.done, w.open, w.overdue), ', ' ORDER BY w.day)
	FROM care.workload w WHERE w.organization = o AND w.kind = k
$$;

SELECT care.request_task(:c, -1, -4, 'x', 'two days ago, just before midnight', 't1', pg_temp.at(1, '-1 minute'));
SELECT care.request_task(:c, -1, -4, 'x', 'yesterday, just after it', 't2', pg_temp.at(1, '1 minute'), due_end => now() - interval '1 second');
SELECT is(pg_temp.load(-4, 'task'), '2 1 0, 1 1 0, 0 0 0 2 1', 'tasks by the day they were asked for, to their owner');
SELECT care.accept_task(:c, pg_temp.entry('task', 1), -4, 't3', pg_temp.at(1, '2 hours'));
SELECT is(pg_temp.load(-4, 'task'), '2 1 0, 1 1 0, 0 0 0 2 1', 'what was accepted is not done');
SELECT care.complete_task(:c, pg_temp.entry('task', 1), -4, 't4', pg_temp.at(1, '3 hours'));
SELECT is(pg_temp.load(-4, 'task'), '2 1 0, 1 1 1, 0 0 0 1 1', 'what was completed is');
SELECT care.annul(:c, pg_temp.event('complete_task'), -4, 'wrong', 't5');
SELECT is(pg_temp.load(-4, 'task'), '2 1 0, 1 1 0, 0 0 0 2 1', 'unless that was annulled');
UPDATE care.setting SET value = '2' WHERE name = 'workload_days';
SELECT is(pg_temp.load(-4, 'task'), '1 1 0, 0 0 0 2 1', 'of the last days');
SELECT care.admit(:c, -1, 'EMER', 's1', pg_temp.at(1, '5 hours'));
SELECT care.discharge(:c, pg_temp.entry('encounter', 1), -1, 's2', pg_temp.at(1, '9 hours'));
SELECT is(pg_temp.load(-1, 'stay'), '1 1 1', 'a stay that came and went');

SELECT * FROM finish();
ROLLBACK;
