/*
 * series_block_read.c - decoding a block
 */
#include <math.h>

#include "series_block.h"

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
	unit = series_time_units[head & UNIT_MASK];
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
