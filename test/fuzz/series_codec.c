/*
 * The codec.  The first byte chooses what the others are: a stored series,
 * which must be read to its end or refused; points, which must come back bit
 * for bit however they are divided into blocks, and with the same summary; or
 * points of which a stored series is made and then damaged.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "series_codec.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool condition)
{
	if (!condition)
		abort();
}

static void *
resize(void *memory, size_t size)
{
	memory = realloc(memory, size);
	check(memory != NULL);
	return memory;
}

static uint8_t *
finish(SeriesWriter *writer, size_t *size)
{
	uint8_t    *bytes;

	*size = series_finish(writer);
	bytes = malloc(*size);
	series_output(writer, bytes);
	free(writer->bytes);
	free(writer->entries);
	return bytes;
}

/* A damaged value may say anything, but no more than its bytes hold. */
static void
read_stored(const uint8_t *data, size_t size)
{
	SeriesSummary summary;
	SeriesReader reader;
	SeriesStatus status = series_read_summary(data, size, &summary);
	int64_t		last_time = INT64_MIN;
	uint64_t	count = 0;

	check(status == series_open(&reader, data, size) ||
		  status == SERIES_OK);
	if (status != SERIES_OK)
		return;
	check(isfinite(summary.first_value) && isfinite(summary.mean_value));
	if (series_open(&reader, data, size) != SERIES_OK)
		return;
	while (series_next_block(&reader) == SERIES_OK && reader.block.count > 0)
	{
		for (int i = 0; i < reader.block.count; i++)
		{
			check(isfinite(reader.block.values[i]));
			check(reader.block.times[i] > last_time);
			check(reader.block.times[i] >= SERIES_MIN_TIME);
			check(reader.block.times[i] < SERIES_END_TIME);
			last_time = reader.block.times[i];
		}
		count += (uint64_t) reader.block.count;
	}
	check(count <= summary.count);

	if (series_open(&reader, data, size) == SERIES_OK &&
		series_seek(&reader, summary.first_time / 2 +
					summary.last_time / 2) == SERIES_OK)
		series_next_block(&reader);
	series_validate(data, size);
}

/* Enough for five blocks. */
#define MAX_POINTS 1200

/* Points by a small language: each byte is a kind of step and of value. */
static size_t
make_points(const uint8_t *data, size_t size, int64_t *times, double *values)
{
	static const int64_t steps[8] = {
		1, 1000, 1000000, 60000000, 300000000, 900000000, INT64_C(43200000000),
		INT64_C(86400000000)
	};
	int64_t		time = 0;
	int64_t		integer = 0;
	size_t		count = 0;

	while (size >= 2)
	{
		int			kind = data[0] >> 5;
		int			repeat = data[0] & 0x1F;
		double		value;

		if (size >= 10 && data[1] == 0xFF)
		{
			memcpy(&value, data + 2, sizeof(value));
			if (!isfinite(value))
				value = -0.0;
			data += 8;
			size -= 8;
		}
		else
		{
			static const double powers[4] = {1, 10, 1000, 1e12};

			integer += (int8_t) data[1];
			value = (double) integer / powers[data[0] >> 3 & 3];
		}
		for (; repeat >= 0; repeat--)
		{
			int64_t		step = steps[kind] * (1 + (data[1] & 3));

			if (data[1] == 0x80)
				step = (SERIES_END_TIME - time) / 2;
			if (time >= SERIES_END_TIME - 1 - step || step <= 0 ||
				count == MAX_POINTS)
				return count;
			time += step;
			times[count] = time;
			values[count++] = value;
			integer += repeat & 1;
		}
		data += 2;
		size -= 2;
	}
	return count;
}

static void
check_points(const uint8_t *bytes, size_t size, const int64_t *times,
			 const double *values, size_t count)
{
	SeriesReader reader;
	size_t		done = 0;

	check(series_validate(bytes, size) == SERIES_OK);
	check(series_open(&reader, bytes, size) == SERIES_OK);
	check(reader.summary.count == count);
	while (series_next_block(&reader) == SERIES_OK && reader.block.count > 0)
	{
		size_t		n = (size_t) reader.block.count;

		check(done + n <= count);
		check(memcmp(reader.block.times, times + done,
					 n * sizeof(int64_t)) == 0);
		check(memcmp(reader.block.values, values + done,
					 n * sizeof(double)) == 0);
		done += n;
	}
	check(done == count);
}

static uint8_t *
write_points(const int64_t *times, const double *values, size_t count,
			 size_t *size)
{
	SeriesWriter writer;

	series_begin(&writer, resize);
	for (size_t i = 0; i < count; i++)
		series_add_point(&writer, times[i], values[i]);
	return finish(&writer, size);
}

/* Write a series anew, of some blocks as they are and of others' points. */
static uint8_t *
write_blocks(const uint8_t *bytes, size_t size, size_t skip, size_t *new_size)
{
	SeriesReader reader;
	SeriesWriter writer;

	check(series_open(&reader, bytes, size) == SERIES_OK);
	series_begin(&writer, resize);
	while (series_next_block(&reader) == SERIES_OK && reader.block.count > 0)
	{
		if (skip++ % 3 == 0)
		{
			check(series_add_block(&writer, &reader) == SERIES_OK);
			continue;
		}
		for (int i = 0; i < reader.block.count; i++)
			series_add_point(&writer, reader.block.times[i],
							 reader.block.values[i]);
	}
	return finish(&writer, new_size);
}

/*
 * Write a series anew, of one of the first points and then of every "each"
 * points, appended.
 */
static uint8_t *
append_pieces(const int64_t *times, const double *values, size_t count,
			  size_t first, size_t each, size_t *size)
{
	SeriesWriter writer;
	uint8_t    *bytes = NULL;
	size_t		n;

	for (size_t i = 0; i < count; i += n)
	{
		size_t		piece_size;
		uint8_t    *piece;
		SeriesReader reader;

		n = i == 0 ? first : each;
		if (n == 0 || n > count - i)
			n = count - i;
		piece = write_points(times + i, values + i, n, &piece_size);
		series_begin(&writer, resize);
		if (bytes != NULL)
		{
			check(series_open(&reader, bytes, *size) == SERIES_OK);
			check(series_append(&writer, &reader) == SERIES_OK);
		}
		check(series_open(&reader, piece, piece_size) == SERIES_OK);
		check(series_append(&writer, &reader) == SERIES_OK);
		free(piece);
		free(bytes);
		bytes = finish(&writer, size);
	}
	return bytes;
}

/* Read the points from one to another out of a part, and nothing else. */
static void
read_part(const uint8_t *bytes, size_t size, const int64_t *times,
		  size_t from, size_t to)
{
	SeriesReader reader;
	uint8_t    *front;
	uint8_t    *part;
	size_t		front_size;
	size_t		part_size;

	check(series_open(&reader, bytes, size) == SERIES_OK);
	front_size = reader.offset;
	front = malloc(front_size);
	memcpy(front, bytes, front_size);
	check(series_open_front(&reader, front, front_size, size) == SERIES_OK);
	check(series_find_part(&reader, times[from], times[to]) == SERIES_OK);
	part_size = reader.part_end - reader.part_start;
	part = malloc(part_size + 1);
	memcpy(part, bytes + reader.part_start, part_size);
	series_set_part(&reader, part);
	while (from <= to)
	{
		check(series_next_block(&reader) == SERIES_OK);
		check(reader.block.count > 0);
		for (int i = 0; i < reader.block.count; i++)
		{
			if (from <= to && reader.block.times[i] == times[from])
				from++;
		}
	}
	free(part);
	free(front);
}

static void
write_and_read(const uint8_t *data, size_t size, bool damage)
{
	int64_t		times[MAX_POINTS];
	double		values[MAX_POINTS];
	size_t		num_damages = 0;
	size_t		count;

	/* Damages are three bytes each: where, and which bits to turn. */
	if (damage && size > 0)
	{
		num_damages = 1 + data[0] % 8;
		if (num_damages * 3 > size)
			num_damages = size / 3;
	}
	count = make_points(data + num_damages * 3, size - num_damages * 3, times,
						values);
	if (count > 0)
	{
		size_t		bytes_size;
		uint8_t    *bytes = write_points(times, values, count, &bytes_size);

		check(bytes_size <= SERIES_FRONT_MAX + 27 * count + 64);
		check_points(bytes, bytes_size, times, values, count);
		for (size_t skip = 0; skip < 3 && !damage; skip++)
		{
			SeriesSummary a;
			SeriesSummary b;
			size_t		again_size;
			uint8_t    *again = write_blocks(bytes, bytes_size, skip,
											 &again_size);

			check_points(again, again_size, times, values, count);
			series_read_summary(bytes, bytes_size, &a);
			series_read_summary(again, again_size, &b);
			check(memcmp(&a.mean_value, &b.mean_value, sizeof(double)) == 0);
			free(again);
		}
		for (int way = 0; way < 2 && !damage; way++)
		{
			size_t		pieces = 1 + count % 300 + count / 8;
			size_t		again_size;
			uint8_t    *again = way == 0 ?
				append_pieces(times, values, count, pieces, pieces,
							  &again_size) :
				append_pieces(times, values, count, count - count % 40, 1,
							  &again_size);
			SeriesSummary a;
			SeriesSummary b;

			check_points(again, again_size, times, values, count);
			series_read_summary(bytes, bytes_size, &a);
			series_read_summary(again, again_size, &b);
			check(memcmp(&a.mean_value, &b.mean_value, sizeof(double)) == 0);
			read_part(again, again_size, times, count / 3, count / 2);
			read_part(bytes, bytes_size, times, count / 2, count - 1);
			free(again);
		}
		for (size_t i = 0; i < num_damages; i++)
			bytes[(size_t) (data[3 * i] << 8 | data[3 * i + 1]) %
				  bytes_size] ^= data[3 * i + 2];
		if (damage)
			read_stored(bytes, bytes_size);
		free(bytes);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] % 3 == 0)
		read_stored(data + 1, size - 1);
	else
		write_and_read(data + 1, size - 1, data[0] % 3 == 1);
	return 0;
}
