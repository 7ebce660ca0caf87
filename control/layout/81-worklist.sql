-- What has to be done now: one row for each thing, for the organization that has to
-- do it. Everything is derived from now(); nothing runs in the background. Each part
-- begins at an index on the organization, or at the few stays that are open or have
-- just ended, so that a condition on organization never reads the region.

CREATE OR REPLACE VIEW care.recent_discharge AS
SELECT e.citizen, e.id, e.kind, e.reason, e.organization, c.municipality, c.general_practice, e.start_time, e.end_time, e.source, e.as_of
FROM care.hospital_stay e
JOIN care.citizen c ON c.citizen = e.citizen
WHERE e.status = 'finished' AND e.end_time >= now() - interval '14 days' AND e.end_time < now()
	AND NOT c.deceased
	AND NOT EXISTS (
		SELECT FROM care.hospital_stay other
		WHERE other.citizen = e.citizen AND other.id <> e.id
			AND (other.is_open OR other.status = 'finished' AND (other.end_time, other.id) > (e.end_time, e.id)));

COMMENT ON VIEW care.recent_discharge IS
'Who came home from hospital in the last 14 days and is not there again: each with the stay that ended last.';
COMMENT ON COLUMN care.recent_discharge.citizen IS 'Who came home.';
COMMENT ON COLUMN care.recent_discharge.id IS 'Id of the encounter.';
COMMENT ON COLUMN care.recent_discharge.kind IS 'emergency or inpatient.';
COMMENT ON COLUMN care.recent_discharge.reason IS 'Why the citizen was there.';
COMMENT ON COLUMN care.recent_discharge.organization IS 'The department.';
COMMENT ON COLUMN care.recent_discharge.municipality IS 'Where the citizen lives.';
COMMENT ON COLUMN care.recent_discharge.general_practice IS 'Whose patient the citizen is.';
COMMENT ON COLUMN care.recent_discharge.start_time IS 'When the stay began.';
COMMENT ON COLUMN care.recent_discharge.end_time IS 'When it ended.';
COMMENT ON COLUMN care.recent_discharge.source IS 'Identity of the message or resource that said so.';
COMMENT ON COLUMN care.recent_discharge.as_of IS 'When the source issued it; where it does not say, when it was recorded here.';

CREATE OR REPLACE VIEW care.worklist AS
SELECT
	w.organization,
	o.name AS organization_name,
	w.kind,
	w.severity,
	(ARRAY['information', 'routine', 'urgent', 'asap', 'stat'])[w.severity + 1] AS severity_name,
	w.due,
	coalesce(w.due < now(), false) AS overdue,
	w.citizen,
	c.name AS citizen_name,
	w.reason,
	w.since,
	w.until,
	w.source,
	w.as_of,
	w.next_step
FROM (
	SELECT t.owner AS organization, 'task' AS kind, t.citizen,
		least(4, array_position('{routine,urgent,asap,stat}', t.priority)
			+ CASE WHEN t.due_end < now() THEN 1 ELSE 0 END) AS severity,
		t.due_end AS due,
		concat(t.description, ' (' || t.status || ')', ', for ' || requester.name) AS reason,
		coalesce(t.due_start, t.issued, t.recorded_at) AS since, t.due_end AS until,
		t.source, coalesce(t.issued, t.recorded_at) AS as_of,
		CASE
			WHEN t.status IN ('requested', 'received') THEN 'accept or reject task '
			WHEN t.status = 'in-progress' THEN 'complete task '
			ELSE 'start task ' END || t.id AS next_step
	FROM care.task t
	LEFT JOIN care.organization requester ON requester.id = t.requester AND t.requester <> t.owner
	WHERE t.status IN ('requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold')
	UNION ALL
	-- Once, however many of the organization's plans work towards it.
	SELECT DISTINCT p.organization, 'goal' AS kind, g.citizen, 2 AS severity, care.start_of_day(g.due_date + 1),
		concat('goal not reached: ', g.description, ' (' || g.achievement_status || ')'),
		care.start_of_day(g.start_date), care.start_of_day(g.due_date + 1),
		g.source, coalesce(g.issued, g.recorded_at),
		'close goal ' || g.id || ' or give it a new date'
	FROM care.care_plan p
	JOIN care.goal g ON g.citizen = p.citizen AND g.id = ANY (p.goals)
	WHERE p.status = 'active' AND g.due_date < care.today()
		AND g.lifecycle_status IN ('proposed', 'planned', 'accepted', 'active', 'on-hold')
		AND g.achievement_status IS DISTINCT FROM 'achieved'
	UNION ALL
	SELECT e.organization, 'stay' AS kind, e.citizen,
		CASE WHEN e.end_time < now() OR e.class = 'EMER' AND e.start_time < now() - interval '1 day' THEN 2 ELSE 1 END,
		e.end_time,
		concat_ws(', ', e.kind, CASE e.status WHEN 'onleave' THEN 'on leave' END, e.reason),
		e.start_time, e.end_time,
		e.source, e.as_of,
		'finish encounter ' || e.id || ' at discharge'
	FROM care.hospital_stay e
	WHERE e.is_open
	UNION ALL
	SELECT e.organization, 'planned' AS kind, e.citizen, CASE WHEN e.start_time < now() THEN 2 ELSE 1 END, e.start_time,
		concat_ws(', ', coalesce(e.type, e.class), e.reason),
		e.start_time, e.end_time,
		e.source, coalesce(e.issued, e.recorded_at),
		CASE WHEN e.start_time < now() THEN 'start, move or cancel encounter ' ELSE 'start encounter ' END || e.id
	FROM care.encounter e
	WHERE e.status = 'planned'
		AND e.start_time >= now() - interval '7 days' AND e.start_time < now() + interval '7 days'
	UNION ALL
	-- Visits to who is in hospital are in vain.
	SELECT c.municipality, 'in hospital' AS kind, e.citizen,
		CASE WHEN NOT services.running THEN 0 WHEN e.start_time < now() - interval '1 day' THEN 3 ELSE 2 END,
		CASE WHEN services.running THEN e.start_time + interval '1 day' END,
		concat(e.kind, CASE e.status WHEN 'onleave' THEN ', on leave' END, ' at ' || h.name, '; ', services.names,
			CASE WHEN services.running THEN ' still running' ELSE ' on hold' END),
		e.start_time, e.end_time,
		e.source, e.as_of,
		CASE WHEN services.running THEN 'put the services on hold' ELSE 'prepare the return' END
	FROM care.hospital_stay e
	JOIN care.citizen c ON c.citizen = e.citizen
	LEFT JOIN care.organization h ON h.id = e.organization
	CROSS JOIN LATERAL (
		SELECT bool_or(x.status = 'active') AS running, string_agg(DISTINCT x.type, ', ' ORDER BY x.type) AS names
		FROM care.episode_of_care x
		JOIN care.organization p ON p.id = x.organization
		WHERE x.citizen = e.citizen AND p.sector = 'municipality'
			AND x.status IN ('planned', 'waitlist', 'active', 'onhold')
	) services
	WHERE e.is_open AND services.running IS NOT NULL
		AND NOT EXISTS (
			SELECT FROM care.hospital_stay other
			WHERE other.citizen = e.citizen AND other.is_open
				AND (other.start_time, other.id) > (e.start_time, e.id))
	UNION ALL
	-- Who came home and has not been seen since: by the municipality, by the practice.
	SELECT e.municipality, 'discharged' AS kind, e.citizen,
		CASE WHEN services.running THEN 1 ELSE 2 END + CASE WHEN e.end_time < now() - interval '7 days' THEN 1 ELSE 0 END,
		e.end_time + interval '7 days',
		concat('not seen since ', e.kind, ' stay: ', concat_ws(', ', e.reason, h.name), '; ', services.names,
			CASE WHEN services.running THEN ' running' ELSE ' on hold' END),
		e.end_time, e.end_time + interval '14 days',
		e.source, e.as_of,
		'visit the citizen and record the encounter' AS next_step
	FROM care.recent_discharge e
	LEFT JOIN care.organization h ON h.id = e.organization
	CROSS JOIN LATERAL (
		SELECT bool_or(x.status = 'active') AS running, string_agg(DISTINCT x.type, ', ' ORDER BY x.type) AS names
		FROM care.episode_of_care x
		JOIN care.organization p ON p.id = x.organization
		WHERE x.citizen = e.citizen AND p.sector = 'municipality'
			AND x.status IN ('planned', 'waitlist', 'active', 'onhold')
	) services
	WHERE services.running IS NOT NULL
		AND NOT EXISTS (
			SELECT FROM care.encounter contact
			JOIN care.organization p ON p.id = contact.organization
			WHERE contact.citizen = e.citizen AND contact.start_time >= e.end_time AND p.sector = 'municipality'
				AND contact.status NOT IN ('planned', 'cancelled', 'entered-in-error'))
	UNION ALL
	SELECT e.general_practice, 'discharged' AS kind, e.citizen,
		CASE e.kind WHEN 'emergency' THEN 1 ELSE 2 END + CASE WHEN e.end_time < now() - interval '7 days' THEN 1 ELSE 0 END,
		e.end_time + interval '7 days',
		concat('not seen since ', e.kind, ' stay: ', concat_ws(', ', e.reason, h.name)),
		e.end_time, e.end_time + interval '14 days',
		e.source, e.as_of,
		'contact the citizen and record the encounter' AS next_step
	FROM care.recent_discharge e
	LEFT JOIN care.organization h ON h.id = e.organization
	WHERE NOT EXISTS (
			SELECT FROM care.encounter contact
			WHERE contact.citizen = e.citizen AND contact.start_time >= e.end_time
				AND contact.organization = e.general_practice
				AND contact.status NOT IN ('planned', 'cancelled', 'entered-in-error'))
	UNION ALL
	-- The region keeps what is shared by all in order.
	SELECT r.id, 'measure' AS kind, NULL AS citizen, 1 AS severity, NULL AS due,
		concat(m.display, ', ' || nullif(m.unit, ''), ': nobody has said yet what this measure is'), NULL AS since, NULL AS until,
		m.name, NULL AS as_of,
		'review measure ' || m.id
	FROM care.measure m
	JOIN care.organization r ON r.kind = 'region'
	WHERE NOT m.reviewed
	UNION ALL
	SELECT r.id, 'parked' AS kind, NULL AS citizen, 1 AS severity, NULL AS due,
		format('resources waiting for %s: %s', k.awaited_key, count(*)), min(k.recorded_at), NULL AS until,
		k.awaited_key, max(k.recorded_at),
		'get ' || k.awaited_key
	FROM care.parked_resource k
	JOIN care.organization r ON r.kind = 'region'
	WHERE k.key <> k.awaited_key
	GROUP BY r.id, k.awaited_key
	UNION ALL
	SELECT d.organization, d.kind, d.citizen, d.severity, d.due, d.reason, d.since, d.until, d.source, d.as_of,
		concat(replace(d.next_step, '_', ' '), ' ', d.entry)
	FROM care.worklist_document d
	UNION ALL
	SELECT m.organization, m.kind, m.citizen, m.severity, m.due, m.reason, m.since, m.until, m.source, m.as_of,
		concat(replace(m.next_step, '_', ' '), ' ', m.entry)
	FROM care.worklist_communication m
	UNION ALL
	SELECT m.organization, m.kind, m.citizen, m.severity, m.due, m.reason, m.since, m.until, m.source, m.as_of,
		concat(replace(m.next_step, '_', ' '), ' ', m.source)
	FROM care.worklist_message m
) w
JOIN care.organization o ON o.id = w.organization
LEFT JOIN care.citizen c ON c.citizen = w.citizen
WHERE c.merged_into IS NULL AND NOT (coalesce(c.deceased, false) AND w.kind IN ('goal', 'planned', 'in hospital'));

COMMENT ON VIEW care.worklist IS
'What has to be done now, one row for each thing and organization. Ask for one organization, ORDER BY severity DESC, due.';
COMMENT ON COLUMN care.worklist.organization IS 'Who has to do it.';
COMMENT ON COLUMN care.worklist.organization_name IS 'Its name.';
COMMENT ON COLUMN care.worklist.kind IS
'task: open task; goal: past its due date; stay: patient in the department; planned: encounter within seven days; in hospital, discharged: citizen with municipal services, or of the practice, not seen since; document, communication: to be read; measure, parked, parked document, parked message: for the region.';
COMMENT ON COLUMN care.worklist.severity IS
'4 stat, 3 asap, 2 urgent, 1 routine, 0 information. A task has its priority, and one more once it is overdue.';
COMMENT ON COLUMN care.worklist.severity_name IS 'Severity in the words of FHIR''s priorities.';
COMMENT ON COLUMN care.worklist.due IS 'Overdue after; null where there is no such time.';
COMMENT ON COLUMN care.worklist.overdue IS 'Whether due has passed.';
COMMENT ON COLUMN care.worklist.citizen IS 'Whom it is about; null for what is about no citizen.';
COMMENT ON COLUMN care.worklist.citizen_name IS 'What the citizen is called.';
COMMENT ON COLUMN care.worklist.reason IS 'What it is and why.';
COMMENT ON COLUMN care.worklist.since IS 'Since when: not before this time, or when the stay began or ended.';
COMMENT ON COLUMN care.worklist.until IS 'Until when; it leaves the list of discharges then.';
COMMENT ON COLUMN care.worklist.source IS 'Identity of the message or resource that said so; null for what was entered here.';
COMMENT ON COLUMN care.worklist.as_of IS 'When the source issued it; where it does not say, when it was recorded here.';
COMMENT ON COLUMN care.worklist.next_step IS 'What to do next, with the id of the entry.';
