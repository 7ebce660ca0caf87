/*
 * series_stream.h - the integers of a block in a few bits each
 *
 * Integers are predicted from those before them or from one base, and what is
 * stored is how far off the prediction was, as an unsigned residual.  Of a
 * residual the low bits are packed at one width.  The rest is in unary, which
 * for the errors of a good prediction comes close to their entropy (Rice,
 * JPL 79-22, 1979), or there is no rest.  The few residuals that are too
 * large for either are kept beside them.
 *
 *	kind << 6 | SPREAD << 5 | width code
 *	(SPREAD: UNARY << 7 | number of outliers)
 *	signed base
 *	(UNARY: of each residual >> width, so many zero bits and a one)
 *	the low bits of residuals, outliers counting as 0
 *	(outliers: index, signed error of each)
 *
 * The base is the least integer, the one in the middle, or the first.
 *
 * Low bits are packed in groups of 128 of which four at a time are unpacked
 * with the same shifts and masks, one from each of four 32-bit lanes; loops
 * over lanes are what compilers make vector instructions of.  What is left
 * of 128, or wider than 32 bits, is packed one after another.  A stream that
 * is one short of whole groups, as distances between the points of a full
 * block are, is packed as if it had one more.
 */
#ifndef SERIES_STREAM_H
#define SERIES_STREAM_H

#include "series_bytes.h"
#include "series_codec.h"

#define KIND_SHIFT		6
#define SPREAD			0x20
#define WIDTH_CODE		0x1F

/* Second byte, if SPREAD. */
#define UNARY			0x80
#define OUTLIERS_MAX	0x7F

/* Residuals are outliers where the unary part would be this long. */
#define UNARY_MAX		24
#define UNARY_WIDTH_MAX	24

#define LANES			4
#define GROUP			128		/* integers */
#define LANE_WIDTH_MAX	32

/*
 * Integers that were read: 64 bits wide and signed, wrapping around; where
 * all have 32 bits, as most do, no more are stored of them.  There is room
 * for more than a block has, since they are written eight at a time.
 */
#define SERIES_STREAM_ROOM	(SERIES_BLOCK_POINTS + 8)

typedef uint32_t Lanes __attribute__((vector_size(4 * LANES)));

/* How the integers are predicted; what is stored is how far off that is. */
typedef enum StreamKind
{
	OFFSETS,					/* from the least */
	AROUND,						/* from one in the middle */
	DIFFERENCES,				/* from the one before */
	TREND						/* from where the last two point to */
} StreamKind;

typedef struct SeriesIntegers
{
	bool		is_narrow;
	uint32_t	narrow[SERIES_STREAM_ROOM];
	uint64_t	wide[SERIES_STREAM_ROOM];
} SeriesIntegers;

/* How to store integers, and about how many bits that takes. */
typedef struct StreamPlan
{
	const uint64_t *integers;
	int			count;
	StreamKind	kind;
	int			bits;
} StreamPlan;

#define NUM_WIDTHS		32

extern const uint8_t series_widths[NUM_WIDTHS];

extern void series_plan_stream(StreamPlan *plan, const uint64_t *integers,
							   int count);
extern uint8_t *series_put_stream(uint8_t *out, const StreamPlan *plan);
extern uint64_t series_middle(const uint64_t *integers, int count);
extern SeriesStatus series_get_stream(SeriesBytes *from, int count,
									  SeriesIntegers *integers);

static inline uint64_t
low_bits(int width)
{
	return width == 0 ? 0 : UINT64_MAX >> (64 - width);
}

static inline size_t
packed_size(int count, int width)
{
	return ((size_t) count * (size_t) width + 7) / 8;
}

static inline uint64_t
half(uint64_t difference)
{
	return (uint64_t) ((int64_t) difference >> 1);
}

/* Lanes as they are stored. */
static inline Lanes
little_endian(Lanes lanes)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	for (int i = 0; i < LANES; i++)
		lanes[i] = __builtin_bswap32(lanes[i]);
#endif
	return lanes;
}

/* How many integers are packed where there are so many. */
static inline int
whole_groups(int count)
{
	return count % GROUP == GROUP - 1 ? count + 1 : count;
}

#endif							/* SERIES_STREAM_H */
