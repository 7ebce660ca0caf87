/*
 * series_block.h - one block of up to 256 points
 *
 * Clinical values are short decimals and times lie on a rough grid, so both
 * become streams of small integers.
 *
 * Values are integers scaled by a power of ten such that dividing gives back
 * the same double, bit for bit.  The few that are no such decimal are kept
 * beside them; where many are not, the bit patterns of all are packed.
 *
 * Times are counted in the largest common unit that divides the distances
 * between them.  They are stored as these distances, or by their places on a
 * regular grid and how far they are off it: people measure at about the same
 * time of day, and a sensor's clock jitters without drifting.
 *
 *	times:	unit code | flag
 *			stream of count - 1 distances; or
 *			varint step, stream of count - 1 places, each counted from the
 *			one before it, stream of count - 1 remainders
 *	values:	exponent | flags
 *			(divisor)
 *			(odd values: number, {index, double} of each)
 *			(bit patterns: number of zero bits cut off)
 *			stream of count
 */
#ifndef SERIES_BLOCK_H
#define SERIES_BLOCK_H

#include "series_stream.h"

/* First byte of the times. */
#define UNIT_MASK		0x0F
#define NUM_UNITS		15
#define ON_GRID			0x10
#define TIMES_KNOWN		0x1F

/* First byte of the values. */
#define EXPONENT_MASK	0x0F	/* or BIT_PATTERNS */
#define BIT_PATTERNS	0x0F
#define HAS_ODD_VALUES	0x10
#define HAS_DIVISOR		0x20	/* in place of a power of ten */
#define VALUES_KNOWN	0x3F

/* Units of time in microseconds, each dividing the next. */
extern const uint64_t series_time_units[NUM_UNITS];

/* How many values of a block may be no decimals before it is too many. */
static inline int
most_odd_values(const SeriesBlock *block)
{
	return block->count / 8;
}

extern int	series_choose_exponent(const SeriesBlock *block, int *common);
extern bool series_scale_one(double value, double divisor, int64_t *integer);
extern bool series_scale_all(const double *values, int count, double divisor,
							 uint64_t *integers);

#endif							/* SERIES_BLOCK_H */
