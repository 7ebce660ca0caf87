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

#include "series_bytes.h"

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

/*
 * A stored episode, to be read in place.  Its columns have a number of so many
 * bytes for each phase, so that any phase can be read without the others.
 */
typedef struct StoredEpisode
{
	EpisodeSummary summary;
	uint64_t	unit;			/* of all times, in microseconds */
	int64_t		start;			/* in units */
	uint64_t	room;			/* from start to the last time, in units */
	size_t		label_bytes;
	const uint8_t *labels;
	const uint8_t *numbers;		/* of labels */
	const uint8_t *starts;		/* - start, in units */
	const uint8_t *lengths;		/* in units; 0 of an open phase */
	uint8_t		number_width;
	uint8_t		start_width;
	uint8_t		length_width;
} StoredEpisode;

/* How an episode is to be stored. */
typedef struct EpisodePlan
{
	int64_t		start;
	int64_t		end;			/* or EPISODE_OPEN */
	int			code;			/* of the unit */
	uint64_t	unit;
	size_t		label_bytes;
	unsigned	number_width;
	unsigned	start_width;
	unsigned	length_width;
} EpisodePlan;

/* A number of a column; there are always 8 bytes up to its last. */
static inline uint64_t
episode_column(const uint8_t *column, unsigned width, uint32_t i)
{
	return load64(column + ((size_t) i + 1) * width - 8) >> (64 - 8 * width);
}

/* The number of a phase's label: any, if the value is damaged. */
static inline uint32_t
episode_label_number(const StoredEpisode *stored, uint32_t i)
{
	return stored->number_width == 1 ? stored->numbers[i] :
		(uint32_t) episode_column(stored->numbers, stored->number_width, i);
}

/* When a phase starts: any time, if the value is damaged. */
static inline int64_t
episode_phase_start(const StoredEpisode *stored, uint32_t i)
{
	return (int64_t) (((uint64_t) stored->start +
					   episode_column(stored->starts, stored->start_width,
									  i)) * stored->unit);
}

/* Read when a phase starts and ends; false if the value is damaged. */
static inline bool
episode_phase_times(const StoredEpisode *stored, uint32_t i,
					EpisodePhase *phase)
{
	uint64_t	start = episode_column(stored->starts, stored->start_width, i);
	uint64_t	length = episode_column(stored->lengths, stored->length_width,
										i);

	if (start > stored->room || length > stored->room - start)
		return false;
	start += (uint64_t) stored->start;
	phase->start = (int64_t) (start * stored->unit);
	phase->end = length == 0 ? EPISODE_OPEN :
		(int64_t) ((start + length) * stored->unit);
	return true;
}

/* Read the next label; false if the value is damaged. */
static inline bool
episode_next_label(SeriesBytes *from, EpisodeLabel *label)
{
	uint64_t	length;

	if (!get_varint(from, &length) || length == 0 ||
		length > EPISODE_MAX_LABEL || length > bytes_left(from))
		return false;
	label->text = (const char *) from->next;
	label->length = (size_t) length;
	from->next += length;
	return true;
}

/* Labels in order of their bytes, whatever the collation. */
static inline int
episode_compare_labels(const EpisodeLabel *a, const EpisodeLabel *b)
{
	int			order = 0;

	/* mostly the first byte tells already */
	if (a->length > 0 && b->length > 0)
		order = (uint8_t) a->text[0] - (uint8_t) b->text[0];
	if (order == 0)
		order = memcmp(a->text, b->text,
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
extern EpisodeStatus episode_open(StoredEpisode *stored, const uint8_t *data,
								  size_t size);
extern EpisodeStatus episode_decode(const StoredEpisode *stored,
									EpisodeLabel *labels,
									EpisodePhase *phases);
extern bool episode_is_valid(const Episode *episode);
extern size_t episode_plan(EpisodePlan *plan, const Episode *episode);
extern void episode_encode(const EpisodePlan *plan, const Episode *episode,
						   uint8_t *out);

#endif							/* EPISODE_CODEC_H */
