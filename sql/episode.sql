-- How episodes are written and read, and what is refused. Properties over random episodes are in test/pgtap/episode*.sql.
SET search_path TO public, smartcare;
SET timezone TO 'Europe/Copenhagen';

-- Input.
SELECT '{hospital@[2026-01-03 08:00+01, 2026-01-08 12:00+01), "home care"@[2026-01-08 12:00+01,)}'::episode;
SELECT E' { b @ [ "March 1, 2026 08:00" , 2026-03-01T09:00Z ) ,a@[epoch,2026-03-01 08:00:00.000001+00) , a@[epoch,2026-03-01 08:00:00.000001+00)}\n'::episode;
SELECT '{"a b"@[2026-01-01,), "x""y"@[2026-01-01,), on-hold@[2026-01-01,), "{a@[b),\}"@[2026-01-01,), øre@[2026-01-01,), ICD-10:I10.9/x_y@[2026-01-01,)}'::episode;
SELECT E'{"two\nlines"@[2026-01-01,2026-01-02)}'::episode;
SELECT '{a@[4714-11-24 00:00+00 BC,294276-12-31 23:59:59.999999+00)}'::episode;
SELECT length(labels(('{"' || repeat('ø', 500) || '"@[2026-01-01,)}')::episode)::text);

-- Input that is refused.
SELECT ''::episode;
SELECT 'a@[2026-01-01,)'::episode;
SELECT '{}'::episode;
SELECT '{a@[2026-01-01,)'::episode;
SELECT '{a@[2026-01-01,)} x'::episode;
SELECT '{a@[2026-01-01,) b@[2026-01-01,)}'::episode;
SELECT '{a@[2026-01-01,),}'::episode;
SELECT '{home care@[2026-01-01,)}'::episode;
SELECT '{@[2026-01-01,)}'::episode;
SELECT '{""@[2026-01-01,)}'::episode;
SELECT '{"a@[2026-01-01,)}'::episode;
SELECT '{a@2026-01-01}'::episode;
SELECT '{a@(2026-01-01,)}'::episode;
SELECT '{a@[2026-01-01,2026-01-02]}'::episode;
SELECT '{a@[,2026-01-02)}'::episode;
SELECT '{a@[2026-01-01)}'::episode;
SELECT '{a@[yesterdax,)}'::episode;
SELECT '{a@[2026-13-01,)}'::episode;
SELECT '{a@[294277-06-01,)}'::episode;
SELECT '{a@[infinity,)}'::episode;
SELECT '{a@[-infinity,)}'::episode;
SELECT '{a@[2026-01-01,infinity)}'::episode;
SELECT '{a@[2026-01-02,2026-01-01)}'::episode;
SELECT '{a@[2026-01-01,2026-01-01)}'::episode;
SELECT ('{"' || repeat('x', 10000) || '"@[2026-01-01,)}')::episode;

-- Made of rows.
SELECT episode('hospital', '[2026-01-03 08:00,)'), episode(NULL, '[2026-01-03 08:00,)'), episode('hospital', NULL);
SELECT episode('', '[2026-01-03,)');
SELECT episode('a', 'empty');
SELECT episode('a', '(,2026-01-03)');
SELECT episode('a', '(2026-01-01,2026-01-03)');
SELECT episode('a', '[2026-01-01,2026-01-03]');
SELECT episode('a', '[-infinity,2026-01-03)');
SELECT episode('a', '[2026-01-01,infinity)');
SELECT episode(repeat('x', 1001), '[2026-01-01,)');
SELECT episode_agg(l, p) FROM (VALUES ('b', '[2026-01-02,)'::tstzrange), (NULL, '[2026-01-02,)'), ('b', NULL), ('a', '[2026-01-01,2026-01-02)'), ('a', '[2026-01-01,2026-01-02)')) AS r(l, p);
SELECT episode_agg(e) FROM (VALUES ('{a@[2026-01-01,2026-01-02)}'::episode), (NULL), ('{a@[2026-01-01,)}')) AS r(e);

-- Binary input: as sent, and hostile.
CREATE TABLE received (e episode);
-- As sent
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\000\000\000\001\000\000\000\001\141\000\000\000\001\000\000\000\000\000\000\000\000\177\377\377\377\377\377\377\377\000\000\000\000\377\377"' (FORMAT binary)
-- An unknown version
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\011\000\000\000\001\000\000\000\001\141\000\000\000\001\000\000\000\000\000\000\000\000\000\000\000\000\000\017\102\100\000\000\000\000\377\377"' (FORMAT binary)
-- No labels
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\000\000\000\000\000\000\000\001\141\000\000\000\001\000\000\000\000\000\000\000\000\000\000\000\000\000\017\102\100\000\000\000\000\377\377"' (FORMAT binary)
-- Too many labels
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\377\377\377\377\000\000\000\001\141\000\000\000\001\000\000\000\000\000\000\000\000\000\000\000\000\000\017\102\100\000\000\000\000\377\377"' (FORMAT binary)
-- A label that is longer than the message
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\000\000\000\001\000\000\003\350\141\000\000\000\001\000\000\000\000\000\000\000\000\000\000\000\000\000\017\102\100\000\000\000\000\377\377"' (FORMAT binary)
-- An empty label
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\041\001\000\000\000\001\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000\000\000\000\000\000\000\017\102\100\000\000\000\000\377\377"' (FORMAT binary)
-- No phases
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\000\000\000\001\000\000\000\001\141\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\017\102\100\000\000\000\000\377\377"' (FORMAT binary)
-- Too many phases
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\000\000\000\001\000\000\000\001\141\000\000\000\002\000\000\000\000\000\000\000\000\000\000\000\000\000\017\102\100\000\000\000\000\377\377"' (FORMAT binary)
-- A label that there is not
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\000\000\000\001\000\000\000\001\141\000\000\000\001\000\000\000\000\000\000\000\000\000\000\000\000\000\017\102\100\000\000\000\001\377\377"' (FORMAT binary)
-- An end before the start
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\000\000\000\001\000\000\000\001\141\000\000\000\001\000\000\000\000\000\000\000\000\377\377\377\377\377\377\377\377\000\000\000\000\377\377"' (FORMAT binary)
-- An infinite start
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\000\000\000\001\000\000\000\001\141\000\000\000\001\200\000\000\000\000\000\000\000\000\000\000\000\000\017\102\100\000\000\000\000\377\377"' (FORMAT binary)
-- A time out of range
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\000\000\000\001\000\000\000\001\141\000\000\000\001\200\000\000\000\000\000\000\001\000\000\000\000\000\017\102\100\000\000\000\000\377\377"' (FORMAT binary)
-- A time out of range
\copy received FROM PROGRAM 'printf "\120\107\103\117\120\131\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\042\001\000\000\000\001\000\000\000\001\141\000\000\000\001\000\000\000\000\000\000\000\000\177\377\377\377\377\377\377\376\000\000\000\000\377\377"' (FORMAT binary)
SELECT e FROM received;
DROP TABLE received;

-- Order.
SELECT e FROM (VALUES ('{a@[2026-01-01,2026-01-02), b@[2026-01-03,)}'::episode), ('{a@[2026-01-01,2026-01-02)}'), ('{a@[2026-01-01,)}'), ('{Z@[2026-01-01,2026-01-02)}'), ('{z@[2025-01-01,)}')) AS r(e) ORDER BY e;

-- Plans: parallel, by the type's own operators, by the index.
CREATE TABLE sample AS SELECT i % 3 AS id, 'label ' || i % 5 AS label, tstzrange('2026-03-01'::timestamptz + i * interval '1 hour', '2026-03-01'::timestamptz + (i + 2) * interval '1 hour') AS period
FROM generate_series(1, 1000) AS i;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS off) SELECT episode_agg(label, period) FROM sample;
SELECT id, num_phases(e), duration(e), labels(e) FROM (SELECT id, episode_agg(label, period) AS e FROM sample GROUP BY id) AS q ORDER BY id;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
CREATE TABLE held (e episode UNIQUE);
INSERT INTO held SELECT episode_agg(label, period) FROM sample GROUP BY id;
\set VERBOSITY terse
INSERT INTO held SELECT episode_agg(label, period ORDER BY period DESC) FROM sample WHERE id = 1;
\set VERBOSITY default
CREATE INDEX ON held USING hash (e);
CREATE INDEX held_time ON held USING gist (e);
SELECT count(*) FROM held JOIN held AS other USING (e);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS off) SELECT FROM held WHERE e && '[2026-03-02,2026-03-03)';
EXPLAIN (COSTS off) SELECT FROM held WHERE e @> '2026-03-02';
EXPLAIN (COSTS off) SELECT FROM held WHERE has_phase(e, 'label 1', '[2026-03-02,2026-03-03)');
RESET enable_seqscan;
RESET enable_bitmapscan;
-- The operator on ranges means what it meant.
SELECT tstzrange('2026-01-01', NULL) && '[2026-01-02,)';
DROP TABLE sample, held;
