-- Letters and envelopes that came before: the first one wins, and its answer.

CREATE OR REPLACE FUNCTION care.message_content(bundle jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(to_jsonb(care.letter_content(bundle #>> '{letter,text}')), (
		SELECT jsonb_agg(n.content ORDER BY n.content)
		FROM (
			SELECT CASE resource ->> 'resourceType'
				WHEN 'Provenance' THEN resource - '{id,meta,text,occurredDateTime,recorded}'::text[]
				ELSE resource - '{meta,text}'::text[] END AS content
			FROM jsonb_path_query(bundle, '$.entry[*].resource') AS resource
			WHERE jsonb_typeof(resource) = 'object'
		) AS n));
END
$$;
COMMENT ON FUNCTION care.message_content(jsonb) IS
'Internal: what stays the same when a message is sent again: all but envelope, narrative, and the times of Provenance.';

CREATE OR REPLACE FUNCTION care.is_other_content(first care.letter, bundle jsonb)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept text;
BEGIN
	SELECT m.body INTO kept FROM care.message m WHERE m.received_at = first.message_received_at AND m.id = first.message;
	RETURN coalesce(care.message_content((care.read_message(kept, first.received_at, first.message)).bundle)
		<> care.message_content(bundle), false);
END
$$;
COMMENT ON FUNCTION care.is_other_content(care.letter, jsonb) IS
'Internal: whether a message says something else than the letter that came first under its id; false when that is not kept.';

CREATE OR REPLACE FUNCTION care.recall_letter(r care.received, is_new boolean, is_new_envelope boolean)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	first care.letter;
	envelope_letter text;
BEGIN
	IF NOT is_new_envelope THEN
		SELECT e.letter INTO envelope_letter FROM care.envelope e WHERE e.envelope = r.envelope;
		IF envelope_letter <> r.letter THEN
			r.issues := r.issues || ('envelope-reused', r.envelope, 'Bundle.id')::care.message_issue;
		END IF;
	END IF;
	IF is_new THEN
		RETURN r;
	END IF;

	SELECT * INTO first FROM care.letter l WHERE l.letter = r.letter AND l.direction = 'in';
	IF first.answer = 'transient-error' THEN
		-- It may be tried again.
		first := care.lock_letter(r.letter);
	END IF;
	IF care.is_other_content(first, r.bundle) THEN
		r.issues := r.issues || ('letter-reused', r.letter, 'Bundle.entry[0].resource.id')::care.message_issue;
		r.status := 'conflicting';
	ELSIF envelope_letter <> r.letter THEN
		r.status := 'conflicting';
	ELSIF first.answer IS DISTINCT FROM 'transient-error'
		OR (envelope_letter IS NULL) <> (care.setting('message_duplicate_table') = 'fhir')
	THEN
		r.status := 'duplicate';
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.recall_letter(care.received, boolean, boolean) IS
'Internal: a message whose letter or envelope came before. With a status where there is nothing to process: duplicate, or conflicting.';

CREATE OR REPLACE FUNCTION care.answer_again(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	issues CONSTANT care.message_issue[] := r.issues;
	first care.letter;
BEGIN
	-- For those to whom it goes; what is wrong with it was said the first time.
	r := care.check_message(r);
	SELECT * INTO first FROM care.letter l WHERE l.letter = r.letter AND l.direction = 'in';
	IF r.status = 'duplicate' THEN
		r.answer := coalesce(first.answer, 'ok');
		r.issues := coalesce(first.issues, '{}');
	ELSE
		r.answer := 'fatal-error';
		r.issues := issues;
	END IF;
	r.sender := first.sender;
	r.receiver := first.receiver;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.answer_again(care.received) IS
'Internal: a letter that came before: as it was answered first, or that its id is another one''s.';
