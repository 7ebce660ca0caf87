/*
 * quantity.h
 *		The type quantity: a number and its unit.
 */
#ifndef QUANTITY_H
#define QUANTITY_H

#include "fmgr.h"

#include "unit_server.h"

#define QUANTITY_VERSION	1

/* A quantity at hand; the unit is not terminated. */
typedef struct Quantity
{
	float8		value;
	const char *unit;
	int			length;
	struct varlena *stored;		/* where the unit is */
} Quantity;

/* quantity.c */
extern Quantity quantity_get(Datum datum);
extern Datum quantity_make(Node *escontext, float8 value, const char *unit,
						   int length);

#define PG_GETARG_QUANTITY(n)	quantity_get(PG_GETARG_DATUM(n))

#endif							/* QUANTITY_H */
