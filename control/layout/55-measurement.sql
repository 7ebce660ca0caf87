-- Recording, correcting and nullifying measurements.
--
-- Batches say what sources claim; care.claims() ranks the claims on each instant;
-- care.settle() makes care.measurement_series show the first-ranked. The result is
-- a function of the set of batches, so it cannot depend on their order of arrival.

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
'The measure that a code means. An unknown code becomes a measure of its own, in this unit, which is as smartcare.unit_code() writes it; not reviewed.';

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

CREATE OR REPLACE FUNCTION care.claims(
	citizen bigint, measure integer, start_time timestamptz, end_time timestamptz)
RETURNS TABLE ("time" timestamptz, batch bigint, source_key text, issued timestamptz, value float8, place bigint)
LANGUAGE sql STABLE PARALLEL SAFE COST 200 ROWS 10
BEGIN ATOMIC
	SELECT c."time", c.id, c.source_key, c.issued, c.value,
		row_number() OVER (PARTITION BY c."time"
			ORDER BY c.issued DESC, c.value DESC NULLS FIRST, c.source_key COLLATE "C" DESC)
	FROM (
		SELECT u."time", b.id, b.source_key, b.issued, u.value
		FROM care.measurement_batch b,
			LATERAL smartcare.unnest(smartcare.slice(b.points,
				pg_catalog.tstzrange(claims.start_time, claims.end_time, '[]'))) AS u ("time", value)
		WHERE b.citizen = claims.citizen AND b.measure = claims.measure AND b.stands
			AND b.start_time <= claims.end_time AND b.end_time >= claims.start_time
		UNION ALL
		SELECT n."time", b.id, b.source_key, b.issued, NULL AS value
		FROM care.measurement_batch b, LATERAL pg_catalog.unnest(b.nullified) AS n ("time")
		WHERE b.citizen = claims.citizen AND b.measure = claims.measure AND b.stands
			AND b.start_time <= claims.end_time AND b.end_time >= claims.start_time
			AND n."time" BETWEEN claims.start_time AND claims.end_time
	) AS c;
END;
COMMENT ON FUNCTION care.claims(bigint, integer, timestamptz, timestamptz) IS
'All that standing batches say of a citizen''s measure from start_time to end_time; place 1 is what counts: issued latest, then nullified before valued, then the greater value, then the greater source key. A null value says that there is no valid one.';

CREATE OR REPLACE FUNCTION care.bucket_bytes()
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 2400;
COMMENT ON FUNCTION care.bucket_bytes() IS
'Internal: size above which a bucket is halved. Three such rows fit in a page, so that a series is read without a detour and written without rewriting much.';

CREATE OR REPLACE FUNCTION care.widest_bucket()
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1048576;
COMMENT ON FUNCTION care.widest_bucket() IS
'Internal: hours of a bucket of a stream that just begins, 119 years: one measured yearly has one row, and not one for every value.';

CREATE OR REPLACE FUNCTION care.store_series(
	citizen bigint, measure integer, bucket timestamptz, bucket_end timestamptz, points smartcare.series)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	hours CONSTANT integer := extract(epoch FROM bucket_end - bucket) / 3600;
	middle CONSTANT timestamptz := bucket + make_interval(hours => hours / 2);
BEGIN
	IF points IS NULL THEN
		RETURN;
	ELSIF pg_column_size(points) <= care.bucket_bytes() OR hours = 1 THEN
		INSERT INTO care.measurement_series (citizen, measure, bucket, bucket_end, points)
		VALUES (store_series.citizen, store_series.measure, store_series.bucket, store_series.bucket_end, store_series.points);
	ELSE
		PERFORM care.store_series(citizen, measure, bucket, middle,
			smartcare.slice(points, tstzrange(bucket, middle)));
		PERFORM care.store_series(citizen, measure, middle, bucket_end,
			smartcare.slice(points, tstzrange(middle, bucket_end)));
	END IF;
END
$$;
COMMENT ON FUNCTION care.store_series(bigint, integer, timestamptz, timestamptz, smartcare.series) IS
'Internal: stores points in a new bucket, halved until each part fits in a page.';

CREATE OR REPLACE FUNCTION care.write_series(
	citizen bigint, measure integer, span tstzrange, standing smartcare.series)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rest smartcare.series := standing;
	found_row care.measurement_series;
	new_points smartcare.series;
	hours integer;
	-- In hours, for a day is not 24 of them in every time zone.
	width interval;
	new_bucket timestamptz;
BEGIN
	FOR found_row IN
		SELECT * FROM care.measurement_series s
		WHERE s.citizen = write_series.citizen AND s.measure = write_series.measure
			AND s.bucket <= upper(span) AND s.bucket_end > lower(span)
		ORDER BY s.bucket
	LOOP
		new_points := smartcare.series_merge(
			smartcare.delete_time(found_row.points, span),
			smartcare.slice(standing, tstzrange(found_row.bucket, found_row.bucket_end)));
		rest := smartcare.delete_time(rest, tstzrange(found_row.bucket, found_row.bucket_end));
		CONTINUE WHEN new_points OPERATOR(smartcare.=) found_row.points;
		IF new_points IS NOT NULL AND pg_column_size(new_points) <= care.bucket_bytes() THEN
			UPDATE care.measurement_series s SET points = new_points
			WHERE s.citizen = write_series.citizen AND s.measure = write_series.measure
				AND s.bucket = found_row.bucket;
		ELSE
			DELETE FROM care.measurement_series s
			WHERE s.citizen = write_series.citizen AND s.measure = write_series.measure
				AND s.bucket = found_row.bucket;
			PERFORM care.store_series(citizen, measure, found_row.bucket, found_row.bucket_end, new_points);
		END IF;
	END LOOP;

	WHILE rest IS NOT NULL LOOP
		-- As wide as the stream's last bucket, or twice that where it stayed
		-- rather empty; narrower where a bucket stands nearby.
		SELECT extract(epoch FROM s.bucket_end - s.bucket) / 3600
			* CASE WHEN pg_column_size(s.points) < care.bucket_bytes() / 4 THEN 2 ELSE 1 END
		INTO hours
		FROM care.measurement_series s
		WHERE s.citizen = write_series.citizen AND s.measure = write_series.measure
		ORDER BY s.bucket DESC LIMIT 1;
		hours := least(coalesce(hours, care.widest_bucket()), care.widest_bucket());
		LOOP
			width := make_interval(hours => hours);
			new_bucket := date_bin(width, smartcare.start_time(rest), '2000-01-01 00:00:00+00');
			EXIT WHEN NOT EXISTS (
				SELECT FROM care.measurement_series s
				WHERE s.citizen = write_series.citizen AND s.measure = write_series.measure
					AND s.bucket < new_bucket + width AND s.bucket_end > new_bucket);
			hours := hours / 2;
		END LOOP;
		PERFORM care.store_series(citizen, measure, new_bucket, new_bucket + width,
			smartcare.slice(rest, tstzrange(new_bucket, new_bucket + width)));
		rest := smartcare.delete_time(rest, tstzrange(new_bucket, new_bucket + width));
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.write_series(bigint, integer, tstzrange, smartcare.series) IS
'Internal: makes the stored series show just these points within the span.';

CREATE OR REPLACE FUNCTION care.settle(
	citizen bigint, measure integer, start_time timestamptz, end_time timestamptz,
	new_batches bigint[] DEFAULT '{}', OUT changed integer, OUT conflicts jsonb)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	span CONSTANT tstzrange := tstzrange(start_time, end_time, '[]');
	before smartcare.series;
	standing smartcare.series;
	claimed bigint;
	nullified boolean;
	first_note timestamptz;
	last_note timestamptz;
	wrong tid[];
BEGIN
	SELECT smartcare.series_agg(smartcare.slice(b.points, span)),
		sum(smartcare.num_points(smartcare.slice(b.points, span))), bool_or(b.nullified IS NOT NULL)
	INTO standing, claimed, nullified
	FROM care.measurement_batch b
	WHERE b.citizen = settle.citizen AND b.measure = settle.measure AND b.stands
		AND b.start_time <= settle.end_time AND b.end_time >= settle.start_time;

	-- Only where instants are claimed more than once is there anything to rank.
	IF nullified OR claimed > smartcare.num_points(standing) THEN
		SELECT smartcare.series_agg(c."time", c.value) INTO standing
		FROM care.claims(settle.citizen, settle.measure, settle.start_time, settle.end_time) c WHERE c.place = 1;

		SELECT jsonb_agg(contested.conflict ORDER BY contested."time") INTO conflicts
		FROM (
			SELECT c."time", jsonb_build_object(
				'citizen', settle.citizen, 'measure', (SELECT m.name FROM care.measure m WHERE m.id = settle.measure), 'time', c."time",
				'won', jsonb_agg(jsonb_build_object('value', c.value, 'key', c.source_key)) FILTER (WHERE c.place = 1) -> 0,
				'lost', jsonb_agg(jsonb_build_object('value', c.value, 'key', c.source_key) ORDER BY c.place) FILTER (WHERE c.place > 1),
				'why', CASE
					WHEN max(c.issued) FILTER (WHERE c.place = 1) > max(c.issued) FILTER (WHERE c.place = 2) THEN 'issued later'
					WHEN bool_or(c.value IS NULL) THEN 'nullified'
					ELSE 'issued at the same time; the greater value counts' END) AS conflict
			FROM care.claims(settle.citizen, settle.measure, settle.start_time, settle.end_time) c
			GROUP BY c."time"
			HAVING bool_or(c.batch = ANY (new_batches))
				AND (count(DISTINCT c.value) > 1 OR bool_or(c.value IS NULL) AND bool_or(c.value IS NOT NULL))
		) AS contested;
	END IF;

	SELECT smartcare.series_agg(smartcare.slice(s.points, span)) INTO before
	FROM care.measurement_series s
	WHERE s.citizen = settle.citizen AND s.measure = settle.measure
		AND s.bucket <= settle.end_time AND s.bucket_end > settle.start_time;
	IF before IS NULL THEN
		changed := coalesce(smartcare.num_points(standing), 0);
	ELSIF before OPERATOR(smartcare.=) standing THEN
		changed := 0;
	ELSE
		SELECT count(*) INTO changed
		FROM smartcare.unnest(before) AS o ("time", value)
		FULL JOIN smartcare.unnest(standing) AS n ("time", value) ON n."time" = o."time"
		WHERE n.value IS DISTINCT FROM o.value;
	END IF;
	IF before IS NOT NULL AND standing IS NULL OR changed > 0 THEN
		PERFORM care.write_series(citizen, measure, span, standing);
		PERFORM care.triage(citizen, measure, start_time, end_time);
	END IF;

	-- The claims are ranked once for all notes, and sorted in with them: a join could rank them for each.
	SELECT min(n."time"), max(n."time") INTO first_note, last_note
	FROM care.measurement_note n
	WHERE n.citizen = settle.citizen AND n.measure = settle.measure
		AND n."time" BETWEEN settle.start_time AND settle.end_time;
	IF first_note IS NOT NULL THEN
		SELECT array_agg(w.note) INTO wrong
		FROM (
			SELECT min(b.note) AS note
			FROM (
				SELECT t.batch, t."time", t.ctid AS note, t.stands, false AS first
				FROM care.measurement_note t
				WHERE t.citizen = settle.citizen AND t.measure = settle.measure
					AND t."time" BETWEEN first_note AND last_note
				UNION ALL
				SELECT c.batch, c."time", NULL, false, true
				FROM care.claims(settle.citizen, settle.measure, first_note, last_note) c WHERE c.place = 1
			) AS b
			GROUP BY b.batch, b."time"
			HAVING min(b.note) IS NOT NULL AND bool_or(b.stands) <> bool_or(b.first)
		) AS w;
		UPDATE care.measurement_note n SET stands = NOT n.stands WHERE n.ctid = ANY (wrong);
	END IF;
END
$$;
COMMENT ON FUNCTION care.settle(bigint, integer, timestamptz, timestamptz, bigint[]) IS
'Internal: makes the stored series of a citizen''s measure show what counts from start_time to end_time. Tells how many points are new, changed or gone, and the conflicts in which new batches take part.';

CREATE OR REPLACE FUNCTION care.settle_all(citizen bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.settle(settle_all.citizen, w.measure, min(w.start_time), max(w.end_time))
	FROM (
		SELECT b.measure, b.start_time, b.end_time
		FROM care.measurement_batch b
		WHERE b.citizen = settle_all.citizen AND b.stands AND b.start_time IS NOT NULL
		UNION ALL
		SELECT s.measure, smartcare.start_time(s.points), smartcare.end_time(s.points)
		FROM care.measurement_series s WHERE s.citizen = settle_all.citizen
	) AS w
	GROUP BY w.measure;
	-- Ranges and alerts may have come or gone where no value has.
	PERFORM care.triage_all(settle_all.citizen);
END
$$;
COMMENT ON FUNCTION care.settle_all(bigint) IS
'Computes all of a citizen''s stored series again from the batches, and triages them.';

CREATE OR REPLACE FUNCTION care.choose_versions(citizen bigint, keys text[])
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	flipped bigint[];
BEGIN
	-- Keys are looked up one by one (OFFSET 0), here and below: a plan made while the
	-- tables were small would read all that a citizen has.
	-- Of one key the latest version stands; it may speak of several measures.
	-- Where a batch was moved away nothing of its key and measure stands, until
	-- the batch is back, be it because the records were found to be one person.
	WITH known AS MATERIALIZED (
		SELECT k.id, k.source_key, k.measure, k.stands, m.batch AS moved,
			m.batch IS NOT NULL AND NOT EXISTS (
				SELECT FROM care.measurement_batch b WHERE b.citizen = k.citizen AND b.id = m.batch) AS gone,
			rank() OVER (PARTITION BY k.source_key
				ORDER BY k.version DESC, k.issued DESC,
					array_position('{entered-in-error,corrected,amended,final}', k.status), k.digest DESC) AS version_place
		FROM unnest(keys) AS w (key)
		CROSS JOIN LATERAL (
			SELECT b.* FROM care.measurement_batch b
			WHERE b.citizen = choose_versions.citizen AND b.source_key = w.key OFFSET 0
		) AS k
		CROSS JOIN LATERAL (SELECT CASE WHEN k.status = 'moved' THEN (k.source ->> 'moved_batch')::bigint END) AS m (batch)
	)
	SELECT array_agg(s.id) INTO flipped
	FROM (
		SELECT v.id, v.stands, CASE WHEN v.moved IS NOT NULL THEN v.gone ELSE
			v.version_place = 1 AND NOT bool_or(v.gone) OVER (PARTITION BY v.source_key, v.measure) END AS chosen
		FROM known v
	) AS s
	WHERE s.stands <> s.chosen;

	IF flipped IS NOT NULL THEN
		UPDATE care.measurement_batch b SET stands = NOT b.stands
		WHERE b.citizen = choose_versions.citizen AND b.id = ANY (flipped);
	END IF;
	RETURN flipped;
END
$$;
COMMENT ON FUNCTION care.choose_versions(bigint, text[]) IS
'Internal: makes of each of these source keys the version stand that counts; returns the batches for which that is a change, or null.';

CREATE OR REPLACE FUNCTION care.start_series(
	citizen bigint, new_batches bigint[], OUT measures integer[], OUT changed bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH started AS (
		INSERT INTO care.measurement_series AS s (citizen, measure, bucket, bucket_end, points)
		SELECT start_series.citizen, n.measure, n.bucket, n.bucket + make_interval(hours => care.widest_bucket()), n.points
		FROM (
			SELECT b.measure, count(*) AS batches, smartcare.series_agg(b.points) AS points,
				bool_or(b.nullified IS NOT NULL) AS nullified, sum(smartcare.num_points(b.points)) AS claimed,
				date_bin(make_interval(hours => care.widest_bucket()), min(b.start_time), '2000-01-01 00:00:00+00') AS bucket,
				max(b.end_time) AS end_time
			FROM unnest(new_batches) AS i (id)
			CROSS JOIN LATERAL (
				SELECT * FROM care.measurement_batch m WHERE m.citizen = start_series.citizen AND m.id = i.id OFFSET 0
			) AS b
			WHERE b.stands AND b.start_time IS NOT NULL
			GROUP BY b.measure
		) AS n
		WHERE NOT n.nullified AND n.claimed = smartcare.num_points(n.points)
			AND pg_column_size(n.points) <= care.bucket_bytes()
			AND n.end_time < n.bucket + make_interval(hours => care.widest_bucket())
			AND CASE WHEN (SELECT o.bucket FROM care.measurement_series o WHERE o.citizen = start_series.citizen AND o.measure = n.measure LIMIT 1) IS NULL
				THEN (SELECT count(*) FROM care.measurement_batch o WHERE o.citizen = start_series.citizen AND o.measure = n.measure AND o.stands) = n.batches
				ELSE false END
		RETURNING s.measure, smartcare.num_points(s.points) AS points
	)
	SELECT array_agg(t.measure), coalesce(sum(t.points), 0) INTO measures, changed FROM started t;

	IF measures IS NOT NULL THEN
		UPDATE care.measurement_note n SET stands = true
		WHERE n.citizen = start_series.citizen AND n.batch = ANY (new_batches) AND n.measure = ANY (measures);
		PERFORM care.triage(start_series.citizen, m.measure) FROM unnest(measures) AS m (measure);
	END IF;
END
$$;
COMMENT ON FUNCTION care.start_series(bigint, bigint[]) IS
'Internal: stores at once the series that begin with these batches, undisputed and small, as most do when a citizen''s past arrives; what care.settle() would do for each.';

CREATE OR REPLACE FUNCTION care.add_batches(
	citizen bigint, batches care.new_batch[], notes care.new_note[] DEFAULT NULL,
	OUT outcomes text[], OUT changed integer, OUT conflicts jsonb)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- The digest must not depend on the session's settings.
SET extra_float_digits = 1
AS $$
DECLARE
	this CONSTANT bigint := care.lock_citizen(add_batches.citizen);
	noted jsonb;
	-- By ordinal: the id of what is new, else 0; and whether its source had spoken before.
	new_ids bigint[];
	known boolean[];
	revised text[];
	flipped bigint[];
	started record;
	touched record;
	settled record;
BEGIN
	SELECT jsonb_object_agg(n.batch, n.said) INTO noted
	FROM (
		SELECT m.batch, string_agg(concat_ws(' ', extract(epoch FROM m."time"), m.comparator, m.original_value, m.original_unit, m.note),
			' ' ORDER BY m."time") AS said
		FROM unnest(notes) AS m GROUP BY m.batch
	) AS n;

	WITH part AS MATERIALIZED (
		SELECT o.*, CASE WHEN o.digest IS NULL THEN md5(convert_to(concat_ws(' ', o.measure, o.version, extract(epoch FROM o.issued), o.status,
				(SELECT string_agg(extract(epoch FROM t.nullified)::text, ' ') FROM unnest(o.nullified) AS t (nullified)),
				noted ->> o.ordinality::text), 'UTF8')
				|| coalesce(smartcare.series_send(o.points), '')) END AS said
		FROM unnest(batches) WITH ORDINALITY AS o
	), offered AS MATERIALIZED (
		-- All that is said at once of one key and version is one statement.
		SELECT p.*, coalesce(p.digest, md5(string_agg(p.said, ' ') FILTER (WHERE p.nth = 1) OVER (
				PARTITION BY p.source_key, p.version, p.issued, p.status ORDER BY p.said
				ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))::uuid) AS new_digest
		FROM (SELECT q.*, row_number() OVER (PARTITION BY q.source_key, q.said) AS nth FROM part q) AS p
	), judged AS MATERIALIZED (
		SELECT o.*, e.known, CASE WHEN NOT e.same AND row_number() OVER (
				PARTITION BY o.source_key, o.measure, o.new_digest, o.points ORDER BY o.ordinality) = 1
			THEN nextval('care.measurement_batch_id_seq') ELSE 0 END AS new_id
		FROM offered o
		CROSS JOIN LATERAL (
			SELECT count(*) > 0 AS known, count(*) FILTER (WHERE b.measure IS NOT DISTINCT FROM o.measure AND b.digest = o.new_digest) > 0 AS same
			FROM care.measurement_batch b WHERE b.citizen = this AND b.source_key = o.source_key
			OFFSET 0
		) AS e
	), added AS (
		INSERT INTO care.measurement_batch (citizen, id, measure, points, nullified, start_time, end_time,
			source_key, version, issued, status, digest, stands, source, import)
		SELECT this, j.new_id, j.measure, j.points, j.nullified,
			least(smartcare.start_time(j.points), (SELECT min(t.nullified) FROM unnest(j.nullified) AS t (nullified))),
			greatest(smartcare.end_time(j.points), (SELECT max(t.nullified) FROM unnest(j.nullified) AS t (nullified))),
			j.source_key, coalesce(j.version, 0), coalesce(j.issued, '-infinity'), coalesce(j.status, 'final'),
			j.new_digest, true, j.source, j.import
		FROM judged j WHERE j.new_id > 0
	)
	SELECT array_agg(j.new_id ORDER BY j.ordinality), array_agg(j.known ORDER BY j.ordinality) INTO new_ids, known FROM judged j;

	INSERT INTO care.measurement_note (citizen, batch, "time", measure, comparator, original_value, original_unit, note)
	SELECT this, new_ids[n.batch], n."time", n.measure, n.comparator, n.original_value, n.original_unit, n.note
	FROM unnest(notes) AS n WHERE new_ids[n.batch] > 0;

	-- Which version stands is a question only where there are several.
	revised := ARRAY(
		SELECT b.source_key
		FROM unnest(batches) WITH ORDINALITY AS b
		WHERE new_ids[b.ordinality] > 0
		GROUP BY b.source_key
		HAVING bool_or(known[b.ordinality]) OR count(*) > count(DISTINCT b.measure)
			OR count(DISTINCT b.version) > 1 OR count(DISTINCT b.issued) > 1 OR count(DISTINCT b.status) > 1 OR count(DISTINCT b.digest) > 1);
	IF revised <> '{}' THEN
		flipped := care.choose_versions(this, revised);
	END IF;

	SELECT array_agg(CASE
			WHEN n.id = 0 THEN 'unchanged'
			WHEN n.id = ANY (flipped) THEN 'older'
			WHEN n.known THEN 'updated'
			ELSE 'created' END ORDER BY n.ordinal)
	INTO outcomes
	FROM unnest(new_ids, known) WITH ORDINALITY AS n (id, known, ordinal);

	new_ids := array_remove(new_ids, 0);
	conflicts := '[]';
	started := care.start_series(this, new_ids);
	changed := started.changed;
	FOR touched IN
		SELECT b.measure, min(b.start_time) AS start_time, max(b.end_time) AS end_time
		FROM unnest(new_ids || flipped) AS i (id)
		CROSS JOIN LATERAL (
			SELECT * FROM care.measurement_batch b WHERE b.citizen = this AND b.id = i.id OFFSET 0
		) AS b
		WHERE b.start_time IS NOT NULL AND (b.measure = ANY (started.measures)) IS NOT TRUE
		GROUP BY b.measure ORDER BY b.measure
	LOOP
		SELECT * INTO settled
		FROM care.settle(this, touched.measure, touched.start_time, touched.end_time, new_ids);
		changed := changed + settled.changed;
		conflicts := conflicts || coalesce(settled.conflicts, '[]');
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.add_batches(bigint, care.new_batch[], care.new_note[]) IS
'Adds what sources say of a citizen''s measurements. What one call says of a key and version is one statement, which stands or falls together, and so is what has the same digest. A batch with neither points nor nullified withdraws what its source_key had said. outcomes: created, updated, unchanged or older, by batch; changed: points new, changed or gone; conflicts: instants with different values, which won and why. Errors: 23503 unknown citizen.';

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
	ELSIF source ->> 'issued' !~ '^\d{4}-\d{2}-\d{2}[T ].*(Z|[+-]\d{2}(:?\d{2})?)$' THEN
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
COMMENT ON FUNCTION care.insert_measurement() IS 'Makes INSERT INTO care.measurement call care.record().';

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
