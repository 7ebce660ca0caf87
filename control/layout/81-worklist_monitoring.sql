-- The work-list of who monitors citizens at home: alerts by colour, what is missing or came
-- unexpected, what is not triaged, and limits that nobody has set.

CREATE OR REPLACE VIEW care.worklist_monitoring AS
SELECT a.organization, 'telemedicine' AS role, a.colour || ' alert' AS kind, a.citizen, NULL::bigint AS related_person,
	CASE WHEN a.status <> 'active' THEN 1 WHEN a.colour = 'red' THEN 4 ELSE 2 END AS severity,
	CASE WHEN a.status = 'snoozed' THEN a.snoozed_until END AS due,
	concat(coalesce(m.display, 'answers to ' || a.questionnaire), ' ' || a.side || ' limits', ', at most ' || a.extreme_value || ' ' || a.unit,
		CASE WHEN a.end_time IS NOT NULL THEN ', back since ' || care.civil_day(a.end_time) END,
		CASE WHEN a.status <> 'active' THEN '; ' || a.status END, ': ' || a.note) AS reason,
	a.since, a.snoozed_until AS until, NULL AS source, a.last_time AS as_of, 'alert' AS entity, a.alert AS entry,
	CASE a.status WHEN 'acknowledged' THEN 'resolve_alert' ELSE 'acknowledge_alert' END AS next_step
FROM care.alert_open a
LEFT JOIN care.measure m ON m.name = a.measure
UNION ALL
SELECT k.organization, 'telemedicine' AS role, x.kind, k.citizen, NULL AS related_person, x.severity, x.due, concat(m.display, x.reason, ' ' || x.value || ' ' || m.unit),
	x.since, NULL AS until, NULL AS source, x.as_of, 'measurement_plan' AS entity, k.measurement_plan, x.next_step
FROM care.measurement_state k
CROSS JOIN LATERAL (
	SELECT 'missing' AS kind, 1 AS severity, k.due + k.grace AS due, ' was due ' || to_char(care.civil_time(k.due), 'YYYY-MM-DD HH24:MI') AS reason, NULL::float8 AS value,
		k.due AS since, k.due + k.grace AS as_of, 'pause_measurements' AS next_step
	WHERE k.is_missing
	UNION ALL
	SELECT 'unexpected' AS kind, 0, NULL AS due, concat(': ', count(*), CASE count(*) WHEN 1 THEN ' value' ELSE ' values' END, ' at other times than planned, last ',
		to_char(care.civil_time(max(u."time")), 'YYYY-MM-DD HH24:MI')), NULL AS value, min(u."time"), max(u."time"), 'change_rhythm' AS next_step
	FROM care.measurement_unexpected u
	WHERE k.unplanned IS NOT NULL AND u.citizen = k.citizen AND u.measurement_plan = k.measurement_plan
	HAVING count(*) > 0
	UNION ALL
	SELECT 'not triaged' AS kind, 2, NULL AS due, concat(': ', smartcare.num_points(k.untriaged), CASE smartcare.num_points(k.untriaged) WHEN 1 THEN ' value' ELSE ' values' END, ' without limits, last'),
		smartcare.end_value(k.untriaged), smartcare.start_time(k.untriaged), smartcare.end_time(k.untriaged), 'set_reference_range' AS next_step
	WHERE k.untriaged IS NOT NULL
	UNION ALL
	-- Before the first value comes.
	SELECT 'limits' AS kind, 1, NULL AS due, ' is to be measured, and has no limits' AS reason, NULL AS value, k.start_time, k.recorded_at, 'set_reference_range' AS next_step
	WHERE k.is_without_limits
) AS x
CROSS JOIN LATERAL (SELECT d.display, d.unit FROM care.measure d WHERE d.id = k.measure OFFSET 0) AS m
UNION ALL
SELECT k.organization, 'practice' AS role, 'not triaged' AS kind, k.citizen, NULL AS related_person, 2, NULL AS due,
	concat(m.display, ': ', smartcare.num_points(k.untriaged), CASE smartcare.num_points(k.untriaged) WHEN 1 THEN ' value' ELSE ' values' END, ' without limits, last ',
		smartcare.end_value(k.untriaged), ' ' || m.unit),
	smartcare.start_time(k.untriaged), NULL AS until, NULL AS source, smartcare.end_time(k.untriaged), NULL AS entity, NULL AS entry, 'set_reference_range' AS next_step
FROM care.measurement_unplanned k
JOIN care.measure m ON m.id = k.measure
UNION ALL
SELECT q.organization, CASE WHEN q.measurement_plan IS NOT NULL THEN 'telemedicine' END, 'missing answer' AS kind, q.citizen, NULL AS related_person, 1, q.due,
	concat(q.title, CASE WHEN q.appointment IS NOT NULL THEN ', before an appointment' END), q.since, NULL AS until, NULL AS source, q.due,
	CASE WHEN q.appointment IS NULL THEN 'measurement_plan' ELSE 'appointment' END, coalesce(q.measurement_plan, q.appointment),
	CASE WHEN q.appointment IS NULL THEN 'pause_measurements' END
FROM care.due_questionnaire q
WHERE q.missing
UNION ALL
SELECT q.organization, NULL AS role, 'answers to read' AS kind, q.citizen, NULL AS related_person, 1, NULL AS due, concat(q.title, ', score ' || q.score), q.authored, NULL AS until, NULL AS source, q.authored,
	'questionnaire_response' AS entity, q.questionnaire_response, NULL AS next_step
FROM care.questionnaire_untriaged q;

COMMENT ON VIEW care.worklist_monitoring IS
'Part of care.worklist: alerts, what was not measured or answered, what came unexpected, what is not triaged, measures without limits.';
