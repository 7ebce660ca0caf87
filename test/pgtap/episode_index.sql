-- Operators on the time of episodes, and the index for them: what it finds is what a scan of the table finds.
BEGIN;
SELECT * FROM no_plan();
\ir ../episodes.sql

-- The operators against rows.
SELECT is_empty(
	$$SELECT id, r FROM e JOIN rg USING (id) WHERE (course && r) IS DISTINCT FROM EXISTS (SELECT FROM ph WHERE ph.id = e.id AND period && r)
		AND NOT (lower(r) + interval '1 microsecond' = upper(r) AND NOT lower_inc(r) AND NOT upper_inc(r))$$, 'episode && tstzrange');
SELECT is_empty(
	$$SELECT id, t FROM e JOIN inst USING (id) WHERE (course @> t) IS DISTINCT FROM EXISTS (SELECT FROM ph WHERE ph.id = e.id AND period @> t)$$, 'episode @> timestamptz');
SELECT is_empty(
	$$SELECT id, t FROM e, (VALUES ('infinity'::timestamptz), ('-infinity')) AS v(t) WHERE course @> t$$, 'no phase goes on at infinity');
SELECT is_empty(
	$$SELECT id, label, r FROM e JOIN rg USING (id) JOIN lb USING (id) WHERE id % 6 <> 5 AND id % 7 < 2 AND has_phase(course, label, r) IS DISTINCT FROM
		EXISTS (SELECT FROM ph WHERE ph.id = e.id AND ph.label = lb.label AND period && r)
		AND NOT (lower(r) + interval '1 microsecond' = upper(r) AND NOT lower_inc(r) AND NOT upper_inc(r))$$, 'has_phase');

-- A larger table, with nulls, whose index has several levels; changed after the index was made.
CREATE TABLE large (id serial, course episode);
INSERT INTO large (course) SELECT CASE WHEN random() > 0.01 THEN episode_agg(label, tstzrange(start, CASE WHEN random() > 0.01 THEN start + random() * interval '20 days' END)) END
FROM generate_series(1, 8000) AS i, LATERAL (SELECT '2020-01-01'::timestamptz + i * 0.2 * interval '1 day' + random() * interval '1 day') AS o(origin), generate_series(1, 5),
	LATERAL (SELECT origin + random() * interval '60 days', pg_temp.a_label(0)) AS p(start, label)
GROUP BY i;
CREATE INDEX large_course ON large USING gist (course);
INSERT INTO large (course) SELECT course FROM e;
DELETE FROM large WHERE id % 7 = 0;
UPDATE large SET course = slice(course, '[2020-06-01,)') WHERE id % 11 = 0;
ANALYZE large;

CREATE TABLE ask AS SELECT lower(r) AS t, r, pg_temp.a_label(0) AS label FROM (
	SELECT tstzrange(s, s + random() * random() * interval '30 days', (ARRAY['[)', '[]', '(]', '()'])[1 + floor(random() * 4)]) AS r
	FROM generate_series(1, 60), LATERAL (SELECT '2019-12-01'::timestamptz + random() * interval '2300 days') AS q(s)) AS w
UNION ALL SELECT '2021-01-01', r, 'gp' FROM (VALUES ('(,2020-01-03)'::tstzrange), ('[2027-01-01,)'), ('empty'), ('(,)')) AS v(r);

CREATE FUNCTION pg_temp.found(condition text, indexed boolean) RETURNS TABLE (t timestamptz, r tstzrange, label text, id integer) LANGUAGE plpgsql AS $$
DECLARE
	ask record;
	plan text := '';
	line text;
BEGIN
	PERFORM set_config('enable_seqscan', (NOT indexed)::text, true), set_config('enable_indexscan', indexed::text, true), set_config('enable_bitmapscan', indexed::text, true);
	FOR ask IN TABLE ask LOOP
		FOR line IN EXECUTE 'EXPLAIN SELECT FROM large WHERE ' || format(condition, ask.t, ask.r, ask.label) LOOP
			plan := plan || line;
		END LOOP;
		IF (plan ~ 'large_course') <> indexed THEN
			RAISE EXCEPTION 'wrong plan: %', plan;
		END IF;
		RETURN QUERY EXECUTE format('SELECT $1, $2, $3, id FROM large WHERE ' || condition, ask.t, ask.r, ask.label) USING ask.t, ask.r, ask.label;
	END LOOP;
END
$$;
CREATE FUNCTION pg_temp.same_found(condition text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	CREATE TABLE by_scan AS SELECT * FROM pg_temp.found(condition, false);
	CREATE TABLE by_index AS SELECT * FROM pg_temp.found(condition, true);
	PERFORM set_config('enable_seqscan', 'on', true), set_config('enable_indexscan', 'on', true), set_config('enable_bitmapscan', 'on', true);
	RETURN ok((SELECT count(*) FROM by_scan) > 1000, condition || ' finds something') || E'\n' ||
		is_empty('(TABLE by_scan EXCEPT ALL TABLE by_index) UNION ALL (TABLE by_index EXCEPT ALL TABLE by_scan)', condition || ' by index as by scan');
END
$$;
SELECT pg_temp.same_found('course && %2$L::tstzrange');
DROP TABLE by_scan, by_index;
SELECT pg_temp.same_found('course @> %1$L::timestamptz');
DROP TABLE by_scan, by_index;
SELECT pg_temp.same_found('has_phase(course, %3$L, %2$L)');
DROP TABLE by_scan, by_index;

-- The planner's own choice, and how well it guesses: within a factor of three, or ten rows, for spans.
CREATE FUNCTION pg_temp.guess(condition text) RETURNS TABLE (node text, rows numeric) LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) SELECT FROM large WHERE ' || condition INTO plan;
	RETURN QUERY SELECT plan->0->'Plan'->>'Node Type', (plan->0->'Plan'->>'Plan Rows')::numeric;
END
$$;
SELECT isnt((SELECT node FROM pg_temp.guess($$course && '[2021-05-01,2021-05-03)'$$)), 'Seq Scan', 'a short range is looked up by the index');
SELECT isnt((SELECT node FROM pg_temp.guess($$course @> '2021-05-01'$$)), 'Seq Scan', 'and so is an instant');
SELECT isnt((SELECT node FROM pg_temp.guess($$has_phase(course, 'hospital', '[2021-05-01,2021-05-03)')$$)), 'Seq Scan', 'and a label in a range');
SELECT is((SELECT node FROM pg_temp.guess($$course && '[2019-01-01,2030-01-01)'$$)), 'Seq Scan', 'a range that most episodes overlap is not');
SELECT is_empty(
	$$SELECT r, guessed, number FROM ask, LATERAL (SELECT rows AS guessed FROM pg_temp.guess(format('course && %L::tstzrange', r))) AS g,
		LATERAL (SELECT count(*) AS number FROM large WHERE time_span(course) && r) AS n
	WHERE guessed NOT BETWEEN number / 3.0 - 10 AND number * 3 + 10$$,
	'how many episodes a range overlaps');

-- Statistics of labels.
CREATE TABLE stats AS SELECT most_common_elems::text::text[] AS labels, most_common_elem_freqs AS freqs FROM pg_stats WHERE tablename = 'large' AND attname = 'course';
SELECT results_eq(
	$$SELECT u.label COLLATE "C" FROM stats, unnest(labels) AS u(label)$$,
	$$SELECT DISTINCT label COLLATE "C" FROM large, unnest(labels(course)) AS u(label) ORDER BY 1$$, 'ANALYZE finds all labels, in order of their bytes');
SELECT is_empty(
	$$SELECT label, freq, part FROM stats, unnest(labels, freqs[:cardinality(labels)]) AS u(label, freq),
		LATERAL (SELECT avg((label = ANY (labels(course)))::integer) AS part FROM large WHERE course IS NOT NULL) AS q
	WHERE abs(freq - part) > 0.001$$,
	'and how many episodes have each');

SELECT * FROM finish();
ROLLBACK;
