/*
 * series_grid.h
 *		Time divided into buckets by the clock and calendar of a time zone.
 */
#ifndef SERIES_GRID_H
#define SERIES_GRID_H

#include "civil.h"
#include "series.h"

/* The most adjoining buckets that are remembered. */
#define GRID_EDGES	400

/*
 * Buckets start where the clock shows origin + k * width.  The ends of those
 * last used are kept: edges[0] to edges[num_edges - 1], each bucket from one
 * to the next.
 */
typedef struct SeriesGrid
{
	CivilZone	zone;
	int			months;			/* width in months, or 0 */
	int64		width;			/* else in microseconds */
	int64		first_month;	/* of the origin, from year 0 */
	int64		offset;			/* of the origin, into its month or width */
	int			num_edges;
	int			last;			/* the bucket last found, from edges[last] */
	TimestampTz edges[GRID_EDGES];
} SeriesGrid;

extern SeriesGrid *series_get_grid(FunctionCallInfo fcinfo, int width,
								   int zone, int origin);
extern TimestampTz series_find_bucket(SeriesGrid *grid, TimestampTz time,
									  TimestampTz *end);

#endif							/* SERIES_GRID_H */
