/*
 * blood_pressure.c
 *		Home blood pressure by the protocol of the European Society of
 *		Hypertension.
 *
 * Parati et al., J Hypertens 2008;26:1505, and Stergiou et al., J Hypertens
 * 2021;39:1293: readings of seven days (of three at least), the first day
 * left out, the rest averaged, twelve of them or more.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "civil.h"
#include "clinical.h"
#include "compat.h"
#include "series_math.h"

/* From where on averages, in mm[Hg], are no longer normal, and too high. */
static const double normal_ends[] = {130, 80};
static const double hypertension_starts[] = {135, 85};

static int32
get_count(FunctionCallInfo fcinfo, int argument, const char *name)
{
	int32		count = PG_GETARG_INT32(argument);

	if (count < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative, but is %d", name, count)));
	return count;
}

static const char *
get_category(double systolic, double diastolic)
{
	if (systolic >= hypertension_starts[0] ||
		diastolic >= hypertension_starts[1])
		return "hypertension";
	if (systolic >= normal_ends[0] || diastolic >= normal_ends[1])
		return "borderline";
	return "normal";
}

/*
 * home_blood_pressure(systolic, diastolic, unit, zone, discard_days,
 * min_readings): a reading is an instant that both series have.
 */
PG_FUNCTION_INFO_V1(home_blood_pressure);
Datum
home_blood_pressure(PG_FUNCTION_ARGS)
{
	double		factor = clinical_factor(BLOOD_PRESSURE,
										 PG_GETARG_TEXT_PP(2));
	int32		discard_days = get_count(fcinfo, 4, "discard_days");
	int32		min_readings = get_count(fcinfo, 5, "min_readings");
	CivilZone	civil;
	SeriesCursor systolic;
	SeriesCursor diastolic;
	int64		first_day = 0;
	int64		last_day = 0;
	bool		started = false;
	float8	   *readings[2];
	double		means[2];
	int32		num_readings = 0;
	int32		num_days = 0;
	TupleDesc	row;
	Datum		values[6] = {0};
	bool		nulls[6] = {false};

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	civil_open(&civil, PG_GETARG_TEXT_PP(3));
	series_start_walk(&systolic, PG_GETARG_DATUM(0));
	series_start_walk(&diastolic, PG_GETARG_DATUM(1));
	for (int i = 0; i < 2; i++)
		readings[i] = MemoryContextAllocHuge(CurrentMemoryContext,
											 sizeof(float8) *
											 Min(systolic.reader.summary.count,
												 diastolic.reader.summary.count));
	while (!series_at_end(&systolic) && !series_at_end(&diastolic))
	{
		TimestampTz time = series_time(&systolic);

		if (time < series_time(&diastolic))
			series_step(&systolic);
		else if (time > series_time(&diastolic))
			series_step(&diastolic);
		else
		{
			int64		day = civil_day(civil_clock(&civil, time));

			if (!started)
				first_day = day;
			started = true;
			if (day - first_day >= discard_days)
			{
				if (num_readings == 0 || day != last_day)
					num_days++;
				last_day = day;
				readings[0][num_readings] = series_value(&systolic);
				readings[1][num_readings++] = series_value(&diastolic);
			}
			series_step(&systolic);
			series_step(&diastolic);
		}
	}

	nulls[0] = nulls[1] = num_readings == 0;
	nulls[5] = num_readings == 0 || num_readings < min_readings;
	for (int i = 0; i < 2 && num_readings > 0; i++)
	{
		means[i] = series_mean(readings[i], num_readings, -1,
							   series_extremes(readings[i], num_readings));
		values[i] = Float8GetDatum(means[i]);
	}
	values[2] = Int32GetDatum(num_readings);
	values[3] = Int32GetDatum(num_days);
	values[4] = BoolGetDatum(!nulls[5]);
	if (!nulls[5])
		values[5] = CStringGetTextDatum(get_category(means[0] * factor,
													 means[1] * factor));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row),
													  values, nulls)));
}
