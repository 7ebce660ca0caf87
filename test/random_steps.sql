-- For workflow_random.sh: sessions that take random steps, possible and impossible ones, and what they log.

INSERT INTO care.organization (id, sector, name, parent) VALUES
	(1, 'general practice', 'practice', NULL), (2, 'hospital', 'hospital', NULL), (3, 'hospital', 'department', 2),
	(4, 'municipality', 'municipality', NULL), (5, 'municipality', 'home nursing', 4), (6, 'specialist', 'eyes', NULL),
	(7, 'hospital', 'other hospital', NULL);
INSERT INTO care.programme_site (programme, organization) SELECT id, 4 FROM care.programme;

CREATE TABLE subject AS
SELECT n, care.register_citizen('{urn:oid:1.2.208.176.1.2}', ARRAY[to_char(date '1940-01-01' + n, 'DDMMYY') || '0001'], 'Citizen ' || n, general_practice => 1) AS citizen
FROM generate_series(1, :citizens) AS n;

CREATE TABLE call (
	id bigint GENERATED ALWAYS AS IDENTITY,
	worker int, statement text, request_id text, step text,
	state text, message text, result care.step_result, points int);
CREATE INDEX ON call (worker, id);

-- Every version of every entry, and every event, in the order in which the sessions wrote them: what the history is held against.
CREATE TABLE written (
	place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	xid xid8 DEFAULT pg_current_xact_id(), entity name, citizen bigint, entry bigint, event bigint, image jsonb);
CREATE FUNCTION write_down() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
	IF TG_TABLE_NAME = 'workflow_event' THEN
		INSERT INTO written (entity, citizen, entry, event, image) VALUES (NEW.entity, NEW.citizen, NEW.entry, NEW.id, NEW.before);
	ELSE
		INSERT INTO written (entity, citizen, entry, image) VALUES (TG_TABLE_NAME, NEW.citizen, NEW.id, jsonb_strip_nulls(to_jsonb(NEW)));
	END IF;
	RETURN NULL;
END
$$;
SELECT format('CREATE TRIGGER a_write_down AFTER INSERT OR UPDATE ON care.%I FOR EACH ROW EXECUTE FUNCTION write_down()', t.entity)
FROM (SELECT DISTINCT entity FROM care.workflow_transition UNION SELECT 'workflow_event') AS t \gexec

CREATE FUNCTION chance(p float8) RETURNS boolean LANGUAGE sql VOLATILE RETURN random() < p;
CREATE FUNCTION one_of(VARIADIC items text[]) RETURNS text LANGUAGE sql VOLATILE RETURN items[1 + floor(random() * cardinality(items))];
CREATE FUNCTION some_entry(c bigint, entity name, status text DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	found_entry bigint;
BEGIN
	EXECUTE format('SELECT id FROM care.%I WHERE citizen = $1 ORDER BY %I = $2 DESC NULLS LAST, random() LIMIT 1', entity, care.status_column(entity))
	INTO found_entry USING c, status;
	RETURN found_entry;
END
$$;

-- A call of a step's function, its arguments by their names.
CREATE FUNCTION some_call(c bigint, request_id text, at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s care.possible_step;
	actor bigint;
	category CONSTANT text := one_of('programme', 'sharing');
	own_argument text;
	value text;
	arguments text[] := '{}';
	argument record;
BEGIN
	IF chance(0.88) THEN
		SELECT * INTO s FROM care.possible_steps(c) p
		WHERE p.actors <> '{}' AND (p.step <> 'record_death' OR chance(0.05))
		ORDER BY random() ^ CASE WHEN p.entity IN ('enrollment', 'assessment', 'consent', 'agreement', 'encounter') THEN 0.5 WHEN p.entry IS NULL THEN 1 ELSE 0.6 END DESC
		LIMIT 1;
	ELSE
		SELECT t.entity, CASE WHEN t.from_status <> '' OR chance(0.1) THEN some_entry(c, t.entity) END, t.from_status, t.step, t.to_status, t.actors, t.party
		INTO s FROM care.workflow_transition t WHERE t.actors <> '{}' AND t.entity <> 'death_record' ORDER BY random() LIMIT 1;
	END IF;
	IF s.party IS NOT NULL AND s.entry IS NOT NULL AND chance(0.9) THEN
		EXECUTE format('SELECT t.%I FROM care.%I t WHERE t.citizen = $1 AND t.id = $2', s.party, s.entity) INTO actor USING c, s.entry;
	ELSIF 'citizen' <> ALL (s.actors) OR chance(0.7) THEN
		SELECT o.id INTO actor FROM care.organization o WHERE o.sector = ANY (s.actors) OR chance(0.05) ORDER BY random() LIMIT 1;
	END IF;
	own_argument := CASE s.entity WHEN 'service_request' THEN 'referral' WHEN 'episode_of_care' THEN 'service'
		WHEN 'care_team_member' THEN 'member' WHEN 'related_person' THEN 'person' ELSE s.entity END;

	FOR argument IN
		SELECT a.name, a.place <= p.pronargs - p.pronargdefaults AS needed FROM pg_proc p, unnest(p.proargnames) WITH ORDINALITY AS a (name, place)
		WHERE p.pronamespace = 'care'::regnamespace AND p.proname = s.step AND a.name <> 'rests_on'
	LOOP
		value := CASE
			WHEN argument.name = 'citizen' THEN c::text
			WHEN argument.name = 'request_id' THEN request_id
			WHEN argument.name = 'event_time' THEN CASE s.entity WHEN 'alert' THEN now() ELSE at END::text
			WHEN argument.name IN ('organization', 'requester') THEN actor::text
			WHEN argument.name = own_argument AND (s.status <> '' OR s.entry IS NOT NULL) THEN s.entry::text
			WHEN argument.name = 'planned' THEN s.entry::text
			WHEN argument.name IN ('performer', 'owner', 'offered_to') THEN one_of('1', '2', '3', '4', '5', '6')
			WHEN argument.name = 'coordinator' THEN one_of('4', '4', '4', '5', '1')
			WHEN argument.name = 'category' THEN CASE s.step WHEN 'refer' THEN one_of('hospital', 'specialist', 'home care') ELSE category END
			WHEN argument.name = 'programme' AND (category = 'programme' OR s.entity <> 'consent') THEN one_of('icp-discharge', 'icp-ltcare')
			WHEN argument.name = 'class' THEN one_of('IMP', 'IMP', 'EMER')
			WHEN argument.name = 'type' THEN one_of('home care', 'rehabilitation')
			WHEN argument.name IN ('reason', 'note', 'question', 'answer', 'description', 'needs', 'title', 'change', 'role', 'name', 'relationship', 'new_reason', 'entry') THEN argument.name
			WHEN argument.name = 'code' AND s.entity = 'task' THEN 'control'
			WHEN argument.name = 'encounter' AND s.step = 'transfer' THEN some_entry(c, 'encounter', 'in-progress')::text
			WHEN argument.name = 'encounter' AND chance(0.3) THEN some_entry(c, 'encounter')::text
			WHEN argument.name = 'enrollment' THEN some_entry(c, 'enrollment', CASE s.step WHEN 'assess_needs' THEN 'referred' ELSE 'enrolled' END)::text
			WHEN argument.name = 'care_plan' AND (s.step = 'agree_plan' OR chance(0.5)) THEN some_entry(c, 'care_plan', 'draft')::text
			WHEN argument.name = 'referral' AND chance(0.3) THEN some_entry(c, 'service_request', 'accepted')::text
			WHEN argument.name = 'measure' AND s.step <> 'set_goal' THEN one_of('heart_rate', 'systolic_blood_pressure_home')
			WHEN argument.name = 'times' THEN one_of('{08:00}', '{08:00,20:00}')
			WHEN argument.name = 'standard_set' THEN 'telbil'
			WHEN argument.name = 'yellow_low' THEN one_of('60', '50')
			WHEN argument.name = 'yellow_high' THEN one_of('100', '110')
			WHEN argument.name = 'red_high' AND chance(0.7) THEN '120'
			WHEN argument.name = 'hysteresis' AND chance(0.3) THEN '5'
			WHEN argument.name = 'until' THEN (now() + interval '1 day')::text
			WHEN argument.name = 'from_date' THEN at::date::text
			WHEN argument.name = 'start_time' AND s.step <> 'set_reference_range' THEN (at + interval '1 day')::text
		END;
		IF argument.needed OR value IS NOT NULL THEN
			arguments := arguments || (argument.name || ' => ' || quote_nullable(value));
		END IF;
	END LOOP;
	RETURN format('SELECT * FROM care.%s(%s)', s.step, array_to_string(arguments, ', '));
END
$$;

-- What brings a citizen further on a pathway, where chance alone seldom leads.
CREATE FUNCTION pathway_call(c bigint, request_id text, at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n care.enrollment;
	p care.care_plan;
	missing text;
	call text;
BEGIN
	SELECT * INTO n FROM care.enrollment e WHERE e.citizen = c ORDER BY e.id DESC LIMIT 1;
	SELECT * INTO p FROM care.care_plan q WHERE q.citizen = c AND q.enrollment = n.id AND q.status IN ('draft', 'active') ORDER BY q.id DESC LIMIT 1;
	SELECT min(d) INTO missing FROM unnest('{health,social}'::text[]) AS d
	WHERE NOT EXISTS (SELECT FROM care.assessment a WHERE a.citizen = c AND a.enrollment = n.id AND a.domain = d AND a.status = 'completed');
	IF n.status = 'assessed' AND NOT EXISTS (SELECT FROM care.consent k WHERE k.citizen = c AND k.programme = n.programme AND k.status = 'active') THEN
		n.status := 'asked';
	ELSIF n.status IN ('enrolled', 'reassessing') AND p.id IS NOT NULL THEN
		n.status := 'planned';
		SELECT min(d) INTO missing FROM unnest('{citizen,health,social}'::text[]) AS d
		WHERE NOT EXISTS (SELECT FROM care.agreement a WHERE a.citizen = c AND a.care_plan = p.id AND a.version = p.version AND a.party = d AND a.status = 'agreed');
	END IF;
	call := CASE
		WHEN n.status = 'referred' THEN format('assess_needs(%s, %s, %s, ''needs'', ', c, n.id, CASE missing WHEN 'health' THEN 2 ELSE 4 END)
		WHEN n.status = 'asked' THEN format('give_consent(%s, NULL, ''programme'', programme => %L, ', c, (SELECT g.name FROM care.programme g WHERE g.id = n.programme))
		WHEN n.status = 'assessed' THEN format('enroll(%s, %s, %s, ', c, n.id, n.organization)
		WHEN n.status = 'enrolled' THEN format('propose_plan(%s, 4, ''title'', enrollment => %s, ', c, n.id)
		WHEN n.status = 'planned' THEN format('agree_plan(%s, %s, %L, ', c, p.id, CASE missing WHEN 'health' THEN 2 WHEN 'social' THEN 4 END)
		WHEN n.status = 'active' AND p.id IS NOT NULL AND chance(0.5) THEN format('close_plan(%s, %s, 4, ', c, p.id)
		WHEN n.status = 'active' AND chance(0.5) THEN format('transfer_pathway(%s, %s, %s, %L, 4, ''reason'', ', c, n.id, n.organization, one_of('icp-discharge', 'icp-ltcare'))
		ELSE format('enter_pathway(%s, 2, %L, 4, ''reason'', ', c, one_of('icp-discharge', 'icp-ltcare')) END;
	RETURN format('SELECT * FROM care.%srequest_id => %L, event_time => %L)', call, request_id, at);
END
$$;

CREATE PROCEDURE take_steps(worker int, steps int, seed float8) LANGUAGE plpgsql AS $$
DECLARE
	chosen int;
	c bigint;
	at timestamptz;
	this call;
	result care.step_result;
	earlier call;
	e care.workflow_event;
BEGIN
	PERFORM setseed(seed);
	FOR i IN 1..steps LOOP
		this := NULL;
		this.worker := worker;
		this.request_id := worker || '-' || i;
		-- Half of the steps are with a few citizens, so that sessions meet.
		chosen := 1 + floor(random() * CASE WHEN chance(0.7) THEN 8 ELSE (SELECT count(*) FROM subject) END);
		SELECT s.citizen INTO c FROM subject s WHERE s.n = chosen;
		at := now() - interval '40 days' * (1 - i::float8 / steps) - CASE WHEN chance(0.1) THEN interval '4 days' * random() ELSE interval '0' END;
		CASE
		WHEN chance(0.1) THEN
			-- Again what was said before.
			SELECT * INTO earlier FROM call l WHERE l.worker = take_steps.worker AND l.step <> 'record' ORDER BY random() LIMIT 1;
			this.step := earlier.step;
			this.request_id := earlier.request_id;
			this.statement := earlier.statement;
		WHEN chance(0.15) THEN
			this.step := 'record';
			this.statement := format('SELECT care.record(%s, %L, ARRAY[%L::timestamptz], ARRAY[%s], %L)', c, m.measure,
				date_trunc('second', now() - interval '5 days' * random()), (40 + 90 * random())::int, m.unit)
			FROM (SELECT * FROM (VALUES ('heart_rate', '/min'), ('systolic_blood_pressure_home', 'mm[Hg]')) AS v (measure, unit) ORDER BY random() LIMIT 1) m;
		WHEN chance(0.1) THEN
			SELECT * INTO e FROM care.workflow_event v WHERE v.citizen = c AND v.rests_on IS NULL ORDER BY v.id DESC OFFSET floor(random() ^ 3 * 20) LIMIT 1;
			this.step := 'annul';
			this.statement := format('SELECT * FROM care.annul(%s, %s, %L, ''wrong'', %L, %L)', c, coalesce(e.id, 0),
				CASE WHEN chance(0.9) THEN e.organization ELSE 1 END, this.request_id, at);
		ELSE
			this.statement := CASE WHEN chance(0.2) THEN pathway_call(c, this.request_id, at) ELSE some_call(c, this.request_id, at) END;
			this.step := substring(this.statement FROM 'care\.(\w+)');
		END CASE;
		IF this.statement IS NOT NULL THEN
			BEGIN
				IF this.step = 'record' THEN
					EXECUTE this.statement INTO this.points;
				ELSE
					EXECUTE this.statement INTO result;
					this.result := result;
				END IF;
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS this.state = RETURNED_SQLSTATE, this.message = MESSAGE_TEXT;
			END;
			INSERT INTO call (worker, statement, request_id, step, state, message, result, points)
			VALUES (this.worker, this.statement, this.request_id, this.step, this.state, this.message, this.result, this.points);
		END IF;
		COMMIT;
	END LOOP;
END
$$;
