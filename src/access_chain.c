/*
 * access_chain.c
 *		What is done last in a transaction: rows of the logs of access get
 *		their places in their chains.
 *
 * A deferred constraint trigger would not do.  SET CONSTRAINTS fires it at
 * once, and at the commit other triggers and cursors held over it still run:
 * for all that time its transaction would hold the head of the chain, and
 * nobody else could open that citizen's record.  Here nothing is left to run.
 */
#include "postgres.h"

#include "access/xact.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "access.h"
#include "compat.h"

typedef struct Link
{
	SubTransactionId subid;
	Oid			function;
	char	   *key;			/* whose chain */
	int64		id;
	TimestampTz at;
} Link;

/* In the memory of the transaction. */
static List *links = NIL;

/* All take the heads of chains in one order; rows of one keep theirs. */
static int
compare_links(const ListCell *a, const ListCell *b)
{
	const Link *x = lfirst(a);
	const Link *y = lfirst(b);
	int			order = (x->function > y->function) - (x->function < y->function);

	if (order == 0)
		order = strcmp(x->key, y->key);
	if (order == 0)
		order = (x->id > y->id) - (x->id < y->id);
	return order;
}

/* Not as a statement: who commits may not call these functions. */
static void
add_to_chains(void)
{
	ListCell   *cell;

	if (links == NIL)
		return;
	list_sort(links, compare_links);
	PushActiveSnapshot(GetTransactionSnapshot());
	foreach(cell, links)
	{
		const Link *link = lfirst(cell);

		OidFunctionCall3(link->function, CStringGetTextDatum(link->key),
						 Int64GetDatum(link->id),
						 TimestampTzGetDatum(link->at));
	}
	PopActiveSnapshot();
}

static void
end_transaction(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			add_to_chains();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
			links = NIL;
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
	foreach(cell, links)
	{
		Link	   *link = lfirst(cell);

		if (link->subid != subid)
			continue;
		if (event == SUBXACT_EVENT_COMMIT_SUB)
			link->subid = parent;
		else
			links = foreach_delete_current(links, cell);
	}
}

void
access_chain_init(void)
{
	RegisterXactCallback(end_transaction, NULL);
	RegisterSubXactCallback(end_subtransaction, NULL);
}

PG_FUNCTION_INFO_V1(chain_at_commit);
Datum
chain_at_commit(PG_FUNCTION_ARGS)
{
	MemoryContext caller;
	Link	   *link;

	access_check_caller();
	access_forbid_prepare();
	caller = MemoryContextSwitchTo(TopTransactionContext);
	link = palloc(sizeof(Link));
	link->subid = GetCurrentSubTransactionId();
	link->function = PG_GETARG_OID(0);
	link->key = text_to_cstring(PG_GETARG_TEXT_PP(1));
	link->id = PG_GETARG_INT64(2);
	link->at = PG_GETARG_TIMESTAMPTZ(3);
	links = lappend(links, link);
	MemoryContextSwitchTo(caller);
	PG_RETURN_VOID();
}
