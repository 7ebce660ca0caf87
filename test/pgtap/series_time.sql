-- How series lie in time, against window functions over plain rows.
BEGIN;
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'Europe/Copenhagen';
SET LOCAL jit = off;
SELECT setseed(0.7);
SELECT * FROM no_plan();

-- The id tells the kind of times, and the length; us are microseconds since 1970.
CREATE TABLE rows_of (id integer, time timestamptz, value float8, PRIMARY KEY (id, time));
INSERT INTO rows_of
SELECT id, CASE id % 6
	WHEN 0 THEN '2026-03-01 00:00:17+01'::timestamptz + (i + i / 37 * 5) * interval '5 minutes' + (random() * 2)::integer * interval '1 second'
	WHEN 1 THEN '2026-03-01'::timestamptz + i * interval '12 hours' + (random() * 3000)::integer * interval '1 second'
	WHEN 2 THEN '1999-12-31 23:00+00'::timestamptz + i * random() * interval '1 microsecond'
	WHEN 3 THEN '2026-03-01'::timestamptz + random() ^ 8 * interval '900 days'
	WHEN 4 THEN 'epoch'::timestamptz + i * interval '1 minute'
	ELSE (ARRAY['4714-11-24 00:00+00 BC', '2000-01-01 00:00+00', '294276-12-31 23:59:59.999999+00'])[1 + i % 3]::timestamptz
	END, CASE id / 6 % 5
	WHEN 0 THEN round((7 + 4 * sin(i / 9.0) + 2 * random())::numeric, 1)
	WHEN 1 THEN round(random() * 4 + 4)
	WHEN 2 THEN (random() - 0.5) * 10.0 ^ (random() * 20)
	WHEN 3 THEN 5 + i % 3 * 3
	ELSE sin(i / 30.0) * 8 + 6
	END
FROM generate_series(0, 119) AS id,
	generate_series(1, ('{1,2,3,40,128,129,257,1000}'::integer[])[1 + id % 8]) AS i
ON CONFLICT DO NOTHING;
CREATE TABLE s AS SELECT id, series_agg(time, value) AS points FROM rows_of GROUP BY id;

-- The gaps to try, in microseconds; NULL is the default, three times the lower median of the distances.
CREATE TABLE gap (of_all numeric);
INSERT INTO gap VALUES (NULL), (1), (900e6), (86400e6), (1e18);

CREATE TABLE point AS
SELECT id, time, value, us, us - lag(us) OVER o AS before, lead(us) OVER o - us AS distance, lead(value) OVER o AS next_value
FROM (SELECT id, time, value, extract(epoch FROM time) * 1e6 AS us FROM rows_of) AS p
WINDOW o AS (PARTITION BY id ORDER BY time);
CREATE TABLE median AS
SELECT id, percentile_disc(0.5) WITHIN GROUP (ORDER BY distance) AS distance FROM point GROUP BY id;
CREATE TABLE held AS
SELECT p.*, of_all, max_gap, least(coalesce(p.distance, 0), max_gap) AS held
FROM point p JOIN median m USING (id), gap, LATERAL (SELECT coalesce(of_all, 3 * m.distance, 1)) AS g (max_gap);
CREATE INDEX ON held (id, of_all);
ANALYZE;
CREATE VIEW asked AS
SELECT id, points, of_all, of_all / 1e6 * interval '1 second' AS max_gap FROM s, gap;

CREATE FUNCTION pg_temp.us(interval) RETURNS numeric LANGUAGE sql AS 'SELECT round(extract(epoch FROM $1) * 1e6)';
CREATE FUNCTION pg_temp.near(float8, float8) RETURNS boolean LANGUAGE sql AS
'SELECT $1 IS NOT DISTINCT FROM $2 OR coalesce(abs($1 - $2) <= 1e-9 * greatest(abs($1), abs($2), 1e-3), false)';

SELECT is_empty($$
	SELECT id, cadence(points) FROM s
	WHERE id % 6 <> 5 AND pg_temp.us(cadence(points)) IS DISTINCT FROM (
		SELECT distance FROM median m WHERE m.id = s.id)
$$, 'cadence is the lower median of the distances');

SELECT is_empty($$
	SELECT a.id, a.of_all FROM asked a
	WHERE gaps(points, max_gap) IS DISTINCT FROM coalesce((
		SELECT range_agg(tstzrange(r.time, r.next_time, '()'))
		FROM (SELECT *, lead(time) OVER (ORDER BY time) AS next_time FROM held h WHERE h.id = a.id AND h.of_all IS NOT DISTINCT FROM a.of_all) AS r
		WHERE r.distance > r.max_gap), '{}')
$$, 'gaps are the times between points further apart than max_gap');

SELECT is_empty($$
	SELECT id, of_all FROM asked
	WHERE coverage(points, max_gap) IS DISTINCT FROM tstzmultirange(time_span(points)) - gaps(points, max_gap)
		OR NOT coverage(points, max_gap) @> ALL (times(points))
$$, 'coverage is what gaps leave of the time span');

SELECT is_empty($$
	SELECT a.id, a.of_all, o.mean, time_weighted_mean(points, max_gap)
	FROM asked a, LATERAL (
		SELECT (sum(value::numeric * held) / nullif(sum(held), 0))::float8 AS mean
		FROM held h WHERE h.id = a.id AND h.of_all IS NOT DISTINCT FROM a.of_all) AS o
	WHERE NOT pg_temp.near(time_weighted_mean(points, max_gap), mean)
$$, 'the time-weighted mean by step');

SELECT is_empty($$
	SELECT a.id, a.of_all, o.mean, time_weighted_mean(points, max_gap, 'linear')
	FROM asked a, LATERAL (
		SELECT (sum((value::numeric + next_value::numeric) / 2 * distance) FILTER (WHERE distance <= h.max_gap)
			/ nullif(sum(distance) FILTER (WHERE distance <= h.max_gap), 0))::float8 AS mean
		FROM held h WHERE h.id = a.id AND h.of_all IS NOT DISTINCT FROM a.of_all) AS o
	WHERE NOT pg_temp.near(time_weighted_mean(points, max_gap, method => 'linear'), mean)
$$, 'the time-weighted mean, linear');

CREATE TABLE bound (low float8, high float8, bounds text);
INSERT INTO bound VALUES (3.9, 10, '[]'), (NULL, 5, '[]'), (NULL, 5, '()'), (8, NULL, '[]'), (8, NULL, '()'), (5, 8, '[)'),
	(5, 8, '(]'), (5, 8, '()'), (5, 5, '[]'), (5, 5, '[)'), (NULL, NULL, '()'), ('-Infinity', 'Infinity', '[]');

SELECT is_empty($$
	SELECT a.id, a.of_all, b.* FROM asked a, bound b, LATERAL (
		SELECT coalesce(sum(held) FILTER (WHERE
				(low IS NULL OR value > low OR value = low AND bounds LIKE '[%')
				AND (high IS NULL OR value < high OR value = high AND bounds LIKE '%]')), 0) AS inside,
			sum(held) AS total
		FROM held h WHERE h.id = a.id AND h.of_all IS NOT DISTINCT FROM a.of_all) AS o
	WHERE total < 9e18 AND (inside <> pg_temp.us(time_in_range(points, low, high, max_gap, bounds))
		OR NOT pg_temp.near(fraction_in_range(points, low, high, max_gap, bounds), (inside / nullif(total, 0))::float8))
$$, 'time and fraction in range by step, to the microsecond');

-- A segment from a to b is inside between its crossings with low and with high.
SELECT is_empty($$
	SELECT a.id, a.of_all, b.*, inside, time_in_range(points, low, high, max_gap, method => 'linear') FROM asked a, bound b, LATERAL (
		SELECT coalesce(sum(distance * CASE
				WHEN value = next_value THEN (value BETWEEN coalesce(low, '-Infinity') AND coalesce(high, 'Infinity'))::integer::float8
				ELSE greatest(0, least(1, greatest(cl, ch)) - greatest(0, least(cl, ch))) END)
			FILTER (WHERE distance <= h.max_gap), 0) AS inside,
			sum(distance) FILTER (WHERE distance <= h.max_gap)::float8 AS total
		FROM held h, LATERAL (
			SELECT CASE WHEN value <> next_value THEN (coalesce(low, '-Infinity') - value) / (next_value - value) END AS cl,
				CASE WHEN value <> next_value THEN (coalesce(high, 'Infinity') - value) / (next_value - value) END AS ch) AS c
		WHERE h.id = a.id AND h.of_all IS NOT DISTINCT FROM a.of_all) AS o
	WHERE bounds = '[]' AND (total IS NULL OR total < 9e18)
		AND (NOT abs(inside - pg_temp.us(time_in_range(points, low, high, max_gap, method => 'linear'))) <= 1 + 1e-9 * coalesce(total, 0)
			OR NOT (fraction_in_range(points, low, high, max_gap, method => 'linear') IS NULL AND total IS NULL
				OR abs(fraction_in_range(points, low, high, max_gap, method => 'linear') - inside / total) < 1e-9))
$$, 'time and fraction in range, crossings interpolated');

SELECT is_empty($$
	SELECT id, of_all FROM asked
	WHERE abs(fraction_in_range(points, NULL, 5, max_gap, '[)') + fraction_in_range(points, 5, 8, max_gap)
		+ fraction_in_range(points, 8, NULL, max_gap, '(]') - 1) > 1e-12
$$, 'below, in and above make one');

-- Excursions, from islands: runs of points of a class without gaps. One starts with the first island beyond that is long
-- enough after each island of recovery that is long enough, and ends where the next of those begins.
CREATE TABLE rule (rule serial, side text, bound float8, duration numeric, hysteresis float8, recovery numeric);
INSERT INTO rule (side, bound, duration, hysteresis, recovery)
SELECT side, CASE side WHEN 'below' THEN 5 ELSE 8 END, duration, hysteresis, recovery
FROM unnest('{below,above}'::text[]) AS side, unnest('{0,900e6}'::numeric[]) AS duration,
	unnest('{0,0.5}'::float8[]) AS hysteresis, unnest('{0,600e6,1800e6}'::numeric[]) AS recovery;

CREATE TABLE expected AS
WITH classed AS (
	SELECT h.*, r.*, CASE side WHEN 'below' THEN bound - value ELSE value - bound END AS excess,
		sum(coalesce(before > max_gap, false)::integer) OVER (PARTITION BY id, of_all, rule ORDER BY time) AS segment
	FROM held h, rule r WHERE (of_all IS NULL OR of_all = 900e6) AND id < 48
), island AS (
	SELECT *, row_number() OVER w - row_number() OVER (PARTITION BY id, of_all, rule, segment, class ORDER BY time) AS island
	FROM (SELECT *, CASE WHEN excess > 0 THEN 'beyond'
		WHEN CASE side WHEN 'below' THEN value >= bound + hysteresis ELSE value <= bound - hysteresis END THEN 'back' ELSE 'near' END AS class FROM classed) AS c
	WINDOW w AS (PARTITION BY id, of_all, rule, segment ORDER BY time)
), run AS (
	SELECT id, of_all, rule, duration, recovery, segment, class, min(us) AS start, max(us + held) AS until
	FROM island GROUP BY id, of_all, rule, duration, recovery, segment, class, island
), counted AS (
	SELECT *, count(*) FILTER (WHERE class = 'back' AND until - start >= recovery) OVER w AS recoveries,
		last_value(CASE class WHEN 'back' THEN start ELSE until END) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS cut
	FROM run WINDOW w AS (PARTITION BY id, of_all, rule, segment ORDER BY start)
), spell AS (
	SELECT id, of_all, rule, cut, min(start) FILTER (WHERE class = 'beyond' AND until - start >= duration) AS start,
		lead(min(start)) OVER (PARTITION BY id, of_all, rule, segment ORDER BY recoveries) AS recovered
	FROM counted GROUP BY id, of_all, rule, segment, cut, recoveries
)
SELECT *, coalesce(recovered, cut) AS until FROM spell WHERE start IS NOT NULL AND id % 6 <> 5;

CREATE TABLE found AS
SELECT a.id, a.of_all, r.*, e.*
FROM asked a, rule r, excursions(points, CASE r.side WHEN 'below' THEN bound END, CASE r.side WHEN 'above' THEN bound END,
	duration / 1e6 * interval '1 second', hysteresis, recovery / 1e6 * interval '1 second', max_gap) AS e (start_time, end_time, e_side, extreme_value, extreme_time, area, recovered)
WHERE (of_all IS NULL OR of_all = 900e6) AND a.id < 48 AND a.id % 6 <> 5;

SELECT cmp_ok(count(*), '>', 10000::bigint, 'there are many excursions to compare') FROM expected;
SELECT set_eq($$
	SELECT id, of_all, rule, extract(epoch FROM start_time) * 1e6 AS start, extract(epoch FROM end_time) * 1e6 AS until, recovered FROM found
$$, $$
	SELECT id, of_all, rule, start, until, recovered IS NOT NULL AS recovered FROM expected
$$, 'excursions start and end where islands say');
SELECT is(count(*), (SELECT count(*) FROM expected), 'none is told twice') FROM found;

SELECT is_empty($$
	SELECT f.* FROM found f, LATERAL (
		SELECT (array_agg(value ORDER BY CASE side WHEN 'below' THEN value ELSE -value END, time))[1] AS extreme_value,
			(array_agg(time ORDER BY CASE side WHEN 'below' THEN value ELSE -value END, time))[1] AS extreme_time,
			sum(greatest(0, CASE side WHEN 'below' THEN bound - value ELSE value - bound END) * held) / 3600e6 AS area
		FROM held h
		WHERE h.id = f.id AND h.of_all = f.of_all AND time >= start_time
			AND (time < end_time OR NOT recovered AND time = end_time)) AS o
	WHERE rule % 5 = 0 AND of_all = 900e6 AND (e_side <> side OR (f.extreme_value, f.extreme_time) IS DISTINCT FROM (o.extreme_value, o.extreme_time) OR NOT pg_temp.near(f.area, o.area))
$$, 'extreme, its time, and area');

SELECT set_eq($$
	SELECT a.id, e.* FROM s a, excursions(points, 5, 8, '10 min', 0.1, '20 min') AS e
$$, $$
	SELECT a.id, e.* FROM s a, excursions(points, 5, NULL, '10 min', 0.1, '20 min') AS e
	UNION ALL
	SELECT a.id, e.* FROM s a, excursions(points, NULL, 8, '10 min', 0.1, '20 min') AS e
$$, 'the sides are apart');
SELECT is_empty($$
	SELECT * FROM (SELECT id, ordinality, start_time, lag(start_time) OVER (PARTITION BY id ORDER BY ordinality) AS before
		FROM s, excursions(points, 5, 8) WITH ORDINALITY) AS q WHERE start_time <= before
$$, 'rows come in time order');

-- Too far out, with and without time to be there.
SELECT throws_ok(format($$SELECT * FROM excursions(%L, high => -1e308)$$, points), '22003', NULL, 'an area out of range is an error')
FROM unnest('{"{1e308@2026-01-01}","{1e308@2026-01-01, 0@2026-01-02}"}'::text[]) AS points;

SELECT * FROM finish();
ROLLBACK;
