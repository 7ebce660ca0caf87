-- Reading a message, and what every MedCom FHIR message is held against. Nothing here
-- writes. Each function takes the message as it has been understood so far, and returns
-- it with what it has found out and the issues it has found: all of them, not the first.

CREATE OR REPLACE FUNCTION care.fhir_id_fault(id text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (id ~ '^[A-Za-z0-9.-]{1,64}$') IS NOT TRUE;
COMMENT ON FUNCTION care.fhir_id_fault(text) IS 'Internal: whether it is no id as FHIR has them.';

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
	IF care.fhir_id_fault(r.envelope) THEN
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
	IF care.fhir_id_fault(r.letter) THEN
		r.issues := r.issues || ('header-id', left(r.letter, 100), 'Bundle.entry[0].resource.id')::care.message_issue;
		r.letter := NULL;
	END IF;
	SELECT s.standard INTO r.standard FROM care.message_standard s WHERE s.event_code = r.header #>> '{eventCoding,code}';
	IF r.standard IS NULL THEN
		r.issues := r.issues || ('event-code', left(r.header #>> '{eventCoding,code}', 100), 'Bundle.entry[0].resource.event')::care.message_issue;
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.read_message(text, timestamptz, bigint) IS
'Internal: a message that came: its envelope, letter and standard, as far as it can be read.';

-- The bundle: its entries taken apart once, by expressions alone, for a query costs as much as twenty of them.
CREATE OR REPLACE FUNCTION care.check_bundle(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wanted care.message_standard;
	entries CONSTANT jsonb := CASE WHEN jsonb_typeof(r.bundle -> 'entry') = 'array' THEN r.bundle -> 'entry' ELSE '[]' END;
	entry jsonb;
	resource jsonb;
	type text;
	name text;
	resources jsonb[] := ARRAY[]::jsonb[];
	types text[] := ARRAY[]::text[];
	-- Type/id, and the full address.
	keys text[] := ARRAY[]::text[];
	urls text[] := ARRAY[]::text[];
	references_found jsonb;
	letters jsonb;
	place integer;
	reference text;
	header_path CONSTANT text := 'Bundle.entry[0].resource';
BEGIN
	-- What follows takes time with the square of these. Text alone: objects of that name, one in the other, would be kept each with all that is in it.
	references_found := jsonb_path_query_array(entries, 'strict $[*].resource.**.reference ? (@.type() == "string")', '{}', true);
	IF jsonb_array_length(entries) > 1000 OR jsonb_array_length(references_found) > 10000 THEN
		r.issues := r.issues || ('too-long', format('%s entries, %s references', jsonb_array_length(entries), jsonb_array_length(references_found)),
			'Bundle.entry')::care.message_issue;
		RETURN r;
	END IF;
	SELECT * INTO wanted FROM care.message_standard s WHERE s.standard = r.standard;
	FOR n IN 0 .. greatest(jsonb_array_length(entries), 1) - 1 LOOP
		entry := entries -> n;
		resource := entry -> 'resource';
		type := resource ->> 'resourceType';
		name := type || '/' || (resource ->> 'id');
		IF care.fhir_id_fault(resource ->> 'id') OR name IS NULL THEN
			r.issues := r.issues || ('entry', left(name, 100), format('Bundle.entry[%s].resource', n))::care.message_issue;
		ELSIF name = ANY (keys) THEN
			r.issues := r.issues || ('resource-repeated', name, format('Bundle.entry[%s].resource', n))::care.message_issue;
		END IF;
		IF type = 'MessageHeader' AND type = ANY (types) THEN
			r.issues := r.issues || ('header', 'several MessageHeaders', format('Bundle.entry[%s].resource', n))::care.message_issue;
		END IF;
		resources := resources || resource;
		types := types || coalesce(type, '');
		keys := keys || coalesce(name, '');
		urls := urls || coalesce(entry ->> 'fullUrl', '');
	END LOOP;

	-- Earlier letters, in Provenance, are not in the bundle.
	FOR n IN 0 .. jsonb_array_length(references_found) - 1 LOOP
		reference := references_found ->> n;
		CONTINUE WHEN reference = ANY (keys) OR reference = ANY (urls) OR reference LIKE '#%' OR split_part(reference, '/', -2) = 'MessageHeader';
		IF reference LIKE 'urn:uuid:%' THEN
			letters := coalesce(letters, jsonb_path_query_array(entries, '$[*].resource ? (@.resourceType == "Provenance").target.reference')
				|| jsonb_path_query_array(entries, '$[*].resource ? (@.resourceType == "Provenance").entity.what.reference'));
			CONTINUE WHEN letters ? reference;
		END IF;
		r.issues := r.issues || ('reference', left(reference, 200), format('Bundle.descendants().where(reference = ''%s'')', left(reference, 200)))::care.message_issue;
		EXIT WHEN cardinality(r.issues) > 1000;
	END LOOP;

	-- The header
	IF split_part(split_part(r.header ->> 'definition', '|', 2), '.', 1) <> ALL (array_append(wanted.versions, '')) THEN
		r.issues := r.issues || ('version', left(r.header ->> 'definition', 200), header_path || '.definition')::care.message_issue;
	END IF;
	IF coalesce(r.header #>> '{text,div}', '') = '' THEN
		r.issues := r.issues || ('header-narrative', NULL, header_path || '.text')::care.message_issue;
	END IF;
	reference := r.header #>> '{sender,reference}';
	place := coalesce(array_position(keys, reference), array_position(urls, reference));
	IF types[place] = 'Organization' THEN
		r.sender_resource := resources[place];
		r.issues := r.issues || care.check_organization(r.sender_resource, place);
	ELSE
		r.issues := r.issues || ('sender', left(reference, 200), header_path || '.sender')::care.message_issue;
	END IF;
	reference := jsonb_path_query_first(r.header, '$.destination[*] ? (@.extension[*].valueCoding.code == "primary").receiver.reference') #>> '{}';
	place := coalesce(array_position(keys, reference), array_position(urls, reference));
	IF types[place] = 'Organization'
		AND jsonb_array_length(jsonb_path_query_array(r.header, '$.destination[*] ? (@.extension[*].valueCoding.code == "primary")')) = 1
	THEN
		r.receiver_resource := resources[place];
		r.issues := r.issues || care.check_organization(r.receiver_resource, place);
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
	IF wanted.focus IS NOT NULL THEN
		reference := r.header #>> '{focus,0,reference}';
		place := coalesce(array_position(keys, reference), array_position(urls, reference));
		IF types[place] = wanted.focus AND r.header #> '{focus,1}' IS NULL THEN
			r.focus := resources[place];
		ELSE
			r.issues := r.issues || ('focus', left(reference, 200), header_path || '.focus')::care.message_issue;
		END IF;
		place := array_position(types, 'Patient');
		IF cardinality(array_positions(types, 'Patient')) = 1 THEN
			r.patient := resources[place];
		ELSE
			r.issues := r.issues || ('patient', cardinality(array_positions(types, 'Patient')) || ' of them', 'Bundle.entry.resource.ofType(Patient)')::care.message_issue;
		END IF;
	END IF;
	RETURN care.check_provenance(r, resources, array_positions(types, 'Provenance'),
		urls[array_position(types, 'MessageHeader')]);
END
$$;
COMMENT ON FUNCTION care.check_bundle(care.received) IS
'Internal: the rules of structure that all FHIR messages have in common; finds the resources that a message is made of.';

CREATE OR REPLACE FUNCTION care.check_organization(organization jsonb, place integer)
RETURNS care.message_issue[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	issues care.message_issue[] := ARRAY[]::care.message_issue[];
BEGIN
	IF smartcare.resource_identifier(organization, 'urn:oid:1.2.208.176.1.1') IS NULL THEN
		issues := issues || ('organization-sor', left(organization ->> 'identifier', 200), format('Bundle.entry[%s].resource.identifier', place - 1))::care.message_issue;
	END IF;
	IF smartcare.resource_identifier(organization, 'https://www.gs1.org/gln') IS NULL THEN
		issues := issues || ('organization-gln', left(organization ->> 'identifier', 200), format('Bundle.entry[%s].resource.identifier', place - 1))::care.message_issue;
	END IF;
	RETURN issues;
END
$$;
COMMENT ON FUNCTION care.check_organization(jsonb, integer) IS
'Internal: whether a sender or receiver has the identifiers that one has to have.';

-- The order of the stack means nothing: the newest is the one whose target is this letter.
CREATE OR REPLACE FUNCTION care.check_provenance(
	r care.received, resources jsonb[], places integer[], header_url text)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	place integer;
	entry jsonb;
	path text;
	target text;
	activity text;
	occurred timestamptz;
	newest integer := 0;
	followed text;
	previous_time timestamptz;
BEGIN
	FOREACH place IN ARRAY places LOOP
		EXIT WHEN cardinality(r.issues) > 1000;
		entry := resources[place];
		path := format('Bundle.entry[%s].resource', place - 1);
		target := care.reference_id(entry #>> '{target,0,reference}');
		IF care.fhir_id_fault(target) OR entry #> '{target,1}' IS NOT NULL THEN
			r.issues := r.issues || ('provenance-target', left(entry ->> 'target', 200), path || '.target')::care.message_issue;
		END IF;
		occurred := smartcare.fhir_instant(entry ->> 'occurredDateTime');
		IF occurred IS NULL OR smartcare.fhir_instant(entry ->> 'recorded') IS NULL THEN
			r.issues := r.issues || ('provenance-time', left(concat_ws(' ', entry ->> 'occurredDateTime', entry ->> 'recorded'), 100), path)::care.message_issue;
		END IF;
		activity := entry #>> '{activity,coding,0,code}';
		IF activity IS NULL OR entry #>> '{activity,coding,0,system}' IS DISTINCT FROM 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-activityCodes' THEN
			r.issues := r.issues || ('provenance-activity', left(entry ->> 'activity', 200), path || '.activity')::care.message_issue;
		END IF;
		IF entry #>> '{agent,0,who,reference}' IS NULL THEN
			r.issues := r.issues || ('provenance-agent', left(entry ->> 'agent', 200), path || '.agent')::care.message_issue;
		END IF;
		IF entry ? 'entity' AND (entry #>> '{entity,0,role}' IN ('revision', 'removal')) IS NOT TRUE
			OR entry ? 'entity' AND care.fhir_id_fault(care.followed_letter(entry))
		THEN
			r.issues := r.issues || ('provenance-entity', left(entry ->> 'entity', 200), path || '.entity')::care.message_issue;
		END IF;
		IF target = r.letter OR entry #>> '{target,0,reference}' = header_url THEN
			newest := newest + 1;
			r.provenance := entry;
			r.event_time := occurred;
		END IF;
	END LOOP;
	IF newest <> 1 THEN
		r.issues := r.issues || ('provenance', newest || ' of them', 'Bundle.entry.resource.ofType(Provenance)')::care.message_issue;
		RETURN r;
	END IF;

	-- The letter before this one: the newest of the others; of two at one time the one that is named.
	followed := care.followed_letter(r.provenance);
	FOREACH place IN ARRAY places LOOP
		entry := resources[place];
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
COMMENT ON FUNCTION care.check_provenance(care.received, jsonb[], integer[], text) IS
'Internal: the stack of Provenance: which of it is this letter''s, and which letter it follows.';
