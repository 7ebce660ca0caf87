-- Indexes on series: catalog, plans, and what lies in a window at its edges.
SET search_path = public, smartcare;
SET timezone = 'Europe/Copenhagen';
SET datestyle = 'ISO, DMY';

SELECT amname, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'series'::regtype ORDER BY amname;

SELECT bounding_box('{3.5@2000-01-01 00:00+00, -7@2000-01-01 00:00:01+00, 1e250@2000-01-01 00:00:02+00}'),
	series_box('[2000-01-01 00:00+00, 2000-01-01 00:00:01+00)', 3.9, 10), series_box('(,2000-01-01 00:00+00]', NULL, 10), series_box('(,)', NULL, NULL),
	series_box('empty', 1, 2) IS NULL AS empty, series_box('(,)', 2, 1) IS NULL AS none, series_box(NULL, 1, 2) IS NULL AS unknown, series_box('(,)', 'NaN', NULL) IS NULL AS nan;

SELECT period, s && period AS meets, exceeds(s, 5, period), exceeds(s, 4.9, period), falls_below(s, 3, period), falls_below(s, 3.1, period)
FROM (VALUES ('{3@2026-03-01, 5@2026-03-02, 4@2026-03-03}'::series)) AS v(s),
	unnest('{"(,)",empty,"[2026-03-02,2026-03-02]","(2026-03-01,2026-03-02)","(2026-03-01,2026-03-02]","[2026-03-01,2026-03-02)","[2026-03-04,)","(,2026-03-01)"}'::tstzrange[]) AS period;
SELECT exceeds(s, 'Infinity'), exceeds(s, 'NaN'), exceeds(s, '-Infinity'), falls_below(s, '-Infinity'), falls_below(s, 'NaN'), falls_below(s, 'Infinity'),
	exceeds(s, 1.7976931348623157e308), exceeds(NULL, 1), exceeds(s, NULL), exceeds(s, 1, NULL), s && NULL::tstzrange,
	s && box '((NaN,NaN),(NaN,NaN))', s && box '((-1e300,1),(1e300,1e301))', s && box '((-inf,-inf),(inf,inf))'
FROM (VALUES ('{1.7976931348623157e308@2026-03-01}'::series)) AS v(s);

-- All forms can use an index; a stable period, too.
CREATE TABLE kept AS SELECT i AS id, series_agg('2026-01-01'::timestamptz + (i * 24 + j) * interval '1 hour', 120 + i % 60 + j) AS points
FROM generate_series(1, 2000) AS i, generate_series(1, 9) AS j GROUP BY i;
CREATE INDEX kept_gist ON kept USING gist (points);
ANALYZE kept;
EXPLAIN (COSTS off) SELECT id FROM kept WHERE points && '[2026-03-01,2026-03-02)'::tstzrange;
EXPLAIN (COSTS off) SELECT id FROM kept WHERE points && series_box('[2026-03-01,2026-03-02)', 170, NULL);
EXPLAIN (COSTS off) SELECT id FROM kept WHERE exceeds(points, 180, '[2026-03-01,2026-03-02)');
EXPLAIN (COSTS off) SELECT id FROM kept WHERE falls_below(points, 130, tstzrange(now() - interval '1 day', now()));
-- Nearly all rows: the index is left alone. Another column decides the threshold: it can not be used.
EXPLAIN (COSTS off) SELECT id FROM kept WHERE exceeds(points, 100);
EXPLAIN (COSTS off) SELECT id FROM kept WHERE exceeds(points, id, '[2026-03-01,2026-03-02)');
DROP INDEX kept_gist;
CREATE INDEX kept_brin ON kept USING brin (points) WITH (pages_per_range = 1);
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT id FROM kept WHERE exceeds(points, 180, '[2026-03-01,2026-03-02)');
SELECT id FROM kept WHERE exceeds(points, 130, '[2026-03-01,2026-03-02)');
RESET enable_seqscan;
-- An empty table, and one of nulls.
TRUNCATE kept;
ANALYZE kept;
SELECT id FROM kept WHERE exceeds(points, 130);
INSERT INTO kept VALUES (1, NULL);
ANALYZE kept;
SELECT id FROM kept WHERE exceeds(points, 130) OR points && '(,)'::tstzrange;
DROP TABLE kept;
