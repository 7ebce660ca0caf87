/*
 * episode_ask.c
 *		What an episode tells of itself: its summary, labels and times.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"

#include "civil.h"
#include "compat.h"
#include "episode.h"

/* The summary: these read the front of a stored value only. */

PG_FUNCTION_INFO_V1(episode_num_phases);
Datum
episode_num_phases(PG_FUNCTION_ARGS)
{
	EpisodeSummary summary;

	episode_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_INT32((int32) summary.num_phases);
}

PG_FUNCTION_INFO_V1(episode_start_time);
Datum
episode_start_time(PG_FUNCTION_ARGS)
{
	EpisodeSummary summary;

	episode_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_TIMESTAMPTZ(summary.start);
}

PG_FUNCTION_INFO_V1(episode_end_time);
Datum
episode_end_time(PG_FUNCTION_ARGS)
{
	EpisodeSummary summary;

	episode_get_summary(PG_GETARG_DATUM(0), &summary);
	if (summary.end == EPISODE_OPEN)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(summary.end);
}

PG_FUNCTION_INFO_V1(episode_time_span);
Datum
episode_time_span(PG_FUNCTION_ARGS)
{
	EpisodeSummary summary;

	episode_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_RANGE_P(episode_make_range((TimeSpan) {summary.start,
													 summary.end}));
}

PG_FUNCTION_INFO_V1(episode_is_open);
Datum
episode_is_open(PG_FUNCTION_ARGS)
{
	EpisodeSummary summary;

	episode_get_summary(PG_GETARG_DATUM(0), &summary);
	PG_RETURN_BOOL(summary.end == EPISODE_OPEN);
}

/* Labels. */

/* An array of the labels that are marked, or of all. */
static ArrayType *
make_labels(const Episode *episode, const bool *marks)
{
	Datum	   *labels = palloc(sizeof(Datum) * episode->num_labels);
	int			count = 0;

	for (uint32 i = 0; i < episode->num_labels; i++)
	{
		const EpisodeLabel *label = &episode->labels[i];

		if (marks == NULL || marks[i])
			labels[count++] =
				PointerGetDatum(cstring_to_text_with_len(label->text,
														 (int) label->length));
	}
	return construct_array(labels, count, TEXTOID, -1, false, TYPALIGN_INT);
}

PG_FUNCTION_INFO_V1(episode_labels);
Datum
episode_labels(PG_FUNCTION_ARGS)
{
	Episode		episode;

	episode_read(&episode, PG_GETARG_DATUM(0));
	PG_RETURN_ARRAYTYPE_P(make_labels(&episode, NULL));
}

PG_FUNCTION_INFO_V1(episode_labels_at);
Datum
episode_labels_at(PG_FUNCTION_ARGS)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(1);
	Episode		episode;
	bool	   *marks;

	episode_read(&episode, PG_GETARG_DATUM(0));
	marks = palloc0(sizeof(bool) * episode.num_labels);
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		const EpisodePhase *phase = &episode.phases[i];

		if (phase->start <= at && at < phase->end)
			marks[phase->label] = true;
	}
	PG_RETURN_ARRAYTYPE_P(make_labels(&episode, marks));
}

/* Times. */

/*
 * The time that the phases take which a function is about: those of the label
 * that is its second argument, or all if it has one argument.
 */
static TimeSpan *
get_coverage(FunctionCallInfo fcinfo, uint32 *count)
{
	Episode		episode;
	uint32		label = EPISODE_ANY_LABEL;

	episode_read(&episode, PG_GETARG_DATUM(0));
	if (PG_NARGS() > 1 &&
		!episode_find_label(&episode, PG_GETARG_TEXT_PP(1), &label))
	{
		*count = 0;
		return NULL;
	}
	return episode_coverage(&episode, label, count);
}

/* coverage(episode [, label]) */
PG_FUNCTION_INFO_V1(episode_get_coverage);
Datum
episode_get_coverage(PG_FUNCTION_ARGS)
{
	uint32		count;
	TimeSpan   *spans = get_coverage(fcinfo, &count);

	PG_RETURN_MULTIRANGE_P(episode_make_multirange(spans, count));
}

/* duration(episode [, label [, until]]) */
PG_FUNCTION_INFO_V1(episode_duration);
Datum
episode_duration(PG_FUNCTION_ARGS)
{
	TimestampTz until = PG_NARGS() > 2 ? PG_GETARG_TIMESTAMPTZ(2) :
		EPISODE_OPEN;
	uint32		count;
	TimeSpan   *spans = get_coverage(fcinfo, &count);
	uint64		total = 0;

	for (uint32 i = 0; i < count; i++)
	{
		TimestampTz end = Min(spans[i].end, until);

		if (end == EPISODE_OPEN)
			PG_RETURN_NULL();
		if (end > spans[i].start)
			total += (uint64) end - (uint64) spans[i].start;
	}
	PG_RETURN_INTERVAL_P(episode_make_interval(total, false));
}

/* first_phase(episode, label) and last_phase(episode, label) */
static Datum
find_phase(FunctionCallInfo fcinfo, bool last)
{
	const EpisodePhase *found = NULL;
	Episode		episode;
	uint32		label;

	episode_read(&episode, PG_GETARG_DATUM(0));
	if (!episode_find_label(&episode, PG_GETARG_TEXT_PP(1), &label))
		PG_RETURN_NULL();
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		if (episode.phases[i].label == label)
		{
			found = &episode.phases[i];
			if (!last)
				break;
		}
	}
	if (found == NULL)
		PG_RETURN_NULL();
	PG_RETURN_RANGE_P(episode_make_range((TimeSpan) {found->start,
													 found->end}));
}

PG_FUNCTION_INFO_V1(episode_first_phase);
Datum
episode_first_phase(PG_FUNCTION_ARGS)
{
	return find_phase(fcinfo, false);
}

PG_FUNCTION_INFO_V1(episode_last_phase);
Datum
episode_last_phase(PG_FUNCTION_ARGS)
{
	return find_phase(fcinfo, true);
}

/* The number of midnights up to and including an instant, from some time. */
static int64
count_midnights(CivilZone *civil, TimestampTz instant)
{
	Timestamp	clock = civil_clock(civil, instant);

	return clock / USECS_PER_DAY - (clock % USECS_PER_DAY < 0);
}

/* bed_days(episode, label, period, zone): the midnights in phases */
PG_FUNCTION_INFO_V1(episode_bed_days);
Datum
episode_bed_days(PG_FUNCTION_ARGS)
{
	TimeSpan	period = episode_span_argument(fcinfo, 2);
	uint32		count;
	TimeSpan   *spans = get_coverage(fcinfo, &count);
	CivilZone	civil;
	int64		days = 0;

	civil_open(&civil, PG_GETARG_TEXT_PP(3));
	for (uint32 i = 0; i < count; i++)
	{
		TimestampTz start = Max(spans[i].start, period.start);
		TimestampTz end = Min(spans[i].end, period.end);

		if (start >= end)
			continue;
		if (end == EPISODE_OPEN)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("bed days of an open phase have no end"),
					 errhint("Give a period with an end.")));
		days += count_midnights(&civil, end - 1) -
			count_midnights(&civil, start - 1);
	}
	PG_RETURN_INT64(days);
}
