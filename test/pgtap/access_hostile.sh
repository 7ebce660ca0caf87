#!/bin/bash
# Everything that somebody with a login and one of the function roles could try to see or write what is not theirs.
# The table below has each attempt: who tries, what psql answers (errors by SQLSTATE, rows in one line), what it is, and the
# statements, which are a session of their own.
set -eu

sql() {
	psql -XAtq -v ON_ERROR_STOP=1 "$@"
}

finish() {
	sql <<-'END' > /dev/null
		SELECT format('DROP OWNED BY %1$I CASCADE; DROP ROLE %1$I', rolname) FROM pg_roles WHERE rolname LIKE 'hostile\_%' \gexec
		SELECT format('DROP ROLE %I', role_name) FROM care.organization WHERE role_name IS NOT NULL \gexec
	END
}
trap finish EXIT

# Citizen 1 is a patient of the ward (1) and the practice (2); citizen 2 of the practice alone; citizen 3 of the ward, and
# refuses it the measurements. "both" is a doctor of the ward, and whatever else a person can be.
sql <<-'END' > /dev/null
	CREATE ROLE hostile_professional LOGIN;
	CREATE ROLE hostile_citizen LOGIN;
	CREATE ROLE hostile_integration LOGIN;
	CREATE ROLE hostile_analyst LOGIN;
	CREATE ROLE hostile_auditor LOGIN;
	CREATE ROLE hostile_admin LOGIN;
	CREATE ROLE hostile_nobody LOGIN;
	CREATE ROLE hostile_gp LOGIN;
	CREATE ROLE hostile_both LOGIN;
	CREATE ROLE hostile_pool LOGIN NOINHERIT;
	GRANT care_professional TO hostile_professional, hostile_gp;
	GRANT care_professional, care_citizen, care_auditor, care_admin TO hostile_both;
	GRANT care_citizen TO hostile_citizen;
	GRANT care_integration TO hostile_integration;
	GRANT care_analyst TO hostile_analyst;
	GRANT care_auditor TO hostile_auditor;
	GRANT care_admin TO hostile_admin;
	GRANT hostile_professional, hostile_citizen TO hostile_pool;

	SELECT care.register_organization('Ward', 'hospital'), care.register_organization('Practice', 'general practice');
	SELECT care.assign_practitioner(care.register_practitioner('Ward', 'hostile_professional'), 1, 'doctor'),
		care.assign_practitioner(care.register_practitioner('GP', 'hostile_gp'), 2, 'doctor'),
		care.assign_practitioner(care.register_practitioner('Both', 'hostile_both'), 1, 'doctor');
	SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0101010000}', 'Mine'),
		care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0202020000}', 'Secret', general_practice => 2);
	SELECT care.tie_login('hostile_citizen', 1);
	SELECT care.admit(1, 1, 'IMP', 'admit', now() - interval '1 hour');
	SELECT care.write_diary(1, 'mine', 'diary', now() - interval '1 hour'), care.write_diary(2, 'secret', 'diary', now() - interval '1 hour');
	SELECT care.request_task(2, 2, 2, 'call', 'secret', 'task');
	SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', '{0303030000}', 'Refusing'), care.request_task(3, 1, 1, 'call', 'x', 'task');
	SELECT care.refuse_consent(3, NULL, 'sharing', 'refusal', grantee => 1, scope => 'measurements');
	SELECT care.plan_measurements(3, 2, 'body_weight', '{08:00}', 'plan');
	SELECT care.start_analysis('hostile', 'x', '{hostile_analyst}', daterange(care.today(), care.today() + 9));
	INSERT INTO care.letter (letter, direction, status, citizen, receiver, received_at) VALUES ('l', 'out', 'sent', 2, 2, now());
	INSERT INTO care.sending (envelope, letter, message_received_at, message, sent_at) VALUES ('e', 'l', now(), 1, now());
	INSERT INTO care.condition (citizen, name, source) VALUES (1, 'cough', 'c1'), (2, 'secret', 'c2');
	INSERT INTO care.access_log (citizen, activity, login, role_name, purpose, reason)
	VALUES (2, 'open', 'x', 'x', 'TREAT', 'secret'), (2, 'open', 'x', 'x', 'ETREAT', 'reviewed');
	ANALYZE;

	-- Everybody has a schema of their own, with a function that tells what it sees, and operators and functions that would tell of being called.
	SELECT format($$
		CREATE SCHEMA AUTHORIZATION %1$I;
		SET ROLE %1$I;
		CREATE FUNCTION %1$I.tell(anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
			'BEGIN RAISE WARNING ''%%'', $1; RETURN true; END';
		CREATE FUNCTION %1$I.stolen(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''stolen'' USING ERRCODE = ''YY000''; END';
		CREATE FUNCTION %1$I.stolen(text, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''stolen'' USING ERRCODE = ''YY000''; END';
		CREATE FUNCTION %1$I.now() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''stolen'' USING ERRCODE = ''YY000''; END';
		CREATE FUNCTION %1$I.cardinality(anyarray) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''stolen'' USING ERRCODE = ''YY000''; END';
		RESET ROLE$$, rolname)
	FROM pg_roles WHERE rolname LIKE 'hostile\_%' AND rolname <> 'hostile_pool'
	\gexec
END

tests=0
# What a role tries, its attempts in FILE, one a line as in the table: each on a connection of its own, with a mark after it.
attempts() {
	local answer what statements said
	while IFS='~' read -r answer what statements; do
		printf '%s\n;\n\\warn @@\n\\c -\n' "$statements"
	done < "$2" | psql -XAtq -U "$1" -v VERBOSITY=sqlstate 2>&1 |
		sed 's/^psql:[^ ]* //; /^[[:space:]]*$/d' | awk '/^@@$/ { print line; line = ""; next } { line = line (line == "" ? "" : " ") $0 }' |
		sed 's/  */ /g' > "$SCRATCH/answers"
	while IFS='~' read -r answer what statements && IFS= read -r said <&3; do
		tests=$((tests + 1))
		if [ "$said" = "$answer" ]; then
			echo "ok $tests - $1: $what"
		else
			printf 'not ok %s\n# expected: %s\n# answered: %s\n' "$tests - $1: $what" "$answer" "$said"
		fi
	done < "$2" 3< "$SCRATCH/answers"
	[ "$(wc -l < "$2")" = "$(wc -l < "$SCRATCH/answers")" ] || { echo "not ok - an attempt of $1 ended its session"; exit 1; }
}

rm -f "$SCRATCH"/hostile.*
everybody='professional citizen integration analyst auditor admin nobody'
refused='ERROR: 42501'
open='SELECT FROM care.open_record(1, $$TREAT$$);'
own_open='SELECT FROM care.open_record(1, $$PATRQT$$);'
while IFS='~' read -r who answer what statements; do
	who=$(echo $who) answer=$(echo $answer) what=$(echo $what)
	[ -n "$who" ] && [ "${who:0:1}" != '#' ] || continue
	[ "$who" != everybody ] || who=$everybody
	[ "$answer" != refused ] || answer=$refused
	[ "$answer" != nothing ] || answer=
	statements=${statements//OWN_OPEN/$own_open}
	for role in $who; do
		printf '%s~%s~%s\n' "$answer" "$what" "${statements//OPEN/$open}" >> "$SCRATCH/hostile.$role"
	done
done <<'END'
# who ~ answer ~ what ~ statements
everybody ~ refused ~ a table ~ TABLE care.citizen
everybody ~ refused ~ a view of the owner ~ TABLE care.worklist
everybody ~ refused ~ a view with details ~ TABLE care.shared_overview
everybody ~ refused ~ the log ~ SELECT FROM care.access_log
everybody ~ refused ~ the head of the chain ~ UPDATE care.access_chain SET hash = ''
everybody ~ refused ~ writing a table ~ INSERT INTO care.treatment_relation VALUES (2, 1, now(), NULL, 'encounter', 1)
everybody ~ refused ~ making oneself a practitioner ~ INSERT INTO care.practitioner_role VALUES (1, 2, 'doctor')
everybody ~ refused ~ or a citizen ~ INSERT INTO care.citizen_login VALUES (2, current_user)
everybody ~ refused ~ or the member of an organization ~ UPDATE care.organization SET role_name = current_user
everybody ~ refused ~ COPY ~ COPY care.citizen TO STDOUT
everybody ~ refused ~ COPY of a query ~ COPY (SELECT name FROM care.condition) TO STDOUT
everybody ~ refused ~ COPY to a file ~ COPY (SELECT 1) TO '/tmp/hostile'
everybody ~ refused ~ COPY to a program ~ COPY (SELECT 1) TO PROGRAM 'true'
everybody ~ refused ~ EXPLAIN of a table ~ EXPLAIN SELECT FROM care.citizen WHERE name = 'Secret'
everybody ~ refused ~ a lock that stops the others ~ BEGIN; LOCK TABLE care.citizen
everybody ~ refused ~ a table like it ~ CREATE TABLE pg_temp.c (LIKE care.citizen INCLUDING ALL)
everybody ~ refused ~ a table under it ~ CREATE TABLE c () INHERITS (care.citizen)
everybody ~ refused ~ a foreign key that asks it ~ CREATE TABLE c (citizen bigint REFERENCES care.citizen)
everybody ~ refused ~ a trigger ~ CREATE TRIGGER t BEFORE INSERT ON care.access_log EXECUTE FUNCTION suppress_redundant_updates_trigger()
everybody ~ refused ~ a rule ~ CREATE RULE r AS ON INSERT TO care.access_log DO INSTEAD NOTHING
everybody ~ refused ~ a view over a table ~ CREATE VIEW pg_temp.v AS TABLE care.condition\; TABLE pg_temp.v
everybody ~ refused ~ a function in schema care ~ CREATE FUNCTION care.f() RETURNS int LANGUAGE sql RETURN 1
everybody ~ refused ~ a function made another ~ ALTER FUNCTION care.open_record(bigint, text, text, boolean) RESET search_path
everybody ~ refused ~ statistics themselves ~ TABLE pg_statistic
everybody ~ 0 ~ statistics of what is about citizens ~ SELECT count(*) FROM pg_stats s WHERE schemaname = 'care' AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = format('care.%I', s.tablename)::regclass AND a.attname = 'citizen')
everybody ~ refused ~ large objects ~ TABLE pg_largeobject
everybody ~ refused ~ a large object from a file ~ SELECT lo_import('/etc/passwd')
everybody ~ refused ~ files of the server ~ SELECT pg_read_file('postgresql.conf')
everybody ~ refused ~ directories of the server ~ SELECT pg_ls_dir('base')
everybody ~ refused ~ reading all by a role of the server ~ SET ROLE pg_read_all_data
everybody ~ refused ~ granting it ~ GRANT pg_read_all_data TO CURRENT_USER
everybody ~ refused ~ the owner's role ~ SET ROLE layout_owner
everybody ~ refused ~ a superuser ~ SET SESSION AUTHORIZATION postgres
everybody ~ refused ~ becoming one ~ ALTER ROLE CURRENT_USER SUPERUSER
everybody ~ refused ~ the auditor's role ~ GRANT care_auditor TO hostile_nobody
everybody ~ refused ~ settings of the database ~ ALTER DATABASE access_hostile SET search_path = hostile_nobody
everybody ~ refused ~ triggers off ~ SET session_replication_role = replica
everybody ~ refused ~ the layout ~ CALL smartcare.migrate()
everybody ~ refused ~ its making ~ SELECT smartcare.setup()
everybody ~ refused ~ the list of open records ~ SELECT smartcare.set_record_open(2, 1, now() + interval '1 hour')
everybody ~ refused ~ or to close them ~ SELECT smartcare.set_record_closed(2)
everybody ~ WARNING: 22023 {} ~ the list by its setting ~ SET smartcare.records_open = '{2}'; SELECT smartcare.open_records()
everybody ~ refused ~ what steps are made of ~ SELECT care.take_step(2, 'task', 1, 'complete_task', 2, 'x', now(), rests_on => 1)
everybody ~ refused ~ what grants ~ SELECT care.grant_roles()
everybody ~ refused ~ what gives roles to organizations ~ SELECT care.give_role(2)
everybody ~ refused ~ what writes relations ~ SELECT care.settle_relations('{2}')
everybody ~ refused ~ what says who has refused ~ SELECT care.sharing(2, 1)

professional citizen ~ refused ~ a record that is not open ~ SELECT care.overview_of(2)
professional citizen ~ refused ~ in any part ~ SELECT care.condition_of(2)
professional citizen ~ refused ~ nor its measurements ~ SELECT care.measurement_of(2)
professional citizen ~ refused ~ nor its timeline ~ SELECT care.timeline_of(2)
professional citizen ~ refused ~ nor what can be done ~ SELECT care.possible_steps(2)
professional citizen ~ refused ~ nor what there is to do ~ SELECT care.worklist_of_citizen(2)
professional citizen integration analyst admin nobody ~ refused ~ who has seen it ~ SELECT care.access_of(2)
professional citizen ~ refused ~ nor its correspondence ~ SELECT care.correspondence(2)
professional citizen ~ refused ~ nor is it exported ~ SELECT care.export_bundle(2)
professional citizen ~ refused ~ entry by entry ~ SELECT care.export_entries(2)
professional citizen ~ refused ~ or as a document ~ SELECT care.export_phmr(2, NULL)
professional citizen ~ refused ~ nor one that nobody knows ~ SELECT care.export_bundle(99)
professional citizen ~ refused ~ nor what an export is made of ~ SELECT care.export_conditions(2, '{}')
integration analyst auditor admin nobody ~ refused ~ exporting any ~ SELECT care.export_bundle(1)
integration analyst auditor admin nobody ~ refused ~ any correspondence ~ SELECT care.correspondence(1)
professional citizen ~ refused ~ opening it ~ SELECT care.open_record(2, 'TREAT')
professional citizen ~ refused ~ as its citizen ~ SELECT care.open_record(2, 'PATRQT')
professional citizen ~ refused ~ as somebody close ~ SELECT care.open_record(2, 'FAMRQT')
professional ~ ERROR: 22004 ~ in an emergency without a reason ~ SELECT care.open_record(2, 'ETREAT')
citizen ~ refused ~ in an emergency ~ SELECT care.open_record(2, 'ETREAT', 'curious')
integration analyst auditor admin nobody ~ refused ~ opening any ~ SELECT care.open_record(1, 'TREAT')
integration analyst auditor admin nobody ~ refused ~ reading any ~ SELECT care.overview_of(1)
professional ~ refused ~ another's work-list ~ SELECT care.worklist_of(2)
professional ~ refused ~ or how much it is ~ SELECT care.workload_of(2)
professional ~ refused ~ or all of them ~ SELECT care.worklist_of(NULL)
citizen integration analyst auditor admin nobody ~ refused ~ work-lists ~ TABLE care.my_worklist
professional ~ 2 ~ looking up a number gives a number ~ SELECT care.find_citizen('urn:oid:1.2.208.176.1.2', '0202020000')
citizen integration analyst auditor admin nobody ~ refused ~ looking up people ~ SELECT care.find_citizen('urn:oid:1.2.208.176.1.2', '0202020000')
professional ~ nothing ~ by name who is somebody else's ~ SELECT full_name FROM care.find_citizens('Secret')
professional ~ Mine ~ and who is one's own ~ SELECT full_name FROM care.find_citizens('m')
professional ~ ERROR: 22004 ~ all of them at once ~ SELECT care.find_citizens()
citizen integration analyst auditor admin nobody ~ refused ~ by name ~ SELECT care.find_citizens('Mine')
everybody ~ refused ~ the log of it ~ SELECT FROM care.search_log
professional citizen integration analyst admin nobody ~ refused ~ in words ~ SELECT FROM care.search_trace
everybody ~ refused ~ writing it ~ SELECT care.log_search('search', '{}', 1)
everybody ~ refused ~ or the server's ~ SELECT smartcare.trace_rollback('nothing')
everybody ~ refused ~ or what a commit does ~ SELECT smartcare.chain_at_commit('pg_catalog.now()', 'x', 1, now())
professional ~ ERROR: 25006 ~ a search that cannot be logged ~ BEGIN READ ONLY; SELECT care.find_citizens('m')
professional ~ nothing ~ nor does its error tell whom it would have found ~ DO $$ DECLARE known text; other text; BEGIN SET TRANSACTION READ ONLY; BEGIN PERFORM care.find_citizen('urn:oid:1.2.208.176.1.2', '0202020000'); EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS known = PG_EXCEPTION_CONTEXT; END; BEGIN PERFORM care.find_citizen('urn:oid:1.2.208.176.1.2', '0909090000'); EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS other = PG_EXCEPTION_CONTEXT; END; ASSERT replace(known, '0202020000', '0909090000') = other; END $$
professional ~ ERROR: 22001 ~ one that fills the log ~ SELECT care.find_citizens(repeat('x', 10000))
professional ~ refused ~ one by nobody ~ SET ROLE care_professional; SELECT care.find_citizen('urn:oid:1.2.208.176.1.2', '0202020000')
professional ~ ERROR: 25001 ~ one of whom one admits for a moment ~ BEGIN; SELECT FROM care.admit(2, 1, 'IMP', 'h') WHERE citizen IS NULL; SELECT care.find_citizens('Secret')
professional ~ ERROR: 25006 ~ nor a work-list ~ BEGIN READ ONLY; SELECT care.worklist_of(1)
professional ~ ERROR: 0A000 ERROR: 42704 ~ one that is prepared ~ BEGIN; SELECT FROM care.find_citizens('m') \g /dev/null \\ PREPARE TRANSACTION 'hostile'; COMMIT PREPARED 'hostile'
professional ~ Mine ~ one that is rolled back ~ BEGIN; SELECT full_name FROM care.find_citizens('Mine m'); ROLLBACK
professional ~ Mine ~ or to a savepoint ~ BEGIN; SAVEPOINT s; SELECT full_name FROM care.find_citizens('mi'); ROLLBACK TO s; COMMIT

professional citizen ~ refused ~ a step for another organization ~ SELECT care.admit(1, 2, 'IMP', 'h')
professional ~ refused ~ one for the citizen ~ SELECT care.give_consent(1, NULL, 'sharing', 'h')
professional ~ refused ~ for a citizen whom it does not treat ~ SELECT care.request_task(2, 1, 1, 'x', 'x', 'h')
professional ~ refused ~ a relation by a consent of one's own making ~ SELECT care.give_consent(2, 1, 'sharing', 'h', grantee => 1)
professional ~ refused ~ or by a referral ~ SELECT care.refer(2, 1, 1, 'x', 'x', 'h')
professional ~ refused ~ or by joining the care team ~ SELECT care.join_care_team(2, 1, 'x', 'h')
professional ~ refused ~ measurements of a citizen whom it does not treat ~ SELECT care.record(2, 'heart_rate', '{2026-01-01}', '{70}', '/min')
professional ~ refused ~ correcting them ~ SELECT care.nullify_measurement(2, 'heart_rate', '2026-01-01', 'x')
professional ~ refused ~ a consent to what the citizen refuses ~ SELECT care.give_consent(3, 1, 'sharing', 'h')
professional ~ refused ~ taking back the refusal ~ SELECT care.annul(3, 6, 1, 'x', 'h')
professional ~ refused ~ ending a restriction of processing ~ SELECT care.give_consent(3, 1, 'processing', 'h')
professional ~ refused ~ overriding a refusal, but not to treat ~ SELECT care.open_record(3, 'HQUALIMP', 'x', override => true)
professional ~ 0 ~ what can be done with what is refused ~ SELECT FROM care.open_record(3, 'TREAT'); SELECT count(*) FROM care.possible_steps(3) WHERE entity = 'measurement_plan'
professional ~ 0 ~ what there is to do with what is refused ~ SELECT FROM care.open_record(3, 'TREAT'); SELECT count(*) FROM care.worklist_of_citizen(3) WHERE entity = 'measurement_plan'
professional ~ ERROR: 25001 ~ the work-list of whom one admits for a moment ~ BEGIN; SELECT FROM care.admit(2, 1, 'IMP', 'h') WHERE citizen IS NULL; SELECT citizen_name FROM care.worklist_of(1)
professional ~ refused ~ asking which documents there are ~ SELECT care.read_document(2, 99, 1, 'h')
professional ~ refused ~ the task of another ~ SELECT care.complete_task(2, 1, 2, 'h')
professional ~ refused ~ taking back what another did ~ SELECT care.annul(2, 1, 1, 'x', 'h')
professional ~ refused ~ asking whether it was done ~ SELECT care.annul(2, 99, 1, 'x', 'h')
professional ~ refused ~ the diary ~ SELECT care.write_diary(1, 'x', 'h')
citizen ~ refused ~ another's diary ~ SELECT care.write_diary(2, 'x', 'h')
citizen ~ refused ~ a diary as somebody else ~ SELECT care.write_diary(1, 'x', 'h', related_person => 1)
citizen ~ refused ~ another's consent ~ SELECT care.give_consent(2, NULL, 'sharing', 'h')
citizen ~ refused ~ another's measurements ~ SELECT care.record(2, 'heart_rate', '{2026-01-01}', '{70}', '/min')
citizen ~ refused ~ a step of a professional ~ SELECT care.discharge(1, 1, 1, 'h')
integration ~ refused ~ steps without a message ~ SELECT care.admit(1, 1, 'IMP', 'h')
integration admin ~ refused ~ measurements without a message ~ SELECT care.record(1, 'heart_rate', '{2026-01-01}', '{70}', '/min')
admin ~ refused ~ who may have which role ~ UPDATE care.organization SET role_name = 'postgres'
admin ~ refused ~ the log, to be kept shorter ~ DELETE FROM care.access_log
admin ~ nothing ~ or by its setting ~ BEGIN; UPDATE care.setting SET value = '0' WHERE name = 'access_log_kept'; SELECT FROM care.keep_access_log(); COMMIT
admin ~ ERROR: 22023 ~ partitions without end ~ SELECT care.keep_access_log(100000)
admin ~ refused ~ what opening for a purpose takes ~ UPDATE care.access_purpose SET basis = 'relation' WHERE code = 'ETREAT'
both ~ refused ~ an open record with that of another in it ~ OPEN BEGIN; SELECT FROM care.merge_citizens(1, 2, 'x'); SELECT name FROM care.condition_of(1)
both ~ ERROR: 25001 ~ being another for a moment ~ BEGIN; SELECT FROM care.tie_login('hostile_both', 2); SELECT FROM care.worklist_of_citizen(2)
both ~ ERROR: 25001 ~ reading then who has seen one's record ~ BEGIN; SELECT FROM care.tie_login('hostile_both', 2); SELECT FROM care.access_of(2)
both ~ refused ~ judging one's own access as somebody else ~ SELECT FROM care.open_record(2, 'ETREAT', 'x'); SET ROLE care_auditor; SELECT care.review_access(2, (SELECT max(access) FROM care.access_review WHERE citizen = 2), 'justified', 'x')
auditor ~ refused ~ judging as nobody ~ SET ROLE care_auditor; SELECT care.review_access(2, 2, 'justified', 'x')
auditor admin ~ refused ~ making a report as nobody ~ SELECT set_config('role', replace(current_user, 'hostile', 'care'), false) \g /dev/null \\ SELECT care.open_record(1, 'RECORDMGT', 'x')
auditor ~ refused ~ who has seen a record, without being seen ~ SELECT FROM care.access_of(1)
auditor ~ t ~ being seen one reads it ~ SELECT FROM care.open_record(1, 'RECORDMGT', 'asked'); SELECT count(*) > 0 FROM care.access_of(1)
auditor ~ ERROR: P0002 ~ judging what waits for no review ~ SELECT care.review_access(2, 1, 'justified', 'x')

# What is one's own can be read, and only then.
integration ~ 0 ~ letters that are to go again ~ SELECT count(*) FROM care.message_due
integration ~ 0.000 ~ the flow of messages ~ SELECT in_time FROM care.message_flow
professional ~ cough ~ what is open can be read ~ OPEN SELECT name FROM care.condition_of(1)
professional ~ collection ~ exported ~ OPEN SELECT care.export_bundle(1) ->> 'type'
citizen ~ collection ~ one's own record exported ~ OWN_OPEN SELECT care.export_bundle(1) ->> 'type'
citizen ~ 0 ~ one's own correspondence ~ OWN_OPEN SELECT count(*) FROM care.correspondence(1)
citizen ~ mine ~ one's own diary ~ OWN_OPEN SELECT entry FROM care.diary_entry_of(1)
professional ~ refused ~ before the log is committed ~ BEGIN; OPEN SELECT name FROM care.condition_of(1)
professional ~ refused ~ after a rollback ~ BEGIN; OPEN ROLLBACK; SELECT name FROM care.condition_of(1)
professional ~ refused ~ after a rollback to a savepoint ~ BEGIN; SAVEPOINT s; OPEN ROLLBACK TO s; COMMIT; SELECT name FROM care.condition_of(1)
professional ~ ERROR: 42501 ERROR: 42501 ~ by a cursor that is held over the commit ~ BEGIN; OPEN DECLARE k CURSOR WITH HOLD FOR SELECT name FROM care.condition_of(1); COMMIT; SELECT name FROM care.condition_of(1)
professional ~ ERROR: 0A000 ERROR: 42704 ERROR: 42501 ~ by PREPARE TRANSACTION ~ BEGIN; OPEN PREPARE TRANSACTION 'hostile'; COMMIT PREPARED 'hostile'; SELECT name FROM care.condition_of(1)
professional ~ ERROR: P0001 ERROR: 42501 ~ by a function that reads and then fails ~ DO $$ BEGIN PERFORM care.open_record(1, 'TREAT'); RAISE EXCEPTION 'no trace'; END $$; SELECT name FROM care.condition_of(1)
professional ~ refused ~ after DISCARD ALL ~ OPEN DISCARD ALL; SELECT name FROM care.condition_of(1)
professional ~ refused ~ after RESET ALL ~ OPEN RESET ALL; SELECT name FROM care.condition_of(1)
professional ~ cough ERROR: 42501 ~ by a statement prepared before it was closed ~ OPEN PREPARE p AS SELECT name FROM care.condition_of(1); EXECUTE p; DO $$ BEGIN PERFORM care.close_record(1); END $$; EXECUTE p
pool ~ cough ERROR: 42501 cough ~ by a statement prepared in another role ~ SET ROLE hostile_professional; OPEN PREPARE p AS SELECT name FROM care.condition_of(1); EXECUTE p; SET ROLE hostile_citizen; EXECUTE p; SET ROLE hostile_professional; EXECUTE p
pool ~ refused ~ by a function of whom it is open to ~ SET ROLE hostile_professional; OPEN CREATE FUNCTION hostile_professional.f() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT name FROM care.condition_of(1)'; GRANT ALL ON SCHEMA hostile_professional TO PUBLIC; SET ROLE hostile_citizen; SELECT hostile_professional.f()
pool ~ refused ~ by a view of whom it is open to ~ SET ROLE hostile_professional; OPEN CREATE VIEW hostile_professional.u AS SELECT name FROM care.condition_of(1); GRANT ALL ON hostile_professional.u TO PUBLIC; SET ROLE hostile_citizen; TABLE hostile_professional.u
pool ~ refused ~ by a view over the work-list of another ~ SET ROLE hostile_professional; CREATE VIEW hostile_professional.w AS SELECT reason FROM care.my_worklist; GRANT ALL ON hostile_professional.w TO PUBLIC; SET ROLE hostile_citizen; TABLE hostile_professional.w
pool ~ ERROR: 42501 ERROR: 42501 ~ the application itself is nobody ~ OPEN SELECT care.overview_of(1)
professional ~ refused ~ parallel workers know no other records ~ SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \g /dev/null \\ SELECT count(*) FROM care.condition_of(2)
professional ~ 1 ~ nor fewer ~ OPEN SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \g /dev/null \\ SELECT count(*) FROM care.condition_of(1)

# What one's own functions, operators and tables see.
professional ~ 0 ~ a leaky function over the work-list sees one's own rows ~ SELECT count(*) FROM care.my_worklist WHERE citizen = 2 AND tell(citizen_name)
professional ~ WARNING: 01000 cough ~ a leaky function over an open record ~ OPEN SELECT name FROM care.condition_of(1) WHERE tell(name)
auditor ~ WARNING: 01000 reviewed ~ a leaky function over the accesses to review ~ SELECT reason FROM care.access_review WHERE tell(reason)
professional ~ nothing ~ operators of one's own are not called by the owner ~ CREATE OPERATOR = (FUNCTION = stolen, LEFTARG = bigint, RIGHTARG = bigint); CREATE OPERATOR = (FUNCTION = stolen, LEFTARG = text, RIGHTARG = text); SET search_path = hostile_professional, pg_catalog; OPEN SELECT FROM care.overview_of(1) WHERE citizen IS NULL; SELECT FROM care.worklist_of(1) WHERE citizen IS NULL; SELECT FROM care.timeline_of(1) WHERE citizen IS NULL; SELECT entry FROM care.request_task(1, 1, 1, 'x', 'x', 'own') \gset \\ SELECT FROM care.accept_task(1, :entry, 1, 'own2') WHERE citizen IS NULL
professional ~ nothing ~ nor functions ~ SET search_path = hostile_professional, pg_catalog; OPEN SELECT FROM care.overview_of(1) WHERE citizen IS NULL; SELECT entry FROM care.request_task(1, 1, 1, 'x', 'x', 'own3') \gset \\ SELECT FROM care.start_task(1, :entry, 1, 'own4', clock_timestamp()) WHERE citizen IS NULL
professional citizen ~ refused ~ nor do settings change what is asked ~ SET standard_conforming_strings = off; SET transform_null_equals = on; SET array_nulls = off; SET bytea_output = escape; SELECT care.overview_of(2)
professional citizen ~ refused ~ nor who may act ~ SET standard_conforming_strings = off; SET transform_null_equals = on; SET array_nulls = off; SET bytea_output = escape; SELECT care.set_goal(2, NULL, 'x', 'h')
professional ~ refused ~ nor tables of one's own, temporary ones ~ CREATE TEMP TABLE condition AS SELECT 1; CREATE TEMP TABLE consent AS SELECT 1; CREATE TEMP TABLE treatment_relation AS SELECT 2::bigint AS citizen, 1::bigint AS organization; CREATE FUNCTION pg_temp.sees_all() RETURNS boolean LANGUAGE sql RETURN true; SET search_path = pg_temp, pg_catalog; SELECT care.open_record(2, 'TREAT')
END

for role in $everybody both pool; do
	attempts "hostile_$role" "$SCRATCH/hostile.$role"
done

tests=$((tests + 1))
[ "$(sql -c "SELECT count(*) FROM care.access_log WHERE login = 'x'")" = 2 ] && echo "ok $tests - nothing of the log is gone" || echo "not ok $tests - nothing of the log is gone"

# Plans have the values that functions work with: the key of the pseudonyms, as the server prints its bytes, wherever it breaks the line.
tests=$((tests + 1))
key=$(sql -c "SELECT string_agg(((get_byte(p.key, i) + 128) % 256 - 128)::text, '' ORDER BY i) FROM care.analysis_project p, generate_series(0, 31) i")
psql -XAtq -U hostile_analyst -c 'SET client_min_messages = log' -c 'SET debug_print_plan = on' -c "SELECT * FROM care.analysis_citizen('hostile')" > "$SCRATCH/hostile.out" 2>&1
grep -q PLANNEDSTMT "$SCRATCH/hostile.out" && ! tr -d '[:space:]' < "$SCRATCH/hostile.out" | grep -qF -- "$key" && echo "ok $tests - no plan tells the key of the pseudonyms" ||
	echo "not ok $tests - no plan tells the key of the pseudonyms"
# What is rolled back the server's log has.
for name in 'Mine m' mi; do
	tests=$((tests + 1))
	grep -qF "rolled back: search by \"hostile_professional\" as \"hostile_professional\": {\"name\": \"$name\"}" "$SCRATCH/log" && echo "ok $tests - a search that was rolled back is in the server's log" ||
		echo "not ok $tests - a search that was rolled back is in the server's log"
done
tests=$((tests + 1))
grep -qF 'rolled back: worklist' "$SCRATCH/log" && echo "not ok $tests - and nothing else" || echo "ok $tests - and nothing else"

# No message tells what is in a record that is not open.
for statement in 'SELECT care.overview_of(2)' 'SELECT care.complete_task(2, 1, 2, $$h$$)' 'SELECT care.complete_task(2, 1, 1, $$h$$)' 'SELECT care.open_record(2, $$TREAT$$)' \
	'SELECT care.annul(2, 1, 1, $$x$$, $$h$$)' 'SELECT care.condition_of(2) WHERE (SELECT name FROM care.condition_of(2))::int = 1'; do
	tests=$((tests + 1))
	said=$(psql -XAtq -U hostile_professional -v VERBOSITY=verbose -c "$statement" 2>&1 || true)
	case $said in
	*42501*) [[ $said =~ [Ss]ecret|0202020000 ]] && echo "not ok $tests - $said" || echo "ok $tests - nothing in the error of: $statement" ;;
	*) echo "not ok $tests - $said" ;;
	esac
done

# Whatever it is called with, no function leaves a step for an organization that its caller does not work for.
tests=$((tests + 1))
steps() {
	sql -c 'SELECT count(*) FROM care.workflow_event WHERE citizen = 2' -c 'SELECT count(*) FROM care.workflow_event WHERE organization = 2'
}
before=$(steps)
sql -c "SELECT format('SELECT care.%I(%s);', p.proname, (
		SELECT string_agg(format('%I => %s', a.name, CASE
			WHEN a.name = 'citizen' THEN c.citizen::text
			WHEN a.name IN ('organization', 'requester', 'performer', 'coordinator', 'owner', 'offered_to', 'new_organization', 'grantee') THEN o.organization::text
			WHEN a.type = 'text'::regtype THEN quote_literal(CASE a.name WHEN 'request_id' THEN p.proname || c.citizen || o.organization WHEN 'class' THEN 'IMP' WHEN 'category' THEN 'sharing'
				WHEN 'measure' THEN 'heart_rate' WHEN 'programme' THEN 'icp-discharge' ELSE 'x' END)
			WHEN a.type IN ('bigint'::regtype, 'integer'::regtype) THEN '1'
			WHEN a.type = 'timestamptz'::regtype THEN 'now()'
			ELSE 'NULL' END), ', ')
		FROM unnest(p.proargnames, p.proargtypes::oid[]) WITH ORDINALITY AS a (name, type, n)
		WHERE a.n <= p.pronargs - p.pronargdefaults))
	FROM pg_proc p
	CROSS JOIN (VALUES (1, 2), (2, 1), (2, 2)) AS c (citizen, organization)
	CROSS JOIN LATERAL (SELECT c.organization) AS o
	WHERE p.pronamespace = 'care'::regnamespace AND p.prorettype = 'care.step_result'::regtype
		AND has_function_privilege('hostile_professional', p.oid, 'EXECUTE')
		-- Who comes becomes a patient.
		AND NOT (c.citizen = 2 AND c.organization = 1 AND p.proname IN ('admit', 'plan_admission', 'transfer'))" > "$SCRATCH/hostile.sql"
for role in professional citizen; do
	psql -XAtq -U hostile_$role -f "$SCRATCH/hostile.sql" > "$SCRATCH/hostile.out" 2>&1 || true
done
[ "$(wc -l < "$SCRATCH/hostile.sql")" -gt 150 ] && [ "$(steps)" = "$before" ] && echo "ok $tests - no step for others" ||
	{ echo "not ok $tests - no step for others"; grep -v ERROR "$SCRATCH/hostile.out" | head | sed 's/^/# /'; }

# No right of PUBLIC, and no granted table about citizens.
tests=$((tests + 1))
everybodys=$(sql -c "
	SELECT c.oid::regclass::text FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a WHERE c.relnamespace = 'care'::regnamespace AND a.grantee = 0 AND c.relkind IN ('r', 'p', 'v')
	UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE p.pronamespace = 'care'::regnamespace AND a.grantee = 0
	UNION ALL SELECT g.object FROM care.role_grant g JOIN pg_class c ON c.relname = g.object AND c.relnamespace = 'care'::regnamespace AND c.relkind IN ('r', 'p')
	WHERE g.privilege <> 'EXECUTE' AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'citizen')")
[ -z "$everybodys" ] && echo "ok $tests - nothing for everybody, and no table about citizens for anybody" || echo "not ok $tests - $everybodys"

# All that is granted runs as the owner, with the search path that it needs, and shows its caller no plans.
tests=$((tests + 1))
unsafe=$(sql -c "SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'care'::regnamespace AND p.proname IN (SELECT g.object FROM care.role_grant g WHERE g.privilege = 'EXECUTE')
	AND NOT (p.prosecdef AND array_to_string(p.proconfig, ' ') ~ 'search_path=pg_catalog(, (care|smartcare))*, pg_temp')
	UNION SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'care'::regnamespace AND p.prosecdef AND 'client_min_messages=notice' <> ALL (p.proconfig)")
[ -z "$unsafe" ] && echo "ok $tests - what is granted has its own settings" || echo "not ok $tests - $unsafe"
echo "1..$tests"
