-- What access costs in a region, into bench.figure: milliseconds unless the figure says otherwise. On is as somebody who works
-- for the organization, off as the owner of the layout.

DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.figure (n serial, what text, value float8);

-- Milliseconds that this process has been running so far. A nap has the kernel bring its account up to date.
CREATE FUNCTION bench.cpu_time() RETURNS float8 LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	PERFORM pg_sleep(0.00001);
	RETURN split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e6;
END
$$;

SELECT count(*) FROM care.restore_roles() \g /dev/null
SELECT 'bench_' || current_database() AS me, 'bench_gp_' || current_database() AS gp \gset
SELECT format('DROP OWNED BY %1$I; DROP ROLE %1$I', rolname) FROM pg_roles WHERE rolname IN (:'me', :'gp') \gexec
DELETE FROM care.practitioner_role r USING care.practitioner_login l WHERE l.role_name IN (:'me', :'gp') AND r.practitioner = l.practitioner;
DELETE FROM care.practitioner_login WHERE role_name IN (:'me', :'gp');
CREATE ROLE :me;
CREATE ROLE :gp;
GRANT care_professional TO :me, :gp;
-- Somebody who works for ten departments, practices, municipalities and units, which have roles and so are in care teams.
CREATE TABLE bench.place AS
SELECT o.id, o.what FROM (
	SELECT id, coalesce(CASE WHEN kind IN ('department', 'municipality', 'home care') THEN kind END, sector) AS what,
		row_number() OVER (PARTITION BY coalesce(CASE WHEN kind IN ('department', 'municipality', 'home care') THEN kind END, sector) ORDER BY hashint8extended(id, 1)) AS nth
	FROM care.organization
) o
WHERE o.nth <= 10 AND o.what IN ('department', 'general practice', 'municipality', 'home care');
SELECT count(care.assign_practitioner(p.id, o.id, 'doctor')::text) FROM (SELECT care.register_practitioner('Bench', :'me') AS id OFFSET 0) p CROSS JOIN bench.place o \g /dev/null
-- And somebody who works for the practice with the most patients.
SELECT general_practice AS practice FROM care.citizen WHERE general_practice IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1 \gset
SELECT care.assign_practitioner(care.register_practitioner('Bench GP', :'gp'), :practice, 'doctor') \g /dev/null
-- One citizen in a hundred hides the medication from somebody.
SELECT count(care.refuse_consent(citizen, NULL, 'sharing', 'bench', grantee => (SELECT min(id) FROM care.organization), scope => 'medication'))
FROM care.citizen WHERE merged_into IS NULL AND hashint8extended(citizen, 3) % 100 = 0 \g /dev/null
VACUUM ANALYZE care.citizen;
ANALYZE care.treatment_relation;
GRANT USAGE ON SCHEMA bench TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA bench TO PUBLIC;
CREATE TABLE bench.patient AS
SELECT r.citizen, 0::float8 AS milliseconds FROM care.treatment_relation r WHERE r.organization = :practice AND r.end_time IS NULL LIMIT 900;
CREATE TABLE bench.reading (what text, id bigint, access text, milliseconds float8, rows bigint);
GRANT ALL ON bench.patient, bench.reading TO PUBLIC;

-- Each record in a transaction of its own, the first hundred to warm up.
CREATE PROCEDURE bench.open_records(me name, OUT cpu float8) LANGUAGE plpgsql AS $$
DECLARE
	patient bigint;
	patients CONSTANT bigint[] := ARRAY(SELECT citizen FROM bench.patient);
	took float8[] := '{}';
	began timestamptz;
	began_cpu float8;
BEGIN
	EXECUTE format('SET ROLE %I', me);
	COMMIT;
	FOR i IN 1 .. cardinality(patients) LOOP
		IF i = 101 THEN
			began_cpu := bench.cpu_time();
		END IF;
		began := clock_timestamp();
		PERFORM care.open_record(patients[i], 'TREAT');
		COMMIT;
		took := took || (1000 * extract(epoch FROM clock_timestamp() - began))::float8;
	END LOOP;
	cpu := (bench.cpu_time() - began_cpu) / (cardinality(patients) - 100);
	UPDATE bench.patient p SET milliseconds = t.took FROM unnest(patients, took) WITH ORDINALITY AS t (citizen, took, nth)
	WHERE t.citizen = p.citizen AND t.nth > 100;
	RESET ROLE;
	COMMIT;
END
$$;
CALL bench.open_records(:'gp', NULL) \gset open_
INSERT INTO bench.figure (what, value)
SELECT v.what, v.value FROM (
	SELECT percentile_cont('{0.5,0.95}'::float8[]) WITHIN GROUP (ORDER BY milliseconds) AS p FROM bench.patient WHERE milliseconds > 0
) k
CROSS JOIN LATERAL (VALUES ('open_record with its commit, median', k.p[1]), ('open_record with its commit, 95 %', k.p[2]), ('open_record with its commit, processor time', :open_cpu)) AS v (what, value);

-- Of elapsed and processor time the shorter, the least of five runs in turns: others on the machine count less.
CREATE PROCEDURE bench.read_lists(me name) LANGUAGE plpgsql AS $$
DECLARE
	place record;
	began timestamptz;
	began_cpu float8;
	number bigint;
	query text;
BEGIN
	FOR run IN 0 .. 5 LOOP
		FOR place IN
			SELECT p.what, p.id, a.access, a.number FROM (
				SELECT what, id FROM bench.place
				UNION ALL
				SELECT 'search', n FROM generate_series(1, 10) AS n
			) p CROSS JOIN (VALUES ('off', 1), ('on', 2)) AS a (access, number) ORDER BY p.id, p.what, a.number
		LOOP
			query := CASE
				WHEN place.what = 'search' AND place.access = 'off' THEN format('SELECT count(r::text) FROM care.citizen r WHERE birth_date = %L', date '1940-01-01' + (991 * place.id)::integer)
				WHEN place.what = 'search' THEN format('SELECT count(r::text) FROM care.find_citizens(birth_date => %L) r', date '1940-01-01' + (991 * place.id)::integer)
				ELSE format('SELECT count(r::text) FROM care.worklist_of(%s) r', place.id) END;
			IF place.access = 'on' THEN
				EXECUTE format('SET LOCAL ROLE %I', me);
			END IF;
			began_cpu := bench.cpu_time();
			began := clock_timestamp();
			EXECUTE query INTO number;
			INSERT INTO bench.reading SELECT place.what, place.id, place.access, least(1000 * extract(epoch FROM clock_timestamp() - began), bench.cpu_time() - began_cpu), number WHERE run > 0;
			COMMIT;
		END LOOP;
	END LOOP;
END
$$;
CALL bench.read_lists(:'me');
INSERT INTO bench.figure (what, value)
SELECT CASE k.what WHEN 'search' THEN 'search by date of birth' ELSE 'work-list, ' || k.what END || v.what, v.value
FROM (
	SELECT r.what, percentile_cont(0.5) WITHIN GROUP (ORDER BY r.off_time) AS off_time, percentile_cont(0.5) WITHIN GROUP (ORDER BY r.on_time - r.off_time) AS more,
		max(r.on_time - r.off_time) AS most, avg(r.rows) AS rows
	FROM (
		SELECT what, id, min(milliseconds) FILTER (WHERE access = 'off') AS off_time, min(milliseconds) FILTER (WHERE access = 'on') AS on_time, max(rows) AS rows
		FROM bench.reading GROUP BY what, id
	) r GROUP BY r.what
) k
CROSS JOIN LATERAL (VALUES (1, ', access off, median', k.off_time), (2, ', what access adds, median', k.more), (3, ', most', k.most), (4, ', rows on average', k.rows)) AS v (place, what, value)
ORDER BY k.what, v.place;

-- The filter of a search alone, for all of 1.2 million citizens, as care.find_citizens() has it planned: each is treated by one practice of 750 and one municipality of 98.
CREATE TABLE bench.region (citizen bigint, care_team name[], merged_into bigint);
INSERT INTO bench.region
SELECT n AS citizen, ARRAY['care_org_' || 1000 + n % 750, 'care_org_' || 2000 + n % 98]::name[] AS care_team, NULL::bigint AS merged_into
FROM generate_series(1, 1200000) AS n;
CREATE INDEX ON bench.region USING gin (care_team);
VACUUM ANALYZE bench.region;
CREATE TABLE bench.plan (line text);
DO $$
DECLARE
	line text;
	began timestamptz;
	took float8;
BEGIN
	FOR run IN 1 .. 9 LOOP
		began := clock_timestamp();
		PERFORM count(*) FROM bench.region c WHERE c.merged_into IS NULL AND c.care_team && '{care_org_1007}'::name[];
		took := least(took, 1000 * extract(epoch FROM clock_timestamp() - began));
	END LOOP;
	INSERT INTO bench.figure (what, value) VALUES ('who is in the care of a practice, of 1.2 million citizens, least of 9', took);
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF) SELECT count(*) FROM bench.region c WHERE c.merged_into IS NULL AND c.care_team && ''{care_org_1007}''::name[]' LOOP
		INSERT INTO bench.plan VALUES (line);
	END LOOP;
END
$$;
DROP TABLE bench.region;
SELECT format('DROP OWNED BY %1$I; DROP ROLE %1$I', r.name) FROM unnest(ARRAY[:'me', :'gp']) AS r (name) \gexec
