-- Whom a message is from, to and about.

CREATE OR REPLACE FUNCTION care.known_organization(resource jsonb, sector text, may_register boolean)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given_sor CONSTANT text := smartcare.resource_identifier(resource, 'urn:oid:1.2.208.176.1.1');
	given_gln CONSTANT text := smartcare.resource_identifier(resource, 'https://www.gs1.org/gln');
	found_id bigint;
	found_sector text;
BEGIN
	IF given_sor IS NOT NULL THEN
		SELECT o.id, o.sector INTO found_id, found_sector FROM care.organization o WHERE o.sor = given_sor;
	END IF;
	IF found_id IS NULL AND given_gln IS NOT NULL THEN
		SELECT o.id, o.sector INTO found_id, found_sector FROM care.organization o WHERE o.gln = given_gln AND (o.sor IS NULL OR given_sor IS NULL);
	END IF;
	IF found_id IS NULL AND may_register AND coalesce(given_sor, given_gln) IS NOT NULL
		AND care.setting('message_unknown_organization') = 'register'
	THEN
		-- A location number can be that of several; it is kept for one.
		INSERT INTO care.organization AS o (sector, name, sor, gln)
		VALUES (coalesce(known_organization.sector, 'unclassified'), coalesce(nullif(resource ->> 'name', ''), coalesce('SOR ' || given_sor, 'GLN ' || given_gln)), given_sor,
			CASE WHEN NOT EXISTS (SELECT FROM care.organization g WHERE g.gln = given_gln) THEN given_gln END)
		ON CONFLICT DO NOTHING
		RETURNING o.id INTO found_id;
		IF NOT FOUND THEN
			SELECT o.id INTO found_id FROM care.organization o WHERE o.sor = given_sor OR o.gln = given_gln AND given_sor IS NULL;
		END IF;
	ELSIF found_sector = 'unclassified' AND known_organization.sector IS NOT NULL AND may_register THEN
		UPDATE care.organization o SET sector = known_organization.sector WHERE o.id = found_id AND o.sector = 'unclassified';
	END IF;
	RETURN found_id;
END
$$;
COMMENT ON FUNCTION care.known_organization(jsonb, text, boolean) IS
'Internal: the organization that an Organization is, by SOR id, else by location number. One that is not known is registered if that may be (and setting message_unknown_organization says so), else null; one whose sector was not known gets the one given.';

CREATE OR REPLACE FUNCTION care.patient_name(patient jsonb)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	official CONSTANT jsonb := coalesce(jsonb_path_query_first(patient, '$.name[*] ? (@.use == "official")'), patient #> '{name,0}');
BEGIN
	RETURN nullif(concat_ws(' ', official #>> '{given,0}', official #>> '{given,1}', official #>> '{given,2}', official ->> 'family'), '');
END
$$;
COMMENT ON FUNCTION care.patient_name(jsonb) IS 'Internal: the name of a Patient, the official one if it has several.';

CREATE OR REPLACE FUNCTION care.person_number(patient jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN smartcare.resource_identifier(patient, 'urn:oid:1.2.208.176.1.2') IS NULL
	THEN smartcare.resource_identifier(patient, 'urn:oid:1.2.208.176.1.6.1.1')
	-- A replacement can stand under the system of CPR numbers; it is nobody's for certain.
	WHEN smartcare.cpr_kind(smartcare.resource_identifier(patient, 'urn:oid:1.2.208.176.1.2')::smartcare.cpr) = 'CPR'
	THEN smartcare.resource_identifier(patient, 'urn:oid:1.2.208.176.1.2')
END;
COMMENT ON FUNCTION care.person_number(jsonb) IS
'Internal: the identifier of a Patient that is one person''s: CPR number, else national replacement number; null if it has none.';

CREATE OR REPLACE FUNCTION care.number_system(number text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE smartcare.cpr_kind(number::smartcare.cpr)
	WHEN 'CPR' THEN 'urn:oid:1.2.208.176.1.2'
	WHEN 'X-eCPR' THEN 'urn:oid:1.2.208.176.1.6.1.1'
END;
COMMENT ON FUNCTION care.number_system(text) IS
'Internal: the system of what care.person_number() returns.';

CREATE OR REPLACE FUNCTION care.message_citizen(r care.received)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	number CONSTANT text := care.person_number(r.patient);
	name CONSTANT text := care.patient_name(r.patient);
	accepted boolean := coalesce(r.accepted, false);
	known record;
	differs boolean;
BEGIN
	SELECT c.citizen, c.name INTO known
	FROM care.identifier_owner o
	JOIN care.citizen f ON f.citizen = o.citizen
	JOIN care.citizen c ON c.citizen = CASE WHEN f.merged_into IS NULL THEN f.citizen ELSE care.current_citizen(f.merged_into) END
	WHERE o.system = care.number_system(number) AND o.value = number;
	differs := name <> known.name AND care.names_differ(name, known.name);
	-- What follows a letter that a person accepted is accepted with it.
	IF NOT accepted AND r.predecessor IS NOT NULL AND (differs OR r.patient ? 'birthDate') THEN
		accepted := EXISTS (
			SELECT FROM care.letter l WHERE l.letter = r.predecessor AND l.direction = 'in' AND l.accepted_by IS NOT NULL);
	END IF;
	IF NOT accepted AND differs THEN
		RAISE EXCEPTION 'the name "%" contradicts that of citizen %, "%"', name, known.citizen, known.name
			USING ERRCODE = 'integrity_constraint_violation';
	ELSIF known.citizen IS NOT NULL AND known.name IS NOT NULL AND (accepted OR r.patient ->> 'birthDate' IS NULL) THEN
		RETURN known.citizen;
	END IF;
	RETURN care.register_citizen(ARRAY[care.number_system(number)], ARRAY[number], CASE WHEN known.name IS NULL THEN name END,
		CASE WHEN NOT accepted THEN smartcare.fhir_start(r.patient ->> 'birthDate', 'UTC')::date END);
END
$$;
COMMENT ON FUNCTION care.message_citizen(care.received) IS
'Internal: the citizen whom a message is about, registered if need be. Errors: 23000 its name or birth date contradicts the identifier, unless a person has accepted that.';

CREATE OR REPLACE FUNCTION care.may_keep(r care.received)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	number CONSTANT text := care.person_number(r.patient);
BEGIN
	IF NOT EXISTS (
		SELECT FROM care.message_policy p WHERE NOT p.keep_without_service AND care.acts_for(r.receiver, p.organization))
	THEN
		RETURN true;
	END IF;
	RETURN EXISTS (
		SELECT FROM care.identifier_owner o,
			LATERAL care.municipal_service(care.current_citizen(o.citizen), '{planned,waitlist,active,onhold}') AS s
		WHERE o.system = care.number_system(number) AND o.value = number
			AND (care.acts_for(s.organization, r.receiver) OR care.acts_for(r.receiver, s.organization)));
END
$$;
COMMENT ON FUNCTION care.may_keep(care.received) IS
'Internal: whether the receiver of a hospital notification may keep it: it gives the citizen a service, or its policy (care.message_policy) is to keep all.';

CREATE OR REPLACE FUNCTION care.message_parties(r care.received)
RETURNS care.received
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	number CONSTANT text := care.person_number(r.patient);
BEGIN
	r.sender := care.known_organization(r.sender_resource, NULL, false);
	r.receiver := care.known_organization(r.receiver_resource, NULL, false);
	r.citizen := (
		SELECT care.current_citizen(o.citizen) FROM care.identifier_owner o
		WHERE o.system = care.number_system(number) AND o.value = number);
	RETURN r;
END
$$;
COMMENT ON FUNCTION care.message_parties(care.received) IS
'Internal: whom a message that was not applied is from, to and about, as far as they are known.';
