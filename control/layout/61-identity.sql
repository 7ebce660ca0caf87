-- Who and where: organizations, practitioners and patients of a bundle, and the
-- keys by which other resources refer to them.
--
-- Sessions that import at once meet at these keys. Each first reserves all the
-- keys it knows of, in one order, with id 0: of two that reserve the same the
-- second waits for the first to commit, and then finds what it did. So a resource
-- cannot be parked for want of another that is just arriving.

CREATE OR REPLACE FUNCTION care.reserve_keys(resource_types text[], keys text[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO care.resource_key (resource_type, key, citizen, id)
	SELECT r.resource_type, r.key, CASE WHEN r.resource_type = 'Patient' THEN o.id END, coalesce(o.id, 0)
	FROM unnest(resource_types, keys) AS r (resource_type, key)
	CROSS JOIN LATERAL (SELECT care.own_entry(r.resource_type, r.key) AS id OFFSET 0) AS o
	ORDER BY r.resource_type COLLATE "C", r.key COLLATE "C"
	ON CONFLICT (resource_type, key) DO NOTHING;
END
$$;
COMMENT ON FUNCTION care.reserve_keys(text[], text[]) IS
'Internal: reserves keys that are not known yet, waiting for any session that is about to make them known. Keys that this record itself has given are known at once.';

CREATE OR REPLACE FUNCTION care.identifier_fault(system text, value text, normal text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN coalesce(system, '') = '' OR coalesce(value, '') = '' OR pg_catalog.octet_length(system || value) > 1000
	THEN 'an identifier without system or value, or too long, is left out'
	WHEN normal IS NULL THEN pg_catalog.format('its identifier "%s" is malformed for system %s, and left out', pg_catalog.left(value, 50), system)
END;
COMMENT ON FUNCTION care.identifier_fault(text, text, text) IS
'Internal: why an identifier, with its normal form, cannot be kept; null if it can.';

CREATE OR REPLACE FUNCTION care.fhir_identifier_keys(resource_type text, content jsonb)
RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT k.key
	FROM pg_catalog.jsonb_path_query(content, '$.identifier[*] ? (@.system.type() == "string" && @.value.type() == "string")') AS i (identifier)
	CROSS JOIN LATERAL (SELECT care.fhir_identifier(resource_type, i.identifier) AS key) AS k
	WHERE pg_catalog.octet_length(k.key) <= 1000;
END;
COMMENT ON FUNCTION care.fhir_identifier_keys(text, jsonb) IS
'Internal: the keys by which a resource can be referred to through its identifiers.';

-- Keys by identifier lead to one entry only: id -1 says that several have it.
CREATE OR REPLACE FUNCTION care.settle_keys(resource_type text, keys text[], ids bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE care.resource_key k
	SET id = CASE WHEN k.id = 0 AND n.one = n.other THEN n.one ELSE -1 END
	FROM (
		SELECT s.key, min(s.id) AS one, max(s.id) AS other
		FROM unnest(keys, ids) AS s (key, id)
		GROUP BY s.key
	) AS n
	WHERE k.resource_type = settle_keys.resource_type AND k.key = n.key
		AND (k.id = 0 OR n.key LIKE '%?identifier=%' AND (k.id <> n.one OR k.id <> n.other) AND k.id <> -1);
END
$$;
COMMENT ON FUNCTION care.settle_keys(text, text[], bigint[]) IS
'Internal: tells which entries reserved keys lead to.';

CREATE OR REPLACE FUNCTION care.import_organizations(
	entries care.import_entry[], OUT created bigint, OUT updated bigint, OUT refusals care.import_refusal[])
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	offered care.organization[];
	inserted bigint;
	part record;
BEGIN
	SELECT array_agg(ROW(coalesce(m.id, nextval('care.organization_id_seq')), coalesce(t.sector, 'unclassified'),
			coalesce(care.fhir_text(e.content #> '{type,0}'), 'organization'),
			coalesce(e.content ->> 'name', e.content #>> '{identifier,0,value}'), NULL, i.sor, i.gln, i.provider_number, i.municipality_code,
			e.content #>> '{address,0,city}', coalesce((e.content ->> 'active')::boolean, true), NULL,
			e.key, e.issued, e.digest, NULL)::care.organization ORDER BY e.key)
	INTO offered
	FROM (
		SELECT DISTINCT ON (n.key) n.*
		FROM unnest(entries) AS n
		WHERE n.resource_type = 'Organization'
		ORDER BY n.key, n.issued DESC, n.digest DESC
	) AS e
	CROSS JOIN LATERAL (
		SELECT min(d.normal) FILTER (WHERE d.system = 'urn:oid:1.2.208.176.1.1') AS sor,
			min(d.normal) FILTER (WHERE d.system = 'https://www.gs1.org/gln') AS gln,
			min(d.normal) FILTER (WHERE d.system = 'urn:oid:1.2.208.176.1.4') AS provider_number,
			min(d.normal) FILTER (WHERE d.system = 'urn:smartcare:identifier:municipality') AS municipality_code
		FROM jsonb_path_query(e.content, '$.identifier[*]') AS f (identifier)
		CROSS JOIN LATERAL (SELECT f.identifier ->> 'system' AS system,
			smartcare.identifier_normalize(f.identifier ->> 'system', f.identifier ->> 'value') AS normal) AS d
	) AS i
	CROSS JOIN LATERAL (
		-- What another record exported.
		SELECT min(c.coding ->> 'code') AS sector
		FROM jsonb_path_query(e.content, '$.type[*].coding[*] ? (@.system == "urn:smartcare:code:sector")') AS c (coding)
		WHERE c.coding ->> 'code' IN ('hospital', 'municipality', 'general practice', 'specialist', 'pharmacy', 'therapist', 'social', 'region')
	) AS t
	CROSS JOIN LATERAL (
		SELECT coalesce(
			(SELECT k.id FROM care.resource_key k WHERE k.resource_type = 'Organization' AND k.key = e.key AND k.id > 0),
			(SELECT o.id FROM care.organization o WHERE o.sor = i.sor),
			(SELECT o.id FROM care.organization o WHERE o.provider_number = i.provider_number),
			(SELECT o.id FROM care.organization o WHERE o.gln = i.gln AND (o.sor IS NULL OR i.sor IS NULL))) AS id
	) AS m;

	-- Units may share a location number or a municipality, which leads to one of them
	-- only. Another session may just have taken a number: then again, knowing that.
	created := 0;
	LOOP
		INSERT INTO care.organization (id, sector, kind, name, sor, gln, provider_number, municipality_code, city, active, source, issued, digest)
		SELECT n.id, n.sector, n.kind, n.name, n.sor,
			CASE WHEN n.sharing = 1 AND (SELECT x.id FROM care.organization x WHERE x.gln = n.gln) IS NULL THEN n.gln END,
			n.provider_number,
			CASE WHEN n.twin = 1 AND (SELECT x.id FROM care.organization x WHERE x.municipality_code = n.municipality_code) IS NULL
				THEN n.municipality_code END,
			n.city, n.active, n.source, nullif(n.issued, '-infinity'), n.digest
		FROM (
			SELECT u.*, row_number() OVER (PARTITION BY u.gln ORDER BY u.id) AS sharing,
				row_number() OVER (PARTITION BY u.municipality_code ORDER BY u.id) AS twin
			FROM unnest(offered) AS u
			WHERE (SELECT x.id FROM care.organization x WHERE x.id = u.id) IS NULL
		) AS n
		ON CONFLICT DO NOTHING;
		GET DIAGNOSTICS inserted = ROW_COUNT;
		created := created + inserted;
		EXIT WHEN NOT EXISTS (
			SELECT FROM unnest(offered) AS n
			WHERE (SELECT min(o.id) FROM care.organization o
				WHERE o.id = n.id OR o.sor = n.sor OR o.provider_number = n.provider_number) IS NULL);
	END LOOP;

	UPDATE care.organization o
	SET kind = n.kind, name = n.name, city = n.city, active = n.active,
		source = n.source, issued = nullif(n.issued, '-infinity'), digest = n.digest
	FROM unnest(offered) AS n
	WHERE o.id = n.id AND o.source IS NOT NULL AND (coalesce(o.issued, '-infinity'), o.digest) < (n.issued, n.digest);
	GET DIAGNOSTICS updated = ROW_COUNT;

	SELECT array_agg(ROW('Organization', f.key, f.fault, false)::care.import_refusal ORDER BY f.key, f.fault) INTO refusals
	FROM (
		SELECT n.source AS key, format('its location number %s is that of another organization, and left out', n.gln) AS fault
		FROM unnest(offered) AS n
		JOIN care.organization o ON o.id = n.id
		WHERE o.gln IS DISTINCT FROM n.gln AND n.gln IS NOT NULL
		UNION
		SELECT e.key, care.identifier_fault(v.system, v.value, smartcare.identifier_normalize(v.system, v.value))
		FROM unnest(entries) AS e
		CROSS JOIN LATERAL jsonb_path_query(e.content, '$.identifier[*]') AS i (identifier)
		CROSS JOIN LATERAL (SELECT i.identifier ->> 'system' AS system, i.identifier ->> 'value' AS value) AS v
		WHERE e.resource_type = 'Organization' AND v.system <> '' AND v.value <> ''
	) AS f
	WHERE f.fault IS NOT NULL;

	PERFORM care.settle_keys('Organization', array_agg(k.key), array_agg(k.id))
	FROM (
		SELECT e.key, e.content, f.id
		FROM unnest(entries) AS e
		JOIN unnest(offered) AS n ON n.source = e.key
		CROSS JOIN LATERAL (
			SELECT o.id FROM care.organization o
			WHERE o.id = n.id OR o.sor = n.sor OR o.provider_number = n.provider_number
			ORDER BY o.id <> n.id LIMIT 1
		) AS f
		WHERE e.resource_type = 'Organization'
	) AS found
	CROSS JOIN LATERAL (
		SELECT found.key, found.id
		UNION ALL
		SELECT i.key, found.id FROM care.fhir_identifier_keys('Organization', found.content) AS i (key)
	) AS k;

	-- What it is part of, where that is known by now; nothing becomes a part of itself.
	FOR part IN
		SELECT n.id, k.id AS whole
		FROM unnest(offered) AS n
		JOIN unnest(entries) AS e ON e.resource_type = 'Organization' AND e.key = n.source AND e.digest = n.digest
		JOIN care.resource_key k ON k.resource_type = 'Organization' AND k.key = care.fhir_key(e.content #>> '{partOf,reference}') AND k.id > 0
		ORDER BY n.id
	LOOP
		UPDATE care.organization o SET parent = part.whole
		WHERE o.id = part.id AND o.source IS NOT NULL AND o.parent IS NULL
			AND part.id NOT IN (
				WITH RECURSIVE whole AS (
					SELECT part.whole AS id
					UNION
					SELECT w.parent FROM whole JOIN care.organization w ON w.id = whole.id WHERE w.parent IS NOT NULL
				)
				SELECT whole.id FROM whole);
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.import_organizations(care.import_entry[]) IS
'Internal: makes and updates the organizations of a bundle. One is known by its key, its SOR id, its provider number or its location number; one that was made here is left as it is.';

CREATE OR REPLACE FUNCTION care.fhir_person_name(names jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT coalesce(nullif(n.name ->> 'text', ''), nullif(concat_ws(' ',
			(SELECT string_agg(g.given #>> '{}', ' ') FROM jsonb_path_query(n.name, '$.given[*]') AS g (given)),
			n.name ->> 'family'), ''))
		FROM jsonb_path_query(names, '$[*]') WITH ORDINALITY AS n (name, ordinal)
		ORDER BY array_position('{official,usual,temp,nickname,anonymous,old,maiden}', coalesce(n.name ->> 'use', 'usual')), n.ordinal
		LIMIT 1);
END
$$;
COMMENT ON FUNCTION care.fhir_person_name(jsonb) IS
'Internal: the name to show, of several HumanNames the official one first.';

CREATE OR REPLACE FUNCTION care.import_practitioners(
	entries care.import_entry[], OUT created bigint, OUT updated bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	offered care.practitioner[];
	inserted bigint;
BEGIN
	SELECT array_agg(ROW(coalesce(
				(SELECT k.id FROM care.resource_key k WHERE k.resource_type = 'Practitioner' AND k.key = e.key AND k.id > 0),
				(SELECT p.id FROM care.practitioner p WHERE p.authorization_id = i.authorization_id),
				nextval('care.practitioner_id_seq')),
			coalesce(care.fhir_person_name(e.content -> 'name'), e.content #>> '{identifier,0,value}'),
			i.authorization_id, coalesce((e.content ->> 'active')::boolean, true), e.key, e.issued, e.digest, NULL)::care.practitioner ORDER BY e.key)
	INTO offered
	FROM (
		SELECT DISTINCT ON (n.key) n.*
		FROM unnest(entries) AS n
		WHERE n.resource_type = 'Practitioner'
		ORDER BY n.key, n.issued DESC, n.digest DESC
	) AS e
	CROSS JOIN LATERAL (
		SELECT min(smartcare.identifier_normalize(f.identifier ->> 'system', f.identifier ->> 'value')) AS authorization_id
		FROM jsonb_path_query(e.content, '$.identifier[*] ? (@.system == "https://autregweb.sst.dk")') AS f (identifier)
	) AS i;

	-- An authorization leads to one of those who claim it; as with organizations.
	created := 0;
	LOOP
		INSERT INTO care.practitioner (id, name, authorization_id, active, source, issued, digest)
		SELECT n.id, n.name,
			CASE WHEN n.twin = 1 AND (SELECT x.id FROM care.practitioner x WHERE x.authorization_id = n.authorization_id) IS NULL
				THEN n.authorization_id END,
			n.active, n.source, nullif(n.issued, '-infinity'), n.digest
		FROM (
			SELECT u.*, row_number() OVER (PARTITION BY u.authorization_id ORDER BY u.id) AS twin
			FROM unnest(offered) AS u
			WHERE (SELECT x.id FROM care.practitioner x WHERE x.id = u.id) IS NULL
		) AS n
		ON CONFLICT DO NOTHING;
		GET DIAGNOSTICS inserted = ROW_COUNT;
		created := created + inserted;
		EXIT WHEN NOT EXISTS (
			SELECT FROM unnest(offered) AS n WHERE (SELECT x.id FROM care.practitioner x WHERE x.id = n.id) IS NULL);
	END LOOP;

	UPDATE care.practitioner p
	SET name = n.name, active = n.active, issued = nullif(n.issued, '-infinity'), digest = n.digest
	FROM unnest(offered) AS n
	WHERE p.id = n.id AND p.source IS NOT NULL AND (coalesce(p.issued, '-infinity'), p.digest) < (n.issued, n.digest);
	GET DIAGNOSTICS updated = ROW_COUNT;

	PERFORM care.settle_keys('Practitioner', array_agg(k.key), array_agg(n.id))
	FROM unnest(entries) AS e
	JOIN unnest(offered) AS n ON n.source = e.key
	CROSS JOIN LATERAL (
		SELECT e.key
		UNION ALL
		SELECT i.key FROM care.fhir_identifier_keys('Practitioner', e.content) AS i (key)
	) AS k
	WHERE e.resource_type = 'Practitioner';
END
$$;
COMMENT ON FUNCTION care.import_practitioners(care.import_entry[]) IS
'Internal: makes and updates the practitioners of a bundle. One is known by its key or its authorization; one that was made here is left as it is.';

-- Patients are matched by identifying identifiers first, then by key, and never by anything else.
CREATE OR REPLACE FUNCTION care.import_patients(
	entries care.import_entry[], OUT refused jsonb, OUT replacements jsonb, OUT refusals care.import_refusal[])
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	patient record;
	known bigint;
	identity record;
BEGIN
	refused := '{}';
	replacements := '[]';
	FOR patient IN
		SELECT e.key, e.content ->> 'birthDate' AS birth_date, i.systems, i."values", i.faults
		FROM unnest(entries) AS e
		CROSS JOIN LATERAL (
			SELECT array_agg(d.system) FILTER (WHERE d.fault IS NULL) AS systems,
				array_agg(d.normal) FILTER (WHERE d.fault IS NULL) AS "values",
				array_agg(ROW('Patient', e.key, d.fault, false)::care.import_refusal) FILTER (WHERE d.fault IS NOT NULL) AS faults
			FROM jsonb_path_query(e.content, '$.identifier[*]') AS f (identifier)
			CROSS JOIN LATERAL (SELECT f.identifier ->> 'system' AS system, f.identifier ->> 'value' AS value) AS v
			CROSS JOIN LATERAL (SELECT v.system, n.normal, care.identifier_fault(v.system, v.value, n.normal) AS fault
				FROM (SELECT smartcare.identifier_normalize(v.system, v.value) AS normal OFFSET 0) AS n) AS d
		) AS i
		WHERE e.resource_type = 'Patient'
			-- What has been taken before was identified then.
			AND (SELECT v.id FROM care.resource_key k
				JOIN care.resource_version v ON v.citizen = care.current_citizen(k.citizen)
					AND v.resource_type = k.resource_type AND v.key = k.key AND v.digest = e.digest
				WHERE k.resource_type = e.resource_type AND k.key = e.key) IS NULL
		ORDER BY e.key COLLATE "C", e.version, e.issued, e.digest
	LOOP
		known := (SELECT care.current_citizen(k.citizen) FROM care.resource_key k
			WHERE k.resource_type = 'Patient' AND k.key = patient.key AND k.id > 0);
		identity := care.claim_identifiers(patient.systems, patient."values", patient.birth_date, known);
		IF identity.reason IS NOT NULL THEN
			refused := refused || jsonb_build_object(patient.key, 'its ' || identity.reason);
			CONTINUE;
		END IF;
		IF identity.is_new THEN
			INSERT INTO care.citizen (citizen, birth_date)
			VALUES (identity.citizen, CASE WHEN length(patient.birth_date) = 10 THEN patient.birth_date::date END);
		END IF;
		PERFORM care.add_identifiers(identity.citizen, patient.systems, patient."values");
		IF cardinality(identity.replaced) > 0 THEN
			replacements := replacements || jsonb_build_object('citizen', identity.citizen, 'replaced', identity.replaced);
		END IF;
		refusals := refusals || patient.faults;

		UPDATE care.resource_key k SET citizen = identity.citizen, id = identity.citizen
		WHERE k.resource_type = 'Patient' AND k.key = patient.key AND k.id = 0;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.import_patients(care.import_entry[]) IS
'Internal: finds or makes the citizens that a bundle''s patients are, one after the other, for one may be found by what another has brought. refused: by key why that cannot be told; replacements: what care.resolve_replacements() has to do.';

CREATE OR REPLACE FUNCTION care.identified_citizen(key text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wanted CONSTANT text := split_part(key, '?identifier=', 2);
	wanted_system CONSTANT text := split_part(wanted, '|', 1);
	wanted_value CONSTANT text := substr(wanted, length(wanted_system) + 2);
	citizens bigint[];
BEGIN
	SELECT array_agg(DISTINCT care.current_citizen(i.citizen)) INTO citizens
	FROM care.citizen_identifier i
	WHERE i.system = wanted_system AND i.value = wanted_value;
	RETURN CASE
		WHEN cardinality(citizens) > 1 OR care.number_kind(wanted_system, wanted_value) IN ('D-eCPR', 'day+60') THEN -1
		ELSE citizens[1] END;
END
$$;
COMMENT ON FUNCTION care.identified_citizen(text) IS
'Internal: the citizen that a conditional reference, Patient?identifier=system|value, leads to; -1 where several have or may have the identifier, as a local replacement number.';

CREATE OR REPLACE FUNCTION care.subject_citizens(subjects text[])
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT jsonb_object_agg(s.subject, f.citizen)
		FROM (SELECT DISTINCT u.subject FROM unnest(subjects) AS u (subject)) AS s
		CROSS JOIN LATERAL (
			SELECT CASE WHEN s.subject LIKE 'Patient?identifier=%' THEN care.identified_citizen(s.subject)
				ELSE (SELECT care.current_citizen(k.citizen) FROM care.resource_key k
					WHERE k.resource_type = 'Patient' AND k.key = s.subject AND k.id > 0) END AS citizen
			OFFSET 0
		) AS f
		WHERE f.citizen IS NOT NULL);
END
$$;
COMMENT ON FUNCTION care.subject_citizens(text[]) IS
'Internal: by key the citizens that patients are, as far as they are known.';
