-- Monitoring at home: triage, alerts in any order of arrival, plans, and what is missing.
BEGIN;
SELECT plan(214);
SET LOCAL ROLE layout_owner;

\ir ../home.sql
CREATE FUNCTION pg_temp.day(n float8) RETURNS timestamptz LANGUAGE sql RETURN date_trunc('hour', now()) - interval '720 hours' + n * interval '24 hours';
CREATE FUNCTION pg_temp.put(m text, d float8, v float8) RETURNS integer LANGUAGE sql AS $$
	SELECT care.record(pg_temp.c(), m, ARRAY[pg_temp.day(d)], ARRAY[v], (SELECT unit FROM care.measure WHERE name = m))
$$;
-- The alerts of a measure, in one line: colour, side, from and to, status.
CREATE FUNCTION pg_temp.alerts(m text, c bigint DEFAULT pg_temp.c()) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(format('%s %s %s-%s %s', a.colour, a.side, extract(epoch FROM a.start_time - pg_temp.day(0))::float8 / 86400,
		extract(epoch FROM a.end_time - pg_temp.day(0))::float8 / 86400, a.status), ', ' ORDER BY a.start_time, a.rule), '')
	FROM care.alert a JOIN care.measure k ON k.id = a.measure
	WHERE a.citizen = c AND k.name = m AND a.status <> 'entered-in-error'
$$;
CREATE FUNCTION pg_temp.alert(n int DEFAULT 1) RETURNS bigint LANGUAGE sql AS $$
	SELECT a.id FROM care.alert a WHERE a.citizen = pg_temp.c() AND a.status <> 'entered-in-error' ORDER BY a.start_time OFFSET n - 1 LIMIT 1
$$;
CREATE FUNCTION pg_temp.annul(e bigint) RETURNS text LANGUAGE sql AS $$
	SELECT status FROM care.annul(pg_temp.c(), e, -3, 'wrong', 'annul ' || e)
$$;

-- Colours
SELECT is(array_agg(care.colour(v, 0, 1, 2, 3) ORDER BY v), '{red,yellow,yellow,green,green,green,yellow,red}'::text[], 'colours, strictly')
FROM unnest('{-1,0,0.5,1,1.5,2,2.5,3.5}'::float8[]) AS v;
SELECT is(array_agg(care.colour(v, NULL, NULL, 2, 3, true) ORDER BY v), '{green,yellow,red,red}'::text[], 'colours of a score') FROM unnest('{1,2,3,4}'::float8[]) AS v;
SELECT is(care.colour(-1, NULL, 0, NULL, NULL), 'yellow', 'a limit of 0 is a limit');
SELECT is(care.colour(1, NULL, NULL, NULL, NULL), NULL, 'no limits: not triaged');
SELECT is(care.worst_colour('{green,NULL}'), NULL, 'never green where one is not triaged');
SELECT is(care.worst_colour('{green,NULL,yellow}'), 'yellow', 'but yellow');
SELECT is(care.worst_colour('{green,green}'), 'green', 'and green if all are');

-- An excursion is one alert
SELECT is(pg_temp.put('heart_rate', 0, 200), 1, 'a value before any range');
SELECT is((SELECT colour FROM care.measurement_triage(:c, 'heart_rate')), NULL, 'is not triaged');
SELECT is((care.set_reference_range(:c, -3, 'heart_rate', 'h1', pg_temp.day(1), 40, 50, 100, 120)).status, 'active', 'a range');
SELECT is((care.set_reference_range(:c, -3, 'heart_rate', 'h1', pg_temp.day(1), 40, 50, 100, 120)).repeated, true, 'the same request');
SELECT is(pg_temp.alerts('heart_rate'), '', 'says nothing of values before it');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 2, 80), pg_temp.put('heart_rate', 3, 110)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'yellow above 3- active', 'yellow');
SELECT is((care.acknowledge_alert(:c, pg_temp.alert(), -4, 'a1', pg_temp.day(3.1), 'will call')).status, 'acknowledged', 'acknowledged');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 4, 112)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'yellow above 3- acknowledged', 'more of the same is the same alert');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 5, 130)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3- active', 'red raises it again');
SELECT is((care.snooze_alert(:c, pg_temp.alert(), -4, now() + interval '1 hour', 's1')).status, 'snoozed', 'snoozed');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 6, 135)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3- snoozed', 'and not woken by more of the same');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 7, 90), pg_temp.put('heart_rate', 8, 45), pg_temp.put('heart_rate', 9, 101)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-7 snoozed, yellow below 8-9 active, yellow above 9- active', 'after recovery a new alert; another side another');
SELECT is((SELECT array_agg(colour ORDER BY "time") FROM care.measurement_triage(:c, 'heart_rate')),
	'{NULL,green,yellow,yellow,red,red,green,yellow,yellow}', 'each value has its colour');
SELECT throws_ok($$SELECT care.snooze_alert(pg_temp.c(), pg_temp.alert(), -4, pg_temp.day(0), 's2')$$, '22008', NULL, 'not until the past');
SELECT throws_ok($$SELECT care.acknowledge_alert(pg_temp.c(), pg_temp.alert(), -2, 'x')$$, '42501', NULL, 'not by another organization');
SELECT is((care.snooze_alert(:c, pg_temp.alert(2), -4, now() + interval '1 hour', 's3', pg_temp.day(9))).status, 'snoozed', 'yellow, snoozed');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 8.5, 30)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-7 snoozed, red below 8-9 active, yellow above 9- active', 'red that comes late raises it too');
SELECT is((SELECT count(*) FROM care.alert WHERE citizen = :c AND status = 'entered-in-error'), 0::bigint, 'nothing was raised in vain');

-- Correcting and nullifying triage again
SELECT lives_ok($$SELECT care.correct_measurement(pg_temp.c(), 'heart_rate', pg_temp.day(8.5), 47, '/min', 'typo')$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-7 snoozed, yellow below 8-9 active, yellow above 9- active', 'corrected to yellow');
SELECT lives_ok($$SELECT care.nullify_measurement(pg_temp.c(), 'heart_rate', pg_temp.day(7), 'wrong person'), care.nullify_measurement(pg_temp.c(), 'heart_rate', pg_temp.day(9), 'wrong person')$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-8 snoozed, yellow below 8- active', 'what a nullified value raised is gone');
SELECT is((SELECT array_agg(step::text ORDER BY id) FROM care.workflow_event e WHERE citizen = :c AND entity = 'alert'
	AND entry = (SELECT id FROM care.alert WHERE citizen = :c AND status = 'entered-in-error')), '{raise_alert,withdraw_alert}', 'with trace');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 6.5, 80)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 snoozed, yellow below 8- active', 'a late value ends it earlier');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 4.5, 80)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'yellow above 3-4.5 snoozed, red above 5-6.5 active, yellow below 8- active', 'or makes two of one: the second is new');
SELECT lives_ok($$SELECT care.nullify_measurement(pg_temp.c(), 'heart_rate', pg_temp.day(4.5), 'wrong')$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 active, yellow below 8- active', 'and when they are one again what is active stays active');

-- Resolving, and taking steps back
SELECT is((care.resolve_alert(:c, pg_temp.alert(2), -4, 'r1', pg_temp.day(10), 'seen')).status, 'resolved', 'resolved');
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 active, yellow below 8-10 resolved', 'which ends it');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 11, 46)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 active, yellow below 8-10 resolved, yellow below 11- active', 'the next value outside is another alert');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 9.5, 35)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 active, red below 8-10 active, yellow below 11- active', 'red that was not known then raises it again');
SELECT is(pg_temp.annul(pg_temp.event('resolve_alert')), 'active', 'resolving is annulled, and what rests on it');
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 active, red below 8- active', 'so the excursion goes on');
SELECT is((care.acknowledge_alert(:c, pg_temp.alert(2), -4, 'a2')).status, 'acknowledged', 'acknowledged');
SELECT is(pg_temp.annul(pg_temp.event('acknowledge_alert')), 'active', 'and not');
SELECT is((care.acknowledge_alert(:c, pg_temp.alert(2), -4, 'a3')).status, 'acknowledged', 'acknowledged');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 12, 80), care.nullify_measurement(pg_temp.c(), 'heart_rate', pg_temp.day(8), 'wrong')$$);
SELECT is(pg_temp.annul(pg_temp.event('acknowledge_alert')), 'active', 'annulled after values have changed');
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 active, red below 8.5-12 active', 'it still follows the values');
SELECT lives_ok($$SELECT care.nullify_measurement(pg_temp.c(), 'heart_rate', pg_temp.day(d), 'wrong') FROM unnest('{8.5,9.5,11}'::float8[]) AS d$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 active', 'without its values it is gone');

-- Ranges: replaced, ended, annulled, several rules
SELECT is((care.set_reference_range(:c, -3, 'heart_rate', 'h2', pg_temp.day(13), yellow_high => 70, start_time => pg_temp.day(12))).status, 'active', 'other limits from day 12');
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 active, yellow above 12- active', 'by which values since then are triaged');
SELECT is((care.end_reference_range(:c, (SELECT max(id) FROM care.reference_range WHERE citizen = :c), -4, 'h3', pg_temp.day(14))).status, 'ended', 'ended');
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 15, 200)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 active, yellow above 12- active', 'what comes after is not triaged');
SELECT is(pg_temp.annul(pg_temp.event('end_reference_range')), 'active', 'not ended');
SELECT is((SELECT extreme_value FROM care.alert WHERE citizen = :c ORDER BY start_time DESC LIMIT 1), 200::float8, 'it is again');
SELECT is(pg_temp.annul((SELECT max(id) FROM care.workflow_event WHERE citizen = :c AND step = 'set_reference_range')), 'entered-in-error', 'the limits annulled');
SELECT is(pg_temp.alerts('heart_rate'), 'red above 3-6.5 active, red above 15- active', 'the ones before hold');
SELECT throws_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'x', yellow_low => 10, yellow_high => 5)$$, '23514', NULL, 'limits that contradict each other');
SELECT throws_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'x')$$, '23514', NULL, 'no limits');
SELECT throws_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'x', yellow_high => 1, rule => 'gain')$$, '22023', NULL, 'a rule for weights');
SELECT throws_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'hartrate', 'x', yellow_high => 1)$$, '42704', NULL, 'an unknown measure');
SELECT throws_ok($$SELECT care.apply_standard_ranges(pg_temp.c(), -3, 'none', 'x')$$, '42704', NULL, 'an unknown set');
SELECT is((care.apply_standard_ranges(:c, -3, 'telbil', 'std', pg_temp.day(16))).status, 'active', 'a standard set');
SELECT is((SELECT count(*) FROM care.reference_range WHERE citizen = :c AND standard_set = 'telbil'), 7::bigint, 'is copied');
SELECT lives_ok($$SELECT pg_temp.put('body_weight', 16.5 + n, w) FROM unnest('{80,80.3,81,80.2,80.1}'::float8[]) WITH ORDINALITY AS t (w, n)$$);
SELECT is(pg_temp.alerts('body_weight'), 'yellow above 19.5-20.5 active', 'weight gained');
SELECT is((care.set_reference_range(:c, -3, 'body_weight', 'w2', pg_temp.day(17), yellow_high => 0.5, rule => 'cusum', baseline => 79.5)).status, 'active', 'a cumulative sum besides');
SELECT is(pg_temp.alerts('body_weight'), 'yellow above 19.5- active, yellow above 19.5-20.5 active', 'has alerts of its own');
SELECT lives_ok($$SELECT pg_temp.put('body_weight', 18, 79.1)$$);
SELECT is(pg_temp.alerts('body_weight'), 'yellow above 18.5-21.5 active, yellow above 19.5- active', 'a late weight changes the trends after it');
SELECT is(pg_temp.annul((SELECT id FROM care.workflow_event WHERE citizen = :c AND step = 'apply_standard_ranges' AND rests_on IS NULL)), 'entered-in-error', 'the set annulled');
SELECT is((SELECT count(*) FROM care.reference_range WHERE citizen = :c AND standard_set = 'telbil' AND status <> 'entered-in-error'), 0::bigint, 'all of it');
SELECT is((SELECT count(*) FROM care.alert WHERE citizen = :c AND status <> 'entered-in-error' AND rule = 'gain'), 0::bigint, 'and what it raised');

-- Relative to a goal
SELECT is((care.set_reference_range(:c, -3, 'hba1c', 'g1', pg_temp.day(1), yellow_high => 5, red_high => 10, relative => true)).status, 'active', 'limits relative to a goal');
SELECT lives_ok($$SELECT pg_temp.put('hba1c', 2, 60), pg_temp.put('hba1c', 20, 60)$$);
SELECT is(pg_temp.alerts('hba1c'), '', 'without a goal nothing is triaged');
SELECT is((SELECT array_agg(colour) FROM care.measurement_triage(:c, 'hba1c')), '{NULL,NULL}', 'and nothing green');
SELECT is((care.set_goal(:c, -4, 'HbA1c', 'g2', pg_temp.day(10), measure => 'hba1c', target_value => 48)).status, 'active', 'a goal');
SELECT is(pg_temp.alerts('hba1c'), 'red above 20- active', 'from which on values are');
SELECT is((care.set_goal(:c, -4, 'HbA1c', 'g3', pg_temp.day(15), measure => 'hba1c', target_value => 53)).status, 'active', 'another goal');
SELECT is(pg_temp.alerts('hba1c'), 'yellow above 20- active', 'by which they are triaged from its day on');
SELECT is(pg_temp.annul(pg_temp.event('set_goal')), 'entered-in-error', 'which is annulled');
SELECT is(pg_temp.alerts('hba1c'), 'red above 20- active', 'so the one before holds');

-- Whatever state the citizen is in
SELECT pg_temp.person(2) AS dead \gset
SET LOCAL smartcare_test.citizen = :dead;
SELECT lives_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'd1', pg_temp.day(1), red_high => 100),
	care.record_death(pg_temp.c(), -2, 'd2', pg_temp.day(5)), pg_temp.put('heart_rate', 6, 110)$$);
SELECT is(pg_temp.alerts('heart_rate'), 'red above 6- active', 'a value after death is triaged');
SELECT lives_ok($$SELECT care.record(pg_temp.c(), 'heart_rate', ARRAY[now() + interval '2 days'], ARRAY[111], '/min')$$);
SELECT is((care.resolve_alert(:dead, pg_temp.alert(), -4, 'd3')).status, 'resolved', 'resolved');
SELECT is((SELECT count(*) FROM care.alert_open WHERE citizen = :dead), 1::bigint, 'a value of a clock ahead is another alert');

-- Merging and un-merging
SELECT pg_temp.person(3) AS one, pg_temp.person(4) AS two \gset
SET LOCAL smartcare_test.citizen = :one;
SELECT lives_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'm1', pg_temp.day(1), yellow_high => 100)$$);
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 2, 110), pg_temp.put('heart_rate', 6, 110), pg_temp.put('heart_rate', 8, 90)$$);
SELECT is((care.acknowledge_alert(:one, pg_temp.alert(), -4, 'm2')).status, 'acknowledged', 'acknowledged');
SET LOCAL smartcare_test.citizen = :two;
SELECT lives_ok($$SELECT pg_temp.put('heart_rate', 4, 90), pg_temp.put('heart_rate', 9, 120)$$);
SELECT care.merge_citizens(:two, :one, 'same') AS merge \gset
SELECT is(pg_temp.alerts('heart_rate', :two), 'yellow above 2-4 acknowledged, yellow above 6-8 active, yellow above 9- active', 'merged: ranges of one, values of both');
SELECT lives_ok(format($$SELECT care.unmerge_citizens(%s, %s, 'two')$$, :two, :merge));
SELECT is(pg_temp.alerts('heart_rate', :two), '', 'not merged');
SELECT is(pg_temp.alerts('heart_rate', :one), 'yellow above 2-8 acknowledged', 'as before');

-- A value moved to the right citizen
SELECT pg_temp.person(5) AS right \gset
SELECT lives_ok(format($$SELECT care.set_reference_range(%s, -3, 'heart_rate', 'v1', pg_temp.day(1), yellow_high => 100)$$, :right));
SELECT lives_ok(format($$SELECT care.move_entry(%s, 'measurement_batch', (SELECT min(id) FROM care.measurement_batch WHERE citizen = %1$s), %s, 'wrong')$$, :one, :right));
SELECT is(pg_temp.alerts('heart_rate', :one) || ' | ' || pg_temp.alerts('heart_rate', :right), 'yellow above 6-8 acknowledged | yellow above 2- active', 'moved: triaged with both');

-- Any order of arrival gives the same alerts: an oracle in plain SQL over rows.
CREATE TEMP TABLE arrival (person int, n int, at int, value float8, PRIMARY KEY (person, n));
INSERT INTO arrival SELECT p, n, (random() * 40)::int, (random() * 8 + 1)::int
FROM generate_series(1, 40) AS p, generate_series(1, 10 + p) AS n;
CREATE TEMP TABLE span (person int, from_at int, red_low int, yellow_low int, yellow_high int, red_high int);
INSERT INTO span SELECT p, f, 1 + (random() * 1)::int, 3, 6, 7 + (random() * 2)::int FROM generate_series(1, 40) AS p, (VALUES (3), (15), (30)) AS v (f) WHERE random() < 0.8;
UPDATE span SET yellow_low = NULL WHERE random() < 0.2;
UPDATE span SET red_low = NULL, yellow_low = NULL WHERE random() < 0.2;
-- Of what came for one instant the greater value counts.
CREATE TEMP VIEW truth AS
SELECT a.person, a.at, a.value, s.*
FROM (SELECT person, at, max(value) AS value FROM arrival GROUP BY person, at) AS a,
	LATERAL (SELECT from_at, red_low, yellow_low, yellow_high, red_high FROM span WHERE person = a.person AND from_at <= at ORDER BY from_at DESC LIMIT 1) AS s;
CREATE TEMP VIEW expected AS
SELECT person, side, min(at) AS start, max(at) AS last, CASE WHEN bool_or(red) THEN 'red' ELSE 'yellow' END AS colour,
	min(CASE WHEN red THEN at END) AS red, CASE side WHEN 'below' THEN min(value) ELSE max(value) END AS extreme, min(next) AS "end"
FROM (
	SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY person ORDER BY at) AS excursion,
		lead(at) OVER (PARTITION BY person ORDER BY at) AS following,
		CASE WHEN lead(side) OVER (PARTITION BY person ORDER BY at) IS DISTINCT FROM side THEN lead(at) OVER (PARTITION BY person ORDER BY at) END AS next
	FROM (
		SELECT *, side IS DISTINCT FROM lag(side) OVER (PARTITION BY person ORDER BY at) AS begins
		FROM (
			SELECT *, CASE WHEN value < red_low OR value < yellow_low THEN 'below' WHEN value > yellow_high OR value > red_high THEN 'above' END AS side,
				coalesce(value < red_low, false) OR coalesce(value > red_high, false) AS red
			FROM truth
		) AS q
	) AS r
) AS t
WHERE side IS NOT NULL
GROUP BY person, side, excursion;

CREATE TEMP TABLE known (person int PRIMARY KEY, citizen bigint);
INSERT INTO known SELECT p, pg_temp.person(100 + p) FROM generate_series(1, 40) AS p;
CREATE FUNCTION pg_temp.arrive(p int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	step record;
	who bigint := (SELECT citizen FROM known WHERE person = p);
BEGIN
	-- Ranges and values in any order, values one by one, and some twice or wrong at first.
	FOR step IN
		SELECT * FROM (SELECT 'value' AS what, n, at, value FROM arrival WHERE person = p
		UNION ALL SELECT 'range', 1, from_at, NULL FROM span WHERE person = p
		UNION ALL SELECT 'wrong', 1000 + g, (random() * 40)::int, (random() * 12)::int FROM generate_series(1, 5) AS g) AS a
		ORDER BY random()
	LOOP
		IF step.what = 'range' THEN
			PERFORM care.set_reference_range(who, -3, 'heart_rate', 'range ' || step.at, pg_temp.day(0), s.red_low, s.yellow_low, s.yellow_high, s.red_high,
				start_time => pg_temp.day(step.at / 4.0))
			FROM span s WHERE s.person = p AND s.from_at = step.at;
		ELSE
			PERFORM care.record(who, 'heart_rate', ARRAY[pg_temp.day(step.at / 4.0)], ARRAY[step.value], '/min', jsonb_build_object('key', format('%s %s', p, step.n)));
		END IF;
		IF random() < 0.1 THEN
			PERFORM care.acknowledge_alert(who, (SELECT min(id) FROM care.alert WHERE citizen = who AND status = 'active'), -4, gen_random_uuid()::text)
			WHERE EXISTS (SELECT FROM care.alert WHERE citizen = who AND status = 'active');
		END IF;
	END LOOP;
	-- The wrong ones are withdrawn.
	PERFORM care.record(who, 'heart_rate', ARRAY[pg_temp.day(0)], ARRAY[1], '/min',
		jsonb_build_object('key', format('%s %s', p, 1000 + g), 'version', 2, 'status', 'entered-in-error'))
	FROM generate_series(1, 5) AS g ORDER BY random();
END
$$;
SELECT is(count(pg_temp.arrive(person)), 40::bigint, 'values, ranges and withdrawals arrive') FROM known;
CREATE TEMP VIEW found AS
SELECT k.person, a.side, (extract(epoch FROM a.start_time - pg_temp.day(0)) / 21600)::int AS start, (extract(epoch FROM a.last_time - pg_temp.day(0)) / 21600)::int AS last, a.colour,
	(extract(epoch FROM a.red_time - pg_temp.day(0)) / 21600)::int AS red, a.extreme_value AS extreme, (extract(epoch FROM a.end_time - pg_temp.day(0)) / 21600)::int AS "end"
FROM known k JOIN care.alert a USING (citizen) WHERE a.status <> 'entered-in-error';
SELECT cmp_ok(count(*), '>', 100::bigint, 'there are alerts') FROM found;
SELECT set_eq('SELECT * FROM found', 'SELECT * FROM expected', 'the same, in whatever order values and ranges came');
SELECT is_empty($$SELECT * FROM found WHERE colour = 'red' AND EXISTS (
	SELECT FROM care.alert a JOIN known k USING (citizen) WHERE k.person = found.person AND a.status = 'acknowledged' AND a.colour = 'red'
		AND NOT EXISTS (SELECT FROM care.workflow_event e WHERE e.citizen = a.citizen AND e.entity = 'alert' AND e.entry = a.id AND e.step = 'acknowledge_alert'))$$,
	'nothing is acknowledged by itself');
CREATE TEMP TABLE before AS SELECT citizen, id, status, colour, start_time, last_time, end_time, red_time, extreme_value, extreme_time, side FROM care.alert;
SELECT lives_ok($$SELECT care.settle_all(citizen) FROM known$$);
SELECT set_eq('SELECT citizen, id, status, colour, start_time, last_time, end_time, red_time, extreme_value, extreme_time, side FROM care.alert', 'SELECT * FROM before', 'computing all again changes nothing');
SELECT is_empty($$
	SELECT a.citizen, a.id, a.status, e.to_status FROM care.alert a
	CROSS JOIN LATERAL (SELECT to_status FROM care.workflow_event e WHERE e.citizen = a.citizen AND e.entity = 'alert' AND e.entry = a.id ORDER BY e.id DESC LIMIT 1) AS e
	WHERE a.status <> e.to_status
$$, 'every status is what the last event said');

-- Hysteresis, against excursions() of the series
SELECT pg_temp.person(6) AS h \gset
SET LOCAL smartcare_test.citizen = :h;
SELECT lives_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'glucose_capillary', 'y1', pg_temp.day(0), 3, 4, 10, 14, hysteresis => 0.5)$$);
SELECT lives_ok($$SELECT care.record(pg_temp.c(), 'glucose_capillary', array_agg(pg_temp.day(n / 24.0)), array_agg(round((7 + 5 * sin(n / 3.0) + 2 * random())::numeric, 1)::float8), 'mmol/L')
	FROM generate_series(1, 400) AS n GROUP BY n / 7 ORDER BY random()$$);
SELECT set_eq($$SELECT start_time, side, extreme_value, extreme_time, CASE WHEN end_time IS NOT NULL THEN end_time END FROM care.alert WHERE citizen = pg_temp.c() AND status <> 'entered-in-error'$$,
	$$SELECT e.start_time, e.side, e.extreme_value, e.extreme_time, CASE WHEN e.recovered THEN e.end_time END
	FROM (SELECT smartcare.series_agg(s.points) AS points FROM care.measurement_series s WHERE s.citizen = pg_temp.c()) AS g,
		smartcare.excursions(g.points, 4, 10, hysteresis => 0.5) AS e$$, 'excursions with hysteresis');

-- Plans: due times in civil time
SELECT pg_temp.person(7) AS p \gset
SET LOCAL smartcare_test.citizen = :p;
CREATE FUNCTION pg_temp.due(plan bigint, period text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(to_char(d AT TIME ZONE 'Europe/Copenhagen', 'DD HH24:MI'), ', '), '')
	FROM care.due_times(pg_temp.c(), plan, period::tstzrange) AS d
$$;
SELECT (care.plan_measurements(:p, -3, 'heart_rate', '{20:00,08:00}', 'p1', '2026-01-01 12:00+01', start_date => '2026-01-05', end_date => '2026-03-31')).entry AS daily \gset
SELECT is(pg_temp.due(:daily, '[2026-01-01,2026-01-06 20:00+01]'), '05 08:00, 05 20:00, 06 08:00, 06 20:00', 'from the first day on, the period''s end included');
SELECT is(pg_temp.due(:daily, '[2026-03-31,)'), '31 08:00, 31 20:00', 'to the last');
SELECT is((care.change_rhythm(:p, :daily, -4, '2026-01-12', '{09:00}', 'p2', '2026-01-06 12:00+01', weekdays => '{1,4}')).status, 'active', 'then twice a week');
SELECT is(pg_temp.due(:daily, '[2026-01-11,2026-01-21)'), '11 08:00, 11 20:00, 12 09:00, 15 09:00, 19 09:00', 'a second rhythm');
SELECT is((care.change_rhythm(:p, :daily, -4, '2026-01-20', '{10:00}', 'p3', '2026-01-06 12:00+01', every_days => 3)).status, 'active', 'then every third day');
SELECT is(pg_temp.due(:daily, '[2026-01-19,2026-01-28)'), '19 09:00, 20 10:00, 23 10:00, 26 10:00', 'counted from its first');
SELECT is((care.pause_measurements(:p, :daily, -4, 'p4', '2026-01-22 12:00+01')).status, 'on-hold', 'paused');
SELECT is(pg_temp.due(:daily, '[2026-01-19,2026-02-28)'), '19 09:00, 20 10:00', 'nothing is due');
SELECT is((care.resume_measurements(:p, :daily, -4, 'p5', '2026-01-24 12:00+01')).status, 'active', 'resumed');
SELECT is(pg_temp.due(:daily, '[2026-01-19,2026-01-30)'), '19 09:00, 20 10:00, 26 10:00, 29 10:00', 'and due again');
SELECT is((care.end_measurements(:p, :daily, -4, 'p6', '2026-01-27 12:00+01')).status, 'completed', 'ended');
SELECT is(pg_temp.due(:daily, '[2026-01-19,)'), '19 09:00, 20 10:00, 26 10:00', 'nothing after');
SELECT is(pg_temp.annul(pg_temp.event(s)), t, s || ' annulled')
FROM unnest('{end_measurements,resume_measurements,pause_measurements}'::text[], '{active,on-hold,active}'::text[]) AS u (s, t);
SELECT is(pg_temp.annul(pg_temp.event('change_rhythm')), 'active', 'rhythm annulled');
SELECT is(pg_temp.due(:daily, '[2026-01-19,2026-01-28)'), '19 09:00, 22 09:00, 26 09:00', 'back to the one before');
SELECT (care.plan_measurements(:p, -3, 'body_weight', '{02:30,03:30}', 'p7', '2026-03-01 12:00+01')).entry AS night \gset
SELECT is(pg_temp.due(:night, '[2026-03-28 12:00,2026-03-30 00:00+02)'), '29 03:30', 'the clock is put forward: the two times are one');
SELECT is((SELECT count(*) FROM care.due_times(:p, :night, '[2026-10-25 00:00+02,2026-10-26 00:00+01)')), 2::bigint, 'and put back');
SELECT throws_ok(format('SELECT care.due_times(%s, %s, %L)', :p, :night, '[2026-01-01,)'), '22023', NULL, 'without end');
SELECT throws_ok(format('SELECT care.due_times(%s, 0, %L)', :p, '[2026-01-01,)'), 'P0002', NULL, 'no such plan');
SELECT throws_ok($$SELECT care.plan_measurements(pg_temp.c(), -3, 'heart_rate', '{08:00}', 'x', weekdays => '{0}')$$, '22023', NULL, 'no such weekday');
SELECT throws_ok($$SELECT care.plan_measurements(pg_temp.c(), -3, 'heart_rate', '{08:00}', 'x', every_days => 0)$$, '22023', NULL, 'no such days');
SELECT throws_ok($$SELECT care.plan_measurements(pg_temp.c(), -3, 'heart_rate', '{08:00}', 'x', weekdays => '{1}', every_days => 2)$$, '22023', NULL, 'nor both');
-- Against an oracle: every minute of a year, looked at by itself.
SELECT set_eq(format($$SELECT care.due_times(%s, %s, '[2026-01-01,2027-01-01)')$$, :p, :night),
	$$SELECT DISTINCT (d + t) AT TIME ZONE 'Europe/Copenhagen' FROM generate_series(timestamp '2026-03-01', '2026-12-31', '1 day') AS d, unnest('{02:30,03:30}'::time[]) AS t
		WHERE (d + t) AT TIME ZONE 'Europe/Copenhagen' >= '2026-03-01 12:00+01'$$, 'due times of a year');

-- What is due, missing, unexpected, not triaged, as of now()
SELECT pg_temp.person(8) AS m \gset
SET LOCAL smartcare_test.citizen = :m;
CREATE FUNCTION pg_temp.clock(hours float8) RETURNS time LANGUAGE sql RETURN ((now() + hours * interval '1 hour') AT TIME ZONE 'Europe/Copenhagen')::time(0);
CREATE FUNCTION pg_temp.ago(hours float8) RETURNS timestamptz LANGUAGE sql RETURN now() - hours * interval '1 hour';
CREATE FUNCTION pg_temp.shown(c bigint) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(', ', (SELECT 'missing ' || string_agg(measure, ' ') FROM care.measurement_missing WHERE citizen = c),
		(SELECT 'unexpected ' || count(*) FROM care.measurement_unexpected WHERE citizen = c HAVING count(*) > 0),
		(SELECT 'not triaged ' || count(*) FROM care.measurement_untriaged WHERE citizen = c HAVING count(*) > 0))
$$;
SELECT (care.plan_measurements(:m, -3, 'heart_rate', ARRAY[pg_temp.clock(-5)], 'n1', pg_temp.ago(6), grace => '1 hour')).entry AS plan \gset
SELECT is(pg_temp.shown(:m), 'missing heart_rate', 'a plan without a value is missing one');
SELECT ok((SELECT latest_due BETWEEN pg_temp.ago(5.01) AND pg_temp.ago(4.99) AND next_due BETWEEN now() + interval '17 hours' AND now() + interval '21 hours'
	FROM care.measurement_due WHERE citizen = :m), 'its due times');
SELECT is((SELECT since FROM care.measurement_missing WHERE citizen = :m), (SELECT latest_due + interval '1 hour' FROM care.measurement_due WHERE citizen = :m), 'since its grace was over');
SELECT lives_ok($$SELECT care.record(pg_temp.c(), 'heart_rate', ARRAY[pg_temp.ago(2)], '{80}', '/min')$$);
SELECT is(pg_temp.shown(:m), 'missing heart_rate, unexpected 1, not triaged 1', 'a value at another time is unexpected, and without a range not triaged');
SELECT lives_ok($$SELECT care.record(pg_temp.c(), 'heart_rate', ARRAY[pg_temp.ago(4.5)], '{80}', '/min')$$);
SELECT is(pg_temp.shown(:m), 'unexpected 1, not triaged 2', 'one within grace is what was missing');
SELECT lives_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'n2', pg_temp.ago(3), yellow_high => 100)$$);
SELECT is(pg_temp.shown(:m), 'unexpected 1, not triaged 1', 'a range triages what comes after its start');
SELECT lives_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'n3', pg_temp.ago(2.5), yellow_high => 100, start_time => pg_temp.ago(100))$$);
SELECT is(pg_temp.shown(:m), 'unexpected 1', 'or from when it says');
SELECT lives_ok($$SELECT care.nullify_measurement(pg_temp.c(), 'heart_rate', pg_temp.ago(4.5), 'wrong'), care.nullify_measurement(pg_temp.c(), 'heart_rate', pg_temp.ago(2), 'wrong')$$);
SELECT is(pg_temp.shown(:m), 'missing heart_rate', 'nullified, it is missing again');
SELECT is((care.pause_measurements(:m, :plan, -4, 'n4', pg_temp.ago(1))).status, 'on-hold', 'paused');
SELECT is(pg_temp.shown(:m), '', 'nothing is missing while paused');
SELECT is((care.resume_measurements(:m, :plan, -4, 'n5', pg_temp.ago(0.9))).status, 'active', 'resumed');
SELECT is(pg_temp.shown(:m), 'missing heart_rate', 'it is again');
SELECT lives_ok($$SELECT care.admit(pg_temp.c(), -2, 'IMP', 'n6', pg_temp.ago(0.8))$$);
SELECT is(pg_temp.shown(:m), '', 'nor in hospital');
SELECT lives_ok($$SELECT care.record(pg_temp.c(), 'heart_rate', ARRAY[pg_temp.ago(0.5)], '{130}', '/min')$$);
SELECT is((SELECT status || ' ' || colour FROM care.alert_open WHERE citizen = :m), 'active yellow', 'but what arrives is triaged');
SELECT lives_ok(format($$SELECT care.discharge(pg_temp.c(), (SELECT max(id) FROM care.encounter WHERE citizen = %s), -2, 'n7', pg_temp.ago(0.4))$$, :m));
SELECT is(pg_temp.shown(:m), 'missing heart_rate, unexpected 1', 'discharged');
SELECT is((care.snooze_alert(:m, pg_temp.alert(), -4, pg_temp.ago(0.1), 'n8', pg_temp.ago(0.3))).status, 'snoozed', 'snoozed until a while ago');
SELECT is((SELECT status FROM care.alert_open WHERE citizen = :m), 'active', 'is active');
SELECT lives_ok($$SELECT care.record_death(pg_temp.c(), -2, 'n9', pg_temp.ago(0.05))$$);
SELECT is(pg_temp.shown(:m), 'unexpected 1', 'nor when dead');
SELECT pg_temp.person(9) AS w \gset
SET LOCAL smartcare_test.citizen = :w;
SELECT lives_ok($$SELECT care.record(pg_temp.c(), 'systolic_blood_pressure_home', ARRAY[pg_temp.ago(2)], '{180}', 'mm[Hg]'), care.record(pg_temp.c(), 'systolic_blood_pressure', ARRAY[pg_temp.ago(2)], '{180}', 'mm[Hg]')$$);
SELECT results_eq($$SELECT organization, measure FROM care.measurement_untriaged WHERE citizen = pg_temp.c()$$, $$VALUES (-1::bigint, 'systolic_blood_pressure_home')$$, 'what is measured at home without plan or range is for the practice');
SELECT is(care.submission_colour(:w, ARRAY[(SELECT min(id) FROM care.measurement_batch WHERE citizen = :w)]), NULL, 'it has no colour');
SELECT lives_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, m, 'w ' || m, pg_temp.ago(3), red_high => 170) FROM unnest('{systolic_blood_pressure_home,systolic_blood_pressure}'::text[]) AS m$$);
SELECT is(care.submission_colour(:w, ARRAY(SELECT id FROM care.measurement_batch WHERE citizen = :w)), 'red', 'and with ranges it has');
SELECT lives_ok($$SELECT care.propose_plan(pg_temp.c(), -3, 'plan', 'w1', pg_temp.ago(3))$$);
SELECT lives_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'w2', pg_temp.ago(3), red_high => 100, care_plan => (SELECT max(id) FROM care.care_plan WHERE citizen = pg_temp.c())),
	care.record(pg_temp.c(), 'heart_rate', ARRAY[pg_temp.ago(2)], '{130}', '/min')$$);
SELECT throws_ok($$SELECT care.revoke_plan(pg_temp.c(), (SELECT max(id) FROM care.care_plan WHERE citizen = pg_temp.c()), -3, 'over', 'w3')$$, '55000', NULL, 'a plan does not end over an alert');

-- Limits that never held, or hold no more, replace nothing and are missed on the list.
SELECT pg_temp.person(10) AS l \gset
SET LOCAL smartcare_test.citizen = :l;
CREATE FUNCTION pg_temp.unlimited() RETURNS boolean LANGUAGE sql AS $$
	SELECT EXISTS (SELECT FROM care.worklist_monitoring w WHERE w.organization = -3 AND w.citizen = pg_temp.c() AND w.kind = 'limits')
$$;
SELECT lives_ok($$SELECT care.plan_measurements(pg_temp.c(), -3, 'heart_rate', '{}', 'l1', pg_temp.ago(9)),
	care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'l2', pg_temp.ago(8), yellow_high => 100),
	care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'l3', pg_temp.ago(7), yellow_high => 90, start_time => pg_temp.ago(4))$$);
SELECT is((care.end_reference_range(:l, pg_temp.entry('reference_range', 2), -3, 'l4', pg_temp.ago(5))).status, 'ended', 'limits that are ended before they begin');
SELECT lives_ok($$SELECT care.record(pg_temp.c(), 'heart_rate', ARRAY[pg_temp.ago(3)], '{130}', '/min')$$);
SELECT is((SELECT colour FROM care.measurement_triage(:l, 'heart_rate')), 'yellow', 'leave those before them in force');
SELECT lives_ok($$SELECT care.nullify_measurement(pg_temp.c(), 'heart_rate', pg_temp.ago(3), 'wrong'),
	care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'l5', pg_temp.ago(2), yellow_high => 90)$$);
SELECT is(pg_temp.unlimited(), false, 'a plan with limits');
SELECT is((care.end_reference_range(:l, pg_temp.entry('reference_range', 3), -3, 'l6', pg_temp.ago(1))).status, 'ended', 'that are ended');
SELECT is(pg_temp.unlimited(), true, 'has none, though older ones were not ended');
SELECT lives_ok($$SELECT care.set_reference_range(pg_temp.c(), -3, 'heart_rate', 'l7', pg_temp.ago(0.5), yellow_high => 10, relative => true)$$);
SELECT is(pg_temp.unlimited(), true, 'nor those that are relative to a goal that nobody has set');

-- What would be green whatever is measured, or make a list fail that it is on.
SELECT throws_ok(format('SELECT care.set_reference_range(pg_temp.c(), -3, %L, %L, %s)', 'body_weight', 'x', what), '23514', NULL, 'no limits: ' || what)
FROM unnest('{yellow_high => ''NaN'',yellow_high => ''infinity'',red_low => ''-infinity'',"yellow_high => 1, hysteresis => ''infinity''",
	"yellow_high => 1, rule => ''gain'', within => ''1000000 years''","yellow_high => 1, rule => ''cusum'', baseline => ''NaN''",
	"yellow_high => 1, start_time => ''infinity''"}'::text[]) AS what;
SELECT throws_ok($$SELECT care.set_goal(pg_temp.c(), -3, 'x', 'x', measure => 'heart_rate', target_value => 'NaN')$$, '23514', NULL, 'no target');
SELECT throws_ok($$SELECT care.set_goal(pg_temp.c(), -3, 'x', 'x', due_date => '294277-01-01')$$, '23514', NULL, 'a goal for nobody''s lifetime');
SELECT throws_ok($$SELECT care.plan_measurements(pg_temp.c(), -3, 'heart_rate', '{08:00}', 'x', grace => '1000000 years')$$, '23514', NULL, 'a grace without end');
SELECT throws_ok($$SELECT care.plan_measurements(pg_temp.c(), -3, 'heart_rate', '{08:00}', 'x', end_date => '-infinity')$$, '23514', NULL, 'an end that is no day');
SELECT throws_ok($$SELECT care.plan_measurements(pg_temp.c(), -3, 'heart_rate', '{08:00}', 'x', start_date => '294276-12-31')$$, '22023', NULL, 'a start that never comes');
SELECT throws_ok($$SELECT care.plan_measurements(pg_temp.c(), -3, 'heart_rate', ARRAY(SELECT time '00:00' + n * interval '1 minute' FROM generate_series(1, 1000) n), 'x')$$,
	'22023', NULL, 'a thousand times a day');
SELECT throws_ok($$SELECT care.plan_measurements(pg_temp.c(), -3, 'heart_rate', '{{08:00},{09:00}}', 'x')$$, '22023', NULL, 'times that are no list');
SET LOCAL intervalstyle = iso_8601;
SELECT is((care.plan_measurements(:l, -3, 'heart_rate', '{}', 'l1', pg_temp.ago(9))).repeated, true, 'a repetition, however the session writes intervals');
RESET intervalstyle;
SELECT lives_ok($$SELECT care.propose_plan(pg_temp.c(), -3, 'plan', 'l8', pg_temp.ago(0.4)), care.revoke_plan(pg_temp.c(), pg_temp.entry('care_plan', 1), -3, 'no', 'l9', pg_temp.ago(0.3))$$);
SELECT throws_ok(format('SELECT care.%s, care_plan => pg_temp.entry(%L, 1))', what, 'care_plan'), '55000', NULL, 'to a plan that is closed nothing is added: ' || what)
FROM unnest('{"plan_measurements(pg_temp.c(), -3, ''heart_rate'', ''{}'', ''x''","set_reference_range(pg_temp.c(), -3, ''heart_rate'', ''x'', red_high => 9",
	"apply_standard_ranges(pg_temp.c(), -3, ''telbil'', ''x''"}'::text[]) AS what;

-- An organization's rows are found without reading those of others.
INSERT INTO care.organization (id, sector, name) SELECT -1000 - n, 'municipality', 'unit ' || n FROM generate_series(1, 200) AS n;
INSERT INTO care.citizen (citizen, name, general_practice) SELECT 1000000 + n, 'C' || n, -1001 - n % 200 FROM generate_series(1, 10000) AS n;
INSERT INTO care.measurement_plan (citizen, status, measure, organization, rhythms, grace, start_time)
SELECT 1000000 + n, 'active', 3, -1001 - n % 200, ARRAY[('2026-01-01', NULL, 1, '{08:00,20:00}')::care.rhythm], '2 hours', '2026-01-01' FROM generate_series(1, 10000) AS n;
INSERT INTO care.alert (citizen, status, organization, colour, start_time, last_time)
SELECT 1000000 + n, 'active', -1001 - n % 200, 'yellow', now(), now() FROM generate_series(1, 10000) AS n;
INSERT INTO care.measurement_series (citizen, measure, bucket, bucket_end, points)
SELECT 1000000 + n, 3, '2000-01-01 00:00+00', '2100-01-01 00:00+00', smartcare.series(ARRAY[now() - n * interval '10 minutes'], '{120}') FROM generate_series(1, 10000) AS n;
INSERT INTO care.encounter (citizen, status, class, start_time, end_time)
SELECT 1000000 + n, 'finished', 'IMP', '2026-01-01', '2026-01-02' FROM generate_series(1, 10000) AS n;
INSERT INTO care.reference_range (citizen, status, measure, organization, start_time, red_high)
SELECT 1000000 + n, 'active', 3, -1001 - n % 200, '2026-01-01', 180 FROM generate_series(1, 5000) AS n;
ANALYZE care.measure, care.citizen, care.measurement_plan, care.alert, care.organization, care.measurement_series, care.encounter, care.reference_range;
CREATE FUNCTION pg_temp.plan(view text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('EXPLAIN (COSTS OFF) SELECT * FROM care.%I WHERE organization = -1005', view);
END
$$;
SELECT ok((SELECT bool_or(l LIKE '%measurement_plan_organization_idx%') AND NOT bool_or(l ~ 'Seq Scan on (measurement_plan|measurement_series|alert|encounter|citizen|reference_range)') FROM pg_temp.plan(v) AS l), v || ' starts from an index')
FROM unnest('{measurement_due,measurement_missing,measurement_unexpected,measurement_untriaged}'::text[]) AS v;
SELECT ok((SELECT bool_or(l LIKE '%alert_organization_idx%') FROM pg_temp.plan('alert_open') AS l), 'alert_open starts from an index');
SELECT is((SELECT count(*) FROM care.measurement_due WHERE organization = -1005), 50::bigint, 'and finds them');

SELECT * FROM finish();
ROLLBACK;
