-- What episode_pattern looks like, and what it refuses. That it matches as defined is in test/pgtap/episode_pattern.pl.
SET search_path = smartcare, public;
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- The canonical text, which is its own canonical text.
SELECT p::text AS written, p::episode_pattern AS canonical, p::episode_pattern::text::episode_pattern::text = p::episode_pattern::text AS same
FROM unnest(ARRAY[
	'hospital',
	' hospital->homecare ',
	'hospital=>homecare',
	'on-hold->entered-in-error',
	'a-b-[<1d]->c.d/e:f',
	'"home care" -> "say ""no""" -> "plain" -> "-" -> ".." -> "a->b"',
	'akutmodtagelse -> "genoptræning" -> genoptræning',
	'*=>!a=>!(a|b)=>!(a)',
	'((a))->(a|(b|c))->((a)){> 1 day}',
	'a{<1week}->a{<= 7 d}->a{>36h}->a{>=90min}->a{=1 day 1 hour 1 minute 1 second}',
	'a{>= 1 hour, < 1 day}{2}',
	'a{>= 0 days}->a -[>= 0 days]-> b',
	'a -[> 1 day, > 2 days, < 5 days, < 1 week]-> b',
	'a -[!b]-> c -[< 1 day, !(b|c)]-> d -[!*]-> e',
	'a =[< 1 day]=> b',
	'a -> ... -> b -> ... -> ... -> c',
	'a&b!&c{> 1 day}',
	'a{2}->b{1,3}->c{2,}->(d->e|f){2}',
	'a(->b){0,1}(=[<1d]=>c->d){0,} -> e',
	'^a->b$|^c|d$',
	'a!->b | a !=> (b|c) | a !-[<= 14 days]-> * | a !=[> 1 h]=> !b'
]) AS p;

-- Refused, with the place and what was expected.
\set VERBOSITY sqlstate
SELECT ''::episode_pattern;
\set VERBOSITY default
SELECT '  '::episode_pattern;
SELECT 'a ->'::episode_pattern;
SELECT '-> a'::episode_pattern;
SELECT 'a - b'::episode_pattern;
SELECT 'a b'::episode_pattern;
SELECT 'a -> b )'::episode_pattern;
SELECT '(a | b'::episode_pattern;
SELECT '()'::episode_pattern;
SELECT 'a | '::episode_pattern;
SELECT '!'::episode_pattern;
SELECT '!*'::episode_pattern;
SELECT '!(a -> b)'::episode_pattern;
SELECT '"a'::episode_pattern;
SELECT '""'::episode_pattern;
SELECT 'æøå -> #'::episode_pattern;
SELECT 'a$ -> b'::episode_pattern;
SELECT 'a -> ^ b'::episode_pattern;
SELECT 'a ... b'::episode_pattern;
SELECT 'a => ... => b'::episode_pattern;
SELECT 'a -[]-> b'::episode_pattern;
SELECT 'a -[30 days]-> b'::episode_pattern;
SELECT 'a -[< 30]-> b'::episode_pattern;
SELECT 'a -[< 1 month]-> b'::episode_pattern;
SELECT 'a -[< 1.5 days]-> b'::episode_pattern;
SELECT 'a -[< 0 days]-> b'::episode_pattern;
SELECT 'a -[< 2 days, > 3 days]-> b'::episode_pattern;
SELECT 'a -[!b, < 2 days]-> c'::episode_pattern;
SELECT 'a -[< 2 days]=> c'::episode_pattern;
SELECT 'a =[!b]=> c'::episode_pattern;
SELECT 'a !-[!b]-> c'::episode_pattern;
SELECT 'a !-> b -> c'::episode_pattern;
SELECT 'a !-> b{> 1 day}'::episode_pattern;
SELECT 'a{}'::episode_pattern;
SELECT 'a{0}'::episode_pattern;
SELECT 'a{3,2}'::episode_pattern;
SELECT 'a{2'::episode_pattern;
SELECT 'a{> 1 day'::episode_pattern;
SELECT '(a -> b){> 1 day}'::episode_pattern;
SELECT 'a & b{2}'::episode_pattern;
SELECT '(a -> b) & c'::episode_pattern;
SELECT 'a (b)'::episode_pattern;
SELECT 'a (-> b)'::episode_pattern;

-- Too complex.
\set VERBOSITY sqlstate
SELECT 'a{65}'::episode_pattern;
\set VERBOSITY default
SELECT '(a{8} -> b){8}'::episode_pattern;
SELECT '((((((a{2}){2}){2}){2}){2}){2}){2}'::episode_pattern;
SELECT ('a' || repeat(' (-> b){0,1}', 40))::episode_pattern;
SELECT (repeat('(', 40) || 'a' || repeat(')', 40))::episode_pattern;
SELECT ('(' || string_agg('l' || i, '|') || ')')::episode_pattern FROM generate_series(1, 1001) AS i;
SELECT repeat('a', 1001)::episode_pattern;
SELECT ('a' || repeat(' ', 100000))::episode_pattern;
SELECT 'a{> 100000001 days}'::episode_pattern;
SELECT 'a{99999999999999999999999}'::episode_pattern;
SELECT length(('(' || string_agg('l' || i, '|') || ')')::episode_pattern::text) FROM generate_series(1, 1000) AS i;

-- The examples.
CREATE TEMP TABLE asked (p episode_pattern);
INSERT INTO asked VALUES
	('hospital -[< 30 days]-> hospital'),
	('hospital -[< 7 days, !rehabilitation]-> hospital'),
	('hospital{>= 3 days} -> homecare'),
	('(hospital|emergency) => !homecare'),
	('referral -[> 14 days]-> (outpatient|hospital)'),
	('hospital & homecare'),
	('^ gp -> ... -> hospital $');
CREATE TEMP TABLE course (name text, e episode);
INSERT INTO course VALUES
	('readmitted', '{gp@[2026-01-01 10:00, 2026-01-01 10:15), hospital@[2026-01-02, 2026-01-06), hospital@[2026-01-10, 2026-01-12)}'),
	('rehabilitated', '{hospital@[2026-01-02, 2026-01-06), rehabilitation@[2026-01-07, 2026-01-20), hospital@[2026-01-10, 2026-01-12)}'),
	('home', '{hospital@[2026-01-02, 2026-01-06), homecare@[2026-01-06,)}'),
	('home before', '{hospital@[2026-01-02, 2026-01-06), homecare@[2026-01-05,)}'),
	('waited', '{referral@[2026-01-01, 2026-01-02), outpatient@[2026-01-20, 2026-01-21)}'),
	('waits', '{referral@[2026-01-01, 2026-01-02)}'),
	('in hospital', '{gp@[2026-01-01 10:00, 2026-01-01 10:15), emergency@[2026-01-02, 2026-01-03), hospital@[2026-01-03,)}');
SELECT p, array_agg(name ORDER BY name) FROM asked LEFT JOIN course ON e ~ p GROUP BY p ORDER BY p;

-- Each stay with the return that comes first.
SELECT * FROM match('{hospital@[2026-01-01, 2026-01-05), hospital@[2026-01-10, 2026-01-12), gp@[2026-01-13, 2026-01-14), hospital@[2026-01-20, 2026-01-21), hospital@[2026-04-01,)}',
	'hospital -[< 30 days]-> hospital');
SELECT * FROM match('{hospital@[2026-01-01, 2026-01-05), homecare@[2026-01-02, 2026-01-03), homecare@[2026-01-04,), gp@[2026-01-06, 2026-01-07)}',
	'hospital & homecare -> gp');
SELECT first_match(e, 'hospital -> *'), match_count(e, '*'), e ~ '*', '*'::episode_pattern ~ e FROM course WHERE name = 'home';
SELECT first_match(e, 'gp'), match_count(e, 'gp'), e ~ 'gp' FROM course WHERE name = 'home';
SELECT count(*) FROM match(NULL, '*');
SELECT matches(NULL, '*'), match_count('{a@[2026-01-01,)}', NULL), first_match(NULL, NULL), NULL::episode ~ '*';

-- A course that is not over yet: absent is what is known to be, and open phases last until the record ends at least.
CREATE TEMP TABLE open AS SELECT '{hospital@[2026-01-01, 2026-01-05), gp@[2026-01-08, 2026-01-09)}'::episode AS e;
SELECT horizon, matches(e, 'hospital !-[<= 14 days]-> homecare', horizon) AS bounded, matches(e, 'hospital !-> homecare', horizon) AS so_far,
	matches(e, 'gp => !homecare', horizon) AS next, matches(e, 'gp !=> homecare', horizon) AS not_next, matches(e, 'gp !=[< 1 week]=> homecare', horizon) AS not_next_week
FROM open, unnest(ARRAY[NULL, '2026-01-18', '2026-01-19', 'infinity', '-infinity']::timestamptz[]) AS horizon;
SELECT horizon, matches(e, 'a{> 7 days}', horizon) AS longer, matches(e, 'a{< 30 days}', horizon) AS shorter, matches(e, 'a -> b', horizon) AS followed, matches(e, 'a !-> b', horizon) AS not_followed
FROM (VALUES ('{a@[2026-01-01,), b@[2026-01-05,)}'::episode)) AS v (e), unnest(ARRAY[NULL, '2026-01-08', '2026-01-09', 'infinity']::timestamptz[]) AS horizon;

-- Phases that start together are all first, next and last.
SELECT p, '{a@[2026-01-01, 2026-01-02), b@[2026-01-01, 2026-01-03), c@[2026-01-03, 2026-01-04), d@[2026-01-03, 2026-01-05)}'::episode ~ p
FROM unnest(ARRAY['^ a', '^ b', '^ c', 'a => c', 'a => d', 'c $', 'd $', 'b $', 'c -> d']::episode_pattern[]) AS p;

-- Order, hash, binary.
SELECT p FROM asked ORDER BY p DESC LIMIT 2;
SELECT count(*), count(DISTINCT p) FROM (SELECT p FROM asked UNION ALL SELECT p::text::episode_pattern FROM asked) AS x;
SELECT count(*) FROM asked AS a JOIN asked AS b ON a.p = b.p;
SELECT 'a->b'::episode_pattern = 'a -> b', 'a'::episode_pattern <> 'b', 'a'::episode_pattern < 'b', 'a'::episode_pattern <= 'a', 'a'::episode_pattern > 'b', 'a'::episode_pattern >= 'b';
SELECT episode_pattern_send('a->b');

-- Labels.
SELECT e ? 'a', e ? 'c', e ?| '{c,b}', e ?| '{c,NULL}', e ?| '{}', e ?& '{a,b}', e ?& '{a,c}', e ?& '{}', e ?& '{NULL,b}'
FROM (VALUES ('{a@[2026-01-01,), b@[2026-01-05,)}'::episode)) AS v (e);

-- An index is chosen, and what it cannot tell is looked at.
CREATE TEMP TABLE many AS
SELECT i, episode(CASE WHEN i % 500 = 0 THEN 'rare' ELSE 'common' END, tstzrange('2026-01-01', '2026-01-02')) ||
	episode('other', tstzrange('2026-01-03', NULL)) AS e
FROM generate_series(1, 5000) AS i;
CREATE INDEX ON many USING gin (e);
ANALYZE many;
CREATE FUNCTION pg_temp.plan(query text) RETURNS TABLE (plan text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END
$$;
SELECT pg_temp.plan($$SELECT * FROM many WHERE e ~ 'rare -> other'$$);
SELECT pg_temp.plan($$SELECT * FROM many WHERE 'rare -> other'::episode_pattern ~ e$$);
SELECT pg_temp.plan($$SELECT * FROM many WHERE e ? 'rare'$$);
SELECT pg_temp.plan($$SELECT * FROM many WHERE e ?| '{rare,none}'$$);
SELECT pg_temp.plan($$SELECT * FROM many WHERE e ?& '{rare,other}'$$);
SELECT pg_temp.plan($$SELECT * FROM many WHERE e ~ 'common -> other'$$);
SELECT pg_temp.plan($$SELECT * FROM many WHERE e ~ '!rare'$$);
SELECT count(*) FILTER (WHERE e ~ 'rare -> other') AS forward, count(*) FILTER (WHERE e ~ 'other -> rare') AS backward, count(*) FILTER (WHERE e ~ 'rare & common') AS both FROM many;
SELECT count(*) FROM many WHERE e ~ 'rare -> other';
SELECT count(*) FROM many WHERE e ~ 'other -> rare';
SET enable_seqscan = off;
SELECT count(*) FROM many WHERE e ~ '!(common|other)';
SELECT count(*) FROM many WHERE e ~ '*';
SELECT count(*) FROM many WHERE e ~ 'rare !& common';
SELECT count(*) FROM many WHERE e ~ 'none | rare';
SELECT count(*) FROM many WHERE e ?& '{}';
SELECT count(*) FROM many WHERE e ?| '{}';
