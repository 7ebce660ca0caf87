-- Export: what the citizen answered and wrote.

CREATE OR REPLACE FUNCTION care.export_questionnaires(citizen bigint, period tstzrange)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- One from elsewhere goes on as it came.
	RETURN QUERY
	SELECT care.export_resource(
		care.own_key(coalesce(substring(u.url, '^urn:smartcare:questionnaire:([0-9a-f]{12}):'), '000000000000'), 'Questionnaire',
			left(md5(u.url || '|' || q.version), 15)),
		'Questionnaire', NULL, q.definition - '{id,meta}'::text[] || jsonb_build_object(
			'url', u.url,
			'version', q.version::text,
			'name', coalesce(q.definition ->> 'name', q.name),
			'title', q.title,
			'status', CASE WHEN q.name = u.url THEN q.definition ->> 'status' ELSE q.status END,
			'date', care.fhir_time(q.published_at)))
	FROM care.questionnaire q
	CROSS JOIN LATERAL (SELECT care.questionnaire_url(q.name, q.definition) AS url OFFSET 0) AS u
	WHERE q.id IN (
		SELECT t.questionnaire FROM care.questionnaire_response t
		WHERE t.citizen = export_questionnaires.citizen AND (period IS NULL OR period @> t.authored))
	ORDER BY u.url COLLATE "C", q.version;
END
$$;
COMMENT ON FUNCTION care.export_questionnaires(bigint, tstzrange) IS
'Internal: the versions of questionnaires that a citizen''s answers are to.';

CREATE OR REPLACE FUNCTION care.export_questionnaire_responses(citizen bigint, names jsonb, period tstzrange)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'QuestionnaireResponse', 'questionnaire_response', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'extension', care.fhir_list(
				care.fhir_extension('organization', 'Reference', care.export_reference(names, 'Organization', t.organization)),
				care.fhir_extension('appointment', 'Reference', care.export_reference(names, 'Appointment', t.appointment)),
				care.fhir_extension('score', 'Decimal', to_jsonb(t.score)),
				care.fhir_extension('severity', 'Code', to_jsonb(t.severity))),
			'basedOn', care.fhir_list(care.export_reference(names, 'CarePlan', t.care_plan)),
			'questionnaire', care.questionnaire_url(q.name, q.definition) || '|' || q.version,
			'status', t.status,
			'subject', care.export_reference(names, 'Patient', t.citizen),
			'authored', care.fhir_time(t.authored),
			'item', t.answers))
	FROM care.questionnaire_response t
	JOIN care.questionnaire q ON q.id = t.questionnaire
	WHERE t.citizen = export_questionnaire_responses.citizen AND (period IS NULL OR period @> t.authored)
	ORDER BY t.authored, care.export_key(names, 'QuestionnaireResponse', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_questionnaire_responses(bigint, jsonb, tstzrange) IS 'Internal: what a citizen answered.';

CREATE OR REPLACE FUNCTION care.export_diary_entries(citizen bigint, names jsonb, period tstzrange)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.export_entry(names, 'Communication', 'diary_entry', t.id, t.issued, t.recorded_at, jsonb_build_object(
			'status', CASE t.status WHEN 'final' THEN 'completed' ELSE t.status END,
			'category', care.fhir_list(care.fhir_concept('urn:smartcare:code:communication', 'diary', NULL)),
			'subject', care.export_reference(names, 'Patient', t.citizen),
			'topic', care.fhir_concept(NULL, NULL, t.category),
			'sent', care.fhir_time(t.written_at),
			'sender', coalesce(care.export_reference(names, 'RelatedPerson', t.related_person), care.export_reference(names, 'Patient', t.citizen)),
			'payload', jsonb_build_array(jsonb_build_object('contentString', t.entry))))
	FROM care.diary_entry t
	WHERE t.citizen = export_diary_entries.citizen AND (period IS NULL OR period @> t.written_at)
	ORDER BY t.written_at, care.export_key(names, 'Communication', t.id) COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_diary_entries(bigint, jsonb, tstzrange) IS
'Internal: a citizen''s diary, as Communications of the category diary: words are no Observations.';
