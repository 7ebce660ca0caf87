/*
 * episode_agg.c
 *		Making episodes: of one phase, of rows, and of other episodes.
 *
 * The state of the aggregates is of type episode, in memory an expanded
 * object around a builder.  What it stands for does not change by flattening
 * it, so a window may ask for the result as often as it likes.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "agg_state.h"
#include "compat.h"
#include "episode.h"

typedef struct ExpandedEpisode
{
	ExpandedObjectHeader header;
	EpisodeBuilder builder;
	struct varlena *flat;		/* what flattening gave, or NULL */
} ExpandedEpisode;

static Size
get_flat_size(ExpandedObjectHeader *header)
{
	ExpandedEpisode *expanded = (ExpandedEpisode *) header;

	if (expanded->flat == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(header->eoh_context);

		expanded->flat = episode_finish(&expanded->builder);
		MemoryContextSwitchTo(old);
	}
	return VARSIZE(expanded->flat);
}

static void
flatten_into(ExpandedObjectHeader *header, void *result, Size allocated_size)
{
	ExpandedEpisode *expanded = (ExpandedEpisode *) header;

	Assert(expanded->flat != NULL && VARSIZE(expanded->flat) == allocated_size);
	memcpy(result, expanded->flat, allocated_size);
}

static const ExpandedObjectMethods episode_methods = {
	get_flat_size,
	flatten_into
};

static void
add_episode(EpisodeBuilder *builder, Datum datum)
{
	Episode		episode;
	uint32	   *labels;

	episode_read(&episode, datum);
	labels = palloc(sizeof(uint32) * episode.num_labels);
	for (uint32 i = 0; i < episode.num_labels; i++)
		labels[i] = episode_add_label(builder, episode.labels[i].text,
									  episode.labels[i].length);
	for (uint32 i = 0; i < episode.num_phases; i++)
		episode_add_phase(builder, labels[episode.phases[i].label],
						  episode.phases[i].start, episode.phases[i].end);
	pfree(labels);
}

/*
 * The state of an aggregate to add to: what the first argument holds, to be
 * changed in place where it may be, or a copy.
 */
static ExpandedEpisode *
get_state(FunctionCallInfo fcinfo)
{
	Datum		datum = PG_GETARG_DATUM(0);
	MemoryContext context;
	MemoryContext old;
	ExpandedEpisode *expanded;

	if (!PG_ARGISNULL(0) &&
		VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(datum)))
	{
		expanded = (ExpandedEpisode *) DatumGetEOHP(datum);
		if (expanded->flat != NULL)
			pfree(expanded->flat);
		expanded->flat = NULL;
		return expanded;
	}
	context = agg_state_context(fcinfo);
	old = MemoryContextSwitchTo(context);
	expanded = palloc0(sizeof(ExpandedEpisode));
	EOH_init_header(&expanded->header, &episode_methods, context);
	episode_begin(&expanded->builder);
	MemoryContextSwitchTo(old);
	if (!PG_ARGISNULL(0))
		add_episode(&expanded->builder, datum);
	return expanded;
}

static Datum
unchanged_state(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* Add a phase whose label and period are arguments of a function. */
static void
add_arguments(EpisodeBuilder *builder, FunctionCallInfo fcinfo, int argument)
{
	text	   *label = PG_GETARG_TEXT_PP(argument);
	RangeType  *range = PG_GETARG_RANGE_P(argument + 1);
	TimestampTz start;
	TimestampTz end;

	episode_check_label(VARDATA_ANY(label), VARSIZE_ANY_EXHDR(label));
	episode_check_period(range,
						 range_get_typcache(fcinfo, RangeTypeGetOid(range)),
						 &start, &end);
	episode_add_phase(builder,
					  episode_add_label(builder, VARDATA_ANY(label),
										VARSIZE_ANY_EXHDR(label)),
					  start, end);
}

/* episode(label, period) */
PG_FUNCTION_INFO_V1(episode_from_phase);
Datum
episode_from_phase(PG_FUNCTION_ARGS)
{
	EpisodeBuilder builder;

	episode_begin(&builder);
	add_arguments(&builder, fcinfo, 0);
	PG_RETURN_POINTER(episode_finish(&builder));
}

PG_FUNCTION_INFO_V1(episode_agg_phase);
Datum
episode_agg_phase(PG_FUNCTION_ARGS)
{
	ExpandedEpisode *expanded;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return unchanged_state(fcinfo);
	expanded = get_state(fcinfo);
	add_arguments(&expanded->builder, fcinfo, 1);
	PG_RETURN_DATUM(EOHPGetRWDatum(&expanded->header));
}

/* Adds an episode to an episode: transition and combine function. */
PG_FUNCTION_INFO_V1(episode_agg_episode);
Datum
episode_agg_episode(PG_FUNCTION_ARGS)
{
	ExpandedEpisode *expanded;

	if (PG_ARGISNULL(1))
		return unchanged_state(fcinfo);
	expanded = get_state(fcinfo);
	add_episode(&expanded->builder, PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(EOHPGetRWDatum(&expanded->header));
}

/* episode || episode; the other where one is NULL */
PG_FUNCTION_INFO_V1(episode_concat);
Datum
episode_concat(PG_FUNCTION_ARGS)
{
	EpisodeBuilder builder;

	if (PG_ARGISNULL(1))
		return unchanged_state(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	episode_begin(&builder);
	add_episode(&builder, PG_GETARG_DATUM(0));
	add_episode(&builder, PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(episode_finish(&builder));
}
