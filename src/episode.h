/*
 * episode.h
 *		The type episode in the server: what its functions share.
 */
#ifndef EPISODE_H
#define EPISODE_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "episode_codec.h"

/*
 * Phases in any order, of which to make an episode.  Their labels may be in
 * any order too, repeat, and go unused.
 */
typedef struct EpisodeBuilder
{
	MemoryContext context;
	EpisodeLabel *labels;
	uint32		num_labels;
	uint32		max_labels;
	EpisodePhase *phases;
	uint32		num_phases;
	uint32		max_phases;
} EpisodeBuilder;

/* From start, which belongs to it, to end, which does not. */
typedef struct TimeSpan
{
	int64		start;			/* or PG_INT64_MIN */
	int64		end;			/* or EPISODE_OPEN */
} TimeSpan;

#define EPISODE_ANY_LABEL	PG_UINT32_MAX

/* episode_io.c */
extern void episode_check_label(const char *text, Size length);
extern void episode_check_ends(TimestampTz start, TimestampTz end);
extern void episode_refuse_infinite_end(void);
extern void episode_check_period(RangeType *range, TypeCacheEntry *type,
								 TimestampTz *start, TimestampTz *end);
extern void episode_append_label(StringInfo out, const EpisodeLabel *label);

/* episode_store.c */
extern void episode_get_summary(Datum datum, EpisodeSummary *summary);
extern void episode_read(Episode *episode, Datum datum);
extern void episode_free(Episode *episode);
extern struct varlena *episode_write(const Episode *episode);
extern void episode_begin(EpisodeBuilder *builder);
extern void episode_begin_from(EpisodeBuilder *builder,
							   const Episode *episode);
extern uint32 episode_add_label(EpisodeBuilder *builder,
								const char *text, Size length);
extern void episode_add_phase(EpisodeBuilder *builder, uint32 label,
							  TimestampTz start, TimestampTz end);
extern struct varlena *episode_finish(EpisodeBuilder *builder);

/* episode_range.c */
extern TimeSpan episode_span(RangeType *range, TypeCacheEntry *type);
extern TimeSpan episode_span_argument(FunctionCallInfo fcinfo, int argument);
extern RangeType *episode_make_range(TimeSpan span);
extern MultirangeType *episode_make_multirange(const TimeSpan *spans,
											   uint32 count);
extern Interval *episode_make_interval(uint64 microseconds, bool negative);
extern TimeSpan *episode_coverage(const Episode *episode, uint32 label,
								  uint32 *count);
extern bool episode_find_label(const Episode *episode, const text *name,
							   uint32 *number);

static inline bool
episode_phase_overlaps(const EpisodePhase *phase, TimeSpan span)
{
	return phase->start < span.end && span.start < phase->end;
}

#endif							/* EPISODE_H */
