-- Making, writing, comparing and changing episodes, against plain rows and plain SQL over them.
BEGIN;
SELECT * FROM no_plan();
\ir ../episodes.sql

-- Made of rows and of other episodes.
SELECT pg_temp.same_phases('TABLE e', 'TABLE ph', 'episode_agg keeps every phase, equal ones too');
SELECT is_empty(
	$$SELECT id FROM e, LATERAL unnest(course) WITH ORDINALITY AS u(label, period, n)
	WHERE NOT EXISTS (SELECT FROM ph WHERE ph.id = e.id AND ph.n = u.n AND ph.label = u.label AND ph.period = u.period)$$,
	'phases are in order of start, end, and label by its bytes');
SELECT pg_temp.same_phases('SELECT id % 7 AS id, episode_agg(course) AS course FROM e GROUP BY 1', 'SELECT id % 7 AS id, label, period FROM ph',
	'episode_agg of episodes');
SELECT pg_temp.same_phases('SELECT a.id, a.course || b.course AS course FROM e AS a JOIN e AS b ON b.id = (a.id + 7) % 720',
	'SELECT id, label, period FROM ph UNION ALL SELECT (id + 713) % 720, label, period FROM ph', '|| keeps the phases of both');
SELECT is_empty('SELECT id FROM e WHERE course || NULL IS DISTINCT FROM course OR NULL || course IS DISTINCT FROM course', '|| with nothing');
SELECT is_empty(
	$$SELECT id FROM e JOIN (SELECT id, episode_agg(episode(label, period) ORDER BY random()) AS other FROM ph GROUP BY id) AS q USING (id)
	WHERE other <> course OR other::text <> course::text OR episode_hash(other) <> episode_hash(course) OR episode_send(other) <> episode_send(course)$$,
	'the order of rows makes no difference');
SELECT is_empty(
	$$SELECT id FROM (SELECT id, n, period, label, episode_agg(label, period) OVER w AS course, count(*) OVER w AS number FROM ph
		WINDOW w AS (PARTITION BY id ORDER BY n)) AS q
	WHERE num_phases(course) <> number$$,
	'a window that grows');
SELECT is(count(*) FILTER (WHERE q.grown = q.made AND q.joined = q.made AND num_phases(q.made) = n), 140::bigint, 'of so many phases that the state is not kept as it is stored')
FROM (
	SELECT n, episode_agg('a', r.period) OVER w AS grown, episode_agg(episode('a', r.period)) OVER w AS joined,
		(SELECT episode_agg('a', tstzrange(to_timestamp(i), to_timestamp(i + 2)) ORDER BY i DESC) FROM generate_series(1, n) AS i) AS made
	FROM generate_series(1, 140) AS n, LATERAL (SELECT tstzrange(to_timestamp(n), to_timestamp(n + 2))) AS r (period)
	WINDOW w AS (ORDER BY n)
) AS q;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT pg_temp.same_phases('SELECT 1 AS id, episode_agg(label, period) AS course FROM ph', 'SELECT 1 AS id, label, period FROM ph', 'in parallel');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SELECT is(episode_agg(label, period), NULL, 'no rows, no episode') FROM ph WHERE false;

-- Text and binary.
CREATE FUNCTION pg_temp.text_round_trip(zone text, dates text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('timezone', zone, true), set_config('datestyle', dates, true);
	RETURN pg_temp.same_phases('SELECT id, course::text::episode AS course FROM e', 'TABLE ph', format('text keeps every phase (%s, %s)', zone, dates));
END
$$;
SELECT pg_temp.text_round_trip('America/St_Johns', 'German');
SELECT pg_temp.text_round_trip('Asia/Kathmandu', 'SQL, DMY');
SELECT pg_temp.text_round_trip('Europe/Copenhagen', 'ISO, YMD');
SELECT is_empty(
	$$SELECT course::text, rows FROM e, LATERAL (
		SELECT '{' || string_agg(CASE WHEN label ~ '^[-_.:/A-Za-z0-9øö]+$' THEN label ELSE '"' || replace(label, '"', '""') || '"' END ||
			'@[' || lower(period) || ',' || coalesce(' ' || upper(period), '') || ')', ', ' ORDER BY n) || '}' AS rows FROM ph WHERE ph.id = e.id) AS q
	WHERE course::text <> rows$$,
	'text shows times as timestamptz does, and quotes labels that need it');
CREATE TABLE received (LIKE e);
\copy e TO PROGRAM 'cat > "$SCRATCH/episode.copy"' (FORMAT binary)
\copy received FROM PROGRAM 'cat "$SCRATCH/episode.copy"' (FORMAT binary)
SELECT pg_temp.same_phases('TABLE received', 'TABLE ph', 'binary keeps every phase');
SELECT is_empty(
	$$SELECT id FROM e, LATERAL (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('label', label, 'start', lower(period), 'end', upper(period))) ORDER BY n) AS rows
		FROM ph WHERE ph.id = e.id) AS q WHERE course::jsonb IS DISTINCT FROM rows OR to_jsonb(course) <> rows$$, 'jsonb');

SELECT is_empty('SELECT id FROM e WHERE course::jsonb::episode IS DISTINCT FROM course', 'jsonb gives the episode back');
SELECT is('[{"label": "b", "start": "2026-01-03", "end": null}, {"end": "2026-01-02 12:00Z", "label": "a", "start": "2026-01-02T01:00"}]'::jsonb::episode,
	'{a@[2026-01-02 01:00, 2026-01-02 12:00Z), b@[2026-01-03,)}', 'phases of jsonb in any order, open without an end');
SELECT is('[]'::jsonb::episode, NULL, 'no phases, no episode');
SELECT throws_ok(format('SELECT %L::jsonb::episode', phases), state, NULL, 'jsonb refused: ' || phases)
FROM (VALUES
	('{}', '22P02'), ('1', '22P02'), ('null', '22P02'), ('[1]', '22P02'), ('[null]', '22P02'), ('[[]]', '22P02'), ('[{}]', '22P02'),
	('[{"label": "a"}]', '22P02'), ('[{"start": "2026-01-01"}]', '22P02'), ('[{"label": null, "start": "2026-01-01"}]', '22P02'),
	('[{"label": "a", "start": "2026-01-01"}, {"label": "a", "start": "2026-01-01", "ends": "2026-01-02"}]', '22P02'),
	('[{"label": 1, "start": "2026-01-01"}]', '22P02'), ('[{"label": "a", "start": 1}]', '22P02'), ('[{"label": "a", "start": "2026-01-01", "end": 1}]', '22P02'),
	('[{"label": "a", "start": "soon"}]', '22007'), ('[{"label": "a", "start": "-infinity"}]', '22008'), ('[{"label": "a", "start": "2026-01-01", "end": "infinity"}]', '22008'),
	('[{"label": "a", "start": "2026-01-02", "end": "2026-01-01"}]', '22000'), ('[{"label": "a", "start": "2026-01-02", "end": "2026-01-02"}]', '22023'),
	('[{"label": "", "start": "2026-01-01"}]', '22023')
) AS v (phases, state);

-- Order: as arrays of rows compare.
CREATE TYPE listed AS (start timestamptz, "end" timestamptz, label text COLLATE "C");
CREATE TABLE lists AS
SELECT id, array_agg(ROW(lower(period), coalesce(upper(period), 'infinity'), label)::listed ORDER BY n) AS list FROM ph GROUP BY id;
SELECT is_empty(
	$$SELECT a.id, b.id FROM e AS a JOIN lists AS la USING (id), e AS b JOIN lists AS lb USING (id) WHERE a.id % 3 = 0 AND b.id % 5 = 0 AND
		(a.course < b.course, a.course <= b.course, a.course = b.course, a.course <> b.course, a.course >= b.course, a.course > b.course,
			sign(episode_cmp(a.course, b.course)))
		IS DISTINCT FROM (la.list < lb.list, la.list <= lb.list, la.list = lb.list, la.list <> lb.list, la.list >= lb.list, la.list > lb.list,
			sign(btarraycmp(la.list, lb.list)))$$,
	'comparison is that of the lists of phases');
SELECT is((SELECT count(DISTINCT course) FROM e), (SELECT count(DISTINCT list) FROM lists), 'as many episodes as lists');
SELECT cmp_ok((SELECT count(DISTINCT episode_hash_extended(course, 7)) FROM e), '=', (SELECT count(DISTINCT course) FROM e), 'hashes differ');
SELECT is_empty('SELECT id FROM e WHERE episode_hash(course) <> (episode_hash_extended(course, 0) & 4294967295)::bit(32)::integer', 'hash and extended hash agree');

-- Started and ended.
SELECT pg_temp.same_phases($$SELECT id, start_phase(course, 'new one', '2026-05-01 10:00') AS course FROM e$$,
	$$SELECT id, label, period FROM ph UNION ALL SELECT id, 'new one', '[2026-05-01 10:00,)' FROM e$$, 'start_phase');
SELECT pg_temp.same_phases($$SELECT id, end_phase(start_phase(course, 'new one', '2026-05-01 10:00'), 'new one', '2026-05-02') AS course FROM e$$,
	$$SELECT id, label, period FROM ph UNION ALL SELECT id, 'new one', '[2026-05-01 10:00,2026-05-02)' FROM e$$, 'end_phase');
SELECT pg_temp.same_phases(
	$$SELECT id, end_phase(course, label, '294276-12-31') AS course FROM e JOIN (SELECT id, min(label) AS label FROM ph WHERE upper_inf(period) GROUP BY id) AS q USING (id)$$,
	$$SELECT id, ph.label, CASE WHEN ph.label = q.label AND upper_inf(period) THEN tstzrange(lower(period), '294276-12-31') ELSE period END AS period
	FROM ph JOIN (SELECT id, min(label) AS label FROM ph WHERE upper_inf(period) GROUP BY id) AS q USING (id)$$, 'end_phase ends all of the label');
SELECT is(start_phase(NULL, 'a', '2026-01-01')::text, '{a@[2026-01-01 00:00:00+01,)}', 'start_phase of nothing');
SELECT throws_ok($$SELECT start_phase('{a@[2026-01-01,)}', 'a', '2026-02-01')$$, '55000', 'phase "a" is open already');
SELECT throws_ok($$SELECT end_phase('{a@[2026-01-01,2026-01-02)}', 'a', '2026-02-01')$$, '55000', 'no phase "a" is open');
SELECT throws_ok($$SELECT end_phase(NULL, 'a', '2026-02-01')$$, '55000', 'no phase "a" is open');
SELECT throws_ok($$SELECT end_phase('{a@[2026-01-01,)}', 'a', '2026-01-01')$$, '22023', 'phase must end after it starts');
SELECT throws_ok($$SELECT end_phase('{a@[2026-01-01,)}', 'a', 'infinity')$$, '22008', 'end of a phase must be finite, not infinity');
SELECT throws_ok($$SELECT end_phase('{a@[2026-01-01,)}', 'a', NULL)$$, '22004', 'time of a phase must not be null');
SELECT throws_ok($$SELECT start_phase('{a@[2026-01-01,)}', NULL, '2026-01-01')$$, '22004', 'label of a phase must not be null');

-- Cut, renamed and merged.
CREATE TABLE sliced AS SELECT id, row_number() OVER () AS rid, r, slice(course, r) AS course FROM e JOIN rg USING (id);
SELECT pg_temp.same_phases('SELECT rid AS id, course FROM sliced',
	$$SELECT rid AS id, label, tstzrange(
			CASE WHEN lower_inc(cut) THEN lower(cut) ELSE lower(cut) + interval '1 microsecond' END,
			CASE WHEN upper_inc(cut) THEN upper(cut) + interval '1 microsecond' WHEN upper(cut) < 'infinity' THEN upper(cut) END) AS period
	FROM (SELECT rid, label, period * r AS cut FROM ph JOIN sliced USING (id) WHERE period && r AND r <> '[2026-01-01,infinity)') AS q
	WHERE NOT (NOT lower_inc(cut) AND lower(cut) + interval '1 microsecond' = upper(cut) AND NOT upper_inc(cut))
	UNION ALL SELECT rid, label, period * '[2026-01-01,)' FROM ph JOIN sliced USING (id) WHERE r = '[2026-01-01,infinity)' AND period && '[2026-01-01,)'$$,
	'slice keeps what of each phase lies in the range');
SELECT pg_temp.same_phases($$SELECT e.id * 1000 + dense_rank() OVER (PARTITION BY id ORDER BY label COLLATE "C") AS id, relabel(course, label, 'gp') AS course FROM e JOIN lb USING (id)$$,
	$$SELECT id * 1000 + rank AS id, CASE WHEN ph.label = lb.label THEN 'gp' ELSE ph.label END AS label, period
	FROM ph JOIN (SELECT *, dense_rank() OVER (PARTITION BY id ORDER BY label COLLATE "C") AS rank FROM lb) AS lb USING (id)$$, 'relabel');
SELECT pg_temp.same_phases(
	$$SELECT e.id * 10 + g AS id, merge_phases(course, 'hospital', gap) AS course FROM e, (VALUES (1, interval '0'), (2, '4 hours'), (3, '30 days'), (4, '3 milliseconds')) AS v(g, gap)$$,
	$$SELECT id * 10 + g AS id, 'hospital' AS label, tstzrange(min(lower(period)), CASE WHEN bool_and(NOT upper_inf(period)) THEN max(upper(period)) END) AS period
	FROM (SELECT *, count(*) FILTER (WHERE starts) OVER (PARTITION BY id, g ORDER BY n) AS run
		FROM (SELECT *, coalesce(extract(epoch FROM lower(period)) >
					extract(epoch FROM max(coalesce(upper(period), 'infinity')) OVER (PARTITION BY id, g ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) +
					extract(epoch FROM gap), true) AS starts
			FROM ph, (VALUES (1, interval '0'), (2, '4 hours'), (3, '30 days'), (4, '3 milliseconds')) AS v(g, gap) WHERE label = 'hospital') AS a) AS b
	GROUP BY id, g, run
	UNION ALL SELECT id * 10 + g, label, period FROM ph, generate_series(1, 4) AS g WHERE label <> 'hospital'$$,
	'merge_phases joins what is no further apart than the gap');
CREATE TABLE holes AS SELECT id, range_agg(r) AS holes FROM (SELECT id, tstzrange(a.t, b.t) AS r
	FROM inst AS a JOIN inst AS b USING (id) WHERE a.t < b.t AND random() < 0.05) AS q GROUP BY id;
SELECT pg_temp.same_phases(
	$$SELECT e.id * 1000 + rank AS id, delete_time(course, label, holes) AS course
	FROM e JOIN holes USING (id) JOIN (SELECT *, dense_rank() OVER (PARTITION BY id ORDER BY label COLLATE "C") AS rank FROM lb) AS lb USING (id)$$,
	$$SELECT ph.id * 1000 + rank AS id, ph.label, p AS period
	FROM ph JOIN holes USING (id) JOIN (SELECT *, dense_rank() OVER (PARTITION BY id ORDER BY label COLLATE "C") AS rank FROM lb) AS lb USING (id),
		unnest(CASE WHEN ph.label = lb.label THEN tstzmultirange(period) - holes ELSE tstzmultirange(period) END) AS p$$,
	'delete_time cuts holes out of the phases of a label');
SELECT throws_ok($$SELECT merge_phases('{a@[2026-01-01,)}', 'a', '1 month')$$, '22023', 'gap between phases must not have months or years: 1 mon');
SELECT throws_ok($$SELECT merge_phases('{a@[2026-01-01,)}', 'a', '-1 hour')$$, '22023', 'gap between phases must be neither negative nor infinite: -01:00:00');

SELECT * FROM finish();
ROLLBACK;
