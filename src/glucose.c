/*
 * glucose.c
 *		Glucose in numbers: the consensus set for continuous monitoring.
 *
 * Battelino et al., Diabetes Care 2019;42:1593, and Danne et al., Diabetes
 * Care 2017;40:1631, for the ranges and what counts as enough data; Bergenstal
 * et al., Diabetes Care 2018;41:2275, for the glucose management indicator.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "civil.h"
#include "compat.h"
#include "glucose.h"
#include "series_math.h"
#include "series_time.h"

/* Enough data is this part of the readings of so many days. */
#define ENOUGH_PART		0.7
#define ENOUGH_DAYS		14

/*
 * Where low, in range, high and very high begin, in steps of the published
 * resolution.  For pregnancy there is one range above; it is high and very
 * high together.
 */
#define RANGES	5
static const double range_starts[2][2][RANGES - 1] = {
	{{30, 39, 101, 140}, {54, 70, 181, 251}},
	{{30, 35, 79, 140}, {54, 63, 141, 251}},
};

enum
{
	STANDARD, PREGNANCY
};

static const char *const range_names[] = {"standard", "pregnancy", NULL};

static const char *const weight_names[] = {"time", "readings", NULL};
enum
{
	BY_TIME, BY_READINGS
};

static const char *const gmi_units[] = {"%", "mmol/mol", NULL};
enum
{
	PERCENT, MMOL_PER_MOL
};

static double
get_gmi(double mean, const GlucoseUnit *unit, int result_unit)
{
	double		mmoll = mean * unit->factor;

	if (result_unit == MMOL_PER_MOL)
		return 12.71 + 4.70587 * mmoll;
	return 3.31 + 0.02392 * (unit->mgdl ? mean : mmoll * MGDL_PER_MMOLL);
}

PG_FUNCTION_INFO_V1(glucose_gmi);
Datum
glucose_gmi(PG_FUNCTION_ARGS)
{
	GlucoseUnit unit = glucose_unit(PG_GETARG_TEXT_PP(1));
	int			result_unit = series_get_choice(fcinfo, 2, "result_unit",
												gmi_units);
	SeriesSummary summary;

	series_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_FLOAT8(series_finite(get_gmi(summary.mean_value, &unit,
										   result_unit)));
}

/*
 * hypoglycemia_limit(unit, below): what is less would be published as below.
 */
PG_FUNCTION_INFO_V1(glucose_hypoglycemia_limit);
Datum
glucose_hypoglycemia_limit(PG_FUNCTION_ARGS)
{
	GlucoseUnit unit;
	double		limit;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	unit = glucose_unit(PG_GETARG_TEXT_PP(0));
	limit = range_starts[STANDARD][unit.mgdl][1];
	if (!PG_ARGISNULL(1))
		limit = glucose_steps(&unit, clinical_amount(fcinfo, 1, "below"));
	PG_RETURN_FLOAT8((limit - 0.5) / unit.steps);
}

/* On how many days of the calendar there are points. */
static int32
count_days(const SeriesPoints *points, CivilZone *civil)
{
	TimestampTz until = PG_INT64_MIN;	/* the day, or the offset, lasts */
	int64		last = 0;
	int32		days = 0;

	for (Size i = 0; i < points->count; i++)
	{
		TimestampTz time = points->times[i];
		Timestamp	clock;

		if (time < until)
			continue;
		CHECK_FOR_INTERRUPTS();
		clock = civil_clock(civil, time);
		until = Min(civil->until, time + USECS_PER_DAY - civil_time(clock));
		days += days == 0 || civil_day(clock) != last;
		last = civil_day(clock);
	}
	return days;
}

/* How much of the weight lies in each range, as parts of one. */
static bool
weigh_ranges(const SeriesPoints *points, const GlucoseUnit *unit,
			 const double *starts, bool by_time, int64 max_gap, double *parts)
{
	double		total = 0;

	memset(parts, 0, sizeof(double) * RANGES);
	for (Size i = 0; i < points->count; i++)
	{
		double		steps = points->values[i] * unit->steps + 0.5;
		int			range = 0;
		double		weight = 1;

		/* Rounding down would not take it from one side of a start to the other. */
		if (i % SERIES_BLOCK_POINTS == 0)
			CHECK_FOR_INTERRUPTS();
		if (by_time)
			weight = series_held(points->times, points->count, i, max_gap);
		for (int j = 0; j < RANGES - 1; j++)
			range += steps >= starts[j];
		parts[range] += weight;
		total += weight;
	}
	if (total == 0)
		return false;
	for (int j = 0; j < RANGES; j++)
		parts[j] /= total;
	return true;
}

/* The columns of glucose_summary. */
enum
{
	NUM_READINGS, NUM_DAYS, CADENCE, ACTIVE, SUFFICIENT, MEAN, SD, CV, GMI,
	VERY_LOW, COLUMNS = VERY_LOW + RANGES
};

/* How far apart readings are, how many are missing, whether there are enough. */
static void
put_sufficiency(const SeriesPoints *points, int64 cadence, Datum *values,
				bool *nulls)
{
	Interval   *interval = palloc0(sizeof(Interval));
	double		span = series_distance(points->times[0],
									   points->times[points->count - 1]);
	double		active;

	nulls[CADENCE] = nulls[ACTIVE] = cadence == 0;
	if (cadence == 0)
	{
		values[SUFFICIENT] = BoolGetDatum(false);
		return;
	}
	interval->time = cadence;
	active = Min(1.0, points->count / (span / cadence + 1));
	values[CADENCE] = IntervalPGetDatum(interval);
	values[ACTIVE] = Float8GetDatum(active);
	values[SUFFICIENT] = BoolGetDatum(active >= ENOUGH_PART &&
									  (double) points->count * cadence >=
									  ENOUGH_PART * ENOUGH_DAYS * USECS_PER_DAY);
}

static void
put_spread(const SeriesPoints *points, const SeriesSummary *summary,
		   Datum *values, bool *nulls)
{
	double		mean = summary->mean_value;
	SeriesExtremes extremes = {summary->min_value, summary->max_value};
	double		sd;

	nulls[SD] = nulls[CV] = true;
	if (points->count < 2)
		return;
	sd = series_finite(series_deviation(points->values, points->count, mean,
										extremes));
	nulls[SD] = false;
	values[SD] = Float8GetDatum(sd);
	if (mean == 0)
		return;
	nulls[CV] = false;
	values[CV] = Float8GetDatum(series_finite(100 * sd / mean));
}

PG_FUNCTION_INFO_V1(glucose_summary);
Datum
glucose_summary(PG_FUNCTION_ARGS)
{
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false};
	GlucoseUnit unit;
	CivilZone	civil;
	int			weight;
	int			ranges;
	int64		cadence;
	int64		max_gap;
	SeriesSummary summary;
	SeriesPoints points;
	double		parts[RANGES];
	bool		weighed;
	TupleDesc	row;

	for (int i = 0; i < PG_NARGS(); i++)
	{
		if (i != 2 && PG_ARGISNULL(i))
			PG_RETURN_NULL();
	}
	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	unit = glucose_unit(PG_GETARG_TEXT_PP(1));
	civil_open(&civil, PG_GETARG_TEXT_PP(3));
	weight = series_get_choice(fcinfo, 4, "weight", weight_names);
	ranges = series_get_choice(fcinfo, 5, "ranges", range_names);
	series_get_summary(PG_GETARG_DATUM(0), &summary);
	series_read_points(&points, PG_GETARG_DATUM(0));
	cadence = series_cadence_of(points.times, points.count);
	max_gap = PG_ARGISNULL(2) ? series_default_gap(cadence) :
		series_get_max_gap(fcinfo, 2, PG_GETARG_DATUM(0));

	values[NUM_READINGS] = Int32GetDatum((int32) points.count);
	values[NUM_DAYS] = Int32GetDatum(count_days(&points, &civil));
	put_sufficiency(&points, cadence, values, nulls);
	values[MEAN] = Float8GetDatum(summary.mean_value);
	put_spread(&points, &summary, values, nulls);
	values[GMI] = Float8GetDatum(series_finite(get_gmi(summary.mean_value, &unit,
													   PERCENT)));
	weighed = weigh_ranges(&points, &unit, range_starts[ranges][unit.mgdl],
						   weight == BY_TIME, max_gap, parts);
	for (int i = 0; i < RANGES; i++)
	{
		nulls[VERY_LOW + i] = !weighed;
		if (weighed)
			values[VERY_LOW + i] = Float8GetDatum(parts[i]);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row),
													  values, nulls)));
}
