-- Care plans and appointments in documents. They become resources on their way through
-- the importer, which knows versions, keys and moved entries; what a new version of a
-- document leaves out is withdrawn.

CREATE OR REPLACE FUNCTION care.entries_issued(filed care.document_reference)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN filed.issued + pg_catalog.make_interval(secs => least(filed.version, 1000000) * 1e-6::float8);
COMMENT ON FUNCTION care.entries_issued(care.document_reference) IS
'Internal: the version time of a document''s entries, which those of other sets may have as well: later ones win, and of one time the later version.';

CREATE OR REPLACE FUNCTION care.file_entries(filed care.document_reference, resources jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	done record;
BEGIN
	done := care.import_entries(ARRAY(
			SELECT ROW(r.content ->> 'resourceType', r.key, NULL, filed.citizen, 0, care.entries_issued(filed), md5(r.content::text), r.content, NULL)::care.import_entry
			FROM jsonb_to_recordset(resources) AS r (key text, content jsonb)),
		NULL, NULL, NULL);
	UPDATE care.document_reference d
	SET entries = ARRAY(
		SELECT (r.content ->> 'resourceType') || ' ' || r.key FROM jsonb_to_recordset(resources) AS r (key text, content jsonb) ORDER BY 1)
	WHERE d.citizen = filed.citizen AND d.id = filed.id;
	RETURN jsonb_build_object('entries', done.counts, 'refused', (
		SELECT coalesce(jsonb_agg(jsonb_build_object('what', r.resource_type || ' ' || r.key, 'code', 'entry', 'reason', r.reason)), '[]')
		FROM unnest(done.refusals) AS r));
END
$$;
COMMENT ON FUNCTION care.file_entries(care.document_reference, jsonb) IS
'Internal: makes resources that a document speaks of entries of the citizen, or versions of entries.';

CREATE OR REPLACE FUNCTION care.withdrawn_tag()
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{"meta": {"tag": [{"code": "withdrawn"}]}}'::jsonb;
COMMENT ON FUNCTION care.withdrawn_tag() IS
'Internal: what marks a version of a resource that a document left out.';

-- Of each version there was one that says it holds no longer, so that which of them
-- stands does not depend on which had come when it was withdrawn.
CREATE OR REPLACE FUNCTION care.withdraw_entries(citizen bigint, entries text[], issued timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	versions care.import_entry[];
BEGIN
	SELECT array_agg(ROW(v.resource_type, v.key, NULL, withdraw_entries.citizen, 0, withdraw_entries.issued + interval '1 microsecond',
			md5(n.content::text), n.content, NULL)::care.import_entry)
	INTO versions
	FROM unnest(entries) AS e (entry)
	JOIN care.resource_version v ON v.citizen = withdraw_entries.citizen
		AND v.resource_type = split_part(e.entry, ' ', 1) AND v.key = split_part(e.entry, ' ', 2)
		AND NOT v.content @> care.withdrawn_tag()
	CROSS JOIN LATERAL (
		SELECT v.content || care.withdrawn_tag() || CASE v.resource_type
			WHEN 'Condition' THEN '{"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}'
			WHEN 'Goal' THEN '{"lifecycleStatus": "cancelled"}'
			WHEN 'CarePlan' THEN '{"status": "revoked"}'
			ELSE '{"status": "cancelled"}' END::jsonb AS content
		OFFSET 0
	) AS n;
	IF versions IS NOT NULL THEN
		PERFORM care.import_entries(versions, NULL, NULL, NULL);
	END IF;
END
$$;
COMMENT ON FUNCTION care.withdraw_entries(bigint, text[], timestamptz) IS
'Internal: says that entries from documents hold no longer: conditions were entered in error, goals and appointments are cancelled, plans revoked.';

CREATE OR REPLACE FUNCTION care.withdraw_replaced(citizen bigint, entry bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	gone record;
BEGIN
	FOR gone IN
		SELECT s.kind, s.set_key, s.version, s.issued, s.entries, r.replaced, r.last_issued
		FROM care.document_reference f
		JOIN care.document_reference s ON s.citizen = f.citizen AND s.status = 'superseded'
			AND (s.set_key = f.set_key OR f.replaces && ARRAY[s.set_key, s.source])
		CROSS JOIN LATERAL (
			SELECT bool_or(o.set_key <> s.set_key) AS replaced, max(care.entries_issued(o)) AS last_issued
			FROM care.document_reference o
			WHERE o.citizen = s.citizen AND o.status <> 'entered-in-error' AND (o.set_key = s.set_key OR care.document_replaces(o, s))
		) AS r
		WHERE f.citizen = withdraw_replaced.citizen AND f.id = withdraw_replaced.entry
		ORDER BY s.issued, s.digest
	LOOP
		-- Within a set the later version takes the place of the earlier by itself.
		IF gone.replaced AND gone.kind IN ('PHMR', 'CPD') THEN
			PERFORM care.add_batches(citizen, ARRAY[care.withdrawal(gone.set_key, gone.version, gone.issued, 'another document replaces it')]);
		END IF;
		PERFORM care.withdraw_entries(citizen, ARRAY(
			SELECT e.entry FROM unnest(gone.entries) AS e (entry)
			WHERE NOT EXISTS (
				SELECT FROM care.document_reference o
				WHERE o.citizen = withdraw_replaced.citizen AND o.status = 'current' AND e.entry = ANY (o.entries))), gone.last_issued);
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.withdraw_replaced(bigint, bigint) IS
'Internal: withdraws what superseded documents said and no document that counts does, as far as one document matters.';

CREATE OR REPLACE FUNCTION care.withdraw_set(citizen bigint, set_key text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	gone record;
BEGIN
	WITH wrong AS (
		UPDATE care.document_reference d SET status = 'entered-in-error'
		WHERE d.citizen = withdraw_set.citizen AND d.set_key = withdraw_set.set_key
		RETURNING d.*
	)
	SELECT max(care.entries_issued(w)) AS issued, (SELECT array_agg(DISTINCT e.entry) FROM wrong x, unnest(x.entries) AS e (entry)) AS entries
	INTO gone FROM wrong w;
	PERFORM care.add_batches(citizen,
		ARRAY[care.withdrawal(set_key, care.last_version(), gone.issued, 'it is about another citizen')]);
	PERFORM care.withdraw_entries(citizen, gone.entries, gone.issued);
	-- The next to speak of them is whose they are.
	DELETE FROM care.resource_key k
	USING unnest(gone.entries) AS e (entry)
	WHERE k.resource_type = split_part(e.entry, ' ', 1) AND k.key = split_part(e.entry, ' ', 2);
END
$$;
COMMENT ON FUNCTION care.withdraw_set(bigint, text) IS
'Internal: takes the documents of a set out of the record of a citizen whom they are not about.';

CREATE OR REPLACE FUNCTION care.read_appointments(doc xml)
RETURNS TABLE (key text, status text, performer text, performer_name text, description text, start_time timestamptz, end_time timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT care.hl7_key(a.root, a.extension),
		CASE lower(a.status) WHEN 'completed' THEN 'fulfilled' WHEN 'nullified' THEN 'entered-in-error'
			WHEN 'cancelled' THEN 'cancelled' WHEN 'aborted' THEN 'cancelled' ELSE 'booked' END,
		a.performer, nullif(btrim(a.performer_name), ''),
		left(coalesce(nullif(btrim(a.reason), ''), nullif(btrim(a.display), ''), a.code, 'Appointment'), 1000),
		t.low, CASE WHEN t.high > t.low THEN t.high END
	FROM xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h),
		'/h:ClinicalDocument/descendant::h:encounter[@moodCode="APT"
			or (@moodCode="INT" or @moodCode="RQO") and h:effectiveTime/h:low/@value and h:performer]' PASSING doc COLUMNS
		root text PATH 'h:id[1]/@root', extension text PATH 'h:id[1]/@extension',
		status text PATH 'h:statusCode[1]/@code', code text PATH 'h:code[1]/@code', display text PATH 'h:code[1]/@displayName',
		low text PATH '(h:effectiveTime[1]/h:low/@value | h:effectiveTime[1]/@value)[1]', high text PATH 'h:effectiveTime[1]/h:high[1]/@value',
		performer text PATH '(h:performer/h:assignedEntity/h:representedOrganization/h:id[@root="1.2.208.176.1.1" or @root="1.2.208.176.1"]/@extension
			| h:performer/h:assignedEntity/h:id[@root="1.2.208.176.1.1" or @root="1.2.208.176.1"]/@extension)[last()]',
		performer_name text PATH '(h:performer/h:assignedEntity/h:representedOrganization/h:name)[1]',
		reason text PATH '(h:entryRelationship[@typeCode="RSON"]/h:observation/h:code/@displayName)[1]') AS a
	CROSS JOIN LATERAL (SELECT care.hl7_time(a.low) AS low, care.hl7_time(a.high) AS high) AS t;
END
$$;
COMMENT ON FUNCTION care.read_appointments(xml) IS 'Internal: the appointments in a document.';

-- As resources; what cannot be one is refused.
CREATE OR REPLACE FUNCTION care.appointment_resources(doc xml, OUT resources jsonb, OUT refused jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	SELECT coalesce(jsonb_agg(jsonb_build_object('key', a.key, 'content', jsonb_strip_nulls(jsonb_build_object('resourceType', 'Appointment',
			'status', a.status, 'description', a.description,
			'start', to_char(a.start_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
			'end', to_char(a.end_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
			'extension', jsonb_build_array(jsonb_build_object('url', 'urn:smartcare:organization', 'valueReference', jsonb_build_object(
				'type', 'Organization', 'identifier', jsonb_build_object('system', 'urn:oid:1.2.208.176.1.1', 'value', a.performer)))))))) FILTER (WHERE f.fault IS NULL), '[]'),
		coalesce(jsonb_agg(jsonb_build_object('what', 'appointment ' || coalesce(a.key, ''), 'code', 'appointment', 'reason', f.fault))
			FILTER (WHERE f.fault IS NOT NULL), '[]')
	INTO resources, refused
	FROM (
		SELECT DISTINCT ON (r.key) r.* FROM care.read_appointments(doc) AS r
	) AS a
	CROSS JOIN LATERAL (
		SELECT CASE WHEN a.key IS NULL THEN 'it has no id'
			WHEN a.start_time IS NULL THEN 'it does not say when it is'
			WHEN care.sor_organization(a.performer) IS NULL THEN 'it does not say by SOR id who is to be met' END AS fault
		OFFSET 0
	) AS f;
END
$$;
COMMENT ON FUNCTION care.appointment_resources(xml) IS
'Internal: a document''s appointments as resources, and those that cannot be.';

CREATE OR REPLACE FUNCTION care.file_appointment(doc xml, filed care.document_reference)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said CONSTANT record := care.appointment_resources(doc);
	done CONSTANT jsonb := care.file_entries(filed, said.resources);
BEGIN
	RETURN done || jsonb_build_object('refused', said.refused || (done -> 'refused'));
END
$$;
COMMENT ON FUNCTION care.file_appointment(xml, care.document_reference) IS
'Internal: makes the appointment of an APD one of the citizen''s.';
