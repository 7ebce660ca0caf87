-- Consent, and the way through a pathway: entering, assessing, enrolling, leaving.

CREATE OR REPLACE FUNCTION care.programme_id(name text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_programme bigint;
BEGIN
	SELECT p.id INTO found_programme FROM care.programme p WHERE p.name = programme_id.name AND p.active;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no active programme "%"', name
			USING ERRCODE = 'undefined_object',
			HINT = 'care.programme lists them.';
	END IF;
	RETURN found_programme;
END
$$;
COMMENT ON FUNCTION care.programme_id(text) IS 'Internal: the id of an active programme. Errors: 42704 there is none of this name.';

CREATE OR REPLACE FUNCTION care.record_consent(
	step name, citizen bigint, organization bigint, category text, request_id text, event_time timestamptz,
	programme text, grantee bigint, scope text, method text)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'consent', NULL, step, organization, request_id, event_time,
		jsonb_build_object('category', category, 'programme', programme, 'grantee', grantee, 'scope', scope, 'method', method));
BEGIN
	IF NOT result.repeated THEN
		IF step = 'give_consent' THEN
			PERFORM care.check_consent(result.citizen, category, organization);
		END IF;
		INSERT INTO care.consent (citizen, id, status, category, programme, grantee, scope, method, organization, start_time)
		VALUES (result.citizen, result.entry, result.status, category,
			CASE WHEN programme IS NOT NULL THEN care.programme_id(programme) END, grantee, scope, method, organization, event_time);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.record_consent(name, bigint, bigint, text, text, timestamptz, text, bigint, text, text) IS
'Internal: what giving and refusing consent have in common.';

CREATE OR REPLACE FUNCTION care.give_consent(
	citizen bigint, organization bigint, category text,
	request_id text, event_time timestamptz DEFAULT now(), programme text DEFAULT NULL,
	grantee bigint DEFAULT NULL, scope text DEFAULT NULL, method text DEFAULT 'oral')
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.record_consent('give_consent', citizen, organization, category, request_id, event_time, programme, grantee, scope, method);
COMMENT ON FUNCTION care.give_consent(bigint, bigint, text, text, timestamptz, text, bigint, text, text) IS
'Step: the citizen agrees: category programme, to take part in the one named; category sharing, that the grantee (null: all who treat) sees the scope (null: all) of the record. Organization: who writes it down, null for the citizen; not one that the citizen refuses to share with, nor, of processing, any. Errors: as care.take_step(); 42704 no such programme, 23514 unknown category or method.';

CREATE OR REPLACE FUNCTION care.refuse_consent(
	citizen bigint, organization bigint, category text,
	request_id text, event_time timestamptz DEFAULT now(), programme text DEFAULT NULL,
	grantee bigint DEFAULT NULL, scope text DEFAULT NULL, method text DEFAULT 'oral')
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.record_consent('refuse_consent', citizen, organization, category, request_id, event_time, programme, grantee, scope, method);
COMMENT ON FUNCTION care.refuse_consent(bigint, bigint, text, text, timestamptz, text, bigint, text, text) IS
'Step: the citizen refuses; arguments and errors as for care.give_consent().';

CREATE OR REPLACE FUNCTION care.withdraw_consent(
	citizen bigint, consent bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'consent', consent, 'withdraw_consent', organization,
		request_id, event_time, sets_status => false);
	e care.enrollment;
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	UPDATE care.consent c SET status = result.status, end_time = event_time WHERE c.citizen = result.citizen AND c.id = result.entry;
	FOR e IN
		SELECT * FROM care.enrollment n
		WHERE n.citizen = result.citizen AND n.consent = result.entry
			AND n.status IN ('enrolled', 'active', 'reassessing', 'onhold')
		ORDER BY n.id
	LOOP
		PERFORM care.end_enrollment(e, 'end_by_withdrawal', 'consent withdrawn', withdraw_consent.organization, request_id, event_time, result.event);
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.withdraw_consent(bigint, bigint, bigint, text, timestamptz) IS
'Step: the citizen no longer agrees. What rests on the consent ends at once: enrollments, and their plans with open tasks, appointments and plans of measurements. Values that come all the same are triaged. Errors: as care.take_step().';

-- Ends an enrollment and what belongs to it, for a reason that leaves no choice.
CREATE OR REPLACE FUNCTION care.end_enrollment(
	enrollment care.enrollment, step name, reason text, organization bigint,
	request_id text, event_time timestamptz, cause bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	plans CONSTANT bigint[] := ARRAY(
		SELECT p.id FROM care.care_plan p
		WHERE p.citizen = enrollment.citizen AND p.enrollment = (end_enrollment.enrollment).id AND p.status IN ('draft', 'active')
		ORDER BY p.id);
BEGIN
	PERFORM care.take_step(enrollment.citizen, o.entity, o.id, step, end_enrollment.organization, request_id, event_time, rests_on => cause)
	FROM (
		SELECT 'task' AS entity, t.id FROM care.task t
		WHERE t.citizen = enrollment.citizen AND t.care_plan = ANY (plans)
			AND t.status IN ('requested', 'received', 'accepted', 'ready', 'in-progress')
		UNION ALL
		SELECT 'appointment', a.id FROM care.appointment a
		WHERE a.citizen = enrollment.citizen AND a.care_plan = ANY (plans) AND a.status = 'booked'
		UNION ALL
		SELECT 'measurement_plan', m.id FROM care.measurement_plan m
		WHERE m.citizen = enrollment.citizen AND m.care_plan = ANY (plans) AND m.status IN ('active', 'on-hold')
		UNION ALL
		SELECT 'care_plan', p.id FROM unnest(plans) AS p (id)
		UNION ALL
		SELECT 'enrollment', enrollment.id
	) o;
	UPDATE care.measurement_plan m SET end_time = event_time
	WHERE m.citizen = enrollment.citizen AND m.care_plan = ANY (plans) AND m.status = 'completed' AND m.end_time IS NULL;
	UPDATE care.care_plan p SET end_time = event_time WHERE p.citizen = enrollment.citizen AND p.id = ANY (plans);
	UPDATE care.enrollment n SET end_time = event_time, exit_reason = end_enrollment.reason
	WHERE n.citizen = enrollment.citizen AND n.id = (end_enrollment.enrollment).id;
END
$$;
COMMENT ON FUNCTION care.end_enrollment(care.enrollment, name, text, bigint, text, timestamptz, bigint) IS
'Internal: ends an enrollment and its plans, with their tasks, appointments and plans of measurements, because of another event.';

CREATE OR REPLACE FUNCTION care.check_place(citizen bigint, programme bigint, coordinator bigint, event_time timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (
		SELECT FROM care.programme_site s
		WHERE s.programme = check_place.programme AND care.acts_for(coordinator, s.organization)
			AND s.valid @> care.civil_day(event_time))
	THEN
		RAISE EXCEPTION 'programme % is not run by organization %', programme, coordinator
			USING ERRCODE = 'foreign_key_violation',
			HINT = 'care.programme_site says where it is.';
	ELSIF EXISTS (
		SELECT FROM care.enrollment e
		WHERE e.citizen = check_place.citizen AND e.programme = check_place.programme
			AND e.status IN ('referred', 'assessed', 'enrolled', 'active', 'reassessing', 'onhold'))
	THEN
		RAISE EXCEPTION 'citizen % is in programme % already', citizen, programme
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_place(bigint, bigint, bigint, timestamptz) IS
'Internal: whether a citizen can enter a programme. Errors: 23503 not run by this organization then, 55000 in it already.';

CREATE OR REPLACE FUNCTION care.enter_pathway(
	citizen bigint, organization bigint, programme text, coordinator bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now(), referral bigint DEFAULT NULL, encounter bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entered CONSTANT bigint := care.programme_id(programme);
	result CONSTANT care.step_result := care.take_step(citizen, 'enrollment', NULL, 'enter_pathway', organization,
		request_id, event_time, jsonb_build_object('programme', programme, 'coordinator', coordinator, 'reason', reason,
			'referral', referral, 'encounter', encounter));
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	PERFORM care.check_place(result.citizen, entered, coordinator, event_time);
	INSERT INTO care.enrollment (citizen, id, status, programme, organization, reason, service_request, encounter, start_time)
	VALUES (result.citizen, result.entry, result.status, entered, coordinator, reason, referral, encounter, event_time);
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.enter_pathway(bigint, bigint, text, bigint, text, text, timestamptz, bigint, bigint) IS
'Step: an organization, or the citizen (organization null), asks for a place in a programme: because of a pending discharge (encounter), a referral, or by itself. The coordinator runs it. Errors: as care.take_step(); 42704 no such programme, 23503 not run there, 55000 in it already.';

CREATE OR REPLACE FUNCTION care.assess_needs(
	citizen bigint, enrollment bigint, organization bigint, needs text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'assessment', NULL, 'assess_needs', organization,
		request_id, event_time, jsonb_build_object('enrollment', enrollment, 'needs', needs));
	entered care.enrollment;
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	SELECT * INTO entered FROM care.enrollment e WHERE e.citizen = result.citizen AND e.id = assess_needs.enrollment;
	IF entered.status IS NULL OR entered.status NOT IN ('referred', 'reassessing') THEN
		RAISE EXCEPTION 'assess_needs is not possible: enrollment % is %', enrollment, coalesce(entered.status, 'not known')
			USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Needs are assessed when a citizen has been referred, and when the plan is reassessed.';
	END IF;
	INSERT INTO care.assessment (citizen, id, status, enrollment, domain, needs, organization, assessed_at)
	VALUES (result.citizen, result.entry, result.status, enrollment,
		care.plan_party(assess_needs.organization), needs, assess_needs.organization, event_time);
	IF entered.status = 'referred' AND 2 = (
		SELECT count(DISTINCT a.domain) FROM care.assessment a
		WHERE a.citizen = result.citizen AND a.enrollment = entered.id AND a.status = 'completed')
	THEN
		PERFORM care.take_step(result.citizen, 'enrollment', enrollment, 'complete_assessment', organization,
			request_id, event_time, rests_on => result.event);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.assess_needs(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: one sector says what the citizen needs: health or social, by who assesses. With both the enrollment is assessed. Errors: as care.take_step(); 55000 the enrollment is neither referred nor reassessing.';

CREATE OR REPLACE FUNCTION care.plan_party(organization bigint)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE care.workflow_actor(organization)
	WHEN 'citizen' THEN 'citizen'
	WHEN 'municipality' THEN 'social'
	WHEN 'social' THEN 'social'
	ELSE 'health' END;
COMMENT ON FUNCTION care.plan_party(bigint) IS 'Internal: for which of the three parties to a plan an organization (null: the citizen) speaks.';

-- Leaving by choice: nothing may be left open behind.
CREATE OR REPLACE FUNCTION care.leave_pathway(
	citizen bigint, enrollment bigint, step name, organization bigint, reason text,
	request_id text, event_time timestamptz, details jsonb DEFAULT '{}')
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'enrollment', enrollment, step, organization,
		request_id, event_time, jsonb_build_object('reason', reason) || details, sets_status => false);
	open_plan bigint;
BEGIN
	IF result.repeated THEN
		RETURN result;
	ELSIF coalesce(reason, '') = '' THEN
		RAISE EXCEPTION '% needs a reason', step
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT p.id INTO open_plan FROM care.care_plan p
	WHERE p.citizen = result.citizen AND p.enrollment = result.entry AND p.status IN ('draft', 'active') LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION '% is not possible: care_plan % of the enrollment is open', step, open_plan
			USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Close it with care.close_plan(), or revoke it.';
	END IF;
	UPDATE care.enrollment e SET status = result.status, end_time = event_time, exit_reason = leave_pathway.reason
	WHERE e.citizen = result.citizen AND e.id = result.entry;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.leave_pathway(bigint, bigint, name, bigint, text, text, timestamptz, jsonb) IS
'Internal: what leaving a pathway by choice has in common. Errors: as care.take_step(); 22004 no reason, 55000 a plan is open.';

CREATE OR REPLACE FUNCTION care.reject_enrollment(
	citizen bigint, enrollment bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.leave_pathway(citizen, enrollment, 'reject_enrollment', organization, reason, request_id, event_time);
COMMENT ON FUNCTION care.reject_enrollment(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the citizen will not be enrolled. Errors: as care.take_step(); 22004 no reason.';

CREATE OR REPLACE FUNCTION care.enroll(
	citizen bigint, enrollment bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'enrollment', enrollment, 'enroll', organization,
		request_id, event_time, sets_status => false);
	given bigint;
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	-- The citizen's last word.
	SELECT CASE c.status WHEN 'active' THEN c.id END INTO given
	FROM care.consent c
	JOIN care.enrollment e ON e.citizen = c.citizen AND e.id = result.entry AND e.programme = c.programme
	WHERE c.citizen = result.citizen AND c.status <> 'entered-in-error' AND c.start_time <= event_time
	ORDER BY c.start_time DESC, c.id DESC LIMIT 1;
	IF given IS NULL THEN
		RAISE EXCEPTION 'citizen % has not consented to the programme of enrollment %', result.citizen, result.entry
			USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Record the consent with care.give_consent().';
	END IF;
	UPDATE care.enrollment e SET status = result.status, consent = given WHERE e.citizen = result.citizen AND e.id = result.entry;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.enroll(bigint, bigint, bigint, text, timestamptz) IS
'Step: the citizen takes part, by the consent that stands: what was said last. Errors: as care.take_step(); 55000 no consent.';

CREATE OR REPLACE FUNCTION care.reassess(
	citizen bigint, enrollment bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.take_step(citizen, 'enrollment', enrollment, 'reassess', organization, request_id, event_time,
	pg_catalog.jsonb_build_object('reason', reason));
COMMENT ON FUNCTION care.reassess(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: needs are looked at anew; care goes on, and the pathway is active again when a plan, revised or not, is agreed. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.exit_pathway(
	citizen bigint, enrollment bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.leave_pathway(citizen, enrollment, 'exit_pathway', organization, reason, request_id, event_time);
COMMENT ON FUNCTION care.exit_pathway(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the citizen leaves as planned. Errors: as care.take_step(); 22004 no reason, 55000 a plan is open.';

CREATE OR REPLACE FUNCTION care.transfer_pathway(
	citizen bigint, enrollment bigint, organization bigint, programme text, coordinator bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.leave_pathway(citizen, enrollment, 'transfer_pathway', organization, reason,
		request_id, event_time, jsonb_build_object('programme', programme, 'coordinator', coordinator));
	entered CONSTANT bigint := care.programme_id(programme);
	continued care.step_result;
BEGIN
	IF NOT result.repeated THEN
		PERFORM care.check_place(result.citizen, entered, coordinator, event_time);
		continued := care.take_step(result.citizen, 'enrollment', NULL, 'continue_pathway', organization, request_id, event_time,
			rests_on => result.event);
		INSERT INTO care.enrollment (citizen, id, status, programme, organization, reason, transferred_from, start_time)
		VALUES (continued.citizen, continued.entry, continued.status, entered, coordinator, reason,
			result.entry, event_time);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.transfer_pathway(bigint, bigint, bigint, text, bigint, text, text, timestamptz) IS
'Step: the citizen goes on in another pathway, which begins as referred, with a needs assessment and consent of its own. Errors: as care.take_step(); 22004 no reason, 55000 a plan is open or in that programme already, 42704 no such programme, 23503 not run there.';
