-- Clinical documents (HL7 CDA): every one as it came, and what it is to a citizen.

CREATE SEQUENCE care.document_id_seq;

CREATE TABLE care.document (
	id bigint PRIMARY KEY DEFAULT nextval('care.document_id_seq'),
	hash bytea NOT NULL UNIQUE,
	content text NOT NULL,
	status text NOT NULL CHECK (status IN ('processed', 'parked', 'refused')),
	citizen bigint,
	entry bigint,
	report jsonb NOT NULL,
	received_at timestamptz NOT NULL DEFAULT now(),
	deliveries integer NOT NULL DEFAULT 1 CHECK (deliveries > 0)
);
ALTER SEQUENCE care.document_id_seq OWNED BY care.document.id;
ALTER TABLE care.document ALTER content SET COMPRESSION lz4;
CREATE INDEX document_status_idx ON care.document (received_at) WHERE status = 'parked';

COMMENT ON TABLE care.document IS
'Look-up, keyed by what came: every document received, whole, also what could not be read, with what became of it.';
COMMENT ON COLUMN care.document.hash IS 'SHA-256 of the content: by it a document that comes again is known.';
COMMENT ON COLUMN care.document.content IS 'The document as it came.';
COMMENT ON COLUMN care.document.status IS
'processed; parked: a person decides with care.accept_document() or care.refuse_document(); refused: the report says why.';
COMMENT ON COLUMN care.document.citizen IS 'Whom it turned out to be about; null until that is known.';
COMMENT ON COLUMN care.document.entry IS 'Id of the care.document_reference that it became; null if it became none.';
COMMENT ON COLUMN care.document.report IS 'What care.receive_document() returned when the document was last read.';
COMMENT ON COLUMN care.document.received_at IS 'When it came first.';
COMMENT ON COLUMN care.document.deliveries IS 'How often it has come.';

CREATE SEQUENCE care.document_reference_id_seq;

CREATE TABLE care.document_reference (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.document_reference_id_seq'),
	status text NOT NULL CHECK (status IN ('current', 'superseded', 'entered-in-error')),
	kind text NOT NULL CHECK (kind <> ''),
	title text NOT NULL,
	set_key text NOT NULL,
	version bigint NOT NULL,
	replaces text[] NOT NULL DEFAULT '{}',
	author bigint REFERENCES care.organization,
	custodian bigint REFERENCES care.organization,
	receiver bigint REFERENCES care.organization,
	start_time timestamptz,
	end_time timestamptz,
	document bigint,
	entries text[] NOT NULL DEFAULT '{}',
	read_at timestamptz,
	read_by bigint REFERENCES care.organization,
	source text NOT NULL,
	issued timestamptz NOT NULL,
	digest text NOT NULL,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id)
);
ALTER SEQUENCE care.document_reference_id_seq OWNED BY care.document_reference.id;
CREATE INDEX document_reference_set_key_idx ON care.document_reference (set_key, citizen);
CREATE INDEX document_reference_source_idx ON care.document_reference (source, citizen);
CREATE INDEX document_reference_receiver_idx ON care.document_reference (receiver, issued)
	WHERE status = 'current' AND read_at IS NULL;

COMMENT ON TABLE care.document_reference IS
'The documents about a citizen, each version of each set (FHIR DocumentReference). What they say is in the tables of what it is about; the text is in care.document.';
COMMENT ON COLUMN care.document_reference.status IS
'current: of its set the latest by (version, issued, digest), and replaced by no other; superseded; entered-in-error. The order of arrival does not matter.';
COMMENT ON COLUMN care.document_reference.kind IS
'PHMR measurements at home, QRD answers to a questionnaire, APD appointment, CPD care plan, HCO observations of home care; of a letter its type in care.letter_type.';
COMMENT ON COLUMN care.document_reference.title IS 'As the document has it.';
COMMENT ON COLUMN care.document_reference.set_key IS
'The set whose version it is, which its replacements share; of a document that names none its own identity.';
COMMENT ON COLUMN care.document_reference.version IS 'Number of the version within the set; 1 if the document has none.';
COMMENT ON COLUMN care.document_reference.replaces IS 'Documents and sets, besides its own, that it says it replaces.';
COMMENT ON COLUMN care.document_reference.author IS 'The organization that wrote it; null if the citizen did.';
COMMENT ON COLUMN care.document_reference.custodian IS 'The organization that keeps it.';
COMMENT ON COLUMN care.document_reference.receiver IS 'The organization that is to read it; null if none is named.';
COMMENT ON COLUMN care.document_reference.start_time IS 'Start of the time that it covers.';
COMMENT ON COLUMN care.document_reference.end_time IS 'End of the time that it covers.';
COMMENT ON COLUMN care.document_reference.document IS 'Id of the care.document with its text; null of a letter or message, whose text is in care.message.';
COMMENT ON COLUMN care.document_reference.entries IS
'Keys of the entries it speaks of, type first. What a version leaves out that an earlier one had is withdrawn.';
COMMENT ON COLUMN care.document_reference.read_at IS 'When the receiver read it; null while it is unread.';
COMMENT ON COLUMN care.document_reference.read_by IS 'Who read it.';
COMMENT ON COLUMN care.document_reference.source IS 'Identity of the document: root and extension of its id; of a letter that in care.letter.';
COMMENT ON COLUMN care.document_reference.issued IS 'Effective time of the document.';
COMMENT ON COLUMN care.document_reference.digest IS 'MD5 of the hash of the text: breaks ties.';

INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, party, needs)
SELECT 'document_reference', t.step, t.from_status, t.to_status,
	CASE WHEN t.party IS NULL THEN '{}'
		ELSE '{hospital,municipality,general practice,specialist,pharmacy,therapist,social,region,unclassified}'::text[] END, t.party, t.needs
FROM (VALUES
	('read_document', 'current', 'current', 'receiver', NULL),
	('read_document', 'superseded', 'superseded', 'receiver', NULL),
	('supersede_document', 'current', 'superseded', NULL, 'a document that replaces it')
) AS t (step, from_status, to_status, party, needs);

INSERT INTO care.setting (name, value, meaning) VALUES
	('document_size', '16777216', 'How many bytes a document may have that is to be read; a larger one is kept and refused.');
