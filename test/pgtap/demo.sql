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
SELECT plan(37);
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

-- What was made at once is what would have come of making it one by one.
SELECT is((SELECT care.register_citizen(ARRAY[i.system], ARRAY[i.value]) = i.citizen FROM care.citizen_identifier i ORDER BY i.value LIMIT 1), true, 'who is registered again is found');
SELECT is((SELECT sum(care.record(b.citizen, m.name, smartcare.times(b.points), smartcare.readings(b.points), m.unit, b.source))
	FROM care.measurement_batch b JOIN care.measure m ON m.id = b.measure), 0::bigint, 'what is recorded again is known');
SELECT is((SELECT sum((care.settle(s.citizen, s.measure, '-infinity', 'infinity')).changed) FROM (SELECT DISTINCT citizen, measure FROM care.measurement_series) s), 0::bigint, 'the series are what the batches say');
CREATE TEMP TABLE alert AS SELECT * FROM care.alert;
SELECT count(care.triage_all(r.citizen)) FROM (SELECT DISTINCT citizen FROM care.reference_range) r;
SELECT bag_eq('SELECT * FROM care.alert', 'SELECT * FROM alert', 'the alerts are what the ranges say');
SELECT bag_eq('SELECT citizen, course::text FROM care.care_course', 'SELECT citizen, smartcare.episode_agg(label, period)::text FROM care.care_phase GROUP BY citizen', 'the courses are what the entries say');

-- What was done here.
CREATE FUNCTION pg_temp.wrong_histories() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	entity name;
BEGIN
	FOR entity IN SELECT DISTINCT t.entity FROM care.workflow_transition t LOOP
		RETURN QUERY EXECUTE format($q$
			SELECT format('%%s %%s of citizen %%s', %1$L, h.entry, h.citizen)
			FROM (
				SELECT v.citizen, v.entry, (array_agg(v.to_status ORDER BY v.id DESC))[1] AS status,
					bool_and(v.from_status = v.previous_status AND v.event_time >= v.previous_time IS NOT FALSE) AS goes_on
				FROM (
					SELECT e.*, lag(e.to_status, 1, e.from_status) OVER w AS previous_status, lag(e.event_time) OVER w AS previous_time
					FROM care.workflow_event e WHERE e.entity = %1$L
					WINDOW w AS (PARTITION BY e.citizen, e.entry ORDER BY e.id)
				) v
				GROUP BY v.citizen, v.entry
			) h
			LEFT JOIN care.%1$I t ON t.citizen = h.citizen AND t.id = h.entry
			WHERE NOT h.goes_on OR t.%2$I IS DISTINCT FROM h.status$q$, entity, care.status_column(entity));
	END LOOP;
END
$$;
SELECT is_empty('SELECT * FROM pg_temp.wrong_histories()', 'what has steps has the status that they lead to, each from the one before');
SELECT is_empty($$ SELECT e.* FROM care.workflow_event e LEFT JOIN care.workflow_transition t USING (entity, step, from_status, to_status) WHERE t.step IS NULL $$, 'each step is one that there is');
SELECT is_empty($$ SELECT * FROM care.workflow_event e WHERE e.from_status <> '' AND e.before IS NULL OR e.event_time > now() $$, 'each can be annulled, and has happened');
SELECT is_empty($$ SELECT r.citizen, r.id FROM care.service_request r WHERE NOT EXISTS (SELECT FROM care.workflow_event e WHERE e.citizen = r.citizen AND e.entity = 'service_request' AND e.entry = r.id AND e.step = 'refer') $$, 'referrals have all their steps');
SELECT is_empty($$ SELECT h.citizen, h.id FROM care.hospital_stay h WHERE h.is_open AND NOT EXISTS (SELECT FROM care.workflow_event e WHERE e.citizen = h.citizen AND e.entity = 'encounter' AND e.entry = h.id AND e.step = 'admit') $$, 'and so have the stays that are open');
CREATE FUNCTION pg_temp.empty_tables() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	t text;
	n bigint;
BEGIN
	FOREACH t IN ARRAY '{agreement,alert,appointment,assessment,care_team_member,consent,enrollment,measurement_plan,reference_range,related_person,responsibility,service_request}'::text[] LOOP
		EXECUTE format('SELECT count(*) FROM care.%I', t) INTO n;
		IF n = 0 THEN
			RETURN NEXT t;
		END IF;
	END LOOP;
END
$$;
SELECT is_empty('SELECT * FROM pg_temp.empty_tables()', 'there is something of everything');
SELECT is((SELECT (care.annul(e.citizen, e.id, e.organization, 'wrong', 'annulled')).status FROM care.workflow_event e WHERE e.step = 'complete_referral' ORDER BY e.citizen LIMIT 1), 'accepted', 'a step that was written at once is taken back like any');

SELECT * FROM finish();
ROLLBACK;
