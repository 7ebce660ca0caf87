/*
 * episode_pattern_fragment.c - the automaton of a part of a pattern
 *
 * Glushkov's construction: a part is known by the states that it begins and
 * ends with, what follows is linked to the latter, and what is repeated is
 * copied.
 */
#include "episode_pattern_fragment.h"

static bool
add_edge(PatternParser *p, uint8_t from, uint8_t to, const PatternLink *link)
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
bool
pattern_connect(PatternParser *p, uint64_t from, uint64_t to,
				const PatternLink *link)
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

void
pattern_begin_fragment(const PatternParser *p, PatternFragment *fragment)
{
	fragment->first = 0;
	fragment->last = 0;
	fragment->begin_element = p->num_elements;
	fragment->begin_edge = p->num_edges;
	fragment->begin_overlap = p->num_overlaps;
	fragment->plain = false;
	fragment->timed = false;
}

void
pattern_end_fragment(const PatternParser *p, PatternFragment *fragment)
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
copy_fragment(PatternParser *p, const PatternFragment *from,
			  PatternFragment *to)
{
	uint8_t		map[PATTERN_MAX_ELEMENTS];

	pattern_begin_fragment(p, to);
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
		PatternLink link = {
			edge->least, edge->most, edge->kind, edge->blocked
		};

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
	pattern_end_fragment(p, to);
	return true;
}

/*
 * Repeat a fragment of which there is one, linking each to the one before;
 * before is what is there if there is none.
 */
bool
pattern_repeat(PatternParser *p, PatternFragment *fragment,
			   const PatternLink *link, uint32_t least, uint32_t most,
			   uint64_t before)
{
	PatternFragment copy = *fragment;
	uint64_t	last = least == 0 ? before : 0;

	for (uint32_t i = 1;; i++)
	{
		PatternFragment previous = copy;

		if (i >= least)
			last |= copy.last;
		if (i == most)
			break;
		if (most == PATTERN_UNLIMITED && i >= least)
		{
			if (!pattern_connect(p, copy.last, copy.first, link))
				return false;
			break;
		}
		if (!copy_fragment(p, fragment, &copy) ||
			!pattern_connect(p, previous.last, copy.first, link))
			return false;
	}
	fragment->last = last;
	fragment->plain = false;
	fragment->timed = false;
	pattern_end_fragment(p, fragment);
	return true;
}

/* Add what the later of two sets has to the other, and forget it. */
void
pattern_merge_elements(PatternParser *p, uint64_t into, uint64_t from)
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
