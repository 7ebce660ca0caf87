/*
 * oioxml_text.c
 *		Finding the sender, receiver, citizen, times and identifiers of a
 *		letter in MedCom's older XML.
 *
 * The text, in UTF-8, is well-formed XML without a document type: a parser
 * has seen to that.  Of any other the answer means nothing, but all of it is
 * from within the text.
 *
 * Namespaces change with the versions of a letter, so names count without
 * their prefixes.  Of elements of one name in one place the first counts.
 */
#include "oioxml.h"

#include <stdint.h>
#include <string.h>

#include "xml_text.h"

/* Elements with elements in them; Emessage is the one around all. */
enum
{
	ENVELOPE,
	SENT,
	REPORT,
	LETTER,
	AUTHORISATION,
	SENDER,
	RECEIVER,
	PATIENT,
	REASON = OIOXML_PLACES - 1,
	EMESSAGE = OIOXML_PLACES
};

#define BIT(place)	(UINT64_C(1) << (place))

/* The deepest, a date of authorisation. */
#define DEPTH		5

static const struct
{
	int			parent;
	const char *name;			/* NULL of one with any name */
	const char *key;			/* NULL of one whose text is not wanted */
	bool		collapse;		/* of spaces each run is one */
}			places[OIOXML_PLACES] =
{
	[ENVELOPE] = {EMESSAGE, "Envelope"},
	[SENT] = {ENVELOPE, "Sent"},
	[REPORT] = {EMESSAGE, NULL},
	[LETTER] = {REPORT, "Letter"},
	[AUTHORISATION] = {LETTER, "Authorisation"},
	[SENDER] = {REPORT, "Sender"},
	[RECEIVER] = {REPORT, "Receiver"},
	[PATIENT] = {REPORT, "Patient"},
	{ENVELOPE, "Identifier", "envelope"},
	{SENT, "Date", "sent_date"},
	{SENT, "Time", "sent_time"},
	{LETTER, "Identifier", "letter"},
	{LETTER, "VersionCode", "version"},
	{LETTER, "TypeCode", "type"},
	{LETTER, "EpisodeOfCareIdentifier", "episode"},
	{AUTHORISATION, "Date", "written_date"},
	{AUTHORISATION, "Time", "written_time"},
	{SENDER, "EANIdentifier", "sender_gln"},
	{SENDER, "Identifier", "sender_id"},
	{SENDER, "IdentifierCode", "sender_id_type"},
	{SENDER, "OrganisationName", "sender_name", true},
	{RECEIVER, "EANIdentifier", "receiver_gln"},
	{RECEIVER, "Identifier", "receiver_id"},
	{RECEIVER, "IdentifierCode", "receiver_id_type"},
	{RECEIVER, "OrganisationName", "receiver_name", true},
	{PATIENT, "CivilRegistrationNumber", "cpr"},
	{PATIENT, "AlternativeIdentifier", "replacement"},
	{PATIENT, "PersonSurnameName", "family", true},
	{PATIENT, "PersonGivenName", "given", true},
	[REASON] = {REASON, "", "reason", true}
};

typedef struct Scan
{
	const char *next;
	const char *end;
	size_t		depth;			/* elements open */
	uint64_t	open[DEPTH + 1];	/* which places these are, by depth */
	uint64_t	seen;
	bool		settled;		/* the report has been found */
	size_t		reason_depth;
	OioxmlContent *found;
} Scan;

/* The name in a tag, without its prefix. */
static OioxmlContent
local_name(const char *tag, const char *end)
{
	OioxmlContent name = {tag + 1, 0};

	for (const char *at = tag + 1; at < end; at++)
	{
		if (*at == ':')
			name.start = at + 1;
		else if (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n' ||
				 *at == '/' || *at == '>')
		{
			name.length = at - name.start;
			break;
		}
	}
	return name;
}

static bool
is_named(OioxmlContent name, const char *wanted)
{
	return strlen(wanted) == name.length &&
		memcmp(name.start, wanted, name.length) == 0;
}

/* Whether an element says why a citizen is referred. */
static bool
is_reason(OioxmlContent name)
{
	return is_named(name, "CauseOfAdmission") ||
		is_named(name, "Indication") ||
		xml_behind(name.start, name.start + name.length, "Reason") != NULL;
}

/* The places that an element has which is found below others. */
static uint64_t
places_of(Scan *scan, uint64_t parents, OioxmlContent name)
{
	uint64_t	result = 0;

	for (int place = 0; place < OIOXML_PLACES; place++)
	{
		const char *wanted = places[place].name;

		if ((parents & BIT(places[place].parent)) != 0 &&
			(scan->seen & BIT(place)) == 0 &&
			(wanted == NULL || is_named(name, wanted)))
			result |= BIT(place);
	}
	return result;
}

/* What is taken for the report was none, since another one begins. */
static void
forget_report(Scan *scan)
{
	for (int place = 0; place < OIOXML_PLACES; place++)
	{
		if (place != ENVELOPE && place != SENT &&
			places[place].parent != ENVELOPE && places[place].parent != SENT)
		{
			scan->seen &= ~BIT(place);
			scan->found[place].start = NULL;
		}
	}
	scan->reason_depth = 0;
}

static void
begin_element(Scan *scan, const char *tag)
{
	OioxmlContent name = local_name(tag, scan->next);
	size_t		depth = ++scan->depth;
	uint64_t	here = 0;

	if (depth == 1)
		here = is_named(name, "Emessage") ? BIT(EMESSAGE) : 0;
	else if (depth <= DEPTH && scan->open[depth - 1] != 0)
	{
		/* The report is the first element with a letter or a sender. */
		if (depth == 2 && !scan->settled)
			forget_report(scan);
		here = places_of(scan, scan->open[depth - 1], name);
		if ((here & (BIT(LETTER) | BIT(SENDER))) != 0)
			scan->settled = true;
	}
	if (depth > 2 && (scan->open[2] & BIT(REPORT)) != 0 &&
		(scan->seen & BIT(REASON)) == 0 && is_reason(name))
	{
		scan->seen |= BIT(REASON);
		scan->found[REASON] = (OioxmlContent) {scan->next, 0};
		scan->reason_depth = depth;
	}
	if (depth <= DEPTH)
		scan->open[depth] = here;
	if (here == 0)
		return;
	scan->seen |= here;
	for (int place = 0; place < OIOXML_PLACES; place++)
	{
		if ((here & BIT(place)) != 0)
			scan->found[place] = (OioxmlContent) {scan->next, 0};
	}
}

/* An element ends before its end tag; what is empty has none. */
static void
end_element(Scan *scan, const char *tag)
{
	size_t		depth = scan->depth--;

	if (depth == scan->reason_depth)
	{
		scan->found[REASON].length = tag - scan->found[REASON].start;
		scan->reason_depth = 0;
	}
	if (depth > DEPTH || scan->open[depth] == 0)
		return;
	for (int place = 0; place < OIOXML_PLACES; place++)
	{
		if ((scan->open[depth] & BIT(place)) != 0)
			scan->found[place].length = tag - scan->found[place].start;
	}
	scan->open[depth] = 0;
}

/* Finds the contents of all places; false of what is no letter. */
bool
oioxml_scan(const char *text, size_t length,
			OioxmlContent found[OIOXML_PLACES])
{
	Scan		scan = {.next = text, .end = text + length, .found = found};
	const char *tag;

	memset(found, 0, OIOXML_PLACES * sizeof(*found));
	while ((tag = memchr(scan.next, '<', scan.end - scan.next)) != NULL)
	{
		const char *next = xml_behind_markup(tag, scan.end);

		if (next == NULL)
			break;
		scan.next = next;
		if (tag[1] == '!' || tag[1] == '?')
			continue;
		if (tag[1] == '/')
		{
			if (scan.depth == 0)
				break;
			end_element(&scan, tag);
		}
		else
		{
			begin_element(&scan, tag);
			if (next[-2] == '/')
				end_element(&scan, next);
		}
	}
	return scan.settled;
}

/* By which name the text of a place goes; NULL if none is wanted. */
const char *
oioxml_key(int place)
{
	return places[place].key;
}

/* The text in a place, into a buffer as long as its content. */
size_t
oioxml_decode(int place, OioxmlContent content, char *decoded)
{
	size_t		length = xml_decode(content.start, content.length, decoded);

	return places[place].collapse ? xml_collapse(decoded, length) : length;
}
