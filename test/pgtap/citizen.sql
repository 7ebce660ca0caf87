-- Citizens: registering, merging, un-merging, and moving entries.
BEGIN;
SELECT no_plan();
\set cpr 'urn:oid:1.2.208.176.1.2'

-- Registering.
SELECT care.register_citizen(ARRAY[:'cpr', 'http://example.org/record'], '{0101014001,17}', 'One', '2001-01-01', 'female') AS one,
	care.register_citizen(ARRAY[:'cpr', 'http://example.org/record'], '{0202024002,17}', 'Two', '2002-02-02', 'male') AS two \gset
SELECT isnt(:one::bigint, :two::bigint, 'an identifier of a system that does not identify matches nobody');
SELECT is(care.register_citizen(ARRAY[:'cpr'], '{0101014001}'), :one::bigint, 'an identifying one finds its citizen');
SELECT is(care.register_citizen(ARRAY[:'cpr'], '{0101014001}', 'Other name', NULL, 'male', NULL, NULL), :one::bigint, 'whatever the name');
SELECT results_eq(format('SELECT name, gender FROM care.citizen WHERE citizen = %s', :one), $$ VALUES ('One', 'female') $$, 'nothing is overwritten');
SELECT throws_ok(format($$ SELECT care.register_citizen('{%s}', '{0101014001}', NULL, '2001-01-02') $$, :'cpr'), '23000', NULL, 'a contradicting birth date');
SELECT throws_ok(format($$ SELECT care.register_citizen('{%1$s,%1$s}', '{0101014001,0202024002}') $$, :'cpr'), '23505', NULL, 'identifiers of two citizens');
SELECT throws_ok($$ SELECT care.register_citizen('{}', '{}') $$, '22023', NULL, 'no identifier');
SELECT throws_ok(format($$ SELECT care.register_citizen('{%s}', '{1,2}') $$, :'cpr'), '22023', NULL, 'an identifier without system');
SELECT is(care.register_citizen(ARRAY[:'cpr', 'urn:oid:1.2.208.176.1.6.1.1'], '{0101014001,010101-7AA1}'), :one::bigint, 'a further identifier is learnt');
SELECT is(care.register_citizen('{urn:oid:1.2.208.176.1.6.1.1}', '{010101-7AA1}'), :one::bigint, 'and finds the citizen from then on');
SELECT isnt(care.register_citizen('{urn:oid:1.2.208.176.1.6.1.3}', '{010101-6AA1}'),
	care.register_citizen('{urn:oid:1.2.208.176.1.6.1.3}', '{010101-6AA1}'), 'a local replacement number never matches on its own');

-- Two records of one person, with entries in every table.
CREATE FUNCTION pg_temp.fill(citizen bigint, number integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	stay bigint;
	plan bigint;
	episode bigint;
BEGIN
	INSERT INTO care.episode_of_care (citizen, status) VALUES ($1, 'active') RETURNING id INTO episode;
	INSERT INTO care.encounter (citizen, status, class, episode_of_care) VALUES ($1, 'finished', 'IMP', episode) RETURNING id INTO stay;
	INSERT INTO care.condition (citizen, name, encounter) VALUES ($1, 'condition ' || number, stay);
	INSERT INTO care.medication_statement (citizen, name, status, encounter) VALUES ($1, 'medication ' || number, 'active', stay);
	INSERT INTO care.allergy (citizen, name) VALUES ($1, 'allergy ' || number);
	INSERT INTO care.care_plan (citizen, status, intent, title, encounter) VALUES ($1, 'active', 'plan', 'plan ' || number, stay) RETURNING id INTO plan;
	INSERT INTO care.care_plan_activity (citizen, care_plan, ordinal, name, status) VALUES ($1, plan, 1, 'activity', 'in-progress');
	INSERT INTO care.goal (citizen, lifecycle_status, description) VALUES ($1, 'active', 'goal ' || number);
	INSERT INTO care.task (citizen, status, code, description, care_plan) VALUES ($1, 'requested', 'visit', 'task ' || number, plan);
	INSERT INTO care.resource_key (resource_type, key, citizen, id) VALUES ('Encounter', 'urn:uuid:' || number, $1, stay);
	INSERT INTO care.resource_version (citizen, resource_type, key, digest, content, stands) VALUES ($1, 'Encounter', 'urn:uuid:' || number, 'x', '{}', true);
	PERFORM care.record($1, 'body_weight', ARRAY[timestamptz '2026-01-01', '2026-01-02'], ARRAY[80.0 + number, 81.5], 'kg', jsonb_build_object('key', number));
	PERFORM care.record($1, 'body_weight', ARRAY[timestamptz '2026-02-01'], '{82000}', 'g');
END
$$;
SELECT pg_temp.fill(:one, 1), pg_temp.fill(:two, 2) \gset ignore_
INSERT INTO care.organization (id, name, role_name) VALUES (-1, 'a', 'a'), (-2, 'b', 'b'), (-3, 'c', 'c'), (-4, 'x', 'x'), (-5, 'new', 'new');
CREATE FUNCTION pg_temp.joins(citizen bigint, roles name[]) RETURNS bigint LANGUAGE sql AS $$
	WITH joined AS (
		INSERT INTO care.care_team_member (citizen, status, organization, role, start_time)
		SELECT $1, 'active', o.id, 'nurse', '2026-01-01' FROM care.organization o WHERE o.role_name = ANY ($2) RETURNING 1
	)
	SELECT count(*) FROM joined
$$;
SELECT pg_temp.joins(:one, '{a,b}'), pg_temp.joins(:two, '{b,c}') \gset ignore_

-- Everything there is about a citizen, as text.
CREATE FUNCTION pg_temp.record_of(citizens bigint[]) RETURNS TABLE (entry_table text, entry text) LANGUAGE plpgsql AS $$
BEGIN
	FOR entry_table IN
		SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'citizen'
		WHERE c.relnamespace = 'care'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ('citizen_merge', 'entry_move')
	LOOP
		RETURN QUERY EXECUTE format('SELECT %1$L, (t.*)::text FROM care.%1$I t WHERE t.citizen = ANY ($1)', entry_table) USING citizens;
	END LOOP;
END
$$;
CREATE TEMP TABLE before AS SELECT * FROM pg_temp.record_of(ARRAY[:one, :two]);
SELECT cmp_ok((SELECT count(DISTINCT entry_table) FROM before), '>=', 16::bigint, 'entries in every table');

SELECT care.merge_citizens(:one, :two, 'same person') AS merge \gset
SELECT is(care.current_citizen(:two), :one::bigint, 'the merged record stands for the kept one');
SELECT is((SELECT array_agg(DISTINCT entry_table ORDER BY entry_table) FROM pg_temp.record_of(ARRAY[:two])),
	'{citizen,citizen_identifier,identifier_owner,resource_key}', 'all entries have moved; identifiers and keys still lead here');
SELECT is((SELECT count(*) FROM care.condition WHERE citizen = :one), 2::bigint, 'to the kept record');
SELECT is((SELECT string_agg(value::text, ' ' ORDER BY "time") FROM care.measurement WHERE citizen = :one), '82 81.5 82', 'measurements are settled together');
SELECT is((SELECT care_team FROM care.citizen WHERE citizen = :one), '{a,b,c}'::name[], 'both care teams');
SELECT is(care.register_citizen(ARRAY[:'cpr'], '{0202024002}'), :one::bigint, 'the merged record''s number finds the kept one');
SELECT is(care.record(:two, 'body_weight', '{2026-03-01}', '{83}', 'kg'), 1, 'what is recorded for the merged record');
SELECT is((SELECT count(*) FROM care.measurement WHERE citizen = :one), 4::bigint, 'lands with the kept one');
SELECT throws_ok(format('SELECT care.merge_citizens(%s, %s, %L)', :one, :two, 'again'), '22023', NULL, 'merged once');
SELECT throws_ok(format('SELECT care.merge_citizens(%1$s, %1$s, %2$L)', :one::bigint, 'self'), '22023', NULL, 'not with itself');

SELECT care.unmerge_citizens(:one, :merge, 'two persons after all') \gset ignore_
DELETE FROM care.measurement_batch WHERE citizen = :one AND start_time = '2026-03-01';
SELECT care.settle(:one, 6, '2026-03-01', '2026-03-01') \gset ignore_
SELECT is_empty(format($$ (SELECT * FROM pg_temp.record_of('{%1$s,%2$s}') EXCEPT ALL SELECT * FROM before)
	UNION ALL (SELECT * FROM before EXCEPT ALL SELECT * FROM pg_temp.record_of('{%1$s,%2$s}')) $$, :one, :two),
	'un-merged, both records are as they were');
SELECT throws_ok(format('SELECT care.unmerge_citizens(%s, %s, %L)', :one, :merge, 'again'), 'P0002', NULL, 'un-merged once');

-- Entries with the wrong citizen.
SELECT id AS condition FROM care.condition WHERE citizen = :two \gset
SELECT care.move_entry(:two, 'condition', :condition, :one::bigint, 'wrong chart') \gset ignore_
SELECT throws_ok('SET CONSTRAINTS ALL IMMEDIATE', '23503', NULL, 'an entry does not leave what it refers to');
SELECT id AS stay FROM care.encounter WHERE citizen = :two \gset
UPDATE care.condition SET encounter = NULL WHERE id = :condition;
SELECT is((SELECT count(*) FROM care.condition WHERE citizen = :one), 2::bigint, 'the condition has moved');
SELECT id AS batch FROM care.measurement_batch WHERE citizen = :two AND source_key = '2 body_weight' \gset
SELECT care.move_entry(:two, 'measurement_batch', :batch, :one::bigint, 'wrong person on the scales') \gset ignore_
SELECT is((SELECT string_agg(value::text, ' ' ORDER BY "time") FROM care.measurement WHERE citizen = :two), '82', 'moved measurements are gone here');
SELECT is(care.record(:two, 'body_weight', '{2026-01-01,2026-01-02}', '{82,81.5}', 'kg', '{"key":2}'), 0, 'and do not come back with a replay');
SELECT throws_ok(format('SELECT care.move_entry(%s, %L, %s, %s, %L)', :two, 'layout', 1, :one::bigint, 'x'), '22023', NULL, 'not a table of entries');
SELECT is((SELECT count(*) FROM care.entry_move), 2::bigint, 'every move leaves its trace');

-- Batches that were moved, merged and un-merged, and then a new version comes.
CREATE FUNCTION pg_temp.person(number text) RETURNS bigint LANGUAGE sql AS
$$ SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', ARRAY['010101' || lpad(number, 4, '0')]) $$;
CREATE FUNCTION pg_temp.rate(citizen bigint, at timestamptz, value float8, version integer) RETURNS integer LANGUAGE sql AS
$$ SELECT care.record($1, 'heart_rate', ARRAY[$2], ARRAY[$3], '/min', jsonb_build_object('key', 'k', 'version', $4)) $$;
CREATE FUNCTION pg_temp.shown(citizen bigint) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(m.value::text, ' ' ORDER BY m.measure, m."time") FROM care.measurement m WHERE m.citizen = $1 $$;
CREATE FUNCTION pg_temp.batch(citizen bigint) RETURNS bigint LANGUAGE sql AS
$$ SELECT b.id FROM care.measurement_batch b WHERE b.citizen = $1 AND b.points IS NOT NULL AND b.stands ORDER BY b.measure LIMIT 1 $$;

SELECT pg_temp.person('11') AS a, pg_temp.person('12') AS b \gset
SELECT pg_temp.rate(:a, '2026-01-01', 60, 1) \gset ignore_
SELECT care.move_entry(:a, 'measurement_batch', pg_temp.batch(:a), :b, 'x') \gset ignore_
SELECT care.merge_citizens(:b, :a, 'x') AS merge \gset
SELECT is(pg_temp.shown(:b), '60', 'moved, then found to be the same person: the measurement is there');
SELECT pg_temp.rate(:a, '2026-01-01', 61, 2) \gset ignore_
SELECT is(pg_temp.shown(:b), '61', 'and its next version replaces it');

SELECT pg_temp.person('21') AS a, pg_temp.person('22') AS b \gset
SELECT pg_temp.rate(:a, '2026-01-01', 60, 1), pg_temp.rate(:b, '2026-01-02', 70, 2) \gset ignore_
SELECT care.merge_citizens(:b, :a, 'x') AS merge \gset
SELECT is(pg_temp.shown(:b), '70', 'of one source the latest version stands also where each record had one');
SELECT care.unmerge_citizens(:b, :merge, 'x') \gset ignore_
SELECT is(pg_temp.shown(:a), '60', 'un-merged, each has its own again');

SELECT pg_temp.person('31') AS a, pg_temp.person('32') AS b \gset
SELECT pg_temp.rate(:a, '2026-01-01', 60, 1) \gset ignore_
SELECT care.merge_citizens(:b, :a, 'x') AS merge \gset
SELECT pg_temp.rate(:a, '2026-01-01', 61, 2) \gset ignore_
SELECT care.unmerge_citizens(:b, :merge, 'x') \gset ignore_
SELECT is(pg_temp.shown(:a), '60', 'what a later version had replaced stands again when that stays with the other record');
SELECT care.move_entry(:b, 'measurement_batch', pg_temp.batch(:b), :a, 'x') \gset ignore_
SELECT is(pg_temp.shown(:a), '61', 'until it comes home');

SELECT pg_temp.person('41') AS a, pg_temp.person('42') AS b \gset
SELECT pg_temp.rate(:a, '2026-01-01', 60, 1) \gset ignore_
SELECT care.move_entry(:a, 'measurement_batch', pg_temp.batch(:a), :b, 'x') \gset ignore_
SELECT care.move_entry(:b, 'measurement_batch', pg_temp.batch(:b), :a, 'x') \gset ignore_
SELECT pg_temp.rate(:a, '2026-01-01', 61, 2) \gset ignore_
SELECT is(pg_temp.shown(:a), '61', 'moved and moved back, it is replaced by its next version');
SELECT throws_ok(format('SELECT care.move_entry(%1$s, %2$L, %3$s, %1$s, %4$L)', :a::bigint, 'measurement_batch', pg_temp.batch(:a), 'x'), '22023', NULL, 'not to the same citizen');

SELECT pg_temp.person('51') AS a, pg_temp.person('52') AS b, pg_temp.person('53') AS c \gset
SELECT pg_temp.rate(:a, '2026-01-01', 60, 1) \gset ignore_
INSERT INTO care.condition (citizen, name) VALUES (:a, 'x') RETURNING id AS condition \gset
INSERT INTO care.resource_key (resource_type, key, citizen, id) VALUES ('Condition', 'x', :a, :condition);
INSERT INTO care.resource_version (citizen, resource_type, key, digest, content, stands) VALUES (:a, 'Condition', 'x', 'x', '{}', true);
SELECT care.merge_citizens(:b, :a, 'x') AS merge \gset
SELECT care.move_entry(:b, 'measurement_batch', pg_temp.batch(:b), :c, 'x'), care.move_entry(:a, 'condition', :condition, :c, 'x') \gset ignore_
SELECT is((SELECT citizen FROM care.resource_key WHERE key = 'x'), :c::bigint, 'a resource''s key goes along, from a record merged into this one');
SELECT is((SELECT citizen FROM care.resource_version WHERE key = 'x'), :c::bigint, 'and its versions');
SELECT care.unmerge_citizens(:b, :merge, 'x') \gset ignore_
SELECT is(pg_temp.rate(:a, '2026-01-01', 60, 1), 0, 'what was moved away while merged does not come back with a replay');
SELECT is(pg_temp.shown(:a), NULL, 'to neither record');
SELECT is(pg_temp.shown(:b), NULL, 'of the two');

SELECT pg_temp.person('61') AS a, pg_temp.person('62') AS b, pg_temp.person('63') AS c \gset
SELECT care.merge_citizens(:b, :a, 'x') AS merge \gset
SELECT pg_temp.rate(:c, '2026-01-01', 60, 1) \gset ignore_
SELECT care.move_entry(:c, 'measurement_batch', pg_temp.batch(:c), :a, 'x') \gset ignore_
SELECT is(pg_temp.shown(:b), '60', 'what is moved to a merged record lands with the kept one');

-- Two measures under one key, of which one is moved.
SELECT pg_temp.person('71') AS a, pg_temp.person('72') AS b \gset
CREATE FUNCTION pg_temp.pressure(version integer, systolic text, diastolic text) RETURNS care.new_batch[] LANGUAGE sql AS $$
	SELECT array_agg(ROW(NULL, m, v::smartcare.series, NULL, 'bp', $1, NULL, NULL, NULL, NULL, NULL)::care.new_batch)
	FROM (VALUES (1, $2), (2, $3)) AS p (m, v) $$;
SELECT care.add_batches(:a, pg_temp.pressure(1, '{120@2026-01-01}', '{80@2026-01-01}')) \gset ignore_
SELECT care.move_entry(:a, 'measurement_batch', pg_temp.batch(:a), :b, 'x') \gset ignore_
SELECT care.add_batches(:a, pg_temp.pressure(2, '{121@2026-01-01}', '{81@2026-01-01}')) \gset ignore_
SELECT is(pg_temp.shown(:a), '81', 'what was not moved goes on');
SELECT is(pg_temp.shown(:b), '120', 'and what was moved stays');

-- Care teams.
SELECT pg_temp.person('81') AS a, pg_temp.person('82') AS b, pg_temp.person('83') AS c \gset
SELECT pg_temp.joins(:a, '{a,x}'), pg_temp.joins(:b, '{b}'), pg_temp.joins(:c, '{c,x}') \gset ignore_
SELECT care.merge_citizens(:b, :a, 'x') AS first, care.merge_citizens(:b, :c, 'x') AS second \gset
SELECT pg_temp.joins(:b, '{new}') \gset ignore_
SELECT care.unmerge_citizens(:b, :first, 'x') \gset ignore_
SELECT is((SELECT care_team FROM care.citizen WHERE citizen = :b), '{b,c,new,x}'::name[], 'un-merging takes only the roles that this merge brought');

SELECT throws_ok(format('SELECT care.merge_citizens(NULL, %s, %L)', :b, 'x'), '22023', NULL, 'not with nobody');
SELECT throws_ok(format('SELECT care.move_entry(%s, %L, %s, NULL, %L)', :b, 'condition', 1, 'x'), '23503', NULL, 'not to nobody');

-- Identifiers are checked at the door, and kept in one form.
SELECT care.register_citizen(ARRAY[:'cpr'], '{020304-4005}') AS a \gset
SELECT is(care.register_citizen(ARRAY[:'cpr'], '{0203044005}'), :a::bigint, 'a CPR number with and without its hyphen is one number');
SELECT is((SELECT string_agg(value, ' ') FROM care.citizen_identifier WHERE citizen = :a), '0203044005', 'kept in one form');
SELECT throws_ok(format($$ SELECT care.register_citizen('{%s}', '{%s}') $$, :'cpr', value), '22P02', format('"%s" is no CPR number', value), 'malformed: ' || value)
	FROM unnest('{121212ABCD,300204-4005,020304400,0703921VJ4,1206550VK9}'::text[]) AS value;
SELECT throws_ok($$ SELECT care.register_citizen('{urn:oid:1.2.208.176.1.6.1.1}', '{0203044005}') $$, '22P02', NULL, 'a CPR number is no replacement number');
SELECT throws_ok($$ SELECT care.register_citizen('{urn:x}', '{NULL}') $$, '22P02', NULL, 'nor is nothing an identifier');
SELECT throws_ok(format($$ SELECT care.register_citizen('{%s}', '{0203044013}', 'X', '1904-03-02') $$, :'cpr'), '23000',
	'birth date 1904-03-02 contradicts CPR number 0203044013, born 2004-03-02', 'a birth date that contradicts the CPR number');
SELECT is((SELECT count(*) FROM care.identifier_owner WHERE value = '0203044013'), 0::bigint, 'which is then not taken');

-- Local replacement numbers are not unique, whatever system they come with.
SELECT isnt(care.register_citizen(ARRAY[:'cpr'], '{620304-4005}'), care.register_citizen(ARRAY[:'cpr'], '{6203044005}'), 'nor is one with 60 added to its day');
SELECT isnt(care.register_citizen('{urn:oid:1.2.208.176.1.6.1.3.183}', '{1206550VK9}'), care.register_citizen('{urn:oid:1.2.208.176.1.6.1.3.183}', '{1206550VK9}'), 'nor those of a region');

-- A national replacement number is resolved to a CPR number.
\set x 'urn:oid:1.2.208.176.1.6.1.1'
SELECT care.register_citizen(ARRAY[:'x'], '{070392-1VJ4}', 'Unknown', '1992-03-01') AS unknown, care.register_citizen(ARRAY[:'cpr'], '{0703921234}', 'Mia') AS mia \gset
INSERT INTO care.condition (citizen, name) VALUES (:unknown, 'Injury');
SELECT is(care.register_citizen(ARRAY[:'x', :'cpr'], '{0703921VJ4,070392-1234}', NULL, '1992-03-07'), :mia::bigint, 'both of one person: the record of the CPR number stands');
SELECT is(care.current_citizen(:unknown), :mia::bigint, 'for the other too');
SELECT is((SELECT name FROM care.condition WHERE citizen = :mia), 'Injury', 'with its entries');
SELECT results_eq(format('SELECT id, merged, reason FROM care.citizen_merge WHERE citizen = %s', :mia),
	format($$ SELECT max(id), %s::bigint, 'the replacement number was resolved to a CPR number' FROM care.citizen_merge $$, :unknown), 'and with trace');
SELECT is((SELECT identifier FROM care.shared_overview WHERE citizen = :mia), '0703921234', 'the CPR number is shown');
SELECT is(care.register_citizen(ARRAY[:'x'], '{0703921VJ4}'), :mia::bigint, 'and the replacement number leads there');
SELECT care.unmerge_citizens(:mia, (SELECT id FROM care.citizen_merge WHERE citizen = :mia), 'another Mia') \gset ignore_
SELECT throws_ok(format($$ SELECT care.register_citizen('{%s,%s}', '{0703921VJ4,0703921234}') $$, :'x', :'cpr'), '23505',
	format('identifiers belong to different citizens: %s, %s', least(:unknown, :mia), greatest(:unknown, :mia)), 'what a person has un-merged is not merged again');
SELECT is(care.register_citizen(ARRAY[:'x', :'cpr'], '{0703921VJ5,0703921234}'), :mia::bigint, 'one not seen before is learnt');
SELECT throws_ok(format($$ SELECT care.register_citizen('{%s,%s}', '{0703921VJ5,0203044005}') $$, :'x', :'cpr'), '23505', NULL, 'one of a citizen with another CPR number is refused');
SELECT care.register_citizen(ARRAY[:'x'], '{0703921VJ6}') AS one, care.register_citizen(ARRAY[:'x'], '{0703921VJ7}') AS two \gset
SELECT throws_ok(format($$ SELECT care.register_citizen('{%1$s,%1$s}', '{0703921VJ6,0703921VJ7}') $$, :'x'), '23505', NULL, 'two replacement numbers alone resolve nothing');
SELECT is(care.register_citizen(ARRAY[:'x', :'x', :'cpr'], '{0703921VJ6,0703921VJ7,0703921242}'), :one::bigint, 'with a CPR number both do');
SELECT is(care.current_citizen(:two), :one::bigint, 'all of them one');

-- The overview shows a number that a merged record brought.
SELECT care.register_citizen('{urn:x}', '{17}') AS kept, care.register_citizen(ARRAY[:'cpr'], '{0203044021}') AS merged \gset
SELECT care.merge_citizens(:kept, :merged, 'x') \gset ignore_
SELECT is((SELECT identifier FROM care.shared_overview WHERE citizen = :kept), '0203044021', 'a merged record''s CPR number is shown');

SELECT * FROM finish();
ROLLBACK;
