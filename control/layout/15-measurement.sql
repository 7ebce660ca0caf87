-- Measurements. What sources claim is kept as it came, batch by batch; what
-- stands is a function of the claims and is kept merged, as compressed series.

CREATE SEQUENCE care.measure_id_seq START 1000;

CREATE TABLE care.measure (
	id integer PRIMARY KEY DEFAULT nextval('care.measure_id_seq'),
	name text NOT NULL UNIQUE CHECK (name <> ''),
	display text NOT NULL,
	unit text NOT NULL,
	molar_mass float8 CHECK (molar_mass > 0 AND molar_mass < 'infinity'),
	reviewed boolean NOT NULL DEFAULT false
);
ALTER SEQUENCE care.measure_id_seq OWNED BY care.measure.id;

COMMENT ON TABLE care.measure IS
'What is measured: one measure may be known by many codes. Measures at home and in the clinic are measures of their own.';
COMMENT ON COLUMN care.measure.name IS 'By which functions and views know it.';
COMMENT ON COLUMN care.measure.display IS 'By which people know it.';
COMMENT ON COLUMN care.measure.unit IS
'UCUM unit of all its values; of a measure that is not reviewed the unit as it came, where UCUM does not know it.';
COMMENT ON COLUMN care.measure.molar_mass IS
'Of the substance, in g/mol: by it values in mg/dL become mmol/L. Null where there is no one substance.';
COMMENT ON COLUMN care.measure.reviewed IS
'False for a measure made because an unknown code arrived: a person has yet to say what it is.';

CREATE TABLE care.measure_code (
	system text NOT NULL,
	code text NOT NULL,
	unit text NOT NULL DEFAULT '',
	measure integer NOT NULL REFERENCES care.measure,
	priority smallint NOT NULL DEFAULT 0,
	PRIMARY KEY (system, code, unit)
);
CREATE INDEX measure_code_code_idx ON care.measure_code (code);
CREATE INDEX measure_code_measure_idx ON care.measure_code (measure);

COMMENT ON TABLE care.measure_code IS 'Which measure a code means.';
COMMENT ON COLUMN care.measure_code.unit IS
'Empty: the code means the measure in whatever unit the measure accepts. Otherwise the code means it in this very unit (codes that nobody has reviewed).';
COMMENT ON COLUMN care.measure_code.priority IS
'Where an observation carries several codes the one with the highest priority decides: a code that says "at home" before one that does not.';

CREATE TABLE care.measure_unit (
	measure integer NOT NULL REFERENCES care.measure,
	unit text NOT NULL CHECK (smartcare.unit_is_valid(unit)),
	rule text NOT NULL CHECK (rule IN ('same', 'fraction', 'hba1c', 'none')),
	PRIMARY KEY (measure, unit)
);

COMMENT ON TABLE care.measure_unit IS
'Where a unit means something to a measure that UCUM does not know. All other units convert as smartcare.unit_convert() does it.';
COMMENT ON COLUMN care.measure_unit.unit IS 'In UCUM; it stands for all spellings of it.';
COMMENT ON COLUMN care.measure_unit.rule IS
'same: the number counts as it is. fraction: it converts, but a number that is not from 0 to 1 is refused. hba1c: % (NGSP) and mmol/mol (IFCC) convert by their equation. none: it is refused.';

CREATE SEQUENCE care.measurement_batch_id_seq;

CREATE TABLE care.measurement_batch (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.measurement_batch_id_seq'),
	measure integer REFERENCES care.measure,
	points smartcare.series,
	nullified timestamptz[],
	start_time timestamptz,
	end_time timestamptz,
	source_key text NOT NULL CHECK (source_key <> ''),
	version bigint NOT NULL DEFAULT 0,
	issued timestamptz NOT NULL DEFAULT '-infinity',
	status text NOT NULL DEFAULT 'final' CHECK (status IN ('final', 'amended', 'corrected', 'entered-in-error', 'moved')),
	digest uuid NOT NULL,
	stands boolean NOT NULL,
	source jsonb,
	import bigint REFERENCES care.bundle_import,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	recorded_by name NOT NULL DEFAULT smartcare.my_role(),
	PRIMARY KEY (citizen, id),
	CHECK (measure IS NOT NULL OR (points IS NULL AND nullified IS NULL)),
	CHECK ((points IS NULL AND nullified IS NULL) = (start_time IS NULL)),
	CHECK (start_time <= end_time),
	CHECK (status <> 'moved' OR start_time IS NULL)
);
ALTER SEQUENCE care.measurement_batch_id_seq OWNED BY care.measurement_batch.id;
-- The citizen comes last, so that no plan that was made while the tables were
-- small, a foreign key's say, finds one row by reading all of a citizen.
CREATE INDEX measurement_batch_source_key_idx ON care.measurement_batch (source_key, citizen);
CREATE INDEX measurement_batch_time_idx ON care.measurement_batch (citizen, measure, end_time, start_time)
	WHERE stands;

COMMENT ON TABLE care.measurement_batch IS
'What one source said of one measure: values, or that there are none. Rows are added, never changed but for "stands": the provenance of every point.';
COMMENT ON COLUMN care.measurement_batch.points IS 'The values, in the measure''s unit.';
COMMENT ON COLUMN care.measurement_batch.nullified IS 'Instants at which this source says that there is no valid value.';
COMMENT ON COLUMN care.measurement_batch.start_time IS 'First instant of points and nullified; null when the source withdrew all it had said.';
COMMENT ON COLUMN care.measurement_batch.end_time IS 'Last instant of points and nullified; null where start_time is.';
COMMENT ON COLUMN care.measurement_batch.source_key IS
'Identity of what was said (a FHIR Observation, a message''s value ...): of its versions one stands.';
COMMENT ON COLUMN care.measurement_batch.issued IS
'When the source made this version available. Of different sources that speak of one instant the later one wins, then one that nullifies, then the greater value, then the greater key: never the order of arrival.';
COMMENT ON COLUMN care.measurement_batch.status IS
'Of an Observation; ''moved'' marks where a batch was moved away to another citizen, and is what care.move_entry() alone writes.';
COMMENT ON COLUMN care.measurement_batch.digest IS 'MD5 of the content, by which a repetition is known.';
COMMENT ON COLUMN care.measurement_batch.stands IS
'Whether this is the version of its source that counts, the latest by (version, issued, status, digest); or an earlier one that nullifies: a value that it nullified is valid again only where a later version has it.';
COMMENT ON COLUMN care.measurement_batch.source IS 'What is known of the origin: message, device, performer, reason ...';

CREATE TABLE care.measurement_series (
	citizen bigint NOT NULL REFERENCES care.citizen,
	measure integer NOT NULL REFERENCES care.measure,
	bucket timestamptz NOT NULL,
	bucket_end timestamptz NOT NULL,
	points smartcare.series NOT NULL,
	PRIMARY KEY (citizen, measure, bucket),
	CHECK (smartcare.start_time(points) >= bucket AND smartcare.end_time(points) < bucket_end)
) WITH (fillfactor = 80, toast_tuple_target = 4080, autovacuum_vacuum_scale_factor = 0.02);
-- For one stream no worse than the primary key, whatever the planner knows.
CREATE INDEX measurement_series_measure_idx ON care.measurement_series (measure, citizen);

COMMENT ON TABLE care.measurement_series IS
'What stands: the values of a citizen and measure, merged from the batches and cut into buckets [bucket, bucket_end) that do not overlap. Read it through care.measurement.';
COMMENT ON COLUMN care.measurement_series.bucket IS
'Start of the bucket. Buckets are 2^n hours wide, aligned in UTC; a stream''s buckets get narrower as its values come closer, so that one fits in a page.';
COMMENT ON COLUMN care.measurement_series.bucket_end IS 'End of the bucket, not in it.';
COMMENT ON COLUMN care.measurement_series.points IS 'The values, in the measure''s unit.';

CREATE TABLE care.measurement_note (
	citizen bigint NOT NULL,
	batch bigint NOT NULL,
	"time" timestamptz NOT NULL,
	measure integer NOT NULL REFERENCES care.measure,
	stands boolean NOT NULL DEFAULT false,
	comparator text CHECK (comparator IN ('<', '<=', '>=', '>')),
	original_value float8,
	original_unit text,
	note text,
	PRIMARY KEY (citizen, batch, "time", measure),
	CONSTRAINT measurement_note_batch_fkey FOREIGN KEY (citizen, batch)
		REFERENCES care.measurement_batch DEFERRABLE
);
CREATE INDEX measurement_note_time_idx ON care.measurement_note (citizen, measure, "time");

COMMENT ON TABLE care.measurement_note IS 'What is special about single points; most points have none.';
COMMENT ON COLUMN care.measurement_note.batch IS 'Id of the batch with the point.';
COMMENT ON COLUMN care.measurement_note."time" IS 'Instant of the point.';
COMMENT ON COLUMN care.measurement_note.stands IS 'Whether the point it speaks of is the one that counts at its instant.';
COMMENT ON COLUMN care.measurement_note.original_value IS 'The value as it came, where converting that of the point back does not give it.';
COMMENT ON COLUMN care.measurement_note.original_unit IS 'The unit in which it came.';
COMMENT ON COLUMN care.measurement_note.comparator IS 'How the true value compares to that of the point, which is a limit only.';
COMMENT ON COLUMN care.measurement_note.note IS 'What the source has to say of it, in words.';

-- What sources say on its way into these tables.
CREATE TYPE care.new_batch AS (
	citizen bigint,
	measure integer,
	points smartcare.series,
	nullified timestamptz[],
	source_key text,
	version bigint,
	issued timestamptz,
	status text,
	digest uuid,
	source jsonb,
	import bigint
);

COMMENT ON TYPE care.new_batch IS 'A batch to be added; its columns are those of care.measurement_batch.';
COMMENT ON COLUMN care.new_batch.citizen IS 'Not read where the call names the citizen.';
COMMENT ON COLUMN care.new_batch.digest IS 'Null: made of the content.';

CREATE TYPE care.new_note AS (
	batch bigint,
	"time" timestamptz,
	measure integer,
	comparator text,
	original_value float8,
	original_unit text,
	note text
);

COMMENT ON TYPE care.new_note IS 'A note to be added; its columns are those of care.measurement_note.';
COMMENT ON COLUMN care.new_note.batch IS 'Which of the batches that are added with it, from 1.';

INSERT INTO care.measure (id, name, display, unit, reviewed) VALUES
	(1, 'systolic_blood_pressure', 'Systolic blood pressure', 'mm[Hg]', true),
	(2, 'diastolic_blood_pressure', 'Diastolic blood pressure', 'mm[Hg]', true),
	(3, 'systolic_blood_pressure_home', 'Systolic blood pressure at home', 'mm[Hg]', true),
	(4, 'diastolic_blood_pressure_home', 'Diastolic blood pressure at home', 'mm[Hg]', true),
	(5, 'heart_rate', 'Heart rate', '/min', true),
	(6, 'body_weight', 'Body weight', 'kg', true),
	(7, 'body_height', 'Body height', 'cm', true),
	(8, 'body_mass_index', 'Body mass index', 'kg/m2', true),
	(9, 'oxygen_saturation', 'Oxygen saturation', '%', true),
	(10, 'body_temperature', 'Body temperature', 'Cel', true),
	(11, 'respiratory_rate', 'Respiratory rate', '/min', true),
	(12, 'glucose_capillary', 'Glucose, capillary', 'mmol/L', true),
	(13, 'c_reactive_protein', 'C-reactive protein', 'mg/L', true),
	(14, 'fev1', 'Forced expiratory volume in 1 second', 'L', true),
	(15, 'fvc', 'Forced vital capacity', 'L', true),
	(16, 'fev1_fvc_ratio', 'FEV1/FVC', '{ratio}', true),
	(17, 'fev1_percent_expected', 'FEV1 of expected', '%', true),
	(18, 'fev6', 'Forced expiratory volume in 6 seconds', 'L', true),
	(19, 'sit_to_stand_30s', 'Sit-to-stand in 30 seconds', '{Number}', true),
	(20, 'cat_score', 'COPD assessment test', '{Number}', true),
	(21, 'mrc_dyspnoea', 'MRC dyspnoea scale', '{Number}', true),
	(22, 'nyha_class', 'NYHA class', '{Number}', true),
	(23, 'steps_per_day', 'Steps per day', '/d', true),
	(24, 'tobs_score', 'TOBS early-warning score', '{score}', true),
	(25, 'hba1c', 'HbA1c (IFCC)', 'mmol/mol', true),
	(26, 'hba1c_ngsp', 'HbA1c (NGSP)', '%', true),
	(27, 'ldl_cholesterol', 'LDL cholesterol', 'mmol/L', true);

INSERT INTO care.measure_code (system, code, measure, priority) VALUES
	('urn:oid:1.2.208.176.2.1', 'DNK05472', 1, 1),
	('urn:oid:1.2.208.176.2.1', 'DNK05473', 2, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88019', 3, 2),
	('urn:oid:1.2.208.184.100.8', 'MCS88020', 4, 2),
	('urn:oid:1.2.208.176.2.1', 'NPU21692', 5, 1),
	('urn:oid:1.2.208.176.2.1', 'NPU03804', 6, 1),
	('urn:oid:1.2.208.176.2.1', 'NPU03794', 7, 1),
	('urn:oid:1.2.208.176.2.1', 'NPU27281', 8, 1),
	('urn:oid:1.2.208.176.2.1', 'NPU03011', 9, 1),
	('urn:oid:1.2.208.176.2.1', 'NPU08676', 10, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88122', 11, 1),
	('urn:oid:1.2.208.176.2.1', 'NPU22089', 12, 1),
	('urn:oid:1.2.208.176.2.1', 'NPU19748', 13, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88015', 14, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88016', 15, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88017', 16, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88023', 17, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88100', 18, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88050', 19, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88137', 20, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88021', 21, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88032', 22, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88192', 23, 1),
	('urn:oid:1.2.208.184.100.8', 'MCS88125', 24, 1),
	('urn:oid:1.2.208.176.2.1', 'NPU27300', 25, 1),
	('urn:oid:1.2.208.176.2.1', 'NPU01568', 27, 1),
	('http://loinc.org', '8480-6', 1, 0),
	('http://loinc.org', '8462-4', 2, 0),
	('http://loinc.org', '8867-4', 5, 0),
	('http://loinc.org', '29463-7', 6, 0),
	('http://loinc.org', '8302-2', 7, 0),
	('http://loinc.org', '39156-5', 8, 0),
	('http://loinc.org', '2708-6', 9, 0),
	('http://loinc.org', '8310-5', 10, 0),
	('http://loinc.org', '9279-1', 11, 0),
	('http://loinc.org', '14743-9', 12, 0),
	('http://loinc.org', '1988-5', 13, 0),
	('http://loinc.org', '20150-9', 14, 0),
	('http://loinc.org', '19868-9', 15, 0),
	('http://loinc.org', '59261-8', 25, 0),
	('http://loinc.org', '4548-4', 26, 0);

-- Of the substances' formulas, C6H12O6 and C27H46O, and IUPAC's abridged standard atomic weights (2021):
-- C 12.011, H 1.008, O 15.999.
UPDATE care.measure SET molar_mass = 180.156 WHERE name = 'glucose_capillary';
UPDATE care.measure SET molar_mass = 386.664 WHERE name = 'ldl_cholesterol';

INSERT INTO care.measure_unit (measure, unit, rule) VALUES
	-- Home monitoring sends .92 without unit (NA), others 92 %: never 92 without unit.
	(9, '1', 'fraction'),
	-- What FUT calls 1/30sec is how often in the 30 seconds.
	(19, '/(30.s)', 'same'),
	-- To UCUM 1 % is 10 mmol/mol. A fraction is by NGSP as well, or by IFCC: who knows.
	(25, '%', 'hba1c'),
	(25, '1', 'none'),
	(26, 'mmol/mol', 'hba1c'),
	(26, '1', 'fraction');
