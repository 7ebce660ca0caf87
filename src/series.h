/*
 * series.h
 *		The type series in the server: what its functions share.
 */
#ifndef SERIES_H
#define SERIES_H

#include <math.h>

#include "fmgr.h"
#include "utils/timestamp.h"

#include "series_codec.h"

typedef struct SeriesPoint
{
	TimestampTz time;
	float8		value;
} SeriesPoint;

/* All points of a series, decoded; exponent as in SeriesBlock. */
typedef struct SeriesPoints
{
	Size		count;
	int			exponent;
	TimestampTz *times;
	float8	   *values;
} SeriesPoints;

/* A walk over the points of a series; at the end, position == count == 0. */
typedef struct SeriesCursor
{
	SeriesReader reader;
	int			position;		/* in reader.block */
} SeriesCursor;

/* series_io.c */
extern void series_check_value(float8 value);
extern void series_check_time(TimestampTz time);
extern struct varlena *series_from_input(SeriesPoint *points, Size count,
										 Node *escontext);

/* series_store.c */
extern void series_check(SeriesStatus status);
extern void series_get_summary(Datum datum, SeriesSummary *summary);
extern void series_start_reading(SeriesReader *reader, Datum datum);
extern void series_start_reading_part(SeriesReader *reader, Datum datum,
									  TimestampTz since, TimestampTz until);
extern bool series_read_block(SeriesReader *reader);
extern void series_read_points(SeriesPoints *points, Datum datum);
extern void series_start_walk(SeriesCursor *cursor, Datum datum);
extern void series_step_block(SeriesCursor *cursor);
extern void series_start_writing(SeriesWriter *writer);
extern void series_add_series(SeriesWriter *writer, Datum datum);
extern struct varlena *series_write(SeriesWriter *writer);
extern void series_sort_points(SeriesPoint *points, Size count);
extern Size series_drop_duplicates(SeriesPoint *points, Size count);
extern struct varlena *series_from_points(const SeriesPoint *points,
										  Size count);

/*
 * The rule for two values at one instant: the greater prevails, and 0.0 over
 * -0.0.  It commutes and associates, so that no plan changes the result.
 */
static inline bool
series_prevails(float8 value, float8 other)
{
	return value > other ||
		(value == 0 && other == 0 && !signbit(value) && signbit(other));
}

/* The time from one instant to a later one, which a sign might not fit. */
static inline uint64
series_distance(TimestampTz from, TimestampTz until)
{
	return (uint64) until - (uint64) from;
}

/* The point that a cursor stands on. */
static inline bool
series_at_end(const SeriesCursor *cursor)
{
	return cursor->reader.block.count == 0;
}

static inline TimestampTz
series_time(const SeriesCursor *cursor)
{
	return cursor->reader.block.times[cursor->position];
}

static inline float8
series_value(const SeriesCursor *cursor)
{
	return cursor->reader.block.values[cursor->position];
}

/* Go on to the next point. */
static inline void
series_step(SeriesCursor *cursor)
{
	if (++cursor->position == cursor->reader.block.count)
		series_step_block(cursor);
}

#endif							/* SERIES_H */
