/*
 * episode_range.c
 *		Ranges of time as the functions of episodes take and give them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"

#include "compat.h"
#include "episode.h"
#include "period.h"

/*
 * A range as an interval that includes its start and excludes its end, which
 * all ranges of microseconds can be.  An empty one is at the end of time.
 */
TimeSpan
episode_span(RangeType *range, TypeCacheEntry *type)
{
	Period		period = period_of_range(range, type);
	TimeSpan	span = {period.since, EPISODE_OPEN};

	if (period.until < EPISODE_END_TIME)
		span.end = period.until + 1;
	if (span.end >= EPISODE_END_TIME)
		span.end = EPISODE_OPEN;
	if (span.start >= EPISODE_END_TIME || span.start >= span.end)
		return (TimeSpan) {EPISODE_OPEN, EPISODE_OPEN};
	return span;
}

/* The argument of a function that is a tstzrange. */
TimeSpan
episode_span_argument(FunctionCallInfo fcinfo, int argument)
{
	RangeType  *range = PG_GETARG_RANGE_P(argument);

	return episode_span(range,
						range_get_typcache(fcinfo, RangeTypeGetOid(range)));
}

RangeType *
episode_make_range(TimeSpan span)
{
	RangeBound	lower = {0};
	RangeBound	upper = {0};

	lower.val = TimestampTzGetDatum(span.start);
	lower.inclusive = true;
	lower.lower = true;
	upper.val = TimestampTzGetDatum(span.end);
	upper.infinite = span.end == EPISODE_OPEN;
	return smartcare_make_range(lookup_type_cache(TSTZRANGEOID,
												  TYPECACHE_RANGE_INFO),
								&lower, &upper);
}

/* Of spans in order, none of which touches another. */
MultirangeType *
episode_make_multirange(const TimeSpan *spans, uint32 count)
{
	RangeType **ranges = palloc(sizeof(RangeType *) * Max(count, 1));

	for (uint32 i = 0; i < count; i++)
		ranges[i] = episode_make_range(spans[i]);
	return make_multirange(TSTZMULTIRANGEOID,
						   lookup_type_cache(TSTZRANGEOID,
											 TYPECACHE_RANGE_INFO),
						   (int32) count, ranges);
}

/* A length of time as a difference of times is given: in days of 24 hours. */
Interval *
episode_make_interval(uint64 microseconds, bool negative)
{
	Interval   *interval = palloc0(sizeof(Interval));

	interval->day = (int32) (microseconds / USECS_PER_DAY);
	interval->time = (TimeOffset) (microseconds % USECS_PER_DAY);
	if (negative)
	{
		interval->day = -interval->day;
		interval->time = -interval->time;
	}
	return interval;
}

/*
 * The time in which phases go on: of one label, or of all if label is
 * EPISODE_ANY_LABEL.  Gives spans in order that do not touch.
 */
TimeSpan *
episode_coverage(const Episode *episode, uint32 label, uint32 *count)
{
	TimeSpan   *spans = palloc(sizeof(TimeSpan) * episode->num_phases);
	uint32		n = 0;

	for (uint32 i = 0; i < episode->num_phases; i++)
	{
		const EpisodePhase *phase = &episode->phases[i];

		if (label != EPISODE_ANY_LABEL && phase->label != label)
			continue;
		if (n > 0 && phase->start <= spans[n - 1].end)
			spans[n - 1].end = Max(spans[n - 1].end, phase->end);
		else
			spans[n++] = (TimeSpan) {phase->start, phase->end};
	}
	*count = n;
	return spans;
}

/* The number of a label in an episode; false if it does not have it. */
bool
episode_find_label(const Episode *episode, const text *name, uint32 *number)
{
	EpisodeLabel sought = {VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)};
	uint32		low = 0;
	uint32		high = episode->num_labels;

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;
		int			order = episode_compare_labels(&episode->labels[middle],
												   &sought);

		if (order == 0)
		{
			*number = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
