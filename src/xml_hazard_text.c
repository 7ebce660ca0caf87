/*
 * xml_hazard_text.c
 *		What in a text from outside would have libxml2 load files, grow
 *		without end, or take time with the square of its length.
 *
 * That is: declarations; comments with "--" in them, each of which older
 * versions of the library report at length; tags with thousands of
 * attributes, which those compare each with each; and millions of names, which
 * they keep in a table that does not grow with them.  No interrupt ends it.
 *
 * This is no parser.  It finds where markup begins and ends as the library
 * does, and what it cannot be sure of is a hazard.
 */
#include "xml_hazard.h"

#include <stdbool.h>
#include <string.h>

/* Nobody writes as many. */
#define MOST_ATTRIBUTES	1000
/* Markup, attributes and references, each of which can be of another name. */
#define MOST_NAMES		500000

static bool
starts(const char *at, const char *end, const char *wanted)
{
	size_t		length = strlen(wanted);

	return (size_t) (end - at) >= length && memcmp(at, wanted, length) == 0;
}

/* Behind the first occurrence of a string; NULL if there is none. */
static const char *
behind(const char *at, const char *end, const char *wanted)
{
	while (at < end && (at = memchr(at, wanted[0], end - at)) != NULL)
	{
		if (starts(at, end, wanted))
			return at + strlen(wanted);
		at++;
	}
	return NULL;
}

/* Of a processing instruction without a name the library reads on in it. */
static bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		c == ':' || (unsigned char) c >= 0x80;
}

/* Also where it would be text, so that no other reading can find one. */
static bool
has_declaration(const char *at, const char *end)
{
	while ((at = behind(at, end, "<!")) != NULL)
	{
		if (!starts(at, end, "--") && !starts(at, end, "[CDATA["))
			return true;
	}
	return false;
}

/* Of entities that are not declared, which none is, the library goes on. */
static int
count_references(const char *at, const char *end)
{
	static const char *const known[] = {"#", "amp;", "lt;", "gt;", "quot;", "apos;"};
	int			count = 0;

	while (count <= MOST_NAMES && (at = behind(at, end, "&")) != NULL)
	{
		bool		is_known = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			is_known = is_known || starts(at, end, known[i]);
		count += !is_known;
	}
	return count;
}

/* A tag, from behind its "<". */
static XmlHazard
scan_tag(const char **next, const char *end, int *names)
{
	char		quote = '\0';
	int			attributes = 0;

	for (const char *at = *next; at < end && *at != '<'; at++)
	{
		if (quote != '\0')
		{
			if (*at == quote)
				quote = '\0';
		}
		else if (*at == '>')
		{
			*next = at + 1;
			*names += attributes;
			return XML_HARMLESS;
		}
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (*at == '=' && ++attributes > MOST_ATTRIBUTES)
			return XML_ATTRIBUTES;
	}
	return XML_TAG;
}

XmlHazard
xml_hazard_of(const char *text, size_t length)
{
	const char *end = text + length;
	const char *at = text;
	XmlHazard	hazard = XML_HARMLESS;
	int			names;

	if (has_declaration(text, end))
		return XML_DECLARATION;
	names = count_references(text, end);
	while (hazard == XML_HARMLESS && (at = behind(at, end, "<")) != NULL)
	{
		if (starts(at, end, "!--"))
		{
			at = behind(at + strlen("!--"), end, "--");
			if (at == NULL || !starts(at, end, ">"))
				hazard = XML_COMMENT;
		}
		else if (starts(at, end, "![CDATA["))
			at = behind(at, end, "]]>");
		else if (starts(at, end, "?"))
			at = at + 1 < end && is_name_start(at[1]) ? behind(at, end, "?>") : NULL;
		else
			hazard = scan_tag(&at, end, &names);
		if (at == NULL && hazard == XML_HARMLESS)
			hazard = XML_TAG;
		else if (++names > MOST_NAMES && hazard == XML_HARMLESS)
			hazard = XML_NAMES;
	}
	return hazard;
}
