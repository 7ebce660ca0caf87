#!/bin/bash
# How long work-lists, overviews and steps take in a region of some sizes, and how many steps a second many clients take.
#
#	test/cluster run bench/coordination.sh [SCALES [CLIENTS]]
#
# SCALES	one citizen stands for so many: "100 10 1" unless given, where 1 is all of 1.2 million citizens. A database
#			region_SCALE that is there already is measured as it is; making the whole region takes half an hour, and 15 GB
# CLIENTS	that take steps at once (default 16)
#
# SECONDS_EACH (default 20) and STEPS (default 1000, of each kind) in the environment say how long it goes on.
set -eu
scales=${1:-100 10 1} clients=${2:-16} seconds=${SECONDS_EACH:-20} steps=${STEPS:-1000}
export PGOPTIONS='-c client_min_messages=warning -c jit=off'

ask() {
	psql -XqAt -v ON_ERROR_STOP=1 "$@"
}

note() { # scale, what, value
	ask -d postgres -c "INSERT INTO figure (scale, what, value) VALUES ($1, '$2', $3)"
}

make_region() { # scale
	createdb "region_$1"
	ask -d "region_$1" -c 'CREATE EXTENSION smartcare' -c 'SELECT smartcare.setup()' > "$SCRATCH/setup.log"
	local began=$SECONDS
	ask -d "region_$1" --single-transaction -v scale="$1" -f demo/region.sql > "$SCRATCH/region.log"
	note "$1" 'making the region, s' $((SECONDS - began))
	ask -d "region_$1" -c 'VACUUM ANALYZE'
}

# Each script takes this many steps; pgbench runs them in the proportion of their weights.
scripts=(record:1:5 task:3:2 referral:3:2 stay:3:1)
cat > "$SCRATCH/citizen" <<'END'
\set n random(1, :citizens)
SELECT citizen, practice, department, unit, monitored, measure, unit_of FROM bench.party WHERE n = :n \gset
END
{
	cat "$SCRATCH/citizen"
	echo '\set reading random(110, 150)'
	echo "SELECT care.record(:monitored, :measure, ARRAY[clock_timestamp()], ARRAY[:reading::float8], :unit_of, jsonb_build_object('key', gen_random_uuid()));"
} > "$SCRATCH/record.pgbench"
{
	cat "$SCRATCH/citizen"
	echo "SELECT (care.request_task(:citizen, :practice, :unit, 'visit', 'Visit', gen_random_uuid()::text)).entry AS task \\gset"
	echo 'SELECT care.accept_task(:citizen, :task, :unit, gen_random_uuid()::text);'
	echo 'SELECT care.complete_task(:citizen, :task, :unit, gen_random_uuid()::text);'
} > "$SCRATCH/task.pgbench"
{
	cat "$SCRATCH/citizen"
	echo "SELECT (care.refer(:citizen, :practice, :department, 'hospital', 'Breathless', gen_random_uuid()::text)).entry AS referral \\gset"
	echo 'SELECT care.accept_referral(:citizen, :referral, :department, gen_random_uuid()::text);'
	echo 'SELECT care.complete_referral(:citizen, :referral, :department, gen_random_uuid()::text);'
} > "$SCRATCH/referral.pgbench"
{
	cat "$SCRATCH/citizen"
	echo "SELECT (care.admit(:citizen, :department, 'IMP', gen_random_uuid()::text)).entry AS stay \\gset"
	echo 'SELECT care.mark_ready_for_discharge(:citizen, :stay, :department, gen_random_uuid()::text);'
	echo 'SELECT care.discharge(:citizen, :stay, :department, gen_random_uuid()::text);'
} > "$SCRATCH/stay.pgbench"

take_steps() { # scale, what, citizens, synchronous_commit
	local files=() script name count weight deadlocks=0 taken=0 number cpu
	for script in "${scripts[@]}"; do
		IFS=: read -r name count weight <<< "$script"
		files+=(-f "$SCRATCH/$name.pgbench@$weight")
	done
	deadlocks=$(ask -d "region_$1" -c "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
	PGOPTIONS="$PGOPTIONS -c synchronous_commit=$4" pgbench -n -c "$clients" -j 2 -T "$seconds" -M prepared -D citizens="$3" "${files[@]}" "region_$1" > "$SCRATCH/pgbench.log" 2>&1 ||
		{ cat "$SCRATCH/pgbench.log" >&2; exit 1; }
	for script in "${scripts[@]}"; do
		IFS=: read -r name count weight <<< "$script"
		number=$(sed -n "/SQL script.*$name.pgbench/,/transactions (/s/^ *- \([0-9]*\) transactions.*/\1/p" "$SCRATCH/pgbench.log")
		taken=$((taken + count * number))
	done
	note "$1" "$2, steps a second" $((taken / seconds))
	sleep 1
	note "$1" "$2, deadlocks" "$(ask -d "region_$1" -c "SELECT deadlocks - $deadlocks FROM pg_stat_database WHERE datname = current_database()")"
}

ask -d postgres -c 'DROP TABLE IF EXISTS figure' -c 'CREATE TABLE figure (n serial, scale integer, what text, value float8)'
for scale in $scales; do
	[ -n "$(ask -d postgres -c "SELECT FROM pg_database WHERE datname = 'region_$scale'" -c "SELECT 1 FROM pg_database WHERE datname = 'region_$scale'")" ] || make_region "$scale"
	ask -d "region_$scale" -v steps="$steps" -f bench/coordination.sql
	ask -d "region_$scale" -c "COPY bench.figure (what, value) TO STDOUT" |
		ask -d postgres -c 'CREATE TEMP TABLE came (what text, value float8)' -c 'COPY came FROM STDIN' -c "INSERT INTO figure (scale, what, value) SELECT $scale, what, value FROM came"
	number=$(ask -d "region_$scale" -c 'SELECT count(*) FROM bench.party')
	take_steps "$scale" "$clients clients" "$number" on
	take_steps "$scale" "$clients clients, synchronous_commit off" "$number" off
	take_steps "$scale" "$clients clients on 50 citizens" 50 off
	note "$scale" 'database, GB' "$(ask -d "region_$scale" -c "SELECT pg_database_size(current_database()) / 1e9")"
done
columns=$(for scale in $scales; do printf ", to_char(max(value) FILTER (WHERE scale = %s), 'FM9999990.00') AS \"1:%s\"" "$scale" "$scale"; done)
psql -X -d postgres -P footer=off -c "SELECT what $columns FROM figure GROUP BY what ORDER BY min(n)"
