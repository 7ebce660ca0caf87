-- Care plans (CPD), and answers to questionnaires (QRD).

CREATE OR REPLACE FUNCTION care.read_words(doc xml)
RETURNS TABLE (id text, words text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT w.id, left(btrim(regexp_replace(string_agg(w.words, ' ' ORDER BY w.ordinal), '\s+', ' ', 'g')), 4000)
	FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h),
		'/h:ClinicalDocument/descendant::text()[ancestor::h:text][ancestor::*/@ID]' PASSING doc COLUMNS
		ordinal FOR ORDINALITY, id text PATH 'ancestor::*[@ID][1]/@ID', words text PATH '.') AS w
	GROUP BY w.id;
END
$$;
COMMENT ON FUNCTION care.read_words(xml) IS 'Internal: the parts of a document''s text that its entries refer to.';

CREATE OR REPLACE FUNCTION care.file_plan(doc xml, filed care.document_reference)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	met CONSTANT record := care.appointment_resources(doc);
	resources jsonb;
	refused jsonb;
	done jsonb;
BEGIN
	WITH words AS MATERIALIZED (
		SELECT * FROM care.read_words(doc)
	), section AS MATERIALIZED (
		SELECT s.* FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h),
			'/h:ClinicalDocument/h:component/h:structuredBody/h:component/h:section' PASSING doc COLUMNS
			ordinal FOR ORDINALITY, code text PATH 'h:code[1]/@code', title text PATH 'h:title[1]', whole xml PATH '.') AS s
		WHERE s.code IN ('75310-3', '62387-6')
	), concern AS MATERIALIZED (
		SELECT coalesce(care.hl7_key(c.root, c.extension), concat(filed.set_key, '#concern', s.ordinal, '.', c.ordinal)) AS key,
			concat('condition ', s.ordinal, '.', c.ordinal) AS what, nullif(btrim(coalesce(c.display, c.code)), '') AS name,
			jsonb_strip_nulls(jsonb_build_object('resourceType', 'Condition',
				'code', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('system', care.hl7_system(c.system), 'code', c.code, 'display', c.display))),
				'clinicalStatus', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code',
					CASE lower(c.status) WHEN 'completed' THEN 'resolved' WHEN 'active' THEN 'active' ELSE 'inactive' END))),
				'verificationStatus', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code',
					CASE lower(c.status) WHEN 'nullified' THEN 'entered-in-error' ELSE 'confirmed' END))),
				'onsetDateTime', to_char(care.hl7_time(c.low) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
				'abatementDateTime', to_char(care.hl7_time(c.high) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))) AS content
		FROM section s
		CROSS JOIN LATERAL xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h), '/*/descendant::h:observation[ancestor::h:act][h:value/@code]' PASSING s.whole COLUMNS
			ordinal FOR ORDINALITY, root text PATH 'h:id[1]/@root', extension text PATH 'h:id[1]/@extension',
			status text PATH 'ancestor::h:act[1]/h:entryRelationship[1]/preceding-sibling::h:statusCode[1]/@code',
			low text PATH '(h:effectiveTime/h:low/@value | h:effectiveTime/@value)[1]', high text PATH '(h:effectiveTime/h:high/@value)[1]',
			code text PATH 'h:value[1]/@code', system text PATH 'h:value[1]/@codeSystem', display text PATH 'h:value[1]/@displayName') AS c
		WHERE s.code = '75310-3'
	), goal AS MATERIALIZED (
		SELECT coalesce(care.hl7_key(g.root, g.extension), filed.set_key || '#goal' || g.ordinal) AS key, 'goal ' || g.ordinal AS what, n.name,
			jsonb_strip_nulls(jsonb_build_object('resourceType', 'Goal',
				'lifecycleStatus', CASE lower(g.status) WHEN 'completed' THEN 'completed' WHEN 'cancelled' THEN 'cancelled' WHEN 'aborted' THEN 'cancelled'
					WHEN 'suspended' THEN 'on-hold' WHEN 'nullified' THEN 'entered-in-error' ELSE 'active' END,
				'description', jsonb_build_object('text', n.name),
				'startDate', care.civil_day(care.hl7_time(g.low)),
				'target', CASE WHEN care.hl7_time(g.high) IS NOT NULL
					THEN jsonb_build_array(jsonb_build_object('dueDate', care.civil_day(care.hl7_time(g.high)))) END)) AS content
		FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h),
			'/h:ClinicalDocument/descendant::h:observation[@moodCode="GOL"]' PASSING doc COLUMNS
			ordinal FOR ORDINALITY, root text PATH 'h:id[1]/@root', extension text PATH 'h:id[1]/@extension',
			status text PATH 'h:statusCode[1]/@code', inline text PATH 'h:text[1]', reference text PATH 'h:text[1]/h:reference[1]/@value',
			display text PATH 'h:code[1]/@displayName', target text PATH 'h:value[1]/@value', unit text PATH 'h:value[1]/@unit',
			low text PATH '(h:effectiveTime/h:low/@value | h:effectiveTime/@value)[1]', high text PATH '(h:effectiveTime/h:high/@value)[1]') AS g
		LEFT JOIN words w ON '#' || w.id = g.reference
		CROSS JOIN LATERAL (
			SELECT nullif(concat_ws(': ', coalesce(w.words, nullif(btrim(g.inline), ''), g.display), nullif(concat_ws(' ', g.target, g.unit), '')), '') AS name
			OFFSET 0
		) AS n
	), activity AS MATERIALIZED (
		SELECT s.ordinal AS section, a.ordinal, jsonb_build_object('detail', jsonb_strip_nulls(jsonb_build_object(
			'status', CASE
				WHEN lower(a.status) = 'nullified' THEN 'entered-in-error'
				WHEN lower(a.status) IN ('cancelled', 'aborted') THEN 'cancelled'
				WHEN lower(a.status) = 'completed' THEN 'completed'
				WHEN lower(a.status) = 'suspended' THEN 'on-hold'
				WHEN a.mood = 'EVN' THEN 'in-progress'
				WHEN a.low IS NOT NULL THEN 'scheduled'
				ELSE 'not-started' END,
			'code', CASE WHEN a.code IS NOT NULL THEN jsonb_build_object('coding',
				jsonb_build_array(jsonb_build_object('system', care.hl7_system(a.system), 'code', a.code, 'display', a.display))) END,
			'description', coalesce(w.words, nullif(btrim(a.inline), ''), btrim(s.title))))) AS activity
		FROM section s
		CROSS JOIN LATERAL xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h),
			'/*/descendant::*[parent::h:entry][self::h:encounter or self::h:act or self::h:procedure]' PASSING s.whole COLUMNS
			ordinal FOR ORDINALITY, mood text PATH '@moodCode', status text PATH 'h:statusCode[1]/@code',
			code text PATH 'h:code[1]/@code', system text PATH 'h:code[1]/@codeSystem', display text PATH 'h:code[1]/@displayName',
			inline text PATH 'h:text[1]', reference text PATH 'h:text[1]/h:reference[1]/@value',
			low text PATH '(h:effectiveTime/h:low/@value | h:effectiveTime/@value)[1]') AS a
		LEFT JOIN words w ON '#' || w.id = a.reference
		WHERE s.code = '62387-6'
	), resource AS MATERIALIZED (
		-- What two have, an example's id copied, is no identity.
		SELECT CASE WHEN count(*) OVER (PARTITION BY p.key) = 1 THEN p.key ELSE filed.set_key || '#' || replace(p.what, ' ', '') END AS key,
			p.what, p.name, p.content
		FROM (SELECT * FROM concern UNION ALL SELECT * FROM goal) AS p
	)
	SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('key', r.key, 'content', r.content)), '[]') FROM resource r WHERE r.name IS NOT NULL)
			|| jsonb_build_object('key', filed.set_key, 'content', jsonb_strip_nulls(jsonb_build_object('resourceType', 'CarePlan',
				'status', 'active', 'intent', 'plan', 'title', filed.title,
				'author', (SELECT jsonb_build_object('identifier', jsonb_build_object('system', 'urn:oid:1.2.208.176.1.1', 'value', o.sor))
					FROM care.organization o WHERE o.id = filed.author),
				'period', jsonb_build_object('start', to_char(filed.start_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
					'end', to_char(filed.end_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
				'addresses', (SELECT jsonb_agg(jsonb_build_object('reference', r.key) ORDER BY r.what) FROM resource r
					WHERE r.name IS NOT NULL AND r.content ->> 'resourceType' = 'Condition'),
				'goal', (SELECT jsonb_agg(jsonb_build_object('reference', r.key) ORDER BY r.what) FROM resource r
					WHERE r.name IS NOT NULL AND r.content ->> 'resourceType' = 'Goal'),
				'activity', (SELECT jsonb_agg(a.activity ORDER BY a.section, a.ordinal) FROM activity a)))),
		(SELECT coalesce(jsonb_agg(jsonb_build_object('what', r.what, 'code', 'entry', 'reason', 'it says nothing, neither by code nor in words')), '[]')
			FROM resource r WHERE r.name IS NULL)
	INTO resources, refused;
	done := care.file_entries(filed, resources || met.resources);
	RETURN done || jsonb_build_object('refused', refused || met.refused || (done -> 'refused'));
END
$$;
COMMENT ON FUNCTION care.file_plan(xml, care.document_reference) IS
'Internal: makes the plan of a CPD one of the citizen''s: health concerns are conditions, goals are goals, interventions the plan''s activities, and appointments where time and place are set.';

CREATE OR REPLACE FUNCTION care.read_answers(doc xml)
RETURNS TABLE (ordinal integer, question_id text, question text, answers jsonb, options int4range, refers_to text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT q.ordinal, q.id, btrim(regexp_replace(coalesce(nullif(btrim(q.original), ''), q.display), '\s+', ' ', 'g')),
		(SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('type', regexp_replace(v.type, '^.*:', ''), 'code', v.code, 'system', care.hl7_system(v.system),
				'display', v.display, 'value', coalesce(v.value, nullif(btrim(v.words), '')), 'unit', v.unit, 'low', v.low, 'high', v.high)) ORDER BY v.ordinal)
			FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h, 'http://www.w3.org/2001/XMLSchema-instance' AS x), '/*/h:value' PASSING q.whole COLUMNS
				ordinal FOR ORDINALITY, type text PATH '@x:type', code text PATH '@code', system text PATH '@codeSystem', display text PATH '@displayName',
				value text PATH '@value', words text PATH '.', unit text PATH '@unit', low text PATH 'h:low[1]/@value', high text PATH 'h:high[1]/@value') AS v),
		CASE WHEN q.low ~ '^\d{1,6}$' AND q.high ~ '^\d{1,6}$' AND q.low::integer <= q.high::integer THEN int4range(q.low::integer, q.high::integer, '[]') END,
		(SELECT array_agg(k.key ORDER BY r.ordinal)
			FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h), '/*/h:reference/h:externalDocument/h:id' PASSING q.whole COLUMNS
				ordinal FOR ORDINALITY, root text PATH '@root', extension text PATH '@extension') AS r
			CROSS JOIN LATERAL (SELECT care.hl7_key(r.root, r.extension) AS key) AS k
			WHERE k.key IS NOT NULL)
	FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h),
		'/h:ClinicalDocument/descendant::h:observation[parent::h:component/parent::h:organizer][not(ancestor::h:observation)]' PASSING doc COLUMNS
		ordinal FOR ORDINALITY, id text PATH 'h:code[1]/@code', display text PATH 'h:code[1]/@displayName', original text PATH 'h:code[1]/h:originalText[1]',
		low text PATH '(h:entryRelationship/h:observation[h:code/@code="74467-2"]/h:value/h:low/@value)[1]',
		high text PATH '(h:entryRelationship/h:observation[h:code/@code="74467-2"]/h:value/h:high/@value)[1]',
		whole xml PATH '.') AS q;
END
$$;
COMMENT ON FUNCTION care.read_answers(xml) IS 'Internal: the questions and answers in a document.';

CREATE OR REPLACE FUNCTION care.document_answers(citizen bigint, document bigint)
RETURNS TABLE (ordinal integer, question_id text, question text, answers jsonb, options int4range, refers_to text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	content text;
BEGIN
	SELECT d.content INTO content
	FROM care.document_reference r
	JOIN care.document d ON d.id = r.document
	WHERE r.citizen = care.current_citizen(document_answers.citizen) AND r.id = document_answers.document AND r.kind = 'QRD';
	IF NOT FOUND THEN
		RAISE EXCEPTION 'citizen % has no document % with answers', citizen, document
			USING ERRCODE = 'no_data_found',
			HINT = 'They are those of kind QRD in care.document_reference.';
	END IF;
	RETURN QUERY SELECT * FROM care.read_answers((care.document_xml(content)).doc);
END
$$;
COMMENT ON FUNCTION care.document_answers(bigint, bigint) IS
'What was asked and answered in a document (an id of care.document_reference, of kind QRD), in its order: each question with its answers (type, code, display, value, unit), how many of its options may be chosen, and the keys of what it refers to: the questionnaire, a PHMR, a measurement in it. Errors: P0002 no such document.';
