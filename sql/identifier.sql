-- Identifiers and SKS codes: normal forms.
SET search_path = smartcare, public;
\pset null NULL

SELECT cpr_normalize('251248-9996'), gln_normalize('5790 0001 2311 7'), sor_normalize('265161000016000'), provider_number_normalize('77410'),
	authorization_id_normalize('0b4tx'), cvr_normalize('DK29190909'), municipality_code_normalize('0461'), sks_normalize('dj449');
SELECT cpr_normalize('251348-9996'), gln_normalize('5790000123118'), sor_normalize('77668685'), provider_number_normalize('1234567'),
	authorization_id_normalize('aeiou'), cvr_normalize('29190908'), municipality_code_normalize('462'), sks_normalize('449');
SELECT cpr_is_valid('251248-9996'), gln_is_valid('5790000123117'), sor_is_valid('265161000016000'), provider_number_is_valid('77410'),
	authorization_id_is_valid('0b4tx'), cvr_is_valid('DK29190909'), municipality_code_is_valid('0461'), sks_is_valid('dj449');
SELECT sks_is_a('DJ449', 'DJ44'), sks_is_a('DJ44', 'DJ449'), sks_from_icd10('J44.9'), sks_to_icd10('DJ449'), sks_to_icd10('ZZ3170');

-- Of FHIR: by system; the rules of the sorts, and which kinds of CPR numbers go where.
SELECT s.system, v.value, identifier_normalize(s.system, v.value)
FROM (VALUES ('urn:oid:1.2.208.176.1.2'), ('urn:oid:1.2.208.176.1.6.1.1'), ('urn:oid:1.2.208.176.1.6.1.3'), ('urn:oid:1.2.208.176.1.6.1.3.7'),
	('urn:oid:1.2.208.176.1.6.1.2'), ('urn:oid:1.2.208.176.1.20'), ('urn:oid:1.2.208.176.1.'), (''), (NULL)) AS s (system),
	(VALUES ('251248-9996'), ('0703921vj4'), ('0703920vj4'), ('671248-1234'), (' '), (NULL)) AS v (value)
WHERE identifier_normalize(s.system, v.value) IS NOT NULL;
SELECT identifier_normalize('urn:oid:1.2.208.176.1.1', '265161 000016000'), identifier_normalize('urn:oid:1.2.208.176.1.1', '77668685'),
	identifier_normalize('https://www.gs1.org/gln', '5790 0001 2311 7'), identifier_normalize('https://www.gs1.org/gln', '5790000123118'),
	identifier_normalize('urn:oid:1.2.208.176.1.4', '77410'), identifier_normalize('urn:oid:1.2.208.176.1.4', '1234567'),
	identifier_normalize('https://autregweb.sst.dk', '0b4tx'), identifier_normalize('http://cvr.dk', 'DK29190909') \gx
SELECT resource, resource_identifier(resource, 'https://www.gs1.org/gln'), resource_identifier(resource, 'a')
FROM unnest(ARRAY['{"identifier": [{"system": "a", "value": " x "}, {"system": "https://www.gs1.org/gln", "value": "5790 0001 2311 7"}]}',
	'{"identifier": [{"system": "https://www.gs1.org/gln", "value": 5790000123117}, {"system": "a", "value": 1.50}]}',
	'{"identifier": [null, 5, "a", [], {}, {"system": "a", "value": ""}, {"system": "a", "value": "x"}]}',
	'{"identifier": [{"system": "https://www.gs1.org/gln"}, {"system": "https://www.gs1.org/gln", "value": "5790000123117"}]}',
	'{"identifier": [{"system": "https://www.gs1.org/gln", "value": "5790000123118"}, {"system": "https://www.gs1.org/gln", "value": "5790000123117"}]}',
	'{"identifier": [{"system": ["a"], "value": "x"}, {"system": "a", "value": ["x"]}]}',
	'{"identifier": {"system": "a", "value": "x"}}', '{"identifier": "a"}', '{"identifier": []}', '{"identifier": null}', '{}', '[{"identifier": []}]', '"identifier"', '5', 'null']::jsonb[]) AS resource;
SELECT resource_identifier(jsonb_build_object('identifier', (SELECT jsonb_agg(jsonb_build_object('system', n::text, 'value', n)) FROM generate_series(1, 20) AS n)), s.system)
FROM (VALUES ('1'), ('16'), ('17'), ('')) AS s (system);
SELECT resource_identifier(NULL, 'a') IS NULL AND resource_identifier('{}', NULL) IS NULL AS strict;
