-- The chains of the logs: each row gets its place and hash when its transaction commits, so that whoever reads the
-- log finds one order, and nobody who dawdles in a transaction keeps others from a citizen's record.

CREATE OR REPLACE FUNCTION care.access_hash(previous_hash bytea, entry anyelement)
RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
BEGIN
	RETURN sha256(previous_hash || convert_to((jsonb_strip_nulls(to_jsonb(entry)) - '{hash,previous_hash}'::text[])::text, 'UTF8'));
END
$$;
COMMENT ON FUNCTION care.access_hash(bytea, anyelement) IS
'Internal: SHA-256 over the hash of the row before, followed by the row as jsonb in its text form in UTF-8, with times in UTC, without nulls and without the two hashes.';

-- Called at the commit, so that the head is locked for that alone.
CREATE OR REPLACE FUNCTION care.chain_access(key text, id bigint, at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entry care.access_log;
	head care.access_chain;
BEGIN
	SELECT * INTO entry FROM care.access_log l WHERE l.citizen = key::bigint AND l.id = chain_access.id AND l.at = chain_access.at;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT * INTO head FROM care.access_chain h WHERE h.citizen = entry.citizen FOR UPDATE;
	IF NOT FOUND THEN
		INSERT INTO care.access_chain (citizen, last_place, last_at, hash) VALUES (entry.citizen, 0, entry.at, '')
		ON CONFLICT ON CONSTRAINT access_chain_pkey DO NOTHING;
		SELECT * INTO head FROM care.access_chain h WHERE h.citizen = entry.citizen FOR UPDATE;
	END IF;
	entry.place := head.last_place + 1;
	entry.hash := care.access_hash(head.hash, entry);
	UPDATE care.access_log l SET place = entry.place, previous_hash = head.hash, hash = entry.hash
	WHERE l.citizen = entry.citizen AND l.id = entry.id AND l.at = entry.at;
	UPDATE care.access_chain h SET last_place = entry.place, last_at = entry.at, hash = entry.hash WHERE h.citizen = entry.citizen;
END
$$;
COMMENT ON FUNCTION care.chain_access(text, bigint, timestamptz) IS
'Internal: gives a row of care.access_log the next place in the citizen''s chain (key), and the hash of the row before.';

CREATE OR REPLACE FUNCTION care.chain_search(key text, id bigint, at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entry care.search_log;
	head care.search_chain;
BEGIN
	SELECT * INTO entry FROM care.search_log l WHERE l.role_name = key::name AND l.id = chain_search.id AND l.at = chain_search.at;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT * INTO head FROM care.search_chain h WHERE h.role_name = entry.role_name FOR UPDATE;
	IF NOT FOUND THEN
		INSERT INTO care.search_chain (role_name, last_place, last_at, hash) VALUES (entry.role_name, 0, entry.at, '')
		ON CONFLICT ON CONSTRAINT search_chain_pkey DO NOTHING;
		SELECT * INTO head FROM care.search_chain h WHERE h.role_name = entry.role_name FOR UPDATE;
	END IF;
	entry.place := head.last_place + 1;
	entry.hash := care.access_hash(head.hash, entry);
	UPDATE care.search_log l SET place = entry.place, previous_hash = head.hash, hash = entry.hash
	WHERE l.role_name = entry.role_name AND l.id = entry.id AND l.at = entry.at;
	UPDATE care.search_chain h SET last_place = entry.place, last_at = entry.at, hash = entry.hash WHERE h.role_name = entry.role_name;
END
$$;
COMMENT ON FUNCTION care.chain_search(text, bigint, timestamptz) IS
'Internal: as care.chain_access(), of care.search_log and by role.';

CREATE OR REPLACE FUNCTION care.chain_at_commit()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM smartcare.chain_at_commit(TG_ARGV[0]::regprocedure, to_jsonb(NEW) ->> TG_ARGV[1], NEW.id, NEW.at);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION care.chain_at_commit() IS
'Internal: trigger by which each row of the logs has its place in a chain, and its hash, once its transaction commits.';

-- Who may change settings is in the log, too.
CREATE OR REPLACE FUNCTION care.access_log_start()
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN least(now() - care.setting('access_log_kept')::interval,
		coalesce((SELECT now() - r.kept FROM care.retention_rule r WHERE r.entity = 'access_log'), '-infinity'));
END
$$;
COMMENT ON FUNCTION care.access_log_start() IS
'Internal: what is older in the logs may go: by the setting "access_log_kept", but never before care.retention_rule says so of care.access_log, which is the owner''s.';

CREATE OR REPLACE FUNCTION care.refuse_change()
RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		IF OLD.at < care.access_log_start() THEN
			RETURN OLD;
		END IF;
	ELSIF TG_OP = 'UPDATE' THEN
		-- Once, to give it its place.
		IF OLD.hash IS NULL AND to_jsonb(NEW) - '{place,previous_hash,hash}'::text[] = to_jsonb(OLD) - '{place,previous_hash,hash}'::text[] THEN
			RETURN NEW;
		END IF;
	END IF;
	RAISE EXCEPTION 'the log of who has seen what is not changed'
		USING ERRCODE = 'insufficient_privilege',
			HINT = 'What is older than the setting "access_log_kept" care.keep_access_log() removes.';
END
$$;
COMMENT ON FUNCTION care.refuse_change() IS
'Internal: trigger by which rows of the logs are neither changed, but for the place in the chain that they get, nor, before their time, deleted. Errors: 42501.';

-- Before they were constraint triggers, which cannot be replaced.
DROP TRIGGER IF EXISTS access_log_chain ON care.access_log;
CREATE TRIGGER access_log_chain AFTER INSERT ON care.access_log
	FOR EACH ROW EXECUTE FUNCTION care.chain_at_commit('care.chain_access(text, bigint, timestamptz)', 'citizen');
DROP TRIGGER IF EXISTS search_log_chain ON care.search_log;
CREATE TRIGGER search_log_chain AFTER INSERT ON care.search_log
	FOR EACH ROW EXECUTE FUNCTION care.chain_at_commit('care.chain_search(text, bigint, timestamptz)', 'role_name');

CREATE OR REPLACE TRIGGER access_log_append BEFORE UPDATE OR DELETE ON care.access_log
	FOR EACH ROW EXECUTE FUNCTION care.refuse_change();
CREATE OR REPLACE TRIGGER search_log_append BEFORE UPDATE OR DELETE ON care.search_log
	FOR EACH ROW EXECUTE FUNCTION care.refuse_change();
CREATE OR REPLACE TRIGGER access_log_truncate BEFORE TRUNCATE ON care.access_log
	FOR EACH STATEMENT EXECUTE FUNCTION care.refuse_change();
CREATE OR REPLACE TRIGGER access_log_truncate BEFORE TRUNCATE ON care.access_log_default
	FOR EACH STATEMENT EXECUTE FUNCTION care.refuse_change();
CREATE OR REPLACE TRIGGER search_log_truncate BEFORE TRUNCATE ON care.search_log
	FOR EACH STATEMENT EXECUTE FUNCTION care.refuse_change();
CREATE OR REPLACE TRIGGER search_log_truncate BEFORE TRUNCATE ON care.search_log_default
	FOR EACH STATEMENT EXECUTE FUNCTION care.refuse_change();

CREATE OR REPLACE FUNCTION care.keep_access_log(ahead integer DEFAULT 2)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	log regclass;
	partition regclass;
BEGIN
	FOREACH log IN ARRAY '{care.access_log,care.search_log}'::regclass[] LOOP
		-- Rows of a log are not deleted, so a month that has some in the default partition stays there.
		PERFORM care.keep_partitions(log, ahead, care.access_log_start(), false);
		FOR partition IN
			SELECT i.inhrelid FROM pg_inherits i
			WHERE i.inhparent = log AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = i.inhrelid AND t.tgname LIKE '%\_truncate')
		LOOP
			EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION care.refuse_change()',
				(SELECT c.relname || '_truncate' FROM pg_class c WHERE c.oid = log), partition);
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.keep_access_log(integer) IS
'Makes partitions of care.access_log and care.search_log for this month and those ahead, and removes what is older than the setting "access_log_kept" and what care.retention_rule has of care.access_log. For members of care_admin, and the owner, once a month; where nobody calls it all rows are in the default partitions, and stay. Errors: 55P03 a transaction has kept a log for more than 5 seconds.';

CREATE OR REPLACE FUNCTION care.verify_chain(log name, key name, value text, head_place bigint, head_at timestamptz, head_hash bytea, OUT id bigint, OUT problem text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- What is executed has the names of the layout's own: @plpgsql_check_options: security_warnings = off
DECLARE
	oldest CONSTANT timestamptz := care.access_log_start();
	at timestamptz;
	place bigint;
	previous_hash bytea;
	hash bytea;
	recomputed bytea;
	expected bigint := 1;
	previous bytea := ''::bytea;
BEGIN
	FOR id, at, place, previous_hash, hash, recomputed IN EXECUTE format(
		'SELECT l.id, l.at, l.place, l.previous_hash, l.hash, care.access_hash(l.previous_hash, l) FROM care.%I l WHERE l.%I = %L ORDER BY l.place, l.id',
		log, key, value)
	LOOP
		problem := concat_ws(', ',
			CASE WHEN place IS NULL THEN 'is in no chain'
				WHEN place < expected THEN 'place taken twice'
				-- The beginning goes with its time.
				WHEN place > expected AND (expected > 1 OR at > oldest + interval '31 days') THEN 'rows are missing before' END,
			CASE WHEN place = expected AND previous_hash <> previous THEN 'does not follow the row before' END,
			CASE WHEN hash <> recomputed THEN 'was changed' END);
		IF problem <> '' THEN
			RETURN NEXT;
		END IF;
		expected := coalesce(place + 1, expected);
		previous := coalesce(hash, previous);
	END LOOP;
	IF coalesce(head_place, 0) <> expected - 1 AND coalesce(head_at > oldest, true)
		OR head_place = expected - 1 AND head_hash <> previous
	THEN
		id := NULL;
		problem := format('the last row is not that in place %s', coalesce(head_place, 0));
		RETURN NEXT;
	END IF;
END
$$;
COMMENT ON FUNCTION care.verify_chain(name, name, text, bigint, timestamptz, bytea) IS
'Internal: recomputes one chain of a log: what is wrong, by the row''s id; null where a row at the end is missing.';
