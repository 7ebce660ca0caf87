-- Export: a citizen's record as a Bundle, or as its entries one by one.

CREATE OR REPLACE FUNCTION care.export_entries(citizen bigint, period tstzrange DEFAULT NULL)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	this CONSTANT bigint := care.check_whole(export_entries.citizen);
	names jsonb;
BEGIN
	IF export_entries.citizen IS NULL THEN
		RAISE EXCEPTION 'there is no citizen to export'
			USING ERRCODE = 'null_value_not_allowed';
	ELSIF NOT EXISTS (SELECT FROM care.citizen c WHERE c.citizen = this) THEN
		RAISE EXCEPTION 'citizen % is not known', export_entries.citizen
			USING ERRCODE = 'no_data_found';
	END IF;
	names := care.export_names(this);

	RETURN NEXT care.export_patient(this, names);
	RETURN QUERY SELECT * FROM care.export_organizations(this, names);
	RETURN QUERY SELECT * FROM care.export_practitioners(this, names);
	RETURN QUERY SELECT * FROM care.export_episodes_of_care(this, names);
	RETURN QUERY SELECT * FROM care.export_encounters(this, names);
	RETURN QUERY SELECT * FROM care.export_conditions(this, names);
	RETURN QUERY SELECT * FROM care.export_medication(this, names);
	RETURN QUERY SELECT * FROM care.export_allergies(this, names);
	RETURN QUERY SELECT * FROM care.export_goals(this, names);
	RETURN QUERY SELECT * FROM care.export_referrals(this, names);
	RETURN QUERY SELECT * FROM care.export_care_plans(this, names);
	RETURN QUERY SELECT * FROM care.export_tasks(this, names);
	RETURN QUERY SELECT * FROM care.export_appointments(this, names);
	RETURN QUERY SELECT * FROM care.export_consents(this, names);
	RETURN QUERY SELECT * FROM care.export_care_team(this, names);
	RETURN QUERY SELECT * FROM care.export_related_persons(this, names);
	RETURN QUERY SELECT * FROM care.export_questionnaires(this, period);
	RETURN QUERY SELECT * FROM care.export_questionnaire_responses(this, names, period);
	RETURN QUERY SELECT * FROM care.export_diary_entries(this, names, period);
	RETURN QUERY
	SELECT o.entry
	FROM (
		SELECT * FROM care.export_statements(this, names, period)
		UNION ALL
		SELECT * FROM care.export_imported(this, names, period)
	) AS o
	ORDER BY o."time", o.key COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.export_entries(bigint, tstzrange) IS
'The entries of care.export_bundle() one by one, in its order: for citizens with more measurements than a Bundle can hold. For those to whom all of the record is open. Errors: 42501 it is not; 22004 null, P0002 unknown citizen.';

CREATE OR REPLACE FUNCTION care.export_limit()
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 100000;
COMMENT ON FUNCTION care.export_limit() IS
'Internal: of how many values a Bundle is made at most. A jsonb array ends at 256 MB, and an Observation takes about 1 kB.';

CREATE OR REPLACE FUNCTION care.export_bundle(citizen bigint, period tstzrange DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	this CONSTANT bigint := care.check_whole(export_bundle.citizen);
	points bigint;
BEGIN
	SELECT sum(smartcare.num_points(CASE WHEN period IS NULL THEN b.points ELSE smartcare.slice(b.points, period) END)) INTO points
	FROM care.measurement_batch b
	WHERE b.citizen = this
		AND (period IS NULL OR tstzrange(b.start_time, b.end_time, '[]') && period);
	IF points > care.export_limit() THEN
		RAISE EXCEPTION 'citizen % has % values, more than the % that a Bundle can hold', citizen, points, care.export_limit()
			USING ERRCODE = 'program_limit_exceeded',
			HINT = 'Name a shorter period, or take care.export_entries() one by one.';
	END IF;
	RETURN jsonb_build_object('resourceType', 'Bundle', 'type', 'collection', 'timestamp', care.fhir_time(now()),
		'entry', (SELECT jsonb_agg(e.entry) FROM care.export_entries(export_bundle.citizen, export_bundle.period) AS e (entry)));
END
$$;
COMMENT ON FUNCTION care.export_bundle(bigint, tstzrange) IS
'A citizen''s record as a FHIR R4 Bundle of type collection, which care.import_bundle() takes elsewhere: what is exported there is equal, but for Bundle.timestamp. A period limits measurements, answers and diary; all else is whole. For those to whom all of the record is open, and the owner. Errors: 42501 it is not, or a part is withheld; 22004 null, P0002 unknown citizen, 54000 more than 100,000 values.';
