/*
 * series_sampled.c
 *		Series as SampledData of FHIR R4, which has samples at a fixed period.
 *
 * A sample is origin + factor * number, reckoned in decimals and rounded once.
 */
#include "postgres.h"

#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "compat.h"
#include "series_args.h"

/* No double needs more characters, even without an exponent. */
#define NUMBER_MAX	400

/* So many samples for each point are too much of nothing. */
#define MOST_SAMPLES	100

#define MICROSECONDS_PER_MILLISECOND	1000

typedef enum Beyond
{
	BEYOND_ERROR,
	BEYOND_OMIT,
	BEYOND_LIMIT
} Beyond;

static const char *const beyond_choices[] = {"error", "omit", "limit", NULL};

static void
throw_unfit(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("SampledData cannot be read"),
			 errdetail("%s.", detail)));
}

/* A number of an object; false if it has no such key. */
static bool
get_number(JsonbContainer *object, const char *key, Numeric *number)
{
	JsonbValue	value;
	char	   *digits;

	if (getKeyJsonValueFromContainer(object, key, (int) strlen(key),
									 &value) == NULL)
		return false;
	if (value.type != jbvNumeric)
		throw_unfit(psprintf("Its %s is not a number", key));
	digits = numeric_normalize(value.val.numeric);
	if (strlen(digits) > NUMBER_MAX)
		throw_unfit(psprintf("Its %s has too many digits", key));
	pfree(digits);
	*number = value.val.numeric;
	return true;
}

static float8
to_float8(Numeric number)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8,
											  NumericGetDatum(number)));
}

static Numeric
integer(int64 value)
{
	return DatumGetNumeric(DirectFunctionCall1(int8_numeric,
											   Int64GetDatum(value)));
}

/* The length of a JSON number at the start of a word; 0 if there is none. */
static size_t
number_length(const char *word)
{
	const char *s = word + (*word == '+' || *word == '-');
	size_t		whole = strspn(s, "0123456789");
	size_t		fraction = 0;

	s += whole;
	if (*s == '.')
	{
		fraction = strspn(s + 1, "0123456789");
		s += fraction + 1;
	}
	if (whole + fraction == 0)
		return 0;
	if (*s == 'e' || *s == 'E')
	{
		const char *exponent = s + 1 + (s[1] == '+' || s[1] == '-');
		size_t		digits = strspn(exponent, "0123456789");

		if (digits < 1 || digits > 3)
			return 0;
		s = exponent + digits;
	}
	return s - word;
}

/* What SampledData says beside its samples. */
typedef struct Sampling
{
	Numeric		origin;
	Numeric		factor;
	float8		period;			/* microseconds */
	char	   *data;
} Sampling;

static void
read_sampling(JsonbContainer *object, Sampling *sampling)
{
	JsonbValue	value;
	Numeric		number;

	if (!get_number(object, "dimensions", &number) || to_float8(number) != 1)
		throw_unfit("Its dimensions must be 1");
	if (!get_number(object, "period", &number))
		throw_unfit("It has no period");
	sampling->period = to_float8(number) * MICROSECONDS_PER_MILLISECOND;
	if (!(sampling->period >= 1))
		throw_unfit("Its period is shorter than a microsecond");
	if (!get_number(object, "factor", &sampling->factor))
		sampling->factor = integer(1);
	if (getKeyJsonValueFromContainer(object, "origin", 6, &value) == NULL ||
		value.type != jbvBinary ||
		!JsonContainerIsObject(value.val.binary.data) ||
		!get_number(value.val.binary.data, "value", &sampling->origin))
		throw_unfit("Its origin has no value");
	if (getKeyJsonValueFromContainer(object, "data", 4, &value) == NULL ||
		value.type != jbvString)
		throw_unfit("It has no data");
	sampling->data = pnstrdup(value.val.string.val, value.val.string.len);
}

/* The value of a sample; false if it has none. */
static bool
read_sample(JsonbContainer *object, const Sampling *sampling, Beyond beyond,
			char *word, Size number, float8 *value)
{
	Datum		decimal;

	if (strcmp(word, "E") == 0)
		return false;
	if (strcmp(word, "L") == 0 || strcmp(word, "U") == 0)
	{
		bool		lower = *word == 'L';
		Numeric		limit;

		if (beyond == BEYOND_OMIT)
			return false;
		if (beyond == BEYOND_ERROR)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("sample %zu of SampledData is %s what could be measured",
							number, lower ? "below" : "above"),
					 errhint("A series cannot say so: with beyond => 'omit' such samples are left out, with 'limit' they become the limit.")));
		if (!get_number(object, lower ? "lowerLimit" : "upperLimit", &limit))
			throw_unfit(psprintf("Sample %zu is beyond a limit that it does not tell",
								 number));
		*value = to_float8(limit);
		return true;
	}
	if (strlen(word) > NUMBER_MAX || number_length(word) != strlen(word))
		throw_unfit(psprintf("Sample %zu is none: \"%.*s\"", number,
							 pg_mbcliplen(word, (int) Min(strlen(word), 64), 64),
							 word));
	decimal = DirectFunctionCall3(numeric_in, CStringGetDatum(word),
								  ObjectIdGetDatum(InvalidOid),
								  Int32GetDatum(-1));
	decimal = DirectFunctionCall2(numeric_mul, decimal,
								  NumericGetDatum(sampling->factor));
	decimal = DirectFunctionCall2(numeric_add, decimal,
								  NumericGetDatum(sampling->origin));
	*value = to_float8(DatumGetNumeric(decimal));
	series_check_value(*value);
	return true;
}

/* series_from_sampled_data(data, start, beyond) */
PG_FUNCTION_INFO_V1(series_from_sampled_data);
Datum
series_from_sampled_data(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	TimestampTz start = PG_GETARG_TIMESTAMPTZ(1);
	Beyond		beyond = series_get_choice(fcinfo, 2, "beyond",
										   beyond_choices);
	Sampling	sampling;
	MemoryContext scratch;
	MemoryContext old;
	SeriesWriter writer;
	TimestampTz previous = DT_NOBEGIN;
	char	   *word;
	char	   *rest;

	series_check_time(start);
	if (!JB_ROOT_IS_OBJECT(json))
		throw_unfit("It is not an object");
	read_sampling(&json->root, &sampling);
	series_start_writing(&writer);
	scratch = AllocSetContextCreate(CurrentMemoryContext, "sampled data",
									ALLOCSET_SMALL_SIZES);
	word = strtok_r(sampling.data, " \t\r\n", &rest);
	for (Size number = 1; word != NULL; number++)
	{
		float8		value;
		bool		found;

		if (number % SERIES_BLOCK_POINTS == 0)
			CHECK_FOR_INTERRUPTS();
		old = MemoryContextSwitchTo(scratch);
		found = read_sample(&json->root, &sampling, beyond, word, number,
							&value);
		MemoryContextSwitchTo(old);
		MemoryContextReset(scratch);
		if (found)
		{
			float8		offset = rint((float8) (number - 1) * sampling.period);
			TimestampTz time;

			if (offset >= (float8) END_TIMESTAMP - (float8) start)
				ereport(ERROR,
						(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						 errmsg("timestamp out of range"),
						 errdetail("It is that of sample %zu of SampledData.",
								   number)));
			time = start + (int64) offset;
			if (time <= previous || !IS_VALID_TIMESTAMP(time))
				throw_unfit(psprintf("The time of sample %zu cannot be told",
									 number));
			series_add_point(&writer, time, value);
			previous = time;
		}
		word = strtok_r(NULL, " \t\r\n", &rest);
	}
	return series_result(fcinfo, &writer);
}

static uint64
common_divisor(uint64 a, uint64 b)
{
	while (b != 0)
	{
		uint64		rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* The longest period that all points lie on. */
static uint64
longest_period(const SeriesPoints *points)
{
	uint64		period = 0;

	if (points->count == 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("series of one point has no period"),
				 errhint("Give the period.")));
	for (Size i = 1; i < points->count; i++)
		period = common_divisor((uint64) points->times[i] -
								(uint64) points->times[i - 1], period);
	return period;
}

/* A number with the fewest digits, but never with an exponent. */
static void
append_number(StringInfo out, float8 value)
{
	char	   *digits = double_to_shortest_decimal(value);

	if (strchr(digits, 'e') != NULL)
	{
		Datum		number = DirectFunctionCall3(numeric_in,
												 CStringGetDatum(digits),
												 ObjectIdGetDatum(InvalidOid),
												 Int32GetDatum(-1));

		pfree(digits);
		digits = DatumGetCString(DirectFunctionCall1(numeric_out, number));
	}
	appendStringInfoString(out, digits);
	pfree(digits);
}

static void
append_samples(StringInfo out, const SeriesPoints *points, uint64 period)
{
	TimestampTz previous = points->times[0];

	for (Size i = 0; i < points->count; i++)
	{
		uint64		distance = (uint64) points->times[i] - (uint64) previous;

		if (i % SERIES_BLOCK_POINTS == 0)
			CHECK_FOR_INTERRUPTS();
		if (distance % period != 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("points of the series are not at a fixed period"),
					 errdetail("From %s to the next it is no multiple of the period.",
							   timestamptz_to_str(previous)),
					 errhint("resample() puts a series on a grid.")));
		for (uint64 missing = distance / period; missing > 1; missing--)
			appendStringInfoString(out, " E");
		if (i > 0)
			appendStringInfoChar(out, ' ');
		append_number(out, points->values[i]);
		previous = points->times[i];
	}
}

/* sampled_data(series, unit, period) */
PG_FUNCTION_INFO_V1(series_sampled_data);
Datum
series_sampled_data(PG_FUNCTION_ARGS)
{
	SeriesPoints points;
	uint64		period;
	StringInfoData out;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	series_read_points(&points, PG_GETARG_DATUM(0));
	period = PG_ARGISNULL(2) ? longest_period(&points) :
		(uint64) series_get_duration(fcinfo, 2, "period");
	if (period == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period must be longer than nothing")));
	if (((uint64) points.times[points.count - 1] - (uint64) points.times[0]) /
		period / MOST_SAMPLES >= points.count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period is too short for the series"),
				 errdetail("Less than one sample in %d would have a value.",
						   MOST_SAMPLES),
				 errhint("resample() puts a series on a grid.")));

	initStringInfo(&out);
	appendStringInfoString(&out, "{\"origin\":{\"value\":0");
	if (!PG_ARGISNULL(1))
	{
		char	   *unit = text_to_cstring(PG_GETARG_TEXT_PP(1));

		appendStringInfoString(&out, ",\"unit\":");
		escape_json(&out, unit);
		appendStringInfoString(&out, ",\"system\":\"http://unitsofmeasure.org\",\"code\":");
		escape_json(&out, unit);
	}
	appendStringInfo(&out, "},\"period\":" UINT64_FORMAT,
					 period / MICROSECONDS_PER_MILLISECOND);
	if (period % MICROSECONDS_PER_MILLISECOND != 0)
		appendStringInfo(&out, ".%03d",
						 (int) (period % MICROSECONDS_PER_MILLISECOND));
	appendStringInfoString(&out, ",\"dimensions\":1,\"data\":\"");
	append_samples(&out, &points, period);
	appendStringInfoString(&out, "\"}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data)));
}
