-- Patterns over a random population, against plain SQL over a row for each phase; statistics; long episodes.
BEGIN;
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'UTC';
SELECT setseed(0.42);
SELECT * FROM no_plan();

CREATE TABLE phase (citizen integer, label text, starts timestamptz, ends timestamptz);
INSERT INTO phase
SELECT citizen, label, starts, CASE WHEN random() < 0.95 THEN starts + interval '1 hour' * (1 + floor(random() * 300)) END
FROM (
	SELECT citizen, (ARRAY['hospital', 'hospital', 'gp', 'gp', 'homecare', 'emergency'])[1 + floor(random() * 6)] AS label,
		'2026-01-01'::timestamptz + interval '1 hour' * floor(random() * 8760) AS starts
	FROM generate_series(1, 1000) AS citizen, generate_series(1, 1 + citizen % 30)
) AS p;
INSERT INTO phase VALUES (1, 'rare', '2026-02-01', '2026-02-02'), (7, 'rare', '2026-02-01', '2026-02-02');
CREATE TABLE course AS SELECT citizen, episode_agg(label, tstzrange(starts, ends)) AS path FROM phase GROUP BY citizen;
CREATE INDEX ON phase (citizen, starts);
CREATE INDEX course_path ON course USING gin (path);
ANALYZE phase, course;

-- Each stay with the return that comes first.
SELECT bag_eq($$
	SELECT citizen, min(lower(period)) FILTER (WHERE step = 1) AS admitted, min(upper(period)) FILTER (WHERE step = 1) AS discharged, min(lower(period)) FILTER (WHERE step = 2) AS again
	FROM course, match(path, 'hospital -[< 30 days]-> hospital') GROUP BY citizen, match
$$, $$
	SELECT citizen, starts, ends, next
	FROM phase AS stay, LATERAL (
		SELECT again.starts AS next FROM phase AS again
		WHERE again.citizen = stay.citizen AND again.label = 'hospital' AND again.starts >= stay.ends
		ORDER BY starts LIMIT 1) AS again
	WHERE label = 'hospital' AND next - ends < interval '30 days'
$$, 'readmissions');
SELECT is(sum(match_count(path, 'hospital -[< 30 days, !gp]-> hospital')), (
	SELECT count(*) FROM phase AS stay
	WHERE label = 'hospital' AND EXISTS (SELECT FROM phase AS again WHERE again.citizen = stay.citizen AND again.label = 'hospital'
		AND again.starts >= stay.ends AND again.starts - stay.ends < interval '30 days'
		AND NOT EXISTS (SELECT FROM phase AS g WHERE g.citizen = stay.citizen AND g.label = 'gp' AND g.starts >= stay.ends AND g.starts < again.starts))
), 'readmissions with no contact between') FROM course;

-- Discharged without follow-up, as far as the record or the caller knows.
SELECT is(sum(match_count(path, 'hospital !-[<= 14 days]-> (gp|homecare)', horizon)), (
	SELECT count(*) FROM phase AS stay
	WHERE label = 'hospital' AND ends IS NOT NULL
		AND NOT EXISTS (SELECT FROM phase AS f WHERE f.citizen = stay.citizen AND f.label IN ('gp', 'homecare') AND f.starts >= stay.ends AND f.starts - stay.ends <= interval '14 days')
		AND ends + interval '14 days' <= greatest(horizon, (SELECT max(greatest(starts, ends)) FROM phase AS p WHERE p.citizen = stay.citizen))
), format('no follow-up until %s', coalesce(horizon::text, 'the record ends')))
FROM course, unnest(ARRAY[NULL, '2026-12-31', 'infinity']::timestamptz[]) AS horizon GROUP BY horizon;

-- Overlap, and what lasts.
SELECT is(sum(match_count(path, 'hospital{>= 5 days} & homecare')), (
	SELECT count(*) FROM phase AS stay
	WHERE label = 'hospital'
		AND coalesce(ends, (SELECT max(greatest(starts, ends)) FROM phase AS p WHERE p.citizen = stay.citizen)) - starts >= interval '5 days'
		AND EXISTS (SELECT FROM phase AS h WHERE h.citizen = stay.citizen AND h.label = 'homecare'
			AND tstzrange(h.starts, h.ends) && tstzrange(stay.starts, stay.ends))
), 'stays of five days with home care at the same time') FROM course;

-- Estimates come from ANALYZE: of a label that two in a thousand have, and one that most have.
CREATE FUNCTION pg_temp.estimate(query text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN plan -> 0 -> 'Plan' -> 'Plan Rows';
END
$$;
SELECT ok(pg_temp.estimate($$SELECT FROM course WHERE path ~ 'hospital -> rare'$$) < 10, 'as rare as its rarest label');
SELECT ok(pg_temp.estimate($$SELECT FROM course WHERE path ~ 'rare | gp'$$) > 500, 'as common as its most common branch');
SELECT ok(pg_temp.estimate($$SELECT FROM course WHERE path ~ '!rare'$$) > 900, 'anything else is common');
SELECT ok(pg_temp.estimate($$SELECT FROM course WHERE path ? 'rare'$$) < 10, 'a label');
SELECT ok(pg_temp.estimate($$SELECT FROM course WHERE path ?& '{gp,rare}'$$) < 10, 'all of some labels');
SELECT ok(pg_temp.estimate($$SELECT FROM course WHERE path ?| '{gp,rare}'$$) > 500, 'any of some labels');

-- One long episode and patterns near the limits.
CREATE TABLE long AS
SELECT episode_agg(CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'c' END, tstzrange('2026-01-01'::timestamptz + i * interval '1 minute', '2026-01-01'::timestamptz + (i + 1 + i % 7) * interval '1 minute')) AS path
FROM generate_series(1, 50000) AS i;
SELECT is(match_count(path, ('a' || repeat(' (-> b){0,1}', 25) || ' -> d')::episode_pattern), 0, 'optional parts do not explode') FROM long;
SELECT is(match_count(path, '(a|b|c) (-> *){0,} -> (a -> *){1,} -> d'), 0, 'loops do not') FROM long;
SELECT ok(match_count(path, 'a{20} -> b{20} -> c{20}') BETWEEN 16000 AND 16666, 'long ones do not') FROM long;

-- Text and binary keep a pattern.
CREATE TABLE pattern AS SELECT p::episode_pattern FROM unnest(ARRAY['a -[< 3 days, !(b|c)]-> "d e"{2,} | ^ x $', '* & !y{>= 36 hours}', 'æ => ø']) AS p;
CREATE TABLE received (p episode_pattern);
\copy pattern TO PROGRAM 'cat > "$SCRATCH/episode_pattern.copy"' (FORMAT binary)
\copy received FROM PROGRAM 'cat "$SCRATCH/episode_pattern.copy"' (FORMAT binary)
SELECT set_eq('TABLE received', 'TABLE pattern', 'binary keeps patterns');

SELECT * FROM finish();
ROLLBACK;
