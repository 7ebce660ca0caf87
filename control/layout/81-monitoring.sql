-- What monitoring at home asks for, as of now(): nothing of it is stored. Each view
-- starts from the plans or alerts of an organization.

-- Functions, so that a plan of many such plans is not compiled at length before it runs.
CREATE OR REPLACE FUNCTION care.latest_due(plan care.measurement_plan, zone text, before timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
-- Planning takes longer than what is planned.
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	since CONSTANT timestamptz := greatest(plan.start_time, before - care.rhythm_reach(plan.rhythms));
BEGIN
	RETURN (SELECT max(t.due) FROM care.rhythm_times(plan.rhythms, plan.end_date, zone, since, before) AS t (due));
END
$$;
COMMENT ON FUNCTION care.latest_due(care.measurement_plan, text, timestamptz) IS
'Internal: the last due time of a plan before an instant, in a time zone; null if there is none.';

CREATE OR REPLACE FUNCTION care.next_due(plan care.measurement_plan, zone text, since timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
-- Planning takes longer than what is planned.
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	first_time CONSTANT timestamptz := greatest(plan.start_time, since);
	last_time CONSTANT timestamptz := first_time + care.rhythm_reach(plan.rhythms);
BEGIN
	RETURN (SELECT min(t.due) FROM care.rhythm_times(plan.rhythms, plan.end_date, zone, first_time, last_time) AS t (due));
END
$$;
COMMENT ON FUNCTION care.next_due(care.measurement_plan, text, timestamptz) IS
'Internal: the first due time of a plan from an instant on, in a time zone; null if there is none.';

CREATE OR REPLACE VIEW care.measurement_due AS
SELECT p.citizen, p.id AS measurement_plan, p.organization, m.name AS measure,
	care.latest_due(p, z.zone, now()) AS latest_due, care.next_due(p, z.zone, now()) AS next_due, p.grace
FROM care.measurement_plan p
JOIN care.measure m ON m.id = p.measure
CROSS JOIN (SELECT care.setting('zone') AS zone OFFSET 0) z
WHERE p.status = 'active';

COMMENT ON VIEW care.measurement_due IS 'When a citizen is to measure: the last time and the next, of each active plan.';
COMMENT ON COLUMN care.measurement_due.citizen IS 'Who is to measure.';
COMMENT ON COLUMN care.measurement_due.measurement_plan IS 'Id of the plan.';
COMMENT ON COLUMN care.measurement_due.organization IS 'Who is responsible for the plan.';
COMMENT ON COLUMN care.measurement_due.measure IS 'Name of what is to be measured.';
COMMENT ON COLUMN care.measurement_due.latest_due IS 'The last due time before now; null: there was none.';
COMMENT ON COLUMN care.measurement_due.next_due IS 'The next due time; null: there is none.';
COMMENT ON COLUMN care.measurement_due.grace IS 'How long before or after a due time a measurement may be made.';

CREATE OR REPLACE FUNCTION care.untriaged(citizen bigint, measure integer, points smartcare.series, since timestamptz)
RETURNS SETOF smartcare.series
LANGUAGE sql STABLE PARALLEL SAFE COST 10 ROWS 1
BEGIN ATOMIC
	-- Most have limits without an end, and need not be looked at one by one.
	SELECT CASE WHEN untriaged.points IS NOT NULL AND (
		SELECT bool_and(r.end_time IS NULL AND NOT r.relative) AND min(r.start_time) <= untriaged.since FROM care.reference_range r
		WHERE r.citizen = untriaged.citizen AND r.measure = untriaged.measure AND r.status <> 'entered-in-error') IS NOT TRUE
	THEN smartcare.delete_time(untriaged.points, (
		SELECT coalesce(range_agg(tstzrange(l.start_time, l.end_time)), '{}') FROM care.limits(untriaged.citizen, untriaged.measure) l)) END;
END;
COMMENT ON FUNCTION care.untriaged(bigint, integer, smartcare.series, timestamptz) IS
'Internal: of values since an instant those that no limits speak of; null if there are none. One row.';

-- All that there is to know of a plan is found in one visit of its rhythm and its values.
CREATE OR REPLACE VIEW care.measurement_state AS
SELECT p.citizen, p.id AS measurement_plan, p.organization, p.measure, p.grace, p.start_time, p.recorded_at, due.latest AS due,
	p.status = 'active' AND NOT due.latest <@ p.pauses AND (p.end_date >= z.today) IS NOT FALSE
		AND (recent.points OPERATOR(smartcare.&&) due.period) IS NOT TRUE
		AND NOT EXISTS (
			SELECT FROM care.measurement_series s
			WHERE s.citizen = p.citizen AND s.measure = p.measure AND s.bucket <= upper(due.period) AND s.bucket_end > lower(due.period)
				AND s.points OPERATOR(smartcare.&&) due.period)
		AND NOT EXISTS (
			SELECT FROM care.hospital_stay h
			WHERE h.citizen = p.citizen AND (h.is_open OR h.status = 'finished' AND h.start_time <= due.latest AND h.end_time >= due.latest))
		AND NOT EXISTS (SELECT FROM care.citizen c WHERE c.citizen = p.citizen AND c.deceased) AS is_missing,
	CASE WHEN p.status = 'active' THEN smartcare.delete_near(recent.points, due.times, p.grace) END AS unplanned,
	untriaged.points AS untriaged,
	p.status = 'active' AND recent.points IS NULL
		AND NOT EXISTS (SELECT FROM care.limits(p.citizen, p.measure) l WHERE l.end_time > now() OR l.end_time IS NULL) AS is_without_limits
FROM (SELECT care.setting('zone') AS zone, care.today() AS today, now() - care.setting('recent')::interval AS since OFFSET 0) z
CROSS JOIN LATERAL (
	SELECT *, NULL::timestamptz AS until FROM care.measurement_plan WHERE status IN ('active', 'on-hold')
	UNION ALL
	-- What came while it lasted.
	SELECT *, end_time FROM care.measurement_plan WHERE status = 'completed' AND end_time > z.since
) AS p
CROSS JOIN LATERAL (
	SELECT smartcare.series_agg(smartcare.slice(s.points, tstzrange(greatest(p.start_time, z.since), NULL) * tstzrange(NULL, p.until))) AS points
	FROM care.measurement_series s
	WHERE s.citizen = p.citizen AND s.measure = p.measure AND s.bucket_end > z.since
) AS recent
CROSS JOIN LATERAL (
	SELECT b.latest, tstzrange(b.latest - p.grace, b.latest + p.grace, '[]') AS period, b.times
	FROM (
		SELECT max(t.due) FILTER (WHERE t.due >= r.since AND t.due < r.until) AS latest,
			coalesce(array_agg(t.due) FILTER (WHERE NOT t.due <@ p.pauses), '{}') AS times
		FROM (SELECT now() - p.grace - care.rhythm_reach(p.rhythms) AS since, now() - p.grace AS until OFFSET 0) AS r
		CROSS JOIN LATERAL care.rhythm_times(p.rhythms, p.end_date, z.zone,
			greatest(p.start_time, least(r.since, z.since - p.grace)), now() + p.grace) AS t (due)
	) AS b
) AS due
CROSS JOIN LATERAL care.untriaged(p.citizen, p.measure, recent.points, z.since) AS untriaged (points);

COMMENT ON VIEW care.measurement_state IS
'Internal: what becomes of each plan that runs, is paused or ended in the last days (setting "recent").';
COMMENT ON COLUMN care.measurement_state.citizen IS 'Who is to measure.';
COMMENT ON COLUMN care.measurement_state.measurement_plan IS 'Id of the plan.';
COMMENT ON COLUMN care.measurement_state.organization IS 'Who is responsible for the plan.';
COMMENT ON COLUMN care.measurement_state.measure IS 'What is to be measured.';
COMMENT ON COLUMN care.measurement_state.grace IS 'How long before or after a due time a measurement may be made.';
COMMENT ON COLUMN care.measurement_state.start_time IS 'Nothing is expected before.';
COMMENT ON COLUMN care.measurement_state.recorded_at IS 'When the plan was made.';
COMMENT ON COLUMN care.measurement_state.due IS 'The last due time that is over, with its grace.';
COMMENT ON COLUMN care.measurement_state.is_missing IS 'Whether there is no value of it, and should be.';
COMMENT ON COLUMN care.measurement_state.unplanned IS 'Values of the last days at none of its times: of these care.measurement_unexpected has those that are unexpected. Null if there are none.';
COMMENT ON COLUMN care.measurement_state.untriaged IS 'Values of the last days that no limits speak of; null if there are none.';
COMMENT ON COLUMN care.measurement_state.is_without_limits IS 'Whether there are no limits for what is to come, and nothing has come in the last days.';

CREATE OR REPLACE VIEW care.measurement_missing AS
SELECT k.citizen, k.measurement_plan, k.organization, m.name AS measure, k.due, k.due + k.grace AS since
FROM care.measurement_state k
JOIN care.measure m ON m.id = k.measure
WHERE k.is_missing;

COMMENT ON VIEW care.measurement_missing IS
'Measurements that did not come: plans whose last due time is over, with its grace, and without a value. Not while the plan is paused, the citizen in hospital, or dead; nor for what fell into a pause or a stay.';
COMMENT ON COLUMN care.measurement_missing.citizen IS 'Who was to measure.';
COMMENT ON COLUMN care.measurement_missing.measurement_plan IS 'Id of the plan.';
COMMENT ON COLUMN care.measurement_missing.organization IS 'Who is responsible for the plan.';
COMMENT ON COLUMN care.measurement_missing.measure IS 'Name of what was to be measured.';
COMMENT ON COLUMN care.measurement_missing.due IS 'When it was due.';
COMMENT ON COLUMN care.measurement_missing.since IS 'Since when it is missing.';

CREATE OR REPLACE VIEW care.measurement_unexpected AS
SELECT p.citizen, p.id AS measurement_plan, p.organization, m.name AS measure, u."time", u.value, m.unit
FROM care.measurement_plan p
JOIN care.measure m ON m.id = p.measure
CROSS JOIN (SELECT care.setting('zone') AS zone, now() - care.setting('recent')::interval AS since OFFSET 0) z
CROSS JOIN LATERAL (
	SELECT smartcare.slice(s.points, tstzrange(greatest(p.start_time, z.since), NULL)) AS points
	FROM care.measurement_series s
	WHERE s.citizen = p.citizen AND s.measure = p.measure AND s.bucket_end > z.since OFFSET 0
) AS s
CROSS JOIN LATERAL smartcare.unnest(s.points) AS u ("time", value)
WHERE p.status = 'active'
	AND NOT EXISTS (
		SELECT FROM care.rhythm_times(p.rhythms, p.end_date, z.zone,
			greatest(p.start_time, u."time" - p.grace), u."time" + p.grace + interval '1 microsecond') AS t (due)
		WHERE NOT t.due <@ p.pauses)
	AND EXISTS (
		SELECT FROM unnest(p.rhythms) WITH ORDINALITY AS r (from_date, weekdays, every_days, times, place)
		WHERE r.times <> '{}' AND r.from_date <= (u."time" AT TIME ZONE z.zone)::date
			AND (p.rhythms[r.place + 1].from_date > (u."time" AT TIME ZONE z.zone)::date) IS NOT FALSE);

COMMENT ON VIEW care.measurement_unexpected IS
'Values of the last days (setting "recent") of what an active plan asks for, but at another time than it says.';
COMMENT ON COLUMN care.measurement_unexpected.citizen IS 'Who measured.';
COMMENT ON COLUMN care.measurement_unexpected.measurement_plan IS 'Id of the plan.';
COMMENT ON COLUMN care.measurement_unexpected.organization IS 'Who is responsible for the plan.';
COMMENT ON COLUMN care.measurement_unexpected.measure IS 'Name of what was measured.';
COMMENT ON COLUMN care.measurement_unexpected."time" IS 'When it was measured.';
COMMENT ON COLUMN care.measurement_unexpected.value IS 'The value, in the measure''s unit.';
COMMENT ON COLUMN care.measurement_unexpected.unit IS 'UCUM unit of the value.';

-- What nobody has planned, or not yet, is for the practice.
CREATE OR REPLACE VIEW care.measurement_unplanned AS
SELECT c.citizen, c.general_practice AS organization, v.measure, smartcare.series_agg(untriaged.points) AS untriaged
FROM (SELECT now() - care.setting('recent')::interval AS since, ARRAY(SELECT h.id FROM care.measure h WHERE h.home) AS home OFFSET 0) z
CROSS JOIN care.citizen c
CROSS JOIN LATERAL (
	SELECT s.measure, smartcare.slice(s.points, tstzrange(z.since, NULL) * tstzrange(NULL, (
		SELECT min(p.start_time) FROM care.measurement_plan p
		WHERE p.citizen = c.citizen AND p.measure = s.measure AND p.status IN ('active', 'on-hold')))) AS points
	FROM care.measurement_series s
	WHERE s.citizen = c.citizen AND s.measure = ANY (z.home) AND s.bucket_end > z.since OFFSET 0
) AS v
CROSS JOIN LATERAL care.untriaged(c.citizen, v.measure, v.points, z.since) AS untriaged (points)
WHERE v.points IS NOT NULL AND untriaged.points IS NOT NULL
GROUP BY c.citizen, c.general_practice, v.measure;

COMMENT ON VIEW care.measurement_unplanned IS
'Internal: what of the last days (setting "recent") is measured at home, and neither plans nor limits speak of.';
COMMENT ON COLUMN care.measurement_unplanned.citizen IS 'Who measured.';
COMMENT ON COLUMN care.measurement_unplanned.organization IS 'The general practice.';
COMMENT ON COLUMN care.measurement_unplanned.measure IS 'What was measured.';
COMMENT ON COLUMN care.measurement_unplanned.untriaged IS 'The values.';

CREATE OR REPLACE VIEW care.measurement_untriaged AS
SELECT w.citizen, w.measurement_plan, w.organization, m.name AS measure, u."time", u.value, m.unit
FROM (
	SELECT k.citizen, k.measurement_plan, k.organization, k.measure, k.untriaged FROM care.measurement_state k
	UNION ALL
	SELECT k.citizen, NULL AS measurement_plan, k.organization, k.measure, k.untriaged FROM care.measurement_unplanned k
) AS w
JOIN care.measure m ON m.id = w.measure
CROSS JOIN LATERAL smartcare.unnest(w.untriaged) AS u ("time", value);

COMMENT ON VIEW care.measurement_untriaged IS
'Values of the last days (setting "recent") that no reference range says anything about: of what a plan asks for, or asked for when they came, and of what is measured at home.';
COMMENT ON COLUMN care.measurement_untriaged.citizen IS 'Who measured.';
COMMENT ON COLUMN care.measurement_untriaged.measurement_plan IS 'Id of the plan; null where there is none.';
COMMENT ON COLUMN care.measurement_untriaged.organization IS 'Who is responsible for the plan; without one the general practice.';
COMMENT ON COLUMN care.measurement_untriaged.measure IS 'Name of what was measured.';
COMMENT ON COLUMN care.measurement_untriaged."time" IS 'When it was measured.';
COMMENT ON COLUMN care.measurement_untriaged.value IS 'The value, in the measure''s unit.';
COMMENT ON COLUMN care.measurement_untriaged.unit IS 'UCUM unit of the value.';

CREATE OR REPLACE VIEW care.alert_open AS
SELECT a.citizen, a.id AS alert, a.organization,
	CASE WHEN a.status = 'snoozed' AND a.snoozed_until <= now() THEN 'active' ELSE a.status END AS status,
	a.colour, m.name AS measure, a.rule, a.side, a.start_time AS since, a.last_time, a.end_time,
	a.extreme_value, a.extreme_time, m.unit, a.snoozed_until, a.note, q.name AS questionnaire, a.questionnaire_response
FROM care.alert a
LEFT JOIN care.measure m ON m.id = a.measure
LEFT JOIN care.questionnaire_response r ON r.citizen = a.citizen AND r.id = a.questionnaire_response
LEFT JOIN care.questionnaire q ON q.id = r.questionnaire
WHERE a.status IN ('active', 'acknowledged', 'snoozed');

COMMENT ON VIEW care.alert_open IS 'Alerts that nobody has resolved yet, as of now(): one snoozed is active again when its time is over.';
COMMENT ON COLUMN care.alert_open.citizen IS 'Whose values they are.';
COMMENT ON COLUMN care.alert_open.alert IS 'Id of the alert.';
COMMENT ON COLUMN care.alert_open.organization IS 'Who is to act.';
COMMENT ON COLUMN care.alert_open.status IS 'active, acknowledged, or snoozed.';
COMMENT ON COLUMN care.alert_open.colour IS 'yellow or red: the worst so far.';
COMMENT ON COLUMN care.alert_open.measure IS 'Name of what was measured; null for what a questionnaire raised.';
COMMENT ON COLUMN care.alert_open.rule IS 'The rule of the reference range.';
COMMENT ON COLUMN care.alert_open.side IS 'Whether values are below or above the limits.';
COMMENT ON COLUMN care.alert_open.since IS 'The first value outside.';
COMMENT ON COLUMN care.alert_open.last_time IS 'The last value outside.';
COMMENT ON COLUMN care.alert_open.end_time IS 'Since when values are inside again; null while they are not.';
COMMENT ON COLUMN care.alert_open.extreme_value IS 'The value furthest out.';
COMMENT ON COLUMN care.alert_open.extreme_time IS 'When that was.';
COMMENT ON COLUMN care.alert_open.unit IS 'UCUM unit of the value.';
COMMENT ON COLUMN care.alert_open.snoozed_until IS 'Until when it was snoozed.';
COMMENT ON COLUMN care.alert_open.note IS 'What was said about it last.';
COMMENT ON COLUMN care.alert_open.questionnaire IS 'Name of the questionnaire whose answers raised it; null for what values raised.';
COMMENT ON COLUMN care.alert_open.questionnaire_response IS 'Id of the answers.';
