-- Reading a message, and what every MedCom FHIR message is held against. Nothing here
-- writes. Each function takes the message as it has been understood so far, and returns
-- it with what it has found out and the issues it has found: all of them, not the first.

CREATE OR REPLACE FUNCTION care.reference_id(reference text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.replace(pg_catalog.split_part(reference, '/', -1), 'urn:uuid:', '');
COMMENT ON FUNCTION care.reference_id(text) IS 'Internal: the id in a reference.';

CREATE OR REPLACE FUNCTION care.followed_letter(provenance jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN care.reference_id(coalesce(provenance #>> '{entity,0,what,reference}', provenance #>> '{entity,0,what,identifier,value}'));
COMMENT ON FUNCTION care.followed_letter(jsonb) IS 'Internal: the letter that a Provenance says it follows; null if it names none.';

-- The text, and what stands on the envelope.
CREATE OR REPLACE FUNCTION care.read_message(message text, received_at timestamptz, id bigint)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r care.received;
BEGIN
	r.received_at := received_at;
	r.message := id;
	r.issues := '{}';
	IF octet_length(message) > pg_size_bytes(care.setting('message_size_limit')) THEN
		r.issues := r.issues || ('too-long', octet_length(message) || ' bytes', NULL)::care.message_issue;
		RETURN r;
	ELSIF left(message, 100) ~ E'^[\uFEFF[:space:]]*<' THEN
		RETURN care.read_letter(r, message);
	END IF;
	BEGIN
		r.bundle := message::jsonb;
	EXCEPTION WHEN OTHERS THEN
		-- Not JSON, a character that text cannot have, nested too deep, too long.
		r.issues := r.issues || ('unreadable', SQLERRM, NULL)::care.message_issue;
		RETURN r;
	END;
	r.envelope := r.bundle ->> 'id';
	IF r.bundle ->> 'resourceType' IS DISTINCT FROM 'Bundle' OR r.bundle ->> 'type' IS DISTINCT FROM 'message' THEN
		r.issues := r.issues || ('bundle', left(concat_ws(' ', r.bundle ->> 'resourceType', r.bundle ->> 'type'), 100), 'Bundle.type')::care.message_issue;
	END IF;
	IF smartcare.fhir_id_is_valid(r.envelope) IS NOT TRUE THEN
		r.issues := r.issues || ('bundle-id', left(r.envelope, 100), 'Bundle.id')::care.message_issue;
		r.envelope := NULL;
	END IF;
	IF smartcare.fhir_instant(r.bundle ->> 'timestamp') IS NULL THEN
		r.issues := r.issues || ('bundle-timestamp', left(r.bundle ->> 'timestamp', 100), 'Bundle.timestamp')::care.message_issue;
	END IF;
	-- The letter's id is wanted whatever else is wrong.
	r.header := r.bundle #> '{entry,0,resource}';
	IF r.header ->> 'resourceType' IS DISTINCT FROM 'MessageHeader' THEN
		r.header := jsonb_path_query_first(r.bundle, '$.entry[*].resource ? (@.resourceType == "MessageHeader")');
		r.issues := r.issues || ('header', left(r.bundle #>> '{entry,0,resource,resourceType}', 100), 'Bundle.entry[0].resource')::care.message_issue;
	END IF;
	r.letter := r.header ->> 'id';
	IF smartcare.fhir_id_is_valid(r.letter) IS NOT TRUE THEN
		r.issues := r.issues || ('header-id', left(r.letter, 100), 'Bundle.entry[0].resource.id')::care.message_issue;
		r.letter := NULL;
	END IF;
	SELECT s.standard, s.versions, s.focus INTO r.standard, r.versions, r.focus_type
	FROM care.message_standard s WHERE s.event_code = r.header #>> '{eventCoding,code}';
	IF r.standard IS NULL THEN
		r.issues := r.issues || ('event-code', left(r.header #>> '{eventCoding,code}', 100), 'Bundle.entry[0].resource.event')::care.message_issue;
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.read_message(text, timestamptz, bigint) IS
'Internal: a message that came: its envelope, letter and standard, as far as it can be read.';

CREATE OR REPLACE FUNCTION care.entry_resource(bundle jsonb, place integer)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN bundle #> ARRAY['entry', place::text, 'resource'];
COMMENT ON FUNCTION care.entry_resource(jsonb, integer) IS 'Internal: the resource of an entry of a Bundle, by its place from 0.';

CREATE OR REPLACE FUNCTION care.referenced_resource(bundle jsonb, reference text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN care.entry_resource(bundle, smartcare.fhir_entry(bundle, reference));
COMMENT ON FUNCTION care.referenced_resource(jsonb, text) IS 'Internal: the resource of a Bundle that a reference leads to; null if none does.';

CREATE OR REPLACE FUNCTION care.organization_issues(bundle jsonb, reference text, organization jsonb)
RETURNS care.message_issue[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.array_remove(ARRAY[
	CASE WHEN smartcare.resource_identifier(organization, 'urn:oid:1.2.208.176.1.1') IS NULL
		THEN ROW('organization-sor', pg_catalog."left"(organization ->> 'identifier', 200),
			pg_catalog.format('Bundle.entry[%s].resource.identifier', smartcare.fhir_entry(bundle, reference)))::care.message_issue END,
	CASE WHEN smartcare.resource_identifier(organization, 'https://www.gs1.org/gln') IS NULL
		THEN ROW('organization-gln', pg_catalog."left"(organization ->> 'identifier', 200),
			pg_catalog.format('Bundle.entry[%s].resource.identifier', smartcare.fhir_entry(bundle, reference)))::care.message_issue END],
	NULL);
COMMENT ON FUNCTION care.organization_issues(jsonb, text, jsonb) IS
'Internal: what a sender or receiver lacks of the identifiers that one has to have.';

CREATE OR REPLACE FUNCTION care.check_bundle(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	header_path CONSTANT text := 'Bundle.entry[0].resource';
	faults CONSTANT text[] := smartcare.fhir_bundle_faults(r.bundle);
	fault text[];
	reference text;
	resource jsonb;
	primaries jsonb;
	patients integer[];
BEGIN
	IF faults IS NOT NULL THEN
		FOREACH fault SLICE 1 IN ARRAY faults LOOP
			r.issues := r.issues || (fault[1], fault[2], fault[3])::care.message_issue;
			IF fault[1] = 'too-long' THEN
				RETURN r;
			END IF;
			EXIT WHEN fault[1] = 'reference' AND cardinality(r.issues) > 1000;
		END LOOP;
	END IF;

	-- The header
	IF split_part(split_part(r.header ->> 'definition', '|', 2), '.', 1) <> ALL (array_append(r.versions, '')) THEN
		r.issues := r.issues || ('version', left(r.header ->> 'definition', 200), header_path || '.definition')::care.message_issue;
	END IF;
	IF coalesce(r.header #>> '{text,div}', '') = '' THEN
		r.issues := r.issues || ('header-narrative', NULL, header_path || '.text')::care.message_issue;
	END IF;
	reference := r.header #>> '{sender,reference}';
	resource := care.referenced_resource(r.bundle, reference);
	IF resource ->> 'resourceType' = 'Organization' THEN
		r.sender_resource := resource;
		r.issues := r.issues || care.organization_issues(r.bundle, reference, resource);
	ELSE
		r.issues := r.issues || ('sender', left(reference, 200), header_path || '.sender')::care.message_issue;
	END IF;
	primaries := jsonb_path_query_array(r.header, '$.destination[*] ? (@.extension[*].valueCoding.code == "primary")');
	reference := jsonb_path_query_first(primaries, '$[*].receiver.reference') #>> '{}';
	resource := care.referenced_resource(r.bundle, reference);
	IF resource ->> 'resourceType' = 'Organization' AND jsonb_array_length(primaries) = 1 THEN
		r.receiver_resource := resource;
		r.issues := r.issues || care.organization_issues(r.bundle, reference, resource);
		IF r.receiver_resource = r.sender_resource THEN
			r.issues := r.issues || ('organizations', left(reference, 200), header_path || '.destination.receiver')::care.message_issue;
		END IF;
	ELSE
		r.issues := r.issues || ('destination', left(reference, 200), header_path || '.destination')::care.message_issue;
	END IF;
	IF jsonb_path_exists(r.header, '$.destination[*].extension[*].valueCoding ? (@.code == "cc")') THEN
		r.issues := r.issues || ('copy', 'cc', header_path || '.destination')::care.message_issue;
	END IF;

	-- What it is about, and whom
	IF r.focus_type IS NOT NULL THEN
		reference := r.header #>> '{focus,0,reference}';
		resource := care.referenced_resource(r.bundle, reference);
		IF resource ->> 'resourceType' = r.focus_type AND r.header #> '{focus,1}' IS NULL THEN
			r.focus := resource;
		ELSE
			r.issues := r.issues || ('focus', left(reference, 200), header_path || '.focus')::care.message_issue;
		END IF;
		patients := smartcare.fhir_entries(r.bundle, 'Patient');
		IF cardinality(patients) = 1 THEN
			r.patient := care.entry_resource(r.bundle, patients[1]);
		ELSE
			r.issues := r.issues || ('patient', cardinality(patients) || ' of them', 'Bundle.entry.resource.ofType(Patient)')::care.message_issue;
		END IF;
	END IF;
	RETURN care.check_provenance(r);
END
$$;
COMMENT ON FUNCTION care.check_bundle(care.received) IS
'Internal: the rules of structure that all FHIR messages have in common; finds the resources that a message is made of.';

CREATE OR REPLACE FUNCTION care.provenance_issues(provenance jsonb, place integer)
RETURNS care.message_issue[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.array_remove(ARRAY[
	CASE WHEN smartcare.fhir_id_is_valid(care.reference_id(provenance #>> '{target,0,reference}')) IS NOT TRUE OR provenance #> '{target,1}' IS NOT NULL
		THEN ROW('provenance-target', pg_catalog."left"(provenance ->> 'target', 200), pg_catalog.format('Bundle.entry[%s].resource.target', place))::care.message_issue END,
	CASE WHEN smartcare.fhir_instant(provenance ->> 'occurredDateTime') IS NULL OR smartcare.fhir_instant(provenance ->> 'recorded') IS NULL
		THEN ROW('provenance-time', pg_catalog."left"(pg_catalog.concat_ws(' ', provenance ->> 'occurredDateTime', provenance ->> 'recorded'), 100),
			pg_catalog.format('Bundle.entry[%s].resource', place))::care.message_issue END,
	CASE WHEN provenance #>> '{activity,coding,0,code}' IS NULL
			OR provenance #>> '{activity,coding,0,system}' IS DISTINCT FROM 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-activityCodes'
		THEN ROW('provenance-activity', pg_catalog."left"(provenance ->> 'activity', 200), pg_catalog.format('Bundle.entry[%s].resource.activity', place))::care.message_issue END,
	CASE WHEN provenance #>> '{agent,0,who,reference}' IS NULL
		THEN ROW('provenance-agent', pg_catalog."left"(provenance ->> 'agent', 200), pg_catalog.format('Bundle.entry[%s].resource.agent', place))::care.message_issue END,
	CASE WHEN provenance ? 'entity' AND (provenance #>> '{entity,0,role}' IN ('revision', 'removal')
			AND smartcare.fhir_id_is_valid(care.followed_letter(provenance))) IS NOT TRUE
		THEN ROW('provenance-entity', pg_catalog."left"(provenance ->> 'entity', 200), pg_catalog.format('Bundle.entry[%s].resource.entity', place))::care.message_issue END],
	NULL);
COMMENT ON FUNCTION care.provenance_issues(jsonb, integer) IS 'Internal: what is wrong with one Provenance of a message.';

-- The order of the stack means nothing: the newest is the one whose target is this letter.
CREATE OR REPLACE FUNCTION care.check_provenance(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	places CONSTANT integer[] := smartcare.fhir_entries(r.bundle, 'Provenance');
	header_url CONSTANT text := r.bundle #>> ARRAY['entry', (smartcare.fhir_entries(r.bundle, 'MessageHeader'))[1]::text, 'fullUrl'];
	place integer;
	entry jsonb;
	target text;
	occurred timestamptz;
	newest integer := 0;
	followed text;
	previous_time timestamptz;
BEGIN
	FOREACH place IN ARRAY places LOOP
		EXIT WHEN cardinality(r.issues) > 1000;
		entry := care.entry_resource(r.bundle, place);
		r.issues := r.issues || care.provenance_issues(entry, place);
		IF care.reference_id(entry #>> '{target,0,reference}') = r.letter OR entry #>> '{target,0,reference}' = header_url THEN
			newest := newest + 1;
			r.provenance := entry;
		END IF;
	END LOOP;
	IF newest > 0 THEN
		r.event_time := smartcare.fhir_instant(r.provenance ->> 'occurredDateTime');
	END IF;
	IF newest <> 1 THEN
		r.issues := r.issues || ('provenance', newest || ' of them', 'Bundle.entry.resource.ofType(Provenance)')::care.message_issue;
		RETURN r;
	END IF;

	-- The letter before this one: the newest of the others; of two at one time the one that is named.
	followed := care.followed_letter(r.provenance);
	FOREACH place IN ARRAY places LOOP
		entry := care.entry_resource(r.bundle, place);
		CONTINUE WHEN entry = r.provenance;
		target := care.reference_id(entry #>> '{target,0,reference}');
		occurred := smartcare.fhir_instant(entry ->> 'occurredDateTime');
		IF r.predecessor IS NULL OR occurred > previous_time OR occurred = previous_time AND target = followed THEN
			r.predecessor := target;
			r.previous := entry;
			previous_time := occurred;
		END IF;
	END LOOP;
	IF followed IS NOT NULL AND r.predecessor IS NULL THEN
		r.issues := r.issues || ('provenance-stack', left(followed, 100), 'Bundle.entry.resource.ofType(Provenance)')::care.message_issue;
		r.predecessor := followed;
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.check_provenance(care.received) IS
'Internal: the stack of Provenance: which of it is this letter''s, and which letter it follows.';
