/*
 * series_stream_write.c - planning and writing a stream of integers
 */
#include "series_stream.h"

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

/* One in the middle, by sign: it need not be the very median. */
uint64_t
series_middle(const uint64_t *integers, int count)
{
	int64_t		sample[15];
	int			size = count < 15 ? count : 15;

	for (int i = 0; i < size; i++)
	{
		int64_t		integer = (int64_t) integers[i * count / size];
		int			j = i;

		for (; j > 0 && sample[j - 1] > integer; j--)
			sample[j] = sample[j - 1];
		sample[j] = integer;
	}
	return (uint64_t) sample[size / 2];
}

/* What predictions start from. */
static uint64_t
base_of(StreamKind kind, const uint64_t *integers, int count)
{
	int64_t		least = (int64_t) integers[0];

	if (kind == AROUND)
		return series_middle(integers, count);
	for (int i = 1; i < count && kind == OFFSETS; i++)
	{
		if ((int64_t) integers[i] < least)
			least = (int64_t) integers[i];
	}
	return (uint64_t) least;
}

/* How far off the prediction of one integer is. */
static inline uint64_t
residual(StreamKind kind, uint64_t base, const uint64_t *integers, int i)
{
	if (kind == OFFSETS)
		return integers[i] - base;
	if (kind == AROUND)
		return zigzag((int64_t) (integers[i] - base));
	if (i == 0)
		return 0;
	if (kind == DIFFERENCES || i == 1)
		return zigzag((int64_t) (integers[i] - integers[i - 1]));
	return zigzag((int64_t) (integers[i] - integers[i - 1] -
							 half(integers[i - 1] - integers[i - 2])));
}

/* How the residuals are stored, and in about how many bits. */
typedef struct StreamShape
{
	int			bits;
	int			width;
	bool		unary;
} StreamShape;

/* How many residuals have a width; beyond 64 none. */
#define WIDTH_COUNTS	(65 + 5)

/* Take a width for the low bits, if it is better than what there is. */
static void
consider(StreamShape *shape, int width, bool unary, int bits)
{
	if (bits < shape->bits)
	{
		shape->bits = bits;
		shape->width = width;
		shape->unary = unary;
	}
}

/*
 * Choose the width that makes the stream shortest, going by the widths of the
 * residuals.  Residuals of n bits more than are packed take 0.75 * 2^n + 0.5
 * bits in unary on average; a stream with these must be shorter by a margin,
 * since it takes longer to read.
 */
static StreamShape
choose_shape(const int *counts, int count)
{
	StreamShape shape = {INT32_MAX, 64, false};
	int			margin = 8 + count / 16;
	int			widest = 64;
	int			outliers = 0;
	int			outliers_bits = 0;
	int			far = 0;
	int			far_bits = 0;

	while (widest > 0 && counts[widest] == 0)
		widest--;
	for (int width = widest; width >= 0 && far <= OUTLIERS_MAX; width--)
	{
		int			code = width < NUM_WIDTHS ? width : NUM_WIDTHS - 1;

		while (code > 0 && series_widths[code - 1] >= width)
			code--;
		if (outliers <= OUTLIERS_MAX)
			consider(&shape, series_widths[code], false,
					 series_widths[code] * count + outliers_bits);
		if (width <= UNARY_WIDTH_MAX)
		{
			const int  *above = counts + width + 1;
			int			unary = 2 * above[0] + 5 * above[1] + 11 * above[2] +
				23 * above[3];

			consider(&shape, width, true,
					 margin + (width + 1) * count + unary / 2 + far_bits);
		}
		outliers += counts[width];
		outliers_bits += counts[width] * (16 + 8 * (width / 7));
		far += counts[width + 4];
		far_bits += counts[width + 4] * (16 + 8 * ((width + 4) / 7));
	}
	return shape;
}

/*
 * Of many integers, one in so many tells how long the stream will be.  It is
 * an odd number because measurements alternate between morning and evening.
 */
#define STRIDE			3
#define STRIDE_FROM		64

/* Plan how to store at least one integer, which stay where they are. */
void
series_plan_stream(StreamPlan *plan, const uint64_t *integers, int count)
{
	int			stride = count < STRIDE_FROM ? 1 : STRIDE;

	plan->integers = integers;
	plan->count = count;
	plan->bits = INT32_MAX;
	for (StreamKind kind = OFFSETS; kind <= TREND; kind++)
	{
		uint64_t	base = base_of(kind, integers, count);
		int			counts[WIDTH_COUNTS] = {0};
		StreamShape shape;

		for (int i = 0; i < count; i += stride)
			counts[bit_width(residual(kind, base, integers, i))] += stride;
		shape = choose_shape(counts, count);
		shape.bits += 16 + 8 * (int) varint_size(zigzag((int64_t) base));
		if (shape.bits < plan->bits)
		{
			plan->kind = kind;
			plan->bits = shape.bits;
		}
		/* Nothing is shorter than a constant. */
		if (shape.width == 0 && !shape.unary)
			break;
	}
}

/* Residuals that are greater are outliers. */
static uint64_t
greatest_packed(const StreamShape *shape)
{
	if (shape->width == 64)
		return UINT64_MAX;
	return ((uint64_t) (shape->unary ? UNARY_MAX : 1) << shape->width) - 1;
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
	uint32_t	narrow[GROUP];
	Lanes		mask = (Lanes) {0} + (uint32_t) low_bits(width);
	Lanes		word = {0};
	int			filled = 0;

	for (int i = 0; i < GROUP; i++)
		narrow[i] = (uint32_t) residuals[i];
	for (int row = 0; row < GROUP / LANES; row++)
	{
		Lanes		lanes;

		memcpy(&lanes, narrow + row * LANES, sizeof(lanes));
		lanes &= mask;
		word |= lanes << filled;
		filled += width;
		if (filled >= 32)
		{
			word = little_endian(word);
			memcpy(out, &word, sizeof(word));
			out += sizeof(word);
			filled -= 32;
			word = filled > 0 ? lanes >> (width - filled) : (Lanes) {0};
		}
	}
	return out;
}

/* Write what of the residuals is in unary. */
static uint8_t *
put_unary(uint8_t *out, const uint64_t *residuals, int count, int width)
{
	uint64_t	window = 0;
	int			filled = 0;

	for (int i = 0; i < count; i++)
	{
		filled += (int) (residuals[i] >> width);
		window |= UINT64_C(1) << filled;
		for (filled++; filled >= 8; filled -= 8)
		{
			*out++ = (uint8_t) window;
			window >>= 8;
		}
	}
	if (filled > 0)
		*out++ = (uint8_t) window;
	return out;
}

/* Store what was planned. */
uint8_t *
series_put_stream(uint8_t *out, const StreamPlan *plan)
{
	const uint64_t *integers = plan->integers;
	StreamKind	kind = plan->kind;
	int			count = plan->count;
	int			packed = whole_groups(count);
	uint64_t	base = base_of(kind, integers, count);
	uint64_t	residuals[SERIES_BLOCK_POINTS];
	uint64_t	low[SERIES_BLOCK_POINTS];
	int			counts[WIDTH_COUNTS] = {0};
	int			outliers = 0;
	int			code = 0;
	int			i;
	StreamShape shape;
	uint64_t	greatest;

	for (i = 0; i < count; i++)
		residuals[i] = residual(kind, base, integers, i);
	for (i = 0; i < count; i++)
		counts[bit_width(residuals[i])]++;
	shape = choose_shape(counts, count);
	greatest = greatest_packed(&shape);
	for (i = 0; i < count; i++)
	{
		bool		fits = residuals[i] <= greatest;

		low[i] = fits ? residuals[i] : 0;
		outliers += !fits;
	}
	if (packed > count)
		low[count] = 0;

	while (series_widths[code] != shape.width)
		code++;
	if (outliers == 0 && !shape.unary)
		*out++ = (uint8_t) (kind << KIND_SHIFT | code);
	else
	{
		*out++ = (uint8_t) (kind << KIND_SHIFT | SPREAD | code);
		*out++ = (uint8_t) ((shape.unary ? UNARY : 0) | outliers);
	}
	out = put_varint(out, zigzag((int64_t) base));
	if (shape.unary)
		out = put_unary(out, low, count, shape.width);

	i = 0;
	if (shape.width <= LANE_WIDTH_MAX)
	{
		for (; i + GROUP <= packed; i += GROUP)
			out = pack_group(out, low + i, shape.width);
	}
	out = pack(out, low + i, packed - i, shape.width);
	for (i = 0; outliers > 0; i++)
	{
		if (residuals[i] > greatest)
		{
			*out++ = (uint8_t) i;
			out = put_varint(out, kind == OFFSETS ?
							 zigzag((int64_t) residuals[i]) : residuals[i]);
			outliers--;
		}
	}
	return out;
}
