/*
 * series_box.h
 *		Bounding boxes of series, which indexes and statistics hold.
 *
 * A box has times across, in microseconds since 2000, and values upwards.  It
 * is of floats: what they round, and values cut off at BOX_VALUE_MAX so that
 * no area overflows, keeps its order.  A search among boxes may so find too
 * many series, but misses none.
 */
#ifndef SERIES_BOX_H
#define SERIES_BOX_H

#include "utils/geo_decls.h"
#include "utils/rangetypes.h"

#include "series.h"

#define BOX_VALUE_MAX	1e200

/* The operators of an index, by the type at their right. */
#define STRATEGY_RANGE	1		/* series && tstzrange */
#define STRATEGY_BOX	2		/* series && box */

extern void series_box_of(BOX *box, Datum series);
extern bool series_box_of_query(BOX *box, Datum query, int strategy);

static inline bool
series_boxes_meet(const BOX *a, const BOX *b)
{
	return a->low.x <= b->high.x && b->low.x <= a->high.x &&
		a->low.y <= b->high.y && b->low.y <= a->high.y;
}

#endif							/* SERIES_BOX_H */
