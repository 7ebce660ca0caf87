-- What stands, written into the tables of entries: a function for each type. A
-- resource's entry keeps its id, and is written again when another version stands
-- or when something it refers to has become known.

CREATE OR REPLACE FUNCTION care.project_patients(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Several sources may speak of one citizen. Of each attribute the latest that
	-- stands and tells it counts; what no source has ever told is left as it is.
	UPDATE care.citizen c
	SET name = CASE WHEN p.name_told THEN p.name ELSE c.name END,
		birth_date = CASE WHEN p.birth_date_told THEN p.birth_date ELSE c.birth_date END,
		gender = CASE WHEN p.gender_told THEN p.gender ELSE c.gender END,
		city = CASE WHEN p.city_told THEN p.city ELSE c.city END,
		deceased = p.deceased, deceased_at = p.deceased_at
	FROM (
		SELECT v.citizen,
			(array_agg(a.name ORDER BY v.issued DESC, v.digest DESC) FILTER (WHERE v.stands AND a.name IS NOT NULL))[1] AS name,
			bool_or(a.name IS NOT NULL) AS name_told,
			(array_agg(a.birth_date ORDER BY v.issued DESC, v.digest DESC) FILTER (WHERE v.stands AND a.birth_date IS NOT NULL))[1] AS birth_date,
			bool_or(a.birth_date IS NOT NULL) AS birth_date_told,
			(array_agg(a.gender ORDER BY v.issued DESC, v.digest DESC) FILTER (WHERE v.stands AND a.gender IS NOT NULL))[1] AS gender,
			bool_or(a.gender IS NOT NULL) AS gender_told,
			(array_agg(a.city ORDER BY v.issued DESC, v.digest DESC) FILTER (WHERE v.stands AND a.city IS NOT NULL))[1] AS city,
			bool_or(a.city IS NOT NULL) AS city_told,
			coalesce(bool_or(a.deceased) FILTER (WHERE v.stands), false) AS deceased,
			(array_agg(a.deceased_at ORDER BY v.issued DESC, v.digest DESC) FILTER (WHERE v.stands AND a.deceased_at IS NOT NULL))[1] AS deceased_at
		FROM care.resource_version v
		CROSS JOIN LATERAL (
			SELECT care.fhir_person_name(v.content -> 'name') AS name,
				CASE WHEN length(v.content ->> 'birthDate') = 10 THEN (v.content ->> 'birthDate')::date END AS birth_date,
				v.content ->> 'gender' AS gender,
				nullif(v.content #>> '{address,0,city}', '') AS city,
				(v.content ->> 'deceasedBoolean')::boolean OR v.content ? 'deceasedDateTime' AS deceased,
				smartcare.fhir_start(v.content ->> 'deceasedDateTime', care.setting('zone')) AS deceased_at
			OFFSET 0
		) AS a
		WHERE v.citizen = ANY (ARRAY(SELECT n.citizen FROM unnest(projections) AS n WHERE n.resource_type = 'Patient'))
			AND v.resource_type = 'Patient'
		GROUP BY v.citizen
	) AS p
	WHERE c.citizen = p.citizen;

	UPDATE care.citizen c SET general_practice = p.general_practice
	FROM (
		SELECT DISTINCT ON (n.citizen) n.citizen, (n.links #>> '{general_practice,0}')::bigint AS general_practice
		FROM unnest(projections) AS n
		WHERE n.resource_type = 'Patient' AND n.links ? 'general_practice'
		ORDER BY n.citizen, n.issued DESC NULLS LAST, n.key
	) AS p
	WHERE c.citizen = p.citizen AND c.general_practice IS DISTINCT FROM p.general_practice;

	UPDATE care.citizen c SET municipality = p.municipality
	FROM (
		SELECT DISTINCT ON (n.citizen) n.citizen, (n.links #>> '{municipality,0}')::bigint AS municipality
		FROM unnest(projections) AS n
		WHERE n.resource_type = 'Patient' AND n.links ? 'municipality'
		ORDER BY n.citizen, n.issued DESC NULLS LAST, n.key
	) AS p
	WHERE c.citizen = p.citizen AND c.municipality IS DISTINCT FROM p.municipality;
END
$$;
COMMENT ON FUNCTION care.project_patients(care.import_projection[]) IS
'Internal: makes citizens show what the standing versions of their patients say.';

CREATE OR REPLACE FUNCTION care.project_episodes_of_care(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.episode_of_care AS e (citizen, id, status, type, organization, start_time, end_time, course, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'status', care.fhir_text(n.content #> '{type,0}'),
		(n.links #>> '{organization,0}')::bigint,
		smartcare.fhir_start(n.content #>> '{period,start}', care.setting('zone')), smartcare.fhir_end(n.content #>> '{period,end}', care.setting('zone')),
		care.fhir_course(n.content, n.issued), n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'EpisodeOfCare'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, type = excluded.type, organization = excluded.organization,
		start_time = excluded.start_time, end_time = excluded.end_time, course = excluded.course,
		source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_episodes_of_care(care.import_projection[]) IS
'Internal: writes episodes of care as their standing versions say.';

CREATE OR REPLACE FUNCTION care.fhir_leaves(content jsonb)
RETURNS tstzmultirange
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT content ? 'statusHistory' THEN
		RETURN '{}'::tstzmultirange;
	END IF;
	RETURN (
		SELECT coalesce(range_agg(tstzrange(l.start_time, l.end_time)), '{}')
		FROM (
			SELECT smartcare.fhir_start(h.entry #>> '{period,start}', care.setting('zone')) AS start_time,
				care.fhir_end_exclusive(h.entry #>> '{period,end}', care.setting('zone')) AS end_time
			FROM jsonb_path_query(content, '$.statusHistory[*] ? (@.status == "onleave")') AS h (entry)
		) AS l
		WHERE l.start_time IS NOT NULL AND (l.start_time < l.end_time) IS NOT FALSE);
END
$$;
COMMENT ON FUNCTION care.fhir_leaves(jsonb) IS 'Internal: when an Encounter has been on leave, by its status history.';

CREATE OR REPLACE FUNCTION care.project_encounters(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.encounter AS e (citizen, id, status, class, type, reason, organization, practitioner,
		episode_of_care, start_time, end_time, planned, leaves, ready_at, transferred_from, service_request, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'status', n.content #>> '{class,code}', care.fhir_text(n.content #> '{type,0}'),
		coalesce(care.fhir_text(n.content #> '{reasonCode,0}'), n.content #>> '{reasonReference,0,display}'),
		(n.links #>> '{organization,0}')::bigint, (n.links #>> '{practitioner,0}')::bigint, (n.links #>> '{episode_of_care,0}')::bigint,
		smartcare.fhir_start(n.content #>> '{period,start}', care.setting('zone')), smartcare.fhir_end(n.content #>> '{period,end}', care.setting('zone')),
		coalesce(n.content ->> 'status' = 'planned' OR n.content ? 'basedOn' OR n.content #>> '{priority,coding,0,code}' = 'EL'
			OR n.content @? '$.statusHistory[*] ? (@.status == "planned")', false),
		CASE WHEN t.told THEN care.fhir_leaves(n.content) ELSE coalesce(k.leaves, '{}') END,
		CASE WHEN t.told THEN smartcare.fhir_start(care.fhir_extended(n.content, 'ready-for-discharge', 'DateTime') #>> '{}', care.setting('zone')) ELSE k.ready_at END,
		CASE WHEN t.told THEN nullif((n.links #>> '{transferred_from,0}')::bigint, n.id) ELSE k.transferred_from END,
		CASE WHEN t.told THEN (n.links #>> '{service_request,0}')::bigint ELSE k.service_request END,
		n.key, n.issued
	FROM unnest(projections) AS n
	LEFT JOIN care.encounter k ON k.citizen = n.citizen AND k.id = n.id
	CROSS JOIN LATERAL (
		-- What no version has ever told is left as steps made it.
		SELECT k.id IS NULL OR EXISTS (
			SELECT FROM care.resource_version v
			WHERE v.citizen = n.citizen AND v.resource_type = n.resource_type AND v.key = n.key
				AND v.content ?| '{extension,basedOn,statusHistory}') AS told
		OFFSET 0
	) AS t
	WHERE n.resource_type = 'Encounter'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, class = excluded.class, type = excluded.type, reason = excluded.reason,
		organization = excluded.organization, practitioner = excluded.practitioner, episode_of_care = excluded.episode_of_care,
		start_time = excluded.start_time, end_time = excluded.end_time, planned = excluded.planned,
		leaves = excluded.leaves, ready_at = excluded.ready_at, transferred_from = excluded.transferred_from,
		service_request = excluded.service_request, source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_encounters(care.import_projection[]) IS
'Internal: writes encounters as their standing versions say.';

CREATE OR REPLACE FUNCTION care.project_conditions(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.condition AS e (citizen, id, system, code, name, clinical_status, verification_status,
		start_time, end_time, encounter, source, issued)
	SELECT n.citizen, n.id, n.content #>> '{code,coding,0,system}', n.content #>> '{code,coding,0,code}', care.fhir_text(n.content -> 'code'),
		n.content #>> '{clinicalStatus,coding,0,code}', n.content #>> '{verificationStatus,coding,0,code}',
		smartcare.fhir_start(coalesce(n.content ->> 'onsetDateTime', n.content #>> '{onsetPeriod,start}'), care.setting('zone')),
		smartcare.fhir_end(coalesce(n.content ->> 'abatementDateTime', n.content #>> '{abatementPeriod,end}'), care.setting('zone')),
		(n.links #>> '{encounter,0}')::bigint, n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'Condition'
	ON CONFLICT (citizen, id) DO UPDATE
	SET system = excluded.system, code = excluded.code, name = excluded.name,
		clinical_status = excluded.clinical_status, verification_status = excluded.verification_status,
		start_time = excluded.start_time, end_time = excluded.end_time, encounter = excluded.encounter,
		source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_conditions(care.import_projection[]) IS
'Internal: writes conditions as their standing versions say.';

CREATE OR REPLACE FUNCTION care.fhir_dosage(instructions jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT string_agg(coalesce(nullif(d.dosage ->> 'text', ''), nullif(concat_ws(', ',
				(d.dosage #>> '{doseAndRate,0,doseQuantity,value}')
					|| coalesce(' ' || (d.dosage #>> '{doseAndRate,0,doseQuantity,unit}'), ''),
				(d.dosage #>> '{timing,repeat,frequency}') || ' in ' || (d.dosage #>> '{timing,repeat,period}')
					|| ' ' || (d.dosage #>> '{timing,repeat,periodUnit}'),
				CASE WHEN d.dosage ->> 'asNeededBoolean' = 'true' THEN 'as needed' END,
				care.fhir_text(d.dosage #> '{additionalInstruction,0}')), '')), '; ' ORDER BY d.ordinal)
		FROM jsonb_path_query(instructions, '$[*]') WITH ORDINALITY AS d (dosage, ordinal));
END
$$;
COMMENT ON FUNCTION care.fhir_dosage(jsonb) IS
'Internal: dosage instructions in words.';

CREATE OR REPLACE FUNCTION care.project_medication_statements(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.medication_statement AS e (citizen, id, system, code, name, status, dosage,
		authored_on, practitioner, encounter, source, issued)
	SELECT n.citizen, n.id, n.content #>> '{medicationCodeableConcept,coding,0,system}', n.content #>> '{medicationCodeableConcept,coding,0,code}',
		care.fhir_text(n.content -> 'medicationCodeableConcept'), n.content ->> 'status',
		CASE WHEN n.content ? 'dosageInstruction' THEN care.fhir_dosage(n.content -> 'dosageInstruction') END,
		smartcare.fhir_start(n.content ->> 'authoredOn', care.setting('zone')), (n.links #>> '{practitioner,0}')::bigint, (n.links #>> '{encounter,0}')::bigint,
		n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'MedicationRequest'
	ON CONFLICT (citizen, id) DO UPDATE
	SET system = excluded.system, code = excluded.code, name = excluded.name, status = excluded.status, dosage = excluded.dosage,
		authored_on = excluded.authored_on, practitioner = excluded.practitioner, encounter = excluded.encounter,
		source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_medication_statements(care.import_projection[]) IS
'Internal: writes medication as the standing versions of MedicationRequests say.';

CREATE OR REPLACE FUNCTION care.project_allergies(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.allergy AS e (citizen, id, system, code, name, clinical_status, verification_status,
		category, criticality, start_time, source, issued)
	SELECT n.citizen, n.id, n.content #>> '{code,coding,0,system}', n.content #>> '{code,coding,0,code}', care.fhir_text(n.content -> 'code'),
		n.content #>> '{clinicalStatus,coding,0,code}', n.content #>> '{verificationStatus,coding,0,code}',
		(SELECT array_agg(c.category ORDER BY c.ordinal)
			FROM jsonb_array_elements_text(n.content -> 'category') WITH ORDINALITY AS c (category, ordinal)),
		n.content ->> 'criticality', smartcare.fhir_start(coalesce(n.content ->> 'onsetDateTime', n.content ->> 'recordedDate'), care.setting('zone')), n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'AllergyIntolerance'
	ON CONFLICT (citizen, id) DO UPDATE
	SET system = excluded.system, code = excluded.code, name = excluded.name,
		clinical_status = excluded.clinical_status, verification_status = excluded.verification_status,
		category = excluded.category, criticality = excluded.criticality, start_time = excluded.start_time,
		source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_allergies(care.import_projection[]) IS
'Internal: writes allergies as their standing versions say.';

CREATE OR REPLACE FUNCTION care.fhir_goal_target(target jsonb, OUT measure integer, OUT value float8)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	quantity CONSTANT jsonb := target -> 'detailQuantity';
	given_unit CONSTANT text := coalesce(CASE WHEN quantity ->> 'system' = 'http://unitsofmeasure.org' THEN nullif(quantity ->> 'code', '') END,
		nullif(quantity ->> 'unit', ''));
	found_coding jsonb;
	found_measure integer;
	conversion record;
BEGIN
	IF jsonb_typeof(quantity -> 'value') IS DISTINCT FROM 'number' OR given_unit IS NULL OR octet_length(given_unit) > 200
		OR jsonb_typeof(target #> '{measure,coding}') IS DISTINCT FROM 'array' OR octet_length(target #>> '{measure,coding}') > 1000
		OR NOT care.fhir_float8((quantity -> 'value')::numeric)
	THEN
		RETURN;
	END IF;
	SELECT c.coding, k.measure INTO found_coding, found_measure
	FROM jsonb_array_elements(target #> '{measure,coding}') WITH ORDINALITY AS c (coding, ordinal)
	LEFT JOIN care.measure_code k ON k.system = coalesce(c.coding ->> 'system', '') AND k.code = c.coding ->> 'code'
		AND k.unit IN ('', coalesce(smartcare.unit_code(given_unit), given_unit))
	WHERE c.coding ->> 'code' <> ''
	ORDER BY k.priority DESC NULLS LAST, c.ordinal LIMIT 1;
	IF found_coding IS NULL THEN
		RETURN;
	END IF;
	found_measure := coalesce(found_measure, care.find_measure(coalesce(found_coding ->> 'system', ''), found_coding ->> 'code',
		coalesce(smartcare.unit_code(given_unit), given_unit), coalesce(found_coding ->> 'display', target #>> '{measure,text}')));
	conversion := care.conversion(found_measure, given_unit);
	IF conversion.fault IS NULL AND care.convertible((quantity -> 'value')::float8, conversion.rule) THEN
		measure := found_measure;
		value := care.converted((quantity -> 'value')::float8, conversion.rule, conversion.from_unit, conversion.to_unit, conversion.molar_mass);
	END IF;
END
$$;
COMMENT ON FUNCTION care.fhir_goal_target(jsonb) IS
'Internal: what a Goal.target wants to be measured, and how much in the measure''s unit; nulls where it names no measure and quantity that fit.';

CREATE OR REPLACE FUNCTION care.project_goals(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.goal AS e (citizen, id, lifecycle_status, achievement_status, description, start_date, due_date,
		measure, target_value, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'lifecycleStatus', n.content #>> '{achievementStatus,coding,0,code}',
		care.fhir_text(n.content -> 'description'),
		(smartcare.fhir_start(n.content ->> 'startDate', care.setting('zone')) AT TIME ZONE care.setting('zone'))::date,
		(smartcare.fhir_end(n.content #>> '{target,0,dueDate}', care.setting('zone')) AT TIME ZONE care.setting('zone'))::date,
		t.measure, t.value, n.key, n.issued
	FROM unnest(projections) AS n
	CROSS JOIN LATERAL care.fhir_goal_target(n.content #> '{target,0}') AS t
	WHERE n.resource_type = 'Goal'
	ON CONFLICT (citizen, id) DO UPDATE
	SET lifecycle_status = excluded.lifecycle_status, achievement_status = excluded.achievement_status,
		description = excluded.description, start_date = excluded.start_date, due_date = excluded.due_date,
		measure = excluded.measure, target_value = excluded.target_value, source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_goals(care.import_projection[]) IS
'Internal: writes goals as their standing versions say.';

CREATE OR REPLACE FUNCTION care.project_care_plans(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.care_plan AS e (citizen, id, status, intent, title, organization, start_time, end_time,
		addresses, goals, encounter, version, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'status', n.content ->> 'intent',
		coalesce(n.content ->> 'title',
			(SELECT care.fhir_text(t.category)
			FROM jsonb_path_query(n.content, '$.category[*]') WITH ORDINALITY AS t (category, ordinal)
			ORDER BY NOT (t.category ? 'text' OR t.category #> '{coding,0}' ? 'display'), t.ordinal
			LIMIT 1),
			n.content ->> 'description', 'Care plan'),
		(n.links #>> '{organization,0}')::bigint,
		smartcare.fhir_start(n.content #>> '{period,start}', care.setting('zone')), smartcare.fhir_end(n.content #>> '{period,end}', care.setting('zone')),
		ARRAY(SELECT a.id::bigint FROM jsonb_array_elements_text(coalesce(n.links -> 'addresses', '[]')) WITH ORDINALITY AS a (id, ordinal) ORDER BY a.ordinal),
		ARRAY(SELECT g.id::bigint FROM jsonb_array_elements_text(coalesce(n.links -> 'goals', '[]')) WITH ORDINALITY AS g (id, ordinal) ORDER BY g.ordinal),
		(n.links #>> '{encounter,0}')::bigint,
		CASE WHEN care.fhir_extended(n.content, 'plan-version', 'PositiveInt') #>> '{}' ~ '^[1-9][0-9]{0,8}$'
			THEN (care.fhir_extended(n.content, 'plan-version', 'PositiveInt') #>> '{}')::integer ELSE 1 END,
		n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'CarePlan'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, intent = excluded.intent, title = excluded.title, organization = excluded.organization,
		start_time = excluded.start_time, end_time = excluded.end_time, addresses = excluded.addresses, goals = excluded.goals,
		encounter = excluded.encounter, version = excluded.version, source = excluded.source, issued = excluded.issued;

	DELETE FROM care.care_plan_activity a
	USING unnest(projections) AS n
	WHERE n.resource_type = 'CarePlan' AND a.citizen = n.citizen AND a.care_plan = n.id;

	INSERT INTO care.care_plan_activity (citizen, care_plan, ordinal, system, code, name, status)
	SELECT n.citizen, n.id, a.ordinal, a.activity #>> '{detail,code,coding,0,system}', a.activity #>> '{detail,code,coding,0,code}',
		coalesce(care.fhir_text(a.activity #> '{detail,code}'), nullif(a.activity #>> '{detail,description}', ''),
			nullif(a.activity #>> '{reference,display}', ''), nullif(a.activity #>> '{reference,reference}', ''), 'activity'),
		coalesce(a.activity #>> '{detail,status}', 'unknown')
	FROM unnest(projections) AS n
	CROSS JOIN LATERAL jsonb_path_query(n.content, '$.activity[*]') WITH ORDINALITY AS a (activity, ordinal)
	WHERE n.resource_type = 'CarePlan';
END
$$;
COMMENT ON FUNCTION care.project_care_plans(care.import_projection[]) IS
'Internal: writes care plans and their activities as their standing versions say.';
