-- Who came home, and who has been seen since: what several work-lists rest on. Looked up
-- citizen by citizen: who asks begins at citizens of an organization.

CREATE OR REPLACE VIEW care.recent_discharge AS
SELECT c.citizen, e.id, e.kind, e.reason, e.organization, c.municipality, c.general_practice, e.start_time, e.end_time, e.source, e.as_of
FROM care.citizen c
CROSS JOIN LATERAL (
	SELECT s.* FROM care.hospital_stay s
	WHERE s.citizen = c.citizen AND s.status = 'finished' AND s.end_time >= now() - interval '14 days'
	ORDER BY s.end_time DESC, s.id DESC LIMIT 1
) e
WHERE e.end_time < now() AND NOT c.deceased
	AND NOT EXISTS (SELECT FROM care.hospital_stay other WHERE other.citizen = c.citizen AND other.is_open);

COMMENT ON VIEW care.recent_discharge IS
'Who came home from hospital in the last 14 days and is not there again: each with the stay that ended last.';
COMMENT ON COLUMN care.recent_discharge.citizen IS 'Who came home.';
COMMENT ON COLUMN care.recent_discharge.id IS 'Id of the encounter.';
COMMENT ON COLUMN care.recent_discharge.kind IS 'emergency or inpatient.';
COMMENT ON COLUMN care.recent_discharge.reason IS 'Why the citizen was there.';
COMMENT ON COLUMN care.recent_discharge.organization IS 'The department.';
COMMENT ON COLUMN care.recent_discharge.municipality IS 'Where the citizen lives.';
COMMENT ON COLUMN care.recent_discharge.general_practice IS 'Whose patient the citizen is.';
COMMENT ON COLUMN care.recent_discharge.start_time IS 'When the stay began.';
COMMENT ON COLUMN care.recent_discharge.end_time IS 'When it ended.';
COMMENT ON COLUMN care.recent_discharge.source IS 'Identity of the message or resource that said so.';
COMMENT ON COLUMN care.recent_discharge.as_of IS 'When the source issued it; where it does not say, when it was recorded here.';

CREATE OR REPLACE VIEW care.contact_made AS
SELECT e.citizen, e.organization, e.start_time
FROM care.encounter e
WHERE e.status NOT IN ('planned', 'cancelled', 'entered-in-error')
UNION ALL
SELECT a.citizen, a.organization, a.start_time
FROM care.appointment a
WHERE a.status = 'fulfilled' OR a.status = 'booked' AND a.start_time >= now();

COMMENT ON VIEW care.contact_made IS
'That an organization has seen a citizen, or will: encounters that took place, appointments that were kept or are to come.';
COMMENT ON COLUMN care.contact_made.citizen IS 'Who was seen.';
COMMENT ON COLUMN care.contact_made.organization IS 'By whom.';
COMMENT ON COLUMN care.contact_made.start_time IS 'When.';
