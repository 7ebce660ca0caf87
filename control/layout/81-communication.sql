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
COMMENT ON COLUMN care.worklist_communication.organization IS 'Who has to read it.';
COMMENT ON COLUMN care.worklist_communication.role IS 'For whom of the organization; null: whoever reads its mail.';
COMMENT ON COLUMN care.worklist_communication.kind IS 'communication.';
COMMENT ON COLUMN care.worklist_communication.citizen IS 'Whom it is about.';
COMMENT ON COLUMN care.worklist_communication.related_person IS 'Null: nothing here is for carers.';
COMMENT ON COLUMN care.worklist_communication.severity IS '3 asap, 1 routine.';
COMMENT ON COLUMN care.worklist_communication.due IS 'Null: there is no such time.';
COMMENT ON COLUMN care.worklist_communication.reason IS 'Category and topic, and whom it is from.';
COMMENT ON COLUMN care.worklist_communication.since IS 'When it was sent.';
COMMENT ON COLUMN care.worklist_communication.until IS 'Null: it stays until it is read.';
COMMENT ON COLUMN care.worklist_communication.source IS 'The letter, in care.letter.';
COMMENT ON COLUMN care.worklist_communication.as_of IS 'When it was sent.';
COMMENT ON COLUMN care.worklist_communication.entity IS 'Table of the entry that it is about.';
COMMENT ON COLUMN care.worklist_communication.entry IS 'Id of that entry.';
COMMENT ON COLUMN care.worklist_communication.next_step IS 'The function of care to call next.';
