#!/bin/bash
# How many messages care.receive() takes in a second, in a mix made up with the structure and size of published examples;
# what that costs the server's processors, which is what counts on a machine that others use too; and where it goes.
#
#	test/cluster run bench/message.sh [STAYS] [CLIENTS] [RUNS]		a stay is three messages, on the average
set -eu
stays=${1:-2000} clients=${2:-16} runs=${3:-3}
export PGDATABASE=bench PGOPTIONS='-c client_min_messages=warning'
postmaster=$(head -1 "$SCRATCH/data/postmaster.pid")

ask() {
	psql -XqAt -v ON_ERROR_STOP=1 "$@"
}
# Processor time of the server's processes that have ended, in hundredths of a second.
spent() {
	awk '{print $16 + $17}' "/proc/$postmaster/stat"
}

createdb bench
psql -Xq -d postgres -c "ALTER SYSTEM SET max_wal_size = '8GB'" -c "ALTER SYSTEM SET shared_buffers = '512MB'" -c 'SELECT pg_reload_conf()' -o /dev/null
ask -c 'CREATE EXTENSION smartcare' -o /dev/null
ask -o /dev/null <<-END
	\ir $PWD/test/messages.sql
	CREATE TABLE figure (run integer, messages integer, seconds float8, processor float8, lock_waits integer, first_memory integer, last_memory integer);
	CREATE TABLE traffic (nth serial PRIMARY KEY, body text);
	ALTER TABLE traffic ALTER body SET STORAGE EXTERNAL;
	-- The mix: stays of one citizen each, told to 22 municipalities by 20 departments, in which every message comes after the one before it, but not at once.
	INSERT INTO traffic (body)
	SELECT s.message::text
	FROM generate_series(1, $stays) AS g, LATERAL pg_temp.stay(to_char(date '1930-01-01' + g, 'DDMMYY') || lpad((g % 4000)::text, 4, '0'), 's' || g,
		(ARRAY['{STIN,SLHJ}', '{STAA,SLHJ}', '{STAA,STIN,STOR,SLOR,SLHJ}'])[1 + g % 3]::text[], provider => 1 + g % 20, receiver => 100 + g % 22, narrative => 1100) AS s
	ORDER BY s.n, g;
	VACUUM ANALYZE traffic;
END
echo 'SELECT care.receive(t.body) FROM traffic t WHERE t.nth = (SELECT nextval($$next_message$$));' > "$SCRATCH/receive.sql"
messages=$(ask -c 'SELECT count(*) FROM traffic')

for run in $(seq "$runs") 0; do
	ask -o /dev/null -c 'DROP SCHEMA IF EXISTS care CASCADE' -c 'SELECT smartcare.setup()' -c 'DROP SEQUENCE IF EXISTS next_message' -c 'CREATE SEQUENCE next_message' -c 'CALL care.maintain_messages()'
	# The last run counts functions, which costs too much to be timed.
	[ "$run" != 0 ] || ask -o /dev/null -c "ALTER DATABASE bench SET track_functions = 'all'" -c 'SELECT pg_stat_reset()'
	before=$(spent)
	began=$(date +%s.%N)
	pgbench -n -M prepared -c "$clients" -j 2 -t $((messages / clients)) -f "$SCRATCH/receive.sql" bench > "$SCRATCH/pgbench.log" 2>&1 &
	load=$!
	waits=0
	: > "$SCRATCH/memory"
	while kill -0 $load 2> /dev/null; do
		sleep 1
		waits=$((waits + $(ask -c "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%care.receive%' AND pid <> pg_backend_pid()")))
		for pid in $(ask -c "SELECT pid FROM pg_stat_activity WHERE application_name = 'pgbench'"); do
			awk '/RssAnon/ {print $2}' "/proc/$pid/status" 2> /dev/null || true
		done | sort -n | tail -1 >> "$SCRATCH/memory"
	done
	wait $load || { cat "$SCRATCH/pgbench.log" >&2; exit 1; }
	ended=$(date +%s.%N)
	[ "$run" = 0 ] || ask -o /dev/null -c "INSERT INTO figure VALUES ($run, $((messages / clients * clients)), $ended - $began, ($(spent) - $before) / 100.0, $waits, $(sed -n 2p "$SCRATCH/memory" | grep . || echo 0), $(grep . "$SCRATCH/memory" | tail -1 || echo 0))"
done

psql -Xq <<-'END'
	SELECT count(*) AS messages, pg_size_pretty(avg(octet_length(body))) AS "mean size" FROM traffic;
	SELECT count(*) AS runs, round((percentile_cont(0.5) WITHIN GROUP (ORDER BY messages / seconds))::numeric) AS "messages/s",
		round((percentile_cont(0.5) WITHIN GROUP (ORDER BY 1000 * processor / messages))::numeric, 2) AS "processor ms each",
		round((percentile_cont(0.5) WITHIN GROUP (ORDER BY 2 * messages / processor))::numeric) AS "messages/s of two processors",
		round((percentile_cont(0.5) WITHIN GROUP (ORDER BY 6e6 * processor / messages / 2 / 3600))::numeric, 1) AS "hours for 6 million",
		max(lock_waits) AS "lock waits seen", max(first_memory) AS "kB at first", max(last_memory) AS "kB at last"
	FROM figure;
	SELECT status, count(*), count(*) FILTER (WHERE issues IS NOT NULL) AS "had waited" FROM care.letter GROUP BY status;
	SELECT pg_size_pretty(sum(pg_total_relation_size(relid)) / (SELECT count(*) FROM care.message)) AS "stored for each message" FROM pg_partition_tree('care.message') WHERE isleaf;
	SELECT funcname AS "function", calls, round((100 * self_time / sum(self_time) OVER ())::numeric, 1) AS "own %", round((100 * total_time / max(total_time) OVER ())::numeric, 1) AS "with callees %"
	FROM pg_stat_user_functions ORDER BY self_time DESC LIMIT 16;
END
