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

/* A pattern, an episode, and what is found. */
typedef struct Search
{
	PatternView pattern;
	Episode		episode;
	PatternMatcher matcher;
} Search;

static void
begin_search(Search *search, Datum episode, Datum pattern,
			 TimestampTz horizon)
{
	void	   *memory;

	episode_pattern_open(&search->pattern, pattern);
	episode_read(&search->episode, episode);
	memory = MemoryContextAllocHuge(CurrentMemoryContext,
									pattern_match_size(&search->pattern,
													   &search->episode));
	pattern_match_begin(&search->matcher, &search->pattern, &search->episode,
						horizon, memory);
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
matches(Datum episode, Datum pattern, TimestampTz horizon)
{
	Search		search;

	begin_search(&search, episode, pattern, horizon);
	return scan(&search, true);
}

/* Begin a search of (episode, pattern, horizon); false if it has no result. */
static bool
begin_call(Search *search, FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	begin_search(search, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1),
				 PG_ARGISNULL(2) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(2));
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
	PG_RETURN_BOOL(matches(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1),
						   DT_NOBEGIN));
}

/* episode_pattern ~ episode */
PG_FUNCTION_INFO_V1(episode_pattern_matches);
Datum
episode_pattern_matches(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(matches(PG_GETARG_DATUM(1), PG_GETARG_DATUM(0),
						   DT_NOBEGIN));
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
put_row(const Search *search, ReturnSetInfo *result, int32 match,
		uint32 step, uint32 place)
{
	uint32		number = search->matcher.places[place].phase;
	const EpisodePhase *phase = &search->episode.phases[number];
	const EpisodeLabel *label = &search->episode.labels[phase->label];
	TimeSpan	period = {phase->start, phase->end};
	Datum		values[5];
	bool		nulls[5] = {false};

	values[0] = Int32GetDatum(match);
	values[1] = Int32GetDatum((int32) step + 1);
	values[2] = Int32GetDatum((int32) number + 1);
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
	PatternStep *steps;
	int32		match = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (!begin_call(&search, fcinfo) || !scan(&search, false))
		return (Datum) 0;
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
			put_row(&search, result, match, j, steps[j].place);
			for (int k = 0; k < search.pattern.front->num_overlaps; k++)
			{
				const PatternOverlap *overlap = &search.pattern.overlaps[k];

				if (overlap->state == steps[j].state && !overlap->absent)
					put_row(&search, result, match, j,
							pattern_match_overlap(&search.matcher, overlap,
												  steps[j].place));
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
	episode_begin(&builder);
	for (uint32 i = 0; i < num_steps; i++)
	{
		uint32		number = search.matcher.places[steps[i].place].phase;
		const EpisodePhase *phase = &search.episode.phases[number];

		const EpisodeLabel *label = &search.episode.labels[phase->label];

		episode_add_phase(&builder,
						  episode_add_label(&builder, label->text, label->length),
						  phase->start, phase->end);
	}
	PG_RETURN_POINTER(episode_finish(&builder));
}
