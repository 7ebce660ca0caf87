-- What is to be done: the plan that all sectors and the citizen share, its
-- goals, its activities, and the tasks that someone has to do.

CREATE SEQUENCE care.care_plan_id_seq;

CREATE TABLE care.care_plan (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.care_plan_id_seq'),
	status text NOT NULL CHECK (status = ANY ('{draft,active,on-hold,revoked,completed,entered-in-error,unknown}')),
	intent text NOT NULL CHECK (intent = ANY ('{proposal,plan,order,option}')),
	title text NOT NULL,
	organization bigint REFERENCES care.organization,
	start_time timestamptz,
	end_time timestamptz,
	addresses bigint[] NOT NULL DEFAULT '{}',
	goals bigint[] NOT NULL DEFAULT '{}',
	encounter bigint,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT care_plan_encounter_fkey FOREIGN KEY (citizen, encounter)
		REFERENCES care.encounter DEFERRABLE
);
ALTER SEQUENCE care.care_plan_id_seq OWNED BY care.care_plan.id;
CREATE INDEX care_plan_organization_idx ON care.care_plan (organization) WHERE status = 'active';

COMMENT ON TABLE care.care_plan IS 'A plan for a citizen''s care (FHIR CarePlan).';
COMMENT ON COLUMN care.care_plan.intent IS 'How binding it is, in the codes of FHIR.';
COMMENT ON COLUMN care.care_plan.title IS 'What it is, in words.';
COMMENT ON COLUMN care.care_plan.addresses IS 'Ids of the citizen''s conditions that the plan is about.';
COMMENT ON COLUMN care.care_plan.goals IS 'Ids of the citizen''s goals that the plan works towards.';

CREATE TABLE care.care_plan_activity (
	citizen bigint NOT NULL,
	care_plan bigint NOT NULL,
	ordinal integer NOT NULL CHECK (ordinal > 0),
	system text,
	code text,
	name text NOT NULL,
	status text NOT NULL CHECK (status = ANY ('{not-started,scheduled,in-progress,on-hold,completed,cancelled,stopped,unknown,entered-in-error}')),
	PRIMARY KEY (citizen, care_plan, ordinal),
	CONSTRAINT care_plan_activity_care_plan_fkey FOREIGN KEY (citizen, care_plan)
		REFERENCES care.care_plan DEFERRABLE
);

COMMENT ON TABLE care.care_plan_activity IS 'What a plan says should be done, in its order (FHIR CarePlan.activity).';
COMMENT ON COLUMN care.care_plan_activity.ordinal IS 'Its place in the plan, from 1.';

CREATE SEQUENCE care.goal_id_seq;

CREATE TABLE care.goal (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.goal_id_seq'),
	lifecycle_status text NOT NULL CHECK (lifecycle_status = ANY ('{proposed,planned,accepted,active,on-hold,completed,cancelled,entered-in-error,rejected}')),
	achievement_status text CHECK (achievement_status = ANY ('{in-progress,improving,worsening,no-change,achieved,sustaining,not-achieved,no-progress,not-attainable}')),
	description text NOT NULL,
	start_date date,
	due_date date,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id)
);
ALTER SEQUENCE care.goal_id_seq OWNED BY care.goal.id;

COMMENT ON TABLE care.goal IS 'What citizen and professionals want to reach (FHIR Goal).';
COMMENT ON COLUMN care.goal.description IS 'What it is, in words.';
COMMENT ON COLUMN care.goal.start_date IS 'Day from which on it is worked on.';
COMMENT ON COLUMN care.goal.due_date IS 'Last day to reach it.';

CREATE SEQUENCE care.task_id_seq;

CREATE TABLE care.task (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.task_id_seq'),
	status text NOT NULL CHECK (status = ANY ('{draft,requested,received,accepted,rejected,ready,cancelled,in-progress,on-hold,failed,completed,entered-in-error}')),
	priority text NOT NULL DEFAULT 'routine'
		CHECK (priority = ANY ('{routine,urgent,asap,stat}')),
	code text NOT NULL,
	description text NOT NULL,
	requester bigint REFERENCES care.organization,
	owner bigint REFERENCES care.organization,
	due_start timestamptz,
	due_end timestamptz,
	offered_to bigint REFERENCES care.organization,
	note text,
	care_plan bigint,
	encounter bigint,
	episode_of_care bigint,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CHECK (due_end >= due_start),
	CONSTRAINT task_episode_of_care_fkey FOREIGN KEY (citizen, episode_of_care)
		REFERENCES care.episode_of_care DEFERRABLE,
	CONSTRAINT task_care_plan_fkey FOREIGN KEY (citizen, care_plan)
		REFERENCES care.care_plan DEFERRABLE,
	CONSTRAINT task_encounter_fkey FOREIGN KEY (citizen, encounter)
		REFERENCES care.encounter DEFERRABLE
);
ALTER SEQUENCE care.task_id_seq OWNED BY care.task.id;
CREATE INDEX task_owner_idx ON care.task (owner, due_end)
	WHERE status IN ('requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold');
CREATE INDEX task_offered_idx ON care.task (offered_to)
	WHERE offered_to IS NOT NULL AND status IN ('accepted', 'in-progress');

COMMENT ON TABLE care.task IS 'Something that someone has to do for a citizen (FHIR Task).';
COMMENT ON COLUMN care.task.priority IS 'Routine, urgent, asap or stat, from least to most.';
COMMENT ON COLUMN care.task.code IS 'Of what kind it is.';
COMMENT ON COLUMN care.task.description IS 'What it is, in words.';
COMMENT ON COLUMN care.task.requester IS 'The organization that asks for it.';
COMMENT ON COLUMN care.task.owner IS 'The organization that has to do it; null when it is the citizen.';
COMMENT ON COLUMN care.task.offered_to IS 'The organization that has been asked to take it over, and has not answered yet.';
COMMENT ON COLUMN care.task.note IS 'What was said about it last.';
COMMENT ON COLUMN care.task.episode_of_care IS 'The service that it is about.';
COMMENT ON COLUMN care.task.due_start IS 'Not before.';
COMMENT ON COLUMN care.task.due_end IS 'Overdue after. Whether it is overdue is derived from now(), never stored.';
