-- Random points for the tests of series: table pt, and s with the same as series. Ids divisible by 6 leave these remainders:
-- 0 home measurements, 1 a sensor, 2 doubles at any time of two centuries, 3 small changes of large integers, 4 one value, 5 extremes.
CREATE TABLE pt (id integer, time timestamptz, value float8, PRIMARY KEY (id, time));
INSERT INTO pt
SELECT id,
	CASE id % 6
		WHEN 0 THEN '2026-03-20 08:00+01'::timestamptz + i * interval '11 hours 50 minutes' + (random() * 30)::integer * interval '1 minute'
		WHEN 1 THEN '2026-10-24 12:02:17+02'::timestamptz + i * interval '5 minutes' + (random() * 2)::integer * interval '1 second' + i / 50 * interval '3 hours'
		WHEN 2 THEN '1900-01-01'::timestamptz + random() * interval '200 years'
		WHEN 3 THEN '2018-02-10'::timestamptz + i * interval '24 hours'
		WHEN 4 THEN '2011-12-20'::timestamptz + i * random() * interval '1 day'
		ELSE '2026-01-01'::timestamptz + i * i * interval '1 microsecond'
	END,
	CASE id % 6
		WHEN 0 THEN round(130 + 15 * random())
		WHEN 1 THEN round((7 + 4 * sin(i / 20.0) + random())::numeric, 1)::float8
		WHEN 2 THEN (random() - 0.5) * 1000 / 18.016
		WHEN 3 THEN 1e9 + (random() * 3)::integer
		WHEN 4 THEN 36.6
		ELSE ('{0,-0,5e-324,2.2250738585072014e-308,1e150,-1e150,9007199254740991,9007199254740994,-9007199254740994,1e15,999999999999999,0.1,1e-14,0.3,
			4503599627370497.5,1e22,123456789012345.6}'::float8[])[1 + (random() * 16)::integer]
	END
FROM generate_series(0, 53) AS id, generate_series(1, ('{1,2,3,10,127,128,129,300,1000}'::integer[])[1 + id % 9]) AS i
ON CONFLICT DO NOTHING;
CREATE TABLE s AS SELECT id, series_agg(time, value) AS points FROM pt GROUP BY id;
ALTER TABLE s ADD PRIMARY KEY (id);
ANALYZE pt, s;

-- The points in a query for (id, points) are the rows of a query for (id, time, value); values the same, or nearer than the part of their size that is tolerated.
CREATE FUNCTION pg_temp.same_points(points text, rows text, name text, tolerance float8 DEFAULT 0) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN is_empty(format('SELECT * FROM (SELECT id, time, value FROM (%s) AS q, unnest(points)) AS a FULL JOIN (%s) AS b USING (id, time)
		WHERE a.value IS NULL OR b.value IS NULL OR NOT (a.value = b.value OR abs(a.value - b.value) <= %s * greatest(abs(a.value), abs(b.value), 1e-290))', points, rows, tolerance), name);
END
$$;
