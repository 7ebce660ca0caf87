-- Times reading and steps in a region, into bench.figure: milliseconds unless the figure says otherwise.

DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.figure (n serial, what text, value float8);

-- Milliseconds that this process has been running so far. A nap has the kernel bring its account up to date.
CREATE FUNCTION bench.cpu_time() RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_sleep(0.00001);
	RETURN split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e6;
END
$$;

-- Citizens drawn by chance, with who takes part in their care, and as many who are monitored.
CREATE TABLE bench.party AS
WITH citizen AS (
	SELECT k.*, row_number() OVER () AS n
	FROM (SELECT * FROM care.citizen WHERE NOT deceased AND merged_into IS NULL ORDER BY hashint8extended(citizen, 1) LIMIT 20000) k
), department AS MATERIALIZED (
	SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM care.organization WHERE kind = 'department'
), monitored AS MATERIALIZED (
	SELECT p.citizen, e.name AS measure, e.unit, row_number() OVER (ORDER BY hashint8extended(p.citizen, 2)) - 1 AS place
	FROM care.measurement_plan p JOIN care.measure e ON e.id = p.measure
	WHERE p.status = 'active' AND e.name = 'systolic_blood_pressure_home'
)
SELECT row_number() OVER (ORDER BY c.n) AS n, c.citizen, c.general_practice AS practice, c.municipality, d.id AS department, u.id AS unit,
	m.citizen AS monitored, m.measure, m.unit AS unit_of
FROM citizen c
JOIN department d ON d.place = c.n % (SELECT count(*) FROM department)
JOIN care.organization u ON u.parent = c.municipality AND u.kind = 'home care'
JOIN monitored m ON m.place = c.n % (SELECT count(*) FROM monitored);
ALTER TABLE bench.party ADD PRIMARY KEY (n);
ANALYZE bench.party;

-- Reads: all columns computed, by a plan that the session has already. Of elapsed and processor time the shorter, and the
-- lesser of two runs: others on the machine count less.
CREATE FUNCTION bench.read_list(organization bigint) RETURNS bigint LANGUAGE sql RETURN (SELECT count(r::text) FROM care.worklist_of(organization) r);
CREATE FUNCTION bench.read_overview(citizen bigint) RETURNS bigint LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN (SELECT count(r::text) FROM care.shared_overview r WHERE r.citizen = read_overview.citizen);
END
$$;
CREATE FUNCTION bench.read_timeline(citizen bigint) RETURNS bigint LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN (SELECT count(r::text) FROM care.timeline r WHERE r.citizen = read_timeline.citizen);
END
$$;
CREATE FUNCTION bench.read_workload(nothing bigint) RETURNS bigint LANGUAGE sql RETURN (SELECT count(r::text) FROM care.workload r);
CREATE FUNCTION bench.read_time(read regproc, argument bigint, OUT milliseconds float8, OUT rows bigint) LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz;
	began_cpu float8;
BEGIN
	FOR run IN 1 .. 3 LOOP
		began_cpu := bench.cpu_time();
		began := clock_timestamp();
		EXECUTE format('SELECT %s($1)', read) INTO rows USING argument;
		-- The first warms up.
		IF run > 1 THEN
			milliseconds := least(milliseconds, 1000 * extract(epoch FROM clock_timestamp() - began), bench.cpu_time() - began_cpu);
		END IF;
	END LOOP;
END
$$;

CREATE TABLE bench.list AS
SELECT o.id, CASE o.sector WHEN 'municipality' THEN CASE o.kind WHEN 'municipality' THEN o.kind ELSE 'municipal unit' END
		WHEN 'hospital' THEN o.kind ELSE o.sector END AS kind,
	t.milliseconds, t.rows
FROM (
	SELECT *, row_number() OVER (PARTITION BY sector, kind ORDER BY hashint8extended(id, 1)) AS place FROM care.organization
) o
CROSS JOIN LATERAL bench.read_time('bench.read_list', o.id) AS t
WHERE o.place <= 20;
INSERT INTO bench.figure (what, value)
SELECT v.what, v.value
FROM (
	SELECT l.kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY l.milliseconds) AS median, max(l.milliseconds) AS slowest
	FROM bench.list l GROUP BY l.kind
) k
CROSS JOIN LATERAL (VALUES (1, 'work-list, ' || k.kind || ', median', k.median), (2, 'work-list, ' || k.kind || ', slowest', k.slowest)) AS v (place, what, value)
ORDER BY k.kind, v.place;

INSERT INTO bench.figure (what, value) SELECT 'rows of the longest work-list', max(l.rows) FROM bench.list l;

-- Pages that a plan touches, and how many tables of more than 10,000 rows it reads from end to end.
CREATE FUNCTION bench.pages(query text, OUT touched float8, OUT scanned float8) LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' || query INTO plan;
	touched := (plan #>> '{0,Plan,Shared Hit Blocks}')::float8 + (plan #>> '{0,Plan,Shared Read Blocks}')::float8;
	SELECT count(DISTINCT s.node ->> 'Relation Name') INTO scanned
	FROM jsonb_path_query(plan, 'strict $.**') AS s (node)
	JOIN pg_class c ON c.relname = s.node ->> 'Relation Name' AND c.relnamespace = 'care'::regnamespace AND c.reltuples > 10000
	WHERE jsonb_typeof(s.node) = 'object' AND s.node ->> 'Node Type' = 'Seq Scan' AND (s.node ->> 'Actual Loops')::float8 > 0;
END
$$;
INSERT INTO bench.figure (what, value)
SELECT v.what, v.value
FROM (SELECT id FROM bench.list ORDER BY milliseconds DESC LIMIT 1) l
CROSS JOIN LATERAL bench.pages('SELECT * FROM care.worklist WHERE organization = ' || l.id) p
CROSS JOIN LATERAL (VALUES ('slowest work-list, as a view: pages', p.touched), ('slowest work-list, as a view: large tables scanned', p.scanned)) AS v (what, value);
INSERT INTO bench.figure (what, value)
SELECT v.what, v.value
FROM bench.party b
CROSS JOIN LATERAL bench.pages('SELECT * FROM care.shared_overview WHERE citizen = ' || b.monitored) p
CROSS JOIN LATERAL (VALUES ('overview: pages', p.touched), ('overview: large tables scanned', p.scanned)) AS v (what, value)
WHERE b.n = 1;

INSERT INTO bench.figure (what, value)
SELECT v.what, v.value
FROM (
	SELECT q.place, q.what, percentile_cont(0.5) WITHIN GROUP (ORDER BY t.milliseconds) AS median, percentile_cont(0.95) WITHIN GROUP (ORDER BY t.milliseconds) AS p95
	FROM (VALUES (1, 'overview', 'bench.read_overview'::regproc), (2, 'timeline', 'bench.read_timeline')) AS q (place, what, read)
	CROSS JOIN (SELECT monitored FROM bench.party WHERE n <= 200) c
	CROSS JOIN LATERAL bench.read_time(q.read, c.monitored) AS t
	GROUP BY q.place, q.what
) k
CROSS JOIN LATERAL (VALUES (1, k.what || ' of one citizen, median', k.median), (2, k.what || ' of one citizen, 95 %', k.p95)) AS v (place, what, value)
ORDER BY k.place, v.place;

INSERT INTO bench.figure (what, value) SELECT 'workload of the whole region', t.milliseconds FROM bench.read_time('bench.read_workload', NULL) t;

-- Steps, each of many citizens in a transaction of its own, as one client takes them; the time of it without the commit.
CREATE TABLE bench.work AS
SELECT p.*, NULL::bigint AS referral, NULL::bigint AS task, NULL::bigint AS stay, NULL::bigint AS enrollment, NULL::bigint AS plan, NULL::bigint AS service
FROM bench.party p WHERE p.n <= :steps;
ALTER TABLE bench.work ADD PRIMARY KEY (n);
ANALYZE bench.work;
CREATE TABLE bench.alert AS
SELECT row_number() OVER () AS n, a.citizen, a.id, a.organization FROM care.alert a WHERE a.status = 'active' ORDER BY hashint8extended(a.id, 1) LIMIT :steps;

CREATE PROCEDURE bench.time_step(step text, call text, source text, result text DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
	items bigint[];
	elapsed float8[];
	began timestamptz;
	began_cpu float8;
	entry bigint;
BEGIN
	EXECUTE format('SELECT array_agg(w.n ORDER BY w.n) FROM bench.%I w', source) INTO items;
	IF items IS NULL THEN
		RETURN;
	END IF;
	FOR i IN 1 .. cardinality(items) LOOP
		began_cpu := bench.cpu_time();
		began := clock_timestamp();
		EXECUTE format('SELECT %s FROM bench.%I w WHERE w.n = $1', call, source) INTO entry USING items[i];
		elapsed := elapsed || least(1000 * extract(epoch FROM clock_timestamp() - began), bench.cpu_time() - began_cpu);
		COMMIT;
		IF result IS NOT NULL THEN
			EXECUTE format('UPDATE bench.work SET %I = $1 WHERE n = $2', result) USING entry, items[i];
			COMMIT;
		END IF;
	END LOOP;
	INSERT INTO bench.figure (what, value)
	SELECT v.what, v.value
	FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY e) AS median, percentile_cont(0.95) WITHIN GROUP (ORDER BY e) AS p95, percentile_cont(0.05) WITHIN GROUP (ORDER BY e) AS p5 FROM unnest(elapsed) AS e) k
	CROSS JOIN LATERAL (VALUES (1, step || ', 5 %', k.p5), (2, step || ', median', k.median), (3, step || ', 95 %', k.p95)) AS v (place, what, value)
	ORDER BY v.place;
	COMMIT;
END
$$;

INSERT INTO care.programme_site (programme, organization) SELECT p.id, o.id FROM care.programme p, care.organization o WHERE o.kind = 'municipality' ON CONFLICT DO NOTHING;
SELECT gen_random_uuid() AS run \gset
CALL bench.time_step('refer', format('(care.refer(w.citizen, w.practice, w.department, ''hospital'', ''Breathless'', ''%s refer'')).entry', :'run'), 'work', 'referral');
CALL bench.time_step('accept_referral', format('(care.accept_referral(w.citizen, w.referral, w.department, ''%s accept'')).entry', :'run'), 'work');
CALL bench.time_step('request_task', format('(care.request_task(w.citizen, w.practice, w.unit, ''visit'', ''Visit'', ''%s task'')).entry', :'run'), 'work', 'task');
CALL bench.time_step('accept_task', format('(care.accept_task(w.citizen, w.task, w.unit, ''%s accept task'')).entry', :'run'), 'work');
CALL bench.time_step('complete_task', format('(care.complete_task(w.citizen, w.task, w.unit, ''%s complete'')).entry', :'run'), 'work');
CALL bench.time_step('start_service', format('(care.start_service(w.citizen, w.unit, ''Care at home'', ''%s service'')).entry', :'run'), 'work', 'service');
CALL bench.time_step('admit', format('(care.admit(w.citizen, w.department, ''IMP'', ''%s admit'')).entry', :'run'), 'work', 'stay');
CALL bench.time_step('mark_ready_for_discharge', format('(care.mark_ready_for_discharge(w.citizen, w.stay, w.department, ''%s ready'')).entry', :'run'), 'work');
CALL bench.time_step('discharge', format('(care.discharge(w.citizen, w.stay, w.department, ''%s discharge'')).entry', :'run'), 'work');
DELETE FROM bench.work w WHERE EXISTS (SELECT FROM care.enrollment e JOIN care.programme p ON p.id = e.programme WHERE e.citizen = w.citizen AND p.name = 'icp-discharge');
CALL bench.time_step('enter_pathway', format('(care.enter_pathway(w.citizen, w.practice, ''icp-discharge'', w.municipality, ''Needs help'', ''%s enter'')).entry', :'run'), 'work', 'enrollment');
CALL bench.time_step('assess_needs, health', format('(care.assess_needs(w.citizen, w.enrollment, w.practice, ''medicine'', ''%s health'')).entry', :'run'), 'work');
CALL bench.time_step('assess_needs, social', format('(care.assess_needs(w.citizen, w.enrollment, w.municipality, ''bath'', ''%s social'')).entry', :'run'), 'work');
CALL bench.time_step('give_consent', format('(care.give_consent(w.citizen, NULL, ''programme'', ''%s consent'', programme => ''icp-discharge'')).entry', :'run'), 'work');
CALL bench.time_step('enroll', format('(care.enroll(w.citizen, w.enrollment, w.municipality, ''%s enroll'')).entry', :'run'), 'work');
CALL bench.time_step('propose_plan', format('(care.propose_plan(w.citizen, w.municipality, ''Safely home'', ''%s plan'', enrollment => w.enrollment)).entry', :'run'), 'work', 'plan');
CALL bench.time_step('agree_plan, first', format('(care.agree_plan(w.citizen, w.plan, w.practice, ''%s agree health'')).entry', :'run'), 'work');
CALL bench.time_step('agree_plan, second', format('(care.agree_plan(w.citizen, w.plan, w.municipality, ''%s agree social'')).entry', :'run'), 'work');
CALL bench.time_step('agree_plan, last', format('(care.agree_plan(w.citizen, w.plan, NULL, ''%s agree'')).entry', :'run'), 'work');
CALL bench.time_step('record', format('care.record(w.monitored, w.measure, ARRAY[clock_timestamp()], ARRAY[120.0 + w.n %% 60], w.unit_of, jsonb_build_object(''key'', ''%s '' || w.n))', :'run'), 'work');
CALL bench.time_step('acknowledge_alert', format('(care.acknowledge_alert(w.citizen, w.id, w.organization, ''%s ack '' || w.n)).entry', :'run'), 'alert');
