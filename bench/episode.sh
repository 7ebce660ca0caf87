#!/bin/bash
# How fast patterns are found in episodes, beside plain SQL in the same server and run, over a table with a row for each
# phase and the indexes that its queries want. A generated population; everything on one core.
#
#	test/cluster run bench/episode.sh [CITIZENS [RUNS]]		citizens with 20 phases each, and runs to take medians of
set -eu
citizens=${1:-100000}
runs=${2:-3}

ask() {
	psql -XqAt -v ON_ERROR_STOP=1 -d bench "$@"
}

createdb bench
ask -c 'CREATE EXTENSION smartcare' -c "ALTER DATABASE bench SET search_path = public, smartcare" -c "ALTER DATABASE bench SET timezone = 'UTC'" \
	-c 'ALTER DATABASE bench SET jit = off' -c 'ALTER DATABASE bench SET max_parallel_workers_per_gather = 0' \
	-c "ALTER DATABASE bench SET work_mem = '256MB'" -c "ALTER DATABASE bench SET maintenance_work_mem = '1GB'"

# One phase every three weeks or so, to the minute. Contacts and stays do not overlap each other; home care overlaps both.
ask -v citizens="$citizens" <<'SQL'
CREATE TABLE phase (citizen bigint NOT NULL, label text NOT NULL, starts timestamptz NOT NULL, ends timestamptz);
SELECT setseed(0.42);
INSERT INTO phase
SELECT citizen, label, starts,
	CASE WHEN label = 'homecare' AND length > 0.9 THEN NULL ELSE starts + interval '1 minute' * (1 + floor(1440 * length *
		CASE label WHEN 'hospital' THEN 7 WHEN 'transplant' THEN 7 WHEN 'homecare' THEN 120 WHEN 'rehabilitation' THEN 7 ELSE 0.05 END)) END
FROM (
	SELECT citizen, random() AS length,
		'2024-01-01 00:00+01'::timestamptz + interval '1 minute' * (n * 30240 + floor(random() * 20000)) AS starts,
		CASE
			WHEN pick < 0.35 THEN 'gp' WHEN pick < 0.60 THEN 'outpatient' WHEN pick < 0.72 THEN 'hospital'
			WHEN pick < 0.80 THEN 'emergency' WHEN pick < 0.88 THEN 'homecare' WHEN pick < 0.93 THEN 'rehabilitation'
			WHEN pick < 0.99999 THEN 'pharmacy' ELSE 'transplant'
		END AS label
	FROM (SELECT citizen, n, random() AS pick FROM generate_series(1, :citizens) AS citizen, generate_series(1, 20) AS n) AS picked
) AS made;
CREATE INDEX phase_citizen ON phase (citizen, starts) INCLUDE (label, ends);
CREATE INDEX phase_label ON phase (label, citizen, starts) INCLUDE (ends);
VACUUM ANALYZE phase;

-- Rows are read in order of citizen, so that one group after another is done with, whatever the planner thinks of their number.
CREATE TABLE course (citizen bigint, phases episode);
SET enable_hashagg = off;
INSERT INTO course SELECT citizen, episode_agg(label, tstzrange(starts, ends)) FROM phase GROUP BY citizen ORDER BY citizen;
RESET enable_hashagg;
ALTER TABLE course ADD PRIMARY KEY (citizen);
CREATE INDEX course_phases ON course USING gin (phases);
VACUUM ANALYZE course;
CREATE TABLE figure (n serial, question text, how text, run integer, milliseconds float8, answer bigint);
SQL

# Notes how long a query takes and what it counts.
measure() {
	ask <<-SQL
		DO \$do\$
		DECLARE
			began timestamptz;
			answer bigint;
		BEGIN
			PERFORM '{a@[2024-01-01,)}'::episode;	-- loads the extension
			began := clock_timestamp();
			$4 INTO answer;
			INSERT INTO figure (question, how, run, milliseconds, answer)
			VALUES ('$1', '$2', $3, 1000 * extract(epoch FROM clock_timestamp() - began), answer);
		END
		\$do\$
	SQL
}

for ((run = 0; run <= runs; run++)); do		# the first to warm up
	q='readmitted within 30 days'
	measure "$q" pattern $run "SELECT count(*) FROM course WHERE phases ~ 'hospital -[< 30 days]-> hospital'"
	measure "$q" 'window functions' $run "
		SELECT count(DISTINCT citizen)
		FROM (SELECT citizen, ends, lead(starts) OVER (PARTITION BY citizen ORDER BY starts) AS again FROM phase WHERE label = 'hospital') AS stay
		WHERE again < ends + interval '30 days'"
	measure "$q" 'joins' $run "
		SELECT count(DISTINCT citizen) FROM phase AS stay
		WHERE label = 'hospital' AND EXISTS (SELECT FROM phase AS again WHERE again.citizen = stay.citizen AND again.label = 'hospital'
			AND again.starts >= stay.ends AND again.starts < stay.ends + interval '30 days')"

	q='no follow-up within 14 days'
	measure "$q" pattern $run "SELECT count(*) FROM course WHERE phases ~ 'hospital !-[<= 14 days]-> (gp|outpatient|homecare)'"
	measure "$q" 'window functions' $run "
		SELECT count(DISTINCT citizen) FROM (
			SELECT citizen, at, discharge, max(at) OVER (PARTITION BY citizen) AS known,
				count(*) FILTER (WHERE follow_up) OVER (PARTITION BY citizen ORDER BY at RANGE BETWEEN CURRENT ROW AND interval '14 days' FOLLOWING) AS followed
			FROM (
				SELECT citizen, ends AS at, label = 'hospital' AS discharge, false AS follow_up FROM phase WHERE ends IS NOT NULL
				UNION ALL
				SELECT citizen, starts, false, label IN ('gp', 'outpatient', 'homecare') FROM phase
			) AS event
		) AS x
		WHERE discharge AND followed = 0 AND known >= at + interval '14 days'"
	measure "$q" 'joins' $run "
		SELECT count(DISTINCT citizen) FROM phase AS stay
		WHERE label = 'hospital'
			AND NOT EXISTS (SELECT FROM phase AS next WHERE next.citizen = stay.citizen AND next.label IN ('gp', 'outpatient', 'homecare')
				AND next.starts >= stay.ends AND next.starts <= stay.ends + interval '14 days')
			AND EXISTS (SELECT FROM phase AS later WHERE later.citizen = stay.citizen
				AND (later.starts >= stay.ends + interval '14 days' OR later.ends >= stay.ends + interval '14 days'))"

	q='transplant, rehabilitation, hospital'
	measure "$q" 'pattern, indexed' $run "SELECT count(*) FROM course WHERE phases ~ 'transplant -> rehabilitation -> hospital'"
	measure "$q" 'window functions' $run "
		SELECT count(DISTINCT citizen) FROM (
			SELECT citizen, label, starts, min(ends) FILTER (WHERE label = 'rehabilitation' AND starts >= first_end) OVER (PARTITION BY citizen) AS second_end
			FROM (SELECT citizen, label, starts, ends, min(ends) FILTER (WHERE label = 'transplant') OVER (PARTITION BY citizen) AS first_end FROM phase) AS x
		) AS y
		WHERE label = 'hospital' AND starts >= second_end"
	measure "$q" 'joins' $run "
		SELECT count(DISTINCT a.citizen) FROM phase AS a
		JOIN phase AS b ON b.citizen = a.citizen AND b.label = 'rehabilitation' AND b.starts >= a.ends
		JOIN phase AS c ON c.citizen = a.citizen AND c.label = 'hospital' AND c.starts >= b.ends
		WHERE a.label = 'transplant'"
done

psql -Xq -d bench <<'SQL'
	SELECT count(*) AS citizens, sum(num_phases(phases)) AS phases FROM course;
	SELECT question, how, answer, round(median::numeric, 1) AS "median ms",
		round((median / first_value(median) OVER (PARTITION BY question ORDER BY n))::numeric, 1) AS "times the pattern"
	FROM (
		SELECT question, how, min(n) AS n, min(answer) AS answer, percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds) AS median
		FROM figure WHERE run > 0 GROUP BY question, how
	) AS f
	ORDER BY n;
	SELECT 'rows' AS stored, pg_size_pretty(pg_table_size('phase')) AS table, pg_size_pretty(pg_indexes_size('phase')) AS indexes,
		1.0 AS ratio
	UNION ALL
	SELECT 'episodes', pg_size_pretty(pg_table_size('course')), pg_size_pretty(pg_indexes_size('course')),
		round(pg_total_relation_size('phase')::numeric / pg_total_relation_size('course'), 1);
SQL
