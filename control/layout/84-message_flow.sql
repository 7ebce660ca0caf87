-- The flow of messages: how many, with whom, and what came of them.

-- Not by care.setting(), as care.message_due.
CREATE OR REPLACE VIEW care.message_flow AS
SELECT f.hour, f.partner, o.name AS partner_name, f.standard,
	count(*) FILTER (WHERE f.direction = 'in') AS received,
	count(*) FILTER (WHERE f.direction = 'in' AND f.status = 'processed') AS processed,
	count(*) FILTER (WHERE f.direction = 'in' AND f.status IN ('refused', 'conflicting')) AS refused,
	count(*) FILTER (WHERE f.direction = 'in' AND f.status = 'parked') AS parked,
	count(*) FILTER (WHERE f.direction = 'in' AND f.status = 'dropped') AS dropped,
	count(*) FILTER (WHERE f.direction = 'in' AND f.status = 'failed') AS failed,
	count(*) FILTER (WHERE f.direction = 'in' AND f.status = 'duplicate') AS duplicates,
	count(*) FILTER (WHERE f.direction = 'out') AS sent,
	sum(f.sendings) FILTER (WHERE f.direction = 'out') AS sendings,
	count(f.answer) AS answered,
	count(*) FILTER (WHERE f.direction = 'out' AND f.answer IS NULL) AS unanswered,
	count(*) FILTER (WHERE f.answer = 'fatal-error') AS refused_there,
	percentile_cont(0.5) WITHIN GROUP (ORDER BY f.round_trip) AS round_trip_median,
	percentile_cont(0.95) WITHIN GROUP (ORDER BY f.round_trip) AS round_trip_p95,
	round(count(*) FILTER (WHERE f.round_trip <= (SELECT k.value FROM care.setting k WHERE k.name = 'message_resend_after')::interval)::numeric
		/ nullif(count(*) FILTER (WHERE f.direction = 'out'), 0), 3) AS in_time
FROM (
	SELECT m.direction, date_trunc('hour', m.received_at) AS hour, m.sender AS partner, m.standard, m.status, NULL::bigint AS sendings,
		NULL AS answer, NULL::interval AS round_trip
	FROM care.message m
	WHERE m.direction = 'in'
	UNION ALL
	SELECT l.direction, date_trunc('hour', s.sent_at), l.receiver, l.standard, l.status, s.sendings, l.answer,
		CASE WHEN l.answer IS NOT NULL THEN greatest(l.applied_at - s.sent_at, '0') END
	FROM care.letter l
	JOIN LATERAL (
		SELECT count(*) AS sendings, min(x.sent_at) AS sent_at FROM care.sending x WHERE x.letter = l.letter AND x.sent_at IS NOT NULL
	) AS s ON s.sent_at IS NOT NULL
	WHERE l.direction = 'out'
) AS f
LEFT JOIN care.organization o ON o.id = f.partner
GROUP BY f.hour, f.partner, o.name, f.standard;

COMMENT ON VIEW care.message_flow IS
'Messages by hour, partner and standard: of those that came what became of each when it came; of letters that went how they were answered. Acknowledgements that we returned are not counted.';
COMMENT ON COLUMN care.message_flow.hour IS 'Start of the hour in which it came, or went first.';
COMMENT ON COLUMN care.message_flow.partner IS 'Who sent it to us, or was sent it; null where that could not be told.';
COMMENT ON COLUMN care.message_flow.partner_name IS 'Its name.';
COMMENT ON COLUMN care.message_flow.standard IS 'Of care.message_standard; null where that could not be told.';
COMMENT ON COLUMN care.message_flow.received IS 'Messages that came, of any status.';
COMMENT ON COLUMN care.message_flow.processed IS 'Of those, processed when they came.';
COMMENT ON COLUMN care.message_flow.refused IS 'Refused, or with an id that another message had.';
COMMENT ON COLUMN care.message_flow.parked IS 'Parked when they came.';
COMMENT ON COLUMN care.message_flow.dropped IS 'Not kept, by the receiver''s policy.';
COMMENT ON COLUMN care.message_flow.failed IS 'Failed.';
COMMENT ON COLUMN care.message_flow.duplicates IS 'Of a letter that had come before.';
COMMENT ON COLUMN care.message_flow.sent IS 'Letters of ours that went.';
COMMENT ON COLUMN care.message_flow.sendings IS 'How many envelopes that took.';
COMMENT ON COLUMN care.message_flow.answered IS 'Of the letters, those that were answered.';
COMMENT ON COLUMN care.message_flow.unanswered IS 'And those that were not, so far.';
COMMENT ON COLUMN care.message_flow.refused_there IS 'Answered by a fatal error.';
COMMENT ON COLUMN care.message_flow.round_trip_median IS 'Half of the answers came within this time of the first sending.';
COMMENT ON COLUMN care.message_flow.round_trip_p95 IS 'And 95 % within this.';
COMMENT ON COLUMN care.message_flow.in_time IS 'Share of the letters that were answered within the setting message_resend_after.';
