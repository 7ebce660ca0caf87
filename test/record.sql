-- The whole record as lines of text, without what differs between two runs that say the same: ids and
-- the time of recording. Entries are named by their keys in the source.
CREATE FUNCTION pg_temp.record_lines() RETURNS TABLE (line text) LANGUAGE sql AS $$
	WITH person AS (
		SELECT c.citizen, (SELECT min(k.key) FROM care.resource_key k WHERE k.resource_type = 'Patient' AND care.current_citizen(k.citizen) = c.citizen AND k.id > 0) AS key
		FROM care.citizen c
	), part AS (
		SELECT 'citizen' AS what, p.key, jsonb_build_array(c.name, c.birth_date, c.gender, c.deceased, c.deceased_at, c.city,
			(SELECT o.source FROM care.organization o WHERE o.id = c.general_practice)) AS content
		FROM care.citizen c JOIN person p ON p.citizen = c.citizen WHERE c.merged_into IS NULL
		UNION ALL
		SELECT 'identifier', p.key, jsonb_build_array(i.system, i.value, o.system IS NOT NULL)
		FROM care.citizen_identifier i JOIN person p ON p.citizen = care.current_citizen(i.citizen)
		LEFT JOIN care.identifier_owner o ON o.system = i.system AND o.value = i.value
		UNION ALL
		SELECT 'organization', o.source, to_jsonb(o) - '{id,parent,recorded_at}'::text[] FROM care.organization o
		UNION ALL
		SELECT 'practitioner', d.source, to_jsonb(d) - '{id,recorded_at}'::text[] FROM care.practitioner d
		UNION ALL
		SELECT 'episode of care', p.key, to_jsonb(e) - '{citizen,id,recorded_at}'::text[]
			|| jsonb_build_object('organization', (SELECT o.source FROM care.organization o WHERE o.id = e.organization))
		FROM care.episode_of_care e JOIN person p ON p.citizen = e.citizen
		UNION ALL
		SELECT 'encounter', p.key, to_jsonb(e) - '{citizen,id,recorded_at}'::text[]
			|| jsonb_build_object('organization', (SELECT o.source FROM care.organization o WHERE o.id = e.organization),
				'practitioner', (SELECT d.source FROM care.practitioner d WHERE d.id = e.practitioner),
				'episode_of_care', (SELECT c.source FROM care.episode_of_care c WHERE c.citizen = e.citizen AND c.id = e.episode_of_care))
		FROM care.encounter e JOIN person p ON p.citizen = e.citizen
		UNION ALL
		SELECT 'condition', p.key, to_jsonb(c) - '{citizen,id,recorded_at}'::text[]
			|| jsonb_build_object('encounter', (SELECT e.source FROM care.encounter e WHERE e.citizen = c.citizen AND e.id = c.encounter))
		FROM care.condition c JOIN person p ON p.citizen = c.citizen
		UNION ALL
		SELECT 'medication', p.key, to_jsonb(m) - '{citizen,id,recorded_at}'::text[]
			|| jsonb_build_object('encounter', (SELECT e.source FROM care.encounter e WHERE e.citizen = m.citizen AND e.id = m.encounter),
				'practitioner', (SELECT d.source FROM care.practitioner d WHERE d.id = m.practitioner))
		FROM care.medication_statement m JOIN person p ON p.citizen = m.citizen
		UNION ALL
		SELECT 'allergy', p.key, to_jsonb(a) - '{citizen,id,recorded_at}'::text[]
		FROM care.allergy a JOIN person p ON p.citizen = a.citizen
		UNION ALL
		SELECT 'goal', p.key, to_jsonb(g) - '{citizen,id,recorded_at}'::text[]
		FROM care.goal g JOIN person p ON p.citizen = g.citizen
		UNION ALL
		SELECT 'care plan', p.key, to_jsonb(c) - '{citizen,id,recorded_at}'::text[]
			|| jsonb_build_object('organization', (SELECT o.source FROM care.organization o WHERE o.id = c.organization),
				'encounter', (SELECT e.source FROM care.encounter e WHERE e.citizen = c.citizen AND e.id = c.encounter),
				'addresses', ARRAY(SELECT d.source FROM unnest(c.addresses) AS a (id) JOIN care.condition d ON d.citizen = c.citizen AND d.id = a.id ORDER BY 1),
				'goals', ARRAY(SELECT g.source FROM unnest(c.goals) AS a (id) JOIN care.goal g ON g.citizen = c.citizen AND g.id = a.id ORDER BY 1),
				'activities', (SELECT jsonb_agg(to_jsonb(v) - '{citizen,care_plan}'::text[] ORDER BY v.ordinal)
					FROM care.care_plan_activity v WHERE v.citizen = c.citizen AND v.care_plan = c.id))
		FROM care.care_plan c JOIN person p ON p.citizen = c.citizen
		UNION ALL
		SELECT 'measure', m.name, to_jsonb(m) - 'id' || jsonb_build_object('codes',
			(SELECT jsonb_agg(to_jsonb(c) - 'measure' ORDER BY c.system, c.code, c.unit) FROM care.measure_code c WHERE c.measure = m.id))
		FROM care.measure m WHERE NOT m.reviewed
		UNION ALL
		SELECT 'point', p.key, jsonb_build_array(m.name, u."time", u.value::text)
		FROM care.measurement_series s JOIN care.measure m ON m.id = s.measure JOIN person p ON p.citizen = s.citizen
		CROSS JOIN LATERAL smartcare.unnest(s.points) AS u
		UNION ALL
		SELECT 'batch', p.key, jsonb_build_array(m.name, b.points::text, b.start_time, b.end_time, b.source_key, b.version, b.issued, b.status, b.digest, b.stands, b.source)
		FROM care.measurement_batch b LEFT JOIN care.measure m ON m.id = b.measure JOIN person p ON p.citizen = b.citizen
		UNION ALL
		SELECT 'note', p.key, jsonb_build_array(m.name, b.source_key, b.digest, n."time", n.stands, n.comparator, n.original_value, n.original_unit, n.note)
		FROM care.measurement_note n JOIN care.measurement_batch b ON b.citizen = n.citizen AND b.id = n.batch
		JOIN care.measure m ON m.id = n.measure JOIN person p ON p.citizen = n.citizen
		UNION ALL
		SELECT 'version', p.key, jsonb_build_array(v.resource_type, v.key, v.version, v.issued, v.digest, v.stands, v.content - 'meta')
		FROM care.resource_version v JOIN person p ON p.citizen = v.citizen
		UNION ALL
		SELECT 'parked', r.key, jsonb_build_array(r.resource_type, r.awaited_key, r.content) FROM care.parked_resource r
		UNION ALL
		SELECT 'key', k.key, jsonb_build_array(k.resource_type, p.key) FROM care.resource_key k LEFT JOIN person p ON p.citizen = care.current_citizen(k.citizen) WHERE k.id > 0
	)
	SELECT concat_ws(' ', r.what, r.key, r.content) FROM part r ORDER BY concat_ws(' ', r.what, r.key, r.content) COLLATE "C"
$$;

-- What differs between the records that two lists of bundles make, imported one by one and undone.
CREATE FUNCTION pg_temp.imported(bundles jsonb[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	bundle jsonb;
	result text[];
BEGIN
	FOREACH bundle IN ARRAY bundles LOOP
		PERFORM care.import_bundle(bundle);
	END LOOP;
	result := ARRAY(SELECT line FROM pg_temp.record_lines());
	RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ000';
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
	RETURN result;
END
$$;
CREATE FUNCTION pg_temp.difference(one text[], other text[]) RETURNS SETOF text LANGUAGE sql AS $$
	(SELECT '- ' || l FROM unnest(one) AS l EXCEPT ALL SELECT '- ' || l FROM unnest(other) AS l)
	UNION ALL
	(SELECT '+ ' || l FROM unnest(other) AS l EXCEPT ALL SELECT '+ ' || l FROM unnest(one) AS l)
$$;
