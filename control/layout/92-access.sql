-- Opening a citizen's record: who may, for what, and that it is logged.

CREATE OR REPLACE FUNCTION care.related_organization(citizen bigint, organizations bigint[], basis text)
RETURNS care.treatment_relation
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	lasts_on CONSTANT interval := care.setting(CASE basis WHEN 'past relation' THEN 'evaluation_after' ELSE 'relation_after' END)::interval;
	found_relation care.treatment_relation;
BEGIN
	SELECT * INTO found_relation FROM care.treatment_relation r
	WHERE r.citizen = related_organization.citizen AND r.organization = ANY (organizations)
		AND (r.end_time IS NULL OR r.end_time + lasts_on > clock_timestamp())
		AND NOT (basis = 'past relation' AND care.is_restricted(related_organization.citizen))
	ORDER BY r.end_time DESC NULLS FIRST, r.organization LIMIT 1;
	RETURN found_relation;
END
$$;
COMMENT ON FUNCTION care.related_organization(bigint, bigint[], text) IS
'Internal: of the treatment relations between a citizen and organizations the one that lasts longest, if it is not over for this basis (relation; past relation, which a restriction of processing ends); else null.';

CREATE OR REPLACE FUNCTION care.refuse_access(message text, hint text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION '%', message USING ERRCODE = 'insufficient_privilege', HINT = hint;
END
$$;
COMMENT ON FUNCTION care.refuse_access(text, text) IS 'Internal: raises 42501.';

CREATE OR REPLACE FUNCTION care.justify_own_access(INOUT entry care.access_log, basis text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_person bigint;
	not_shared text[];
BEGIN
	SELECT l.related_person, CASE basis WHEN 'citizen' THEN '{}' ELSE
			ARRAY(SELECT p.name FROM care.record_part p WHERE p.name <> ALL (n.shared) ORDER BY p.name) END
	INTO found_person, not_shared
	FROM care.same_citizen(entry.citizen) AS s (citizen)
	JOIN care.citizen_login l ON l.citizen = s.citizen AND l.role_name = entry.role_name
	LEFT JOIN care.related_person n ON n.citizen = entry.citizen AND n.id = l.related_person
		AND n.status = 'active' AND n.start_time <= clock_timestamp() AND (n.end_time IS NULL OR n.end_time > clock_timestamp())
	WHERE CASE basis WHEN 'citizen' THEN l.related_person IS NULL ELSE n.id IS NOT NULL END
	LIMIT 1;
	IF NOT FOUND THEN
		PERFORM care.refuse_access(format('"%s" may not open this record as %s', entry.role_name, basis),
			'care.citizen_login says whose a login is.');
	END IF;
	entry.related_person := found_person;
	entry.withheld := not_shared;
END
$$;
COMMENT ON FUNCTION care.justify_own_access(care.access_log, text) IS
'Internal: what the log says of an access by the citizen, or by a person whom the citizen shares with. Errors: 42501 the role is neither.';

CREATE OR REPLACE FUNCTION care.justify_access(INOUT entry care.access_log, basis text, override boolean)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	organizations CONSTANT bigint[] := care.my_organizations();
	today CONSTANT date := care.today();
	line bigint[];
	relation care.treatment_relation;
	emergency boolean;
	granting bigint;
	refusing bigint;
	refused_parts text[];
BEGIN
	entry.practitioner := (
		SELECT p.id FROM care.practitioner_login l
		JOIN care.practitioner p ON p.id = l.practitioner AND p.active
		WHERE l.role_name = entry.role_name);
	IF entry.practitioner IS NULL THEN
		PERFORM care.refuse_access(format('"%s" is no practitioner', entry.role_name),
			'A record is opened by a person: care.practitioner_login says whose a role is.');
	ELSIF basis = 'emergency' THEN
		entry.organization := (
			SELECT o.id FROM unnest(organizations) AS o (id)
			JOIN care.practitioner_role r ON r.practitioner = entry.practitioner AND r.valid @> today
				AND r.organization = ANY (care.organization_line(o.id))
			JOIN care.professional_role k ON k.code = r.code AND k.emergency
			ORDER BY o.id LIMIT 1);
	ELSE
		relation := care.related_organization(entry.citizen, organizations, basis);
		entry.organization := relation.organization;
		entry.entity := relation.entity;
		entry.entry := relation.entry;
	END IF;
	IF entry.organization IS NULL AND basis = 'emergency' THEN
		PERFORM care.refuse_access(format('"%s" may not open records in an emergency', entry.role_name),
			'care.professional_role says who may.');
	ELSIF entry.organization IS NULL AND basis = 'past relation' AND care.is_restricted(entry.citizen) THEN
		PERFORM care.refuse_access(format('the processing of the record of citizen %s is restricted', entry.citizen),
			'It serves treatment alone, until care.lift_restriction().');
	ELSIF entry.organization IS NULL THEN
		PERFORM care.refuse_access(format('"%s" has no treatment relation with citizen %s', entry.role_name, entry.citizen),
			'In an emergency the purpose is ETREAT, with a reason.');
	END IF;
	line := care.organization_line(entry.organization);
	SELECT r.code, k.emergency INTO entry.code, emergency
	FROM care.practitioner_role r
	JOIN care.professional_role k ON k.code = r.code
	WHERE r.practitioner = entry.practitioner AND r.valid @> today AND r.organization = ANY (line)
	ORDER BY k.emergency DESC, r.code LIMIT 1;

	SELECT coalesce(array_agg(s.part ORDER BY s.part) FILTER (WHERE s.refused), '{}'),
		max(s.consent) FILTER (WHERE s.refused), max(s.consent) FILTER (WHERE NOT s.refused)
	INTO refused_parts, refusing, granting
	FROM care.sharing(entry.citizen, entry.organization) s;
	entry.overridden := override AND refusing IS NOT NULL;
	entry.consent := CASE WHEN entry.overridden THEN refusing ELSE granting END;
	entry.withheld := CASE WHEN entry.overridden THEN '{}' ELSE refused_parts END;
	IF entry.overridden AND emergency IS NOT TRUE THEN
		PERFORM care.refuse_access(format('"%s" may not override a refusal', entry.role_name),
			'care.professional_role says who may.');
	ELSIF NOT entry.overridden AND care.refuses_all(entry.citizen, entry.organization) THEN
		PERFORM care.refuse_access(format('citizen %s refuses to share the record with organization %s', entry.citizen, entry.organization),
			'Where the law allows it, override => true with a reason opens it nevertheless; the citizen will see that.');
	END IF;
END
$$;
COMMENT ON FUNCTION care.justify_access(care.access_log, text, boolean) IS
'Internal: what the log says of an access by a practitioner: for which organization, on what evidence, under which consent. Errors: 42501 no practitioner, no treatment relation, no emergencies for this role, the processing is restricted, the citizen refuses, or this role may not override that.';

CREATE OR REPLACE FUNCTION care.open_record(
	citizen bigint, purpose text, reason text DEFAULT NULL, override boolean DEFAULT false)
RETURNS care.opened_record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entry care.access_log;
	basis CONSTANT text := (SELECT p.basis FROM care.access_purpose p WHERE p.code = purpose);
BEGIN
	IF basis IS NULL THEN
		RAISE EXCEPTION 'there is no purpose "%"', purpose
			USING ERRCODE = 'invalid_parameter_value',
				HINT = format('It is one of %s.', (SELECT string_agg(p.code, ', ' ORDER BY p.code) FROM care.access_purpose p));
	ELSIF (basis IN ('emergency', 'duty') OR override IS NOT FALSE) AND coalesce(btrim(reason), '') = '' THEN
		RAISE EXCEPTION 'this needs a reason'
			USING ERRCODE = 'null_value_not_allowed',
				HINT = 'The citizen reads it, and so does who reviews the access.';
	END IF;
	entry.citizen := care.current_citizen(citizen);
	entry.at := clock_timestamp();
	entry.activity := 'open';
	entry.login := session_user;
	entry.role_name := smartcare.my_role();
	entry.purpose := purpose;
	entry.reason := reason;
	entry.overridden := false;
	entry.until := entry.at + least(care.setting('record_open')::interval, interval '24 hours');
	IF basis IN ('citizen', 'carer') THEN
		entry := care.justify_own_access(entry, basis);
	ELSIF basis = 'duty' THEN
		PERFORM care.check_duty();
	ELSIF basis = 'past relation' AND override IS NOT FALSE THEN
		PERFORM care.refuse_access('a refusal is overridden for treatment alone', 'The purpose of that is TREAT, CAREMGT or ETREAT.');
	ELSE
		entry := care.justify_access(entry, basis, override IS NOT FALSE);
	END IF;

	entry.id := nextval('care.access_log_id_seq');
	INSERT INTO care.access_log SELECT entry.*;
	PERFORM smartcare.set_record_open(entry.citizen, entry.id, entry.until);
	RETURN (entry.citizen, entry.id, entry.until, entry.withheld)::care.opened_record;
END
$$;
COMMENT ON FUNCTION care.open_record(bigint, text, text, boolean) IS
'Opens a citizen''s record for the caller (the login, or the role set with SET ROLE): its details can be read once the transaction has committed, in this session and role, for the time of the setting "record_open". The access is logged, with what justified it. Purpose: a code of care.access_purpose. Reason: needed in an emergency, and to override what the citizen refuses to share, which are reviewed; and to make a report for the citizen. Errors: 42501 no right (the message says what is missing), 22004 no reason, 22023 unknown purpose, 23503 an emergency of an unknown citizen, 25006 on a standby, 54000 too many records open.';

CREATE OR REPLACE FUNCTION care.close_record(citizen bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept CONSTANT bigint := care.current_citizen(citizen);
	entry CONSTANT care.access_log := care.opened_access(kept);
BEGIN
	PERFORM smartcare.set_record_closed(kept);
	IF entry.id IS NOT NULL THEN
		INSERT INTO care.access_log (citizen, activity, access, login, role_name, practitioner, code, organization, related_person, purpose)
		VALUES (kept, 'close', entry.id, session_user, smartcare.my_role(), entry.practitioner, entry.code, entry.organization,
			entry.related_person, entry.purpose);
	END IF;
END
$$;
COMMENT ON FUNCTION care.close_record(bigint) IS
'Closes what the caller has opened of a citizen''s record in this session, at once, and logs it; nothing if it was not open. Errors: 25006 on a standby.';

-- What has been opened may have lost its reason since: every statement asks, with the clock's time, for a transaction can last.
CREATE OR REPLACE FUNCTION care.access_stands(entry care.access_log, part text, organizations bigint[])
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	basis CONSTANT text := (SELECT p.basis FROM care.access_purpose p WHERE p.code = entry.purpose);
BEGIN
	IF part = ANY (entry.withheld) THEN
		RETURN false;
	ELSIF basis IN ('citizen', 'carer') THEN
		RETURN EXISTS (
			SELECT FROM care.same_citizen(entry.citizen) AS s (citizen)
			JOIN care.citizen_login l ON l.citizen = s.citizen AND l.role_name = entry.role_name
			WHERE l.related_person IS NOT DISTINCT FROM entry.related_person
				AND (basis = 'citizen' OR EXISTS (
					SELECT FROM care.related_person n
					WHERE n.citizen = entry.citizen AND n.id = l.related_person AND n.status = 'active'
						AND (n.end_time IS NULL OR n.end_time > clock_timestamp()) AND part = ANY (n.shared))));
	END IF;
	RETURN coalesce(entry.organization = ANY (organizations), false)
		AND (basis = 'emergency'
			OR (care.related_organization(entry.citizen, ARRAY[entry.organization], basis)).citizen IS NOT NULL)
		AND NOT EXISTS (
			SELECT FROM care.sharing(entry.citizen, entry.organization) s
			WHERE s.part = access_stands.part AND s.refused
				AND NOT (entry.overridden AND s.recorded_at <= entry.at AND s.consent <= entry.consent));
END
$$;
COMMENT ON FUNCTION care.access_stands(care.access_log, text, bigint[]) IS
'Internal: whether what justified an access still does, for a part of the record: the caller works for the organization, the treatment relation is not over, the citizen has not refused since.';

CREATE OR REPLACE FUNCTION care.opened_access(citizen bigint)
RETURNS care.access_log
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	opened CONSTANT bigint := smartcare.open_record_access(opened_access.citizen);
	entry care.access_log;
BEGIN
	-- It is in the newest partitions, for no record is open longer than 24 hours.
	SELECT * INTO entry FROM care.access_log l
	WHERE l.citizen = opened_access.citizen AND l.id = opened AND l.at > now() - interval '25 hours';
	RETURN entry;
END
$$;
COMMENT ON FUNCTION care.opened_access(bigint) IS
'Internal: the row of the log by which the caller has a record open; null if it is not. Errors: 25006 on a standby.';

CREATE OR REPLACE FUNCTION care.open_records(part text)
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	opened CONSTANT bigint[] := smartcare.open_records();
	organizations bigint[];
	entry care.access_log;
	readable bigint[] := '{}'::bigint[];
	opened_citizen bigint;
BEGIN
	IF NOT EXISTS (SELECT FROM care.record_part p WHERE p.name = part) THEN
		RAISE EXCEPTION 'there is no part "%" of a record', part
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'care.record_part lists them.';
	ELSIF opened = '{}' THEN
		RETURN opened;
	END IF;
	organizations := care.my_organizations();
	FOREACH opened_citizen IN ARRAY opened LOOP
		entry := care.opened_access(opened_citizen);
		IF care.access_stands(entry, part, organizations) THEN
			readable := readable || entry.citizen;
		END IF;
	END LOOP;
	RETURN readable;
END
$$;
COMMENT ON FUNCTION care.open_records(text) IS
'The citizens of whose records the caller may read a part (care.record_part) now: opened in this session with care.open_record(), and what justified that still does. In filters write (SELECT care.open_records(''plan''))::bigint[], which is asked once a statement. Errors: 22023 there is no such part, 25006 on a standby.';
