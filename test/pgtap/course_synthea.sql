-- Published example bundles: patterns on the courses find what plain SQL finds in the encounters.
\set directory `echo "${SMARTCARE_DATA:-../shared/data}/fhir-synthea"`
\setenv DIRECTORY :directory
\set present `[ -e "$DIRECTORY" ] && echo true || echo false`
BEGIN;
\if :present
SELECT no_plan();
\set content `for file in "$DIRECTORY"/*.json; do tr -d '\n' < "$file"; echo; done`
CREATE TEMP TABLE loaded AS SELECT care.import_bundle(text::jsonb) AS report FROM string_to_table(:'content', E'\n') AS s (text) WHERE text <> '';
\unset content
ANALYZE care.encounter, care.care_course;

-- The phases, from the encounters: the label is the class, for the sector of no organization is known.
CREATE TEMP TABLE p AS
SELECT e.citizen, row_number() OVER (PARTITION BY e.citizen ORDER BY e.start_time, e.end_time, l.label COLLATE "C") AS n, l.label,
	e.start_time AS s, greatest(e.end_time, e.start_time + interval '1 minute') AS e
FROM care.encounter e, LATERAL (SELECT CASE e.class WHEN 'IMP' THEN 'hospital' WHEN 'EMER' THEN 'emergency' ELSE 'outpatient' END AS label) AS l
WHERE e.status = 'finished';
CREATE INDEX ON p (citizen, s);
ANALYZE p;
SELECT diag(format('%s citizens, %s encounters: %s', count(DISTINCT citizen), count(*), (SELECT string_agg(label || ' ' || count, ', ') FROM (SELECT label, count(*) FROM p GROUP BY label) AS c))) FROM p;

SELECT is((SELECT count(*) FROM care.encounter), (SELECT count(*) FROM p), 'every encounter is finished');
SELECT results_eq('SELECT k.citizen, u.label, lower(u.period), upper(u.period) FROM care.care_course k, smartcare.unnest(k.course) WITH ORDINALITY AS u (label, period, n) ORDER BY k.citizen, u.n',
	'SELECT citizen, label, s, e FROM p ORDER BY citizen, s, e, label COLLATE "C"', 'courses have the encounters as phases');

-- Of each pattern the phases that a match begins with.
CREATE FUNCTION pg_temp.matches(pattern text) RETURNS TABLE (citizen bigint, s timestamptz) LANGUAGE sql AS $$
	SELECT k.citizen, lower(m.period) FROM care.care_course k, smartcare.match(k.course, pattern::smartcare.episode_pattern) AS m
	WHERE m.step = 1
$$;
CREATE FUNCTION pg_temp.same(pattern text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT bag_eq(format('SELECT citizen, s FROM pg_temp.matches(%L)', pattern), query, pattern);
	RETURN NEXT set_eq(format('SELECT k.citizen FROM care.care_course k WHERE k.course OPERATOR(smartcare.~) %L::smartcare.episode_pattern', pattern),
		format('SELECT citizen FROM (%s) AS q', query), '~: ' || pattern);
END
$$;
SELECT pg_temp.same('hospital -[< 30 days]-> hospital', $$
	SELECT a.citizen, a.s FROM p a WHERE a.label = 'hospital'
		AND EXISTS (SELECT FROM p b WHERE b.citizen = a.citizen AND b.label = 'hospital' AND b.s >= a.e AND b.s - a.e < interval '30 days')$$);
SELECT pg_temp.same('(hospital|emergency) -[<= 365 days]-> (hospital|emergency)', $$
	SELECT a.citizen, a.s FROM p a WHERE a.label <> 'outpatient'
		AND EXISTS (SELECT FROM p b WHERE b.citizen = a.citizen AND b.label <> 'outpatient' AND b.s >= a.e AND b.s - a.e <= interval '365 days')$$);
SELECT pg_temp.same('emergency -[< 60 days, !hospital]-> outpatient', $$
	SELECT a.citizen, a.s FROM p a WHERE a.label = 'emergency'
		AND EXISTS (SELECT FROM p b WHERE b.citizen = a.citizen AND b.label = 'outpatient' AND b.s >= a.e AND b.s - a.e < interval '60 days'
			AND NOT EXISTS (SELECT FROM p x WHERE x.citizen = a.citizen AND x.label = 'hospital' AND x.s >= a.e AND x.s < b.s))$$);
SELECT pg_temp.same('hospital{>= 1 day}', $$
	SELECT a.citizen, a.s FROM p a WHERE a.label = 'hospital' AND a.e - a.s >= interval '1 day'$$);
SELECT pg_temp.same('outpatient => !outpatient', $$
	SELECT a.citizen, a.s FROM p a WHERE a.label = 'outpatient'
		AND EXISTS (SELECT FROM p b WHERE b.citizen = a.citizen AND b.label <> 'outpatient'
			AND b.s = (SELECT min(c.s) FROM p c WHERE c.citizen = a.citizen AND c.s >= a.e))$$);
SELECT pg_temp.same('^ outpatient', $$
	SELECT a.citizen, a.s FROM p a WHERE a.label = 'outpatient' AND NOT EXISTS (SELECT FROM p b WHERE b.citizen = a.citizen AND b.s < a.s)$$);
SELECT pg_temp.same('hospital & outpatient', $$
	SELECT a.citizen, a.s FROM p a WHERE a.label = 'hospital'
		AND EXISTS (SELECT FROM p b WHERE b.citizen = a.citizen AND b.label = 'outpatient' AND b.s < a.e AND b.e > a.s)$$);
SELECT pg_temp.same('emergency -> hospital -> outpatient', $$
	SELECT a.citizen, a.s FROM p a WHERE a.label = 'emergency'
		AND EXISTS (SELECT FROM p b JOIN p c ON c.citizen = b.citizen AND c.label = 'outpatient' AND c.s >= b.e WHERE b.citizen = a.citizen AND b.label = 'hospital' AND b.s >= a.e)$$);
SELECT pg_temp.same('hospital !-[<= 90 days]-> outpatient', $$
	SELECT a.citizen, a.s FROM p a WHERE a.label = 'hospital' AND a.e + interval '90 days' < (SELECT max(z.e) FROM p z WHERE z.citizen = a.citizen)
		AND NOT EXISTS (SELECT FROM p b WHERE b.citizen = a.citizen AND b.label = 'outpatient' AND b.s >= a.e AND b.s - a.e <= interval '90 days')$$);
SELECT bag_eq('SELECT from_label, to_label, transitions FROM care.directly_follows', $$
	SELECT a.label AS from_label, b.label AS to_label, count(*) FROM p a JOIN p b ON b.citizen = a.citizen AND b.n = a.n + 1 GROUP BY a.label, b.label$$, 'what follows what');
SELECT is((SELECT count(*) FROM care.illegal_status_history), 0::bigint, 'no illegal status history');
\else
SELECT plan(1);
SELECT diag('No example bundles in ' || :'directory' || ': SMARTCARE_DATA names the directory that has fhir-synthea/.');
SELECT skip('no example bundles', 1);
\endif
SELECT * FROM finish();
ROLLBACK;
