-- Courses: status histories and paths through the sectors follow what is done, and reports count what plain SQL counts.
BEGIN;
SELECT plan(64);
SET LOCAL ROLE layout_owner;
SET LOCAL timezone = 'Europe/Copenhagen';
SET LOCAL search_path = public, smartcare;

INSERT INTO care.organization (id, sector, name) VALUES
	(-1, 'general practice', 'practice'), (-2, 'hospital', 'lungs'), (-3, 'municipality', 'town'), (-4, 'hospital', 'heart'),
	(-5, 'specialist', 'eyes'), (-6, 'therapist', 'physiotherapy'), (-7, 'unclassified', 'clinic');
SELECT care.register_citizen('{urn:x}', '{A}', 'A') AS a \gset
SELECT care.register_citizen('{urn:x}', '{B}', 'B') AS b \gset

-- The course of a citizen, of an episode of care; both as they have to be.
CREATE FUNCTION pg_temp.course(citizen bigint) RETURNS text LANGUAGE sql AS $$
	SELECT k.course::text FROM care.care_course k WHERE k.citizen = course.citizen $$;
CREATE FUNCTION pg_temp.history(citizen bigint) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(coalesce(e.course::text, 'null'), '; ' ORDER BY e.id) FROM care.episode_of_care e WHERE e.citizen = history.citizen $$;
-- Written down apart from the layout's own: a case for each kind of entry.
CREATE VIEW pg_temp.expected_course AS
SELECT p.citizen, episode_agg(p.label, tstzrange(p.start_time, p.end_time)) AS course
FROM (
	SELECT e.citizen, CASE WHEN e.class = 'EMER' THEN 'emergency' WHEN e.class IN ('IMP', 'ACUTE', 'NONAC') THEN 'hospital'
			WHEN o.sector = 'general practice' THEN 'gp' WHEN o.sector IN ('specialist', 'pharmacy', 'therapist') THEN o.sector ELSE 'outpatient' END AS label,
		e.start_time, CASE WHEN e.status IN ('finished', 'unknown') THEN greatest(coalesce(e.end_time, e.start_time), e.start_time + interval '60 seconds') END AS end_time
	FROM care.encounter e LEFT JOIN care.organization o ON o.id = e.organization
	WHERE e.start_time IS NOT NULL AND e.status NOT IN ('planned', 'cancelled', 'entered-in-error') AND (e.status <> 'unknown' OR e.end_time IS NOT NULL)
		AND (e.class IN ('EMER', 'IMP', 'ACUTE', 'NONAC') OR coalesce(o.sector, '') NOT IN ('municipality', 'social'))
	UNION ALL
	SELECT e.citizen, 'leave', lower(l), upper(l) FROM care.encounter e, unnest(e.leaves) AS l
	WHERE e.status IN ('finished', 'in-progress', 'onleave')
	UNION ALL
	SELECT e.citizen, coalesce(lower(e.type), 'municipal service'), lower(h.period), upper(h.period)
	FROM care.episode_of_care e JOIN care.organization o ON o.id = e.organization, unnest(e.course) AS h
	WHERE o.sector IN ('municipality', 'social') AND h.label = 'active'
) AS p
GROUP BY p.citizen;
CREATE VIEW pg_temp.wrong_course AS
SELECT coalesce(k.citizen, x.citizen) AS citizen, k.course::text, x.course::text AS expected
FROM care.care_course k FULL JOIN pg_temp.expected_course x ON x.citizen = k.citizen
WHERE k.course::text IS DISTINCT FROM x.course::text;
-- Of what the steps made, the statuses that the standing events lead to.
CREATE VIEW pg_temp.replayed AS
SELECT r.citizen, r.entry, episode_agg(r.to_status, tstzrange(r.event_time, r.next_time)) AS course
FROM (
	SELECT e.citizen, e.entry, e.to_status, e.event_time, lead(e.event_time) OVER (PARTITION BY e.citizen, e.entry ORDER BY e.id) AS next_time
	FROM care.workflow_event e
	WHERE e.entity = 'episode_of_care' AND e.annuls IS NULL AND e.from_status <> e.to_status
		AND NOT EXISTS (SELECT FROM care.workflow_event a WHERE a.citizen = e.citizen AND a.annuls = e.id)
) AS r
WHERE r.next_time IS NULL OR r.next_time > r.event_time
GROUP BY r.citizen, r.entry;
CREATE VIEW pg_temp.wrong_history AS
SELECT e.citizen, e.id, e.course::text, r.course::text AS expected
FROM care.episode_of_care e LEFT JOIN pg_temp.replayed r ON r.citizen = e.citizen AND r.entry = e.id
WHERE EXISTS (SELECT FROM care.workflow_event w WHERE w.citizen = e.citizen AND w.entity = 'episode_of_care' AND w.entry = e.id AND w.from_status = '' AND w.annuls IS NULL)
	AND e.course::text IS DISTINCT FROM r.course::text;

-- A status history, step by step
SELECT care.plan_service(:a, -3, 'Home Care', '2026-01-10', 's1', '2026-01-02 09:00');
SELECT is(pg_temp.history(:a), '{planned@[2026-01-02 09:00:00+01,)}', 'planned');
SELECT is(pg_temp.course(:a), NULL, 'which is no part of the path yet');
SELECT care.start_service(:a, -3, NULL, 's2', '2026-01-10 08:00', planned => (SELECT id FROM care.episode_of_care WHERE citizen = :a));
SELECT id AS service FROM care.episode_of_care WHERE citizen = :a \gset
SELECT is(pg_temp.course(:a), '{"home care"@[2026-01-10 08:00:00+01,)}', 'active: by its type');
SELECT event AS pause FROM care.pause_service(:a, :service, -3, 's3', '2026-01-12 12:00') \gset
SELECT care.resume_service(:a, :service, -3, 's4', '2026-01-14 12:00');
SELECT is(pg_temp.history(:a),
	'{planned@[2026-01-02 09:00:00+01, 2026-01-10 08:00:00+01), active@[2026-01-10 08:00:00+01, 2026-01-12 12:00:00+01), onhold@[2026-01-12 12:00:00+01, 2026-01-14 12:00:00+01), active@[2026-01-14 12:00:00+01,)}',
	'paused and resumed');
SELECT is(pg_temp.course(:a), '{"home care"@[2026-01-10 08:00:00+01, 2026-01-12 12:00:00+01), "home care"@[2026-01-14 12:00:00+01,)}', 'a pause interrupts it');
SELECT care.annul(:a, (SELECT max(id) FROM care.workflow_event WHERE citizen = :a), -3, 'not yet', 's5');
SELECT is(pg_temp.course(:a), '{"home care"@[2026-01-10 08:00:00+01, 2026-01-12 12:00:00+01)}', 'the resumption is annulled');
SELECT care.annul(:a, :pause, -3, 'nor paused', 's6');
SELECT is(pg_temp.course(:a), '{"home care"@[2026-01-10 08:00:00+01,)}', 'and the pause');
SELECT care.end_service(:a, :service, -3, 's7', '2026-01-20 12:00');
SELECT is(pg_temp.course(:a), '{"home care"@[2026-01-10 08:00:00+01, 2026-01-20 12:00:00+01)}', 'it ends');
SELECT is((SELECT labels(course) FROM care.episode_of_care WHERE citizen = :a), '{active,finished,planned}', 'and is finished');
SELECT event AS wrong FROM care.start_service(:a, -3, 'meals', 's8', '2026-01-20 12:00') \gset
SELECT care.annul(:a, :wrong, -3, 'wrong citizen', 's9');
SELECT is((SELECT course::text FROM care.episode_of_care WHERE citizen = :a AND type = 'meals'), NULL, 'what was entered in error has no history');
SELECT ok(NOT course ? 'meals', 'and was no part of the path') FROM care.care_course WHERE citizen = :a;
SELECT is_empty('TABLE pg_temp.wrong_history', 'histories are a replay of the events');

-- A stay, with leave and a transfer
SELECT entry AS stay FROM care.admit(:b, -2, 'EMER', 'b1', '2026-02-01 20:00') \gset
SELECT is(pg_temp.course(:b), '{emergency@[2026-02-01 20:00:00+01,)}', 'an emergency contact');
SELECT care.change_class(:b, :stay, -2, 'IMP', 'b2', '2026-02-01 22:00');
SELECT care.start_leave(:b, :stay, -2, 'b3', '2026-02-03 10:00');
SELECT is(pg_temp.course(:b), '{hospital@[2026-02-01 20:00:00+01,), leave@[2026-02-03 10:00:00+01,)}', 'becomes a stay, with leave in it');
SELECT care.end_leave(:b, :stay, -2, 'b4', '2026-02-04 18:00');
SELECT entry AS second FROM care.transfer(:b, :stay, -4, 'b5', '2026-02-05 10:00') \gset
SELECT is(pg_temp.course(:b),
	'{hospital@[2026-02-01 20:00:00+01, 2026-02-05 10:00:00+01), leave@[2026-02-03 10:00:00+01, 2026-02-04 18:00:00+01), hospital@[2026-02-05 10:00:00+01,)}',
	'a transfer makes a second one');
SELECT care.discharge(:b, :second, -4, 'b6', '2026-02-08 10:00');
SELECT results_eq('SELECT organization, bed_days FROM care.stay_length WHERE citizen = ' || :b || ' ORDER BY start_time', 'VALUES (-2::bigint, 3::bigint), (-4, 3)', 'bed days, but those on leave');
SELECT results_eq('SELECT definition, encounter, organization, discharged_by, contacts, is_acute FROM care.admission WHERE citizen = ' || :b || ' ORDER BY definition',
	format('SELECT name, %s::bigint, -2::bigint, -4::bigint, 2::bigint, true FROM care.readmission_definition ORDER BY name', :stay), 'and one admission by every definition');

-- Other contacts, and what is none
INSERT INTO care.encounter (citizen, status, class, organization, start_time, end_time) VALUES
	(:b, 'finished', 'AMB', -1, '2026-03-01 10:00', '2026-03-01 10:10'), (:b, 'finished', 'VR', -1, '2026-03-02 10:00', '2026-03-02 10:00'),
	(:b, 'finished', 'AMB', -5, '2026-03-03 10:00', NULL), (:b, 'finished', 'AMB', -6, '2026-03-04 10:00', '2026-03-04 10:30'),
	(:b, 'finished', 'AMB', -7, '2026-03-05 10:00', '2026-03-05 10:30'), (:b, 'finished', 'AMB', NULL, '2026-03-06 10:00', '2026-03-06 10:30'),
	(:b, 'finished', 'HH', -3, '2026-03-07 10:00', '2026-03-07 10:30'), (:b, 'planned', 'AMB', -2, '2026-03-08 10:00', NULL),
	(:b, 'cancelled', 'IMP', -2, '2026-03-09 10:00', NULL), (:b, 'finished', 'AMB', -2, NULL, NULL);
SELECT is((SELECT slice(course, '[2026-03-01,)')::text FROM care.care_course WHERE citizen = :b),
	'{gp@[2026-03-01 10:00:00+01, 2026-03-01 10:10:00+01), gp@[2026-03-02 10:00:00+01, 2026-03-02 10:01:00+01), specialist@[2026-03-03 10:00:00+01, 2026-03-03 10:01:00+01), therapist@[2026-03-04 10:00:00+01, 2026-03-04 10:30:00+01), outpatient@[2026-03-05 10:00:00+01, 2026-03-05 10:30:00+01), outpatient@[2026-03-06 10:00:00+01, 2026-03-06 10:30:00+01)}',
	'contacts by sector; visits of the municipality, what is planned and what has no time are left out');
UPDATE care.organization SET sector = 'general practice' WHERE id = -7;
SELECT is((SELECT array_agg(label) FROM care.care_course, unnest(course) WHERE citizen = :b AND lower(period) >= '2026-03-05'), '{gp,outpatient}', 'it follows the sector of an organization');
SELECT is_empty('TABLE pg_temp.wrong_course', 'courses are what the entries say');

-- Merged, un-merged, moved
SELECT pg_temp.course(:a) AS course_a, pg_temp.course(:b) AS course_b \gset
SELECT care.merge_citizens(:a, :b, 'one person') AS merge \gset
SELECT is((SELECT course FROM care.care_course WHERE citizen = :a), :'course_a'::episode || :'course_b'::episode, 'merged: both paths');
SELECT is(pg_temp.course(:b), NULL, 'and none is left');
SELECT is_empty('TABLE pg_temp.wrong_history', 'with their histories');
SELECT care.unmerge_citizens(:a, :merge, 'two');
SELECT results_eq(format('VALUES (pg_temp.course(%s), pg_temp.course(%s))', :a, :b), format('VALUES (%L, %L)', :'course_a', :'course_b'), 'un-merged: as before');
SELECT care.move_entry(:b, 'encounter', (SELECT max(id) FROM care.encounter WHERE citizen = :b AND organization = -5), :a, 'his eyes');
SELECT ok((SELECT course ? 'specialist' FROM care.care_course WHERE citizen = :a) AND NOT (SELECT course ? 'specialist' FROM care.care_course WHERE citizen = :b), 'a contact moves');
SELECT is_empty('TABLE pg_temp.wrong_course', 'courses are what the entries say, still');

-- Written by hand
INSERT INTO care.episode_of_care (citizen, status, type, organization, start_time, end_time) VALUES
	(:a, 'active', NULL, -3, '2026-04-01', NULL), (:a, 'finished', 'B', -3, '2026-04-01', '2026-04-03'),
	(:a, 'cancelled', 'C', -3, '2026-04-01', NULL), (:a, 'waitlist', 'D', -3, NULL, NULL), (:a, 'finished', 'E', -3, '2026-04-01', '2026-04-01'),
	(:a, 'finished', 'F', -3, '2026-04-01', NULL);
SELECT is((SELECT string_agg(coalesce(course::text, 'null'), ' ' ORDER BY id) FROM care.episode_of_care WHERE citizen = :a AND id > :service + 1),
	'{active@[2026-04-01 00:00:00+02,)} {active@[2026-04-01 00:00:00+02, 2026-04-03 00:00:00+02), finished@[2026-04-03 00:00:00+02,)} {cancelled@[2026-04-01 00:00:00+02,)} null {finished@[2026-04-01 00:00:00+02,)} {finished@[2026-04-01 00:00:00+02,)}',
	'what the row tells');
UPDATE care.episode_of_care SET status = 'onhold' WHERE citizen = :a AND type IS NULL;
SELECT is((SELECT last_phase(course, 'onhold') FROM care.episode_of_care WHERE citizen = :a AND type IS NULL), tstzrange(now(), NULL), 'a status changed by hand changes now');
UPDATE care.episode_of_care SET status = 'entered-in-error' WHERE citizen = :a AND type IS NULL;
SELECT ok(NOT course ? 'municipal service', 'and what was entered in error is gone') FROM care.care_course WHERE citizen = :a;
DELETE FROM care.episode_of_care WHERE citizen = :a AND type = 'B';
SELECT ok(NOT course ? 'b', 'as is what is deleted') FROM care.care_course WHERE citizen = :a;

-- From FHIR
CREATE FUNCTION pg_temp.bundle(VARIADIC resources text[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('resourceType', 'Bundle', 'type', 'collection', 'entry',
		jsonb_agg(jsonb_build_object('fullUrl', 'urn:uuid:' || (r ->> 'id'), 'resource', r)))
	FROM unnest(resources::jsonb[]) AS r
$$;
CREATE FUNCTION pg_temp.fhir_history(element text, extra text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT care.fhir_course(('{"resourceType": "EpisodeOfCare", ' || element || '}')::jsonb, extra::timestamptz)::text
$$;
SELECT is(pg_temp.fhir_history('"status": "active", "period": {"start": "2026-01-05"}, "statusHistory": [
	{"status": "planned", "period": {"start": "2026-01-01", "end": "2026-01-02"}}, {"status": "waitlist", "period": {"start": "2026-01-03", "end": "2026-01-04"}}]'),
	'{planned@[2026-01-01 00:00:00+01, 2026-01-03 00:00:00+01), waitlist@[2026-01-03 00:00:00+01, 2026-01-05 00:00:00+01), active@[2026-01-05 00:00:00+01,)}', 'history, then what is');
SELECT is(pg_temp.fhir_history('"status": "active", "statusHistory": [
	{"status": "active", "period": {"start": "2026-01-03T10:00:00+01:00"}}, {"status": "planned", "period": {"start": "2026-01-01"}}]'),
	'{planned@[2026-01-01 00:00:00+01, 2026-01-03 10:00:00+01), active@[2026-01-03 10:00:00+01,)}', 'in any order, with or without what is');
SELECT is(pg_temp.fhir_history('"status": "finished", "period": {"end": "2026-01-07T12:00:00+01:00"}, "statusHistory": [{"status": "active", "period": {"start": "2026-01-03"}}]'),
	'{active@[2026-01-03 00:00:00+01, 2026-01-07 12:00:00+01), finished@[2026-01-07 12:00:00+01,)}', 'finished at the end of the period');
SELECT is(pg_temp.fhir_history('"status": "onhold", "statusHistory": [{"status": "active", "period": {"start": "2026-01-03"}}]', '2026-01-06'),
	'{active@[2026-01-03 00:00:00+01, 2026-01-06 00:00:00+01), onhold@[2026-01-06 00:00:00+01,)}', 'or since the version was issued');
SELECT is(pg_temp.fhir_history('"status": "entered-in-error", "statusHistory": [{"status": "active", "period": {"start": "2026-01-03"}}]'), NULL, 'in error');
SELECT is(pg_temp.fhir_history('"status": "planned", "period": {"start": "2026-01-03"}, "statusHistory": [{"status": "active"}]', '2026-01-01'), '{planned@[2026-01-01 00:00:00+01,)}', 'no time in the history');
SELECT is(pg_temp.fhir_history('"status": "planned"'), NULL, 'nor anywhere');
SELECT care.import_bundle(pg_temp.bundle(
	'{"resourceType": "Patient", "id": "p"}',
	'{"resourceType": "Organization", "id": "o", "name": "Hjemmeplejen"}',
	'{"resourceType": "EpisodeOfCare", "id": "e", "status": "finished", "type": [{"text": "Rehabilitation"}], "patient": {"reference": "urn:uuid:p"}, "managingOrganization": {"reference": "urn:uuid:o"},
		"period": {"start": "2026-01-01", "end": "2026-01-20"}, "statusHistory": [{"status": "finished", "period": {"start": "2026-01-01", "end": "2026-01-03"}}, {"status": "active", "period": {"start": "2026-01-04", "end": "2026-01-20"}}]}',
	'{"resourceType": "EpisodeOfCare", "id": "f", "status": "active", "patient": {"reference": "urn:uuid:p"}, "statusHistory": [{"status": "live"}]}',
	'{"resourceType": "Encounter", "id": "c", "status": "finished", "class": {"code": "IMP"}, "subject": {"reference": "urn:uuid:p"}, "period": {"start": "2026-01-02T10:00:00+01:00", "end": "2026-01-04T10:00:00+01:00"}}',
	'{"resourceType": "Encounter", "id": "d", "status": "finished", "class": {"code": "IMP"}, "priority": {"coding": [{"code": "EL"}]}, "subject": {"reference": "urn:uuid:p"}, "period": {"start": "2026-02-02", "end": "2026-02-03"}}')) AS report \gset
SELECT citizen AS p FROM care.resource_key WHERE key = 'urn:uuid:p' \gset
SELECT is((:'report'::jsonb #> '{resources,EpisodeOfCare,skipped}')::text, '1', 'a status history of unknown statuses is refused');
SELECT is(pg_temp.history(:p), '{finished@[2026-01-01 00:00:00+01, 2026-01-04 00:00:00+01), active@[2026-01-04 00:00:00+01, 2026-01-21 00:00:00+01), finished@[2026-01-21 00:00:00+01,)}', 'an imported history');
SELECT results_eq('SELECT citizen, step FROM care.illegal_status_history', format('VALUES (%s::bigint, ''finished -> active'')', :p), 'which is not allowed');
UPDATE care.organization SET sector = 'municipality' WHERE name = 'Hjemmeplejen';
SELECT is((SELECT labels(course) FROM care.care_course WHERE citizen = :p), '{hospital,rehabilitation}', 'and the path, once the organization is classified');
SELECT results_eq(format('SELECT is_acute FROM care.contact WHERE citizen = %s ORDER BY start_time', :p), 'VALUES (true), (false)', 'acute unless the source tells that it was planned');
SELECT is_empty('TABLE pg_temp.wrong_course', 'courses are what the entries say');

-- Random care: whatever is done, the histories and courses follow.
SELECT setseed(0.37);
CREATE TEMP TABLE person AS SELECT n, care.register_citizen('{urn:x}', ARRAY['N' || n], 'N' || n) AS citizen FROM generate_series(1, 8) AS n;
CREATE FUNCTION pg_temp.live(steps integer) RETURNS TABLE (what text, done bigint, refused bigint) LANGUAGE plpgsql AS $$
DECLARE
	c bigint;
	entry bigint;
	what text;
	at timestamptz := '2025-01-01 08:00';
	n bigint;
	merges bigint[] := '{}';
BEGIN
	CREATE TEMP TABLE did (what text, refused boolean) ON COMMIT DROP;
	FOR i IN 1 .. steps LOOP
		at := at + random() * interval '20 hours';
		SELECT citizen INTO c FROM person ORDER BY random() LIMIT 1;
		what := (ARRAY['admit', 'plan', 'admit planned', 'leave', 'back', 'transfer', 'discharge', 'discharge', 'correct', 'start', 'start', 'pause', 'resume', 'end', 'plan service', 'contact', 'annul', 'annul', 'merge', 'unmerge', 'move', 'import'])[1 + floor(random() * 22)];
		BEGIN
			SELECT e.id INTO entry FROM care.encounter e WHERE e.citizen = c AND e.status IN ('in-progress', 'onleave', 'finished') ORDER BY (e.status = 'onleave') = (what = 'back') DESC, e.status = 'finished', random() LIMIT 1;
			IF what IN ('start', 'pause', 'resume', 'end') THEN
				SELECT e.id INTO entry FROM care.episode_of_care e WHERE e.citizen = c ORDER BY (e.status = 'onhold') = (what = 'resume') DESC, e.status, random() LIMIT 1;
			END IF;
			CASE what
			WHEN 'admit' THEN PERFORM care.admit(c, -2, CASE WHEN random() < 0.4 THEN 'EMER' ELSE 'IMP' END, 'r' || i, at);
			WHEN 'plan' THEN PERFORM care.plan_admission(c, -4, at + interval '5 days', 'r' || i, at);
			WHEN 'admit planned' THEN PERFORM care.admit(c, -4, 'IMP', 'r' || i, at, planned => (SELECT e.id FROM care.encounter e WHERE e.citizen = c AND e.status = 'planned' LIMIT 1));
			WHEN 'leave' THEN PERFORM care.start_leave(c, entry, (SELECT organization FROM care.encounter e WHERE e.citizen = c AND e.id = entry), 'r' || i, at);
			WHEN 'back' THEN PERFORM care.end_leave(c, entry, (SELECT organization FROM care.encounter e WHERE e.citizen = c AND e.id = entry), 'r' || i, at);
			WHEN 'transfer' THEN PERFORM care.transfer(c, entry, -4, 'r' || i, at);
			WHEN 'discharge' THEN PERFORM care.discharge(c, entry, (SELECT organization FROM care.encounter e WHERE e.citizen = c AND e.id = entry), 'r' || i, at);
			WHEN 'correct' THEN PERFORM care.correct_stay(c, entry, -2, 'r' || i, at, new_start_time => (SELECT start_time - interval '1 hour' FROM care.encounter e WHERE e.citizen = c AND e.id = entry));
			WHEN 'start' THEN PERFORM care.start_service(c, -3, (ARRAY['home care', 'Rehabilitation'])[1 + floor(random() * 2)], 'r' || i, at,
				planned => (SELECT e.id FROM care.episode_of_care e WHERE e.citizen = c AND e.status = 'planned' LIMIT 1));
			WHEN 'pause' THEN PERFORM care.pause_service(c, entry, -3, 'r' || i, at);
			WHEN 'resume' THEN PERFORM care.resume_service(c, entry, -3, 'r' || i, at);
			WHEN 'end' THEN PERFORM care.end_service(c, entry, -3, 'r' || i, at);
			WHEN 'plan service' THEN PERFORM care.plan_service(c, -3, 'meals', at, 'r' || i, at);
			WHEN 'contact' THEN
				INSERT INTO care.encounter (citizen, status, class, organization, start_time, end_time)
				SELECT citizen, 'finished', (ARRAY['AMB', 'HH', 'VR', 'EMER'])[1 + floor(random() * 4)], -1 - floor(random() * 6), at, at + random() * interval '3 hours' FROM person WHERE random() < 0.5 AND care.current_citizen(citizen) = citizen;
			WHEN 'annul' THEN
				SELECT e.id INTO n FROM care.workflow_event e WHERE e.citizen = c AND e.rests_on IS NULL AND e.annuls IS NULL
					AND NOT EXISTS (SELECT FROM care.workflow_event a WHERE a.citizen = c AND a.annuls = e.id) ORDER BY e.id DESC LIMIT 1;
				PERFORM care.annul(c, n, (SELECT organization FROM care.workflow_event e WHERE e.citizen = c AND e.id = n), 'random', 'r' || i);
			WHEN 'merge' THEN
				SELECT citizen INTO n FROM person WHERE citizen <> c ORDER BY random() LIMIT 1;
				merges := merges || ARRAY[c, care.merge_citizens(c, n, 'random')];
			WHEN 'unmerge' THEN
				PERFORM care.unmerge_citizens(merges[cardinality(merges) - 1], merges[cardinality(merges)], 'random');
				merges := merges[: cardinality(merges) - 2];
			WHEN 'move' THEN
				PERFORM care.move_entry(c, 'encounter', (SELECT e.id FROM care.encounter e WHERE e.citizen = c AND e.class NOT IN ('IMP') ORDER BY random() LIMIT 1), (SELECT citizen FROM person WHERE citizen <> c ORDER BY random() LIMIT 1), 'random');
			WHEN 'import' THEN
				PERFORM care.import_bundle(pg_temp.bundle(
					format('{"resourceType": "Patient", "id": "p%s", "identifier": [{"system": "urn:x", "value": "N%s"}]}', floor(random() * 5), floor(random() * 5)),
					format('{"resourceType": "Encounter", "id": "c%s", "meta": {"lastUpdated": "%s"}, "status": "finished", "class": {"code": "%s"}, "subject": {"reference": "urn:uuid:p%s"}, "period": {"start": "%s"}}',
						i % 7, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), (ARRAY['IMP', 'AMB'])[1 + floor(random() * 2)], floor(random() * 5), to_char(at, 'YYYY-MM-DD'))));
			END CASE;
			SET CONSTRAINTS ALL IMMEDIATE;
			INSERT INTO did VALUES (what, false);
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE IN ('XX000', 'P0001', '42601', '42703', '42883') THEN
				RAISE;
			END IF;
			INSERT INTO did VALUES (what, true);
		END;
		IF i % 20 = 0 AND (EXISTS (TABLE pg_temp.wrong_course) OR EXISTS (TABLE pg_temp.wrong_history)) THEN
			RAISE EXCEPTION 'after step % (%), courses differ: % %', i, what, (SELECT w FROM pg_temp.wrong_course w LIMIT 1), (SELECT h FROM pg_temp.wrong_history h LIMIT 1);
		END IF;
	END LOOP;
	RETURN QUERY SELECT d.what, count(*) FILTER (WHERE NOT d.refused), count(*) FILTER (WHERE d.refused) FROM did d GROUP BY d.what;
END
$$;
CREATE TEMP TABLE lived AS SELECT * FROM pg_temp.live(900);
SELECT is_empty('TABLE pg_temp.wrong_course', 'courses are what the entries say');
SELECT is_empty('TABLE pg_temp.wrong_history', 'histories are a replay of the events');
SELECT is_empty('SELECT * FROM lived WHERE done < 3', 'and everything has been done');
SELECT cmp_ok((SELECT done FROM lived WHERE what = 'unmerge'), '>', (SELECT done / 2 FROM lived WHERE what = 'merge'), 'and most of what was merged has been un-merged');

-- Readmissions, by a walk over the stays that knows nothing of windows
CREATE TEMP TABLE crowd AS SELECT n, care.register_citizen('{urn:x}', ARRAY['C' || n], 'C' || n) AS citizen FROM generate_series(1, 300) AS n;
INSERT INTO care.encounter (citizen, status, class, organization, start_time, end_time, planned)
SELECT s.citizen, 'finished', CASE WHEN random() < 0.3 THEN 'EMER' WHEN random() < 0.1 THEN 'NONAC' ELSE 'IMP' END, -2 - 2 * (random() < 0.5)::integer, s.start_time,
	s.start_time + date_trunc('hour', random() * random() * interval '90 hours'), random() < 0.3
FROM (
	SELECT c.citizen, timestamptz '2025-01-01 00:00' + date_trunc('hour', random() * interval '100 days') AS start_time
	FROM crowd c, generate_series(1, 6)
) AS s;
UPDATE care.encounter SET status = 'in-progress', end_time = NULL WHERE id IN (SELECT max(e.id) FROM care.encounter e JOIN crowd c ON c.citizen = e.citizen WHERE c.n % 7 = 0 GROUP BY c.n);
UPDATE care.citizen SET deceased = true, deceased_at = '2025-02-15' WHERE citizen IN (SELECT citizen FROM crowd WHERE n % 11 = 0);
CREATE FUNCTION pg_temp.walk() RETURNS TABLE (definition text, citizen bigint, first_start timestamptz, first_end timestamptz, return_start timestamptz) LANGUAGE plpgsql AS $$
DECLARE
	d care.readmission_definition;
	s record;
	o record;
	starts timestamptz[];
	ends timestamptz[];
	acute boolean[];
	k integer;
BEGIN
	FOR d IN TABLE care.readmission_definition LOOP
		FOR o IN SELECT c.citizen FROM crowd c LOOP
			starts := '{}'; ends := '{}'; acute := '{}'; k := 0;
			FOR s IN
				SELECT e.start_time, CASE e.status WHEN 'finished' THEN greatest(e.end_time, e.start_time + interval '1 minute') ELSE 'infinity' END AS end_time,
					e.class <> 'NONAC' AND NOT e.planned AS acute
				FROM care.encounter e WHERE e.citizen = o.citizen ORDER BY e.start_time, e.id
			LOOP
				IF k > 0 AND s.start_time <= ends[k] + d.joined THEN
					ends[k] := greatest(ends[k], s.end_time);
				ELSE
					k := k + 1; starts[k] := s.start_time; ends[k] := s.end_time; acute[k] := s.acute;
				END IF;
			END LOOP;
			FOR i IN 1 .. k LOOP
				CONTINUE WHEN ends[i] = 'infinity' OR extract(epoch FROM ends[i] - starts[i]) < extract(epoch FROM d.at_least) OR d.acute_first AND NOT acute[i]
					OR ends[i] >= (SELECT c.deceased_at FROM care.citizen c WHERE c.citizen = o.citizen);
				definition := d.name; citizen := o.citizen; first_start := starts[i]; first_end := ends[i]; return_start := NULL;
				FOR j IN i + 1 .. k LOOP
					IF (ends[j] = 'infinity' OR extract(epoch FROM ends[j] - starts[j]) >= extract(epoch FROM d.at_least)) AND (acute[j] OR NOT d.acute_return) THEN
						return_start := CASE WHEN extract(epoch FROM starts[j] - ends[i]) <= extract(epoch FROM d.within) THEN starts[j] END;
						EXIT;
					END IF;
				END LOOP;
				RETURN NEXT;
			END LOOP;
		END LOOP;
	END LOOP;
END
$$;
INSERT INTO care.readmission_definition (name, meaning, within, joined, at_least, acute_first, acute_return) VALUES ('week', 'Back within a week', '7 days', '0', '1 day', true, false);
ANALYZE care.encounter, care.episode_of_care, care.organization, care.citizen, care.care_course;
CREATE TEMP TABLE walked AS SELECT * FROM pg_temp.walk();
SELECT bag_eq('SELECT definition, citizen, admitted_at, discharged_at, CASE WHEN is_readmitted THEN next_start_time END FROM care.indexed_discharge WHERE citizen IN (SELECT citizen FROM crowd)',
	'TABLE walked', 'discharges and readmissions by four definitions');
SELECT bag_eq('SELECT definition, citizen, admitted_at, discharged_at, returned_at FROM care.readmission WHERE citizen IN (SELECT citizen FROM crowd)',
	'SELECT * FROM walked WHERE return_start IS NOT NULL', 'the readmissions');
SELECT cmp_ok(count(*), '>', 20::bigint, 'and there are some: ' || definition) FROM walked WHERE return_start IS NOT NULL GROUP BY definition ORDER BY definition;
SELECT is_empty($$
	SELECT r.citizen FROM care.readmission r JOIN care.contact c ON c.citizen = r.citizen AND c.id = r.return_encounter
	WHERE c.start_time <> r.returned_at OR c.organization <> r.return_organization OR r.return_encounter IS NULL
$$, 'each with the stay that it began with');
SELECT bag_eq('SELECT definition, month, sum(discharges) AS discharges, sum(readmissions) AS readmissions, bool_and(is_complete) FROM care.readmission_rate GROUP BY definition, month',
	'SELECT definition, month, count(*)::numeric AS discharges, count(*) FILTER (WHERE is_readmitted)::numeric AS readmissions, bool_and(is_known) FROM care.indexed_discharge GROUP BY definition, month', 'rates add up');
-- The type counts the same: stays merged, and the pattern.
SELECT bag_eq($$SELECT a.citizen, count(*) FROM care.admission a JOIN crowd USING (citizen) WHERE a.definition = 'any' GROUP BY a.citizen$$,
	$$SELECT k.citizen, num_phases(merge_phases(relabel(k.course, 'emergency', 'hospital'), 'hospital', '4 hours'))::bigint FROM care.care_course k JOIN crowd USING (citizen)$$, 'admissions are the merged phases');
SELECT bag_eq($$SELECT DISTINCT r.citizen FROM care.readmission r JOIN crowd USING (citizen) JOIN care.citizen c USING (citizen) WHERE r.definition = 'any' AND c.deceased_at IS NULL$$,
	$$SELECT k.citizen FROM care.care_course k JOIN crowd USING (citizen) JOIN care.citizen c USING (citizen)
	WHERE c.deceased_at IS NULL AND merge_phases(relabel(k.course, 'emergency', 'hospital'), 'hospital', '4 hours') ~ 'hospital -[<= 30 days]-> hospital'$$, 'and readmissions what the pattern finds');

-- Bed days, night by night
SELECT is_empty($$
	SELECT s.citizen, s.encounter, s.bed_days
	FROM care.stay_length s
	WHERE s.bed_days <> (
		SELECT count(*) FROM generate_series(date_trunc('day', s.start_time::timestamp), coalesce(s.end_time, now())::timestamp, interval '1 day') AS d,
			LATERAL (SELECT d AT TIME ZONE 'Europe/Copenhagen') AS m (midnight)
		WHERE m.midnight >= s.start_time AND m.midnight < coalesce(s.end_time, now())
			AND NOT EXISTS (SELECT FROM care.encounter e WHERE e.citizen = s.citizen AND e.id = s.encounter AND e.leaves @> m.midnight))
$$, 'bed days are midnights in hospital');
SELECT results_eq('SELECT sum(stays), sum(bed_days) FROM care.length_of_stay', 'SELECT count(*)::numeric, sum(bed_days) FROM care.stay_length WHERE end_time IS NOT NULL', 'and add up by department and month');

-- The first the municipality does
SELECT is_empty($$
	SELECT f.citizen, f.followed_up_at, x.at
	FROM care.municipal_follow_up f
	LEFT JOIN LATERAL (
		SELECT min(t.at) AS at
		FROM (
			SELECT e.start_time AS at FROM care.encounter e WHERE e.citizen = f.citizen AND (SELECT o.sector FROM care.organization o WHERE o.id = e.organization) = 'municipality' AND e.status = 'finished' AND e.start_time >= f.discharged_at
			UNION ALL
			SELECT CASE WHEN e.course @> f.discharged_at AND 'active' = ANY (labels_at(e.course, f.discharged_at)) THEN f.discharged_at ELSE lower(h.period) END
			FROM care.episode_of_care e, unnest(e.course) AS h WHERE e.citizen = f.citizen AND (SELECT o.sector FROM care.organization o WHERE o.id = e.organization) = 'municipality' AND h.label = 'active' AND upper_inf(h.period * tstzrange(f.discharged_at, NULL)) IS NOT NULL AND coalesce(upper(h.period), 'infinity') > f.discharged_at
		) AS t
	) AS x ON true
	WHERE x.at IS DISTINCT FROM f.followed_up_at
$$, 'time to the first municipal contact');
SELECT cmp_ok(count(*), '>', 10::bigint, 'of which there are some') FROM care.municipal_follow_up WHERE after IS NOT NULL;

-- What follows what
SELECT bag_eq('SELECT from_label, to_label, transitions FROM care.directly_follows WHERE programme IS NULL', $$
	SELECT n.label, n.next_label, count(*)
	FROM (
		SELECT p.label, lead(p.label) OVER (PARTITION BY p.citizen ORDER BY lower(p.period), coalesce(upper(p.period), 'infinity'), p.label COLLATE "C") AS next_label
		FROM care.care_phase p
	) AS n WHERE n.next_label IS NOT NULL GROUP BY n.label, n.next_label
$$, 'transitions are those of the phases as rows');

-- Patterns are looked up in the index, and find what they do without.
SET LOCAL enable_seqscan = off;
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) ' || query; END $$;
SELECT ok(EXISTS (SELECT FROM pg_temp.plan($$SELECT citizen FROM care.care_course WHERE course ~ 'hospital => leave'$$) AS l WHERE l LIKE '%care_course_course_idx%'), 'the index is used');
CREATE TEMP TABLE found AS SELECT p, array_agg(k.citizen ORDER BY k.citizen) AS citizens
FROM unnest(ARRAY['hospital -[< 7 days]-> hospital', 'rehabilitation => hospital', 'gp & "home care"', 'hospital !-[<= 14 days]-> gp']::episode_pattern[]) AS p JOIN care.care_course k ON k.course ~ p GROUP BY p;
SET LOCAL enable_seqscan = on;
SET LOCAL enable_bitmapscan = off;
SELECT bag_eq('SELECT p, array_agg(k.citizen ORDER BY k.citizen) FROM found JOIN care.care_course k ON k.course ~ p GROUP BY p', 'TABLE found', 'and finds the same');

SELECT * FROM finish();
ROLLBACK;
