/*
 * unit_rational.h - exact fractions, for the factors between units
 */
#ifndef UNIT_RATIONAL_H
#define UNIT_RATIONAL_H

#include <stdbool.h>
#include <stdint.h>

/* 2048 bits: pi has 213 in UCUM, and the powers that occur are small. */
#define UNIT_LIMBS	64

/* Lowest limb first, none of the count highest is zero. */
typedef struct UnitNatural
{
	int			count;
	uint32_t	limbs[UNIT_LIMBS];
} UnitNatural;

/* In lowest terms. */
typedef struct UnitRational
{
	bool		negative;
	UnitNatural numerator;
	UnitNatural denominator;
} UnitRational;

/* A number as the unrounded sum of two doubles, the second much smaller. */
typedef struct UnitDouble
{
	double		high;
	double		low;
} UnitDouble;

/* These return false where the result needs more limbs than there are. */
extern bool unit_natural_multiply(UnitNatural *result, const UnitNatural *a,
								  const UnitNatural *b);
extern bool unit_rational_parse(UnitRational *result, const char *decimal);
extern bool unit_rational_multiply(UnitRational *result,
								   const UnitRational *a,
								   const UnitRational *b);
extern bool unit_rational_power(UnitRational *result, const UnitRational *base,
								int exponent);
extern bool unit_rational_subtract(UnitRational *result,
								   const UnitRational *a,
								   const UnitRational *b);

extern void unit_rational_set(UnitRational *result, uint64_t numerator,
							  uint64_t denominator);
extern bool unit_rational_is_one(const UnitRational *value);
extern void unit_rational_invert(UnitRational *value);
extern int	unit_natural_bits(const UnitNatural *value);
extern UnitDouble unit_natural_scaled(const UnitNatural *value, int exponent);

#endif							/* UNIT_RATIONAL_H */
