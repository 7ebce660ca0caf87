-- What episodes tell, against plain SQL over their phases as rows.
BEGIN;
SELECT * FROM no_plan();
\ir ../episodes.sql

-- The summary.
SELECT is_empty(
	$$SELECT id FROM e JOIN (
		SELECT id, count(*) AS n, min(lower(period)) AS first, CASE WHEN bool_and(NOT upper_inf(period)) THEN max(upper(period)) END AS last FROM ph GROUP BY id) AS q USING (id)
	WHERE (n, first, last, tstzrange(first, last), last IS NULL) IS DISTINCT FROM
		(num_phases(course), start_time(course), end_time(course), time_span(course), is_open(course))$$,
	'number of phases, start, end, span, and whether one is open');

-- Labels.
SELECT is_empty(
	$$SELECT id FROM e WHERE labels(course) IS DISTINCT FROM (SELECT array_agg(DISTINCT label COLLATE "C" ORDER BY label COLLATE "C") FROM ph WHERE ph.id = e.id)$$,
	'labels');
SELECT is_empty(
	$$SELECT id, t FROM e JOIN inst USING (id) WHERE labels_at(course, t) IS DISTINCT FROM
		ARRAY(SELECT DISTINCT label COLLATE "C" FROM ph WHERE ph.id = e.id AND period @> t ORDER BY 1)$$,
	'labels at an instant');

-- Times, with and without a label.
CREATE TABLE cover AS
SELECT e.id, lb.label, (SELECT coalesce(range_agg(period), '{}') FROM ph WHERE ph.id = e.id AND (lb.label IS NULL OR ph.label = lb.label)) AS times
FROM e JOIN (TABLE lb UNION ALL SELECT id, NULL FROM e) AS lb USING (id);
SELECT is_empty(
	$$SELECT id, label FROM e JOIN cover USING (id) WHERE times IS DISTINCT FROM CASE WHEN label IS NULL THEN coverage(course) ELSE coverage(course, label) END$$,
	'coverage of all and of a label');
SELECT is_empty('SELECT id FROM e WHERE course::tstzmultirange <> coverage(course)', 'the cast to tstzmultirange');
SELECT is_empty(
	$$SELECT id FROM e JOIN cover USING (id) WHERE label IS NULL AND gaps(course) IS DISTINCT FROM
		(SELECT coalesce(range_agg(tstzrange(upper(a), lower(b))), '{}') FROM unnest(times) WITH ORDINALITY AS u(a, n) JOIN unnest(times) WITH ORDINALITY AS v(b, m) ON m = n + 1)$$,
	'gaps');
SELECT is_empty(
	$$SELECT e.id FROM e JOIN lb AS a USING (id) JOIN lb AS b USING (id) WHERE id % 6 <> 5 AND id % 7 < 2 AND overlap(course, a.label, b.label) IS DISTINCT FROM
		(SELECT coalesce(range_agg(p.period * q.period), '{}') FROM ph AS p JOIN ph AS q USING (id) WHERE id = e.id AND p.label = a.label AND q.label = b.label)$$,
	'overlap of two labels');
SELECT is_empty(
	$$SELECT id, label FROM e JOIN cover USING (id) WHERE CASE WHEN label IS NULL THEN duration(course) ELSE duration(course, label) END IS DISTINCT FROM
		(SELECT CASE WHEN count(*) FILTER (WHERE upper_inf(t)) = 0 THEN coalesce(sum(upper(t) - lower(t)), '0') END FROM unnest(times) AS t)$$,
	'duration of all and of a label');
SELECT is_empty(
	$$SELECT id, label, t FROM e JOIN cover USING (id) JOIN inst USING (id) WHERE label IS NOT NULL AND id % 6 <> 5 AND duration(course, label, t) IS DISTINCT FROM
		(SELECT coalesce(sum(upper(r) - lower(r)), '0') FROM unnest(times * tstzmultirange(tstzrange(NULL, t))) AS r)$$,
	'duration until an instant');
SELECT is_empty(
	$$SELECT id, label FROM e JOIN lb USING (id) WHERE (first_phase(course, label), last_phase(course, label)) IS DISTINCT FROM
		((SELECT period FROM ph WHERE ph.id = e.id AND ph.label = lb.label ORDER BY n LIMIT 1), (SELECT period FROM ph WHERE ph.id = e.id AND ph.label = lb.label ORDER BY n DESC LIMIT 1))$$,
	'first and last phase');

-- Bed days: midnights of the clocks on the wall, counted one by one.
CREATE TABLE midnights AS SELECT zone, day::timestamp AT TIME ZONE zone AS midnight
FROM generate_series('2025-12-25'::timestamp, '2026-06-01', '1 day') AS day, (VALUES ('Europe/Copenhagen'), ('UTC'), ('Pacific/Auckland'), ('America/St_Johns')) AS z(zone);
SELECT is_empty(
	$$SELECT id, label, zone, r FROM e JOIN cover USING (id), (SELECT DISTINCT zone FROM midnights) AS z, (VALUES
		('[2026-01-01,2026-05-01)'::tstzrange), ('[2026-03-29 00:30,2026-03-31 00:00]'), ('(2026-03-28 23:00+00,2026-04-03 22:00+00]'), ('empty')) AS v(r)
	WHERE label IS NOT NULL AND id / 6 % 6 < 3 AND id % 7 = 0 AND bed_days(course, label, r, zone) IS DISTINCT FROM
		(SELECT count(*) FROM midnights AS m WHERE m.zone = z.zone AND times @> midnight AND r @> midnight)$$,
	'bed days');
SELECT is(bed_days('{hospital@[2026-01-03 08:00,2026-01-08 12:00)}', 'hospital', '(,)', 'Europe/Copenhagen'), 5::bigint, 'a stay over five nights');
SELECT throws_ok($$SELECT bed_days('{a@[2026-01-03,)}', 'a', '[2026-01-01,)', 'UTC')$$, '22023', 'bed days of an open phase have no end');
SELECT throws_ok($$SELECT bed_days('{a@[2026-01-03,)}', 'a', '[2026-01-01,)', 'Mars')$$, '22023', 'time zone "Mars" not recognized');

-- Transitions.
CREATE TABLE tr AS
SELECT a.id, a.n, a.label AS from_label, b.label AS to_label, lower(b.period) AS at, lower(b.period) - upper(a.period) AS gap FROM ph AS a JOIN ph AS b ON a.id = b.id AND b.n = a.n + 1;
ALTER TABLE tr ADD PRIMARY KEY (id, n);
ANALYZE tr;
SELECT is_empty(
	$$(SELECT id, t.n, t.from_label, t.to_label, t.at, t.gap FROM e, transitions(course) WITH ORDINALITY AS t(from_label, to_label, at, gap, n) EXCEPT ALL TABLE tr)
	UNION ALL (TABLE tr EXCEPT ALL SELECT id, t.n, t.from_label, t.to_label, t.at, t.gap FROM e, transitions(course) WITH ORDINALITY AS t(from_label, to_label, at, gap, n))$$,
	'transitions');
SELECT is_empty(
	$$SELECT id FROM e WHERE num_handovers(course) <> (SELECT count(*) FROM tr WHERE tr.id = e.id AND from_label <> to_label)$$, 'number of hand-overs');

-- Transitions checked: any set of pairs, here half of those there are.
CREATE TABLE allowed AS SELECT DISTINCT from_label, to_label FROM tr WHERE hashtext(from_label || to_label) % 2 = 0;
CREATE TABLE beginnings AS SELECT DISTINCT NULL, label FROM ph WHERE n = 1 AND hashtext(label) % 3 <> 0;
CREATE FUNCTION pg_temp.step(from_label text, to_label text) RETURNS text LANGUAGE sql AS $$
SELECT concat_ws(' ', string_agg(CASE WHEN label ~ '^[-_.:/A-Za-z0-9øö]+$' THEN label ELSE '"' || replace(label, '"', '""') || '"' END, ' -> ' ORDER BY i))
FROM unnest(ARRAY[from_label, to_label]) WITH ORDINALITY AS u(label, i)
$$;
SELECT is_empty(
	$$SELECT id FROM e, (SELECT array_agg(ARRAY[from_label, to_label]) AS pairs FROM allowed) AS a WHERE follows(course, pairs) IS DISTINCT FROM
		(SELECT pg_temp.step(from_label, to_label) FROM tr WHERE tr.id = e.id AND (from_label, to_label) NOT IN (TABLE allowed) ORDER BY n LIMIT 1)$$,
	'the first step that is not allowed');
SELECT is_empty(
	$$SELECT id FROM e, (SELECT array_agg(ARRAY[from_label, to_label]) AS pairs FROM (TABLE allowed UNION ALL TABLE beginnings) AS u) AS a
	WHERE follows(course, pairs) IS DISTINCT FROM
		(SELECT CASE WHEN n = 0 THEN '-> ' || pg_temp.step(to_label, NULL) ELSE pg_temp.step(from_label, to_label) END
		FROM (SELECT n, from_label, to_label FROM tr WHERE tr.id = e.id AND (from_label, to_label) NOT IN (TABLE allowed)
			UNION ALL SELECT 0, NULL, label FROM ph WHERE ph.id = e.id AND n = 1 AND label NOT IN (SELECT label FROM beginnings)) AS q ORDER BY n LIMIT 1)$$,
	'the first step that is not allowed, with beginnings');
SELECT throws_ok($$SELECT follows('{a@[2026-01-01,)}', '{a,b}')$$, '2202E', 'allowed steps must be an array of pairs');
SELECT throws_ok($$SELECT follows('{a@[2026-01-01,)}', '{{a,b,c}}')$$, '2202E', 'allowed steps must be an array of pairs');
SELECT throws_ok($$SELECT follows('{a@[2026-01-01,)}', '{{a,NULL}}')$$, '22004', 'allowed step must not lead to null');
SELECT is(follows('{a@[2026-01-01,)}', '{}'), NULL, 'one phase takes no step');

-- Allen's relations, by his definitions: which of the four pairs of ends are less, equal and greater (figure 2 of the paper).
CREATE TABLE figure (relation text, a_start_b_start integer, a_end_b_end integer, a_end_b_start integer, a_start_b_end integer);
INSERT INTO figure VALUES
	('before', -1, -1, -1, -1), ('after', 1, 1, 1, 1), ('meets', -1, -1, 0, -1), ('met by', 1, 1, 1, 0),
	('overlaps', -1, -1, 1, -1), ('overlapped by', 1, 1, 1, -1), ('starts', 0, -1, 1, -1), ('started by', 0, 1, 1, -1),
	('during', 1, -1, 1, -1), ('contains', -1, 1, 1, -1), ('finishes', 1, 0, 1, -1), ('finished by', -1, 0, 1, -1), ('equals', 0, 0, 1, -1);
CREATE TABLE pairs AS SELECT a, b FROM (SELECT tstzrange('2026-01-01'::timestamptz + i * interval '1 hour', '2026-01-01'::timestamptz + j * interval '1 hour')
	FROM generate_series(0, 4) AS i, generate_series(1, 5) AS j WHERE i < j) AS u(a), (SELECT tstzrange('2026-01-01'::timestamptz + i * interval '1 hour',
		CASE WHEN j < 5 THEN '2026-01-01'::timestamptz + j * interval '1 hour' END) FROM generate_series(0, 4) AS i, generate_series(1, 5) AS j WHERE i < j) AS v(b);
INSERT INTO pairs SELECT b, a FROM pairs UNION ALL SELECT p.b, q.b FROM pairs AS p, pairs AS q WHERE upper_inf(p.b) AND upper_inf(q.b);
SELECT results_eq(
	$$SELECT DISTINCT relation::text FROM (SELECT allen(a, b) AS relation FROM pairs) AS q ORDER BY 1$$, 'SELECT relation FROM figure ORDER BY 1', 'all thirteen relations come up');
SELECT is_empty(
	$$SELECT a, b, allen(a, b) FROM (SELECT a, b, extract(epoch FROM lower(a)) AS a0, extract(epoch FROM coalesce(upper(a), 'infinity')) AS a1,
			extract(epoch FROM lower(b)) AS b0, extract(epoch FROM coalesce(upper(b), 'infinity')) AS b1 FROM pairs) AS q
	JOIN figure ON (a_start_b_start, a_end_b_end, a_end_b_start, a_start_b_end) =
		(CASE WHEN a0 = b0 THEN 0 ELSE sign(a0 - b0) END, CASE WHEN a1 = b1 THEN 0 ELSE sign(a1 - b1) END, sign(a1 - b0), sign(a0 - b1))
	WHERE allen(a, b) IS DISTINCT FROM relation$$,
	'Allen''s relations');
SELECT is_empty(
	$$SELECT id FROM e WHERE id / 36 % 6 < 5 AND ARRAY(SELECT ROW(a.*) FROM allen(course) AS a)::text IS DISTINCT FROM
		ARRAY(SELECT ROW(a.label, a.period, allen(a.period, b.period), b.label, b.period) FROM ph AS a JOIN ph AS b USING (id) WHERE id = e.id AND a.n < b.n ORDER BY a.n, b.n)::text$$,
	'Allen''s relations between the phases of an episode');

SELECT * FROM finish();
ROLLBACK;
