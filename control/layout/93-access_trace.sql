-- The trace: who has seen and written what about a citizen, shown to the citizen; and
-- what auditors see of it.

CREATE OR REPLACE FUNCTION care.check_reader(citizen bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM care.check_settled();
	IF NOT smartcare.sees_all() AND 'care_auditor' <> ALL (smartcare.my_roles()) AND NOT care.is_person(citizen, NULL) THEN
		PERFORM care.refuse_access(format('"%s" may not read who has seen the record of citizen %s', smartcare.my_role(), citizen),
			'That is for the citizen, and for members of care_auditor.');
	END IF;
END
$$;
COMMENT ON FUNCTION care.check_reader(bigint) IS
'Internal: lets the citizen, auditors and the owner pass. Errors: 42501 for all others, 25001 as care.check_settled().';

-- A record that was merged into another, and is not any more, was read there meanwhile.
CREATE OR REPLACE FUNCTION care.read_in(kept bigint)
RETURNS TABLE (citizen bigint, is_own boolean, start_time timestamptz, end_time timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	WITH RECURSIVE place AS (
		SELECT s.citizen, true AS is_own, timestamptz '-infinity' AS start_time, timestamptz 'infinity' AS end_time
		FROM care.same_citizen(kept) AS s (citizen)
		UNION
		SELECT m.citizen, false, greatest(p.start_time, m.merged_at), least(p.end_time, m.undone_at)
		FROM place p
		JOIN care.citizen_merge m ON m.merged = p.citizen AND m.undone_at IS NOT NULL
		WHERE greatest(p.start_time, m.merged_at) < least(p.end_time, m.undone_at)
	)
	SELECT p.citizen, p.is_own, p.start_time, p.end_time FROM place p;
END;
COMMENT ON FUNCTION care.read_in(bigint) IS
'Internal: in which records what a citizen''s has now could be read, from when to when: in its own, and in what that had been merged into.';

CREATE OR REPLACE FUNCTION care.access_entries(kept bigint)
RETURNS SETOF care.access_entry
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT t.start_time, t.end_time, t.activity, t.purpose, t.critical, t.reason, o.name, o.sor,
		coalesce(p.name, n.name, CASE WHEN t.by_citizen THEN c.name END),
		coalesce(t.role, n.relationship, CASE WHEN t.by_citizen THEN 'citizen' END),
		CASE WHEN n.id IS NOT NULL THEN c.name END,
		t.login, t.consent, nullif(t.withheld, '{}'), t.reference
	FROM (
		SELECT l.at AS start_time, least(e.at, l.until) AS end_time,
			CASE l.activity WHEN 'find' THEN 'found in a search' ELSE 'opened the record' END AS activity, u.meaning AS purpose,
			coalesce(u.basis = 'emergency', false) OR l.overridden AS critical, l.reason, l.organization, l.practitioner, l.related_person,
			coalesce(u.basis = 'citizen', false) AND s.is_own AS by_citizen, k.meaning AS role, l.login, l.consent, l.withheld,
			format('access_log %s %s', l.citizen, l.id) AS reference
		FROM care.read_in(kept) s
		JOIN care.access_log l ON l.citizen = s.citizen AND l.activity IN ('open', 'find')
			AND l.at < s.end_time AND coalesce(l.until, l.at) >= s.start_time
		LEFT JOIN care.access_purpose u ON u.code = l.purpose
		LEFT JOIN care.professional_role k ON k.code = l.code
		LEFT JOIN LATERAL (
			SELECT min(b.at) AS at FROM care.access_log b
			WHERE b.citizen = l.citizen AND b.activity = 'close' AND b.access = l.id
		) e ON true
		UNION ALL
		SELECT w.recorded_at, NULL, format('%s, %s %s', replace(w.step, '_', ' '), replace(w.entity, '_', ' '), w.entry), NULL, false,
			coalesce(w.details ->> 'reason', w.details ->> 'note'), w.organization, a.practitioner,
			CASE w.step WHEN 'write_diary' THEN (w.details ->> 'related_person')::bigint END, w.organization IS NULL, NULL, w.recorded_by, NULL, NULL, format('workflow_event %s %s', w.citizen, w.id)
		FROM care.workflow_event w
		LEFT JOIN care.practitioner_login a ON a.role_name = w.recorded_by
		WHERE w.citizen = kept AND w.rests_on IS NULL
		UNION ALL
		SELECT b.recorded_at, NULL, 'recorded ' || coalesce(m.display, 'measurements'), NULL, false, b.source ->> 'reason', NULL, a.practitioner, NULL,
			false, NULL, b.recorded_by, NULL, NULL, format('measurement_batch %s %s', b.citizen, b.id)
		FROM care.measurement_batch b
		LEFT JOIN care.measure m ON m.id = b.measure
		LEFT JOIN care.practitioner_login a ON a.role_name = b.recorded_by
		WHERE b.citizen = kept AND b.import IS NULL
		UNION ALL
		SELECT i.recorded_at, NULL, 'imported ' || i.bundle_type, NULL, false, NULL, NULL, a.practitioner, NULL,
			false, NULL, i.recorded_by, NULL, NULL, format('bundle_import %s', i.id)
		FROM (
			SELECT v.import FROM care.resource_version v WHERE v.citizen = kept
			UNION
			SELECT b.import FROM care.measurement_batch b WHERE b.citizen = kept
		) v
		JOIN care.bundle_import i ON i.id = v.import
		LEFT JOIN care.practitioner_login a ON a.role_name = i.recorded_by
		UNION ALL
		SELECT e.at, NULL, e.activity, NULL, false, e.reason, NULL, a.practitioner, NULL, false, NULL, e.by, NULL, NULL, e.reference
		FROM care.same_citizen(kept) AS s (citizen)
		CROSS JOIN LATERAL (
			SELECT d.at, CASE m.citizen WHEN s.citizen THEN d.another ELSE d.this END, d.reason, d.by, format('citizen_merge %s %s', m.citizen, m.id)
			FROM care.citizen_merge m
			CROSS JOIN LATERAL (VALUES
				(m.merged_at, 'merged another record into it', 'merged it into another record', m.reason, m.merged_by),
				(m.undone_at, 'took another record out of it', 'took it out of another record', m.undone_reason, m.undone_by)
			) AS d (at, another, this, reason, by)
			WHERE (s.citizen = m.citizen OR s.citizen = m.merged AND m.undone_at IS NOT NULL) AND d.at IS NOT NULL
			UNION ALL
			SELECT m.moved_at, format('moved %s %s %s another record', replace(m.entry_table, '_', ' '), m.entry,
				CASE m.citizen WHEN s.citizen THEN 'from' ELSE 'to' END), m.reason, m.moved_by, format('entry_move %s %s', m.citizen, m.id)
			FROM care.entry_move m
			WHERE s.citizen IN (m.citizen, m.from_citizen)
		) AS e (at, activity, reason, by, reference)
		LEFT JOIN care.practitioner_login a ON a.role_name = e.by
	) AS t (start_time, end_time, activity, purpose, critical, reason, organization, practitioner, related_person,
		by_citizen, role, login, consent, withheld, reference)
	JOIN care.citizen c ON c.citizen = kept
	LEFT JOIN care.organization o ON o.id = t.organization
	LEFT JOIN care.practitioner p ON p.id = t.practitioner
	LEFT JOIN care.related_person n ON n.citizen = kept AND n.id = t.related_person
	ORDER BY t.start_time DESC, t.reference DESC;
END
$$;
COMMENT ON FUNCTION care.access_entries(bigint) IS 'Internal: what care.access_of() returns, whoever asks, of a record that stands.';

CREATE OR REPLACE FUNCTION care.access_of(citizen bigint)
RETURNS SETOF care.access_entry
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept CONSTANT bigint := care.current_citizen(citizen);
BEGIN
	PERFORM care.check_reader(kept);
	IF NOT care.is_person(kept, NULL) THEN
		-- What an auditor sees says why the citizen came, and where: that is a look, too.
		PERFORM care.check_report(kept);
	END IF;
	RETURN QUERY SELECT e.* FROM care.access_entries(kept) e;
END
$$;
COMMENT ON FUNCTION care.access_of(bigint) IS
'Who has seen and who has written what about a citizen, the latest first, in the form in which MinLog shows it: for the citizen, auditors (care_auditor) who have opened the record for RECORDMGT, and the owner. Reads are from care.access_log, writes from the steps, measurements, imports, merges and moves themselves. Errors: 42501 for all others, 25001 in a transaction that has changed who treats a citizen, or who is one.';

CREATE OR REPLACE FUNCTION care.verify_access_log(citizen bigint, OUT id bigint, OUT problem text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	head care.access_chain;
BEGIN
	PERFORM care.check_reader(citizen);
	SELECT * INTO head FROM care.access_chain h WHERE h.citizen = verify_access_log.citizen;
	RETURN QUERY SELECT v.* FROM care.verify_chain('access_log', 'citizen', verify_access_log.citizen::text, head.last_place, head.last_at, head.hash) v;
END
$$;
COMMENT ON FUNCTION care.verify_access_log(bigint) IS
'Recomputes the chain of hashes over a citizen''s rows of care.access_log, from the first that is kept: what is wrong, by the row''s id (null: at the end rows are missing); nothing if the log is as it was written. (The owner of the tables could rewrite all of it: compare care.access_chain with a copy kept elsewhere.) For the citizen, members of care_auditor, and the owner. Errors: 42501 for all others, 25001 as of care.access_of().';

CREATE OR REPLACE FUNCTION care.verify_search_log(role_name name, OUT id bigint, OUT problem text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	head care.search_chain;
BEGIN
	SELECT * INTO head FROM care.search_chain h WHERE h.role_name = verify_search_log.role_name;
	RETURN QUERY SELECT v.* FROM care.verify_chain('search_log', 'role_name', verify_search_log.role_name, head.last_place, head.last_at, head.hash) v;
END
$$;
COMMENT ON FUNCTION care.verify_search_log(name) IS
'As care.verify_access_log(), of a role''s rows of care.search_log. For members of care_auditor, and the owner.';

CREATE OR REPLACE VIEW care.search_trace WITH (security_barrier) AS
SELECT l.at, l.activity, l.criterion, l.found, p.name AS person, l.login, l.role_name, l.id
FROM care.search_log l
LEFT JOIN care.practitioner p ON p.id = l.practitioner;

COMMENT ON VIEW care.search_trace IS
'Who has looked for citizens by what, and read which lists of many: care.search_log for auditors, with names.';
COMMENT ON COLUMN care.search_trace.at IS 'When.';
COMMENT ON COLUMN care.search_trace.activity IS 'search, worklist or analysis.';
COMMENT ON COLUMN care.search_trace.criterion IS 'What was asked for.';
COMMENT ON COLUMN care.search_trace.found IS 'How many citizens a search found; how many rows the work-list had; null of an analysis.';
COMMENT ON COLUMN care.search_trace.person IS 'Who did.';
COMMENT ON COLUMN care.search_trace.login IS 'The login of the session.';
COMMENT ON COLUMN care.search_trace.role_name IS 'The role it acted in.';
COMMENT ON COLUMN care.search_trace.id IS 'Id in care.search_log.';

CREATE OR REPLACE VIEW care.access_review WITH (security_barrier) AS
SELECT l.citizen, l.id AS access, l.at, p.name AS person, k.meaning AS role, o.name AS organization,
	u.meaning AS purpose, l.overridden, l.reason, l.login, l.role_name
FROM care.access_log l
JOIN care.access_purpose u ON u.code = l.purpose
LEFT JOIN care.practitioner p ON p.id = l.practitioner
LEFT JOIN care.professional_role k ON k.code = l.code
LEFT JOIN care.organization o ON o.id = l.organization
WHERE l.activity = 'open' AND l.reason IS NOT NULL AND (u.basis = 'emergency' OR l.overridden)
	AND NOT EXISTS (SELECT FROM care.access_verdict v WHERE v.citizen = l.citizen AND v.access = l.id);

COMMENT ON VIEW care.access_review IS
'Accesses that somebody has to look at: in an emergency without a treatment relation, or against what the citizen refuses to share. care.review_access() takes one off the list.';
COMMENT ON COLUMN care.access_review.citizen IS 'Whose record was opened.';
COMMENT ON COLUMN care.access_review.access IS 'Id of the access in the log.';
COMMENT ON COLUMN care.access_review.at IS 'When.';
COMMENT ON COLUMN care.access_review.person IS 'Who opened it.';
COMMENT ON COLUMN care.access_review.role IS 'As what.';
COMMENT ON COLUMN care.access_review.organization IS 'For which organization.';
COMMENT ON COLUMN care.access_review.purpose IS 'For what.';
COMMENT ON COLUMN care.access_review.overridden IS 'Whether a refusal was overridden.';
COMMENT ON COLUMN care.access_review.reason IS 'Why, in the words of who opened it.';
COMMENT ON COLUMN care.access_review.login IS 'The login of the session.';
COMMENT ON COLUMN care.access_review.role_name IS 'The role it acted in.';

CREATE OR REPLACE FUNCTION care.review_access(citizen bigint, access bigint, verdict text, note text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	reviewers CONSTANT name[] := ARRAY[smartcare.my_role(), session_user];
	waiting CONSTANT bigint := (
		SELECT r.access FROM care.access_review r
		WHERE r.citizen = review_access.citizen AND r.access = review_access.access);
BEGIN
	IF waiting IS NULL THEN
		RAISE EXCEPTION 'access % to citizen % waits for no review', access, citizen
			USING ERRCODE = 'no_data_found',
			HINT = 'care.access_review lists those that do.';
	ELSIF EXISTS (
		SELECT FROM care.access_log l
		WHERE l.citizen = review_access.citizen AND l.id = waiting
			AND (l.role_name = ANY (reviewers) OR EXISTS (
				SELECT FROM care.practitioner_login a WHERE a.role_name = ANY (reviewers) AND a.practitioner = l.practitioner)))
	THEN
		PERFORM care.refuse_access('nobody reviews an access of their own', 'Somebody else has to do it.');
	ELSIF smartcare.my_role() IN (SELECT g.role_name FROM care.role_grant g) THEN
		PERFORM care.refuse_access(format('a review is somebody''s, and "%s" is nobody', smartcare.my_role()), 'Do it in the role of a person.');
	END IF;
	INSERT INTO care.access_verdict (citizen, access, verdict, note)
	VALUES (review_access.citizen, review_access.access, review_access.verdict, review_access.note);
END
$$;
COMMENT ON FUNCTION care.review_access(bigint, bigint, text, text) IS
'What the review of an access says: justified or unjustified, and why. Errors: P0002 it waits for none, 42501 one''s own access, in whatever role, or a function role, which is nobody, 23514 another verdict or no note.';
