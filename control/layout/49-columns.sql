-- Columns that mean the same in every table. Where one means something else, its comment stands with its table.

DO $$
DECLARE
	statement text;
BEGIN
	FOR statement IN
		SELECT format('COMMENT ON COLUMN %s.%I IS %L', c.oid::regclass, a.attname, m.meaning)
		FROM (VALUES
			('citizen', 'The citizen whom it is about.'),
			('id', 'Number of our own.'),
			('organization', 'The organization responsible.'),
			('practitioner', 'The practitioner responsible, where the source tells.'),
			('encounter', 'The encounter that it belongs to.'),
			('care_plan', 'The plan that it belongs to.'),
			('measure', 'What is measured.'),
			('system', 'System of the code or identifier, a URI as in FHIR.'),
			('code', 'Code within the system.'),
			('name', 'What it is, in words.'),
			('type', 'Of what kind it is, in words.'),
			('status', 'One of the codes that FHIR has for it.'),
			('clinical_status', 'One of the codes that FHIR has for it.'),
			('verification_status', 'One of the codes that FHIR has for it.'),
			('lifecycle_status', 'One of the codes that FHIR has for it.'),
			('achievement_status', 'One of the codes that FHIR has for it.'),
			('start_time', 'When it began.'),
			('end_time', 'When it ended; null while it lasts.'),
			('reason', 'Why.'),
			('city', 'From the address.'),
			('active', 'False for what is no longer in use.'),
			('source', 'Identity of the FHIR resource it came from; null when made here.'),
			('resource_type', 'Type of the FHIR resource.'),
			('key', 'Identity of the resource in its source.'),
			('content', 'The resource as it came.'),
			('version', 'Version number that the source gave, else 0.'),
			('issued', 'Version time that the source gave; a later one wins, whatever the order of arrival.'),
			('digest', 'MD5 of the content: tells unchanged from changed, and breaks ties.'),
			('import', 'The import that brought it.'),
			('recorded_at', 'When it was recorded here.'),
			('recorded_by', 'The role that recorded it.')
		) AS m (name, meaning)
		JOIN pg_attribute a ON a.attname = m.name
		JOIN pg_class c ON c.oid = a.attrelid
		WHERE c.relnamespace = 'care'::regnamespace AND c.relkind IN ('r', 'p')
			AND col_description(c.oid, a.attnum) IS NULL
	LOOP
		EXECUTE statement;
	END LOOP;
END
$$;
