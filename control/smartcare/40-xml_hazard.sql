-- XML from outside, before a parser sees it.

CREATE FUNCTION smartcare.xml_hazard(content text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.xml_hazard(text) IS
'Why XML from outside is not to be given to a parser, which nothing would interrupt; null if it can be. declaration: a document type, entity or other declaration, "<!" but for comments and CDATA, anywhere in it, which may name files, or grow without end; comment: one with two hyphens in it, or without an end; tag: one with "<" in it, or without an end; attributes: more than 1000 in one tag; names: more than 500,000 pieces of markup, attributes and references to entities.';
