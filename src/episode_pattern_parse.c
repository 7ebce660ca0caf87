/*
 * episode_pattern_parse.c - from the text of a pattern to its automaton
 *
 *	pattern  = branch { "|" branch }
 *	branch   = [ "^" ] sequence [ absence | "$" ]
 *	sequence = step { link step | "(" link sequence ")" count }
 *	step     = phase [ count ] | "(" sequence { "|" sequence } ")" [ count ]
 *	phase    = timed { ( "&" | "!&" ) timed }
 *	timed    = set [ "{" bounds "}" ]
 *	set      = positive | "!" positive
 *	positive = label | "*" | "(" positive { "|" positive } ")"
 *	link     = "->" { "..." "->" } | "-[" gap "]->" | "=>" | "=[" bounds "]=>"
 *	absence  = ( "!->" | "!-[" bounds "]->" | "!=>" | "!=[" bounds "]=>" ) set
 *	gap      = bounds [ "," "!" positive ] | "!" positive
 *	bounds   = bound { "," bound }
 *	bound    = ( "<" | "<=" | "=" | ">=" | ">" ) number unit { number unit }
 *	count    = "{" number [ "," [ number ] ] "}"
 *
 * One pass: what has been read is kept as a fragment of the automaton, and the
 * canonical text is written along the way.
 */
#include "episode_pattern_fragment.h"

static bool parse_sequence(PatternParser *p, PatternFragment *whole);

static bool
link_ahead(PatternParser *p)
{
	return pattern_ahead(p, "->") || pattern_ahead(p, "-[") ||
		pattern_ahead(p, "=>") || pattern_ahead(p, "=[");
}

/* A link; of an absence, what would follow is what must not. */
static bool
parse_link(PatternParser *p, PatternLink *link, bool absence)
{
	bool		next = pattern_ahead(p, "=");

	link->least = 0;
	link->most = PATTERN_UNBOUNDED;
	link->blocked = PATTERN_NONE;
	if (absence)
		link->kind = next ? EDGE_NOT_NEXT : EDGE_NOT_FOLLOWED;
	else
		link->kind = next ? EDGE_NEXT : EDGE_FOLLOWS;

	if (pattern_accept(p, next ? "=>" : "->"))
	{
		/* between two of these, "..." says what they mean anyway */
		while (!next && !absence && pattern_accept(p, "..."))
		{
			if (!pattern_demand(p, "->", "\"->\""))
				return false;
		}
	}
	else
	{
		size_t		start;

		if (!pattern_demand(p, next ? "=[" : "-[",
							"\"->\", \"=>\", \"-[\" or \"=[\"") ||
			!pattern_parse_bounds(p, &link->least, &link->most))
			return false;
		pattern_put(p, next ? "=[" : "-[");
		start = p->text_length;
		pattern_put_bounds(p, link->least, link->most);
		if (!next && !absence && pattern_accept(p, "!"))
		{
			pattern_put(p, p->text_length == start ? "!" : ", !");
			if (!pattern_add_element(p, &link->blocked) ||
				!pattern_parse_positive(p, link->blocked))
				return false;
		}
		if (!pattern_demand(p, next ? "]=>" : "]->",
					next ? "\"]=>\"" : "\"]->\""))
			return false;
		if (p->text_length > start)
		{
			pattern_put(p, next ? "]=>" : "]->");
			return true;
		}
		p->text_length -= 2;
	}
	pattern_put(p, next ? "=>" : "->");
	return true;
}

/* A brace that counts, rather than one that says how long. */
static bool
count_ahead(PatternParser *p)
{
	const char *here = p->next;
	bool		result;

	result = pattern_accept(p, "{") && pattern_number_ahead(p);
	p->next = here;
	return result;
}

static bool
parse_count(PatternParser *p, uint32_t *least, uint32_t *most)
{
	uint64_t	number;

	if (!pattern_demand(p, "{", "how often, as {1,3}") ||
		!pattern_parse_number(p, &number))
		return false;
	pattern_put(p, "{");
	pattern_put_number(p, number);
	if (number > PATTERN_MAX_ELEMENTS)
		return pattern_fail(p, PATTERN_LIMIT, "a repetition is of more than 64");
	*least = *most = (uint32_t) number;
	if (pattern_accept(p, ","))
	{
		pattern_put(p, ",");
		*most = PATTERN_UNLIMITED;
		if (!pattern_ahead(p, "}"))
		{
			if (!pattern_parse_number(p, &number))
				return false;
			pattern_put_number(p, number);
			if (number > PATTERN_MAX_ELEMENTS)
				return pattern_fail(p, PATTERN_LIMIT, "a repetition is of more than 64");
			*most = (uint32_t) number;
		}
	}
	if (*most == 0 || *most < *least)
		return pattern_expected(p, "a repetition at least once, and from less to more");
	pattern_put(p, "}");
	return pattern_demand(p, "}", "\"}\"");
}

/* How long a phase of an element lasts, if that is said. */
static bool
parse_duration(PatternParser *p, uint8_t element)
{
	PatternElement *bounds = &p->elements[element];

	if (count_ahead(p) || !pattern_accept(p, "{"))
		return true;
	if (!pattern_parse_bounds(p, &bounds->least, &bounds->most) ||
		!pattern_demand(p, "}", "\",\" or \"}\""))
		return false;
	if (bounds->least > 0 || bounds->most != PATTERN_UNBOUNDED)
	{
		pattern_put(p, "{");
		pattern_put_bounds(p, bounds->least, bounds->most);
		pattern_put(p, "}");
	}
	return true;
}

/* What a phase overlaps, and does not. */
static bool
parse_overlaps(PatternParser *p, uint8_t state)
{
	for (;;)
	{
		PatternOverlap overlap = {state, PATTERN_NONE, false};

		overlap.absent = pattern_accept(p, "!&");
		if (!overlap.absent && !pattern_accept(p, "&"))
			return true;
		if (p->num_overlaps == PATTERN_MAX_ELEMENTS)
			return pattern_fail(p, PATTERN_LIMIT, "it has more than 64 overlaps, repetitions written out");
		pattern_put(p, overlap.absent ? " !& " : " & ");
		if (!pattern_parse_set(p, &overlap.other) ||
			!parse_duration(p, overlap.other))
			return false;
		p->overlaps[p->num_overlaps++] = overlap;
	}
}

/*
 * Alternatives in parentheses.  As long as they are labels only, they make
 * one state; parentheses around a single phase are dropped.
 */
static bool
parse_group(PatternParser *p, PatternFragment *group)
{
	size_t		parenthesis = p->text_length;
	PatternFragment part;
	bool		several = false;

	if (!pattern_enter(p) || !pattern_demand(p, "(", "\"(\""))
		return false;
	pattern_put(p, "(");
	if (!parse_sequence(p, group))
		return false;
	while (pattern_accept(p, "|"))
	{
		several = true;
		pattern_put(p, "|");
		if (!parse_sequence(p, &part))
			return false;
		if (group->plain && part.plain)
			pattern_merge_elements(p, group->first, part.first);
		else
		{
			group->plain = group->timed = false;
			group->first |= part.first;
			group->last |= part.last;
		}
	}
	p->depth--;
	pattern_end_fragment(p, group);
	if (!pattern_demand(p, ")", "\"->\", \"=>\", \"|\" or \")\""))
		return false;
	if (group->timed && !several)
		pattern_take_back(p, parenthesis);
	else
		pattern_put(p, ")");
	return true;
}

static bool
parse_step(PatternParser *p, PatternFragment *step)
{
	static const PatternLink link = {
		0, PATTERN_UNBOUNDED, EDGE_FOLLOWS, PATTERN_NONE
	};
	uint32_t	least;
	uint32_t	most;
	uint8_t		state;

	pattern_begin_fragment(p, step);
	if (pattern_ahead(p, "("))
	{
		if (!parse_group(p, step))
			return false;
	}
	else
	{
		if (!pattern_parse_set(p, &state))
			return false;
		step->first = step->last = pattern_bit(state);
		p->states |= step->first;
		step->plain = step->timed = true;
	}

	if (step->plain)
	{
		state = (uint8_t) pattern_least(step->first);
		if (!parse_duration(p, state))
			return false;
		step->plain = p->elements[state].least == 0 &&
			p->elements[state].most == PATTERN_UNBOUNDED;
	}
	if (step->timed && (pattern_ahead(p, "&") || pattern_ahead(p, "!&")))
	{
		if (!parse_overlaps(p, (uint8_t) pattern_least(step->first)))
			return false;
		step->plain = step->timed = false;
		pattern_end_fragment(p, step);
		return true;
	}
	pattern_end_fragment(p, step);
	if (!pattern_ahead(p, "{"))
		return true;
	if (!count_ahead(p))
		return pattern_expected(p, "how often, as {1,3}; how long belongs to a single phase");
	if (!parse_count(p, &least, &most))
		return false;
	if (least == 0)
		return pattern_expected(p, "a repetition of at least once; what may be missing is written as a -> b (-> c){0,1}");
	return pattern_repeat(p, step, &link, least, most, 0);
}

/* A part that begins with a link, so often. */
static bool
parse_tail(PatternParser *p, PatternFragment *whole)
{
	PatternLink link;
	PatternFragment tail;
	uint32_t	least;
	uint32_t	most;

	pattern_put(p, " (");
	if (!pattern_enter(p) || !parse_link(p, &link, false))
		return false;
	pattern_put(p, " ");
	if (!parse_sequence(p, &tail) ||
		!pattern_demand(p, ")", "\"->\", \"=>\" or \")\""))
		return false;
	p->depth--;
	pattern_put(p, ")");
	if (!parse_count(p, &least, &most) ||
		!pattern_connect(p, whole->last, tail.first, &link) ||
		!pattern_repeat(p, &tail, &link, least, most, whole->last))
		return false;
	whole->last = tail.last;
	return true;
}

static bool
parse_sequence(PatternParser *p, PatternFragment *whole)
{
	if (!parse_step(p, whole))
		return false;
	for (;;)
	{
		if (link_ahead(p))
		{
			PatternLink link;
			PatternFragment step;

			pattern_put(p, " ");
			if (!parse_link(p, &link, false))
				return false;
			pattern_put(p, " ");
			if (!parse_step(p, &step) ||
				!pattern_connect(p, whole->last, step.first, &link))
				return false;
			whole->last = step.last;
		}
		else if (pattern_accept(p, "("))
		{
			if (!parse_tail(p, whole))
				return false;
		}
		else
			break;
		whole->plain = whole->timed = false;
	}
	pattern_end_fragment(p, whole);
	return p->status == PATTERN_OK;
}

static bool
parse_branch(PatternParser *p)
{
	PatternLink end = {0, PATTERN_UNBOUNDED, EDGE_END, PATTERN_NONE};
	uint8_t		target = PATTERN_NONE;
	bool		anchored = pattern_accept(p, "^");
	PatternFragment sequence;

	if (anchored)
		pattern_put(p, "^ ");
	if (!parse_sequence(p, &sequence))
		return false;
	if (anchored)
		p->anchored |= sequence.first;
	else
		p->first |= sequence.first;
	if (pattern_accept(p, "$"))
	{
		pattern_put(p, " $");
		end.kind = EDGE_LAST;
	}
	else if (pattern_accept(p, "!"))
	{
		pattern_put(p, " !");
		if (!parse_link(p, &end, true))
			return false;
		pattern_put(p, " ");
		if (!pattern_parse_set(p, &target))
			return false;
	}
	return pattern_connect(p, sequence.last,
				   target == PATTERN_NONE ? 1 : pattern_bit(target), &end);
}

/*
 * Parse a pattern.  The parser stays the owner of what it returns, in itself
 * and in scratch, which has PATTERN_SCRATCH(length) bytes.
 */
void
pattern_parse(PatternParser *p, const char *text, size_t length,
			  char *scratch)
{
	memset(p, 0, offsetof(PatternParser, elements));
	p->next = text;
	p->end = text + length;
	if (length > PATTERN_MAX_TEXT)
	{
		pattern_fail(p, PATTERN_LIMIT, "it is longer than 100000 bytes");
		return;
	}
	p->label_text = scratch;
	p->label_length = 0;
	p->text = scratch + length;
	p->text_length = 0;
	while (parse_branch(p) && pattern_accept(p, "|"))
		pattern_put(p, " | ");
	pattern_skip_space(p);
	if (p->next < p->end)
		pattern_expected(p, "\"->\", \"=>\", \"|\", \"$\" or the end");
}
