-- How series lie in time: what is shown of small ones, and what is refused.
SET search_path = public, smartcare;
SET timezone = 'Europe/Copenhagen';
SET datestyle = 'ISO, DMY';
SET intervalstyle = 'postgres';

CREATE TABLE one AS SELECT
	'{5.0@2026-03-01 08:00, 3.6@2026-03-01 08:05, 3.1@2026-03-01 08:10, 3.7@2026-03-01 08:15, 4.0@2026-03-01 08:20, 6.0@2026-03-01 08:25, 11.0@2026-03-01 09:25, 9.0@2026-03-01 09:30}'::series AS s;

SELECT cadence(s), gaps(s), gaps(s, '2 hours'), gaps(s, '2 minutes'), coverage(s), coverage(s, '2 hours') FROM one;
SELECT time_weighted_mean(s), time_weighted_mean(s, '1 hour'), time_weighted_mean(s, '15 min', 'linear') FROM one;
SELECT time_in_range(s, 3.9, 10), time_in_range(s, 3.9, 10, '5 min'), time_in_range(s, NULL, 3.9, bounds => '[)'), time_in_range(s, 10, NULL, bounds => '(]') FROM one;
SELECT time_in_range(s, 3.9, 10, method => 'linear'), fraction_in_range(s, 3.9, 10), fraction_in_range(s, 3.9, 10, '5 min') FROM one;
SELECT e.* FROM one, excursions(s, 3.9, 10) AS e;
SELECT e.* FROM one, excursions(s, 3.9, 10, min_duration => '15 min', recovery => '15 min') AS e;
SELECT e.* FROM one, excursions(s, 3.9, 10, hysteresis => 0.5) AS e;

-- A single point lasts for nothing.
SELECT cadence(s), gaps(s), coverage(s), time_weighted_mean(s), time_in_range(s, 3.9, 10), fraction_in_range(s, 3.9, 10)
FROM (VALUES ('{5@2026-03-01}'::series)) AS v(s);
SELECT * FROM excursions('{3@2026-03-01}', 3.9, 10);
SELECT * FROM excursions('{3@2026-03-01}', 3.9, 10, '1 second');
SELECT count(*) FROM excursions('{3@2026-03-01, 12@2026-03-02}');

-- The longest times that there are, and the greatest values.
SELECT cadence(s), gaps(s, '100000 days'), coverage(s), time_weighted_mean(s), fraction_in_range(s, 0, NULL)
FROM (VALUES ('{-1.5e308@4714-11-24 00:00+00 BC, 1.5e308@294276-12-31 23:59:59.999999+00}'::series)) AS v(s);
SELECT time_in_range('{1@4714-11-24 00:00+00 BC, 1@294276-12-31 23:59:59.999999+00}', 0, NULL, '106751991 days');
SELECT * FROM excursions('{1e308@4714-11-24 00:00+00 BC, 1@294276-12-31 23:59:59.999999+00}', NULL, 0, max_gap => '106751991 days');

-- NULL in, NULL out, but where NULL has a meaning.
SELECT cadence(NULL), gaps(NULL, '1 day'), coverage(NULL::series), time_weighted_mean(NULL), time_in_range(NULL, 1, 2), fraction_in_range(NULL, 1, 2),
	time_weighted_mean(s, method => NULL), time_in_range(s, 1, 2, bounds => NULL), fraction_in_range(s, NULL, NULL) FROM one;
SELECT count(*) FROM one, excursions(s, 3.9, 10, min_duration => NULL);
SELECT count(*) FROM excursions(NULL, 3.9, 10);

-- Refused.
SELECT gaps(s, '0') FROM one;
SELECT gaps(s, '-5 min') FROM one;
SELECT coverage(s, '1 month') FROM one;
SELECT coverage(s, '2000000000 days') FROM one;
SELECT time_weighted_mean(s, method => 'spline') FROM one;
SELECT time_in_range(s, 10, 3.9) FROM one;
SELECT time_in_range(s, 'NaN', 3.9) FROM one;
SELECT fraction_in_range(s, 3.9, 'NaN') FROM one;
SELECT fraction_in_range(s, 3.9, 10, bounds => '[[') FROM one;
SELECT e.* FROM one, excursions(s, 10, 3.9) AS e;
SELECT e.* FROM one, excursions(s, 3.9, 10, '-1 min') AS e;
SELECT e.* FROM one, excursions(s, 3.9, 10, hysteresis => -1) AS e;
SELECT e.* FROM one, excursions(s, 3.9, 10, hysteresis => 'Infinity') AS e;
SELECT e.* FROM one, excursions(s, 3.9, 10, recovery => '1 year') AS e;
DROP TABLE one;
