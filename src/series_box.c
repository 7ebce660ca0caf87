/*
 * series_box.c
 *		Whether a series has a point in a window of time and values.
 *
 * The summary often tells, and of a toasted series nothing else is read then.
 */
#include "postgres.h"

#include "compat.h"
#include "period.h"
#include "series_box.h"

/* Up to the year 2285, any microsecond is a double. */
#define EXACT_TIMES	9007199254740992.0	/* 2^53 */

/* Times and values, all bounds in it. */
typedef struct Window
{
	Period		period;
	double		low;
	double		high;
} Window;

/* The instants in a range; false if there are none. */
static bool
set_period(Window *window, const RangeType *range)
{
	window->period = period_of_range(range,
									 lookup_type_cache(RangeTypeGetOid(range),
													   TYPECACHE_RANGE_INFO));
	return window->period.since <= window->period.until;
}

static inline bool
time_in_window(const Window *window, TimestampTz time)
{
	return time >= window->period.since && time <= window->period.until;
}

static inline bool
value_in_window(const Window *window, double value)
{
	return value >= window->low && value <= window->high;
}

/* Whether any point of a series lies in a window. */
static bool
has_point(Datum series, const Window *window)
{
	SeriesSummary summary;
	SeriesReader reader;
	const SeriesBlock *block = &reader.block;
	bool		starts_in;
	bool		ends_in;

	series_get_summary(series, &summary);
	if (summary.last_time < window->period.since ||
		summary.first_time > window->period.until ||
		!(summary.max_value >= window->low) ||
		!(summary.min_value <= window->high))
		return false;
	starts_in = time_in_window(window, summary.first_time);
	ends_in = time_in_window(window, summary.last_time);
	if ((starts_in && value_in_window(window, summary.first_value)) ||
		(ends_in && value_in_window(window, summary.last_value)) ||
		(starts_in && ends_in &&
		 (value_in_window(window, summary.min_value) ||
		  value_in_window(window, summary.max_value))))
		return true;

	series_start_reading(&reader, series);
	series_check(series_seek(&reader, window->period.since));
	while (reader.next_time <= window->period.until && series_read_block(&reader))
	{
		for (int i = 0; i < block->count; i++)
		{
			if (time_in_window(window, block->times[i]) &&
				value_in_window(window, block->values[i]))
				return true;
		}
	}
	return false;
}

PG_FUNCTION_INFO_V1(series_overlaps_range);
Datum
series_overlaps_range(PG_FUNCTION_ARGS)
{
	Window		window = {.low = -INFINITY,.high = INFINITY};

	if (!set_period(&window, PG_GETARG_RANGE_P(1)))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(has_point(PG_GETARG_DATUM(0), &window));
}

PG_FUNCTION_INFO_V1(series_overlaps_box);
Datum
series_overlaps_box(PG_FUNCTION_ARGS)
{
	const BOX  *box = PG_GETARG_BOX_P(1);
	double		since = ceil(box->low.x);
	double		until = floor(box->high.x);
	Window		window = {{PG_INT64_MIN, PG_INT64_MAX}, box->low.y, box->high.y};

	if (isnan(since) || isnan(until) || since >= -(double) PG_INT64_MIN ||
		until < (double) PG_INT64_MIN)
		PG_RETURN_BOOL(false);
	if (FLOAT8_FITS_IN_INT64(since))
		window.period.since = (TimestampTz) since;
	if (FLOAT8_FITS_IN_INT64(until))
		window.period.until = (TimestampTz) until;
	PG_RETURN_BOOL(has_point(PG_GETARG_DATUM(0), &window));
}

PG_FUNCTION_INFO_V1(series_exceeds);
Datum
series_exceeds(PG_FUNCTION_ARGS)
{
	double		threshold = PG_GETARG_FLOAT8(1);
	Window		window = {.low = nextafter(threshold, INFINITY),.high = INFINITY};

	if (threshold == INFINITY || !set_period(&window, PG_GETARG_RANGE_P(2)))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(has_point(PG_GETARG_DATUM(0), &window));
}

PG_FUNCTION_INFO_V1(series_falls_below);
Datum
series_falls_below(PG_FUNCTION_ARGS)
{
	double		threshold = PG_GETARG_FLOAT8(1);
	Window		window = {.low = -INFINITY,.high = nextafter(threshold, -INFINITY)};

	if (threshold == -INFINITY || !set_period(&window, PG_GETARG_RANGE_P(2)))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(has_point(PG_GETARG_DATUM(0), &window));
}

static double
cut_value(double value)
{
	if (value > BOX_VALUE_MAX)
		return BOX_VALUE_MAX;
	return value < -BOX_VALUE_MAX ? -BOX_VALUE_MAX : value;
}

void
series_box_of(BOX *box, Datum series)
{
	SeriesSummary summary;

	series_get_summary(series, &summary);
	box->low.x = (double) summary.first_time;
	box->high.x = (double) summary.last_time;
	box->low.y = cut_value(summary.min_value);
	box->high.y = cut_value(summary.max_value);
}

/*
 * A time as a coordinate: where doubles are further apart than microseconds,
 * one further out, so that a search is for no less than it was asked for.
 */
static double
outward(TimestampTz time, double direction)
{
	double		x = (double) time;

	return fabs(x) < EXACT_TIMES ? x : nextafter(x, direction);
}

/* All values in a range of time; false if that is empty. */
static bool
box_of_range(BOX *box, const RangeType *range)
{
	Window		window;

	if (!set_period(&window, range))
		return false;
	box->low.x = window.period.since == PG_INT64_MIN ? -INFINITY : outward(window.period.since, -INFINITY);
	box->high.x = window.period.until == PG_INT64_MAX ? INFINITY : outward(window.period.until, INFINITY);
	box->low.y = -INFINITY;
	box->high.y = INFINITY;
	return box->low.x <= box->high.x;
}

/* What an operator looks for; false if nothing can be there. */
bool
series_box_of_query(BOX *box, Datum query, int strategy)
{
	if (strategy == STRATEGY_RANGE)
		return box_of_range(box, DatumGetRangeTypeP(query));
	*box = *DatumGetBoxP(query);
	box->low.y = cut_value(box->low.y);
	box->high.y = cut_value(box->high.y);
	return true;
}

PG_FUNCTION_INFO_V1(series_bounding_box);
Datum
series_bounding_box(PG_FUNCTION_ARGS)
{
	BOX		   *box = palloc(sizeof(BOX));

	series_box_of(box, PG_GETARG_DATUM(0));
	PG_RETURN_BOX_P(box);
}

/* series_box(period, low, high): NULL if nothing can lie in it. */
PG_FUNCTION_INFO_V1(series_search_box);
Datum
series_search_box(PG_FUNCTION_ARGS)
{
	BOX		   *box = palloc(sizeof(BOX));

	if (PG_ARGISNULL(0) ||
		!box_of_range(box, PG_GETARG_RANGE_P(0)))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(1))
		box->low.y = PG_GETARG_FLOAT8(1);
	if (!PG_ARGISNULL(2))
		box->high.y = PG_GETARG_FLOAT8(2);
	if (!(box->low.y <= box->high.y))
		PG_RETURN_NULL();
	PG_RETURN_BOX_P(box);
}
