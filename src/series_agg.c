/*
 * series_agg.c
 *		The aggregates series_agg(timestamptz, float8) and series_agg(series).
 *
 * Their state is of type series, in memory an expanded object: the series
 * that were added, as they are stored, and an array of the points that were
 * added, in order up to some length and unordered after that.  The unordered
 * tail is sorted and merged in when it has grown as long as the rest, and
 * series that overlap are made one when all have grown to twice what they
 * were after that: n points in any order take O(n log n) time, and repeated
 * points no memory.  Series that lie apart are put together undecoded.
 *
 * What the state stands for does not change by any of that, so a window may
 * ask for the result as often as it likes.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "agg_state.h"
#include "compat.h"
#include "series.h"

#define MIN_TAIL	64

/* Series of fewer bytes than these are not looked through for overlaps. */
#define MIN_UNITED	8192

typedef struct Piece
{
	TimestampTz first_time;
	TimestampTz last_time;
	struct varlena *series;
} Piece;

/* If there is one piece and no points, that is the series. */
typedef struct ExpandedSeries
{
	ExpandedObjectHeader header;
	SeriesPoint *points;
	Size		num_sorted;		/* in order, one for each instant */
	Size		count;
	Size		allocated;
	Piece	   *pieces;
	Size		num_pieces;
	Size		allocated_pieces;
	Size		size;			/* of all pieces */
	Size		united_size;	/* of all, when last none overlapped */
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

/* Add a series that lies in the memory of the state. */
static void
add_piece(ExpandedSeries *series, struct varlena *added)
{
	SeriesSummary summary;
	Piece	   *piece;

	series_get_summary(PointerGetDatum(added), &summary);
	if (series->num_pieces == series->allocated_pieces)
	{
		series->allocated_pieces *= 2;
		series->pieces = repalloc_huge(series->pieces,
									   series->allocated_pieces *
									   sizeof(Piece));
	}
	piece = &series->pieces[series->num_pieces++];
	piece->first_time = summary.first_time;
	piece->last_time = summary.last_time;
	piece->series = added;
	series->size += VARSIZE_ANY(added);
}

static int
compare_pieces(const void *left, const void *right, void *unused)
{
	const Piece *a = left;
	const Piece *b = right;

	return (a->first_time > b->first_time) - (a->first_time < b->first_time);
}

/* Make one series of pieces that overlap in time. */
static struct varlena *
merge_overlapping(const Piece *pieces, Size num_pieces)
{
	struct varlena *result;
	SeriesSummary summary;
	SeriesReader reader;
	SeriesPoint *points;
	Size		count = 0;

	for (Size i = 0; i < num_pieces; i++)
	{
		series_get_summary(PointerGetDatum(pieces[i].series), &summary);
		count += summary.count;
	}
	points = MemoryContextAllocHuge(CurrentMemoryContext,
									count * sizeof(SeriesPoint));
	count = 0;
	for (Size i = 0; i < num_pieces; i++)
	{
		series_start_reading(&reader, PointerGetDatum(pieces[i].series));
		while (series_read_block(&reader))
		{
			for (int j = 0; j < reader.block.count; j++)
			{
				points[count].time = reader.block.times[j];
				points[count++].value = reader.block.values[j];
			}
		}
	}
	series_sort_points(points, count);
	result = series_from_points(points, series_drop_duplicates(points, count));
	pfree(points);
	return result;
}

/* Put pieces in order, and make one of those that overlap. */
static void
unite_overlapping(ExpandedSeries *series)
{
	Piece	   *pieces = series->pieces;
	Size		num_pieces = series->num_pieces;
	Size		next;

	qsort_interruptible(pieces, num_pieces, sizeof(Piece), compare_pieces,
						NULL);
	series->num_pieces = 0;
	series->size = 0;
	for (Size i = 0; i < num_pieces; i = next)
	{
		TimestampTz end = pieces[i].last_time;
		struct varlena *united = pieces[i].series;

		for (next = i + 1;
			 next < num_pieces && pieces[next].first_time <= end; next++)
			end = Max(end, pieces[next].last_time);
		if (next > i + 1)
		{
			united = merge_overlapping(&pieces[i], next - i);
			for (Size j = i; j < next; j++)
				pfree(pieces[j].series);
		}
		add_piece(series, united);
	}
	series->united_size = series->size;
}

/* Make one piece of all, points included. */
static struct varlena *
flatten(ExpandedSeries *series)
{
	MemoryContext old = MemoryContextSwitchTo(series->header.eoh_context);

	if (series->count > 0)
	{
		merge_tail(series);
		add_piece(series, series_from_points(series->points, series->count));
		series->count = 0;
		series->num_sorted = 0;
	}
	if (series->num_pieces > 1)
		unite_overlapping(series);
	if (series->num_pieces > 1)
	{
		Size		num_pieces = series->num_pieces;
		SeriesWriter writer;

		series_start_writing(&writer);
		for (Size i = 0; i < num_pieces; i++)
		{
			series_add_series(&writer,
							  PointerGetDatum(series->pieces[i].series));
			pfree(series->pieces[i].series);
		}
		series->num_pieces = 0;
		series->size = 0;
		add_piece(series, series_write(&writer));
	}
	MemoryContextSwitchTo(old);
	return series->pieces[0].series;
}

/* Add a series: one of few points as these. */
static void
add_series(ExpandedSeries *series, Datum datum)
{
	struct varlena *added = PG_DETOAST_DATUM_PACKED(datum);
	SeriesReader reader;
	MemoryContext old;

	series_start_reading(&reader, PointerGetDatum(added));
	if (reader.summary.count < MIN_TAIL)
	{
		while (series_read_block(&reader))
		{
			for (int i = 0; i < reader.block.count; i++)
				add_point(series, reader.block.times[i],
						  reader.block.values[i]);
		}
		return;
	}
	old = MemoryContextSwitchTo(series->header.eoh_context);
	add_piece(series, PG_DETOAST_DATUM_COPY(PointerGetDatum(added)));
	if (series->size > Max(2 * series->united_size, MIN_UNITED))
		unite_overlapping(series);
	MemoryContextSwitchTo(old);
}

static Size
get_flat_size(ExpandedObjectHeader *header)
{
	return VARSIZE(flatten((ExpandedSeries *) header));
}

static void
flatten_into(ExpandedObjectHeader *header, void *result, Size allocated_size)
{
	struct varlena *flat = flatten((ExpandedSeries *) header);

	Assert(VARSIZE(flat) == allocated_size);
	memcpy(result, flat, allocated_size);
}

static const ExpandedObjectMethods series_methods = {
	get_flat_size,
	flatten_into
};

static ExpandedSeries *
make_expanded(MemoryContext context)
{
	ExpandedSeries *series = MemoryContextAllocZero(context,
													sizeof(ExpandedSeries));

	EOH_init_header(&series->header, &series_methods, context);
	series->allocated = 16;
	series->points = MemoryContextAlloc(context, series->allocated *
										sizeof(SeriesPoint));
	series->allocated_pieces = 4;
	series->pieces = MemoryContextAlloc(context, series->allocated_pieces *
										sizeof(Piece));
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
	ExpandedSeries *series;

	if (!PG_ARGISNULL(0) &&
		VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(datum)))
		return (ExpandedSeries *) DatumGetEOHP(datum);
	series = make_expanded(agg_state_context(fcinfo));
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
