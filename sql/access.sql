-- What access is built on: the roles that a session acts for, and the records that it has opened.
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT current_user AS superuser \gset

CREATE ROLE regress_layout;
CREATE ROLE regress_dept;
CREATE ROLE regress_hospital;
CREATE ROLE regress_other;
CREATE ROLE regress_alice;
CREATE ROLE regress_bob;
GRANT regress_hospital TO regress_dept;
GRANT regress_dept TO regress_alice;
GRANT regress_other TO regress_bob;

-- What the layout does, in short.
CREATE SCHEMA care AUTHORIZATION regress_layout;
SET ROLE regress_layout;
CREATE FUNCTION care.open(bigint, text DEFAULT '1 hour') RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT smartcare.set_record_open($1, -$1, now() + $2::interval) $$;
CREATE FUNCTION care.close(bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT smartcare.set_record_closed($1) $$;
CREATE FUNCTION care.who() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT current_user || ' for ' || smartcare.my_roles()::text $$;
GRANT USAGE ON SCHEMA care TO PUBLIC;
RESET ROLE;
CREATE VIEW opened AS SELECT smartcare.open_records(), smartcare.open_record_access(1) AS access_to_1;
GRANT SELECT ON opened TO PUBLIC;

-- Roles: of the outer user, with those that come with them.
SET ROLE regress_alice;
SELECT smartcare.my_roles(), smartcare.sees_all();
SELECT care.who();
SET ROLE regress_bob;
SELECT smartcare.my_roles();
SET ROLE regress_dept;
SELECT smartcare.my_roles();
SET ROLE regress_layout;
SELECT smartcare.my_roles(), smartcare.sees_all();
RESET ROLE;
SELECT smartcare.sees_all(), cardinality(smartcare.my_roles()) AS roles_of_a_superuser;

-- They follow what is granted, revoked, renamed and dropped, in a plan made before too.
PREPARE roles AS SELECT (SELECT smartcare.my_roles());
SET ROLE regress_alice;
EXECUTE roles;
RESET ROLE;
REVOKE regress_hospital FROM regress_dept;
SET ROLE regress_alice;
EXECUTE roles;
RESET ROLE;
GRANT regress_other TO regress_alice;
ALTER ROLE regress_other RENAME TO regress_another;
SET ROLE regress_alice;
EXECUTE roles;
SET ROLE regress_bob;
EXECUTE roles;
RESET ROLE;
DROP ROLE regress_another;
SET ROLE regress_alice;
EXECUTE roles;
RESET ROLE;
BEGIN;
CREATE ROLE regress_short;
GRANT regress_short TO regress_alice;
SET LOCAL ROLE regress_alice;
EXECUTE roles;
ROLLBACK;
SET ROLE regress_alice;
EXECUTE roles;
RESET ROLE;
ALTER ROLE regress_bob NOINHERIT;
GRANT regress_dept TO regress_bob;
-- (A membership keeps from PostgreSQL 16 on what the role was when it was granted.)
SET ROLE regress_bob;
EXECUTE roles;
RESET ROLE;

-- A record is readable once the transaction that opened it has committed.
SET SESSION AUTHORIZATION regress_alice;
TABLE opened;
BEGIN;
SELECT care.open(1);
TABLE opened;
COMMIT;
TABLE opened;
BEGIN;
SELECT care.open(2);
ROLLBACK;
TABLE opened;
BEGIN;
SELECT care.open(2);
SELECT 1/0;
COMMIT;
TABLE opened;

-- Savepoints.
BEGIN;
SELECT care.open(2);
SAVEPOINT a;
SELECT care.open(3);
SAVEPOINT b;
SELECT care.open(4);
RELEASE b;
ROLLBACK TO a;
SELECT care.open(5);
SAVEPOINT b;
SELECT care.open(6);
RELEASE b;
RELEASE a;
COMMIT;
TABLE opened;
DO $$
BEGIN
	PERFORM care.open(7);
	BEGIN
		PERFORM care.open(8);
		PERFORM 1/0;
	EXCEPTION WHEN division_by_zero THEN NULL;
	END;
	COMMIT;
	PERFORM care.open(9);
	ROLLBACK;
END
$$;
TABLE opened;

-- Opened again: the one that was stays if the new one is rolled back.
BEGIN;
SELECT care.open(1, '-1 hour');
ROLLBACK;
TABLE opened;
SELECT care.open(1, '-1 hour');
TABLE opened;
SELECT care.open(1);
SELECT care.open(1);
TABLE opened;

-- Closed is closed, even by a transaction that is rolled back.
BEGIN;
SELECT care.close(1), care.close(99);
ROLLBACK;
TABLE opened;
BEGIN;
SELECT care.open(1), care.close(1);
COMMIT;
TABLE opened;

-- For one role, and one login.
RESET SESSION AUTHORIZATION;
SET ROLE regress_alice;
TABLE opened;
RESET ROLE;
TABLE opened;
SET SESSION AUTHORIZATION regress_alice;
TABLE opened;
SET ROLE regress_dept;
TABLE opened;
BEGIN;
SELECT care.open(20);
SET LOCAL ROLE regress_alice;
COMMIT;
TABLE opened;
SET ROLE regress_alice;
TABLE opened;
SELECT care.close(20);
SET ROLE regress_dept;
TABLE opened;
RESET ROLE;

-- For a time.
SELECT care.open(30, '0.2 s');
SELECT 30 = ANY (smartcare.open_records()) AS at_first;
SELECT pg_sleep(0.25);
SELECT 30 = ANY (smartcare.open_records()) AS then;
SELECT care.open(31, '1 day 1 min');
SELECT smartcare.open_record_access(31);

-- A plan made before knows what is open now.
PREPARE record AS SELECT c FROM generate_series(1, 9) AS c WHERE c = ANY ((SELECT smartcare.open_records())::bigint[]);
EXECUTE record;
SELECT care.close(2);
EXECUTE record;

-- Nobody else may: not the user, not in a function of the user's own, not by the setting.
SELECT smartcare.set_record_open(40, 1, now() + '1 hour');
SELECT smartcare.set_record_closed(5);
CREATE FUNCTION pg_temp.forge() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ SELECT smartcare.set_record_open(40, 1, now() + '1 hour') $$;
SELECT pg_temp.forge();
TABLE opened;
SHOW smartcare.records_open;
SET smartcare.records_open = on;
TABLE opened;

-- What closes all: the setting in any way, RESET ALL, DISCARD ALL.
SELECT care.open(50);
SET smartcare.records_open = off;
TABLE opened;
SELECT care.open(50);
BEGIN;
SET LOCAL smartcare.records_open = on;
ROLLBACK;
TABLE opened;
SELECT care.open(50);
RESET smartcare.records_open;
TABLE opened;
SELECT care.open(50);
TABLE opened;
RESET ALL;
TABLE opened;
SELECT care.open(50);
SELECT set_config('smartcare.records_open', 'on', false);
TABLE opened;
SELECT care.open(50);
TABLE opened;
DISCARD ALL;
TABLE opened;

-- Also where the setting came with the login, so that a reset need not change it.
ALTER ROLE regress_alice SET smartcare.records_open = on;
ALTER ROLE regress_alice LOGIN;
\c - regress_alice
\set VERBOSITY terse
SHOW smartcare.records_open;
SELECT care.open(51);
TABLE opened;
RESET ALL;
TABLE opened;
ALTER ROLE regress_alice RESET smartcare.records_open;
-- A rollback of the first opening takes the mark back; the next one makes it anew.
BEGIN;
SELECT care.open(52);
ROLLBACK;
SELECT care.open(53);
BEGIN;
SELECT care.open(54);
ROLLBACK;
TABLE opened;
DISCARD ALL;
TABLE opened;
\c - :superuser
SET client_min_messages = warning;

-- Not by a transaction that is prepared.
BEGIN;
SELECT care.open(61);
PREPARE TRANSACTION 'regress_access';
COMMIT PREPARED 'regress_access';
TABLE opened;

-- Bounded in number; what is over makes room.
SELECT count(*) FROM (SELECT care.open(c, '0.5 s') FROM generate_series(1, 1000) AS c) AS o;
SELECT care.open(2000);
SELECT pg_sleep(0.6);
SELECT count(*) FROM (SELECT care.open(c) FROM generate_series(1, 1000) AS c) AS o;
SELECT cardinality(smartcare.open_records());
SELECT care.open(2000);
SELECT smartcare.open_record_access(500), smartcare.open_record_access(2000), smartcare.open_record_access(NULL);

-- What rights rest on has changed, until the transaction ends, however.
SELECT smartcare.set_rights_changed(), smartcare.have_rights_changed();
SELECT smartcare.have_rights_changed();
BEGIN;
SAVEPOINT s;
SELECT smartcare.set_rights_changed();
ROLLBACK TO s;
SELECT smartcare.have_rights_changed();
ROLLBACK;
SELECT smartcare.have_rights_changed();
BEGIN;
SELECT smartcare.set_rights_changed();
PREPARE TRANSACTION 'regress_access';
SELECT smartcare.have_rights_changed();
ROLLBACK PREPARED 'regress_access';

-- Asked once a statement, by the leader, and in no index.
SELECT proname, provolatile, proparallel FROM pg_proc
WHERE pronamespace = 'smartcare'::regnamespace AND proname IN ('my_roles', 'sees_all', 'open_records', 'open_record_access', 'set_record_open', 'set_record_closed', 'set_rights_changed', 'have_rights_changed') ORDER BY 1;
CREATE TABLE leak (c bigint);
CREATE INDEX ON leak (cardinality(smartcare.open_records()));
DROP TABLE leak;

-- Without a layout nobody may.
DROP VIEW opened;
DROP SCHEMA care CASCADE;
SELECT smartcare.set_record_open(1, 1, now());
SET ROLE regress_alice;
SELECT smartcare.sees_all();
RESET ROLE;
DROP ROLE regress_layout, regress_dept, regress_hospital, regress_alice, regress_bob;
