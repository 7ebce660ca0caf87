/*
 * series_codec.c - the stored form of a series: summary, directory, blocks
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

#define SERIES_VERSION	1

#define FLAG_SCALED		0x01	/* the summary's values are integers */
#define FLAG_UNEVEN		0x02	/* blocks but the last may be short */
#define FLAGS_KNOWN		0x03

/*
 * A block being copied takes the points pending before it along when they
 * are fewer than this: no run of merges leaves a trail of tiny blocks.
 */
#define FEW_POINTS		(SERIES_BLOCK_POINTS / 4)

/* The longest directory entry: length, count, time. */
#define ENTRY_MAX		(2 * VARINT_MAX + 1)


/* The mean is rounded, and must not leave the range of the values for it. */
static double
bounded_mean(double mean, const SeriesSummary *summary)
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
	summary->mean_value = bounded_mean((double) sum /
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
	uint64_t	count;
	uint64_t	steps = 0;
	uint64_t	room;
	int64_t		first;
	bool		complete;

	if (!get_byte(from, &head))
		return SERIES_CORRUPT;
	*flags = head & 0x0F;
	if (head >> 4 != SERIES_VERSION || *flags & ~FLAGS_KNOWN)
		return SERIES_UNSUPPORTED;
	if (!get_byte(from, &units))
		return SERIES_CORRUPT;
	if (!series_code_unit(units & 0x0F, &first_unit) ||
		!series_code_unit(units >> 4, step_unit))
		return SERIES_UNSUPPORTED;
	if (*flags & FLAG_SCALED && !get_byte(from, &exponent))
		return SERIES_CORRUPT;
	if (exponent > SERIES_MAX_EXPONENT)
		return SERIES_UNSUPPORTED;

	if (!get_varint(from, &count) || count == 0 || count > UINT32_MAX ||
		!get_signed(from, &first) ||
		first < SERIES_MIN_TIME / (int64_t) first_unit ||
		first > (SERIES_END_TIME - 1) / (int64_t) first_unit ||
		(count > 1 && !get_varint(from, &steps)))
		return SERIES_CORRUPT;
	summary->count = (uint32_t) count;
	summary->first_time = first * (int64_t) first_unit;
	room = (uint64_t) (SERIES_END_TIME - 1) - (uint64_t) summary->first_time;
	if (steps > room / *step_unit || (count > 1 && steps == 0))
		return SERIES_CORRUPT;
	summary->last_time = (int64_t) ((uint64_t) summary->first_time +
									steps * *step_unit);

	if (*flags & FLAG_SCALED)
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
	reader->uneven = (flags & FLAG_UNEVEN) != 0;
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

void
series_begin(SeriesWriter *writer,
			 void *(*resize) (void *memory, size_t size))
{
	memset(writer, 0, offsetof(SeriesWriter, pending));
	writer->pending.count = 0;
	writer->resize = resize;
}

/* Take the points of a block, now encoded, into the summary. */
static void
summarize(SeriesWriter *writer, const SeriesBlock *block)
{
	SeriesSummary *summary = &writer->summary;
	int			last = block->count - 1;

	if (summary->count == 0)
	{
		summary->first_time = block->times[0];
		summary->first_value = block->values[0];
		summary->min_value = block->values[0];
		summary->max_value = block->values[0];
	}
	summary->count += (uint32_t) block->count;
	summary->last_time = block->times[last];
	summary->last_value = block->values[last];
	for (int i = 0; i <= last; i++)
	{
		if (block->values[i] < summary->min_value)
			summary->min_value = block->values[i];
		if (block->values[i] > summary->max_value)
			summary->max_value = block->values[i];
	}

	if (block->exponent < 0 || writer->exponent < 0)
	{
		writer->exponent = -1;
		return;
	}
	while (writer->exponent < block->exponent)
	{
		writer->sum *= 10;
		writer->exponent++;
	}
	for (int i = 0; i <= last; i++)
	{
		int64_t		scaled = 0;

		series_decimal(block->values[i], block->exponent, &scaled);
		for (int e = block->exponent; e < writer->exponent; e++)
			scaled = (int64_t) ((uint64_t) scaled * 10);
		writer->sum += (uint64_t) scaled;
	}
}

static void
reserve_bytes(SeriesWriter *writer, size_t size)
{
	if (writer->allocated - writer->used < size)
	{
		writer->allocated += writer->allocated + size;
		writer->bytes = writer->resize(writer->bytes, writer->allocated);
	}
}

static void
add_entry(SeriesWriter *writer, int64_t first_time, size_t length, int count)
{
	SeriesEntry *entry;

	if (writer->num_entries == writer->max_entries)
	{
		writer->max_entries += writer->max_entries + 4;
		writer->entries = writer->resize(writer->entries,
										 writer->max_entries *
										 sizeof(SeriesEntry));
	}
	entry = &writer->entries[writer->num_entries++];
	entry->first_time = first_time;
	entry->length = (uint32_t) length;
	entry->count = (uint32_t) count;
	writer->used += length;
}

/* Encode the pending points. */
static void
flush_pending(SeriesWriter *writer)
{
	SeriesBlock *pending = &writer->pending;
	size_t		length;

	if (pending->count == 0)
		return;
	reserve_bytes(writer, SERIES_BLOCK_MAX);
	length = series_encode_block(pending, writer->bytes + writer->used);
	add_entry(writer, pending->times[0], length, pending->count);
	summarize(writer, pending);
	pending->count = 0;
}

/* Add a point that is later than all those added before. */
void
series_add_point(SeriesWriter *writer, int64_t time, double value)
{
	SeriesBlock *pending = &writer->pending;

	pending->times[pending->count] = time;
	pending->values[pending->count++] = value;
	if (pending->count == SERIES_BLOCK_POINTS)
		flush_pending(writer);
}

/*
 * Add the block that a reader has at hand: as it is, without encoding it
 * again, unless that would leave a tiny block behind.  Then it is united
 * with the points before it, or where they are too many, divided evenly, so
 * that the next block can again be copied.
 */
void
series_add_block(SeriesWriter *writer, const SeriesReader *reader)
{
	const SeriesBlock *block = &reader->block;
	int			pending = writer->pending.count;
	int			together = pending + block->count;

	if (reader->bytes == NULL || block->count < FEW_POINTS ||
		(pending > 0 && pending < FEW_POINTS))
	{
		for (int i = 0; i < block->count; i++)
		{
			if (together > SERIES_BLOCK_POINTS &&
				pending + i == together / 2)
				flush_pending(writer);
			series_add_point(writer, block->times[i], block->values[i]);
		}
		return;
	}
	flush_pending(writer);
	reserve_bytes(writer, reader->length);
	memcpy(writer->bytes + writer->used, reader->bytes, reader->length);
	add_entry(writer, block->times[0], reader->length, block->count);
	summarize(writer, block);
}

/*
 * Whether the summary can be kept in integers scaled by 10^exponent.  The
 * product of count and greatest integer bounds the sum, however its parts
 * were added up.
 */
static bool
fits_scaled(const SeriesWriter *writer)
{
	const SeriesSummary *summary = &writer->summary;
	int64_t		first;
	int64_t		last;
	int64_t		least;
	int64_t		greatest;
	int			exponent = writer->exponent;

	return exponent >= 0 &&
		series_decimal(summary->first_value, exponent, &first) &&
		series_decimal(summary->last_value, exponent, &last) &&
		series_decimal(summary->min_value, exponent, &least) &&
		series_decimal(summary->max_value, exponent, &greatest) &&
		fmax(fabs((double) least), fabs((double) greatest)) *
		summary->count < 9e18;
}

/*
 * The mean of doubles: summed in time order with the compensation of
 * Neumaier (ZAMM 54, 1974), halved often enough before that no sum can
 * overflow.
 */
static double
plain_mean(const SeriesWriter *writer)
{
	const SeriesSummary *summary = &writer->summary;
	const uint8_t *bytes = writer->bytes;
	double		greatest = fmax(fabs(summary->min_value),
								fabs(summary->max_value));
	double		scale = greatest < 1e290 ? 1.0 : ldexp(1.0, -40);
	double		sum = 0.0;
	double		lost = 0.0;
	SeriesBlock block;

	for (size_t i = 0; i < writer->num_entries; i++)
	{
		const SeriesEntry *entry = &writer->entries[i];

		block.count = (int) entry->count;
		series_decode_block(bytes, entry->length, entry->first_time, &block);
		bytes += entry->length;
		for (int j = 0; j < block.count; j++)
		{
			double		value = block.values[j] * scale;
			double		total = sum + value;

			if (fabs(sum) >= fabs(value))
				lost += (sum - total) + value;
			else
				lost += (value - total) + sum;
			sum = total;
		}
	}
	return bounded_mean((sum + lost) / summary->count / scale, summary);
}

static uint8_t *
put_scaled(uint8_t *out, double value, int exponent, int64_t relative_to)
{
	int64_t		scaled = 0;

	series_decimal(value, exponent, &scaled);
	return put_varint(out, zigzag(scaled - relative_to));
}

static uint8_t *
put_summary_values(uint8_t *out, const SeriesWriter *writer, bool is_scaled)
{
	const SeriesSummary *summary = &writer->summary;
	int			exponent = writer->exponent;
	int64_t		first = 0;

	if (is_scaled)
	{
		series_decimal(summary->first_value, exponent, &first);
		out = put_varint(out, zigzag(first));
		if (summary->count == 1)
			return out;
		out = put_scaled(out, summary->last_value, exponent, first);
		out = put_scaled(out, summary->min_value, exponent, first);
		out = put_scaled(out, summary->max_value, exponent, first);
		return put_varint(out, zigzag((int64_t)
									  (writer->sum - (uint64_t) first *
									   summary->count)));
	}
	out = put_double(out, summary->first_value);
	if (summary->count == 1)
		return out;
	out = put_double(out, summary->last_value);
	out = put_double(out, summary->min_value);
	out = put_double(out, summary->max_value);
	return put_double(out, plain_mean(writer));
}

static uint8_t *
put_entry(uint8_t *out, const SeriesWriter *writer, size_t i)
{
	const SeriesEntry *entry = &writer->entries[i];

	out = put_varint(out, entry->length);
	if (writer->uneven)
		*out++ = (uint8_t) (entry->count - 1);
	return put_varint(out, ((uint64_t) entry[1].first_time -
							(uint64_t) entry->first_time) /
					  writer->step_unit);
}

/* No more points (there is at least one): the size of the series in bytes. */
size_t
series_finish(SeriesWriter *writer)
{
	const SeriesSummary *summary = &writer->summary;
	uint8_t		entry_bytes[ENTRY_MAX];
	uint8_t    *out = writer->front;
	bool		is_scaled;
	int			first_code;
	int			step_code;
	uint64_t	first_unit;

	flush_pending(writer);
	is_scaled = fits_scaled(writer);

	first_code = series_unit_code(summary->first_time < 0 ?
								  0 - (uint64_t) summary->first_time :
								  (uint64_t) summary->first_time);
	step_code = series_unit_code((uint64_t) summary->last_time -
								 (uint64_t) summary->first_time);
	for (size_t i = 1; i < writer->num_entries; i++)
	{
		int			code = series_unit_code((uint64_t)
											writer->entries[i].first_time -
											(uint64_t) summary->first_time);

		if (code < step_code)
			step_code = code;
		if (writer->entries[i - 1].count != SERIES_BLOCK_POINTS)
			writer->uneven = true;
	}
	series_code_unit(first_code, &first_unit);
	series_code_unit(step_code, &writer->step_unit);
	for (size_t i = 0; i + 1 < writer->num_entries; i++)
		writer->directory_size += (size_t) (put_entry(entry_bytes, writer, i) -
											entry_bytes);

	*out++ = (uint8_t) (SERIES_VERSION << 4 |
						(is_scaled ? FLAG_SCALED : 0) |
						(writer->uneven ? FLAG_UNEVEN : 0));
	*out++ = (uint8_t) (first_code | step_code << 4);
	if (is_scaled)
		*out++ = (uint8_t) writer->exponent;
	out = put_varint(out, summary->count);
	out = put_varint(out, zigzag(summary->first_time / (int64_t) first_unit));
	if (summary->count == 1)
		writer->used = 0;
	else
		out = put_varint(out, ((uint64_t) summary->last_time -
							   (uint64_t) summary->first_time) /
						 writer->step_unit);
	out = put_summary_values(out, writer, is_scaled);
	if (writer->uneven || summary->count > SERIES_BLOCK_POINTS)
		out = put_varint(out, writer->directory_size);
	writer->front_size = (size_t) (out - writer->front);
	return writer->front_size + writer->directory_size + writer->used;
}

/* Put the finished series where there is room for it. */
void
series_output(const SeriesWriter *writer, uint8_t *data)
{
	memcpy(data, writer->front, writer->front_size);
	data += writer->front_size;
	for (size_t i = 0; i + 1 < writer->num_entries; i++)
		data = put_entry(data, writer, i);
	if (writer->used > 0)
		memcpy(data, writer->bytes, writer->used);
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
	uint32_t	count = 0;

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
		count += (uint32_t) block->count;
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
