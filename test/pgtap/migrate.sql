-- migrate() leaves what setup() makes, whatever was there.
BEGIN;
SELECT plan(12);

CREATE TEMP VIEW owned (class, id, kind, owner, acl) AS
	SELECT 'pg_namespace'::regclass, oid, 'n', nspowner, nspacl
	FROM pg_namespace WHERE nspname = 'care'
UNION ALL
	SELECT 'pg_class'::regclass, oid, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END, relowner, relacl
	FROM pg_class WHERE relnamespace = 'care'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
UNION ALL
	SELECT 'pg_proc'::regclass, oid, 'f', proowner, proacl
	FROM pg_proc WHERE pronamespace = 'care'::regnamespace;

-- All that can be told of the layout without object identifiers.
CREATE TEMP VIEW snapshot (object, aspect, value) AS
	SELECT pg_describe_object(class, id, 0), 'owner', pg_get_userbyid(owner)::text
	FROM owned
UNION ALL
	SELECT pg_describe_object(class, id, 0), 'privilege', a::text
	FROM owned, aclexplode(coalesce(acl, acldefault(kind::"char", owner))) AS a
UNION ALL
	SELECT pg_describe_object(class, id, objsubid), 'comment', description
	FROM owned
	JOIN pg_description ON objoid = id AND classoid = class
UNION ALL
	SELECT id::regclass::text, 'view', pg_get_viewdef(id) || coalesce(reloptions::text, '')
	FROM owned
	JOIN pg_class AS c ON c.oid = id AND relkind IN ('v', 'm')
UNION ALL
	SELECT id::regclass || '.' || attname, 'column',
		concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), attacl)
	FROM owned
	JOIN pg_attribute ON attrelid = id AND attnum > 0 AND NOT attisdropped
	LEFT JOIN pg_attrdef ON adrelid = id AND adnum = attnum
UNION ALL
	SELECT id::regclass::text, 'index', pg_get_indexdef(indexrelid)
	FROM owned
	JOIN pg_index ON indrelid = id
UNION ALL
	SELECT id::regclass::text, 'constraint', conname || ' ' || pg_get_constraintdef(con.oid)
	FROM owned
	JOIN pg_constraint AS con ON conrelid = id
UNION ALL
	SELECT id::regclass::text, 'trigger',
		concat_ws(' ', tgenabled, pg_get_triggerdef(t.oid), obj_description(t.oid, 'pg_trigger'))
	FROM owned
	JOIN pg_trigger AS t ON tgrelid = id AND NOT tgisinternal
UNION ALL
	SELECT id::regprocedure::text, 'function', pg_get_functiondef(id)
	FROM owned
	JOIN pg_proc AS p ON p.oid = id AND prokind <> 'a';

CREATE TEMP TABLE fresh AS TABLE snapshot;

CALL smartcare.migrate();
SELECT bag_eq('TABLE snapshot', 'TABLE fresh', 'nothing is changed where nothing is wrong');
SELECT results_eq('SELECT version, extension_version FROM care.layout',
	'SELECT smartcare.layout_version(), smartcare.version()', 'the version row says who was here');
SELECT is(current_user, 'postgres', 'the caller is who it was');
SELECT is(current_setting('lock_timeout'), '0', 'and waits for locks as it did');

GRANT USAGE ON SCHEMA care TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA care TO PUBLIC;
GRANT ALL ON ALL ROUTINES IN SCHEMA care TO PUBLIC;
DO $$
DECLARE
	statement text;
BEGIN
	FOR statement IN
		SELECT format('CREATE OR REPLACE VIEW %s AS SELECT * FROM (%s) AS v WHERE false',
			c.oid::regclass, rtrim(pg_get_viewdef(c.oid), ';'))
		FROM pg_class AS c
		WHERE relnamespace = 'care'::regnamespace AND relkind = 'v'
	UNION ALL
		SELECT replace(pg_get_functiondef(p.oid), prosrc, 'BEGIN RAISE ''damaged''; END')
		FROM pg_proc AS p
		JOIN pg_language AS l ON l.oid = prolang
		WHERE pronamespace = 'care'::regnamespace AND lanname = 'plpgsql'
	UNION ALL
		SELECT format('ALTER TABLE %s DISABLE TRIGGER USER', c.oid::regclass)
		FROM pg_class AS c
		WHERE relnamespace = 'care'::regnamespace AND relkind IN ('r', 'p')
	LOOP
		EXECUTE statement;
	END LOOP;
END
$$;
SELECT bag_ne('TABLE snapshot', 'TABLE fresh', 'rights, views, functions and triggers are damaged');
CALL smartcare.migrate();
SELECT bag_eq('TABLE snapshot', 'TABLE fresh', 'and made whole');

-- What depends on nothing else goes, until only what the tables need is left.
DO $$
DECLARE
	statement text;
	dropped boolean;
BEGIN
	FOR statement IN
		SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)
		FROM pg_trigger
		JOIN pg_class AS c ON c.oid = tgrelid
		WHERE relnamespace = 'care'::regnamespace AND NOT tgisinternal AND tgparentid = 0
	LOOP
		EXECUTE statement;
	END LOOP;
	LOOP
		dropped := false;
		FOR statement IN
			SELECT format('DROP VIEW %s', oid::regclass)
			FROM pg_class
			WHERE relnamespace = 'care'::regnamespace AND relkind = 'v'
		UNION ALL
			SELECT format('DROP ROUTINE %s', oid::regprocedure)
			FROM pg_proc
			WHERE pronamespace = 'care'::regnamespace
		LOOP
			BEGIN
				EXECUTE statement;
				dropped := true;
			EXCEPTION WHEN dependent_objects_still_exist THEN
				NULL;
			END;
		END LOOP;
		EXIT WHEN NOT dropped;
	END LOOP;
END
$$;
CALL smartcare.migrate();
SELECT bag_eq('TABLE snapshot', 'TABLE fresh', 'what is dropped comes back');

CREATE ROLE stranger;
SET ROLE stranger;
SELECT throws_ok('CALL smartcare.migrate()', '42501', 'schema "care" belongs to role "layout_owner"',
	'others may not migrate');
RESET ROLE;
GRANT layout_owner TO stranger;
SET ROLE stranger;
CALL smartcare.migrate();
RESET ROLE;
SELECT bag_eq('TABLE snapshot', 'TABLE fresh', 'members of the owning role may, and leave it the owner');

-- The owner of the layout may be of less trust than who migrates it.
SET ROLE layout_owner;
CREATE FUNCTION care.trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('role', 'none', true); RETURN NEW; END $$;
CREATE TRIGGER trap BEFORE INSERT OR UPDATE ON care.layout FOR EACH ROW EXECUTE FUNCTION care.trap();
RESET ROLE;
SELECT throws_ok('CALL smartcare.migrate()', '42501', NULL, 'a trigger of the owner''s does not run as who migrates');
DROP TRIGGER trap ON care.layout;
ALTER TABLE care.layout ADD note text DEFAULT current_user;
SELECT throws_ok('CALL smartcare.migrate()', '42501', NULL, 'nor a default');
ALTER TABLE care.layout DROP note;
SELECT lives_ok('CALL smartcare.migrate()', 'the table as it was will do');

SELECT * FROM finish();
ROLLBACK;
