/*
 * news2.c
 *		National Early Warning Score 2.
 *
 * Royal College of Physicians, National Early Warning Score (NEWS) 2:
 * Standardising the assessment of acute-illness severity in the NHS, London
 * 2017, which may be used freely if it is acknowledged and not altered.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "clinical.h"
#include "compat.h"

/* The score up to and including some value; the last is for all above. */
typedef struct Band
{
	double		upto;
	int			score;
} Band;

/* Values are compared as they are charted, so many steps to a unit. */
typedef struct Chart
{
	const char *name;
	const char *unit;
	double		least;			/* below and above are no such measurements */
	double		most;
	double		steps;
	Band		bands[7];
} Chart;

static const Chart respiration_chart = {
	"respiration rate", "breaths a minute", 0, 150, 1,
	{{8, 3}, {11, 1}, {20, 0}, {24, 2}, {INFINITY, 3}}
};

/* Not a fraction: 1.0 would be 1 % as well as 100 %. */
static const Chart spo2_charts[] = {
	{
		"oxygen saturation", "percent", 2, 100, 1,
		{{91, 3}, {93, 2}, {95, 1}, {INFINITY, 0}}
	},
	{
		"oxygen saturation", "percent", 2, 100, 1,
		{{83, 3}, {85, 2}, {87, 1}, {92, 0}, {94, 1}, {96, 2}, {INFINITY, 3}}
	},
};

static const Chart systolic_chart = {
	"systolic blood pressure", "mm[Hg]", 20, 400, 1,
	{{90, 3}, {100, 2}, {110, 1}, {219, 0}, {INFINITY, 3}}
};

static const Chart pulse_chart = {
	"pulse", "beats a minute", 0, 400, 1,
	{{40, 3}, {50, 1}, {90, 0}, {110, 1}, {130, 2}, {INFINITY, 3}}
};

static const Chart temperature_chart = {
	"temperature", "degrees Celsius", 10, 50, 10,
	{{350, 3}, {360, 1}, {380, 0}, {390, 1}, {INFINITY, 2}}
};

static int
get_score(const Chart *chart, double value)
{
	const Band *band = chart->bands;

	if (!(value >= chart->least && value <= chart->most))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s of %g is out of range", chart->name, value),
				 errhint("It is given in %s, from %g to %g.", chart->unit,
						 chart->least, chart->most)));
	while (clinical_round(value * chart->steps) > band->upto)
		band++;
	return band->score;
}

static const char *
get_band(int total, int highest)
{
	if (total >= 7)
		return "high";
	if (total >= 5)
		return "medium";
	return highest >= 3 ? "low-medium" : "low";
}

/*
 * news2(respiration, spo2, scale, on_oxygen, systolic, pulse, consciousness,
 * temperature)
 */
PG_FUNCTION_INFO_V1(news2);
Datum
news2(PG_FUNCTION_ARGS)
{
	static const char *const levels[] = {"A", "C", "V", "P", "U", NULL};
	double		spo2 = PG_GETARG_FLOAT8(1);
	int32		scale = PG_GETARG_INT32(2);
	bool		on_oxygen = PG_GETARG_BOOL(3);
	int			scores[7];
	int			total = 0;
	int			highest = 0;
	TupleDesc	row;
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (scale != 1 && scale != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("oxygen saturation scale must be 1 or 2, not %d", scale),
				 errhint("Scale 2 is for those with hypercapnic respiratory failure, on a clinician's decision.")));
	scores[0] = get_score(&respiration_chart, PG_GETARG_FLOAT8(0));
	scores[1] = get_score(&spo2_charts[scale - 1], spo2);
	if (scale == 2 && !on_oxygen && clinical_round(spo2) >= 93)
		scores[1] = 0;
	scores[2] = on_oxygen ? 2 : 0;
	scores[3] = get_score(&systolic_chart, PG_GETARG_FLOAT8(4));
	scores[4] = get_score(&pulse_chart, PG_GETARG_FLOAT8(5));
	scores[5] = series_get_choice(fcinfo, 6, "consciousness",
								levels) == 0 ? 0 : 3;
	scores[6] = get_score(&temperature_chart, PG_GETARG_FLOAT8(7));
	for (int i = 0; i < lengthof(scores); i++)
	{
		total += scores[i];
		highest = Max(highest, scores[i]);
	}
	values[0] = Int32GetDatum(total);
	values[1] = Int32GetDatum(highest);
	values[2] = CStringGetTextDatum(get_band(total, highest));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row),
													  values, nulls)));
}
