-- Export: what is to be done, by whom, and with whose consent.

CREATE OR REPLACE FUNCTION care.measure_concept(measure integer)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT jsonb_strip_nulls(jsonb_build_object(
			'coding', (SELECT jsonb_agg(jsonb_build_object('system', nullif(c.system, ''), 'code', c.code, 'display', m.display)
					ORDER BY c.priority DESC, c.system COLLATE "C", c.code COLLATE "C")
				FROM care.measure_code c WHERE c.measure = m.id AND c.code <> ''),
			'text', m.display))
		FROM care.measure m WHERE m.id = measure_concept.measure);
END
$$;
COMMENT ON FUNCTION care.measure_concept(integer) IS 'Internal: a measure as CodeableConcept: all the codes that mean it.';

CREATE OR REPLACE FUNCTION care.measure_quantity(value float8, unit text, comparator text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN pg_catalog.jsonb_build_object('value', value, 'comparator', comparator, 'unit', unit)
		|| CASE WHEN smartcare.unit_is_valid(unit) THEN pg_catalog.jsonb_build_object('system', 'http://unitsofmeasure.org', 'code', unit) ELSE '{}' END;
END
$$;
COMMENT ON FUNCTION care.measure_quantity(float8, text, text) IS 'Internal: a value as Quantity, its unit as UCUM where it is of UCUM.';

CREATE OR REPLACE FUNCTION care.export_goals(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'Goal', 'goal', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'lifecycleStatus', t.lifecycle_status,
			'achievementStatus', care.fhir_status('goal-achievement', t.achievement_status),
			'description', care.fhir_concept(NULL, NULL, t.description),
			'subject', care.export_reference(names, 'Patient', t.citizen),
			'startDate', to_char(t.start_date, 'YYYY-MM-DD'),
			'target', CASE WHEN t.due_date IS NOT NULL OR t.measure IS NOT NULL THEN jsonb_build_array(jsonb_build_object(
				'measure', care.measure_concept(t.measure),
				'detailQuantity', CASE WHEN t.measure IS NOT NULL THEN care.measure_quantity(t.target_value, m.unit) END,
				'dueDate', to_char(t.due_date, 'YYYY-MM-DD'))) END))
	FROM care.goal t
	LEFT JOIN care.measure m ON m.id = t.measure
	WHERE t.citizen = export_goals.citizen
	ORDER BY care.export_key(names, 'Goal', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_goals(bigint, jsonb) IS 'Internal: a citizen''s goals.';

CREATE OR REPLACE FUNCTION care.export_referrals(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'ServiceRequest', 'service_request', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'extension', care.fhir_list(
				-- FHIR has one status for what was rejected and what was cancelled, and for what waits to be accepted and what was.
				care.fhir_extension('referral-status', 'Code', to_jsonb(CASE WHEN t.status IN ('accepted', 'rejected') THEN t.status END)),
				care.fhir_extension('rehabilitation-level', 'String', to_jsonb(t.level))),
			'status', CASE t.status WHEN 'requested' THEN 'active' WHEN 'accepted' THEN 'active' WHEN 'returned' THEN 'on-hold'
				WHEN 'rejected' THEN 'revoked' WHEN 'cancelled' THEN 'revoked' ELSE t.status END,
			'intent', 'order',
			'category', care.fhir_list(care.fhir_concept(NULL, NULL, t.category)),
			'priority', t.priority,
			'code', care.fhir_concept(t.system, t.code, NULL),
			'subject', care.export_reference(names, 'Patient', t.citizen),
			'encounter', care.export_reference(names, 'Encounter', t.encounter),
			'occurrencePeriod', care.fhir_period(NULL, t.due),
			'authoredOn', care.fhir_time(t.requested_at),
			'requester', CASE WHEN t.requester IS NULL THEN care.export_reference(names, 'Patient', t.citizen)
				ELSE care.export_reference(names, 'Organization', t.requester) END,
			'performer', care.fhir_list(care.export_reference(names, 'Organization', t.performer)),
			'reasonCode', care.fhir_list(care.fhir_concept(NULL, NULL, t.reason)),
			'note', CASE WHEN t.note <> '' THEN jsonb_build_array(jsonb_build_object('text', t.note)) END))
	FROM care.service_request t
	WHERE t.citizen = export_referrals.citizen
	ORDER BY care.export_key(names, 'ServiceRequest', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_referrals(bigint, jsonb) IS 'Internal: a citizen''s referrals.';

CREATE OR REPLACE FUNCTION care.export_care_plans(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'CarePlan', 'care_plan', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'extension', care.fhir_list(care.fhir_extension('plan-version', 'PositiveInt', CASE WHEN t.version > 1 THEN to_jsonb(t.version) END)),
			'status', t.status,
			'intent', t.intent,
			'title', t.title,
			'subject', care.export_reference(names, 'Patient', t.citizen),
			'encounter', care.export_reference(names, 'Encounter', t.encounter),
			'period', care.fhir_period(t.start_time, t.end_time),
			'author', care.export_reference(names, 'Organization', t.organization),
			'addresses', (SELECT jsonb_agg(care.export_reference(names, 'Condition', a.id) ORDER BY a.ordinal)
				FROM unnest(t.addresses) WITH ORDINALITY AS a (id, ordinal)),
			'goal', (SELECT jsonb_agg(care.export_reference(names, 'Goal', g.id) ORDER BY g.ordinal)
				FROM unnest(t.goals) WITH ORDINALITY AS g (id, ordinal)),
			'activity', (SELECT jsonb_agg(jsonb_build_object('detail', jsonb_build_object(
					'code', care.fhir_concept(a.system, a.code, a.name), 'status', a.status)) ORDER BY a.ordinal)
				FROM care.care_plan_activity a WHERE a.citizen = t.citizen AND a.care_plan = t.id)))
	FROM care.care_plan t
	WHERE t.citizen = export_care_plans.citizen
	ORDER BY care.export_key(names, 'CarePlan', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_care_plans(bigint, jsonb) IS 'Internal: a citizen''s care plans with their activities.';

CREATE OR REPLACE FUNCTION care.export_tasks(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'Task', 'task', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'extension', care.fhir_list(care.fhir_extension('offered-to', 'Reference', care.export_reference(names, 'Organization', t.offered_to))),
			'basedOn', care.fhir_list(care.export_reference(names, 'CarePlan', t.care_plan)),
			'status', t.status,
			'intent', 'order',
			'priority', t.priority,
			'code', care.fhir_concept('urn:smartcare:code:task', t.code, NULL),
			'description', t.description,
			'focus', care.export_reference(names, 'EpisodeOfCare', t.episode_of_care),
			'for', care.export_reference(names, 'Patient', t.citizen),
			'encounter', care.export_reference(names, 'Encounter', t.encounter),
			'requester', care.export_reference(names, 'Organization', t.requester),
			'owner', CASE WHEN t.owner IS NULL THEN care.export_reference(names, 'Patient', t.citizen)
				ELSE care.export_reference(names, 'Organization', t.owner) END,
			'note', CASE WHEN t.note <> '' THEN jsonb_build_array(jsonb_build_object('text', t.note)) END,
			'restriction', CASE WHEN care.fhir_period(t.due_start, t.due_end) IS NOT NULL
				THEN jsonb_build_object('period', care.fhir_period(t.due_start, t.due_end)) END))
	FROM care.task t
	WHERE t.citizen = export_tasks.citizen
	ORDER BY care.export_key(names, 'Task', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_tasks(bigint, jsonb) IS 'Internal: a citizen''s tasks.';

CREATE OR REPLACE FUNCTION care.export_appointments(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'Appointment', 'appointment', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'extension', care.fhir_list(
				care.fhir_extension('organization', 'Reference', care.export_reference(names, 'Organization', t.organization)),
				care.fhir_extension('questionnaire', 'String', to_jsonb(t.questionnaire))),
			'status', t.status,
			'description', t.description,
			'supportingInformation', care.fhir_list(care.export_reference(names, 'CarePlan', t.care_plan)),
			'start', care.fhir_time(t.start_time),
			'end', care.fhir_time(t.end_time),
			'participant', jsonb_build_array(jsonb_build_object('actor', care.export_reference(names, 'Patient', t.citizen), 'status', 'accepted'))))
	FROM care.appointment t
	WHERE t.citizen = export_appointments.citizen
	ORDER BY care.export_key(names, 'Appointment', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_appointments(bigint, jsonb) IS
'Internal: a citizen''s appointments. In FHIR an organization cannot take part in one: it stands in an extension.';

CREATE OR REPLACE FUNCTION care.export_consents(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'Consent', 'consent', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'extension', care.fhir_list(care.fhir_extension('consent-method', 'Code', to_jsonb(t.method))),
			'status', t.status,
			'scope', care.fhir_status('consentscope', CASE t.category WHEN 'sharing' THEN 'patient-privacy' ELSE 'treatment' END),
			'category', care.fhir_list(
				care.fhir_concept('urn:smartcare:code:consent', t.category, NULL),
				care.fhir_concept('urn:smartcare:code:programme', p.name, p.title)),
			'patient', care.export_reference(names, 'Patient', t.citizen),
			'dateTime', care.fhir_time(t.start_time),
			'organization', care.fhir_list(care.export_reference(names, 'Organization', t.organization)),
			'policyRule', care.fhir_status('v3-ActCode', CASE t.status WHEN 'rejected' THEN 'OPTOUT' ELSE 'OPTIN' END),
			'provision', jsonb_build_object(
				'type', CASE t.status WHEN 'rejected' THEN 'deny' ELSE 'permit' END,
				'period', care.fhir_period(t.start_time, t.end_time),
				'actor', CASE WHEN t.grantee IS NOT NULL THEN jsonb_build_array(jsonb_build_object(
					'role', care.fhir_status('v3-ParticipationType', 'IRCP'), 'reference', care.export_reference(names, 'Organization', t.grantee))) END,
				'code', care.fhir_list(care.fhir_concept(NULL, NULL, t.scope)))))
	FROM care.consent t
	LEFT JOIN care.programme p ON p.id = t.programme
	WHERE t.citizen = export_consents.citizen
	ORDER BY care.export_key(names, 'Consent', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_consents(bigint, jsonb) IS 'Internal: what a citizen has agreed to or refused.';

CREATE OR REPLACE FUNCTION care.export_care_team(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'CareTeam', 'care_team_member', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'status', t.status,
			'subject', care.export_reference(names, 'Patient', t.citizen),
			'period', care.fhir_period(t.start_time, t.end_time),
			'participant', jsonb_build_array(jsonb_build_object(
				'role', care.fhir_list(care.fhir_concept(NULL, NULL, t.role)),
				'member', CASE WHEN t.practitioner IS NULL THEN care.export_reference(names, 'Organization', t.organization)
					ELSE care.export_reference(names, 'Practitioner', t.practitioner) END,
				'onBehalfOf', CASE WHEN t.practitioner IS NOT NULL THEN care.export_reference(names, 'Organization', t.organization) END)),
			'managingOrganization', care.fhir_list(care.export_reference(names, 'Organization', t.organization))))
	FROM care.care_team_member t
	WHERE t.citizen = export_care_team.citizen
	ORDER BY care.export_key(names, 'CareTeam', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_care_team(bigint, jsonb) IS
'Internal: who takes part in a citizen''s care: a CareTeam of one for each, since each comes and goes with a history of its own.';

CREATE OR REPLACE FUNCTION care.export_related_persons(citizen bigint, names jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'RelatedPerson', 'related_person', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'extension', (
				SELECT jsonb_agg(e.extension ORDER BY e.ordinal)
				FROM (
					SELECT care.fhir_extension('related-person-status', 'Code', '"entered-in-error"') AS extension, 0 AS ordinal
					WHERE t.status = 'entered-in-error'
					UNION ALL
					SELECT care.fhir_extension('shared', 'String', to_jsonb(s.kind)), s.ordinal
					FROM unnest(t.shared) WITH ORDINALITY AS s (kind, ordinal)
				) AS e),
			'active', t.status = 'active',
			'patient', care.export_reference(names, 'Patient', t.citizen),
			'relationship', care.fhir_list(care.fhir_concept(NULL, NULL, t.relationship)),
			'name', jsonb_build_array(jsonb_build_object('text', t.name)),
			'telecom', CASE WHEN t.contact <> '' THEN jsonb_build_array(jsonb_build_object('system', 'other', 'value', t.contact)) END,
			'period', care.fhir_period(t.start_time, t.end_time)))
	FROM care.related_person t
	WHERE t.citizen = export_related_persons.citizen
	ORDER BY care.export_key(names, 'RelatedPerson', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_related_persons(bigint, jsonb) IS
'Internal: persons close to a citizen. FHIR has no status for one entered in error: it stands in an extension.';
