/*
 * series_stream.h - up to 128 integers in a few bits each
 */
#ifndef SERIES_STREAM_H
#define SERIES_STREAM_H

#include "series_bytes.h"
#include "series_codec.h"

/* The integers are 64 bits wide and signed, but wrap around. */
typedef struct StreamPlan
{
	size_t		size;			/* in bytes, all told */
	bool		differences;
	uint64_t	base;
	int			width;			/* of the bits packed for each integer */
	int			high_width;		/* of those packed for exceptions */
	int			exceptions;
	int			count;			/* of integers packed */
	uint64_t	packed[SERIES_BLOCK_POINTS];
} StreamPlan;

extern void series_plan_stream(StreamPlan *plan, const uint64_t *integers,
							   int count);
extern uint8_t *series_put_stream(uint8_t *out, const StreamPlan *plan);
extern SeriesStatus series_get_stream(SeriesBytes *from, int count,
									  uint64_t *integers);

#endif							/* SERIES_STREAM_H */
