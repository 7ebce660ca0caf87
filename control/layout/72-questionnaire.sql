-- Answers to questionnaires: checked, scored, triaged, and what follows from them.

CREATE OR REPLACE FUNCTION care.answer_fault(item jsonb, answer jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	type CONSTANT text := item ->> 'type';
	value CONSTANT jsonb := care.fhir_value(answer, 'value');
	shown CONSTANT text := left((CASE jsonb_typeof(answer) WHEN 'object' THEN answer - 'item' ELSE answer END)::text, 100);
	number numeric;
	bound numeric;
BEGIN
	IF value ->> 0 = ANY (care.answer_kinds(type)) IS NOT TRUE THEN
		RETURN format('%s is no %s', shown, type);
	ELSIF type IN ('choice', 'open-choice')
		AND NOT (type = 'open-choice' AND value ->> 0 = 'String')
		AND NOT EXISTS (SELECT FROM jsonb_path_query(item, '$.answerOption[*]') AS o (option) WHERE care.fhir_value(o.option, 'value') = value)
	THEN
		RETURN format('%s is not among its options', shown);
	ELSIF length(value ->> 2) > (item ->> 'maxLength')::numeric THEN
		RETURN format('it is longer than %s characters', item ->> 'maxLength');
	ELSIF type NOT IN ('integer', 'decimal', 'quantity') THEN
		RETURN NULL;
	END IF;
	number := (value -> 2)::numeric;
	bound := care.extension_value(item, 'http://hl7.org/fhir/StructureDefinition/minValue')::numeric;
	IF number < bound THEN
		RETURN format('%s is less than %s', number, bound);
	END IF;
	bound := care.extension_value(item, 'http://hl7.org/fhir/StructureDefinition/maxValue')::numeric;
	IF number > bound THEN
		RETURN format('%s is more than %s', number, bound);
	END IF;
	bound := care.extension_value(item, 'http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces')::numeric;
	IF scale(trim_scale(number)) > bound THEN
		RETURN format('%s has more than %s decimals', number, bound);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.answer_fault(jsonb, jsonb) IS 'Internal: why an answer is none to a question; null if it is one.';

CREATE OR REPLACE FUNCTION care.evaluate_answers(definition jsonb, answers jsonb)
RETURNS TABLE (link_id text, enabled boolean, answered boolean, scored boolean, score numeric, graded boolean, severity text, fault text)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given jsonb;
	known jsonb;
	asked jsonb := jsonb '{}';
	item record;
	own jsonb;
	limits jsonb;
BEGIN
	-- What stands nowhere in the questionnaire
	FOR link_id, fault IN
		SELECT coalesce(a.link_id, ''), coalesce(a.fault, CASE
			WHEN i.link_id IS NULL THEN 'there is no such question'
			WHEN a.within IS DISTINCT FROM i.within THEN 'it is not asked at this place'
			WHEN count(*) OVER (PARTITION BY a.link_id) > 1 THEN 'it is answered twice' END)
		FROM care.answered_items(answers) a
		LEFT JOIN care.questionnaire_items(definition) i ON i.link_id = a.link_id
		ORDER BY 1, 2
	LOOP
		IF fault IS NOT NULL THEN
			RETURN NEXT;
			RETURN;
		END IF;
	END LOOP;

	SELECT jsonb_object_agg(a.link_id, a.answer), jsonb_object_agg(a.link_id, ARRAY(
		SELECT care.fhir_value(v.answer, 'value') FROM jsonb_array_elements(a.answer) AS v (answer)
		WHERE care.fhir_value(v.answer, 'value') IS NOT NULL))
	INTO given, known
	FROM care.answered_items(answers) a WHERE a.answer IS NOT NULL;
	FOR item IN SELECT * FROM care.questionnaire_items(definition) AS i LOOP
		link_id := item.link_id;
		own := coalesce(given -> link_id, '[]');
		answered := own <> '[]';
		-- What belongs to a question is asked once that is answered.
		enabled := (item.within IS NULL OR (asked -> item.within)::boolean) AND care.item_enabled(item.item, known);
		asked := asked || jsonb_build_object(link_id, enabled AND (answered OR item.type = 'group'));
		limits := care.limits_extension(item.item);
		scored := EXISTS (SELECT FROM jsonb_path_query(item.item, '$.answerOption[*]') AS o (option) WHERE care.ordinal_value(o.option) IS NOT NULL);
		graded := limits IS NOT NULL OR EXISTS (SELECT FROM jsonb_path_query(item.item, '$.answerOption[*]') AS o (option)
			WHERE care.extension_value(o.option, 'urn:smartcare:severity') IS NOT NULL);
		score := NULL;
		severity := NULL;
		fault := CASE
			WHEN answered AND care.answer_kinds(item.type) = '{}' THEN format('a %s cannot be answered', item.type)
			WHEN answered AND NOT enabled THEN 'it is not asked, by the other answers'
			WHEN enabled AND NOT answered AND (item.item ->> 'required')::boolean THEN 'an answer is required'
			WHEN jsonb_array_length(own) > 1 AND (item.item ->> 'repeats')::boolean IS NOT TRUE THEN 'it has one answer'
			WHEN jsonb_array_length(own) > 100 THEN 'it has more than 100 answers'
			ELSE (SELECT min(f.fault) FROM jsonb_array_elements(own) AS v (answer), care.answer_fault(item.item, v.answer) AS f (fault)) END;
		IF fault IS NULL AND item.type IN ('choice', 'open-choice')
			AND (SELECT count(*) <> count(DISTINCT k) FROM jsonb_array_elements(known -> link_id) AS k)
		THEN
			fault := 'it has the same answer twice';
		END IF;
		IF fault IS NULL AND answered AND item.type IN ('choice', 'open-choice') THEN
			SELECT sum(care.ordinal_value(o.option)::numeric),
				CASE WHEN graded THEN care.worst_colour(array_agg(care.extension_value(o.option, 'urn:smartcare:severity') #>> '{}')) END
			INTO score, severity
			FROM jsonb_array_elements(known -> link_id) AS k (value)
			LEFT JOIN jsonb_path_query(item.item, '$.answerOption[*]') AS o (option) ON care.fhir_value(o.option, 'value') = k.value;
		ELSIF fault IS NULL AND answered AND graded THEN
			severity := care.worst_colour(ARRAY(
				SELECT care.limits_colour(limits, CASE item.type WHEN 'boolean' THEN (k.value -> 2)::boolean::integer ELSE (k.value -> 2)::float8 END)
				FROM jsonb_array_elements(known -> link_id) AS k (value)));
		END IF;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.evaluate_answers(jsonb, jsonb) IS
'What answers come to by a definition, one row for each of its items in order: whether it is asked (enabled) and answered, whether its answers count in a score and how much, whether they have colours and which, and what is wrong, if something is. Answers that belong nowhere are a row alone. Answers are "item" of a FHIR QuestionnaireResponse.';

CREATE OR REPLACE FUNCTION care.assess_answers(definition jsonb, answers jsonb, OUT score float8, OUT severity text)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	item record;
	total numeric;
	incomplete boolean := false;
	colours text[] := ARRAY[]::text[];
	limits CONSTANT jsonb := care.limits_extension(definition);
	score_colour text;
BEGIN
	FOR item IN SELECT * FROM care.evaluate_answers(definition, answers) AS e LOOP
		IF item.fault IS NOT NULL THEN
			RAISE EXCEPTION 'answer to "%": %', item.link_id, item.fault
				USING ERRCODE = 'invalid_parameter_value';
		ELSIF item.enabled THEN
			total := coalesce(total + item.score, total, item.score);
			incomplete := incomplete OR item.scored AND NOT item.answered;
			IF item.graded THEN
				colours := colours || item.severity;
			END IF;
		END IF;
	END LOOP;
	score := total::float8;
	IF limits IS NOT NULL THEN
		score_colour := care.limits_colour(limits, score);
		-- What was not answered might have made it worse.
		IF score_colour = 'green' AND incomplete THEN
			score_colour := NULL;
		END IF;
		colours := colours || score_colour;
	END IF;
	severity := care.worst_colour(colours);
END
$$;
COMMENT ON FUNCTION care.assess_answers(jsonb, jsonb) IS
'Internal: score and worst colour of answers. Green only where every question asked that has colours is answered green, and the score, if it has limits, is complete and green. Errors: 22023 the first answer that is wrong, with its linkId.';

CREATE OR REPLACE FUNCTION care.measured_answers(questionnaire bigint, answers jsonb)
RETURNS TABLE (link_id text, measure text, reading float8, unit text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT i.link_id, care.extension_value(i.item, 'urn:smartcare:measure') #>> '{}',
		-- Other answers may be looked at too, before they are left out.
		CASE jsonb_typeof(v.value -> 2) WHEN 'number' THEN (v.value -> 2)::float8 END,
		CASE i.type WHEN 'quantity' THEN v.value ->> 1 ELSE care.item_unit(i.item) END
	FROM care.questionnaire q
	CROSS JOIN LATERAL care.questionnaire_items(q.definition) i
	JOIN care.answered_items(measured_answers.answers) a ON a.link_id = i.link_id
	CROSS JOIN LATERAL (SELECT care.fhir_value(a.answer -> 0, 'value') AS value) v
	WHERE q.id = measured_answers.questionnaire AND care.extension_value(i.item, 'urn:smartcare:measure') IS NOT NULL
		AND v.value IS NOT NULL;
END;
COMMENT ON FUNCTION care.measured_answers(bigint, jsonb) IS 'Internal: the answers that are readings of a measure.';

-- Measurements and alerts follow from the answers, whatever has changed them.
CREATE OR REPLACE FUNCTION care.follow_answers(response care.questionnaire_response, old_answers jsonb, new_answers jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	event care.workflow_event;
	measured record;
	kept care.alert;
BEGIN
	SELECT * INTO event FROM care.workflow_event e
	WHERE e.citizen = response.citizen AND e.entity = 'questionnaire_response' AND e.entry = response.id
	ORDER BY e.id DESC LIMIT 1;
	FOR measured IN
		SELECT coalesce(n.link_id, o.link_id) AS link_id, coalesce(n.measure, o.measure) AS measure,
			coalesce(n.reading, o.reading) AS reading, coalesce(n.unit, o.unit) AS unit,
			CASE WHEN n.link_id IS NULL THEN 'entered-in-error' WHEN o.link_id IS NULL THEN 'final' ELSE 'amended' END AS status
		FROM care.measured_answers(response.questionnaire, old_answers) AS o
		FULL JOIN care.measured_answers(response.questionnaire, new_answers) AS n ON n.link_id = o.link_id
		WHERE (n.reading, n.unit) IS DISTINCT FROM (o.reading, o.unit)
		ORDER BY 1
	LOOP
		BEGIN
			PERFORM care.record(response.citizen, measured.measure, ARRAY[response.authored], ARRAY[measured.reading], measured.unit,
				jsonb_build_object('key', format('questionnaire_response %s %s', response.id, measured.link_id),
					'version', event.id, 'issued', clock_timestamp(), 'status', measured.status));
		EXCEPTION WHEN data_exception THEN
			RAISE EXCEPTION 'answer to "%": %', measured.link_id, SQLERRM
				USING ERRCODE = SQLSTATE;
		END;
	END LOOP;

	SELECT * INTO kept FROM care.alert a
	WHERE a.citizen = response.citizen AND a.questionnaire_response = response.id AND a.status <> 'entered-in-error';
	IF new_answers IS NULL OR response.severity IN ('yellow', 'red') IS NOT TRUE THEN
		IF FOUND THEN
			PERFORM care.follow_alert(kept, 'withdraw_alert', event.event_time);
		END IF;
	ELSIF NOT FOUND THEN
		kept.citizen := response.citizen;
		kept.organization := response.organization;
		kept.colour := response.severity;
		kept.questionnaire_response := response.id;
		kept.start_time := response.authored;
		kept.last_time := response.authored;
		kept.red_time := CASE response.severity WHEN 'red' THEN response.authored END;
		PERFORM care.raise_alert(kept, NULL, response.authored);
	ELSE
		-- Other answers are to be looked at again.
		PERFORM care.follow_alert(kept, 'escalate_alert', event.event_time);
		UPDATE care.alert a SET colour = response.severity, red_time = CASE response.severity WHEN 'red' THEN response.authored END,
			snoozed_until = NULL, resolved_at = NULL
		WHERE a.citizen = kept.citizen AND a.id = kept.id;
	END IF;
END
$$;
COMMENT ON FUNCTION care.follow_answers(care.questionnaire_response, jsonb, jsonb) IS
'Internal: makes measurements and the alert of a response say what its new answers do in place of the old ones; null: there are none.';

CREATE OR REPLACE FUNCTION care.follow_response()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.follow_answers(NEW, OLD.answers, CASE WHEN NEW.status <> 'entered-in-error' THEN NEW.answers END);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.follow_response() IS 'Internal: trigger by which measurements and alerts follow answers that were amended or annulled.';

CREATE OR REPLACE TRIGGER questionnaire_response_follow AFTER UPDATE ON care.questionnaire_response
	FOR EACH ROW WHEN (OLD.answers <> NEW.answers OR OLD.status <> 'entered-in-error' AND NEW.status = 'entered-in-error')
	EXECUTE FUNCTION care.follow_response();
COMMENT ON TRIGGER questionnaire_response_follow ON care.questionnaire_response IS 'Measurements and alerts follow the answers.';

CREATE OR REPLACE FUNCTION care.keep_questionnaire()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND (NEW.status = OLD.status OR OLD.status = 'active' AND NEW.status = 'retired')
		AND to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status'
	THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'version % of questionnaire "%" is %, and stays as it is', OLD.version, OLD.name, OLD.status
		USING ERRCODE = 'object_not_in_prerequisite_state',
		HINT = 'care.publish_questionnaire() makes another version.';
END
$$;
COMMENT ON FUNCTION care.keep_questionnaire() IS
'Internal: trigger by which a published questionnaire changes no more, but that it is retired. Errors: 55000.';

CREATE OR REPLACE TRIGGER questionnaire_keep BEFORE UPDATE OR DELETE ON care.questionnaire
	FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION care.keep_questionnaire();
COMMENT ON TRIGGER questionnaire_keep ON care.questionnaire IS 'What has been published changes no more.';

CREATE OR REPLACE FUNCTION care.publish_questionnaire(definition jsonb, draft boolean DEFAULT false)
RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	new_name CONSTANT text := definition ->> 'name';
	latest care.questionnaire;
BEGIN
	IF draft THEN
		IF coalesce(new_name, '') = '' OR coalesce(definition ->> 'title', '') = '' THEN
			RAISE EXCEPTION 'a questionnaire needs a name and a title'
				USING ERRCODE = 'invalid_parameter_value';
		END IF;
	ELSE
		PERFORM care.check_definition(definition);
	END IF;
	-- One after the other, so that each sees the version before its own.
	LOCK TABLE care.questionnaire IN SHARE ROW EXCLUSIVE MODE;
	SELECT * INTO latest FROM care.questionnaire q
	WHERE q.name = new_name AND (q.status <> 'draft' OR draft)
	ORDER BY q.version DESC LIMIT 1;
	IF latest.definition = definition AND (latest.status = 'draft') = draft AND latest.status <> 'retired' THEN
		RETURN latest.version;
	END IF;
	-- A draft is not kept.
	DELETE FROM care.questionnaire q WHERE q.name = new_name AND q.status = 'draft';
	IF NOT draft THEN
		UPDATE care.questionnaire q SET status = 'retired' WHERE q.name = new_name AND q.status = 'active';
	END IF;
	SELECT coalesce(max(q.version), 0) + 1 INTO latest.version FROM care.questionnaire q WHERE q.name = new_name;
	INSERT INTO care.questionnaire (name, version, status, title, definition, published_at)
	VALUES (new_name, latest.version, CASE WHEN draft THEN 'draft' ELSE 'active' END, definition ->> 'title', definition,
		CASE WHEN NOT draft THEN now() END);
	RETURN latest.version;
END
$$;
COMMENT ON FUNCTION care.publish_questionnaire(jsonb, boolean) IS
'Makes a definition the active version of its name, for answers from now on, and returns the version; the one before is retired. The active one again changes nothing. As a draft it is kept as it is, in place of the draft before, and nobody can answer it. Errors: 22023 what is wrong, with the linkId; 42704 unknown measure, 54000 more than 1000 items.';

CREATE OR REPLACE FUNCTION care.questionnaire_named(name text, version integer DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	active care.questionnaire;
BEGIN
	SELECT * INTO active FROM care.questionnaire q WHERE q.name = questionnaire_named.name AND q.status = 'active';
	IF NOT FOUND THEN
		RAISE EXCEPTION 'questionnaire "%" is not known, or not active', name
			USING ERRCODE = 'undefined_object',
			HINT = 'The table care.questionnaire has those that there are.';
	ELSIF version <> active.version THEN
		RAISE EXCEPTION 'version % of questionnaire "%" is not active', version, name
			USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = format('Version %s is.', active.version);
	END IF;
	RETURN active.id;
END
$$;
COMMENT ON FUNCTION care.questionnaire_named(text, integer) IS
'The id of the active version of a questionnaire. Errors: 42704 there is none, 55000 it is not the version named.';
