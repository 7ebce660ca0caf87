/*
 * series_range.c
 *		Means and shares of time: each point counts for as long as it holds.
 *
 * Two conventions.  By step, a value holds until the next point, but no longer
 * than max_gap.  Linear, it changes evenly from one point to the next, and
 * where those are further apart than max_gap, nothing is known of the time
 * between.
 */
#include "postgres.h"

#include "compat.h"
#include "series_time.h"

/* Above this, a value times the longest time would overflow. */
#define GREAT_VALUE	1e280

/*
 * A walk over stretches: of points i and i + 1 for i in 0 .. count - 1.  The
 * first of a block's points stands beside the last of the block before.
 */
typedef struct Walk
{
	SeriesReader reader;
	int64		max_gap;
	bool		linear;
	int			count;
	TimestampTz times[SERIES_BLOCK_POINTS + 1];
	float8		values[SERIES_BLOCK_POINTS + 1];
} Walk;

/* What a series' stretches amount to, in microseconds. */
typedef struct Share
{
	uint64		total;
	uint64		inside;			/* whole stretches */
	double		parts;			/* parts of stretches inside */
} Share;

enum
{
	STEP,
	LINEAR
};

static const char *const methods[] = {"step", "linear", NULL};

/* The series is argument 0; of the others, tell where they are. */
static void
start_stretches(Walk *walk, FunctionCallInfo fcinfo, int gap, int method)
{
	walk->linear = series_get_choice(fcinfo, method, "method", methods) == LINEAR;
	walk->max_gap = series_get_max_gap(fcinfo, gap, PG_GETARG_DATUM(0));
	series_start_reading(&walk->reader, PG_GETARG_DATUM(0));
	walk->count = -1;
}

static bool
next_stretches(Walk *walk)
{
	const SeriesBlock *block = &walk->reader.block;
	int			kept = 0;

	if (walk->count >= 0)
	{
		walk->times[0] = walk->times[walk->count];
		walk->values[0] = walk->values[walk->count];
		kept = 1;
	}
	if (!series_read_block(&walk->reader))
		return false;
	memcpy(walk->times + kept, block->times,
		   sizeof(TimestampTz) * block->count);
	memcpy(walk->values + kept, block->values,
		   sizeof(float8) * block->count);
	walk->count = block->count + kept - 1;
	return true;
}

/* Add, not losing what is small beside the sum (Neumaier, ZAMM 54, 1974). */
static inline void
add_compensated(double *sum, double *lost, double term)
{
	double		total = *sum + term;

	if (fabs(*sum) >= fabs(term))
		*lost += (*sum - total) + term;
	else
		*lost += (term - total) + *sum;
	*sum = total;
}

PG_FUNCTION_INFO_V1(series_time_weighted_mean);
Datum
series_time_weighted_mean(PG_FUNCTION_ARGS)
{
	Walk		walk;
	const SeriesSummary *summary = &walk.reader.summary;
	double		scale;
	double		sum = 0;
	double		lost = 0;
	uint64		total = 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	start_stretches(&walk, fcinfo, 1, 2);
	scale = Max(fabs(summary->min_value), fabs(summary->max_value)) <
		GREAT_VALUE ? 1 : ldexp(1, -128);
	while (next_stretches(&walk))
	{
		for (int i = 0; i < walk.count; i++)
		{
			uint64		held = series_distance(walk.times[i],
											   walk.times[i + 1]);
			double		value = walk.values[i] * scale;

			if (walk.linear)
			{
				if (held > (uint64) walk.max_gap)
					continue;
				value = value / 2 + walk.values[i + 1] * scale / 2;
			}
			held = Min(held, (uint64) walk.max_gap);
			total += held;
			add_compensated(&sum, &lost, value * (double) held);
		}
	}
	if (total == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(series_bounded_mean((sum + lost) / (double) total / scale,
										 summary));
}

/* Of time from one value to another, evenly, what part is between bounds. */
static double
part_inside(double from, double to, double low, double high)
{
	/* Halved, so that no difference overflows. */
	double		least = Min(from, to) / 2;
	double		greatest = Max(from, to) / 2;
	double		inside = Min(high / 2, greatest) - Max(low / 2, least);

	if (greatest == least)
		return from >= low && from <= high;
	return Max(inside, 0) / (greatest - least);
}

/* Arguments: series, low, high, max_gap, bounds, method. */
static bool
find_share(FunctionCallInfo fcinfo, Share *share)
{
	Walk		walk;
	double		low;
	double		high;
	uint64		total = 0;
	uint64		inside = 0;
	double		parts = 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(4) || PG_ARGISNULL(5))
		return false;
	series_get_range(fcinfo, 1, 4, &low, &high);
	start_stretches(&walk, fcinfo, 3, 5);
	while (next_stretches(&walk))
	{
		const TimestampTz *times = walk.times;
		const float8 *values = walk.values;
		uint64		max_gap = walk.max_gap;

		if (walk.linear)
		{
			for (int i = 0; i < walk.count; i++)
			{
				uint64		held = series_distance(times[i], times[i + 1]);

				if (held > max_gap)
					continue;
				total += held;
				parts += part_inside(values[i], values[i + 1], low, high) *
					(double) held;
			}
			continue;
		}
		for (int i = 0; i < walk.count; i++)
		{
			uint64		held = series_distance(times[i], times[i + 1]);
			bool		is_inside = (values[i] >= low) & (values[i] <= high);

			held = Min(held, max_gap);
			total += held;
			inside += held & -(uint64) is_inside;
		}
	}
	share->total = total;
	share->inside = inside;
	share->parts = parts;
	return true;
}

PG_FUNCTION_INFO_V1(series_time_in_range);
Datum
series_time_in_range(PG_FUNCTION_ARGS)
{
	Share		share;
	Interval   *interval;

	if (!find_share(fcinfo, &share))
		PG_RETURN_NULL();
	if (share.inside > PG_INT64_MAX ||
		!FLOAT8_FITS_IN_INT64(rint(share.parts)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERVAL_FIELD_OVERFLOW),
				 errmsg("interval out of range")));
	interval = palloc0(sizeof(Interval));
	interval->time = (TimeOffset) share.inside +
		(TimeOffset) rint(share.parts);
	PG_RETURN_INTERVAL_P(interval);
}

PG_FUNCTION_INFO_V1(series_fraction_in_range);
Datum
series_fraction_in_range(PG_FUNCTION_ARGS)
{
	Share		share;

	if (!find_share(fcinfo, &share) || share.total == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(Min(((double) share.inside + share.parts) /
						 (double) share.total, 1));
}
