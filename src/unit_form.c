/*
 * unit_form.c
 *		An expression as a product of powers, and the texts made of it.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* Codes that are another spelling of the same. */
static const UnitAtom *
preferred(const UnitAtom *atom)
{
	static const char *const spellings[][2] =
	{{"l", "L"}, {"10^", "10*"}, {"[iU]", "[IU]"}};
	const UnitPrefix *prefix;

	for (int i = 0; i < 3; i++)
	{
		if (strcmp(atom->code, spellings[i][0]) == 0)
			unit_find(spellings[i][1], strlen(spellings[i][1]), false,
					  &prefix, &atom);
	}
	return atom;
}

/* The place of a prefix in its table, from large to small; none is last. */
static int
rank(const UnitPrefix *prefix)
{
	return prefix ? (int) (prefix - unit_prefixes) : unit_prefix_count;
}

static void
add_term(UnitForm *form, const UnitPrefix *prefix, const UnitAtom *atom,
		 int exponent)
{
	int			place = 0;

	/* by code, then by prefix: both tables are in order */
	while (place < form->count &&
		   (form->terms[place].atom < atom ||
			(form->terms[place].atom == atom &&
			 rank(form->terms[place].prefix) < rank(prefix))))
		place++;
	if (place < form->count && form->terms[place].atom == atom &&
		form->terms[place].prefix == prefix)
		form->terms[place].exponent += exponent;
	else
	{
		memmove(&form->terms[place + 1], &form->terms[place],
				sizeof(UnitTerm) * (size_t) (form->count - place));
		form->terms[place] = (UnitTerm) {prefix, atom, exponent};
		form->count++;
	}
}

/* Drop what is 1 by now; false if a power is higher than may be written. */
static bool
tidy(UnitForm *form)
{
	uint64_t	a = form->numerator;
	uint64_t	b = form->denominator;
	int			kept = 0;

	for (int i = 0; i < form->count; i++)
	{
		if (form->terms[i].exponent > UNIT_MAX_EXPONENT ||
			form->terms[i].exponent < -UNIT_MAX_EXPONENT)
			return false;
		if (form->terms[i].exponent != 0)
			form->terms[kept++] = form->terms[i];
	}
	form->count = kept;
	while (b != 0)
	{
		uint64_t	rest = a % b;

		a = b;
		b = rest;
	}
	form->numerator /= a;
	form->denominator /= a;
	return true;
}

static bool
fail(UnitScan *scan, const char *start, const char *problem)
{
	scan->wrong = start;
	scan->wrong_length = (size_t) (scan->next - start);
	scan->problem = problem;
	return false;
}

/* Read a whole expression.  If it is wrong, the scan knows what and where. */
bool
unit_parse(UnitForm *form, UnitScan *scan)
{
	bool		inverse[UNIT_MAX_DEPTH + 1] = {false};
	const char *special = NULL;
	int			parts = 0;

	form->numerator = form->denominator = 1;
	form->count = 0;
	for (;;)
	{
		const char *start = scan->next;
		UnitPiece	piece = unit_scan_next(scan);
		bool		divide;
		uint64_t   *factor;

		if (piece == UNIT_PIECE_WRONG)
			return false;
		if (piece == UNIT_PIECE_END)
			break;
		if (piece == UNIT_PIECE_CLOSE)
			continue;
		if (piece == UNIT_PIECE_OPEN)
		{
			inverse[scan->depth] = inverse[scan->depth - 1] !=
				(scan->operator == '/');
			continue;
		}
		divide = inverse[scan->depth] != (scan->operator == '/');
		start += scan->operator != 0 ? 1 : 0;
		parts++;
		switch (piece)
		{
			case UNIT_PIECE_NUMBER:
				factor = divide ? &form->denominator : &form->numerator;
				if (*factor > UNIT_MAX_FACTOR / scan->number)
					return fail(scan, start, "the number is too large");
				*factor *= scan->number;
				break;
			case UNIT_PIECE_UNIT:
				add_term(form, scan->prefix, preferred(scan->atom),
						 divide ? -scan->exponent : scan->exponent);
				if (scan->atom->scale != UNIT_RATIO)
				{
					special = start;
					if (divide || scan->exponent != 1)
						parts++;
				}
				break;
			default:
				break;
		}
		if (special != NULL && parts > 1)
			return fail(scan, special,
						"a unit with a scale of its own stands alone");
	}
	if (!tidy(form))
		return fail(scan, scan->text, "the power of a unit is too high");
	return true;
}

/* Multiply by another product, or divide; false if it becomes too long. */
bool
unit_multiply(UnitForm *form, const UnitForm *by, bool divide)
{
	uint64_t	up = divide ? by->denominator : by->numerator;
	uint64_t	down = divide ? by->numerator : by->denominator;

	if (form->numerator > UNIT_MAX_FACTOR / up ||
		form->denominator > UNIT_MAX_FACTOR / down ||
		form->count + by->count > UNIT_MAX_TERMS)
		return false;
	form->numerator *= up;
	form->denominator *= down;
	for (int i = 0; i < by->count; i++)
		add_term(form, by->terms[i].prefix, by->terms[i].atom,
				 divide ? -by->terms[i].exponent : by->terms[i].exponent);
	return tidy(form);
}

/*
 * The product with its terms in the order of their codes, each under its own
 * slash where its exponent is negative.  No annotations: they mean nothing.
 * Returns the length; the text is terminated.
 */
int
unit_print_canonical(char *text, const UnitForm *form)
{
	char	   *out = text;

	*out = '\0';
	if (form->numerator != 1)
		out += sprintf(out, "%llu", (unsigned long long) form->numerator);
	for (int sign = 1; sign >= -1; sign -= 2)
	{
		if (sign < 0 && form->denominator != 1)
			out += sprintf(out, "/%llu",
						   (unsigned long long) form->denominator);
		for (int i = 0; i < form->count; i++)
		{
			const UnitTerm *term = &form->terms[i];

			if ((term->exponent > 0) != (sign > 0))
				continue;
			if (sign < 0 || out > text)
				*out++ = sign < 0 ? '/' : '.';
			out += sprintf(out, "%s%s", term->prefix ? term->prefix->code : "",
						   term->atom->code);
			if (term->exponent != sign)
				out += sprintf(out, "%d", term->exponent * sign);
		}
	}
	if (out == text)
		out += sprintf(out, "1");
	return (int) (out - text);
}

static char *
append_superscript(char *out, int number)
{
	static const char *const digits[] =
	{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
	char		decimal[16];

	sprintf(decimal, "%d", number);
	for (const char *c = decimal; *c != '\0'; c++)
		out += sprintf(out, "%s", *c == '-' ? "⁻" : digits[*c - '0']);
	return out;
}

/*
 * What people read, in UTF-8: the expression as it stands with the symbols of
 * its units, and with annotations in plain text.  The unit must be valid.
 */
int
unit_print_display(char *text, const char *unit, size_t length)
{
	UnitScan	scan;
	UnitPiece	piece;
	char	   *out = text;

	unit_scan_open(&scan, unit, length, false);
	while ((piece = unit_scan_next(&scan)) != UNIT_PIECE_END &&
		   piece != UNIT_PIECE_WRONG)
	{
		bool		only = piece == UNIT_PIECE_NUMBER && scan.number == 1 &&
			scan.operator == 0 && scan.next == scan.end;

		if (scan.operator != 0)
			out += sprintf(out, "%s", scan.operator == '/' ? "/" : "·");
		if (piece == UNIT_PIECE_OPEN)
			*out++ = '(';
		else if (piece == UNIT_PIECE_CLOSE)
			*out++ = ')';
		else if (piece == UNIT_PIECE_NUMBER && !only)
			out += sprintf(out, "%llu", (unsigned long long) scan.number);
		else if (piece == UNIT_PIECE_UNIT)
		{
			out += sprintf(out, "%s%s", scan.prefix ? scan.prefix->symbol : "",
						   scan.atom->symbol ? scan.atom->symbol :
						   scan.atom->code);
			if (scan.exponent != 1)
				out = append_superscript(out, scan.exponent);
		}
		if (scan.annotation != NULL)
			out += sprintf(out, "%s%.*s",
						   piece == UNIT_PIECE_ANNOTATION || only ? "" : " ",
						   (int) scan.annotation_length, scan.annotation);
	}
	*out = '\0';
	return (int) (out - text);
}
