-- What people do with messages: decide about those that wait for them, try again what
-- failed; and what keeps the table of messages in order.

-- A letter that came before is locked after its citizen: who releases what waits for a letter holds the citizen already.
CREATE OR REPLACE FUNCTION care.lock_letter(letter text)
RETURNS care.letter
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_letter care.letter;
BEGIN
	SELECT * INTO found_letter FROM care.letter l WHERE l.letter = lock_letter.letter AND l.direction = 'in';
	PERFORM care.lock_citizen(found_letter.citizen) WHERE found_letter.citizen IS NOT NULL;
	SELECT * INTO found_letter FROM care.letter l WHERE l.letter = lock_letter.letter AND l.direction = 'in' FOR UPDATE;
	RETURN found_letter;
END
$$;
COMMENT ON FUNCTION care.lock_letter(text) IS
'Internal: locks a letter that came before, to process it again, and before it the citizen whom it is about; null if there is none.';

CREATE OR REPLACE FUNCTION care.try_letter(letter text, statuses text[], decided boolean)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_letter CONSTANT care.letter := care.lock_letter(letter);
	r care.received;
BEGIN
	IF found_letter.letter IS NULL THEN
		RAISE EXCEPTION 'no letter "%" has come', letter
			USING ERRCODE = 'no_data_found';
	ELSIF found_letter.status <> ALL (statuses)
		OR decided AND NOT EXISTS (SELECT FROM unnest(found_letter.issues) AS i WHERE i.rule IN ('identity', 'dependence'))
	THEN
		RAISE EXCEPTION 'letter "%" is %: there is nothing to decide', letter, concat_ws(', ', found_letter.status, found_letter.reason)
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF decided THEN
		UPDATE care.letter l SET accepted_by = smartcare.my_role() WHERE l.letter = found_letter.letter AND l.direction = 'in';
	END IF;
	r := care.reread_letter(found_letter.letter);
	IF r.letter IS NULL THEN
		RAISE EXCEPTION 'the message with letter "%" is not kept any more', letter
			USING ERRCODE = 'no_data_found';
	END IF;
	r := care.process_message(r);
	PERFORM care.settle_kept(r);
	IF r.status IN ('processed', 'dropped') THEN
		PERFORM care.release_letters(r.letter);
	END IF;
	RETURN care.answer(r);
END
$$;
COMMENT ON FUNCTION care.try_letter(text, text[], boolean) IS 'Internal: processes a letter again that came before, if its status is one of these.';

CREATE OR REPLACE FUNCTION care.replay_message(letter text)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.try_letter(letter, '{failed,refused,parked}', false);
COMMENT ON FUNCTION care.replay_message(text) IS
'Tries a letter again that failed, was refused or is parked, and what waits for it. Returns the answer to send, as care.receive(). Errors: P0002 no such letter, or its message is not kept; 55000 it has been processed or dropped.';

CREATE OR REPLACE FUNCTION care.accept_message(letter text)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.try_letter(letter, '{parked}', true);
COMMENT ON FUNCTION care.accept_message(text) IS
'A person has decided: a letter whose name or birth date contradicts the identifier is about its owner, or what others did after it has been sorted out. It is processed, and what waits for it. Returns the answer, which had been ok. Errors: P0002 no such letter; 55000 it does not wait for a person.';

CREATE OR REPLACE FUNCTION care.refuse_message(letter text, reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF coalesce(reason, '') = '' THEN
		RAISE EXCEPTION 'a refusal needs a reason'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM care.lock_letter(letter);
	UPDATE care.letter l SET
		status = 'refused', reason = refuse_message.reason,
		-- Final, so that it is not tried again when it is sent again.
		answer = CASE l.answer WHEN 'transient-error' THEN 'fatal-error' ELSE l.answer END,
		issues = l.issues || ('refused-by-person', refuse_message.reason, NULL)::care.message_issue
	WHERE l.letter = refuse_message.letter AND l.direction = 'in' AND l.status IN ('parked', 'failed');
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no letter "%" is parked or has failed', letter
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
END
$$;
COMMENT ON FUNCTION care.refuse_message(text, text) IS
'A person has decided: a letter that is parked or failed is not processed. The answer was given when it came; who wrote it is told by other means. Errors: 55000 it is not parked and has not failed, 22004 no reason.';

CREATE OR REPLACE PROCEDURE care.maintain_messages(months_ahead integer DEFAULT 3)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	oldest CONSTANT timestamptz := now() - care.setting('message_retention')::interval;
BEGIN
	-- Letters before messages, as who receives one takes them.
	DELETE FROM care.letter l WHERE l.received_at < oldest;
	DELETE FROM care.envelope e WHERE e.received_at < oldest;
	PERFORM care.keep_partitions('care.message', months_ahead, oldest, true);
END
$$;
COMMENT ON PROCEDURE care.maintain_messages(integer) IS
'Makes the partitions of care.message for this month and those ahead, with what came before there was one, and forgets what is older than the setting message_retention. To be called now and then, at least every few months; messages come in all the while, but for a moment. Errors: 55P03 a transaction has kept the table of messages for more than 5 seconds; call it again.';
