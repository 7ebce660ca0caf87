-- Part of the demo region (region.sql): what was done here, and not imported: referrals, monitoring, pathways, stays.
--
-- Where there is much of a thing its rows and their events are written as its steps would write them; the rest is made
-- by the steps. Entries with a source came from elsewhere: they have events of the steps taken here only, and the
-- stays that are open, or ended less than three days ago, have all of theirs.

\qecho 'Referrals'

CREATE TEMP TABLE referral ON COMMIT DROP AS
SELECT r.*, nextval('care.service_request_id_seq') AS id,
	CASE WHEN r.days < r.wait THEN 'requested' WHEN r.fate < 0.04 THEN 'rejected' WHEN r.fate < 0.07 THEN 'cancelled'
		WHEN r.fate < 0.12 AND r.days < 30 THEN 'returned' WHEN r.days < r.wait + r.queue THEN 'accepted' ELSE 'completed' END AS status
FROM (
	SELECT r.n, r.citizen, i, r.practice AS requester, o.id AS performer, c.category, o.name AS reason,
		365 * pg_temp.chance('referral made', r.n, i) AS days, 0.2 + 5 * pg_temp.chance('referral waits', r.n, i) AS wait,
		10 + 50 * pg_temp.chance('referral queues', r.n, i) AS queue, pg_temp.chance('referral fate', r.n, i) AS fate,
		CASE WHEN pg_temp.chance('referral urgent', r.n, i) < 0.15 THEN 'urgent' ELSE 'routine' END AS priority
	FROM registered r
	CROSS JOIN generate_series(1, 2) AS i
	CROSS JOIN LATERAL (SELECT CASE WHEN pg_temp.chance('referral to', r.n, i) < 0.2 THEN 'specialist' ELSE 'hospital' END) AS c (category)
	JOIN specialty s ON s.ordinal = 2 + floor(20 * pg_temp.chance('referral specialty', r.n, i))
	JOIN place o ON o.key = CASE c.category WHEN 'specialist' THEN 'ophthalmologist ' || r.town || ' 1' ELSE format('%s %s', r.hospital, s.specialty) END
	WHERE pg_temp.chance('referral', r.n, i) < 0.1
) r
ORDER BY r.n, r.i;

INSERT INTO care.service_request (citizen, id, status, category, priority, reason, requester, performer, requested_at, due, seen_at, note)
SELECT r.citizen, r.id, r.status, r.category, r.priority, 'Examination: ' || r.reason, r.requester, r.performer,
	pg_temp.moment(-r.days), pg_temp.moment(60 - r.days),
	CASE WHEN r.status IN ('rejected', 'accepted', 'completed') AND r.days > r.wait + 3 THEN pg_temp.moment(r.wait + 1 - r.days) END,
	CASE r.status WHEN 'rejected' THEN 'Can be treated in general practice' WHEN 'returned' THEN 'Which examinations have been made?'
		WHEN 'cancelled' THEN 'The citizen is well again' END
FROM referral r
ORDER BY r.n, r.i;

INSERT INTO care.workflow_event (citizen, entity, entry, step, from_status, to_status, event_time, organization, request_id, details, before)
SELECT r.citizen, 'service_request', r.id, e.step, e.from_status, e.to_status, pg_temp.moment(-e.days), e.organization,
	format('%s %s-%s', e.step, r.n, r.i), jsonb_strip_nulls(e.details),
	CASE WHEN e.from_status <> '' THEN jsonb_strip_nulls(to_jsonb(s) - e.changed || jsonb_build_object('status', e.from_status)) END
FROM referral r
JOIN care.service_request s ON s.citizen = r.citizen AND s.id = r.id
CROSS JOIN LATERAL (VALUES
	(1, 'refer', '', 'requested', r.days, r.requester, jsonb_build_object('performer', r.performer, 'category', r.category,
		'reason', s.reason, 'priority', r.priority, 'due', to_char(s.due AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')), NULL),
	(2, CASE r.status WHEN 'requested' THEN NULL WHEN 'rejected' THEN 'reject_referral' WHEN 'cancelled' THEN 'cancel_referral'
			WHEN 'returned' THEN 'return_referral' ELSE 'accept_referral' END,
		'requested', CASE r.status WHEN 'completed' THEN 'accepted' ELSE r.status END, r.days - r.wait,
		CASE r.status WHEN 'cancelled' THEN r.requester ELSE r.performer END, jsonb_build_object('note', s.note),
		'{note,seen_at}'::text[]),
	(3, CASE WHEN s.seen_at IS NOT NULL THEN 'acknowledge_referral' END, CASE r.status WHEN 'rejected' THEN r.status ELSE 'accepted' END,
		CASE r.status WHEN 'rejected' THEN r.status ELSE 'accepted' END, r.days - r.wait - 1, r.requester, '{}', '{seen_at}'),
	(4, CASE r.status WHEN 'completed' THEN 'complete_referral' END, 'accepted', 'completed', r.days - r.wait - r.queue, r.performer, '{}', '{}')
) AS e (ordinal, step, from_status, to_status, days, organization, details, changed)
WHERE e.step IS NOT NULL
ORDER BY r.n, r.i, e.ordinal;

\qecho 'Monitoring at home'

-- Those who still measure, what, and who looks at it: the course or practice that equipped them.
CREATE TEMP TABLE monitored ON COMMIT DROP AS
SELECT s.n, s.citizen, s.measure, s.points, m.name, h.code, h.began, h.town, h.hospital, p.organization, p.id AS care_plan,
	pg_temp.moment(-h.began)::date AS first_day, least(h.began, 30 + 60 * pg_temp.chance('reviewed', h.n)) AS reviewed,
	CASE WHEN pg_temp.chance('evening', h.n) < s.evening THEN '{07:00,20:00}'::time[] ELSE '{07:00}' END AS times,
	nextval('care.measurement_plan_id_seq') AS id
FROM stream s
JOIN care.measure m ON m.id = s.measure
JOIN home h ON h.n = s.n AND h.ended = 1
JOIN plan p ON p.n = s.n AND p.ordinal = 1
WHERE s.evening IS NOT NULL
ORDER BY s.n, s.measure;
CREATE INDEX ON monitored (citizen, measure);
ANALYZE monitored;

-- Twice a day for two weeks, then as each of them goes on; weight in the morning, in diabetes once a week.
INSERT INTO care.measurement_plan (citizen, id, status, measure, organization, care_plan, rhythms, grace, start_time)
SELECT m.citizen, m.id, 'active', m.measure, m.organization, m.care_plan,
	CASE WHEN m.name <> 'body_weight' THEN ARRAY[(m.first_day, NULL, 1, '{07:00,20:00}')::care.rhythm, (m.first_day + 14, NULL, 1, m.times)::care.rhythm]
		WHEN m.code = 'DI509' THEN ARRAY[(m.first_day, NULL, 1, '{07:00}')::care.rhythm]
		ELSE ARRAY[(m.first_day, ARRAY[extract(isodow FROM pg_temp.moment(-1))::integer], 1, '{07:00}')::care.rhythm] END,
	interval '16 hours', pg_temp.moment(-m.began)
FROM monitored m
ORDER BY m.n, m.measure;

INSERT INTO care.workflow_event (citizen, entity, entry, step, from_status, to_status, event_time, organization, request_id, details, before)
SELECT p.citizen, 'measurement_plan', p.id, e.step, e.from_status, 'active', e.event_time, p.organization,
	format('%s %s-%s', e.step, m.n, m.measure), jsonb_strip_nulls(e.details),
	CASE WHEN e.from_status <> '' THEN jsonb_strip_nulls(to_jsonb(p) || jsonb_build_object('rhythms', p.rhythms[1:1])) END
FROM monitored m
JOIN care.measurement_plan p ON p.citizen = m.citizen AND p.id = m.id
CROSS JOIN LATERAL (VALUES
	(1, 'plan_measurements', '', p.start_time, jsonb_build_object('measure', m.name, 'times', p.rhythms[1].times,
		'weekdays', p.rhythms[1].weekdays, 'every_days', 1, 'grace', p.grace, 'care_plan', p.care_plan)),
	(2, 'change_rhythm', 'active', p.start_time + interval '13 days', jsonb_build_object('from_date', p.rhythms[2].from_date,
		'times', p.rhythms[2].times, 'every_days', 1))
) AS e (ordinal, step, from_status, event_time, details)
WHERE e.ordinal <= cardinality(p.rhythms)
ORDER BY m.n, m.measure, e.ordinal;

INSERT INTO care.standard_range (standard_set, measure, rule, red_low, yellow_low, yellow_high, red_high, inclusive, hysteresis, within)
SELECT s.set, m.id, s.rule, s.red_low, s.yellow_low, s.yellow_high, s.red_high, s.rule = 'gain', s.hysteresis, s.within::interval
FROM (VALUES
	('heart failure', 'systolic_blood_pressure_home', 'value', 90.0, 100.0, 165.0, 180.0, 5.0, NULL),
	('heart failure', 'heart_rate', 'value', 40, 50, 100, 120, 5, NULL), ('heart failure', 'diastolic_blood_pressure_home', 'value', NULL, 50, 100, 110, 3, NULL),
	('heart failure', 'body_weight', 'gain', NULL, NULL, 2, 3, 0, '3 days'),
	('COPD', 'oxygen_saturation', 'value', 86, 89, NULL, NULL, 1, NULL), ('COPD', 'heart_rate', 'value', NULL, 50, 105, 120, 5, NULL),
	('diabetes', 'systolic_blood_pressure_home', 'value', NULL, 100, 165, 180, 5, NULL), ('diabetes', 'diastolic_blood_pressure_home', 'value', NULL, 50, 100, 110, 3, NULL),
	('diabetes', 'heart_rate', 'value', NULL, 50, 100, 120, 5, NULL), ('diabetes', 'glucose_capillary', 'value', 3, 4, 15, 20, 0.5, NULL),
	('diabetes', 'body_weight', 'gain', NULL, NULL, 4, NULL, 0, '14 days'),
	('hypertension', 'systolic_blood_pressure_home', 'value', NULL, 100, 165, 180, 5, NULL), ('hypertension', 'diastolic_blood_pressure_home', 'value', NULL, 50, 100, 110, 3, NULL),
	('hypertension', 'heart_rate', 'value', NULL, 50, 100, 120, 5, NULL)
) AS s (set, measure, rule, red_low, yellow_low, yellow_high, red_high, hysteresis, within)
JOIN care.measure m ON m.name = s.measure;

-- Limits were set when the citizen was last reviewed; for a few nobody has done it.
CREATE TEMP TABLE limited ON COMMIT DROP AS
SELECT c.*, s.standard_set, s.measure, s.rule, row_number() OVER (PARTITION BY c.n ORDER BY s.measure, s.rule) AS ordinal,
	nextval('care.reference_range_id_seq') AS id, nextval('care.workflow_event_id_seq') AS event
FROM (
	SELECT m.n, m.citizen, m.organization, m.care_plan, pg_temp.moment(-m.reviewed) AS start_time,
		CASE m.code WHEN 'DI509' THEN 'heart failure' WHEN 'DJ449' THEN 'COPD' WHEN 'DI109' THEN 'hypertension' ELSE 'diabetes' END AS standard
	FROM monitored m
	WHERE pg_temp.chance('not limited', m.n) >= 0.03
	GROUP BY m.n, m.citizen, m.organization, m.care_plan, m.reviewed, m.code
) c
JOIN care.standard_range s ON s.standard_set = c.standard
ORDER BY c.n, s.measure, s.rule;

INSERT INTO care.reference_range (citizen, id, status, measure, rule, organization, care_plan, start_time,
	red_low, yellow_low, yellow_high, red_high, inclusive, relative, hysteresis, within, standard_set)
SELECT l.citizen, l.id, 'active', l.measure, l.rule, l.organization, l.care_plan, l.start_time,
	s.red_low, s.yellow_low, s.yellow_high, s.red_high, s.inclusive, s.relative, s.hysteresis, s.within, s.standard_set
FROM limited l
JOIN care.standard_range s ON s.standard_set = l.standard_set AND s.measure = l.measure AND s.rule = l.rule
ORDER BY l.n, l.ordinal;

INSERT INTO care.workflow_event (citizen, id, entity, entry, step, from_status, to_status, event_time, organization, request_id, details, rests_on)
SELECT l.citizen, l.event, 'reference_range', l.id, 'apply_standard_ranges', '', 'active', l.start_time, l.organization,
	'apply_standard_ranges ' || l.n, jsonb_build_object('standard_set', l.standard_set, 'care_plan', l.care_plan),
	CASE WHEN l.ordinal > 1 THEN first_value(l.event) OVER (PARTITION BY l.n ORDER BY l.ordinal) END
FROM limited l
ORDER BY l.n, l.ordinal;
ANALYZE care.reference_range;
ANALYZE care.measurement_plan;
ANALYZE care.workflow_event;

-- Only where something can be outside there is anything to triage.
SELECT count(t) AS triaged
FROM (
	SELECT care.triage(m.citizen, m.measure, r.start_time) AS t
	FROM monitored m
	JOIN care.reference_range r ON r.citizen = m.citizen AND r.measure = m.measure
	CROSS JOIN LATERAL (SELECT smartcare.slice(m.points, tstzrange(r.start_time - coalesce(r.within, '0'), NULL)) AS points OFFSET 0) AS s
	WHERE CASE r.rule WHEN 'value' THEN smartcare.min_value(s.points) < r.yellow_low OR smartcare.max_value(s.points) > r.yellow_high
		ELSE smartcare.max_value(s.points) - smartcare.min_value(s.points) >= r.yellow_high END
	ORDER BY m.n, m.measure
) t \gset
ANALYZE care.alert;

-- Most of what is over has been dealt with, and some of the rest has been seen.
SELECT count(t.step) AS taken
FROM (
	SELECT CASE
		WHEN a.end_time < pg_temp.moment(-5) AND d.luck < 0.9 THEN care.resolve_alert(a.citizen, a.id, a.organization,
			'resolve_alert ' || a.id, a.end_time + interval '1 day', 'Spoken with the citizen')
		WHEN a.last_time < pg_temp.moment(-1) AND d.luck < 0.4 THEN care.acknowledge_alert(a.citizen, a.id, a.organization,
			'acknowledge_alert ' || a.id, a.last_time + interval '6 hours')
		WHEN a.last_time < pg_temp.moment(-1) AND d.luck < 0.5 THEN care.snooze_alert(a.citizen, a.id, a.organization, pg_temp.moment(2),
			'snooze_alert ' || a.id, a.last_time + interval '6 hours') END AS step
	FROM care.alert a
	JOIN monitored m ON m.citizen = a.citizen AND m.measure = a.measure
	CROSS JOIN LATERAL (SELECT pg_temp.chance('alert', m.n, extract(epoch FROM a.start_time)::bigint)) AS d (luck)
	WHERE d.luck < 0.9
	ORDER BY a.id
	OFFSET 0
) t \gset

\ir region_pathways.sql
