#!/bin/bash
# A layout that no superuser made, dumped and restored by its owner, is the same layout.
set -eu
export PGUSER=dump_owner PGOPTIONS='-c client_min_messages=warning'
. test/check.sh
cd "$SCRATCH"

# A line for every table: its name, how many rows, and what is in them.
contents() {
	sql -d "$1" <<-'END'
		SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM %1$s AS t', oid::regclass)
		FROM pg_class
		WHERE relnamespace = 'care'::regnamespace AND relkind IN ('r', 'p', 'm')
		ORDER BY relname \gexec
	END
}

# The restricting keys of a dump are random.
dump() {
	pg_dump "$@" | grep -vE '^\\(un)?restrict '
}

sql -U postgres -d postgres <<END
	CREATE ROLE dump_owner LOGIN;
	CREATE DATABASE dump_a OWNER dump_owner;
	CREATE DATABASE dump_b OWNER dump_owner;
END
sql -d dump_a -o /dev/null -c 'CREATE EXTENSION smartcare' -c 'SELECT smartcare.setup()' -f "$OLDPWD/test/sample.sql"
contents dump_a > a.contents
sed -n 's/^\(.*\)|0|$/# empty, so not shown to be restored: \1/p' a.contents

dump dump_a > a.sql
check 'the owner restores the dump without an error' sql -d dump_b -f a.sql -o /dev/null
contents dump_b > b.contents
check 'every table has the same rows' diff a.contents b.contents
dump dump_b > b.sql
# (A column of a view or a BEGIN ATOMIC function that has no name gets one when it is restored: name it.)
check 'and dumps to the same text' diff a.sql b.sql

dump -s dump_b > b.schema
check 'the owner migrates it' sql -d dump_b -c 'CALL smartcare.migrate()'
dump -s dump_b > migrated.schema
check 'which changes nothing' diff b.schema migrated.schema
echo "1..$tests"
