/*
 * episode_pattern_fragment.h - the automaton of a part of a pattern
 *
 * What returns a boolean returns false after an error, which is noted in the
 * parser.
 */
#ifndef EPISODE_PATTERN_FRAGMENT_H
#define EPISODE_PATTERN_FRAGMENT_H

#include "episode_pattern_scan.h"

#define PATTERN_UNLIMITED	UINT32_MAX	/* a repetition without end */

/* How one phase follows another. */
typedef struct PatternLink
{
	uint64_t	least;
	uint64_t	most;
	uint8_t		kind;
	uint8_t		blocked;
} PatternLink;

/* A part of the pattern: its states, edges and overlaps are neighbours. */
typedef struct PatternFragment
{
	uint64_t	first;
	uint64_t	last;
	uint8_t		begin_element;
	uint8_t		end_element;
	uint8_t		begin_overlap;
	uint8_t		end_overlap;
	uint16_t	begin_edge;
	uint16_t	end_edge;
	bool		plain;			/* one state, and nothing but its labels */
	bool		timed;			/* the same, and perhaps how long it lasts */
} PatternFragment;

extern void pattern_begin_fragment(const PatternParser *p,
								   PatternFragment *fragment);
extern void pattern_end_fragment(const PatternParser *p,
								 PatternFragment *fragment);
extern bool pattern_connect(PatternParser *p, uint64_t from, uint64_t to,
							const PatternLink *link);
extern bool pattern_repeat(PatternParser *p, PatternFragment *fragment,
						   const PatternLink *link, uint32_t least,
						   uint32_t most, uint64_t before);
extern void pattern_merge_elements(PatternParser *p, uint64_t into,
								   uint64_t from);

#endif							/* EPISODE_PATTERN_FRAGMENT_H */
