/*
 * rhythm.c
 *		When to measure: clock times on days that follow each other evenly.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "civil.h"

#define EVERY_WEEKDAY	0x7F

/* Which weekdays, Monday the lowest bit; what is none of them is no day. */
static int
get_weekdays(ArrayType *array)
{
	Datum	   *numbers;
	bool	   *nulls;
	int			count;
	int			weekdays = 0;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT,
					  &numbers, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		int32		number = nulls[i] ? 0 : DatumGetInt32(numbers[i]);

		if (number >= 1 && number <= 7)
			weekdays |= 1 << (number - 1);
	}
	return weekdays;
}

static int
compare_clock_times(const void *left, const void *right)
{
	TimeADT		a = DatumGetTimeADT(*(const Datum *) left);
	TimeADT		b = DatumGetTimeADT(*(const Datum *) right);

	return (a > b) - (a < b);
}

/* The times that are not null, in order. */
static Datum *
get_clock_times(ArrayType *array, int *count)
{
	Datum	   *times;
	bool	   *nulls;
	int			all;

	deconstruct_array(array, TIMEOID, sizeof(TimeADT), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &times, &nulls, &all);
	*count = 0;
	for (int i = 0; i < all; i++)
	{
		if (!nulls[i])
			times[(*count)++] = times[i];
	}
	qsort(times, *count, sizeof(Datum), compare_clock_times);
	return times;
}

static inline bool
is_on(int weekdays, int64 day)
{
	/* Day 0, 2000-01-01, was a Saturday. */
	int64		from_monday = ((day + 5) % 7 + 7) % 7;

	return (weekdays >> from_monday & 1) != 0;
}

/* Instants in order, each once. */
typedef struct Instants
{
	Datum	   *times;
	int			count;
	int			room;
} Instants;

static void
add_instant(Instants *instants, TimestampTz time)
{
	int			at = instants->count;

	/* A clock that is put forward may change their order, or make two one. */
	while (at > 0 && DatumGetTimestampTz(instants->times[at - 1]) > time)
		at--;
	if (at > 0 && DatumGetTimestampTz(instants->times[at - 1]) == time)
		return;
	if (instants->count == instants->room)
	{
		if (instants->room > MaxAllocSize / sizeof(Datum) / 2)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("a rhythm has more than %d times in the period",
							instants->count),
					 errhint("Ask for a shorter period.")));
		instants->room *= 2;
		instants->times = repalloc(instants->times,
								   sizeof(Datum) * instants->room);
	}
	memmove(instants->times + at + 1, instants->times + at,
			sizeof(Datum) * (instants->count - at));
	instants->times[at] = TimestampTzGetDatum(time);
	instants->count++;
}

/*
 * rhythm_times(first_day, last_day, weekdays, every_days, times, zone, since,
 * before)
 */
PG_FUNCTION_INFO_V1(rhythm_times);
Datum
rhythm_times(PG_FUNCTION_ARGS)
{
	Instants	instants = {.room = 16};
	CivilZone	civil;
	Datum	   *times;
	int			num_times;
	int			weekdays = EVERY_WEEKDAY;
	int64		day;
	int64		last_day;
	int32		every_days;
	TimestampTz since;
	TimestampTz before;

	for (int i = 0; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i) && i != 1 && i != 2)
			PG_RETURN_NULL();
	}
	if (!PG_ARGISNULL(2))
		weekdays = get_weekdays(PG_GETARG_ARRAYTYPE_P(2));
	every_days = PG_GETARG_INT32(3);
	times = get_clock_times(PG_GETARG_ARRAYTYPE_P(4), &num_times);
	civil_open(&civil, PG_GETARG_TEXT_PP(5));
	since = PG_GETARG_TIMESTAMPTZ(6);
	before = PG_GETARG_TIMESTAMPTZ(7);
	if (every_days < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a rhythm of every %d days", every_days),
				 errhint("One is every day.")));
	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(0)) ||
		TIMESTAMP_NOT_FINITE(since) || TIMESTAMP_NOT_FINITE(before))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a rhythm has a first day, and is asked for a period with a beginning and an end")));

	last_day = civil_day(civil_clock(&civil, before));
	if (!PG_ARGISNULL(1))
		last_day = Min(last_day, PG_GETARG_DATEADT(1));
	day = PG_GETARG_DATEADT(0);
	day += Max(0, (civil_day(civil_clock(&civil, since)) - day) / every_days) *
		every_days;
	instants.times = palloc(sizeof(Datum) * instants.room);
	for (; day <= last_day && num_times > 0; day += every_days)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; is_on(weekdays, day) && i < num_times; i++)
		{
			TimestampTz time = civil_instant(&civil, day * USECS_PER_DAY +
											 DatumGetTimeADT(times[i]));

			if (time >= since && time < before)
				add_instant(&instants, time);
		}
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(instants.times, instants.count,
										  TIMESTAMPTZOID, sizeof(TimestampTz),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
