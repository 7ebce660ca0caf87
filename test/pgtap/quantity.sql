-- Quantities and conversion over random values: against exact arithmetic of numeric.
BEGIN;
SELECT plan(26);
SET LOCAL search_path = public, smartcare;
SELECT setseed(0.5);

-- Conversion of decimals is exact, but for one rounding.
CREATE TEMP TABLE ratio ("from" text, "to" text, up numeric, down numeric);
INSERT INTO ratio VALUES ('m', 'cm', 100, 1), ('cm', 'm', 1, 100), ('mm[Hg]', 'kPa', 133322, 1000000), ('kPa', 'mm[Hg]', 1000000, 133322), ('[lb_av]', 'kg', 45359237, 100000000), ('kg', '[lb_av]', 100000000, 45359237),
	('1', '%', 100, 1), ('%', '1', 1, 100), ('[in_i]', 'cm', 254, 100), ('g/dL', 'kg/m3', 10, 1), ('/min', 'Hz', 1, 60), ('d', 'min', 1440, 1), ('km/h', 'm/s', 1000, 3600), ('Ym', 'ym', 1e48, 1), ('KiBy', 'bit', 8192, 1);
CREATE TEMP TABLE sample AS
SELECT r.*, text::float8 AS value, text::numeric AS exact
FROM ratio r, generate_series(1, 2000) AS i,
	LATERAL (SELECT ((random() - 0.5) * 10 ^ (1 + i % 15))::numeric(15, 0) * 10::numeric ^ -(i % 8) AS number) n,
	LATERAL (SELECT trim_scale(number)::text) t (text);
SELECT is_empty($$ SELECT * FROM sample WHERE unit_convert(value, "from", "to") <> (round(exact * up * 1e40 / down, 20) * 1e-40)::float8 $$,
	'decimals by fractions');
SELECT is_empty($$ SELECT * FROM sample WHERE abs(unit_convert(unit_convert(value, "from", "to"), "to", "from") - value) > abs(value) * 4.5e-16 $$,
	'and back, to the last bit or two');
SELECT is_empty($$
	SELECT value FROM (SELECT DISTINCT exact, value FROM sample) s
	WHERE unit_convert(value, 'Cel', '[degF]') <> (exact * 9 / 5 + 32)::float8 OR unit_convert(value, '[degF]', 'Cel') <> (round((exact - 32) * 5e40 / 9, 20) * 1e-40)::float8 OR unit_convert(value, 'Cel', 'K') <> (exact + 273.15)::float8
$$, 'temperatures');
SELECT is_empty($$
	SELECT exact FROM (SELECT DISTINCT exact, value FROM sample) s
	WHERE unit_convert(value, 'mmol/L', 'mg/dL', molar_mass => 180.156) <> (exact * 18.0156)::float8
$$, 'by molar mass');

-- Numbers that are no decimals are what they are in binary.
SELECT is_empty($$
	SELECT value FROM (SELECT sqrt(random()) AS value FROM generate_series(1, 2000)) s
	WHERE unit_convert(value, 'm', 'dm') <> value * 10 AND unit_convert(value, 'm', 'dm') / (value * 10) NOT BETWEEN 1 - 2.3e-16 AND 1 + 2.3e-16
		OR unit_convert(value, 'KiBy', 'By') <> value * 1024
$$, 'other numbers');

-- A series converts as its points do.
SELECT results_eq($$
	SELECT (u)."time", (u).value FROM (SELECT unnest(unit_convert(series_agg(now() + i * interval '1 minute', value), 'mm[Hg]', 'kPa')) AS u FROM (SELECT value, row_number() OVER (ORDER BY exact) AS i FROM sample WHERE "from" = 'm') s) s
$$, $$
	SELECT now() + i * interval '1 minute', unit_convert(value, 'mm[Hg]', 'kPa') FROM (SELECT value, row_number() OVER (ORDER BY exact) AS i FROM sample WHERE "from" = 'm') s ORDER BY i
$$, 'series');

-- Quantities: order and equality are those of dimension and exact value in base units.
CREATE TEMP TABLE q AS
SELECT (n || ' ' || u)::quantity AS q, n::numeric * f AS base, d
FROM (SELECT ((random() * 40)::integer / 8.0 * (array[1, 10, 100, 0.1, -1])[1 + (random() * 4)::integer])::numeric AS n FROM generate_series(1, 60)) n,
	(VALUES ('m', 1, 1), ('cm', 0.01, 1), ('mm', 0.001, 1), ('km', 1000, 1), ('[in_i]', 0.0254, 1), ('g', 1, 2), ('kg', 1000, 2), ('[lb_av]', 453.59237, 2), ('%', 0.01, 0), ('1', 1, 0)) u (u, f, d);
SELECT is_empty($$
	SELECT a.q, b.q FROM q a, q b
	WHERE (a.q = b.q) <> (a.d = b.d AND a.base = b.base) OR a.d = b.d AND (a.q < b.q) <> (a.base < b.base) OR a.q = b.q AND (quantity_hash(a.q) <> quantity_hash(b.q) OR quantity_hash_extended(a.q, 7) <> quantity_hash_extended(b.q, 7))
		OR quantity_cmp(a.q, b.q) <> -quantity_cmp(b.q, a.q)
$$, 'order, equality and hash');
SELECT results_eq($$ SELECT d, base FROM (SELECT d, base, row_number() OVER (ORDER BY q) AS i FROM q) s ORDER BY i $$,
	$$ SELECT d, base FROM q ORDER BY CASE d WHEN 1 THEN 3 WHEN 2 THEN 2 ELSE 1 END, base $$, 'sorted');

-- Text and binary go both ways.
SELECT is_empty($$ SELECT q FROM q WHERE q::text::quantity::text <> q::text $$, 'text and back');
CREATE TEMP TABLE copied (q quantity);
\copy q (q) TO PROGRAM 'cat > "$SCRATCH/quantity.copy"' (FORMAT binary)
\copy copied FROM PROGRAM 'cat "$SCRATCH/quantity.copy"' (FORMAT binary)
SELECT results_eq($$ SELECT q::text FROM copied ORDER BY 1 $$, $$ SELECT q::text FROM q ORDER BY 1 $$, 'binary and back');
TRUNCATE copied;
CREATE INDEX ON copied (q);
CREATE INDEX ON copied USING hash (q);
INSERT INTO copied SELECT quantity(fhir_quantity(q)) FROM q;
SELECT results_eq($$ SELECT q::text FROM copied ORDER BY 1 $$, $$ SELECT q::text FROM q ORDER BY 1 $$, 'FHIR and back');

-- Both indexes find what is equal by another unit.
SET LOCAL enable_seqscan = off;
SELECT is((SELECT count(*) FROM copied WHERE q = '1 m'), (SELECT count(*) FROM q WHERE base = 1 AND d = 1), 'found by hash or order');
SELECT is((SELECT count(*) FROM copied WHERE q BETWEEN '1 m' AND '2 m'), (SELECT count(*) FROM q WHERE base BETWEEN 1 AND 2 AND d = 1), 'found by range');

-- Every byte of the binary form mutated: taken and valid, or refused as bad input.
CREATE FUNCTION pg_temp.receive(field bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result quantity;
BEGIN
	CREATE TEMP TABLE received (q quantity) ON COMMIT DROP;
	EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', field, current_setting('test.file'));
	EXECUTE format('COPY received FROM %L (FORMAT binary)', current_setting('test.file'));
	SELECT q INTO result FROM received;
	DROP TABLE received;
	RETURN CASE WHEN unit_is_valid(unit(result)) AND result::text::quantity = result THEN 'taken' ELSE 'wrong' END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
\set scratch `echo "$SCRATCH"`
SELECT set_config('test.file', :'scratch' || '/quantity.field', true) \g /dev/null
RESET ROLE;
SELECT is(pg_temp.receive(quantity_send('120 mm[Hg]')), 'taken', 'binary as documented');
SELECT is(pg_temp.receive('\x02405e0000000000006d'), '0A000', 'binary of another version');
SELECT is(pg_temp.receive('\x017ff80000000000006d'), '22003', 'binary NaN');
SELECT is(pg_temp.receive('\x01405e000000000000'), '22P02', 'binary without a unit');
SELECT is(pg_temp.receive('\x01405e'), '08P01', 'binary cut short');
SELECT is(pg_temp.receive('\x01405e0000000000006dff'), '22021', 'binary of bad bytes');
SELECT is_empty($$
	SELECT at, byte, state
	FROM generate_series(0, 14) AS at, unnest(ARRAY[0, 1, 32, 48, 91, 93, 109, 123, 128, 255]) AS byte, pg_temp.receive(set_byte(quantity_send('120 mm[Hg]'), at, byte)) AS state
	WHERE state NOT IN ('taken', '0A000', '22003', '22P02', '22021')
$$, 'binary mutated');

-- Aggregates in parallel, and in windows.
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
CREATE TABLE public.many AS SELECT quantity(i, (ARRAY['g', 'kg'])[1 + i % 2]) AS q FROM generate_series(1, 5000) AS i;
SELECT is((SELECT min(q)::text || max(q)::text FROM many), '2 g' || '4999 kg', 'min and max');
SELECT is((SELECT count(*) FROM (SELECT max(q) OVER (ORDER BY value(q)) AS q FROM many) w WHERE q = '4999 kg'), 2::bigint, 'in a window');

-- Small decimals are exact, too.
SELECT is_empty(format($$SELECT i FROM generate_series(1, 2000) AS i WHERE (i || %L)::smartcare.quantity OPERATOR(smartcare.<>) (i || %L)::smartcare.quantity$$, small, large), large || ' is' || small)
FROM (VALUES ('e-9 kg', ' ug'), ('e-12 kg', ' ng'), ('e-12 mol', ' pmol'), ('e-15 mol', ' fmol')) AS t (small, large);

SELECT * FROM finish();
ROLLBACK;
