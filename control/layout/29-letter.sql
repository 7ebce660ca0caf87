-- Letters in MedCom's older XML (OIOXML): their types, and what they do.

CREATE TABLE care.letter_type (
	type text PRIMARY KEY,
	name text NOT NULL,
	sender_sector text,
	receiver_sector text,
	category text
);
COMMENT ON TABLE care.letter_type IS
'The types of letters in MedCom''s older XML. Each is kept, and is a document for its receiver to read; some do more.';
COMMENT ON COLUMN care.letter_type.type IS
'XDIS, XREF, XRPT, XCTL with two digits: the letter''s version, XD1934C, has them after its kind; or GGOP with one.';
COMMENT ON COLUMN care.letter_type.name IS 'What it is.';
COMMENT ON COLUMN care.letter_type.sender_sector IS 'Of which sector who sends one is, if nobody has said so yet.';
COMMENT ON COLUMN care.letter_type.receiver_sector IS 'Of which sector who gets one is, if nobody has said so yet.';
COMMENT ON COLUMN care.letter_type.category IS 'Of one that refers a citizen: the category of the referral (care.refer()).';

INSERT INTO care.letter_type (type, name, sender_sector, receiver_sector, category) VALUES
	('XDIS01', 'discharge letter', 'hospital', 'general practice', NULL),
	('XDIS02', 'outpatient discharge letter', 'hospital', 'general practice', NULL),
	('XDIS15', 'closing note of the municipality', 'municipality', NULL, NULL),
	('XDIS16', 'report of admission', 'municipality', 'hospital', NULL),
	('XDIS18', 'discharge report', 'hospital', 'municipality', NULL),
	('XDIS19', 'ready for discharge', 'hospital', 'municipality', NULL),
	('XDIS21', 'progress of care plan', 'hospital', 'municipality', NULL),
	('XDIS22', 'closing note of the acute function', 'municipality', NULL, NULL),
	('XDIS91', 'correspondence', NULL, NULL, NULL),
	('XREF01', 'referral to hospital', 'general practice', 'hospital', 'hospital'),
	('XREF02', 'referral to imaging', 'general practice', 'hospital', 'hospital'),
	('XREF07', 'referral to physiotherapy', 'general practice', 'therapist', 'therapy'),
	('XREF15', 'referral to municipal prevention', 'general practice', 'municipality', 'prevention'),
	('XREF22', 'referral to the municipal acute function', 'general practice', 'municipality', 'home care'),
	('GGOP1', 'rehabilitation plan', 'hospital', 'municipality', 'rehabilitation'),
	('GGOP2', 'rehabilitation plan', 'hospital', 'municipality', 'rehabilitation'),
	('GGOP3', 'rehabilitation plan', 'hospital', 'municipality', 'rehabilitation'),
	('XRPT01', 'laboratory report', NULL, NULL, NULL),
	('XRPT05', 'microbiology report', NULL, NULL, NULL),
	('XRPT07', 'genetics report', NULL, NULL, NULL),
	('XCTL01', 'negative receipt of the network', NULL, NULL, NULL),
	('XCTL02', 'negative receipt', NULL, NULL, NULL),
	('XCTL03', 'positive receipt', NULL, NULL, NULL);

INSERT INTO care.message_standard (standard, event_code, focus, versions, name) VALUES
	('oioxml', NULL, NULL, '{}', 'Letter in MedCom''s older XML');

INSERT INTO care.message_rule (rule, severity, type, code, meaning) VALUES
	('letter-type', 'fatal', 'not-supported', NULL, 'letters of this type are not understood'),
	('letter-id', 'fatal', 'required', NULL, 'the letter has no identifier, or its sender no valid location number'),
	('letter-time', 'error', 'value', NULL, 'neither letter nor envelope have a date and time that can be read'),
	('letter-receiver', 'error', 'required', NULL, 'the receiver has no valid location number'),
	('letter-citizen', 'error', 'required', NULL, 'the letter is about nobody with a valid CPR number, or a national replacement for one'),
	('letter-stay', 'warning', 'not-found', NULL, 'the sender has not exactly one stay of the citizen that the letter can be about; the letter is kept and does nothing else');
