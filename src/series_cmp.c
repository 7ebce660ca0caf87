/*
 * series_cmp.c
 *		Comparison and hashing of series, point by point: how their bytes came
 *		about plays no part.
 *
 * A series is ordered like the list of its (time, value) rows, with values
 * compared as float8 compares them; so 0.0 equals -0.0.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "compat.h"
#include "series.h"

/* Whether the bytes are the same, in which case the points are. */
static bool
same_bytes(struct varlena *a, struct varlena *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

static int
compare(FunctionCallInfo fcinfo)
{
	struct varlena *left = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *right = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	SeriesCursor a;
	SeriesCursor b;
	int			result = 0;

	if (!same_bytes(left, right))
	{
		series_start_walk(&a, PointerGetDatum(left));
		series_start_walk(&b, PointerGetDatum(right));
		while (result == 0 && !series_at_end(&a) && !series_at_end(&b))
		{
			TimestampTz time_a = series_time(&a);
			TimestampTz time_b = series_time(&b);
			float8		value_a = series_value(&a);
			float8		value_b = series_value(&b);

			result = (time_a > time_b) - (time_a < time_b);
			if (result == 0)
				result = (value_a > value_b) - (value_a < value_b);
			series_step(&a);
			series_step(&b);
		}
		if (result == 0)
			result = series_at_end(&b) - series_at_end(&a);
	}
	PG_FREE_IF_COPY(left, 0);
	PG_FREE_IF_COPY(right, 1);
	return result;
}

/* Equality looks at the summaries first: they seldom agree by chance. */
static bool
are_equal(FunctionCallInfo fcinfo)
{
	SeriesSummary a;
	SeriesSummary b;

	series_get_summary(PG_GETARG_DATUM(0), &a);
	series_get_summary(PG_GETARG_DATUM(1), &b);
	return a.count == b.count &&
		a.first_time == b.first_time && a.last_time == b.last_time &&
		a.first_value == b.first_value && a.last_value == b.last_value &&
		a.min_value == b.min_value && a.max_value == b.max_value &&
		compare(fcinfo) == 0;
}

PG_FUNCTION_INFO_V1(series_eq);
Datum
series_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(are_equal(fcinfo));
}

PG_FUNCTION_INFO_V1(series_ne);
Datum
series_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!are_equal(fcinfo));
}

PG_FUNCTION_INFO_V1(series_lt);
Datum
series_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(series_le);
Datum
series_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(series_gt);
Datum
series_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(series_ge);
Datum
series_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(series_cmp);
Datum
series_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare(fcinfo));
}

/* Hash the points, with one zero. */
static uint64
hash_points(Datum datum, uint64 seed)
{
	SeriesReader reader;
	uint64		hash = seed;

	series_start_reading(&reader, datum);
	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
		{
			SeriesPoint point = {reader.block.times[i],
			reader.block.values[i]};

			if (point.value == 0)
				point.value = 0;

			hash = hash_bytes_extended((unsigned char *) &point,
									   sizeof(point), hash);
		}
	}
	return hash;
}

PG_FUNCTION_INFO_V1(series_hash);
Datum
series_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT32((uint32) hash_points(PG_GETARG_DATUM(0), 0));
}

PG_FUNCTION_INFO_V1(series_hash_extended);
Datum
series_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT64(hash_points(PG_GETARG_DATUM(0),
								 (uint64) PG_GETARG_INT64(1)));
}
