-- What units answer, and what they refuse.
SET search_path TO public, smartcare;
SET client_encoding TO 'UTF8';

SELECT u, unit_canonical(u), unit_display(u), unit_dimension(u)
FROM unnest(ARRAY['1', 'm', 'mm[Hg]', 'kg/m2', 'mg/dL', 'mg/dl', '/min', '1/min', 'min-1', '{beats}/min', '10*9/L', '10^9/l', 'mmol/mol', 'g/g', '{score}', '1{c}', 'Cel', 'Cel{oral}', '[degF]', 'dB[SPL]',
	'u[iU]/mL', 'm[IU]/L', '[arb''U]', 'kg.m/s2/(K.mol)', 's.m', 'm.s', '2.3.m/(4.s)', 'm/(s/(m/s))', '/(m-2)', 'm+2', 'm0', 'm.m-1', '10*-6.m', '/100{WBCs}', 'mL/min/{1.73_m2}', 'mol', '%', 'KiBy', 'm[H2O]{35Cel}', '''''']) AS u;

-- Where case does not count.
SELECT u, unit_canonical(u, ignore_case => true), unit_is_valid(u)
FROM unnest(ARRAY['MM[HG]', 'mm[hg]', 'PAL', 'MG/DL', 'MAM', 'NEP', 'kibby', 'U[IU]/ML']) AS u;
SELECT unit_canonical('MM[HG]');
SELECT unit_canonical('MEG', true);

-- What is no unit, and where.
\set VERBOSITY terse
CREATE FUNCTION pg_temp.fault(u text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	RETURN unit_canonical(u);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' ', SQLSTATE, detail, hint);
END
$$;
SELECT u, pg_temp.fault(u), unit_is_valid(u)
FROM unnest(ARRAY['', ' ', 'm ', ' m', 'm/', '.m', '//m', 'm//s', 'm..s', '()', '(m', 'm)', '(/m)', '(m)2', 'm2s', '10+3/ul', 'g/12h', '0', '00', '1/0', 'm-', 'm+-2', 'm1000', '1000000000000001', '100000000.100000000', 'm999.m',
	'{', 'm{', 'm{a{b}}', 'm{a b}', 'm}', '{a}rad2{b}', '{|}1', 'rad2{錠}', 'µg', '[', '[foo', '[foo]', 'm]', '[BETH''U]', 'iU', 'Mmin', 'kKm', 'mmHg', 'Celsius', 'Cel2', 'Cel/d', '2.Cel', '/Cel', 'Cel.[pH]', 'm.(Cel)', '10', '10*', '100*', '10^^2']) AS u;
SELECT length(pg_temp.fault(repeat('m.', 127) || 'm')), pg_temp.fault(repeat('m.', 128) || 'm'), pg_temp.fault(repeat('(', 32) || 'm' || repeat(')', 32)), pg_temp.fault(repeat('(', 33) || 'm' || repeat(')', 33));
\set VERBOSITY default

-- Conversion.
SELECT v, "from", "to", unit_convert(v, "from", "to")
FROM (VALUES (120, 'mm[Hg]', 'kPa'), (37, 'Cel', '[degF]'), (98.6, '[degF]', 'Cel'), (32, '[degF]', 'Cel'), (37, 'Cel', 'K'), (80, '[degRe]', 'Cel'), (0.57, '1', '%'), (.92, '1', '%'), (92, '%', '1'), (1.1, 'm', 'cm'), (180, '[lb_av]', 'kg'),
	(70, '[in_i]', 'cm'), (60, '/min', 'Hz'), (5, '[IU]', 'k[iU]'), (7, 'mmol/L', 'umol/mL'), (30, 'dB', 'B'), (3, 'mCel', 'Cel'), (100, '%[slope]', 'deg'), (7, '[pH]', 'nmol/L'), (1, 'mol', '1'), (1, '[smoot]', 'm'), (-0.1, 'm', 'mm'), (0, 'g', 'kg')) AS c (v, "from", "to");
SELECT unit_convert(float8 'NaN', 'm', 'cm'), unit_convert(float8 'Infinity', 'm', 'cm'), unit_convert(float8 '-Infinity', 'Cel', '[degF]'), unit_convert(NULL::float8, 'm', 'cm'), unit_convert(1, NULL, 'cm', 5), unit_convert(1, 'm', NULL);
SELECT unit_convert(5.5, 'mmol/L', 'mg/dL', molar_mass => 180.156), unit_convert(99.0858, 'mg/dL', 'mmol/L', molar_mass => 180.156), unit_convert(1, 'mg', 'g', molar_mass => 180.156), unit_convert(1, 'ukat/L', 'mg/L/s', 100);
SELECT unit_convert(1, 'mm[Hg]', 'kg');
SELECT unit_convert(1, 'C', 'Cel');
SELECT unit_convert(1, '[IU]', '[arb''U]');
SELECT unit_convert(1, 'mg/dL', 'mmol/L');
SELECT unit_convert(1, 'mg/dL', '/L', 180.156);
SELECT unit_convert(1, 'mg/dL', 'mmol/L', 0);
SELECT unit_convert(1, 'mg/dL', 'mmol/L', 'NaN');
SELECT unit_convert(1, 'mmHg', 'kPa');
SELECT unit_convert(1, 'mol/L', '[pH]'), unit_convert(0, 'mol/L', '[pH]');
SELECT unit_convert(-1, 'mol/L', '[pH]');
SELECT unit_convert(1e308, 'km', 'm');
SELECT unit_convert(1e-320, 'm', 'Ym');
SELECT unit_convert(1, '[pi]30', '1');
SELECT unit_convert(2, '10*400.m', '10*400.cm'), unit_convert(2, '10*400.m', '10*390.m');

-- Spellings.
SELECT left(s, 20) AS s, unit_code(s)
FROM unnest(ARRAY['mm[Hg]', 'mmHg', 'MMHG', 'mm Hg', ' kg ', '°C', 'ºC', '℃', 'C', 'celsius', 'bpm', '/min', 'mmol/l', 'µg/L', 'μg/L', 'µg / L', 'kg/m²', 'm·s⁻¹', 'lbs', 'pct', 'NA', 'IE/l', '10 9/L', 'mEq/L', 'mL/min/1,73 m2', 'år', 'nonsense', '', repeat('x', 300)]) AS s;
SELECT s, unit_code(s) FROM unnest(ARRAY['10⁹/L', '10¹²/L', '1·10⁹/L', '10⁻³', '5²', 's⁷', 'mIU/mL', 'MIU/mL', 'MEQ/L', 'meq/l']) AS s;
SELECT u, unit_display(u), unit_code(unit_display(u)) FROM unnest(ARRAY['10*9/L', '10*-6.m', '10^12/L', 'kg/m2', 'm.s-1', 'ug/dL', 'Cel']) AS u
WHERE unit_convert(1.0, u, unit_code(unit_display(u))) IS DISTINCT FROM 1;
SELECT alias, code FROM unit_aliases() WHERE unit_code(alias) IS DISTINCT FROM code OR unit_is_valid(alias) OR NOT unit_is_valid(code);
SELECT count(*) = count(DISTINCT lower(alias)) AS each_once FROM unit_aliases();

-- Series.
SELECT unit_convert('{1.1@2026-03-01 08:00+01, 0.57@2026-03-01 20:00+01}'::series, 'm', 'cm') = '{110@2026-03-01 08:00+01, 57@2026-03-01 20:00+01}' AS exact,
	unit_convert('{5.5@2026-03-01 08:00+01}'::series, 'mmol/L', 'mg/dL', molar_mass => 180.156) = '{99.0858@2026-03-01 08:00+01}' AS molar,
	unit_convert(NULL::series, 'm', 'cm') IS NULL AS strict;
SELECT unit_convert('{1@2026-03-01 08:00+01}'::series, 'm', 'kg');
SELECT unit_convert('{-1@2026-03-01 08:00+01}'::series, 'mol/L', '[pH]');

-- A server in LATIN1 shows what it has letters for.
CREATE DATABASE regress_unit ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;
\set database :DBNAME
\connect regress_unit
CREATE EXTENSION smartcare;
SET search_path TO public, smartcare;
SET client_encoding TO 'UTF8';
SELECT u, unit_display(u) FROM unnest(ARRAY['ug/m2', 'Cel', '10*-6.m', 'Ohm']) AS u;
SELECT unit_code('µg'), unit_code('°C'), unit_code('år');
SELECT count(*) FROM unit_aliases() WHERE alias ~ '[^ -~]';
SELECT unit_canonical('µg');
\connect :database
DROP DATABASE regress_unit;
