/*
 * episode_pattern_ops.c
 *		Whether, how often and where an episode matches a pattern.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "episode.h"
#include "episode_pattern.h"

/* How many places to scan between checks for interrupts. */
#define SCAN_PLACES	10000

/* Larger memory is not kept from one call to the next. */
#define KEPT_MEMORY	65536

/* What calls of a function leave to the next: mostly the pattern is the same. */
typedef struct Kept
{
	EpisodePattern *pattern;
	PatternView view;
	void	   *memory;
	Size		size;
} Kept;

/* A pattern, an episode, and what is found. */
typedef struct Search
{
	const PatternView *pattern;
	StoredEpisode episode;
	PatternMatcher matcher;
} Search;

/* Open a pattern, unless the call before had the same. */
static Kept *
open_pattern(FmgrInfo *function, Datum datum)
{
	Kept	   *kept = function->fn_extra;
	EpisodePattern *pattern = (EpisodePattern *) PG_DETOAST_DATUM(datum);
	Size		size = VARSIZE(pattern);

	if (kept == NULL)
		kept = function->fn_extra = MemoryContextAllocZero(function->fn_mcxt,
														   sizeof(Kept));
	if (kept->pattern == NULL || VARSIZE(kept->pattern) != size ||
		memcmp(kept->pattern, pattern, size) != 0)
	{
		if (kept->pattern != NULL)
			pfree(kept->pattern);
		kept->pattern = NULL;
		episode_pattern_open(&kept->view, PointerGetDatum(pattern));
		kept->pattern = MemoryContextAlloc(function->fn_mcxt, size);
		memcpy(kept->pattern, pattern, size);
		episode_pattern_open(&kept->view, PointerGetDatum(kept->pattern));
	}
	return kept;
}

static void *
get_memory(FmgrInfo *function, Kept *kept, Size size)
{
	if (size > KEPT_MEMORY)
		return MemoryContextAllocHuge(CurrentMemoryContext, size);
	if (size > kept->size)
	{
		if (kept->memory != NULL)
			pfree(kept->memory);
		kept->memory = NULL;
		kept->size = 0;
		kept->memory = MemoryContextAlloc(function->fn_mcxt, 2 * size);
		kept->size = 2 * size;
	}
	return kept->memory;
}

static void
begin_search(Search *search, FmgrInfo *function, Datum episode, Datum pattern,
			 TimestampTz horizon)
{
	Kept	   *kept = open_pattern(function, pattern);
	Size		size;

	search->pattern = &kept->view;
	episode_open_datum(&search->episode, episode);
	size = pattern_match_size(search->pattern, &search->episode);
	episode_check_status(pattern_match_begin(&search->matcher, search->pattern,
											 &search->episode, horizon,
											 get_memory(function, kept, size)));
}

/* Scan the whole episode, or stop at the first place where a match begins. */
static bool
scan(Search *search, bool stop)
{
	bool		found = false;

	while (search->matcher.position > 0 && !(found && stop))
	{
		CHECK_FOR_INTERRUPTS();
		if (pattern_match_scan(&search->matcher, SCAN_PLACES, stop))
			found = true;
	}
	return found;
}

static bool
matches(FmgrInfo *function, Datum episode, Datum pattern)
{
	Search		search;

	begin_search(&search, function, episode, pattern, DT_NOBEGIN);
	return scan(&search, true);
}

/* Begin a search of (episode, pattern, horizon); false if it has no result. */
static bool
begin_call(Search *search, FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	begin_search(search, fcinfo->flinfo, PG_GETARG_DATUM(0),
				 PG_GETARG_DATUM(1), PG_ARGISNULL(2) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(2));
	return true;
}

static PatternStep *
allocate_steps(const Search *search)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, sizeof(PatternStep) *
								  ((Size) search->matcher.num_places + 1));
}

/* episode ~ episode_pattern */
PG_FUNCTION_INFO_V1(episode_matches);
Datum
episode_matches(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(matches(fcinfo->flinfo, PG_GETARG_DATUM(0),
						   PG_GETARG_DATUM(1)));
}

/* episode_pattern ~ episode */
PG_FUNCTION_INFO_V1(episode_pattern_matches);
Datum
episode_pattern_matches(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(matches(fcinfo->flinfo, PG_GETARG_DATUM(1),
						   PG_GETARG_DATUM(0)));
}

/* matches(episode, episode_pattern, timestamptz) */
PG_FUNCTION_INFO_V1(episode_matches_until);
Datum
episode_matches_until(PG_FUNCTION_ARGS)
{
	Search		search;

	if (!begin_call(&search, fcinfo))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(scan(&search, true));
}

PG_FUNCTION_INFO_V1(episode_match_count);
Datum
episode_match_count(PG_FUNCTION_ARGS)
{
	Search		search;
	int32		count = 0;

	if (!begin_call(&search, fcinfo))
		PG_RETURN_NULL();
	scan(&search, false);
	for (uint32 i = 0; i < search.matcher.num_places; i++)
		count += pattern_match_at(&search.matcher, i);
	PG_RETURN_INT32(count);
}

/* A row of match(): a phase, and its place in the match. */
static void
put_row(const Episode *episode, const PatternPlace *place,
		ReturnSetInfo *result, int32 match, uint32 step)
{
	const EpisodePhase *phase = &episode->phases[place->phase];
	const EpisodeLabel *label = &episode->labels[phase->label];
	TimeSpan	period = {phase->start, phase->end};
	Datum		values[5];
	bool		nulls[5] = {false};

	values[0] = Int32GetDatum(match);
	values[1] = Int32GetDatum((int32) step + 1);
	values[2] = Int32GetDatum((int32) place->phase + 1);
	values[3] = PointerGetDatum(cstring_to_text_with_len(label->text,
														 (int) label->length));
	values[4] = RangeTypePGetDatum(episode_make_range(period));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	pfree(DatumGetPointer(values[3]));
	pfree(DatumGetPointer(values[4]));
}

PG_FUNCTION_INFO_V1(episode_match);
Datum
episode_match(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Search		search;
	const PatternPlace *places;
	Episode		episode;
	PatternStep *steps;
	int32		match = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (!begin_call(&search, fcinfo) || !scan(&search, false))
		return (Datum) 0;
	places = search.matcher.places;
	episode_read(&episode, PG_GETARG_DATUM(0));
	steps = allocate_steps(&search);
	for (uint32 i = 0; i < search.matcher.num_places; i++)
	{
		uint32		num_steps;

		if (!pattern_match_at(&search.matcher, i))
			continue;
		match++;
		num_steps = pattern_match_bind(&search.matcher, i, steps);
		for (uint32 j = 0; j < num_steps; j++)
		{
			CHECK_FOR_INTERRUPTS();
			put_row(&episode, &places[steps[j].place], result, match, j);
			for (int k = 0; k < search.pattern->front->num_overlaps; k++)
			{
				const PatternOverlap *overlap = &search.pattern->overlaps[k];

				if (overlap->state == steps[j].state && !overlap->absent)
					put_row(&episode,
							&places[pattern_match_overlap(&search.matcher,
														  overlap,
														  steps[j].place)],
							result, match, j);
			}
		}
	}
	return (Datum) 0;
}

/* The phases bound in the first match, in order of time. */
PG_FUNCTION_INFO_V1(episode_first_match);
Datum
episode_first_match(PG_FUNCTION_ARGS)
{
	Search		search;
	Episode		episode;
	PatternStep *steps;
	EpisodeBuilder builder;
	uint32		num_steps;
	uint32		first = 0;

	if (!begin_call(&search, fcinfo) || !scan(&search, false))
		PG_RETURN_NULL();
	while (!pattern_match_at(&search.matcher, first))
		first++;
	steps = allocate_steps(&search);
	num_steps = pattern_match_bind(&search.matcher, first, steps);
	episode_read(&episode, PG_GETARG_DATUM(0));
	episode_begin(&builder);
	for (uint32 i = 0; i < num_steps; i++)
	{
		uint32		number = search.matcher.places[steps[i].place].phase;
		const EpisodePhase *phase = &episode.phases[number];
		const EpisodeLabel *label = &episode.labels[phase->label];

		episode_add_phase(&builder,
						  episode_add_label(&builder, label->text, label->length),
						  phase->start, phase->end);
	}
	PG_RETURN_POINTER(episode_finish(&builder));
}
