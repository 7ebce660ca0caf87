/*
 * series_number.c - short decimals, and units of time
 */
#include <limits.h>
#include <math.h>

#include "series_block.h"

/* What it takes to keep a value beside, and about what decimals take. */
#define ODD_VALUE_BITS	72
#define DIGIT_BITS(n)	((n) * 10 / 3)

const double series_power10[SERIES_MAX_EXPONENT + 1] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
	1e14
};

/* Units of time in microseconds, each dividing the next. */
const uint64_t series_time_units[NUM_UNITS] = {
	UINT64_C(1), UINT64_C(10), UINT64_C(100), UINT64_C(1000),
	UINT64_C(10000), UINT64_C(100000), UINT64_C(1000000),
	UINT64_C(5000000), UINT64_C(10000000), UINT64_C(30000000),
	UINT64_C(60000000), UINT64_C(300000000), UINT64_C(900000000),
	UINT64_C(3600000000), UINT64_C(86400000000)
};

/*
 * Rounding to a whole number by adding what leaves no room for a fraction in
 * a double: 1.5 * 2^52.  The sum's low bits are the integer.
 */
#define ROUNDING		0x1.8p52
#define ROUNDING_BITS	UINT64_C(0x4338000000000000)

/*
 * The integer that is value * divisor; *wrong has bits unless dividing the
 * integer gives back the value.  -0.0 is not given back: the integer has no
 * sign.  Without a branch, so that loops become vector instructions.
 */
static inline uint64_t
scale(double value, double divisor, uint64_t *wrong)
{
	double		rounded = value * divisor + ROUNDING;
	double		back = (rounded - ROUNDING) / divisor;
	uint64_t	bits;
	uint64_t	back_bits;
	uint64_t	value_bits;

	memcpy(&bits, &rounded, sizeof(bits));
	memcpy(&back_bits, &back, sizeof(bits));
	memcpy(&value_bits, &value, sizeof(bits));
	/* The low bits are the integer unless that is 2^51 or more. */
	*wrong |= (back_bits ^ value_bits) | (bits ^ ROUNDING_BITS) >> 52;
	return bits - ROUNDING_BITS;
}

/*
 * The integers that are values * divisor; false unless dividing gives back
 * all values.
 */
bool
series_scale_all(const double *values, int count, double divisor,
				 uint64_t *integers)
{
	uint64_t	wrong = 0;

	for (int i = 0; i < count; i++)
		integers[i] = scale(values[i], divisor, &wrong);
	return wrong == 0;
}

bool
series_scale_one(double value, double divisor, int64_t *integer)
{
	uint64_t	wrong = 0;

	*integer = (int64_t) scale(value, divisor, &wrong);
	return wrong == 0;
}

/* The integer that is value * 10^exponent, if that gives back the value. */
bool
series_decimal(double value, int exponent, int64_t *scaled)
{
	return series_scale_one(value, series_power10[exponent], scaled);
}

/* The largest of the common units that divides a distance. */
int
series_unit_code(uint64_t distance)
{
	int			code = NUM_UNITS - 1;

	while (distance % series_time_units[code] != 0)
		code--;
	return code;
}

bool
series_code_unit(int code, uint64_t *unit)
{
	if (code >= NUM_UNITS)
		return false;
	*unit = series_time_units[code];
	return true;
}

/* The least exponent that makes an integer of the value, or one too many. */
static int
least_exponent(double value)
{
	int			exponent = 0;
	int64_t		scaled;

	while (exponent <= SERIES_MAX_EXPONENT &&
		   !series_decimal(value, exponent, &scaled))
		exponent++;
	return exponent;
}

/* So many values tell the exponent of most blocks. */
#define SAMPLE			8

/* The exponent of all values, if it is that of several in a sample; or -1. */
static int
guess_exponent(const SeriesBlock *block)
{
	uint64_t	scaled[SERIES_BLOCK_POINTS];
	int			exponent = 0;
	int			times = 0;

	for (int i = 0; i < SAMPLE; i++)
	{
		int			least = least_exponent(block->values[block->count * i /
													   SAMPLE]);

		times = least == exponent ? times + 1 : least < exponent ? times : 1;
		exponent = least > exponent ? least : exponent;
	}
	if (exponent > SERIES_MAX_EXPONENT || times < 2 ||
		!series_scale_all(block->values, block->count,
						  series_power10[exponent], scaled))
		return -1;
	return exponent;
}

/*
 * The exponent that makes integers of all values, or of all but a few where
 * that is shorter; -1 if of too few.  Of those that are decimals at all,
 * *common is the exponent, or it is -1 if some are not.
 */
int
series_choose_exponent(const SeriesBlock *block, int *common)
{
	int			counts[SERIES_MAX_EXPONENT + 1] = {0};
	int			none = 0;
	int			odd;
	int			best = -1;
	int			best_bits = INT_MAX;
	uint64_t	scaled[SERIES_BLOCK_POINTS];

	*common = guess_exponent(block);
	if (*common >= 0)
		return *common;
	*common = 0;
	for (int i = 0; i < block->count; i++)
	{
		int			exponent = least_exponent(block->values[i]);

		if (exponent <= SERIES_MAX_EXPONENT)
			counts[exponent]++;
		else if (++none > most_odd_values(block))
			break;
		if (exponent > *common)
			*common = exponent;
	}
	/* At the exponent of all, some may have become too large. */
	if (*common <= SERIES_MAX_EXPONENT &&
		!series_scale_all(block->values, block->count,
						  series_power10[*common], scaled))
		*common = SERIES_MAX_EXPONENT + 1;
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

	series_choose_exponent(block, &common);
	return common;
}
