-- Glucose functions against plain SQL over rows, published tables, and cases worked out by hand. Real data: glucose_cgm.pl.
BEGIN;
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'Europe/Copenhagen';
SELECT setseed(0.17);
SELECT * FROM no_plan();

-- Each value in its range, by the published resolution.
CREATE FUNCTION pg_temp.range_of(value float8, unit text, ranges text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE 1 WHEN very_low THEN 'very low' WHEN low THEN 'low' WHEN in_range THEN 'in range' WHEN high THEN 'high' WHEN very_high THEN 'very high' END
	FROM glucose_summary(series(ARRAY[now()], ARRAY[value]), unit, weight => 'readings', ranges => ranges)
$$;
SELECT is(pg_temp.range_of(value, unit, 'standard'), expected, format('%s %s is %s', value, unit, expected)) FROM (VALUES
	(0, 'mmol/L', 'very low'), (2.9, 'mmol/L', 'very low'), (2.949, 'mmol/L', 'very low'), (2.951, 'mmol/L', 'low'), (3, 'mmol/L', 'low'), (3.8, 'mmol/L', 'low'), (3.849, 'mmol/L', 'low'),
	(3.886, 'mmol/L', 'in range'), (3.85, 'mmol/L', 'in range'), (3.9, 'mmol/L', 'in range'), (10, 'mmol/L', 'in range'), (10.049, 'mmol/L', 'in range'), (10.051, 'mmol/L', 'high'),
	(10.1, 'mmol/L', 'high'), (13.9, 'mmol/L', 'high'), (13.949, 'mmol/L', 'high'), (13.951, 'mmol/L', 'very high'), (14, 'mmol/L', 'very high'), (33.3, 'mmol/L', 'very high'),
	(40, 'mg/dL', 'very low'), (53, 'mg/dL', 'very low'), (53.4, 'mg/dL', 'very low'), (53.5, 'mg/dL', 'low'), (54, 'mg/dL', 'low'), (69, 'mg/dL', 'low'), (69.4, 'mg/dL', 'low'), (69.6, 'mg/dL', 'in range'),
	(70, 'mg/dL', 'in range'), (180, 'mg/dL', 'in range'), (180.4, 'mg/dL', 'in range'), (181, 'mg/dL', 'high'), (250, 'mg/dL', 'high'), (251, 'mg/dL', 'very high')) AS t (value, unit, expected);
SELECT is(pg_temp.range_of(value, unit, 'pregnancy'), expected, format('in pregnancy, %s %s is %s', value, unit, expected)) FROM (VALUES
	(2.9, 'mmol/L', 'very low'), (3, 'mmol/L', 'low'), (3.4, 'mmol/L', 'low'), (3.5, 'mmol/L', 'in range'), (7.8, 'mmol/L', 'in range'), (7.9, 'mmol/L', 'high'), (13.9, 'mmol/L', 'high'), (14, 'mmol/L', 'very high'),
	(53, 'mg/dL', 'very low'), (54, 'mg/dL', 'low'), (62, 'mg/dL', 'low'), (63, 'mg/dL', 'in range'), (140, 'mg/dL', 'in range'), (141, 'mg/dL', 'high'), (250, 'mg/dL', 'high'), (251, 'mg/dL', 'very high')) AS t (value, unit, expected);
SELECT is_empty($$
	SELECT mgdl FROM generate_series(20, 600) AS mgdl
	WHERE pg_temp.range_of(mgdl / 18.01559, 'mmol/L', 'standard') <> pg_temp.range_of(mgdl, 'mg/dL', 'standard') AND mgdl NOT IN (181, 251)
$$, 'mg/dL stored as mmol/L fall in the same range, but 181 and 251 mg/dL, which are 10.0 and 13.9 mmol/L');

-- Random readings: odd cadences and gaps, values on and off the resolution, and a gap over a change to summer time.
CREATE TABLE reading AS
SELECT id, "time", CASE id % 4
	WHEN 0 THEN round((8 + 5 * sin(n / 20.0) + 3 * random())::numeric, 1)::float8
	WHEN 1 THEN round((140 + 80 * sin(n / 30.0) + 60 * random())::numeric) / 18.01559
	WHEN 2 THEN round((10 * random())::numeric, (random() * (id % 3 + 1))::integer)::float8 - CASE WHEN id % 8 = 2 THEN 0.5 ELSE 0 END
	ELSE round((3.9 + random())::numeric, 1)::float8 END AS value
FROM (SELECT id, n, '2026-03-27 20:00+01'::timestamptz + sum(
		CASE WHEN random() < 0.01 THEN 40 * random() * interval '10 minutes' ELSE (5 + id % 3 * 5) * interval '1 minute' END
		+ (id % 2) * round(random() * 3) * interval '1 second') OVER (PARTITION BY id ORDER BY n) AS "time"
	FROM generate_series(1, 40) AS id, generate_series(1, CASE WHEN id < 8 THEN id ELSE 80 * id END) AS n) AS q;
INSERT INTO reading SELECT 41, '1850-01-01'::timestamptz + n * interval '397 days', n % 30 FROM generate_series(1, 300) AS n;
CREATE TABLE s AS SELECT id, series_agg("time", value) AS points FROM reading GROUP BY id;

CREATE FUNCTION pg_temp.near(a float8, b float8) RETURNS boolean LANGUAGE sql AS 'SELECT CASE WHEN a IS NULL OR b IS NULL THEN a IS NOT DISTINCT FROM b ELSE abs(a - b) <= 1e-9 * greatest(1, abs(b)) END';

-- The summary. Rows hold until the next of the same person, in seconds.
CREATE TABLE held AS SELECT *, round(value::numeric, 1) AS shown, coalesce(extract(epoch FROM lead("time") OVER (PARTITION BY id ORDER BY "time") - "time"), 0) AS distance FROM reading;
CREATE FUNCTION pg_temp.expected(person integer, gap numeric, OUT n bigint, OUT days bigint, OUT mean float8, OUT sd float8, OUT parts float8[]) LANGUAGE sql AS $$
	SELECT count(*), count(DISTINCT ("time" AT TIME ZONE 'America/St_Johns')::date), avg(value), stddev_samp(value),
		ARRAY[sum(w) FILTER (WHERE shown < 3.0), sum(w) FILTER (WHERE shown BETWEEN 3.0 AND 3.8), sum(w) FILTER (WHERE shown BETWEEN 3.9 AND 10.0),
			sum(w) FILTER (WHERE shown BETWEEN 10.1 AND 13.9), sum(w) FILTER (WHERE shown > 13.9), sum(w)]
	FROM held, LATERAL (SELECT CASE WHEN gap IS NULL THEN 1 ELSE least(distance, gap) END AS w) AS l WHERE id = person
$$;
CREATE FUNCTION pg_temp.wrong(max_gap interval, seconds numeric, weight text) RETURNS SETOF integer LANGUAGE sql AS $$
	SELECT id FROM s, glucose_summary(points, 'mmol/L', max_gap, 'America/St_Johns', weight) AS g, pg_temp.expected(id, seconds) AS e
	WHERE (g.num_readings, g.num_days) <> (e.n, e.days) OR NOT (pg_temp.near(g.mean, e.mean) AND pg_temp.near(g.sd, e.sd) AND pg_temp.near(g.cv, e.sd / e.mean * 100)
		AND pg_temp.near(g.gmi, 3.31 + 0.02392 * 18.01559 * e.mean)
		AND (SELECT bool_and(pg_temp.near(have, coalesce(want, CASE WHEN total > 0 THEN 0 END) / nullif(total, 0)))
			FROM unnest(ARRAY[g.very_low, g.low, g.in_range, g.high, g.very_high], e.parts[1:5]) AS p (have, want), LATERAL (SELECT e.parts[6] AS total) AS t))
		OR (g.num_readings > 1 AND NOT pg_temp.near(g.very_low + g.low + g.in_range + g.high + g.very_high, 1))
$$;
SELECT is_empty($$SELECT pg_temp.wrong('15 minutes', 900, 'time')$$, 'the summary by time, max_gap 15 minutes');
SELECT is_empty($$SELECT pg_temp.wrong('1 second', 1, 'time')$$, 'the summary by time, max_gap a second');
SELECT is_empty($$SELECT pg_temp.wrong('1000 days', 86400000, 'time')$$, 'the summary by time, max_gap longer than any');
SELECT is_empty($$SELECT pg_temp.wrong(NULL, NULL, 'readings')$$, 'the summary by readings');
SELECT is_empty($$
	SELECT id FROM s, glucose_summary(points, 'mmol/L') AS a, glucose_summary(points, 'mmol/L', 3 * a.cadence) AS b WHERE to_jsonb(a) <> to_jsonb(b)
$$, 'without max_gap it is three times the cadence');

-- Enough data: 70 % of 14 days, at the cadence of the sensor.
CREATE FUNCTION pg_temp.sufficient(cadence interval, length interval, part float8) RETURNS boolean LANGUAGE sql AS $$
	SELECT sufficient FROM (
		SELECT series_agg(t, 6.5) AS points FROM generate_series('2026-01-01', '2026-01-01'::timestamptz + length - cadence, cadence) WITH ORDINALITY AS g (t, n)
		WHERE floor(n * part) > floor((n - 1) * part)) AS q, glucose_summary(points, 'mmol/L')
$$;
SELECT is(pg_temp.sufficient(cadence, length, part), expected, format('%s of every %s for %s is %s', part, cadence, length, CASE WHEN expected THEN 'enough' ELSE 'not enough' END)) FROM (VALUES
	('5 minutes'::interval, '14 days'::interval, 1, true), ('15 minutes', '14 days', 1, true), ('1 minute', '14 days', 1, true), ('5 minutes', '14 days', 0.72, true), ('5 minutes', '14 days', 0.68, false),
	('15 minutes', '14 days', 0.72, true), ('15 minutes', '14 days', 0.68, false), ('5 minutes', '10 days', 1, true), ('5 minutes', '9 days', 1, false), ('15 minutes', '90 days', 0.72, true),
	('15 minutes', '90 days', 0.68, false)) AS t (cadence, length, part, expected);
SELECT results_eq(
	$$SELECT num_readings, num_days, cadence, active, sufficient, mean, sd, cv, gmi IS NULL, in_range FROM glucose_summary('{6@2026-01-01}', 'mmol/L')$$,
	$$VALUES (1, 1, NULL::interval, NULL::float8, false, 6::float8, NULL::float8, NULL::float8, false, NULL::float8)$$, 'one reading has no cadence, no deviation, and holds for nothing');
SELECT ok(glucose_summary(NULL, 'mmol/L') IS NULL AND glucose_summary('{6@2026-01-01}', NULL) IS NULL, 'nothing is known of nothing');

-- GMI: the table of Bergenstal et al. 2018, in %, and mmol/mol within one of what the master equation makes of it.
SELECT is(round(gmi(series(ARRAY[now()], ARRAY[mean]), 'mg/dL')::numeric, 1), percent, format('GMI of %s mg/dL is %s %%', mean, percent)) FROM (VALUES
	(100, 5.7), (125, 6.3), (150, 6.9), (175, 7.5), (200, 8.1), (225, 8.7), (250, 9.3), (275, 9.9), (300, 10.5), (350, 11.7)) AS t (mean, percent);
SELECT is_empty($$
	SELECT mean FROM generate_series(60, 400) AS mean, LATERAL (SELECT series(ARRAY[now()], ARRAY[mean]) AS a, series(ARRAY[now()], ARRAY[mean / 18.01559]) AS b) AS p
	WHERE NOT pg_temp.near(gmi(a, 'mg/dL'), gmi(b, 'mmol/L')) OR NOT pg_temp.near(gmi(a, 'mg/dL', 'mmol/mol'), gmi(b, 'mmol/L', 'mmol/mol'))
		OR abs(gmi(a, 'mg/dL', 'mmol/mol') - hba1c_mmol_mol(gmi(a, 'mg/dL'))) > 1
$$, 'the unit of readings does not matter to GMI, and its two units agree');

-- HbA1c: the usual table of whole numbers.
SELECT is(row(round(hba1c_mmol_mol(percent)::numeric), round(hba1c_percent(mmol)::numeric, 1)), row(mmol::numeric, percent::numeric), format('%s %% is %s mmol/mol', percent, mmol)) FROM (VALUES
	(4.0, 20), (5.0, 31), (6.0, 42), (6.5, 48), (7.0, 53), (7.5, 58), (8.0, 64), (8.5, 69), (9.0, 75), (9.5, 80), (10.0, 86), (11.0, 97), (12.0, 108), (13.0, 119), (14.0, 130)) AS t (percent, mmol);

-- AGP against percentile_cont, bit for bit, whatever the zone, the step, and whether values are counted or sorted.
CREATE FUNCTION pg_temp.agp_differs(zone text, step interval, unit text) RETURNS SETOF jsonb LANGUAGE sql AS $$
	WITH have AS (SELECT id, a.* FROM s, agp(points, unit, zone, step) AS a),
	want AS (
		SELECT id, clock, count::integer, p[1], p[2], p[3], p[4], p[5] FROM (
			SELECT id, (date_bin(step, "time" AT TIME ZONE zone, '2000-01-01'))::time AS clock, count(*), percentile_cont('{0.05,0.25,0.5,0.75,0.95}'::float8[]) WITHIN GROUP (ORDER BY value) AS p
			FROM reading GROUP BY 1, 2) AS q)
	SELECT to_jsonb(d) FROM ((TABLE have EXCEPT TABLE want) UNION ALL (TABLE want EXCEPT TABLE have)) AS d
$$;
SELECT is_empty(format('SELECT pg_temp.agp_differs(%L, %L, %L)', zone, step, unit), format('AGP in %s by %s, %s', zone, step, unit))
FROM unnest('{Europe/Copenhagen,America/St_Johns,Asia/Kathmandu,UTC}'::text[]) AS zone, unnest('{1 hour,15 minutes,1 minute,24 hours,90 minutes}'::text[]) AS step, unnest('{mmol/L,mg/dL}'::text[]) AS unit
WHERE unit = 'mmol/L' OR step = '1 hour';
SELECT is_empty($$
	SELECT id, (agp(series_agg(points), 'mmol/L')).* FROM (SELECT id, series_agg("time", value) AS points FROM reading GROUP BY id, date_trunc('week', "time")) AS q GROUP BY id
	EXCEPT SELECT id, a.* FROM s, agp(points, 'mmol/L') AS a
$$, 'AGP of series kept in weeks');
SELECT is((SELECT sum(num_readings) FROM s, agp(points, 'mmol/L')), (SELECT count(*) FROM reading), 'every reading is in one row of the profile');

-- Low episodes. A text draws the readings, 5 minutes apart: l low, v very low, - not low, a blank none.
CREATE FUNCTION pg_temp.episodes(drawn text, below float8 DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(format('%s-%s %s%s', extract(epoch FROM start_time) / 300, extract(epoch FROM end_time) / 300, lowest, CASE WHEN prolonged THEN ' prolonged' END), ', ' ORDER BY start_time), 'none')
	FROM (SELECT series_agg(to_timestamp(300 * (n - 1)), CASE c WHEN 'l' THEN 3.5 WHEN 'v' THEN 2.5 ELSE 6 END) AS points
		FROM string_to_table(drawn, NULL) WITH ORDINALITY AS t (c, n) WHERE c <> ' ') AS q, hypoglycemia(points, 'mmol/L', below, '15 minutes')
$$;
CREATE FUNCTION pg_temp.trim_scale(text) RETURNS text LANGUAGE sql AS $$SELECT regexp_replace($1, '\.0+(?!\d)', '', 'g')$$;
SELECT is(pg_temp.trim_scale(pg_temp.episodes(drawn, below)), expected, format('[%s] below %s', drawn, coalesce(below::text, 'the usual'))) FROM (VALUES
	('------', NULL, 'none'), ('--ll----', NULL, 'none'), ('--lll----', NULL, '2-5 3.5'), ('--lll', NULL, 'none'), ('--llll', NULL, '2-5 3.5'),
	('--lll--lll----', NULL, '2-10 3.5'), ('--lll---lll----', NULL, '2-5 3.5, 8-11 3.5'), ('--lll--l---', NULL, '2-8 3.5'), ('--ll-ll-ll---', NULL, 'none'), ('--ll-llv---', NULL, '5-8 2.5'),
	('--lll--', NULL, '2-5 3.5'), ('--lll       ll---', NULL, '2-7 3.5'), ('--ll       -', NULL, '2-6 3.5'), ('--lll       lll---', NULL, '2-7 3.5, 12-15 3.5'), ('--lll-      lll---', NULL, '2-5 3.5, 12-15 3.5'),
	('--' || repeat('l', 24) || '---', NULL, '2-26 3.5'), ('--' || repeat('l', 25) || '---', NULL, '2-27 3.5 prolonged'),
	('--llvvvll---', NULL, '2-9 2.5'), ('--llvvvll---', 3.0, '4-7 2.5'), ('--lllll---', 3.0, 'none'), ('l', NULL, 'none'), ('llll', NULL, '0-3 3.5')) AS t (drawn, below, expected);
SELECT is((SELECT count(*) FROM hypoglycemia(series(ARRAY['2026-01-01 08:00', '2026-01-01 08:15', '2026-01-01 08:30']::timestamptz[], ARRAY[3.886, 3.849, 3.95]), 'mmol/L')), 1::bigint, 'low is what would be published as low');
SELECT is_empty($$SELECT * FROM hypoglycemia(NULL, 'mmol/L')$$, 'no series, no episodes');

-- MAGE, worked out by hand: the deviation of the first is 4.38.
CREATE FUNCTION pg_temp.mage(readings float8[], gap interval DEFAULT '3 hours') RETURNS numeric LANGUAGE sql AS $$
	SELECT round(mage(series(array_agg('2026-01-01'::timestamptz + n * interval '1 hour'), readings), 'mmol/L', gap)::numeric, 6) FROM generate_subscripts(readings, 1) AS n
$$;
SELECT is(pg_temp.mage(readings), expected, what) FROM (VALUES
	('{5,15,6,14,5}'::float8[], 9.0, 'up by 10 and 8'),
	('{15,5,14,6,15}', 9.0, 'down by 10 and 8'),
	('{5,8,7,12,15,13,14,6,14,5}', 9.0, 'small swings on the way do not count'),
	('{5,15,6,14}', 9.0, 'the last excursion is counted as far as it is seen'),
	('{7,6,7}', 1.0, 'first down'),
	('{6,6,6,6}', NULL, 'no deviation, no excursion'),
	('{6}', NULL, 'nor of one reading')) AS t (readings, expected, what);
SELECT is(pg_temp.mage('{5,15,6,14,5}', '59 minutes'), NULL, 'no excursion across gaps');
SELECT ok(pg_temp.near(mage(series_agg("time", value * 18.01559), 'mg/dL'), 18.01559 * mage(series_agg("time", value), 'mmol/L')), 'the unit of MAGE is that of the readings') FROM reading WHERE id = 12;

-- A null argument gives null, but for max_gap and below.
SELECT ok(gmi(NULL, 'mg/dL') IS NULL AND gmi(points, NULL) IS NULL AND mage(NULL, 'mg/dL') IS NULL AND mage(points, NULL) IS NULL, 'of nothing, nothing') FROM s WHERE id = 9;

-- A damaged value whose summary does not tell the least and greatest readings that are in it: an error or some result, and nothing written beside the histograms.
CREATE CAST (bytea AS series) WITHOUT FUNCTION;
CREATE CAST (series AS bytea) WITHOUT FUNCTION;
CREATE FUNCTION pg_temp.try_agp(damaged bytea) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT sum(num_readings) FROM agp(damaged::series, 'mmol/L'));
EXCEPTION WHEN data_corrupted OR feature_not_supported THEN
	RETURN 71;
END
$$;
WITH whole AS (SELECT series_agg(now() + i * interval '20 minutes', (ARRAY[5, 4000.1, 5000.3])[1 + i % 3])::bytea AS bytes FROM generate_series(0, 70) AS i)
SELECT is(array_agg(DISTINCT pg_temp.try_agp(set_byte(bytes, position, value))), ARRAY[71::bigint], 'the profile of a damaged value has as many readings as that')
FROM whole, generate_series(8, 40) AS position, generate_series(0, 255, 5) AS value;

-- Out of range.
SELECT throws_ok($$SELECT mage('{-1.7e308@2026-01-01 08:00, 1.7e308@2026-01-01 09:00, -1.7e308@2026-01-01 10:00, 0@2026-01-01 11:00, 1@2026-01-01 12:00, 2@2026-01-01 13:00}', 'mg/dL')$$,
	'22003', NULL, 'an amplitude out of range is an error');

SELECT * FROM finish();
ROLLBACK;
