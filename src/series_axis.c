/*
 * series_axis.c
 *		The axes of a chart: where to put ticks, and what to write at them.
 *
 * Values have ticks at multiples of 1, 2 or 5 times a power of ten; times at
 * full minutes, hours, days, Mondays, months or years of the civil calendar.
 */
#include "postgres.h"

#include <math.h>

#include "utils/datetime.h"

#include "compat.h"
#include "series_axis.h"

/* A range of values narrower than this is none. */
#define LEAST_RANGE	1e-290

/* Of timestamps; the first is 4714 BC. */
#define FIRST_YEAR	(-4713)
#define LAST_YEAR	294276

enum TimeUnit
{
	MINUTES,
	DAYS,
	MONTHS
};

/* How far apart ticks may be; after the last, 2, 5, 10 ... years. */
static const struct
{
	int			unit;
	int			units;
	double		seconds;
}			time_steps[] = {
	{MINUTES, 1, 60},
	{MINUTES, 5, 300},
	{MINUTES, 15, 900},
	{MINUTES, 30, 1800},
	{MINUTES, 60, 3600},
	{MINUTES, 180, 10800},
	{MINUTES, 360, 21600},
	{MINUTES, 720, 43200},
	{DAYS, 1, 86400},
	{DAYS, 2, 172800},
	{DAYS, 7, 604800},
	{DAYS, 14, 1209600},
	{MONTHS, 1, 2678400},
	{MONTHS, 3, 7948800},
	{MONTHS, 6, 15897600},
	{MONTHS, 12, 31622400}
};

/* The least of 1, 2, 5, 10 ... times a power of ten that is as great. */
static double
round_step(double step)
{
	double		power = pow(10, floor(log10(step)));

	if (step <= power)
		return power;
	if (step <= 2 * power)
		return 2 * power;
	return (step <= 5 * power ? 5 : 10) * power;
}

void
value_axis_init(ValueAxis *axis, double low, double high, int max_ticks)
{
	/* Something flat is drawn in the middle of a range worth its name. */
	double		least = Max(Max(fabs(low), fabs(high)) * 1e-12, LEAST_RANGE);

	if (high - low <= least)
	{
		double		room = fabs(low) <= LEAST_RANGE ? 1 : fabs(low) / 10;

		low -= room;
		high += room;
	}
	axis->step = round_step((high - low) / max_ticks);
	axis->low = floor(low / axis->step) * axis->step;
	axis->high = ceil(high / axis->step) * axis->step;
	axis->decimals = (int) Max(0, -floor(log10(axis->step) + 1e-9));
}

void
value_axis_label(const ValueAxis *axis, double value, char *label)
{
	if (fabs(value) < axis->step / 2)
		value = 0;
	if (axis->decimals <= 6 && fabs(value) < 1e9)
		snprintf(label, TICK_LABEL_SIZE, "%.*f", axis->decimals, value);
	else
		snprintf(label, TICK_LABEL_SIZE, "%.6g", value);
}

static void
split_clock(Timestamp clock, struct pg_tm *tm)
{
	fsec_t		fsec;

	/* A time zone's clock may run out of the calendar at its ends. */
	clock = Min(Max(clock, MIN_TIMESTAMP), END_TIMESTAMP - 1);
	if (timestamp2tm(clock, NULL, tm, &fsec, NULL, NULL) != 0)
		elog(ERROR, "timestamp out of range");
}

static int64
round_down(int64 number, int64 multiple)
{
	int64		rest = number % multiple;

	return number - rest - (rest < 0 ? multiple : 0);
}

/*
 * What the clock shows at the next tick; of months, counted from the year 0,
 * some lie outside the calendar.
 */
static Timestamp
next_clock(const TimeAxis *axis)
{
	int64		year = round_down(axis->next, 12) / 12;

	if (axis->unit != MONTHS)
		return axis->next;
	if (year < FIRST_YEAR)
		return MIN_TIMESTAMP - 1;
	if (year > LAST_YEAR)
		return END_TIMESTAMP;
	return ((int64) date2j((int) year, (int) (axis->next - year * 12) + 1, 1) -
			POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
}

/* From tick to tick, in months or microseconds of the clock. */
static int64
step_length(const TimeAxis *axis)
{
	if (axis->unit == MONTHS)
		return axis->units;
	return axis->units * (axis->unit == DAYS ? USECS_PER_DAY : USECS_PER_MINUTE);
}

void
time_axis_init(TimeAxis *axis, const text *zone,
			   TimestampTz first, TimestampTz last, int max_ticks)
{
	double		least = ((double) last - (double) first) / USECS_PER_SEC / max_ticks;
	Timestamp	clock;
	int			i = 0;

	civil_open(&axis->civil, zone);
	axis->first = first;
	axis->last = last;
	axis->context[0] = '\0';
	while (i < lengthof(time_steps) - 1 && time_steps[i].seconds < least)
		i++;
	axis->unit = time_steps[i].unit;
	axis->units = time_steps[i].units;
	if (time_steps[i].seconds < least)
		axis->units *= (int) round_step(least / time_steps[i].seconds);

	clock = civil_clock(&axis->civil, first);
	if (axis->unit == MONTHS)
	{
		struct pg_tm tm;

		split_clock(clock, &tm);
		axis->next = round_down((int64) tm.tm_year * 12 + tm.tm_mon - 1,
								axis->units);
	}
	else
	{
		/* Weeks begin on Monday, and 2000-01-03 was one. */
		int64		monday = axis->unit == DAYS ? 2 * USECS_PER_DAY : 0;

		axis->next = round_down(clock - monday, step_length(axis)) + monday;
	}
}

/* The label of a tick, and what it leaves open. */
static void
write_labels(const TimeAxis *axis, Timestamp clock, TimeTick *tick)
{
	struct pg_tm tm;
	char		year[TICK_LABEL_SIZE];

	split_clock(clock, &tm);
	snprintf(year, sizeof(year), tm.tm_year > 0 ? "%d" : "%d BC",
			 tm.tm_year > 0 ? tm.tm_year : 1 - tm.tm_year);
	tick->context[0] = '\0';
	if (axis->unit == MINUTES)
	{
		snprintf(tick->label, TICK_LABEL_SIZE, "%02d:%02d", tm.tm_hour, tm.tm_min);
		snprintf(tick->context, TICK_LABEL_SIZE, "%d %s %.20s",
				 tm.tm_mday, months[tm.tm_mon - 1], year);
	}
	else if (axis->unit == DAYS)
	{
		snprintf(tick->label, TICK_LABEL_SIZE, "%d %s",
				 tm.tm_mday, months[tm.tm_mon - 1]);
		strlcpy(tick->context, year, TICK_LABEL_SIZE);
	}
	else if (axis->units < 12)
	{
		strlcpy(tick->label, months[tm.tm_mon - 1], TICK_LABEL_SIZE);
		strlcpy(tick->context, year, TICK_LABEL_SIZE);
	}
	else
		strlcpy(tick->label, year, TICK_LABEL_SIZE);
}

/* The next tick; false if there is none. */
bool
time_axis_next(TimeAxis *axis, TimeTick *tick)
{
	Timestamp	first_clock = civil_clock(&axis->civil, axis->first);
	Timestamp	last_clock = civil_clock(&axis->civil, axis->last);
	Timestamp	clock;

	while ((clock = next_clock(axis)) <= last_clock && clock < END_TIMESTAMP)
	{
		axis->next += step_length(axis);
		if (clock < first_clock || clock < MIN_TIMESTAMP)
			continue;
		tick->time = civil_instant(&axis->civil, clock);

		/* Some times of the clock are left out when summer time begins. */
		if (tick->time < axis->first || tick->time > axis->last ||
			civil_clock(&axis->civil, tick->time) != clock)
			continue;
		write_labels(axis, clock, tick);
		if (strcmp(axis->context, tick->context) == 0)
			tick->context[0] = '\0';
		else
			strlcpy(axis->context, tick->context, TICK_LABEL_SIZE);
		return true;
	}
	return false;
}
