-- The work-list of a citizen, and of those with whom the citizen shares it. Ask for one
-- citizen: nothing here belongs to an organization.

CREATE OR REPLACE VIEW care.worklist_own AS
SELECT 'measurements' AS shares, 'measure' AS kind, p.citizen, CASE WHEN d.due + p.grace < now() THEN 2 WHEN d.due - p.grace <= now() THEN 1 ELSE 0 END AS severity,
	d.due + p.grace AS due, concat(m.display, CASE WHEN d.due - p.grace <= now() THEN ', now' ELSE ', next ' || to_char(care.civil_time(d.due), 'YYYY-MM-DD HH24:MI') END) AS reason,
	d.due - p.grace AS since, d.due + p.grace AS until, p.start_time AS as_of, 'measurement_plan' AS entity, p.id AS entry, 'record' AS next_step
FROM care.measurement_plan p
JOIN care.measure m ON m.id = p.measure
CROSS JOIN (SELECT care.setting('zone') AS zone OFFSET 0) z
CROSS JOIN LATERAL (
	-- The first that is not measured: the last due time, unless it is over and the next has begun.
	SELECT k.due
	FROM (VALUES (care.latest_due(p, z.zone, now())), (care.next_due(p, z.zone, now()))) AS k (due)
	WHERE k.due IS NOT NULL AND NOT k.due <@ p.pauses
		AND NOT EXISTS (
			SELECT FROM care.hospital_stay h
			WHERE h.citizen = p.citizen AND h.status = 'finished' AND h.start_time <= k.due AND h.end_time >= k.due)
		AND NOT EXISTS (
			SELECT FROM care.measurement_series s
			WHERE s.citizen = p.citizen AND s.measure = p.measure AND s.bucket <= k.due + p.grace AND s.bucket_end > k.due - p.grace
				AND smartcare.slice(s.points, tstzrange(k.due - p.grace, k.due + p.grace, '[]')) IS NOT NULL)
	ORDER BY k.due LIMIT 1
) AS d
WHERE p.status = 'active' AND NOT EXISTS (SELECT FROM care.hospital_stay h WHERE h.citizen = p.citizen AND h.is_open)
UNION ALL
SELECT 'answers' AS shares, 'answer' AS kind, q.citizen, CASE WHEN q.overdue THEN 2 ELSE 1 END, q.due, q.title, q.since, NULL AS until, NULL AS as_of,
	CASE WHEN q.appointment IS NULL THEN 'measurement_plan' ELSE 'appointment' END, coalesce(q.measurement_plan, q.appointment), 'answer_questionnaire' AS next_step
FROM care.due_questionnaire q
WHERE q.since <= now()
UNION ALL
SELECT 'contacts' AS shares, 'attend' AS kind, a.citizen, 1, a.start_time, concat(a.description, ', ', o.name),
	a.start_time, a.end_time, coalesce(a.issued, a.recorded_at), 'appointment' AS entity, a.id, NULL AS next_step
FROM care.appointment a
JOIN care.organization o ON o.id = a.organization
WHERE a.status = 'booked' AND a.start_time >= now() - interval '1 hour'
UNION ALL
SELECT 'contacts' AS shares, 'attend' AS kind, e.citizen, 1, e.start_time, concat(coalesce(e.type, e.class), ', ' || o.name),
	e.start_time, e.end_time, coalesce(e.issued, e.recorded_at), 'encounter' AS entity, e.id, NULL AS next_step
FROM care.encounter e
LEFT JOIN care.organization o ON o.id = e.organization
WHERE e.status = 'planned' AND e.start_time >= now() - interval '1 hour' AND e.class NOT IN ('HH', 'VR')
UNION ALL
SELECT 'plan' AS shares, 'goal' AS kind, g.citizen, CASE WHEN g.due_date < care.today() THEN 1 ELSE 0 END, care.start_of_day(g.due_date + 1),
	concat(g.description, ' (' || g.achievement_status || ')'), care.start_of_day(g.start_date), care.start_of_day(g.due_date + 1),
	coalesce(g.issued, g.recorded_at), 'goal' AS entity, g.id, CASE g.lifecycle_status WHEN 'active' THEN 'reach_goal' END
FROM care.goal g
WHERE g.lifecycle_status IN ('proposed', 'planned', 'accepted', 'active', 'on-hold') AND g.achievement_status IS DISTINCT FROM 'achieved'
UNION ALL
SELECT 'plan' AS shares, 'agree' AS kind, p.citizen, 1, NULL AS due, concat(p.title, ', version ', p.version), p.start_time, NULL AS until, coalesce(p.issued, p.recorded_at),
	'care_plan' AS entity, p.id, 'agree_plan' AS next_step
FROM care.care_plan p
WHERE (p.status = 'draft' OR p.status = 'active' AND p.version > 1) AND 'citizen' = ANY (care.missing_parties(p.citizen, p.id))
UNION ALL
SELECT 'plan' AS shares, 'consent' AS kind, n.citizen, 1, NULL AS due, n.programme, n.since, NULL AS until, n.since, 'enrollment' AS entity, n.enrollment, 'give_consent' AS next_step
FROM care.enrollment_phase n
WHERE n.next_step = 'give_consent'
UNION ALL
SELECT 'plan' AS shares, t.kind, t.citizen, t.severity, t.due, t.reason, t.since, t.until, t.as_of, t.entity, t.entry, t.next_step
FROM care.worklist_task t
WHERE t.organization IS NULL AND t.kind = 'task'
UNION ALL
SELECT 'contacts' AS shares, r.kind, r.citizen, r.severity, r.due, r.reason, r.since, r.until, r.as_of, r.entity, r.entry, r.next_step
FROM care.worklist_referral r
WHERE r.organization IS NULL;

COMMENT ON VIEW care.worklist_own IS 'What a citizen has to do: what care.worklist shows the citizen, and carers with whom the citizen shares it.';
COMMENT ON COLUMN care.worklist_own.shares IS 'With which part of the record (care.record_part) it is shared.';

CREATE OR REPLACE VIEW care.worklist_citizen AS
SELECT NULL::bigint AS organization, 'citizen' AS role, w.kind, w.citizen, NULL::bigint AS related_person, w.severity, w.due, w.reason,
	w.since, w.until, NULL AS source, w.as_of, w.entity, w.entry, w.next_step
FROM care.worklist_own w
UNION ALL
SELECT NULL AS organization, 'carer' AS role, w.kind, w.citizen, p.id, w.severity, w.due, w.reason, w.since, w.until, NULL AS source, w.as_of, w.entity, w.entry, NULL AS next_step
FROM care.related_person p
JOIN care.worklist_own w ON w.citizen = p.citizen AND w.shares = ANY (p.shared)
WHERE p.status = 'active'
UNION ALL
SELECT NULL AS organization, 'carer' AS role, 'in hospital' AS kind, e.citizen, p.id, 1, NULL AS due, concat(e.kind, ' at ' || o.name, CASE e.status WHEN 'onleave' THEN ', on leave' END),
	e.start_time, e.end_time, e.source, e.as_of, 'encounter' AS entity, e.id, NULL AS next_step
FROM care.related_person p
JOIN care.hospital_stay e ON e.citizen = p.citizen AND e.is_open
LEFT JOIN care.organization o ON o.id = e.organization
WHERE p.status = 'active' AND 'contacts' = ANY (p.shared)
UNION ALL
SELECT NULL AS organization, 'carer' AS role, a.colour || ' alert', a.citizen, p.id, CASE a.colour WHEN 'red' THEN 3 ELSE 2 END, NULL AS due,
	concat(coalesce(m.display, 'answers to ' || a.questionnaire), ' ' || a.side || ' limits'), a.since, NULL AS until, NULL AS source, a.last_time, 'alert' AS entity, a.alert, NULL AS next_step
FROM care.related_person p
JOIN care.alert_open a ON a.citizen = p.citizen AND a.status = 'active'
LEFT JOIN care.measure m ON m.name = a.measure
WHERE p.status = 'active' AND 'measurements' = ANY (p.shared);

COMMENT ON VIEW care.worklist_citizen IS 'Part of care.worklist: what a citizen has to do, and what of it carers see.';
