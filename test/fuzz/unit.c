/*
 * Expressions of units: what is read prints in one form, which means the same
 * and prints as itself; what is wrong is wrong at a place in the text.  A
 * line break divides two units, which then convert.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit_convert.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
same_rational(const UnitRational *a, const UnitRational *b)
{
	return a->numerator.count == b->numerator.count &&
		a->denominator.count == b->denominator.count &&
		memcmp(a->numerator.limbs, b->numerator.limbs,
			   sizeof(uint32_t) * (size_t) a->numerator.count) == 0 &&
		memcmp(a->denominator.limbs, b->denominator.limbs,
			   sizeof(uint32_t) * (size_t) a->denominator.count) == 0;
}

/* Read an expression; whether it has a meaning. */
static bool
read_unit(const char *text, size_t length, bool ignore_case,
		  UnitMeaning *meaning)
{
	UnitScan	scan;
	UnitForm	form;
	UnitMeaning again;
	char		canonical[UNIT_CANONICAL_SIZE];
	char		second[UNIT_CANONICAL_SIZE];
	char		display[UNIT_DISPLAY_SIZE];
	char		dimension[UNIT_DIMENSION_SIZE];
	int			written;

	unit_scan_open(&scan, text, length, ignore_case);
	if (!unit_parse(&form, &scan))
	{
		if (scan.problem == NULL || scan.wrong < text ||
			scan.wrong + scan.wrong_length > text + length)
			abort();
		return false;
	}
	written = unit_print_canonical(canonical, &form);
	if (written != (int) strlen(canonical) || written > UNIT_MAX_LENGTH)
		abort();
	if (!ignore_case &&
		unit_print_display(display, text, length) >= UNIT_DISPLAY_SIZE)
		abort();
	if (!unit_mean(meaning, &form))
		return false;
	if (unit_print_dimension(dimension, meaning) >= UNIT_DIMENSION_SIZE)
		abort();

	unit_scan_open(&scan, canonical, (size_t) written, false);
	if (!unit_parse(&form, &scan) || !unit_mean(&again, &form))
		abort();
	unit_print_canonical(second, &form);
	if (strcmp(canonical, second) != 0 ||
		!unit_same_dimension(meaning, &again) ||
		meaning->scale != again.scale ||
		!same_rational(&meaning->factor, &again.factor) ||
		!same_rational(&meaning->prefix, &again.prefix))
		abort();
	return true;
}

/* There and back again, where both scales are lines. */
static void
check_conversion(const UnitMeaning *a, const UnitMeaning *b)
{
	UnitConversion there;
	UnitConversion back;

	if (!unit_same_dimension(a, b) || !unit_prepare(&there, a, b) ||
		!unit_prepare(&back, b, a))
		return;
	for (double value = 1e-3; value < 1e5; value *= 7.3)
	{
		double		result = unit_apply(&there, value, 0);
		double		returned = unit_apply(&back, result, 0);

		if (there.from == UNIT_RATIO && there.to == UNIT_RATIO &&
			there.line.addend.high == 0 &&
			fabs(result) > 1e-290 && fabs(result) < 1e290 &&
			!(fabs(returned - value) <= 1e-15 * value))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a copy of its own size, so that reading past it is seen */
	char	   *text = malloc(size > 0 ? size : 1);
	const char *split;
	char		code[UNIT_MAX_LENGTH + 1];
	UnitMeaning a;
	UnitMeaning b;

	if (size > 0)
		memcpy(text, data, size);
	read_unit(text, size, true, &a);
	if (unit_from_alias(code, text, size) &&
		(strlen(code) == 0 || !unit_from_alias(code, code, strlen(code))))
		abort();
	split = memchr(text, '\n', size);
	if (split == NULL)
		read_unit(text, size, false, &a);
	else if (read_unit(text, (size_t) (split - text), false, &a) &&
			 read_unit(split + 1, size - (size_t) (split - text) - 1, false,
					   &b))
		check_conversion(&a, &b);
	free(text);
	return 0;
}
