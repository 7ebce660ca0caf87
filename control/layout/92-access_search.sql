-- Searches: who is found, and that it is logged. A list cannot wait for a commit, as a record does: what is rolled back
-- is told to the server's log instead.

-- Before anything is looked up: of a search that fails, in whatever way, the server's log has the criterion, and how it fails tells nothing.
CREATE OR REPLACE FUNCTION care.begin_search(criterion jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	asked CONSTANT text := jsonb_strip_nulls(criterion);
BEGIN
	IF smartcare.sees_all() THEN
		RETURN;
	ELSIF care.my_organizations() = '{}' THEN
		PERFORM care.refuse_access(format('"%s" works for nobody', smartcare.my_role()), 'A search is done by a person: in the role of a practitioner who works somewhere today.');
	ELSIF current_setting('transaction_read_only')::boolean THEN
		RAISE EXCEPTION 'a search that cannot be logged is not done'
			USING ERRCODE = 'read_only_sql_transaction';
	ELSIF length(asked) > 1000 THEN
		RAISE EXCEPTION 'a criterion of % characters is too long', length(asked)
			USING ERRCODE = 'string_data_right_truncation';
	END IF;
	PERFORM care.check_settled();
	PERFORM smartcare.trace_rollback(format('search by "%s" as "%s": %s', session_user, smartcare.my_role(), asked));
END
$$;
COMMENT ON FUNCTION care.begin_search(jsonb) IS
'Internal: lets those search who work somewhere today, and the owner. If the transaction does not commit the server''s log has the criterion. Errors: 42501 for all others, 25001 in a transaction that has changed who treats a citizen, 25006 it cannot be logged, 22001 a criterion of more than 1000 characters.';

CREATE OR REPLACE FUNCTION care.log_search(activity text, criterion jsonb, number bigint, citizen bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	me CONSTANT name := smartcare.my_role();
	asked CONSTANT jsonb := jsonb_strip_nulls(criterion);
	practitioner CONSTANT bigint := (SELECT l.practitioner FROM care.practitioner_login l WHERE l.role_name = me);
BEGIN
	IF smartcare.sees_all() THEN
		RETURN;
	ELSIF citizen IS NOT NULL THEN
		INSERT INTO care.access_log (citizen, activity, login, role_name, practitioner, reason)
		VALUES (log_search.citizen, 'find', session_user, me, practitioner,
			'by ' || (SELECT string_agg(replace(k.name, '_', ' '), ', ' ORDER BY k.name) FROM jsonb_object_keys(asked) AS k (name)));
	ELSE
		INSERT INTO care.search_log (role_name, activity, criterion, found, login, practitioner)
		VALUES (me, log_search.activity, asked, number, session_user, practitioner);
	END IF;
	IF activity <> 'search' THEN
		PERFORM smartcare.trace_rollback(format('%s by "%s" as "%s": %s, %s found', activity, session_user, me, asked, coalesce(number::text, 'not counted')));
	END IF;
END
$$;
COMMENT ON FUNCTION care.log_search(text, jsonb, bigint, bigint) IS
'Internal: a row of care.search_log for a search, a work-list or an analysis by the caller; of a search that found one citizen alone a row of that citizen''s care.access_log. If the transaction does not commit the server''s log has it, of a search by care.begin_search(). Not for the owner, who reads the tables. Errors: 25006 on a standby.';

CREATE OR REPLACE FUNCTION care.find_citizen(system text, value text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	criterion CONSTANT jsonb := jsonb_build_object('system', system, 'value', value);
	found_citizen bigint;
BEGIN
	PERFORM care.begin_search(criterion);
	SELECT care.current_citizen(o.citizen) INTO found_citizen FROM care.identifier_owner o
	WHERE o.system = find_citizen.system AND o.value = smartcare.identifier_normalize(find_citizen.system, find_citizen.value);
	PERFORM care.log_search('search', criterion,
		CASE WHEN found_citizen IS NULL THEN 0 ELSE 1 END, found_citizen);
	RETURN found_citizen;
END
$$;
COMMENT ON FUNCTION care.find_citizen(text, text) IS
'The number of the citizen with an identifier, which is known already; null if nobody has it here. It says nothing else of the citizen: what is known is read from an open record. The citizen sees who has asked; what found nobody is in care.search_log. Errors: as care.begin_search().';

CREATE OR REPLACE FUNCTION care.find_citizens(
	name text DEFAULT NULL, birth_date date DEFAULT NULL, municipality bigint DEFAULT NULL, general_practice bigint DEFAULT NULL)
RETURNS TABLE (citizen bigint, full_name text, born date, gender text, lives_in text, practice text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 20
SET search_path = pg_catalog, pg_temp
-- Begins at the care teams that have the caller's roles, however many citizens there are.
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	organizations CONSTANT bigint[] := care.my_organizations();
	roles CONSTANT name[] := ARRAY(SELECT o.role_name FROM care.organization o WHERE o.id = ANY (organizations));
	ended CONSTANT timestamptz := clock_timestamp() - care.setting('relation_after')::interval;
	search_limit CONSTANT bigint := care.setting('search_limit')::bigint;
	-- Each word that was given begins a word of the name.
	words CONSTANT text[] := ARRAY(SELECT ' ' || w.word FROM regexp_split_to_table(lower(btrim(name)), '[\s-]+') AS w (word) WHERE w.word <> '');
	criterion CONSTANT jsonb := jsonb_build_object('name', nullif(btrim(name), ''), 'birth_date', birth_date, 'municipality', municipality, 'general_practice', general_practice);
	found_citizens bigint[];
BEGIN
	PERFORM care.begin_search(criterion);
	IF words = '{}' AND birth_date IS NULL AND municipality IS NULL AND general_practice IS NULL THEN
		RAISE EXCEPTION 'a search needs a name, a date of birth, a municipality or a general practice'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	found_citizens := ARRAY(
		SELECT c.citizen FROM care.citizen c
		WHERE c.merged_into IS NULL AND c.care_team && roles
			AND NOT EXISTS (
				SELECT FROM unnest(words) AS w (word)
				WHERE strpos(' ' || replace(lower(coalesce(c.name, '')), '-', ' '), w.word) = 0)
			AND (find_citizens.birth_date IS NULL OR c.birth_date = find_citizens.birth_date)
			AND (find_citizens.municipality IS NULL OR c.municipality = find_citizens.municipality)
			AND (find_citizens.general_practice IS NULL OR c.general_practice = find_citizens.general_practice)
			-- Care teams have those whose relation ended by time, too.
			AND EXISTS (
				SELECT FROM care.treatment_relation r
				JOIN care.organization o ON o.id = r.organization AND o.role_name = ANY (roles) AND o.role_name = ANY (c.care_team)
				WHERE r.citizen = c.citizen AND (r.end_time IS NULL OR r.end_time > ended))
		LIMIT search_limit + 1);
	IF cardinality(found_citizens) > search_limit THEN
		RAISE EXCEPTION 'the search would find more than % citizens', search_limit
			USING ERRCODE = 'program_limit_exceeded',
				HINT = 'Say more of whom you look for; care.setting has "search_limit".';
	END IF;
	PERFORM care.log_search('search', criterion,
		cardinality(found_citizens), CASE WHEN cardinality(found_citizens) = 1 THEN found_citizens[1] END);
	RETURN QUERY
	SELECT c.citizen, c.name, c.birth_date, c.gender, m.name, p.name
	FROM care.citizen c
	LEFT JOIN care.organization m ON m.id = c.municipality
	LEFT JOIN care.organization p ON p.id = c.general_practice
	WHERE c.citizen = ANY (found_citizens)
	ORDER BY c.name, c.birth_date, c.citizen;
END
$$;
COMMENT ON FUNCTION care.find_citizens(text, date, bigint, bigint) IS
'The citizens whom one of the caller''s organizations treats, who do not refuse it all, and who have such a name (each word begins one of theirs), date of birth, municipality and general practice: what is null is not asked. The search is in care.search_log with what was asked and how many it found; of one citizen alone it is in care.access_log, which the citizen sees. Errors: 22004 nothing was asked, 54000 there are more than the setting "search_limit", and as care.begin_search().';
