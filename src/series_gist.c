/*
 * series_gist.c
 *		GiST index on series: keys are their bounding boxes.
 *
 * Boxes are united, divided and compared by the server's own functions for
 * boxes.  Where one meets what is looked for, the series is looked into.
 */
#include "postgres.h"

#include "access/gist.h"

#include "compat.h"
#include "series_box.h"

PG_FUNCTION_INFO_V1(series_gist_compress);
Datum
series_gist_compress(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	GISTENTRY  *result;
	BOX		   *box;

	if (!entry->leafkey)
		PG_RETURN_POINTER(entry);
	box = palloc(sizeof(BOX));
	series_box_of(box, entry->key);
	result = palloc(sizeof(GISTENTRY));
	gistentryinit(*result, BoxPGetDatum(box), entry->rel, entry->page,
				  entry->offset, false);
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(series_gist_consistent);
Datum
series_gist_consistent(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	BOX			query;

	*(bool *) PG_GETARG_POINTER(4) = true;
	PG_RETURN_BOOL(series_box_of_query(&query, PG_GETARG_DATUM(1),
									   PG_GETARG_UINT16(2)) &&
				   series_boxes_meet(DatumGetBoxP(entry->key), &query));
}
