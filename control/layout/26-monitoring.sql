-- Monitoring at home: when to measure, within which limits, and alerts when values
-- are outside. Whether a measurement is missing is never stored: views derive it.

ALTER TABLE care.measure ADD home boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN care.measure.home IS 'Whether it is measured at home: such values are for somebody to look at.';
UPDATE care.measure SET home = true WHERE name IN ('systolic_blood_pressure_home', 'diastolic_blood_pressure_home');

CREATE TYPE care.rhythm AS (
	from_date date,
	weekdays integer[],
	every_days integer,
	times time[]
);

COMMENT ON TYPE care.rhythm IS 'How often to measure, from a day on until the next rhythm''s.';
COMMENT ON COLUMN care.rhythm.from_date IS 'The first day; every so many days are counted from it.';
COMMENT ON COLUMN care.rhythm.weekdays IS 'Monday 1 to Sunday 7; null: any.';
COMMENT ON COLUMN care.rhythm.every_days IS '1: every day, 2: every other day ...';
COMMENT ON COLUMN care.rhythm.times IS 'Clock times in the setting "zone"; none: whenever needed.';

CREATE SEQUENCE care.measurement_plan_id_seq;

CREATE TABLE care.measurement_plan (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.measurement_plan_id_seq'),
	status text NOT NULL CHECK (status IN ('active', 'on-hold', 'completed', 'entered-in-error')),
	measure integer NOT NULL REFERENCES care.measure,
	organization bigint NOT NULL REFERENCES care.organization,
	care_plan bigint,
	rhythms care.rhythm[] NOT NULL CHECK (rhythms <> '{}'),
	grace interval NOT NULL CHECK (grace BETWEEN interval '0' AND interval '366 days'),
	pauses tstzmultirange NOT NULL DEFAULT '{}',
	start_time timestamptz NOT NULL,
	end_date date CHECK (end_date BETWEEN '0001-01-01' AND '9999-12-31'),
	end_time timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT measurement_plan_care_plan_fkey FOREIGN KEY (citizen, care_plan)
		REFERENCES care.care_plan DEFERRABLE
);
ALTER SEQUENCE care.measurement_plan_id_seq OWNED BY care.measurement_plan.id;
CREATE INDEX measurement_plan_organization_idx ON care.measurement_plan (organization) WHERE status IN ('active', 'on-hold');
CREATE INDEX measurement_plan_ended_idx ON care.measurement_plan (organization, end_time) WHERE status = 'completed';
CREATE INDEX measurement_plan_measure_idx ON care.measurement_plan (citizen, measure) WHERE status IN ('active', 'on-hold');

COMMENT ON TABLE care.measurement_plan IS 'That and when a citizen is to measure something.';
COMMENT ON COLUMN care.measurement_plan.status IS 'active, on-hold (paused), completed, or entered-in-error.';
COMMENT ON COLUMN care.measurement_plan.rhythms IS 'How often, by their first days: an introductory period, then another ...';
COMMENT ON COLUMN care.measurement_plan.grace IS 'How long before or after a due time a measurement may be made.';
COMMENT ON COLUMN care.measurement_plan.pauses IS 'When nothing was expected; unbounded above while paused.';
COMMENT ON COLUMN care.measurement_plan.start_time IS 'Nothing is expected before.';
COMMENT ON COLUMN care.measurement_plan.end_date IS 'The last day, where one is planned.';
COMMENT ON COLUMN care.measurement_plan.end_time IS 'When the plan was ended.';

CREATE TABLE care.standard_range (
	standard_set text NOT NULL CHECK (standard_set <> ''),
	measure integer NOT NULL REFERENCES care.measure,
	rule text NOT NULL DEFAULT 'value' CHECK (rule IN ('value', 'gain', 'convergence', 'cusum')),
	programme bigint REFERENCES care.programme,
	red_low float8,
	yellow_low float8,
	yellow_high float8,
	red_high float8,
	inclusive boolean NOT NULL DEFAULT false,
	relative boolean NOT NULL DEFAULT false,
	hysteresis float8 NOT NULL DEFAULT 0,
	within interval,
	PRIMARY KEY (standard_set, measure, rule)
);

COMMENT ON TABLE care.standard_range IS
'Sets of limits to start from: care.apply_standard_ranges() copies one to a citizen, and what changes here later changes no citizen''s. The columns are those of care.reference_range.';
COMMENT ON COLUMN care.standard_range.standard_set IS 'Name of the set.';
COMMENT ON COLUMN care.standard_range.programme IS 'The programme that uses it, if it is one''s.';

CREATE SEQUENCE care.reference_range_id_seq;

CREATE TABLE care.reference_range (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.reference_range_id_seq'),
	status text NOT NULL CHECK (status IN ('active', 'ended', 'entered-in-error')),
	measure integer NOT NULL REFERENCES care.measure,
	rule text NOT NULL DEFAULT 'value' CHECK (rule IN ('value', 'gain', 'convergence', 'cusum')),
	organization bigint NOT NULL REFERENCES care.organization,
	care_plan bigint,
	start_time timestamptz NOT NULL,
	end_time timestamptz,
	red_low float8,
	yellow_low float8,
	yellow_high float8,
	red_high float8,
	inclusive boolean NOT NULL DEFAULT false,
	relative boolean NOT NULL DEFAULT false,
	hysteresis float8 NOT NULL DEFAULT 0 CHECK (hysteresis BETWEEN 0 AND 1e300),
	within interval CHECK (within > interval '0' AND within <= interval '366 days'),
	baseline float8,
	standard_set text,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT reference_range_care_plan_fkey FOREIGN KEY (citizen, care_plan)
		REFERENCES care.care_plan DEFERRABLE,
	CHECK (coalesce(red_low, yellow_low, yellow_high, red_high) IS NOT NULL),
	-- NaN, which is above all, and what adding a goal would take out of range are no limits.
	CHECK (least(red_low, yellow_low, yellow_high, red_high, baseline) >= -1e300
		AND greatest(red_low, yellow_low, yellow_high, red_high, baseline) <= 1e300),
	CHECK (start_time = '-infinity' OR start_time BETWEEN '0001-01-01 00:00Z' AND '9999-12-31 00:00Z'),
	CHECK (red_low <= yellow_low AND yellow_high <= red_high),
	CHECK (coalesce(yellow_low, red_low) < coalesce(yellow_high, red_high)),
	CHECK ((rule = 'cusum') = (baseline IS NOT NULL)),
	CHECK (within IS NULL OR rule = 'gain'),
	CHECK (NOT relative OR rule = 'value'),
	CHECK (rule = 'value' OR coalesce(red_low, yellow_low) IS NULL OR rule = 'convergence')
);
ALTER SEQUENCE care.reference_range_id_seq OWNED BY care.reference_range.id;
CREATE INDEX reference_range_measure_idx ON care.reference_range (citizen, measure);

COMMENT ON TABLE care.reference_range IS
'Within which limits a citizen''s values are to be. Of each measure and rule the range that began last holds; where none does, values are not triaged.';
COMMENT ON COLUMN care.reference_range.status IS 'active, ended, or entered-in-error. What an ended one said of its time still holds for that time.';
COMMENT ON COLUMN care.reference_range.rule IS
'What the limits are for: the value; or of weight in kg its gain since the lowest of the time "within" (3 days), the convergence of its moving averages, or its cumulative sum over the baseline (smartcare.weight_gain, weight_convergence, weight_cusum).';
COMMENT ON COLUMN care.reference_range.organization IS 'Who set it, and acts on its alerts.';
COMMENT ON COLUMN care.reference_range.start_time IS 'From when on it holds, until the next one''s start.';
COMMENT ON COLUMN care.reference_range.end_time IS 'Until when it holds at most; null: without end.';
COMMENT ON COLUMN care.reference_range.red_low IS 'Below it is red; null: no such limit. 0 is a limit.';
COMMENT ON COLUMN care.reference_range.yellow_low IS 'Below it is yellow; null: no such limit.';
COMMENT ON COLUMN care.reference_range.yellow_high IS 'Above it is yellow; null: no such limit.';
COMMENT ON COLUMN care.reference_range.red_high IS 'Above it is red; null: no such limit.';
COMMENT ON COLUMN care.reference_range.inclusive IS 'Whether a value at a limit is outside: so for scores, not for numbers.';
COMMENT ON COLUMN care.reference_range.relative IS
'Whether the limits are distances from the target of the citizen''s goal for the measure, of all goals the one begun last before the value.';
COMMENT ON COLUMN care.reference_range.hysteresis IS 'By how much values must be inside before an alert''s excursion is over.';
COMMENT ON COLUMN care.reference_range.within IS 'Of the rule gain: how far back; null: 3 days.';
COMMENT ON COLUMN care.reference_range.baseline IS 'Of the rule cusum: the weight that nothing is added up for.';
COMMENT ON COLUMN care.reference_range.standard_set IS 'The set that it was copied from.';

CREATE SEQUENCE care.alert_id_seq;

CREATE TABLE care.alert (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.alert_id_seq'),
	status text NOT NULL CHECK (status IN ('active', 'acknowledged', 'snoozed', 'resolved', 'entered-in-error')),
	organization bigint NOT NULL REFERENCES care.organization,
	colour text NOT NULL CHECK (colour IN ('yellow', 'red')),
	measure integer REFERENCES care.measure,
	rule text,
	reference_range bigint,
	side text CHECK (side IN ('below', 'above')),
	start_time timestamptz NOT NULL,
	last_time timestamptz NOT NULL,
	end_time timestamptz,
	red_time timestamptz,
	extreme_value float8,
	extreme_time timestamptz,
	snoozed_until timestamptz,
	resolved_at timestamptz,
	note text,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id)
);
ALTER SEQUENCE care.alert_id_seq OWNED BY care.alert.id;
CREATE INDEX alert_organization_idx ON care.alert (organization)
	WHERE status IN ('active', 'acknowledged', 'snoozed');
CREATE INDEX alert_red_idx ON care.alert (citizen)
	WHERE colour = 'red' AND status IN ('active', 'acknowledged', 'snoozed');
CREATE INDEX alert_measure_idx ON care.alert (citizen, measure, rule, start_time)
	WHERE status <> 'entered-in-error';
CREATE INDEX alert_resolved_idx ON care.alert (citizen, measure, rule, resolved_at)
	WHERE status <> 'entered-in-error' AND resolved_at IS NOT NULL;

COMMENT ON TABLE care.alert IS
'That values were outside a reference range: one row for each excursion, however many values it has. Status is what people did about it; the rest follows the values and ranges, whatever becomes of them.';
COMMENT ON COLUMN care.alert.status IS
'active, until acknowledged, snoozed or resolved; active again when yellow turns red; entered-in-error once the values that raised it do not count.';
COMMENT ON COLUMN care.alert.organization IS 'Who is to act.';
COMMENT ON COLUMN care.alert.colour IS 'The worst so far.';
COMMENT ON COLUMN care.alert.measure IS 'What was measured; null for what a questionnaire raised.';
COMMENT ON COLUMN care.alert.rule IS 'The rule of the reference range.';
COMMENT ON COLUMN care.alert.reference_range IS 'The range that the last value outside is outside of. No foreign key: where records are un-merged the range goes, and what it raised is triaged again then.';
COMMENT ON COLUMN care.alert.side IS 'Whether values are below or above the limits.';
COMMENT ON COLUMN care.alert.start_time IS 'The first value outside.';
COMMENT ON COLUMN care.alert.last_time IS 'The last value outside.';
COMMENT ON COLUMN care.alert.end_time IS 'The value that was inside again, or when the alert was resolved; null while it lasts.';
COMMENT ON COLUMN care.alert.red_time IS 'The first red value.';
COMMENT ON COLUMN care.alert.extreme_value IS 'The value furthest out; of a rule for trends what the rule makes of the values.';
COMMENT ON COLUMN care.alert.extreme_time IS 'When that was; the first of several.';
COMMENT ON COLUMN care.alert.snoozed_until IS 'Until when nobody is to be bothered with it. From then on it is as active.';
COMMENT ON COLUMN care.alert.resolved_at IS 'When it was dealt with: values outside after that are another alert.';
COMMENT ON COLUMN care.alert.note IS 'What was said about it last.';

DO $$
DECLARE
	statement text;
BEGIN
	FOR statement IN
		SELECT format('COMMENT ON COLUMN care.standard_range.%I IS %L', s.attname, col_description(r.attrelid, r.attnum))
		FROM pg_attribute s
		JOIN pg_attribute r ON r.attrelid = 'care.reference_range'::regclass AND r.attname = s.attname AND r.attnum > 0
		WHERE s.attrelid = 'care.standard_range'::regclass AND s.attnum > 0
			AND col_description(s.attrelid, s.attnum) IS NULL AND col_description(r.attrelid, r.attnum) IS NOT NULL
	LOOP
		EXECUTE statement;
	END LOOP;
END
$$;

-- Start values of TELBIL (BMC Health Serv Res 2011;11:56, table 1): a programme sets its own.
INSERT INTO care.standard_range (standard_set, measure, rule, yellow_low, yellow_high, inclusive, within)
SELECT 'telbil', m.id, s.rule, s.low, s.high, s.rule = 'gain', s.within
FROM (VALUES
	('respiratory_rate', 'value', 12.0, 24.0, NULL::interval),
	('heart_rate', 'value', 50, 100, NULL),
	('systolic_blood_pressure_home', 'value', 100, 160, NULL),
	('diastolic_blood_pressure_home', 'value', 60, 95, NULL),
	('oxygen_saturation', 'value', 95, NULL, NULL),
	('body_temperature', 'value', NULL, 37, NULL),
	('body_weight', 'gain', NULL, 1, '3 days')
) AS s (measure, rule, low, high, within)
JOIN care.measure m ON m.name = s.measure;

INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, party, needs)
SELECT t.entity, t.step, t.from_status, t.to_status, CASE WHEN t.needs = 'what values say' THEN '{}'
	ELSE '{hospital,municipality,general practice,specialist,pharmacy,therapist,social,region}'::text[] END, t.party, t.needs
FROM (VALUES
	('measurement_plan', 'plan_measurements', '', 'active', NULL, 'a measure and a rhythm'),
	('measurement_plan', 'change_rhythm', 'active', 'active', 'organization', 'a day and a rhythm'),
	('measurement_plan', 'change_rhythm', 'on-hold', 'on-hold', 'organization', 'a day and a rhythm'),
	('measurement_plan', 'pause_measurements', 'active', 'on-hold', 'organization', NULL),
	('measurement_plan', 'resume_measurements', 'on-hold', 'active', 'organization', NULL),
	('measurement_plan', 'end_measurements', 'active', 'completed', 'organization', NULL),
	('measurement_plan', 'end_measurements', 'on-hold', 'completed', 'organization', NULL),
	('reference_range', 'set_reference_range', '', 'active', NULL, 'a measure and a limit'),
	('reference_range', 'apply_standard_ranges', '', 'active', NULL, 'a standard set'),
	('reference_range', 'end_reference_range', 'active', 'ended', 'organization', NULL),
	('alert', 'raise_alert', '', 'active', NULL, 'what values say'),
	('alert', 'escalate_alert', 'active', 'active', NULL, 'what values say'),
	('alert', 'escalate_alert', 'acknowledged', 'active', NULL, 'what values say'),
	('alert', 'escalate_alert', 'snoozed', 'active', NULL, 'what values say'),
	('alert', 'escalate_alert', 'resolved', 'active', NULL, 'what values say'),
	('alert', 'withdraw_alert', 'active', 'entered-in-error', NULL, 'what values say'),
	('alert', 'withdraw_alert', 'acknowledged', 'entered-in-error', NULL, 'what values say'),
	('alert', 'withdraw_alert', 'snoozed', 'entered-in-error', NULL, 'what values say'),
	('alert', 'withdraw_alert', 'resolved', 'entered-in-error', NULL, 'what values say'),
	('alert', 'acknowledge_alert', 'active', 'acknowledged', 'organization', NULL),
	('alert', 'acknowledge_alert', 'snoozed', 'acknowledged', 'organization', NULL),
	('alert', 'snooze_alert', 'active', 'snoozed', 'organization', 'until when'),
	('alert', 'snooze_alert', 'acknowledged', 'snoozed', 'organization', 'until when'),
	('alert', 'snooze_alert', 'snoozed', 'snoozed', 'organization', 'until when'),
	('alert', 'resolve_alert', 'active', 'resolved', 'organization', NULL),
	('alert', 'resolve_alert', 'acknowledged', 'resolved', 'organization', NULL),
	('alert', 'resolve_alert', 'snoozed', 'resolved', 'organization', NULL)
) AS t (entity, step, from_status, to_status, party, needs);

INSERT INTO care.setting (name, value, meaning) VALUES
	('recent', '7 days', 'How far back unexpected values, and those not triaged, are shown.');
