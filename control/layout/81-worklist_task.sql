-- The work-list of whoever owns a task, an appointment or a plan with goals. What has no
-- owner is the citizen's own.

CREATE OR REPLACE VIEW care.worklist_task AS
SELECT t.owner AS organization, NULL AS role, 'task' AS kind, t.citizen, NULL::bigint AS related_person,
	least(4, array_position('{routine,urgent,asap,stat}', t.priority)
		+ CASE WHEN t.due_end < now() THEN 1 ELSE 0 END) AS severity,
	t.due_end AS due,
	concat(t.description, ' (' || t.status || ')', ', for ' || requester.name, ', offered to ' || asked.name) AS reason,
	coalesce(t.due_start, t.issued, t.recorded_at) AS since, t.due_end AS until,
	t.source, coalesce(t.issued, t.recorded_at) AS as_of, 'task' AS entity, t.id AS entry,
	CASE
		WHEN t.status IN ('requested', 'received') THEN 'accept_task'
		WHEN t.status = 'in-progress' THEN 'complete_task'
		WHEN t.status <> 'on-hold' THEN 'start_task' END AS next_step
FROM care.task t
LEFT JOIN care.organization requester ON requester.id = t.requester AND t.requester IS DISTINCT FROM t.owner
LEFT JOIN care.organization asked ON asked.id = t.offered_to
WHERE t.status IN ('requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold')
	AND NOT (t.code IN ('pause service', 'resume service', 'end service') AND t.episode_of_care IS NOT NULL
		AND t.status IN ('requested', 'accepted', 'ready', 'in-progress'))
UNION ALL
SELECT t.offered_to, NULL, 'task offered', t.citizen, NULL,
	least(4, array_position('{routine,urgent,asap,stat}', t.priority) + CASE WHEN t.due_end < now() THEN 1 ELSE 0 END),
	t.due_end, concat(t.description, ', of ' || coalesce(owner.name, 'the citizen'), ': ' || t.note),
	coalesce(t.due_start, t.issued, t.recorded_at), t.due_end, t.source, coalesce(t.issued, t.recorded_at), 'task', t.id, 'take_over_task'
FROM care.task t
LEFT JOIN care.organization owner ON owner.id = t.owner
WHERE t.offered_to IS NOT NULL AND t.status IN ('accepted', 'in-progress')
UNION ALL
-- Once, however many of the organization's plans work towards it.
SELECT DISTINCT p.organization, NULL, 'goal', g.citizen, NULL::bigint, 2, care.start_of_day(g.due_date + 1),
	concat('goal not reached: ', g.description, ' (' || g.achievement_status || ')'),
	care.start_of_day(g.start_date), care.start_of_day(g.due_date + 1),
	g.source, coalesce(g.issued, g.recorded_at), 'goal', g.id,
	CASE g.lifecycle_status WHEN 'active' THEN 'reach_goal' END
FROM care.care_plan p
CROSS JOIN (SELECT care.today() AS today OFFSET 0) z
JOIN care.goal g ON g.citizen = p.citizen AND g.id = ANY (p.goals)
WHERE p.status = 'active' AND p.organization IS NOT NULL AND g.due_date < z.today
	AND g.lifecycle_status IN ('proposed', 'planned', 'accepted', 'active', 'on-hold')
	AND g.achievement_status IS DISTINCT FROM 'achieved'
UNION ALL
SELECT a.organization, NULL, 'appointment', a.citizen, NULL, CASE WHEN a.start_time < now() - interval '1 day' THEN 2 ELSE 1 END, a.start_time,
	concat(a.description, CASE WHEN a.start_time < now() THEN '; kept or missed?' END),
	a.start_time, a.end_time, a.source, coalesce(a.issued, a.recorded_at), 'appointment', a.id,
	CASE WHEN a.start_time < now() THEN 'fulfil_appointment' END
FROM care.appointment a
WHERE a.status = 'booked' AND a.start_time < now() + interval '7 days';

COMMENT ON VIEW care.worklist_task IS 'Part of care.worklist: tasks, tasks offered, goals past their due date, appointments.';
