-- MedCom HomeCareObservation: what the municipality's nurses measured in the home. A report
-- is a document for its receiver to read, and one statement about measurements: what modifies
-- it is a later version of both, and what retracts it the last.

CREATE OR REPLACE FUNCTION care.reported_observations(bundle jsonb, report jsonb)
RETURNS TABLE (ordinal integer, id text, observation jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	results CONSTANT jsonb := jsonb_path_query_array(report, '$.result[*].reference');
BEGIN
	FOR place IN 0 .. jsonb_array_length(results) - 1 LOOP
		ordinal := place + 1;
		observation := care.referenced_resource(bundle, results ->> place);
		IF observation ->> 'resourceType' = 'Observation' THEN
			id := observation ->> 'id';
			RETURN NEXT;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.reported_observations(jsonb, jsonb) IS 'Internal: the Observations that a DiagnosticReport gives as its results.';

CREATE OR REPLACE FUNCTION care.report_producer(bundle jsonb, report jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT i.identifier ->> 'value'
		FROM jsonb_path_query(report, '$.performer[*].reference') AS p (reference)
		CROSS JOIN LATERAL (SELECT care.referenced_resource(bundle, p.reference #>> '{}') AS resource OFFSET 0) AS o
		CROSS JOIN LATERAL jsonb_path_query(o.resource, '$.identifier[*] ? (@.system like_regex "MedComProducentID$")') AS i (identifier)
		WHERE i.identifier ->> 'value' ~ '^[A-Z]{3}$' AND smartcare.resource_identifier(o.resource, 'urn:oid:1.2.208.176.1.1') IS NOT NULL
		LIMIT 1);
END
$$;
COMMENT ON FUNCTION care.report_producer(jsonb, jsonb) IS
'Internal: the producer id, three letters, of the organization with a SOR id that performed a report; null if none has one.';

CREATE OR REPLACE FUNCTION care.observation_issues(bundle jsonb, report jsonb, patient jsonb)
RETURNS care.message_issue[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(
		SELECT (f.rule, left(f.value, 200), format('Bundle.entry.resource.ofType(Observation).where(id = ''%s'').%s', o.id, f.element))::care.message_issue
		FROM care.reported_observations(bundle, report) AS o
		CROSS JOIN LATERAL (SELECT coalesce(o.observation #> '{valueQuantity,value}', o.observation -> 'valueString') #>> '{}' AS value OFFSET 0) AS v
		CROSS JOIN LATERAL (VALUES
			(1, 'homecare-subject', 'subject', o.observation #>> '{subject,reference}',
				care.referenced_resource(bundle, o.observation #>> '{subject,reference}') IS DISTINCT FROM patient),
			(2, 'homecare-code', 'code', o.observation ->> 'code',
				NOT jsonb_path_exists(o.observation, '$.code.coding[*] ? (@.code != "" && (@.system == "urn:oid:1.2.208.176.2.1"
					|| @.system == "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-observation-codes"))')),
			(3, 'homecare-time', 'effective', o.observation ->> 'effectiveDateTime',
				smartcare.fhir_instant(o.observation ->> 'effectiveDateTime') IS NULL),
			(4, 'homecare-interpretation', 'interpretation', o.observation ->> 'interpretation',
				o.observation #>> '{interpretation,0,coding,0,code}' IS DISTINCT FROM 'NI'),
			(5, 'homecare-value', 'value', v.value, (length(v.value) BETWEEN 1 AND 12) IS NOT TRUE)
		) AS f (place, rule, element, value, broken)
		WHERE f.broken
		ORDER BY o.ordinal, f.place);
END
$$;
COMMENT ON FUNCTION care.observation_issues(jsonb, jsonb, jsonb) IS 'Internal: what is wrong with the Observations of a report.';

CREATE OR REPLACE FUNCTION care.check_homecare_observation(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	told CONSTANT text := r.provenance #>> '{activity,coding,0,code}';
	reason CONSTANT text := r.provenance #>> '{reason,0,coding,0,code}';
	path CONSTANT text := 'Bundle.entry.resource.ofType(DiagnosticReport)';
BEGIN
	IF r.patient IS NOT NULL AND care.person_number(r.patient) IS NULL THEN
		r.issues := r.issues || ('identifier', left(r.patient ->> 'identifier', 200),
			'Bundle.entry.resource.ofType(Patient).identifier')::care.message_issue;
	END IF;
	IF r.provenance IS NOT NULL THEN
		-- There is no stack: a report names the one before it, and that is what it waits for.
		IF cardinality(r.issues) > 0 THEN
			r.issues := ARRAY(SELECT i FROM unnest(r.issues) AS i WHERE i.rule <> 'provenance-stack');
		END IF;
		r.predecessor := care.followed_letter(r.provenance);
		r.kind := CASE told WHEN 'new-message' THEN 'new' WHEN 'modified-message' THEN 'modified' WHEN 'retract-message' THEN 'retracted' END;
		IF r.kind IS NULL THEN
			r.issues := r.issues || ('homecare-activity', left(told, 100), 'Bundle.entry.resource.ofType(Provenance).activity')::care.message_issue;
		ELSIF r.provenance #>> '{entity,0,role}' IS DISTINCT FROM
			(CASE r.kind WHEN 'modified' THEN 'revision' WHEN 'retracted' THEN 'removal' END)
		THEN
			r.issues := r.issues || ('homecare-follows', left(r.provenance ->> 'entity', 200), 'Bundle.entry.resource.ofType(Provenance).entity')::care.message_issue;
		END IF;
		IF r.kind = 'retracted' AND reason NOT IN ('incorrect-cpr', 'incorrect-receiver', 'incorrect-attachment') THEN
			r.issues := r.issues || ('homecare-reason', left(reason, 100), 'Bundle.entry.resource.ofType(Provenance).reason')::care.message_issue;
		END IF;
	END IF;
	IF smartcare.resource_identifier(r.receiver_resource, 'urn:oid:1.2.208.176.1.4') IS NULL AND r.receiver_resource IS NOT NULL THEN
		r.issues := r.issues || ('homecare-requester', left(r.receiver_resource ->> 'identifier', 200),
			'Bundle.entry[0].resource.destination.receiver')::care.message_issue;
	END IF;
	IF r.focus IS NULL THEN
		RETURN r;
	END IF;

	IF care.referenced_resource(r.bundle, r.focus #>> '{subject,reference}') IS DISTINCT FROM r.patient THEN
		r.issues := r.issues || ('homecare-subject', left(r.focus #>> '{subject,reference}', 200), path || '.subject')::care.message_issue;
	END IF;
	IF smartcare.fhir_instant(r.focus ->> 'issued') IS NULL THEN
		r.issues := r.issues || ('homecare-issued', left(r.focus ->> 'issued', 100), path || '.issued')::care.message_issue;
	END IF;
	IF care.report_producer(r.bundle, r.focus) IS NULL THEN
		r.issues := r.issues || ('homecare-producer', left(r.focus ->> 'performer', 200), path || '.performer')::care.message_issue;
	END IF;
	IF NOT EXISTS (SELECT FROM care.reported_observations(r.bundle, r.focus)) THEN
		r.issues := r.issues || ('homecare-result', left(r.focus ->> 'result', 200), path || '.result')::care.message_issue;
	END IF;
	r.issues := r.issues || care.observation_issues(r.bundle, r.focus, r.patient);
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.check_homecare_observation(care.received) IS 'Internal: the rules of HomeCareObservation 1.';

-- What the report says of measurements, under the key of its set; what cannot be one, as issues.
CREATE OR REPLACE FUNCTION care.record_report(r care.received, filed care.document_reference)
RETURNS care.message_issue[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	observations CONSTANT care.import_entry[] := ARRAY(
		SELECT ROW('Observation', o.id, NULL, filed.citizen, filed.version, filed.issued, NULL, o.observation, NULL)::care.import_entry
		FROM care.reported_observations(r.bundle, r.focus) AS o);
	origin CONSTANT jsonb := jsonb_strip_nulls(jsonb_build_object('letter', r.letter,
		'producer', care.report_producer(r.bundle, r.focus), 'organization', filed.author));
	said record;
	batches care.new_batch[];
	notes care.new_note[];
BEGIN
	said := care.observation_batches(observations);
	WITH kept AS MATERIALIZED (
		SELECT b.*, row_number() OVER (ORDER BY b.ordinality) AS number
		FROM unnest(said.batches) WITH ORDINALITY AS b
		WHERE b.points IS NOT NULL
	)
	SELECT
		(SELECT array_agg(ROW(k.citizen, k.measure, k.points, NULL, filed.set_key, filed.version, filed.issued, 'final',
			filed.digest::uuid, coalesce(k.source, '{}') || origin, NULL)::care.new_batch ORDER BY k.number) FROM kept k),
		(SELECT array_agg(ROW(k.number, n."time", n.measure, n.comparator, n.original_value, n.original_unit, n.note)::care.new_note)
			FROM unnest(said.notes) AS n JOIN kept k ON k.ordinality = n.batch)
	INTO batches, notes;
	-- A version with nothing takes the place of one with something.
	PERFORM care.add_batches(filed.citizen,
		coalesce(batches, ARRAY[care.withdrawal(filed.set_key, filed.version, filed.issued, 'the report has no measurements')]), notes);
	RETURN ARRAY(
		SELECT ('homecare-unrecorded', concat_ws(': ', o.content #>> '{code,coding,0,code}', coalesce(f.reason, 'it is text')),
			format('Bundle.entry.resource.ofType(Observation).where(id = ''%s'')', o.key))::care.message_issue
		FROM unnest(observations) WITH ORDINALITY AS o
		LEFT JOIN unnest(said.refusals) AS f ON f.key = o.key
		WHERE f.reason IS NOT NULL OR NOT EXISTS (SELECT FROM unnest(said.batches) AS b WHERE b.source_key = o.key AND b.points IS NOT NULL)
		ORDER BY o.ordinality);
END
$$;
COMMENT ON FUNCTION care.record_report(care.received, care.document_reference) IS
'Internal: adds what a report says to the citizen''s measurements, as one statement, with producer and message; returns an issue for each result that cannot be among them.';

CREATE OR REPLACE FUNCTION care.apply_homecare_observation(r care.received)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- No version comes after it.
	last_version CONSTANT bigint := 9223372036854775807;
	path CONSTANT text := 'Bundle.entry.resource.ofType(Provenance)';
	followed care.document_reference;
	filed care.document_reference;
	fault text;
BEGIN
	IF r.predecessor IS NOT NULL THEN
		SELECT * INTO followed FROM care.document_reference d
		WHERE r.entity = 'document_reference' AND d.citizen = r.citizen AND d.id = r.entry;
		fault := CASE
			WHEN followed.kind IS DISTINCT FROM 'HCO' THEN 'homecare-follows'
			WHEN followed.version = last_version THEN 'homecare-retracted'
			WHEN NOT (care.acts_for(r.sender, followed.author) OR care.acts_for(followed.author, r.sender)) THEN 'homecare-sender' END;
		IF fault IS NOT NULL THEN
			r.issues := r.issues || (fault, r.predecessor, path)::care.message_issue;
			r.status := 'refused';
			RETURN r;
		END IF;
	END IF;
	r.entity := 'document_reference';
	INSERT INTO care.document_reference AS d (citizen, status, kind, title, set_key, version, author, receiver, start_time, end_time,
		source, issued, digest)
	SELECT r.citizen, 'current', 'HCO',
		concat_ws(': ', 'Home care observations' || CASE r.kind WHEN 'new' THEN '' ELSE ', ' || r.kind END, left(nullif(btrim(regexp_replace(r.focus ->> 'conclusion', '\s+', ' ', 'g')), ''), 100)),
		coalesce(followed.set_key, r.letter),
		CASE r.kind WHEN 'new' THEN 1 WHEN 'modified' THEN followed.version + 1 ELSE last_version END,
		r.sender, r.receiver, min(o."time"), max(o."time"), r.letter, smartcare.fhir_instant(r.focus ->> 'issued'),
		md5(concat(r.letter, r.focus, string_agg(o.observation::text, ' ' ORDER BY o.ordinal)))
	FROM (
		SELECT n.ordinal, n.observation, smartcare.fhir_instant(n.observation ->> 'effectiveDateTime') AS "time"
		FROM care.reported_observations(r.bundle, r.focus) AS n
	) AS o
	RETURNING * INTO filed;
	r.entry := filed.id;
	PERFORM care.settle_documents(r.citizen, ARRAY[filed.set_key]);
	IF r.kind = 'retracted' THEN
		PERFORM care.add_batches(r.citizen, ARRAY[care.withdrawal(filed.set_key, filed.version, filed.issued, 'the report was retracted')]);
	ELSE
		r.issues := r.issues || care.record_report(r, filed);
	END IF;
	PERFORM care.retract_documents(r.citizen, filed.set_key, last_version);
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.apply_homecare_observation(care.received) IS
'Internal: files a report for its receiver to read, and what it says with the measurements; one that modifies or retracts another takes its place in both.';

CREATE OR REPLACE FUNCTION care.retract_documents(citizen bigint, set_key text, version bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH wrong AS (
		SELECT d.id, d.status, d.source FROM care.document_reference d
		WHERE d.citizen = retract_documents.citizen AND d.set_key = retract_documents.set_key
			AND d.version < retract_documents.version AND d.status <> 'entered-in-error'
			AND EXISTS (
				SELECT FROM care.document_reference o
				WHERE o.citizen = d.citizen AND o.set_key = d.set_key AND o.version = retract_documents.version)
	), event AS (
		INSERT INTO care.workflow_event (citizen, entity, entry, step, from_status, to_status, event_time, request_id)
		SELECT retract_documents.citizen, 'document_reference', w.id, 'retract_document', w.status, 'entered-in-error', now(), 'retracted ' || w.source
		FROM wrong w
	)
	UPDATE care.document_reference d SET status = 'entered-in-error'
	FROM wrong w WHERE d.citizen = retract_documents.citizen AND d.id = w.id;
END
$$;
COMMENT ON FUNCTION care.retract_documents(bigint, text, bigint) IS
'Internal: marks the earlier versions of a set entered-in-error where it has the version that retracts them; they are kept.';
