/*
 * series_ops.c
 *		Series from series: merged, cut, and looked into.
 *
 * Whatever can be, is done block by block: blocks that an operation leaves
 * whole are copied without being encoded again, and slices pass over the
 * blocks before their range without decoding them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/memutils.h"

#include "compat.h"
#include "period.h"
#include "series_args.h"

static Period
get_period(FunctionCallInfo fcinfo, int argument)
{
	RangeType  *range = PG_GETARG_RANGE_P(argument);

	return period_of_range(range,
						   range_get_typcache(fcinfo, RangeTypeGetOid(range)));
}

static TimestampTz
block_end(const SeriesBlock *block)
{
	return block->times[block->count - 1];
}

static void
copy_point(SeriesWriter *writer, SeriesCursor *from)
{
	series_add_point(writer, series_time(from), series_value(from));
	series_step(from);
}

/* Copy the block that a cursor has just come to, if it ends before a time. */
static bool
copy_block(SeriesWriter *writer, SeriesCursor *from, const SeriesCursor *until)
{
	if (from->position > 0 ||
		(!series_at_end(until) &&
		 block_end(&from->reader.block) >= series_time(until)))
		return false;
	series_check(series_add_block(writer, &from->reader));
	series_step_block(from);
	return true;
}

/* Merge series whose times interleave. */
static void
merge_points(SeriesWriter *writer, Datum old_series, Datum new_series)
{
	SeriesCursor old;
	SeriesCursor new;

	series_start_walk(&old, old_series);
	series_start_walk(&new, new_series);
	while (!series_at_end(&old) || !series_at_end(&new))
	{
		if (series_at_end(&new) ||
			(!series_at_end(&old) && series_time(&old) < series_time(&new)))
		{
			if (!copy_block(writer, &old, &new))
				copy_point(writer, &old);
		}
		else
		{
			if (!series_at_end(&old) && series_time(&old) == series_time(&new))
				series_step(&old);
			if (!copy_block(writer, &new, &old))
				copy_point(writer, &new);
		}
	}
}

/* series_merge(old, new): where both have a value, the new one stays. */
PG_FUNCTION_INFO_V1(series_merge);
Datum
series_merge(PG_FUNCTION_ARGS)
{
	Datum		old = PG_GETARG_DATUM(0);
	Datum		new = PG_GETARG_DATUM(1);
	SeriesSummary old_summary;
	SeriesSummary new_summary;
	SeriesWriter writer;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(new);
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(old);

	series_get_summary(old, &old_summary);
	series_get_summary(new, &new_summary);
	series_start_writing(&writer);
	if (old_summary.last_time < new_summary.first_time)
	{
		series_add_series(&writer, old);
		series_add_series(&writer, new);
	}
	else if (new_summary.last_time < old_summary.first_time)
	{
		series_add_series(&writer, new);
		series_add_series(&writer, old);
	}
	else
		merge_points(&writer, old, new);
	return series_result(fcinfo, &writer);
}

PG_FUNCTION_INFO_V1(series_slice);
Datum
series_slice(PG_FUNCTION_ARGS)
{
	Period		period = get_period(fcinfo, 1);
	SeriesReader reader;
	const SeriesBlock *block = &reader.block;
	SeriesWriter writer;

	series_start_reading_part(&reader, PG_GETARG_DATUM(0), period.since,
							  period.until);
	if (period.since <= reader.summary.first_time &&
		period.until >= reader.summary.last_time)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));

	series_start_writing(&writer);
	while (reader.next_time <= period.until && series_read_block(&reader))
	{
		if (block->times[0] >= period.since &&
			block_end(block) <= period.until)
		{
			series_check(series_add_block(&writer, &reader));
			continue;
		}
		for (int i = 0; i < block->count; i++)
		{
			if (block->times[i] >= period.since &&
				block->times[i] <= period.until)
				series_add_point(&writer, block->times[i], block->values[i]);
		}
	}
	return series_result(fcinfo, &writer);
}

/* delete_time(series, tstzrange) */
PG_FUNCTION_INFO_V1(series_delete_range);
Datum
series_delete_range(PG_FUNCTION_ARGS)
{
	Period		period = get_period(fcinfo, 1);
	SeriesReader reader;
	const SeriesBlock *block = &reader.block;
	SeriesWriter writer;

	series_start_reading(&reader, PG_GETARG_DATUM(0));
	if (period.until < reader.summary.first_time ||
		period.since > reader.summary.last_time ||
		period.until < period.since)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));

	series_start_writing(&writer);
	while (series_read_block(&reader))
	{
		if (block->times[0] > period.until || block_end(block) < period.since)
		{
			series_check(series_add_block(&writer, &reader));
			continue;
		}
		for (int i = 0; i < block->count; i++)
		{
			if (block->times[i] < period.since ||
				block->times[i] > period.until)
				series_add_point(&writer, block->times[i], block->values[i]);
		}
	}
	return series_result(fcinfo, &writer);
}

/* delete_time(series, timestamptz[]) */
PG_FUNCTION_INFO_V1(series_delete_times);
Datum
series_delete_times(PG_FUNCTION_ARGS)
{
	int			count;
	TimestampTz *times = series_get_times(fcinfo, 1, &count);
	int			next = 0;
	SeriesReader reader;
	const SeriesBlock *block = &reader.block;
	SeriesWriter writer;

	series_start_reading(&reader, PG_GETARG_DATUM(0));
	series_start_writing(&writer);
	while (series_read_block(&reader))
	{
		while (next < count && times[next] < block->times[0])
			next++;
		if (next == count || times[next] > block_end(block))
		{
			series_check(series_add_block(&writer, &reader));
			continue;
		}
		for (int i = 0; i < block->count; i++)
		{
			while (next < count && times[next] < block->times[i])
				next++;
			if (next == count || times[next] != block->times[i])
				series_add_point(&writer, block->times[i], block->values[i]);
		}
	}
	return series_result(fcinfo, &writer);
}

PG_FUNCTION_INFO_V1(series_value_at);
Datum
series_value_at(PG_FUNCTION_ARGS)
{
	TimestampTz time = PG_GETARG_TIMESTAMPTZ(1);
	SeriesReader reader;
	const SeriesBlock *block = &reader.block;
	const TimestampTz *found = NULL;

	series_start_reading_part(&reader, PG_GETARG_DATUM(0), time, time);
	if (series_read_block(&reader))
		found = bsearch_arg(&time, block->times, block->count,
							sizeof(TimestampTz), series_compare_times, NULL);
	if (found == NULL)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(block->values[found - block->times]);
}

/* An array with room for something of each point. */
static ArrayType *
make_array(const SeriesSummary *summary, Oid element_type)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + (Size) summary->count * 8;
	ArrayType  *array;

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("array is too long"),
				 errdetail("Its %zu elements would take %zu bytes; the most are %zu.",
						   (Size) summary->count, size, (Size) MaxAllocSize),
				 errhint("Take a slice of the series, or unnest() it.")));
	array = palloc0(size);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = element_type;
	ARR_DIMS(array)[0] = (int) summary->count;
	ARR_LBOUND(array)[0] = 1;
	return array;
}

PG_FUNCTION_INFO_V1(series_times);
Datum
series_times(PG_FUNCTION_ARGS)
{
	SeriesReader reader;
	ArrayType  *array;
	TimestampTz *times;

	series_start_reading(&reader, PG_GETARG_DATUM(0));
	array = make_array(&reader.summary, TIMESTAMPTZOID);
	times = (TimestampTz *) ARR_DATA_PTR(array);
	while (series_read_block(&reader))
	{
		memcpy(times, reader.block.times,
			   sizeof(TimestampTz) * reader.block.count);
		times += reader.block.count;
	}
	PG_RETURN_ARRAYTYPE_P(array);
}

PG_FUNCTION_INFO_V1(series_readings);
Datum
series_readings(PG_FUNCTION_ARGS)
{
	SeriesReader reader;
	ArrayType  *array;
	float8	   *values;

	series_start_reading(&reader, PG_GETARG_DATUM(0));
	array = make_array(&reader.summary, FLOAT8OID);
	values = (float8 *) ARR_DATA_PTR(array);
	while (series_read_block(&reader))
	{
		memcpy(values, reader.block.values,
			   sizeof(float8) * reader.block.count);
		values += reader.block.count;
	}
	PG_RETURN_ARRAYTYPE_P(array);
}
