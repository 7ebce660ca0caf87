-- Access: who is who, which organization treats whom, and who has seen what of whom.

CREATE TABLE care.professional_role (
	code text PRIMARY KEY CHECK (code <> ''),
	meaning text NOT NULL,
	emergency boolean NOT NULL DEFAULT false
);

COMMENT ON TABLE care.professional_role IS 'As what practitioners work.';
COMMENT ON COLUMN care.professional_role.code IS 'By which functions know it.';
COMMENT ON COLUMN care.professional_role.meaning IS 'By which people know it.';
COMMENT ON COLUMN care.professional_role.emergency IS
'Whether one may open a record without a treatment relation in an emergency, and override a refusal, each with a reason. The first rows have it for the groups that the Danish Health Act (sundhedsloven, section 42 a) names.';

INSERT INTO care.professional_role (code, meaning, emergency) VALUES
	('doctor', 'Doctor', true),
	('dentist', 'Dentist', true),
	('midwife', 'Midwife', true),
	('nurse', 'Nurse', true),
	('health visitor', 'Health visitor', true),
	('health assistant', 'Social and health care assistant', true),
	('radiographer', 'Radiographer', true),
	('ambulance', 'Ambulance professional with special competence', true),
	('therapist', 'Physiotherapist or occupational therapist', false),
	('pharmacist', 'Pharmacist', false),
	('coordinator', 'Coordinator of care', false),
	('secretary', 'Medical secretary', false);

CREATE TABLE care.practitioner_login (
	role_name name PRIMARY KEY,
	practitioner bigint NOT NULL REFERENCES care.practitioner
);

COMMENT ON TABLE care.practitioner_login IS 'By which roles practitioners work in this database.';
COMMENT ON COLUMN care.practitioner_login.role_name IS 'The role: a login, or what an application sets for each transaction.';
COMMENT ON COLUMN care.practitioner_login.practitioner IS 'Whose it is.';

CREATE TABLE care.practitioner_role (
	practitioner bigint NOT NULL REFERENCES care.practitioner,
	organization bigint NOT NULL REFERENCES care.organization,
	code text NOT NULL REFERENCES care.professional_role,
	valid daterange NOT NULL DEFAULT daterange(NULL, NULL),
	PRIMARY KEY (practitioner, organization, code, valid)
);
CREATE INDEX practitioner_role_organization_idx ON care.practitioner_role (organization);

COMMENT ON TABLE care.practitioner_role IS
'Who works where, as what, and when (FHIR PractitionerRole). Membership in the organization''s role counts for a practitioner on these days only.';
COMMENT ON COLUMN care.practitioner_role.practitioner IS 'Who.';
COMMENT ON COLUMN care.practitioner_role.organization IS 'Where.';
COMMENT ON COLUMN care.practitioner_role.code IS 'As what.';
COMMENT ON COLUMN care.practitioner_role.valid IS 'On which days, in the setting "zone".';

CREATE TABLE care.citizen_login (
	citizen bigint NOT NULL REFERENCES care.citizen,
	role_name name NOT NULL,
	related_person bigint,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, role_name)
);
CREATE INDEX citizen_login_role_name_idx ON care.citizen_login (role_name);

COMMENT ON TABLE care.citizen_login IS 'By which roles citizens, and those whom they share with, read the record.';
COMMENT ON COLUMN care.citizen_login.role_name IS 'The role: a login, or what an application sets for each transaction.';
COMMENT ON COLUMN care.citizen_login.related_person IS
'Who it is (id in care.related_person), and so which parts of the record are shared; null: the citizen.';

CREATE TABLE care.record_part (
	name text PRIMARY KEY CHECK (name <> ''),
	meaning text NOT NULL
);

COMMENT ON TABLE care.record_part IS 'Parts of a record that a citizen can refuse to share, or share with somebody close.';
COMMENT ON COLUMN care.record_part.name IS 'What care.consent.scope and care.related_person.shared say.';
COMMENT ON COLUMN care.record_part.meaning IS 'What belongs to it.';

INSERT INTO care.record_part (name, meaning) VALUES
	('contacts', 'Encounters, stays, courses, referrals and appointments'),
	('conditions', 'Diagnoses and problems'),
	('medication', 'Medication and allergies'),
	('plan', 'Care plans, goals, tasks, pathways and assessments'),
	('measurements', 'Measurements, their plans, limits and alerts'),
	('answers', 'Questionnaires, answers and the diary'),
	('messages', 'Messages and documents as they came');

CREATE TABLE care.treatment_relation (
	citizen bigint NOT NULL REFERENCES care.citizen,
	organization bigint NOT NULL REFERENCES care.organization,
	start_time timestamptz,
	end_time timestamptz,
	entity name NOT NULL,
	entry bigint NOT NULL,
	PRIMARY KEY (citizen, organization)
);
CREATE INDEX treatment_relation_organization_idx ON care.treatment_relation (organization, citizen);

COMMENT ON TABLE care.treatment_relation IS
'Which organizations treat, or have treated, a citizen: of each the evidence in care.relation_evidence that lasts longest. Triggers write it, with the entries.';
COMMENT ON COLUMN care.treatment_relation.organization IS 'Who treats.';
COMMENT ON COLUMN care.treatment_relation.start_time IS 'Since when; null where that is not known.';
COMMENT ON COLUMN care.treatment_relation.end_time IS 'Until when; null while it lasts. It may be in the future.';
COMMENT ON COLUMN care.treatment_relation.entity IS 'The evidence: the table of the entry.';
COMMENT ON COLUMN care.treatment_relation.entry IS 'The entry''s id.';

CREATE TABLE care.access_purpose (
	code text PRIMARY KEY CHECK (code <> ''),
	meaning text NOT NULL,
	basis text NOT NULL CHECK (basis IN ('relation', 'past relation', 'emergency', 'citizen', 'carer', 'duty'))
);

COMMENT ON TABLE care.access_purpose IS
'For what a record may be opened: codes of HL7 v3 ActReason, value set PurposeOfUse.';
COMMENT ON COLUMN care.access_purpose.code IS 'The code.';
COMMENT ON COLUMN care.access_purpose.meaning IS 'What a citizen reads.';
COMMENT ON COLUMN care.access_purpose.basis IS
'What it takes: a treatment relation, one that may be past (no longer than the setting "evaluation_after"), an emergency with its reason, being the citizen, a person with whom the citizen shares, or one whose duty it is (care_auditor, care_admin), who makes the report for the citizen and reads nothing else.';

INSERT INTO care.access_purpose (code, meaning, basis) VALUES
	('TREAT', 'Treatment', 'relation'),
	('CAREMGT', 'Coordination of care', 'relation'),
	('ETREAT', 'Treatment in an emergency', 'emergency'),
	('HQUALIMP', 'Evaluation of own treatment', 'past relation'),
	('PATRQT', 'The citizen''s own look', 'citizen'),
	('FAMRQT', 'A look by a person whom the citizen shares with', 'carer'),
	('RECORDMGT', 'A report for the citizen', 'duty');

CREATE TABLE care.access_chain (
	citizen bigint PRIMARY KEY REFERENCES care.citizen,
	last_place bigint NOT NULL,
	last_at timestamptz NOT NULL,
	hash bytea NOT NULL
);

COMMENT ON TABLE care.access_chain IS
'The head of each citizen''s chain in care.access_log. Kept somewhere else from time to time it shows whether the log was rewritten since.';
COMMENT ON COLUMN care.access_chain.last_place IS 'How many rows the chain has had.';
COMMENT ON COLUMN care.access_chain.last_at IS 'When the last was.';
COMMENT ON COLUMN care.access_chain.hash IS 'The hash of the last.';

CREATE SEQUENCE care.access_log_id_seq;

CREATE TABLE care.access_log (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.access_log_id_seq'),
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	activity text NOT NULL CHECK (activity IN ('open', 'close', 'find')),
	access bigint,
	login name NOT NULL,
	role_name name NOT NULL,
	practitioner bigint REFERENCES care.practitioner,
	code text,
	organization bigint REFERENCES care.organization,
	related_person bigint,
	purpose text REFERENCES care.access_purpose,
	reason text,
	entity name,
	entry bigint,
	consent bigint,
	overridden boolean NOT NULL DEFAULT false,
	withheld text[],
	until timestamptz,
	place bigint,
	previous_hash bytea,
	hash bytea,
	PRIMARY KEY (citizen, id, at),
	CHECK (purpose IS NOT NULL OR activity = 'find')
) PARTITION BY RANGE (at);
ALTER SEQUENCE care.access_log_id_seq OWNED BY care.access_log.id;
CREATE TABLE care.access_log_default PARTITION OF care.access_log DEFAULT;
CREATE INDEX access_log_review_idx ON care.access_log (at) WHERE reason IS NOT NULL;

COMMENT ON TABLE care.access_log IS
'Who has opened which citizen''s record, and who has found it. Rows are added, never changed, each with the hash of the row before it of the same citizen; care.verify_access_log() recomputes them. Partitioned by month, see care.keep_access_log().';
COMMENT ON TABLE care.access_log_default IS 'The rows of months that have no partition of their own.';
COMMENT ON COLUMN care.access_log.id IS 'Which access it is: from a sequence, so there are gaps.';
COMMENT ON COLUMN care.access_log.at IS 'When.';
COMMENT ON COLUMN care.access_log.activity IS 'open or close; find: it was all that a search found.';
COMMENT ON COLUMN care.access_log.access IS 'Of close the id of the row that opened it.';
COMMENT ON COLUMN care.access_log.login IS 'The login of the session.';
COMMENT ON COLUMN care.access_log.role_name IS 'The role it acted in: the person''s, where an application logs in for many.';
COMMENT ON COLUMN care.access_log.practitioner IS 'Which practitioner that was.';
COMMENT ON COLUMN care.access_log.code IS 'As what, in the codes of care.professional_role.';
COMMENT ON COLUMN care.access_log.organization IS 'For which organization; null for the citizen, for who the citizen shares with, and of a search.';
COMMENT ON COLUMN care.access_log.related_person IS 'The person with whom the citizen shares.';
COMMENT ON COLUMN care.access_log.purpose IS 'For what, in the codes of care.access_purpose; null of a search.';
COMMENT ON COLUMN care.access_log.reason IS 'Why, where that had to be said; of a search by what.';
COMMENT ON COLUMN care.access_log.entity IS 'The evidence of the treatment relation: the table of the entry.';
COMMENT ON COLUMN care.access_log.entry IS 'The entry''s id.';
COMMENT ON COLUMN care.access_log.consent IS
'The version of the consent (care.consent.id) that justified it, or the refusal that was overridden; null where the relation alone did.';
COMMENT ON COLUMN care.access_log.overridden IS 'Whether a refusal was overridden.';
COMMENT ON COLUMN care.access_log.withheld IS 'The parts that were not shown, for the citizen refuses to share them, or does not share them with this person.';
COMMENT ON COLUMN care.access_log.until IS 'How long it could be read at most.';
COMMENT ON COLUMN care.access_log.place IS 'Its place among the citizen''s rows, from 1, without a gap, in the order in which they were committed.';
COMMENT ON COLUMN care.access_log.previous_hash IS 'The hash of the row in the place before; empty in the first.';
COMMENT ON COLUMN care.access_log.hash IS 'SHA-256 over previous_hash and the rest of the row, see care.access_hash(). A row has its place and its hash once its transaction commits.';

CREATE TABLE care.search_chain (
	role_name name PRIMARY KEY,
	last_place bigint NOT NULL,
	last_at timestamptz NOT NULL,
	hash bytea NOT NULL
);

COMMENT ON TABLE care.search_chain IS 'The head of each role''s chain in care.search_log, as care.access_chain is of a citizen''s.';
COMMENT ON COLUMN care.search_chain.role_name IS 'The role.';
COMMENT ON COLUMN care.search_chain.last_place IS 'How many rows the chain has had.';
COMMENT ON COLUMN care.search_chain.last_at IS 'When the last was.';
COMMENT ON COLUMN care.search_chain.hash IS 'The hash of the last.';

CREATE SEQUENCE care.search_log_id_seq;

CREATE TABLE care.search_log (
	role_name name NOT NULL,
	id bigint NOT NULL DEFAULT nextval('care.search_log_id_seq'),
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	activity text NOT NULL CHECK (activity IN ('search', 'worklist', 'analysis')),
	criterion jsonb NOT NULL,
	found bigint,
	login name NOT NULL,
	practitioner bigint REFERENCES care.practitioner,
	place bigint,
	previous_hash bytea,
	hash bytea,
	PRIMARY KEY (role_name, id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE care.search_log_id_seq OWNED BY care.search_log.id;
CREATE TABLE care.search_log_default PARTITION OF care.search_log DEFAULT;

COMMENT ON TABLE care.search_log IS
'Who has looked for citizens, and who has read lists of many: by criterion, for who is on such a list cannot be told for each citizen. A search that finds one citizen alone is in that citizen''s care.access_log instead. Kept and chained as that is, by role; care.verify_search_log() recomputes the hashes.';
COMMENT ON TABLE care.search_log_default IS 'The rows of months that have no partition of their own.';
COMMENT ON COLUMN care.search_log.role_name IS 'The role that it was done in: the person''s, where an application logs in for many.';
COMMENT ON COLUMN care.search_log.id IS 'Which it is: from a sequence, so there are gaps.';
COMMENT ON COLUMN care.search_log.at IS 'When.';
COMMENT ON COLUMN care.search_log.activity IS 'search, worklist or analysis.';
COMMENT ON COLUMN care.search_log.criterion IS 'What was asked for: what a search was given, whose work-list it was, of which project.';
COMMENT ON COLUMN care.search_log.found IS 'How many citizens a search found; how many rows the work-list had; null of an analysis.';
COMMENT ON COLUMN care.search_log.login IS 'The login of the session.';
COMMENT ON COLUMN care.search_log.practitioner IS 'Which practitioner that was.';
COMMENT ON COLUMN care.search_log.place IS 'Its place among the role''s rows, from 1, without a gap, in the order in which they were committed.';
COMMENT ON COLUMN care.search_log.previous_hash IS 'The hash of the row in the place before; empty in the first.';
COMMENT ON COLUMN care.search_log.hash IS 'SHA-256 over previous_hash and the rest of the row, see care.access_hash().';

DO $$
DECLARE
	statement text;
BEGIN
	FOR statement IN
		SELECT format('COMMENT ON COLUMN care.%I.%I IS %L', l.name || '_default', a.attname, col_description(a.attrelid, a.attnum))
		FROM unnest('{access_log,search_log}'::text[]) AS l (name)
		JOIN pg_attribute a ON a.attrelid = ('care.' || l.name)::regclass
		WHERE col_description(a.attrelid, a.attnum) IS NOT NULL
	LOOP
		EXECUTE statement;
	END LOOP;
END
$$;

CREATE TABLE care.access_verdict (
	citizen bigint NOT NULL,
	access bigint NOT NULL,
	verdict text NOT NULL CHECK (verdict IN ('justified', 'unjustified')),
	note text NOT NULL CHECK (note <> ''),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	recorded_by name NOT NULL DEFAULT smartcare.my_role(),
	PRIMARY KEY (citizen, access)
);

COMMENT ON TABLE care.access_verdict IS 'What the review of an access said; care.access_review has those that wait for one.';
COMMENT ON COLUMN care.access_verdict.access IS 'Its id in care.access_log.';
COMMENT ON COLUMN care.access_verdict.verdict IS 'justified or unjustified.';
COMMENT ON COLUMN care.access_verdict.note IS 'Why.';

CREATE TYPE care.opened_record AS (
	citizen bigint,
	access bigint,
	until timestamptz,
	withheld text[]
);

COMMENT ON TYPE care.opened_record IS
'What care.open_record() returns: the record that stands for the citizen, the id of the access in the log, until when it can be read, and the parts that are not shown (empty: none).';

CREATE TYPE care.access_entry AS (
	start_time timestamptz,
	end_time timestamptz,
	activity text,
	purpose text,
	critical boolean,
	reason text,
	organization text,
	organization_sor text,
	person text,
	role text,
	on_behalf_of text,
	login name,
	consent bigint,
	withheld text[],
	reference text
);

COMMENT ON TYPE care.access_entry IS
'What care.access_of() returns: from when to when (null: an instant), what was done, for what, whether in an emergency or against a refusal, why, for which organization (name and SOR), who and as what, for whom, by which login, under which version of the consent, which parts were not shown, and where the trace is.';

INSERT INTO care.setting (name, value, meaning) VALUES
	('record_open', '30 minutes', 'How long an opened record can be read; at most 24 hours.'),
	('relation_after', '14 days', 'How long after its end a treatment relation still serves treatment: letters, answers, handing over.'),
	('evaluation_after', '6 months', 'How long after its end a treatment relation serves the evaluation of one''s own treatment (Danish Health Act, section 42 d).'),
	('access_log_kept', '5 years', 'How long the logs of who has seen and looked for what are kept, where care.retention_rule does not say longer.'),
	('search_limit', '100', 'How many citizens a search may find; one that would find more finds none.');
