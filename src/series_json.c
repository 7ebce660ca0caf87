/*
 * series_json.c
 *		Series as JSON: an array of {"time": "2026-03-01T07:00:00+00:00",
 *		"value": 128}.
 *
 * Times are written in UTC, and read with the offset that they must have, so
 * that no setting has a say in it.  Numbers have the fewest digits that give
 * back the value; what jsonb makes of them is exact too, but that it has no
 * -0.
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "compat.h"
#include "series_args.h"
#include "text_io.h"

/* A time as long as this is none. */
#define TIME_MAX	64

/* The first error of an input ends it: number is which point, from 1. */
static void
throw_malformed(Size number, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid JSON for type %s", "series"),
			 number == 0 ? errdetail("%s.", detail) :
			 errdetail("Point %zu: %s.", number, detail),
			 errhint("Give an array of {\"time\": \"2026-03-01T08:00:00+01:00\", \"value\": 128}.")));
}

static bool
has_digits(const char *string, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (!isdigit((unsigned char) string[i]))
			return false;
	}
	return true;
}

/*
 * Whether a time is written as ISO 8601 does, with year first and an offset
 * from UTC, and so is understood alike in every session.
 */
static bool
is_iso(const char *string)
{
	size_t		year = strspn(string, "0123456789");
	const char *s = string + year;

	if (year < 4 || year > 6 || *s != '-' || !has_digits(s + 1, 2) ||
		s[3] != '-' || !has_digits(s + 4, 2) ||
		(s[6] != 'T' && s[6] != ' ') || !has_digits(s + 7, 2) || s[9] != ':')
		return false;
	s += 10;
	s += strspn(s, "0123456789:.");
	if (*s != '+' && *s != '-')
		return false;
	s += 1 + strspn(s + 1, "0123456789:");
	return *s == '\0' || strcmp(s, " BC") == 0;
}

/* A point of a JSON object. */
static SeriesPoint
read_point(const JsonbValue *element, Size number)
{
	JsonbContainer *object = element->val.binary.data;
	JsonbValue	time;
	JsonbValue	value;
	SeriesPoint point;
	char		string[TIME_MAX + sizeof("+00")];
	int			length;

	if (element->type != jbvBinary || !JsonContainerIsObject(object))
		throw_malformed(number, "it is not an object");
	if (JsonContainerSize(object) != 2 ||
		getKeyJsonValueFromContainer(object, "time", 4, &time) == NULL ||
		getKeyJsonValueFromContainer(object, "value", 5, &value) == NULL)
		throw_malformed(number, "it must have the keys \"time\" and \"value\", and no other");
	if (value.type != jbvNumeric)
		throw_malformed(number, "its value is not a number");
	if (time.type != jbvString || time.val.string.len > TIME_MAX)
		throw_malformed(number, "its time is not a time");
	length = time.val.string.len;
	memcpy(string, time.val.string.val, length);
	string[length] = '\0';
	if (length > 0 && string[length - 1] == 'Z')
		strcpy(string + length - 1, "+00");
	if (!is_iso(string) || text_parse_time(string, &point.time) != 0 ||
		!IS_VALID_TIMESTAMP(point.time))
		throw_malformed(number, psprintf("its time \"%.*s\" is not in ISO 8601 with an offset from UTC",
										 length, time.val.string.val));
	point.value = DatumGetFloat8(DirectFunctionCall1(numeric_float8,
													 NumericGetDatum(value.val.numeric)));
	series_check_value(point.value);
	return point;
}

/* series_from_jsonb(jsonb) */
PG_FUNCTION_INFO_V1(series_from_jsonb);
Datum
series_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	element;
	SeriesPoint *points;
	Size		count = 0;

	if (!JB_ROOT_IS_ARRAY(json) || JB_ROOT_IS_SCALAR(json))
		throw_malformed(0, "It is not an array");
	points = palloc(sizeof(SeriesPoint) * (JB_ROOT_COUNT(json) + 1));
	iterator = JsonbIteratorInit(&json->root);
	token = JsonbIteratorNext(&iterator, &element, false);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) == WJB_ELEM)
	{
		if (count % SERIES_BLOCK_POINTS == 0)
			CHECK_FOR_INTERRUPTS();
		points[count] = read_point(&element, count + 1);
		count++;
	}
	if (count == 0)
		PG_RETURN_NULL();

	PG_RETURN_POINTER(series_from_input(points, count, NULL));
}

static void
append_json(StringInfo out, Datum series)
{
	SeriesReader reader;
	char		separator = '[';
	int			utc = 0;

	series_start_reading(&reader, series);
	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
		{
			char		time[MAXDATELEN + 1];

			JsonEncodeDateTime(time,
							   TimestampTzGetDatum(reader.block.times[i]),
							   TIMESTAMPTZOID, &utc);
			appendStringInfoChar(out, separator);
			separator = ',';
			appendStringInfo(out, "{\"time\":\"%s\",\"value\":", time);
			enlargeStringInfo(out, DOUBLE_SHORTEST_DECIMAL_LEN);
			out->len += double_to_shortest_decimal_bufn(reader.block.values[i],
														out->data + out->len);
			appendStringInfoChar(out, '}');
		}
	}
	appendStringInfoChar(out, ']');
}

/* series_to_json(series) */
PG_FUNCTION_INFO_V1(series_to_json);
Datum
series_to_json(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	initStringInfo(&out);
	append_json(&out, PG_GETARG_DATUM(0));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* series_to_jsonb(series) */
PG_FUNCTION_INFO_V1(series_to_jsonb);
Datum
series_to_jsonb(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	initStringInfo(&out);
	append_json(&out, PG_GETARG_DATUM(0));
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data)));
}
