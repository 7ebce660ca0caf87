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
CREATE TABLE sparse AS SELECT path FROM course UNION ALL SELECT NULL FROM generate_series(1, 9 * (SELECT count(*) FROM course));
ANALYZE sparse;
SELECT ok(pg_temp.estimate(format('SELECT FROM sparse WHERE path %s', condition)) BETWEEN 0.5 * all_rows AND 1.1 * all_rows, 'nulls do not count: ' || condition)
FROM unnest(ARRAY['~ $$gp|!gp$$', '?| $${gp,hospital}$$']) AS condition, (SELECT count(*) AS all_rows FROM course) AS c;

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

-- Malformed binary. COPY writes a bytea as the field that episode_pattern_recv() reads.
\getenv scratch SCRATCH
\set file '''' :scratch '/episode_pattern.field'''
CREATE FUNCTION pg_temp.receive(field bytea, file text) RETURNS episode_pattern LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', field, file);
	DELETE FROM received;
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	RETURN (SELECT p FROM received);
END
$$;
SELECT is(pg_temp.receive('\x01' || 'a->b'::bytea, :file), 'a -> b'::episode_pattern, 'binary as documented');
SELECT throws_ok(format('SELECT pg_temp.receive(%L, %L)', field, :file), state, message, 'binary: ' || message)
FROM (VALUES
	('\x'::bytea, '08P01', 'no data left in message'),
	('\x01', '42601', 'syntax error at end of episode pattern'),
	('\x02' || 'a'::bytea, '0A000', 'binary episode pattern has version 2, and only 1 is known'),
	('\x01' || 'a -> '::bytea, '42601', 'syntax error at end of episode pattern'),
	('\x01' || 'a'::bytea || '\x00' || 'b'::bytea, '22021', 'invalid byte sequence for encoding "UTF8": 0x00'),
	('\x0161ff', '22021', 'invalid byte sequence for encoding "UTF8": 0xff'),
	('\x01' || 'a{65}'::bytea, '54000', 'episode pattern is too complex'),
	('\x01' || repeat('a', 100001)::bytea, '54000', 'episode pattern is too complex')
) AS v (field, state, message);
CREATE FUNCTION pg_temp.receive_mutations(n integer, file text) RETURNS TABLE (field bytea, state text, message text) LANGUAGE plpgsql AS $$
DECLARE
	pattern episode_pattern;
BEGIN
	FOR i IN 1 .. n LOOP
		field := (SELECT episode_pattern_send(p) FROM pattern ORDER BY random() LIMIT 1);
		FOR j IN 0 .. (random() * 2)::integer LOOP
			field := set_byte(field, floor(length(field) * random())::integer, CASE WHEN random() < 0.1 THEN (random() * 255)::integer
				ELSE ascii(substr('ab!&|(){}<>=-^$*"., 1d', 1 + floor(22 * random())::integer, 1)) END);
		END LOOP;
		state := NULL;
		message := NULL;
		BEGIN
			pattern := pg_temp.receive(field, file);
			IF pattern::text::episode_pattern::text <> pattern::text THEN
				message := 'comes out differently';
			END IF;
		EXCEPTION WHEN OTHERS THEN
			state := SQLSTATE;
			message := SQLERRM;
		END;
		RETURN NEXT;
	END LOOP;
END
$$;
CREATE TABLE mutation AS SELECT * FROM pg_temp.receive_mutations(500, :file);
SELECT is_empty($$SELECT * FROM mutation WHERE state IS NULL AND message IS NOT NULL OR state NOT IN ('42601', '54000', '0A000', '22021')$$,
	'mutated binary is refused, or a pattern with a canonical text');
SELECT cmp_ok((SELECT count(*) FROM mutation WHERE state IS NULL), '>', 0::bigint, 'some mutations are patterns');

SELECT * FROM finish();
ROLLBACK;
