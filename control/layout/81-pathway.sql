-- Where pathways and plans stand: what is missing, by whom, and the step that leads on.

CREATE OR REPLACE FUNCTION care.missing_parties(citizen bigint, care_plan bigint)
RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT array_agg(party.name ORDER BY party.ordinal)
	FROM care.care_plan p
	CROSS JOIN unnest('{health,social,citizen}'::text[]) WITH ORDINALITY AS party (name, ordinal)
	WHERE p.citizen = missing_parties.citizen AND p.id = missing_parties.care_plan
		AND NOT EXISTS (
			SELECT FROM care.agreement a
			WHERE a.citizen = p.citizen AND a.care_plan = p.id AND a.version = p.version AND a.status = 'agreed'
				AND a.party = party.name);
END;
COMMENT ON FUNCTION care.missing_parties(bigint, bigint) IS
'Which of health, social and citizen have not agreed on a plan as it is now; null if all have.';

CREATE OR REPLACE FUNCTION care.missing_assessments(citizen bigint, enrollment bigint)
RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT array_agg(d.domain ORDER BY d.domain)
	FROM unnest('{health,social}'::text[]) AS d (domain)
	WHERE NOT EXISTS (
		SELECT FROM care.assessment a
		WHERE a.citizen = missing_assessments.citizen AND a.enrollment = missing_assessments.enrollment
			AND a.domain = d.domain AND a.status = 'completed');
END;
COMMENT ON FUNCTION care.missing_assessments(bigint, bigint) IS
'Internal: which needs, health or social, nobody has assessed for an enrollment; null if both are.';

-- Where an enrollment stands before care, or in a reassessment.
CREATE OR REPLACE VIEW care.enrollment_phase AS
SELECT n.citizen, n.id AS enrollment, n.organization, n.encounter, n.status, g.title AS programme, p.id AS care_plan,
	missing.assessments, missing.parties, coalesce(consent.given, false) AS has_consent,
	CASE n.status
		WHEN 'referred' THEN 'needs to be assessed: ' || array_to_string(missing.assessments, ', ')
		WHEN 'assessed' THEN CASE WHEN consent.given THEN 'to be enrolled' ELSE 'no consent yet' END
		WHEN 'onhold' THEN 'in hospital'
		ELSE coalesce('agreement of ' || array_to_string(missing.parties, ', '), 'no plan yet') END AS awaits,
	CASE n.status
		WHEN 'referred' THEN 'assess_needs'
		WHEN 'assessed' THEN CASE WHEN consent.given THEN 'enroll' ELSE 'give_consent' END
		WHEN 'onhold' THEN NULL
		ELSE CASE WHEN missing.parties IS NULL THEN CASE n.status WHEN 'reassessing' THEN 'revise_plan' ELSE 'propose_plan' END
			ELSE 'agree_plan' END END AS next_step,
	(
		SELECT max(e.event_time) FROM care.workflow_event e
		WHERE e.citizen = n.citizen AND e.entity = 'enrollment' AND e.entry = n.id AND e.from_status <> e.to_status
	) AS since
FROM care.enrollment n
JOIN care.programme g ON g.id = n.programme
LEFT JOIN LATERAL (
	SELECT q.id FROM care.care_plan q
	WHERE q.citizen = n.citizen AND q.enrollment = n.id AND q.status IN ('draft', 'active')
	ORDER BY q.id DESC LIMIT 1
) p ON true
CROSS JOIN LATERAL (
	SELECT care.missing_assessments(n.citizen, n.id) AS assessments, care.missing_parties(n.citizen, p.id) AS parties
) AS missing
LEFT JOIN LATERAL (
	-- The citizen's last word.
	SELECT c.status = 'active' AS given FROM care.consent c
	WHERE c.citizen = n.citizen AND c.programme = n.programme AND c.status <> 'entered-in-error'
	ORDER BY c.start_time DESC, c.id DESC LIMIT 1
) AS consent ON true
WHERE n.status IN ('referred', 'assessed', 'enrolled', 'reassessing', 'onhold');

COMMENT ON VIEW care.enrollment_phase IS
'Pathways that are on their way to care, in a reassessment or on hold: what each waits for, and the step that is next.';
COMMENT ON COLUMN care.enrollment_phase.citizen IS 'Whose pathway it is.';
COMMENT ON COLUMN care.enrollment_phase.enrollment IS 'Id of the enrollment.';
COMMENT ON COLUMN care.enrollment_phase.organization IS 'Who coordinates it.';
COMMENT ON COLUMN care.enrollment_phase.encounter IS 'The stay whose end it prepares.';
COMMENT ON COLUMN care.enrollment_phase.status IS 'Status of the enrollment: the phase.';
COMMENT ON COLUMN care.enrollment_phase.programme IS 'Title of the programme.';
COMMENT ON COLUMN care.enrollment_phase.care_plan IS 'Its plan, draft or active; null if there is none.';
COMMENT ON COLUMN care.enrollment_phase.assessments IS 'Assessments that are missing: health, social; null if none is.';
COMMENT ON COLUMN care.enrollment_phase.parties IS 'Who has not agreed on the plan: health, social, citizen; null if all have, or there is no plan.';
COMMENT ON COLUMN care.enrollment_phase.has_consent IS 'Whether the citizen consents to the programme.';
COMMENT ON COLUMN care.enrollment_phase.awaits IS 'What it waits for, in words.';
COMMENT ON COLUMN care.enrollment_phase.next_step IS 'The step that leads on; null while on hold.';
COMMENT ON COLUMN care.enrollment_phase.since IS 'Since when it is in this phase.';
