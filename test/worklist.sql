-- For tests of work-lists: what an organization sees, and whether the steps named there can be taken.
CREATE FUNCTION pg_temp.ago(i text) RETURNS timestamptz LANGUAGE sql STABLE RETURN now() - i::interval;
-- What an organization (null: the citizen) sees of one kind: the rows as text, most severe first.
CREATE FUNCTION pg_temp.list(o bigint, k text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s%s %s -> %s', w.severity, CASE WHEN w.overdue THEN '!' END, w.reason, coalesce(w.next_step, '-')), ' | '
		ORDER BY w.severity DESC, w.due, w.reason)
	FROM care.worklist w WHERE w.organization IS NOT DISTINCT FROM o AND w.kind = k AND w.related_person IS NULL
$$;
CREATE FUNCTION pg_temp.id(o bigint, k text) RETURNS bigint LANGUAGE sql AS $$
	SELECT w.entry FROM care.worklist w WHERE w.organization IS NOT DISTINCT FROM o AND w.kind = k AND w.related_person IS NULL ORDER BY w.severity DESC, w.due LIMIT 1
$$;
CREATE FUNCTION pg_temp.sees(o bigint, k text, expected text, name text) RETURNS text LANGUAGE sql AS $$
	SELECT is(pg_temp.list(o, k), expected, k || ': ' || name)
$$;

-- Rows that name a function that does not exist, or a step that cannot be taken now by those whose list it is.
CREATE FUNCTION pg_temp.impossible() RETURNS TABLE (kind text, entity text, entry bigint, status text, next_step text) LANGUAGE plpgsql AS $$
DECLARE
	w record;
	found_status text;
BEGIN
	FOR w IN SELECT * FROM care.worklist l WHERE l.next_step IS NOT NULL LOOP
		found_status := NULL;
		IF EXISTS (SELECT FROM care.workflow_transition t WHERE t.entity = w.entity) AND w.entry IS NOT NULL THEN
			EXECUTE format('SELECT %I FROM care.%I WHERE citizen = $1 AND id = $2', care.status_column(w.entity::name), w.entity) INTO found_status USING w.citizen, w.entry;
		END IF;
		IF NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'care'::regnamespace AND p.proname = w.next_step)
			OR EXISTS (SELECT FROM care.workflow_transition t WHERE t.step = w.next_step)
				AND NOT EXISTS (
					SELECT FROM care.workflow_transition t
					WHERE t.step = w.next_step AND (t.from_status = '' OR t.entity = w.entity AND t.from_status = found_status)
						AND CASE WHEN w.organization IS NULL THEN 'citizen' ELSE (SELECT o.sector FROM care.organization o WHERE o.id = w.organization) END = ANY (t.actors))
		THEN
			RETURN QUERY SELECT w.kind, w.entity, w.entry, found_status, w.next_step;
		END IF;
	END LOOP;
END
$$;
CREATE FUNCTION pg_temp.check_steps(scenario text) RETURNS text LANGUAGE sql AS $$
	SELECT is_empty('SELECT * FROM pg_temp.impossible()', scenario || ': every step named can be taken')
$$;
