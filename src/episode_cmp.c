/*
 * episode_cmp.c
 *		Comparison and hashing of episodes, phase by phase: how their bytes
 *		came about plays no part.
 *
 * An episode is ordered like the list of its (start, end, label) rows, an
 * open end being the last and labels compared by their bytes.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "compat.h"
#include "episode.h"

/* Whether the bytes are the same, in which case the phases are. */
static bool
same_bytes(struct varlena *a, struct varlena *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

static int
compare_phases(const Episode *a, const Episode *b)
{
	uint32		count = Min(a->num_phases, b->num_phases);

	for (uint32 i = 0; i < count; i++)
	{
		const EpisodePhase *left = &a->phases[i];
		const EpisodePhase *right = &b->phases[i];
		int			order;

		if (left->start != right->start)
			return left->start < right->start ? -1 : 1;
		if (left->end != right->end)
			return left->end < right->end ? -1 : 1;
		order = episode_compare_labels(&a->labels[left->label],
									   &b->labels[right->label]);
		if (order != 0)
			return order;
	}
	return (a->num_phases > b->num_phases) - (a->num_phases < b->num_phases);
}

static int
compare(FunctionCallInfo fcinfo)
{
	struct varlena *left = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *right = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	int			result = 0;

	if (!same_bytes(left, right))
	{
		Episode		a;
		Episode		b;

		episode_read(&a, PointerGetDatum(left));
		episode_read(&b, PointerGetDatum(right));
		result = compare_phases(&a, &b);
		episode_free(&a);
		episode_free(&b);
	}
	PG_FREE_IF_COPY(left, 0);
	PG_FREE_IF_COPY(right, 1);
	return result;
}

/* Equality looks at the summaries first: they seldom agree by chance. */
static bool
are_equal(FunctionCallInfo fcinfo)
{
	EpisodeSummary a;
	EpisodeSummary b;

	episode_get_summary(PG_GETARG_DATUM(0), &a);
	episode_get_summary(PG_GETARG_DATUM(1), &b);
	return a.num_phases == b.num_phases && a.num_labels == b.num_labels &&
		a.start == b.start && a.end == b.end && compare(fcinfo) == 0;
}

PG_FUNCTION_INFO_V1(episode_eq);
Datum
episode_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(are_equal(fcinfo));
}

PG_FUNCTION_INFO_V1(episode_ne);
Datum
episode_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!are_equal(fcinfo));
}

PG_FUNCTION_INFO_V1(episode_lt);
Datum
episode_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(episode_le);
Datum
episode_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(episode_gt);
Datum
episode_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(episode_ge);
Datum
episode_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(episode_cmp);
Datum
episode_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare(fcinfo));
}

static uint64
hash_phases(Datum datum, uint64 seed)
{
	Episode		episode;
	uint64		hash = seed;

	episode_read(&episode, datum);
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		const EpisodePhase *phase = &episode.phases[i];
		const EpisodeLabel *label = &episode.labels[phase->label];
		int64		ends[2] = {phase->start, phase->end};

		hash = hash_bytes_extended((const unsigned char *) ends,
								   sizeof(ends), hash);
		hash = hash_bytes_extended((const unsigned char *) label->text,
								   (int) label->length, hash);
	}
	return hash;
}

PG_FUNCTION_INFO_V1(episode_hash);
Datum
episode_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT32((uint32) hash_phases(PG_GETARG_DATUM(0), 0));
}

PG_FUNCTION_INFO_V1(episode_hash_extended);
Datum
episode_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT64(hash_phases(PG_GETARG_DATUM(0),
								 (uint64) PG_GETARG_INT64(1)));
}
