-- Hospital stays. A stay proposes to the municipality what to do with its services;
-- the municipality decides (59-service.sql).

CREATE OR REPLACE FUNCTION care.plan_admission(
	citizen bigint, organization bigint, start_time timestamptz,
	request_id text, event_time timestamptz DEFAULT now(), reason text DEFAULT NULL, referral bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'encounter', NULL, 'plan_admission', organization,
		request_id, event_time, jsonb_build_object('start_time', start_time, 'reason', reason, 'referral', referral));
BEGIN
	IF NOT result.repeated THEN
		IF start_time BETWEEN '0001-01-01 00:00Z' AND '9999-12-31 00:00Z' IS NOT TRUE THEN
			RAISE EXCEPTION 'plan_admission needs the time at which it begins, not %', coalesce(start_time::text, 'null')
				USING ERRCODE = 'datetime_field_overflow';
		END IF;
		INSERT INTO care.encounter (citizen, id, status, class, reason, organization, service_request, start_time, planned)
		VALUES (result.citizen, result.entry, result.status, 'IMP', reason, organization, referral, start_time, true);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.plan_admission(bigint, bigint, timestamptz, text, timestamptz, text, bigint) IS
'Step: a department expects the citizen at a time. Errors: as care.take_step(); 22008 no such time, 23503 unknown referral.';

CREATE OR REPLACE FUNCTION care.cancel_admission(
	citizen bigint, encounter bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.take_step(citizen, 'encounter', encounter, 'cancel_admission', organization, request_id, event_time,
	pg_catalog.jsonb_build_object('reason', reason));
COMMENT ON FUNCTION care.cancel_admission(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: a planned admission will not take place. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.check_class(class text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF class IS NULL OR class NOT IN ('EMER', 'IMP') THEN
		RAISE EXCEPTION 'a stay cannot be of class "%"', class
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'It is EMER, an emergency contact, or IMP, an admission.';
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_class(text) IS 'Internal: of which classes a stay that begins here can be. Errors: 22023 another.';

CREATE OR REPLACE FUNCTION care.admit(
	citizen bigint, organization bigint, class text,
	request_id text, event_time timestamptz DEFAULT now(), reason text DEFAULT NULL,
	planned bigint DEFAULT NULL, referral bigint DEFAULT NULL, source text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- Planning takes longer than what is planned.
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	result care.step_result;
	fulfilled bigint;
BEGIN
	PERFORM care.check_class(class);
	result := care.take_step(citizen, 'encounter', planned, 'admit', organization, request_id, event_time,
		jsonb_build_object('class', class, 'reason', reason, 'referral', referral, 'source', source));
	IF result.repeated THEN
		RETURN result;
	END IF;
	INSERT INTO care.encounter AS e (citizen, id, status, class, reason, organization, service_request, start_time, planned, source)
	VALUES (result.citizen, result.entry, result.status, admit.class, admit.reason, admit.organization, referral, event_time,
		referral IS NOT NULL, admit.source)
	ON CONFLICT ON CONSTRAINT encounter_pkey DO UPDATE SET
		class = excluded.class, organization = excluded.organization, start_time = excluded.start_time,
		reason = coalesce(excluded.reason, e.reason), service_request = coalesce(excluded.service_request, e.service_request), planned = true
	RETURNING e.service_request INTO fulfilled;
	IF EXISTS (SELECT FROM care.service_request r WHERE r.citizen = result.citizen AND r.id = fulfilled AND r.status = 'accepted') THEN
		PERFORM care.take_step(result.citizen, 'service_request', fulfilled, 'complete_referral', organization,
			request_id, event_time, rests_on => result.event);
	END IF;
	-- Of what a letter tells, the death may be the rest.
	IF source IS NULL AND (SELECT c.deceased FROM care.citizen c WHERE c.citizen = result.citizen) THEN
		PERFORM care.settle_stays(result.citizen, request_id);
	ELSE
		PERFORM care.propose_pause(result, organization, request_id, event_time);
		PERFORM care.interrupt_pathways(result, organization, request_id, event_time);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.admit(bigint, bigint, text, text, timestamptz, text, bigint, bigint, text) IS
'Step: a stay begins, acutely, or as planned (the planned encounter, which fulfils its referral). Proposes to the municipality to pause its services, and puts pathways on hold. One that began before the recorded death ends by it. Class: EMER emergency, IMP inpatient. Source: the letter that told of it, which may be of a time after the recorded death. Errors: as care.take_step(); 22023 another class, 23503 unknown referral.';

CREATE OR REPLACE FUNCTION care.interrupt_pathways(stay care.step_result, organization bigint, request_id text, event_time timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.take_step(n.citizen, 'enrollment', n.id, 'interrupt_care', interrupt_pathways.organization,
		request_id, event_time, rests_on => stay.event)
	FROM care.enrollment n WHERE n.citizen = stay.citizen AND n.status = 'active';
END
$$;
COMMENT ON FUNCTION care.interrupt_pathways(care.step_result, bigint, text, timestamptz) IS
'Internal: a stay puts pathways on hold.';

CREATE OR REPLACE FUNCTION care.follow_last_discharge(stay care.step_result, organization bigint, request_id text, event_time timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.propose_resumption(stay, organization, request_id, event_time);
	PERFORM care.take_step(n.citizen, 'enrollment', n.id, 'continue_care', follow_last_discharge.organization,
		request_id, event_time, rests_on => stay.event)
	FROM care.enrollment n WHERE n.citizen = stay.citizen AND n.status = 'onhold';
END
$$;
COMMENT ON FUNCTION care.follow_last_discharge(care.step_result, bigint, text, timestamptz) IS
'Internal: nobody keeps the citizen in hospital any more.';

CREATE OR REPLACE FUNCTION care.change_class(
	citizen bigint, encounter bigint, organization bigint, class text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'encounter', encounter, 'change_class', organization,
		request_id, event_time, jsonb_build_object('class', class));
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.encounter e SET class = change_class.class
		WHERE e.citizen = result.citizen AND e.id = result.entry
			AND e.class <> change_class.class AND change_class.class IN ('EMER', 'IMP');
		IF NOT FOUND THEN
			RAISE EXCEPTION 'the class of encounter % cannot change to "%"', result.entry, class
				USING ERRCODE = 'invalid_parameter_value',
				HINT = 'It changes from EMER to IMP, or back.';
		END IF;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.change_class(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: an emergency contact becomes an admission (class IMP), or the other way (EMER), without an end between. Errors: as care.take_step(); 22023 no such change.';

CREATE OR REPLACE FUNCTION care.transfer(
	citizen bigint, encounter bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now(), reason text DEFAULT NULL,
	class text DEFAULT 'IMP')
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result care.step_result;
BEGIN
	PERFORM care.check_class(class);
	result := care.take_step(citizen, 'encounter', NULL, 'transfer', organization,
		request_id, event_time, jsonb_build_object('encounter', encounter, 'reason', reason, 'class', class));
	IF result.repeated THEN
		RETURN result;
	END IF;
	PERFORM care.end_stay(care.take_step(result.citizen, 'encounter', encounter, 'end_by_transfer', organization, request_id, event_time,
		rests_on => result.event, sets_status => false), event_time);
	INSERT INTO care.encounter (citizen, id, status, class, reason, organization, episode_of_care, transferred_from, start_time, planned)
	SELECT result.citizen, result.entry, result.status, transfer.class, coalesce(transfer.reason, e.reason), transfer.organization,
		e.episode_of_care, e.id, event_time, e.planned
	FROM care.encounter e WHERE e.citizen = result.citizen AND e.id = transfer.encounter;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.transfer(bigint, bigint, bigint, text, timestamptz, text, text) IS
'Step: a department takes the citizen over from another stay, which ends by that without a discharge. Errors: as care.take_step(), for either stay; 22023 another class than EMER or IMP.';

CREATE OR REPLACE FUNCTION care.end_stay(last_step care.step_result, event_time timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE care.encounter e SET
		status = last_step.status,
		end_time = end_stay.event_time,
		leaves = e.leaves * tstzmultirange(tstzrange(NULL, end_stay.event_time))
	WHERE e.citizen = last_step.citizen AND e.id = last_step.entry AND (e.start_time <= end_stay.event_time) IS NOT FALSE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'encounter % cannot end at %', last_step.entry, end_stay.event_time
			USING ERRCODE = 'datetime_field_overflow',
			HINT = 'It began later: care.correct_stay() corrects its times.';
	END IF;
END
$$;
COMMENT ON FUNCTION care.end_stay(care.step_result, timestamptz) IS
'Internal: a stay ends by a step, and with it a leave from it. Errors: 22008 before it began.';

CREATE OR REPLACE FUNCTION care.start_leave(
	citizen bigint, encounter bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'encounter', encounter, 'start_leave', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.encounter e SET status = result.status, leaves = e.leaves + tstzmultirange(tstzrange(event_time, NULL))
		WHERE e.citizen = result.citizen AND e.id = result.entry AND e.class = 'IMP';
		IF NOT FOUND THEN
			RAISE EXCEPTION 'encounter % is no admission', result.entry
				USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Leave is given from stays of class IMP.';
		END IF;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.start_leave(bigint, bigint, bigint, text, timestamptz) IS
'Step: the citizen goes home during the stay. Services stay as they are. Errors: as care.take_step(); 55000 not an admission.';

CREATE OR REPLACE FUNCTION care.end_leave(
	citizen bigint, encounter bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'encounter', encounter, 'end_leave', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.encounter e SET status = result.status, leaves = e.leaves * tstzmultirange(tstzrange(NULL, event_time))
		WHERE e.citizen = result.citizen AND e.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.end_leave(bigint, bigint, bigint, text, timestamptz) IS
'Step: the citizen is back from leave. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.mark_ready_for_discharge(
	citizen bigint, encounter bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'encounter', encounter, 'mark_ready_for_discharge', organization,
		request_id, event_time);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.encounter e SET ready_at = event_time
		WHERE e.citizen = result.citizen AND e.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.mark_ready_for_discharge(bigint, bigint, bigint, text, timestamptz) IS
'Step: treatment in hospital is finished, and the citizen can go home when home is ready. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.discharge(
	citizen bigint, encounter bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- Planning takes longer than what is planned.
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'encounter', encounter, 'discharge', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		PERFORM care.end_stay(result, event_time);
		IF NOT EXISTS (SELECT FROM care.hospital_stay h WHERE h.citizen = result.citizen AND h.is_open)
			AND NOT (SELECT c.deceased FROM care.citizen c WHERE c.citizen = result.citizen)
		THEN
			PERFORM care.follow_last_discharge(result, organization, request_id, event_time);
		END IF;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.discharge(bigint, bigint, bigint, text, timestamptz) IS
'Step: the citizen goes home, or to what replaces it. Withdraws proposals to pause services that nobody has confirmed, and proposes to resume those on hold; pathways go on. Nothing of this while another stay goes on. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.correct_stay(
	citizen bigint, encounter bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now(),
	new_organization bigint DEFAULT NULL, new_start_time timestamptz DEFAULT NULL,
	new_end_time timestamptz DEFAULT NULL, new_reason text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'encounter', encounter, 'correct_stay', organization,
		request_id, event_time, jsonb_build_object('organization', new_organization, 'start_time', new_start_time,
			'end_time', new_end_time, 'reason', new_reason));
	corrected care.encounter;
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	UPDATE care.encounter e SET
		organization = coalesce(new_organization, e.organization),
		start_time = coalesce(new_start_time, e.start_time),
		end_time = CASE e.status WHEN 'finished' THEN coalesce(new_end_time, e.end_time) END,
		reason = coalesce(new_reason, e.reason)
	WHERE e.citizen = result.citizen AND e.id = result.entry
	RETURNING * INTO corrected;
	IF new_start_time < '0001-01-01 00:00Z' OR greatest(new_start_time, new_end_time) > clock_timestamp() + interval '5 minutes' THEN
		RAISE EXCEPTION 'encounter % cannot have been from % to %', result.entry, corrected.start_time, coalesce(corrected.end_time::text, 'now')
			USING ERRCODE = 'datetime_field_overflow',
			HINT = 'What is yet to come is no correction.';
	ELSIF corrected.end_time < corrected.start_time
		OR new_end_time <> corrected.end_time IS NOT FALSE AND new_end_time IS NOT NULL
	THEN
		RAISE EXCEPTION 'encounter % cannot end at %', result.entry, coalesce(new_end_time, corrected.end_time)
			USING ERRCODE = 'datetime_field_overflow',
			HINT = CASE corrected.status WHEN 'finished' THEN format('It began at %s.', corrected.start_time)
				ELSE 'It has not ended.' END;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.correct_stay(bigint, bigint, bigint, text, timestamptz, bigint, timestamptz, timestamptz, text) IS
'Step: the department, the times or the reason of a stay were recorded wrongly, and are so instead. A wrong citizen or kind of stay is annulled. Errors: as care.take_step(); 22008 an end before the start, or of a stay that has not ended, or times that are yet to come.';

CREATE OR REPLACE FUNCTION care.record_death(
	citizen bigint, organization bigint, request_id text, event_time timestamptz DEFAULT now(),
	encounter bigint DEFAULT NULL, source text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'death_record', NULL, 'record_death', organization,
		request_id, event_time, jsonb_build_object('encounter', encounter, 'source', source));
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	-- No unique index: each hospital may say so, and of two records that are merged both.
	IF source IS NULL AND EXISTS (SELECT FROM care.death_record d WHERE d.citizen = result.citizen AND d.status = 'recorded') THEN
		RAISE EXCEPTION 'the death of citizen % is recorded already', result.citizen
			USING ERRCODE = 'unique_violation',
			HINT = 'care.annul() takes back what was recorded wrongly.';
	END IF;
	INSERT INTO care.death_record (citizen, id, status, died_at, organization)
	VALUES (result.citizen, result.entry, result.status, event_time, record_death.organization);
	-- The stay in which it happened ends by what its own hospital says.
	PERFORM care.end_stay(care.take_step(result.citizen, 'encounter', h.id, 'end_by_death', record_death.organization, request_id, event_time,
		rests_on => result.event, sets_status => false), greatest(event_time, h.start_time))
	FROM care.hospital_stay h WHERE h.citizen = result.citizen AND h.id = encounter AND h.is_open;
	PERFORM care.settle_stays(result.citizen, request_id);
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.record_death(bigint, bigint, text, timestamptz, bigint, text) IS
'Step: the citizen has died; event_time says when. Open stays that began no later end, and so do pathways; appointments are cancelled, and the municipality is asked to end its services. Encounter: the stay in which it happened. Source: the letter that told of it, which may be another than the one before; of several times the latest counts. Errors: as care.take_step(); 23505 the death is recorded already, and no letter tells of it.';

CREATE OR REPLACE FUNCTION care.close_care(death care.step_result, organization bigint, request_id text, event_time timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.propose_end(death, organization, request_id, event_time);
	PERFORM care.take_step(a.citizen, 'appointment', a.id, 'end_by_death', close_care.organization, request_id, event_time,
		rests_on => death.event)
	FROM care.appointment a WHERE a.citizen = death.citizen AND a.status = 'booked';
	PERFORM care.end_enrollment(n, 'end_by_death', 'death', close_care.organization, request_id, event_time, death.event)
	FROM care.enrollment n
	WHERE n.citizen = death.citizen
		AND n.status IN ('referred', 'assessed', 'enrolled', 'active', 'reassessing', 'onhold');
END
$$;
COMMENT ON FUNCTION care.close_care(care.step_result, bigint, text, timestamptz) IS
'Internal: what ends, or is asked to, as the citizen has died.';

CREATE OR REPLACE FUNCTION care.follow_death()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE care.citizen c SET deceased = d.died_at IS NOT NULL, deceased_at = d.died_at
	FROM (
		SELECT max(r.died_at) AS died_at FROM care.death_record r
		WHERE r.citizen = coalesce(NEW.citizen, OLD.citizen) AND r.status = 'recorded'
	) d
	WHERE c.citizen = coalesce(NEW.citizen, OLD.citizen);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.follow_death() IS 'Internal: trigger by which a citizen is deceased while a death record stands.';

CREATE OR REPLACE TRIGGER death_record_follow AFTER INSERT OR UPDATE OR DELETE ON care.death_record
	FOR EACH ROW EXECUTE FUNCTION care.follow_death();
