-- The layout: tables, views and functions of schema care. layout_parts() follows, written by the build.

-- Raised by one with every change to a part numbered below 50, for which migrate() then has the statements that
-- change tables made before.
CREATE FUNCTION smartcare.layout_version() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1;
COMMENT ON FUNCTION smartcare.layout_version() IS
'Version of the layout that this extension makes and expects; care.layout tells the one that is there';

-- What setup() and migrate() ask first. The lock ends with the transaction.
CREATE FUNCTION smartcare.lock_layout(OUT owner name, OUT version integer)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM pg_advisory_xact_lock('pg_extension'::regclass::oid::integer, oid::integer)
	FROM pg_extension WHERE extname = 'smartcare';

	SELECT pg_get_userbyid(nspowner) INTO owner FROM pg_namespace WHERE nspname = 'care';
	IF owner IS NULL THEN
		RETURN;
	END IF;
	IF NOT pg_has_role(owner, 'MEMBER') THEN
		RAISE EXCEPTION 'schema "care" belongs to role "%"', owner
		USING ERRCODE = 'insufficient_privilege', HINT = 'Do this as that role.';
	END IF;
	-- Nothing is read from a table before it is known for what it is: its owner may be of less trust than the caller.
	IF NOT EXISTS (
		SELECT FROM pg_class AS c
		JOIN pg_attribute AS a ON a.attrelid = c.oid
		WHERE c.oid = to_regclass('care.layout') AND c.relkind = 'r' AND NOT c.relrowsecurity
			AND a.attname = 'version' AND a.atttypid = 'integer'::regtype
	) THEN
		RAISE EXCEPTION 'schema "care" exists, but smartcare.setup() did not make it'
		USING ERRCODE = 'duplicate_schema', HINT = 'Rename it with ALTER SCHEMA care RENAME TO ...';
	END IF;
	version := (SELECT max(l.version) FROM care.layout AS l);
END
$$;
COMMENT ON FUNCTION smartcare.lock_layout() IS
'Waits for other sessions that set up or migrate; returns who owns schema care and its layout version, NULL if there is none; raises 42501 where the caller is no member of the owner, 42P06 where setup() did not make the schema';

CREATE FUNCTION smartcare.make_layout(first_part text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
SET standard_conforming_strings = on
AS $$
-- What is executed below is this extension's own: @plpgsql_check_options: security_warnings = off
DECLARE
	part record;
BEGIN
	FOR part IN SELECT source FROM smartcare.layout_parts() AS p WHERE p.part >= first_part ORDER BY p.part LOOP
		EXECUTE part.source;
	END LOOP;

	-- SET ROLE is no wall: a trigger or a default of the owner's making could take the session's own role back.
	LOCK TABLE care.layout IN SHARE ROW EXCLUSIVE MODE;
	IF session_user <> current_user AND EXISTS (
		SELECT FROM pg_class AS c
		WHERE c.oid = 'care.layout'::regclass
			AND (c.relkind <> 'r' OR c.relrowsecurity
				OR EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid)
				OR EXISTS (SELECT FROM pg_rewrite AS r WHERE r.ev_class = c.oid)
				OR EXISTS (SELECT FROM pg_index AS i
					WHERE i.indrelid = c.oid AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL))
				OR EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype NOT IN ('p', 'n'))
				OR (SELECT array_agg(format_type(a.atttypid, NULL) || a.attgenerated::text ORDER BY a.attnum) FROM pg_attribute AS a
					WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
					<> '{integer,text,timestamp with time zone}')
	) THEN
		RAISE EXCEPTION 'table "care.layout" is not as smartcare.setup() made it'
		USING ERRCODE = 'insufficient_privilege',
			DETAIL = 'Writing to it could run what its owner wrote, as you.',
			HINT = format('Log in as "%s" to do this.', current_user);
	END IF;
	INSERT INTO care.layout (version, extension_version, at)
	VALUES (smartcare.layout_version(), smartcare.version(), now())
	ON CONFLICT (version) DO UPDATE SET extension_version = excluded.extension_version, at = excluded.at;
END
$$;
COMMENT ON FUNCTION smartcare.make_layout(text) IS
'Runs the parts of the layout from the one named on, and notes the version; called by setup() and migrate()';

CREATE FUNCTION smartcare.setup() RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present record;
BEGIN
	IF getdatabaseencoding() <> 'UTF8' THEN
		RAISE EXCEPTION 'the layout needs encoding UTF8, and this database has %', getdatabaseencoding()
		USING ERRCODE = 'feature_not_supported',
			HINT = 'Make another with CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0.';
	END IF;

	present := smartcare.lock_layout();
	IF present.owner IS NOT NULL THEN
		RETURN format('schema care is there already, with layout version %s', present.version)
			|| CASE WHEN present.version < smartcare.layout_version() THEN '; CALL smartcare.migrate() brings it up to date' ELSE '' END;
	END IF;

	CREATE SCHEMA care;
	PERFORM smartcare.make_layout('00');
	RETURN format('schema care made, with layout version %s', smartcare.layout_version());
END
$$;
COMMENT ON FUNCTION smartcare.setup() IS
'Makes schema care, owned by the caller, with the tables, views and functions of the shared-care record; changes nothing if it is there; raises 0A000 in a database that is not UTF8, 42501 and 42P06 where schema care is somebody else''s';

CREATE PROCEDURE smartcare.migrate(lock_timeout text DEFAULT '5s')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- Set here so that the setting below ends with the procedure.
SET lock_timeout = '5s'
AS $$
DECLARE
	caller text := current_setting('role');
	present record;
BEGIN
	PERFORM set_config('lock_timeout', lock_timeout, true);
	present := smartcare.lock_layout();
	IF present.owner IS NULL THEN
		RAISE EXCEPTION 'there is no schema "care" to migrate'
		USING ERRCODE = 'invalid_schema_name', HINT = 'SELECT smartcare.setup() makes it.';
	END IF;
	IF present.version > smartcare.layout_version() THEN
		RAISE EXCEPTION 'the layout has version %, and smartcare % knows versions up to %',
			present.version, smartcare.version(), smartcare.layout_version()
		USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Run ALTER EXTENSION smartcare UPDATE first.';
	END IF;

	-- As the owner, so that what a superuser or a member of the owning role migrates stays in one hand.
	PERFORM set_config('role', present.owner, true);
	-- Version 1 is the first: the changes of tables go here, IF present.version < 2 THEN ... in ascending order.
	PERFORM smartcare.make_layout('50');
	PERFORM set_config('role', caller, true);
END
$$;
COMMENT ON PROCEDURE smartcare.migrate(text) IS
'Brings schema care to what this extension makes: views and functions with their comments, triggers and privileges, and tables where their version is an older one; gives up when a lock is not had in time; raises 3F000 where there is no schema care, 55000 where a later extension made it, 42501 and 42P06 where it is somebody else''s, 55P03 without the lock';
