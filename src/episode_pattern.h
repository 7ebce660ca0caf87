/*
 * episode_pattern.h
 *		The type episode_pattern in the server: what its functions share.
 */
#ifndef EPISODE_PATTERN_H
#define EPISODE_PATTERN_H

#include "fmgr.h"

#include "episode_pattern_automaton.h"

/* episode_pattern_io.c */
extern void episode_pattern_open(PatternView *view, Datum datum);

#endif							/* EPISODE_PATTERN_H */
