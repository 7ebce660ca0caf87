#!/bin/bash
# How fast care.import_bundle() is, beside a peer in the same server and run: the same bundles taken apart and stored as
# jsonb rows, one for each resource, which is what a plain document store does.
#
#	test/cluster run bench/import.sh DIR [RUNS]		DIR has FHIR bundles (*.json)
set -eu
shopt -s nullglob
runs=${2:-5}
files=("${1:?a directory of bundles}"/*.json)

ask() {
	psql -XqAt -v ON_ERROR_STOP=1 -d bench "$@"
}

createdb bench
ask -c 'CREATE EXTENSION smartcare' -c 'CREATE TABLE bundle (n serial, content text)' \
	-c 'CREATE TABLE figure (what text, run integer, seconds float8)'
for file in "${files[@]}"; do
	{
		echo 'COPY bundle (content) FROM STDIN;'
		LC_ALL=C sed -e 's/\\/\\\\/g' -e 's/\t/\\t/g' -e 's/\r/\\r/g' -e '$!s/$/\\n/' "$file" | tr -d '\n'
		printf '\n\\.\n'
	} | ask
done

# Runs a statement on each bundle ($1 of it), a transaction each, and notes the seconds.
measure() {
	ask <<-SQL
		DO \$\$
		DECLARE
			began timestamptz := clock_timestamp();
			bundle record;
		BEGIN
			FOR bundle IN SELECT content FROM bundle ORDER BY n LOOP
				$3
				COMMIT;
			END LOOP;
			INSERT INTO figure VALUES ('$1', $2, extract(epoch FROM clock_timestamp() - began));
		END
		\$\$
	SQL
}

for ((run = 1; run <= runs; run++)); do
	ask -c 'DROP SCHEMA IF EXISTS care CASCADE' -c 'DROP TABLE IF EXISTS resource' -c 'SELECT smartcare.setup()' \
		-c 'CREATE TABLE resource (id bigserial PRIMARY KEY, type text, content jsonb)' > "$SCRATCH/setup.log" 2>&1
	measure 'text to jsonb' $run "PERFORM jsonb_typeof(bundle.content::jsonb);"
	measure 'peer: stored as jsonb rows' $run "INSERT INTO resource (type, content)
		SELECT e -> 'resource' ->> 'resourceType', e -> 'resource' FROM jsonb_array_elements(bundle.content::jsonb -> 'entry') e;"
	measure 'care.import_bundle()' $run "PERFORM care.import_bundle(bundle.content::jsonb);"
	measure 'the same again' $run "PERFORM care.import_bundle(bundle.content::jsonb);"
done

psql -Xq -d bench <<-'END'
	SELECT count(*) AS bundles, round(sum(octet_length(content)) / 1e6, 1) AS "MB" FROM bundle;
	SELECT what, round(median::numeric, 3) AS "median s", round(least::numeric, 3) AS least, round(greatest::numeric, 3) AS greatest,
		round((mb / median)::numeric, 1) AS "MB/s", round((median / peer)::numeric, 1) AS "ratio to peer"
	FROM (
		SELECT what, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median, min(seconds) AS least, max(seconds) AS greatest,
			(SELECT sum(octet_length(content)) / 1e6 FROM bundle) AS mb,
			(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM figure WHERE what LIKE 'peer%') AS peer
		FROM figure GROUP BY what
	) f
	ORDER BY median;
END

# Where the time goes: one more run, each function's own time. A function that was inlined counts with its caller.
ask -c 'DROP SCHEMA care CASCADE' -c 'SELECT smartcare.setup()' > "$SCRATCH/setup.log" 2>&1
ask -c "ALTER DATABASE bench SET track_functions = 'all'" -c 'SELECT pg_stat_reset()' > "$SCRATCH/setup.log"
measure 'counted' 0 "PERFORM care.import_bundle(bundle.content::jsonb);"
psql -Xq -d bench <<-'END'
	SELECT funcname AS "function", calls, round(self_time::numeric) AS "own ms", round(100 * self_time / sum(self_time) OVER ()) AS percent
	FROM pg_stat_user_functions ORDER BY self_time DESC LIMIT 14;
END
