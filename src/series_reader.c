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
 *		last value, least value, greatest value, sum or mean
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
get_scaled_values(SeriesBytes *from, SeriesSummary *summary, int exponent)
{
	int64_t		first;
	int64_t		other;
	int64_t		excess;
	int64_t		sum;

	if (!get_scaled(from, exponent, 0, &first, &summary->first_value))
		return false;
	summary->last_value = summary->first_value;
	summary->min_value = summary->first_value;
	summary->max_value = summary->first_value;
	summary->mean_value = summary->first_value;
	if (summary->count == 1)
		return true;
	if (!get_scaled(from, exponent, first, &other, &summary->last_value) ||
		!get_scaled(from, exponent, first, &other, &summary->min_value) ||
		!get_scaled(from, exponent, first, &other, &summary->max_value) ||
		!get_signed(from, &excess))
		return false;
	sum = (int64_t) ((uint64_t) first * summary->count + (uint64_t) excess);
	summary->mean_value =
		series_bounded_mean((double) sum / ((double) summary->count *
											series_power10[exponent]),
							summary);
	return true;
}

static bool
get_plain_values(SeriesBytes *from, SeriesSummary *summary)
{
	if (!get_double(from, &summary->first_value))
		return false;
	summary->last_value = summary->first_value;
	summary->min_value = summary->first_value;
	summary->max_value = summary->first_value;
	summary->mean_value = summary->first_value;
	return summary->count == 1 ||
		(get_double(from, &summary->last_value) &&
		 get_double(from, &summary->min_value) &&
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

	if (*flags & SERIES_SCALED)
		complete = get_scaled_values(from, summary, exponent);
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

/* Prepare to read a series from its first block on. */
SeriesStatus
series_open(SeriesReader *reader, const uint8_t *data, size_t size)
{
	SeriesBytes from = {data, data + size};
	SeriesSummary *summary = &reader->summary;
	uint64_t	directory_size = 0;
	uint8_t		flags;
	SeriesStatus status = get_front(&from, summary, &flags,
									&reader->step_unit);

	if (status != SERIES_OK)
		return status;
	/* Before anybody allocates memory for so many points. */
	if (summary->count > 1 &&
		summary->count > bytes_left(&from) / SERIES_BLOCK_MIN *
		SERIES_BLOCK_POINTS)
		return SERIES_CORRUPT;
	reader->uneven = (flags & SERIES_UNEVEN) != 0;
	if (reader->uneven || summary->count > SERIES_BLOCK_POINTS)
	{
		if (!get_varint(&from, &directory_size) ||
			directory_size > bytes_left(&from))
			return SERIES_CORRUPT;
	}
	reader->directory = from.next;
	reader->directory_end = from.next + directory_size;
	reader->next = reader->directory_end;
	reader->end = from.end;
	reader->next_time = summary->first_time;
	reader->remaining = summary->count;
	reader->bytes = NULL;
	reader->length = 0;
	reader->block.count = 0;
	return SERIES_OK;
}

/*
 * Read the directory's entry for the next block, or make one up for the last
 * block, which has none.  The time after the last block is beyond all times.
 */
static SeriesStatus
next_entry(const SeriesReader *reader, SeriesBytes *directory,
		   SeriesEntry *entry, int64_t *time_after)
{
	size_t		size = (size_t) (reader->end - reader->next);
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
	reader->next += entry->length;
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
		SeriesStatus status = next_entry(reader, &directory, &entry,
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
 * Decode the next block into reader->block, whose count is 0 when there is
 * none.  A series of one point has no blocks; its point is handed out as if
 * it had one.
 */
SeriesStatus
series_next_block(SeriesReader *reader)
{
	SeriesBlock *block = &reader->block;
	SeriesBytes directory;
	SeriesEntry entry;
	int64_t		time_after;
	SeriesStatus status;

	block->count = 0;
	if (reader->remaining == 0)
		return SERIES_OK;
	if (reader->summary.count == 1)
	{
		if (reader->next != reader->end)
			return SERIES_CORRUPT;
		reader->remaining = 0;
		block->count = 1;
		block->exponent = -1;
		block->times[0] = reader->summary.first_time;
		block->values[0] = reader->summary.first_value;
		return SERIES_OK;
	}

	status = next_entry(reader, &directory, &entry, &time_after);
	if (status != SERIES_OK)
		return status;
	reader->bytes = reader->next;
	reader->length = entry.length;
	block->count = (int) entry.count;
	status = series_decode_block(reader->bytes, reader->length,
								 entry.first_time, block);
	if (status == SERIES_OK && block->times[block->count - 1] >= time_after)
		status = SERIES_CORRUPT;
	if (status != SERIES_OK)
	{
		block->count = 0;
		return status;
	}
	pass_entry(reader, &directory, &entry, time_after);
	return SERIES_OK;
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
		 greatest != summary->max_value || reader.next != reader.end))
		status = SERIES_CORRUPT;
	return status;
}
