-- Tables that grow with time (care.message, care.access_log): a partition for each month, in UTC, and a default
-- one for what has none.

CREATE OR REPLACE FUNCTION care.keep_partitions(parent regclass, months_ahead integer, oldest timestamptz, moves boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '5s'
AS $$
DECLARE
	kept record;
	month record;
	has_rows boolean;
BEGIN
	-- Each partition is a lock for all that read the table.
	IF months_ahead NOT BETWEEN 0 AND 120 THEN
		RAISE EXCEPTION 'partitions are made for 0 to 120 months ahead, not for %', months_ahead
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT c.relname AS name, pg_get_userbyid(c.relowner) AS owner, a.attname AS key, obj_description(p.partdefid) AS meaning INTO kept
	FROM pg_class c
	JOIN pg_partitioned_table p ON p.partrelid = c.oid
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
	WHERE c.oid = parent;

	FOR month IN
		SELECT m.first_day, m.first_day + interval '1 month' AS next, kept.name || to_char(m.first_day, '_YYYY_MM') AS name
		FROM generate_series(date_trunc('month', now()), date_trunc('month', now()) + months_ahead * interval '1 month', '1 month') AS m (first_day)
	LOOP
		CONTINUE WHEN to_regclass(format('care.%I', month.name)) IS NOT NULL;
		-- The lock that everybody takes first, so that no row is on its way into the default partition.
		EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', parent);
		CONTINUE WHEN to_regclass(format('care.%I', month.name)) IS NOT NULL;
		IF NOT moves THEN
			EXECUTE format('SELECT EXISTS (SELECT FROM care.%I WHERE %I >= $1 AND %2$I < $2)', kept.name || '_default', kept.key)
			INTO has_rows USING month.first_day, month.next;
			CONTINUE WHEN has_rows;
		END IF;
		EXECUTE format('CREATE TABLE care.%I (LIKE %s INCLUDING ALL)', month.name, parent);
		EXECUTE format('ALTER TABLE care.%I OWNER TO %I', month.name, kept.owner);
		EXECUTE format('COMMENT ON TABLE care.%I IS %L', month.name, to_char(month.first_day, '"Rows of "YYYY-MM" (UTC)."'));
		IF moves THEN
			EXECUTE format('WITH moved AS (DELETE FROM care.%I d WHERE d.%I >= $1 AND d.%2$I < $2 RETURNING d.*) INSERT INTO care.%I SELECT m.* FROM moved m',
				kept.name || '_default', kept.key, month.name)
			USING month.first_day, month.next;
		END IF;
		EXECUTE format('ALTER TABLE %s ATTACH PARTITION care.%I FOR VALUES FROM (%L) TO (%L)', parent, month.name, month.first_day, month.next);
	END LOOP;

	FOR month IN
		SELECT c.relname AS name
		FROM pg_inherits i
		JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = parent AND c.relname ~ ('^' || kept.name || '_\d{4}_\d\d$')
			AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= oldest
	LOOP
		EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', parent);
		EXECUTE format('DROP TABLE IF EXISTS care.%I', month.name);
	END LOOP;
	EXECUTE format('DELETE FROM care.%I WHERE %I < $1', kept.name || '_default', kept.key) USING oldest;
END
$$;
COMMENT ON FUNCTION care.keep_partitions(regclass, integer, timestamptz, boolean) IS
'Internal: makes the partitions of a table in schema care, partitioned by time, for this month and some ahead, and drops what is before a time. moves: rows of a month without partition go from the default one into its own; else such a month stays there. Errors: 22023 more than 120 months ahead, or less than 0; 55P03 the table was locked for more than 5 seconds.';
