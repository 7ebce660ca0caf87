/*
 * unit_scan.c
 *		Reading the expression of a unit, piece by piece.
 *
 *		expression = ["/"] term
 *		term       = part {("." | "/") part}
 *		part       = number [annotation] | annotation | "(" term ")" |
 *					 unit [exponent] [annotation]
 *		unit       = code | prefix code
 *		exponent   = ["+" | "-"] digits
 *		annotation = "{" text "}"
 *
 * Operators are worked off from left to right: a/b.c is (a/b).c.  UCUM's own
 * grammar has no annotation behind a number, but its list of common units
 * does (/100{WBCs}).
 */
#include "unit.h"

#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What may stand in brackets and braces. */
static bool
is_visible(char c)
{
	return c > ' ' && c < '\x7f';
}

static UnitPiece
fail(UnitScan *scan, const char *wrong, size_t length, const char *problem)
{
	scan->wrong = wrong;
	scan->wrong_length = length;
	scan->problem = problem;
	return UNIT_PIECE_WRONG;
}

/* Something else is expected here. */
static UnitPiece
fail_here(UnitScan *scan, const char *problem)
{
	return fail(scan, scan->next, scan->next < scan->end ? 1 : 0, problem);
}

void
unit_scan_open(UnitScan *scan, const char *text, size_t length,
			   bool ignore_case)
{
	memset(scan, 0, sizeof(UnitScan));
	scan->text = scan->next = text;
	scan->end = text + length;
	scan->ignore_case = ignore_case;
}

static bool
at(const UnitScan *scan, char c)
{
	return scan->next < scan->end && *scan->next == c;
}

/* Digits, of a number up to a greatest. */
static bool
scan_number(UnitScan *scan, uint64_t greatest, uint64_t *number)
{
	const char *start = scan->next;

	*number = 0;
	while (scan->next < scan->end && is_digit(*scan->next))
	{
		*number = *number * 10 + (uint64_t) (*scan->next++ - '0');
		if (*number > greatest)
		{
			fail(scan, start, (size_t) (scan->next - start),
				 "the number is too large");
			return false;
		}
	}
	return true;
}

static bool
scan_annotation(UnitScan *scan)
{
	const char *start = scan->next + 1;
	const char *end = start;

	while (end < scan->end && is_visible(*end) && *end != '{' && *end != '}')
		end++;
	if (end == scan->end || *end != '}')
	{
		fail(scan, end, end < scan->end ? 1 : 0, end < scan->end ?
			 "this character cannot stand in an annotation" :
			 "\"}\" is missing");
		return false;
	}
	scan->annotation = start;
	scan->annotation_length = (size_t) (end - start);
	scan->next = end + 1;
	return true;
}

static UnitPiece
scan_unit(UnitScan *scan)
{
	const char *start = scan->next;
	const char *end = start;
	uint64_t	exponent;
	char		sign = 0;

	/* 10* and 10^ are the only codes with digits outside of brackets. */
	if (is_digit(*end))
		end += 3;
	while (end < scan->end && is_visible(*end) && !is_digit(*end) &&
		   strchr(".+-/(){}", *end) == NULL)
	{
		if (*end++ != '[')
			continue;
		while (end < scan->end && is_visible(*end) && *end != ']' &&
			   *end != '[')
			end++;
		if (end == scan->end || *end != ']')
			return fail(scan, end, end < scan->end ? 1 : 0, end < scan->end ?
						"this character cannot stand in brackets" :
						"\"]\" is missing");
		end++;
	}
	if (end == start)
		return fail_here(scan, "a unit is expected");
	if (!unit_find(start, (size_t) (end - start), scan->ignore_case,
				   &scan->prefix, &scan->atom))
		return fail(scan, start, (size_t) (end - start),
					"this is no unit of UCUM");

	scan->next = end;
	scan->exponent = 1;
	if (at(scan, '+') || at(scan, '-'))
		sign = *scan->next++;
	if (scan->next < scan->end && is_digit(*scan->next))
	{
		if (!scan_number(scan, UNIT_MAX_EXPONENT, &exponent))
			return UNIT_PIECE_WRONG;
		scan->exponent = sign == '-' ? -(int) exponent : (int) exponent;
	}
	else if (sign != 0)
		return fail_here(scan, "digits of an exponent are expected");
	if (at(scan, '{') && !scan_annotation(scan))
		return UNIT_PIECE_WRONG;
	return UNIT_PIECE_UNIT;
}

static UnitPiece
scan_operand(UnitScan *scan)
{
	if (scan->next == scan->end)
		return fail_here(scan, "a unit is expected");
	if (at(scan, '('))
	{
		if (scan->depth == UNIT_MAX_DEPTH)
			return fail_here(scan, "parentheses are nested too deeply");
		scan->depth++;
		scan->next++;
		return UNIT_PIECE_OPEN;
	}
	scan->after_operand = true;
	if (at(scan, '{'))
		return scan_annotation(scan) ?
			UNIT_PIECE_ANNOTATION : UNIT_PIECE_WRONG;
	if (is_digit(*scan->next) &&
		!(scan->end - scan->next >= 3 && memcmp(scan->next, "10", 2) == 0 &&
		  (scan->next[2] == '*' || scan->next[2] == '^')))
	{
		const char *start = scan->next;

		if (!scan_number(scan, UNIT_MAX_FACTOR, &scan->number))
			return UNIT_PIECE_WRONG;
		if (scan->number == 0)
			return fail(scan, start, (size_t) (scan->next - start),
						"a number in a unit must not be zero");
		if (at(scan, '{') && !scan_annotation(scan))
			return UNIT_PIECE_WRONG;
		return UNIT_PIECE_NUMBER;
	}
	return scan_unit(scan);
}

UnitPiece
unit_scan_next(UnitScan *scan)
{
	scan->operator = 0;
	scan->annotation = NULL;
	if (scan->end - scan->text > UNIT_MAX_LENGTH)
		return fail(scan, scan->text + UNIT_MAX_LENGTH, 0,
					"the expression is too long");
	if (!scan->after_operand)
	{
		if (scan->next == scan->text && at(scan, '/'))
			scan->operator = *scan->next++;
		return scan_operand(scan);
	}
	if (scan->next == scan->end)
		return scan->depth == 0 ? UNIT_PIECE_END :
			fail_here(scan, "\")\" is missing");
	if (at(scan, ')') && scan->depth > 0)
	{
		scan->depth--;
		scan->next++;
		return UNIT_PIECE_CLOSE;
	}
	if (!at(scan, '.') && !at(scan, '/'))
		return fail_here(scan, "\".\", \"/\" or the end is expected");
	scan->operator = *scan->next++;
	scan->after_operand = false;
	return scan_operand(scan);
}
