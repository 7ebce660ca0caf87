-- MedCom Acknowledgement: what answers a message, and what comes for those we sent.

CREATE OR REPLACE FUNCTION care.issue_resource(issues care.message_issue[])
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
		'severity', m.severity, 'code', m.type,
		'details', pg_catalog.jsonb_build_object(
			'coding', CASE WHEN m.code IS NOT NULL
				THEN pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('system', m.system, 'code', m.code)) ELSE '[]' END
				|| pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('system', 'urn:smartcare:message-rule', 'code', i.rule)),
			'text', m.meaning),
		'diagnostics', nullif(i.diagnostics, ''),
		'expression', CASE WHEN i.expression IS NOT NULL THEN pg_catalog.jsonb_build_array(i.expression) END)))
	FROM pg_catalog.unnest(issues) AS i
	LEFT JOIN care.message_rule m ON m.rule = i.rule;
END;
COMMENT ON FUNCTION care.issue_resource(care.message_issue[]) IS
'The issues of an OperationOutcome; null for none.';

CREATE OR REPLACE FUNCTION care.acknowledgement(r care.received)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	letter CONSTANT text := gen_random_uuid();
	outcome CONSTANT text := gen_random_uuid();
	base CONSTANT text := 'https://smartcare.invalid/fhir/';
	written CONSTANT text := to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.MSOF":00"');
	issues CONSTANT jsonb := care.issue_resource(nullif(r.issues, '{}'));
	sender CONSTANT text := 'Organization/' || (r.receiver_resource ->> 'id');
	receiver CONSTANT text := 'Organization/' || (r.sender_resource ->> 'id');
	resources jsonb;
BEGIN
	resources := jsonb_build_array(
		jsonb_build_object(
			'resourceType', 'MessageHeader', 'id', letter,
			'meta', '{"profile": ["http://medcomfhir.dk/ig/acknowledgement/StructureDefinition/medcom-messaging-acknowledgementHeader"]}'::jsonb,
			'text', jsonb_build_object('status', 'generated', 'div', format(
				'<div xmlns="http://www.w3.org/1999/xhtml">Acknowledgement: %s</div>', r.answer)),
			'eventCoding', '{"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-eventCodes", "code": "acknowledgement-message"}'::jsonb,
			'destination', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
				'extension', '[{"url": "http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-destinationUseExtension", "valueCoding": {"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-destinationUse", "code": "primary"}}]'::jsonb,
				'endpoint', coalesce(r.header #>> '{source,endpoint}', 'urn:smartcare:unknown'),
				'receiver', care.fhir_reference(receiver)))),
			'source', jsonb_build_object('endpoint', coalesce(r.header #>> '{destination,0,endpoint}', 'urn:smartcare:here')),
			'response', jsonb_strip_nulls(jsonb_build_object(
				'identifier', coalesce(r.letter, 'unknown'), 'code', r.answer,
				'details', CASE WHEN issues IS NOT NULL THEN care.fhir_reference('OperationOutcome/' || outcome) END)))
			|| CASE WHEN sender IS NOT NULL THEN jsonb_build_object('sender', care.fhir_reference(sender)) ELSE '{}' END,
		care.provenance_resource(letter, 'acknowledgement', written, sender,
			jsonb_build_array(jsonb_build_object('role', 'revision',
				'what', care.fhir_reference('MessageHeader/' || coalesce(r.letter, 'unknown'))))));
	IF r.provenance IS NOT NULL THEN
		resources := resources || care.provenance_resource(r.letter, r.provenance #>> '{activity,coding,0,code}',
			r.provenance ->> 'occurredDateTime', receiver, NULL);
	END IF;
	IF r.sender_resource IS NOT NULL THEN
		resources := resources || (r.sender_resource - 'text');
	END IF;
	IF r.receiver_resource IS NOT NULL AND sender <> receiver THEN
		resources := resources || (r.receiver_resource - 'text');
	END IF;
	IF issues IS NOT NULL THEN
		resources := resources || jsonb_build_object('resourceType', 'OperationOutcome', 'id', outcome,
			'meta', '{"profile": ["http://medcomfhir.dk/ig/acknowledgement/StructureDefinition/medcom-acknowledgement-operationoutcome"]}'::jsonb,
			'issue', issues);
	END IF;
	RETURN jsonb_build_object('resourceType', 'Bundle', 'id', gen_random_uuid(),
		'meta', '{"profile": ["http://medcomfhir.dk/ig/acknowledgement/StructureDefinition/medcom-messaging-acknowledgement"]}'::jsonb,
		'type', 'message', 'timestamp', written,
		'entry', (SELECT jsonb_agg(jsonb_build_object(
				'fullUrl', base || (e ->> 'resourceType') || '/' || (e ->> 'id'), 'resource', e))
			FROM jsonb_array_elements(resources) AS e));
END
$$;
COMMENT ON FUNCTION care.acknowledgement(care.received) IS
'Internal: the Acknowledgement message that answers a message.';

CREATE OR REPLACE FUNCTION care.fhir_reference(reference text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN reference IS NOT NULL THEN pg_catalog.jsonb_build_object('reference', reference) END;
COMMENT ON FUNCTION care.fhir_reference(text) IS 'Internal: a FHIR Reference; null of null.';

CREATE OR REPLACE FUNCTION care.provenance_resource(
	letter text, activity text, occurred text, organization text, entity jsonb)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
	'resourceType', 'Provenance', 'id', gen_random_uuid(),
	'meta', '{"profile": ["http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-provenance"]}'::jsonb,
	'target', pg_catalog.jsonb_build_array(care.fhir_reference('MessageHeader/' || letter)),
	'occurredDateTime', occurred, 'recorded', occurred,
	'activity', pg_catalog.jsonb_build_object('coding', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
		'system', 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-activityCodes', 'code', activity))),
	'agent', CASE WHEN organization IS NOT NULL
		THEN pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('who', care.fhir_reference(organization))) END,
	'entity', entity));
COMMENT ON FUNCTION care.provenance_resource(text, text, text, text, jsonb) IS 'Internal: a Provenance of a message that we send.';

CREATE OR REPLACE FUNCTION care.check_acknowledgement(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	r.predecessor := NULL;
	r.kind := r.header #>> '{response,code}';
	IF (r.kind IN ('ok', 'fatal-error', 'transient-error')) IS NOT TRUE THEN
		r.issues := r.issues || ('response-code', left(r.kind, 100), 'Bundle.entry[0].resource.response.code')::care.message_issue;
	END IF;
	IF care.fhir_id_fault(r.header #>> '{response,identifier}') THEN
		r.issues := r.issues || ('response-identifier', left(r.header #>> '{response,identifier}', 100),
			'Bundle.entry[0].resource.response.identifier')::care.message_issue;
	END IF;
	IF jsonb_array_length(jsonb_path_query_array(r.bundle, '$.entry[*].resource ? (@.resourceType == "Provenance")')) <> 2 THEN
		r.issues := r.issues || ('two-provenances', NULL, 'Bundle.entry.resource.ofType(Provenance)')::care.message_issue;
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.check_acknowledgement(care.received) IS 'Internal: what an acknowledgement that came has to have.';

-- A technical error can be followed by a final answer; a final one stands.
CREATE OR REPLACE FUNCTION care.settle_sent(letter text, answer text, reason text, answered_at timestamptz)
RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
	UPDATE care.letter l SET
		answer = settle_sent.answer,
		status = CASE settle_sent.answer WHEN 'ok' THEN 'processed' WHEN 'fatal-error' THEN 'refused' ELSE 'failed' END,
		reason = settle_sent.reason,
		applied_at = settle_sent.answered_at
	WHERE l.letter = settle_sent.letter AND l.direction = 'out' AND (l.answer IS NULL OR l.answer = 'transient-error');
END;
COMMENT ON FUNCTION care.settle_sent(text, text, text, timestamptz) IS
'Internal: writes down how a letter of ours was answered.';

CREATE OR REPLACE FUNCTION care.apply_acknowledgement(r care.received)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answered CONSTANT text := r.header #>> '{response,identifier}';
	sent care.letter;
BEGIN
	SELECT * INTO sent FROM care.letter l WHERE l.letter = answered AND l.direction = 'out';
	IF NOT FOUND THEN
		r.issues := r.issues || ('unknown-letter', answered, 'Bundle.entry[0].resource.response.identifier')::care.message_issue;
		RETURN r;
	END IF;
	r.citizen := sent.citizen;
	r.entity := 'letter';
	PERFORM care.settle_sent(answered, r.kind,
		jsonb_path_query_first(r.bundle, '$.entry[*].resource ? (@.resourceType == "OperationOutcome").issue')::text, r.received_at);
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.apply_acknowledgement(care.received) IS
'Internal: settles the letter that an acknowledgement answers; one that we did not write is said to be unknown.';
