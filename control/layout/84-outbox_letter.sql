-- Letters that people write: correspondence, and reports of what was measured at home.

CREATE OR REPLACE FUNCTION care.author_resources(name text, role text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.jsonb_build_array(
	pg_catalog.jsonb_build_object('resourceType', 'PractitionerRole', 'id', 'role-' || pg_catalog.md5(concat_ws('|', name, role)),
		'meta', '{"profile": ["http://medcomfhir.dk/ig/core/StructureDefinition/medcom-core-practitionerrole"]}'::jsonb,
		'practitioner', pg_catalog.jsonb_build_object('reference', 'Practitioner/person-' || pg_catalog.md5(name)),
		'code', pg_catalog.jsonb_build_array(CASE WHEN role IS NULL THEN pg_catalog.jsonb_build_object('text', 'unknown')
			ELSE pg_catalog.jsonb_build_object('coding', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
				'system', 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-core-PractitionerRolesSKSadministrativ', 'code', role))) END)),
	pg_catalog.jsonb_build_object('resourceType', 'Practitioner', 'id', 'person-' || pg_catalog.md5(name),
		'meta', '{"profile": ["http://medcomfhir.dk/ig/core/StructureDefinition/medcom-core-practitioner"]}'::jsonb,
		'name', pg_catalog.jsonb_build_array(care.fhir_name(name))));
COMMENT ON FUNCTION care.author_resources(text, text) IS 'Internal: who wrote something, as PractitionerRole and Practitioner.';

CREATE OR REPLACE FUNCTION care.payload_resource(p care.communication_payload, with_data boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	base CONSTANT text := 'http://medcomfhir.dk/ig/core/StructureDefinition/medcom-core-';
	assigner CONSTANT text := 'Organization/' || (care.organization_resource(p.organization) ->> 'id');
BEGIN
	RETURN jsonb_strip_nulls(jsonb_build_object(
		'extension', jsonb_build_array(
			jsonb_build_object('url', base || 'datetime-extension', 'valueDateTime', care.fhir_time(p.written_at)),
			jsonb_build_object('url', base || 'identifier-extension', 'valueIdentifier', jsonb_build_object('value', 'urn:uuid:' || p.key,
				'assigner', CASE WHEN assigner IS NOT NULL THEN jsonb_build_object('reference', assigner) END)))
			|| CASE WHEN p.author IS NOT NULL THEN jsonb_build_array(jsonb_build_object('url', base || 'practitioner-extension',
				'valueReference', jsonb_build_object('reference', 'PractitionerRole/' || (care.author_resources(p.author, p.author_role) #>> '{0,id}'))))
				ELSE '[]' END
			|| CASE WHEN p.phone IS NOT NULL THEN jsonb_build_array(jsonb_build_object('url', base || 'contact-extension',
				'valueContactPoint', jsonb_build_object('system', 'phone', 'value', p.phone)))
				ELSE '[]' END,
		'contentString', p.text,
		'contentAttachment', CASE WHEN p.title IS NOT NULL THEN jsonb_build_object('title', p.title, 'contentType', p.content_type,
			'creation', care.fhir_time(p.created_at), 'url', p.url,
			'data', CASE WHEN with_data THEN translate(encode(p.data, 'base64'), E'\n', '') END) END));
END
$$;
COMMENT ON FUNCTION care.payload_resource(care.communication_payload, boolean) IS 'Internal: a segment as a payload of a Communication.';

-- The new segments, last the text; of a forwarded thread, first what was written in it.
CREATE OR REPLACE FUNCTION care.write_payloads(c care.communication, text text, author text, author_role text, phone text, attachments jsonb)
RETURNS text[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	attachment jsonb;
	payload care.communication_payload;
	keys text[] := ARRAY[]::text[];
BEGIN
	payload.citizen := c.citizen;
	payload.communication := c.id;
	payload.thread := c.thread;
	payload.written_at := c.sent_at;
	payload.organization := c.sender;
	payload.author := author;
	payload.author_role := author_role;
	payload.phone := phone;
	FOR attachment IN SELECT a.value FROM jsonb_array_elements(attachments) AS a LOOP
		payload.key := gen_random_uuid();
		payload.title := coalesce(attachment ->> 'title', '');
		payload.content_type := lower(attachment ->> 'contentType');
		payload.created_at := smartcare.fhir_instant(attachment ->> 'creation');
		payload.url := attachment ->> 'url';
		payload.data := care.base64(attachment ->> 'data');
		PERFORM care.keep_payload(payload);
		keys := keys || payload.key;
	END LOOP;
	payload.key := gen_random_uuid();
	payload.text := coalesce(text, '');
	payload.title := NULL;
	payload.content_type := NULL;
	payload.created_at := NULL;
	payload.url := NULL;
	payload.data := NULL;
	PERFORM care.keep_payload(payload);
	RETURN keys || payload.key;
END
$$;
COMMENT ON FUNCTION care.write_payloads(care.communication, text, text, text, text, jsonb) IS
'Internal: adds a text and attachments to a thread, and returns their keys.';

CREATE OR REPLACE FUNCTION care.queue_communication(c care.communication, followed text, keys text[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l care.letter;
	patient CONSTANT jsonb := care.patient_resource(c.citizen);
	encounter jsonb;
	communication jsonb;
	said record;
BEGIN
	l.letter := c.source;
	l.standard := 'care-communication';
	l.kind := c.activity;
	l.citizen := c.citizen;
	l.sender := c.sender;
	l.receiver := c.receiver;
	l.event_time := c.sent_at;
	l.predecessor := followed;
	l.episodes := c.episodes;
	l.entity := 'communication';
	l.entry := c.id;
	IF c.episodes <> '{}' THEN
		encounter := jsonb_build_object('resourceType', 'Encounter', 'id', gen_random_uuid(), 'status', 'unknown',
			'class', '{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}'::jsonb,
			'subject', jsonb_build_object('reference', 'Patient/' || (patient ->> 'id')),
			'episodeOfCare', (
				SELECT jsonb_agg(jsonb_build_object('identifier', jsonb_build_object('system', 'urn:ietf:rfc:3986',
					'value', CASE WHEN e.id ~ '^[0-9a-f]{32}$' THEN e.id::uuid::text ELSE e.id END)))
				FROM unnest(c.episodes) AS e (id)));
	END IF;
	-- A reply repeats what was attached before by name only.
	SELECT jsonb_agg(care.payload_resource(p, c.activity <> 'reply' OR p.key = ANY (keys)) ORDER BY p.written_at, p.text IS NOT NULL, p.key) AS payload,
		(SELECT coalesce(jsonb_agg(DISTINCT a.value), '[]')
			FROM care.communication_payload w CROSS JOIN LATERAL jsonb_array_elements(care.author_resources(w.author, w.author_role)) AS a
			WHERE w.citizen = c.citizen AND w.thread = c.thread AND w.author IS NOT NULL) AS authors,
		(SELECT coalesce(jsonb_agg(DISTINCT care.organization_resource(w.organization)), '[]')
			FROM care.communication_payload w
			WHERE w.citizen = c.citizen AND w.thread = c.thread AND w.organization IS NOT NULL) AS organizations
	INTO said
	FROM care.communication_payload p
	WHERE p.citizen = c.citizen AND p.thread = c.thread;
	communication := jsonb_strip_nulls(jsonb_build_object('resourceType', 'Communication', 'id', gen_random_uuid(),
		'meta', '{"profile": ["http://medcomfhir.dk/ig/carecommunication/StructureDefinition/medcom-careCommunication-communication"]}'::jsonb,
		'identifier', jsonb_build_array(jsonb_build_object('value', 'urn:uuid:' || c.thread)),
		'status', 'unknown',
		'category', jsonb_build_array(jsonb_build_object('coding', jsonb_build_array(jsonb_build_object(
			'system', 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-careCommunication-categoryCodes', 'code', c.category)))),
		'priority', c.priority,
		'subject', jsonb_build_object('reference', 'Patient/' || (patient ->> 'id')),
		'topic', CASE WHEN c.topic IS NOT NULL THEN jsonb_build_object('text', c.topic) END,
		'encounter', CASE WHEN encounter IS NOT NULL THEN jsonb_build_object('reference', 'Encounter/' || (encounter ->> 'id')) END,
		'payload', said.payload));
	PERFORM care.queue_or_raise(l, c.activity || '-message',
		CASE WHEN followed IS NOT NULL THEN jsonb_build_array(jsonb_build_object('role', 'revision',
			'what', jsonb_build_object('reference', 'MessageHeader/' || followed))) ELSE '[]' END
		|| (SELECT jsonb_agg(jsonb_build_object('role', 'source', 'what', jsonb_build_object('identifier', jsonb_build_object('value', 'urn:uuid:' || k.key))))
			FROM unnest(keys) AS k (key)),
		jsonb_build_array(communication, patient) || CASE WHEN encounter IS NULL THEN '[]' ELSE jsonb_build_array(encounter) END
			|| said.authors || said.organizations);
END
$$;
COMMENT ON FUNCTION care.queue_communication(care.communication, text, text[]) IS
'Internal: queues a communication with its thread. Errors: 22023 its receiver would refuse it.';

CREATE OR REPLACE FUNCTION care.send_communication(
	citizen bigint, sender bigint, receiver bigint, category text, text text, author text, phone text, request_id text,
	event_time timestamptz DEFAULT now(), topic text DEFAULT NULL, priority text DEFAULT NULL, attachments jsonb DEFAULT NULL,
	replies_to bigint DEFAULT NULL, forwards bigint DEFAULT NULL, encounter bigint DEFAULT NULL, author_role text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'communication', NULL, 'send_communication', sender, request_id, event_time,
		jsonb_build_object('receiver', receiver, 'category', category, 'topic', topic, 'replies_to', replies_to, 'forwards', forwards,
			'content', md5(concat(text, attachments))));
	before care.communication;
	c care.communication;
	segment care.communication_payload;
BEGIN
	IF result.repeated THEN
		RETURN result;
	ELSIF replies_to IS NOT NULL OR forwards IS NOT NULL THEN
		SELECT * INTO before FROM care.communication x
		WHERE x.citizen = result.citizen AND x.id = coalesce(replies_to, forwards) AND (replies_to IS NULL OR forwards IS NULL);
		IF NOT FOUND THEN
			RAISE EXCEPTION 'citizen % has no communication %', result.citizen, coalesce(replies_to, forwards)
				USING ERRCODE = 'no_data_found';
		END IF;
	END IF;
	c.citizen := result.citizen;
	c.id := result.entry;
	c.status := result.status;
	c.direction := 'out';
	c.activity := CASE WHEN replies_to IS NOT NULL THEN 'reply' WHEN forwards IS NOT NULL THEN 'forward' ELSE 'new' END;
	c.thread := CASE WHEN replies_to IS NOT NULL THEN before.thread ELSE gen_random_uuid()::text END;
	c.category := coalesce(send_communication.category, before.category);
	c.topic := coalesce(nullif(send_communication.topic, ''), before.topic);
	c.priority := coalesce(send_communication.priority, CASE WHEN replies_to IS NOT NULL THEN before.priority END);
	c.sender := send_communication.sender;
	-- Who follows up on its own goes on with the same one.
	c.receiver := coalesce(send_communication.receiver, CASE WHEN replies_to IS NULL THEN NULL
		WHEN care.address_of(before.sender, true) = care.address_of(c.sender, true) THEN before.receiver ELSE before.sender END);
	c.episodes := CASE WHEN encounter IS NULL THEN coalesce(before.episodes, '{}') ELSE coalesce((
		SELECT l.episodes FROM care.letter l
		WHERE l.citizen = c.citizen AND l.entry = encounter AND l.entity = 'encounter' AND l.direction = 'out'
		ORDER BY l.received_at LIMIT 1), (
		SELECT l.episodes FROM care.encounter e JOIN care.letter l ON l.letter = e.source AND l.direction = 'in'
		WHERE e.citizen = c.citizen AND e.id = encounter), '{}') END;
	c.sent_at := event_time;
	c.source := gen_random_uuid();
	c.recorded_at := now();
	INSERT INTO care.communication SELECT c.*;
	IF forwards IS NOT NULL THEN
		FOR segment IN
			SELECT * FROM care.communication_payload p WHERE p.citizen = c.citizen AND p.thread = before.thread ORDER BY p.id
		LOOP
			segment.communication := c.id;
			segment.thread := c.thread;
			PERFORM care.keep_payload(segment);
		END LOOP;
	END IF;
	PERFORM care.queue_communication(c, before.source, care.write_payloads(c, text, author, author_role, phone, attachments));
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.send_communication(bigint, bigint, bigint, text, text, text, text, text, timestamptz, text, text, jsonb, bigint, bigint, bigint, text) IS
'Step: writes to another organization about a citizen, and queues the message: a new thread, a reply to a communication (the other party gets it, unless another receiver is given), or a forwarded thread. Author and a telephone number are needed. Attachments: a JSON array of objects with title, and contentType and data (base64) or url, as FHIR Attachment has them. encounter: the stay that it regards. Errors: as care.take_step(); 22023 its receiver would refuse it (the detail says why); P0002 no such communication; 23503 unknown category; 23502 no receiver.';

-- At most twelve characters, rounded as far as that needs.
CREATE OR REPLACE FUNCTION care.short_number(value float8)
RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	exact CONSTANT numeric := value::numeric;
BEGIN
	RETURN CASE WHEN length(exact::text) <= 12 THEN exact
		ELSE trim_scale(round(exact, greatest(0, 11 - length(trunc(exact)::text)))) END;
END
$$;
COMMENT ON FUNCTION care.short_number(float8) IS 'Internal: a value as HomeCareObservation may have it: at most 12 characters, as long as its whole part allows.';

CREATE OR REPLACE FUNCTION care.home_observations(
	citizen bigint, measures text[], start_time timestamptz, end_time timestamptz, patient text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('resourceType', 'Observation', 'id', gen_random_uuid(),
			'meta', '{"profile": ["http://medcomfhir.dk/ig/homecareobservation/StructureDefinition/medcom-homecare-observation"]}'::jsonb,
			'status', 'final',
			'code', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('system', k.system, 'code', k.code))),
			'subject', jsonb_build_object('reference', 'Patient/' || patient),
			'effectiveDateTime', care.fhir_time(m."time"),
			'valueQuantity', jsonb_build_object('value', care.short_number(coalesce(m.original_value, m.value)), 'comparator', m.comparator,
				'unit', coalesce(m.original_unit, m.unit), 'system', 'http://unitsofmeasure.org', 'code', coalesce(m.original_unit, m.unit)),
			'interpretation', '[{"coding": [{"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-core-interpretation-codes", "code": "NI"}]}]'::jsonb,
			'note', CASE WHEN m.note IS NOT NULL THEN jsonb_build_array(jsonb_build_object('text', m.note)) END))
			ORDER BY m."time", m.measure)
		FROM care.measurement m
		JOIN care.measure c ON c.name = m.measure
		LEFT JOIN LATERAL (
			SELECT x.system, x.code FROM care.measure_code x
			WHERE x.measure = c.id
				AND x.system IN ('urn:oid:1.2.208.176.2.1', 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-observation-codes')
			ORDER BY x.priority DESC, x.system DESC, x.code LIMIT 1
		) AS k ON true
		WHERE m.citizen = home_observations.citizen AND m.measure = ANY (measures)
			AND m."time" >= home_observations.start_time AND m."time" < home_observations.end_time);
END
$$;
COMMENT ON FUNCTION care.home_observations(bigint, text[], timestamptz, timestamptz, text) IS
'Internal: measurements as the Observations of a report; null if there are none.';

CREATE OR REPLACE FUNCTION care.send_homecare_observation(
	citizen bigint, sender bigint, receiver bigint, measures text[], start_time timestamptz, end_time timestamptz,
	author text, request_id text, event_time timestamptz DEFAULT now(), conclusion text DEFAULT NULL, producer text DEFAULT 'KAF',
	modifies text DEFAULT NULL, retracts text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this CONSTANT bigint := care.lock_citizen(send_homecare_observation.citizen);
	followed CONSTANT text := coalesce(retracts, modifies);
	patient CONSTANT jsonb := care.patient_resource(this);
	l care.letter;
	observations jsonb;
	performer jsonb;
	authors CONSTANT jsonb := care.author_resources(author, NULL);
	report jsonb;
BEGIN
	IF coalesce(request_id, '') = '' OR coalesce(author, '') = '' THEN
		RAISE EXCEPTION 'a report needs a request id and an author'
			USING ERRCODE = 'null_value_not_allowed';
	ELSIF followed IS NOT NULL AND NOT EXISTS (
		SELECT FROM care.letter x
		WHERE x.letter = followed AND x.direction = 'out' AND x.standard = 'homecare-observation' AND care.current_citizen(x.citizen) = this)
	THEN
		RAISE EXCEPTION 'citizen % has no report "%" that was sent', this, followed
			USING ERRCODE = 'no_data_found';
	END IF;
	l.author := send_homecare_observation.sender;
	l.sender := care.address_of(l.author, true);
	l.receiver := care.address_of(send_homecare_observation.receiver, true);
	-- The same for the same request.
	l.letter := md5(concat_ws(' ', 'report', (SELECT o.sor FROM care.organization o WHERE o.id = l.sender),
		(SELECT min(v.at) FROM care.layout v), this, request_id))::uuid;
	IF EXISTS (SELECT FROM care.letter x WHERE x.letter = l.letter AND x.direction = 'out') THEN
		RETURN l.letter;
	END IF;
	l.standard := 'homecare-observation';
	l.kind := CASE WHEN retracts IS NOT NULL THEN 'retracted' WHEN modifies IS NOT NULL THEN 'modified' ELSE 'new' END;
	l.citizen := this;
	l.event_time := send_homecare_observation.event_time;
	l.predecessor := followed;
	observations := coalesce(care.home_observations(this, measures, start_time, end_time, patient ->> 'id'), '[]');
	performer := care.organization_resource(l.sender);
	performer := jsonb_set(performer, '{identifier}', (performer -> 'identifier') || jsonb_build_array(jsonb_build_object(
		'system', 'http://medcomfhir.dk/ig/terminology/CodeSystem/MedComProducentID', 'value', producer)));
	report := jsonb_strip_nulls(jsonb_build_object('resourceType', 'DiagnosticReport', 'id', gen_random_uuid(),
		'meta', '{"profile": ["http://medcomfhir.dk/ig/homecareobservation/StructureDefinition/medcom-homecareobservation-diagnosticreport"]}'::jsonb,
		'status', 'final',
		'code', '{"coding": [{"system": "http://medcomfhir.dk/ig/terminology/CodeSystem/MedComDiagnosticReportCodes", "code": "HomeCareReport"}]}'::jsonb,
		'subject', jsonb_build_object('reference', 'Patient/' || (patient ->> 'id')),
		'issued', care.fhir_time(l.event_time),
		'performer', jsonb_build_array(jsonb_build_object('reference', 'Organization/' || (performer ->> 'id')),
			jsonb_build_object('reference', 'PractitionerRole/' || (authors #>> '{0,id}'))),
		'result', (SELECT jsonb_agg(jsonb_build_object('reference', 'Observation/' || (o.value ->> 'id'))) FROM jsonb_array_elements(observations) AS o),
		'conclusion', conclusion));
	PERFORM care.queue_or_raise(l,
		CASE l.kind WHEN 'retracted' THEN 'retract-message' WHEN 'modified' THEN 'modified-message' ELSE 'new-message' END,
		CASE WHEN followed IS NOT NULL THEN jsonb_build_array(jsonb_build_object(
			'role', CASE l.kind WHEN 'retracted' THEN 'removal' ELSE 'revision' END,
			'what', jsonb_build_object('reference', 'MessageHeader/' || followed))) END,
		-- Before the sender, whose producer id it has.
		jsonb_build_array(report, patient, performer) || observations || authors);
	RETURN l.letter;
END
$$;
COMMENT ON FUNCTION care.send_homecare_observation(bigint, bigint, bigint, text[], timestamptz, timestamptz, text, text, timestamptz, text, text, text, text) IS
'Reports the measurements of some measures, from start_time (inclusive) to end_time (exclusive), to another organization: queues a HomeCareObservation and returns its letter. modifies, retracts: the letter of an earlier report that this one takes the place of, or takes back. Values have at most 12 characters, and are rounded to that. The same request id again returns the same letter. Errors: 22023 its receiver would refuse it (the detail says why), P0002 no such report, 22004 no request id or author.';
