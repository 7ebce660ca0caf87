-- What CREATE EXTENSION makes.
BEGIN;
SELECT plan(9);

SELECT is(extversion, smartcare.version(), 'the library is of the script''s version')
FROM pg_extension WHERE extname = 'smartcare';

SELECT is(row(extnamespace::regnamespace, extrelocatable), row('smartcare'::regnamespace, false),
	'it has a schema of its own, and stays there')
FROM pg_extension WHERE extname = 'smartcare';
SELECT ok(NOT rolsuper, 'its owner is no superuser, for it is trusted')
FROM pg_extension
JOIN pg_roles AS r ON r.oid = extowner
WHERE extname = 'smartcare';

SELECT ok(has_schema_privilege('public', 'smartcare', 'USAGE'), 'everybody may use the schema');
SELECT ok(NOT has_schema_privilege('public', 'smartcare', 'CREATE'), 'and not add to it');

SELECT is_empty($$
	SELECT oid::regprocedure FROM pg_proc
	WHERE pronamespace = 'smartcare'::regnamespace AND prosecdef
$$, 'no function is SECURITY DEFINER: it would run as the bootstrap superuser');

-- An operator or function that takes its arguments by an implicit cast gives way to one that somebody has put into the schema beforehand, which
-- takes them as they are; and the extension is trusted.
SELECT is_empty($$
	SELECT oid::regprocedure FROM pg_proc
	WHERE pronamespace = 'smartcare'::regnamespace AND prosqlbody::text ~ ':(func|relabel|coerce|convert)\w*format 2'
$$, 'nothing in the body of an SQL function is cast implicitly');

SELECT is_empty($$
	SELECT oid::regclass FROM pg_class
	WHERE relnamespace = 'smartcare'::regnamespace AND relkind <> 'c'
$$, 'there are no tables or views');

SELECT is_empty($$
	SELECT pg_describe_object(d.classid, d.objid, 0)
	FROM pg_depend AS d
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
		AND (SELECT schema FROM pg_identify_object(d.classid, d.objid, 0)) = 'care'
$$, 'nothing in schema care belongs to the extension');

SELECT * FROM finish();
ROLLBACK;
