/*
 * episode_stats.h
 *		What ANALYZE found out about a column of episodes.
 */
#ifndef EPISODE_STATS_H
#define EPISODE_STATS_H

#include "nodes/pathnodes.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "episode_codec.h"

/* How common a label is where nothing is known of it. */
#define EPISODE_LABEL_FREQUENCY 0.01

extern double episode_null_fraction(VariableStatData *column);
extern void episode_label_statistics(VariableStatData *column,
									 AttStatsSlot *slot);
extern Selectivity episode_label_frequency(const AttStatsSlot *slot,
										   EpisodeLabel sought);
extern Selectivity episode_has_phase_selectivity(PlannerInfo *root,
												 List *arguments,
												 int varRelid);

#endif							/* EPISODE_STATS_H */
