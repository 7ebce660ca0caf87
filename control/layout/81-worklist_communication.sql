-- The part of the work-list that correspondence makes.

CREATE OR REPLACE VIEW care.worklist_communication AS
SELECT c.receiver AS organization, NULL AS role, 'communication' AS kind, c.citizen, NULL::bigint AS related_person,
	CASE c.priority WHEN 'asap' THEN 3 ELSE 1 END AS severity, NULL::timestamptz AS due,
	concat(lower(k.name), ': ' || c.topic, ', from ' || s.name) AS reason,
	c.sent_at AS since, NULL::timestamptz AS until, c.source, c.sent_at AS as_of,
	'communication' AS entity, c.id AS entry, 'read_communication' AS next_step
FROM care.communication c
JOIN care.communication_category k ON k.code = c.category
JOIN care.organization s ON s.id = c.sender
WHERE c.direction = 'in' AND c.status = 'completed' AND c.read_at IS NULL;

COMMENT ON VIEW care.worklist_communication IS 'Part of care.worklist: communications that their receivers have not read.';
