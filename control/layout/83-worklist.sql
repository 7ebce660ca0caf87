-- What has to be done now: one row for each thing, for the one who has to do it. Everything
-- is derived from now(); nothing runs in the background. Each part (81-worklist_*) begins at
-- an index on the organization, so that a condition on organization never reads the region.

CREATE OR REPLACE VIEW care.worklist AS
SELECT
	w.organization,
	o.name AS organization_name,
	w.kind,
	w.severity,
	(ARRAY['information', 'routine', 'urgent', 'asap', 'stat'])[w.severity + 1] AS severity_name,
	w.due,
	coalesce(w.due < now(), false) AS overdue,
	w.citizen,
	c.name AS citizen_name,
	w.reason,
	w.since,
	w.until,
	w.source,
	w.as_of,
	w.next_step,
	coalesce(w.role, CASE
		WHEN o.sector IN ('municipality', 'social') THEN 'municipality'
		WHEN o.sector IN ('general practice', 'specialist') THEN 'practice'
		WHEN o.sector IN ('pharmacy', 'therapist', 'region') THEN o.sector
		ELSE 'department' END) AS role,
	w.entity,
	w.entry,
	w.related_person
FROM (
	SELECT * FROM care.worklist_task WHERE organization IS NOT NULL
	UNION ALL
	SELECT * FROM care.worklist_referral WHERE organization IS NOT NULL
	UNION ALL
	SELECT * FROM care.worklist_stay
	UNION ALL
	SELECT * FROM care.worklist_service
	UNION ALL
	SELECT * FROM care.worklist_practice
	UNION ALL
	SELECT * FROM care.worklist_pathway
	UNION ALL
	SELECT * FROM care.worklist_monitoring
	UNION ALL
	SELECT * FROM care.worklist_team
	UNION ALL
	SELECT * FROM care.worklist_document
	UNION ALL
	SELECT * FROM care.worklist_communication
	UNION ALL
	SELECT * FROM care.worklist_message
	UNION ALL
	SELECT * FROM care.worklist_region
	UNION ALL
	SELECT * FROM care.worklist_citizen
) w
LEFT JOIN care.organization o ON o.id = w.organization
-- Row by row: what the planner makes of all these parts is no reason to read all citizens.
LEFT JOIN LATERAL (SELECT k.name, k.merged_into, k.deceased FROM care.citizen k WHERE k.citizen = w.citizen OFFSET 0) c ON true
WHERE (w.organization IS NOT NULL OR w.role IN ('citizen', 'carer')) AND c.merged_into IS NULL
	-- What is left to do for who has died: end what runs.
	AND NOT (coalesce(c.deceased, false) AND w.kind NOT IN ('task', 'task offered', 'end service', 'stay', 'ready for discharge', 'no news',
		'referral', 'accepted referral', 'referral answered', 'document', 'communication', 'parked message', 'undelivered message'));

COMMENT ON VIEW care.worklist IS
'What has to be done now, one row for each thing and party. Ask for one organization, ORDER BY severity DESC, due; or for one citizen with role = ''citizen''.';
COMMENT ON COLUMN care.worklist.organization IS 'Who has to do it; null for the citizen and for carers.';
COMMENT ON COLUMN care.worklist.organization_name IS 'Its name.';
COMMENT ON COLUMN care.worklist.kind IS 'Of what kind it is: doc/worklist.md lists them.';
COMMENT ON COLUMN care.worklist.severity IS
'4 stat, 3 asap, 2 urgent, 1 routine, 0 information. A task has its priority, and one more once it is overdue.';
COMMENT ON COLUMN care.worklist.severity_name IS 'Severity in the words of FHIR''s priorities.';
COMMENT ON COLUMN care.worklist.due IS 'Overdue after; null where there is no such time.';
COMMENT ON COLUMN care.worklist.overdue IS 'Whether due has passed.';
COMMENT ON COLUMN care.worklist.citizen IS 'Whom it is about; null for what is about no citizen.';
COMMENT ON COLUMN care.worklist.citizen_name IS 'What the citizen is called.';
COMMENT ON COLUMN care.worklist.reason IS 'What it is and why.';
COMMENT ON COLUMN care.worklist.since IS 'Since when: not before this time, or when the stay began or ended.';
COMMENT ON COLUMN care.worklist.until IS 'Until when; it leaves the list of discharges then.';
COMMENT ON COLUMN care.worklist.source IS 'Identity of the message or resource that said so; null for what was entered here.';
COMMENT ON COLUMN care.worklist.as_of IS 'When the source issued it; where it does not say, when it was recorded here.';
COMMENT ON COLUMN care.worklist.next_step IS 'The function of care to call next; null where there is nothing to call but to wait, or to see the citizen.';
COMMENT ON COLUMN care.worklist.role IS
'For whom of the organization: practice, department, municipality, telemedicine, pharmacy, therapist, coordinator, region; or citizen, carer. Where the kind does not tell, by the organization''s sector.';
COMMENT ON COLUMN care.worklist.entity IS 'Table of the entry that it is about.';
COMMENT ON COLUMN care.worklist.entry IS 'Id of that entry.';
COMMENT ON COLUMN care.worklist.related_person IS 'Whose list it is on: id of the carer; null for all others.';

-- The parts have the same columns.
DO $$
DECLARE
	statement text;
BEGIN
	FOR statement IN
		SELECT format('COMMENT ON COLUMN %s.%I IS %L', p.oid::regclass, a.attname, col_description('care.worklist'::regclass, w.attnum))
		FROM pg_class p
		JOIN pg_attribute a ON a.attrelid = p.oid AND a.attnum > 0
		JOIN pg_attribute w ON w.attrelid = 'care.worklist'::regclass AND w.attname = a.attname
		WHERE p.relnamespace = 'care'::regnamespace AND p.relkind = 'v' AND p.relname LIKE 'worklist\_%'
	LOOP
		EXECUTE statement;
	END LOOP;
END
$$;

-- The view is planned once a session: that takes longer than to run it.
CREATE OR REPLACE FUNCTION care.worklist_of(organization bigint)
RETURNS SETOF care.worklist
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
-- A hash would have all of the region's citizens or ranges, for the few that are looked up by key.
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
	sees_all CONSTANT boolean := smartcare.sees_all();
	number bigint;
BEGIN
	PERFORM care.check_works_for(organization);
	PERFORM care.check_settled();
	-- OFFSET 0: one filter after all parts, not one in each.
	RETURN QUERY SELECT * FROM (SELECT * FROM care.worklist k WHERE k.organization = worklist_of.organization OFFSET 0) w
	WHERE sees_all
		-- Few refuse anything.
		OR NOT EXISTS (
			SELECT FROM care.consent s
			WHERE s.citizen = w.citizen AND s.category = 'sharing' AND s.status = 'rejected')
		OR NOT care.refuses_part(w.citizen, w.organization, care.part_of(w.entity))
	ORDER BY w.severity DESC, w.due, w.citizen, w.kind, w.entry;
	GET DIAGNOSTICS number = ROW_COUNT;
	PERFORM care.log_search('worklist', jsonb_build_object('organization', organization), number);
END
$$;
COMMENT ON FUNCTION care.worklist_of(bigint) IS
'What an organization has to do now: its rows of care.worklist, most severe first, then by due time. For who works there, without what the citizen refuses to share with it; the owner sees all. Who has read it is in care.search_log, but for the owner. Faster than the view, whose plan is made anew for each query. Errors: 42501 for all others, 25001 in a transaction that has changed who treats a citizen, 25006 on a standby, which cannot log.';

CREATE OR REPLACE FUNCTION care.worklist_of_citizen(citizen bigint, related_person bigint DEFAULT NULL)
RETURNS SETOF care.worklist
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
-- A hash would have all of the region's citizens or ranges, for the few that are looked up by key.
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
	is_own CONSTANT boolean := smartcare.sees_all() OR care.is_person(citizen, related_person);
	parts text[];
BEGIN
	IF is_own THEN
		PERFORM care.check_settled();
	ELSE
		PERFORM care.check_open(citizen, 'plan');
		parts := (care.open_parts(citizen)).parts;
	END IF;
	RETURN QUERY SELECT * FROM care.worklist w
	WHERE w.citizen = worklist_of_citizen.citizen AND w.organization IS NULL
		AND w.related_person IS NOT DISTINCT FROM worklist_of_citizen.related_person
		AND (is_own OR care.part_of(w.entity) = ANY (parts))
	ORDER BY w.severity DESC, w.due, w.kind, w.entry;
END
$$;
COMMENT ON FUNCTION care.worklist_of_citizen(bigint, bigint) IS
'What a citizen has to do now, or what of it a carer (related_person) sees: rows of care.worklist. For them, and for those to whom the record is open in part "plan", who see the rows of the parts that are. Errors: 42501 for all others, 25001 as of care.worklist_of().';
