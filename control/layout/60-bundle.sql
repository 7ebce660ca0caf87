-- Reading a FHIR Bundle: identity, shape and subject of each resource. Nothing
-- here writes.

CREATE OR REPLACE FUNCTION care.fhir_text(concept jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(nullif(concept ->> 'text', ''), nullif(concept #>> '{coding,0,display}', ''), nullif(concept #>> '{coding,0,code}', ''));
COMMENT ON FUNCTION care.fhir_text(jsonb) IS
'Internal: a CodeableConcept in words.';

-- Identity. A resource is named urn:uuid:X, by its address, or Type/id; any of
-- them may have the version behind it.
CREATE OR REPLACE FUNCTION care.fhir_unversioned(name text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN name LIKE '%/\_history/%' THEN pg_catalog.regexp_replace(name, '/_history/[^/]*$', '') ELSE name END;
COMMENT ON FUNCTION care.fhir_unversioned(text) IS 'Internal: the name of a resource without its version.';

CREATE OR REPLACE FUNCTION care.fhir_identifier(resource_type text, identifier jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN resource_type || '?identifier=' || coalesce(identifier ->> 'system', '') || '|'
	|| nullif(coalesce(smartcare.identifier_normalize(identifier ->> 'system', identifier ->> 'value'), identifier ->> 'value'), '');
COMMENT ON FUNCTION care.fhir_identifier(text, jsonb) IS
'Internal: the key by which a resource with this identifier can be referred to.';

CREATE OR REPLACE FUNCTION care.fhir_condition(name text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN name LIKE '%|%'
	THEN care.fhir_identifier(pg_catalog.split_part(name, '?identifier=', 1), pg_catalog.jsonb_build_object(
		'system', pg_catalog.split_part(pg_catalog.split_part(name, '?identifier=', 2), '|', 1),
		'value', pg_catalog.substr(name, pg_catalog.strpos(name, '|') + 1)))
	ELSE name
END;
COMMENT ON FUNCTION care.fhir_condition(text) IS
'Internal: the key that a conditional reference, Type?identifier=system|value, leads to.';

CREATE OR REPLACE FUNCTION care.fhir_key(name text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN name LIKE 'urn:%' THEN name
	WHEN care.fhir_unversioned(name) LIKE '%/________-____-____-____-____________' AND name NOT LIKE '%:%'
	THEN 'urn:uuid:' || pg_catalog.split_part(name, '/', 2)
	WHEN name LIKE '%?identifier=%' THEN care.fhir_condition(pg_catalog.replace(name, '%7C', '|'))
	ELSE care.fhir_unversioned(name)
END;
COMMENT ON FUNCTION care.fhir_key(text) IS
'Internal: the key of a resource by a name for it: urn:uuid:X also for Type/X where X is a UUID.';

CREATE OR REPLACE FUNCTION care.fhir_base(key text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN key LIKE 'http%' THEN pg_catalog.substring(key, '^(https?://.*/)[A-Za-z]+/[A-Za-z0-9.-]+$') END;
COMMENT ON FUNCTION care.fhir_base(text) IS
'Internal: what the relative references of a resource with this key start from; null where its key is no address.';

CREATE OR REPLACE FUNCTION care.fhir_target(reference jsonb, resource_type text, base text, locals jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN reference ->> 'reference' LIKE 'urn:%' THEN reference ->> 'reference'
	WHEN reference ->> 'reference' ~ '^[A-Za-z]+/[A-Za-z0-9.-]+(/_history/[^/]*)?$' THEN
		CASE
			WHEN base IS NULL OR locals ->> care.fhir_key(reference ->> 'reference') LIKE 'urn:%'
			THEN coalesce(locals ->> care.fhir_key(reference ->> 'reference'), care.fhir_key(reference ->> 'reference'))
			ELSE base || care.fhir_unversioned(reference ->> 'reference')
		END
	WHEN reference ->> 'reference' <> '' THEN care.fhir_key(reference ->> 'reference')
	ELSE care.fhir_identifier(resource_type, reference -> 'identifier')
END;
COMMENT ON FUNCTION care.fhir_target(jsonb, text, text, jsonb) IS
'Internal: the key that a Reference to a resource of this type leads to. "locals" maps the relative names within the bundle to keys.';

CREATE OR REPLACE FUNCTION care.fhir_stated_type(reference jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN reference ->> 'reference' LIKE 'urn:%' THEN reference ->> 'type'
	ELSE coalesce(pg_catalog.substring(reference ->> 'reference', '(?:^|/)([A-Z][A-Za-z]+)(?:/[A-Za-z0-9.-]+(?:/_history/[^/]*)?|\?.*)$'), reference ->> 'type')
END;
COMMENT ON FUNCTION care.fhir_stated_type(jsonb) IS
'Internal: the type of resource that a Reference says it leads to; null where it does not say.';

CREATE OR REPLACE FUNCTION care.fhir_contained(content jsonb, reference jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.resource
	FROM pg_catalog.jsonb_path_query(content, '$.contained[*]') AS c (resource)
	WHERE c.resource ->> 'id' = pg_catalog.substr(reference ->> 'reference', 2)
	LIMIT 1;
END;
COMMENT ON FUNCTION care.fhir_contained(jsonb, jsonb) IS
'Internal: the contained resource that a Reference leads to.';

CREATE OR REPLACE FUNCTION care.fhir_outward(content jsonb, reference jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.jsonb_build_object('type', c.resource -> 'resourceType', 'identifier', c.resource #> '{identifier,0}')
	FROM (SELECT care.fhir_contained(content, reference) AS resource OFFSET 0) AS c;
END;
COMMENT ON FUNCTION care.fhir_outward(jsonb, jsonb) IS
'Internal: instead of a Reference to a contained resource one by its identifier, which is all that is known of it outside.';

CREATE OR REPLACE FUNCTION care.fhir_shape()
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{
	"Patient": {
		"identifier": "array", "name": "array", "gender": ["male", "female", "other", "unknown"], "birthDate": "date",
		"deceasedBoolean": "boolean", "deceasedDateTime": "date", "address": "array", "generalPractitioner": "array"},
	"Organization": {
		"name": "string", "identifier": "array", "active": "boolean", "type": "array", "address": "array"},
	"Practitioner": {
		"name": "array", "identifier": "array", "active": "boolean"},
	"Medication": {
		"code!": "concept"},
	"Encounter": {
		"status!": ["planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown"],
		"class!": "object", "class.code!": "string", "type": "array", "participant": "array", "reasonCode": "array",
		"episodeOfCare": "array", "serviceProvider": "object", "period": "object", "period.start": "date", "period.end": "date"},
	"EpisodeOfCare": {
		"status!": ["planned", "waitlist", "active", "onhold", "finished", "cancelled", "entered-in-error"],
		"statusHistory": {
			"status": ["planned", "waitlist", "active", "onhold", "finished", "cancelled", "entered-in-error"],
			"period.start": "date", "period.end": "date"},
		"type": "array", "managingOrganization": "object", "period": "object", "period.start": "date", "period.end": "date"},
	"Condition": {
		"code!": "concept", "clinicalStatus": "object", "verificationStatus": "object",
		"clinicalStatus.coding.0.code": ["active", "recurrence", "relapse", "inactive", "remission", "resolved"],
		"verificationStatus.coding.0.code": ["unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"],
		"encounter": "object", "recordedDate": "date", "onsetDateTime": "date", "onsetPeriod.start": "date",
		"abatementDateTime": "date", "abatementPeriod.end": "date"},
	"MedicationRequest": {
		"status!": ["active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"],
		"doNotPerform": "boolean", "medicationCodeableConcept": "concept", "medicationReference": "object",
		"dosageInstruction": "array", "encounter": "object", "requester": "object", "authoredOn": "date"},
	"AllergyIntolerance": {
		"code!": "concept", "clinicalStatus": "object", "verificationStatus": "object",
		"clinicalStatus.coding.0.code": ["active", "inactive", "resolved"],
		"verificationStatus.coding.0.code": ["unconfirmed", "confirmed", "refuted", "entered-in-error"],
		"category": "array", "criticality": ["low", "high", "unable-to-assess"], "onsetDateTime": "date", "recordedDate": "date"},
	"CarePlan": {
		"status!": ["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"],
		"intent!": ["proposal", "plan", "order", "option"], "title": "string", "category": "array", "encounter": "object",
		"author": "object", "addresses": "array", "goal": "array",
		"activity": {"detail.status": ["not-started", "scheduled", "in-progress", "on-hold", "completed", "cancelled", "stopped", "unknown", "entered-in-error"]},
		"period": "object", "period.start": "date", "period.end": "date"},
	"Goal": {
		"lifecycleStatus!": ["proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled", "entered-in-error", "rejected"],
		"achievementStatus": "object", "achievementStatus.coding.0.code": ["in-progress", "improving", "worsening",
			"no-change", "achieved", "sustaining", "not-achieved", "no-progress", "not-attainable"],
		"description!": "concept", "startDate": "date", "target": "array", "target.0.dueDate": "date"},
	"ServiceRequest": {
		"status!": ["active", "on-hold", "revoked", "completed", "entered-in-error"],
		"intent!": ["proposal", "plan", "directive", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"],
		"category!": "array", "category.0.text!": ["hospital", "specialist", "rehabilitation", "home care", "prevention", "programme", "therapy"],
		"priority": ["routine", "urgent", "asap", "stat"], "code": "concept", "reasonCode!": "array", "reasonCode.0!": "concept",
		"requester": "object", "performer!": "array", "encounter": "object", "authoredOn!": "date",
		"occurrencePeriod.end": "date", "note": "array", "extension": "array"},
	"Task": {
		"status!": ["draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold", "failed",
			"completed", "entered-in-error"],
		"intent!": ["unknown", "proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"],
		"priority": ["routine", "urgent", "asap", "stat"], "code": "concept", "description": "string", "requester": "object",
		"owner": "object", "encounter": "object", "focus": "object", "basedOn": "array", "note": "array", "extension": "array",
		"restriction.period.start": "date", "restriction.period.end": "date"},
	"Appointment": {
		"status!": ["booked", "fulfilled", "cancelled", "noshow", "entered-in-error"], "description": "string",
		"participant!": "array", "start!": "date", "end": "date", "supportingInformation": "array", "extension": "array"},
	"Consent": {
		"status!": ["active", "rejected", "inactive", "entered-in-error"], "category!": "array",
		"category.0.coding.0.code!": ["programme", "sharing"], "category.1.coding.0.code": "string", "organization": "array",
		"dateTime!": "date", "provision.actor": "array", "provision.period.end": "date", "provision.code": "array", "extension": "array"},
	"CareTeam": {
		"status!": ["active", "inactive", "entered-in-error"], "participant!": "array", "participant.0.member!": "object",
		"managingOrganization!": "array", "period.start!": "date", "period.end": "date"},
	"RelatedPerson": {
		"active": "boolean", "relationship!": "array", "relationship.0!": "concept", "name!": "array", "telecom": "array",
		"period.start!": "date", "period.end": "date", "extension": "array"},
	"Questionnaire": {
		"status!": ["draft", "active", "retired", "unknown"], "url!": "string", "version": "string", "name!": "string", "title!": "string",
		"date": "date", "item": "array"},
	"QuestionnaireResponse": {
		"status!": ["completed", "amended", "entered-in-error"], "questionnaire!": "string", "authored!": "date", "item!": "array",
		"basedOn": "array", "extension": "array"},
	"Communication": {
		"status!": ["completed", "entered-in-error"], "category!": "array", "category.0.coding.0.code!": ["diary"], "sent!": "date",
		"sender": "object", "payload!": "array", "payload.0.contentString!": "string", "topic": "concept"}
}'::jsonb;
COMMENT ON FUNCTION care.fhir_shape() IS
'Internal: of each type of resource the elements that are read, and what each must be, as smartcare.fhir_shape_fault() takes it. Of other elements nothing is demanded.';

CREATE OR REPLACE FUNCTION care.fhir_canonical(questionnaire jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (questionnaire ->> 'url') || '|' || coalesce(questionnaire ->> 'version', '1');
COMMENT ON FUNCTION care.fhir_canonical(jsonb) IS 'Internal: by which responses refer to a version of a Questionnaire.';

CREATE OR REPLACE FUNCTION care.fhir_fault(content jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	zone text;
BEGIN
	IF content ->> 'resourceType' IN ('Task', 'Appointment') THEN
		zone := care.setting('zone');
	END IF;
	RETURN CASE content ->> 'resourceType'
		WHEN 'Task' THEN CASE
			WHEN smartcare.fhir_start(content #>> '{restriction,period,start}', zone) > smartcare.fhir_end(content #>> '{restriction,period,end}', zone)
			THEN 'it ends before it begins' END
		WHEN 'Appointment' THEN CASE
			WHEN smartcare.fhir_start(content ->> 'start', zone) >= smartcare.fhir_end(content ->> 'end', zone) THEN 'it ends before it begins' END
		WHEN 'Consent' THEN CASE
			WHEN content #>> '{category,0,coding,0,code}' = 'programme'
				AND (octet_length(content #>> '{category,1,coding,0,code}') BETWEEN 1 AND 200) IS NOT TRUE
			THEN 'it does not say for which programme it is' END
		WHEN 'CareTeam' THEN CASE
			WHEN jsonb_array_length(content -> 'participant') <> 1 THEN 'a team of several comes as a CareTeam for each' END
		WHEN 'RelatedPerson' THEN CASE WHEN care.fhir_person_name(content -> 'name') IS NULL THEN 'it has no name' END
		WHEN 'Questionnaire' THEN CASE
			WHEN octet_length(care.fhir_canonical(content)) > 1000 OR content ->> 'url' = '' OR content ->> 'title' = '' THEN 'its url or title is empty or too long'
			WHEN content ->> 'version' !~ '^[1-9][0-9]{0,8}$' THEN 'its version is not a number' END
		WHEN 'QuestionnaireResponse' THEN CASE WHEN octet_length(content ->> 'questionnaire') > 1000 THEN 'its questionnaire is longer than 1000 bytes' END
		WHEN 'Communication' THEN CASE
			WHEN jsonb_array_length(content -> 'payload') <> 1 OR content #>> '{payload,0,contentString}' = '' THEN 'a diary entry is one text' END
	END;
END
$$;
COMMENT ON FUNCTION care.fhir_fault(jsonb) IS
'Internal: what else is wrong with a resource whose shape is right; null if nothing is.';

CREATE OR REPLACE FUNCTION care.fhir_subject(content jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN content ->> 'resourceType' IN ('AllergyIntolerance', 'EpisodeOfCare', 'Consent', 'RelatedPerson') THEN content -> 'patient'
	WHEN content ->> 'resourceType' = 'Task' THEN content -> 'for'
	WHEN content ->> 'resourceType' = 'Appointment'
	THEN pg_catalog.jsonb_path_query_first(content, '$.participant[*].actor ? (@.type == "Patient" || @.reference like_regex "(^|/)Patient/")')
	ELSE content -> 'subject' END;
COMMENT ON FUNCTION care.fhir_subject(jsonb) IS 'Internal: the Reference to the Patient whom a resource is about.';

CREATE OR REPLACE FUNCTION care.fhir_numeric(observation jsonb)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN observation ?| '{valueQuantity,valueInteger,valueSampledData}'
	OR observation ? 'component'
		AND observation @? '$.component[*] ? (exists(@.valueQuantity) || exists(@.valueInteger) || exists(@.valueSampledData))';
COMMENT ON FUNCTION care.fhir_numeric(jsonb) IS
'Internal: whether an Observation has any value of a numeric kind.';

CREATE OR REPLACE FUNCTION care.read_bundle(
	bundle jsonb, import bigint,
	OUT entries care.import_entry[], OUT observations care.import_entry[],
	OUT refusals care.import_refusal[], OUT locals jsonb, OUT strangers text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own CONSTANT text := care.own_key(care.setting('record'), '%');
BEGIN
	WITH entry AS MATERIALIZED (
		SELECT e.ordinal, r.resource_type, CASE WHEN f.kept THEN r.content END AS content, r.local, f.kept,
			coalesce(care.fhir_key(r.full_url), care.fhir_key(r.local),
				CASE WHEN f.kept AND f.reason IS NULL THEN 'urn:md5:' || md5(r.content::text)
					ELSE coalesce(e.entry #>> '{request,url}', format('entry[%s]', e.ordinal - 1)) END) AS key,
			f.reason
		FROM jsonb_array_elements(nullif(bundle -> 'entry', 'null')) WITH ORDINALITY AS e (entry, ordinal)
		CROSS JOIN LATERAL (SELECT e.entry -> 'resource' AS resource OFFSET 0) o
		CROSS JOIN LATERAL (
			SELECT o.resource AS content, left(o.resource ->> 'resourceType', 64) AS resource_type,
				nullif(e.entry ->> 'fullUrl', '') AS full_url,
				(o.resource ->> 'resourceType') || '/' || nullif(o.resource ->> 'id', '') AS local
			OFFSET 0) r
		CROSS JOIN LATERAL (
			SELECT k.kept, CASE
				WHEN jsonb_typeof(e.entry) <> 'object' THEN 'the entry is not an object'
				WHEN e.entry #>> '{search,mode}' = 'outcome' THEN 'an outcome of the search, not a match'
				WHEN e.entry #>> '{request,method}' NOT IN ('POST', 'PUT') THEN format('request method %s', left(e.entry #>> '{request,method}', 20))
				WHEN r.content IS NULL THEN 'the entry has no resource'
				WHEN jsonb_typeof(r.content) <> 'object' THEN 'the resource is not an object'
				WHEN r.resource_type IS NULL THEN 'the resource has no resourceType'
				WHEN NOT k.kept THEN 'resources of this type are not kept'
				WHEN r.resource_type NOT IN ('Organization', 'Practitioner') AND coalesce(r.full_url, care.fhir_key(r.local)) LIKE own
				THEN 'it was made here, where only steps change it'
				WHEN octet_length(coalesce(r.full_url, r.local)) > 1000 THEN 'its identity is longer than 1000 bytes'
				WHEN r.content ?| '{modifierExtension,implicitRules}' THEN 'it has a modifierExtension or implicitRules that change its meaning'
				WHEN r.content #>> '{meta,lastUpdated}' IS NOT NULL AND smartcare.fhir_instant(r.content #>> '{meta,lastUpdated}') IS NULL
				THEN format('meta.lastUpdated "%s" is not an instant', left(r.content #>> '{meta,lastUpdated}', 50))
				WHEN r.content ->> 'doNotPerform' = 'true' THEN 'it asks that something not be done'
				WHEN r.resource_type = 'MedicationRequest' AND NOT r.content ?| '{medicationCodeableConcept,medicationReference}' THEN 'it names no medication'
				WHEN r.resource_type IN ('Organization', 'Practitioner')
					AND coalesce(r.content ->> 'name', r.content #>> '{identifier,0,value}', '') IN ('', '[]') THEN 'it has neither name nor identifier'
				WHEN r.resource_type <> 'Observation'
				THEN coalesce(smartcare.fhir_shape_fault(r.content, care.fhir_shape() -> r.resource_type), care.fhir_fault(r.content))
				WHEN r.content ->> 'status' IS NULL THEN 'status is missing'
				WHEN r.content ->> 'status' NOT IN ('final', 'amended', 'corrected', 'entered-in-error')
				THEN format('status "%s" does not count', left(r.content ->> 'status', 50))
				WHEN jsonb_typeof(r.content -> 'component') <> 'array' THEN 'component is not of type array'
				WHEN r.content ->> 'status' = 'final' AND NOT care.fhir_numeric(r.content) THEN 'it has no numeric value'
				WHEN r.content ->> 'issued' IS NOT NULL AND smartcare.fhir_instant(r.content ->> 'issued') IS NULL
				THEN format('issued "%s" is not an instant', left(r.content ->> 'issued', 50))
			END AS reason
			FROM (SELECT r.resource_type = 'Observation' OR care.fhir_shape() ? r.resource_type AS kept) k
			OFFSET 0) f
	), local AS (
		SELECT jsonb_object_agg(n.name, n.key) AS names
		FROM (
			SELECT care.fhir_key(e.local) AS name, min(e.key) AS key
			FROM entry e
			WHERE e.kept AND e.reason IS NULL AND e.resource_type <> 'Observation' AND e.key <> care.fhir_key(e.local)
			GROUP BY 1
			HAVING count(DISTINCT e.key) = 1
		) AS n
	), judged AS (
		SELECT e.ordinal, e.resource_type, e.key, e.kept, e.content, t.subject, v.verdict,
			v.verdict IS NULL AND e.resource_type = 'Observation' AS observed
		FROM entry e
		CROSS JOIN local l
		CROSS JOIN LATERAL (
			SELECT e.reason IS NULL AND e.resource_type NOT IN ('Patient', 'Organization', 'Practitioner', 'Medication', 'Questionnaire') AS about,
				care.fhir_subject(e.content) AS found
			OFFSET 0) r
		CROSS JOIN LATERAL (
			SELECT CASE WHEN r.found ->> 'reference' LIKE '#%' THEN care.fhir_outward(e.content, r.found) ELSE r.found END AS reference
			OFFSET 0) s
		CROSS JOIN LATERAL (
			SELECT CASE WHEN r.about THEN care.fhir_target(s.reference, 'Patient', care.fhir_base(e.key), l.names)
				WHEN e.resource_type = 'Patient' THEN e.key END AS subject
			OFFSET 0) t
		CROSS JOIN LATERAL (
			SELECT CASE
				WHEN NOT r.about THEN e.reason
				WHEN care.fhir_stated_type(s.reference) <> 'Patient' THEN 'its subject is not a Patient'
				WHEN t.subject IS NULL THEN 'it does not say which Patient it is about'
				WHEN octet_length(t.subject) > 1000 THEN 'its subject is longer than 1000 bytes' END AS verdict
			OFFSET 0) v
	), taken AS (
		SELECT j.ordinal, j.observed, ROW(j.resource_type, j.key, j.subject, NULL,
			CASE WHEN j.content #>> '{meta,versionId}' ~ '^\d{1,18}$' THEN (j.content #>> '{meta,versionId}')::bigint ELSE 0 END,
			coalesce(smartcare.fhir_instant(j.content #>> '{meta,lastUpdated}'), '-infinity'),
			CASE WHEN NOT j.observed THEN md5((j.content - 'meta')::text) END,
			j.content, import)::care.import_entry AS entry
		FROM judged j WHERE j.verdict IS NULL
	)
	SELECT
		(SELECT array_agg(t.entry ORDER BY t.ordinal) FROM taken t WHERE NOT t.observed),
		(SELECT array_agg(t.entry ORDER BY t.ordinal) FROM taken t WHERE t.observed),
		(SELECT array_agg(ROW(coalesce(j.resource_type, 'none'), left(j.key, 1000), j.verdict, true)::care.import_refusal ORDER BY j.ordinal)
			FROM judged j WHERE j.verdict IS NOT NULL),
		jsonb_build_object(import, (SELECT l.names FROM local l)),
		(SELECT array_agg(e.key) FROM entry e WHERE NOT e.kept)
	INTO entries, observations, refusals, locals, strangers;
END
$$;
COMMENT ON FUNCTION care.read_bundle(jsonb, bigint) IS
'Internal: the resources of a bundle that can be taken, observations apart, and those that cannot, with the reason. locals: the relative names in use within the bundle; strangers: keys of resources of types that are not kept.';
