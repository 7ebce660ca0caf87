-- What stays and deaths do to each other, and to what surrounds the citizen.
--
-- What the hospital of a stay says of it stands. A stay that is open by that is ended by what others say:
--   by the next stay of the same episode of care that began elsewhere, of which the one that lets go says nothing; or
--   by the citizen's death, if it began no later. One that began after it contradicts it, and stays open, for people to see.
-- Services and pathways follow the death; else the open stay that began first; else the last discharge.
-- So the record follows from what has been said, and not from the order in which it came: before a stay's own next step
-- the effects of others are taken back, and after it they are settled anew.

CREATE OR REPLACE FUNCTION care.take_back_effect(citizen bigint, event bigint, request_id text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	effect care.workflow_event;
BEGIN
	SELECT * INTO effect FROM care.workflow_event e WHERE e.citizen = take_back_effect.citizen AND e.id = event;
	INSERT INTO care.workflow_event (citizen, entity, entry, step, from_status, to_status, event_time,
		organization, request_id, details, rests_on, annuls)
	VALUES (effect.citizen, effect.entity, effect.entry, 'annul', effect.to_status, care.status_without(effect), effect.event_time,
		effect.organization, take_back_effect.request_id, jsonb_build_object('event', event), effect.rests_on, event);
	PERFORM care.restore_entry(effect);
END
$$;
COMMENT ON FUNCTION care.take_back_effect(bigint, bigint, text) IS
'Internal: annuls an effect that is the last step of its entry, but not its cause.';

CREATE OR REPLACE FUNCTION care.part_effects(citizen bigint, request_id text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parted CONSTANT bigint[] := ARRAY(
		SELECT e.id FROM care.workflow_event e
		WHERE e.citizen = part_effects.citizen
			AND NOT EXISTS (SELECT FROM care.workflow_event c WHERE c.citizen = e.citizen AND c.id = e.rests_on) AND e.rests_on IS NOT NULL);
BEGIN
	PERFORM care.take_back_effect(e.citizen, e.id, request_id)
	FROM (
		SELECT s.citizen, s.id FROM care.standing_event s
		WHERE s.citizen = part_effects.citizen AND s.id = ANY (parted)
			AND NOT EXISTS (
				SELECT FROM care.standing_event later
				WHERE later.citizen = s.citizen AND later.entity = s.entity AND later.entry = s.entry AND later.id > s.id AND later.id <> ALL (parted))
		ORDER BY s.id DESC) AS e;
	UPDATE care.workflow_event e SET rests_on = NULL
	WHERE e.citizen = part_effects.citizen AND (e.id = ANY (parted) OR e.annuls = ANY (parted));
	UPDATE care.encounter e SET transferred_from = NULL
	WHERE e.citizen = part_effects.citizen AND e.transferred_from IS NOT NULL
		AND NOT EXISTS (SELECT FROM care.encounter f WHERE f.citizen = e.citizen AND f.id = e.transferred_from);
END
$$;
COMMENT ON FUNCTION care.part_effects(bigint, text) IS
'Internal: takes back what the steps of a record have done to another''s entries, once they are two again.';

CREATE OR REPLACE FUNCTION care.clear_stay(citizen bigint, encounter bigint, request_id text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	effect bigint;
BEGIN
	FOR effect IN
		SELECT DISTINCT e.id
		FROM (
			SELECT 'encounter'::name AS entity, clear_stay.encounter AS entry, 0 AS id
			UNION ALL
			SELECT o.entity, o.entry, o.id
			FROM care.workflow_event w
			JOIN care.standing_event o ON o.citizen = w.citizen AND o.rests_on = w.id AND o.entity <> 'encounter'
			WHERE w.citizen = clear_stay.citizen AND w.entity = 'encounter' AND w.entry = clear_stay.encounter
		) AS own
		JOIN care.standing_event e ON e.citizen = clear_stay.citizen AND e.entity = own.entity AND e.entry = own.entry AND e.id > own.id
		JOIN care.workflow_event cause ON cause.citizen = e.citizen AND cause.id = e.rests_on
		WHERE care.is_of_others(cause, clear_stay.encounter)
			AND NOT EXISTS (
				SELECT FROM care.standing_event later
				WHERE later.citizen = e.citizen AND later.entity = e.entity AND later.entry = e.entry AND later.id > e.id AND later.rests_on IS NULL)
		ORDER BY e.id DESC
	LOOP
		PERFORM care.take_back_effect(citizen, effect, request_id);
	END LOOP;
	UPDATE care.encounter e SET transferred_from = NULL
	WHERE e.citizen = clear_stay.citizen AND e.transferred_from = clear_stay.encounter
		AND EXISTS (SELECT FROM care.letter l WHERE l.letter = e.source AND l.direction = 'in');
END
$$;
COMMENT ON FUNCTION care.clear_stay(bigint, bigint, text) IS
'Internal: takes back what others have done to a stay, and on top of what it did, so that it is as its own hospital has told.';

CREATE OR REPLACE FUNCTION care.is_of_others(cause care.workflow_event, encounter bigint)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Who takes a citizen over by care.transfer() says so of either stay.
RETURN cause.step <> 'transfer' AND coalesce(CASE cause.entity WHEN 'encounter' THEN cause.entry ELSE (cause.details ->> 'encounter')::bigint END <> encounter, true);
COMMENT ON FUNCTION care.is_of_others(care.workflow_event, bigint) IS
'Internal: whether what an event caused is none of what a stay''s own hospital has said of it.';

CREATE OR REPLACE FUNCTION care.settle_stays(citizen bigint, request_id text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	death record;
	stay record;
BEGIN
	-- Of several who tell of a death who says the latest time.
	SELECT e.id AS event, e.entry, e.organization, d.died_at INTO death
	FROM care.death_record d
	JOIN care.standing_event e ON e.citizen = d.citizen AND e.entity = 'death_record' AND e.entry = d.id AND e.step = 'record_death'
	WHERE d.citizen = settle_stays.citizen AND d.status = 'recorded'
	ORDER BY d.died_at DESC, e.request_id LIMIT 1;

	FOR stay IN
		SELECT h.id, effect.id AS effect, wanted.step, wanted.cause, wanted.organization, wanted.at
		FROM care.hospital_stay h
		LEFT JOIN LATERAL (
			SELECT e.id, e.step, e.rests_on
			FROM care.standing_events(h.citizen, 'encounter', h.id) e
			JOIN care.workflow_event c ON c.citizen = h.citizen AND c.id = e.rests_on AND care.is_of_others(c, h.id)
			WHERE NOT EXISTS (SELECT FROM care.standing_events(h.citizen, 'encounter', h.id) l WHERE l.id > e.id)
		) AS effect ON true
		LEFT JOIN LATERAL (
			SELECT n.start_time AS at, e.id AS cause, e.organization
			FROM care.letter l
			JOIN care.encounter n ON n.citizen = h.citizen AND n.status IN ('in-progress', 'onleave', 'finished')
				AND n.organization <> h.organization AND (n.start_time, n.source) > (h.start_time, h.source)
			JOIN care.letter m ON m.letter = n.source AND m.direction = 'in' AND m.episodes && l.episodes
			JOIN care.standing_event e ON e.citizen = n.citizen AND e.entity = 'encounter' AND e.entry = n.id AND e.step = 'admit'
			WHERE l.letter = h.source AND l.direction = 'in'
			ORDER BY n.start_time, n.source LIMIT 1
		) AS next ON true
		LEFT JOIN LATERAL (
			SELECT 'end_by_death' AS step, death.event AS cause, death.organization, death.died_at AS at
			WHERE death.event IS NOT NULL AND (h.start_time > death.died_at) IS NOT TRUE AND (next.at <= death.died_at) IS NOT TRUE
			UNION ALL
			SELECT 'end_by_transfer', next.cause, next.organization, next.at
			WHERE next.at <= death.died_at OR next.at IS NOT NULL AND (h.start_time <= death.died_at) IS NOT TRUE
		) AS wanted ON true
		WHERE h.citizen = settle_stays.citizen AND (h.status IN ('in-progress', 'onleave') OR h.status = 'finished' AND effect.id IS NOT NULL)
			AND (effect.step, effect.rests_on, h.end_time) IS DISTINCT FROM (wanted.step, wanted.cause, wanted.at)
			AND coalesce(effect.id, wanted.cause) IS NOT NULL
	LOOP
		IF stay.effect IS NOT NULL THEN
			PERFORM care.take_back_effect(citizen, stay.effect, request_id);
		END IF;
		IF stay.step IS NOT NULL THEN
			PERFORM care.end_stay(care.take_step(citizen, 'encounter', stay.id, stay.step, stay.organization, request_id, stay.at,
				rests_on => stay.cause, sets_status => false), stay.at);
		END IF;
	END LOOP;
	UPDATE care.encounter n SET transferred_from = w.transferred_from
	FROM (
		SELECT m.id, (
			SELECT f.id
			FROM care.standing_event a
			JOIN care.standing_event e ON e.citizen = a.citizen AND e.rests_on = a.id AND e.step = 'end_by_transfer'
			JOIN care.encounter f ON f.citizen = e.citizen AND f.id = e.entry
			WHERE a.citizen = m.citizen AND a.entity = 'encounter' AND a.entry = m.id AND a.step = 'admit'
			ORDER BY f.start_time DESC, f.source DESC LIMIT 1) AS transferred_from
		FROM care.hospital_stay m
		JOIN care.letter l ON l.letter = m.source AND l.direction = 'in'
		WHERE m.citizen = settle_stays.citizen
	) AS w
	WHERE n.citizen = settle_stays.citizen AND n.id = w.id AND n.transferred_from IS DISTINCT FROM w.transferred_from;

	PERFORM care.settle_surroundings(citizen, (citizen, 'death_record', death.entry, 'recorded', death.event, false)::care.step_result, request_id);
END
$$;
COMMENT ON FUNCTION care.settle_stays(bigint, text) IS
'Internal: ends stays by the death, or by the next stay of the same episode of care elsewhere, as they stand, and takes back such an end that has no ground any more.';

CREATE OR REPLACE FUNCTION care.settle_surroundings(citizen bigint, death care.step_result, request_id text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	decisive care.step_result := death;
	wanted text := 'end service';
	cause record;
	asked bigint;
BEGIN
	IF death.event IS NULL THEN
		wanted := 'pause service';
		SELECT h.citizen, 'encounter'::name, h.id, h.status,
			coalesce(e.id, (SELECT max(v.id) FROM care.workflow_event v WHERE v.citizen = h.citizen)), false INTO decisive
		FROM care.hospital_stay h
		LEFT JOIN care.standing_event e ON e.citizen = h.citizen AND e.entity = 'encounter' AND e.entry = h.id AND e.step IN ('admit', 'transfer')
		WHERE h.citizen = settle_surroundings.citizen AND h.is_open
		ORDER BY h.start_time, h.source, h.id LIMIT 1;
		IF NOT FOUND THEN
			wanted := 'resume service';
			SELECT h.citizen, 'encounter'::name, h.id, h.status, e.id, false INTO decisive
			FROM care.standing_event e
			JOIN care.hospital_stay h ON h.citizen = e.citizen AND h.id = e.entry
			WHERE e.citizen = settle_surroundings.citizen AND e.entity = 'encounter' AND e.step = 'discharge'
			ORDER BY h.end_time DESC, h.source DESC, h.id DESC LIMIT 1;
		END IF;
	END IF;

	-- What was asked because of another, or again while its withdrawal stood, and nobody has answered.
	FOR asked IN
		SELECT e.id
		FROM care.task t
		JOIN care.standing_event e ON e.citizen = t.citizen AND e.entity = 'task' AND e.entry = t.id AND e.step = 'request_task' AND e.rests_on IS NOT NULL
		WHERE t.citizen = settle_surroundings.citizen AND t.status = 'requested' AND t.code = wanted
			AND (e.rests_on <> decisive.event OR EXISTS (
				SELECT FROM care.task o
				WHERE o.citizen = t.citizen AND o.episode_of_care = t.episode_of_care AND o.code = wanted AND o.status = 'requested' AND o.id < t.id))
			AND NOT EXISTS (SELECT FROM care.standing_events(t.citizen, 'task', t.id) l WHERE l.id > e.id)
	LOOP
		PERFORM care.take_back_effect(citizen, asked, request_id);
	END LOOP;
	IF decisive.event IS NULL THEN
		RETURN;
	END IF;
	SELECT e.organization, e.event_time INTO cause FROM care.workflow_event e WHERE e.citizen = settle_surroundings.citizen AND e.id = decisive.event;
	CASE wanted
	WHEN 'end service' THEN PERFORM care.close_care(decisive, cause.organization, request_id, cause.event_time);
	WHEN 'pause service' THEN
		PERFORM care.propose_pause(decisive, cause.organization, request_id, cause.event_time);
		PERFORM care.interrupt_pathways(decisive, cause.organization, request_id, cause.event_time);
	ELSE PERFORM care.follow_last_discharge(decisive, cause.organization, request_id, cause.event_time);
	END CASE;
END
$$;
COMMENT ON FUNCTION care.settle_surroundings(bigint, care.step_result, text) IS
'Internal: what the municipality is asked, and whether pathways go on, by who has the say: the death, else the open stay that began first, else the last discharge. What was asked because of another and has not been answered is taken back.';
