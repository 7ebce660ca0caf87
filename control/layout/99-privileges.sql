-- Nobody but the owner may do anything, but for what care.role_grant says.

-- What is granted runs as the owner, who alone may read and write the tables. Whoever calls it sees its notices, but not
-- what debug_print_plan writes to the log: plans have the values in them that a function works with.
DO $$
DECLARE
	routine record;
BEGIN
	FOR routine IN
		SELECT p.oid::regprocedure AS name, array_to_string(p.proconfig, ' ') ~ 'search_path=' AS has_path FROM pg_proc p
		WHERE p.pronamespace = 'care'::regnamespace
			AND (p.prosecdef OR p.proname IN (SELECT g.object FROM care.role_grant g WHERE g.privilege = 'EXECUTE'))
	LOOP
		EXECUTE format('ALTER ROUTINE %s SECURITY DEFINER SET client_min_messages = notice', routine.name);
		-- Of those in SQL, which need none, too.
		IF routine.has_path IS NOT TRUE THEN
			EXECUTE format('ALTER ROUTINE %s SET search_path = pg_catalog, pg_temp', routine.name);
		END IF;
	END LOOP;
END
$$;

SELECT care.grant_roles();
