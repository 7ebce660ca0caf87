/*
 * series_text.c - scanning the text form of a series
 *
 *	{128@2026-03-01 08:00:00+01, 131.5@2026-03-01 20:00:00+01}
 *
 * The spelling of times that series_out writes is read here; all others are
 * handed to the caller as they are.  A time with a comma in it must stand in
 * double quotes: else a decimal comma, as in 7,5@2026-03-01, could make
 * another number of a measurement without a word.
 *
 * No part of the server is needed.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "series_codec.h"
#include "series_text.h"

#define EPOCH_DAY		730425	/* 2000-01-01, counted from 0000-03-01 */

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Move the ends of a text inwards over white space. */
static void
trim(const char **start, const char **end)
{
	while (*start < *end && is_space(**start))
		(*start)++;
	while (*start < *end && is_space((*end)[-1]))
		(*end)--;
}

/*
 * Read a number.  One division makes the right double of up to 15 digits;
 * strtod does the others.
 */
static SeriesToken
scan_value(SeriesText *text)
{
	const char *start = text->value_text;
	const char *end = start + text->value_length;
	const char *s = start;
	bool		negative = false;
	bool		nonzero = false;
	bool		has_exponent = false;
	int			digits = 0;
	int			decimals = 0;
	int64_t		integer = 0;

	text->problem = "a value is a decimal number";
	if (s < end && (*s == '-' || *s == '+'))
		negative = *s++ == '-';
	if (s < end && strchr("nNiI", *s) != NULL)
		return SERIES_TEXT_NOT_FINITE;
	for (bool point = false; s < end; s++)
	{
		if (*s == '.' && !point)
		{
			point = true;
			continue;
		}
		if (!is_digit(*s))
			break;
		nonzero |= *s != '0';
		decimals += point;
		if (++digits <= 15)
			integer = integer * 10 + (*s - '0');
	}
	if (digits == 0)
		return SERIES_TEXT_SYNTAX;
	if (s < end && (*s == 'e' || *s == 'E'))
	{
		has_exponent = true;
		s++;
		if (s < end && (*s == '-' || *s == '+'))
			s++;
		if (s == end || !is_digit(*s))
			return SERIES_TEXT_SYNTAX;
		while (s < end && is_digit(*s))
			s++;
	}
	if (s != end)
		return SERIES_TEXT_SYNTAX;

	if (digits <= 15 && decimals <= SERIES_MAX_EXPONENT && !has_exponent)
	{
		text->value = (double) integer / series_power10[decimals];
		if (negative)
			text->value = -text->value;
		return SERIES_TEXT_POINT;
	}
	text->value = strtod(start, NULL);
	if (fabs(text->value) > DBL_MAX || (text->value == 0 && nonzero))
		return SERIES_TEXT_RANGE;
	return SERIES_TEXT_POINT;
}

/* Read so many digits, or fail with -1. */
static int
scan_digits(const char **s, const char *end, int count)
{
	int			number = 0;

	for (; count > 0; count--)
	{
		if (*s == end || !is_digit(**s))
			return -1;
		number = number * 10 + (*(*s)++ - '0');
	}
	return number;
}

static bool
scan_char(const char **s, const char *end, char c)
{
	if (*s == end || **s != c)
		return false;
	(*s)++;
	return true;
}

/* Days since 2000-01-01; months are counted from March for the leap days. */
static int
day_number(int year, int month, int day)
{
	int			since_march = (month + 9) % 12;
	int			y = year - (month < 3);

	return y * 365 + y / 4 - y / 100 + y / 400 +
		(since_march * 153 + 2) / 5 + day - 1 - EPOCH_DAY;
}

/*
 * Read a time of the form that series_out writes, its offset included; leave
 * anything else to others.
 */
static bool
scan_time(SeriesText *text)
{
	const char *s = text->time_text;
	const char *end = s + text->time_length;
	int			part[6];
	int			offset[3] = {0, 0, 0};
	int			sign;
	int64_t		seconds;
	int64_t		micros = 0;

	if ((part[0] = scan_digits(&s, end, 4)) < 1 || !scan_char(&s, end, '-') ||
		(part[1] = scan_digits(&s, end, 2)) < 1 || !scan_char(&s, end, '-') ||
		(part[2] = scan_digits(&s, end, 2)) < 1 ||
		!(scan_char(&s, end, ' ') || scan_char(&s, end, 'T')) ||
		(part[3] = scan_digits(&s, end, 2)) < 0 || !scan_char(&s, end, ':') ||
		(part[4] = scan_digits(&s, end, 2)) < 0 || !scan_char(&s, end, ':') ||
		(part[5] = scan_digits(&s, end, 2)) < 0)
		return false;
	if (part[1] > 12 || part[2] > days_in_month(part[0], part[1]) ||
		part[3] > 23 || part[4] > 59 || part[5] > 59)
		return false;
	if (scan_char(&s, end, '.'))
	{
		int			place = 100000;

		for (; place > 0 && s < end && is_digit(*s); place /= 10)
			micros += (*s++ - '0') * place;
	}

	sign = scan_char(&s, end, '-') ? -1 : 1;
	if (sign > 0 && !scan_char(&s, end, '+'))
		return false;
	for (int i = 0; i < 3; i++)
	{
		if (i > 0 && !scan_char(&s, end, ':'))
			break;
		offset[i] = scan_digits(&s, end, 2);
		if (offset[i] < 0 || offset[i] > (i == 0 ? 15 : 59))
			return false;
	}
	if (s != end)
		return false;

	seconds = (int64_t) day_number(part[0], part[1], part[2]) * 86400 +
		part[3] * 3600 + part[4] * 60 + part[5] -
		sign * (offset[0] * 3600 + offset[1] * 60 + offset[2]);
	text->time = seconds * INT64_C(1000000) + micros;
	return true;
}

static SeriesToken
problem(SeriesText *text, const char *start, const char *end,
		const char *message)
{
	trim(&start, &end);
	text->wrong = start;
	text->wrong_length = (size_t) (end - start);
	text->problem = message;
	return SERIES_TEXT_SYNTAX;
}

/*
 * Find the braces of a text that ends in a zero byte.  SERIES_TEXT_POINT
 * means that points are to follow.
 */
SeriesToken
series_text_open(SeriesText *text, const char *string, size_t length)
{
	const char *start = string;
	const char *end = string + length;

	trim(&start, &end);
	if (end - start < 2 || *start != '{' || end[-1] != '}')
		return problem(text, string, end,
					   "a series is written as {value@timestamp, ...}");
	text->next = start + 1;
	text->end = end - 1;
	start++;
	end--;
	trim(&start, &end);
	if (start == end)
		return problem(text, string, string + length,
					   "a series has at least one point");
	return SERIES_TEXT_POINT;
}

/* Scan the next point. */
SeriesToken
series_text_next(SeriesText *text)
{
	const char *start = text->next;
	const char *value_end = start;
	const char *time_start;
	const char *time_end = NULL;
	const char *stop;
	bool		quoted;

	if (start == NULL)
		return SERIES_TEXT_END;

	while (value_end < text->end && *value_end != '@' && *value_end != ',')
		value_end++;
	if (value_end == text->end || *value_end == ',')
		return problem(text, start, value_end,
					   "a point is written as value@timestamp");

	time_start = value_end + 1;
	while (time_start < text->end && is_space(*time_start))
		time_start++;
	stop = time_start;
	quoted = time_start < text->end && *time_start == '"';
	if (quoted)
	{
		time_start++;
		time_end = memchr(time_start, '"',
						  (size_t) (text->end - time_start));
		if (time_end == NULL)
			return problem(text, start, text->end, "a quote is not closed");
		stop = time_end + 1;
	}
	while (stop < text->end && *stop != ',')
		stop++;
	if (!quoted)
		time_end = stop;
	for (const char *s = quoted ? time_end + 1 : time_start; s < stop; s++)
	{
		if (quoted ? !is_space(*s) : strchr("@{}\"", *s) != NULL)
			return problem(text, start, stop,
						   "a comma must stand between points");
	}
	text->next = stop < text->end ? stop + 1 : NULL;

	trim(&time_start, &time_end);
	trim(&start, &value_end);
	text->value_text = start;
	text->value_length = (size_t) (value_end - start);
	text->time_text = time_start;
	text->time_length = (size_t) (time_end - time_start);
	text->wrong = start;
	text->wrong_length = (size_t) (stop - start);
	text->has_time = scan_time(text);
	return scan_value(text);
}
