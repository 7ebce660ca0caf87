-- XML that no parser is given: the second column is what is expected.
SET search_path = smartcare, public;
\pset null NULL

SELECT left(v.text, 40) AS text, v.expected, xml_hazard(v.text) IS NOT DISTINCT FROM v.expected AS as_expected
FROM (VALUES
	('', NULL), ('no markup', NULL), ('<a/>', NULL),
	('<?xml version="1.0"?><a b=">" c=''"''><!-- a - b --><![CDATA[ < > <a b]]></a>', NULL),
	('<!DOCTYPE a><a/>', 'declaration'), ('<a><!ENTITY b></a>', 'declaration'), ('<!', 'declaration'), ('<!-', 'declaration'), ('<![cdata[]]>', 'declaration'),
	('<![CDATA[<!x]]>', 'declaration'), ('<!-- <!x -->', 'declaration'),
	('<!---->', NULL), ('<!-- -- -->', 'comment'), ('<!--->', 'comment'), ('<!-- --->', 'comment'), ('<!-- ', 'comment'), ('<!--', 'comment'),
	('<', 'tag'), ('<a', 'tag'), ('<a <b>', 'tag'), ('<a b="<">', 'tag'), ('<a b=">', 'tag'), ('<?a', 'tag'), ('<? a?>', 'tag'), ('<?', 'tag'), ('<![CDATA[ ]]', 'tag'),
	('<a' || repeat(' b=""', 1000) || '/>', NULL), ('<a' || repeat(' b=""', 1001) || '/>', 'attributes'),
	('<a b="' || repeat('=', 2000) || '">' || repeat('=', 2000) || '</a>', NULL),
	('<n>' || repeat('<b/>', 499998) || '</n>', NULL), ('<n>' || repeat('<b/>', 499999) || '</n>', 'names'),
	('<n>' || repeat('<b c="" d=""/>', 166667) || '</n>', 'names'), ('<n>' || repeat('&e;', 499999) || '</n>', 'names'), ('<n>' || repeat('&amp;&lt;&#65;', 300000) || '</n>', NULL)
) AS v (text, expected);
SELECT xml_hazard(NULL);
