/*
 * series_sparkline.c
 *		A series drawn in one line of text.
 *
 * The span of time is cut into cells of equal width; each shows the mean of
 * its points between the lowest and the highest mean, or a blank where there
 * are no points.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "compat.h"
#include "series.h"

#define MAX_WIDTH	1000
#define LEVELS		8
#define FLAT_LEVEL	3			/* of a series that does not vary */
#define ROUNDING	1e-9		/* what is that near the next level is on it */

typedef struct Cell
{
	uint32		count;
	double		level;			/* sum, then mean: 0 for the series' minimum,
								 * 1 for its maximum */
} Cell;

/* Where in its series' range a value lies, from 0 to 1. */
static double
relative(double value, const SeriesSummary *summary)
{
	double		scale = isinf(summary->max_value - summary->min_value) ? 0.5 : 1;
	double		low = summary->min_value * scale;
	double		range = summary->max_value * scale - low;

	/* A damaged summary may not tell the truth. */
	return range > 0 ? fmin(fmax((value * scale - low) / range, 0), 1) : 0;
}

/* Microseconds from the series' start to the start of a cell, rounded up. */
static uint64
cell_start(uint64 span, uint64 cell, uint64 width)
{
	return span / width * cell + (span % width * cell + width - 1) / width;
}

PG_FUNCTION_INFO_V1(series_sparkline);
Datum
series_sparkline(PG_FUNCTION_ARGS)
{
	int32		width = PG_GETARG_INT32(1);
	SeriesReader reader;
	const SeriesSummary *summary = &reader.summary;
	uint64		span;
	Cell	   *cells;
	int			cell = 0;
	double		lowest = 1;
	double		highest = 0;
	StringInfoData out;

	if (width < 1 || width > MAX_WIDTH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("width of a sparkline must be between 1 and %d, not %d",
						MAX_WIDTH, width)));
	series_start_reading(&reader, PG_GETARG_DATUM(0));
	span = (uint64) summary->last_time - (uint64) summary->first_time;
	if (span == 0)
		width = 1;
	cells = palloc0(width * sizeof(Cell));

	while (series_read_block(&reader))
	{
		for (int i = 0; i < reader.block.count; i++)
		{
			uint64		time = (uint64) reader.block.times[i] -
				(uint64) summary->first_time;

			while (cell + 1 < width && time >= cell_start(span, cell + 1, width))
				cell++;
			cells[cell].count++;
			cells[cell].level += relative(reader.block.values[i], summary);
		}
	}
	for (cell = 0; cell < width; cell++)
	{
		if (cells[cell].count == 0)
			continue;
		cells[cell].level /= cells[cell].count;
		lowest = Min(lowest, cells[cell].level);
		highest = Max(highest, cells[cell].level);
	}

	initStringInfo(&out);
	for (cell = 0; cell < width; cell++)
	{
		int			level = FLAT_LEVEL;

		if (cells[cell].count == 0)
		{
			appendStringInfoChar(&out, ' ');
			continue;
		}
		if (highest > lowest)
			level = (int) ((cells[cell].level - lowest) /
						   (highest - lowest) * LEVELS + ROUNDING);
		/* U+2581 is the lowest of the eight blocks. */
		appendBinaryStringInfo(&out, "\xE2\x96", 2);
		appendStringInfoChar(&out, (char) (0x81 + Min(level, LEVELS - 1)));
	}
	PG_RETURN_TEXT_P(cstring_to_text(pg_any_to_server(out.data, out.len,
													  PG_UTF8)));
}
