/*
 * episode_pattern_scan.h - the words of a pattern, for its parser
 *
 * What returns a boolean returns false after an error, which is noted in the
 * parser; nothing is accepted after that.
 */
#ifndef EPISODE_PATTERN_SCAN_H
#define EPISODE_PATTERN_SCAN_H

#include "episode_pattern_automaton.h"

extern bool pattern_fail(PatternParser *p, PatternStatus status,
						 const char *problem);
extern bool pattern_expected(PatternParser *p, const char *what);
extern bool pattern_ahead(PatternParser *p, const char *token);
extern bool pattern_accept(PatternParser *p, const char *token);
extern bool pattern_demand(PatternParser *p, const char *token,
						   const char *what);
extern void pattern_put(PatternParser *p, const char *text);
extern void pattern_put_number(PatternParser *p, uint64_t number);
extern void pattern_take_back(PatternParser *p, size_t where);
extern bool pattern_add_element(PatternParser *p, uint8_t *element);
extern bool pattern_enter(PatternParser *p);
extern bool pattern_parse_positive(PatternParser *p, uint8_t element);
extern bool pattern_parse_set(PatternParser *p, uint8_t *element);
extern bool pattern_number_ahead(PatternParser *p);
extern bool pattern_parse_number(PatternParser *p, uint64_t *number);
extern bool pattern_parse_bounds(PatternParser *p, uint64_t *least,
								 uint64_t *most);
extern void pattern_put_bounds(PatternParser *p, uint64_t least,
							   uint64_t most);
extern void pattern_skip_space(PatternParser *p);

#endif							/* EPISODE_PATTERN_SCAN_H */
