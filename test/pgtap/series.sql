-- Properties of series, against plain rows and plain SQL over them.
BEGIN;
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'Europe/Copenhagen';
SELECT setseed(0.42);
SELECT * FROM no_plan();

-- Points of many kinds: the id tells the kind of times, of values, and the length.
CREATE TABLE pt (id integer, time timestamptz, value float8, PRIMARY KEY (id, time));

CREATE FUNCTION pg_temp.a_time(kind integer, i integer) RETURNS timestamptz LANGUAGE sql AS $$
SELECT CASE kind
	WHEN 0 THEN '2026-03-01 08:00+01'::timestamptz + i * interval '12 hours' + (random() * 3000)::integer * interval '1 second'
	WHEN 1 THEN '2026-03-01 00:02:17+01'::timestamptz + i * interval '5 minutes' + (random() * 2)::integer * interval '1 second'
	WHEN 2 THEN '1999-12-31'::timestamptz + i * random() * interval '1 microsecond'
	WHEN 3 THEN 'epoch'::timestamptz + i * interval '24 hours'
	WHEN 4 THEN 'epoch'::timestamptz + random() * random() * random() * interval '200000 years'
	WHEN 5 THEN '4714-11-24 00:00+00 BC'::timestamptz + (i + i % 7 * 11) * interval '1 millisecond'
	WHEN 6 THEN '294276-12-31 23:59:59.999999+00'::timestamptz - i * interval '4 milliseconds'
	ELSE CASE i % 3
		WHEN 0 THEN '4714-11-24 00:00+00 BC'::timestamptz
		WHEN 1 THEN '2000-01-01 00:00+00'
		ELSE '294276-12-31 23:59:59.999999+00' END
	END
$$;
CREATE FUNCTION pg_temp.a_value(kind integer, i integer) RETURNS float8 LANGUAGE sql AS $$
SELECT CASE kind
	WHEN 0 THEN round(130 + 15 * random())
	WHEN 1 THEN round((7 + 4 * sin(i / 20.0) + random())::numeric, 1)::float8
	WHEN 2 THEN (80 + random()) / 18.016
	WHEN 3 THEN (random() - 0.5) * power(10::float8, round(600 * random() - 300))
	WHEN 4 THEN ('{0,-0,5e-324,-5e-324,2.2250738585072014e-308,1.7976931348623157e308,-1.7976931348623157e308,
		9007199254740991,9007199254740992,9007199254740994,-9007199254740994,1e15,999999999999999,1000000000000001,
		0.1,1e-14,0.3,4503599627370497.5,1e22,123456789012345.6}'::float8[])[1 + (random() * 19)::integer]
	WHEN 5 THEN CASE WHEN random() < 0.02 THEN pi() ELSE round((7 + random())::numeric, 1) END
	WHEN 6 THEN random()::float4
	ELSE 36.6
	END
$$;
INSERT INTO pt
SELECT t.id, pg_temp.a_time(t.id % 8, i), pg_temp.a_value(t.id / 8 % 8, i)
FROM generate_series(0, 319) AS t(id),
	generate_series(1, ('{1,2,3,40,127,128,129,256,257,1000}'::integer[])[1 + t.id % 10]) AS i
ON CONFLICT DO NOTHING;

CREATE TABLE s AS SELECT id, series_agg(time, value) AS points FROM pt GROUP BY id;
ALTER TABLE s ADD PRIMARY KEY (id);
ANALYZE pt, s;

-- The points in a query for (id, points) are the rows of a query for (id, time, value), bit for bit.
CREATE FUNCTION pg_temp.same_rows(points text, rows text, name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	a text := format('SELECT id, time, float8send(value) FROM (%s) AS q, unnest(points)', points);
	b text := format('SELECT id, time, float8send(value) FROM (%s) AS q', rows);
BEGIN
	RETURN is_empty(format('(%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)', a, b), name);
END
$$;

-- Made of rows and of arrays.
SELECT pg_temp.same_rows('TABLE s', 'TABLE pt', 'series_agg keeps every bit');
SELECT pg_temp.same_rows(
	'SELECT id, series(array_agg(time), array_agg(value)) AS points FROM (SELECT * FROM pt ORDER BY random()) AS q GROUP BY id',
	'TABLE pt', 'series(arrays) keeps every bit, in any order of points');
SELECT pg_temp.same_rows('SELECT id, series(times(points), readings(points)) AS points FROM s', 'TABLE pt',
	'times() and readings() give the arrays back');
SELECT is(series('{}', '{}'), NULL, 'no points, no series');

-- Text.
CREATE FUNCTION pg_temp.text_round_trip(zone text, dates text, digits text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('timezone', zone, true), set_config('datestyle', dates, true), set_config('extra_float_digits', digits, true);
	RETURN pg_temp.same_rows('SELECT id, points::text::series AS points FROM s', 'TABLE pt',
		format('text keeps every bit (%s, %s, %s)', zone, dates, digits));
END
$$;
SELECT pg_temp.text_round_trip('America/St_Johns', 'German', '-15');
SELECT pg_temp.text_round_trip('Asia/Kathmandu', 'SQL, DMY', '0');
SELECT pg_temp.text_round_trip('Europe/Copenhagen', 'ISO, YMD', '1');
SELECT is_empty(
	$$SELECT points::text, rows FROM s, LATERAL (
		SELECT '{' || string_agg(value || '@' || time, ', ' ORDER BY time) || '}' AS rows FROM pt WHERE pt.id = s.id) AS q
	WHERE points::text <> rows$$,
	'text shows values as float8 does and times as timestamptz does');

-- Binary.
CREATE TABLE received (LIKE s);
\copy s TO PROGRAM 'cat > "$SCRATCH/series.copy"' (FORMAT binary)
\copy received FROM PROGRAM 'cat "$SCRATCH/series.copy"' (FORMAT binary)
SELECT pg_temp.same_rows('TABLE received', 'TABLE pt', 'binary keeps every bit');

-- Summary.
SELECT is_empty(
	$$SELECT id FROM s JOIN (
		SELECT id, count(*) AS n, min(time) AS t0, max(time) AS t1, min(value) AS v0, max(value) AS v1,
			(array_agg(value ORDER BY time))[1] AS first, (array_agg(value ORDER BY time DESC))[1] AS last FROM pt GROUP BY id) AS q USING (id)
	WHERE (n, t0, t1, v0, v1, first, last, tstzrange(t0, t1, '[]')) IS DISTINCT FROM
		(num_points(points), start_time(points), end_time(points), min_value(points), max_value(points),
			start_value(points), end_value(points), time_span(points))$$,
	'count, first and last, least and greatest, and span');
SELECT is_empty(
	$$SELECT id, mean_value(points), mean FROM s JOIN (
		SELECT id, avg(value::text::numeric) AS mean, max(abs(value))::text::numeric AS size FROM pt GROUP BY id) AS q USING (id)
	WHERE abs(mean_value(points)::text::numeric - mean) > size * 1e-15 + 1e-323
		OR NOT mean_value(points) BETWEEN min_value(points) AND max_value(points)$$,
	'mean, without overflow or loss');

-- However the points came together, the series is the same, and so are its hash and mean.
CREATE TABLE variants AS
WITH shuffled AS (SELECT *, (random() * 5)::integer AS part FROM pt ORDER BY random())
SELECT 'shuffled' AS name, id, series_agg(time, value) AS points FROM shuffled GROUP BY id
UNION ALL SELECT 'descending', id, series_agg(time, value ORDER BY time DESC) FROM pt GROUP BY id
UNION ALL SELECT 'repeated', id, series_agg(time, value) FROM (TABLE shuffled UNION ALL TABLE shuffled) AS q GROUP BY id
UNION ALL SELECT 'of parts', id, series_agg(points ORDER BY random()) FROM (
	SELECT id, series_agg(time, value) AS points FROM shuffled GROUP BY id, part) AS q GROUP BY id
UNION ALL SELECT 'of spans', id, series_agg(points ORDER BY part DESC) FROM (
	SELECT id, part, series_agg(time, value) AS points FROM (
		SELECT *, ntile(7) OVER (PARTITION BY id ORDER BY time) AS part FROM pt) AS q GROUP BY id, part) AS q GROUP BY id
UNION ALL SELECT 'cut and merged', id, series_merge(delete_time(points, hole), slice(points, hole)) FROM (
	SELECT id, points, tstzrange((times(points))[1 + num_points(points) / 3], end_time(points)) AS hole FROM s) AS q
UNION ALL SELECT 'merged point by point', id, series_merge(points, series(ARRAY[start_time(points)], ARRAY[start_value(points)])) FROM s;
SELECT is_empty(
	'SELECT v.name, id FROM variants AS v JOIN s USING (id) WHERE v.points <> s.points
		OR series_hash(v.points) <> series_hash(s.points) OR series_hash_extended(v.points, 7) <> series_hash_extended(s.points, 7)
		OR series_cmp(v.points, s.points) <> 0
		OR float8send(mean_value(v.points)) <> float8send(mean_value(s.points))',
	'equality, hash, order and mean do not depend on how a series was built');
SELECT is((SELECT count(*) FROM variants), (SELECT 7 * count(*) FROM s), 'all variants were there to compare');

-- Merge.
CREATE TABLE parts AS
SELECT id, series_agg(time, value) FILTER (WHERE random() < 0.6) AS a,
	series_agg(time, value * 2) FILTER (WHERE abs(value) < 1e300 AND random() < 0.5) AS b,
	series_agg(time, 3.25) FILTER (WHERE random() < 0.1) AS c
FROM pt GROUP BY id;
SELECT pg_temp.same_rows(
	'SELECT id, series_merge(a, b) AS points FROM parts',
	'SELECT DISTINCT ON (id, time) id, time, value FROM (
		SELECT id, 1 AS age, u.* FROM parts, unnest(a) AS u UNION ALL SELECT id, 0, u.* FROM parts, unnest(b) AS u) AS q ORDER BY id, time, age',
	'series_merge takes the new value');
SELECT is_empty(
	$$SELECT id FROM parts WHERE series_merge(series_merge(a, b), c) IS DISTINCT FROM series_merge(a, series_merge(b, c))
		OR series_merge(a, a) IS DISTINCT FROM a OR series_merge(series_merge(a, b), b) IS DISTINCT FROM series_merge(a, b)
		OR series_merge(a, NULL) IS DISTINCT FROM a OR series_merge(NULL, a) IS DISTINCT FROM a$$,
	'series_merge is associative and idempotent, and NULL changes nothing');
SELECT is(series_merge(NULL, NULL), NULL, 'series_merge of nothing');

-- Many small merges leave what one large one would, and no trail of tiny blocks.
CREATE FUNCTION pg_temp.merge_one_by_one(points series, step integer) RETURNS series LANGUAGE plpgsql AS $$
DECLARE
	result series;
	n integer := num_points(points);
	t timestamptz[] := times(points);
	v float8[] := readings(points);
BEGIN
	FOR i IN 0 .. n - 1 LOOP
		result := series_merge(result, series(ARRAY[t[1 + i * step % n]], ARRAY[v[1 + i * step % n]]));
	END LOOP;
	RETURN result;
END
$$;
SELECT is(pg_temp.merge_one_by_one(points, step), points, format('%s points merged one by one, in steps of %s', num_points(points), step))
FROM s, (VALUES (1), (7), (499)) AS v(step) WHERE id IN (35, 49, 288, 129) AND num_points(points) > 200;
SELECT cmp_ok(max(pg_column_size(pg_temp.merge_one_by_one(points, 499)) / pg_column_size(points)::float8), '<', 1.5::float8,
	'merged one by one out of order, still compact')
FROM s WHERE num_points(points) = 1000 AND id < 50;

-- Cuts. Bounds on points, between them, missing, infinite; empty ranges.
CREATE TABLE cuts AS
SELECT id, tstzrange(lower, upper, bounds) AS period
FROM (SELECT * FROM s WHERE id % 7 = 0) AS s, LATERAL (
	SELECT (times(points))[1 + (random() * (num_points(points) - 1))::integer] AS a, (times(points))[1 + (random() * (num_points(points) - 1))::integer] AS b
) AS q, (VALUES ('[]'), ('()'), ('[)'), ('(]')) AS v(bounds), LATERAL (
	SELECT least(a, b), greatest(a, b)
	UNION ALL SELECT NULL, a UNION ALL SELECT a, NULL UNION ALL SELECT '-infinity', a UNION ALL SELECT a, 'infinity'
	UNION ALL SELECT a, a
	UNION ALL SELECT '2026-03-02', '2026-03-05' WHERE id % 8 < 2
) AS w(lower, upper)
UNION ALL SELECT id, unnest(ARRAY['empty', '(,)', '(-infinity,infinity)', '[infinity,infinity]', '[-infinity,-infinity]']::tstzrange[]) FROM s WHERE id % 7 = 1;
ALTER TABLE cuts ADD COLUMN cut serial;
SELECT pg_temp.same_rows(
	'SELECT cut AS id, slice(points, period) AS points FROM s JOIN cuts USING (id)',
	'SELECT cut AS id, time, value FROM pt JOIN cuts USING (id) WHERE time <@ period', 'slice');
SELECT pg_temp.same_rows(
	'SELECT cut AS id, delete_time(points, period) AS points FROM s JOIN cuts USING (id)',
	'SELECT cut AS id, time, value FROM pt JOIN cuts USING (id) WHERE NOT time <@ period', 'delete_time of a range');
SELECT is_empty(
	'SELECT cut FROM s JOIN cuts USING (id) WHERE slice(points, period) IS NULL AND EXISTS (SELECT FROM pt WHERE pt.id = s.id AND time <@ period)
		OR slice(points, period) IS NOT NULL AND num_points(slice(points, period)) = 0',
	'what leaves nothing is NULL');

CREATE TABLE removed AS
SELECT id, array_agg(time ORDER BY random()) FILTER (WHERE random() < share)
	|| ARRAY[NULL, 'infinity', '-infinity', '2020-02-02']::timestamptz[] || NULL AS times
FROM pt, LATERAL (SELECT (id % 5) / 4.0 AS share) AS q WHERE id < 120 GROUP BY id;
SELECT pg_temp.same_rows(
	'SELECT id, delete_time(points, times) AS points FROM s JOIN removed USING (id)',
	'SELECT id, time, value FROM pt JOIN removed USING (id) WHERE coalesce(time <> ALL (array_remove(times, NULL)), true)', 'delete_time of instants');
SELECT is(delete_time('{1@2026-01-01}'::series, '{}'::timestamptz[]), '{1@2026-01-01}'::series, 'delete_time of no instants');

SELECT is_empty('SELECT id FROM s JOIN pt USING (id) WHERE float8send(value_at(points, time)) IS DISTINCT FROM float8send(value)', 'value_at every instant');
SELECT is_empty(
	$$SELECT id FROM s JOIN pt USING (id), LATERAL (SELECT time + d * interval '1 microsecond' AS near FROM (VALUES (-1), (1)) AS v(d)
		WHERE time BETWEEN '4714-12-01 BC' AND '294276-12-30') AS q
	WHERE value_at(points, near) IS DISTINCT FROM (SELECT value FROM pt AS p WHERE p.id = s.id AND p.time = near)$$,
	'value_at beside an instant');

-- Aggregates: two values at one instant, nulls, empty groups.
SELECT pg_temp.same_rows(
	'SELECT id, series_agg(time, value ORDER BY random()) AS points FROM (
		TABLE pt UNION ALL SELECT id, time, -value FROM pt UNION ALL SELECT id, time, value FROM pt WHERE random() < 0.5) AS q GROUP BY id',
	$$SELECT id, time, CASE WHEN value = 0 THEN 0 ELSE abs(value) END AS value FROM pt$$, 'series_agg keeps the greater value, and 0 rather than -0');
SELECT pg_temp.same_rows(
	'SELECT id, series_agg(points ORDER BY random()) AS points FROM (
		TABLE s UNION ALL SELECT id, series_agg(time, -value) FROM pt GROUP BY id UNION ALL SELECT id, NULL FROM s) AS q GROUP BY id',
	$$SELECT id, time, CASE WHEN value = 0 THEN 0 ELSE abs(value) END AS value FROM pt$$, 'and so does series_agg of series');
SELECT pg_temp.same_rows(
	'SELECT id, series_agg(time, value) AS points FROM (
		TABLE pt UNION ALL SELECT id, NULL, 1 FROM pt UNION ALL SELECT id, time, NULL FROM pt UNION ALL SELECT 1000, NULL, NULL) AS q GROUP BY id',
	'TABLE pt', 'series_agg passes over nulls');
SELECT is(series_agg(time, value), NULL, 'series_agg of no rows') FROM pt WHERE false;
SELECT is(series_agg(points), NULL, 'series_agg of no series') FROM s WHERE false;
SELECT is(series_agg(NULL::series), NULL, 'series_agg of nulls') FROM s;
SELECT is(series_agg_point(series_agg_series('{2@2026-01-02}', '{1@2026-01-01}'), '2026-01-03', 3), '{1@2026-01-01, 2@2026-01-02, 3@2026-01-03}'::series,
	'transition functions may be called by themselves');
SELECT is(series_agg(time, value) FILTER (WHERE value > 1e9), NULL, 'series_agg of what a filter leaves out') FROM pt WHERE id = 7 * 8;

-- Plans: parallel, partitionwise, sorted, hashed, and in windows.
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) ' || query; END
$$;
CREATE TABLE partitioned (LIKE pt) PARTITION BY HASH (id);
CREATE TABLE partitioned_0 PARTITION OF partitioned FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE partitioned_1 PARTITION OF partitioned FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO partitioned SELECT * FROM pt ORDER BY random();
INSERT INTO partitioned SELECT id, time, NULL FROM pt WHERE id % 3 = 0;
ANALYZE partitioned;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SET LOCAL enable_sort = off;
SELECT matches(string_agg(plan, E'\n'), 'Finalize.*Gather.*Partial', 'a parallel plan') FROM pg_temp.plan_of('SELECT id, series_agg(time, value) FROM partitioned GROUP BY id') AS plan;
SELECT pg_temp.same_rows('SELECT id, series_agg(time, value) AS points FROM partitioned GROUP BY id', 'TABLE pt', 'parallel series_agg');
SELECT pg_temp.same_rows('SELECT 1 AS id, series_agg(time, value) AS points FROM partitioned',
	'SELECT DISTINCT ON (time) 1 AS id, time, value FROM pt ORDER BY time, value DESC, float8send(value)', 'parallel series_agg of all rows');
SELECT is((SELECT series_agg(points) FROM s), (SELECT series_agg(time, value) FROM pt), 'parallel series_agg of series');
SET LOCAL enable_partitionwise_aggregate = on;
SELECT pg_temp.same_rows('SELECT id, series_agg(time, value) AS points FROM partitioned GROUP BY id', 'TABLE pt', 'partitionwise series_agg');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT pg_temp.same_rows('SELECT id, series_agg(time, value) AS points FROM partitioned GROUP BY id', 'TABLE pt', 'partitionwise series_agg in one process');
SET LOCAL work_mem = '1MB';
SELECT pg_temp.same_rows('SELECT id, series_agg(time, value) AS points FROM partitioned GROUP BY id', 'TABLE pt', 'hashed series_agg that spills');
SET LOCAL enable_hashagg = off;
SET LOCAL enable_sort = on;
SELECT pg_temp.same_rows('SELECT id, series_agg(time, value) AS points FROM partitioned GROUP BY id', 'TABLE pt', 'sorted series_agg');
SET LOCAL enable_hashagg = on;

CREATE TABLE windows AS
SELECT id, time, row_number() OVER w AS n,
	series_agg(time, value) OVER w AS running,
	series_agg(time, value) OVER (w ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) AS moving,
	series_agg(series(ARRAY[time], ARRAY[value])) OVER w AS running_series,
	series_agg(time, value) OVER (PARTITION BY id) AS whole
FROM pt WHERE id % 10 IN (0, 1, 2, 3) WINDOW w AS (PARTITION BY id ORDER BY time);
SELECT pg_temp.same_rows('SELECT (id, n)::text AS id, running AS points FROM windows',
	'SELECT (w.id, n)::text AS id, pt.time, value FROM windows AS w JOIN pt ON pt.id = w.id AND pt.time <= w.time', 'running window');
SELECT is_empty('SELECT id FROM windows WHERE running_series <> running', 'running window of series');
SELECT pg_temp.same_rows('SELECT (id, n)::text AS id, moving AS points FROM windows',
	'SELECT (w.id, w.n)::text AS id, pt.time, value FROM windows AS w
		JOIN windows AS near ON near.id = w.id AND near.n BETWEEN w.n - 2 AND w.n + 1 JOIN pt ON pt.id = near.id AND pt.time = near.time', 'moving window');
SELECT is_empty('SELECT id FROM windows JOIN s USING (id) WHERE whole <> points', 'window over all');

-- Order: as the lists of rows compare.
CREATE TYPE pair AS (time timestamptz, value float8);
CREATE TABLE compared AS
SELECT a.points AS a, b.points AS b, (SELECT array_agg((time, value)::pair ORDER BY time) FROM pt WHERE id = a.id) AS rows_a,
	(SELECT array_agg((time, value)::pair ORDER BY time) FROM pt WHERE id = b.id) AS rows_b
FROM s AS a JOIN s AS b ON b.id IN (a.id, (a.id + 1) % 320, (a.id + 8) % 320, (a.id + 80) % 320, (a.id * 7) % 320)
WHERE num_points(a.points) < 300 AND num_points(b.points) < 300;
INSERT INTO compared SELECT a, b, NULL, NULL FROM (
	SELECT points AS a, delete_time(points, ARRAY[end_time(points)]) AS b FROM s) AS q WHERE b IS NOT NULL;
SELECT is_empty(
	'SELECT a, b FROM compared WHERE rows_a IS NOT NULL AND (a < b, a <= b, a = b, a <> b, a >= b, a > b) IS DISTINCT FROM
		(rows_a < rows_b, rows_a <= rows_b, rows_a = rows_b, rows_a <> rows_b, rows_a >= rows_b, rows_a > rows_b)',
	'order of series is the order of their lists of rows');
SELECT is_empty('SELECT a, b FROM compared WHERE rows_a IS NULL AND NOT (a > b AND b < a AND a <> b AND series_cmp(a, b) = 1)', 'a series comes after what it begins with');
SELECT is_empty('SELECT a FROM compared WHERE sign(series_cmp(a, b)) <> -sign(series_cmp(b, a))', 'order is antisymmetric');
SELECT ok('{0@2026-01-01}'::series = '{-0@2026-01-01}'::series AND series_hash('{0@2026-01-01}') = series_hash('{-0@2026-01-01}'), '0 equals -0, as in float8');
SELECT is((SELECT count(DISTINCT points) FROM variants), (SELECT count(DISTINCT rows) FROM (
	SELECT array_agg((time, value)::pair ORDER BY time) AS rows FROM pt GROUP BY id) AS q), 'DISTINCT by sorting');
SELECT is((SELECT count(*) FROM (SELECT points FROM variants GROUP BY points) AS q), (SELECT count(DISTINCT points) FROM variants), 'GROUP BY by hashing');

-- Size: what the format promises.
SELECT cmp_ok(pg_column_size(row('{128@2026-03-01 08:00:00+01}'::series)) - pg_column_size(row()), '<=', 16, 'one point in 16 bytes');
SELECT cmp_ok(max(pg_column_size(points)), '<', 140, '40 home measurements in 140 bytes') FROM s WHERE id = 120 + 8 * 9 + 48;

-- A stored value is read no further than needed.
CREATE TABLE long (points series);
INSERT INTO long SELECT series_agg('2000-01-01'::timestamptz + i * interval '1 second', random()) FROM generate_series(1, 100000) AS i;
CREATE FUNCTION pg_temp.blocks_read(expression text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE format('EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) SELECT %s FROM long WHERE %s IS NOT NULL', expression, expression) INTO plan;
	RETURN (plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::integer + (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::integer;
END
$$;
SELECT cmp_ok(max(pg_temp.blocks_read(f || '(points)')), '<', 30, 'the summary of a long value takes few blocks')
FROM unnest('{num_points,start_time,end_time,start_value,end_value,min_value,max_value,mean_value,time_span}'::text[]) AS f;
SELECT cmp_ok(pg_temp.blocks_read('readings(points)'), '>', 100, 'and the whole takes many');
SELECT cmp_ok(pg_temp.blocks_read(format('%s(points, %s)', f, argument)), '<', 60, f || ' of a long value takes few blocks')
FROM (VALUES ('slice', $$'[2000-01-01 20:00, 2000-01-01 20:10]'$$), ('value_at', $$'2000-01-01 20:00'$$)) AS v(f, argument);

-- Parts of long values, even and uneven, beside the same of the value in memory.
INSERT INTO long SELECT series_merge(points, '{1@2000-01-01 00:00:00.5, 1@2000-01-01 12:00:00.5, 1@2000-01-01 12:00:01.5}') FROM long;
SELECT is_empty(
	$$SELECT since FROM long, LATERAL (SELECT series_merge(points, slice(points, '[2000-01-01 00:00, 2000-01-01 00:01]')) AS memory OFFSET 0) AS m,
		LATERAL (SELECT '2000-01-01'::timestamptz + (i * 3617 % 100300) * interval '1 second' AS since FROM generate_series(1, 60) AS i) AS q
	WHERE slice(points, tstzrange(since, since + interval '5 minutes')) IS DISTINCT FROM slice(memory, tstzrange(since, since + interval '5 minutes'))
		OR value_at(points, since) IS DISTINCT FROM value_at(memory, since)
		OR value_at(points, since + interval '0.5 second') IS DISTINCT FROM value_at(memory, since + interval '0.5 second')$$,
	'parts of a stored value are those of the value');
SELECT is(series_agg(slice(points, period)), points, 'a long value put together of its parts')
FROM long, LATERAL (SELECT tstzrange('2000-01-01'::timestamptz + i * interval '77 minutes', '2000-01-01'::timestamptz + (i + 1) * interval '77 minutes') AS period
	FROM generate_series(0, 24) AS i ORDER BY random()) AS q GROUP BY points;
SELECT is_empty(
	$$SELECT id, cut FROM cuts JOIN parts USING (id)
	WHERE slice(series_merge(a, b), period) IS DISTINCT FROM series_merge(slice(a, period), slice(b, period))$$,
	'a slice of a merger is the merger of slices');

-- Values that are no decimals but quotients come back bit for bit, and take little room.
CREATE TABLE quotients AS
SELECT divisor, i, '2026-01-01'::timestamptz + i * interval '5 minutes' AS time, (round(120 + 30 * sin(i / 20.0)) + i % 3) / divisor AS value
FROM unnest('{3,18,18.0182,7.123}'::float8[]) AS divisor, generate_series(1, 1000) AS i;
SELECT pg_temp.same_rows('SELECT divisor AS id, series_agg(time, value) AS points FROM quotients GROUP BY divisor', 'SELECT divisor AS id, time, value FROM quotients', 'quotients');
SELECT cmp_ok(pg_column_size(series_agg(time, value)), '<', 1000, '1,000 quotients by ' || divisor || ' in 1,000 bytes') FROM quotients WHERE divisor <> 7.123 GROUP BY divisor;

-- Rows to expect.
CREATE FUNCTION pg_temp.planned_rows(query text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END
$$;
SELECT is(pg_temp.planned_rows($$SELECT * FROM unnest('{1@2026-01-01, 2@2026-01-02, 3@2026-01-03}'::series)$$), 3, 'unnest of a constant is planned by its length');
SELECT cmp_ok(pg_temp.planned_rows('SELECT unnest(points) FROM s') / (SELECT count(*) FROM pt)::float8, '<', 5::float8, 'unnest of a column is planned by its width, not too high');
SELECT cmp_ok(pg_temp.planned_rows('SELECT unnest(points) FROM s') / (SELECT count(*) FROM pt)::float8, '>', 0.2::float8, 'nor too low');
SELECT is((SELECT count(*) FROM (SELECT unnest(points) FROM s LIMIT 10) AS q), 10::bigint, 'unnest under LIMIT');

-- Sparkline, against the same cells in SQL.
CREATE FUNCTION pg_temp.sparkline(points series, width integer) RETURNS text LANGUAGE sql AS $$
WITH cell AS (
	SELECT least(width - 1, div(extract(epoch FROM time - start_time(points)) * width, extract(epoch FROM end_time(points) - start_time(points)))) AS cell,
		avg(value::numeric) AS mean
	FROM unnest(points) GROUP BY 1
), bounds AS (SELECT min(mean) AS low, max(mean) - min(mean) AS range FROM cell)
SELECT string_agg(CASE WHEN mean IS NULL THEN ' ' WHEN range = 0 THEN '▄'
	ELSE substr('▁▂▃▄▅▆▇█', 1 + least(7, floor(round((mean - low) / range * 8, 9)))::integer, 1) END, '' ORDER BY i)
FROM generate_series(0, width - 1) AS i LEFT JOIN cell ON cell.cell = i, bounds
$$;
SELECT is_empty(
	$$SELECT id, width, sparkline(points, width), pg_temp.sparkline(points, width) FROM s, (VALUES (1), (2), (7), (20), (100)) AS w(width)
	WHERE id % 8 IN (0, 1, 3) AND id / 8 % 8 IN (0, 7) AND num_points(points) > 1 AND sparkline(points, width) <> pg_temp.sparkline(points, width)$$,
	'sparkline shows the means of its cells');
SELECT is(length(sparkline(points, 1000)), CASE WHEN num_points(points) = 1 THEN 1 ELSE 1000 END, 'sparkline of 1000 cells') FROM s WHERE id IN (0, 4 * 8 + 7);

-- Malformed text: an error that names the type, or a series that survives its own text. Never anything else.
CREATE FUNCTION pg_temp.mutations(n integer) RETURNS TABLE (input text, state text, message text) LANGUAGE plpgsql AS $$
DECLARE
	parsed series;
BEGIN
	FOR i IN 1 .. n LOOP
		input := (ARRAY['{128@2026-03-01 08:00:00+01, 131.5@2026-03-01 20:00:00+01}', '{-1.5e-7@"Mar 1, 2026 08:00 CET"}',
			'{1@infinity, nan@2026-01-01}', '{1@2026-10-25 02:30:00.123456+01:00:30, 1e308@4713-01-01 BC}'])[1 + i % 4];
		FOR j IN 0 .. (random() * 3)::integer LOOP
			input := overlay(input PLACING substr('{}@@,,. -+:eE0123456789TZBCinfa' || E'\t\u00e6"\\', 1 + (random() * 35)::integer, (random() * 2)::integer)
				FROM 1 + (random() * length(input))::integer FOR (random() * 3)::integer);
		END LOOP;
		state := NULL;
		message := NULL;
		BEGIN
			parsed := input::series;
			IF parsed::text::series <> parsed OR num_points(parsed) < 1 THEN
				message := 'does not survive its own text';
			END IF;
		EXCEPTION WHEN OTHERS THEN
			state := SQLSTATE;
			message := SQLERRM;
		END;
		RETURN NEXT;
	END LOOP;
END
$$;
CREATE TABLE mutations AS SELECT * FROM pg_temp.mutations(4000);
-- 22023 is thrown below us for an unknown time zone, up to PostgreSQL 15.
SELECT is_empty(
	$$SELECT * FROM mutations WHERE NOT (state = '22023' AND message LIKE 'time zone "%" not recognized')
		AND (message !~ 'series' OR state IS NULL AND message IS NOT NULL OR state NOT IN ('22P02', '22003', '22007', '22008'))$$,
	'malformed text is refused by name, with a code for what is wrong');
SELECT cmp_ok((SELECT count(*) FROM mutations WHERE state IS NULL), '>', 100::bigint, 'while some mutations are well-formed');

-- Malformed binary. COPY writes a bytea as the field that series_recv() reads.
\getenv scratch SCRATCH
CREATE FUNCTION pg_temp.receive(field bytea, file text) RETURNS series LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('COPY (SELECT 0, %L::bytea) TO %L (FORMAT binary)', field, file);
	DELETE FROM received;
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	RETURN (SELECT points FROM received);
END
$$;
CREATE FUNCTION pg_temp.field(version integer, count integer, VARIADIC points bytea[]) RETURNS bytea LANGUAGE sql AS $$
SELECT decode(lpad(to_hex(version), 2, '0'), 'hex') || int4send(count) || coalesce((SELECT string_agg(p, '' ORDER BY i) FROM unnest(points) WITH ORDINALITY AS u(p, i)), '')
$$;
CREATE FUNCTION pg_temp.refused(field bytea, file text, state text, message text) RETURNS text LANGUAGE sql AS $$
SELECT throws_ok(format('SELECT pg_temp.receive(%L, %L)', field, file), state, message, 'binary: ' || message)
$$;
\set file '''' :scratch '/series.field'''
\set point 'int8send(1000000) || float8send(7.5)'
SELECT is(pg_temp.receive(pg_temp.field(1, 2, :point, int8send(2000000) || float8send(8)), :file), '{7.5@2000-01-01 00:00:01+00, 8@2000-01-01 00:00:02+00}'::series, 'binary as documented');
SELECT pg_temp.refused('', :file, '08P01', 'no data left in message');
SELECT pg_temp.refused(pg_temp.field(2, 1, :point), :file, '0A000', 'binary series has version 2, and only 1 is known');
SELECT pg_temp.refused(pg_temp.field(1, 0, NULL), :file, '22P03', 'invalid number of points in binary series: 0');
SELECT pg_temp.refused(pg_temp.field(1, -1, :point), :file, '22P03', 'invalid number of points in binary series: 4294967295');
SELECT pg_temp.refused(pg_temp.field(1, 2, :point), :file, '22P03', 'invalid number of points in binary series: 2');
SELECT pg_temp.refused(pg_temp.field(1, 1, :point, :point), :file, '22P03', 'invalid number of points in binary series: 1');
SELECT pg_temp.refused(pg_temp.field(1, 1, :point, '\x00'), :file, '22P03', 'incorrect binary data format');
SELECT pg_temp.refused(pg_temp.field(1, 2, :point, :point), :file, '22P03', 'times in binary series must increase');
SELECT pg_temp.refused(pg_temp.field(1, 1, int8send(1) || float8send('NaN')), :file, '22003', 'value of a series must be finite, not NaN');
SELECT pg_temp.refused(pg_temp.field(1, 1, int8send(1) || float8send('-Infinity')), :file, '22003', 'value of a series must be finite, not -Infinity');
SELECT pg_temp.refused(pg_temp.field(1, 1, int8send(9223372036854775807) || float8send(1)), :file, '22008', 'time in a series must be finite, not infinity');
SELECT pg_temp.refused(pg_temp.field(1, 1, int8send(9223371331200000000) || float8send(1)), :file, '22008', 'timestamp out of range');
CREATE FUNCTION pg_temp.receive_mutations(n integer, file text) RETURNS TABLE (field bytea, state text, message text) LANGUAGE plpgsql AS $$
DECLARE
	received series;
BEGIN
	FOR i IN 1 .. n LOOP
		field := (SELECT series_send(points) FROM s WHERE num_points(points) BETWEEN 2 AND 40 ORDER BY random() LIMIT 1);
		FOR j IN 0 .. (random() * 2)::integer LOOP
			field := set_byte(field, floor(length(field) * random() * random())::integer, (random() * 255)::integer);
		END LOOP;
		field := substr(field, 1, length(field) - CASE WHEN random() < 0.2 THEN (random() * 20)::integer ELSE 0 END);
		state := NULL;
		message := NULL;
		BEGIN
			received := pg_temp.receive(field, file);
			IF series_send(received) <> field THEN
				message := 'comes out differently';
			END IF;
		EXCEPTION WHEN OTHERS THEN
			state := SQLSTATE;
			message := SQLERRM;
		END;
		RETURN NEXT;
	END LOOP;
END
$$;
SELECT is_empty(format($$SELECT * FROM pg_temp.receive_mutations(500, %L)
	WHERE state IS NULL AND message IS NOT NULL OR state NOT IN ('22P03', '22003', '22008', '0A000', '08P01')$$, :file),
	'mutated binary is refused, or goes out as it came in');

-- Damaged stored values: an error that says so, or some result. Never a crash.
CREATE CAST (bytea AS series) WITHOUT FUNCTION;
CREATE CAST (series AS bytea) WITHOUT FUNCTION;
CREATE FUNCTION pg_temp.damages(n integer) RETURNS TABLE (damaged bytea, call text, state text, message text) LANGUAGE plpgsql AS $$
DECLARE
	whole bytea;
	size integer;
BEGIN
	FOR i IN 1 .. n LOOP
		SELECT points::bytea INTO whole FROM s ORDER BY random() LIMIT 1;
		size := length(whole);
		damaged := whole;
		FOR j IN 0 .. (random() * 2)::integer LOOP
			-- most often in the summary and the directory
			damaged := set_byte(damaged, floor(size * power(random(), 3))::integer, (random() * 255)::integer);
		END LOOP;
		IF random() < 0.2 THEN
			damaged := substr(damaged, 1, (random() * size)::integer);
		END IF;
		FOREACH call IN ARRAY ARRAY['num_points($1)', 'mean_value($1)', 'time_span($1)', 'times($1)', 'readings($1)', '$1::text', 'sparkline($1)',
			'(SELECT count(*) FROM unnest($1))', 'series_merge($1, $2)', 'slice($1, $3)', 'delete_time($1, $3)', 'series_send($1)',
			'delete_time($1, ARRAY[lower($3)])', 'value_at($1, lower($3))', 'series_hash($1)', '$1 = $2', '$1 < $2',
			'(SELECT series_agg(p) FROM (VALUES ($1), ($2)) AS v(p))'] LOOP
			state := NULL;
			message := NULL;
			BEGIN
				EXECUTE 'SELECT ' || call USING damaged::series, '{1@2026-03-05}'::series, '[2026-03-03,2026-03-09)'::tstzrange;
			EXCEPTION WHEN OTHERS THEN
				state := SQLSTATE;
				message := SQLERRM;
			END;
			RETURN NEXT;
		END LOOP;
	END LOOP;
END
$$;
CREATE TABLE damages AS SELECT * FROM pg_temp.damages(600);
SELECT is_empty($$SELECT DISTINCT call, state, message FROM damages WHERE state NOT IN ('XX001', '0A000')$$, 'a damaged value is reported as such');
SELECT cmp_ok((SELECT count(*) FROM damages WHERE state = 'XX001'), '>', 1000::bigint, 'as most damage is');
SELECT throws_ok($$SELECT num_points('\x'::bytea::series)$$, 'XX001', 'stored series is damaged', 'no bytes at all');
SELECT throws_ok($$SELECT num_points('\x20'::bytea::series)$$, '0A000', NULL, 'an unknown version');
SELECT throws_ok($$SELECT num_points('\x1f'::bytea::series)$$, '0A000', NULL, 'an unknown flag');

-- Everything of the type may run in parallel, has a comment, and says whether it takes NULL.
SELECT is_empty(
	$$SELECT p.oid::regprocedure FROM pg_proc AS p WHERE pronamespace = 'smartcare'::regnamespace
		AND (prorettype = 'series'::regtype OR 'series'::regtype = ANY (proargtypes))
		AND (proparallel <> 's' OR obj_description(p.oid, 'pg_proc') IS NULL OR provolatile = 'v')$$,
	'functions of series are parallel safe, not volatile, and described');

SELECT * FROM finish();
ROLLBACK;
