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
SELECT v.organization, 'telemedicine' AS role, 'missing' AS kind, v.citizen, NULL AS related_person, 1, v.since, m.display || ' was due ' || to_char(care.civil_time(v.due), 'YYYY-MM-DD HH24:MI'),
	v.due, NULL AS until, NULL AS source, v.since, 'measurement_plan' AS entity, v.measurement_plan, 'pause_measurements' AS next_step
FROM care.measurement_missing v
JOIN care.measure m ON m.name = v.measure
UNION ALL
SELECT v.organization, 'telemedicine' AS role, 'unexpected' AS kind, v.citizen, NULL AS related_person, 0, NULL AS due,
	concat(m.display, ': ', count(*), CASE count(*) WHEN 1 THEN ' value' ELSE ' values' END, ' at other times than planned, last ',
		to_char(care.civil_time(max(v."time")), 'YYYY-MM-DD HH24:MI')),
	min(v."time"), NULL AS until, NULL AS source, max(v."time"), 'measurement_plan' AS entity, v.measurement_plan, 'change_rhythm' AS next_step
FROM care.measurement_unexpected v
JOIN care.measure m ON m.name = v.measure
GROUP BY v.organization, v.citizen, v.measurement_plan, m.display
UNION ALL
SELECT v.organization, CASE WHEN v.measurement_plan IS NULL THEN 'practice' ELSE 'telemedicine' END, 'not triaged' AS kind, v.citizen, NULL AS related_person, 2, NULL AS due,
	concat(m.display, ': ', count(*), CASE count(*) WHEN 1 THEN ' value' ELSE ' values' END, ' without limits, last ',
		(array_agg(v.value ORDER BY v."time" DESC))[1], ' ' || m.unit),
	min(v."time"), NULL AS until, NULL AS source, max(v."time"), CASE WHEN v.measurement_plan IS NOT NULL THEN 'measurement_plan' END, v.measurement_plan,
	'set_reference_range' AS next_step
FROM care.measurement_untriaged v
JOIN care.measure m ON m.name = v.measure
GROUP BY v.organization, v.citizen, v.measurement_plan, m.display, m.unit
UNION ALL
-- Before the first value comes.
SELECT p.organization, 'telemedicine' AS role, 'limits' AS kind, p.citizen, NULL AS related_person, 1, NULL AS due, m.display || ' is to be measured, and has no limits',
	p.start_time, NULL AS until, NULL AS source, p.recorded_at, 'measurement_plan' AS entity, p.id, 'set_reference_range' AS next_step
FROM care.measurement_plan p
JOIN care.measure m ON m.id = p.measure
CROSS JOIN (SELECT now() - care.setting('recent')::interval AS since OFFSET 0) z
WHERE p.status = 'active'
	AND NOT EXISTS (SELECT FROM care.limits(p.citizen, p.measure) l WHERE l.end_time > now() OR l.end_time IS NULL)
	AND NOT EXISTS (
		SELECT FROM care.measurement_series s
		WHERE s.citizen = p.citizen AND s.measure = p.measure AND s.bucket_end > z.since
			AND smartcare.end_time(s.points) >= greatest(p.start_time, z.since))
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
