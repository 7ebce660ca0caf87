-- Questions about the values of series, against plain SQL over rows.
BEGIN;
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'Europe/Copenhagen';
SELECT setseed(0.11);
SELECT * FROM no_plan();
\ir ../points.sql

-- Numeric is the oracle: 0.1 is 0.1 there.
SELECT is_empty($$
	SELECT id, sum_value(points), q.* FROM s JOIN (
		SELECT id, sum(value::text::numeric) AS total, sum(abs(value::text::numeric)) AS size FROM pt GROUP BY id) AS q USING (id)
	WHERE CASE WHEN id % 6 IN (0, 1, 3) THEN sum_value(points) <> total::float8
		ELSE abs(sum_value(points)::text::numeric - total) > size * 1e-15 + 1e-323 END
$$, 'sum: exact of decimals, else without loss');
SELECT is_empty($$
	SELECT id, stddev_value(points), deviation FROM s JOIN (
		SELECT id, stddev_samp(value::text::numeric) AS deviation, max(abs(value::text::numeric)) AS size, count(*) AS n FROM pt GROUP BY id) AS q USING (id)
	WHERE (deviation IS NULL) <> (stddev_value(points) IS NULL)
		OR abs(stddev_value(points)::text::numeric - deviation) > deviation * 1e-12 + size * 1e-16
$$, 'standard deviation');
SELECT is_empty($$
	SELECT id FROM s WHERE id % 6 IN (1, 2, 3) AND num_points(points) > 1 AND (
		abs(stddev_value(points * (2.0::float8 ^ 900)) / (2.0::float8 ^ 900) - stddev_value(points)) > 1e-13 * stddev_value(points)
		OR abs(stddev_value(points * (2.0::float8 ^ -900)) * (2.0::float8 ^ 900) - stddev_value(points)) > 1e-13 * stddev_value(points))
$$, 'whose squares neither overflow nor vanish');
SELECT is_empty($$
	SELECT id, cv(points) FROM s WHERE id % 6 < 4 AND cv(points) IS DISTINCT FROM 100 * (stddev_value(points) / mean_value(points))
$$, 'coefficient of variation');
SELECT is_empty($$
	SELECT id FROM s JOIN (
		SELECT id, min(time) FILTER (WHERE value = least) AS least_at, min(time) FILTER (WHERE value = greatest) AS greatest_at
		FROM (SELECT *, min(value) OVER w AS least, max(value) OVER w AS greatest FROM pt WINDOW w AS (PARTITION BY id)) AS q GROUP BY id) AS q USING (id)
	WHERE (min_time(points), max_time(points)) IS DISTINCT FROM (least_at, greatest_at)
$$, 'times of the extremes');

CREATE TABLE fraction AS SELECT random() AS fraction FROM generate_series(1, 20) UNION SELECT unnest('{0,1,0.5,0.25,0.05,1e-300,0.9999999999999999}'::float8[]);
SELECT is_empty($$
	SELECT id, fraction, percentile(points, fraction), q.value FROM s, fraction, LATERAL (
		SELECT percentile_cont(fraction) WITHIN GROUP (ORDER BY value) AS value FROM pt WHERE pt.id = s.id) AS q
	WHERE percentile(points, fraction) <> q.value
$$, 'percentile is percentile_cont');
SELECT is_empty($$
	SELECT id FROM s, (SELECT array_agg(fraction ORDER BY random()) || NULL::float8 AS fractions FROM fraction) AS f, LATERAL (
		SELECT percentile_cont(fractions) WITHIN GROUP (ORDER BY value) AS expected FROM pt WHERE pt.id = s.id) AS q
	WHERE percentile(points, fractions) <> expected
$$, 'and so are many');
-- Orders that are hard on a selection.
SELECT is_empty($$
	SELECT n, k FROM (
		SELECT n, series_agg('2026-01-01'::timestamptz + i * interval '1 second', CASE k WHEN 0 THEN i WHEN 1 THEN -i WHEN 2 THEN i % 2 WHEN 3 THEN abs(i - n / 2)
			WHEN 4 THEN 5 WHEN 5 THEN i # 21 ELSE (i * 7919) % n END) AS points, k
		FROM unnest('{2,3,4,5,6,7,100,4097}'::integer[]) AS n, generate_series(0, 6) AS k, generate_series(1, n) AS i GROUP BY n, k) AS q, LATERAL (
		SELECT percentile_cont(0.37) WITHIN GROUP (ORDER BY value) AS low, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS middle FROM unnest(points)) AS r
	WHERE percentile(points, '{0.37,0.5}'::float8[]) <> ARRAY[low, middle]
$$, 'sorted, reversed, equal, alternating and shuffled');

SELECT is_empty($$
	SELECT id, slope(points), q.slope FROM s JOIN (
		SELECT id, count(*) AS n, regr_slope(value - centre, extract(epoch FROM time - start) / 86400) AS slope, stddev_samp(value) / nullif(stddev_samp(extract(epoch FROM time - start) / 86400)::float8, 0) AS size
		FROM (SELECT *, min(time) OVER w AS start, avg(value) OVER w AS centre FROM pt WHERE id % 6 < 5 WINDOW w AS (PARTITION BY id)) AS p GROUP BY id) AS q USING (id)
	WHERE (n = 1) <> (slope(points) IS NULL) OR abs(slope(points) - q.slope) > size * 1e-9
$$, 'slope is regr_slope');
SELECT is(slope('{1@2026-03-01, 3@2026-03-02, 5@2026-03-03}'), 2::float8, 'slope is per day');

-- Values at points, beside them, between them, before and after all; the rows within reach are the oracle.
CREATE TABLE asked AS
SELECT id, time + d.distance * interval '1 microsecond' AS at, gap
FROM (SELECT *, row_number() OVER (PARTITION BY id ORDER BY random()) AS n FROM pt WHERE id < 54) AS p,
	(VALUES (0::float8), (1), (-1), (random() * 2e9 - 1e9), (4e10), (-4e10)) AS d(distance), (VALUES (NULL::interval), ('0'), ('1 microsecond'), ('10 minutes'), ('12 hours'), ('400 days')) AS g(gap)
WHERE n <= 10;
CREATE TABLE near AS
SELECT a.*, before.time AS before_time, before.value AS before, after.time AS after_time, after.value AS after
FROM asked AS a
LEFT JOIN LATERAL (SELECT time, value FROM pt WHERE pt.id = a.id AND time <= at ORDER BY time DESC LIMIT 1) AS before ON true
LEFT JOIN LATERAL (SELECT time, value FROM pt WHERE pt.id = a.id AND time > at ORDER BY time LIMIT 1) AS after ON true;
SELECT is_empty($$
	SELECT * FROM near JOIN s USING (id)
	WHERE value_at(points, at, 'exact', gap) IS DISTINCT FROM CASE WHEN before_time = at THEN before END
		OR value_at(points, at, 'exact') IS DISTINCT FROM value_at(points, at)
		OR value_at(points, at, 'previous', gap) IS DISTINCT FROM CASE WHEN gap IS NULL OR at - before_time <= gap THEN before END
		OR value_at(points, at, 'nearest', gap) IS DISTINCT FROM CASE
			WHEN (gap IS NULL OR at - before_time <= gap) AND (after_time IS NULL OR at - before_time <= after_time - at) THEN before
			WHEN gap IS NULL OR after_time - at <= gap THEN after END
$$, 'value_at: exact, previous and nearest');
SELECT is_empty($$
	SELECT *, value_at(points, at, 'linear', gap) FROM near JOIN s USING (id), LATERAL (SELECT CASE WHEN before_time = at THEN before
		WHEN gap IS NULL OR after_time - before_time <= gap THEN
			before + (after - before) * (extract(epoch FROM at - before_time) / extract(epoch FROM after_time - before_time))::float8 END AS expected) AS q
	WHERE (expected IS NULL) <> (value_at(points, at, 'linear', gap) IS NULL)
		OR abs(value_at(points, at, 'linear', gap) - expected) > 1e-12 * greatest(abs(before), abs(after), 1e-300)
$$, 'value_at: linear');

SELECT * FROM finish();
ROLLBACK;
