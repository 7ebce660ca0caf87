-- When rhythms say to measure, against plain SQL that converts every clock time of every day.
BEGIN;
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'America/New_York';
SELECT setseed(0.31);
SELECT * FROM no_plan();

-- Periods around days on which clocks are put forward, back, and (Samoa, 2011-12-30) left out.
CREATE TEMP TABLE r AS
SELECT n, day + (random() * 20)::integer - 15 AS first_day, CASE WHEN random() < 0.3 THEN day + (random() * 20)::integer - 5 END AS last_day,
	CASE WHEN random() < 0.5 THEN ARRAY(SELECT (random() * 9)::integer FROM generate_series(0, n % 4)) END AS weekdays, 1 + (random() ^ 3 * 9)::integer AS every_days,
	ARRAY(SELECT (ARRAY['00:00', '01:59:59.999999', '02:00', '02:30', '03:00', '03:30', '12:00', '23:30', '24:00', NULL])[1 + (random() * 9)::integer]::time FROM generate_series(1, n % 5)) AS times,
	zone, day::timestamptz + (random() * 30 - 20) * interval '1 day' AS since, day::timestamptz + (random() * 30 - 10) * interval '1 day' AS before
FROM generate_series(1, 3000) AS n
CROSS JOIN LATERAL (SELECT (ARRAY['2026-03-29', '2026-10-25', '2011-12-30', '2026-07-01', '1900-01-01']::date[])[1 + n % 5] AS day,
	(ARRAY['Europe/Copenhagen', 'Pacific/Apia', 'America/Sao_Paulo', 'UTC', 'Australia/Lord_Howe'])[1 + n / 5 % 5] AS zone) AS z;
SELECT ok(count(*) FILTER (WHERE cardinality(rhythm_times(first_day, last_day, weekdays, every_days, times, zone, since, before)) > 5) > 500, 'rhythms with some times') FROM r;
SELECT is_empty($$
	SELECT * FROM r WHERE rhythm_times(first_day, last_day, weekdays, every_days, times, zone, since, before) IS DISTINCT FROM ARRAY(
		SELECT DISTINCT i.instant
		FROM generate_series(0, 100) AS k
		CROSS JOIN unnest(times) AS t ("time")
		CROSS JOIN LATERAL (SELECT first_day + k * every_days AS day) AS d
		CROSS JOIN LATERAL (SELECT (d.day + t."time") AT TIME ZONE zone AS instant) AS i
		WHERE (d.day <= last_day) IS NOT FALSE AND (extract(isodow FROM d.day)::integer = ANY (weekdays) OR weekdays IS NULL)
			AND d.day BETWEEN (since AT TIME ZONE zone)::date AND (before AT TIME ZONE zone)::date
			AND i.instant >= since AND i.instant < before
		ORDER BY i.instant) $$, 'the times of random rhythms');
SELECT is(rhythm_times('2026-03-29', NULL, NULL, 1, '{02:30,03:00,03:30}', 'Europe/Copenhagen', '2026-03-29 00:00Z', '2026-03-29 12:00Z'),
	'{2026-03-29 01:00Z,2026-03-29 01:30Z}', 'a time that is left out is as much later, in order and once');
SELECT is(rhythm_times('2026-01-01', NULL, '{1}', 7, '{08:00}', 'UTC', '2026-01-01', '2027-01-01'), '{}', 'on no day');
SELECT is(rhythm_times('2026-01-01', NULL, NULL, 1, '{08:00}', 'UTC', NULL, '2027-01-01'), NULL, 'of nothing nothing');
SELECT is(rhythm_times('2026-01-01', 'infinity', NULL, 366, '{08:00}', 'UTC', '0001-01-01', '2028-01-01'), '{2026-01-01 08:00Z,2027-01-02 08:00Z}', 'nothing before the first day');
SELECT throws_ok(format('SELECT smartcare.rhythm_times(%s)', arguments), code)
FROM (VALUES
	($$'2026-01-01', NULL, NULL, 0, '{08:00}', 'UTC', '2026-01-01', '2027-01-01'$$, '22023'),
	($$'2026-01-01', NULL, NULL, 1, '{08:00}', 'Nowhere', '2026-01-01', '2027-01-01'$$, '22023'),
	($$'-infinity', NULL, NULL, 1, '{08:00}', 'UTC', '2026-01-01', '2027-01-01'$$, '22008'),
	($$'2026-01-01', NULL, NULL, 1, '{08:00}', 'UTC', '2026-01-01', 'infinity'$$, '22008')
) AS v (arguments, code);

SELECT * FROM finish();
ROLLBACK;
