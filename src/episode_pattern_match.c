/*
 * episode_pattern_match.c - finding a pattern in an episode
 *
 * Places are scanned from the last to the first.  For each, and each
 * state of the automaton, it is found out whether a match can go on from
 * there: which is so if the state may end a match, or an edge of it leads to a
 * later place from which another can.  What may follow a phase are phases that
 * start within one range of time, so it is enough to know, for each state and
 * place, the first place from there on that a match can go on from: it either
 * is in that range, or none is.  So for a given pattern the time is that of a
 * few binary searches a phase, and no match is ever tried in vain: from the
 * first phase of a match it is bound phase by phase, always the earliest that
 * can be.
 */
#include "episode_pattern_automaton.h"

static inline unsigned
count_elements(const PatternMatcher *m)
{
	return m->pattern->front->num_elements;
}

/* The first place from another on that fits an element. */
static inline uint32_t
next_fit(const PatternMatcher *m, uint32_t from, unsigned element)
{
	return m->next[(size_t) from * count_elements(m) + element];
}

/* The first place from another on that starts at an instant or later. */
static uint32_t
seek(const PatternMatcher *m, uint32_t from, int64_t time)
{
	uint32_t	end = m->num_places;
	uint32_t	step = 1;

	while (end - from >= step && m->places[from + step - 1].start < time)
	{
		from += step;
		step *= 2;
	}
	if (end - from >= step)
		end = from + step - 1;
	while (from < end)
	{
		uint32_t	middle = from + (end - from) / 2;

		if (m->places[middle].start < time)
			from = middle + 1;
		else
			end = middle;
	}
	return from;
}

/* The first place to start so long after another has ended, or later. */
static uint32_t
seek_after(const PatternMatcher *m, uint32_t place, uint64_t least)
{
	int64_t		end = m->places[place].end;

	if (least > pattern_distance(end, INT64_MAX))
		return m->num_places;
	return seek(m, place + 1, (int64_t) ((uint64_t) end + least));
}

/*
 * When the phase starts that is next after the end of another, be it a place
 * or not; false if there is none.
 */
static bool
next_start(const PatternMatcher *m, uint32_t place, int64_t *start)
{
	const StoredEpisode *episode = m->episode;
	int64_t		end = m->places[place].end;
	uint32_t	low = m->places[place].phase + 1;
	uint32_t	high = episode->summary.num_phases;

	/* Mostly it is near. */
	for (int i = 0; i < 4 && low < high &&
		 episode_phase_start(episode, low) < end; i++)
		low++;
	while (low < high && episode_phase_start(episode, low) < end)
	{
		uint32_t	middle = low + (high - low) / 2;

		if (episode_phase_start(episode, middle) < end)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == episode->summary.num_phases)
		return false;
	*start = episode_phase_start(episode, low);
	return true;
}

/*
 * The first place that overlaps this one, and is of the overlap's other
 * element; num_places if there is none.
 */
uint32_t
pattern_match_overlap(const PatternMatcher *m, const PatternOverlap *overlap,
					  uint32_t place)
{
	const PatternPlace *this = &m->places[place];
	const int64_t *reach = m->reach +
		(size_t) (overlap - m->pattern->overlaps) * m->num_places;
	uint32_t	low = 0;
	uint32_t	high = place;

	/* Earlier ones overlap if they end after this one's start. */
	if (reach[place] > this->start)
	{
		while (low < high)
		{
			uint32_t	middle = low + (high - low) / 2;

			if (reach[middle + 1] > this->start)
				high = middle;
			else
				low = middle + 1;
		}
		return low;
	}
	low = next_fit(m, place + 1, overlap->other);
	return low < m->num_places && m->places[low].start < this->end ?
		low : m->num_places;
}

static bool
overlaps_fit(const PatternMatcher *m, unsigned state, uint32_t place)
{
	for (int i = 0; i < m->pattern->front->num_overlaps; i++)
	{
		const PatternOverlap *overlap = &m->pattern->overlaps[i];

		if (overlap->state == state &&
			(pattern_match_overlap(m, overlap, place) < m->num_places) ==
			overlap->absent)
			return false;
	}
	return true;
}

/* The first place an edge leads to; num_places if there is none. */
static uint32_t
follow(const PatternMatcher *m, const PatternEdge *edge, uint32_t place)
{
	uint32_t	none = m->num_places;
	int64_t		end = m->places[place].end;
	int64_t		last = INT64_MAX;	/* when the phase must start */
	uint32_t	to;

	if (end == EPISODE_OPEN || place + 1 == none ||
		((edge->kind == EDGE_NEXT || edge->kind == EDGE_NOT_NEXT) &&
		 !next_start(m, place, &last)))
		return none;
	if (edge->blocked != PATTERN_NONE)
	{
		to = next_fit(m, seek_after(m, place, 0), edge->blocked);
		if (to < none)
			last = m->places[to].start;
	}
	to = next_fit(m, seek_after(m, place, edge->least), edge->to);
	return to < none && m->places[to].start <= last &&
		pattern_distance(end, m->places[to].start) <= edge->most ? to : none;
}

/*
 * Whether what an edge forbids to follow a phase does not: not until the
 * bound, if the record is known until then, or so far, if there is no bound.
 */
static bool
is_absent(const PatternMatcher *m, const PatternEdge *edge, uint32_t place)
{
	int64_t		end = m->places[place].end;

	if (end == EPISODE_OPEN || follow(m, edge, place) < m->num_places)
		return false;
	if (edge->kind == EDGE_NOT_NEXT)
	{
		int64_t		start;

		if (next_start(m, place, &start))
			return true;
	}
	return edge->most == PATTERN_UNBOUNDED ||
		pattern_distance(end, m->known) >= edge->most;
}

/* Whether a match may end by this edge. */
static bool
ends(const PatternMatcher *m, const PatternEdge *edge, uint32_t place)
{
	switch (edge->kind)
	{
		case EDGE_END:
			return true;
		case EDGE_LAST:
			return m->places[place].start ==
				episode_phase_start(m->episode,
									m->episode->summary.num_phases - 1);
		case EDGE_NOT_FOLLOWED:
		case EDGE_NOT_NEXT:
			return is_absent(m, edge, place);
		default:
			return false;
	}
}

/* Whether a match can go on, or end, from a place bound by a state. */
static bool
goes_on(const PatternMatcher *m, unsigned state, uint32_t place)
{
	const PatternView *view = m->pattern;

	for (int i = view->first_edge[state]; i < view->first_edge[state + 1]; i++)
	{
		const PatternEdge *edge = &view->edges[i];

		if (edge->kind == EDGE_FOLLOWS || edge->kind == EDGE_NEXT ?
			follow(m, edge, place) < m->num_places : ends(m, edge, place))
			return true;
	}
	return false;
}

/* The states that a match may begin with at this place. */
static uint64_t
first_states(const PatternMatcher *m, uint32_t place)
{
	const EpisodePattern *front = m->pattern->front;

	return front->first |
		(m->places[place].start == m->episode->summary.start ?
		 front->anchored : 0);
}

/*
 * Scan so many more places, or to the first one; on request stop where a
 * match begins.  Whether one does.
 */
bool
pattern_match_scan(PatternMatcher *m, uint32_t count, bool stop)
{
	unsigned	num_elements = count_elements(m);
	uint64_t	states = m->pattern->front->states;
	uint64_t	timed = m->pattern->timed;
	bool		found = false;

	for (; count > 0 && m->position > 0; count--)
	{
		uint32_t	number = --m->position;
		const PatternPlace *place = &m->places[number];
		uint32_t   *next = m->next + (size_t) number * num_elements;
		uint64_t	fit = place->elements;

		for (uint64_t left = fit; left != 0; left &= left - 1)
		{
			unsigned	element = pattern_least(left);

			if (((timed & pattern_bit(element)) != 0 &&
				 !pattern_match_lasts(m, element, place)) ||
				((states & pattern_bit(element)) != 0 &&
				 !(overlaps_fit(m, element, number) &&
				   goes_on(m, element, number))))
				fit &= ~pattern_bit(element);
		}
		for (unsigned i = 0; i < num_elements; i++)
			next[i] = (fit & pattern_bit(i)) != 0 ? number :
				next[num_elements + i];
		if ((fit & first_states(m, number)) != 0)
		{
			found = true;
			if (stop)
				break;
		}
	}
	return found;
}

/* The states of a set by which a scanned place can be bound. */
static uint64_t
fitting(const PatternMatcher *m, uint64_t states, uint32_t place)
{
	uint64_t	result = 0;

	for (; states != 0; states &= states - 1)
	{
		if (next_fit(m, place, pattern_least(states)) == place)
			result |= states & (0 - states);
	}
	return result;
}

/* Whether a match begins at a place that has been scanned. */
bool
pattern_match_at(const PatternMatcher *m, uint32_t place)
{
	return fitting(m, first_states(m, place), place) != 0;
}

/*
 * Bind the next phase of a match: the earliest that any edge leads to.  False
 * if the match may end instead, which is earlier still.
 */
static bool
bind_next(const PatternMatcher *m, const PatternStep *step, PatternStep *next)
{
	const PatternView *view = m->pattern;

	next->place = m->num_places;
	next->states = 0;
	for (uint64_t left = step->states; left != 0; left &= left - 1)
	{
		unsigned	state = pattern_least(left);

		for (int i = view->first_edge[state]; i < view->first_edge[state + 1]; i++)
		{
			const PatternEdge *edge = &view->edges[i];
			uint32_t	place;

			if (edge->kind != EDGE_FOLLOWS && edge->kind != EDGE_NEXT)
			{
				if (ends(m, edge, step->place))
					return false;
				continue;
			}
			place = follow(m, edge, step->place);
			if (place < next->place)
			{
				next->place = place;
				next->states = 0;
			}
			if (place == next->place && place < m->num_places)
				next->states |= pattern_bit(edge->to);
		}
	}
	return next->place < m->num_places;
}

/* Whether a state can bind a step and the next state, if any, the one after. */
static bool
leads_to(const PatternMatcher *m, const PatternStep *step, unsigned state,
		 const PatternStep *next)
{
	const PatternView *view = m->pattern;

	for (int i = view->first_edge[state]; i < view->first_edge[state + 1]; i++)
	{
		const PatternEdge *edge = &view->edges[i];

		if (next == NULL ? ends(m, edge, step->place) :
			(edge->kind == EDGE_FOLLOWS || edge->kind == EDGE_NEXT) &&
			edge->to == next->state &&
			follow(m, edge, step->place) == next->place)
			return true;
	}
	return false;
}

/*
 * Bind the phases of the match that begins with one: the earliest first
 * phase after it that can be, and so on; of two that are equal so far, the
 * one that ends.  There is room for one more step than there are places; returns
 * how many there are.
 */
uint32_t
pattern_match_bind(const PatternMatcher *m, uint32_t place,
				   PatternStep *steps)
{
	uint32_t	count = 1;

	steps[0].place = place;
	steps[0].states = fitting(m, first_states(m, place), place);
	while (bind_next(m, &steps[count - 1], &steps[count]))
		count++;

	/* Of the ways through the automaton, the first in the pattern's order. */
	for (uint32_t i = count; i-- > 0;)
	{
		const PatternStep *next = i + 1 < count ? &steps[i + 1] : NULL;
		uint64_t	left = steps[i].states;

		while ((left & (left - 1)) != 0 &&
			   !leads_to(m, &steps[i], pattern_least(left), next))
			left &= left - 1;
		steps[i].state = pattern_least(left);
	}
	return count;
}
