-- Taking a step, and taking it back. Every step function calls care.take_step()
-- first: it locks the citizen, knows a repeated request, checks the transition and
-- the actor, and records the event. What else the step changes the function does then.

CREATE OR REPLACE FUNCTION care.status_column(entity name)
RETURNS name
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE entity WHEN 'goal' THEN 'lifecycle_status' ELSE 'status' END;
COMMENT ON FUNCTION care.status_column(name) IS 'Internal: the column with the status of a table''s entries.';

CREATE OR REPLACE FUNCTION care.workflow_actor(organization bigint)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_sector text;
BEGIN
	IF organization IS NULL THEN
		RETURN 'citizen';
	END IF;
	SELECT o.sector INTO found_sector FROM care.organization o WHERE o.id = organization;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'organization % is not known', organization
			USING ERRCODE = 'foreign_key_violation',
			HINT = 'care.organization lists those that are.';
	END IF;
	RETURN found_sector;
END
$$;
COMMENT ON FUNCTION care.workflow_actor(bigint) IS
'Internal: as what an organization takes part in the workflow: its sector; ''citizen'' for none. Errors: 23503 unknown organization.';

CREATE OR REPLACE FUNCTION care.acts_for(actor bigint, party bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	line bigint[];
	unit bigint := actor;
BEGIN
	IF actor IS NULL OR party IS NULL THEN
		RETURN actor IS NULL AND party IS NULL;
	END IF;
	-- Upwards, but never in a circle.
	WHILE unit <> party AND unit <> ALL (line) IS NOT FALSE LOOP
		line := line || unit;
		unit := (SELECT o.parent FROM care.organization o WHERE o.id = unit);
	END LOOP;
	RETURN coalesce(unit = party, false);
END
$$;
COMMENT ON FUNCTION care.acts_for(bigint, bigint) IS
'Internal: whether an organization is another or a unit of it; null stands for the citizen.';

-- A branch for each table that has steps, so that a session plans each once; another
-- table has one once its steps are in care.workflow_transition and the layout is made.
DO $do$
DECLARE
	entity name;
	reading text := '';
	writing text := '';
BEGIN
	-- They are tried in turn: first the tables with most steps.
	FOR entity IN SELECT t.entity FROM care.workflow_transition t GROUP BY t.entity ORDER BY count(*) DESC, t.entity LOOP
		reading := reading || format('WHEN %L THEN
			SELECT to_jsonb(t) INTO entry_before FROM care.%I t WHERE t.citizen = read_entry.citizen AND t.id = read_entry.entry;
		', entity, entity);
		writing := writing || format('WHEN %L THEN
			UPDATE care.%I t SET %I = set_status.new_status WHERE t.citizen = set_status.citizen AND t.id = set_status.entry;
		', entity, entity, care.status_column(entity));
	END LOOP;
	EXECUTE format($create$
		CREATE OR REPLACE FUNCTION care.read_entry(entity name, citizen bigint, entry bigint)
		RETURNS jsonb
		LANGUAGE plpgsql STABLE PARALLEL SAFE
		SET search_path = pg_catalog, pg_temp
		AS $body$
		DECLARE
			entry_before jsonb;
		BEGIN
			CASE entity %s END CASE;
			RETURN entry_before;
		END
		$body$;
		CREATE OR REPLACE FUNCTION care.set_status(entity name, citizen bigint, entry bigint, new_status text)
		RETURNS void
		LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
		SET search_path = pg_catalog, pg_temp
		AS $body$
		BEGIN
			CASE entity %s END CASE;
		END
		$body$$create$, reading, writing);
END
$do$;
COMMENT ON FUNCTION care.read_entry(name, bigint, bigint) IS 'Internal: an entry as JSON; null if there is none.';
COMMENT ON FUNCTION care.set_status(name, bigint, bigint, text) IS 'Internal: gives an entry a status.';

-- The event that a request led to, if it came before.
CREATE OR REPLACE FUNCTION care.repeated_step(
	citizen bigint, entity name, entry bigint, step name, organization bigint, request_id text, details jsonb)
RETURNS care.step_result
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	earlier care.workflow_event;
BEGIN
	-- Where arguments of type name are, those of type text have their collation, which the index has not.
	SELECT * INTO earlier FROM care.workflow_event e
	WHERE e.citizen = repeated_step.citizen AND e.request_id = repeated_step.request_id COLLATE "default" AND e.rests_on IS NULL
	-- Records that were merged may have the same one.
	ORDER BY (e.entity, e.step, e.organization, e.details) IS NOT DISTINCT FROM (repeated_step.entity, repeated_step.step, repeated_step.organization,
		repeated_step.details) DESC
	LIMIT 1;
	IF NOT FOUND THEN
		RETURN NULL;
	ELSIF (earlier.entity, earlier.step, earlier.organization, earlier.details) IS DISTINCT FROM (entity, step, organization, details)
		OR earlier.entry <> repeated_step.entry
	THEN
		RAISE EXCEPTION 'request "%" was another one: % of % %', request_id, earlier.step, earlier.entity, earlier.entry
			USING ERRCODE = 'unique_violation',
			HINT = 'Every request needs an id of its own; only a repetition has the same.';
	END IF;
	RETURN (earlier.citizen, earlier.entity, earlier.entry, earlier.to_status, earlier.id, true)::care.step_result;
END
$$;
COMMENT ON FUNCTION care.repeated_step(bigint, name, bigint, name, bigint, text, jsonb) IS
'Internal: what a request led to when it came first; null if it has not come yet. Errors: 23505 the request id was another request''s.';

CREATE OR REPLACE VIEW care.standing_event AS
SELECT e.* FROM care.workflow_event e
WHERE e.annuls IS NULL
	AND NOT EXISTS (SELECT FROM care.workflow_event a WHERE a.citizen = e.citizen AND a.annuls = e.id);

COMMENT ON VIEW care.standing_event IS
'The steps that count: care.workflow_event without what was annulled, and without the annulments. Those of an entry, in the order of their ids, lead to its status.';
DO $$
DECLARE
	statement text;
BEGIN
	FOR statement IN
		SELECT format('COMMENT ON COLUMN care.standing_event.%I IS %L', a.attname, col_description(a.attrelid, a.attnum))
		FROM pg_attribute a
		WHERE a.attrelid = 'care.workflow_event'::regclass AND a.attnum > 0 AND NOT a.attisdropped
	LOOP
		EXECUTE statement;
	END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION care.take_step(
	citizen bigint, entity name, entry bigint, step name, organization bigint,
	request_id text, event_time timestamptz, details jsonb DEFAULT '{}', rests_on bigint DEFAULT NULL,
	sets_status boolean DEFAULT true)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- Planning takes longer than what is planned. A plan that a session makes while VACUUM has found tables empty would
-- read them whole until they are analyzed again, however they have grown.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
	kept CONSTANT bigint := care.lock_citizen(citizen);
	given CONSTANT jsonb := jsonb_strip_nulls(details);
	result care.step_result;
	entry_before jsonb;
	status_before text := '';
	to_status text;
	actors text[];
	party name;
	actor text;
	previous_time timestamptz;
	died_at timestamptz;
	is_repeated boolean;
BEGIN
	IF coalesce(request_id, '') = '' OR event_time IS NULL THEN
		RAISE EXCEPTION 'a step needs a request id and the time at which it happened'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF rests_on IS NULL THEN
		PERFORM care.check_actor(kept, entity, entry, organization,
			CASE step WHEN 'write_diary' THEN (given ->> 'related_person')::bigint END);
		-- Collation: as in care.repeated_step().
		SELECT o.sector, c.deceased_at,
			EXISTS (SELECT FROM care.workflow_event e
				WHERE e.citizen = kept AND e.request_id = take_step.request_id COLLATE "default" AND e.rests_on IS NULL)
		INTO actor, died_at, is_repeated
		FROM care.citizen c
		LEFT JOIN care.organization o ON o.id = take_step.organization
		WHERE c.citizen = kept;
		IF is_repeated THEN
			RETURN care.repeated_step(kept, entity, entry, step, organization, request_id, given);
		END IF;
	END IF;

	IF entry IS NOT NULL THEN
		entry_before := care.read_entry(entity, kept, entry);
		IF entry_before IS NULL THEN
			RAISE EXCEPTION 'citizen % has no % %', kept, entity, entry
				USING ERRCODE = 'no_data_found';
		END IF;
		status_before := entry_before ->> care.status_column(entity);
	END IF;
	SELECT t.to_status, t.actors, t.party,
		(SELECT e.event_time FROM care.standing_event e
			WHERE e.citizen = kept AND e.entity = take_step.entity AND e.entry = take_step.entry
			ORDER BY e.id DESC LIMIT 1)
	INTO to_status, actors, party, previous_time
	FROM care.workflow_transition t
	WHERE t.entity = take_step.entity AND t.step = take_step.step AND t.from_status = status_before;
	IF NOT FOUND AND entry IS NULL THEN
		RAISE EXCEPTION '% needs the id of its %', step, entity
			USING ERRCODE = 'null_value_not_allowed';
	ELSIF NOT FOUND THEN
		RAISE EXCEPTION '% is not possible: % % is %', step, entity, entry, status_before
			USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = coalesce('Possible steps: ' || (
				SELECT string_agg(t.step, ', ' ORDER BY t.step) FROM care.workflow_transition t
				WHERE t.entity = take_step.entity AND t.from_status = status_before AND t.actors <> '{}') || '.', 'No step is possible.');
	ELSIF rests_on IS NULL AND coalesce(actor, care.workflow_actor(organization)) <> ALL (actors) THEN
		RAISE EXCEPTION '% is not for %', step, care.workflow_actor(organization)
			USING ERRCODE = 'insufficient_privilege',
			HINT = format('It can be taken by: %s.', array_to_string(actors, ', '));
	ELSIF rests_on IS NULL AND party IS NOT NULL
		AND organization IS DISTINCT FROM (entry_before ->> party)::bigint
		AND NOT care.acts_for(organization, (entry_before ->> party)::bigint)
	THEN
		RAISE EXCEPTION '% is not for %', step, coalesce('organization ' || organization, 'the citizen')
			USING ERRCODE = 'insufficient_privilege',
			HINT = format('It is for the %s of %s %s, %s.', party, entity, entry,
				coalesce('organization ' || (entry_before ->> party), 'the citizen'));
	END IF;

	-- What a letter tells contradicts the death, and is no mistake of who takes a step; but nobody else can say so.
	IF died_at < event_time AND entry IS NULL AND NOT (given ? 'source' AND care.acts_for_all()) THEN
		RAISE EXCEPTION '% at % is not possible: the citizen died at %', step, event_time, died_at
			USING ERRCODE = 'object_not_in_prerequisite_state';
	ELSIF event_time < previous_time AND (rests_on IS NOT NULL OR event_time = now() AND previous_time <= clock_timestamp()) THEN
		-- An effect follows what it finds, whose cause was not known; and a step that is taken now may have waited for the one before.
		event_time := previous_time;
	ELSIF event_time < previous_time THEN
		RAISE EXCEPTION '% at % is not possible: the step before it happened at %', step, event_time, previous_time
			USING ERRCODE = 'datetime_field_overflow',
			HINT = 'A step that was recorded wrongly can be taken back with care.annul().';
	ELSIF event_time > clock_timestamp() + interval '5 minutes' OR event_time < '0001-01-01 00:00Z' THEN
		RAISE EXCEPTION '% at % is not possible: a step is recorded when it has happened', step, event_time
			USING ERRCODE = 'datetime_field_overflow';
	END IF;

	result := (kept, entity, entry, to_status, NULL, false)::care.step_result;
	IF entry IS NULL THEN
		result.entry := nextval(format('care.%I', entity || '_id_seq'));
	END IF;
	INSERT INTO care.workflow_event (citizen, entity, entry, step, from_status, to_status, event_time, organization,
		request_id, details, before, rests_on)
	VALUES (kept, entity, result.entry, step, status_before, result.status, event_time, organization,
		request_id, given, jsonb_strip_nulls(entry_before), rests_on)
	RETURNING id INTO result.event;
	-- After the event, which tells a trigger when it was.
	IF sets_status AND entry IS NOT NULL AND result.status <> status_before THEN
		PERFORM care.set_status(entity, kept, entry, result.status);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.take_step(bigint, name, bigint, name, bigint, text, timestamptz, jsonb, bigint, boolean) IS
'Internal: the one place where steps are allowed or refused, and recorded. Entry null: the step makes one, and the caller inserts it with the id and status returned. Sets_status false: the caller updates the entry with the status returned, and whatever else the step changes, at once. Errors: 55000 impossible in the present status (the hint names the possible steps), 42501 not by this actor, or not by this caller for it, 22008 before the step before it or in the future, 23505 the request id was another request''s, P0002 no such entry, 22004 no request id, time or entry, 23503 unknown citizen or organization.';

CREATE OR REPLACE FUNCTION care.status_without(wrong care.workflow_event)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN wrong.before IS NULL THEN 'entered-in-error' ELSE wrong.from_status END;
COMMENT ON FUNCTION care.status_without(care.workflow_event) IS
'Internal: the status of an entry once an event is annulled.';

CREATE OR REPLACE FUNCTION care.restore_entry(wrong care.workflow_event)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entity CONSTANT name := wrong.entity;
	columns CONSTANT text := array_to_string(ARRAY(
		SELECT quote_ident(a.attname) FROM pg_attribute a
		WHERE a.attrelid = format('care.%I', entity)::regclass AND a.attnum > 0 AND NOT a.attisdropped
			-- A plan's goals have steps of their own.
			AND a.attname NOT IN ('citizen', 'id', 'goals')), ', ');
BEGIN
	IF wrong.before IS NULL THEN
		PERFORM care.set_status(entity, wrong.citizen, wrong.entry, care.status_without(wrong));
	ELSE
		EXECUTE format(
			'UPDATE care.%I AS t SET (%s) = (SELECT %s FROM jsonb_populate_record(NULL::care.%I, $3) AS t) '
			'WHERE t.citizen = $1 AND t.id = $2', entity, columns, columns, entity)
		USING wrong.citizen, wrong.entry, wrong.before;
	END IF;
END
$$;
COMMENT ON FUNCTION care.restore_entry(care.workflow_event) IS 'Internal: makes an entry what it was before an event.';

-- An event and what it caused, whatever of it still stands.
CREATE OR REPLACE FUNCTION care.caused_events(citizen bigint, event bigint)
RETURNS SETOF care.workflow_event
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE caused AS (
		SELECT caused_events.event AS id
		UNION
		SELECT e.id FROM caused c
		JOIN care.workflow_event e ON e.citizen = caused_events.citizen AND e.rests_on = c.id AND e.annuls IS NULL
	)
	SELECT e.* FROM caused c
	JOIN care.workflow_event e ON e.citizen = caused_events.citizen AND e.id = c.id
	WHERE EXISTS (SELECT FROM care.standing_event s WHERE s.citizen = e.citizen AND s.id = e.id);
END;
COMMENT ON FUNCTION care.caused_events(bigint, bigint) IS
'Internal: an event and those that rest on it, without what has been annulled.';

-- Steps that were taken since, and would be without ground.
CREATE OR REPLACE FUNCTION care.depending_events(citizen bigint, wrong care.workflow_event[])
RETURNS SETOF care.workflow_event
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	reference record;
BEGIN
	RETURN QUERY
	SELECT later.*
	FROM care.standing_event later
	LEFT JOIN care.workflow_event cause ON cause.citizen = later.citizen AND cause.id = later.rests_on
	WHERE later.citizen = depending_events.citizen AND later.id <> ALL (SELECT w.id FROM unnest(wrong) AS w)
		AND EXISTS (
			SELECT FROM unnest(wrong) AS w
			WHERE w.id < later.id
				AND (w.entity = later.entity AND w.entry = later.entry
					-- The plan of a task, or the pathway of a plan, was closed as nothing of it was open.
					OR later.entity IN ('care_plan', 'enrollment') AND w.before ->> later.entity::text = later.entry::text
						AND NOT EXISTS (SELECT FROM care.workflow_transition t
							WHERE t.entity = later.entity AND t.from_status = later.to_status)
					-- Another agreement or assessment made all that were needed.
					OR cause.entity = w.entity AND cause.id > w.id
						AND (cause.details -> 'care_plan' = w.details -> 'care_plan' OR cause.details -> 'enrollment' = w.details -> 'enrollment')));

	-- What refers to an entry that should not be there: the step that made it do so.
	FOR reference IN
		SELECT w.entity AS entity, w.entry, w.id, k.conrelid::regclass AS from_table, r.relname AS from_entity, a.attname AS from_column
		FROM unnest(wrong) AS w
		JOIN pg_constraint k ON k.contype = 'f' AND k.confrelid = format('care.%I', w.entity)::regclass AND cardinality(k.conkey) = 2
		JOIN pg_class r ON r.oid = k.conrelid
		JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[2]
		WHERE w.before IS NULL
			-- What nobody makes, as alerts, follows by itself.
			AND EXISTS (SELECT FROM care.workflow_transition t WHERE t.entity = r.relname AND t.from_status = '' AND t.actors <> '{}')
	LOOP
		RETURN QUERY EXECUTE format(
			'SELECT e.* FROM %s t CROSS JOIN LATERAL ('
			'	SELECT s.* FROM care.standing_event s '
			'	WHERE s.citizen = t.citizen AND s.entity = $3 AND s.entry = t.id AND s.before ->> %L IS DISTINCT FROM $2::text '
			'	ORDER BY s.id DESC LIMIT 1) e '
			'WHERE t.citizen = $1 AND t.%I = $2 AND e.id <> ALL ($4)', reference.from_table, reference.from_column, reference.from_column)
		USING depending_events.citizen, reference.entry, reference.from_entity, ARRAY(SELECT w.id FROM unnest(wrong) AS w);
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.depending_events(bigint, care.workflow_event[]) IS
'Internal: the steps that depend on events, and are none of them: later ones with the same entries; those that closed what the entries belong to, or took them for given; and those by which others refer to an entry that should not be there.';

CREATE OR REPLACE FUNCTION care.annul(
	citizen bigint, event bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept CONSTANT bigint := care.lock_citizen(citizen);
	given CONSTANT jsonb := jsonb_build_object('event', event, 'reason', reason);
	result care.step_result;
	wrong care.workflow_event;
	standing care.workflow_event[];
	caused care.workflow_event;
	depending text;
BEGIN
	IF coalesce(request_id, '') = '' OR coalesce(reason, '') = '' OR event_time IS NULL THEN
		RAISE EXCEPTION 'an annulment needs a request id, a reason and its time'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT * INTO wrong FROM care.workflow_event e
	WHERE e.citizen = kept AND e.id = event AND e.annuls IS NULL AND e.rests_on IS NULL;
	PERFORM care.check_actor(kept, wrong.entity, wrong.entry, organization,
		CASE wrong.step WHEN 'write_diary' THEN (wrong.details ->> 'related_person')::bigint END);
	IF wrong.id IS NULL THEN
		RAISE EXCEPTION 'citizen % has no event % that can be annulled', kept, event
			USING ERRCODE = 'no_data_found',
			HINT = 'care.workflow_event lists the events; one that rests on another goes with it.';
	END IF;
	result := care.repeated_step(kept, wrong.entity, wrong.entry, 'annul', organization, request_id, given);
	IF result.repeated THEN
		RETURN result;
	END IF;
	standing := ARRAY(SELECT e FROM care.caused_events(kept, event) AS e);
	IF NOT EXISTS (SELECT FROM unnest(standing) AS e WHERE e.id = event) THEN
		RAISE EXCEPTION '% (event %) has been annulled already', wrong.step, event
			USING ERRCODE = 'object_not_in_prerequisite_state';
	ELSIF NOT EXISTS (
		SELECT FROM care.workflow_transition t
		WHERE t.entity = wrong.entity AND t.step = wrong.step AND t.from_status = wrong.from_status
			AND care.workflow_actor(organization) = ANY (t.actors)
			AND (t.party IS NULL OR care.acts_for(organization, (wrong.before ->> t.party)::bigint)))
		-- What the citizen said others do not take back.
		OR wrong.entity = 'consent' AND organization IS NOT NULL AND NOT care.acts_for(organization, wrong.organization) AND NOT care.acts_for_all()
	THEN
		RAISE EXCEPTION 'annulling % is not for %', wrong.step, coalesce('organization ' || organization, 'the citizen')
			USING ERRCODE = 'insufficient_privilege',
			HINT = 'It is for those who may take the step; of a consent for the citizen and who wrote it down.';
	END IF;

	SELECT string_agg(format('%s of %s %s (event %s)', later.step, later.entity, later.entry, later.id), ', ' ORDER BY later.id)
	INTO depending
	FROM (SELECT DISTINCT d.id, d.step, d.entity, d.entry FROM care.depending_events(kept, standing) AS d) later;
	IF depending IS NOT NULL THEN
		RAISE EXCEPTION '% (event %) cannot be annulled: later steps depend on it', wrong.step, event
			USING ERRCODE = 'dependent_objects_still_exist',
			DETAIL = depending,
			HINT = 'Annul those first, the last one first.';
	END IF;

	result := (kept, wrong.entity, wrong.entry, care.status_without(wrong), NULL, false)::care.step_result;
	INSERT INTO care.workflow_event (citizen, entity, entry, step, from_status, to_status, event_time,
		organization, request_id, details, annuls)
	VALUES (kept, wrong.entity, wrong.entry, 'annul', wrong.to_status, result.status, annul.event_time,
		annul.organization, annul.request_id, given, wrong.id)
	RETURNING id INTO result.event;
	INSERT INTO care.workflow_event (citizen, entity, entry, step, from_status, to_status, event_time,
		organization, request_id, details, rests_on, annuls)
	SELECT kept, e.entity, e.entry, 'annul', e.to_status, care.status_without(e), annul.event_time,
		annul.organization, annul.request_id, given, result.event, e.id
	FROM unnest(standing) AS e
	WHERE e.id <> wrong.id
	ORDER BY e.id DESC;
	-- Once each, to what it was before all of them, for triggers follow what they see.
	FOR caused IN
		SELECT f.* FROM (SELECT DISTINCT ON (e.entity, e.entry) e.* FROM unnest(standing) AS e ORDER BY e.entity, e.entry, e.id) f
		ORDER BY f.id DESC
	LOOP
		PERFORM care.restore_entry(caused);
	END LOOP;
	IF wrong.entity IN ('encounter', 'death_record') THEN
		PERFORM care.settle_stays(kept, request_id);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION care.annul(bigint, bigint, bigint, text, text, timestamptz) IS
'Takes back a step that was recorded wrongly, and what it caused: the entries are again as they were before; one that the step made is entered-in-error. Errors: 2BP01 later steps depend on it (the detail names them), 55000 annulled already, 42501 not by this actor, 23505 the request id was another request''s, P0002 no such event, 22004 no reason, request id or time.';

CREATE OR REPLACE FUNCTION care.possible_steps(citizen bigint)
RETURNS SETOF care.possible_step
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept CONSTANT bigint := care.check_open(citizen, 'plan');
	parts CONSTANT text[] := (care.open_parts(citizen)).parts;
	machine name;
BEGIN
	FOR machine IN
		SELECT DISTINCT t.entity FROM care.workflow_transition t
		LEFT JOIN care.readable r ON r.relation = t.entity
		WHERE r.part = ANY (parts) OR r.part IS NULL AND parts @> ARRAY(SELECT p.name FROM care.record_part p)
		ORDER BY t.entity
	LOOP
		RETURN QUERY EXECUTE format(
			'SELECT w.entity, t.id, w.from_status, w.step, w.to_status, w.actors, w.party, w.needs '
			'FROM care.workflow_transition w '
			'LEFT JOIN care.%1$I t ON t.citizen = $1 AND t.%2$I = w.from_status '
			'WHERE w.entity = $2 AND w.actors <> ''{}'' AND (w.from_status = '''' OR t.id IS NOT NULL) '
			'ORDER BY t.id, w.step', machine, care.status_column(machine))
		USING kept, machine;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.possible_steps(bigint) IS
'What can be done now with a citizen''s care: every step that the status of an entry allows, and (entry null) those that make a new one, with who may take it. The record is open to the caller in part "plan"; of other parts what is open, and of what is of none (death, communications) if all are. Errors: 42501 it is not.';
