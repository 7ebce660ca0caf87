-- Questionnaires: definitions, branching, scores and colours against an oracle, what follows from answers, what is due; and the diary.
BEGIN;
SELECT plan(195);
SET LOCAL ROLE layout_owner;

\ir ../home.sql
CREATE FUNCTION pg_temp.ago(hours float8) RETURNS timestamptz LANGUAGE sql RETURN now() - hours * interval '1 hour';

-- Branching, scores and colours, against an oracle over rows. An item is asked by conditions on items of lower rank,
-- which may stand before or after it.
CREATE TEMP TABLE q_item (q int, n int, parent int, type text, required boolean, repeats boolean, behavior text, rank int,
	red_low int, yellow_low int, yellow_high int, red_high int, inclusive boolean, PRIMARY KEY (q, n));
CREATE TEMP TABLE q_option (q int, n int, v int, ordinal numeric, severity text, PRIMARY KEY (q, n, v));
CREATE TEMP TABLE q_condition (q int, n int, question int, operator text, v int);
CREATE TEMP TABLE q_answer (q int, n int, v int, PRIMARY KEY (q, n, v));
CREATE TEMP TABLE q_limit (q int PRIMARY KEY, yellow_high int, red_high int);
CREATE FUNCTION pg_temp.one_of(a text[]) RETURNS text LANGUAGE sql VOLATILE RETURN a[1 + floor(random() * cardinality(a))];

INSERT INTO q_item (q, n, type, required, repeats, behavior, rank)
SELECT q, n, CASE WHEN n IN (3, 7) THEN 'group' ELSE pg_temp.one_of('{boolean,integer,decimal,choice,choice,open-choice,date,string}') END,
	random() < 0.4, false, pg_temp.one_of('{all,any}'), row_number() OVER (PARTITION BY q ORDER BY n IN (3, 5, 7) DESC, random())
FROM generate_series(1, 80) AS q, generate_series(1, 14) AS n;
-- 4 and 6 stand in group 3, 8 in group 7, 9 belongs to question 5, and 7 stands in 3 as well, sometimes.
UPDATE q_item SET parent = CASE WHEN n IN (4, 6) THEN 3 WHEN n = 8 THEN 7 WHEN n = 9 THEN 5 WHEN n = 7 AND q % 2 = 0 THEN 3 END;
UPDATE q_item SET rank = rank + 100 WHERE n = 7;
UPDATE q_item SET rank = rank + 100 WHERE rank > 100 AND n <> 7 OR n NOT IN (3, 5, 7);
UPDATE q_item SET required = false WHERE type = 'group';
UPDATE q_item SET repeats = random() < 0.4 WHERE type IN ('choice', 'integer') AND n <> 5;
UPDATE q_item SET yellow_high = (random() * 5)::int, inclusive = random() < 0.3 WHERE type IN ('integer', 'decimal', 'boolean') AND random() < 0.6;
UPDATE q_item SET red_high = yellow_high + (random() * 3)::int, yellow_low = yellow_high - (random() * 5)::int WHERE yellow_high IS NOT NULL AND random() < 0.6;
UPDATE q_item SET red_low = yellow_low - 1 WHERE random() < 0.5;
ANALYZE q_item;
INSERT INTO q_option SELECT q, n, v, CASE WHEN q % 3 > 0 AND random() < 0.8 THEN round((random() * 6 - 1)::numeric, 1) END,
	CASE WHEN n % 2 = 0 AND random() < 0.9 THEN pg_temp.one_of('{green,green,yellow,red}') END
FROM q_item, generate_series(0, 3) AS v WHERE type IN ('choice', 'open-choice');
INSERT INTO q_condition
SELECT i.q, i.n, o.n, CASE WHEN o.type IN ('integer', 'decimal', 'date') THEN pg_temp.one_of('{exists,=,!=,>,<,>=,<=}') ELSE pg_temp.one_of('{exists,=,!=}') END, (random() * 3)::int
FROM q_item i CROSS JOIN LATERAL generate_series(1, (random() * 2.4 + i.n * 0)::int) AS k
CROSS JOIN LATERAL (SELECT * FROM q_item o WHERE o.q = i.q AND o.rank < i.rank AND o.type <> 'group' AND k IS NOT NULL ORDER BY random() LIMIT 1) AS o;
UPDATE q_condition c SET v = v % 2 FROM q_item i WHERE i.q = c.q AND i.n = c.question AND (i.type = 'boolean' OR c.operator = 'exists');
INSERT INTO q_limit SELECT q, y, y + (random() * 4)::int FROM generate_series(1, 80) AS q, LATERAL (SELECT (random() * 6 + q * 0)::int AS y) AS r WHERE q % 2 = 0;
INSERT INTO q_answer SELECT q, n, CASE type WHEN 'boolean' THEN (random() * 1)::int ELSE floor(random() * 4)::int END
FROM q_item, generate_series(1, 2) AS k WHERE type <> 'group' AND (required OR random() < 0.8) AND (k = 1 OR repeats) ON CONFLICT DO NOTHING;
ANALYZE q_option, q_condition, q_limit, q_answer;

CREATE FUNCTION pg_temp.asked(item q_item) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	ok int := 0;
	conditions int := 0;
	condition q_condition;
	p q_item;
	yes boolean;
BEGIN
	IF item.parent IS NOT NULL THEN
		SELECT * INTO p FROM q_item WHERE q = item.q AND n = item.parent;
		IF NOT pg_temp.asked(p) OR p.type <> 'group' AND NOT EXISTS (SELECT FROM q_answer WHERE q = p.q AND n = p.n) THEN
			RETURN false;
		END IF;
	END IF;
	FOR condition IN SELECT * FROM q_condition WHERE q = item.q AND n = item.n LOOP
		conditions := conditions + 1;
		yes := CASE condition.operator
			WHEN 'exists' THEN EXISTS (SELECT FROM q_answer WHERE q = item.q AND n = condition.question) = (condition.v = 1)
			WHEN '!=' THEN NOT EXISTS (SELECT FROM q_answer WHERE q = item.q AND n = condition.question AND v = condition.v)
			WHEN '=' THEN EXISTS (SELECT FROM q_answer WHERE q = item.q AND n = condition.question AND v = condition.v)
			WHEN '<' THEN EXISTS (SELECT FROM q_answer WHERE q = item.q AND n = condition.question AND v < condition.v)
			WHEN '>' THEN EXISTS (SELECT FROM q_answer WHERE q = item.q AND n = condition.question AND v > condition.v)
			WHEN '<=' THEN EXISTS (SELECT FROM q_answer WHERE q = item.q AND n = condition.question AND v <= condition.v)
			ELSE EXISTS (SELECT FROM q_answer WHERE q = item.q AND n = condition.question AND v >= condition.v) END;
		ok := ok + yes::int;
	END LOOP;
	RETURN conditions = 0 OR CASE item.behavior WHEN 'any' THEN ok > 0 ELSE ok = conditions END;
END
$$;
-- Nobody answers what is not asked.
DO $$
DECLARE
	i q_item;
BEGIN
	FOR i IN SELECT * FROM q_item ORDER BY rank LOOP
		DELETE FROM q_answer WHERE q = i.q AND n = i.n AND NOT pg_temp.asked(i);
	END LOOP;
END
$$;

CREATE FUNCTION pg_temp.value_of(prefix text, type text, v int) RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE type
		WHEN 'boolean' THEN jsonb_build_object(prefix || 'Boolean', v = 1)
		WHEN 'integer' THEN jsonb_build_object(prefix || 'Integer', v)
		WHEN 'decimal' THEN jsonb_build_object(prefix || 'Decimal', v + 0.0)
		WHEN 'date' THEN jsonb_build_object(prefix || 'Date', date '2026-01-30' + v)
		WHEN 'string' THEN jsonb_build_object(prefix || 'String', 'text ' || v)
		ELSE jsonb_build_object(prefix || 'Coding', jsonb_build_object('system', 'urn:test', 'code', 'c' || v, 'display', 'Choice ' || random())) END
$$;
CREATE FUNCTION pg_temp.extension(url text, value jsonb) RETURNS jsonb LANGUAGE sql RETURN
	jsonb_build_object('url', url, CASE jsonb_typeof(value) WHEN 'string' THEN 'valueCode' WHEN 'boolean' THEN 'valueBoolean' ELSE 'valueDecimal' END, value);
CREATE FUNCTION pg_temp.limits(red_low int, yellow_low int, yellow_high int, red_high int, inclusive boolean DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('url', 'urn:smartcare:limits', 'extension', jsonb_agg(pg_temp.extension(e.key, e.value)))
	FROM jsonb_each(jsonb_strip_nulls(jsonb_build_object('red_low', red_low, 'yellow_low', yellow_low, 'yellow_high', yellow_high,
		'red_high', red_high, 'inclusive', inclusive))) AS e
$$;
CREATE FUNCTION pg_temp.items(of_q int, of_parent int DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('linkId', i.q || '.' || i.n, 'type', i.type,
		'required', CASE WHEN i.required THEN true END, 'repeats', CASE WHEN i.repeats THEN true END, 'enableBehavior', i.behavior,
		'extension', CASE WHEN i.yellow_high IS NOT NULL OR i.red_low IS NOT NULL
			THEN jsonb_build_array(pg_temp.limits(i.red_low, i.yellow_low, i.yellow_high, i.red_high, i.inclusive)) END,
		'enableWhen', (SELECT jsonb_agg(jsonb_build_object('question', c.q || '.' || c.question, 'operator', c.operator)
				|| pg_temp.value_of('answer', CASE c.operator WHEN 'exists' THEN 'boolean' ELSE o.type END, c.v))
			FROM q_condition c JOIN q_item o ON o.q = c.q AND o.n = c.question WHERE c.q = i.q AND c.n = i.n),
		'answerOption', (SELECT jsonb_agg(pg_temp.value_of('value', i.type, p.v) || jsonb_build_object('extension',
				jsonb_path_query_array(jsonb_build_array(
					pg_temp.extension('http://hl7.org/fhir/StructureDefinition/' || CASE p.q % 5 WHEN 0 THEN 'itemWeight' ELSE 'ordinalValue' END, to_jsonb(p.ordinal)),
					pg_temp.extension('urn:smartcare:severity', to_jsonb(p.severity))), '$[*] ? (exists(@.valueDecimal) || exists(@.valueCode)) ? (@.* != null)')))
			FROM q_option p WHERE p.q = i.q AND p.n = i.n),
		'item', pg_temp.items(i.q, i.n))) ORDER BY i.n)
	FROM q_item i WHERE i.q = of_q AND i.parent IS NOT DISTINCT FROM of_parent
$$;
CREATE FUNCTION pg_temp.definition(of_q int) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('resourceType', 'Questionnaire', 'name', 'q' || of_q, 'title', 'Questionnaire ' || of_q, 'item', pg_temp.items(of_q),
		'extension', (SELECT jsonb_build_array(pg_temp.limits(NULL, NULL, l.yellow_high, l.red_high)) FROM q_limit l WHERE l.q = of_q)))
$$;
CREATE FUNCTION pg_temp.answers(of_q int, of_parent int DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(jsonb_strip_nulls(CASE WHEN i.type = 'group'
		THEN jsonb_build_object('linkId', i.q || '.' || i.n, 'item', pg_temp.answers(i.q, i.n))
		ELSE jsonb_build_object('linkId', i.q || '.' || i.n, 'answer',
			(SELECT jsonb_agg(pg_temp.value_of('value', i.type, a.v) || jsonb_build_object('item', pg_temp.answers(i.q, i.n)) ORDER BY random())
			FROM q_answer a WHERE a.q = i.q AND a.n = i.n)) END) ORDER BY random())
	FROM q_item i WHERE i.q = of_q AND i.parent IS NOT DISTINCT FROM of_parent
$$;
-- The oracle's word on an item, and on the whole.
CREATE TEMP TABLE q_expected AS
SELECT i.q, i.n, pg_temp.asked(i) AS asked, EXISTS (SELECT FROM q_answer a WHERE a.q = i.q AND a.n = i.n) AS answered,
	(SELECT sum(o.ordinal) FROM q_answer a JOIN q_option o USING (q, n, v) WHERE a.q = i.q AND a.n = i.n) AS score,
	EXISTS (SELECT FROM q_option o WHERE o.q = i.q AND o.n = i.n AND o.ordinal IS NOT NULL) AS scored,
	coalesce(i.yellow_high, i.red_low) IS NOT NULL OR EXISTS (SELECT FROM q_option o WHERE o.q = i.q AND o.n = i.n AND o.severity IS NOT NULL) AS graded,
	ARRAY(SELECT CASE WHEN i.type IN ('choice', 'open-choice') THEN o.severity
		WHEN a.v < i.red_low OR a.v > i.red_high OR i.inclusive AND (a.v = i.red_low OR a.v = i.red_high) THEN 'red'
		WHEN a.v < i.yellow_low OR a.v > i.yellow_high OR i.inclusive AND (a.v = i.yellow_low OR a.v = i.yellow_high) THEN 'yellow' ELSE 'green' END
		FROM q_answer a LEFT JOIN q_option o USING (q, n, v) WHERE a.q = i.q AND a.n = i.n) AS colours
FROM q_item i;
UPDATE q_expected SET colours = '{NULL}' WHERE colours = '{}';
CREATE TEMP VIEW q_total AS
SELECT e.q, sum(e.score)::float8 AS score, bool_or(e.asked AND e.scored AND NOT e.answered) AS incomplete,
	count(*) FILTER (WHERE e.asked AND e.graded) AS graded,
	bool_or(e.asked AND e.graded AND 'red' = ANY (e.colours)) AS red, bool_or(e.asked AND e.graded AND 'yellow' = ANY (e.colours)) AS yellow,
	bool_or(e.asked AND e.graded AND array_position(e.colours, NULL) IS NOT NULL) AS unsure
FROM q_expected e GROUP BY e.q;
CREATE TEMP TABLE q_outcome AS
SELECT t.q, t.score, CASE WHEN t.red OR t.score > l.red_high THEN 'red' WHEN t.yellow OR t.score > l.yellow_high THEN 'yellow'
	WHEN t.unsure OR l.q IS NOT NULL AND (t.score IS NULL OR t.incomplete) THEN NULL
	WHEN t.graded > 0 OR l.q IS NOT NULL THEN 'green' END AS severity,
	EXISTS (SELECT FROM q_expected e JOIN q_item i USING (q, n) WHERE e.q = t.q AND e.asked AND i.required AND NOT e.answered) AS lacking
FROM q_total t LEFT JOIN q_limit l USING (q);
CREATE TEMP TABLE form AS SELECT q, pg_temp.definition(q) AS definition, pg_temp.answers(q) AS answers FROM generate_series(1, 80) AS q;
CREATE TEMP TABLE q_found AS SELECT f.q, e.* FROM form f, care.evaluate_answers(f.definition, f.answers) AS e;
SELECT cmp_ok(count(*) FILTER (WHERE NOT asked), '>', 100::bigint, 'some questions are not asked') FROM q_expected;
SELECT cmp_ok(count(DISTINCT coalesce(severity, 'none')), '=', 4::bigint, 'colours of every kind are expected') FROM q_outcome WHERE NOT lacking;
SELECT lives_ok($$SELECT care.check_definition(definition) FROM form$$, 'definitions made at random are understood');
SELECT set_eq($$SELECT e.link_id, e.enabled, e.answered, e.scored, e.graded, e.score FROM q_found e$$,
	$$SELECT q || '.' || n, asked, answered, scored, graded, score FROM q_expected$$, 'each item is asked, answered and scored as the oracle says');
SELECT is_empty($$SELECT e.* FROM q_found e JOIN q_outcome o USING (q) WHERE NOT o.lacking AND e.fault IS NOT NULL$$, 'nothing is wrong with these answers');
SELECT set_eq($$SELECT f.q, a.score, a.severity FROM form f JOIN q_outcome o USING (q), care.assess_answers(f.definition, f.answers) AS a WHERE NOT o.lacking$$,
	$$SELECT q, score, severity FROM q_outcome WHERE NOT lacking$$, 'score and severity are the oracle''s');
SELECT set_eq($$SELECT e.q, e.link_id FROM q_found e WHERE e.fault = 'an answer is required'$$,
	$$SELECT q, q || '.' || n FROM q_expected JOIN q_item USING (q, n) WHERE asked AND required AND NOT answered$$, 'required answers are missed where they are');
-- One answer more, to something that is not asked
CREATE FUNCTION pg_temp.one_more(of_q int, of_n int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
BEGIN
	INSERT INTO q_answer VALUES (of_q, of_n, 1);
	result := pg_temp.answers(of_q);
	DELETE FROM q_answer WHERE q = of_q AND n = of_n;
	RETURN result;
END
$$;
SELECT is_empty($$
	SELECT e.q, e.n FROM q_expected e JOIN q_item i USING (q, n) JOIN form f USING (q)
	WHERE NOT e.asked AND i.type <> 'group' AND i.parent IS NULL AND e.q <= 20 AND NOT EXISTS (
		SELECT FROM care.evaluate_answers(f.definition, pg_temp.one_more(e.q, e.n)) AS v
		WHERE v.link_id = e.q || '.' || e.n AND v.fault = 'it is not asked, by the other answers')
$$, 'an answer to what is not asked is refused');

-- Definitions that are refused, by name of what is wrong
CREATE FUNCTION pg_temp.form(items text, more text DEFAULT '{}') RETURNS jsonb LANGUAGE sql RETURN
	jsonb_build_object('name', 'f', 'title', 'F', 'item', items::jsonb) || more::jsonb;
SELECT throws_like(format('SELECT care.publish_questionnaire(pg_temp.form(%L, %L))', t.items, t.more), t.message, t.message)
FROM (VALUES
	('[]', '{}', 'this is no questionnaire: it asks nothing'),
	('{}', '{}', 'this is no questionnaire: item is not of type array'),
	('[{"linkId": "a", "type": "string"}]', '{"name": ""}', 'this is no questionnaire: name is empty'),
	('[{"linkId": "a", "type": "string"}]', '{"title": null}', '%title is missing'),
	('[{"linkId": "a", "type": "string"}]', '{"resourceType": "Patient"}', '%resourceType "Patient"%'),
	('[{"linkId": "a", "type": "string"}]', '{"extension": [{"url": "urn:smartcare:limits"}]}', '%its limits are none'),
	('[{"linkId": "a", "type": "string"}]', '{"extension": [{"url": "urn:smartcare:limits", "extension": [{"url": "red_high", "valueDecimal": 1}, {"url": "yellow_high", "valueDecimal": 2}]}]}', '%its limits contradict each other'),
	('[{"linkId": "a", "type": "string"}]', '{"extension": [{"url": "urn:smartcare:limits", "extension": [{"url": "red_high", "valueString": "1"}]}]}', '%its limits are no numbers'),
	('[3]', '{}', 'question "3": %'),
	('[{"type": "string"}]', '{}', 'question %: linkId is missing'),
	('[{"linkId": "a", "type": "attachment"}]', '{}', 'question "a": type "attachment" is not one of%'),
	('[{"linkId": "a", "type": "string"}, {"linkId": "g", "type": "group", "item": [{"linkId": "a", "type": "boolean"}]}]', '{}', 'question "a": the linkId stands for several items'),
	('[{"linkId": "g", "type": "group"}]', '{}', 'question "g": a group needs items'),
	('[{"linkId": "g", "type": "group", "repeats": true, "item": [{"linkId": "a", "type": "string"}]}]', '{}', 'question "g": only a question without items can repeat'),
	('[{"linkId": "g", "type": "group", "required": true, "item": [{"linkId": "a", "type": "string"}]}]', '{}', 'question "g": what is no question cannot be answered'),
	('[{"linkId": "a", "type": "choice"}]', '{}', 'question "a": a choice needs answerOption'),
	('[{"linkId": "a", "type": "boolean", "answerOption": [{"valueString": "x"}]}]', '{}', 'question "a": only a choice has answerOption'),
	('[{"linkId": "a", "type": "choice", "answerOption": [{"valueString": "x"}, {"valueString": "x"}]}]', '{}', 'question "a": the option % stands twice'),
	('[{"linkId": "a", "type": "choice", "answerOption": [{"valueCoding": {"display": "x"}}]}]', '{}', 'question "a": % is no option'),
	('[{"linkId": "a", "type": "choice", "answerOption": [{"valueString": "x", "extension": [{"url": "urn:smartcare:severity", "valueCode": "pink"}]}]}]', '{}', 'question "a": the severity of %'),
	('[{"linkId": "a", "type": "choice", "answerOption": [{"valueString": "x", "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueString": "1"}]}]}]', '{}', 'question "a": the ordinal value of % is no number'),
	('[{"linkId": "a", "type": "integer", "maxLength": 3}]', '{}', 'question "a": maxLength is for text, and positive'),
	('[{"linkId": "a", "type": "string", "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 3}]}]', '{}', 'question "a": minValue is for numbers, and one'),
	('[{"linkId": "a", "type": "string", "initial": [{"valueInteger": 3}]}]', '{}', 'question "a": the initial value {"valueInteger": 3} is no string'),
	('[{"linkId": "a", "type": "string", "enableWhen": [{"question": "b", "operator": "exists", "answerBoolean": true}]}]', '{}', 'question "a": enableWhen asks for "b", which is no question'),
	('[{"linkId": "a", "type": "string", "enableWhen": [{"question": "b", "operator": "~", "answerBoolean": true}]}]', '{}', 'question "a": enableWhen.0.operator "~"%'),
	('[{"linkId": "b", "type": "integer"}, {"linkId": "a", "type": "string", "enableWhen": [{"question": "b", "operator": "=", "answerBoolean": true}]}]', '{}', 'question "a": enableWhen compares "b" with what cannot answer it'),
	('[{"linkId": "b", "type": "string"}, {"linkId": "a", "type": "string", "enableWhen": [{"question": "b", "operator": ">", "answerString": "x"}]}]', '{}', 'question "a": enableWhen compares "b" by what has no order'),
	('[{"linkId": "b", "type": "string"}, {"linkId": "a", "type": "string", "enableWhen": [{"question": "b", "operator": "exists", "answerBoolean": true}, {"question": "b", "operator": "=", "answerString": "x"}]}]', '{}', 'question "a": several conditions need an enableBehavior'),
	('[{"linkId": "a", "type": "string", "enableWhen": [{"question": "a", "operator": "exists", "answerBoolean": true}]}]', '{}', 'question "a": whether it is asked depends on its own answer'),
	('[{"linkId": "g", "type": "group", "enableWhen": [{"question": "b", "operator": "exists", "answerBoolean": true}], "item": [{"linkId": "a", "type": "string"}]}, {"linkId": "b", "type": "string", "enableWhen": [{"question": "a", "operator": "exists", "answerBoolean": true}]}]', '{}', 'question "a": whether it is asked depends on its own answer'),
	('[{"linkId": "a", "type": "string", "extension": [{"url": "urn:smartcare:measure", "valueString": "body_weight"}]}]', '{}', 'question "a": a measure is for a number that does not repeat'),
	('[{"linkId": "a", "type": "decimal", "extension": [{"url": "urn:smartcare:measure", "valueString": "body_wait"}]}]', '{}', 'measure "body_wait" is not known'),
	('[{"linkId": "a", "type": "decimal", "extension": [{"url": "urn:smartcare:measure", "valueString": "body_weight"}, {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit", "valueCoding": {"code": "cm"}}]}]', '{}', 'question "a": %')
) AS t (items, more, message);
SELECT throws_ok($$SELECT care.publish_questionnaire(NULL)$$, '22023', 'this is no questionnaire: null', 'nothing');
SELECT throws_ok($$SELECT care.publish_questionnaire(pg_temp.form((SELECT jsonb_agg(jsonb_build_object('linkId', n, 'type', 'string')) FROM generate_series(1, 1001) AS n)::text))$$, '54000', NULL, 'too many');
SELECT throws_like($$SELECT care.publish_questionnaire(pg_temp.form('[' || repeat('{"linkId": "a", "type": "group", "item": [', 50) || repeat(']}', 50) || ']'))$$, 'question "a": %', 'too deep');

-- Answers that are refused
SELECT is(care.publish_questionnaire(pg_temp.form($$[
	{"linkId": "bool", "type": "boolean"}, {"linkId": "int", "type": "integer", "repeats": true,
		"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 1}, {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 10}]},
	{"linkId": "dec", "type": "decimal", "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces", "valueInteger": 1}]},
	{"linkId": "day", "type": "date"}, {"linkId": "at", "type": "dateTime"}, {"linkId": "clock", "type": "time"},
	{"linkId": "str", "type": "string", "maxLength": 5}, {"linkId": "url", "type": "url"}, {"linkId": "show", "type": "display", "text": "Hello"},
	{"linkId": "one", "type": "choice", "repeats": true, "answerOption": [{"valueCoding": {"system": "s", "code": "x"}}, {"valueCoding": {"code": "y"}}, {"valueInteger": 7}]},
	{"linkId": "open", "type": "open-choice", "answerOption": [{"valueCoding": {"code": "y"}}]},
	{"linkId": "much", "type": "quantity", "extension": [{"url": "urn:smartcare:measure", "valueString": "body_weight"}]},
	{"linkId": "group", "type": "group", "item": [{"linkId": "in", "type": "string"}]}]$$)), 1, 'a questionnaire with all types');
CREATE FUNCTION pg_temp.say(a text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce((SELECT min(format('"%s": %s', link_id, fault)) FROM care.evaluate_answers(q.definition, a::jsonb) WHERE fault IS NOT NULL), 'fine')
	FROM care.questionnaire q WHERE q.name = 'f' AND q.status = 'active'
$$;
SELECT ok(pg_temp.say(t.answers) ~ ('^' || t.message || '$'), format('%s: %s', t.message, pg_temp.say(t.answers)))
FROM (VALUES
	('[]', 'fine'),
	('{}', '"": answers are an array of items'),
	('["int"]', '"": linkId is missing'),
	('[{"linkId": "no"}]', '"no": there is no such question'),
	('[{"linkId": "in", "answer": [{"valueString": "x"}]}]', '"in": it is not asked at this place'),
	('[{"linkId": "group", "item": [{"linkId": "in", "answer": [{"valueString": "x"}]}]}]', 'fine'),
	('[{"linkId": "group", "answer": [{"valueString": "x"}]}]', '"group": a group cannot be answered'),
	('[{"linkId": "show", "answer": [{"valueString": "x"}]}]', '"show": a display cannot be answered'),
	('[{"linkId": "bool", "answer": [{"valueBoolean": true}]}, {"linkId": "bool"}]', '"bool": it is answered twice'),
	('[{"linkId": "bool", "answer": [{"valueBoolean": true}, {"valueBoolean": false}]}]', '"bool": it has one answer'),
	('[{"linkId": "bool", "answer": {"valueBoolean": true}}]', '"bool": answer is not of type array'),
	('[{"linkId": "bool", "answer": [true]}]', '"bool": true is no boolean'),
	('[{"linkId": "bool", "answer": [{}]}]', '"bool": {} is no boolean'),
	('[{"linkId": "bool", "answer": [{"valueBoolean": "true"}]}]', '"bool": {"valueBoolean": "true"} is no boolean'),
	('[{"linkId": "bool", "answer": [{"valueBoolean": true, "valueInteger": 1}]}]', '"bool": .* is no boolean'),
	('[{"linkId": "int", "answer": [{"valueInteger": 1}, {"valueInteger": 10}]}]', 'fine'),
	('[{"linkId": "int", "answer": [{"valueInteger": 1.5}]}]', '"int": .* is no integer'),
	('[{"linkId": "int", "answer": [{"valueInteger": 99999999999}]}]', '"int": .* is no integer'),
	('[{"linkId": "int", "answer": [{"valueDecimal": 1}]}]', '"int": .* is no integer'),
	('[{"linkId": "int", "answer": [{"valueInteger": 0}]}]', '"int": 0 is less than 1'),
	('[{"linkId": "int", "answer": [{"valueInteger": 3}, {"valueInteger": 11}]}]', '"int": 11 is more than 10'),
	('[{"linkId": "dec", "answer": [{"valueDecimal": -1.50}]}]', 'fine'),
	('[{"linkId": "dec", "answer": [{"valueDecimal": 1.55}]}]', '"dec": 1.55 has more than 1 decimals'),
	('[{"linkId": "dec", "answer": [{"valueDecimal": 1e400}]}]', '"dec": .* is no decimal'),
	('[{"linkId": "dec", "answer": [{"valueDecimal": 1e-400}]}]', '"dec": .* is no decimal'),
	('[{"linkId": "day", "answer": [{"valueDate": "2024-02-29"}]}]', 'fine'),
	('[{"linkId": "day", "answer": [{"valueDate": "2026-02-29"}]}]', '"day": .* is no date'),
	('[{"linkId": "day", "answer": [{"valueDate": "2026-02"}]}]', '"day": .* is no date'),
	('[{"linkId": "at", "answer": [{"valueDateTime": "2026-02-01T12:00:00+01:00"}]}]', 'fine'),
	('[{"linkId": "at", "answer": [{"valueDateTime": "2026-02-01T12:00:00"}]}]', '"at": .* is no dateTime'),
	('[{"linkId": "clock", "answer": [{"valueTime": "23:59:59.5"}]}]', 'fine'),
	('[{"linkId": "clock", "answer": [{"valueTime": "24:00:00"}]}]', '"clock": .* is no time'),
	('[{"linkId": "str", "answer": [{"valueString": "æøåÆØ"}]}]', 'fine'),
	('[{"linkId": "str", "answer": [{"valueString": "123456"}]}]', '"str": it is longer than 5 characters'),
	('[{"linkId": "str", "answer": [{"valueString": ""}]}]', '"str": .* is no string'),
	('[{"linkId": "one", "answer": [{"valueCoding": {"system": "s", "code": "x", "display": "X"}}, {"valueCoding": {"code": "y"}}, {"valueInteger": 7}]}]', 'fine'),
	('[{"linkId": "one", "answer": [{"valueCoding": {"code": "x"}}]}]', '"one": .* is not among its options'),
	('[{"linkId": "one", "answer": [{"valueInteger": 8}]}]', '"one": .* is not among its options'),
	('[{"linkId": "one", "answer": [{"valueString": "free"}]}]', '"one": .* is not among its options'),
	('[{"linkId": "one", "answer": [{"valueInteger": 7}, {"valueInteger": 7.0}]}]', '"one": it has the same answer twice'),
	('[{"linkId": "open", "answer": [{"valueString": "free"}]}]', 'fine'),
	('[{"linkId": "open", "answer": [{"valueCoding": {"code": "z"}}]}]', '"open": .* is not among its options'),
	('[{"linkId": "much", "answer": [{"valueQuantity": {"value": "80", "code": "kg"}}]}]', '"much": .* is no quantity')
) AS t (answers, message);
SELECT is(pg_temp.say('[{"linkId": "one", "answer": [' || repeat('{"valueInteger": 7}, ', 100) || '{"valueInteger": 7}]}]'), '"one": it has more than 100 answers', 'answers without end');
SELECT is(pg_temp.say(repeat('[{"linkId": "group", "item": ', 30) || '[]' || repeat('}]', 30)), '"group": it is answered twice', 'answers nested deeply');
SELECT throws_ok($$SELECT care.answer_questionnaire(pg_temp.c(), 'f', '[{"linkId": "much", "answer": [{"valueQuantity": {"value": 80, "code": "cm"}}]}]', 'bad 1')$$, '22023', NULL, 'a unit that does not fit');
SELECT throws_like($$SELECT care.answer_questionnaire(pg_temp.c(), 'f', '[{"linkId": "much", "answer": [{"valueQuantity": {"value": 80}}]}]', 'bad 2')$$, 'answer to "much": unit "null"%', 'or none');
SELECT throws_like($$SELECT care.answer_questionnaire(pg_temp.c(), 'f', '[{"linkId": "no"}]', 'bad 3')$$, 'answer to "no": there is no such question', 'a step says what is wrong');
SELECT throws_ok($$SELECT care.answer_questionnaire(pg_temp.c(), 'f', NULL, 'bad 4')$$, '23502', NULL, 'no answers at all');
SELECT throws_ok($$SELECT care.answer_questionnaire(pg_temp.c(), 'g', '[]', 'bad 5')$$, '42704', NULL, 'no such questionnaire');
SELECT is((SELECT count(*) FROM care.workflow_event WHERE citizen = :c), 0::bigint, 'and leaves nothing');

-- Versions
SELECT is(care.publish_questionnaire(pg_temp.form('[{"linkId": "a", "type": "string"}]'), true), 2, 'a draft');
SELECT is(care.publish_questionnaire(pg_temp.form('[{"linkId": "a", "type": "nonsense"}]'), true), 2, 'another in its place, whatever it says');
SELECT is((SELECT status FROM care.answer_questionnaire(:c, 'f', '[]', 'v1', version => 1)), 'completed', 'version 1 is answered');
SELECT throws_ok($$SELECT care.answer_questionnaire(pg_temp.c(), 'f', '[]', 'v2', version => 2)$$, '55000', NULL, 'a draft is not');
SELECT is(care.publish_questionnaire(pg_temp.form('[{"linkId": "a", "type": "string"}]')), 2, 'published');
SELECT is(care.publish_questionnaire(pg_temp.form('[{"linkId": "a", "type": "string"}]')), 2, 'again');
SELECT results_eq($$SELECT version, status FROM care.questionnaire WHERE name = 'f' ORDER BY version$$, $$VALUES (1, 'retired'), (2, 'active')$$, 'version 1 is retired');
SELECT throws_ok($$SELECT care.answer_questionnaire(pg_temp.c(), 'f', '[]', 'v3', version => 1)$$, '55000', NULL, 'and not answered any more');
SELECT is((SELECT repeated FROM care.answer_questionnaire(:c, 'f', '[]', 'v1', version => 1)), true, 'but a request that comes again');
SELECT is((SELECT status FROM care.amend_answers(:c, pg_temp.entry('questionnaire_response', 1), '[{"linkId": "bool", "answer": [{"valueBoolean": true}]}]', 'v4')), 'amended', 'its answers are amended by its own questions');
SELECT throws_ok($$UPDATE care.questionnaire SET definition = '{}' WHERE name = 'f' AND version = 1$$, '55000', NULL, 'what was published stays');
SELECT throws_ok($$UPDATE care.questionnaire SET status = 'draft', published_at = NULL WHERE name = 'f' AND version = 2$$, '55000', NULL, 'is no draft again');
SELECT throws_ok($$DELETE FROM care.questionnaire WHERE name = 'f' AND version = 2$$, '55000', NULL, 'and does not go');
SELECT lives_ok($$UPDATE care.questionnaire SET status = 'retired' WHERE name = 'f'$$, 'it can be retired');
SELECT throws_ok($$UPDATE care.questionnaire SET status = 'active' WHERE name = 'f' AND version = 2$$, '55000', NULL, 'for good');
SELECT is(care.publish_questionnaire(pg_temp.form('[{"linkId": "a", "type": "string"}]')), 3, 'and published anew');

-- Alerts follow answers
SELECT is(care.publish_questionnaire('{"name": "day", "title": "How are you today?", "item": [
	{"linkId": "breath", "text": "How is your breath?", "type": "choice", "required": true, "answerOption": [
		{"valueCoding": {"code": "well"}, "extension": [{"url": "urn:smartcare:severity", "valueCode": "green"}]},
		{"valueCoding": {"code": "so"}, "extension": [{"url": "urn:smartcare:severity", "valueCode": "yellow"}]},
		{"valueCoding": {"code": "bad"}, "extension": [{"url": "urn:smartcare:severity", "valueCode": "red"}]}]},
	{"linkId": "weight", "text": "Your weight in pounds?", "type": "decimal", "extension": [{"url": "urn:smartcare:measure", "valueString": "body_weight"},
		{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit", "valueCoding": {"system": "http://unitsofmeasure.org", "code": "[lb_av]"}}]}]}'), 1, 'how are you?');
CREATE FUNCTION pg_temp.day(code text, weight numeric DEFAULT NULL) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_array(
	jsonb_build_object('linkId', 'breath', 'answer', jsonb_build_array(jsonb_build_object('valueCoding', jsonb_build_object('code', code)))),
	jsonb_build_object('linkId', 'weight', 'answer', CASE WHEN weight IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object('valueDecimal', weight)) END));
CREATE FUNCTION pg_temp.alerts() RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(concat_ws(' ', a.status, a.colour), ', ' ORDER BY a.id), '') FROM care.alert a
	WHERE a.citizen = pg_temp.c() AND a.questionnaire_response IS NOT NULL
$$;
CREATE FUNCTION pg_temp.weights() RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(round(m.value::numeric, 1)::text, ', ' ORDER BY m."time"), '') FROM care.measurement m WHERE m.citizen = pg_temp.c() AND m.measure = 'body_weight'
$$;
CREATE FUNCTION pg_temp.annul(e bigint) RETURNS text LANGUAGE sql AS $$SELECT status FROM care.annul(pg_temp.c(), e, NULL, 'wrong', 'annul ' || e)$$;
SELECT pg_temp.person(2) AS day \gset
SET LOCAL smartcare_test.citizen = :day;
SELECT is((SELECT status FROM care.answer_questionnaire(:day, 'day', pg_temp.day('well', 154.3), 'd1', pg_temp.ago(50))), 'completed', 'well');
SELECT is(pg_temp.alerts() || '|' || pg_temp.weights(), '|70.0', 'no alert, but a weight');
SELECT is((SELECT severity FROM care.questionnaire_response WHERE citizen = :day), 'green', 'green');
SELECT is((SELECT status FROM care.answer_questionnaire(:day, 'day', pg_temp.day('so', 156.5), 'd2', pg_temp.ago(40))), 'completed', 'so so');
SELECT is((SELECT repeated FROM care.answer_questionnaire(:day, 'day', pg_temp.day('so', 156.5), 'd2', pg_temp.ago(40))), true, 'said twice');
SELECT throws_ok($$SELECT care.answer_questionnaire(pg_temp.c(), 'day', pg_temp.day('bad'), 'd2')$$, '23505', NULL, 'not another thing by the same request');
SELECT is(pg_temp.alerts() || '|' || pg_temp.weights(), 'active yellow|70.0, 71.0', 'an alert, and another weight');
SELECT results_eq($$SELECT organization, questionnaire, measure, since FROM care.alert_open WHERE citizen = pg_temp.c()$$,
	$$VALUES (-1::bigint, 'day', NULL::text, pg_temp.ago(40))$$, 'for the practice, as nobody planned it');
SELECT max(id) AS alert FROM care.alert WHERE citizen = :day \gset
SELECT pg_temp.entry('questionnaire_response', 2) AS response \gset
SELECT is((SELECT status FROM care.acknowledge_alert(:day, :alert, -1, 'd3', pg_temp.ago(39))), 'acknowledged', 'acknowledged');
SELECT is((SELECT status FROM care.amend_answers(:day, :response, pg_temp.day('bad', 158.7), 'd4', pg_temp.ago(38))), 'amended', 'it was bad');
SELECT is(pg_temp.alerts() || '|' || pg_temp.weights(), 'active red|70.0, 72.0', 'red raises it again; the weight is corrected');
SELECT is((SELECT status FROM care.acknowledge_alert(:day, :alert, -1, 'd5', pg_temp.ago(37))), 'acknowledged', 'acknowledged');
SELECT is((SELECT status FROM care.amend_answers(:day, :response, pg_temp.day('so'), 'd6', pg_temp.ago(36))), 'amended', 'so so after all, and not weighed');
SELECT is(pg_temp.alerts() || '|' || pg_temp.weights(), 'active yellow|70.0', 'to be looked at again; no weight');
SELECT is(pg_temp.annul((SELECT max(id) FROM care.workflow_event WHERE citizen = :day AND step = 'amend_answers')), 'amended', 'that was wrong');
SELECT is(pg_temp.alerts() || '|' || pg_temp.weights(), 'active red|70.0, 72.0', 'as before');
SELECT is((SELECT status FROM care.resolve_alert(:day, :alert, -1, 'd7')), 'resolved', 'resolved');
SELECT is((SELECT status FROM care.amend_answers(:day, :response, pg_temp.day('well', 158.7), 'd8')), 'amended', 'well, really');
SELECT is(pg_temp.alerts() || '|' || pg_temp.weights(), 'entered-in-error red|70.0, 72.0', 'no alert');
SELECT is(pg_temp.annul((SELECT max(id) FROM care.workflow_event WHERE citizen = :day AND step = 'amend_answers')), 'amended', 'or not');
SELECT is(pg_temp.alerts(), 'entered-in-error red, active red', 'another alert');
SELECT is((SELECT status FROM care.acknowledge_alert(:day, (SELECT max(id) FROM care.alert WHERE citizen = :day), -1, 'd9')), 'acknowledged', 'acknowledged');
SELECT throws_ok($$SELECT pg_temp.annul((SELECT max(id) FROM care.workflow_event WHERE citizen = pg_temp.c() AND step = 'answer_questionnaire'))$$, '2BP01', NULL, 'answers that were amended: first the amendment');
SELECT is(pg_temp.annul((SELECT e.id FROM care.workflow_event e WHERE e.citizen = :day AND step = 'amend_answers' AND request_id = 'd4')), 'completed', 'the amendment');
SELECT is(pg_temp.annul((SELECT max(id) FROM care.workflow_event WHERE citizen = :day AND step = 'answer_questionnaire')), 'entered-in-error', 'and all of it');
SELECT is(pg_temp.alerts() || '|' || pg_temp.weights(), 'entered-in-error red, entered-in-error yellow|70.0', 'takes alert and weight with it');
SELECT is((SELECT array_agg(e.before -> 'answers' -> 0 -> 'answer' -> 0 -> 'valueCoding' ->> 'code' ORDER BY id) FROM care.workflow_event e WHERE citizen = :day AND step = 'amend_answers'), '{so,bad,bad}', 'what was said before is kept');
SELECT is_empty($$
	SELECT a.id FROM care.alert a CROSS JOIN LATERAL (SELECT to_status FROM care.workflow_event e WHERE e.citizen = a.citizen AND e.entity = 'alert' AND e.entry = a.id ORDER BY e.id DESC LIMIT 1) AS e
	WHERE a.citizen = pg_temp.c() AND a.status <> e.to_status
$$, 'every status is what the last event said');
SELECT is((SELECT status FROM care.answer_questionnaire(:day, 'day', pg_temp.day('bad'), 'e1', organization => -4)), 'completed', 'with a nurse''s help');
SELECT is((SELECT organization FROM care.alert_open WHERE citizen = :day), -4::bigint, 'it is for the nurse');
SELECT is((SELECT status FROM care.answer_questionnaire(:day, 'f', '[]', 'e2')), 'completed', 'what has no colours');
SELECT results_eq($$SELECT organization, questionnaire FROM care.questionnaire_untriaged WHERE citizen = pg_temp.c()$$, $$VALUES (-1::bigint, 'f')$$, 'is not green, but for somebody to read');
SELECT pg_temp.person(3) AS twin \gset
SELECT is((care.merge_citizens(:twin, :day, 'same')) > 0, true, 'merged');
SELECT is((SELECT count(*) FROM care.alert WHERE citizen = :twin AND questionnaire_response IS NOT NULL), 3::bigint, 'answers and alerts go along');
SELECT lives_ok(format($$SELECT care.unmerge_citizens(%s, (SELECT max(id) FROM care.citizen_merge WHERE citizen = %1$s), 'two')$$, :twin));
SELECT is(pg_temp.alerts(), 'entered-in-error red, entered-in-error yellow, active red', 'and back');

-- When to answer
SELECT pg_temp.person(4) AS due \gset
SET LOCAL smartcare_test.citizen = :due;
CREATE FUNCTION pg_temp.clock(hours float8) RETURNS time LANGUAGE sql RETURN ((now() + hours * interval '1 hour') AT TIME ZONE 'Europe/Copenhagen')::time(0);
CREATE FUNCTION pg_temp.due() RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(concat_ws(' ', questionnaire, CASE WHEN appointment IS NOT NULL THEN 'before visit' END, CASE WHEN since > now() THEN 'later' END,
		CASE WHEN overdue THEN 'overdue' END, CASE WHEN missing THEN 'missing' END), ', ' ORDER BY due), '') FROM care.due_questionnaire WHERE citizen = pg_temp.c()
$$;
SELECT throws_ok($$SELECT care.plan_questionnaire(pg_temp.c(), -4, 'nothing', '{08:00}', 'x')$$, '42704', NULL, 'no such questionnaire to plan');
SELECT throws_ok($$SELECT care.plan_questionnaire(pg_temp.c(), NULL, 'day', '{08:00}', 'x')$$, '42501', NULL, 'nor by the citizen');
SELECT throws_ok($$SELECT care.book_appointment(pg_temp.c(), -2, 'control', now() + interval '3 days', 'x', questionnaire => 'nothing')$$, '42704', NULL, 'nor before a visit');
SELECT (care.plan_questionnaire(:due, -4, 'day', ARRAY[pg_temp.clock(-5)], 'p1', pg_temp.ago(6), grace => '2 hours')).entry AS plan \gset
SELECT is(pg_temp.due(), 'day overdue missing, day later', 'a plan: one was missed, and the next is to come');
SELECT is((SELECT count(*) FROM care.measurement_missing WHERE citizen = :due) + (SELECT count(*) FROM care.measurement_due WHERE citizen = :due), 0::bigint, 'it is none of measurements');
SELECT is((SELECT count(*) FROM care.due_times(:due, :plan, tstzrange(pg_temp.ago(6), now() + interval '3 days'))), 4::bigint, 'with due times');
SELECT is((SELECT status FROM care.pause_measurements(:due, :plan, -4, 'p2', pg_temp.ago(1))), 'on-hold', 'paused');
SELECT is(pg_temp.due(), '', 'nothing is due');
SELECT is((SELECT status FROM care.resume_measurements(:due, :plan, -4, 'p3', pg_temp.ago(0.9))), 'active', 'resumed');
SELECT lives_ok($$SELECT care.admit(pg_temp.c(), -2, 'IMP', 'p4', pg_temp.ago(0.8))$$);
SELECT is(pg_temp.due(), '', 'nor in hospital');
SELECT lives_ok($$SELECT care.discharge(pg_temp.c(), (SELECT max(id) FROM care.encounter WHERE citizen = pg_temp.c()), -2, 'p5', pg_temp.ago(0.7))$$);
SELECT is((SELECT status FROM care.answer_questionnaire(:due, 'day', pg_temp.day('bad'), 'p6', pg_temp.ago(0.5))), 'completed', 'answered, late');
SELECT is(pg_temp.due(), 'day later', 'which counts');
SELECT is((SELECT organization FROM care.alert_open WHERE citizen = :due), -4::bigint, 'who planned it is to act');
SELECT is(pg_temp.annul(pg_temp.event('answer_questionnaire')), 'entered-in-error', 'annulled');
SELECT is(pg_temp.due(), 'day overdue missing, day later', 'it is missing again');
SELECT is((SELECT status FROM care.end_measurements(:due, :plan, -4, 'p7', pg_temp.ago(0.4))), 'completed', 'the plan ends');
SELECT lives_ok($$SELECT care.propose_plan(pg_temp.c(), -2, 'plan', 'p8', pg_temp.ago(0.3))$$);
SELECT (care.book_appointment(:due, -2, 'control', now() + interval '3 days', 'p9', pg_temp.ago(0.2), questionnaire => 'day', care_plan => pg_temp.entry('care_plan', 1))).entry AS visit \gset
SELECT is(pg_temp.due(), 'day before visit', 'before a visit');
SELECT is((SELECT due FROM care.due_questionnaire WHERE citizen = :due), now() + interval '1 day', 'two days before');
SELECT lives_ok($$UPDATE care.setting SET value = '4 days' WHERE name = 'answer_before'$$);
SELECT is(pg_temp.due(), 'day before visit overdue missing', 'or four');
SELECT is((SELECT status FROM care.answer_questionnaire(:due, 'day', pg_temp.day('so'), 'p10')), 'completed', 'answered');
SELECT is(pg_temp.due(), '', 'done');
SELECT results_eq($$SELECT organization, appointment, care_plan FROM care.questionnaire_response WHERE citizen = pg_temp.c() ORDER BY id DESC LIMIT 1$$,
	format('VALUES (-2::bigint, %s::bigint, pg_temp.entry(%L, 1))', :visit, 'care_plan'), 'for the visit, its department and its plan');
SELECT lives_ok(format($$SELECT care.cancel_appointment(pg_temp.c(), %s, -2, 'ill', 'p11')$$, :visit));
SELECT throws_like($$SELECT care.revoke_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -2, 'over', 'p12')$$, 'revoke_plan is not possible: % has open entries', 'a plan does not end over the alert');
SELECT (care.plan_questionnaire(:due, -4, 'f', ARRAY[pg_temp.clock(2)], 'p13', pg_temp.ago(0.05), start_date => care.civil_day(now() + interval '2 hours'), end_date => care.civil_day(now() + interval '2 hours'))).entry AS once \gset
SELECT is(pg_temp.due(), 'f', 'once');
SELECT is((SELECT status FROM care.answer_questionnaire(:due, 'f', '[]', 'p14')), 'completed', 'answered');
SELECT is(pg_temp.due(), '', 'and not again');
SELECT is(pg_temp.annul(pg_temp.event('answer_questionnaire')), 'entered-in-error', 'annulled');
SELECT lives_ok($$SELECT care.record_death(pg_temp.c(), -2, 'p15')$$);
SELECT is(pg_temp.due(), '', 'nothing is due of the dead');

-- The diary
SELECT pg_temp.person(5) AS writer \gset
SET LOCAL smartcare_test.citizen = :writer;
SELECT (care.add_related_person(:writer, NULL, 'Ole', 'husband', 'w1', pg_temp.ago(2))).entry AS ole \gset
SELECT is((SELECT status FROM care.write_diary(:writer, 'Slept badly', 'w2', pg_temp.ago(1), 'sleep')), 'final', 'written');
SELECT is((SELECT repeated FROM care.write_diary(:writer, 'Slept badly', 'w2', pg_temp.ago(1), 'sleep')), true, 'once');
SELECT is((SELECT status FROM care.write_diary(:writer, 'She slept well', 'w3', related_person => :ole)), 'final', 'by her husband');
SELECT throws_ok($$SELECT care.write_diary(pg_temp.c(), '', 'w4')$$, '23514', NULL, 'not nothing');
SELECT throws_ok($$SELECT care.write_diary(pg_temp.c(), 'x', 'w5', related_person => 0)$$, 'P0002', NULL, 'nor by anybody');
SELECT throws_ok($$SELECT care.write_diary(pg_temp.c(), 'x', 'w6', now() + interval '1 day')$$, '22008', NULL, 'nor tomorrow');
SELECT is(pg_temp.annul((SELECT min(id) FROM care.workflow_event WHERE citizen = :writer AND step = 'write_diary')), 'entered-in-error', 'annulled');
SELECT results_eq($$SELECT status, entry, category FROM care.diary_entry WHERE citizen = pg_temp.c() ORDER BY id$$,
	$$VALUES ('entered-in-error', 'Slept badly', 'sleep'), ('final', 'She slept well', NULL)$$, 'but not gone');

-- An organization's rows are found without reading those of others.
INSERT INTO care.organization (id, sector, name) SELECT -1000 - n, 'municipality', 'unit ' || n FROM generate_series(1, 200) AS n;
INSERT INTO care.citizen (citizen, name, general_practice) SELECT 1000000 + n, 'C' || n, -1001 - n % 200 FROM generate_series(1, 10000) AS n;
INSERT INTO care.measurement_plan (citizen, status, questionnaire, organization, rhythms, grace, start_time)
SELECT 1000000 + n, 'active', 'day', -1001 - n % 200, ARRAY[('2026-01-01', NULL, 1, '{08:00}')::care.rhythm], '2 hours', '2026-01-01' FROM generate_series(1, 10000) AS n;
INSERT INTO care.appointment (citizen, status, organization, description, start_time, questionnaire)
SELECT 1000000 + n, 'booked', -1001 - n % 200, 'control', now() + n * interval '1 hour', 'day' FROM generate_series(1, 10000) AS n;
INSERT INTO care.questionnaire_response (citizen, status, questionnaire, organization, answers, authored)
SELECT 1000000 + n, 'completed', (SELECT care.questionnaire_named('day')), -1001 - n % 200, '[]', now() - n * interval '1 minute' FROM generate_series(1, 10000) AS n;
INSERT INTO care.encounter (citizen, status, class, start_time, end_time)
SELECT 1000000 + n, 'finished', 'IMP', '2026-01-01', '2026-01-02' FROM generate_series(1, 10000) AS n;
ANALYZE care.citizen, care.measurement_plan, care.appointment, care.organization, care.questionnaire_response, care.encounter, care.questionnaire;
CREATE FUNCTION pg_temp.plan(view text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('EXPLAIN (COSTS OFF) SELECT * FROM care.%I WHERE organization = -1005', view);
END
$$;
SELECT ok((SELECT bool_or(l LIKE '%measurement_plan_questionnaire_idx%') AND bool_or(l LIKE '%appointment_questionnaire_idx%')
	AND NOT bool_or(l ~ 'Seq Scan on (measurement_plan|questionnaire_response|appointment|encounter|citizen)') FROM pg_temp.plan('due_questionnaire') AS l), 'due_questionnaire starts from indexes');
SELECT ok((SELECT bool_or(l LIKE '%questionnaire_response_untriaged_idx%') FROM pg_temp.plan('questionnaire_untriaged') AS l), 'and so does questionnaire_untriaged');
SELECT is((SELECT count(*) > 50 FROM care.due_questionnaire WHERE organization = -1005), true, 'and finds them');

SELECT * FROM finish();
ROLLBACK;
