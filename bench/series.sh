#!/bin/bash
# Stores and questions two sets of measurements, beside what else one would keep them in, in one server: a plain table
# with a B-tree, arrays by month, and MobilityDB where the server has it. Prints a table of figures and ratios.
#
#	test/cluster run bench/series.sh [HOME [GLUCOSE [RUNS]]]
#
# HOME		citizens who measure at home for a year, 2,480 points each (default 1000)
# GLUCOSE	citizens with a glucose sensor for 90 days, 24,800 points each (default 50)
# RUNS		how often each query is run (default 3); the systems take turns
#
# SETTINGS="shared_buffers = '4GB'" in the environment keeps the full size, 10000 and 500, in memory.
set -eu
home=${1:-1000} glucose=${2:-50} runs=${3:-3}

ask() {
	psql -XqAt -v ON_ERROR_STOP=1 -d bench "$@"
}

cc -O2 -o "$SCRATCH/generate" bench/series_generate.c -lm
"$SCRATCH/generate" home "$home" > "$SCRATCH/home.csv"
"$SCRATCH/generate" glucose "$glucose" 90 > "$SCRATCH/glucose.csv"
chmod a+rx "$SCRATCH"
chmod a+r "$SCRATCH"/*.csv

createdb bench
ask -c 'CREATE EXTENSION smartcare'
for setting in "search_path = public, smartcare" "timezone = 'UTC'" 'jit = off' 'max_parallel_workers_per_gather = 0' "work_mem = '1GB'" 'random_page_cost = 1.1' \
	'synchronous_commit = off' "bench.home = $home" "bench.glucose = $glucose" "bench.runs = $runs"; do
	ask -c "ALTER DATABASE bench SET $setting"
done
ask -c 'CREATE EXTENSION mobilitydb CASCADE' > "$SCRATCH/mobilitydb.log" 2>&1 || true
echo "PostgreSQL $(ask -c 'SHOW server_version'), $home citizens at home, $glucose with a sensor, $runs runs"
ask -v home="$home" -v scratch="$SCRATCH" -v home_points="$(wc -l < "$SCRATCH/home.csv")" -v glucose_points="$(wc -l < "$SCRATCH/glucose.csv")" \
	-f bench/series.sql

# Transactions of one client for so many seconds; notes rows in a second, in thousands. Writers take turns.
write() { # what, system, rows, seconds, script
	local rate
	rate=$(pgbench -n -c 1 -M prepared -T "$4" -D rows="$3" -D citizens=2000 -f "$5" bench 2> "$SCRATCH/pgbench.log" | sed -n 's/^tps = \([0-9.]*\).*/\1/p')
	ask -c "INSERT INTO figure VALUES ('$1', '$2', 1, $rate * $3 / 1000)"
}
for system in plain ours; do
	if [ $system = plain ]; then
		into="upsert_plain SELECT citizen, 1, at, value" conflict=
	else
		into="upsert_series AS stored SELECT citizen, 1, '2025-01-01', series(ARRAY[at], ARRAY[value])"
		conflict='ON CONFLICT (citizen, code, bucket) DO UPDATE SET points = series_merge(stored.points, excluded.points)'
	fi
	# A millisecond of the run is a second of the measurements.
	cat > "$SCRATCH/$system.pgbench" <<-END
		\set first random(1, :citizens)
		INSERT INTO $into
		FROM (SELECT (:first + i * 7919) % :citizens + 1 AS citizen, 4 + i % 9 * 0.1::float8 AS value,
			'2026-01-01'::timestamptz + floor(extract(epoch FROM clock_timestamp() - '$(date -u +%FT%TZ)')::float8 * 1000) * interval '1 second' AS at
			FROM generate_series(1, :rows) AS i) AS arrived $conflict
	END
done
for turn in 1 2 3 4 5; do
	for system in plain ours; do
		write 'upserts of one point' $system 1 3 "$SCRATCH/$system.pgbench"
		write 'batches of 100 points to 100 citizens' $system 100 3 "$SCRATCH/$system.pgbench"
	done
done

# The table of series after so many more upserts of one point, beside one into which the same is written once; and after
# as many beside a report that keeps its snapshot.
upserts=50000
ask -c 'VACUUM FULL upsert_series'
grow() { # what
	pgbench -n -c 1 -M prepared -t $upserts -D rows=1 -D citizens=2000 -f "$SCRATCH/ours.pgbench" bench > "$SCRATCH/pgbench.log" 2>&1
	ask -c 'CREATE TEMP TABLE fresh (LIKE upsert_series INCLUDING ALL) WITH (fillfactor = 80, toast_tuple_target = 4080)' \
		-c 'INSERT INTO fresh SELECT * FROM upsert_series ORDER BY citizen' \
		-c "INSERT INTO figure SELECT '$1', 'ours', 1, pg_total_relation_size('upsert_series') / pg_total_relation_size('fresh')::float8"
}
grow 'growth after upserts'
ask -c 'BEGIN ISOLATION LEVEL REPEATABLE READ' -c 'SELECT count(*) FROM citizen' -c 'SELECT pg_sleep(3600)' > "$SCRATCH/report.log" 2>&1 &
sleep 1
grow 'growth beside a long report'
ask -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'" > "$SCRATCH/report.log"
ask -f bench/series_report.sql
