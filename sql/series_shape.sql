-- Series made of series.
SET search_path TO public, smartcare;
SET timezone = 'Europe/Copenhagen';
SET datestyle = 'ISO, YMD';

-- Cuts.
SELECT slices(s, '{[2026-03-01,2026-03-02), [2026-03-03,2026-03-04]}'), delete_time(s, '{[2026-03-01,2026-03-02), [2026-03-03,2026-03-04)}'::tstzmultirange),
	slices(s, '{}'), delete_time(s, '{}'::tstzmultirange), slices(s, '{(,)}'), delete_time(s, '{(,)}'::tstzmultirange)
FROM (VALUES ('{1@2026-03-01, 2@2026-03-02, 3@2026-03-03, 4@2026-03-04}'::series)) AS r(s);
SELECT filter(s), filter(s, 2), filter(s, high => 2), filter(s, 2, 3, '()'), filter(s, 2, 3, '[)'), filter(s, 2, 3, '(]'), filter(s, '-Infinity', 1)
FROM (VALUES ('{1@2026-03-01, 2@2026-03-02, 3@2026-03-03}'::series)) AS r(s);
SELECT filter('{1@2026-03-01}', 3, 2);
SELECT filter('{1@2026-03-01}', 'NaN');
SELECT filter('{1@2026-03-01}', 2, 3, '{}');
SELECT filter(NULL, 1), filter('{1@2026-03-01}', bounds => NULL);

-- Grids, over the days on which the clock is set.
SELECT method, resample('{1@2026-03-01 00:00, 5@2026-03-01 23:59:59.999999, 3@2026-03-01 12:00, 7@2026-03-02 00:00}', method => method)
FROM unnest('{mean,median,min,max,first,last,sum,count}'::text[]) AS method;
SELECT width, resample('{1@2026-03-28 23:59, 2@2026-03-29 00:30, 3@2026-03-29 01:30, 4@2026-03-29 03:30, 5@2026-03-29 23:59, 6@2026-03-30 00:00}', width::interval, 'count')
FROM unnest('{15 minutes,1 hour,2 hours,3 hours,6 hours,1 day,1 week,1 month,1 year,1000 years}'::text[]) AS width;
SELECT width, resample('{1@2026-10-24 23:59, 2@2026-10-25 00:30, 3@2026-10-25 02:30+02, 4@2026-10-25 02:30+01, 5@2026-10-25 23:59, 6@2026-10-26 00:00}', width::interval, 'count')
FROM unnest('{15 minutes,1 hour,2 hours,3 hours,6 hours,1 day,1 week,1 month,1 year,1000 years}'::text[]) AS width;
SELECT * FROM bucket_stats('{1@2026-10-25 00:00, 2.5@2026-10-25 23:59:59, 7@2026-10-26 00:00}');
SELECT * FROM bucket_stats('{1@2026-10-25 00:00, 2.5@2026-10-25 23:59:59, 7@2026-10-26 00:00}', '1 hour', zone => 'UTC');
SELECT bucket_stats(s) FROM (VALUES ('{1@2026-10-25 00:00, 3@2026-10-27 00:00}'::series), (NULL), ('{9@2026-10-25 00:00}')) AS r(s);
-- A midnight that the clock never shows, a day that it shows twice, and one that it leaves out.
SELECT "time" AT TIME ZONE 'America/Sao_Paulo' AS clock, num_points FROM bucket_stats('{1@2018-11-03 12:00+00, 2@2018-11-04 03:00+00, 3@2018-11-04 12:00+00}', zone => 'America/Sao_Paulo');
SELECT "time" AT TIME ZONE 'America/Sao_Paulo' AS clock, num_points FROM bucket_stats('{1@2018-02-17 12:00+00, 2@2018-02-18 02:30+00, 3@2018-02-18 12:00+00}', zone => 'America/Sao_Paulo');
SELECT "time" AT TIME ZONE 'Pacific/Apia' AS clock, num_points FROM bucket_stats('{1@2011-12-30 08:00+00, 2@2011-12-30 11:00+00, 3@2011-12-31 11:00+00}', zone => 'Pacific/Apia');
SELECT resample('{1@2026-03-01 08:00, 2@2026-03-01 20:00}', '12 hours', origin => '2001-01-01 07:00'), resample('{1@2026-03-10 00:00, 2@2026-03-15 00:00}', '1 month', origin => '2001-01-15');
SELECT resample('{1@2026-03-01}', '0');
SELECT resample('{1@2026-03-01}', '-1 day');
SELECT resample('{1@2026-03-01}', '1 day -24 hours');
SELECT resample('{1@2026-03-01}', '1 month 1 day');
SELECT resample('{1@2026-03-01}', '-1 month');
SELECT resample('{1@2026-03-01}', '1001 years');
SELECT resample('{1@2026-03-01}', '500000 days');
SELECT resample('{1@2026-03-01}', method => 'average');
SELECT resample('{1@2026-03-01}', zone => 'Mars/Olympus');
SELECT resample('{1@2026-03-01}', zone => '');
SELECT resample('{1@2026-03-01}', '1 month', origin => '2001-01-31');
SELECT resample('{1@2026-03-01}', origin => 'infinity');
SELECT resample('{1e308@2026-03-01, 1e308@2026-03-01 12:00}', method => 'sum');
SELECT resample('{1@4714-11-24 00:00+00 BC}');
SELECT resample('{1@4714-11-24 00:00+00 BC}', '1 month');
SELECT resample('{1@4714-11-24 00:00+00 BC}', '1000 years');
SELECT resample('{1@294276-12-31 23:59:59.999999+00}', w::interval, zone => 'UTC') FROM unnest('{1 microsecond,1 day,1 month,1000 years}'::text[]) AS w;
SELECT resample(NULL), resample('{1@2026-03-01}', NULL), resample('{1@2026-03-01}', zone => NULL);

-- Fewer points.
SELECT downsample(s, 4), downsample(s, 4, 'mean'), downsample(s, 6) = s AS same
FROM (VALUES ('{1@2026-03-01, 9@2026-03-02, 2@2026-03-03, 3@2026-03-04, -5@2026-03-05, 4@2026-03-06}'::series)) AS r(s);
SELECT downsample('{1@2026-03-01}', 2);
SELECT downsample('{1@2026-03-01}', 3, 'm4');

-- Moving.
SELECT moving_mean(s, '2 days'), moving_mean(s, '2 days', centred => true), moving_median(s, '3 days'), moving_median(s, '2 days', true), ewma(s, '1 day'), change(s), change(s, '1 day')
FROM (VALUES ('{1@2026-03-01, 9@2026-03-02, 2@2026-03-03, 3@2026-03-04, 6@2026-03-10}'::series)) AS r(s);
SELECT moving_mean('{1@2026-03-01}', '0');
SELECT moving_median('{1@2026-03-01}', '-1 day');
SELECT moving_mean('{1@2026-03-01}', '1 month');
SELECT ewma('{1@2026-03-01}', '0');
SELECT change('{1@2026-03-01}', '0');
SELECT change('{1e307@2026-03-01, -1e307@2026-03-02}');

-- Two series.
SELECT method, align('{1@2026-03-01 08:00, 3@2026-03-01 10:00}', '{0@2026-03-01 07:50, 0@2026-03-01 08:30, 0@2026-03-01 09:30, 0@2026-03-01 10:00, 0@2026-03-01 12:00}', method),
	align('{1@2026-03-01 08:00, 3@2026-03-01 10:00}', '{0@2026-03-01 07:50, 0@2026-03-01 08:30, 0@2026-03-01 09:30, 0@2026-03-01 10:00, 0@2026-03-01 12:00}', method, '30 minutes') AS near
FROM unnest('{exact,previous,nearest,linear}'::text[]) AS method;
SELECT deduplicate('{1@2026-03-01 08:00, 2@2026-03-01 08:05}', '{7@2026-03-01 07:55, 8@2026-03-01 08:01, 9@2026-03-01 08:05, 9@2026-03-01 08:10}', '5 minutes');
SELECT deduplicate('{1@2026-03-01 08:00}', '{7@2026-03-01 08:00, 8@2026-03-01 08:00:00.000001}', '0'), deduplicate(NULL, '{7@2026-03-01}', '0'), deduplicate('{7@2026-03-01}', NULL, '0'), deduplicate(NULL, NULL, '0');
SELECT deduplicate('{1@2026-03-01 08:00}', '{7@2026-03-01 08:00}', '-1 second');

-- Reckoning.
SELECT s + 1, 1 + s, s - 1, 1 - s, s * 2.5, 2.5 * s, s / 4, 6 / s, s + s, s - s, s * s, s / s, s + '{5@2026-03-02, 5@2026-03-03}', s - '{5@2026-03-03}'
FROM (VALUES ('{1@2026-03-01, 3@2026-03-02}'::series)) AS r(s);
SELECT round(s), round(s, 1), round(s, 2), round(s, -1), round(s, 14)
FROM (VALUES ('{1.115@2026-03-01, 2.5@2026-03-02, -2.5@2026-03-03, 1e-300@2026-03-04, 1e300@2026-03-05, 15@2026-03-06, -0@2026-03-07}'::series)) AS r(s);
SELECT round('{1@2026-03-01}'::series, 15);
SELECT '{1@2026-03-01}'::series / 0;
SELECT 1 / '{0@2026-03-01}'::series;
SELECT '{1@2026-03-01}'::series / '{-0@2026-03-01}'::series;
SELECT '{1e308@2026-03-01}'::series * 10;
SELECT '{1@2026-03-01}'::series + 'NaN'::float8;
SELECT '{1@2026-03-01}'::series * 'Infinity'::float8;
