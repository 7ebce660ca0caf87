-- plpgsql_check has nothing to say about any function of the extension or the layout.
BEGIN;
SELECT plan(1);

SELECT count(*) > 0 AS present FROM pg_available_extensions WHERE name = 'plpgsql_check' \gset
\if :present
CREATE EXTENSION plpgsql_check;

SELECT is_empty($$
	SELECT p.oid::regprocedure, finding
	FROM pg_proc AS p
	JOIN pg_language AS l ON l.oid = prolang
	LEFT JOIN pg_trigger ON tgfoid = p.oid AND NOT tgisinternal
	CROSS JOIN plpgsql_check_function(p.oid, relid => coalesce(tgrelid, 0), fatal_errors => false,
		extra_warnings => true, security_warnings => true, oldtable => tgoldtable, newtable => tgnewtable) AS finding
	WHERE pronamespace IN ('smartcare'::regnamespace, 'care'::regnamespace) AND lanname = 'plpgsql'
$$, 'plpgsql_check finds nothing');
\else
SELECT diag('plpgsql_check is not installed: no PL/pgSQL function was checked');
SELECT skip('plpgsql_check is not installed', 1);
\endif

SELECT * FROM finish();
ROLLBACK;
