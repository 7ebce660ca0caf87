-- Indexes on series: what they find, against plain rows; and what the planner knows.
BEGIN;
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'Europe/Copenhagen';
SET LOCAL jit = off;
SELECT setseed(0.9);
SELECT * FROM no_plan();

CREATE TABLE kept (id integer, points series);
INSERT INTO kept
SELECT id, (SELECT series_agg('2026-01-01'::timestamptz + ((id * 37 % 300) * 24 + i * 3 * random()) * interval '1 hour' + (id % 5 = 0)::integer * interval '3 seconds',
		CASE WHEN id % 101 = 0 THEN 10.0 ^ (i % 300) * (-1) ^ i ELSE round(120 + 40 * sin(id) + 15 * random()) END)
	FROM generate_series(1, 1 + id % 7 * 8) AS i WHERE id % 50 <> 49)
FROM generate_series(0, 1999) AS id;
INSERT INTO kept VALUES (2000, '{1@4714-11-24 00:00+00 BC, 1.5e308@294276-12-31 23:59:59.999999+00}'), (2001, '{-1.5e308@2026-02-01}');
CREATE TABLE point AS SELECT id, u.* FROM kept, unnest(points) AS u;
ANALYZE;

CREATE TABLE asked AS
SELECT row_number() OVER () AS n, * FROM (
	SELECT tstzrange(t, t + w * interval '1 hour', b) AS period, threshold
	FROM (SELECT '2026-01-01'::timestamptz + random() * interval '320 days' AS t, (random() ^ 3 * 500)::integer AS w,
		('{[],(),[),(]}'::text[])[1 + (random() * 3)::integer] AS b, round(60 + 130 * random())::float8 AS threshold FROM generate_series(1, 24)) AS q
	UNION ALL
	SELECT period, threshold FROM unnest('{"(,)",empty,"(,2026-03-01)","[2026-10-01,)","[-infinity,infinity]","[2026-02-01,2026-02-01]"}'::tstzrange[]) AS period,
		unnest('{150,1e250,-1e250,Infinity,-Infinity,NaN}'::float8[]) AS threshold
) AS a;

CREATE FUNCTION pg_temp.answers(query text) RETURNS TABLE (n bigint, id integer) LANGUAGE plpgsql AS $$
DECLARE a record;
BEGIN
	FOR a IN SELECT * FROM asked LOOP
		RETURN QUERY EXECUTE format('SELECT %s::bigint, id %% 10000 FROM kept WHERE %s', a.n, format(query, a.period, a.threshold));
	END LOOP;
END $$;
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END $$;

-- The oracle: rows.
CREATE TABLE by_rows AS
SELECT 'range' AS form, n, id FROM asked, LATERAL (SELECT DISTINCT id FROM point WHERE time <@ period) AS p
UNION ALL SELECT 'exceeds', n, id FROM asked, LATERAL (SELECT DISTINCT id FROM point WHERE time <@ period AND value > threshold AND threshold <> 'NaN') AS p
UNION ALL SELECT 'falls_below', n, id FROM asked, LATERAL (SELECT DISTINCT id FROM point WHERE time <@ period AND value < threshold AND threshold <> 'NaN') AS p
UNION ALL SELECT 'box', n, id FROM asked, LATERAL (SELECT DISTINCT id FROM point WHERE time <@ period AND value BETWEEN threshold AND threshold + 10 AND threshold <> 'NaN') AS p;

CREATE TABLE form (form text, query text);
INSERT INTO form VALUES ('range', 'points && %1$L::tstzrange'), ('exceeds', 'exceeds(points, %2$L, %1$L)'), ('falls_below', 'falls_below(points, %2$L, %1$L)'),
	('box', 'points && series_box(%1$L, %2$L, %2$L::float8 + 10)');

SELECT set_eq(format('SELECT * FROM pg_temp.answers(%L)', query), format('SELECT n, id FROM by_rows WHERE form = %L', form), form || ' without an index') FROM form;

SET LOCAL enable_seqscan = off;
CREATE INDEX kept_gist ON kept USING gist (points);
SELECT matches(pg_temp.plan('SELECT id FROM kept WHERE ' || format(query, '[2026-03-01,2026-03-02)', 150)), 'Index.* Scan (on|using) kept_gist', form || ' uses the GiST index') FROM form;
SELECT set_eq(format('SELECT * FROM pg_temp.answers(%L)', query), format('SELECT n, id FROM by_rows WHERE form = %L', form), form || ' with a GiST index') FROM form;
-- By new rows, since an index made after an update is not used in the same transaction.
INSERT INTO kept SELECT id + 10000, points FROM kept WHERE id < 500;
DELETE FROM kept WHERE id < 500;
SELECT set_eq(format('SELECT * FROM pg_temp.answers(%L)', query), format('SELECT n, id FROM by_rows WHERE form = %L', form), form || ' after changes') FROM form;
DROP INDEX kept_gist;

CREATE INDEX kept_brin ON kept USING brin (points) WITH (pages_per_range = 2);
SELECT matches(pg_temp.plan('SELECT id FROM kept WHERE ' || format(query, '[2026-03-01,2026-03-02)', 150)), 'Index Scan (on|using) kept_brin', form || ' uses the BRIN index') FROM form;
SELECT set_eq(format('SELECT * FROM pg_temp.answers(%L)', query), format('SELECT n, id FROM by_rows WHERE form = %L', form), form || ' with a BRIN index') FROM form;
INSERT INTO kept SELECT id + 10000, points FROM kept WHERE id BETWEEN 500 AND 1000;
DELETE FROM kept WHERE id BETWEEN 500 AND 1000;
SELECT set_eq(format('SELECT * FROM pg_temp.answers(%L)', query), format('SELECT n, id FROM by_rows WHERE form = %L', form), form || ' after changes (BRIN)') FROM form;
DROP INDEX kept_brin;

-- Thresholds that are known only when the query runs.
CREATE INDEX kept_gist ON kept USING gist (points);
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE high (float8, tstzrange) AS SELECT id FROM kept WHERE exceeds(points, $1, $2);
SELECT matches(pg_temp.plan('EXECUTE high (170, ''[2026-03-01,2026-03-08)'')'), 'kept_gist', 'parameters of a generic plan reach the index');
CREATE TEMP TABLE found ON COMMIT DROP AS EXECUTE high (170, '[2026-03-01,2026-03-08)');
SELECT set_eq('SELECT id % 10000 FROM found',
	'SELECT DISTINCT id FROM point WHERE value > 170 AND time >= ''2026-03-01'' AND time < ''2026-03-08''', 'and find what is there');
SELECT matches(pg_temp.plan('SELECT * FROM asked, kept WHERE falls_below(points, threshold, period)'), 'kept_gist', 'a join reaches the index');
SELECT set_eq('SELECT n, id % 10000 AS id FROM asked, kept WHERE falls_below(points, threshold, period)',
	'SELECT n, id FROM by_rows WHERE form = ''falls_below''', 'and finds what is there');

-- What the planner knows: within a factor of two, or twenty rows, of what is there.
RESET enable_seqscan;
RESET plan_cache_mode;
CREATE FUNCTION pg_temp.expected_rows(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
DROP INDEX kept_gist;
ANALYZE kept;
CREATE TABLE guess AS
SELECT form, period, threshold, pg_temp.expected_rows('SELECT * FROM kept WHERE ' || format(query, period, threshold)) AS guess,
	(SELECT count(*) FROM by_rows b WHERE b.n = a.n AND b.form = f.form) AS actual
FROM asked a, form f WHERE threshold BETWEEN 60 AND 200;
SELECT is_empty($$
	SELECT * FROM guess WHERE form = 'range' AND NOT (guess BETWEEN actual / 2.0 - 20 AND actual * 2 + 75)
$$, 'rows that meet a period are estimated');
SELECT is_empty($$
	SELECT * FROM guess WHERE form <> 'range' AND NOT (guess BETWEEN actual / 2.0 - 20 AND actual * 4 + 125)
$$, 'rows that meet a window are estimated, from above');
SELECT cmp_ok(corr(guess, actual), '>', 0.9::float8, 'estimates follow the rows: ' || form) FROM guess GROUP BY form;
SELECT cmp_ok(pg_temp.expected_rows('SELECT unnest(points) FROM kept WHERE id = 1999'), '=', (SELECT round(avg(num_points(points)))::float8 FROM kept), 'rows of unnest are the mean count');
SELECT cmp_ok(pg_temp.expected_rows('SELECT unnest(slice(points, ''[2026-03-01,2026-03-08)'')) FROM kept WHERE id = 1999'), '=', (SELECT round(avg(num_points(points)))::float8 FROM kept), 'of a slice, too');
SELECT ok(pg_temp.expected_rows('SELECT * FROM kept WHERE points IS NULL') BETWEEN 20 AND 60, 'nulls are counted');

-- A box beyond all times, as far as doubles tell them apart.
SELECT ok(NOT points && box(point(2 ^ x, -1e300), point('infinity', 1e300)), format('nothing is later than 2^%s', x)) FROM (SELECT series '{1@2026-03-01}' AS points) AS s, unnest(ARRAY[62, 63, 64]) AS x;

-- Where doubles are two microseconds and more apart, a search box has all that is asked for, with an index and without.
CREATE TABLE far AS SELECT n, start + n * interval '1 microsecond' AS time, series(ARRAY[start + n * interval '1 microsecond'], ARRAY[5.0]) AS points
FROM unnest('{2300-01-01, 0200-01-01, 250000-01-01}'::timestamptz[]) AS start, generate_series(1, 40) AS n;
SELECT is_empty('SELECT * FROM far WHERE NOT points && series_box(tstzrange(time, time, $$[]$$), 5, 5)', 'each series meets the box of its instant');
CREATE INDEX far_gist ON far USING gist (points);
SET LOCAL enable_seqscan = off;
SELECT matches(pg_temp.plan($$SELECT * FROM far WHERE exceeds(points, 4, '[2300-01-01, 2300-01-02)')$$), 'far_gist', 'an index on the far future');
CREATE FUNCTION pg_temp.found(since timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE found bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM far WHERE exceeds(points, 4, tstzrange(%1$L, %1$L, $q$[]$q$))', since) INTO found;
	RETURN found;
END $$;
SELECT is_empty('SELECT time FROM far WHERE pg_temp.found(time) <> 1', 'finds each instant once');
RESET enable_seqscan;

SELECT * FROM finish();
ROLLBACK;
