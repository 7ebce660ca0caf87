-- Finding, registering, merging and un-merging citizens, and moving entries that
-- stand with the wrong one. Persons are matched by identifier only, never by name.

CREATE OR REPLACE FUNCTION care.current_citizen(citizen bigint)
RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_citizen bigint := current_citizen.citizen;
	kept bigint;
BEGIN
	LOOP
		SELECT c.merged_into INTO kept FROM care.citizen c WHERE c.citizen = found_citizen;
		EXIT WHEN kept IS NULL;
		found_citizen := kept;
	END LOOP;
	RETURN found_citizen;
END
$$;
COMMENT ON FUNCTION care.current_citizen(bigint) IS
'The record that stands for a citizen: itself, or the one it was merged into.';

CREATE OR REPLACE FUNCTION care.lock_citizen(citizen bigint)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_citizen bigint := lock_citizen.citizen;
	kept bigint;
BEGIN
	-- What another session committed while we waited for the lock has to be seen.
	IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
		RAISE EXCEPTION 'a citizen''s record cannot be changed at isolation level %', current_setting('transaction_isolation')
			USING ERRCODE = 'feature_not_supported',
				HINT = 'Use READ COMMITTED: sessions that change one record wait for each other.';
	END IF;
	LOOP
		-- Only the one that stands: who un-merges holds that, and waits for the other.
		PERFORM FROM care.citizen c WHERE c.citizen = found_citizen AND c.merged_into IS NULL
		FOR NO KEY UPDATE;
		IF FOUND THEN
			EXIT WHEN found_citizen = lock_citizen.citizen OR care.current_citizen(lock_citizen.citizen) = found_citizen;
			-- Un-merged while we waited.
			found_citizen := lock_citizen.citizen;
			CONTINUE;
		END IF;
		SELECT c.merged_into INTO kept FROM care.citizen c WHERE c.citizen = found_citizen;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'citizen % is not known', coalesce(found_citizen::text, 'null')
				USING ERRCODE = 'foreign_key_violation',
				HINT = 'Register the citizen with care.register_citizen().';
		END IF;
		found_citizen := coalesce(kept, found_citizen);
	END LOOP;
	RETURN found_citizen;
END
$$;
COMMENT ON FUNCTION care.lock_citizen(bigint) IS
'Internal: locks the record that stands for a citizen until the transaction ends, and returns it. All that changes a citizen''s record does so under this lock, at isolation level READ COMMITTED. Errors: 23503 unknown citizen, 0A000 another isolation level.';

CREATE OR REPLACE FUNCTION care.register_citizen(
	systems text[], "values" text[], name text DEFAULT NULL,
	birth_date date DEFAULT NULL, gender text DEFAULT NULL,
	municipality bigint DEFAULT NULL, general_practice bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- Each statement looks up a few rows by key, whatever the identifiers.
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	normal text[];
	malformed bigint;
	identity record;
BEGIN
	IF coalesce(cardinality(systems), 0) = 0
		OR cardinality(systems) IS DISTINCT FROM cardinality("values")
	THEN
		RAISE EXCEPTION 'a citizen needs at least one identifier, each with its system'
			USING ERRCODE = 'invalid_parameter_value',
			DETAIL = format('%s systems and %s values were given.',
				coalesce(cardinality(systems), 0), coalesce(cardinality("values"), 0));
	END IF;
	SELECT array_agg(n.normal ORDER BY n.place),
		(array_agg(n.place ORDER BY n.place) FILTER (WHERE n.system = '' OR n.normal = '' OR n.system || n.normal IS NULL))[1]
	INTO normal, malformed
	FROM (
		SELECT i.system, smartcare.identifier_normalize(i.system, i.value) AS normal, i.place
		FROM unnest(systems, "values") WITH ORDINALITY AS i (system, value, place)
	) AS n;
	IF malformed IS NOT NULL THEN
		RAISE EXCEPTION '"%" is no %', "values"[malformed],
			coalesce((SELECT s.name FROM care.identifier_system s WHERE s.system = systems[malformed]), 'identifier')
			USING ERRCODE = 'invalid_text_representation',
			DETAIL = format('Its system is "%s".', systems[malformed]);
	END IF;

	identity := care.claim_identifiers(systems, normal, to_char(register_citizen.birth_date, 'YYYY-MM-DD'), NULL);
	IF identity.reason IS NOT NULL THEN
		RAISE EXCEPTION '%', identity.reason
			USING ERRCODE = identity.state,
			HINT = CASE identity.state
				WHEN '23505' THEN 'If they are one person, merge the records with care.merge_citizens().'
				ELSE 'One of the two is wrong; a person has to decide.' END;
	ELSIF identity.is_new THEN
		INSERT INTO care.citizen (citizen, name, birth_date, gender, municipality, general_practice)
		VALUES (identity.citizen, register_citizen.name, register_citizen.birth_date, register_citizen.gender,
			register_citizen.municipality, register_citizen.general_practice);
	ELSE
		-- While we waited it may have been merged into another.
		identity.citizen := care.resolve_replacements(identity.citizen, identity.replaced);
		UPDATE care.citizen c SET
			name = coalesce(c.name, register_citizen.name),
			birth_date = coalesce(c.birth_date, register_citizen.birth_date),
			gender = coalesce(c.gender, register_citizen.gender),
			municipality = coalesce(c.municipality, register_citizen.municipality),
			general_practice = coalesce(c.general_practice, register_citizen.general_practice)
		WHERE c.citizen = identity.citizen
			AND (c.name IS NULL AND register_citizen.name IS NOT NULL
				OR c.birth_date IS NULL AND register_citizen.birth_date IS NOT NULL
				OR c.gender IS NULL AND register_citizen.gender IS NOT NULL
				OR c.municipality IS NULL AND register_citizen.municipality IS NOT NULL
				OR c.general_practice IS NULL AND register_citizen.general_practice IS NOT NULL);
	END IF;
	PERFORM care.add_identifiers(identity.citizen, systems, normal);
	RETURN identity.citizen;
END
$$;
COMMENT ON FUNCTION care.register_citizen(text[], text[], text, date, text, bigint, bigint) IS
'The citizen with these identifiers, found by an identifying one or newly registered; what was not known of the citizen is filled in, nothing is overwritten. Identifiers are kept in their normal form. A record known by a replacement number only is merged into that of a CPR number given with it. Errors: 23505 identifiers of different citizens, 23000 birth date that contradicts the CPR number or the citizen, 22P02 malformed identifier, 22023 no identifier.';

-- A name finds nobody, but it can contradict what a number found.
CREATE OR REPLACE FUNCTION care.names_differ(one text, other text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN NOT pg_catalog.regexp_split_to_array(pg_catalog.lower(one), '[\s-]+') && pg_catalog.regexp_split_to_array(pg_catalog.lower(other), '[\s-]+');
COMMENT ON FUNCTION care.names_differ(text, text) IS
'Internal: whether two names have no word in common, which one person''s names have.';

CREATE OR REPLACE FUNCTION care.same_citizen(INOUT citizen bigint)
RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	WITH RECURSIVE record AS (
		SELECT same_citizen.citizen AS citizen
		UNION
		SELECT m.merged FROM record r
		JOIN care.citizen_merge m ON m.citizen = r.citizen AND m.undone_at IS NULL
	)
	SELECT r.citizen FROM record r;
END;
COMMENT ON FUNCTION care.same_citizen(bigint) IS
'Internal: a citizen''s record and all that are merged into it.';

-- The tables whose rows go with a citizen when records are merged: all about a
-- citizen but the citizen itself, its identifiers and logins (they keep pointing at
-- the record that had them), the traces, and what is computed from the rest.
CREATE OR REPLACE FUNCTION care.movable_tables(OUT entry_table name, OUT keys text[])
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.relname, array_agg(a.attname::text ORDER BY a.attname) FILTER (WHERE a.attname <> 'citizen')
	FROM pg_catalog.pg_class c
	JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
	JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
	WHERE c.relnamespace = 'care'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
		AND EXISTS (SELECT FROM pg_catalog.pg_attribute k
			WHERE k.attrelid = c.oid AND k.attname = 'citizen' AND k.attnum = i.indkey[0])
		AND c.relname NOT IN ('citizen', 'citizen_identifier', 'citizen_merge', 'entry_move', 'measurement_series', 'care_course',
			'treatment_relation', 'citizen_login', 'access_chain', 'access_log', 'access_verdict', 'erasure')
	GROUP BY c.relname;
END;
COMMENT ON FUNCTION care.movable_tables() IS
'Internal: tables of entries about a citizen, with their key columns besides the citizen.';

-- A row cannot change its citizen where tables are distributed by it, so it is
-- deleted and inserted. Keys are compared as JSON, which must not depend on the
-- session's time zone.
CREATE OR REPLACE FUNCTION care.move_rows(
	entry_table name, from_citizen bigint, to_citizen bigint, keys text[], wanted jsonb DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
	moved jsonb;
BEGIN
	EXECUTE format(
		'WITH gone AS ('
		'	DELETE FROM care.%1$I AS t'
		'	WHERE t.citizen = $1 AND ($4 IS NULL'
		'		OR (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(to_jsonb(t)) AS e WHERE e.key = ANY ($3))'
		'			IN (SELECT w.key FROM jsonb_array_elements($4) AS w (key)))'
		'	RETURNING t AS entry'
		'), come AS ('
		'	INSERT INTO care.%1$I SELECT r.*'
		'	FROM gone g, LATERAL jsonb_populate_record(g.entry, jsonb_build_object(''citizen'', $2)) AS r'
		')'
		'SELECT jsonb_agg((SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(to_jsonb(g.entry)) AS e WHERE e.key = ANY ($3)))'
		'FROM gone g', entry_table)
	INTO moved USING from_citizen, to_citizen, keys, wanted;
	RETURN moved;
END
$$;
COMMENT ON FUNCTION care.move_rows(name, bigint, bigint, text[], jsonb) IS
'Internal: moves rows of a table from one citizen to another, all or those with the wanted keys, and returns the keys of what was moved, or null.';

-- Who merges another's record into an open one, reads and rolls back would have left no trace.
CREATE OR REPLACE FUNCTION care.close_records()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM smartcare.set_rights_changed();
	PERFORM set_config('smartcare.records_open', 'off', false);
END
$$;
COMMENT ON FUNCTION care.close_records() IS
'Internal: whose record is what changes. Closes all that the session has opened, in whatever role, and nothing is read by rights before the transaction has committed.';

CREATE OR REPLACE FUNCTION care.merge_citizens(kept bigint, merged bigint, reason text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entries record;
	moved jsonb := '{}'::jsonb;
	merge_id bigint;
BEGIN
	IF kept IS NULL OR merged IS NULL
		OR care.lock_citizen(least(kept, merged)) <> least(kept, merged)
		OR care.lock_citizen(greatest(kept, merged)) <> greatest(kept, merged)
		OR kept = merged
	THEN
		RAISE EXCEPTION 'citizens % and % are one record already, or not records that stand', kept, merged
			USING ERRCODE = 'invalid_parameter_value',
			HINT = 'care.current_citizen() tells which record stands for a citizen.';
	END IF;

	PERFORM care.close_records();
	SET CONSTRAINTS ALL DEFERRED;
	FOR entries IN SELECT * FROM care.movable_tables() LOOP
		moved := moved || jsonb_build_object(entries.entry_table,
			care.move_rows(entries.entry_table, merged, kept, entries.keys));
	END LOOP;
	SET CONSTRAINTS ALL IMMEDIATE;

	INSERT INTO care.citizen_merge (citizen, merged, moved, reason)
	VALUES (kept, merge_citizens.merged, jsonb_strip_nulls(moved), merge_citizens.reason)
	RETURNING id INTO merge_id;
	UPDATE care.citizen c SET merged_into = kept WHERE c.citizen = merge_citizens.merged;
	PERFORM care.choose_versions(kept, care.source_keys(kept));
	PERFORM care.settle_all(kept);
	PERFORM care.settle_all(merge_citizens.merged);
	PERFORM care.settle_stays(kept, format('merge %s', merge_id));
	RETURN merge_id;
END
$$;
COMMENT ON FUNCTION care.merge_citizens(bigint, bigint, text) IS
'Two records are one person: all entries of "merged" move to "kept", with trace; what arrives for either lands with "kept". Returns the merge''s id for care.unmerge_citizens(). Errors: 22023 one record already, 23503 unknown citizen.';

CREATE OR REPLACE FUNCTION care.unmerge_citizens(kept bigint, merge bigint, reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entries record;
	undone care.citizen_merge;
	asked jsonb;
BEGIN
	-- In the order of their numbers, as who merges them.
	PERFORM FROM care.citizen c
	WHERE c.citizen = kept OR c.citizen = (SELECT m.merged FROM care.citizen_merge m WHERE m.citizen = kept AND m.id = merge)
	ORDER BY c.citizen FOR NO KEY UPDATE;
	PERFORM care.lock_citizen(kept);
	SELECT * INTO undone FROM care.citizen_merge m
	WHERE m.citizen = kept AND m.id = merge AND m.undone_at IS NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no merge % into citizen % stands', merge, kept
			USING ERRCODE = 'no_data_found',
			HINT = 'care.citizen_merge lists the merges.';
	ELSIF care.current_citizen(kept) <> kept THEN
		RAISE EXCEPTION 'citizen % has itself been merged into another', kept
			USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Undo that merge first.';
	END IF;

	PERFORM care.close_records();
	SET CONSTRAINTS ALL DEFERRED;
	UPDATE care.citizen c SET merged_into = NULL WHERE c.citizen = undone.merged;
	FOR entries IN SELECT * FROM care.movable_tables() t WHERE undone.moved ? t.entry_table::text LOOP
		PERFORM care.move_rows(entries.entry_table, kept, undone.merged, entries.keys,
			undone.moved -> entries.entry_table::text);
	END LOOP;
	-- What has been asked since about a service goes with it, and does not know the other's stay any more.
	asked := (
		SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id)), '[]') FROM care.task t
		WHERE t.citizen = kept AND undone.moved -> 'episode_of_care' @> jsonb_build_array(jsonb_build_object('id', t.episode_of_care)));
	PERFORM care.move_rows(r.entry_table, kept, undone.merged, '{id}', r.entries)
	FROM (
		SELECT 'task'::name AS entry_table, asked AS entries
		UNION ALL
		SELECT 'workflow_event', coalesce(jsonb_agg(jsonb_build_object('id', e.id)), '[]') FROM care.workflow_event e
		WHERE e.citizen = kept AND e.entity = 'task' AND asked @> jsonb_build_array(jsonb_build_object('id', e.entry))) AS r;
	UPDATE care.task t SET encounter = NULL
	WHERE t.citizen IN (kept, undone.merged)
		AND NOT EXISTS (SELECT FROM care.encounter e WHERE e.citizen = t.citizen AND e.id = t.encounter) AND t.encounter IS NOT NULL;
	-- What has happened since with an entry goes with it.
	PERFORM care.move_rows('workflow_event', kept, undone.merged, '{id}', (
		SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id)), '[]') FROM care.workflow_event e
		WHERE e.citizen = kept AND undone.moved -> e.entity::text @> jsonb_build_array(jsonb_build_object('id', e.entry))));
	PERFORM care.part_effects(r.citizen, format('unmerge %s', merge)) FROM unnest(ARRAY[kept, undone.merged]) AS r (citizen);
	SET CONSTRAINTS ALL IMMEDIATE;

	UPDATE care.citizen_merge m
	SET undone_at = now(), undone_by = smartcare.my_role(), undone_reason = unmerge_citizens.reason
	WHERE m.citizen = kept AND m.id = merge;
	PERFORM care.choose_versions(r.citizen, care.source_keys(r.citizen)), care.settle_all(r.citizen),
		care.settle_stays(r.citizen, format('unmerge %s', merge))
	FROM unnest(ARRAY[kept, undone.merged]) AS r (citizen);
END
$$;
COMMENT ON FUNCTION care.unmerge_citizens(bigint, bigint, text) IS
'Undoes a merge: what had been moved goes back, and what has been asked since about a service that does; what arrived since stays with "kept" and can be moved with care.move_entry(). Errors: P0002 no such merge, 55000 "kept" has been merged itself.';

CREATE OR REPLACE FUNCTION care.move_entry(
	citizen bigint, entry_table name, entry bigint, to_citizen bigint, reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	from_citizen bigint;
	moved_batch care.measurement_batch;
	tombstone bigint;
	type CONSTANT text := care.resource_type_of(move_entry.entry_table);
	wanted CONSTANT jsonb := jsonb_build_array(jsonb_build_object('id', move_entry.entry));
BEGIN
	IF NOT coalesce(move_entry.entry_table = ANY ('{episode_of_care,encounter,condition,medication_statement,allergy,care_plan,goal,task,measurement_batch}'), false) THEN
		RAISE EXCEPTION 'entries of "%" cannot be moved', move_entry.entry_table
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	-- In the order of their numbers, so that two sessions do not wait for each other.
	PERFORM care.lock_citizen(least(move_entry.citizen, to_citizen));
	from_citizen := care.lock_citizen(move_entry.citizen);
	to_citizen := care.lock_citizen(to_citizen);
	IF from_citizen = to_citizen THEN
		RAISE EXCEPTION 'the entry stands with citizen % already', to_citizen
			USING ERRCODE = 'invalid_parameter_value';
	END IF;

	PERFORM care.close_records();
	SET CONSTRAINTS ALL DEFERRED;
	IF care.move_rows(move_entry.entry_table, from_citizen, to_citizen, '{id}', wanted) IS NULL THEN
		RAISE EXCEPTION 'citizen % has no entry % in "%"', from_citizen, entry, move_entry.entry_table
			USING ERRCODE = 'no_data_found';
	END IF;
	PERFORM care.move_rows('workflow_event', from_citizen, to_citizen, '{id}', (
		SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id)), '[]') FROM care.workflow_event e
		WHERE e.citizen = from_citizen AND e.entity = move_entry.entry_table AND e.entry = move_entry.entry));
	IF move_entry.entry_table = 'care_plan' THEN
		PERFORM care.move_rows('care_plan_activity', from_citizen, to_citizen, '{care_plan}',
			jsonb_build_array(jsonb_build_object('care_plan', entry)));
	ELSIF move_entry.entry_table = 'measurement_batch' THEN
		PERFORM care.move_rows('measurement_note', from_citizen, to_citizen, '{batch}',
			jsonb_build_array(jsonb_build_object('batch', entry)));
		-- A replay of what was said of the wrong citizen must not bring it back, nor
		-- where that citizen's record is merged into this one and un-merged later.
		SELECT * INTO moved_batch FROM care.measurement_batch b WHERE b.citizen = to_citizen AND b.id = entry;
		INSERT INTO care.measurement_batch (citizen, measure, source_key, version, issued, status, digest, stands, source)
		VALUES (from_citizen, moved_batch.measure, moved_batch.source_key, moved_batch.version, moved_batch.issued,
			'moved', moved_batch.digest, true,
			jsonb_build_object('moved_batch', entry, 'moved_to', to_citizen, 'reason', move_entry.reason))
		RETURNING id INTO tombstone;
		UPDATE care.citizen_merge m
		SET moved = jsonb_insert(m.moved, '{measurement_batch,0}', jsonb_build_object('id', tombstone))
		FROM care.same_citizen(from_citizen) r
		WHERE m.citizen = r.citizen AND m.undone_at IS NULL AND m.moved -> 'measurement_batch' @> wanted;

		PERFORM care.choose_versions(r.citizen, ARRAY[moved_batch.source_key]), care.settle_all(r.citizen)
		FROM unnest(ARRAY[from_citizen, to_citizen]) AS r (citizen);
	END IF;

	-- Later versions of it shall land with the right citizen too.
	PERFORM care.move_rows('resource_version', from_citizen, to_citizen, '{id}', (
		SELECT coalesce(jsonb_agg(jsonb_build_object('id', v.id)), '[]')
		FROM care.same_citizen(from_citizen) r
		JOIN care.resource_key k ON k.citizen = r.citizen
		JOIN care.resource_version v ON v.citizen = from_citizen AND v.resource_type = k.resource_type AND v.key = k.key
		WHERE k.resource_type = type AND k.id = entry));
	UPDATE care.resource_key k SET citizen = to_citizen
	FROM care.same_citizen(from_citizen) r
	WHERE k.resource_type = type AND k.citizen = r.citizen AND k.id = entry;
	INSERT INTO care.entry_move (citizen, from_citizen, entry_table, entry, reason)
	VALUES (to_citizen, from_citizen, move_entry.entry_table, move_entry.entry, move_entry.reason);
	IF move_entry.entry_table = 'encounter' THEN
		PERFORM care.part_effects(r.citizen, format('move of encounter %s', entry)), care.settle_stays(r.citizen, format('move of encounter %s', entry))
		FROM unnest(ARRAY[from_citizen, to_citizen]) AS r (citizen);
	END IF;
END
$$;
COMMENT ON FUNCTION care.move_entry(bigint, name, bigint, bigint, text) IS
'Moves an entry that stands with the wrong citizen to the right one, with its history and with trace; a replay of its message does not bring it back. Entries that refer to it move in the same transaction, in any order: references are checked at its end. Errors: P0002 no such entry, 22023 not a table of entries or the same citizen, 23503 unknown citizen or reference left behind.';

CREATE OR REPLACE FUNCTION care.source_keys(citizen bigint)
RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT array_agg(DISTINCT b.source_key) FROM care.measurement_batch b WHERE b.citizen = source_keys.citizen;
END;
COMMENT ON FUNCTION care.source_keys(bigint) IS 'Internal: who has said anything of a citizen''s measurements.';

CREATE OR REPLACE FUNCTION care.resource_type_of(entry_table name)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE entry_table
	WHEN 'episode_of_care' THEN 'EpisodeOfCare'
	WHEN 'encounter' THEN 'Encounter'
	WHEN 'condition' THEN 'Condition'
	WHEN 'medication_statement' THEN 'MedicationRequest'
	WHEN 'allergy' THEN 'AllergyIntolerance'
	WHEN 'care_plan' THEN 'CarePlan'
	WHEN 'goal' THEN 'Goal'
	WHEN 'service_request' THEN 'ServiceRequest'
	WHEN 'task' THEN 'Task'
	WHEN 'appointment' THEN 'Appointment'
	WHEN 'consent' THEN 'Consent'
	WHEN 'care_team_member' THEN 'CareTeam'
	WHEN 'related_person' THEN 'RelatedPerson'
	WHEN 'questionnaire_response' THEN 'QuestionnaireResponse'
	WHEN 'diary_entry' THEN 'Communication'
END;
COMMENT ON FUNCTION care.resource_type_of(name) IS 'Internal: the FHIR type whose resources a table of entries holds.';
