-- Hospital stays: encounters of the classes EMER and IMP, and death.

CREATE SEQUENCE care.death_record_id_seq;

CREATE TABLE care.death_record (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.death_record_id_seq'),
	status text NOT NULL CHECK (status IN ('recorded', 'entered-in-error')),
	died_at timestamptz NOT NULL,
	organization bigint REFERENCES care.organization,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id)
);
ALTER SEQUENCE care.death_record_id_seq OWNED BY care.death_record.id;

COMMENT ON TABLE care.death_record IS 'That a citizen has died, and who said so; care.citizen.deceased follows it.';
COMMENT ON COLUMN care.death_record.status IS 'recorded, or entered-in-error when it was annulled.';
COMMENT ON COLUMN care.death_record.died_at IS 'When the citizen died.';
COMMENT ON COLUMN care.death_record.organization IS 'Who recorded it.';

INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, party, needs) VALUES
	('encounter', 'plan_admission', '', 'planned', '{hospital}', NULL, 'when it begins'),
	('encounter', 'cancel_admission', 'planned', 'cancelled', '{hospital}', 'organization', 'a reason'),
	('encounter', 'admit', '', 'in-progress', '{hospital}', NULL, 'the class EMER or IMP'),
	('encounter', 'admit', 'planned', 'in-progress', '{hospital}', NULL, 'the class EMER or IMP'),
	('encounter', 'change_class', 'in-progress', 'in-progress', '{hospital}', 'organization', 'the other class'),
	('encounter', 'transfer', '', 'in-progress', '{hospital}', NULL, 'the stay that it continues'),
	('encounter', 'end_by_transfer', 'in-progress', 'finished', '{}', NULL, 'a transfer'),
	('encounter', 'end_by_transfer', 'onleave', 'finished', '{}', NULL, 'a transfer'),
	('encounter', 'start_leave', 'in-progress', 'onleave', '{hospital}', 'organization', 'the class IMP'),
	('encounter', 'end_leave', 'onleave', 'in-progress', '{hospital}', 'organization', NULL),
	('encounter', 'mark_ready_for_discharge', 'in-progress', 'in-progress', '{hospital}', 'organization', NULL),
	('encounter', 'mark_ready_for_discharge', 'onleave', 'onleave', '{hospital}', 'organization', NULL),
	('encounter', 'discharge', 'in-progress', 'finished', '{hospital}', 'organization', NULL),
	('encounter', 'discharge', 'onleave', 'finished', '{hospital}', 'organization', NULL),
	('encounter', 'end_by_death', 'in-progress', 'finished', '{}', NULL, 'a death'),
	('encounter', 'end_by_death', 'onleave', 'finished', '{}', NULL, 'a death'),
	('encounter', 'correct_stay', 'in-progress', 'in-progress', '{hospital}', NULL, 'what is to be corrected'),
	('encounter', 'correct_stay', 'onleave', 'onleave', '{hospital}', NULL, 'what is to be corrected'),
	('encounter', 'correct_stay', 'finished', 'finished', '{hospital}', NULL, 'what is to be corrected'),
	('death_record', 'record_death', '', 'recorded', '{hospital,municipality,general practice,specialist,region}', NULL, 'when it was');
