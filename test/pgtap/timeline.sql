-- The timeline: everything of one citizen, in order, each once; and how it is read.
BEGIN;
SELECT plan(12);
SET LOCAL timezone = 'Europe/Copenhagen';
\o /dev/null
\ir ../sample.sql
\o

SELECT is_empty(format($$
	SELECT e.id FROM care.workflow_event e WHERE e.citizen = %1$s
	EXCEPT ALL
	SELECT e.id FROM care.workflow_event e
	JOIN care.timeline t ON t.citizen = e.citizen AND t.entity = e.entity AND t.entry = e.entry AND t."time" = e.event_time AND t.title = replace(e.step, '_', ' ')
	WHERE e.citizen = %1$s $$, :nancy), 'every step is in it');
SELECT is((SELECT count(*) FROM care.timeline WHERE citizen = :nancy AND entity = 'measurement_series'),
	(SELECT count(DISTINCT (measure, care.civil_day("time"))) FROM care.measurement WHERE citizen = :nancy), 'measurements: a line a day and measure');
SELECT is((SELECT sum(CASE WHEN detail LIKE '% values, %' THEN split_part(detail, ' ', 1)::integer ELSE 1 END) FROM care.timeline WHERE citizen = :nancy AND entity = 'measurement_series'),
	(SELECT count(*) FROM care.measurement WHERE citizen = :nancy), 'with all their values');
SELECT set_eq(format('SELECT entity, entry FROM care.timeline WHERE citizen = %s AND entity IN (%L, %L, %L)', :nancy, 'condition', 'medication_statement', 'allergy'),
	format('SELECT %2$L, id FROM care.condition WHERE citizen = %1$s UNION ALL SELECT %3$L, id FROM care.medication_statement WHERE citizen = %1$s UNION ALL SELECT %4$L, id FROM care.allergy WHERE citizen = %1$s',
		:nancy, 'condition', 'medication_statement', 'allergy'), 'what is known, with its entries');
SELECT isnt((SELECT count(*) FROM care.timeline WHERE citizen = :nancy AND kind = 'note'), 0::bigint, 'notes on values');
SELECT is_empty('SELECT * FROM care.timeline WHERE citizen IS NULL OR "time" IS NULL OR kind IS NULL OR title IS NULL OR entity IS NULL OR entry IS NULL', 'every line is complete');

-- From outside, and annulled.
INSERT INTO care.encounter (citizen, status, class, type, reason, organization, start_time, end_time, source) VALUES
	(:other, 'finished', 'IMP', 'Admission', 'Fall', 2, '2026-02-01 10:00', '2026-02-03 12:00', 'urn:e'), (:other, 'finished', 'AMB', 'Visit', NULL, 3, '2026-02-10 10:00', '2026-02-10 10:30', 'urn:v');
SELECT results_eq(format('SELECT "time", kind, title, detail, organization, source FROM care.timeline WHERE citizen = %s AND entity = %L ORDER BY "time"', :other, 'encounter'),
	$$ VALUES (timestamptz '2026-02-01 10:00', 'stay', 'Admission', 'Fall', 2::bigint, 'urn:e'), ('2026-02-03 12:00', 'stay', 'end of Admission', 'Fall', 2, 'urn:e'), ('2026-02-10 10:00', 'contact', 'Visit', NULL, 3, 'urn:v') $$,
	'a stay from outside has two lines, a contact one');
SELECT care.annul(:nancy, (SELECT max(id) FROM care.workflow_event WHERE citizen = :nancy AND step = 'refer'), 3, 'wrong', 'annul') \g /dev/null
SELECT results_eq(format('SELECT title, detail FROM care.timeline WHERE citizen = %s AND kind = %L ORDER BY title', :nancy, 'referral'),
	$$ VALUES ('annul', 'requested -> entered-in-error, wrong'), ('refer', 'breathless, annulled') $$, 'what was annulled is told as such');

SELECT is_empty($$ SELECT DISTINCT shares FROM care.worklist_own WHERE shares NOT IN (SELECT name FROM care.record_part) $$, 'what carers may see is of a part of the record');
SELECT set_eq($$ SELECT DISTINCT kind FROM care.timeline WHERE kind ~ '_' $$, 'SELECT ''x''::text WHERE false', 'every table of the workflow has a kind in words');

-- One citizen is read by key.
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SET LOCAL enable_seqscan = off;
SELECT is_empty($$ SELECT * FROM pg_temp.plan_of('SELECT * FROM care.timeline WHERE citizen = 1') AS line WHERE line ~ 'Seq Scan on' $$, 'no table is scanned');
SELECT ok((SELECT count(*) FROM pg_temp.plan_of('SELECT * FROM care.timeline WHERE citizen = 1') AS line WHERE line ~ 'Cond: .*citizen = ''?1') >= 10, 'the citizen is a condition of every index');

SELECT * FROM finish();
ROLLBACK;
