-- Home blood pressure, NEWS2 and the weight rules, against plain SQL over rows and the published chart.
BEGIN;
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'Europe/Copenhagen';
SELECT setseed(0.18);
SELECT * FROM no_plan();

-- NEWS2: the whole chart, as it is printed: from, to, score.
CREATE TABLE chart (parameter text, low numeric, high numeric, score integer);
INSERT INTO chart VALUES
	('respiration', 0, 8, 3), ('respiration', 9, 11, 1), ('respiration', 12, 20, 0), ('respiration', 21, 24, 2), ('respiration', 25, 70, 3),
	('spo2 1', 50, 91, 3), ('spo2 1', 92, 93, 2), ('spo2 1', 94, 95, 1), ('spo2 1', 96, 100, 0),
	('spo2 2 air', 50, 83, 3), ('spo2 2 air', 84, 85, 2), ('spo2 2 air', 86, 87, 1), ('spo2 2 air', 88, 92, 0), ('spo2 2 air', 93, 100, 0),
	('spo2 2 oxygen', 50, 83, 3), ('spo2 2 oxygen', 84, 85, 2), ('spo2 2 oxygen', 86, 87, 1), ('spo2 2 oxygen', 88, 92, 0), ('spo2 2 oxygen', 93, 94, 1), ('spo2 2 oxygen', 95, 96, 2), ('spo2 2 oxygen', 97, 100, 3),
	('systolic', 30, 90, 3), ('systolic', 91, 100, 2), ('systolic', 101, 110, 1), ('systolic', 111, 219, 0), ('systolic', 220, 300, 3),
	('pulse', 20, 40, 3), ('pulse', 41, 50, 1), ('pulse', 51, 90, 0), ('pulse', 91, 110, 1), ('pulse', 111, 130, 2), ('pulse', 131, 250, 3),
	('temperature', 30, 35.0, 3), ('temperature', 35.1, 36.0, 1), ('temperature', 36.1, 38.0, 0), ('temperature', 38.1, 39.0, 1), ('temperature', 39.1, 43, 2);
CREATE TABLE scored AS
SELECT parameter, value, score FROM chart, generate_series(low, high, CASE parameter WHEN 'temperature' THEN 0.1 ELSE 1 END) AS value;
CREATE UNIQUE INDEX ON scored (parameter, value);
ANALYZE scored;
CREATE FUNCTION pg_temp.score_of(parameter text, value numeric) RETURNS integer LANGUAGE sql AS
	'SELECT score FROM scored AS s WHERE (s.parameter, s.value) = ($1, $2)';

SELECT is_empty($$
	SELECT parameter, value, n FROM scored, LATERAL (SELECT parameter AS p, value::float8 AS v) AS l, LATERAL news2(
		CASE p WHEN 'respiration' THEN v ELSE 16 END, CASE WHEN p LIKE 'spo2%' THEN v WHEN p = 'air' THEN 98 ELSE 98 END, CASE WHEN p LIKE 'spo2 2%' THEN 2 ELSE 1 END, p LIKE '%oxygen',
		CASE p WHEN 'systolic' THEN v ELSE 120 END, CASE p WHEN 'pulse' THEN v ELSE 70 END, 'A', CASE p WHEN 'temperature' THEN v ELSE 37.0 END) AS n
	WHERE n.total <> score + CASE WHEN p LIKE '%oxygen' THEN 2 ELSE 0 END OR n.highest <> greatest(score, CASE WHEN p LIKE '%oxygen' THEN 2 ELSE 0 END)
		OR n.band <> CASE WHEN n.total >= 5 THEN 'medium' WHEN score = 3 THEN 'low-medium' ELSE 'low' END
$$, 'each value of the chart alone');

CREATE TABLE patient AS
SELECT n, (SELECT value FROM scored WHERE parameter = 'respiration' AND n > 0 ORDER BY random() LIMIT 1) AS respiration,
	50 + (random() * 50)::integer AS spo2, 1 + n % 2 AS scale, random() < 0.5 AS on_oxygen, 30 + (random() * 270)::integer AS systolic, 20 + (random() * 230)::integer AS pulse,
	(ARRAY['A', 'A', 'A', 'C', 'V', 'P', 'U'])[1 + n % 7] AS consciousness, round((30 + random() * 13)::numeric, 1) AS temperature
FROM generate_series(1, 8000) AS n;
-- Most at random are very ill: let half of them be well but for one thing or two.
UPDATE patient SET respiration = 18, systolic = 118, temperature = 36.8, consciousness = 'A' WHERE n % 4 = 0;
UPDATE patient SET spo2 = 97, pulse = 72, scale = 1, on_oxygen = false WHERE n % 4 = 1;
UPDATE patient SET respiration = 22, spo2 = 94, scale = 1, pulse = 88, temperature = 38.3, consciousness = 'A', on_oxygen = false WHERE n % 8 = 2;
UPDATE patient SET respiration = 15, spo2 = 90, scale = 2, systolic = 130, pulse = 80, temperature = 37.1, consciousness = 'A' WHERE n % 8 = 6;
CREATE TABLE expected AS
SELECT p.*, total, highest, CASE WHEN total >= 7 THEN 'high' WHEN total >= 5 THEN 'medium' WHEN highest = 3 THEN 'low-medium' ELSE 'low' END AS band
FROM patient AS p, LATERAL (
	SELECT sum(score) AS total, max(score) AS highest FROM (VALUES
		(pg_temp.score_of('respiration', respiration)), (pg_temp.score_of('spo2 ' || CASE WHEN scale = 1 THEN '1' WHEN on_oxygen THEN '2 oxygen' ELSE '2 air' END, spo2)), (CASE WHEN on_oxygen THEN 2 ELSE 0 END),
		(pg_temp.score_of('systolic', systolic)), (pg_temp.score_of('pulse', pulse)), (CASE consciousness WHEN 'A' THEN 0 ELSE 3 END), (pg_temp.score_of('temperature', temperature))) AS v (score)) AS s;
SELECT is_empty($$
	SELECT e, n FROM expected AS e, news2(respiration::float8, spo2, scale, on_oxygen, systolic, pulse, consciousness, temperature::float8) AS n
	WHERE (n.total, n.highest, n.band) IS DISTINCT FROM (e.total, e.highest, e.band)
$$, '8,000 patients');
SELECT is((SELECT count(DISTINCT band) FROM expected), 4::bigint, 'of all bands');
SELECT is((SELECT (min(total), max(total)) FROM (SELECT (news2(16, 98, 1, false, 120, 70, 'A', 37.0)).total UNION SELECT (news2(30, 80, 1, true, 80, 150, 'U', 34.0)).total) AS q), (0, 20), 'from 0 to 20');

-- Values between those of the chart are charted first.
SELECT is((news2(16, 95.6, 1, false, 110.4, 70, 'A', 36.04)).total, 2, 'values are rounded as they are charted: 96 %, 110 mm[Hg], 36.0 degrees');
SELECT is((SELECT count(*) FROM generate_series(1, 8) AS missing, news2(CASE WHEN missing <> 1 THEN 16 END, CASE WHEN missing <> 2 THEN 98 END, CASE WHEN missing <> 3 THEN 1 END, CASE WHEN missing <> 4 THEN false END,
	CASE WHEN missing <> 5 THEN 120 END, CASE WHEN missing <> 6 THEN 70 END, CASE WHEN missing <> 7 THEN 'A' END, CASE WHEN missing <> 8 THEN 37.0 END) AS n WHERE n IS NULL AND n.total IS NULL), 8::bigint,
	'whatever is missing, there is no score');

-- Of series: what stands at an instant, and no older than max_age.
CREATE TABLE vital AS
SELECT kind, series_agg('2026-03-01'::timestamptz + n * interval '47 minutes' + kind * interval '13 minutes', (ARRAY[16, 97, 125, 75, 37])[kind] + ((n * 7 + kind) % 11 - 5) * (ARRAY[1, 0.5, 4, 5, 0.2])[kind]) AS points
FROM generate_series(1, 5) AS kind, generate_series(0, 60) AS n WHERE n NOT BETWEEN 20 AND 19 + kind GROUP BY kind;
CREATE FUNCTION pg_temp.standing(k integer, at timestamptz, age interval) RETURNS float8 LANGUAGE sql AS
	'SELECT u.value FROM vital, unnest(points) AS u WHERE kind = k AND u.time BETWEEN at - age AND at ORDER BY u.time DESC LIMIT 1';
CREATE TABLE asked AS
SELECT at, age, (SELECT to_jsonb(n) FROM news2(a.points, b.points, 1, false, c.points, d.points, 'A', e.points, at, age) AS n) AS have,
	(SELECT to_jsonb(n) FROM news2(pg_temp.standing(1, at, age), pg_temp.standing(2, at, age), 1, false, pg_temp.standing(3, at, age), pg_temp.standing(4, at, age), 'A', pg_temp.standing(5, at, age)) AS n) AS want
FROM vital AS a, vital AS b, vital AS c, vital AS d, vital AS e, generate_series('2026-02-28 22:00'::timestamptz, '2026-03-03 06:00', '4 minutes') AS at, unnest('{0,47 minutes,1 hour,3 hours,10 days}'::interval[]) AS age
WHERE (a.kind, b.kind, c.kind, d.kind, e.kind) = (1, 2, 3, 4, 5);
SELECT is_empty('SELECT * FROM asked WHERE have <> want', 'NEWS2 of series is that of the values that stand');
SELECT ok(count(*) FILTER (WHERE have ->> 'total' IS NULL) > 1000 AND count(*) FILTER (WHERE have ->> 'total' IS NOT NULL) > 1000, 'stale and fresh ones were asked for') FROM asked;

-- Home blood pressure: readings of people whose first day begins at some hour, some of one cuff only.
CREATE TABLE reading AS
SELECT id, date_trunc('day', '2026-03-26'::timestamptz) + id * interval '97 minutes' + n * interval '7 hours' + (n % 2) * interval '1 minute' AS "time",
	round(80 + id * 2 + random() * 10) AS systolic, round(50 + id + random() * 10) AS diastolic, random() < 0.9 AS has_systolic, random() < 0.9 AS has_diastolic
FROM generate_series(1, 40) AS id, generate_series(1, 1 + id % 31) AS n;
CREATE TABLE pressure AS
SELECT id, series_agg("time", systolic) FILTER (WHERE has_systolic) AS systolic, series_agg("time", diastolic) FILTER (WHERE has_diastolic) AS diastolic FROM reading GROUP BY id;
CREATE FUNCTION pg_temp.pressure_differs(zone text, discard integer, enough integer) RETURNS SETOF integer LANGUAGE sql AS $$
	WITH pair AS (
		SELECT id, systolic, diastolic, ("time" AT TIME ZONE zone)::date AS day FROM reading WHERE has_systolic AND has_diastolic),
	used AS (SELECT p.* FROM pair AS p JOIN (SELECT id, min(day) AS first FROM pair GROUP BY id) AS f USING (id) WHERE day >= first + discard)
	SELECT p.id FROM pressure AS p
	LEFT JOIN (SELECT id, avg(systolic) AS s, avg(diastolic) AS d, count(*) AS n, count(DISTINCT day) AS days FROM used GROUP BY id) AS w USING (id), home_blood_pressure(systolic, diastolic, 'mm[Hg]', zone, discard, enough) AS h
	WHERE systolic IS NOT NULL AND diastolic IS NOT NULL AND ((h.num_readings, h.num_days, h.sufficient) IS DISTINCT FROM (coalesce(w.n, 0), coalesce(w.days, 0), w.n IS NOT NULL AND w.n >= enough)
		OR abs(h.mean_systolic - w.s) > 1e-9 OR abs(h.mean_diastolic - w.d) > 1e-9 OR (h.mean_systolic IS NULL) <> (w.s IS NULL)
		OR h.category IS DISTINCT FROM CASE WHEN w.n >= enough THEN CASE WHEN w.s >= 135 OR w.d >= 85 THEN 'hypertension' WHEN w.s < 130 AND w.d < 80 THEN 'normal' ELSE 'borderline' END END)
$$;
SELECT is_empty(format('SELECT pg_temp.pressure_differs(%L, %s, %s)', zone, discard, enough), format('home blood pressure in %s, without %s days, %s readings', zone, discard, enough))
FROM unnest('{Europe/Copenhagen,America/St_Johns,Pacific/Auckland}'::text[]) AS zone, unnest('{0,1,2}'::integer[]) AS discard, unnest('{1,12}'::integer[]) AS enough;
SELECT is((SELECT count(DISTINCT (home_blood_pressure(systolic, diastolic, 'mm[Hg]')).category) FROM pressure), 3::bigint, 'of all categories');
SELECT is(category, expected, format('%s/%s is %s', s, d, expected)) FROM (VALUES
	(129, 79, 'normal'), (130, 79, 'borderline'), (129, 80, 'borderline'), (134, 84, 'borderline'), (135, 70, 'hypertension'), (120, 85, 'hypertension')) AS t (s, d, expected),
	LATERAL (SELECT series_agg(at, s) AS systolic, series_agg(at, d) AS diastolic FROM generate_series('2026-01-01'::timestamptz, '2026-01-08', '12 hours') AS at) AS q, home_blood_pressure(systolic, diastolic, 'mm[Hg]');
SELECT is_empty($$
	SELECT n FROM (
		SELECT n, series_agg('2026-01-01'::timestamptz + i * interval '7 hours', v) AS points, round(avg(v::numeric), 14)::float8 AS mean
		FROM generate_series(1, 300) AS n, generate_series(1, 20) AS i, LATERAL (SELECT 125 + (random() * 200)::integer / 10.0::float8 + n * 0 AS v) AS q GROUP BY n) AS r, home_blood_pressure(points, points, 'mm[Hg]', discard_days => 0) AS h
	WHERE h.mean_systolic <> mean OR h.mean_diastolic <> mean
$$, 'means of decimals are those of the decimals');
SELECT is(k.category, m.category, 'kPa are converted') FROM pressure, LATERAL (SELECT series_agg(time, value * 0.133322387415) AS ks FROM unnest(systolic)) AS a, LATERAL (SELECT series_agg(time, value * 0.133322387415) AS kd FROM unnest(diastolic)) AS b,
	home_blood_pressure(systolic, diastolic, 'mm[Hg]') AS m, home_blood_pressure(ks, kd, 'kPa') AS k WHERE pressure.id IN (13, 25, 28, 30);

-- Weight: rules in windows of SQL, decimals as decimals.
CREATE TABLE weighed AS
SELECT id, '2026-01-01 07:00'::timestamptz + n * interval '24 hours' + CASE WHEN id % 2 = 0 THEN random() * interval '3 hours' ELSE '0' END AS "time", round((80 + id + sum(random() - 0.49) OVER (PARTITION BY id ORDER BY n))::numeric, 1) AS weight
FROM generate_series(1, 20) AS id, generate_series(1, 20 * id) AS n WHERE random() < 0.95;
CREATE TABLE w AS SELECT id, series_agg("time", weight::float8) AS points FROM weighed GROUP BY id;
CREATE FUNCTION pg_temp.gain_differs(gain numeric, within interval) RETURNS SETOF jsonb LANGUAGE sql AS $$
	WITH have AS (SELECT id, g."time", g.weight::numeric, g.gained::numeric FROM w, weight_gain(points, 'kg', gain::float8, within) AS g),
	want AS (SELECT * FROM (
		SELECT id, "time", weight, weight - min(weight) OVER (PARTITION BY id ORDER BY "time" RANGE BETWEEN within PRECEDING AND CURRENT ROW) AS gained FROM weighed) AS q WHERE gained >= gain)
	SELECT to_jsonb(d) FROM ((TABLE have EXCEPT TABLE want) UNION ALL (TABLE want EXCEPT TABLE have)) AS d
$$;
SELECT is_empty(format('SELECT pg_temp.gain_differs(%s, %L)', gain, within), format('weight gain of %s kg in %s', gain, within)) FROM (VALUES (0.5, '24 hours'), (1, '72 hours'), (0.7, '720 hours'), (2, '9000 hours')) AS t (gain, within);
SELECT is_empty($$
	SELECT id FROM w, weight_gain(points, 'kg', 0.4) AS g WHERE value_at(points, since) <> (SELECT min(value) FROM unnest(slice(points, tstzrange(g.time - '72 hours'::interval, g.time, '[]'))))
$$, 'it says since when');
SELECT is_empty($$
	WITH have AS (SELECT id, u.* FROM w, unnest(weight_convergence(points, 'kg', '72 hours', '240 hours')) AS u),
	want AS (SELECT id, "time", avg(weight) OVER (PARTITION BY id ORDER BY "time" RANGE BETWEEN '71:59:59.999999' PRECEDING AND CURRENT ROW)
		- avg(weight) OVER (PARTITION BY id ORDER BY "time" RANGE BETWEEN '239:59:59.999999' PRECEDING AND CURRENT ROW) AS value FROM weighed)
	SELECT * FROM have FULL JOIN want USING (id, "time") WHERE abs(have.value - want.value) <= 0.000501 IS NOT TRUE
$$, 'moving-average convergence, to the gram');
SELECT is_empty($$
	WITH have AS (SELECT id, u.* FROM w, unnest(weight_cusum(points, 'kg', 80 + id, 0.3)) AS u),
	total AS (SELECT id, "time", sum(weight - 80 - id - 0.3) OVER (PARTITION BY id ORDER BY "time") AS value FROM weighed),
	want AS (SELECT id, "time", value - least(0, min(value) OVER (PARTITION BY id ORDER BY "time")) AS value FROM total)
	SELECT * FROM have FULL JOIN want USING (id, "time") WHERE have.value::numeric = want.value IS NOT TRUE
$$, 'the cumulative sum');
SELECT is_empty($$
	SELECT id FROM w, LATERAL (SELECT series_agg(time, value / 0.45359237) AS pounds FROM unnest(points)) AS p
	WHERE weight_cusum(pounds, '[lb_av]', 80) <> weight_cusum(points, 'kg', 80)
		OR (SELECT count(*) FROM weight_gain(pounds, '[lb_av]', 0.7)) <> (SELECT count(*) FROM weight_gain(points, 'kg', 0.7))
$$, 'pounds are converted');

-- What no scale shows.
SELECT is(weight_convergence(format('{%s@2026-01-01, 80@2026-02-01, 80@2026-02-02, 81@2026-02-03, 81@2026-02-04}', huge)::series, 'kg'), '{0@2026-01-01, 0@2026-02-01, 0@2026-02-02, 0@2026-02-03, 0.167@2026-02-04}',
	format('%s kg leave no trace in the means that follow', huge)) FROM unnest(ARRAY['8e15', '8e19', '8e200']) AS huge;
SELECT throws_ok($$SELECT * FROM weight_gain('{-1e308@2026-01-01, 1e308@2026-01-02}', 'kg')$$, '22003', NULL, 'no gain is infinite');

SELECT * FROM finish();
ROLLBACK;
