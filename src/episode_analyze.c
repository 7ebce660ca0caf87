/*
 * episode_analyze.c
 *		Statistics about columns of episodes: how common each label is, and
 *		how the spans lie in time.
 *
 * Labels are kept as the most common elements of a tsvector are, but sorted
 * by their bytes; spans as the bounds of a range type are.
 *
 * Labels are counted by the Lossy Counting of G. S. Manku and R. Motwani,
 * Approximate Frequency Counts over Data Streams, VLDB 2002: memory stays
 * bounded whatever a column holds.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/vacuum.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"

#include "compat.h"
#include "episode.h"

/* Longer values tell of some import gone wrong rather than of a column. */
#define MAX_WIDTH	0x10000

/* Labels that come between two clearings of the table of counts. */
#define BUCKET_LABELS	100000

typedef struct LabelCount
{
	EpisodeLabel label;			/* the key */
	uint32		count;
	uint32		missed;			/* as often it may have come before */
} LabelCount;

static uint32
hash_label(const void *key, Size size)
{
	const EpisodeLabel *label = key;

	return hash_bytes((const unsigned char *) label->text,
					  (int) label->length);
}

static int
match_labels(const void *left, const void *right, Size size)
{
	return episode_compare_labels(left, right);
}

static HTAB *
make_counts(void)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(EpisodeLabel);
	control.entrysize = sizeof(LabelCount);
	control.hash = hash_label;
	control.match = match_labels;
	control.hcxt = CurrentMemoryContext;
	return hash_create("labels of episodes", 64, &control,
					   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE |
					   HASH_CONTEXT);
}

static void
count_label(HTAB *counts, const EpisodeLabel *label, uint32 bucket)
{
	bool		found;
	LabelCount *count = hash_search(counts, label, HASH_ENTER, &found);

	if (!found)
	{
		char	   *copy = palloc(label->length);

		memcpy(copy, label->text, label->length);
		count->label.text = copy;
		count->count = 0;
		count->missed = bucket;
	}
	count->count++;
}

/* Forget the labels that may be rarer than one in a bucket. */
static void
clear_rare(HTAB *counts, uint32 bucket)
{
	HASH_SEQ_STATUS walk;
	LabelCount *count;

	hash_seq_init(&walk, counts);
	while ((count = hash_seq_search(&walk)) != NULL)
	{
		if (count->count + count->missed <= bucket)
		{
			const char *text = count->label.text;

			hash_search(counts, &count->label, HASH_REMOVE, NULL);
			pfree(unconstify(char *, text));
		}
	}
}

static int
compare_counts(const void *left, const void *right)
{
	const LabelCount *a = *(LabelCount *const *) left;
	const LabelCount *b = *(LabelCount *const *) right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return episode_compare_labels(&a->label, &b->label);
}

static int
compare_count_labels(const void *left, const void *right)
{
	const LabelCount *a = *(LabelCount *const *) left;
	const LabelCount *b = *(LabelCount *const *) right;

	return episode_compare_labels(&a->label, &b->label);
}

static int
compare_times(const void *left, const void *right)
{
	int64		a = *(const int64 *) left;
	int64		b = *(const int64 *) right;

	return (a > b) - (a < b);
}

static void
set_slot_type(VacAttrStats *stats, int slot, Oid type, char align)
{
	stats->statypid[slot] = type;
	stats->statyplen[slot] = -1;
	stats->statypbyval[slot] = false;
	stats->statypalign[slot] = align;
}

/* The most common labels in order of their bytes, with their frequencies. */
static void
store_labels(VacAttrStats *stats, int slot, HTAB *counts, int num_episodes,
			 int most)
{
	int			num_counts = (int) hash_get_num_entries(counts);
	LabelCount **sorted = palloc(sizeof(LabelCount *) * num_counts);
	HASH_SEQ_STATUS walk;
	Datum	   *values;
	float4	   *numbers;
	int			kept = Min(num_counts, most);

	hash_seq_init(&walk, counts);
	for (int i = 0; i < num_counts; i++)
		sorted[i] = hash_seq_search(&walk);
	hash_seq_term(&walk);
	qsort(sorted, num_counts, sizeof(LabelCount *), compare_counts);

	values = MemoryContextAlloc(stats->anl_context, sizeof(Datum) * kept);
	numbers = MemoryContextAlloc(stats->anl_context,
								 sizeof(float4) * (kept + 2));
	numbers[kept] = (float4) sorted[kept - 1]->count / num_episodes;
	numbers[kept + 1] = (float4) sorted[0]->count / num_episodes;
	qsort(sorted, kept, sizeof(LabelCount *), compare_count_labels);
	for (int i = 0; i < kept; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(stats->anl_context);

		values[i] = PointerGetDatum(cstring_to_text_with_len(sorted[i]->label.text,
															 (int) sorted[i]->label.length));
		MemoryContextSwitchTo(old);
		numbers[i] = (float4) sorted[i]->count / num_episodes;
	}
	stats->stakind[slot] = STATISTIC_KIND_MCELEM;
	stats->staop[slot] = TextEqualOperator;
	stats->stacoll[slot] = DEFAULT_COLLATION_OID;
	stats->stanumbers[slot] = numbers;
	stats->numnumbers[slot] = kept + 2;
	stats->stavalues[slot] = values;
	stats->numvalues[slot] = kept;
	set_slot_type(stats, slot, TEXTOID, TYPALIGN_INT);
}

/* A histogram of the starts of spans, and one of their ends, as ranges. */
static void
store_spans(VacAttrStats *stats, int slot, int64 *starts, int64 *ends,
			int num_episodes, int most)
{
	int			kept = Min(num_episodes, most);
	Datum	   *values = MemoryContextAlloc(stats->anl_context,
											sizeof(Datum) * kept);
	MemoryContext old;

	qsort(starts, num_episodes, sizeof(int64), compare_times);
	qsort(ends, num_episodes, sizeof(int64), compare_times);
	old = MemoryContextSwitchTo(stats->anl_context);
	for (int i = 0; i < kept; i++)
	{
		int			from = (int) ((int64) i * (num_episodes - 1) / (kept - 1));

		values[i] = RangeTypePGetDatum(episode_make_range((TimeSpan) {starts[from],
																	  ends[from]}));
	}
	MemoryContextSwitchTo(old);
	stats->stakind[slot] = STATISTIC_KIND_BOUNDS_HISTOGRAM;
	stats->staop[slot] = InvalidOid;
	stats->stacoll[slot] = InvalidOid;
	stats->stavalues[slot] = values;
	stats->numvalues[slot] = kept;
	set_slot_type(stats, slot, TSTZRANGEOID, TYPALIGN_DOUBLE);
}

static void
compute_stats(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch, int num_rows,
			  double total_rows)
{
	int			target = smartcare_statistics_target(stats);
	HTAB	   *counts = make_counts();
	int64	   *starts = palloc(sizeof(int64) * Max(num_rows, 1));
	int64	   *ends = palloc(sizeof(int64) * Max(num_rows, 1));
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "episode of a sample",
												  ALLOCSET_DEFAULT_SIZES);
	int			num_episodes = 0;
	int			num_nulls = 0;
	double		width = 0;
	uint64		num_labels = 0;
	int			slot = 0;

	if (target < 0)
		target = default_statistics_target;
	for (int i = 0; i < num_rows; i++)
	{
		bool		isnull;
		Datum		datum = fetch(stats, i, &isnull);
		MemoryContext old;
		Episode		episode;
		EpisodeSummary summary;

		CHECK_FOR_INTERRUPTS();
		if (isnull)
		{
			num_nulls++;
			continue;
		}
		width += VARSIZE_ANY(DatumGetPointer(datum));
		if (toast_raw_datum_size(datum) > MAX_WIDTH)
			continue;
		old = MemoryContextSwitchTo(context);
		episode_get_summary(datum, &summary);
		episode_read(&episode, datum);
		MemoryContextSwitchTo(old);
		starts[num_episodes] = summary.start;
		ends[num_episodes++] = summary.end;
		for (uint32 j = 0; j < episode.num_labels; j++)
		{
			count_label(counts, &episode.labels[j],
						(uint32) (num_labels / BUCKET_LABELS));
			if (++num_labels % BUCKET_LABELS == 0)
				clear_rare(counts, (uint32) (num_labels / BUCKET_LABELS));
		}
		MemoryContextReset(context);
	}

	stats->stats_valid = num_rows > 0;
	if (num_rows == 0)
		return;
	stats->stanullfrac = (float4) ((double) num_nulls / num_rows);
	if (num_nulls == num_rows)
		return;
	stats->stawidth = (int32) (width / (num_rows - num_nulls));
	stats->stadistinct = (float4) (-1.0 * (1.0 - stats->stanullfrac));
	if (hash_get_num_entries(counts) > 0)
		store_labels(stats, slot++, counts, num_episodes, target * 10);
	if (num_episodes > 1)
		store_spans(stats, slot, starts, ends, num_episodes, target + 1);
}

PG_FUNCTION_INFO_V1(episode_typanalyze);
Datum
episode_typanalyze(PG_FUNCTION_ARGS)
{
	VacAttrStats *stats = (VacAttrStats *) PG_GETARG_POINTER(0);
	int			target = smartcare_statistics_target(stats);

	if (target < 0)
		target = default_statistics_target;
	stats->compute_stats = compute_stats;
	stats->minrows = 300 * target;
	PG_RETURN_BOOL(true);
}
