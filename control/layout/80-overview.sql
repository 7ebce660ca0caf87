-- What is shown: stays in hospital, and one row a citizen with all that everybody
-- around the citizen sees. Each part of it looks up the rows of its citizen alone, so
-- that one citizen costs the same in a region of any size, and a column that nobody
-- asks for costs nothing. Text has one line for each item, and is read as it stands;
-- times are in the session's time zone.

CREATE OR REPLACE VIEW care.hospital_stay AS
SELECT
	e.citizen,
	e.id,
	e.class,
	CASE e.class WHEN 'EMER' THEN 'emergency' ELSE 'inpatient' END AS kind,
	e.status,
	e.status IN ('arrived', 'triaged', 'in-progress', 'onleave') AS is_open,
	e.reason,
	e.organization,
	e.start_time,
	e.end_time,
	e.source,
	coalesce(e.issued, e.recorded_at) AS as_of,
	e.ready_at,
	e.issued
FROM care.encounter e
WHERE e.class IN ('IMP', 'EMER', 'ACUTE', 'NONAC');

COMMENT ON VIEW care.hospital_stay IS
'Stays in hospital, inpatient and emergency: encounters of class IMP, EMER, ACUTE and NONAC.';
COMMENT ON COLUMN care.hospital_stay.citizen IS 'Who is or was in hospital.';
COMMENT ON COLUMN care.hospital_stay.id IS 'Id of the encounter.';
COMMENT ON COLUMN care.hospital_stay.class IS 'HL7 v3 ActCode of the encounter.';
COMMENT ON COLUMN care.hospital_stay.kind IS 'emergency or inpatient.';
COMMENT ON COLUMN care.hospital_stay.status IS 'Status of the encounter, in the codes of FHIR.';
COMMENT ON COLUMN care.hospital_stay.is_open IS 'Whether the citizen is still in hospital, or on leave from it.';
COMMENT ON COLUMN care.hospital_stay.reason IS 'Why.';
COMMENT ON COLUMN care.hospital_stay.organization IS 'The department.';
COMMENT ON COLUMN care.hospital_stay.start_time IS 'When it began.';
COMMENT ON COLUMN care.hospital_stay.end_time IS 'When it ended; of one that is open, when it is expected to.';
COMMENT ON COLUMN care.hospital_stay.source IS 'Identity of the message or resource that said so.';
COMMENT ON COLUMN care.hospital_stay.as_of IS 'When the source issued it; where it does not say, when it was recorded here.';
COMMENT ON COLUMN care.hospital_stay.ready_at IS 'Since when the citizen could go home; null if that has not been said.';
COMMENT ON COLUMN care.hospital_stay.issued IS 'When the source issued it; null if it does not say.';

CREATE OR REPLACE VIEW care.shared_overview AS
SELECT
	c.citizen,
	c.name,
	(
		SELECT i.value
		FROM care.same_citizen(c.citizen) r
		JOIN care.citizen_identifier i ON i.citizen = r.citizen
		ORDER BY i.system <> 'urn:oid:1.2.208.176.1.2', r.citizen <> c.citizen, i.recorded_at, i.system, i.value
		LIMIT 1
	) AS identifier,
	c.birth_date,
	extract(year FROM age(CASE WHEN c.deceased THEN care.civil_day(c.deceased_at) ELSE care.today() END, c.birth_date))::integer AS age,
	c.gender,
	c.deceased,
	municipality.name AS municipality,
	practice.name AS general_practice,
	(
		SELECT string_agg(concat(
			e.kind, ', ' || o.name, ', since ' || to_char(care.civil_time(e.start_time), 'YYYY-MM-DD HH24:MI'),
			CASE e.status WHEN 'onleave' THEN ', on leave' END,
			', ' || e.reason), E'\n' ORDER BY e.start_time, e.id)
		FROM care.hospital_stay e
		LEFT JOIN care.organization o ON o.id = e.organization
		WHERE e.citizen = c.citizen AND e.is_open
	) AS in_hospital,
	episodes.hospital AS hospital_care,
	episodes.municipality AS municipal_care,
	episodes.general_practice AS general_practice_care,
	episodes.other AS other_care,
	(
		SELECT string_agg(k.name || coalesce(' (' || k.code || ')', '')
			|| coalesce(', since ' || to_char(care.civil_time(k.since), 'YYYY-MM-DD'), ''), E'\n' ORDER BY k.since, k.name, k.code)
		FROM (
			SELECT o.name, o.code, min(o.start_time) AS since
			FROM care.condition o
			WHERE o.citizen = c.citizen
				AND coalesce(o.clinical_status, 'active') IN ('active', 'recurrence', 'relapse')
				AND coalesce(o.verification_status, 'confirmed') NOT IN ('refuted', 'entered-in-error')
				AND (o.end_time IS NULL OR o.end_time > now())
			GROUP BY o.name, o.code
		) k
	) AS conditions,
	(
		SELECT string_agg(m.name || coalesce(', ' || m.dosage, ''), E'\n' ORDER BY m.name, m.dosage)
		FROM (
			SELECT DISTINCT o.name, o.dosage
			FROM care.medication_statement o
			WHERE o.citizen = c.citizen AND o.status IN ('active', 'on-hold')
		) m
	) AS medications,
	(
		SELECT string_agg(a.name || CASE a.criticality WHEN 'high' THEN ' (high risk)' ELSE '' END,
			E'\n' ORDER BY a.criticality = 'high' DESC, a.name)
		FROM (
			SELECT DISTINCT o.name, coalesce(o.criticality, '') AS criticality
			FROM care.allergy o
			WHERE o.citizen = c.citizen
				AND coalesce(o.clinical_status, 'active') = 'active'
				AND coalesce(o.verification_status, 'confirmed') NOT IN ('refuted', 'entered-in-error')
		) a
	) AS allergies,
	(
		SELECT string_agg(concat(p.title, ', ' || o.name, ', since ' || to_char(care.civil_time(p.start_time), 'YYYY-MM-DD'),
			activity.lines), E'\n' ORDER BY p.start_time, p.id)
		FROM care.care_plan p
		LEFT JOIN care.organization o ON o.id = p.organization
		LEFT JOIN LATERAL (
			SELECT string_agg(E'\n  - ' || a.name || ' (' || a.status || ')', '' ORDER BY a.ordinal) AS lines
			FROM care.care_plan_activity a
			WHERE a.citizen = p.citizen AND a.care_plan = p.id
				AND a.status NOT IN ('completed', 'cancelled', 'stopped', 'entered-in-error')
		) activity ON true
		WHERE p.citizen = c.citizen AND p.status IN ('active', 'on-hold')
			AND (p.end_time IS NULL OR p.end_time > now())
	) AS plan,
	(
		SELECT string_agg(concat(g.description, ', due ' || to_char(g.due_date, 'YYYY-MM-DD'),
			' (' || g.achievement_status || ')'), E'\n' ORDER BY g.due_date, g.description)
		FROM (
			SELECT DISTINCT o.description, o.due_date, o.achievement_status
			FROM care.goal o
			WHERE o.citizen = c.citizen
				AND o.lifecycle_status IN ('proposed', 'planned', 'accepted', 'active', 'on-hold')
		) g
	) AS goals,
	(
		SELECT string_agg(concat(rpad(l.display, l.display_width), '  ', lpad(l.value, l.value_width), '  ',
			to_char(care.civil_time(l."time"), 'YYYY-MM-DD HH24:MI'), '  ', l.sparkline), E'\n' ORDER BY l.display)
		FROM (
			SELECT t.*, max(length(t.display)) OVER () AS display_width, max(length(t.value)) OVER () AS value_width
			FROM (
				SELECT m.display, smartcare.end_time(d.points) AS "time",
					concat(n.comparator, trim_scale(round(v.value::numeric, v.decimals)), ' ' || nullif(regexp_replace(m.unit, '\{.*\}', ''), '')) AS value,
					-- The last 90 days, or the last 24 values where these reach further back.
					smartcare.sparkline(smartcare.slice(d.points, tstzrange(least(
						smartcare.end_time(d.points) - interval '90 days',
						(smartcare.times(d.points))[smartcare.num_points(d.points) - 23],
						CASE WHEN smartcare.num_points(d.points) < 24 THEN smartcare.start_time(d.points) END), NULL)), 24) AS sparkline
				FROM (
					SELECT b.measure, smartcare.series_agg(b.points) AS points
					FROM (
						SELECT s.measure, s.points, s.bucket_end,
							max(smartcare.end_time(s.points)) OVER measure AS last,
							sum(smartcare.num_points(s.points)) OVER (measure ORDER BY s.bucket DESC)
								- smartcare.num_points(s.points) AS later
						FROM care.measurement_series s
						WHERE s.citizen = c.citizen
						WINDOW measure AS (PARTITION BY s.measure)
					) b
					WHERE b.later < 24 OR b.bucket_end > b.last - interval '90 days'
					GROUP BY b.measure
				) d
				-- Five digits, and all before the point.
				CROSS JOIN LATERAL (
					SELECT smartcare.end_value(d.points),
						CASE smartcare.end_value(d.points) WHEN 0 THEN 0 ELSE greatest(0, 4 - floor(log(abs(smartcare.end_value(d.points))))::integer) END
				) AS v (value, decimals)
				JOIN care.measure m ON m.id = d.measure
				LEFT JOIN care.measurement_note n ON n.citizen = c.citizen AND n.measure = d.measure
					AND n."time" = smartcare.end_time(d.points) AND n.stands
			) t
		) l
	) AS measurements,
	(
		SELECT string_agg(d.what, E'\n' ORDER BY d.due, d.what)
		FROM (
			SELECT concat(t.description, ', ' || o.name, ', due ' || to_char(care.civil_day(t.due_end), 'YYYY-MM-DD')) AS what,
				t.due_end AS due
			FROM care.task t
			LEFT JOIN care.organization o ON o.id = t.owner
			WHERE t.citizen = c.citizen AND t.due_end < now()
				AND t.status IN ('requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold')
			UNION ALL
			SELECT DISTINCT concat('goal not reached: ', g.description, ', due ' || to_char(g.due_date, 'YYYY-MM-DD')), care.start_of_day(g.due_date)
			FROM care.goal g
			WHERE g.citizen = c.citizen AND g.due_date < care.today()
				AND g.lifecycle_status IN ('proposed', 'planned', 'accepted', 'active', 'on-hold')
				AND g.achievement_status IS DISTINCT FROM 'achieved'
		) d
	) AS overdue,
	(
		SELECT string_agg(concat(rpad(a.part, 12), '  ', to_char(care.civil_time(a.at), 'YYYY-MM-DD HH24:MI'), '  ', a.source), E'\n' ORDER BY a.ordinal)
		FROM (
			(SELECT 1 AS ordinal, 'episodes' AS part, coalesce(x.issued, x.recorded_at) AS at, x.source
			FROM care.episode_of_care x WHERE x.citizen = c.citizen ORDER BY 3 DESC, 4 LIMIT 1)
			UNION ALL
			(SELECT 2 AS ordinal, 'encounters' AS part, coalesce(x.issued, x.recorded_at), x.source
			FROM care.encounter x WHERE x.citizen = c.citizen ORDER BY 3 DESC, 4 LIMIT 1)
			UNION ALL
			(SELECT 3 AS ordinal, 'conditions' AS part, coalesce(x.issued, x.recorded_at), x.source
			FROM care.condition x WHERE x.citizen = c.citizen ORDER BY 3 DESC, 4 LIMIT 1)
			UNION ALL
			(SELECT 4 AS ordinal, 'medications' AS part, coalesce(x.issued, x.recorded_at), x.source
			FROM care.medication_statement x WHERE x.citizen = c.citizen ORDER BY 3 DESC, 4 LIMIT 1)
			UNION ALL
			(SELECT 5 AS ordinal, 'allergies' AS part, coalesce(x.issued, x.recorded_at), x.source
			FROM care.allergy x WHERE x.citizen = c.citizen ORDER BY 3 DESC, 4 LIMIT 1)
			UNION ALL
			(SELECT 6 AS ordinal, 'plan' AS part, coalesce(x.issued, x.recorded_at), x.source
			FROM care.care_plan x WHERE x.citizen = c.citizen ORDER BY 3 DESC, 4 LIMIT 1)
			UNION ALL
			(SELECT 7 AS ordinal, 'goals' AS part, coalesce(x.issued, x.recorded_at), x.source
			FROM care.goal x WHERE x.citizen = c.citizen ORDER BY 3 DESC, 4 LIMIT 1)
			UNION ALL
			(SELECT 8 AS ordinal, 'tasks' AS part, coalesce(x.issued, x.recorded_at), x.source
			FROM care.task x WHERE x.citizen = c.citizen ORDER BY 3 DESC, 4 LIMIT 1)
			UNION ALL
			(SELECT 9 AS ordinal, 'measurements' AS part, coalesce(nullif(x.issued, '-infinity'), x.recorded_at), x.source_key
			FROM care.measurement_batch x WHERE x.citizen = c.citizen AND x.stands ORDER BY x.id DESC LIMIT 1)
		) a
	) AS as_of
FROM care.citizen c
LEFT JOIN care.organization municipality ON municipality.id = c.municipality
LEFT JOIN care.organization practice ON practice.id = c.general_practice
LEFT JOIN LATERAL (
	SELECT
		string_agg(e.line, E'\n' ORDER BY e.start_time, e.id) FILTER (WHERE e.sector = 'hospital') AS hospital,
		string_agg(e.line, E'\n' ORDER BY e.start_time, e.id) FILTER (WHERE e.sector = 'municipality') AS municipality,
		string_agg(e.line, E'\n' ORDER BY e.start_time, e.id) FILTER (WHERE e.sector = 'general practice') AS general_practice,
		string_agg(e.line, E'\n' ORDER BY e.start_time, e.id)
			FILTER (WHERE coalesce(e.sector, '') NOT IN ('hospital', 'municipality', 'general practice')) AS other
	FROM (
		SELECT x.id, x.start_time, o.sector,
			concat(coalesce(x.type, 'episode of care'), ', ' || o.name, ', since ' || to_char(care.civil_time(x.start_time), 'YYYY-MM-DD'),
				CASE x.status WHEN 'onhold' THEN ' (on hold)' END) AS line
		FROM care.episode_of_care x
		LEFT JOIN care.organization o ON o.id = x.organization
		WHERE x.citizen = c.citizen AND x.status IN ('active', 'onhold')
			AND (x.end_time IS NULL OR x.end_time > now())
	) e
) episodes ON true
WHERE c.merged_into IS NULL;

COMMENT ON VIEW care.shared_overview IS
'One row a citizen: what hospital, municipality, general practice and all others around the citizen share. Parts with several items have one line for each.';
COMMENT ON COLUMN care.shared_overview.citizen IS 'Number that all functions take.';
COMMENT ON COLUMN care.shared_overview.name IS 'What the citizen is called.';
COMMENT ON COLUMN care.shared_overview.identifier IS 'CPR number, or else the first identifier that is known.';
COMMENT ON COLUMN care.shared_overview.birth_date IS 'Null where it is not known to the day.';
COMMENT ON COLUMN care.shared_overview.age IS 'In years: today, or at death.';
COMMENT ON COLUMN care.shared_overview.gender IS 'Administrative gender.';
COMMENT ON COLUMN care.shared_overview.deceased IS 'Whether the citizen is known to have died.';
COMMENT ON COLUMN care.shared_overview.municipality IS 'Where the citizen lives.';
COMMENT ON COLUMN care.shared_overview.general_practice IS 'Whose patient the citizen is.';
COMMENT ON COLUMN care.shared_overview.in_hospital IS 'Present stay: kind, department, since when, why. Null for who is not in hospital.';
COMMENT ON COLUMN care.shared_overview.hospital_care IS 'Active episodes of care of hospitals.';
COMMENT ON COLUMN care.shared_overview.municipal_care IS 'Active episodes of care of the municipality and its units.';
COMMENT ON COLUMN care.shared_overview.general_practice_care IS 'Active episodes of care of general practices.';
COMMENT ON COLUMN care.shared_overview.other_care IS 'Active episodes of care of specialists, pharmacies, therapists, social institutions, and of whoever the source does not tell.';
COMMENT ON COLUMN care.shared_overview.conditions IS 'Active conditions with code and onset, each once.';
COMMENT ON COLUMN care.shared_overview.medications IS 'Current medication as received, with dosage, each once.';
COMMENT ON COLUMN care.shared_overview.allergies IS 'Active allergies and intolerances as received, those of high risk first.';
COMMENT ON COLUMN care.shared_overview.plan IS 'Active plans, each with the activities that are not done yet.';
COMMENT ON COLUMN care.shared_overview.goals IS 'Goals being worked on, with due date and how it goes.';
COMMENT ON COLUMN care.shared_overview.measurements IS 'Of each measure the latest value to five digits, unit and time, and its course: means over 24 equal parts of the last 90 days, or of the last 24 values where these reach further back.';
COMMENT ON COLUMN care.shared_overview.overdue IS 'Open tasks past their due time and goals past their due date, oldest first. Null where nothing is.';
COMMENT ON COLUMN care.shared_overview.as_of IS 'Of each part the latest entry: when its source issued it, or else when it was recorded here, and its identity in the source.';
