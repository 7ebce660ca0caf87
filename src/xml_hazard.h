/*
 * xml_hazard.h - XML that no parser is given
 */
#ifndef XML_HAZARD_H
#define XML_HAZARD_H

#include <stddef.h>

typedef enum XmlHazard
{
	XML_HARMLESS,
	XML_DECLARATION,			/* a document type, or another declaration */
	XML_COMMENT,				/* a comment with "--" in it, or no end */
	XML_TAG,					/* a tag with "<" in it, or no end */
	XML_ATTRIBUTES,				/* a tag with too many attributes */
	XML_NAMES					/* too much that has a name */
} XmlHazard;

extern XmlHazard xml_hazard_of(const char *text, size_t length);

#endif							/* XML_HAZARD_H */
