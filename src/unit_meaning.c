/*
 * unit_meaning.c
 *		What an expression means: its dimension and its factor.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

static bool
raise_and_multiply(UnitMeaning *meaning, const UnitRational *factor,
				   int exponent)
{
	UnitRational power;

	return unit_rational_power(&power, factor, exponent) &&
		unit_rational_multiply(&meaning->factor, &meaning->factor, &power);
}

/* Multiply by a power of what a row of the table defines. */
static bool
add_atom(UnitMeaning *meaning, const UnitAtom *atom, int exponent)
{
	UnitScan	scan;
	UnitForm	form;
	UnitMeaning definition;
	UnitRational value;

	if (atom->value == NULL)
	{
		meaning->dimension[atom->dimension] += exponent;
		return true;
	}
	/* the table's own definitions are right, and of ratio scales */
	unit_scan_open(&scan, atom->unit, strlen(atom->unit), false);
	if (!unit_parse(&form, &scan) || !unit_mean(&definition, &form) ||
		!unit_rational_parse(&value, atom->value))
		return false;
	for (int i = 0; i < UNIT_DIMENSIONS; i++)
		meaning->dimension[i] += definition.dimension[i] * exponent;
	if (strcmp(atom->code, "mol") == 0)
		meaning->dimension[UNIT_SUBSTANCE] += exponent;
	return raise_and_multiply(meaning, &definition.factor, exponent) &&
		raise_and_multiply(meaning, &value, exponent);
}

/* False if the factor takes more than UNIT_LIMBS, as that of [pi]20 does. */
bool
unit_mean(UnitMeaning *meaning, const UnitForm *form)
{
	UnitRational prefix;

	memset(meaning->dimension, 0, sizeof(meaning->dimension));
	meaning->scale = UNIT_RATIO;
	unit_rational_set(&meaning->factor, form->numerator, form->denominator);
	unit_rational_set(&meaning->prefix, 1, 1);
	for (int i = 0; i < form->count; i++)
	{
		const UnitTerm *term = &form->terms[i];

		if (!add_atom(meaning, term->atom, term->exponent))
			return false;
		meaning->scale = term->atom->scale;
		if (term->prefix == NULL)
			continue;
		if (!unit_rational_parse(&prefix, term->prefix->value))
			return false;
		if (meaning->scale != UNIT_RATIO)
			meaning->prefix = prefix;
		else if (!raise_and_multiply(meaning, &prefix, term->exponent))
			return false;
	}
	return true;
}

/* Whether numbers of one unit can be said in the other. */
bool
unit_same_dimension(const UnitMeaning *a, const UnitMeaning *b)
{
	return memcmp(a->dimension, b->dimension,
				  sizeof(int32_t) * UNIT_SUBSTANCE) == 0;
}

/*
 * The power of a molar mass that takes the first unit to the second: -1 from
 * mass to substance, 1 from substance to mass, 0 if it does neither.
 */
int
unit_molar(const UnitMeaning *from, const UnitMeaning *to)
{
	UnitMeaning moved = *from;
	int			power = to->dimension[UNIT_MASS] -
		from->dimension[UNIT_MASS];

	if ((power != 1 && power != -1) || from->scale != UNIT_RATIO ||
		to->scale != UNIT_RATIO ||
		from->dimension[UNIT_SUBSTANCE] - to->dimension[UNIT_SUBSTANCE] !=
		power)
		return 0;
	moved.dimension[UNIT_MASS] += power;
	return unit_same_dimension(&moved, to) ? power : 0;
}

/* The dimension as UCUM writes it.  Returns the length. */
int
unit_print_dimension(char *text, const UnitMeaning *meaning)
{
	static const char *const names[] = {"L", "M", "T", "Q", "C", "F", "A"};
	char	   *out = text;

	for (int i = 0; i < UNIT_SUBSTANCE; i++)
	{
		const char *name = i < UNIT_FIRST_ARBITRARY ? names[i] : NULL;

		if (meaning->dimension[i] == 0)
			continue;
		for (const UnitAtom *atom = unit_atoms; name == NULL; atom++)
		{
			if (atom->value == NULL && (int) atom->dimension == i)
				name = atom->code;
		}
		out += sprintf(out, "%s%s", out > text ? "." : "", name);
		if (meaning->dimension[i] != 1)
			out += sprintf(out, "%d", meaning->dimension[i]);
	}
	if (out == text)
		out += sprintf(out, "1");
	return (int) (out - text);
}
