/*
 * period.h
 *		The instants that a range of time holds.
 */
#ifndef PERIOD_H
#define PERIOD_H

#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

/* From the first to the last, both in it; there are none if until < since. */
typedef struct Period
{
	TimestampTz since;
	TimestampTz until;
} Period;

extern Period period_of_range(const RangeType *range, TypeCacheEntry *type);

#endif							/* PERIOD_H */
