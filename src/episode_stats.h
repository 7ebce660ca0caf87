/*
 * episode_stats.h
 *		What ANALYZE found out about a column of episodes.
 */
#ifndef EPISODE_STATS_H
#define EPISODE_STATS_H

#include "nodes/pathnodes.h"
#include "utils/selfuncs.h"

extern Selectivity episode_label_frequency(VariableStatData *column,
										   const char *text, Size length);
extern Selectivity episode_has_phase_selectivity(PlannerInfo *root,
												 List *arguments,
												 int varRelid);

#endif							/* EPISODE_STATS_H */
