-- Receiving a document: kept first, then read, and reported on. What cannot be read
-- or filed is refused or parked with a code; nothing of it is then in the record.

CREATE OR REPLACE FUNCTION care.read_received(received care.document, decided bigint DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	text_read record;
	header jsonb;
	fault record;
	whom record;
	told jsonb := jsonb '{}';
BEGIN
	text_read := care.document_xml(received.content);
	IF text_read.code IS NOT NULL THEN
		RETURN care.document_refusal(told, text_read.code, text_read.reason);
	END IF;
	header := care.document_header(text_read.doc);
	told := jsonb_build_object('document', header -> 'document', 'set_id', header -> 'set',
		'version', coalesce(header -> 'version', '1'), 'type', header -> 'kind');
	fault := care.header_fault(header);
	IF fault.code IS NOT NULL THEN
		RETURN care.document_refusal(told, fault.code, fault.reason);
	END IF;
	-- Before any citizen is locked, as an import does.
	PERFORM care.add_document_organizations((
		SELECT jsonb_agg(jsonb_build_object('sor', o.sor, 'name', o.name))
		FROM (
			SELECT header ->> p.party AS sor, header ->> (p.party || '_name') AS name
			FROM unnest('{author,custodian,receiver}'::text[]) AS p (party)
			UNION ALL
			SELECT a.performer, a.performer_name FROM care.read_appointments(text_read.doc) AS a WHERE header ->> 'kind' IN ('APD', 'CPD')
		) AS o));
	IF decided IS NULL THEN
		whom := care.document_citizen(header);
		IF whom.reason IS NOT NULL THEN
			RETURN care.document_refusal(told, 'contradiction', whom.reason) || '{"status": "parked"}';
		END IF;
		decided := whom.citizen;
	ELSE
		PERFORM care.withdraw_set(w.citizen, header ->> 'set')
		FROM (
			SELECT DISTINCT r.citizen FROM care.document_reference r
			WHERE r.set_key = header ->> 'set' AND r.status <> 'entered-in-error' AND r.citizen <> read_received.decided
		) AS w;
	END IF;
	RETURN told || care.file_document(received.id, md5(received.hash), text_read.doc, header, decided);
END
$$;
COMMENT ON FUNCTION care.read_received(care.document, bigint) IS
'Internal: reads a document that is kept, and files it with the citizen whom it is about, or whom a person decided on.';

CREATE OR REPLACE FUNCTION care.document_refusal(told jsonb, code text, reason text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN told || pg_catalog.jsonb_build_object('status', 'refused', 'refused',
	pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('what', 'document', 'code', code, 'reason', reason)));
COMMENT ON FUNCTION care.document_refusal(jsonb, text, text) IS
'Internal: the report on a document that is refused whole.';

CREATE OR REPLACE FUNCTION care.process_document(received care.document, decided bigint DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	told jsonb;
BEGIN
	BEGIN
		told := care.read_received(received, decided);
		-- Whom a parked document might be about is not registered for that.
		IF told ->> 'status' = 'parked' THEN
			RAISE EXCEPTION 'parked' USING ERRCODE = 'PARKD';
		END IF;
	EXCEPTION
		WHEN SQLSTATE 'PARKD' THEN
			NULL;
		-- What has to do with this server or session and not with the document may pass when it comes again.
		WHEN insufficient_resources OR operator_intervention OR system_error OR transaction_rollback OR lock_not_available
			OR feature_not_supported THEN
			RAISE;
		WHEN invalid_xml_document THEN
			told := care.document_refusal('{}', 'not-xml', 'it is not well-formed XML: ' || SQLERRM);
		WHEN OTHERS THEN
			told := care.document_refusal('{}', 'failed ' || SQLSTATE, SQLERRM);
	END;
	told := '{"refused": [], "warnings": []}' || jsonb_strip_nulls(told) || jsonb_build_object('received', received.id);
	UPDATE care.document d
	SET status = CASE WHEN told ->> 'status' IN ('refused', 'parked') THEN told ->> 'status' ELSE 'processed' END,
		citizen = (told ->> 'citizen')::bigint, entry = (told ->> 'entry')::bigint, report = told
	WHERE d.id = received.id;
	RETURN told;
END
$$;
COMMENT ON FUNCTION care.process_document(care.document, bigint) IS
'Internal: reads a document in a sub-transaction, of which nothing stays if it is refused or parked, and keeps the report.';

CREATE OR REPLACE FUNCTION care.receive_document(document text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	received care.document;
BEGIN
	IF coalesce(document, '') = '' THEN
		RETURN care.document_refusal('{"warnings": []}', 'not-xml', 'there is no document');
	END IF;
	-- Of two sessions with one document the second waits here, and then finds what the first did.
	INSERT INTO care.document AS d (hash, content, status, report)
	VALUES (sha256(convert_to(document, 'UTF8')), document, 'refused', '{}')
	ON CONFLICT (hash) DO UPDATE SET deliveries = d.deliveries + 1
	RETURNING * INTO received;
	IF received.status = 'processed' THEN
		RETURN received.report || '{"status": "unchanged"}';
	ELSIF received.report ? 'decided' THEN
		RETURN received.report;
	END IF;
	RETURN care.process_document(received);
END
$$;
COMMENT ON FUNCTION care.receive_document(text) IS
'Takes in an HL7 CDA document (PHMR measurements at home, QRD answers, APD appointment, CPD care plan), and reports: document, set_id, version, type, citizen and entry (of care.document_reference), status, what it said, what of it was refused, warnings. status: created; replaced: it takes the place of an earlier version; older: a later version has come before it; unchanged: it has come before; parked: who it is about is contradicted, and care.accept_document() or care.refuse_document() decides; refused, with a code. What comes is kept whole in care.document, whatever it is. The order in which versions come does not matter. Errors: 0A000 the server has no XML, or another isolation level than READ COMMITTED; those of a server in need.';

CREATE OR REPLACE FUNCTION care.parked_document(document bigint)
RETURNS care.document
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_document care.document;
BEGIN
	SELECT * INTO found_document FROM care.document d WHERE d.id = parked_document.document FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no document %', document
			USING ERRCODE = 'no_data_found',
			HINT = 'care.document lists those that came.';
	ELSIF found_document.status <> 'parked' THEN
		RAISE EXCEPTION 'document % is not parked but %', document, found_document.status
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN found_document;
END
$$;
COMMENT ON FUNCTION care.parked_document(bigint) IS
'Internal: locks a document on which a person decides. Errors: P0002 no such document, 55000 not parked.';

CREATE OR REPLACE FUNCTION care.accept_document(document bigint, citizen bigint)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parked CONSTANT care.document := care.parked_document(accept_document.document);
BEGIN
	-- In the order of their numbers, so that two sessions do not wait for each other.
	PERFORM care.lock_citizen(w.citizen)
	FROM (
		SELECT r.citizen FROM care.document_reference r
		WHERE r.set_key = parked.report ->> 'set_id' AND r.status <> 'entered-in-error'
		UNION
		SELECT accept_document.citizen
		ORDER BY 1
	) AS w;
	RETURN care.process_document(parked, care.lock_citizen(accept_document.citizen));
END
$$;
COMMENT ON FUNCTION care.accept_document(bigint, bigint) IS
'A person decides that a parked document is about this citizen, and it is filed; versions of it that had been filed with somebody else are entered in error. Returns the report, as care.receive_document(). Errors: P0002 no such document, 55000 not parked, 23503 unknown citizen.';

CREATE OR REPLACE FUNCTION care.refuse_document(document bigint, reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parked CONSTANT care.document := care.parked_document(refuse_document.document);
BEGIN
	IF coalesce(reason, '') = '' THEN
		RAISE EXCEPTION 'a refusal needs a reason' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	UPDATE care.document d
	SET status = 'refused', report = care.document_refusal(d.report, 'decided', reason)
		|| jsonb_build_object('decided', jsonb_build_object('by', smartcare.my_role(), 'at', now()))
	WHERE d.id = parked.id;
END
$$;
COMMENT ON FUNCTION care.refuse_document(bigint, text) IS
'A person decides that a parked document is not to be filed, also if it comes again; it stays in care.document. Errors: P0002 no such document, 55000 not parked, 22004 no reason.';

CREATE OR REPLACE FUNCTION care.read_document(
	citizen bigint, document bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'document_reference', document, 'read_document', organization,
		request_id, event_time);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.document_reference r
		SET read_at = coalesce(r.read_at, event_time), read_by = coalesce(r.read_by, read_document.organization)
		WHERE r.citizen = result.citizen AND r.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.read_document(bigint, bigint, bigint, text, timestamptz) IS
'Step: the receiver has read a document (an id of care.document_reference), which leaves its work-list. Errors: as care.take_step().';
