-- What people do with messages: decide about those that wait for them, try again what
-- failed; and what keeps the table of messages in order.

CREATE OR REPLACE FUNCTION care.try_letter(letter text, statuses text[], decided boolean)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_letter care.letter;
	r care.received;
BEGIN
	SELECT * INTO found_letter FROM care.letter l WHERE l.letter = try_letter.letter AND l.direction = 'in' FOR UPDATE;
	IF NOT FOUND THEN
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

CREATE OR REPLACE FUNCTION care.message_partition(month timestamptz)
RETURNS name
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.to_char(month AT TIME ZONE 'UTC', '"message_"YYYY_MM');
COMMENT ON FUNCTION care.message_partition(timestamptz) IS 'Internal: name of the partition of care.message for a month, in UTC.';

CREATE OR REPLACE PROCEDURE care.maintain_messages(months_ahead integer DEFAULT 3)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	limit_time CONSTANT timestamptz := now() - care.setting('message_retention')::interval;
	month timestamptz;
	partition record;
BEGIN
	FOR month IN SELECT generate_series(date_trunc('month', now()), date_trunc('month', now()) + make_interval(months => months_ahead), interval '1 month') LOOP
		CONTINUE WHEN to_regclass('care.' || care.message_partition(month)) IS NOT NULL;
		-- First of all the lock that everybody takes first, so that no message is on its way to another partition.
		LOCK TABLE care.message IN ACCESS EXCLUSIVE MODE;
		EXECUTE format('CREATE TABLE care.%I (LIKE care.message INCLUDING ALL)', care.message_partition(month));
		EXECUTE format('COMMENT ON TABLE care.%I IS %L', care.message_partition(month), to_char(month, '"Messages of" YYYY-MM (UTC).'));
		-- What came while the month had no partition.
		EXECUTE format(
			'WITH moved AS (DELETE FROM care.message_default m WHERE m.received_at >= $1 AND m.received_at < $2 RETURNING m.*) '
			'INSERT INTO care.%I SELECT m.* FROM moved m', care.message_partition(month))
		USING month, month + interval '1 month';
		EXECUTE format('ALTER TABLE care.message ATTACH PARTITION care.%I FOR VALUES FROM (%L) TO (%L)',
			care.message_partition(month), month, month + interval '1 month');
	END LOOP;

	FOR partition IN
		SELECT i.inhrelid::regclass AS name
		FROM pg_inherits i
		JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'care.message'::regclass AND c.relname ~ '^message_\d{4}_\d\d$'
			AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= limit_time
	LOOP
		LOCK TABLE care.message IN ACCESS EXCLUSIVE MODE;
		EXECUTE format('DROP TABLE %s', partition.name);
	END LOOP;
	DELETE FROM care.message_default m WHERE m.received_at < limit_time;
	DELETE FROM care.letter l WHERE l.received_at < limit_time;
	DELETE FROM care.envelope e WHERE e.received_at < limit_time;
END
$$;
COMMENT ON PROCEDURE care.maintain_messages(integer) IS
'Makes the partitions of care.message for this month and those ahead, with what came before there was one, and forgets what is older than the setting message_retention. To be called now and then, at least every few months; messages come in all the while, but for a moment.';
