/*
 * unit_cache.c
 *		The units and pairs of units that a backend has used.
 *
 * A hash of the text says which of a fixed number of places a unit has; one
 * unit drives out another of the same place.  An entry stays where it is for
 * the life of the backend and is compared whenever it is used, so that a
 * pointer to it may be kept to look there first; but its content may be
 * another after the next look-up.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "compat.h"
#include "text_io.h"
#include "unit_server.h"

#define UNIT_PLACES			128
#define CONVERSION_PLACES	128

static CachedUnit *units[UNIT_PLACES];
static CachedConversion *conversions[CONVERSION_PLACES];

static uint32
hash_text(const char *text, int length)
{
	return hash_bytes((const unsigned char *) text, length);
}

static void *
make_place(Size size)
{
	return MemoryContextAllocZero(TopMemoryContext, size);
}

/* The meaning of a unit; NULL after a soft error. */
const CachedUnit *
unit_lookup(Node *escontext, const char *text, int length)
{
	CachedUnit **place = &units[hash_text(text, length) % UNIT_PLACES];
	UnitScan	scan;
	UnitForm	form;
	UnitMeaning meaning;
	UnitConversion to_base;

	if (*place != NULL && (*place)->length == length &&
		memcmp((*place)->text, text, length) == 0)
		return *place;

	unit_scan_open(&scan, text, length, false);
	if (!unit_parse(&form, &scan))
	{
		unit_report(escontext, &scan);
		return NULL;
	}
	if (!unit_mean(&meaning, &form) || !unit_prepare_base(&to_base, &meaning))
		ereturn(escontext, NULL,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("unit is out of range: \"%s\"",
						text_excerpt(text, length)),
				 errdetail("Its factor over base units has more digits than are kept.")));
	if (*place == NULL)
		*place = make_place(sizeof(CachedUnit));
	(*place)->length = length;
	memcpy((*place)->text, text, length);
	(*place)->meaning = meaning;
	(*place)->to_base = to_base;
	return *place;
}

static void
report_incommensurable(const char *from, int from_length,
					   const UnitMeaning *from_meaning,
					   const char *to, int to_length,
					   const UnitMeaning *to_meaning)
{
	char		from_dimension[UNIT_DIMENSION_SIZE];
	char		to_dimension[UNIT_DIMENSION_SIZE];

	unit_print_dimension(from_dimension, from_meaning);
	unit_print_dimension(to_dimension, to_meaning);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot convert \"%s\" to \"%s\"",
					text_excerpt(from, from_length),
					text_excerpt(to, to_length)),
			 errdetail("The dimension of the one is %s, of the other %s.",
					   from_dimension, to_dimension)));
}

static bool
is_of(const CachedConversion *entry, const char *from, int from_length,
	  const char *to, int to_length)
{
	return entry != NULL &&
		entry->from_length == from_length && entry->to_length == to_length &&
		memcmp(entry->from, from, from_length) == 0 &&
		memcmp(entry->to, to, to_length) == 0;
}

/* How to convert; last is an entry to look at first, or NULL. */
const CachedConversion *
unit_lookup_conversion(const char *from, int from_length,
					   const char *to, int to_length,
					   const CachedConversion *last)
{
	CachedConversion **place;
	UnitMeaning from_meaning;
	const UnitMeaning *to_meaning;
	UnitConversion conversion;
	const CachedUnit *unit;

	if (is_of(last, from, from_length, to, to_length))
		return last;
	place = &conversions[hash_combine(hash_text(from, from_length),
									  hash_text(to, to_length)) %
						 CONVERSION_PLACES];
	if (is_of(*place, from, from_length, to, to_length))
		return *place;

	unit = unit_lookup(NULL, from, from_length);
	from_meaning = unit->meaning;
	unit = unit_lookup(NULL, to, to_length);
	to_meaning = &unit->meaning;
	if (!unit_same_dimension(&from_meaning, to_meaning) &&
		unit_molar(&from_meaning, to_meaning) == 0)
		report_incommensurable(from, from_length, &from_meaning,
							   to, to_length, to_meaning);
	if (!unit_prepare(&conversion, &from_meaning, to_meaning))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("cannot convert \"%s\" to \"%s\"",
						text_excerpt(from, from_length),
						text_excerpt(to, to_length)),
				 errdetail("The factor between them has more digits than are kept.")));
	if (*place == NULL)
		*place = make_place(sizeof(CachedConversion));
	(*place)->from_length = from_length;
	(*place)->to_length = to_length;
	memcpy((*place)->from, from, from_length);
	memcpy((*place)->to, to, to_length);
	(*place)->conversion = conversion;
	return *place;
}
