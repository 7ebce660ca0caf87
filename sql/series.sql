-- What series looks like, and what it refuses. Properties are in test/pgtap/series.sql.
SET search_path = smartcare, public;
SET timezone = 'Europe/Copenhagen';
SET datestyle = 'ISO, DMY';

-- Text: any order and any spelling of times in; time order and ISO 8601 out.
SELECT '{128@2026-03-01 08:00:00+01, 131.5@2026-03-01 20:00:00+01}'::series;
SELECT ' { 131.50 @ 20260301T190000Z ,+1.28e2@ 1 March 2026 08:00 } '::series;
SELECT '{.5@"Mar 1, 2026 08:00 CET", 1.@Sunday 1 March 2026 09:00, 7e-1 @ "01/03/2026 10:00" }'::series;
SELECT '{1@2026-10-25 02:30:00+02, 2@2026-10-25 02:30:00+01}'::series AS autumn;
SELECT '{1@1895-01-01 00:00:00.000001+00, 2@0044-03-15 12:00 BC, 3@294276-12-31 23:59:59.999999+00}'::series AS far;
SELECT '{1@epoch}'::series;
SELECT '{-0@2026-01-01, 0.1@2026-01-02, 5e-324@2026-01-03, -1.7976931348623157e308@2026-01-04, 9007199254740993@2026-01-05}'::series AS numbers;
SET datestyle = 'German';
SET extra_float_digits = -10;
SELECT '{0.30000000000000004@2026-03-01 08:00:00+01}'::series;
RESET extra_float_digits;
SET datestyle = 'ISO, DMY';
SET timezone = 'America/New_York';
SELECT '{128@2026-03-01 08:00:00+01}'::series;
SET timezone = 'Europe/Copenhagen';

-- A repeated point is one point; two values at one instant are a mistake.
SELECT '{1@2026-01-01 00:00+00, 2@2026-01-02, 1.0@2026-01-01 01:00+01}'::series;
SELECT '{0@2026-01-01, -0@2026-01-01}'::series;
SELECT '{1@2026-01-01 00:00+00, 1.0000000000000002@2026-01-01 01:00+01}'::series;

-- Refused.
SELECT ''::series;
SELECT '{}'::series;
SELECT '{ }'::series;
SELECT '128@2026-03-01'::series;
SELECT '{128@2026-03-01'::series;
SELECT '{128@2026-03-01}}'::series;
SELECT '{128}'::series;
SELECT '{@2026-03-01}'::series;
SELECT '{128@}'::series;
SELECT '{128@2026-03-01,}'::series;
SELECT '{,128@2026-03-01}'::series;
SELECT '{128@2026-03-01 129@2026-03-02}'::series;
SELECT '{128@2026-03-01,, 129@2026-03-02}'::series;
SELECT '{12 8@2026-03-01}'::series;
SELECT '{1,28@2026-03-01}'::series;
SELECT '{1@2026-03-01, 1,28@2026-03-02}'::series;
SELECT '{1@"2026-03-01, 2@2026-03-02}'::series;
SELECT '{1@"2026-03-01" 12:00, 2@2026-03-02}'::series;
SELECT '{128@2026-03-01 {}'::series;
SELECT '{æøå 1@2026-03-01, 2 mmHg@2026-03-02}'::series;
SELECT '{1@2026-03-01, 2 mmHg@2026-03-02}'::series;
SELECT '{0x80@2026-03-01}'::series;
SELECT '{1e@2026-03-01}'::series;
SELECT '{high@2026-03-01}'::series;
SELECT '{128@someday}'::series;
SELECT '{128@2026-02-30}'::series;
SELECT '{128@294278-01-01}'::series;
SELECT '{128@infinity}'::series;
SELECT '{1@2026-01-01, 128@-infinity}'::series;
SELECT '{NaN@2026-03-01}'::series;
SELECT '{-Infinity@2026-03-01}'::series;
SELECT '{1e309@2026-03-01}'::series;
SELECT '{1e-400@2026-03-01}'::series;

-- Made of arrays.
SELECT series('{2026-03-02, 2026-03-01, 2026-03-02}', '{2, 1, 3}');
SELECT series('{}', '{}') IS NULL AS none;
SELECT series('{2026-03-01, 2026-03-02}', '{1}');
SELECT series('{2026-03-01, 2026-03-02}', '{1, NULL}');
SELECT series('{2026-03-01, NULL}', '{1, 2}');
SELECT series('{{2026-03-01, 2026-03-02}}', '{{1, 2}}');
SELECT series('{2026-03-01}', '{NaN}');
SELECT series('{infinity}', '{1}');

-- Made of rows.
SELECT series_agg(t, v) FROM (VALUES
	('2026-03-02'::timestamptz, 2::float8), ('2026-03-01', 1), (NULL, 7), ('2026-03-03', NULL), ('2026-03-02', 3)) AS r(t, v);
SELECT series_agg(t, v) FROM (VALUES ('2026-03-02'::timestamptz, '-Infinity'::float8)) AS r(t, v);
SELECT series_agg(t, v) FROM (VALUES ('-infinity'::timestamptz, 1::float8)) AS r(t, v);
SELECT series_agg(s) FROM (VALUES ('{1@2026-03-01, 2@2026-03-02}'::series), (NULL), ('{3@2026-03-02}')) AS r(s);

-- Questions.
SELECT num_points(s), start_time(s), end_time(s), time_span(s), start_value(s), end_value(s), min_value(s), max_value(s), mean_value(s)
FROM (VALUES ('{5@2026-03-01, 4.2@2026-03-04, 7@2026-03-02}'::series), ('{-0@2026-03-01}'),
	('{1e308@2026-03-01, 1.5e308@2026-03-02}'), ('{0.1@2026-03-01, 0.1@2026-03-02, 0.1@2026-03-03}')) AS r(s);
SELECT * FROM unnest('{5@2026-03-01, 4.2@2026-03-04}'::series);
SELECT u.time, u.value FROM (VALUES ('{5@2026-03-01}'::series), (NULL), ('{4.2@2026-03-04}')) AS r(s), unnest(s) AS u;
SELECT times(s), readings(s), value_at(s, '2026-03-04'), value_at(s, '2026-03-03'), value_at(s, 'infinity')
FROM (VALUES ('{5@2026-03-01, 4.2@2026-03-04}'::series)) AS r(s);

-- Cuts and merges.
SELECT slice(s, '[2026-03-02,2026-03-03]'), slice(s, '[2026-03-02,2026-03-03)'), slice(s, '(,2026-03-02)'), slice(s, 'empty')
FROM (VALUES ('{1@2026-03-01, 2@2026-03-02, 3@2026-03-03}'::series)) AS r(s);
SELECT delete_time(s, '[2026-03-02,2026-03-03)'::tstzrange), delete_time(s, '{2026-03-03, NULL, 2026-03-01}'::timestamptz[]), delete_time(s, '(,)'::tstzrange)
FROM (VALUES ('{1@2026-03-01, 2@2026-03-02, 3@2026-03-03}'::series)) AS r(s);
SELECT series_merge('{1@2026-03-01, 2@2026-03-02}', '{7@2026-03-02, 8@2026-03-03}');
SELECT series_merge(NULL, '{1@2026-03-01}'), series_merge('{1@2026-03-01}', NULL), series_merge(NULL, NULL);

-- Order.
SELECT s FROM (VALUES ('{1@2026-03-01, 2@2026-03-02}'::series), ('{1@2026-03-01}'), ('{1@2026-03-01, 1@2026-03-03}'), ('{9@2026-02-28}'), ('{2@2026-03-01}')) AS r(s) ORDER BY s;

-- Drawings.
SELECT sparkline(s, 8), sparkline(s, 1), length(sparkline(s)) FROM (
	SELECT series_agg('2026-03-01'::timestamptz + i * interval '1 hour', i % 12) AS s FROM generate_series(0, 23) AS i WHERE i NOT BETWEEN 6 AND 8) AS q;
SELECT '[' || sparkline('{5@2026-03-01}') || ']' AS point, '[' || sparkline('{5@2026-03-01, 5@2026-03-02}', 4) || ']' AS flat;
SELECT sparkline('{5@2026-03-01}', 0);
SELECT sparkline('{5@2026-03-01}', 1001);

-- Plans: parallel, and by the type's own operators.
CREATE TABLE sample AS SELECT i % 3 AS id, '2026-03-01'::timestamptz + i * interval '1 minute' AS t, i::float8 AS v FROM generate_series(1, 1000) AS i;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS off) SELECT series_agg(t, v) FROM sample;
SELECT id, num_points(s), mean_value(s) FROM (SELECT id, series_agg(t, v) AS s FROM sample GROUP BY id) AS q ORDER BY id;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
CREATE TABLE held (s series UNIQUE);
INSERT INTO held SELECT series_agg(t, v) FROM sample GROUP BY id;
\set VERBOSITY terse
INSERT INTO held SELECT series_agg(t, v ORDER BY t DESC) FROM sample GROUP BY id LIMIT 1;
CREATE INDEX ON held USING hash (s);
SELECT count(*) FROM held JOIN held AS other USING (s);
DROP TABLE sample, held;
