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
SELECT p.n, p.town, p.hospital, p.gender, p.age, p.birth_date, municipality.id AS municipality, practice.id AS practice,
	nextval('care.citizen_seq') AS citizen,
	i.digits || lpad((i.serial + CASE WHEN i.weighted % 11 = 0 THEN 2 ELSE 0 END)::text, 4, '0') AS cpr_number,
	concat_ws(' ', pg_temp.pick(CASE p.gender
			WHEN 'male' THEN '{Anders,Bent,Carl,Christian,Erik,Emil,Finn,Frederik,Hans,Henrik,Ib,Jakob,Jens,Jørgen,Kaj,Karl,Kim,Lars,Mads,Magnus,Martin,Mikkel,Niels,Ole,Oscar,Per,Peter,Poul,Rasmus,Simon,Søren,Thomas,Torben,Viggo,William}'::text[]
			ELSE '{Agnes,Alma,Anna,Anne,Birgit,Bodil,Camilla,Clara,Ella,Else,Emma,Freja,Grethe,Gudrun,Hanne,Helle,Ida,Inger,Ingrid,Jytte,Karen,Kirsten,Laura,Lene,Lis,Louise,Maja,Maren,Mette,Ruth,Sofie,Susanne,Tove,Ulla,Vibeke}' END,
				pg_temp.chance('first name', p.n)),
			pg_temp.pick('{Bach,Bak,Bang,Bruun,Dahl,Damgaard,Eskildsen,Falk,Friis,Gram,Hald,Holm,Juhl,Kjær,Krogh,Lund,Munk,Ravn,Skov,Toft,Vang,Winther}', pg_temp.chance('middle name', p.n)),
			pg_temp.pick('{Andersen,Bertelsen,Christensen,Clausen,Eriksen,Frandsen,Hansen,Henriksen,Iversen,Jacobsen,Jensen,Jepsen,Johansen,Jørgensen,Knudsen,Kristensen,Larsen,Lauridsen,Madsen,Mikkelsen,Mortensen,Nielsen,Olesen,Pedersen,Petersen,Poulsen,Rasmussen,Simonsen,Sørensen,Thomsen}', pg_temp.chance('surname', p.n))) AS full_name
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

-- What care.register_citizen() would do for each.
INSERT INTO care.citizen (citizen, name, birth_date, gender, municipality, general_practice)
SELECT r.citizen, r.full_name, r.birth_date, r.gender, r.municipality, r.practice FROM registered r ORDER BY r.n;
INSERT INTO care.citizen_identifier (citizen, system, value)
SELECT r.citizen, 'urn:oid:1.2.208.176.1.2', r.cpr_number FROM registered r ORDER BY r.n;
INSERT INTO care.identifier_owner (citizen, system, value)
SELECT r.citizen, 'urn:oid:1.2.208.176.1.2', r.cpr_number FROM registered r ORDER BY r.n;
ANALYZE care.citizen;

\ir region_care.sql
\ir region_plans.sql
\ir region_measurements.sql
\ir region_coordination.sql
