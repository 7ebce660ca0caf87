/*
 * series_block_write.c - encoding a block
 */
#include "series_block.h"

#define HOURS			UINT64_C(3600000000)

/*
 * Divisors to try where the values are no decimals: of values interpolated
 * between three times as many instants, and of glucose in mmol/l by all
 * factors that are in use.
 */
#define NUM_DIVISORS	6

static const double divisors[NUM_DIVISORS] = {
	3, 18, 18.0182, 18.018, 18.016, 18.02
};

/*
 * The step of the grid that times may lie on: the usual distance, or where
 * that is hours, mornings and evenings.
 */
static uint64_t
grid_step(const uint64_t *distances, int count, uint64_t unit)
{
	uint64_t	median = series_middle(distances, count);

	if (median * unit < 6 * HOURS || unit > 12 * HOURS)
		return median;
	return 12 * HOURS / unit;
}

static uint8_t *
put_times(uint8_t *out, const int64_t *times, int count)
{
	uint64_t	distances[SERIES_BLOCK_POINTS];
	uint64_t	places[SERIES_BLOCK_POINTS];
	uint64_t	remainders[SERIES_BLOCK_POINTS];
	StreamPlan	by_distance;
	StreamPlan	by_place;
	StreamPlan	by_remainder;
	uint64_t	unit;
	uint64_t	step;
	uint64_t	offset = 0;
	uint64_t	place = 0;
	int			code = NUM_UNITS - 1;

	if (count <= 1)
	{
		*out++ = 0;
		return out;
	}
	count--;
	for (int i = 0; i < count; i++)
	{
		distances[i] = (uint64_t) times[i + 1] - (uint64_t) times[i];
		while (distances[i] % series_time_units[code] != 0)
			code--;
	}
	unit = series_time_units[code];
	for (int i = 0; i < count; i++)
		distances[i] /= unit;
	series_plan_stream(&by_distance, distances, count);

	step = grid_step(distances, count, unit);
	for (int i = 0; i < count; i++)
	{
		uint64_t	before = place;

		offset += distances[i];
		place = (offset + step / 2) / step;
		places[i] = place - before;
		remainders[i] = offset - place * step;
	}
	series_plan_stream(&by_place, places, count);
	series_plan_stream(&by_remainder, remainders, count);

	if (8 * (int) varint_size(step) + by_place.bits + by_remainder.bits <
		by_distance.bits)
	{
		*out++ = (uint8_t) (code | ON_GRID);
		out = put_varint(out, step);
		out = series_put_stream(out, &by_place);
		return series_put_stream(out, &by_remainder);
	}
	*out++ = (uint8_t) code;
	return series_put_stream(out, &by_distance);
}

/*
 * Make integers of values.  Returns of how many it is not possible, which are
 * marked in "odd" and replaced by those before them.
 */
static int
scale_values(const SeriesBlock *block, double divisor, uint64_t *scaled,
			 bool *odd)
{
	int			num_odd = 0;
	int64_t		integer = 0;

	memset(odd, false, (size_t) block->count);
	if (series_scale_all(block->values, block->count, divisor, scaled))
		return 0;
	for (int i = 0; i < block->count; i++)
	{
		int64_t		previous = integer;

		odd[i] = !series_scale_one(block->values[i], divisor, &integer);
		if (odd[i])
		{
			integer = previous;
			num_odd++;
		}
		scaled[i] = (uint64_t) integer;
	}
	return num_odd;
}

/* Pack bit patterns without the zero bits at the end that all share. */
static uint8_t *
put_patterns(uint8_t *out, const SeriesBlock *block)
{
	uint64_t	patterns[SERIES_BLOCK_POINTS];
	uint64_t	any = 0;
	int			shift = 0;
	StreamPlan	plan;

	memcpy(patterns, block->values, sizeof(double) * block->count);
	for (int i = 0; i < block->count; i++)
		any |= patterns[i];
	while (shift < 63 && (any >> shift & 1) == 0)
		shift++;
	for (int i = 0; i < block->count; i++)
		patterns[i] >>= shift;

	*out++ = BIT_PATTERNS;
	*out++ = (uint8_t) shift;
	series_plan_stream(&plan, patterns, block->count);
	return series_put_stream(out, &plan);
}

static uint8_t *
put_values(uint8_t *out, SeriesBlock *block)
{
	uint64_t	scaled[SERIES_BLOCK_POINTS];
	bool		odd[SERIES_BLOCK_POINTS];
	int			num_odd = block->count;
	int			exponent = series_choose_exponent(block, &block->exponent);
	double		divisor = 1;
	StreamPlan	plan;

	if (exponent >= 0)
		num_odd = scale_values(block, series_power10[exponent], scaled, odd);
	for (int i = 0; i < NUM_DIVISORS && num_odd > most_odd_values(block); i++)
	{
		exponent = -1;
		divisor = divisors[i];
		num_odd = scale_values(block, divisor, scaled, odd);
	}
	if (num_odd > most_odd_values(block))
		return put_patterns(out, block);

	*out++ = (uint8_t) ((exponent < 0 ? HAS_DIVISOR : exponent) |
						(num_odd > 0 ? HAS_ODD_VALUES : 0));
	if (exponent < 0)
		out = put_double(out, divisor);
	if (num_odd > 0)
	{
		*out++ = (uint8_t) num_odd;
		for (int i = 0; i < block->count; i++)
		{
			if (odd[i])
			{
				*out++ = (uint8_t) i;
				out = put_double(out, block->values[i]);
			}
		}
	}
	series_plan_stream(&plan, scaled, block->count);
	return series_put_stream(out, &plan);
}

/*
 * Encode a block; out has room for SERIES_BLOCK_MAX bytes.  Its first time
 * is not stored in it.  Sets block->exponent.
 */
size_t
series_encode_block(SeriesBlock *block, uint8_t *out)
{
	uint8_t    *end = put_times(out, block->times, block->count);

	return (size_t) (put_values(end, block) - out);
}
