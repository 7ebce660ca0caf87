/*
 * series_time.c
 *		How a series lies in time: its cadence, its gaps, what it covers.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/multirangetypes.h"
#include "utils/typcache.h"

#include "compat.h"
#include "series_time.h"

/* Points further apart than so many times the cadence have a gap between. */
#define GAP_FACTOR	3

/* So many distances tell what the usual one is. */
#define SAMPLE	15

static int
compare_distances(const void *left, const void *right)
{
	uint64		a = *(const uint64 *) left;
	uint64		b = *(const uint64 *) right;

	return (a > b) - (a < b);
}

/* The distance from one point to the next that is usual in a sample. */
static uint64
usual_distance(const TimestampTz *times, Size count)
{
	uint64		sample[SAMPLE];
	Size		size = Min(count - 1, SAMPLE);

	for (Size i = 0; i < size; i++)
	{
		Size		at = i * ((count - 1) / size);

		sample[i] = series_distance(times[at], times[at + 1]);
	}
	qsort(sample, size, sizeof(uint64), compare_distances);
	return sample[(size - 1) / 2];
}

/* Whether so many distances, and no more, are less than one that occurs. */
static bool
has_rank(const TimestampTz *times, Size count, uint64 distance, Size rank)
{
	Size		less = 0;
	Size		equal = 0;

	CHECK_FOR_INTERRUPTS();
	for (Size i = 1; i < count; i++)
	{
		uint64		other = series_distance(times[i - 1], times[i]);

		less += other < distance;
		equal += other == distance;
	}
	return less <= rank && rank < less + equal;
}

/*
 * How far apart measurements are, as a rule: the lower median of the distances
 * from one to the next, in microseconds; 0 of a single one.  Gaps, however
 * long, do not move it, as long as they are fewer than the distances.
 *
 * A sensor's is seen at once.  Else the median is found byte by byte from the
 * highest: by counting how many of the distances that agree with it so far
 * have each next byte.
 */
int64
series_cadence_of(const TimestampTz *times, Size count)
{
	uint64		longest = 0;
	uint64		known = 0;		/* bits of the median */
	uint64		mask = 0;		/* which bits are known */
	uint64		usual;
	Size		rank;
	int			shift = 0;

	if (count < 2)
		return 0;
	rank = (count - 2) / 2;
	usual = usual_distance(times, count);
	if (has_rank(times, count, usual, rank))
		return (int64) Min(usual, (uint64) PG_INT64_MAX);
	for (Size i = 1; i < count; i++)
		longest = Max(longest, series_distance(times[i - 1], times[i]));
	while (shift < 56 && longest >> shift > 0xFF)
		shift += 8;
	for (; shift >= 0; shift -= 8)
	{
		Size		counts[256] = {0};
		int			byte = 0;

		CHECK_FOR_INTERRUPTS();
		for (Size i = 1; i < count; i++)
		{
			uint64		distance = series_distance(times[i - 1], times[i]);

			if ((distance & mask) == known)
				counts[distance >> shift & 0xFF]++;
		}
		while (rank >= counts[byte])
			rank -= counts[byte++];
		known |= (uint64) byte << shift;
		mask |= UINT64CONST(0xFF) << shift;
		if (shift + 8 < 64)
			mask |= ~UINT64CONST(0) << (shift + 8);
	}
	return (int64) Min(known, (uint64) PG_INT64_MAX);
}

/* The max_gap of who says none. */
int64
series_default_gap(int64 cadence)
{
	int64		gap;

	if (pg_mul_s64_overflow(cadence, GAP_FACTOR, &gap))
		return PG_INT64_MAX;
	return gap;
}

static int64
find_cadence(Datum series)
{
	SeriesReader reader;
	TimestampTz *times;
	Size		count = 0;
	int64		found;

	series_start_reading(&reader, series);
	times = MemoryContextAllocHuge(CurrentMemoryContext,
								   sizeof(TimestampTz) * reader.summary.count);
	while (series_read_block(&reader))
	{
		memcpy(times + count, reader.block.times,
			   sizeof(TimestampTz) * reader.block.count);
		count += reader.block.count;
	}
	found = series_cadence_of(times, count);
	pfree(times);
	return found;
}

/* The argument max_gap: where it is NULL, three times the cadence. */
int64
series_get_max_gap(FunctionCallInfo fcinfo, int argument, Datum series)
{
	int64		gap;

	if (PG_ARGISNULL(argument))
		return series_default_gap(find_cadence(series));
	gap = series_get_duration(fcinfo, argument, "max_gap");
	if (gap == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_gap must be longer than nothing"),
				 errhint("Give NULL for three times the cadence of the series.")));
	return gap;
}

PG_FUNCTION_INFO_V1(series_cadence);
Datum
series_cadence(PG_FUNCTION_ARGS)
{
	int64		cadence = find_cadence(PG_GETARG_DATUM(0));
	Interval   *interval;

	if (cadence == 0)
		PG_RETURN_NULL();
	interval = palloc0(sizeof(Interval));
	interval->time = cadence;
	PG_RETURN_INTERVAL_P(interval);
}

/* Ranges of time being gathered. */
typedef struct Ranges
{
	TypeCacheEntry *type;
	RangeType **ranges;
	Size		count;
	Size		allocated;
} Ranges;

static void
start_ranges(Ranges *list)
{
	list->type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	list->count = 0;
	list->allocated = 16;
	list->ranges = palloc(sizeof(RangeType *) * list->allocated);
}

static void
add_range(Ranges *list, TimestampTz from, TimestampTz until, bool inclusive)
{
	RangeBound	lower = {0};
	RangeBound	upper = {0};

	lower.val = TimestampTzGetDatum(from);
	lower.inclusive = inclusive;
	lower.lower = true;
	upper.val = TimestampTzGetDatum(until);
	upper.inclusive = inclusive;
	if (list->count == list->allocated)
	{
		list->allocated *= 2;
		list->ranges = repalloc_huge(list->ranges, sizeof(RangeType *) *
									 list->allocated);
	}
	list->ranges[list->count++] = smartcare_make_range(list->type, &lower,
													   &upper);
}

/*
 * Walk the points and gather, of each two further apart than max_gap, the time
 * between, or else the runs of points in which there are none such.
 */
static Datum
find_ranges(FunctionCallInfo fcinfo, bool gaps)
{
	int64		max_gap;
	SeriesReader reader;
	TimestampTz start;
	TimestampTz last;
	Ranges		list;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	max_gap = series_get_max_gap(fcinfo, 1, PG_GETARG_DATUM(0));
	start_ranges(&list);
	series_start_reading(&reader, PG_GETARG_DATUM(0));
	start = last = reader.summary.first_time;
	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
		{
			TimestampTz time = reader.block.times[i];

			if (series_distance(last, time) > (uint64) max_gap)
			{
				if (gaps)
					add_range(&list, last, time, false);
				else
					add_range(&list, start, last, true);
				start = time;
			}
			last = time;
		}
	}
	if (!gaps)
		add_range(&list, start, last, true);
	if (list.count > MaxAllocSize / sizeof(RangeType *))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("series has too many gaps for one value"),
				 errhint("Take a slice of the series.")));
	PG_RETURN_MULTIRANGE_P(make_multirange(TSTZMULTIRANGEOID, list.type,
										   (int32) list.count, list.ranges));
}

PG_FUNCTION_INFO_V1(series_gaps);
Datum
series_gaps(PG_FUNCTION_ARGS)
{
	return find_ranges(fcinfo, true);
}

PG_FUNCTION_INFO_V1(series_coverage);
Datum
series_coverage(PG_FUNCTION_ARGS)
{
	return find_ranges(fcinfo, false);
}
