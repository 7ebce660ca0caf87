-- The work-list of a general practice, beyond its referrals and tasks: patients who came
-- home, are due for review, or have red alerts. Begins at the practice's patients.

CREATE OR REPLACE VIEW care.chronic_condition AS
SELECT k.citizen, min(k.start_time) AS since, string_agg(DISTINCT k.name, ', ') AS names
FROM care.condition k
CROSS JOIN (SELECT care.setting('chronic') AS codes OFFSET 0) z
WHERE k.code ~ z.codes
	AND coalesce(k.clinical_status, 'active') IN ('active', 'recurrence', 'relapse')
	AND coalesce(k.verification_status, 'confirmed') NOT IN ('refuted', 'entered-in-error')
	AND (k.end_time IS NULL OR k.end_time > now())
GROUP BY k.citizen;

COMMENT ON VIEW care.chronic_condition IS 'Citizens with active conditions that are to be reviewed regularly (setting "chronic").';
COMMENT ON COLUMN care.chronic_condition.citizen IS 'Who has them.';
COMMENT ON COLUMN care.chronic_condition.since IS 'Onset of the first.';
COMMENT ON COLUMN care.chronic_condition.names IS 'Their names.';

CREATE OR REPLACE VIEW care.worklist_practice AS
SELECT e.general_practice AS organization, 'practice' AS role, 'discharged' AS kind, e.citizen, NULL::bigint AS related_person,
	CASE e.kind WHEN 'emergency' THEN 1 ELSE 2 END + CASE WHEN d.due < now() THEN 1 ELSE 0 END AS severity,
	d.due, concat('not seen since ', e.kind, ' stay: ', concat_ws(', ', e.reason, h.name)) AS reason,
	e.end_time AS since, e.end_time + interval '14 days' AS until, e.source, e.as_of, 'encounter' AS entity, e.id AS entry,
	'book_appointment' AS next_step
FROM care.recent_discharge e
CROSS JOIN (SELECT care.setting('follow_up_within')::interval AS within OFFSET 0) z
CROSS JOIN LATERAL (SELECT e.end_time + z.within AS due) d
LEFT JOIN care.organization h ON h.id = e.organization
-- Looked up one by one, where NOT EXISTS would read all contacts of the practice.
WHERE (SELECT true FROM care.contact_made v
	WHERE v.citizen = e.citizen AND v.organization = e.general_practice AND v.start_time >= e.end_time LIMIT 1) IS NULL
UNION ALL
SELECT c.general_practice, 'practice', 'review', c.citizen, NULL, 1, d.due + interval '1 month',
	concat(k.names, '; ', coalesce('last contact ' || care.civil_day(v.latest), 'never seen')), d.due, NULL, NULL, v.latest, NULL, NULL, 'book_appointment'
FROM care.citizen c
CROSS JOIN (SELECT care.setting('review_after')::interval AS review_after OFFSET 0) z
CROSS JOIN LATERAL (
	SELECT string_agg(w.names, ', ' ORDER BY w.names) AS names, min(w.since) AS since
	FROM (
		SELECT q.names, q.since FROM care.chronic_condition q WHERE q.citizen = c.citizen
		UNION ALL
		SELECT g.title, n.start_time FROM care.enrollment n JOIN care.programme g ON g.id = n.programme
		WHERE n.citizen = c.citizen AND n.status IN ('active', 'reassessing')
	) w
	-- Most have been seen.
	WHERE (SELECT true FROM care.contact_made m
		WHERE m.citizen = c.citizen AND m.organization = c.general_practice AND m.start_time > now() - z.review_after LIMIT 1) IS NULL
	OFFSET 0
) k
CROSS JOIN LATERAL (
	SELECT max(m.start_time) AS latest FROM care.contact_made m
	WHERE m.citizen = c.citizen AND m.organization = c.general_practice
	OFFSET 0
) v
CROSS JOIN LATERAL (SELECT coalesce(v.latest, k.since) + z.review_after AS due) d
WHERE k.names IS NOT NULL AND d.due <= now() AND NOT c.deceased
UNION ALL
-- Who set the limits acts on the alert; the practice knows of it, and may ask for something.
SELECT c.general_practice, 'practice', 'red alert', a.citizen, NULL, 3, NULL,
	concat(coalesce(m.display, 'answers to questions'), ' ' || a.side || ' limits', ', ' || a.extreme_value || ' ' || m.unit, '; at ', o.name, ', ', a.status),
	a.start_time, NULL, NULL, a.last_time, 'alert', a.id,
	'request_task'
FROM care.citizen c
CROSS JOIN LATERAL (
	SELECT * FROM care.alert r
	WHERE r.citizen = c.citizen AND r.colour = 'red' AND r.status IN ('active', 'acknowledged', 'snoozed') OFFSET 0
) a
JOIN care.organization o ON o.id = a.organization
LEFT JOIN care.measure m ON m.id = a.measure
WHERE a.organization <> c.general_practice
	AND (SELECT true FROM care.task t
		WHERE t.citizen = a.citizen AND t.requester = c.general_practice AND t.owner = a.organization AND t.recorded_at >= a.start_time LIMIT 1) IS NULL;

COMMENT ON VIEW care.worklist_practice IS
'Part of care.worklist: patients of a general practice who came home, are due for review, or have red alerts elsewhere.';
