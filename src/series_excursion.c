/*
 * series_excursion.c
 *		When a series left its range, how far, and for how long.
 *
 * Below and above are watched apart.  On each side, an excursion begins with
 * the first point of a stretch beyond the bound that lasts min_duration.  It
 * ends where a stretch begins that is inside by hysteresis and lasts as long
 * as recovery says.  Where points are further apart than max_gap, or at the
 * end of the series, it ends without having recovered: nothing is known of
 * what came next.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "compat.h"
#include "series_time.h"

typedef struct Excursion
{
	bool		below;
	bool		recovered;
	TimestampTz start;
	TimestampTz end;
	TimestampTz extreme_time;
	float8		extreme;
	float8		area;			/* value times microseconds */
} Excursion;

typedef struct ExcursionList
{
	Excursion  *items;
	Size		count;
	Size		allocated;
} ExcursionList;

/* What is asked for. */
typedef struct Rule
{
	int64		min_duration;
	int64		recovery;
	int64		max_gap;
	float8		hysteresis;
} Rule;

/* One side of the range; below, values and bounds are negated. */
typedef struct Side
{
	double		sign;
	double		bound;
	double		clear;			/* bound, less hysteresis */
	enum
	{
		CALM,
		BEYOND,					/* for less than min_duration so far */
		OPEN
	}			state;
	bool		recovering;
	Excursion	current;		/* ends where recovery began, if recovering */
} Side;

/* How long a point counts, and whether anything is known after that. */
typedef struct Held
{
	TimestampTz until;
	uint64		duration;
	bool		cut;
} Held;

static void
start_side(Side *side, bool below, float8 bound, const Rule *rule)
{
	side->sign = below ? -1 : 1;
	side->bound = side->sign * bound;
	side->clear = side->bound - rule->hysteresis;
	side->state = CALM;
	side->current.below = below;
}

static void
end_excursion(Side *side, ExcursionList *list)
{
	if (list->count == list->allocated)
	{
		list->allocated = list->allocated * 2 + 8;
		list->items = list->items == NULL ?
			palloc(sizeof(Excursion) * list->allocated) :
			repalloc_huge(list->items, sizeof(Excursion) * list->allocated);
	}
	list->items[list->count++] = side->current;
	side->state = CALM;
}

static void
pass_beyond(Side *side, TimestampTz time, float8 value, const Held *held,
			const Rule *rule)
{
	Excursion  *current = &side->current;

	if (side->state == CALM)
	{
		side->state = BEYOND;
		current->start = time;
		current->area = 0;
	}
	if (time == current->start ||
		side->sign * value > side->sign * current->extreme)
	{
		current->extreme = value;
		current->extreme_time = time;
	}
	current->area = series_finite(current->area +
								  (side->sign * value - side->bound) *
								  (double) held->duration);
	if (series_distance(current->start, held->until) >=
		(uint64) rule->min_duration)
		side->state = OPEN;
	side->recovering = false;
}

static void
pass_inside(Side *side, TimestampTz time, float8 value, const Held *held,
			const Rule *rule, ExcursionList *list)
{
	Excursion  *current = &side->current;

	if (side->state == BEYOND)
		side->state = CALM;
	if (side->state == CALM)
		return;
	if (side->sign * value > side->clear)
	{
		side->recovering = false;
		return;
	}
	if (!side->recovering)
	{
		side->recovering = true;
		current->end = time;
	}
	if (series_distance(current->end, held->until) >=
		(uint64) rule->recovery)
	{
		current->recovered = true;
		end_excursion(side, list);
	}
}

static void
pass_point(Side *side, TimestampTz time, float8 value, const Held *held,
		   const Rule *rule, ExcursionList *list)
{
	if (side->sign * value > side->bound)
		pass_beyond(side, time, value, held, rule);
	else
		pass_inside(side, time, value, held, rule, list);
	if (!held->cut)
		return;
	if (side->state == OPEN)
	{
		if (!side->recovering)
			side->current.end = held->until;
		side->current.recovered = false;
		end_excursion(side, list);
	}
	side->state = CALM;
}

/* Whether a side has anything to do with a point. */
static inline bool
is_concerned(const Side *side, float8 value)
{
	return side->state != CALM || side->sign * value > side->bound;
}

static void
find_excursions(Datum series, Side *sides, int num_sides, const Rule *rule,
				ExcursionList *list)
{
	SeriesCursor cursor;

	series_start_walk(&cursor, series);
	while (!series_at_end(&cursor))
	{
		TimestampTz time = series_time(&cursor);
		float8		value = series_value(&cursor);
		Held		held = {time, 0, true};
		bool		concerned = false;

		for (int i = 0; i < num_sides; i++)
			concerned |= is_concerned(&sides[i], value);
		series_step(&cursor);
		if (!concerned)
			continue;
		if (!series_at_end(&cursor))
		{
			uint64		distance = series_distance(time, series_time(&cursor));

			held.cut = distance > (uint64) rule->max_gap;
			held.duration = Min(distance, (uint64) rule->max_gap);
			held.until = (TimestampTz) ((uint64) time + held.duration);
		}
		for (int i = 0; i < num_sides; i++)
			pass_point(&sides[i], time, value, &held, rule, list);
	}
}

static int
compare_starts(const void *left, const void *right, void *unused)
{
	const Excursion *a = left;
	const Excursion *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

static void
put_row(ReturnSetInfo *result, const Excursion *excursion)
{
	Datum		values[7];
	bool		nulls[7] = {0};

	values[0] = TimestampTzGetDatum(excursion->start);
	values[1] = TimestampTzGetDatum(excursion->end);
	values[2] = CStringGetTextDatum(excursion->below ? "below" : "above");
	values[3] = Float8GetDatum(excursion->extreme);
	values[4] = TimestampTzGetDatum(excursion->extreme_time);
	values[5] = Float8GetDatum(excursion->area / USECS_PER_HOUR);
	values[6] = BoolGetDatum(excursion->recovered);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * Arguments: series, low, high, min_duration, hysteresis, recovery, max_gap.
 */
PG_FUNCTION_INFO_V1(series_excursions);
Datum
series_excursions(PG_FUNCTION_ARGS)
{
	Rule		rule;
	Side		sides[2];
	int			num_sides = 0;
	float8		low;
	float8		high;
	ExcursionList list = {0};

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(3) || PG_ARGISNULL(4) ||
		PG_ARGISNULL(5))
		return (Datum) 0;
	series_get_bounds(fcinfo, 1, &low, &high);
	rule.min_duration = series_get_duration(fcinfo, 3, "min_duration");
	rule.hysteresis = PG_GETARG_FLOAT8(4);
	rule.recovery = series_get_duration(fcinfo, 5, "recovery");
	if (!(rule.hysteresis >= 0) || isinf(rule.hysteresis))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("hysteresis must be finite and not negative, not %s",
						float8out_internal(rule.hysteresis))));
	rule.max_gap = series_get_max_gap(fcinfo, 6, PG_GETARG_DATUM(0));

	/* Nothing lies beyond infinity. */
	if (low > -INFINITY)
		start_side(&sides[num_sides++], true, low, &rule);
	if (high < INFINITY)
		start_side(&sides[num_sides++], false, high, &rule);
	find_excursions(PG_GETARG_DATUM(0), sides, num_sides, &rule, &list);

	qsort_interruptible(list.items, list.count, sizeof(Excursion),
						compare_starts, NULL);
	for (Size i = 0; i < list.count; i++)
		put_row((ReturnSetInfo *) fcinfo->resultinfo, &list.items[i]);
	return (Datum) 0;
}
