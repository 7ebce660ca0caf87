/*
 * series_planner.h
 *		What the planner is told of series.
 */
#ifndef SERIES_PLANNER_H
#define SERIES_PLANNER_H

#include "nodes/pathnodes.h"

extern double series_estimate_points(PlannerInfo *root, Node *expression);

#endif							/* SERIES_PLANNER_H */
