-- The outbox: letters are written and queued in the transaction that has something to tell;
-- a transport takes them with care.next_messages() and says with care.report_sent() what
-- came of it. What is not answered in time goes again, in a new envelope.

CREATE OR REPLACE FUNCTION care.fhir_time("time" timestamptz)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN pg_catalog.to_char("time" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
COMMENT ON FUNCTION care.fhir_time(timestamptz) IS 'Internal: an instant as FHIR writes it, in UTC.';

-- A unit without numbers of its own is reached through what it is a unit of.
CREATE OR REPLACE FUNCTION care.address_of(organization bigint, with_gln boolean)
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE line AS (
		SELECT o.id, o.parent, o.sor IS NOT NULL AND (o.gln IS NOT NULL OR NOT with_gln) AS found, 0 AS depth
		FROM care.organization o WHERE o.id = address_of.organization
		UNION ALL
		SELECT o.id, o.parent, o.sor IS NOT NULL AND (o.gln IS NOT NULL OR NOT with_gln), l.depth + 1
		FROM line l JOIN care.organization o ON o.id = l.parent
		WHERE NOT l.found AND l.depth < 20
	)
	SELECT l.id FROM line l ORDER BY l.found DESC, l.depth LIMIT 1;
END;
COMMENT ON FUNCTION care.address_of(bigint, boolean) IS
'Internal: the organization by whose SOR id (and location number) another is reached: itself, or the nearest above it that has them; itself if none has.';

CREATE OR REPLACE FUNCTION care.organization_resource(organization bigint)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.jsonb_build_object('resourceType', 'Organization', 'id', coalesce('sor-' || o.sor, 'organization-' || o.id),
		'meta', '{"profile": ["http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-organization"]}'::jsonb,
		'identifier', coalesce((
			SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('system', i.system, 'value', i.value) ORDER BY i.place)
			FROM (VALUES
				(1, 'https://www.gs1.org/gln', o.gln),
				(2, 'urn:oid:1.2.208.176.1.1', o.sor),
				(3, 'urn:oid:1.2.208.176.1.4', o.provider_number)
			) AS i (place, system, value)
			WHERE i.value IS NOT NULL), '[]'),
		'name', o.name)
	FROM care.organization o WHERE o.id = organization_resource.organization;
END;
COMMENT ON FUNCTION care.organization_resource(bigint) IS 'Internal: an organization as FHIR Organization; null of none.';

CREATE OR REPLACE FUNCTION care.fhir_name(name text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('use', 'official',
	'family', pg_catalog.split_part(pg_catalog.btrim(coalesce(name, 'unknown')), ' ', -1),
	'given', nullif(pg_catalog.to_jsonb(pg_catalog.trim_array(pg_catalog.string_to_array(pg_catalog.btrim(coalesce(name, 'unknown')), ' '), 1)), '[]')));
COMMENT ON FUNCTION care.fhir_name(text) IS 'Internal: a name as FHIR HumanName, the last word being the family name.';

CREATE OR REPLACE FUNCTION care.patient_resource(citizen bigint)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.jsonb_build_object('resourceType', 'Patient', 'id', pg_catalog.gen_random_uuid(),
		'meta', '{"profile": ["http://medcomfhir.dk/ig/core/StructureDefinition/medcom-core-patient"]}'::jsonb,
		'identifier', coalesce((
			SELECT pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('system', i.system, 'value', i.value))
			FROM care.same_citizen(c.citizen) s
			JOIN care.citizen_identifier i ON i.citizen = s.citizen
			WHERE i.system IN ('urn:oid:1.2.208.176.1.2', 'urn:oid:1.2.208.176.1.6.1.1')
			ORDER BY i.system, s.citizen <> c.citizen, i.recorded_at DESC, i.value LIMIT 1), '[]'),
		'name', pg_catalog.jsonb_build_array(care.fhir_name(c.name)))
	FROM care.citizen c WHERE c.citizen = care.current_citizen(patient_resource.citizen);
END;
COMMENT ON FUNCTION care.patient_resource(bigint) IS 'Internal: a citizen as FHIR Patient: CPR number, else national replacement number, and name.';

-- The stack of a letter before this one, with whom it names.
CREATE OR REPLACE FUNCTION care.letter_stack(letter text)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entries jsonb;
BEGIN
	SELECT m.body::jsonb -> 'entry' INTO entries
	FROM care.letter l
	JOIN care.message m ON m.received_at = l.message_received_at AND m.id = l.message
	WHERE l.letter = letter_stack.letter
	ORDER BY l.direction DESC LIMIT 1;
	RETURN (
		WITH entry AS (
			SELECT e.value AS entry, e.ordinality AS place, e.value #>> '{resource,resourceType}' AS type
			FROM jsonb_array_elements(entries) WITH ORDINALITY AS e
		), stack AS (
			SELECT p.* FROM entry p WHERE p.type = 'Provenance'
		)
		SELECT jsonb_agg(n.entry ORDER BY n.type <> 'Provenance', n.place)
		FROM (
			SELECT * FROM stack
			UNION ALL
			SELECT o.* FROM entry o
			WHERE o.type = 'Organization' AND EXISTS (
				SELECT FROM stack s
				WHERE s.entry #>> '{resource,agent,0,who,reference}' IN ('Organization/' || (o.entry #>> '{resource,id}'), o.entry ->> 'fullUrl'))
		) AS n);
END
$$;
COMMENT ON FUNCTION care.letter_stack(text) IS
'Internal: the entries of a letter that the next one repeats: its Provenances, and the organizations that they name; null if its message is not kept.';

-- The message, as jsonb: header, what it is about, organizations, and the stack, each resource once.
CREATE OR REPLACE FUNCTION care.compose_message(l care.letter, envelope text, activity text, entities jsonb, resources jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	base CONSTANT text := care.setting('fhir_base');
	sender CONSTANT jsonb := care.organization_resource(l.sender);
	receiver CONSTANT jsonb := care.organization_resource(l.receiver);
	sor_link CONSTANT text := 'https://sor2.sum.dsdn.dk/#id=';
	focus CONSTANT text := (resources #>> '{0,resourceType}') || '/' || (resources #>> '{0,id}');
	written CONSTANT text := care.fhir_time(l.received_at);
	standard care.message_standard;
	header jsonb;
	provenance jsonb;
BEGIN
	SELECT * INTO standard FROM care.message_standard s WHERE s.standard = l.standard;
	header := jsonb_build_object('resourceType', 'MessageHeader', 'id', l.letter,
		'text', jsonb_build_object('status', 'generated', 'div',
			format('<div xmlns="http://www.w3.org/1999/xhtml">%s: %s</div>', standard.name, l.kind)),
		'eventCoding', jsonb_build_object('system', 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-eventCodes', 'code', standard.event_code),
		'destination', jsonb_build_array(jsonb_build_object(
			'extension', '[{"url": "http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-destinationUseExtension",
				"valueCoding": {"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-destinationUse", "code": "primary"}}]'::jsonb,
			'endpoint', sor_link || (receiver #>> '{identifier,1,value}'), 'receiver', jsonb_build_object('reference', 'Organization/' || (receiver ->> 'id')))),
		'sender', jsonb_build_object('reference', 'Organization/' || (sender ->> 'id')),
		'source', jsonb_build_object('endpoint', sor_link || (sender #>> '{identifier,1,value}')),
		'focus', jsonb_build_array(jsonb_build_object('reference', focus)));
	provenance := jsonb_strip_nulls(jsonb_build_object('resourceType', 'Provenance', 'id', gen_random_uuid(),
		'meta', '{"profile": ["http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-provenance"]}'::jsonb,
		'target', jsonb_build_array(jsonb_build_object('reference', 'MessageHeader/' || l.letter)),
		'occurredDateTime', care.fhir_time(l.event_time), 'recorded', written,
		'activity', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object(
			'system', 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-activityCodes', 'code', activity))),
		'agent', jsonb_build_array(jsonb_build_object('who', jsonb_build_object('reference', 'Organization/' || (sender ->> 'id')))),
		'entity', nullif(entities, '[]')));
	RETURN jsonb_build_object('resourceType', 'Bundle', 'id', envelope,
		'meta', jsonb_build_object('profile', jsonb_build_array('http://medcomfhir.dk/ig/' || CASE l.standard
			WHEN 'hospital-notification' THEN 'hospitalnotification/StructureDefinition/medcom-hospitalNotification-message'
			WHEN 'care-communication' THEN 'carecommunication/StructureDefinition/medcom-careCommunication-message'
			ELSE 'homecareobservation/StructureDefinition/medcom-homecareobservation-message' END)),
		'type', 'message', 'timestamp', written, 'entry', (
			SELECT jsonb_agg(n.entry ORDER BY n.place)
			FROM (
				SELECT DISTINCT ON (o.key) o.place, o.entry
				FROM (
					SELECT row_number() OVER () AS place, e.entry, (e.entry #>> '{resource,resourceType}') || '/' || (e.entry #>> '{resource,id}') AS key
					FROM (
						SELECT jsonb_build_object('fullUrl', base || (x.resource ->> 'resourceType') || '/' || (x.resource ->> 'id'), 'resource', x.resource) AS entry
						FROM jsonb_array_elements(jsonb_build_array(header) || resources || jsonb_build_array(sender, receiver, provenance)) AS x (resource)
						WHERE x.resource <> 'null'
						UNION ALL
						SELECT s.entry FROM jsonb_array_elements(CASE WHEN l.standard <> 'homecare-observation' THEN care.letter_stack(l.predecessor) END) AS s (entry)
					) AS e
				) AS o
				ORDER BY o.key, o.place
			) AS n));
END
$$;
COMMENT ON FUNCTION care.compose_message(care.letter, text, text, jsonb, jsonb) IS
'Internal: a message with a letter, whose first resource it is about, in an envelope.';

CREATE OR REPLACE FUNCTION care.send_envelope(l care.letter, envelope text, body jsonb, event bigint)
RETURNS care.letter
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	written CONSTANT text := body::text;
	sent_at CONSTANT timestamptz := clock_timestamp();
	message bigint;
BEGIN
	INSERT INTO care.message AS m (received_at, direction, standard, envelope, letter, sender, receiver, status, hash, body)
	VALUES (sent_at, 'out', l.standard, envelope, l.letter, l.sender, l.receiver, 'waiting', sha256(convert_to(written, 'UTF8')), written)
	RETURNING m.id INTO message;
	INSERT INTO care.sending (envelope, letter, event, message_received_at, message)
	VALUES (envelope, l.letter, event, sent_at, message);
	l.message_received_at := coalesce(l.message_received_at, sent_at);
	l.message := coalesce(l.message, message);
	PERFORM pg_notify('care_outbox', '');
	RETURN l;
END
$$;
COMMENT ON FUNCTION care.send_envelope(care.letter, text, jsonb, bigint) IS
'Internal: keeps a message that is to go, and wakes the transport.';

-- What goes is held against the rules that it will be held against.
CREATE OR REPLACE FUNCTION care.queue_letter(
	l care.letter, activity text, entities jsonb, resources jsonb, event bigint DEFAULT NULL)
RETURNS care.letter
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	envelope CONSTANT text := gen_random_uuid();
	body jsonb;
	r care.received;
BEGIN
	l.direction := 'out';
	l.status := 'waiting';
	l.received_at := clock_timestamp();
	l.author := coalesce(l.author, l.sender);
	l.sender := care.address_of(l.sender, true);
	l.receiver := care.address_of(l.receiver, true);
	body := care.compose_message(l, envelope, activity, entities, resources);
	r := care.check_message(care.read_message(body::text, l.received_at, NULL));
	IF care.is_refused(r.issues) THEN
		l.status := 'failed';
		l.issues := r.issues;
		l.reason := (
			SELECT string_agg(DISTINCT m.meaning, '; ') FROM unnest(r.issues) AS i
			JOIN care.message_rule m ON m.rule = i.rule AND m.severity IN ('fatal', 'error'));
	ELSE
		INSERT INTO care.letter SELECT l.*;
		l := care.send_envelope(l, envelope, body, event);
		UPDATE care.letter x SET message_received_at = l.message_received_at, message = l.message
		WHERE x.letter = l.letter AND x.direction = 'out';
		RETURN l;
	END IF;
	INSERT INTO care.letter SELECT l.*;
	RETURN l;
END
$$;
COMMENT ON FUNCTION care.queue_letter(care.letter, text, jsonb, jsonb, bigint) IS
'Internal: writes a letter, and queues its first sending; one that its receiver would refuse is kept as failed, with the reason, and does not go.';

CREATE OR REPLACE FUNCTION care.queue_or_raise(l care.letter, activity text, entities jsonb, resources jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	l := care.queue_letter(l, activity, entities, resources);
	IF l.status = 'failed' THEN
		RAISE EXCEPTION 'the message cannot be sent: %', l.reason
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = (SELECT string_agg(concat_ws(' ', i.rule, i.diagnostics, i.expression), E'\n') FROM unnest(l.issues) AS i);
	END IF;
END
$$;
COMMENT ON FUNCTION care.queue_or_raise(care.letter, text, jsonb, jsonb) IS
'Internal: as care.queue_letter(), for a caller who can be told. Errors: 22023 its receiver would refuse it.';

CREATE OR REPLACE FUNCTION care.renew_envelope(letter text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	envelope CONSTANT text := gen_random_uuid();
	written CONSTANT jsonb := to_jsonb(care.fhir_time(clock_timestamp()));
	l care.letter;
	body jsonb;
	place integer;
BEGIN
	SELECT * INTO l FROM care.letter x WHERE x.letter = renew_envelope.letter AND x.direction = 'out';
	SELECT m.body::jsonb INTO body FROM care.message m WHERE m.received_at = l.message_received_at AND m.id = l.message;
	SELECT e.ordinality - 1 INTO place
	FROM jsonb_array_elements(body -> 'entry') WITH ORDINALITY AS e
	WHERE e.value #>> '{resource,resourceType}' = 'Provenance' AND e.value #>> '{resource,target,0,reference}' = 'MessageHeader/' || l.letter;
	body := body || jsonb_build_object('id', envelope, 'timestamp', written);
	PERFORM care.send_envelope(l, envelope, jsonb_set(body, ARRAY['entry', place::text, 'resource', 'recorded'], written),
		(SELECT x.event FROM care.sending x WHERE x.letter = l.letter LIMIT 1));
	UPDATE care.letter x SET status = 'waiting' WHERE x.letter = l.letter AND x.direction = 'out';
END
$$;
COMMENT ON FUNCTION care.renew_envelope(text) IS 'Internal: queues a letter again, in a new envelope with new times.';

CREATE OR REPLACE FUNCTION care.next_messages(n integer DEFAULT 10)
RETURNS TABLE (letter text, envelope text, standard text, receiver bigint, gln text, sor text, body text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	taken text[];
	again text;
BEGIN
	taken := ARRAY(
		SELECT l.letter FROM care.letter l
		WHERE l.direction = 'out' AND l.status = 'waiting'
		ORDER BY l.received_at, l.message
		LIMIT n FOR UPDATE SKIP LOCKED);
	FOR again IN
		SELECT l.letter FROM care.letter l
		WHERE l.direction = 'out' AND l.status IN ('sent', 'failed')
			AND l.letter IN (SELECT d.letter FROM care.message_due d ORDER BY d.due LIMIT n)
		ORDER BY l.received_at, l.message
		LIMIT n - cardinality(taken) FOR UPDATE SKIP LOCKED
	LOOP
		-- It may have been answered meanwhile, or another transport have sent it.
		CONTINUE WHEN NOT EXISTS (SELECT FROM care.message_due d WHERE d.letter = again);
		PERFORM care.renew_envelope(again);
		taken := taken || again;
	END LOOP;
	RETURN QUERY
	SELECT l.letter, s.envelope, l.standard, l.receiver, o.gln, o.sor, m.body
	FROM unnest(taken) WITH ORDINALITY AS t (letter, place)
	JOIN care.letter l ON l.letter = t.letter AND l.direction = 'out'
	JOIN care.sending s ON s.letter = l.letter AND s.sent_at IS NULL
	JOIN care.message m ON m.received_at = s.message_received_at AND m.id = s.message
	JOIN care.organization o ON o.id = l.receiver
	ORDER BY t.place;
END
$$;
COMMENT ON FUNCTION care.next_messages(integer) IS
'For a transport: up to n messages to send, the oldest first: those that wait, and those that are due again (care.message_due) in a new envelope. They are locked, so that another transport gets others, until the transaction ends: send them, call care.report_sent() for each, and commit. LISTEN care_outbox tells when there is something.';

CREATE OR REPLACE FUNCTION care.report_sent(envelope text, error text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	sent care.sending;
BEGIN
	UPDATE care.sending s SET sent_at = clock_timestamp(), error = report_sent.error
	WHERE s.envelope = report_sent.envelope
	RETURNING * INTO sent;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no envelope "%" was to be sent', envelope
			USING ERRCODE = 'no_data_found';
	END IF;
	UPDATE care.message m SET status = CASE WHEN error IS NULL THEN 'sent' ELSE 'failed' END
	WHERE m.received_at = sent.message_received_at AND m.id = sent.message;
	-- The answer can be here before this is.
	UPDATE care.letter l SET status = CASE WHEN error IS NULL THEN 'sent' ELSE 'failed' END, reason = report_sent.error
	WHERE l.letter = sent.letter AND l.direction = 'out' AND l.status = 'waiting';
END
$$;
COMMENT ON FUNCTION care.report_sent(text, text) IS
'For a transport: an envelope has gone, or with an error it has not, and goes again like one that is not answered. Errors: P0002 no such envelope.';

CREATE OR REPLACE FUNCTION care.undelivered_letter(letter text)
RETURNS care.message_undelivered
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_row care.message_undelivered;
	author bigint;
BEGIN
	SELECT l.author INTO author FROM care.letter l WHERE l.letter = undelivered_letter.letter AND l.direction = 'out' FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no letter "%" has been written here', letter
			USING ERRCODE = 'no_data_found';
	END IF;
	PERFORM care.check_works_for(author);
	SELECT * INTO found_row FROM care.message_undelivered u WHERE u.letter = undelivered_letter.letter;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'letter "%" has arrived, may still arrive, or is closed', letter
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'care.message_undelivered has those that have not arrived.';
	END IF;
	RETURN found_row;
END
$$;
COMMENT ON FUNCTION care.undelivered_letter(text) IS
'Internal: a letter that has not arrived, for those who work for its author, and the owner. Errors: P0002 no such letter, 55000 it is none of those, 42501 for all others.';

CREATE OR REPLACE FUNCTION care.resend_message(letter text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	undelivered CONSTANT care.message_undelivered := care.undelivered_letter(letter);
BEGIN
	IF undelivered.next_step <> 'resend_message' THEN
		RAISE EXCEPTION 'letter "%" would be refused again', letter
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = undelivered.reason,
				HINT = 'Tell the receiver otherwise, then care.close_message().';
	END IF;
	PERFORM care.renew_envelope(letter);
END
$$;
COMMENT ON FUNCTION care.resend_message(text) IS
'A letter that was not answered however often it went goes once more, in a new envelope. For those who work for its author, and the owner. Errors: P0002 no such letter; 55000 it was refused, has arrived, may still arrive, or is closed; 42501 for all others.';

CREATE OR REPLACE FUNCTION care.close_message(letter text, reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF coalesce(reason, '') = '' THEN
		RAISE EXCEPTION 'closing a letter needs a reason'
			USING ERRCODE = 'null_value_not_allowed',
				HINT = 'Say how its receiver was told.';
	END IF;
	PERFORM care.undelivered_letter(letter);
	UPDATE care.letter l SET status = 'closed', reason = concat_ws('; ', l.reason, close_message.reason), accepted_by = smartcare.my_role()
	WHERE l.letter = close_message.letter AND l.direction = 'out';
END
$$;
COMMENT ON FUNCTION care.close_message(text, text) IS
'A letter did not arrive, and its author has seen to it: it leaves the work-list. An ok that comes after all is still written down. For those who work for its author, and the owner. Errors: P0002 no such letter; 55000 it has arrived, may still arrive, or is closed; 22004 no reason; 42501 for all others.';
