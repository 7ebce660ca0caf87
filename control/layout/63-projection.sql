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
	INSERT INTO care.episode_of_care AS e (citizen, id, status, type, organization, start_time, end_time, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'status', care.fhir_text(n.content #> '{type,0}'),
		(n.links #>> '{organization,0}')::bigint,
		smartcare.fhir_start(n.content #>> '{period,start}', care.setting('zone')), smartcare.fhir_end(n.content #>> '{period,end}', care.setting('zone')), n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'EpisodeOfCare'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, type = excluded.type, organization = excluded.organization,
		start_time = excluded.start_time, end_time = excluded.end_time, source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_episodes_of_care(care.import_projection[]) IS
'Internal: writes episodes of care as their standing versions say.';

CREATE OR REPLACE FUNCTION care.project_encounters(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.encounter AS e (citizen, id, status, class, type, reason, organization, practitioner,
		episode_of_care, start_time, end_time, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'status', n.content #>> '{class,code}', care.fhir_text(n.content #> '{type,0}'),
		coalesce(care.fhir_text(n.content #> '{reasonCode,0}'), n.content #>> '{reasonReference,0,display}'),
		(n.links #>> '{organization,0}')::bigint, (n.links #>> '{practitioner,0}')::bigint, (n.links #>> '{episode_of_care,0}')::bigint,
		smartcare.fhir_start(n.content #>> '{period,start}', care.setting('zone')), smartcare.fhir_end(n.content #>> '{period,end}', care.setting('zone')), n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'Encounter'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, class = excluded.class, type = excluded.type, reason = excluded.reason,
		organization = excluded.organization, practitioner = excluded.practitioner, episode_of_care = excluded.episode_of_care,
		start_time = excluded.start_time, end_time = excluded.end_time, source = excluded.source, issued = excluded.issued;
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

CREATE OR REPLACE FUNCTION care.project_goals(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.goal AS e (citizen, id, lifecycle_status, achievement_status, description, start_date, due_date, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'lifecycleStatus', n.content #>> '{achievementStatus,coding,0,code}',
		care.fhir_text(n.content -> 'description'),
		(smartcare.fhir_start(n.content ->> 'startDate', care.setting('zone')) AT TIME ZONE care.setting('zone'))::date,
		(smartcare.fhir_end(n.content #>> '{target,0,dueDate}', care.setting('zone')) AT TIME ZONE care.setting('zone'))::date, n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'Goal'
	ON CONFLICT (citizen, id) DO UPDATE
	SET lifecycle_status = excluded.lifecycle_status, achievement_status = excluded.achievement_status,
		description = excluded.description, start_date = excluded.start_date, due_date = excluded.due_date,
		source = excluded.source, issued = excluded.issued;
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
		addresses, goals, encounter, source, issued)
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
		(n.links #>> '{encounter,0}')::bigint, n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'CarePlan'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, intent = excluded.intent, title = excluded.title, organization = excluded.organization,
		start_time = excluded.start_time, end_time = excluded.end_time, addresses = excluded.addresses, goals = excluded.goals,
		encounter = excluded.encounter, source = excluded.source, issued = excluded.issued;

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
