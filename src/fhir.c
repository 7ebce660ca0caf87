/*
 * fhir.c
 *		The dates and times of FHIR, as timestamps.
 *
 * These functions answer with null to what is no such time, so that one bad
 * element of a message does not end the import of all others.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "fhir_time.h"

static bool
parse(text *value, FhirTime *time)
{
	return fhir_time_parse(time, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

/* Midnight of a day, of year and month alone the first. */
static Timestamp
midnight(int year, int month, int day)
{
	return (Timestamp) (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) *
		USECS_PER_DAY;
}

static TimestampTz
instant(const FhirTime *time)
{
	return midnight(time->year, time->month, time->day) + time->microseconds -
		time->offset_minutes * USECS_PER_MINUTE;
}

static Datum
in_zone(Timestamp timestamp, Datum zone)
{
	return DirectFunctionCall2(timestamp_zone, zone,
							   TimestampGetDatum(timestamp));
}

PG_FUNCTION_INFO_V1(fhir_instant);
Datum
fhir_instant(PG_FUNCTION_ARGS)
{
	FhirTime	time;

	if (!parse(PG_GETARG_TEXT_PP(0), &time) || time.precision != FHIR_INSTANT)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(instant(&time));
}

PG_FUNCTION_INFO_V1(fhir_start);
Datum
fhir_start(PG_FUNCTION_ARGS)
{
	FhirTime	time;

	if (!parse(PG_GETARG_TEXT_PP(0), &time))
		PG_RETURN_NULL();
	if (time.precision == FHIR_INSTANT)
		PG_RETURN_TIMESTAMPTZ(instant(&time));
	return in_zone(midnight(time.year, time.month, time.day),
				   PG_GETARG_DATUM(1));
}

PG_FUNCTION_INFO_V1(fhir_end);
Datum
fhir_end(PG_FUNCTION_ARGS)
{
	FhirTime	time;
	Timestamp	next;

	if (!parse(PG_GETARG_TEXT_PP(0), &time))
		PG_RETURN_NULL();
	if (time.precision == FHIR_INSTANT)
		PG_RETURN_TIMESTAMPTZ(instant(&time));
	if (time.precision == FHIR_YEAR)
		next = midnight(time.year + 1, 1, 1);
	else if (time.precision == FHIR_MONTH)
		next = time.month == 12 ? midnight(time.year + 1, 1, 1) :
			midnight(time.year, time.month + 1, 1);
	else
		next = midnight(time.year, time.month, time.day) + USECS_PER_DAY;
	return in_zone(next - 1, PG_GETARG_DATUM(1));
}
