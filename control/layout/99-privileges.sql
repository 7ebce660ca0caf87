-- Nobody but the owner may do anything, but for what care.role_grant says.

-- What is granted runs as the owner, who alone may read and write the tables.
DO $$
DECLARE
	routine regprocedure;
BEGIN
	FOR routine IN
		SELECT p.oid::regprocedure FROM pg_proc p
		WHERE p.pronamespace = 'care'::regnamespace
			AND p.proname IN (SELECT g.object FROM care.role_grant g WHERE g.privilege = 'EXECUTE')
	LOOP
		EXECUTE format('ALTER ROUTINE %s SECURITY DEFINER SET search_path = pg_catalog, pg_temp', routine);
	END LOOP;
END
$$;

SELECT care.grant_roles();
