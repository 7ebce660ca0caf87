/*
 * unit_rational.c
 *		Exact fractions, for the factors between units.
 *
 * What a unit is in base units follows from decimals and small integers by
 * multiplication and division.  It is worked out exactly, once for each unit
 * and pair of units, and rounded to doubles at the very end: so the plain
 * methods below, which are short, are fast enough.
 */
#include "unit_rational.h"

#include <math.h>
#include <string.h>

static void
natural_set(UnitNatural *result, uint64_t value)
{
	result->limbs[0] = (uint32_t) value;
	result->limbs[1] = (uint32_t) (value >> 32);
	result->count = result->limbs[1] != 0 ? 2 : result->limbs[0] != 0 ? 1 : 0;
}

/* A number of no more than two limbs. */
static uint64_t
natural_get(const UnitNatural *value)
{
	return (value->count > 1 ? (uint64_t) value->limbs[1] << 32 : 0) |
		(value->count > 0 ? value->limbs[0] : 0);
}

static bool
natural_is_one(const UnitNatural *value)
{
	return value->count == 1 && value->limbs[0] == 1;
}

static void
natural_trim(UnitNatural *value)
{
	while (value->count > 0 && value->limbs[value->count - 1] == 0)
		value->count--;
}

/* The number of bits, up to the highest that is set. */
int
unit_natural_bits(const UnitNatural *value)
{
	int			bits = 32 * value->count;

	if (bits == 0)
		return 0;
	for (uint32_t top = value->limbs[value->count - 1];
		 (top & UINT32_C(0x80000000)) == 0; top <<= 1)
		bits--;
	return bits;
}

static int
natural_compare(const UnitNatural *a, const UnitNatural *b)
{
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	for (int i = a->count - 1; i >= 0; i--)
	{
		if (a->limbs[i] != b->limbs[i])
			return a->limbs[i] < b->limbs[i] ? -1 : 1;
	}
	return 0;
}

bool
unit_natural_multiply(UnitNatural *result, const UnitNatural *a,
					  const UnitNatural *b)
{
	UnitNatural product;

	if (a->count + b->count > UNIT_LIMBS)
		return false;
	product.count = a->count + b->count;
	memset(product.limbs, 0, sizeof(uint32_t) * product.count);
	for (int i = 0; i < a->count; i++)
	{
		uint64_t	carry = 0;

		for (int j = 0; j < b->count; j++)
		{
			carry += (uint64_t) a->limbs[i] * b->limbs[j] +
				product.limbs[i + j];
			product.limbs[i + j] = (uint32_t) carry;
			carry >>= 32;
		}
		product.limbs[i + b->count] = (uint32_t) carry;
	}
	natural_trim(&product);
	*result = product;
	return true;
}

static bool
natural_add(UnitNatural *result, const UnitNatural *a, const UnitNatural *b)
{
	uint64_t	carry = 0;
	int			count = a->count > b->count ? a->count : b->count;

	if (count == UNIT_LIMBS)
		return false;
	for (int i = 0; i < count; i++)
	{
		carry += (uint64_t) (i < a->count ? a->limbs[i] : 0) +
			(i < b->count ? b->limbs[i] : 0);
		result->limbs[i] = (uint32_t) carry;
		carry >>= 32;
	}
	result->limbs[count] = (uint32_t) carry;
	result->count = count + 1;
	natural_trim(result);
	return true;
}

/* a -= b, which is not greater. */
static void
natural_subtract(UnitNatural *a, const UnitNatural *b)
{
	int64_t		borrow = 0;

	for (int i = 0; i < a->count; i++)
	{
		borrow += (int64_t) a->limbs[i] - (i < b->count ? b->limbs[i] : 0);
		a->limbs[i] = (uint32_t) borrow;
		borrow >>= 32;
	}
	natural_trim(a);
}

/* The value times a power of two, which must fit. */
static void
natural_shift(UnitNatural *result, const UnitNatural *value, int bits)
{
	int			limbs = bits / 32;
	uint64_t	carry = 0;

	memset(result->limbs, 0, sizeof(uint32_t) * limbs);
	for (int i = 0; i < value->count; i++)
	{
		carry |= (uint64_t) value->limbs[i] << bits % 32;
		result->limbs[limbs + i] = (uint32_t) carry;
		carry >>= 32;
	}
	result->count = limbs + value->count;
	if (carry != 0)
		result->limbs[result->count++] = (uint32_t) carry;
}

static void
natural_halve(UnitNatural *value)
{
	for (int i = 0; i < value->count; i++)
		value->limbs[i] = value->limbs[i] >> 1 |
			(i + 1 < value->count ? value->limbs[i + 1] << 31 : 0);
	natural_trim(value);
}

/* Long division, bit by bit.  The remainder replaces the dividend. */
static void
natural_divide(UnitNatural *dividend, const UnitNatural *divisor,
			   UnitNatural *quotient)
{
	UnitNatural shifted;
	int			bits = unit_natural_bits(dividend) -
		unit_natural_bits(divisor);

	natural_set(quotient, 0);
	if (bits < 0)
		return;
	if (dividend->count <= 2)
	{
		uint64_t	x = natural_get(dividend);
		uint64_t	y = natural_get(divisor);

		natural_set(quotient, x / y);
		natural_set(dividend, x % y);
		return;
	}
	natural_shift(&shifted, divisor, bits);
	quotient->count = bits / 32 + 1;
	memset(quotient->limbs, 0, sizeof(uint32_t) * quotient->count);
	for (; bits >= 0; bits--)
	{
		if (natural_compare(dividend, &shifted) >= 0)
		{
			natural_subtract(dividend, &shifted);
			quotient->limbs[bits / 32] |= UINT32_C(1) << bits % 32;
		}
		natural_halve(&shifted);
	}
	natural_trim(quotient);
}

/* The greatest common divisor; the numbers are spent. */
static void
natural_common(UnitNatural *result, UnitNatural *a, UnitNatural *b)
{
	UnitNatural quotient;
	UnitNatural *swap;
	uint64_t	x;
	uint64_t	y;

	while (b->count > 2 || (a->count > 2 && b->count > 0))
	{
		natural_divide(a, b, &quotient);
		swap = a;
		a = b;
		b = swap;
	}
	if (b->count == 0)
	{
		*result = *a;
		return;
	}
	x = natural_get(a);
	y = natural_get(b);
	while (y != 0)
	{
		uint64_t	rest = x % y;

		x = y;
		y = rest;
	}
	natural_set(result, x);
}

/* Divide two numbers by what they have in common. */
static void
natural_cancel(UnitNatural *a, UnitNatural *b)
{
	UnitNatural x = *a;
	UnitNatural y = *b;
	UnitNatural common;

	if (natural_is_one(a) || natural_is_one(b))
		return;
	natural_common(&common, &x, &y);
	if (natural_is_one(&common))
		return;
	x = *a;
	natural_divide(&x, &common, a);
	y = *b;
	natural_divide(&y, &common, b);
}

void
unit_rational_set(UnitRational *result, uint64_t numerator,
				  uint64_t denominator)
{
	result->negative = false;
	natural_set(&result->numerator, numerator);
	natural_set(&result->denominator, denominator);
	natural_cancel(&result->numerator, &result->denominator);
}

bool
unit_rational_is_one(const UnitRational *value)
{
	return natural_is_one(&value->numerator) &&
		natural_is_one(&value->denominator);
}

void
unit_rational_invert(UnitRational *value)
{
	UnitNatural numerator = value->numerator;

	value->numerator = value->denominator;
	value->denominator = numerator;
}

bool
unit_rational_multiply(UnitRational *result, const UnitRational *a,
					   const UnitRational *b)
{
	UnitRational x = *a;
	UnitRational y = *b;

	natural_cancel(&x.numerator, &y.denominator);
	natural_cancel(&y.numerator, &x.denominator);
	result->negative = a->negative != b->negative;
	return unit_natural_multiply(&result->numerator, &x.numerator,
								 &y.numerator) &&
		unit_natural_multiply(&result->denominator, &x.denominator,
							  &y.denominator);
}

bool
unit_rational_power(UnitRational *result, const UnitRational *base,
					int exponent)
{
	UnitRational power;
	int			times = exponent < 0 ? -exponent : exponent;

	unit_rational_set(&power, 1, 1);
	if (!unit_rational_is_one(base))
	{
		for (int i = 0; i < times; i++)
		{
			/* what has nothing in common does not get it by powers */
			if (!unit_natural_multiply(&power.numerator, &power.numerator,
									   &base->numerator) ||
				!unit_natural_multiply(&power.denominator, &power.denominator,
									   &base->denominator))
				return false;
		}
	}
	if (exponent < 0)
		unit_rational_invert(&power);
	*result = power;
	return true;
}

/* Of numbers that are not negative. */
bool
unit_rational_subtract(UnitRational *result, const UnitRational *a,
					   const UnitRational *b)
{
	UnitNatural x;
	UnitNatural y;

	if (!unit_natural_multiply(&x, &a->numerator, &b->denominator) ||
		!unit_natural_multiply(&y, &b->numerator, &a->denominator) ||
		!unit_natural_multiply(&result->denominator, &a->denominator,
							   &b->denominator))
		return false;
	result->negative = natural_compare(&x, &y) < 0;
	result->numerator = result->negative ? y : x;
	natural_subtract(&result->numerator, result->negative ? &x : &y);
	if (result->numerator.count == 0)
		natural_set(&result->denominator, 1);
	natural_cancel(&result->numerator, &result->denominator);
	return true;
}

/* Digits, of which some may follow a point, and a power of ten: 6.02e23 */
bool
unit_rational_parse(UnitRational *result, const char *decimal)
{
	UnitRational ten;
	UnitNatural digit;
	UnitNatural shifted;
	int			exponent = 0;
	bool		fraction = false;

	unit_rational_set(&ten, 10, 1);
	unit_rational_set(result, 0, 1);
	for (; *decimal != '\0' && *decimal != 'e'; decimal++)
	{
		if (*decimal == '.')
		{
			fraction = true;
			continue;
		}
		natural_set(&digit, (uint64_t) (*decimal - '0'));
		if (!unit_natural_multiply(&shifted, &result->numerator,
								   &ten.numerator) ||
			!natural_add(&result->numerator, &shifted, &digit))
			return false;
		exponent -= fraction ? 1 : 0;
	}
	if (*decimal == 'e')
	{
		int			sign = decimal[1] == '-' ? -1 : 1;
		int			number = 0;

		for (decimal += sign < 0 ? 2 : 1; *decimal != '\0'; decimal++)
			number = number * 10 + (*decimal - '0');
		exponent += sign * number;
	}
	return unit_rational_power(&ten, &ten, exponent) &&
		unit_rational_multiply(result, result, &ten);
}

/* So many bits of a number from a place on, downwards. */
static uint64_t
bits_below(const UnitNatural *value, int place, int count)
{
	uint64_t	bits = 0;

	for (int i = place - 1; i >= 0 && i >= place - count; i--)
		bits = bits << 1 | (value->limbs[i / 32] >> i % 32 & 1);
	return bits;
}

/* The value times a power of two: exact if it has no more than 106 bits. */
UnitDouble
unit_natural_scaled(const UnitNatural *value, int exponent)
{
	int			bits = unit_natural_bits(value);
	int			high = bits < 53 ? bits : 53;
	int			low = bits - high < 53 ? bits - high : 53;
	UnitDouble	result;

	result.high = ldexp((double) bits_below(value, bits, high),
						exponent + bits - high);
	result.low = ldexp((double) bits_below(value, bits - high, low),
					   exponent + bits - high - low);
	return result;
}
