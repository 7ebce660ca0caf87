#!/bin/bash
# Stores and questions two sets of measurements, beside what else one would keep them in, in one server:
# a plain table with a B-tree, arrays by month, MobilityDB and TimescaleDB's columnstore where the server has them.
#
#	test/cluster run bench/series.sh [HOME [GLUCOSE [RUNS]]]
#
# HOME		citizens who measure at home for a year, 2,480 points each (default 1000)
# GLUCOSE	citizens with a glucose sensor for 90 days, 24,800 points each (default 50)
# RUNS		how often each query is run (default 3); the systems take turns
set -eu
home=${1:-1000} glucose=${2:-50} runs=${3:-3}

ask() {
	psql -XqAt -v ON_ERROR_STOP=1 -d bench "$@"
}

cc -O2 -o "$SCRATCH/generate" bench/series_generate.c -lm
"$SCRATCH/generate" home "$home" > "$SCRATCH/home.csv"
"$SCRATCH/generate" glucose "$glucose" 90 > "$SCRATCH/glucose.csv"
chmod a+r "$SCRATCH"/*.csv

createdb bench
ask -c 'CREATE EXTENSION smartcare'
systems='plain arrays ours'
if ask -c 'CREATE EXTENSION mobilitydb CASCADE' 2> "$SCRATCH/mobilitydb.log"; then systems+=' mobilitydb'; fi
# Debian's build of TimescaleDB has no columnstore.
if ask -c 'CREATE EXTENSION timescaledb' -c "SET timescaledb.license = timescale" 2> "$SCRATCH/timescaledb.log"; then systems+=' timescaledb'; fi
echo "Systems: $systems. $home citizens at home, $glucose with a sensor. $(ask -c 'SHOW server_version')"

ask -v home="$home" -v glucose="$glucose" -v runs="$runs" -v scratch="$SCRATCH" -v systems="$systems" -f bench/series.sql
