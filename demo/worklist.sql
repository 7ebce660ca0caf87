-- Shows the first of what the organization :organization has to do.

SELECT o.name AS organization_name, CASE WHEN count(*) > 8 THEN 'the first 8 of ' ELSE '' END
	|| count(*) || CASE WHEN count(*) = 1 THEN ' row' ELSE ' rows' END AS rows,
	format('care.worklist_of(%s);', :organization) AS list
FROM care.worklist_of(:organization) w JOIN care.organization o ON o.id = w.organization
GROUP BY o.name \gset
\echo
\echo '═══ To do now:' :organization_name '═══'
\echo
\echo '    SELECT * FROM' :list '  --' :rows
\echo
SELECT w.severity_name AS severity, concat(to_char(w.due, 'DD Mon HH24:MI'), CASE WHEN w.overdue THEN ' late' END) AS due,
	-- Broken between words, where psql would break anywhere.
	w.citizen_name AS citizen, concat_ws(E'\n', rtrim(regexp_replace(w.reason, '(.{1,60})( +|$)', E'\\1\n', 'g'), E'\n'),
		'→ ' || w.next_step || coalesce(', ' || w.entity || ' ' || w.entry, '')) AS "reason → next step"
FROM care.worklist_of(:organization) w
LIMIT 8;
