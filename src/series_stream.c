/*
 * series_stream.c - up to 128 integers in a few bits each
 *
 * A stream is packed at one width, either as offsets from its smallest
 * integer or as differences from one to the next, whichever is shorter.  The
 * few integers that are wider have their high bits packed behind, at another
 * width; they are found by a list of their indexes or by a bitmap.
 *
 *	width | flags
 *	signed base: the smallest, or with differences the first integer
 *	low bits of count integers, or count - 1 differences
 *	(exceptions: width of the high bits | flag
 *		number, index of each; or a bitmap
 *		high bits)
 *
 * Bits are packed from the lowest of each byte up.
 */
#include "series_stream.h"

/* First byte of a stream; integers of more than 56 bits are stored whole. */
#define HAS_EXCEPTIONS	0x80
#define HAS_DIFFERENCES 0x40
#define WIDTH_MASK		0x3F
#define WIDTH_MAX		56
#define WIDTH_CODE_64	57

/* First byte of the exceptions. */
#define HAS_BITMAP		0x80
#define HIGH_WIDTH_MASK 0x7F

/* Packed integers, and one 64-bit load from the last byte of them. */
#define PACKED_MAX		(SERIES_BLOCK_POINTS * WIDTH_MAX / 8 + 8)

static int
bit_width(uint64_t value)
{
#ifdef __GNUC__
	return value == 0 ? 0 : 64 - __builtin_clzll(value);
#else
	int			width = 0;

	for (; value != 0; value >>= 1)
		width++;
	return width;
#endif
}

static uint64_t
low_bits(int width)
{
	return width == 0 ? 0 : UINT64_MAX >> (64 - width);
}

static size_t
packed_size(int count, int width)
{
	return ((size_t) count * (size_t) width + 7) / 8;
}

/* Choose the widths that make a stream shortest. */
static void
choose_width(StreamPlan *plan)
{
	int			counts[65] = {0};
	int			widest = 0;
	int			exceptions = 0;
	size_t		head = 1 + varint_size(zigzag((int64_t) plan->base));
	size_t		bitmap = packed_size(plan->count, 1);

	for (int i = 0; i < plan->count; i++)
		counts[bit_width(plan->packed[i])]++;
	for (int width = 64; width > 0 && widest == 0; width--)
		widest = counts[width] > 0 ? width : 0;

	plan->width = widest > WIDTH_MAX ? 64 : widest;
	plan->size = head + packed_size(plan->count, plan->width);
	plan->exceptions = 0;
	for (int width = widest - 1; width >= 0; width--)
	{
		size_t		list = 1 + (size_t) (exceptions += counts[width + 1]);
		size_t		size = head + packed_size(plan->count, width) + 1 +
			(list < bitmap ? list : bitmap) +
			packed_size(exceptions, widest - width);

		if (size < plan->size && width <= WIDTH_MAX &&
			widest - width <= WIDTH_MAX)
		{
			plan->size = size;
			plan->width = width;
			plan->high_width = widest - width;
			plan->exceptions = exceptions;
		}
	}
}

static void
plan_offsets(StreamPlan *plan, const uint64_t *integers, int count)
{
	int64_t		smallest = (int64_t) integers[0];

	for (int i = 1; i < count; i++)
	{
		if ((int64_t) integers[i] < smallest)
			smallest = (int64_t) integers[i];
	}
	plan->differences = false;
	plan->base = (uint64_t) smallest;
	plan->count = count;
	for (int i = 0; i < count; i++)
		plan->packed[i] = integers[i] - plan->base;
	choose_width(plan);
}

static void
plan_differences(StreamPlan *plan, const uint64_t *integers, int count)
{
	plan->differences = true;
	plan->base = integers[0];
	plan->count = count - 1;
	for (int i = 1; i < count; i++)
		plan->packed[i - 1] =
			zigzag((int64_t) (integers[i] - integers[i - 1]));
	choose_width(plan);
}

/* Plan how to store at least one integer. */
void
series_plan_stream(StreamPlan *plan, const uint64_t *integers, int count)
{
	StreamPlan	other;

	plan_offsets(plan, integers, count);
	plan_differences(&other, integers, count);
	if (other.size < plan->size)
		*plan = other;
}

/* Pack the low bits of integers. */
static uint8_t *
pack(uint8_t *out, const uint64_t *integers, int count, int width)
{
	uint64_t	mask = low_bits(width);
	uint64_t	window = 0;
	int			filled = 0;

	if (width == 64)
	{
		for (int i = 0; i < count; i++)
			out = put64(out, integers[i]);
		return out;
	}
	for (int i = 0; i < count; i++)
	{
		window |= (integers[i] & mask) << filled;
		for (filled += width; filled >= 8; filled -= 8)
		{
			*out++ = (uint8_t) window;
			window >>= 8;
		}
	}
	if (filled > 0)
		*out++ = (uint8_t) window;
	return out;
}

static uint8_t *
put_exceptions(uint8_t *out, const StreamPlan *plan)
{
	uint64_t	highs[SERIES_BLOCK_POINTS];
	uint8_t		list[SERIES_BLOCK_POINTS];
	uint8_t		bitmap[SERIES_BLOCK_POINTS / 8] = {0};
	size_t		bitmap_size = packed_size(plan->count, 1);
	int			n = 0;

	for (int i = 0; i < plan->count; i++)
	{
		uint64_t	high = plan->packed[i] >> plan->width;

		if (high != 0)
		{
			list[n] = (uint8_t) i;
			bitmap[i / 8] |= (uint8_t) (1 << i % 8);
			highs[n++] = high;
		}
	}
	if (1 + (size_t) n < bitmap_size)
	{
		*out++ = (uint8_t) plan->high_width;
		*out++ = (uint8_t) n;
		memcpy(out, list, (size_t) n);
		out += n;
	}
	else
	{
		*out++ = (uint8_t) (plan->high_width | HAS_BITMAP);
		memcpy(out, bitmap, bitmap_size);
		out += bitmap_size;
	}
	return pack(out, highs, n, plan->high_width);
}

/* Store what was planned; out has room for plan->size bytes. */
uint8_t *
series_put_stream(uint8_t *out, const StreamPlan *plan)
{
	*out++ = (uint8_t) ((plan->exceptions > 0 ? HAS_EXCEPTIONS : 0) |
						(plan->differences ? HAS_DIFFERENCES : 0) |
						(plan->width == 64 ? WIDTH_CODE_64 : plan->width));
	out = put_varint(out, zigzag((int64_t) plan->base));
	out = pack(out, plan->packed, plan->count, plan->width);
	return plan->exceptions > 0 ? put_exceptions(out, plan) : out;
}

/*
 * Unpack integers from bytes that can be read for eight more at the end: of
 * each 64-bit load, as many as lie in it whole wherever in a byte they start.
 */
static void
unpack(const uint8_t *packed, int count, int width, uint64_t *integers)
{
	uint64_t	mask = low_bits(width);
	int			each = width <= 7 ? 8 : width <= 14 ? 4 : width <= 28 ? 2 : 1;
	int			bit = 0;

	if (width == 0)
	{
		memset(integers, 0, sizeof(uint64_t) * (size_t) count);
		return;
	}
	for (int i = 0; i < count; bit += each * width)
	{
		uint64_t	window = load64(packed + bit / 8) >> bit % 8;
		int			end = i + each < count ? i + each : count;

		for (; i < end; i++)
		{
			integers[i] = window & mask;
			window >>= width;
		}
	}
}

static bool
get_packed(SeriesBytes *from, int count, int width, uint64_t *integers)
{
	size_t		size = packed_size(count, width);
	uint8_t		copy[PACKED_MAX];

	if (bytes_left(from) < size)
		return false;
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
	return true;
}

/* Add the high bits of exceptions to integers that have their low bits. */
static bool
get_exceptions(SeriesBytes *from, int count, int width, uint64_t *integers)
{
	uint64_t	highs[SERIES_BLOCK_POINTS];
	uint8_t		list[SERIES_BLOCK_POINTS];
	uint8_t		head;
	uint8_t		n = 0;
	int			high_width;

	if (!get_byte(from, &head))
		return false;
	high_width = head & HIGH_WIDTH_MASK;
	if (high_width > WIDTH_MAX || width > WIDTH_MAX ||
		width + high_width > 64)
		return false;
	if (head & HAS_BITMAP)
	{
		if (bytes_left(from) < packed_size(count, 1))
			return false;
		for (int i = 0; i < count; i += 8)
		{
			for (unsigned bits = *from->next++; bits != 0; bits &= bits - 1)
				list[n++] = (uint8_t) (i + bit_width(bits & (0 - bits)) - 1);
		}
	}
	else
	{
		if (!get_byte(from, &n) || n > count || bytes_left(from) < n)
			return false;
		memcpy(list, from->next, n);
		from->next += n;
	}
	if (!get_packed(from, n, high_width, highs))
		return false;
	for (int i = 0; i < n; i++)
	{
		if (list[i] >= count)
			return false;
		integers[list[i]] |= highs[i] << width;
	}
	return true;
}

/* Read a stream of at least one integer. */
SeriesStatus
series_get_stream(SeriesBytes *from, int count, uint64_t *integers)
{
	uint8_t		head;
	int64_t		base;
	int			width;
	int			first = 0;

	if (!get_byte(from, &head) || !get_signed(from, &base))
		return SERIES_CORRUPT;
	width = head & WIDTH_MASK;
	if (width > WIDTH_CODE_64)
		return SERIES_UNSUPPORTED;
	if (width == WIDTH_CODE_64)
		width = 64;
	if (head & HAS_DIFFERENCES)
		integers[first++] = (uint64_t) base;
	if (!get_packed(from, count - first, width, integers + first) ||
		(head & HAS_EXCEPTIONS &&
		 !get_exceptions(from, count - first, width, integers + first)))
		return SERIES_CORRUPT;

	if (head & HAS_DIFFERENCES)
	{
		for (int i = 1; i < count; i++)
			integers[i] = integers[i - 1] + (uint64_t) unzigzag(integers[i]);
	}
	else
	{
		for (int i = 0; i < count; i++)
			integers[i] += (uint64_t) base;
	}
	return SERIES_OK;
}
