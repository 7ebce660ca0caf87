/*
 * episode_stats.c
 *		How many episodes a condition leaves, from what ANALYZE stored.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"

#include "compat.h"
#include "episode.h"
#include "episode_stats.h"

/* Where nothing is known. */
#define DEFAULT_OVERLAP 0.01

double
episode_null_fraction(VariableStatData *column)
{
	if (!HeapTupleIsValid(column->statsTuple))
		return 0;
	return ((Form_pg_statistic) GETSTRUCT(column->statsTuple))->stanullfrac;
}

/*
 * The statistics on the labels of a column, to be freed by free_attstatsslot();
 * without values if there are none.
 */
void
episode_label_statistics(VariableStatData *column, AttStatsSlot *slot)
{
	memset(slot, 0, sizeof(AttStatsSlot));
	if (HeapTupleIsValid(column->statsTuple))
		get_attstatsslot(slot, column->statsTuple, STATISTIC_KIND_MCELEM,
						 InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
}

/* The part of the episodes, without nulls, that have a label. */
Selectivity
episode_label_frequency(const AttStatsSlot *slot, EpisodeLabel sought)
{
	int			low = 0;
	int			high = slot->nvalues;

	/* The last two numbers are the least and the greatest frequency. */
	if (high == 0 || slot->nnumbers != high + 2)
		return EPISODE_LABEL_FREQUENCY;
	while (low < high)
	{
		int			middle = (low + high) / 2;
		text	   *label = DatumGetTextPP(slot->values[middle]);
		EpisodeLabel found = {VARDATA_ANY(label), VARSIZE_ANY_EXHDR(label)};
		int			order = episode_compare_labels(&found, &sought);

		if (order == 0)
			return slot->numbers[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return slot->numbers[slot->nvalues] / 2;
}

/* The part of a histogram's times that come before another. */
static double
part_before(const int64 *times, int count, int64 time)
{
	int			before = 0;

	while (before < count && times[before] < time)
		before++;
	if (before == 0 || before == count)
		return before == 0 ? 0 : 1;
	return (before - 1 +
			((double) time - (double) times[before - 1]) /
			((double) times[before] - (double) times[before - 1])) /
		(count - 1);
}

/* The part of the episodes, without nulls, whose span overlaps a span. */
static double
overlap_frequency(VariableStatData *column, TimeSpan span,
				  TypeCacheEntry *type)
{
	AttStatsSlot slot;
	int64	   *starts;
	int64	   *ends;
	double		result;

	if (!HeapTupleIsValid(column->statsTuple) ||
		!get_attstatsslot(&slot, column->statsTuple,
						  STATISTIC_KIND_BOUNDS_HISTOGRAM, InvalidOid,
						  ATTSTATSSLOT_VALUES))
		return DEFAULT_OVERLAP;
	starts = palloc(sizeof(int64) * slot.nvalues);
	ends = palloc(sizeof(int64) * slot.nvalues);
	for (int i = 0; i < slot.nvalues; i++)
	{
		TimeSpan	bounds = episode_span(DatumGetRangeTypeP(slot.values[i]),
										  type);

		starts[i] = bounds.start;
		ends[i] = bounds.end;
	}
	result = part_before(starts, slot.nvalues, span.end) -
		part_before(ends, slot.nvalues, span.start);
	free_attstatsslot(&slot);
	return result;
}

/* The same for a range or instant that an expression gives. */
static double
time_frequency(VariableStatData *column, Node *expression)
{
	Const	   *constant = (Const *) expression;
	TypeCacheEntry *type = lookup_type_cache(TSTZRANGEOID,
											 TYPECACHE_RANGE_INFO);
	TimeSpan	span;

	if (!IsA(expression, Const))
		return DEFAULT_OVERLAP;
	if (constant->constisnull)
		return 0;
	if (constant->consttype == TSTZRANGEOID)
		span = episode_span(DatumGetRangeTypeP(constant->constvalue), type);
	else
	{
		span.start = DatumGetTimestampTz(constant->constvalue);
		span.end = Min(span.start, EPISODE_END_TIME) + 1;
	}
	if (span.start >= span.end)
		return 0;
	return overlap_frequency(column, span, type);
}

/* For episode && tstzrange and episode @> timestamptz. */
PG_FUNCTION_INFO_V1(episode_time_selectivity);
Datum
episode_time_selectivity(PG_FUNCTION_ARGS)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	List	   *arguments = (List *) PG_GETARG_POINTER(2);
	int			varRelid = PG_GETARG_INT32(3);
	VariableStatData column;
	Node	   *other;
	bool		on_left;
	Selectivity result;

	if (!get_restriction_variable(root, arguments, varRelid, &column, &other,
								  &on_left))
		PG_RETURN_FLOAT8(DEFAULT_OVERLAP);
	result = time_frequency(&column, other) * (1 - episode_null_fraction(&column));
	ReleaseVariableStats(column);
	CLAMP_PROBABILITY(result);
	PG_RETURN_FLOAT8(result);
}

/* For has_phase(episode, label, range): label and time taken as independent. */
Selectivity
episode_has_phase_selectivity(PlannerInfo *root, List *arguments, int varRelid)
{
	Node	   *label = estimate_expression_value(root, lsecond(arguments));
	Node	   *period = estimate_expression_value(root, lthird(arguments));
	VariableStatData column;
	Selectivity result;

	examine_variable(root, linitial(arguments), varRelid, &column);
	result = time_frequency(&column, period) *
		(1 - episode_null_fraction(&column));
	if (!IsA(label, Const))
		result *= EPISODE_LABEL_FREQUENCY;
	else if (((Const *) label)->constisnull)
		result = 0;
	else
	{
		text	   *name = DatumGetTextPP(((Const *) label)->constvalue);
		AttStatsSlot slot;

		episode_label_statistics(&column, &slot);
		result *= episode_label_frequency(&slot, (EpisodeLabel) {
			VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)
		});
		free_attstatsslot(&slot);
	}
	ReleaseVariableStats(column);
	CLAMP_PROBABILITY(result);
	return result;
}
