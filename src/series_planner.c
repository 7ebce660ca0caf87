/*
 * series_planner.c
 *		What the planner is told of series: statistics, the share of rows that
 *		a condition leaves, what reading one costs, and which conditions an
 *		index can answer.
 *
 * ANALYZE keeps, instead of some whole series, the bounding boxes of many, and
 * the mean number of points.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/namespace.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/vacuum.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

#include "compat.h"
#include "series_box.h"
#include "series_planner.h"

/* A kind of statistics that is none of the server's own. */
#define STATISTIC_KIND_SERIES	17419

#define BOXES_PER_TARGET	4	/* boxes kept, times the statistics target */
#define DEFAULT_SELECTIVITY	0.01
#define BYTES_PER_POINT		2.5 /* for guessing counts from widths */
#define OPERATORS_PER_POINT	0.5 /* what a point costs to read */

static void
compute_stats(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch,
			  int sample_rows, double total_rows)
{
	int			wanted = smartcare_statistics_target(stats) * BOXES_PER_TARGET;
	int			num_series = 0;
	int			num_boxes = 0;
	double		width = 0;
	double		points = 0;
	Datum	   *boxes;
	float4	   *numbers;
	MemoryContext old = MemoryContextSwitchTo(stats->anl_context);

	boxes = palloc(sizeof(Datum) * Max(1, Min(wanted, sample_rows)));
	numbers = palloc(sizeof(float4));
	MemoryContextSwitchTo(old);

	for (int i = 0; i < sample_rows; i++)
	{
		bool		is_null;
		Datum		value;
		SeriesSummary summary;

		smartcare_analyze_delay();
		value = fetch(stats, i, &is_null);
		if (is_null)
			continue;
		num_series++;
		width += toast_datum_size(value);
		series_get_summary(value, &summary);
		points += summary.count;

		/* Of the sample, every so manyth. */
		if ((int64) num_boxes * sample_rows < (int64) (i + 1) * wanted &&
			num_boxes < wanted)
		{
			BOX		   *box = MemoryContextAlloc(stats->anl_context, sizeof(BOX));

			series_box_of(box, value);
			boxes[num_boxes++] = BoxPGetDatum(box);
		}
	}

	stats->stats_valid = sample_rows > 0;
	stats->stanullfrac = sample_rows > 0 ?
		1 - (double) num_series / sample_rows : 0;
	stats->stadistinct = -(1 - stats->stanullfrac);
	if (num_series == 0)
		return;
	stats->stawidth = (int32) Min(width / num_series, PG_INT32_MAX);
	stats->stakind[0] = STATISTIC_KIND_SERIES;
	numbers[0] = (float4) (points / num_series);
	stats->stanumbers[0] = numbers;
	stats->numnumbers[0] = 1;
	stats->stavalues[0] = boxes;
	stats->numvalues[0] = num_boxes;
	stats->statypid[0] = BOXOID;
	stats->statyplen[0] = sizeof(BOX);
	stats->statypbyval[0] = false;
	stats->statypalign[0] = TYPALIGN_DOUBLE;
}

PG_FUNCTION_INFO_V1(series_typanalyze);
Datum
series_typanalyze(PG_FUNCTION_ARGS)
{
	VacAttrStats *stats = (VacAttrStats *) PG_GETARG_POINTER(0);

	if (smartcare_statistics_target(stats) < 0)
		smartcare_statistics_target(stats) = default_statistics_target;
	stats->compute_stats = compute_stats;
	stats->minrows = 300 * smartcare_statistics_target(stats);
	PG_RETURN_BOOL(true);
}

/* The statistics of a variable, by what is in them; false if there are none. */
static bool
get_stats(AttStatsSlot *slot, const VariableStatData *variable, int flags)
{
	return HeapTupleIsValid(variable->statsTuple) &&
		get_attstatsslot(slot, variable->statsTuple, STATISTIC_KIND_SERIES,
						 InvalidOid, flags);
}

/* The share of a variable's series whose boxes meet one. */
static double
share_of_boxes(VariableStatData *variable, const BOX *box, Oid function)
{
	AttStatsSlot slot;
	int			found = 0;
	double		share;

	if (!statistic_proc_security_check(variable, function) ||
		!get_stats(&slot, variable, ATTSTATSSLOT_VALUES))
		return DEFAULT_SELECTIVITY;
	for (int i = 0; i < slot.nvalues; i++)
		found += series_boxes_meet(DatumGetBoxP(slot.values[i]), box);
	/* That there is none in the sample does not say that there is none. */
	share = (found + 0.5) / (slot.nvalues + 1);
	free_attstatsslot(&slot);
	return share *
		(1 - ((Form_pg_statistic) GETSTRUCT(variable->statsTuple))->stanullfrac);
}

/* Restriction selectivity of series && tstzrange and series && box. */
PG_FUNCTION_INFO_V1(series_overlaps_sel);
Datum
series_overlaps_sel(PG_FUNCTION_ARGS)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			operator = PG_GETARG_OID(1);
	List	   *args = (List *) PG_GETARG_POINTER(2);
	int			relation = PG_GETARG_INT32(3);
	VariableStatData variable;
	Node	   *other;
	bool		var_on_left;
	double		share = DEFAULT_SELECTIVITY;

	if (!get_restriction_variable(root, args, relation, &variable, &other,
								  &var_on_left))
		PG_RETURN_FLOAT8(share);
	if (var_on_left && IsA(other, Const))
	{
		Const	   *query = (Const *) other;
		BOX			box;

		if (query->constisnull ||
			!series_box_of_query(&box, query->constvalue,
								 query->consttype == BOXOID ?
								 STRATEGY_BOX : STRATEGY_RANGE))
			share = 0;
		else
			share = share_of_boxes(&variable, &box, get_opcode(operator));
	}
	ReleaseVariableStats(variable);
	CLAMP_PROBABILITY(share);
	PG_RETURN_FLOAT8(share);
}

static List *
get_args(Node *node)
{
	if (node != NULL && IsA(node, FuncExpr))
		return ((FuncExpr *) node)->args;
	if (node != NULL && IsA(node, OpExpr))
		return ((OpExpr *) node)->args;
	return NIL;
}

/* The number of points that an expression has, as far as one can guess. */
double
series_estimate_points(PlannerInfo *root, Node *expression)
{
	VariableStatData variable;
	AttStatsSlot slot;
	double		points = 0;

	expression = estimate_expression_value(root, expression);

	/* What is made of a series, such as a slice, may have all its points. */
	while (get_args(expression) != NIL &&
		   exprType(linitial(get_args(expression))) == exprType(expression))
		expression = linitial(get_args(expression));
	if (IsA(expression, Const))
	{
		SeriesSummary summary;

		if (((Const *) expression)->constisnull)
			return 0;
		series_get_summary(((Const *) expression)->constvalue, &summary);
		return summary.count;
	}
	examine_variable(root, expression, 0, &variable);
	if (get_stats(&slot, &variable, ATTSTATSSLOT_NUMBERS))
	{
		if (slot.nnumbers > 0)
			points = slot.numbers[0];
		free_attstatsslot(&slot);
	}
	ReleaseVariableStats(variable);
	if (points == 0)
		points = get_typavgwidth(exprType(expression), -1) / BYTES_PER_POINT;
	return Max(1, points);
}

/* What reading all points of a series costs. */
static bool
estimate_cost(SupportRequestCost *request)
{
	List	   *args = get_args(request->node);
	double		points;

	if (args == NIL || request->root == NULL)
		return false;
	points = series_estimate_points(request->root, linitial(args));
	request->startup = 0;
	request->per_tuple = cpu_operator_cost * (1 + OPERATORS_PER_POINT * points);
	return true;
}

PG_FUNCTION_INFO_V1(series_decode_support);
Datum
series_decode_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestCost) &&
		estimate_cost((SupportRequestCost *) request))
		PG_RETURN_POINTER(request);
	PG_RETURN_POINTER(NULL);
}

/*
 * The box that exceeds(series, threshold, period) or falls_below() looks
 * into, as an expression.
 */
static Node *
make_search_box(PlannerInfo *root, Oid function, List *args, bool below)
{
	char	   *schema = get_namespace_name(get_func_namespace(function));
	Oid			types[] = {TSTZRANGEOID, FLOAT8OID, FLOAT8OID};
	Oid			box = LookupFuncName(list_make2(makeString(schema),
												makeString("series_box")),
									 3, types, true);
	Node	   *none = (Node *) makeNullConst(FLOAT8OID, -1, InvalidOid);
	Node	   *threshold = lsecond(args);
	List	   *box_args = list_make3(lthird(args), below ? none : threshold,
									  below ? threshold : none);

	if (!OidIsValid(box))
		return NULL;
	return eval_const_expressions(root,
								  (Node *) makeFuncExpr(box, BOXOID, box_args,
														InvalidOid, InvalidOid,
														COERCE_EXPLICIT_CALL));
}

static List *
make_index_condition(SupportRequestIndexCondition *request, bool below)
{
	PlannerInfo *root = request->root;
	List	   *args = get_args(request->node);
	Node	   *box;
	Oid			operator;

	if (list_length(args) != 3 || request->indexarg != 0 ||
		!is_pseudo_constant_for_index(root, lsecond(args), request->index) ||
		!is_pseudo_constant_for_index(root, lthird(args), request->index))
		return NIL;
	operator = get_opfamily_member(request->opfamily, exprType(linitial(args)),
								   BOXOID, STRATEGY_BOX);
	box = make_search_box(root, request->funcid, args, below);
	if (!OidIsValid(operator) || box == NULL)
		return NIL;
	request->lossy = true;
	return list_make1(make_opclause(operator, BOOLOID, false, linitial(args),
									(Expr *) box, InvalidOid, InvalidOid));
}

static bool
estimate_selectivity(SupportRequestSelectivity *request, bool below)
{
	List	   *args = request->args;
	VariableStatData variable;
	Node	   *box;

	if (request->is_join || list_length(args) != 3)
		return false;
	box = make_search_box(request->root, request->funcid, args, below);
	if (box != NULL)
		box = estimate_expression_value(request->root, box);
	request->selectivity = DEFAULT_SELECTIVITY;
	if (box != NULL && IsA(box, Const))
	{
		Const	   *query = (Const *) box;

		examine_variable(request->root, linitial(args),
						 request->varRelid, &variable);
		request->selectivity = query->constisnull ? 0 :
			share_of_boxes(&variable, DatumGetBoxP(query->constvalue),
						   request->funcid);
		ReleaseVariableStats(variable);
	}
	CLAMP_PROBABILITY(request->selectivity);
	return true;
}

static Datum
support_threshold(Node *request, bool below)
{
	if (IsA(request, SupportRequestIndexCondition))
		PG_RETURN_POINTER(make_index_condition((SupportRequestIndexCondition *) request,
											   below));
	if ((IsA(request, SupportRequestSelectivity) &&
		 estimate_selectivity((SupportRequestSelectivity *) request, below)) ||
		(IsA(request, SupportRequestCost) &&
		 estimate_cost((SupportRequestCost *) request)))
		PG_RETURN_POINTER(request);
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(series_exceeds_support);
Datum
series_exceeds_support(PG_FUNCTION_ARGS)
{
	return support_threshold((Node *) PG_GETARG_POINTER(0), false);
}

PG_FUNCTION_INFO_V1(series_falls_below_support);
Datum
series_falls_below_support(PG_FUNCTION_ARGS)
{
	return support_threshold((Node *) PG_GETARG_POINTER(0), true);
}
