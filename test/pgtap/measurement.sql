-- Recording, correcting and nullifying, against a plain SQL oracle of what should count.
BEGIN;
SELECT plan(90);

CREATE FUNCTION pg_temp.person(number text) RETURNS bigint LANGUAGE sql AS
$$ SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', ARRAY[number]) $$;
CREATE FUNCTION pg_temp.at(minutes integer) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$ SELECT timestamptz '2026-03-01 08:00:00+00' + minutes * interval '1 minute' $$;
CREATE FUNCTION pg_temp.shown(citizen bigint, measure text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(m.value::text, ' ' ORDER BY m."time") FROM care.measurement m WHERE m.citizen = $1 AND m.measure = $2 $$;

-- A long stream costs no more to add to than a short one, also with the plans that were made when it was short.
-- First of all, for it needs small tables.
SELECT pg_temp.person('0404040004') AS l \gset
CREATE FUNCTION pg_temp.fetched(relation regclass) RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT t.seq_tup_read + t.idx_tup_fetch FROM pg_stat_xact_all_tables t WHERE t.relid = $1 $$;
CREATE FUNCTION pg_temp.add(citizen bigint, since integer, until integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	FOR n IN since..until LOOP
		PERFORM care.record(citizen, 'body_weight', ARRAY[pg_temp.at(1440 * n)], ARRAY[80000 + n], 'g');
	END LOOP;
END
$$;
SELECT pg_temp.add(:l, 1, 500) \gset ignore_
SELECT pg_temp.fetched('care.measurement_batch') AS batches, pg_temp.fetched('care.measurement_note') AS notes \gset
SELECT pg_temp.add(:l, 501, 510) \gset ignore_
SELECT cmp_ok(pg_temp.fetched('care.measurement_batch') - :batches, '<', 1000::bigint, 'ten more do not read all batches');
SELECT cmp_ok(pg_temp.fetched('care.measurement_note') - :notes, '<', 1000::bigint, 'nor all notes');

-- Recording.
SELECT pg_temp.person('0101010001') AS c \gset
SELECT is(care.record(:c, 'body_weight', ARRAY[pg_temp.at(0), pg_temp.at(60)], '{80.1,80.4}', 'kg'), 2, 'two points are new');
SELECT is(care.record(:c, 'body_weight', ARRAY[pg_temp.at(0), pg_temp.at(60)], '{80.1,80.4}', 'kg'), 0, 'the same again changes nothing');
SELECT is((SELECT count(*) FROM care.measurement_batch WHERE citizen = :c), 1::bigint, 'and adds nothing');
SELECT is(care.record(:c, 'NPU03804', ARRAY[pg_temp.at(30)], '{80200}', 'g'), 1, 'a code names the measure, a unit it accepts is converted');
SELECT is(pg_temp.shown(:c, 'body_weight'), '80.1 80.2 80.4', 'points come in time order');
SELECT results_eq(format('SELECT original_value, original_unit FROM care.measurement WHERE citizen = %s AND value = 80.2', :c),
	$$ VALUES (NULL::float8, NULL::text) $$, 'and not kept beside, for converting back gives it');
SELECT is(care.record(:c, 'body_weight', '{}', '{}', 'kg'), 0, 'nothing recorded is nothing new');
INSERT INTO care.measurement (citizen, measure, "time", value, unit) VALUES (:c, 'body_weight', pg_temp.at(90), 80.6, 'kg');
SELECT is(pg_temp.shown(:c, 'body_weight'), '80.1 80.2 80.4 80.6', 'INSERT INTO care.measurement records');
SELECT results_eq(format('SELECT value FROM care.measurement_between(pg_temp.at(30), pg_temp.at(90)) WHERE citizen = %s ORDER BY "time"', :c),
	$$ VALUES (80.2::float8), (80.4) $$, 'care.measurement_between() includes its start and excludes its end');
SELECT is((SELECT count(*) FROM care.measurement_between(NULL, NULL) WHERE citizen = :c), 4::bigint, 'and is unbounded where null');
SELECT is((SELECT count(DISTINCT batch) FROM care.measurement WHERE citizen = :c), 3::bigint, 'every point leads to its batch');

-- Units at the door: what each means to a measure. HbA1c by the published equation, of which 7 % is 53 mmol/mol.
SELECT pg_temp.person('0101010012') AS u \gset
CREATE TEMP TABLE door (n, measure, reading, unit, value) AS
SELECT row_number() OVER (), d.* FROM (VALUES
	('systolic_blood_pressure', 120, 'mmHg', 120), ('systolic_blood_pressure', 16, 'kPa', 16 / 0.133322), ('body_temperature', 37.2, '°C', 37.2),
	('heart_rate', 72, 'bpm', 72), ('heart_rate', 72, '{beats}/min', 72), ('heart_rate', 1.2, 'Hz', 72), ('respiratory_rate', 14, 'breaths/min', 14),
	('body_weight', 180, 'lbs', 180 * 0.45359237), ('body_height', 1.83, 'm', 183), ('body_mass_index', 24.5, 'kg/m²', 24.5), ('fev1', 2450, 'ml', 2.45),
	('oxygen_saturation', .92, 'NA', 92), ('oxygen_saturation', .57, '1', 57), ('oxygen_saturation', 92, '%', 92), ('oxygen_saturation', 1, '%', 1), ('oxygen_saturation', 1, '{fraction}', 100),
	('glucose_capillary', 99, 'mg/dL', 99 * 10 / 180.156), ('ldl_cholesterol', 100, 'mg/dL', 100 * 10 / 386.664), ('glucose_capillary', 5.5, 'mmol/liter', 5.5),
	('hba1c', 7, '%', 53.01), ('hba1c', 7, 'procent', 53.01), ('hba1c', 48, 'mmol/mol', 48), ('hba1c_ngsp', 53, 'mmol/mol', 7.00044), ('hba1c_ngsp', .07, 'NA', 7),
	('sit_to_stand_30s', 12, '1/30sec', 12), ('sit_to_stand_30s', 12, 'NA', 12), ('cat_score', 11, '{score}', 11), ('tobs_score', 3, '1', 3), ('fev1_fvc_ratio', 70, '%', .7),
	('steps_per_day', 5000, '{steps}/d', 5000), ('steps_per_day', 35000, '/wk', 5000)) AS d (measure, reading, unit, value);
SELECT sum(care.record(:u, d.measure, ARRAY[pg_temp.at(d.n::integer)], ARRAY[d.reading]::float8[], d.unit)) FROM door d \gset ignore_
SELECT is_empty(format($$
	SELECT d.*, m.value FROM door d
	LEFT JOIN care.measurement m ON m.citizen = %s AND m.measure = d.measure AND m."time" = pg_temp.at(d.n::integer)
	WHERE (abs(m.value - d.value) <= 1e-15 * abs(d.value)) IS NOT TRUE $$, :u), 'every unit and spelling means to its measure what it should');
SELECT bag_eq(format($$ SELECT d.measure, m.original_value, m.original_unit FROM door d
	JOIN care.measurement m ON m.citizen = %s AND m.measure = d.measure AND m."time" = pg_temp.at(d.n::integer) WHERE m.original_unit IS NOT NULL $$, :u),
	$$ VALUES ('hba1c', 7::float8, '%'), ('hba1c', 7, 'procent'), ('hba1c_ngsp', 53, 'mmol/mol') $$, 'what came is kept where it cannot be had back, as it was written');

-- Random readings in random units: as smartcare.unit_convert() says, to and fro, in few calls and in many.
SELECT pg_temp.person('0101010013') AS v, pg_temp.person('0101010014') AS w \gset
SELECT setseed(0.5) \gset ignore_
CREATE TEMP TABLE reading AS
SELECT row_number() OVER () AS n, u.measure, m.id, m.unit AS own_unit, m.molar_mass, u.unit, v.reading
FROM (VALUES ('body_weight', '{g,[lb_av],[oz_av],t,[stone_av],kg}'), ('body_height', '{m,mm,[in_i],[ft_i],cm}'), ('body_temperature', '{[degF],K,mK,[degRe],Cel}'),
	('systolic_blood_pressure', '{kPa,cm[H2O],bar,[psi],mm[Hg]}'), ('glucose_capillary', '{mg/dL,g/L,mol/m3,umol/L,[oz_av]/[gal_us]}'), ('heart_rate', '{Hz,/h,/s,/min}')) AS u0 (measure, units),
	unnest(u0.units::text[]) AS u1 (unit), LATERAL (SELECT u0.measure, u1.unit) AS u
JOIN care.measure m ON m.name = u.measure
CROSS JOIN LATERAL (SELECT CASE s % 3 WHEN 0 THEN round((random() * 1000)::numeric, s % 4)::float8 WHEN 1 THEN random() * 100 ELSE (s * 7)::float8 END AS reading
	FROM generate_series(1, 25) AS s WHERE length(u.unit) > 0) AS v;
CREATE TEMP TABLE wanted AS
SELECT r.*, smartcare.unit_convert(r.reading, r.unit, r.own_unit, r.molar_mass) AS value,
	smartcare.unit_convert(smartcare.unit_convert(r.reading, r.unit, r.own_unit, r.molar_mass), r.own_unit, r.unit, r.molar_mass) <> r.reading AS inexact
FROM reading r;
SELECT sum(care.record(:v, r.measure, array_agg(pg_temp.at(r.n::integer)), array_agg(r.reading), r.unit)) OVER () FROM reading r GROUP BY r.measure, r.unit LIMIT 1 \gset ignore_
SELECT sum(care.record(:w, r.measure, ARRAY[pg_temp.at(r.n::integer)], ARRAY[r.reading], r.unit) ) FROM (SELECT * FROM reading ORDER BY md5(n::text)) AS r \gset ignore_
SELECT is_empty(format($$
	SELECT p.c, w.*, m.value FROM wanted w CROSS JOIN (VALUES (%s::bigint), (%s)) AS p (c)
	LEFT JOIN care.measurement m ON m.citizen = p.c AND m.measure = w.measure AND m."time" = pg_temp.at(w.n::integer)
	WHERE m.value IS DISTINCT FROM w.value OR m.original_value IS DISTINCT FROM CASE WHEN w.inexact THEN w.reading END
		OR m.original_unit IS DISTINCT FROM CASE WHEN w.inexact THEN w.unit END $$, :v, :w), 'readings are converted, and kept exactly where converting back gives another number');
SELECT ok(count(*) FILTER (WHERE inexact) > 50 AND count(*) FILTER (WHERE NOT inexact) > 50, 'of both there are many') FROM wanted;
SELECT is((SELECT count(*) FROM care.measurement_note WHERE citizen = :v), (SELECT count(*) FROM wanted WHERE inexact), 'and no other notes');

-- Two readings of one instant in a unit that converts inexactly: the note is that of the one that counts.
SELECT is(care.record(:u, 'glucose_capillary', ARRAY[pg_temp.at(99), pg_temp.at(99), pg_temp.at(100)], '{126,103,80}', 'mg/dL'), 2, 'two points of three readings');
SELECT results_eq(format($$ SELECT original_value FROM care.measurement WHERE citizen = %s AND measure = 'glucose_capillary' AND "time" >= pg_temp.at(99) ORDER BY "time" $$, :u),
	'VALUES (126::float8), (80)', 'each with its own original');
SELECT is((SELECT count(*) FROM care.measurement_note WHERE citizen = :u AND "time" = pg_temp.at(99)), 2::bigint, 'the other''s is kept too');

-- What is refused, and that it leaves nothing.
SELECT throws_ok(format($$ SELECT care.record(%s, 'body_weight', ARRAY[pg_temp.at(0)], '{1,2}', 'kg') $$, :c), '22023', NULL, 'unequal arrays');
SELECT throws_ok(format($$ SELECT care.record(%s, 'body_weight', NULL, '{1}', 'kg') $$, :c), '22023', NULL, 'a null array');
SELECT throws_ok(format($$ SELECT care.record(%s, 'body_weight', NULL, NULL, 'kg') $$, :c), '22023', NULL, 'two null arrays');
SELECT throws_ok(format($$ SELECT care.record(%s, 'body_weight', ARRAY[pg_temp.at(0)], '{1}', 'kg', '{"issued":"infinity"}') $$, :c), '22007', NULL, 'what could never be corrected');
SELECT throws_ok(format($$ SELECT care.record(%s, 'no_such', ARRAY[pg_temp.at(0)], '{1}', 'kg') $$, :c), '42704', 'measure "no_such" is not known', 'an unknown measure');
SELECT throws_ok(format($$ SELECT care.record(%s, 'body_weight', ARRAY[pg_temp.at(0)], '{1}', 'mm[Hg]') $$, :c), '22023',
	'unit "mm[Hg]" cannot be converted to the unit of measure "body_weight", "kg"', 'a unit that does not fit: both are named');
SELECT throws_ok(format($$ SELECT care.record(%s, 'body_weight', ARRAY[pg_temp.at(0)], '{1}', 'bushels of kg') $$, :c), '22P02',
	'unit "bushels of kg" cannot be converted to the unit of measure "body_weight", "kg"', 'and one that is none');
SELECT throws_ok(format($$ SELECT care.record(%s, 'c_reactive_protein', ARRAY[pg_temp.at(0)], '{1}', 'nmol/L') $$, :c), '22023',
	'unit "nmol/L" cannot be converted to the unit of measure "c_reactive_protein", "mg/L"', 'a substance without molar mass');
SELECT throws_ok(format($$ SELECT care.record(%s, 'hba1c', ARRAY[pg_temp.at(0)], '{.07}', 'NA') $$, :c), '22023', NULL, 'HbA1c as a fraction of who knows which method');
SELECT throws_ok(format($$ SELECT care.record(%s, 'glucose_capillary', ARRAY[pg_temp.at(0)], '{7}', '[pH]') $$, :c), '22023', NULL, 'a logarithm');
SELECT throws_ok(format($$ SELECT care.record(%s, 'oxygen_saturation', ARRAY[pg_temp.at(0), pg_temp.at(1)], '{.97,97}', 'NA') $$, :c), '22003',
	'97 in "NA" is no value of measure "oxygen_saturation" in "%"', 'percent that come as a fraction');
SELECT throws_ok(format($$ SELECT care.record(%s, 'body_weight', ARRAY[pg_temp.at(0)], '{1e101}', 'g') $$, :c), '22003', NULL, 'a reading out of range');
SELECT throws_like(format($$ SELECT care.record(%s, 'body_weight', ARRAY[pg_temp.at(0)], '{NaN}', 'g') $$, :c), '%NaN%', 'NaN, to be converted');
SELECT throws_ok(format($$ SELECT care.record(%s, 'body_weight', ARRAY[pg_temp.at(0)], '{1}', NULL) $$, :c), '22023', NULL, 'no unit');
SELECT throws_ok($$ SELECT care.record(-1, 'body_weight', ARRAY[pg_temp.at(0)], '{1}', 'kg') $$, '23503', 'citizen -1 is not known', 'an unknown citizen');
SELECT throws_ok($$ SELECT care.record(NULL, 'body_weight', ARRAY[pg_temp.at(0)], '{1}', 'kg') $$, '23503', NULL, 'no citizen');
SELECT throws_like(format($$ SELECT care.record(%s, 'body_weight', ARRAY[pg_temp.at(0)], '{NaN}', 'kg') $$, :c), '%NaN%', 'NaN');
SELECT throws_like(format($$ SELECT care.record(%s, 'body_weight', '{infinity}', '{1}', 'kg') $$, :c), '%infin%', 'an infinite time');
SELECT throws_ok(format($$ INSERT INTO care.measurement (citizen, measure, "time", value, unit) VALUES (%s, 'body_weight', NULL, 1, 'kg') $$, :c), NULL, NULL, 'no time');
SELECT is(pg_temp.shown(:c, 'body_weight'), '80.1 80.2 80.4 80.6', 'what was refused left nothing');

-- The rows of the view, inserted again.
SELECT pg_temp.person('0101010011') AS e \gset
INSERT INTO care.measurement (citizen, measure, "time", value, unit, original_value, original_unit)
SELECT :e, m.measure, m."time", m.value, m.unit, m.original_value, m.original_unit FROM care.measurement m WHERE m.citizen = :c;
SELECT is(pg_temp.shown(:e, 'body_weight'), pg_temp.shown(:c, 'body_weight'), 'the view''s rows say the same when inserted again');
SELECT throws_ok(format($$ INSERT INTO care.measurement (citizen, measure, "time", value, unit, comparator) VALUES (%s, 'body_weight', pg_temp.at(0), 1, 'kg', '<') $$, :e),
	'0A000', NULL, 'a comparator is not dropped');
SELECT is(care.record(:e, 'body_height', ARRAY[pg_temp.at(0)], '{160}', 'cm', '{"key":"h","version":1}'), 1, 'said');
SELECT is(care.record(:e, 'body_height', ARRAY[pg_temp.at(0)], '{160}', 'cm', '{"key":"h","version":2,"status":"entered-in-error"}'), 1, 'and taken back');
SELECT is(pg_temp.shown(:e, 'body_height'), NULL, 'a statement in error does not count');
SELECT is(care.record(:e, 'body_height', ARRAY[pg_temp.at(1)], '{1.6000000000000003}', 'm', '{"key":"i"}'), 1, 'all digits');
SET LOCAL extra_float_digits = 0;
SELECT is(care.record(:e, 'body_height', ARRAY[pg_temp.at(1)], '{1.6000000000000003}', 'm', '{"key":"i"}'), 0, 'are known again');
SELECT is((SELECT count(*) FROM care.measurement_batch WHERE citizen = :e AND source_key LIKE 'i %'), 1::bigint, 'whatever the session''s extra_float_digits');
RESET extra_float_digits;

-- Whoever may read the view sees all of it.
CREATE ROLE measurement_reader;
GRANT USAGE ON SCHEMA care TO measurement_reader;
GRANT SELECT ON care.measurement TO measurement_reader;
SET LOCAL ROLE measurement_reader;
SELECT is((SELECT count(batch) FROM care.measurement), (SELECT count(*) FROM care.measurement), 'a reader of the view needs no other right');
RESET ROLE;

-- Two readings at one instant in one call: one counts, the other is kept.
SELECT is(care.record(:c, 'heart_rate', ARRAY[pg_temp.at(0), pg_temp.at(0), pg_temp.at(0), pg_temp.at(1)], '{60,62,60,70}', '1/min'), 2, 'two points of four readings');
SELECT is(pg_temp.shown(:c, 'heart_rate'), '62 70', 'the greater counts');
SELECT is((SELECT count(*) FROM care.claims(:c, 5, pg_temp.at(0), pg_temp.at(0))), 2::bigint, 'the other is kept');

-- Of a statement with two readings at one instant both go when its next version comes, in whatever order.
SELECT pg_temp.person('0101010007') AS l \gset
SELECT care.record(:l, 'heart_rate', ARRAY[pg_temp.at(0)], '{50}', '/min', '{"key":"k","version":2}') \gset ignore_
SELECT is(care.record(:l, 'heart_rate', ARRAY[pg_temp.at(0), pg_temp.at(0)], '{60,55}', '/min', '{"key":"k","version":1}'), 0, 'the older version, with two readings at one instant, changes nothing');
SELECT is(care.record(:l, 'heart_rate', ARRAY[pg_temp.at(0), pg_temp.at(0)], '{40,45}', '/min', '{"key":"k","version":3}'), 1, 'the newer one replaces it');
SELECT is(care.record(:l, 'heart_rate', ARRAY[pg_temp.at(0), pg_temp.at(0)], '{45,40}', '/min', '{"key":"k","version":3}'), 0, 'and is known again');
SELECT is(pg_temp.shown(:l, 'heart_rate'), '45', 'by the greater of its readings');
SELECT is((SELECT count(*) FROM care.claims(:l, 5, pg_temp.at(0), pg_temp.at(0))), 2::bigint, 'both of which stand');
SELECT is(care.record(:l, 'body_temperature', ARRAY[pg_temp.at(0)], '{100.4}', '[degF]'), 1, 'a converted reading');
SELECT is(pg_temp.shown(:l, 'body_temperature'), '38', 'has no digits that the conversion made up');
SELECT throws_ok(format($$ SELECT care.record(%s, 'heart_rate', ARRAY[pg_temp.at(0)], '{1}', '/min', '{"issued":"2026-03-01 08:00"}') $$, :l), '22007', NULL, 'an issue time without offset');

-- Which value is right: in both orders of arrival.
SELECT pg_temp.person('0101010002') AS a, pg_temp.person('0101010003') AS b \gset
SELECT care.record(:a, 'body_weight', ARRAY[pg_temp.at(0)], '{70}', 'kg', '{"key":"k1","issued":"2026-03-01T09:00:00Z"}'),
	care.record(:a, 'body_weight', ARRAY[pg_temp.at(0)], '{71}', 'kg', '{"key":"k2","issued":"2026-03-01T08:59:00Z"}'),
	care.record(:b, 'body_weight', ARRAY[pg_temp.at(0)], '{71}', 'kg', '{"key":"k2","issued":"2026-03-01T08:59:00Z"}'),
	care.record(:b, 'body_weight', ARRAY[pg_temp.at(0)], '{70}', 'kg', '{"key":"k1","issued":"2026-03-01T09:00:00Z"}') \gset ignore_
SELECT is(pg_temp.shown(:a, 'body_weight'), '70', 'issued later wins');
SELECT is(pg_temp.shown(:b, 'body_weight'), '70', 'also when it comes last');

-- Versions of one source.
SELECT is(care.record(:a, 'body_weight', ARRAY[pg_temp.at(5)], '{72}', 'kg', '{"key":"k3","version":1}'), 1, 'version 1');
SELECT is(care.record(:a, 'body_weight', ARRAY[pg_temp.at(6)], '{73}', 'kg', '{"key":"k3","version":2}'), 2, 'version 2 moves the point: one gone, one new');
SELECT is(pg_temp.shown(:a, 'body_weight'), '70 73', 'of one source the latest version stands');
SELECT is(care.record(:a, 'body_weight', ARRAY[pg_temp.at(5)], '{72}', 'kg', '{"key":"k3","version":1}'), 0, 'a replay of version 1 changes nothing');
SELECT is(care.record(:b, 'body_weight', ARRAY[pg_temp.at(6)], '{73}', 'kg', '{"key":"k3","version":2}'), 1, 'version 2 first');
SELECT is(care.record(:b, 'body_weight', ARRAY[pg_temp.at(5)], '{72}', 'kg', '{"key":"k3","version":1}'), 0, 'then version 1: kept, does not count');
SELECT is(pg_temp.shown(:b, 'body_weight'), '70 73', 'the same record');

-- Correction and nullification survive replays.
SELECT is(care.correct_measurement(:a, 'body_weight', pg_temp.at(0), 69.5, 'kg', 'typing error'), 1, 'corrected');
SELECT is(care.record(:a, 'body_weight', ARRAY[pg_temp.at(0)], '{70}', 'kg', '{"key":"k1","issued":"2026-03-01T09:00:00Z"}'), 0, 'the old message again');
SELECT is(pg_temp.shown(:a, 'body_weight'), '69.5 73', 'does not undo the correction');
SELECT is((SELECT source ->> 'reason' FROM care.measurement WHERE citizen = :a AND value = 69.5), 'typing error', 'the reason is kept');
SELECT is(care.nullify_measurement(:a, 'body_weight', pg_temp.at(6), 'wrong person on the scales'), 1, 'nullified');
SELECT is(care.record(:a, 'body_weight', ARRAY[pg_temp.at(6)], '{73}', 'kg'), 0, 'a reading without a later issue time does not count');
SELECT is(pg_temp.shown(:a, 'body_weight'), '69.5', 'nor does it show');
SELECT is(care.record(:a, 'body_weight', ARRAY[pg_temp.at(6)], '{74}', 'kg', jsonb_build_object('key', 'k4', 'issued', clock_timestamp() + interval '1 hour')), 1, 'one issued later does');
SELECT throws_ok(format($$ SELECT care.nullify_measurement(%s, 'body_weight', pg_temp.at(99), 'x') $$, :a), 'P0002', NULL, 'nothing to nullify');
SELECT throws_ok(format($$ SELECT care.correct_measurement(%s, 'body_weight', pg_temp.at(0), NULL, 'kg', 'x') $$, :a), '22004', NULL, 'a correction without reading');
SELECT throws_ok(format($$ SELECT care.nullify_measurement(%s, 'body_weight', pg_temp.at(0), '') $$, :a), '22004', NULL, 'without reason');

-- A withdrawal, before and after.
SELECT is((care.add_batches(:a, ARRAY[ROW(NULL, NULL, NULL, NULL, 'k5', 0, NULL, 'entered-in-error', NULL, NULL, NULL)::care.new_batch])).changed, 0, 'withdrawn before it came');
SELECT is((care.add_batches(:a, ARRAY[ROW(NULL, 6, smartcare.series(ARRAY[pg_temp.at(7)], '{75}'), NULL, 'k5', 0, NULL, 'final', NULL, NULL, NULL)::care.new_batch])).outcomes, '{older}'::text[], 'then it came');
SELECT is(pg_temp.shown(:a, 'body_weight'), '69.5 74', 'and does not count');

-- Random statements of a few sources on a few instants, in three orders of arrival.
CREATE TEMP TABLE statement AS
SELECT n, 'source ' || (n * 7919 % 23) AS key, n * 104729 % 3 AS version,
	timestamptz '2026-01-01 00:00Z' + (n * 31 % 5) * interval '1 hour' AS issued,
	CASE n * 13 % 11 WHEN 0 THEN 'entered-in-error' WHEN 1 THEN 'corrected' ELSE 'final' END AS status,
	6 + n * 17 % 2 AS measure,
	CASE n * 13 % 11 WHEN 0 THEN NULL ELSE (
		SELECT smartcare.series_agg(pg_temp.at(m), (n * 37 + m * 11) % 9) FROM generate_series(0, 39) AS m
		WHERE (n * 53 + m * 29) % 7 = 0) END AS points,
	CASE WHEN n % 9 = 4 THEN ARRAY[pg_temp.at(n % 40)] END AS nullified
FROM generate_series(1, 150) AS n;
CREATE TEMP TABLE arrival AS
SELECT run, pg_temp.person('020202000' || run) AS citizen FROM generate_series(1, 3) AS run;
DO $$
DECLARE
	s record;
BEGIN
	FOR s IN
		SELECT a.citizen, t.* FROM arrival a, statement t
		ORDER BY a.run, CASE a.run WHEN 1 THEN t.n WHEN 2 THEN -t.n ELSE hashint4(t.n) END
	LOOP
		PERFORM care.add_batches(s.citizen, ARRAY[ROW(NULL, s.measure, s.points, s.nullified, s.key, s.version, s.issued, s.status, NULL, NULL, NULL)::care.new_batch]);
	END LOOP;
END
$$;
-- The oracle: which statements stand, and which of their values counts, in plain SQL over rows.
CREATE TEMP TABLE oracle AS
WITH content AS (
	SELECT DISTINCT ON (key, measure, version, issued, status, points::text, nullified) s.*,
		(SELECT b.digest FROM care.measurement_batch b JOIN arrival a ON a.citizen = b.citizen AND a.run = 1
			WHERE b.source_key = s.key AND b.measure = s.measure AND b.version = s.version AND b.issued = s.issued AND b.status = s.status
				AND b.points::text IS NOT DISTINCT FROM s.points::text AND b.nullified IS NOT DISTINCT FROM s.nullified) AS digest
	FROM statement s
), latest AS (
	SELECT * FROM content c
	WHERE NOT EXISTS (SELECT FROM content o WHERE o.key = c.key
		AND ((o.version, o.issued, CASE o.status WHEN 'final' THEN 0 WHEN 'corrected' THEN 1 ELSE 2 END)
				> (c.version, c.issued, CASE c.status WHEN 'final' THEN 0 WHEN 'corrected' THEN 1 ELSE 2 END)
			OR (o.version, o.issued, o.status, o.measure) = (c.version, c.issued, c.status, c.measure) AND o.digest > c.digest))
), said AS (
	SELECT l.measure, l.issued, l.key, u."time", u.value FROM latest l, smartcare.unnest(l.points) AS u ("time", value)
	UNION ALL
	SELECT l.measure, l.issued, l.key, t, NULL FROM latest l, unnest(l.nullified) AS t
)
SELECT DISTINCT ON (measure, "time") measure, "time", value FROM said
ORDER BY measure, "time", issued DESC, value DESC NULLS FIRST, key COLLATE "C" DESC;
DELETE FROM oracle WHERE value IS NULL;
SELECT cmp_ok((SELECT count(*) FROM oracle), '>', 30::bigint, 'the random statements leave something to compare');
SELECT is_empty($$
	SELECT a.run, m.id, p."time", p.value, o.value
	FROM arrival a CROSS JOIN (VALUES (6, 'body_weight'), (7, 'body_height')) AS m (id, name)
	CROSS JOIN LATERAL (SELECT * FROM care.measurement s WHERE s.citizen = a.citizen AND s.measure = m.name) AS p
	FULL JOIN (SELECT r.run, o.* FROM oracle o CROSS JOIN arrival r) AS o
		ON o.run = a.run AND o.measure = m.id AND o."time" = p."time"
	WHERE p.value IS DISTINCT FROM o.value $$, 'whatever the order of arrival, the series shows what the oracle says');

-- Buckets: a year of glucose every five minutes, then scattered late arrivals.
SELECT pg_temp.person('0303030003') AS g \gset
SELECT is(care.record(:g, 'glucose_capillary', array_agg(pg_temp.at(5 * n)), array_agg(((n * 7 % 113) / 10.0 + 3)::float8), 'mmol/L'), 105120, 'a year of glucose')
FROM generate_series(0, 105119) AS n;
DO $$
BEGIN
	FOR n IN 1..200 LOOP
		PERFORM care.record(c.citizen, 'glucose_capillary', ARRAY[pg_temp.at((n * 7919) % 600000 + 1)], '{5.5}', 'mmol/L')
		FROM care.citizen_identifier c WHERE c.value = '0303030003';
	END LOOP;
END
$$;
SELECT is_empty($$
	SELECT s.bucket FROM care.measurement_series s
	JOIN care.measurement_series o ON o.citizen = s.citizen AND o.measure = s.measure
		AND o.bucket < s.bucket_end AND o.bucket_end > s.bucket AND o.bucket <> s.bucket $$, 'buckets do not overlap');
SELECT is_empty($$
	SELECT s.bucket FROM care.measurement_series s
	WHERE date_bin(s.bucket_end - s.bucket, s.bucket, '2000-01-01 00:00Z') <> s.bucket
		OR pg_column_size(s.points) > care.bucket_bytes() $$, 'are aligned, and fit in a page');

-- Many notes cost each as much as few.
SELECT pg_temp.person('0101010015') AS many \gset
SET LOCAL statement_timeout = '60s';
SELECT is(care.record(:many, 'glucose_capillary', array_agg(pg_temp.at(n)), array_agg((60 + n % 400)::float8), 'mg/dL'), 50000, '50,000 readings in mg/dL') FROM generate_series(1, 50000) AS n;
RESET statement_timeout;

SELECT * FROM finish();
ROLLBACK;
