/*
 * series_math.c - sums, means, deviations and quantiles of values
 *
 * What comes out depends on nothing but the values in their order: not on
 * the blocks that they were stored in, nor on what stands beside them.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "series_codec.h"
#include "series_math.h"

/* Below this, doubles have a bit to spare to tell integers and halves apart. */
#define EXACT		2251799813685248.0	/* 2^51 */

/* Added to a number less than EXACT, it leaves the nearest integer in the
 * last bits of the sum: adding these up needs no conversion. */
#define ROUNDER		6755399441055744.0	/* 2^52 + 2^51 */
#define ROUNDER_BITS UINT64_C(0x4338000000000000)

static double
lesser(double a, double b)
{
	return b < a ? b : a;
}

static double
greater(double a, double b)
{
	return b > a ? b : a;
}

/* Comparisons in several chains, which processors follow side by side. */
#define CHAINS	4

SeriesExtremes
series_extremes(const double *values, size_t count)
{
	double		min[CHAINS];
	double		max[CHAINS];
	size_t		i = 0;

	for (int j = 0; j < CHAINS; j++)
		min[j] = max[j] = values[0];
	for (; i + CHAINS <= count; i += CHAINS)
	{
		for (int j = 0; j < CHAINS; j++)
		{
			min[j] = lesser(min[j], values[i + j]);
			max[j] = greater(max[j], values[i + j]);
		}
	}
	for (; i < count; i++)
	{
		min[0] = lesser(min[0], values[i]);
		max[0] = greater(max[0], values[i]);
	}
	for (int j = 1; j < CHAINS; j++)
	{
		min[0] = lesser(min[0], min[j]);
		max[0] = greater(max[0], max[j]);
	}
	return (SeriesExtremes) {
		min[0], max[0]
	};
}

/*
 * Whether values that are integers when scaled by 10^exponent, and any sum of
 * them, and the product of their number and the scale, are exact.
 */
static bool
is_exact(size_t count, int exponent, SeriesExtremes extremes)
{
	double		greatest = greater(fabs(extremes.min), fabs(extremes.max));

	return greater(greatest, 1.0) * series_power10[exponent] * (double) count <
		EXACT;
}

/* The fewest decimals that all values have in common; -1 if too many. */
static int
common_exponent(const double *values, size_t count)
{
	int			exponent = 0;
	int64_t		scaled;

	for (size_t i = 0; i < count; i++)
	{
		while (values[i] != 0 && !series_decimal(values[i], exponent, &scaled))
		{
			if (++exponent > SERIES_MAX_EXPONENT)
				return -1;
		}
	}
	return exponent;
}

/*
 * The sum of values in some unit: of decimals the exact sum of the decimals;
 * of others the sum in order with the compensation of Neumaier (ZAMM 54,
 * 1974), made smaller before where it could overflow.
 */
static double
add_up(const double *values, size_t count, int exponent,
	   SeriesExtremes extremes, double *unit)
{
	double		sum = 0.0;
	double		lost = 0.0;

	if (exponent < 0 || !is_exact(count, exponent, extremes))
		exponent = common_exponent(values, count);
	if (exponent >= 0 && is_exact(count, exponent, extremes))
	{
		double		power = series_power10[exponent];
		uint64_t	total = 0;

		for (size_t i = 0; i < count; i++)
		{
			double		rounded = values[i] * power + ROUNDER;
			uint64_t	bits;

			memcpy(&bits, &rounded, sizeof(bits));
			total += bits;
		}
		*unit = power;
		return (double) (int64_t) (total - ROUNDER_BITS * count);
	}

	*unit = fmax(fabs(extremes.min), fabs(extremes.max)) < 1e290 ?
		1.0 : ldexp(1.0, -40);
	for (size_t i = 0; i < count; i++)
	{
		double		value = values[i] * *unit;
		double		total = sum + value;

		if (fabs(sum) >= fabs(value))
			lost += (sum - total) + value;
		else
			lost += (value - total) + sum;
		sum = total;
	}
	return sum + lost;
}

/*
 * The sum, infinite where it is out of range.  exponent is a number of
 * decimals known to be common to the values, or -1.
 */
double
series_sum(const double *values, size_t count, int exponent,
		   SeriesExtremes extremes)
{
	double		unit;
	double		sum = add_up(values, count, exponent, extremes, &unit);

	return sum / unit;
}

/* The mean, which being rounded must not leave the range of the values. */
double
series_mean(const double *values, size_t count, int exponent,
			SeriesExtremes extremes)
{
	double		unit;
	double		sum = add_up(values, count, exponent, extremes, &unit);
	double		mean = unit < 1 ? sum / (double) count / unit :
		sum / ((double) count * unit);

	return greater(extremes.min, lesser(mean, extremes.max));
}

SeriesScale
series_scale(SeriesExtremes extremes)
{
	double		greatest = fmax(fabs(extremes.min), fabs(extremes.max));
	int			shift = greatest > 0 ? ilogb(greatest) + 1 : 0;

	return (SeriesScale) {
		ldexp(1.0, -(shift / 2)), ldexp(1.0, -(shift - shift / 2))
	};
}

/*
 * The standard deviation of a sample, by two passes with a correction for the
 * rounding of the mean (Chan, Golub & LeVeque, American Statistician 37,
 * 1983).  There must be two values at least.  Infinite where it is out of
 * range.
 */
double
series_deviation(const double *values, size_t count, double mean,
				 SeriesExtremes extremes)
{
	SeriesScale scale;
	double		squares = 0.0;
	double		rest = 0.0;
	double		variance;

	if (extremes.min == extremes.max)
		return 0.0;
	scale = series_scale(extremes);
	mean = series_scaled(mean, scale);
	for (size_t i = 0; i < count; i++)
	{
		double		distance = series_scaled(values[i], scale) - mean;

		rest += distance;
		squares += distance * distance;
	}
	variance = (squares - rest * rest / (double) count) / (double) (count - 1);
	return series_unscaled(sqrt(fmax(variance, 0.0)), scale);
}

static int
compare_doubles(const void *left, const void *right)
{
	double		a = *(const double *) left;
	double		b = *(const double *) right;

	return (a > b) - (a < b);
}

static void
swap(double *a, double *b)
{
	double		kept = *a;

	*a = *b;
	*b = kept;
}

/*
 * Order values so far that the one at index k is where sorting would put it,
 * with none greater before and none less after it.  Hoare's selection; where
 * the values manage to defeat it, they are sorted.
 */
static void
select_value(double *values, size_t from, size_t count, size_t k)
{
	size_t		low = from;
	size_t		high = count - 1;
	size_t		budget = count * 8 + 64;

	while (low < high)
	{
		size_t		i = low;
		size_t		j = high;
		double		a = values[low];
		double		b = values[low + (high - low) / 2];
		double		c = values[high];
		double		pivot = fmax(fmin(a, b), fmin(fmax(a, b), c));

		if (budget < high - low)
		{
			qsort(values + low, high - low + 1, sizeof(double),
				  compare_doubles);
			return;
		}
		budget -= high - low;
		for (;;)
		{
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			swap(&values[i++], &values[j--]);
		}

		/* Up to j none is greater than the pivot, after it none is less. */
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
}

/*
 * The value below which a fraction of the values lies, between two of them
 * by linear interpolation, as percentile_cont does.  Reorders the values, so
 * that those up to the rank, fraction * (count - 1), are no greater than the
 * others: who asks for a greater fraction then says so by "from".
 */
double
series_quantile(double *values, size_t from, size_t count, double fraction)
{
	double		rank = fraction * (double) (count - 1);
	size_t		k = (size_t) rank;
	double		part = rank - (double) k;
	double		low;
	double		high;

	if (k >= count - 1)
	{
		k = count - 1;
		part = 0;
	}
	select_value(values, from, count, k);
	low = values[k];
	if (part > 0)
	{
		high = values[k + 1];
		for (size_t i = k + 2; i < count; i++)
			high = values[i] < high ? values[i] : high;
		low = isinf(high - low) ? low * (1 - part) + high * part :
			low + part * (high - low);
	}
	return low + 0.0;			/* no -0: which zero comes first is chance */
}

/*
 * The nearest multiple of 10^-digits, of two the one away from zero.  A value
 * that is a decimal of up to 15 digits is rounded as such: 1.115 becomes 1.12
 * although its double is a little less.  What would have more than 15 digits
 * stays as it is: such decimals cannot be told apart.
 */
double
series_round(double value, int digits)
{
	double		power = series_power10[abs(digits)];
	double		scaled = digits < 0 ? value / power : value * power;
	double		rounded = round(scaled);
	double		from_half = fabs(fabs(scaled - trunc(scaled)) - 0.5);

	if (digits != 0 && fabs(scaled) >= 1e15)
		return value;

	/* Too near to a half for what scaling may have done to it? */
	if (from_half <= fabs(scaled) * 1e-15)
	{
		int			exponent = digits < 0 ? 0 : digits;
		int64_t		integer;

		while (exponent <= SERIES_MAX_EXPONENT &&
			   !series_decimal(value, exponent, &integer))
			exponent++;
		if (exponent == digits)
			return value;
		if (exponent <= SERIES_MAX_EXPONENT &&
			exponent - digits <= SERIES_MAX_EXPONENT)
			rounded = round((double) integer /
							series_power10[exponent - digits]);
	}
	return (digits < 0 ? rounded * power : rounded / power) + 0.0;
}
