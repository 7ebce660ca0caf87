-- What must hold whatever the sessions of random_steps.sql did; each from rows, not from the functions that are tested.
SET search_path = public, smartcare;
SELECT plan(26);

-- The state of every entry
CREATE TABLE entry (entity name, citizen bigint, id bigint, status text, image jsonb);
SELECT format('INSERT INTO entry SELECT %L, citizen, id, %I, jsonb_strip_nulls(to_jsonb(t)) FROM care.%I t', t.entity, care.status_column(t.entity), t.entity)
FROM (SELECT DISTINCT entity FROM care.workflow_transition) AS t \gexec
CREATE TABLE standing AS
SELECT e.*, row_number() OVER same AS nth, coalesce(lag(e.to_status) OVER same, '') AS previous_status, lag(e.event_time) OVER same AS previous_time,
	lead(e.id) OVER same IS NULL AS is_last
FROM care.workflow_event e
WHERE e.annuls IS NULL AND e.id NOT IN (SELECT a.annuls FROM care.workflow_event a WHERE a.annuls IS NOT NULL)
WINDOW same AS (PARTITION BY e.citizen, e.entity, e.entry ORDER BY e.id);

SELECT cmp_ok((SELECT count(*) FROM call WHERE state IS NULL), '>', (SELECT count(*) / 2 FROM call), 'most calls were accepted');
SELECT cmp_ok((SELECT count(DISTINCT step) FROM call WHERE state IS NULL), '>', 60::bigint, 'of most steps');
SELECT is_empty($$
	SELECT s.* FROM standing s LEFT JOIN care.workflow_transition t USING (entity, step, from_status, to_status)
	WHERE t.entity IS NULL OR s.from_status <> s.previous_status
$$, 'the steps that stand lead from status to status, each by a transition');
SELECT is_empty($$
	SELECT n.*, s.* FROM entry n LEFT JOIN standing s ON s.is_last AND (s.entity, s.citizen, s.entry) = (n.entity, n.citizen, n.id)
	WHERE n.status IS DISTINCT FROM coalesce(s.to_status, 'entered-in-error')
$$, 'the last one to the status of the entry, and none to entered in error');
SELECT is_empty($$
	SELECT s.* FROM standing s LEFT JOIN entry n ON (s.entity, s.citizen, s.entry) = (n.entity, n.citizen, n.id) WHERE n.id IS NULL
$$, 'no event is without its entry');
SELECT is_empty($$SELECT s.* FROM standing s WHERE s.event_time < s.previous_time$$, 'none happened before the one before it');
SELECT is_empty($$
	SELECT a.* FROM care.workflow_event a JOIN care.workflow_event e ON e.citizen = a.citizen AND e.id = a.annuls
	WHERE e.annuls IS NOT NULL OR (a.entity, a.entry) <> (e.entity, e.entry)
$$, 'an annulment takes back a step');
SELECT is_empty($$
	SELECT annuls FROM care.workflow_event WHERE annuls IS NOT NULL GROUP BY citizen, annuls HAVING count(*) > 1
$$, 'once');
SELECT is_empty($$
	SELECT s.* FROM standing s JOIN care.workflow_event a ON a.citizen = s.citizen AND a.annuls = s.rests_on
	WHERE s.entity <> 'alert'
$$, 'with all that it caused');

-- History
SELECT is_empty($$
	SELECT c.* FROM call c LEFT JOIN care.workflow_event e ON e.citizen = (c.result).citizen AND e.id = (c.result).event
	WHERE c.state IS NULL AND c.step <> 'record' AND (e.id IS NULL OR e.request_id <> c.request_id OR e.rests_on IS NOT NULL
		OR (e.entity, e.entry, e.to_status, CASE WHEN e.annuls IS NULL THEN e.step ELSE 'annul' END) IS DISTINCT FROM ((c.result).entity, (c.result).entry, (c.result).status, c.step::name))
$$, 'every accepted call has its event, as it was returned');
SELECT is(
	(SELECT count(*) FROM care.workflow_event e WHERE e.rests_on IS NULL AND e.step <> 'raise_alert'),
	(SELECT count(*) FROM call c WHERE c.state IS NULL AND NOT (c.result).repeated), 'and there are no others');
SELECT is(
	(SELECT count(*) FROM care.service_request),
	(SELECT count(*) FROM call c WHERE c.step = 'refer' AND c.state IS NULL AND NOT (c.result).repeated), 'each referral is one, however alike they are');
SELECT is_empty($$
	SELECT c.* FROM call c JOIN call f ON f.request_id = c.request_id AND f.state IS NULL AND NOT (f.result).repeated AND f.id < c.id
	WHERE c.state IS NOT NULL OR NOT (c.result).repeated
		OR ((c.result).citizen, (c.result).entity, (c.result).entry, (c.result).status, (c.result).event)
			IS DISTINCT FROM ((f.result).citizen, (f.result).entity, (f.result).entry, (f.result).status, (f.result).event)
$$, 'a repetition returns the same');
SELECT cmp_ok((SELECT count(*) FROM call c WHERE (c.result).repeated), '>', 50::bigint, 'there were some');
SELECT is_empty($$
	SELECT w.event, w.image AS before, v.image AS was
	FROM written w
	CROSS JOIN LATERAL (
		SELECT o.image FROM written o
		WHERE (o.citizen, o.entity, o.entry) = (w.citizen, w.entity, w.entry) AND o.event IS NULL AND o.place < w.place
		ORDER BY o.place DESC LIMIT 1) v
	WHERE w.event IS NOT NULL AND w.image IS NOT NULL AND w.image <> v.image
$$, 'each event keeps the entry as it was before');
SELECT is_empty($$
	SELECT w.* FROM written w
	WHERE w.event IS NULL AND w.entity <> 'alert'
		AND NOT EXISTS (SELECT FROM written e WHERE e.xid = w.xid AND e.event IS NOT NULL AND (e.citizen, e.entity, e.entry) = (w.citizen, w.entity, w.entry))
		-- The goals of a plan have steps of their own.
		AND NOT (w.entity = 'care_plan' AND EXISTS (SELECT FROM written e WHERE e.xid = w.xid AND e.event IS NOT NULL AND e.entity = 'goal'))
$$, 'and no entry changes without one');
SELECT is_empty($$
	SELECT n.image - 'goals', w.image - 'goals' FROM entry n
	CROSS JOIN LATERAL (
		SELECT o.image FROM written o WHERE (o.citizen, o.entity, o.entry) = (n.citizen, n.entity, n.id) AND o.event IS NULL ORDER BY o.place DESC LIMIT 1) w
	WHERE n.image <> w.image
$$, 'nor unseen');
SELECT is_empty($$
	SELECT DISTINCT ON (c.step, c.state) c.step, c.state, c.message, c.statement FROM call c
	WHERE c.state NOT IN ('55000', '42501', '22008', '23505', 'P0002', '2BP01', '22004', '23503', '23514', '22023', '42704')
$$, 'what was refused was so by a documented error');

-- Courses
CREATE TABLE service_phase AS
SELECT s.citizen, s.entry, s.to_status AS status, tstzrange(s.event_time, lead(s.event_time) OVER (PARTITION BY s.citizen, s.entry ORDER BY s.id)) AS period
FROM standing s WHERE s.entity = 'episode_of_care';
DELETE FROM service_phase WHERE isempty(period);
SELECT is_empty($$
	SELECT e.id, e.status, e.course, r.course AS replayed
	FROM care.episode_of_care e
	LEFT JOIN (SELECT p.citizen, p.entry, smartcare.episode_agg(p.status, p.period) AS course FROM service_phase p GROUP BY p.citizen, p.entry) r
		ON r.citizen = e.citizen AND r.entry = e.id
	WHERE e.course IS DISTINCT FROM r.course
$$, 'the course of a service is a replay of its steps');
SELECT is_empty($$
	WITH phase AS (
		SELECT e.citizen, CASE e.class WHEN 'EMER' THEN 'emergency' ELSE 'hospital' END AS label,
			tstzrange(e.start_time, CASE e.status WHEN 'finished' THEN greatest(e.end_time, e.start_time + interval '1 minute') END) AS period
		FROM care.encounter e WHERE e.status IN ('in-progress', 'onleave', 'finished')
		UNION ALL
		SELECT e.citizen, 'leave', l.period
		FROM care.encounter e, LATERAL unnest(e.leaves) AS l (period)
		WHERE e.status IN ('in-progress', 'onleave', 'finished') AND e.class = 'IMP'
		UNION ALL
		SELECT p.citizen, e.type, p.period FROM service_phase p JOIN care.episode_of_care e ON e.citizen = p.citizen AND e.id = p.entry WHERE p.status = 'active'
	)
	SELECT citizen, k.course, r.course AS replayed
	FROM care.care_course k
	FULL JOIN (SELECT p.citizen, smartcare.episode_agg(p.label, p.period) AS course FROM phase p GROUP BY p.citizen) r USING (citizen)
	WHERE k.course IS DISTINCT FROM r.course
$$, 'the course of a citizen is a replay of stays and services');

SELECT set_eq('SELECT citizen, organization, start_time, end_time, entity, entry FROM care.treatment_relation', $$
	SELECT citizen, organization, start_time, end_time, entity, entry
	FROM (
		SELECT e.*, row_number() OVER (PARTITION BY e.citizen, e.organization
			ORDER BY e.end_time DESC NULLS FIRST, e.start_time, e.entity, e.entry) AS place
		FROM care.relation_evidence e WHERE e.organization IS NOT NULL
	) e
	WHERE place = 1
$$, 'a treatment relation rests on the evidence that lasts longest');

-- Triage: each point by the range that began last before it.
CREATE TABLE triaged AS
SELECT p.citizen, m.id AS measure, p.measure AS name, p."time", p.value, r.id AS reference_range, r.hysteresis, r.yellow_low AS low, r.yellow_high AS high,
	CASE
		WHEN r.id IS NULL THEN NULL
		WHEN p.value < r.red_low OR p.value > r.red_high THEN 'red'
		WHEN p.value < r.yellow_low OR p.value > r.yellow_high THEN 'yellow'
		ELSE 'green' END AS colour
FROM care.measurement p
JOIN care.measure m ON m.name = p.measure
LEFT JOIN LATERAL (
	SELECT * FROM (
		SELECT g.* FROM care.reference_range g
		WHERE g.citizen = p.citizen AND g.measure = m.id AND g.rule = 'value' AND g.status <> 'entered-in-error' AND g.start_time <= p."time"
		ORDER BY g.start_time DESC, g.id DESC LIMIT 1) l
	WHERE l.end_time > p."time" OR l.end_time IS NULL) r ON true;
SELECT is_empty($$
	SELECT t.*, g.colour AS given FROM triaged t
	LEFT JOIN LATERAL care.measurement_triage(t.citizen, t.name) g ON g."time" = t."time"
	WHERE (g.value, g.colour) IS DISTINCT FROM (t.value, t.colour)
$$, 'every value is triaged by the range of its time');
SELECT is_empty($$
	(SELECT t.citizen, t.name, t."time" FROM triaged t
	WHERE t.colour IS NULL AND (t.name = 'systolic_blood_pressure_home' OR EXISTS (
		SELECT FROM care.measurement_plan p
		WHERE p.citizen = t.citizen AND p.measure = t.measure AND p.status <> 'entered-in-error' AND p.start_time <= t."time" AND (p.end_time > t."time" OR p.end_time IS NULL)))
	EXCEPT SELECT u.citizen, u.measure, u."time" FROM care.measurement_untriaged u)
	UNION ALL
	(SELECT u.citizen, u.measure, u."time" FROM care.measurement_untriaged u
	EXCEPT SELECT t.citizen, t.name, t."time" FROM triaged t WHERE t.colour IS NULL)
$$, 'and listed where there is none');

-- One excursion after the other, point by point.
CREATE FUNCTION excursions(wanted_citizen bigint, wanted_measure int)
RETURNS TABLE (side text, colour text, start_time timestamptz, last_time timestamptz, end_time timestamptz) LANGUAGE plpgsql AS $$
DECLARE
	p triaged;
	own_side text;
	cut timestamptz;
	inside boolean;
BEGIN
	FOR p IN SELECT * FROM triaged t WHERE t.citizen = wanted_citizen AND t.measure = wanted_measure AND t.colour IS NOT NULL ORDER BY t."time" LOOP
		own_side := CASE WHEN p.value < p.low THEN 'below' WHEN p.value > p.high THEN 'above' END;
		IF side IS NOT NULL THEN
			SELECT min(a.resolved_at) INTO cut FROM care.alert a
			WHERE a.citizen = wanted_citizen AND a.measure = wanted_measure AND a.status <> 'entered-in-error' AND a.resolved_at >= excursions.start_time AND a.resolved_at < p."time";
			inside := CASE side WHEN 'below' THEN p.value >= p.low + p.hysteresis ELSE p.value <= p.high - p.hysteresis END;
			IF cut IS NOT NULL OR own_side <> side OR own_side IS NULL AND inside IS NOT FALSE THEN
				end_time := coalesce(cut, p."time");
				RETURN NEXT;
				side := NULL;
			END IF;
		END IF;
		IF own_side IS NOT NULL AND side IS NULL THEN
			side := own_side;
			colour := p.colour;
			start_time := p."time";
		END IF;
		IF own_side IS NOT NULL THEN
			last_time := p."time";
			colour := CASE WHEN 'red' IN (colour, p.colour) THEN 'red' ELSE 'yellow' END;
		END IF;
	END LOOP;
	IF side IS NOT NULL THEN
		SELECT min(a.resolved_at) INTO end_time FROM care.alert a
		WHERE a.citizen = wanted_citizen AND a.measure = wanted_measure AND a.status <> 'entered-in-error' AND a.resolved_at >= excursions.start_time;
		RETURN NEXT;
	END IF;
END
$$;
CREATE TABLE expected_alert AS
SELECT m.citizen, m.measure, x.* FROM (SELECT DISTINCT citizen, measure FROM triaged) m, LATERAL excursions(m.citizen, m.measure) x;
SELECT is_empty($$
	SELECT * FROM expected_alert
	FULL JOIN (SELECT a.* FROM care.alert a WHERE a.status <> 'entered-in-error' AND a.rule = 'value') a USING (citizen, measure, side, colour, start_time, last_time)
	WHERE a.id IS NULL OR expected_alert.citizen IS NULL OR a.end_time IS DISTINCT FROM expected_alert.end_time
$$, 'every excursion has its alert, and no other has');
SELECT is_empty($$
	SELECT a.*, s.step FROM care.alert a
	JOIN standing s ON s.citizen = a.citizen AND s.entity = 'alert' AND s.entry = a.id AND s.is_last
	WHERE s.step IN ('acknowledge_alert', 'snooze_alert', 'resolve_alert') AND s.before ->> 'colour' = 'yellow' AND a.colour = 'red'
$$, 'nobody saw yellow where it is red now');
SELECT cmp_ok((SELECT count(*) FROM expected_alert), '>', 0::bigint, 'there were some alerts');
SELECT * FROM finish();
