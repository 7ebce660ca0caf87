/*
 * series_args.c
 *		Arguments and results of the functions of series.
 */
#include "postgres.h"

#include "common/int.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "compat.h"
#include "series_args.h"

/* An argument that is one of a few words: which, from 0. */
int
series_get_choice(FunctionCallInfo fcinfo, int argument, const char *name,
				  const char *const *choices)
{
	char	   *word = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	StringInfoData list;

	for (int i = 0; choices[i] != NULL; i++)
	{
		if (strcmp(word, choices[i]) == 0)
		{
			pfree(word);
			return i;
		}
	}
	initStringInfo(&list);
	for (int i = 0; choices[i] != NULL; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", choices[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown %s: \"%s\"", name, word),
			 errhint("It is one of: %s.", list.data)));
}

/* An argument that is a length of time, in microseconds; a day is 24 hours. */
int64
series_get_duration(FunctionCallInfo fcinfo, int argument, const char *name)
{
	Interval   *interval = PG_GETARG_INTERVAL_P(argument);
	int64		length;

	if (interval->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be in months or years", name),
				 errhint("Months differ in length; give days or less.")));
	if (pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &length) ||
		pg_add_s64_overflow(length, interval->time, &length))
		ereport(ERROR,
				(errcode(ERRCODE_INTERVAL_FIELD_OVERFLOW),
				 errmsg("%s is out of range", name)));
	if (length < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative", name)));
	return length;
}

/*
 * The arguments low and high, which follow each other; infinite where they
 * are NULL.
 */
void
series_get_bounds(FunctionCallInfo fcinfo, int argument,
				  float8 *low, float8 *high)
{
	*low = PG_ARGISNULL(argument) ? -INFINITY : PG_GETARG_FLOAT8(argument);
	*high = PG_ARGISNULL(argument + 1) ? INFINITY :
		PG_GETARG_FLOAT8(argument + 1);
	if (isnan(*low) || isnan(*high) || *low > *high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("low and high must be numbers, and low not greater than high"),
				 errdetail("They are %s and %s.", float8out_internal(*low),
						   float8out_internal(*high)),
				 errhint("Give NULL for no bound.")));
}

/*
 * The same, and an argument that says, as the ranges of the server are
 * written, which of them is included.  One that is not becomes the next number
 * inside.
 */
void
series_get_range(FunctionCallInfo fcinfo, int argument, int bounds,
				 float8 *low, float8 *high)
{
	static const char *const choices[] = {"[]", "[)", "(]", "()", NULL};
	const char *chosen = choices[series_get_choice(fcinfo, bounds, "bounds",
												   choices)];

	series_get_bounds(fcinfo, argument, low, high);
	if (chosen[0] == '(')
		*low = nextafter(*low, INFINITY);
	if (chosen[1] == ')')
		*high = nextafter(*high, -INFINITY);
}

/*
 * A copy of an argument that is an array of elements of fixed length, and how
 * many they are but for nulls, which take no room in its data.
 */
ArrayType *
series_get_array(FunctionCallInfo fcinfo, int argument, int *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P_COPY(argument);
	int			items = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	*count = items;
	for (int i = 0; ARR_HASNULL(array) && i < items; i++)
		*count -= (ARR_NULLBITMAP(array)[i / 8] >> i % 8 & 1) == 0;
	return array;
}

int
series_compare_times(const void *left, const void *right, void *unused)
{
	TimestampTz a = *(const TimestampTz *) left;
	TimestampTz b = *(const TimestampTz *) right;

	return (a > b) - (a < b);
}

/* An array of times, in order; nulls left out. */
TimestampTz *
series_get_times(FunctionCallInfo fcinfo, int argument, int *count)
{
	ArrayType  *array = series_get_array(fcinfo, argument, count);
	TimestampTz *times = (TimestampTz *) ARR_DATA_PTR(array);

	qsort_interruptible(times, *count, sizeof(TimestampTz),
						series_compare_times, NULL);
	return times;
}

/* Of finite values; what is not finite was too large. */
float8
series_finite(float8 result)
{
	if (!isfinite(result))
		float_overflow_error();
	return result;
}

/* Add a point to what becomes a result. */
void
series_add_result(SeriesWriter *writer, TimestampTz time, float8 value)
{
	series_add_point(writer, time, series_finite(value));
}

/* A series as a result: NULL if it has no points. */
Datum
series_result(FunctionCallInfo fcinfo, SeriesWriter *writer)
{
	struct varlena *result = series_write(writer);

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(result);
}
