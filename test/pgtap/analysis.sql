-- What analysts see, and what they cannot find out.
SET client_min_messages = warning;
SELECT plan(50);

CREATE ROLE analysis_one LOGIN;
CREATE ROLE analysis_two LOGIN;
CREATE ROLE analysis_none LOGIN;
CREATE ROLE analysis_admin LOGIN;
GRANT care_analyst TO analysis_one, analysis_two, analysis_none;
GRANT care_admin TO analysis_admin;

-- Forty women and forty men of one band of birth years; three women live elsewhere. One man is alone in his.
INSERT INTO care.organization (id, name, sector, kind) VALUES (-1, 'Here', 'municipality', 'municipality'), (-2, 'There', 'municipality', 'municipality'),
	(-3, 'Large ward', 'hospital', 'department'), (-4, 'Small ward', 'hospital', 'department');
SELECT setseed(0.5) \gset ignore_
INSERT INTO care.citizen (name, birth_date, gender, municipality)
SELECT 'secret ' || i, date '1950-01-01' + 20 * i, CASE WHEN i <= 40 THEN 'female' ELSE 'male' END, CASE WHEN i BETWEEN 38 AND 40 THEN -2 ELSE -1 END
FROM generate_series(1, 80) AS i;
INSERT INTO care.citizen (name, birth_date, gender, municipality) VALUES ('secret old man', '1911-02-03', 'male', -1) RETURNING citizen AS old \gset
SELECT min(citizen) AS first FROM care.citizen \gset
INSERT INTO care.encounter (citizen, status, class, organization, start_time, end_time)
SELECT c.citizen, 'finished', 'IMP', CASE WHEN c.citizen < :first + 3 THEN -4 ELSE -3 END, s.at + (c.citizen - :first) * interval '1 day', s.at + (c.citizen - :first + 2) * interval '1 day'
FROM care.citizen c CROSS JOIN (VALUES (timestamptz '2025-01-01 12:00+01'), ('2025-01-10 12:00+01')) AS s (at);
INSERT INTO care.episode_of_care (citizen, status, type, organization, start_time, end_time)
SELECT c.citizen, 'finished', CASE WHEN c.citizen = :first THEN 'home care of secret 1' ELSE 'home care' END, -1, '2025-02-01', '2025-03-01' FROM care.citizen c;
SELECT count(care.record(c.citizen, 'body_weight', ARRAY['2025-01-06 08:00+01', '2025-01-07 08:00+01', '2025-02-04 08:00+01']::timestamptz[],
	ARRAY[70, 72, 60 + random()], 'kg')) FROM care.citizen c \gset ignore_
SELECT count(care.record(c.citizen, 'body_height', ARRAY[now()], ARRAY[170], 'cm')) FROM care.citizen c WHERE c.citizen < :first + 4 \gset ignore_

-- HMAC: test cases 1, 2, 3 and 6 of RFC 4231.
CREATE FUNCTION pg_temp.hmac(key bytea, message bytea) RETURNS text LANGUAGE sql AS $$
	SELECT encode(care.hmac(care.hmac_block(key, 54), care.hmac_block(key, 92), message), 'hex') $$;
SELECT is(pg_temp.hmac(decode(repeat('0b', 20), 'hex'), 'Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7', 'RFC 4231, case 1');
SELECT is(pg_temp.hmac('Jefe', 'what do ya want for nothing?'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'RFC 4231, case 2');
SELECT is(pg_temp.hmac(decode(repeat('aa', 20), 'hex'), decode(repeat('dd', 50), 'hex')), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe', 'RFC 4231, case 3');
SELECT is(pg_temp.hmac(decode(repeat('aa', 131), 'hex'), 'Test Using Larger Than Block-Size Key - Hash Key First'), '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54', 'RFC 4231, case 6');

SET SESSION AUTHORIZATION analysis_admin;
SELECT lives_ok($$ SELECT care.start_analysis('one', 'falls', '{analysis_one,analysis_admin}', daterange(current_date - 1, current_date + 5)) $$, 'a project');
SELECT lives_ok($$ SELECT care.start_analysis('two', 'falls', '{analysis_two,analysis_one}', daterange(current_date - 1, current_date + 5), 'day', 4, 1, 3) $$, 'and another');
SELECT lives_ok($$ SELECT care.start_analysis('past', 'falls', '{analysis_one}', '[2025-01-01,2025-02-01)') $$, 'one that is over');
SELECT throws_ok($$ SELECT care.start_analysis('days', 'x', '{}', '[2025-01-01,2025-02-01)', 'day', 0) $$, '23514', NULL, 'days as they are there are not');
SELECT throws_ok($$ SELECT care.start_analysis('cells', 'x', '{}', '[2025-01-01,2025-02-01)', minimum_cell => 1) $$, '23514', NULL, 'nor cells of one');
SELECT throws_ok($$ SELECT care.start_analysis('ever', 'x', '{}', '[2025-01-01,)') $$, '23514', NULL, 'nor a project without end');
SELECT throws_ok('SELECT FROM care.analysis_citizen(''one'')', '42501', NULL, 'who administrates sees nothing, member or not');

-- Fails closed.
SET SESSION AUTHORIZATION analysis_one;
SELECT throws_ok('SELECT FROM care.analysis_citizen(''past'')', '42501', NULL, 'not after the project');
SELECT throws_ok('SELECT FROM care.analysis_citizen(''none'')', '42501', NULL, 'not of what there is not');
SELECT throws_ok('SELECT FROM care.analysis_citizen(NULL)', '42501', NULL, 'not of nothing');
SELECT throws_ok($$ SELECT FROM care.analysis_measurement('one', 'weight') $$, '42704', NULL, 'a measure that is misspelt is an error');
SELECT throws_ok($$ SELECT FROM care.analysis_readmission('one', 'x') $$, '22023', NULL, 'so is a definition');
SELECT throws_ok($$ SELECT FROM care.analysis_count('one', 'citizen', '{pseudonym}') $$, '22023', NULL, 'citizens are not counted one by one');
SELECT throws_ok($$ SELECT FROM care.analysis_count('one', 'key', '{citizen}') $$, '22023', NULL, 'and other functions not called');
SELECT throws_ok('SELECT FROM care.analysis_project', '42501', NULL, 'the keys are not read');
SELECT throws_ok($$ SELECT care.analysis_key(NULL) $$, '42501', NULL, 'nor whom a pseudonym is');
SET SESSION AUTHORIZATION analysis_none;
SELECT throws_ok('SELECT FROM care.analysis_stay(''one'')', '42501', NULL, 'not for who is no member');
RESET SESSION AUTHORIZATION;
REVOKE care_analyst FROM analysis_two;
GRANT EXECUTE ON FUNCTION care.analysis_stay(text) TO analysis_two;
GRANT USAGE ON SCHEMA care TO analysis_two;
SET SESSION AUTHORIZATION analysis_two;
SELECT throws_ok('SELECT FROM care.analysis_stay(''two'')', '42501', NULL, 'nor for a member that is no analyst any longer');
RESET SESSION AUTHORIZATION;

-- No column leads to a citizen: all that an analyst may call has these.
SELECT bag_eq($$
	SELECT DISTINCT c.name, c.type::regtype::text FROM care.role_grant g
	JOIN pg_proc p ON p.pronamespace = 'care'::regnamespace AND p.proname = g.object,
	LATERAL unnest(p.proargnames, p.proallargtypes, p.proargmodes) AS c (name, type, mode)
	WHERE g.role_name = 'care_analyst' AND c.mode <> 'i'
$$, $$ VALUES ('pseudonym', 'text'), ('birth_year', 'integer'), ('gender', 'text'), ('municipality', 'text'), ('class', 'text'), ('department', 'text'),
	('start_date', 'date'), ('end_date', 'date'), ('bed_days', 'integer'), ('phase', 'text'), ('days', 'integer'), ('discharge_date', 'date'), ('is_acute', 'boolean'),
	('is_known', 'boolean'), ('is_readmitted', 'boolean'), ('days_after', 'integer'), ('number', 'bigint'), ('mean', 'double precision'),
	('minimum', 'double precision'), ('maximum', 'double precision'), ('unit', 'text'), ('cell', 'jsonb'), ('citizens', 'bigint') $$, 'nothing has a number, an identifier, a name or words of anybody');
SELECT is_empty($$ SELECT * FROM care.role_grant WHERE role_name = 'care_analyst' AND object !~ '^analysis_' $$, 'and that is all that an analyst may do');

SET SESSION AUTHORIZATION analysis_one;
SELECT is((SELECT count(*) || ' ' || count(DISTINCT pseudonym) || ' ' || min(length(pseudonym)) FROM care.analysis_citizen('one')), '80 80 32', 'each citizen has a pseudonym, but who is alone');
SELECT is_empty($$ SELECT FROM care.analysis_citizen('one') JOIN care.analysis_citizen('two') AS other USING (pseudonym) $$, 'which is another in another project');
SELECT bag_eq($$ SELECT birth_year, gender, municipality, count(*) FROM care.analysis_citizen('one') GROUP BY 1, 2, 3 $$,
	$$ VALUES (1950, 'female', NULL, 40::bigint), (1950, 'male', 'Here', 40) $$, 'of the women where they live is not told, for three are too few, and would be told by the others');
SELECT is((SELECT count(*) FROM care.analysis_stay('one') JOIN care.analysis_citizen('one') AS c USING (pseudonym)), 160::bigint, 'stays go with citizens');
SELECT is((SELECT array_agg(pseudonym) FROM care.analysis_stay('one')), (SELECT array_agg(pseudonym ORDER BY pseudonym COLLATE "C") FROM care.analysis_stay('one')), 'in the order of pseudonyms, which says nothing');
SELECT bag_eq($$ SELECT department, count(*) FROM care.analysis_stay('one') GROUP BY 1 $$, $$ VALUES ('Large ward', 154::bigint), (NULL, 6) $$, 'a ward that few have been in has no name');
SELECT bag_eq($$ SELECT bed_days, count(*) FROM care.analysis_stay('one') GROUP BY 1 $$, $$ VALUES (2, 160::bigint) $$, 'how long it took is what it was');
SELECT is_empty($$ SELECT FROM care.analysis_stay('one') WHERE extract(isodow FROM start_date) <> 1 $$, 'dates are those of weeks');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT count(DISTINCT shift) FROM care.analysis_key((SELECT p FROM care.analysis_project p WHERE name = 'two'))), 5::bigint, 'all dates of a citizen are earlier by some weeks');
SELECT bag_eq($$ SELECT s.start_date FROM care.analysis_stay('two') s $$, $$
	SELECT care.civil_day(e.start_time) - k.shift FROM care.encounter e
	JOIN care.analysis_key((SELECT p FROM care.analysis_project p WHERE name = 'two')) k USING (citizen) $$, 'and by no others');
SET SESSION AUTHORIZATION analysis_one;
SELECT bag_eq($$ SELECT phase, count(*), min(days), max(days) FROM care.analysis_pathway('one') GROUP BY 1 $$,
	$$ VALUES ('hospital', 160::bigint, 2, 2), ('home care', 79, 28, 28), (NULL, 1, 28, 28) $$, 'what somebody called a service only for one is not told');
SELECT bag_eq($$ SELECT is_readmitted, days_after, count(*) FROM care.analysis_readmission('one') GROUP BY 1, 2 $$,
	$$ VALUES (true, 7, 80::bigint), (false, NULL, 80) $$, 'readmissions, and after how many days');
SELECT is((SELECT count(*) || ' ' || sum(number) || ' ' || min(mean) FILTER (WHERE number = 2) || ' ' || max(maximum) FROM care.analysis_measurement('one', 'body_weight')), '160 240 71 72', 'measurements by week');
SELECT is_empty($$ SELECT FROM care.analysis_measurement('one', 'body_height') $$, 'not of what few have measured');
SELECT results_eq($$ SELECT * FROM care.analysis_count('one', 'citizen', '{gender}') $$, $$ VALUES ('{"gender": "female"}'::jsonb, 40::bigint), ('{"gender": "male"}', 40) $$, 'counts');
SELECT results_eq($$ SELECT * FROM care.analysis_count('one', 'pathway', '{phase}') $$,
	$$ VALUES ('{"phase": null}'::jsonb, NULL::bigint), ('{"phase": "home care"}', NULL), ('{"phase": "hospital"}', 80) $$, 'not of few, nor of those by which they could be told');

-- Who restricts or refuses is in none of it, at once.
RESET SESSION AUTHORIZATION;
SELECT pseudonym AS mine FROM care.analysis_key((SELECT p FROM care.analysis_project p WHERE name = 'one')) WHERE citizen = :first + 50 \gset
SELECT event FROM care.restrict_processing(:first + 50, NULL, 'no research', 'a1') \gset ignore_
SELECT event FROM care.refuse_consent(:first + 51, NULL, 'sharing', 'a2', scope => 'measurements') \gset ignore_
SELECT event FROM care.refuse_consent(:first + 52, NULL, 'sharing', 'a3', grantee => -3) \gset ignore_
SET SESSION AUTHORIZATION analysis_one;
SELECT is((SELECT count(*) FROM care.analysis_citizen('one')), 78::bigint, 'one is restricted, one refuses all, one a single ward');
SELECT is_empty(format($$ SELECT pseudonym FROM care.analysis_stay('one') WHERE pseudonym = %1$L UNION ALL SELECT pseudonym FROM care.analysis_pathway('one') WHERE pseudonym = %1$L
	UNION ALL SELECT pseudonym FROM care.analysis_readmission('one') WHERE pseudonym = %1$L UNION ALL SELECT pseudonym FROM care.analysis_measurement('one', 'body_weight') WHERE pseudonym = %1$L $$, :'mine'), 'who is restricted is in none of the functions');

-- Who is measured until today cannot be told by it: all end at one shown date, and so do stays and discharges.
RESET SESSION AUTHORIZATION;
SELECT count(care.record(c.citizen, 'heart_rate', ARRAY(SELECT d FROM generate_series(now() - interval '400 days', now(), '1 day') AS d), array_fill(70.0::float8, ARRAY[401]), '/min'))
FROM care.citizen c WHERE c.citizen < :first + 20 \gset ignore_
INSERT INTO care.encounter (citizen, status, class, organization, start_time, end_time)
SELECT c.citizen, 'finished', 'IMP', -3, now() - make_interval(days => 7 * i), now() - make_interval(days => 7 * i - 2) FROM care.citizen c CROSS JOIN generate_series(1, 60) AS i WHERE c.citizen < :first + 20;
SET SESSION AUTHORIZATION analysis_one;
SELECT is((SELECT count(DISTINCT m.last_date) || ' ' || count(*) FROM (SELECT max(start_date) AS last_date FROM care.analysis_measurement('one', 'heart_rate') GROUP BY pseudonym) m), '1 20',
	'the last measurement does not tell by how much dates are earlier');
SELECT is((SELECT count(DISTINCT s.last_date) || ' ' || count(*) FROM (SELECT max(end_date) AS last_date FROM care.analysis_stay('one') WHERE end_date > '2025-06-01' GROUP BY pseudonym) s), '1 20',
	'nor the last stay');
SELECT ok((SELECT bool_and(is_known) FROM care.analysis_readmission('one')), 'nor whether a readmission can still come');

-- Another key.
RESET SESSION AUTHORIZATION;
CREATE TABLE public.before AS SELECT pseudonym FROM care.analysis_citizen('one');
SET SESSION AUTHORIZATION analysis_admin;
SELECT care.rotate_analysis_key('one') \gset ignore_
SELECT throws_ok($$ SELECT care.rotate_analysis_key('none') $$, '42704', NULL, 'of no project');
RESET SESSION AUTHORIZATION;
SELECT is_empty($$ SELECT FROM care.analysis_citizen('one') JOIN public.before USING (pseudonym) $$, 'with another key all are others');

-- What was asked is logged.
SELECT set_eq($$ SELECT criterion ->> 'asked' FROM care.search_log WHERE activity = 'analysis' AND role_name = 'analysis_one' AND criterion ->> 'project' = 'one' AND criterion ->> 'asked' !~ 'count' $$,
	'{citizen,stay,pathway,"readmission acute","measurement body_weight","measurement body_height","measurement heart_rate"}'::text[], 'each function that was called');
SELECT ok((SELECT bool_or(criterion ->> 'asked' ~ '^count of ') FROM care.search_log), 'and what was counted');
SELECT is((SELECT count(*) FROM care.search_log WHERE role_name IN ('analysis_none', 'analysis_two', 'analysis_admin')), 0::bigint, 'not what was refused: that is an error');

SELECT * FROM finish();
DROP OWNED BY analysis_one, analysis_two, analysis_none, analysis_admin;
DROP ROLE analysis_one, analysis_two, analysis_none, analysis_admin;
