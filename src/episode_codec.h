/*
 * episode_codec.h - an episode in memory, and its stored form
 *
 * Nothing here needs the server, so that codec, text parser and pattern
 * matcher can be fuzzed and measured outside of it.
 */
#ifndef EPISODE_CODEC_H
#define EPISODE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The end of a phase that is still going on. */
#define EPISODE_OPEN	INT64_MAX

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

#endif							/* EPISODE_CODEC_H */
