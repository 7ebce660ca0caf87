-- Messages in any order, any number of times, and with anything in them.
-- SEED=n repeats a run; STORIES=n tells so many of several stays.
\set seed `echo "${SEED:-$(date +%s%N | tail -c 7 | sed s,^0*,,)}"`
\set stories `echo "${STORIES:-15}"`
BEGIN;
SELECT no_plan();
\ir ../messages.sql
SELECT diag('SEED=' || :'seed');
SELECT setseed((:seed % 1000003)::float8 / 1000003) \gset

-- A walk through the states of a stay, each message allowed where it comes; AN_ and RE_ of the last event that stands.
CREATE FUNCTION pg_temp.walk(steps integer) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	done text[] := '{}';
	-- What stands, the last first, with the state after it.
	standing text[] := '{}';
	state text := 'none';
	states text[] := '{}';
	corrected boolean := false;
	next text;
BEGIN
	FOR i IN 1 .. steps LOOP
		next := CASE
			WHEN state = 'none' THEN (ARRAY['STAA', 'STIN'])[1 + floor(random() * 2)::int]
			WHEN random() < 0.15 AND state NOT IN ('gone') THEN 'RE_' || standing[1]
			WHEN random() < 0.15 AND cardinality(standing) > 1 THEN 'AN_' || standing[1]
			WHEN state = 'emer' THEN (ARRAY['STIN', 'SLHJ', 'MORS'])[1 + floor(random() * 3)::int]
			WHEN state = 'imp' THEN (ARRAY['STOR', 'STOR', 'SLHJ', 'MORS'])[1 + floor(random() * 4)::int]
			WHEN state = 'leave' THEN (ARRAY['SLOR', 'SLOR', 'MORS'])[1 + floor(random() * 3)::int]
			WHEN state = 'ended' THEN 'RE_SLHJ'
			ELSE 'RE_MORS' END;
		-- A corrected event is annulled with its correction; what was corrected once before a change of class stays.
		done := done || next;
		IF next LIKE 'AN\_%' THEN
			standing := standing[2:];
			states := states[2:];
			state := states[1];
		ELSIF next NOT LIKE 'RE\_%' THEN
			state := CASE next WHEN 'STAA' THEN 'emer' WHEN 'STIN' THEN 'imp' WHEN 'STOR' THEN 'leave' WHEN 'SLOR' THEN 'imp' WHEN 'SLHJ' THEN 'ended' ELSE 'dead' END;
			standing := next || standing;
			states := state || states;
		END IF;
	END LOOP;
	RETURN done;
END
$$;

-- What the record says of the citizen, without the numbers that differ by order.
CREATE FUNCTION pg_temp.record(cpr text) RETURNS text LANGUAGE sql
BEGIN ATOMIC
	WITH c AS (SELECT o.citizen FROM care.identifier_owner o WHERE o.value = cpr)
	SELECT concat_ws(E'\n',
		(SELECT string_agg(concat_ws(' ', e.status, e.class, g.name, e.start_time, e.end_time, e.leaves, e.source), '; ' ORDER BY e.source)
			FROM c JOIN care.encounter e USING (citizen) LEFT JOIN care.organization g ON g.id = e.organization),
		(SELECT string_agg(concat_ws(' ', e.entity, e.step, e.from_status, e.to_status, e.event_time, e.details - '{event,organization,encounter}'::text[], e.annuls IS NOT NULL, e.rests_on IS NOT NULL), '; ' ORDER BY e.id)
			FROM c JOIN care.workflow_event e USING (citizen)),
		(SELECT string_agg(concat_ws(' ', t.status, t.code, t.due_start), '; ' ORDER BY t.id) FROM c JOIN care.task t USING (citizen)),
		(SELECT concat_ws(' ', z.deceased, z.deceased_at) FROM c JOIN care.citizen z USING (citizen)),
		(SELECT string_agg(concat_ws(' ', l.letter, l.kind, l.status, l.entity), '; ' ORDER BY l.letter) FROM c JOIN care.letter l USING (citizen)),
		(SELECT k.course::text FROM c JOIN care.care_course k USING (citizen)));
END;

INSERT INTO care.organization (sector, name) VALUES ('municipality', 'home care');
CREATE TEMP TABLE outcome (n integer, kinds text[], answers text[], in_order text, shuffled text[]);
DO $$
DECLARE
	kinds text[];
	messages text[];
	results text[];
	answers text[];
	m text;
	cpr text;
BEGIN
	FOR n IN 1 .. 25 LOOP
		kinds := pg_temp.walk(2 + floor(random() * 7)::int);
		cpr := '01017' || lpad(n::text, 5, '0');
		SELECT array_agg(s.message::text ORDER BY s.n) INTO messages FROM pg_temp.stay(cpr, 'w', kinds) s;
		results := '{}';
		answers := '{}';
		FOR attempt IN 0 .. 4 LOOP
			BEGIN
				-- A citizen with a service, which stays propose to pause and to resume.
				PERFORM care.start_service(care.register_citizen('{urn:oid:1.2.208.176.1.2}', ARRAY[cpr], 'Bruno Elmer'),
					(SELECT o.id FROM care.organization o WHERE o.name = 'home care'), 'home care', 'service', '2026-01-01');
				FOR m IN SELECT u.m FROM unnest(CASE attempt WHEN 0 THEN messages ELSE messages || messages END) WITH ORDINALITY AS u (m, place)
					ORDER BY CASE attempt WHEN 0 THEN place ELSE random() END
				LOOP
					IF attempt = 0 THEN
						answers := answers || pg_temp.answer(care.receive(m));
					ELSE
						PERFORM care.receive(m);
					END IF;
				END LOOP;
				RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = pg_temp.record(cpr);
			EXCEPTION WHEN SQLSTATE 'TT000' THEN
				results := results || SQLERRM;
			END;
		END LOOP;
		INSERT INTO outcome VALUES (n, kinds, answers, results[1], results[2:]);
	END LOOP;
END
$$;
SELECT is_empty('SELECT kinds, answers FROM outcome WHERE answers <> array_fill(''ok''::text, ARRAY[cardinality(answers)])', 'every message of a valid stay is processed');
SELECT is(o.shuffled[a], o.in_order, format('%s, each twice in random order: the same record', o.kinds)) FROM outcome o, generate_series(1, 4) AS a;
SELECT ok((SELECT count(DISTINCT k) FROM outcome, unnest(kinds) AS k) >= 12, 'most kinds of message were among them');

-- Several stays of one citizen in different hospitals, some of the same episode of care, which may overlap, and tell of deaths that contradict each other.
-- How it came to be known differs by order; what is known does not.
CREATE FUNCTION pg_temp.known(cpr text) RETURNS text LANGUAGE sql
BEGIN ATOMIC
	WITH c AS (SELECT o.citizen FROM care.identifier_owner o WHERE o.value = cpr)
	SELECT concat_ws(E'\n',
		(SELECT string_agg(concat_ws(' ', e.source, e.status, e.class, g.name, e.start_time, e.end_time, e.leaves, 'from ' || f.source), E'\n' ORDER BY e.source)
			FROM c JOIN care.encounter e USING (citizen) LEFT JOIN care.organization g ON g.id = e.organization LEFT JOIN care.encounter f ON f.citizen = e.citizen AND f.id = e.transferred_from),
		(SELECT string_agg(concat_ws(' ', t.code, t.description, t.status, t.due_start, g.name, e.source), E'\n' ORDER BY t.description)
			FROM c JOIN care.task t USING (citizen) LEFT JOIN care.organization g ON g.id = t.requester LEFT JOIN care.encounter e ON e.citizen = t.citizen AND e.id = t.encounter
			WHERE t.status NOT IN ('cancelled', 'entered-in-error')),
		(SELECT n.status FROM c JOIN care.enrollment n USING (citizen)),
		(SELECT a.status FROM c JOIN care.appointment a USING (citizen)),
		(SELECT concat_ws(' ', CASE WHEN z.deceased THEN 'dead' END, z.deceased_at) FROM c JOIN care.citizen z USING (citizen)),
		(SELECT string_agg(concat_ws(' ', d.died_at, g.name), '; ' ORDER BY d.died_at, g.name) FROM c JOIN care.death_record d USING (citizen) LEFT JOIN care.organization g ON g.id = d.organization WHERE d.status = 'recorded'),
		(SELECT string_agg(concat_ws(' ', l.letter, l.kind, l.status, e.source), E'\n' ORDER BY l.letter) FROM c JOIN care.letter l USING (citizen) LEFT JOIN care.encounter e ON e.citizen = l.citizen AND e.id = l.entry),
		(SELECT k.course::text FROM c JOIN care.care_course k USING (citizen)));
END;
CREATE TEMP TABLE story (n integer, stay integer, kinds text[], start_time timestamptz, provider integer, episode text, PRIMARY KEY (n, stay));
INSERT INTO story
SELECT n, stay, pg_temp.walk(1 + floor(random() * 5)::int), '2026-02-01 08:00Z'::timestamptz + floor(random() * 12) * interval '40 minutes',
	CASE WHEN random() < 0.2 THEN 1 ELSE 2 + stay END, CASE WHEN random() < 0.6 THEN 'episode-1' ELSE 'episode-' || stay END
FROM generate_series(1, :stories) AS n, generate_series(1, 3) AS stay WHERE stay < 3 OR random() < 0.5;
CREATE TEMP TABLE told (n integer, answers text[], in_order text, shuffled text[]);
DO $$
DECLARE
	messages text[];
	results text[];
	answers text[];
	m text;
	cpr text;
	citizen bigint;
	home bigint := (SELECT o.id FROM care.organization o WHERE o.name = 'home care');
	service bigint;
	story integer;
BEGIN
	FOR story IN SELECT DISTINCT x.n FROM story x ORDER BY x.n LOOP
		cpr := '01018' || lpad(story::text, 5, '0');
		-- Some tell that the citizen is in another department now.
		SELECT array_agg(CASE WHEN y.n > 1 AND random() < 0.1 THEN jsonb_set(y.message, '{entry,2,resource,serviceProvider,reference}', '"Organization/org-2"') ELSE y.message END::text
			ORDER BY x.start_time + y.n * interval '1 hour', x.stay) INTO messages
		FROM story x, pg_temp.stay(cpr, 's' || x.stay, x.kinds, x.start_time, x.provider, 2, x.episode) y WHERE x.n = story;
		results := '{}';
		answers := '{}';
		FOR attempt IN 0 .. 4 LOOP
			BEGIN
				citizen := care.register_citizen('{urn:oid:1.2.208.176.1.2}', ARRAY[cpr], 'Bruno Elmer');
				-- A service to pause, one that is on hold, a pathway and an appointment.
				PERFORM care.start_service(citizen, home, 'home care', 'service', '2026-01-01');
				service := (care.start_service(citizen, home, 'rehabilitation', 'service 2', '2026-01-01')).entry;
				PERFORM care.pause_service(citizen, service, home, 'service 3', '2026-01-02');
				INSERT INTO care.enrollment (citizen, status, programme, organization, reason, start_time) SELECT citizen, 'active', min(p.id), home, 'COPD', '2026-01-01' FROM care.programme p;
				INSERT INTO care.appointment (citizen, status, organization, description, start_time) VALUES (citizen, 'booked', home, 'visit', now() + interval '1 day');
				FOR m IN SELECT u.m FROM unnest(CASE attempt WHEN 0 THEN messages ELSE messages || messages END) WITH ORDINALITY AS u (m, place)
					ORDER BY CASE attempt WHEN 0 THEN place WHEN 1 THEN -place ELSE random() END
				LOOP
					IF attempt = 0 THEN
						answers := answers || split_part(pg_temp.answer(care.receive(m)), ' ', 1);
					ELSE
						PERFORM care.receive(m);
					END IF;
				END LOOP;
				RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = pg_temp.known(cpr);
			EXCEPTION WHEN SQLSTATE 'TT000' THEN
				results := results || SQLERRM;
			END;
		END LOOP;
		INSERT INTO told VALUES (story, answers, results[1], results[2:]);
	END LOOP;
END
$$;
SELECT is_empty('SELECT n, in_order FROM told WHERE ''fatal-error'' = ANY (answers) OR in_order ~ ''refused|failed|parked''', 'what other hospitals tell is no reason to refuse what a hospital tells of its own stay');
SELECT is(t.shuffled[a], t.in_order, (SELECT string_agg(format('%s %s %s at %s', x.kinds, x.provider, x.episode, to_char(x.start_time AT TIME ZONE 'UTC', 'HH24:MI')), ', ' ORDER BY x.stay) FROM story x WHERE x.n = t.n)
	|| CASE a WHEN 1 THEN ', in reverse order' ELSE ', in random order' END)
FROM told t, generate_series(1, 4) AS a;
SELECT diag((SELECT format('%s of %s citizens transferred, %s dead, %s of them in hospital since',
	count(*) FILTER (WHERE in_order LIKE '% from s%'), count(*), count(*) FILTER (WHERE in_order LIKE '%dead%'), count(*) FILTER (WHERE in_order LIKE '%dead%' AND in_order ~ 'in-progress|onleave')) FROM told));

-- Whatever stands in a message, the answer is an Acknowledgement: each part of a valid one taken away, and each replaced by each of a few things.
CREATE FUNCTION pg_temp.paths(value jsonb, path text[]) RETURNS SETOF text[] LANGUAGE plpgsql AS $$
DECLARE
	e record;
BEGIN
	RETURN NEXT path;
	IF jsonb_typeof(value) = 'object' THEN
		FOR e IN SELECT * FROM jsonb_each(value) LOOP
			RETURN QUERY SELECT * FROM pg_temp.paths(e.value, path || e.key);
		END LOOP;
	ELSIF jsonb_typeof(value) = 'array' THEN
		FOR e IN SELECT n - 1 AS n, v FROM jsonb_array_elements(value) WITH ORDINALITY AS a (v, n) LOOP
			RETURN QUERY SELECT * FROM pg_temp.paths(e.v, path || e.n::text);
		END LOOP;
	END IF;
END
$$;
CREATE TEMP TABLE mutant AS
WITH valid AS (
	SELECT 'notification' AS what, message FROM pg_temp.stay('0101710001', 'v', '{STIN,STOR,SLOR}', narrative => 0) WHERE n = 3
	UNION ALL
	SELECT 'acknowledgement', jsonb_set(pg_temp.message('acknowledgement-message', 'v-9', 2, 1, '[{"letter": "v-3", "activity": "admit-inpatient", "at": "2026-02-01T08:00:00Z"}, {"letter": "v-9", "activity": "acknowledgement", "at": "2026-02-01T08:00:01Z", "follows": "v-3"}]', '[]', NULL, 0),
		'{entry,0,resource,response}', '{"identifier": "v-3", "code": "ok"}', true)
)
SELECT v.what, p.path, r.value AS replacement, coalesce(jsonb_set(v.message, p.path, r.value), v.message #- p.path)::text AS body
FROM valid v, pg_temp.paths(v.message, '{}') AS p (path),
	unnest(ARRAY[NULL, 'null', '42', '-1e300', '"x"', '""', 'true', '[]', '{}', '[null, 1, "x", {}]', '{"reference": {"a": 1}}', '"2026-13-45T99:99:99Z"', '"\u00e6 '' \" \\ <>%s %1$s"']::jsonb[]) AS r (value)
WHERE cardinality(p.path) > 0 AND (r.value IS NULL OR random() < 0.15);
CREATE TEMP TABLE raised (path text[], replacement jsonb, problem text);
DO $$
DECLARE
	m record;
	answer jsonb;
	problem text;
BEGIN
	FOR m IN SELECT * FROM mutant LOOP
		BEGIN
			answer := care.receive(m.body);
			problem := CASE
				WHEN answer IS NULL AND m.what = 'notification' THEN 'no answer'
				WHEN answer #>> '{entry,0,resource,response,code}' NOT IN ('ok', 'fatal-error') THEN answer #>> '{entry,0,resource,response,code}'
				WHEN EXISTS (SELECT FROM jsonb_path_query(answer, '$.entry[*].resource.issue[*].details.coding[*].code') AS c WHERE c = '"exception"') THEN jsonb_path_query_array(answer, '$.entry[*].resource.issue[*]')::text
				WHEN NOT EXISTS (SELECT FROM care.message k WHERE k.body = m.body) THEN 'not kept' END;
			RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = coalesce(problem, '');
		EXCEPTION
		WHEN SQLSTATE 'TT000' THEN
			IF SQLERRM <> '' THEN INSERT INTO raised VALUES (m.path, m.replacement, SQLERRM); END IF;
		WHEN OTHERS THEN
			INSERT INTO raised VALUES (m.path, m.replacement, format('%s (%s)', SQLERRM, SQLSTATE));
		END;
	END LOOP;
END
$$;
SELECT diag((SELECT count(*) FROM mutant) || ' mutants');
SELECT is_empty('TABLE raised', 'every mutant is kept, and answered with a reason: none raises an error, nor meets one that no rule foresaw');

SELECT * FROM finish();
ROLLBACK;
