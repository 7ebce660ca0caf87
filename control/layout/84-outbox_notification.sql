-- Hospital notifications of the stays of those hospitals that tell through this system
-- (care.notification_sender): each step of a stay becomes a letter when its transaction ends.

CREATE OR REPLACE FUNCTION care.notification_sender_of(organization bigint)
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE line AS (
		SELECT notification_sender_of.organization AS id, 0 AS depth
		UNION ALL
		SELECT o.parent, l.depth + 1 FROM line l JOIN care.organization o ON o.id = l.id WHERE o.parent IS NOT NULL AND l.depth < 20
	)
	SELECT l.id FROM line l JOIN care.notification_sender s ON s.organization = l.id ORDER BY l.depth LIMIT 1;
END;
COMMENT ON FUNCTION care.notification_sender_of(bigint) IS 'Internal: the hospital in whose name it is told of stays in a department; null if none is.';

-- An entry after an event is what it was before the next one.
CREATE OR REPLACE FUNCTION care.stay_after(e care.workflow_event)
RETURNS care.encounter
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stay care.encounter;
	after jsonb;
BEGIN
	SELECT * INTO stay FROM care.encounter x WHERE x.citizen = e.citizen AND x.id = e.entry;
	IF e.annuls IS NOT NULL THEN
		SELECT w.before INTO after FROM care.workflow_event w WHERE w.citizen = e.citizen AND w.id = e.annuls;
	ELSE
		SELECT n.before INTO after FROM care.workflow_event n
		WHERE n.citizen = e.citizen AND n.entity = 'encounter' AND n.entry = e.entry AND n.id > e.id
		ORDER BY n.id LIMIT 1;
	END IF;
	IF after IS NOT NULL THEN
		stay := jsonb_populate_record(NULL::care.encounter, after);
	END IF;
	stay.status := e.to_status;
	RETURN stay;
END
$$;
COMMENT ON FUNCTION care.stay_after(care.workflow_event) IS 'Internal: a stay as it was after one of its events.';

-- Corrections have the kind of what they correct: the last that was told.
CREATE OR REPLACE FUNCTION care.told_kind(e care.workflow_event, stay care.encounter)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	start_kind CONSTANT text := CASE stay.class WHEN 'EMER' THEN 'STAA' WHEN 'IMP' THEN 'STIN' END;
	wrong record;
	ending name;
BEGIN
	IF e.annuls IS NOT NULL THEN
		SELECT w.step, l.kind INTO wrong
		FROM care.workflow_event w
		JOIN care.letter l ON l.direction = 'out' AND l.entity = 'encounter' AND l.citizen = e.citizen AND l.entry = e.entry
		JOIN care.sending s ON s.letter = l.letter AND s.event = w.id
		WHERE w.citizen = e.citizen AND w.id = e.annuls
		LIMIT 1;
		RETURN CASE WHEN wrong.kind LIKE 'RE\_%' THEN wrong.kind ELSE 'AN_' || wrong.kind END;
	ELSIF e.step = 'correct_stay' THEN
		SELECT s.step INTO ending FROM care.standing_events(e.citizen, 'encounter', e.entry) AS s
		WHERE s.step IN ('discharge', 'end_by_death') AND s.id < e.id LIMIT 1;
		RETURN CASE WHEN e.details ?| '{organization,start_time,end_time}' THEN
			'RE_' || CASE WHEN ending = 'discharge' THEN 'SLHJ' WHEN ending = 'end_by_death' THEN 'MORS'
				WHEN stay.status = 'onleave' THEN 'STOR' ELSE start_kind END END;
	END IF;
	RETURN CASE e.step
		WHEN 'admit' THEN start_kind
		WHEN 'change_class' THEN start_kind
		WHEN 'transfer' THEN start_kind
		WHEN 'start_leave' THEN 'STOR'
		WHEN 'end_leave' THEN 'SLOR'
		WHEN 'discharge' THEN 'SLHJ'
		WHEN 'end_by_death' THEN 'MORS' END;
END
$$;
COMMENT ON FUNCTION care.told_kind(care.workflow_event, care.encounter) IS
'Internal: what a hospital notification tells of an event of a stay (care.notification_type); null of an event that is not told, or takes back one that was not.';

CREATE OR REPLACE FUNCTION care.stay_resource(stay care.encounter, kind text, class text, started timestamptz, episode text, sender bigint, provider bigint, patient text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- The last leave, where it is told of one.
	leave CONSTANT tstzrange := CASE WHEN right(kind, 4) IN ('STOR', 'SLOR') THEN (
		SELECT l.leave FROM unnest(stay.leaves) AS l (leave) ORDER BY l.leave DESC LIMIT 1) END;
BEGIN
	RETURN jsonb_strip_nulls(jsonb_build_object('resourceType', 'Encounter', 'id', gen_random_uuid(),
		'meta', '{"profile": ["http://medcomfhir.dk/ig/hospitalnotification/StructureDefinition/medcom-hospitalNotification-encounter"]}'::jsonb,
		'extension', CASE WHEN lower(leave) IS NOT NULL THEN jsonb_build_array(jsonb_build_object(
			'url', 'http://medcomfhir.dk/ig/hospitalnotification/StructureDefinition/medcom-hospitalNotification-leave-period-extension',
			'valuePeriod', jsonb_build_object('start', care.fhir_time(lower(leave)), 'end', care.fhir_time(upper(leave))))) END,
		'status', CASE WHEN kind LIKE 'AN\_ST__' AND kind <> 'AN_STOR' THEN 'entered-in-error' ELSE stay.status END,
		'class', jsonb_build_object('system', 'http://terminology.hl7.org/CodeSystem/v3-ActCode', 'code', class),
		'subject', jsonb_build_object('reference', 'Patient/' || patient),
		'episodeOfCare', jsonb_build_array(jsonb_build_object('identifier', jsonb_build_object(
			'system', 'https://sor2.sum.dsdn.dk/#id=' || (SELECT o.sor FROM care.organization o WHERE o.id = sender), 'value', episode::uuid))),
		'period', jsonb_build_object('start', care.fhir_time(started),
			'end', CASE stay.status WHEN 'finished' THEN care.fhir_time(stay.end_time) END),
		'serviceProvider', jsonb_build_object('reference', 'Organization/' || (care.organization_resource(provider) ->> 'id'))));
END
$$;
COMMENT ON FUNCTION care.stay_resource(care.encounter, text, text, timestamptz, text, bigint, bigint, text) IS
'Internal: a stay as the Encounter of a hospital notification.';

CREATE OR REPLACE FUNCTION care.tell_stay(e care.workflow_event)
RETURNS care.letter
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stay care.encounter := care.stay_after(e);
	l care.letter;
	told care.letter;
	told_class text;
	activity text;
	started timestamptz := stay.start_time;
	provider bigint;
	patient jsonb;
BEGIN
	l.sender := care.notification_sender_of(stay.organization);
	l.kind := CASE WHEN l.sender IS NOT NULL THEN care.told_kind(e, stay) END;
	IF l.kind IS NULL
		-- Not what others told us, nor what was taken back at once.
		OR EXISTS (SELECT FROM care.letter o WHERE o.letter = stay.source AND o.direction = 'in')
		OR EXISTS (SELECT FROM care.workflow_event a WHERE a.citizen = e.citizen AND a.annuls = e.id)
	THEN
		RETURN NULL;
	END IF;
	SELECT * INTO told FROM care.letter o
	WHERE o.citizen = e.citizen AND o.entry = e.entry AND o.direction = 'out' AND o.entity = 'encounter' AND o.message IS NOT NULL
	ORDER BY o.received_at DESC, o.message DESC LIMIT 1;
	IF told.letter IS NULL AND e.step NOT IN ('admit', 'transfer') THEN
		RETURN NULL;
	END IF;

	told_class := CASE right(l.kind, 4) WHEN 'STAA' THEN 'EMER' WHEN 'STIN' THEN 'IMP' ELSE stay.class END;
	activity := CASE WHEN l.kind LIKE '%MORS' THEN (
			SELECT p #>> '{resource,activity,coding,0,code}' FROM jsonb_array_elements(care.letter_stack(told.letter)) AS p
			WHERE p #>> '{resource,target,0,reference}' = 'MessageHeader/' || told.letter)
		ELSE (SELECT t.activity FROM care.notification_type t WHERE t.kind = l.kind AND t.class = told_class) END;
	IF right(l.kind, 4) IN ('STAA', 'STIN') THEN
		-- An admission that was an emergency contact began when it became one.
		SELECT s.event_time INTO started FROM care.standing_events(e.citizen, 'encounter', e.entry) AS s
		WHERE s.step = 'change_class' AND s.id <= e.id LIMIT 1;
		started := coalesce(started, stay.start_time);
	END IF;
	l.letter := gen_random_uuid();
	l.standard := 'hospital-notification';
	l.author := stay.organization;
	l.citizen := e.citizen;
	l.receiver := (SELECT c.municipality FROM care.citizen c WHERE c.citizen = e.citizen);
	l.event_time := greatest(e.event_time, told.event_time);
	l.predecessor := told.letter;
	l.episodes := coalesce(told.episodes, (
		SELECT o.episodes FROM care.letter o
		WHERE o.citizen = e.citizen AND o.entry = stay.transferred_from AND o.direction = 'out' AND o.entity = 'encounter'
		ORDER BY o.received_at LIMIT 1), ARRAY[replace(gen_random_uuid()::text, '-', '')]);
	l.entity := 'encounter';
	l.entry := e.entry;
	provider := care.address_of(stay.organization, false);
	patient := care.patient_resource(e.citizen);
	IF l.kind IN ('MORS', 'RE_MORS', 'AN_MORS') THEN
		patient := patient || jsonb_build_object('deceasedBoolean', l.kind <> 'AN_MORS');
	END IF;
	RETURN care.queue_letter(l, activity,
		CASE WHEN told.letter IS NOT NULL THEN jsonb_build_array(jsonb_build_object(
			'role', CASE WHEN l.kind LIKE 'AN\_%' THEN 'removal' ELSE 'revision' END,
			'what', jsonb_build_object('reference', 'MessageHeader/' || told.letter))) END,
		jsonb_build_array(care.stay_resource(stay, l.kind, told_class, started, l.episodes[1], l.sender, provider, patient ->> 'id'),
			patient, care.organization_resource(provider)), e.id);
END
$$;
COMMENT ON FUNCTION care.tell_stay(care.workflow_event) IS
'Internal: writes and queues the hospital notification of an event of a stay, with the stack of those before; null where nothing is to be told.';

-- At the end of a transaction no function of the layout is running any more that would lend its owner's rights.
CREATE OR REPLACE FUNCTION care.tell_event()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM care.notification_sender) THEN
		PERFORM care.tell_stay(NEW);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.tell_event() IS 'Internal: trigger that tells the municipality of a stay when the transaction ends, and the stay is what it is going to be.';

-- A constraint trigger cannot be replaced.
DROP TRIGGER IF EXISTS workflow_event_tell ON care.workflow_event;
CREATE CONSTRAINT TRIGGER workflow_event_tell AFTER INSERT ON care.workflow_event
	DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW WHEN (NEW.entity = 'encounter') EXECUTE FUNCTION care.tell_event();
COMMENT ON TRIGGER workflow_event_tell ON care.workflow_event IS 'Tells the municipality of a stay.';
