-- The overview: one citizen word for word, then a whole region against the base tables.
BEGIN;
SELECT plan(35);
SET LOCAL timezone = 'Europe/Copenhagen';

INSERT INTO care.organization (id, sector, name) VALUES
	(-1, 'hospital', 'Ward'), (-2, 'municipality', 'Town'), (-3, 'general practice', 'Practice'), (-4, 'pharmacy', 'Pharmacy');
SELECT care.register_citizen('{urn:x,urn:oid:1.2.208.176.1.2}', '{A,0101300007}', 'Test Person', '1930-01-01', 'female', -2, -3) AS c \gset
CREATE FUNCTION pg_temp.shows(part name, expected text, name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	shown text;
BEGIN
	EXECUTE format('SELECT %I FROM care.shared_overview WHERE name = %L', part, 'Test Person') INTO shown;
	RETURN is(shown, expected, name);
END $$;

-- Who.
SELECT pg_temp.shows('identifier', '0101300007', 'the CPR number goes before other identifiers');
SELECT pg_temp.shows('municipality', 'Town', 'the municipality by name');
SELECT pg_temp.shows('general_practice', 'Practice', 'the practice by name');
SELECT pg_temp.shows('deceased', 'false', 'alive');
SELECT is((SELECT age FROM care.shared_overview WHERE citizen = :c), extract(year FROM current_date)::integer - 1930, 'age of who was born on the first of January');
SELECT pg_temp.shows(part, NULL, 'nothing is known: ' || part)
FROM unnest('{in_hospital,hospital_care,conditions,medications,allergies,plan,goals,measurements,overdue,as_of}'::name[]) AS part;

-- Care: what is active, by sector.
INSERT INTO care.episode_of_care (citizen, status, type, organization, start_time, end_time) VALUES
	(:c, 'active', 'Heart', -1, '2026-01-02 10:00+01', NULL), (:c, 'onhold', 'Care at home', -2, '2026-02-01 23:30+00', NULL),
	(:c, 'active', 'Bandages', -2, '2025-01-01 10:00+01', NULL), (:c, 'active', 'Dosing', -4, '2026-01-03 10:00+01', NULL),
	(:c, 'active', NULL, NULL, NULL, NULL), (:c, 'active', 'Over', -1, '2026-01-01 10:00+01', '2026-01-02 10:00+01'),
	(:c, 'finished', 'Done', -3, '2026-01-01 10:00+01', NULL), (:c, 'entered-in-error', 'Wrong', -3, '2026-01-01 10:00+01', NULL);
INSERT INTO care.encounter (citizen, status, class, reason, organization, start_time) VALUES
	(:c, 'onleave', 'IMP', 'Pneumonia', -1, '2026-03-01 12:30+01'), (:c, 'finished', 'EMER', 'Fall', -1, '2026-02-01 12:30+01'),
	(:c, 'in-progress', 'AMB', 'Visit', -1, '2026-03-01 12:30+01');
SELECT pg_temp.shows('hospital_care', 'Heart, Ward, since 2026-01-02', 'hospital: the active ones');
SELECT pg_temp.shows('municipal_care', E'Bandages, Town, since 2025-01-01\nCare at home, Town, since 2026-02-02 (on hold)',
	'municipality: in order of time, days in the session''s time zone');
SELECT pg_temp.shows('general_practice_care', NULL, 'practice: none is active');
SELECT pg_temp.shows('other_care', E'Dosing, Pharmacy, since 2026-01-03\nepisode of care', 'others, and where the source does not tell');
SELECT pg_temp.shows('in_hospital', 'inpatient, Ward, since 2026-03-01 12:30, on leave, Pneumonia', 'the present stay');

-- What is known.
INSERT INTO care.condition (citizen, code, name, clinical_status, verification_status, start_time, end_time) VALUES
	(:c, 'DI509', 'Heart failure', 'active', 'confirmed', '2020-05-05', NULL), (:c, 'DI509', 'Heart failure', 'active', NULL, '2019-05-05', NULL),
	(:c, NULL, 'Unease', NULL, NULL, NULL, NULL), (:c, 'DJ449', 'COPD', 'active', 'refuted', '2020-05-05', NULL),
	(:c, 'DJ459', 'Asthma', 'resolved', 'confirmed', '2020-05-05', NULL), (:c, 'DM199', 'Arthritis', 'active', 'confirmed', '2020-05-05', '2021-01-01');
INSERT INTO care.medication_statement (citizen, name, status, dosage) VALUES
	(:c, 'Furosemide', 'active', '1 a day'), (:c, 'Furosemide', 'active', '1 a day'), (:c, 'Aspirin', 'on-hold', NULL), (:c, 'Old', 'stopped', '1');
INSERT INTO care.allergy (citizen, name, clinical_status, verification_status, criticality) VALUES
	(:c, 'Latex', 'active', 'confirmed', 'low'), (:c, 'Penicillin', NULL, NULL, 'high'), (:c, 'Nuts', 'active', 'refuted', 'high');
SELECT pg_temp.shows('conditions', E'Heart failure (DI509), since 2019-05-05\nUnease', 'each active condition once, since its first onset');
SELECT pg_temp.shows('medications', E'Aspirin\nFurosemide, 1 a day', 'each current medication once');
SELECT pg_temp.shows('allergies', E'Penicillin (high risk)\nLatex', 'the dangerous allergy first');

-- What is to be done.
INSERT INTO care.care_plan (citizen, id, status, intent, title, organization, start_time) VALUES
	(:c, 1, 'active', 'plan', 'At home', -2, '2026-01-01'), (:c, 2, 'completed', 'plan', 'Before', -2, '2025-01-01');
INSERT INTO care.care_plan_activity (citizen, care_plan, ordinal, name, status) VALUES
	(:c, 1, 1, 'Walk', 'scheduled'), (:c, 1, 2, 'Weigh', 'completed'), (:c, 1, 3, 'Measure', 'in-progress');
INSERT INTO care.goal (citizen, lifecycle_status, achievement_status, description, due_date) VALUES
	(:c, 'active', 'improving', 'Walks', '2026-01-31'), (:c, 'active', 'improving', 'Walks', '2026-01-31'), (:c, 'active', 'achieved', 'Eats', '2026-01-01'),
	(:c, 'active', NULL, 'Reads', current_date), (:c, 'cancelled', NULL, 'Runs', '2026-01-01');
INSERT INTO care.task (citizen, status, code, description, owner, due_end) VALUES
	(:c, 'requested', 'x', 'Visit', -2, '2026-01-15 12:00+01'), (:c, 'ready', 'x', 'Answer', NULL, '2026-01-10 12:00+01'),
	(:c, 'completed', 'x', 'Done', -2, '2026-01-15 12:00+01'), (:c, 'ready', 'x', 'Not yet', -2, now()), (:c, 'ready', 'x', 'Whenever', -2, NULL);
SELECT pg_temp.shows('plan', E'At home, Town, since 2026-01-01\n  - Walk (scheduled)\n  - Measure (in-progress)', 'the active plan and what is left of it');
SELECT pg_temp.shows('goals', E'Eats, due 2026-01-01 (achieved)\nWalks, due 2026-01-31 (improving)\nReads, due ' || to_char(now(), 'YYYY-MM-DD'), 'goals being worked on');
SELECT pg_temp.shows('overdue', E'Answer, due 2026-01-10\nVisit, Town, due 2026-01-15\ngoal not reached: Walks, due 2026-01-31', 'what is late: not today''s, not what is due this instant');

-- What is measured, past the turn of a bucket, and a value that is a limit only.
SELECT care.record(:c, 'body_weight', '{2026-01-01 08:00+01,2026-01-02 08:00+01,2026-03-01 08:00+01}', '{80,81,82.5123456}', 'kg') \gset ignore_
SELECT care.record(:c, 'cat_score', '{1990-01-01 08:00+01,2000-01-01 08:00+01}', '{10,20}', '1') \gset ignore_
SELECT pg_temp.shows('measurements', format(E'Body weight           82.512 kg  2026-03-01 08:00  %s\nCOPD assessment test         20  2000-01-01 08:00  %s',
		smartcare.sparkline('{80@2026-01-01 08:00+01, 81@2026-01-02 08:00+01, 82.5123456@2026-03-01 08:00+01}', 24),
		smartcare.sparkline('{10@1990-01-01 08:00+01, 20@2000-01-01 08:00+01}', 24)), 'latest values to five digits, with their course, across buckets');

-- As of which source.
UPDATE care.condition SET source = 'urn:c', issued = '2026-03-02 10:00+01' WHERE citizen = :c AND name = 'Asthma';
UPDATE care.condition SET source = 'urn:b', issued = '2026-03-01 10:00+01' WHERE citizen = :c AND name <> 'Asthma';
SELECT matches((SELECT as_of FROM care.shared_overview WHERE citizen = :c), '(^|\n)conditions    2026-03-02 10:00  urn:c\n', 'the latest that a source has issued');

SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101300015}') AS kept \gset
UPDATE care.citizen SET merged_into = :kept WHERE citizen = :c;
SELECT pg_temp.shows('citizen', NULL, 'a record that was merged into another is not shown');

-- A region: each part against the tables.
\set scale 2000
\o /dev/null
\i demo/region.sql
\o
ANALYZE;
CREATE TEMP TABLE shown AS SELECT * FROM care.shared_overview;
SELECT bag_eq('SELECT citizen FROM shown', $$ SELECT citizen FROM care.citizen WHERE merged_into IS NULL $$,
	'one row a citizen');
SELECT set_eq($$ SELECT citizen FROM shown WHERE in_hospital IS NOT NULL $$,
	$$ SELECT citizen FROM care.encounter WHERE class IN ('IMP', 'EMER') AND status = 'in-progress' AND citizen IN (SELECT citizen FROM shown) $$, 'who is in hospital');
SELECT results_eq($$ SELECT citizen, cardinality(string_to_array(overdue, E'\n')) FROM shown WHERE overdue IS NOT NULL ORDER BY citizen $$,
	$$ SELECT citizen, count(*)::integer FROM (
		SELECT citizen FROM care.task WHERE due_end < now() AND status NOT IN ('completed', 'draft', 'rejected', 'cancelled', 'failed', 'entered-in-error')
		UNION ALL
		SELECT citizen FROM care.goal WHERE lifecycle_status = 'active' AND achievement_status IS DISTINCT FROM 'achieved' AND due_date < now()::date) d
	WHERE citizen IN (SELECT citizen FROM shown) GROUP BY citizen ORDER BY citizen $$, 'how much is overdue');
SELECT is_empty($$
	SELECT s.citizen, m.* FROM shown s
	JOIN (SELECT DISTINCT ON (citizen, measure) * FROM care.measurement ORDER BY citizen, measure, "time" DESC) m ON m.citizen = s.citizen
	WHERE strpos(s.measurements, concat(m.value, ' ', m.unit, '  ', to_char(m."time", 'YYYY-MM-DD HH24:MI'))) = 0 $$, 'the latest value of every measure, with unit and time');

-- One citizen is looked up by index alone, and a column that is not asked for is not computed.
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SET LOCAL enable_seqscan = off;
SELECT is_empty($$ SELECT * FROM pg_temp.plan_of('SELECT * FROM care.shared_overview WHERE citizen = 1') AS line WHERE line ~ 'Seq Scan on' $$,
	'no table is scanned for one citizen');
SELECT is((SELECT count(*) FROM pg_temp.plan_of('SELECT citizen, name FROM care.shared_overview WHERE citizen = 1') AS line WHERE line ~ 'Scan'), 1::bigint,
	'a column that is not asked for costs nothing');

SELECT * FROM finish();
ROLLBACK;
