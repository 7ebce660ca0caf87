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

#include "series_front.h"

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
	SeriesStatus status = series_get_front(&from, summary, &flags,
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
	if (status == SERIES_OK)
	{
		int64_t		last_time = block->times[block->count - 1];

		if (reader->remaining == 0 ?
			last_time != reader->summary.last_time :
			last_time >= reader->next_time)
			status = SERIES_CORRUPT;
	}
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
