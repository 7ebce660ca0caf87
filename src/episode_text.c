/*
 * episode_text.c - scanning the text form of an episode
 *
 *	{hospital@[2026-01-03 08:00+01, 2026-01-08 12:00+01), "home care"@[2026-01-08 12:00+01,)}
 *
 * A label stands bare if it consists of letters, digits, characters beyond
 * ASCII, and the signs _ - . : and /.  Any other stands in double quotes, and
 * a double quote in it is written twice.  Times are handed to the caller as
 * they are; one with a comma or a parenthesis in it must be quoted too.
 *
 * No part of the server is needed.
 */
#include "episode_text.h"

#include <string.h>

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without the locale: what is a letter must not depend on it. */
static bool
is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || (unsigned char) c >= 0x80 ||
		c == '_' || c == '-' || c == '.' || c == ':' || c == '/';
}

/* Whether a label can be written without quotes. */
bool
episode_text_is_bare(const char *label, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (!is_bare(label[i]))
			return false;
	}
	return length > 0;
}

static void
skip_space(EpisodeText *text)
{
	while (text->next < text->limit && is_space(*text->next))
		text->next++;
}

/* Go past a character, if it is next but for white space. */
static bool
skip_char(EpisodeText *text, char c)
{
	skip_space(text);
	if (text->next == text->limit || *text->next != c)
		return false;
	text->next++;
	return true;
}

/* What is next is not what it should be. */
static EpisodeToken
problem(EpisodeText *text, const char *message)
{
	text->problem = message;
	text->wrong.text = text->next;
	text->wrong.length = (size_t) (text->limit - text->next);
	return EPISODE_TEXT_SYNTAX;
}

/* Scan what stands in double quotes; false if there is no end to it. */
static bool
scan_quoted(EpisodeText *text, EpisodePiece *span)
{
	const char *start = text->next + 1;
	const char *s = start;

	for (; s < text->limit; s++)
	{
		if (*s != '"')
			continue;
		if (s + 1 < text->limit && s[1] == '"')
		{
			s++;
			continue;
		}
		span->text = start;
		span->length = (size_t) (s - start);
		text->next = s + 1;
		return true;
	}
	return false;
}

static bool
scan_label(EpisodeText *text)
{
	skip_space(text);
	text->quoted = text->next < text->limit && *text->next == '"';
	if (text->quoted)
	{
		if (!scan_quoted(text, &text->label))
		{
			problem(text, "a quote is not closed");
			return false;
		}
		if (text->label.length == 0)
		{
			text->next = text->label.text - 1;
			problem(text, "a label is not empty");
			return false;
		}
		return true;
	}
	text->label.text = text->next;
	while (text->next < text->limit && is_bare(*text->next))
		text->next++;
	text->label.length = (size_t) (text->next - text->label.text);
	if (text->label.length == 0)
	{
		problem(text, "a phase is written as label@[start, end), and a label with other than letters, digits, _ - . : or / in double quotes");
		return false;
	}
	return true;
}

/* Scan a time, which may be missing. */
static bool
scan_time(EpisodeText *text, EpisodePiece *span)
{
	const char *end;

	skip_space(text);
	if (text->next < text->limit && *text->next == '"')
	{
		if (scan_quoted(text, span))
			return true;
		problem(text, "a quote is not closed");
		return false;
	}
	span->text = text->next;
	while (text->next < text->limit && strchr(",()[]{}@\"", *text->next) == NULL)
		text->next++;
	end = text->next;
	while (end > span->text && is_space(end[-1]))
		end--;
	span->length = (size_t) (end - span->text);
	return true;
}

/*
 * Find the brace of a text that ends in a zero byte.  EPISODE_TEXT_PHASE
 * means that phases are to follow.
 */
EpisodeToken
episode_text_open(EpisodeText *text, const char *string, size_t length)
{
	text->next = string;
	text->limit = string + length;
	if (!skip_char(text, '{'))
		return problem(text, "an episode is written as {label@[start, end), ...}");
	skip_space(text);
	if (text->next < text->limit && *text->next == '}')
		return problem(text, "an episode has at least one phase");
	return EPISODE_TEXT_PHASE;
}

/* Scan the next phase. */
EpisodeToken
episode_text_next(EpisodeText *text)
{
	/* Between phases, at a comma or at the end. */
	if (text->label.text != NULL && !skip_char(text, ','))
	{
		if (!skip_char(text, '}'))
			return problem(text, "a comma or the closing brace must follow a phase");
		skip_space(text);
		if (text->next < text->limit)
			return problem(text, "nothing may follow the closing brace");
		return EPISODE_TEXT_END;
	}

	if (!scan_label(text))
		return EPISODE_TEXT_SYNTAX;
	if (!skip_char(text, '@'))
		return problem(text, "\"@\" must follow a label; one with other than letters, digits, _ - . : or / stands in double quotes");
	if (!skip_char(text, '['))
		return problem(text, "a period begins with \"[\", because its start belongs to it");
	if (!scan_time(text, &text->start))
		return EPISODE_TEXT_SYNTAX;
	if (text->start.length == 0)
		return problem(text, "a period has a start");
	if (!skip_char(text, ','))
		return problem(text, "a comma must follow the start of a period");
	if (!scan_time(text, &text->end))
		return EPISODE_TEXT_SYNTAX;
	if (!skip_char(text, ')'))
		return problem(text, "a period ends with \")\", because its end does not belong to it");
	return EPISODE_TEXT_PHASE;
}

/* Copy the label scanned last, with one quote for two; returns its length. */
size_t
episode_text_label(const EpisodeText *text, char *label)
{
	size_t		length = 0;

	for (size_t i = 0; i < text->label.length; i++)
	{
		label[length++] = text->label.text[i];
		if (text->quoted && text->label.text[i] == '"')
			i++;
	}
	return length;
}
