-- The plan that all share: proposed, agreed on by both sectors and the citizen,
-- revised, closed; its goals and appointments; and who takes part.

CREATE OR REPLACE FUNCTION care.propose_plan(
	citizen bigint, organization bigint, title text,
	request_id text, event_time timestamptz DEFAULT now(), enrollment bigint DEFAULT NULL, addresses bigint[] DEFAULT '{}')
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'care_plan', NULL, 'propose_plan', organization,
		request_id, event_time, jsonb_build_object('title', title, 'enrollment', enrollment, 'addresses', addresses));
BEGIN
	IF result.repeated THEN
		RETURN result;
	ELSIF enrollment IS NOT NULL AND NOT EXISTS (
		SELECT FROM care.enrollment e
		WHERE e.citizen = result.citizen AND e.id = propose_plan.enrollment AND e.status IN ('assessed', 'enrolled', 'active', 'reassessing', 'onhold'))
	THEN
		RAISE EXCEPTION 'propose_plan is not possible: enrollment % is not assessed, or has ended', enrollment
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	INSERT INTO care.care_plan (citizen, id, status, intent, title, organization, enrollment, addresses, start_time)
	VALUES (result.citizen, result.entry, result.status, 'plan', title, organization, enrollment, addresses, event_time);
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.propose_plan(bigint, bigint, text, text, timestamptz, bigint, bigint[]) IS
'Step: a draft of a plan, for an enrollment or on its own, about the conditions in addresses. Errors: as care.take_step(); 55000 the enrollment is not assessed, or has ended.';

CREATE OR REPLACE FUNCTION care.revise_plan(
	citizen bigint, care_plan bigint, organization bigint, change text,
	request_id text, event_time timestamptz DEFAULT now(), title text DEFAULT NULL, addresses bigint[] DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'care_plan', care_plan, 'revise_plan', organization,
		request_id, event_time, jsonb_build_object('change', change, 'title', title, 'addresses', addresses));
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.care_plan p SET version = p.version + 1,
			title = coalesce(revise_plan.title, p.title), addresses = coalesce(revise_plan.addresses, p.addresses)
		WHERE p.citizen = result.citizen AND p.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.revise_plan(bigint, bigint, bigint, text, text, timestamptz, text, bigint[]) IS
'Step: a new version of the plan, which the parties have yet to agree on; an active plan stays active meanwhile. What the plan was is in care.workflow_event. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.check_plan_open(citizen bigint, care_plan bigint, step name)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	plan_status CONSTANT text := (SELECT p.status FROM care.care_plan p
		WHERE p.citizen = check_plan_open.citizen AND p.id = check_plan_open.care_plan);
BEGIN
	IF plan_status IN ('completed', 'revoked', 'entered-in-error') THEN
		RAISE EXCEPTION '% is not possible: care_plan % is %', step, care_plan, plan_status
			USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Propose another plan.';
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_plan_open(bigint, bigint, name) IS
'Internal: nothing is added to a plan that is closed. Errors: 55000 it is.';

CREATE OR REPLACE FUNCTION care.plan_is_agreed(citizen bigint, care_plan bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT count(DISTINCT a.party) = 3
		FROM care.care_plan p
		JOIN care.agreement a ON a.citizen = p.citizen AND a.care_plan = p.id AND a.version = p.version AND a.status = 'agreed'
		WHERE p.citizen = plan_is_agreed.citizen AND p.id = plan_is_agreed.care_plan);
END
$$;
COMMENT ON FUNCTION care.plan_is_agreed(bigint, bigint) IS
'Whether both sectors and the citizen have agreed on the plan as it is now.';

CREATE OR REPLACE FUNCTION care.agree_plan(
	citizen bigint, care_plan bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'agreement', NULL, 'agree_plan', organization,
		request_id, event_time, jsonb_build_object('care_plan', care_plan));
	own_party CONSTANT text := care.plan_party(organization);
	plan care.care_plan;
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	SELECT * INTO plan FROM care.care_plan p WHERE p.citizen = result.citizen AND p.id = agree_plan.care_plan;
	IF plan.status IS NULL OR plan.status NOT IN ('draft', 'active') THEN
		RAISE EXCEPTION 'agree_plan is not possible: care_plan % is %', care_plan, coalesce(plan.status, 'not known')
			USING ERRCODE = 'object_not_in_prerequisite_state';
	ELSIF EXISTS (
		SELECT FROM care.agreement a
		WHERE a.citizen = result.citizen AND a.care_plan = plan.id AND a.version = plan.version AND a.party = own_party
			AND a.status = 'agreed')
	THEN
		RAISE EXCEPTION 'agree_plan is not possible: % has agreed on version % of care_plan % already', own_party, plan.version, plan.id
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	INSERT INTO care.agreement (citizen, id, status, care_plan, version, party, organization, agreed_at)
	VALUES (result.citizen, result.entry, result.status, plan.id, plan.version, own_party, agree_plan.organization, event_time);
	IF NOT care.plan_is_agreed(result.citizen, plan.id) THEN
		RETURN result;
	END IF;
	IF plan.status = 'draft' THEN
		PERFORM care.take_step(result.citizen, 'care_plan', plan.id, 'activate_plan', agree_plan.organization,
			request_id, event_time, rests_on => result.event);
	END IF;
	PERFORM care.take_step(e.citizen, 'enrollment', e.id, 'start_care', agree_plan.organization,
		request_id, event_time, rests_on => result.event)
	FROM care.enrollment e
	WHERE e.citizen = result.citizen AND e.id = plan.enrollment AND e.status IN ('enrolled', 'reassessing');
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.agree_plan(bigint, bigint, bigint, text, timestamptz) IS
'Step: a party agrees on the present version: health or social, by the organization, or the citizen (null). With the last of the three the plan is active, and so is the enrollment that it is for. Errors: as care.take_step(); 55000 the plan is closed, or this party has agreed already.';

-- What must not be left open when a plan ends.
CREATE OR REPLACE FUNCTION care.open_entries(citizen bigint, care_plan bigint)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT string_agg(o.what, ', ' ORDER BY o.what)
	FROM (
		SELECT 'task ' || t.id AS what FROM care.task t
		WHERE t.citizen = open_entries.citizen AND t.care_plan = open_entries.care_plan
			AND t.status IN ('requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold')
		UNION ALL
		SELECT 'appointment ' || a.id FROM care.appointment a
		WHERE a.citizen = open_entries.citizen AND a.care_plan = open_entries.care_plan AND a.status = 'booked'
		UNION ALL
		SELECT 'alert ' || a.id FROM care.alert a
		LEFT JOIN care.reference_range r ON r.citizen = a.citizen AND r.id = a.reference_range
		LEFT JOIN care.questionnaire_response q ON q.citizen = a.citizen AND q.id = a.questionnaire_response
		WHERE a.citizen = open_entries.citizen AND open_entries.care_plan IN (r.care_plan, q.care_plan)
			AND a.status IN ('active', 'acknowledged', 'snoozed')
	) o;
END;
COMMENT ON FUNCTION care.open_entries(bigint, bigint) IS 'Internal: what of a plan is still open, in words; null if nothing is.';

CREATE OR REPLACE FUNCTION care.end_plan(
	citizen bigint, care_plan bigint, step name, organization bigint, reason text,
	request_id text, event_time timestamptz)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'care_plan', care_plan, step, organization,
		request_id, event_time, jsonb_build_object('reason', reason), sets_status => false);
	still_open text;
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	still_open := care.open_entries(result.citizen, result.entry);
	IF still_open IS NOT NULL THEN
		RAISE EXCEPTION '% is not possible: care_plan % has open entries', step, result.entry
			USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = still_open,
			HINT = 'Complete or cancel them first.';
	END IF;
	UPDATE care.care_plan p SET status = result.status, end_time = event_time WHERE p.citizen = result.citizen AND p.id = result.entry;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.end_plan(bigint, bigint, name, bigint, text, text, timestamptz) IS
'Internal: what closing and revoking a plan have in common. Errors: as care.take_step(); 55000 something of it is open (the detail names it).';

CREATE OR REPLACE FUNCTION care.close_plan(
	citizen bigint, care_plan bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.end_plan(citizen, care_plan, 'close_plan', organization, NULL, request_id, event_time);
COMMENT ON FUNCTION care.close_plan(bigint, bigint, bigint, text, timestamptz) IS
'Step: the plan is carried out. Errors: as care.take_step(); 55000 something of it is open (the detail names it).';

CREATE OR REPLACE FUNCTION care.revoke_plan(
	citizen bigint, care_plan bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.end_plan(citizen, care_plan, 'revoke_plan', organization, reason, request_id, event_time);
COMMENT ON FUNCTION care.revoke_plan(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the plan will not be carried out. Errors: as care.take_step(); 55000 something of it is open (the detail names it).';

CREATE OR REPLACE FUNCTION care.set_goal(
	citizen bigint, organization bigint, description text,
	request_id text, event_time timestamptz DEFAULT now(), care_plan bigint DEFAULT NULL, due_date date DEFAULT NULL,
	measure text DEFAULT NULL, target_value float8 DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'goal', NULL, 'set_goal', organization, request_id, event_time,
		jsonb_build_object('description', description, 'care_plan', care_plan, 'due_date', due_date, 'measure', measure,
			'target_value', target_value));
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	INSERT INTO care.goal (citizen, id, lifecycle_status, description, start_date, due_date, measure, target_value)
	VALUES (result.citizen, result.entry, result.status, description, care.civil_day(event_time), due_date,
		CASE WHEN measure IS NOT NULL THEN care.measure_named(measure) END, target_value);
	IF measure IS NOT NULL THEN
		PERFORM care.triage(result.citizen, care.measure_named(measure));
	END IF;
	IF care_plan IS NOT NULL THEN
		PERFORM care.check_plan_open(result.citizen, care_plan, 'set_goal');
		UPDATE care.care_plan p SET goals = p.goals || result.entry
		WHERE p.citizen = result.citizen AND p.id = set_goal.care_plan;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'citizen % has no care_plan %', result.citizen, care_plan
				USING ERRCODE = 'no_data_found';
		END IF;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.set_goal(bigint, bigint, text, text, timestamptz, bigint, date, text, float8) IS
'Step: what citizen and professionals want to reach: in words, and where it is a measure its target in the measure''s unit; part of a plan, if one is named. Organization null: set by the citizen. Errors: as care.take_step(); P0002 no such plan, 42704 no such measure, 23514 a target or a due date out of reach, 55000 the plan is closed.';

CREATE OR REPLACE FUNCTION care.reach_goal(
	citizen bigint, goal bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'goal', goal, 'reach_goal', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.goal g SET lifecycle_status = result.status, achievement_status = 'achieved'
		WHERE g.citizen = result.citizen AND g.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.reach_goal(bigint, bigint, bigint, text, timestamptz) IS
'Step: the goal is reached. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.drop_goal(
	citizen bigint, goal bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.take_step(citizen, 'goal', goal, 'drop_goal', organization, request_id, event_time,
	pg_catalog.jsonb_build_object('reason', reason));
COMMENT ON FUNCTION care.drop_goal(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the goal is no longer pursued. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.book_appointment(
	citizen bigint, organization bigint, description text, start_time timestamptz,
	request_id text, event_time timestamptz DEFAULT now(), end_time timestamptz DEFAULT NULL,
	care_plan bigint DEFAULT NULL, questionnaire text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'appointment', NULL, 'book_appointment', organization,
		request_id, event_time, jsonb_build_object('description', description, 'start_time', start_time, 'end_time', end_time,
			'care_plan', care_plan, 'questionnaire', questionnaire));
BEGIN
	IF NOT result.repeated THEN
		PERFORM care.check_plan_open(result.citizen, care_plan, 'book_appointment');
		IF questionnaire IS NOT NULL THEN
			PERFORM care.questionnaire_named(questionnaire);
		END IF;
		INSERT INTO care.appointment (citizen, id, status, organization, description, start_time, end_time, care_plan, questionnaire)
		VALUES (result.citizen, result.entry, result.status, organization, description, start_time, end_time, care_plan, questionnaire);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.book_appointment(bigint, bigint, text, timestamptz, text, timestamptz, timestamptz, bigint, text) IS
'Step: the citizen is to come, or to be visited, and to answer a questionnaire before, if one is named. Errors: as care.take_step(); 23514 an end before the start, 23503 no such plan, 42704 no such questionnaire, 55000 the plan is closed.';

CREATE OR REPLACE FUNCTION care.fulfil_appointment(
	citizen bigint, appointment bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.take_step(citizen, 'appointment', appointment, 'fulfil_appointment', organization, request_id, event_time);
COMMENT ON FUNCTION care.fulfil_appointment(bigint, bigint, bigint, text, timestamptz) IS
'Step: they met. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.miss_appointment(
	citizen bigint, appointment bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.take_step(citizen, 'appointment', appointment, 'miss_appointment', organization, request_id, event_time);
COMMENT ON FUNCTION care.miss_appointment(bigint, bigint, bigint, text, timestamptz) IS
'Step: the citizen did not come. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.cancel_appointment(
	citizen bigint, appointment bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.take_step(citizen, 'appointment', appointment, 'cancel_appointment', organization, request_id, event_time,
	pg_catalog.jsonb_build_object('reason', reason));
COMMENT ON FUNCTION care.cancel_appointment(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: it will not take place. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.join_care_team(
	citizen bigint, organization bigint, role text,
	request_id text, event_time timestamptz DEFAULT now(), practitioner bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'care_team_member', NULL, 'join_care_team', organization,
		request_id, event_time, jsonb_build_object('role', role, 'practitioner', practitioner));
BEGIN
	IF NOT result.repeated THEN
		INSERT INTO care.care_team_member (citizen, id, status, organization, practitioner, role, start_time)
		VALUES (result.citizen, result.entry, result.status, organization, practitioner, role, event_time);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.join_care_team(bigint, bigint, text, text, timestamptz, bigint) IS
'Step: an organization, or one of its practitioners, takes part in the care. Errors: as care.take_step(); 23503 unknown practitioner.';

CREATE OR REPLACE FUNCTION care.leave_care_team(
	citizen bigint, member bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'care_team_member', member, 'leave_care_team', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.care_team_member m SET status = result.status, end_time = event_time
		WHERE m.citizen = result.citizen AND m.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.leave_care_team(bigint, bigint, bigint, text, timestamptz) IS
'Step: a member of the care team no longer takes part. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.add_related_person(
	citizen bigint, organization bigint, name text, relationship text,
	request_id text, event_time timestamptz DEFAULT now(), contact text DEFAULT NULL, shared text[] DEFAULT '{}')
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'related_person', NULL, 'add_related_person', organization,
		request_id, event_time, jsonb_build_object('name', name, 'relationship', relationship, 'contact', contact, 'shared', shared));
	unknown CONSTANT text := (
		SELECT coalesce(s.part, 'null') FROM unnest(shared) AS s (part)
		LEFT JOIN care.record_part p ON p.name = s.part
		WHERE p.name IS NULL LIMIT 1);
BEGIN
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION 'there is no part "%" of a record', unknown
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'care.record_part lists them.';
	ELSIF NOT result.repeated THEN
		INSERT INTO care.related_person (citizen, id, status, name, relationship, contact, shared, start_time)
		VALUES (result.citizen, result.entry, result.status, name, relationship, contact, shared, event_time);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.add_related_person(bigint, bigint, text, text, text, timestamptz, text, text[]) IS
'Step: somebody close to the citizen, and which parts of the record (care.record_part) the citizen shares with that person. Errors: as care.take_step(); 22023 there is no such part.';

CREATE OR REPLACE FUNCTION care.remove_related_person(
	citizen bigint, person bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'related_person', person, 'remove_related_person', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.related_person p SET status = result.status, end_time = event_time
		WHERE p.citizen = result.citizen AND p.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.remove_related_person(bigint, bigint, bigint, text, timestamptz) IS
'Step: a person is no longer concerned. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.responsible_for(service text, municipality bigint, "at" timestamptz DEFAULT now())
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT r.organization FROM care.responsibility r
	WHERE r.service = responsible_for.service AND r.municipality = responsible_for.municipality
		AND r.valid @> care.civil_day("at")
	ORDER BY lower(r.valid) DESC NULLS LAST LIMIT 1;
END;
COMMENT ON FUNCTION care.responsible_for(text, bigint, timestamptz) IS
'The organization that is responsible for a service for who lives in a municipality, at an instant; of several the one most recently so; null if nobody is.';
