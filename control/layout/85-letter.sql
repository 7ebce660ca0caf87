-- Letters in MedCom's older XML (OIOXML). Versions differ in what is inside, and agree
-- in what is around it: type, sender, receiver, citizen, episode, time, identifiers.
-- That is read here, whatever the version; the letter is kept whole and its receiver
-- gets it to read. Types that are states do what their functions do.

-- A clock on the wall, without an offset.
CREATE OR REPLACE FUNCTION care.letter_time(day text, clock text)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (smartcare.fhir_instant(pg_catalog.concat_ws('T', pg_catalog.btrim(day), pg_catalog.btrim(clock)) || 'Z') AT TIME ZONE 'UTC')
	AT TIME ZONE care.setting('zone');
COMMENT ON FUNCTION care.letter_time(text, text) IS
'Internal: the instant of a date and a time of day in a letter, by the setting "zone"; null for what is none.';

CREATE OR REPLACE FUNCTION care.letter_kind(version text, type_code text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN version ~ '^X[DHRC]\d\d' THEN
		CASE pg_catalog.substr(version, 2, 1) WHEN 'D' THEN 'XDIS' WHEN 'H' THEN 'XREF' WHEN 'R' THEN 'XRPT' ELSE 'XCTL' END
		|| pg_catalog.substr(version, 3, 2)
	ELSE pg_catalog.substring(pg_catalog.upper(coalesce(version, '') || ' ' || coalesce(type_code, '')), 'GGOP[1-9]|X(?:DIS|REF|RPT|CTL)\d\d')
END;
COMMENT ON FUNCTION care.letter_kind(text, text) IS
'Internal: the type of a letter, XDIS19 ..., by its version, XD1934C, or else by its type code; null if neither tells.';

-- An organization of a letter, as a FHIR Organization.
CREATE OR REPLACE FUNCTION care.letter_party(gln text, sor text, name text)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.jsonb_build_object('resourceType', 'Organization', 'name', nullif(pg_catalog.btrim(name), ''),
	'identifier', pg_catalog.jsonb_build_array(
		pg_catalog.jsonb_build_object('system', 'https://www.gs1.org/gln', 'value', pg_catalog.btrim(gln)),
		pg_catalog.jsonb_build_object('system', 'urn:oid:1.2.208.176.1.1', 'value', pg_catalog.btrim(sor))));
COMMENT ON FUNCTION care.letter_party(text, text, text) IS 'Internal: the sender or receiver of a letter as an Organization of FHIR.';

CREATE OR REPLACE FUNCTION care.read_letter(r care.received, message text)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	told jsonb;
	type_told care.letter_type;
BEGIN
	r.standard := 'oioxml';
	BEGIN
		told := smartcare.oioxml_header(ltrim(message, E'\ufeff \t\r\n'));
	EXCEPTION WHEN invalid_xml_document THEN
		r.issues := r.issues || ('unreadable', (care.read_xml(message)).reason, NULL)::care.message_issue;
		RETURN r;
	END;
	r.kind := care.letter_kind(told ->> 'version', told ->> 'type');
	SELECT * INTO type_told FROM care.letter_type t WHERE t.type = r.kind;
	IF NOT FOUND THEN
		r.issues := r.issues || ('letter-type', left(concat_ws(', ', told ->> 'version', told ->> 'type'), 100), 'Letter/VersionCode')::care.message_issue;
	END IF;
	r.sender_resource := care.letter_party(told ->> 'sender_gln',
		CASE WHEN told ->> 'sender_id_type' = 'sor' THEN told ->> 'sender_id' END, told ->> 'sender_name');
	r.receiver_resource := care.letter_party(told ->> 'receiver_gln',
		CASE WHEN told ->> 'receiver_id_type' = 'sor' THEN told ->> 'receiver_id' END, told ->> 'receiver_name');
	IF told ? 'cpr' OR told ? 'replacement' THEN
		r.patient := jsonb_build_object('resourceType', 'Patient',
			'identifier', jsonb_build_array(
				jsonb_build_object('system', 'urn:oid:1.2.208.176.1.2', 'value', btrim(told ->> 'cpr')),
				jsonb_build_object('system', 'urn:oid:1.2.208.176.1.6.1.1', 'value', btrim(told ->> 'replacement'))),
			'name', jsonb_build_array(jsonb_build_object('given', jsonb_build_array(nullif(told ->> 'given', '')), 'family', nullif(told ->> 'family', ''))));
	END IF;
	r.event_time := coalesce(care.letter_time(told ->> 'written_date', told ->> 'written_time'), care.letter_time(told ->> 'sent_date', told ->> 'sent_time'));
	r.episodes := array_remove(ARRAY[lower(replace(nullif(btrim(told ->> 'episode'), ''), '-', ''))], NULL);
	-- Numbers of letters and envelopes are their sender's own.
	IF smartcare.resource_identifier(r.sender_resource, 'https://www.gs1.org/gln') IS NOT NULL THEN
		r.letter := btrim(told ->> 'sender_gln') || '/' || nullif(left(btrim(told ->> 'letter'), 200), '');
		r.envelope := btrim(told ->> 'sender_gln') || '/' || nullif(left(btrim(told ->> 'envelope'), 200), '');
	END IF;
	IF r.letter IS NULL THEN
		r.issues := r.issues || ('letter-id', left(concat_ws(', ', told ->> 'sender_gln', told ->> 'letter'), 100), 'Letter/Identifier')::care.message_issue;
	END IF;
	r.bundle := jsonb_build_object('letter', jsonb_build_object('type', to_jsonb(type_told),
		'reason', nullif(left(told ->> 'reason', 500), ''), 'text', message));
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.read_letter(care.received, text) IS
'Internal: a letter in OIOXML as care.received: what stands around its contents, which are not read but for why a citizen is referred.';

-- What came in another envelope, or written in another way, is the same letter.
CREATE OR REPLACE FUNCTION care.letter_content(message text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	doc CONSTANT xml := (care.read_xml(message)).doc;
BEGIN
	RETURN (
		SELECT md5(string_agg(p.part::text, '' ORDER BY p.place))
		FROM unnest(xpath('/*/*[local-name() != "Envelope"]', doc)) WITH ORDINALITY AS p (part, place));
EXCEPTION WHEN invalid_xml_document THEN
	-- It has a prefix without a namespace.
	RETURN md5(message);
END
$$;
COMMENT ON FUNCTION care.letter_content(text) IS 'Internal: what stays the same when a letter in OIOXML is sent again: all but its envelope.';

CREATE OR REPLACE FUNCTION care.check_letter(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF r.event_time IS NULL THEN
		r.issues := r.issues || ('letter-time', NULL, 'Letter/Authorisation')::care.message_issue;
	END IF;
	IF smartcare.resource_identifier(r.receiver_resource, 'https://www.gs1.org/gln') IS NULL THEN
		r.issues := r.issues || ('letter-receiver', left(r.receiver_resource #>> '{identifier,0,value}', 100), 'Receiver/EANIdentifier')::care.message_issue;
	END IF;
	IF r.kind NOT LIKE 'XCTL%' AND care.person_number(r.patient) IS NULL THEN
		r.issues := r.issues || ('letter-citizen', left(r.patient ->> 'identifier', 200), 'Patient')::care.message_issue;
	ELSIF r.kind LIKE 'XCTL%' THEN
		r.patient := NULL;
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.check_letter(care.received) IS 'Internal: what a letter in OIOXML has to have around it.';

-- The stay that a sender means: of the episode it names, else the only one it has.
CREATE OR REPLACE FUNCTION care.letter_stay(r care.received)
RETURNS care.encounter
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stays CONSTANT care.encounter[] := ARRAY(
		SELECT e FROM care.encounter e
		WHERE e.citizen = r.citizen AND e.class IN ('IMP', 'EMER') AND e.status IN ('in-progress', 'onleave')
			AND (care.acts_for(e.organization, r.sender) OR care.acts_for(r.sender, e.organization)));
	named CONSTANT care.encounter[] := ARRAY(
		SELECT s FROM unnest(stays) AS s
		WHERE EXISTS (
			SELECT FROM care.letter l
			WHERE l.citizen = r.citizen AND l.entity = 'encounter' AND l.entry = s.id AND l.episodes && r.episodes));
BEGIN
	RETURN CASE WHEN cardinality(named) = 1 THEN named[1] WHEN cardinality(stays) = 1 THEN stays[1] END;
END
$$;
COMMENT ON FUNCTION care.letter_stay(care.received) IS
'Internal: the open stay of a letter''s citizen with its sender; null where it is not clear which.';

CREATE OR REPLACE FUNCTION care.apply_receipt(r care.received)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	doc CONSTANT xml := (care.read_xml(r.bundle #>> '{letter,text}')).doc;
	answered CONSTANT jsonb := (
		SELECT jsonb_agg(DISTINCT left(btrim(a.id::text), 200))
		FROM unnest(xpath('/descendant::*[contains(local-name(), "Identifier")][position() <= 100]/text()', doc)) AS a (id));
	sent care.letter;
BEGIN
	SELECT l.* INTO sent
	FROM jsonb_array_elements_text(coalesce(answered, '[]')) AS a (id)
	JOIN care.letter l ON l.letter = a.id AND l.direction = 'out' AND l.receiver = r.sender
	LIMIT 1;
	IF NOT FOUND THEN
		r.issues := r.issues || ('unknown-letter', answered::text, NULL)::care.message_issue;
		RETURN r;
	END IF;
	PERFORM care.settle_sent(sent.letter, CASE r.kind WHEN 'XCTL03' THEN 'ok' ELSE 'fatal-error' END, r.kind, r.received_at);
	r.citizen := sent.citizen;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.apply_receipt(care.received) IS
'Internal: settles the letter of ours that a receipt names by its identifier.';

CREATE OR REPLACE FUNCTION care.apply_letter(r care.received)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	type_told CONSTANT jsonb := r.bundle #> '{letter,type}';
	stay care.encounter;
BEGIN
	IF r.kind LIKE 'XCTL%' THEN
		RETURN care.apply_receipt(r);
	END IF;
	INSERT INTO care.document_reference (citizen, status, kind, title, set_key, version, author, receiver, source, issued, digest)
	VALUES (r.citizen, 'current', r.kind, type_told ->> 'name', r.letter, 1, r.sender, r.receiver, r.letter, r.event_time, md5(r.bundle #>> '{letter,text}'))
	RETURNING id INTO r.entry;
	r.entity := 'document_reference';
	IF type_told ->> 'category' IS NOT NULL THEN
		PERFORM care.refer(r.citizen, r.sender, r.receiver, type_told ->> 'category', coalesce(r.bundle #>> '{letter,reason}', type_told ->> 'name'),
			r.letter, r.event_time);
	ELSIF r.kind = 'XDIS19' THEN
		stay := care.letter_stay(r);
		IF stay.id IS NULL THEN
			r.issues := r.issues || ('letter-stay', NULL, NULL)::care.message_issue;
		ELSE
			PERFORM care.mark_ready_for_discharge(r.citizen, stay.id, stay.organization, r.letter, r.event_time);
		END IF;
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.apply_letter(care.received) IS
'Internal: puts a letter before its receiver, and does what its type stands for: a referral (care.refer()), ready for discharge (care.mark_ready_for_discharge()), a receipt.';

CREATE OR REPLACE FUNCTION care.receipt(r care.received)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
	'receipt', CASE r.answer WHEN 'ok' THEN 'XCTL03' ELSE 'XCTL02' END, 'letter', r.letter, 'envelope', r.envelope,
	'from', smartcare.resource_identifier(r.receiver_resource, 'https://www.gs1.org/gln'),
	'to', smartcare.resource_identifier(r.sender_resource, 'https://www.gs1.org/gln'),
	'code', r.answer, 'issue', CASE WHEN pg_catalog.cardinality(r.issues) > 0 THEN care.issue_resource(r.issues) END));
COMMENT ON FUNCTION care.receipt(care.received) IS
'Internal: what the receipt for a letter in OIOXML has to say: its type (XCTL03 positive, XCTL02 negative), which letter and envelope, from and to which location numbers, and the issues. Whoever speaks to the network writes it.';
