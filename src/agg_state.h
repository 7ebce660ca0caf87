/*
 * agg_state.h
 *		Where the states of an aggregate live that are expanded objects.
 */
#ifndef AGG_STATE_H
#define AGG_STATE_H

#include "fmgr.h"

extern MemoryContext agg_state_context(FunctionCallInfo fcinfo);

#endif
