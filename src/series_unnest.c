/*
 * series_unnest.c
 *		The points of a series as rows, and how many rows to plan for.
 *
 * In a select list one row for each call, decoding a block when the one before
 * is used up: LIMIT ends the work.  In FROM, where rows are stored before any
 * is looked at, all at once, which takes less time for each.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "series.h"
#include "series_planner.h"

static void
store_rows(ReturnSetInfo *set, Datum series)
{
	bool		nulls[2] = {false, false};
	MemoryContext old;
	SeriesReader reader;

	old = MemoryContextSwitchTo(set->econtext->ecxt_per_query_memory);
	set->returnMode = SFRM_Materialize;
	set->setResult = tuplestore_begin_heap((set->allowedModes &
											SFRM_Materialize_Random) != 0,
										   false, work_mem);
	MemoryContextSwitchTo(old);

	series_start_reading(&reader, series);
	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
		{
			Datum		values[2];

			values[0] = TimestampTzGetDatum(reader.block.times[i]);
			values[1] = Float8GetDatum(reader.block.values[i]);
			tuplestore_putvalues(set->setResult, set->expectedDesc, values,
								 nulls);
		}
	}
}

PG_FUNCTION_INFO_V1(series_unnest);
Datum
series_unnest(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	FuncCallContext *call;
	SeriesCursor *cursor;

	if (set != NULL && IsA(set, ReturnSetInfo) &&
		set->allowedModes & SFRM_Materialize_Preferred)
	{
		store_rows(set, PG_GETARG_DATUM(0));
		PG_RETURN_NULL();
	}

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;
		TupleDesc	row;

		call = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		call->tuple_desc = BlessTupleDesc(row);
		cursor = palloc(sizeof(SeriesCursor));
		series_start_walk(cursor, PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))));
		call->user_fctx = cursor;
		MemoryContextSwitchTo(old);
	}

	call = SRF_PERCALL_SETUP();
	cursor = call->user_fctx;
	if (!series_at_end(cursor))
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = TimestampTzGetDatum(series_time(cursor));
		values[1] = Float8GetDatum(series_value(cursor));
		series_step(cursor);
		SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc,
																values, nulls)));
	}
	SRF_RETURN_DONE(call);
}

PG_FUNCTION_INFO_V1(series_unnest_support);
Datum
series_unnest_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *rows = (SupportRequestRows *) request;

		if (is_funcclause(rows->node))
		{
			rows->rows = series_estimate_points(rows->root,
												linitial(((FuncExpr *) rows->node)->args));
			PG_RETURN_POINTER(request);
		}
	}
	PG_RETURN_POINTER(NULL);
}
