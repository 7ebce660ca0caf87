-- Part of the demo region (region.sql): plans, goals and tasks, as they came from elsewhere.

\qecho 'Plans, goals and tasks'

CREATE TEMP TABLE home ON COMMIT DROP AS
SELECT DISTINCT ON (i.n) i.n, i.citizen, i.practice, i.hospital, i.town, i.code, i.within,
	30 + floor(510 * pg_temp.chance('equipped', i.n))::integer AS began,
	greatest(1, floor(30 + 510 * pg_temp.chance('equipped', i.n))
		* CASE WHEN pg_temp.chance('gave up', i.n) < 0.08 THEN pg_temp.chance('gave up', i.n, 1) ELSE 0 END)::integer AS ended,
	0.6 + 0.38 * pg_temp.chance('diligence', i.n) AS diligence
FROM illness i
WHERE i.at_home > 0 AND pg_temp.chance('at home', i.n, i.rank) < i.at_home
ORDER BY i.n, i.rank;
CREATE UNIQUE INDEX ON home (n);
ANALYZE home;

CREATE TEMP TABLE plan ON COMMIT DROP AS
SELECT p.*, nextval('care.care_plan_id_seq') AS id
FROM (
	SELECT h.n, h.citizen, 1 AS ordinal, h.code AS about, 'Living with ' || h.within AS title,
		coalesce((SELECT c.organization FROM course c WHERE c.n = h.n AND c.code = h.code AND c.system = 'hospital'), h.practice) AS organization,
		h.began + 3.0 AS began
	FROM home h
	UNION ALL
	SELECT c.n, c.citizen, 2, 'home care', 'Help at home', c.organization, c.began
	FROM course c WHERE c.type = 'Care at home'
) p
ORDER BY p.n, p.ordinal;

CREATE TEMP TABLE aim ON COMMIT DROP AS
SELECT p.n, p.citizen, p.id AS plan, p.began, g.description, g.ordinal, round(150 * pg_temp.chance('due', p.n, g.ordinal) - 100)::integer AS due,
	nextval('care.goal_id_seq') AS id
FROM plan p
JOIN (VALUES
	('DI509', 1, 'Weight stable within 2 kg'), ('DI509', 2, 'Walks 20 minutes every day'),
	('DJ449', 3, 'No admission for COPD this winter'), ('DJ449', 4, 'Stops smoking'),
	('DE109', 5, 'HbA1c below 53 mmol/mol'), ('DE119', 6, 'HbA1c below 53 mmol/mol'), ('DE119', 7, 'Loses 5 kg'),
	('DI109', 8, 'Blood pressure at home below 135/85'), ('home care', 9, 'Dresses without help'),
	('home care', 10, 'Prepares breakfast again')) AS g (about, ordinal, description) ON g.about = p.about
WHERE pg_temp.chance('goal', p.n, g.ordinal) < 0.7
ORDER BY p.n, g.ordinal;

CREATE INDEX ON aim (plan);
CREATE UNIQUE INDEX ON plan (n, ordinal);
ANALYZE aim;
ANALYZE plan;

INSERT INTO care.goal (citizen, id, lifecycle_status, achievement_status, description, start_date, due_date, source, issued, recorded_at)
SELECT a.citizen, a.id, CASE WHEN a.due > 0 AND s.p < 0.6 THEN 'completed' ELSE 'active' END,
	CASE WHEN a.due > 0 AND s.p < 0.6 THEN 'achieved' ELSE pg_temp.pick('{in-progress,improving,no-change,worsening}', pg_temp.chance('progress', a.n, a.ordinal)) END,
	a.description, pg_temp.moment(-a.began)::date, pg_temp.moment(-a.due)::date,
	format('plan.example/Goal/%s-%s', a.n, a.ordinal), pg_temp.moment(-a.began), pg_temp.moment(0)
FROM aim a
CROSS JOIN LATERAL (SELECT pg_temp.chance('achieved', a.n, a.ordinal)) AS s (p)
ORDER BY a.n, a.ordinal;

INSERT INTO care.care_plan (citizen, id, status, intent, title, organization, start_time, addresses, goals, source, issued, recorded_at)
SELECT p.citizen, p.id, 'active', 'plan', p.title, p.organization, pg_temp.moment(-p.began),
	ARRAY(SELECT k.id FROM care.condition k WHERE k.citizen = p.citizen AND k.code = p.about ORDER BY k.id),
	ARRAY(SELECT a.id FROM aim a WHERE a.plan = p.id ORDER BY a.ordinal),
	format('plan.example/CarePlan/%s-%s', p.n, p.ordinal), pg_temp.moment(-p.began), pg_temp.moment(0)
FROM plan p
ORDER BY p.n, p.ordinal;

INSERT INTO care.care_plan_activity (citizen, care_plan, ordinal, name, status)
SELECT p.citizen, p.id, row_number() OVER (PARTITION BY p.id ORDER BY a.ordinal), a.name,
	pg_temp.pick('{in-progress,in-progress,scheduled,not-started,completed}', pg_temp.chance('activity', p.n, a.ordinal))
FROM plan p
JOIN (VALUES
	('DI509', 1, 'Weighs every morning'), ('DI509', 2, 'Measures blood pressure and pulse'), ('DI509', 3, 'Adjustment of diuretics by telephone'),
	('DJ449', 4, 'Measures oxygen saturation and pulse'), ('DJ449', 5, 'Training in the municipality, twice a week'), ('DJ449', 6, 'Check of inhalation technique'),
	('DE109', 7, 'Measures glucose before meals'), ('DE109', 8, 'Yearly eye screening'),
	('DE119', 9, 'Measures glucose twice a day'), ('DE119', 10, 'Dietary counselling'), ('DE119', 11, 'Yearly foot examination'),
	('DI109', 12, 'Measures blood pressure at home'), ('DI109', 13, 'Yearly check in general practice'),
	('home care', 14, 'Help with bath, twice a week'), ('home care', 15, 'Medicine dispensed for two weeks')) AS a (about, ordinal, name)
	ON a.about = p.about
ORDER BY p.n, p.ordinal, a.ordinal;

INSERT INTO care.task (citizen, status, priority, code, description, requester, owner, due_start, due_end, care_plan, encounter, source, issued, recorded_at)
SELECT t.citizen,
	CASE WHEN t.due > 0 AND pg_temp.chance('done', t.n, t.ordinal) < 0.8 THEN 'completed'
		ELSE pg_temp.pick('{requested,received,accepted,in-progress}', pg_temp.chance('status', t.n, t.ordinal)) END,
	CASE WHEN p.urgency < 0.75 THEN 'routine' WHEN p.urgency < 0.92 THEN 'urgent' WHEN p.urgency < 0.98 THEN 'asap' ELSE 'stat' END,
	t.code, t.description, t.requester, t.owner,
	date_trunc('hour', pg_temp.moment(-t.due - t.days)), date_trunc('day', pg_temp.moment(-t.due)) + interval '16 hours',
	t.plan, t.encounter, format('plan.example/Task/%s-%s', t.n, t.ordinal), least(pg_temp.moment(-t.due - t.days - 3), pg_temp.moment(-1)), pg_temp.moment(0)
FROM (
	SELECT p.n, p.citizen, k.ordinal, k.code, k.description, p.organization AS requester,
		CASE k.owner WHEN 'plan' THEN p.organization WHEN 'practice' THEN r.practice
			WHEN 'citizen' THEN NULL ELSE o.id END AS owner,
		60 * pg_temp.chance('task', p.n, k.ordinal) - 35 AS due, 14 AS days, p.id AS plan, NULL::bigint AS encounter
	FROM plan p
	JOIN registered r ON r.n = p.n
	JOIN (VALUES
		('DI509', 1, 'plan', 'review', 'Assess measurements from home'), ('DI509', 2, 'practice', 'laboratory', 'Kidney function and electrolytes'),
		('DI509', 3, 'home care', 'visit', 'Visit: weight, swelling of the legs, medicine'), ('DI509', 4, 'citizen', 'questionnaire', 'Answer questions before the next visit'),
		('DJ449', 5, 'plan', 'review', 'Assess measurements from home'), ('DJ449', 6, 'practice', 'review', 'Yearly review of COPD, with spirometry'),
		('DJ449', 7, 'rehabilitation', 'training', 'Start rehabilitation for lung disease'), ('DJ449', 8, 'pharmacy', 'medication', 'Check of inhalation technique'),
		('DE109', 9, 'plan', 'review', 'Assess glucose measurements'), ('DE109', 10, 'practice', 'laboratory', 'Blood lipids and albumin in urine'),
		('DE119', 11, 'practice', 'review', 'Yearly review of diabetes'), ('DE119', 12, 'prevention', 'training', 'Dietary counselling'),
		('DI109', 13, 'practice', 'review', 'Assess blood pressure at home'), ('DI109', 14, 'citizen', 'questionnaire', 'Answer questions before the next visit'),
		('home care', 15, 'municipality', 'assessment', 'Assess the need for help again'), ('home care', 16, 'pharmacy', 'medication', 'Medication review')
	) AS k (about, ordinal, owner, code, description) ON k.about = p.about
	LEFT JOIN place o ON o.key = k.owner || ' ' || r.town || CASE k.owner WHEN 'pharmacy' THEN ' 1' ELSE '' END
	WHERE pg_temp.chance('tasks', p.n, k.ordinal) < 0.6
	UNION ALL
	-- Who has home care and is in hospital: both sectors assess the needs before the discharge.
	SELECT s.n, s.citizen, 50, 'assessment', 'Joint needs assessment before discharge', s.organization, o.id,
		-0.5 - 2 * pg_temp.chance('assessment', s.n), 1, NULL, s.id
	FROM stay s
	JOIN course c ON c.n = s.n AND c.type = 'Care at home'
	JOIN place o ON o.key = 'municipality ' || s.town
	WHERE s.ended <= 0 AND s.class = 'IMP'
	UNION ALL
	-- After a hip fracture rehabilitation begins within seven days.
	SELECT s.n, s.citizen, 50 + s.quarter, 'training', 'Start rehabilitation within seven days', s.organization, o.id, s.ended - 7, 7, NULL, s.id
	FROM stay s JOIN place o ON o.key = 'rehabilitation ' || s.town
	WHERE s.ended > 0 AND s.ended < 60 AND s.reason = 'Hip fracture'
) t
CROSS JOIN LATERAL (SELECT pg_temp.chance('priority', t.n, t.ordinal)) AS p (urgency)
ORDER BY t.n, t.ordinal;
