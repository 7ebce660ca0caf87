-- What the type quantity takes and gives.
SET search_path TO public, smartcare;

SELECT q, q::quantity, value(q::quantity), unit(q::quantity)
FROM unnest(ARRAY['120 mm[Hg]', '.92', '1', ' -5.50	kg ', '1e3 m', '5 {score}', '5 1', '37 Cel', '0.1 10*3/uL', '1e22 m', '-0 m']) AS q;
SELECT ''::quantity;
SELECT 'kg'::quantity;
SELECT '5kg'::quantity;
SELECT '5,5 kg'::quantity;
SELECT '1e m'::quantity;
SELECT 'NaN kg'::quantity;
SELECT '0x10 kg'::quantity;
SELECT '1e999 kg'::quantity;
SELECT '1e300 Ym'::quantity;
SELECT '120 mmHg'::quantity;
SELECT '120 mm Hg'::quantity;
SELECT '1 [pi]30'::quantity;
SELECT quantity(5.5, 'mmol/L'), quantity('NaN', 'm');
SELECT quantity(5.5, 'mmol/l'), quantity(1, '1');

-- Binary.
SELECT quantity_send('120 mm[Hg]'), quantity_send('1');
CREATE TABLE quantities (q quantity);
INSERT INTO quantities SELECT (v || ' ' || u)::quantity FROM unnest(ARRAY[0, -1, 5.5, 1e300]) v, unnest(ARRAY['1', 'kg', 'mm[Hg]', '{score}']) u;
COPY quantities TO STDOUT (FORMAT csv);

-- Comparison and order.
SELECT a, b, a::quantity = b::quantity AS eq, a::quantity < b::quantity AS lt, quantity_cmp(a::quantity, b::quantity) AS cmp, quantity_hash(a::quantity) = quantity_hash(b::quantity) AS hash
FROM (VALUES ('1 kg', '1000 g'), ('1 [in_i]', '2.54 cm'), ('37 Cel', '98.6 [degF]'), ('0.57', '57 %'), ('1 kg', '1001 g'), ('-0 kg', '0 g'), ('1 m', '1 kg'), ('1 kg', '1 m'), ('60 /min', '1 Hz'), ('7 [pH]', '1e-7 mol/L'), ('1 mol/L', '1 mmol/mL'), ('5 [IU]', '5 [arb''U]')) AS v (a, b);
SELECT q FROM quantities ORDER BY q, value(q), unit(q);
SELECT min(q), max(q) FROM quantities WHERE unit(q) = 'kg';
SELECT count(*), count(DISTINCT q) FROM quantities;

-- Arithmetic.
SELECT '1 kg'::quantity + '5 g' AS a, '1 kg'::quantity - '5 g' AS b, '2 kg'::quantity * '3 m/s2'::quantity AS c, '10 mg'::quantity / '2 dL'::quantity AS d, '10 kg'::quantity / '5 kg'::quantity AS e, '6 m'::quantity / '2 m/s'::quantity AS f,
	2 * '5 kg'::quantity AS g, '5 kg'::quantity * 2 AS h, '5 kg'::quantity / 2 AS i, -'5 kg'::quantity AS j;
SELECT '120 mm[Hg]'::quantity + '80 kg';
SELECT '1 mg'::quantity + '1 mmol';
SELECT '37 Cel'::quantity + '1 K';
SELECT '1 K'::quantity + '37 Cel';
SELECT 2 * '7 [pH]'::quantity;
SELECT '1 kg'::quantity / '0 m'::quantity;
SELECT '1 kg'::quantity / 0;
SELECT '1e308 kg'::quantity * 10;
SELECT '1 m999'::quantity * '1 m'::quantity;

-- Conversion.
SELECT '120 mm[Hg]'::quantity -> 'kPa', '37 Cel'::quantity -> '[degF]', unit_convert('5.5 mmol/L'::quantity, 'mg/dL', molar_mass => 180.156), unit_convert('5 kg'::quantity, 'g'), unit_convert(NULL::quantity, 'g');
SELECT '120 mm[Hg]'::quantity -> 'kg';

-- FHIR.
SELECT fhir_quantity(q::quantity) FROM unnest(ARRAY['120 mm[Hg]', '0.92', '1e22 m', '-5.5 10*-6.m']) AS q;
SELECT q, quantity(q::jsonb)
FROM unnest(ARRAY['{"value": 120, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}', '{"value": 120, "unit": "mmHg"}', '{"value": 0.92}', '{"value": 37, "code": "celsius"}', '{"value": 1, "unit": null, "comparator": null}',
	'{"value": 1, "unit": "breaths", "system": "http://unitsofmeasure.org", "code": "/min"}']) AS q;
SELECT quantity('{"value": 120, "unit": "mmHg", "comparator": "<", "code": "mm[Hg]"}'::jsonb);
SELECT quantity('{"unit": "mmHg"}'::jsonb);
SELECT quantity('{"value": "120", "unit": "mmHg"}'::jsonb);
SELECT quantity('{"value": 1, "system": "http://snomed.info/sct", "code": "258703001"}'::jsonb);
SELECT quantity('{"value": 1, "system": "http://unitsofmeasure.org", "code": "mmHg"}'::jsonb);
SELECT quantity('{"value": 1, "unit": "furlongs"}'::jsonb);
SELECT quantity('[]'::jsonb);

DROP TABLE quantities;
