-- The work-list of who coordinates pathways and plans: what is stuck, and by whom.

CREATE OR REPLACE VIEW care.worklist_pathway AS
SELECT n.organization, 'coordinator' AS role, CASE WHEN is_stuck THEN 'pathway stuck' ELSE 'pathway' END AS kind, n.citizen,
	NULL::bigint AS related_person, CASE WHEN is_stuck THEN 2 ELSE 1 END AS severity,
	n.since + z.stuck_after AS due,
	format('%s: %s for %s days; %s', n.programme, n.status, care.today() - care.civil_day(n.since), n.awaits) AS reason,
	n.since, NULL::timestamptz AS until, NULL AS source, n.since AS as_of, 'enrollment' AS entity, n.enrollment AS entry, n.next_step
FROM care.enrollment_phase n
CROSS JOIN (SELECT care.setting('stuck_after')::interval AS stuck_after OFFSET 0) z
CROSS JOIN LATERAL (SELECT n.since < now() - z.stuck_after AS is_stuck) s
-- A plan that is not agreed is on the list as such.
WHERE is_stuck OR n.next_step <> 'agree_plan'
UNION ALL
SELECT p.organization, 'coordinator' AS role, 'plan not agreed' AS kind, p.citizen, NULL AS related_person, 1, NULL AS due,
	concat(p.title, ', version ', p.version, ': agreement of ', array_to_string(m.parties, ', '), ' is missing'),
	coalesce(v.at, p.start_time), NULL AS until, p.source, coalesce(v.at, p.issued, p.recorded_at), 'care_plan' AS entity, p.id,
	CASE WHEN care.plan_party(p.organization) = ANY (m.parties) THEN 'agree_plan' END
FROM care.care_plan p
CROSS JOIN LATERAL (SELECT care.missing_parties(p.citizen, p.id) AS parties OFFSET 0) m
CROSS JOIN LATERAL (
	SELECT max(e.event_time) AS at FROM care.workflow_event e
	WHERE e.citizen = p.citizen AND e.entity = 'care_plan' AND e.entry = p.id AND e.step IN ('propose_plan', 'revise_plan')
) v
WHERE (p.status = 'draft' OR p.status = 'active' AND p.version > 1) AND m.parties IS NOT NULL;

COMMENT ON VIEW care.worklist_pathway IS
'Part of care.worklist: pathways on their way to care, stuck or not (setting "stuck_after"), and plans that not all parties have agreed on.';
