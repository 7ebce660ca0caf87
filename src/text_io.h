/*
 * text_io.h
 *		What the text forms of types share: times, and places in messages.
 */
#ifndef TEXT_IO_H
#define TEXT_IO_H

#include "lib/stringinfo.h"
#include "utils/timestamp.h"

extern int	text_parse_time(const char *string, TimestampTz *time);
extern char *text_excerpt(const char *start, size_t length);
extern int	text_character(const char *string, const char *where);
extern void text_append_time(StringInfo out, TimestampTz time);

#endif							/* TEXT_IO_H */
