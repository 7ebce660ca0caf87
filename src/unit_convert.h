/*
 * unit_convert.h - converting numbers from one unit to another
 */
#ifndef UNIT_CONVERT_H
#define UNIT_CONVERT_H

#include "unit.h"

/*
 * (x * multiplier + addend) / divisor, the divisor in [1, 2).  All three are
 * exact, with few exceptions, since the fraction between two units has small
 * terms.
 */
typedef struct UnitLine
{
	UnitDouble	multiplier;
	UnitDouble	addend;
	UnitDouble	divisor;
} UnitLine;

typedef struct UnitConversion
{
	UnitScale	from;			/* UNIT_RATIO if the line says it all */
	UnitScale	to;
	UnitLine	before;			/* to a scale's own unit */
	UnitLine	line;
	UnitLine	after;			/* from a scale's own unit */
	int			molar;			/* power of the molar mass, see unit_molar() */
} UnitConversion;

extern bool unit_prepare(UnitConversion *conversion, const UnitMeaning *from,
						 const UnitMeaning *to);
extern bool unit_prepare_base(UnitConversion *conversion,
							  const UnitMeaning *from);
extern double unit_apply(const UnitConversion *conversion, double value,
						 double molar_mass);

#endif							/* UNIT_CONVERT_H */
