-- What home blood pressure, NEWS2 and the weight rules look like, and what they refuse. That they are right is shown by test/pgtap/vital_signs.sql.
SET search_path = smartcare, public;
SET timezone = 'Europe/Copenhagen';
SET datestyle = 'ISO, DMY';
\set SHOW_CONTEXT never

CREATE TEMP TABLE cuff AS
SELECT series_agg(t, 128 + n % 5) AS systolic, series_agg(t, 78 + n % 3) AS diastolic
FROM generate_series('2026-03-02 07:00'::timestamptz, '2026-03-08 20:00', '12 hours') AS d, generate_series(0, 1) AS again, LATERAL (SELECT d + again * interval '2 minutes' AS t, extract(day FROM d)::integer + again AS n) AS q;
SELECT h.* FROM cuff, home_blood_pressure(systolic, diastolic, 'mm[Hg]') AS h;
SELECT h.* FROM cuff, home_blood_pressure(systolic, diastolic, 'mm[Hg]', discard_days => 0, min_readings => 30) AS h;
SELECT h.* FROM home_blood_pressure('{130@2026-03-01}', '{80@2026-03-02}', 'mm[Hg]', min_readings => 0) AS h;
SELECT home_blood_pressure(systolic, diastolic, 'mmHg') FROM cuff;
SELECT home_blood_pressure(systolic, diastolic, 'mm[Hg]', 'Copenhagen') FROM cuff;
SELECT home_blood_pressure(systolic, diastolic, 'mm[Hg]', discard_days => -1) FROM cuff;
SELECT home_blood_pressure(systolic, diastolic, 'mm[Hg]', min_readings => -1) FROM cuff;
SELECT home_blood_pressure('{1e308@2026-01-01, 1e308@2026-01-02, 1e308@2026-01-03}', '{1@2026-01-01, 1@2026-01-02, 1@2026-01-03}', 'mm[Hg]');

SELECT * FROM news2(18, 96, 1, false, 120, 80, 'A', 37.0);
SELECT * FROM news2(22, 90, 2, true, 105, 95, 'A', 38.4);
SELECT * FROM news2(22, 90, 1, true, 105, 95, 'C', 38.4);
SELECT * FROM news2(18, 96, 1, false, 120, NULL, 'A', 37.0);
SELECT news2(18, 96, 3, false, 120, 80, 'A', 37.0);
SELECT news2(18, 0.96, 1, false, 120, 80, 'A', 37.0);
SELECT news2(18, 96, 1, false, 120, 80, 'alert', 37.0);
SELECT news2(18, 96, 1, false, 120, 80, 'A', 98.6);
SELECT news2(18, 96, 1, false, 16, 80, 'A', 37.0);
SELECT news2(-1, 96, 1, false, 120, 80, 'A', 37.0);
SELECT news2(18, 96, 1, false, 120, 'NaN', 'A', 37.0);
SELECT news2('{18@2026-01-01}', '{96@2026-01-01}', 1, false, '{120@2026-01-01}', '{80@2026-01-01}', 'A', '{37@2026-01-01}', '2026-01-01 06:00', '-1 hour');

SELECT * FROM weight_gain('{80.1@2026-03-01, 80.7@2026-03-02, 81.4@2026-03-03, 82.1@2026-03-04, 83@2026-03-08}', 'kg');
SELECT weight_convergence('{80.1@2026-03-01, 80.7@2026-03-02, 81.4@2026-03-03, 82.1@2026-03-04}', 'kg', '2 days', '4 days');
SELECT weight_cusum('{80.1@2026-03-01, 80.7@2026-03-02, 81.4@2026-03-03, 82.1@2026-03-04}', 'kg', 80.2);
SELECT weight_gain('{80@2026-01-01}', 'st');
SELECT weight_gain('{80@2026-01-01}', 'kg', -2);
SELECT weight_gain('{80@2026-01-01}', 'kg', 2, '-3 days');
SELECT weight_gain('{80@2026-01-01}', 'kg', 2, '1 month');
SELECT weight_convergence('{80@2026-01-01}', 'kg', '14 days', '3 days');
SELECT weight_convergence('{80@2026-01-01}', 'kg', '0');
SELECT weight_convergence('{1e308@2026-01-01, -1e308@2026-01-02}', 'kg');
SELECT weight_cusum('{80@2026-01-01}', 'kg', 'Infinity');
SELECT weight_cusum('{80@2026-01-01}', 'kg', 80, -1);
SELECT weight_cusum('{1e308@2026-01-01}', 'kg', 80);
