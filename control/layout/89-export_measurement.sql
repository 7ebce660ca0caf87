-- Export: measurements. Observations that were imported go out under their own
-- identities; of what else sources said each value is an Observation. What counts
-- where they contradict each other follows from their times of issue, there as here.

CREATE OR REPLACE FUNCTION care.vital_sign(measure text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{"heart_rate": "heartrate", "body_weight": "bodyweight", "body_height": "bodyheight", "body_mass_index": "bmi",
	"oxygen_saturation": "oxygensat", "body_temperature": "bodytemp", "respiratory_rate": "resprate"}'::jsonb ->> measure;
COMMENT ON FUNCTION care.vital_sign(text) IS
'Internal: the profile of vital signs that FHIR R4 has for a measure of this name, whose code and unit are what the profile demands.';

CREATE OR REPLACE FUNCTION care.export_observation(
	subject jsonb, key text, profile text, version bigint, issued timestamptz, status text, content jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN care.export_resource(key, 'Observation',
		nullif(jsonb_strip_nulls(jsonb_build_object('versionId', nullif(version, 0)::text,
			'profile', CASE WHEN profile <> '' THEN jsonb_build_array('http://hl7.org/fhir/StructureDefinition/' || profile) END)), '{}'),
		content || jsonb_build_object('status', status, 'issued', care.fhir_time(nullif(issued, '-infinity')),
			'subject', subject));
END
$$;
COMMENT ON FUNCTION care.export_observation(jsonb, text, text, bigint, timestamptz, text, jsonb) IS
'Internal: an Observation as an entry of a Bundle.';

CREATE OR REPLACE FUNCTION care.nullified_instants(citizen bigint)
RETURNS TABLE (measure integer, "time" timestamptz, issued timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT b.measure, n."time", max(b.issued)
	FROM care.measurement_batch b CROSS JOIN LATERAL pg_catalog.unnest(b.nullified) AS n ("time")
	WHERE b.citizen = nullified_instants.citizen AND b.stands
		AND NOT EXISTS (
			SELECT FROM care.measurement_batch o
			WHERE o.citizen = b.citizen AND o.source_key = b.source_key AND o.measure = b.measure AND o.stands
				AND (o.version, o.issued, o.digest) > (b.version, b.issued, b.digest) AND smartcare.value_at(o.points, n."time") IS NOT NULL)
	GROUP BY b.measure, n."time";
END;
COMMENT ON FUNCTION care.nullified_instants(bigint) IS
'Internal: instants at which a source says that there is no valid value of a citizen''s measure, and has not taken that back; and when it said so last.';

-- Statements that were no Observations: care.record(), messages, devices. The identity
-- of a value is that of the statement and the time, whatever version of the statement.
CREATE OR REPLACE FUNCTION care.export_statements(citizen bigint, names jsonb, period tstzrange)
RETURNS TABLE ("time" timestamptz, key text, entry jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	subject CONSTANT jsonb := care.export_reference(names, 'Patient', export_statements.citizen);
BEGIN
	RETURN QUERY
	WITH statement AS MATERIALIZED (
		SELECT b.source_key, min(b.id) AS first, max(b.version) FILTER (WHERE b.stands) AS version, max(b.issued) FILTER (WHERE b.stands) AS issued
		FROM care.measurement_batch b
		WHERE b.citizen = export_statements.citizen AND b.status <> 'moved' AND NOT care.is_observation(b.import, b.points, b.source)
		GROUP BY b.source_key
		HAVING bool_or(b.stands)
	), nullified AS MATERIALIZED (
		SELECT * FROM care.nullified_instants(export_statements.citizen)
	), concept AS MATERIALIZED (
		SELECT m.id, m.name, care.measure_concept(m.id) AS code, care.measure_quantity(0, m.unit) AS quantity,
			CASE WHEN care.vital_sign(m.name) IS NOT NULL THEN jsonb_build_array(care.fhir_status('observation-category', 'vital-signs')) END AS category
		FROM care.measure m
		WHERE m.id IN (SELECT b.measure FROM care.measurement_batch b WHERE b.citizen = export_statements.citizen)
	), point AS (
		-- A value that a later version of the statement has no more was entered in error.
		SELECT DISTINCT ON (s.first, u."time") s.first, u."time", u.value, b.id AS batch, b.measure, b.source,
			CASE WHEN b.stands THEN b.version ELSE s.version END AS version,
			CASE WHEN b.stands THEN b.issued ELSE s.issued END AS issued,
			CASE WHEN b.stands THEN b.status ELSE 'entered-in-error' END AS status
		FROM statement s
		JOIN care.measurement_batch b ON b.citizen = export_statements.citizen AND b.source_key = s.source_key AND b.status <> 'moved'
		CROSS JOIN LATERAL smartcare.unnest(smartcare.slice(b.points, coalesce(period, tstzrange(NULL, NULL)))) AS u ("time", value)
		WHERE period IS NULL OR tstzrange(b.start_time, b.end_time, '[]') && period
		ORDER BY s.first, u."time", b.stands DESC, b.version DESC, b.issued DESC, u.value DESC, b.id DESC
	)
	SELECT p."time", k.key, care.export_observation(subject, k.key, f.profile, p.version,
		CASE WHEN f.void THEN d.issued ELSE p.issued END, f.status,
		jsonb_build_object(
			'extension', CASE WHEN p.source - '{key,version,issued,status}'::text[] <> '{}'
				THEN care.fhir_list(care.fhir_extension('statement', 'String', to_jsonb((p.source - '{key,version,issued,status}'::text[])::text))) END,
			'category', c.category,
			'code', c.code,
			'effectiveDateTime', care.fhir_time(p."time"),
			'valueQuantity', CASE WHEN n.original_unit IS NULL THEN c.quantity || jsonb_build_object('value', p.value, 'comparator', n.comparator)
				ELSE care.measure_quantity(n.original_value, n.original_unit, n.comparator) END,
			'note', CASE WHEN n.note <> '' THEN jsonb_build_array(jsonb_build_object('text', n.note)) END))
	FROM point p
	JOIN concept c ON c.id = p.measure
	LEFT JOIN nullified d ON d.measure = p.measure AND d."time" = p."time"
	LEFT JOIN care.measurement_note n
		ON n.citizen = export_statements.citizen AND n.batch = p.batch AND n."time" = p."time" AND n.measure = p.measure
	CROSS JOIN LATERAL (
		SELECT care.own_key(names ->> 'record', 'Observation', left(md5(p.first || ' ' || extract(epoch FROM p."time")), 15)) AS key
		OFFSET 0
	) AS k
	CROSS JOIN LATERAL (
		SELECT v.void, CASE WHEN v.void THEN 'entered-in-error' ELSE p.status END AS status,
			CASE WHEN NOT v.void AND p.status <> 'entered-in-error' AND n.original_unit IS NULL THEN care.vital_sign(c.name) END AS profile
		FROM (SELECT coalesce(d.issued >= p.issued, false) AND p.status <> 'entered-in-error' AS void) AS v
		OFFSET 0
	) AS f;
END
$$;
COMMENT ON FUNCTION care.export_statements(bigint, jsonb, tstzrange) IS
'Internal: what was said of a citizen''s measurements in another way than by Observations, as an Observation for each value.';

CREATE OR REPLACE FUNCTION care.is_observation(import bigint, points smartcare.series, source jsonb)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN import IS NOT NULL AND (points IS NULL OR smartcare.num_points(points) = 1 OR coalesce(source ? 'valueSampledData', false));
END
$$;
COMMENT ON FUNCTION care.is_observation(bigint, smartcare.series, jsonb) IS
'Internal: whether a batch is what an imported Observation says, so that it can go out under its identity.';

CREATE OR REPLACE FUNCTION care.sampled_data(
	points smartcare.series, below timestamptz[], above timestamptz[], start_time timestamptz, period numeric)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
AS $$
BEGIN
	RETURN (
		WITH sample AS MATERIALIZED (
			SELECT round(extract(epoch FROM u."time" - start_time) * 1000 / period)::bigint AS place,
				CASE WHEN u."time" = ANY (below) THEN 'L' WHEN u."time" = ANY (above) THEN 'U' ELSE u.value::text END AS token
			FROM smartcare.unnest(points) AS u ("time", value)
		)
		SELECT string_agg(coalesce(s.token, 'E'), ' ' ORDER BY g.place)
		FROM generate_series(0, (SELECT max(l.place) FROM sample l)) AS g (place)
		LEFT JOIN sample s ON s.place = g.place);
END
$$;
COMMENT ON FUNCTION care.sampled_data(smartcare.series, timestamptz[], timestamptz[], timestamptz, numeric) IS
'Internal: points as data of SampledData that begins at start_time, one for each period in ms; E where there is none, L and U at the times below and above what could be measured.';

CREATE OR REPLACE FUNCTION care.export_sampled(citizen bigint, batch bigint, points smartcare.series, unit text, sampled jsonb, start_time timestamptz)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT jsonb_build_object(
			'origin', care.measure_quantity(0, unit),
			'period', sampled -> 'period',
			'dimensions', 1,
			'lowerLimit', smartcare.value_at(points, n.below[1]),
			'upperLimit', smartcare.value_at(points, n.above[1]),
			'data', care.sampled_data(points, n.below, n.above, start_time, (sampled -> 'period')::numeric))
		FROM (
			SELECT array_agg(t."time") FILTER (WHERE t.comparator = '<') AS below, array_agg(t."time") FILTER (WHERE t.comparator = '>') AS above
			FROM care.measurement_note t
			WHERE t.citizen = export_sampled.citizen AND t.batch = export_sampled.batch
		) AS n);
END
$$;
COMMENT ON FUNCTION care.export_sampled(bigint, bigint, smartcare.series, text, jsonb, timestamptz) IS
'Internal: the points of a batch as SampledData in the unit of their measure.';

CREATE OR REPLACE FUNCTION care.export_imported(citizen bigint, names jsonb, period tstzrange)
RETURNS TABLE ("time" timestamptz, key text, entry jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	subject CONSTANT jsonb := care.export_reference(names, 'Patient', export_imported.citizen);
BEGIN
	RETURN QUERY
	WITH batch AS MATERIALIZED (
		SELECT b.id, b.source_key, b.measure, b.points, b.start_time, b.version, b.issued, b.status, coalesce(b.source, '{}') AS source
		FROM care.measurement_batch b
		WHERE b.citizen = export_imported.citizen AND b.stands AND b.status <> 'moved' AND care.is_observation(b.import, b.points, b.source)
			AND (period IS NULL OR b.start_time IS NULL OR tstzrange(b.start_time, b.end_time, '[]') && period)
	), nullified AS MATERIALIZED (
		SELECT * FROM care.nullified_instants(export_imported.citizen)
	), concept AS MATERIALIZED (
		SELECT m.id, m.name, m.unit, care.measure_concept(m.id) AS code
		FROM care.measure m WHERE m.id IN (SELECT b.measure FROM batch b)
	), part AS (
		SELECT b.source_key, b.source, b.start_time, b.version, b.issued, b.status, c.name, c.code, b.source ? 'panel' AS component,
			CASE WHEN d.issued >= b.issued THEN d.issued END AS void, n.original_unit,
			CASE WHEN b.source ? 'valueSampledData' THEN jsonb_build_object('valueSampledData',
					care.export_sampled(export_imported.citizen, b.id, b.points, c.unit, b.source -> 'valueSampledData', s.start_time))
				ELSE jsonb_build_object('valueQuantity', CASE WHEN n.original_unit IS NULL
					THEN care.measure_quantity(smartcare.start_value(b.points), c.unit, n.comparator)
					ELSE care.measure_quantity(n.original_value, n.original_unit, n.comparator) END) END AS value
		FROM batch b
		JOIN concept c ON c.id = b.measure
		CROSS JOIN LATERAL (
			SELECT smartcare.fhir_instant(coalesce(b.source ->> 'effectiveDateTime', b.source ->> 'effectiveInstant',
				b.source #>> '{effectivePeriod,start}', b.source #>> '{effectivePeriod,end}', b.source #>> '{effectiveTiming,event,0}')) AS start_time
			OFFSET 0
		) AS s
		LEFT JOIN nullified d ON d.measure = b.measure AND d."time" = b.start_time AND NOT b.source ? 'valueSampledData'
		LEFT JOIN care.measurement_note n ON n.citizen = export_imported.citizen AND n.batch = b.id AND n."time" = b.start_time
			AND n.measure = b.measure
	), observation AS (
		SELECT p.source_key, min(p.start_time) AS start_time, max(p.version) AS version,
			greatest(max(p.issued), max(p.void)) AS issued,
			CASE WHEN bool_and(p.void IS NOT NULL) THEN 'entered-in-error'
				WHEN bool_or(p.void IS NOT NULL) THEN 'corrected' ELSE max(p.status) END AS status,
			jsonb_agg(p.source -> 'panel') FILTER (WHERE p.component) -> 0 AS panel,
			jsonb_agg(p.code) FILTER (WHERE NOT p.component) -> 0 AS code,
			CASE WHEN count(*) = 1 AND NOT bool_or(p.component OR p.original_unit IS NOT NULL OR p.source ? 'valueSampledData' OR p.void IS NOT NULL)
				THEN max(care.vital_sign(p.name)) END AS profile,
			jsonb_agg(p.source - '{panel,interpretation,referenceRange,dataAbsentReason,valueSampledData}'::text[] ORDER BY p.source) -> 0 AS whole,
			jsonb_agg((p.source - 'valueSampledData') || p.value) FILTER (WHERE NOT p.component) -> 0 AS value,
			jsonb_agg(p.value || jsonb_build_object('code', p.code, 'interpretation', p.source -> 'interpretation',
					'referenceRange', p.source -> 'referenceRange', 'dataAbsentReason', p.source -> 'dataAbsentReason') ORDER BY p.code)
				FILTER (WHERE p.component AND (p.void IS NULL OR p.every)) AS components
		FROM (SELECT q.*, bool_and(q.void IS NOT NULL) OVER (PARTITION BY q.source_key) AS every FROM part q) AS p
		GROUP BY p.source_key
	)
	SELECT o.start_time, o.source_key, care.export_observation(subject, o.source_key, o.profile, o.version, o.issued, o.status,
		CASE WHEN o.whole ?| '{effectiveDateTime,effectiveInstant,effectivePeriod,effectiveTiming}' THEN '{}'
			ELSE jsonb_build_object('effectiveDateTime', care.fhir_time(o.start_time)) END
		|| jsonb_build_object('category', CASE WHEN o.profile IS NOT NULL
			THEN jsonb_build_array(care.fhir_status('observation-category', 'vital-signs')) END)
		|| o.whole || coalesce(o.value, '{}')
		|| jsonb_build_object('code', coalesce(o.panel, o.code), 'component', o.components))
	FROM observation o
	UNION ALL
	-- What was withdrawn: all that it said is kept with it.
	SELECT w."time", b.source_key, care.export_observation(subject, b.source_key, NULL, b.version, b.issued, b.status, b.source)
	FROM batch b
	CROSS JOIN LATERAL (
		SELECT smartcare.fhir_instant(coalesce(b.source ->> 'effectiveDateTime', b.source ->> 'effectiveInstant',
			b.source #>> '{effectivePeriod,start}')) AS "time"
		OFFSET 0
	) AS w
	WHERE b.measure IS NULL AND (period IS NULL OR w."time" IS NULL OR period @> w."time");
END
$$;
COMMENT ON FUNCTION care.export_imported(bigint, jsonb, tstzrange) IS
'Internal: a citizen''s Observations that were imported, as they stand.';
