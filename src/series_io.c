/*
 * series_io.c
 *		Input and output of series: text, binary, and arrays.
 *
 * The text is MobilityDB's for a discrete tfloat.  It does not depend on
 * DateStyle or extra_float_digits, because dumps and other servers read it;
 * times are shown in the session's time zone, with their offset.  The binary
 * form is a version byte, the count, and the points as (timestamptz, float8)
 * in order: simple for clients, and independent of the stored form.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/memutils.h"

#include "compat.h"
#include "series.h"
#include "series_text.h"
#include "text_io.h"

#define BINARY_VERSION	1
#define BINARY_POINT	16		/* bytes */

/* Refuse values that are no measurement. */
void
series_check_value(float8 value)
{
	if (!isfinite(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value of a series must be finite, not %s",
						isnan(value) ? "NaN" :
						value > 0 ? "Infinity" : "-Infinity"),
				 errhint("Leave a missing measurement out.")));
}

void
series_check_time(TimestampTz time)
{
	if (TIMESTAMP_NOT_FINITE(time))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("time in a series must be finite, not %s",
						time > 0 ? "infinity" : "-infinity"),
				 errhint("A point is known by its instant.")));
}

/* Report what series_text_next() found. */
static void
report_token(Node *escontext, SeriesToken token, const SeriesText *text,
			 const char *string)
{
	char	   *value;

	if (token == SERIES_TEXT_SYNTAX)
	{
		errsave(escontext,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "series",
						text_excerpt(text->wrong, text->wrong_length)),
				 errdetail("At character %d: %s.",
						   text_character(string, text->wrong), text->problem)));
		return;
	}
	value = text_excerpt(text->value_text, text->value_length);
	if (token == SERIES_TEXT_NOT_FINITE)
		errsave(escontext,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value of a series must be finite, not \"%s\"", value),
				 errdetail("It is at character %d.",
						   text_character(string, text->value_text)),
				 errhint("Leave a missing measurement out.")));
	else
		errsave(escontext,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("\"%s\" is out of range for a value of a series",
						value),
				 errdetail("It is at character %d.",
						   text_character(string, text->value_text))));
}

/* The time of a point that the scanner left to us; false after an error. */
static bool
read_time(Node *escontext, const SeriesText *text, const char *string,
		  TimestampTz *time)
{
	char	   *copy = pnstrdup(text->time_text,
								Min(text->time_length, MAXDATELEN + 1));
	int			error = text_parse_time(copy, time);

	pfree(copy);
	if (error == 0 && TIMESTAMP_NOT_FINITE(*time))
		ereturn(escontext, false,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("time in a series must be finite, not \"%s\"",
						text_excerpt(text->time_text, text->time_length)),
				 errdetail("It is at character %d.",
						   text_character(string, text->time_text)),
				 errhint("A point is known by its instant.")));
	if (error == DTERR_FIELD_OVERFLOW || error == DTERR_MD_FIELD_OVERFLOW ||
		error == DTERR_TZDISP_OVERFLOW ||
		(error == 0 && !IS_VALID_TIMESTAMP(*time)))
		ereturn(escontext, false,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("time in a series is out of range: \"%s\"",
						text_excerpt(text->time_text, text->time_length)),
				 errdetail("It is at character %d.",
						   text_character(string, text->time_text))));
	if (error != 0)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("invalid input syntax for type %s: \"%s\"", "series",
						text_excerpt(text->wrong, text->wrong_length)),
				 errdetail("At character %d: what follows \"@\" must be a timestamp.",
						   text_character(string, text->time_text))));
	return true;
}

/*
 * A series of points in any order, which must not differ at one instant; NULL
 * after a soft error.
 */
struct varlena *
series_from_input(SeriesPoint *points, Size count, Node *escontext)
{
	series_sort_points(points, count);
	for (Size i = 1; i < count; i++)
	{
		if (points[i].time == points[i - 1].time &&
			points[i].value != points[i - 1].value)
			ereturn(escontext, NULL,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("series has two values at one instant: %s",
							timestamptz_to_str(points[i].time)),
					 errdetail("The values are %s and %s.",
							   double_to_shortest_decimal(points[i].value),
							   double_to_shortest_decimal(points[i - 1].value))));
	}
	return series_from_points(points, series_drop_duplicates(points, count));
}

PG_FUNCTION_INFO_V1(series_in);
Datum
series_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	Node	   *escontext = fcinfo->context;
	SeriesText	text = {0};
	SeriesToken token;
	SeriesPoint *points;
	Size		count = 0;
	Size		room = 1;

	for (const char *s = string; (s = strchr(s, '@')) != NULL; s++)
		room++;
	points = MemoryContextAllocHuge(CurrentMemoryContext,
									room * sizeof(SeriesPoint));

	token = series_text_open(&text, string, strlen(string));
	while (token == SERIES_TEXT_POINT &&
		   (token = series_text_next(&text)) == SERIES_TEXT_POINT)
	{
		SeriesPoint *point = &points[count++];

		if (count % SERIES_BLOCK_POINTS == 0)
			CHECK_FOR_INTERRUPTS();
		point->value = text.value;
		point->time = text.time;
		if (!text.has_time &&
			!read_time(escontext, &text, string, &point->time))
			PG_RETURN_NULL();
	}
	if (token != SERIES_TEXT_END)
	{
		report_token(escontext, token, &text, string);
		PG_RETURN_NULL();
	}

	PG_RETURN_POINTER(series_from_input(points, count, escontext));
}

PG_FUNCTION_INFO_V1(series_out);
Datum
series_out(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	SeriesReader reader;
	char		separator = '{';

	series_start_reading(&reader, PG_GETARG_DATUM(0));
	initStringInfo(&out);
	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
		{
			appendStringInfoChar(&out, separator);
			if (separator == ',')
				appendStringInfoChar(&out, ' ');
			separator = ',';
			enlargeStringInfo(&out, DOUBLE_SHORTEST_DECIMAL_LEN);
			out.len += double_to_shortest_decimal_bufn(reader.block.values[i],
													   out.data + out.len);
			appendStringInfoChar(&out, '@');
			text_append_time(&out, reader.block.times[i]);
		}
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

PG_FUNCTION_INFO_V1(series_recv);
Datum
series_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(in);
	uint32		count;
	SeriesWriter writer;
	TimestampTz previous = DT_NOBEGIN;

	if (version != BINARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("binary series has version %d, and only %d is known",
						version, BINARY_VERSION)));
	count = pq_getmsgint(in, 4);
	if (count == 0 || count != (uint32) (in->len - in->cursor) / BINARY_POINT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid number of points in binary series: %u",
						count),
				 errdetail("%d bytes of points follow, at %d a point.",
						   in->len - in->cursor, BINARY_POINT)));

	series_start_writing(&writer);
	for (uint32 i = 0; i < count; i++)
	{
		TimestampTz time = pq_getmsgint64(in);
		float8		value = pq_getmsgfloat8(in);

		if (i % SERIES_BLOCK_POINTS == 0)
			CHECK_FOR_INTERRUPTS();
		series_check_time(time);
		series_check_value(value);
		if (!IS_VALID_TIMESTAMP(time))
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range")));
		if (time <= previous)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("times in binary series must increase"),
					 errdetail("%s follows %s.",
							   pstrdup(timestamptz_to_str(time)),
							   pstrdup(timestamptz_to_str(previous)))));
		series_add_point(&writer, time, value);
		previous = time;
	}
	PG_RETURN_POINTER(series_write(&writer));
}

PG_FUNCTION_INFO_V1(series_send);
Datum
series_send(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	SeriesReader reader;

	series_start_reading(&reader, PG_GETARG_DATUM(0));
	pq_begintypsend(&out);
	pq_sendbyte(&out, BINARY_VERSION);
	pq_sendint32(&out, (uint32) reader.summary.count);
	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
		{
			pq_sendint64(&out, reader.block.times[i]);
			pq_sendfloat8(&out, reader.block.values[i]);
		}
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/* Check an array of the constructor; returns how many elements it has. */
static int
check_array(ArrayType *array, const char *name)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("array of %s must have one dimension, not %d",
						name, ARR_NDIM(array))));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("array of %s must not contain null values", name),
				 errhint("Leave missing measurements out, or use series_agg(), which ignores them.")));
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

/* series(timestamptz[], float8[]) */
PG_FUNCTION_INFO_V1(series_from_arrays);
Datum
series_from_arrays(PG_FUNCTION_ARGS)
{
	ArrayType  *time_array = PG_GETARG_ARRAYTYPE_P(0);
	ArrayType  *value_array = PG_GETARG_ARRAYTYPE_P(1);
	const TimestampTz *times = (TimestampTz *) ARR_DATA_PTR(time_array);
	const float8 *values = (float8 *) ARR_DATA_PTR(value_array);
	int			count = check_array(time_array, "times");
	int			num_values = check_array(value_array, "readings");
	SeriesPoint *points;

	if (count != num_values)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("arrays of times and readings must have the same length"),
				 errdetail("The lengths are %d and %d.", count, num_values)));
	if (count == 0)
		PG_RETURN_NULL();

	points = MemoryContextAllocHuge(CurrentMemoryContext,
									count * sizeof(SeriesPoint));
	for (int i = 0; i < count; i++)
	{
		series_check_time(times[i]);
		series_check_value(values[i]);
		points[i].time = times[i];
		points[i].value = values[i];
	}
	series_sort_points(points, count);
	PG_RETURN_POINTER(series_from_points(points,
										 series_drop_duplicates(points,
																count)));
}
