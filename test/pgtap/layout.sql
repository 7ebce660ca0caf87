-- The rules that every table, view and function of the layout keeps.
BEGIN;
SELECT plan(17);

-- Small tables that are looked up by something else than the citizen, and distributed by that.
CREATE TEMP TABLE lookup (name, reason) AS VALUES
	('identifier_owner', 'finds the citizen of an identifier'),
	('resource_key', 'finds the record that a message''s resource became'),
	('parked_resource', 'waits for a citizen to be known'),
	('letter', 'finds what a message''s letter came to'),
	('document', 'knows a document that comes again, and keeps what is about nobody yet');

CREATE TEMP VIEW citizen_table AS
SELECT a.attrelid AS id, a.attrelid::regclass AS name, a.attnum, a.atttypid, a.attnotnull
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'care'::regnamespace AND c.relkind IN ('r', 'p')
	AND a.attname = 'citizen' AND NOT a.attisdropped
	AND c.relname <> ALL (SELECT l.name FROM lookup AS l);

CREATE TEMP VIEW routine AS
SELECT p.*, p.oid::regprocedure AS signature, l.lanname
FROM pg_proc AS p
JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace IN ('care'::regnamespace, 'smartcare'::regnamespace);

-- Keys
SELECT is_empty($$
	SELECT name FROM citizen_table WHERE atttypid <> 'bigint'::regtype OR NOT attnotnull
$$, 'citizen is bigint NOT NULL');

SELECT is_empty($$
	SELECT name FROM citizen_table
	WHERE NOT EXISTS (SELECT FROM pg_index WHERE indrelid = id AND indisprimary)
$$, 'a table about a citizen has a primary key');

SELECT is_empty($$
	SELECT name, indexrelid::regclass
	FROM citizen_table
	JOIN pg_index ON indrelid = id
	WHERE (indisunique OR indisexclusion) AND indkey[0] <> attnum
$$, 'citizen is the first column of every primary, unique and exclusion key');

SELECT is_empty($$
	SELECT name, attname
	FROM citizen_table
	JOIN pg_attribute AS a ON a.attrelid = id
	JOIN pg_type AS t ON t.oid = a.atttypid
	WHERE a.attnum > 0 AND (a.attidentity <> '' OR t.typtype = 'd')
$$, 'no identity column and no domain in a table about a citizen');

SELECT is_empty($$
	SELECT conrelid::regclass, conname
	FROM pg_constraint
	JOIN pg_class AS c ON c.oid = conrelid
	WHERE contype = 'f' AND confrelid IN (SELECT id FROM citizen_table)
		AND conrelid NOT IN (SELECT id FROM citizen_table)
		AND c.relname <> ALL (SELECT l.name FROM lookup AS l)
$$, 'a table that refers to one about a citizen is itself one');

-- Comments
SELECT is_empty($$
	SELECT oid::regclass FROM pg_class
	WHERE relnamespace = 'care'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
		AND obj_description(oid, 'pg_class') IS NULL
$$, 'every table and view has a comment');

SELECT is_empty($$
	SELECT c.oid::regclass, a.attname
	FROM pg_class AS c
	JOIN pg_attribute AS a ON a.attrelid = c.oid
	WHERE c.relnamespace = 'care'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
		AND a.attnum > 0 AND NOT a.attisdropped AND col_description(c.oid, a.attnum) IS NULL
$$, 'and so has every column');

SELECT is_empty($$
	SELECT signature FROM routine WHERE obj_description(oid, 'pg_proc') IS NULL
$$, 'every function has a comment');

SELECT is_empty($$
	SELECT t.oid::regtype
	FROM pg_type AS t
	LEFT JOIN pg_class AS c ON c.oid = t.typrelid
	WHERE t.typnamespace IN ('care'::regnamespace, 'smartcare'::regnamespace)
		AND t.typelem = 0 AND t.typtype <> 'm' AND (c.relkind IS NULL OR c.relkind = 'c')
		AND obj_description(t.oid, 'pg_type') IS NULL
$$, 'every type has a comment');

-- Search paths
SELECT is_empty($$
	SELECT signature FROM routine
	WHERE lanname IN ('sql', 'plpgsql') AND prosqlbody IS NULL
		AND NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%')
$$, 'every SQL and PL/pgSQL function pins search_path, or is BEGIN ATOMIC');

SELECT is_empty($$
	SELECT signature, setting
	FROM routine, unnest(proconfig) AS setting
	WHERE setting LIKE 'search_path=%' AND setting !~ '^search_path=pg_catalog(, (care|smartcare))*, pg_temp$'
$$, 'and the temporary schema comes last in it');

-- Privileges
SELECT is_empty($$
	SELECT 'schema', privilege_type
	FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
	WHERE nspname = 'care' AND grantee = 0
	UNION ALL
	SELECT oid::regclass::text, privilege_type
	FROM pg_class, aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)))
	WHERE relnamespace = 'care'::regnamespace AND grantee = 0
	UNION ALL
	SELECT attrelid::regclass || '.' || attname, privilege_type
	FROM pg_class AS c
	JOIN pg_attribute ON attrelid = c.oid,
		aclexplode(attacl)
	WHERE relnamespace = 'care'::regnamespace AND grantee = 0
	UNION ALL
	SELECT signature::text, privilege_type
	FROM routine, aclexplode(coalesce(proacl, acldefault('f', proowner)))
	WHERE pronamespace = 'care'::regnamespace AND grantee = 0
$$, 'nothing in schema care is granted to everybody');

-- What a session has opened, and its roles, a parallel worker does not know.
SELECT is_empty($$
	SELECT DISTINCT r.signature, c.name[1]
	FROM routine AS r
	CROSS JOIN LATERAL regexp_matches(regexp_replace(pg_get_functiondef(r.oid), '--[^\n]*|''[^'']*''', '', 'g'), '((?:care|smartcare)\.\w+)\(', 'g') AS c (name)
	JOIN routine AS called ON called.pronamespace::regnamespace || '.' || called.proname = c.name[1]
	WHERE r.pronamespace = 'care'::regnamespace AND r.proparallel = 's' AND r.prokind = 'f' AND r.lanname IN ('sql', 'plpgsql') AND called.proparallel <> 's'
$$, 'what is PARALLEL SAFE calls nothing that is not');

SELECT is_empty($$
	SELECT oid::regclass::text FROM pg_class
	WHERE relnamespace = 'care'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
		AND relowner <> (SELECT nspowner FROM pg_namespace WHERE nspname = 'care')
	UNION ALL
	SELECT signature::text FROM routine
	WHERE pronamespace = 'care'::regnamespace
		AND proowner <> (SELECT nspowner FROM pg_namespace WHERE nspname = 'care')
$$, 'all of it has one owner');

CREATE ROLE stranger;
SELECT is_empty($$
	SELECT oid::regclass::text FROM pg_class
	WHERE relnamespace = 'care'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
		AND has_table_privilege('stranger', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
	UNION ALL
	SELECT signature::text FROM routine
	WHERE pronamespace = 'care'::regnamespace AND has_function_privilege('stranger', oid, 'EXECUTE')
$$, 'a role without grants has no right to any of it');

SET ROLE stranger;
SELECT throws_ok('TABLE care.layout', '42501', NULL, 'and reads nothing');
SELECT throws_ok('SELECT smartcare.setup()', '42501', 'schema "care" belongs to role "layout_owner"',
	'setup() has nothing to tell it');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
