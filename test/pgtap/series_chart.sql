-- What a chart draws, against the points.
BEGIN;
SET LOCAL search_path = public, smartcare;
SET LOCAL timezone = 'Europe/Copenhagen';
SET LOCAL jit = off;
SELECT setseed(0.3);
SELECT * FROM no_plan();

CREATE TABLE points_of AS
SELECT id, '2026-03-01'::timestamptz + (i + i / 50 * 9 * (id % 3)) * ('{1 minute,5 minutes,8 hours}'::interval[])[1 + id % 3] + random() * interval '20 s' AS time,
	round((8 + 5 * sin(i / 25.0) + random())::numeric, 1)::float8 AS value
FROM generate_series(1, 12) AS id, generate_series(1, ('{1,2,60,500,3000,20000}'::integer[])[1 + id % 6]) AS i;
CREATE TABLE drawn AS
SELECT id, points, chart(points, 'A <title> & "more"', 'mmol/L', 3.9, 10) AS svg
FROM (SELECT id, series_agg(time, value) AS points FROM points_of GROUP BY id) AS s;

-- A server may have been built without XML.
CREATE FUNCTION pg_temp.malformed() RETURNS SETOF integer LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT id FROM drawn WHERE NOT xml_is_well_formed_document(svg);
EXCEPTION WHEN feature_not_supported THEN
	NULL;
END $$;
SELECT is_empty('SELECT pg_temp.malformed()', 'charts are well-formed XML');
SELECT is_empty($$ SELECT id FROM drawn WHERE length(svg) > 80000 $$, 'charts of many points are small');

-- The line's vertices, and where the points are: the frame and the range of values are read off the chart's own grid.
CREATE TABLE vertex AS
SELECT id, n, m[1] AS command, m[2]::numeric AS x, m[3]::numeric AS y
FROM drawn, substring(svg FROM 'stroke-linejoin="round" d="([^"]*)"') AS d, regexp_matches(d, '([ML])([0-9.]+) ([0-9.]+)', 'g') WITH ORDINALITY AS r(m, n);
CREATE TABLE frame AS
SELECT id, min(m[1]::numeric) AS x0, max(m[3]::numeric) AS x1, max(m[2]::numeric) AS y_low, min(m[2]::numeric) AS y_high,
	min(m[4]::numeric) AS low, max(m[4]::numeric) AS high
FROM drawn, regexp_matches(svg, 'd="M([0-9.]+) ([0-9.]+)H([0-9.]+)"/><text x="[^"]*" y="[^"]*" text-anchor="end">([-0-9.]+)<', 'g') AS m GROUP BY id;
CREATE TABLE place AS
SELECT p.id, p.time,
	CASE WHEN start_time(points) = end_time(points) THEN (x0 + x1) / 2 ELSE
		x0 + (x1 - x0) * (extract(epoch FROM p.time - start_time(points)) / extract(epoch FROM end_time(points) - start_time(points))) END AS x,
	y_low - (y_low - y_high) * (p.value::numeric - low) / (high - low) AS y
FROM points_of p JOIN drawn USING (id) JOIN frame USING (id);

CREATE INDEX ON vertex (id, x);
CREATE INDEX ON place (id, time);
ANALYZE vertex, place;

SELECT is(count(*) FILTER (WHERE y_low = 256 AND y_high = 48 AND x1 = 768), 12::bigint, 'the grid fills the frame') FROM frame;
SELECT is_empty($$
	SELECT id, round(x * 10), round(y * 10) FROM vertex
	EXCEPT
	SELECT id, round(x * 10) + dx, round(y * 10) + dy FROM place, generate_series(-1, 1) AS dx, generate_series(-1, 1) AS dy
$$, 'every vertex is a point');
SELECT is_empty($$
	SELECT * FROM (SELECT id, floor(x) AS col, min(y) AS top, max(y) AS bottom FROM place GROUP BY id, col) AS p
	WHERE NOT EXISTS (SELECT FROM vertex v WHERE v.id = p.id AND v.x BETWEEN p.col - 0.06 AND p.col + 1.06 AND abs(v.y - p.top) <= 0.06)
		OR NOT EXISTS (SELECT FROM vertex v WHERE v.id = p.id AND v.x BETWEEN p.col - 0.06 AND p.col + 1.06 AND abs(v.y - p.bottom) <= 0.06)
$$, 'every column of pixels reaches as high and as low as its points');
SELECT is_empty($$ SELECT * FROM (SELECT *, lag(x) OVER (PARTITION BY id ORDER BY n) AS before FROM vertex) AS q WHERE x < before $$, 'the line runs forward');
SELECT results_eq($$
	SELECT id, count(*) FROM vertex WHERE command = 'M' GROUP BY id ORDER BY id
$$, $$
	SELECT d.id, 1 + (SELECT count(*) FROM unnest(gaps(points)) AS g, place a, place b
		WHERE a.id = d.id AND a.time = lower(g) AND b.id = d.id AND b.time = upper(g) AND floor(a.x) <> floor(b.x))
	FROM drawn d ORDER BY id
$$, 'the line is open at gaps that are wider than a pixel');
SELECT is(length(chart(points, max_gap => '1 second')) < 120000, true, 'nor do gaps everywhere make a chart large') FROM drawn;
SELECT is((SELECT count(*) FROM regexp_matches(svg, '<circle', 'g')), num_points(points)::bigint, 'few points are drawn as dots')
FROM drawn WHERE num_points(points) <= 60;
SELECT is((SELECT count(*) FROM regexp_matches(svg, 'r="2.6" fill="#c0392b"', 'g')),
	(SELECT count(*) FROM points_of p WHERE p.id = d.id AND value NOT BETWEEN 3.9 AND 10), 'in red where out of range')
FROM drawn d WHERE num_points(points) <= 60;

-- A bound that no value can keep has no place on an axis.
SELECT throws_ok(format($$SELECT chart('{1@2026-03-01}'::series, %s)$$, bound), '22003', NULL, bound) FROM unnest('{low => ''Infinity'',high => ''-Infinity'',low => 1e301}'::text[]) AS bound;
SELECT is(chart(points, low => '-Infinity', high => 'Infinity'), chart(points), 'infinite bounds are none') FROM (SELECT series '{1@2026-03-01}' AS points) AS q;

SELECT * FROM finish();
ROLLBACK;
