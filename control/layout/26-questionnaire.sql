-- Questionnaires, what citizens answer to them, and their diary. When to answer is
-- said by a measurement plan, or by an appointment that wants answers before.

CREATE SEQUENCE care.questionnaire_id_seq;

CREATE TABLE care.questionnaire (
	id bigint PRIMARY KEY DEFAULT nextval('care.questionnaire_id_seq'),
	name text NOT NULL CHECK (name <> ''),
	version integer NOT NULL CHECK (version > 0),
	status text NOT NULL CHECK (status IN ('draft', 'active', 'retired')),
	title text NOT NULL CHECK (title <> ''),
	definition jsonb NOT NULL,
	published_at timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (name, version),
	CHECK ((status = 'draft') = (published_at IS NULL))
);
ALTER SEQUENCE care.questionnaire_id_seq OWNED BY care.questionnaire.id;
CREATE UNIQUE INDEX questionnaire_active_key ON care.questionnaire (name) WHERE status = 'active';
CREATE UNIQUE INDEX questionnaire_draft_key ON care.questionnaire (name) WHERE status = 'draft';

COMMENT ON TABLE care.questionnaire IS
'Questionnaires (FHIR Questionnaire), a row for each version. care.publish_questionnaire() makes them. What has been published changes no more, so that answers keep their questions.';
COMMENT ON COLUMN care.questionnaire.name IS 'By which functions, plans and appointments know it, whatever version is active.';
COMMENT ON COLUMN care.questionnaire.version IS 'Counts the versions of the name, from 1.';
COMMENT ON COLUMN care.questionnaire.status IS
'draft: nobody can answer it yet; active: new answers are to this version; retired: answers of its time are.';
COMMENT ON COLUMN care.questionnaire.title IS 'By which people know it.';
COMMENT ON COLUMN care.questionnaire.definition IS
'The questions, as a FHIR R4 Questionnaire with extensions for scores, colours and measures; what is understood is in doc/questionnaire.md.';
COMMENT ON COLUMN care.questionnaire.published_at IS 'When it was published; null while it is a draft.';

CREATE SEQUENCE care.questionnaire_response_id_seq;

CREATE TABLE care.questionnaire_response (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.questionnaire_response_id_seq'),
	status text NOT NULL CHECK (status IN ('completed', 'amended', 'entered-in-error')),
	questionnaire bigint NOT NULL REFERENCES care.questionnaire,
	organization bigint NOT NULL REFERENCES care.organization,
	care_plan bigint,
	appointment bigint,
	answers jsonb NOT NULL,
	score float8,
	severity text CHECK (severity IN ('red', 'yellow', 'green')),
	authored timestamptz NOT NULL,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT questionnaire_response_care_plan_fkey FOREIGN KEY (citizen, care_plan)
		REFERENCES care.care_plan DEFERRABLE,
	CONSTRAINT questionnaire_response_appointment_fkey FOREIGN KEY (citizen, appointment)
		REFERENCES care.appointment DEFERRABLE
);
ALTER SEQUENCE care.questionnaire_response_id_seq OWNED BY care.questionnaire_response.id;
CREATE INDEX questionnaire_response_authored_idx ON care.questionnaire_response (citizen, authored);
CREATE INDEX questionnaire_response_untriaged_idx ON care.questionnaire_response (organization, authored)
	WHERE severity IS NULL AND status <> 'entered-in-error';

COMMENT ON TABLE care.questionnaire_response IS 'What a citizen answered to a questionnaire (FHIR QuestionnaireResponse).';
COMMENT ON COLUMN care.questionnaire_response.status IS 'completed; amended: answers were corrected since; or entered-in-error.';
COMMENT ON COLUMN care.questionnaire_response.questionnaire IS 'The version that was answered.';
COMMENT ON COLUMN care.questionnaire_response.organization IS
'Who is to look at it: who planned it; else whose appointment it is for, who helped to answer, the general practice, the municipality, the region.';
COMMENT ON COLUMN care.questionnaire_response.appointment IS 'The appointment that wanted it.';
COMMENT ON COLUMN care.questionnaire_response.answers IS
'The answers, as "item" of a FHIR QuestionnaireResponse. What they were before they were amended is in care.workflow_event.';
COMMENT ON COLUMN care.questionnaire_response.score IS 'The sum of the ordinal values of the answers; null where none has any.';
COMMENT ON COLUMN care.questionnaire_response.severity IS
'The worst colour of the answers and the score; null: not triaged, which is never green.';
COMMENT ON COLUMN care.questionnaire_response.authored IS 'When it was answered.';

ALTER TABLE care.measurement_plan
	ALTER measure DROP NOT NULL,
	ADD questionnaire text,
	ADD CHECK ((measure IS NULL) <> (questionnaire IS NULL));
CREATE INDEX measurement_plan_questionnaire_idx ON care.measurement_plan (organization)
	WHERE status = 'active' AND questionnaire IS NOT NULL;
COMMENT ON TABLE care.measurement_plan IS 'That and when a citizen is to measure something, or to answer a questionnaire.';
COMMENT ON COLUMN care.measurement_plan.measure IS 'What is to be measured; null where a questionnaire is to be answered.';
COMMENT ON COLUMN care.measurement_plan.questionnaire IS 'Name of the questionnaire that is to be answered.';

CREATE INDEX appointment_questionnaire_idx ON care.appointment (organization, start_time)
	WHERE status = 'booked' AND questionnaire IS NOT NULL;

ALTER TABLE care.alert
	ADD questionnaire_response bigint,
	ADD CONSTRAINT alert_questionnaire_response_fkey FOREIGN KEY (citizen, questionnaire_response)
		REFERENCES care.questionnaire_response DEFERRABLE,
	ADD CHECK (measure IS NULL OR questionnaire_response IS NULL);
CREATE INDEX alert_questionnaire_response_idx ON care.alert (citizen, questionnaire_response)
	WHERE questionnaire_response IS NOT NULL;
COMMENT ON COLUMN care.alert.questionnaire_response IS 'The answers that raised it; null for what values raised.';

CREATE SEQUENCE care.diary_entry_id_seq;

CREATE TABLE care.diary_entry (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.diary_entry_id_seq'),
	status text NOT NULL CHECK (status IN ('final', 'entered-in-error')),
	category text CHECK (category <> ''),
	entry text NOT NULL CHECK (entry <> ''),
	related_person bigint,
	written_at timestamptz NOT NULL,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT diary_entry_related_person_fkey FOREIGN KEY (citizen, related_person)
		REFERENCES care.related_person DEFERRABLE
);
ALTER SEQUENCE care.diary_entry_id_seq OWNED BY care.diary_entry.id;
CREATE INDEX diary_entry_written_at_idx ON care.diary_entry (citizen, written_at);

COMMENT ON TABLE care.diary_entry IS
'The citizen''s health diary. Entries are added, never changed; one that was wrong is annulled.';
COMMENT ON COLUMN care.diary_entry.status IS 'final, or entered-in-error when it was annulled.';
COMMENT ON COLUMN care.diary_entry.category IS 'What it is about, in a word: symptom, mood, food ...';
COMMENT ON COLUMN care.diary_entry.entry IS 'What the citizen wrote.';
COMMENT ON COLUMN care.diary_entry.related_person IS 'The carer who wrote it for the citizen; null: the citizen did.';
COMMENT ON COLUMN care.diary_entry.written_at IS 'The time that it is about.';

INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, party, needs)
SELECT t.entity, t.step, t.from_status, t.to_status, a.actors, t.party, t.needs
FROM (VALUES
	('professional', '{hospital,municipality,general practice,specialist,pharmacy,therapist,social,region}'::text[]),
	('anyone', '{hospital,municipality,general practice,specialist,pharmacy,therapist,social,region,citizen}'),
	('citizen', '{citizen}')
) AS a (name, actors)
JOIN (VALUES
	('measurement_plan', 'plan_questionnaire', '', 'active', 'professional', NULL, 'an active questionnaire and a rhythm'),
	('questionnaire_response', 'answer_questionnaire', '', 'completed', 'anyone', NULL, 'answers that its active version takes'),
	('questionnaire_response', 'amend_answers', 'completed', 'amended', 'anyone', NULL, 'answers that its version takes'),
	('questionnaire_response', 'amend_answers', 'amended', 'amended', 'anyone', NULL, 'answers that its version takes'),
	('diary_entry', 'write_diary', '', 'final', 'citizen', NULL, 'a text')
) AS t (entity, step, from_status, to_status, actor, party, needs) ON t.actor = a.name;

INSERT INTO care.setting (name, value, meaning) VALUES
	('answer_before', '2 days', 'How long before an appointment its questionnaire is to be answered.');
