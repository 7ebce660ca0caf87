/*
 * text_io.c
 *		What the text forms of types share: times, and places in messages.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/datetime.h"

#include "compat.h"
#include "text_io.h"

/* Read a time in any spelling; 0 or one of the DTERR codes. */
int
text_parse_time(const char *string, TimestampTz *time)
{
	char		buffer[MAXDATELEN + MAXDATEFIELDS];
	char	   *field[MAXDATEFIELDS];
	int			ftype[MAXDATEFIELDS];
	int			nf;
	int			dtype;
	int			tz;
	fsec_t		fsec;
	struct pg_tm tm;
	int			error;

	error = ParseDateTime(string, buffer, sizeof(buffer), field, ftype,
						  MAXDATEFIELDS, &nf);
	if (error == 0)
		error = smartcare_parse_datetime(field, ftype, nf, &dtype, &tm, &fsec,
										 &tz);
	if (error != 0)
		return error;
	switch (dtype)
	{
		case DTK_DATE:
			return tm2timestamp(&tm, fsec, &tz, time) == 0 ?
				0 : DTERR_FIELD_OVERFLOW;
		case DTK_EPOCH:
			*time = SetEpochTimestamp();
			return 0;
		case DTK_LATE:
			TIMESTAMP_NOEND(*time);
			return 0;
		case DTK_EARLY:
			TIMESTAMP_NOBEGIN(*time);
			return 0;
		default:
			return DTERR_BAD_FORMAT;
	}
}

/* A piece of the input to quote in a message. */
char *
text_excerpt(const char *start, size_t length)
{
	int			clipped = pg_mbcliplen(start, (int) Min(length, MAXDATELEN),
									   64);

	return psprintf("%.*s%s", clipped, start,
					(size_t) clipped < length ? "..." : "");
}

/* Which character of the input this is, from 1. */
int
text_character(const char *string, const char *where)
{
	return pg_mbstrlen_with_len(string, (int) (where - string)) + 1;
}

/* Append a time as ISO 8601 shows it, in the session's time zone. */
void
text_append_time(StringInfo out, TimestampTz time)
{
	char		buffer[MAXDATELEN + 1];
	struct pg_tm tm;
	fsec_t		fsec;
	const char *zone;
	int			tz;

	if (timestamp2tm(time, &tz, &tm, &fsec, &zone, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	EncodeDateTime(&tm, fsec, true, tz, zone, USE_ISO_DATES, buffer);
	appendStringInfoString(out, buffer);
}
