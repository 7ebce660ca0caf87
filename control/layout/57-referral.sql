-- Referrals: asking, answering, taking over. Where details hold times the time zone
-- is pinned, for a repetition is known by its details.

CREATE OR REPLACE FUNCTION care.refer(
	citizen bigint, requester bigint, performer bigint, category text, reason text,
	request_id text, event_time timestamptz DEFAULT now(), priority text DEFAULT 'routine',
	due timestamptz DEFAULT NULL, level text DEFAULT NULL, encounter bigint DEFAULT NULL,
	system text DEFAULT NULL, code text DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'service_request', NULL, 'refer', requester,
		request_id, event_time, jsonb_build_object('performer', performer, 'category', category, 'reason', reason,
			'priority', priority, 'due', due, 'level', level, 'encounter', encounter, 'system', system, 'code', code));
BEGIN
	IF NOT result.repeated THEN
		INSERT INTO care.service_request (citizen, id, status, category, priority, reason, system, code,
			requester, performer, encounter, level, requested_at, due)
		VALUES (result.citizen, result.entry, result.status, category, priority, reason, system, code,
			requester, performer, encounter, level, event_time, due);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.refer(bigint, bigint, bigint, text, text, text, timestamptz, text, timestamptz, text, bigint, text, text) IS
'Step: an organization, or the citizen (requester null), asks another to take over some of the care. Two referrals that look the same are two, unless they have one request id. Errors: as care.take_step(); 23514 unknown category, priority or level, 23503 unknown performer or encounter.';

-- What the steps with a note have in common.
CREATE OR REPLACE FUNCTION care.note_referral(
	citizen bigint, referral bigint, step name, organization bigint, note text,
	request_id text, event_time timestamptz, performer bigint DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result care.step_result;
BEGIN
	IF coalesce(note, '') = '' THEN
		RAISE EXCEPTION '% needs words for the other side', step
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	result := care.take_step(citizen, 'service_request', referral, step, organization, request_id, event_time,
		jsonb_build_object('note', note, 'performer', performer), sets_status => false);
	IF NOT result.repeated THEN
		UPDATE care.service_request r
		SET status = result.status, note = note_referral.note, performer = coalesce(note_referral.performer, r.performer)
		WHERE r.citizen = result.citizen AND r.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.note_referral(bigint, bigint, name, bigint, text, text, timestamptz, bigint) IS
'Internal: takes a step that leaves a note on the referral. Errors: as care.take_step(); 22004 no words.';

CREATE OR REPLACE FUNCTION care.accept_referral(
	citizen bigint, referral bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now(), due timestamptz DEFAULT NULL)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'service_request', referral, 'accept_referral', organization,
		request_id, event_time, jsonb_build_object('due', due), sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.service_request r SET status = result.status, due = coalesce(accept_referral.due, r.due)
		WHERE r.citizen = result.citizen AND r.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.accept_referral(bigint, bigint, bigint, text, timestamptz, timestamptz) IS
'Step: the performer takes over, and may say until when it will have begun. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.return_referral(
	citizen bigint, referral bigint, organization bigint, question text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.note_referral(citizen, referral, 'return_referral', organization, question, request_id, event_time);
COMMENT ON FUNCTION care.return_referral(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the performer asks back. Errors: as care.take_step(); 22004 no question.';

CREATE OR REPLACE FUNCTION care.answer_referral(
	citizen bigint, referral bigint, organization bigint, answer text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.note_referral(citizen, referral, 'answer_referral', organization, answer, request_id, event_time);
COMMENT ON FUNCTION care.answer_referral(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the requester answers what was asked back. Errors: as care.take_step(); 22004 no answer.';

CREATE OR REPLACE FUNCTION care.redirect_referral(
	citizen bigint, referral bigint, organization bigint, performer bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.note_referral(citizen, referral, 'redirect_referral', organization, reason, request_id, event_time, performer);
COMMENT ON FUNCTION care.redirect_referral(bigint, bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the performer passes the referral on to another. Errors: as care.take_step(); 22004 no reason, 23503 unknown performer.';

CREATE OR REPLACE FUNCTION care.reject_referral(
	citizen bigint, referral bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.note_referral(citizen, referral, 'reject_referral', organization, reason, request_id, event_time);
COMMENT ON FUNCTION care.reject_referral(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the performer refuses. Errors: as care.take_step(); 22004 no reason.';

CREATE OR REPLACE FUNCTION care.acknowledge_referral(
	citizen bigint, referral bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result CONSTANT care.step_result := care.take_step(citizen, 'service_request', referral, 'acknowledge_referral', organization,
		request_id, event_time, sets_status => false);
BEGIN
	IF NOT result.repeated THEN
		UPDATE care.service_request r SET status = result.status, seen_at = event_time
		WHERE r.citizen = result.citizen AND r.id = result.entry;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.acknowledge_referral(bigint, bigint, bigint, text, timestamptz) IS
'Step: the requester has seen that the referral was accepted or rejected. Errors: as care.take_step().';

CREATE OR REPLACE FUNCTION care.cancel_referral(
	citizen bigint, referral bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.note_referral(citizen, referral, 'cancel_referral', organization, reason, request_id, event_time);
COMMENT ON FUNCTION care.cancel_referral(bigint, bigint, bigint, text, text, timestamptz) IS
'Step: the requester withdraws the referral. Errors: as care.take_step(); 22004 no reason.';

CREATE OR REPLACE FUNCTION care.complete_referral(
	citizen bigint, referral bigint, organization bigint,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.take_step(citizen, 'service_request', referral, 'complete_referral', organization, request_id, event_time);
COMMENT ON FUNCTION care.complete_referral(bigint, bigint, bigint, text, timestamptz) IS
'Step: what the referral asked for has begun. Errors: as care.take_step().';
