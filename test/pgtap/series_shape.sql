-- Series made of series, against plain SQL over rows.
BEGIN;
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'America/New_York';
SELECT setseed(0.13);
SELECT * FROM no_plan();
\ir ../points.sql

-- Cuts.
CREATE TABLE cuts AS
SELECT row_number() OVER () AS cut, id, range_agg(period) AS periods
FROM (SELECT id, n, tstzrange(least(a, b), greatest(a, b), (ARRAY['[]', '[)', '(]', '()'])[1 + (random() * 3)::integer]) AS period
	FROM s, generate_series(0, 6) AS n, LATERAL (
		SELECT CASE WHEN random() < 0.1 THEN NULL ELSE (times(points))[1 + (random() * (num_points(points) - 1))::integer] END AS a,
			CASE WHEN random() < 0.1 THEN NULL ELSE (times(points))[1 + (random() * (num_points(points) - 1))::integer] + (random() * 2)::integer * interval '1 microsecond' END AS b
		FROM generate_series(0, n)) AS q) AS r GROUP BY id, n;
SELECT pg_temp.same_points('SELECT cut AS id, slices(points, periods) AS points FROM s JOIN cuts USING (id)',
	'SELECT cut AS id, time, value FROM pt JOIN cuts USING (id) WHERE time <@ periods', 'slices');
SELECT pg_temp.same_points('SELECT cut AS id, delete_time(points, periods) AS points FROM s JOIN cuts USING (id)',
	'SELECT cut AS id, time, value FROM pt JOIN cuts USING (id) WHERE NOT time <@ periods', 'delete_time by many ranges');
SELECT is_empty('SELECT cut FROM s JOIN cuts USING (id) WHERE series_merge(slices(points, periods), delete_time(points, periods)) <> points', 'together they are the whole');
CREATE TABLE near AS
SELECT row_number() OVER () AS cut, id, (times(points))[1 : 1 + (random() * 9)::integer] || NULL AS times, (ARRAY['0', '1 hour', '90 seconds', '1 day', '1 month'])[1 + (random() * 4)::integer]::interval AS within FROM s;
SELECT pg_temp.same_points('SELECT cut AS id, delete_near(points, times, within) AS points FROM s JOIN near USING (id)',
	'SELECT cut AS id, time, value FROM pt JOIN near USING (id) WHERE NOT EXISTS (SELECT FROM unnest(times) AS t WHERE time BETWEEN t - within AND t + within)', 'delete_near: without what is near');
SELECT is(slices(points, '{}'), NULL, 'nothing of nothing') FROM s WHERE id = 7;
SELECT pg_temp.same_points(format('SELECT id, filter(points, low, high, %L) AS points FROM s, LATERAL (SELECT percentile(points, 0.2) AS low, percentile(points, 0.7) AS high) AS q', bounds),
	format('SELECT pt.id, time, value FROM pt JOIN s USING (id), LATERAL (SELECT percentile(points, 0.2) AS low, percentile(points, 0.7) AS high) AS q WHERE value %s low AND value %s high', above, below), 'filter ' || bounds)
FROM (VALUES ('[]', '>=', '<='), ('[)', '>=', '<'), ('(]', '>', '<='), ('()', '>', '<')) AS v(bounds, above, below);

-- Grids, against date_trunc, in zones where the clock is set at night, at midnight, by half an hour, by a day, and never.
CREATE FUNCTION pg_temp.same_buckets(width text, zone text, start text, name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	buckets text := format('SELECT id, %s AS time, %%s AS value FROM pt WHERE mod(id, 6) < 5 GROUP BY 1, 2', replace(start, '@', quote_literal(zone)));
	method text;
	expected text;
BEGIN
	FOR method, expected IN VALUES ('mean', 'avg(value::text::numeric(50, 25))::float8'), ('sum', 'sum(value::text::numeric)::float8'), ('min', 'min(value)'), ('max', 'max(value)'), ('count', 'count(*)'),
		('first', '(array_agg(value ORDER BY pt.time))[1]'), ('last', '(array_agg(value ORDER BY pt.time DESC))[1]'), ('median', 'percentile_cont(0.5) WITHIN GROUP (ORDER BY value)') LOOP
		CONTINUE WHEN zone NOT IN ('Europe/Copenhagen', 'UTC') OR name NOT IN ('hour', 'day', 'month', 'ten days');
		RETURN NEXT pg_temp.same_points(format('SELECT id, resample(points, %L, %L, %L) AS points FROM s WHERE id %% 6 < 5', width, method, zone), format(buckets, expected),
			format('%s by %s in %s', method, name, zone), CASE WHEN method IN ('mean', 'sum') THEN 1e-13 ELSE 0 END);
	END LOOP;
	RETURN NEXT is_empty(format('(SELECT id, b.* FROM s, bucket_stats(points, %L, %L) AS b WHERE id %% 6 IN (0, 1, 3, 4)
		EXCEPT ALL SELECT id, %s, count(*), avg(value::text::numeric(50, 25))::float8, min(value), max(value) FROM pt WHERE id %% 6 IN (0, 1, 3, 4) GROUP BY 1, 2)', width, zone, replace(start, '@', quote_literal(zone))),
		format('bucket_stats by %s in %s', name, zone));
END
$$;
SELECT pg_temp.same_buckets(width, zone, format('date_trunc(%L, pt.time, @)', name), name)
FROM unnest('{Europe/Copenhagen,America/Sao_Paulo,Pacific/Apia,Asia/Kathmandu,UTC,America/New_York}'::text[]) AS zone, (VALUES ('1 hour', 'hour'), ('1 day', 'day'), ('7 days', 'week'), ('1 month', 'month'), ('3 months', 'quarter'), ('12 months', 'year')) AS v(width, name);
SELECT pg_temp.same_buckets(width, 'Australia/Lord_Howe', format('date_trunc(%L, pt.time, @)', name), name)
FROM (VALUES ('1 day', 'day'), ('7 days', 'week'), ('1 month', 'month')) AS v(width, name);
SELECT pg_temp.same_buckets('1 minute', 'Europe/Copenhagen', $$date_trunc('minute', pt.time, @)$$, 'minute');
SELECT pg_temp.same_buckets('90 minutes', 'UTC', $$date_bin('90 minutes', pt.time, '2001-01-01 00:00+00')$$, 'an hour and a half');
SELECT pg_temp.same_buckets('10 days', 'Europe/Copenhagen',
	$$((date '2001-01-01' + (floor(((pt.time AT TIME ZONE @)::date - date '2001-01-01') / 10.0) * 10)::integer)::timestamp AT TIME ZONE @)$$, 'ten days');
SELECT pg_temp.same_points($$SELECT id, resample(points, '1 month', 'count', 'Europe/Copenhagen', '1999-05-15 06:00') AS points FROM s WHERE id % 6 < 5$$,
	$$SELECT id, (date_trunc('month', time AT TIME ZONE 'Europe/Copenhagen' - interval '14 days 6 hours') + interval '14 days 6 hours') AT TIME ZONE 'Europe/Copenhagen' AS time, count(*) AS value
	FROM pt WHERE id % 6 < 5 GROUP BY 1, 2$$, 'months from the 15th at six');

-- Any grid: buckets start at their first moment, or where the clock was set, follow each other, and each point is in its own.
CREATE TABLE instants AS SELECT series_agg('2018-01-01'::timestamptz + i * interval '23 minutes 13 seconds', i) AS points FROM generate_series(0, 32000) AS i;
SELECT is_empty(format($$
	SELECT * FROM (
		SELECT b.time AS start, lead(b.time) OVER (ORDER BY b.time) AS next, num_points, min_value, lead(min_value) OVER (ORDER BY b.time) AS next_min, max_value, b.time AT TIME ZONE %1$L AS clock
		FROM instants, bucket_stats(points, %2$L, %1$L) AS b) AS q
	WHERE next_min <> max_value + 1 OR num_points <> max_value - min_value + 1
		OR '2018-01-01'::timestamptz + min_value * interval '23 minutes 13 seconds' < start OR '2018-01-01'::timestamptz + max_value * interval '23 minutes 13 seconds' >= next
		OR mod(extract(epoch FROM clock - '2001-01-01'), extract(epoch FROM %2$L::interval)) <> 0 AND (start - interval '1 microsecond') AT TIME ZONE %1$L + interval '1 microsecond' = clock
$$, zone, width), format('buckets of %s in %s', width, zone))
FROM unnest('{Europe/Copenhagen,America/Sao_Paulo,Pacific/Apia,Australia/Lord_Howe,Asia/Kathmandu}'::text[]) AS zone, unnest('{20 minutes,40 minutes,1 hour,2 hours,150 minutes,3 hours,7 hours,12 hours,36 hours,5 days}'::text[]) AS width;
-- Nothing is left of one call in the next one.
SELECT is_empty($$
	SELECT id, width, zone FROM s, unnest('{1 hour,1 day,1 month}'::text[]) AS width, unnest('{UTC,Asia/Kathmandu}'::text[]) AS zone
	WHERE id % 6 < 3 AND resample(points, width::interval, 'count', zone) <> (SELECT series_agg(b.time, num_points) FROM bucket_stats(points, width::interval, zone) AS b)
$$, 'resample and bucket_stats agree, whatever they were asked before');
SELECT throws_ok($$SELECT resample(points, zone => 'Europe/Kopenhagen') FROM s$$, '22023', NULL, 'unknown time zone');
SELECT throws_ok(format('SELECT resample(points, %L) FROM s', width), '22023', NULL, 'width ' || width) FROM unnest('{0,-1 hour,1 month 1 hour,1 day -24 hours,2000 years}'::text[]) AS width;

-- Fewer points: the same choice in PL/pgSQL.
CREATE FUNCTION pg_temp.lttb(points series, target integer) RETURNS series LANGUAGE plpgsql AS $$
DECLARE
	v float8[] := readings(points);
	t timestamptz[] := times(points);
	n integer := num_points(points);
	chosen integer := 1;
	kept integer[] := '{1}';
	area float8;
	largest float8;
	best integer;
	nx float8;
	ny float8;
	x float8[] := (SELECT array_agg(extract(epoch FROM u - t[1]) ORDER BY u) FROM unnest(t) AS u);
BEGIN
	FOR part IN 0 .. target - 3 LOOP
		SELECT avg(x[i]), avg(v[i]) INTO nx, ny
		FROM generate_series(2 + (n - 2) * (part + 1) / (target - 2), CASE WHEN part < target - 3 THEN 1 + (n - 2) * (part + 2) / (target - 2) ELSE n END) AS i;
		largest := -1;
		FOR i IN 2 + (n - 2) * part / (target - 2) .. 1 + (n - 2) * (part + 1) / (target - 2) LOOP
			area := abs((x[chosen] - nx) * (v[i] - v[chosen]) - (x[chosen] - x[i]) * (ny - v[chosen]));
			IF area > largest * (1 + 1e-12) THEN
				largest := area;
				best := i;
			END IF;
		END LOOP;
		chosen := best;
		kept := kept || chosen;
	END LOOP;
	kept := kept || n;
	RETURN (SELECT series_agg(t[i], v[i]) FROM unnest(kept) AS i);
END
$$;
SELECT is_empty(format($$SELECT id, num_points(points) FROM s WHERE id %% 6 IN (1, 2) AND num_points(points) > %1$s AND downsample(points, %1$s) <> pg_temp.lttb(points, %1$s)$$, target),
	format('LTTB to %s points', target)) FROM unnest('{3,4,17,100}'::integer[]) AS target;
SELECT is_empty(format($$SELECT id FROM s WHERE downsample(points, %1$s) IS DISTINCT FROM series_merge(downsample(points, %1$s), slice(downsample(points, %1$s), time_span(points)))
	OR num_points(downsample(points, %1$s)) <> least(%1$s, num_points(points)) OR num_points(downsample(points, %1$s, 'mean')) > %1$s
	OR EXISTS (SELECT FROM unnest(downsample(points, %1$s)) AS u WHERE value_at(points, u.time) IS DISTINCT FROM u.value)
	OR start_time(downsample(points, %1$s)) <> start_time(points) OR end_time(downsample(points, %1$s)) <> end_time(points)$$, target), format('%s of its own points, first and last among them', target))
FROM unnest('{3,50,1000}'::integer[]) AS target;
SELECT is_empty($$SELECT id FROM s WHERE id % 6 < 4 AND downsample(points, 20) <> downsample(points * 2.0 ^ 960, 20) / 2.0 ^ 960$$, 'whatever the size of values');
SELECT is_empty($$
	SELECT id FROM s JOIN (
		SELECT id, array_agg(mean ORDER BY part) AS means, array_agg(middle ORDER BY part) AS middles FROM (
			SELECT p.id, part, avg(value::text::numeric(50, 25))::float8 AS mean, start + extract(epoch FROM avg(time - start))::float8 * interval '1 second' AS middle
			FROM pt AS p JOIN (SELECT id, min(time) AS start, extract(epoch FROM max(time) - min(time)) * 1000000 + 1 AS span FROM pt GROUP BY id) AS q USING (id),
				LATERAL (SELECT div(extract(epoch FROM time - start) * 1000000 * 40, span) AS part) AS r WHERE p.id % 6 < 4 GROUP BY p.id, part, start) AS q GROUP BY id) AS q USING (id)
	WHERE id % 6 < 4 AND num_points(points) > 40
		AND (readings(downsample(points, 40, 'mean')) <> means AND id % 6 <> 2 OR num_points(downsample(points, 40, 'mean')) <> cardinality(means)
			OR EXISTS (SELECT FROM unnest(times(downsample(points, 40, 'mean')), middles) AS u(a, b) WHERE abs(extract(epoch FROM a - b)) > 0.000002))
$$, 'means over equal parts of time');

-- Moving.
SELECT pg_temp.same_points(format('SELECT id, moving_mean(points, %L) AS points FROM s WHERE id %% 6 < 5 AND num_points(points) <= 129', width),
	format($$SELECT id, time, (SELECT avg(value::text::numeric)::float8 FROM pt AS p WHERE p.id = pt.id AND p.time > pt.time - %L::interval AND p.time <= pt.time) AS value
		FROM pt WHERE id %% 6 < 5 AND (SELECT num_points(points) FROM s WHERE s.id = pt.id) <= 129$$, width), 'moving mean of ' || width, 1e-12)
FROM unnest('{1 microsecond,30 minutes,168 hours,99999 hours}'::text[]) AS width;
SELECT pg_temp.same_points(format('SELECT id, moving_mean(points, %L, centred => true) AS points FROM s WHERE id %% 6 < 5 AND num_points(points) <= 129', width),
	format($$SELECT id, time, (SELECT avg(value::text::numeric)::float8 FROM pt AS p WHERE p.id = pt.id AND p.time BETWEEN pt.time - %1$L::interval / 2 AND pt.time + %1$L::interval / 2) AS value
		FROM pt WHERE id %% 6 < 5 AND (SELECT num_points(points) FROM s WHERE s.id = pt.id) <= 129$$, width), 'centred moving mean of ' || width, 1e-12)
FROM unnest('{2 microseconds,1 hour,48 hours,480 hours}'::text[]) AS width;
SELECT pg_temp.same_points(format('SELECT id, moving_median(points, %L) AS points FROM s WHERE num_points(points) <= 129', width),
	format($$SELECT id, time, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY value) FROM pt AS p WHERE p.id = pt.id AND p.time > pt.time - %L::interval AND p.time <= pt.time) AS value
		FROM pt WHERE (SELECT num_points(points) FROM s WHERE s.id = pt.id) <= 129$$, width), 'moving median of ' || width)
FROM unnest('{1 microsecond,30 minutes,168 hours,99999 hours}'::text[]) AS width;
SELECT pg_temp.same_points($$SELECT id, moving_median(points, '480 hours', true) AS points FROM s WHERE num_points(points) <= 129$$,
	$$SELECT id, time, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY value) FROM pt AS p WHERE p.id = pt.id AND p.time BETWEEN pt.time - interval '240 hours' AND pt.time + interval '240 hours') AS value
		FROM pt WHERE (SELECT num_points(points) FROM s WHERE s.id = pt.id) <= 129$$, 'centred moving median');
SELECT is_empty($$SELECT id FROM s, unnest(moving_mean(points, '2 milliseconds')) AS u, LATERAL (
	SELECT avg(value::text::numeric) AS mean, max(abs(value::text::numeric)) AS size FROM pt AS p WHERE p.id = s.id AND p.time > u.time - interval '2 milliseconds' AND p.time <= u.time) AS q
	WHERE id % 6 = 5 AND num_points(points) <= 129 AND abs(u.value::text::numeric - mean) > size * 1e-15 + 1e-323$$, 'moving mean of extremes');
SELECT is(moving_mean('{1@2026-03-01, 1e17@2026-03-02, 3@2026-03-04, 4@2026-03-05}', '2 days'), '{1@2026-03-01, 5e16@2026-03-02, 3@2026-03-04, 3.5@2026-03-05}', 'a huge value leaves no trace');
SELECT pg_temp.same_points($$SELECT id, ewma(points, '6 hours') AS points FROM s WHERE id % 6 IN (0, 1, 3, 4)$$,
	$$SELECT id, (r.average).time, (r.average).value FROM (
		WITH RECURSIVE p AS (SELECT *, row_number() OVER (PARTITION BY id ORDER BY time) AS n FROM pt WHERE id % 6 IN (0, 1, 3, 4)),
		average AS (SELECT id, n, time, value FROM p WHERE n = 1
			UNION ALL SELECT p.id, p.n, p.time, a.value * power(2, -extract(epoch FROM p.time - a.time)::float8 / 21600) + p.value * (1 - power(2, -extract(epoch FROM p.time - a.time)::float8 / 21600))
			FROM average AS a JOIN p ON p.id = a.id AND p.n = a.n + 1)
		SELECT id, average FROM average) AS r$$, 'EWMA', 1e-11);
SELECT pg_temp.same_points(format('SELECT id, change(points, %L) AS points FROM s WHERE id %% 6 < 5', width),
	format($$SELECT id, time, value - (SELECT p.value FROM pt AS p WHERE p.id = pt.id AND p.time >= pt.time - %1$L::interval ORDER BY p.time LIMIT 1) AS value FROM pt
		WHERE id %% 6 < 5 AND EXISTS (SELECT FROM pt AS p WHERE p.id = pt.id AND p.time >= pt.time - %1$L::interval AND p.time < pt.time)$$, width), 'change in ' || width)
FROM unnest('{10 minutes,24 hours,72 hours}'::text[]) AS width;

-- Two series: each with the one beside it, moved to its time.
CREATE TABLE two AS
SELECT a.id, a.points AS a, (SELECT series_agg(time + CASE WHEN random() < 0.5 THEN interval '0' ELSE (random() * 1200 - 600) * interval '1 second' END, value + 1) FROM pt WHERE pt.id = a.id AND random() < 0.7) AS b
FROM s AS a WHERE id % 6 < 5 AND num_points(points) <= 129;
CREATE TABLE row_a AS SELECT id, u.* FROM two, unnest(a) AS u;
CREATE TABLE row_b AS SELECT id, u.* FROM two, unnest(b) AS u;
SELECT pg_temp.same_points(format('SELECT id, align(b, a, %L, %L) AS points FROM two', method, gap),
	format('SELECT id, time, value_at(b, time, %L, %L) AS value FROM row_a JOIN two USING (id) WHERE value_at(b, time, %1$L, %2$L) IS NOT NULL', method, gap), format('align: %s, %s', method, gap))
FROM unnest('{exact,previous,nearest,linear}'::text[]) AS method, unnest('{NULL,5 minutes,1 day}'::text[]) AS gap;
SELECT pg_temp.same_points(format('SELECT id, deduplicate(a, b, %L) AS points FROM two', blackout),
	format('SELECT * FROM row_a UNION ALL SELECT * FROM row_b AS b WHERE NOT EXISTS (SELECT FROM row_a AS a WHERE a.id = b.id AND (a.time = b.time
		OR (a.time - b.time) < %1$L::interval AND (b.time - a.time) < %1$L::interval))', blackout), 'deduplicate: ' || blackout)
FROM unnest('{0,1 microsecond,4 minutes,5 minutes,480 hours}'::text[]) AS blackout;
SELECT pg_temp.same_points(format('SELECT id, a %s b AS points FROM two', op), format('SELECT id, time, a.value %s b.value AS value FROM row_a AS a JOIN row_b AS b USING (id, time)', op), 'series and series: ' || op)
FROM unnest('{+,-,*,/}'::text[]) AS op;
SELECT pg_temp.same_points(format('SELECT id, points %s 18.01559 AS points FROM s WHERE id %% 6 < 5', op), format('SELECT id, time, value %s 18.01559::float8 AS value FROM pt WHERE id %% 6 < 5', op), 'series and number: ' || op)
FROM unnest('{+,-,*,/}'::text[]) AS op;
SELECT pg_temp.same_points(format('SELECT id, 18.01559 %s points AS points FROM s WHERE id %% 6 < 5', op), format('SELECT id, time, 18.01559::float8 %s value AS value FROM pt WHERE id %% 6 < 5', op), 'number and series: ' || op)
FROM unnest('{+,-,*,/}'::text[]) AS op;
SELECT pg_temp.same_points(format('SELECT id, round(filter(points, -1e15 / 10 ^ %1$s, 1e15 / 10 ^ %1$s), %1$s) AS points FROM s', digits) || CASE WHEN digits > 12 THEN ' WHERE id % 6 <> 2' ELSE '' END,
	format('SELECT id, time, round(value::text::numeric, %1$s)::float8 AS value FROM pt WHERE abs(value) <= 1e15 / 10 ^ %1$s', digits) || CASE WHEN digits > 12 THEN ' AND id % 6 <> 2' ELSE '' END, format('round to %s digits', digits))
FROM generate_series(-4, 14) AS digits;
SELECT pg_temp.same_points($$SELECT 1 AS id, round(series_agg('epoch'::timestamptz + i * interval '1 second', i / 1000.0), 2) AS points FROM generate_series(-20000, 20000) AS i$$,
	$$SELECT 1 AS id, 'epoch'::timestamptz + i * interval '1 second' AS time, round(i / 1000.0, 2)::float8 AS value FROM generate_series(-20000, 20000) AS i$$, 'halves go away from zero');
SELECT is_empty($$SELECT id FROM s WHERE id % 6 = 1 AND round(points * 18.0 / 18.0, 1) <> points$$, 'there and back between units');

SELECT * FROM finish();
ROLLBACK;
