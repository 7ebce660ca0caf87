/*
 * episode_pattern_sel.c
 *		How many episodes match a pattern or have a label, as far as ANALYZE
 *		has counted labels.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "compat.h"
#include "episode_pattern.h"
#include "episode_stats.h"

/* Where nothing is known. */
#define DEFAULT_PATTERN	0.01

/* What share has a phase that an element binds. */
static void
element_frequencies(const PatternView *view, const AttStatsSlot *slot,
					double *frequency)
{
	const EpisodePattern *front = view->front;

	for (int i = 0; i < front->num_elements; i++)
		frequency[i] = (front->other & pattern_bit(i)) ? 0.0 : 1.0;
	for (int i = 0; i < front->num_labels; i++)
	{
		double		without = 1.0 -
			episode_label_frequency(slot, pattern_label(view, i));

		for (uint64 left = view->label_elements[i]; left != 0; left &= left - 1)
			frequency[pattern_least(left)] *= without;
	}
	for (int i = 0; i < front->num_elements; i++)
		frequency[i] = 1.0 - frequency[i];
	for (int i = 0; i < front->num_overlaps; i++)
	{
		const PatternOverlap *overlap = &view->overlaps[i];

		if (!overlap->absent)
			frequency[overlap->state] = Min(frequency[overlap->state],
											frequency[overlap->other]);
	}
}

/*
 * A way through the automaton is as frequent as the rarest element on it, and
 * a match as the most frequent way: an upper bound, which is what matters
 * where one element is rare.
 */
static double
pattern_frequency(const PatternView *view, const AttStatsSlot *slot)
{
	const EpisodePattern *front = view->front;
	double		frequency[PATTERN_MAX_ELEMENTS];
	double		way[PATTERN_MAX_ELEMENTS];
	double		result = 0.0;
	bool		changed = true;

	element_frequencies(view, slot, frequency);
	for (int i = 0; i < front->num_elements; i++)
		way[i] = ((front->first | front->anchored) & pattern_bit(i)) ?
			frequency[i] : 0.0;
	while (changed)
	{
		changed = false;
		for (int i = 0; i < front->num_edges; i++)
		{
			const PatternEdge *edge = &view->edges[i];
			double		longer;

			if (edge->kind != EDGE_FOLLOWS && edge->kind != EDGE_NEXT)
			{
				result = Max(result, way[edge->from]);
				continue;
			}
			longer = Min(way[edge->from], frequency[edge->to]);
			if (longer > way[edge->to])
			{
				way[edge->to] = longer;
				changed = true;
			}
		}
	}
	return result;
}

/*
 * The statistics on labels of an episode column that is compared with a
 * constant; the constant is NULL if there is none to look at.
 */
static Const *
find_constant(FunctionCallInfo fcinfo, VariableStatData *variable,
			  AttStatsSlot *slot)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	List	   *arguments = (List *) PG_GETARG_POINTER(2);
	int			relation = PG_GETARG_INT32(3);
	Node	   *other;
	bool		on_left;

	if (!get_restriction_variable(root, arguments, relation, variable, &other,
								  &on_left))
		return NULL;
	if (!on_left || !IsA(other, Const))
	{
		ReleaseVariableStats(*variable);
		return NULL;
	}
	episode_label_statistics(variable, slot);
	return (Const *) other;
}

/* The selectivity of what a part of the episodes satisfy, and no null does. */
static Datum
release(VariableStatData *variable, AttStatsSlot *slot, double selectivity)
{
	selectivity *= 1.0 - episode_null_fraction(variable);
	free_attstatsslot(slot);
	ReleaseVariableStats(*variable);
	CLAMP_PROBABILITY(selectivity);
	PG_RETURN_FLOAT8(selectivity);
}

PG_FUNCTION_INFO_V1(episode_pattern_sel);
Datum
episode_pattern_sel(PG_FUNCTION_ARGS)
{
	VariableStatData variable;
	AttStatsSlot slot;
	Const	   *constant = find_constant(fcinfo, &variable, &slot);
	double		selectivity = 0.0;

	if (constant == NULL)
		PG_RETURN_FLOAT8(DEFAULT_PATTERN);
	if (!constant->constisnull)
	{
		PatternView view;

		episode_pattern_open(&view, constant->constvalue);
		selectivity = pattern_frequency(&view, &slot);
	}
	return release(&variable, &slot, selectivity);
}

/* Of labels in an array, any or all. */
static Datum
labels_selectivity(FunctionCallInfo fcinfo, bool all)
{
	VariableStatData variable;
	AttStatsSlot slot;
	Const	   *constant = find_constant(fcinfo, &variable, &slot);
	double		result = 1.0;
	Datum	   *labels;
	bool	   *nulls = NULL;
	int			count = 1;

	if (constant == NULL)
		PG_RETURN_FLOAT8(EPISODE_LABEL_FREQUENCY);
	if (constant->constisnull)
		return release(&variable, &slot, 0.0);
	if (constant->consttype == TEXTOID)
		labels = &constant->constvalue;
	else
		deconstruct_array(DatumGetArrayTypeP(constant->constvalue), TEXTOID,
						  -1, false, TYPALIGN_INT, &labels, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (nulls == NULL || !nulls[i])
		{
			text	   *value = DatumGetTextPP(labels[i]);
			EpisodeLabel label = {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
			double		frequency = episode_label_frequency(&slot, label);

			result *= all ? frequency : 1.0 - frequency;
		}
	}
	return release(&variable, &slot, all ? result : 1.0 - result);
}

PG_FUNCTION_INFO_V1(episode_label_sel);
Datum
episode_label_sel(PG_FUNCTION_ARGS)
{
	return labels_selectivity(fcinfo, false);
}

PG_FUNCTION_INFO_V1(episode_all_labels_sel);
Datum
episode_all_labels_sel(PG_FUNCTION_ARGS)
{
	return labels_selectivity(fcinfo, true);
}
