-- What analysts see: pseudonyms for citizens, dates shifted and coarsened, and nothing that is true of a few only.
-- The functions run as the owner of the layout and are all that care_analyst may do: no citizen's number, no entry's,
-- no words that somebody wrote. Rows come in the order of the pseudonyms, for that of the tables tells who came first.

-- HMAC (RFC 2104) with SHA-256, whose blocks are 64 bytes. The key's part of it is the same for all of a query's rows.
CREATE OR REPLACE FUNCTION care.hmac_block(key bytea, pad integer)
RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.decode(pg_catalog.string_agg(pg_catalog.lpad(pg_catalog.to_hex(
			CASE WHEN i.place < pg_catalog.octet_length(k.block) THEN pg_catalog.get_byte(k.block, i.place) ELSE 0 END # pad), 2, '0'), '' ORDER BY i.place), 'hex')
	FROM (SELECT CASE WHEN pg_catalog.octet_length(key) > 64 THEN pg_catalog.sha256(key) ELSE key END AS block) AS k
	CROSS JOIN pg_catalog.generate_series(0, 63) AS i (place);
END;
COMMENT ON FUNCTION care.hmac_block(bytea, integer) IS
'Internal: a key for HMAC-SHA256, filled up to a block, exclusive-ored with 54 (inner) or 92 (outer).';

CREATE OR REPLACE FUNCTION care.hmac(inner_block bytea, outer_block bytea, message bytea)
RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.sha256(outer_block || pg_catalog.sha256(inner_block || message));
COMMENT ON FUNCTION care.hmac(bytea, bytea, bytea) IS
'Internal: HMAC-SHA256 (RFC 2104, FIPS 198-1) of a message, under a key of which care.hmac_block() made two blocks.';

CREATE OR REPLACE FUNCTION care.start_analysis(
	name text, purpose text, members name[], valid daterange,
	granularity text DEFAULT 'week', shift_weeks integer DEFAULT 26, age_band integer DEFAULT 5, minimum_cell integer DEFAULT 5)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.analysis_project (name, purpose, key, members, valid, granularity, shift_weeks, age_band, minimum_cell)
	VALUES (name, purpose, care.new_analysis_key(), members, valid, granularity, shift_weeks, age_band, minimum_cell);
END
$$;
COMMENT ON FUNCTION care.start_analysis(text, text, name[], daterange, text, integer, integer, integer) IS
'A project of analysts, with a key of its own. For members of care_admin, and the owner. Errors: 23505 there is one of this name, 23514 a setting that care.analysis_project does not allow, as days without a shift, 23502 no purpose, members or days.';

CREATE OR REPLACE FUNCTION care.new_analysis_key()
RETURNS bytea
LANGUAGE sql VOLATILE PARALLEL SAFE
-- Each has 122 bits of the server's strong random source.
RETURN pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
	|| pg_catalog.uuid_send(pg_catalog.gen_random_uuid()));
COMMENT ON FUNCTION care.new_analysis_key() IS 'Internal: 32 random bytes.';

CREATE OR REPLACE FUNCTION care.rotate_analysis_key(name text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE care.analysis_project p SET key = care.new_analysis_key(), key_at = now() WHERE p.name = rotate_analysis_key.name;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no project "%"', name
			USING ERRCODE = 'undefined_object';
	END IF;
END
$$;
COMMENT ON FUNCTION care.rotate_analysis_key(text) IS
'Gives a project another key: its pseudonyms and shifts are others from then on, and those from before lead nowhere, for the key is forgotten. For members of care_admin, and the owner. Errors: 42704 no such project.';

CREATE OR REPLACE FUNCTION care.analysis_project_of(project text, asked text)
RETURNS care.analysis_project
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_project care.analysis_project;
BEGIN
	SELECT * INTO found_project FROM care.analysis_project p
	WHERE p.name = project AND (smartcare.sees_all()
		OR 'care_analyst' = ANY (smartcare.my_roles()) AND smartcare.my_role() = ANY (p.members) AND p.valid @> care.today());
	-- Whether there is such a project is nobody else's business.
	IF NOT FOUND THEN
		PERFORM care.refuse_access(format('"%s" takes no part in a project "%s" today', smartcare.my_role(), project),
			'care.analysis_project says who does, and on which days.');
	END IF;
	PERFORM care.log_search('analysis', jsonb_build_object('project', project, 'asked', asked), NULL);
	RETURN found_project;
END
$$;
COMMENT ON FUNCTION care.analysis_project_of(text, text) IS
'Internal: a project that the caller may read, which is logged with what is asked of it. Errors: 42501 there is none, 25006 on a standby.';

CREATE OR REPLACE VIEW care.analysis_subject AS
SELECT c.citizen, c.birth_date, c.gender, c.municipality
FROM care.citizen c
WHERE c.merged_into IS NULL
	AND c.citizen NOT IN (SELECT r.citizen FROM care.restricted_citizen r)
	AND c.citizen NOT IN (
		SELECT s.citizen FROM care.consent s
		WHERE s.category = 'sharing' AND s.status = 'rejected' AND s.grantee IS NULL
			AND EXISTS (SELECT FROM care.sharing(s.citizen, NULL) p WHERE p.refused));

COMMENT ON VIEW care.analysis_subject IS
'The citizens whom analysts may see something of: those whose processing is not restricted, and who do not refuse to share the record, or a part of it, with all.';
COMMENT ON COLUMN care.analysis_subject.citizen IS 'The citizen.';
COMMENT ON COLUMN care.analysis_subject.birth_date IS 'Date of birth.';
COMMENT ON COLUMN care.analysis_subject.gender IS 'Administrative gender.';
COMMENT ON COLUMN care.analysis_subject.municipality IS 'Where the citizen lives.';

-- Civil dates are shifted, not instants: a week has seven of them whatever the clocks do.
CREATE OR REPLACE FUNCTION care.analysis_key(project care.analysis_project)
RETURNS TABLE (citizen bigint, pseudonym text, shift integer, birth_year integer, gender text, municipality text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	inner_block CONSTANT bytea := care.hmac_block(project.key, 54);
	outer_block CONSTANT bytea := care.hmac_block(project.key, 92);
	few CONSTANT integer := project.minimum_cell - 1;
BEGIN
	RETURN QUERY
	SELECT t.citizen,
		encode(substr(t.code, 1, 16), 'hex'),
		-- From other bits than the pseudonym: of 32 each number of weeks is as likely as any other, to one in millions.
		7 * (('x' || encode(substr(t.code, 17, 4), 'hex'))::bit(32)::bigint % (project.shift_weeks + 1))::integer,
		t.band, t.sex,
		-- Nor may the few be those that are left when the others are told.
		CASE WHEN t.here > few AND (t.elsewhere = 0 OR t.elsewhere > few) THEN o.name END
	FROM (
		SELECT g.*, care.hmac(inner_block, outer_block, int8send(g.citizen)) AS code,
			count(*) FILTER (WHERE g.here <= few) OVER (PARTITION BY g.band, g.sex) AS elsewhere
		FROM (
			SELECT s.citizen, b.band, s.gender AS sex, s.municipality AS place,
				count(*) OVER (PARTITION BY b.band, s.gender) AS alike,
				count(*) OVER (PARTITION BY b.band, s.gender, s.municipality) AS here
			FROM care.analysis_subject s
			CROSS JOIN LATERAL (SELECT extract(year FROM s.birth_date)::integer / project.age_band * project.age_band AS band) b
		) g
		WHERE g.alike > few
	) t
	LEFT JOIN care.organization o ON o.id = t.place;
END
$$;
COMMENT ON FUNCTION care.analysis_key(care.analysis_project) IS
'Internal: each citizen whom a project sees something of: the pseudonym, 128 bits of HMAC-SHA256 under the key of the project; by how many days the dates are earlier; the first year of the band of birth years; gender; and municipality, if enough of the band and gender live there. Whose band and gender too few share is left out of all.';

CREATE OR REPLACE FUNCTION care.analysis_date(civil_day date, shift integer, granularity text)
RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.date_trunc(granularity, (civil_day - shift)::timestamp)::date;
COMMENT ON FUNCTION care.analysis_date(date, integer, text) IS 'Internal: a date as a project shows it.';

-- The last date of who is measured every day would tell the shift: all end at one shown day, which no shift can have reached yet.
CREATE OR REPLACE FUNCTION care.analysis_end(project care.analysis_project)
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN care.today() - 7 * project.shift_weeks;
COMMENT ON FUNCTION care.analysis_end(care.analysis_project) IS
'Internal: the day before which a project sees shifted dates: today, by the largest shift earlier. Of later ones there are none of who is shifted most.';

CREATE OR REPLACE FUNCTION care.analysis_citizen(project text)
RETURNS TABLE (pseudonym text, birth_year integer, gender text, municipality text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_project CONSTANT care.analysis_project := care.analysis_project_of(project, 'citizen');
BEGIN
	RETURN QUERY
	SELECT k.pseudonym, k.birth_year, k.gender, k.municipality FROM care.analysis_key(found_project) k ORDER BY k.pseudonym COLLATE "C";
END
$$;
COMMENT ON FUNCTION care.analysis_citizen(text) IS
'For analysts: the citizens of a project: pseudonym, first year of the band of birth years, gender, and municipality where enough share all of that; else null. Errors: 42501 the caller takes no part in such a project today.';

CREATE OR REPLACE FUNCTION care.analysis_stay(project text)
RETURNS TABLE (pseudonym text, class text, department text, start_date date, end_date date, bed_days integer)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_project CONSTANT care.analysis_project := care.analysis_project_of(project, 'stay');
	zone CONSTANT text := care.setting('zone');
BEGIN
	RETURN QUERY
	WITH stay AS MATERIALIZED (
		SELECT k.pseudonym, k.shift, l.class, l.organization, l.start_time, l.end_time, l.bed_days
		FROM care.analysis_key(found_project) k
		JOIN care.stay_length l ON l.citizen = k.citizen
		WHERE (l.end_time AT TIME ZONE zone)::date - k.shift < care.analysis_end(found_project)
	), shown AS (
		SELECT s.organization, o.name FROM stay s
		JOIN care.organization o ON o.id = s.organization
		GROUP BY s.organization, o.name HAVING count(DISTINCT s.pseudonym) >= found_project.minimum_cell
	)
	SELECT s.pseudonym, s.class, d.name,
		care.analysis_date((s.start_time AT TIME ZONE zone)::date, s.shift, found_project.granularity),
		care.analysis_date((s.end_time AT TIME ZONE zone)::date, s.shift, found_project.granularity), s.bed_days::integer
	FROM stay s
	LEFT JOIN shown d ON d.organization = s.organization
	ORDER BY s.pseudonym COLLATE "C", 4, 5, 2, 3, 6;
END
$$;
COMMENT ON FUNCTION care.analysis_stay(text) IS
'For analysts: stays of inpatients that are over, as in care.stay_length; the department where enough citizens stayed there, else null; dates shifted and coarsened, those before care.analysis_end(). Errors: 42501 the caller takes no part in such a project today.';

CREATE OR REPLACE FUNCTION care.analysis_pathway(project text)
RETURNS TABLE (pseudonym text, phase text, start_date date, end_date date, days integer)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_project CONSTANT care.analysis_project := care.analysis_project_of(project, 'pathway');
	zone CONSTANT text := care.setting('zone');
BEGIN
	RETURN QUERY
	WITH phase AS MATERIALIZED (
		SELECT k.pseudonym, k.shift, p.label, p.period, (lower(p.period) AT TIME ZONE zone)::date AS first_day,
			(upper(p.period) AT TIME ZONE zone)::date AS last_day
		FROM care.analysis_key(found_project) k
		JOIN care.care_phase p ON p.citizen = k.citizen
		WHERE isfinite(lower(p.period)) AND isfinite(upper(p.period))
			AND (upper(p.period) AT TIME ZONE zone)::date - k.shift < care.analysis_end(found_project)
	), shown AS (
		-- What a municipality calls a service somebody has written.
		SELECT h.label FROM phase h GROUP BY h.label HAVING count(DISTINCT h.pseudonym) >= found_project.minimum_cell
	)
	SELECT h.pseudonym, s.label, care.analysis_date(h.first_day, h.shift, found_project.granularity),
		care.analysis_date(h.last_day, h.shift, found_project.granularity), h.last_day - h.first_day
	FROM phase h
	LEFT JOIN shown s ON s.label = h.label
	ORDER BY h.pseudonym COLLATE "C", 3, 4, 2, 5;
END
$$;
COMMENT ON FUNCTION care.analysis_pathway(text) IS
'For analysts: paths through the sectors, the phases of care.care_phase that are over, with how many days each lasted; the phase where enough citizens have such a one, else null; dates shifted and coarsened, those before care.analysis_end(). Errors: 42501 the caller takes no part in such a project today.';

CREATE OR REPLACE FUNCTION care.analysis_readmission(project text, definition text DEFAULT 'acute')
RETURNS TABLE (pseudonym text, department text, discharge_date date, is_acute boolean, is_known boolean, is_readmitted boolean, days_after integer)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_project CONSTANT care.analysis_project := care.analysis_project_of(project, 'readmission ' || definition);
	zone CONSTANT text := care.setting('zone');
	within CONSTANT interval := (SELECT d.within FROM care.readmission_definition d WHERE d.name = definition);
BEGIN
	IF within IS NULL THEN
		RAISE EXCEPTION 'there is no definition "%" of a readmission', definition
			USING ERRCODE = 'invalid_parameter_value',
				HINT = format('It is one of %s.', (SELECT string_agg(d.name, ', ' ORDER BY d.name) FROM care.readmission_definition d));
	END IF;
	RETURN QUERY
	WITH discharge AS MATERIALIZED (
		SELECT k.pseudonym, k.shift, i.organization, i.discharged_at, i.is_acute, i.is_known, i.is_readmitted, i.next_start_time
		FROM care.analysis_key(found_project) k
		JOIN care.indexed_discharge i ON i.citizen = k.citizen
		WHERE i.definition = analysis_readmission.definition
			-- Whether all of the time has passed would tell of the shift, too.
			AND ((i.discharged_at + within) AT TIME ZONE zone)::date - k.shift < care.analysis_end(found_project)
	), shown AS (
		SELECT s.organization, o.name FROM discharge s
		JOIN care.organization o ON o.id = s.organization
		GROUP BY s.organization, o.name HAVING count(DISTINCT s.pseudonym) >= found_project.minimum_cell
	)
	SELECT s.pseudonym, d.name, care.analysis_date((s.discharged_at AT TIME ZONE zone)::date, s.shift, found_project.granularity),
		s.is_acute, s.is_known, s.is_readmitted,
		CASE WHEN s.is_readmitted THEN (s.next_start_time AT TIME ZONE zone)::date - (s.discharged_at AT TIME ZONE zone)::date END
	FROM discharge s
	LEFT JOIN shown d ON d.organization = s.organization
	ORDER BY s.pseudonym COLLATE "C", 3, 2, 4, 7;
END
$$;
COMMENT ON FUNCTION care.analysis_readmission(text, text) IS
'For analysts: discharges as in care.indexed_discharge, by one definition in care.readmission_definition: whether a return came in time, after how many days, and whether all of that time has passed, as it has for those whose dates are before care.analysis_end(). Errors: 42501 the caller takes no part in such a project today, 22023 there is no such definition.';

CREATE OR REPLACE FUNCTION care.analysis_measurement(project text, measure text)
RETURNS TABLE (pseudonym text, start_date date, number bigint, mean float8, minimum float8, maximum float8, unit text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_project CONSTANT care.analysis_project := care.analysis_project_of(project, 'measurement ' || measure);
	zone CONSTANT text := care.setting('zone');
	found_measure care.measure;
BEGIN
	SELECT * INTO found_measure FROM care.measure m WHERE m.name = analysis_measurement.measure AND m.reviewed;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no measure "%"', measure
			USING ERRCODE = 'undefined_object',
				HINT = 'Analysts see those that a person has reviewed.';
	END IF;
	RETURN QUERY
	WITH measured AS MATERIALIZED (
		SELECT k.pseudonym, k.shift, s.points
		FROM care.analysis_key(found_project) k
		JOIN care.measurement_series s ON s.citizen = k.citizen AND s.measure = found_measure.id
	)
	SELECT m.pseudonym, d.start_date, count(*), avg(u.value), min(u.value), max(u.value), found_measure.unit
	FROM measured m
	CROSS JOIN LATERAL smartcare.unnest(m.points) AS u ("time", value)
	CROSS JOIN LATERAL (
		SELECT care.analysis_date((u."time" AT TIME ZONE zone)::date, m.shift, found_project.granularity) AS start_date) d
	WHERE (SELECT count(DISTINCT n.pseudonym) FROM measured n) >= found_project.minimum_cell
		AND (u."time" AT TIME ZONE zone)::date - m.shift < care.analysis_end(found_project)
	GROUP BY m.pseudonym, d.start_date
	ORDER BY m.pseudonym COLLATE "C", d.start_date;
END
$$;
COMMENT ON FUNCTION care.analysis_measurement(text, text) IS
'For analysts: a measure''s values of each citizen and day, week or month, summed up, in its unit; nothing where too few citizens have any. Dates are shifted, and before care.analysis_end(). Errors: 42501 the caller takes no part in such a project today, 42704 there is no such measure, or nobody has reviewed it.';

CREATE OR REPLACE FUNCTION care.analysis_count(project text, what text, by text[] DEFAULT '{}')
RETURNS TABLE (cell jsonb, citizens bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_project CONSTANT care.analysis_project := care.analysis_project_of(project, concat('count of ', what, ' by ' || nullif(array_to_string(by, ', '), '')));
	columns CONSTANT text[] := (
		SELECT p.proargnames[p.pronargs + 2:] FROM pg_proc p
		WHERE p.pronamespace = 'care'::regnamespace AND p.proname = 'analysis_' || what
			AND what IN ('citizen', 'stay', 'pathway', 'readmission'));
BEGIN
	IF columns IS NULL OR by IS NULL OR NOT by <@ columns THEN
		RAISE EXCEPTION 'analysts cannot count "%" by %', what, by
			USING ERRCODE = 'invalid_parameter_value',
				HINT = coalesce(format('It can be counted by %s.', array_to_string(columns, ', ')), 'What can be counted is citizen, stay, pathway, readmission.');
	END IF;
	-- The least first: what has too few is not told, nor is the next one, if what is not told would be too few together.
	FOR cell, citizens IN EXECUTE format($query$
		SELECT c.cell, CASE WHEN c.citizens >= $2 AND (c.smaller = 0 OR c.smaller >= $2) THEN c.citizens END
		FROM (
			SELECT g.cell, g.citizens, coalesce(sum(g.citizens) OVER (ORDER BY g.citizens, g.cell
				ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS smaller
			FROM (
				SELECT jsonb_build_object(%s) AS cell, count(DISTINCT t.pseudonym) AS citizens
				FROM care.%I($1) t
				GROUP BY 1
			) g
		) c
		ORDER BY c.cell$query$,
		(SELECT string_agg(format('%L, t.%I', b.name, b.name), ', ') FROM unnest(by) AS b (name)), 'analysis_' || what)
	USING project, found_project.minimum_cell
	LOOP
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.analysis_count(text, text, text[]) IS
'For analysts: how many citizens there are in each cell, by columns of analysis_citizen, _stay, _pathway or _readmission; null where they are too few, and in the next larger cell where those would be too few together. Errors: 42501 the caller takes no part in such a project today, 22023 that cannot be counted, or not by that.';
