/*
 * xml_text.c
 *		Finding one's way in the text of XML, and what its elements say.
 *
 * The text, in UTF-8, is well-formed XML without a document type: a parser
 * has seen to that.  Of any other the answers mean nothing, but all of it is
 * from within the text.  Only xml_declares() is for text that no parser has
 * seen.
 */
#include "xml_text.h"

#include <stdint.h>
#include <string.h>

/* Behind the first occurrence of a string; NULL if there is none. */
const char *
xml_behind(const char *at, const char *end, const char *wanted)
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
const char *
xml_behind_markup(const char *at, const char *end)
{
	char		quote = '\0';

	if (starts(at, end, "<!--"))
		return xml_behind(at + 4, end, "-->");
	if (starts(at, end, "<![CDATA["))
		return xml_behind(at + 9, end, "]]>");
	if (starts(at, end, "<?"))
		return xml_behind(at + 2, end, "?>");
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
size_t
xml_collapse(char *text, size_t length)
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
xml_decode(const char *content, size_t size, char *decoded)
{
	const char *at = content;
	const char *end = content + size;
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
			const char *next = xml_behind_markup(at, end);

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
	return length;
}
