-- Part of the demo region (region.sql): who is ill, and who takes care of it.

\qecho 'Conditions, medications, allergies'

-- Prevalence below 40, 65, 80 and from 80 years on; who is followed by a hospital, and who measures at home.
CREATE TEMP TABLE disorder (
	code text, name text, specialty text, prevalence float8[], at_hospital float8, at_home float8, rank integer
) ON COMMIT DROP;
INSERT INTO disorder VALUES
	('DI509', 'Heart failure', 'Cardiology', '{0,0.007,0.04,0.10}', 0.8, 0.9, 1),
	('DJ449', 'COPD', 'Pulmonary Medicine', '{0.001,0.03,0.09,0.11}', 0.5, 0.8, 2),
	('DE109', 'Type 1 diabetes', 'Endocrinology', '{0.004,0.005,0.005,0.003}', 0.9, 0.7, 3),
	('DE119', 'Type 2 diabetes', 'Endocrinology', '{0.005,0.06,0.13,0.14}', 0.2, 0.5, 4),
	('DI109', 'Hypertension', 'Cardiology', '{0.02,0.20,0.45,0.55}', 0.02, 0.25, 5),
	('DN189', 'Chronic kidney disease', 'Nephrology', '{0.002,0.01,0.04,0.10}', 0.5, 0, 6),
	('DI259', 'Ischaemic heart disease', 'Cardiology', '{0,0.02,0.10,0.16}', 0.3, 0, 7),
	('DI489', 'Atrial fibrillation', 'Cardiology', '{0.001,0.015,0.07,0.15}', 0.3, 0, 8),
	('DI693', 'Sequelae of stroke', 'Neurology', '{0,0.007,0.03,0.05}', 0.3, 0, 9),
	('DF039', 'Dementia', 'Geriatric Medicine', '{0,0.001,0.03,0.15}', 0.3, 0, 10),
	('DJ459', 'Asthma', 'Pulmonary Medicine', '{0.06,0.05,0.05,0.04}', 0.05, 0, 11),
	('DM819', 'Osteoporosis', 'Endocrinology', '{0,0.02,0.08,0.15}', 0.1, 0, 12),
	('DM199', 'Osteoarthritis', 'Orthopaedic Surgery', '{0.005,0.07,0.18,0.24}', 0.1, 0, 13),
	('DF329', 'Depression', 'Psychiatry', '{0.03,0.04,0.03,0.04}', 0.1, 0, 14);

CREATE TEMP TABLE illness ON COMMIT DROP AS
SELECT r.n, r.citizen, r.town, r.hospital, r.practice, r.age, d.code, d.name, CASE d.code WHEN 'DJ449' THEN d.name ELSE lower(d.name) END AS within, d.specialty, d.at_hospital, d.at_home, d.rank,
	least(r.age * 365.0, 200 + 5000 * pg_temp.chance('onset', r.n, d.rank)) AS days
FROM registered r
JOIN disorder d ON pg_temp.chance('ill', r.n, d.rank)
	< d.prevalence[CASE WHEN r.age < 40 THEN 1 WHEN r.age < 65 THEN 2 WHEN r.age < 80 THEN 3 ELSE 4 END];
CREATE INDEX ON illness (n);
ANALYZE illness;

INSERT INTO care.condition (citizen, system, code, name, clinical_status, verification_status, start_time, source, issued, recorded_at)
SELECT i.citizen, 'urn:oid:1.2.208.176.2.4', i.code, i.name, 'active', 'confirmed', date_trunc('day', pg_temp.moment(-i.days)),
	format('practice.example/Condition/%s-%s', i.n, i.rank), pg_temp.moment(-i.days), pg_temp.moment(0)
FROM illness i
ORDER BY i.n, i.rank;

INSERT INTO care.medication_statement (citizen, system, code, name, status, dosage, authored_on, source, issued, recorded_at)
SELECT i.citizen, 'http://www.whocc.no/atc', m.atc, m.name, s.status, m.dosage, pg_temp.moment(-s.days),
	format('medicine.example/MedicationRequest/%s-%s', i.n, m.atc), pg_temp.moment(-s.days), pg_temp.moment(0)
FROM illness i
JOIN (VALUES
	('DI509', 'C03CA01', 'Furosemide 40 mg', '1 tablet in the morning', 0.8),
	('DI509', 'C07AB02', 'Metoprolol 50 mg', '1 tablet a day', 0.8),
	('DI509', 'C09AA02', 'Enalapril 10 mg', '1 tablet twice a day', 0.7),
	('DI509', 'C03DA01', 'Spironolactone 25 mg', '1 tablet a day', 0.5),
	('DJ449', 'R03BB04', 'Tiotropium 18 micrograms', '1 inhalation a day', 0.8),
	('DJ449', 'R03AC02', 'Salbutamol 0.1 mg', '1-2 inhalations as needed', 0.9),
	('DE109', 'A10AB05', 'Insulin aspart 100 units/ml', 'with meals, by measured glucose', 1),
	('DE109', 'A10AE04', 'Insulin glargine 100 units/ml', '22 units at bedtime', 1),
	('DE119', 'A10BA02', 'Metformin 500 mg', '2 tablets twice a day', 0.85),
	('DE119', 'A10BK03', 'Empagliflozin 10 mg', '1 tablet a day', 0.4),
	('DI109', 'C08CA01', 'Amlodipine 5 mg', '1 tablet a day', 0.6),
	('DI109', 'C09CA01', 'Losartan 50 mg', '1 tablet a day', 0.7),
	('DI259', 'B01AC06', 'Acetylsalicylic acid 75 mg', '1 tablet a day', 0.8),
	('DI259', 'C10AA05', 'Atorvastatin 40 mg', '1 tablet at bedtime', 0.9),
	('DI489', 'B01AF02', 'Apixaban 5 mg', '1 tablet twice a day', 0.85),
	('DI693', 'B01AC04', 'Clopidogrel 75 mg', '1 tablet a day', 0.9),
	('DF039', 'N06DA02', 'Donepezil 10 mg', '1 tablet at bedtime', 0.5),
	('DJ459', 'R03AK07', 'Budesonide and formoterol 160/4.5 micrograms', '1 inhalation twice a day', 0.7),
	('DM819', 'M05BA04', 'Alendronic acid 70 mg', '1 tablet a week', 0.7),
	('DM199', 'N02BE01', 'Paracetamol 500 mg', '2 tablets up to 4 times a day', 0.8),
	('DF329', 'N06AB04', 'Citalopram 20 mg', '1 tablet a day', 0.7)) AS m (disorder, atc, name, dosage, share)
	ON m.disorder = i.code AND pg_temp.chance('medication' || m.atc, i.n) < m.share
CROSS JOIN LATERAL (
	SELECT i.days * pg_temp.chance('prescribed' || m.atc, i.n),
		CASE WHEN pg_temp.chance('stopped' || m.atc, i.n) < 0.1 THEN 'stopped' ELSE 'active' END
) AS s (days, status)
ORDER BY i.n, m.atc;

INSERT INTO care.allergy (citizen, system, code, name, clinical_status, verification_status, category, criticality, start_time, source, issued, recorded_at)
SELECT r.citizen, 'http://snomed.info/sct', a.code, a.name, 'active', 'confirmed', ARRAY[a.category], a.criticality,
	pg_temp.moment(-r.age * 200), format('practice.example/AllergyIntolerance/%s-%s', r.n, a.code), pg_temp.moment(-r.age * 200), pg_temp.moment(0)
FROM registered r
JOIN (VALUES
	('91936005', 'Penicillin', 'medication', 'high', 0.05),
	('293586001', 'Acetylsalicylic acid', 'medication', 'low', 0.01),
	('91935009', 'Peanut', 'food', 'high', 0.008),
	('300916003', 'Latex', 'environment', 'low', 0.005)) AS a (code, name, category, criticality, share)
	ON pg_temp.chance('allergy' || a.code, r.n) < a.share
ORDER BY r.n, a.code;

\qecho 'Episodes of care and encounters'

-- The triggers that keep the courses would do it row by row, and again for each of the
-- statements below: the courses are settled once, at the end.
ALTER TABLE care.episode_of_care DISABLE TRIGGER USER;
ALTER TABLE care.encounter DISABLE TRIGGER USER;

-- Who is responsible for what: one row for each episode, with the days before as_of at which it began and ended.
CREATE TEMP TABLE course ON COMMIT DROP AS
SELECT c.*, o.id AS organization, nextval('care.episode_of_care_id_seq') AS id
FROM (
	SELECT i.n, i.citizen, 10 + i.rank AS ordinal, 'hospital' AS system, format('%s %s', i.hospital, i.specialty) AS key,
		'Follow-up of ' || i.within AS type, i.code, least(i.days, 20 + 900 * pg_temp.chance('course', i.n, i.rank)) AS began
	FROM illness i WHERE pg_temp.chance('at hospital', i.n, i.rank) < i.at_hospital
	UNION ALL
	SELECT i.n, i.citizen, 40 + i.rank, 'practice', p.key, 'Chronic care of ' || i.within, i.code, i.days
	FROM illness i JOIN place p ON p.id = i.practice
	WHERE i.rank <= 11 AND pg_temp.chance('at practice', i.n, i.rank) < 0.8
	UNION ALL
	SELECT r.n, r.citizen, 1, 'municipality', 'home care ' || r.town, 'Care at home', NULL, 30 + 1500 * pg_temp.chance('home care', r.n, 1)
	FROM registered r
	WHERE pg_temp.chance('home care', r.n) < CASE WHEN r.age < 65 THEN 0.008 WHEN r.age < 80 THEN 0.07 ELSE 0.35 END
	UNION ALL
	SELECT i.n, i.citizen, 2, 'municipality', 'prevention ' || i.town, 'Training for citizens with ' || i.within, i.code,
		5 + 80 * pg_temp.chance('training', i.n, 1)
	FROM illness i WHERE i.code IN ('DJ449', 'DE119') AND pg_temp.chance('training', i.n) < 0.08
	UNION ALL
	SELECT i.n, i.citizen, 3, 'specialist', 'ophthalmologist ' || i.town || ' 1', 'Eye screening', i.code, i.days * pg_temp.chance('eyes', i.n, 1)
	FROM illness i WHERE i.code IN ('DE109', 'DE119') AND pg_temp.chance('eyes', i.n) < 0.4
	UNION ALL
	SELECT i.n, i.citizen, 4, 'therapist', 'physiotherapist ' || i.town || ' 1', 'Physiotherapy', i.code, 10 + 200 * pg_temp.chance('exercise', i.n, 1)
	FROM illness i WHERE i.code = 'DM199' AND pg_temp.chance('exercise', i.n) < 0.2
	UNION ALL
	SELECT i.n, i.citizen, 5, 'social', 'social institution ' || i.town || ' 1', 'Supported living', i.code, 60 + 1000 * pg_temp.chance('support', i.n, 1)
	FROM illness i WHERE i.code = 'DF329' AND i.age BETWEEN 18 AND 64 AND pg_temp.chance('support', i.n) < 0.06
) c
JOIN place o ON o.key = c.key
ORDER BY c.n, c.ordinal;
CREATE INDEX ON course (n);
ANALYZE course;

INSERT INTO care.episode_of_care (citizen, id, status, type, organization, start_time, end_time, course, source, issued, recorded_at)
SELECT c.citizen, c.id, v.status, c.type, c.organization, v.start_time, v.end_time,
	care.first_course(v.status, v.start_time, v.end_time, v.issued),
	format('%s.example/EpisodeOfCare/%s-%s', c.system, c.n, c.ordinal), v.issued, pg_temp.moment(0)
FROM course c
CROSS JOIN LATERAL (
	SELECT CASE WHEN pg_temp.chance('ended', c.n, c.ordinal) < 0.12 THEN c.began * pg_temp.chance('end', c.n, c.ordinal) END
) AS s (ended)
CROSS JOIN LATERAL (
	SELECT CASE WHEN s.ended IS NULL THEN 'active' ELSE 'finished' END AS status, date_trunc('day', pg_temp.moment(-c.began)) AS start_time,
		date_trunc('day', pg_temp.moment(-s.ended)) AS end_time, pg_temp.moment(-coalesce(s.ended, c.began)) AS issued OFFSET 0
) AS v
ORDER BY c.n, c.ordinal;

-- Hospital stays of the last year: more of them with age and illness, at most one in a quarter.
-- Some are treated at the university hospital, wherever they live.
CREATE TEMP TABLE stay ON COMMIT DROP AS
SELECT s.*, o.id AS organization, nextval('care.encounter_id_seq') AS id
FROM (
	SELECT r.n, r.citizen, r.town, q.quarter, d.class, d.began, d.began - d.days AS ended,
		coalesce(own.name, acute.name) AS reason,
		format('%s %s', CASE WHEN pg_temp.chance('referred on', r.n, q.quarter) < 0.05 THEN 1 ELSE r.hospital END, CASE d.class WHEN 'EMER' THEN 'Emergency Medicine' ELSE coalesce(own.specialty, acute.specialty) END) AS key
	FROM registered r
	CROSS JOIN generate_series(1, 4) AS q (quarter)
	CROSS JOIN LATERAL (
		SELECT CASE WHEN pg_temp.chance('emergency', r.n, q.quarter) < 0.35 THEN 'EMER' ELSE 'IMP' END,
			91 * (q.quarter - pg_temp.chance('admitted', r.n, q.quarter)) + 0.01,
			CASE WHEN pg_temp.chance('emergency', r.n, q.quarter) < 0.35 THEN 0.1 + 0.5 * pg_temp.chance('stayed', r.n, q.quarter)
				ELSE 0.4 + 1.8 * pg_temp.chance('stayed', r.n, q.quarter) / (1.06 - pg_temp.chance('stayed', r.n, q.quarter)) END
	) AS d (class, began, days)
	LEFT JOIN LATERAL (
		SELECT i.name, i.specialty FROM illness i
		WHERE i.n = r.n AND i.rank <= 10 AND i.code <> 'DI109' AND pg_temp.chance('because', r.n, q.quarter) < 0.6
		ORDER BY i.rank LIMIT 1
	) AS own ON true
	JOIN (VALUES
		(0.00, 0.20, 'Pneumonia', 'Pulmonary Medicine'), (0.20, 0.34, 'Hip fracture', 'Orthopaedic Surgery'),
		(0.34, 0.46, 'Abdominal pain', 'Gastrointestinal Surgery'), (0.46, 0.58, 'Urinary tract infection', 'Geriatric Medicine'),
		(0.58, 0.70, 'Chest pain', 'Cardiology'), (0.70, 0.80, 'Dehydration', 'Internal Medicine'),
		(0.80, 0.88, 'Concussion', 'Neurology'), (0.88, 1.00, 'Childbirth', 'Gynaecology and Obstetrics')
	) AS acute (low, high, name, specialty) ON pg_temp.chance('acute', r.n, q.quarter) >= acute.low
		AND pg_temp.chance('acute', r.n, q.quarter) < acute.high
		AND (acute.name <> 'Childbirth' OR r.gender = 'female' AND r.age BETWEEN 18 AND 42)
	WHERE pg_temp.chance('stay', r.n, q.quarter) < 0.25
		* CASE WHEN r.age < 40 THEN 0.08 WHEN r.age < 65 THEN 0.12 WHEN r.age < 80 THEN 0.30 ELSE 0.60 END
		* (1 + 0.5 * (SELECT count(*) FROM illness i WHERE i.n = r.n))
		* CASE WHEN EXISTS (SELECT FROM course c WHERE c.n = r.n AND c.type = 'Care at home') THEN 1.6 ELSE 1 END
) s
JOIN place o ON o.key = s.key
ORDER BY s.n, s.quarter;
CREATE INDEX ON stay (n);
ANALYZE stay;

INSERT INTO care.encounter (citizen, id, status, class, type, reason, organization, episode_of_care, start_time, end_time, planned, source, issued, recorded_at)
SELECT s.citizen, s.id, CASE WHEN s.ended > 0 THEN 'finished' ELSE 'in-progress' END, s.class,
	CASE s.class WHEN 'EMER' THEN 'Emergency contact' ELSE 'Admission' END, s.reason, s.organization,
	(SELECT min(c.id) FROM course c WHERE c.n = s.n AND c.organization = s.organization AND c.began >= s.began),
	pg_temp.moment(-s.began), CASE WHEN s.ended > 0 THEN pg_temp.moment(-s.ended) END,
	s.class = 'IMP' AND pg_temp.chance('planned', s.n, s.quarter) < 0.3,
	format('hospital.example/Encounter/%s-%s', s.n, s.quarter),
	pg_temp.moment(-CASE WHEN s.ended > 0 THEN s.ended ELSE s.began END), pg_temp.moment(0)
FROM stay s
ORDER BY s.n, s.quarter;

-- Contacts that are no stays: outpatient visits, consultations, visits at home. Some are still to come.
-- Of some citizens at a time, for the server remembers each row until its keys are checked.
CREATE FUNCTION pg_temp.add_contacts(first integer, last integer) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
INSERT INTO care.encounter (citizen, status, class, type, reason, organization, episode_of_care, start_time, end_time, source, issued, recorded_at)
SELECT v.citizen, CASE WHEN v.days > 0 THEN 'finished' ELSE 'planned' END, v.class, v.type, v.reason, v.organization, v.course,
	t.start_time, CASE WHEN v.days > 0 THEN t.start_time + v.minutes * interval '1 minute' END,
	format('%s.example/Encounter/%s-%s-%s', v.system, v.n, v.ordinal, v.i),
	least(t.start_time, pg_temp.moment(-1)), pg_temp.moment(0)
FROM (
	-- Every three months in each hospital course, the next one planned.
	SELECT c.n, c.citizen, c.ordinal, i, 'hospital' AS system, 'AMB' AS class, 'Outpatient visit' AS type, NULL AS reason,
		c.organization, c.id AS course, 91 * (i - pg_temp.chance('visit', c.n, c.ordinal)) AS days, 30 AS minutes
	FROM course c CROSS JOIN generate_series(0, 4) AS i
	WHERE c.system = 'hospital'
	UNION ALL
	-- Others at hospital, and in practice more often with illness.
	SELECT r.n, r.citizen, 60, i, 'hospital', 'AMB', 'Outpatient visit', 'Examination', o.id, NULL,
		380 * pg_temp.chance('examined', r.n, i) - 15, 20
	FROM registered r CROSS JOIN generate_series(1, 3) AS i
	JOIN specialty s ON s.ordinal = 1 + floor(20 * pg_temp.chance('examining', r.n, i))
	JOIN place o ON o.key = format('%s %s', CASE WHEN pg_temp.chance('examined there', r.n, i) < 0.08 THEN 1 ELSE r.hospital END, s.specialty)
	WHERE pg_temp.chance('examination', r.n, i) < 0.45
	UNION ALL
	SELECT r.n, r.citizen, 61, i, 'practice', CASE WHEN pg_temp.chance('by telephone', r.n, i) < 0.3 THEN 'VR' ELSE 'AMB' END,
		CASE WHEN pg_temp.chance('by telephone', r.n, i) < 0.3 THEN 'Telephone consultation' ELSE 'Consultation' END, NULL,
		r.practice, NULL, 372 * pg_temp.chance('consulted', r.n, i) - 7, 15
	FROM registered r
	CROSS JOIN LATERAL generate_series(1, (least(10, 2 + 1.6 * (SELECT count(*) FROM illness i WHERE i.n = r.n))
		* 2 * pg_temp.chance('consultations', r.n))::integer) AS i
	UNION ALL
	-- The practice sees some in the week after a stay.
	SELECT s.n, s.citizen, 62, s.quarter, 'practice', 'AMB', 'Follow-up after discharge', s.reason, r.practice, NULL,
		s.ended - 1 - 7 * pg_temp.chance('followed up', s.n, s.quarter), 20
	FROM stay s JOIN registered r ON r.n = s.n
	WHERE s.ended > 8 AND s.class = 'IMP' AND pg_temp.chance('follow-up', s.n, s.quarter) < 0.6
	UNION ALL
	-- Home care comes daily: the last ten days and the next two.
	SELECT c.n, c.citizen, 63, i, 'municipality', 'HH', 'Home visit', NULL, c.organization, c.id, i - 0.3 - 0.4 * pg_temp.chance('home visit', c.n, i), 30
	FROM course c CROSS JOIN generate_series(-1, 10) AS i
	WHERE c.type = 'Care at home'
) v
CROSS JOIN LATERAL (
	SELECT date_bin('15 minutes', date_trunc('day', pg_temp.moment(-v.days))
		+ interval '8 hours' + interval '8 hours' * pg_temp.chance('hour', v.n, v.ordinal * 100 + v.i), '2000-01-01')
) AS t (start_time)
-- No visit to an empty home, nor in the first days after the citizen has come back.
WHERE v.n BETWEEN first AND last AND (v.class <> 'HH' OR NOT EXISTS (
	SELECT FROM stay s
	WHERE s.n = v.n AND v.days <= s.began AND v.days > s.ended - 6 * pg_temp.chance('resumed', s.n, s.quarter)))
ORDER BY v.n, v.ordinal, v.i;
END;
SELECT count(pg_temp.add_contacts(i, i + 19999)) AS parts FROM generate_series(1, (SELECT max(n) FROM registered), 20000) AS i \gset

ALTER TABLE care.episode_of_care ENABLE TRIGGER USER;
ALTER TABLE care.encounter ENABLE TRIGGER USER;
ANALYZE care.episode_of_care;
ANALYZE care.encounter;
SELECT count(care.settle_courses(p.citizens)) AS courses, count(care.settle_relations(p.citizens)) AS relations
FROM (SELECT array_agg(r.citizen) FROM registered r GROUP BY r.n / 5000 ORDER BY r.n / 5000) AS p (citizens) \gset
