/*
 * series_grid.c
 *		Time divided into buckets by the clock and calendar of a time zone.
 *
 * A bucket ends where the next one starts.  Where the clock is set back within
 * a bucket, or from its end into it, that becomes longer; where from its end
 * to its start, there are two of them.  Where the clock is set forward over
 * the start of a bucket, that starts right then.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "compat.h"
#include "series_grid.h"

#define MAX_WIDTH	(INT64CONST(1000) * 366 * USECS_PER_DAY)

/* The first month of timestamps, and that after the last, from year 0. */
#define FIRST_MONTH	(-4713 * MONTHS_PER_YEAR + 10)
#define END_MONTH	(294277 * MONTHS_PER_YEAR)

/* Later than any clock, in any time zone. */
#define LAST_CLOCK	(END_TIMESTAMP + 2 * USECS_PER_DAY)

/* What a call was given, for the next one to see whether it is the same. */
typedef struct GridCache
{
	SeriesGrid	grid;
	Interval	width;
	Timestamp	origin;
	int			zone_size;
	char		zone[FLEXIBLE_ARRAY_MEMBER];
} GridCache;

/* A time without a time zone in parts: months from year 0, and into one. */
static int64
month_of(Timestamp clock, int64 *offset)
{
	int64		day = clock / USECS_PER_DAY - (clock % USECS_PER_DAY < 0);
	int			year;
	int			month;
	int			day_of_month;

	j2date((int) day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	*offset = clock - (day - day_of_month + 1) * USECS_PER_DAY;
	return (int64) year * MONTHS_PER_YEAR + month - 1;
}

static int64
floor_to(int64 value, int64 width)
{
	int64		rest = value % width;

	return value - (rest < 0 ? rest + width : rest);
}

static Timestamp
start_of_month(int64 month)
{
	int64		january = floor_to(month, MONTHS_PER_YEAR);

	return (int64) (date2j((int) (january / MONTHS_PER_YEAR),
						   (int) (month - january) + 1, 1) -
					POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
}

static void
throw_before_time(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("timestamp out of range"),
			 errdetail("The first bucket would start before the first timestamp.")));
}

/* The start of the bucket that a time of the clock is in; and of the next. */
static Timestamp
clock_start(const SeriesGrid *grid, Timestamp clock, Timestamp *next)
{
	Timestamp	start;

	if (grid->months > 0)
	{
		int64		unused;
		int64		month = month_of(clock - grid->offset, &unused);

		month = grid->first_month +
			floor_to(month - grid->first_month, grid->months);
		if (month < FIRST_MONTH)
			throw_before_time();
		*next = month + grid->months >= END_MONTH ? LAST_CLOCK :
			start_of_month(month + grid->months) + grid->offset;
		return start_of_month(month) + grid->offset;
	}
	start = floor_to(clock - grid->offset, grid->width) + grid->offset;
	*next = start < END_TIMESTAMP - grid->width ?
		start + grid->width : LAST_CLOCK;
	return start;
}

/*
 * Whether a bucket goes on over an instant at which the clock is set: unless
 * it has come to its end and starts again.
 */
static bool
goes_on(SeriesGrid *grid, TimestampTz change)
{
	CivilZone  *zone = &grid->zone;
	Timestamp	next;
	Timestamp	unused;
	Timestamp	before = clock_start(grid, civil_clock(zone, change - 1),
									 &next);
	bool		ended = next - zone->offset == change;
	Timestamp	after = clock_start(grid, civil_clock(zone, change), &unused);

	return before == after && !(ended && after - zone->offset == change);
}

/* Find a bucket by the clock. */
static TimestampTz
locate(SeriesGrid *grid, TimestampTz time, TimestampTz *end)
{
	CivilZone  *zone = &grid->zone;
	Timestamp	next;
	Timestamp	clock = clock_start(grid, civil_clock(zone, time), &next);
	TimestampTz start;

	/* The clock may have been set since the bucket started, or just then, */
	while ((start = clock - zone->offset) <= zone->from)
	{
		TimestampTz change = zone->from;

		if (start < MIN_TIMESTAMP && change == MIN_TIMESTAMP)
			throw_before_time();
		if (change == MIN_TIMESTAMP || !goes_on(grid, change))
		{
			start = change;
			break;
		}
		civil_clock(zone, change - 1);
	}

	/* and may be set before it ends, or just then. */
	civil_clock(zone, time);
	while ((*end = next - zone->offset) >= zone->until)
	{
		TimestampTz change = *end = zone->until;

		if (change >= END_TIMESTAMP || !goes_on(grid, change))
			break;
	}
	return start;
}

/* The start and end of the bucket that an instant is in. */
TimestampTz
series_find_bucket(SeriesGrid *grid, TimestampTz time, TimestampTz *end)
{
	TimestampTz *edges = grid->edges;
	int			low = grid->last;
	int			high = grid->num_edges - 1;
	TimestampTz start;

	/* As a rule it is the one after the last, or the first again. */
	if (low + 2 <= high && time >= edges[low + 1] && time < edges[low + 2])
	{
		grid->last = low + 1;
		*end = edges[low + 2];
		return edges[low + 1];
	}
	low = 0;
	if (high > 0 && time >= edges[0] && time < edges[high])
	{
		if (time < edges[1])
			high = 1;
		while (high - low > 1)
		{
			int			middle = (low + high) / 2;

			if (time < edges[middle])
				high = middle;
			else
				low = middle;
		}
		grid->last = low;
		*end = edges[high];
		return edges[low];
	}
	start = locate(grid, time, end);
	if (high < 1 || high == GRID_EDGES - 1 || start != edges[high])
	{
		edges[0] = start;
		high = 0;
	}
	edges[high + 1] = *end;
	grid->num_edges = high + 2;
	grid->last = high;
	return start;
}

static void
open_grid(SeriesGrid *grid, const Interval *width, const text *zone,
		  Timestamp origin)
{
	int64		length;

	if (width->month != 0 && (width->day != 0 || width->time != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("width must not mix months with days or hours"),
				 errhint("Give whole months, or days and hours.")));
	length = width->month != 0 ? width->month :
		(int64) Min(Max(width->day, -400000), 400000) * USECS_PER_DAY +
		Min(Max(width->time, -MAX_WIDTH), MAX_WIDTH);
	if (length <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("width must be longer than nothing")));
	if (width->month > 12000 || (width->month == 0 && length > MAX_WIDTH))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("width must not be longer than 1000 years")));
	if (!IS_VALID_TIMESTAMP(origin))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("origin must be finite")));

	civil_open(&grid->zone, zone);
	grid->num_edges = 0;
	grid->last = 0;
	grid->months = width->month;
	if (grid->months > 0)
	{
		grid->first_month = month_of(origin, &grid->offset);
		if (grid->offset >= 28 * USECS_PER_DAY)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("origin of months must be one of the first 28 days of a month")));
	}
	else
	{
		grid->width = length;
		grid->offset = origin - floor_to(origin, length);
	}
}

/* The grid that arguments ask for; the one of the last call if it fits. */
SeriesGrid *
series_get_grid(FunctionCallInfo fcinfo, int width, int zone, int origin)
{
	const Interval *interval = PG_GETARG_INTERVAL_P(width);
	const text *name = PG_GETARG_TEXT_PP(zone);
	int			size = VARSIZE_ANY_EXHDR(name);
	GridCache  *cache = fcinfo->flinfo->fn_extra;

	if (cache == NULL || cache->origin != PG_GETARG_TIMESTAMP(origin) ||
		memcmp(&cache->width, interval, sizeof(Interval)) != 0 ||
		cache->zone_size != size ||
		memcmp(cache->zone, VARDATA_ANY(name), size) != 0)
	{
		GridCache  *new = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt,
											 offsetof(GridCache, zone) + size);

		open_grid(&new->grid, interval, name, PG_GETARG_TIMESTAMP(origin));
		new->width = *interval;
		new->origin = PG_GETARG_TIMESTAMP(origin);
		new->zone_size = size;
		memcpy(new->zone, VARDATA_ANY(name), size);
		if (cache != NULL)
			pfree(cache);
		fcinfo->flinfo->fn_extra = new;
		cache = new;
	}
	return &cache->grid;
}
