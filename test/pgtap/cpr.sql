-- The type cpr: its rules against plain SQL, its forms, and its order.
BEGIN;
SET LOCAL search_path = public, smartcare;
SELECT no_plan();

CREATE FUNCTION pg_temp.accepts(value text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM value::smartcare.cpr;
	RETURN true;
EXCEPTION WHEN invalid_text_representation OR datetime_field_overflow THEN
	RETURN false;
END
$$;
CREATE FUNCTION pg_temp.day_exists(year integer, month integer, day integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM make_date(year, month, day);
	RETURN true;
EXCEPTION WHEN datetime_field_overflow THEN
	RETURN false;
END
$$;

-- The century: the table as published, each seventh digit with each year.
CREATE TEMP TABLE century (digits integer[], years int4range, century integer);
INSERT INTO century VALUES
	('{0,1,2,3}', '[0,99]', 1900),
	('{4,9}', '[0,36]', 2000), ('{4,9}', '[37,99]', 1900),
	('{5,6,7,8}', '[0,57]', 2000), ('{5,6,7,8}', '[58,99]', 1800);
CREATE TEMP TABLE rule AS
SELECT d.digit, y.year, c.century + y.year AS full_year, count(*) OVER (PARTITION BY d.digit, y.year) AS rows
FROM generate_series(0, 9) AS d (digit) CROSS JOIN generate_series(0, 99) AS y (year)
JOIN century c ON d.digit = ANY (c.digits) AND y.year <@ c.years;
SELECT is((SELECT count(*) FILTER (WHERE rows = 1) FROM rule), 1000::bigint, 'the table tells each century once');
SELECT is_empty($$
	SELECT * FROM (SELECT *, format('1506%s%s000', lpad(year::text, 2, '0'), digit)::smartcare.cpr AS cpr FROM rule) AS r
	WHERE smartcare.birth_date(r.cpr) <> make_date(r.full_year, 6, 15) OR smartcare.cpr_kind(r.cpr) <> 'CPR'
$$, 'the century follows the table');
SELECT is_empty($$
	SELECT *
	FROM (SELECT *, format('2902%s%s111', lpad(year::text, 2, '0'), digit) AS number FROM rule) AS r
	WHERE pg_temp.accepts(r.number) <> pg_temp.day_exists(r.full_year, 2, 29)
$$, '29 February is there in leap years only');
SELECT ok(NOT pg_temp.accepts('2902001234'), 'not in 1900');
SELECT is(smartcare.birth_date('2902004234'), '2000-02-29', 'but in 2000');
SELECT is_empty($$
	SELECT number
	FROM generate_series(0, 99) AS day, generate_series(0, 13) AS month,
		LATERAL (SELECT format('%s%s011000', lpad(day::text, 2, '0'), lpad(month::text, 2, '0')) AS number) AS n
	WHERE pg_temp.accepts(number) <> pg_temp.day_exists(1901, month, CASE WHEN day > 60 THEN day - 60 ELSE day END)
$$, 'days and months that exist, with and without 60 added');

-- Check digits inform, and decide nothing.
SELECT is_empty($$
	SELECT number
	FROM unnest('{60,62,64,65,66,67,69,70,74,75,78,80,81,82,83,84,85,86,87,88,89,90,91,92,94,95}'::integer[]) AS year,
		generate_series(0, 3999) AS serial, LATERAL (SELECT format('0101%s%s', year, lpad(serial::text, 4, '0')) AS number) AS n
	WHERE smartcare.birth_date(number::smartcare.cpr) <> make_date(1900 + year, 1, 1)
		OR smartcare.cpr_has_check_digit(number::smartcare.cpr) <> ((SELECT sum(w.weight * substr(number, w.place::integer, 1)::integer)
			FROM unnest('{4,3,2,7,6,5,4,3,2,1}'::integer[]) WITH ORDINALITY AS w (weight, place)) % 11 = 0)
$$, 'numbers of 1 January in the years that have some without check digit, all serial numbers');
SELECT ok(smartcare.cpr_has_check_digit('0707614285') AND NOT smartcare.cpr_has_check_digit('0707614286'), 'a published test number has one, its neighbour not');
SELECT ok(NOT smartcare.cpr_has_check_digit('0703921VJ4'), 'and one with letters never');

-- Replacement numbers.
SELECT results_eq($$ SELECT n, smartcare.cpr_kind(n::smartcare.cpr), smartcare.birth_date(n::smartcare.cpr), smartcare.sex(n::smartcare.cpr)
	FROM unnest('{0703921VJ4,0703921VJ5,0101107AA1,1206550VK9,1206555VK0,1206106VK0,6101011230,9112014235,2512489996}'::text[]) AS n $$, $$ VALUES
	('0703921VJ4', 'X-eCPR', date '1992-03-07', 'female'), ('0703921VJ5', 'X-eCPR', '1992-03-07', 'male'), ('0101107AA1', 'X-eCPR', '2010-01-01', 'male'),
	('1206550VK9', 'D-eCPR', '1955-06-12', 'male'), ('1206555VK0', 'D-eCPR', '1855-06-12', 'female'), ('1206106VK0', 'D-eCPR', '2010-06-12', 'female'),
	('6101011230', 'day+60', '1901-01-01', 'female'), ('9112014235', 'day+60', '2001-12-31', 'male'), ('2512489996', 'CPR', '1948-12-25', 'female') $$,
	'replacement numbers are told apart, and say what they say');
SELECT is_empty($$ SELECT digit FROM generate_series(0, 9) AS digit
	WHERE pg_temp.accepts(format('010101%sAA1', digit)) <> (digit IN (0, 1, 5, 6, 7)) OR pg_temp.accepts(format('610101%s001', digit)) <> (digit <= 5) $$,
	'of the seventh places those that are defined');
SELECT is_empty($$ SELECT n FROM unnest('{"",0,0101010000x,01010100001,010101000,010101--000,01010-10000,010101-00000,0101010A00,01010100A0,01010100AA,0101010AAA,A101010000,010101 0000," 0101010000",010101000é,010101−0000}'::text[]) AS n WHERE pg_temp.accepts(n) $$,
	'what is malformed is refused');

-- Age.
SELECT is_empty($$
	SELECT b.cpr, d::date
	FROM (SELECT format('%s4000', to_char(date '2000-01-01' + n, 'DDMMYY'))::smartcare.cpr AS cpr FROM generate_series(0, 800, 7) AS n UNION ALL SELECT '2902004000') AS b,
		generate_series(timestamp '2001-02-27', '2013-03-02', '9 days') AS d
	WHERE smartcare.age_on(b.cpr, d::date) IS DISTINCT FROM
		CASE WHEN d::date >= smartcare.birth_date(b.cpr) THEN extract(year FROM age(d::date, smartcare.birth_date(b.cpr)))::integer END
$$, 'age, as age() counts it');
SELECT results_eq($$ SELECT smartcare.age_on('2902004000', d) FROM unnest('{2000-02-28,2000-02-29,2001-02-28,2001-03-01,2004-02-28,2004-02-29,infinity,-infinity}'::date[]) AS d $$,
	$$ VALUES (NULL), (0), (0), (1), (3), (4), (NULL), (NULL) $$, 'of one born on 29 February, and before birth');

-- Forms. The hyphen and the case of letters make no difference.
CREATE TEMP TABLE number AS
SELECT format('%s%s', to_char(date '1937-01-01' + (n * 7919) % 22000, 'DDMMYY'), lpad((n * 31 % 4000)::text, 4, '0')) AS text FROM generate_series(1, 3000) AS n
UNION SELECT unnest('{0703921VJ4,0703921VJ5,1206550VK9,9112014235,0101010000,3112999999}'::text[]);
ALTER TABLE number ADD cpr smartcare.cpr;
UPDATE number SET cpr = overlay(lower(text) PLACING '-' FROM 7 FOR 0)::smartcare.cpr;
SELECT is_empty('SELECT * FROM number WHERE cpr::text <> text OR cpr <> text::smartcare.cpr OR smartcare.cpr_normalize(lower(text)) <> text', 'text in is text out, without the hyphen');
SELECT is_empty($$ SELECT * FROM number WHERE smartcare.cpr_send(cpr) <> '\x01'::bytea || convert_to(text, 'LATIN1') $$, 'the binary form is the version and the text');
SELECT is((SELECT pg_column_size(cpr) FROM number LIMIT 1), 8, 'eight bytes');
SELECT is((SELECT typbyval FROM pg_type WHERE oid = 'smartcare.cpr'::regtype), (SELECT typbyval FROM pg_type WHERE oid = 'bigint'::regtype), 'by value where bigint is');

-- Order and equality are those of the text.
SELECT results_eq('SELECT cpr::text FROM number ORDER BY cpr', 'SELECT text FROM number ORDER BY text COLLATE "C"', 'order is that of the text');
SELECT is_empty($$
	SELECT a.text, b.text FROM (SELECT * FROM number ORDER BY md5(text) LIMIT 60) AS a, (SELECT * FROM number ORDER BY md5(text) LIMIT 60) AS b
	WHERE (a.cpr < b.cpr, a.cpr <= b.cpr, a.cpr = b.cpr, a.cpr <> b.cpr, a.cpr >= b.cpr, a.cpr > b.cpr)
		<> (a.text COLLATE "C" < b.text, a.text COLLATE "C" <= b.text, a.text = b.text, a.text <> b.text, a.text COLLATE "C" >= b.text, a.text COLLATE "C" > b.text)
$$, 'every operator');
CREATE INDEX ON number (cpr);
CREATE INDEX ON number USING hash (cpr);
SELECT is((SELECT count(*) FROM number a JOIN number b USING (cpr)), (SELECT count(*) FROM number), 'joins');
CREATE TEMP TABLE part (cpr smartcare.cpr) PARTITION BY HASH (cpr);
CREATE TEMP TABLE part_0 PARTITION OF part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE part_1 PARTITION OF part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO part SELECT cpr FROM number;
SELECT cmp_ok((SELECT count(*) FROM part_0), '>', 1000::bigint, 'hash partitions');
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SET LOCAL enable_seqscan = off;
SELECT matches((SELECT string_agg(l, E'\n') FROM pg_temp.plan_of($$ SELECT * FROM number WHERE cpr = '0101010000' $$) AS l), 'Index', 'an index finds a number');
SELECT matches((SELECT string_agg(l, E'\n') FROM pg_temp.plan_of($$ SELECT * FROM number WHERE cpr BETWEEN '0101010000' AND '0101019999' $$) AS l), 'number_cpr_idx', 'and a range');

SELECT * FROM finish();
ROLLBACK;
