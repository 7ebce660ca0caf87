#!/bin/bash
# How fast unit_convert() is, beside a plain multiplication of the same column in the same server and run.
#
#	test/cluster run bench/unit.sh [ROWS [RUNS]]
set -eu
rows=${1:-10000000}
runs=${2:-5}

ask() {
	psql -XqAt -v ON_ERROR_STOP=1 -d bench "$@"
}

createdb bench
ask -c 'CREATE EXTENSION smartcare' -c 'CREATE TABLE figure (what text, run integer, seconds float8)' \
	-c "CREATE TABLE reading AS SELECT round((60 + 120 * random())::numeric, 1)::float8 AS value, sqrt(random()) AS irregular,
		CASE WHEN i % 2 = 0 THEN 'mm[Hg]' ELSE 'kPa' END AS unit FROM generate_series(1, $rows) AS i" \
	-c 'VACUUM (ANALYZE, FREEZE) reading' -c "ALTER DATABASE bench SET max_parallel_workers_per_gather = 0" \
	-c "ALTER DATABASE bench SET jit = off"

# Runs a sum over the table and notes the seconds.
measure() {
	ask <<-SQL
		DO \$\$
		DECLARE
			began timestamptz := clock_timestamp();
		BEGIN
			PERFORM sum($3) FROM reading;
			INSERT INTO figure VALUES ('$1', $2, extract(epoch FROM clock_timestamp() - began));
		END
		\$\$
	SQL
}

for ((run = 0; run <= runs; run++)); do
	measure 'value * 0.133322' $run 'value * 0.133322'
	measure 'unit_convert: mm[Hg] to kPa' $run "smartcare.unit_convert(value, 'mm[Hg]', 'kPa')"
	measure 'the same of numbers that are no decimals' $run "smartcare.unit_convert(irregular, 'mm[Hg]', 'kPa')"
	measure 'the same, the unit in a column' $run "smartcare.unit_convert(value, unit, 'kPa')"
	measure 'unit_convert: Cel to [degF]' $run "smartcare.unit_convert(value, 'Cel', '[degF]')"
done

# The first run only warms up.
psql -Xq -d bench <<-'END'
	SELECT what, round(median::numeric, 2) AS "median s", round((1e9 * median / (SELECT count(*) FROM reading))::numeric) AS "ns/row",
		round((median / min(median) FILTER (WHERE what LIKE 'value%') OVER ())::numeric, 2) AS "ratio to multiplication"
	FROM (SELECT what, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median FROM figure WHERE run > 0 GROUP BY what) f
	ORDER BY median;
END
