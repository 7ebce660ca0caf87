-- The work-list of pharmacies and therapists in a care team: what changed for them in the
-- last days. What was referred to them, or is their task, is on the lists of those.

CREATE OR REPLACE VIEW care.worklist_team AS
SELECT t.organization, NULL AS role, 'medication changed' AS kind, t.citizen, NULL::bigint AS related_person, 0 AS severity,
	NULL::timestamptz AS due, concat(m.name, ', ' || m.dosage, ' (', m.status, ')') AS reason,
	coalesce(m.issued, m.authored_on, m.recorded_at) AS since, coalesce(m.issued, m.authored_on, m.recorded_at) + z.recent AS until,
	m.source, coalesce(m.issued, m.recorded_at) AS as_of, 'medication_statement' AS entity, m.id AS entry, NULL AS next_step
FROM care.care_team_member t
JOIN care.organization o ON o.id = t.organization AND o.sector IN ('pharmacy', 'therapist')
JOIN care.medication_statement m ON m.citizen = t.citizen
CROSS JOIN (SELECT care.setting('recent')::interval AS recent OFFSET 0) z
WHERE t.status = 'active' AND m.status <> 'entered-in-error'
	AND coalesce(m.issued, m.authored_on, m.recorded_at) >= greatest(now() - z.recent, t.start_time)
UNION ALL
SELECT t.organization, NULL, 'plan changed', t.citizen, NULL, 0, NULL, concat(p.title, ', version ', p.version, ': ' || (e.details ->> 'change')),
	e.event_time, e.event_time + z.recent, p.source, e.event_time, 'care_plan', p.id, NULL
FROM care.care_team_member t
JOIN care.organization o ON o.id = t.organization AND o.sector IN ('pharmacy', 'therapist')
JOIN care.care_plan p ON p.citizen = t.citizen AND p.status IN ('draft', 'active') AND p.version > 1
CROSS JOIN (SELECT care.setting('recent')::interval AS recent OFFSET 0) z
CROSS JOIN LATERAL (
	SELECT v.event_time, v.details FROM care.workflow_event v
	WHERE v.citizen = p.citizen AND v.entity = 'care_plan' AND v.entry = p.id AND v.step = 'revise_plan'
		AND v.organization IS DISTINCT FROM t.organization
	ORDER BY v.id DESC LIMIT 1
) e
WHERE t.status = 'active' AND e.event_time >= greatest(now() - z.recent, t.start_time);

COMMENT ON VIEW care.worklist_team IS
'Part of care.worklist: medication and plans that changed for pharmacies and therapists who take part in a citizen''s care (setting "recent").';
