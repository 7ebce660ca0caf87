-- Measurements in documents: those of a PHMR, and the outcomes of a care plan.
--
-- A document's measurements are one statement under the key of its set, so that a new
-- version takes the place of all that the one before said, in whatever order they come
-- (care.add_batches). What a measurement is, which measure, which unit, is decided where
-- it is for FHIR: each becomes an Observation for care.observation_batches().

-- Paths have one step that searches, from the root, and look back over no more than
-- what comes before the first component: any other takes a time that is quadratic in
-- what somebody sends, and no interrupt ends it.
CREATE OR REPLACE FUNCTION care.read_observations(doc xml)
RETURNS TABLE (ordinal integer, nullified boolean, "time" timestamptz, reading text, unit text, fault text, content jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT o.ordinal, s.nullified, t."time", q.reading, q.unit, f.fault,
		CASE WHEN f.fault IS NULL THEN jsonb_strip_nulls(jsonb_build_object(
			'resourceType', 'Observation', 'status', 'final',
			'effectiveDateTime', to_char(t."time" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
			'code', jsonb_build_object('coding', c.codings),
			'valueQuantity', jsonb_build_object('value', q.reading::numeric, 'unit', q.unit, 'comparator', q.comparator),
			'identifier', care.hl7_key(o.root, o.extension),
			'method', nullif(to_jsonb(array_remove(ARRAY[o.method1, o.method2, o.method3], NULL)), '[]'),
			'enterer', o.enterer,
			'note', CASE WHEN m.comment IS NOT NULL THEN jsonb_build_array(jsonb_build_object('text', m.comment)) END)) END
	FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h, 'http://www.w3.org/2001/XMLSchema-instance' AS x),
		'/h:ClinicalDocument/descendant::h:observation[not(@moodCode) or @moodCode="EVN"]
			[not(ancestor::h:observation) and not(ancestor::h:act) and not(ancestor::h:encounter)][h:value]' PASSING doc COLUMNS
		ordinal FOR ORDINALITY,
		root text PATH 'h:id[1]/@root', extension text PATH 'h:id[1]/@extension',
		code text PATH 'h:code[1]/@code', system text PATH 'h:code[1]/@codeSystem', display text PATH 'h:code[1]/@displayName',
		code1 text PATH 'h:code[1]/h:translation[1]/@code', system1 text PATH 'h:code[1]/h:translation[1]/@codeSystem',
		display1 text PATH 'h:code[1]/h:translation[1]/@displayName',
		code2 text PATH 'h:code[1]/h:translation[2]/@code', system2 text PATH 'h:code[1]/h:translation[2]/@codeSystem',
		display2 text PATH 'h:code[1]/h:translation[2]/@displayName',
		status text PATH 'h:statusCode[1]/@code',
		outer_status text PATH 'ancestor::h:organizer[1]/h:component[1]/preceding-sibling::h:statusCode[1]/@code',
		negated text PATH '@negationInd',
		-- In a PHMR it stands with the organizer.
		own_time text PATH '(h:effectiveTime[1]/@value | h:effectiveTime[1]/h:low/@value)[1]',
		outer_time text PATH 'ancestor::h:organizer[1]/h:component[1]/preceding-sibling::h:effectiveTime[1]/@value',
		outer_low text PATH 'ancestor::h:organizer[1]/h:component[1]/preceding-sibling::h:effectiveTime[1]/h:low[1]/@value',
		"values" integer PATH 'count(h:value)',
		type text PATH 'h:value[1]/@x:type', value text PATH 'h:value[1]/@value', unit text PATH 'h:value[1]/@unit',
		low text PATH 'h:value[1]/h:low[1]/@value', low_unit text PATH 'h:value[1]/h:low[1]/@unit', low_in text PATH 'h:value[1]/h:low[1]/@inclusive',
		high text PATH 'h:value[1]/h:high[1]/@value', high_unit text PATH 'h:value[1]/h:high[1]/@unit', high_in text PATH 'h:value[1]/h:high[1]/@inclusive',
		method1 text PATH 'h:methodCode[1]/@code', method2 text PATH 'h:methodCode[2]/@code', method3 text PATH 'h:methodCode[3]/@code',
		enterer text PATH '(h:participant[@typeCode="ENT"]/h:participantRole/h:id/@extension)[1]',
		comment text PATH '(h:entryRelationship/h:act[h:code/@code="48767-8"]/h:text)[1]') AS o
	CROSS JOIN LATERAL (
		SELECT lower(o.status) = 'nullified' OR lower(o.outer_status) = 'nullified' AS is_so, regexp_replace(o.type, '^.*:', '') AS type OFFSET 0
	) AS n
	CROSS JOIN LATERAL (SELECT coalesce(n.is_so, false) AS nullified OFFSET 0) AS s
	CROSS JOIN LATERAL (SELECT care.hl7_time(w.written) AS "time", w.written FROM (SELECT coalesce(o.own_time, o.outer_time, o.outer_low) AS written) AS w OFFSET 0) AS t
	CROSS JOIN LATERAL (
		SELECT CASE WHEN n.type LIKE 'IVL%' THEN coalesce(o.low, o.high) ELSE o.value END AS reading,
			-- "Not applicable" is how a PHMR writes the unit of a fraction.
			CASE coalesce(CASE WHEN n.type LIKE 'IVL%' THEN coalesce(o.low_unit, o.high_unit) ELSE o.unit END, '')
				WHEN '' THEN CASE WHEN n.type IN ('INT', 'REAL') THEN '{Number}' ELSE '1' END WHEN 'NA' THEN '1'
				ELSE coalesce(o.unit, o.low_unit, o.high_unit) END AS unit,
			CASE WHEN n.type LIKE 'IVL%' AND o.low IS NOT NULL THEN CASE o.low_in WHEN 'false' THEN '>' ELSE '>=' END
				WHEN n.type LIKE 'IVL%' THEN CASE o.high_in WHEN 'false' THEN '<' ELSE '<=' END END AS comparator
		OFFSET 0
	) AS q
	CROSS JOIN LATERAL (
		SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('system', care.hl7_system(k.system), 'code', k.code, 'display', k.display))) AS codings
		FROM (VALUES (o.system, o.code, o.display), (o.system1, o.code1, o.display1), (o.system2, o.code2, o.display2)) AS k (system, code, display)
		WHERE k.code <> '' AND k.system <> ''
	) AS c
	CROSS JOIN LATERAL (SELECT nullif(btrim(left(o.comment, 2000)), '') AS comment) AS m
	CROSS JOIN LATERAL (
		SELECT CASE
			WHEN o.negated = 'true' THEN 'it is negated'
			WHEN NOT s.nullified AND lower(coalesce(nullif(o.status, ''), nullif(o.outer_status, ''), 'completed')) NOT IN ('completed', 'active')
			THEN format('status "%s" does not count', left(coalesce(o.status, o.outer_status), 50))
			WHEN o."values" > 1 THEN 'it has several values'
			WHEN n.type NOT IN ('PQ', 'INT', 'REAL', 'IVL_PQ', 'IVL_INT', 'IVL_REAL') OR n.type IS NULL
			THEN format('its value is of type "%s", not a number', left(coalesce(n.type, 'null'), 50))
			WHEN c.codings IS NULL THEN 'its code is missing'
			WHEN t.written IS NULL THEN 'it does not say when it was measured'
			WHEN t."time" IS NULL OR length(t.written) < 12 THEN format('"%s" is no instant', left(t.written, 50))
			WHEN extract(year FROM t."time") NOT BETWEEN 1 AND 9998 THEN format('"%s" is out of range', left(t.written, 50))
			WHEN o.low IS NOT NULL AND o.high IS NOT NULL THEN 'its value is an interval'
			WHEN q.reading IS NULL THEN 'its value is missing'
			WHEN q.reading !~ '^[-+]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][-+]?\d{1,3})?$' THEN format('its value "%s" is no number', left(q.reading, 50))
			END AS fault
	) AS f;
END
$$;
COMMENT ON FUNCTION care.read_observations(xml) IS
'Internal: the measurements in a document, as FHIR Observations, and what cannot be taken as one. nullified: the document keeps it, and says that it does not count.';

CREATE OR REPLACE FUNCTION care.read_devices(doc xml)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', d.code, 'name', d.name, 'model', btrim(d.model), 'software', btrim(d.software),
			'identifier', care.hl7_key(d.root, d.extension))) ORDER BY d.ordinal)
		FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h),
			'/h:ClinicalDocument/descendant::h:section[h:code/@code="46264-8"]/h:entry/h:organizer/h:participant/h:participantRole[h:playingDevice]'
			PASSING doc COLUMNS
			ordinal FOR ORDINALITY,
			root text PATH 'h:id[1]/@root', extension text PATH 'h:id[1]/@extension',
			code text PATH '(h:playingDevice[1]/h:code/h:translation/@code | h:playingDevice[1]/h:code/@code)[last()]',
			name text PATH '(h:playingDevice[1]/h:code/h:translation/@displayName | h:playingDevice[1]/h:code/@displayName)[last()]',
			model text PATH 'h:playingDevice[1]/h:manufacturerModelName[1]',
			software text PATH 'h:playingDevice[1]/h:softwareName[1]') AS d
		WHERE d.ordinal <= 100);
END
$$;
COMMENT ON FUNCTION care.read_devices(xml) IS 'Internal: the devices in a document''s section on equipment; null if there are none.';

CREATE OR REPLACE FUNCTION care.withdrawal(key text, version bigint, issued timestamptz, reason text)
RETURNS care.new_batch
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(NULL, NULL, NULL, NULL, key, version, issued, 'entered-in-error', NULL,
	pg_catalog.jsonb_build_object('reason', reason), NULL)::care.new_batch;
COMMENT ON FUNCTION care.withdrawal(text, bigint, timestamptz, text) IS
'Internal: a batch by which nothing stands of what a document''s set has said up to a version.';

CREATE OR REPLACE FUNCTION care.file_points(doc xml, filed care.document_reference)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	whole CONSTANT jsonb := jsonb_strip_nulls(jsonb_build_object('document', filed.source, 'version', filed.version, 'device', care.read_devices(doc)));
	found_rows jsonb;
	said record;
	batches care.new_batch[];
	notes care.new_note[];
	done record;
	kept jsonb;
BEGIN
	SELECT coalesce(jsonb_agg(o ORDER BY o.ordinal), '[]') INTO found_rows FROM care.read_observations(doc) AS o;
	-- Places of batches within "said" are those of the measurements that have one.
	said := care.observation_batches(ARRAY(
		SELECT ROW('Observation', o.ordinal, NULL, filed.citizen, filed.version, filed.issued, NULL, o.content, NULL)::care.import_entry
		FROM jsonb_to_recordset(found_rows) AS o (ordinal integer, content jsonb)
		WHERE o.content IS NOT NULL ORDER BY o.ordinal));

	WITH point AS MATERIALIZED (
		SELECT b.number, b.measure, u."time", u.value, o.nullified, o.reading, o.unit, b.source ->> 'identifier' AS identifier,
			b.source - '{identifier,note}'::text[] AS origin, b.source
		FROM unnest(said.batches) WITH ORDINALITY
			AS b (citizen, measure, points, nullified, source_key, version, issued, status, digest, source, import, number)
		JOIN jsonb_to_recordset(found_rows) AS o (ordinal integer, nullified boolean, reading text, unit text) ON o.ordinal = b.source_key::integer
		CROSS JOIN LATERAL smartcare.unnest(b.points) AS u ("time", value)
	), layered AS MATERIALIZED (
		-- Two values of one instant are two claims; the same one twice is one.
		SELECT p.*, dense_rank() OVER (PARTITION BY p.measure, p.origin, p."time" ORDER BY p.value DESC) AS layer
		FROM point p WHERE NOT p.nullified
	), stated AS MATERIALIZED (
		SELECT row_number() OVER (ORDER BY g.measure, g.kind, g.origin, g.layer) AS number, g.*
		FROM (
			SELECT l.measure, 0 AS kind, l.origin, l.layer, smartcare.series_agg(l."time", l.value) AS points, NULL::timestamptz[] AS nullified,
				array_agg(l.number) AS numbers, whole || coalesce(l.origin, '{}')
					|| coalesce(jsonb_build_object('identifier', nullif(jsonb_agg(l.identifier ORDER BY l."time", l.identifier) FILTER (WHERE l.identifier IS NOT NULL), '[]')), '{}') AS source
			FROM layered l
			GROUP BY l.measure, l.origin, l.layer
			UNION ALL
			-- Where the document has a valid value as well, it is the correction.
			SELECT n.measure, 1, NULL, 0, NULL,
				array_agg(DISTINCT n."time") FILTER (WHERE v."time" IS NULL), NULL,
				whole || jsonb_build_object('nullified', jsonb_agg(coalesce(n.source, '{}') || jsonb_build_object(
					'time', to_char(n."time" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'value', n.reading, 'unit', n.unit)
					ORDER BY n."time", n.number))
			FROM point n
			LEFT JOIN (SELECT DISTINCT l.measure, l."time" FROM layered l) AS v ON v.measure = n.measure AND v."time" = n."time"
			WHERE n.nullified
			GROUP BY n.measure
		) AS g
	)
	SELECT array_agg(ROW(filed.citizen, CASE WHEN s.points IS NOT NULL OR s.nullified IS NOT NULL THEN s.measure END, s.points, s.nullified,
			filed.set_key, filed.version, filed.issued, 'final', filed.digest::uuid, jsonb_strip_nulls(s.source), NULL)::care.new_batch ORDER BY s.number),
		(SELECT array_agg(ROW(k.number, k."time", k.measure, k.comparator, k.original_value, k.original_unit, k.note)::care.new_note)
			FROM (
				SELECT DISTINCT ON (b.number, n."time") b.number, n."time", n.measure, n.comparator, n.original_value, n.original_unit, n.note
				FROM stated b
				CROSS JOIN unnest(b.numbers) AS o (number)
				JOIN unnest(said.notes) AS n ON n.batch = o.number
				ORDER BY b.number, n."time", n.batch
			) AS k),
		jsonb_build_object('received', (SELECT count(*) FROM layered), 'nullified', (SELECT count(*) FROM point p WHERE p.nullified))
	INTO batches, notes, kept
	FROM stated s;

	-- A version with nothing takes the place of one with something.
	IF batches IS NULL THEN
		batches := ARRAY[care.withdrawal(filed.set_key, filed.version, filed.issued, 'the document has no measurements')];
	END IF;
	done := care.add_batches(filed.citizen, batches, notes);

	RETURN jsonb_build_object('points', coalesce(kept, '{"received": 0, "nullified": 0}') || jsonb_build_object('changed', done.changed),
		'conflicts', nullif(done.conflicts, '[]'),
		'refused', (
			SELECT coalesce(jsonb_agg(jsonb_build_object('what', 'measurement ' || f.ordinal, 'code', f.code, 'reason', f.reason) ORDER BY f.ordinal), '[]')
			FROM (
				SELECT o.ordinal, 'measurement' AS code, o.fault AS reason
				FROM jsonb_to_recordset(found_rows) AS o (ordinal integer, fault text) WHERE o.fault IS NOT NULL
				UNION ALL
				SELECT r.key::integer, 'measurement', r.reason FROM unnest(said.refusals) AS r
			) AS f));
END
$$;
COMMENT ON FUNCTION care.file_points(xml, care.document_reference) IS
'Internal: what a document says of measurements, as one statement under the key of its set: values by measure and origin, and instants at which it nullifies one. Of a nullified measurement value, reason and origin are kept with its batch.';
