#!/bin/bash
# The server is killed in the middle of a load of messages: after its restart every message that was acknowledged is there
# once, and every other can be sent again.
set -eu
top=$PWD
cd "$(mktemp -d "$SCRATCH/crash.XXXXXX")"
server_user=$(id -un postgres 2> /dev/null || echo nobody)
as_server() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid="$server_user" --regid="$(id -g "$server_user")" --clear-groups "$@"
	else
		"$@"
	fi
}
[ "$(id -u)" != 0 ] || chown "$server_user" .

# A cluster of our own, like the one that the other tests share, but for fsync.
as_server initdb -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync > initdb.log
grep -E '^(extension_destdir|extension_control_path|dynamic_library_path)' "$SCRATCH/data/postgresql.conf" | as_server tee -a data/postgresql.conf > /dev/null
as_server tee -a data/postgresql.conf > /dev/null <<-END
	listen_addresses = ''
	unix_socket_directories = '$PWD'
	restart_after_crash = off
END
export PGHOST=$PWD PGUSER=postgres PGDATABASE=postgres PGOPTIONS='-c client_min_messages=warning'
start() {
	as_server pg_ctl -D data -l log -w -t 120 start > pg_ctl.log || { cat log >&2; exit 1; }
}
trap 'as_server pg_ctl -D data -m immediate stop > /dev/null 2>&1 || true' EXIT
start
sql() {
	psql -XAtq -v ON_ERROR_STOP=1 "$@"
}
sql -o /dev/null -c 'CREATE EXTENSION smartcare' -c 'SELECT smartcare.setup()'

# Stays of 60 citizens, shared out over four clients; each message a line of a client's file.
sql -o /dev/null <<-END
	\ir $top/test/messages.sql
	CREATE TABLE public.sent AS
	SELECT g % 4 AS client, row_number() OVER (ORDER BY s.n, g) AS nth, s.letter, s.message::text AS body
	FROM generate_series(1, 60) AS g, LATERAL pg_temp.stay('01014' || lpad(g::text, 5, '0'), 's' || g, '{STAA,STIN,STOR,SLOR,SLHJ}') AS s;
	CREATE FUNCTION public.code(a jsonb) RETURNS text LANGUAGE sql
	RETURN a -> 'entry' -> 0 -> 'resource' -> 'response' ->> 'code';
END

# A transport writes down what it got an answer to, outside of the database.
client() {
	sql -c "SELECT format('SELECT %L || code(care.receive((SELECT body FROM sent WHERE letter = %L)));', letter || ' ', letter) FROM sent WHERE client = $1 ORDER BY nth" > "client.$1.sql"
	psql -XAtq -f "client.$1.sql" > "answers.$1" 2> "errors.$1" || true
}
tests=0
is() {
	tests=$((tests + 1))
	if [ "$2" = "$3" ]; then echo "ok $tests - $1"; else printf 'not ok %s\n#   have: %s\n#   want: %s\n' "$tests - $1" "$2" "$3"; fi
}

for round in 1 2; do
	# What an earlier round was answered would count as this one's.
	rm -f answers.*
	clients=
	for n in 0 1 2 3; do client $n & clients="$clients $!"; done
	# When some, and not all, have been answered; in the second round those of the first are duplicates.
	for _ in $(seq 3000); do
		[ "$(cat answers.* 2> /dev/null | wc -l)" -lt $((round * 80)) ] || break
		sleep 0.02
	done
	postmaster=$(head -1 data/postmaster.pid)
	children=$(awk -v postmaster="$postmaster" '$4 == postmaster { print $1 }' /proc/[0-9]*/stat 2> /dev/null || true)
	kill -9 "$postmaster"
	# shellcheck disable=SC2086
	wait $clients
	# Its children see that it is gone; a server does not start beside them.
	for _ in $(seq 300); do
		# shellcheck disable=SC2086
		kill -0 $children 2> /dev/null || break
		sleep 0.1
	done
	start
	answered=$(cat answers.* | sort -u | wc -l)
	echo "# round $round: $answered of 300 were answered before the server was killed"
	is "round $round: the server was in the middle" "$([ "$answered" -gt 0 ] && [ "$answered" -lt 300 ] && echo yes)" yes
	cat answers.* | sort -u | sed 's/ .*//' > acknowledged
	sql -c 'CREATE TEMP TABLE acknowledged (letter text)' -c '\copy acknowledged from acknowledged' -c "
		SELECT 'missing ' || a.letter FROM acknowledged a LEFT JOIN care.letter l ON l.letter = a.letter AND l.status IN ('processed', 'parked') WHERE l.letter IS NULL
		UNION ALL
		SELECT 'kept not once ' || a.letter FROM acknowledged a WHERE (SELECT count(*) FROM care.message m WHERE m.letter = a.letter AND m.status <> 'duplicate') <> 1" > lost
	is "round $round: every message acknowledged is there once" "$(cat lost)" ''
	is "round $round: no letter is half done" "$(sql -c "SELECT count(*) FROM care.letter WHERE status NOT IN ('processed', 'parked')")" 0
	is "round $round: letters and messages agree" "$(sql -c "SELECT count(*) FROM care.letter l FULL JOIN (SELECT DISTINCT letter FROM care.message) m ON m.letter = l.letter WHERE l.letter IS NULL OR m.letter IS NULL")" 0
done

# All of them are sent again.
for n in 0 1 2 3; do client $n; done
is 'every message sent again is answered ok' "$(cat answers.* | sort -u | grep -c ' ok$')" 300
is 'all letters are processed' "$(sql -c 'SELECT status, count(*) FROM care.letter GROUP BY status')" 'processed|300'
is 'each citizen has one stay' "$(sql -c "SELECT count(*), count(DISTINCT citizen), count(*) FILTER (WHERE status = 'finished') FROM care.encounter")" '60|60|60'
is 'of five steps' "$(sql -c "SELECT DISTINCT string_agg(step, ' ' ORDER BY id) FROM care.workflow_event GROUP BY citizen")" 'admit change_class start_leave end_leave discharge'
echo "1..$tests"
