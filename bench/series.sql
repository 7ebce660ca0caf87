-- The tables of series.sh, filled in order of arrival and measured; then the queries.
CREATE TABLE system (name text PRIMARY KEY);
INSERT INTO system VALUES ('plain'), ('arrays'), ('ours');
INSERT INTO system SELECT extname FROM pg_extension WHERE extname = 'mobilitydb';
CREATE TABLE figure (what text, system text, run integer, value float8);

-- A plain table gets its index after its rows. Of the others each row holds a month (arrays, tfloat), or 365 days of
-- home measurements and 7 of glucose (series), and the rows of a measure are together.
CREATE TABLE home (citizen bigint NOT NULL, code smallint NOT NULL, at timestamptz NOT NULL, value float8 NOT NULL);
CREATE TABLE glucose (LIKE home);
CREATE UNLOGGED TABLE arrival (LIKE home);
CREATE TABLE home_arrays (citizen bigint, code smallint, bucket timestamptz, times timestamptz[], readings float8[], PRIMARY KEY (citizen, code, bucket));
CREATE INDEX ON home_arrays (code, citizen);
CREATE TABLE glucose_arrays (LIKE home_arrays INCLUDING ALL);
CREATE TABLE home_ours (citizen bigint, code smallint, bucket timestamptz, points series, PRIMARY KEY (citizen, code, bucket));
CREATE INDEX ON home_ours (code, citizen);
CREATE TABLE glucose_ours (LIKE home_ours INCLUDING ALL);
SELECT EXISTS (SELECT FROM system WHERE name = 'mobilitydb') AS mobilitydb \gset
\if :mobilitydb
CREATE TABLE home_mobilitydb (citizen bigint, code smallint, bucket timestamptz, points tfloat, PRIMARY KEY (citizen, code, bucket));
CREATE INDEX ON home_mobilitydb (code, citizen);
CREATE TABLE glucose_mobilitydb (LIKE home_mobilitydb INCLUDING ALL);
-- Readings that hold until the next, for the time in range.
CREATE TABLE glucose_steps (LIKE home_mobilitydb INCLUDING ALL);
\endif

-- Milliseconds that this process has been running so far. A nap has the kernel bring its account up to date.
CREATE FUNCTION cpu_time() RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_sleep(0.00001);
	RETURN split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e6;
END
$$;

-- Runs statements, and notes how many rows they took in a second of processor time, in thousands.
CREATE PROCEDURE load(what text, system text, num_rows bigint, VARIADIC statements text[]) LANGUAGE plpgsql AS $$
DECLARE
	began float8;
BEGIN
	TRUNCATE arrival;
	COMMIT;
	CHECKPOINT;
	began := cpu_time();
	FOR i IN 1 .. cardinality(statements) LOOP
		EXECUTE statements[i];
	END LOOP;
	COMMIT;
	INSERT INTO figure VALUES (what, system, 1, num_rows / (cpu_time() - began));
END
$$;

CREATE PROCEDURE load_all(workload text, num_rows bigint, bucket interval, scratch text, mobilitydb boolean) LANGUAGE plpgsql AS $$
DECLARE
	what text := 'load ' || workload || ', text';
	copy_text text := format('COPY arrival FROM %L CSV', scratch || '/' || workload || '.csv');
	file text := quote_literal(scratch || '/arrival');
	arrays text := $q$INSERT INTO %s SELECT citizen, code, date_trunc('month', at), %s FROM arrival GROUP BY 1, 2, 3 ORDER BY 2, 1, 3$q$;
	ours text := format($q$INSERT INTO %s_ours SELECT citizen, code, date_bin(%L, at, '2025-01-01'), series_agg(at, value) FROM arrival GROUP BY 1, 2, 3 ORDER BY 2, 1, 3$q$,
		workload, bucket);
BEGIN
	CALL load(what, 'plain', num_rows, replace(copy_text, 'arrival', workload), format('CREATE INDEX ON %I (citizen, code, at)', workload));
	CALL load(what, 'arrays', num_rows, copy_text,
		format(arrays, workload || '_arrays', 'array_agg(at ORDER BY at), array_agg(value ORDER BY at)'));
	CALL load(what, 'ours', num_rows, copy_text, ours);
	EXECUTE format('COPY arrival TO %s BINARY', file);
	EXECUTE format('CREATE TABLE plain_binary (LIKE %I)', workload);
	EXECUTE format('TRUNCATE %I_ours', workload);
	what := 'load ' || workload || ', binary';
	CALL load(what, 'plain', num_rows, format('COPY plain_binary FROM %s BINARY', file), 'CREATE INDEX ON plain_binary (citizen, code, at)');
	DROP TABLE plain_binary;
	CALL load(what, 'ours', num_rows, format('COPY arrival FROM %s BINARY', file), ours);
	IF mobilitydb THEN
		CALL load('load ' || workload || ', text', 'mobilitydb', num_rows, copy_text,
			format(arrays, workload || '_mobilitydb', $q$tfloatSeq(array_agg(tfloat(value, at) ORDER BY at), 'discrete')$q$));
		IF workload = 'glucose' THEN
			EXECUTE format(arrays, 'glucose_steps', $q$tfloatSeqSetGaps(array_agg(tfloat(value, at) ORDER BY at), '15 minutes', NULL, 'step')$q$);
		END IF;
	END IF;
	TRUNCATE arrival;
	INSERT INTO figure
	SELECT 'bytes per point, ' || workload, replace(replace(relname, workload || '_', ''), workload, 'plain'), 1, pg_total_relation_size(oid) / num_rows::float8
	FROM pg_class WHERE relkind = 'r' AND relname IN (workload, workload || '_arrays', workload || '_mobilitydb', workload || '_ours');
END
$$;
CALL load_all('home', :home_points, '365 days', :'scratch', :'mobilitydb');
CALL load_all('glucose', :glucose_points, '7 days', :'scratch', :'mobilitydb');
CREATE TABLE citizen AS SELECT generate_series(1, :home)::bigint AS citizen;
ALTER TABLE citizen ADD PRIMARY KEY (citizen);
-- For Q5; it is not in the bytes per point.
CREATE INDEX ON home_ours USING gist (points);
VACUUM ANALYZE;

-- The queries: of each system the form that was fastest. :c is a citizen of the workload, another in every run.
CREATE TABLE query (n serial, what text, system text, sql text);
INSERT INTO query (what, system, sql) VALUES
('Q1 latest systolic of every citizen', 'plain', $$
	SELECT c.citizen, l.* FROM citizen AS c, LATERAL (SELECT at, value FROM home AS h WHERE h.citizen = c.citizen AND code = 1 ORDER BY at DESC LIMIT 1) AS l $$),
('Q1 latest systolic of every citizen', 'arrays', $$
	SELECT c.citizen, l.* FROM citizen AS c, LATERAL (SELECT times[cardinality(times)], readings[cardinality(readings)]
		FROM home_arrays AS h WHERE h.citizen = c.citizen AND code = 1 ORDER BY bucket DESC LIMIT 1) AS l $$),
('Q1 latest systolic of every citizen', 'mobilitydb', $$
	SELECT c.citizen, l.* FROM citizen AS c, LATERAL (SELECT endTimestamp(points), endValue(points)
		FROM home_mobilitydb AS h WHERE h.citizen = c.citizen AND code = 1 ORDER BY bucket DESC LIMIT 1) AS l $$),
('Q1 latest systolic of every citizen', 'ours', $$
	SELECT DISTINCT ON (citizen) citizen, end_time(points), end_value(points) FROM home_ours WHERE code = 1 ORDER BY citizen, bucket DESC $$),

('Q2 a citizen''s year, as rows', 'plain', $$ SELECT code, at, value FROM home WHERE citizen = :c ORDER BY code, at $$),
('Q2 a citizen''s year, as rows', 'arrays', $$ SELECT code, at, value FROM home_arrays, unnest(times, readings) AS u (at, value) WHERE citizen = :c ORDER BY code, at $$),
('Q2 a citizen''s year, as rows', 'mobilitydb', $$
	SELECT code, getTimestamp(i), getValue(i) FROM home_mobilitydb, unnest(instants(points)) AS i WHERE citizen = :c ORDER BY 1, 2 $$),
('Q2 a citizen''s year, as rows', 'ours', $$ SELECT code, "time", value FROM home_ours, unnest(points) WHERE citizen = :c ORDER BY code, bucket $$),
('Q2 the same as values', 'arrays', $$ SELECT code, times, readings FROM home_arrays WHERE citizen = :c ORDER BY code, bucket $$),
('Q2 the same as values', 'mobilitydb', $$ SELECT code, points FROM home_mobilitydb WHERE citizen = :c ORDER BY code, bucket $$),
('Q2 the same as values', 'ours', $$ SELECT code, points FROM home_ours WHERE citizen = :c ORDER BY code, bucket $$),

('Q3 figures by citizen, measure, month', 'plain', $$
	SELECT citizen, code, date_trunc('month', at), avg(value), min(value), max(value), count(*) FROM home GROUP BY 1, 2, 3 $$),
('Q3 figures by citizen, measure, month', 'arrays', $$
	SELECT citizen, code, bucket, f.* FROM home_arrays, LATERAL (SELECT avg(value), min(value), max(value), count(*) FROM unnest(readings) AS value) AS f $$),
('Q3 figures by citizen, measure, month', 'mobilitydb', $$
	SELECT citizen, code, bucket, twAvg(points), minValue(points), maxValue(points), numInstants(points) FROM home_mobilitydb $$),
('Q3 figures by citizen, measure, month', 'ours', $$ SELECT citizen, code, b.* FROM home_ours, bucket_stats(points, '1 month', 'UTC') AS b $$),

('Q4 time in range by citizen and week', 'plain', $$
	SELECT citizen, date_bin('7 days', at, '2025-01-01'), extract(epoch FROM sum(held) FILTER (WHERE value BETWEEN 3.9 AND 10)) / extract(epoch FROM sum(held))
	FROM (SELECT citizen, at, value, least(lead(at) OVER (PARTITION BY citizen ORDER BY at) - at, '15 min') AS held FROM glucose) AS q GROUP BY 1, 2 $$),
('Q4 time in range by citizen and week', 'arrays', $$
	SELECT citizen, date_bin('7 days', at, '2025-01-01'), extract(epoch FROM sum(held) FILTER (WHERE value BETWEEN 3.9 AND 10)) / extract(epoch FROM sum(held))
	FROM (SELECT citizen, at, value, least(lead(at) OVER (PARTITION BY citizen ORDER BY at) - at, '15 min') AS held
		FROM glucose_arrays, unnest(times, readings) AS u (at, value)) AS q GROUP BY 1, 2 $$),
('Q4 time in range by citizen and week', 'mobilitydb', $$
	SELECT citizen, week, extract(epoch FROM sum(duration(atValues(piece, floatspan '[3.9, 10]')))) / nullif(extract(epoch FROM sum(duration(piece))), 0)
	FROM glucose_steps, generate_series(date_bin('7 days', startTimestamp(points), '2025-01-01'), endTimestamp(points), '7 days') AS week,
		LATERAL (SELECT atTime(points, span(week, week + '7 days'::interval)) AS piece) AS p
	WHERE piece IS NOT NULL GROUP BY 1, 2 $$),
('Q4 time in range by citizen and week', 'ours', $$ SELECT citizen, bucket, fraction_in_range(points, 3.9, 10, '15 min') FROM glucose_ours $$),

('Q5 a systolic above 180 in 7 days', 'plain', $$ SELECT DISTINCT citizen FROM home WHERE code = 1 AND at >= '2025-12-25 12:00' AND value > 180 $$),
('Q5 a systolic above 180 in 7 days', 'arrays', $$
	SELECT citizen FROM home_arrays WHERE code = 1 AND bucket >= '2025-12-01'
		AND EXISTS (SELECT FROM unnest(times, readings) AS u (at, value) WHERE at >= '2025-12-25 12:00' AND value > 180) $$),
('Q5 a systolic above 180 in 7 days', 'mobilitydb', $$
	SELECT citizen FROM home_mobilitydb WHERE code = 1 AND bucket >= '2025-12-01'
		AND atTime(points, span(timestamptz '2025-12-25 12:00', timestamptz '2026-01-01 12:00')) ?> 180 $$),
('Q5 a systolic above 180 in 7 days', 'ours', $$ SELECT citizen FROM home_ours WHERE code = 1 AND exceeds(points, 180, '[2025-12-25 12:00,)') $$),

('Q6 no weight for 3 days', 'plain', $$
	SELECT citizen FROM citizen AS c WHERE NOT EXISTS (SELECT FROM home AS h WHERE h.citizen = c.citizen AND code = 4 AND at >= '2025-12-29 12:00') $$),
('Q6 no weight for 3 days', 'arrays', $$
	SELECT citizen FROM citizen AS c WHERE NOT EXISTS (SELECT FROM home_arrays AS h
		WHERE h.citizen = c.citizen AND code = 4 AND bucket >= '2025-12-01' AND times[cardinality(times)] >= '2025-12-29 12:00') $$),
('Q6 no weight for 3 days', 'mobilitydb', $$
	SELECT citizen FROM citizen AS c WHERE NOT EXISTS (SELECT FROM home_mobilitydb AS h
		WHERE h.citizen = c.citizen AND code = 4 AND bucket >= '2025-12-01' AND endTimestamp(points) >= '2025-12-29 12:00') $$),
('Q6 no weight for 3 days', 'ours', $$
	SELECT citizen FROM citizen AS c WHERE NOT EXISTS (SELECT FROM home_ours AS h
		WHERE h.citizen = c.citizen AND code = 4 AND end_time(points) >= '2025-12-29 12:00') $$),

('Q7 percentiles by hour and citizen', 'plain', $$
	SELECT citizen, date_part('hour', at), percentile_cont('{0.05, 0.25, 0.5, 0.75, 0.95}'::float8[]) WITHIN GROUP (ORDER BY value) FROM glucose GROUP BY 1, 2 $$),
('Q7 percentiles by hour and citizen', 'arrays', $$
	SELECT citizen, date_part('hour', at), percentile_cont('{0.05, 0.25, 0.5, 0.75, 0.95}'::float8[]) WITHIN GROUP (ORDER BY value)
	FROM glucose_arrays, unnest(times, readings) AS u (at, value) GROUP BY 1, 2 $$),
('Q7 percentiles by hour and citizen', 'mobilitydb', $$
	SELECT citizen, date_part('hour', getTimestamp(i)), percentile_cont('{0.05, 0.25, 0.5, 0.75, 0.95}'::float8[]) WITHIN GROUP (ORDER BY getValue(i))
	FROM glucose_mobilitydb, unnest(instants(points)) AS i GROUP BY 1, 2 $$),
('Q7 percentiles by hour and citizen', 'ours', $$
	SELECT citizen, a.* FROM (SELECT citizen, series_agg(points) AS points FROM glucose_ours GROUP BY citizen) AS q, agp(points, 'mmol/L', 'UTC') AS a $$),

('Q8 90 days of glucose in 500 buckets', 'plain', $$
	SELECT date_bin(interval '90 days' / 500, at, '2025-10-03') AS bucket, avg(value), min(value), max(value), count(*) FROM glucose WHERE citizen = :c GROUP BY 1 ORDER BY 1 $$),
('Q8 90 days of glucose in 500 buckets', 'arrays', $$
	SELECT date_bin(interval '90 days' / 500, at, '2025-10-03') AS bucket, avg(value), min(value), max(value), count(*)
	FROM glucose_arrays, unnest(times, readings) AS u (at, value) WHERE citizen = :c GROUP BY 1 ORDER BY 1 $$),
('Q8 90 days of glucose in 500 buckets', 'mobilitydb', $$
	SELECT date_bin(interval '90 days' / 500, getTimestamp(i), '2025-10-03') AS bucket, avg(getValue(i)), min(getValue(i)), max(getValue(i)), count(*)
	FROM glucose_mobilitydb, unnest(instants(points)) AS i WHERE citizen = :c GROUP BY 1 ORDER BY 1 $$),
('Q8 90 days of glucose in 500 buckets', 'ours', $$
	SELECT b.* FROM (SELECT series_agg(points) AS points FROM glucose_ours WHERE citizen = :c) AS q, bucket_stats(points, interval '90 days' / 500, 'UTC', '2025-10-03') AS b $$),
('Q8 to 500 points, LTTB', 'ours', $$ SELECT downsample(series_agg(points), 500) FROM glucose_ours WHERE citizen = :c $$);

-- Milliseconds to plan and execute, the result not sent anywhere: of elapsed time and processor time the shorter, since
-- others may use the machine.
CREATE FUNCTION milliseconds(sql text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	began float8 := cpu_time();
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || sql INTO plan;
	RETURN least(cpu_time() - began, (plan -> 0 ->> 'Planning Time')::float8 + (plan -> 0 ->> 'Execution Time')::float8);
END
$$;

-- Systems take turns. What takes milliseconds is run more often, and each time once before it counts.
DO $$
DECLARE
	this record;
	q record;
	citizen bigint;
	took float8;
BEGIN
	FOR this IN
		SELECT what, what ~ 'Q[347]' AS long, CASE WHEN what ~ 'Q8' THEN 100000 ELSE 0 END AS least,
			current_setting(CASE WHEN what ~ 'Q8' THEN 'bench.glucose' ELSE 'bench.home' END)::integer AS citizens
		FROM query GROUP BY what ORDER BY min(n)
	LOOP
		FOR run IN 1 .. current_setting('bench.runs')::integer * CASE WHEN this.long THEN 1 ELSE 7 END LOOP
			citizen := this.least + 1 + run * 7919 % this.citizens;
			FOR q IN SELECT name AS system, replace(sql, ':c', citizen::text) AS sql FROM query JOIN system ON name = system WHERE what = this.what LOOP
				IF NOT this.long THEN
					PERFORM milliseconds(q.sql);
				END IF;
				took := milliseconds(q.sql);
				INSERT INTO figure VALUES (this.what, q.system, run, took);
			END LOOP;
		END LOOP;
		COMMIT;
	END LOOP;
END
$$;

-- For series.sh to write to: rows of 1,000 points each.
CREATE TABLE upsert_plain (LIKE home);
CREATE INDEX ON upsert_plain (citizen, code, at);
CREATE TABLE upsert_series (citizen bigint, code smallint, bucket timestamptz, points series, PRIMARY KEY (citizen, code, bucket)) WITH (fillfactor = 80, toast_tuple_target = 4080, autovacuum_vacuum_scale_factor = 0.02);
INSERT INTO upsert_plain
SELECT citizen, 1, '2025-12-20'::timestamptz + n * interval '10 minutes', (70 + floor(30 * sin(n / 40.0)) + citizen % 10) / 10
FROM generate_series(1, 1000) AS n, generate_series(1, 2000) AS citizen;
INSERT INTO upsert_series SELECT citizen, code, '2025-01-01', series_agg(at, value) FROM upsert_plain GROUP BY 1, 2 ORDER BY 1, 2;
VACUUM ANALYZE upsert_plain;
VACUUM ANALYZE upsert_series;
