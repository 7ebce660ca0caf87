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

-- Entries are written as text, which is several times faster than building them value by value.
CREATE OR REPLACE FUNCTION care.provenance_entry(
	base text, letter text, activity text, occurred text, organization text, follows text)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN CASE WHEN letter IS NOT NULL AND activity IS NOT NULL AND occurred IS NOT NULL THEN pg_catalog.format(
	'{"fullUrl": "%sProvenance/%s", "resource": {"resourceType": "Provenance", "id": "%2$s",'
	' "meta": {"profile": ["http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-provenance"]},'
	' "target": [{"reference": "MessageHeader/%s"}], "occurredDateTime": %s, "recorded": %4$s,'
	' "activity": {"coding": [{"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-activityCodes", "code": %s}]}%s%s}}',
	base, pg_catalog.gen_random_uuid(), letter, pg_catalog.to_json(occurred), pg_catalog.to_json(activity),
	', "agent": [{"who": {"reference": ' || pg_catalog.to_json(organization)::text || '}}]',
	', "entity": [{"role": "revision", "what": {"reference": ' || pg_catalog.to_json('MessageHeader/' || follows)::text || '}}]') END;
COMMENT ON FUNCTION care.provenance_entry(text, text, text, text, text, text) IS
'Internal: the entry, as JSON text, of a Provenance of a message that we send; null if what it must have is not known.';

CREATE OR REPLACE FUNCTION care.organization_entry(base text, organization jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN organization IS NOT NULL THEN pg_catalog.format('{"fullUrl": %s, "resource": %s}',
	pg_catalog.to_json(base || 'Organization/' || (organization ->> 'id')), organization - 'text') END;
COMMENT ON FUNCTION care.organization_entry(text, jsonb) IS
'Internal: the entry, as JSON text, of an Organization that came with the message that we answer; null of null.';

CREATE OR REPLACE FUNCTION care.answer(r care.received)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	letter CONSTANT text := gen_random_uuid();
	outcome CONSTANT text := gen_random_uuid();
	written CONSTANT text := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+00:00"');
	answered CONSTANT text := coalesce(r.letter, 'unknown');
	sender CONSTANT text := 'Organization/' || (r.receiver_resource ->> 'id');
	receiver CONSTANT text := 'Organization/' || (r.sender_resource ->> 'id');
	base text;
	issues jsonb;
BEGIN
	IF r.standard = 'acknowledgement' OR r.kind LIKE 'XCTL%' THEN
		RETURN NULL;
	ELSIF r.standard = 'oioxml' THEN
		RETURN care.receipt(r);
	END IF;
	base := care.setting('fhir_base');
	IF cardinality(r.issues) > 0 THEN
		issues := care.issue_resource(r.issues);
	END IF;
	RETURN (format(
		'{"resourceType": "Bundle", "id": "%s",'
		' "meta": {"profile": ["http://medcomfhir.dk/ig/acknowledgement/StructureDefinition/medcom-messaging-acknowledgement"]},'
		' "type": "message", "timestamp": "%s", "entry": [', gen_random_uuid(), written)
	|| format(
		'{"fullUrl": "%sMessageHeader/%s", "resource": {"resourceType": "MessageHeader", "id": "%2$s",'
		' "meta": {"profile": ["http://medcomfhir.dk/ig/acknowledgement/StructureDefinition/medcom-messaging-acknowledgementHeader"]},'
		' "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Acknowledgement of %s: %s</div>"},'
		' "eventCoding": {"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-eventCodes", "code": "acknowledgement-message"},'
		' "destination": [{"extension": [{"url": "http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-destinationUseExtension",'
		' "valueCoding": {"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-destinationUse", "code": "primary"}}],'
		' "endpoint": %s%s}], %s "source": {"endpoint": %s}, "response": {"identifier": "%3$s", "code": "%4$s"%9$s}}}',
		base, letter, answered, r.answer,
		to_json(coalesce(r.header #>> '{source,endpoint}', 'urn:smartcare:unknown')),
		', "receiver": {"reference": ' || to_json(receiver)::text || '}',
		'"sender": {"reference": ' || to_json(sender)::text || '},',
		to_json(coalesce(r.header #>> '{destination,0,endpoint}', 'urn:smartcare:here')),
		CASE WHEN issues IS NOT NULL THEN format(', "details": {"reference": "OperationOutcome/%s"}', outcome) END)
	|| ', ' || care.provenance_entry(base, letter, 'acknowledgement', written, sender, answered)
	|| coalesce(', ' || care.provenance_entry(base, r.letter, r.provenance #>> '{activity,coding,0,code}',
		r.provenance ->> 'occurredDateTime', receiver, NULL), '')
	|| coalesce(', ' || care.organization_entry(base, r.sender_resource), '')
	|| coalesce(', ' || CASE WHEN sender IS DISTINCT FROM receiver THEN care.organization_entry(base, r.receiver_resource) END, '')
	|| CASE WHEN issues IS NULL THEN '' ELSE format(
		', {"fullUrl": "%sOperationOutcome/%s", "resource": {"resourceType": "OperationOutcome", "id": "%2$s",'
		' "meta": {"profile": ["http://medcomfhir.dk/ig/acknowledgement/StructureDefinition/medcom-acknowledgement-operationoutcome"]},'
		' "issue": %s}}', base, outcome, issues) END
	|| ']}')::jsonb;
END
$$;
COMMENT ON FUNCTION care.answer(care.received) IS
'Internal: what answers a message: an Acknowledgement, new in its ids and times, or to a letter in OIOXML what its receipt has to say; null to an acknowledgement or a receipt, which is not answered.';

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
	IF smartcare.fhir_id_is_valid(r.header #>> '{response,identifier}') IS NOT TRUE THEN
		r.issues := r.issues || ('response-identifier', left(r.header #>> '{response,identifier}', 100),
			'Bundle.entry[0].resource.response.identifier')::care.message_issue;
	END IF;
	IF cardinality(smartcare.fhir_entries(r.bundle, 'Provenance')) <> 2 THEN
		r.issues := r.issues || ('two-provenances', NULL, 'Bundle.entry.resource.ofType(Provenance)')::care.message_issue;
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.check_acknowledgement(care.received) IS 'Internal: what an acknowledgement that came has to have.';

-- A technical error can be followed by a final answer; a final one stands.
CREATE OR REPLACE FUNCTION care.settle_sent(letter text, answer text, reason text, answered_at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE care.letter l SET
		answer = settle_sent.answer,
		-- Not what waits to go again, nor what somebody has seen to.
		status = CASE WHEN settle_sent.answer = 'ok' THEN 'processed' WHEN l.status = 'closed' THEN 'closed'
			WHEN settle_sent.answer = 'fatal-error' THEN 'refused' WHEN l.status = 'waiting' THEN 'waiting' ELSE 'failed' END,
		reason = CASE l.status WHEN 'closed' THEN l.reason ELSE settle_sent.reason END,
		applied_at = settle_sent.answered_at
	WHERE l.letter = settle_sent.letter AND l.direction = 'out' AND (l.answer IS NULL OR l.answer = 'transient-error');
END
$$;
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
	PERFORM care.settle_sent(answered, r.kind, (
		SELECT left(string_agg(concat_ws(' ', coalesce(i #>> '{details,text}', i #>> '{details,coding,0,code}', i ->> 'code'), '(' || (i ->> 'diagnostics') || ')'), '; '), 1000)
		FROM jsonb_path_query(r.bundle, '$.entry[*].resource ? (@.resourceType == "OperationOutcome").issue[*]') AS i), r.received_at);
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.apply_acknowledgement(care.received) IS
'Internal: settles the letter that an acknowledgement answers; one that we did not write is said to be unknown.';
