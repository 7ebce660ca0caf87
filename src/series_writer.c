/*
 * series_writer.c - making the stored form of a series
 *
 * Points are gathered into blocks of 256; blocks of other series can be
 * taken over as they are.  See series_reader.c for the format.
 */
#include <math.h>

#include "series_bytes.h"
#include "series_codec.h"

/* Fewer points than these are not left as a block between others. */
#define FEW_POINTS		(SERIES_BLOCK_POINTS / 4)

/*
 * After a block that is more than half full, so many points are a block of
 * their own before they are united with it: to append one point is to encode
 * a few, most of the time, and the short block costs 1 or 2 % of a series.
 */
#define TAIL_POINTS		16

/* The longest directory entry: length, count, time. */
#define ENTRY_MAX		(2 * VARINT_MAX + 1)

void
series_begin(SeriesWriter *writer,
			 void *(*resize) (void *memory, size_t size))
{
	memset(writer, 0, offsetof(SeriesWriter, pending));
	writer->pending.count = 0;
	writer->resize = resize;
}

static void
raise_exponent(SeriesSummary *summary, int exponent)
{
	if (exponent < 0 || summary->exponent < 0)
	{
		summary->exponent = -1;
		return;
	}
	while (summary->exponent < exponent)
	{
		summary->sum *= 10;
		summary->exponent++;
	}
}

/* Take what follows all points so far into the summary, but for the mean. */
static void
add_summary(SeriesSummary *summary, const SeriesSummary *other)
{
	SeriesSummary later = *other;

	if (summary->count == 0)
	{
		*summary = later;
		return;
	}
	raise_exponent(summary, later.exponent);
	raise_exponent(&later, summary->exponent);
	summary->sum += later.sum;
	summary->count += later.count;
	summary->last_time = later.last_time;
	summary->last_value = later.last_value;
	if (later.min_value < summary->min_value)
		summary->min_value = later.min_value;
	if (later.max_value > summary->max_value)
		summary->max_value = later.max_value;
}

/* Take the points of a block, from some on, into the summary. */
static void
summarize(SeriesWriter *writer, const SeriesBlock *block, int from)
{
	const double *values = block->values;
	SeriesSummary summary;

	if (from == block->count)
		return;
	summary.count = (uint64_t) (block->count - from);
	summary.first_time = block->times[from];
	summary.last_time = block->times[block->count - 1];
	summary.first_value = values[from];
	summary.last_value = values[block->count - 1];
	summary.min_value = summary.first_value;
	summary.max_value = summary.first_value;
	summary.exponent = block->exponent;
	summary.sum = 0;
	for (int i = from; i < block->count; i++)
	{
		if (values[i] < summary.min_value)
			summary.min_value = values[i];
		if (values[i] > summary.max_value)
			summary.max_value = values[i];
	}
	for (int i = from; i < block->count && block->exponent >= 0; i++)
	{
		int64_t		scaled = 0;

		series_decimal(values[i], block->exponent, &scaled);
		summary.sum += (uint64_t) scaled;
	}
	add_summary(&writer->summary, &summary);
}

/* Take the points pending into the summary before they are encoded. */
static void
summarize_pending(SeriesWriter *writer)
{
	SeriesBlock *pending = &writer->pending;

	if (pending->count == writer->summarized)
		return;
	pending->exponent = series_common_exponent(pending);
	summarize(writer, pending, writer->summarized);
	writer->summarized = pending->count;
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

/* Put bytes after those in use. */
static void
put_bytes(SeriesWriter *writer, const uint8_t *bytes, size_t length)
{
	reserve_bytes(writer, length);
	memcpy(writer->bytes + writer->used, bytes, length);
}

/* Make a block of the pending points. */
static void
flush_pending(SeriesWriter *writer)
{
	SeriesBlock *pending = &writer->pending;
	size_t		length = writer->pending_length;

	if (pending->count == 0)
		return;
	if (length == 0)
	{
		uint8_t		bytes[SERIES_BLOCK_MAX];

		length = series_encode_block(pending, bytes);
		put_bytes(writer, bytes, length);
	}
	add_entry(writer, pending->times[0], length, pending->count);
	summarize(writer, pending, writer->summarized);
	writer->summarized = 0;
	writer->pending_length = 0;
	pending->count = 0;
}

/* Add a point that is later than all those added before. */
void
series_add_point(SeriesWriter *writer, int64_t time, double value)
{
	SeriesBlock *pending = &writer->pending;

	pending->times[pending->count] = time;
	pending->values[pending->count++] = value;
	writer->pending_length = 0;
	if (pending->count == SERIES_BLOCK_POINTS)
		flush_pending(writer);
}

/*
 * Add the block that a reader has at hand: its bytes as they are, or, where
 * that would leave short blocks behind, its points.  They are united with the
 * points pending if one block can hold all; if fewer are pending than should
 * be a block, all are divided evenly, so that the next block can again be
 * copied.  summarized says whether the summary knows the points.
 */
static SeriesStatus
add_block(SeriesWriter *writer, SeriesReader *reader, bool summarized)
{
	const SeriesBlock *block = &reader->block;
	int			pending = writer->pending.count;
	int			count = (int) reader->entry.count;
	int			together = pending + count;
	bool		divide = together > SERIES_BLOCK_POINTS &&
		pending < FEW_POINTS;
	bool		unite = reader->remaining >= TAIL_POINTS &&
		reader->remaining <= (uint64_t) (SERIES_BLOCK_POINTS - count);
	bool		whole = count > SERIES_BLOCK_POINTS / 2 && !unite;
	SeriesStatus status = SERIES_OK;

	if (reader->bytes != NULL &&
		(pending == 0 ? whole : pending >= FEW_POINTS &&
		 together > SERIES_BLOCK_POINTS && count >= FEW_POINTS))
	{
		flush_pending(writer);
		if (!summarized)
			status = series_decode(reader);
		if (status != SERIES_OK)
			return status;
		put_bytes(writer, reader->bytes, reader->entry.length);
		add_entry(writer, reader->entry.first_time, reader->entry.length,
				  count);
		if (!summarized)
			summarize(writer, block, 0);
		return SERIES_OK;
	}

	status = series_decode(reader);
	for (int i = 0; i < count && status == SERIES_OK; i++)
	{
		if (divide && pending + i == together / 2)
			flush_pending(writer);
		if (summarized)
			writer->summarized++;
		series_add_point(writer, block->times[i], block->values[i]);
	}
	if (status == SERIES_OK && reader->bytes != NULL &&
		writer->pending.count == count && pending == 0)
	{
		/* Should no more points come, these need not be encoded again. */
		put_bytes(writer, reader->bytes, reader->entry.length);
		writer->pending_length = reader->entry.length;
		writer->pending.exponent = block->exponent;
	}
	return status;
}

SeriesStatus
series_add_block(SeriesWriter *writer, SeriesReader *reader)
{
	return add_block(writer, reader, false);
}

/*
 * Add all of a series that comes after all points so far.  Blocks are copied
 * without being decoded, and the summary is made of summaries.
 */
SeriesStatus
series_append(SeriesWriter *writer, SeriesReader *reader)
{
	SeriesStatus status;

	summarize_pending(writer);
	reserve_bytes(writer, reader->size - reader->offset);
	add_summary(&writer->summary, &reader->summary);
	while ((status = series_next_entry(reader)) == SERIES_OK &&
		   reader->entry.count > 0)
	{
		status = add_block(writer, reader, true);
		if (status != SERIES_OK)
			break;
	}
	return status;
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
	int			exponent = summary->exponent;

	return exponent >= 0 &&
		series_decimal(summary->first_value, exponent, &first) &&
		series_decimal(summary->last_value, exponent, &last) &&
		series_decimal(summary->min_value, exponent, &least) &&
		series_decimal(summary->max_value, exponent, &greatest) &&
		fmax(fabs((double) least), fabs((double) greatest)) *
		(double) summary->count < 9e18;
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
	return series_bounded_mean((sum + lost) / (double) summary->count / scale,
							   summary);
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
	int			exponent = summary->exponent;
	int64_t		first = 0;

	if (is_scaled)
	{
		series_decimal(summary->first_value, exponent, &first);
		out = put_varint(out, zigzag(first));
		if (summary->count == 1)
			return out;
		out = put_scaled(out, summary->last_value, exponent, first);
		if (summary->count == 2)
			return out;
		out = put_scaled(out, summary->min_value, exponent, first);
		out = put_scaled(out, summary->max_value, exponent, first);
		return put_varint(out, zigzag((int64_t)
									  (summary->sum - (uint64_t) first *
									   summary->count)));
	}
	out = put_double(out, summary->first_value);
	if (summary->count == 1)
		return out;
	out = put_double(out, summary->last_value);
	if (summary->count == 2)
		return out;
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

/*
 * Choose the unit for distances in the directory and the span, and see what
 * the directory must tell.
 */
static int
plan_directory(SeriesWriter *writer)
{
	const SeriesSummary *summary = &writer->summary;
	const SeriesEntry *entries = writer->entries;
	uint8_t		entry_bytes[ENTRY_MAX];
	int			unit_code = series_unit_code((uint64_t) summary->last_time -
											 (uint64_t) summary->first_time);

	for (size_t i = 1; i < writer->num_entries; i++)
	{
		int			code = series_unit_code((uint64_t) entries[i].first_time -
											(uint64_t) summary->first_time);

		if (code < unit_code)
			unit_code = code;
		if (entries[i - 1].count != SERIES_BLOCK_POINTS)
			writer->uneven = true;
	}
	series_code_unit(unit_code, &writer->step_unit);
	for (size_t i = 0; i + 1 < writer->num_entries; i++)
		writer->directory_size += (size_t) (put_entry(entry_bytes, writer, i) -
											entry_bytes);
	return unit_code;
}

/* No more points (there is at least one): the size of the series in bytes. */
size_t
series_finish(SeriesWriter *writer)
{
	const SeriesSummary *summary = &writer->summary;
	uint8_t    *out = writer->front;
	bool		is_scaled;
	int			first_code;
	int			step_code;
	uint64_t	first_unit;

	/* Of one or two points the summary tells all. */
	if (writer->num_entries == 0 && writer->pending.count <= 2)
		summarize_pending(writer);
	else
		flush_pending(writer);
	is_scaled = fits_scaled(writer);
	first_code = series_unit_code(summary->first_time < 0 ?
								  0 - (uint64_t) summary->first_time :
								  (uint64_t) summary->first_time);
	series_code_unit(first_code, &first_unit);
	step_code = plan_directory(writer);

	*out++ = (uint8_t) (SERIES_VERSION << 4 |
						(is_scaled ? SERIES_SCALED : 0) |
						(writer->uneven ? SERIES_UNEVEN : 0));
	*out++ = (uint8_t) (first_code | step_code << 4);
	if (is_scaled)
		*out++ = (uint8_t) summary->exponent;
	out = put_varint(out, summary->count);
	out = put_varint(out, zigzag(summary->first_time / (int64_t) first_unit));
	if (summary->count > 1)
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

