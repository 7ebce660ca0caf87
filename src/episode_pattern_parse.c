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
 * One pass: what has been read is kept as a fragment of the automaton, as
 * Glushkov's construction has it (the states that it begins and ends with),
 * and is repeated by copying its states.  The canonical text is written along
 * the way.
 */
#include "episode_pattern_scan.h"

#define UNLIMITED	UINT32_MAX	/* a repetition without end */

/* How one phase follows another. */
typedef struct Link
{
	uint64_t	least;
	uint64_t	most;
	uint8_t		kind;
	uint8_t		blocked;
} Link;

/* A part of the pattern: its states, edges and overlaps are neighbours. */
typedef struct Fragment
{
	uint64_t	first;
	uint64_t	last;
	uint8_t		begin_element;
	uint8_t		end_element;
	uint8_t		begin_overlap;
	uint8_t		end_overlap;
	uint16_t	begin_edge;
	uint16_t	end_edge;
	bool		plain;			/* one state, and nothing but its labels */
	bool		timed;			/* the same, and perhaps how long it lasts */
} Fragment;

static bool parse_sequence(PatternParser *p, Fragment *whole);

/* Add what the later of two sets has to the other, and forget it. */
static void
merge_elements(PatternParser *p, uint64_t into, uint64_t from)
{
	for (int i = 0; i < p->num_labels; i++)
	{
		if (p->label_elements[i] & from)
			p->label_elements[i] = (p->label_elements[i] & ~from) | into;
	}
	if (p->other & from)
		p->other = (p->other & ~from) | into;
	p->states &= ~from;
	p->num_elements--;
}

static bool
link_ahead(PatternParser *p)
{
	return pattern_ahead(p, "->") || pattern_ahead(p, "-[") ||
		pattern_ahead(p, "=>") || pattern_ahead(p, "=[");
}

/* A link; of an absence, what would follow is what must not. */
static bool
parse_link(PatternParser *p, Link *link, bool absence)
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

static bool
add_edge(PatternParser *p, uint8_t from, uint8_t to, const Link *link)
{
	PatternEdge *edge = &p->edges[p->num_edges];

	if (p->num_edges == PATTERN_MAX_EDGES)
		return pattern_fail(p, PATTERN_LIMIT, "it has more than 512 transitions, repetitions written out");
	p->num_edges++;
	memset(edge, 0, sizeof(PatternEdge));	/* padding is stored too */
	edge->least = link->least;
	edge->most = link->most;
	edge->kind = link->kind;
	edge->from = from;
	edge->to = to;
	edge->blocked = link->blocked;
	return true;
}

/* Let each state of one set lead to each of another. */
static bool
connect(PatternParser *p, uint64_t from, uint64_t to, const Link *link)
{
	for (; from != 0; from &= from - 1)
	{
		for (uint64_t left = to; left != 0; left &= left - 1)
		{
			if (!add_edge(p, (uint8_t) pattern_least(from),
						  (uint8_t) pattern_least(left), link))
				return false;
		}
	}
	return true;
}

static void
begin_fragment(const PatternParser *p, Fragment *fragment)
{
	fragment->first = 0;
	fragment->last = 0;
	fragment->begin_element = p->num_elements;
	fragment->begin_edge = p->num_edges;
	fragment->begin_overlap = p->num_overlaps;
	fragment->plain = false;
	fragment->timed = false;
}

static void
end_fragment(const PatternParser *p, Fragment *fragment)
{
	fragment->end_element = p->num_elements;
	fragment->end_edge = p->num_edges;
	fragment->end_overlap = p->num_overlaps;
}

static uint64_t
translate(uint64_t set, const uint8_t *map)
{
	uint64_t	result = 0;

	for (; set != 0; set &= set - 1)
		result |= pattern_bit(map[pattern_least(set)]);
	return result;
}

/* A copy of a fragment, with states of its own. */
static bool
copy_fragment(PatternParser *p, const Fragment *from, Fragment *to)
{
	uint8_t		map[PATTERN_MAX_ELEMENTS];

	begin_fragment(p, to);
	for (uint8_t i = from->begin_element; i < from->end_element; i++)
	{
		uint64_t	old = pattern_bit(i);
		uint64_t	new;

		/* What is no state, copies share. */
		map[i] = i;
		if ((p->states & old) == 0)
			continue;
		if (!pattern_add_element(p, &map[i]))
			return false;
		p->elements[map[i]] = p->elements[i];
		new = pattern_bit(map[i]);
		p->states |= new;
		for (int label = 0; label < p->num_labels; label++)
		{
			if (p->label_elements[label] & old)
				p->label_elements[label] |= new;
		}
		if (p->other & old)
			p->other |= new;
	}
	for (int i = from->begin_edge; i < from->end_edge; i++)
	{
		const PatternEdge *edge = &p->edges[i];
		Link		link = {edge->least, edge->most, edge->kind, edge->blocked};

		if (!add_edge(p, map[edge->from], map[edge->to], &link))
			return false;
	}
	for (int i = from->begin_overlap; i < from->end_overlap; i++)
	{
		PatternOverlap overlap = p->overlaps[i];

		if (p->num_overlaps == PATTERN_MAX_ELEMENTS)
			return pattern_fail(p, PATTERN_LIMIT, "it has more than 64 overlaps, repetitions written out");
		overlap.state = map[overlap.state];
		p->overlaps[p->num_overlaps++] = overlap;
	}
	to->first = translate(from->first, map);
	to->last = translate(from->last, map);
	end_fragment(p, to);
	return true;
}

/*
 * Repeat a fragment of which there is one, linking each to the one before;
 * before is what is there if there is none.
 */
static bool
repeat(PatternParser *p, Fragment *fragment, const Link *link,
	   uint32_t least, uint32_t most, uint64_t before)
{
	Fragment	copy = *fragment;
	uint64_t	last = least == 0 ? before : 0;

	for (uint32_t i = 1;; i++)
	{
		Fragment	previous = copy;

		if (i >= least)
			last |= copy.last;
		if (i == most)
			break;
		if (most == UNLIMITED && i >= least)
		{
			if (!connect(p, copy.last, copy.first, link))
				return false;
			break;
		}
		if (!copy_fragment(p, fragment, &copy) ||
			!connect(p, previous.last, copy.first, link))
			return false;
	}
	fragment->last = last;
	fragment->plain = false;
	fragment->timed = false;
	end_fragment(p, fragment);
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
		*most = UNLIMITED;
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
parse_group(PatternParser *p, Fragment *group)
{
	size_t		parenthesis = p->text_length;
	Fragment	part;
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
			merge_elements(p, group->first, part.first);
		else
		{
			group->plain = group->timed = false;
			group->first |= part.first;
			group->last |= part.last;
		}
	}
	p->depth--;
	end_fragment(p, group);
	if (!pattern_demand(p, ")", "\"->\", \"=>\", \"|\" or \")\""))
		return false;
	if (group->timed && !several)
		pattern_take_back(p, parenthesis);
	else
		pattern_put(p, ")");
	return true;
}


static bool
parse_step(PatternParser *p, Fragment *step)
{
	static const Link link = {0, PATTERN_UNBOUNDED, EDGE_FOLLOWS, PATTERN_NONE};
	uint32_t	least;
	uint32_t	most;
	uint8_t		state;

	begin_fragment(p, step);
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
		end_fragment(p, step);
		return true;
	}
	end_fragment(p, step);
	if (!pattern_ahead(p, "{"))
		return true;
	if (!count_ahead(p))
		return pattern_expected(p, "how often, as {1,3}; how long belongs to a single phase");
	if (!parse_count(p, &least, &most))
		return false;
	if (least == 0)
		return pattern_expected(p, "a repetition of at least once; what may be missing is written as a -> b (-> c){0,1}");
	return repeat(p, step, &link, least, most, 0);
}

/* A part that begins with a link, so often. */
static bool
parse_tail(PatternParser *p, Fragment *whole)
{
	Link		link;
	Fragment	tail;
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
		!connect(p, whole->last, tail.first, &link) ||
		!repeat(p, &tail, &link, least, most, whole->last))
		return false;
	whole->last = tail.last;
	return true;
}

static bool
parse_sequence(PatternParser *p, Fragment *whole)
{
	if (!parse_step(p, whole))
		return false;
	for (;;)
	{
		if (link_ahead(p))
		{
			Link		link;
			Fragment	step;

			pattern_put(p, " ");
			if (!parse_link(p, &link, false))
				return false;
			pattern_put(p, " ");
			if (!parse_step(p, &step) ||
				!connect(p, whole->last, step.first, &link))
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
	end_fragment(p, whole);
	return p->status == PATTERN_OK;
}

static bool
parse_branch(PatternParser *p)
{
	Link		end = {0, PATTERN_UNBOUNDED, EDGE_END, PATTERN_NONE};
	uint8_t		target = PATTERN_NONE;
	bool		anchored = pattern_accept(p, "^");
	Fragment	sequence;

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
	return connect(p, sequence.last,
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
