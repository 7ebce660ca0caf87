-- Settings, and the civil day.

CREATE OR REPLACE FUNCTION care.setting(name text)
RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 20
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_value text;
BEGIN
	SELECT s.value INTO found_value FROM care.setting s WHERE s.name = setting.name;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no setting "%"', name
			USING ERRCODE = 'undefined_object',
			HINT = 'The table care.setting has those that there are.';
	END IF;
	RETURN found_value;
END
$$;
COMMENT ON FUNCTION care.setting(text) IS 'The value of a setting in care.setting. Errors: 42704 no such setting.';

CREATE OR REPLACE FUNCTION care.civil_time("time" timestamptz)
RETURNS timestamp
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "time" AT TIME ZONE care.setting('zone');
COMMENT ON FUNCTION care.civil_time(timestamptz) IS 'What calendar and clock show at an instant, in the setting "zone".';

CREATE OR REPLACE FUNCTION care.civil_day("time" timestamptz)
RETURNS date
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN care.civil_time("time")::date;
COMMENT ON FUNCTION care.civil_day(timestamptz) IS 'The civil day of an instant, in the setting "zone".';

CREATE OR REPLACE FUNCTION care.today()
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN care.civil_day(now());
COMMENT ON FUNCTION care.today() IS 'The civil day it is, in the setting "zone".';

CREATE OR REPLACE FUNCTION care.start_of_day(day date)
RETURNS timestamptz
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN day::timestamp AT TIME ZONE care.setting('zone');
COMMENT ON FUNCTION care.start_of_day(date) IS 'The instant at which a civil day begins, in the setting "zone".';
