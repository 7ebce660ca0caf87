-- Questionnaires: what a definition may say, and what answers to it come to. Groups,
-- and questions that have questions of their own, do not repeat, so that a linkId
-- stands for one place in the answers.

CREATE OR REPLACE FUNCTION care.extension_value(element jsonb, url text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_path_query_first(element, '$.extension[*] ? (@.url == $url).keyvalue() ? (@.key starts with "value").value',
	jsonb_build_object('url', url), true);
COMMENT ON FUNCTION care.extension_value(jsonb, text) IS
'Internal: the value of an element''s first extension of this URL; null if it has none.';

CREATE OR REPLACE FUNCTION care.ordinal_value(option jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(
	care.extension_value(option, 'http://hl7.org/fhir/StructureDefinition/ordinalValue'),
	care.extension_value(option -> 'valueCoding', 'http://hl7.org/fhir/StructureDefinition/ordinalValue'),
	care.extension_value(option, 'http://hl7.org/fhir/StructureDefinition/itemWeight'),
	care.extension_value(option -> 'valueCoding', 'http://hl7.org/fhir/StructureDefinition/itemWeight'));
COMMENT ON FUNCTION care.ordinal_value(jsonb) IS
'Internal: what an answerOption counts in the score, by FHIR''s extension ordinalValue (R4) or itemWeight (R5); null: nothing.';

CREATE OR REPLACE FUNCTION care.limits_extension(element jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_path_query_first(element, '$.extension[*] ? (@.url == "urn:smartcare:limits")', '{}', true);
COMMENT ON FUNCTION care.limits_extension(jsonb) IS
'Internal: the extension of a questionnaire (for its score) or a question that has limits, which are extensions of it.';

CREATE OR REPLACE FUNCTION care.limits_colour(limits jsonb, value float8)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN care.colour(value, care.extension_value(limits, 'red_low')::float8, care.extension_value(limits, 'yellow_low')::float8,
	care.extension_value(limits, 'yellow_high')::float8, care.extension_value(limits, 'red_high')::float8,
	coalesce(care.extension_value(limits, 'inclusive')::boolean, false));
COMMENT ON FUNCTION care.limits_colour(jsonb, float8) IS 'Internal: the colour of a value by an extension with limits, as care.colour().';

CREATE OR REPLACE FUNCTION care.limits_fault(limits jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN limits_fault.limits IS NULL THEN NULL
		WHEN count(l.name) = 0 THEN 'its limits are none'
		WHEN bool_or(CASE jsonb_typeof(l.value) WHEN 'number' THEN NOT care.fhir_float8(l.value::numeric) ELSE true END)
			OR jsonb_typeof(care.extension_value(limits_fault.limits, 'inclusive')) <> 'boolean'
		THEN 'its limits are no numbers'
		WHEN bool_or(l.value < l.previous) THEN 'its limits contradict each other' END
	FROM (
		SELECT n.name, v.value, lag(v.value) OVER (ORDER BY n.place) AS previous
		FROM unnest('{red_low,yellow_low,yellow_high,red_high}'::text[]) WITH ORDINALITY AS n (name, place)
		CROSS JOIN LATERAL (SELECT care.extension_value(limits_fault.limits, n.name) AS value) v
		WHERE v.value IS NOT NULL
	) l;
END;
COMMENT ON FUNCTION care.limits_fault(jsonb) IS 'Internal: what is wrong with an extension with limits; null if nothing is, or it is null.';

CREATE OR REPLACE FUNCTION care.fhir_value(element jsonb, prefix text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kind text;
	value jsonb;
	plain text;
	members integer;
BEGIN
	IF jsonb_typeof(element) IS DISTINCT FROM 'object' THEN
		RETURN NULL;
	END IF;
	SELECT count(*), min(substr(e.key, length(prefix) + 1)), (array_agg(e.value))[1] INTO members, kind, value
	FROM jsonb_each(element) AS e WHERE e.key ~ ('^' || prefix || '[A-Z]');
	IF members <> 1 THEN
		RETURN NULL;
	END IF;
	plain := value #>> '{}';
	RETURN CASE
		WHEN kind = 'Boolean' AND jsonb_typeof(value) = 'boolean' THEN jsonb_build_array(kind, NULL, value)
		WHEN kind = 'Integer' AND jsonb_typeof(value) = 'number' THEN
			CASE WHEN plain::numeric % 1 = 0 AND abs(plain::numeric) <= 2147483647 THEN jsonb_build_array(kind, NULL, value) END
		WHEN kind = 'Decimal' AND jsonb_typeof(value) = 'number' THEN
			CASE WHEN care.fhir_float8(plain::numeric) THEN jsonb_build_array(kind, NULL, value) END
		WHEN kind = 'Quantity' AND jsonb_typeof(value -> 'value') = 'number' THEN
			CASE WHEN care.fhir_float8((value ->> 'value')::numeric)
				THEN jsonb_build_array(kind, coalesce(value ->> 'code', value ->> 'unit'), value -> 'value') END
		WHEN kind = 'Coding' AND jsonb_typeof(value -> 'code') = 'string' THEN jsonb_build_array(kind, value ->> 'system', value ->> 'code')
		WHEN jsonb_typeof(value) <> 'string' OR plain = '' THEN NULL
		WHEN kind IN ('String', 'Uri') THEN jsonb_build_array(kind, NULL, plain)
		WHEN kind = 'Date' AND length(plain) = 10 THEN
			CASE WHEN smartcare.fhir_start(plain, 'UTC') IS NOT NULL
				THEN jsonb_build_array(kind, NULL, extract(epoch FROM smartcare.fhir_start(plain, 'UTC'))) END
		WHEN kind = 'DateTime' THEN
			CASE WHEN smartcare.fhir_instant(plain) IS NOT NULL
				THEN jsonb_build_array(kind, NULL, extract(epoch FROM smartcare.fhir_instant(plain))) END
		WHEN kind = 'Time' AND plain ~ '^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$'
			THEN jsonb_build_array(kind, NULL, extract(epoch FROM plain::time)) END;
END
$$;
COMMENT ON FUNCTION care.fhir_value(jsonb, text) IS
'Internal: what a member value[x] of a FHIR element says (or answer[x], by the prefix), as an array of its type, its unit or system, and a value that compares; null where there is none, more than one, or it is not of its type. Dates are whole, and dateTimes have a time and an offset.';

-- Of which types a question's answers are.
CREATE OR REPLACE FUNCTION care.answer_kinds(type text)
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE type
	WHEN 'boolean' THEN '{Boolean}'::text[] WHEN 'decimal' THEN '{Decimal}' WHEN 'integer' THEN '{Integer}'
	WHEN 'date' THEN '{Date}' WHEN 'dateTime' THEN '{DateTime}' WHEN 'time' THEN '{Time}'
	WHEN 'string' THEN '{String}' WHEN 'text' THEN '{String}' WHEN 'url' THEN '{Uri}' WHEN 'quantity' THEN '{Quantity}'
	WHEN 'choice' THEN '{Coding,String,Integer,Date,Time}' WHEN 'open-choice' THEN '{Coding,String,Integer,Date,Time}'
	ELSE '{}' END;
COMMENT ON FUNCTION care.answer_kinds(text) IS 'Internal: the types that answers to a type of question can have; empty for what is no question.';

CREATE OR REPLACE FUNCTION care.questionnaire_items(element jsonb, parent text DEFAULT NULL, depth integer DEFAULT 1)
RETURNS TABLE (link_id text, within text, level integer, type text, item jsonb)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	FOR item IN SELECT * FROM jsonb_path_query(element, '$.item[*]') LOOP
		link_id := item ->> 'linkId';
		within := parent;
		level := depth;
		type := item ->> 'type';
		RETURN NEXT;
		IF item ? 'item' AND depth < 20 THEN
			RETURN QUERY SELECT * FROM care.questionnaire_items(item, link_id, depth + 1);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.questionnaire_items(jsonb, text, integer) IS
'Internal: the items of a definition, in its order and down to the 20th level, each with the linkId of the item that it stands within.';

CREATE OR REPLACE FUNCTION care.check_definition(definition jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- Of JSON the planner expects so much that it would compile what runs once.
SET jit = off
AS $$
DECLARE
	item record;
	condition jsonb;
	option jsonb;
	types CONSTANT jsonb := (SELECT jsonb_object_agg(q.link_id, q.type) FROM care.questionnaire_items(definition) AS q WHERE q.link_id IS NOT NULL);
	wanted text;
	fault text := smartcare.fhir_shape_fault(definition, '{"resourceType": ["Questionnaire"], "name!": "string", "title!": "string", "item!": {}}');
	missing text;
BEGIN
	fault := coalesce(fault, care.limits_fault(care.limits_extension(definition)),
		CASE WHEN definition ->> 'name' = '' OR definition ->> 'title' = '' THEN 'its name or title is empty'
			WHEN jsonb_array_length(definition -> 'item') = 0 THEN 'it asks nothing' END);
	IF fault IS NOT NULL OR definition IS NULL THEN
		RAISE EXCEPTION 'this is no questionnaire: %', coalesce(fault, 'null')
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF (SELECT count(*) FROM care.questionnaire_items(definition)) > 1000 THEN
		RAISE EXCEPTION 'a questionnaire with more than 1000 items'
			USING ERRCODE = 'program_limit_exceeded';
	END IF;

	FOR item IN
		SELECT i.*, care.answer_kinds(i.type) AS kinds, coalesce(i.item ? 'item', false) AS nests,
			care.extension_value(i.item, 'urn:smartcare:measure') AS measure,
			count(*) OVER (PARTITION BY i.link_id) AS same
		FROM care.questionnaire_items(definition) WITH ORDINALITY AS i (link_id, within, level, type, item, place)
		ORDER BY i.place
	LOOP
		fault := smartcare.fhir_shape_fault(item.item, '{"linkId!": "string", "text": "string",
			"type!": ["group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url", "choice", "open-choice", "quantity"],
			"required": "boolean", "repeats": "boolean", "maxLength": "number", "enableBehavior": ["all", "any"],
			"enableWhen": {"question!": "string", "operator!": ["exists", "=", "!=", ">", "<", ">=", "<="]},
			"answerOption": {}, "initial": {}, "item": {}}');
		fault := coalesce(fault, care.limits_fault(care.limits_extension(item.item)), CASE
			WHEN item.link_id = '' THEN 'its linkId is empty'
			WHEN item.level = 20 THEN 'it is nested too deeply'
			WHEN item.same > 1 THEN 'the linkId stands for several items'
			WHEN item.type = 'group' AND NOT item.nests THEN 'a group needs items'
			WHEN item.type = 'display' AND item.nests THEN 'a display has no items'
			WHEN item.kinds = '{}' AND item.item ?| '{required,answerOption,initial,maxLength}' THEN 'what is no question cannot be answered'
			WHEN (item.item ->> 'repeats')::boolean AND (item.nests OR item.kinds = '{}') THEN 'only a question without items can repeat'
			WHEN item.type IN ('choice', 'open-choice') AND jsonb_array_length(item.item -> 'answerOption') > 0 IS NOT TRUE THEN 'a choice needs answerOption'
			WHEN item.type NOT IN ('choice', 'open-choice') AND item.item ? 'answerOption' THEN 'only a choice has answerOption'
			WHEN item.item ? 'maxLength' AND (item.kinds <> '{String}' AND item.kinds <> '{Uri}' OR (item.item ->> 'maxLength')::numeric < 1)
				THEN 'maxLength is for text, and positive'
			WHEN care.limits_extension(item.item) IS NOT NULL AND item.type NOT IN ('boolean', 'integer', 'decimal', 'quantity')
				THEN 'limits are for numbers and booleans'
			WHEN jsonb_array_length(item.item -> 'enableWhen') > 1 AND NOT item.item ? 'enableBehavior'
				THEN 'several conditions need an enableBehavior' END);

		-- Extensions that bound numbers
		SELECT coalesce(fault, min(format('%s is for numbers, and one', x.name))) INTO fault
		FROM unnest('{minValue,maxValue,maxDecimalPlaces}'::text[]) AS x (name)
		CROSS JOIN LATERAL (SELECT care.extension_value(item.item, 'http://hl7.org/fhir/StructureDefinition/' || x.name) AS value) v
		WHERE jsonb_typeof(v.value) <> 'number' OR v.value IS NOT NULL AND item.type NOT IN ('integer', 'decimal', 'quantity');

		FOR option IN SELECT * FROM jsonb_path_query(item.item, '$.answerOption[*]') WHERE fault IS NULL LOOP
			IF care.fhir_value(option, 'value') ->> 0 = ANY (item.kinds) IS NOT TRUE THEN
				fault := format('%s is no option', option);
			ELSIF (CASE jsonb_typeof(care.ordinal_value(option)) WHEN 'number' THEN abs(care.ordinal_value(option)::numeric) > 1e15
				ELSE care.ordinal_value(option) IS NOT NULL END)
			THEN
				fault := format('the ordinal value of %s is no number', option);
			ELSIF care.extension_value(option, 'urn:smartcare:severity') #>> '{}' <> ALL ('{red,yellow,green}') THEN
				fault := format('the severity of %s is not red, yellow or green', option);
			END IF;
		END LOOP;
		fault := coalesce(fault, (
			SELECT format('the option %s stands twice', min(o.option::text))
			FROM jsonb_path_query(item.item, '$.answerOption[*]') AS o (option)
			GROUP BY care.fhir_value(o.option, 'value') HAVING count(*) > 1 ORDER BY 1 LIMIT 1));
		fault := coalesce(fault, (
			SELECT format('the initial value %s is no %s', min(n.value::text), item.type)
			FROM jsonb_path_query(item.item, '$.initial[*]') AS n (value)
			WHERE care.fhir_value(n.value, 'value') ->> 0 = ANY (item.kinds) IS NOT TRUE HAVING count(*) > 0));

		FOR condition IN SELECT * FROM jsonb_path_query(item.item, '$.enableWhen[*]') WHERE fault IS NULL LOOP
			wanted := types ->> (condition ->> 'question');
			IF care.answer_kinds(wanted) = '{}' THEN
				fault := format('enableWhen asks for "%s", which is no question', condition ->> 'question');
			ELSIF care.fhir_value(condition, 'answer') ->> 0
				= ANY (CASE condition ->> 'operator' WHEN 'exists' THEN '{Boolean}' ELSE care.answer_kinds(wanted) END) IS NOT TRUE
			THEN
				fault := format('enableWhen compares "%s" with what cannot answer it', condition ->> 'question');
			ELSIF condition ->> 'operator' IN ('>', '<', '>=', '<=')
				AND care.fhir_value(condition, 'answer') ->> 0 NOT IN ('Integer', 'Decimal', 'Quantity', 'Date', 'DateTime', 'Time')
			THEN
				fault := format('enableWhen compares "%s" by what has no order', condition ->> 'question');
			END IF;
		END LOOP;

		IF fault IS NULL AND item.measure IS NOT NULL THEN
			IF item.type NOT IN ('integer', 'decimal', 'quantity') OR (item.item ->> 'repeats')::boolean THEN
				fault := 'a measure is for a number that does not repeat';
			ELSIF item.type <> 'quantity' THEN
				fault := (care.conversion(care.measure_named(item.measure #>> '{}'), care.item_unit(item.item))).fault;
			ELSE
				PERFORM care.measure_named(item.measure #>> '{}');
			END IF;
		END IF;
		IF fault IS NOT NULL THEN
			RAISE EXCEPTION 'question "%": %', coalesce(item.link_id, item.item::text), fault
				USING ERRCODE = 'invalid_parameter_value';
		END IF;
	END LOOP;

	WITH RECURSIVE depends AS (
		SELECT i.link_id AS item, c.question #>> '{}' AS question
		FROM care.questionnaire_items(definition) AS i
		CROSS JOIN LATERAL jsonb_path_query(i.item, '$.enableWhen[*].question') AS c (question)
		UNION
		SELECT i.link_id, i.within FROM care.questionnaire_items(definition) AS i WHERE i.within IS NOT NULL
	), reach AS (
		SELECT * FROM depends
		UNION
		SELECT r.item, d.question FROM reach r JOIN depends d ON d.item = r.question
	)
	SELECT min(r.item COLLATE "C") INTO missing FROM reach r WHERE r.item = r.question;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'question "%": whether it is asked depends on its own answer', missing
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_definition(jsonb) IS
'Internal: raises an error for a definition that could not be answered or is not understood, with the linkId. Errors: 22023, 42704 unknown measure, 54000 more than 1000 items.';

CREATE OR REPLACE FUNCTION care.item_unit(item jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stated CONSTANT text := care.extension_value(item, 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit') ->> 'code';
	measure_id integer;
	own_unit text;
BEGIN
	IF stated IS NOT NULL THEN
		RETURN stated;
	END IF;
	measure_id := care.measure_named(care.extension_value(item, 'urn:smartcare:measure') #>> '{}');
	SELECT m.unit INTO own_unit FROM care.measure m WHERE m.id = measure_id;
	RETURN own_unit;
END
$$;
COMMENT ON FUNCTION care.item_unit(jsonb) IS
'Internal: the unit of a number that answers a question with a measure: that of FHIR''s extension questionnaire-unit, else the measure''s. Errors: 42704 unknown measure.';

CREATE OR REPLACE FUNCTION care.item_enabled(item jsonb, known jsonb)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	any_will_do CONSTANT boolean := coalesce(item ->> 'enableBehavior' = 'any', false);
	condition jsonb;
	wanted jsonb;
	operator text;
	answer jsonb;
	met boolean;
BEGIN
	FOR condition IN SELECT * FROM jsonb_array_elements(coalesce(item -> 'enableWhen', '[]')) LOOP
		operator := condition ->> 'operator';
		wanted := care.fhir_value(condition, 'answer');
		met := operator = '!=';
		IF operator = 'exists' THEN
			met := (coalesce(known -> (condition ->> 'question'), '[]') <> '[]') = (wanted -> 2)::boolean;
		ELSE
			FOR answer IN SELECT * FROM jsonb_array_elements(coalesce(known -> (condition ->> 'question'), '[]')) LOOP
				IF operator = '!=' THEN
					met := met AND answer <> wanted;
				ELSIF operator = '=' THEN
					met := met OR answer = wanted;
				ELSIF answer - 2 = wanted - 2 THEN
					met := met OR CASE operator
						WHEN '>' THEN answer -> 2 > wanted -> 2 WHEN '<' THEN answer -> 2 < wanted -> 2
						WHEN '>=' THEN answer -> 2 >= wanted -> 2 ELSE answer -> 2 <= wanted -> 2 END;
				END IF;
			END LOOP;
		END IF;
		IF met = any_will_do THEN
			RETURN met;
		END IF;
	END LOOP;
	RETURN NOT any_will_do OR condition IS NULL;
END
$$;
COMMENT ON FUNCTION care.item_enabled(jsonb, jsonb) IS
'Internal: whether an item''s enableWhen lets it be asked, by the answers known: arrays of what care.fhir_value() returns, by linkId. As in FHIR, any of several answers will do, but != is for all; quantities compare in one unit.';

CREATE OR REPLACE FUNCTION care.answered_items(items jsonb, parent text DEFAULT NULL, depth integer DEFAULT 1)
RETURNS TABLE (link_id text, within text, answer jsonb, fault text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	item jsonb;
BEGIN
	IF jsonb_typeof(items) <> 'array' THEN
		fault := 'answers are an array of items';
		RETURN NEXT;
		RETURN;
	END IF;
	FOR item IN SELECT * FROM jsonb_array_elements(items) LOOP
		link_id := item ->> 'linkId';
		within := parent;
		answer := item -> 'answer';
		fault := CASE depth WHEN 20 THEN 'it is nested too deeply'
			ELSE smartcare.fhir_shape_fault(item, '{"linkId!": "string", "answer": {"item": {}}, "item": {}}') END;
		RETURN NEXT;
		IF fault IS NULL AND (item ? 'item' OR jsonb_path_exists(answer, '$[*].item')) THEN
			RETURN QUERY SELECT * FROM care.answered_items(
				jsonb_path_query_array(item, '$.item[*]') || jsonb_path_query_array(coalesce(answer, '[]'), '$[*].item[*]'), link_id, depth + 1);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.answered_items(jsonb, text, integer) IS
'Internal: the items of answers, each with the linkId of the item that it stands within, and what is wrong with its shape.';
