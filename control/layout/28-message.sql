-- Messages between the sectors: every one as it came or went, the letters and
-- envelopes seen, and the rules that a message is held against.
--
-- A letter is what somebody wrote, an envelope one sending of it. What a letter came
-- to stands in care.letter, one row whatever came how often; care.message has a row
-- for every sending, and is the only one that grows with the bytes.

CREATE TYPE care.message_issue AS (
	rule text,
	diagnostics text,
	expression text
);
COMMENT ON TYPE care.message_issue IS
'Something to say of a message: the rule (of care.message_rule) that it breaks, the value that does, and where it stands (FHIRPath).';

CREATE TYPE care.received AS (
	received_at timestamptz,
	message bigint,
	envelope text,
	letter text,
	standard text,
	versions text[],
	focus_type text,
	kind text,
	bundle jsonb,
	header jsonb,
	focus jsonb,
	patient jsonb,
	provenance jsonb,
	previous jsonb,
	sender_resource jsonb,
	receiver_resource jsonb,
	sender bigint,
	receiver bigint,
	citizen bigint,
	event_time timestamptz,
	predecessor text,
	predecessor_kind text,
	episodes text[],
	accepted boolean,
	entity name,
	entry bigint,
	status text,
	answer text,
	reason text,
	issues care.message_issue[]
);
COMMENT ON TYPE care.received IS
'Internal: a message on its way through care.receive(); 74-message.sql says who fills in what.';

CREATE TABLE care.message_standard (
	standard text PRIMARY KEY,
	event_code text UNIQUE,
	focus text,
	versions text[] NOT NULL DEFAULT '{}',
	name text NOT NULL
);
COMMENT ON TABLE care.message_standard IS 'The kinds of messages that are understood.';
COMMENT ON COLUMN care.message_standard.standard IS 'What it is called here.';
COMMENT ON COLUMN care.message_standard.event_code IS 'MessageHeader.eventCoding.code of MedCom; null where it is no FHIR message.';
COMMENT ON COLUMN care.message_standard.focus IS 'The type of the resource that a message is about; null where it is about none, and then about no citizen.';
COMMENT ON COLUMN care.message_standard.versions IS
'Main versions that are understood, where a message says which it has (MessageHeader.definition).';

INSERT INTO care.message_standard (standard, event_code, focus, versions, name) VALUES
	('hospital-notification', 'hospital-notification-message', 'Encounter', '{3}', 'Hospital notification'),
	('care-communication', 'care-communication-message', 'Communication', '{5}', 'Care communication'),
	('homecare-observation', 'homecareobservation-message', 'DiagnosticReport', '{1}', 'Home care observation'),
	('acknowledgement', 'acknowledgement-message', NULL, '{2}', 'Acknowledgement');

CREATE TABLE care.message_rule (
	rule text PRIMARY KEY,
	severity text NOT NULL CHECK (severity = ANY ('{fatal,error,warning,information}')),
	type text NOT NULL,
	code text,
	-- MedCom's own codes are not all in capitals, those of HL7 are; one is in both.
	system text GENERATED ALWAYS AS (
		CASE WHEN code ~ '[a-z]' OR code = 'MSG_VALUESET_VALUE_UNKNOWN'
			THEN 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-acknowledgement-error-codes'
			WHEN code IS NOT NULL THEN 'http://terminology.hl7.org/CodeSystem/operation-outcome' END) STORED,
	meaning text NOT NULL
);
COMMENT ON TABLE care.message_rule IS 'What a message is held against, and what an Acknowledgement says of one that breaks it.';
COMMENT ON COLUMN care.message_rule.rule IS 'Our own code for it, in system urn:smartcare:message-rule.';
COMMENT ON COLUMN care.message_rule.severity IS 'Of the issue in the OperationOutcome. What is fatal or an error has the message refused.';
COMMENT ON COLUMN care.message_rule.type IS 'Code of the issue, of FHIR''s value set issue-type.';
COMMENT ON COLUMN care.message_rule.system IS 'System of the code.';
COMMENT ON COLUMN care.message_rule.code IS 'A published code for it, where there is one.';
COMMENT ON COLUMN care.message_rule.meaning IS 'What is wrong with a message that breaks it.';

INSERT INTO care.message_rule (rule, severity, type, code, meaning) VALUES
	-- The text
	('too-long', 'fatal', 'too-long', 'MSG_Element_To_Long', 'it is longer than the setting message_size_limit, or has more than 1000 entries'),
	('unreadable', 'fatal', 'structure', 'MSG_CANT_PARSE_CONTENT', 'it cannot be read'),
	('unsupported', 'fatal', 'not-supported', 'MSG_UNKNOWN_CONTENT', 'messages of this form are not understood'),
	-- The bundle
	('bundle', 'fatal', 'structure', 'MSG_RESOURCE_TYPE_MISMATCH', 'it is no Bundle of type message'),
	('bundle-id', 'fatal', 'required', 'MSG_ID_INVALID', 'the Bundle has no valid id'),
	('bundle-timestamp', 'error', 'value', 'MSG_DATE_FORMAT', 'the Bundle has no timestamp with a time zone'),
	('entry', 'fatal', 'structure', 'MSG_CANT_PARSE_ROOT', 'an entry has no resource with a type and an id'),
	('resource-repeated', 'error', 'duplicate', 'MSG_DUPLICATE_ID', 'two entries are the same resource'),
	('reference', 'error', 'not-found', 'MSG_NO_MATCH', 'a reference leads to nothing in the Bundle'),
	-- The header
	('header', 'fatal', 'structure', 'MSG_RESOURCE_REQUIRED', 'the first entry, and no other, has to be the MessageHeader'),
	('header-id', 'fatal', 'required', 'MSG_RESOURCE_ID_MISSING', 'the MessageHeader has no valid id'),
	('header-narrative', 'warning', 'required', NULL, 'the MessageHeader has no narrative text'),
	('event-code', 'fatal', 'code-invalid', 'MSG_VALUESET_VALUE_UNKNOWN', 'the MessageHeader has no event code that is understood'),
	('version', 'fatal', 'not-supported', 'MSG_UNKNOWN_CONTENT', 'this version of the standard is not understood'),
	('sender', 'error', 'required', NULL, 'the MessageHeader has to name one Organization as its sender'),
	('destination', 'error', 'required', NULL, 'there has to be one primary destination with an Organization as its receiver'),
	('copy', 'error', 'business-rule', NULL, 'the standard allows one destination, and no copies'),
	('focus', 'error', 'required', NULL, 'the message has to be about one resource, the type of which is that of the standard'),
	('patient', 'error', 'required', NULL, 'there has to be one Patient'),
	('organizations', 'error', 'required', NULL, 'the receiver has to be another Organization than the sender'),
	('organization-sor', 'error', 'required', NULL, 'an Organization has no valid SOR id'),
	('organization-gln', 'error', 'required', NULL, 'an Organization has no valid location number (GLN)'),
	-- Provenance
	('provenance', 'error', 'required', NULL, 'there has to be one Provenance whose target is the MessageHeader'),
	('provenance-target', 'error', 'required', NULL, 'a Provenance has to have one target, this or an earlier MessageHeader'),
	('provenance-time', 'error', 'value', 'MSG_DATE_FORMAT', 'a Provenance has to have occurredDateTime and recorded, with a time zone'),
	('provenance-activity', 'error', 'code-invalid', 'MSG_VALUESET_VALUE_UNKNOWN', 'a Provenance has no activity of MedCom''s code system'),
	('provenance-agent', 'error', 'required', NULL, 'a Provenance does not say who'),
	('provenance-entity', 'error', 'value', 'MSG_VALUESET_VALUE_UNKNOWN', 'the entity of a Provenance has to have the role revision or removal, and say what'),
	('provenance-stack', 'warning', 'incomplete', NULL, 'the stack of Provenance lacks the letter that this one follows'),
	-- Who and where
	('sender-unknown', 'error', 'not-found', NULL, 'the sender is not known here'),
	('receiver-unknown', 'error', 'not-found', 'MSG_Receiver_Identifier_UNKNOWN', 'the receiver is not known here'),
	('identifier', 'error', 'value', NULL, 'the Patient has no valid CPR number, or where the standard allows it a replacement for one'),
	('identity', 'information', 'informational', NULL, 'the message waits for a person to decide: its name or birth date contradicts the identifier'),
	('dependence', 'information', 'informational', NULL, 'the message waits for a person to decide: others have acted on what it takes back'),
	-- Letters and envelopes
	('letter-reused', 'error', 'duplicate', 'MSG_DUPLICATE_ID', 'another message had this MessageHeader.id'),
	('envelope-reused', 'error', 'duplicate', 'MSG_DUPLICATE_ID', 'another message had this Bundle.id'),
	('predecessor', 'information', 'informational', NULL, 'the message waits for the one that it follows'),
	('predecessor-citizen', 'error', 'conflict', NULL, 'the message is about another citizen than the one that it follows'),
	('refused-step', 'error', 'business-rule', NULL, 'the record does not allow what the message says'),
	('refused-by-person', 'error', 'business-rule', NULL, 'a person refused it'),
	-- Hospital notifications
	('notification-activity', 'error', 'code-invalid', 'MSG_VALUESET_VALUE_UNKNOWN', 'the activity is none of a hospital notification'),
	('notification-type', 'fatal', 'business-rule', NULL, 'class, status, activity and death contradict each other'),
	('notification-cpr', 'error', 'value', NULL, 'a hospital notification is about a citizen with a CPR number, not a replacement for one'),
	('notification-episode', 'error', 'required', NULL, 'the Encounter has to name its episode of care by system and value'),
	('notification-provider', 'error', 'required', NULL, 'the Encounter has to name its serviceProvider, an Organization with a SOR id'),
	('notification-start', 'error', 'required', 'MSG_DATE_FORMAT', 'the Encounter has no period.start with a time zone'),
	('notification-end', 'error', 'required', 'MSG_DATE_FORMAT', 'the Encounter is finished, and has no period.end with a time zone that is not before its start'),
	('notification-leave', 'error', 'required', 'MSG_DATE_FORMAT', 'the leave that the message is about lacks its start or end, with a time zone'),
	('notification-element', 'error', 'business-rule', NULL, 'the Encounter says more than a hospital notification may'),
	('notification-subject', 'error', 'not-found', NULL, 'the Encounter is not that of the Patient'),
	('notification-annulled', 'error', 'business-rule', NULL, 'the stay that the message is about was annulled'),
	('notification-death', 'warning', 'duplicate', NULL, 'the death has been told before; if by others, both stand'),
	('notification-after-death', 'warning', 'conflict', NULL, 'a stay begins after the recorded death; both stand, for people to see'),
	('notification-first', 'error', 'business-rule', NULL, 'the message follows no other, and is not the start of a stay'),
	-- Acknowledgements
	('response-code', 'error', 'code-invalid', 'MSG_VALUESET_VALUE_UNKNOWN', 'response.code has to be ok, fatal-error or transient-error'),
	('response-identifier', 'error', 'required', NULL, 'response.identifier has to be the id of the MessageHeader that is answered'),
	('two-provenances', 'warning', 'structure', NULL, 'an acknowledgement has two Provenances: that of the message, and its own'),
	('unknown-letter', 'warning', 'not-found', 'MSG_NO_MATCH', 'the message that is answered is not one of ours'),
	-- Anything else
	('exception', 'fatal', 'exception', 'MSG_ERROR_PARSING', 'it could not be processed'),
	('trouble', 'error', 'transient', NULL, 'it could not be processed now; it can be sent again');

CREATE TABLE care.notification_type (
	activity text NOT NULL,
	class text NOT NULL CHECK (class = ANY ('{EMER,IMP}')),
	status text NOT NULL,
	kind text NOT NULL,
	PRIMARY KEY (activity, class, status)
);
COMMENT ON TABLE care.notification_type IS
'What a hospital notification says, by its newest Provenance and its Encounter. A death is told by the Patient: MORS with any activity and status finished; AN_MORS where the Patient is explicitly not deceased and the activity is that of the letter before.';
COMMENT ON COLUMN care.notification_type.activity IS 'Code of the newest Provenance.';
COMMENT ON COLUMN care.notification_type.class IS 'Encounter.class: EMER emergency, IMP inpatient.';
COMMENT ON COLUMN care.notification_type.status IS 'Encounter.status.';
COMMENT ON COLUMN care.notification_type.kind IS
'STAA start of an emergency contact, STIN of an admission, STOR and SLOR start and end of leave, SLHJ end of the stay; RE_ corrects, AN_ annuls one.';

INSERT INTO care.notification_type (activity, class, status, kind) VALUES
	('admit-emergency', 'EMER', 'in-progress', 'STAA'),
	('revise-admit-emergency', 'EMER', 'in-progress', 'RE_STAA'),
	('cancel-admit-emergency', 'EMER', 'entered-in-error', 'AN_STAA'),
	('admit-inpatient', 'IMP', 'in-progress', 'STIN'),
	('revise-admit-inpatient', 'IMP', 'in-progress', 'RE_STIN'),
	('cancel-admit-inpatient', 'IMP', 'entered-in-error', 'AN_STIN'),
	('start-leave-inpatient', 'IMP', 'onleave', 'STOR'),
	('revise-start-leave-inpatient', 'IMP', 'onleave', 'RE_STOR'),
	('cancel-start-leave-inpatient', 'IMP', 'in-progress', 'AN_STOR'),
	('end-leave-inpatient', 'IMP', 'in-progress', 'SLOR'),
	('revise-end-leave-inpatient', 'IMP', 'in-progress', 'RE_SLOR'),
	('cancel-end-leave-inpatient', 'IMP', 'onleave', 'AN_SLOR'),
	('discharge-emergency-home', 'EMER', 'finished', 'SLHJ'),
	('revise-discharge-emergency-home', 'EMER', 'finished', 'RE_SLHJ'),
	('cancel-discharge-emergency-home', 'EMER', 'in-progress', 'AN_SLHJ'),
	('discharge-inpatient-home', 'IMP', 'finished', 'SLHJ'),
	('revise-discharge-inpatient-home', 'IMP', 'finished', 'RE_SLHJ'),
	('cancel-discharge-inpatient-home', 'IMP', 'in-progress', 'AN_SLHJ');

CREATE SEQUENCE care.message_id_seq;

CREATE TABLE care.message (
	received_at timestamptz NOT NULL,
	id bigint NOT NULL DEFAULT nextval('care.message_id_seq'),
	direction text NOT NULL CHECK (direction = ANY ('{in,out}')),
	standard text,
	envelope text,
	letter text,
	sender bigint,
	receiver bigint,
	status text NOT NULL,
	issues care.message_issue[],
	hash bytea NOT NULL,
	body text,
	PRIMARY KEY (received_at, id)
) PARTITION BY RANGE (received_at);
ALTER SEQUENCE care.message_id_seq OWNED BY care.message.id;
ALTER TABLE care.message ALTER body SET COMPRESSION lz4;

COMMENT ON TABLE care.message IS
'Every message as it came or went, readable or not. Partitioned by month; CALL care.maintain_messages() makes the partitions and keeps the retention.';
COMMENT ON COLUMN care.message.received_at IS 'When it came, or went.';
COMMENT ON COLUMN care.message.direction IS 'in, or out.';
COMMENT ON COLUMN care.message.standard IS 'Of care.message_standard; null if that could not be told.';
COMMENT ON COLUMN care.message.envelope IS 'This sending of the letter (Bundle.id).';
COMMENT ON COLUMN care.message.letter IS 'The letter in care.letter (MessageHeader.id).';
COMMENT ON COLUMN care.message.sender IS 'The organization that sent it.';
COMMENT ON COLUMN care.message.receiver IS 'The organization that it was sent to.';
COMMENT ON COLUMN care.message.status IS
'What came of it when it came: as in care.letter; duplicate: the letter had come before; conflicting: another letter or envelope had the same id.';
COMMENT ON COLUMN care.message.issues IS 'What was to be said of it.';
COMMENT ON COLUMN care.message.hash IS 'SHA-256 of its bytes.';
COMMENT ON COLUMN care.message.body IS 'The message as it came or went; null where the receiver may not keep it (care.message_policy).';

CREATE TABLE care.message_default PARTITION OF care.message DEFAULT;
COMMENT ON TABLE care.message_default IS 'Messages of months without a partition of their own.';
DO $$
BEGIN
	EXECUTE (
		SELECT string_agg(format('COMMENT ON COLUMN care.message_default.%I IS %L', a.attname,
			coalesce(col_description(a.attrelid, a.attnum), 'Number of our own.')), ';')
		FROM pg_attribute a WHERE a.attrelid = 'care.message'::regclass AND a.attnum > 0);
END
$$;

CREATE TABLE care.letter (
	letter text NOT NULL CHECK (letter <> ''),
	direction text NOT NULL DEFAULT 'in' CHECK (direction = ANY ('{in,out}')),
	standard text,
	kind text,
	status text NOT NULL CHECK (status = ANY ('{received,processed,refused,parked,dropped,failed,waiting,sent,closed}')),
	reason text,
	answer text CHECK (answer = ANY ('{ok,fatal-error,transient-error}')),
	issues care.message_issue[],
	author bigint,
	sender bigint,
	receiver bigint,
	citizen bigint,
	event_time timestamptz,
	predecessor text,
	episodes text[],
	entity name,
	entry bigint,
	message_received_at timestamptz,
	message bigint,
	accepted_by name,
	received_at timestamptz NOT NULL,
	applied_at timestamptz,
	PRIMARY KEY (letter, direction)
);
CREATE INDEX letter_predecessor_idx ON care.letter (predecessor) WHERE status = 'parked';
CREATE INDEX letter_status_idx ON care.letter (status, received_at) WHERE status NOT IN ('received', 'processed');
CREATE INDEX letter_author_idx ON care.letter (author) WHERE direction = 'out' AND status IN ('sent', 'failed', 'refused');

COMMENT ON TABLE care.letter IS
'Look-up, keyed by the letter''s id (MessageHeader.id): every letter seen, and what it came to. Not partitioned, so that a letter is the same one whenever it comes again.';
COMMENT ON COLUMN care.letter.letter IS 'Id of the letter that its writer gave it.';
COMMENT ON COLUMN care.letter.direction IS 'in, or out.';
COMMENT ON COLUMN care.letter.standard IS 'Of care.message_standard.';
COMMENT ON COLUMN care.letter.kind IS 'What it says, within its standard: of a hospital notification STAA, STIN, RE_STIN ...';
COMMENT ON COLUMN care.letter.status IS
'Of one that came: received (being processed), processed, refused (it breaks a rule), parked (waits for another or for a person), dropped (the receiver may not keep it), failed (an error; care.replay_message() tries again). Of one that goes: waiting, sent, and by its answer processed, refused or failed; closed (it did not arrive, and its author has seen to it).';
COMMENT ON COLUMN care.letter.reason IS 'Why it is parked, refused or failed, in words.';
COMMENT ON COLUMN care.letter.answer IS 'The first answer: ok, fatal-error or transient-error. One that was not ok can become ok, never the other way.';
COMMENT ON COLUMN care.letter.issues IS 'What was to be said of it.';
COMMENT ON COLUMN care.letter.author IS 'Of one that goes: the unit that wrote it, in whose work-list it is if it does not arrive.';
COMMENT ON COLUMN care.letter.sender IS 'The organization that wrote it.';
COMMENT ON COLUMN care.letter.receiver IS 'The organization that it was written to.';
COMMENT ON COLUMN care.letter.citizen IS 'The citizen whom it is about; null of one that was dropped.';
COMMENT ON COLUMN care.letter.event_time IS 'When the event was that it tells of, by its newest Provenance.';
COMMENT ON COLUMN care.letter.predecessor IS 'The letter that it follows.';
COMMENT ON COLUMN care.letter.episodes IS 'Identifiers of the episodes of care that it names, in lower case without hyphens.';
COMMENT ON COLUMN care.letter.entity IS 'Table of the entry that it became or changed.';
COMMENT ON COLUMN care.letter.entry IS 'The entry''s id.';
COMMENT ON COLUMN care.letter.message_received_at IS 'With message: the row in care.message in which it came first.';
COMMENT ON COLUMN care.letter.message IS 'With message_received_at: the row in care.message in which it came first.';
COMMENT ON COLUMN care.letter.accepted_by IS 'The role that decided that it is about this citizen although its name or birth date contradict that; of one that is closed the role that did.';
COMMENT ON COLUMN care.letter.received_at IS 'When it came first, or was written.';
COMMENT ON COLUMN care.letter.applied_at IS 'When it was processed.';

CREATE TABLE care.envelope (
	envelope text PRIMARY KEY,
	letter text,
	received_at timestamptz NOT NULL
);
COMMENT ON TABLE care.envelope IS 'Look-up, keyed by the envelope''s id (Bundle.id): every envelope that came.';
COMMENT ON COLUMN care.envelope.envelope IS 'Id of the envelope that its sender gave it.';
COMMENT ON COLUMN care.envelope.letter IS 'The letter in it.';
COMMENT ON COLUMN care.envelope.received_at IS 'When it came first.';

CREATE TABLE care.message_policy (
	organization bigint PRIMARY KEY REFERENCES care.organization,
	keep_without_service boolean NOT NULL
);
COMMENT ON TABLE care.message_policy IS
'What a receiver may keep. One that is not listed here, nor a part of one that is, keeps all.';
COMMENT ON COLUMN care.message_policy.organization IS 'The receiver, and its units.';
COMMENT ON COLUMN care.message_policy.keep_without_service IS
'Whether it keeps hospital notifications of citizens to whom it gives no service. False: such a letter is counted, and nothing of its content kept.';

INSERT INTO care.setting (name, value, meaning) VALUES
	('message_duplicate_table', 'fhir',
		'When a letter that could not be processed for a moment is tried again: "fhir", when it comes in a new envelope; "vans", when it comes in the same one. The published tables contradict each other. Otherwise a letter that came before gets its first answer again.'),
	('message_resend_limit', '2', 'How often a message without an answer is sent again. Published: 2 and 3.'),
	('message_resend_after', '30 minutes', 'How long an answer is waited for before a message is sent again.'),
	('message_unknown_organization', 'register',
		'What becomes of a sender or receiver with SOR id and location number that is not known: "register", or "refuse" the message.'),
	('message_retention', '10 years', 'How long messages are kept as they came, and letters are known again.'),
	('message_park_for', '2 days', 'After how long a message that waits for another is reported.'),
	('message_size_limit', '50 MB', 'The longest message that is read.');
