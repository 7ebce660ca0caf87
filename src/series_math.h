/*
 * series_math.h - sums, means, deviations and quantiles of values
 *
 * Like the codec these need no server.  All take finite values, at least one.
 */
#ifndef SERIES_MATH_H
#define SERIES_MATH_H

#include <stddef.h>

/* The least and the greatest of some values. */
typedef struct SeriesExtremes
{
	double		min;
	double		max;
} SeriesExtremes;

/*
 * What values are multiplied by, so that computing with their squares or
 * products neither overflows nor loses them.  A power of two, and after
 * multiplying nothing is greater than 1.
 */
typedef struct SeriesScale
{
	double		first;			/* as one factor this may not be a double */
	double		second;
} SeriesScale;

extern SeriesExtremes series_extremes(const double *values, size_t count);
extern double series_sum(const double *values, size_t count, int exponent,
						 SeriesExtremes extremes);
extern double series_mean(const double *values, size_t count, int exponent,
						  SeriesExtremes extremes);
extern SeriesScale series_scale(SeriesExtremes extremes);
extern double series_deviation(const double *values, size_t count,
							   double mean, SeriesExtremes extremes);
extern double series_quantile(double *values, size_t from, size_t count,
							  double fraction);
extern double series_round(double value, int digits);

static inline double
series_scaled(double value, SeriesScale scale)
{
	return value * scale.first * scale.second;
}

static inline double
series_unscaled(double value, SeriesScale scale)
{
	return value / scale.second / scale.first;
}

#endif							/* SERIES_MATH_H */
