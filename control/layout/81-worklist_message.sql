-- The part of the work-list that messages make: letters that only a person can bring further,
-- of those that came the region's, of those that went their author's; and for the region
-- one row where nothing goes at all.

CREATE OR REPLACE VIEW care.worklist_message AS
SELECT o.id AS organization, 'region' AS role, 'parked message' AS kind, care.current_citizen(l.citizen) AS citizen, NULL::bigint AS related_person, 2 AS severity,
	l.received_at + d.park_for AS due,
	concat(s.name, ' (' || l.kind || ')', ': ' || l.reason) AS reason,
	l.received_at AS since, NULL::timestamptz AS until, l.letter AS source, l.received_at AS as_of,
	'letter' AS entity, NULL::bigint AS entry,
	CASE WHEN d.decision THEN 'accept_message' ELSE 'replay_message' END AS next_step
FROM care.letter l
LEFT JOIN care.message_standard s ON s.standard = l.standard
CROSS JOIN LATERAL (
	SELECT EXISTS (SELECT FROM unnest(l.issues) AS i WHERE i.rule IN ('identity', 'dependence')) AS decision,
		care.setting('message_park_for')::interval AS park_for
	OFFSET 0
) AS d
JOIN care.organization o ON o.kind = 'region'
WHERE l.direction = 'in' AND l.status = 'parked'
	AND (d.decision OR l.received_at + d.park_for <= now())
UNION ALL
SELECT u.author AS organization, NULL AS role, 'undelivered message' AS kind, care.current_citizen(u.citizen) AS citizen, NULL AS related_person, 2 AS severity,
	NULL AS due,
	concat(s.name, ' (' || u.kind || ')', ' to ' || r.name, ', ', u.outcome, ': ' || u.reason) AS reason,
	u.since, NULL AS until, u.letter AS source, u.since AS as_of, 'letter' AS entity, NULL AS entry, u.next_step
FROM care.message_undelivered u
LEFT JOIN care.message_standard s ON s.standard = u.standard
LEFT JOIN care.organization r ON r.id = u.receiver
UNION ALL
SELECT o.id AS organization, 'region' AS role, 'stalled outbox' AS kind, NULL AS citizen, NULL AS related_person, 2 AS severity,
	NULL AS due, format('%s messages wait for a transport to take them', q.messages) AS reason,
	q.since, NULL AS until, NULL AS source, q.since AS as_of, 'letter' AS entity, NULL AS entry, 'next_messages' AS next_step
FROM care.organization o
CROSS JOIN LATERAL (
	SELECT count(*) AS messages, min(s.message_received_at) AS since
	FROM care.letter l
	JOIN care.sending s ON s.letter = l.letter AND s.sent_at IS NULL
	WHERE l.direction = 'out' AND l.status = 'waiting'
) AS q
WHERE o.kind = 'region' AND q.since + care.setting('message_resend_after')::interval <= now();

COMMENT ON VIEW care.worklist_message IS
'Part of care.worklist: for the region letters on which a person has to decide, and those whose predecessor has not come within the setting message_park_for; for its author each letter that did not arrive (care.message_undelivered); for the region that no transport has taken the oldest letter that waits for as long as the setting message_resend_after.';
