-- Small CDA documents for tests: what a header and the entries need, and nothing else.

-- The parts that a document may have; those not given are left out or have a default.
CREATE FUNCTION pg_temp.cda(id text, body text DEFAULT '', version integer DEFAULT NULL, set_id text DEFAULT NULL, replaces text DEFAULT NULL,
	"time" text DEFAULT '20260301120000+0100', cpr text DEFAULT '2512489996', name text DEFAULT '<given>Nancy</given><family>Berggren</family>',
	birth text DEFAULT '19481225', code text DEFAULT '53576-5', receiver text DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
SELECT concat('<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
	'<id root="1.2.208.184" extension="' || id || '"/><code code="' || code || '" codeSystem="2.16.840.1.113883.6.1"/><title>Dokument ' || id || '</title>',
	'<effectiveTime value="' || time || '"/>', '<setId root="1.2.208.184" extension="' || set_id || '"/>', '<versionNumber value="' || version || '"/>',
	'<recordTarget><patientRole><id root="1.2.208.176.1.2" extension="' || cpr || '"/><patient><name>' || name || '</name><birthTime value="' || birth || '"/></patient></patientRole></recordTarget>',
	'<author><assignedAuthor><id root="1.2.208.176.1.1" extension="241301000016007"/><representedOrganization><name>Svendborg Sygehus</name></representedOrganization></assignedAuthor></author>',
	'<informationRecipient><intendedRecipient><receivedOrganization><id root="1.2.208.176.1.1" extension="' || receiver || '"/><name>Lægerne</name></receivedOrganization></intendedRecipient></informationRecipient>',
	'<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.208.184" extension="' || replaces || '"/></parentDocument></relatedDocument>',
	'<component><structuredBody>', body, '</structuredBody></component></ClinicalDocument>')
$$;

CREATE FUNCTION pg_temp.section(code text, entries text) RETURNS text LANGUAGE sql AS $$
SELECT '<component><section><code code="' || code || '" codeSystem="2.16.840.1.113883.6.1"/>' || entries || '</section></component>'
$$;

-- One measurement in its organizer.
CREATE FUNCTION pg_temp.measured("time" text, code text, value text, status text DEFAULT 'completed', rest text DEFAULT '')
RETURNS text LANGUAGE sql AS $$
SELECT '<entry><organizer><statusCode code="' || status || '"/><effectiveTime value="' || time || '"/><component><observation classCode="OBS" moodCode="EVN">'
	|| code || '<statusCode code="' || status || '"/>' || value || rest || '</observation></component></organizer></entry>'
$$;

CREATE FUNCTION pg_temp.npu(code text) RETURNS text LANGUAGE sql AS $$
SELECT '<code nullFlavor="NI" codeSystem="2.16.840.1.113883.6.96"><translation code="' || code || '" codeSystem="1.2.208.176.2.1" displayName="' || code || '"/></code>'
$$;

CREATE FUNCTION pg_temp.pq(value text, unit text) RETURNS text LANGUAGE sql AS $$
SELECT '<value xsi:type="PQ" value="' || value || '" unit="' || unit || '"/>'
$$;

CREATE FUNCTION pg_temp.weight("time" text, value text, status text DEFAULT 'completed') RETURNS text LANGUAGE sql AS $$
SELECT pg_temp.measured(time, pg_temp.npu('NPU03804'), pg_temp.pq(value, 'kg'), status)
$$;

CREATE FUNCTION pg_temp.phmr(id text, entries text, version integer DEFAULT NULL, set_id text DEFAULT NULL, replaces text DEFAULT NULL,
	"time" text DEFAULT '20260301120000+0100') RETURNS text LANGUAGE sql AS $$
SELECT pg_temp.cda(id, pg_temp.section('30954-2', entries), version, set_id, replaces, time)
$$;

-- What documents leave in the record, whatever order they came in: nothing that counts the order is in it.
CREATE FUNCTION pg_temp.received(documents text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	found_record jsonb;
BEGIN
	BEGIN
		PERFORM care.receive_document(d.document) FROM unnest(documents) WITH ORDINALITY AS d (document, place) ORDER BY d.place;
		SELECT jsonb_build_object(
			'points', (SELECT jsonb_agg(jsonb_build_array(i.value, m.measure, m."time", m.value, m.comparator, m.note, m.source) ORDER BY i.value, m.measure, m."time")
				FROM care.measurement m JOIN care.citizen_identifier i USING (citizen)),
			'documents', (SELECT jsonb_agg(jsonb_build_array(i.value, r.source, r.digest, r.status, r.kind, r.version, a.sor, c.sor, e.sor) ORDER BY r.source, r.digest)
				FROM care.document_reference r JOIN care.citizen_identifier i USING (citizen)
				LEFT JOIN care.organization a ON a.id = r.author LEFT JOIN care.organization c ON c.id = r.custodian LEFT JOIN care.organization e ON e.id = r.receiver),
			'batches', (SELECT jsonb_agg(jsonb_build_array(i.value, b.source_key, b.version, b.issued, b.digest, b.stands, b.points::text, b.nullified, b.source)
					ORDER BY b.source_key, b.version, b.digest, b.points::text, b.source)
				FROM care.measurement_batch b JOIN care.citizen_identifier i USING (citizen)),
			'goals', (SELECT jsonb_agg(jsonb_build_array(g.source, g.description, g.lifecycle_status, g.start_date, g.issued) ORDER BY g.source) FROM care.goal g),
			'conditions', (SELECT jsonb_agg(jsonb_build_array(c.source, c.code, c.name, c.clinical_status, c.verification_status) ORDER BY c.source) FROM care.condition c),
			'plans', (SELECT jsonb_agg(jsonb_build_array(p.source, p.title, p.status, cardinality(p.goals), cardinality(p.addresses),
					(SELECT jsonb_agg(v.name ORDER BY v.ordinal) FROM care.care_plan_activity v WHERE v.citizen = p.citizen AND v.care_plan = p.id)) ORDER BY p.source) FROM care.care_plan p),
			'appointments', (SELECT jsonb_agg(jsonb_build_array(t.source, t.status, t.description, t.start_time, t.end_time, o.sor) ORDER BY t.source)
				FROM care.appointment t JOIN care.organization o ON o.id = t.organization),
			'kept', (SELECT count(*) FROM care.document)) INTO found_record;
		RAISE EXCEPTION 'undone' USING ERRCODE = 'UNDON';
	EXCEPTION WHEN SQLSTATE 'UNDON' THEN
		RETURN found_record;
	END;
END
$$;
