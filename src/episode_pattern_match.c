/*
 * episode_pattern_match.c - finding a pattern in an episode
 *
 * Phases are scanned from the last to the first.  For each, and each state of
 * the automaton, it is found out whether a match can go on from there: which
 * is so if the state may end a match, or an edge of it leads to a later phase
 * from which another can.  What may follow a phase are phases that start
 * within one range of time, so it is enough to know, for each state and place,
 * the first phase from there on that a match can go on from: it either is in
 * that range, or none is.  So for a given pattern the time is that of a few
 * binary searches a phase, and no match is ever tried in vain: from the first
 * phase of a match it is bound phase by phase, always the earliest that can
 * be.
 */
#include "episode_pattern_automaton.h"

static inline unsigned
count_elements(const PatternMatcher *m)
{
	return m->pattern->front->num_elements;
}

/* The first phase from another on that fits an element. */
static inline uint32_t
next_fit(const PatternMatcher *m, uint32_t from, unsigned element)
{
	return m->next[(size_t) from * count_elements(m) + element];
}

static inline int64_t
start_of(const PatternMatcher *m, uint32_t phase)
{
	return m->episode->phases[phase].start;
}

/* From an instant to a later one. */
static inline uint64_t
distance(int64_t from, int64_t to)
{
	return (uint64_t) to - (uint64_t) from;
}

/* The first phase from another on that starts at an instant or later. */
static uint32_t
seek(const PatternMatcher *m, uint32_t from, int64_t time)
{
	uint32_t	end = m->episode->num_phases;
	uint32_t	step = 1;

	while (end - from >= step && start_of(m, from + step - 1) < time)
	{
		from += step;
		step *= 2;
	}
	if (end - from >= step)
		end = from + step - 1;
	while (from < end)
	{
		uint32_t	middle = from + (end - from) / 2;

		if (start_of(m, middle) < time)
			from = middle + 1;
		else
			end = middle;
	}
	return from;
}

/* The first phase to start so long after another has ended, or later. */
static uint32_t
seek_after(const PatternMatcher *m, uint32_t phase, uint64_t least)
{
	int64_t		end = m->episode->phases[phase].end;

	if (least > distance(end, INT64_MAX))
		return m->episode->num_phases;
	return seek(m, phase + 1, (int64_t) ((uint64_t) end + least));
}

/*
 * Whether a phase lasts as long as an element asks for.  Of an open phase it
 * is only known that it lasts until the record ends, if not longer.
 */
static bool
lasts(const PatternMatcher *m, unsigned element, const EpisodePhase *phase)
{
	const PatternElement *bounds = &m->pattern->elements[element];
	bool		open = phase->end == EPISODE_OPEN;
	int64_t		end = open ? m->known : phase->end;

	if (bounds->least == 0 && bounds->most == PATTERN_UNBOUNDED)
		return true;
	if (open && bounds->most != PATTERN_UNBOUNDED)
		return false;
	return distance(phase->start, end) >= bounds->least &&
		distance(phase->start, end) <= bounds->most;
}

/*
 * The first phase that overlaps this one, and is of the overlap's other
 * element; num_phases if there is none.
 */
uint32_t
pattern_match_overlap(const PatternMatcher *m, const PatternOverlap *overlap,
					  uint32_t phase)
{
	uint32_t	num_phases = m->episode->num_phases;
	const EpisodePhase *this = &m->episode->phases[phase];
	const int64_t *reach = m->reach +
		(size_t) (overlap - m->pattern->overlaps) * num_phases;
	uint32_t	low = 0;
	uint32_t	high = phase;

	/* Earlier ones overlap if they end after this one's start. */
	if (reach[phase] > this->start)
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
	low = next_fit(m, phase + 1, overlap->other);
	return low < num_phases && start_of(m, low) < this->end ?
		low : num_phases;
}

static bool
overlaps_fit(const PatternMatcher *m, unsigned state, uint32_t phase)
{
	for (int i = 0; i < m->pattern->front->num_overlaps; i++)
	{
		const PatternOverlap *overlap = &m->pattern->overlaps[i];

		if (overlap->state == state &&
			(pattern_match_overlap(m, overlap, phase) <
			 m->episode->num_phases) == overlap->absent)
			return false;
	}
	return true;
}

/* The first phase an edge leads to; num_phases if there is none. */
static uint32_t
follow(const PatternMatcher *m, const PatternEdge *edge, uint32_t phase)
{
	uint32_t	none = m->episode->num_phases;
	int64_t		end = m->episode->phases[phase].end;
	uint32_t	from;
	uint32_t	to;

	if (end == EPISODE_OPEN)
		return none;
	if (edge->kind == EDGE_NEXT)
	{
		from = seek_after(m, phase, 0);
		if (from == none || distance(end, start_of(m, from)) < edge->least)
			return none;
	}
	else
		from = seek_after(m, phase, edge->least);
	to = next_fit(m, from, edge->to);
	if (to == none || distance(end, start_of(m, to)) > edge->most ||
		(edge->kind == EDGE_NEXT && start_of(m, to) != start_of(m, from)))
		return none;
	if (edge->blocked != PATTERN_NONE)
	{
		uint32_t	blocked = next_fit(m, seek_after(m, phase, 0),
									   edge->blocked);

		if (blocked < none && start_of(m, blocked) < start_of(m, to))
			return none;
	}
	return to;
}

/*
 * Whether what an edge forbids to follow a phase does not: not until the
 * bound, if the record is known until then, or so far, if there is no bound.
 */
static bool
is_absent(const PatternMatcher *m, const PatternEdge *edge, uint32_t phase)
{
	uint32_t	none = m->episode->num_phases;
	int64_t		end = m->episode->phases[phase].end;
	uint32_t	from;
	uint32_t	to;

	if (end == EPISODE_OPEN)
		return false;
	if (edge->kind == EDGE_NOT_NEXT)
	{
		from = seek_after(m, phase, 0);
		if (from < none)
		{
			uint64_t	gap = distance(end, start_of(m, from));

			to = next_fit(m, from, edge->to);
			return gap < edge->least || gap > edge->most ||
				to == none || start_of(m, to) != start_of(m, from);
		}
	}
	else
	{
		to = next_fit(m, seek_after(m, phase, edge->least), edge->to);
		if (to < none && distance(end, start_of(m, to)) <= edge->most)
			return false;
	}
	return edge->most == PATTERN_UNBOUNDED ||
		distance(end, m->known) >= edge->most;
}

/* Whether a match may end by this edge. */
static bool
ends(const PatternMatcher *m, const PatternEdge *edge, uint32_t phase)
{
	switch (edge->kind)
	{
		case EDGE_END:
			return true;
		case EDGE_LAST:
			return start_of(m, phase) ==
				start_of(m, m->episode->num_phases - 1);
		case EDGE_NOT_FOLLOWED:
		case EDGE_NOT_NEXT:
			return is_absent(m, edge, phase);
		default:
			return false;
	}
}

/* Whether a match can go on, or end, from a phase bound by a state. */
static bool
goes_on(const PatternMatcher *m, unsigned state, uint32_t phase)
{
	const PatternView *view = m->pattern;

	for (int i = view->first_edge[state]; i < view->first_edge[state + 1]; i++)
	{
		const PatternEdge *edge = &view->edges[i];

		if (ends(m, edge, phase) ||
			((edge->kind == EDGE_FOLLOWS || edge->kind == EDGE_NEXT) &&
			 follow(m, edge, phase) < m->episode->num_phases))
			return true;
	}
	return false;
}

/* How much memory a matcher needs. */
size_t
pattern_match_size(const PatternView *pattern, const Episode *episode)
{
	size_t		num_phases = episode->num_phases;

	return sizeof(uint64_t) * episode->num_labels +
		sizeof(int64_t) * num_phases * pattern->front->num_overlaps +
		sizeof(uint32_t) * (num_phases + 1) * pattern->front->num_elements;
}

/* For each label of the episode, the elements that it is in. */
static void
map_labels(PatternMatcher *m)
{
	uint32_t	known = 0;

	for (uint32_t i = 0; i < m->episode->num_labels; i++)
	{
		int			order = -1;

		while (known < m->pattern->front->num_labels)
		{
			EpisodeLabel label = pattern_label(m->pattern, known);

			order = episode_compare_labels(&m->episode->labels[i], &label);
			if (order <= 0)
				break;
			known++;
		}
		m->label_elements[i] =
			known < m->pattern->front->num_labels && order == 0 ?
			m->pattern->label_elements[known] : m->pattern->front->other;
	}
}

/* The last end of the other element's phases before each phase. */
static void
measure_reach(PatternMatcher *m, const PatternOverlap *overlap,
			  int64_t *reach)
{
	const Episode *episode = m->episode;
	int64_t		last = INT64_MIN;

	for (uint32_t i = 0; i < episode->num_phases; i++)
	{
		const EpisodePhase *phase = &episode->phases[i];

		reach[i] = last;
		if ((m->label_elements[phase->label] & pattern_bit(overlap->other)) &&
			phase->end > last && lasts(m, overlap->other, phase))
			last = phase->end;
	}
}

/*
 * Begin to look for matches.  The record is known until the horizon, and in
 * any case until the last instant in it.  The memory is aligned to 8 bytes.
 */
void
pattern_match_begin(PatternMatcher *m, const PatternView *pattern,
					const Episode *episode, int64_t horizon, void *memory)
{
	unsigned	num_overlaps = pattern->front->num_overlaps;

	m->pattern = pattern;
	m->episode = episode;
	m->label_elements = memory;
	m->reach = (int64_t *) (m->label_elements + episode->num_labels);
	m->next = (uint32_t *) (m->reach +
							(size_t) num_overlaps * episode->num_phases);
	m->position = episode->num_phases;
	m->known = horizon;
	for (uint32_t i = 0; i < episode->num_phases; i++)
	{
		const EpisodePhase *phase = &episode->phases[i];

		if (phase->start > m->known)
			m->known = phase->start;
		if (phase->end > m->known && phase->end != EPISODE_OPEN)
			m->known = phase->end;
	}
	map_labels(m);
	for (unsigned i = 0; i < num_overlaps; i++)
		measure_reach(m, &pattern->overlaps[i],
					  m->reach + (size_t) i * episode->num_phases);
	for (unsigned i = 0; i < count_elements(m); i++)
		m->next[(size_t) episode->num_phases * count_elements(m) + i] =
			episode->num_phases;
}

/* The states that a match may begin with at this phase. */
static uint64_t
first_states(const PatternMatcher *m, uint32_t phase)
{
	const EpisodePattern *front = m->pattern->front;

	return front->first |
		(start_of(m, phase) == start_of(m, 0) ? front->anchored : 0);
}

/*
 * Scan so many more phases, or to the first one; on request stop where a
 * match begins.  Whether one does.
 */
bool
pattern_match_scan(PatternMatcher *m, uint32_t count, bool stop)
{
	unsigned	num_elements = count_elements(m);
	uint64_t	states = m->pattern->front->states;
	bool		found = false;

	for (; count > 0 && m->position > 0; count--)
	{
		uint32_t	phase = --m->position;
		const EpisodePhase *this = &m->episode->phases[phase];
		uint32_t   *next = m->next + (size_t) phase * num_elements;
		uint64_t	fit = m->label_elements[this->label];
		uint64_t	left;

		for (unsigned i = 0; i < num_elements; i++)
			next[i] = next[num_elements + i];
		for (left = fit; left != 0; left &= left - 1)
		{
			unsigned	element = pattern_least(left);

			if (!lasts(m, element, this) ||
				((states & pattern_bit(element)) != 0 &&
				 !(overlaps_fit(m, element, phase) &&
				   goes_on(m, element, phase))))
				fit &= ~pattern_bit(element);
			else
				next[element] = phase;
		}
		if ((fit & first_states(m, phase)) != 0)
		{
			found = true;
			if (stop)
				break;
		}
	}
	return found;
}

/* The states of a set by which a scanned phase can be bound. */
static uint64_t
fitting(const PatternMatcher *m, uint64_t states, uint32_t phase)
{
	uint64_t	result = 0;

	for (; states != 0; states &= states - 1)
	{
		if (next_fit(m, phase, pattern_least(states)) == phase)
			result |= states & (0 - states);
	}
	return result;
}

/* Whether a match begins at a phase that has been scanned. */
bool
pattern_match_at(const PatternMatcher *m, uint32_t phase)
{
	return fitting(m, first_states(m, phase), phase) != 0;
}

/*
 * Bind the next phase of a match: the earliest that any edge leads to.  False
 * if the match may end instead, which is earlier still.
 */
static bool
bind_next(const PatternMatcher *m, const PatternStep *step, PatternStep *next)
{
	const PatternView *view = m->pattern;

	next->phase = m->episode->num_phases;
	next->states = 0;
	for (uint64_t left = step->states; left != 0; left &= left - 1)
	{
		unsigned	state = pattern_least(left);

		for (int i = view->first_edge[state]; i < view->first_edge[state + 1]; i++)
		{
			const PatternEdge *edge = &view->edges[i];
			uint32_t	phase;

			if (edge->kind != EDGE_FOLLOWS && edge->kind != EDGE_NEXT)
			{
				if (ends(m, edge, step->phase))
					return false;
				continue;
			}
			phase = follow(m, edge, step->phase);
			if (phase < next->phase)
			{
				next->phase = phase;
				next->states = 0;
			}
			if (phase == next->phase && phase < m->episode->num_phases)
				next->states |= pattern_bit(edge->to);
		}
	}
	return next->phase < m->episode->num_phases;
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

		if (next == NULL ? ends(m, edge, step->phase) :
			(edge->kind == EDGE_FOLLOWS || edge->kind == EDGE_NEXT) &&
			edge->to == next->state &&
			follow(m, edge, step->phase) == next->phase)
			return true;
	}
	return false;
}

/*
 * Bind the phases of the match that begins with one: the earliest first
 * phase after it that can be, and so on; of two that are equal so far, the
 * one that ends.  There is room for as many steps as phases; returns how many
 * there are.
 */
uint32_t
pattern_match_bind(const PatternMatcher *m, uint32_t phase,
				   PatternStep *steps)
{
	uint32_t	count = 1;

	steps[0].phase = phase;
	steps[0].states = fitting(m, first_states(m, phase), phase);
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
