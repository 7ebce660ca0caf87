/*
 * glucose_events.c
 *		Glucose as it comes and goes: low episodes, and swings.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"

#include "compat.h"
#include "glucose.h"
#include "series_time.h"

/* How long it must be low to count, and back to be over. */
#define EPISODE_TIME	(15 * USECS_PER_MINUTE)

/* Longer than this, an episode is prolonged. */
#define PROLONGED_TIME	(120 * USECS_PER_MINUTE)

typedef struct Episode
{
	bool		open;
	bool		counts;			/* it has been low for long enough */
	TimestampTz start;
	TimestampTz end;			/* until when it was low */
	double		lowest;
} Episode;

static void
put_episode(ReturnSetInfo *result, Episode *episode)
{
	Datum		values[4];
	bool		nulls[4] = {false, false, false, false};

	if (episode->counts)
	{
		values[0] = TimestampTzGetDatum(episode->start);
		values[1] = TimestampTzGetDatum(episode->end);
		values[2] = Float8GetDatum(episode->lowest);
		values[3] = BoolGetDatum(series_distance(episode->start,
												 episode->end) >
								 PROLONGED_TIME);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	episode->open = episode->counts = false;
}

/*
 * hypoglycemia(series, unit, below, max_gap): where there are no readings for
 * longer than max_gap an episode ends, for nobody knows how it went on.
 */
PG_FUNCTION_INFO_V1(glucose_hypoglycemia);
Datum
glucose_hypoglycemia(PG_FUNCTION_ARGS)
{
	GlucoseUnit unit;
	double		limit;
	SeriesPoints points;
	int64		max_gap;
	Episode		episode = {false};

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	unit = glucose_unit(PG_GETARG_TEXT_PP(1));
	limit = unit.mgdl ? 70 : 39;
	if (!PG_ARGISNULL(2))
		limit = glucose_steps(&unit, clinical_amount(fcinfo, 2, "below"));
	series_read_points(&points, PG_GETARG_DATUM(0));
	max_gap = PG_ARGISNULL(3) ?
		series_default_gap(points.times, points.count) :
		series_get_max_gap(fcinfo, 3, PG_GETARG_DATUM(0));

	for (Size i = 0; i < points.count; i++)
	{
		TimestampTz time = points.times[i];
		TimestampTz until = time + series_held(points.times, points.count, i,
											   max_gap);

		CHECK_FOR_INTERRUPTS();
		if (glucose_steps(&unit, points.values[i]) < limit)
		{
			if (!episode.open)
			{
				episode.open = true;
				episode.start = time;
				episode.lowest = points.values[i];
			}
			episode.lowest = Min(episode.lowest, points.values[i]);
			episode.end = until;
			if (series_distance(episode.start, until) >= EPISODE_TIME)
				episode.counts = true;
		}
		else if (episode.open &&
				 (!episode.counts || series_distance(episode.end, until) >= EPISODE_TIME))
			put_episode((ReturnSetInfo *) fcinfo->resultinfo, &episode);
		if (i + 1 == points.count || until < points.times[i + 1])
			put_episode((ReturnSetInfo *) fcinfo->resultinfo, &episode);
	}
	return (Datum) 0;
}

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
 * Mean amplitude of glycemic excursions (Service et al., Diabetes 1970;19:644).
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
	threshold = clinical_deviation(&points, summary.mean_value);

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
	PG_RETURN_FLOAT8(excursions.sum / excursions.count);
}
