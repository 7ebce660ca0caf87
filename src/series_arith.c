/*
 * series_arith.c
 *		Reckoning with the values of series.
 */
#include "postgres.h"

#include "utils/float.h"

#include "compat.h"
#include "series_math.h"
#include "series_args.h"

#define MAX_DIGITS	SERIES_MAX_EXPONENT

typedef float8 (*Operation) (float8, float8);

static float8
add(float8 a, float8 b)
{
	return a + b;
}

static float8
subtract(float8 a, float8 b)
{
	return a - b;
}

static float8
multiply(float8 a, float8 b)
{
	return a * b;
}

static float8
divide(float8 a, float8 b)
{
	if (b == 0)
		float_zero_divide_error();
	return a / b;
}

/* Each value and the same number; the number first where that is "before". */
static Datum
with_number(FunctionCallInfo fcinfo, Operation operation, bool before)
{
	float8		number = PG_GETARG_FLOAT8(before ? 0 : 1);
	SeriesReader reader;
	SeriesWriter writer;

	series_check_value(number);
	series_start_reading(&reader, PG_GETARG_DATUM(before ? 1 : 0));
	series_start_writing(&writer);
	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
		{
			float8		value = reader.block.values[i];

			series_add_result(&writer, reader.block.times[i],
							  before ? operation(number, value) :
							  operation(value, number));
		}
	}
	return series_result(fcinfo, &writer);
}

/* The values that two series have at the same instants. */
static Datum
with_series(FunctionCallInfo fcinfo, Operation operation)
{
	SeriesCursor a;
	SeriesCursor b;
	SeriesWriter writer;

	series_start_walk(&a, PG_GETARG_DATUM(0));
	series_start_walk(&b, PG_GETARG_DATUM(1));
	series_start_writing(&writer);
	while (!series_at_end(&a) && !series_at_end(&b))
	{
		if (series_time(&a) < series_time(&b))
			series_step(&a);
		else if (series_time(&a) > series_time(&b))
			series_step(&b);
		else
		{
			series_add_result(&writer, series_time(&a),
							  operation(series_value(&a), series_value(&b)));
			series_step(&a);
			series_step(&b);
		}
	}
	return series_result(fcinfo, &writer);
}

PG_FUNCTION_INFO_V1(series_add);
Datum
series_add(PG_FUNCTION_ARGS)
{
	return with_series(fcinfo, add);
}

PG_FUNCTION_INFO_V1(series_add_number);
Datum
series_add_number(PG_FUNCTION_ARGS)
{
	return with_number(fcinfo, add, false);
}

PG_FUNCTION_INFO_V1(series_number_add);
Datum
series_number_add(PG_FUNCTION_ARGS)
{
	return with_number(fcinfo, add, true);
}

PG_FUNCTION_INFO_V1(series_subtract);
Datum
series_subtract(PG_FUNCTION_ARGS)
{
	return with_series(fcinfo, subtract);
}

PG_FUNCTION_INFO_V1(series_subtract_number);
Datum
series_subtract_number(PG_FUNCTION_ARGS)
{
	return with_number(fcinfo, subtract, false);
}

PG_FUNCTION_INFO_V1(series_number_subtract);
Datum
series_number_subtract(PG_FUNCTION_ARGS)
{
	return with_number(fcinfo, subtract, true);
}

PG_FUNCTION_INFO_V1(series_multiply);
Datum
series_multiply(PG_FUNCTION_ARGS)
{
	return with_series(fcinfo, multiply);
}

PG_FUNCTION_INFO_V1(series_multiply_number);
Datum
series_multiply_number(PG_FUNCTION_ARGS)
{
	return with_number(fcinfo, multiply, false);
}

PG_FUNCTION_INFO_V1(series_number_multiply);
Datum
series_number_multiply(PG_FUNCTION_ARGS)
{
	return with_number(fcinfo, multiply, true);
}

PG_FUNCTION_INFO_V1(series_divide);
Datum
series_divide(PG_FUNCTION_ARGS)
{
	return with_series(fcinfo, divide);
}

PG_FUNCTION_INFO_V1(series_divide_number);
Datum
series_divide_number(PG_FUNCTION_ARGS)
{
	return with_number(fcinfo, divide, false);
}

PG_FUNCTION_INFO_V1(series_number_divide);
Datum
series_number_divide(PG_FUNCTION_ARGS)
{
	return with_number(fcinfo, divide, true);
}

/* round(series, digits) */
PG_FUNCTION_INFO_V1(series_round_values);
Datum
series_round_values(PG_FUNCTION_ARGS)
{
	int32		digits = PG_GETARG_INT32(1);
	SeriesReader reader;
	SeriesWriter writer;

	if (digits < -MAX_DIGITS || digits > MAX_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("digits must be between %d and %d, not %d",
						-MAX_DIGITS, MAX_DIGITS, digits)));
	series_start_reading(&reader, PG_GETARG_DATUM(0));
	series_start_writing(&writer);
	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
			series_add_result(&writer, reader.block.times[i],
							  series_round(reader.block.values[i], digits));
	}
	return series_result(fcinfo, &writer);
}
