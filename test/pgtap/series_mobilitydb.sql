-- What MobilityDB's discrete tfloat and series both have gives the same on both, and each reads what the other writes.
BEGIN;
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'mobilitydb') AS mobilitydb \gset
\if :mobilitydb
SET LOCAL client_min_messages = warning;
CREATE EXTENSION mobilitydb CASCADE;
\else
SELECT plan(1);
SELECT skip('MobilityDB is not installed');
SELECT * FROM finish();
ROLLBACK;
\quit
\endif
SET search_path = smartcare, public;
SELECT setseed(0.25);
\ir ../points.sql
SELECT plan(8);

-- MobilityDB writes 15 digits after the point at most, so what goes through text is decimals.
CREATE TEMP TABLE m AS SELECT id, points AS s, points::text::tfloat AS t FROM s WHERE id % 6 IN (0, 1, 3, 4);

SELECT is_empty($$SELECT id FROM m WHERE t::text::series IS DISTINCT FROM s$$, 'each reads what the other writes');
SELECT is_empty($$
	SELECT id FROM m
	WHERE (num_points(s), start_time(s), end_time(s), start_value(s), end_value(s), min_value(s), max_value(s))
		IS DISTINCT FROM (numInstants(t), startTimestamp(t), endTimestamp(t), startValue(t), endValue(t), minValue(t), maxValue(t))
$$, 'counts, ends and extremes');
SELECT is_empty($$
	SELECT id FROM m WHERE times(s) IS DISTINCT FROM timestamps(t) OR readings(s) IS DISTINCT FROM
		ARRAY(SELECT getValue(i) FROM unnest(instants(t)) AS i ORDER BY getTimestamp(i))
$$, 'times and values');
SELECT is_empty($$
	SELECT id, at FROM m, unnest(times(s) || '2026-04-01 12:00+02'::timestamptz) AS at
	WHERE value_at(s, at) IS DISTINCT FROM valueAtTimestamp(t, at)
$$, 'the value at an instant');

CREATE TEMP TABLE cut AS
SELECT id, s, t, a.at AS since, b.at AS until FROM m, LATERAL unnest(times(s)) AS a (at), LATERAL unnest(times(s)) AS b (at)
WHERE a.at < b.at AND random() < least(1, 20.0 / num_points(s) ^ 2);
SELECT is_empty($$
	SELECT id, since, until FROM cut
	WHERE slice(s, tstzrange(since, until)) IS DISTINCT FROM atTime(t, span(since, until))::text::series
		OR slice(s, tstzrange(since, until, '[]')) IS DISTINCT FROM atTime(t, span(since, until, true, true))::text::series
$$, 'slices');
SELECT is_empty($$
	SELECT id, since, until FROM cut
	WHERE delete_time(s, tstzrange(since, until)) IS DISTINCT FROM minusTime(t, span(since, until))::text::series
$$, 'what is outside of them');
SELECT is_empty($$
	SELECT id, since, until FROM cut
	WHERE series_merge(slice(s, tstzrange(since, NULL)), slice(s, tstzrange(NULL, until, '[]')))
		IS DISTINCT FROM merge(atTime(t, span(since, endTimestamp(t), true, true)), atTime(t, span(startTimestamp(t), until, true, true)))::text::series
$$, 'and their union');
SELECT is_empty($$
	SELECT a.id, b.id FROM m AS a, m AS b
	WHERE (a.s = b.s) IS DISTINCT FROM (a.t = b.t)
$$, 'equality');

SELECT * FROM finish();
ROLLBACK;
