-- Identifiers: validators and normal forms against their published rules, and against the published examples.
BEGIN;
SELECT no_plan();

CREATE TEMP TABLE sort (name) AS VALUES ('cpr'), ('gln'), ('sor'), ('provider_number'), ('authorization_id'), ('cvr'), ('municipality_code'), ('sks');
CREATE FUNCTION pg_temp.normal(name text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	valid boolean;
BEGIN
	EXECUTE format('SELECT smartcare.%1$s_normalize($1), smartcare.%1$s_is_valid($1)', name) INTO result, valid USING value;
	IF valid <> (result IS NOT NULL) THEN
		RAISE EXCEPTION '%_is_valid(%) is % but its normal form %', name, value, valid, result;
	END IF;
	RETURN result;
END
$$;

-- A row for each: what it is, what is given, what comes of it.
SELECT is(pg_temp.normal(name, value), expected, format('%s %L', name, value)) FROM (VALUES
	('cpr', '251248-9996', '2512489996'), ('cpr', ' 251248 9996 ', '2512489996'), ('cpr', '0703921vj4', '0703921VJ4'), ('cpr', '121212ABCD', NULL), ('cpr', '3002011234', NULL),
	('gln', '5790000123117', '5790000123117'), ('gln', '57 90000 12311 7', '5790000123117'), ('gln', '5790000123118', NULL), ('gln', '579000012311', NULL), ('gln', '0000000000000', NULL), ('gln', '57900001231170', NULL),
	('sor', '265161000016000', '265161000016000'), ('sor', '12345678901', '12345678901'), ('sor', '1234567890', NULL), ('sor', '1234567890123456789', NULL), ('sor', '26516100001600a', NULL),
	('provider_number', '061654', '061654'), ('provider_number', '77410', '077410'), ('provider_number', '1', '000001'), ('provider_number', '0', NULL), ('provider_number', '1234567', NULL), ('provider_number', 'x', NULL),
	('authorization_id', '0b4tx', '0B4TX'), ('authorization_id', '12345', '12345'), ('authorization_id', 'BYTES', NULL), ('authorization_id', 'BYTZS', 'BYTZS'), ('authorization_id', 'ABC12', NULL), ('authorization_id', 'BCDF', NULL), ('authorization_id', '00000', '00000'),
	('cvr', '29190909', '29190909'), ('cvr', 'DK 29 19 09 09', '29190909'), ('cvr', '29190908', NULL), ('cvr', '00000000', NULL), ('cvr', 'DK2919090', NULL), ('cvr', 'DE29190909', NULL),
	('municipality_code', '461', '461'), ('municipality_code', '0461', '461'), ('municipality_code', '462', NULL), ('municipality_code', '61 ', NULL), ('municipality_code', '01 1', NULL), ('municipality_code', '1461', NULL), ('municipality_code', '00461', NULL),
	('sks', 'dj449', 'DJ449'), ('sks', 'D', 'D'), ('sks', 'ZZ3170', 'ZZ3170'), ('sks', 'MA10BA02', 'MA10BA02'), ('sks', '3170', NULL), ('sks', 'DJ44.9', NULL), ('sks', 'DABCDEFGHI', 'DABCDEFGHI'), ('sks', 'DABCDEFGHIJ', NULL), ('sks', 'DÆ', NULL)
) AS c (name, value, expected);
SELECT is(pg_temp.normal(name, value), NULL, format('no %s: %L', name, left(value, 20)))
FROM sort, unnest(ARRAY['', ' ', '-', 'å', E'\t12', repeat(' ', 100000), repeat('1', 100000), '1234567890123456789']) AS value;

-- What is normal stays so, whatever it was made from.
CREATE TEMP TABLE text_of AS
SELECT string_agg(substr('0123456789DKdkjJbc -', 1 + get_byte(decode(md5(n || '/' || i), 'hex'), 0) % 20, 1), '' ORDER BY i) AS value
FROM generate_series(1, 4000) AS n, generate_series(1, 3 + n % 12) AS i GROUP BY n;
SELECT is_empty($$ SELECT s.name, t.value FROM sort s, text_of t, LATERAL (SELECT pg_temp.normal(s.name, t.value) AS normal) AS n
	WHERE pg_temp.normal(s.name, n.normal) <> n.normal $$, 'the normal form of a normal form is itself');

-- Check digits against the sum of weights, of every last digit in turn.
CREATE FUNCTION pg_temp.sum(digits text, weights integer[]) RETURNS bigint LANGUAGE sql AS
$$ SELECT sum(w.weight * substr(digits, w.place::integer, 1)::integer) FROM unnest(weights) WITH ORDINALITY AS w (weight, place) $$;
SELECT is_empty($$ SELECT digits FROM (SELECT (5790000000000 + n * 7907)::text AS digits FROM generate_series(1, 3000) AS n) AS d
	WHERE smartcare.gln_is_valid(digits) <> (pg_temp.sum(digits, '{1,3,1,3,1,3,1,3,1,3,1,3,1}') % 10 = 0) $$, 'GLN: weights 1 and 3, modulus 10');
SELECT is_empty($$ SELECT digits FROM (SELECT (10000000 + n * 7907)::text AS digits FROM generate_series(1, 5000) AS n) AS d
	WHERE smartcare.cvr_is_valid(digits) <> (pg_temp.sum(digits, '{2,7,6,5,4,3,2,1}') % 11 = 0) $$, 'CVR: weights 2, 7, 6, 5, 4, 3, 2, 1, modulus 11');
SELECT is((SELECT count(*) FROM generate_series(0, 999) AS n WHERE smartcare.municipality_code_is_valid(lpad(n::text, 3, '0'))), 99::bigint, '98 municipalities and Ertholmene');
SELECT is_empty($$ SELECT code FROM unnest('{410,420,430,440,450,461,479,480,482,492,510,530,540,550,561,563,573,575,580,607,621,630}'::text[]) AS code
	WHERE NOT smartcare.municipality_code_is_valid(code) $$, 'all 22 of the Region of Southern Denmark');
SELECT is((SELECT string_agg(chr(n), '' ORDER BY n) FROM generate_series(33, 126) AS n WHERE smartcare.authorization_id_is_valid('1234' || chr(n))),
	'0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz', 'authorization ids have digits and consonants');

-- The published examples: FHIR identifiers by system, ids of CDA documents by root.
\set directory `echo "${SMARTCARE_DATA:-../shared/data}"`
\setenv DIRECTORY :directory
\set present `[ -e "$DIRECTORY/medcom-fhir" ] && [ -e "$DIRECTORY/cda" ] && echo true || echo false`
\if :present
\set content `for file in "$DIRECTORY"/medcom-fhir/*/*.json; do tr -d '\n' < "$file"; echo; done`
CREATE TEMP TABLE example AS
SELECT DISTINCT i ->> 'system' AS system, i ->> 'value' AS value
FROM string_to_table(:'content', E'\n') AS s (text), jsonb_path_query(s.text::jsonb, '$.** ? (exists(@.system) && exists(@.value))') AS i WHERE s.text <> '';
\set content `cat "$DIRECTORY"/cda/*.xml`
INSERT INTO example
SELECT DISTINCT 'urn:oid:' || substring(m.tag, 'root="([^"]*)"'), substring(m.tag, 'extension="([^"]*)"')
FROM (SELECT (regexp_matches(:'content', '<id\s[^>]*>', 'g'))[1] AS tag) AS m
WHERE m.tag ~ 'root="1\.2\.208\.176\.1\.[12]"' AND m.tag ~ 'extension="[^"]';
\unset content
SELECT results_eq($$ SELECT system, value FROM example WHERE smartcare.identifier_normalize(system, value) IS NULL ORDER BY value $$,
	$$ VALUES ('urn:oid:1.2.208.176.1.2', '121212ABCD'), ('urn:oid:1.2.208.176.1.1', '77668685') $$,
	'all identifiers of the published examples are valid, but a SOR id of eight digits and a CPR number with letters');
SELECT is_empty('SELECT * FROM example WHERE smartcare.identifier_normalize(system, value) <> value', 'and in their normal form');
SELECT results_eq($$ SELECT value, smartcare.cpr_kind(value::smartcare.cpr), smartcare.cpr_has_check_digit(value::smartcare.cpr), smartcare.birth_date(value::smartcare.cpr)
	FROM example WHERE system IN ('urn:oid:1.2.208.176.1.2', 'urn:oid:1.2.208.176.1.6.1.1') AND smartcare.cpr_is_valid(value) ORDER BY 1 $$, $$ VALUES
	('0703921VJ4', 'X-eCPR', false, date '1992-03-07'), ('0703921VJ5', 'X-eCPR', false, '1992-03-07'), ('2509479989', 'CPR', false, '1947-09-25'),
	('2512484916', 'CPR', true, '1948-12-25'), ('2512489996', 'CPR', false, '1948-12-25'), ('2606481234', 'CPR', false, '1948-06-26'), ('2906910651', 'CPR', true, '1991-06-29') $$,
	'with the birth dates that the documents state, and check digits or not');
SELECT cmp_ok((SELECT count(*) FROM example WHERE system IN ('urn:oid:1.2.208.176.1.1', 'https://www.gs1.org/gln', 'urn:oid:1.2.208.176.1.4')), '>=', 20::bigint, 'organizations among them');
\else
SELECT diag('No example messages in ' || :'directory' || ': SMARTCARE_DATA names the directory that has medcom-fhir/ and cda/.');
SELECT skip('no example messages', 1);
\endif
SELECT * FROM finish();
ROLLBACK;
