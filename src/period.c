/*
 * period.c
 *		The instants that a range of time holds.
 */
#include "postgres.h"

#include "compat.h"
#include "period.h"

Period
period_of_range(const RangeType *range, TypeCacheEntry *type)
{
	const Period none = {0, -1};
	Period		period = {PG_INT64_MIN, PG_INT64_MAX};
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(type, range, &lower, &upper, &empty);
	if (empty)
		return none;
	if (!lower.infinite)
	{
		period.since = DatumGetTimestampTz(lower.val);
		if (!lower.inclusive)
		{
			if (period.since == PG_INT64_MAX)
				return none;
			period.since++;
		}
	}
	if (!upper.infinite)
	{
		period.until = DatumGetTimestampTz(upper.val);
		if (!upper.inclusive)
		{
			if (period.until == PG_INT64_MIN)
				return none;
			period.until--;
		}
	}
	return period;
}
