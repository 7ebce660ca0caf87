-- The work-list of who gives services at home: what a stay proposes, who is in hospital
-- while services run, who is coming home, who came home and has not been seen, and the
-- stages of fall prevention. Begins at the tasks and services of the organization.

CREATE OR REPLACE VIEW care.worklist_service AS
-- What a stay, its end, or a death proposes: completing the task does it.
SELECT t.owner AS organization, NULL AS role, t.code AS kind, t.citizen, NULL::bigint AS related_person,
	least(4, array_position('{routine,urgent,asap,stat}', t.priority) + CASE WHEN t.due_end < now() THEN 1 ELSE 0 END) AS severity,
	t.due_end AS due,
	concat(t.description, ': ', CASE t.code
		WHEN 'pause service' THEN 'in hospital'
		WHEN 'resume service' THEN 'back from hospital'
		ELSE 'has died' END, ', says ' || requester.name) AS reason,
	t.due_start AS since, t.due_end AS until, t.source, coalesce(t.issued, t.recorded_at) AS as_of, 'task' AS entity, t.id AS entry,
	'complete_task' AS next_step
FROM care.task t
LEFT JOIN care.organization requester ON requester.id = t.requester
WHERE t.status IN ('requested', 'accepted', 'ready', 'in-progress') AND t.episode_of_care IS NOT NULL
	AND t.code IN ('pause service', 'resume service', 'end service')
	-- A stay of hours stops no visit.
	AND t.due_start <= now()
UNION ALL
-- Visits to who is in hospital are in vain.
SELECT x.organization, 'municipality', 'in hospital', x.citizen, NULL,
	CASE WHEN x.status <> 'active' THEN 0 WHEN e.start_time < now() - interval '1 day' THEN 3 ELSE 2 END,
	CASE WHEN x.status = 'active' THEN e.start_time + interval '1 day' END,
	concat(e.kind, CASE e.status WHEN 'onleave' THEN ', on leave' END, ' at ' || h.name, '; ', coalesce(x.type, 'service'),
		CASE x.status WHEN 'active' THEN ' still running' ELSE ' on hold' END),
	e.start_time, e.end_time, e.source, e.as_of, 'episode_of_care', x.id,
	CASE x.status WHEN 'active' THEN 'pause_service' END
FROM care.episode_of_care x
CROSS JOIN LATERAL (
	SELECT s.* FROM care.hospital_stay s
	WHERE s.citizen = x.citizen AND s.is_open
	ORDER BY s.start_time DESC, s.id DESC LIMIT 1
) e
CROSS JOIN (SELECT care.setting('pause_after')::interval AS pause_after OFFSET 0) z
LEFT JOIN care.organization h ON h.id = e.organization
WHERE x.status IN ('active', 'onhold') AND (SELECT o.sector FROM care.organization o WHERE o.id = x.organization) IN ('municipality', 'social') AND e.start_time < now() - z.pause_after
	-- Looked up for the few alone: these are not to be joined.
	AND (SELECT true FROM care.task t
		WHERE t.citizen = e.citizen AND t.episode_of_care = x.id AND t.code = 'pause service'
			AND t.status IN ('requested', 'accepted', 'ready', 'in-progress') LIMIT 1) IS NULL
UNION ALL
-- Who is coming home, with what needs: few in a region.
SELECT c.municipality, 'municipality', 'coming home', e.citizen, NULL,
	CASE WHEN needs.next_step IS NULL THEN 0 WHEN e.ready_at < now() - interval '1 day' THEN 3 ELSE 2 END,
	CASE WHEN needs.next_step IS NOT NULL THEN e.ready_at + interval '1 day' END,
	concat('ready for discharge from ' || h.name, '; ' || e.reason, '; needs ' || needs.what, '; ' || needs.awaits),
	e.ready_at, NULL, e.source, e.as_of, needs.entity, needs.entry, needs.next_step
FROM care.hospital_stay e
JOIN care.citizen c ON c.citizen = e.citizen
LEFT JOIN care.organization h ON h.id = e.organization
CROSS JOIN LATERAL (
	SELECT
		(
			SELECT string_agg(a.needs, ', ' ORDER BY a.assessed_at, a.id) FROM care.assessment a
			WHERE a.citizen = e.citizen AND a.enrollment = n.enrollment AND a.status = 'completed'
		) AS what,
		n.programme || ': ' || n.awaits AS awaits,
		CASE WHEN step.name IS NULL THEN 'encounter' ELSE 'enrollment' END AS entity,
		CASE WHEN step.name IS NULL THEN e.id ELSE n.enrollment END AS entry,
		CASE WHEN step.name IS NOT NULL THEN step.name WHEN serves.citizen IS NULL THEN 'plan_service' END AS next_step
	FROM (SELECT e.citizen) AS k
	LEFT JOIN LATERAL (
		SELECT f.* FROM care.enrollment_phase f WHERE f.citizen = k.citizen AND f.status <> 'onhold' ORDER BY f.enrollment DESC LIMIT 1
	) n ON true
	LEFT JOIN LATERAL (
		SELECT n.next_step AS name
		WHERE n.next_step = 'assess_needs' AND 'social' = ANY (n.assessments) OR n.next_step = 'agree_plan' AND 'social' = ANY (n.parties)
	) step ON true
	LEFT JOIN LATERAL (
		SELECT s.citizen FROM care.municipal_service(k.citizen, '{planned,waitlist,active,onhold}') s LIMIT 1
	) serves ON true
) AS needs
WHERE e.is_open AND e.ready_at IS NOT NULL
UNION ALL
-- Who came home and has not been seen by who gives the service.
SELECT x.organization, 'municipality', 'discharged', x.citizen, NULL,
	CASE x.status WHEN 'active' THEN 1 ELSE 2 END + CASE WHEN d.due < now() THEN 1 ELSE 0 END, d.due,
	concat('not seen since ', e.kind, ' stay: ', concat_ws(', ', e.reason, h.name), '; ', coalesce(x.type, 'service'),
		CASE x.status WHEN 'active' THEN ' running' ELSE ' on hold' END),
	e.end_time, e.end_time + interval '14 days', e.source, e.as_of, 'episode_of_care', x.id,
	CASE x.status WHEN 'active' THEN 'book_appointment' ELSE 'resume_service' END
FROM care.episode_of_care x
JOIN care.recent_discharge e ON e.citizen = x.citizen
CROSS JOIN (SELECT care.setting('follow_up_within')::interval AS within OFFSET 0) z
CROSS JOIN LATERAL (SELECT e.end_time + z.within AS due) d
LEFT JOIN care.organization h ON h.id = e.organization
WHERE x.status IN ('active', 'onhold') AND (SELECT o.sector FROM care.organization o WHERE o.id = x.organization) IN ('municipality', 'social')
	AND (SELECT true FROM care.contact_made v
		WHERE v.citizen = e.citizen AND v.organization = x.organization AND v.start_time >= e.end_time LIMIT 1) IS NULL
	AND (SELECT true FROM care.task t
		WHERE t.citizen = e.citizen AND t.episode_of_care = x.id AND t.code = 'resume service'
			AND t.status IN ('requested', 'accepted', 'ready', 'in-progress') LIMIT 1) IS NULL
	AND (SELECT true FROM care.workflow_event v
		WHERE v.citizen = x.citizen AND v.entity = 'episode_of_care' AND v.entry = x.id AND v.step = 'resume_service'
			AND v.event_time >= e.end_time LIMIT 1) IS NULL
UNION ALL
-- Each stage of fall prevention is a task of its own; the service ends after the last.
SELECT x.organization, 'municipality', 'fall prevention', x.citizen, NULL,
	CASE WHEN stage.due < now() THEN 2 ELSE 1 END, stage.due,
	coalesce('next: ' || stage.code, 'all stages are done'), stage.since, NULL, x.source, coalesce(x.issued, x.recorded_at),
	'episode_of_care', x.id, CASE WHEN stage.code IS NULL THEN 'end_service' ELSE 'request_task' END
FROM care.episode_of_care x
CROSS JOIN LATERAL (
	SELECT s.since, s.since + care.setting('fall_stage_within')::interval AS due,
		('{fall screening,fall assessment,fall training,fall follow-up}'::text[])[s.done + 1] AS code
	FROM (
		SELECT count(DISTINCT t.code) FILTER (WHERE t.status = 'completed')::integer AS done,
			count(*) FILTER (WHERE t.status <> 'completed') AS open,
			greatest(x.start_time, max(done.at)) AS since
		FROM care.task t
		LEFT JOIN LATERAL (
			SELECT max(v.event_time) AS at FROM care.workflow_event v
			WHERE v.citizen = t.citizen AND v.entity = 'task' AND v.entry = t.id AND v.step = 'complete_task' AND t.status = 'completed'
		) done ON true
		WHERE t.citizen = x.citizen AND t.recorded_at >= x.recorded_at
			AND t.code IN ('fall screening', 'fall assessment', 'fall training', 'fall follow-up')
			AND t.status NOT IN ('rejected', 'cancelled', 'failed', 'entered-in-error')
	) s
	-- While one is open it is on the list as a task.
	WHERE s.open = 0
) AS stage
WHERE x.status = 'active' AND lower(x.type) = 'fall prevention';

COMMENT ON VIEW care.worklist_service IS
'Part of care.worklist: services at home that a stay concerns, citizens who are coming home or have come, fall prevention.';
