-- Reports on courses: admissions and readmissions by each definition, length of stay,
-- what follows a discharge, and what follows what. Days and months are civil ones; the
-- setting is read once a query.

CREATE OR REPLACE VIEW care.admission AS
SELECT a.definition, a.citizen, a.encounter, a.organization, a.discharged_by, a.start_time, a.end_time, a.is_acute, a.contacts,
	a.is_acute OR NOT a.acute_first AS counts_as_first, a.within,
	-- Backwards, so that each row adds one to what was seen. Admissions do not overlap: the first to start is the first to end.
	min(a.start_time) FILTER (WHERE a.counts_as_return) OVER later AS next_start_time,
	min(a.end_time) FILTER (WHERE a.counts_as_return) OVER later AS next_end_time
FROM (
	SELECT j.definition, j.citizen, j.within, j.acute_first, j.joining,
		(array_agg(j.id ORDER BY j.start_time, j.id))[1] AS encounter,
		(array_agg(j.organization ORDER BY j.start_time, j.id))[1] AS organization,
		(array_agg(j.organization ORDER BY j.end_time DESC, j.start_time DESC, j.id DESC))[1] AS discharged_by,
		min(j.start_time) AS start_time,
		CASE WHEN count(j.end_time) = count(*) THEN max(j.end_time) END AS end_time,
		(array_agg(j.is_acute ORDER BY j.start_time, j.id))[1] AS is_acute,
		count(*) AS contacts,
		(array_agg(j.is_acute ORDER BY j.start_time, j.id))[1] OR NOT j.acute_return AS counts_as_return
	FROM (
		SELECT s.definition, s.citizen, s.id, s.organization, s.start_time, s.end_time, s.is_acute,
			s.within, s.at_least, s.acute_first, s.acute_return,
			count(*) FILTER (WHERE s.begins) OVER (PARTITION BY s.definition, s.citizen ORDER BY s.start_time, s.id) AS joining
		FROM (
			SELECT d.name AS definition, c.citizen, c.id, c.organization, c.start_time, c.end_time, c.is_acute,
				d.within, d.at_least, d.acute_first, d.acute_return,
				c.transferred_from IS NULL AND c.start_time > d.joined + max(coalesce(c.end_time, 'infinity')) OVER (
					PARTITION BY d.name, c.citizen ORDER BY c.start_time, c.id
					ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS begins
			FROM care.contact c
			CROSS JOIN care.readmission_definition d
			WHERE c.class IN ('IMP', 'EMER', 'ACUTE', 'NONAC')
		) AS s
	) AS j
	GROUP BY j.definition, j.citizen, j.joining, j.within, j.at_least, j.acute_first, j.acute_return
	HAVING CASE WHEN count(j.end_time) = count(*) THEN max(j.end_time) ELSE greatest(now(), min(j.start_time)) END - min(j.start_time) >= j.at_least
) AS a
WINDOW later AS (PARTITION BY a.definition, a.citizen ORDER BY a.start_time DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

COMMENT ON VIEW care.admission IS
'Admissions by each definition in care.readmission_definition: stays that are joined count as one, and those that are too short do not. Ask for one definition, and it alone is computed.';
COMMENT ON COLUMN care.admission.definition IS 'The definition.';
COMMENT ON COLUMN care.admission.citizen IS 'Who was admitted.';
COMMENT ON COLUMN care.admission.encounter IS 'The stay that it began with.';
COMMENT ON COLUMN care.admission.organization IS 'The department that it began in.';
COMMENT ON COLUMN care.admission.discharged_by IS 'The department that it ended in, or is in.';
COMMENT ON COLUMN care.admission.start_time IS 'When it began.';
COMMENT ON COLUMN care.admission.end_time IS 'When it ended; null while it lasts.';
COMMENT ON COLUMN care.admission.is_acute IS 'Whether it began with an acute stay.';
COMMENT ON COLUMN care.admission.contacts IS 'How many stays were joined.';
COMMENT ON COLUMN care.admission.counts_as_first IS 'Whether a return to it may be a readmission.';
COMMENT ON COLUMN care.admission.within IS 'In what time, by the definition.';
COMMENT ON COLUMN care.admission.next_start_time IS 'When the next admission began that counts as a return.';
COMMENT ON COLUMN care.admission.next_end_time IS 'When that ended.';

CREATE OR REPLACE VIEW care.indexed_discharge AS
SELECT a.definition, a.citizen, a.encounter, a.discharged_by AS organization, a.start_time AS admitted_at, a.end_time AS discharged_at,
	date_trunc('month', a.end_time AT TIME ZONE z.zone)::date AS month,
	a.is_acute,
	coalesce(a.next_start_time - a.end_time <= a.within, false) AS is_readmitted,
	now() - a.end_time >= a.within AS is_known,
	a.next_start_time, a.next_end_time
FROM care.admission a
JOIN care.citizen c ON c.citizen = a.citizen
CROSS JOIN (SELECT care.setting('zone') AS zone OFFSET 0) AS z
WHERE a.end_time IS NOT NULL AND a.counts_as_first
	AND (c.deceased_at > a.end_time OR c.deceased_at IS NULL);

COMMENT ON VIEW care.indexed_discharge IS
'Discharges, alive, after which the citizen may be readmitted, and whether that came about: by each definition.';
COMMENT ON COLUMN care.indexed_discharge.definition IS 'The definition.';
COMMENT ON COLUMN care.indexed_discharge.citizen IS 'Who was discharged.';
COMMENT ON COLUMN care.indexed_discharge.encounter IS 'The stay that the admission began with.';
COMMENT ON COLUMN care.indexed_discharge.organization IS 'The department that discharged.';
COMMENT ON COLUMN care.indexed_discharge.admitted_at IS 'When the admission began.';
COMMENT ON COLUMN care.indexed_discharge.discharged_at IS 'When it ended.';
COMMENT ON COLUMN care.indexed_discharge.month IS 'First day of the month of the discharge.';
COMMENT ON COLUMN care.indexed_discharge.is_acute IS 'Whether it began with an acute stay.';
COMMENT ON COLUMN care.indexed_discharge.is_readmitted IS 'Whether a return came in time.';
COMMENT ON COLUMN care.indexed_discharge.is_known IS 'Whether all of the time has passed in which a return counts.';
COMMENT ON COLUMN care.indexed_discharge.next_start_time IS 'When the next admission began that counts as a return, in time or later.';
COMMENT ON COLUMN care.indexed_discharge.next_end_time IS 'When that ended.';

CREATE OR REPLACE VIEW care.readmission AS
SELECT i.definition, i.citizen, i.organization, i.month, i.encounter, i.admitted_at, i.discharged_at,
	r.id AS return_encounter, r.organization AS return_organization, i.next_start_time AS returned_at, i.next_end_time AS return_ended_at,
	i.next_start_time - i.discharged_at AS after
FROM care.indexed_discharge i
LEFT JOIN LATERAL (
	SELECT c.id, c.organization FROM care.contact c
	WHERE c.citizen = i.citizen AND c.start_time = i.next_start_time AND c.class IN ('IMP', 'EMER', 'ACUTE', 'NONAC')
	ORDER BY c.id LIMIT 1
) AS r ON true
WHERE i.is_readmitted;

COMMENT ON VIEW care.readmission IS 'Readmissions by each definition: the discharge, and the return.';
COMMENT ON COLUMN care.readmission.definition IS 'The definition.';
COMMENT ON COLUMN care.readmission.citizen IS 'Who came back.';
COMMENT ON COLUMN care.readmission.organization IS 'The department that had discharged.';
COMMENT ON COLUMN care.readmission.month IS 'First day of the month of the discharge.';
COMMENT ON COLUMN care.readmission.encounter IS 'The stay that the first admission began with.';
COMMENT ON COLUMN care.readmission.admitted_at IS 'When the first admission began.';
COMMENT ON COLUMN care.readmission.discharged_at IS 'When it ended.';
COMMENT ON COLUMN care.readmission.return_encounter IS 'The stay that the return began with.';
COMMENT ON COLUMN care.readmission.return_organization IS 'Its department.';
COMMENT ON COLUMN care.readmission.returned_at IS 'When the return began.';
COMMENT ON COLUMN care.readmission.return_ended_at IS 'When it ended; null while it lasts.';
COMMENT ON COLUMN care.readmission.after IS 'Time from the discharge to the return, in days of 24 hours.';

CREATE OR REPLACE VIEW care.readmission_rate AS
SELECT i.definition, i.organization, o.name AS department, i.month, i.discharges, i.readmissions,
	round(100.0 * i.readmissions / i.discharges, 1) AS percent, i.is_complete
FROM (
	SELECT n.definition, n.organization, n.month, count(*) AS discharges, count(*) FILTER (WHERE n.is_readmitted) AS readmissions,
		bool_and(n.is_known) AS is_complete
	FROM care.indexed_discharge n
	GROUP BY n.definition, n.organization, n.month
) AS i
LEFT JOIN care.organization o ON o.id = i.organization;

COMMENT ON VIEW care.readmission_rate IS 'Readmissions by definition, discharging department and month of discharge.';
COMMENT ON COLUMN care.readmission_rate.definition IS 'The definition.';
COMMENT ON COLUMN care.readmission_rate.organization IS 'The department that discharged.';
COMMENT ON COLUMN care.readmission_rate.department IS 'Its name.';
COMMENT ON COLUMN care.readmission_rate.month IS 'First day of the month of the discharges.';
COMMENT ON COLUMN care.readmission_rate.discharges IS 'Discharges that a readmission may follow.';
COMMENT ON COLUMN care.readmission_rate.readmissions IS 'How many of them were followed by one.';
COMMENT ON COLUMN care.readmission_rate.percent IS 'Their share.';
COMMENT ON COLUMN care.readmission_rate.is_complete IS
'Whether for all these discharges the time has passed in which a return counts; else there may come more.';

CREATE OR REPLACE VIEW care.stay_length AS
SELECT c.citizen, c.id AS encounter, c.organization, c.class, c.start_time, c.end_time,
	date_trunc('month', c.end_time AT TIME ZONE z.zone)::date AS month,
	smartcare.bed_days(smartcare.episode('stay', s.period), 'stay', z.past, z.zone)
		- CASE WHEN c.leaves = '{}' THEN 0
			ELSE coalesce(smartcare.bed_days((
				SELECT smartcare.episode_agg('leave', p.period) FROM unnest(c.leaves * tstzmultirange(s.period)) AS p (period)
			), 'leave', z.past, z.zone), 0) END AS bed_days
FROM care.contact c
CROSS JOIN LATERAL (SELECT tstzrange(c.start_time, c.end_time) AS period) AS s
CROSS JOIN (SELECT care.setting('zone') AS zone, tstzrange(NULL, now()) AS past OFFSET 0) AS z
WHERE c.class IN ('IMP', 'ACUTE', 'NONAC');

COMMENT ON VIEW care.stay_length IS 'Stays of inpatients with their bed days: the midnights in hospital, those on leave left out; of one that lasts until now.';
COMMENT ON COLUMN care.stay_length.citizen IS 'The citizen whom it is about.';
COMMENT ON COLUMN care.stay_length.encounter IS 'The stay, in one department.';
COMMENT ON COLUMN care.stay_length.organization IS 'The department.';
COMMENT ON COLUMN care.stay_length.class IS 'HL7 v3 ActCode of the encounter.';
COMMENT ON COLUMN care.stay_length.start_time IS 'When it began.';
COMMENT ON COLUMN care.stay_length.end_time IS 'When it ended; null while it lasts.';
COMMENT ON COLUMN care.stay_length.month IS 'First day of the month in which it ended; null while it lasts.';
COMMENT ON COLUMN care.stay_length.bed_days IS 'Its bed days.';

CREATE OR REPLACE VIEW care.length_of_stay AS
SELECT s.organization, o.name AS department, s.month, s.stays, s.bed_days, s.mean, s.median
FROM (
	SELECT l.organization, l.month, count(*) AS stays, sum(l.bed_days) AS bed_days, round(avg(l.bed_days), 2) AS mean,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY l.bed_days) AS median
	FROM care.stay_length l
	WHERE l.month IS NOT NULL
	GROUP BY l.organization, l.month
) AS s
LEFT JOIN care.organization o ON o.id = s.organization;

COMMENT ON VIEW care.length_of_stay IS 'Length of stay by department and the month in which the stays ended.';
COMMENT ON COLUMN care.length_of_stay.organization IS 'The department.';
COMMENT ON COLUMN care.length_of_stay.department IS 'Its name.';
COMMENT ON COLUMN care.length_of_stay.month IS 'First day of the month.';
COMMENT ON COLUMN care.length_of_stay.stays IS 'Stays that ended, by discharge, transfer or death.';
COMMENT ON COLUMN care.length_of_stay.bed_days IS 'Their bed days, whatever month they fell in.';
COMMENT ON COLUMN care.length_of_stay.mean IS 'Bed days of one, on average.';
COMMENT ON COLUMN care.length_of_stay.median IS 'Bed days of the one in the middle.';

CREATE OR REPLACE VIEW care.municipal_follow_up AS
SELECT i.definition, i.citizen, i.organization, i.month, i.encounter, i.discharged_at,
	f.followed_up_at, f.followed_up_at - i.discharged_at AS after
FROM care.indexed_discharge i
CROSS JOIN LATERAL (
	SELECT least(
		(
			SELECT min(c.start_time) FROM care.contact c
			WHERE c.citizen = i.citizen AND c.start_time >= i.discharged_at AND c.sector IN ('municipality', 'social')
		), (
			SELECT min(greatest(lower(p.period), i.discharged_at))
			FROM care.episode_of_care e
			CROSS JOIN LATERAL smartcare.unnest(e.course) AS p
			-- Looked up one by one: a citizen has few.
			WHERE e.citizen = i.citizen
				AND (SELECT o.sector FROM care.organization o WHERE o.id = e.organization) IN ('municipality', 'social')
				AND p.label = 'active' AND p.period && tstzrange(i.discharged_at, NULL)
		)) AS followed_up_at
) AS f;

COMMENT ON VIEW care.municipal_follow_up IS
'From each discharge to the first visit of the municipality, or until a service of it is given again: at once where one never paused. By each definition of what a discharge is.';
COMMENT ON COLUMN care.municipal_follow_up.definition IS 'The definition.';
COMMENT ON COLUMN care.municipal_follow_up.citizen IS 'Who was discharged.';
COMMENT ON COLUMN care.municipal_follow_up.organization IS 'The department that discharged.';
COMMENT ON COLUMN care.municipal_follow_up.month IS 'First day of the month of the discharge.';
COMMENT ON COLUMN care.municipal_follow_up.encounter IS 'The stay that the admission began with.';
COMMENT ON COLUMN care.municipal_follow_up.discharged_at IS 'When it was.';
COMMENT ON COLUMN care.municipal_follow_up.followed_up_at IS 'When the municipality was there; null if not yet.';
COMMENT ON COLUMN care.municipal_follow_up.after IS 'How long that took, in days of 24 hours.';

CREATE OR REPLACE VIEW care.directly_follows AS
SELECT NULL::text AS programme, t.from_label, t.to_label, count(*) AS transitions, count(DISTINCT k.citizen) AS citizens,
	percentile_cont(0.5) WITHIN GROUP (ORDER BY t.gap) AS median_gap,
	percentile_cont(0.9) WITHIN GROUP (ORDER BY t.gap) AS gap_of_nine_tenths
FROM care.care_course k
CROSS JOIN LATERAL smartcare.transitions(k.course) AS t
GROUP BY t.from_label, t.to_label
UNION ALL
SELECT g.name, t.from_label, t.to_label, count(*), count(DISTINCT n.citizen),
	percentile_cont(0.5) WITHIN GROUP (ORDER BY t.gap),
	percentile_cont(0.9) WITHIN GROUP (ORDER BY t.gap)
FROM care.enrollment n
JOIN care.programme g ON g.id = n.programme
JOIN care.care_course k ON k.citizen = n.citizen
CROSS JOIN LATERAL smartcare.transitions(k.course) AS t
WHERE n.status <> 'entered-in-error' AND t.at >= n.start_time AND (t.at < n.end_time OR n.end_time IS NULL)
GROUP BY g.name, t.from_label, t.to_label;

COMMENT ON VIEW care.directly_follows IS
'What follows what in the courses of citizens, the directly-follows graph of process mining: over all citizens (programme null), and by programme over the time in which they were enrolled.';
COMMENT ON COLUMN care.directly_follows.programme IS 'Name of the programme; null over all citizens.';
COMMENT ON COLUMN care.directly_follows.from_label IS 'The phase.';
COMMENT ON COLUMN care.directly_follows.to_label IS 'The phase that starts next.';
COMMENT ON COLUMN care.directly_follows.transitions IS 'How often.';
COMMENT ON COLUMN care.directly_follows.citizens IS 'With how many citizens.';
COMMENT ON COLUMN care.directly_follows.median_gap IS
'Time from the end of the one to the start of the other, in the median, in days of 24 hours; less than 0 where they overlap, those still open left out.';
COMMENT ON COLUMN care.directly_follows.gap_of_nine_tenths IS 'What nine tenths do not exceed.';
