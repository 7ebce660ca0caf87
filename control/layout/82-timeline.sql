-- Everything about one citizen in order of time. Ask for one citizen: each part looks up
-- that citizen's rows by key.

CREATE OR REPLACE FUNCTION care.timeline_kind(entity text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE entity
	WHEN 'encounter' THEN 'stay'
	WHEN 'service_request' THEN 'referral'
	WHEN 'episode_of_care' THEN 'service'
	WHEN 'care_plan' THEN 'plan'
	WHEN 'agreement' THEN 'plan'
	WHEN 'enrollment' THEN 'pathway'
	WHEN 'assessment' THEN 'pathway'
	WHEN 'measurement_plan' THEN 'measurement'
	WHEN 'reference_range' THEN 'measurement'
	WHEN 'care_team_member' THEN 'care team'
	WHEN 'related_person' THEN 'care team'
	WHEN 'death_record' THEN 'death'
	WHEN 'questionnaire_response' THEN 'questionnaire'
	WHEN 'diary_entry' THEN 'diary'
	ELSE entity END;
COMMENT ON FUNCTION care.timeline_kind(text) IS
'Internal: under which kind of care.timeline the entries of a table are.';

CREATE OR REPLACE VIEW care.timeline AS
SELECT t.citizen, t."time", t.kind, t.title, t.detail, t.organization, o.name AS organization_name, t.entity, t.entry, t.source
FROM (
	-- What was done here, step by step; what was annulled is told as such.
	-- Names collate as C, text here does not.
	SELECT e.citizen, e.event_time AS "time", care.timeline_kind(e.entity::text COLLATE "default") AS kind,
		replace(e.step::text COLLATE "default", '_', ' ') AS title,
		concat_ws(', ', nullif(e.from_status, '') || ' -> ' || e.to_status,
			coalesce(e.details ->> 'reason', e.details ->> 'description', e.details ->> 'title', e.details ->> 'needs', e.details ->> 'note',
				e.details ->> 'change', e.details ->> 'entry', e.details ->> 'type', e.details ->> 'measure', e.details ->> 'questionnaire'),
			CASE e.entity WHEN 'alert' THEN (
				SELECT concat_ws(' ', a.colour, m.display, a.side || ' limits') FROM care.alert a
				LEFT JOIN care.measure m ON m.id = a.measure
				WHERE a.citizen = e.citizen AND a.id = e.entry) END,
			CASE WHEN EXISTS (SELECT FROM care.workflow_event a WHERE a.citizen = e.citizen AND a.annuls = e.id) THEN 'annulled' END) AS detail,
		e.organization, e.entity::text COLLATE "default" AS entity, e.entry, NULL::text AS source
	FROM care.workflow_event e
	UNION ALL
	-- Entries from outside, of which there are no steps: when they began, and when they ended.
	SELECT e.citizen, b."time", CASE WHEN e.class IN ('IMP', 'EMER', 'ACUTE', 'NONAC') THEN 'stay' ELSE 'contact' END, b.title || coalesce(e.type, e.class),
		e.reason, e.organization, 'encounter' AS entity, e.id, e.source
	FROM care.encounter e
	CROSS JOIN LATERAL (
		SELECT e.start_time AS "time", CASE WHEN e.status = 'planned' THEN 'planned: ' ELSE '' END AS title
		UNION ALL
		SELECT e.end_time, 'end of ' AS title WHERE e.class IN ('IMP', 'EMER', 'ACUTE', 'NONAC') AND e.end_time IS NOT NULL
	) b
	WHERE e.source IS NOT NULL AND e.status NOT IN ('cancelled', 'entered-in-error') AND b."time" IS NOT NULL
	UNION ALL
	SELECT e.citizen, b."time", 'service' AS kind, b.title || coalesce(e.type, 'episode of care'), CASE e.status WHEN 'onhold' THEN 'on hold' END,
		e.organization, 'episode_of_care' AS entity, e.id, e.source
	FROM care.episode_of_care e
	CROSS JOIN LATERAL (
		VALUES (e.start_time, ''), (e.end_time, 'end of ')
	) AS b ("time", title)
	WHERE e.source IS NOT NULL AND e.status NOT IN ('cancelled', 'entered-in-error') AND b."time" IS NOT NULL
	UNION ALL
	SELECT k.citizen, coalesce(k.start_time, k.issued, k.recorded_at), 'condition' AS kind, k.name,
		concat_ws(', ', k.code, k.clinical_status, k.verification_status), NULL AS organization, 'condition' AS entity, k.id, k.source
	FROM care.condition k
	WHERE k.verification_status IS DISTINCT FROM 'entered-in-error'
	UNION ALL
	SELECT m.citizen, coalesce(m.authored_on, m.issued, m.recorded_at), 'medication' AS kind, m.name, concat_ws(', ', m.dosage, m.status), NULL AS organization,
		'medication_statement' AS entity, m.id, m.source
	FROM care.medication_statement m
	WHERE m.status <> 'entered-in-error'
	UNION ALL
	SELECT a.citizen, coalesce(a.start_time, a.issued, a.recorded_at), 'allergy' AS kind, a.name, concat_ws(', ', a.criticality || ' risk', a.clinical_status), NULL AS organization,
		'allergy' AS entity, a.id, a.source
	FROM care.allergy a
	WHERE a.verification_status IS DISTINCT FROM 'entered-in-error'
	UNION ALL
	SELECT p.citizen, coalesce(p.start_time, p.issued, p.recorded_at), 'plan' AS kind, p.title, p.status, p.organization, 'care_plan' AS entity, p.id, p.source
	FROM care.care_plan p
	WHERE p.source IS NOT NULL AND p.status <> 'entered-in-error'
	UNION ALL
	SELECT g.citizen, coalesce(care.start_of_day(g.start_date), g.issued, g.recorded_at), 'goal' AS kind, g.description,
		concat_ws(', ', 'due ' || g.due_date, g.achievement_status), NULL AS organization, 'goal' AS entity, g.id, g.source
	FROM care.goal g
	WHERE g.source IS NOT NULL AND g.lifecycle_status <> 'entered-in-error'
	UNION ALL
	SELECT t.citizen, coalesce(t.issued, t.recorded_at), 'task' AS kind, t.description, concat_ws(', ', t.status, 'due ' || care.civil_day(t.due_end)),
		t.owner, 'task' AS entity, t.id, t.source
	FROM care.task t
	WHERE t.source IS NOT NULL AND t.status <> 'entered-in-error'
	UNION ALL
	-- One line a civil day and measure, at its last value.
	SELECT d.citizen, d."time", 'measurement' AS kind, m.display,
		concat(CASE WHEN d.n > 1 THEN d.n || ' values, ' || trim_scale(d.low::numeric) || ' to ' || trim_scale(d.high::numeric)
			ELSE trim_scale(d.low::numeric)::text END, ' ' || nullif(regexp_replace(m.unit, '\{.*\}', ''), '')),
		NULL AS organization, 'measurement_series' AS entity, d.measure, NULL AS source
	FROM (
		SELECT s.citizen, s.measure, max(u."time") AS "time", count(*) AS n, min(u.value) AS low, max(u.value) AS high
		FROM care.measurement_series s
		CROSS JOIN (SELECT care.setting('zone') AS zone OFFSET 0) z
		CROSS JOIN LATERAL smartcare.unnest(s.points) AS u ("time", value)
		GROUP BY s.citizen, s.measure, (u."time" AT TIME ZONE z.zone)::date
	) d
	JOIN care.measure m ON m.id = d.measure
	UNION ALL
	SELECT n.citizen, n."time", 'note' AS kind, m.display,
		concat_ws(', ', n.note, n.comparator || ' the value', 'was ' || n.original_value || coalesce(' ' || n.original_unit, '')), NULL AS organization,
		'measurement_note' AS entity, n.batch, b.source_key
	FROM care.measurement_note n
	JOIN care.measurement_batch b ON b.citizen = n.citizen AND b.id = n.batch
	JOIN care.measure m ON m.id = n.measure
	WHERE n.stands
) t
LEFT JOIN care.organization o ON o.id = t.organization;

COMMENT ON VIEW care.timeline IS
'Everything about a citizen, one line each: WHERE citizen = ... ORDER BY "time". Steps taken here, entries from outside, measurements by day.';
COMMENT ON COLUMN care.timeline.citizen IS 'Whom it is about.';
COMMENT ON COLUMN care.timeline."time" IS 'When it happened, or is planned; of measurements of a day the last.';
COMMENT ON COLUMN care.timeline.kind IS
'stay, contact, referral, service, task, plan, goal, appointment, pathway, consent, measurement, alert, condition, medication, allergy, note, care team, death, questionnaire, diary.';
COMMENT ON COLUMN care.timeline.title IS 'What it was: the step, or the entry''s name.';
COMMENT ON COLUMN care.timeline.detail IS 'More of it, in words.';
COMMENT ON COLUMN care.timeline.organization IS 'Who did it, or is responsible; null for the citizen.';
COMMENT ON COLUMN care.timeline.organization_name IS 'Its name.';
COMMENT ON COLUMN care.timeline.entity IS 'Table of the entry.';
COMMENT ON COLUMN care.timeline.entry IS 'Id of the entry; of measurements the measure, of a note the batch.';
COMMENT ON COLUMN care.timeline.source IS 'Identity of the message or resource that said so; null for what was entered here.';
