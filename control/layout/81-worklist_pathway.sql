-- The work-list of who coordinates pathways and plans: what is stuck, and by whom.

CREATE OR REPLACE VIEW care.worklist_pathway AS
SELECT n.organization, 'coordinator' AS role, 'pathway stuck' AS kind, n.citizen, NULL::bigint AS related_person, 2 AS severity,
	n.since + z.stuck_after AS due,
	format('%s: %s for %s days; %s', n.programme, n.status, care.today() - care.civil_day(n.since), n.awaits) AS reason,
	n.since, NULL::timestamptz AS until, NULL AS source, n.since AS as_of, 'enrollment' AS entity, n.enrollment AS entry, n.next_step
FROM care.enrollment_phase n
CROSS JOIN (SELECT care.setting('stuck_after')::interval AS stuck_after OFFSET 0) z
WHERE n.since < now() - z.stuck_after
UNION ALL
SELECT p.organization, 'coordinator', 'plan not agreed', p.citizen, NULL, 1, NULL,
	concat(p.title, ', version ', p.version, ': agreement of ', array_to_string(m.parties, ', '), ' is missing'),
	coalesce(v.at, p.start_time), NULL, p.source, coalesce(v.at, p.issued, p.recorded_at), 'care_plan', p.id,
	CASE WHEN care.plan_party(p.organization) = ANY (m.parties) THEN 'agree_plan' END
FROM care.care_plan p
CROSS JOIN LATERAL (SELECT care.missing_parties(p.citizen, p.id) AS parties OFFSET 0) m
CROSS JOIN LATERAL (
	SELECT max(e.event_time) AS at FROM care.workflow_event e
	WHERE e.citizen = p.citizen AND e.entity = 'care_plan' AND e.entry = p.id AND e.step IN ('propose_plan', 'revise_plan')
) v
WHERE (p.status = 'draft' OR p.status = 'active' AND p.version > 1) AND m.parties IS NOT NULL;

COMMENT ON VIEW care.worklist_pathway IS
'Part of care.worklist: pathways that are stuck in a phase (setting "stuck_after"), and plans that not all parties have agreed on.';
