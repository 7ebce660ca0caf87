/*
 * unit_convert.c
 *		Converting numbers from one unit to another.
 *
 * People write decimals.  A double of up to 15 digits is taken for the
 * decimal that it stands for, multiplied and divided exactly, and rounded
 * once: 0.57 is 57 %, where 0.57 * 100 is 56.99999999999999.  So two numbers
 * that are equal in one unit are equal in any.
 *
 * To that end numbers are carried as unrounded sums of two doubles.
 */
#include "unit_convert.h"

#include <math.h>
#include <string.h>

static inline UnitDouble
add(UnitDouble a, UnitDouble b)
{
	double		sum = a.high + b.high;
	double		part = sum - a.high;
	double		rest = (a.high - (sum - part)) + (b.high - part);

	return (UnitDouble) {sum, rest + (a.low + b.low)};
}

static inline UnitDouble
multiply(UnitDouble a, UnitDouble b)
{
	double		product = a.high * b.high;

	return (UnitDouble) {product, fma(a.high, b.high, -product) +
		(a.high * b.low + a.low * b.high)};
}

static inline UnitDouble
divide(UnitDouble a, UnitDouble b)
{
	double		quotient = a.high / b.high;
	double		rest = fma(-quotient, b.high, a.high) +
		(a.low - quotient * b.low);

	return (UnitDouble) {quotient, rest / b.high};
}

/*
 * The decimal that a number stands for, if it has up to 15 digits and 22
 * places: 1e22 is the highest power of ten that a double holds exactly.  Other
 * numbers are what they are.
 */
static inline UnitDouble
decimal(double value)
{
	static const double powers[] =
	{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
		1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	UnitDouble	result = {value, 0};
	double		size = fabs(value);
	int			exponent;
	int			places;
	double		digits;

	if (!(size >= 1e-22 && size < 1e15) || size == rint(size))
		return result;
	/* as many places as make 15 digits: log10(2) is 1233 / 4096 */
	frexp(size, &exponent);
	places = 14 - ((exponent - 1) * 1233 >> 12);
	if (places > 22)
		places = 22;
	if (size * powers[places] >= 1e15)
		places--;
	digits = rint(size * powers[places]);

	/* both exact, so the quotient is the double closest to the decimal */
	if (digits / powers[places] == size)
		result.low = fma(-size, powers[places], digits) /
			(value < 0 ? -powers[places] : powers[places]);
	return result;
}

static inline UnitDouble
on_line(const UnitLine *line, UnitDouble x)
{
	x = multiply(x, line->multiplier);
	if (line->addend.high != 0)
		x = add(x, line->addend);
	if (line->divisor.high != 1 || line->divisor.low != 0)
		x = divide(x, line->divisor);
	return x;
}

/* (x * multiplier + addend) with a common divisor, near 1. */
static bool
make_line(UnitLine *line, const UnitRational *multiplier,
		  const UnitRational *addend)
{
	UnitNatural m = multiplier->numerator;
	UnitNatural a;
	UnitNatural d = multiplier->denominator;
	int			exponent;

	a.count = 0;
	if (addend != NULL && addend->numerator.count > 0 &&
		(!unit_natural_multiply(&m, &m, &addend->denominator) ||
		 !unit_natural_multiply(&a, &addend->numerator, &d) ||
		 !unit_natural_multiply(&d, &d, &addend->denominator)))
		return false;
	exponent = 1 - unit_natural_bits(&d);
	line->multiplier = unit_natural_scaled(&m, exponent);
	line->addend = unit_natural_scaled(&a, exponent);
	line->divisor = unit_natural_scaled(&d, exponent);
	if (addend != NULL && addend->negative)
		line->addend = (UnitDouble) {-line->addend.high, -line->addend.low};
	return true;
}

/* How far from zero of its unit a scale has its own zero. */
static const char *
zero_point(UnitScale scale)
{
	switch (scale)
	{
		case UNIT_CELSIUS:
			return "273.15";
		case UNIT_FAHRENHEIT:
			return "459.67";
		case UNIT_REAUMUR:
			return "218.52";
		default:
			return NULL;
	}
}

/* The scale itself, if it is not a line over its unit. */
static UnitScale
curve(UnitScale scale)
{
	return zero_point(scale) != NULL ? UNIT_RATIO : scale;
}

/*
 * (x * prefix + zero) * ratio is the number in the other scale's unit; less
 * the zero of that scale, and divided by its prefix, it is the result.
 */
static bool
make_straight(UnitLine *line, const UnitMeaning *from, const UnitMeaning *to,
			  UnitRational *ratio)
{
	UnitRational zero_from;
	UnitRational zero_to;
	UnitRational addend;
	UnitRational over = to->prefix;
	const char *text;

	unit_rational_set(&zero_from, 0, 1);
	unit_rational_set(&zero_to, 0, 1);
	if ((text = zero_point(from->scale)) != NULL &&
		!unit_rational_parse(&zero_from, text))
		return false;
	if ((text = zero_point(to->scale)) != NULL &&
		!unit_rational_parse(&zero_to, text))
		return false;
	if (!unit_rational_multiply(&addend, &zero_from, ratio) ||
		!unit_rational_subtract(&addend, &addend, &zero_to))
		return false;
	if (curve(from->scale) == UNIT_RATIO &&
		!unit_rational_multiply(ratio, ratio, &from->prefix))
		return false;
	if (curve(to->scale) == UNIT_RATIO)
	{
		unit_rational_invert(&over);
		if (!unit_rational_multiply(ratio, ratio, &over) ||
			!unit_rational_multiply(&addend, &addend, &over))
			return false;
	}
	return make_line(line, ratio, &addend);
}

/* Of one dimension, or by a molar mass; false if the factor is too long. */
bool
unit_prepare(UnitConversion *conversion, const UnitMeaning *from,
			 const UnitMeaning *to)
{
	UnitRational ratio = to->factor;
	UnitRational after = to->prefix;

	unit_rational_invert(&ratio);
	unit_rational_invert(&after);
	conversion->from = curve(from->scale);
	conversion->to = curve(to->scale);
	conversion->molar = unit_molar(from, to);
	if (!unit_rational_multiply(&ratio, &from->factor, &ratio))
		return false;
	if (conversion->molar != 0)
	{
		/* a molar mass of 1 g/mol: base unit is the gram */
		UnitRational mole;

		if (!unit_rational_parse(&mole, "6.02214076e23"))
			return false;
		if (conversion->molar > 0)
			unit_rational_invert(&mole);
		if (!unit_rational_multiply(&ratio, &ratio, &mole))
			return false;
	}
	if (conversion->from != UNIT_RATIO && conversion->from == conversion->to &&
		unit_rational_is_one(&ratio))
	{
		/* one scale with two prefixes */
		conversion->from = conversion->to = UNIT_RATIO;
		return unit_rational_multiply(&ratio, &from->prefix, &after) &&
			make_line(&conversion->line, &ratio, NULL);
	}
	return make_line(&conversion->before, &from->prefix, NULL) &&
		make_line(&conversion->after, &after, NULL) &&
		make_straight(&conversion->line, from, to, &ratio);
}

/* To base units. */
bool
unit_prepare_base(UnitConversion *conversion, const UnitMeaning *from)
{
	UnitMeaning base;

	memcpy(base.dimension, from->dimension, sizeof(base.dimension));
	base.scale = UNIT_RATIO;
	unit_rational_set(&base.factor, 1, 1);
	unit_rational_set(&base.prefix, 1, 1);
	return unit_prepare(conversion, from, &base);
}

/* y = times * log(x) / log(base); a base of 0 stands for e. */
static void
logarithm(UnitScale scale, double *times, double *base)
{
	*times = scale == UNIT_TWO_LG ? 2 : scale >= UNIT_MINUS_LG ? -1 : 1;
	*base = scale == UNIT_LN ? 0 : scale == UNIT_LD ? 2 :
		scale == UNIT_MINUS_LOG100 ? 100 :
		scale == UNIT_MINUS_LOG1000 ? 1000 :
		scale == UNIT_MINUS_LOG50000 ? 50000 : 10;
}

/* From a number on a scale to one of the scale's unit. */
static double
from_scale(UnitScale scale, double y)
{
	double		times;
	double		base;

	if (scale == UNIT_TANGENT)
		return atan(y / 100);
	if (scale == UNIT_ROOT)
		return y * y;
	logarithm(scale, &times, &base);
	return base == 0 ? exp(y / times) : pow(base, y / times);
}

static double
to_scale(UnitScale scale, double x)
{
	double		times;
	double		base;

	if (scale == UNIT_TANGENT)
		return 100 * tan(x);
	if (scale == UNIT_ROOT)
		return sqrt(x);
	logarithm(scale, &times, &base);
	return times * (base == 0 ? log(x) : base == 2 ? log2(x) :
					base == 10 ? log10(x) : log10(x) / log10(base));
}

/*
 * NaN where a number has no counterpart on the other scale, as a logarithm of
 * what is not positive; infinity, or zero, where it is out of range.
 */
double
unit_apply(const UnitConversion *conversion, double value, double molar_mass)
{
	UnitDouble	x = decimal(value);

	if (!isfinite(value))
		return value;
	if (conversion->from != UNIT_RATIO)
	{
		x = on_line(&conversion->before, x);
		x = (UnitDouble) {from_scale(conversion->from, x.high + x.low), 0};
	}
	x = on_line(&conversion->line, x);
	if (conversion->molar > 0)
		x = multiply(x, decimal(molar_mass));
	else if (conversion->molar < 0)
		x = divide(x, decimal(molar_mass));
	if (!isfinite(x.high))
		return x.high;
	if (conversion->to != UNIT_RATIO)
	{
		x = (UnitDouble) {to_scale(conversion->to, x.high + x.low), 0};
		if (!isfinite(x.high))
			return x.high;
		x = on_line(&conversion->after, x);
	}
	return isfinite(x.high) ? x.high + x.low : x.high;
}
