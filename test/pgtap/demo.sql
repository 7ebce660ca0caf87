-- The demo region: the same every time, well-formed, and of the size asked for.
CREATE OR REPLACE FUNCTION pg_temp.digest() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(line, E'\n' ORDER BY line COLLATE "C"))
	FROM (
		SELECT concat_ws('|', o.sector, o.kind, o.name, p.sor, o.sor, o.gln, o.provider_number, o.municipality_code, o.source) AS line
		FROM care.organization o LEFT JOIN care.organization p ON p.id = o.parent
		UNION ALL
		SELECT concat_ws('|', i.value, c.name, c.birth_date, c.gender, m.sor, g.sor)
		FROM care.citizen c JOIN care.citizen_identifier i ON i.citizen = c.citizen
		JOIN care.organization m ON m.id = c.municipality JOIN care.organization g ON g.id = c.general_practice
		UNION ALL
		SELECT concat_ws('|', source, code, start_time) FROM care.condition
		UNION ALL
		SELECT concat_ws('|', source, name, status, dosage, authored_on) FROM care.medication_statement
		UNION ALL
		SELECT concat_ws('|', source, name) FROM care.allergy
		UNION ALL
		SELECT concat_ws('|', e.source, e.status, e.type, o.sor, e.start_time, e.end_time) FROM care.episode_of_care e JOIN care.organization o ON o.id = e.organization
		UNION ALL
		SELECT concat_ws('|', e.source, e.status, e.class, e.reason, o.sor, e.start_time, e.end_time) FROM care.encounter e JOIN care.organization o ON o.id = e.organization
		UNION ALL
		SELECT concat_ws('|', p.source, p.title, cardinality(p.goals), a.ordinal, a.name, a.status)
		FROM care.care_plan p LEFT JOIN care.care_plan_activity a ON a.citizen = p.citizen AND a.care_plan = p.id
		UNION ALL
		SELECT concat_ws('|', source, lifecycle_status, achievement_status, description, due_date) FROM care.goal
		UNION ALL
		SELECT concat_ws('|', t.source, t.status, t.priority, t.description, o.sor, t.due_start, t.due_end) FROM care.task t LEFT JOIN care.organization o ON o.id = t.owner
		UNION ALL
		SELECT concat_ws('|', i.value, s.measure, s.bucket, s.points)
		FROM care.measurement_series s JOIN care.citizen_identifier i ON i.citizen = s.citizen
	) l
$$;
\o /dev/null
\set scale 6000
\set as_of '2026-11-22 00:00:00+01'
BEGIN;
\i demo/region.sql
\o
SELECT pg_temp.digest() AS first \gset
\o /dev/null
ROLLBACK;
BEGIN;
SET LOCAL timezone = 'America/New_York';
SET LOCAL datestyle = 'SQL, DMY';
\i demo/region.sql
\o
SET LOCAL datestyle = 'ISO';
SELECT pg_temp.digest() AS second \gset
\o /dev/null
ROLLBACK;
BEGIN;
\set seed 2
\i demo/region.sql
\o
SELECT pg_temp.digest() AS other \gset
\o /dev/null
ROLLBACK;
\unset seed
\unset as_of
\set scale 1000
BEGIN;
\i demo/region.sql
\o
SELECT plan(25);
SELECT is(:'second'::text, :'first'::text, 'the same scale, seed and instant make the same region');
SELECT isnt(:'other'::text, :'first'::text, 'another seed makes another');

-- Organizations.
SELECT is((SELECT count(*) FROM care.organization WHERE kind = 'hospital'), 4::bigint, '4 hospital units');
SELECT is((SELECT max(n) FROM (SELECT count(*) AS n FROM care.organization WHERE kind = 'department' GROUP BY parent) d), 50::bigint, 'the largest with 50 departments');
SELECT is((SELECT count(DISTINCT municipality_code) FROM care.organization WHERE kind = 'municipality' AND municipality_code ~ '^(4[1-9]|5|6[0-3])\d+$'), 22::bigint, '22 municipalities with their codes');
SELECT is((SELECT count(*) FROM care.organization u JOIN care.organization m ON m.id = u.parent AND m.kind = 'municipality' WHERE u.kind IN ('home care', 'rehabilitation', 'prevention')), 66::bigint, 'each with three units');
SELECT set_eq('SELECT DISTINCT sector FROM care.organization', $$ VALUES ('region'), ('hospital'), ('municipality'), ('general practice'), ('specialist'), ('pharmacy'), ('therapist'), ('social') $$, 'all sectors are there');
SELECT is_empty($$ SELECT sor FROM care.organization WHERE sor IS NULL OR sor !~ '^\d{16}$' $$, 'SOR numbers have 16 digits');
SELECT is_empty($$ SELECT gln FROM care.organization WHERE gln IS NULL OR gln !~ '^57900\d{8}$'
	OR (SELECT sum(substr(gln, i, 1)::integer * (1 + 2 * ((i + 1) % 2))) FROM generate_series(1, 13) AS i) % 10 <> 0 $$, 'GLNs are Danish, and their check digits right');
SELECT is_empty($$ SELECT * FROM care.organization WHERE (sector = 'general practice') AND (provider_number IS NULL OR provider_number !~ '^\d{6}$') $$, 'practices have provider numbers');

-- Citizens.
SELECT is((SELECT count(*) FROM care.citizen), 1200::bigint, 'as many citizens as the scale says');
SELECT is((SELECT count(DISTINCT value) FROM care.citizen_identifier WHERE system = 'urn:oid:1.2.208.176.1.2' AND value ~ '^\d{10}$'), 1200::bigint, 'each with a CPR number');
SELECT is_empty($$ SELECT c.citizen FROM care.citizen c JOIN care.citizen_identifier i ON i.citizen = c.citizen
	WHERE c.birth_date IS DISTINCT FROM make_date(
		CASE WHEN substr(i.value, 7, 1) BETWEEN '0' AND '3' THEN 1900
			WHEN substr(i.value, 7, 1) IN ('4', '9') THEN CASE WHEN substr(i.value, 5, 2) <= '36' THEN 2000 ELSE 1900 END
			ELSE CASE WHEN substr(i.value, 5, 2) <= '57' THEN 2000 ELSE 1800 END END + substr(i.value, 5, 2)::integer,
		substr(i.value, 3, 2)::integer, substr(i.value, 1, 2)::integer) $$, 'that is of the birth date, in its century');
SELECT is_empty($$ SELECT c.citizen FROM care.citizen c JOIN care.citizen_identifier i ON i.citizen = c.citizen
	WHERE c.gender IS DISTINCT FROM (ARRAY['female', 'male'])[1 + right(i.value, 1)::integer % 2] $$, 'and of the gender');
SELECT is_empty($$ SELECT value FROM care.citizen_identifier
	WHERE (SELECT sum(substr(value, i, 1)::integer * ('{4,3,2,7,6,5,4,3,2,1}'::integer[])[i]) FROM generate_series(1, 10) AS i) % 11 = 0 $$, 'and that nobody was given before 2007');
SELECT is_empty($$ SELECT * FROM care.citizen c JOIN care.organization g ON g.id = c.general_practice JOIN care.organization m ON m.id = c.municipality WHERE g.city <> m.city OR c.name !~ '^\w+ \w+ \w+$' $$,
	'each has a name, and a practice in the municipality');
SELECT ok((SELECT count(*) FROM care.citizen c JOIN care.organization m ON m.id = c.municipality WHERE m.municipality_code = '461') BETWEEN 160 AND 240, 'a sixth lives in Odense');

-- Illness and care.
SELECT ok((SELECT count(*) FROM care.condition WHERE code = 'DJ449') BETWEEN 15 AND 60, 'COPD is as common as it is');
SELECT is_empty($$ SELECT code FROM care.condition WHERE code !~ '^D[A-Z]\d{2,3}$' OR system <> 'urn:oid:1.2.208.176.2.4' $$, 'conditions have SKS codes');
SELECT is_empty($$ SELECT * FROM care.encounter WHERE status = 'planned' AND start_time < now()::date OR status = 'finished' AND end_time > now() OR end_time < start_time $$, 'what is over has been, what is planned is to come');
SELECT set_has('SELECT DISTINCT kind FROM care.worklist', $$ VALUES ('task'), ('goal'), ('stay'), ('planned'), ('in hospital'), ('discharged'), ('review'), ('attend'), ('not triaged') $$, 'there is something of each kind to do');
SELECT ok((SELECT count(*) FROM care.shared_overview WHERE hospital_care IS NOT NULL AND municipal_care IS NOT NULL AND general_practice_care IS NOT NULL AND measurements IS NOT NULL AND overdue IS NOT NULL) > 0,
	'somebody is seen across three sectors, measures at home and has something overdue');

-- Measurements.
SELECT ok((SELECT count(DISTINCT b.citizen) FROM care.measurement_batch b WHERE b.source ->> 'performer' = 'citizen') BETWEEN 84 AND 156, 'a tenth measures at home');
SELECT results_eq($$ SELECT count(*), count(DISTINCT (citizen, "time")) FROM care.measurement WHERE measure = 'systolic_blood_pressure_home' $$,
	$$ SELECT count(*), count(DISTINCT (s.citizen, s."time")) FROM care.measurement s JOIN care.measurement d ON d.citizen = s.citizen AND d."time" = s."time"
	WHERE s.measure = 'systolic_blood_pressure_home' AND d.measure = 'diastolic_blood_pressure_home' AND s.value > d.value $$, 'blood pressure comes in pairs');
SELECT is_empty($$ SELECT * FROM care.measurement WHERE "time" > now() OR measure = 'oxygen_saturation' AND value NOT BETWEEN 75 AND 99 OR measure = 'body_weight' AND value NOT BETWEEN 50 AND 120 $$, 'values are possible and of the past');

SELECT * FROM finish();
ROLLBACK;
