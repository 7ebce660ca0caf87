-- Clinical documents (HL7 CDA) on their way in: what is XML, what kind of document,
-- about whom, which version. What the kinds say is read in the parts that follow.

CREATE OR REPLACE FUNCTION care.hl7_key(root text, extension text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN coalesce(root, '') = '' OR pg_catalog.octet_length(root || coalesce(extension, '')) > 500 THEN NULL
	WHEN root ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN 'urn:uuid:' || pg_catalog.lower(root)
	ELSE 'urn:oid:' || root
END || coalesce('#' || pg_catalog.lower(nullif(extension, '')), '');
COMMENT ON FUNCTION care.hl7_key(text, text) IS
'Internal: the key of what has an HL7 instance identifier; null where there is none, or one of over 500 bytes.';

CREATE OR REPLACE FUNCTION care.hl7_system(oid text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE oid
	WHEN '2.16.840.1.113883.6.1' THEN 'http://loinc.org'
	WHEN '2.16.840.1.113883.6.96' THEN 'http://snomed.info/sct'
	-- What the first Danish documents had.
	WHEN '2.16.840.1.113883.3.4208.100.1' THEN 'urn:oid:1.2.208.176.2.1'
	ELSE 'urn:oid:' || oid
END;
COMMENT ON FUNCTION care.hl7_system(text) IS
'Internal: the system of codes that an OID in a document stands for, as FHIR names it.';

CREATE OR REPLACE FUNCTION care.hl7_time(value text)
RETURNS timestamptz
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part CONSTANT text[] := regexp_match(value, '^(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\.\d{1,9})?([+-]\d{4})?$');
	clock CONSTANT text := concat(part[1], '-', coalesce(part[2], '01'), '-', coalesce(part[3], '01'), 'T',
		coalesce(part[4], '00'), ':', coalesce(part[5], '00'), ':', coalesce(part[6], '00'), CASE WHEN part[6] IS NOT NULL THEN part[7] END);
BEGIN
	IF part IS NULL OR part[7] IS NOT NULL AND part[6] IS NULL THEN
		RETURN NULL;
	ELSIF part[8] IS NULL THEN
		RETURN (smartcare.fhir_instant(clock || 'Z') AT TIME ZONE 'UTC') AT TIME ZONE care.setting('zone');
	END IF;
	RETURN smartcare.fhir_instant(clock || overlay(part[8] PLACING ':' FROM 4 FOR 0));
END
$$;
COMMENT ON FUNCTION care.hl7_time(text) IS
'Internal: the instant that an HL7 time, YYYYMMDDhhmmss.ffffff+ZZZZ, stands for: of a shorter one the first, and without offset by the setting "zone"; null for what is none.';

CREATE OR REPLACE FUNCTION care.read_xml(content text, OUT doc xml, OUT code text, OUT reason text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	hazard CONSTANT text := smartcare.xml_hazard(content);
BEGIN
	IF hazard = 'declaration' THEN
		code := 'declaration';
		reason := 'it has a document type or entities of its own, which are not read';
		RETURN;
	ELSIF hazard IS NOT NULL THEN
		code := 'not-xml';
		reason := 'it is not well-formed XML: ' || CASE hazard WHEN 'comment' THEN 'a comment has two hyphens in it, or no end'
			WHEN 'tag' THEN 'a tag has no end' WHEN 'attributes' THEN 'a tag has too many attributes' ELSE 'it has too many tags, attributes and references' END;
		RETURN;
	END IF;
	-- ltrim() takes all of a text apart, however little it takes away.
	doc := xmlparse(DOCUMENT CASE WHEN left(content, 1) = '<' THEN content ELSE ltrim(content, E'\ufeff \t\r\n') END);
EXCEPTION
	WHEN feature_not_supported THEN
		RAISE EXCEPTION 'this server was built without XML, which documents need'
			USING ERRCODE = 'feature_not_supported',
			HINT = 'Use a server built --with-libxml, as packaged ones are.';
	WHEN invalid_xml_document OR invalid_xml_content OR data_exception THEN
		code := 'not-xml';
		GET STACKED DIAGNOSTICS reason = PG_EXCEPTION_DETAIL;
		reason := 'it is not well-formed XML: ' || left(coalesce(nullif(split_part(reason, E'\n', 1), ''), SQLERRM), 200);
END
$$;
COMMENT ON FUNCTION care.read_xml(text) IS
'Internal: text as XML, or why it is none that is read, with a code. Errors: 0A000 the server has no XML.';

CREATE OR REPLACE FUNCTION care.document_xml(content text, OUT doc xml, OUT code text, OUT reason text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF octet_length(content) > care.setting('document_size')::bigint THEN
		code := 'too-large';
		reason := format('it has %s bytes, and at most %s are read', octet_length(content), care.setting('document_size'));
		RETURN;
	END IF;
	SELECT * INTO doc, code, reason FROM care.read_xml(content);
END
$$;
COMMENT ON FUNCTION care.document_xml(text) IS
'Internal: a document as XML, or why it is none that is read, with a code. Errors: 0A000 the server has no XML.';

CREATE OR REPLACE FUNCTION care.document_header(doc xml)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT jsonb_strip_nulls(jsonb_build_object(
			'root', CASE WHEN t.element <> 'ClinicalDocument' OR t.namespace <> 'urn:hl7-org:v3' THEN format('"%s" of namespace "%s"', left(t.element, 50), left(t.namespace, 100)) END,
			'kind', CASE t.code WHEN '53576-5' THEN 'PHMR' WHEN '74465-6' THEN 'QRD' WHEN '39289-4' THEN 'APD' WHEN '81215-6' THEN 'CPD' END,
			'code', left(t.code, 50), 'title', left(nullif(btrim(t.title), ''), 200),
			'document', care.hl7_key(t.root, t.extension), 'time', care.hl7_time(t.time), 'written', t.time,
			'set', coalesce(care.hl7_key(t.set_root, t.set_extension), care.hl7_key(t.root, t.extension)), 'version', CASE WHEN t.version ~ '^\d{1,9}$' THEN to_jsonb(t.version::integer) ELSE to_jsonb(t.version) END,
			'replaces', (
				SELECT jsonb_agg(DISTINCT k.key)
				FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h),
					'/h:ClinicalDocument/h:relatedDocument[@typeCode="RPLC"]/h:parentDocument/h:id
						| /h:ClinicalDocument/h:relatedDocument[@typeCode="RPLC"]/h:parentDocument/h:setId' PASSING doc
					COLUMNS root text PATH '@root', extension text PATH '@extension') AS p
				CROSS JOIN LATERAL (SELECT care.hl7_key(p.root, p.extension) AS key) AS k
				WHERE k.key NOT IN (care.hl7_key(t.root, t.extension), coalesce(care.hl7_key(t.set_root, t.set_extension), ''))),
			'citizens', t.citizens, 'cpr', t.cpr, 'replacement', t.replacement,
			'name', nullif(t.name, ''), 'birth_date', CASE WHEN t.birth ~ '^\d{8}' THEN left(t.birth, 8) END,
			'gender', CASE t.gender WHEN 'F' THEN 'female' WHEN 'M' THEN 'male' END,
			'author', t.author, 'author_name', nullif(btrim(t.author_name), ''),
			'custodian', t.custodian, 'custodian_name', nullif(btrim(t.custodian_name), ''),
			'receiver', t.receiver, 'receiver_name', nullif(btrim(t.receiver_name), ''),
			'start_time', care.hl7_time(t.low), 'end_time', care.hl7_time(t.high)))
		FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h), '/*' PASSING doc COLUMNS
			element text PATH 'local-name(.)', namespace text PATH 'namespace-uri(.)',
			code text PATH 'h:code[1]/@code',
			title text PATH 'h:title[1]',
			root text PATH 'h:id[1]/@root',
			extension text PATH 'h:id[1]/@extension',
			time text PATH 'h:effectiveTime[1]/@value',
			set_root text PATH 'h:setId[1]/@root',
			set_extension text PATH 'h:setId[1]/@extension',
			version text PATH 'h:versionNumber[1]/@value',
			citizens integer PATH 'count(h:recordTarget)',
			cpr text PATH '(h:recordTarget/h:patientRole/h:id[@root="1.2.208.176.1.2"])[1]/@extension',
			replacement text PATH '(h:recordTarget/h:patientRole/h:id[@root="1.2.208.176.1.6.1.1"])[1]/@extension',
			name text PATH 'normalize-space(concat(h:recordTarget[1]/h:patientRole/h:patient/h:name[1]/h:given[1], " ",
				h:recordTarget[1]/h:patientRole/h:patient/h:name[1]/h:given[2], " ", h:recordTarget[1]/h:patientRole/h:patient/h:name[1]/h:given[3], " ",
				h:recordTarget[1]/h:patientRole/h:patient/h:name[1]/h:family[1]))',
			birth text PATH 'h:recordTarget[1]/h:patientRole[1]/h:patient[1]/h:birthTime[1]/@value',
			gender text PATH 'h:recordTarget[1]/h:patientRole[1]/h:patient[1]/h:administrativeGenderCode[1]/@code',
			-- SOR ids stand with the organization or, in most documents, with the author.
			author text PATH '(h:author[1]/h:assignedAuthor/h:representedOrganization/h:id[@root="1.2.208.176.1.1" or @root="1.2.208.176.1"]/@extension
				| h:author[1]/h:assignedAuthor/h:id[@root="1.2.208.176.1.1" or @root="1.2.208.176.1"]/@extension)[last()]',
			author_name text PATH 'h:author[1]/h:assignedAuthor[1]/h:representedOrganization[1]/h:name[1]',
			custodian text PATH '(h:custodian[1]//h:representedCustodianOrganization/h:id[@root="1.2.208.176.1.1" or @root="1.2.208.176.1"])[1]/@extension',
			custodian_name text PATH '(h:custodian[1]//h:representedCustodianOrganization/h:name)[1]',
			receiver text PATH '(h:informationRecipient[1]/h:intendedRecipient/h:receivedOrganization/h:id[@root="1.2.208.176.1.1" or @root="1.2.208.176.1"]/@extension
				| h:informationRecipient[1]/h:intendedRecipient/h:id[@root="1.2.208.176.1.1" or @root="1.2.208.176.1"]/@extension)[last()]',
			receiver_name text PATH '(h:informationRecipient[1]/h:intendedRecipient/h:receivedOrganization/h:name)[1]',
			low text PATH '(h:documentationOf/h:serviceEvent/h:effectiveTime/h:low)[1]/@value',
			high text PATH '(h:documentationOf/h:serviceEvent/h:effectiveTime/h:high)[1]/@value') AS t);
END
$$;
COMMENT ON FUNCTION care.document_header(xml) IS
'Internal: what the header of a CDA document says: kind, identity, set and version, what it replaces, whom it is about, who wrote and who is to read it.';

-- What a document must have to be filed.
CREATE OR REPLACE FUNCTION care.header_fault(header jsonb, OUT code text, OUT reason text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF header ? 'root' THEN
		code := 'not-cda';
		reason := format('it is %s, and a document is "ClinicalDocument" of "urn:hl7-org:v3"', header ->> 'root');
	ELSIF NOT header ? 'kind' THEN
		code := 'unknown-type';
		reason := format('documents of type "%s" are not read; PHMR, QRD, APD and CPD are', coalesce(header ->> 'code', 'null'));
	ELSIF NOT header ?& '{document,set}' THEN
		code := 'no-id';
		reason := 'it has no id';
	ELSIF NOT header ? 'time' THEN
		code := 'no-time';
		reason := format('its effectiveTime "%s" is no time', left(coalesce(header ->> 'written', 'null'), 50));
	ELSIF jsonb_typeof(header -> 'version') <> 'number' THEN
		code := 'bad-version';
		reason := format('its versionNumber "%s" is no number', left(header ->> 'version', 50));
	ELSIF header -> 'citizens' <> '1' THEN
		code := 'no-citizen';
		reason := format('it is about %s persons, and must be about one', header ->> 'citizens');
	ELSIF NOT header ?| '{cpr,replacement}' THEN
		code := 'no-identifier';
		reason := 'it has neither a CPR number nor a national replacement number';
	ELSIF care.header_identifier(header) ->> 'value' IS NULL THEN
		code := 'bad-identifier';
		reason := format('"%s" is no CPR number', left(coalesce(header ->> 'cpr', header ->> 'replacement'), 50));
	END IF;
END
$$;
COMMENT ON FUNCTION care.header_fault(jsonb) IS
'Internal: why a document cannot be filed, with a code; null if it can.';

CREATE OR REPLACE FUNCTION care.header_identifier(header jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.jsonb_build_object('system', s.system, 'value',
		smartcare.identifier_normalize(s.system, coalesce(header ->> 'cpr', header ->> 'replacement')))
	FROM (SELECT 'urn:oid:' || CASE WHEN header ? 'cpr' THEN '1.2.208.176.1.2' ELSE '1.2.208.176.1.6.1.1' END AS system OFFSET 0) AS s;
END;
COMMENT ON FUNCTION care.header_identifier(jsonb) IS
'Internal: the identifier by which a document says whom it is about; its value is null where it is malformed.';

-- Whom it is about, or why a person has to tell.
CREATE OR REPLACE FUNCTION care.document_citizen(header jsonb, OUT citizen bigint, OUT reason text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	identifier CONSTANT jsonb := care.header_identifier(header);
	known record;
BEGIN
	IF care.number_kind(identifier ->> 'system', identifier ->> 'value') = 'day+60' THEN
		reason := format('%s is a local replacement number, which several may have', identifier ->> 'value');
		RETURN;
	END IF;
	SELECT c.citizen, c.name INTO known
	FROM care.identifier_owner o
	JOIN care.citizen c ON c.citizen = care.current_citizen(o.citizen)
	WHERE o.system = identifier ->> 'system' AND o.value = identifier ->> 'value';
	IF care.names_differ(header ->> 'name', known.name) THEN
		reason := format('the name "%s" contradicts that of citizen %s, "%s"', left(header ->> 'name', 200), known.citizen, known.name);
		RETURN;
	END IF;
	BEGIN
		citizen := care.register_citizen(ARRAY[identifier ->> 'system'], ARRAY[identifier ->> 'value'],
			header ->> 'name', to_date(header ->> 'birth_date', 'YYYYMMDD'), header ->> 'gender');
	EXCEPTION
		WHEN integrity_constraint_violation THEN
			-- The name stands for all of its class.
			IF SQLSTATE NOT IN ('23000', '23505') THEN
				RAISE;
			END IF;
			reason := SQLERRM;
		WHEN datetime_field_overflow THEN
			reason := format('the birth date "%s" is no date', header ->> 'birth_date');
	END;
	IF citizen IS NOT NULL THEN
		SELECT format('document %s of its set is about citizen %s', r.source, care.current_citizen(r.citizen)) INTO reason
		FROM care.document_reference r
		WHERE care.current_citizen(r.citizen) <> document_citizen.citizen AND r.status <> 'entered-in-error'
			AND (r.set_key IN (SELECT k.key FROM care.header_sets(header) AS k (key))
				OR r.source IN (SELECT k.key FROM care.header_sets(header) AS k (key)))
		LIMIT 1;
	END IF;
END
$$;
COMMENT ON FUNCTION care.document_citizen(jsonb) IS
'Internal: the citizen whom a document is about, registered if need be; or why only a person can tell.';

CREATE OR REPLACE FUNCTION care.header_sets(header jsonb)
RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT header ->> 'set'
	UNION ALL
	SELECT r.key FROM pg_catalog.jsonb_array_elements_text(coalesce(header -> 'replaces', '[]')) AS r (key);
END;
COMMENT ON FUNCTION care.header_sets(jsonb) IS
'Internal: the set that a document belongs to, and the sets and documents that it replaces.';

CREATE OR REPLACE FUNCTION care.add_document_organizations(organizations jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	named record;
	entry care.import_entry;
BEGIN
	FOR named IN
		SELECT s.sor, min(s.name COLLATE "C") AS name, k.id, k.source, k.name AS known_name
		FROM (
			SELECT smartcare.identifier_normalize('urn:oid:1.2.208.176.1.1', g.sor) AS sor, left(g.name, 200) AS name
			FROM jsonb_to_recordset(organizations) AS g (sor text, name text)
		) AS s
		LEFT JOIN care.organization k ON k.sor = s.sor
		WHERE s.sor IS NOT NULL
		GROUP BY s.sor, k.id ORDER BY s.sor
	LOOP
		entry := ROW('Organization', care.fhir_identifier('Organization', jsonb_build_object('system', 'urn:oid:1.2.208.176.1.1', 'value', named.sor)),
			NULL, NULL, 0, '-infinity', '', jsonb_build_object('name', coalesce(named.name, 'SOR ' || named.sor), 'identifier',
				jsonb_build_array(jsonb_build_object('system', 'urn:oid:1.2.208.176.1.1', 'value', named.sor))), NULL)::care.import_entry;
		IF named.id IS NULL THEN
			PERFORM care.reserve_keys(ARRAY['Organization'], ARRAY[entry.key]);
			PERFORM care.import_organizations(ARRAY[entry]);
		ELSIF named.source = entry.key AND (named.known_name = 'SOR ' || named.sor OR named.name COLLATE "C" < named.known_name) THEN
			-- What it is called must not depend on which document came first; what others told of it stays.
			UPDATE care.organization o SET name = coalesce(named.name, o.name) WHERE o.id = named.id;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.add_document_organizations(jsonb) IS
'Internal: registers organizations that a document names by SOR id; of which sector they are a person says.';

CREATE OR REPLACE FUNCTION care.sor_organization(sor text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT o.id FROM care.organization o WHERE o.sor = smartcare.identifier_normalize('urn:oid:1.2.208.176.1.1', sor_organization.sor));
END
$$;
COMMENT ON FUNCTION care.sor_organization(text) IS
'Internal: the organization with a SOR id; null if it is not known.';

-- Which of the versions and replacements counts: a function of the set of documents.
-- Of two that replace each other the later one does.
CREATE OR REPLACE FUNCTION care.document_replaces(one care.document_reference, other care.document_reference)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN one.replaces && ARRAY[other.set_key, other.source] AND one.set_key <> other.set_key
	AND NOT (other.replaces && ARRAY[one.set_key, one.source] AND (other.issued, other.digest) > (one.issued, one.digest));
COMMENT ON FUNCTION care.document_replaces(care.document_reference, care.document_reference) IS
'Internal: whether a document takes the place of one of another set.';

CREATE OR REPLACE FUNCTION care.settle_documents(citizen bigint, sets text[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH replaced AS (
		SELECT r.id, r.source
		FROM care.document_reference r
		WHERE r.citizen = settle_documents.citizen AND r.status = 'current' AND (r.set_key = ANY (sets) OR r.source = ANY (sets))
			AND EXISTS (
				SELECT FROM care.document_reference o
				WHERE o.citizen = r.citizen AND o.status <> 'entered-in-error' AND o.id <> r.id
					AND (o.set_key = r.set_key AND (o.version, o.issued, o.digest) > (r.version, r.issued, r.digest)
						OR care.document_replaces(o, r)))
	), event AS (
		-- Nobody may take such a step, and nobody annul one.
		INSERT INTO care.workflow_event (citizen, entity, entry, step, from_status, to_status, event_time, request_id)
		SELECT settle_documents.citizen, 'document_reference', r.id, 'supersede_document', 'current', 'superseded', now(), 'superseded ' || r.source
		FROM replaced r
	)
	UPDATE care.document_reference d SET status = 'superseded'
	FROM replaced r WHERE d.citizen = settle_documents.citizen AND d.id = r.id;
END
$$;
COMMENT ON FUNCTION care.settle_documents(bigint, text[]) IS
'Internal: marks those of a citizen''s documents superseded that a later version or a replacement has taken the place of.';

CREATE OR REPLACE FUNCTION care.file_document(
	received bigint, digest text, doc xml, header jsonb, citizen bigint)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this CONSTANT bigint := care.lock_citizen(file_document.citizen);
	sets CONSTANT text[] := ARRAY(SELECT s.key FROM care.header_sets(header) AS s (key));
	filed care.document_reference;
	known boolean;
	other boolean;
	said jsonb := jsonb '{}';
BEGIN
	SELECT count(*) > 0, coalesce(bool_or(r.set_key = header ->> 'set' AND r.version = coalesce((header ->> 'version')::bigint, 1)), false)
	INTO known, other
	FROM care.document_reference r
	WHERE r.citizen = this AND r.status <> 'entered-in-error' AND (r.set_key = ANY (sets) OR r.source = ANY (sets)
		OR r.replaces && ARRAY[header ->> 'set', header ->> 'document']);

	INSERT INTO care.document_reference (citizen, status, kind, title, set_key, version, replaces, author, custodian, receiver,
		start_time, end_time, document, source, issued, digest)
	VALUES (this, 'current', header ->> 'kind', coalesce(header ->> 'title', header ->> 'kind'), header ->> 'set',
		coalesce((header ->> 'version')::bigint, 1), sets[2:], care.sor_organization(header ->> 'author'),
		care.sor_organization(header ->> 'custodian'), care.sor_organization(header ->> 'receiver'),
		(header ->> 'start_time')::timestamptz, (header ->> 'end_time')::timestamptz,
		received, header ->> 'document', (header ->> 'time')::timestamptz, file_document.digest)
	RETURNING * INTO filed;
	PERFORM care.settle_documents(this, sets || filed.source);
	SELECT * INTO filed FROM care.document_reference r WHERE r.citizen = this AND r.id = filed.id;

	IF filed.kind IN ('PHMR', 'CPD') THEN
		said := care.file_points(doc, filed);
	END IF;
	said := said || CASE filed.kind
		WHEN 'CPD' THEN care.file_plan(doc, filed)
		WHEN 'APD' THEN care.file_appointment(doc, filed)
		WHEN 'QRD' THEN jsonb_build_object('answers', (SELECT count(*) FROM care.read_answers(doc)))
		ELSE '{}' END;
	PERFORM care.withdraw_replaced(this, filed.id);

	RETURN said || jsonb_build_object('citizen', this, 'entry', filed.id,
		'status', CASE WHEN filed.status = 'superseded' THEN 'older' WHEN known THEN 'replaced' ELSE 'created' END,
		'warnings', (
			SELECT coalesce(jsonb_agg(w.warning), '[]')
			FROM (
				SELECT format('the SOR id of its %s, "%s", is malformed', p.party, left(header ->> p.party, 50)) AS warning
				FROM unnest('{author,custodian,receiver}'::text[]) AS p (party)
				WHERE header ? p.party AND smartcare.identifier_normalize('urn:oid:1.2.208.176.1.1', header ->> p.party) IS NULL
				UNION ALL
				SELECT 'this version of the set has come before with other content; of the two the one issued later counts' WHERE other
			) AS w));
END
$$;
COMMENT ON FUNCTION care.file_document(bigint, text, xml, jsonb, bigint) IS
'Internal: makes a document part of a citizen''s record, and reports what it said.';
