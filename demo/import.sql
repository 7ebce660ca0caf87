-- Imports the text in the table bundle, and prints what became of it in columns under those of demo/run.

SELECT to_char(coalesce(sum((r.value ->> 'created')::bigint), 0), '999999') || to_char(coalesce(sum((r.value ->> 'updated')::bigint), 0), '9999999')
	|| to_char(coalesce(sum((r.value ->> 'unchanged')::bigint), 0), '999999') || to_char(coalesce(sum((r.value ->> 'skipped')::bigint), 0), '9999999')
	|| to_char((i.report #>> '{points,received}')::bigint, '9999999') || to_char(jsonb_array_length(i.report -> 'conflicts'), '99999999')
FROM (SELECT care.import_bundle(b.content::jsonb) AS report FROM bundle b) i
LEFT JOIN LATERAL jsonb_each(i.report -> 'resources') AS r ON true
GROUP BY i.report;
