/*
 * civil.c
 *		Clock time in a named time zone, for many instants in order.
 *
 * The server converts one instant at a time and looks its offset up each
 * time.  Offsets change twice a year, and series are longer than that.
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "civil.h"

void
civil_open(CivilZone *civil, const text *name)
{
	char	   *zone = text_to_cstring(name);

	civil->zone = pg_tzset(zone);
	if (civil->zone == NULL || !pg_tz_acceptable(civil->zone))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", zone),
				 errhint("The view pg_timezone_names lists those that are.")));
	civil->from = civil->until = civil->offset = 0;
	pfree(zone);
}

/*
 * Find the offset at an instant, and the stretch of time in which it holds.
 * The server only looks ahead for changes; so from a year before on, which is
 * as far back as the stretch is known to reach.
 */
void
civil_seek(CivilZone *civil, TimestampTz instant)
{
	int64		epoch = (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
	TimestampTz since = Max(instant - 366 * USECS_PER_DAY, MIN_TIMESTAMP);

	for (;;)
	{
		pg_time_t	second = since / USECS_PER_SEC - (since % USECS_PER_SEC < 0) + epoch;
		pg_time_t	boundary;
		long		before;
		long		after;
		int			before_is_dst;
		int			after_is_dst;
		int			found;

		found = pg_next_dst_boundary(&second, &before, &before_is_dst,
									 &boundary, &after, &after_is_dst,
									 civil->zone);
		if (found < 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range")));
		civil->offset = before * USECS_PER_SEC;
		civil->from = since;
		civil->until = END_TIMESTAMP;
		if (found == 0 || boundary - epoch >= END_TIMESTAMP / USECS_PER_SEC)
			return;
		civil->until = (boundary - epoch) * USECS_PER_SEC;
		if (civil->until > instant)
			return;
		since = civil->until;
	}
}

/*
 * The instant at which the clock shows a time; by the server's rules for a
 * time that it shows twice or never.
 */
TimestampTz
civil_instant(const CivilZone *civil, Timestamp clock)
{
	struct pg_tm tm;
	fsec_t		fsec;
	TimestampTz instant = clock - civil->offset;

	/* Nothing is shown twice or never that far from a change of the offset. */
	if (instant >= civil->from + 2 * USECS_PER_DAY &&
		instant < civil->until - 2 * USECS_PER_DAY)
		return instant;
	if (timestamp2tm(clock, NULL, &tm, &fsec, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	instant = clock + DetermineTimeZoneOffset(&tm, civil->zone) * USECS_PER_SEC;
	if (!IS_VALID_TIMESTAMP(instant))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return instant;
}
