/*
 * series_time.h
 *		How a series lies in time.
 */
#ifndef SERIES_TIME_H
#define SERIES_TIME_H

#include "series.h"

extern int64 series_cadence_of(const TimestampTz *times, Size count);

#endif							/* SERIES_TIME_H */
