/*
 * series_front_write.c - writing the values of a series' summary
 */
#include <math.h>

#include "series_front.h"

/*
 * Whether the summary can be kept in integers scaled by 10^exponent.  The
 * product of count and greatest integer bounds the sum, however its parts
 * were added up.
 */
bool
series_fits_scaled(const SeriesWriter *writer)
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

uint8_t *
series_put_values(uint8_t *out, const SeriesWriter *writer, bool is_scaled)
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
