-- Observations become measurement batches: one for each measure that one speaks
-- of, under the Observation's key.

CREATE OR REPLACE FUNCTION care.fhir_float8(value numeric)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN value = 0 OR abs(value) BETWEEN 2.5e-324 AND 1.797693134862315807e308;
COMMENT ON FUNCTION care.fhir_float8(numeric) IS
'Internal: whether a number is within the range of double precision.';

-- SampledData is a list of numbers at a fixed period: E is an error, L and U are
-- below and above what could be measured.
CREATE OR REPLACE FUNCTION care.sampled_fault(sampled jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN pg_catalog.jsonb_typeof(sampled -> 'data') IS DISTINCT FROM 'string' THEN 'its SampledData has no data'
	WHEN pg_catalog.jsonb_typeof(sampled -> 'period') IS DISTINCT FROM 'number' THEN 'its SampledData has no period'
	WHEN NOT (sampled -> 'period')::numeric BETWEEN 0.001 AND 1e12
		OR (sampled -> 'period')::numeric * pg_catalog.length(sampled ->> 'data') > 1e14 THEN 'the period of its SampledData is out of range'
	WHEN sampled -> 'dimensions' <> '1' THEN 'its SampledData has several dimensions, whose measures have no codes'
	WHEN pg_catalog.jsonb_typeof(coalesce(sampled -> 'factor', '1')) <> 'number'
		OR pg_catalog.jsonb_typeof(coalesce(sampled -> 'lowerLimit', '0')) <> 'number'
		OR pg_catalog.jsonb_typeof(coalesce(sampled -> 'upperLimit', '0')) <> 'number'
		OR abs(coalesce(sampled -> 'factor', '1')::numeric) > 1e100
		OR abs(coalesce(sampled -> 'lowerLimit', '0')::numeric) > 1e100
		OR abs(coalesce(sampled -> 'upperLimit', '0')::numeric) > 1e100
		OR abs((sampled #> '{origin,value}')::numeric) > 1e100 THEN 'factor, limit or origin of its SampledData is no number or out of range'
END;
COMMENT ON FUNCTION care.sampled_fault(jsonb) IS
'Internal: what is wrong with SampledData whose origin is a number with a unit; null if nothing is.';

CREATE OR REPLACE FUNCTION care.sampled_points(sampled jsonb, start timestamptz)
RETURNS TABLE ("time" timestamptz, value float8, comparator text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT start + interval '1 microsecond' * pg_catalog.round((d.ordinal - 1) * 1000 * (sampled -> 'period')::numeric)::float8,
		(CASE
			WHEN d.token = 'L' THEN (sampled -> 'lowerLimit')::numeric
			WHEN d.token = 'U' THEN (sampled -> 'upperLimit')::numeric
			WHEN d.token ~ '^[-+]?\d{1,40}(\.\d{1,40})?([eE][-+]?\d{1,2})?$'
			THEN (sampled #> '{origin,value}')::numeric + coalesce((sampled -> 'factor')::numeric, 1) * d.token::numeric
		END)::float8,
		CASE d.token WHEN 'L' THEN '<' WHEN 'U' THEN '>' END
	FROM pg_catalog.regexp_split_to_table(pg_catalog.btrim(sampled ->> 'data', E' \t\r\n'), '\s+') WITH ORDINALITY AS d (token, ordinal);
END;
COMMENT ON FUNCTION care.sampled_points(jsonb, timestamptz) IS
'Internal: the points of faultless SampledData; the value of one that is no number is null.';

CREATE OR REPLACE FUNCTION care.observation_batches(
	observations care.import_entry[],
	OUT batches care.new_batch[], OUT notes care.new_note[], OUT refusals care.import_refusal[],
	OUT kept bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH observation AS MATERIALIZED (
		SELECT n.ordinal, n.key, n.citizen, n.version, n.import, n.content, f.status, f.effective,
			coalesce(smartcare.fhir_instant(n.content ->> 'issued'), n.issued) AS issued,
			smartcare.fhir_instant(f.effective) AS "time",
			-- A revised Observation that has no number any more withdraws the one it had.
			f.status = 'entered-in-error' OR f.status <> 'final' AND NOT care.fhir_numeric(n.content) AS withdrawn
		FROM unnest(observations) WITH ORDINALITY
			AS n (resource_type, key, subject, citizen, version, issued, digest, content, import, ordinal)
		CROSS JOIN LATERAL (
			SELECT n.content ->> 'status' AS status,
				coalesce(n.content ->> 'effectiveDateTime', n.content ->> 'effectiveInstant', n.content #>> '{effectivePeriod,start}',
					n.content #>> '{effectivePeriod,end}', n.content #>> '{effectiveTiming,event,0}') AS effective
			OFFSET 0
		) AS f
	), value AS MATERIALIZED (
		SELECT o.ordinal, p.place, p.part #> '{code,coding}' AS codings, p.part #>> '{code,text}' AS display,
			v.quantity, v.quantity -> 'value' AS number, v.quantity ->> 'comparator' AS comparator, v.sampled, o."time", o.effective,
			coalesce(CASE WHEN coalesce(v.quantity ->> 'system', 'http://unitsofmeasure.org') = 'http://unitsofmeasure.org'
				THEN nullif(v.quantity ->> 'code', '') END, nullif(v.quantity ->> 'unit', '')) AS unit, p.part #>> '{code,coding}' AS term
		FROM observation o
		CROSS JOIN LATERAL (
			SELECT o.content AS part, 0 AS place
			UNION ALL
			SELECT c.component, c.place
			FROM jsonb_array_elements(CASE WHEN jsonb_typeof(o.content -> 'component') = 'array' THEN o.content -> 'component' END)
				WITH ORDINALITY AS c (component, place)
		) AS p
		CROSS JOIN LATERAL (
			SELECT coalesce(p.part -> 'valueQuantity', CASE WHEN p.part ? 'valueInteger'
					THEN jsonb_build_object('value', p.part -> 'valueInteger', 'code', '{Number}') END, s.sampled -> 'origin') AS quantity, s.sampled
			FROM (SELECT p.part -> 'valueSampledData' AS sampled OFFSET 0) AS s
			OFFSET 0
		) AS v
		WHERE NOT o.withdrawn AND p.part ?| '{valueQuantity,valueInteger,valueSampledData}'
	), judged AS MATERIALIZED (
		SELECT v.*, CASE
			WHEN v.effective IS NULL THEN 'it does not say when it was measured'
			WHEN v."time" IS NULL THEN format('effective "%s" is not an instant with its time zone', left(v.effective, 50))
			WHEN v.number IS NULL THEN 'its value is missing'
			WHEN jsonb_typeof(v.number) <> 'number' THEN format('its value %s is not a number', left(v.number::text, 50))
			WHEN NOT care.fhir_float8(v.number::numeric) THEN 'its value is out of range'
			WHEN v.comparator NOT IN ('<', '<=', '>=', '>') THEN format('its comparator "%s" is not known', left(v.comparator, 50))
			WHEN v.unit IS NULL THEN 'its unit is missing'
			WHEN jsonb_typeof(v.codings) IS DISTINCT FROM 'array'
				OR (v.codings #>> '{0,code}' <> '') IS NOT TRUE AND NOT v.codings @? '$[*].code ? (@ != "")' THEN 'its code is missing'
			WHEN octet_length(v.unit) > 200 OR octet_length(v.term) > 5000 THEN 'its code or unit is too long'
			WHEN v.sampled IS NOT NULL THEN care.sampled_fault(v.sampled)
			END AS fault
		FROM value v
	), coded AS MATERIALIZED (
		-- Of several codes one that a person has reviewed counts, else the first:
		-- never one that merely happened to come before.
		SELECT d.term, d.unit, d.ucum, c.system, c.code, coalesce(c.display, d.display) AS display
		FROM (
			SELECT j.term, j.unit, coalesce(smartcare.unit_code(j.unit), j.unit) AS ucum, j.term::jsonb AS codings, min(j.display COLLATE "C") AS display
			FROM judged j WHERE j.fault IS NULL
			GROUP BY j.term, j.unit
		) AS d
		CROSS JOIN LATERAL (
			SELECT e.system, e.code, a.coding ->> 'display' AS display
			FROM jsonb_array_elements(d.codings) WITH ORDINALITY AS a (coding, ordinal)
			CROSS JOIN LATERAL (SELECT coalesce(a.coding ->> 'system', '') AS system, a.coding ->> 'code' AS code OFFSET 0) AS e
			WHERE e.code <> ''
			ORDER BY CASE WHEN jsonb_array_length(d.codings) > 1 THEN
				(SELECT max(k.priority) FROM care.measure_code k JOIN care.measure m ON m.id = k.measure
				WHERE k.system = e.system AND k.code = e.code AND k.unit IN ('', d.ucum) AND m.reviewed) END DESC NULLS LAST, a.ordinal
			LIMIT 1
		) AS c
		ORDER BY c.system, c.code, d.ucum
	), known AS MATERIALIZED (
		SELECT c.term, c.unit, coalesce(
			(SELECT m.id FROM care.measure_code x JOIN care.measure m ON m.id = x.measure
				WHERE x.system = c.system AND x.code = c.code AND x.unit IN ('', c.ucum) AND m.unit = c.ucum
					AND (m.reviewed OR (c.display COLLATE "C" < m.display) IS NOT TRUE)),
			care.find_measure(c.system, c.code, c.ucum, c.display)) AS measure
		FROM coded c
	), measured AS MATERIALIZED (
		SELECT k.term, k.unit, k.measure, v.from_unit, v.to_unit, v.molar_mass, v.rule, v.fault IS NOT NULL AS misfits
		FROM known k
		CROSS JOIN LATERAL care.conversion(k.measure, k.unit) AS v
	), fitting AS MATERIALIZED (
		SELECT j.ordinal, j.place, j."time", j.number, j.comparator, j.unit, j.sampled, m.measure, m.from_unit, m.to_unit, m.molar_mass, m.rule,
			coalesce(j.fault, CASE
				WHEN m.misfits THEN (SELECT format('its unit "%s" does not fit measure "%s" in "%s"', left(j.unit, 50), c.name, c.unit)
					FROM care.measure c WHERE c.id = m.measure)
				WHEN j.sampled IS NULL AND NOT care.convertible(j.number::float8, m.rule) THEN 'its value is out of range' END) AS fault
		FROM judged j
		LEFT JOIN measured m ON m.term = j.term AND m.unit = j.unit AND j.fault IS NULL
	), reading AS (
		SELECT f.ordinal, f.place, f.measure, f."time", f.number::float8 AS reading, f.comparator, false AS sampled,
			f.unit, f.from_unit, f.to_unit, f.molar_mass, f.rule
		FROM fitting f
		WHERE f.fault IS NULL AND f.sampled IS NULL
		UNION ALL
		SELECT f.ordinal, f.place, f.measure, s."time", s.value, s.comparator, true, f.unit, f.from_unit, f.to_unit, f.molar_mass, f.rule
		FROM fitting f
		CROSS JOIN LATERAL care.sampled_points(f.sampled, f."time") AS s
		WHERE f.fault IS NULL AND f.sampled IS NOT NULL
	), point AS MATERIALIZED (
		SELECT r.ordinal, r.place, r.measure, r."time", v.value, r.comparator, r.sampled,
			CASE WHEN b.inexact THEN r.reading END AS original_value, CASE WHEN b.inexact THEN r.unit END AS original_unit
		FROM reading r
		CROSS JOIN LATERAL (
			SELECT CASE WHEN care.convertible(r.reading, r.rule)
				THEN care.converted(r.reading, r.rule, r.from_unit, r.to_unit, r.molar_mass) END AS value OFFSET 0
		) AS v
		CROSS JOIN LATERAL (
			SELECT care.converted(v.value, r.rule, r.to_unit, r.from_unit, r.molar_mass) <> r.reading AS inexact OFFSET 0
		) AS b
	), spoken AS MATERIALIZED (
		SELECT p.ordinal, p.measure, smartcare.series_agg(p."time", p.value) AS points, min(p.place) AS place, bool_or(p.sampled) AS sampled, count(*) AS offered,
			count(*) FILTER (WHERE p.value IS NULL) AS faulty
		FROM point p
		GROUP BY p.ordinal, p.measure
	), batch AS MATERIALIZED (
		SELECT o.ordinal, o.key, o.citizen, o.version, o.issued, o.status, o.import, s.measure, s.points,
			-- What the columns do not say: of a component also the code of the whole, of samples
			-- their period and start, of what is withdrawn all that it said.
			nullif(CASE
				WHEN o.withdrawn THEN o.content - '{resourceType,id,meta,text,status,subject,issued}'::text[]
				WHEN s.place > 0 THEN r.rest || (o.content #> ARRAY['component', (s.place - 1)::text])
					- '{code,valueQuantity,valueInteger,valueSampledData}'::text[] || jsonb_build_object('panel', coalesce(o.content -> 'code', '{}'))
				ELSE r.rest END
				|| CASE WHEN s.sampled THEN jsonb_strip_nulls(jsonb_build_object(
					'effectiveDateTime', o.content -> 'effectiveDateTime', 'effectiveInstant', o.content -> 'effectiveInstant',
					'valueSampledData', jsonb_build_object('period', o.content #> CASE WHEN s.place > 0
						THEN ARRAY['component', (s.place - 1)::text, 'valueSampledData', 'period'] ELSE '{valueSampledData,period}' END)))
				ELSE '{}' END, '{}') AS source,
			-- All that one version says stands or falls together.
			md5(concat_ws(' ', o.version, extract(epoch FROM o.issued), o.content - 'meta'))::uuid AS digest,
			row_number() OVER (ORDER BY o.citizen, o.ordinal, s.measure) AS number
		FROM observation o
		LEFT JOIN spoken s ON s.ordinal = o.ordinal
		CROSS JOIN LATERAL (
			SELECT o.content - '{resourceType,id,meta,text,status,category,code,subject,effectiveDateTime,effectiveInstant,issued,valueQuantity,valueInteger,valueSampledData,component}'::text[] AS rest
			OFFSET 0
		) AS r
		WHERE s.points IS NOT NULL OR o.withdrawn
	), refusal AS (
		SELECT f.ordinal, f.fault FROM fitting f WHERE f.fault IS NOT NULL
		UNION ALL
		SELECT s.ordinal, format('%s of its %s sampled values are no numbers', s.faulty, s.offered)
		FROM spoken s WHERE s.faulty > 0
		UNION ALL
		SELECT s.ordinal, 'of its values for one measure and instant the greatest counts'
		FROM spoken s WHERE smartcare.num_points(s.points) < s.offered - s.faulty
	)
	SELECT
		(SELECT array_agg(ROW(b.citizen, b.measure, b.points, NULL, b.key, b.version, b.issued, b.status,
				b.digest, b.source, b.import)::care.new_batch ORDER BY b.number)
			FROM batch b),
		(SELECT array_agg(ROW(n.number, n."time", n.measure, n.comparator,
				n.original_value, n.original_unit, n.note)::care.new_note)
			FROM (
				SELECT DISTINCT ON (b.number, p."time") b.number, p."time", p.measure, p.comparator, p.original_value, p.original_unit,
					CASE WHEN NOT p.sampled THEN (SELECT string_agg(t.note #>> '{}', E'\n') FROM jsonb_path_query(b.source, '$.note[*].text') AS t (note)) END AS note
				FROM point p
				JOIN batch b ON b.ordinal = p.ordinal AND b.measure = p.measure
				WHERE p.comparator IS NOT NULL OR p.original_unit IS NOT NULL OR NOT p.sampled AND b.source ? 'note'
				ORDER BY b.number, p."time", p.value DESC, p.original_value
			) AS n),
		(SELECT array_agg(ROW('Observation', r.key, r.fault, r.batch IS NULL AND r.nth = 1)::care.import_refusal ORDER BY r.ordinal)
			FROM (
				SELECT f.ordinal, f.fault, o.key, t.ordinal AS batch, row_number() OVER (PARTITION BY f.ordinal) AS nth
				FROM refusal f
				JOIN observation o ON o.ordinal = f.ordinal
				LEFT JOIN (SELECT DISTINCT b.ordinal FROM batch b) AS t ON t.ordinal = f.ordinal
			) AS r),
		(SELECT count(DISTINCT b.ordinal) FROM batch b)
	INTO batches, notes, refusals, kept;
END
$$;
COMMENT ON FUNCTION care.observation_batches(care.import_entry[]) IS
'Internal: what observations say, as batches in order of citizen with their notes, and what of them cannot be taken.';

CREATE OR REPLACE FUNCTION care.import_observations(
	observations care.import_entry[],
	OUT kept bigint, OUT created bigint, OUT updated bigint, OUT points bigint, OUT changed bigint,
	OUT conflicts jsonb, OUT refusals care.import_refusal[])
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	claims record;
	said record;
	part record;
	done record;
	counted record;
BEGIN
	claims := care.claim_keys(observations);
	said := care.observation_batches(claims.claimed);
	kept := said.kept;
	created := 0;
	updated := 0;
	changed := 0;
	conflicts := '[]';
	refusals := claims.refusals || said.refusals;
	SELECT sum(smartcare.num_points(b.points)) INTO points FROM unnest(said.batches) AS b;

	FOR part IN
		SELECT b.citizen, min(b.ordinality)::integer AS first, max(b.ordinality)::integer AS last
		FROM unnest(said.batches) WITH ORDINALITY AS b
		GROUP BY b.citizen ORDER BY b.citizen
	LOOP
		done := care.add_batches(part.citizen, said.batches[part.first:part.last], ARRAY(
			SELECT ROW(n.batch - part.first + 1, n."time", n.measure, n.comparator, n.original_value, n.original_unit, n.note)::care.new_note
			FROM unnest(said.notes) AS n WHERE n.batch BETWEEN part.first AND part.last));
		changed := changed + done.changed;
		conflicts := conflicts || done.conflicts;

		SELECT count(*) FILTER (WHERE o.created) AS created, count(*) FILTER (WHERE NOT o.created AND o.updated) AS updated INTO counted
		FROM (
			SELECT bool_or(r.outcome = 'created') AS created, bool_or(r.outcome = 'updated') AS updated
			FROM unnest(said.batches[part.first:part.last]) WITH ORDINALITY AS b
			JOIN unnest(done.outcomes) WITH ORDINALITY AS r (outcome, ordinality) ON r.ordinality = b.ordinality
			GROUP BY b.source_key
		) AS o;
		created := created + counted.created;
		updated := updated + counted.updated;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.import_observations(care.import_entry[]) IS
'Internal: adds what observations of known citizens say to their measurements.';
