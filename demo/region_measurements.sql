-- Part of the demo region (region.sql): what is measured at home, and in general practice.

\qecho 'Measurements'

-- The days and times at which each of them measures: twice a day for two weeks, then once, some of them twice. Days
-- are left out, a holiday takes some weeks; who gave up has ended. Day 1 is yesterday.
CREATE FUNCTION pg_temp.occasions(n bigint, began integer, ended integer, diligence float8, evening float8, OUT i integer, OUT day integer, OUT "time" timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT 2 * d + s, d, pg_temp.moment(s * 0.54 - d + 0.27 + 0.06 * pg_temp.chance('minute', n, 2 * d + s))
	FROM generate_series(began, ended, -1) AS d
	CROSS JOIN generate_series(0, 1) AS s
	WHERE pg_temp.chance('skipped', n, 2 * d + s) < diligence
		AND (s = 0 OR d > began - 14 OR pg_temp.chance('evening', n) < evening)
		AND (d / 21 <> floor(began * pg_temp.chance('holiday', n) / 21) OR pg_temp.chance('stays', n) < 0.4);
END;

-- What each device sent of each measure. Evening: the share of those who measure in the evening as well, for good.
CREATE TEMP TABLE stream (
	n integer,
	citizen bigint,
	measure integer,
	points smartcare.series,
	source jsonb,
	evening float8
) ON COMMIT DROP;

CREATE FUNCTION pg_temp.device(citizen bigint, name text) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN jsonb_build_object('key', format('home.example/%s/%s', citizen, replace(lower(name), ' ', '-')), 'performer', 'citizen',
	'entered', 'automatically', 'device', name);

INSERT INTO stream
SELECT h.n, h.citizen, m.id, smartcare.series(p.times, v.readings), pg_temp.device(h.citizen, 'Blood pressure monitor'), 0.3
FROM home h
CROSS JOIN LATERAL (
	SELECT array_agg(o."time") AS times,
		array_agg(round(b.level + 6 * pg_temp.noise('systolic', h.n, o.i))) AS systolic,
		array_agg(round(0.58 * b.level + 4 * pg_temp.noise('diastolic', h.n, o.i))) AS diastolic,
		array_agg(round(62 + 20 * pg_temp.chance('pulse', h.n) + 4 * pg_temp.noise('pulse', h.n, o.i))) AS pulse
	FROM pg_temp.occasions(h.n, h.began, h.ended, h.diligence, 0.3) AS o
	-- Treatment lowers it in the first two months; the season moves it.
	CROSS JOIN LATERAL (SELECT 124 + 24 * pg_temp.chance('pressure', h.n)
		+ 14 * greatest(0, 1 - (h.began - o.day) / 60.0) + abs(o.day % 365 - 182) / 30.0 OFFSET 0) AS b (level)
) p
CROSS JOIN LATERAL (VALUES
	('systolic_blood_pressure_home', p.systolic),
	('diastolic_blood_pressure_home', p.diastolic),
	('heart_rate', p.pulse)) AS v (measure, readings)
JOIN care.measure m ON m.name = v.measure
WHERE h.code IN ('DI509', 'DI109', 'DE119') AND p.times IS NOT NULL;

INSERT INTO stream
SELECT h.n, h.citizen, m.id, smartcare.series(p.times, v.readings), pg_temp.device(h.citizen, 'Pulse oximeter'), 0.15
FROM home h
CROSS JOIN LATERAL (
	SELECT array_agg(o."time") AS times,
		array_agg(least(99, round(95 - 4 * pg_temp.chance('saturation', h.n) - e.acute * 5 + pg_temp.noise('saturation', h.n, o.i)))) AS saturation,
		array_agg(round(70 + 15 * pg_temp.chance('pulse', h.n) + e.acute * 14 + 5 * pg_temp.noise('pulse', h.n, o.i))) AS pulse
	FROM pg_temp.occasions(h.n, h.began, h.ended, h.diligence, 0.15) AS o
	-- A bad week now and then.
	CROSS JOIN LATERAL (SELECT CASE WHEN pg_temp.chance('bad week', h.n, o.day / 7) < 0.06 THEN 1 ELSE 0 END OFFSET 0) AS e (acute)
) p
CROSS JOIN LATERAL (VALUES ('oxygen_saturation', p.saturation), ('heart_rate', p.pulse)) AS v (measure, readings)
JOIN care.measure m ON m.name = v.measure
WHERE h.code = 'DJ449' AND p.times IS NOT NULL;

INSERT INTO stream
SELECT h.n, h.citizen, m.id, smartcare.series(p.times, p.weight), pg_temp.device(h.citizen, 'Scale'), 0
FROM home h
CROSS JOIN LATERAL (
	SELECT array_agg(o."time") AS times,
		array_agg(round((62 + 40 * pg_temp.chance('weight', h.n) - 2 * (h.began - o.day) / 365.0
			-- In heart failure water comes back: a kilogram in three days.
			+ CASE WHEN h.code = 'DI509' AND pg_temp.chance('water', h.n) < 0.25 THEN greatest(0, 9 - o.day) / 3.0 ELSE 0 END
			+ 0.4 * pg_temp.noise('weight', h.n, o.day))::numeric, 1)::float8) AS weight
	FROM pg_temp.occasions(h.n, h.began, h.ended, h.diligence, 0) AS o
	WHERE o.i % 2 = 0 AND (h.code = 'DI509' OR o.day % 7 = 1)
) p
JOIN care.measure m ON m.name = 'body_weight'
WHERE h.code IN ('DI509', 'DE119') AND p.times IS NOT NULL;

INSERT INTO stream
SELECT h.n, h.citizen, m.id, smartcare.series(p.times, p.glucose), pg_temp.device(h.citizen, 'Glucose meter'), 0.9
FROM home h
CROSS JOIN LATERAL (
	SELECT array_agg(o."time") AS times,
		array_agg(round(greatest(2.8, 6.5 + 4 * pg_temp.chance('glucose', h.n) + (o.i % 2) * 1.2
			+ CASE h.code WHEN 'DE109' THEN 2.4 ELSE 1.1 END * pg_temp.noise('glucose', h.n, o.i))::numeric, 1)::float8) AS glucose
	FROM pg_temp.occasions(h.n, h.began, h.ended, h.diligence, 0.9) AS o
) p
JOIN care.measure m ON m.name = 'glucose_capillary'
WHERE h.code IN ('DE109', 'DE119') AND p.times IS NOT NULL;

-- Every three months in general practice.
INSERT INTO stream
SELECT i.n, i.citizen, m.id, smartcare.series(p.times, p.hba1c),
	jsonb_build_object('key', 'practice.example/' || i.citizen, 'performer', 'general practice'), NULL
FROM (
	SELECT DISTINCT ON (d.n) d.* FROM illness d WHERE d.code IN ('DE109', 'DE119') ORDER BY d.n, d.rank
) i
CROSS JOIN LATERAL (
	SELECT array_agg(t."time") AS times,
		array_agg(round(46 + 20 * pg_temp.chance('hba1c', i.n) + 3 * pg_temp.noise('hba1c', i.n, q))) AS hba1c
	FROM generate_series(0, 5) AS q
	CROSS JOIN LATERAL (SELECT pg_temp.moment(-91 * (q + pg_temp.chance('sampled', i.n)) - 0.6)) AS t ("time")
	WHERE 91 * (q + 1) < i.days
) p
JOIN care.measure m ON m.name = 'hba1c'
WHERE p.times IS NOT NULL;
ANALYZE stream;

-- What care.record() would make of each, one by one: the batch, by whose digest the same is known again ...
INSERT INTO care.measurement_batch (citizen, measure, points, start_time, end_time, source_key, digest, stands, source)
SELECT s.citizen, s.measure, s.points, smartcare.start_time(s.points), smartcare.end_time(s.points),
	concat_ws(' ', s.source ->> 'key', m.name),
	md5(md5(convert_to(s.measure::text, 'UTF8') || smartcare.series_send(s.points)))::uuid, true, s.source
FROM stream s
JOIN care.measure m ON m.id = s.measure
ORDER BY s.n, s.measure;

-- ... and the series, halved as by care.store_series() until each part fits.
INSERT INTO care.measurement_series (citizen, measure, bucket, bucket_end, points)
WITH RECURSIVE part AS (
	SELECT s.citizen, s.measure, care.widest_bucket() AS hours, s.points,
		date_bin(make_interval(hours => care.widest_bucket()), smartcare.start_time(s.points), '2000-01-01 00:00:00+00') AS bucket
	FROM stream s
	UNION ALL
	SELECT p.citizen, p.measure, p.hours / 2, smartcare.slice(p.points, tstzrange(b.bucket, b.bucket + make_interval(hours => p.hours / 2))), b.bucket
	FROM part p
	CROSS JOIN LATERAL (VALUES (p.bucket), (p.bucket + make_interval(hours => p.hours / 2))) AS b (bucket)
	WHERE pg_column_size(p.points) > care.bucket_bytes() AND p.hours > 1
)
SELECT p.citizen, p.measure, p.bucket, p.bucket + make_interval(hours => p.hours), p.points
FROM part p
WHERE p.points IS NOT NULL AND (pg_column_size(p.points) <= care.bucket_bytes() OR p.hours = 1)
ORDER BY p.citizen, p.measure, p.bucket;
ANALYZE care.measurement_batch;
ANALYZE care.measurement_series;

SELECT sum(smartcare.num_points(s.points)) AS points FROM stream s \gset
\qecho '  ' :points 'values'
