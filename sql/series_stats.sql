-- Questions about the values of a series.
SET search_path TO public, smartcare;
SET timezone = 'Europe/Copenhagen';
SET datestyle = 'ISO, YMD';

SELECT sum_value(s), mean_value(s), stddev_value(s), cv(s), slope(s), min_time(s), max_time(s), percentile(s, 0.5)
FROM (VALUES ('{7@2026-03-01, 4@2026-03-02, 7@2026-03-04}'::series), ('{5@2026-03-01}'), ('{0.1@2026-03-01, 0.1@2026-03-02, 0.1@2026-03-03}'),
	('{-1@2026-03-01, 1@2026-03-02}'), ('{1e307@2026-03-01, -1e307@2026-03-02}'), ('{-0@2026-03-01}')) AS r(s);
SELECT percentile(s, '{0, 0.25, NULL, 1, 0.5}'::float8[]), percentile(s, '{}'::float8[]), percentile(s, '{{0.1, 0.2}, {0.3, 0.4}}'::float8[])
FROM (VALUES ('{7@2026-03-01, 4@2026-03-02, 5@2026-03-04, 6@2026-03-05}'::series)) AS r(s);
SELECT percentile(NULL, 0.5), percentile('{1@2026-03-01}', NULL::float8), sum_value(NULL), slope(NULL);
SELECT slope('{1@4714-11-24 00:00+00 BC, 2@294276-12-31 23:59:59.999999+00}');

-- Out of range.
SELECT sum_value('{1e308@2026-03-01, 1e308@2026-03-02}');
SELECT stddev_value('{1.7e308@2026-03-01, -1.7e308@2026-03-02}');
SELECT slope('{1e308@2026-03-01, -1e308@2026-03-01 00:00:00.000001}');
SELECT percentile('{1@2026-03-01}', 1.5);
SELECT percentile('{1@2026-03-01}', 'NaN'::float8);
SELECT percentile('{1@2026-03-01}', '{0.5, -0.1}'::float8[]);

-- Values at any time.
SELECT t, method, value_at(s, t, method), value_at(s, t, method, '1 hour') AS near
FROM (VALUES ('{10@2026-03-01 08:00, 20@2026-03-01 09:00, 40@2026-03-01 11:00}'::series)) AS r(s),
	(VALUES ('2026-03-01 07:30'::timestamptz), ('2026-03-01 09:00'), ('2026-03-01 08:30'), ('2026-03-01 10:30'), ('2026-03-01 13:00'), ('infinity'), ('-infinity')) AS u(t),
	(VALUES ('exact'), ('previous'), ('nearest'), ('linear')) AS v(method);
SELECT value_at('{1@2026-03-01}', '2026-03-02', 'next');
SELECT value_at('{1@2026-03-01}', '2026-03-02', 'previous', '1 month');
SELECT value_at('{1@2026-03-01}', '2026-03-02', 'previous', '-1 day');
SELECT value_at('{1@2026-03-01}', '2026-03-02', 'previous', '178000000 years');
SELECT value_at('{1@2026-03-01}', '2026-03-02', 'previous', '2147483647 days');
SELECT value_at(NULL, '2026-03-02', 'previous'), value_at('{1@2026-03-01}', NULL, 'previous'), value_at('{1@2026-03-01}', '2026-03-02', NULL);
