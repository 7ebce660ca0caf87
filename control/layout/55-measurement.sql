-- Recording, correcting and nullifying measurements, and reading them.

CREATE OR REPLACE FUNCTION care.record(
	citizen bigint, measure text, times timestamptz[], readings float8[],
	unit text, source jsonb DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	measure_id CONSTANT integer := care.measure_named(record.measure);
	conversion record;
	own record;
	misfit float8;
	converted float8[];
	layers smartcare.series[];
	content text;
	batches care.new_batch[];
	notes care.new_note[];
BEGIN
	IF times IS NULL OR readings IS NULL OR cardinality(times) <> cardinality(readings) THEN
		RAISE EXCEPTION '% times were given and % readings', coalesce(cardinality(times), 0), coalesce(cardinality(readings), 0)
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Each reading needs its time.';
	ELSIF cardinality(times) = 0 THEN
		RETURN 0;
	END IF;
	PERFORM care.check_writer(record.citizen);
	IF source ->> 'issued' !~ '^\d{4}-\d{2}-\d{2}[T ].*(Z|[+-]\d{2}(:?\d{2})?)$' THEN
		-- The same in every session; and infinite it could never be corrected.
		RAISE EXCEPTION 'a statement cannot be issued at "%"', source ->> 'issued'
			USING ERRCODE = 'invalid_datetime_format',
			HINT = 'Write the time as 2026-03-01T08:00:00+01:00, with its offset from UTC.';
	END IF;
	SELECT m.name, m.unit INTO own FROM care.measure m WHERE m.id = measure_id;
	conversion := care.conversion(measure_id, record.unit);
	IF conversion.fault IS NOT NULL THEN
		RAISE EXCEPTION 'unit "%" cannot be converted to the unit of measure "%", "%"',
			coalesce(record.unit, 'null'), record.measure, own.unit
			USING ERRCODE = CASE WHEN record.unit IS NOT NULL AND conversion.from_unit IS NULL
				THEN 'invalid_text_representation' ELSE 'invalid_parameter_value' END,
			DETAIL = conversion.fault,
			HINT = CASE WHEN conversion.from_unit IS NULL
				THEN 'smartcare.unit_is_valid() tells what UCUM knows, smartcare.unit_aliases() which other spellings are.'
				ELSE format('It takes units commensurable with "%s"; mass and substance convert where care.measure has the molar mass.', own.unit) END;
	END IF;
	IF conversion.rule = 'same' THEN
		converted := readings;
	ELSE
		SELECT p.reading INTO misfit FROM unnest(readings) AS p (reading)
		WHERE NOT care.convertible(p.reading, conversion.rule) LIMIT 1;
		IF FOUND THEN
			RAISE EXCEPTION '% in "%" is no value of measure "%" in "%"', misfit, record.unit, record.measure, own.unit
				USING ERRCODE = 'numeric_value_out_of_range',
				HINT = CASE conversion.rule WHEN 'fraction' THEN format('In "%s" it is from 0 to 1.', record.unit) ELSE 'Its size is between 1e-100 and 1e100.' END;
		END IF;
		converted := ARRAY(
			SELECT care.converted(p.reading, conversion.rule, conversion.from_unit, conversion.to_unit, conversion.molar_mass)
			FROM unnest(readings) WITH ORDINALITY AS p (reading, ordinal) ORDER BY p.ordinal);
	END IF;

	layers := ARRAY[smartcare.series(times, converted)];
	IF smartcare.num_points(layers[1]) < cardinality(times) THEN
		-- Readings at one instant: each further one is a claim of its own, so
		-- that the one that does not count is kept as well.
		layers := ARRAY(
			SELECT smartcare.series_agg(p."time", p.reading)
			FROM (
				SELECT d."time", d.reading, row_number() OVER (PARTITION BY d."time" ORDER BY d.reading DESC) AS layer
				FROM (SELECT DISTINCT * FROM unnest(times, converted)) AS d ("time", reading)
			) AS p
			GROUP BY p.layer ORDER BY p.layer);
	END IF;

	IF conversion.rule <> 'same' THEN
		notes := ARRAY(
			SELECT DISTINCT ON (p."time", p.layer)
				ROW(p.layer, p."time", measure_id, NULL, p.reading, record.unit, NULL)::care.new_note
			FROM (
				SELECT r.*, dense_rank() OVER (PARTITION BY r."time" ORDER BY r.value DESC) AS layer
				FROM unnest(times, readings, converted) AS r ("time", reading, value)
			) AS p
			WHERE care.converted(p.value, conversion.rule, conversion.to_unit, conversion.from_unit, conversion.molar_mass) <> p.reading
			ORDER BY p."time", p.layer, p.reading);
	END IF;

	-- The key names the measure: a new version of one says nothing of others. All
	-- layers are one version, by their digest.
	SELECT md5(string_agg(smartcare.series_send(l.points), '' ORDER BY l.layer)) INTO content
	FROM unnest(layers) WITH ORDINALITY AS l (points, layer);
	batches := ARRAY(
		SELECT ROW(citizen, measure_id, CASE WHEN source ->> 'status' IS DISTINCT FROM 'entered-in-error' THEN l.points END, NULL,
			concat_ws(' ', coalesce(source ->> 'key', 'content ' || content), own.name),
			(source ->> 'version')::bigint, (source ->> 'issued')::timestamptz, source ->> 'status',
			CASE WHEN cardinality(layers) > 1 THEN md5(concat_ws(' ', source ->> 'version', source ->> 'issued', source ->> 'status', content))::uuid END,
			source, NULL)::care.new_batch
		FROM unnest(layers) WITH ORDINALITY AS l (points, layer));
	RETURN (care.add_batches(citizen, batches, notes)).changed;
END
$$;
COMMENT ON FUNCTION care.record(bigint, text, timestamptz[], float8[], text, jsonb) IS
'Records readings of a measure (by name or code) in a unit it accepts, and returns how many points are new or changed. Of "source" the members key, version, issued and status tell which other statement it repeats, replaces or, being entered-in-error, withdraws; the rest is kept as provenance. The same call again changes nothing. Errors: 23503 unknown citizen, 42704 unknown measure, 22P02 no unit, 22023 unit or arrays that do not fit, 22003 a reading that the unit cannot have.';

CREATE OR REPLACE FUNCTION care.overrule(
	citizen bigint, measure text, "time" timestamptz, reading float8, unit text, reason text, source jsonb)
RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this CONSTANT bigint := care.lock_citizen(overrule.citizen);
	measure_id CONSTANT integer := care.measure_named(overrule.measure);
	latest timestamptz;
BEGIN
	IF overrule.reason IS NULL OR overrule.reason = '' THEN
		RAISE EXCEPTION 'a correction needs a reason' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM care.check_writer(this);
	SELECT max(c.issued) INTO latest FROM care.claims(this, measure_id, overrule."time", overrule."time") c;
	IF latest IS NULL THEN
		RAISE EXCEPTION 'citizen % has no measurement of "%" at %', this, overrule.measure, overrule."time"
			USING ERRCODE = 'no_data_found',
			HINT = 'care.record() records a new one.';
	END IF;
	-- Later than all that is known, so that no repetition of that undoes it.
	latest := greatest(clock_timestamp(), latest + interval '1 microsecond');
	source := coalesce(source, '{}') || jsonb_build_object('reason', overrule.reason, 'issued', latest);
	RETURN CASE WHEN reading IS NOT NULL THEN
		care.record(this, overrule.measure, ARRAY[overrule."time"], ARRAY[reading], overrule.unit,
			source || jsonb_build_object('key', 'correction ' || gen_random_uuid(), 'status', 'corrected'))
	ELSE
		(care.add_batches(this, ARRAY[ROW(this, measure_id, NULL, ARRAY[overrule."time"],
			'nullification ' || gen_random_uuid(), 0, latest, 'entered-in-error', NULL, source, NULL)::care.new_batch])).changed
	END;
END
$$;
COMMENT ON FUNCTION care.overrule(bigint, text, timestamptz, float8, text, text, jsonb) IS
'Internal: a statement that overrules all others known of one instant; without a reading it says that there is no valid value.';

CREATE OR REPLACE FUNCTION care.correct_measurement(
	citizen bigint, measure text, "time" timestamptz, reading float8, unit text,
	reason text, source jsonb DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF reading IS NULL THEN
		RAISE EXCEPTION 'a correction needs a reading'
			USING ERRCODE = 'null_value_not_allowed',
			HINT = 'care.nullify_measurement() says that there is no valid value.';
	END IF;
	RETURN care.overrule(citizen, measure, "time", reading, unit, reason, source);
END
$$;
COMMENT ON FUNCTION care.correct_measurement(bigint, text, timestamptz, float8, text, text, jsonb) IS
'Corrects the value at an instant, with its reason; what had been said is kept, and a replay of it does not undo the correction. Returns the number of points changed. Errors: P0002 nothing there, 22004 no reading or reason, and those of care.record().';

CREATE OR REPLACE FUNCTION care.nullify_measurement(
	citizen bigint, measure text, "time" timestamptz, reason text, source jsonb DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN care.overrule(citizen, measure, "time", NULL, NULL, reason, source);
END
$$;
COMMENT ON FUNCTION care.nullify_measurement(bigint, text, timestamptz, text, jsonb) IS
'Says that there is no valid value at an instant, with the reason; what had been said is kept, and a replay of it does not bring it back. Returns the number of points gone. Errors: P0002 nothing there, 22004 no reason, 23503 unknown citizen, 42704 unknown measure.';

CREATE OR REPLACE VIEW care.measurement AS
SELECT s.citizen, m.name AS measure, u."time", u.value, m.unit,
	n.comparator, n.original_value, n.original_unit, n.note,
	-- What care.claims() ranks first. Not called here: whoever may read a view may not
	-- therefore call a function, or read its tables.
	(SELECT b.id FROM care.measurement_batch b
		WHERE b.citizen = s.citizen AND b.measure = s.measure AND b.stands
			AND b.start_time <= u."time" AND b.end_time >= u."time"
			AND smartcare.value_at(b.points, u."time") = u.value
		ORDER BY b.issued DESC, b.source_key COLLATE "C" DESC LIMIT 1) AS batch,
	(SELECT b.source FROM care.measurement_batch b
		WHERE b.citizen = s.citizen AND b.measure = s.measure AND b.stands
			AND b.start_time <= u."time" AND b.end_time >= u."time"
			AND smartcare.value_at(b.points, u."time") = u.value
		ORDER BY b.issued DESC, b.source_key COLLATE "C" DESC LIMIT 1) AS source
FROM care.measurement_series s
JOIN care.measure m ON m.id = s.measure
CROSS JOIN LATERAL smartcare.unnest(s.points) AS u ("time", value)
LEFT JOIN care.measurement_note n
	ON n.citizen = s.citizen AND n.measure = s.measure AND n."time" = u."time" AND n.stands;
COMMENT ON VIEW care.measurement IS
'One row for each point that counts, with what is special about it, for reporting tools. INSERT records a reading. For a time range care.measurement_between() reads less.';
COMMENT ON COLUMN care.measurement.citizen IS 'The citizen whom it is about.';
COMMENT ON COLUMN care.measurement.measure IS 'Name of what is measured; care.measure lists them.';
COMMENT ON COLUMN care.measurement."time" IS 'When it was measured.';
COMMENT ON COLUMN care.measurement.value IS 'The value that counts, in the measure''s unit.';
COMMENT ON COLUMN care.measurement.unit IS 'The measure''s unit, by care.measure.';
COMMENT ON COLUMN care.measurement.comparator IS 'How the true value compares to this one, which is a limit only; null for almost all.';
COMMENT ON COLUMN care.measurement.original_value IS 'The value as it came, where converting back does not give it.';
COMMENT ON COLUMN care.measurement.original_unit IS 'The unit in which it came.';
COMMENT ON COLUMN care.measurement.note IS 'What the source has to say of it, in words.';
COMMENT ON COLUMN care.measurement.batch IS 'Id of the care.measurement_batch that it comes from.';
COMMENT ON COLUMN care.measurement.source IS 'What is known of the origin: message, device, performer, reason ...';

CREATE OR REPLACE FUNCTION care.insert_measurement()
RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NEW.comparator IS NOT NULL OR NEW.note IS NOT NULL THEN
		RAISE EXCEPTION 'a measurement with a % cannot be recorded by INSERT',
			CASE WHEN NEW.comparator IS NULL THEN 'note' ELSE 'comparator' END
			USING ERRCODE = 'feature_not_supported',
			HINT = 'care.add_batches() takes notes.';
	END IF;
	-- A row of this view, inserted again, says the same: the original is converted anew.
	PERFORM care.record(NEW.citizen, NEW.measure, ARRAY[NEW."time"], ARRAY[CASE WHEN NEW.original_unit IS NULL THEN NEW.value ELSE coalesce(NEW.original_value, NEW.value) END],
		coalesce(NEW.original_unit, NEW.unit), NEW.source);
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION care.insert_measurement() IS 'Internal: trigger by which INSERT INTO care.measurement calls care.record().';

CREATE OR REPLACE TRIGGER measurement_insert
INSTEAD OF INSERT ON care.measurement
FOR EACH ROW EXECUTE FUNCTION care.insert_measurement();
COMMENT ON TRIGGER measurement_insert ON care.measurement IS 'INSERT records a reading.';

CREATE OR REPLACE FUNCTION care.measurement_between(start_time timestamptz, end_time timestamptz)
RETURNS TABLE (citizen bigint, measure text, "time" timestamptz, value float8, unit text)
LANGUAGE sql STABLE PARALLEL SAFE COST 1000 ROWS 10000
BEGIN ATOMIC
	SELECT s.citizen, m.name, u."time", u.value, m.unit
	FROM care.measurement_series s
	JOIN care.measure m ON m.id = s.measure
	CROSS JOIN LATERAL smartcare.unnest(smartcare.slice(s.points,
		pg_catalog.tstzrange(measurement_between.start_time, measurement_between.end_time))) AS u ("time", value)
	WHERE (s.bucket < measurement_between.end_time OR measurement_between.end_time IS NULL)
		AND (s.bucket_end > measurement_between.start_time OR measurement_between.start_time IS NULL);
END;
COMMENT ON FUNCTION care.measurement_between(timestamptz, timestamptz) IS
'The points from start_time (inclusive) to end_time (exclusive), either of which may be null; reads only the buckets that can have any. Conditions on citizen and measure are pushed into it.';
