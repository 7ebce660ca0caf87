/*
 * xml_hazard.c
 *		Why no parser is given a text that claims to be XML.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "xml_hazard.h"

PG_FUNCTION_INFO_V1(xml_hazard);
Datum
xml_hazard(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {
		[XML_DECLARATION] = "declaration",
		[XML_COMMENT] = "comment",
		[XML_TAG] = "tag",
		[XML_ATTRIBUTES] = "attributes",
		[XML_NAMES] = "names"
	};
	text	   *content = PG_GETARG_TEXT_PP(0);
	XmlHazard	hazard = xml_hazard_of(VARDATA_ANY(content),
									   VARSIZE_ANY_EXHDR(content));

	if (hazard == XML_HARMLESS)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(names[hazard]));
}
