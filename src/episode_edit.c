/*
 * episode_edit.c
 *		Episodes from an episode: phases started and ended, cut, renamed and
 *		merged.
 */
#include "postgres.h"

#include "common/int.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"

#include "compat.h"
#include "episode.h"
#include "text_io.h"

static Datum
finish(FunctionCallInfo fcinfo, EpisodeBuilder *builder)
{
	struct varlena *result = episode_finish(builder);

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(result);
}

static void
add_phase(EpisodeBuilder *builder, const EpisodePhase *phase)
{
	episode_add_phase(builder, phase->label, phase->start, phase->end);
}

static char *
excerpt(const text *label)
{
	return text_excerpt(VARDATA_ANY(label), VARSIZE_ANY_EXHDR(label));
}

/*
 * Functions that change a record are not strict: a null label or time must
 * not make a null of what was recorded.
 */
static void
refuse_nulls(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of a phase must not be null",
						PG_ARGISNULL(1) ? "label" : "time")));
}

/* start_phase(episode, label, at); begins an episode where it is NULL */
PG_FUNCTION_INFO_V1(episode_start_phase);
Datum
episode_start_phase(PG_FUNCTION_ARGS)
{
	EpisodeBuilder builder;
	Episode		episode;
	const text *name;
	TimestampTz at;
	uint32		label;

	refuse_nulls(fcinfo);
	name = PG_GETARG_TEXT_PP(1);
	at = PG_GETARG_TIMESTAMPTZ(2);
	episode_check_label(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	episode_check_ends(at, EPISODE_OPEN);

	if (PG_ARGISNULL(0))
		episode_begin(&builder);
	else
	{
		episode_read(&episode, PG_GETARG_DATUM(0));
		episode_begin_from(&builder, &episode);
		if (!episode_find_label(&episode, name, &label))
			label = EPISODE_ANY_LABEL;
		for (uint32 i = 0; i < episode.num_phases; i++)
		{
			const EpisodePhase *phase = &episode.phases[i];

			if (phase->label == label && phase->end == EPISODE_OPEN)
				ereport(ERROR,
						(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						 errmsg("phase \"%s\" is open already", excerpt(name)),
						 errdetail("It started at %s.",
								   timestamptz_to_str(phase->start)),
						 errhint("End it first by end_phase(), or add a phase of its own by ||.")));
			add_phase(&builder, phase);
		}
	}
	label = episode_add_label(&builder, VARDATA_ANY(name),
							  VARSIZE_ANY_EXHDR(name));
	episode_add_phase(&builder, label, at, EPISODE_OPEN);
	return finish(fcinfo, &builder);
}

static void
refuse_unopened(const text *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("no phase \"%s\" is open", excerpt(name)),
			 errhint("A phase that ended can be changed by delete_time() and ||.")));
}

/* end_phase(episode, label, at): ends all open phases of the label */
PG_FUNCTION_INFO_V1(episode_end_phase);
Datum
episode_end_phase(PG_FUNCTION_ARGS)
{
	EpisodeBuilder builder;
	Episode		episode;
	const text *name;
	TimestampTz at;
	uint32		label;
	bool		found = false;

	refuse_nulls(fcinfo);
	name = PG_GETARG_TEXT_PP(1);
	at = PG_GETARG_TIMESTAMPTZ(2);
	if (PG_ARGISNULL(0))
		refuse_unopened(name);
	episode_read(&episode, PG_GETARG_DATUM(0));
	if (!episode_find_label(&episode, name, &label))
		refuse_unopened(name);
	episode_begin_from(&builder, &episode);
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		EpisodePhase phase = episode.phases[i];

		if (phase.label == label && phase.end == EPISODE_OPEN)
		{
			if (TIMESTAMP_IS_NOEND(at))
				episode_refuse_infinite_end();
			episode_check_ends(phase.start, at);
			phase.end = at;
			found = true;
		}
		add_phase(&builder, &phase);
	}
	if (!found)
		refuse_unopened(name);
	return finish(fcinfo, &builder);
}

/* slice(episode, range): what of the phases lies in a range */
PG_FUNCTION_INFO_V1(episode_slice);
Datum
episode_slice(PG_FUNCTION_ARGS)
{
	TimeSpan	span = episode_span_argument(fcinfo, 1);
	EpisodeBuilder builder;
	Episode		episode;

	episode_read(&episode, PG_GETARG_DATUM(0));
	episode_begin_from(&builder, &episode);
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		const EpisodePhase *phase = &episode.phases[i];

		if (episode_phase_overlaps(phase, span))
			episode_add_phase(&builder, phase->label,
							  Max(phase->start, span.start),
							  Min(phase->end, span.end));
	}
	return finish(fcinfo, &builder);
}

/* relabel(episode, from, to) */
PG_FUNCTION_INFO_V1(episode_relabel);
Datum
episode_relabel(PG_FUNCTION_ARGS)
{
	const text *to = PG_GETARG_TEXT_PP(2);
	EpisodeBuilder builder;
	Episode		episode;
	uint32		label;

	episode_check_label(VARDATA_ANY(to), VARSIZE_ANY_EXHDR(to));
	episode_read(&episode, PG_GETARG_DATUM(0));
	if (!episode_find_label(&episode, PG_GETARG_TEXT_PP(1), &label))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	episode_begin_from(&builder, &episode);
	builder.labels[label].text = VARDATA_ANY(to);
	builder.labels[label].length = VARSIZE_ANY_EXHDR(to);
	for (uint32 i = 0; i < episode.num_phases; i++)
		add_phase(&builder, &episode.phases[i]);
	return finish(fcinfo, &builder);
}

/* A distance in time, with days of 24 hours. */
static int64
get_gap(const Interval *interval)
{
	int64		gap;

	if (interval->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("gap between phases must not have months or years: %s",
						DatumGetCString(DirectFunctionCall1(interval_out,
															PointerGetDatum(interval)))),
				 errhint("Give it in days, which count 24 hours.")));
	if (pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &gap) ||
		pg_add_s64_overflow(gap, interval->time, &gap) || gap < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("gap between phases must be neither negative nor infinite: %s",
						DatumGetCString(DirectFunctionCall1(interval_out,
															PointerGetDatum(interval))))));
	return gap;
}

/* merge_phases(episode, label, gap) */
PG_FUNCTION_INFO_V1(episode_merge_phases);
Datum
episode_merge_phases(PG_FUNCTION_ARGS)
{
	int64		gap = get_gap(PG_GETARG_INTERVAL_P(2));
	EpisodeBuilder builder;
	Episode		episode;
	uint32		label;
	EpisodePhase merged = {0};
	bool		any = false;

	episode_read(&episode, PG_GETARG_DATUM(0));
	if (!episode_find_label(&episode, PG_GETARG_TEXT_PP(1), &label))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	episode_begin_from(&builder, &episode);
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		const EpisodePhase *phase = &episode.phases[i];

		if (phase->label != label)
			add_phase(&builder, phase);
		else if (any && (phase->start <= merged.end ||
						 (uint64) phase->start - (uint64) merged.end <= (uint64) gap))
			merged.end = Max(merged.end, phase->end);
		else
		{
			if (any)
				add_phase(&builder, &merged);
			merged = *phase;
			any = true;
		}
	}
	if (any)
		add_phase(&builder, &merged);
	return finish(fcinfo, &builder);
}

/* delete_time(episode, label, ranges): phases without some of their time */
PG_FUNCTION_INFO_V1(episode_delete_time);
Datum
episode_delete_time(PG_FUNCTION_ARGS)
{
	MultirangeType *multirange = PG_GETARG_MULTIRANGE_P(2);
	TypeCacheEntry *type = multirange_get_typcache(fcinfo,
												   MultirangeTypeGetOid(multirange));
	EpisodeBuilder builder;
	Episode		episode;
	uint32		label;
	RangeType **ranges;
	int32		count;
	TimeSpan   *holes;
	int32		first = 0;

	episode_read(&episode, PG_GETARG_DATUM(0));
	if (!episode_find_label(&episode, PG_GETARG_TEXT_PP(1), &label))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	multirange_deserialize(type->rngtype, multirange, &count, &ranges);
	holes = palloc(sizeof(TimeSpan) * Max(count, 1));
	for (int32 i = 0; i < count; i++)
		holes[i] = episode_span(ranges[i], type->rngtype);

	episode_begin_from(&builder, &episode);
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		EpisodePhase phase = episode.phases[i];

		if (phase.label != label)
		{
			add_phase(&builder, &phase);
			continue;
		}
		/* Holes that end before this phase end before all that follow. */
		while (first < count && holes[first].end <= phase.start)
			first++;
		for (int32 j = first; j < count && holes[j].start < phase.end; j++)
		{
			CHECK_FOR_INTERRUPTS();
			if (holes[j].start > phase.start)
				episode_add_phase(&builder, label, phase.start,
								  holes[j].start);
			phase.start = holes[j].end;
			if (phase.start >= phase.end)
				break;
		}
		if (phase.start < phase.end)
			add_phase(&builder, &phase);
	}
	return finish(fcinfo, &builder);
}
