/*
 * series_moving.h
 *		Means over a window that moves along a series.
 */
#ifndef SERIES_MOVING_H
#define SERIES_MOVING_H

#include "series.h"

extern float8 *series_moving_means(const SeriesPoints *points, uint64 length,
								   bool centred);

#endif							/* SERIES_MOVING_H */
