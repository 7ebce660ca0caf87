/*
 * weight.c
 *		Rules that look for fluid retention in the daily weight of people
 *		with heart failure.
 *
 * The fixed rule is the one of guidelines; moving-average convergence was
 * tried on weights by Zhang et al., Eur J Heart Fail 2009;11:420, and both it
 * and the cumulative sum (Page, Biometrika 1954;41:100) by Gyllensten et al.,
 * JMIR Med Inform 2016;4:e3.  Everything but the series is in kilograms.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"

#include "clinical.h"
#include "compat.h"
#include "series_moving.h"
#include "series_time.h"

/* Scales show no less than a gram: where 2 kg are meant, 1.9999999 are 2. */
static double
to_gram(double kilograms)
{
	return clinical_round(kilograms * 1000) / 1000;
}

static void
read_weights(SeriesPoints *points, FunctionCallInfo fcinfo)
{
	double		factor = clinical_factor(BODY_WEIGHT, PG_GETARG_TEXT_PP(1));

	series_read_points(points, PG_GETARG_DATUM(0));
	for (Size i = 0; i < points->count; i++)
		points->values[i] *= factor;
	if (factor != 1)
		points->exponent = -1;
}

static void
put_statistic(SeriesWriter *writer, TimestampTz time, double kilograms)
{
	series_check_value(kilograms);
	series_add_point(writer, time, kilograms);
}

/*
 * weight_gain(series, unit, gain, within): the readings that exceed another,
 * not longer before, by as much.
 *
 * Kept in order are the readings that may yet be the lowest within the time:
 * each is lighter than all after it.
 */
PG_FUNCTION_INFO_V1(weight_gain);
Datum
weight_gain(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	double		gain = clinical_amount(fcinfo, 2, "gain");
	int64		within = series_get_duration(fcinfo, 3, "within");
	SeriesPoints points;
	Size	   *lowest;
	Size		from = 0;
	Size		to = 0;

	InitMaterializedSRF(fcinfo, 0);
	read_weights(&points, fcinfo);
	lowest = MemoryContextAllocHuge(CurrentMemoryContext,
									sizeof(Size) * points.count);
	for (Size i = 0; i < points.count; i++)
	{
		double		weight = points.values[i];
		double		gained;

		CHECK_FOR_INTERRUPTS();
		while (from < to && series_distance(points.times[lowest[from]],
											points.times[i]) > (uint64) within)
			from++;
		while (from < to && points.values[lowest[to - 1]] >= weight)
			to--;
		lowest[to++] = i;
		gained = to_gram(weight - points.values[lowest[from]]);
		if (gained >= gain && gained > 0)
		{
			Datum		values[4];
			bool		nulls[4] = {false, false, false, false};

			values[0] = TimestampTzGetDatum(points.times[i]);
			values[1] = Float8GetDatum(weight);
			values[2] = Float8GetDatum(series_finite(gained));
			values[3] = TimestampTzGetDatum(points.times[lowest[from]]);
			tuplestore_putvalues(result->setResult, result->setDesc, values,
								 nulls);
		}
	}
	return (Datum) 0;
}

/*
 * weight_convergence(series, unit, short, long): the mean of a short time less
 * the mean of a long one, both up to each reading.
 */
PG_FUNCTION_INFO_V1(weight_convergence);
Datum
weight_convergence(PG_FUNCTION_ARGS)
{
	int64		short_window = series_get_duration(fcinfo, 2, "short_window");
	int64		long_window = series_get_duration(fcinfo, 3, "long_window");
	SeriesPoints points;
	float8	   *fast;
	float8	   *slow;
	SeriesWriter writer;

	if (short_window == 0 || long_window <= short_window)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("long_window must be longer than short_window, and that longer than nothing")));
	read_weights(&points, fcinfo);
	fast = series_moving_means(&points, (uint64) short_window, false);
	slow = series_moving_means(&points, (uint64) long_window, false);
	series_start_writing(&writer);
	for (Size i = 0; i < points.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_statistic(&writer, points.times[i], to_gram(fast[i] - slow[i]));
	}
	PG_RETURN_POINTER(series_write(&writer));
}

/*
 * weight_cusum(series, unit, baseline, slack): what has been gained over the
 * baseline and more than the slack, summed up, from nothing whenever it is
 * less.
 */
PG_FUNCTION_INFO_V1(weight_cusum);
Datum
weight_cusum(PG_FUNCTION_ARGS)
{
	double		baseline = clinical_amount(fcinfo, 2, "baseline");
	double		slack = clinical_amount(fcinfo, 3, "slack");
	double		sum = 0;
	SeriesPoints points;
	SeriesWriter writer;

	read_weights(&points, fcinfo);
	series_start_writing(&writer);
	for (Size i = 0; i < points.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		sum = Max(0.0, to_gram(sum + points.values[i] - baseline - slack));
		put_statistic(&writer, points.times[i], sum);
	}
	PG_RETURN_POINTER(series_write(&writer));
}
