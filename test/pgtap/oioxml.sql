-- What stands around a letter in OIOXML: against XPath over the same text, whatever is between and within its elements.
BEGIN;
SET LOCAL search_path = public, smartcare;
SELECT no_plan();
SET LOCAL client_min_messages = error;
\ir ../messages.sql

CREATE FUNCTION pg_temp.by_xpath(doc xml) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls(to_jsonb(t)) - CASE WHEN t.sender_name = '' AND t.no_sender_name THEN 'sender_name' ELSE '' END
		- CASE WHEN t.receiver_name = '' AND t.no_receiver_name THEN 'receiver_name' ELSE '' END - CASE WHEN t.family = '' AND t.no_family THEN 'family' ELSE '' END
		- CASE WHEN t.given = '' AND t.no_given THEN 'given' ELSE '' END - CASE WHEN t.reason = '' AND t.no_reason THEN 'reason' ELSE '' END
		- '{no_sender_name,no_receiver_name,no_family,no_given,no_reason}'::text[]
	FROM xmltable('/*[local-name() = "Emessage"]/*[*[local-name() = "Letter" or local-name() = "Sender"]][1]' PASSING doc COLUMNS
		envelope text PATH '../*[local-name() = "Envelope"][1]/*[local-name() = "Identifier"][1]',
		sent_date text PATH '../*[local-name() = "Envelope"][1]/*[local-name() = "Sent"][1]/*[local-name() = "Date"][1]',
		sent_time text PATH '../*[local-name() = "Envelope"][1]/*[local-name() = "Sent"][1]/*[local-name() = "Time"][1]',
		letter text PATH '*[local-name() = "Letter"][1]/*[local-name() = "Identifier"][1]',
		version text PATH '*[local-name() = "Letter"][1]/*[local-name() = "VersionCode"][1]',
		type text PATH '*[local-name() = "Letter"][1]/*[local-name() = "TypeCode"][1]',
		episode text PATH '*[local-name() = "Letter"][1]/*[local-name() = "EpisodeOfCareIdentifier"][1]',
		written_date text PATH '*[local-name() = "Letter"][1]/*[local-name() = "Authorisation"][1]/*[local-name() = "Date"][1]',
		written_time text PATH '*[local-name() = "Letter"][1]/*[local-name() = "Authorisation"][1]/*[local-name() = "Time"][1]',
		sender_gln text PATH '*[local-name() = "Sender"][1]/*[local-name() = "EANIdentifier"][1]',
		sender_id text PATH '*[local-name() = "Sender"][1]/*[local-name() = "Identifier"][1]',
		sender_id_type text PATH '*[local-name() = "Sender"][1]/*[local-name() = "IdentifierCode"][1]',
		sender_name text PATH 'normalize-space(*[local-name() = "Sender"][1]/*[local-name() = "OrganisationName"][1])',
		no_sender_name boolean PATH 'not(*[local-name() = "Sender"][1]/*[local-name() = "OrganisationName"])',
		receiver_gln text PATH '*[local-name() = "Receiver"][1]/*[local-name() = "EANIdentifier"][1]',
		receiver_id text PATH '*[local-name() = "Receiver"][1]/*[local-name() = "Identifier"][1]',
		receiver_id_type text PATH '*[local-name() = "Receiver"][1]/*[local-name() = "IdentifierCode"][1]',
		receiver_name text PATH 'normalize-space(*[local-name() = "Receiver"][1]/*[local-name() = "OrganisationName"][1])',
		no_receiver_name boolean PATH 'not(*[local-name() = "Receiver"][1]/*[local-name() = "OrganisationName"])',
		cpr text PATH '*[local-name() = "Patient"][1]/*[local-name() = "CivilRegistrationNumber"][1]',
		replacement text PATH '*[local-name() = "Patient"][1]/*[local-name() = "AlternativeIdentifier"][1]',
		family text PATH 'normalize-space(*[local-name() = "Patient"][1]/*[local-name() = "PersonSurnameName"][1])',
		no_family boolean PATH 'not(*[local-name() = "Patient"][1]/*[local-name() = "PersonSurnameName"])',
		given text PATH 'normalize-space(*[local-name() = "Patient"][1]/*[local-name() = "PersonGivenName"][1])',
		no_given boolean PATH 'not(*[local-name() = "Patient"][1]/*[local-name() = "PersonGivenName"])',
		reason text PATH 'normalize-space(descendant::*[local-name() = "CauseOfAdmission" or local-name() = "Indication" or contains(local-name(), "Reason")][1])',
		no_reason boolean PATH 'not(descendant::*[local-name() = "CauseOfAdmission" or local-name() = "Indication" or contains(local-name(), "Reason")])') AS t;
$$;

-- What is between two tags, in a random letter.
CREATE FUNCTION pg_temp.pick(VARIADIC of_these text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT of_these[1 + floor(random() * cardinality(of_these))::integer] $$;
CREATE FUNCTION pg_temp.words() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(string_agg(pg_temp.pick('a', ' b ', 'æøå', '&lt;', '&amp;amp;', '&#229;', '&#x1F600;', '&#13;', '&#xA;', E'\r\n', E'\r', E'\n\t', '<![CDATA[<Letter> ]] & &amp;]]>', '<![CDATA[]]>',
		'<!-- <Identifier>no</Identifier> ''-->', '<?pi <Sender?>', '&quot;&apos;&gt;', '>', '<x/>', '<y a=">" b=''/>"''>in</y >', '', 'sor'), ''), '')
	FROM generate_series(1, (random() * 4)::integer) AS n WHERE n > 0 $$;
CREATE FUNCTION pg_temp.element(depth integer) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	name CONSTANT text := pg_temp.pick('', '', '', '', 'p:') || CASE depth
		WHEN 1 THEN pg_temp.pick('Envelope', 'Envelope', 'Report', 'Report', 'Other')
		WHEN 2 THEN pg_temp.pick('Letter', 'Letter', 'Sender', 'Receiver', 'Patient', 'Sent', 'Identifier', 'Indication', 'Letters')
		WHEN 3 THEN pg_temp.pick('Identifier', 'VersionCode', 'TypeCode', 'EpisodeOfCareIdentifier', 'Authorisation', 'Date', 'Time', 'EANIdentifier', 'IdentifierCode', 'OrganisationName',
			'CivilRegistrationNumber', 'AlternativeIdentifier', 'PersonSurnameName', 'PersonGivenName', 'CauseOfAdmission', 'MyReasons', 'Letter')
		ELSE pg_temp.pick('Date', 'Time', 'Reason', 'Identifier', 'x') END;
	space CONSTANT text := pg_temp.pick('', '', '', ' ', E'\r\n', ' a="/>"', ' a=''"'' p:b=">"');
BEGIN
	RETURN CASE WHEN random() < 0.05 THEN format('<%s%s/>', name, space) ELSE format('<%s%s>%s</%s%s>', name, space,
		CASE WHEN depth < 3 OR depth = 3 AND random() < 0.3 OR random() < 0.1 THEN
			(SELECT coalesce(string_agg(pg_temp.pick('', '', ' ', E'\n', 'text', pg_temp.words()) || pg_temp.element(depth + 1), ''), '') FROM generate_series(1, (random() * 7)::integer))
		ELSE pg_temp.words() END, name, pg_temp.pick('', '', ' ', E'\n')) END;
END
$$;

SELECT setseed(0.5);
CREATE TEMP TABLE random_letter AS
SELECT pg_temp.pick('', E'\n', U&'\FEFF', '<?xml version="1.0"?>', '<!-- a -->') || '<' || e.name || ' xmlns:p="urn:p">'
	|| coalesce((SELECT string_agg(pg_temp.element(1), E'\n') FROM generate_series(1, (random() * 3 + 0 * n)::integer)), '') || '</' || e.name || '>' AS letter
FROM generate_series(1, 600) AS n
CROSS JOIN LATERAL (SELECT CASE WHEN n % 50 = 0 THEN 'Other' WHEN n % 5 = 0 THEN 'p:Emessage' ELSE 'Emessage' END AS name) AS e;
SELECT is_empty($$ SELECT letter FROM random_letter WHERE (care.read_xml(letter)).code IS NOT NULL $$, 'all random letters are XML');
SELECT is_empty($$
	SELECT letter, x.expected, oioxml_header(letter) AS header
	FROM random_letter CROSS JOIN LATERAL (SELECT pg_temp.by_xpath((care.read_xml(letter)).doc) AS expected OFFSET 0) AS x
	WHERE x.expected IS DISTINCT FROM oioxml_header(letter) $$, 'what is read of them is what XPath finds');
SELECT cmp_ok((SELECT min(n) FROM (SELECT count(*) AS n FROM random_letter, jsonb_object_keys(oioxml_header(letter)) AS k GROUP BY k) AS c), '>', 3::bigint, 'each text often');
SELECT is((SELECT count(DISTINCT k) FROM random_letter, jsonb_object_keys(oioxml_header(letter)) AS k), 22::bigint, 'and all of them');

-- Text that is no XML is refused, and what the server takes for XML is not.
CREATE FUNCTION pg_temp.refused(letter text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM smartcare.oioxml_header(letter);
	RETURN false;
EXCEPTION WHEN invalid_xml_document THEN
	RETURN true;
END
$$;
SELECT is_empty(format($$
	SELECT v.text FROM (SELECT overlay(letter PLACING %L FROM 1 + (random() * length(letter))::integer) AS text FROM random_letter WHERE letter LIKE '<%%') AS v
	WHERE pg_temp.refused(v.text) <> ((care.read_xml(v.text)).code IS NOT NULL) $$, v.cut), format('with %L somewhere in it', v.cut))
FROM unnest(ARRAY['<', '>', '&', '''', '"', '</', '/>', '<!--', '<![CDATA[', ']]>', '&#', '&#0;', '&#xD800;', '&#99999999999;', '<?', ':', U&'\FEFF']) AS v (cut);
SELECT is_empty($$
	SELECT v.text FROM (SELECT left(letter, (random() * length(letter))::integer) AS text FROM random_letter) AS v
	WHERE NOT pg_temp.refused(v.text) AND (care.read_xml(v.text)).code IS NOT NULL $$, 'or cut off');
SELECT is(pg_temp.refused(v.text), true, format('%s is refused', left(v.text, 20)))
FROM unnest(ARRAY['', ' ', '<', '<>', '</>', '</a></a>', '<Emessage></Emessage></Emessage>', '<!--', 'Emessage', repeat('<a>', 100000), repeat('</a>', 100000), repeat('<!-- ', 100000), repeat('&#', 100000),
	repeat('<a>', 10000) || repeat('</a>', 10000)]) AS v (text);
SELECT is(length(oioxml_header('<Emessage><Report><Letter><Identifier>' || repeat(v.text, 300000) || '</Identifier></Letter></Report></Emessage>') ->> 'letter'), 300000, format('300000 times %s', v.text))
FROM unnest('{&amp;,<![CDATA[a]]>,<b/>a,&#97;}'::text[]) AS v (text);
SELECT ok(pg_temp.refused(v.text), left(v.text, 40)) FROM unnest(ARRAY[
	'<!DOCTYPE Emessage SYSTEM "file:///etc/passwd"><Emessage><Report><Letter/></Report></Emessage>',
	'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Emessage><Report><Letter><Identifier>&c;</Identifier></Letter></Report></Emessage>']) AS v (text);
SELECT * FROM finish();
ROLLBACK;
