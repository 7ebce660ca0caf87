/*
 * glucose_agp.c
 *		The ambulatory glucose profile: percentiles by time of day.
 *
 * Sensors report few different values, so they are counted: a histogram for
 * each time of day takes one pass.  Readings that are no short decimals
 * (converted ones, say) are gathered by time of day instead.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/date.h"

#include "civil.h"
#include "compat.h"
#include "glucose.h"
#include "series_math.h"
#include "series_time.h"

#define NUM_PERCENTILES	5
static const double percentiles[NUM_PERCENTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};

/* The most cells that histograms may have together. */
#define MAX_CELLS		(1 << 20)

/* So many decimals more than are published are counted. */
#define MORE_DECIMALS	2

/* The times of day, each so long; and where the last point was among them. */
typedef struct Clock
{
	CivilZone	civil;
	int64		step;
	int			num_steps;
	int			at;
	TimestampTz from;			/* while it is that time */
	TimestampTz until;
} Clock;

/* The histograms of all times of day, one after the other. */
typedef struct Histograms
{
	uint32	   *cells;
	int			width;			/* cells of each */
	double		lowest;			/* of what is counted, in steps */
	double		steps;			/* to a unit */
} Histograms;

/* Which time of day it is at an instant. */
static inline int
clock_at(Clock *clock, TimestampTz instant)
{
	if (instant < clock->from || instant >= clock->until)
	{
		int64		time = civil_time(civil_clock(&clock->civil, instant));

		clock->at = (int) (time / clock->step);
		clock->from = instant;
		clock->until = Min(clock->civil.until,
						   instant + (clock->step - time % clock->step));
	}
	return clock->at;
}

static void
put_row(ReturnSetInfo *result, const Clock *clock, int at, Size count,
		const Datum *found)
{
	Datum		values[2 + NUM_PERCENTILES];
	bool		nulls[2 + NUM_PERCENTILES] = {false};

	values[0] = TimeADTGetDatum(at * clock->step);
	values[1] = Int32GetDatum((int32) count);
	memcpy(values + 2, found, sizeof(Datum) * NUM_PERCENTILES);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Percentiles of values that were counted. */
static void
put_counted(ReturnSetInfo *result, const Clock *clock, int at,
			const Histograms *all)
{
	const uint32 *cells = all->cells + at * all->width;
	Datum		found[NUM_PERCENTILES];
	Size		count = 0;
	Size		below = 0;		/* how many are in cells before this one */
	int			cell = 0;

	for (int i = 0; i < all->width; i++)
		count += cells[i];
	if (count == 0)
		return;
	for (int i = 0; i < NUM_PERCENTILES; i++)
	{
		double		place = percentiles[i] * (count - 1);
		Size		rank = (Size) place;
		double		value;
		int			next;

		while (below + cells[cell] <= rank)
			below += cells[cell++];
		next = cell;
		if (rank + 1 < count && below + cells[cell] == rank + 1)
		{
			do
				next++;
			while (cells[next] == 0);
		}
		value = (all->lowest + cell) / all->steps;
		value += (place - rank) *
			((all->lowest + next) / all->steps - value);
		found[i] = Float8GetDatum(value);
	}
	put_row(result, clock, at, count, found);
}

/*
 * Count the readings of a block; false if one is in no cell.  What is known
 * to be a decimal, with steps for all its digits, is a number of steps.
 */
static bool
count_block(const Histograms *all, Clock *clock, const SeriesBlock *block)
{
	double		steps = all->steps;
	double		end = all->lowest + all->width;
	bool		known = block->exponent >= 0 &&
		steps >= series_power10[block->exponent];
	int			i = 0;

	while (i < block->count)
	{
		uint32	   *cells = all->cells +
			clock_at(clock, block->times[i]) * all->width;

		do
		{
			double		place = block->values[i] * steps + 0.5;

			if (!(place >= all->lowest && place < end) ||
				(!known && (int64) place / steps != block->values[i]))
				return false;
			cells[(int64) place - (int64) all->lowest]++;
		} while (++i < block->count && block->times[i] < clock->until);
	}
	return true;
}

/*
 * All of it by counting; false, with nothing put, if a reading is in no cell.
 */
static bool
count_readings(ReturnSetInfo *result, Clock *clock, double steps, Datum datum)
{
	SeriesReader reader;
	Histograms	all;
	double		width;

	series_start_reading(&reader, datum);
	if (!(reader.summary.min_value >= 0))
		return false;
	all.steps = steps;
	all.lowest = clinical_round(reader.summary.min_value * steps);
	width = clinical_round(reader.summary.max_value * steps) - all.lowest + 1;
	if (!(width >= 1 && width <= MAX_CELLS / clock->num_steps) ||
		!(all.lowest <= PG_INT32_MAX))
		return false;
	all.width = (int) width;
	all.cells = palloc0(sizeof(uint32) * all.width * clock->num_steps);
	while (series_read_block(&reader))
	{
		if (!count_block(&all, clock, &reader.block))
		{
			pfree(all.cells);
			return false;
		}
	}
	for (int i = 0; i < clock->num_steps; i++)
		put_counted(result, clock, i, &all);
	return true;
}

/* The percentiles of readings that cannot be counted. */
static void
gather_readings(ReturnSetInfo *result, Clock *clock, Datum datum)
{
	SeriesPoints points;
	Size	   *ends = palloc0(sizeof(Size) * (clock->num_steps + 1));
	double	   *gathered;

	series_read_points(&points, datum);
	for (Size i = 0; i < points.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		ends[clock_at(clock, points.times[i]) + 1]++;
	}
	for (int i = 0; i < clock->num_steps; i++)
		ends[i + 1] += ends[i];
	gathered = MemoryContextAllocHuge(CurrentMemoryContext,
									sizeof(double) * points.count);
	for (Size i = 0; i < points.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		gathered[ends[clock_at(clock, points.times[i])]++] = points.values[i];
	}
	for (int at = 0; at < clock->num_steps; at++)
	{
		double	   *values = gathered + (at > 0 ? ends[at - 1] : 0);
		Size		count = gathered + ends[at] - values;
		Datum		found[NUM_PERCENTILES];

		if (count == 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < NUM_PERCENTILES; i++)
			found[i] = Float8GetDatum(series_quantile(values, 0, count,
													  percentiles[i]));
		put_row(result, clock, at, count, found);
	}
}

PG_FUNCTION_INFO_V1(glucose_agp);
Datum
glucose_agp(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	double		steps;
	Clock		clock = {0};

	InitMaterializedSRF(fcinfo, 0);
	steps = glucose_unit(PG_GETARG_TEXT_PP(1)).steps;
	civil_open(&clock.civil, PG_GETARG_TEXT_PP(2));
	clock.step = series_get_duration(fcinfo, 3, "step");
	if (clock.step < USECS_PER_MINUTE || USECS_PER_DAY % clock.step != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("step must divide a day into equal parts of a minute or more"),
				 errhint("Common steps are '1 hour' and '15 minutes'.")));
	clock.num_steps = (int) (USECS_PER_DAY / clock.step);
	for (int more = 0; more <= MORE_DECIMALS; more++)
	{
		if (count_readings(result, &clock, steps, PG_GETARG_DATUM(0)))
			return (Datum) 0;
		steps *= 10;
	}
	gather_readings(result, &clock, PG_GETARG_DATUM(0));
	return (Datum) 0;
}
