-- Steps of monitoring at home: ranges, alerts, and plans of when to measure.

CREATE OR REPLACE FUNCTION care.add_range(
	new_range care.reference_range, result care.step_result)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF new_range.rule <> 'value' AND NOT EXISTS (SELECT FROM care.measure m WHERE m.id = new_range.measure AND m.unit = 'kg') THEN
		RAISE EXCEPTION 'the rule "%" is for weights', new_range.rule
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Measures in kg can have it.';
	END IF;
	new_range.citizen := result.citizen;
	new_range.id := result.entry;
	new_range.status := result.status;
	new_range.recorded_at := now();
	INSERT INTO care.reference_range SELECT new_range.*;
	PERFORM care.triage(new_range.citizen, new_range.measure, new_range.start_time);
END
$$;
COMMENT ON FUNCTION care.add_range(care.reference_range, care.step_result) IS
'Internal: the range that a step makes. Errors: 22023 a rule for weights of another measure, 23514 limits that contradict each other, or none.';

CREATE OR REPLACE FUNCTION care.set_reference_range(
	citizen bigint, organization bigint, measure text,
	request_id text, event_time timestamptz DEFAULT now(),
	red_low float8 DEFAULT NULL, yellow_low float8 DEFAULT NULL, yellow_high float8 DEFAULT NULL, red_high float8 DEFAULT NULL,
	inclusive boolean DEFAULT NULL, relative boolean DEFAULT false, hysteresis float8 DEFAULT 0,
	rule text DEFAULT 'value', within interval DEFAULT NULL, baseline float8 DEFAULT NULL,
	start_time timestamptz DEFAULT NULL, end_time timestamptz DEFAULT NULL, care_plan bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET intervalstyle = 'postgres'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'reference_range', NULL, 'set_reference_range', organization,
		request_id, event_time, jsonb_build_object('measure', measure, 'red_low', red_low, 'yellow_low', yellow_low,
			'yellow_high', yellow_high, 'red_high', red_high, 'inclusive', inclusive, 'relative', relative,
			'hysteresis', hysteresis, 'rule', rule, 'within', within, 'baseline', baseline,
			'start_time', start_time, 'end_time', end_time, 'care_plan', care_plan));
	new_range care.reference_range;
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	PERFORM care.check_plan_open(result.citizen, care_plan, 'set_reference_range');
	new_range.measure := care.measure_named(measure);
	new_range.rule := rule;
	new_range.organization := organization;
	new_range.care_plan := care_plan;
	new_range.start_time := coalesce(start_time, event_time);
	new_range.end_time := end_time;
	new_range.red_low := red_low;
	new_range.yellow_low := yellow_low;
	new_range.yellow_high := yellow_high;
	new_range.red_high := red_high;
	-- "2 kg in 3 days" is met by 2 kg.
	new_range.inclusive := coalesce(inclusive, rule = 'gain');
	new_range.relative := relative;
	new_range.hysteresis := hysteresis;
	new_range.within := within;
	new_range.baseline := baseline;
	PERFORM care.add_range(new_range, result);
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.set_reference_range(bigint, bigint, text, text, timestamptz, float8, float8, float8, float8, boolean, boolean, float8, text, interval, float8, timestamptz, timestamptz, bigint) IS
'Step: limits for a measure (name or code), in its unit, from start_time (event_time) on, in place of those before. Values since are triaged by them at once. Columns as in care.reference_range; inclusive is true for the rule gain unless given. Errors: as care.take_step(); 42704 unknown measure, 22023 a rule for weights of another measure, 23514 limits that contradict each other, are no numbers, or none, 55000 the plan is closed.';

CREATE OR REPLACE FUNCTION care.apply_standard_ranges(
	citizen bigint, organization bigint, standard_set text,
	request_id text, event_time timestamptz DEFAULT now(), care_plan bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	details CONSTANT jsonb := jsonb_build_object('standard_set', standard_set, 'care_plan', care_plan);
	result CONSTANT care.step_result := care.take_step(citizen, 'reference_range', NULL, 'apply_standard_ranges', organization,
		request_id, event_time, details);
	made care.step_result := result;
	standard care.standard_range;
	new_range care.reference_range;
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	PERFORM care.check_plan_open(result.citizen, care_plan, 'apply_standard_ranges');
	FOR standard IN
		SELECT * FROM care.standard_range s
		WHERE s.standard_set = apply_standard_ranges.standard_set ORDER BY s.measure, s.rule
	LOOP
		IF made IS NULL THEN
			made := care.take_step(result.citizen, 'reference_range', NULL, 'apply_standard_ranges', organization,
				request_id, event_time, details, result.event);
		END IF;
		new_range := jsonb_populate_record(NULL::care.reference_range, to_jsonb(standard));
		new_range.organization := organization;
		new_range.care_plan := care_plan;
		new_range.start_time := event_time;
		PERFORM care.add_range(new_range, made);
		made := NULL;
	END LOOP;
	IF made IS NOT NULL THEN
		RAISE EXCEPTION 'there is no standard set "%"', standard_set
			USING ERRCODE = 'undefined_object',
			HINT = 'The table care.standard_range has those that there are.';
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.apply_standard_ranges(bigint, bigint, text, text, timestamptz, bigint) IS
'Step: all ranges of a standard set, each in place of the citizen''s for its measure and rule; returned is the first, which they rest on. Errors: as care.take_step(); 42704 no such set, 55000 the plan is closed.';

CREATE OR REPLACE FUNCTION care.end_reference_range(
	citizen bigint, reference_range bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'reference_range', reference_range, 'end_reference_range', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.reference_range r SET status = result.status, end_time = least(r.end_time, event_time)
		WHERE r.citizen = result.citizen AND r.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.end_reference_range(bigint, bigint, bigint, text, timestamptz) IS
'Step: limits hold no longer. Where no others do, values are not triaged any more. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.acknowledge_alert(
	citizen bigint, alert bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now(), note text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'alert', alert, 'acknowledge_alert', organization,
		request_id, event_time, jsonb_build_object('note', note), sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.alert a SET status = result.status, snoozed_until = NULL, note = coalesce(acknowledge_alert.note, a.note)
		WHERE a.citizen = result.citizen AND a.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.acknowledge_alert(bigint, bigint, bigint, text, timestamptz, text) IS
'Step: an alert has been seen, and somebody looks after it. More of the same does not raise it again; red where it was yellow does. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.snooze_alert(
	citizen bigint, alert bigint, organization bigint, until timestamptz,
	request_id text, event_time timestamptz DEFAULT now(), note text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'alert', alert, 'snooze_alert', organization,
		request_id, event_time, jsonb_build_object('until', until, 'note', note), sets_status => false);
BEGIN
	IF result.repeated THEN
		RETURN result;
	ELSIF until IS NULL OR until <= event_time OR until = 'infinity' THEN
		RAISE EXCEPTION 'an alert cannot be snoozed until %', coalesce(until::text, 'null')
			USING ERRCODE = 'datetime_field_overflow',
			HINT = 'Name a time after now; care.acknowledge_alert() is for good.';
	END IF;
	UPDATE care.alert a SET status = result.status, snoozed_until = snooze_alert.until, note = coalesce(snooze_alert.note, a.note)
	WHERE a.citizen = result.citizen AND a.id = result.entry;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.snooze_alert(bigint, bigint, bigint, timestamptz, text, timestamptz, text) IS
'Step: an alert waits until a time, and is as active from then on. More of the same does not wake it before; red where it was yellow does. Errors: as care.take_step(); 22008 until is not later than the step, or not a time.';

CREATE OR REPLACE FUNCTION care.resolve_alert(
	citizen bigint, alert bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now(), note text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'alert', alert, 'resolve_alert', organization,
		request_id, event_time, jsonb_build_object('note', note), sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.alert a SET status = result.status, snoozed_until = NULL, note = coalesce(resolve_alert.note, a.note),
			resolved_at = coalesce(a.resolved_at, greatest(event_time, a.start_time))
		WHERE a.citizen = result.citizen AND a.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.resolve_alert(bigint, bigint, bigint, text, timestamptz, text) IS
'Step: what an alert was about is dealt with. The next value outside is a new alert, whether or not one was inside between. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.new_rhythm(
	from_date date, times time[], weekdays integer[], every_days integer)
RETURNS care.rhythm
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF from_date BETWEEN '0001-01-01' AND '9999-12-31' IS NOT TRUE OR times IS NULL
		OR array_ndims(times) > 1 OR cardinality(times) > 48 OR array_position(times, NULL) IS NOT NULL
		OR every_days IS NULL OR every_days NOT BETWEEN 1 AND 366
		OR weekdays = '{}' OR NOT weekdays <@ '{1,2,3,4,5,6,7}' OR weekdays IS NOT NULL AND every_days <> 1
	THEN
		RAISE EXCEPTION 'this is no rhythm: from %, at %, on weekdays %, every % days', from_date, times, weekdays, every_days
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'It has a day and up to 48 times; and weekdays from 1 (Monday) to 7, or every so many days up to 366.';
	END IF;
	RETURN (from_date, weekdays, every_days, ARRAY(SELECT DISTINCT t.t FROM unnest(times) AS t (t) ORDER BY t.t))::care.rhythm;
END
$$;
COMMENT ON FUNCTION care.new_rhythm(date, time[], integer[], integer) IS 'Internal: a rhythm, checked. Errors: 22023 it is none.';

CREATE OR REPLACE FUNCTION care.plan_measurements(
	citizen bigint, organization bigint, measure text, times time[],
	request_id text, event_time timestamptz DEFAULT now(),
	weekdays integer[] DEFAULT NULL, every_days integer DEFAULT 1, start_date date DEFAULT NULL, end_date date DEFAULT NULL,
	grace interval DEFAULT '2 hours', care_plan bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- In the details, by which a repetition is known
SET intervalstyle = 'postgres'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'measurement_plan', NULL, 'plan_measurements', organization,
		request_id, event_time, jsonb_build_object('measure', measure, 'times', times, 'weekdays', weekdays, 'every_days', every_days,
			'start_date', start_date, 'end_date', end_date, 'grace', grace, 'care_plan', care_plan));
BEGIN
	IF NOT result.repeated THEN
		PERFORM care.check_plan_open(result.citizen, care_plan, 'plan_measurements');
		INSERT INTO care.measurement_plan (citizen, id, status, measure, organization, care_plan, rhythms, grace, start_time, end_date)
		VALUES (result.citizen, result.entry, result.status, care.measure_named(measure), organization, care_plan,
			ARRAY[care.new_rhythm(coalesce(start_date, care.civil_day(event_time)), times, weekdays, every_days)], grace,
			greatest(event_time, care.start_of_day(start_date)), end_date);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.plan_measurements(bigint, bigint, text, time[], text, timestamptz, integer[], integer, date, date, interval, bigint) IS
'Step: a citizen is to measure something (name or code) at these clock times on these weekdays (1 Monday to 7; null: any), or every so many days from start_date on; no times: whenever needed. A measurement counts from grace before to grace after its time. Errors: as care.take_step(); 42704 unknown measure, 22023 no rhythm, 23514 a grace of more than a year or an end date out of reach, 55000 the plan is closed.';

CREATE OR REPLACE FUNCTION care.change_rhythm(
	citizen bigint, measurement_plan bigint, organization bigint, from_date date, times time[],
	request_id text, event_time timestamptz DEFAULT now(), weekdays integer[] DEFAULT NULL, every_days integer DEFAULT 1)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'measurement_plan', measurement_plan, 'change_rhythm', organization,
		request_id, event_time, jsonb_build_object('from_date', from_date, 'times', times, 'weekdays', weekdays, 'every_days', every_days));
	new_rhythm CONSTANT care.rhythm := care.new_rhythm(from_date, times, weekdays, every_days);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.measurement_plan p SET rhythms = ARRAY(
			SELECT (r.from_date, r.weekdays, r.every_days, r.times)::care.rhythm
			FROM unnest(p.rhythms) AS r
			WHERE r.from_date <> new_rhythm.from_date
			UNION ALL SELECT new_rhythm
			ORDER BY 1)
		WHERE p.citizen = result.citizen AND p.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.change_rhythm(bigint, bigint, bigint, date, time[], text, timestamptz, integer[], integer) IS
'Step: another rhythm from a day on, which may be yet to come, until that of a later day. Errors: as care.take_step(); 22023 no rhythm.';

CREATE OR REPLACE FUNCTION care.pause_measurements(
	citizen bigint, measurement_plan bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now(), reason text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'measurement_plan', measurement_plan, 'pause_measurements', organization,
		request_id, event_time, jsonb_build_object('reason', reason), sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.measurement_plan p SET status = result.status, pauses = p.pauses + tstzmultirange(tstzrange(event_time, NULL))
		WHERE p.citizen = result.citizen AND p.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.pause_measurements(bigint, bigint, bigint, text, timestamptz, text) IS
'Step: nothing is expected until further notice. What arrives is triaged as ever. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.resume_measurements(
	citizen bigint, measurement_plan bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'measurement_plan', measurement_plan, 'resume_measurements', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.measurement_plan p SET status = result.status, pauses = p.pauses * tstzmultirange(tstzrange(NULL, event_time))
		WHERE p.citizen = result.citizen AND p.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.resume_measurements(bigint, bigint, bigint, text, timestamptz) IS
'Step: measurements are expected again. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.end_measurements(
	citizen bigint, measurement_plan bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now(), reason text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'measurement_plan', measurement_plan, 'end_measurements', organization,
		request_id, event_time, jsonb_build_object('reason', reason), sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.measurement_plan p SET status = result.status, end_time = event_time
		WHERE p.citizen = result.citizen AND p.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.end_measurements(bigint, bigint, bigint, text, timestamptz, text) IS
'Step: the citizen need not measure this any more. Ranges stay: they are ended by care.end_reference_range(). Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.rhythm_times(
	rhythms care.rhythm[], end_date date, zone text, start_time timestamptz, end_time timestamptz)
RETURNS SETOF timestamptz
LANGUAGE sql STABLE PARALLEL SAFE COST 10 ROWS 10
BEGIN ATOMIC
	SELECT d.due
	FROM pg_catalog.unnest(rhythm_times.rhythms) WITH ORDINALITY AS r (from_date, weekdays, every_days, times, place)
	CROSS JOIN LATERAL pg_catalog.unnest(smartcare.rhythm_times(
		r.from_date, least(rhythm_times.end_date, rhythm_times.rhythms[r.place + 1].from_date - 1),
		r.weekdays, r.every_days, r.times, rhythm_times.zone, rhythm_times.start_time, rhythm_times.end_time)) AS d (due);
END;
COMMENT ON FUNCTION care.rhythm_times(care.rhythm[], date, text, timestamptz, timestamptz) IS
'Internal: when rhythms in a time zone say to measure, from start_time until end_time (not in it), which are finite.';

CREATE OR REPLACE FUNCTION care.rhythm_reach(rhythms care.rhythm[])
RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT make_interval(days => 2 * max(CASE WHEN r.weekdays IS NULL THEN r.every_days ELSE 7 END) + 1) FROM pg_catalog.unnest(rhythms) r);
COMMENT ON FUNCTION care.rhythm_reach(care.rhythm[]) IS
'Internal: within how long there is a due time, even where one rhythm follows another.';

CREATE OR REPLACE FUNCTION care.due_times(citizen bigint, measurement_plan bigint, period tstzrange)
RETURNS SETOF timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100 ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	plan care.measurement_plan;
	last_time timestamptz;
BEGIN
	SELECT * INTO plan FROM care.measurement_plan p
	WHERE p.citizen = care.current_citizen(due_times.citizen) AND p.id = due_times.measurement_plan
		AND p.status <> 'entered-in-error';
	IF NOT FOUND THEN
		RAISE EXCEPTION 'citizen % has no measurement_plan %', due_times.citizen, due_times.measurement_plan
			USING ERRCODE = 'no_data_found';
	END IF;
	last_time := least(CASE WHEN upper(period) < 'infinity' THEN upper(period) END, plan.end_time, care.start_of_day(plan.end_date + 1));
	IF last_time IS NULL AND NOT isempty(period) THEN
		RAISE EXCEPTION 'the due times in % have no end', period
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Name a period that has one.';
	END IF;
	RETURN QUERY
	SELECT d.due
	FROM care.rhythm_times(plan.rhythms, plan.end_date, care.setting('zone'),
		greatest(lower(period), plan.start_time), last_time + interval '1 microsecond') AS d (due)
	WHERE d.due <@ period AND NOT d.due <@ plan.pauses AND (d.due < plan.end_time) IS NOT FALSE
	ORDER BY d.due;
END
$$;
COMMENT ON FUNCTION care.due_times(bigint, bigint, tstzrange) IS
'When in a period a plan says to measure, without its pauses. Clock times are those of the setting "zone": what a clock put forward leaves out is due an hour later, what it shows twice is due the second time. Errors: P0002 no such plan, 22023 a period without end of a plan without one.';
