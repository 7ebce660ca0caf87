-- Series as JSON and SampledData: there and back, and against what the server makes of the rows.
BEGIN;
SET LOCAL search_path = public, smartcare;
SELECT setseed(0.12);
SELECT * FROM no_plan();
\ir ../points.sql

SET LOCAL timezone = 'UTC';
SELECT is_empty($$
	SELECT id FROM s JOIN (SELECT id, jsonb_agg(jsonb_build_object('time', time, 'value', value::text::numeric) ORDER BY time) AS expected FROM pt GROUP BY id) AS q USING (id)
	WHERE points::jsonb <> expected OR points::json::jsonb <> expected
$$, 'the array that jsonb_agg would make');
SET LOCAL timezone = 'America/St_Johns';
SET LOCAL datestyle = 'German';
SELECT pg_temp.same_points('SELECT id, points::jsonb::series AS points FROM s', 'TABLE pt', 'and back');
SELECT is_empty($$SELECT id FROM s WHERE points::jsonb::text <> (SELECT points::jsonb::text FROM (SELECT set_config('timezone', 'Asia/Kathmandu', true)) AS q)$$,
	'whatever the time zone');
SELECT pg_temp.same_points(
	'SELECT id, (SELECT jsonb_agg(point ORDER BY random()) FROM jsonb_array_elements(points::jsonb) AS point)::series AS points FROM s', 'TABLE pt', 'in any order');
SELECT is('{1@4714-11-24 00:00+00 BC, 2@0001-12-31 00:00+00 BC, 3@294276-12-31 23:59:59.999999+00}'::series::jsonb::series,
	'{1@4714-11-24 00:00+00 BC, 2@0001-12-31 00:00+00 BC, 3@294276-12-31 23:59:59.999999+00}', 'all of time');

-- SampledData: a regular series with holes.
CREATE TABLE regular AS
SELECT id, series_agg('2026-03-29 00:00+00'::timestamptz + n * id * interval '250 microseconds', value) AS points
FROM (SELECT id, value, row_number() OVER (PARTITION BY id ORDER BY time) AS n FROM pt WHERE id > 0) AS p WHERE random() < 0.8 GROUP BY id;
SELECT is_empty($$
	SELECT id FROM regular WHERE num_points(points) > 1 AND series_from_sampled_data(sampled_data(points, '1'), start_time(points)) IS DISTINCT FROM points
$$, 'SampledData and back');
SELECT is_empty($$
	SELECT id FROM regular WHERE series_from_sampled_data(sampled_data(points, '1', id * interval '250 microseconds'), start_time(points)) IS DISTINCT FROM points
$$, 'with the period given');
-- The import reads SampledData too, by other means.
CREATE TABLE scaled AS
SELECT id, jsonb_build_object('origin', jsonb_build_object('value', round((random() * 10)::numeric, 2)), 'factor', round((random() * 10)::numeric, 3), 'dimensions', 1,
	'period', round((0.01 + random() * 1000)::numeric, (random() * 3)::integer), 'lowerLimit', 2.2, 'upperLimit', 33.3,
	'data', string_agg(CASE WHEN random() < 0.1 THEN (ARRAY['E', 'U', 'L'])[1 + (random() * 2)::integer] ELSE round((random() * 1000 - 500)::numeric, (random() * 4)::integer)::text END, ' ')) AS data
FROM generate_series(1, 50) AS id, generate_series(1, id) GROUP BY id;
SELECT pg_temp.same_points(
	$$SELECT id, series_from_sampled_data(data, '2026-03-01', beyond => 'limit') AS points FROM scaled$$,
	$$SELECT id, time, value FROM scaled, care.sampled_points(data, '2026-03-01') WHERE value IS NOT NULL$$, 'as the import reads it');
SELECT pg_temp.same_points(
	$$SELECT id, series_from_sampled_data(data, '2026-03-01', beyond => 'omit') AS points FROM scaled$$,
	$$SELECT id, time, value FROM scaled, care.sampled_points(data, '2026-03-01') WHERE value IS NOT NULL AND comparator IS NULL$$, 'without what is beyond the limits');

-- Damaged input is an error or a series, never anything else.
CREATE FUNCTION pg_temp.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END
$$;
SELECT is_empty($$
	SELECT outcome, text FROM (
		SELECT overlay(text PLACING chr(32 + (random() * 94)::integer) FROM 1 + (random() * length(text))::integer FOR (random() * 2)::integer) AS text
		FROM (SELECT '[{"time": "2026-03-01T08:00:00.5+01:00", "value": 128.5}, {"time": "0044-03-01T08:00:00Z BC", "value": -1e-3}]' AS text) AS t, generate_series(1, 4000)) AS q,
		LATERAL pg_temp.outcome(format('SELECT %L::jsonb::series', text)) AS outcome
	WHERE outcome NOT IN ('ok', '22P02', '22003', '22P05', '22008')
$$, 'mutated JSON');
SELECT is_empty($$
	SELECT outcome, text FROM (
		SELECT overlay(text PLACING chr(32 + (random() * 94)::integer) FROM 1 + (random() * length(text))::integer FOR (random() * 2)::integer) AS text
		FROM (SELECT '{"origin": {"value": 5.25}, "factor": 0.1, "period": 1000, "dimensions": 1, "data": "1 -2.5 E 7e1 .5 9"}' AS text) AS t, generate_series(1, 4000)) AS q,
		LATERAL pg_temp.outcome(format('SELECT series_from_sampled_data(%L, ''2026-03-01'')', text)) AS outcome
	WHERE outcome NOT IN ('ok', '22P02', '22023', '22003', '22P05', '22008')
$$, 'mutated SampledData');

SELECT * FROM finish();
ROLLBACK;
