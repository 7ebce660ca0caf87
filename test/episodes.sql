-- Episodes at random, as rows ph (id, n, label, period) and as values e (id, course). For test/pgtap/episode*.sql, inside their transactions.
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'Europe/Copenhagen';
SET LOCAL jit = off;
SELECT setseed(0.42);

-- Labels of many kinds, and times of many kinds by id: minutes, hours, days over a change of the clock, microseconds, ends of the calendar.
CREATE FUNCTION pg_temp.a_label(kind integer) RETURNS text LANGUAGE sql AS $$
SELECT CASE WHEN kind = 3 THEN ('{" ","a,b","{x}","x@[y)","say \"hi\"","back\\slash","ø","ö","O","o","øre","tab	and
newline"}'::text[])[1 + floor(random() * 12)]
	WHEN kind = 4 THEN 'only'
	WHEN kind = 5 THEN 'label ' || floor(random() * 100)
	ELSE ('{gp,hospital,"home care",rehabilitation,emergency}'::text[])[1 + floor(random() * 5)] END
$$;
CREATE FUNCTION pg_temp.a_period(kind integer) RETURNS tstzrange LANGUAGE sql AS $$
SELECT tstzrange(start, CASE WHEN random() > 0.05 THEN start + (1 + floor(random() * spread / 4)) * unit END)
FROM (VALUES
	(0, '2026-01-01 00:00+01'::timestamptz, interval '1 minute', 100000),
	(1, '2026-01-01 00:00+01', '1 hour', 100),
	(2, '2026-03-20 00:00+01', '24 hours', 20),
	(3, '1999-12-31 23:59:59+00', '1 microsecond', 2000000),
	(4, '294276-12-01 00:00+00', '1 second', 60 * 60 * 24 * 20),
	(5, '4714-11-24 00:00+00 BC', '1 day', 3000)) AS k(kind, origin, unit, spread),
	LATERAL (SELECT origin + floor(random() * spread) * unit) AS s(start)
WHERE k.kind = $1
$$;
CREATE TABLE drawn AS SELECT id, pg_temp.a_label(id % 6) AS label, pg_temp.a_period(id / 6 % 6) AS period
FROM generate_series(0, 719) AS id, generate_series(1, ('{1,2,3,5,20,60}'::integer[])[1 + id / 36 % 6]) AS i;
CREATE TABLE ph AS
SELECT id, row_number() OVER (PARTITION BY id ORDER BY lower(period), upper(period) NULLS LAST, label COLLATE "C") AS n, label, period
FROM (TABLE drawn UNION ALL SELECT * FROM drawn WHERE id % 10 = 3) AS r;

CREATE TABLE e AS SELECT id, episode_agg(label, period) AS course FROM (SELECT * FROM ph ORDER BY random()) AS q GROUP BY id;
ALTER TABLE e ADD PRIMARY KEY (id);
ALTER TABLE ph ADD PRIMARY KEY (id, n);
ANALYZE ph, e;

-- The labels of each, one that it does not have too; instants and ranges around what happens in each.
CREATE TABLE lb AS SELECT DISTINCT id, label FROM ph UNION SELECT id, 'none of them' FROM e;
CREATE TABLE inst AS SELECT DISTINCT id, t FROM (
	SELECT id, unnest(ARRAY[lower(period), lower(period) + (upper(period) - lower(period)) / 2, upper(period)]) AS t FROM ph WHERE random() < 0.3) AS q
WHERE t IS NOT NULL;
CREATE TABLE rg AS SELECT a.id, tstzrange(a.t, b.t, (ARRAY['[)', '[]', '(]', '()'])[1 + floor(random() * 4)]) AS r
FROM inst AS a JOIN inst AS b ON a.id = b.id AND a.t <= b.t WHERE random() < 0.1
UNION ALL SELECT id, r FROM e, (VALUES ('(,)'::tstzrange), ('empty'), ('[2026-01-02,)'), ('(,2026-01-02]'), ('[2026-01-01,infinity)'), ('(-infinity,2026-01-02)')) AS v(r);

ANALYZE lb, inst, rg;

-- The phases in a query for (id, course) are the rows of a query for (id, label, period).
CREATE FUNCTION pg_temp.same_phases(courses text, rows text, name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	a text := format('SELECT id, u.label, u.period FROM (%s) AS q, unnest(course) AS u', courses);
	b text := format('SELECT id, label, period FROM (%s) AS q', rows);
BEGIN
	RETURN is_empty(format('(%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)', a, b), name);
END
$$;
