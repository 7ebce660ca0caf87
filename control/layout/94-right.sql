-- The citizen's rights: to read all that is held (GDPR, article 15), to have it corrected (16), to have it erased
-- where no law keeps it (17), and to have its processing restricted (18).

-- Every table that has a column for the citizen is in the report, so that none is forgotten; what is not says why.
CREATE OR REPLACE VIEW care.report_area AS
SELECT t.area, t.meaning, l.reason AS left_out
FROM (
	SELECT c.relname::text COLLATE "default" AS area, obj_description(c.oid, 'pg_class') AS meaning
	FROM pg_class c
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'citizen' AND NOT a.attisdropped
	WHERE c.relnamespace = 'care'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
	UNION ALL VALUES
		('message', 'The messages of care.letter as they came or went.'),
		('access', 'Who has seen the record, and who has written in it: care.access_of().')
) AS t
LEFT JOIN (VALUES
	('access_log', 'it is the area access, in words'),
	('access_chain', 'it has hashes of care.access_log only'),
	('identifier_owner', 'it finds what is in citizen_identifier'),
	('resource_key', 'it finds what is in resource_version'),
	('erasure', 'it is about records that are no more')
) AS l (area, reason) ON l.area = t.area;

COMMENT ON VIEW care.report_area IS
'The areas of care.citizen_report(): every table about a citizen, from the catalog, with the messages and the accesses.';
COMMENT ON COLUMN care.report_area.area IS 'The table, or message, or access.';
COMMENT ON COLUMN care.report_area.meaning IS 'What it holds.';
COMMENT ON COLUMN care.report_area.left_out IS 'Why the report leaves it out; null: it does not.';

CREATE OR REPLACE FUNCTION care.check_duty()
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT smartcare.my_roles() && '{care_auditor,care_admin}'::name[] THEN
		PERFORM care.refuse_access(format('"%s" makes no reports for citizens', smartcare.my_role()),
			'That is for members of care_auditor or care_admin.');
	ELSIF smartcare.my_role() IN (SELECT g.role_name FROM care.role_grant g) THEN
		PERFORM care.refuse_access(format('a report is somebody''s, and "%s" is nobody', smartcare.my_role()), 'Make it in the role of a person.');
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_duty() IS
'Internal: lets those pass, in roles of their own, whose duty it is to make reports for citizens. Errors: 42501 for all others.';

CREATE OR REPLACE FUNCTION care.check_report(citizen bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entry care.access_log;
	basis text;
BEGIN
	IF smartcare.sees_all() THEN
		RETURN;
	END IF;
	entry := care.opened_access(citizen);
	basis := (SELECT p.basis FROM care.access_purpose p WHERE p.code = entry.purpose);
	IF basis = 'duty' THEN
		PERFORM care.check_duty();
	ELSIF basis IS DISTINCT FROM 'citizen' OR NOT care.access_stands(entry, 'contacts', '{}'::bigint[]) THEN
		PERFORM care.refuse_access(format('"%s" has not opened the record of citizen %s for a report', smartcare.my_role(), citizen),
			'care.open_record(citizen, purpose) opens it: PATRQT for the citizen, RECORDMGT with a reason for who makes a report for one.');
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_report(bigint) IS
'Internal: lets the owner pass, and who has opened the record as the citizen or to make a report for one. Errors: 42501 for all others, 25006 on a standby.';

-- A reference to an organization, a practitioner, a measure ... comes with its name.
CREATE OR REPLACE FUNCTION care.report_query(area text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	id CONSTANT regclass := format('care.%I', area)::regclass;
	columns CONSTANT name[] := ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = id AND a.attnum > 0 AND NOT a.attisdropped);
	named CONSTANT text := (
		SELECT string_agg(format(', %L, (SELECT jsonb_build_object(''id'', r.id, ''name'', r.name) FROM %s r WHERE r.id = t.%I)',
			a.attname, k.confrelid::regclass, a.attname), '' ORDER BY a.attname)
		FROM pg_constraint k
		JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
		WHERE k.conrelid = id AND k.contype = 'f' AND cardinality(k.conkey) = 1
			AND (SELECT count(*) FROM pg_attribute r WHERE r.attrelid = k.confrelid AND r.attname IN ('id', 'name')) = 2);
	keys CONSTANT text := (
		SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY p.place)
		FROM pg_index i
		CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS p (attnum, place)
		JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.attnum
		WHERE i.indrelid = id AND i.indisprimary);
	as_of CONSTANT name := (
		SELECT c.name FROM unnest('{issued,recorded_at,received_at,merged_at,moved_at,at}'::name[]) WITH ORDINALITY AS c (name, place)
		WHERE c.name = ANY (columns) ORDER BY c.place LIMIT 1);
BEGIN
	RETURN format('SELECT %L, concat_ws('' '', %s), jsonb_strip_nulls(to_jsonb(t) || jsonb_build_object(%s)), %s, %s '
		'FROM %s t WHERE t.citizen = ANY ($1) ORDER BY %s',
		area, keys, substr(named, 3),
		CASE WHEN 'source' = ANY (columns) THEN 't.source::text' WHEN 'key' = ANY (columns) THEN 't.key' ELSE 'NULL::text' END,
		CASE WHEN as_of = 'issued' AND 'recorded_at' = ANY (columns) THEN 'coalesce(nullif(t.issued, ''-infinity''), t.recorded_at)'
			WHEN as_of IS NULL THEN 'NULL::timestamptz' ELSE format('t.%I', as_of) END,
		id, keys);
END
$$;
COMMENT ON FUNCTION care.report_query(text) IS
'Internal: the query that reads an area of the report, a table, of the citizens in $1.';

CREATE OR REPLACE FUNCTION care.citizen_report(citizen bigint)
RETURNS TABLE (area text, entry text, content jsonb, source text, as_of timestamptz)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER ROWS 10000
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
-- What is executed is the layout's own, made of the catalog: @plpgsql_check_options: security_warnings = off
DECLARE
	kept CONSTANT bigint := care.current_citizen(citizen);
	records CONSTANT bigint[] := ARRAY(SELECT s.citizen FROM care.same_citizen(kept) s ORDER BY s.citizen);
	reported text;
BEGIN
	PERFORM care.check_report(kept);
	FOR reported IN
		SELECT a.area FROM care.report_area a
		WHERE a.left_out IS NULL AND a.area NOT IN ('message', 'access') ORDER BY a.area <> 'citizen', a.area
	LOOP
		RETURN QUERY EXECUTE care.report_query(reported) USING records;
	END LOOP;
	RETURN QUERY
	SELECT 'message', m.id::text, jsonb_strip_nulls(to_jsonb(m)), l.letter, m.received_at
	FROM care.letter l
	JOIN care.message m ON m.received_at = l.message_received_at AND m.id = l.message
	WHERE l.citizen = ANY (records) ORDER BY m.received_at, m.id;
	RETURN QUERY
	SELECT 'access', a.reference, jsonb_strip_nulls(to_jsonb(a)), NULL::text, a.start_time
	FROM care.access_entries(kept) a;
END
$$;
COMMENT ON FUNCTION care.citizen_report(bigint) IS
'Everything that is held about a citizen: the area (care.report_area, by the catalog: a new table is in it at once), the key of the entry, what it says (nulls left out; organizations and the like with their names; times in UTC), the source, and as of when. With what was corrected, superseded or entered in error, with records that were merged into it, and with who has seen it. For the citizen, who has opened the record for PATRQT; members of care_auditor and care_admin, who have for RECORDMGT, with a reason, which the citizen sees; and the owner. Errors: 42501 for all others.';

CREATE OR REPLACE FUNCTION care.request_correction(
	citizen bigint, entity name, entry bigint, description text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept CONSTANT bigint := care.current_citizen(citizen);
	wrong jsonb;
	responsible bigint;
BEGIN
	IF NOT smartcare.sees_all() AND NOT care.is_person(kept, NULL) THEN
		PERFORM care.refuse_access(format('"%s" is not citizen %s', smartcare.my_role(), kept),
			'A correction is asked for by the citizen: care.citizen_login says whose a login is.');
	END IF;
	IF coalesce(btrim(description), '') = '' THEN
		RAISE EXCEPTION 'a correction needs words that say what is wrong'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF EXISTS (
		SELECT FROM pg_attribute a
		WHERE a.attrelid = to_regclass(format('care.%I', entity)) AND a.attname = 'id'
			AND entity IN (SELECT r.area FROM care.report_area r WHERE r.left_out IS NULL))
	THEN
		EXECUTE format('SELECT to_jsonb(t) FROM care.%I AS t WHERE t.citizen = $1 AND t.id = $2', entity) INTO wrong USING kept, entry;
	END IF;
	IF wrong IS NULL THEN
		RAISE EXCEPTION 'citizen % has no % %', kept, entity, entry
			USING ERRCODE = 'no_data_found';
	END IF;
	-- Who is responsible by the entry, by the stay that it belongs to, or by having made it.
	responsible := coalesce(
		(wrong ->> 'organization')::bigint, (wrong ->> 'author')::bigint, (wrong ->> 'performer')::bigint, (wrong ->> 'owner')::bigint,
		(SELECT e.organization FROM care.encounter e WHERE e.citizen = kept AND e.id = (wrong ->> 'encounter')::bigint),
		(SELECT e.organization FROM care.workflow_event e
			WHERE e.citizen = kept AND e.entity = request_correction.entity AND e.entry = request_correction.entry AND e.organization IS NOT NULL
			ORDER BY e.id LIMIT 1),
		(SELECT c.general_practice FROM care.citizen c WHERE c.citizen = kept),
		(SELECT c.municipality FROM care.citizen c WHERE c.citizen = kept));
	IF responsible IS NULL THEN
		RAISE EXCEPTION 'no organization is responsible for % % of citizen %', entity, entry, kept
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Neither the entry nor a general practice or municipality of the citizen names one: care.request_task() asks whom you name.';
	END IF;
	RETURN care.request_task(kept, NULL, responsible, 'correction', format('%s %s: %s', replace(entity, '_', ' '), entry, description),
		request_id, event_time);
END
$$;
COMMENT ON FUNCTION care.request_correction(bigint, name, bigint, text, text, timestamptz) IS
'Step of the citizen: an entry (its table and id) is wrong, and why. A task for the organization responsible for it, which corrects it with the steps that there are (care.correct_stay(), care.correct_measurement(), care.annul() ...) and says so with care.complete_task(), or says why not with care.reject_task(); nothing is overwritten. Responsible is whom the entry names, else whom its encounter does, else who made it, else the general practice, else the municipality. For the citizen, and the owner. Errors: as care.request_task(); 42501 for others, P0002 no such entry, 22004 no words, 55000 nobody is responsible.';

CREATE OR REPLACE FUNCTION care.decide_processing(
	step name, citizen bigint, organization bigint, reason text, request_id text, event_time timestamptz)
RETURNS care.step_result
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF coalesce(btrim(reason), '') = '' THEN
		RAISE EXCEPTION 'a restriction, and its end, need a reason'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	RETURN care.record_consent(step, citizen, organization, 'processing', request_id, event_time, NULL, NULL, reason, 'written');
END
$$;
COMMENT ON FUNCTION care.decide_processing(name, bigint, bigint, text, text, timestamptz) IS
'Internal: a consent of the category "processing", or its refusal, with its reason. Errors: as care.give_consent(); 22004 no reason.';

CREATE OR REPLACE FUNCTION care.restrict_processing(
	citizen bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.decide_processing('refuse_consent', citizen, organization, reason, request_id, event_time);
COMMENT ON FUNCTION care.restrict_processing(bigint, bigint, text, text, timestamptz) IS
'Step: from now on the record serves treatment alone (GDPR, articles 18 and 21): not analysts, nor the evaluation of treatment that is over. A refusal of the category "processing", with its reason; organization: who wrote it down, null: the citizen did. Errors: as care.refuse_consent(); 22004 no reason.';

CREATE OR REPLACE FUNCTION care.lift_restriction(
	citizen bigint, organization bigint, reason text,
	request_id text, event_time timestamptz DEFAULT now())
RETURNS care.step_result
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN care.decide_processing('give_consent', citizen, organization, reason, request_id, event_time);
COMMENT ON FUNCTION care.lift_restriction(bigint, bigint, text, text, timestamptz) IS
'Step: the restriction is over; the citizen has to be told before (GDPR, article 18 (3)). A consent of the category "processing", with its reason. Errors: as care.give_consent(); 22004 no reason.';

CREATE OR REPLACE VIEW care.restricted_citizen AS
SELECT s.citizen, s.consent, s.start_time, s.reason
FROM (
	SELECT DISTINCT ON (c.citizen) c.citizen, c.id AS consent, c.status, c.start_time, c.scope AS reason
	FROM care.consent c
	WHERE c.category = 'processing' AND c.status IN ('active', 'rejected') AND (c.end_time IS NULL OR c.end_time > now())
	ORDER BY c.citizen, c.start_time DESC, c.id DESC
) s
WHERE s.status = 'rejected';

COMMENT ON VIEW care.restricted_citizen IS 'Whose record serves treatment alone: of what was said of processing the last word counts.';
COMMENT ON COLUMN care.restricted_citizen.citizen IS 'The citizen whom it is about.';
COMMENT ON COLUMN care.restricted_citizen.consent IS 'Id of the row in care.consent that says so.';
COMMENT ON COLUMN care.restricted_citizen.start_time IS 'Since when.';
COMMENT ON COLUMN care.restricted_citizen.reason IS 'Why.';

CREATE OR REPLACE FUNCTION care.is_restricted(citizen bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM care.restricted_citizen r WHERE r.citizen = is_restricted.citizen);
END
$$;
COMMENT ON FUNCTION care.is_restricted(bigint) IS 'Whether a citizen''s record serves treatment alone, see care.restrict_processing().';

-- The record goes as a whole or not at all, so that no entry that stays refers to one that is gone: it is kept as
-- long as any row of it has to be.
CREATE OR REPLACE FUNCTION care.erasure_due(as_of timestamptz DEFAULT now(), only_citizen bigint DEFAULT NULL)
RETURNS TABLE (citizen bigint, is_due boolean, keep_until timestamptz, kept_by name, reason text, source text, unconfirmed name[])
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100000
SET search_path = pg_catalog, pg_temp
AS $$
-- What is executed is the layout's own, made of the catalog: @plpgsql_check_options: security_warnings = off
DECLARE
	records CONSTANT bigint[] := (
		SELECT array_agg(s.citizen) FROM care.same_citizen(care.current_citizen(only_citizen)) s WHERE only_citizen IS NOT NULL);
	-- What no rule speaks of, or what is kept without end, keeps the record.
	queries CONSTANT text := (
		SELECT string_agg(format(
			'SELECT t.citizen, %L::name, %s FROM care.%I t WHERE $2 IS NULL OR t.citizen = ANY ($2) GROUP BY t.citizen', a.area,
			CASE
				WHEN r.kept IS NULL THEN quote_literal('infinity') || '::timestamptz'
				WHEN r.counted_from IS NULL THEN quote_literal('-infinity') || '::timestamptz'
				ELSE format('max(coalesce(t.%I, %L)) + %L::interval', r.counted_from, 'infinity', r.kept) END,
			a.area), ' UNION ALL ')
		FROM care.report_area a
		LEFT JOIN care.retention_rule r ON r.entity = a.area
		WHERE a.area NOT IN ('message', 'access', 'erasure'));
BEGIN
	FOR citizen, is_due, keep_until, kept_by, reason, source, unconfirmed IN EXECUTE format($query$
		SELECT s.citizen, s.keep_until <= $1, s.keep_until, s.entity,
			CASE WHEN s.entity = 'treatment_relation' THEN 'Treatment goes on, or was not over long ago'
				ELSE coalesce(r.reason, 'No rule says how long it is kept') END, r.source, s.unconfirmed
		FROM (
			SELECT k.citizen, max(k.keep_until) AS keep_until,
				(array_agg(k.entity ORDER BY k.keep_until DESC, k.entity))[1] AS entity,
				array_agg(DISTINCT k.entity) FILTER (WHERE u.confirmed IS NOT TRUE) AS unconfirmed
			FROM (
				SELECT CASE WHEN c.merged_into IS NULL THEN c.citizen ELSE care.current_citizen(c.citizen) END, t.entity, t.keep_until
				FROM (%s) AS t (citizen, entity, keep_until)
				JOIN care.citizen c ON c.citizen = t.citizen
				UNION ALL
				-- Being the general practice is no treatment that goes on.
				SELECT t.citizen, 'treatment_relation', coalesce(max(coalesce(t.end_time, 'infinity')) + max(r.kept), 'infinity')
				FROM care.treatment_relation t
				LEFT JOIN care.retention_rule r ON r.entity = 'treatment_relation'
				WHERE t.entity <> 'citizen' AND ($2 IS NULL OR t.citizen = ANY ($2))
				GROUP BY t.citizen
			) AS k (citizen, entity, keep_until)
			LEFT JOIN care.retention_rule u ON u.entity = k.entity
			GROUP BY k.citizen
		) s
		LEFT JOIN care.retention_rule r ON r.entity = s.entity
		ORDER BY s.keep_until, s.citizen$query$, queries)
	USING as_of, records
	LOOP
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.erasure_due(timestamptz, bigint) IS
'Of each record, or of one, whether care.erase() may erase it at a time, by care.retention_rule: until when it has to be kept (infinity: without end), which table keeps it longest, why, and where that is said; and the tables whose rules nobody has confirmed, which care.erase() does not go by. Erases nothing. For members of care_admin, and the owner.';

CREATE OR REPLACE FUNCTION care.erase(citizen bigint, reason text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept CONSTANT bigint := care.lock_citizen(citizen);
	records CONSTANT bigint[] := ARRAY(SELECT s.citizen FROM care.same_citizen(kept) s ORDER BY s.citizen);
	erased jsonb;
	due record;
	area text;
	gone bigint;
BEGIN
	IF coalesce(btrim(reason), '') = '' THEN
		RAISE EXCEPTION 'erasing a record needs a reason'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT * INTO due FROM care.erasure_due(now(), kept);
	IF due.is_due IS NOT TRUE THEN
		RAISE EXCEPTION 'the record of citizen % has to be kept until %', kept, due.keep_until
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = format('%s: %s.', due.kept_by, due.reason),
				HINT = 'care.erasure_due() says which records can be erased.';
	ELSIF due.unconfirmed IS NOT NULL THEN
		RAISE EXCEPTION 'nobody has confirmed the rules by which the record of citizen % could be erased', kept
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = format('They are those of %s.', array_to_string(due.unconfirmed, ', ')),
				HINT = 'Who knows the law sets "confirmed" in care.retention_rule.';
	END IF;

	SET CONSTRAINTS ALL DEFERRED;
	DELETE FROM care.message m USING care.letter l
	WHERE l.citizen = ANY (records) AND m.received_at = l.message_received_at AND m.id = l.message;
	GET DIAGNOSTICS gone = ROW_COUNT;
	erased := jsonb_build_object('message', gone);
	FOR area IN
		SELECT a.area FROM care.report_area a
		WHERE a.area NOT IN ('message', 'access', 'erasure')
		-- What triggers derive from the others comes after them.
		ORDER BY array_position('{care_course,treatment_relation,citizen}', a.area) NULLS FIRST, a.area
	LOOP
		EXECUTE format('DELETE FROM care.%I t WHERE t.citizen = ANY ($1)', area) USING records;
		GET DIAGNOSTICS gone = ROW_COUNT;
		erased := erased || jsonb_build_object(area, gone);
	END LOOP;
	SET CONSTRAINTS ALL IMMEDIATE;
	erased := (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(erased) e WHERE e.value <> '0');
	INSERT INTO care.erasure (citizen, records, reason, erased) VALUES (kept, records, erase.reason, erased);
	RETURN erased;
END
$$;
COMMENT ON FUNCTION care.erase(bigint, text) IS
'Erases a citizen''s record, with those merged into it, all of it, if every rule says that it may go, and notes that in care.erasure; returns how many rows of which tables. Nothing calls it: SELECT care.erase(citizen, ...) FROM care.erasure_due() WHERE is_due LIMIT 100 does it for a hundred. For members of care_admin, and the owner. Errors: 55000 it has to be kept (the detail says why), or nobody has confirmed the rules; 22004 no reason, 23503 unknown citizen.';
