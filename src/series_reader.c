/*
 * series_reader.c - the stored form of a series: summary, directory, blocks
 *
 *	version << 4 | flags
 *	unit code of the first time | unit code of the steps << 4
 *	(scaled: exponent)
 *	varint count
 *	signed first time / unit
 *	first value
 *	and if there is more than one point:
 *		varint last time - first time / step unit
 *		last value
 *	and if there are more than two:
 *		least value, greatest value, sum or mean
 *		(more than one block: varint size of the directory, directory)
 *		blocks
 *
 * Where all values are short decimals, those of the summary are scaled
 * integers too, and the sum is kept; else they are doubles, and the mean is
 * kept, which unlike the sum is always finite.
 *
 * The directory has an entry for each block but the last: varint length,
 * (uneven: count - 1), varint time from this block's first point to the
 * next block's, in step units.  A block is understood by itself, given its
 * count and first time; so blocks can be copied from one series to another.
 */
#include <math.h>

#include "series_bytes.h"
#include "series_codec.h"

/* The mean is rounded, and must not leave the range of the values for it. */
double
series_bounded_mean(double mean, const SeriesSummary *summary)
{
	return fmax(summary->min_value, fmin(mean, summary->max_value));
}

/* What follows from first and last value, and is all if there are but two. */
static void
summarize_two(SeriesSummary *summary)
{
	double		first = summary->first_value;
	double		last = summary->last_value;

	summary->min_value = last < first ? last : first;
	summary->max_value = last > first ? last : first;
	summary->mean_value =
		series_bounded_mean(isfinite(first + last) ? (first + last) / 2 :
							first / 2 + last / 2, summary);
}

static bool
get_scaled(SeriesBytes *from, int exponent, int64_t relative_to,
		   int64_t *integer, double *value)
{
	int64_t		distance;

	if (!get_signed(from, &distance))
		return false;
	*integer = (int64_t) ((uint64_t) relative_to + (uint64_t) distance);
	*value = (double) *integer / series_power10[exponent];
	return true;
}

static bool
get_scaled_values(SeriesBytes *from, SeriesSummary *summary)
{
	int			exponent = summary->exponent;
	int64_t		first;
	int64_t		other;
	int64_t		excess = 0;

	if (!get_scaled(from, exponent, 0, &first, &summary->first_value))
		return false;
	other = first;
	summary->last_value = summary->first_value;
	if (summary->count > 1 &&
		!get_scaled(from, exponent, first, &other, &summary->last_value))
		return false;
	summarize_two(summary);
	summary->sum = (uint64_t) first;
	if (summary->count == 1)
		return true;
	summary->sum += (uint64_t) other;
	if (summary->count > 2)
	{
		if (!get_scaled(from, exponent, first, &other, &summary->min_value) ||
			!get_scaled(from, exponent, first, &other, &summary->max_value) ||
			!get_signed(from, &excess))
			return false;
		summary->sum = (uint64_t) first * summary->count + (uint64_t) excess;
	}
	summary->mean_value =
		series_bounded_mean((double) (int64_t) summary->sum /
							((double) summary->count *
							 series_power10[exponent]), summary);
	return true;
}

static bool
get_plain_values(SeriesBytes *from, SeriesSummary *summary)
{
	if (!get_double(from, &summary->first_value))
		return false;
	summary->last_value = summary->first_value;
	if (summary->count > 1 && !get_double(from, &summary->last_value))
		return false;
	summarize_two(summary);
	summary->sum = 0;
	return summary->count <= 2 ||
		(get_double(from, &summary->min_value) &&
		 get_double(from, &summary->max_value) &&
		 get_double(from, &summary->mean_value));
}

/* Read all that stands before the directory and the blocks. */
static SeriesStatus
get_front(SeriesBytes *from, SeriesSummary *summary, uint8_t *flags,
		  uint64_t *step_unit)
{
	uint8_t		head;
	uint8_t		units;
	uint8_t		exponent = 0;
	uint64_t	first_unit;
	uint64_t	steps = 0;
	uint64_t	room;
	int64_t		first;
	bool		complete;

	if (!get_byte(from, &head))
		return SERIES_CORRUPT;
	*flags = head & 0x0F;
	if (head >> 4 != SERIES_VERSION || *flags & ~SERIES_FLAGS)
		return SERIES_UNSUPPORTED;
	if (!get_byte(from, &units))
		return SERIES_CORRUPT;
	if (!series_code_unit(units & 0x0F, &first_unit) ||
		!series_code_unit(units >> 4, step_unit))
		return SERIES_UNSUPPORTED;
	if (*flags & SERIES_SCALED && !get_byte(from, &exponent))
		return SERIES_CORRUPT;
	if (exponent > SERIES_MAX_EXPONENT)
		return SERIES_UNSUPPORTED;

	if (!get_varint(from, &summary->count) || summary->count == 0 ||
		summary->count > SERIES_MAX_POINTS || !get_signed(from, &first) ||
		first < SERIES_MIN_TIME / (int64_t) first_unit ||
		first > (SERIES_END_TIME - 1) / (int64_t) first_unit ||
		(summary->count > 1 && !get_varint(from, &steps)))
		return SERIES_CORRUPT;
	summary->first_time = first * (int64_t) first_unit;
	room = (uint64_t) (SERIES_END_TIME - 1) - (uint64_t) summary->first_time;
	if (steps > room / *step_unit || (summary->count > 1 && steps == 0))
		return SERIES_CORRUPT;
	summary->last_time = (int64_t) ((uint64_t) summary->first_time +
									steps * *step_unit);

	summary->exponent = *flags & SERIES_SCALED ? exponent : -1;
	if (*flags & SERIES_SCALED)
		complete = get_scaled_values(from, summary);
	else
		complete = get_plain_values(from, summary);
	return complete ? SERIES_OK : SERIES_CORRUPT;
}

SeriesStatus
series_read_summary(const uint8_t *data, size_t size, SeriesSummary *summary)
{
	SeriesBytes from = {data, data + size};
	uint8_t		flags;
	uint64_t	step_unit;

	return get_front(&from, summary, &flags, &step_unit);
}

/*
 * Prepare to read a series of which only the first bytes are there: before
 * blocks are read, series_find_part() and series_set_part() must be called.
 * If the front is longer than what is there, reader->offset, where it ends,
 * is; and to no avail but to come again with so much.
 */
SeriesStatus
series_open_front(SeriesReader *reader, const uint8_t *data, size_t available,
				  size_t size)
{
	SeriesBytes from = {data, data + available};
	SeriesSummary *summary = &reader->summary;
	uint64_t	directory_size = 0;
	size_t		rest;
	uint8_t		flags;
	SeriesStatus status = get_front(&from, summary, &flags,
									&reader->step_unit);

	if (status != SERIES_OK)
		return status;
	rest = size - (size_t) (from.next - data);
	/* Before anybody allocates memory for so many points. */
	if (summary->count > 2 &&
		summary->count > rest / SERIES_BLOCK_MIN * SERIES_BLOCK_POINTS)
		return SERIES_CORRUPT;
	reader->uneven = (flags & SERIES_UNEVEN) != 0;
	if (reader->uneven || summary->count > SERIES_BLOCK_POINTS)
	{
		if (!get_varint(&from, &directory_size) ||
			directory_size > size - (size_t) (from.next - data))
			return SERIES_CORRUPT;
	}
	reader->offset = (size_t) (from.next - data) + directory_size;
	reader->size = size;
	if (reader->offset > available)
		return SERIES_OK;
	reader->directory = from.next;
	reader->directory_end = from.next + directory_size;
	reader->next_time = summary->first_time;
	reader->remaining = summary->count;
	reader->bytes = NULL;
	reader->entry.count = 0;
	reader->block.count = 0;
	return SERIES_OK;
}

/* Prepare to read a series from its first block on. */
SeriesStatus
series_open(SeriesReader *reader, const uint8_t *data, size_t size)
{
	reader->part = data;
	reader->part_start = 0;
	reader->part_end = size;
	return series_open_front(reader, data, size, size);
}

/*
 * Read the directory's entry for the next block, or make one up for the last
 * block, which has none.  The time after the last block is beyond all times.
 */
static SeriesStatus
read_entry(const SeriesReader *reader, SeriesBytes *directory,
		   SeriesEntry *entry, int64_t *time_after)
{
	size_t		size = reader->size - reader->offset;
	uint64_t	length = size;
	uint64_t	count = reader->remaining;
	uint64_t	steps;
	uint8_t		points;

	directory->next = reader->directory;
	directory->end = reader->directory_end;
	*time_after = SERIES_END_TIME;
	if (directory->next < directory->end)
	{
		count = SERIES_BLOCK_POINTS;
		if (!get_varint(directory, &length))
			return SERIES_CORRUPT;
		if (reader->uneven)
		{
			if (!get_byte(directory, &points))
				return SERIES_CORRUPT;
			count = (uint64_t) points + 1;
		}
		if (!get_varint(directory, &steps) || steps == 0 ||
			steps > ((uint64_t) reader->summary.last_time -
					 (uint64_t) reader->next_time) / reader->step_unit ||
			count >= reader->remaining)
			return SERIES_CORRUPT;
		*time_after = (int64_t) ((uint64_t) reader->next_time +
								 steps * reader->step_unit);
	}
	if (length > size || count > SERIES_BLOCK_POINTS)
		return SERIES_CORRUPT;
	entry->first_time = reader->next_time;
	entry->length = (uint32_t) length;
	entry->count = (uint32_t) count;
	return SERIES_OK;
}

static void
pass_entry(SeriesReader *reader, const SeriesBytes *directory,
		   const SeriesEntry *entry, int64_t time_after)
{
	reader->directory = directory->next;
	reader->offset += entry->length;
	reader->next_time = time_after;
	reader->remaining -= entry->count;
}

/* Pass over the blocks that end before the time, without decoding them. */
SeriesStatus
series_seek(SeriesReader *reader, int64_t time)
{
	SeriesBytes directory;
	SeriesEntry entry;
	int64_t		time_after;

	while (reader->directory < reader->directory_end)
	{
		SeriesStatus status = read_entry(reader, &directory, &entry,
										 &time_after);

		if (status != SERIES_OK)
			return status;
		if (time_after > time)
			break;
		pass_entry(reader, &directory, &entry, time_after);
	}
	return SERIES_OK;
}

/*
 * Seek the first block of a period, and set the part to the bytes of all of
 * its blocks.
 */
SeriesStatus
series_find_part(SeriesReader *reader, int64_t since, int64_t until)
{
	SeriesStatus status = series_seek(reader, since);
	SeriesReader last;

	if (status != SERIES_OK)
		return status;
	memcpy(&last, reader, sizeof(last));
	reader->part_start = reader->offset;
	status = series_seek(&last, until);
	if (status == SERIES_OK)
		status = series_next_entry(&last);
	reader->part_end = last.offset;
	return status;
}

void
series_set_part(SeriesReader *reader, const uint8_t *part)
{
	reader->part = part;
}

/*
 * Go on to the next block, without decoding it; reader->entry.count is 0 when
 * there is none.  A series of one or two points has no blocks; it is handed
 * out as if it had one.
 */
SeriesStatus
series_next_entry(SeriesReader *reader)
{
	const SeriesSummary *summary = &reader->summary;
	SeriesBlock *block = &reader->block;
	SeriesBytes directory;
	int64_t		time_after;
	SeriesStatus status;

	reader->entry.count = 0;
	reader->is_decoded = true;
	reader->bytes = NULL;
	block->count = 0;
	if (reader->remaining == 0)
		return reader->offset == reader->size ? SERIES_OK : SERIES_CORRUPT;
	if (summary->count <= 2)
	{
		reader->remaining = 0;
		reader->entry.count = (uint32_t) summary->count;
		reader->entry.first_time = summary->first_time;
		block->count = (int) summary->count;
		block->exponent = summary->exponent;
		block->times[0] = summary->first_time;
		block->values[0] = summary->first_value;
		block->times[summary->count - 1] = summary->last_time;
		block->values[summary->count - 1] = summary->last_value;
		return SERIES_OK;
	}

	status = read_entry(reader, &directory, &reader->entry, &time_after);
	if (status == SERIES_OK)
	{
		if (reader->part != NULL && reader->offset >= reader->part_start &&
			reader->offset + reader->entry.length <= reader->part_end)
			reader->bytes = reader->part +
				(reader->offset - reader->part_start);
		pass_entry(reader, &directory, &reader->entry, time_after);
		reader->is_decoded = false;
	}
	else
		reader->entry.count = 0;
	return status;
}

/* Decode the block at hand into reader->block, unless it already is. */
SeriesStatus
series_decode(SeriesReader *reader)
{
	SeriesBlock *block = &reader->block;
	SeriesStatus status;

	if (reader->is_decoded)
		return SERIES_OK;
	if (reader->bytes == NULL)
		return SERIES_CORRUPT;
	block->count = (int) reader->entry.count;
	status = series_decode_block(reader->bytes, reader->entry.length,
								 reader->entry.first_time, block);
	if (status == SERIES_OK &&
		block->times[block->count - 1] >= reader->next_time)
		status = SERIES_CORRUPT;
	if (status != SERIES_OK)
		block->count = 0;
	reader->is_decoded = status == SERIES_OK;
	return status;
}

/* Decode the next block; reader->block.count is 0 when there is none. */
SeriesStatus
series_next_block(SeriesReader *reader)
{
	SeriesStatus status = series_next_entry(reader);

	return status == SERIES_OK ? series_decode(reader) : status;
}

/*
 * Whether all of a series can be decoded and is what its summary says, but
 * for the mean.
 */
SeriesStatus
series_validate(const uint8_t *data, size_t size)
{
	SeriesReader reader;
	const SeriesSummary *summary = &reader.summary;
	const SeriesBlock *block = &reader.block;
	SeriesStatus status = series_open(&reader, data, size);
	int64_t		last_time = SERIES_MIN_TIME;
	double		least = 0;
	double		greatest = 0;
	double		last_value = 0;
	uint64_t	count = 0;

	while (status == SERIES_OK &&
		   (status = series_next_block(&reader)) == SERIES_OK &&
		   block->count > 0)
	{
		if (count == 0)
		{
			least = greatest = block->values[0];
			if (block->values[0] != summary->first_value)
				return SERIES_CORRUPT;
		}
		for (int i = 0; i < block->count; i++)
		{
			least = fmin(least, block->values[i]);
			greatest = fmax(greatest, block->values[i]);
		}
		count += (uint64_t) block->count;
		last_time = block->times[block->count - 1];
		last_value = block->values[block->count - 1];
	}
	if (status == SERIES_OK &&
		(count != summary->count || last_time != summary->last_time ||
		 last_value != summary->last_value || least != summary->min_value ||
		 greatest != summary->max_value))
		status = SERIES_CORRUPT;
	return status;
}
