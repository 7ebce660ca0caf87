-- Letters in MedCom's older XML.

CREATE FUNCTION smartcare.oioxml_header(letter text) RETURNS jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.oioxml_header(text) IS
'What stands around the contents of a letter in MedCom''s older XML (OIOXML), whatever its version: an object of texts, envelope, sent_date, sent_time, letter, version, type, episode, written_date, written_time; of sender and receiver _gln, _id, _id_type and _name; of the citizen cpr, replacement, family, given; reason, for which a citizen is referred. What is missing has no key. Null of XML that is no letter. Errors: 2200M not well-formed, or of what xml_hazard() tells.';
