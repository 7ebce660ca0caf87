-- Identifiers of Danish health care: of each sort X, X_normalize(text) gives the one normal form, NULL of what is no such
-- identifier, and X_is_valid(text) tells whether it has one. Spaces do not count.

CREATE FUNCTION smartcare.cpr_is_valid(value text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.cpr_is_valid(text) IS
'Whether a text is a CPR number or replacement number as the type cpr takes it, also with its hyphen (cpr.dk, HL7 Denmark dk-core)';

CREATE FUNCTION smartcare.cpr_normalize(value text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.cpr_normalize(text) IS
'The normal form, ten characters; NULL where smartcare.cpr_is_valid() is false';

CREATE FUNCTION smartcare.gln_is_valid(value text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.gln_is_valid(text) IS
'Whether a text is a global location number: 13 digits that, weighted 1 and 3 in turn, add up to a multiple of 10 (GS1 General Specifications)';

CREATE FUNCTION smartcare.gln_normalize(value text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.gln_normalize(text) IS
'The normal form, 13 digits; NULL where smartcare.gln_is_valid() is false';

CREATE FUNCTION smartcare.sor_is_valid(value text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.sor_is_valid(text) IS
'Whether a text is an identifier of the Danish health organization register (SOR): 11 to 18 digits; no check digit is looked for, since none is published (HL7 Denmark dk-core)';

CREATE FUNCTION smartcare.sor_normalize(value text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.sor_normalize(text) IS
'The normal form, its digits; NULL where smartcare.sor_is_valid() is false';

CREATE FUNCTION smartcare.provider_number_is_valid(value text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.provider_number_is_valid(text) IS
'Whether a text is a provider number (ydernummer): up to six digits (MedCom)';

CREATE FUNCTION smartcare.provider_number_normalize(value text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.provider_number_normalize(text) IS
'The normal form, six digits, with leading zeros; NULL where smartcare.provider_number_is_valid() is false';

CREATE FUNCTION smartcare.authorization_id_is_valid(value text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.authorization_id_is_valid(text) IS
'Whether a text is a Danish authorization id of a health professional: five digits or consonants, Y being one, in either case (Danish Patient Safety Authority; HL7 Denmark dk-core)';

CREATE FUNCTION smartcare.authorization_id_normalize(value text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.authorization_id_normalize(text) IS
'The normal form, five capitals and digits; NULL where smartcare.authorization_id_is_valid() is false';

CREATE FUNCTION smartcare.cvr_is_valid(value text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.cvr_is_valid(text) IS
'Whether a text is a Danish business registration (CVR) number: eight digits that, weighted 2, 7, 6, 5, 4, 3, 2, 1, add up to a multiple of 11 (HL7 Denmark dk-core), with or without the DK of a VAT number';

CREATE FUNCTION smartcare.cvr_normalize(value text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.cvr_normalize(text) IS
'The normal form, eight digits; NULL where smartcare.cvr_is_valid() is false';

CREATE FUNCTION smartcare.municipality_code_is_valid(value text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.municipality_code_is_valid(text) IS
'Whether a text is a code of one of the Danish municipalities since 2007, or of Ertholmene: three digits, also with a leading zero (CPR register)';

CREATE FUNCTION smartcare.municipality_code_normalize(value text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.municipality_code_normalize(text) IS
'The normal form, three digits; NULL where smartcare.municipality_code_is_valid() is false';

-- In FHIR a system tells the sort.

CREATE FUNCTION smartcare.identifier_normalize(system text, value text) RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.identifier_normalize(text, text) IS
'The normal form of a FHIR Identifier''s value by its system; NULL where it is malformed, or a CPR number where a replacement should stand, or the other way round; of NULL and of systems that are not known the value as it is. Systems: HL7 Denmark dk-core, MedCom';

CREATE FUNCTION smartcare.resource_identifier(resource jsonb, system text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.resource_identifier(jsonb, text) IS
'The first identifier that a FHIR resource has in a system, in its normal form; NULL if it has none there, or that is malformed. The first sixteen identifiers of a resource are looked at';
