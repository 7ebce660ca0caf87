/*
 * series_brin.c
 *		BRIN index on series: of each range of pages, the box that holds the
 *		bounding boxes of all series in it.
 */
#include "postgres.h"

#include "access/brin_internal.h"
#include "access/brin_tuple.h"
#include "access/skey.h"
#include "catalog/pg_type.h"
#include "utils/datum.h"
#include "utils/typcache.h"

#include "compat.h"
#include "series_box.h"

PG_FUNCTION_INFO_V1(series_brin_opcinfo);
Datum
series_brin_opcinfo(PG_FUNCTION_ARGS)
{
	BrinOpcInfo *info = palloc0(SizeofBrinOpcInfo(1));

	info->oi_nstored = 1;
	info->oi_regular_nulls = true;
	info->oi_typcache[0] = lookup_type_cache(BOXOID, 0);
	PG_RETURN_POINTER(info);
}

/* Make the box of a range of pages hold another; false if it did already. */
static bool
extend_box(BrinValues *column, const BOX *box)
{
	BOX		   *held;

	if (column->bv_allnulls)
	{
		column->bv_values[0] = datumCopy(BoxPGetDatum(box), false, sizeof(BOX));
		column->bv_allnulls = false;
		return true;
	}
	held = DatumGetBoxP(column->bv_values[0]);
	if (box->low.x >= held->low.x && box->high.x <= held->high.x &&
		box->low.y >= held->low.y && box->high.y <= held->high.y)
		return false;
	held->low.x = Min(held->low.x, box->low.x);
	held->low.y = Min(held->low.y, box->low.y);
	held->high.x = Max(held->high.x, box->high.x);
	held->high.y = Max(held->high.y, box->high.y);
	return true;
}

PG_FUNCTION_INFO_V1(series_brin_add_value);
Datum
series_brin_add_value(PG_FUNCTION_ARGS)
{
	BOX			box;

	series_box_of(&box, PG_GETARG_DATUM(2));
	PG_RETURN_BOOL(extend_box((BrinValues *) PG_GETARG_POINTER(1), &box));
}

PG_FUNCTION_INFO_V1(series_brin_consistent);
Datum
series_brin_consistent(PG_FUNCTION_ARGS)
{
	BrinValues *column = (BrinValues *) PG_GETARG_POINTER(1);
	ScanKey		key = (ScanKey) PG_GETARG_POINTER(2);
	BOX			query;

	PG_RETURN_BOOL(series_box_of_query(&query, key->sk_argument,
									   key->sk_strategy) &&
				   series_boxes_meet(DatumGetBoxP(column->bv_values[0]),
									 &query));
}

PG_FUNCTION_INFO_V1(series_brin_union);
Datum
series_brin_union(PG_FUNCTION_ARGS)
{
	BrinValues *into = (BrinValues *) PG_GETARG_POINTER(1);
	BrinValues *from = (BrinValues *) PG_GETARG_POINTER(2);

	extend_box(into, DatumGetBoxP(from->bv_values[0]));
	PG_RETURN_VOID();
}
