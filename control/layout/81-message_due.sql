-- Letters of ours without an ok: those that go again by themselves, and those that do not any more,
-- which somebody has to see to. One that has just gone is neither, until its time is up.
-- The settings are read not by care.setting(), which a view calls as who reads it, and is not for care_integration.

CREATE OR REPLACE VIEW care.message_due AS
SELECT l.letter, l.standard, l.kind, l.citizen, l.sender, l.receiver, s.sendings, s.sent_at,
	s.sent_at + k.resend_after AS due
FROM care.letter l
CROSS JOIN (
	SELECT max(k.value) FILTER (WHERE k.name = 'message_resend_after')::interval AS resend_after,
		max(k.value) FILTER (WHERE k.name = 'message_resend_limit')::integer AS resend_limit
	FROM care.setting k
) AS k
CROSS JOIN LATERAL (
	SELECT count(*) AS sendings, max(x.sent_at) AS sent_at FROM care.sending x WHERE x.letter = l.letter
) AS s
WHERE l.direction = 'out' AND l.status IN ('sent', 'failed') AND (l.answer IS NULL OR l.answer = 'transient-error')
	AND s.sendings BETWEEN 1 AND k.resend_limit
	AND s.sent_at + k.resend_after <= now();
COMMENT ON VIEW care.message_due IS
'Letters of ours that are to go again: not answered within the setting message_resend_after, not transported, or answered by a transient error; message_resend_limit says how often. care.next_messages() takes them.';
COMMENT ON COLUMN care.message_due.letter IS 'The letter.';
COMMENT ON COLUMN care.message_due.standard IS 'Of care.message_standard.';
COMMENT ON COLUMN care.message_due.kind IS 'What it says, within its standard.';
COMMENT ON COLUMN care.message_due.citizen IS 'Whom it is about.';
COMMENT ON COLUMN care.message_due.sender IS 'Who sends it.';
COMMENT ON COLUMN care.message_due.receiver IS 'Who is to get it.';
COMMENT ON COLUMN care.message_due.sendings IS 'How often it has gone.';
COMMENT ON COLUMN care.message_due.sent_at IS 'When it went last.';
COMMENT ON COLUMN care.message_due.due IS 'Since when it is due.';

CREATE OR REPLACE VIEW care.message_undelivered AS
SELECT l.letter, l.standard, l.kind, l.citizen, l.author, l.receiver, s.sendings,
	CASE WHEN l.status = 'refused' THEN 'refused' WHEN s.sendings = 0 THEN 'not sent' ELSE 'not answered' END AS outcome,
	l.reason,
	CASE WHEN l.status = 'refused' THEN l.applied_at
		ELSE coalesce(s.sent_at + k.resend_after, l.received_at) END AS since,
	CASE WHEN l.status <> 'refused' AND s.sendings > 0 THEN 'resend_message' ELSE 'close_message' END AS next_step
FROM care.letter l
CROSS JOIN (
	SELECT max(k.value) FILTER (WHERE k.name = 'message_resend_after')::interval AS resend_after,
		max(k.value) FILTER (WHERE k.name = 'message_resend_limit')::integer AS resend_limit
	FROM care.setting k
) AS k
CROSS JOIN LATERAL (
	SELECT count(*) AS sendings, max(x.sent_at) AS sent_at FROM care.sending x WHERE x.letter = l.letter
) AS s
WHERE l.direction = 'out' AND l.status IN ('sent', 'failed', 'refused')
	AND (l.status = 'refused' OR s.sendings = 0 OR s.sendings > k.resend_limit
		AND s.sent_at + k.resend_after <= now());
COMMENT ON VIEW care.message_undelivered IS
'Letters of ours that have not arrived, and will not by themselves: refused by their receiver, not sent because they would have been, or not answered within message_resend_after of the last sending that message_resend_limit allows.';
COMMENT ON COLUMN care.message_undelivered.letter IS 'The letter.';
COMMENT ON COLUMN care.message_undelivered.standard IS 'Of care.message_standard.';
COMMENT ON COLUMN care.message_undelivered.kind IS 'What it says, within its standard.';
COMMENT ON COLUMN care.message_undelivered.citizen IS 'Whom it is about.';
COMMENT ON COLUMN care.message_undelivered.author IS 'The unit that wrote it.';
COMMENT ON COLUMN care.message_undelivered.receiver IS 'Who was to get it; null where that could not be told.';
COMMENT ON COLUMN care.message_undelivered.sendings IS 'How often it has gone.';
COMMENT ON COLUMN care.message_undelivered.outcome IS 'refused, not sent, or not answered.';
COMMENT ON COLUMN care.message_undelivered.reason IS 'Why, in words: what the receiver, the rules or the transport said; null of one that was not answered at all.';
COMMENT ON COLUMN care.message_undelivered.since IS 'When that was certain.';
COMMENT ON COLUMN care.message_undelivered.next_step IS
'resend_message, where that can help; else close_message, once the receiver was told otherwise.';
