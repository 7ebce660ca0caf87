-- The tables, queries and figures of series.sh.
SET search_path = public, smartcare;
SET timezone = 'UTC';
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
SET client_min_messages = warning;

CREATE TABLE system AS SELECT unnest(string_to_array(:'systems', ' ')) AS name;
CREATE TABLE figure (what text, system text, run integer, value float8);
CREATE TABLE query (name text, system text, sql text);

-- Runs statements, and notes how many rows of the workload it took in a second.
CREATE PROCEDURE load(what text, system text, num_points bigint, VARIADIC statements text[]) LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz := clock_timestamp();
	statement text;
BEGIN
	IF system NOT IN (SELECT name FROM system) THEN
		RETURN;
	END IF;
	FOREACH statement IN ARRAY statements LOOP
		EXECUTE statement;
	END LOOP;
	COMMIT;
	INSERT INTO figure VALUES (what, system, 1, num_points / extract(epoch FROM clock_timestamp() - began) / 1000);
END
$$;

-- Milliseconds to plan and execute a query, nothing of its result sent anywhere.
CREATE FUNCTION milliseconds(sql text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || sql INTO plan;
	RETURN (plan -> 0 ->> 'Planning Time')::float8 + (plan -> 0 ->> 'Execution Time')::float8;
END
$$;

-- Loading, in the order of arrival
CREATE TABLE home (citizen bigint NOT NULL, code smallint NOT NULL, at timestamptz NOT NULL, value float8 NOT NULL);
CREATE TABLE glucose (LIKE home);
SELECT format('COPY home FROM %L CSV', :'scratch' || '/home.csv') AS copy_home, format('COPY glucose FROM %L CSV', :'scratch' || '/glucose.csv') AS copy_glucose \gset
:copy_home;
:copy_glucose;
SELECT count(*) AS home_points FROM home \gset
SELECT count(*) AS glucose_points FROM glucose \gset
CREATE TABLE citizen AS SELECT DISTINCT citizen FROM home;
ALTER TABLE citizen ADD PRIMARY KEY (citizen);
VACUUM ANALYZE;
TRUNCATE home, glucose;

CREATE TABLE home_arrays (citizen bigint, code smallint, month timestamptz, times timestamptz[], readings float8[]);
CREATE TABLE glucose_arrays (LIKE home_arrays);
CREATE TABLE home_series (citizen bigint, code smallint, bucket timestamptz, points series, PRIMARY KEY (citizen, code, bucket));
CREATE TABLE glucose_series (LIKE home_series INCLUDING ALL);

CALL load('load home from text, 1000 rows/s', 'plain', :home_points, :'copy_home', 'CREATE INDEX home_idx ON home (citizen, code, at)');
CALL load('load glucose from text, 1000 rows/s', 'plain', :glucose_points, :'copy_glucose', 'CREATE INDEX glucose_idx ON glucose (citizen, code, at)');
CREATE TEMP TABLE arrival (LIKE home);
SELECT replace(:'copy_home', 'COPY home', 'COPY arrival') AS copy_home, replace(:'copy_glucose', 'COPY glucose', 'COPY arrival') AS copy_glucose \gset
CALL load('load home from text, 1000 rows/s', 'ours', :home_points, :'copy_home',
	$$INSERT INTO home_series SELECT citizen, code, date_trunc('year', at), series_agg(at, value) FROM arrival GROUP BY 1, 2, 3$$);
TRUNCATE arrival;
CALL load('load glucose from text, 1000 rows/s', 'ours', :glucose_points, :'copy_glucose',
	$$INSERT INTO glucose_series SELECT citizen, code, date_trunc('week', at), series_agg(at, value) FROM arrival GROUP BY 1, 2, 3$$);
