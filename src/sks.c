/*
 * sks.c
 *		The hierarchy of SKS codes, and how an index serves it.
 *
 * What is a kind of DJ44 begins with DJ44, so in the order of bytes it lies
 * from DJ44 up to DJ44~, for no character of a code comes after the tilde.
 * An index in that order is one with text_pattern_ops, or with collation "C".
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "compat.h"
#include "identifier.h"

PG_FUNCTION_INFO_V1(sks_is_a);
Datum
sks_is_a(PG_FUNCTION_ARGS)
{
	text	   *code = PG_GETARG_TEXT_PP(0);
	text	   *ancestor = PG_GETARG_TEXT_PP(1);
	size_t		length = VARSIZE_ANY_EXHDR(ancestor);

	PG_RETURN_BOOL(length <= VARSIZE_ANY_EXHDR(code) &&
				   sks_is_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)) &&
				   length > 0 &&
				   memcmp(VARDATA_ANY(code), VARDATA_ANY(ancestor),
						  length) == 0);
}

/* The range in which an ancestor's kinds lie, in an operator family's terms. */
static List *
range_conditions(PlannerInfo *root, Oid opfamily, Oid collation,
				 Node *code, Node *ancestor)
{
	Const	   *tilde = makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
								  CStringGetTextDatum("~"), false, false);
	Expr	   *end = (Expr *) makeFuncExpr(F_TEXTCAT, TEXTOID,
											list_make2(ancestor, tilde),
											DEFAULT_COLLATION_OID,
											DEFAULT_COLLATION_OID,
											COERCE_EXPLICIT_CALL);
	Oid			from = get_opfamily_member(opfamily, TEXTOID, TEXTOID,
										   BTGreaterEqualStrategyNumber);
	Oid			before = get_opfamily_member(opfamily, TEXTOID, TEXTOID,
											 BTLessStrategyNumber);

	end = (Expr *) eval_const_expressions(root, (Node *) end);
	return list_make2(make_opclause(from, BOOLOID, false, (Expr *) code,
									(Expr *) ancestor, InvalidOid, collation),
					  make_opclause(before, BOOLOID, false, (Expr *) code,
									end, InvalidOid, collation));
}

/* Whether an index is in the order of bytes. */
static bool
is_byte_order(Oid opfamily, Oid collation)
{
	return opfamily == TEXT_PATTERN_BTREE_FAM_OID ||
		(opfamily == TEXT_BTREE_FAM_OID &&
		 (collation == C_COLLATION_OID || collation == POSIX_COLLATION_OID));
}

static List *
index_conditions(SupportRequestIndexCondition *request)
{
	List	   *args;

	if (!is_funcclause(request->node) || request->indexarg != 0 ||
		!is_byte_order(request->opfamily, request->indexcollation))
		return NIL;
	args = ((FuncExpr *) request->node)->args;
	if (!is_pseudo_constant_for_index(request->root, lsecond(args),
									  request->index))
		return NIL;

	/* What lies between may be no code at all, so the function looks again. */
	request->lossy = true;
	return range_conditions(request->root, request->opfamily,
							request->indexcollation,
							linitial(args), lsecond(args));
}

static Selectivity
selectivity(SupportRequestSelectivity *request)
{
	List	   *conditions;

	if (request->is_join)
		return DEFAULT_RANGE_INEQ_SEL;
	conditions = range_conditions(request->root, TEXT_PATTERN_BTREE_FAM_OID,
								  C_COLLATION_OID, linitial(request->args),
								  lsecond(request->args));
	return clauselist_selectivity(request->root, conditions,
								  request->varRelid, request->jointype,
								  request->sjinfo);
}

PG_FUNCTION_INFO_V1(sks_is_a_support);
Datum
sks_is_a_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestIndexCondition))
		PG_RETURN_POINTER(index_conditions((SupportRequestIndexCondition *) request));
	if (IsA(request, SupportRequestSelectivity))
	{
		((SupportRequestSelectivity *) request)->selectivity =
			selectivity((SupportRequestSelectivity *) request);
		PG_RETURN_POINTER(request);
	}
	PG_RETURN_POINTER(NULL);
}
