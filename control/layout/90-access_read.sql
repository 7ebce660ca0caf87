-- What of a citizen's record can be read once it is open, and as which part of it. Readers get
-- functions, not views: a view calls the functions that it is made of as its reader, who
-- would need the right to them; and the planner tells of rows behind a view what statistics know.

CREATE OR REPLACE VIEW care.readable AS
SELECT r.relation::name AS relation, r.part
FROM (VALUES
	('encounter', 'contacts'), ('episode_of_care', 'contacts'), ('service_request', 'contacts'), ('appointment', 'contacts'),
	('hospital_stay', 'contacts'), ('care_phase', 'contacts'), ('rehabilitation_due', 'contacts'), ('stay_waits_for', 'contacts'),
	('related_person', 'contacts'), ('care_team_member', 'contacts'), ('consent', 'contacts'),
	('condition', 'conditions'),
	('medication_statement', 'medication'), ('allergy', 'medication'),
	('care_plan', 'plan'), ('care_plan_activity', 'plan'), ('goal', 'plan'), ('task', 'plan'), ('agreement', 'plan'),
	('enrollment', 'plan'), ('enrollment_phase', 'plan'), ('assessment', 'plan'),
	('measurement_plan', 'measurements'), ('measurement_due', 'measurements'), ('measurement_missing', 'measurements'),
	('measurement_series', 'measurements'), ('measurement_note', 'measurements'), ('reference_range', 'measurements'),
	('alert', 'measurements'), ('alert_open', 'measurements'),
	('questionnaire_response', 'answers'), ('due_questionnaire', 'answers'), ('diary_entry', 'answers'),
	('document_reference', 'messages'), ('document', 'messages')
) AS r (relation, part);

COMMENT ON VIEW care.readable IS
'What of an open record care.<relation>_of(citizen) reads. Beside it care.overview_of(), care.timeline_of() and care.measurement_of() read what is of several parts, or long.';
COMMENT ON COLUMN care.readable.relation IS 'The table or view in schema care.';
COMMENT ON COLUMN care.readable.part IS 'The part of the record (care.record_part) that it belongs to.';

CREATE OR REPLACE FUNCTION care.part_of(entity name)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE entity WHEN 'letter' THEN 'messages'
	ELSE (SELECT r.part FROM care.readable r WHERE r.relation = entity) END;
COMMENT ON FUNCTION care.part_of(name) IS
'Internal: the part of a record (care.record_part) that a row of a work-list belongs to, by its table; null for what is of none, which is refused with any part.';

CREATE OR REPLACE FUNCTION care.open_parts(INOUT citizen bigint, OUT parts text[])
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept CONSTANT bigint := care.current_citizen(open_parts.citizen);
	sees_all CONSTANT boolean := smartcare.sees_all();
	entry care.access_log;
	organizations bigint[];
BEGIN
	IF NOT sees_all THEN
		entry := care.opened_access(kept);
		organizations := care.my_organizations();
	END IF;
	parts := ARRAY(
		SELECT p.name FROM care.record_part p
		WHERE sees_all OR entry.id IS NOT NULL AND care.access_stands(entry, p.name, organizations)
		ORDER BY p.name);
	IF parts = '{}' THEN
		PERFORM care.refuse_access(format('the record of citizen %s is not open', open_parts.citizen),
			'care.open_record() opens it, once it has committed.');
	END IF;
	citizen := kept;
END
$$;
COMMENT ON FUNCTION care.open_parts(bigint) IS
'Internal: the record that stands for a citizen, and the parts of it that the caller may read now; all for the owner. Errors: 42501 none, 25006 on a standby.';

CREATE OR REPLACE FUNCTION care.check_open(citizen bigint, part text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept CONSTANT bigint := care.current_citizen(citizen);
	entry care.access_log;
BEGIN
	IF smartcare.sees_all() THEN
		RETURN kept;
	END IF;
	entry := care.opened_access(kept);
	IF entry.id IS NULL OR care.access_stands(entry, part, care.my_organizations()) IS NOT TRUE THEN
		PERFORM care.refuse_access(format('the record of citizen %s is not open, or not in part "%s"', citizen, part),
			'care.open_record() opens it, once it has committed, and says which parts are withheld.');
	END IF;
	RETURN kept;
END
$$;
COMMENT ON FUNCTION care.check_open(bigint, text) IS
'Internal: the record that stands for a citizen, if the caller may read that part of it now; the owner may. Errors: 42501 not open, or withheld, 25006 on a standby.';

CREATE OR REPLACE FUNCTION care.check_whole(citizen bigint)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	opened record;
	withheld text[];
BEGIN
	IF smartcare.sees_all() THEN
		RETURN care.current_citizen(check_whole.citizen);
	END IF;
	opened := care.open_parts(check_whole.citizen);
	withheld := ARRAY(SELECT p.name FROM care.record_part p WHERE p.name <> ALL (opened.parts) ORDER BY p.name);
	IF withheld <> '{}' THEN
		PERFORM care.refuse_access(format('parts of the record of citizen %s are withheld', citizen),
			format('They are %s: read what is open with the functions of each part.', array_to_string(withheld, ', ')));
	END IF;
	RETURN opened.citizen;
END
$$;
COMMENT ON FUNCTION care.check_whole(bigint) IS
'Internal: the record that stands for a citizen, if all parts of it are open to the caller; the owner may. Errors: 42501 not open, or a part is withheld, 25006 on a standby.';

-- One function for each relation, all alike.
DO $$
DECLARE
	item record;
BEGIN
	FOR item IN SELECT r.relation, r.part FROM care.readable r LOOP
		EXECUTE format($template$
CREATE OR REPLACE FUNCTION care.%1$I(citizen bigint)
RETURNS SETOF care.%2$I
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER ROWS 20
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $function$
DECLARE
	kept CONSTANT bigint := care.check_open(citizen, %3$L);
BEGIN
	RETURN QUERY SELECT r.* FROM care.%2$I r WHERE r.citizen = kept;
END
$function$ $template$, item.relation || '_of', item.relation, item.part);
		EXECUTE format('COMMENT ON FUNCTION care.%I(bigint) IS %L', item.relation || '_of', format(
			'What care.%s has of a citizen, whose record is open to the caller in part "%s". Errors: 42501 it is not, 25006 on a standby.', item.relation, item.part));
	END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION care.measurement_of(
	citizen bigint, measure text DEFAULT NULL,
	start_time timestamptz DEFAULT '-infinity', end_time timestamptz DEFAULT 'infinity')
RETURNS SETOF care.measurement
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept CONSTANT bigint := care.check_open(citizen, 'measurements');
BEGIN
	RETURN QUERY SELECT m.* FROM care.measurement m
	WHERE m.citizen = kept AND (measurement_of.measure IS NULL OR m.measure = measurement_of.measure)
		AND m."time" >= measurement_of.start_time AND m."time" < measurement_of.end_time;
END
$$;
COMMENT ON FUNCTION care.measurement_of(bigint, text, timestamptz, timestamptz) IS
'What care.measurement has of a citizen, of one measure (by name; null: all), from start_time to before end_time. The record is open to the caller in part "measurements". Errors: 42501 it is not, 25006 on a standby.';

CREATE OR REPLACE FUNCTION care.timeline_of(citizen bigint)
RETURNS SETOF care.timeline
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER ROWS 200
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
	opened CONSTANT record := care.open_parts(citizen);
	entities CONSTANT text[] := ARRAY(SELECT r.relation::text FROM care.readable r WHERE r.part = ANY (opened.parts));
BEGIN
	RETURN QUERY SELECT t.* FROM care.timeline t
	WHERE t.citizen = opened.citizen AND t.entity = ANY (entities)
	ORDER BY t."time" DESC;
END
$$;
COMMENT ON FUNCTION care.timeline_of(bigint) IS
'What care.timeline has of a citizen, the latest first: of the tables in care.readable those whose part is open to the caller. Errors: 42501 none is, 25006 on a standby.';

CREATE OR REPLACE FUNCTION care.overview_of(citizen bigint)
RETURNS SETOF care.shared_overview
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
	opened CONSTANT record := care.open_parts(citizen);
	shows_contacts CONSTANT boolean := 'contacts' = ANY (opened.parts);
	shows_medication CONSTANT boolean := 'medication' = ANY (opened.parts);
	shows_plan CONSTANT boolean := 'plan' = ANY (opened.parts);
BEGIN
	RETURN QUERY
	SELECT o.citizen, o.name, o.identifier, o.birth_date, o.age, o.gender, o.deceased, o.municipality, o.general_practice,
		CASE WHEN shows_contacts THEN o.in_hospital END,
		CASE WHEN shows_contacts THEN o.hospital_care END,
		CASE WHEN shows_contacts THEN o.municipal_care END,
		CASE WHEN shows_contacts THEN o.general_practice_care END,
		CASE WHEN shows_contacts THEN o.other_care END,
		CASE WHEN 'conditions' = ANY (opened.parts) THEN o.conditions END,
		CASE WHEN shows_medication THEN o.medications END,
		CASE WHEN shows_medication THEN o.allergies END,
		CASE WHEN shows_plan THEN o.plan END,
		CASE WHEN shows_plan THEN o.goals END,
		CASE WHEN 'measurements' = ANY (opened.parts) THEN o.measurements END,
		CASE WHEN shows_plan THEN o.overdue END,
		-- It names what is withheld.
		CASE WHEN opened.parts @> '{contacts,conditions,medication,plan,measurements}' THEN o.as_of END
	FROM care.shared_overview o
	WHERE o.citizen = opened.citizen;
END
$$;
COMMENT ON FUNCTION care.overview_of(bigint) IS
'The row of care.shared_overview of a citizen, with null for what is not open to the caller. Errors: 42501 nothing is, 25006 on a standby.';
