-- The work-list of who is asked, and of who asked: referrals. Rehabilitation after a stay
-- is due within days of the discharge, by law, or when the plan says that it may begin later.

CREATE OR REPLACE FUNCTION care.discharged_at(citizen bigint, encounter bigint)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE stay AS (
		SELECT e.id, e.status, e.end_time FROM care.encounter e
		WHERE e.citizen = discharged_at.citizen AND e.id = discharged_at.encounter
		-- Each once: sources may say that two stays continue each other.
		UNION
		SELECT e.id, e.status, e.end_time FROM stay s
		JOIN care.encounter e ON e.citizen = discharged_at.citizen AND e.transferred_from = s.id
			AND e.status <> 'entered-in-error'
	)
	SELECT CASE WHEN bool_and(s.status = 'finished') THEN max(s.end_time) END FROM stay s;
END;
COMMENT ON FUNCTION care.discharged_at(bigint, bigint) IS
'When a citizen was discharged from a stay, or from the last one that it was transferred to; null while it lasts.';

CREATE OR REPLACE VIEW care.rehabilitation_due AS
SELECT r.citizen, r.id AS service_request, r.performer AS organization, r.status, r.level, d.discharged_at, d.medical_date,
	d.legal_due, r.status = 'accepted' AND r.due > d.legal_due AS begins_late, coalesce(d.legal_due < now(), false) AS is_breached
FROM care.service_request r
CROSS JOIN (SELECT care.setting('rehabilitation_within')::interval AS within OFFSET 0) z
CROSS JOIN LATERAL (
	SELECT m.discharged_at, m.medical_date,
		-- Until the end of the last civil day.
		CASE WHEN m.discharged_at IS NOT NULL THEN greatest(
			care.start_of_day((care.civil_day(m.discharged_at) + z.within)::date + 1), m.medical_date) END AS legal_due
	FROM (
		-- What accepting it says of when it begins does not change what the plan asked for.
		SELECT coalesce(care.discharged_at(r.citizen, r.encounter), CASE WHEN r.encounter IS NULL THEN r.requested_at END) AS discharged_at,
			(
				SELECT CASE WHEN count(*) = 0 THEN r.due ELSE min((e.details ->> 'due')::timestamptz) END FROM care.workflow_event e
				WHERE e.citizen = r.citizen AND e.entity = 'service_request' AND e.entry = r.id AND e.step = 'refer'
			) AS medical_date
		OFFSET 0
	) AS m
) AS d
WHERE r.category = 'rehabilitation' AND r.status IN ('requested', 'accepted');

COMMENT ON VIEW care.rehabilitation_due IS
'Rehabilitation that has not begun: by when it has to, within days of the discharge (setting "rehabilitation_within") or at the plan''s later date; and whether that is breached. Then the citizen may choose a private supplier, which the municipality pays (Danish Health Act, section 140).';
COMMENT ON COLUMN care.rehabilitation_due.citizen IS 'Who is to be trained.';
COMMENT ON COLUMN care.rehabilitation_due.service_request IS 'Id of the referral: the rehabilitation plan.';
COMMENT ON COLUMN care.rehabilitation_due.organization IS 'Who is to begin.';
COMMENT ON COLUMN care.rehabilitation_due.status IS 'requested or accepted.';
COMMENT ON COLUMN care.rehabilitation_due.level IS 'How specialized the training has to be.';
COMMENT ON COLUMN care.rehabilitation_due.discharged_at IS 'When the citizen was discharged; null while in hospital; without a stay when it was asked for.';
COMMENT ON COLUMN care.rehabilitation_due.medical_date IS 'When it should begin, as the plan says; null if it does not.';
COMMENT ON COLUMN care.rehabilitation_due.legal_due IS 'By when it has to begin; null while in hospital.';
COMMENT ON COLUMN care.rehabilitation_due.begins_late IS 'Whether it was accepted for a later time than it has to begin.';
COMMENT ON COLUMN care.rehabilitation_due.is_breached IS 'Whether the time is over.';

CREATE OR REPLACE VIEW care.worklist_referral AS
SELECT r.performer AS organization, NULL AS role,
	CASE WHEN r.category = 'rehabilitation' THEN 'rehabilitation' WHEN r.status = 'requested' THEN 'referral' ELSE 'accepted referral' END AS kind,
	r.citizen, NULL::bigint AS related_person,
	least(4, array_position('{routine,urgent,asap,stat}', r.priority)
		+ CASE WHEN d.due < now() OR law.begins_late THEN 1 ELSE 0 END) AS severity,
	d.due,
	concat(r.category, ' (' || r.level || ')', ': ', r.reason, ', from ' || coalesce(requester.name, 'the citizen'),
		CASE WHEN r.status = 'requested' THEN '; waiting for ' || (care.today() - care.civil_day(r.requested_at)) || ' days' ELSE '; accepted' END,
		CASE WHEN r.category <> 'rehabilitation' THEN NULL
			WHEN law.discharged_at IS NULL THEN '; still in hospital'
			WHEN law.is_breached THEN '; too late since ' || care.civil_day(law.legal_due) || ': the citizen may choose a private supplier'
			WHEN law.begins_late THEN '; accepted for later than ' || care.civil_day(law.legal_due) || ': the citizen may choose a private supplier' END) AS reason,
	r.requested_at AS since, d.due AS until, r.source, coalesce(r.issued, r.recorded_at) AS as_of, 'service_request' AS entity, r.id AS entry,
	CASE WHEN r.status = 'requested' THEN 'accept_referral'
		WHEN r.category IN ('rehabilitation', 'home care', 'prevention') THEN 'start_service'
		WHEN r.category = 'hospital' THEN 'plan_admission'
		ELSE 'complete_referral' END AS next_step
FROM care.service_request r
LEFT JOIN care.organization requester ON requester.id = r.requester
LEFT JOIN LATERAL (
	SELECT v.* FROM care.rehabilitation_due v
	WHERE r.category = 'rehabilitation' AND v.citizen = r.citizen AND v.service_request = r.id
) AS law ON true
CROSS JOIN LATERAL (
	SELECT CASE r.category WHEN 'rehabilitation' THEN law.legal_due ELSE r.due END AS due
) AS d
WHERE r.status IN ('requested', 'accepted')
	-- An admission that is planned is on the list as such.
	AND (r.status = 'requested' OR r.category <> 'hospital' OR NOT EXISTS (
		SELECT FROM care.encounter e WHERE e.citizen = r.citizen AND e.service_request = r.id AND e.status = 'planned'))
UNION ALL
SELECT r.requester, NULL AS role, 'referral answered' AS kind, r.citizen, NULL AS related_person, CASE r.status WHEN 'accepted' THEN 1 ELSE 2 END, NULL AS due,
	concat(CASE r.status WHEN 'returned' THEN 'asked back' ELSE r.status END, ' by ', performer.name, ': ', r.reason,
		CASE r.status WHEN 'accepted' THEN '; by ' || care.civil_day(r.due) ELSE '; ' || r.note END),
	answer.at, NULL AS until, r.source, answer.at, 'service_request' AS entity, r.id,
	CASE r.status WHEN 'returned' THEN 'answer_referral' ELSE 'acknowledge_referral' END
FROM care.service_request r
JOIN care.organization performer ON performer.id = r.performer
CROSS JOIN LATERAL (
	SELECT coalesce(max(e.event_time), r.issued, r.recorded_at) AS at FROM care.workflow_event e
	WHERE e.citizen = r.citizen AND e.entity = 'service_request' AND e.entry = r.id
) AS answer
WHERE r.status IN ('accepted', 'returned', 'rejected') AND r.seen_at IS NULL;

COMMENT ON VIEW care.worklist_referral IS 'Part of care.worklist: referrals to be answered or begun, and those that were answered.';
