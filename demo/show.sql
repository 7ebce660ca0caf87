-- What the shared-care record is for: one citizen seen by everybody, and what each
-- organization has to do now. Ends with what to type next.

\set ON_ERROR_STOP on
\pset pager off
\pset footer off
\pset linestyle unicode
\pset border 1
\pset columns 120
SET timezone = 'Europe/Copenhagen';

\pset tuples_only on
\pset format unaligned
SELECT format(E'\n%s organizations, %s citizens, %s episodes of care, %s encounters, %s open tasks,\n%s values measured at home and in the clinic.',
	(SELECT count(*) FROM care.organization), (SELECT count(*) FROM care.citizen),
	(SELECT count(*) FROM care.episode_of_care), (SELECT count(*) FROM care.encounter),
	(SELECT sum(w.open) FROM care.workload w WHERE w.kind = 'task'),
	(SELECT sum(smartcare.num_points(s.points)) FROM care.measurement_series s));
\pset tuples_only off
\pset format wrapped

-- Of those who measure at home who is seen by the most sectors, then with something late, then who has most to tell.
SELECT o.citizen AS citizen
FROM care.shared_overview o
WHERE o.citizen IN (
	SELECT s.citizen FROM care.measurement_series s JOIN care.measure m ON m.id = s.measure
	WHERE m.name IN ('systolic_blood_pressure_home', 'oxygen_saturation', 'glucose_capillary'))
ORDER BY num_nonnulls(o.hospital_care, o.municipal_care, o.general_practice_care) DESC,
	num_nonnulls(o.overdue) DESC, num_nonnulls(o.in_hospital, o.allergies, o.goals) DESC, length(concat(o.measurements, o.overdue, o.goals)) DESC, o.citizen
LIMIT 1 \gset

\echo
\echo '═══ One citizen, as hospital, municipality and general practice all see it ═══'
\echo
\echo '    SELECT * FROM care.shared_overview WHERE citizen =' :citizen';'
\echo
\pset expanded on
SELECT * FROM care.shared_overview WHERE citizen = :citizen;
\pset expanded off

-- Of each kind the organization with the most to do; a department with patients in bed, and the
-- home care of which most citizens are in hospital or back from it.
SELECT
	(array_agg(w.organization ORDER BY w.discharged DESC, w.n DESC, w.organization) FILTER (WHERE w.kind = 'general practice'))[1] AS practice,
	(array_agg(w.organization ORDER BY w.in_hospital + w.discharged DESC, w.n DESC, w.organization) FILTER (WHERE w.kind = 'home care'))[1] AS home_care,
	(array_agg(w.organization ORDER BY least(w.stays, 2) DESC, w.n DESC, w.organization) FILTER (WHERE w.kind = 'department'))[1] AS department
FROM (
	SELECT l.organization, o.kind, count(*) AS n, count(*) FILTER (WHERE l.kind = 'stay') AS stays,
		count(*) FILTER (WHERE l.kind = 'discharged') AS discharged, count(*) FILTER (WHERE l.kind = 'in hospital') AS in_hospital
	FROM care.worklist l JOIN care.organization o ON o.id = l.organization
	GROUP BY l.organization, o.kind
) w \gset

\set organization :practice
\ir worklist.sql
\set organization :home_care
\ir worklist.sql
\set organization :department
\ir worklist.sql

\echo
\echo '═══ To go on ═══'
\echo
\echo '    SELECT * FROM care.measurement WHERE citizen =' :citizen 'ORDER BY "time" DESC LIMIT 20;     -- one row a value'
\echo '    SELECT * FROM care.timeline WHERE citizen =' :citizen 'ORDER BY "time" DESC LIMIT 20;        -- all that happened'
\echo '    SELECT * FROM care.worklist WHERE citizen =' :citizen';'
\echo '    SELECT * FROM care.workload WHERE day = care.today() ORDER BY open DESC;'
\echo '    \\dv+ care.*'
