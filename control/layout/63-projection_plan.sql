-- What stands of plans, written into their tables: referrals, tasks, appointments,
-- consents, who takes part, answers and diary. Steps that led there are not part of the exchange: an
-- imported entry has its status, and no events before the first step taken here.

CREATE OR REPLACE FUNCTION care.project_referrals(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.service_request AS e (citizen, id, status, category, priority, reason, system, code, requester, performer,
		encounter, level, requested_at, due, note, source, issued)
	SELECT n.citizen, n.id, CASE
			WHEN f.said = 'accepted' AND f.status = 'active' OR f.said = 'rejected' AND f.status = 'revoked' THEN f.said
			ELSE coalesce('{"active": "requested", "on-hold": "returned", "revoked": "cancelled"}'::jsonb ->> f.status, f.status) END,
		f.category, coalesce(n.content ->> 'priority', 'routine'), care.fhir_text(n.content #> '{reasonCode,0}'),
		n.content #>> '{code,coding,0,system}', n.content #>> '{code,coding,0,code}',
		(n.links #>> '{requester,0}')::bigint, (n.links #>> '{performer,0}')::bigint, (n.links #>> '{encounter,0}')::bigint,
		CASE WHEN f.category = 'rehabilitation' AND f.level IN ('general basic', 'general advanced', 'specialized') THEN f.level END,
		smartcare.fhir_start(n.content ->> 'authoredOn', care.setting('zone')),
		smartcare.fhir_end(n.content #>> '{occurrencePeriod,end}', care.setting('zone')),
		nullif(n.content #>> '{note,0,text}', ''), n.key, n.issued
	FROM unnest(projections) AS n
	CROSS JOIN LATERAL (
		SELECT n.content ->> 'status' AS status, n.content #>> '{category,0,text}' AS category,
			care.fhir_extended(n.content, 'referral-status', 'Code') #>> '{}' AS said,
			care.fhir_extended(n.content, 'rehabilitation-level', 'String') #>> '{}' AS level
	) AS f
	WHERE n.resource_type = 'ServiceRequest'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, category = excluded.category, priority = excluded.priority, reason = excluded.reason,
		system = excluded.system, code = excluded.code, requester = excluded.requester, performer = excluded.performer,
		encounter = excluded.encounter, level = excluded.level, requested_at = excluded.requested_at, due = excluded.due,
		note = excluded.note, source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_referrals(care.import_projection[]) IS
'Internal: writes referrals as the standing versions of ServiceRequests say.';

CREATE OR REPLACE FUNCTION care.project_tasks(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.task AS e (citizen, id, status, priority, code, description, requester, owner, due_start, due_end,
		offered_to, note, care_plan, encounter, episode_of_care, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'status', coalesce(n.content ->> 'priority', 'routine'),
		coalesce(nullif(n.content #>> '{code,coding,0,code}', ''), n.content #>> '{code,text}', 'task'),
		coalesce(n.content ->> 'description', care.fhir_text(n.content -> 'code'), 'task'),
		(n.links #>> '{requester,0}')::bigint, (n.links #>> '{owner,0}')::bigint,
		smartcare.fhir_start(n.content #>> '{restriction,period,start}', care.setting('zone')),
		smartcare.fhir_end(n.content #>> '{restriction,period,end}', care.setting('zone')),
		(n.links #>> '{offered_to,0}')::bigint, nullif(n.content #>> '{note,0,text}', ''),
		(n.links #>> '{care_plan,0}')::bigint, (n.links #>> '{encounter,0}')::bigint, (n.links #>> '{episode_of_care,0}')::bigint,
		n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'Task'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, priority = excluded.priority, code = excluded.code, description = excluded.description,
		requester = excluded.requester, owner = excluded.owner, due_start = excluded.due_start, due_end = excluded.due_end,
		offered_to = excluded.offered_to, note = excluded.note, care_plan = excluded.care_plan, encounter = excluded.encounter,
		episode_of_care = excluded.episode_of_care, source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_tasks(care.import_projection[]) IS
'Internal: writes tasks as their standing versions say.';

CREATE OR REPLACE FUNCTION care.project_appointments(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.appointment AS e (citizen, id, status, organization, description, start_time, end_time, care_plan,
		questionnaire, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'status', (n.links #>> '{organization,0}')::bigint,
		coalesce(nullif(n.content ->> 'description', ''), care.fhir_text(n.content -> 'appointmentType'), 'Appointment'),
		smartcare.fhir_start(n.content ->> 'start', care.setting('zone')), smartcare.fhir_end(n.content ->> 'end', care.setting('zone')),
		(n.links #>> '{care_plan,0}')::bigint, care.fhir_extended(n.content, 'questionnaire', 'String') #>> '{}', n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'Appointment'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, organization = excluded.organization, description = excluded.description,
		start_time = excluded.start_time, end_time = excluded.end_time, care_plan = excluded.care_plan,
		questionnaire = excluded.questionnaire, source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_appointments(care.import_projection[]) IS
'Internal: writes appointments as their standing versions say.';

CREATE OR REPLACE FUNCTION care.project_consents(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- A programme that is not known here is not run here.
	INSERT INTO care.programme (name, title, active)
	SELECT n.content #>> '{category,1,coding,0,code}', coalesce(min((n.content #>> '{category,1,text}') COLLATE "C"), n.content #>> '{category,1,coding,0,code}'), false
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'Consent' AND n.content #>> '{category,0,coding,0,code}' = 'programme'
	GROUP BY n.content #>> '{category,1,coding,0,code}'
	ORDER BY n.content #>> '{category,1,coding,0,code}'
	ON CONFLICT (name) DO NOTHING;

	INSERT INTO care.consent AS e (citizen, id, status, category, programme, grantee, scope, method, organization,
		start_time, end_time, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'status', f.category,
		CASE WHEN f.category = 'programme' THEN (SELECT p.id FROM care.programme p WHERE p.name = n.content #>> '{category,1,coding,0,code}') END,
		(n.links #>> '{grantee,0}')::bigint, care.fhir_text(n.content #> '{provision,code,0}'),
		CASE WHEN f.method IN ('oral', 'written', 'digital') THEN f.method ELSE 'written' END,
		(n.links #>> '{organization,0}')::bigint, smartcare.fhir_start(n.content ->> 'dateTime', care.setting('zone')),
		smartcare.fhir_end(n.content #>> '{provision,period,end}', care.setting('zone')), n.key, n.issued
	FROM unnest(projections) AS n
	CROSS JOIN LATERAL (
		SELECT n.content #>> '{category,0,coding,0,code}' AS category, care.fhir_extended(n.content, 'consent-method', 'Code') #>> '{}' AS method
	) AS f
	WHERE n.resource_type = 'Consent'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, category = excluded.category, programme = excluded.programme, grantee = excluded.grantee,
		scope = excluded.scope, method = excluded.method, organization = excluded.organization,
		start_time = excluded.start_time, end_time = excluded.end_time, source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_consents(care.import_projection[]) IS
'Internal: writes consents as their standing versions say. Who may see what follows from consents as from those given here.';

CREATE OR REPLACE FUNCTION care.project_care_team(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.care_team_member AS e (citizen, id, status, organization, practitioner, role, start_time, end_time, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'status', (n.links #>> '{organization,0}')::bigint, (n.links #>> '{practitioner,0}')::bigint,
		coalesce(care.fhir_text(n.content #> '{participant,0,role,0}'), 'member'),
		smartcare.fhir_start(n.content #>> '{period,start}', care.setting('zone')),
		smartcare.fhir_end(n.content #>> '{period,end}', care.setting('zone')), n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'CareTeam'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, organization = excluded.organization, practitioner = excluded.practitioner, role = excluded.role,
		start_time = excluded.start_time, end_time = excluded.end_time, source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_care_team(care.import_projection[]) IS
'Internal: writes members of care teams as the standing versions of CareTeams say.';

CREATE OR REPLACE FUNCTION care.project_related_persons(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.related_person AS e (citizen, id, status, name, relationship, contact, shared, start_time, end_time, source, issued)
	SELECT n.citizen, n.id, CASE
			WHEN care.fhir_extended(n.content, 'related-person-status', 'Code') = '"entered-in-error"' THEN 'entered-in-error'
			WHEN n.content ->> 'active' = 'false' THEN 'inactive' ELSE 'active' END,
		care.fhir_person_name(n.content -> 'name'), care.fhir_text(n.content #> '{relationship,0}'), nullif(n.content #>> '{telecom,0,value}', ''),
		ARRAY(SELECT s.kind #>> '{}'
			FROM jsonb_path_query(n.content, '$.extension[*] ? (@.url == "urn:smartcare:shared").valueString') WITH ORDINALITY AS s (kind, ordinal)
			ORDER BY s.ordinal),
		smartcare.fhir_start(n.content #>> '{period,start}', care.setting('zone')),
		smartcare.fhir_end(n.content #>> '{period,end}', care.setting('zone')), n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'RelatedPerson'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, name = excluded.name, relationship = excluded.relationship, contact = excluded.contact,
		shared = excluded.shared, start_time = excluded.start_time, end_time = excluded.end_time,
		source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_related_persons(care.import_projection[]) IS
'Internal: writes persons close to citizens as the standing versions of RelatedPersons say.';

CREATE OR REPLACE FUNCTION care.project_questionnaire_responses(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.questionnaire_response AS e (citizen, id, status, questionnaire, organization, care_plan, appointment,
		answers, score, severity, authored, source, issued)
	SELECT n.citizen, n.id, n.content ->> 'status', care.questionnaire_version(n.content ->> 'questionnaire'),
		(n.links #>> '{organization,0}')::bigint, (n.links #>> '{care_plan,0}')::bigint, (n.links #>> '{appointment,0}')::bigint,
		n.content -> 'item', CASE WHEN jsonb_typeof(f.score) = 'number' AND care.fhir_float8(f.score::numeric) THEN f.score::float8 END,
		CASE WHEN f.severity IN ('red', 'yellow', 'green') THEN f.severity END,
		smartcare.fhir_start(n.content ->> 'authored', care.setting('zone')), n.key, n.issued
	FROM unnest(projections) AS n
	CROSS JOIN LATERAL (
		SELECT care.fhir_extended(n.content, 'score', 'Decimal') AS score, care.fhir_extended(n.content, 'severity', 'Code') #>> '{}' AS severity
		OFFSET 0
	) AS f
	WHERE n.resource_type = 'QuestionnaireResponse'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, questionnaire = excluded.questionnaire, organization = excluded.organization,
		care_plan = excluded.care_plan, appointment = excluded.appointment, answers = excluded.answers, score = excluded.score,
		severity = excluded.severity, authored = excluded.authored, source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_questionnaire_responses(care.import_projection[]) IS
'Internal: writes answers as the standing versions of QuestionnaireResponses say. They are not evaluated again, and raise no alert: measurements come as Observations.';

CREATE OR REPLACE FUNCTION care.project_diary_entries(projections care.import_projection[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.diary_entry AS e (citizen, id, status, category, entry, related_person, written_at, source, issued)
	SELECT n.citizen, n.id, CASE n.content ->> 'status' WHEN 'completed' THEN 'final' ELSE 'entered-in-error' END,
		care.fhir_text(n.content -> 'topic'), n.content #>> '{payload,0,contentString}', (n.links #>> '{related_person,0}')::bigint,
		smartcare.fhir_start(n.content ->> 'sent', care.setting('zone')), n.key, n.issued
	FROM unnest(projections) AS n
	WHERE n.resource_type = 'Communication'
	ON CONFLICT (citizen, id) DO UPDATE
	SET status = excluded.status, category = excluded.category, entry = excluded.entry, related_person = excluded.related_person,
		written_at = excluded.written_at, source = excluded.source, issued = excluded.issued;
END
$$;
COMMENT ON FUNCTION care.project_diary_entries(care.import_projection[]) IS
'Internal: writes diary entries as the standing versions of Communications say.';
