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
	(SELECT count(*) FROM care.worklist w WHERE w.kind = 'task'),
	(SELECT sum(smartcare.num_points(s.points)) FROM care.measurement_series s));
\pset tuples_only off
\pset format wrapped

-- Of those seen across three sectors, who measure at home and with whom something is late: who has most to tell.
SELECT o.citizen AS citizen
FROM care.shared_overview o
WHERE o.citizen IN (SELECT s.citizen FROM care.measurement_series s JOIN care.measure m ON m.id = s.measure WHERE m.name IN ('systolic_blood_pressure_home', 'oxygen_saturation'))
	AND o.hospital_care IS NOT NULL AND o.municipal_care IS NOT NULL AND o.general_practice_care IS NOT NULL
	AND o.overdue IS NOT NULL
ORDER BY o.in_hospital IS NOT NULL DESC, o.allergies IS NOT NULL DESC, length(o.measurements) DESC, o.citizen
LIMIT 1 \gset

\echo
\echo '═══ One citizen, as hospital, municipality and general practice all see it ═══'
\echo
\echo '    SELECT * FROM care.shared_overview WHERE citizen =' :citizen ';'
\echo
\pset expanded on
SELECT * FROM care.shared_overview WHERE citizen = :citizen;
\pset expanded off

-- Of each kind the organization with the most to do; the department where most are in bed, and the municipality
-- of which most are in hospital or back from it.
SELECT
	(array_agg(w.organization ORDER BY w.discharged DESC, w.n DESC, w.organization) FILTER (WHERE w.kind = 'general practice'))[1] AS practice,
	(array_agg(w.organization ORDER BY w.in_hospital + w.discharged DESC, w.n DESC, w.organization) FILTER (WHERE w.kind = 'municipality'))[1] AS municipality,
	(array_agg(w.organization ORDER BY w.stays DESC, w.n DESC, w.organization) FILTER (WHERE w.kind = 'department'))[1] AS department
FROM (
	SELECT l.organization, o.kind, count(*) AS n, count(*) FILTER (WHERE l.kind = 'stay') AS stays,
		count(*) FILTER (WHERE l.kind = 'discharged') AS discharged, count(*) FILTER (WHERE l.kind = 'in hospital') AS in_hospital
	FROM care.worklist l JOIN care.organization o ON o.id = l.organization
	GROUP BY l.organization, o.kind
) w \gset

\set organization :practice
\ir worklist.sql
\set organization :municipality
\ir worklist.sql
\set organization :department
\ir worklist.sql
