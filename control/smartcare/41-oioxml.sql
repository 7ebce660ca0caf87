-- Letters in MedCom's older XML.

CREATE FUNCTION smartcare.oioxml_header(letter text) RETURNS jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.oioxml_header(text) IS
'What stands around the contents of a letter in MedCom''s older XML (OIOXML), whatever its version: an object of texts, envelope, sent_date, sent_time, letter, version, type, episode, written_date, written_time; of sender and receiver _gln, _id, _id_type and _name; of the citizen cpr, replacement, family, given; reason, for which a citizen is referred. What is missing is; NULL of XML that is no letter. The text has to be well-formed XML without a document type: of other the answer means nothing';
