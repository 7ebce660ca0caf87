/*
 * series_axis.h
 *		The axes of a chart: where to put ticks, and what to write at them.
 */
#ifndef SERIES_AXIS_H
#define SERIES_AXIS_H

#include "civil.h"

/* Values from low to high, both of them multiples of step. */
typedef struct ValueAxis
{
	double		low;
	double		high;
	double		step;
	int			decimals;
} ValueAxis;

#define TICK_LABEL_SIZE	40

/* A tick of the axis of time; the second label is empty if nothing is new. */
typedef struct TimeTick
{
	TimestampTz time;
	char		label[TICK_LABEL_SIZE];
	char		context[TICK_LABEL_SIZE];
} TimeTick;

/* The ticks between two instants, one after the other. */
typedef struct TimeAxis
{
	CivilZone	civil;
	TimestampTz first;
	TimestampTz last;
	int			unit;			/* of enum TimeUnit in series_axis.c */
	int			units;			/* from tick to tick */
	int64		next;			/* tick: a month, or what the clock shows */
	char		context[TICK_LABEL_SIZE];	/* last written */
} TimeAxis;

extern void value_axis_init(ValueAxis *axis, double low, double high,
							int max_ticks);
extern void value_axis_label(const ValueAxis *axis, double value,
							 char *label);
extern void time_axis_init(TimeAxis *axis, const text *zone,
						   TimestampTz first, TimestampTz last,
						   int max_ticks);
extern bool time_axis_next(TimeAxis *axis, TimeTick *tick);

#endif							/* SERIES_AXIS_H */
