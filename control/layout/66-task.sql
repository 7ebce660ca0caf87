-- Tasks: asked for, accepted, handed over, done.

CREATE OR REPLACE FUNCTION care.request_task(
	citizen bigint, requester bigint, owner bigint, code text, description text,
	request_id text, event_time timestamptz DEFAULT now(), priority text DEFAULT 'routine',
	due_start timestamptz DEFAULT NULL, due_end timestamptz DEFAULT NULL,
	care_plan bigint DEFAULT NULL, encounter bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'task', NULL, 'request_task', requester,
		request_id, event_time, jsonb_build_object('owner', owner, 'code', code, 'description', description,
			'priority', priority, 'due_start', due_start, 'due_end', due_end, 'care_plan', care_plan, 'encounter', encounter));
BEGIN
	IF NOT result.repeated THEN
		PERFORM care.check_plan_open(result.citizen, care_plan, 'request_task');
		INSERT INTO care.task (citizen, id, status, priority, code, description, requester, owner, due_start, due_end,
			care_plan, encounter)
		VALUES (result.citizen, result.entry, result.status, priority, code, description, requester, owner, due_start, due_end,
			care_plan, encounter);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.request_task(bigint, bigint, bigint, text, text, text, timestamptz, text, timestamptz, timestamptz, bigint, bigint) IS
'Step: something is to be done by the owner, an organization or (null) the citizen. Errors: as care.take_step(); 23514 unknown priority, or due_end before due_start; 23503 unknown owner, plan or encounter, 55000 the plan is closed.';

-- What the steps with a note have in common.
CREATE OR REPLACE FUNCTION care.note_task(
	citizen bigint, task bigint, step name, organization bigint, note text,
	request_id text, event_time timestamptz, offered_to bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'task', task, step, organization, request_id, event_time,
		jsonb_build_object('note', note, 'offered_to', offered_to), sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.task t
		SET status = result.status, note = coalesce(note_task.note, t.note),
			-- An offer is answered by all but the owner's going on.
			offered_to = CASE WHEN step = 'start_task' THEN t.offered_to ELSE note_task.offered_to END
		WHERE t.citizen = result.citizen AND t.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.note_task(bigint, bigint, name, bigint, text, text, timestamptz, bigint) IS
'Internal: takes a step that may leave a note on the task. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.accept_task(
	citizen bigint, task bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.note_task(citizen, task, 'accept_task', organization, NULL, request_id, event_time);
COMMENT ON FUNCTION care.accept_task(bigint, bigint, bigint, text, timestamptz) IS
'Step: the owner will do it. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.reject_task(
	citizen bigint, task bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.note_task(citizen, task, 'reject_task', organization, reason, request_id, event_time);
COMMENT ON FUNCTION care.reject_task(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the owner will not do it. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.start_task(
	citizen bigint, task bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.note_task(citizen, task, 'start_task', organization, NULL, request_id, event_time);
COMMENT ON FUNCTION care.start_task(bigint, bigint, bigint, text, timestamptz) IS
'Step: the owner has begun. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.complete_task(
	citizen bigint, task bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now(), note text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.note_task(citizen, task, 'complete_task', organization, note, request_id, event_time);
	done care.task;
	service care.episode_of_care;
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	SELECT * INTO done FROM care.task t WHERE t.citizen = result.citizen AND t.id = result.entry;
	SELECT * INTO service FROM care.episode_of_care e WHERE e.citizen = result.citizen AND e.id = done.episode_of_care;
	-- What has been confirmed happens, unless it has happened already.
	IF done.code = 'pause service' AND service.status = 'active' THEN
		PERFORM care.take_step(result.citizen, 'episode_of_care', service.id, 'pause_service', organization,
			request_id, event_time, rests_on => result.event);
	ELSIF done.code = 'resume service' AND service.status = 'onhold' THEN
		PERFORM care.take_step(result.citizen, 'episode_of_care', service.id, 'resume_service', organization,
			request_id, event_time, rests_on => result.event);
	ELSIF done.code = 'end service' AND service.status IN ('active', 'onhold') THEN
		PERFORM care.take_step(result.citizen, 'episode_of_care', service.id, 'end_service', organization,
			request_id, event_time, rests_on => result.event);
		UPDATE care.episode_of_care e SET end_time = event_time WHERE e.citizen = result.citizen AND e.id = service.id;
	ELSIF done.code = 'end service' AND service.status IN ('planned', 'waitlist') THEN
		PERFORM care.take_step(result.citizen, 'episode_of_care', service.id, 'cancel_service', organization,
			request_id, event_time, rests_on => result.event);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.complete_task(bigint, bigint, bigint, text, timestamptz, text) IS
'Step: it is done. Of a task that proposes to pause, resume or end a service, this confirms it, and does it. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.cancel_task(
	citizen bigint, task bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.note_task(citizen, task, 'cancel_task', organization, reason, request_id, event_time);
COMMENT ON FUNCTION care.cancel_task(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the requester no longer asks for it. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.offer_task(
	citizen bigint, task bigint, organization bigint, offered_to bigint,
	request_id text, event_time timestamptz DEFAULT now(), note text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF offered_to IS NULL THEN
		RAISE EXCEPTION 'offer_task needs the organization that is asked to take it over'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	RETURN care.note_task(citizen, task, 'offer_task', organization, note, request_id, event_time, offered_to);
END
$$;
COMMENT ON FUNCTION care.offer_task(bigint, bigint, bigint, bigint, text, timestamptz, text) IS
'Step: the owner asks another organization to take the task over, and stays the owner until that one does. Errors: as care.take_step(); 22004 offered to nobody, 23503 unknown organization.';

CREATE OR REPLACE FUNCTION care.take_over_task(
	citizen bigint, task bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'task', task, 'take_over_task', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.task t SET status = result.status, owner = t.offered_to, offered_to = NULL
		WHERE t.citizen = result.citizen AND t.id = result.entry AND t.offered_to IS NOT NULL;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'task % has been offered to nobody', result.entry
				USING ERRCODE = 'object_not_in_prerequisite_state';
		END IF;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.take_over_task(bigint, bigint, bigint, text, timestamptz) IS
'Step: who was asked to take the task over does, and owns it from then on. Errors: as care.take_step(); 55000 offered to nobody.';

CREATE OR REPLACE FUNCTION care.decline_task(
	citizen bigint, task bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.note_task(citizen, task, 'decline_task', organization, reason, request_id, event_time);
BEGIN
	IF NOT result.repeated AND NOT EXISTS (
		SELECT FROM care.workflow_event e WHERE e.citizen = result.citizen AND e.id = result.event AND e.before ? 'offered_to')
	THEN
		RAISE EXCEPTION 'task % has been offered to nobody', result.entry
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.decline_task(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: who was asked to take the task over will not. Errors: as care.take_step(); 55000 offered to nobody.';
