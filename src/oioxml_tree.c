/*
 * oioxml_tree.c
 *		Finding the sender, receiver, citizen, times and identifiers of a
 *		letter in MedCom's older XML, in the tree that libxml2 makes of it.
 *
 * XPath would do, in the server, but costs ten times as much: it is asked for
 * each text, and compares the names of all elements on the way.
 *
 * Namespaces change with the versions of a letter, so names count without
 * them.  Of elements of one name in one place the first counts.
 */
#include "oioxml.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlschemastypes.h>

#include "xml_hazard.h"

/* What is said of errors became constant. */
#if LIBXML_VERSION >= 21200
#define ERROR_CONST const
#else
#define ERROR_CONST
#endif

/* The elements that the texts are in. */
enum
{
	ENVELOPE,
	SENT,
	REPORT,						/* goes by many names */
	LETTER,
	AUTHORISATION,
	SENDER,
	RECEIVER,
	PATIENT,
	PARTS
};

static const struct
{
	const char *key;
	int			part;
	const char *name;
	bool		collapse;		/* of spaces each run is one */
}			wanted[OIOXML_TEXTS] =
{
	{"envelope", ENVELOPE, "Identifier"},
	{"sent_date", SENT, "Date"},
	{"sent_time", SENT, "Time"},
	{"letter", LETTER, "Identifier"},
	{"version", LETTER, "VersionCode"},
	{"type", LETTER, "TypeCode"},
	{"episode", LETTER, "EpisodeOfCareIdentifier"},
	{"written_date", AUTHORISATION, "Date"},
	{"written_time", AUTHORISATION, "Time"},
	{"sender_gln", SENDER, "EANIdentifier"},
	{"sender_id", SENDER, "Identifier"},
	{"sender_id_type", SENDER, "IdentifierCode"},
	{"sender_name", SENDER, "OrganisationName", true},
	{"receiver_gln", RECEIVER, "EANIdentifier"},
	{"receiver_id", RECEIVER, "Identifier"},
	{"receiver_id_type", RECEIVER, "IdentifierCode"},
	{"receiver_name", RECEIVER, "OrganisationName", true},
	{"cpr", PATIENT, "CivilRegistrationNumber"},
	{"replacement", PATIENT, "AlternativeIdentifier"},
	{"family", PATIENT, "PersonSurnameName", true},
	{"given", PATIENT, "PersonGivenName", true},
	{"reason", REPORT, NULL, true}	/* anywhere in it, by several names */
};

static bool
is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE &&
		strcmp((const char *) node->name, name) == 0;
}

/* The first element of a name in another one, which may be missing itself. */
static const xmlNode *
child(const xmlNode *parent, const char *name)
{
	const xmlNode *node = parent != NULL ? parent->children : NULL;

	while (node != NULL && !is_named(node, name))
		node = node->next;
	return node;
}

/* The next node in the order of the document, within an element. */
static const xmlNode *
next_within(const xmlNode *top, const xmlNode *node)
{
	if (node->type == XML_ELEMENT_NODE && node->children != NULL)
		return node->children;
	while (node != top && node->next == NULL)
		node = node->parent;
	return node != top ? node->next : NULL;
}

/* The element that says why a citizen is referred. */
static const xmlNode *
find_reason(const xmlNode *report)
{
	const xmlNode *node = report;

	while ((node = next_within(report, node)) != NULL)
	{
		if (is_named(node, "CauseOfAdmission") ||
			is_named(node, "Indication") ||
			(node->type == XML_ELEMENT_NODE &&
			 strstr((const char *) node->name, "Reason") != NULL))
			break;
	}
	return node;
}

/* Whether the document is a letter, and where its parts are. */
static bool
find_parts(const xmlDoc *doc, const xmlNode *parts[PARTS])
{
	const xmlNode *root = xmlDocGetRootElement(doc);
	const xmlNode *report;

	if (!is_named(root, "Emessage"))
		return false;
	report = root->children;
	while (report != NULL &&
		   child(report, "Letter") == NULL && child(report, "Sender") == NULL)
		report = report->next;
	parts[REPORT] = report;
	parts[ENVELOPE] = child(root, "Envelope");
	parts[SENT] = child(parts[ENVELOPE], "Sent");
	parts[LETTER] = child(report, "Letter");
	parts[AUTHORISATION] = child(parts[LETTER], "Authorisation");
	parts[SENDER] = child(report, "Sender");
	parts[RECEIVER] = child(report, "Receiver");
	parts[PATIENT] = child(report, "Patient");
	return report != NULL;
}

/* All text in an element; NULL where the element is missing. */
static char *
text_of(const xmlNode *node, bool collapse)
{
	xmlChar    *text = node != NULL ? xmlNodeGetContent(node) : NULL;
	xmlChar    *collapsed = text != NULL && collapse ?
		xmlSchemaCollapseString(text) : NULL;

	if (collapsed == NULL)
		return (char *) text;
	xmlFree(text);
	return (char *) collapsed;
}

/* libxml2 would write what it thinks of a text into the server's log. */
static void
say_nothing(void *context, ERROR_CONST xmlError *error)
{
}

/* The document that a text in UTF-8 is; NULL if it is none. */
static xmlDoc *
parse(const char *content, size_t length)
{
	xmlParserCtxt *parser;
	xmlDoc	   *doc;

	if (length > INT_MAX || xml_hazard_of(content, length) != XML_HARMLESS)
		return NULL;
	parser = xmlNewParserCtxt();
	if (parser == NULL)
		return NULL;
	parser->sax->serror = say_nothing;
	doc = xmlCtxtReadMemory(parser, content, (int) length, NULL, "UTF-8",
							XML_PARSE_NONET | XML_PARSE_COMPACT);
	xmlFreeParserCtxt(parser);
	return doc;
}

/*
 * Reads the texts of a letter in UTF-8, for oioxml_free(); NULL where one is
 * missing.
 */
OioxmlResult
oioxml_read(const char *content, size_t length, char *texts[OIOXML_TEXTS])
{
	OioxmlResult result = OIOXML_NO_XML;
	const xmlNode *parts[PARTS];
	xmlDoc	   *doc = parse(content, length);

	memset(texts, 0, OIOXML_TEXTS * sizeof(*texts));
	if (doc != NULL)
	{
		result = OIOXML_NO_LETTER;
		if (find_parts(doc, parts))
		{
			result = OIOXML_LETTER;
			for (int i = 0; i < OIOXML_TEXTS; i++)
			{
				const xmlNode *part = parts[wanted[i].part];

				texts[i] = text_of(wanted[i].name != NULL ?
								   child(part, wanted[i].name) :
								   find_reason(part), wanted[i].collapse);
			}
		}
	}
	xmlFreeDoc(doc);
	return result;
}

void
oioxml_free(char *texts[OIOXML_TEXTS])
{
	for (int i = 0; i < OIOXML_TEXTS; i++)
	{
		if (texts[i] != NULL)
			xmlFree(texts[i]);
	}
}

/* By which name a text goes. */
const char *
oioxml_key(int text)
{
	return wanted[text].key;
}
