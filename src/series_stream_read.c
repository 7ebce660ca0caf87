/*
 * series_stream_read.c - reading a stream of integers
 */
#include "series_stream.h"

typedef struct Outliers
{
	uint64_t	widest;			/* of all errors, the bits as stored */
	uint8_t		index[OUTLIERS_MAX];
	uint64_t	errors[OUTLIERS_MAX];
} Outliers;

const uint8_t series_widths[NUM_WIDTHS] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
	21, 22, 23, 24, 25, 26, 27, 32, 40, 52, 64
};

/*
 * What each byte of unary numbers holds: the numbers of zero bits before its
 * ones, a byte each; how many ones; how many zero bits after the last one.
 */
typedef struct UnaryByte
{
	uint64_t	zeros;
	uint8_t		ones;
	uint8_t		rest;
} UnaryByte;

#define BIT(byte, i)	((byte) >> (i) & 1)
#define BELOW(byte, i)	((byte) & ((1 << (i)) - 1))
#define ONES(byte) \
	(BIT(byte, 0) + BIT(byte, 1) + BIT(byte, 2) + BIT(byte, 3) + \
	 BIT(byte, 4) + BIT(byte, 5) + BIT(byte, 6) + BIT(byte, 7))
#define HIGHEST(byte) \
	((byte) > 127 ? 7 : (byte) > 63 ? 6 : (byte) > 31 ? 5 : (byte) > 15 ? 4 : \
	 (byte) > 7 ? 3 : (byte) > 3 ? 2 : (byte) > 1 ? 1 : (byte) - 1)
#define ZEROS(byte, i) \
	((uint64_t) (BIT(byte, i) * ((i) - 1 - HIGHEST(BELOW(byte, i)))) << \
	 8 * ONES(BELOW(byte, i)))
#define UNARY_1(byte) \
	{ \
		ZEROS(byte, 0) | ZEROS(byte, 1) | ZEROS(byte, 2) | ZEROS(byte, 3) | \
		ZEROS(byte, 4) | ZEROS(byte, 5) | ZEROS(byte, 6) | ZEROS(byte, 7), \
		ONES(byte), 7 - HIGHEST(byte) \
	}
#define UNARY_4(byte) \
	UNARY_1(byte), UNARY_1(byte + 1), UNARY_1(byte + 2), UNARY_1(byte + 3)
#define UNARY_16(byte) \
	UNARY_4(byte), UNARY_4(byte + 4), UNARY_4(byte + 8), UNARY_4(byte + 12)
#define UNARY_64(byte) \
	UNARY_16(byte), UNARY_16(byte + 16), UNARY_16(byte + 32), \
	UNARY_16(byte + 48)

static const UnaryByte unary_bytes[256] = {
	UNARY_64(0), UNARY_64(64), UNARY_64(128), UNARY_64(192)
};

static inline Lanes
load_lanes(const uint8_t *packed, int word)
{
	Lanes		lanes;

	memcpy(&lanes, packed + (size_t) word * sizeof(Lanes), sizeof(Lanes));
	return little_endian(lanes);
}

/* Unpack a group from its lanes. */
static void
unpack_group(const uint8_t *packed, int width, uint32_t *residuals)
{
	Lanes		mask = (Lanes) {0} + (uint32_t) low_bits(width);

	for (int row = 0; row < GROUP / LANES; row++)
	{
		int			shift = row * width & 31;
		int			word = row * width >> 5;
		int			after = word + 1 < width ? word + 1 : word;
		Lanes		low = load_lanes(packed, word);
		Lanes		high = load_lanes(packed, after);

		low = (low >> shift | high << 1 << (31 - shift)) & mask;
		memcpy(residuals + row * LANES, &low, sizeof(Lanes));
	}
}

/* Unpack what was packed one after another, readable for 8 bytes more. */
static void
unpack_narrow(const uint8_t *packed, int count, int width,
			  uint32_t *residuals)
{
	uint32_t	mask = (uint32_t) low_bits(width);
	int			each = width <= 7 ? 8 : width <= 14 ? 4 : width <= 28 ? 2 : 1;
	int			bit = 0;

	/* of each load, as many as lie in it whole wherever in a byte they start */
	for (int i = 0; i < count; i += each, bit += each * width)
	{
		uint64_t	window = load64(packed + bit / 8) >> bit % 8;

		for (int j = 0; j < each; j++)
		{
			residuals[i + j] = (uint32_t) window & mask;
			window >>= width;
		}
	}
}

static bool
get_narrow(SeriesBytes *from, int count, int width, uint32_t *residuals)
{
	size_t		size = packed_size(whole_groups(count), width);
	uint8_t		copy[GROUP * LANE_WIDTH_MAX / 8 + 8];
	int			i = 0;

	if (bytes_left(from) < size)
		return false;
	if (width == 0)
	{
		memset(residuals, 0, sizeof(uint32_t) * (size_t) count);
		return true;
	}
	for (; i + GROUP <= whole_groups(count); i += GROUP)
	{
		unpack_group(from->next, width, residuals + i);
		from->next += GROUP / 8 * width;
		size -= (size_t) (GROUP / 8 * width);
	}
	if (i >= count)
		return true;
	if (bytes_left(from) >= size + 8)
		unpack_narrow(from->next, count - i, width, residuals + i);
	else
	{
		memcpy(copy, from->next, size);
		memset(copy + size, 0, 8);
		unpack_narrow(copy, count - i, width, residuals + i);
	}
	from->next += size;
	return true;
}

static bool
get_wide(SeriesBytes *from, int count, int width, uint64_t *residuals)
{
	int			bytes = width / 8;
	int			shift = width % 8;	/* 0, or 4 for 52 */
	size_t		size = packed_size(whole_groups(count), width);

	if (bytes_left(from) < size)
		return false;
	for (int i = 0; i < count; i++)
	{
		size_t		bit = (size_t) i * (size_t) width;
		const uint8_t *packed = from->next + bit / 8;
		uint64_t	residual = 0;

		for (int j = bytes + (shift > 0) - 1; j >= 0; j--)
			residual = residual << 8 | packed[j];
		residuals[i] = residual >> bit % 8 & low_bits(width);
	}
	from->next += size;
	return true;
}

/* Read unary numbers; there is room for eight more. */
static bool
get_unary(SeriesBytes *from, int count, uint8_t *numbers)
{
	const uint8_t *next = from->next;
	int			n = 0;
	uint64_t	zeros = 0;

	while (n < count)
	{
		const UnaryByte *byte;

		if (next == from->end)
			return false;
		byte = &unary_bytes[*next++];
		put64(numbers + n, byte->zeros + zeros);
		n += byte->ones;
		zeros = byte->rest + (byte->ones == 0 ? zeros : 0);
	}
	from->next = next;
	return n == count;
}

/* Whether predictions and errors of 20 bits stay within 32. */
#define NARROW_WIDTH	20
#define NARROW_BASE		(1 << 30)

/* Add up predictions and their errors. */
static void
correct_narrow(StreamKind kind, uint32_t base, int count, uint32_t *integers)
{
	uint32_t	difference = 0;

	switch (kind)
	{
		case OFFSETS:
		case AROUND:
			for (int i = 0; i < count; i++)
				integers[i] += base;
			break;
		case DIFFERENCES:
			for (int i = 0; i < count; i++)
				integers[i] = base += integers[i];
			break;
		case TREND:
			for (int i = 0; i < count; i++)
			{
				difference = (uint32_t) ((int32_t) difference >> 1) +
					integers[i];
				integers[i] = base += difference;
			}
			break;
	}
}

static void
correct_wide(StreamKind kind, uint64_t base, int count, uint64_t *integers)
{
	uint64_t	difference = 0;

	for (int i = 0; i < count; i++)
	{
		switch (kind)
		{
			case OFFSETS:
			case AROUND:
				integers[i] += base;
				break;
			case DIFFERENCES:
				integers[i] = base += integers[i];
				break;
			case TREND:
				difference = half(difference) + integers[i];
				integers[i] = base += difference;
				break;
		}
	}
}

/* Read the numbers that outliers are at, and how far off they are. */
static bool
get_outliers(SeriesBytes *from, int number, int count, Outliers *outliers)
{
	outliers->widest = 0;
	for (int i = 0; i < number; i++)
	{
		uint64_t	error;

		if (!get_byte(from, &outliers->index[i]) ||
			outliers->index[i] >= count || !get_varint(from, &error))
			return false;
		outliers->widest |= error;
		outliers->errors[i] = (uint64_t) unzigzag(error);
	}
	return true;
}

/* Read a stream of at least one integer. */
SeriesStatus
series_get_stream(SeriesBytes *from, int count, SeriesIntegers *integers)
{
	uint32_t   *narrow = integers->narrow;
	uint64_t   *wide = integers->wide;
	Outliers	outliers;
	uint8_t		unary[SERIES_STREAM_ROOM];
	uint8_t		head;
	uint8_t		spread = 0;
	int			num_outliers;
	int64_t		base;
	int			width;
	StreamKind	kind;

	if (!get_byte(from, &head) ||
		(head & SPREAD && !get_byte(from, &spread)) || !get_signed(from, &base))
		return SERIES_CORRUPT;
	kind = (StreamKind) (head >> KIND_SHIFT);
	width = series_widths[head & WIDTH_CODE];
	num_outliers = spread & OUTLIERS_MAX;
	if (spread & UNARY &&
		(width > UNARY_WIDTH_MAX || !get_unary(from, count, unary)))
		return SERIES_CORRUPT;

	if (width > LANE_WIDTH_MAX)
	{
		if (!get_wide(from, count, width, wide))
			return SERIES_CORRUPT;
		for (int i = 0; i < count && kind != OFFSETS; i++)
			wide[i] = (uint64_t) unzigzag(wide[i]);
	}
	else
	{
		if (!get_narrow(from, count, width, narrow))
			return SERIES_CORRUPT;
		if (spread & UNARY)
		{
			for (int i = 0; i < count; i++)
				narrow[i] |= (uint32_t) unary[i] << width;
		}
		if (kind != OFFSETS)
		{
			for (int i = 0; i < count; i++)
				narrow[i] = narrow[i] >> 1 ^ (0 - (narrow[i] & 1));
		}
	}
	if (!get_outliers(from, num_outliers, count, &outliers))
		return SERIES_CORRUPT;

	integers->is_narrow = base > -NARROW_BASE && base < NARROW_BASE &&
		width + (spread & UNARY ? 5 : 0) <= NARROW_WIDTH &&
		outliers.widest >> NARROW_WIDTH == 0;
	if (integers->is_narrow)
	{
		for (int i = 0; i < num_outliers; i++)
			narrow[outliers.index[i]] = (uint32_t) outliers.errors[i];
		correct_narrow(kind, (uint32_t) base, count, narrow);
		return SERIES_OK;
	}
	if (width <= LANE_WIDTH_MAX)
	{
		for (int i = 0; i < count; i++)
			wide[i] = kind == OFFSETS ? narrow[i] :
				(uint64_t) (int64_t) (int32_t) narrow[i];
	}
	for (int i = 0; i < num_outliers; i++)
		wide[outliers.index[i]] = outliers.errors[i];
	correct_wide(kind, (uint64_t) base, count, wide);
	return SERIES_OK;
}
