/*
 * calendar.h - the lengths of months
 */
#ifndef CALENDAR_H
#define CALENDAR_H

#include <stdbool.h>

/* Of the Gregorian calendar; months from 1 to 12. */
static inline int
days_in_month(int year, int month)
{
	static const int days[] =
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

#endif							/* CALENDAR_H */
