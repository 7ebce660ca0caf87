/*
 * episode_agg.c
 *		Making episodes: of one phase, of rows, and of other episodes.
 *
 * The state of the aggregates is of type episode: the stored form while it is
 * short, then an expanded object around a builder.  What that stands for does
 * not change by flattening it, so a window may ask for the result as often as
 * it likes.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "compat.h"
#include "episode.h"

/*
 * So many phases are worth an expanded object.  It has a memory context of its
 * own, and hash aggregation adds up the contexts of all groups for each new
 * one: with many groups that takes a time of their number squared.
 */
#define EXPAND_PHASES	64

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

/* Whether a state is so short that it is kept as it is stored. */
static bool
is_short(FunctionCallInfo fcinfo)
{
	Datum		state = PG_GETARG_DATUM(0);
	EpisodeSummary summary;

	if (PG_ARGISNULL(0))
		return true;
	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(state)))
		return false;
	episode_get_summary(state, &summary);
	return summary.num_phases < EXPAND_PHASES;
}

/* Begin what comes after a short state. */
static void
begin_from_state(EpisodeBuilder *builder, FunctionCallInfo fcinfo)
{
	Episode		episode;

	if (PG_ARGISNULL(0))
	{
		episode_begin(builder);
		return;
	}
	episode_read(&episode, PG_GETARG_DATUM(0));
	episode_begin_from(builder, &episode);
	for (uint32 i = 0; i < episode.num_phases; i++)
		episode_add_phase(builder, episode.phases[i].label,
						  episode.phases[i].start, episode.phases[i].end);
}

/*
 * A long state to add to: changed in place where it may be, or a copy.
 */
static ExpandedEpisode *
get_expanded(FunctionCallInfo fcinfo)
{
	Datum		datum = PG_GETARG_DATUM(0);
	MemoryContext context;
	MemoryContext old;
	ExpandedEpisode *expanded;

	if (VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(datum)))
	{
		expanded = (ExpandedEpisode *) DatumGetEOHP(datum);
		if (expanded->flat != NULL)
			pfree(expanded->flat);
		expanded->flat = NULL;
		return expanded;
	}
	if (!AggCheckCallContext(fcinfo, &context))
		context = CurrentMemoryContext;
	context = AllocSetContextCreate(context, "expanded episode",
									ALLOCSET_START_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	expanded = palloc0(sizeof(ExpandedEpisode));
	EOH_init_header(&expanded->header, &episode_methods, context);
	episode_begin(&expanded->builder);
	MemoryContextSwitchTo(old);
	add_episode(&expanded->builder, datum);
	return expanded;
}

/* A state with what a function adds to it. */
static Datum
add_to_state(FunctionCallInfo fcinfo,
			 void (*add) (EpisodeBuilder *, FunctionCallInfo))
{
	ExpandedEpisode *expanded;

	if (is_short(fcinfo))
	{
		EpisodeBuilder builder;

		begin_from_state(&builder, fcinfo);
		add(&builder, fcinfo);
		PG_RETURN_POINTER(episode_finish(&builder));
	}
	expanded = get_expanded(fcinfo);
	add(&expanded->builder, fcinfo);
	PG_RETURN_DATUM(EOHPGetRWDatum(&expanded->header));
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

static void
add_second_arguments(EpisodeBuilder *builder, FunctionCallInfo fcinfo)
{
	add_arguments(builder, fcinfo, 1);
}

PG_FUNCTION_INFO_V1(episode_agg_phase);
Datum
episode_agg_phase(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return unchanged_state(fcinfo);
	return add_to_state(fcinfo, add_second_arguments);
}

static void
add_second_episode(EpisodeBuilder *builder, FunctionCallInfo fcinfo)
{
	add_episode(builder, PG_GETARG_DATUM(1));
}

/* Adds an episode to an episode: transition and combine function. */
PG_FUNCTION_INFO_V1(episode_agg_episode);
Datum
episode_agg_episode(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		return unchanged_state(fcinfo);
	return add_to_state(fcinfo, add_second_episode);
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
