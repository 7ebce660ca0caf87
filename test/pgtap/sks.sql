-- SKS: the hierarchy against prefixes, the index that serves it, and ICD-10.
BEGIN;
SELECT no_plan();

CREATE TEMP TABLE diagnosis AS
SELECT n AS id, 'D' || chr(65 + n % 20) || lpad((n / 20 % 100)::text, 2, '0') || CASE n % 3 WHEN 0 THEN '' WHEN 1 THEN (n % 10)::text ELSE (n % 10) || chr(65 + n % 5) END AS code
FROM generate_series(1, 30000) AS n;
INSERT INTO diagnosis VALUES (0, NULL), (-1, 'DJ44.9'), (-2, 'DJ44å'), (-3, 'DJ44~'), (-4, 'dj449'), (-5, ''), (-6, 'DJ44 9'), (-7, 'DJ44' || repeat('0', 7));
CREATE TEMP TABLE ancestor (code) AS VALUES ('DJ44'), ('D'), ('DJ'), ('DJ449'), ('DJ449C'), ('DA00'), ('DT99'), ('DJ44%'), ('_J44'), ('J44'), ('dj44'), (''), ('DJ44~'), ('DJ4499999999'), (NULL);

-- The rule, in plain SQL.
CREATE FUNCTION pg_temp.is_a(code text, ancestor text) RETURNS boolean LANGUAGE sql AS
$$ SELECT code ~ '^[A-Z][A-Z0-9]{0,9}$' AND ancestor <> '' AND left(code, length(ancestor)) = ancestor $$;
SELECT is_empty('SELECT d.code, a.code FROM diagnosis d, ancestor a WHERE smartcare.sks_is_a(d.code, a.code) IS DISTINCT FROM pg_temp.is_a(d.code, a.code) AND d.code IS NOT NULL AND a.code IS NOT NULL',
	'what begins with a code is a kind of it');
SELECT is((SELECT count(smartcare.sks_is_a(d.code, a.code)) FROM diagnosis d, ancestor a WHERE d.code IS NULL OR a.code IS NULL), 0::bigint, 'null of null');
SELECT ok(smartcare.sks_is_a('DJ44', 'DJ44'), 'a code is a kind of itself');

-- By index: the same rows, whichever index, constant, parameter or join.
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END
$$;
CREATE TEMP TABLE expected AS SELECT a.code AS ancestor, d.id FROM diagnosis d, ancestor a WHERE pg_temp.is_a(d.code, a.code);
ANALYZE diagnosis, ancestor;
PREPARE by_parameter (text) AS SELECT id FROM diagnosis WHERE smartcare.sks_is_a(code, $1);
SET LOCAL plan_cache_mode = force_generic_plan;

CREATE INDEX diagnosis_code ON diagnosis (code);
SELECT unalike(pg_temp.plan_of($$ SELECT * FROM diagnosis WHERE smartcare.sks_is_a(code, 'DJ44') $$), '%Index Cond%', 'an index in the order of a language is of no use');
DROP INDEX diagnosis_code;
CREATE INDEX diagnosis_code ON diagnosis (code text_pattern_ops);
SELECT alike(pg_temp.plan_of($$ SELECT * FROM diagnosis WHERE smartcare.sks_is_a(code, 'DJ44') $$), '%Index Cond: ((code ~>=~ ''DJ44''::text) AND (code ~<~ ''DJ44~''::text))%', 'a constant');
SELECT alike(pg_temp.plan_of($$ EXECUTE by_parameter ('DJ44') $$), '%Index Cond: ((code ~>=~ $1) AND (code ~<~ textcat($1, ''~''::text)))%', 'a parameter');
SELECT alike(pg_temp.plan_of($$ SELECT * FROM ancestor a JOIN diagnosis d ON smartcare.sks_is_a(d.code, a.code) $$), '%Index Cond: ((code ~>=~ a.code)%', 'a join');
SELECT unalike(pg_temp.plan_of($$ SELECT * FROM diagnosis d WHERE smartcare.sks_is_a('DJ449', code) $$), '%Index Cond%', 'not the other way round');
SELECT bag_eq('SELECT a.code, d.id FROM ancestor a JOIN diagnosis d ON smartcare.sks_is_a(d.code, a.code)', 'TABLE expected', 'the same rows as without');
DROP INDEX diagnosis_code;
CREATE INDEX diagnosis_code ON diagnosis (code COLLATE "C");
SELECT alike(pg_temp.plan_of($$ SELECT * FROM diagnosis WHERE smartcare.sks_is_a(code, 'DJ44') $$), '%Index Cond: ((code >= ''DJ44''::text) AND (code < ''DJ44~''::text))%', 'an index with collation "C"');
SELECT bag_eq('SELECT a.code, d.id FROM ancestor a JOIN diagnosis d ON smartcare.sks_is_a(d.code, a.code)', 'TABLE expected', 'finds the same');
DROP INDEX diagnosis_code;
ALTER TABLE diagnosis ALTER code TYPE varchar(20);
CREATE INDEX diagnosis_code ON diagnosis (code varchar_pattern_ops);
SELECT alike(pg_temp.plan_of($$ SELECT * FROM diagnosis WHERE smartcare.sks_is_a(code, 'DJ44') $$), '%Index Cond%', 'a varchar');

-- The planner's idea of how many there are.
CREATE FUNCTION pg_temp.estimate(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN plan #>> '{0,Plan,Plan Rows}';
END
$$;
ALTER TABLE diagnosis ALTER code TYPE text;
ANALYZE diagnosis;
SELECT ok(abs(pg_temp.estimate(format('SELECT * FROM diagnosis WHERE smartcare.sks_is_a(code, %L)', a.code)) - a.rows) <= 600, 'an estimate for ' || a.code)
FROM (SELECT ancestor AS code, count(*) AS rows FROM expected WHERE ancestor IN ('D', 'DJ', 'DJ44') GROUP BY ancestor) AS a;

-- ICD-10.
SELECT is(smartcare.sks_from_icd10(icd10), sks, format('%L in SKS', icd10)) FROM (VALUES
	('J44.9', 'DJ449'), ('J449', 'DJ449'), ('J44', 'DJ44'), ('Q87.8C', 'DQ878C'), ('q87.8c', 'DQ878C'), (' D50.9 ', 'DD509'), ('C50.123456', 'DC50123456'),
	('J44.', NULL), ('J4', NULL), ('44.9', NULL), ('JJ4.9', NULL), ('J44.9.1', NULL), ('J44-9', NULL), ('DJ449', NULL), ('C50.1234567', NULL), ('', NULL)) AS c (icd10, sks);
SELECT is(smartcare.sks_to_icd10(sks), icd10, format('%L in ICD-10', sks)) FROM (VALUES
	('DJ449', 'J44.9'), ('dj449', 'J44.9'), ('DJ44', 'J44'), ('DQ878C', 'Q87.8C'), ('DD509', 'D50.9'),
	('DJ4', NULL), ('D', NULL), ('ZZ3170', NULL), ('DVRA01', NULL), ('J449', NULL), ('DJ44.9', NULL)) AS c (sks, icd10);
SELECT is_empty($$ SELECT code FROM diagnosis WHERE id > 0 AND smartcare.sks_from_icd10(smartcare.sks_to_icd10(code)) IS DISTINCT FROM code $$, 'there and back again');
SELECT * FROM finish();
ROLLBACK;
