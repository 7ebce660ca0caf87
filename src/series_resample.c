/*
 * series_resample.c
 *		A series on a grid of hours, days, weeks or months.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "series_grid.h"
#include "series_math.h"
#include "series_args.h"

typedef enum ResampleMethod
{
	RESAMPLE_MEAN,
	RESAMPLE_MIN,
	RESAMPLE_MAX,
	RESAMPLE_FIRST,
	RESAMPLE_LAST,
	RESAMPLE_SUM,
	RESAMPLE_COUNT,
	RESAMPLE_MEDIAN
} ResampleMethod;

static const char *const methods[] = {
	"mean", "min", "max", "first", "last", "sum", "count", "median", NULL
};

/* A walk over the buckets that have points. */
typedef struct BucketWalk
{
	SeriesPoints points;
	SeriesGrid *grid;

	/* the bucket at hand */
	TimestampTz start;
	float8	   *values;
	Size		count;
	Size		next;			/* the first point after it */
} BucketWalk;

static void
start_buckets(BucketWalk *walk, FunctionCallInfo fcinfo, int zone)
{
	walk->grid = series_get_grid(fcinfo, 1, zone, zone + 1);
	series_read_points(&walk->points, PG_GETARG_DATUM(0));
	walk->next = 0;
}

static bool
next_bucket(BucketWalk *walk)
{
	Size		first = walk->next;
	Size		next = first;
	Size		count = walk->points.count;
	const TimestampTz *times = walk->points.times;
	TimestampTz end;

	CHECK_FOR_INTERRUPTS();
	if (first == count)
		return false;
	walk->start = series_find_bucket(walk->grid, times[first], &end);
	while (next < count && times[next] < end)
		next++;
	walk->values = walk->points.values + first;
	walk->count = next - first;
	walk->next = next;
	return true;
}

static float8
resample_bucket(const BucketWalk *walk, ResampleMethod method)
{
	int			exponent = walk->points.exponent;
	SeriesExtremes extremes;

	switch (method)
	{
		case RESAMPLE_FIRST:
			return walk->values[0];
		case RESAMPLE_LAST:
			return walk->values[walk->count - 1];
		case RESAMPLE_COUNT:
			return (float8) walk->count;
		case RESAMPLE_MEDIAN:
			return series_quantile(walk->values, 0, walk->count, 0.5);
		default:
			break;
	}
	extremes = series_extremes(walk->values, walk->count);
	switch (method)
	{
		case RESAMPLE_MIN:
			return extremes.min;
		case RESAMPLE_MAX:
			return extremes.max;
		case RESAMPLE_SUM:
			return series_sum(walk->values, walk->count, exponent, extremes);
		default:
			return series_mean(walk->values, walk->count, exponent, extremes);
	}
}

/* resample(series, width, method, zone, origin) */
PG_FUNCTION_INFO_V1(series_resample);
Datum
series_resample(PG_FUNCTION_ARGS)
{
	ResampleMethod method = series_get_choice(fcinfo, 2, "method", methods);
	BucketWalk	walk;
	SeriesWriter writer;

	start_buckets(&walk, fcinfo, 3);
	series_start_writing(&writer);
	while (next_bucket(&walk))
		series_add_result(&writer, walk.start, resample_bucket(&walk, method));
	return series_result(fcinfo, &writer);
}

/* bucket_stats(series, width, zone, origin) */
PG_FUNCTION_INFO_V1(series_bucket_stats);
Datum
series_bucket_stats(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext work;
	BucketWalk	walk;

	if (set == NULL || !IsA(set, ReturnSetInfo) ||
		(set->allowedModes & SFRM_Materialize) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));

	/* The caller knows the type; finding it out again takes longer than this. */
	work = MemoryContextSwitchTo(set->econtext->ecxt_per_query_memory);
	set->returnMode = SFRM_Materialize;
	set->setResult = tuplestore_begin_heap((set->allowedModes &
											SFRM_Materialize_Random) != 0,
										   false, work_mem);
	MemoryContextSwitchTo(work);

	start_buckets(&walk, fcinfo, 2);
	while (next_bucket(&walk))
	{
		SeriesExtremes extremes = series_extremes(walk.values, walk.count);
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = TimestampTzGetDatum(walk.start);
		values[1] = Int32GetDatum((int32) walk.count);
		values[2] = Float8GetDatum(series_mean(walk.values, walk.count,
											   walk.points.exponent, extremes));
		values[3] = Float8GetDatum(extremes.min);
		values[4] = Float8GetDatum(extremes.max);
		tuplestore_putvalues(set->setResult, set->expectedDesc, values, nulls);
	}
	PG_RETURN_NULL();
}
