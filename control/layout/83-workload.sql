-- How much there is to do, and was done, by organization and day. What is open is counted
-- in partial indexes that hold the open entries alone; what was opened and done is read
-- from the steps of the last days.

CREATE OR REPLACE VIEW care.workload AS
SELECT w.organization, o.name AS organization_name, w.kind, w.day, sum(w.opened)::bigint AS opened, sum(w.done)::bigint AS done,
	CASE WHEN w.day = w.today THEN sum(w.open)::bigint END AS open, CASE WHEN w.day = w.today THEN sum(w.overdue)::bigint END AS overdue
FROM (
	SELECT e.organization, e.kind, e.day, z.today, sum(e.opened) AS opened, sum(e.done) AS done, 0 AS open, 0 AS overdue
	FROM (SELECT care.setting('zone') AS zone, care.today() AS today, care.start_of_day(care.today() + 1 - care.setting('workload_days')::integer) AS since OFFSET 0) z
	CROSS JOIN LATERAL (
		SELECT
			CASE v.entity
				WHEN 'task' THEN (SELECT t.owner FROM care.task t WHERE t.citizen = v.citizen AND t.id = v.entry)
				WHEN 'service_request' THEN (SELECT t.performer FROM care.service_request t WHERE t.citizen = v.citizen AND t.id = v.entry)
				WHEN 'alert' THEN (SELECT t.organization FROM care.alert t WHERE t.citizen = v.citizen AND t.id = v.entry)
				WHEN 'appointment' THEN (SELECT t.organization FROM care.appointment t WHERE t.citizen = v.citizen AND t.id = v.entry)
			END AS organization,
			CASE v.entity WHEN 'service_request' THEN 'referral' ELSE v.entity::text COLLATE "default" END AS kind,
			(v.event_time AT TIME ZONE z.zone)::date AS day,
			CASE WHEN v.from_status = '' THEN 1 ELSE 0 END AS opened,
			CASE WHEN v.from_status <> '' THEN 1 ELSE 0 END AS done
		FROM care.workflow_event v
		WHERE v.event_time >= z.since AND v.event_time <= now() AND v.annuls IS NULL
			AND v.entity IN ('task', 'service_request', 'alert', 'appointment')
			-- The first step of an entry, and the one after which there is none.
			AND (v.from_status = '' OR (v.entity, v.to_status) NOT IN (
				SELECT t.entity, t.from_status FROM care.workflow_transition t
				WHERE t.to_status <> t.from_status AND t.actors <> '{}'))
			AND NOT EXISTS (SELECT FROM care.workflow_event a WHERE a.citizen = v.citizen AND a.annuls = v.id)
		UNION ALL
		-- Stays of any source, by their own times: whoever came in these days is there, or left in them.
		SELECT s.organization, 'stay' AS kind, (b.at AT TIME ZONE z.zone)::date, b.opened, 1 - b.opened
		FROM (
			SELECT h.organization, h.start_time, NULL::timestamptz AS end_time FROM care.hospital_stay h WHERE h.is_open
			UNION ALL
			SELECT h.organization, h.start_time, h.end_time FROM care.hospital_stay h
			WHERE h.status = 'finished' AND h.end_time >= z.since AND h.end_time <= now()
		) s
		CROSS JOIN LATERAL (VALUES (s.start_time, 1), (s.end_time, 0)) AS b (at, opened)
		WHERE b.at >= z.since
	) e
	GROUP BY e.organization, e.kind, e.day, z.today
	UNION ALL
	SELECT k.organization, k.kind, z.today, z.today, 0, 0, k.open, k.overdue
	FROM (SELECT care.today() AS today OFFSET 0) z
	CROSS JOIN (
		SELECT t.owner AS organization, 'task' AS kind, count(*) AS open, count(*) FILTER (WHERE t.due_end < now()) AS overdue
		FROM care.task t
		WHERE t.status IN ('requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold')
		GROUP BY t.owner
		UNION ALL
		SELECT r.performer, 'referral' AS kind, count(*), count(*) FILTER (WHERE r.due < now())
		FROM care.service_request r
		WHERE r.status IN ('requested', 'accepted')
		GROUP BY r.performer
		UNION ALL
		SELECT a.organization, 'alert' AS kind, count(*), 0
		FROM care.alert a
		WHERE a.status IN ('active', 'acknowledged', 'snoozed')
		GROUP BY a.organization
		UNION ALL
		SELECT a.organization, 'appointment' AS kind, count(*), count(*) FILTER (WHERE a.start_time < now())
		FROM care.appointment a
		WHERE a.status = 'booked'
		GROUP BY a.organization
		UNION ALL
		SELECT h.organization, 'stay' AS kind, count(*), 0
		FROM care.hospital_stay h
		WHERE h.is_open
		GROUP BY h.organization
	) k
) w
JOIN care.organization o ON o.id = w.organization
GROUP BY w.organization, o.name, w.kind, w.day, w.today;

COMMENT ON VIEW care.workload IS
'How much each organization got and finished on each of the last days (setting "workload_days"), and has open now.';
COMMENT ON COLUMN care.workload.organization IS 'Who has to do it.';
COMMENT ON COLUMN care.workload.organization_name IS 'Its name.';
COMMENT ON COLUMN care.workload.kind IS 'task (owner), referral (performer), alert, appointment, stay.';
COMMENT ON COLUMN care.workload.day IS 'The civil day.';
COMMENT ON COLUMN care.workload.opened IS 'How many began that day, by steps taken here; of stays, from any source, admissions.';
COMMENT ON COLUMN care.workload.done IS 'How many came to an end that day: to a status that no step leads out of.';
COMMENT ON COLUMN care.workload.open IS 'Of today: how many are open now; null for the days before.';
COMMENT ON COLUMN care.workload.overdue IS 'Of today: how many of them are past their due time.';

CREATE OR REPLACE FUNCTION care.workload_of(organization bigint)
RETURNS SETOF care.workload
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.check_works_for(organization);
	RETURN QUERY SELECT w.* FROM care.workload w WHERE w.organization = workload_of.organization
	ORDER BY w.kind, w.day;
END
$$;
COMMENT ON FUNCTION care.workload_of(bigint) IS
'The rows of care.workload of an organization, for who works there. Errors: 42501 for all others.';
