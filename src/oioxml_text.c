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

/* Behind the first occurrence of a string; NULL if there is none. */
static const char *
behind(const char *at, const char *end, const char *wanted)
{
	size_t		length = strlen(wanted);

	while (at < end && (at = memchr(at, wanted[0], end - at)) != NULL &&
		   (size_t) (end - at) >= length)
	{
		if (memcmp(at, wanted, length) == 0)
			return at + length;
		at++;
	}
	return NULL;
}

static bool
starts(const char *at, const char *end, const char *wanted)
{
	size_t		length = strlen(wanted);

	return (size_t) (end - at) >= length && memcmp(at, wanted, length) == 0;
}

/*
 * Whether there is a document type, or another declaration, anywhere: also
 * where it would be text, so that no reading of the text can find one.
 */
bool
xml_declares(const char *text, size_t length)
{
	const char *end = text + length;

	while ((text = memchr(text, '<', end - text)) != NULL)
	{
		if (starts(text, end, "<!") && !starts(text, end, "<!--") &&
			!starts(text, end, "<![CDATA["))
			return true;
		text++;
	}
	return false;
}

/* Behind a tag, comment or other markup; NULL where it has no end. */
static const char *
behind_markup(const char *at, const char *end)
{
	char		quote = '\0';

	if (starts(at, end, "<!--"))
		return behind(at + 4, end, "-->");
	if (starts(at, end, "<![CDATA["))
		return behind(at + 9, end, "]]>");
	if (starts(at, end, "<?"))
		return behind(at + 2, end, "?>");
	for (; at < end; at++)
	{
		if (quote != '\0')
		{
			if (*at == quote)
				quote = '\0';
		}
		else if (*at == '>')
			return at + 1;
		else if (*at == '"' || *at == '\'')
			quote = *at;
	}
	return NULL;
}

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
		behind(name.start, name.start + name.length, "Reason") != NULL;
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
		const char *next = behind_markup(tag, scan.end);

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

static size_t
put_utf8(char *at, uint32_t character)
{
	if (character < 0x80)
	{
		at[0] = (char) character;
		return 1;
	}
	if (character < 0x800)
	{
		at[0] = (char) (0xC0 | character >> 6);
		at[1] = (char) (0x80 | (character & 0x3F));
		return 2;
	}
	if (character < 0x10000)
	{
		at[0] = (char) (0xE0 | character >> 12);
		at[1] = (char) (0x80 | (character >> 6 & 0x3F));
		at[2] = (char) (0x80 | (character & 0x3F));
		return 3;
	}
	at[0] = (char) (0xF0 | character >> 18);
	at[1] = (char) (0x80 | (character >> 12 & 0x3F));
	at[2] = (char) (0x80 | (character >> 6 & 0x3F));
	at[3] = (char) (0x80 | (character & 0x3F));
	return 4;
}

/*
 * The character that a number stands for, and what is behind its semicolon; 0
 * if it is none that text can have.
 */
static uint32_t
numbered_character(const char *at, const char *end, const char **next)
{
	uint32_t	base = 10;
	uint32_t	character = 0;

	if (at < end && *at == 'x')
	{
		base = 16;
		at++;
	}
	for (; at < end && *at != ';'; at++)
	{
		uint32_t	digit;

		if (*at >= '0' && *at <= '9')
			digit = *at - '0';
		else if (base == 16 && *at >= 'a' && *at <= 'f')
			digit = *at - 'a' + 10;
		else if (base == 16 && *at >= 'A' && *at <= 'F')
			digit = *at - 'A' + 10;
		else
			return 0;
		character = character * base + digit;
		if (character > 0x10FFFF)
			return 0;
	}
	if (at == end || (character >= 0xD800 && character < 0xE000))
		return 0;
	*next = at + 1;
	return character;
}

/*
 * Puts what a reference stands for, and moves on behind it.  A reference
 * that stands for nothing is the text that it is.
 */
static size_t
put_reference(const char **at, const char *end, char *put)
{
	static const struct
	{
		const char *reference;
		char		character;
	}			named[] =
	{
		{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'},
		{"&quot;", '"'}, {"&apos;", '\''}
	};

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
	{
		if (starts(*at, end, named[i].reference))
		{
			*at += strlen(named[i].reference);
			*put = named[i].character;
			return 1;
		}
	}
	if (starts(*at, end, "&#"))
	{
		const char *next;
		uint32_t	character = numbered_character(*at + 2, end, &next);

		if (character != 0)
		{
			*at = next;
			return put_utf8(put, character);
		}
	}
	*put = *(*at)++;
	return 1;
}

/* Trims spaces, and makes each run of them one. */
static size_t
collapse(char *text, size_t length)
{
	size_t		kept = 0;
	bool		space = false;

	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' ||
			text[i] == '\n')
		{
			space = kept > 0;
			continue;
		}
		if (space)
			text[kept++] = ' ';
		space = false;
		text[kept++] = text[i];
	}
	return kept;
}

/*
 * The text in an element and all that are in it, into a buffer as long as its
 * content.  A line ends with LF.
 */
size_t
oioxml_decode(int place, OioxmlContent content, char *decoded)
{
	const char *at = content.start;
	const char *end = content.start + content.length;
	const char *literal = NULL; /* the end of CDATA */
	size_t		length = 0;

	while (at < end)
	{
		if (at == literal)
		{
			at += strlen("]]>");
			literal = NULL;
		}
		else if (*at == '\r')
		{
			if (++at == end || *at != '\n')
				decoded[length++] = '\n';
		}
		else if (literal == NULL && *at == '<')
		{
			const char *next = behind_markup(at, end);

			if (next == NULL)
				break;
			if (starts(at, end, "<![CDATA["))
			{
				literal = next - strlen("]]>");
				next = at + strlen("<![CDATA[");
			}
			at = next;
		}
		else if (literal == NULL && *at == '&')
			length += put_reference(&at, end, decoded + length);
		else
			decoded[length++] = *at++;
	}
	return places[place].collapse ? collapse(decoded, length) : length;
}
