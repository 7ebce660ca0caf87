/*
 * agg_state.c
 *		Where the states of an aggregate live that are expanded objects.
 *
 * An expanded object belongs to a memory context that is deleted with it.
 * Within an aggregation nobody deletes one alone: the executor keeps the
 * pointer that the transition function returned last, always the same, and
 * in the end resets all there is.  So all groups share one context.  With one
 * for each, hash aggregation, which adds up its contexts for every new group,
 * would take a time of the number of groups squared.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "agg_state.h"

#define STATES	"smartcare aggregate states"

/* The context for a new state, which the executor takes as it is. */
MemoryContext
agg_state_context(FunctionCallInfo fcinfo)
{
	MemoryContext aggregation;

	if (!AggCheckCallContext(fcinfo, &aggregation))
		return AllocSetContextCreate(CurrentMemoryContext, STATES,
									 ALLOCSET_SMALL_SIZES);
	for (MemoryContext child = aggregation->firstchild; child != NULL;
		 child = child->nextchild)
	{
		if (strcmp(child->name, STATES) == 0)
			return child;
	}
	return AllocSetContextCreate(aggregation, STATES,
								 ALLOCSET_START_SMALL_SIZES);
}
