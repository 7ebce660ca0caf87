/*
 * episode_rows.c
 *		An episode's phases and transitions as rows, and how many rows to plan
 *		for.
 *
 * A transition leads from each phase to the one that follows it in the order
 * of phases: start, end, label.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "episode.h"

/* What a phase takes on average, for guessing counts from widths. */
#define BYTES_PER_PHASE	9

/* The episode of a set-returning function, and room for its next row. */
static FuncCallContext *
start_rows(FunctionCallInfo fcinfo)
{
	FuncCallContext *call = SRF_FIRSTCALL_INIT();
	MemoryContext old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	TupleDesc	row;
	Episode    *episode = palloc(sizeof(Episode));

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	call->tuple_desc = BlessTupleDesc(row);
	episode_read(episode,
				 PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))));
	call->user_fctx = episode;
	MemoryContextSwitchTo(old);
	return call;
}

static Datum
label_text(const Episode *episode, const EpisodePhase *phase)
{
	const EpisodeLabel *label = &episode->labels[phase->label];

	PG_RETURN_TEXT_P(cstring_to_text_with_len(label->text,
											  (int) label->length));
}

/* unnest(episode): label, period */
PG_FUNCTION_INFO_V1(episode_unnest);
Datum
episode_unnest(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Episode    *episode;

	if (SRF_IS_FIRSTCALL())
		start_rows(fcinfo);
	call = SRF_PERCALL_SETUP();
	episode = call->user_fctx;
	if (call->call_cntr < episode->num_phases)
	{
		const EpisodePhase *phase = &episode->phases[call->call_cntr];
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = label_text(episode, phase);
		values[1] = RangeTypePGetDatum(episode_make_range((TimeSpan) {phase->start,
																	  phase->end}));
		SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc,
																values, nulls)));
	}
	SRF_RETURN_DONE(call);
}

/* From one time to another, which may be the earlier. */
static Interval *
distance(TimestampTz from, TimestampTz to)
{
	return to >= from ?
		episode_make_interval((uint64) to - (uint64) from, false) :
		episode_make_interval((uint64) from - (uint64) to, true);
}

/* transitions(episode): from_label, to_label, at, gap */
PG_FUNCTION_INFO_V1(episode_transitions);
Datum
episode_transitions(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Episode    *episode;

	if (SRF_IS_FIRSTCALL())
		start_rows(fcinfo);
	call = SRF_PERCALL_SETUP();
	episode = call->user_fctx;
	if (call->call_cntr + 1 < episode->num_phases)
	{
		const EpisodePhase *from = &episode->phases[call->call_cntr];
		const EpisodePhase *to = from + 1;
		Datum		values[4] = {0};
		bool		nulls[4] = {false, false, false, false};

		values[0] = label_text(episode, from);
		values[1] = label_text(episode, to);
		values[2] = TimestampTzGetDatum(to->start);
		nulls[3] = from->end == EPISODE_OPEN;
		if (!nulls[3])
			values[3] = IntervalPGetDatum(distance(from->end, to->start));
		SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc,
																values, nulls)));
	}
	SRF_RETURN_DONE(call);
}

/* num_handovers(episode): the transitions from one label to another */
PG_FUNCTION_INFO_V1(episode_num_handovers);
Datum
episode_num_handovers(PG_FUNCTION_ARGS)
{
	Episode		episode;
	int32		count = 0;

	episode_read(&episode, PG_GETARG_DATUM(0));
	for (uint32 i = 1; i < episode.num_phases; i++)
		count += episode.phases[i].label != episode.phases[i - 1].label;
	PG_RETURN_INT32(count);
}

/* The number of phases that an expression has, as far as one can guess. */
static double
estimate_phases(PlannerInfo *root, Node *argument)
{
	int32		width;

	argument = estimate_expression_value(root, argument);
	if (IsA(argument, Const))
	{
		EpisodeSummary summary;

		if (((Const *) argument)->constisnull)
			return 0;
		episode_get_summary(((Const *) argument)->constvalue, &summary);
		return summary.num_phases;
	}
	width = -1;
	if (IsA(argument, Var) && ((Var *) argument)->varlevelsup == 0)
	{
		Var		   *var = (Var *) argument;
		RangeTblEntry *table = planner_rt_fetch(var->varno, root);

		if (table->rtekind == RTE_RELATION)
			width = get_attavgwidth(table->relid, var->varattno);
	}
	if (width <= 0)
		width = get_typavgwidth(exprType(argument), exprTypmod(argument));
	return Max(1.0, width / BYTES_PER_PHASE);
}

PG_FUNCTION_INFO_V1(episode_rows_support);
Datum
episode_rows_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *rows = (SupportRequestRows *) request;

		if (is_funcclause(rows->node))
		{
			rows->rows = estimate_phases(rows->root,
										 linitial(((FuncExpr *) rows->node)->args));
			PG_RETURN_POINTER(request);
		}
	}
	PG_RETURN_POINTER(NULL);
}
