-- Correspondence about a citizen between organizations: what was written, in threads.

CREATE TABLE care.communication_category (
	code text PRIMARY KEY,
	name text NOT NULL
);
COMMENT ON TABLE care.communication_category IS 'What a communication can be about: MedCom''s code system medcom-careCommunication-categoryCodes.';
COMMENT ON COLUMN care.communication_category.name IS 'What it is, in words.';

INSERT INTO care.communication_category (code, name) VALUES
	('acute-ambulant', 'Acute outpatient'),
	('alcohol-and-drug-treatment', 'Treatment for alcohol and drugs'),
	('assistive-devices', 'Assistive devices'),
	('carecoordination', 'Coordination of care'),
	('decease', 'Death'),
	('discharge', 'Discharge'),
	('examination-results', 'Results of examinations'),
	('extended-care-responsibility', 'Extended responsibility for treatment'),
	('healthcare', 'Health care'),
	('home-care-assessment', 'Assessment for home care'),
	('medicine', 'Medicine'),
	('nursing', 'Nursing'),
	('other', 'Other'),
	('outpatient', 'Outpatient'),
	('psychiatry-social-disability', 'Psychiatry, social matters, disability'),
	('regarding-referral', 'Regarding a referral'),
	('telemedicine', 'Telemedicine'),
	('training', 'Training');

CREATE SEQUENCE care.communication_id_seq;

CREATE TABLE care.communication (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.communication_id_seq'),
	status text NOT NULL CHECK (status = ANY ('{completed,entered-in-error}')),
	direction text NOT NULL CHECK (direction = ANY ('{in,out}')),
	activity text NOT NULL CHECK (activity = ANY ('{new,reply,forward}')),
	thread text NOT NULL CHECK (thread <> ''),
	category text NOT NULL REFERENCES care.communication_category,
	topic text,
	priority text CHECK (priority = ANY ('{routine,asap}')),
	sender bigint NOT NULL REFERENCES care.organization,
	receiver bigint NOT NULL REFERENCES care.organization,
	episodes text[] NOT NULL DEFAULT '{}',
	sent_at timestamptz NOT NULL,
	source text,
	read_at timestamptz,
	read_by bigint REFERENCES care.organization,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id)
);
ALTER SEQUENCE care.communication_id_seq OWNED BY care.communication.id;
CREATE INDEX communication_receiver_idx ON care.communication (receiver, sent_at)
	WHERE direction = 'in' AND status = 'completed' AND read_at IS NULL;

COMMENT ON TABLE care.communication IS
'Correspondence about a citizen: one row for each that came or went (FHIR Communication). care.correspondence() shows the threads.';
COMMENT ON COLUMN care.communication.status IS 'completed: it came, or is to go; entered-in-error: sending it was annulled.';
COMMENT ON COLUMN care.communication.direction IS 'in, or out.';
COMMENT ON COLUMN care.communication.activity IS 'new begins a thread, and so does forward; reply continues one.';
COMMENT ON COLUMN care.communication.thread IS 'The thread that it belongs to (Communication.identifier): a UUID.';
COMMENT ON COLUMN care.communication.category IS 'What it is about.';
COMMENT ON COLUMN care.communication.topic IS 'The same in the sender''s words.';
COMMENT ON COLUMN care.communication.priority IS 'How much it hastens, where it regards a referral.';
COMMENT ON COLUMN care.communication.sender IS 'Who sent it.';
COMMENT ON COLUMN care.communication.receiver IS 'Who is to read it.';
COMMENT ON COLUMN care.communication.episodes IS
'Identifiers of the episodes of care that it regards, in lower case without hyphens; by them the stay is found that it is about.';
COMMENT ON COLUMN care.communication.sent_at IS 'When it was sent, by its Provenance.';
COMMENT ON COLUMN care.communication.source IS 'The letter, in care.letter.';
COMMENT ON COLUMN care.communication.read_at IS 'When the receiver read it; null while it is unread.';
COMMENT ON COLUMN care.communication.read_by IS 'Who read it.';

CREATE SEQUENCE care.communication_payload_id_seq;

CREATE TABLE care.communication_payload (
	citizen bigint NOT NULL,
	id bigint NOT NULL DEFAULT nextval('care.communication_payload_id_seq'),
	communication bigint NOT NULL,
	thread text NOT NULL,
	key text NOT NULL,
	written_at timestamptz NOT NULL,
	organization bigint REFERENCES care.organization,
	author text,
	author_role text,
	phone text,
	text text,
	title text,
	content_type text,
	created_at timestamptz,
	url text,
	data bytea,
	PRIMARY KEY (citizen, id),
	CONSTRAINT communication_payload_communication_fkey FOREIGN KEY (citizen, communication)
		REFERENCES care.communication DEFERRABLE,
	CHECK ((text IS NULL) = (title IS NOT NULL))
);
ALTER SEQUENCE care.communication_payload_id_seq OWNED BY care.communication_payload.id;
CREATE INDEX communication_payload_thread_idx ON care.communication_payload (citizen, thread, key);
CREATE INDEX communication_payload_communication_idx ON care.communication_payload (citizen, communication);
-- What is attached is compressed already, as a rule.
ALTER TABLE care.communication_payload ALTER data SET STORAGE EXTERNAL;

COMMENT ON TABLE care.communication_payload IS
'What a thread consists of: segments of text, and what is attached. Each reply repeats what was written before; each segment is here once in its thread.';
COMMENT ON COLUMN care.communication_payload.communication IS 'The communication that it came with first.';
COMMENT ON COLUMN care.communication_payload.thread IS 'The thread that it is part of.';
COMMENT ON COLUMN care.communication_payload.key IS 'Identifier that its author gave it.';
COMMENT ON COLUMN care.communication_payload.written_at IS 'When it was written: threads are read in this order, whatever came first.';
COMMENT ON COLUMN care.communication_payload.organization IS 'Where it was written, as far as it says so and that is known.';
COMMENT ON COLUMN care.communication_payload.author IS 'Who wrote it.';
COMMENT ON COLUMN care.communication_payload.author_role IS 'As what: a role by MedCom''s codes.';
COMMENT ON COLUMN care.communication_payload.phone IS 'Number at which the author can be reached.';
COMMENT ON COLUMN care.communication_payload.text IS 'What was written; null of an attachment.';
COMMENT ON COLUMN care.communication_payload.title IS 'Title of an attachment; null of a text.';
COMMENT ON COLUMN care.communication_payload.content_type IS 'Of what type an attachment is.';
COMMENT ON COLUMN care.communication_payload.created_at IS 'When an attachment was made, where it says so.';
COMMENT ON COLUMN care.communication_payload.url IS 'Where an attachment is, if it was not sent along.';
COMMENT ON COLUMN care.communication_payload.data IS
'The attachment; null of a link, and of one that so far was only repeated by name.';

INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, party, needs)
SELECT 'communication', t.step, t.from_status, 'completed',
	'{hospital,municipality,general practice,specialist,pharmacy,therapist,social,region,unclassified}', t.party, t.needs
FROM (VALUES
	('send_communication', '', NULL, 'receiver, category and text'),
	('read_communication', 'completed', 'receiver', NULL)
) AS t (step, from_status, party, needs);

-- A report of observations at home is a document, with a set of its own.
INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, party, needs) VALUES
	('document_reference', 'retract_document', 'current', 'entered-in-error', '{}', NULL, 'a message that retracts it'),
	('document_reference', 'retract_document', 'superseded', 'entered-in-error', '{}', NULL, 'a message that retracts it');

INSERT INTO care.message_rule (rule, severity, type, code, meaning) VALUES
	-- Care communications
	('communication-activity', 'error', 'code-invalid', 'MSG_VALUESET_VALUE_UNKNOWN', 'a communication is new, a reply, or forwarded'),
	('communication-entity', 'error', 'value', 'MSG_VALUESET_VALUE_UNKNOWN', 'an entity of a Provenance has to have the role source or revision, and say what'),
	('communication-stack', 'warning', 'incomplete', NULL, 'the stack of Provenance lacks the letter that this one follows'),
	('communication-subject', 'error', 'not-found', NULL, 'the Communication is not about the Patient'),
	('communication-status', 'error', 'value', NULL, 'the status of the Communication has to be unknown'),
	('communication-thread', 'error', 'required', NULL, 'the Communication has to have one identifier, its thread: a UUID'),
	('communication-category', 'error', 'code-invalid', 'MSG_VALUESET_VALUE_UNKNOWN', 'the Communication has to have one category, of MedCom''s code system'),
	('communication-priority', 'error', 'business-rule', NULL, 'a priority, routine or asap, is for communications that regard a referral'),
	('communication-topic', 'error', 'required', NULL, 'a Communication of category other has to have a topic'),
	('communication-encounter', 'error', 'required', NULL, 'the Encounter has to name its episode of care by system and value'),
	('communication-text', 'error', 'required', NULL, 'the Communication has no text'),
	('communication-payload', 'error', 'required', NULL, 'a payload has neither text nor an attachment'),
	('communication-payload-time', 'error', 'required', 'MSG_DATE_FORMAT', 'a payload does not say when it was written, with a time zone'),
	('communication-payload-id', 'error', 'required', NULL, 'a payload has no identifier'),
	('communication-author', 'error', 'required', NULL, 'a text does not say who wrote it, and a telephone number'),
	('communication-attachment', 'error', 'value', NULL, 'an attachment has to have a title, and data in base64 of a type that may be sent (PDF, GIF, JPEG, PNG, TIFF, BMP), or a URL; without either it has to have been sent before'),
	('communication-forwarded', 'information', 'informational', NULL, 'what is forwarded begins a thread of its own; this one has the identifier of one that there is, and continues it'),
	-- Home care observations
	('homecare-activity', 'error', 'code-invalid', 'MSG_VALUESET_VALUE_UNKNOWN', 'a report is new, modified, or retracted'),
	('homecare-follows', 'error', 'required', NULL, 'what is modified or retracted has to be named by entity.what, with the role revision or removal, and what is new follows nothing'),
	('homecare-retracted', 'error', 'business-rule', NULL, 'the report was retracted'),
	('homecare-sender', 'error', 'forbidden', NULL, 'only who sent a report can modify or retract it'),
	('homecare-reason', 'warning', 'code-invalid', NULL, 'a report is retracted for incorrect-cpr, incorrect-receiver or incorrect-attachment'),
	('homecare-subject', 'error', 'not-found', NULL, 'the report or an Observation is not about the Patient'),
	('homecare-issued', 'error', 'required', 'MSG_DATE_FORMAT', 'the report does not say when it was issued, with a time zone'),
	('homecare-result', 'error', 'required', NULL, 'the report has no result that is an Observation'),
	('homecare-producer', 'error', 'required', NULL, 'the report names no performer with a SOR id and a producer id of three letters'),
	('homecare-requester', 'warning', 'required', NULL, 'the receiver has no provider number (ydernummer)'),
	('homecare-code', 'error', 'code-invalid', NULL, 'an Observation has no code of NPU or MedCom'),
	('homecare-time', 'error', 'required', 'MSG_DATE_FORMAT', 'an Observation does not say when it was made, with a time zone'),
	('homecare-interpretation', 'error', 'value', NULL, 'an Observation has to be interpreted as NI: nobody has held it against a reference'),
	('homecare-value', 'error', 'value', 'MSG_Element_To_Long', 'an Observation has no value, or one of more than 12 characters'),
	('homecare-unrecorded', 'warning', 'not-supported', NULL, 'a result is kept with the report, and is not among the measurements');
