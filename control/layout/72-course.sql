-- Courses: the status history of each episode of care, and each citizen's whole path
-- through the sectors, both kept by triggers in the transaction that changes what
-- they follow from.

-- The status history

CREATE OR REPLACE FUNCTION care.status_course(statuses text[], start_times timestamptz[])
RETURNS smartcare.episode
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT smartcare.episode_agg(h.status, tstzrange(h.start_time, h.next_time))
	FROM (
		SELECT s.status, s.start_time, lead(s.start_time) OVER (ORDER BY s.start_time, s.place) AS next_time
		FROM (
			SELECT u.status, u.start_time, u.place, lag(u.status) OVER (ORDER BY u.start_time, u.place) AS previous
			FROM unnest(statuses, start_times) WITH ORDINALITY AS u (status, start_time, place)
			WHERE isfinite(u.start_time)
		) AS s
		WHERE s.previous IS DISTINCT FROM s.status
	) AS h
	WHERE h.next_time IS NULL OR h.next_time > h.start_time;
END;
COMMENT ON FUNCTION care.status_course(text[], timestamptz[]) IS
'Internal: the history of a status that changed at these times: each status until the next, the last one open. What lasted no time is left out, and so is what has no time.';

CREATE OR REPLACE FUNCTION care.first_course(
	status text, start_time timestamptz, end_time timestamptz, issued timestamptz)
RETURNS smartcare.episode
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE status
	WHEN 'entered-in-error' THEN NULL
	WHEN 'finished' THEN care.status_course(ARRAY['active', 'finished'], ARRAY[start_time, greatest(start_time, end_time)])
	WHEN 'cancelled' THEN care.status_course(ARRAY[status], ARRAY[coalesce(end_time, issued, start_time)])
	WHEN 'active' THEN care.status_course(ARRAY[status], ARRAY[start_time])
	WHEN 'onhold' THEN care.status_course(ARRAY[status], ARRAY[start_time])
	ELSE care.status_course(ARRAY[status], ARRAY[least(issued, start_time)]) END;
COMMENT ON FUNCTION care.first_course(text, timestamptz, timestamptz, timestamptz) IS
'Internal: the status history of an episode of care of which nobody told one: its status since it began; what is finished was active before; what is planned has been so since it was issued.';

CREATE OR REPLACE FUNCTION care.fhir_course(content jsonb, issued timestamptz)
RETURNS smartcare.episode
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	zone CONSTANT text := care.setting('zone');
	status CONSTANT text := content ->> 'status';
	start_time CONSTANT timestamptz := smartcare.fhir_start(content #>> '{period,start}', zone);
	end_time CONSTANT timestamptz := care.fhir_end_exclusive(content #>> '{period,end}', zone);
	history record;
BEGIN
	IF status = 'entered-in-error' THEN
		RETURN NULL;
	END IF;
	SELECT array_agg(h.status ORDER BY h.start_time, h.place) AS statuses,
		array_agg(h.start_time ORDER BY h.start_time, h.place) AS start_times,
		max(h.start_time) AS last_start,
		(array_agg(h.end_time ORDER BY h.start_time DESC, h.place DESC))[1] AS last_end
	INTO history
	FROM (
		SELECT s.entry ->> 'status' AS status, smartcare.fhir_start(s.entry #>> '{period,start}', zone) AS start_time,
			care.fhir_end_exclusive(s.entry #>> '{period,end}', zone) AS end_time, s.place
		FROM jsonb_path_query(content, '$.statusHistory[*]') WITH ORDINALITY AS s (entry, place)
	) AS h
	WHERE h.start_time IS NOT NULL;
	IF history.statuses IS NULL THEN
		RETURN care.first_course(status, start_time, end_time, issued);
	END IF;
	RETURN care.status_course(history.statuses || status, history.start_times
		|| greatest(history.last_start,
			coalesce(history.last_end, CASE WHEN status IN ('finished', 'cancelled') THEN end_time END,
				CASE WHEN status <> history.statuses[cardinality(history.statuses)] THEN issued END)));
END
$$;
COMMENT ON FUNCTION care.fhir_course(jsonb, timestamptz) IS
'Internal: the status history of a FHIR EpisodeOfCare: each status of statusHistory until the next begins, then the status that it has, since the end of the last one, or of the period where it is over, or since the version was issued.';

CREATE OR REPLACE FUNCTION care.fhir_end_exclusive(value text, zone text)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN smartcare.fhir_end(value, zone)
	+ CASE WHEN pg_catalog.length(value) <= 10 THEN interval '1 microsecond' ELSE interval '0' END;
COMMENT ON FUNCTION care.fhir_end_exclusive(text, text) IS
'Internal: when what ends on a FHIR date or dateTime is over: of a day, month or year the start of the next.';

CREATE OR REPLACE FUNCTION care.advance_course(course smartcare.episode, status text, at timestamptz)
RETURNS smartcare.episode
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN smartcare.slice(course, tstzrange(NULL, at)) OPERATOR(smartcare.||) smartcare.episode(status, tstzrange(at, NULL));
COMMENT ON FUNCTION care.advance_course(smartcare.episode, text, timestamptz) IS
'Internal: a status history once the status changes; what it said of later times gives way.';

CREATE OR REPLACE FUNCTION care.follow_status()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	event care.workflow_event;
BEGIN
	IF NEW.status = 'entered-in-error' THEN
		NEW.course := NULL;
		RETURN NEW;
	-- Who writes the course, as the importer and annulment do, knows it.
	ELSIF TG_OP = 'INSERT' AND NEW.course IS NOT NULL
		OR TG_OP = 'UPDATE' AND (NEW.status = OLD.status
			OR NOT coalesce(NEW.course OPERATOR(smartcare.=) OLD.course, NEW.course IS NULL AND OLD.course IS NULL))
	THEN
		RETURN NEW;
	END IF;

	SELECT * INTO event FROM care.workflow_event e
	WHERE e.citizen = NEW.citizen AND e.entity = 'episode_of_care' AND e.entry = NEW.id
	ORDER BY e.id DESC LIMIT 1;
	IF event.to_status = NEW.status AND event.annuls IS NULL THEN
		NEW.course := care.advance_course(NEW.course, NEW.status, event.event_time);
	ELSIF TG_OP = 'UPDATE' THEN
		NEW.course := care.advance_course(NEW.course, NEW.status, now());
	ELSE
		NEW.course := care.first_course(NEW.status, NEW.start_time, NEW.end_time, NEW.issued);
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION care.follow_status() IS
'Internal: trigger that advances the status history: to the time of the step that was taken; without one, as who writes the row by hand does none, to the present.';

CREATE OR REPLACE TRIGGER episode_of_care_status BEFORE INSERT OR UPDATE OF status ON care.episode_of_care
	FOR EACH ROW EXECUTE FUNCTION care.follow_status();

CREATE OR REPLACE VIEW care.illegal_status_history AS
SELECT e.citizen, e.id AS episode_of_care, e.organization, smartcare.follows(e.course, w.allowed) AS step, e.source
FROM care.episode_of_care e
CROSS JOIN (
	SELECT array_agg(ARRAY[a.from_status, a.to_status]) AS allowed
	FROM (
		SELECT t.from_status, t.to_status
		FROM care.workflow_transition t WHERE t.entity = 'episode_of_care' AND t.from_status <> ''
		UNION
		-- What no step does here, and FHIR lets others do.
		VALUES ('planned', 'waitlist'), ('active', 'cancelled'), ('onhold', 'cancelled')
	) AS a
) AS w
WHERE e.source IS NOT NULL AND smartcare.follows(e.course, w.allowed) IS NOT NULL;

COMMENT ON VIEW care.illegal_status_history IS
'Episodes of care from outside whose status history has a step that is not allowed, as from finished back to active. It may begin with any: what was before is not always told. Steps taken here are checked when they are taken.';
COMMENT ON COLUMN care.illegal_status_history.citizen IS 'The citizen whom it is about.';
COMMENT ON COLUMN care.illegal_status_history.episode_of_care IS 'The episode of care.';
COMMENT ON COLUMN care.illegal_status_history.organization IS 'The organization responsible.';
COMMENT ON COLUMN care.illegal_status_history.step IS 'The first step that is not allowed, as "finished -> active".';
COMMENT ON COLUMN care.illegal_status_history.source IS 'Identity of the resource that said so.';

-- The path through the sectors

CREATE OR REPLACE VIEW care.contact AS
SELECT e.citizen, e.id, e.class, e.organization, o.sector, e.start_time,
	CASE WHEN e.status IN ('finished', 'unknown') AND e.end_time IS DISTINCT FROM 'infinity'
		THEN greatest(e.end_time, e.start_time + interval '1 minute') END AS end_time,
	e.leaves, NOT e.planned AND e.class IN ('EMER', 'IMP', 'ACUTE') AS is_acute, e.transferred_from
FROM care.encounter e
LEFT JOIN care.organization o ON o.id = e.organization
WHERE isfinite(e.start_time)
	AND (e.status IN ('arrived', 'triaged', 'in-progress', 'onleave', 'finished') OR e.status = 'unknown' AND e.end_time IS NOT NULL);

COMMENT ON VIEW care.contact IS 'Encounters that took place, or are taking place.';
COMMENT ON COLUMN care.contact.citizen IS 'The citizen whom it is about.';
COMMENT ON COLUMN care.contact.id IS 'Id of the encounter.';
COMMENT ON COLUMN care.contact.class IS 'HL7 v3 ActCode of the encounter.';
COMMENT ON COLUMN care.contact.organization IS 'The organization responsible.';
COMMENT ON COLUMN care.contact.sector IS 'Its sector.';
COMMENT ON COLUMN care.contact.start_time IS 'When it began.';
COMMENT ON COLUMN care.contact.end_time IS
'When it ended, a minute after it began or later, for sources do not always tell; null while it lasts.';
COMMENT ON COLUMN care.contact.leaves IS 'When the citizen was at home during the stay.';
COMMENT ON COLUMN care.contact.is_acute IS
'Of a stay, whether it came unplanned: class EMER, IMP or ACUTE and not planned. One from outside of which nothing tells that it was planned counts as acute; class NONAC is not.';
COMMENT ON COLUMN care.contact.transferred_from IS 'The stay that ended by moving the citizen to this one.';

CREATE OR REPLACE VIEW care.care_phase AS
SELECT c.citizen, l.label, tstzrange(c.start_time, c.end_time) AS period, c.organization
FROM care.contact c
CROSS JOIN LATERAL (
	SELECT CASE
		WHEN c.class IN ('IMP', 'ACUTE', 'NONAC') THEN 'hospital'
		WHEN c.class = 'EMER' THEN 'emergency'
		WHEN c.sector = 'general practice' THEN 'gp'
		WHEN c.sector IN ('specialist', 'pharmacy', 'therapist') THEN c.sector
		WHEN c.sector IN ('municipality', 'social') THEN NULL
		ELSE 'outpatient' END AS label
) AS l
WHERE l.label IS NOT NULL
UNION ALL
SELECT c.citizen, 'leave', p.period, c.organization
FROM care.contact c
CROSS JOIN LATERAL unnest(c.leaves * tstzmultirange(tstzrange(c.start_time, c.end_time))) AS p (period)
WHERE c.class IN ('IMP', 'ACUTE', 'NONAC') AND c.leaves <> '{}'
UNION ALL
SELECT e.citizen, coalesce(nullif(lower(left(btrim(e.type), 100)), ''), 'municipal service'), p.period, e.organization
FROM care.episode_of_care e
CROSS JOIN LATERAL smartcare.unnest(e.course) AS p
-- Looked up for the few of a citizen: a join may read all organizations.
WHERE p.label = 'active' AND (SELECT o.sector FROM care.organization o WHERE o.id = e.organization) IN ('municipality', 'social');

COMMENT ON VIEW care.care_phase IS
'What a citizen''s path through the sectors consists of: stays in hospital, leave from them, contacts with who sees the citizen outside, and the time in which the municipality gives a service. Visits of the municipality are part of its services, and no phases.';
COMMENT ON COLUMN care.care_phase.citizen IS 'The citizen whom it is about.';
COMMENT ON COLUMN care.care_phase.label IS
'hospital (class IMP, ACUTE, NONAC), emergency (EMER), leave (within a stay, which goes on); of other contacts gp, specialist, pharmacy or therapist by the sector, else outpatient; of a municipal service its type in lower case, or ''municipal service''.';
COMMENT ON COLUMN care.care_phase.period IS 'From when until when; unbounded while it lasts.';
COMMENT ON COLUMN care.care_phase.organization IS 'The organization responsible.';

CREATE OR REPLACE FUNCTION care.settle_courses(citizens bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- As for care.take_step().
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
	changed bigint;
	found_course smartcare.episode;
BEGIN
	-- Two sessions that write about one citizen at once: the second sees what the first did.
	PERFORM FROM care.citizen c WHERE c.citizen = ANY (citizens) ORDER BY c.citizen FOR NO KEY UPDATE;

	FOREACH changed IN ARRAY citizens LOOP
		SELECT smartcare.episode_agg(p.label, p.period) INTO found_course FROM care.care_phase p WHERE p.citizen = changed;
		IF found_course IS NULL THEN
			DELETE FROM care.care_course k WHERE k.citizen = changed;
		ELSE
			INSERT INTO care.care_course AS k (citizen, course) VALUES (changed, found_course)
			ON CONFLICT ON CONSTRAINT care_course_pkey DO UPDATE SET course = excluded.course
			WHERE k.course OPERATOR(smartcare.<>) excluded.course;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.settle_courses(bigint[]) IS 'Internal: makes the courses of citizens what their phases are.';

CREATE OR REPLACE FUNCTION care.follow_entries()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	citizens CONSTANT bigint[] := ARRAY(SELECT DISTINCT n.citizen FROM changed n);
BEGIN
	IF cardinality(citizens) > 0 THEN
		PERFORM care.settle_courses(citizens);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.follow_entries() IS
'Internal: trigger by which the courses of citizens follow their entries, once a statement.';

CREATE OR REPLACE FUNCTION care.follow_encounters()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- Much of an encounter may change that is no phase.
	citizens CONSTANT bigint[] := ARRAY(
		SELECT DISTINCT n.citizen FROM changed n
		LEFT JOIN formerly f ON f.citizen = n.citizen AND f.id = n.id
		WHERE (n.status, n.class, n.organization, n.start_time, n.end_time, n.leaves)
			IS DISTINCT FROM (f.status, f.class, f.organization, f.start_time, f.end_time, f.leaves));
BEGIN
	IF cardinality(citizens) > 0 THEN
		PERFORM care.settle_courses(citizens);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.follow_encounters() IS
'Internal: trigger by which the courses of citizens follow changes of what care.care_phase says of their encounters, once a statement.';

CREATE OR REPLACE FUNCTION care.follow_sectors()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	organizations CONSTANT bigint[] := ARRAY(
		SELECT n.id FROM changed n JOIN formerly f ON f.id = n.id WHERE n.sector <> f.sector);
BEGIN
	IF cardinality(organizations) > 0 THEN
		PERFORM care.settle_courses(ARRAY(
			SELECT e.citizen FROM care.encounter e WHERE e.organization = ANY (organizations)
			UNION
			SELECT e.citizen FROM care.episode_of_care e WHERE e.organization = ANY (organizations)));
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.follow_sectors() IS
'Internal: trigger by which the courses of all who have been with an organization follow its sector.';

CREATE OR REPLACE TRIGGER encounter_course_insert AFTER INSERT ON care.encounter
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION care.follow_entries();
CREATE OR REPLACE TRIGGER encounter_course_update AFTER UPDATE ON care.encounter
	REFERENCING OLD TABLE AS formerly NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION care.follow_encounters();
CREATE OR REPLACE TRIGGER encounter_course_delete AFTER DELETE ON care.encounter
	REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION care.follow_entries();
CREATE OR REPLACE TRIGGER episode_of_care_course_insert AFTER INSERT ON care.episode_of_care
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION care.follow_entries();
CREATE OR REPLACE TRIGGER episode_of_care_course_update AFTER UPDATE ON care.episode_of_care
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION care.follow_entries();
CREATE OR REPLACE TRIGGER episode_of_care_course_delete AFTER DELETE ON care.episode_of_care
	REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION care.follow_entries();
CREATE OR REPLACE TRIGGER organization_course AFTER UPDATE ON care.organization
	REFERENCING OLD TABLE AS formerly NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION care.follow_sectors();
