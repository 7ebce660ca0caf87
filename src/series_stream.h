/*
 * series_stream.h - the integers of a block in a few bits each
 */
#ifndef SERIES_STREAM_H
#define SERIES_STREAM_H

#include "series_bytes.h"
#include "series_codec.h"

/* How the integers are predicted; what is stored is how far off that is. */
typedef enum StreamKind
{
	OFFSETS,					/* from the least */
	AROUND,						/* from one in the middle */
	DIFFERENCES,				/* from the one before */
	TREND						/* from where the last two point to */
} StreamKind;

/*
 * Integers that were read: 64 bits wide and signed, wrapping around; where
 * all have 32 bits, as most do, no more are stored of them.
 */
#define SERIES_STREAM_ROOM	(SERIES_BLOCK_POINTS + 8)

typedef struct SeriesIntegers
{
	bool		is_narrow;
	uint32_t	narrow[SERIES_STREAM_ROOM];
	uint64_t	wide[SERIES_STREAM_ROOM];
} SeriesIntegers;

/* How to store integers, and about how many bits that takes. */
typedef struct StreamPlan
{
	int			bits;
	StreamKind	kind;
	int			width;
	bool		unary;
	uint64_t	base;
	int			count;
	uint64_t	residuals[SERIES_BLOCK_POINTS];
} StreamPlan;

extern void series_plan_stream(StreamPlan *plan, const uint64_t *integers,
							   int count);
extern uint8_t *series_put_stream(uint8_t *out, const StreamPlan *plan);
extern SeriesStatus series_get_stream(SeriesBytes *from, int count,
									  SeriesIntegers *integers);

#endif							/* SERIES_STREAM_H */
