-- Citizens at random, made by the public functions: steps tried one after the other, whatever becomes of them, and
-- measurements stated, corrected, withdrawn and imported. For tests that want records with everything in them. :seed, :citizens.
SELECT setseed(:seed) \g /dev/null

INSERT INTO care.organization (sector, kind, name, parent, sor, gln, provider_number, municipality_code) VALUES
	('hospital', 'hospital', 'Sygehus "Øst"', NULL, '266161000016002', '5790000120314', NULL, NULL),
	('hospital', 'department', 'Medicinsk afdeling', 1, NULL, NULL, NULL, NULL),
	('municipality', 'municipality', 'Ærø Kommune', NULL, NULL, NULL, NULL, '492'),
	('general practice', 'practice', 'Lægehuset', NULL, NULL, NULL, '001234', NULL);
INSERT INTO care.practitioner (name, authorization_id) VALUES ('Åse Ødegård', '0B4TX'), ('Bo', NULL);
INSERT INTO care.programme_site (programme, organization) SELECT p.id, o.id FROM care.programme p, care.organization o;

SELECT care.publish_questionnaire('{"name": "breath", "title": "Åndenød?", "item": [{"linkId": "a", "text": "Much?", "type": "integer", "extension": [{"url": "urn:smartcare:limits", "extension": [{"url": "yellow_high", "valueDecimal": 2.5}]}]}]}') \g /dev/null
SELECT care.publish_questionnaire('{"name": "sleep", "url": "https://a.example/sleep", "title": "Sleep?", "item": [{"linkId": "b", "text": "How?", "type": "string"}]}') \g /dev/null

CREATE FUNCTION pg_temp.pick(VARIADIC choices anyarray) RETURNS anyelement LANGUAGE sql VOLATILE AS $$
	SELECT choices[1 + floor(random() * cardinality(choices))::integer]
$$;
CREATE FUNCTION pg_temp.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
RETURN choices[1 + floor(random() * cardinality(choices))::integer];
-- $1 the citizen, $2 an organization, $3 a request, $4 a time; {table} an entry of the citizen's.
CREATE FUNCTION pg_temp.try(citizen bigint, request text, at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	call CONSTANT text := pg_temp.pick(
		'refer($1, nullif($2, 4), pg_temp.pick(1, 2, 3, 4), pg_temp.pick(''hospital'', ''rehabilitation'', ''home care''), ''pain'', $3, $4, due => pg_temp.pick(NULL, $4 + ''1 day''), level => pg_temp.pick(NULL, NULL, ''specialized''), encounter => {encounter}, system => ''urn:oid:1.2.208.176.2.4'', code => ''ZZ'')',
		'accept_referral($1, {service_request}, $2, $3, $4)', 'return_referral($1, {service_request}, $2, ''why?'', $3, $4)',
		'reject_referral($1, {service_request}, $2, ''full'', $3, $4)', 'complete_referral($1, {service_request}, $2, $3, $4)',
		'cancel_referral($1, {service_request}, $2, ''better'', $3, $4)',
		'plan_admission($1, $2, $4 + ''2 days'', $3, $4, ''hip'', {service_request})', 'cancel_admission($1, {encounter}, $2, ''better'', $3, $4)',
		'admit($1, $2, pg_temp.pick(''EMER'', ''IMP''), $3, $4, ''fell'', pg_temp.pick(NULL, {encounter}))', 'admit($1, $2, ''IMP'', $3, $4)',
		'change_class($1, {encounter}, $2, ''IMP'', $3, $4)', 'transfer($1, {encounter}, $2, $3, $4)',
		'start_leave($1, {encounter}, $2, $3, $4)', 'start_leave($1, {encounter}, $2, $3, $4)', 'end_leave($1, {encounter}, $2, $3, $4)',
		'mark_ready_for_discharge($1, {encounter}, $2, $3, $4)', 'discharge($1, {encounter}, $2, $3, $4)',
		'correct_stay($1, {encounter}, $2, $3, $4, new_reason => ''slipped'')',
		'plan_service($1, 3, ''Home care'', $4, $3, $4)', 'start_service($1, 3, pg_temp.pick(''Home care'', ''Rehabilitation''), $3, $4, pg_temp.pick(NULL, {episode_of_care}))',
		'pause_service($1, {episode_of_care}, 3, $3, $4)', 'resume_service($1, {episode_of_care}, 3, $3, $4)', 'end_service($1, {episode_of_care}, 3, $3, $4)',
		'request_task($1, $2, pg_temp.pick(NULL, 3, 4), ''visit'', ''Look in'', $3, $4, ''urgent'', $4, pg_temp.pick(NULL, $4 + ''1 hour''), {care_plan}, {encounter})',
		'accept_task($1, {task}, $2, $3, $4)', 'start_task($1, {task}, $2, $3, $4)', 'complete_task($1, {task}, $2, $3, $4, ''done'')',
		'offer_task($1, {task}, $2, 3, $3, $4)', 'cancel_task($1, {task}, $2, ''too late'', $3, $4)',
		'give_consent($1, $2, ''programme'', $3, $4, pg_temp.pick(''icp-discharge'', ''icp-ltcare''))', 'refuse_consent($1, NULL, ''sharing'', $3, $4, grantee => $2)',
		'give_consent($1, NULL, ''sharing'', $3, $4, grantee => pg_temp.pick(NULL, $2), scope => ''diary'', method => ''digital'')', 'withdraw_consent($1, {consent}, NULL, $3, $4)',
		'propose_plan($1, $2, ''Plan for "all"'', $3, $4, addresses => ARRAY(SELECT c.id FROM care.condition c WHERE c.citizen = $1))',
		'revise_plan($1, {care_plan}, $2, ''more'', $3, $4, ''Plan 2'')', 'agree_plan($1, {care_plan}, $2, $3, $4)', 'close_plan($1, {care_plan}, $2, $3, $4)',
		'set_goal($1, $2, ''Walk'', $3, $4, {care_plan}, ''2026-06-01'', ''body_weight'', pg_temp.pick(70.1, 1e-7, 0.1 + 0.2))', 'set_goal($1, NULL, ''Sleep'', $3, $4)',
		'reach_goal($1, {goal}, $2, $3, $4)', 'drop_goal($1, {goal}, $2, ''no'', $3, $4)',
		'book_appointment($1, $2, ''Control'', $4 + ''1 day'', $3, $4, pg_temp.pick(NULL, $4 + ''25 hours''), {care_plan})',
		'fulfil_appointment($1, {appointment}, $2, $3, $4)', 'miss_appointment($1, {appointment}, $2, $3, $4)', 'cancel_appointment($1, {appointment}, NULL, ''ill'', $3, $4)',
		'join_care_team($1, $2, ''nurse'', $3, $4, pg_temp.pick(NULL, 1, 2))', 'leave_care_team($1, {care_team_member}, $2, $3, $4)',
		'add_related_person($1, NULL, ''Ole'', ''husband'', $3, $4, ''12345678'', ''{answers,measurements}'')', 'remove_related_person($1, {related_person}, NULL, $3, $4)',
		'answer_questionnaire($1, ''breath'', ''[{"linkId": "a", "answer": [{"valueInteger": 3}]}]'', $3, $4)', 'answer_questionnaire($1, ''sleep'', ''[{"linkId": "b", "answer": [{"valueString": "w\\u00e6ll"}]}]'', $3, $4, $2)',
		'amend_answers($1, {questionnaire_response}, ''[]'', $3, $4)', 'write_diary($1, ''Walked "far"'', $3, $4, pg_temp.pick(NULL, ''walk''::text), {related_person})', 'write_diary($1, ''Slept'', $3, $4)',
		'annul($1, (SELECT max(e.id) FROM care.workflow_event e WHERE e.citizen = $1), $2, ''mistake'', $3, $4)');
BEGIN
	EXECUTE 'SELECT * FROM care.' || regexp_replace(call, '\{(\w+)\}', '(SELECT t.id FROM care.\1 t WHERE t.citizen = $1 ORDER BY random() LIMIT 1)', 'g')
	USING citizen, pg_temp.pick(1, 2, 3, 4)::bigint, request, at;
	RETURN true;
EXCEPTION WHEN SQLSTATE '55000' OR SQLSTATE '42501' OR SQLSTATE 'P0002' OR SQLSTATE '22004' OR SQLSTATE '22008' OR SQLSTATE '23514' OR SQLSTATE '2BP01' OR SQLSTATE '22023' THEN
	RETURN false;
END
$$;

-- One patient's bundle with all that is special in one or the other way; entries of the other sectors keep their own identities.
CREATE FUNCTION pg_temp.bundle(n bigint, value float8) RETURNS jsonb LANGUAGE sql RETURN replace(replace($${"resourceType": "Bundle", "type": "transaction", "entry": [
	{"fullUrl": "http://a.example/fhir/Patient/@", "resource": {"resourceType": "Patient", "id": "@", "name": [{"given": ["Else"], "family": "Friis"}], "birthDate": "1940-02-03", "gender": "female"}},
	{"fullUrl": "http://a.example/fhir/Condition/@", "resource": {"resourceType": "Condition", "subject": {"reference": "Patient/@"}, "encounter": {"reference": "Encounter/@"}, "onsetDateTime": "2020-02",
		"code": {"coding": [{"system": "http://snomed.info/sct", "code": "13645005", "display": "KOL"}, {"system": "urn:oid:1.2.208.176.2.4", "code": "DJ44"}]}, "clinicalStatus": {"coding": [{"code": "active"}]}}},
	{"fullUrl": "http://a.example/fhir/Encounter/@", "resource": {"resourceType": "Encounter", "status": "onleave", "class": {"code": "IMP"}, "subject": {"reference": "Patient/@"}, "period": {"start": "2026-01-05T10:00:00.000001+01:00"},
		"statusHistory": [{"status": "planned", "period": {"start": "2026-01-01"}}, {"status": "onleave", "period": {"start": "2026-01-06T10:00:00+01:00", "end": "2026-01-07T10:00:00+01:00"}}, {"status": "onleave", "period": {"start": "2026-01-08T10:00:00+01:00"}}]}},
	{"resource": {"resourceType": "MedicationRequest", "id": "m@", "status": "active", "intent": "plan", "subject": {"reference": "http://a.example/fhir/Patient/@"}, "medicationCodeableConcept": {"text": "Ventoline"},
		"dosageInstruction": [{"doseAndRate": [{"doseQuantity": {"value": 2, "unit": "sug"}}], "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}]}},
	{"resource": {"resourceType": "AllergyIntolerance", "id": "00000000-0000-4000-8000-@", "patient": {"reference": "http://a.example/fhir/Patient/@"}, "code": {"text": "Birch"}, "reaction": [{"manifestation": [{"text": "itch"}]}]}},
	{"resource": {"resourceType": "Observation", "id": "o1-@", "status": "final", "subject": {"reference": "http://a.example/fhir/Patient/@"}, "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}], "text": "BP"},
		"effectiveDateTime": "2026-01-05T08:00:00.123456+01:00", "issued": "2026-01-05T09:00:00+01:00", "performer": [{"display": "Bo"}], "component": [
		{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {"value": #, "code": "mm[Hg]", "system": "http://unitsofmeasure.org"}, "interpretation": [{"text": "high"}]},
		{"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]}, "valueQuantity": {"value": 12.3, "unit": "kPa", "comparator": "<"}}]}},
	{"resource": {"resourceType": "Observation", "id": "o2-@", "meta": {"versionId": "3"}, "status": "entered-in-error", "subject": {"reference": "http://a.example/fhir/Patient/@"}, "code": {"text": "Weight"}, "effectiveDateTime": "2026-01-05T08:00:00+01:00",
		"valueQuantity": {"value": 700, "unit": "kg"}}},
	{"resource": {"resourceType": "Observation", "id": "o3-@", "status": "final", "subject": {"reference": "http://a.example/fhir/Patient/@"}, "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}, "effectivePeriod": {"start": "2026-01-05T08:00:00+01:00"},
		"valueSampledData": {"origin": {"value": 50, "unit": "/min"}, "period": 333.3, "factor": 0.1, "lowerLimit": 30, "upperLimit": 200, "dimensions": 1, "data": "E 1 L 201 E 7.5 U U 3"}}},
	{"resource": {"resourceType": "Observation", "id": "o4-@", "status": "amended", "subject": {"reference": "http://a.example/fhir/Patient/@"}, "code": {"coding": [{"system": "urn:x", "code": "grip", "display": "Grip"}]}, "effectiveDateTime": "2026-01-05T08:00:00+01:00",
		"valueQuantity": {"value": #, "unit": "grips"}, "note": [{"text": "left"}, {"text": "hand"}]}}]}$$, '@', lpad(n::text, 12, '0')), '#', value::text)::jsonb;

DO $$
DECLARE
	c bigint;
	start timestamptz := '2026-01-01 08:00+01';
	taken integer;
BEGIN
	FOR n IN 1 .. current_setting('smartcare_test.citizens')::integer LOOP
		c := care.register_citizen('{urn:smartcare:test,urn:oid:1.2.208.176.1.6.1.3.177}', ARRAY[n::text, '251248-0VK2'],
			pg_temp.pick('Nancy "N" Berggren', 'Søren'), pg_temp.pick(NULL, '1948-12-25'::date), pg_temp.pick('female', 'male', NULL), pg_temp.pick(NULL, 3), pg_temp.pick(NULL, 4));
		IF n % 3 = 0 THEN
			-- Registered here and known by an identity elsewhere: one record.
			PERFORM care.import_bundle(pg_temp.bundle(n, (random() * 1e3)));
			c := care.merge_citizens(c, (SELECT k.citizen FROM care.resource_key k WHERE k.resource_type = 'Patient' AND k.key = 'http://a.example/fhir/Patient/' || lpad(n::text, 12, '0')), 'one person');
			c := (SELECT max(m.citizen) FROM care.citizen_merge m WHERE m.id = c);
		ELSIF n % 3 = 1 THEN
			PERFORM care.import_bundle(pg_temp.bundle(n, (random() * 1e3)));
			c := (SELECT k.citizen FROM care.resource_key k WHERE k.resource_type = 'Patient' AND k.key = 'http://a.example/fhir/Patient/' || lpad(n::text, 12, '0'));
		END IF;
		taken := 0;
		FOR attempt IN 1 .. 250 LOOP
			taken := taken + pg_temp.try(c, format('request %s', attempt), start + taken * interval '7 hours 0.000123 s')::integer;
		END LOOP;
		IF n % 7 = 0 THEN
			PERFORM care.record_death(c, 1, 'death', start + interval '200 days');
		END IF;

		-- What is stated twice, corrected, withdrawn in part or whole, nullified, converted.
		PERFORM care.record(c, 'body_weight', ARRAY(SELECT start + i * interval '1 day 0.000001 s' FROM generate_series(1, 9) AS i), ARRAY(SELECT random() * 10 ^ (10 * random())::integer FROM generate_series(1, 9)), pg_temp.pick('kg', '[lb_av]'), '{"key": "scales", "issued": "2026-02-01T00:00:00Z"}');
		PERFORM care.record(c, 'body_weight', ARRAY[start + interval '1 day 0.000001 s', start + interval '20 days'], '{80,0.1}', 'kg', '{"key": "scales", "version": 2, "issued": "2026-02-02T00:00:00Z"}');
		PERFORM care.record(c, 'body_weight', ARRAY[start + interval '20 days', start + interval '20 days'], '{81,82}', 'kg', '{"device": "old scales"}');
		PERFORM care.record(c, 'glucose_capillary', ARRAY[start, start + interval '1 s'], '{126,127.3}', 'mg/dL', '{"key": "meter"}');
		PERFORM care.record(c, 'glucose_capillary', ARRAY[start], '{126}', 'mg/dL', '{"key": "meter", "version": 1, "status": "entered-in-error"}');
		PERFORM care.record(c, 'heart_rate', ARRAY[start, start + interval '1 hour']::timestamptz[], ARRAY[60 + random(), 0.1 + 0.2]::float8[], '/min');
		PERFORM care.correct_measurement(c, 'heart_rate', start, 61, '/min', 'read "twice"');
		PERFORM care.nullify_measurement(c, 'heart_rate', start + interval '1 hour', 'somebody else''s');
		IF n % 3 <> 2 THEN
			PERFORM care.nullify_measurement(c, pg_temp.pick('systolic_blood_pressure', 'diastolic_blood_pressure'), '2026-01-05 08:00:00.123456+01', 'artefact');
		END IF;
		IF n % 6 = 0 THEN
			PERFORM care.nullify_measurement(c, m, '2026-01-05 08:00:00.123456+01', 'artefact') FROM unnest('{systolic_blood_pressure,diastolic_blood_pressure}'::text[]) AS m;
		END IF;
	END LOOP;
	IF current_setting('smartcare_test.citizens')::integer > 3 THEN
		PERFORM care.move_entry(b.citizen, 'measurement_batch', b.id, (SELECT min(citizen) FROM care.citizen WHERE merged_into IS NULL), 'wrong citizen')
		FROM (SELECT b.citizen, max(b.id) AS id FROM care.measurement_batch b WHERE b.status = 'final' AND b.stands AND b.import IS NULL
			AND b.citizen <> (SELECT min(citizen) FROM care.citizen WHERE merged_into IS NULL) GROUP BY b.citizen ORDER BY b.citizen LIMIT 2) AS b;
	END IF;
END
$$;
