/*
 * series_front_read.c - reading what stands before the blocks of a series
 */
#include <math.h>

#include "series_front.h"

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
SeriesStatus
series_get_front(SeriesBytes *from, SeriesSummary *summary, uint8_t *flags,
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

	return series_get_front(&from, summary, &flags, &step_unit);
}
