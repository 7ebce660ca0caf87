-- XML, and letters in MedCom's older kind of it.

CREATE FUNCTION smartcare.xml_has_declaration(content text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.xml_has_declaration(text) IS
'Whether there is a document type, entity or other declaration, "<!" but for comments and CDATA, anywhere in a text: what is to be asked before a parser reads XML from outside, since these may name files, or grow without end';

CREATE FUNCTION smartcare.oioxml_header(letter text) RETURNS jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.oioxml_header(text) IS
'What stands around the contents of a letter in MedCom''s older XML (OIOXML), whatever its version: an object of texts, envelope, sent_date, sent_time, letter, version, type, episode, written_date, written_time; of sender and receiver _gln, _id, _id_type and _name; of the citizen cpr, replacement, family, given; reason, for which a citizen is referred. What is missing is; NULL of XML that is no letter. The text has to be well-formed XML without a document type: of other the answer means nothing';
