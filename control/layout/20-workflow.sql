-- The workflow: which steps there are, as data, and every step taken. A step is a
-- function of the same name; care.take_step() alone decides whether it may be taken.

CREATE TABLE care.workflow_transition (
	entity name NOT NULL,
	step name NOT NULL,
	from_status text NOT NULL,
	to_status text NOT NULL,
	actors text[] NOT NULL,
	party name,
	needs text,
	PRIMARY KEY (entity, step, from_status)
);

COMMENT ON TABLE care.workflow_transition IS
'The state machines: from which status a step leads to which, and who may take it. A step that is not here is impossible.';
COMMENT ON COLUMN care.workflow_transition.entity IS 'The table whose rows have the status.';
COMMENT ON COLUMN care.workflow_transition.step IS 'The function in schema care that takes it.';
COMMENT ON COLUMN care.workflow_transition.from_status IS 'Status before; empty for a step that makes the entry.';
COMMENT ON COLUMN care.workflow_transition.to_status IS 'Status after.';
COMMENT ON COLUMN care.workflow_transition.actors IS
'Sectors whose organizations may take it; ''citizen'' when the citizen may, which is without an organization; empty: nobody, for other steps cause it.';
COMMENT ON COLUMN care.workflow_transition.party IS
'Column of the entry with the organization that takes it, itself or a unit of its own; null: any organization of the sectors.';
COMMENT ON COLUMN care.workflow_transition.needs IS 'What else the step needs, in words; the function checks it.';

CREATE SEQUENCE care.workflow_event_id_seq;

CREATE TABLE care.workflow_event (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.workflow_event_id_seq'),
	entity name NOT NULL,
	entry bigint NOT NULL,
	step name NOT NULL,
	from_status text NOT NULL,
	to_status text NOT NULL,
	event_time timestamptz NOT NULL,
	organization bigint REFERENCES care.organization,
	request_id text NOT NULL CHECK (request_id <> ''),
	details jsonb NOT NULL DEFAULT '{}',
	before jsonb,
	rests_on bigint,
	annuls bigint,
	recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	recorded_by name NOT NULL DEFAULT current_user,
	PRIMARY KEY (citizen, id),
	CONSTRAINT workflow_event_rests_on_fkey FOREIGN KEY (citizen, rests_on)
		REFERENCES care.workflow_event DEFERRABLE,
	CONSTRAINT workflow_event_annuls_fkey FOREIGN KEY (citizen, annuls)
		REFERENCES care.workflow_event DEFERRABLE,
	CHECK ((step = 'annul') = (annuls IS NOT NULL))
);
ALTER SEQUENCE care.workflow_event_id_seq OWNED BY care.workflow_event.id;
CREATE INDEX workflow_event_request_id_idx ON care.workflow_event (citizen, request_id);
CREATE INDEX workflow_event_entry_idx ON care.workflow_event (citizen, entity, entry, id);
CREATE INDEX workflow_event_time_idx ON care.workflow_event (event_time);
CREATE INDEX workflow_event_annuls_idx ON care.workflow_event (citizen, annuls) WHERE annuls IS NOT NULL;
CREATE INDEX workflow_event_rests_on_idx ON care.workflow_event (citizen, rests_on) WHERE rests_on IS NOT NULL;

COMMENT ON TABLE care.workflow_event IS
'Every step taken with a citizen''s care, in the order recorded. Rows are added, never changed: the history behind the status of each entry.';
COMMENT ON COLUMN care.workflow_event.entity IS 'The table of the entry.';
COMMENT ON COLUMN care.workflow_event.entry IS 'The entry''s id.';
COMMENT ON COLUMN care.workflow_event.step IS 'The function that was called, or ''annul''.';
COMMENT ON COLUMN care.workflow_event.from_status IS 'Status before; empty where the step made the entry.';
COMMENT ON COLUMN care.workflow_event.to_status IS 'Status after.';
COMMENT ON COLUMN care.workflow_event.event_time IS 'When it happened, which may be long before it was recorded.';
COMMENT ON COLUMN care.workflow_event.organization IS 'Who took it; null for the citizen.';
COMMENT ON COLUMN care.workflow_event.request_id IS 'Chosen by the caller: the same one again changes nothing.';
COMMENT ON COLUMN care.workflow_event.details IS 'What the step was called with.';
COMMENT ON COLUMN care.workflow_event.before IS 'The entry as it was, its nulls left out: what annulling the step brings back; null where the step made it.';
COMMENT ON COLUMN care.workflow_event.rests_on IS 'The event that caused this one: annulled together with it.';
COMMENT ON COLUMN care.workflow_event.annuls IS 'Of an annulment the event that it takes back.';

CREATE TYPE care.step_result AS (
	citizen bigint,
	entity name,
	entry bigint,
	status text,
	event bigint,
	repeated boolean
);

COMMENT ON TYPE care.step_result IS
'What a step function returns: the entry (its table and id), the status that the step led to, the event, and whether the request had been seen before, so that nothing was changed.';

CREATE TYPE care.possible_step AS (
	entity name,
	entry bigint,
	status text,
	step name,
	to_status text,
	actors text[],
	party name,
	needs text
);

COMMENT ON TYPE care.possible_step IS
'What care.possible_steps() returns: an entry (null: the step makes one), its status, a step with where it leads, and what it takes (as in care.workflow_transition).';
