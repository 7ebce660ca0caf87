-- Questionnaires of a bundle. A version is known by its canonical URL. One from elsewhere
-- is kept for the answers to it, under its URL as name: nobody can answer it here.

CREATE OR REPLACE FUNCTION care.import_questionnaires(entries care.import_entry[], OUT created bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.questionnaire (name, version, status, title, definition, published_at)
	SELECT DISTINCT ON (c.name, c.version) c.name, c.version, 'retired', e.content ->> 'title', e.content - '{resourceType,id,meta,text}'::text[],
		coalesce(smartcare.fhir_start(e.content ->> 'date', care.setting('zone')), nullif(e.issued, '-infinity'), now())
	FROM unnest(entries) AS e
	CROSS JOIN LATERAL (SELECT e.content ->> 'url' AS name, coalesce((e.content ->> 'version')::integer, 1) AS version) AS c
	WHERE e.resource_type = 'Questionnaire' AND care.questionnaire_version(care.fhir_canonical(e.content)) IS NULL
	ORDER BY c.name, c.version, e.issued DESC, e.digest DESC
	ON CONFLICT (name, version) DO NOTHING;
	GET DIAGNOSTICS created = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION care.import_questionnaires(care.import_entry[]) IS
'Internal: keeps the questionnaires of a bundle that are not known. A version that is known is never changed.';

CREATE OR REPLACE FUNCTION care.questionnaire_version(canonical text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT q.id FROM care.questionnaire q
		WHERE q.status <> 'draft' AND care.questionnaire_url(q.name, q.definition) || '|' || q.version = canonical
		ORDER BY q.id LIMIT 1);
END
$$;
COMMENT ON FUNCTION care.questionnaire_version(text) IS
'Internal: the version of a questionnaire that a canonical URL means; null if it is not known.';

CREATE OR REPLACE FUNCTION care.questionnaire_url(name text, definition jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(nullif(definition ->> 'url', ''),
		'urn:smartcare:questionnaire:' || care.setting('record') || ':' || regexp_replace(name, '[^A-Za-z0-9._-]', '-', 'g'));
END
$$;
COMMENT ON FUNCTION care.questionnaire_url(text, jsonb) IS
'Internal: the URL by which a questionnaire is known everywhere: its own, or one made of the record and its name.';
