-- PHMR out: what a citizen measured, as a document that other systems read, and that
-- care.receive_document() reads back to the same values.

CREATE OR REPLACE FUNCTION care.hl7_written("time" timestamptz)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	-- Where clocks differed from UTC by seconds, long ago, by UTC.
	SELECT pg_catalog.to_char("time" AT TIME ZONE z.zone, 'YYYYMMDDHH24MISS')
		|| coalesce('.' || nullif(pg_catalog.rtrim(pg_catalog.to_char("time" AT TIME ZONE z.zone, 'US'), '0'), ''), '')
		|| CASE WHEN z.ahead < 0 THEN '-' ELSE '+' END
		|| pg_catalog.to_char(abs(z.ahead)::integer / 60 * 100 + abs(z.ahead)::integer % 60, 'FM0000')
	FROM (
		SELECT CASE WHEN o.ahead = trunc(o.ahead) THEN care.setting('zone') ELSE 'UTC' END AS zone,
			CASE WHEN o.ahead = trunc(o.ahead) THEN o.ahead ELSE 0 END AS ahead
		FROM (SELECT extract(epoch FROM care.civil_time("time") - ("time" AT TIME ZONE 'UTC')) / 60 AS ahead) AS o
	) AS z;
END;
COMMENT ON FUNCTION care.hl7_written(timestamptz) IS
'Internal: an instant as HL7 writes it, in the setting "zone" with its offset.';

CREATE OR REPLACE FUNCTION care.xml_words(words text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(pg_catalog.btrim(pg_catalog.regexp_replace(words, '[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]', '', 'g')), '');
COMMENT ON FUNCTION care.xml_words(text) IS 'Internal: text without characters that XML cannot have.';

CREATE OR REPLACE FUNCTION care.measure_term(measure integer, OUT system text, OUT code text, OUT display text, OUT unit text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	name text;
BEGIN
	SELECT CASE c.system WHEN 'http://loinc.org' THEN '2.16.840.1.113883.6.1' WHEN 'http://snomed.info/sct' THEN '2.16.840.1.113883.6.96'
			ELSE substring(c.system, '^urn:oid:([0-9.]+)$') END, c.code, m.display, m.unit, m.name
	INTO system, code, display, unit, name
	FROM care.measure m
	LEFT JOIN care.measure_code c ON c.measure = m.id AND (c.unit IN ('', m.unit))
	WHERE m.id = measure_term.measure
	ORDER BY c.system LIKE 'urn:oid:1.2.208.%' DESC NULLS LAST, c.system LIKE 'urn:oid:%' OR c.system IN ('http://loinc.org', 'http://snomed.info/sct') DESC,
		c.priority DESC, c.code
	LIMIT 1;
	IF system IS NULL THEN
		RAISE EXCEPTION 'measure "%" has no code that a document can carry', name
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Codes of systems with an OID, LOINC and SNOMED CT can; care.measure_code has them.';
	END IF;
END
$$;
COMMENT ON FUNCTION care.measure_term(integer) IS
'Internal: the code by which documents name a measure, Danish before others, and its unit. Errors: 22023 no such code.';

CREATE OR REPLACE FUNCTION care.phmr_section(points jsonb, vital boolean)
RETURNS xml
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own CONSTANT text[] := CASE WHEN vital THEN ARRAY['8716-3', 'Vital Signs', '2.16.840.1.113883.10.20.1.16', '2.16.840.1.113883.10.20.9.2']
		ELSE ARRAY['30954-2', 'Results', '2.16.840.1.113883.10.20.1.14', '2.16.840.1.113883.10.20.9.14'] END;
	entries xml;
BEGIN
	SELECT xmlagg(o.entry ORDER BY o."time") INTO entries
	FROM (
		SELECT p."time", xmlelement(NAME entry, xmlattributes('COMP' AS "typeCode", 'true' AS "contextConductionInd"),
			xmlelement(NAME organizer, xmlattributes('CLUSTER' AS "classCode", 'EVN' AS "moodCode"),
				xmlelement(NAME "templateId", xmlattributes('2.16.840.1.113883.10.20.1.35' AS root)),
				xmlelement(NAME "statusCode", xmlattributes('completed' AS code)),
				xmlelement(NAME "effectiveTime", xmlattributes(care.hl7_written(p."time") AS value)),
				xmlagg(xmlelement(NAME component, xmlattributes('COMP' AS "typeCode", 'true' AS "contextConductionInd"),
					xmlelement(NAME observation, xmlattributes('OBS' AS "classCode", 'EVN' AS "moodCode"),
						xmlelement(NAME "templateId", xmlattributes('2.16.840.1.113883.10.20.1.31' AS root)),
						xmlelement(NAME "templateId", xmlattributes('2.16.840.1.113883.10.20.9.8' AS root)),
						xmlelement(NAME id, xmlattributes('1.2.208.184' AS root, p.identity AS extension, 'MedCom' AS "assigningAuthorityName")),
						xmlelement(NAME code, xmlattributes('NI' AS "nullFlavor", '2.16.840.1.113883.6.96' AS "codeSystem", 'SNOMED CT' AS "codeSystemName"),
							xmlelement(NAME translation, xmlattributes(p.code AS code, p.system AS "codeSystem", p.display AS "displayName"))),
						xmlelement(NAME "statusCode", xmlattributes('completed' AS code)),
						CASE WHEN p.comparator IS NULL
							THEN xmlelement(NAME value, xmlattributes('PQ' AS "xsi:type", p.reading AS value, p.unit AS unit))
							WHEN p.comparator LIKE '<%' THEN xmlelement(NAME value, xmlattributes('IVL_PQ' AS "xsi:type"),
								xmlelement(NAME high, xmlattributes(p.reading AS value, p.unit AS unit, (p.comparator = '<=')::text AS inclusive)))
							ELSE xmlelement(NAME value, xmlattributes('IVL_PQ' AS "xsi:type"),
								xmlelement(NAME low, xmlattributes(p.reading AS value, p.unit AS unit, (p.comparator = '>=')::text AS inclusive))) END,
						(SELECT xmlagg(xmlelement(NAME "methodCode", xmlattributes(m.code AS code, '1.2.208.184.100.1' AS "codeSystem",
								'MedCom Message Codes' AS "codeSystemName")) ORDER BY m.place)
							FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(p.method) = 'array' THEN p.method END) WITH ORDINALITY AS m (code, place)),
						CASE WHEN p.note IS NOT NULL THEN xmlelement(NAME "entryRelationship", xmlattributes('COMP' AS "typeCode", 'true' AS "contextConductionInd"),
							xmlelement(NAME act, xmlattributes('ACT' AS "classCode", 'EVN' AS "moodCode"),
								xmlelement(NAME code, xmlattributes('48767-8' AS code, '2.16.840.1.113883.6.1' AS "codeSystem")),
								xmlelement(NAME text, p.note))) END))
					ORDER BY p.code))) AS entry
		FROM jsonb_to_recordset(points) AS p ("time" timestamptz, vital boolean, identity text, system text, code text, display text,
			reading text, unit text, comparator text, method jsonb, note text)
		WHERE p.vital = phmr_section.vital
		GROUP BY p."time"
	) AS o;
	RETURN xmlelement(NAME component, xmlattributes('COMP' AS "typeCode", 'true' AS "contextConductionInd"),
		xmlelement(NAME section, xmlattributes('DOCSECT' AS "classCode", 'EVN' AS "moodCode"),
			xmlelement(NAME "templateId", xmlattributes(own[3] AS root)),
			xmlelement(NAME "templateId", xmlattributes(own[4] AS root)),
			xmlelement(NAME "templateId", xmlattributes('1.2.208.184.11.1' AS root)),
			xmlelement(NAME code, xmlattributes(own[1] AS code, '2.16.840.1.113883.6.1' AS "codeSystem")),
			xmlelement(NAME title, own[2]),
			xmlelement(NAME text, CASE WHEN entries IS NULL THEN 'No ' || own[2] ELSE own[2] END),
			entries));
END
$$;
COMMENT ON FUNCTION care.phmr_section(jsonb, boolean) IS
'Internal: the section of a PHMR with these measurements, of vital signs or of results: an organizer for each instant.';

CREATE OR REPLACE FUNCTION care.phmr_points(citizen bigint, period tstzrange, measures text[])
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
AS $$
DECLARE
	wanted CONSTANT integer[] := ARRAY(SELECT care.measure_named(w.name) FROM unnest(measures) AS w (name));
BEGIN
	RETURN (
		SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('time', m."time", 'identity', md5(concat_ws(' ', m.citizen, m.measure, extract(epoch FROM m."time")))::uuid,
			'vital', m.measure IN ('systolic_blood_pressure', 'diastolic_blood_pressure', 'systolic_blood_pressure_home', 'diastolic_blood_pressure_home',
				'heart_rate', 'oxygen_saturation', 'body_temperature', 'respiratory_rate'),
			'system', t.system, 'code', t.code, 'display', care.xml_words(t.display), 'comparator', m.comparator, 'note', care.xml_words(m.note), 'method', m.source -> 'method',
			-- A PHMR has the saturation as a fraction: so where that gives back the very value.
			'reading', coalesce(f.fraction, m.value::text), 'unit', CASE WHEN f.fraction IS NOT NULL THEN 'NA' ELSE t.unit END)) ORDER BY m."time", t.code)
		FROM care.measurement m
		JOIN (
			SELECT k.name, (care.measure_term(k.id)).*
			FROM care.measure k
			WHERE CASE WHEN measures IS NOT NULL THEN k.id = ANY (wanted)
				ELSE EXISTS (SELECT FROM care.measurement_series s WHERE s.citizen = phmr_points.citizen AND s.measure = k.id) END
			OFFSET 0
		) AS t ON t.name = m.measure
		CROSS JOIN LATERAL (
			SELECT trim_scale(m.value::text::numeric / 100)::text AS fraction
			WHERE t.code = 'NPU03011' AND m.value BETWEEN 0 AND 100
				AND care.converted((trim_scale(m.value::text::numeric / 100)::text)::float8, 'fraction', '1', '%', NULL) = m.value
			UNION ALL
			SELECT NULL
			LIMIT 1
		) AS f
		WHERE m.citizen = phmr_points.citizen AND m."time" <@ period);
END
$$;
COMMENT ON FUNCTION care.phmr_points(bigint, tstzrange, text[]) IS
'Internal: the measurements that a PHMR is to have.';

CREATE OR REPLACE FUNCTION care.sor_element(sor text)
RETURNS xml
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN sor IS NULL THEN xmlelement(NAME id, xmlattributes('NI' AS "nullFlavor"))
		ELSE xmlelement(NAME id, xmlattributes(sor AS extension, '1.2.208.176.1.1' AS root, 'SOR' AS "assigningAuthorityName")) END;
END
$$;
COMMENT ON FUNCTION care.sor_element(text) IS 'Internal: the id of an organization in a document.';

CREATE OR REPLACE FUNCTION care.export_phmr(
	citizen bigint, period tstzrange, measures text[] DEFAULT NULL,
	author bigint DEFAULT NULL, custodian bigint DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this CONSTANT bigint := care.check_open(citizen, 'measurements');
	points jsonb;
	identity CONSTANT uuid := gen_random_uuid();
	person record;
	writer record;
	keeper record;
	doc xml;
BEGIN
	SELECT c.birth_date, c.gender, regexp_split_to_array(care.xml_words(c.name), '\s+') AS names,
		i.system, i.value
	INTO person
	FROM care.citizen c
	LEFT JOIN LATERAL (
		SELECT k.system, k.value FROM care.same_citizen(c.citizen) r
		JOIN care.citizen_identifier k ON k.citizen = r.citizen
		WHERE k.system IN ('urn:oid:1.2.208.176.1.2', 'urn:oid:1.2.208.176.1.6.1.1')
		ORDER BY k.system, r.citizen <> c.citizen, k.recorded_at DESC, k.value LIMIT 1
	) AS i ON true
	WHERE c.citizen = this;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'citizen % is not known', coalesce(citizen::text, 'null')
			USING ERRCODE = 'foreign_key_violation';
	ELSIF person.value IS NULL THEN
		RAISE EXCEPTION 'citizen % has no CPR number and no national replacement number', citizen
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'A PHMR is about a person by one of them.';
	END IF;
	SELECT o.sor, o.name INTO writer FROM care.organization o
	WHERE o.id = export_phmr.author OR export_phmr.author IS NULL AND o.kind = 'region' ORDER BY o.id LIMIT 1;
	SELECT o.sor, o.name INTO keeper FROM care.organization o
	WHERE o.id = coalesce(export_phmr.custodian, export_phmr.author) OR coalesce(export_phmr.custodian, export_phmr.author) IS NULL AND o.kind = 'region'
	ORDER BY o.id LIMIT 1;
	points := coalesce(care.phmr_points(this, coalesce(period, '(,)'), measures), '[]');

	doc := xmlelement(NAME "ClinicalDocument", xmlattributes('urn:hl7-org:v3' AS xmlns, 'http://www.w3.org/2001/XMLSchema-instance' AS "xmlns:xsi",
			'DOCCLIN' AS "classCode", 'EVN' AS "moodCode"),
		xmlelement(NAME "realmCode", xmlattributes('DK' AS code)),
		xmlelement(NAME "typeId", xmlattributes('2.16.840.1.113883.1.3' AS root, 'POCD_HD000040' AS extension)),
		xmlelement(NAME "templateId", xmlattributes('2.16.840.1.113883.10.20.9' AS root)),
		xmlelement(NAME "templateId", xmlattributes('1.2.208.184.11.1' AS root)),
		xmlelement(NAME id, xmlattributes('1.2.208.184' AS root, identity AS extension, 'MedCom' AS "assigningAuthorityName")),
		xmlelement(NAME code, xmlattributes('53576-5' AS code, '2.16.840.1.113883.6.1' AS "codeSystem", 'LOINC' AS "codeSystemName",
			'Personal Health Monitoring Report' AS "displayName")),
		xmlelement(NAME title, 'Hjemmemonitorering for ' || person.value),
		xmlelement(NAME "effectiveTime", xmlattributes(care.hl7_written(date_trunc('second', now())) AS value)),
		xmlelement(NAME "confidentialityCode", xmlattributes('N' AS code, '2.16.840.1.113883.5.25' AS "codeSystem")),
		xmlelement(NAME "languageCode", xmlattributes('da-DK' AS code)),
		xmlelement(NAME "setId", xmlattributes('1.2.208.184' AS root, identity AS extension)),
		xmlelement(NAME "versionNumber", xmlattributes(1 AS value)),
		xmlelement(NAME "recordTarget", xmlattributes('RCT' AS "typeCode", 'OP' AS "contextControlCode"),
			xmlelement(NAME "patientRole", xmlattributes('PAT' AS "classCode"),
				xmlelement(NAME id, xmlattributes(person.value AS extension, substr(person.system, 9) AS root, 'CPR' AS "assigningAuthorityName")),
				xmlelement(NAME addr, xmlattributes('NI' AS "nullFlavor")),
				xmlelement(NAME patient, xmlattributes('PSN' AS "classCode", 'INSTANCE' AS "determinerCode"),
					CASE WHEN person.names IS NULL THEN xmlelement(NAME name, xmlattributes('NI' AS "nullFlavor"))
						ELSE xmlelement(NAME name,
							xmlelement(NAME given, array_to_string(person.names[:greatest(cardinality(person.names) - 1, 1)], ' ')),
							xmlelement(NAME family, person.names[cardinality(person.names)])) END,
					xmlelement(NAME "administrativeGenderCode", xmlattributes(CASE person.gender WHEN 'female' THEN 'F' WHEN 'male' THEN 'M' ELSE 'UN' END AS code,
						'2.16.840.1.113883.5.1' AS "codeSystem")),
					xmlelement(NAME "birthTime", xmlattributes(to_char(person.birth_date, 'YYYYMMDD') AS value,
						CASE WHEN person.birth_date IS NULL THEN 'NI' END AS "nullFlavor"))))),
		xmlelement(NAME author, xmlattributes('AUT' AS "typeCode", 'OP' AS "contextControlCode"),
			xmlelement(NAME "time", xmlattributes(care.hl7_written(date_trunc('second', now())) AS value)),
			xmlelement(NAME "assignedAuthor", xmlattributes('ASSIGNED' AS "classCode"),
				care.sor_element(writer.sor), xmlelement(NAME addr, xmlattributes('NI' AS "nullFlavor")),
				xmlelement(NAME "representedOrganization", xmlattributes('ORG' AS "classCode", 'INSTANCE' AS "determinerCode"),
					care.sor_element(writer.sor), xmlelement(NAME name, care.xml_words(writer.name))))),
		xmlelement(NAME custodian, xmlattributes('CST' AS "typeCode"),
			xmlelement(NAME "assignedCustodian", xmlattributes('ASSIGNED' AS "classCode"),
				xmlelement(NAME "representedCustodianOrganization", xmlattributes('ORG' AS "classCode", 'INSTANCE' AS "determinerCode"),
					care.sor_element(keeper.sor), xmlelement(NAME name, care.xml_words(keeper.name))))),
		(SELECT xmlelement(NAME "documentationOf", xmlattributes('DOC' AS "typeCode"),
				xmlelement(NAME "serviceEvent", xmlattributes('MPROT' AS "classCode", 'EVN' AS "moodCode"),
					xmlelement(NAME "effectiveTime",
						xmlelement(NAME low, xmlattributes(care.hl7_written(min(p."time")) AS value)),
						xmlelement(NAME high, xmlattributes(care.hl7_written(max(p."time")) AS value)))))
			FROM jsonb_to_recordset(points) AS p ("time" timestamptz) HAVING count(*) > 0),
		(SELECT xmlagg(xmlelement(NAME "documentationOf", xmlattributes('DOC' AS "typeCode"),
				xmlelement(NAME "serviceEvent", xmlattributes('MPROT' AS "classCode", 'EVN' AS "moodCode"),
					xmlelement(NAME code, xmlattributes(p.code AS code, p.system AS "codeSystem", p.display AS "displayName")))) ORDER BY p.code)
			FROM (SELECT DISTINCT u.code, u.system, u.display FROM jsonb_to_recordset(points) AS u (code text, system text, display text)) AS p),
		xmlelement(NAME component, xmlattributes('COMP' AS "typeCode", 'true' AS "contextConductionInd"),
			xmlelement(NAME "structuredBody", xmlattributes('DOCBODY' AS "classCode", 'EVN' AS "moodCode"),
				care.phmr_section(points, true), care.phmr_section(points, false))));
	RETURN '<?xml version="1.0" encoding="UTF-8"?>' || E'\n' || doc::text;
END
$$;
COMMENT ON FUNCTION care.export_phmr(bigint, tstzrange, text[], bigint, bigint) IS
'What a citizen measured in a period, all measures or these (names or codes), as a PHMR document: an organizer for each instant, codes as translations, in the measures'' units. author and custodian are organizations; by default the region, or the author. Each call is a document of its own. For those to whom the record is open in part "measurements", and the owner. Errors: 42501 it is not; 23503 unknown citizen, 22023 no CPR number, or no code of the measure that a document can carry, 42704 unknown measure.';
