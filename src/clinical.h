/*
 * clinical.h
 *		What the clinical functions share.
 *
 * A series carries no unit, so each of them is told it, and takes only units
 * that its formula is published in or that convert to one by a factor.
 */
#ifndef CLINICAL_H
#define CLINICAL_H

#include <math.h>

#include "series_args.h"

/* The molar mass of glucose: so many mg/dL are one mmol/L. */
#define MGDL_PER_MMOLL	18.01559

typedef enum Quantity
{
	GLUCOSE,					/* in mmol/L */
	BLOOD_PRESSURE,				/* in mm[Hg] */
	BODY_WEIGHT					/* in kg */
} Quantity;

extern double clinical_factor(Quantity quantity, const text *unit);
extern double clinical_amount(FunctionCallInfo fcinfo, int argument,
							  const char *name);

/* The nearest whole number, half of one up. */
static inline double
clinical_round(double value)
{
	return floor(value + 0.5);
}

#endif							/* CLINICAL_H */
