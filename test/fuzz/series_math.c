/*
 * series_math.c - fuzzing of sums, means, deviations and quantiles
 *
 * Input is doubles.  Results lie where they must, a quantile between the
 * values that sorting puts it between, and exact sums do not depend on the order.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "series_math.h"

#define MAX_VALUES	512

static int
compare(const void *left, const void *right)
{
	double		a = *(const double *) left;
	double		b = *(const double *) right;

	return (a > b) - (a < b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double		values[MAX_VALUES];
	double		sorted[MAX_VALUES];
	size_t		count = 0;
	size_t		rank;
	double		fraction;
	double		mean;
	double		quantile;
	SeriesExtremes extremes;

	if (size < 2)
		return 0;
	fraction = data[0] / 255.0;
	for (size_t at = 2; at + 8 <= size && count < MAX_VALUES; at += 8)
	{
		double		value;
		int64_t		integer;

		/* Mostly short decimals, for they take other ways. */
		memcpy(&value, data + at, sizeof(value));
		memcpy(&integer, data + at, sizeof(integer));
		if (data[1] & 1)
			value = (double) (integer % 100000) / 100.0;
		if (isfinite(value))
			values[count++] = value;
	}
	if (count == 0)
		return 0;

	memcpy(sorted, values, sizeof(double) * count);
	qsort(sorted, count, sizeof(double), compare);
	extremes = series_extremes(values, count);
	if (extremes.min != sorted[0] || extremes.max != sorted[count - 1])
		abort();
	mean = series_mean(values, count, data[1] & 1 ? 2 : -1, extremes);
	if (!(mean >= extremes.min && mean <= extremes.max))
		abort();
	if (data[1] & 1 &&
		(mean != series_mean(sorted, count, -1, extremes) ||
		 series_sum(values, count, 2, extremes) !=
		 series_sum(sorted, count, -1, extremes)))
		abort();
	if (count > 1 &&
		!(series_deviation(values, count, mean, extremes) >= 0))
		abort();
	for (int digits = -14; digits <= 14; digits++)
	{
		double		rounded = series_round(values[0], digits);

		if (!isfinite(rounded) || series_round(rounded, digits) != rounded)
			abort();
	}
	rank = (size_t) (fraction * (double) (count - 1));
	quantile = series_quantile(values, 0, count, fraction);
	if (!(quantile >= sorted[rank] &&
		  quantile <= sorted[rank + 1 < count ? rank + 1 : rank]))
		abort();
	if (series_quantile(values, rank, count, 1.0) != sorted[count - 1] ||
		series_quantile(values, rank, count, fraction) != quantile)
		abort();
	return 0;
}
