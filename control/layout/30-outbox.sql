-- Messages out: who tells of stays, and each sending of a letter.

CREATE TABLE care.notification_sender (
	organization bigint PRIMARY KEY REFERENCES care.organization
);
COMMENT ON TABLE care.notification_sender IS
'Hospitals for which this system tells the citizen''s municipality of stays (HospitalNotification). None to begin with: often another system does.';
COMMENT ON COLUMN care.notification_sender.organization IS 'The hospital, in whose name it is told of stays there and in its units.';

CREATE TABLE care.sending (
	envelope text PRIMARY KEY,
	letter text NOT NULL,
	direction text NOT NULL GENERATED ALWAYS AS ('out') STORED,
	event bigint,
	message_received_at timestamptz NOT NULL,
	message bigint NOT NULL,
	sent_at timestamptz,
	error text,
	FOREIGN KEY (letter, direction) REFERENCES care.letter ON DELETE CASCADE
);
CREATE INDEX sending_letter_idx ON care.sending (letter);

COMMENT ON TABLE care.sending IS 'Every envelope in which a letter of ours went, or waits to go.';
COMMENT ON COLUMN care.sending.envelope IS 'Id of the envelope (Bundle.id).';
COMMENT ON COLUMN care.sending.letter IS 'The letter in it.';
COMMENT ON COLUMN care.sending.direction IS 'out.';
COMMENT ON COLUMN care.sending.event IS 'Of a hospital notification the care.workflow_event that it tells of.';
COMMENT ON COLUMN care.sending.message_received_at IS 'With message: its row in care.message.';
COMMENT ON COLUMN care.sending.message IS 'With message_received_at: its row in care.message.';
COMMENT ON COLUMN care.sending.sent_at IS 'When the transport reported that it went, or did not.';
COMMENT ON COLUMN care.sending.error IS 'Why it did not go, by the transport.';

INSERT INTO care.setting (name, value, meaning) VALUES
	('fhir_base', 'https://smartcare.invalid/fhir/',
		'The address by which resources in our messages are named (fullUrl), up to the type. FHIR wants one; none has to answer there, so it can stay.');

-- The letters about a stay.
CREATE INDEX letter_stay_idx ON care.letter (citizen, entry, received_at) WHERE entity = 'encounter';

-- What MedCom's codes are called in FHIR.
INSERT INTO care.measure_code (system, code, unit, measure, priority)
SELECT 'http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-observation-codes', c.code, c.unit, c.measure, c.priority
FROM care.measure_code c
WHERE c.system = 'urn:oid:1.2.208.184.100.8';
