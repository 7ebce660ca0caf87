/*
 * episode_allen.c
 *		How one period lies to another: one of thirteen relations.
 *
 * J. F. Allen, Maintaining Knowledge about Temporal Intervals, Communications
 * of the ACM 26 (1983), figure 2.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "episode.h"

static const char *
relation(TimeSpan a, TimeSpan b)
{
	if (a.end < b.start)
		return "before";
	if (b.end < a.start)
		return "after";
	if (a.end == b.start)
		return "meets";
	if (b.end == a.start)
		return "met by";
	if (a.start == b.start)
		return a.end == b.end ? "equals" :
			a.end < b.end ? "starts" : "started by";
	if (a.end == b.end)
		return a.start > b.start ? "finishes" : "finished by";
	if (a.start < b.start)
		return a.end < b.end ? "overlaps" : "contains";
	return a.end < b.end ? "during" : "overlapped by";
}

/* allen(range, range) */
PG_FUNCTION_INFO_V1(episode_allen);
Datum
episode_allen(PG_FUNCTION_ARGS)
{
	TimeSpan	a = episode_span_argument(fcinfo, 0);
	TimeSpan	b = episode_span_argument(fcinfo, 1);

	/* An empty range lies nowhere. */
	if (a.start == a.end || b.start == b.end)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(relation(a, b)));
}
