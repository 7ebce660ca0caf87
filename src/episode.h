/*
 * episode.h
 *		The type episode in the server: what its functions share.
 */
#ifndef EPISODE_H
#define EPISODE_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"

#include "episode_codec.h"

/*
 * Phases in any order, of which to make an episode.  Their labels may be in
 * any order too, repeat, and go unused.
 */
typedef struct EpisodeBuilder
{
	MemoryContext context;
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
extern void episode_begin(EpisodeBuilder *builder);
extern uint32 episode_add_label(EpisodeBuilder *builder,
								const char *text, Size length);
extern uint32 episode_add_labels(EpisodeBuilder *builder,
								 const Episode *episode);
extern void episode_add_phase(EpisodeBuilder *builder, uint32 label,
							  TimestampTz start, TimestampTz end);
extern struct varlena *episode_finish(EpisodeBuilder *builder);

#endif							/* EPISODE_H */
