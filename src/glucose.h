/*
 * glucose.h
 *		Glucose in its two units.
 */
#ifndef GLUCOSE_H
#define GLUCOSE_H

#include "clinical.h"

/* mmol/L are published with one decimal, mg/dL with none. */
typedef struct GlucoseUnit
{
	bool		mgdl;
	double		factor;			/* of values, to be mmol/L */
	double		steps;			/* of published resolution in one */
} GlucoseUnit;

static inline GlucoseUnit
glucose_unit(const text *name)
{
	GlucoseUnit unit;

	unit.factor = clinical_factor(GLUCOSE, name);
	unit.mgdl = unit.factor != 1;
	unit.steps = unit.mgdl ? 1 : 10;
	return unit;
}

/* A value as it would be published, in steps. */
static inline double
glucose_steps(const GlucoseUnit *unit, double value)
{
	return clinical_round(value * unit->steps);
}

#endif							/* GLUCOSE_H */
