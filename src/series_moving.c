/*
 * series_moving.c
 *		Each point of a series seen together with those around or before it.
 *
 * A window that ends at a point at time t holds the points after t - window
 * up to t, so that a week's window over daily points holds seven; one that
 * is centred holds those no further away than half its length.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "series_math.h"
#include "series_moving.h"
#include "series_args.h"

#define LN2		0.69314718055994530942

/* The points from "first" to before "end", seen from point "at". */
typedef struct Window
{
	const SeriesPoints *points;
	uint64		before;			/* points this far away are out of it */
	uint64		after;			/* those this far away are in it */
	Size		at;
	Size		first;
	Size		end;
} Window;

/* A sum with what rounding took from it. */
typedef struct Sum
{
	float8		sum;
	float8		lost;
} Sum;

static void *
allocate(Size count, Size size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, count * size);
}

static uint64
get_window(FunctionCallInfo fcinfo, int argument, const char *name)
{
	uint64		length = (uint64) series_get_duration(fcinfo, argument, name);

	if (length == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be longer than nothing", name)));
	return length;
}

static void
start_window(Window *window, const SeriesPoints *points, uint64 length,
			 bool centred)
{
	*window = (Window) {
		.points = points,
		.before = centred ? length / 2 + 1 : length,
		.after = centred ? length / 2 : 0
	};
}

/* Move the ends of a window to where they are seen from its point. */
static void
fit_window(Window *window)
{
	const TimestampTz *times = window->points->times;
	TimestampTz time = times[window->at];

	if (window->at % SERIES_BLOCK_POINTS == 0)
		CHECK_FOR_INTERRUPTS();
	while (series_distance(times[window->first], time) >= window->before)
		window->first++;
	while (window->end < window->points->count &&
		   (times[window->end] <= time ||
			series_distance(time, times[window->end]) <= window->after))
		window->end++;
}

/* With the compensation of Neumaier. */
static Sum
plus(Sum total, Sum other)
{
	float8		sum = total.sum + other.sum;

	total.lost += fabs(total.sum) >= fabs(other.sum) ?
		(total.sum - sum) + other.sum : (other.sum - sum) + total.sum;
	total.lost += other.lost;
	total.sum = sum;
	return total;
}

/*
 * The mean of a moving window for each point.  Nothing is ever taken from a
 * sum, so that a huge value leaves no trace behind: the sum is that of the
 * points up to some middle, kept for each of them, and of those after it.
 * When the window has passed the middle, that is moved to its end.
 */
float8 *
series_moving_means(const SeriesPoints *points, uint64 length, bool centred)
{
	Window		window;
	float8	   *means = allocate(points->count, sizeof(float8));
	SeriesExtremes extremes = series_extremes(points->values, points->count);
	SeriesScale scale = series_scale(extremes);
	float8		greatest = fmax(fabs(extremes.min), fabs(extremes.max));
	int			exponent = points->exponent;
	Sum		   *upto_middle = allocate(points->count, sizeof(Sum));
	Sum		   *terms = allocate(points->count, sizeof(Sum));
	Sum			rest = {0, 0};
	Size		middle = 0;
	Size		added = 0;
	float8		unit = 1;

	/* Sums of integers are exact up to 2^53. */
	if (exponent >= 0 && greatest * series_power10[exponent] *
		(float8) points->count < 4503599627370496.0)
		unit = series_power10[exponent];
	else
		exponent = -1;
	for (Size i = 0; i < points->count; i++)
	{
		terms[i].sum = exponent < 0 ? series_scaled(points->values[i], scale) :
			rint(points->values[i] * unit);
		terms[i].lost = 0;
	}

	start_window(&window, points, length, centred);
	for (; window.at < points->count; window.at++)
	{
		Sum			sum;
		float8		mean;

		fit_window(&window);
		if (window.first >= middle)
		{
			Sum			total = {0, 0};

			middle = added = window.end;
			for (Size i = middle; i-- > window.first;)
				upto_middle[i] = total = plus(total, terms[i]);
			rest = (Sum) {0, 0};
		}
		for (; added < window.end; added++)
			rest = plus(rest, terms[added]);
		sum = plus(upto_middle[window.first], rest);
		mean = (sum.sum + sum.lost) /
			((float8) (window.end - window.first) * unit);
		if (exponent < 0)
			mean = series_unscaled(mean, scale);
		means[window.at] = fmax(extremes.min, fmin(mean, extremes.max));
	}
	pfree(terms);
	pfree(upto_middle);
	return means;
}

/* How many of the values in a window have each rank, in a Fenwick tree. */
typedef struct Ranks
{
	Size		count;			/* of ranks */
	Size		top;			/* the greatest power of two in it */
	float8	   *values;			/* by rank */
	Size	   *rank_of;		/* by point, from 1 */
	Size	   *tree;
} Ranks;

static int
compare_values(const void *left, const void *right, void *values)
{
	float8		a = ((float8 *) values)[*(const Size *) left];
	float8		b = ((float8 *) values)[*(const Size *) right];

	return (a > b) - (a < b);
}

static void
rank_values(Ranks *ranks, const SeriesPoints *points)
{
	Size	   *order = allocate(points->count, sizeof(Size));

	ranks->values = allocate(points->count, sizeof(float8));
	ranks->rank_of = allocate(points->count, sizeof(Size));
	ranks->tree = allocate(points->count + 1, sizeof(Size));
	memset(ranks->tree, 0, sizeof(Size) * (points->count + 1));
	for (Size i = 0; i < points->count; i++)
		order[i] = i;
	qsort_interruptible(order, points->count, sizeof(Size), compare_values,
						points->values);
	for (Size i = 0; i < points->count; i++)
	{
		ranks->values[i] = points->values[order[i]];
		ranks->rank_of[order[i]] = i + 1;
	}
	ranks->count = points->count;
	for (ranks->top = 1; ranks->top * 2 <= ranks->count;)
		ranks->top *= 2;
	pfree(order);
}

static void
count_rank(Ranks *ranks, Size point, Size change)
{
	for (Size i = ranks->rank_of[point]; i <= ranks->count; i += i & -i)
		ranks->tree[i] += change;
}

/* The kth value of the window, from 0. */
static float8
kth_value(const Ranks *ranks, Size k)
{
	Size		place = 0;

	for (Size step = ranks->top; step > 0; step /= 2)
	{
		if (place + step <= ranks->count && ranks->tree[place + step] <= k)
		{
			place += step;
			k -= ranks->tree[place];
		}
	}
	return ranks->values[place];
}

static float8 *
moving_medians(const SeriesPoints *points, uint64 length, bool centred)
{
	Window		window;
	float8	   *medians = allocate(points->count, sizeof(float8));
	Ranks		ranks;
	Size		first = 0;
	Size		end = 0;

	rank_values(&ranks, points);
	start_window(&window, points, length, centred);
	for (; window.at < points->count; window.at++)
	{
		Size		size;
		float8		pair[2];

		fit_window(&window);
		while (end < window.end)
			count_rank(&ranks, end++, 1);
		while (first < window.first)
			count_rank(&ranks, first++, (Size) -1);
		size = end - first;
		pair[0] = kth_value(&ranks, (size - 1) / 2);
		pair[1] = kth_value(&ranks, size / 2);
		medians[window.at] = series_quantile(pair, 0, 2, 0.5);
	}
	return medians;
}

static Datum
moving(FunctionCallInfo fcinfo,
	   float8 *(*find) (const SeriesPoints *, uint64, bool))
{
	uint64		length = get_window(fcinfo, 1, "window");
	SeriesPoints points;
	float8	   *found;
	SeriesWriter writer;

	series_read_points(&points, PG_GETARG_DATUM(0));
	found = find(&points, length, PG_GETARG_BOOL(2));
	series_start_writing(&writer);
	for (Size i = 0; i < points.count; i++)
	{
		if (i % SERIES_BLOCK_POINTS == 0)
			CHECK_FOR_INTERRUPTS();
		series_add_point(&writer, points.times[i], found[i]);
	}
	return series_result(fcinfo, &writer);
}

/* moving_mean(series, window, centred) */
PG_FUNCTION_INFO_V1(series_moving_mean);
Datum
series_moving_mean(PG_FUNCTION_ARGS)
{
	return moving(fcinfo, series_moving_means);
}

/* moving_median(series, window, centred) */
PG_FUNCTION_INFO_V1(series_moving_median);
Datum
series_moving_median(PG_FUNCTION_ARGS)
{
	return moving(fcinfo, moving_medians);
}

/*
 * ewma(series, half_life): the exponentially weighted moving average of
 * points at any distance, the weight of the past being halved in each
 * half_life (U. A. Mueller, Specially weighted moving averages with repeated
 * application of the EMA operator, Olsen & Associates, 1991: there with
 * nu = mu = 2^(-distance / half_life)).
 */
PG_FUNCTION_INFO_V1(series_ewma);
Datum
series_ewma(PG_FUNCTION_ARGS)
{
	float8		half_life = (float8) get_window(fcinfo, 1, "half_life");
	SeriesReader reader;
	const SeriesBlock *block = &reader.block;
	SeriesWriter writer;
	TimestampTz previous;
	float8		average;

	series_start_reading(&reader, PG_GETARG_DATUM(0));
	series_start_writing(&writer);
	previous = reader.summary.first_time;
	average = reader.summary.first_value;
	while (series_read_block(&reader))
	{
		for (int i = 0; i < block->count; i++)
		{
			float8		age = (float8) series_distance(previous, block->times[i]) / half_life;
			float8		share = -expm1(-LN2 * age);
			float8		rise = block->values[i] - average;

			average = isfinite(rise) ? average + rise * share :
				average * (1 - share) + block->values[i] * share;
			previous = block->times[i];
			series_add_point(&writer, previous, average);
		}
	}
	return series_result(fcinfo, &writer);
}

/* change(series, window): from the first point in the window to each. */
PG_FUNCTION_INFO_V1(series_change);
Datum
series_change(PG_FUNCTION_ARGS)
{
	uint64		length = get_window(fcinfo, 1, "window");
	SeriesPoints points;
	SeriesWriter writer;
	Size		first = 0;

	series_read_points(&points, PG_GETARG_DATUM(0));
	series_start_writing(&writer);
	for (Size i = 0; i < points.count; i++)
	{
		if (i % SERIES_BLOCK_POINTS == 0)
			CHECK_FOR_INTERRUPTS();
		while (series_distance(points.times[first], points.times[i]) > length)
			first++;
		if (first < i)
			series_add_result(&writer, points.times[i],
							  points.values[i] - points.values[first]);
	}
	return series_result(fcinfo, &writer);
}
