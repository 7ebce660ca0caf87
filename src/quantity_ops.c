/*
 * quantity_ops.c
 *		Comparing quantities, and reckoning with them.
 *
 * Quantities are compared by dimension first, then by value in base units,
 * rounded once.  Since conversion is exact for decimals, 1 [in_i] equals
 * 2.54 cm; and since each has one such value, equality is an equivalence, the
 * order is total, and the hash goes with both.
 */
#include "postgres.h"

#include <math.h>

#include "common/hashfn.h"

#include "compat.h"
#include "quantity.h"

/* What a quantity is compared by. */
typedef struct QuantityKey
{
	int32		dimension[UNIT_SUBSTANCE];
	float8		value;
} QuantityKey;

static void
make_key(QuantityKey *key, Datum datum)
{
	Quantity	quantity = quantity_get(datum);
	const CachedUnit *unit = unit_lookup(NULL, quantity.unit,
										 quantity.length);

	/* what lies between the members is hashed, too */
	memset(key, 0, sizeof(QuantityKey));
	memcpy(key->dimension, unit->meaning.dimension, sizeof(key->dimension));

	/* one zero for both */
	key->value = unit_apply(&unit->to_base, quantity.value, 0) + 0.0;
	if ((Pointer) quantity.stored != DatumGetPointer(datum))
		pfree(quantity.stored);
}

static int
compare(FunctionCallInfo fcinfo)
{
	QuantityKey a;
	QuantityKey b;

	make_key(&a, PG_GETARG_DATUM(0));
	make_key(&b, PG_GETARG_DATUM(1));
	for (int i = 0; i < UNIT_SUBSTANCE; i++)
	{
		if (a.dimension[i] != b.dimension[i])
			return a.dimension[i] < b.dimension[i] ? -1 : 1;
	}
	return (a.value > b.value) - (a.value < b.value);
}

PG_FUNCTION_INFO_V1(quantity_eq);
Datum
quantity_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) == 0);
}

PG_FUNCTION_INFO_V1(quantity_ne);
Datum
quantity_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) != 0);
}

PG_FUNCTION_INFO_V1(quantity_lt);
Datum
quantity_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(quantity_le);
Datum
quantity_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(quantity_ge);
Datum
quantity_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(quantity_gt);
Datum
quantity_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(quantity_cmp);
Datum
quantity_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare(fcinfo));
}

PG_FUNCTION_INFO_V1(quantity_smaller);
Datum
quantity_smaller(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(compare(fcinfo) <= 0 ? 0 : 1));
}

PG_FUNCTION_INFO_V1(quantity_larger);
Datum
quantity_larger(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(compare(fcinfo) >= 0 ? 0 : 1));
}

PG_FUNCTION_INFO_V1(quantity_hash);
Datum
quantity_hash(PG_FUNCTION_ARGS)
{
	QuantityKey key;

	make_key(&key, PG_GETARG_DATUM(0));
	PG_RETURN_UINT32(hash_bytes((unsigned char *) &key, sizeof(key)));
}

PG_FUNCTION_INFO_V1(quantity_hash_extended);
Datum
quantity_hash_extended(PG_FUNCTION_ARGS)
{
	QuantityKey key;

	make_key(&key, PG_GETARG_DATUM(0));
	PG_RETURN_UINT64(hash_bytes_extended((unsigned char *) &key, sizeof(key),
										 (uint64) PG_GETARG_INT64(1)));
}

/* Arithmetic is for units that are multiples of something. */
static void
check_ratio(Quantity quantity)
{
	const CachedUnit *unit = unit_lookup(NULL, quantity.unit,
										 quantity.length);

	if (unit->meaning.scale != UNIT_RATIO)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot reckon with quantities in \"%.*s\"",
						quantity.length, quantity.unit),
				 errdetail("Its zero is not nothing, or its steps are not even."),
				 errhint("Convert it to a unit on a ratio scale first, as K for Cel.")));
}

/* The second number in the unit of the first. */
static float8
in_unit_of(Quantity first, Quantity second, FunctionCallInfo fcinfo)
{
	const CachedConversion *cached;

	check_ratio(first);
	check_ratio(second);
	cached = unit_lookup_conversion(second.unit, second.length,
									first.unit, first.length,
									fcinfo->flinfo->fn_extra);
	fcinfo->flinfo->fn_extra = unconstify(CachedConversion *, cached);
	return unit_convert_value(cached, second.value, 0);
}

PG_FUNCTION_INFO_V1(quantity_add);
Datum
quantity_add(PG_FUNCTION_ARGS)
{
	Quantity	a = PG_GETARG_QUANTITY(0);
	Quantity	b = PG_GETARG_QUANTITY(1);

	return quantity_make(NULL, a.value + in_unit_of(a, b, fcinfo),
						 a.unit, a.length);
}

PG_FUNCTION_INFO_V1(quantity_subtract);
Datum
quantity_subtract(PG_FUNCTION_ARGS)
{
	Quantity	a = PG_GETARG_QUANTITY(0);
	Quantity	b = PG_GETARG_QUANTITY(1);

	return quantity_make(NULL, a.value - in_unit_of(a, b, fcinfo),
						 a.unit, a.length);
}

static Datum
scaled(Quantity quantity, float8 value)
{
	check_ratio(quantity);
	return quantity_make(NULL, value, quantity.unit, quantity.length);
}

static void
check_divisor(float8 divisor)
{
	if (divisor == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DIVISION_BY_ZERO),
				 errmsg("division by zero")));
}

PG_FUNCTION_INFO_V1(quantity_minus);
Datum
quantity_minus(PG_FUNCTION_ARGS)
{
	Quantity	a = PG_GETARG_QUANTITY(0);

	return scaled(a, -a.value);
}

PG_FUNCTION_INFO_V1(quantity_times_number);
Datum
quantity_times_number(PG_FUNCTION_ARGS)
{
	Quantity	a = PG_GETARG_QUANTITY(0);

	return scaled(a, a.value * PG_GETARG_FLOAT8(1));
}

PG_FUNCTION_INFO_V1(number_times_quantity);
Datum
number_times_quantity(PG_FUNCTION_ARGS)
{
	Quantity	b = PG_GETARG_QUANTITY(1);

	return scaled(b, PG_GETARG_FLOAT8(0) * b.value);
}

PG_FUNCTION_INFO_V1(quantity_over_number);
Datum
quantity_over_number(PG_FUNCTION_ARGS)
{
	Quantity	a = PG_GETARG_QUANTITY(0);

	check_divisor(PG_GETARG_FLOAT8(1));
	return scaled(a, a.value / PG_GETARG_FLOAT8(1));
}

static void
parse(UnitForm *form, Quantity quantity)
{
	UnitScan	scan;

	check_ratio(quantity);
	unit_scan_open(&scan, quantity.unit, quantity.length, false);
	if (!unit_parse(form, &scan))
		unit_report(NULL, &scan);
}

/* A value with the product of two units, or their quotient. */
static Datum
combine(float8 value, Quantity a, Quantity b, bool divide)
{
	UnitForm	form;
	UnitForm	by;
	char		unit[UNIT_CANONICAL_SIZE];
	int			length = 0;

	parse(&form, a);
	parse(&by, b);
	if (unit_multiply(&form, &by, divide))
		length = unit_print_canonical(unit, &form);
	if (length == 0 || length > UNIT_MAX_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("unit of the result is too long")));
	return quantity_make(NULL, value, unit, length);
}

PG_FUNCTION_INFO_V1(quantity_multiply);
Datum
quantity_multiply(PG_FUNCTION_ARGS)
{
	Quantity	a = PG_GETARG_QUANTITY(0);
	Quantity	b = PG_GETARG_QUANTITY(1);

	return combine(a.value * b.value, a, b, false);
}

PG_FUNCTION_INFO_V1(quantity_divide);
Datum
quantity_divide(PG_FUNCTION_ARGS)
{
	Quantity	a = PG_GETARG_QUANTITY(0);
	Quantity	b = PG_GETARG_QUANTITY(1);

	check_divisor(b.value);
	return combine(a.value / b.value, a, b, true);
}
