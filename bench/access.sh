#!/bin/bash
# What access costs in a region of some sizes: opening a record, and reading work-lists and searching with the filter on and off.
#
#	test/cluster run bench/access.sh [SCALES]
#
# SCALES	one citizen stands for so many: "100 10" unless given. A database region_SCALE that is there already is measured as it is
set -eu
scales=${1:-100 10}
export PGOPTIONS='-c client_min_messages=warning -c jit=off'

ask() {
	psql -XqAt -v ON_ERROR_STOP=1 "$@"
}

ask -d postgres -c 'DROP TABLE IF EXISTS figure' -c 'CREATE TABLE figure (n serial, scale integer, what text, value float8)'
for scale in $scales; do
	if [ "$(ask -d postgres -c "SELECT count(*) FROM pg_database WHERE datname = 'region_$scale'")" = 0 ]; then
		createdb "region_$scale"
		ask -d "region_$scale" -c 'CREATE EXTENSION smartcare' -c 'SELECT smartcare.setup()' > "$SCRATCH/setup.log"
		ask -d "region_$scale" --single-transaction -v scale="$scale" -f demo/region.sql > "$SCRATCH/region.log"
		ask -d "region_$scale" -c 'VACUUM ANALYZE'
	fi
	ask -d "region_$scale" -f bench/access.sql
	ask -d "region_$scale" -c "COPY bench.figure (what, value) TO STDOUT" |
		ask -d postgres -c 'CREATE TEMP TABLE came (what text, value float8)' -c 'COPY came FROM STDIN' -c "INSERT INTO figure (scale, what, value) SELECT $scale, what, value FROM came"
	echo "Who is in the care of a practice, of 1.2 million citizens:"
	ask -d "region_$scale" -c "SELECT * FROM bench.plan"
done
columns=$(for scale in $scales; do printf ", to_char(max(value) FILTER (WHERE scale = %s), 'FM9999990.000') AS \"1:%s\"" "$scale" "$scale"; done)
psql -X -d postgres -P footer=off -c "SELECT what $columns FROM figure GROUP BY what ORDER BY min(n)"
