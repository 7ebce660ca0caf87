/*
 * unit_series.c
 *		Converting a series, point by point.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "series.h"
#include "unit_server.h"

/* unit_convert(points, from, to, molar_mass) */
PG_FUNCTION_INFO_V1(unit_convert_series);
Datum
unit_convert_series(PG_FUNCTION_ARGS)
{
	text	   *from;
	text	   *to;
	float8		molar_mass = 0;
	CachedConversion cached;
	SeriesReader reader;
	const SeriesBlock *block = &reader.block;
	SeriesWriter writer;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	from = PG_GETARG_TEXT_PP(1);
	to = PG_GETARG_TEXT_PP(2);
	if (!PG_ARGISNULL(3))
	{
		molar_mass = PG_GETARG_FLOAT8(3);
		unit_check_molar_mass(molar_mass);
	}
	cached = *unit_lookup_conversion(VARDATA_ANY(from),
									 VARSIZE_ANY_EXHDR(from),
									 VARDATA_ANY(to), VARSIZE_ANY_EXHDR(to),
									 NULL);

	series_start_reading(&reader, PG_GETARG_DATUM(0));
	series_start_writing(&writer);
	while (series_read_block(&reader))
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < block->count; i++)
			series_add_point(&writer, block->times[i],
							 unit_convert_value(&cached, block->values[i],
												molar_mass));
	}
	PG_RETURN_POINTER(series_write(&writer));
}
