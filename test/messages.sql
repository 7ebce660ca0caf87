-- For tests and benchmarks of messages: MedCom messages made up, with the structure and size of published ones.

CREATE FUNCTION pg_temp.fhir_time(t timestamptz) RETURNS text LANGUAGE sql
RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');

-- An entry of a bundle, with a narrative of some length.
CREATE FUNCTION pg_temp.entry(resource jsonb, narrative integer DEFAULT 40) RETURNS jsonb LANGUAGE sql
RETURN jsonb_build_object('fullUrl', 'https://sender.example/fhir/' || (resource ->> 'resourceType') || '/' || (resource ->> 'id'),
	'resource', resource || jsonb_build_object('text', jsonb_build_object('status', 'generated', 'div',
		'<div xmlns="http://www.w3.org/1999/xhtml">' || left(repeat(format('<p><b>%s</b>: <a href="#%s">%s</a></p>', resource ->> 'resourceType', resource ->> 'id', md5(resource::text)), narrative / 80 + 1), narrative) || '</div>')));

CREATE FUNCTION pg_temp.organization(n integer) RETURNS jsonb LANGUAGE sql
RETURN jsonb_build_object('resourceType', 'Organization', 'id', 'org-' || n, 'name', 'Organization ' || n,
	'meta', '{"profile": ["http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-organization"]}'::jsonb,
	'identifier', jsonb_build_array(
		jsonb_build_object('system', 'https://www.gs1.org/gln', 'value', '579000' || lpad(n::text, 6, '0') ||
			(SELECT (10 - sum(substr('579000' || lpad(n::text, 6, '0'), i, 1)::int * CASE i % 2 WHEN 0 THEN 3 ELSE 1 END) % 10) % 10 FROM generate_series(1, 12) AS i)),
		jsonb_build_object('system', 'urn:oid:1.2.208.176.1.1', 'value',
			(SELECT n || '100001600' || i FROM generate_series(0, 9) AS i WHERE smartcare.sor_is_valid(n || '100001600' || i) LIMIT 1))));

-- A message with its header, two organizations, its Provenances, the newest last ({letter, activity, at, follows, role}), and what it is about.
CREATE FUNCTION pg_temp.message(
	event text, letter text, sender integer, receiver integer, stack jsonb, resources jsonb, focus text,
	narrative integer DEFAULT 40, envelope text DEFAULT NULL)
RETURNS jsonb LANGUAGE sql
RETURN jsonb_build_object('resourceType', 'Bundle', 'id', coalesce(envelope, 'e-' || letter), 'type', 'message',
	'meta', '{"profile": ["http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-message"]}'::jsonb,
	'timestamp', stack -> -1 ->> 'at',
	'entry', jsonb_build_array(pg_temp.entry(jsonb_strip_nulls(jsonb_build_object('resourceType', 'MessageHeader', 'id', letter,
		'meta', '{"profile": ["http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-messageHeader"]}'::jsonb,
		'eventCoding', jsonb_build_object('system', 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-eventCodes', 'code', event),
		'destination', jsonb_build_array(jsonb_build_object(
			'extension', '[{"url": "http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-destinationUseExtension", "valueCoding": {"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-destinationUse", "code": "primary"}}]'::jsonb,
			'endpoint', 'https://sor2.sum.dsdn.dk/#id=' || receiver || '000016000',
			'receiver', jsonb_build_object('reference', 'Organization/org-' || receiver))),
		'sender', jsonb_build_object('reference', 'Organization/org-' || sender),
		'source', jsonb_build_object('endpoint', 'https://sor2.sum.dsdn.dk/#id=' || sender || '000016000'),
		'focus', CASE WHEN focus IS NOT NULL THEN jsonb_build_array(jsonb_build_object('reference', focus)) END)), narrative))
	|| (SELECT coalesce(jsonb_agg(pg_temp.entry(r, narrative)), '[]') FROM jsonb_array_elements(resources) AS r)
	|| pg_temp.entry(pg_temp.organization(sender), narrative) || pg_temp.entry(pg_temp.organization(receiver), narrative)
	|| (SELECT jsonb_agg(pg_temp.entry(jsonb_strip_nulls(jsonb_build_object('resourceType', 'Provenance', 'id', 'p-' || letter || '-' || n,
			'meta', '{"profile": ["http://medcomfhir.dk/ig/messaging/StructureDefinition/medcom-messaging-provenance"]}'::jsonb,
			'target', jsonb_build_array(jsonb_build_object('reference', 'MessageHeader/' || (p ->> 'letter'))),
			'occurredDateTime', p ->> 'at', 'recorded', p ->> 'at',
			'activity', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object(
				'system', 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-activityCodes', 'code', p ->> 'activity'))),
			'agent', jsonb_build_array(jsonb_build_object('who', jsonb_build_object('reference', 'Organization/org-' || sender))),
			'entity', CASE WHEN p ? 'follows' THEN jsonb_build_array(jsonb_build_object('role', coalesce(p ->> 'role', 'revision'),
				'what', jsonb_build_object('reference', 'MessageHeader/' || (p ->> 'follows')))) END)), narrative))
		FROM jsonb_array_elements(stack) WITH ORDINALITY AS s (p, n)));

-- What a hospital tells of a stay: its messages in order, each with the stack of those before. An event every hour from
-- start; a correction moves what it corrects by ten minutes. A death leaves the activity as it is, and so does its annulment.
CREATE FUNCTION pg_temp.stay(
	cpr text, tag text, kinds text[], start timestamptz DEFAULT '2026-02-01 08:00Z',
	provider integer DEFAULT 1, receiver integer DEFAULT 2, episode text DEFAULT NULL, narrative integer DEFAULT 40)
RETURNS TABLE (n integer, kind text, letter text, message jsonb) LANGUAGE plpgsql AS $$
DECLARE
	class text := 'IMP';
	status text;
	before text[] := '{}';
	activity text;
	deceased boolean;
	began timestamptz := start;
	ended timestamptz;
	leave_start timestamptz;
	leave_end timestamptz;
	earlier_starts timestamptz[] := '{}';
	earlier_ends timestamptz[] := '{}';
	stack jsonb := '[]';
	at timestamptz;
	base text;
	word text;
BEGIN
	FOR i IN 1 .. cardinality(kinds) LOOP
		n := i;
		kind := kinds[n];
		letter := tag || '-' || n;
		at := start + (n - 1) * interval '1 hour';
		base := right(kind, 4);
		IF kind IN ('STAA', 'STIN') THEN
			class := CASE kind WHEN 'STAA' THEN 'EMER' ELSE 'IMP' END;
		END IF;
		word := CASE class WHEN 'EMER' THEN 'emergency' ELSE 'inpatient' END;
		-- Status before each event, for what annuls it.
		IF kind NOT LIKE 'RE\_%' AND kind NOT LIKE 'AN\_%' THEN
			before := before || coalesce(status, '');
		END IF;
		CASE base
		WHEN 'STAA', 'STIN' THEN
			activity := CASE left(kind, 3) WHEN 'RE_' THEN 'revise-' WHEN 'AN_' THEN 'cancel-' ELSE '' END || 'admit-' || word;
			status := CASE left(kind, 3) WHEN 'AN_' THEN 'entered-in-error' ELSE 'in-progress' END;
			began := began + CASE left(kind, 3) WHEN 'RE_' THEN interval '-10 minutes' ELSE '0' END;
		WHEN 'STOR' THEN
			activity := CASE left(kind, 3) WHEN 'RE_' THEN 'revise-' WHEN 'AN_' THEN 'cancel-' ELSE '' END || 'start-leave-inpatient';
			status := CASE left(kind, 3) WHEN 'AN_' THEN 'in-progress' ELSE 'onleave' END;
			-- Without a leave the one before it is the last again.
			IF kind = 'AN_STOR' THEN
				leave_start := earlier_starts[cardinality(earlier_starts)];
				leave_end := earlier_ends[cardinality(earlier_ends)];
				earlier_starts := trim_array(earlier_starts, 1);
				earlier_ends := trim_array(earlier_ends, 1);
			ELSIF kind = 'RE_STOR' THEN
				leave_start := leave_start - interval '10 minutes';
			ELSE
				earlier_starts := earlier_starts || leave_start;
				earlier_ends := earlier_ends || leave_end;
				leave_start := at;
				leave_end := NULL;
			END IF;
		WHEN 'SLOR' THEN
			activity := CASE left(kind, 3) WHEN 'RE_' THEN 'revise-' WHEN 'AN_' THEN 'cancel-' ELSE '' END || 'end-leave-inpatient';
			status := CASE left(kind, 3) WHEN 'AN_' THEN 'onleave' ELSE 'in-progress' END;
			leave_end := CASE left(kind, 3) WHEN 'RE_' THEN leave_end - interval '10 minutes' WHEN 'AN_' THEN NULL ELSE at END;
		WHEN 'SLHJ' THEN
			activity := CASE left(kind, 3) WHEN 'RE_' THEN 'revise-' WHEN 'AN_' THEN 'cancel-' ELSE '' END || 'discharge-' || word || '-home';
			status := CASE left(kind, 3) WHEN 'AN_' THEN 'in-progress' ELSE 'finished' END;
			ended := CASE left(kind, 3) WHEN 'RE_' THEN ended - interval '10 minutes' WHEN 'AN_' THEN NULL ELSE at END;
		WHEN 'MORS' THEN
			-- On arrival nothing was told before.
			class := CASE WHEN i = 1 THEN 'EMER' ELSE class END;
			activity := coalesce(activity, 'admit-emergency');
			status := CASE left(kind, 3) WHEN 'AN_' THEN before[cardinality(before)] ELSE 'finished' END;
			deceased := left(kind, 3) <> 'AN_';
			ended := CASE left(kind, 3) WHEN 'RE_' THEN ended - interval '10 minutes' WHEN 'AN_' THEN NULL ELSE at END;
		END CASE;
		stack := stack || jsonb_strip_nulls(jsonb_build_object('letter', letter, 'activity', activity, 'at', pg_temp.fhir_time(at + interval '1 second'),
			'follows', stack -> -1 ->> 'letter', 'role', CASE left(kind, 3) WHEN 'AN_' THEN 'removal' END));
		message := pg_temp.message('hospital-notification-message', letter, provider, receiver, stack, jsonb_build_array(
			jsonb_strip_nulls(jsonb_build_object('resourceType', 'Patient', 'id', 'pat-' || letter, 'deceasedBoolean', deceased,
				'meta', '{"profile": ["http://medcomfhir.dk/ig/core/StructureDefinition/medcom-core-patient"]}'::jsonb,
				'identifier', jsonb_build_array(jsonb_build_object('system', 'urn:oid:1.2.208.176.1.2', 'value', cpr)),
				'name', '[{"use": "official", "family": "Elmer", "given": ["Bruno"]}]'::jsonb)),
			jsonb_strip_nulls(jsonb_build_object('resourceType', 'Encounter', 'id', 'enc-' || letter, 'status', status,
				'meta', '{"profile": ["http://medcomfhir.dk/ig/hospitalnotification/StructureDefinition/medcom-hospitalNotification-encounter"]}'::jsonb,
				'class', jsonb_build_object('system', 'http://terminology.hl7.org/CodeSystem/v3-ActCode', 'code', class),
				'subject', jsonb_build_object('reference', 'Patient/pat-' || letter),
				'episodeOfCare', jsonb_build_array(jsonb_build_object('identifier', jsonb_build_object(
					'system', 'https://sor2.sum.dsdn.dk/#id=' || provider || '000016000', 'value', coalesce(episode, 'episode-' || tag)))),
				'period', jsonb_build_object('start', pg_temp.fhir_time(began), 'end', pg_temp.fhir_time(CASE status WHEN 'finished' THEN ended END)),
				'extension', CASE WHEN leave_start IS NOT NULL THEN jsonb_build_array(jsonb_build_object(
					'url', 'http://medcomfhir.dk/ig/hospitalnotification/StructureDefinition/medcom-hospitalnotifiation-leave-period-extension',
					'valuePeriod', jsonb_build_object('start', pg_temp.fhir_time(leave_start), 'end', pg_temp.fhir_time(leave_end)))) END,
				'serviceProvider', jsonb_build_object('reference', 'Organization/org-' || provider)))),
			'Encounter/enc-' || letter, narrative);
		RETURN NEXT;
	END LOOP;
END
$$;

-- A segment: key, time, author, and what it says or attaches.
CREATE FUNCTION pg_temp.payload(key text, at text, content jsonb, author text DEFAULT 'role-1') RETURNS jsonb LANGUAGE sql
RETURN jsonb_build_object('extension', jsonb_build_array(
	jsonb_build_object('url', 'http://medcomfhir.dk/ig/core/StructureDefinition/medcom-core-datetime-extension', 'valueDateTime', at),
	jsonb_build_object('url', 'http://medcomfhir.dk/ig/core/StructureDefinition/medcom-core-identifier-extension', 'valueIdentifier', jsonb_build_object('value', 'urn:uuid:' || key)),
	jsonb_build_object('url', 'http://medcomfhir.dk/ig/core/StructureDefinition/medcom-core-practitioner-extension', 'valueReference', jsonb_build_object('reference', 'PractitionerRole/' || author)),
	jsonb_build_object('url', 'http://medcomfhir.dk/ig/core/StructureDefinition/medcom-core-contact-extension', 'valueContactPoint', '{"system": "phone", "value": "38683868"}'::jsonb))) || content;
-- A message of a correspondence.
CREATE FUNCTION pg_temp.cc(letter text, stack jsonb, payloads jsonb, thread text DEFAULT '11111111-2222-3333-4444-555555555555', change jsonb DEFAULT '{}', sender integer DEFAULT 1, receiver integer DEFAULT 2, cpr text DEFAULT '0101300001', narrative integer DEFAULT 40)
RETURNS jsonb LANGUAGE sql
RETURN pg_temp.message('care-communication-message', letter, sender, receiver, stack, jsonb_build_array(
	jsonb_build_object('resourceType', 'Communication', 'id', 'com-' || letter, 'identifier', jsonb_build_array(jsonb_build_object('value', 'urn:uuid:' || thread)),
		'status', 'unknown', 'category', '[{"coding": [{"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-careCommunication-categoryCodes", "code": "nursing"}]}]'::jsonb,
		'subject', jsonb_build_object('reference', 'Patient/pat'), 'topic', '{"text": "Wound"}'::jsonb, 'payload', payloads) || change,
	jsonb_build_object('resourceType', 'Patient', 'id', 'pat', 'identifier', jsonb_build_array(jsonb_build_object('system', 'urn:oid:1.2.208.176.1.2', 'value', cpr)), 'name', '[{"use": "official", "family": "Elmer", "given": ["Bruno"]}]'::jsonb),
	'{"resourceType": "PractitionerRole", "id": "role-1", "practitioner": {"reference": "Practitioner/person-1"}, "code": [{"coding": [{"code": "sygeplejerske"}]}]}'::jsonb,
	'{"resourceType": "Practitioner", "id": "person-1", "name": [{"family": "Burns", "given": ["Michael"]}]}'::jsonb,
	'{"resourceType": "Encounter", "id": "stay", "status": "in-progress", "class": {"code": "IMP"}, "episodeOfCare": [{"identifier": {"system": "urn:x", "value": "Episode-S"}}]}'::jsonb),
	'Communication/com-' || letter, narrative);

-- A value measured at home.
CREATE FUNCTION pg_temp.observation(id text, code text, at text, value jsonb) RETURNS jsonb LANGUAGE sql
RETURN jsonb_build_object('resourceType', 'Observation', 'id', id, 'status', 'final', 'effectiveDateTime', at, 'subject', '{"reference": "Patient/pat"}'::jsonb,
	'code', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code', code, 'system', CASE WHEN code LIKE 'MCS%' THEN 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-observation-codes' ELSE 'urn:oid:1.2.208.176.2.1' END))),
	'interpretation', '[{"coding": [{"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-core-interpretation-codes", "code": "NI"}]}]'::jsonb) || value;
-- A report of home care; its sender has a producer id, its receiver a provider number.
CREATE FUNCTION pg_temp.hco(letter text, stack jsonb, observations jsonb, issued text DEFAULT '2026-02-01T13:00:00Z', cpr text DEFAULT '0101300001', sender integer DEFAULT 1, receiver integer DEFAULT 2, narrative integer DEFAULT 40) RETURNS jsonb LANGUAGE sql
RETURN (
	SELECT jsonb_set(jsonb_set(m.message, ARRAY['entry', (n - 3)::text, 'resource', 'identifier', '2'], '{"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/MedComProducentID", "value": "KAF"}', true),
		ARRAY['entry', (n - 2)::text, 'resource', 'identifier', '2'], '{"system": "urn:oid:1.2.208.176.1.4", "value": "061654"}', true)
	FROM (
		SELECT pg_temp.message('homecareobservation-message', letter, sender, receiver, stack, jsonb_build_array(
			jsonb_build_object('resourceType', 'DiagnosticReport', 'id', 'rep-' || letter, 'status', 'final', 'issued', issued, 'subject', '{"reference": "Patient/pat"}'::jsonb,
				'code', '{"coding": [{"code": "HomeCareReport"}]}'::jsonb, 'performer', jsonb_build_array(jsonb_build_object('reference', 'Organization/org-' || sender)), 'conclusion', 'fine',
				'result', (SELECT jsonb_agg(jsonb_build_object('reference', 'Observation/' || (o ->> 'id'))) FROM jsonb_array_elements(observations) AS o)),
			jsonb_build_object('resourceType', 'Patient', 'id', 'pat', 'identifier', jsonb_build_array(jsonb_build_object('system', 'urn:oid:1.2.208.176.1.2', 'value', cpr)), 'name', '[{"use": "official", "family": "Elmer", "given": ["Bruno"]}]'::jsonb))
			|| observations, 'DiagnosticReport/rep-' || letter, narrative) AS message
	) AS m
	CROSS JOIN LATERAL (SELECT jsonb_array_length(m.message -> 'entry') AS n) AS n);

-- A letter in MedCom's older XML: what stands around every one of them, and its content.
CREATE FUNCTION pg_temp.oioxml(
	version text, id text, cpr text, minutes integer DEFAULT 60, envelope text DEFAULT NULL, content text DEFAULT '',
	episode text DEFAULT NULL, sender text DEFAULT '5790000000012', receiver text DEFAULT '5790000000029', namespace text DEFAULT
	'http://rep.oio.dk/sundcom.dk/medcom.dk/xml/schemas/2007/02/01/')
RETURNS text LANGUAGE sql AS $$
	SELECT format('<?xml version="1.0" encoding="UTF-8"?><Emessage xmlns="%s"><Envelope><Sent><Date>%s</Date><Time>%s</Time></Sent>'
		'<Identifier>%s</Identifier><AcknowledgementCode>pluspositivkvitt</AcknowledgementCode></Envelope>'
		'<Report><Letter><Identifier>%s</Identifier><VersionCode>%s</VersionCode><StatisticalCode>X</StatisticalCode>'
		'<Authorisation><Date>%s</Date><Time>%s</Time></Authorisation><TypeCode>X</TypeCode><StatusCode>nytbrev</StatusCode>%s</Letter>'
		'<Sender><EANIdentifier>%s</EANIdentifier><Identifier>1300</Identifier><IdentifierCode>sygehusafdelingsnummer</IdentifierCode>'
		'<OrganisationName>Sender</OrganisationName></Sender>'
		'<Receiver><EANIdentifier>%s</EANIdentifier><OrganisationName>Receiver</OrganisationName></Receiver>'
		'<Patient><CivilRegistrationNumber>%s</CivilRegistrationNumber><PersonSurnameName>Æbelø</PersonSurnameName>'
		'<PersonGivenName>Åse</PersonGivenName></Patient>%s</Report></Emessage>',
		namespace, to_char(t, 'YYYY-MM-DD'), to_char(t, 'HH24:MI'), coalesce(envelope, 'E' || id), id, version, to_char(t, 'YYYY-MM-DD'), to_char(t, 'HH24:MI'),
		'<EpisodeOfCareIdentifier>' || episode || '</EpisodeOfCareIdentifier>', sender, receiver, cpr, content)
	FROM (SELECT (now() - minutes * interval '1 minute') AT TIME ZONE 'Europe/Copenhagen' AS t) AS s;
$$;

-- What an answer says: its code, and the rules of its issues.
CREATE FUNCTION pg_temp.answer(a jsonb) RETURNS text LANGUAGE sql
RETURN (SELECT concat_ws(' ', jsonb_path_query_first(a, '$.entry[0].resource.response.code') #>> '{}',
	(SELECT string_agg(c #>> '{}', ' ' ORDER BY n) FROM jsonb_path_query(a, '$.entry[*].resource.issue[*].details.coding[*] ? (@.system == "urn:smartcare:message-rule").code') WITH ORDINALITY AS q (c, n))));
