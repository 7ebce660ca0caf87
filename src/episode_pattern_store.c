/*
 * episode_pattern_store.c - the stored form of a compiled pattern
 *
 * It is read in place, and has been through disks and networks: reading
 * checks all that the matcher relies on.
 */
#include "episode_pattern_automaton.h"

#include <stdlib.h>

/* Lengths of the parts behind the front, in their order. */
typedef struct Sizes
{
	size_t		label_elements;
	size_t		elements;
	size_t		edges;
	size_t		label_ends;
	size_t		overlaps;
} Sizes;

static size_t
get_sizes(Sizes *sizes, size_t num_labels, size_t num_elements,
		  size_t num_edges, size_t num_overlaps)
{
	sizes->label_elements = num_labels * sizeof(uint64_t);
	sizes->elements = num_elements * sizeof(PatternElement);
	sizes->edges = num_edges * sizeof(PatternEdge);
	sizes->label_ends = num_labels * sizeof(uint32_t);
	sizes->overlaps = num_overlaps * sizeof(PatternOverlap);
	return sizeof(EpisodePattern) + sizes->label_elements + sizes->elements +
		sizes->edges + sizes->label_ends + sizes->overlaps;
}

static size_t
labels_length(const PatternParser *parser)
{
	size_t		length = 0;

	for (int i = 0; i < parser->num_labels; i++)
		length += parser->labels[i].length;
	return length;
}

/* How many bytes pattern_write() will write. */
size_t
pattern_size(const PatternParser *parser)
{
	Sizes		sizes;

	return get_sizes(&sizes, parser->num_labels, parser->num_elements,
					 parser->num_edges, parser->num_overlaps) +
		labels_length(parser) + parser->text_length;
}

static int
compare_labels(const void *left, const void *right)
{
	return episode_compare_labels(*(EpisodeLabel *const *) left,
								  *(EpisodeLabel *const *) right);
}

/* Store what was parsed, with labels and edges in order. */
void
pattern_write(const PatternParser *parser, EpisodePattern *out)
{
	const EpisodeLabel *order[PATTERN_MAX_LABELS];
	Sizes		sizes;
	uint8_t    *to = (uint8_t *) (out + 1);
	uint32_t	label_end = 0;

	get_sizes(&sizes, parser->num_labels, parser->num_elements,
			  parser->num_edges, parser->num_overlaps);
	memset(out, 0, sizeof(EpisodePattern));
	out->version = PATTERN_VERSION;
	out->num_elements = parser->num_elements;
	out->num_overlaps = parser->num_overlaps;
	out->num_edges = parser->num_edges;
	out->num_labels = parser->num_labels;
	out->text_length = (uint32_t) parser->text_length;
	out->states = parser->states;
	out->first = parser->first;
	out->anchored = parser->anchored;
	out->other = parser->other;

	for (int i = 0; i < parser->num_labels; i++)
		order[i] = &parser->labels[i];
	qsort(order, parser->num_labels, sizeof(order[0]), compare_labels);
	for (int i = 0; i < parser->num_labels; i++)
	{
		memcpy(to, &parser->label_elements[order[i] - parser->labels],
			   sizeof(uint64_t));
		to += sizeof(uint64_t);
	}
	memcpy(to, parser->elements, sizes.elements);
	to += sizes.elements;
	for (int from = 0; from < parser->num_elements; from++)
	{
		for (int i = 0; i < parser->num_edges; i++)
		{
			if (parser->edges[i].from == from)
			{
				memcpy(to, &parser->edges[i], sizeof(PatternEdge));
				to += sizeof(PatternEdge);
			}
		}
	}
	for (int i = 0; i < parser->num_labels; i++)
	{
		label_end += (uint32_t) order[i]->length;
		memcpy(to, &label_end, sizeof(uint32_t));
		to += sizeof(uint32_t);
	}
	memcpy(to, parser->overlaps, sizes.overlaps);
	to += sizes.overlaps;
	for (int i = 0; i < parser->num_labels; i++)
	{
		memcpy(to, order[i]->text, order[i]->length);
		to += order[i]->length;
	}
	memcpy(to, parser->text, parser->text_length);
}

/* Whether an element is there, and is a state or is none. */
static bool
is_element(const EpisodePattern *front, unsigned element, bool state)
{
	return element < front->num_elements &&
		((front->states & pattern_bit(element)) != 0) == state;
}

static bool
edges_are_valid(PatternView *view)
{
	const EpisodePattern *front = view->front;
	unsigned	from = 0;

	for (unsigned i = 0; i < front->num_edges; i++)
	{
		const PatternEdge *edge = &view->edges[i];

		if (!is_element(front, edge->from, true) || edge->from < from ||
			edge->kind > EDGE_NOT_NEXT)
			return false;
		while (from < edge->from)
			view->first_edge[++from] = (uint16_t) i;
		if (edge->kind == EDGE_FOLLOWS || edge->kind == EDGE_NEXT)
		{
			if (!is_element(front, edge->to, true))
				return false;
		}
		else if (edge->kind != EDGE_END && edge->kind != EDGE_LAST &&
				 !is_element(front, edge->to, false))
			return false;
		if (edge->blocked != PATTERN_NONE &&
			!is_element(front, edge->blocked, false))
			return false;
		if (edge->kind >= EDGE_NOT_FOLLOWED && edge->most != PATTERN_UNBOUNDED)
			view->asks_known = true;
	}
	while (from < front->num_elements)
		view->first_edge[++from] = front->num_edges;
	return true;
}

/*
 * Find the parts of a stored pattern, aligned to 8 bytes, and check that
 * they are what they should be.
 */
EpisodeStatus
pattern_open(PatternView *view, const EpisodePattern *front, size_t size)
{
	const uint8_t *from = (const uint8_t *) (front + 1);
	Sizes		sizes;
	size_t		fixed;
	uint32_t	labels_end = 0;
	uint64_t	all;

	if (size < sizeof(EpisodePattern) || front->version == 0)
		return EPISODE_CORRUPT;
	if (front->version != PATTERN_VERSION || front->reserved != 0)
		return EPISODE_UNSUPPORTED;
	fixed = get_sizes(&sizes, front->num_labels, front->num_elements,
					  front->num_edges, front->num_overlaps);
	if (front->num_elements == 0 ||
		front->num_elements > PATTERN_MAX_ELEMENTS ||
		front->num_edges > PATTERN_MAX_EDGES ||
		front->num_labels > PATTERN_MAX_LABELS ||
		front->num_overlaps > PATTERN_MAX_ELEMENTS || size < fixed)
		return EPISODE_CORRUPT;

	view->front = front;
	view->label_elements = (const uint64_t *) from;
	from += sizes.label_elements;
	view->elements = (const PatternElement *) from;
	from += sizes.elements;
	view->edges = (const PatternEdge *) from;
	from += sizes.edges;
	view->label_ends = (const uint32_t *) from;
	from += sizes.label_ends;
	view->overlaps = (const PatternOverlap *) from;
	from += sizes.overlaps;
	view->labels = (const char *) from;

	for (int i = 0; i < front->num_labels; i++)
	{
		if (view->label_ends[i] < labels_end ||
			view->label_ends[i] > size - fixed)
			return EPISODE_CORRUPT;
		labels_end = view->label_ends[i];
	}
	if (front->text_length != size - fixed - labels_end)
		return EPISODE_CORRUPT;
	view->text = view->labels + labels_end;

	all = PATTERN_NONE - front->num_elements == 0 ? UINT64_MAX :
		pattern_bit(front->num_elements) - 1;
	view->timed = 0;
	for (unsigned i = 0; i < front->num_elements; i++)
	{
		if (view->elements[i].least > 0 ||
			view->elements[i].most != PATTERN_UNBOUNDED)
			view->timed |= pattern_bit(i);
	}
	view->asks_known = view->timed != 0;
	view->first_edge[0] = 0;
	if (((front->states | front->other) & ~all) != 0 ||
		((front->first | front->anchored) & ~front->states) != 0 ||
		!edges_are_valid(view))
		return EPISODE_CORRUPT;
	for (int i = 0; i < front->num_labels; i++)
	{
		if ((view->label_elements[i] & ~all) != 0)
			return EPISODE_CORRUPT;
	}
	for (int i = 0; i < front->num_overlaps; i++)
	{
		if (!is_element(front, view->overlaps[i].state, true) ||
			!is_element(front, view->overlaps[i].other, false))
			return EPISODE_CORRUPT;
	}
	return EPISODE_OK;
}

/*
 * Whether an episode can match that has labels of these elements: whether a
 * way leads through the automaton.
 */
bool
pattern_possible(const PatternView *view, uint64_t present)
{
	const EpisodePattern *front = view->front;
	uint64_t	reached;
	uint64_t	todo;

	for (int i = 0; i < front->num_overlaps; i++)
	{
		const PatternOverlap *overlap = &view->overlaps[i];

		if (!overlap->absent && (present & pattern_bit(overlap->other)) == 0)
			present &= ~pattern_bit(overlap->state);
	}
	reached = todo = (front->first | front->anchored) & present;
	while (todo != 0)
	{
		unsigned	state = pattern_least(todo);

		todo &= todo - 1;
		for (int i = view->first_edge[state]; i < view->first_edge[state + 1]; i++)
		{
			const PatternEdge *edge = &view->edges[i];
			uint64_t	to;

			if (edge->kind != EDGE_FOLLOWS && edge->kind != EDGE_NEXT)
				return true;
			to = pattern_bit(edge->to) & present & ~reached;
			reached |= to;
			todo |= to;
		}
	}
	return false;
}
