/*
 * episode_store.c
 *		Stored episodes as the server's functions read and write them: the
 *		codec with toasted values, memory contexts and errors.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "episode.h"

/* Where an added label is looked for: phases often alternate between a few. */
#define RECENT_LABELS	16

/* Throw what the codec says about bytes that no episode_encode() made. */
void
episode_check_status(EpisodeStatus status)
{
	if (status == EPISODE_CORRUPT)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored episode is damaged")));
	if (status == EPISODE_UNSUPPORTED)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("stored episode has a format that is not known here"),
				 errhint("A later version of the extension \"smartcare\" may have written it; install that version.")));
}

/* Read the summary, and of a toasted value nothing else. */
void
episode_get_summary(Datum datum, EpisodeSummary *summary)
{
	struct varlena *front = (struct varlena *) DatumGetPointer(datum);

	if (VARATT_IS_EXTERNAL(front) || VARATT_IS_COMPRESSED(front))
		front = PG_DETOAST_DATUM_SLICE(datum, 0, EPISODE_FRONT_MAX);
	episode_check_status(episode_read_summary((uint8 *) VARDATA_ANY(front),
											  VARSIZE_ANY_EXHDR(front),
											  summary));
	if (front != (struct varlena *) DatumGetPointer(datum))
		pfree(front);
}

/* Open a stored episode in place; it is part of the datum, and lives as long. */
void
episode_open_datum(StoredEpisode *stored, Datum datum)
{
	struct varlena *whole = PG_DETOAST_DATUM_PACKED(datum);

	episode_check_status(episode_open(stored, (uint8 *) VARDATA_ANY(whole),
									  VARSIZE_ANY_EXHDR(whole)));
}

/*
 * Decode an episode into CurrentMemoryContext.  The texts of its labels may
 * be part of the datum, and live as long.
 */
void
episode_read(Episode *episode, Datum datum)
{
	StoredEpisode stored;
	EpisodeLabel *labels;
	EpisodePhase *phases;

	episode_open_datum(&stored, datum);
	labels = palloc(sizeof(EpisodeLabel) * stored.summary.num_labels);
	phases = palloc(sizeof(EpisodePhase) * stored.summary.num_phases);
	episode_check_status(episode_decode(&stored, labels, phases));
	episode->num_labels = stored.summary.num_labels;
	episode->num_phases = stored.summary.num_phases;
	episode->labels = labels;
	episode->phases = phases;
}

/* For what is called often in one memory context, as by a sort. */
void
episode_free(Episode *episode)
{
	pfree(unconstify(EpisodeLabel *, episode->labels));
	pfree(unconstify(EpisodePhase *, episode->phases));
}

/* Make a stored episode. */
struct varlena *
episode_write(const Episode *episode)
{
	EpisodePlan plan;
	Size		size = episode_plan(&plan, episode);
	struct varlena *result;

	Assert(episode_is_valid(episode));
	if (size > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("episode is too long"),
				 errdetail("It would take %zu bytes; the most are %zu.",
						   size, (Size) MaxAllocSize - VARHDRSZ)));
	result = palloc(size + VARHDRSZ);
	SET_VARSIZE(result, size + VARHDRSZ);
	episode_encode(&plan, episode, (uint8 *) VARDATA(result));
	return result;
}

static void
begin(EpisodeBuilder *builder, uint32 max_labels, uint32 max_phases)
{
	builder->context = CurrentMemoryContext;
	builder->num_labels = 0;
	builder->max_labels = max_labels;
	builder->labels = palloc(sizeof(EpisodeLabel) * max_labels);
	builder->num_phases = 0;
	builder->max_phases = max_phases;
	builder->phases = palloc(sizeof(EpisodePhase) * max_phases);
}

/* Begin an episode, to be made in the current memory context. */
void
episode_begin(EpisodeBuilder *builder)
{
	begin(builder, 8, 8);
}

/* Begin an episode made from another, whose labels keep their numbers. */
void
episode_begin_from(EpisodeBuilder *builder, const Episode *episode)
{
	begin(builder, episode->num_labels + 1, episode->num_phases + 1);
	memcpy(builder->labels, episode->labels,
		   sizeof(EpisodeLabel) * episode->num_labels);
	builder->num_labels = episode->num_labels;
}

/* The number of a label, added if it is not among those that came last. */
uint32
episode_add_label(EpisodeBuilder *builder, const char *text, Size length)
{
	uint32		first = builder->num_labels > RECENT_LABELS ?
		builder->num_labels - RECENT_LABELS : 0;
	EpisodeLabel *label;
	char	   *copy;

	for (uint32 i = builder->num_labels; i-- > first;)
	{
		label = &builder->labels[i];
		if (label->length == length && memcmp(label->text, text, length) == 0)
			return i;
	}
	if (builder->num_labels == builder->max_labels)
	{
		builder->max_labels *= 2;
		builder->labels = repalloc_huge(builder->labels, builder->max_labels *
										sizeof(EpisodeLabel));
	}
	copy = MemoryContextAlloc(builder->context, length);
	memcpy(copy, text, length);
	label = &builder->labels[builder->num_labels];
	label->text = copy;
	label->length = length;
	return builder->num_labels++;
}

void
episode_add_phase(EpisodeBuilder *builder, uint32 label,
				  TimestampTz start, TimestampTz end)
{
	EpisodePhase *phase;

	if (builder->num_phases == builder->max_phases)
	{
		if (builder->num_phases >= EPISODE_MAX_PHASES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("episode has more than %d phases",
							EPISODE_MAX_PHASES)));
		builder->max_phases *= 2;
		builder->phases = repalloc_huge(builder->phases, builder->max_phases *
										sizeof(EpisodePhase));
	}
	if (builder->num_phases % 1024 == 0)
		CHECK_FOR_INTERRUPTS();
	phase = &builder->phases[builder->num_phases++];
	phase->start = start;
	phase->end = end;
	phase->label = label;
}

static int
compare_labels(const void *left, const void *right, void *labels)
{
	return episode_compare_labels((EpisodeLabel *) labels + *(const uint32 *) left,
								  (EpisodeLabel *) labels + *(const uint32 *) right);
}

static int
compare_phases(const void *left, const void *right, void *unused)
{
	return episode_compare_phases(left, right);
}

/* Leave the labels that are used, each once and in order. */
static void
settle_labels(EpisodeBuilder *builder)
{
	uint32	   *number = palloc0(sizeof(uint32) * builder->num_labels);
	uint32	   *order = palloc(sizeof(uint32) * builder->num_labels);
	EpisodeLabel *labels = palloc(sizeof(EpisodeLabel) * builder->max_labels);
	uint32		num_used = 0;
	uint32		num_labels = 0;

	for (uint32 i = 0; i < builder->num_phases; i++)
		number[builder->phases[i].label] = 1;
	for (uint32 i = 0; i < builder->num_labels; i++)
	{
		if (number[i] != 0)
			order[num_used++] = i;
	}
	qsort_interruptible(order, num_used, sizeof(uint32), compare_labels,
						builder->labels);
	for (uint32 i = 0; i < num_used; i++)
	{
		EpisodeLabel *label = &builder->labels[order[i]];

		if (num_labels == 0 ||
			episode_compare_labels(&labels[num_labels - 1], label) != 0)
			labels[num_labels++] = *label;
		number[order[i]] = num_labels - 1;
	}
	for (uint32 i = 0; i < builder->num_phases; i++)
		builder->phases[i].label = number[builder->phases[i].label];
	pfree(builder->labels);
	pfree(number);
	pfree(order);
	builder->labels = labels;
	builder->num_labels = num_labels;
}

/*
 * Make an episode of the phases added; NULL if there are none.  The builder
 * may be added to after that, and stands for the same phases.
 */
struct varlena *
episode_finish(EpisodeBuilder *builder)
{
	Episode		episode;
	MemoryContext old;

	if (builder->num_phases == 0)
		return NULL;
	old = MemoryContextSwitchTo(builder->context);
	settle_labels(builder);
	MemoryContextSwitchTo(old);
	for (uint32 i = 1; i < builder->num_phases; i++)
	{
		if (episode_compare_phases(&builder->phases[i - 1],
								   &builder->phases[i]) > 0)
		{
			qsort_interruptible(builder->phases, builder->num_phases,
								sizeof(EpisodePhase), compare_phases, NULL);
			break;
		}
	}
	episode.num_labels = builder->num_labels;
	episode.num_phases = builder->num_phases;
	episode.labels = builder->labels;
	episode.phases = builder->phases;
	return episode_write(&episode);
}
