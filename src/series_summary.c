/*
 * series_summary.c
 *		What a series tells of itself without being decoded.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "compat.h"
#include "series.h"

PG_FUNCTION_INFO_V1(series_num_points);
Datum
series_num_points(PG_FUNCTION_ARGS)
{
	SeriesSummary summary;

	series_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_INT32((int32) summary.count);
}

PG_FUNCTION_INFO_V1(series_start_time);
Datum
series_start_time(PG_FUNCTION_ARGS)
{
	SeriesSummary summary;

	series_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_TIMESTAMPTZ(summary.first_time);
}

PG_FUNCTION_INFO_V1(series_end_time);
Datum
series_end_time(PG_FUNCTION_ARGS)
{
	SeriesSummary summary;

	series_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_TIMESTAMPTZ(summary.last_time);
}

PG_FUNCTION_INFO_V1(series_time_span);
Datum
series_time_span(PG_FUNCTION_ARGS)
{
	SeriesSummary summary;
	RangeBound	lower = {0};
	RangeBound	upper = {0};

	series_get_summary(PG_GETARG_DATUM(0), &summary);
	lower.val = TimestampTzGetDatum(summary.first_time);
	lower.inclusive = true;
	lower.lower = true;
	upper.val = TimestampTzGetDatum(summary.last_time);
	upper.inclusive = true;
	PG_RETURN_RANGE_P(smartcare_make_range(lookup_type_cache(TSTZRANGEOID,
															 TYPECACHE_RANGE_INFO),
										   &lower, &upper));
}

PG_FUNCTION_INFO_V1(series_start_value);
Datum
series_start_value(PG_FUNCTION_ARGS)
{
	SeriesSummary summary;

	series_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_FLOAT8(summary.first_value);
}

PG_FUNCTION_INFO_V1(series_end_value);
Datum
series_end_value(PG_FUNCTION_ARGS)
{
	SeriesSummary summary;

	series_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_FLOAT8(summary.last_value);
}

PG_FUNCTION_INFO_V1(series_min_value);
Datum
series_min_value(PG_FUNCTION_ARGS)
{
	SeriesSummary summary;

	series_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_FLOAT8(summary.min_value);
}

PG_FUNCTION_INFO_V1(series_max_value);
Datum
series_max_value(PG_FUNCTION_ARGS)
{
	SeriesSummary summary;

	series_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_FLOAT8(summary.max_value);
}

PG_FUNCTION_INFO_V1(series_mean_value);
Datum
series_mean_value(PG_FUNCTION_ARGS)
{
	SeriesSummary summary;

	series_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_FLOAT8(summary.mean_value);
}
