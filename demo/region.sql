-- A region to look at: Southern Denmark in small, made from a scale and a seed.
--
--	psql --single-transaction -v scale=1000 -v seed=1 -f demo/region.sql
--
-- scale	1 is the whole region of 1.2 million citizens, 1000 a thousandth of it
-- seed		another seed makes other citizens
-- as_of	the instant that everything leads up to; the start of today, if not given
--
-- The same scale, seed and as_of make the same region everywhere: chance is a hash of
-- the seed and of what it decides on. Municipalities and hospitals bear their names,
-- all else is made up: identifiers are well-formed, and no person or place has them
-- (a CPR number fails the check digit that all numbers given out before 2007 pass).

\set ON_ERROR_STOP on
\if :{?scale}
\else
	\set scale 1000
\endif
\if :{?seed}
\else
	\set seed 37
\endif
\if :{?as_of}
\else
	SELECT date_trunc('day', now(), 'Europe/Copenhagen') AS as_of \gset
\endif

SET LOCAL timezone = 'Europe/Copenhagen';
-- Without statistics the planner believes in much work, and would compile it for longer than it takes.
SET LOCAL jit = off;

SELECT EXISTS (SELECT FROM care.organization WHERE sor = '9900011000016009') AS made \gset
\if :made
	\warn 'demo/region.sql: the region is there already'
	\quit
\endif

-- Evenly from 0 to 1, always the same for the same what, n and i.
CREATE FUNCTION pg_temp.chance(what text, n bigint, i bigint DEFAULT 0) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(i, hashint8extended(n, hashtextextended(what, :seed))) & 9007199254740991)
	/ 9007199254740992::float8;

-- Around 0, mostly between -1 and 1.
CREATE FUNCTION pg_temp.noise(what text, n bigint, i bigint DEFAULT 0) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 2.45 * (pg_temp.chance(what, n, 2 * i) + pg_temp.chance(what, n, 2 * i + 1) - 1);

CREATE FUNCTION pg_temp.pick(list text[], chance float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN list[1 + floor(chance * cardinality(list))::integer];

CREATE FUNCTION pg_temp.moment(days float8) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN date_trunc('minute', timestamptz :'as_of' + days * interval '1 day');

\qecho 'Organizations'

CREATE TEMP TABLE town (code text, name text, inhabitants integer, hospital integer, low float8, high float8) ON COMMIT DROP;
INSERT INTO town
SELECT t.*,
	(sum(t.inhabitants) OVER (ORDER BY t.code) - t.inhabitants)::float8 / sum(t.inhabitants) OVER (),
	sum(t.inhabitants) OVER (ORDER BY t.code)::float8 / sum(t.inhabitants) OVER ()
FROM (VALUES
	('410', 'Middelfart', 39500, 2), ('420', 'Assens', 40900, 1), ('430', 'Faaborg-Midtfyn', 51900, 1),
	('440', 'Kerteminde', 23900, 1), ('450', 'Nyborg', 31900, 1), ('461', 'Odense', 208000, 1),
	('479', 'Svendborg', 59500, 1), ('480', 'Nordfyn', 29600, 1), ('482', 'Langeland', 12200, 1),
	('492', 'Ærø', 6000, 1), ('510', 'Haderslev', 55300, 4), ('530', 'Billund', 27000, 3),
	('540', 'Sønderborg', 74000, 4), ('550', 'Tønder', 36900, 4), ('561', 'Esbjerg', 115600, 3),
	('563', 'Fanø', 3400, 3), ('573', 'Varde', 49800, 3), ('575', 'Vejen', 42800, 3),
	('580', 'Aabenraa', 58800, 4), ('607', 'Fredericia', 52200, 2), ('621', 'Kolding', 94600, 2),
	('630', 'Vejle', 121900, 2)) AS t (code, name, inhabitants, hospital);

CREATE TEMP TABLE hospital (hospital integer, name text, city text, departments integer) ON COMMIT DROP;
INSERT INTO hospital VALUES
	(1, 'Odense University Hospital', 'Odense', 50), (2, 'Lillebaelt Hospital', 'Kolding', 26),
	(3, 'Hospital of South West Jutland', 'Esbjerg', 22), (4, 'Hospital of Southern Jutland', 'Aabenraa', 22);

CREATE TEMP TABLE specialty ON COMMIT DROP AS
SELECT s.specialty, s.ordinal::integer
FROM unnest(ARRAY[
	'Emergency Medicine', 'Cardiology', 'Pulmonary Medicine', 'Geriatric Medicine', 'Endocrinology',
	'Orthopaedic Surgery', 'Gastrointestinal Surgery', 'Neurology', 'Internal Medicine', 'Nephrology',
	'Oncology', 'Gynaecology and Obstetrics', 'Paediatrics', 'Urology', 'Radiology',
	'Rheumatology', 'Ophthalmology', 'Otorhinolaryngology', 'Anaesthesiology', 'Intensive Care',
	'Psychiatry', 'Physiotherapy', 'Haematology', 'Infectious Diseases', 'Gastroenterology',
	'Dermatology', 'Vascular Surgery', 'Neurosurgery', 'Cardiothoracic Surgery', 'Plastic Surgery',
	'Child and Adolescent Psychiatry', 'Clinical Genetics', 'Nuclear Medicine', 'Clinical Immunology',
	'Clinical Biochemistry', 'Clinical Microbiology', 'Clinical Pharmacology', 'Pathology',
	'Occupational Medicine', 'Palliative Care', 'Pain Management', 'Neonatology', 'Neurorehabilitation',
	'Sleep Medicine', 'Allergy', 'Hand Surgery', 'Maxillofacial Surgery', 'Dialysis', 'Fertility',
	'Nutrition']) WITH ORDINALITY AS s (specialty, ordinal);

CREATE TEMP TABLE place (
	n integer GENERATED ALWAYS AS IDENTITY,
	id bigint DEFAULT nextval('care.organization_id_seq'),
	key text PRIMARY KEY,
	parent text,
	sector text,
	kind text,
	name text,
	city text
) ON COMMIT DROP;

INSERT INTO place (key, sector, kind, name, city) VALUES
	('region', 'region', 'region', 'Region of Southern Denmark', 'Vejle');
INSERT INTO place (key, parent, sector, kind, name, city)
SELECT 'hospital ' || h.hospital, 'region', 'hospital', 'hospital', h.name, h.city
FROM hospital h ORDER BY h.hospital;
INSERT INTO place (key, parent, sector, kind, name, city)
SELECT h.hospital || ' ' || s.specialty, 'hospital ' || h.hospital, 'hospital', 'department',
	s.specialty || ', ' || h.name, h.city
FROM hospital h JOIN specialty s ON s.ordinal <= h.departments
ORDER BY h.hospital, s.ordinal;
INSERT INTO place (key, sector, kind, name, city)
SELECT 'municipality ' || t.code, 'municipality', 'municipality', t.name || ' Municipality', t.name
FROM town t ORDER BY t.code;
INSERT INTO place (key, parent, sector, kind, name, city)
SELECT k.kind || ' ' || t.code, 'municipality ' || t.code, 'municipality', k.kind, initcap(k.kind) || ', ' || t.name || ' Municipality', t.name
FROM town t CROSS JOIN unnest('{home care,rehabilitation,prevention}'::text[]) WITH ORDINALITY AS k (kind, ordinal)
ORDER BY t.code, k.ordinal;

-- How many there are in the whole region; each town has its share, but at least one of each kind.
CREATE TEMP TABLE provider ON COMMIT DROP AS
SELECT p.*, t.code, t.name AS town,
	greatest(1, round(p.number * (t.high - t.low) / :scale))::integer AS here
FROM (VALUES
	(1, 'general practice', 'general practice', 'Medical Practice', 800),
	(2, 'specialist', 'ophthalmologist', 'Eye Clinic', 90),
	(3, 'specialist', 'dermatologist', 'Skin Clinic', 60),
	(4, 'pharmacy', 'pharmacy', 'Pharmacy', 110),
	(5, 'therapist', 'physiotherapist', 'Physiotherapy', 330),
	(6, 'social', 'social institution', 'House', 130)) AS p (ordinal, sector, kind, title, number)
CROSS JOIN town t;

INSERT INTO place (key, parent, sector, kind, name, city)
SELECT format('%s %s %s', p.kind, p.code, i), CASE p.sector WHEN 'social' THEN 'municipality ' || p.code END, p.sector, p.kind,
	format('%s%s %s, %s', pg_temp.pick('{Bredgade,Algade,Vestergade,Østergade,Nørregade,Søndergade,Torvet,Havnegade,Skolegade,Kirkegade,Møllevej,Strandvej,Parkvej,Stationsvej,Skovvej,Birkevej,Engvej,Bakkevej,Rosenvej,Lindevej}',
		(pg_temp.chance('street' || p.kind || p.code, 0) + i * 0.35)::numeric % 1), CASE WHEN i > 20 THEN ' ' || i END, p.title, p.town),
	p.town
FROM provider p CROSS JOIN generate_series(1, p.here) AS i
ORDER BY p.ordinal, p.code, i;

INSERT INTO care.organization (id, sector, kind, name, parent, sor, gln, provider_number, municipality_code, city, source, issued, recorded_at)
SELECT p.id, p.sector, p.kind, p.name, parent.id,
	'99' || lpad(p.n::text, 4, '0') || '1000016' || '00' || (p.n + 8) % 10,
	g.digits || (10 - g.weighted % 10) % 10,
	CASE WHEN p.sector IN ('general practice', 'specialist', 'therapist') THEN '9' || lpad(p.n::text, 5, '0') END,
	CASE WHEN p.kind = 'municipality' THEN right(p.key, 3) END,
	p.city, 'register.example/Organization/' || p.n, pg_temp.moment(-400), pg_temp.moment(0)
FROM place p
LEFT JOIN place parent ON parent.key = p.parent
CROSS JOIN LATERAL (
	SELECT d.digits, sum(substr(d.digits, i, 1)::integer * CASE i % 2 WHEN 1 THEN 1 ELSE 3 END)::integer AS weighted
	FROM (SELECT '5790099' || lpad(p.n::text, 5, '0')) AS d (digits)
	CROSS JOIN generate_series(1, 12) AS i
	GROUP BY d.digits
) g
ORDER BY p.n;

\qecho 'Citizens'

CREATE TEMP TABLE person ON COMMIT DROP AS
SELECT b.*, extract(year FROM age(date '2025-01-01', b.birth_date))::integer AS age,
	row_number() OVER (PARTITION BY b.birth_date, b.gender ORDER BY b.n) - 1 AS place_in_day
FROM (
	SELECT n, t.code AS town, t.hospital, t.name AS city,
		CASE WHEN pg_temp.chance('gender', n) < 0.5 THEN 'male' ELSE 'female' END AS gender,
		date '2024-12-31' - (365.25 * (a.youngest + (a.oldest - a.youngest) * p.x * CASE WHEN a.oldest > 80 THEN p.x ELSE 1 END))::integer AS birth_date
	FROM generate_series(1, 1200000 / :scale) AS n
	JOIN town t ON pg_temp.chance('town', n) >= t.low AND pg_temp.chance('town', n) < t.high
	JOIN (VALUES
		(0.00, 0.20, 0, 18), (0.20, 0.47, 18, 40), (0.47, 0.80, 40, 65), (0.80, 0.95, 65, 80), (0.95, 1.00, 80, 101)
	) AS a (low, high, youngest, oldest) ON pg_temp.chance('age', n) >= a.low AND pg_temp.chance('age', n) < a.high
	CROSS JOIN LATERAL (SELECT (pg_temp.chance('age', n) - a.low) / (a.high - a.low)) AS p (x)
) b;

-- Of each pair of serial numbers that differ by two at most one passes the old check digit: the other is taken.
CREATE TEMP TABLE registered ON COMMIT DROP AS
SELECT p.n, p.town, p.hospital, p.gender, p.age, practice.id AS practice,
	care.register_citizen(ARRAY['urn:oid:1.2.208.176.1.2'], ARRAY[i.digits || lpad((i.serial
			+ CASE WHEN i.weighted % 11 = 0 THEN 2 ELSE 0 END)::text, 4, '0')],
		concat_ws(' ', pg_temp.pick(CASE p.gender
			WHEN 'male' THEN '{Anders,Bent,Carl,Christian,Erik,Emil,Finn,Frederik,Hans,Henrik,Ib,Jakob,Jens,Jørgen,Kaj,Karl,Kim,Lars,Mads,Magnus,Martin,Mikkel,Niels,Ole,Oscar,Per,Peter,Poul,Rasmus,Simon,Søren,Thomas,Torben,Viggo,William}'::text[]
			ELSE '{Agnes,Alma,Anna,Anne,Birgit,Bodil,Camilla,Clara,Ella,Else,Emma,Freja,Grethe,Gudrun,Hanne,Helle,Ida,Inger,Ingrid,Jytte,Karen,Kirsten,Laura,Lene,Lis,Louise,Maja,Maren,Mette,Ruth,Sofie,Susanne,Tove,Ulla,Vibeke}' END,
				pg_temp.chance('first name', p.n)),
			pg_temp.pick('{Bach,Bak,Bang,Bruun,Dahl,Damgaard,Eskildsen,Falk,Friis,Gram,Hald,Holm,Juhl,Kjær,Krogh,Lund,Munk,Ravn,Skov,Toft,Vang,Winther}', pg_temp.chance('middle name', p.n)),
			pg_temp.pick('{Andersen,Bertelsen,Christensen,Clausen,Eriksen,Frandsen,Hansen,Henriksen,Iversen,Jacobsen,Jensen,Jepsen,Johansen,Jørgensen,Knudsen,Kristensen,Larsen,Lauridsen,Madsen,Mikkelsen,Mortensen,Nielsen,Olesen,Pedersen,Petersen,Poulsen,Rasmussen,Simonsen,Sørensen,Thomsen}', pg_temp.chance('surname', p.n))),
		p.birth_date, p.gender, municipality.id, practice.id) AS citizen
FROM person p
JOIN provider v ON v.code = p.town AND v.kind = 'general practice'
JOIN place practice ON practice.key = format('general practice %s %s', p.town, 1 + floor(pg_temp.chance('practice', p.n) * v.here))
JOIN place municipality ON municipality.key = 'municipality ' || p.town
CROSS JOIN LATERAL (
	SELECT d.digits, d.serial, sum(substr(d.digits || lpad(d.serial::text, 4, '0'), w.i::integer, 1)::integer * w.weight) AS weighted
	FROM (SELECT to_char(p.birth_date, 'DDMMYY'), CASE WHEN p.birth_date >= '2000-01-01' THEN 4000 ELSE 0 END
		+ 4 * p.place_in_day + CASE p.gender WHEN 'male' THEN 1 ELSE 0 END) AS d (digits, serial)
	CROSS JOIN unnest('{4,3,2,7,6,5,4,3,2,1}'::integer[]) WITH ORDINALITY AS w (weight, i)
	GROUP BY d.digits, d.serial
) i
ORDER BY p.n;
CREATE UNIQUE INDEX ON registered (n);
ANALYZE registered;
ANALYZE place;

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
SELECT r.*, d.code, d.name, CASE d.code WHEN 'DJ449' THEN d.name ELSE lower(d.name) END AS within, d.specialty, d.at_hospital, d.at_home, d.rank,
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

INSERT INTO care.episode_of_care (citizen, id, status, type, organization, start_time, end_time, source, issued, recorded_at)
SELECT c.citizen, c.id, CASE WHEN s.ended IS NULL THEN 'active' ELSE 'finished' END, c.type, c.organization,
	date_trunc('day', pg_temp.moment(-c.began)), date_trunc('day', pg_temp.moment(-s.ended)),
	format('%s.example/EpisodeOfCare/%s-%s', c.system, c.n, c.ordinal), pg_temp.moment(-coalesce(s.ended, c.began)), pg_temp.moment(0)
FROM course c
CROSS JOIN LATERAL (
	SELECT CASE WHEN pg_temp.chance('ended', c.n, c.ordinal) < 0.12 THEN c.began * pg_temp.chance('end', c.n, c.ordinal) END
) AS s (ended)
ORDER BY c.n, c.ordinal;

-- Hospital stays of the last year: more of them with age and illness, at most one in a quarter.
CREATE TEMP TABLE stay ON COMMIT DROP AS
SELECT s.*, o.id AS organization, nextval('care.encounter_id_seq') AS id
FROM (
	SELECT r.n, r.citizen, r.town, q.quarter, d.class, d.began, d.began - d.days AS ended,
		coalesce(own.name, acute.name) AS reason,
		format('%s %s', r.hospital, CASE d.class WHEN 'EMER' THEN 'Emergency Medicine' ELSE coalesce(own.specialty, acute.specialty) END) AS key
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

-- Most municipalities have heard of it, and have put care at home on hold.
UPDATE care.episode_of_care e SET status = 'onhold', course = care.advance_course(e.course, 'onhold', pg_temp.moment(-s.began) + interval '4 hours')
FROM course c JOIN stay s ON s.n = c.n
WHERE e.citizen = c.citizen AND e.id = c.id AND e.status = 'active' AND c.type = 'Care at home' AND s.class = 'IMP'
	AND s.ended < 3 AND pg_temp.chance('on hold', s.n, s.quarter) < 0.7;

-- Contacts that are no stays: outpatient visits, consultations, visits at home. Some are still to come.
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
	JOIN place o ON o.key = format('%s %s', r.hospital, s.specialty)
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
WHERE v.class <> 'HH' OR NOT EXISTS (
	SELECT FROM stay s
	WHERE s.n = v.n AND v.days <= s.began AND v.days > s.ended - 6 * pg_temp.chance('resumed', s.n, s.quarter))
ORDER BY v.n, v.ordinal, v.i;

\qecho 'Plans, goals and tasks'

CREATE TEMP TABLE home ON COMMIT DROP AS
SELECT DISTINCT ON (i.n) i.n, i.citizen, i.practice, i.hospital, i.town, i.code, i.within,
	30 + floor(510 * pg_temp.chance('equipped', i.n))::integer AS began,
	greatest(1, floor(30 + 510 * pg_temp.chance('equipped', i.n))
		* CASE WHEN pg_temp.chance('gave up', i.n) < 0.08 THEN pg_temp.chance('gave up', i.n, 1) ELSE 0 END)::integer AS ended,
	0.6 + 0.38 * pg_temp.chance('diligence', i.n) AS diligence
FROM illness i
WHERE i.at_home > 0 AND pg_temp.chance('at home', i.n, i.rank) < i.at_home
ORDER BY i.n, i.rank;
CREATE UNIQUE INDEX ON home (n);
ANALYZE home;

CREATE TEMP TABLE plan ON COMMIT DROP AS
SELECT p.*, nextval('care.care_plan_id_seq') AS id
FROM (
	SELECT h.n, h.citizen, 1 AS ordinal, h.code AS about, 'Living with ' || h.within AS title,
		coalesce((SELECT c.organization FROM course c WHERE c.n = h.n AND c.code = h.code AND c.system = 'hospital'), h.practice) AS organization,
		h.began + 3.0 AS began
	FROM home h
	UNION ALL
	SELECT c.n, c.citizen, 2, 'home care', 'Help at home', c.organization, c.began
	FROM course c WHERE c.type = 'Care at home'
) p
ORDER BY p.n, p.ordinal;

CREATE TEMP TABLE aim ON COMMIT DROP AS
SELECT p.n, p.citizen, p.id AS plan, p.began, g.description, g.ordinal, round(150 * pg_temp.chance('due', p.n, g.ordinal) - 100)::integer AS due,
	nextval('care.goal_id_seq') AS id
FROM plan p
JOIN (VALUES
	('DI509', 1, 'Weight stable within 2 kg'), ('DI509', 2, 'Walks 20 minutes every day'),
	('DJ449', 3, 'No admission for COPD this winter'), ('DJ449', 4, 'Stops smoking'),
	('DE109', 5, 'HbA1c below 53 mmol/mol'), ('DE119', 6, 'HbA1c below 53 mmol/mol'), ('DE119', 7, 'Loses 5 kg'),
	('DI109', 8, 'Blood pressure at home below 135/85'), ('home care', 9, 'Dresses without help'),
	('home care', 10, 'Prepares breakfast again')) AS g (about, ordinal, description) ON g.about = p.about
WHERE pg_temp.chance('goal', p.n, g.ordinal) < 0.7
ORDER BY p.n, g.ordinal;

INSERT INTO care.goal (citizen, id, lifecycle_status, achievement_status, description, start_date, due_date, source, issued, recorded_at)
SELECT a.citizen, a.id, CASE WHEN a.due > 0 AND s.p < 0.6 THEN 'completed' ELSE 'active' END,
	CASE WHEN a.due > 0 AND s.p < 0.6 THEN 'achieved' ELSE pg_temp.pick('{in-progress,improving,no-change,worsening}', pg_temp.chance('progress', a.n, a.ordinal)) END,
	a.description, pg_temp.moment(-a.began)::date, pg_temp.moment(-a.due)::date,
	format('plan.example/Goal/%s-%s', a.n, a.ordinal), pg_temp.moment(-a.began), pg_temp.moment(0)
FROM aim a
CROSS JOIN LATERAL (SELECT pg_temp.chance('achieved', a.n, a.ordinal)) AS s (p)
ORDER BY a.n, a.ordinal;

INSERT INTO care.care_plan (citizen, id, status, intent, title, organization, start_time, addresses, goals, source, issued, recorded_at)
SELECT p.citizen, p.id, 'active', 'plan', p.title, p.organization, pg_temp.moment(-p.began),
	ARRAY(SELECT k.id FROM care.condition k WHERE k.citizen = p.citizen AND k.code = p.about ORDER BY k.id),
	ARRAY(SELECT a.id FROM aim a WHERE a.plan = p.id ORDER BY a.ordinal),
	format('plan.example/CarePlan/%s-%s', p.n, p.ordinal), pg_temp.moment(-p.began), pg_temp.moment(0)
FROM plan p
ORDER BY p.n, p.ordinal;

INSERT INTO care.care_plan_activity (citizen, care_plan, ordinal, name, status)
SELECT p.citizen, p.id, row_number() OVER (PARTITION BY p.id ORDER BY a.ordinal), a.name,
	pg_temp.pick('{in-progress,in-progress,scheduled,not-started,completed}', pg_temp.chance('activity', p.n, a.ordinal))
FROM plan p
JOIN (VALUES
	('DI509', 1, 'Weighs every morning'), ('DI509', 2, 'Measures blood pressure and pulse'), ('DI509', 3, 'Adjustment of diuretics by telephone'),
	('DJ449', 4, 'Measures oxygen saturation and pulse'), ('DJ449', 5, 'Training in the municipality, twice a week'), ('DJ449', 6, 'Check of inhalation technique'),
	('DE109', 7, 'Measures glucose before meals'), ('DE109', 8, 'Yearly eye screening'),
	('DE119', 9, 'Measures glucose twice a day'), ('DE119', 10, 'Dietary counselling'), ('DE119', 11, 'Yearly foot examination'),
	('DI109', 12, 'Measures blood pressure at home'), ('DI109', 13, 'Yearly check in general practice'),
	('home care', 14, 'Help with bath, twice a week'), ('home care', 15, 'Medicine dispensed for two weeks')) AS a (about, ordinal, name)
	ON a.about = p.about
ORDER BY p.n, p.ordinal, a.ordinal;

INSERT INTO care.task (citizen, status, priority, code, description, requester, owner, due_start, due_end, care_plan, encounter, source, issued, recorded_at)
SELECT t.citizen,
	CASE WHEN t.due > 0 AND pg_temp.chance('done', t.n, t.ordinal) < 0.8 THEN 'completed'
		ELSE pg_temp.pick('{requested,received,accepted,in-progress}', pg_temp.chance('status', t.n, t.ordinal)) END,
	CASE WHEN p.urgency < 0.75 THEN 'routine' WHEN p.urgency < 0.92 THEN 'urgent' WHEN p.urgency < 0.98 THEN 'asap' ELSE 'stat' END,
	t.code, t.description, t.requester, t.owner,
	date_trunc('hour', pg_temp.moment(-t.due - t.days)), date_trunc('day', pg_temp.moment(-t.due)) + interval '16 hours',
	t.plan, t.encounter, format('plan.example/Task/%s-%s', t.n, t.ordinal), least(pg_temp.moment(-t.due - t.days - 3), pg_temp.moment(-1)), pg_temp.moment(0)
FROM (
	SELECT p.n, p.citizen, k.ordinal, k.code, k.description, p.organization AS requester,
		CASE k.owner WHEN 'plan' THEN p.organization WHEN 'practice' THEN r.practice
			WHEN 'citizen' THEN NULL ELSE o.id END AS owner,
		60 * pg_temp.chance('task', p.n, k.ordinal) - 35 AS due, 14 AS days, p.id AS plan, NULL::bigint AS encounter
	FROM plan p
	JOIN registered r ON r.n = p.n
	JOIN (VALUES
		('DI509', 1, 'plan', 'review', 'Assess measurements from home'), ('DI509', 2, 'practice', 'laboratory', 'Kidney function and electrolytes'),
		('DI509', 3, 'home care', 'visit', 'Visit: weight, swelling of the legs, medicine'), ('DI509', 4, 'citizen', 'questionnaire', 'Answer questions before the next visit'),
		('DJ449', 5, 'plan', 'review', 'Assess measurements from home'), ('DJ449', 6, 'practice', 'review', 'Yearly review of COPD, with spirometry'),
		('DJ449', 7, 'rehabilitation', 'training', 'Start rehabilitation for lung disease'), ('DJ449', 8, 'pharmacy', 'medication', 'Check of inhalation technique'),
		('DE109', 9, 'plan', 'review', 'Assess glucose measurements'), ('DE109', 10, 'practice', 'laboratory', 'Blood lipids and albumin in urine'),
		('DE119', 11, 'practice', 'review', 'Yearly review of diabetes'), ('DE119', 12, 'prevention', 'training', 'Dietary counselling'),
		('DI109', 13, 'practice', 'review', 'Assess blood pressure at home'), ('DI109', 14, 'citizen', 'questionnaire', 'Answer questions before the next visit'),
		('home care', 15, 'municipality', 'assessment', 'Assess the need for help again'), ('home care', 16, 'pharmacy', 'medication', 'Medication review')
	) AS k (about, ordinal, owner, code, description) ON k.about = p.about
	LEFT JOIN place o ON o.key = k.owner || ' ' || r.town || CASE k.owner WHEN 'pharmacy' THEN ' 1' ELSE '' END
	WHERE pg_temp.chance('tasks', p.n, k.ordinal) < 0.6
	UNION ALL
	-- Who has home care and is in hospital: both sectors assess the needs before the discharge.
	SELECT s.n, s.citizen, 50, 'assessment', 'Joint needs assessment before discharge', s.organization, o.id,
		-0.5 - 2 * pg_temp.chance('assessment', s.n), 1, NULL, s.id
	FROM stay s
	JOIN course c ON c.n = s.n AND c.type = 'Care at home'
	JOIN place o ON o.key = 'municipality ' || s.town
	WHERE s.ended <= 0 AND s.class = 'IMP'
	UNION ALL
	-- After a hip fracture rehabilitation begins within seven days.
	SELECT s.n, s.citizen, 50 + s.quarter, 'training', 'Start rehabilitation within seven days', s.organization, o.id, s.ended - 7, 7, NULL, s.id
	FROM stay s JOIN place o ON o.key = 'rehabilitation ' || s.town
	WHERE s.ended > 0 AND s.ended < 60 AND s.reason = 'Hip fracture'
) t
CROSS JOIN LATERAL (SELECT pg_temp.chance('priority', t.n, t.ordinal)) AS p (urgency)
ORDER BY t.n, t.ordinal;

\qecho 'Measurements'

-- The days and times at which each of them measures: twice a day for two weeks, then once, at times twice. Days
-- are left out, a holiday takes some weeks; who gave up has ended. Day 1 is yesterday.
CREATE FUNCTION pg_temp.occasions(n bigint, began integer, ended integer, diligence float8, evening float8, OUT i integer, OUT day integer, OUT "time" timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT 2 * d + s, d, pg_temp.moment(s * 0.54 - d + 0.27 + 0.06 * pg_temp.chance('minute', n, 2 * d + s))
	FROM generate_series(began, ended, -1) AS d
	CROSS JOIN generate_series(0, 1) AS s
	WHERE pg_temp.chance('skipped', n, 2 * d + s) < diligence
		AND (s = 0 OR d > began - 14 OR pg_temp.chance('evening', n, d) < evening)
		AND (d / 21 <> floor(began * pg_temp.chance('holiday', n) / 21) OR pg_temp.chance('stays', n) < 0.4);
END;

SELECT coalesce(sum(care.record(h.citizen, v.measure, p.times, v.readings, v.unit,
	jsonb_build_object('key', 'home.example/' || h.citizen || '/blood-pressure-monitor', 'performer', 'citizen', 'entered', 'automatically', 'device', 'Blood pressure monitor'))), 0) AS points
FROM home h
CROSS JOIN LATERAL (
	SELECT array_agg(o."time" ORDER BY o."time") AS times,
		array_agg(round(b.level + 6 * pg_temp.noise('systolic', h.n, o.i)) ORDER BY o."time") AS systolic,
		array_agg(round(0.58 * b.level + 4 * pg_temp.noise('diastolic', h.n, o.i)) ORDER BY o."time") AS diastolic,
		array_agg(round(62 + 20 * pg_temp.chance('pulse', h.n) + 4 * pg_temp.noise('pulse', h.n, o.i)) ORDER BY o."time") AS pulse
	FROM pg_temp.occasions(h.n, h.began, h.ended, h.diligence, 0.3) AS o
	-- Treatment lowers it in the first two months; the season moves it.
	CROSS JOIN LATERAL (SELECT 124 + 24 * pg_temp.chance('pressure', h.n)
		+ 14 * greatest(0, 1 - (h.began - o.day) / 60.0) + abs(o.day % 365 - 182) / 30.0) AS b (level)
) p
CROSS JOIN LATERAL (VALUES
	('systolic_blood_pressure_home', p.systolic, 'mm[Hg]'),
	('diastolic_blood_pressure_home', p.diastolic, 'mm[Hg]'),
	('heart_rate', p.pulse, '/min')) AS v (measure, readings, unit)
WHERE h.code IN ('DI509', 'DI109', 'DE119') AND p.times IS NOT NULL \gset
\qecho '  ' :points 'blood pressure and pulse'

SELECT coalesce(sum(care.record(h.citizen, v.measure, p.times, v.readings, v.unit,
	jsonb_build_object('key', 'home.example/' || h.citizen || '/pulse-oximeter', 'performer', 'citizen', 'entered', 'automatically', 'device', 'Pulse oximeter'))), 0) AS points
FROM home h
CROSS JOIN LATERAL (
	SELECT array_agg(o."time" ORDER BY o."time") AS times,
		array_agg(least(99, round(95 - 4 * pg_temp.chance('saturation', h.n) - e.acute * 5 + pg_temp.noise('saturation', h.n, o.i))) ORDER BY o."time") AS saturation,
		array_agg(round(70 + 15 * pg_temp.chance('pulse', h.n) + e.acute * 14 + 5 * pg_temp.noise('pulse', h.n, o.i)) ORDER BY o."time") AS pulse
	FROM pg_temp.occasions(h.n, h.began, h.ended, h.diligence, 0.15) AS o
	-- A bad week now and then.
	CROSS JOIN LATERAL (SELECT CASE WHEN pg_temp.chance('bad week', h.n, o.day / 7) < 0.06 THEN 1 ELSE 0 END) AS e (acute)
) p
CROSS JOIN LATERAL (VALUES
	('oxygen_saturation', p.saturation, '%'),
	('heart_rate', p.pulse, '/min')) AS v (measure, readings, unit)
WHERE h.code = 'DJ449' AND p.times IS NOT NULL \gset
\qecho '  ' :points 'oxygen saturation and pulse'

SELECT coalesce(sum(care.record(h.citizen, 'body_weight', p.times, p.weight, 'kg',
	jsonb_build_object('key', 'home.example/' || h.citizen || '/scale', 'performer', 'citizen', 'entered', 'automatically', 'device', 'Scale'))), 0) AS points
FROM home h
CROSS JOIN LATERAL (
	SELECT array_agg(o."time" ORDER BY o."time") AS times,
		array_agg(round((62 + 40 * pg_temp.chance('weight', h.n) - 2 * (h.began - o.day) / 365.0
			-- In heart failure water comes back: a kilogram in three days.
			+ CASE WHEN h.code = 'DI509' AND pg_temp.chance('water', h.n) < 0.25 THEN greatest(0, 9 - o.day) / 3.0 ELSE 0 END
			+ 0.4 * pg_temp.noise('weight', h.n, o.day))::numeric, 1)::float8 ORDER BY o."time") AS weight
	FROM pg_temp.occasions(h.n, h.began, h.ended, h.diligence, 0) AS o
	WHERE o.i % 2 = 0 AND (h.code = 'DI509' OR o.day % 7 = 1)
) p
WHERE h.code IN ('DI509', 'DE119') AND p.times IS NOT NULL \gset
\qecho '  ' :points 'weight'

SELECT coalesce(sum(care.record(h.citizen, 'glucose_capillary', p.times, p.glucose, 'mmol/L',
	jsonb_build_object('key', 'home.example/' || h.citizen || '/glucose-meter', 'performer', 'citizen', 'entered', 'automatically', 'device', 'Glucose meter'))), 0) AS points
FROM home h
CROSS JOIN LATERAL (
	SELECT array_agg(o."time" ORDER BY o."time") AS times,
		array_agg(round(greatest(2.8, 6.5 + 4 * pg_temp.chance('glucose', h.n) + (o.i % 2) * 1.2
			+ CASE h.code WHEN 'DE109' THEN 2.4 ELSE 1.1 END * pg_temp.noise('glucose', h.n, o.i))::numeric, 1)::float8 ORDER BY o."time") AS glucose
	FROM pg_temp.occasions(h.n, h.began, h.ended, h.diligence, 0.9) AS o
) p
WHERE h.code IN ('DE109', 'DE119') AND p.times IS NOT NULL \gset
\qecho '  ' :points 'glucose'

-- Every three months in general practice.
SELECT coalesce(sum(care.record(i.citizen, 'hba1c', p.times, p.hba1c, 'mmol/mol',
	jsonb_build_object('key', 'practice.example/' || i.citizen, 'performer', 'general practice'))), 0) AS points
FROM (
	SELECT DISTINCT ON (d.n) d.* FROM illness d WHERE d.code IN ('DE109', 'DE119') ORDER BY d.n, d.rank
) i
CROSS JOIN LATERAL (
	SELECT array_agg(t."time" ORDER BY t."time") AS times,
		array_agg(round(46 + 20 * pg_temp.chance('hba1c', i.n) + 3 * pg_temp.noise('hba1c', i.n, q)) ORDER BY t."time") AS hba1c
	FROM generate_series(0, 5) AS q
	CROSS JOIN LATERAL (SELECT pg_temp.moment(-91 * (q + pg_temp.chance('sampled', i.n)) - 0.6)) AS t ("time")
	WHERE 91 * (q + 1) < i.days
) p
WHERE p.times IS NOT NULL \gset
\qecho '  ' :points 'HbA1c'
