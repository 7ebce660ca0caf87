/*
 * episode.h
 *		The type episode in the server: what its functions share.
 */
#ifndef EPISODE_H
#define EPISODE_H

#include "fmgr.h"
#include "utils/timestamp.h"

#include "episode_codec.h"

/*
 * Phases in any order with labels in any order, of which to make an episode.
 * Labels may repeat and may go unused; their texts belong to the caller.
 */
typedef struct EpisodeBuilder
{
	EpisodeLabel *labels;
	uint32		num_labels;
	uint32		max_labels;
	EpisodePhase *phases;
	uint32		num_phases;
	uint32		max_phases;
} EpisodeBuilder;

/* episode_store.c */
extern void episode_get_summary(Datum datum, EpisodeSummary *summary);
extern void episode_read(Episode *episode, Datum datum);
extern struct varlena *episode_write(const Episode *episode);

#endif							/* EPISODE_H */
