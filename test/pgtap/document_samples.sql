-- Published example documents: each is what an independent count finds in its XML, and the same twice and in any order.
\set directory `echo "${SMARTCARE_DATA:-../shared/data}/cda"`
\setenv DIRECTORY :directory
\set present `[ -e "$DIRECTORY" ] && echo true || echo false`
BEGIN;
\if :present
SELECT no_plan();
\ir ../document.sql
-- A file a line, its lines marked by a character that XML cannot have.
\set content `for file in "$DIRECTORY"/*.xml; do printf '%s\t' "$(basename "$file")"; tr '\n' '\001' < "$file"; echo; done`
CREATE TEMP TABLE source AS
SELECT split_part(line, E'\t', 1) AS file, translate(substr(line, strpos(line, E'\t') + 1), E'\x01', E'\n') AS document
FROM string_to_table(:'content', E'\n') AS s (line) WHERE line <> '';
\unset content

-- What each is, found with XPath alone.
CREATE TEMP TABLE expected AS
SELECT s.file, s.document, x.type, x.cpr, x.points, x.nullified,
	CASE WHEN x.type IS NULL OR x.cpr !~ '^\d{10}$' THEN 'refused' ELSE 'created' END AS status
FROM source s
CROSS JOIN LATERAL (SELECT s.document::xml AS doc, ARRAY[ARRAY['h', 'urn:hl7-org:v3'], ARRAY['x', 'http://www.w3.org/2001/XMLSchema-instance']] AS names) AS d
CROSS JOIN LATERAL (
	SELECT CASE (xpath('/h:ClinicalDocument/h:code/@code', d.doc, d.names))[1]::text
			WHEN '53576-5' THEN 'PHMR' WHEN '74465-6' THEN 'QRD' WHEN '39289-4' THEN 'APD' WHEN '81215-6' THEN 'CPD' END AS type,
		(xpath('//h:recordTarget/h:patientRole/h:id[@root="1.2.208.176.1.2"]/@extension', d.doc, d.names))[1]::text AS cpr,
		(xpath('count(//h:observation[h:value[@x:type="PQ"]][not(h:statusCode/@code="nullified")])', d.doc, d.names))[1]::text::integer AS points,
		(xpath('count(//h:observation[h:value[@x:type="PQ"]][h:statusCode/@code="nullified"])', d.doc, d.names))[1]::text::integer AS nullified
) AS x;
SELECT cmp_ok((SELECT count(*) FROM expected WHERE status = 'created')::integer, '>=', 9, 'there are examples');

-- Before anything is there.
SELECT is(
	pg_temp.received((SELECT array_agg(document ORDER BY file DESC) FROM source)),
	pg_temp.received((SELECT array_agg(document ORDER BY file) FROM source)), 'in reverse order the record is the same');
SELECT is(
	pg_temp.received((SELECT array_agg(s.document ORDER BY md5(concat(s.file, n))) FROM source s, generate_series(1, 2) AS n)),
	pg_temp.received((SELECT array_agg(document ORDER BY file) FROM source)), 'and twice in any order');

SET LOCAL client_min_messages = error;
SAVEPOINT nothing;
-- Documents that are not as they should be: none raises an error, and those of one citizen that are taken give one record in any order.
SELECT setseed(0.2);
CREATE FUNCTION pg_temp.mutated(document text, times integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	junk CONSTANT text[] := '{"",-1,1e400,99999999999999999999,NaN,infinity,.,<b/>,æ,20140230,20140120142500+9999,nullified,IVL_PQ,ST,1.2.208.176.1.2,%}';
	parts text[];
	place integer;
BEGIN
	FOR i IN 1 .. times LOOP
		parts := regexp_split_to_array(document, '"');
		place := 2 * (1 + floor(random() * (cardinality(parts) - 1) / 2)::integer);
		document := CASE floor(random() * 3)
			WHEN 0 THEN array_to_string(parts[:place - 1] || junk[1 + floor(random() * cardinality(junk))::integer] || parts[place + 1:], '"')
			WHEN 1 THEN left(document, place * 20) || regexp_replace(substr(document, place * 20 + 1), '<(\w+)[^<>]*/>', '')
			ELSE left(document, place * 20) || regexp_replace(substr(document, place * 20 + 1), '(<(\w+)[^<>]*/>)', '\1\1') END;
	END LOOP;
	RETURN document;
END
$$;
CREATE TEMP TABLE mutant AS
SELECT row_number() OVER () AS nth, pg_temp.mutated(s.document, n) AS document FROM source s, generate_series(1, 4) AS n;
CREATE TEMP TABLE judged AS SELECT m.*, care.receive_document(m.document) AS report FROM mutant m;
SELECT cmp_ok((SELECT count(*) FROM judged WHERE report ->> 'status' IN ('created', 'replaced', 'older'))::integer, '>', 10, 'of documents with faults some are taken');
SELECT cmp_ok((SELECT count(*) FROM judged WHERE report ->> 'status' = 'refused')::integer, '>', 5, 'and some refused');
SELECT is_empty($$ SELECT report FROM judged WHERE report #>> '{refused,0,code}' LIKE 'failed%' $$, 'each for a reason that was thought of');
SELECT jsonb_agg(j.document ORDER BY j.nth) AS taken FROM judged j WHERE j.report ->> 'status' IN ('created', 'replaced', 'older') \gset
ROLLBACK TO nothing;
SELECT is(pg_temp.received((SELECT array_agg(t.document ORDER BY t.nth DESC) FROM jsonb_array_elements_text(:'taken') WITH ORDINALITY AS t (document, nth))),
	pg_temp.received((SELECT array_agg(t.document ORDER BY t.nth) FROM jsonb_array_elements_text(:'taken') WITH ORDINALITY AS t (document, nth))),
	'in reverse order they give the same record');

CREATE TEMP TABLE answer AS
SELECT e.*, care.receive_document(e.document) AS report FROM expected e ORDER BY e.file;

SELECT is(report ->> 'type', type, file || ': is a ' || coalesce(type, 'document of no known type')) FROM answer WHERE type IS NOT NULL;
SELECT ok(CASE WHEN status = 'refused' THEN report ->> 'status' = 'refused' ELSE report ->> 'status' IN ('created', 'older', 'replaced') END,
	file || ': is ' || (report ->> 'status')) FROM answer;
SELECT is((SELECT i.value FROM care.citizen_identifier i WHERE i.citizen = (report ->> 'citizen')::bigint), cpr, file || ': is about whom it names')
FROM answer WHERE status = 'created';
SELECT is((report #>> '{points,received}')::integer, points, file || ': has ' || points || ' measurements')
FROM answer WHERE type IN ('PHMR', 'CPD') AND status = 'created';
SELECT is((report #>> '{points,nullified}')::integer, nullified, file || ': and nullifies ' || nullified)
FROM answer WHERE type IN ('PHMR', 'CPD') AND status = 'created';
SELECT is(report -> 'refused', '[]', file || ': nothing in it is refused') FROM answer WHERE status = 'created';
SELECT is_empty($$
	SELECT a.file, v."time"
	FROM answer a
	CROSS JOIN LATERAL xmltable(XMLNAMESPACES ('urn:hl7-org:v3' AS h), '//h:organizer[h:component/h:observation/h:value/@value]' PASSING (a.document::xml)
		COLUMNS "time" text PATH 'h:effectiveTime/@value', status text PATH 'h:statusCode/@code') AS v
	WHERE a.type = 'PHMR' AND a.status = 'created' AND v.status <> 'nullified' AND NOT EXISTS (
		SELECT FROM care.measurement m
		WHERE m.citizen = (a.report ->> 'citizen')::bigint AND m."time" = to_timestamp(v."time", 'YYYYMMDDHH24MISSTZHTZM'))
$$, 'each measurement is there at its time');

-- The typing error: kept with its reason, and not counted.
SELECT is_empty($$
	SELECT * FROM care.measurement WHERE value = 253 OR "time" = '2014-01-20 14:25+01'
$$, 'Ex2: the nullified blood pressure is not counted');
SELECT matches((SELECT string_agg(b.source ->> 'nullified', ' ') FROM care.measurement_batch b WHERE b.source ? 'nullified'),
	'indtastningsfejl.*253', 'but is kept with its reason');
SELECT results_eq($$
	SELECT DISTINCT value FROM care.measurement WHERE measure = 'oxygen_saturation' AND "time" < '2014-01-01' ORDER BY 1
$$, ARRAY[90, 91, 92, 94, 95]::float8[], 'Ex4: fractions are per cent here');

SELECT is(care.receive_document(document) ->> 'status', CASE status WHEN 'refused' THEN 'refused' ELSE 'unchanged' END, file || ': the second time nothing changes')
FROM answer;
\else
SELECT plan(1);
SELECT skip('no published documents in ' || :'directory', 1);
\endif
SELECT * FROM finish();
ROLLBACK;
