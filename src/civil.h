/*
 * civil.h
 *		Clock time in a named time zone, for many instants in order.
 */
#ifndef CIVIL_H
#define CIVIL_H

#include "pgtime.h"
#include "utils/timestamp.h"

/*
 * A time zone, and the stretch of time around the instant last asked in which
 * its offset from UTC does not change.
 */
typedef struct CivilZone
{
	pg_tz	   *zone;
	TimestampTz from;
	TimestampTz until;
	int64		offset;			/* microseconds to add to UTC */
} CivilZone;

extern void civil_open(CivilZone *civil, const text *name);
extern void civil_seek(CivilZone *civil, TimestampTz instant);
extern TimestampTz civil_instant(const CivilZone *civil, Timestamp clock);

/* What the clock and the calendar show at an instant. */
static inline Timestamp
civil_clock(CivilZone *civil, TimestampTz instant)
{
	if (instant < civil->from || instant >= civil->until)
		civil_seek(civil, instant);
	return instant + civil->offset;
}

/* The time of day that a clock shows, since midnight. */
static inline int64
civil_time(Timestamp clock)
{
	int64		time = clock % USECS_PER_DAY;

	return time < 0 ? time + USECS_PER_DAY : time;
}

/* The day that a calendar shows, counted from 2000-01-01. */
static inline int64
civil_day(Timestamp clock)
{
	return (clock - civil_time(clock)) / USECS_PER_DAY;
}

#endif							/* CIVIL_H */
