/*
 * series_block.c - one block of up to 128 points
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
#include <limits.h>
#include <math.h>
#include <stdlib.h>

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

/* What it takes to keep a value beside, and about what decimals take. */
#define ODD_VALUE_BITS	72
#define DIGIT_BITS(n)	((n) * 10 / 3)

/* A decimal has at most 15 digits: any such is told apart by its double. */
#define DECIMAL_MAX		1e15

#define HOURS			UINT64_C(3600000000)

/* So many distances tell what the usual one is. */
#define SAMPLE			15

const double series_power10[SERIES_MAX_EXPONENT + 1] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
	1e14
};

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
 * 10^-e as a sum, of which the first part has 21 bits, so that its product
 * with an integer of 32 bits is exact.  With both products added, an integer
 * is divided by 10^e without error: they are off by less than 2^-73.9 of the
 * quotient before they are rounded, and a quotient that is not halfway
 * between two doubles is, with m the one halfway times 2^k,
 * |n * 2^k - m * 10^e| / (n * 2^k) > 2^-54 * 10^-e > 2^-73.94 away from it.
 */
#define QUICK_EXPONENT_MAX 6

static const double inverse_high[QUICK_EXPONENT_MAX + 1] = {
	1, 0x1.9999ap-4, 0x1.47ae1p-7, 0x1.0624ep-10, 0x1.a36e3p-14,
	0x1.4f8b6p-17, 0x1.0c6f8p-20
};
static const double inverse_low[QUICK_EXPONENT_MAX + 1] = {
	0, -0x1.999999999999ap-26, 0x1.1eb851eb851ecp-29, -0x1.6872b020c49bap-33,
	-0x1.4e3bcd35a8588p-38, -0x1.dc725c3dee782p-39, -0x1.7d2849cb252cep-42
};

/* Units of time in microseconds, each dividing the next. */
static const uint64_t time_units[NUM_UNITS] = {
	UINT64_C(1), UINT64_C(10), UINT64_C(100), UINT64_C(1000),
	UINT64_C(10000), UINT64_C(100000), UINT64_C(1000000),
	UINT64_C(5000000), UINT64_C(10000000), UINT64_C(30000000),
	UINT64_C(60000000), UINT64_C(300000000), UINT64_C(900000000),
	UINT64_C(3600000000), UINT64_C(86400000000)
};

/*
 * The integer that is value * divisor, if dividing it gives back the value.
 * -0.0 is not given back: the integer has no sign.
 */
static inline bool
scale(double value, double divisor, int64_t *scaled)
{
	double		product = value * divisor;
	double		back;

	if (!(fabs(product) <= DECIMAL_MAX))
		return false;
	*scaled = (int64_t) (product < 0 ? product - 0.5 : product + 0.5);
	back = (double) *scaled / divisor;
	return memcmp(&back, &value, sizeof(back)) == 0;
}

/* The integer that is value * 10^exponent, if that gives back the value. */
bool
series_decimal(double value, int exponent, int64_t *scaled)
{
	return scale(value, series_power10[exponent], scaled);
}

/* The largest of the common units that divides a distance. */
int
series_unit_code(uint64_t distance)
{
	int			code = NUM_UNITS - 1;

	while (distance % time_units[code] != 0)
		code--;
	return code;
}

bool
series_code_unit(int code, uint64_t *unit)
{
	if (code >= NUM_UNITS)
		return false;
	*unit = time_units[code];
	return true;
}

static int
compare_distances(const void *left, const void *right)
{
	uint64_t	a = *(const uint64_t *) left;
	uint64_t	b = *(const uint64_t *) right;

	return (a > b) - (a < b);
}

/*
 * The step of the grid that times may lie on: the usual distance, or where
 * that is hours, mornings and evenings.
 */
static uint64_t
grid_step(const uint64_t *distances, int count, uint64_t unit)
{
	uint64_t	sample[SAMPLE];
	uint64_t	median;
	int			size = count < SAMPLE ? count : SAMPLE;

	for (int i = 0; i < size; i++)
		sample[i] = distances[i * count / size];
	qsort(sample, (size_t) size, sizeof(uint64_t), compare_distances);
	median = sample[size / 2];
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
		while (distances[i] % time_units[code] != 0)
			code--;
	}
	unit = time_units[code];
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

/* How many of the values are no decimals of a few digits if that is too many. */
static int
most_odd_values(const SeriesBlock *block)
{
	return block->count / 8;
}

/*
 * The exponent that makes integers of all values, or of all but a few where
 * that is shorter; -1 if of too few.  Of those that are decimals at all,
 * *common is the exponent, or it is -1 if some are not.
 */
static int
choose_exponent(const SeriesBlock *block, int *common)
{
	int			counts[SERIES_MAX_EXPONENT + 1] = {0};
	int			none = 0;
	int			odd;
	int			best = -1;
	int			best_bits = INT_MAX;
	int64_t		scaled;

	*common = 0;
	for (int i = 0; i < block->count; i++)
	{
		int			exponent = 0;

		while (exponent <= SERIES_MAX_EXPONENT &&
			   !series_decimal(block->values[i], exponent, &scaled))
			exponent++;
		if (exponent <= SERIES_MAX_EXPONENT)
			counts[exponent]++;
		else if (++none > most_odd_values(block))
			break;
		if (exponent > *common)
			*common = exponent;
	}
	/* At the exponent of all, some may have become too large. */
	for (int i = 0; i < block->count && *common <= SERIES_MAX_EXPONENT; i++)
	{
		if (!series_decimal(block->values[i], *common, &scaled))
			*common = SERIES_MAX_EXPONENT + 1;
	}
	if (*common > SERIES_MAX_EXPONENT)
		*common = -1;

	odd = none;
	for (int exponent = SERIES_MAX_EXPONENT;
		 exponent >= 0 && odd <= most_odd_values(block); exponent--)
	{
		int			bits = ODD_VALUE_BITS * odd +
			DIGIT_BITS(block->count * exponent);

		if (bits <= best_bits)
		{
			best = exponent;
			best_bits = bits;
		}
		odd += counts[exponent];
	}
	return best;
}

int
series_common_exponent(const SeriesBlock *block)
{
	int			common;

	choose_exponent(block, &common);
	return common;
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

	for (int i = 0; i < block->count; i++)
	{
		int64_t		previous = integer;

		odd[i] = !scale(block->values[i], divisor, &integer);
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
	int			exponent = choose_exponent(block, &block->exponent);
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

static inline int64_t
narrow_at(const SeriesIntegers *integers, int i)
{
	return (int32_t) integers->narrow[i];
}

static inline uint64_t
integer_at(const SeriesIntegers *integers, int i)
{
	return integers->is_narrow ? (uint64_t) narrow_at(integers, i) :
		integers->wide[i];
}

/*
 * The times after the first, at distances from one to the next or from places
 * on a grid.  False if they do not increase.
 */
static bool
add_times(const SeriesIntegers *distances, const SeriesIntegers *remainders,
		  uint64_t step, uint64_t unit, SeriesBlock *block)
{
	int64_t    *times = block->times;
	int			count = block->count;
	uint64_t	place = (uint64_t) times[0];
	bool		increasing = true;

	if (!distances->is_narrow || (remainders && !remainders->is_narrow))
	{
		for (int i = 1; i < count; i++)
		{
			place += integer_at(distances, i - 1) * step;
			times[i] = (int64_t) place;
			if (remainders != NULL)
				times[i] = (int64_t)
					(place + integer_at(remainders, i - 1) * unit);
			increasing &= times[i] > times[i - 1];
		}
	}
	else if (remainders != NULL)
	{
		for (int i = 1; i < count; i++)
		{
			place += (uint64_t) narrow_at(distances, i - 1) * step;
			times[i] = (int64_t)
				(place + (uint64_t) narrow_at(remainders, i - 1) * unit);
			increasing &= times[i] > times[i - 1];
		}
	}
	else
	{
		for (int i = 1; i < count; i++)
		{
			place += (uint64_t) narrow_at(distances, i - 1) * step;
			times[i] = (int64_t) place;
			increasing &= times[i] > times[i - 1];
		}
	}
	return increasing;
}

static SeriesStatus
get_times(SeriesBytes *from, int64_t first_time, SeriesBlock *block)
{
	SeriesIntegers distances;
	SeriesIntegers remainders;
	uint64_t	step = 1;
	uint64_t	unit;
	bool		on_grid;
	bool		increasing;
	int			count = block->count - 1;
	uint8_t		head;
	SeriesStatus status;

	block->times[0] = first_time;
	if (!get_byte(from, &head))
		return SERIES_CORRUPT;
	if (head & ~TIMES_KNOWN || (head & UNIT_MASK) >= NUM_UNITS)
		return SERIES_UNSUPPORTED;
	if (count == 0)
		return SERIES_OK;
	on_grid = (head & ON_GRID) != 0;
	if (on_grid && !get_varint(from, &step))
		return SERIES_CORRUPT;
	status = series_get_stream(from, count, &distances);
	if (status == SERIES_OK && on_grid)
		status = series_get_stream(from, count, &remainders);
	if (status != SERIES_OK)
		return status;

	/* Times increase and stay in range, whatever the bytes were. */
	unit = time_units[head & UNIT_MASK];
	increasing = add_times(&distances, on_grid ? &remainders : NULL,
						   step * unit, unit, block);
	return increasing && block->times[count] < SERIES_END_TIME ?
		SERIES_OK : SERIES_CORRUPT;
}

static SeriesStatus
get_patterns(SeriesBytes *from, SeriesBlock *block)
{
	SeriesIntegers patterns;
	uint8_t		shift;
	SeriesStatus status;

	if (!get_byte(from, &shift) || shift > 63)
		return SERIES_CORRUPT;
	status = series_get_stream(from, block->count, &patterns);
	if (status != SERIES_OK)
		return status;
	for (int i = 0; i < block->count; i++)
	{
		uint64_t	pattern = integer_at(&patterns, i) << shift;

		memcpy(&block->values[i], &pattern, sizeof(double));
		if (!isfinite(block->values[i]))
			return SERIES_CORRUPT;
	}
	block->exponent = -1;
	return SERIES_OK;
}

static SeriesStatus
get_values(SeriesBytes *from, SeriesBlock *block)
{
	SeriesIntegers scaled;
	double	   *values = block->values;
	uint8_t		head;
	uint8_t		num_odd = 0;
	int			exponent;
	double		divisor;
	SeriesBytes odd;
	SeriesStatus status;

	if (!get_byte(from, &head))
		return SERIES_CORRUPT;
	if (head & ~VALUES_KNOWN)
		return SERIES_UNSUPPORTED;
	if (head == BIT_PATTERNS)
		return get_patterns(from, block);
	exponent = head & EXPONENT_MASK;
	if (exponent > SERIES_MAX_EXPONENT)
		return SERIES_UNSUPPORTED;
	divisor = series_power10[exponent];
	if (head & HAS_DIVISOR &&
		(!get_double(from, &divisor) || !(divisor >= 1)))
		return SERIES_CORRUPT;
	if (head & HAS_ODD_VALUES)
	{
		if (!get_byte(from, &num_odd) || bytes_left(from) < 9u * num_odd)
			return SERIES_CORRUPT;
	}
	odd = *from;
	from->next += 9 * num_odd;

	status = series_get_stream(from, block->count, &scaled);
	if (status != SERIES_OK)
		return status;
	if (!scaled.is_narrow || exponent > QUICK_EXPONENT_MAX ||
		head & HAS_DIVISOR)
	{
		for (int i = 0; i < block->count; i++)
			values[i] = (double) (int64_t) integer_at(&scaled, i) / divisor;
	}
	else if (exponent == 0)
	{
		for (int i = 0; i < block->count; i++)
			values[i] = (int32_t) scaled.narrow[i];
	}
	else
	{
		double		high = inverse_high[exponent];
		double		low = inverse_low[exponent];

		for (int i = 0; i < block->count; i++)
		{
			double		integer = (int32_t) scaled.narrow[i];

			values[i] = integer * high + integer * low;
		}
	}

	for (int i = 0; i < num_odd; i++)
	{
		uint8_t		index;
		double		value;

		if (!get_byte(&odd, &index) || !get_double(&odd, &value) ||
			index >= block->count)
			return SERIES_CORRUPT;
		values[index] = value;
	}
	block->exponent = head & HAS_DIVISOR ? -1 : exponent;
	if (num_odd > 0 && block->exponent >= 0)
		block->exponent = series_common_exponent(block);
	return SERIES_OK;
}

/* Decode a block of block->count points that takes exactly these bytes. */
SeriesStatus
series_decode_block(const uint8_t *data, size_t size, int64_t first_time,
					SeriesBlock *block)
{
	SeriesBytes from = {data, data + size};
	SeriesStatus status = get_times(&from, first_time, block);

	if (status == SERIES_OK)
		status = get_values(&from, block);
	if (status == SERIES_OK && from.next != from.end)
		status = SERIES_CORRUPT;
	return status;
}
