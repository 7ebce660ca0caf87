/*
 * series_stream.c - the integers of a block in a few bits each
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
#include <stdlib.h>

#include "series_stream.h"

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

/* Eight at a time are written by what reads them. */
#define ROOM			SERIES_STREAM_ROOM

typedef uint32_t Lanes __attribute__((vector_size(4 * LANES)));

typedef struct Outliers
{
	uint64_t	widest;			/* of all errors, the bits as stored */
	uint8_t		index[OUTLIERS_MAX];
	uint64_t	errors[OUTLIERS_MAX];
} Outliers;

#define NUM_WIDTHS		32

static const uint8_t widths[NUM_WIDTHS] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
	21, 22, 23, 24, 25, 26, 27, 32, 40, 52, 64
};

/*
 * What each byte of unary numbers holds: the numbers of zero bits before its
 * ones, a byte each; how many ones; how many zero bits after the last one.
 */
typedef struct UnaryByte
{
	uint64_t	zeros;
	uint8_t		ones;
	uint8_t		rest;
} UnaryByte;

#define BIT(byte, i)	((byte) >> (i) & 1)
#define BELOW(byte, i)	((byte) & ((1 << (i)) - 1))
#define ONES(byte) \
	(BIT(byte, 0) + BIT(byte, 1) + BIT(byte, 2) + BIT(byte, 3) + \
	 BIT(byte, 4) + BIT(byte, 5) + BIT(byte, 6) + BIT(byte, 7))
#define HIGHEST(byte) \
	((byte) > 127 ? 7 : (byte) > 63 ? 6 : (byte) > 31 ? 5 : (byte) > 15 ? 4 : \
	 (byte) > 7 ? 3 : (byte) > 3 ? 2 : (byte) > 1 ? 1 : (byte) - 1)
#define ZEROS(byte, i) \
	((uint64_t) (BIT(byte, i) * ((i) - 1 - HIGHEST(BELOW(byte, i)))) << \
	 8 * ONES(BELOW(byte, i)))
#define UNARY_1(byte) \
	{ \
		ZEROS(byte, 0) | ZEROS(byte, 1) | ZEROS(byte, 2) | ZEROS(byte, 3) | \
		ZEROS(byte, 4) | ZEROS(byte, 5) | ZEROS(byte, 6) | ZEROS(byte, 7), \
		ONES(byte), 7 - HIGHEST(byte) \
	}
#define UNARY_4(byte) \
	UNARY_1(byte), UNARY_1(byte + 1), UNARY_1(byte + 2), UNARY_1(byte + 3)
#define UNARY_16(byte) \
	UNARY_4(byte), UNARY_4(byte + 4), UNARY_4(byte + 8), UNARY_4(byte + 12)
#define UNARY_64(byte) \
	UNARY_16(byte), UNARY_16(byte + 16), UNARY_16(byte + 32), \
	UNARY_16(byte + 48)

static const UnaryByte unary_bytes[256] = {
	UNARY_64(0), UNARY_64(64), UNARY_64(128), UNARY_64(192)
};

static int
bit_width(uint64_t value)
{
#ifdef __GNUC__
	return value == 0 ? 0 : 64 - __builtin_clzll(value);
#else
	int			width = 0;

	for (; value != 0; value >>= 1)
		width++;
	return width;
#endif
}

static uint64_t
low_bits(int width)
{
	return width == 0 ? 0 : UINT64_MAX >> (64 - width);
}

static size_t
packed_size(int count, int width)
{
	return ((size_t) count * (size_t) width + 7) / 8;
}

static uint64_t
half(uint64_t difference)
{
	return (uint64_t) ((int64_t) difference >> 1);
}

static int
compare_integers(const void *left, const void *right)
{
	int64_t		a = *(const int64_t *) left;
	int64_t		b = *(const int64_t *) right;

	return (a > b) - (a < b);
}

/* One in the middle: it need not be the very median. */
static uint64_t
middle(const uint64_t *integers, int count)
{
	uint64_t	sample[15];
	int			size = count < 15 ? count : 15;

	for (int i = 0; i < size; i++)
		sample[i] = integers[i * count / size];
	qsort(sample, (size_t) size, sizeof(uint64_t), compare_integers);
	return sample[size / 2];
}

static void
predict(StreamPlan *plan, const uint64_t *integers)
{
	uint64_t   *residuals = plan->residuals;
	int			count = plan->count;

	plan->base = integers[0];
	switch (plan->kind)
	{
		case OFFSETS:
			for (int i = 1; i < count; i++)
			{
				if ((int64_t) integers[i] < (int64_t) plan->base)
					plan->base = integers[i];
			}
			for (int i = 0; i < count; i++)
				residuals[i] = integers[i] - plan->base;
			break;
		case AROUND:
			plan->base = middle(integers, count);
			for (int i = 0; i < count; i++)
				residuals[i] = zigzag((int64_t) (integers[i] - plan->base));
			break;
		case DIFFERENCES:
			residuals[0] = 0;
			for (int i = 1; i < count; i++)
				residuals[i] = zigzag((int64_t) (integers[i] -
												 integers[i - 1]));
			break;
		case TREND:
			residuals[0] = 0;
			for (int i = 1; i < count; i++)
			{
				uint64_t	before = integers[i < 2 ? 0 : i - 2];

				residuals[i] = zigzag((int64_t)
									  (integers[i] - integers[i - 1] -
									   half(integers[i - 1] - before)));
			}
			break;
	}
}

/* Take a width for the low bits, if it is better than what the plan has. */
static void
consider(StreamPlan *plan, int width, bool unary, int bits)
{
	if (bits < plan->bits)
	{
		plan->bits = bits;
		plan->width = width;
		plan->unary = unary;
	}
}

/*
 * Choose the width that makes the stream shortest, going by the widths of the
 * residuals.  Residuals of n bits more than are packed take 0.75 * 2^n + 0.5
 * bits in unary on average; a stream with these must be shorter by a margin,
 * since it takes longer to read.
 */
static void
choose_width(StreamPlan *plan)
{
	int			counts[65 + 5] = {0};
	int			count = plan->count;
	int			base = 16 + 8 * (int) varint_size(zigzag((int64_t) plan->base));
	int			margin = 8 + count / 16;
	int			widest = 64;
	int			outliers = 0;
	int			outliers_bits = 0;
	int			far = 0;
	int			far_bits = 0;

	for (int i = 0; i < count; i++)
		counts[bit_width(plan->residuals[i])]++;
	while (widest > 0 && counts[widest] == 0)
		widest--;
	plan->bits = INT32_MAX;
	for (int width = widest; width >= 0 && far <= OUTLIERS_MAX; width--)
	{
		int			code = width < NUM_WIDTHS ? width : NUM_WIDTHS - 1;

		while (code > 0 && widths[code - 1] >= width)
			code--;
		if (outliers <= OUTLIERS_MAX)
			consider(plan, widths[code], false,
					 base + widths[code] * count + outliers_bits);
		if (width <= UNARY_WIDTH_MAX)
		{
			const int  *above = counts + width + 1;
			int			unary = 2 * above[0] + 5 * above[1] + 11 * above[2] +
				23 * above[3];

			consider(plan, width, true, base + margin + (width + 1) * count +
					 unary / 2 + far_bits);
		}
		outliers += counts[width];
		outliers_bits += counts[width] * (16 + 8 * (width / 7));
		far += counts[width + 4];
		far_bits += counts[width + 4] * (16 + 8 * ((width + 4) / 7));
	}
}

/* Of a long stream, so many in its middle tell which prediction is best. */
#define SAMPLE			128

/* Plan how to store at least one integer. */
void
series_plan_stream(StreamPlan *plan, const uint64_t *integers, int count)
{
	StreamKind	best = OFFSETS;
	int			best_bits = INT32_MAX;

	plan->count = count < SAMPLE ? count : SAMPLE;
	for (int kind = OFFSETS; kind <= TREND; kind++)
	{
		plan->kind = (StreamKind) kind;
		predict(plan, integers + (count - plan->count) / 2);
		choose_width(plan);
		if (plan->bits < best_bits)
		{
			best = plan->kind;
			best_bits = plan->bits;
		}
		/* Nothing is shorter than a constant. */
		if (plan->width == 0 && !plan->unary)
			break;
	}
	plan->kind = best;
	plan->count = count;
	predict(plan, integers);
	choose_width(plan);
}

static bool
is_outlier(const StreamPlan *plan, uint64_t residual)
{
	if (plan->width == 64)
		return false;
	return residual >> plan->width >= (plan->unary ? UNARY_MAX : 1);
}

/* Pack residuals one after another. */
static uint8_t *
pack(uint8_t *out, const uint64_t *residuals, int count, int width)
{
	uint64_t	mask = low_bits(width);
	uint64_t	window = 0;
	int			filled = 0;

	if (width == 64)
	{
		for (int i = 0; i < count; i++)
			out = put64(out, residuals[i]);
		return out;
	}
	for (int i = 0; i < count; i++)
	{
		window |= (residuals[i] & mask) << filled;
		for (filled += width; filled >= 8; filled -= 8)
		{
			*out++ = (uint8_t) window;
			window >>= 8;
		}
	}
	if (filled > 0)
		*out++ = (uint8_t) window;
	return out;
}

/* Pack a group in lanes. */
static uint8_t *
pack_group(uint8_t *out, const uint64_t *residuals, int width)
{
	uint64_t	mask = low_bits(width);
	Lanes		word = {0};
	int			filled = 0;

	for (int row = 0; row < GROUP / LANES; row++)
	{
		Lanes		lanes;

		for (int lane = 0; lane < LANES; lane++)
			lanes[lane] = (uint32_t) (residuals[row * LANES + lane] & mask);
		word |= lanes << filled;
		filled += width;
		if (filled >= 32)
		{
			for (int lane = 0; lane < LANES; lane++)
				out = put32(out, word[lane]);
			filled -= 32;
			word = filled > 0 ? lanes >> (width - filled) : (Lanes) {0};
		}
	}
	return out;
}

/* How many integers are packed where there are so many. */
static int
whole_groups(int count)
{
	return count % GROUP == GROUP - 1 ? count + 1 : count;
}

/* Store what was planned. */
uint8_t *
series_put_stream(uint8_t *out, const StreamPlan *plan)
{
	uint64_t	low[ROOM];
	int			count = whole_groups(plan->count);
	int			outliers = 0;
	int			code = 0;
	int			i = 0;

	for (i = 0; i < plan->count; i++)
	{
		low[i] = plan->residuals[i];
		if (is_outlier(plan, low[i]))
		{
			low[i] = 0;
			outliers++;
		}
	}
	low[i] = 0;

	while (widths[code] != plan->width)
		code++;
	if (outliers == 0 && !plan->unary)
		*out++ = (uint8_t) (plan->kind << KIND_SHIFT | code);
	else
	{
		*out++ = (uint8_t) (plan->kind << KIND_SHIFT | SPREAD | code);
		*out++ = (uint8_t) ((plan->unary ? UNARY : 0) | outliers);
	}
	out = put_varint(out, zigzag((int64_t) plan->base));
	if (plan->unary)
	{
		uint64_t	window = 0;
		int			filled = 0;

		for (i = 0; i < plan->count; i++)
		{
			filled += (int) (low[i] >> plan->width);
			window |= UINT64_C(1) << filled;
			for (filled++; filled >= 8; filled -= 8)
			{
				*out++ = (uint8_t) window;
				window >>= 8;
			}
		}
		if (filled > 0)
			*out++ = (uint8_t) window;
	}

	i = 0;
	if (plan->width <= LANE_WIDTH_MAX)
	{
		for (; i + GROUP <= count; i += GROUP)
			out = pack_group(out, low + i, plan->width);
	}
	out = pack(out, low + i, count - i, plan->width);
	for (i = 0; outliers > 0; i++)
	{
		uint64_t	residual = plan->residuals[i];

		if (is_outlier(plan, residual))
		{
			*out++ = (uint8_t) i;
			out = put_varint(out, plan->kind == OFFSETS ?
							 zigzag((int64_t) residual) : residual);
			outliers--;
		}
	}
	return out;
}

static inline Lanes
load_lanes(const uint8_t *packed, int word)
{
	Lanes		lanes;

	memcpy(&lanes, packed + (size_t) word * sizeof(Lanes), sizeof(Lanes));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	for (int i = 0; i < LANES; i++)
		lanes[i] = __builtin_bswap32(lanes[i]);
#endif
	return lanes;
}

/* Unpack a group from its lanes. */
static void
unpack_group(const uint8_t *packed, int width, uint32_t *residuals)
{
	Lanes		mask = (Lanes) {0} + (uint32_t) low_bits(width);

	for (int row = 0; row < GROUP / LANES; row++)
	{
		int			shift = row * width & 31;
		int			word = row * width >> 5;
		int			after = word + 1 < width ? word + 1 : word;
		Lanes		low = load_lanes(packed, word);
		Lanes		high = load_lanes(packed, after);

		low = (low >> shift | high << 1 << (31 - shift)) & mask;
		memcpy(residuals + row * LANES, &low, sizeof(Lanes));
	}
}

/* Unpack what was packed one after another, readable for 8 bytes more. */
static void
unpack_narrow(const uint8_t *packed, int count, int width,
			  uint32_t *residuals)
{
	uint32_t	mask = (uint32_t) low_bits(width);
	int			each = width <= 7 ? 8 : width <= 14 ? 4 : width <= 28 ? 2 : 1;
	int			bit = 0;

	/* of each load, as many as lie in it whole wherever in a byte they start */
	for (int i = 0; i < count; i += each, bit += each * width)
	{
		uint64_t	window = load64(packed + bit / 8) >> bit % 8;

		for (int j = 0; j < each; j++)
		{
			residuals[i + j] = (uint32_t) window & mask;
			window >>= width;
		}
	}
}

static bool
get_narrow(SeriesBytes *from, int count, int width, uint32_t *residuals)
{
	size_t		size = packed_size(whole_groups(count), width);
	uint8_t		copy[GROUP * LANE_WIDTH_MAX / 8 + 8];
	int			i = 0;

	if (bytes_left(from) < size)
		return false;
	if (width == 0)
	{
		memset(residuals, 0, sizeof(uint32_t) * (size_t) count);
		return true;
	}
	for (; i + GROUP <= whole_groups(count); i += GROUP)
	{
		unpack_group(from->next, width, residuals + i);
		from->next += GROUP / 8 * width;
		size -= (size_t) (GROUP / 8 * width);
	}
	if (i >= count)
		return true;
	if (bytes_left(from) >= size + 8)
		unpack_narrow(from->next, count - i, width, residuals + i);
	else
	{
		memcpy(copy, from->next, size);
		memset(copy + size, 0, 8);
		unpack_narrow(copy, count - i, width, residuals + i);
	}
	from->next += size;
	return true;
}

static bool
get_wide(SeriesBytes *from, int count, int width, uint64_t *residuals)
{
	int			bytes = width / 8;
	int			shift = width % 8;	/* 0, or 4 for 52 */
	size_t		size = packed_size(whole_groups(count), width);

	if (bytes_left(from) < size)
		return false;
	for (int i = 0; i < count; i++)
	{
		size_t		bit = (size_t) i * (size_t) width;
		const uint8_t *packed = from->next + bit / 8;
		uint64_t	residual = 0;

		for (int j = bytes + (shift > 0) - 1; j >= 0; j--)
			residual = residual << 8 | packed[j];
		residuals[i] = residual >> bit % 8 & low_bits(width);
	}
	from->next += size;
	return true;
}

/* Read unary numbers; there is room for eight more. */
static bool
get_unary(SeriesBytes *from, int count, uint8_t *numbers)
{
	const uint8_t *next = from->next;
	int			n = 0;
	uint64_t	zeros = 0;

	while (n < count)
	{
		const UnaryByte *byte;

		if (next == from->end)
			return false;
		byte = &unary_bytes[*next++];
		put64(numbers + n, byte->zeros + zeros);
		n += byte->ones;
		zeros = byte->rest + (byte->ones == 0 ? zeros : 0);
	}
	from->next = next;
	return n == count;
}

/* Whether predictions and errors of 20 bits stay within 32. */
#define NARROW_WIDTH	20
#define NARROW_BASE		(1 << 30)

/* Add up predictions and their errors. */
static void
correct_narrow(StreamKind kind, uint32_t base, int count, uint32_t *integers)
{
	uint32_t	difference = 0;

	switch (kind)
	{
		case OFFSETS:
		case AROUND:
			for (int i = 0; i < count; i++)
				integers[i] += base;
			break;
		case DIFFERENCES:
			for (int i = 0; i < count; i++)
				integers[i] = base += integers[i];
			break;
		case TREND:
			for (int i = 0; i < count; i++)
			{
				difference = (uint32_t) ((int32_t) difference >> 1) +
					integers[i];
				integers[i] = base += difference;
			}
			break;
	}
}

static void
correct_wide(StreamKind kind, uint64_t base, int count, uint64_t *integers)
{
	uint64_t	difference = 0;

	for (int i = 0; i < count; i++)
	{
		switch (kind)
		{
			case OFFSETS:
			case AROUND:
				integers[i] += base;
				break;
			case DIFFERENCES:
				integers[i] = base += integers[i];
				break;
			case TREND:
				difference = half(difference) + integers[i];
				integers[i] = base += difference;
				break;
		}
	}
}

/* Read the numbers that outliers are at, and how far off they are. */
static bool
get_outliers(SeriesBytes *from, int number, int count, Outliers *outliers)
{
	outliers->widest = 0;
	for (int i = 0; i < number; i++)
	{
		uint64_t	error;

		if (!get_byte(from, &outliers->index[i]) ||
			outliers->index[i] >= count || !get_varint(from, &error))
			return false;
		outliers->widest |= error;
		outliers->errors[i] = (uint64_t) unzigzag(error);
	}
	return true;
}

/* Read a stream of at least one integer. */
SeriesStatus
series_get_stream(SeriesBytes *from, int count, SeriesIntegers *integers)
{
	uint32_t   *narrow = integers->narrow;
	uint64_t   *wide = integers->wide;
	Outliers	outliers;
	uint8_t		unary[ROOM];
	uint8_t		head;
	uint8_t		spread = 0;
	int			num_outliers;
	int64_t		base;
	int			width;
	StreamKind	kind;

	if (!get_byte(from, &head) ||
		(head & SPREAD && !get_byte(from, &spread)) || !get_signed(from, &base))
		return SERIES_CORRUPT;
	kind = (StreamKind) (head >> KIND_SHIFT);
	width = widths[head & WIDTH_CODE];
	num_outliers = spread & OUTLIERS_MAX;
	if (spread & UNARY &&
		(width > UNARY_WIDTH_MAX || !get_unary(from, count, unary)))
		return SERIES_CORRUPT;

	if (width > LANE_WIDTH_MAX)
	{
		if (!get_wide(from, count, width, wide))
			return SERIES_CORRUPT;
		for (int i = 0; i < count && kind != OFFSETS; i++)
			wide[i] = (uint64_t) unzigzag(wide[i]);
	}
	else
	{
		if (!get_narrow(from, count, width, narrow))
			return SERIES_CORRUPT;
		if (spread & UNARY)
		{
			for (int i = 0; i < count; i++)
				narrow[i] |= (uint32_t) unary[i] << width;
		}
		if (kind != OFFSETS)
		{
			for (int i = 0; i < count; i++)
				narrow[i] = narrow[i] >> 1 ^ (0 - (narrow[i] & 1));
		}
	}
	if (!get_outliers(from, num_outliers, count, &outliers))
		return SERIES_CORRUPT;

	integers->is_narrow = base > -NARROW_BASE && base < NARROW_BASE &&
		width + (spread & UNARY ? 5 : 0) <= NARROW_WIDTH &&
		outliers.widest >> NARROW_WIDTH == 0;
	if (integers->is_narrow)
	{
		for (int i = 0; i < num_outliers; i++)
			narrow[outliers.index[i]] = (uint32_t) outliers.errors[i];
		correct_narrow(kind, (uint32_t) base, count, narrow);
		return SERIES_OK;
	}
	if (width <= LANE_WIDTH_MAX)
	{
		for (int i = 0; i < count; i++)
			wide[i] = kind == OFFSETS ? narrow[i] :
				(uint64_t) (int64_t) (int32_t) narrow[i];
	}
	for (int i = 0; i < num_outliers; i++)
		wide[outliers.index[i]] = outliers.errors[i];
	correct_wide(kind, (uint64_t) base, count, wide);
	return SERIES_OK;
}
