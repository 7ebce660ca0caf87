-- The pathways of integrated care: who enters one, with what needs, with whose
-- consent, and under which plan that both sectors and the citizen agreed on.

CREATE SEQUENCE care.programme_id_seq;

CREATE TABLE care.programme (
	id bigint PRIMARY KEY DEFAULT nextval('care.programme_id_seq'),
	name text NOT NULL UNIQUE CHECK (name <> ''),
	pathway text CHECK (pathway IN ('discharge', 'long-term care')),
	title text NOT NULL,
	active boolean NOT NULL DEFAULT true
);
ALTER SEQUENCE care.programme_id_seq OWNED BY care.programme.id;

COMMENT ON TABLE care.programme IS 'Programmes that citizens are enrolled in.';
COMMENT ON COLUMN care.programme.name IS 'By which functions know it.';
COMMENT ON COLUMN care.programme.pathway IS
'SmartCare pathway that it follows: discharge (ICP-Discharge) or long-term care (ICP-LTCare); null for other programmes.';
COMMENT ON COLUMN care.programme.title IS 'By which people know it.';

INSERT INTO care.programme (name, pathway, title) VALUES
	('icp-discharge', 'discharge', 'Integrated support after discharge'),
	('icp-ltcare', 'long-term care', 'Integrated long-term home support');

CREATE TABLE care.programme_site (
	programme bigint NOT NULL REFERENCES care.programme,
	organization bigint NOT NULL REFERENCES care.organization,
	valid daterange NOT NULL DEFAULT daterange(NULL, NULL),
	PRIMARY KEY (programme, organization)
);

COMMENT ON TABLE care.programme_site IS 'Where a programme is run, and when.';
COMMENT ON COLUMN care.programme_site.programme IS 'The programme.';
COMMENT ON COLUMN care.programme_site.organization IS 'Who runs it.';
COMMENT ON COLUMN care.programme_site.valid IS 'On which days.';

CREATE TABLE care.responsibility (
	service text NOT NULL CHECK (service <> ''),
	municipality bigint NOT NULL REFERENCES care.organization,
	valid daterange NOT NULL,
	organization bigint NOT NULL REFERENCES care.organization,
	PRIMARY KEY (service, municipality, valid)
);

COMMENT ON TABLE care.responsibility IS
'Who is responsible for a service for those who live in a municipality: dated, for responsibilities move between sectors by law.';
COMMENT ON COLUMN care.responsibility.service IS 'Rehabilitation, home nursing ...';
COMMENT ON COLUMN care.responsibility.municipality IS 'Where the citizen lives.';
COMMENT ON COLUMN care.responsibility.valid IS 'On which days.';

CREATE SEQUENCE care.consent_id_seq;

CREATE TABLE care.consent (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.consent_id_seq'),
	status text NOT NULL CHECK (status IN ('active', 'rejected', 'inactive', 'entered-in-error')),
	category text NOT NULL CHECK (category IN ('programme', 'sharing', 'processing')),
	programme bigint REFERENCES care.programme,
	grantee bigint REFERENCES care.organization,
	scope text,
	method text NOT NULL DEFAULT 'oral' CHECK (method IN ('oral', 'written', 'digital')),
	organization bigint REFERENCES care.organization,
	start_time timestamptz NOT NULL,
	end_time timestamptz,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CHECK ((category = 'programme') = (programme IS NOT NULL))
);
ALTER SEQUENCE care.consent_id_seq OWNED BY care.consent.id;

COMMENT ON TABLE care.consent IS
'What the citizen has agreed to or refused (FHIR Consent). A changed mind is a new row: the id is the version by which an access is justified.';
COMMENT ON COLUMN care.consent.status IS 'active: given; rejected: refused; inactive: withdrawn since.';
COMMENT ON COLUMN care.consent.category IS 'programme: to take part in one; sharing: that an organization sees the record; processing: that the record serves other purposes than treatment.';
COMMENT ON COLUMN care.consent.programme IS 'The programme.';
COMMENT ON COLUMN care.consent.grantee IS 'Of sharing: with whom; null: with all who treat the citizen.';
COMMENT ON COLUMN care.consent.scope IS 'Of sharing: the part of the record; null: all of it. Of processing: why.';
COMMENT ON COLUMN care.consent.method IS 'How it was given.';
COMMENT ON COLUMN care.consent.organization IS 'Who wrote it down; null when the citizen did.';
COMMENT ON COLUMN care.consent.start_time IS 'When it was given or refused.';
COMMENT ON COLUMN care.consent.end_time IS 'When it was withdrawn.';

CREATE SEQUENCE care.enrollment_id_seq;

CREATE TABLE care.enrollment (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.enrollment_id_seq'),
	status text NOT NULL CHECK (status IN ('referred', 'assessed', 'enrolled', 'active',
		'reassessing', 'onhold', 'finished', 'transferred', 'withdrawn', 'rejected', 'entered-in-error')),
	programme bigint NOT NULL REFERENCES care.programme,
	organization bigint NOT NULL REFERENCES care.organization,
	reason text NOT NULL CHECK (reason <> ''),
	service_request bigint,
	encounter bigint,
	consent bigint,
	transferred_from bigint,
	start_time timestamptz NOT NULL,
	end_time timestamptz,
	exit_reason text,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT enrollment_service_request_fkey FOREIGN KEY (citizen, service_request)
		REFERENCES care.service_request DEFERRABLE,
	CONSTRAINT enrollment_encounter_fkey FOREIGN KEY (citizen, encounter)
		REFERENCES care.encounter DEFERRABLE,
	CONSTRAINT enrollment_consent_fkey FOREIGN KEY (citizen, consent)
		REFERENCES care.consent DEFERRABLE,
	CONSTRAINT enrollment_transferred_from_fkey FOREIGN KEY (citizen, transferred_from)
		REFERENCES care.enrollment DEFERRABLE
);
ALTER SEQUENCE care.enrollment_id_seq OWNED BY care.enrollment.id;
CREATE INDEX enrollment_organization_idx ON care.enrollment (organization, start_time)
	WHERE status IN ('referred', 'assessed', 'enrolled', 'active', 'reassessing', 'onhold');

COMMENT ON TABLE care.enrollment IS 'A citizen''s way through a pathway or programme.';
COMMENT ON COLUMN care.enrollment.status IS
'Entering: referred, assessed (health and social needs), enrolled (with consent). In care: active (the plan is agreed), reassessing, onhold (in hospital). Left: finished, transferred to the other pathway, withdrawn (consent), rejected.';
COMMENT ON COLUMN care.enrollment.programme IS 'The programme.';
COMMENT ON COLUMN care.enrollment.organization IS 'Who coordinates it.';
COMMENT ON COLUMN care.enrollment.reason IS 'Why the citizen entered.';
COMMENT ON COLUMN care.enrollment.service_request IS 'The referral that it follows.';
COMMENT ON COLUMN care.enrollment.encounter IS 'The stay whose end it prepares.';
COMMENT ON COLUMN care.enrollment.consent IS 'The consent that it rests on.';
COMMENT ON COLUMN care.enrollment.transferred_from IS 'The pathway that it continues.';
COMMENT ON COLUMN care.enrollment.end_time IS 'When the citizen left.';
COMMENT ON COLUMN care.enrollment.exit_reason IS 'Why.';

CREATE SEQUENCE care.assessment_id_seq;

CREATE TABLE care.assessment (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.assessment_id_seq'),
	status text NOT NULL CHECK (status IN ('completed', 'entered-in-error')),
	enrollment bigint NOT NULL,
	domain text NOT NULL CHECK (domain IN ('health', 'social')),
	needs text NOT NULL CHECK (needs <> ''),
	organization bigint REFERENCES care.organization,
	assessed_at timestamptz NOT NULL,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT assessment_enrollment_fkey FOREIGN KEY (citizen, enrollment)
		REFERENCES care.enrollment DEFERRABLE
);
ALTER SEQUENCE care.assessment_id_seq OWNED BY care.assessment.id;
CREATE INDEX assessment_enrollment_idx ON care.assessment (citizen, enrollment);

COMMENT ON TABLE care.assessment IS 'What a citizen needs, as one sector sees it; the joint assessment is one of each.';
COMMENT ON COLUMN care.assessment.status IS 'completed, or entered-in-error when it was annulled.';
COMMENT ON COLUMN care.assessment.enrollment IS 'The pathway that it is for.';
COMMENT ON COLUMN care.assessment.domain IS 'health: hospital, specialist or general practice; social: the municipality.';
COMMENT ON COLUMN care.assessment.needs IS 'In words.';
COMMENT ON COLUMN care.assessment.organization IS 'Who assessed.';
COMMENT ON COLUMN care.assessment.assessed_at IS 'When.';

ALTER TABLE care.care_plan
	ADD enrollment bigint,
	ADD version integer NOT NULL DEFAULT 1 CHECK (version > 0),
	ADD CONSTRAINT care_plan_enrollment_fkey FOREIGN KEY (citizen, enrollment)
		REFERENCES care.enrollment DEFERRABLE;
CREATE INDEX care_plan_enrollment_idx ON care.care_plan (citizen, enrollment);
CREATE INDEX care_plan_unagreed_idx ON care.care_plan (organization)
	WHERE status = 'draft' OR status = 'active' AND version > 1;
COMMENT ON COLUMN care.care_plan.enrollment IS 'The pathway that the plan is for.';
COMMENT ON COLUMN care.care_plan.version IS 'Counts its revisions, from 1: each is agreed on anew.';

CREATE SEQUENCE care.agreement_id_seq;

CREATE TABLE care.agreement (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.agreement_id_seq'),
	status text NOT NULL CHECK (status IN ('agreed', 'entered-in-error')),
	care_plan bigint NOT NULL,
	version integer NOT NULL,
	party text NOT NULL CHECK (party IN ('health', 'social', 'citizen')),
	organization bigint REFERENCES care.organization,
	agreed_at timestamptz NOT NULL,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT agreement_care_plan_fkey FOREIGN KEY (citizen, care_plan)
		REFERENCES care.care_plan DEFERRABLE
);
ALTER SEQUENCE care.agreement_id_seq OWNED BY care.agreement.id;
CREATE INDEX agreement_care_plan_idx ON care.agreement (citizen, care_plan);

COMMENT ON TABLE care.agreement IS 'That a party agrees with a version of a plan.';
COMMENT ON COLUMN care.agreement.status IS 'agreed, or entered-in-error when it was annulled.';
COMMENT ON COLUMN care.agreement.version IS 'The version of the plan.';
COMMENT ON COLUMN care.agreement.party IS 'The sector that agrees, or the citizen.';
COMMENT ON COLUMN care.agreement.organization IS 'Who agreed for it; null for the citizen.';
COMMENT ON COLUMN care.agreement.agreed_at IS 'When.';

ALTER TABLE care.goal
	ADD measure integer REFERENCES care.measure,
	ADD target_value float8 CHECK (target_value BETWEEN -1e300 AND 1e300),
	ADD CHECK ((measure IS NULL) = (target_value IS NULL)),
	ADD CHECK (due_date BETWEEN '0001-01-01' AND '9999-12-31');
COMMENT ON COLUMN care.goal.measure IS 'What is to reach the target; null for a goal in words alone.';
COMMENT ON COLUMN care.goal.target_value IS 'The target, in the measure''s unit.';

CREATE SEQUENCE care.appointment_id_seq;

CREATE TABLE care.appointment (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.appointment_id_seq'),
	status text NOT NULL CHECK (status IN ('booked', 'fulfilled', 'cancelled', 'noshow', 'entered-in-error')),
	organization bigint NOT NULL REFERENCES care.organization,
	description text NOT NULL CHECK (description <> ''),
	start_time timestamptz NOT NULL,
	end_time timestamptz,
	care_plan bigint,
	questionnaire text,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT appointment_care_plan_fkey FOREIGN KEY (citizen, care_plan)
		REFERENCES care.care_plan DEFERRABLE,
	CHECK (end_time > start_time)
);
ALTER SEQUENCE care.appointment_id_seq OWNED BY care.appointment.id;
CREATE INDEX appointment_organization_idx ON care.appointment (organization, start_time) WHERE status = 'booked';

COMMENT ON TABLE care.appointment IS 'When a citizen is to meet whom (FHIR Appointment).';
COMMENT ON COLUMN care.appointment.description IS 'What it is about.';
COMMENT ON COLUMN care.appointment.start_time IS 'When it is to begin.';
COMMENT ON COLUMN care.appointment.end_time IS 'When it is to end.';
COMMENT ON COLUMN care.appointment.questionnaire IS 'Name of a questionnaire to answer before.';

CREATE SEQUENCE care.care_team_member_id_seq;

CREATE TABLE care.care_team_member (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.care_team_member_id_seq'),
	status text NOT NULL CHECK (status IN ('active', 'inactive', 'entered-in-error')),
	organization bigint NOT NULL REFERENCES care.organization,
	practitioner bigint REFERENCES care.practitioner,
	role text NOT NULL CHECK (role <> ''),
	start_time timestamptz NOT NULL,
	end_time timestamptz,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id)
);
ALTER SEQUENCE care.care_team_member_id_seq OWNED BY care.care_team_member.id;
CREATE INDEX care_team_member_organization_idx ON care.care_team_member (organization) WHERE status = 'active';

COMMENT ON TABLE care.care_team_member IS 'Who takes part in a citizen''s care, and as what (FHIR CareTeam.participant).';
COMMENT ON COLUMN care.care_team_member.status IS 'active, inactive, or entered-in-error.';
COMMENT ON COLUMN care.care_team_member.role IS 'Coordinator, contact nurse ...';

CREATE SEQUENCE care.related_person_id_seq;

CREATE TABLE care.related_person (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.related_person_id_seq'),
	status text NOT NULL CHECK (status IN ('active', 'inactive', 'entered-in-error')),
	name text NOT NULL CHECK (name <> ''),
	relationship text NOT NULL CHECK (relationship <> ''),
	contact text,
	shared text[] NOT NULL DEFAULT '{}',
	start_time timestamptz NOT NULL,
	end_time timestamptz,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id)
);
ALTER SEQUENCE care.related_person_id_seq OWNED BY care.related_person.id;

COMMENT ON TABLE care.related_person IS 'Informal carers and other persons close to the citizen (FHIR RelatedPerson).';
COMMENT ON COLUMN care.related_person.status IS 'active, inactive, or entered-in-error.';
COMMENT ON COLUMN care.related_person.relationship IS 'Spouse, daughter, neighbour ...';
COMMENT ON COLUMN care.related_person.contact IS 'How to reach the person.';
COMMENT ON COLUMN care.related_person.shared IS 'Which parts of the record (care.record_part) the citizen shares with the person.';

INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, party, needs)
SELECT t.entity, t.step, t.from_status, t.to_status, a.actors, t.party, t.needs
FROM (VALUES
	('professional', '{hospital,municipality,general practice,specialist,pharmacy,therapist,social,region}'::text[]),
	('anyone', '{hospital,municipality,general practice,specialist,pharmacy,therapist,social,region,citizen}'),
	('citizen', '{citizen}'),
	('nobody', '{}')
) AS a (name, actors)
JOIN (VALUES
	('consent', 'give_consent', '', 'active', 'anyone', NULL, 'what it is for'),
	('consent', 'refuse_consent', '', 'rejected', 'anyone', NULL, 'what it is for'),
	('consent', 'withdraw_consent', 'active', 'inactive', 'anyone', NULL, NULL),
	('enrollment', 'enter_pathway', '', 'referred', 'anyone', NULL, 'a reason; the programme is run by the organization'),
	('enrollment', 'reject_enrollment', 'referred', 'rejected', 'professional', 'organization', 'a reason'),
	('enrollment', 'reject_enrollment', 'assessed', 'rejected', 'professional', 'organization', 'a reason'),
	('enrollment', 'complete_assessment', 'referred', 'assessed', 'nobody', NULL, 'assessments of health and of social needs'),
	('enrollment', 'enroll', 'assessed', 'enrolled', 'professional', 'organization', 'the citizen''s consent to the programme'),
	('enrollment', 'start_care', 'enrolled', 'active', 'nobody', NULL, 'an agreed plan'),
	('enrollment', 'start_care', 'reassessing', 'active', 'nobody', NULL, 'an agreed plan'),
	('enrollment', 'reassess', 'active', 'reassessing', 'professional', NULL, 'a reason'),
	('enrollment', 'interrupt_care', 'active', 'onhold', 'nobody', NULL, 'an admission'),
	('enrollment', 'continue_care', 'onhold', 'active', 'nobody', NULL, 'the end of a stay'),
	('enrollment', 'exit_pathway', 'active', 'finished', 'professional', 'organization', 'a reason; no open plan'),
	('enrollment', 'exit_pathway', 'onhold', 'finished', 'professional', 'organization', 'a reason; no open plan'),
	('enrollment', 'exit_pathway', 'reassessing', 'finished', 'professional', 'organization', 'a reason; no open plan'),
	('enrollment', 'transfer_pathway', 'active', 'transferred', 'professional', 'organization', 'the other programme; no open plan'),
	('enrollment', 'transfer_pathway', 'reassessing', 'transferred', 'professional', 'organization', 'the other programme; no open plan'),
	('enrollment', 'continue_pathway', '', 'referred', 'nobody', NULL, 'a transfer from the other pathway'),
	('enrollment', 'end_by_withdrawal', 'enrolled', 'withdrawn', 'nobody', NULL, 'a consent withdrawn'),
	('enrollment', 'end_by_withdrawal', 'active', 'withdrawn', 'nobody', NULL, 'a consent withdrawn'),
	('enrollment', 'end_by_withdrawal', 'reassessing', 'withdrawn', 'nobody', NULL, 'a consent withdrawn'),
	('enrollment', 'end_by_withdrawal', 'onhold', 'withdrawn', 'nobody', NULL, 'a consent withdrawn'),
	('enrollment', 'end_by_death', 'referred', 'finished', 'nobody', NULL, 'a death'),
	('enrollment', 'end_by_death', 'assessed', 'finished', 'nobody', NULL, 'a death'),
	('enrollment', 'end_by_death', 'enrolled', 'finished', 'nobody', NULL, 'a death'),
	('enrollment', 'end_by_death', 'active', 'finished', 'nobody', NULL, 'a death'),
	('enrollment', 'end_by_death', 'reassessing', 'finished', 'nobody', NULL, 'a death'),
	('enrollment', 'end_by_death', 'onhold', 'finished', 'nobody', NULL, 'a death'),
	('assessment', 'assess_needs', '', 'completed', 'professional', NULL, 'an enrollment that is referred'),
	('care_plan', 'propose_plan', '', 'draft', 'professional', NULL, NULL),
	('care_plan', 'revise_plan', 'draft', 'draft', 'professional', NULL, 'what changes'),
	('care_plan', 'revise_plan', 'active', 'active', 'professional', NULL, 'what changes'),
	('care_plan', 'activate_plan', 'draft', 'active', 'nobody', NULL, 'agreement of all parties'),
	('care_plan', 'close_plan', 'active', 'completed', 'professional', NULL, 'no open tasks, appointments or alerts'),
	('care_plan', 'revoke_plan', 'draft', 'revoked', 'professional', NULL, 'a reason; no open tasks, appointments or alerts'),
	('care_plan', 'revoke_plan', 'active', 'revoked', 'professional', NULL, 'a reason; no open tasks, appointments or alerts'),
	('care_plan', 'end_by_withdrawal', 'draft', 'revoked', 'nobody', NULL, 'a consent withdrawn'),
	('care_plan', 'end_by_withdrawal', 'active', 'revoked', 'nobody', NULL, 'a consent withdrawn'),
	('care_plan', 'end_by_death', 'draft', 'revoked', 'nobody', NULL, 'a death'),
	('care_plan', 'end_by_death', 'active', 'revoked', 'nobody', NULL, 'a death'),
	('agreement', 'agree_plan', '', 'agreed', 'anyone', NULL, 'a plan that is draft or active, not agreed yet by this party'),
	('goal', 'set_goal', '', 'active', 'anyone', NULL, NULL),
	('goal', 'reach_goal', 'active', 'completed', 'anyone', NULL, NULL),
	('goal', 'drop_goal', 'active', 'cancelled', 'anyone', NULL, 'a reason'),
	('appointment', 'book_appointment', '', 'booked', 'professional', NULL, NULL),
	('appointment', 'fulfil_appointment', 'booked', 'fulfilled', 'professional', 'organization', NULL),
	('appointment', 'miss_appointment', 'booked', 'noshow', 'professional', 'organization', NULL),
	('appointment', 'cancel_appointment', 'booked', 'cancelled', 'anyone', NULL, 'a reason'),
	('care_team_member', 'join_care_team', '', 'active', 'professional', NULL, NULL),
	('care_team_member', 'leave_care_team', 'active', 'inactive', 'professional', NULL, NULL),
	('related_person', 'add_related_person', '', 'active', 'anyone', NULL, NULL),
	('related_person', 'remove_related_person', 'active', 'inactive', 'anyone', NULL, NULL)
) AS t (entity, step, from_status, to_status, actor, party, needs) ON t.actor = a.name;

INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, needs)
SELECT t.entity, c.step, t.from_status, t.to_status, '{}', c.needs
FROM (VALUES ('end_by_withdrawal', 'a consent withdrawn'), ('end_by_death', 'a death')) AS c (step, needs)
CROSS JOIN (VALUES
	('task', 'requested', 'cancelled'),
	('task', 'received', 'cancelled'),
	('task', 'accepted', 'cancelled'),
	('task', 'ready', 'cancelled'),
	('task', 'in-progress', 'cancelled'),
	('appointment', 'booked', 'cancelled'),
	('measurement_plan', 'active', 'completed'),
	('measurement_plan', 'on-hold', 'completed')
) AS t (entity, from_status, to_status);
