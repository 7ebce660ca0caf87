/*
 * series_align.c
 *		The value of a series at any instant, and two series side by side.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "series_args.h"

/* How the value at an instant is found where no point is. */
typedef enum LookupMethod
{
	LOOKUP_EXACT,
	LOOKUP_PREVIOUS,
	LOOKUP_NEAREST,
	LOOKUP_LINEAR
} LookupMethod;

static const char *const methods[] = {
	"exact", "previous", "nearest", "linear", NULL
};

/* Where to look for a value, and how far. */
typedef struct Lookup
{
	LookupMethod method;
	uint64		max_gap;
} Lookup;

/* The points around an instant, each with whether there is one. */
typedef struct Neighbours
{
	bool		has_before;		/* or at it */
	bool		has_after;
	SeriesPoint before;
	SeriesPoint after;
} Neighbours;

static Lookup
get_lookup(FunctionCallInfo fcinfo, int argument)
{
	Lookup		lookup;

	lookup.method = series_get_choice(fcinfo, argument, "method", methods);
	lookup.max_gap = PG_ARGISNULL(argument + 1) ? PG_UINT64_MAX :
		(uint64) series_get_duration(fcinfo, argument + 1, "max_gap");
	return lookup;
}

/* On the straight line between two points. */
static float8
interpolate(const SeriesPoint *before, const SeriesPoint *after,
			TimestampTz time)
{
	float8		part = (float8) series_distance(before->time, time) /
		(float8) series_distance(before->time, after->time);
	float8		rise = after->value - before->value;

	return isfinite(rise) ? before->value + part * rise :
		before->value * (1 - part) + after->value * part;
}

static bool
find_value(const Lookup *lookup, const Neighbours *near, TimestampTz time,
		   float8 *value)
{
	const SeriesPoint *chosen = NULL;

	if (near->has_before && near->before.time == time)
		chosen = &near->before;
	else if (lookup->method == LOOKUP_LINEAR)
	{
		if (!near->has_before || !near->has_after ||
			series_distance(near->before.time, near->after.time) > lookup->max_gap)
			return false;
		*value = interpolate(&near->before, &near->after, time);
		return true;
	}
	else if (lookup->method != LOOKUP_EXACT)
	{
		uint64		gap = lookup->max_gap;

		if (near->has_before && series_distance(near->before.time, time) <= gap)
		{
			chosen = &near->before;
			gap = series_distance(near->before.time, time);
		}
		if (lookup->method == LOOKUP_NEAREST && near->has_after &&
			series_distance(time, near->after.time) <= gap &&
			(chosen == NULL || series_distance(time, near->after.time) < gap))
			chosen = &near->after;
	}
	if (chosen != NULL)
		*value = chosen->value;
	return chosen != NULL;
}

/* value_at(series, timestamptz, method, max_gap) */
PG_FUNCTION_INFO_V1(series_value_near);
Datum
series_value_near(PG_FUNCTION_ARGS)
{
	TimestampTz time;
	Lookup		lookup;
	SeriesReader reader;
	const SeriesBlock *block = &reader.block;
	Neighbours	near = {false, false};
	float8		value;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	time = PG_GETARG_TIMESTAMPTZ(1);
	lookup = get_lookup(fcinfo, 2);
	series_start_reading(&reader, PG_GETARG_DATUM(0));
	series_check(series_seek(&reader, time));
	while (!near.has_after && series_read_block(&reader))
	{
		for (int i = 0; i < block->count && !near.has_after; i++)
		{
			SeriesPoint point = {block->times[i], block->values[i]};

			if (point.time <= time)
			{
				near.has_before = true;
				near.before = point;
			}
			else
			{
				near.has_after = true;
				near.after = point;
			}
		}
	}
	if (!find_value(&lookup, &near, time, &value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

/* align(series, onto, method, max_gap) */
PG_FUNCTION_INFO_V1(series_align);
Datum
series_align(PG_FUNCTION_ARGS)
{
	Lookup		lookup;
	SeriesCursor from;
	SeriesReader onto;
	Neighbours	near = {false, false};
	SeriesWriter writer;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	lookup = get_lookup(fcinfo, 2);
	series_start_walk(&from, PG_GETARG_DATUM(0));
	series_start_reading(&onto, PG_GETARG_DATUM(1));
	series_start_writing(&writer);
	while (series_read_block(&onto))
	{
		for (int i = 0; i < onto.block.count; i++)
		{
			TimestampTz time = onto.block.times[i];
			float8		value;

			while (!series_at_end(&from) && series_time(&from) <= time)
			{
				near.has_before = true;
				near.before.time = series_time(&from);
				near.before.value = series_value(&from);
				series_step(&from);
			}
			near.has_after = !series_at_end(&from);
			if (near.has_after)
			{
				near.after.time = series_time(&from);
				near.after.value = series_value(&from);
			}
			if (find_value(&lookup, &near, time, &value))
				series_add_point(&writer, time, value);
		}
	}
	return series_result(fcinfo, &writer);
}

/* deduplicate(series, other, blackout) */
PG_FUNCTION_INFO_V1(series_deduplicate);
Datum
series_deduplicate(PG_FUNCTION_ARGS)
{
	uint64		blackout;
	SeriesCursor first;
	SeriesCursor other;
	SeriesWriter writer;
	TimestampTz last = 0;
	bool		has_last = false;

	if (PG_ARGISNULL(2) || (PG_ARGISNULL(0) && PG_ARGISNULL(1)))
		PG_RETURN_NULL();
	blackout = (uint64) series_get_duration(fcinfo, 2, "blackout");
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));

	series_start_walk(&first, PG_GETARG_DATUM(0));
	series_start_walk(&other, PG_GETARG_DATUM(1));
	series_start_writing(&writer);
	while (!series_at_end(&first) || !series_at_end(&other))
	{
		if (series_at_end(&other) ||
			(!series_at_end(&first) &&
			 series_time(&first) <= series_time(&other)))
		{
			last = series_time(&first);
			has_last = true;
			series_add_point(&writer, last, series_value(&first));
			series_step(&first);
		}
		else
		{
			TimestampTz time = series_time(&other);

			if ((!has_last || (time != last &&
							   series_distance(last, time) >= blackout)) &&
				(series_at_end(&first) ||
				 series_distance(time, series_time(&first)) >= blackout))
				series_add_point(&writer, time, series_value(&other));
			series_step(&other);
		}
	}
	return series_result(fcinfo, &writer);
}
