/*
 * A text is a pattern, or there is a problem at a place in it; what is a
 * pattern has a canonical text that parses to the same; matching stays within
 * its memory and binds phases in order, whatever the pattern, and whatever a
 * stored pattern has become.
 *
 * The input is a pattern, a zero byte, and phases of three bytes; where it
 * begins with a zero byte, the rest until the next but one is a stored
 * pattern instead.
 */
#include <stdlib.h>

#include "episode_pattern_automaton.h"

#define MAX_PHASES	200

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(bool condition)
{
	if (!condition)
		abort();
}

static int
compare_phases(const void *left, const void *right)
{
	return episode_compare_phases(left, right);
}

/*
 * Look for all matches, and bind them.  The bytes of a sound episode must be
 * read; those of a damaged one may be refused at any time.
 */
static bool
find_all(PatternMatcher *matcher, const PatternView *view,
		 const StoredEpisode *stored, int64_t horizon, bool sound)
{
	void	   *memory = malloc(pattern_match_size(view, stored));
	PatternStep *steps = malloc(sizeof(PatternStep) *
								(stored->summary.num_phases + 1));
	bool		found = false;

	if (pattern_match_begin(matcher, view, stored, horizon,
							memory) != EPISODE_OK)
		demand(!sound);
	else
		found = pattern_match_scan(matcher, UINT32_MAX, false);
	for (uint32_t i = 0; found && i < matcher->num_places; i++)
	{
		uint32_t	count;

		if (!pattern_match_at(matcher, i))
			continue;
		count = pattern_match_bind(matcher, i, steps);
		demand(count >= 1 && count <= matcher->num_places &&
			   steps[0].place == i);
		for (uint32_t j = 0; j < count; j++)
		{
			demand(j == 0 || matcher->places[steps[j].place].start >=
				   matcher->places[steps[j - 1].place].end);
			for (int k = 0; k < view->front->num_overlaps; k++)
				demand(pattern_match_overlap(matcher, &view->overlaps[k],
											 steps[j].place) <= matcher->num_places);
		}
	}
	free(steps);
	if (sound)
	{
		/* what stops at the first agrees, and an index loses no match */
		demand(pattern_match_begin(matcher, view, stored, horizon,
								   memory) == EPISODE_OK);
		demand(pattern_match_scan(matcher, UINT32_MAX, true) == found);
		demand(!found || pattern_possible(view, matcher->present));
	}
	free(memory);
	return found;
}

static void
match(const PatternView *view, const uint8_t *data, size_t size)
{
	static const EpisodeLabel labels[] = {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}};
	const uint8_t *damage = data;
	EpisodePhase phases[MAX_PHASES];
	Episode		episode = {4, 0, labels, phases};
	EpisodePlan plan;
	StoredEpisode stored;
	PatternMatcher matcher;
	uint8_t    *bytes;
	size_t		bytes_size;
	int64_t		horizon;

	while (size >= 3 && episode.num_phases < MAX_PHASES)
	{
		EpisodePhase *phase = &phases[episode.num_phases++];

		phase->start = data[0] < 0xF0 ? data[0] * INT64_C(43200000000) :
			data[0] & 1 ? EPISODE_MIN_TIME : EPISODE_END_TIME - 2;
		phase->end = data[1] == 0 ? EPISODE_OPEN : data[1] == 1 ?
			EPISODE_END_TIME - 1 :
			phase->start + (data[0] < 0xF0 ? data[1] * INT64_C(21600000000) : 1);
		phase->label = data[2] % 4;
		data += 3;
		size -= 3;
	}
	if (episode.num_phases == 0)
		return;
	qsort(phases, episode.num_phases, sizeof(EpisodePhase), compare_phases);
	if (episode.num_phases < episode.num_labels)
	{
		/* all are called the same, for there are no labels without a phase */
		episode.num_labels = 1;
		episode.labels = &labels[phases[0].label];
		for (uint32_t i = 0; i < episode.num_phases; i++)
			phases[i].label = 0;
	}

	bytes_size = episode_plan(&plan, &episode);
	bytes = malloc(bytes_size);
	episode_encode(&plan, &episode, bytes);
	horizon = size > 0 && data[0] == 'h' ? INT64_MAX : INT64_MIN;
	demand(episode_open(&stored, bytes, bytes_size) == EPISODE_OK);
	find_all(&matcher, view, &stored, horizon, true);

	/* the same with a byte changed */
	bytes[(damage[0] | damage[1] << 8) % bytes_size] ^= damage[2];
	if (episode_open(&stored, bytes, bytes_size) == EPISODE_OK)
		find_all(&matcher, view, &stored, horizon, false);
	free(bytes);
}

/* What is wrong with a stored pattern is found out, or does no harm. */
static void
match_stored(const uint8_t *data, size_t size, const uint8_t *phases,
			 size_t phases_size)
{
	EpisodePattern *stored = malloc(size);
	PatternView view;

	memcpy(stored, data, size);
	if (pattern_open(&view, stored, size) == EPISODE_OK)
		match(&view, phases, phases_size);
	free(stored);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PatternParser *parser = malloc(sizeof(PatternParser));
	const uint8_t *end = memchr(data, 0, size);
	size_t		length = end == NULL ? size : (size_t) (end - data);
	char	   *text = malloc(length + 1);
	char	   *scratch = malloc(PATTERN_SCRATCH(length));

	if (size > 2 && data[0] == 0)
	{
		size_t		stored = data[1] * (size_t) 8;

		if (stored > 0 && stored < size - 2)
			match_stored(data + 2, stored, data + 2 + stored,
						 size - 2 - stored);
	}
	memcpy(text, data, length);
	pattern_parse(parser, text, length, scratch);
	demand(parser->next >= text && parser->next <= text + length);
	if (parser->status != PATTERN_OK)
		demand(parser->problem != NULL);
	else
	{
		size_t		stored_size = pattern_size(parser);
		EpisodePattern *stored = malloc(stored_size);
		EpisodePattern *again = malloc(stored_size);
		PatternParser *other = malloc(sizeof(PatternParser));
		char	   *other_scratch = malloc(PATTERN_SCRATCH(parser->text_length));
		PatternView view;

		pattern_write(parser, stored);
		pattern_parse(other, parser->text, parser->text_length, other_scratch);
		demand(other->status == PATTERN_OK);
		demand(pattern_size(other) == stored_size);
		pattern_write(other, again);
		demand(memcmp(stored, again, stored_size) == 0);
		demand(pattern_open(&view, stored, stored_size) == EPISODE_OK);
		if (end != NULL)
		{
			size_t		left = size - length - 1;

			match(&view, end + 1, left);

			/* the same with bytes changed */
			for (size_t i = 0; i + 3 <= left; i += 3)
				((uint8_t *) stored)[(end[i + 1] | end[i + 2] << 8) % stored_size] ^= end[i + 3];
			match_stored((uint8_t *) stored, stored_size, end + 1, left);
		}
		free(stored);
		free(again);
		free(other);
		free(other_scratch);
	}
	free(text);
	free(scratch);
	free(parser);
	return 0;
}
