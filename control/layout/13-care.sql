-- What has happened and what is known: episodes of care, encounters, conditions,
-- and medication and allergies as received. Names follow FHIR R4.
--
-- In tables that messages and steps write, the lists that a row is held against are
-- constants: IN would have each of their values evaluated for every statement.

CREATE SEQUENCE care.episode_of_care_id_seq;

CREATE TABLE care.episode_of_care (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.episode_of_care_id_seq'),
	status text NOT NULL CHECK (status = ANY ('{planned,waitlist,active,onhold,finished,cancelled,entered-in-error}')),
	type text,
	organization bigint REFERENCES care.organization,
	start_time timestamptz,
	end_time timestamptz,
	course smartcare.episode,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id)
);
ALTER SEQUENCE care.episode_of_care_id_seq OWNED BY care.episode_of_care.id;
CREATE INDEX episode_of_care_organization_idx ON care.episode_of_care (organization)
	WHERE status IN ('planned', 'waitlist', 'active', 'onhold');

COMMENT ON TABLE care.episode_of_care IS
'A time during which an organization is responsible for some of a citizen''s care (FHIR EpisodeOfCare).';
COMMENT ON COLUMN care.episode_of_care.course IS
'The history of the status: which it had when, the last one open; null if nothing is known of when, or if it was entered in error.';

CREATE SEQUENCE care.encounter_id_seq;

CREATE TABLE care.encounter (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.encounter_id_seq'),
	status text NOT NULL CHECK (status = ANY ('{planned,arrived,triaged,in-progress,onleave,finished,cancelled,entered-in-error,unknown}')),
	class text NOT NULL,
	type text,
	reason text,
	organization bigint REFERENCES care.organization,
	practitioner bigint REFERENCES care.practitioner,
	episode_of_care bigint,
	start_time timestamptz,
	end_time timestamptz,
	planned boolean NOT NULL DEFAULT false,
	leaves tstzmultirange NOT NULL DEFAULT '{}',
	ready_at timestamptz,
	transferred_from bigint,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT encounter_episode_of_care_fkey FOREIGN KEY (citizen, episode_of_care)
		REFERENCES care.episode_of_care DEFERRABLE,
	CONSTRAINT encounter_transferred_from_fkey FOREIGN KEY (citizen, transferred_from)
		REFERENCES care.encounter DEFERRABLE
);
ALTER SEQUENCE care.encounter_id_seq OWNED BY care.encounter.id;
CREATE INDEX encounter_organization_idx ON care.encounter (organization, start_time);
CREATE INDEX encounter_open_idx ON care.encounter (organization, start_time)
	WHERE class IN ('IMP', 'EMER', 'ACUTE', 'NONAC')
		AND status IN ('arrived', 'triaged', 'in-progress', 'onleave');
CREATE INDEX encounter_present_idx ON care.encounter (citizen)
	WHERE class IN ('IMP', 'EMER', 'ACUTE', 'NONAC')
		AND status IN ('arrived', 'triaged', 'in-progress', 'onleave');
CREATE INDEX encounter_ready_idx ON care.encounter (citizen)
	WHERE class IN ('IMP', 'EMER', 'ACUTE', 'NONAC')
		AND status IN ('arrived', 'triaged', 'in-progress', 'onleave') AND ready_at IS NOT NULL;
CREATE INDEX encounter_planned_idx ON care.encounter (organization, start_time) WHERE status = 'planned';
CREATE INDEX encounter_contact_idx ON care.encounter (citizen, organization, start_time)
	WHERE status NOT IN ('planned', 'cancelled', 'entered-in-error');
CREATE INDEX encounter_end_time_idx ON care.encounter (end_time)
	WHERE class IN ('IMP', 'EMER', 'ACUTE', 'NONAC');
CREATE INDEX encounter_stay_idx ON care.encounter (citizen, end_time)
	WHERE class IN ('IMP', 'EMER', 'ACUTE', 'NONAC');

COMMENT ON TABLE care.encounter IS 'A contact, visit or stay (FHIR Encounter).';
COMMENT ON COLUMN care.encounter.class IS
'HL7 v3 ActCode: IMP inpatient, EMER emergency, AMB ambulatory, HH home, VR virtual ...';
COMMENT ON COLUMN care.encounter.episode_of_care IS 'The episode of care that it belongs to.';
COMMENT ON COLUMN care.encounter.planned IS
'Whether it was arranged beforehand: planned as an encounter, or asked for by a referral. From FHIR: where it is or was planned, has basedOn, or priority EL (elective).';
COMMENT ON COLUMN care.encounter.leaves IS 'When the citizen was at home during the stay; unbounded above while on leave.';
COMMENT ON COLUMN care.encounter.ready_at IS 'Since when the citizen could go home; null if that has not been said.';
COMMENT ON COLUMN care.encounter.transferred_from IS 'The stay that ended by moving the citizen to this one.';

CREATE SEQUENCE care.condition_id_seq;

CREATE TABLE care.condition (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.condition_id_seq'),
	system text,
	code text,
	name text NOT NULL,
	clinical_status text CHECK (clinical_status = ANY ('{active,recurrence,relapse,inactive,remission,resolved}')),
	verification_status text CHECK (verification_status = ANY ('{unconfirmed,provisional,differential,confirmed,refuted,entered-in-error}')),
	start_time timestamptz,
	end_time timestamptz,
	encounter bigint,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT condition_encounter_fkey FOREIGN KEY (citizen, encounter)
		REFERENCES care.encounter DEFERRABLE
);
ALTER SEQUENCE care.condition_id_seq OWNED BY care.condition.id;

COMMENT ON TABLE care.condition IS 'Diagnoses and problems (FHIR Condition).';
COMMENT ON COLUMN care.condition.start_time IS 'Onset.';
COMMENT ON COLUMN care.condition.end_time IS 'Abatement.';

CREATE SEQUENCE care.medication_statement_id_seq;

CREATE TABLE care.medication_statement (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.medication_statement_id_seq'),
	system text,
	code text,
	name text NOT NULL,
	status text NOT NULL CHECK (status = ANY ('{active,on-hold,cancelled,completed,entered-in-error,stopped,draft,unknown}')),
	dosage text,
	authored_on timestamptz,
	practitioner bigint REFERENCES care.practitioner,
	encounter bigint,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	CONSTRAINT medication_statement_encounter_fkey FOREIGN KEY (citizen, encounter)
		REFERENCES care.encounter DEFERRABLE
);
ALTER SEQUENCE care.medication_statement_id_seq OWNED BY care.medication_statement.id;

COMMENT ON TABLE care.medication_statement IS
'Medication as received (FHIR MedicationRequest), with its source: shown, never decided on here.';
COMMENT ON COLUMN care.medication_statement.dosage IS 'In words.';
COMMENT ON COLUMN care.medication_statement.authored_on IS 'When it was prescribed.';

CREATE SEQUENCE care.allergy_id_seq;

CREATE TABLE care.allergy (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.allergy_id_seq'),
	system text,
	code text,
	name text NOT NULL,
	clinical_status text CHECK (clinical_status = ANY ('{active,inactive,resolved}')),
	verification_status text CHECK (verification_status = ANY ('{unconfirmed,confirmed,refuted,entered-in-error}')),
	category text[],
	criticality text CHECK (criticality = ANY ('{low,high,unable-to-assess}')),
	start_time timestamptz,
	source text,
	issued timestamptz,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id)
);
ALTER SEQUENCE care.allergy_id_seq OWNED BY care.allergy.id;

COMMENT ON TABLE care.allergy IS
'Allergies and intolerances as received (FHIR AllergyIntolerance), with their source: shown, never decided on here.';
COMMENT ON COLUMN care.allergy.category IS 'Food, medication, environment or biologic, in the codes of FHIR.';
COMMENT ON COLUMN care.allergy.criticality IS 'How dangerous a reaction can be, in the codes of FHIR.';
COMMENT ON COLUMN care.allergy.start_time IS 'Onset, or when it was first recorded.';
