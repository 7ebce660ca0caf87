/*
 * series_downsample.c
 *		A series in fewer points, for drawing it.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "series_math.h"
#include "series_args.h"

#define MIN_POINTS	3

typedef enum DownsampleMethod
{
	DOWNSAMPLE_LTTB,
	DOWNSAMPLE_MEAN
} DownsampleMethod;

static const char *const methods[] = {"lttb", "mean", NULL};

/* Where the nth of so many equal parts of some points starts. */
static Size
part_start(Size total, Size n, Size parts)
{
	return (Size) ((uint64) total / parts * n + (uint64) total % parts * n / parts);
}

/* Microseconds since the first point. */
static float8
elapsed(const SeriesPoints *points, Size i)
{
	return (float8) ((uint64) points->times[i] - (uint64) points->times[0]);
}

/* The centre of gravity of some points. */
static void
centre(const SeriesPoints *points, Size from, Size until, SeriesScale scale,
	   float8 *x, float8 *y)
{
	*x = 0;
	*y = 0;
	for (Size i = from; i < until; i++)
	{
		*x += elapsed(points, i);
		*y += series_scaled(points->values[i], scale);
	}
	*x /= (float8) (until - from);
	*y /= (float8) (until - from);
}

/*
 * Largest Triangle Three Buckets (S. Steinarsson, Downsampling Time Series
 * for Visual Representation, MSc thesis, University of Iceland, 2013): the
 * first point and the last stay; of each part of those between, the point
 * that makes the largest triangle with the one chosen before it and the
 * centre of the next part, the first of equals.
 */
static void
downsample_lttb(SeriesWriter *writer, const SeriesPoints *points, Size target)
{
	SeriesExtremes extremes = series_extremes(points->values, points->count);
	SeriesScale scale = series_scale(extremes);
	Size		parts = target - 2;
	Size		inner = points->count - 2;
	Size		chosen = 0;

	series_add_point(writer, points->times[0], points->values[0]);
	for (Size part = 0; part < parts; part++)
	{
		Size		from = 1 + part_start(inner, part, parts);
		Size		until = 1 + part_start(inner, part + 1, parts);
		Size		after = part + 1 < parts ?
			1 + part_start(inner, part + 2, parts) : points->count;
		float8		largest = -1;
		float8		x = elapsed(points, chosen);
		float8		y = series_scaled(points->values[chosen], scale);
		float8		next_x;
		float8		next_y;

		CHECK_FOR_INTERRUPTS();
		centre(points, until, after, scale, &next_x, &next_y);
		for (Size i = from; i < until; i++)
		{
			float8		area =
				fabs((x - next_x) * (series_scaled(points->values[i], scale) - y) -
					 (x - elapsed(points, i)) * (next_y - y));

			if (area > largest)
			{
				largest = area;
				chosen = i;
			}
		}
		series_add_point(writer, points->times[chosen], points->values[chosen]);
	}
	series_add_point(writer, points->times[points->count - 1],
					 points->values[points->count - 1]);
}

/* Means of times and values over equal parts of the time span. */
static void
downsample_mean(SeriesWriter *writer, const SeriesPoints *points, Size target)
{
	uint64		start = (uint64) points->times[0];
	uint64		span = (uint64) points->times[points->count - 1] - start + 1;
	Size		i = 0;

	for (uint64 part = 0; part < target; part++)
	{
		/* The part ends here, rounded up. */
		uint64		end = span / target * (part + 1) +
			(span % target * (part + 1) + target - 1) / target;
		Size		from = i;
		float8		offsets = 0;
		float8		values;

		CHECK_FOR_INTERRUPTS();
		while (i < points->count && (uint64) points->times[i] - start < end)
		{
			offsets += (float8) (points->times[i] - points->times[from]);
			i++;
		}
		if (i == from)
			continue;
		values = series_mean(points->values + from, i - from, points->exponent,
							 series_extremes(points->values + from, i - from));
		series_add_point(writer, points->times[from] +
						 (int64) (offsets / (float8) (i - from)), values);
	}
}

/* downsample(series, points, method) */
PG_FUNCTION_INFO_V1(series_downsample);
Datum
series_downsample(PG_FUNCTION_ARGS)
{
	int32		target = PG_GETARG_INT32(1);
	DownsampleMethod method = series_get_choice(fcinfo, 2, "method", methods);
	SeriesSummary summary;
	SeriesPoints points;
	SeriesWriter writer;

	if (target < MIN_POINTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("points to keep must be at least %d, not %d",
						MIN_POINTS, target)));
	series_get_summary(PG_GETARG_DATUM(0), &summary);
	if (summary.count <= (uint64) target)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	series_read_points(&points, PG_GETARG_DATUM(0));
	series_start_writing(&writer);
	if (method == DOWNSAMPLE_LTTB)
		downsample_lttb(&writer, &points, target);
	else
		downsample_mean(&writer, &points, target);
	return series_result(fcinfo, &writer);
}
