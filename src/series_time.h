/*
 * series_time.h
 *		How a series lies in time, and how long each point counts.
 *
 * A point holds until the next one, but no longer than max_gap; the last one
 * holds for nothing.
 */
#ifndef SERIES_TIME_H
#define SERIES_TIME_H

#include "series_args.h"

extern int64 series_cadence_of(const TimestampTz *times, Size count);
extern int64 series_default_gap(int64 cadence);
extern int64 series_get_max_gap(FunctionCallInfo fcinfo, int argument,
								Datum series);

/* For how many microseconds a point holds. */
static inline int64
series_held(const TimestampTz *times, Size count, Size i, int64 max_gap)
{
	if (i + 1 >= count)
		return 0;
	return (int64) Min(series_distance(times[i], times[i + 1]),
					   (uint64) max_gap);
}

#endif							/* SERIES_TIME_H */
