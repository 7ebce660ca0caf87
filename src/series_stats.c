/*
 * series_stats.c
 *		Questions about the values of a series that its summary does not answer.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "series_math.h"
#include "series_args.h"

#define MICROSECONDS_PER_DAY	((float8) USECS_PER_DAY)

/* The points of an argument, and their extremes. */
static SeriesExtremes
get_points(FunctionCallInfo fcinfo, SeriesPoints *points)
{
	series_read_points(points, PG_GETARG_DATUM(0));
	return series_extremes(points->values, points->count);
}

PG_FUNCTION_INFO_V1(series_sum_value);
Datum
series_sum_value(PG_FUNCTION_ARGS)
{
	SeriesPoints points;
	SeriesExtremes extremes = get_points(fcinfo, &points);

	PG_RETURN_FLOAT8(series_finite(series_sum(points.values, points.count,
											  points.exponent, extremes)));
}

PG_FUNCTION_INFO_V1(series_stddev_value);
Datum
series_stddev_value(PG_FUNCTION_ARGS)
{
	SeriesPoints points;
	SeriesExtremes extremes = get_points(fcinfo, &points);
	float8		mean;

	if (points.count < 2)
		PG_RETURN_NULL();
	mean = series_mean(points.values, points.count, points.exponent, extremes);
	PG_RETURN_FLOAT8(series_finite(series_deviation(points.values, points.count,
													mean, extremes)));
}

PG_FUNCTION_INFO_V1(series_cv);
Datum
series_cv(PG_FUNCTION_ARGS)
{
	SeriesPoints points;
	SeriesExtremes extremes = get_points(fcinfo, &points);
	float8		mean = series_mean(points.values, points.count,
								   points.exponent, extremes);
	float8		deviation;

	if (points.count < 2 || mean == 0)
		PG_RETURN_NULL();
	deviation = series_deviation(points.values, points.count, mean, extremes);
	PG_RETURN_FLOAT8(series_finite(100 * (deviation / mean)));
}

/* The time of the first point that has the least or the greatest value. */
static Datum
time_of_extreme(FunctionCallInfo fcinfo, bool greatest)
{
	SeriesReader reader;
	const SeriesBlock *block = &reader.block;
	TimestampTz time = 0;
	float8		extreme = 0;
	bool		found = false;

	series_start_reading(&reader, PG_GETARG_DATUM(0));
	while (series_read_block(&reader))
	{
		for (int i = 0; i < block->count; i++)
		{
			if (!found || (greatest ? block->values[i] > extreme :
						   block->values[i] < extreme))
			{
				found = true;
				time = block->times[i];
				extreme = block->values[i];
			}
		}
	}
	PG_RETURN_TIMESTAMPTZ(time);
}

PG_FUNCTION_INFO_V1(series_min_time);
Datum
series_min_time(PG_FUNCTION_ARGS)
{
	return time_of_extreme(fcinfo, false);
}

PG_FUNCTION_INFO_V1(series_max_time);
Datum
series_max_time(PG_FUNCTION_ARGS)
{
	return time_of_extreme(fcinfo, true);
}

static void
check_fraction(float8 fraction)
{
	if (!(fraction >= 0 && fraction <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("percentile must be between 0 and 1, not %g",
						fraction),
				 errhint("The median is 0.5.")));
}

/* percentile(series, float8) */
PG_FUNCTION_INFO_V1(series_percentile);
Datum
series_percentile(PG_FUNCTION_ARGS)
{
	float8		fraction = PG_GETARG_FLOAT8(1);
	SeriesPoints points;

	check_fraction(fraction);
	series_read_points(&points, PG_GETARG_DATUM(0));
	PG_RETURN_FLOAT8(series_quantile(points.values, 0, points.count, fraction));
}

/* percentile(series, float8[]) */
PG_FUNCTION_INFO_V1(series_percentiles);
Datum
series_percentiles(PG_FUNCTION_ARGS)
{
	int			count;
	ArrayType  *array = series_get_array(fcinfo, 1, &count);
	float8	   *fractions = (float8 *) ARR_DATA_PTR(array);
	float8		previous = 0;
	SeriesPoints points;

	series_read_points(&points, PG_GETARG_DATUM(0));
	for (int i = 0; i < count; i++)
	{
		float8		fraction = fractions[i];
		Size		from = 0;

		CHECK_FOR_INTERRUPTS();
		check_fraction(fraction);
		if (fraction >= previous)
			from = (Size) (previous * (float8) (points.count - 1));
		fractions[i] = series_quantile(points.values, from, points.count,
									   fraction);
		previous = fraction;
	}
	PG_RETURN_ARRAYTYPE_P(array);
}

/* Days from one point to another. */
static float8
days_between(const SeriesPoints *points, Size from, Size until)
{
	return (float8) ((uint64) points->times[until] -
					 (uint64) points->times[from]) / MICROSECONDS_PER_DAY;
}

/* The slope of the line of least squares, per day. */
PG_FUNCTION_INFO_V1(series_slope);
Datum
series_slope(PG_FUNCTION_ARGS)
{
	SeriesPoints points;
	SeriesExtremes extremes = get_points(fcinfo, &points);
	SeriesScale scale = series_scale(extremes);
	float8		mean_time = 0;
	float8		mean_value;
	float8		products = 0;
	float8		squares = 0;

	if (points.count < 2)
		PG_RETURN_NULL();
	mean_value = series_scaled(series_mean(points.values, points.count,
										   points.exponent, extremes), scale);
	for (Size i = 0; i < points.count; i++)
		mean_time += days_between(&points, 0, i);
	mean_time /= (float8) points.count;
	for (Size i = 0; i < points.count; i++)
	{
		float8		time = days_between(&points, 0, i) - mean_time;

		products += time * (series_scaled(points.values[i], scale) - mean_value);
		squares += time * time;
	}
	PG_RETURN_FLOAT8(series_finite(series_unscaled(products / squares, scale)));
}
