-- Shows the first of what the organization :organization has to do.

SELECT o.name AS organization_name, CASE WHEN count(*) > 8 THEN 'the first 8 of ' ELSE '' END
	|| count(*) || CASE WHEN count(*) = 1 THEN ' row' ELSE ' rows' END AS rows
FROM care.worklist_of(:organization) w JOIN care.organization o ON o.id = w.organization
GROUP BY o.name \gset
\echo
\echo '═══ To do now:' :organization_name '═══'
\echo
\echo '    SELECT * FROM care.worklist_of(' :organization ');  --' :rows
\echo
SELECT w.severity_name AS severity, concat(to_char(w.due, 'DD Mon HH24:MI'), CASE WHEN w.overdue THEN ' late' END) AS due,
	-- Broken between words, where psql would break anywhere.
	w.citizen_name AS citizen, regexp_replace(w.reason, '(.{1,60})( +|$)', E'\\1\n', 'g') || concat('→ ' || w.next_step, ', ' || w.entity || ' ' || w.entry) AS "reason → next step"
FROM care.worklist_of(:organization) w
LIMIT 8;
