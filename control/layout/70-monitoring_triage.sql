-- Triage: every value is red, yellow or green as of its time, or not triaged; and what
-- is outside, without a value inside between, is one alert. Alerts follow from the
-- values and ranges alone, so it does not matter in which order those come.

CREATE OR REPLACE FUNCTION care.colour(
	value float8, red_low float8, yellow_low float8, yellow_high float8, red_high float8, inclusive boolean DEFAULT false)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN value IS NULL OR coalesce(red_low, yellow_low, yellow_high, red_high) IS NULL THEN NULL
	WHEN value < red_low OR value > red_high OR inclusive AND value IN (red_low, red_high) THEN 'red'
	WHEN value < yellow_low OR value > yellow_high OR inclusive AND value IN (yellow_low, yellow_high) THEN 'yellow'
	ELSE 'green' END;
COMMENT ON FUNCTION care.colour(float8, float8, float8, float8, float8, boolean) IS
'red, yellow or green, as a value is to its limits; null without a value or any limit. Outside is beyond a limit, inclusive: or at it.';

CREATE OR REPLACE FUNCTION care.worst_colour(colours text[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN 'red' = ANY (colours) THEN 'red'
	WHEN 'yellow' = ANY (colours) THEN 'yellow'
	WHEN pg_catalog.array_position(colours, NULL) IS NULL AND 'green' = ANY (colours) THEN 'green' END;
COMMENT ON FUNCTION care.worst_colour(text[]) IS
'The worst of some colours: red, yellow, then null for what is not triaged; green only if all are.';

-- Ranges, each as far as none that began later replaces it, with the goal they are relative to.
CREATE OR REPLACE FUNCTION care.limits(citizen bigint, measure integer, rule text DEFAULT NULL)
RETURNS TABLE (
	start_time timestamptz, end_time timestamptz, reference_range bigint, organization bigint,
	red_low float8, yellow_low float8, yellow_high float8, red_high float8,
	inclusive boolean, hysteresis float8, within interval, baseline float8)
LANGUAGE sql STABLE PARALLEL SAFE COST 20 ROWS 2
BEGIN ATOMIC
	SELECT greatest(r.start_time, g.start_time), least(r.until, g.until), r.id, r.organization,
		r.red_low + CASE WHEN r.relative THEN g.target_value ELSE 0 END,
		r.yellow_low + CASE WHEN r.relative THEN g.target_value ELSE 0 END,
		r.yellow_high + CASE WHEN r.relative THEN g.target_value ELSE 0 END,
		r.red_high + CASE WHEN r.relative THEN g.target_value ELSE 0 END,
		r.inclusive, r.hysteresis, r.within, r.baseline
	FROM (
		SELECT a.*, least(a.end_time, lead(a.start_time) OVER (PARTITION BY a.rule ORDER BY a.start_time, a.id)) AS until
		FROM care.reference_range a
		WHERE a.citizen = limits.citizen AND a.measure = limits.measure AND (a.rule = limits.rule OR limits.rule IS NULL)
			AND a.status <> 'entered-in-error'
			-- What was ended before it began replaces nothing.
			AND (a.end_time > a.start_time OR a.end_time IS NULL)
	) r
	LEFT JOIN LATERAL (
		SELECT o.target_value, care.start_of_day(o.start_date) AS start_time,
			care.start_of_day(lead(o.start_date) OVER (ORDER BY o.start_date, o.id)) AS until
		FROM care.goal o
		WHERE r.relative AND o.citizen = limits.citizen AND o.measure = limits.measure
			AND o.lifecycle_status NOT IN ('proposed', 'planned', 'rejected', 'entered-in-error')
	) g ON true
	WHERE (NOT r.relative OR g.start_time IS NOT NULL)
		AND (least(r.until, g.until) > greatest(r.start_time, g.start_time) OR least(r.until, g.until) IS NULL);
END;
COMMENT ON FUNCTION care.limits(bigint, integer, text) IS
'The limits that hold for a citizen''s measure and rule (null: every rule) of care.reference_range, each from start_time until end_time (not in it; null: without end), in the measure''s unit.';

CREATE OR REPLACE FUNCTION care.trend(
	citizen bigint, measure integer, rule text, start_time timestamptz, end_time timestamptz, within interval, baseline float8)
RETURNS smartcare.series
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	points smartcare.series;
BEGIN
	SELECT smartcare.series_agg(smartcare.slice(s.points, tstzrange(trend.start_time - CASE rule
		WHEN 'gain' THEN coalesce(within, interval '3 days') WHEN 'convergence' THEN interval '14 days' ELSE interval '0' END, trend.end_time)))
	INTO points
	FROM care.measurement_series s WHERE s.citizen = trend.citizen AND s.measure = trend.measure;
	points := CASE rule
		WHEN 'convergence' THEN smartcare.weight_convergence(points, 'kg')
		WHEN 'cusum' THEN smartcare.weight_cusum(points, 'kg', baseline)
		WHEN 'gain' THEN (
			SELECT smartcare.series_agg(u."time", coalesce(g.gained, 0))
			FROM smartcare.unnest(points) AS u ("time", value)
			LEFT JOIN smartcare.weight_gain(points, 'kg', 0, coalesce(within, interval '3 days')) AS g ON g."time" = u."time") END;
	RETURN smartcare.slice(points, tstzrange(trend.start_time, trend.end_time));
END
$$;
COMMENT ON FUNCTION care.trend(bigint, integer, text, timestamptz, timestamptz, interval, float8) IS
'Internal: what a rule for trends makes of a citizen''s weights from start_time until end_time (not in it): a value in kg for each.';

CREATE OR REPLACE FUNCTION care.limited_series(citizen bigint, measure integer, rule text, start_time timestamptz, end_time timestamptz)
RETURNS TABLE (
	since timestamptz, bucket timestamptz, points smartcare.series, reference_range bigint, organization bigint,
	red_low float8, yellow_low float8, yellow_high float8, red_high float8, inclusive boolean, hysteresis float8)
LANGUAGE sql STABLE PARALLEL SAFE COST 50 ROWS 2
BEGIN ATOMIC
	SELECT l.start_time, s.bucket,
		CASE WHEN limited_series.rule = 'value' THEN smartcare.slice(s.points, pg_catalog.tstzrange(
				least(greatest(l.start_time, limited_series.start_time), l.end_time), l.end_time))
			ELSE care.trend(limited_series.citizen, limited_series.measure, limited_series.rule, l.start_time, l.end_time, l.within, l.baseline) END,
		l.reference_range, l.organization, l.red_low, l.yellow_low, l.yellow_high, l.red_high, l.inclusive, l.hysteresis
	FROM care.limits(limited_series.citizen, limited_series.measure, limited_series.rule) l
	LEFT JOIN care.measurement_series s
		ON limited_series.rule = 'value' AND s.citizen = limited_series.citizen AND s.measure = limited_series.measure
			AND s.bucket < least(l.end_time, limited_series.end_time)
			AND s.bucket_end > greatest(l.start_time, limited_series.start_time);
END;
COMMENT ON FUNCTION care.limited_series(bigint, integer, text, timestamptz, timestamptz) IS
'Internal: the values of a citizen''s measure, or what a rule for trends makes of them, with the limits that hold for them; from start_time on, and not much beyond end_time.';

CREATE OR REPLACE FUNCTION care.triage_points(
	points smartcare.series, red_low float8, yellow_low float8, yellow_high float8, red_high float8, inclusive boolean, hysteresis float8)
RETURNS TABLE ("time" timestamptz, value float8, colour text, side text, back_up boolean, back_down boolean)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20 ROWS 100
BEGIN ATOMIC
	SELECT u."time", u.value,
		care.colour(u.value, triage_points.red_low, triage_points.yellow_low, triage_points.yellow_high, triage_points.red_high, triage_points.inclusive),
		CASE
			WHEN u.value < l.low OR triage_points.inclusive AND u.value = l.low THEN 'below'
			WHEN u.value > l.high OR triage_points.inclusive AND u.value = l.high THEN 'above' END,
		coalesce(u.value >= l.low + triage_points.hysteresis, true),
		coalesce(u.value <= l.high - triage_points.hysteresis, true)
	FROM (SELECT coalesce(triage_points.yellow_low, triage_points.red_low) AS low, coalesce(triage_points.yellow_high, triage_points.red_high) AS high) l,
		LATERAL smartcare.unnest(triage_points.points) AS u ("time", value);
END;
COMMENT ON FUNCTION care.triage_points(smartcare.series, float8, float8, float8, float8, boolean, float8) IS
'Internal: points, in time order, as they are to limits: colour; outside on which side, below or above; and whether inside by the hysteresis, back up from below, back down from above.';

CREATE OR REPLACE FUNCTION care.measurement_triage(
	citizen bigint, measure text, start_time timestamptz DEFAULT '-infinity', end_time timestamptz DEFAULT 'infinity')
RETURNS TABLE ("time" timestamptz, value float8, colour text)
LANGUAGE sql STABLE PARALLEL SAFE COST 1000 ROWS 100
BEGIN ATOMIC
	WITH wanted AS (
		SELECT care.current_citizen(measurement_triage.citizen) AS citizen, care.measure_named(measurement_triage.measure) AS measure
	)
	SELECT u."time", u.value, t.colour
	FROM wanted w
	JOIN care.measurement_series s ON s.citizen = w.citizen AND s.measure = w.measure
		AND s.bucket <= measurement_triage.end_time AND s.bucket_end > measurement_triage.start_time
	CROSS JOIN LATERAL smartcare.unnest(smartcare.slice(s.points,
		pg_catalog.tstzrange(measurement_triage.start_time, measurement_triage.end_time, '[]'))) AS u ("time", value)
	LEFT JOIN (
		SELECT p."time", care.worst_colour(array_agg(p.colour)) AS colour
		FROM wanted o
		CROSS JOIN (VALUES ('value'), ('gain'), ('convergence'), ('cusum')) AS r (rule)
		CROSS JOIN LATERAL care.limited_series(o.citizen, o.measure, r.rule, measurement_triage.start_time, measurement_triage.end_time) AS l
		CROSS JOIN LATERAL care.triage_points(l.points, l.red_low, l.yellow_low, l.yellow_high, l.red_high, l.inclusive, l.hysteresis) AS p
		GROUP BY p."time"
	) AS t ON t."time" = u."time"
	ORDER BY u."time";
END;
COMMENT ON FUNCTION care.measurement_triage(bigint, text, timestamptz, timestamptz) IS
'The values of a citizen''s measure (name or code) from start_time to end_time, in time order, each with the worst colour that the ranges of its time give it; null: not triaged. Errors: 42704 unknown measure, 23503 unknown citizen.';

CREATE OR REPLACE FUNCTION care.submission_colour(citizen bigint, batches bigint[])
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT care.worst_colour(array_agg(t.colour))
	FROM care.measurement_batch b
	JOIN care.measure m ON m.id = b.measure
	CROSS JOIN LATERAL care.measurement_triage(b.citizen, m.name, b.start_time, b.end_time) AS t
	WHERE b.citizen = care.current_citizen(submission_colour.citizen) AND b.id = ANY (submission_colour.batches) AND b.stands
		AND smartcare.value_at(b.points, t."time") = t.value;
END;
COMMENT ON FUNCTION care.submission_colour(bigint, bigint[]) IS
'The worst colour of the values that count of what was sent together (ids of care.measurement_batch); null if one is not triaged and none is yellow or red, or none counts.';

-- What values and ranges do to an alert, recorded as resting on what was done with it
-- last, so that annulling that does not stop at it.
CREATE OR REPLACE FUNCTION care.follow_alert(kept care.alert, step name, "time" timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last_event care.standing_event;
BEGIN
	SELECT * INTO last_event FROM care.standing_event e
	WHERE e.citizen = kept.citizen AND e.entity = 'alert' AND e.entry = kept.id
	ORDER BY e.id DESC LIMIT 1;
	PERFORM care.take_step(kept.citizen, 'alert', kept.id, follow_alert.step, kept.organization, last_event.request_id,
		greatest(last_event.event_time, least(follow_alert."time", now())), rests_on => last_event.id);
END
$$;
COMMENT ON FUNCTION care.follow_alert(care.alert, name, timestamptz) IS
'Internal: a step with an alert that nobody takes but the values: escalate_alert, withdraw_alert.';

CREATE OR REPLACE FUNCTION care.raise_alert(new_alert care.alert, request_id text, event_time timestamptz, rests_on bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Not by care.take_step(): a value raises an alert whatever state the citizen is in.
	new_alert.id := nextval('care.alert_id_seq');
	new_alert.status := 'active';
	new_alert.recorded_at := now();
	INSERT INTO care.alert SELECT new_alert.*;
	INSERT INTO care.workflow_event (citizen, entity, entry, step, from_status, to_status, event_time, organization, request_id, rests_on)
	VALUES (new_alert.citizen, 'alert', new_alert.id, 'raise_alert', '', 'active', least(raise_alert.event_time, now()),
		new_alert.organization, coalesce(raise_alert.request_id, 'alert ' || new_alert.id), raise_alert.rests_on);
END
$$;
COMMENT ON FUNCTION care.raise_alert(care.alert, text, timestamptz, bigint) IS
'Internal: a new alert, and the event that says so.';

-- The excursions of the values from the affected ones on: of one that goes on only the
-- values since are read.
CREATE OR REPLACE FUNCTION care.follow_rule(
	citizen bigint, measure integer, rule text, start_time timestamptz, end_time timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- Planning takes longer than what is planned.
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	-- A value changes what a trend is at all later ones.
	first_time timestamptz := CASE rule WHEN 'value' THEN start_time ELSE '-infinity' END;
	last_time CONSTANT timestamptz := CASE rule WHEN 'value' THEN end_time ELSE 'infinity' END;
	-- Beyond it all is as it was.
	until timestamptz := timestamptz 'infinity';
	first_alert timestamptz;
	-- Alerts that began before it ended before the excursion that is looked at.
	reach timestamptz;
	-- When alerts were resolved: an excursion does not go on beyond.
	cuts timestamptz[];
	next_cut integer := 1;
	part record;
	point record;
	excursion care.alert;
	excursions care.alert[] := ARRAY[]::care.alert[];
	kept care.alert;
	followed bigint[] := ARRAY[]::bigint[];
	again boolean := false;
BEGIN
	SELECT * INTO excursion FROM care.alert a
	WHERE a.citizen = follow_rule.citizen AND a.measure = follow_rule.measure AND a.rule = follow_rule.rule
		AND a.start_time < first_time AND a.status <> 'entered-in-error'
	ORDER BY a.start_time DESC LIMIT 1;
	IF excursion.end_time < first_time THEN
		excursion := NULL;
	END IF;
	first_alert := coalesce(excursion.start_time, first_time);
	IF excursion.last_time >= first_time THEN
		first_time := excursion.start_time;
		excursion := NULL;
	END IF;
	excursion.end_time := NULL;
	cuts := ARRAY(
		SELECT a.resolved_at FROM care.alert a
		WHERE a.citizen = follow_rule.citizen AND a.measure = follow_rule.measure AND a.rule = follow_rule.rule
			AND a.status <> 'entered-in-error' AND a.resolved_at >= first_alert
		ORDER BY a.resolved_at);

	<<parts>>
	FOR part IN
		SELECT * FROM care.limited_series(follow_rule.citizen, follow_rule.measure, follow_rule.rule, first_time, 'infinity') AS l
		WHERE l.points IS NOT NULL ORDER BY l.since, l.bucket
	LOOP
		IF excursion.start_time IS NULL
			AND (smartcare.min_value(part.points) > coalesce(part.yellow_low, part.red_low) + part.hysteresis) IS NOT FALSE
			AND (smartcare.max_value(part.points) < coalesce(part.yellow_high, part.red_high) - part.hysteresis) IS NOT FALSE
		THEN
			-- All are inside: no need to look at each.
			IF smartcare.end_time(part.points) > last_time THEN
				until := smartcare.end_time(part.points);
				EXIT;
			END IF;
			CONTINUE;
		END IF;
		FOR point IN
			SELECT * FROM care.triage_points(part.points, part.red_low, part.yellow_low, part.yellow_high, part.red_high, part.inclusive, part.hysteresis)
		LOOP
			IF excursion.start_time IS NOT NULL THEN
				IF cuts[next_cut] < point."time" OR point.side <> excursion.side
					OR point.side IS NULL AND (CASE excursion.side WHEN 'below' THEN point.back_up ELSE point.back_down END)
				THEN
					excursion.end_time := least(cuts[next_cut], point."time");
					excursions := excursions || excursion;
					excursion := NULL;
				END IF;
			END IF;
			IF point.side IS NOT NULL THEN
				IF excursion.start_time IS NULL THEN
					excursion.start_time := point."time";
					excursion.side := point.side;
					excursion.colour := 'yellow';
					WHILE cuts[next_cut] < excursion.start_time LOOP
						next_cut := next_cut + 1;
					END LOOP;
				END IF;
				excursion.last_time := point."time";
				excursion.organization := part.organization;
				excursion.reference_range := part.reference_range;
				IF point.colour = 'red' THEN
					excursion.colour := 'red';
					excursion.red_time := coalesce(excursion.red_time, point."time");
				END IF;
				IF (CASE excursion.side WHEN 'below' THEN point.value < excursion.extreme_value
					ELSE point.value > excursion.extreme_value END) IS NOT FALSE
				THEN
					excursion.extreme_value := point.value;
					excursion.extreme_time := point."time";
				END IF;
			ELSIF point."time" > last_time AND excursion.start_time IS NULL AND point.back_up AND point.back_down THEN
				until := point."time";
				EXIT parts;
			END IF;
		END LOOP;
	END LOOP;
	IF excursion.start_time IS NOT NULL THEN
		excursion.end_time := cuts[next_cut];
		excursions := excursions || excursion;
	END IF;

	reach := first_alert;
	FOREACH excursion IN ARRAY excursions LOOP
		reach := coalesce((
			SELECT a.start_time FROM care.alert a
			WHERE a.citizen = follow_rule.citizen AND a.measure = follow_rule.measure AND a.rule = follow_rule.rule
				AND a.start_time >= reach AND a.last_time >= excursion.start_time AND a.status <> 'entered-in-error'
			ORDER BY a.start_time LIMIT 1), excursion.start_time);
		SELECT * INTO kept FROM care.alert a
		WHERE a.citizen = follow_rule.citizen AND a.measure = follow_rule.measure AND a.rule = follow_rule.rule
			AND a.start_time BETWEEN reach AND excursion.last_time AND a.last_time >= excursion.start_time
			AND a.status <> 'entered-in-error' AND a.side = excursion.side
		-- Where two have become one, what needs somebody most stays.
		ORDER BY array_position('{active,snoozed,acknowledged,resolved}', a.status), a.start_time LIMIT 1;
		IF NOT FOUND THEN
			excursion.citizen := follow_rule.citizen;
			excursion.measure := follow_rule.measure;
			excursion.rule := follow_rule.rule;
			PERFORM care.raise_alert(excursion, NULL, excursion.start_time);
			followed := followed || currval('care.alert_id_seq');
			CONTINUE;
		END IF;
		followed := followed || kept.id;
		IF excursion.colour = 'red' AND kept.colour = 'yellow' THEN
			PERFORM care.follow_alert(kept, 'escalate_alert', excursion.red_time);
			kept.snoozed_until := NULL;
		END IF;
		UPDATE care.alert a SET organization = excursion.organization, reference_range = excursion.reference_range,
			colour = excursion.colour, start_time = excursion.start_time, last_time = excursion.last_time,
			end_time = excursion.end_time, red_time = excursion.red_time,
			extreme_value = excursion.extreme_value, extreme_time = excursion.extreme_time, snoozed_until = kept.snoozed_until
		WHERE a.citizen = follow_rule.citizen AND a.id = kept.id
			AND (a.organization, a.reference_range, a.colour, a.start_time, a.last_time, a.end_time, a.red_time, a.extreme_value, a.extreme_time)
				IS DISTINCT FROM (excursion.organization, excursion.reference_range, excursion.colour, excursion.start_time, excursion.last_time,
					excursion.end_time, excursion.red_time, excursion.extreme_value, excursion.extreme_time);
	END LOOP;

	FOR kept IN
		SELECT * FROM care.alert a
		WHERE a.citizen = follow_rule.citizen AND a.measure = follow_rule.measure AND a.rule = follow_rule.rule
			AND a.start_time BETWEEN first_alert AND until AND a.status <> 'entered-in-error' AND a.id <> ALL (followed)
	LOOP
		PERFORM care.follow_alert(kept, 'withdraw_alert', now());
		again := again OR kept.resolved_at IS NOT NULL;
	END LOOP;
	IF again THEN
		-- Its cut is gone with it.
		PERFORM care.follow_rule(follow_rule.citizen, follow_rule.measure, follow_rule.rule, '-infinity', 'infinity');
	END IF;
END
$$;
COMMENT ON FUNCTION care.follow_rule(bigint, integer, text, timestamptz, timestamptz) IS
'Internal: makes the alerts of a citizen''s measure and rule say what its values and ranges do, after either changed from start_time to end_time.';

CREATE OR REPLACE FUNCTION care.triage(
	citizen bigint, measure integer, start_time timestamptz DEFAULT '-infinity', end_time timestamptz DEFAULT 'infinity')
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_rule text;
BEGIN
	FOR found_rule IN
		SELECT DISTINCT r.rule FROM care.reference_range r
		WHERE r.citizen = triage.citizen AND r.measure = triage.measure
	LOOP
		PERFORM care.follow_rule(triage.citizen, triage.measure, found_rule, triage.start_time, triage.end_time);
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.triage(bigint, integer, timestamptz, timestamptz) IS
'Internal: triages the values of a citizen''s measure from start_time to end_time again, by all its ranges.';

CREATE OR REPLACE FUNCTION care.triage_all(citizen bigint)
RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
	SELECT care.follow_rule(triage_all.citizen, r.measure, r.rule, '-infinity', 'infinity')
	FROM (
		SELECT g.measure, g.rule FROM care.reference_range g WHERE g.citizen = triage_all.citizen
		UNION
		SELECT a.measure, a.rule FROM care.alert a
		WHERE a.citizen = triage_all.citizen AND a.measure IS NOT NULL AND a.status <> 'entered-in-error'
	) r;
END;
COMMENT ON FUNCTION care.triage_all(bigint) IS 'Internal: triages all of a citizen''s values again.';

-- What steps and annulments change in rows, values have to be triaged by again. Rows
-- that move between citizens are deleted and inserted: care.settle_all() triages those.
CREATE OR REPLACE FUNCTION care.follow_range()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.triage(NEW.citizen, NEW.measure, least(OLD.start_time, NEW.start_time));
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.follow_range() IS 'Internal: trigger by which a changed range triages again.';

CREATE OR REPLACE TRIGGER reference_range_follow AFTER UPDATE ON care.reference_range
	FOR EACH ROW EXECUTE FUNCTION care.follow_range();
COMMENT ON TRIGGER reference_range_follow ON care.reference_range IS 'A changed range triages again.';

CREATE OR REPLACE FUNCTION care.follow_goal()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.triage(NEW.citizen, NEW.measure);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.follow_goal() IS 'Internal: trigger by which a changed goal triages again.';

CREATE OR REPLACE TRIGGER goal_follow AFTER UPDATE ON care.goal
	FOR EACH ROW WHEN (NEW.measure IS NOT NULL) EXECUTE FUNCTION care.follow_goal();
COMMENT ON TRIGGER goal_follow ON care.goal IS 'A changed goal triages again.';

CREATE OR REPLACE FUNCTION care.follow_resolution()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.follow_rule(NEW.citizen, NEW.measure, NEW.rule,
		CASE WHEN OLD.start_time = NEW.start_time THEN NEW.start_time ELSE '-infinity' END,
		greatest(OLD.last_time, NEW.last_time, OLD.resolved_at, NEW.resolved_at));
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.follow_resolution() IS
'Internal: trigger by which the end of an alert, and one that was brought back by an annulment, are made to follow the values.';

-- Of an alert care.restore_entry() sets every column, and care.resolve_alert() this one.
CREATE OR REPLACE TRIGGER alert_follow AFTER UPDATE OF resolved_at ON care.alert
	FOR EACH ROW WHEN (NEW.measure IS NOT NULL) EXECUTE FUNCTION care.follow_resolution();
COMMENT ON TRIGGER alert_follow ON care.alert IS 'What values say of an alert that was resolved or brought back.';
