-- Referrals: that someone asks someone else to take over some of a citizen's care.

CREATE SEQUENCE care.service_request_id_seq;

CREATE TABLE care.service_request (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.service_request_id_seq'),
	status text NOT NULL CHECK (status = ANY ('{requested,accepted,returned,rejected,cancelled,completed,entered-in-error}')),
	category text NOT NULL CHECK (category = ANY ('{hospital,specialist,rehabilitation,home care,prevention,programme,therapy}')),
	priority text NOT NULL DEFAULT 'routine'
		CHECK (priority = ANY ('{routine,urgent,asap,stat}')),
	reason text NOT NULL CHECK (reason <> ''),
	system text,
	code text,
	requester bigint REFERENCES care.organization,
	performer bigint NOT NULL REFERENCES care.organization,
	encounter bigint,
	level text CHECK (level = ANY ('{general basic,general advanced,specialized}')),
	requested_at timestamptz NOT NULL,
	due timestamptz,
	note text,
	seen_at timestamptz,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT service_request_encounter_fkey FOREIGN KEY (citizen, encounter)
		REFERENCES care.encounter DEFERRABLE,
	CHECK (level IS NULL OR category = 'rehabilitation')
);
ALTER SEQUENCE care.service_request_id_seq OWNED BY care.service_request.id;
CREATE INDEX service_request_performer_idx ON care.service_request (performer, due)
	WHERE status IN ('requested', 'accepted');
CREATE INDEX service_request_requester_idx ON care.service_request (requester)
	WHERE status IN ('accepted', 'returned', 'rejected') AND seen_at IS NULL;

COMMENT ON TABLE care.service_request IS 'A referral (FHIR ServiceRequest).';
COMMENT ON COLUMN care.service_request.status IS
'requested, then accepted, returned (asked back), rejected or cancelled; completed when what was asked for has begun. FHIR: active, active, on-hold, revoked, revoked, completed.';
COMMENT ON COLUMN care.service_request.category IS 'What is asked for.';
COMMENT ON COLUMN care.service_request.priority IS 'Routine, urgent, asap or stat, from least to most.';
COMMENT ON COLUMN care.service_request.requester IS 'Who asks; null when the citizen refers himself or herself.';
COMMENT ON COLUMN care.service_request.performer IS 'Who is asked.';
COMMENT ON COLUMN care.service_request.level IS 'Of a rehabilitation plan: how specialized the training has to be.';
COMMENT ON COLUMN care.service_request.requested_at IS 'When it was asked for.';
COMMENT ON COLUMN care.service_request.due IS 'Until when it should begin; null where nothing is agreed.';
COMMENT ON COLUMN care.service_request.note IS 'What was said about it last: why it was returned, redirected, rejected.';
COMMENT ON COLUMN care.service_request.seen_at IS 'When the requester saw that it was accepted or rejected.';

ALTER TABLE care.encounter ADD service_request bigint,
	ADD CONSTRAINT encounter_service_request_fkey FOREIGN KEY (citizen, service_request)
		REFERENCES care.service_request DEFERRABLE;
COMMENT ON COLUMN care.encounter.service_request IS 'The referral that it fulfils.';

INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, party, needs)
SELECT 'service_request', t.step, t.from_status, t.to_status,
	'{hospital,municipality,general practice,specialist,pharmacy,therapist,social,region}'::text[]
		|| CASE WHEN t.party IS DISTINCT FROM 'performer' THEN '{citizen}'::text[] ELSE '{}' END,
	t.party, t.needs
FROM (VALUES
	('refer', '', 'requested', NULL, 'a performer and a reason'),
	('accept_referral', 'requested', 'accepted', 'performer', NULL),
	('return_referral', 'requested', 'returned', 'performer', 'a question'),
	('answer_referral', 'returned', 'requested', 'requester', 'an answer'),
	('redirect_referral', 'requested', 'requested', 'performer', 'a new performer and a reason'),
	('reject_referral', 'requested', 'rejected', 'performer', 'a reason'),
	('acknowledge_referral', 'accepted', 'accepted', 'requester', NULL),
	('acknowledge_referral', 'rejected', 'rejected', 'requester', NULL),
	('cancel_referral', 'requested', 'cancelled', 'requester', 'a reason'),
	('cancel_referral', 'returned', 'cancelled', 'requester', 'a reason'),
	('cancel_referral', 'accepted', 'cancelled', 'requester', 'a reason'),
	('complete_referral', 'accepted', 'completed', 'performer', NULL)
) AS t (step, from_status, to_status, party, needs);
