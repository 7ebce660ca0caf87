-- The story of the scenario under roles: after each step a professional of each organization tries to open the record. Who may
-- reads, with a row in the log that says why and under which consent; who may not reads nothing. The story is long ago, so
-- what has ended counts as if it had just now.
SET client_min_messages = error;
BEGIN;
\ir ../story.sql
-- What Nancy says of sharing on the way; the other steps know nothing of it.
INSERT INTO story (citizen, day, what, statement) VALUES
('Nancy', 4.05, 'she hides her medication from the hospital', $$care.refuse_consent(c(), NULL, 'sharing', request(), at(), grantee => o('hospital'), scope => 'medication')$$),
('Nancy', 7.5, 'and shows it again', $$care.give_consent(c(), NULL, 'sharing', request(), at(), grantee => o('hospital'))$$),
('Nancy', 13.5, 'she hides all from the practice', $$care.refuse_consent(c(), NULL, 'sharing', request(), at(), grantee => o('practice'))$$),
('Nancy', 14.5, 'but for the plan', $$care.give_consent(c(), NULL, 'sharing', request(), at(), grantee => o('practice'), scope => 'plan')$$),
('Nancy', 15.5, 'shows all to everybody', $$care.give_consent(c(), NULL, 'sharing', request(), at())$$),
('Nancy', 30.5, 'and to the pharmacy for good', $$care.give_consent(c(), NULL, 'sharing', request(), at(), grantee => o('pharmacy'))$$),
('Nancy', 31.05, 'which she takes back', $$care.withdraw_consent(c(), (SELECT max(id) FROM care.consent WHERE citizen = c() AND grantee = o('pharmacy')), NULL, request(), at())$$);
COMMIT;

CREATE ROLE scenario_practice; CREATE ROLE scenario_hospital; CREATE ROLE scenario_municipality; CREATE ROLE scenario_emergency; CREATE ROLE scenario_pharmacy;
GRANT care_professional TO scenario_practice, scenario_hospital, scenario_municipality, scenario_emergency, scenario_pharmacy;
SELECT count(care.assign_practitioner(care.register_practitioner(o.name, ('scenario_' || o.name)::name), o.id, 'secretary')::text) FROM care.organization o \gset ignore_

CREATE TEMP TABLE look (nth int, citizen bigint, organization bigint, refusal text, access bigint, withheld text[], rolled_back int, parts text, at timestamptz, closed int);
CREATE TEMP TABLE expected (citizen text, what text, opens text);
GRANT ALL ON look TO PUBLIC;

-- What of a citizen's details the caller can read.
CREATE FUNCTION pg_temp.reads(c bigint, relations text[] DEFAULT '{overview,care_plan}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	relation text;
	readable text := '';
	ignored bigint;
BEGIN
	FOREACH relation IN ARRAY relations LOOP
		BEGIN
			EXECUTE format('SELECT count(*) FROM care.%I($1)', relation || '_of') INTO ignored USING c;
			readable := concat_ws(' ', nullif(readable, ''), relation);
		EXCEPTION WHEN insufficient_privilege THEN
		END;
	END LOOP;
	RETURN readable;
END
$$;

-- One statement after the other, each in a transaction of its own, as the one in whose role it is.
CREATE PROCEDURE pg_temp.look_at(step int, c bigint) LANGUAGE plpgsql AS $$
DECLARE
	place record;
	l look;
	opened care.opened_record;
BEGIN
	FOR place IN SELECT o.id, o.name FROM unnest('{practice,hospital,municipality,emergency,pharmacy}'::text[]) WITH ORDINALITY AS o (name, id) LOOP
		l := NULL;
		l.nth := step;
		l.citizen := c;
		l.organization := -place.id;
		EXECUTE format('SET ROLE scenario_%s', place.name);
		BEGIN
			PERFORM care.open_record(c, 'TREAT');
			RAISE EXCEPTION 'undone' USING ERRCODE = 'YY000';
		EXCEPTION
			WHEN insufficient_privilege THEN l.refusal := SQLERRM;
			WHEN SQLSTATE 'YY000' THEN NULL;
		END;
		COMMIT;
		l.rolled_back := length(pg_temp.reads(c));
		IF l.refusal IS NULL THEN
			opened := care.open_record(c, 'TREAT');
			COMMIT;
		END IF;
		l.access := opened.access;
		l.withheld := opened.withheld;
		l.parts := pg_temp.reads(c, '{encounter,condition,medication_statement,care_plan,measurement_series,questionnaire_response,document,overview,timeline}');
		l.at := clock_timestamp();
		IF l.refusal IS NULL THEN
			PERFORM care.close_record(c);
			COMMIT;
		END IF;
		l.closed := length(pg_temp.reads(c));
		INSERT INTO look SELECT l.*;
		opened := NULL;
		RESET ROLE;
		COMMIT;
	END LOOP;
END
$$;

UPDATE care.setting SET value = '100 days' WHERE name = 'relation_after';
SELECT CASE WHEN s.nth = min(s.nth) OVER (PARTITION BY s.citizen) THEN format('DO $do$ BEGIN PERFORM pg_temp.begin(%L, 61); END $do$', s.citizen) END,
	format('CALL pg_temp.look_at(%s, pg_temp.take(%s))', s.nth, s.nth)
FROM story s ORDER BY s.citizen, s.day, s.nth \gexec

INSERT INTO expected (citizen, what, opens) VALUES
	('Nancy', 'the municipality gives home care', '+ municipality; + practice'),
	('Nancy', 'the practice refers to the hospital', '+ hospital'),
	('Nancy', 'she hides her medication from the hospital', '- hospital; + hospital without medication'),
	('Nancy', 'and shows it again', '+ hospital; - hospital without medication'),
	('Nancy', 'she hides all from the practice', '- practice'),
	('Nancy', 'but for the plan', '+ practice without answers, conditions, contacts, measurements, medication, messages'),
	('Nancy', 'shows all to everybody', '+ practice; - practice without answers, conditions, contacts, measurements, medication, messages'),
	('Nancy', 'a stranger is admitted as her', '+ emergency'),
	('Nancy', 'which is annulled', '- emergency'),
	('Nancy', 'the pharmacy is asked for help', '+ pharmacy'),
	('Ole', 'he asks for ICP-LTCare himself', '+ municipality; + practice'),
	('Ole', 'offered to the pharmacy', '+ pharmacy'),
	('Ole', 'declined', '- pharmacy'),
	('Karen', 'the municipality gives home care', '+ municipality; + practice'),
	('Karen', 'she falls ill', '+ emergency'),
	('Karen', 'and is moved', '+ hospital');
CREATE TEMP TABLE opened AS
SELECT s.citizen, s.nth, s.day, s.what, ARRAY(
	SELECT concat_ws(' without ', o.name, nullif(array_to_string(l.withheld, ', '), ''))
	FROM look l JOIN care.organization o ON o.id = l.organization
	WHERE l.nth = s.nth AND l.refusal IS NULL) AS who
FROM story s;

SELECT plan((SELECT count(*)::int FROM story) + 10);
SELECT is(pg_temp.difference(lag(p.who) OVER (PARTITION BY p.citizen ORDER BY p.day, p.nth), p.who), coalesce(e.opens, ''), format('%s, day %s: %s', p.citizen, p.day, p.what))
FROM opened p LEFT JOIN expected e USING (citizen, what) ORDER BY p.citizen, p.day, p.nth;

SELECT is((SELECT count(*) FROM look), (SELECT 5 * count(*) FROM story), 'all have looked after each step');
SELECT is_empty('SELECT * FROM look WHERE rolled_back > 0', 'what is opened and rolled back shows nothing');
SELECT is_empty('SELECT * FROM look WHERE refusal IS NOT NULL AND parts <> $$$$', 'who is refused reads nothing');
SELECT is_empty('SELECT * FROM look WHERE closed > 0', 'nor does who has closed it');
SELECT is_empty($$
	SELECT l.nth, l.organization, r.relation FROM look l
	JOIN care.readable r ON r.relation = ANY ('{encounter,condition,medication_statement,care_plan,measurement_series,questionnaire_response,document}')
	WHERE l.refusal IS NULL AND (r.relation = ANY (string_to_array(l.parts, ' '))) <> (r.part <> ALL (l.withheld))
$$, 'who is not reads what is not withheld');
-- The log: a row for each look that read anything, and none for others.
SELECT bag_eq($$
	SELECT l.citizen, l.access, 'scenario_' || o.name, l.organization, l.withheld FROM look l JOIN care.organization o ON o.id = l.organization
	WHERE l.refusal IS NULL
$$, $$
	SELECT a.citizen, a.id, a.role_name, a.organization, a.withheld FROM care.access_log a
	JOIN care.access_log c ON c.citizen = a.citizen AND c.activity = 'close' AND c.access = a.id
	JOIN look l ON l.citizen = a.citizen AND l.organization = a.organization AND l.at BETWEEN a.at AND c.at
	WHERE a.activity = 'open' AND a.purpose = 'TREAT' AND a.place IS NOT NULL AND a.until > l.at
$$, 'each look has its row');
-- Of each part of the record the last word to this organization or to all, when it was opened.
SELECT is_empty($$
	SELECT a.citizen, a.id, a.consent, said.granted FROM care.access_log a
	CROSS JOIN LATERAL (
		SELECT max(w.id) FILTER (WHERE w.status = 'active') AS granted, coalesce(array_agg(p.name ORDER BY p.name) FILTER (WHERE w.status = 'rejected'), '{}') AS refused
		FROM care.record_part p
		CROSS JOIN LATERAL (
			SELECT c.id, CASE c.status WHEN 'inactive' THEN 'active' ELSE c.status END AS status FROM care.consent c
			WHERE c.citizen = a.citizen AND c.category = 'sharing' AND c.recorded_at <= a.at
				AND NOT EXISTS (
					SELECT FROM care.workflow_event e
					WHERE e.citizen = c.citizen AND e.entity = 'consent' AND e.entry = c.id AND e.step = 'withdraw_consent' AND e.recorded_at <= a.at)
				AND coalesce(c.grantee, a.organization) = a.organization AND coalesce(c.scope, p.name) = p.name
			ORDER BY c.start_time DESC, c.id DESC LIMIT 1
		) w
	) said
	WHERE a.activity = 'open' AND (a.consent IS DISTINCT FROM said.granted OR a.withheld IS DISTINCT FROM said.refused)
$$, 'with the version of the consent that justified it');
SELECT results_eq($$
	SELECT DISTINCT o.name, c.grantee IS NULL, c.scope FROM care.access_log a
	JOIN care.consent c ON c.citizen = a.citizen AND c.id = a.consent
	JOIN care.organization o ON o.id = a.organization ORDER BY 1, 2
$$, $$ VALUES ('emergency', true, NULL), ('hospital', false, NULL), ('hospital', true, NULL), ('municipality', true, NULL), ('pharmacy', false, NULL), ('pharmacy', true, NULL), ('practice', false, 'plan'), ('practice', true, NULL) $$,
	'of which there are several');
SELECT is_empty('SELECT v.* FROM care.citizen c CROSS JOIN LATERAL care.verify_access_log(c.citizen) v', 'every chain is whole');
SELECT is_empty($$
	SELECT l.citizen, l.number FROM (SELECT citizen, count(access) AS number FROM look GROUP BY citizen) l
	WHERE l.number <> (SELECT count(*) FROM care.access_of(l.citizen) WHERE activity = 'opened the record')
$$, 'and shows the citizen all of them');

SELECT * FROM finish();
DROP OWNED BY scenario_practice, scenario_hospital, scenario_municipality, scenario_emergency, scenario_pharmacy;
DROP ROLE scenario_practice, scenario_hospital, scenario_municipality, scenario_emergency, scenario_pharmacy;
SELECT format('DROP ROLE %I', role_name) FROM care.organization WHERE role_name IS NOT NULL \gexec
