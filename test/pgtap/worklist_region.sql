-- The work-lists of a whole region, against plain SQL over the tables.
BEGIN;
SELECT plan(15);
SET LOCAL timezone = 'UTC';
\set scale 2000
\o /dev/null
\i demo/region.sql
\o
ANALYZE;
-- The region has few referrals, pathways and alerts of some kinds: more are made here, as of the instant that it leads up to.
INSERT INTO care.service_request (citizen, status, category, reason, requester, performer, requested_at, due)
SELECT c.citizen, (ARRAY['requested', 'accepted', 'returned', 'rejected', 'completed'])[1 + c.citizen % 5], CASE WHEN c.citizen % 3 = 0 THEN 'hospital' ELSE 'specialist' END,
	'x', c.general_practice, d.id, now() - interval '10 days', now() + (c.citizen % 20 - 10) * interval '1 day'
FROM care.citizen c
JOIN care.organization d ON d.id = (SELECT min(o.id) + c.citizen % 50 FROM care.organization o WHERE o.kind = 'department')
WHERE c.citizen % 4 = 0;
UPDATE care.service_request SET seen_at = now() WHERE citizen % 8 = 0 AND status IN ('accepted', 'rejected');
INSERT INTO care.alert (citizen, status, organization, colour, measure, rule, start_time, last_time)
SELECT c.citizen, (ARRAY['active', 'acknowledged', 'resolved'])[1 + c.citizen % 3], d.id, CASE WHEN c.citizen % 2 = 0 THEN 'red' ELSE 'yellow' END, 5, 'value', now() - interval '2 days', now() - interval '1 day'
FROM care.citizen c
JOIN care.organization d ON d.id = (SELECT min(o.id) + c.citizen % 50 FROM care.organization o WHERE o.kind = 'department')
WHERE c.citizen % 5 = 0;

SELECT set_eq($$ SELECT organization, citizen, severity, due FROM care.worklist WHERE kind = 'task' AND organization IS NOT NULL $$, $$
	SELECT owner, citizen, CASE WHEN due_end < now() THEN CASE priority WHEN 'routine' THEN 2 WHEN 'urgent' THEN 3 ELSE 4 END
		ELSE CASE priority WHEN 'routine' THEN 1 WHEN 'urgent' THEN 2 WHEN 'asap' THEN 3 ELSE 4 END END, due_end
	FROM care.task WHERE owner IS NOT NULL AND status NOT IN ('completed', 'draft', 'rejected', 'cancelled', 'failed', 'entered-in-error') $$, 'tasks');
SELECT set_eq($$ SELECT citizen, severity FROM care.worklist WHERE kind = 'task' AND role = 'citizen' $$, $$
	SELECT citizen, least(4, CASE WHEN due_end < now() THEN 1 ELSE 0 END + CASE priority WHEN 'routine' THEN 1 WHEN 'urgent' THEN 2 WHEN 'asap' THEN 3 ELSE 4 END)
	FROM care.task WHERE owner IS NULL AND status NOT IN ('completed', 'draft', 'rejected', 'cancelled', 'failed', 'entered-in-error') $$, 'tasks of citizens');
SELECT bag_eq($$ SELECT organization, kind, entry FROM care.worklist WHERE kind IN ('referral', 'accepted referral', 'referral answered') $$, $$
	SELECT performer, 'referral', id FROM care.service_request WHERE status = 'requested'
	UNION ALL SELECT performer, 'accepted referral', id FROM care.service_request WHERE status = 'accepted'
	UNION ALL SELECT requester, 'referral answered', id FROM care.service_request WHERE status IN ('accepted', 'returned', 'rejected') AND seen_at IS NULL $$, 'referrals');
SELECT bag_eq($$ SELECT organization, kind, citizen FROM care.worklist WHERE kind LIKE '%alert' $$, $$
	SELECT organization, colour || ' alert', citizen FROM care.alert WHERE status <> 'resolved'
	UNION ALL SELECT c.general_practice, 'red alert', a.citizen FROM care.alert a JOIN care.citizen c USING (citizen) WHERE a.status <> 'resolved' AND colour = 'red' $$, 'alerts');
CREATE TEMP TABLE came_home AS
SELECT c.municipality, c.general_practice, s.citizen, s.end_time
FROM (
	SELECT DISTINCT ON (citizen) * FROM care.encounter WHERE class IN ('IMP', 'EMER')
	ORDER BY citizen, status = 'in-progress' DESC, end_time DESC
) s
JOIN care.citizen c ON c.citizen = s.citizen
WHERE s.status = 'finished' AND age(now(), s.end_time) <= interval '14 days';
SELECT set_eq($$ SELECT organization, citizen FROM care.worklist WHERE kind = 'discharged' AND organization IN (SELECT general_practice FROM care.citizen) $$, $$
	SELECT general_practice, citizen FROM came_home
	EXCEPT
	SELECT e.organization, e.citizen FROM care.encounter e JOIN came_home h ON h.citizen = e.citizen WHERE e.status = 'finished' AND e.start_time >= h.end_time $$,
	'discharges for general practice');
SELECT set_eq($$ SELECT organization, citizen FROM care.worklist WHERE kind = 'discharged' AND role = 'municipality' $$, $$
	SELECT e.organization, h.citizen FROM came_home h
	JOIN care.episode_of_care e ON e.citizen = h.citizen AND e.status IN ('active', 'onhold')
	JOIN care.organization o ON o.id = e.organization AND o.kind IN ('home care', 'rehabilitation', 'prevention', 'social institution')
	EXCEPT
	SELECT e.organization, e.citizen FROM care.encounter e JOIN came_home h ON h.citizen = e.citizen WHERE e.class = 'HH' AND e.status = 'finished' AND e.start_time >= h.end_time $$,
	'discharges for who gives services');
SELECT set_eq($$ SELECT organization, citizen, next_step FROM care.worklist WHERE kind = 'in hospital' $$, $$
	SELECT e.organization, e.citizen, CASE e.status WHEN 'active' THEN 'pause_service' END FROM care.episode_of_care e
	JOIN care.organization o ON o.id = e.organization AND o.sector IN ('municipality', 'social')
	JOIN care.encounter s ON s.citizen = e.citizen AND s.class IN ('IMP', 'EMER') AND s.status = 'in-progress' AND s.start_time < now() - interval '4 hours'
	WHERE e.status IN ('active', 'onhold') $$, 'services of who is in hospital');
SELECT set_eq($$ SELECT organization, citizen FROM care.worklist WHERE kind = 'review' $$, $$
	SELECT c.general_practice, c.citizen FROM care.citizen c
	WHERE EXISTS (SELECT FROM care.condition k WHERE k.citizen = c.citizen AND left(k.code, 4) IN ('DE10', 'DE11', 'DF03', 'DI10', 'DI25', 'DI48', 'DI50', 'DI69', 'DJ44', 'DJ45', 'DN18'))
		AND (SELECT coalesce(max(e.start_time), (SELECT min(k.start_time) FROM care.condition k WHERE k.citizen = c.citizen AND left(k.code, 4) IN ('DE10', 'DE11', 'DF03', 'DI10', 'DI25', 'DI48', 'DI50', 'DI69', 'DJ44', 'DJ45', 'DN18')))
			FROM care.encounter e WHERE e.citizen = c.citizen AND e.organization = c.general_practice AND e.status = 'finished') <= now() - interval '12 months' $$, 'chronic patients to be reviewed');
SELECT bag_eq($$ SELECT organization, kind, citizen FROM care.worklist WHERE kind IN ('stay', 'no news') $$, $$
	SELECT organization, CASE WHEN greatest(start_time, issued) < now() - interval '7 days' THEN 'no news' ELSE 'stay' END, citizen
	FROM care.encounter WHERE status IN ('in-progress', 'onleave') AND ready_at IS NULL AND class IN ('IMP', 'EMER') $$, 'stays, and those without news');
SELECT bag_eq('SELECT w.* FROM care.organization o CROSS JOIN LATERAL care.worklist_of(o.id) w', 'SELECT * FROM care.worklist WHERE organization IS NOT NULL',
	'the lists of all organizations are the whole');
SELECT bag_eq($$ SELECT w.* FROM (SELECT citizen, NULL AS person FROM care.citizen UNION ALL SELECT citizen, id FROM care.related_person) c
	CROSS JOIN LATERAL care.worklist_of_citizen(c.citizen, c.person) w $$, 'SELECT * FROM care.worklist WHERE organization IS NULL',
	'and those of all citizens and their carers');
SELECT is_empty($$ SELECT * FROM care.worklist WHERE (organization IS NULL) <> (role IN ('citizen', 'carer')) OR role IS NULL OR severity_name IS NULL OR reason IS NULL OR overdue IS NULL $$, 'every row is complete');

-- Workload: what is open is what is on the lists.
SELECT bag_eq($$ SELECT organization, kind, open, overdue FROM care.workload WHERE day = care.today() AND open > 0 AND kind <> 'appointment' $$, $$
	SELECT organization, CASE kind WHEN 'task' THEN 'task' WHEN 'stay' THEN 'stay' WHEN 'no news' THEN 'stay' WHEN 'ready for discharge' THEN 'stay' WHEN 'referral' THEN 'referral' WHEN 'accepted referral' THEN 'referral' ELSE 'alert' END,
		count(*) AS open, count(*) FILTER (WHERE overdue AND kind IN ('task', 'referral', 'accepted referral'))
	FROM care.worklist WHERE kind IN ('task', 'stay', 'no news', 'ready for discharge', 'referral', 'accepted referral') AND organization IS NOT NULL OR kind LIKE '%alert' AND role = 'telemedicine'
	GROUP BY 1, 2 $$, 'workload: what is open');
SELECT bag_eq($$ SELECT organization, day, opened, done FROM care.workload WHERE kind = 'stay' AND opened + done > 0 $$, $$
	SELECT organization, day, sum(o)::bigint AS opened, sum(d)::bigint AS done FROM (
		SELECT organization, care.civil_day(start_time) AS day, 1 AS o, 0 AS d FROM care.encounter WHERE class IN ('IMP', 'EMER') AND status IN ('in-progress', 'finished')
		UNION ALL SELECT organization, care.civil_day(end_time), 0, 1 FROM care.encounter WHERE class IN ('IMP', 'EMER') AND status = 'finished') b
	WHERE day > care.today() - 7 GROUP BY 1, 2 $$, 'workload: admissions and discharges');

-- One organization's list begins at indexes.
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SET LOCAL enable_seqscan = off;
SELECT is_empty($$ SELECT * FROM pg_temp.plan_of('SELECT * FROM care.worklist WHERE organization = 7') AS line WHERE line ~ 'Seq Scan on' AND line !~ '(measure|parked_resource|setting) ' $$,
	'no table about citizens is scanned for one organization');

SELECT * FROM finish();
ROLLBACK;
