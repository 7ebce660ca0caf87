/*
 * glucose_mage.c
 *		Mean amplitude of glycemic excursions.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "glucose.h"
#include "series_math.h"
#include "series_time.h"

/* The excursions of one direction that have been counted so far. */
typedef struct Excursions
{
	int			direction;		/* 1 up, -1 down, 0 of none yet */
	double		sum;
	Size		count;
} Excursions;

static void
add_excursion(Excursions *excursions, int direction, double amplitude)
{
	if (excursions->direction == 0)
		excursions->direction = direction;
	if (direction != excursions->direction)
		return;
	excursions->sum += fabs(amplitude);
	excursions->count++;
}

/*
 * mage(series, unit, max_gap): Service et al., Diabetes 1970;19:644.
 *
 * Turning points are the peaks and nadirs between which glucose changes by
 * more than one standard deviation; lesser swings on the way do not turn it.
 * Of the excursions from one to the next, those count that go in the direction
 * of the first.  One that begins or ends with a stretch of readings counts as
 * far as it is seen.
 */
PG_FUNCTION_INFO_V1(glucose_mage);
Datum
glucose_mage(PG_FUNCTION_ARGS)
{
	int64		max_gap = series_get_max_gap(fcinfo, 2, PG_GETARG_DATUM(0));
	SeriesSummary summary;
	SeriesPoints points;
	Excursions	excursions = {0};
	double		threshold;
	double		lowest;			/* since the last turning point */
	double		highest;
	int			direction = 0;	/* of the excursion that is under way */

	glucose_unit(PG_GETARG_TEXT_PP(1));
	series_get_summary(PG_GETARG_DATUM(0), &summary);
	series_read_points(&points, PG_GETARG_DATUM(0));
	if (points.count < 2)
		PG_RETURN_NULL();
	threshold = series_finite(series_deviation(points.values, points.count,
											   summary.mean_value,
											   (SeriesExtremes) {
												   summary.min_value,
												   summary.max_value
											   }));

	lowest = highest = points.values[0];
	for (Size i = 1; i < points.count; i++)
	{
		double		value = points.values[i];

		CHECK_FOR_INTERRUPTS();
		if (series_distance(points.times[i - 1], points.times[i]) >
			(uint64) max_gap)
		{
			if (direction != 0)
				add_excursion(&excursions, direction, highest - lowest);
			direction = 0;
			lowest = highest = value;
		}
		else if (direction >= 0 && highest - value > threshold)
		{
			if (direction > 0)
				add_excursion(&excursions, direction, highest - lowest);
			direction = -1;
			lowest = value;
		}
		else if (direction <= 0 && value - lowest > threshold)
		{
			if (direction < 0)
				add_excursion(&excursions, direction, highest - lowest);
			direction = 1;
			highest = value;
		}
		else if (value < lowest && direction <= 0)
			lowest = value;
		else if (value > highest && direction >= 0)
			highest = value;
	}
	if (direction != 0)
		add_excursion(&excursions, direction, highest - lowest);
	if (excursions.count == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(series_finite(excursions.sum / excursions.count));
}
