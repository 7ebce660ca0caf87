/*
 * episode_codec.h - an episode in memory, and its stored form
 *
 * Nothing here needs the server, so that codec, text parser and pattern
 * matcher can be fuzzed and measured outside of it.
 *
 * Readers take arbitrary bytes: whatever they are given, they stay inside
 * it, and return EPISODE_OK or say what is wrong.  Writers trust their
 * caller: episode_is_valid() tells what they rely on.
 */
#ifndef EPISODE_CODEC_H
#define EPISODE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The end of a phase that is still going on. */
#define EPISODE_OPEN	INT64_MAX

/* The finite range of timestamptz, in microseconds since 2000-01-01 UTC. */
#define EPISODE_MIN_TIME	INT64_C(-211813488000000000)
#define EPISODE_END_TIME	INT64_C(9223371331200000000)

/* The most bytes of a label, and the most phases of an episode. */
#define EPISODE_MAX_LABEL	1000
#define EPISODE_MAX_PHASES	10000000

/* The summary of any stored episode lies within this many bytes. */
#define EPISODE_FRONT_MAX	40

/* A label: UTF-8 or whatever the server's encoding is; not terminated. */
typedef struct EpisodeLabel
{
	const char *text;
	size_t		length;
} EpisodeLabel;

/* A phase: [start, end), in microseconds since 2000-01-01 UTC. */
typedef struct EpisodePhase
{
	int64_t		start;
	int64_t		end;			/* after start; or EPISODE_OPEN */
	uint32_t	label;			/* index into the episode's labels */
} EpisodePhase;

/*
 * An episode: phases in order of start, end, label (as bytes).  Labels are
 * distinct, in order of their bytes, and each is used.
 */
typedef struct Episode
{
	uint32_t	num_labels;
	uint32_t	num_phases;
	const EpisodeLabel *labels;
	const EpisodePhase *phases;
} Episode;

typedef enum EpisodeStatus
{
	EPISODE_OK,
	EPISODE_CORRUPT,			/* no writer makes such bytes */
	EPISODE_UNSUPPORTED			/* perhaps a later writer does */
} EpisodeStatus;

/* What is known of a stored episode without decoding it. */
typedef struct EpisodeSummary
{
	uint32_t	num_labels;
	uint32_t	num_phases;
	int64_t		start;
	int64_t		end;			/* the last one, or EPISODE_OPEN */
} EpisodeSummary;

/* Labels in order of their bytes, whatever the collation. */
static inline int
episode_compare_labels(const EpisodeLabel *a, const EpisodeLabel *b)
{
	int			order = memcmp(a->text, b->text,
							   a->length < b->length ? a->length : b->length);

	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a->length > b->length) - (a->length < b->length);
}

/* Phases of one episode in their order. */
static inline int
episode_compare_phases(const EpisodePhase *a, const EpisodePhase *b)
{
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	return (a->label > b->label) - (a->label < b->label);
}

extern EpisodeStatus episode_read_summary(const uint8_t *data, size_t size,
										  EpisodeSummary *summary);
extern bool episode_can_hold(size_t size, const EpisodeSummary *summary);
extern EpisodeStatus episode_decode(const uint8_t *data, size_t size,
									EpisodeLabel *labels,
									EpisodePhase *phases);
extern bool episode_is_valid(const Episode *episode);
extern size_t episode_encoded_size(const Episode *episode);
extern void episode_encode(const Episode *episode, uint8_t *out);

#endif							/* EPISODE_CODEC_H */
