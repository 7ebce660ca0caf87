-- Messages in, exactly once.
--
-- care.receive() reads a message, claims its letter, checks it, applies it in a
-- sub-transaction, keeps it, and answers. On its way the message is a care.received:
--
--   read_message()    received_at, message (the row in care.message), bundle, envelope, letter, header, standard (its versions
--                     and focus_type), issues
--   check_bundle()    sender_resource, receiver_resource, focus (the resource that it is about), patient; provenance (this
--                     letter's) and event_time from it; previous (Provenance of the letter before) and predecessor (its letter)
--   check_<standard>  kind; episodes; predecessor where the standard thinks otherwise (null: waits for nothing); issues
--   apply_message()   sender, receiver, citizen (locked); kind, entity and entry of the predecessor, which has been processed
--   apply_<standard>  entity and entry that it became or changed; status, if it is to be another than 'processed'
--
-- Of a letter in OIOXML read_letter() finds what check_bundle() does of a message in FHIR, and kind and episodes.
--
-- A standard is a row of care.message_standard and two functions, each called in one
-- place below: care.check_<standard>(care.received) RETURNS care.received, which
-- writes nothing, and care.apply_<standard>(care.received) RETURNS care.received. An
-- issue is r.issues || ('rule', diagnostics, expression)::care.message_issue, its
-- rule a row of care.message_rule; any that is fatal or an error has the message refused:
-- from check_ before anything is written, from apply_ by RAISE or by status 'refused', both undo
-- what it did. An error raised in apply_ gives the status failed or, where it says that the record
-- does not allow it, refused (care.failure_rule()).

CREATE OR REPLACE FUNCTION care.is_refused(issues care.message_issue[])
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT EXISTS (
		SELECT FROM pg_catalog.unnest(issues) AS i
		JOIN care.message_rule m ON m.rule = i.rule
		WHERE m.severity IN ('fatal', 'error'));
END;
COMMENT ON FUNCTION care.is_refused(care.message_issue[]) IS 'Internal: whether any of some issues has the message refused.';

-- What may pass by itself, what only a person can decide, what the record does not allow, and what should not happen.
CREATE OR REPLACE FUNCTION care.failure_rule(state text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN state LIKE '40%' OR state LIKE '53%' OR state LIKE '57%' OR state LIKE '58%' OR state IN ('55P03', '55006') THEN 'trouble'
	WHEN state = '2BP01' THEN 'dependence'
	WHEN state = '23000' THEN 'identity'
	WHEN state IN ('55000', '22008', '42501', 'P0002', '22023', '22004', '23514', '22P02', '23505') THEN 'refused-step'
	ELSE 'exception'
END;
COMMENT ON FUNCTION care.failure_rule(text) IS 'Internal: the rule of care.message_rule for an SQLSTATE that applying a message raised.';

-- What a message does, all or nothing.
CREATE OR REPLACE FUNCTION care.apply_message(r care.received)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before care.letter;
BEGIN
	r.sender := coalesce(r.sender, care.known_organization(r.sender_resource,
		CASE r.standard WHEN 'hospital-notification' THEN 'hospital' WHEN 'oioxml' THEN r.bundle #>> '{letter,type,sender_sector}' END, true));
	r.receiver := coalesce(r.receiver, care.known_organization(r.receiver_resource, r.bundle #>> '{letter,type,receiver_sector}', true));
	IF r.sender IS NULL THEN
		r.issues := r.issues || ('sender-unknown', r.sender_resource ->> 'name', 'Bundle.entry[0].resource.sender')::care.message_issue;
	END IF;
	IF r.receiver IS NULL THEN
		r.issues := r.issues || ('receiver-unknown', r.receiver_resource ->> 'name', 'Bundle.entry[0].resource.destination.receiver')::care.message_issue;
	END IF;
	IF r.sender IS NULL OR r.receiver IS NULL THEN
		r.status := 'refused';
		RETURN r;
	END IF;

	IF r.standard = 'hospital-notification' AND NOT care.may_keep(r) THEN
		r.status := 'dropped';
		RETURN r;
	END IF;
	-- Under the citizen's lock, so that a letter and the one that it waits for cannot pass each other.
	IF r.patient IS NOT NULL THEN
		r.citizen := care.lock_citizen(care.message_citizen(r));
	END IF;
	IF r.predecessor IS NOT NULL THEN
		SELECT * INTO before FROM care.letter l WHERE l.letter = r.predecessor AND l.direction = 'in';
		IF before.status = 'dropped' THEN
			r.citizen := NULL;
			r.status := 'dropped';
			RETURN r;
		ELSIF before.status IS DISTINCT FROM 'processed' THEN
			r.status := 'parked';
			r.reason := format('it follows %s, which %s', r.predecessor,
				CASE before.status WHEN 'parked' THEN 'waits itself' WHEN 'refused' THEN 'was refused' WHEN 'failed' THEN 'failed'
					ELSE 'has not come' END);
			r.issues := r.issues || ('predecessor', r.predecessor, 'Bundle.entry.resource.ofType(Provenance).target')::care.message_issue;
			RETURN r;
		-- The stay may have been moved to the right citizen, or parted with the records.
		ELSIF care.current_citizen(before.citizen) <> r.citizen
			AND NOT EXISTS (SELECT FROM care.encounter e WHERE e.citizen = r.citizen AND e.id = before.entry AND before.entity = 'encounter')
		THEN
			r.issues := r.issues || ('predecessor-citizen', r.predecessor, 'Bundle.entry.resource.ofType(Patient).identifier')::care.message_issue;
			r.status := 'refused';
			RETURN r;
		END IF;
		r.predecessor_kind := before.kind;
		r.entity := before.entity;
		r.entry := before.entry;
	END IF;
	r.status := 'processed';
	CASE r.standard
	WHEN 'hospital-notification' THEN r := care.apply_hospital_notification(r);
	WHEN 'acknowledgement' THEN r := care.apply_acknowledgement(r);
	WHEN 'care-communication' THEN r := care.apply_care_communication(r);
	WHEN 'homecare-observation' THEN r := care.apply_homecare_observation(r);
	WHEN 'oioxml' THEN r := care.apply_letter(r);
	END CASE;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.apply_message(care.received) IS
'Internal: finds organizations, citizen and predecessor of a message that has passed its checks, and does what it says.';

CREATE OR REPLACE FUNCTION care.process_message(r care.received)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	applied care.received;
	rule text;
BEGIN
	IF cardinality(r.issues) > 0 AND care.is_refused(r.issues) THEN
		r.status := 'refused';
		r.answer := 'fatal-error';
		RETURN care.message_parties(r);
	END IF;
	BEGIN
		applied := care.apply_message(r);
		IF applied.status = 'refused' THEN
			RAISE EXCEPTION USING ERRCODE = 'SC001';
		END IF;
		applied.answer := 'ok';
		RETURN applied;
	EXCEPTION
	WHEN SQLSTATE 'SC001' THEN
		r.issues := applied.issues;
		r.reason := applied.reason;
		r.status := 'refused';
		r.answer := 'fatal-error';
	WHEN OTHERS THEN
		rule := care.failure_rule(SQLSTATE);
		r.reason := format('%s (%s)', SQLERRM, SQLSTATE);
		r.issues := r.issues || (rule, r.reason, NULL)::care.message_issue;
		r.status := CASE rule WHEN 'identity' THEN 'parked' WHEN 'dependence' THEN 'parked' WHEN 'refused-step' THEN 'refused' ELSE 'failed' END;
		r.answer := CASE rule WHEN 'identity' THEN 'ok' WHEN 'dependence' THEN 'ok' WHEN 'trouble' THEN 'transient-error' ELSE 'fatal-error' END;
	END;
	RETURN care.message_parties(r);
END
$$;
COMMENT ON FUNCTION care.process_message(care.received) IS
'Internal: applies a message that has been checked, in a sub-transaction, of which nothing stays unless all does; says what came of it.';

CREATE OR REPLACE FUNCTION care.settle_letter(r care.received)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE care.letter l SET
		standard = r.standard, kind = r.kind, status = r.status, reason = r.reason,
		answer = CASE WHEN l.answer = 'ok' THEN 'ok' ELSE r.answer END, issues = nullif(r.issues, '{}'),
		sender = r.sender, receiver = r.receiver, citizen = r.citizen, event_time = r.event_time,
		predecessor = r.predecessor, episodes = CASE WHEN r.status <> 'dropped' THEN r.episodes END,
		entity = r.entity, entry = r.entry,
		message_received_at = r.received_at, message = r.message,
		applied_at = CASE r.status WHEN 'processed' THEN clock_timestamp() END
	WHERE l.letter = r.letter AND l.direction = 'in';
END
$$;
COMMENT ON FUNCTION care.settle_letter(care.received) IS 'Internal: writes down what became of a letter.';

CREATE OR REPLACE FUNCTION care.settle_kept(r care.received)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.settle_letter(r);
	IF r.status = 'dropped' THEN
		UPDATE care.message m SET body = NULL WHERE m.letter = r.letter AND m.direction = 'in' AND m.received_at >= r.received_at;
	END IF;
END
$$;
COMMENT ON FUNCTION care.settle_kept(care.received) IS
'Internal: writes down what became of a letter that had come before, and forgets what it said if it turns out that its receiver may not keep it.';

-- What waited for a letter, and for those in turn, the earliest event first.
CREATE OR REPLACE FUNCTION care.release_letters(letter text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	processed text[] := ARRAY[release_letters.letter];
	tried text[] := ARRAY[release_letters.letter];
	waiting record;
	r care.received;
BEGIN
	LOOP
		SELECT l.letter, l.message_received_at, l.message INTO waiting
		FROM care.letter l
		WHERE l.predecessor = ANY (processed) AND l.status = 'parked' AND l.direction = 'in' AND l.letter <> ALL (tried)
		ORDER BY l.event_time, l.letter
		LIMIT 1;
		EXIT WHEN NOT FOUND;
		tried := tried || waiting.letter;
		r := care.reread_letter(waiting.letter);
		CONTINUE WHEN r.letter IS NULL;
		r := care.process_message(r);
		PERFORM care.settle_kept(r);
		IF r.status IN ('processed', 'dropped') THEN
			processed := processed || r.letter;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.release_letters(text) IS
'Internal: processes the letters that waited for one, and those that waited for them: each once, in the order of the events.';

CREATE OR REPLACE FUNCTION care.check_message(r care.received)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF r.header IS NOT NULL THEN
		r := care.check_bundle(r);
	END IF;
	CASE r.standard
	WHEN 'hospital-notification' THEN RETURN care.check_hospital_notification(r);
	WHEN 'acknowledgement' THEN RETURN care.check_acknowledgement(r);
	WHEN 'care-communication' THEN RETURN care.check_care_communication(r);
	WHEN 'homecare-observation' THEN RETURN care.check_homecare_observation(r);
	WHEN 'oioxml' THEN RETURN care.check_letter(r);
	ELSE
		IF r.standard IS NOT NULL THEN
			r.issues := r.issues || ('unsupported', r.standard, NULL)::care.message_issue;
		END IF;
		RETURN r;
	END CASE;
EXCEPTION WHEN OTHERS THEN
	r.issues := r.issues || ('exception', format('%s (%s)', SQLERRM, SQLSTATE), NULL)::care.message_issue;
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.check_message(care.received) IS 'Internal: holds a message against all rules; what the rules could not handle is an issue, too.';

CREATE OR REPLACE FUNCTION care.reread_letter(letter text)
RETURNS care.received
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept record;
	r care.received;
BEGIN
	SELECT m.body, m.received_at, m.id, l.accepted_by INTO kept
	FROM care.letter l
	JOIN care.message m ON m.received_at = l.message_received_at AND m.id = l.message
	WHERE l.letter = reread_letter.letter AND l.direction = 'in';
	IF kept.body IS NULL THEN
		RETURN NULL;
	END IF;
	r := care.read_message(kept.body, kept.received_at, kept.id);
	r.accepted := kept.accepted_by IS NOT NULL;
	RETURN care.check_message(r);
END
$$;
COMMENT ON FUNCTION care.reread_letter(text) IS 'Internal: a letter that came before, read and checked again; null if its message is not kept any more.';

CREATE OR REPLACE FUNCTION care.receive(message text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- Planning takes longer than what is planned.
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	r care.received;
	is_new boolean;
	kept boolean;
	is_awaited boolean;
BEGIN
	IF message IS NULL THEN
		RAISE EXCEPTION 'there is no message to receive'
			USING ERRCODE = 'null_value_not_allowed';
	ELSIF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
		RAISE EXCEPTION 'messages cannot be received at isolation level %', current_setting('transaction_isolation')
			USING ERRCODE = 'feature_not_supported',
				HINT = 'Use READ COMMITTED: of two sessions with one letter the second waits, and has to see what the first did.';
	END IF;
	r := care.read_message(message, clock_timestamp(), nextval('care.message_id_seq'));
	IF r.letter IS NULL THEN
		r.status := 'refused';
		r.answer := 'fatal-error';
		IF r.bundle IS NOT NULL THEN
			r := care.check_message(r);
		END IF;
	ELSE
		-- Of two sessions with one letter the second waits here.
		INSERT INTO care.letter (letter, status, message_received_at, message, received_at)
		VALUES (r.letter, 'received', r.received_at, r.message, r.received_at)
		ON CONFLICT ON CONSTRAINT letter_pkey DO NOTHING;
		is_new := FOUND;
		INSERT INTO care.envelope (envelope, letter, received_at)
		SELECT r.envelope, r.letter, r.received_at WHERE r.envelope IS NOT NULL
		ON CONFLICT ON CONSTRAINT envelope_pkey DO NOTHING;
		IF NOT (is_new AND FOUND) THEN
			r := care.recall_letter(r, is_new, FOUND);
		END IF;
		IF r.status IS NULL THEN
			r := care.process_message(care.check_message(r));
			PERFORM care.settle_letter(r);
		ELSE
			r := care.answer_again(r);
		END IF;
	END IF;
	-- What was dropped is dropped when it comes again, too.
	kept := r.status <> 'dropped';
	IF r.status IN ('duplicate', 'conflicting') THEN
		kept := NOT EXISTS (SELECT FROM care.letter l WHERE l.letter = r.letter AND l.direction = 'in' AND l.status = 'dropped');
	END IF;
	INSERT INTO care.message (received_at, id, direction, standard, envelope, letter, sender, receiver, status, issues, hash, body)
	VALUES (r.received_at, r.message, 'in', r.standard, r.envelope, r.letter, r.sender, r.receiver, r.status, nullif(r.issues, '{}'),
		sha256(convert_to(message, 'UTF8')), CASE WHEN kept THEN message END)
	RETURNING r.status IN ('processed', 'dropped') AND EXISTS (
		SELECT FROM care.letter l WHERE l.predecessor = r.letter AND l.status = 'parked' AND l.direction = 'in') INTO is_awaited;
	IF is_awaited THEN
		PERFORM care.release_letters(r.letter);
	END IF;
	RETURN care.answer(r);
END
$$;
COMMENT ON FUNCTION care.receive(text) IS
'Takes a message that came: keeps it, whatever it is, does what it says, and returns the Acknowledgement message to send back (null to an acknowledgement). A letter that came before changes nothing and gets its first answer again. Raises no error for what is in the message. Errors: 22004 no message, 0A000 at another isolation level than READ COMMITTED.';
