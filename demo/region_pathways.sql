-- Part of the demo region (region.sql): the two pathways, and the stays in hospital of these days, step by step.

\qecho 'Pathways'

INSERT INTO care.programme_site (programme, organization, valid)
SELECT p.id, o.id, '[2025-01-01,)' FROM care.programme p JOIN place o ON o.kind = 'municipality' WHERE p.pathway IS NOT NULL
ORDER BY o.n, p.id;
INSERT INTO care.responsibility (service, municipality, valid, organization)
SELECT o.kind, m.id, '[2007-01-01,)', o.id
FROM place o JOIN place m ON m.key = o.parent
WHERE o.kind IN ('home care', 'rehabilitation', 'prevention')
ORDER BY o.n;

-- Who came home to home care enters the one, whose illness is followed at home the other. Stage: how far they have come.
CREATE TEMP TABLE pathway ON COMMIT DROP AS
SELECT p.*, m.id AS municipality, least(floor(4 * p.days), p.farthest,
	CASE WHEN d.luck < 0.04 THEN 1 WHEN d.luck < 0.08 THEN 2 WHEN d.luck < 0.13 THEN 3 WHEN d.luck < 0.2 THEN 4
		WHEN d.luck < 0.35 THEN 5 WHEN d.luck < 0.75 OR p.days < 45 THEN 6 ELSE 7 END)::integer AS stage
FROM (
	SELECT DISTINCT ON (s.n) s.n, s.citizen, s.town, 'icp-discharge' AS programme, s.id AS encounter, s.organization AS health,
		'Discharge to home care: ' || s.reason AS reason,
		CASE WHEN s.ended > 0 THEN s.ended + least(1, (s.began - s.ended) / 2) ELSE s.began / 2 END AS days,
		CASE WHEN s.ended > 0 THEN 7 ELSE 5 END AS farthest
	FROM stay s
	JOIN course c ON c.n = s.n AND c.type = 'Care at home' AND c.began > s.began
	WHERE s.class = 'IMP' AND s.ended < 120 AND pg_temp.chance('pathway', s.n, s.quarter) < 0.35
	ORDER BY s.n, s.ended
) p
JOIN place m ON m.key = 'municipality ' || p.town
CROSS JOIN LATERAL (SELECT pg_temp.chance('stage', p.n)) AS d (luck);
INSERT INTO pathway
SELECT m.n, m.citizen, m.town, 'icp-ltcare', NULL, m.organization, 'Needs help to live with illness at home', l.days, 6, o.id,
	CASE WHEN d.luck < 0.04 THEN 2 WHEN d.luck < 0.09 THEN 3 WHEN d.luck < 0.13 THEN 4 WHEN d.luck < 0.25 THEN 5 ELSE 6 END
FROM (SELECT DISTINCT n, citizen, town, organization FROM monitored WHERE code IN ('DI509', 'DJ449')) m
JOIN place o ON o.key = 'municipality ' || m.town
CROSS JOIN LATERAL (SELECT pg_temp.chance('stage', m.n)) AS d (luck)
CROSS JOIN LATERAL (SELECT 35 + 150 * pg_temp.chance('long-term', m.n)) AS l (days)
WHERE pg_temp.chance('long-term care', m.n) < 0.15 AND NOT EXISTS (SELECT FROM pathway p WHERE p.n = m.n);

CREATE TEMP TABLE entered ON COMMIT DROP AS
SELECT p.*, (care.enter_pathway(p.citizen, p.health, p.programme, p.municipality, p.reason, 'enter_pathway ' || p.n,
	pg_temp.moment(-p.days), encounter => p.encounter)).entry AS enrollment
FROM pathway p
WHERE p.stage > 0
ORDER BY p.n;
-- Plans that were made while a table was empty would read it from end to end.
ANALYZE care.enrollment;
SELECT count(care.assess_needs(e.citizen, e.enrollment, e.health, 'Medicine, and control of the illness', 'assess_needs health ' || e.n, pg_temp.moment(0.2 - e.days))) AS taken
FROM entered e WHERE e.stage >= 2 \gset
ANALYZE care.assessment;
SELECT count(care.assess_needs(e.citizen, e.enrollment, e.municipality, 'Help with bath and meals', 'assess_needs social ' || e.n, pg_temp.moment(0.4 - e.days))) AS taken
FROM entered e WHERE e.stage >= 3 \gset
SELECT count(care.give_consent(e.citizen, NULL, 'programme', 'give_consent ' || e.n, pg_temp.moment(0.6 - e.days), programme => e.programme)) AS taken
FROM entered e WHERE e.stage >= 4 \gset
ANALYZE care.consent;
SELECT count(care.enroll(e.citizen, e.enrollment, e.municipality, 'enroll ' || e.n, pg_temp.moment(0.6 - e.days))) AS taken
FROM entered e WHERE e.stage >= 4 \gset
SELECT count(care.join_care_team(e.citizen, e.municipality, 'coordinator', 'join_care_team ' || e.n, pg_temp.moment(0.6 - e.days))) AS taken
FROM entered e WHERE e.stage >= 4 \gset
SELECT count(care.add_related_person(e.citizen, NULL, pg_temp.pick('{Anne,Bo,Dorthe,Erik,Gitte,Jan,Lone,Morten}', pg_temp.chance('relative', e.n)) || ' ' || split_part(c.name, ' ', 3),
	pg_temp.pick('{spouse,daughter,son,neighbour}', pg_temp.chance('relation', e.n)), 'add_related_person ' || e.n, pg_temp.moment(0.6 - e.days),
	shared => '{contacts,plan}')) AS taken
FROM entered e JOIN care.citizen c ON c.citizen = e.citizen
WHERE e.stage >= 4 AND pg_temp.chance('related', e.n) < 0.4 \gset

CREATE TEMP TABLE proposed ON COMMIT DROP AS
SELECT e.*, (care.propose_plan(e.citizen, e.municipality, CASE e.programme WHEN 'icp-discharge' THEN 'Safely home' ELSE 'Living at home' END,
	'propose_plan ' || e.n, pg_temp.moment(0.8 - e.days), enrollment => e.enrollment)).entry AS care_plan
FROM entered e
WHERE e.stage >= 5
ORDER BY e.n;
SELECT count(care.set_goal(p.citizen, NULL, pg_temp.pick('{Walks to the shop again,Cooks dinner without help,Sleeps through the night,Goes to the weekly club}', pg_temp.chance('own goal', p.n)),
	'set_goal ' || p.n, pg_temp.moment(0.9 - p.days), care_plan => p.care_plan, due_date => pg_temp.moment(60 - p.days)::date)) AS taken
FROM proposed p \gset
CREATE TEMP TABLE duty ON COMMIT DROP AS
SELECT p.*, o.id AS owner, (care.request_task(p.citizen, p.health, o.id, 'visit', 'First visit at home', 'request_task ' || p.n, pg_temp.moment(1 - p.days),
	due_start => pg_temp.moment(1 - p.days), due_end => pg_temp.moment(8 - p.days), care_plan => p.care_plan)).entry AS task
FROM proposed p JOIN place o ON o.key = 'home care ' || p.town
ORDER BY p.n;
CREATE TEMP TABLE meeting ON COMMIT DROP AS
SELECT p.*, (care.book_appointment(p.citizen, p.municipality, 'Follow-up of the plan', date_trunc('hour', pg_temp.moment(30 - p.days)) + interval '10 hours',
	'book_appointment ' || p.n, pg_temp.moment(1 - p.days), care_plan => p.care_plan)).entry AS appointment
FROM proposed p
ORDER BY p.n;
SELECT count(care.agree_plan(p.citizen, p.care_plan, p.health, 'agree_plan health ' || p.n, pg_temp.moment(1.1 - p.days))) AS taken FROM proposed p
WHERE p.stage >= 6 OR pg_temp.chance('agrees', p.n) < 0.5 \gset
ANALYZE care.agreement;
ANALYZE care.care_plan;
ANALYZE care.appointment;
ANALYZE care.task;
SELECT count(care.agree_plan(p.citizen, p.care_plan, p.municipality, 'agree_plan social ' || p.n, pg_temp.moment(1.2 - p.days))) AS taken FROM proposed p
WHERE p.stage >= 6 \gset
SELECT count(care.agree_plan(p.citizen, p.care_plan, NULL, 'agree_plan citizen ' || p.n, pg_temp.moment(1.3 - p.days))) AS taken FROM proposed p
WHERE p.stage >= 6 \gset
SELECT count(care.accept_task(d.citizen, d.task, d.owner, 'accept_task ' || d.n, pg_temp.moment(1.4 - d.days))) AS taken FROM duty d
WHERE d.stage >= 6 \gset
SELECT count(care.complete_task(d.citizen, d.task, d.owner, 'complete_task ' || d.n, pg_temp.moment(6 - d.days))) AS taken FROM duty d
WHERE d.stage = 7 OR d.stage = 6 AND d.days > 8 AND pg_temp.chance('visited', d.n) < 0.9 \gset
SELECT count(care.fulfil_appointment(m.citizen, m.appointment, m.municipality, 'fulfil_appointment ' || m.n, pg_temp.moment(31 - m.days))) AS taken FROM meeting m
WHERE m.stage >= 6 AND m.days > 32 \gset
SELECT count(care.close_plan(p.citizen, p.care_plan, p.municipality, 'close_plan ' || p.n, pg_temp.moment(40 - p.days))) AS taken FROM proposed p
WHERE p.stage = 7 \gset
SELECT count(care.exit_pathway(e.citizen, e.enrollment, e.municipality, 'The goals are reached', 'exit_pathway ' || e.n, pg_temp.moment(41 - e.days))) AS taken FROM entered e
WHERE e.stage = 7 \gset

\qecho 'Stays of these days'

CREATE TEMP TABLE recent ON COMMIT DROP AS
SELECT s.n, s.quarter, s.citizen, s.town, s.class, s.reason, s.organization, s.began, s.ended, s.id,
	nextval('care.workflow_event_id_seq') AS admission
FROM stay s
WHERE s.ended < 3
ORDER BY s.n, s.quarter;
INSERT INTO care.workflow_event (citizen, id, entity, entry, step, from_status, to_status, event_time, organization, request_id, details)
SELECT r.citizen, r.admission, 'encounter', r.id, 'admit', '', 'in-progress', pg_temp.moment(-r.began), r.organization,
	format('admit %s-%s', r.n, r.quarter), jsonb_build_object('class', r.class, 'reason', r.reason)
FROM recent r
ORDER BY r.admission;
SELECT count(care.propose_pause((r.citizen, 'encounter', r.id, 'in-progress', r.admission, false)::care.step_result, r.organization,
	format('admit %s-%s', r.n, r.quarter), pg_temp.moment(-r.began))) AS taken
FROM recent r WHERE r.class = 'IMP' \gset
SELECT count(care.take_step(e.citizen, 'enrollment', e.id, 'interrupt_care', r.organization, format('admit %s-%s', r.n, r.quarter),
	pg_temp.moment(-r.began), rests_on => r.admission)) AS taken
FROM recent r JOIN care.enrollment e ON e.citizen = r.citizen AND e.status = 'active' AND e.start_time < pg_temp.moment(-r.began - 3)
WHERE r.class = 'IMP' AND r.ended <= 0 \gset
-- Most municipalities have heard of it, and have put their services on hold.
SELECT count(care.complete_task(t.citizen, t.id, t.owner, format('pause_service %s', t.id), pg_temp.moment(-r.began) + interval '4 hours')) AS taken
FROM recent r JOIN care.task t ON t.citizen = r.citizen AND t.encounter = r.id AND t.code = 'pause service' AND t.status = 'requested'
WHERE r.began > 0.2 AND pg_temp.chance('on hold', r.n, r.quarter) < 0.8 \gset
SELECT count(care.start_leave(r.citizen, r.id, r.organization, format('start_leave %s-%s', r.n, r.quarter), pg_temp.moment(-0.3))) AS taken
FROM recent r WHERE r.class = 'IMP' AND r.ended <= 0 AND r.began > 3 AND pg_temp.chance('leave', r.n, r.quarter) < 0.08 \gset
SELECT count(care.mark_ready_for_discharge(r.citizen, r.id, r.organization, format('mark_ready_for_discharge %s-%s', r.n, r.quarter),
	pg_temp.moment(-(r.began - 2) * pg_temp.chance('ready since', r.n, r.quarter)))) AS taken
FROM recent r WHERE r.class = 'IMP' AND r.ended <= 0 AND r.began > 2 AND pg_temp.chance('leave', r.n, r.quarter) > 0.6 \gset

-- Who came home meanwhile: services are to go on.
CREATE TEMP TABLE discharge ON COMMIT DROP AS
SELECT r.*, nextval('care.workflow_event_id_seq') AS event FROM recent r WHERE r.ended > 0 ORDER BY r.admission;
INSERT INTO care.workflow_event (citizen, id, entity, entry, step, from_status, to_status, event_time, organization, request_id, before)
SELECT d.citizen, d.event, 'encounter', d.id, 'discharge', 'in-progress', 'finished', pg_temp.moment(-d.ended), d.organization,
	format('discharge %s-%s', d.n, d.quarter), jsonb_strip_nulls(to_jsonb(e) - 'end_time' || '{"status": "in-progress"}')
FROM discharge d JOIN care.encounter e ON e.citizen = d.citizen AND e.id = d.id
ORDER BY d.event;
SELECT count(care.propose_resumption((d.citizen, 'encounter', d.id, 'finished', d.event, false)::care.step_result, d.organization,
	format('discharge %s-%s', d.n, d.quarter), pg_temp.moment(-d.ended))) AS taken
FROM discharge d WHERE d.class = 'IMP' \gset
SELECT count(care.complete_task(t.citizen, t.id, t.owner, format('resume_service %s', t.id), pg_temp.moment(0.3 - d.ended))) AS taken
FROM discharge d JOIN care.task t ON t.citizen = d.citizen AND t.encounter = d.id AND t.code = 'resume service' AND t.status = 'requested'
WHERE d.ended > 0.3 AND pg_temp.chance('goes on', d.n, d.quarter) < 0.5 \gset

\qecho 'Services and appointments'

CREATE TEMP TABLE training ON COMMIT DROP AS
SELECT s.n, s.quarter, s.citizen, s.ended, o.id AS unit, (care.refer(s.citizen, s.organization, o.id, 'rehabilitation', 'Training after ' || lower(s.reason),
	format('refer training %s-%s', s.n, s.quarter), pg_temp.moment(-s.ended), due => pg_temp.moment(7 - s.ended),
	level => CASE WHEN pg_temp.chance('level', s.n) < 0.7 THEN 'general basic' ELSE 'general advanced' END, encounter => s.id)).entry AS referral
FROM stay s JOIN place o ON o.key = 'rehabilitation ' || s.town
WHERE s.ended > 0 AND s.ended < 60 AND s.class = 'IMP' AND s.reason = 'Hip fracture'
ORDER BY s.n, s.quarter;
SELECT count(care.accept_referral(t.citizen, t.referral, t.unit, format('accept_referral training %s-%s', t.n, t.quarter), pg_temp.moment(1 - t.ended))) AS taken
FROM training t WHERE t.ended > 1 \gset
SELECT count(care.start_service(t.citizen, t.unit, 'Rehabilitation', format('start_service %s-%s', t.n, t.quarter), pg_temp.moment(5 - t.ended), referral => t.referral)) AS taken
FROM training t WHERE t.ended > 5 AND pg_temp.chance('trained', t.n, t.quarter) < 0.8 \gset
SELECT count(care.plan_service(c.citizen, o.id, 'Fall prevention', pg_temp.moment(10), 'plan_service ' || c.n, pg_temp.moment(-5 * pg_temp.chance('screened', c.n)))) AS taken
FROM course c JOIN registered r ON r.n = c.n JOIN place o ON o.key = 'prevention ' || r.town
WHERE c.type = 'Care at home' AND r.age >= 80 AND pg_temp.chance('falls', c.n) < 0.03 \gset
SELECT count(care.book_appointment(p.citizen, p.organization, 'Control', date_trunc('hour', pg_temp.moment(14 * pg_temp.chance('control at', p.n))) + interval '9 hours',
	'book_appointment control ' || p.n, pg_temp.moment(-10), care_plan => p.id)) AS taken
FROM plan p WHERE p.ordinal = 1 AND pg_temp.chance('control', p.n) < 0.05 \gset
