/*
 * clinical.c
 *		What the clinical functions share: units and amounts.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "clinical.h"

/* By how much values are multiplied, to be in the first unit of a quantity. */
static const struct
{
	Quantity	quantity;
	const char *name;
	double		factor;
}			units[] = {
	{GLUCOSE, "mmol/L", 1},
	{GLUCOSE, "mg/dL", 1 / MGDL_PER_MMOLL},
	{BLOOD_PRESSURE, "mm[Hg]", 1},
	{BLOOD_PRESSURE, "kPa", 1 / 0.133322387415},
	{BODY_WEIGHT, "kg", 1},
	{BODY_WEIGHT, "[lb_av]", 0.45359237},
};

static const char *const quantity_names[] = {
	"glucose", "blood pressure", "body weight"
};

double
clinical_factor(Quantity quantity, const text *unit)
{
	char	   *name = text_to_cstring(unit);
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; i < lengthof(units); i++)
	{
		if (units[i].quantity != quantity)
			continue;
		if (strcmp(name, units[i].name) == 0)
			return units[i].factor;
		appendStringInfo(&known, "%s\"%s\"", known.len > 0 ? " or " : "",
						 units[i].name);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is no unit of %s", name, quantity_names[quantity]),
			 errhint("Give the unit that the values are in, %s.", known.data)));
}

/* An argument that is an amount of something. */
double
clinical_amount(FunctionCallInfo fcinfo, int argument, const char *name)
{
	double		amount = PG_GETARG_FLOAT8(argument);

	if (!(amount >= 0 && amount < INFINITY))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative or infinite, but is %g",
						name, amount)));
	return amount;
}
