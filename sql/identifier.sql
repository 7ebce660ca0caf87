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
