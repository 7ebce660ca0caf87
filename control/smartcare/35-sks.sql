-- SKS, the Danish health care classification.

CREATE FUNCTION smartcare.sks_is_valid(value text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.sks_is_valid(text) IS
'Whether a text is a code of SKS: a letter and up to nine letters and digits, in either case (Danish Health Data Authority)';

CREATE FUNCTION smartcare.sks_normalize(value text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.sks_normalize(text) IS
'The normal form, in capitals; NULL where smartcare.sks_is_valid() is false';

CREATE FUNCTION smartcare.sks_is_a_support(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.sks_is_a_support(internal) IS 'Planner support of sks_is_a()';

CREATE FUNCTION smartcare.sks_is_a(code text, ancestor text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1
SUPPORT smartcare.sks_is_a_support
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.sks_is_a(text, text) IS
'Whether an SKS code is another or below it: the hierarchy of SKS is that of prefixes (Danish Health Data Authority). Both in normal form; false of what is not. Uses a btree index with text_pattern_ops or collation "C"';

CREATE FUNCTION smartcare.sks_from_icd10(value text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.sks_from_icd10(text) IS
'The SKS code of a diagnosis in ICD-10, with or without its point: D and the code without the point (Danish Health Data Authority); NULL of what is not of the form of ICD-10';

CREATE FUNCTION smartcare.sks_to_icd10(value text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.sks_to_icd10(text) IS
'The ICD-10 code, with its point, of an SKS code that is a diagnosis; NULL of others. Where SKS has divided a code further it is longer than ICD-10 knows it';
