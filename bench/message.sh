#!/bin/bash
# How many messages care.receive() takes in a second, in a stated mix made up with the structure and size of published examples;
# what each kind costs the server's processors, which is what counts on a machine that others use too; memory, waits, and where the time goes.
#
#	test/cluster run bench/message.sh [CITIZENS] [CLIENTS] [RUNS]		five messages about each citizen
#
# The mix is an assumption: published are the kinds and the number of all, not the shares. Change them in "mix" below.
set -eu
citizens=${1:-4000} clients=${2:-16} runs=${3:-3}
export PGDATABASE=bench PGOPTIONS='-c client_min_messages=warning'
postmaster=$(head -1 "$SCRATCH/data/postmaster.pid")

ask() {
	psql -XqAt -v ON_ERROR_STOP=1 "$@"
}
# Processor time of the server's processes that have ended, in hundredths of a second.
spent() {
	awk '{print $16 + $17}' "/proc/$postmaster/stat"
}
# Waits for another transaction of more than 20 ms, each a line in the server's log; not those for a table to be made longer.
waits() {
	grep 'still waiting for' "$SCRATCH/log" | grep -vc 'extension of relation' || true
}
# A record with the organizations and citizens that the messages are about, and the letters of ours that acknowledgements answer.
fresh() {
	ask -o /dev/null <<-SQL
		DROP SCHEMA IF EXISTS care CASCADE;
		SELECT smartcare.setup();
		CALL care.maintain_messages();
		SELECT care.known_organization(p.resource, p.sector, true) FROM party p;
		SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', ARRAY[t.cpr], 'Bruno Elmer') FROM (SELECT DISTINCT cpr FROM traffic) AS t;
		INSERT INTO care.letter (letter, direction, standard, status, received_at)
		SELECT 'out-' || t.tag, 'out', 'care-communication', 'sent', now() FROM traffic t WHERE t.kind = 'Acknowledgement';
		DROP SEQUENCE IF EXISTS next_message;
		CREATE SEQUENCE next_message;
		VACUUM ANALYZE;
	SQL
}

createdb bench
psql -Xq -d postgres -o /dev/null -c "ALTER SYSTEM SET max_wal_size = '8GB'" -c "ALTER SYSTEM SET shared_buffers = '512MB'" \
	-c 'ALTER SYSTEM SET log_lock_waits = on' -c "ALTER SYSTEM SET deadlock_timeout = '20ms'" -c 'SELECT pg_reload_conf()'
ask -c 'CREATE EXTENSION smartcare' -o /dev/null
ask -o /dev/null <<-SQL
	\ir $PWD/test/messages.sql
	CREATE TABLE figure (run integer, messages integer, seconds float8, processor float8, waits integer, first_memory integer, peak_memory integer, last_memory integer);
	CREATE TABLE cost (kind text, messages integer, processor float8);
	CREATE TABLE traffic (nth serial PRIMARY KEY, kind text, cpr text, tag text, body text);
	ALTER TABLE traffic ALTER body SET STORAGE EXTERNAL;

	-- Each citizen has five messages, one in each round, so that no two about one citizen are on their way at once: who waits, waits for another.
	-- A fifth has a stay in hospital, told in two to five; what is left over is of the other kinds, by their shares.
	CREATE TABLE mix (kind text, share integer, upto integer);
	INSERT INTO mix (kind, share) VALUES
		('XRPT', 34), ('XDIS', 24), ('XREF', 10), ('CareCommunication', 15), ('Acknowledgement', 15), ('HomeCareObservation', 2);
	UPDATE mix m SET upto = (SELECT sum(o.share) FROM mix o WHERE o.kind <= m.kind);
	CREATE TABLE slot AS
	SELECT c, round, to_char(date '1930-01-01' + c, 'DDMMYY') || lpad((c % 4000)::text, 4, '0') AS cpr, c || '-' || round AS tag,
		CASE WHEN c % 5 = 0 AND round <= cardinality(s.kinds) THEN 'HospitalNotification' ELSE (
			SELECT m.kind FROM mix m WHERE m.upto > (hashint8(c * 7 + round) & 2147483647) % 100 ORDER BY m.upto LIMIT 1) END AS kind, s.kinds
	FROM generate_series(1, $citizens) AS c,
		LATERAL (SELECT (ARRAY['{STIN,SLHJ}', '{STAA,SLHJ}', '{STAA,STIN,STOR,SLOR,SLHJ}'])[1 + c / 5 % 3]::text[] AS kinds) AS s,
		generate_series(1, 5) AS round;

	-- Hospitals are organizations 1 to 20, municipalities 100 to 121, practices 200 to 299; the older letters have location numbers only.
	CREATE TABLE party AS
	SELECT pg_temp.organization(n) AS resource, CASE WHEN n < 100 THEN 'hospital' WHEN n < 200 THEN 'municipality' ELSE 'general practice' END AS sector
	FROM generate_series(1, 299) AS n WHERE n <= 20 OR n BETWEEN 100 AND 121 OR n >= 200
	UNION ALL
	SELECT jsonb_build_object('identifier', jsonb_build_array(jsonb_build_object('system', 'https://www.gs1.org/gln', 'value', gln))), 'hospital'
	FROM unnest('{5790000000012,5790000000029,5790000000036,5790000000043}'::text[]) AS gln;
	INSERT INTO traffic (kind, cpr, tag, body)
	SELECT s.kind, s.cpr, s.tag, CASE s.kind
		WHEN 'HospitalNotification' THEN (
			SELECT m.message::text FROM pg_temp.stay(s.cpr, 's' || s.c, s.kinds, provider => 1 + s.c % 20, receiver => 100 + s.c % 22, narrative => 1100) AS m WHERE m.n = s.round)
		WHEN 'CareCommunication' THEN pg_temp.cc('cc-' || s.tag, jsonb_build_array(jsonb_build_object('letter', 'cc-' || s.tag, 'activity', 'new-message', 'at', '2026-02-01T08:00:00Z')),
			jsonb_build_array(pg_temp.payload(gen_random_uuid()::text, '2026-02-01T08:00:00Z', jsonb_build_object('contentString', repeat('How is the wound? ', 30))))
				-- One in ten brings a document of 60 kB.
				|| CASE WHEN s.c % 10 = 3 THEN jsonb_build_array(pg_temp.payload(gen_random_uuid()::text, '2026-02-01T08:00:00Z', jsonb_build_object('contentAttachment', jsonb_build_object(
					'title', 'Results', 'contentType', 'application/pdf', 'data', repeat(translate(encode(sha512(s.tag::bytea), 'base64'), E'\n=', '') || 'AA', 909))))) ELSE '[]' END,
			thread => gen_random_uuid()::text, sender => 100 + s.c % 22, receiver => 200 + s.c % 100, cpr => s.cpr, narrative => 900)::text
		WHEN 'HomeCareObservation' THEN pg_temp.hco('hco-' || s.tag, jsonb_build_array(jsonb_build_object('letter', 'hco-' || s.tag, 'activity', 'new-message', 'at', '2026-02-01T13:00:00Z')), (
				SELECT jsonb_agg(pg_temp.observation('o' || g, (ARRAY['MCS88122', 'NPU22089', 'NPU21692', 'NPU08676', 'NPU03804', 'NPU19748'])[g], '2026-02-01T0' || g || ':00:00Z',
					jsonb_build_object('valueQuantity', jsonb_build_object('value', 30 + g, 'unit', (ARRAY['/min', 'mmol/L', '/min', 'Cel', 'kg', 'mg/L'])[g])))) FROM generate_series(1, 6) AS g),
			cpr => s.cpr, sender => 100 + s.c % 22, receiver => 200 + s.c % 100, narrative => 1500)::text
		WHEN 'Acknowledgement' THEN jsonb_set(pg_temp.message('acknowledgement-message', 'ack-' || s.tag, 200 + s.c % 100, 100 + s.c % 22, jsonb_build_array(
				jsonb_build_object('letter', 'out-' || s.tag, 'activity', 'new-message', 'at', '2026-02-01T08:00:00Z'),
				jsonb_build_object('letter', 'ack-' || s.tag, 'activity', 'acknowledgement', 'at', '2026-02-01T08:00:00Z')), '[]', NULL, narrative => 1500),
			'{entry,0,resource,response}', jsonb_build_object('identifier', 'out-' || s.tag, 'code', 'ok'))::text
		ELSE replace(replace(pg_temp.oioxml(CASE s.kind WHEN 'XRPT' THEN 'XR0131K' WHEN 'XREF' THEN 'XH0130R' ELSE (ARRAY['XD0131L', 'XD0234L', 'XD1634C', 'XD2134C'])[1 + s.c % 4] END,
			s.tag, s.cpr, 60, sender => CASE s.c % 3 WHEN 0 THEN '5790000000012' WHEN 1 THEN '5790000000036' ELSE '5790000000043' END,
			content => (SELECT string_agg(format('<Services><Service><ServiceHeadline>%s</ServiceHeadline><ServiceText>%s</ServiceText></Service></Services>', md5(g::text), repeat(md5(g || s.tag) || ' ', 8)), '')
				FROM generate_series(1, CASE s.kind WHEN 'XRPT' THEN 10 ELSE 15 END) AS g)), 'Æbelø', 'Elmer'), 'Åse', 'Bruno')
		END
	FROM slot s ORDER BY s.round, s.c;
	VACUUM ANALYZE traffic;
SQL
echo 'SELECT care.receive(t.body) FROM traffic t WHERE t.nth = (SELECT nextval($$next_message$$));' > "$SCRATCH/receive.sql"
messages=$(ask -c 'SELECT count(*) FROM traffic')

for run in $(seq "$runs") 0; do
	fresh
	# The last run counts functions, which costs too much to be timed.
	[ "$run" != 0 ] || ask -o /dev/null -c "ALTER DATABASE bench SET track_functions = 'all'" -c 'SELECT pg_stat_reset()'
	before=$(spent)
	waited=$(waits)
	began=$(date +%s.%N)
	pgbench -n -M prepared -c "$clients" -j 2 -t $((messages / clients)) -f "$SCRATCH/receive.sql" bench > "$SCRATCH/pgbench.log" 2>&1 &
	load=$!
	: > "$SCRATCH/memory"
	while kill -0 $load 2> /dev/null; do
		sleep 1
		for pid in $(ask -c "SELECT pid FROM pg_stat_activity WHERE application_name = 'pgbench'"); do
			awk '/RssAnon/ {print $2}' "/proc/$pid/status" 2> /dev/null || true
		done | sort -n | tail -1 >> "$SCRATCH/memory"
	done
	wait $load || { cat "$SCRATCH/pgbench.log" >&2; exit 1; }
	ended=$(date +%s.%N)
	[ "$run" = 0 ] || ask -o /dev/null -c "INSERT INTO figure VALUES ($run, $((messages / clients * clients)), $ended - $began, ($(spent) - $before) / 100.0, $(waits) - $waited,
		$(sed -n 2p "$SCRATCH/memory" | grep . || echo 0), $(sort -n "$SCRATCH/memory" | tail -1 | grep . || echo 0), $(grep . "$SCRATCH/memory" | tail -1 || echo 0))"
done
ask -c "ALTER DATABASE bench RESET track_functions"
profile=$(psql -Xq -c 'SELECT funcname AS "function", calls, round((100 * self_time / sum(self_time) OVER ())::numeric, 1) AS "own %", round((100 * total_time / max(total_time) OVER ())::numeric, 1) AS "with callees %"
	FROM pg_stat_user_functions ORDER BY self_time DESC LIMIT 16')

# Kind by kind in one session, which is warm after the first twenty.
fresh
for kind in $(ask -c 'SELECT DISTINCT kind FROM traffic ORDER BY 1'); do
	psql -XqAt -v ON_ERROR_STOP=1 -v kind="$kind" -o /dev/null <<-'SQL'
		SELECT pg_backend_pid() AS pid \gset
		CREATE TEMP TABLE mine AS SELECT row_number() OVER (ORDER BY nth) AS n, body FROM traffic WHERE kind = :'kind' ORDER BY nth LIMIT 520;
		CREATE PROCEDURE pg_temp.receive_all(first integer, last integer) LANGUAGE plpgsql AS $$
		DECLARE
			m record;
		BEGIN
			FOR m IN SELECT * FROM mine WHERE n BETWEEN first AND last ORDER BY n LOOP
				PERFORM care.receive(m.body);
				COMMIT;
			END LOOP;
		END
		$$;
		CALL pg_temp.receive_all(1, 20);
		\set before `awk '{print $14 + $15}' /proc/:pid/stat`
		CALL pg_temp.receive_all(21, 520);
		\set after `awk '{print $14 + $15}' /proc/:pid/stat`
		INSERT INTO cost SELECT :'kind', count(*), (:after - :before) / 100.0 FROM mine WHERE n > 20;
	SQL
done

psql -Xq <<-'SQL'
	SELECT t.kind, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS "% of messages", pg_size_pretty(round(avg(octet_length(t.body)))) AS "mean size",
		round((1000 * min(c.processor) / nullif(min(c.messages), 0))::numeric, 2) AS "processor ms each", min(c.messages) AS measured
	FROM traffic t LEFT JOIN cost c USING (kind) GROUP BY t.kind ORDER BY count(*) DESC;
	SELECT sum(messages) / count(*) AS messages, count(*) AS runs, round((percentile_cont(0.5) WITHIN GROUP (ORDER BY messages / seconds))::numeric) AS "messages/s",
		round((percentile_cont(0.5) WITHIN GROUP (ORDER BY 1000 * processor / messages))::numeric, 2) AS "processor ms each",
		round((percentile_cont(0.5) WITHIN GROUP (ORDER BY 2 * messages / processor))::numeric) AS "messages/s of two processors",
		round((percentile_cont(0.5) WITHIN GROUP (ORDER BY 6e6 * processor / messages / 2 / 3600))::numeric, 1) AS "hours for 6 million",
		max(waits) AS "lock waits", max(first_memory) AS "kB at first", max(peak_memory) AS "kB at most", max(last_memory) AS "kB at last"
	FROM figure;
	SELECT standard, status, count(*) FROM care.message WHERE direction = 'in' GROUP BY standard, status ORDER BY 1, 2;
	SELECT pg_size_pretty(round(sum(pg_total_relation_size(relid)) / (SELECT count(*) FROM care.message))) AS "stored for each message" FROM pg_partition_tree('care.message') WHERE isleaf;
SQL
echo "$profile"
