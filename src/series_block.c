/*
 * series_block.c - one block of up to 128 points: bit-packed integers
 *
 * Clinical values are short decimals and times lie on a rough grid, so both
 * become small integers.  Times are distances from point to point, counted
 * in the largest unit that divides them all.  Values are integers scaled by
 * a power of ten such that dividing gives back the same double, bit for
 * bit; the few that are no such decimal are kept beside them, and where many
 * are not, the bit patterns of all are packed instead.
 *
 * Either way a stream of integers remains.  It is packed at one width, as
 * offsets from the smallest or as differences from one to the next,
 * whichever is shorter; the high bits of outliers follow as exceptions.
 *
 *	block:	times, values
 *	times:	unit code (varint unit if explicit), stream of count - 1
 *	values:	exponent + flags; (exceptions: count, {index, double}*);
 *			(bit patterns: shift); stream of count
 *	stream:	width + flags, base, packed bits, (count, {index, varint}*)
 */
#include <math.h>

#include "series_bytes.h"
#include "series_codec.h"

/* First byte of the times: a unit code; the other bits are zero. */
#define UNIT_EXPLICIT	15
#define TIMES_KNOWN		0x0F

/* First byte of the values. */
#define VALUES_EXPONENT	0x0F	/* or VALUES_BITS */
#define VALUES_BITS		0x0F
#define VALUES_EXCEPT	0x10
#define VALUES_KNOWN	0x1F

/* First byte of a stream; widths above 56 are stored as 57, meaning 64. */
#define STREAM_EXCEPT	0x80
#define STREAM_DIFF		0x40
#define STREAM_WIDTH	0x3F
#define WIDTH_MAX		56
#define WIDTH_CODE_64	57

/* A decimal has at most 15 digits: any such is told apart by its double. */
#define DECIMAL_MAX		1e15

/* A packed stream, and one read past its end by a 64-bit load. */
#define PACKED_MAX		(SERIES_BLOCK_POINTS * 8)

const double series_power10[SERIES_MAX_EXPONENT + 1] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
	1e14
};

/* Units of time in microseconds, each dividing the next. */
static const uint64_t time_units[UNIT_EXPLICIT] = {
	UINT64_C(1), UINT64_C(10), UINT64_C(100), UINT64_C(1000),
	UINT64_C(10000), UINT64_C(100000), UINT64_C(1000000),
	UINT64_C(5000000), UINT64_C(10000000), UINT64_C(30000000),
	UINT64_C(60000000), UINT64_C(300000000), UINT64_C(900000000),
	UINT64_C(3600000000), UINT64_C(86400000000)
};

/* How a stream of integers is best packed. */
typedef struct StreamPlan
{
	uint64_t	base;
	bool		diff;
	int			width;
	int			exceptions;
	size_t		size;
	int			count;			/* of packed */
	uint64_t	packed[SERIES_BLOCK_POINTS];
} StreamPlan;

/*
 * The integer that is value * 10^exponent, if that gives back the value.
 * -0.0 does not: the integer has no sign.
 */
bool
series_decimal(double value, int exponent, int64_t *scaled)
{
	double		product = value * series_power10[exponent];
	double		back;

	if (!(fabs(product) <= DECIMAL_MAX))
		return false;
	*scaled = (int64_t) (product < 0 ? product - 0.5 : product + 0.5);
	back = (double) *scaled / series_power10[exponent];
	return memcmp(&back, &value, sizeof(back)) == 0;
}

/* The largest of the common units that divides a distance. */
int
series_unit_code(uint64_t distance)
{
	int			code = UNIT_EXPLICIT - 1;

	while (distance % time_units[code] != 0)
		code--;
	return code;
}

bool
series_code_unit(int code, uint64_t *unit)
{
	if (code >= UNIT_EXPLICIT)
		return false;
	*unit = time_units[code];
	return true;
}

static int
bit_width(uint64_t value)
{
	int			width = 0;

	while (value >> width != 0 && ++width < 64)
		;
	return width;
}

static uint64_t
low_bits(int width)
{
	return width == 0 ? 0 : UINT64_MAX >> (64 - width);
}

/* Choose the width of a stream that makes it shortest, and say how short. */
static void
choose_width(StreamPlan *plan)
{
	int			counts[65] = {0};
	int			widest = 0;
	int			exceptions = 0;
	size_t		base_size = varint_size(zigzag((int64_t) plan->base));

	for (int i = 0; i < plan->count; i++)
	{
		int			width = bit_width(plan->packed[i]);

		counts[width]++;
		if (width > widest)
			widest = width;
	}

	plan->size = SIZE_MAX;
	for (int width = widest; width >= 0; width--)
	{
		int			stored = width > WIDTH_MAX ? 64 : width;
		size_t		size = 1 + base_size;

		size += ((size_t) plan->count * stored + 7) / 8;
		if (exceptions > 0 && stored < 64)
		{
			size++;
			for (int wider = width + 1; wider <= widest; wider++)
				size += (size_t) counts[wider] * (1 + (wider - width + 6) / 7);
		}
		if (size < plan->size)
		{
			plan->size = size;
			plan->width = stored;
			plan->exceptions = stored < 64 ? exceptions : 0;
		}
		exceptions += counts[width];
		if (exceptions > plan->count / 3)
			break;
	}
}

/* Plan a stream as offsets from the smallest integer. */
static void
plan_offsets(const uint64_t *integers, int count, StreamPlan *plan)
{
	int64_t		smallest = (int64_t) integers[0];

	for (int i = 1; i < count; i++)
	{
		if ((int64_t) integers[i] < smallest)
			smallest = (int64_t) integers[i];
	}
	plan->base = (uint64_t) smallest;
	plan->diff = false;
	plan->count = count;
	for (int i = 0; i < count; i++)
		plan->packed[i] = integers[i] - plan->base;
	choose_width(plan);
}

/* Plan a stream as differences from one integer to the next. */
static void
plan_differences(const uint64_t *integers, int count, StreamPlan *plan)
{
	plan->base = integers[0];
	plan->diff = true;
	plan->count = count - 1;
	for (int i = 1; i < count; i++)
		plan->packed[i - 1] =
			zigzag((int64_t) (integers[i] - integers[i - 1]));
	choose_width(plan);
}

static uint8_t *
put_stream(uint8_t *out, const uint64_t *integers, int count)
{
	StreamPlan	offsets;
	StreamPlan	differences;
	const StreamPlan *plan = &offsets;
	uint64_t	window = 0;
	int			filled = 0;

	plan_offsets(integers, count, &offsets);
	plan_differences(integers, count, &differences);
	if (differences.size < offsets.size)
		plan = &differences;

	*out++ = (uint8_t) ((plan->exceptions > 0 ? STREAM_EXCEPT : 0) |
						(plan->diff ? STREAM_DIFF : 0) |
						(plan->width == 64 ? WIDTH_CODE_64 : plan->width));
	out = put_varint(out, zigzag((int64_t) plan->base));

	if (plan->width == 64)
	{
		for (int i = 0; i < plan->count; i++)
			out = put64(out, plan->packed[i]);
		return out;
	}
	for (int i = 0; i < plan->count; i++)
	{
		window |= (plan->packed[i] & low_bits(plan->width)) << filled;
		for (filled += plan->width; filled >= 8; filled -= 8)
		{
			*out++ = (uint8_t) window;
			window >>= 8;
		}
	}
	if (filled > 0)
		*out++ = (uint8_t) window;

	if (plan->exceptions > 0)
	{
		*out++ = (uint8_t) plan->exceptions;
		for (int i = 0; i < plan->count; i++)
		{
			uint64_t	high = plan->packed[i] >> plan->width;

			if (high != 0)
			{
				*out++ = (uint8_t) i;
				out = put_varint(out, high);
			}
		}
	}
	return out;
}

static uint64_t
greatest_common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0)
	{
		uint64_t	rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static uint8_t *
put_times(uint8_t *out, const int64_t *times, int count)
{
	uint64_t	distances[SERIES_BLOCK_POINTS];
	uint64_t	unit = 0;
	int			code;
	int			steps = count - 1;

	if (steps == 0)
	{
		*out++ = 0;
		return out;
	}
	for (int i = 0; i < steps; i++)
	{
		distances[i] = (uint64_t) times[i + 1] - (uint64_t) times[i];
		if (unit == 0 || distances[i] % unit != 0)
			unit = greatest_common_divisor(distances[i], unit);
	}

	/* An unusual unit must be worth its bytes. */
	code = series_unit_code(unit);
	if ((size_t) steps * (size_t) (bit_width(unit / time_units[code]) - 1) / 8
		> varint_size(unit))
	{
		*out++ = UNIT_EXPLICIT;
		out = put_varint(out, unit);
	}
	else
	{
		*out++ = (uint8_t) code;
		unit = time_units[code];
	}

	for (int i = 0; i < steps; i++)
		distances[i] /= unit;
	return put_stream(out, distances, steps);
}

/*
 * Find the smallest exponent that makes integers of all values, or of all
 * but a few.  Returns how many are left out, marked in "odd"; -1 if that is
 * too many.
 */
static int
choose_exponent(const SeriesBlock *block, int *exponent, uint64_t *scaled,
				bool *odd)
{
	int			num_odd = 0;
	int			most_odd = block->count / 8;
	int64_t		integer = 0;

	*exponent = 0;
	for (int i = 0; i < block->count; i++)
	{
		int			needed = *exponent;

		while (needed <= SERIES_MAX_EXPONENT &&
			   !series_decimal(block->values[i], needed, &integer))
			needed++;
		if (needed <= SERIES_MAX_EXPONENT)
			*exponent = needed;
		else if (++num_odd > most_odd)
			return -1;
	}

	/* At the exponent of all, some may have become too large. */
	num_odd = 0;
	integer = 0;
	for (int i = 0; i < block->count; i++)
	{
		int64_t		previous = integer;

		odd[i] = !series_decimal(block->values[i], *exponent, &integer);
		if (odd[i])
		{
			integer = previous;
			if (++num_odd > most_odd)
				return -1;
		}
		scaled[i] = (uint64_t) integer;
	}
	return num_odd;
}

/* Pack bit patterns without the zero bits at the end that all share. */
static uint8_t *
put_patterns(uint8_t *out, const SeriesBlock *block)
{
	uint64_t	patterns[SERIES_BLOCK_POINTS];
	uint64_t	any = 0;
	int			shift = 0;

	memcpy(patterns, block->values, sizeof(double) * block->count);
	for (int i = 0; i < block->count; i++)
		any |= patterns[i];
	while (shift < 63 && (any >> shift & 1) == 0)
		shift++;
	for (int i = 0; i < block->count; i++)
		patterns[i] >>= shift;

	*out++ = VALUES_BITS;
	*out++ = (uint8_t) shift;
	return put_stream(out, patterns, block->count);
}

static uint8_t *
put_values(uint8_t *out, SeriesBlock *block)
{
	uint64_t	scaled[SERIES_BLOCK_POINTS];
	bool		odd[SERIES_BLOCK_POINTS];
	int			exponent;
	int			num_odd = choose_exponent(block, &exponent, scaled, odd);

	block->exponent = num_odd == 0 ? exponent : -1;
	if (num_odd < 0)
		return put_patterns(out, block);

	*out++ = (uint8_t) (exponent | (num_odd > 0 ? VALUES_EXCEPT : 0));
	if (num_odd > 0)
	{
		*out++ = (uint8_t) num_odd;
		for (int i = 0; i < block->count; i++)
		{
			if (odd[i])
			{
				*out++ = (uint8_t) i;
				out = put_double(out, block->values[i]);
			}
		}
	}
	return put_stream(out, scaled, block->count);
}

/*
 * Encode a block; out has room for SERIES_BLOCK_MAX bytes.  Its first time
 * is not stored in it.  Sets block->exponent.
 */
size_t
series_encode_block(SeriesBlock *block, uint8_t *out)
{
	uint8_t    *end = put_times(out, block->times, block->count);

	return (size_t) (put_values(end, block) - out);
}

/* Unpack integers of one width from bytes with room to read behind them. */
static void
unpack(const uint8_t *packed, int count, int width, uint64_t *integers)
{
	uint64_t	mask = low_bits(width);

	for (int i = 0; i < count; i++)
	{
		int			bit = i * width;

		integers[i] = load64(packed + bit / 8) >> bit % 8 & mask;
	}
}

static SeriesStatus
get_packed(SeriesBytes *from, int width, int count, uint64_t *integers)
{
	size_t		size = ((size_t) count * width + 7) / 8;
	uint8_t		copy[PACKED_MAX + 8];

	if (bytes_left(from) < size)
		return SERIES_CORRUPT;
	if (width == 64)
	{
		for (int i = 0; i < count; i++)
			integers[i] = load64(from->next + 8 * i);
	}
	else if (bytes_left(from) >= size + 8)
		unpack(from->next, count, width, integers);
	else
	{
		memcpy(copy, from->next, size);
		memset(copy + size, 0, 8);
		unpack(copy, count, width, integers);
	}
	from->next += size;
	return SERIES_OK;
}

static SeriesStatus
get_stream(SeriesBytes *from, int count, uint64_t *integers)
{
	uint8_t		head;
	uint8_t		exceptions = 0;
	int64_t		base;
	int			width;
	uint64_t   *packed = integers;
	SeriesStatus status;

	if (!get_byte(from, &head) || !get_signed(from, &base))
		return SERIES_CORRUPT;
	width = head & STREAM_WIDTH;
	if (width > WIDTH_CODE_64)
		return SERIES_UNSUPPORTED;
	if (width == WIDTH_CODE_64)
		width = 64;
	if (head & STREAM_DIFF)
	{
		*packed++ = (uint64_t) base;
		count--;
	}
	status = get_packed(from, width, count, packed);
	if (status != SERIES_OK)
		return status;

	if (head & STREAM_EXCEPT && !get_byte(from, &exceptions))
		return SERIES_CORRUPT;
	for (; exceptions > 0; exceptions--)
	{
		uint8_t		index;
		uint64_t	high;

		if (!get_byte(from, &index) || !get_varint(from, &high) ||
			index >= count || width >= 64)
			return SERIES_CORRUPT;
		packed[index] |= high << width;
	}

	if (head & STREAM_DIFF)
	{
		for (int i = 1; i <= count; i++)
			integers[i] = integers[i - 1] + (uint64_t) unzigzag(integers[i]);
	}
	else
	{
		for (int i = 0; i < count; i++)
			integers[i] += (uint64_t) base;
	}
	return SERIES_OK;
}

static SeriesStatus
get_times(SeriesBytes *from, int64_t first_time, SeriesBlock *block)
{
	uint64_t	steps[SERIES_BLOCK_POINTS];
	uint64_t	unit;
	uint64_t	room;
	int64_t		time = first_time;
	uint8_t		head;
	SeriesStatus status;

	if (!get_byte(from, &head))
		return SERIES_CORRUPT;
	if (head & ~TIMES_KNOWN)
		return SERIES_UNSUPPORTED;
	if (head == UNIT_EXPLICIT)
	{
		if (!get_varint(from, &unit) || unit == 0)
			return SERIES_CORRUPT;
	}
	else
		unit = time_units[head];

	block->times[0] = time;
	if (block->count == 1)
		return SERIES_OK;
	status = get_stream(from, block->count - 1, steps);
	if (status != SERIES_OK)
		return status;

	/* Times increase and stay in range, whatever the bytes were. */
	room = ((uint64_t) (SERIES_END_TIME - 1) - (uint64_t) time) / unit;
	for (int i = 1; i < block->count; i++)
	{
		if (steps[i - 1] - 1 >= room)
			return SERIES_CORRUPT;
		room -= steps[i - 1];
		time = (int64_t) ((uint64_t) time + steps[i - 1] * unit);
		block->times[i] = time;
	}
	return SERIES_OK;
}

static SeriesStatus
get_patterns(SeriesBytes *from, SeriesBlock *block)
{
	uint64_t	patterns[SERIES_BLOCK_POINTS];
	uint8_t		shift;
	SeriesStatus status;

	if (!get_byte(from, &shift) || shift > 63)
		return SERIES_CORRUPT;
	status = get_stream(from, block->count, patterns);
	if (status != SERIES_OK)
		return status;
	for (int i = 0; i < block->count; i++)
	{
		patterns[i] <<= shift;
		memcpy(&block->values[i], &patterns[i], sizeof(double));
		if (!isfinite(block->values[i]))
			return SERIES_CORRUPT;
	}
	block->exponent = -1;
	return SERIES_OK;
}

static SeriesStatus
get_values(SeriesBytes *from, SeriesBlock *block)
{
	uint64_t	scaled[SERIES_BLOCK_POINTS];
	uint8_t		head;
	uint8_t		num_odd = 0;
	SeriesBytes odd;
	double		power;
	SeriesStatus status;

	if (!get_byte(from, &head))
		return SERIES_CORRUPT;
	if (head & ~VALUES_KNOWN)
		return SERIES_UNSUPPORTED;
	if (head == VALUES_BITS)
		return get_patterns(from, block);
	if ((head & VALUES_EXPONENT) > SERIES_MAX_EXPONENT)
		return SERIES_UNSUPPORTED;
	if (head & VALUES_EXCEPT)
	{
		if (!get_byte(from, &num_odd) || bytes_left(from) < 9u * num_odd)
			return SERIES_CORRUPT;
	}
	odd = *from;
	from->next += 9 * num_odd;

	status = get_stream(from, block->count, scaled);
	if (status != SERIES_OK)
		return status;
	power = series_power10[head & VALUES_EXPONENT];
	for (int i = 0; i < block->count; i++)
		block->values[i] = (double) (int64_t) scaled[i] / power;

	block->exponent = num_odd > 0 ? -1 : head & VALUES_EXPONENT;
	for (; num_odd > 0; num_odd--)
	{
		uint8_t		index;
		double		value;

		if (!get_byte(&odd, &index) || !get_double(&odd, &value) ||
			index >= block->count)
			return SERIES_CORRUPT;
		block->values[index] = value;
	}
	return SERIES_OK;
}

/* Decode a block of block->count points that takes exactly these bytes. */
SeriesStatus
series_decode_block(const uint8_t *data, size_t size, int64_t first_time,
					SeriesBlock *block)
{
	SeriesBytes from = {data, data + size};
	SeriesStatus status = get_times(&from, first_time, block);

	if (status == SERIES_OK)
		status = get_values(&from, block);
	if (status == SERIES_OK && from.next != from.end)
		status = SERIES_CORRUPT;
	return status;
}
