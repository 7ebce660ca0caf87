-- Roles: one for each organization, whose members are its staff, a few for what
-- somebody may do, and whose a person's is. A dump holds no roles, so the layout
-- keeps the names of the first two and makes them anew.

-- What each may do is said here and nowhere else; care.grant_roles() makes it so.
CREATE OR REPLACE VIEW care.role_grant AS
-- What reads an open record, and steps, by their names. Not what makes roles: that takes a caller who may.
SELECT g.role_name::name AS role_name, 'EXECUTE' AS privilege, f.name AS object
FROM (VALUES
	('care_professional', '{worklist_of,workload_of,worklist_of_citizen,find_citizen,find_citizens,possible_steps,correspondence,export_bundle,export_entries,export_phmr,overview_of,timeline_of,measurement_of,
		annul,record,correct_measurement,nullify_measurement,
		admit,plan_admission,cancel_admission,transfer,change_class,start_leave,end_leave,mark_ready_for_discharge,discharge,correct_stay,record_death,
		plan_service,start_service,pause_service,resume_service,end_service,cancel_service,
		refer,accept_referral,reject_referral,return_referral,answer_referral,redirect_referral,acknowledge_referral,cancel_referral,complete_referral,
		request_task,accept_task,start_task,complete_task,reject_task,cancel_task,offer_task,take_over_task,decline_task,
		book_appointment,cancel_appointment,fulfil_appointment,miss_appointment,
		enter_pathway,enroll,assess_needs,reassess,transfer_pathway,reject_enrollment,exit_pathway,
		propose_plan,agree_plan,revise_plan,close_plan,revoke_plan,set_goal,reach_goal,drop_goal,join_care_team,leave_care_team,
		plan_measurements,change_rhythm,pause_measurements,resume_measurements,end_measurements,plan_questionnaire,
		set_reference_range,apply_standard_ranges,end_reference_range,acknowledge_alert,snooze_alert,resolve_alert,
		answer_questionnaire,amend_answers,give_consent,refuse_consent,withdraw_consent,add_related_person,remove_related_person,read_document}'::name[]),
	('care_citizen', '{worklist_of_citizen,possible_steps,correspondence,export_bundle,export_entries,export_phmr,overview_of,timeline_of,measurement_of,
		annul,record,correct_measurement,nullify_measurement,write_diary,answer_questionnaire,amend_answers,
		give_consent,refuse_consent,withdraw_consent,add_related_person,remove_related_person,
		agree_plan,set_goal,reach_goal,drop_goal,enter_pathway,
		refer,answer_referral,acknowledge_referral,cancel_referral,cancel_appointment,
		request_task,accept_task,start_task,complete_task,reject_task,cancel_task,offer_task,take_over_task,decline_task}'),
	('care_integration', '{register_citizen,import_bundle,receive,accept_message,refuse_message,replay_message,
		receive_document,accept_document,refuse_document,next_messages,report_sent}'),
	('care_admin', '{register_practitioner,register_citizen,tie_login,
		merge_citizens,unmerge_citizens,move_entry,publish_questionnaire,keep_access_log}')
) AS g (role_name, functions)
CROSS JOIN LATERAL unnest(g.functions) AS f (name)
UNION ALL
SELECT k.role_name, 'EXECUTE', r.relation || '_of'
FROM care.readable r
CROSS JOIN (VALUES ('care_professional'::name), ('care_citizen')) AS k (role_name)
UNION ALL
-- The catalogue: tables with nothing about a citizen.
SELECT 'care_admin', p.privilege, t.name
FROM unnest('{setting,measure,measure_code,measure_unit,programme,programme_site,responsibility,standard_range,readmission_definition,
	professional_role,letter_type,message_policy}'::name[]) AS t (name)
CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS p (privilege)
UNION ALL
SELECT k.role_name, 'SELECT', t.name
FROM (VALUES
	('care_professional'::name, '{organization,measure,programme,questionnaire,standard_range,professional_role,access_purpose,record_part}'::name[]),
	('care_citizen', '{organization,measure,programme,questionnaire,record_part}'),
	('care_integration', '{organization}'),
	('care_admin', '{organization,practitioner,practitioner_role,questionnaire,record_part,role_grant,access_purpose}')
) AS k (role_name, tables)
CROSS JOIN LATERAL unnest(k.tables) AS t (name)
UNION ALL
SELECT g.role_name, g.privilege, g.object
FROM (VALUES
	('care_citizen', 'EXECUTE', 'open_record'),
	('care_citizen', 'EXECUTE', 'close_record'),
	('care_citizen', 'EXECUTE', 'open_records'),
	('care_citizen', 'EXECUTE', 'access_of'),
	('care_professional', 'EXECUTE', 'my_organizations'),
	('care_professional', 'EXECUTE', 'open_record'),
	('care_professional', 'EXECUTE', 'close_record'),
	('care_professional', 'EXECUTE', 'open_records'),
	('care_integration', 'EXECUTE', 'my_organizations'),
	('care_auditor', 'EXECUTE', 'access_of'),
	('care_auditor', 'EXECUTE', 'verify_access_log'),
	('care_auditor', 'EXECUTE', 'verify_search_log'),
	('care_auditor', 'EXECUTE', 'review_access'),
	('care_auditor', 'SELECT', 'access_review'),
	('care_auditor', 'SELECT', 'search_trace'),
	('care_professional', 'SELECT', 'my_worklist'),
	('care_citizen', 'EXECUTE', 'citizen_report'),
	('care_citizen', 'EXECUTE', 'request_correction'),
	('care_auditor', 'EXECUTE', 'open_record'),
	('care_auditor', 'EXECUTE', 'close_record'),
	('care_auditor', 'EXECUTE', 'citizen_report'),
	('care_admin', 'EXECUTE', 'open_record'),
	('care_admin', 'EXECUTE', 'close_record'),
	('care_admin', 'EXECUTE', 'citizen_report'),
	('care_admin', 'EXECUTE', 'erasure_due'),
	('care_admin', 'EXECUTE', 'erase'),
	('care_admin', 'EXECUTE', 'start_analysis'),
	('care_admin', 'EXECUTE', 'rotate_analysis_key'),
	('care_analyst', 'EXECUTE', 'analysis_citizen'),
	('care_analyst', 'EXECUTE', 'analysis_stay'),
	('care_analyst', 'EXECUTE', 'analysis_pathway'),
	('care_analyst', 'EXECUTE', 'analysis_readmission'),
	('care_analyst', 'EXECUTE', 'analysis_measurement'),
	('care_analyst', 'EXECUTE', 'analysis_count'),
	('care_integration', 'SELECT', 'message_due'),
	('care_integration', 'SELECT', 'message_undelivered'),
	('care_integration', 'SELECT', 'message_flow'),
	('care_professional', 'EXECUTE', 'send_communication'),
	('care_professional', 'EXECUTE', 'read_communication'),
	('care_professional', 'EXECUTE', 'resend_message'),
	('care_professional', 'EXECUTE', 'close_message')
) AS g (role_name, privilege, object);

COMMENT ON VIEW care.role_grant IS
'What function roles may do in schema care: each may use the schema, and what is listed. Grant a person one of them, or more.';
COMMENT ON COLUMN care.role_grant.role_name IS 'The role: NOLOGIN, made by care.restore_roles().';
COMMENT ON COLUMN care.role_grant.privilege IS 'SELECT on a view (or on a table of the catalogue, with INSERT, UPDATE, DELETE), EXECUTE on all functions of a name, or USAGE of the schema alone.';
COMMENT ON COLUMN care.role_grant.object IS 'The view or function in schema care, or a table of its catalogue. A function need not be there yet.';

CREATE OR REPLACE FUNCTION care.grant_roles()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	grantee name;
	item record;
BEGIN
	-- A restore without privileges has not revoked what everybody has of every function.
	REVOKE ALL ON SCHEMA care FROM PUBLIC;
	REVOKE ALL ON ALL TABLES IN SCHEMA care FROM PUBLIC;
	REVOKE ALL ON ALL SEQUENCES IN SCHEMA care FROM PUBLIC;
	REVOKE ALL ON ALL ROUTINES IN SCHEMA care FROM PUBLIC;
	FOR grantee IN
		SELECT DISTINCT g.role_name FROM care.role_grant g WHERE to_regrole(quote_ident(g.role_name)) IS NOT NULL ORDER BY 1
	LOOP
		EXECUTE format('REVOKE ALL ON SCHEMA care FROM %I', grantee);
		EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA care FROM %I', grantee);
		EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA care FROM %I', grantee);
		EXECUTE format('GRANT USAGE ON SCHEMA care TO %I', grantee);
		FOR item IN
			SELECT g.object, g.privilege, p.oid::regprocedure AS routine FROM care.role_grant g
			LEFT JOIN pg_proc p ON g.privilege = 'EXECUTE' AND p.proname = g.object AND p.pronamespace = 'care'::regnamespace
			WHERE g.role_name = grantee
		LOOP
			IF item.privilege = 'SELECT' THEN
				EXECUTE format('GRANT SELECT ON care.%I TO %I', item.object, grantee);
			ELSIF item.privilege = 'INSERT' THEN
				EXECUTE format('GRANT INSERT ON care.%I TO %I', item.object, grantee);
			ELSIF item.privilege = 'UPDATE' THEN
				EXECUTE format('GRANT UPDATE ON care.%I TO %I', item.object, grantee);
			ELSIF item.privilege = 'DELETE' THEN
				EXECUTE format('GRANT DELETE ON care.%I TO %I', item.object, grantee);
			ELSIF item.routine IS NOT NULL THEN
				EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I', item.routine, grantee);
			END IF;
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.grant_roles() IS
'Gives the function roles that exist exactly what care.role_grant says, and everybody nothing; setup() and migrate() call it. For the owner. Errors: 42501 for others.';

CREATE OR REPLACE FUNCTION care.make_role(role_name name)
RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF to_regrole(quote_ident(role_name)) IS NOT NULL THEN
		RETURN false;
	ELSIF NOT (SELECT r.rolcreaterole OR r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
		RAISE EXCEPTION 'role "%" cannot be made by "%"', role_name, current_user
			USING ERRCODE = 'insufficient_privilege',
			HINT = format('Do this as a superuser, or let one do: ALTER ROLE %I CREATEROLE', current_user);
	END IF;
	EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
	RETURN true;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
	-- Another session made it at the same moment, perhaps in another database.
	RETURN false;
END
$$;
COMMENT ON FUNCTION care.make_role(name) IS
'Internal: makes a NOLOGIN role; false if it is there already. Errors: 42501 the caller may not make roles.';

CREATE OR REPLACE FUNCTION care.give_role(organization bigint)
RETURNS name
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given name;
	attempt integer := 1;
BEGIN
	SELECT o.role_name INTO given FROM care.organization o WHERE o.id = organization FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'organization % is not known', organization
			USING ERRCODE = 'foreign_key_violation';
	ELSIF given IS NOT NULL THEN
		RETURN given;
	END IF;
	-- A role that is there already is another database's, and has other members.
	LOOP
		given := 'care_org_' || organization || CASE WHEN attempt > 1 THEN '_' || attempt ELSE '' END;
		EXIT WHEN care.make_role(given);
		attempt := attempt + 1;
	END LOOP;
	UPDATE care.organization o SET role_name = given WHERE o.id = organization;
	RETURN given;
END
$$;
COMMENT ON FUNCTION care.give_role(bigint) IS
'Gives an organization a new role, care_org_ and its id (and a number, where another database of the cluster has that role), unless it has one; returns its name. Care teams follow. Errors: 42501 the caller may not make roles, 23503 unknown organization.';

CREATE OR REPLACE FUNCTION care.register_organization(
	name text, sector text, kind text DEFAULT 'organization', parent bigint DEFAULT NULL,
	sor text DEFAULT NULL, gln text DEFAULT NULL, provider_number text DEFAULT NULL,
	municipality_code text DEFAULT NULL, city text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	registered bigint;
BEGIN
	INSERT INTO care.organization (name, sector, kind, parent, sor, gln, provider_number, municipality_code, city)
	VALUES (name, sector, kind, parent, sor, gln, provider_number, municipality_code, city)
	RETURNING id INTO registered;
	PERFORM care.give_role(registered);
	RETURN registered;
END
$$;
COMMENT ON FUNCTION care.register_organization(text, text, text, bigint, text, text, text, text, text) IS
'Registers an organization and gives it a role; returns its id. For the owner of the layout, with CREATEROLE. Errors: as care.give_role(); 23514 unknown sector, 23505 its identifier is another''s.';

CREATE OR REPLACE FUNCTION care.register_practitioner(
	name text, role_name name, authorization_id text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	registered bigint := (
		SELECT p.id FROM care.practitioner p WHERE p.authorization_id = register_practitioner.authorization_id);
BEGIN
	IF registered IS NULL THEN
		INSERT INTO care.practitioner (name, authorization_id)
		VALUES (register_practitioner.name, register_practitioner.authorization_id)
		RETURNING id INTO registered;
	END IF;
	INSERT INTO care.practitioner_login (role_name, practitioner) VALUES (register_practitioner.role_name, registered);
	RETURN registered;
END
$$;
COMMENT ON FUNCTION care.register_practitioner(text, name, text) IS
'A practitioner who works in this database by a role; who is known by the authorization id already gets one more. Returns the practitioner''s id. For members of care_admin, and the owner. Errors: 23505 the role is another practitioner''s.';

CREATE OR REPLACE FUNCTION care.assign_practitioner(
	practitioner bigint, organization bigint, code text, valid daterange DEFAULT daterange(NULL, NULL))
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	login name;
BEGIN
	INSERT INTO care.practitioner_role (practitioner, organization, code, valid)
	VALUES (assign_practitioner.practitioner, assign_practitioner.organization, assign_practitioner.code, assign_practitioner.valid);
	FOR login IN
		SELECT l.role_name FROM care.practitioner_login l WHERE l.practitioner = assign_practitioner.practitioner
	LOOP
		EXECUTE format('GRANT %I TO %I', care.give_role(organization), login);
	END LOOP;
END
$$;
COMMENT ON FUNCTION care.assign_practitioner(bigint, bigint, text, daterange) IS
'A practitioner works for an organization, as one of care.professional_role, on these days: the practitioner''s roles (care.practitioner_login) become members of the organization''s. To end it early change "valid": the membership counts on its days only. Errors: as care.give_role(); 23503 unknown practitioner, organization or code, 42704 there is no such role.';

CREATE OR REPLACE FUNCTION care.tie_login(role_name name, citizen bigint, related_person bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF to_regrole(quote_ident(role_name)) IS NULL THEN
		RAISE EXCEPTION 'there is no role "%"', role_name
			USING ERRCODE = 'undefined_object';
	ELSIF related_person IS NULL AND EXISTS (
		SELECT FROM care.citizen_login l
		WHERE l.role_name = tie_login.role_name AND l.related_person IS NULL AND l.citizen <> tie_login.citizen)
	THEN
		RAISE EXCEPTION 'role "%" is another citizen''s', role_name
			USING ERRCODE = 'unique_violation';
	ELSIF related_person IS NOT NULL AND NOT EXISTS (
		SELECT FROM care.related_person n WHERE n.citizen = tie_login.citizen AND n.id = tie_login.related_person)
	THEN
		RAISE EXCEPTION 'citizen % has no related_person %', citizen, related_person
			USING ERRCODE = 'no_data_found';
	END IF;
	PERFORM care.close_records();
	INSERT INTO care.citizen_login (citizen, role_name, related_person)
	VALUES (tie_login.citizen, tie_login.role_name, tie_login.related_person)
	ON CONFLICT ON CONSTRAINT citizen_login_pkey DO UPDATE SET related_person = excluded.related_person;
END
$$;
COMMENT ON FUNCTION care.tie_login(name, bigint, bigint) IS
'Says that a role is a citizen, or a person whom the citizen shares parts of the record with. For members of care_admin, and the owner. Errors: 42704 no such role, 23505 the role is another citizen''s, P0002 no such person, 23503 unknown citizen.';

CREATE OR REPLACE FUNCTION care.restore_roles(OUT role_name name, OUT made boolean)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	membership record;
BEGIN
	FOR role_name IN
		SELECT DISTINCT g.role_name FROM care.role_grant g
		UNION ALL
		SELECT o.role_name FROM care.organization o WHERE o.role_name IS NOT NULL
		ORDER BY 1
	LOOP
		made := care.make_role(role_name);
		RETURN NEXT;
	END LOOP;
	FOR membership IN
		SELECT DISTINCT o.role_name AS organization, l.role_name AS person
		FROM care.practitioner_role r
		JOIN care.organization o ON o.id = r.organization
		JOIN care.practitioner_login l ON l.practitioner = r.practitioner
		WHERE o.role_name IS NOT NULL AND to_regrole(quote_ident(l.role_name)) IS NOT NULL
			AND (upper_inf(r.valid) OR upper(r.valid) > care.today())
			AND NOT pg_has_role(l.role_name, o.role_name, 'MEMBER')
	LOOP
		EXECUTE format('GRANT %I TO %I', membership.organization, membership.person);
	END LOOP;
	PERFORM care.grant_roles();
END
$$;
COMMENT ON FUNCTION care.restore_roles() IS
'Makes the roles that the layout names and the cluster lacks, as after a restore, those of functions and of organizations, and grants them what they had: their rights, and the practitioners who work there. Logins are not made, for passwords are not kept here. Returns each role and whether it was made. For the owner of the layout, with CREATEROLE. Errors: 42501 the caller may not make roles.';

CREATE OR REPLACE FUNCTION care.my_organizations()
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER COST 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	me CONSTANT name := smartcare.my_role();
	roles CONSTANT name[] := smartcare.my_roles();
	places CONSTANT bigint[] := ARRAY(
		SELECT r.organization
		FROM care.practitioner_login l
		JOIN care.practitioner p ON p.id = l.practitioner AND p.active
		JOIN care.practitioner_role r ON r.practitioner = p.id AND r.valid @> care.today()
		WHERE l.role_name = me);
BEGIN
	RETURN ARRAY(
		SELECT o.id FROM care.organization o
		WHERE o.role_name = ANY (roles) AND (o.id = ANY (places)
			OR places <> '{}' AND care.organization_line(o.id) && places
			OR 'care_integration' = ANY (roles) AND NOT EXISTS (SELECT FROM care.practitioner_login l WHERE l.role_name = me))
		ORDER BY o.id);
END
$$;
COMMENT ON FUNCTION care.my_organizations() IS
'The organizations that the caller works for today: those whose roles are among smartcare.my_roles(), for a practitioner whom care.practitioner_role has there, or at what it is a unit of, today; for who is no practitioner as a member of care_integration. All others have none.';
