-- Charts: what they are made of, and what is refused.
SET search_path = public, smartcare;
SET timezone = 'UTC';
SET datestyle = 'German';

SELECT chart('{3.6@2026-03-01 08:00+01, 5@2026-03-01 08:05+01, 11.5@2026-03-01 08:10+01, 7@2026-03-01 10:00+01}', 'Glucose', 'mmol/L', 3.9, 10, width => 400, height => 200);

-- Hostile text does not get out of its element.
SELECT chart('{5@2026-03-01}', E'</title><script>alert("&amp;")</script>\x01\x7f\uFFFE]]>', '<g onload="x">', width => 100, height => 100);

-- One point, a flat line, an empty band, times and values at the ends of what there is.
SELECT count(*) FROM (VALUES ('{5@2026-03-01}'::series), ('{5@2026-03-01, 5@2026-03-02}'), ('{0@2026-03-01}'), ('{1e300@2026-03-01, -1e300@2026-03-02}'),
	('{1@4714-11-24 00:00+00 BC, 2@294276-12-31 23:59:59.999999+00}'), ('{1@294276-12-31 23:59:59.999999+00}'), ('{1@4714-11-24 00:00+00 BC}'),
	('{1@2026-03-01, 1.0000000000000002@2026-03-01 00:00:00.000001}'), ('{5e-324@2026-03-01, -5e-324@2026-03-02}')) AS v(s),
	unnest('{NULL,-Infinity,5}'::float8[]) AS low, unnest('{NULL,Infinity,5}'::float8[]) AS high, unnest('{Europe/Copenhagen,Pacific/Kiritimati,Pacific/Pago_Pago}'::text[]) AS zone
WHERE chart(s, low => low, high => high, zone => zone) !~* 'nan|inf' AND chart(s, low => low, high => high, zone => zone, width => 4000) ~ '</svg>';

-- The time axis shows civil time: hours that are not there when summer time begins, and are twice when it ends.
SELECT zone, day, string_agg(m[1], ' ') FROM (VALUES ('Europe/Copenhagen'), ('UTC')) AS z(zone), (VALUES ('2026-03-29'), ('2026-10-25')) AS d(day),
	regexp_matches(chart(series(ARRAY[day::timestamp AT TIME ZONE 'Europe/Copenhagen', (day || ' 08:00')::timestamp AT TIME ZONE 'Europe/Copenhagen'], '{1,2}'),
		zone => zone, width => 900), 'text-anchor="middle">(\d\d:\d\d)', 'g') AS m GROUP BY 1, 2 ORDER BY 1, 2;

SELECT chart(NULL), chart('{5@2026-03-01}', zone => NULL), chart('{5@2026-03-01}', width => NULL);
SELECT chart('{5@2026-03-01}', width => 99);
SELECT chart('{5@2026-03-01}', height => 4001);
SELECT chart('{5@2026-03-01}', low => 10, high => 3.9);
SELECT chart('{5@2026-03-01}', low => 'NaN');
SELECT chart('{5@2026-03-01}', high => 1e301);
SELECT chart('{5e301@2026-03-01}');
SELECT chart('{5@2026-03-01}', zone => 'Europe/Odense');
SELECT chart('{5@2026-03-01}', max_gap => '0');
