-- Steps with questionnaires, and of the diary.

CREATE OR REPLACE FUNCTION care.plan_questionnaire(
	citizen bigint, organization bigint, questionnaire text, times time[],
	request_id text, event_time timestamptz DEFAULT now(),
	weekdays integer[] DEFAULT NULL, every_days integer DEFAULT 1, start_date date DEFAULT NULL, end_date date DEFAULT NULL,
	grace interval DEFAULT '12 hours', care_plan bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET intervalstyle = 'postgres'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'measurement_plan', NULL, 'plan_questionnaire', organization,
		request_id, event_time, jsonb_build_object('questionnaire', questionnaire, 'times', times, 'weekdays', weekdays, 'every_days', every_days,
			'start_date', start_date, 'end_date', end_date, 'grace', grace, 'care_plan', care_plan));
BEGIN
	IF NOT result.repeated THEN
		PERFORM care.check_plan_open(result.citizen, care_plan, 'plan_questionnaire');
		PERFORM care.questionnaire_named(questionnaire);
		INSERT INTO care.measurement_plan (citizen, id, status, questionnaire, organization, care_plan, rhythms, grace, start_time, end_date)
		VALUES (result.citizen, result.entry, result.status, questionnaire, organization, care_plan,
			ARRAY[care.new_rhythm(coalesce(start_date, care.civil_day(event_time)), times, weekdays, every_days)], grace,
			greatest(event_time, care.start_of_day(start_date)), end_date);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.plan_questionnaire(bigint, bigint, text, time[], text, timestamptz, integer[], integer, date, date, interval, bigint) IS
'Step: a citizen is to answer a questionnaire, when as in care.plan_measurements(); the same start_date and end_date: once. care.change_rhythm(), pause_measurements(), resume_measurements() and end_measurements() are for these plans too. Errors: as care.take_step(); 42704 no such questionnaire, 22023 no rhythm, 23514 a grace of more than a year or an end date out of reach, 55000 the plan is closed.';

CREATE OR REPLACE FUNCTION care.answer_questionnaire(
	citizen bigint, questionnaire text, answers jsonb,
	request_id text, event_time timestamptz DEFAULT now(),
	organization bigint DEFAULT NULL, version integer DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'questionnaire_response', NULL, 'answer_questionnaire', organization,
		request_id, event_time, jsonb_build_object('questionnaire', questionnaire, 'answers', answers, 'version', version));
	response care.questionnaire_response;
	plan care.measurement_plan;
	visit care.appointment;
BEGIN
	IF result.repeated THEN
		RETURN result;
	END IF;
	response.questionnaire := care.questionnaire_named(questionnaire, version);
	SELECT a.score, a.severity INTO response.score, response.severity
	FROM care.questionnaire q, care.assess_answers(q.definition, answers) AS a WHERE q.id = response.questionnaire;
	SELECT * INTO plan FROM care.measurement_plan p
	WHERE p.citizen = result.citizen AND p.questionnaire = answer_questionnaire.questionnaire AND p.status IN ('active', 'on-hold')
	ORDER BY p.status, p.id DESC LIMIT 1;
	SELECT * INTO visit FROM care.appointment a
	WHERE a.citizen = result.citizen AND a.questionnaire = answer_questionnaire.questionnaire
		AND a.status = 'booked' AND a.start_time >= event_time
		AND NOT EXISTS (SELECT FROM care.questionnaire_response r
			WHERE r.citizen = a.citizen AND r.appointment = a.id AND r.status <> 'entered-in-error')
	ORDER BY a.start_time, a.id LIMIT 1;
	response.organization := coalesce(plan.organization, visit.organization, organization,
		(SELECT coalesce(c.general_practice, c.municipality) FROM care.citizen c WHERE c.citizen = result.citizen),
		(SELECT min(o.id) FROM care.organization o WHERE o.kind = 'region'));
	IF response.organization IS NULL THEN
		RAISE EXCEPTION 'nobody is there to look at the answers of citizen %', result.citizen
			USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'It takes a plan, an appointment, or the citizen''s practice or municipality.';
	END IF;
	INSERT INTO care.questionnaire_response (citizen, id, status, questionnaire, organization, care_plan, appointment, answers, score, severity, authored)
	VALUES (result.citizen, result.entry, result.status, response.questionnaire, response.organization,
		coalesce(plan.care_plan, visit.care_plan), visit.id, answers, response.score, response.severity, event_time)
	RETURNING * INTO response;
	PERFORM care.follow_answers(response, NULL, answers);
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.answer_questionnaire(bigint, text, jsonb, text, timestamptz, bigint, integer) IS
'Step: the citizen has answered a questionnaire, alone (organization null) or with somebody''s help; answers are "item" of a FHIR QuestionnaireResponse. Version is what the citizen saw, and is refused when it is no longer active; null: not checked. Score and severity are computed; yellow and red raise an alert; numbers of a measure are recorded. It is for the next booked appointment that wants it. Errors: as care.take_step(); 22023 an answer that is wrong, with its linkId; 42704 no such questionnaire, 55000 another version is active, or nobody is there to look at it; those of care.record().';

CREATE OR REPLACE FUNCTION care.amend_answers(
	citizen bigint, questionnaire_response bigint, answers jsonb,
	request_id text, event_time timestamptz DEFAULT now(), organization bigint DEFAULT NULL, reason text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'questionnaire_response', questionnaire_response, 'amend_answers', organization,
		request_id, event_time, jsonb_build_object('answers', answers, 'reason', reason));
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.questionnaire_response r
		SET answers = amend_answers.answers, (score, severity) = (
			SELECT a.score, a.severity
			FROM care.questionnaire q, care.assess_answers(q.definition, amend_answers.answers) AS a WHERE q.id = r.questionnaire)
		WHERE r.citizen = result.citizen AND r.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.amend_answers(bigint, bigint, jsonb, text, timestamptz, bigint, text) IS
'Step: other answers in place of those given, to the same version. What they were is in care.workflow_event; score, severity, measurements and alert follow, and an alert that stays is active again. care.annul() takes a whole response back. Errors: as care.take_step(); 22023 an answer that is wrong, with its linkId; those of care.record().';

CREATE OR REPLACE FUNCTION care.write_diary(
	citizen bigint, entry text, request_id text, event_time timestamptz DEFAULT now(),
	category text DEFAULT NULL, related_person bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'diary_entry', NULL, 'write_diary', NULL,
		request_id, event_time, jsonb_build_object('entry', entry, 'category', category, 'related_person', related_person));
BEGIN
	IF result.repeated THEN
		RETURN result;
	ELSIF related_person IS NOT NULL AND NOT EXISTS (
		SELECT FROM care.related_person p
		WHERE p.citizen = result.citizen AND p.id = write_diary.related_person AND p.status = 'active')
	THEN
		RAISE EXCEPTION 'citizen % has no related_person % now', result.citizen, related_person
			USING ERRCODE = 'no_data_found';
	END IF;
	INSERT INTO care.diary_entry (citizen, id, status, category, entry, related_person, written_at)
	VALUES (result.citizen, result.entry, result.status, category, entry, related_person, event_time);
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.write_diary(bigint, text, text, timestamptz, text, bigint) IS
'Step: the citizen writes in the diary, or a carer (related_person) does for the citizen. event_time is the time that it is about. care.annul() takes an entry back. Errors: as care.take_step(); P0002 no such person; 23514 an empty text or category, 23502 none.';
