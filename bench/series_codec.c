/*
 * How small and how fast the codec of series is, without a server.
 *
 *	cc -O2 -ffp-contract=off -Isrc -o build/series_codec bench/series_codec.c \
 *		$(grep -L '^#include "postgres\.h"' src/series_*.c) -lm
 *	build/series_codec week < W2.csv
 *
 * Reads lines "series,2026-03-01 08:00:00[.ffffff][+00],value", of which the
 * name of the series may have commas; other lines, such as a header, are
 * passed over, and of several values at one instant the last is taken.
 * Series are divided by day, week, month, year or not at all ("all").
 * Prints bits per point and nanoseconds per point, for the codec as the
 * Makefile compiles it if compiled likewise; every point is compared with
 * the input.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "series_codec.h"

#define DAY			INT64_C(86400000000)
#define REPEATS 9

typedef struct Point
{
	char	   *series;
	int64_t		time;
	double		value;
	size_t		line;
} Point;

typedef struct Piece
{
	size_t		start;
	size_t		count;
	uint8_t    *bytes;
	size_t		size;
} Piece;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

/* Days since 2000-01-01 of a civil date. */
static int64_t
day_of(int year, int month, int day)
{
	int64_t		y = year - (month <= 2);
	int64_t		era = y / 400;
	int64_t		yoe = y - era * 400;
	int64_t		doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 730425;
}

/* The bucket of a time: a number that differs from that of other buckets. */
static int64_t
bucket_of(int64_t time, const char *buckets)
{
	int64_t		day = time >= 0 ? time / DAY : -((DAY - 1 - time) / DAY);
	int			month = 0;
	int			year;

	if (strcmp(buckets, "day") == 0)
		return day;
	if (strcmp(buckets, "week") == 0)
		return (day + 700005) / 7;	/* from Monday */
	if (strcmp(buckets, "all") == 0)
		return 0;
	year = (int) (2000 + day / 366) - 1;
	while (day_of(year + 1, 1, 1) <= day)
		year++;
	if (strcmp(buckets, "year") == 0)
		return year;
	while (month < 12 && day_of(year, month + 1, 1) <= day)
		month++;
	return year * 12 + month;
}

static bool
read_line(char *line, Point *point)
{
	char	   *value = strrchr(line, ',');
	char	   *time;
	char	   *rest;
	int			year,
				month,
				day,
				hour,
				minute;
	double		second;

	if (value == NULL)
		return false;
	*value++ = '\0';
	time = strrchr(line, ',');
	if (time == NULL ||
		sscanf(time, ",%d-%d-%d%*[ T]%d:%d:%lf", &year, &month, &day, &hour,
			   &minute, &second) != 6)
		return false;
	*time = '\0';
	point->value = strtod(value, &rest);
	if (rest == value || !isfinite(point->value))
		return false;
	point->series = strdup(line);
	point->time = day_of(year, month, day) * DAY +
		(int64_t) (hour * 60 + minute) * 60000000 + llrint(second * 1e6);
	return true;
}

static int
compare_points(const void *left, const void *right)
{
	const Point *a = left;
	const Point *b = right;
	int			order = strcmp(a->series, b->series);

	if (order == 0)
		order = (a->time > b->time) - (a->time < b->time);
	return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

static int
compare_numbers(const void *left, const void *right)
{
	double		a = *(const double *) left;
	double		b = *(const double *) right;

	return (a > b) - (a < b);
}

static void
encode(Piece *piece, const Point *points)
{
	SeriesWriter writer;

	series_begin(&writer, realloc);
	for (size_t i = 0; i < piece->count; i++)
		series_add_point(&writer, points[i].time, points[i].value);
	piece->size = series_finish(&writer);
	piece->bytes = malloc(piece->size);
	series_output(&writer, piece->bytes);
	free(writer.bytes);
	free(writer.entries);
}

static void
compare(const Piece *piece, const Point *points)
{
	SeriesReader reader;
	size_t		done = 0;

	if (series_validate(piece->bytes, piece->size) != SERIES_OK ||
		series_open(&reader, piece->bytes, piece->size) != SERIES_OK)
		abort();
	while (series_next_block(&reader) == SERIES_OK && reader.block.count > 0)
	{
		for (int i = 0; i < reader.block.count; i++, done++)
		{
			if (reader.block.times[i] != points[done].time ||
				memcmp(&reader.block.values[i], &points[done].value,
					   sizeof(double)) != 0)
				abort();
		}
	}
	if (done != piece->count)
		abort();
}

static int64_t
decode(const Piece *piece)
{
	SeriesReader reader;
	int64_t		check = 0;

	series_open(&reader, piece->bytes, piece->size);
	while (series_next_block(&reader) == SERIES_OK && reader.block.count > 0)
		check += reader.block.times[reader.block.count - 1] +
			(reader.block.values[0] > 100);
	return check;
}

int
main(int argc, char **argv)
{
	const char *buckets = argc > 1 ? argv[1] : "month";
	Point	   *points = NULL;
	Piece	   *pieces = NULL;
	size_t		count = 0;
	size_t		room = 0;
	size_t		num_pieces = 0;
	size_t		front = 0;
	size_t		total = 0;
	double		times[REPEATS];
	double		encodings[REPEATS];
	int64_t		sum = 0;
	char		line[1024];

	while (fgets(line, sizeof(line), stdin) != NULL)
	{
		if (count == room)
		{
			room = room * 2 + 1024;
			points = realloc(points, room * sizeof(Point));
		}
		if (!read_line(line, &points[count]))
			continue;
		points[count].line = count;
		count++;
	}
	qsort(points, count, sizeof(Point), compare_points);
	room = count;
	count = 0;
	for (size_t i = 0; i < room; i++)
	{
		if (i + 1 < room && strcmp(points[i].series, points[i + 1].series) == 0 &&
			points[i].time == points[i + 1].time)
			continue;
		points[count++] = points[i];
	}
	pieces = calloc(count + 1, sizeof(Piece));
	for (size_t i = 0; i < count; i++)
	{
		if (i == 0 || strcmp(points[i].series, points[i - 1].series) != 0 ||
			bucket_of(points[i].time, buckets) !=
			bucket_of(points[i - 1].time, buckets))
			pieces[num_pieces++].start = i;
		pieces[num_pieces - 1].count++;
	}

	for (int repeat = 0; repeat < REPEATS; repeat++)
	{
		double		start = now();

		for (size_t i = 0; i < num_pieces; i++)
		{
			free(pieces[i].bytes);
			encode(&pieces[i], points + pieces[i].start);
		}
		encodings[repeat] = now() - start;
	}
	qsort(encodings, REPEATS, sizeof(double), compare_numbers);
	for (size_t i = 0; i < num_pieces; i++)
	{
		SeriesReader reader;

		compare(&pieces[i], points + pieces[i].start);
		series_open(&reader, pieces[i].bytes, pieces[i].size);
		total += pieces[i].size;
		front += reader.offset;
	}
	for (int repeat = 0; repeat < REPEATS; repeat++)
	{
		double		start = now();

		for (size_t i = 0; i < num_pieces; i++)
			sum += decode(&pieces[i]);
		times[repeat] = now() - start;
	}
	qsort(times, REPEATS, sizeof(double), compare_numbers);
	printf("%zu points in %zu series: %.3f bits a point, of which %.3f summary and directory; "
		   "encode %.1f ns (%.1f at best), decode %.2f ns (%.2f at best)%s\n",
		   count, num_pieces, 8.0 * (double) total / (double) count,
		   8.0 * (double) front / (double) count,
		   encodings[REPEATS / 2] / (double) count,
		   encodings[0] / (double) count, times[REPEATS / 2] / (double) count,
		   times[0] / (double) count, sum == 1 ? " " : "");
	return 0;
}
