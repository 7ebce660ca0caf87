-- What counts of what sources say.
--
-- Batches say what sources claim; care.claims() ranks the claims on each instant;
-- care.settle() makes care.measurement_series show the first-ranked. The result is
-- a function of the set of batches, so it cannot depend on their order of arrival.

CREATE OR REPLACE FUNCTION care.claims(
	citizen bigint, measure integer, start_time timestamptz, end_time timestamptz)
RETURNS TABLE ("time" timestamptz, batch bigint, source_key text, issued timestamptz, value float8, place bigint)
LANGUAGE sql STABLE PARALLEL SAFE COST 200 ROWS 10
BEGIN ATOMIC
	SELECT c."time", c.id, c.source_key, c.issued, c.value,
		row_number() OVER (PARTITION BY c."time"
			ORDER BY c.issued DESC, c.value DESC NULLS FIRST, c.source_key COLLATE "C" DESC)
	FROM (
		-- Of one source the latest version that speaks of the instant.
		SELECT s.*, rank() OVER (PARTITION BY s."time", s.source_key ORDER BY s.version DESC, s.issued DESC, s.digest DESC) AS version_place
		FROM (
			SELECT u."time", b.id, b.source_key, b.version, b.issued, b.digest, u.value
			FROM care.measurement_batch b,
				LATERAL smartcare.unnest(smartcare.slice(b.points,
					pg_catalog.tstzrange(claims.start_time, claims.end_time, '[]'))) AS u ("time", value)
			WHERE b.citizen = claims.citizen AND b.measure = claims.measure AND b.stands
				AND b.start_time <= claims.end_time AND b.end_time >= claims.start_time
			UNION ALL
			SELECT n."time", b.id, b.source_key, b.version, b.issued, b.digest, NULL AS value
			FROM care.measurement_batch b, LATERAL pg_catalog.unnest(b.nullified) AS n ("time")
			WHERE b.citizen = claims.citizen AND b.measure = claims.measure AND b.stands
				AND b.start_time <= claims.end_time AND b.end_time >= claims.start_time
				AND n."time" BETWEEN claims.start_time AND claims.end_time
		) AS s
	) AS c
	WHERE c.version_place = 1;
END;
COMMENT ON FUNCTION care.claims(bigint, integer, timestamptz, timestamptz) IS
'What standing batches say of a citizen''s measure from start_time to end_time, of each source its latest version that speaks of the instant; place 1 is what counts: issued latest, then nullified before valued, then the greater value, then the greater source key. A null value says that there is no valid one.';

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
'Internal: computes all of a citizen''s stored series again from the batches, and triages them.';

CREATE OR REPLACE FUNCTION care.last_version()
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 9223372036854775807;
COMMENT ON FUNCTION care.last_version() IS
'Internal: the version of a withdrawal after which nothing of its source stands, whatever comes, nor what it nullified: it is about another citizen.';

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
	-- Of one key the latest version stands; it may speak of several measures. What an earlier one
	-- nullified stays so: to leave a value out is not to say that it is right after all.
	-- Where a batch was moved away nothing of its key and measure stands, until
	-- the batch is back, be it because the records were found to be one person.
	WITH known AS MATERIALIZED (
		SELECT k.id, k.source_key, k.measure, k.stands, m.batch AS moved,
			k.points IS NULL AND k.nullified IS NOT NULL
				AND max(k.version) OVER (PARTITION BY k.source_key) < care.last_version() AS nullifies,
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
			(v.version_place = 1 OR v.nullifies) AND NOT bool_or(v.gone) OVER (PARTITION BY v.source_key, v.measure) END AS chosen
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
'Internal: makes of each of these source keys the version stand that counts, and what any nullified; returns the batches for which that is a change, or null.';

CREATE OR REPLACE FUNCTION care.start_series(
	citizen bigint, new_batches bigint[], OUT measures integer[], OUT changed bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- Planning takes longer than what is planned.
SET plan_cache_mode = force_generic_plan
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
-- Planning takes longer than what is planned.
SET plan_cache_mode = force_generic_plan
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
