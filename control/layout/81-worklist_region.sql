-- The work-list of the region, which keeps what is shared by all in order.

CREATE OR REPLACE VIEW care.worklist_region AS
SELECT r.id AS organization, 'region' AS role, 'measure' AS kind, NULL::bigint AS citizen, NULL::bigint AS related_person, 1 AS severity,
	NULL::timestamptz AS due, concat(m.display, ', ' || nullif(m.unit, ''), ': nobody has said yet what this measure is') AS reason,
	NULL::timestamptz AS since, NULL::timestamptz AS until, m.name AS source, NULL::timestamptz AS as_of,
	'measure' AS entity, m.id::bigint AS entry, NULL AS next_step
FROM care.measure m
JOIN care.organization r ON r.kind = 'region'
WHERE NOT m.reviewed
UNION ALL
SELECT r.id, 'region', 'parked', NULL, NULL, 1, NULL,
	format('resources waiting for %s: %s', k.awaited_key, count(*)), min(k.recorded_at), NULL, k.awaited_key, max(k.recorded_at),
	'parked_resource', NULL, 'import_bundle'
FROM care.parked_resource k
JOIN care.organization r ON r.kind = 'region'
WHERE k.key <> k.awaited_key
GROUP BY r.id, k.awaited_key;

COMMENT ON VIEW care.worklist_region IS 'Part of care.worklist: measures that nobody has reviewed, resources that wait for others.';
