/*
 * series_bytes.h - bytes, varints and zigzag for the series codec
 *
 * All stored numbers are little-endian.  Reading is bounded: a SeriesBytes
 * runs dry instead of over the end.
 */
#ifndef SERIES_BYTES_H
#define SERIES_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct SeriesBytes
{
	const uint8_t *next;
	const uint8_t *end;
} SeriesBytes;

/* The longest varint: 64 bits, seven in each byte. */
#define VARINT_MAX 10

static inline uint64_t
zigzag(int64_t value)
{
	return ((uint64_t) value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

static inline int64_t
unzigzag(uint64_t value)
{
	return (int64_t) ((value >> 1) ^ (0 - (value & 1)));
}

static inline uint64_t
load64(const uint8_t *from)
{
	/* spelled out, so that compilers make one load of it */
	return (uint64_t) from[0] | (uint64_t) from[1] << 8 |
		(uint64_t) from[2] << 16 | (uint64_t) from[3] << 24 |
		(uint64_t) from[4] << 32 | (uint64_t) from[5] << 40 |
		(uint64_t) from[6] << 48 | (uint64_t) from[7] << 56;
}

static inline uint8_t *
put64(uint8_t *to, uint64_t value)
{
	to[0] = (uint8_t) value;
	to[1] = (uint8_t) (value >> 8);
	to[2] = (uint8_t) (value >> 16);
	to[3] = (uint8_t) (value >> 24);
	to[4] = (uint8_t) (value >> 32);
	to[5] = (uint8_t) (value >> 40);
	to[6] = (uint8_t) (value >> 48);
	to[7] = (uint8_t) (value >> 56);
	return to + 8;
}

static inline uint8_t *
put32(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t) value;
	to[1] = (uint8_t) (value >> 8);
	to[2] = (uint8_t) (value >> 16);
	to[3] = (uint8_t) (value >> 24);
	return to + 4;
}

static inline uint8_t *
put_double(uint8_t *to, double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	return put64(to, bits);
}

static inline uint8_t *
put_varint(uint8_t *to, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*to++ = (uint8_t) (value | 0x80);
	*to++ = (uint8_t) value;
	return to;
}

static inline size_t
varint_size(uint64_t value)
{
	size_t		size = 1;

	while (value >>= 7)
		size++;
	return size;
}

static inline size_t
bytes_left(const SeriesBytes *from)
{
	return (size_t) (from->end - from->next);
}

static inline bool
get_byte(SeriesBytes *from, uint8_t *value)
{
	if (from->next == from->end)
		return false;
	*value = *from->next++;
	return true;
}

static inline bool
get64(SeriesBytes *from, uint64_t *value)
{
	if (bytes_left(from) < 8)
		return false;
	*value = load64(from->next);
	from->next += 8;
	return true;
}

/* A finite double. */
static inline bool
get_double(SeriesBytes *from, double *value)
{
	uint64_t	bits;

	if (!get64(from, &bits) || (~bits & UINT64_C(0x7FF0000000000000)) == 0)
		return false;
	memcpy(value, &bits, sizeof(bits));
	return true;
}

static inline bool
get_varint(SeriesBytes *from, uint64_t *value)
{
	uint64_t	result = 0;

	for (int shift = 0; shift < 64; shift += 7)
	{
		uint8_t		byte;

		if (!get_byte(from, &byte) || (shift == 63 && byte > 1))
			return false;
		result |= (uint64_t) (byte & 0x7F) << shift;
		if (byte < 0x80)
		{
			*value = result;
			return true;
		}
	}
	return false;
}

static inline bool
get_signed(SeriesBytes *from, int64_t *value)
{
	uint64_t	bits;

	if (!get_varint(from, &bits))
		return false;
	*value = unzigzag(bits);
	return true;
}

#endif							/* SERIES_BYTES_H */
