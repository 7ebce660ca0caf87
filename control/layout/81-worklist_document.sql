-- The part of the work-list that documents make: those to be read, and those on which
-- a person has to decide.

CREATE OR REPLACE VIEW care.worklist_document AS
SELECT r.receiver AS organization, NULL AS role, 'document' AS kind, r.citizen, NULL::bigint AS related_person, 1 AS severity,
	NULL::timestamptz AS due, concat(r.title, ' (', r.kind, ')', ', from ' || a.name) AS reason,
	r.issued AS since, NULL::timestamptz AS until, r.source, r.issued AS as_of,
	'document_reference' AS entity, r.id AS entry, 'read_document' AS next_step
FROM care.document_reference r
LEFT JOIN care.organization a ON a.id = r.author
WHERE r.status = 'current' AND r.read_at IS NULL AND r.receiver IS NOT NULL
UNION ALL
SELECT o.id, 'region', 'parked document', NULL, NULL, 2, NULL, d.report #>> '{refused,0,reason}',
	d.received_at, NULL, d.report ->> 'document', d.received_at, 'document', d.id, 'accept_document'
FROM care.document d
JOIN care.organization o ON o.kind = 'region'
WHERE d.status = 'parked';

COMMENT ON VIEW care.worklist_document IS
'Part of care.worklist: documents that their receivers have not read, and for the region documents of which it is not certain whom they are about.';
