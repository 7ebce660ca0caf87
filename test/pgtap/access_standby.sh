#!/bin/bash
# On a standby the roles are known, and no record is read in detail: nothing could log it.
set -eu

# As the owner of the server's files.
as_server() {
	local user
	user=$(stat -c %U "$SCRATCH/data")
	if [ "$(id -un)" != "$user" ]; then
		setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"
	else
		"$@"
	fi
}

tests=0
# What the standby answers to a statement.
answers() {
	local said
	tests=$((tests + 1))
	said=$(psql -XAtq -p 5433 -v VERBOSITY=sqlstate -c "$1" 2>&1 || true)
	[ "$said" = "$2" ] && echo "ok $tests - $3" || printf 'not ok %s\n# %s\n' "$tests - $3" "$said"
}

cd "$SCRATCH"
as_server pg_basebackup -D standby -R -X stream -c fast
trap 'as_server pg_ctl -D standby -m immediate stop > standby.log; rm -rf standby' EXIT
as_server pg_ctl -D standby -l standby.server.log -o '-p 5433' -w start > standby.log

answers 'SELECT pg_is_in_recovery(), smartcare.my_roles()' 't|{postgres}' 'a standby knows the roles'
answers 'SELECT smartcare.open_records()' 'ERROR:  25006' 'and opens no record'
answers 'SELECT smartcare.open_record_access(1)' 'ERROR:  25006' 'nor tells of one'
answers "SELECT care.open_records('plan')" 'ERROR:  25006' 'in no part'
echo "1..$tests"
