/*
 * series_filter.c
 *		The points of a series at many stretches of time, or between values.
 */
#include "postgres.h"

#include "utils/fmgrprotos.h"
#include "utils/multirangetypes.h"

#include "compat.h"
#include "period.h"
#include "series_args.h"

/* The instants of a multirange, as periods in order. */
static Period *
get_periods(FunctionCallInfo fcinfo, int argument, int *count)
{
	MultirangeType *ranges = PG_GETARG_MULTIRANGE_P(argument);
	TypeCacheEntry *type = lookup_type_cache(MultirangeTypeGetOid(ranges),
											 TYPECACHE_MULTIRANGE_INFO);
	RangeType **range;
	Period	   *periods;

	multirange_deserialize(type->rngtype, ranges, count, &range);
	periods = palloc(sizeof(Period) * (*count + 1));
	for (int i = 0; i < *count; i++)
		periods[i] = period_of_range(range[i], type->rngtype);
	return periods;
}

/* The periods between periods, one more than these; some may be empty. */
static void
complement(Period *periods, int *count)
{
	int64		since = PG_INT64_MIN;

	for (int i = 0; i < *count; i++)
	{
		int64		after = periods[i].until;

		periods[i].until = periods[i].since;
		if (periods[i].until > PG_INT64_MIN)
			periods[i].until--;
		periods[i].since = since;
		since = after < PG_INT64_MAX ? after + 1 : after;
	}
	periods[(*count)++] = (Period) {since, PG_INT64_MAX};
}

/* Blocks that lie within a period are copied without being encoded again. */
static Datum
keep_periods(FunctionCallInfo fcinfo, const Period *periods, int count)
{
	const Period *period = periods;
	const Period *end = periods + count;
	SeriesReader reader;
	const SeriesBlock *block = &reader.block;
	SeriesWriter writer;

	series_start_reading(&reader, PG_GETARG_DATUM(0));
	series_start_writing(&writer);
	while (period < end)
	{
		series_check(series_seek(&reader, period->since));
		if (!series_read_block(&reader))
			break;
		while (period < end && period->until < block->times[0])
			period++;
		if (period < end && period->since <= block->times[0] &&
			period->until >= block->times[block->count - 1])
		{
			series_check(series_add_block(&writer, &reader));
			continue;
		}
		for (int i = 0; i < block->count; i++)
		{
			while (period < end && period->until < block->times[i])
				period++;
			if (period < end && period->since <= block->times[i])
				series_add_point(&writer, block->times[i], block->values[i]);
		}
	}
	return series_result(fcinfo, &writer);
}

/* slices(series, tstzmultirange) */
PG_FUNCTION_INFO_V1(series_slices);
Datum
series_slices(PG_FUNCTION_ARGS)
{
	int			count;
	Period	   *periods = get_periods(fcinfo, 1, &count);

	return keep_periods(fcinfo, periods, count);
}

/* delete_time(series, tstzmultirange) */
PG_FUNCTION_INFO_V1(series_delete_ranges);
Datum
series_delete_ranges(PG_FUNCTION_ARGS)
{
	int			count;
	Period	   *periods = get_periods(fcinfo, 1, &count);

	complement(periods, &count);
	return keep_periods(fcinfo, periods, count);
}

/* delete_near(series, times, within) */
PG_FUNCTION_INFO_V1(series_delete_near);
Datum
series_delete_near(PG_FUNCTION_ARGS)
{
	int			count;
	TimestampTz *times = series_get_times(fcinfo, 1, &count);
	Datum		within = PG_GETARG_DATUM(2);
	Period	   *periods = palloc(sizeof(Period) * ((Size) count + 1));

	for (int i = 0; i < count; i++)
	{
		Datum		time = TimestampTzGetDatum(times[i]);
		Datum		since = DirectFunctionCall2(timestamptz_mi_interval, time,
												within);
		Datum		until = DirectFunctionCall2(timestamptz_pl_interval, time,
												within);

		periods[i].since = DatumGetTimestampTz(since);
		periods[i].until = DatumGetTimestampTz(until);
	}
	complement(periods, &count);
	return keep_periods(fcinfo, periods, count);
}

/* filter(series, low, high, bounds) */
PG_FUNCTION_INFO_V1(series_filter);
Datum
series_filter(PG_FUNCTION_ARGS)
{
	float8		low;
	float8		high;
	SeriesReader reader;
	SeriesWriter writer;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	series_get_range(fcinfo, 1, 3, &low, &high);
	series_start_reading(&reader, PG_GETARG_DATUM(0));
	series_start_writing(&writer);
	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
		{
			float8		value = reader.block.values[i];

			if (value >= low && value <= high)
				series_add_point(&writer, reader.block.times[i], value);
		}
	}
	return series_result(fcinfo, &writer);
}
