/*
 * series_codec.h - the stored form of a measurement series
 *
 * Bytes in, bytes out: nothing here needs the server, so that the codec can
 * be fuzzed and measured outside of it.  doc/series.md draws the layout.
 *
 * Readers take arbitrary bytes: whatever they are given, they stay inside
 * it, do bounded work for each byte, and return SERIES_OK or say what is
 * wrong.  Writers trust their caller: times strictly increase and lie in
 * the range of timestamptz, values are finite.
 */
#ifndef SERIES_CODEC_H
#define SERIES_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most points that a series can have. */
#define SERIES_MAX_POINTS	INT32_MAX

/*
 * Points in a block, and the bytes that a block can take: at most three
 * streams of 64-bit integers, and some values beside.
 */
#define SERIES_BLOCK_POINTS 256
#define SERIES_BLOCK_MIN	4
#define SERIES_BLOCK_MAX	7168

/* The summary of any series lies within this many bytes. */
#define SERIES_FRONT_MAX	96

/* The finite range of timestamptz, in microseconds since 2000-01-01 UTC. */
#define SERIES_MIN_TIME		INT64_C(-211813488000000000)
#define SERIES_END_TIME		INT64_C(9223371331200000000)

typedef enum SeriesStatus
{
	SERIES_OK,
	SERIES_CORRUPT,				/* no writer makes such bytes */
	SERIES_UNSUPPORTED			/* perhaps a later writer does */
} SeriesStatus;

/* What is known of a series without decoding it. */
typedef struct SeriesSummary
{
	uint64_t	count;
	int64_t		first_time;
	int64_t		last_time;
	double		first_value;
	double		last_value;
	double		min_value;
	double		max_value;
	double		mean_value;

	int			exponent;		/* the values' common decimals, or -1 */
	uint64_t	sum;			/* of values * 10^exponent, modulo 2^64 */
} SeriesSummary;

/*
 * Decoded points.  exponent is the number of decimals that all values have
 * in common, or -1 if some are not short decimals.
 */
typedef struct SeriesBlock
{
	int			count;
	int			exponent;
	int64_t		times[SERIES_BLOCK_POINTS];
	double		values[SERIES_BLOCK_POINTS];
} SeriesBlock;

/* Where a block lies in a series. */
typedef struct SeriesEntry
{
	int64_t		first_time;
	uint32_t	length;
	uint32_t	count;
} SeriesEntry;

/*
 * Reads a series block by block.  The block at hand is in "block", once it
 * is decoded; the fields below it are private.
 */
typedef struct SeriesReader
{
	SeriesSummary summary;
	SeriesBlock block;

	SeriesEntry entry;			/* of the block at hand, count 0 if none */
	const uint8_t *bytes;		/* of that block; NULL if it has none */
	bool		is_decoded;

	bool		uneven;			/* entries tell the blocks' counts */
	uint64_t	step_unit;
	const uint8_t *directory;	/* entry of the next block */
	const uint8_t *directory_end;
	int64_t		next_time;		/* first time of the next block */
	uint64_t	remaining;		/* points of the next and later blocks */
	size_t		offset;			/* of the next block, in all of the series */
	size_t		size;			/* of all of the series */

	/* the part of the series that is there to read blocks from */
	const uint8_t *part;
	size_t		part_start;
	size_t		part_end;
} SeriesReader;

extern SeriesStatus series_read_summary(const uint8_t *data, size_t size,
										SeriesSummary *summary);
extern SeriesStatus series_open(SeriesReader *reader,
								const uint8_t *data, size_t size);
extern SeriesStatus series_seek(SeriesReader *reader, int64_t time);
extern SeriesStatus series_next_entry(SeriesReader *reader);
extern SeriesStatus series_decode(SeriesReader *reader);
extern SeriesStatus series_next_block(SeriesReader *reader);
extern SeriesStatus series_validate(const uint8_t *data, size_t size);

/* Reading a part of a series: its front, and the blocks of some period. */
extern SeriesStatus series_open_front(SeriesReader *reader,
									  const uint8_t *data, size_t available,
									  size_t size);
extern SeriesStatus series_find_part(SeriesReader *reader,
									 int64_t since, int64_t until);
extern void series_set_part(SeriesReader *reader, const uint8_t *part);

/*
 * Writes a series: add points in time order, finish, output.  resize is
 * realloc or works like it, and does not return when out of memory.
 */
typedef struct SeriesWriter
{
	void	   *(*resize) (void *memory, size_t size);
	SeriesSummary summary;		/* of all but the last pending points */
	uint8_t    *bytes;
	size_t		used;
	size_t		allocated;
	SeriesEntry *entries;
	size_t		num_entries;
	size_t		max_entries;

	/* set by series_finish */
	bool		uneven;
	uint64_t	step_unit;
	size_t		directory_size;
	size_t		front_size;
	uint8_t		front[SERIES_FRONT_MAX];

	int			summarized;		/* of the pending points */
	size_t		pending_length; /* of the block after those in use that is
								 * just these points; 0 if there is none */
	SeriesBlock pending;		/* points that are in no block yet */
} SeriesWriter;

extern void series_begin(SeriesWriter *writer,
						 void *(*resize) (void *memory, size_t size));
extern void series_add_point(SeriesWriter *writer,
							 int64_t time, double value);
extern SeriesStatus series_add_block(SeriesWriter *writer,
									 SeriesReader *reader);
extern SeriesStatus series_append(SeriesWriter *writer,
								  SeriesReader *reader);
extern size_t series_finish(SeriesWriter *writer);
extern void series_output(const SeriesWriter *writer, uint8_t *data);

/*
 * What the parts of the codec share: series_reader.c and series_writer.c for
 * the whole, series_block.h for a block, series_stream.h for its integers,
 * series_number.c for decimals and units, series_bytes.h for bytes.
 */
#define SERIES_VERSION	1

/* Flags beside the version. */
#define SERIES_SCALED	0x01	/* the summary's values are integers */
#define SERIES_UNEVEN	0x02	/* blocks but the last may be short */
#define SERIES_FLAGS	0x03

#define SERIES_MAX_EXPONENT 14

extern const double series_power10[SERIES_MAX_EXPONENT + 1];
extern int	series_common_exponent(const SeriesBlock *block);
extern bool series_decimal(double value, int exponent, int64_t *scaled);
extern double series_bounded_mean(double mean, const SeriesSummary *summary);
extern int	series_unit_code(uint64_t distance);
extern bool series_code_unit(int code, uint64_t *unit);
extern size_t series_encode_block(SeriesBlock *block, uint8_t *out);
extern SeriesStatus series_decode_block(const uint8_t *data, size_t size,
										int64_t first_time,
										SeriesBlock *block);

#endif							/* SERIES_CODEC_H */
