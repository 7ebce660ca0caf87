-- Who is cared for. The key "citizen" is a number of our own; the civil
-- registration number is an attribute, for it can change and be wrong.

CREATE SEQUENCE care.citizen_seq;

CREATE TABLE care.citizen (
	citizen bigint PRIMARY KEY DEFAULT nextval('care.citizen_seq'),
	name text,
	birth_date date,
	gender text CHECK (gender IN ('male', 'female', 'other', 'unknown')),
	deceased boolean NOT NULL DEFAULT false,
	deceased_at timestamptz,
	city text,
	municipality bigint REFERENCES care.organization,
	general_practice bigint REFERENCES care.organization,
	care_team name[] NOT NULL DEFAULT '{}',
	merged_into bigint,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CHECK (merged_into <> citizen)
);
ALTER SEQUENCE care.citizen_seq OWNED BY care.citizen.citizen;
CREATE INDEX citizen_municipality_idx ON care.citizen (municipality) INCLUDE (citizen, deceased);
CREATE INDEX citizen_general_practice_idx ON care.citizen (general_practice) INCLUDE (citizen, deceased);
CREATE INDEX citizen_care_team_idx ON care.citizen USING gin (care_team);

COMMENT ON TABLE care.citizen IS 'One row for each person whose care is shared.';
COMMENT ON COLUMN care.citizen.citizen IS 'Number of our own: it never changes, as a CPR number may.';
COMMENT ON COLUMN care.citizen.name IS 'To show, never to match on.';
COMMENT ON COLUMN care.citizen.birth_date IS 'Null where only the year or month is known.';
COMMENT ON COLUMN care.citizen.gender IS 'Administrative gender.';
COMMENT ON COLUMN care.citizen.deceased IS 'Whether the citizen is known to have died.';
COMMENT ON COLUMN care.citizen.deceased_at IS 'When, if that is known.';
COMMENT ON COLUMN care.citizen.municipality IS 'Where the citizen lives.';
COMMENT ON COLUMN care.citizen.general_practice IS 'Whose patient the citizen is.';
COMMENT ON COLUMN care.citizen.care_team IS 'Roles with a treatment relation to this citizen whom the citizen does not refuse; work-lists are filtered by it. Triggers write it, see care.treatment_relation.';
COMMENT ON COLUMN care.citizen.merged_into IS
'Set when this record was found to be the same person as another: where its entries are now. Undone by care.unmerge_citizens().';

CREATE TABLE care.identifier_system (
	system text PRIMARY KEY CHECK (system <> ''),
	name text NOT NULL,
	identifies boolean NOT NULL
);

COMMENT ON TABLE care.identifier_system IS 'Systems of identifiers for persons, as FHIR names them.';
COMMENT ON COLUMN care.identifier_system.name IS 'What its identifiers are called.';
COMMENT ON COLUMN care.identifier_system.identifies IS
'True: one value is one person, so a match on it alone finds the citizen. False, and for any system not listed: kept and shown, never matched on. A local replacement number under the system of CPR numbers (60 added to the day) is never matched on either.';

INSERT INTO care.identifier_system (system, name, identifies) VALUES
	('urn:oid:1.2.208.176.1.2', 'CPR number', true),
	('urn:oid:1.2.208.176.1.6.1.1', 'national replacement number (X-eCPR)', true),
	('urn:oid:1.2.208.176.1.6.1.3', 'local replacement number (D-eCPR)', false),
	('urn:oid:1.2.208.176.1.6.1.3.177', 'local replacement number (D-eCPR) of Region Zealand', false),
	('urn:oid:1.2.208.176.1.6.1.3.179', 'local replacement number (D-eCPR) of the North Denmark Region', false),
	('urn:oid:1.2.208.176.1.6.1.3.181', 'local replacement number (D-eCPR) of the Central Denmark Region', false),
	('urn:oid:1.2.208.176.1.6.1.3.183', 'local replacement number (D-eCPR) of the Region of Southern Denmark', false),
	('urn:oid:1.2.208.176.1.6.1.3.187', 'local replacement number (D-eCPR) of the Capital Region of Denmark', false);

CREATE TABLE care.citizen_identifier (
	citizen bigint NOT NULL REFERENCES care.citizen,
	system text NOT NULL CHECK (system <> ''),
	value text NOT NULL CHECK (value <> ''),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, system, value)
);
CREATE INDEX citizen_identifier_value_idx ON care.citizen_identifier (value, system);

COMMENT ON TABLE care.citizen_identifier IS 'Every identifier a citizen is known by, with its system.';
COMMENT ON COLUMN care.citizen_identifier.value IS 'The identifier, in its normal form where its system is known: a CPR number is ten digits.';

CREATE TABLE care.identifier_owner (
	system text NOT NULL REFERENCES care.identifier_system,
	value text NOT NULL,
	citizen bigint NOT NULL,
	PRIMARY KEY (system, value)
);

COMMENT ON TABLE care.identifier_owner IS
'Look-up, keyed by the identifier: which citizen has it. Holds identifying systems only; its key is what makes such an identifier unique.';
COMMENT ON COLUMN care.identifier_owner.value IS 'The identifier.';
COMMENT ON COLUMN care.identifier_owner.citizen IS 'Who has it.';

CREATE SEQUENCE care.citizen_merge_id_seq;

CREATE TABLE care.citizen_merge (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.citizen_merge_id_seq'),
	merged bigint NOT NULL,
	moved jsonb NOT NULL,
	reason text NOT NULL CHECK (reason <> ''),
	merged_at timestamptz NOT NULL DEFAULT now(),
	merged_by name NOT NULL DEFAULT smartcare.my_role(),
	undone_at timestamptz,
	undone_by name,
	undone_reason text,
	PRIMARY KEY (citizen, id),
	CHECK (merged <> citizen)
);
ALTER SEQUENCE care.citizen_merge_id_seq OWNED BY care.citizen_merge.id;

COMMENT ON TABLE care.citizen_merge IS 'Trace of records found to be one person, and of the mistakes undone.';
COMMENT ON COLUMN care.citizen_merge.citizen IS 'The record that was kept.';
COMMENT ON COLUMN care.citizen_merge.merged IS 'The record whose entries were moved to it.';
COMMENT ON COLUMN care.citizen_merge.moved IS 'What was moved: for each table the entries'' ids, so that un-merging moves just these back.';
COMMENT ON COLUMN care.citizen_merge.merged_at IS 'When that was.';
COMMENT ON COLUMN care.citizen_merge.merged_by IS 'The role that did it.';
COMMENT ON COLUMN care.citizen_merge.undone_at IS 'When the records were un-merged; null while the merge stands.';
COMMENT ON COLUMN care.citizen_merge.undone_by IS 'The role that un-merged them.';
COMMENT ON COLUMN care.citizen_merge.undone_reason IS 'Why.';

CREATE SEQUENCE care.entry_move_id_seq;

CREATE TABLE care.entry_move (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.entry_move_id_seq'),
	from_citizen bigint NOT NULL,
	entry_table name NOT NULL,
	entry bigint NOT NULL,
	reason text NOT NULL CHECK (reason <> ''),
	moved_at timestamptz NOT NULL DEFAULT now(),
	moved_by name NOT NULL DEFAULT smartcare.my_role(),
	PRIMARY KEY (citizen, id)
);
ALTER SEQUENCE care.entry_move_id_seq OWNED BY care.entry_move.id;

COMMENT ON TABLE care.entry_move IS 'Trace of entries that stood with the wrong citizen and were moved to this one.';
COMMENT ON COLUMN care.entry_move.citizen IS 'The right citizen.';
COMMENT ON COLUMN care.entry_move.from_citizen IS 'The wrong one.';
COMMENT ON COLUMN care.entry_move.entry_table IS 'The table of the entry.';
COMMENT ON COLUMN care.entry_move.entry IS 'The entry''s id.';
COMMENT ON COLUMN care.entry_move.moved_at IS 'When that was.';
COMMENT ON COLUMN care.entry_move.moved_by IS 'The role that did it.';
