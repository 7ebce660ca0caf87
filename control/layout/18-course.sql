-- Courses through the sectors, one a citizen, and what a readmission is.

CREATE TABLE care.care_course (
	citizen bigint PRIMARY KEY REFERENCES care.citizen,
	course smartcare.episode NOT NULL
);
CREATE INDEX care_course_course_idx ON care.care_course USING gin (course);

COMMENT ON TABLE care.care_course IS
'Each citizen''s whole path through the sectors: the phases of care.care_phase as one value, always what the entries say; no row for a citizen who has none. Triggers write it.';
COMMENT ON COLUMN care.care_course.course IS
'Phases hospital, emergency, leave, outpatient, gp, specialist, pharmacy, therapist, and the types of municipal services in lower case.';

CREATE TABLE care.readmission_definition (
	name text PRIMARY KEY CHECK (name <> ''),
	meaning text NOT NULL,
	within interval NOT NULL DEFAULT '30 days' CHECK (within > '0'),
	joined interval NOT NULL DEFAULT '4 hours' CHECK (joined >= '0' AND joined < '24 hours'),
	at_least interval NOT NULL DEFAULT '12 hours' CHECK (at_least >= '0'),
	acute_first boolean NOT NULL DEFAULT false,
	acute_return boolean NOT NULL DEFAULT true
);

COMMENT ON TABLE care.readmission_definition IS
'What counts as a readmission: as many definitions side by side as are needed. The views count by each of them.';
COMMENT ON COLUMN care.readmission_definition.name IS 'By which reports know it.';
COMMENT ON COLUMN care.readmission_definition.meaning IS 'What it says, in words.';
COMMENT ON COLUMN care.readmission_definition.within IS
'Who is back so long after the discharge, or earlier, is readmitted; a day is 24 hours.';
COMMENT ON COLUMN care.readmission_definition.joined IS
'Stays no further apart than this are one admission, as those always are of which one is the transfer from the other; less than 24 hours.';
COMMENT ON COLUMN care.readmission_definition.at_least IS 'Shorter admissions do not count, neither as first nor as return; a day is 24 hours.';
COMMENT ON COLUMN care.readmission_definition.acute_first IS 'Whether only acute admissions count as the first.';
COMMENT ON COLUMN care.readmission_definition.acute_return IS 'Whether only acute admissions count as a return.';

INSERT INTO care.readmission_definition (name, meaning, within, joined, at_least, acute_first, acute_return) VALUES
	('acute', 'Acutely back within 30 days, whatever the first admission was', '30 days', '4 hours', '12 hours', false, true),
	('acute after acute', 'Acutely back within 30 days of an acute admission', '30 days', '4 hours', '12 hours', true, true),
	('any', 'Any stay within 30 days of another', '30 days', '4 hours', '0', false, false);
