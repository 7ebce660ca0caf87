-- MedCom HospitalNotification: what happens to a citizen in hospital, told to the
-- municipality. No field says what a message tells: class, status, activity and death do.

CREATE OR REPLACE FUNCTION care.notification_leave(stay jsonb, OUT start_time timestamptz, OUT end_time timestamptz)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- The published name of the extension is misspelt.
	leave CONSTANT jsonb := jsonb_path_query_first(stay, '$.extension[*] ? (@.url like_regex "leave-?period-?extension$" flag "i").valuePeriod');
BEGIN
	start_time := smartcare.fhir_instant(leave ->> 'start');
	end_time := smartcare.fhir_instant(leave ->> 'end');
END
$$;
COMMENT ON FUNCTION care.notification_leave(jsonb) IS 'Internal: the leave that an Encounter of a notification tells of.';

CREATE OR REPLACE FUNCTION care.check_hospital_notification(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	told CONSTANT text := r.provenance #>> '{activity,coding,0,code}';
	path CONSTANT text := 'Bundle.entry.resource.ofType(Encounter)';
	start_time CONSTANT timestamptz := smartcare.fhir_instant(r.focus #>> '{period,start}');
	end_time CONSTANT timestamptz := smartcare.fhir_instant(r.focus #>> '{period,end}');
	deceased CONSTANT boolean := CASE
		WHEN r.patient -> 'deceasedBoolean' = 'true' OR r.patient ? 'deceasedDateTime' THEN true
		WHEN r.patient -> 'deceasedBoolean' = 'false' THEN false END;
	leave record;
	provider jsonb;
	excess jsonb;
BEGIN
	IF r.patient IS NOT NULL AND care.number_system(care.person_number(r.patient)) IS DISTINCT FROM 'urn:oid:1.2.208.176.1.2' THEN
		r.issues := r.issues || ('notification-cpr', left(r.patient ->> 'identifier', 200),
			'Bundle.entry.resource.ofType(Patient).identifier')::care.message_issue;
	END IF;
	IF r.focus IS NULL OR r.provenance IS NULL THEN
		RETURN r;
	END IF;
	IF deceased THEN
		r.kind := CASE WHEN r.focus ->> 'status' = 'finished' AND r.focus #>> '{class,code}' IN ('EMER', 'IMP') THEN 'MORS' END;
	ELSIF NOT deceased AND told = r.previous #>> '{activity,coding,0,code}' THEN
		r.kind := 'AN_MORS';
	ELSE
		SELECT t.kind INTO r.kind FROM care.notification_type t
		WHERE t.activity = told AND t.class = r.focus #>> '{class,code}' AND t.status = r.focus ->> 'status';
	END IF;
	IF r.kind IS NULL THEN
		r.issues := r.issues || CASE WHEN EXISTS (SELECT FROM care.notification_type t WHERE t.activity = told)
			THEN ('notification-type', left(concat_ws(', ', r.focus #>> '{class,code}', r.focus ->> 'status', told,
				'deceased ' || (r.patient ->> 'deceasedBoolean')), 200), path)::care.message_issue
			ELSE ('notification-activity', left(told, 100), 'Bundle.entry.resource.ofType(Provenance).activity')::care.message_issue END;
	END IF;

	IF care.referenced_resource(r.bundle, r.focus #>> '{subject,reference}') IS DISTINCT FROM r.patient THEN
		r.issues := r.issues || ('notification-subject', left(r.focus #>> '{subject,reference}', 200), path || '.subject')::care.message_issue;
	END IF;
	r.episodes := care.episode_identifiers(r.focus);
	IF r.episodes = '{}' THEN
		r.issues := r.issues || ('notification-episode', left(r.focus ->> 'episodeOfCare', 200), path || '.episodeOfCare.identifier')::care.message_issue;
	END IF;
	provider := care.referenced_resource(r.bundle, r.focus #>> '{serviceProvider,reference}');
	IF provider ->> 'resourceType' IS DISTINCT FROM 'Organization' OR smartcare.resource_identifier(provider, 'urn:oid:1.2.208.176.1.1') IS NULL THEN
		r.issues := r.issues || ('notification-provider', left(r.focus #>> '{serviceProvider,reference}', 200), path || '.serviceProvider')::care.message_issue;
	END IF;
	IF start_time IS NULL THEN
		r.issues := r.issues || ('notification-start', left(r.focus #>> '{period,start}', 100), path || '.period.start')::care.message_issue;
	END IF;
	IF r.focus ->> 'status' = 'finished' AND (end_time >= start_time) IS NOT TRUE THEN
		r.issues := r.issues || ('notification-end', left(r.focus #>> '{period,end}', 100), path || '.period.end')::care.message_issue;
	END IF;
	IF r.focus ->> 'status' = 'onleave' OR r.kind IN ('SLOR', 'RE_SLOR') THEN
		leave := care.notification_leave(r.focus);
		IF r.focus ->> 'status' = 'onleave' AND leave.start_time IS NULL
			OR r.kind IN ('SLOR', 'RE_SLOR') AND (leave.end_time >= leave.start_time) IS NOT TRUE
		THEN
			r.issues := r.issues || ('notification-leave', left(r.focus ->> 'extension', 200), path || '.extension')::care.message_issue;
		END IF;
	END IF;
	excess := r.focus - '{resourceType,id,meta,text,extension,identifier,status,class,subject,episodeOfCare,period,serviceProvider}'::text[];
	IF excess <> '{}' THEN
		r.issues := r.issues || ARRAY(
			SELECT ('notification-element', left(e.value, 200), path || '.' || left(e.key, 100))::care.message_issue FROM jsonb_each_text(excess) AS e LIMIT 100);
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.check_hospital_notification(care.received) IS 'Internal: the rules of HospitalNotification 3.0.';

CREATE OR REPLACE FUNCTION care.episode_identifiers(encounter jsonb)
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	identifier jsonb;
	identifiers text[] := ARRAY[]::text[];
BEGIN
	-- UUIDs have hyphens in FHIR and none in the older formats.
	FOR place IN 0 .. 15 LOOP
		identifier := encounter -> 'episodeOfCare' -> place -> 'identifier';
		EXIT WHEN identifier IS NULL;
		IF identifier ->> 'system' <> '' AND identifier ->> 'value' <> '' THEN
			identifiers := identifiers || lower(replace(replace(identifier ->> 'value', 'urn:uuid:', ''), '-', ''));
		END IF;
	END LOOP;
	RETURN identifiers;
END
$$;
COMMENT ON FUNCTION care.episode_identifiers(jsonb) IS
'Internal: the identifiers of the episodes of care that an Encounter belongs to, in lower case without hyphens.';

-- What stands of a stay, the last first.
CREATE OR REPLACE FUNCTION care.standing_events(citizen bigint, entity name, entry bigint)
RETURNS SETOF care.workflow_event
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.* FROM care.standing_event e
	WHERE e.citizen = standing_events.citizen AND e.entity = standing_events.entity AND e.entry = standing_events.entry
	ORDER BY e.id DESC;
END;
COMMENT ON FUNCTION care.standing_events(bigint, name, bigint) IS 'Internal: the steps of an entry that have not been annulled, the last first.';

-- Takes back the last of some steps of a stay, and what came after it: corrections of it, or everything where the stay itself goes.
CREATE OR REPLACE FUNCTION care.undo_step(
	r care.received, entity name, entry bigint, steps name[])
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong care.workflow_event;
	later care.workflow_event;
BEGIN
	SELECT * INTO wrong FROM care.standing_events(r.citizen, undo_step.entity, undo_step.entry) e
	WHERE e.step = ANY (steps) AND e.rests_on IS NULL
	LIMIT 1;
	IF NOT FOUND THEN
		RAISE EXCEPTION '% is not possible: nothing of the kind stands in % %', r.kind, entity, entry
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	FOR later IN
		SELECT * FROM care.standing_events(r.citizen, undo_step.entity, undo_step.entry) e
		WHERE e.id >= wrong.id AND e.rests_on IS NULL
	LOOP
		IF later.id <> wrong.id AND later.step <> 'correct_stay' AND wrong.from_status <> '' THEN
			RAISE EXCEPTION '% is not possible: % of % % came after it', r.kind, later.step, entity, entry
				USING ERRCODE = 'object_not_in_prerequisite_state';
		END IF;
		PERFORM care.clear_stay(r.citizen, r.entry, r.letter);
		-- By who took it: the stay may have moved since.
		PERFORM care.annul(r.citizen, later.id, later.organization, format('%s of letter %s', r.kind, r.letter),
			format('%s %s', r.letter, later.id), r.event_time);
	END LOOP;
	PERFORM care.clear_stay(r.citizen, r.entry, r.letter);
	RETURN (SELECT e.organization FROM care.encounter e WHERE e.citizen = r.citizen AND e.id = r.entry);
END
$$;
COMMENT ON FUNCTION care.undo_step(care.received, name, bigint, name[]) IS
'Internal: annuls the last standing one of some steps, with its corrections, and returns the department of the stay then. Errors: 55000 there is none, or other steps came after it; as care.annul().';

-- Whether others have anything to do with a stay: most have not, for all before it was over when it began.
CREATE OR REPLACE FUNCTION care.is_alone(citizen bigint, encounter bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	RETURN NOT c.deceased AND NOT EXISTS (
			SELECT FROM care.hospital_stay s
			JOIN care.hospital_stay o ON o.citizen = s.citizen AND o.id <> s.id
				AND (o.is_open OR o.status = 'finished' AND o.end_time >= s.start_time)
			WHERE s.citizen = c.citizen AND s.id = is_alone.encounter)
		FROM care.citizen c WHERE c.citizen = is_alone.citizen;
END
$$;
COMMENT ON FUNCTION care.is_alone(bigint, bigint) IS
'Internal: whether neither a death nor another stay that overlaps it, or is later, has to do with a stay.';

CREATE OR REPLACE FUNCTION care.told_death(citizen bigint, encounter bigint)
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT max(e.entry) FROM care.standing_event e
	WHERE e.citizen = told_death.citizen AND e.entity = 'death_record' AND e.step = 'record_death'
		AND e.details -> 'encounter' = pg_catalog.to_jsonb(told_death.encounter);
END;
COMMENT ON FUNCTION care.told_death(bigint, bigint) IS 'Internal: the death that has been told of in a stay.';

CREATE OR REPLACE FUNCTION care.tell_death(r care.received, provider bigint, died_at timestamptz)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM care.death_record d WHERE d.citizen = r.citizen AND d.status = 'recorded') THEN
		r.issues := r.issues || ('notification-death', care.fhir_time(died_at), 'Bundle.entry.resource.ofType(Patient).deceased')::care.message_issue;
	END IF;
	IF care.told_death(r.citizen, r.entry) IS NULL THEN
		PERFORM care.record_death(r.citizen, provider, r.letter || ' death', died_at, r.entry, r.letter);
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.tell_death(care.received, bigint, timestamptz) IS
'Internal: a hospital tells of a death in one of its stays, perhaps after another has.';

-- Each hospital tells of its own stays: what others have told is no reason to refuse that, but to point it out.
CREATE OR REPLACE FUNCTION care.settle_notification(r care.received)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	died CONSTANT timestamptz := (SELECT c.deceased_at FROM care.citizen c WHERE c.citizen = r.citizen);
BEGIN
	-- By which it is known as a stay of the same episode.
	UPDATE care.letter l SET episodes = r.episodes WHERE l.letter = r.letter AND l.direction = 'in';
	PERFORM care.settle_stays(r.citizen, r.letter);
	IF EXISTS (
		SELECT FROM care.hospital_stay h
		WHERE h.citizen = r.citizen AND h.start_time > died AND h.status <> 'entered-in-error'
			AND (h.id = r.entry AND r.kind IN ('STAA', 'STIN', 'RE_STAA', 'RE_STIN') OR h.id <> r.entry AND r.kind IN ('MORS', 'RE_MORS')))
	THEN
		r.issues := r.issues || ('notification-after-death', care.fhir_time(died), 'Bundle.entry.resource.ofType(Encounter).period')::care.message_issue;
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.settle_notification(care.received) IS
'Internal: what follows for other stays from a notification, and for its own stay from what others have told; adds to its issues where that is a contradiction.';

CREATE OR REPLACE FUNCTION care.apply_hospital_notification(r care.received)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	class CONSTANT text := r.focus #>> '{class,code}';
	start_time CONSTANT timestamptz := smartcare.fhir_instant(r.focus #>> '{period,start}');
	end_time CONSTANT timestamptz := smartcare.fhir_instant(r.focus #>> '{period,end}');
	leave CONSTANT record := care.notification_leave(r.focus);
	provider CONSTANT bigint := CASE r.focus #>> '{serviceProvider,reference}' WHEN r.header #>> '{sender,reference}' THEN r.sender
		ELSE care.known_organization(care.referenced_resource(r.bundle, r.focus #>> '{serviceProvider,reference}'), 'hospital', true) END;
	stay care.encounter;
	last_time timestamptz;
	corrected care.workflow_event;
	again_at timestamptz;
BEGIN
	IF r.predecessor IS NULL THEN
		IF r.kind NOT IN ('STAA', 'STIN', 'MORS') THEN
			r.issues := r.issues || ('notification-first', r.kind, 'Bundle.entry.resource.ofType(Provenance)')::care.message_issue;
			r.status := 'refused';
			RETURN r;
		END IF;
		r.entity := 'encounter';
		r.entry := (care.admit(r.citizen, provider, class, r.letter, start_time, source => r.letter)).entry;
		IF r.kind = 'MORS' THEN
			r := care.tell_death(r, provider, end_time);
		END IF;
		RETURN CASE WHEN care.is_alone(r.citizen, r.entry) THEN r ELSE care.settle_notification(r) END;
	END IF;

	SELECT * INTO stay FROM care.encounter e WHERE e.citizen = r.citizen AND e.id = r.entry;
	IF stay.status = 'entered-in-error' THEN
		r.issues := r.issues || ('notification-annulled', r.predecessor, 'Bundle.entry.resource.ofType(Provenance)')::care.message_issue;
		r.status := 'refused';
		RETURN r;
	END IF;
	IF stay.status = 'finished' THEN
		PERFORM care.clear_stay(r.citizen, stay.id, r.letter);
		SELECT * INTO stay FROM care.encounter e WHERE e.citizen = r.citizen AND e.id = r.entry;
	END IF;
	IF r.kind IN ('MORS', 'AN_MORS') AND r.predecessor_kind IN ('MORS', 'RE_MORS') THEN
		r.kind := CASE r.kind WHEN 'MORS' THEN 'RE_MORS' ELSE r.kind END;
	ELSIF r.kind = 'AN_MORS' THEN
		-- Somebody who is not dead was not before, either: the same again is corrected.
		SELECT t.kind INTO r.kind FROM care.notification_type t
		WHERE t.activity = r.provenance #>> '{activity,coding,0,code}' AND t.class = r.focus #>> '{class,code}' AND t.status = r.focus ->> 'status' AND t.kind LIKE 'RE\_%';
		IF NOT FOUND THEN
			r.kind := 'AN_MORS';
			r.issues := r.issues || ('notification-type', r.predecessor_kind, 'Bundle.entry.resource.ofType(Patient).deceased')::care.message_issue;
			r.status := 'refused';
			RETURN r;
		END IF;
	END IF;
	IF r.kind IN ('RE_MORS', 'AN_MORS') THEN
		stay.organization := care.undo_step(r, 'death_record', care.told_death(r.citizen, stay.id), '{record_death}');
	END IF;
	SELECT max(e.event_time) INTO last_time FROM care.standing_events(r.citizen, 'encounter', stay.id) e;
	-- A move within the hospital is not told by itself. What is annulled says nothing new, and a transfer begins another stay.
	IF provider <> stay.organization AND r.kind NOT LIKE 'AN\_%' AND r.kind NOT IN ('RE_STAA', 'RE_STIN', 'RE_STOR', 'RE_SLOR')
		AND NOT (r.kind IN ('STAA', 'STIN') AND class = stay.class) THEN
		PERFORM care.correct_stay(r.citizen, stay.id, stay.organization, r.letter || ' department', last_time, new_organization => provider);
		stay.organization := provider;
	END IF;
	CASE r.kind
	WHEN 'STAA', 'STIN' THEN
		IF class = stay.class AND provider <> stay.organization THEN
			r.entry := (care.admit(r.citizen, provider, class, r.letter, start_time, source => r.letter)).entry;
		ELSE
			PERFORM care.change_class(r.citizen, stay.id, stay.organization, class, r.letter,
				CASE WHEN start_time > last_time THEN start_time ELSE greatest(r.event_time, last_time) END);
		END IF;
	WHEN 'STOR' THEN
		PERFORM care.start_leave(r.citizen, stay.id, stay.organization, r.letter, leave.start_time);
	WHEN 'SLOR' THEN
		PERFORM care.end_leave(r.citizen, stay.id, stay.organization, r.letter, leave.end_time);
	WHEN 'SLHJ' THEN
		PERFORM care.discharge(r.citizen, stay.id, stay.organization, r.letter, end_time);
	WHEN 'MORS', 'RE_MORS' THEN
		r := care.tell_death(r, stay.organization, end_time);
	WHEN 'AN_MORS' THEN
		NULL;
	WHEN 'RE_STAA', 'RE_STIN' THEN
		SELECT * INTO corrected FROM care.standing_events(r.citizen, 'encounter', stay.id) e
		WHERE e.step IN ('admit', 'transfer', 'change_class') LIMIT 1;
		-- Where the stay began before, the start is when the class changed, else that of the stay.
		IF corrected.step = 'change_class' AND start_time > stay.start_time THEN
			stay.organization := care.undo_step(r, 'encounter', stay.id, '{change_class}');
			PERFORM care.change_class(r.citizen, stay.id, stay.organization, class, r.letter, start_time);
			again_at := start_time;
		ELSE
			PERFORM care.correct_stay(r.citizen, stay.id, stay.organization, r.letter, last_time,
				new_organization => provider, new_start_time => start_time);
		END IF;
	WHEN 'RE_STOR' THEN
		stay.organization := care.undo_step(r, 'encounter', stay.id, '{start_leave}');
		PERFORM care.start_leave(r.citizen, stay.id, stay.organization, r.letter, leave.start_time);
		again_at := leave.start_time;
	WHEN 'RE_SLOR' THEN
		stay.organization := care.undo_step(r, 'encounter', stay.id, '{end_leave}');
		PERFORM care.end_leave(r.citizen, stay.id, stay.organization, r.letter, leave.end_time);
		again_at := leave.end_time;
	WHEN 'RE_SLHJ' THEN
		PERFORM care.correct_stay(r.citizen, stay.id, stay.organization, r.letter, last_time,
			new_start_time => start_time, new_end_time => end_time);
	WHEN 'AN_STAA', 'AN_STIN' THEN
		PERFORM care.undo_step(r, 'encounter', stay.id, '{admit,transfer,change_class}');
	WHEN 'AN_STOR' THEN
		PERFORM care.undo_step(r, 'encounter', stay.id, '{start_leave}');
	WHEN 'AN_SLOR' THEN
		PERFORM care.undo_step(r, 'encounter', stay.id, '{end_leave}');
	WHEN 'AN_SLHJ' THEN
		PERFORM care.undo_step(r, 'encounter', stay.id, '{discharge}');
	END CASE;
	-- What is taken back and taken again would take a correction of the department back with it.
	IF provider <> stay.organization AND again_at IS NOT NULL THEN
		PERFORM care.correct_stay(r.citizen, stay.id, stay.organization, r.letter || ' department', again_at, new_organization => provider);
	END IF;
	-- What a step took back may have been before what others have told since.
	RETURN CASE WHEN r.kind NOT LIKE 'AN\_%' AND r.kind NOT LIKE 'RE\_%' AND care.is_alone(r.citizen, r.entry) THEN r
		ELSE care.settle_notification(r) END;
END
$$;
COMMENT ON FUNCTION care.apply_hospital_notification(care.received) IS
'Internal: takes the step of the stay that a notification tells of. Errors: those of the steps.';
