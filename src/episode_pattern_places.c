/*
 * episode_pattern_places.c - the phases that a pattern speaks of
 *
 * The episode is read in place.  If its labels alone cannot make a match, no
 * phase is looked at; of those that the pattern does not speak of, only the
 * label is.  What is left are the places.
 */
#include "episode_pattern_automaton.h"

/*
 * Whether a phase lasts as long as an element asks for.  Of an open phase it
 * is only known that it lasts until the record ends, if not longer.
 */
bool
pattern_match_lasts(const PatternMatcher *m, unsigned element,
					const PatternPlace *place)
{
	const PatternElement *bounds = &m->pattern->elements[element];
	bool		open = place->end == EPISODE_OPEN;
	int64_t		end = open ? m->known : place->end;

	if ((m->pattern->timed & pattern_bit(element)) == 0)
		return true;
	if (open && bounds->most != PATTERN_UNBOUNDED)
		return false;
	return pattern_distance(place->start, end) >= bounds->least &&
		pattern_distance(place->start, end) <= bounds->most;
}

/* How much memory a matcher needs at most. */
size_t
pattern_match_size(const PatternView *pattern, const StoredEpisode *episode)
{
	size_t		num_phases = episode->summary.num_phases;

	return sizeof(uint64_t) * episode->summary.num_labels +
		sizeof(PatternPlace) * num_phases +
		sizeof(int64_t) * num_phases * pattern->front->num_overlaps +
		sizeof(uint32_t) * (num_phases + 1) * pattern->front->num_elements;
}

/*
 * For each label of the episode, the elements that it is in.  False if the
 * episode is damaged.
 */
static bool
map_labels(PatternMatcher *m)
{
	const PatternView *pattern = m->pattern;
	SeriesBytes from = {m->episode->labels, m->episode->numbers};
	uint32_t	num_labels = m->episode->summary.num_labels;
	uint32_t	num_named = pattern->front->num_labels;
	uint32_t	named = 0;
	uint64_t	present = 0;
	EpisodeLabel sought = {NULL, 0};

	if (named < num_named)
		sought = pattern_label(pattern, named);
	for (uint32_t i = 0; i < num_labels; i++)
	{
		uint64_t	elements = pattern->front->other;
		EpisodeLabel label;
		int			order;

		if (!episode_next_label(&from, &label))
			return false;
		while (named < num_named &&
			   (order = episode_compare_labels(&label, &sought)) >= 0)
		{
			if (order == 0)
				elements = pattern->label_elements[named];
			if (++named < num_named)
				sought = pattern_label(pattern, named);
		}
		m->label_elements[i] = elements;
		present |= elements;
	}
	m->present = present;
	return true;
}

/* Find the places.  False if the episode is damaged. */
static bool
find_places(PatternMatcher *m)
{
	/* What the loops write does not change this. */
	const StoredEpisode episode = *m->episode;
	const uint64_t *label_elements = m->label_elements;
	PatternPlace *places = m->places;
	uint32_t	count = 0;
	int64_t		last = INT64_MIN;

	/* Which phase is a place is hard to predict, so without a branch. */
	for (uint32_t i = 0; i < episode.summary.num_phases; i++)
	{
		uint32_t	label = episode_label_number(&episode, i);

		if (label >= episode.summary.num_labels)
			return false;
		places[count].phase = i;
		count += label_elements[label] != 0;
	}
	for (uint32_t i = 0; i < count; i++)
	{
		PatternPlace *place = &places[i];
		EpisodePhase phase;

		if (!episode_phase_times(&episode, place->phase, &phase) ||
			phase.start < last)
			return false;
		place->start = last = phase.start;
		place->end = phase.end;
		place->elements = label_elements[episode_label_number(&episode,
															  place->phase)];
	}
	m->num_places = count;
	return true;
}

/*
 * Until when the record is known: the last instant in it, or the horizon if
 * that is later.  False if the episode is damaged.
 */
static bool
find_known(PatternMatcher *m, int64_t horizon)
{
	const StoredEpisode *episode = m->episode;

	m->known = horizon;
	if (episode->summary.end != EPISODE_OPEN)
	{
		if (episode->summary.end > horizon)
			m->known = episode->summary.end;
		return true;
	}
	for (uint32_t i = 0; i < episode->summary.num_phases; i++)
	{
		EpisodePhase phase;
		int64_t		time;

		if (!episode_phase_times(episode, i, &phase))
			return false;
		time = phase.end == EPISODE_OPEN ? phase.start : phase.end;
		if (time > m->known)
			m->known = time;
	}
	return true;
}

/* The last end of the other element's phases before each place. */
static void
measure_reach(PatternMatcher *m, const PatternOverlap *overlap,
			  int64_t *reach)
{
	int64_t		last = INT64_MIN;

	for (uint32_t i = 0; i < m->num_places; i++)
	{
		const PatternPlace *place = &m->places[i];

		reach[i] = last;
		if ((place->elements & pattern_bit(overlap->other)) != 0 &&
			place->end > last && pattern_match_lasts(m, overlap->other, place))
			last = place->end;
	}
}

/*
 * Begin to look for matches.  The record is known until the horizon, and in
 * any case until the last instant in it.  The memory is aligned to 8 bytes.
 */
EpisodeStatus
pattern_match_begin(PatternMatcher *m, const PatternView *pattern,
					const StoredEpisode *episode, int64_t horizon,
					void *memory)
{
	unsigned	num_overlaps = pattern->front->num_overlaps;
	unsigned	num_elements = pattern->front->num_elements;

	m->pattern = pattern;
	m->episode = episode;
	m->num_places = 0;
	m->position = 0;
	m->label_elements = memory;
	m->places = (PatternPlace *) (m->label_elements +
								  episode->summary.num_labels);
	if (!map_labels(m))
		return EPISODE_CORRUPT;
	if (!pattern_possible(pattern, m->present))
		return EPISODE_OK;
	if (!find_places(m) ||
		(pattern->asks_known && !find_known(m, horizon)))
		return EPISODE_CORRUPT;
	m->position = m->num_places;
	m->reach = (int64_t *) (m->places + m->num_places);
	m->next = (uint32_t *) (m->reach + (size_t) num_overlaps * m->num_places);
	for (unsigned i = 0; i < num_overlaps; i++)
		measure_reach(m, &pattern->overlaps[i],
					  m->reach + (size_t) i * m->num_places);
	for (unsigned i = 0; i < num_elements; i++)
		m->next[(size_t) m->num_places * num_elements + i] = m->num_places;
	return EPISODE_OK;
}
