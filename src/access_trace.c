/*
 * access_trace.c
 *		What was read in a list, and the log of it then rolled back.
 *
 * A search shows what it finds before its transaction commits, and with a
 * rollback the row that logs it is gone.  Then the server's log has the line.
 *
 * A transaction that has logged access cannot be prepared: how it ends its
 * session would not see, and until then it would hold the chain of the log.
 */
#include "postgres.h"

#include "access/xact.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "access.h"
#include "compat.h"

typedef struct Trace
{
	SubTransactionId subid;
	char	   *line;
} Trace;

/* In the memory of the transaction. */
static List *traces = NIL;

static bool has_logged = false;

static void
tell(const Trace *trace)
{
	ereport(LOG_SERVER_ONLY,
			(errmsg("rolled back: %s", trace->line),
			 errhidestmt(true), errhidecontext(true)));
}

static void
end_transaction(XactEvent event, void *arg)
{
	ListCell   *cell;

	switch (event)
	{
		case XACT_EVENT_PRE_PREPARE:
			if (has_logged)
				ereport(ERROR,
						(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						 errmsg("cannot prepare a transaction that has logged access to citizens"),
						 errhint("Open and close records, and search, in transactions of their own.")));
			break;
		case XACT_EVENT_ABORT:
			foreach(cell, traces)
				tell(lfirst(cell));
			traces = NIL;
			has_logged = false;
			break;
		case XACT_EVENT_COMMIT:
			traces = NIL;
			has_logged = false;
			break;
		default:
			break;
	}
}

static void
end_subtransaction(SubXactEvent event, SubTransactionId subid,
				   SubTransactionId parent, void *arg)
{
	ListCell   *cell;

	if (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB)
		return;
	foreach(cell, traces)
	{
		Trace	   *trace = lfirst(cell);

		if (trace->subid != subid)
			continue;
		if (event == SUBXACT_EVENT_COMMIT_SUB)
			trace->subid = parent;
		else
		{
			tell(trace);
			traces = foreach_delete_current(traces, cell);
		}
	}
}

void
access_trace_init(void)
{
	RegisterXactCallback(end_transaction, NULL);
	RegisterSubXactCallback(end_subtransaction, NULL);
}

void
access_forbid_prepare(void)
{
	has_logged = true;
}

PG_FUNCTION_INFO_V1(trace_rollback);
Datum
trace_rollback(PG_FUNCTION_ARGS)
{
	MemoryContext caller;
	Trace	   *trace;

	access_check_caller();
	access_forbid_prepare();

	/* Nor must a crash lose the row. */
	ForceSyncCommit();
	caller = MemoryContextSwitchTo(TopTransactionContext);
	trace = palloc(sizeof(Trace));
	trace->subid = GetCurrentSubTransactionId();
	trace->line = text_to_cstring(PG_GETARG_TEXT_PP(0));
	traces = lappend(traces, trace);
	MemoryContextSwitchTo(caller);
	PG_RETURN_VOID();
}
