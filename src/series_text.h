/*
 * series_text.h - scanning the text form of a series
 */
#ifndef SERIES_TEXT_H
#define SERIES_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum SeriesToken
{
	SERIES_TEXT_POINT,
	SERIES_TEXT_END,
	SERIES_TEXT_SYNTAX,
	SERIES_TEXT_NOT_FINITE,
	SERIES_TEXT_RANGE
} SeriesToken;

/*
 * A scanner over a text, and the point scanned last.  Where has_time is
 * false, the caller has to make sense of the time's text.
 */
typedef struct SeriesText
{
	double		value;
	bool		has_time;
	int64_t		time;
	const char *value_text;
	size_t		value_length;
	const char *time_text;
	size_t		time_length;

	/* what is wrong, and with which piece of the text */
	const char *problem;
	const char *wrong;
	size_t		wrong_length;

	const char *next;			/* the next point, or NULL */
	const char *end;			/* the closing brace */
} SeriesText;

extern SeriesToken series_text_open(SeriesText *text,
									const char *string, size_t length);
extern SeriesToken series_text_next(SeriesText *text);

#endif							/* SERIES_TEXT_H */
