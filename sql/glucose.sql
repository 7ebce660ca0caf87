-- What the glucose functions look like, and what they refuse. That they are right is shown by test/pgtap/glucose*.
SET search_path = smartcare, public;
SET timezone = 'Europe/Copenhagen';
SET datestyle = 'ISO, DMY';
\set SHOW_CONTEXT never
CREATE TEMP TABLE week AS
SELECT series_agg(t, 7 + round(100 * sin(n / 9.0)) / 20) AS points
FROM generate_series('2026-03-01 00:00'::timestamptz, '2026-03-14 23:45', '15 minutes') WITH ORDINALITY AS g (t, n);

\x
SELECT s.* FROM week, glucose_summary(points, 'mmol/L') AS s;
SELECT s.* FROM week, glucose_summary(points, 'mmol/L', ranges => 'pregnancy', weight => 'readings') AS s;
\x
SELECT gmi(points, 'mmol/L'), gmi(points, 'mmol/L', 'mmol/mol'), mage(points, 'mmol/L') FROM week;
SELECT h.* FROM week, hypoglycemia(points, 'mmol/L') AS h LIMIT 3;
SELECT a.* FROM week, agp(points, 'mmol/L', step => '6 hours') AS a;
SELECT hba1c_percent(53), hba1c_mmol_mol(7);

-- Refused.
SELECT gmi('{6@2026-01-01}', 'mmol/l');
SELECT gmi('{6@2026-01-01}', '');
SELECT gmi('{6@2026-01-01}', 'mmol/L', 'percent');
SELECT glucose_summary('{6@2026-01-01}', 'mg/100 mL');
SELECT glucose_summary('{6@2026-01-01}', 'mmol/L', weight => 'days');
SELECT glucose_summary('{6@2026-01-01}', 'mmol/L', ranges => 'tight');
SELECT glucose_summary('{6@2026-01-01}', 'mmol/L', zone => 'Mars/Olympus');
SELECT glucose_summary('{6@2026-01-01}', 'mmol/L', '-15 minutes');
SELECT glucose_summary('{6@2026-01-01}', 'mmol/L', '0');
SELECT glucose_summary('{6@2026-01-01}', 'mmol/L', '1 month');
SELECT glucose_summary('{6@2026-01-01}');
SELECT glucose_summary('{-1e308@2026-01-01, 1e308@2026-01-02}', 'mmol/L');
SELECT hypoglycemia('{6@2026-01-01}', 'kg');
SELECT hypoglycemia('{6@2026-01-01}', 'mmol/L', 'NaN');
SELECT hypoglycemia('{6@2026-01-01}', 'mmol/L', max_gap => '-1 day');
SELECT mage('{6@2026-01-01}', 'mmol');
SELECT mage('{6@2026-01-01}', 'mmol/L', '0');
SELECT agp('{6@2026-01-01}', 'mmol');
SELECT agp('{6@2026-01-01}', 'mmol/L', 'CET/CEST');
SELECT agp('{6@2026-01-01}', 'mmol/L', step => '7 minutes');
SELECT agp('{6@2026-01-01}', 'mmol/L', step => '10 seconds');
SELECT agp('{6@2026-01-01}', 'mmol/L', step => '2 days');
SELECT agp('{6@2026-01-01}', 'mmol/L', step => '-1 hour');

-- No number and no time is too strange.
SELECT glucose_summary('{-5@4713-01-02 BC, 1e150@294276-12-31}', 'mmol/L');
SELECT num_readings, very_high FROM glucose_summary('{-0@4713-01-02 BC, 1e100@294276-12-30}', 'mg/dL', '1000000 days');
SELECT mage('{-0@4713-01-02 BC, 1e100@294276-12-30}', 'mg/dL');
SELECT * FROM hypoglycemia('{1@4713-01-02 BC, 1e100@294276-12-30}', 'mg/dL', max_gap => '100000000 days');
SELECT * FROM agp('{-7@4713-01-02 BC, 1e300@294276-12-30, 0.1@2000-01-01}', 'mg/dL', 'UTC', '24 hours');
SELECT * FROM agp('{1e300@2026-01-01}', 'mg/dL');
SELECT * FROM agp('{0@2026-01-01, 1e18@2026-01-02}', 'mg/dL');
SELECT gmi('{1e308@2026-01-01}', 'mmol/L');
SELECT glucose_summary('{1e308@2026-01-01}', 'mmol/L');
SELECT * FROM agp('{-1e308@2026-01-01, 1e308@2026-01-02}', 'mmol/L');
