-- What is to be answered, as of now(): nothing of it is stored.

CREATE OR REPLACE VIEW care.due_questionnaire AS
SELECT d.citizen, q.name AS questionnaire, q.version, q.title, d.organization, d.measurement_plan, d.appointment,
	d.since, d.due, d.due < now() AS overdue, d.missing
FROM (
	SELECT p.citizen, p.questionnaire, p.organization, p.id AS measurement_plan, NULL::bigint AS appointment,
		t.due - p.grace AS since, t.due, t.missing
	FROM care.measurement_plan p
	CROSS JOIN (SELECT care.setting('zone') AS zone OFFSET 0) z
	-- The last time that is over with its grace, and the one that can be answered next.
	CROSS JOIN LATERAL (
		SELECT care.latest_due(p, z.zone, now() - p.grace) AS due, true AS missing
		UNION ALL
		SELECT care.next_due(p, z.zone, now() - p.grace), false
	) AS t
	WHERE p.status = 'active' AND p.questionnaire IS NOT NULL AND t.due IS NOT NULL AND NOT t.due <@ p.pauses
		AND NOT EXISTS (
			SELECT FROM care.questionnaire_response r
			JOIN care.questionnaire v ON v.id = r.questionnaire
			WHERE r.citizen = p.citizen AND r.authored >= t.due - p.grace AND r.status <> 'entered-in-error'
				AND v.name = p.questionnaire)
	UNION ALL
	SELECT a.citizen, a.questionnaire, a.organization, NULL, a.id, a.recorded_at, a.start_time - z.before, a.start_time - z.before < now()
	FROM care.appointment a
	CROSS JOIN (SELECT care.setting('answer_before')::interval AS before OFFSET 0) z
	WHERE a.status = 'booked' AND a.questionnaire IS NOT NULL AND a.start_time > now()
		AND NOT EXISTS (
			SELECT FROM care.questionnaire_response r
			WHERE r.citizen = a.citizen AND r.appointment = a.id AND r.status <> 'entered-in-error')
) AS d
JOIN care.questionnaire q ON q.name = d.questionnaire AND q.status = 'active'
WHERE NOT EXISTS (
		SELECT FROM care.hospital_stay h
		WHERE h.citizen = d.citizen AND (h.is_open OR h.status = 'finished' AND h.start_time <= d.due AND h.end_time >= d.due))
	AND NOT EXISTS (SELECT FROM care.citizen c WHERE c.citizen = d.citizen AND c.deceased);

COMMENT ON VIEW care.due_questionnaire IS
'Questionnaires that are to be answered and have not been: of each active plan the next time, and the last one that was missed; before each booked appointment that wants one. Not while the plan is paused, the citizen in hospital, or dead; nor for what fell into a pause or a stay.';
COMMENT ON COLUMN care.due_questionnaire.citizen IS 'Who is to answer.';
COMMENT ON COLUMN care.due_questionnaire.questionnaire IS 'Name of the questionnaire, as care.answer_questionnaire() takes it.';
COMMENT ON COLUMN care.due_questionnaire.version IS 'Its active version.';
COMMENT ON COLUMN care.due_questionnaire.title IS 'By which people know it.';
COMMENT ON COLUMN care.due_questionnaire.organization IS 'Who planned it, or whose appointment it is for.';
COMMENT ON COLUMN care.due_questionnaire.measurement_plan IS 'Id of the plan; null where an appointment wants it.';
COMMENT ON COLUMN care.due_questionnaire.appointment IS 'Id of the appointment; null where a plan wants it.';
COMMENT ON COLUMN care.due_questionnaire.since IS
'From when on an answer counts, which may be yet to come: its grace before due; of an appointment since it was booked.';
COMMENT ON COLUMN care.due_questionnaire.due IS 'When it is due: by the plan; or so long before the appointment as the setting "answer_before" says.';
COMMENT ON COLUMN care.due_questionnaire.overdue IS 'Whether that is over.';
COMMENT ON COLUMN care.due_questionnaire.missing IS
'Whether the organization is to be told: that the grace after due is over too; an appointment has none. A late answer still counts.';

CREATE OR REPLACE VIEW care.questionnaire_untriaged AS
SELECT r.citizen, r.id AS questionnaire_response, r.organization, q.name AS questionnaire, q.title, r.authored, r.score
FROM care.questionnaire_response r
JOIN care.questionnaire q ON q.id = r.questionnaire
WHERE r.severity IS NULL AND r.status <> 'entered-in-error'
	AND r.authored >= now() - (SELECT care.setting('recent')::interval);

COMMENT ON VIEW care.questionnaire_untriaged IS
'Answers of the last days (setting "recent") that have no colour: somebody has to read them.';
COMMENT ON COLUMN care.questionnaire_untriaged.citizen IS 'Who answered.';
COMMENT ON COLUMN care.questionnaire_untriaged.questionnaire_response IS 'Id of the response.';
COMMENT ON COLUMN care.questionnaire_untriaged.organization IS 'Who is to look at it.';
COMMENT ON COLUMN care.questionnaire_untriaged.questionnaire IS 'Name of the questionnaire.';
COMMENT ON COLUMN care.questionnaire_untriaged.title IS 'By which people know it.';
COMMENT ON COLUMN care.questionnaire_untriaged.authored IS 'When it was answered.';
COMMENT ON COLUMN care.questionnaire_untriaged.score IS 'Its score, if it has one.';
