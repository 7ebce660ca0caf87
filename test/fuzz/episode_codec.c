/*
 * The codec of episodes.  The first byte chooses what the others are: a
 * stored episode, which must be read or refused; phases, which must come
 * back; or phases of which a stored episode is made and then damaged.
 */
#include <stdlib.h>
#include <string.h>

#include "episode_codec.h"

#define MAX_PHASES 200

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool condition)
{
	if (!condition)
		abort();
}

static void
check_same(const Episode *a, const Episode *b)
{
	check(a->num_labels == b->num_labels && a->num_phases == b->num_phases);
	for (uint32_t i = 0; i < a->num_labels; i++)
		check(episode_compare_labels(&a->labels[i], &b->labels[i]) == 0);
	for (uint32_t i = 0; i < a->num_phases; i++)
		check(episode_compare_phases(&a->phases[i], &b->phases[i]) == 0);
}

static void
check_round_trip(const Episode *episode)
{
	EpisodePlan plan;
	size_t		size = episode_plan(&plan, episode);
	uint8_t    *bytes = malloc(size);
	EpisodeLabel *labels;
	EpisodePhase *phases;
	EpisodeSummary summary;
	StoredEpisode stored;
	Episode		again;
	int64_t		end = episode->phases[0].end;

	episode_encode(&plan, episode, bytes);
	check(episode_read_summary(bytes, size < EPISODE_FRONT_MAX ?
							   size : EPISODE_FRONT_MAX,
							   &summary) == EPISODE_OK);
	for (uint32_t i = 0; i < episode->num_phases; i++)
	{
		if (episode->phases[i].end > end)
			end = episode->phases[i].end;
	}
	check(summary.num_labels == episode->num_labels &&
		  summary.num_phases == episode->num_phases &&
		  summary.start == episode->phases[0].start && summary.end == end);
	check(episode_open(&stored, bytes, size) == EPISODE_OK);
	labels = malloc(sizeof(EpisodeLabel) * summary.num_labels);
	phases = malloc(sizeof(EpisodePhase) * summary.num_phases);
	check(episode_decode(&stored, labels, phases) == EPISODE_OK);
	again = (Episode) {summary.num_labels, summary.num_phases, labels, phases};
	check_same(episode, &again);
	free(labels);
	free(phases);
	free(bytes);
}

/* A damaged value may say anything, but no more than its bytes hold. */
static void
read_stored(const uint8_t *data, size_t size)
{
	EpisodeSummary summary;
	StoredEpisode stored;
	EpisodeLabel *labels;
	EpisodePhase *phases;
	Episode		episode;

	if (episode_read_summary(data, size, &summary) != EPISODE_OK)
		return;
	check(summary.start < summary.end);
	if (episode_open(&stored, data, size) != EPISODE_OK)
		return;
	check(stored.summary.num_phases <= size / 3);
	labels = malloc(sizeof(EpisodeLabel) * summary.num_labels);
	phases = malloc(sizeof(EpisodePhase) * summary.num_phases);
	if (episode_decode(&stored, labels, phases) == EPISODE_OK)
	{
		episode = (Episode) {summary.num_labels, summary.num_phases,
							 labels, phases};
		for (uint32_t i = 0; i < summary.num_phases; i++)
			check(phases[i].start >= EPISODE_MIN_TIME &&
				  phases[i].start < phases[i].end &&
				  (phases[i].end < EPISODE_END_TIME ||
				   phases[i].end == EPISODE_OPEN) &&
				  phases[i].label < summary.num_labels);
		if (episode_is_valid(&episode))
			check_round_trip(&episode);
	}
	free(labels);
	free(phases);
}

static int
compare_phases(const void *left, const void *right)
{
	return episode_compare_phases(left, right);
}

/* Phases by a small language, two bytes or ten for each. */
static uint32_t
make_phases(const uint8_t *data, size_t size, EpisodePhase *phases,
			uint32_t num_labels)
{
	static const int64_t units[8] = {
		1, 1000, 1000000, 60000000, 900000000, INT64_C(3600000000),
		INT64_C(86400000000), INT64_C(31557600000000)
	};
	uint32_t	count = 0;
	int64_t		time = 0;

	while (size >= 2 && count < MAX_PHASES)
	{
		EpisodePhase *phase = &phases[count];
		int64_t		unit = units[data[0] & 7];

		if (data[0] >= 0xF0 && size >= 10)
		{
			memcpy(&time, data + 2, sizeof(time));
			data += 8;
			size -= 8;
		}
		else if (time < INT64_MAX / 4)
			time += unit * (data[1] & 15);
		if (time < EPISODE_MIN_TIME || time >= EPISODE_END_TIME - 1)
			time = EPISODE_MIN_TIME;
		phase->start = time;
		unit *= 1 + (data[1] >> 4);
		phase->end = EPISODE_OPEN;
		if (time < EPISODE_END_TIME - unit && (data[0] & 0x88) != 0x88)
			phase->end = time + unit;
		phase->label = data[0] >> 4 & 7;
		if (phase->label >= num_labels)
			phase->label = count % num_labels;
		count++;
		data += 2;
		size -= 2;
	}
	for (uint32_t i = 0; i < num_labels && i < count; i++)
		phases[i].label = i;
	qsort(phases, count, sizeof(EpisodePhase), compare_phases);
	return count;
}

static void
write_and_read(const uint8_t *data, size_t size, bool damage)
{
	static const EpisodeLabel labels[8] = {
		{"a", 1}, {"b", 1}, {"b ", 2}, {"bb", 2}, {"emergency", 9},
		{"home care, \"own\"", 16}, {"hospital", 8}, {"\xc3\xb8", 2}
	};
	EpisodePhase phases[MAX_PHASES];
	uint32_t	num_labels = 1 + (size > 0 ? data[0] & 7 : 0);
	size_t		damages = damage && size > 3 ? 1 + data[1] % 8 : 0;
	Episode		episode;
	EpisodePlan plan;
	uint8_t    *bytes;
	size_t		bytes_size;

	if (damages * 3 + 2 > size)
		return;
	episode.num_phases = make_phases(data + 2 + damages * 3,
									 size - 2 - damages * 3, phases,
									 num_labels);
	if (episode.num_phases < num_labels)
		return;
	episode.num_labels = num_labels;
	episode.labels = labels;
	episode.phases = phases;
	check(episode_is_valid(&episode));
	check_round_trip(&episode);
	if (damages == 0)
		return;
	bytes_size = episode_plan(&plan, &episode);
	bytes = malloc(bytes_size);
	episode_encode(&plan, &episode, bytes);
	for (size_t i = 0; i < damages; i++)
		bytes[(size_t) (data[2 + 3 * i] << 8 | data[3 + 3 * i]) %
			  bytes_size] ^= data[4 + 3 * i];
	read_stored(bytes, bytes_size);
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] % 3 == 0)
	{
		/* exactly as long, so that reading over the end is seen */
		uint8_t    *copy = malloc(size - 1 + (size == 1));

		memcpy(copy, data + 1, size - 1);
		read_stored(copy, size - 1);
		free(copy);
	}
	else
		write_and_read(data + 1, size - 1, data[0] % 3 == 1);
	return 0;
}
