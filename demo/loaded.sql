-- What all imports together brought, what was refused and why.

\pset footer off
\pset linestyle unicode
\pset format wrapped
\pset columns 120
\echo
SELECT r.key AS resource, sum((r.value ->> 'created')::bigint) AS new, sum((r.value ->> 'updated')::bigint) AS changed,
	sum((r.value ->> 'unchanged')::bigint) AS same, sum((r.value ->> 'skipped')::bigint) AS skipped
FROM care.bundle_import i CROSS JOIN jsonb_each(i.report -> 'resources') AS r
GROUP BY r.key ORDER BY r.key;

SELECT s.value ->> 'resourceType' AS skipped, sum((s.value ->> 'count')::bigint) AS count, s.value ->> 'reason' AS why
FROM care.bundle_import i CROSS JOIN jsonb_array_elements(i.report -> 'skipped') AS s
GROUP BY 1, 3 ORDER BY 2 DESC, 1, 3;

SELECT sum((i.report #>> '{points,received}')::bigint) AS "values received", sum((i.report #>> '{points,changed}')::bigint) AS "changed what is shown",
	sum(jsonb_array_length(i.report -> 'conflicts')) AS "conflicts: two at one instant", sum(jsonb_array_length(i.report -> 'unresolved')) AS "references unresolved"
FROM care.bundle_import i;
