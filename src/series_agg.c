/*
 * series_agg.c
 *		The aggregates series_agg(timestamptz, float8) and series_agg(series).
 *
 * Their state is of type series, in memory an expanded object: an array of
 * points, in order up to some length and unordered after that.  The unordered
 * tail is sorted and merged in when it has grown as long as the rest, so that
 * n points in any order take O(n log n) time, and repeated points no memory.
 * What the state stands for does not change by that, nor by flattening it,
 * so a window may ask for the result as often as it likes.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "compat.h"
#include "series.h"

#define MIN_TAIL	64

typedef struct ExpandedSeries
{
	ExpandedObjectHeader header;
	SeriesPoint *points;
	Size		num_sorted;		/* in order, one for each instant */
	Size		count;
	Size		allocated;
	struct varlena *flat;		/* what flattening gave, or NULL */
} ExpandedSeries;

/* Sort the tail and merge it in, from the ends down. */
static void
merge_tail(ExpandedSeries *series)
{
	SeriesPoint *points = series->points;
	SeriesPoint *tail = points + series->num_sorted;
	SeriesPoint *copy;
	Size		left = series->num_sorted;
	Size		right = series->count - left;
	Size		out = series->count;

	if (right == 0)
		return;
	series_sort_points(tail, right);
	right = series_drop_duplicates(tail, right);
	copy = MemoryContextAllocHuge(series->header.eoh_context,
								  right * sizeof(SeriesPoint));
	memcpy(copy, tail, right * sizeof(SeriesPoint));

	while (right > 0)
	{
		if (left == 0 || points[left - 1].time < copy[right - 1].time)
			points[--out] = copy[--right];
		else if (points[left - 1].time > copy[right - 1].time)
			points[--out] = points[--left];
		else
		{
			left--;
			right--;
			points[--out] =
				series_prevails(copy[right].value, points[left].value) ?
				copy[right] : points[left];
		}
	}
	pfree(copy);

	/* Repeated instants have left a gap. */
	memmove(points + left, points + out,
			(series->count - out) * sizeof(SeriesPoint));
	series->count = left + (series->count - out);
	series->num_sorted = series->count;
}

static void
add_point(ExpandedSeries *series, TimestampTz time, float8 value)
{
	bool		in_order;

	if (series->flat != NULL)
	{
		pfree(series->flat);
		series->flat = NULL;
	}
	if (series->count - series->num_sorted >=
		Max(series->num_sorted, MIN_TAIL))
		merge_tail(series);

	in_order = series->num_sorted == series->count;
	if (in_order && series->count > 0)
	{
		SeriesPoint *last = &series->points[series->count - 1];

		if (time == last->time)
		{
			if (series_prevails(value, last->value))
				last->value = value;
			return;
		}
		in_order = time > last->time;
	}
	if (series->count == series->allocated)
	{
		series->allocated *= 2;
		series->points = repalloc_huge(series->points, series->allocated *
									   sizeof(SeriesPoint));
	}
	series->points[series->count].time = time;
	series->points[series->count++].value = value;
	if (in_order)
		series->num_sorted = series->count;
}

static void
add_series(ExpandedSeries *series, Datum datum)
{
	SeriesReader reader;

	series_start_reading(&reader, datum);
	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
			add_point(series, reader.block.times[i], reader.block.values[i]);
	}
}

static Size
get_flat_size(ExpandedObjectHeader *header)
{
	ExpandedSeries *series = (ExpandedSeries *) header;

	if (series->flat == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(header->eoh_context);

		merge_tail(series);
		series->flat = series_from_points(series->points, series->count);
		MemoryContextSwitchTo(old);
	}
	return VARSIZE(series->flat);
}

static void
flatten_into(ExpandedObjectHeader *header, void *result, Size allocated_size)
{
	ExpandedSeries *series = (ExpandedSeries *) header;

	Assert(series->flat != NULL && VARSIZE(series->flat) == allocated_size);
	memcpy(result, series->flat, allocated_size);
}

static const ExpandedObjectMethods series_methods = {
	get_flat_size,
	flatten_into
};

static ExpandedSeries *
make_expanded(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "expanded series",
												  ALLOCSET_START_SMALL_SIZES);
	ExpandedSeries *series = MemoryContextAllocZero(context,
													sizeof(ExpandedSeries));

	EOH_init_header(&series->header, &series_methods, context);
	series->allocated = 16;
	series->points = MemoryContextAlloc(context, series->allocated *
										sizeof(SeriesPoint));
	return series;
}

/*
 * The state of an aggregate to add to: what the first argument holds, to be
 * changed in place where it may be, or a copy.
 */
static ExpandedSeries *
get_state(FunctionCallInfo fcinfo)
{
	Datum		datum = PG_GETARG_DATUM(0);
	MemoryContext context;
	ExpandedSeries *series;

	if (!PG_ARGISNULL(0) &&
		VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(datum)))
		return (ExpandedSeries *) DatumGetEOHP(datum);
	if (!AggCheckCallContext(fcinfo, &context))
		context = CurrentMemoryContext;
	series = make_expanded(context);
	if (!PG_ARGISNULL(0))
		add_series(series, datum);
	return series;
}

static Datum
unchanged_state(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

PG_FUNCTION_INFO_V1(series_agg_point);
Datum
series_agg_point(PG_FUNCTION_ARGS)
{
	ExpandedSeries *series;
	TimestampTz time;
	float8		value;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return unchanged_state(fcinfo);
	time = PG_GETARG_TIMESTAMPTZ(1);
	value = PG_GETARG_FLOAT8(2);
	series_check_time(time);
	series_check_value(value);
	series = get_state(fcinfo);
	add_point(series, time, value);
	PG_RETURN_DATUM(EOHPGetRWDatum(&series->header));
}

/* Adds a series to a series: transition and combine function. */
PG_FUNCTION_INFO_V1(series_agg_series);
Datum
series_agg_series(PG_FUNCTION_ARGS)
{
	ExpandedSeries *series;

	if (PG_ARGISNULL(1))
		return unchanged_state(fcinfo);
	series = get_state(fcinfo);
	add_series(series, PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(EOHPGetRWDatum(&series->header));
}
