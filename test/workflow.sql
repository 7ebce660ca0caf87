-- For tests of steps: the citizen in :c as c(), and what steps left behind.
SET LOCAL smartcare_test.citizen = :c;
CREATE FUNCTION pg_temp.c() RETURNS bigint LANGUAGE sql RETURN current_setting('smartcare_test.citizen')::bigint;
-- What a step returned; the nth entry in a table; the last event of a step.
CREATE FUNCTION pg_temp.status(r care.step_result) RETURNS text LANGUAGE sql RETURN r.status || CASE WHEN r.repeated THEN ' (repeated)' ELSE '' END;
CREATE FUNCTION pg_temp.entry(t name, n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	found_entry bigint;
BEGIN
	EXECUTE format('SELECT id FROM care.%I WHERE citizen = $1 ORDER BY id OFFSET $2 LIMIT 1', t) INTO found_entry USING pg_temp.c(), n - 1;
	RETURN found_entry;
END
$$;
CREATE FUNCTION pg_temp.event(s name) RETURNS bigint LANGUAGE sql
BEGIN ATOMIC
	SELECT max(e.id) FROM care.workflow_event e WHERE e.citizen = pg_temp.c() AND e.step = s;
END;
