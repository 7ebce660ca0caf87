/*
 * series_time.c
 *		How a series lies in time.
 */
#include "postgres.h"

#include "series_time.h"

static int
compare_int64(const void *left, const void *right)
{
	int64		a = *(const int64 *) left;
	int64		b = *(const int64 *) right;

	return (a > b) - (a < b);
}

/*
 * How far apart measurements are, as a rule: the lower median of the distances
 * from one to the next, in microseconds; 0 of a single one.  Gaps, however
 * long, do not move it, as long as they are fewer than the distances.
 */
int64
series_cadence_of(const TimestampTz *times, Size count)
{
	int64	   *distances;
	int64		cadence;

	if (count < 2)
		return 0;
	distances = MemoryContextAllocHuge(CurrentMemoryContext,
									   sizeof(int64) * (count - 1));
	for (Size i = 1; i < count; i++)
		distances[i - 1] = times[i] - times[i - 1];
	qsort(distances, count - 1, sizeof(int64), compare_int64);
	cadence = distances[(count - 2) / 2];
	pfree(distances);
	return cadence;
}
