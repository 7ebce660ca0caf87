#!/bin/bash
# A dump holds no roles: restored without privileges on a server that lacks them, the layout makes them and grants what was granted.
set -eu

sql() {
	psql -XAtq -v ON_ERROR_STOP=1 "$@"
}

# Every right in schema care that is not its owner's, and who works where.
rights() {
	sql -d "$1" <<-'END'
		SELECT concat_ws(' ', o.kind, o.name, o.acl) FROM (
			SELECT 'schema', nspname::text, nspacl FROM pg_namespace WHERE nspname = 'care'
			UNION ALL SELECT 'relation', relname, relacl FROM pg_class WHERE relnamespace = 'care'::regnamespace AND relkind NOT IN ('c', 'i', 'I', 't')
			UNION ALL SELECT 'routine', oid::regprocedure::text, proacl FROM pg_proc WHERE pronamespace = 'care'::regnamespace
		) AS s (kind, name, acl), LATERAL (SELECT s.kind, s.name, array_agg(a::text ORDER BY a::text) FROM unnest(s.acl) AS a) AS o (kind, name, acl)
		ORDER BY 1;
		SELECT o.name, o.role_name, m.member::regrole FROM care.organization o JOIN pg_auth_members m ON m.roleid = o.role_name::regrole ORDER BY 1, 2, 3;
	END
}

sql <<-'END' > /dev/null
	CREATE ROLE restore_person;
	SELECT care.register_organization('ward', 'hospital');
	SELECT care.assign_practitioner(care.register_practitioner('person', 'restore_person'), 1, 'nurse');
END
rights "$PGDATABASE" > "$SCRATCH/rights.before"
role=$(sql -c 'SELECT role_name FROM care.organization')
pg_dump -x "$PGDATABASE" > "$SCRATCH/restore.sql"
sql -c "DROP ROLE $role"

createdb -O layout_owner restored
trap 'dropdb restored; sql -c "DROP ROLE $role, restore_person"' EXIT
sql -d restored -o /dev/null -f "$SCRATCH/restore.sql"
made=$(sql -d restored -c 'SELECT role_name FROM care.restore_roles() WHERE made')
[ "$made" = "$role" ] && echo 'ok 1 - the role that is missing is made' || echo "not ok 1 - made are: $made"
rights restored | diff "$SCRATCH/rights.before" - > "$SCRATCH/rights.diff" && echo 'ok 2 - all rights are what they were' ||
	{ echo 'not ok 2 - all rights are what they were'; sed 's/^/# /' "$SCRATCH/rights.diff"; }
grep -q care_auditor= "$SCRATCH/rights.before" && grep -q restore_person "$SCRATCH/rights.before" && echo 'ok 3 - there were some' || echo 'not ok 3 - there were some'
echo 1..3
