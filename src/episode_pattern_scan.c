/*
 * episode_pattern_scan.c - the words of a pattern
 *
 * Labels and sets of them, durations and numbers, each written out again in
 * the canonical form as it is read.
 */
#include "episode_pattern_scan.h"

#define SECOND		UINT64_C(1000000)
#define MINUTE		(60 * SECOND)
#define HOUR		(60 * MINUTE)
#define DAY			(24 * HOUR)
#define WEEK		(7 * DAY)
#define MAX_DAYS	100000000	/* more than timestamptz spans */

bool
pattern_fail(PatternParser *p, PatternStatus status, const char *problem)
{
	if (p->status == PATTERN_OK)
	{
		p->status = status;
		p->problem = problem;
	}
	return false;
}

bool
pattern_expected(PatternParser *p, const char *what)
{
	return pattern_fail(p, PATTERN_SYNTAX, what);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void
pattern_skip_space(PatternParser *p)
{
	while (p->next < p->end && is_space(*p->next))
		p->next++;
}

/* Whether a piece of text comes next; white space before it is skipped. */
bool
pattern_ahead(PatternParser *p, const char *token)
{
	size_t		length = strlen(token);

	pattern_skip_space(p);
	return p->status == PATTERN_OK && (size_t) (p->end - p->next) >= length &&
		memcmp(p->next, token, length) == 0;
}

bool
pattern_accept(PatternParser *p, const char *token)
{
	if (!pattern_ahead(p, token))
		return false;
	p->next += strlen(token);
	return true;
}

bool
pattern_demand(PatternParser *p, const char *token, const char *what)
{
	return pattern_accept(p, token) || pattern_expected(p, what);
}

/* Add to the canonical text; PATTERN_SCRATCH leaves room for all of it. */
static void
put(PatternParser *p, const char *text, size_t length)
{
	memcpy(p->text + p->text_length, text, length);
	p->text_length += length;
}

void
pattern_put(PatternParser *p, const char *text)
{
	put(p, text, strlen(text));
}

void
pattern_put_number(PatternParser *p, uint64_t number)
{
	char		digits[20];
	int			i = sizeof(digits);

	do
		digits[--i] = (char) ('0' + number % 10);
	while ((number /= 10) > 0);
	put(p, digits + i, sizeof(digits) - (size_t) i);
}

/* Take a canonical character back that turned out not to be needed. */
void
pattern_take_back(PatternParser *p, size_t where)
{
	memmove(p->text + where, p->text + where + 1,
			p->text_length - where - 1);
	p->text_length--;
}

/*
 * How far a label without quotes goes.  The signs are those that the text of
 * an episode allows, as far as they are not part of a link or an ellipsis.
 */
static size_t
word_length(const char *text, const char *end)
{
	const char *s = text;

	for (; s < end; s++)
	{
		char		follower = s + 1 < end ? s[1] : ' ';

		if (*s == '-' ? follower == '>' || follower == '[' :
			*s == '.' ? follower == '.' :
			!is_letter(*s) && !is_digit(*s) && (unsigned char) *s < 0x80 &&
			*s != '_' && *s != ':' && *s != '/')
			break;
	}
	return (size_t) (s - text);
}

/* Read a label into label_text, and write it out again. */
static bool
parse_label(PatternParser *p, EpisodeLabel *label)
{
	char	   *start = p->label_text + p->label_length;
	char	   *to = start;

	label->text = start;
	pattern_skip_space(p);
	if (p->next < p->end && *p->next == '"')
	{
		const char *from = p->next + 1;

		while (from < p->end &&
			   (*from != '"' || (from + 1 < p->end && from[1] == '"')))
		{
			if (*from == '"')
				from++;
			*to++ = *from++;
		}
		if (from == p->end)
			return pattern_expected(p, "a double quote that ends the label");
		if (to == start)
			return pattern_expected(p, "a label that is not empty");
		p->next = from + 1;
	}
	else
	{
		size_t		length = word_length(p->next, p->end);

		if (length == 0)
			return pattern_expected(p, "a label, \"*\", \"!\" or \"(\"");
		memcpy(to, p->next, length);
		to += length;
		p->next += length;
	}
	label->length = (size_t) (to - start);
	p->label_length += label->length;
	if (label->length > EPISODE_MAX_LABEL)
		return pattern_fail(p, PATTERN_LIMIT, "a label is longer than 1000 bytes");

	if (word_length(start, to) == label->length)
		put(p, start, label->length);
	else
	{
		pattern_put(p, "\"");
		for (const char *s = start; s < to; s++)
			put(p, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
		pattern_put(p, "\"");
	}
	return true;
}

/* The number of a label in the pattern. */
static bool
find_label(PatternParser *p, const EpisodeLabel *label, int *number)
{
	for (*number = 0; *number < p->num_labels; ++*number)
	{
		if (episode_compare_labels(&p->labels[*number], label) == 0)
			return true;
	}
	if (p->num_labels == PATTERN_MAX_LABELS)
		return pattern_fail(p, PATTERN_LIMIT, "it names more than 1000 labels");
	p->labels[p->num_labels] = *label;
	p->label_elements[p->num_labels++] = p->other;
	return true;
}

/* A new element, that no label is in. */
bool
pattern_add_element(PatternParser *p, uint8_t *element)
{
	*element = PATTERN_NONE;
	if (p->num_elements == PATTERN_MAX_ELEMENTS)
		return pattern_fail(p, PATTERN_LIMIT, "it has more than 64 elements, repetitions written out");
	*element = p->num_elements++;
	p->elements[*element].least = 0;
	p->elements[*element].most = PATTERN_UNBOUNDED;
	return true;
}

static void
include_all(PatternParser *p, uint64_t bit)
{
	p->other |= bit;
	for (int i = 0; i < p->num_labels; i++)
		p->label_elements[i] |= bit;
}

static void
complement(PatternParser *p, uint64_t bit)
{
	p->other ^= bit;
	for (int i = 0; i < p->num_labels; i++)
		p->label_elements[i] ^= bit;
}

bool
pattern_enter(PatternParser *p)
{
	if (++p->depth > PATTERN_MAX_DEPTH)
		return pattern_fail(p, PATTERN_LIMIT, "parentheses are nested more than 32 deep");
	return true;
}

/* Add a label, "*", or alternatives of them to an element. */
bool
pattern_parse_positive(PatternParser *p, uint8_t element)
{
	if (pattern_accept(p, "("))
	{
		size_t		parenthesis = p->text_length;
		bool		several = false;

		if (!pattern_enter(p))
			return false;
		pattern_put(p, "(");
		while (pattern_parse_positive(p, element) && pattern_accept(p, "|"))
		{
			pattern_put(p, "|");
			several = true;
		}
		if (!pattern_demand(p, ")", "\"|\" or \")\""))
			return false;
		p->depth--;
		if (several)
			pattern_put(p, ")");
		else
			pattern_take_back(p, parenthesis);
	}
	else if (pattern_accept(p, "*"))
	{
		pattern_put(p, "*");
		include_all(p, pattern_bit(element));
	}
	else
	{
		EpisodeLabel label;
		int			number;

		if (!parse_label(p, &label) || !find_label(p, &label, &number))
			return false;
		p->label_elements[number] |= pattern_bit(element);
	}
	return true;
}

/* A set of labels as a new element. */
bool
pattern_parse_set(PatternParser *p, uint8_t *element)
{
	bool		negated;
	uint64_t	bit;
	bool		empty;

	if (!pattern_add_element(p, element))
		return false;
	bit = pattern_bit(*element);
	negated = pattern_accept(p, "!");
	if (!negated)
		return pattern_parse_positive(p, *element);
	pattern_put(p, "!");
	if (!pattern_parse_positive(p, *element))
		return false;
	complement(p, bit);
	empty = (p->other & bit) == 0;
	for (int i = 0; i < p->num_labels; i++)
		empty = empty && (p->label_elements[i] & bit) == 0;
	return !empty || pattern_expected(p, "a set that is not empty after all, which \"!*\" is");
}

bool
pattern_number_ahead(PatternParser *p)
{
	pattern_skip_space(p);
	return p->next < p->end && is_digit(*p->next);
}

bool
pattern_parse_number(PatternParser *p, uint64_t *number)
{
	if (!pattern_number_ahead(p))
		return pattern_expected(p, "a number");
	for (*number = 0; p->next < p->end && is_digit(*p->next); p->next++)
	{
		*number = *number * 10 + (uint64_t) (*p->next - '0');
		if (*number > MAX_DAYS * (DAY / SECOND))
			return pattern_fail(p, PATTERN_LIMIT, "a number is too great");
	}
	return true;
}

static bool
parse_unit(PatternParser *p, uint64_t *unit)
{
	static const struct
	{
		const char *name;
		uint64_t	unit;
	}			units[] = {
		{"s", SECOND}, {"second", SECOND}, {"seconds", SECOND},
		{"min", MINUTE}, {"minute", MINUTE}, {"minutes", MINUTE},
		{"h", HOUR}, {"hour", HOUR}, {"hours", HOUR},
		{"d", DAY}, {"day", DAY}, {"days", DAY},
		{"w", WEEK}, {"week", WEEK}, {"weeks", WEEK}
	};
	const char *word;
	size_t		length;

	pattern_skip_space(p);
	word = p->next;
	while (p->next < p->end && is_letter(*p->next))
		p->next++;
	length = (size_t) (p->next - word);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
	{
		if (strlen(units[i].name) == length &&
			memcmp(units[i].name, word, length) == 0)
		{
			*unit = units[i].unit;
			return true;
		}
	}
	p->next = word;
	return pattern_expected(p, "weeks, days, hours, minutes or seconds (a month or a year has no fixed length)");
}

/* Narrow bounds down by a comparison with a duration. */
static bool
parse_bound(PatternParser *p, uint64_t *least, uint64_t *most)
{
	bool		less = pattern_accept(p, "<");
	bool		greater = !less && pattern_accept(p, ">");
	bool		equal = pattern_accept(p, "=");
	uint64_t	total = 0;

	if (!less && !greater && !equal)
		return pattern_expected(p, "\"<\", \"<=\", \"=\", \">=\" or \">\" and a duration");
	do
	{
		uint64_t	number;
		uint64_t	unit = SECOND;

		if (!pattern_parse_number(p, &number) || !parse_unit(p, &unit))
			return false;
		if (number > MAX_DAYS * DAY / unit ||
			(total += number * unit) > MAX_DAYS * DAY)
			return pattern_fail(p, PATTERN_LIMIT, "a duration is longer than 100000000 days");
	} while (pattern_number_ahead(p));

	if (less && !equal && total == 0)
		return pattern_expected(p, "more than 0, for nothing is less");
	if (!less && *least < total + (greater && !equal))
		*least = total + (greater && !equal);
	if (!greater && *most > total - (less && !equal))
		*most = total - (less && !equal);
	return *least <= *most ||
		pattern_expected(p, "bounds that something can be between");
}

static void
put_duration(PatternParser *p, const char *comparison, uint64_t duration)
{
	static const struct
	{
		uint64_t	length;
		const char *name;
	}			units[] = {
		{DAY, " day"}, {HOUR, " hour"}, {MINUTE, " minute"}
	};
	uint64_t	unit = SECOND;
	const char *name = " second";

	for (int i = 2; i >= 0; i--)
	{
		if (duration % units[i].length == 0 && duration > 0)
		{
			unit = units[i].length;
			name = units[i].name;
		}
	}
	pattern_put(p, comparison);
	pattern_put_number(p, duration / unit);
	pattern_put(p, name);
	if (duration != unit)
		pattern_put(p, "s");
}

/* Bounds are inclusive, and those for < and > a microsecond off a second. */
void
pattern_put_bounds(PatternParser *p, uint64_t least, uint64_t most)
{
	if (least == most)
	{
		put_duration(p, "= ", least);
		return;
	}
	if (least > 0)
	{
		bool		greater = least % SECOND != 0;

		put_duration(p, greater ? "> " : ">= ", least - greater);
	}
	if (least > 0 && most != PATTERN_UNBOUNDED)
		pattern_put(p, ", ");
	if (most != PATTERN_UNBOUNDED)
	{
		bool		less = most % SECOND != 0;

		put_duration(p, less ? "< " : "<= ", most + less);
	}
}


bool
pattern_parse_bounds(PatternParser *p, uint64_t *least, uint64_t *most)
{
	do
	{
		if (pattern_ahead(p, "!"))
			return true;
		if (!parse_bound(p, least, most))
			return false;
	} while (pattern_accept(p, ","));
	return true;
}
