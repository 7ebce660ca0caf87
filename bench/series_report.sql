-- The table of figures of series.sh: medians, how many times better than the best peer, and the goal.
CREATE TABLE goal (n serial, what text, unit text, higher boolean, goal float8);
-- For 10,000 citizens at home and 500 with a sensor; where there are fewer, in proportion.
INSERT INTO goal (what, unit, higher, goal) VALUES
('bytes per point, home', 'B', false, 2.7),
('bytes per point, glucose', 'B', false, 0.8),
('load home, text', 'k rows/s', true, 600),
('load glucose, text', 'k rows/s', true, 600),
('load home, binary', 'k rows/s', true, 1000),
('load glucose, binary', 'k rows/s', true, 1000),
('upserts of one point', 'k rows/s', true, NULL),
('batches of 100 points to 100 citizens', 'k rows/s', true, 150),
('growth after upserts', 'times', false, 1.1),
('growth beside a long report', 'times', false, NULL),
('Q1 latest systolic of every citizen', 'ms', false, 12),
('Q2 a citizen''s year, as rows', 'ms', false, 0.4),
('Q2 the same as values', 'ms', false, 0.1),
('Q3 figures by citizen, measure, month', 'ms', false, 200),
('Q4 time in range by citizen and week', 'ms', false, 150),
('Q5 a systolic above 180 in 7 days', 'ms', false, 3),
('Q6 no weight for 3 days', 'ms', false, 5),
('Q7 percentiles by hour and citizen', 'ms', false, 300),
('Q8 90 days of glucose in 500 buckets', 'ms', false, 0.3),
('Q8 to 500 points, LTTB', 'ms', false, 0.5);
UPDATE goal SET goal = goal * CASE WHEN what ~ 'Q[1356]' THEN current_setting('bench.home')::float8 / 10000 ELSE current_setting('bench.glucose')::float8 / 500 END
WHERE what ~ 'Q[134567]';
\pset tuples_only off
\pset footer off
WITH median AS (
	SELECT what, system, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS value FROM figure GROUP BY what, system
), side AS (
	SELECT what, max(value) FILTER (WHERE system = 'plain') AS plain, max(value) FILTER (WHERE system = 'arrays') AS arrays,
		max(value) FILTER (WHERE system = 'mobilitydb') AS mobilitydb, max(value) FILTER (WHERE system = 'ours') AS ours
	FROM median GROUP BY what
)
SELECT what, unit, round(plain::numeric, 2) AS plain, round(arrays::numeric, 2) AS arrays, round(mobilitydb::numeric, 2) AS mobilitydb,
	round(ours::numeric, 2) AS ours,
	round((CASE WHEN higher THEN ours / greatest(plain, arrays, mobilitydb) ELSE least(plain, arrays, mobilitydb) / ours END)::numeric, 1) AS "times better",
	round(goal::numeric, 3)::float8 AS goal, CASE WHEN higher THEN ours >= goal ELSE ours <= goal END AS reached
FROM side JOIN goal USING (what) ORDER BY n;
SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY spread)::numeric, 2) AS "greatest by least run, median",
	round(max(spread)::numeric, 2) AS "at most"
FROM (SELECT max(value) / min(value) AS spread FROM figure GROUP BY what, system HAVING count(*) > 1) AS q;
