/*
 * series_store.c
 *		Stored series as the server's functions read and write them: the codec
 *		with toasted values, memory contexts and errors.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/heaptoast.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "series.h"

/* Throw what the codec says about bytes that no series_output() made. */
void
series_check(SeriesStatus status)
{
	if (status == SERIES_CORRUPT)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored series is damaged")));
	if (status == SERIES_UNSUPPORTED)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("stored series has a format that is not known here"),
				 errhint("A later version of the extension \"smartcare\" may have written it; install that version.")));
}

/* Read the summary, and of a toasted value nothing else. */
void
series_get_summary(Datum datum, SeriesSummary *summary)
{
	struct varlena *front = (struct varlena *) DatumGetPointer(datum);

	if (VARATT_IS_EXTERNAL(front) || VARATT_IS_COMPRESSED(front))
		front = PG_DETOAST_DATUM_SLICE(datum, 0, SERIES_FRONT_MAX);
	series_check(series_read_summary((uint8 *) VARDATA_ANY(front),
									 VARSIZE_ANY_EXHDR(front), summary));
	if (front != (struct varlena *) DatumGetPointer(datum))
		pfree(front);
}

void
series_start_reading(SeriesReader *reader, Datum datum)
{
	struct varlena *whole = PG_DETOAST_DATUM_PACKED(datum);

	series_check(series_open(reader, (uint8 *) VARDATA_ANY(whole),
							 VARSIZE_ANY_EXHDR(whole)));
}

/* The first so many bytes of a series, or all. */
static const uint8 *
get_front(Datum datum, Size *size)
{
	struct varlena *front = PG_DETOAST_DATUM_SLICE(datum, 0, (int32) *size);

	*size = VARSIZE_ANY_EXHDR(front);
	return (uint8 *) VARDATA_ANY(front);
}

/*
 * Read the blocks of a period: the first block read is the first that does
 * not end before it.  Of a value that lies toasted, only the front and these
 * blocks are fetched; blocks past the period cannot be read.
 */
void
series_start_reading_part(SeriesReader *reader, Datum datum,
						  TimestampTz since, TimestampTz until)
{
	struct varatt_external pointer;
	struct varlena *part;
	const uint8 *front;
	Size		size = TOAST_MAX_CHUNK_SIZE;
	Size		whole;

	if (VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datum)))
		VARATT_EXTERNAL_GET_POINTER(pointer, DatumGetPointer(datum));
	if (!VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datum)) ||
		VARATT_EXTERNAL_IS_COMPRESSED(pointer))
	{
		series_start_reading(reader, datum);
		series_check(series_seek(reader, since));
		return;
	}

	whole = VARATT_EXTERNAL_GET_EXTSIZE(pointer);
	front = get_front(datum, &size);
	series_check(series_open_front(reader, front, size, whole));
	if (reader->offset > size)
	{
		size = reader->offset;
		front = get_front(datum, &size);
		series_check(series_open_front(reader, front, size, whole));
	}
	series_check(series_find_part(reader, since, until));
	part = PG_DETOAST_DATUM_SLICE(datum, (int32) reader->part_start,
								  (int32) (reader->part_end -
										   reader->part_start));
	series_set_part(reader, (uint8 *) VARDATA_ANY(part));
}

/* Read the next block; false if there is none. */
bool
series_read_block(SeriesReader *reader)
{
	CHECK_FOR_INTERRUPTS();
	series_check(series_next_block(reader));
	return reader->block.count > 0;
}

/* Decode a series whole, for what needs more than one pass over it. */
void
series_read_points(SeriesPoints *points, Datum datum)
{
	SeriesReader reader;
	Size		total;

	series_start_reading(&reader, datum);
	total = reader.summary.count;
	points->times = MemoryContextAllocHuge(CurrentMemoryContext,
										   sizeof(TimestampTz) * total);
	points->values = MemoryContextAllocHuge(CurrentMemoryContext,
											sizeof(float8) * total);
	points->count = 0;
	points->exponent = 0;
	while (series_read_block(&reader))
	{
		if (reader.block.exponent < 0)
			points->exponent = -1;
		else if (points->exponent >= 0)
			points->exponent = Max(points->exponent, reader.block.exponent);
		memcpy(points->times + points->count, reader.block.times,
			   sizeof(TimestampTz) * reader.block.count);
		memcpy(points->values + points->count, reader.block.values,
			   sizeof(float8) * reader.block.count);
		points->count += reader.block.count;
	}
}

void
series_start_walk(SeriesCursor *cursor, Datum datum)
{
	series_start_reading(&cursor->reader, datum);
	series_step_block(cursor);
}

/* Go on to the first point of the next block. */
void
series_step_block(SeriesCursor *cursor)
{
	series_read_block(&cursor->reader);
	cursor->position = 0;
}

static void *
resize_memory(void *memory, size_t size)
{
	if (memory == NULL)
		return MemoryContextAllocHuge(CurrentMemoryContext, size);
	return repalloc_huge(memory, size);
}

void
series_start_writing(SeriesWriter *writer)
{
	series_begin(writer, resize_memory);
}

/*
 * Add all of a series, which comes after all points so far.  What is damaged
 * in it stays so; where assertions are checked, it must not get that far.
 */
void
series_add_series(SeriesWriter *writer, Datum datum)
{
	SeriesReader reader;

	series_start_reading(&reader, datum);
#ifdef USE_ASSERT_CHECKING
	series_check(series_validate(reader.part, reader.size));
#endif
	series_check(series_append(writer, &reader));
}

/* Finish a series; NULL if nothing was added to it. */
struct varlena *
series_write(SeriesWriter *writer)
{
	Size		size;
	struct varlena *result;

	if (writer->summary.count == 0 && writer->pending.count == 0)
		return NULL;
	size = series_finish(writer);
	if (writer->summary.count > SERIES_MAX_POINTS ||
		size > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("series is too long"),
				 errdetail("Its " UINT64_FORMAT " points would take %zu bytes; the most are %d points and %zu bytes.",
						   writer->summary.count, size, SERIES_MAX_POINTS,
						   (Size) MaxAllocSize - VARHDRSZ),
				 errhint("Divide it into several series by time.")));
	result = palloc(size + VARHDRSZ);
	SET_VARSIZE(result, size + VARHDRSZ);
	series_output(writer, (uint8 *) VARDATA(result));
	if (writer->bytes != NULL)
		pfree(writer->bytes);
	if (writer->entries != NULL)
		pfree(writer->entries);
	Assert(series_validate((uint8 *) VARDATA(result), size) == SERIES_OK);
	return result;
}

/* By time, and at one instant by which value prevails. */
static int
compare_points(const void *left, const void *right, void *unused)
{
	const SeriesPoint *a = left;
	const SeriesPoint *b = right;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return series_prevails(b->value, a->value) -
		series_prevails(a->value, b->value);
}

void
series_sort_points(SeriesPoint *points, Size count)
{
	qsort_interruptible(points, count, sizeof(SeriesPoint), compare_points,
						NULL);
}

/* Of ordered points, leave one for each instant.  Returns how many. */
Size
series_drop_duplicates(SeriesPoint *points, Size count)
{
	Size		kept = 0;

	for (Size i = 0; i < count; i++)
	{
		if (kept == 0 || points[i].time != points[kept - 1].time)
			points[kept++] = points[i];
	}
	return kept;
}

/* Make a series of points that are in order. */
struct varlena *
series_from_points(const SeriesPoint *points, Size count)
{
	SeriesWriter writer;

	series_start_writing(&writer);
	for (Size i = 0; i < count; i++)
	{
		if (i % SERIES_BLOCK_POINTS == 0)
			CHECK_FOR_INTERRUPTS();
		series_add_point(&writer, points[i].time, points[i].value);
	}
	return series_write(&writer);
}
