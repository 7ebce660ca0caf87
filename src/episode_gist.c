/*
 * episode_gist.c
 *		Where an episode's phases lie in time, as operators, and a GiST
 *		operator class for them.
 *
 * A key is the span of an episode, or of all below it, as a tstzrange: the
 * server's own functions unite, compare and split such keys.  A span says
 * nothing of gaps, so what a scan finds is always checked again.
 */
#include "postgres.h"

#include "access/gist.h"
#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"

#include "compat.h"
#include "episode.h"
#include "episode_stats.h"

/* Whether some phase, of one label or of any, overlaps a span. */
static bool
overlaps(Datum datum, const text *name, TimeSpan span)
{
	EpisodeSummary summary;
	Episode		episode;
	uint32		label = EPISODE_ANY_LABEL;

	episode_get_summary(datum, &summary);
	if (summary.start >= span.end || span.start >= summary.end)
		return false;
	episode_read(&episode, datum);
	if (name != NULL && !episode_find_label(&episode, name, &label))
		return false;
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		if ((name == NULL || episode.phases[i].label == label) &&
			episode_phase_overlaps(&episode.phases[i], span))
			return true;
	}
	return false;
}

/* episode && tstzrange */
PG_FUNCTION_INFO_V1(episode_overlaps_range);
Datum
episode_overlaps_range(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(overlaps(PG_GETARG_DATUM(0), NULL,
							episode_span_argument(fcinfo, 1)));
}

/* An instant as a span; no phase goes on at infinity. */
static TimeSpan
instant_span(TimestampTz at)
{
	if (at >= EPISODE_END_TIME)
		return (TimeSpan) {EPISODE_OPEN, EPISODE_OPEN};
	return (TimeSpan) {at, at + 1};
}

/* episode @> timestamptz */
PG_FUNCTION_INFO_V1(episode_contains_time);
Datum
episode_contains_time(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(overlaps(PG_GETARG_DATUM(0), NULL,
							instant_span(PG_GETARG_TIMESTAMPTZ(1))));
}

/* has_phase(episode, label, range) */
PG_FUNCTION_INFO_V1(episode_has_phase);
Datum
episode_has_phase(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(overlaps(PG_GETARG_DATUM(0), PG_GETARG_TEXT_PP(1),
							episode_span_argument(fcinfo, 2)));
}

/* The index condition that has_phase(episode, label, range) implies. */
static List *
index_condition(SupportRequestIndexCondition *request)
{
	FuncExpr   *call = (FuncExpr *) request->node;
	Node	   *period;
	Oid			overlaps_operator;

	if (!IsA(call, FuncExpr) || request->indexarg != 0)
		return NIL;
	period = lthird(call->args);
	overlaps_operator = get_opfamily_member(request->opfamily,
											exprType(linitial(call->args)),
											TSTZRANGEOID,
											RTOverlapStrategyNumber);
	if (!OidIsValid(overlaps_operator) ||
		!is_pseudo_constant_for_index(request->root, period, request->index))
		return NIL;
	request->lossy = true;
	return list_make1(make_opclause(overlaps_operator, BOOLOID, false,
									linitial(call->args), (Expr *) period,
									InvalidOid, InvalidOid));
}

PG_FUNCTION_INFO_V1(episode_has_phase_support);
Datum
episode_has_phase_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestIndexCondition))
		PG_RETURN_POINTER(index_condition((SupportRequestIndexCondition *) request));
	if (IsA(request, SupportRequestSelectivity))
	{
		SupportRequestSelectivity *selectivity =
			(SupportRequestSelectivity *) request;

		if (!selectivity->is_join)
		{
			selectivity->selectivity =
				episode_has_phase_selectivity(selectivity->root,
											  selectivity->args,
											  selectivity->varRelid);
			PG_RETURN_POINTER(request);
		}
	}
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(episode_gist_compress);
Datum
episode_gist_compress(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	GISTENTRY  *result = entry;

	if (entry->leafkey)
	{
		EpisodeSummary summary;
		RangeType  *span;

		episode_get_summary(entry->key, &summary);
		span = episode_make_range((TimeSpan) {summary.start, summary.end});
		result = palloc(sizeof(GISTENTRY));
		gistentryinit(*result, RangeTypePGetDatum(span), entry->rel,
					  entry->page, entry->offset, false);
	}
	PG_RETURN_POINTER(result);
}

/* Both operators ask whether spans overlap: an instant is a short one. */
PG_FUNCTION_INFO_V1(episode_gist_consistent);
Datum
episode_gist_consistent(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	StrategyNumber strategy = (StrategyNumber) PG_GETARG_UINT16(2);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(4);
	TypeCacheEntry *type = range_get_typcache(fcinfo, TSTZRANGEOID);
	TimeSpan	key = episode_span(DatumGetRangeTypeP(entry->key), type);
	TimeSpan	query;

	*recheck = true;
	switch (strategy)
	{
		case RTOverlapStrategyNumber:
			query = episode_span(PG_GETARG_RANGE_P(1), type);
			break;
		case RTContainsElemStrategyNumber:
			query = instant_span(PG_GETARG_TIMESTAMPTZ(1));
			break;
		default:
			elog(ERROR, "unrecognized strategy number: %d", strategy);
	}
	PG_RETURN_BOOL(key.start < query.end && query.start < key.end);
}
