/*
 * series_chart.c
 *		A series drawn as an SVG image.
 *
 * However many points there are, each column of pixels has at most four: its
 * first, least, greatest and last, which draw the same line as all would.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/float.h"

#include "compat.h"
#include "series_axis.h"
#include "series_time.h"

#define MIN_SIZE	100
#define MAX_SIZE	4000
#define MAX_VALUE	1e300		/* so that no difference overflows */

#define MIN_LEFT	56			/* margins */
#define RIGHT		32
#define TOP			28
#define TITLE		20			/* more of it, for a title */
#define BOTTOM		44

#define TICK_WIDTH	80			/* room for a label */
#define DIGIT_WIDTH	7.5
#define TICK_HEIGHT	44
#define DOT_WIDTH	7			/* dots are drawn where each has so much */

/* Where things are, in pixels. */
typedef struct Frame
{
	int			width;
	int			height;
	double		left;
	double		right;
	double		top;
	double		bottom;
	TimestampTz first;
	double		span;
	ValueAxis	values;
} Frame;

typedef struct Vertex
{
	double		x;
	double		y;
} Vertex;

/* The line, as far as it has been drawn. */
typedef struct Pen
{
	StringInfo	out;
	int			column;			/* being gathered, -1 for none */
	bool		down;			/* the line goes on from the point before */
	int			in_run;			/* points since the last gap */
	Vertex		first;
	Vertex		highest;
	Vertex		lowest;
	Vertex		last;
	bool		rises;			/* the lowest came before the highest */
	StringInfoData dots;
} Pen;

/* Text in XML, without the characters that cannot be in it. */
static void
put_text(StringInfo out, const char *string)
{
	bool		is_utf8 = GetDatabaseEncoding() == PG_UTF8;

	for (const char *c = string; *c != '\0'; c++)
	{
		if (*c == '&')
			appendStringInfoString(out, "&amp;");
		else if (*c == '<')
			appendStringInfoString(out, "&lt;");
		else if (*c == '>')
			appendStringInfoString(out, "&gt;");
		else if (((unsigned char) *c < ' ' && strchr("\t\n\r", *c) == NULL) ||
				 *c == 0x7F)
			appendStringInfoChar(out, ' ');
		else if (is_utf8 && strncmp(c, "\xEF\xBF", 2) == 0 &&
				 (unsigned char) c[2] >= 0xBE)
		{
			/* U+FFFE and U+FFFF */
			appendStringInfoChar(out, ' ');
			c += 2;
		}
		else
			appendStringInfoChar(out, *c);
	}
}

static double
get_x(const Frame *frame, TimestampTz time)
{
	if (frame->span == 0)
		return (frame->left + frame->right) / 2;
	return frame->left + (frame->right - frame->left) *
		((double) series_distance(frame->first, time) / frame->span);
}

static double
get_y(const Frame *frame, double value)
{
	const ValueAxis *axis = &frame->values;

	return frame->bottom - (frame->bottom - frame->top) *
		((value - axis->low) / (axis->high - axis->low));
}

static void
put_vertex(Pen *pen, const Vertex *vertex)
{
	appendStringInfo(pen->out, "%c%.1f %.1f", pen->down ? 'L' : 'M',
					 vertex->x, vertex->y);
	pen->down = true;
}

/* Draw the column that has been gathered. */
static void
end_column(Pen *pen)
{
	Vertex		order[4] = {pen->first, pen->highest, pen->lowest, pen->last};

	if (pen->column < 0)
		return;
	if (pen->rises)
	{
		order[1] = pen->lowest;
		order[2] = pen->highest;
	}
	for (int i = 0; i < 4; i++)
	{
		if (i == 0 || order[i].x != order[i - 1].x ||
			order[i].y != order[i - 1].y)
			put_vertex(pen, &order[i]);
	}
	pen->column = -1;
}

/* Lift the pen.  What stands alone is no line, but is to be seen. */
static void
end_run(Pen *pen, bool dots_drawn)
{
	end_column(pen);
	if (pen->in_run == 1 && !dots_drawn)
		appendStringInfo(&pen->dots, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"1.5\"/>\n",
						 pen->last.x, pen->last.y);
	pen->down = false;
	pen->in_run = 0;
}

static void
pass_vertex(Pen *pen, Vertex vertex)
{
	if (pen->column != (int) vertex.x)
		end_column(pen);
	if (pen->column < 0)
	{
		pen->column = (int) vertex.x;
		pen->first = pen->highest = pen->lowest = vertex;
	}
	if (vertex.y < pen->highest.y)
	{
		pen->highest = vertex;
		pen->rises = true;
	}
	if (vertex.y > pen->lowest.y)
	{
		pen->lowest = vertex;
		pen->rises = false;
	}
	pen->last = vertex;
	pen->in_run++;
}

static void
put_line(StringInfo out, const Frame *frame, Datum series, int64 max_gap,
		 double low, double high)
{
	SeriesCursor cursor;
	Pen			pen = {.out = out, .column = -1};
	TimestampTz before = frame->first;
	double		count;
	bool		dots;

	initStringInfo(&pen.dots);
	series_start_walk(&cursor, series);
	count = cursor.reader.summary.count;
	dots = count * DOT_WIDTH <= frame->right - frame->left;
	appendStringInfo(out, "<path fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"%s\" stroke-linejoin=\"round\" d=\"",
					 count > frame->right - frame->left ? "1" : "1.6");
	for (; !series_at_end(&cursor); series_step(&cursor))
	{
		TimestampTz time = series_time(&cursor);
		double		value = series_value(&cursor);
		Vertex		vertex = {get_x(frame, time), get_y(frame, value)};

		/* A gap narrower than a pixel cannot be seen. */
		if (series_distance(before, time) > (uint64) max_gap &&
			pen.column != (int) vertex.x)
			end_run(&pen, dots);
		before = time;
		pass_vertex(&pen, vertex);
		if (dots)
			appendStringInfo(&pen.dots, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\"%s/>\n",
							 vertex.x, vertex.y, value < low || value > high ?
							 " fill=\"#c0392b\"" : "");
	}
	end_run(&pen, dots);
	appendStringInfoString(out, "\"/>\n");
	if (pen.dots.len > 0)
		appendStringInfo(out, "<g fill=\"#1f5fa8\" stroke=\"#fff\" stroke-width=\"0.6\">\n%s</g>\n",
						 pen.dots.data);
	pfree(pen.dots.data);
}

/* The range of values that are as they should be. */
static void
put_band(StringInfo out, const Frame *frame, double low, double high)
{
	double		top = isinf(high) ? frame->top : get_y(frame, high);
	double		bottom = isinf(low) ? frame->bottom : get_y(frame, low);

	if (isinf(low) && isinf(high))
		return;
	appendStringInfo(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#2e9e4f\" fill-opacity=\"0.12\"/>\n",
					 frame->left, top, frame->right - frame->left, bottom - top);
	appendStringInfoString(out, "<path stroke=\"#5aa56c\" stroke-dasharray=\"4 3\" d=\"");
	if (!isinf(high))
		appendStringInfo(out, "M%.1f %.1fH%.1f", frame->left, top, frame->right);
	if (!isinf(low))
		appendStringInfo(out, "M%.1f %.1fH%.1f", frame->left, bottom, frame->right);
	appendStringInfoString(out, "\"/>\n");
}

/* The left margin: there is room for the labels. */
static double
get_left(const ValueAxis *axis)
{
	char		low[TICK_LABEL_SIZE];
	char		high[TICK_LABEL_SIZE];

	value_axis_label(axis, axis->low, low);
	value_axis_label(axis, axis->high, high);
	return Max(MIN_LEFT, 16 + DIGIT_WIDTH * Max(strlen(low), strlen(high)));
}

static void
put_value_axis(StringInfo out, const Frame *frame, const char *unit)
{
	const ValueAxis *axis = &frame->values;
	int			steps = (int) rint((axis->high - axis->low) / axis->step);

	for (int i = 0; i <= steps; i++)
	{
		double		value = axis->low + i * axis->step;
		double		y = get_y(frame, value);
		char		label[TICK_LABEL_SIZE];

		value_axis_label(axis, value, label);
		appendStringInfo(out, "<path stroke=\"#e3e6ea\" d=\"M%.1f %.1fH%.1f\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
						 frame->left, y, frame->right, frame->left - 8, y + 4,
						 label);
	}
	if (unit[0] != '\0')
	{
		appendStringInfo(out, "<text x=\"8\" y=\"%.1f\" font-style=\"italic\">",
						 frame->top - 12);
		put_text(out, unit);
		appendStringInfoString(out, "</text>\n");
	}
}

static void
put_time_axis(StringInfo out, const Frame *frame, TimeAxis *axis)
{
	TimeTick	tick;

	while (time_axis_next(axis, &tick))
	{
		double		x = get_x(frame, tick.time);

		appendStringInfo(out, "<path stroke=\"#e3e6ea\" d=\"M%.1f %.1fV%.1f\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n",
						 x, frame->top, frame->bottom + 5, x, frame->bottom + 18,
						 tick.label);
		if (tick.context[0] != '\0')
			appendStringInfo(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"#7b8490\">%s</text>\n",
							 x, frame->bottom + 34, tick.context);
	}
}

/* For who hears the chart instead of seeing it. */
static void
put_description(StringInfo out, const SeriesSummary *summary,
				TimeAxis *axis, const char *title, const char *unit)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;
	const char *abbreviation;
	TimestampTz ends[2] = {summary->first_time, summary->last_time};

	appendStringInfoString(out, "<title>");
	put_text(out, title[0] == '\0' ? "Measurements" : title);
	appendStringInfo(out, "</title>\n<desc>Number of measurements: " UINT64_FORMAT ",",
					 summary->count);
	for (int i = 0; i < 2; i++)
	{
		char		time[MAXDATELEN + 1];

		/* In UTC, where the zone's clock runs out of the calendar. */
		if (timestamp2tm(ends[i], &offset, &tm, &fsec, &abbreviation,
						 axis->civil.zone) != 0)
		{
			offset = 0;
			timestamp2tm(ends[i], NULL, &tm, &fsec, NULL, NULL);
		}
		EncodeDateTime(&tm, fsec, true, offset, NULL, USE_ISO_DATES, time);
		appendStringInfo(out, " %s %s", i == 0 ? "from" : "to", time);
	}
	appendStringInfo(out, "; lowest %s, highest %s, last %s",
					 float8out_internal(summary->min_value),
					 float8out_internal(summary->max_value),
					 float8out_internal(summary->last_value));
	if (unit[0] != '\0')
	{
		appendStringInfoChar(out, ' ');
		put_text(out, unit);
	}
	appendStringInfoString(out, "</desc>\n");
}

static void
check_arguments(const Frame *frame, double low, double high,
				const SeriesSummary *summary)
{
	if (frame->width < MIN_SIZE || frame->width > MAX_SIZE ||
		frame->height < MIN_SIZE || frame->height > MAX_SIZE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("width and height of a chart must be between %d and %d, not %d and %d",
						MIN_SIZE, MAX_SIZE, frame->width, frame->height)));
	if ((low != -INFINITY && fabs(low) > MAX_VALUE) ||
		(high != INFINITY && fabs(high) > MAX_VALUE) ||
		Max(fabs(summary->min_value), fabs(summary->max_value)) > MAX_VALUE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("values of a chart must not be beyond %g", MAX_VALUE)));
}

static char *
get_text(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		return "";
	return text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

/*
 * Arguments: series, title, unit, low, high, max_gap, zone, width, height.
 */
PG_FUNCTION_INFO_V1(series_chart);
Datum
series_chart(PG_FUNCTION_ARGS)
{
	Datum		series = PG_GETARG_DATUM(0);
	Frame		frame;
	SeriesSummary summary;
	TimeAxis	time_axis;
	char	   *title;
	char	   *unit;
	double		low;
	double		high;
	StringInfoData out;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(6) || PG_ARGISNULL(7) ||
		PG_ARGISNULL(8))
		PG_RETURN_NULL();
	series_get_summary(series, &summary);
	title = get_text(fcinfo, 1);
	unit = get_text(fcinfo, 2);
	series_get_bounds(fcinfo, 3, &low, &high);
	frame.width = PG_GETARG_INT32(7);
	frame.height = PG_GETARG_INT32(8);
	check_arguments(&frame, low, high, &summary);

	frame.right = frame.width - RIGHT;
	frame.top = TOP + (title[0] == '\0' ? 0 : TITLE);
	frame.bottom = frame.height - BOTTOM;
	frame.first = summary.first_time;
	frame.span = (double) series_distance(summary.first_time,
										  summary.last_time);
	value_axis_init(&frame.values,
					Min(summary.min_value, isinf(low) ? high : low),
					Max(summary.max_value, isinf(high) ? low : high),
					Max(1, (int) (frame.bottom - frame.top) / TICK_HEIGHT));
	frame.left = get_left(&frame.values);
	time_axis_init(&time_axis, PG_GETARG_TEXT_PP(6), summary.first_time,
				   summary.last_time,
				   Max(1, (int) (frame.right - frame.left) / TICK_WIDTH));

	initStringInfo(&out);
	appendStringInfo(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"system-ui, Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#4a5361\">\n",
					 frame.width, frame.height, frame.width, frame.height);
	put_description(&out, &summary, &time_axis, title, unit);
	appendStringInfo(&out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
					 frame.width, frame.height);
	if (title[0] != '\0')
	{
		appendStringInfo(&out, "<text x=\"%.1f\" y=\"22\" font-size=\"15\" font-weight=\"600\" fill=\"#1d2530\">",
						 frame.left);
		put_text(&out, title);
		appendStringInfoString(&out, "</text>\n");
	}
	put_value_axis(&out, &frame, unit);
	put_time_axis(&out, &frame, &time_axis);
	put_band(&out, &frame, low, high);
	put_line(&out, &frame, series, series_get_max_gap(fcinfo, 5, series),
			 low, high);
	appendStringInfoString(&out, "</svg>\n");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
