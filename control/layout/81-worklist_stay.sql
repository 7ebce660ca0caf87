-- The work-list of a hospital department: who is there, who can go home and why not yet,
-- who is expected, and whose plan is awaited. Begins at the department's open stays.

-- What keeps a citizen in hospital who could go home.
CREATE OR REPLACE VIEW care.stay_waits_for AS
SELECT e.citizen, e.id AS encounter, w.what
FROM care.encounter e
CROSS JOIN LATERAL (
	SELECT format('%s has not answered the referral for %s', o.name, r.category) AS what
	FROM care.service_request r
	JOIN care.organization o ON o.id = r.performer
	WHERE r.citizen = e.citizen AND r.encounter = e.id AND r.status = 'requested'
	UNION ALL
	SELECT format('the referral for %s was asked back', r.category)
	FROM care.service_request r
	WHERE r.citizen = e.citizen AND r.encounter = e.id AND r.status = 'returned'
	UNION ALL
	SELECT format('%s: %s', n.programme, n.awaits) FROM care.enrollment_phase n
	WHERE n.citizen = e.citizen AND n.status <> 'onhold'
	UNION ALL
	SELECT concat(t.description, ', ' || o.name)
	FROM care.task t
	LEFT JOIN care.organization o ON o.id = t.owner
	WHERE t.citizen = e.citizen AND t.encounter = e.id AND t.code <> 'pause service'
		AND t.status IN ('requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold')
	UNION ALL
	SELECT format('%s not confirmed: on hold', coalesce(s.type, 'municipal service'))
	FROM care.municipal_service(e.citizen, '{onhold}') s
) AS w;

COMMENT ON VIEW care.stay_waits_for IS
'What is open between a stay and home: referrals from it without an answer, pathways on their way, tasks of the stay, services that are on hold.';
COMMENT ON COLUMN care.stay_waits_for.citizen IS 'Who is in hospital.';
COMMENT ON COLUMN care.stay_waits_for.encounter IS 'Id of the stay.';
COMMENT ON COLUMN care.stay_waits_for.what IS 'What is awaited, in words.';

CREATE OR REPLACE VIEW care.worklist_stay AS
SELECT e.organization, 'department' AS role,
	CASE WHEN e.ready_at IS NOT NULL THEN 'ready for discharge'
		WHEN news.at < now() - z.no_news_after THEN 'no news'
		ELSE 'stay' END AS kind,
	e.citizen, NULL::bigint AS related_person,
	CASE WHEN e.ready_at IS NOT NULL THEN 2 + CASE WHEN e.ready_at < now() - interval '1 day' THEN 1 ELSE 0 END
		WHEN news.at < now() - z.no_news_after OR e.end_time < now() OR news.died_at IS NOT NULL
			OR e.class = 'EMER' AND e.start_time < now() - interval '1 day' THEN 2
		ELSE 1 END AS severity,
	CASE WHEN e.ready_at IS NOT NULL THEN e.ready_at + interval '1 day' ELSE e.end_time END AS due,
	concat_ws(', ', e.kind, CASE e.status WHEN 'onleave' THEN 'on leave' END, e.reason)
		|| CASE WHEN e.ready_at IS NOT NULL THEN '; still here: ' || coalesce((
			SELECT string_agg(w.what, ', ' ORDER BY w.what) FROM care.stay_waits_for w
			WHERE w.citizen = e.citizen AND w.encounter = e.id), 'nothing is awaited')
		WHEN news.at < now() - z.no_news_after THEN '; no news since ' || care.civil_day(news.at)
		ELSE '' END || coalesce('; reported dead since ' || to_char(care.civil_time(news.died_at), 'YYYY-MM-DD HH24:MI'), '') AS reason,
	CASE WHEN e.ready_at IS NOT NULL THEN e.ready_at ELSE e.start_time END AS since, e.end_time AS until,
	e.source, e.as_of, 'encounter' AS entity, e.id AS entry,
	CASE WHEN e.status IN ('in-progress', 'onleave') THEN
		CASE WHEN e.ready_at IS NOT NULL OR news.at < now() - z.no_news_after THEN 'discharge' ELSE 'mark_ready_for_discharge' END
	END AS next_step
FROM care.hospital_stay e
CROSS JOIN (SELECT care.setting('no_news_after')::interval AS no_news_after OFFSET 0) z
CROSS JOIN LATERAL (
	SELECT greatest(e.start_time, e.issued, max(v.event_time)) AS at,
		-- A death ends the stays that began no later: this one contradicts it.
		(SELECT c.deceased_at FROM care.citizen c WHERE c.citizen = e.citizen) AS died_at
	FROM care.workflow_event v
	WHERE v.citizen = e.citizen AND v.entity = 'encounter' AND v.entry = e.id
) AS news
WHERE e.is_open
UNION ALL
SELECT e.organization, NULL AS role, 'planned' AS kind, e.citizen, NULL AS related_person, CASE WHEN e.start_time < now() THEN 2 ELSE 1 END, e.start_time,
	concat_ws(', ', coalesce(e.type, e.class), e.reason),
	e.start_time, e.end_time, e.source, coalesce(e.issued, e.recorded_at), 'encounter' AS entity, e.id,
	-- Visits are not steps: who sees the citizen tells.
	CASE WHEN e.class IN ('IMP', 'EMER') THEN 'admit' END
FROM care.encounter e
WHERE e.status = 'planned' AND e.start_time >= now() - interval '7 days' AND e.start_time < now() + interval '7 days'
UNION ALL
SELECT e.organization, 'department' AS role, 'plan awaited' AS kind, e.citizen, NULL AS related_person, 2, NULL AS due,
	n.programme || ': ' || n.awaits, coalesce(n.since, e.start_time), NULL AS until, NULL AS source, n.since, 'enrollment' AS entity, n.enrollment,
	-- The department speaks for health.
	CASE WHEN n.next_step = 'assess_needs' AND 'health' = ANY (n.assessments) OR n.next_step = 'agree_plan' AND 'health' = ANY (n.parties)
		THEN n.next_step END
FROM care.hospital_stay e
JOIN care.enrollment_phase n ON n.citizen = e.citizen AND n.status <> 'onhold'
WHERE e.is_open;

COMMENT ON VIEW care.worklist_stay IS 'Part of care.worklist: patients of a department, expected and planned encounters, plans that are awaited.';
