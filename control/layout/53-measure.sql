-- What a code and a unit mean: the measure, and how a reading becomes one of it.

CREATE OR REPLACE FUNCTION care.measure_named(measure text)
RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_id integer;
BEGIN
	SELECT m.id INTO found_id FROM care.measure m WHERE m.name = measure_named.measure;
	IF found_id IS NULL THEN
		SELECT c.measure INTO found_id FROM care.measure_code c
		WHERE c.code = measure_named.measure AND c.unit = ''
		ORDER BY c.priority DESC, c.system LIMIT 1;
	END IF;
	IF found_id IS NULL THEN
		RAISE EXCEPTION 'measure "%" is not known', measure_named.measure
			USING ERRCODE = 'undefined_object',
			HINT = 'The table care.measure lists the names, care.measure_code the codes.';
	END IF;
	RETURN found_id;
END
$$;
COMMENT ON FUNCTION care.measure_named(text) IS
'The id of a measure by its name, or by a code that means it. Errors: 42704 unknown measure.';

CREATE OR REPLACE FUNCTION care.find_measure(system text, code text, unit text, display text)
RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known record;
	new_name CONSTANT text := concat_ws(' ', find_measure.system, find_measure.code, find_measure.unit);
BEGIN
	SELECT m.id, m.reviewed, m.display INTO known
	FROM care.measure_code c
	JOIN care.measure m ON m.id = c.measure
	WHERE c.system = find_measure.system AND c.code = find_measure.code
		AND c.unit IN ('', find_measure.unit)
	ORDER BY c.unit LIMIT 1;

	IF NOT FOUND THEN
		INSERT INTO care.measure (name, display, unit)
		VALUES (new_name, coalesce(find_measure.display, find_measure.code), find_measure.unit)
		ON CONFLICT (name) DO NOTHING;
		SELECT m.id, m.reviewed, m.display INTO known FROM care.measure m WHERE m.name = new_name;
		INSERT INTO care.measure_code (system, code, unit, measure)
		VALUES (find_measure.system, find_measure.code, find_measure.unit, known.id)
		ON CONFLICT DO NOTHING;
	END IF;
	-- What an unreviewed measure is called must not depend on who came first.
	IF NOT known.reviewed AND find_measure.display COLLATE "C" < known.display THEN
		UPDATE care.measure m SET display = find_measure.display
		WHERE m.id = known.id AND find_measure.display COLLATE "C" < m.display;
	END IF;
	RETURN known.id;
END
$$;
COMMENT ON FUNCTION care.find_measure(text, text, text, text) IS
'Internal: the measure that a code means. An unknown code becomes a measure of its own, in this unit, which is as smartcare.unit_code() writes it; not reviewed.';

-- Volatile, so as to see a measure that the same statement made.
CREATE OR REPLACE FUNCTION care.conversion(
	measure integer, unit text,
	OUT from_unit text, OUT to_unit text, OUT molar_mass float8, OUT rule text, OUT fault text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own_unit text;
BEGIN
	SELECT m.unit, m.molar_mass INTO own_unit, molar_mass FROM care.measure m WHERE m.id = conversion.measure;
	IF unit = own_unit THEN
		rule := 'same';
		RETURN;
	END IF;
	from_unit := smartcare.unit_code(unit);
	to_unit := smartcare.unit_code(own_unit);
	IF from_unit IS NULL OR to_unit IS NULL THEN
		fault := format('"%s" is no unit of UCUM, nor a known spelling of one.',
			CASE WHEN from_unit IS NULL THEN coalesce(unit, 'null') ELSE own_unit END);
		RETURN;
	END IF;
	SELECT u.rule INTO rule FROM care.measure_unit u
	WHERE u.measure = conversion.measure
		AND smartcare.unit_canonical(u.unit) = smartcare.unit_canonical(from_unit);
	rule := coalesce(rule, CASE smartcare.unit_canonical(from_unit) WHEN smartcare.unit_canonical(to_unit)
		THEN 'same' ELSE 'convert' END);
	IF rule = 'none' THEN
		fault := 'The table care.measure_unit says that the measure does not take it.';
	ELSIF rule IN ('convert', 'fraction') THEN
		-- Every number must have its value: what is a logarithm stays one.
		PERFORM count(smartcare.unit_convert(probe, from_unit, to_unit, molar_mass))
		FROM unnest('{0,-1e-100,1e-100,-1e100,1e100}'::float8[]) AS probe;
	END IF;
EXCEPTION
	WHEN numeric_value_out_of_range THEN
		fault := 'Not every number in the one has a value in the other.';
	WHEN invalid_parameter_value OR program_limit_exceeded THEN
		GET STACKED DIAGNOSTICS fault = PG_EXCEPTION_DETAIL;
END
$$;
COMMENT ON FUNCTION care.conversion(integer, text) IS
'Internal: how care.converted() makes values in a unit values of a measure; from_unit is null where the unit is none. A fault says why they cannot be converted.';

CREATE OR REPLACE FUNCTION care.convertible(reading float8, rule text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE rule
	WHEN 'same' THEN true
	WHEN 'fraction' THEN reading BETWEEN 0 AND 1
	ELSE reading = 0 OR abs(reading) BETWEEN 1e-100 AND 1e100
END;
COMMENT ON FUNCTION care.convertible(float8, text) IS
'Internal: whether a reading is one that care.converted() takes by the rule of care.conversion().';

CREATE OR REPLACE FUNCTION care.converted(reading float8, rule text, from_unit text, to_unit text, molar_mass float8)
RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE rule
	WHEN 'same' THEN reading
	-- To 15 digits, which have none that floating point made up.
	WHEN 'hba1c' THEN (CASE smartcare.unit_canonical(to_unit)
		WHEN '%' THEN smartcare.hba1c_percent(reading) ELSE smartcare.hba1c_mmol_mol(reading) END)::numeric::float8
	ELSE smartcare.unit_convert(reading, from_unit, to_unit, molar_mass)
END;
COMMENT ON FUNCTION care.converted(float8, text, text, text, float8) IS
'Internal: a reading as care.conversion() says; with from_unit and to_unit exchanged it converts back. Only where that gives another number is the reading kept.';
