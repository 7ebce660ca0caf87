#!/bin/bash
# pgaudit beside the log: the server's log has the statement that a role sent, the log of access has the citizen. On a copy of
# the server, for pgaudit has to be there when it starts.
set -eu

sql() {
	psql -XAtq -v ON_ERROR_STOP=1 "$@"
}

if [ "$(sql -c "SELECT count(*) FROM pg_available_extensions WHERE name = 'pgaudit'")" = 0 ]; then
	echo '1..0 # SKIP pgaudit is not installed'
	exit
fi

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

cd "$SCRATCH"
as_server pg_basebackup -D audited -X stream -c fast
trap 'as_server pg_ctl -D audited -m immediate stop > audited.log; rm -rf audited' EXIT
as_server pg_ctl -D audited -l audited.server.log -o '-p 5434 -c shared_preload_libraries=pgaudit -c log_line_prefix=%u:' -w start > audited.log
export PGPORT=5434

sql <<-'END'
	CREATE EXTENSION pgaudit;
	SELECT format('ALTER DATABASE %I SET pgaudit.log = ''read, write, role''', current_database()),
		format('ALTER DATABASE %I SET pgaudit.log_parameter = on', current_database())
	\gexec
END
sql <<-'END' > audited.log
	CREATE ROLE audited_nurse LOGIN;
	GRANT care_professional TO audited_nurse;
	SELECT care.register_organization('Ward', 'hospital'), care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101010000}', 'Citizen');
	SELECT care.assign_practitioner(care.register_practitioner('Nurse', 'audited_nurse'), 1, 'nurse');
	SELECT care.admit(1, 1, 'IMP', 'admit');
END
sql -U audited_nurse -c "SELECT care.open_record(1, 'TREAT')" -c 'SELECT name FROM care.condition_of(1)' > audited.log

tests=0
check() { # what, whether
	tests=$((tests + 1))
	[ "$2" = t ] && echo "ok $tests - $1" || { echo "not ok $tests - $1"; grep AUDIT audited.server.log | tail -n 20 | sed 's/^/# /'; }
}
# What was sent is the first of the statements that a line counts; those of the layout's functions follow.
audited() { # user, statement
	grep -qE "^$1:LOG:  AUDIT: SESSION,[0-9]+,1,$2" audited.server.log && echo t || echo f
}
check 'the statement that opens a record is audited' "$(audited audited_nurse "READ,SELECT,,,\"SELECT care.open_record\(1, 'TREAT'\)\"")"
check 'so is the one that reads details' "$(audited audited_nurse 'READ,SELECT,,,SELECT name FROM care.condition_of\(1\)')"
check 'and who is made a member' "$(audited postgres 'ROLE,GRANT ROLE,,,GRANT care_professional TO audited_nurse;')"
check 'the log of access has the citizen, and why' "$(sql -c "SELECT count(*) = 1 FROM care.access_log WHERE citizen = 1 AND role_name = 'audited_nurse' AND entity = 'encounter' AND place = 1")"
check 'which the citizen reads in words' "$(sql -c "SELECT count(*) = 1 FROM care.access_of(1) WHERE person = 'Nurse' AND purpose = 'Treatment'")"
echo "1..$tests"
