-- The type cpr: what it takes, what it refuses, and how it says so.
SET search_path = smartcare, public;
\pset null NULL

SELECT n::cpr, cpr_kind(n::cpr), birth_date(n::cpr), sex(n::cpr), age_on(n::cpr, '2026-01-01'), cpr_has_check_digit(n::cpr)
FROM unnest('{251248-9996,2512489996,0707614285,290200-4234,010190-1000,0703921VJ4,070392-7vj5,1206550VK9,610190-1000}'::text[]) AS n;

-- Refused.
SELECT ''::cpr;
SELECT '010190'::cpr;
SELECT '010190 1000'::cpr;
SELECT '121212ABCD'::cpr;
SELECT '0101902VJ4'::cpr;
SELECT '300290-1000'::cpr;
SELECT '290200-1000'::cpr;
SELECT '290200-1VJ4'::cpr;
SELECT '610190-6000'::cpr;

-- Binary: a version, and ten characters.
SELECT cpr_send('251248-9996');
CREATE TEMP TABLE sent (cpr cpr);
\copy sent FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\13\0012512489996\377\377"' (FORMAT binary)
\copy sent FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\13\0022512489996\377\377"' (FORMAT binary)
\copy sent FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\13\0013002489996\377\377"' (FORMAT binary)
\copy sent FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\13\001251248999-\377\377"' (FORMAT binary)
\copy sent FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\12\001251248999\377\377"' (FORMAT binary)
\copy sent FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\14\001251248-9996\377\377"' (FORMAT binary)
TABLE sent;

-- To text by assignment, from text by cast.
CREATE TEMP TABLE person (cpr cpr PRIMARY KEY, number text);
INSERT INTO person VALUES ('251248-9996', '251248-9996'::cpr), ('0101600000', '0101600000'::cpr);
INSERT INTO person VALUES ('2512489996', NULL);
SELECT * FROM person ORDER BY cpr;
SELECT min(cpr::text), count(DISTINCT cpr) FROM person;
