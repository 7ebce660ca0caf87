-- Services of the municipality, and the tasks by which others ask for them. A stay
-- proposes to pause services, its end to resume them: tasks for the municipality, and
-- completing the task does it. Nothing of it happens by itself.

CREATE OR REPLACE FUNCTION care.plan_service(
	citizen bigint, organization bigint, type text, start_time timestamptz,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'episode_of_care', NULL, 'plan_service', organization,
		request_id, event_time, jsonb_build_object('type', type, 'start_time', start_time));
BEGIN
	IF NOT result.repeated THEN
		INSERT INTO care.episode_of_care (citizen, id, status, type, organization, start_time)
		VALUES (result.citizen, result.entry, result.status, type, organization, start_time);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.plan_service(bigint, bigint, text, timestamptz, text, timestamptz) IS
'Step: a service is to begin at a time. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.start_service(
	citizen bigint, organization bigint, type text,
	request_id text, event_time timestamptz DEFAULT now(), planned bigint DEFAULT NULL, referral bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'episode_of_care', planned, 'start_service', organization,
		request_id, event_time, jsonb_build_object('type', type, 'referral', referral));
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	INSERT INTO care.episode_of_care AS e (citizen, id, status, type, organization, start_time)
	VALUES (result.citizen, result.entry, result.status, type, organization, event_time)
	ON CONFLICT ON CONSTRAINT episode_of_care_pkey DO UPDATE SET
		type = coalesce(excluded.type, e.type), start_time = excluded.start_time;
	IF referral IS NOT NULL THEN
		PERFORM care.take_step(result.citizen, 'service_request', referral, 'complete_referral', organization,
			request_id, event_time, rests_on => result.event);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.start_service(bigint, bigint, text, text, timestamptz, bigint, bigint) IS
'Step: home care, rehabilitation, prevention, fall prevention ... begins, and fulfils an accepted referral, if one is named. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.pause_service(
	citizen bigint, service bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.take_step(citizen, 'episode_of_care', service, 'pause_service', organization, request_id, event_time);
COMMENT ON FUNCTION care.pause_service(bigint, bigint, bigint, text, timestamptz) IS
'Step: a service is not given for the time being. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.resume_service(
	citizen bigint, service bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.take_step(citizen, 'episode_of_care', service, 'resume_service', organization, request_id, event_time);
COMMENT ON FUNCTION care.resume_service(bigint, bigint, bigint, text, timestamptz) IS
'Step: a service is given again. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.end_service(
	citizen bigint, service bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'episode_of_care', service, 'end_service', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.episode_of_care e SET status = result.status, end_time = event_time
		WHERE e.citizen = result.citizen AND e.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.end_service(bigint, bigint, bigint, text, timestamptz) IS
'Step: a service ends. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.cancel_service(
	citizen bigint, service bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.take_step(citizen, 'episode_of_care', service, 'cancel_service', organization, request_id, event_time,
	pg_catalog.jsonb_build_object('reason', reason));
COMMENT ON FUNCTION care.cancel_service(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: a service that was planned will not begin. Errors: as care.take_step().';

-- What a stay asks of the municipality.

CREATE OR REPLACE FUNCTION care.propose(
	cause care.step_result, service care.episode_of_care, code text, description text,
	requester bigint, encounter bigint, due_start timestamptz, due_end timestamptz,
	request_id text, event_time timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result care.step_result;
BEGIN
	-- Asked already, or asked for the same reason and answered.
	IF EXISTS (
		SELECT FROM care.task t
		WHERE t.citizen = cause.citizen AND t.episode_of_care = service.id AND t.code = propose.code
			AND (t.status IN ('requested', 'accepted', 'in-progress')
				OR t.encounter IS NOT DISTINCT FROM propose.encounter AND t.status NOT IN ('cancelled', 'entered-in-error')))
	THEN
		RETURN;
	END IF;
	result := care.take_step(cause.citizen, 'task', NULL, 'request_task', requester, request_id, event_time, rests_on => cause.event);
	INSERT INTO care.task (citizen, id, status, priority, code, description, requester, owner, due_start, due_end,
		encounter, episode_of_care)
	VALUES (result.citizen, result.entry, result.status, 'urgent', code, description, requester, service.organization,
		due_start, due_end, encounter, service.id);
END
$$;
COMMENT ON FUNCTION care.propose(care.step_result, care.episode_of_care, text, text, bigint, bigint, timestamptz, timestamptz, text, timestamptz) IS
'Internal: asks who gives a service to do something about it, unless that has been asked.';

CREATE OR REPLACE FUNCTION care.withdraw_proposals(
	cause care.step_result, codes text[], organization bigint, request_id text, event_time timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.take_step(t.citizen, 'task', t.id, 'cancel_task', organization, request_id, event_time,
		rests_on => cause.event)
	FROM care.task t
	WHERE t.citizen = cause.citizen AND t.code = ANY (codes) AND t.status IN ('requested', 'accepted', 'in-progress');
END
$$;
COMMENT ON FUNCTION care.withdraw_proposals(care.step_result, text[], bigint, text, timestamptz) IS
'Internal: takes back what was asked and nobody has done.';

CREATE OR REPLACE FUNCTION care.municipal_service(citizen bigint, status text[])
RETURNS SETOF care.episode_of_care
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.* FROM care.episode_of_care e
	JOIN care.organization o ON o.id = e.organization AND o.sector IN ('municipality', 'social')
	WHERE e.citizen = municipal_service.citizen AND e.status = ANY (municipal_service.status);
END;
COMMENT ON FUNCTION care.municipal_service(bigint, text[]) IS
'Internal: a citizen''s services of the municipality that have one of these statuses.';

CREATE OR REPLACE FUNCTION care.propose_pause(
	stay care.step_result, organization bigint, request_id text, event_time timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.withdraw_proposals(stay, '{resume service}', organization, request_id, event_time);
	-- A contact of some hours stops no visit.
	PERFORM care.propose(stay, s, 'pause service', 'pause ' || coalesce(s.type, 'the service'), propose_pause.organization, stay.entry,
		event_time + care.setting('pause_after')::interval, event_time + interval '1 day', request_id, event_time)
	FROM care.municipal_service(stay.citizen, '{active}') s;
END
$$;
COMMENT ON FUNCTION care.propose_pause(care.step_result, bigint, text, timestamptz) IS
'Internal: a stay has begun: asks to pause each service, after as long as the setting "pause_after" says.';

CREATE OR REPLACE FUNCTION care.propose_resumption(
	stay care.step_result, organization bigint, request_id text, event_time timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.withdraw_proposals(stay, '{pause service}', organization, request_id, event_time);
	PERFORM care.propose(stay, s, 'resume service', 'resume ' || coalesce(s.type, 'the service'), propose_resumption.organization, stay.entry,
		event_time, event_time + interval '1 day', request_id, event_time)
	FROM care.municipal_service(stay.citizen, '{onhold}') s;
END
$$;
COMMENT ON FUNCTION care.propose_resumption(care.step_result, bigint, text, timestamptz) IS
'Internal: a stay has ended: asks to resume each service that is on hold.';

CREATE OR REPLACE FUNCTION care.propose_end(
	death care.step_result, organization bigint, request_id text, event_time timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.withdraw_proposals(death, '{pause service,resume service}', organization, request_id, event_time);
	PERFORM care.propose(death, s, 'end service', 'end ' || coalesce(s.type, 'the service') || ' of a citizen who has died',
		propose_end.organization, NULL, event_time, event_time + interval '1 day', request_id, event_time)
	FROM care.municipal_service(death.citizen, '{planned,waitlist,active,onhold}') s;
END
$$;
COMMENT ON FUNCTION care.propose_end(care.step_result, bigint, text, timestamptz) IS
'Internal: a citizen has died: asks to end each service.';
