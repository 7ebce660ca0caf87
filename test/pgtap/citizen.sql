-- Citizens: registering, merging, un-merging, and moving entries.
BEGIN;
SELECT plan(30);
\set cpr 'urn:oid:1.2.208.176.1.2'

-- Registering.
SELECT care.register_citizen(ARRAY[:'cpr', 'http://example.org/record'], '{0101010001,17}', 'One', '2001-01-01', 'female') AS one,
	care.register_citizen(ARRAY[:'cpr', 'http://example.org/record'], '{0202020002,17}', 'Two', '2002-02-02', 'male') AS two \gset
SELECT isnt(:one::bigint, :two::bigint, 'an identifier of a system that does not identify matches nobody');
SELECT is(care.register_citizen(ARRAY[:'cpr'], '{0101010001}'), :one::bigint, 'an identifying one finds its citizen');
SELECT is(care.register_citizen(ARRAY[:'cpr'], '{0101010001}', 'Other name', NULL, 'male', NULL, NULL), :one::bigint, 'whatever the name');
SELECT results_eq(format('SELECT name, gender FROM care.citizen WHERE citizen = %s', :one), $$ VALUES ('One', 'female') $$, 'nothing is overwritten');
SELECT throws_ok(format($$ SELECT care.register_citizen('{%s}', '{0101010001}', NULL, '2001-01-02') $$, :'cpr'), '23000', NULL, 'a contradicting birth date');
SELECT throws_ok(format($$ SELECT care.register_citizen('{%1$s,%1$s}', '{0101010001,0202020002}') $$, :'cpr'), '23505', NULL, 'identifiers of two citizens');
SELECT throws_ok($$ SELECT care.register_citizen('{}', '{}') $$, '22023', NULL, 'no identifier');
SELECT throws_ok(format($$ SELECT care.register_citizen('{%s}', '{1,2}') $$, :'cpr'), '22023', NULL, 'an identifier without system');
SELECT is(care.register_citizen(ARRAY[:'cpr', 'urn:oid:1.2.208.176.1.6.1.1'], '{0101010001,010101-7AA1}'), :one::bigint, 'a further identifier is learnt');
SELECT is(care.register_citizen('{urn:oid:1.2.208.176.1.6.1.1}', '{010101-7AA1}'), :one::bigint, 'and finds the citizen from then on');
SELECT isnt(care.register_citizen('{urn:oid:1.2.208.176.1.6.1.3}', '{010101-0AA1}'),
	care.register_citizen('{urn:oid:1.2.208.176.1.6.1.3}', '{010101-0AA1}'), 'a local replacement number never matches on its own');

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
UPDATE care.citizen SET care_team = CASE citizen WHEN :one THEN '{a,b}'::name[] ELSE '{b,c}' END WHERE citizen IN (:one, :two);

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
SELECT is(care.register_citizen(ARRAY[:'cpr'], '{0202020002}'), :one::bigint, 'the merged record''s number finds the kept one');
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

SELECT * FROM finish();
ROLLBACK;
