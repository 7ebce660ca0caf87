-- MedCom CareCommunication: correspondence, in threads. A thread is what has the same
-- identifier, so that nothing waits for what it answers: late ones find their place by the
-- times of their segments.

CREATE OR REPLACE FUNCTION care.base64(data text)
RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN decode(data, 'base64');
EXCEPTION WHEN data_exception THEN
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.base64(text) IS 'Internal: what is written in base64; null if that is not.';

CREATE OR REPLACE FUNCTION care.read_payloads(bundle jsonb, communication jsonb)
RETURNS TABLE (
	ordinal integer, key text, written_at timestamptz, written_by jsonb, author text, author_role text, phone text,
	text text, attachment jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	payloads CONSTANT jsonb := CASE WHEN jsonb_typeof(communication -> 'payload') = 'array' THEN communication -> 'payload' ELSE '[]' END;
	payload jsonb;
	identifier jsonb;
	role jsonb;
	person jsonb;
BEGIN
	FOR place IN 0 .. jsonb_array_length(payloads) - 1 LOOP
		payload := payloads -> place;
		ordinal := place + 1;
		identifier := jsonb_path_query_first(payload, '$.extension[*] ? (@.url like_regex "core-identifier-extension$").valueIdentifier');
		key := lower(replace(nullif(identifier ->> 'value', ''), 'urn:uuid:', ''));
		written_at := smartcare.fhir_instant(
			jsonb_path_query_first(payload, '$.extension[*] ? (@.url like_regex "core-datetime-extension$").valueDateTime') #>> '{}');
		written_by := care.referenced_resource(bundle, identifier #>> '{assigner,reference}');
		role := care.referenced_resource(bundle,
			jsonb_path_query_first(payload, '$.extension[*] ? (@.url like_regex "core-practitioner-extension$").valueReference.reference') #>> '{}');
		person := CASE role ->> 'resourceType' WHEN 'PractitionerRole' THEN care.referenced_resource(bundle, role #>> '{practitioner,reference}') ELSE role END;
		author_role := role #>> '{code,0,coding,0,code}';
		author := coalesce(care.patient_name(person), role #>> '{code,0,coding,0,display}', author_role, role #>> '{code,0,text}');
		phone := nullif(jsonb_path_query_first(payload,
			'$.extension[*] ? (@.url like_regex "core-contact-extension$").valueContactPoint ? (@.system == "phone").value') #>> '{}', '');
		text := nullif(payload ->> 'contentString', '');
		attachment := payload -> 'contentAttachment';
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.read_payloads(jsonb, jsonb) IS 'Internal: the segments of a Communication in its Bundle.';

CREATE OR REPLACE FUNCTION care.attachment_fault(attachment jsonb, may_repeat boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE
		WHEN coalesce(attachment ->> 'title', '') = '' THEN 'no title'
		WHEN attachment ? 'data' THEN CASE
			WHEN (lower(attachment ->> 'contentType') IN (
					'application/pdf', 'image/gif', 'image/jpeg', 'image/png', 'image/tiff', 'image/bmp')) IS NOT TRUE
				THEN 'type ' || coalesce(left(attachment ->> 'contentType', 100), 'missing')
			WHEN coalesce(length(care.base64(attachment ->> 'data')), 0) = 0 THEN 'no base64' END
		WHEN coalesce(attachment ->> 'url', '') <> '' OR may_repeat THEN NULL
		ELSE 'neither data nor url' END;
END
$$;
COMMENT ON FUNCTION care.attachment_fault(jsonb, boolean) IS
'Internal: what is wrong with an attachment, which a reply may repeat without its data; null if nothing is.';

-- The stack has more to say than that of other messages: which payloads are new, and which letter is answered.
CREATE OR REPLACE FUNCTION care.check_correspondence_stack(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	path CONSTANT text := 'Bundle.entry.resource.ofType(Provenance)';
	entities CONSTANT jsonb := jsonb_path_query_array(r.bundle, '$.entry[*].resource ? (@.resourceType == "Provenance").entity[*]');
	followed text;
BEGIN
	IF cardinality(r.issues) > 0 THEN
		r.issues := ARRAY(
			SELECT i FROM unnest(r.issues) AS i WHERE i.rule NOT IN ('provenance-entity', 'provenance-stack'));
	END IF;
	IF entities <> '[]' THEN
		r.issues := r.issues || ARRAY(
			SELECT ('communication-entity', left(e.entity::text, 200), path || '.entity')::care.message_issue
			FROM jsonb_array_elements(entities) AS e (entity)
			WHERE (e.entity ->> 'role' IN ('source', 'revision')
				AND coalesce(e.entity #>> '{what,reference}', e.entity #>> '{what,identifier,value}') <> '') IS NOT TRUE);
	END IF;
	followed := care.reference_id(jsonb_path_query_first(r.provenance, '$.entity[*] ? (@.role == "revision").what.reference') #>> '{}');
	IF followed IS NOT NULL AND r.previous IS NULL THEN
		r.issues := r.issues || ('communication-stack', left(followed, 100), path)::care.message_issue;
	END IF;
	r.predecessor := NULL;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.check_correspondence_stack(care.received) IS
'Internal: the rules of Provenance that CareCommunication has of its own; it waits for no other message.';

CREATE OR REPLACE FUNCTION care.check_care_communication(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	told CONSTANT text := r.provenance #>> '{activity,coding,0,code}';
	path CONSTANT text := 'Bundle.entry.resource.ofType(Communication)';
	category CONSTANT text := r.focus #>> '{category,0,coding,0,code}';
	encounter jsonb;
	segment record;
	place text;
	has_text boolean := false;
	fault text;
BEGIN
	r := care.check_correspondence_stack(r);
	IF r.patient IS NOT NULL AND care.person_number(r.patient) IS NULL THEN
		r.issues := r.issues || ('identifier', left(r.patient ->> 'identifier', 200),
			'Bundle.entry.resource.ofType(Patient).identifier')::care.message_issue;
	END IF;
	IF r.provenance IS NOT NULL THEN
		r.kind := CASE told WHEN 'new-message' THEN 'new' WHEN 'reply-message' THEN 'reply' WHEN 'forward-message' THEN 'forward' END;
		IF r.kind IS NULL THEN
			r.issues := r.issues || ('communication-activity', left(told, 100), 'Bundle.entry.resource.ofType(Provenance).activity')::care.message_issue;
		END IF;
	END IF;
	IF r.focus IS NULL THEN
		RETURN r;
	END IF;

	IF care.referenced_resource(r.bundle, r.focus #>> '{subject,reference}') IS DISTINCT FROM r.patient THEN
		r.issues := r.issues || ('communication-subject', left(r.focus #>> '{subject,reference}', 200), path || '.subject')::care.message_issue;
	END IF;
	IF r.focus ->> 'status' IS DISTINCT FROM 'unknown' THEN
		r.issues := r.issues || ('communication-status', left(r.focus ->> 'status', 100), path || '.status')::care.message_issue;
	END IF;
	IF (r.focus #>> '{identifier,0,value}' ~* '^(urn:uuid:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') IS NOT TRUE
		OR r.focus #> '{identifier,1}' IS NOT NULL
	THEN
		r.issues := r.issues || ('communication-thread', left(r.focus ->> 'identifier', 200), path || '.identifier')::care.message_issue;
	END IF;
	IF r.focus #> '{category,1}' IS NOT NULL OR r.focus #> '{category,0,coding,1}' IS NOT NULL
		OR r.focus #>> '{category,0,coding,0,system}' IS DISTINCT FROM 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-careCommunication-categoryCodes'
		OR NOT EXISTS (SELECT FROM care.communication_category c WHERE c.code = category)
	THEN
		r.issues := r.issues || ('communication-category', left(r.focus ->> 'category', 200), path || '.category')::care.message_issue;
	END IF;
	IF r.focus ? 'priority' AND (category = 'regarding-referral' AND r.focus ->> 'priority' IN ('routine', 'asap')) IS NOT TRUE THEN
		r.issues := r.issues || ('communication-priority', left(r.focus ->> 'priority', 100), path || '.priority')::care.message_issue;
	END IF;
	IF category = 'other' AND coalesce(r.focus #>> '{topic,text}', '') = '' THEN
		r.issues := r.issues || ('communication-topic', NULL, path || '.topic')::care.message_issue;
	END IF;
	r.episodes := '{}';
	IF r.focus ? 'encounter' THEN
		encounter := care.referenced_resource(r.bundle, r.focus #>> '{encounter,reference}');
		r.episodes := care.episode_identifiers(encounter);
		IF encounter ->> 'resourceType' IS DISTINCT FROM 'Encounter' OR r.episodes = '{}' THEN
			r.issues := r.issues || ('communication-encounter', left(r.focus #>> '{encounter,reference}', 200), path || '.encounter')::care.message_issue;
		END IF;
	END IF;

	FOR segment IN SELECT * FROM care.read_payloads(r.bundle, r.focus) LOOP
		place := format('%s.payload[%s]', path, segment.ordinal - 1);
		has_text := has_text OR segment.text IS NOT NULL;
		IF segment.text IS NULL AND segment.attachment IS NULL THEN
			r.issues := r.issues || ('communication-payload', NULL, place)::care.message_issue;
		END IF;
		IF segment.written_at IS NULL THEN
			r.issues := r.issues || ('communication-payload-time', NULL, place || '.extension')::care.message_issue;
		END IF;
		IF segment.key IS NULL THEN
			r.issues := r.issues || ('communication-payload-id', NULL, place || '.extension')::care.message_issue;
		END IF;
		IF segment.text IS NOT NULL AND (segment.author IS NULL OR segment.phone IS NULL) THEN
			r.issues := r.issues || ('communication-author', concat_ws(', ', segment.author, segment.phone), place || '.extension')::care.message_issue;
		END IF;
		fault := CASE WHEN segment.attachment IS NOT NULL THEN care.attachment_fault(segment.attachment, r.kind IN ('reply', 'forward')) END;
		IF fault IS NOT NULL THEN
			r.issues := r.issues || ('communication-attachment', fault, place || '.content')::care.message_issue;
		END IF;
	END LOOP;
	IF NOT has_text THEN
		r.issues := r.issues || ('communication-text', NULL, path || '.payload')::care.message_issue;
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.check_care_communication(care.received) IS 'Internal: the rules of CareCommunication 5.0.';

-- A segment that the thread has already is not kept again, but for the bytes of what was only named so far.
CREATE OR REPLACE FUNCTION care.keep_payload(new_payload care.communication_payload)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (
		SELECT FROM care.communication_payload p
		WHERE p.citizen = new_payload.citizen AND p.thread = new_payload.thread AND p.key = new_payload.key)
	THEN
		UPDATE care.communication_payload p SET
			data = coalesce(p.data, new_payload.data),
			created_at = coalesce(p.created_at, new_payload.created_at),
			organization = coalesce(p.organization, new_payload.organization),
			author = coalesce(p.author, new_payload.author),
			author_role = coalesce(p.author_role, new_payload.author_role),
			phone = coalesce(p.phone, new_payload.phone)
		WHERE p.citizen = new_payload.citizen AND p.thread = new_payload.thread AND p.key = new_payload.key
			AND (p.written_at, p.text, p.title, p.content_type, p.url) IS NOT DISTINCT FROM
				(new_payload.written_at, new_payload.text, new_payload.title, new_payload.content_type, new_payload.url)
			AND (p.data IS NULL OR new_payload.data IS NULL OR p.data = new_payload.data);
		IF FOUND THEN
			RETURN;
		END IF;
	END IF;
	new_payload.id := nextval('care.communication_payload_id_seq');
	INSERT INTO care.communication_payload SELECT new_payload.*;
END
$$;
COMMENT ON FUNCTION care.keep_payload(care.communication_payload) IS 'Internal: adds a segment to a thread, unless it has it.';

CREATE OR REPLACE FUNCTION care.apply_care_communication(r care.received)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this_thread CONSTANT text := lower(replace(r.focus #>> '{identifier,0,value}', 'urn:uuid:', ''));
BEGIN
	IF r.kind = 'forward' THEN
		IF EXISTS (SELECT FROM care.communication_payload p WHERE p.citizen = r.citizen AND p.thread = this_thread) THEN
			r.issues := r.issues || ('communication-forwarded', this_thread, 'Bundle.entry.resource.ofType(Communication).identifier')::care.message_issue;
		END IF;
	END IF;
	r.entity := 'communication';
	INSERT INTO care.communication AS c (citizen, status, direction, activity, thread, category, topic, priority, sender, receiver,
		episodes, sent_at, source)
	VALUES (r.citizen, 'completed', 'in', r.kind, this_thread, r.focus #>> '{category,0,coding,0,code}', nullif(r.focus #>> '{topic,text}', ''),
		r.focus ->> 'priority', r.sender, r.receiver, r.episodes, r.event_time, r.letter)
	RETURNING c.id INTO r.entry;
	PERFORM care.keep_payload((r.citizen, NULL, r.entry, this_thread, p.key, p.written_at, care.known_organization(p.written_by, NULL, false),
		p.author, p.author_role, p.phone, p.text,
		CASE WHEN p.text IS NULL THEN p.attachment ->> 'title' END,
		lower(p.attachment ->> 'contentType'), smartcare.fhir_instant(p.attachment ->> 'creation'),
		p.attachment ->> 'url', care.base64(p.attachment ->> 'data'))::care.communication_payload)
	FROM care.read_payloads(r.bundle, r.focus) AS p;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.apply_care_communication(care.received) IS
'Internal: adds a communication to its thread, which begins where there is none, and puts it before its receiver.';

CREATE OR REPLACE FUNCTION care.read_communication(
	citizen bigint, communication bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'communication', communication, 'read_communication', organization,
		request_id, event_time);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.communication c
		SET read_at = coalesce(c.read_at, event_time), read_by = coalesce(c.read_by, read_communication.organization)
		WHERE c.citizen = result.citizen AND c.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.read_communication(bigint, bigint, bigint, text, timestamptz) IS
'Step: the receiver has read a communication, which leaves its work-list. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.correspondence(citizen bigint)
RETURNS TABLE (
	thread text, category text, topic text, written_at timestamptz, organization text, author text, phone text,
	text text, title text, content_type text, url text, bytes integer, payload bigint, communication bigint, unread boolean,
	encounter bigint)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	this CONSTANT bigint := care.check_open(correspondence.citizen, 'messages');
BEGIN
	RETURN QUERY
	WITH segment AS (
		-- Merged records can have one twice.
		SELECT DISTINCT ON (p.thread, p.key, p.written_at, p.text, p.title, p.content_type, p.url, md5(p.data)) p.*
		FROM care.communication_payload p
		JOIN care.communication c ON c.citizen = p.citizen AND c.id = p.communication AND c.status = 'completed'
		WHERE p.citizen = this
		ORDER BY p.thread, p.key, p.written_at, p.text, p.title, p.content_type, p.url, md5(p.data), p.id
	), topic AS (
		SELECT DISTINCT ON (c.thread) c.thread, c.category, c.topic, c.sent_at,
			bool_or(c.direction = 'in' AND c.read_at IS NULL) OVER (PARTITION BY c.thread) AS unread,
			(SELECT e.id FROM care.encounter e
				JOIN care.letter l ON l.letter = e.source AND l.direction = 'in'
				WHERE e.citizen = this AND l.episodes && c.episodes ORDER BY e.id LIMIT 1) AS encounter
		FROM care.communication c
		WHERE c.citizen = this AND c.status = 'completed'
		ORDER BY c.thread, c.sent_at, c.source
	)
	SELECT t.thread, t.category, t.topic, s.written_at, o.name, s.author, s.phone, s.text, s.title, s.content_type, s.url,
		length(s.data), s.id, s.communication, t.unread, t.encounter
	FROM segment s
	JOIN topic t ON t.thread = s.thread
	LEFT JOIN care.organization o ON o.id = s.organization
	ORDER BY t.sent_at, s.thread, s.written_at, s.text IS NULL, s.title, s.key;
END
$$;
COMMENT ON FUNCTION care.correspondence(bigint) IS
'The correspondence about a citizen: its threads, the oldest first, each with category and topic of its first communication, whether any of it is unread, and the stay that it regards; of each thread what was written and attached, in the order in which it was written (bytes: size of an attachment that was sent along, in care.communication_payload.data). For those to whom the record is open in part "messages", and the owner. Errors: 42501 it is not, 25006 on a standby.';
