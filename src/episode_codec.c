/*
 * episode_codec.c - the stored form of an episode
 *
 *	version (1 byte)
 *	unit code of all times | FLAG_OPEN (1 byte)
 *	width of starts - 1, | width of lengths - 1 << 3 (1 byte)
 *	varint number of phases
 *	varint number of labels
 *	varint bytes of labels
 *	signed first start / unit
 *	unless open: varint last end - first start, / unit
 *	labels, in order: varint length, bytes
 *	for each phase, in order: number of its label
 *	for each phase: start - first start, / unit
 *	for each phase: end - start, / unit; 0 of an open phase
 *
 * What is kept for each phase has as many bytes as the greatest needs, at
 * least one; label numbers, as many as the number of labels less 1.  So who
 * looks for a few labels reads little else.
 *
 * The unit is the largest of the series codec's that divides every time since
 * 2000-01-01 UTC.  An episode has one stored form.
 */
#include "episode_codec.h"
#include "series_codec.h"

#define VERSION		1
#define FLAG_OPEN	0x80		/* some phase has no end */
#define FLAGS_KNOWN	0x8F		/* that and the unit code */
#define WIDTHS_KNOWN	0x3F		/* two times three bits */

/* The fewest bytes of a label. */
#define LABEL_MIN	2

/* The bytes that a number takes. */
static unsigned
width_of(uint64_t number)
{
	unsigned	width = 1;

	while (number >>= 8)
		width++;
	return width;
}

/* Read what precedes the labels. */
static EpisodeStatus
get_front(SeriesBytes *from, StoredEpisode *stored)
{
	EpisodeSummary *summary = &stored->summary;
	uint8_t		version;
	uint8_t		flags;
	uint8_t		widths;
	uint64_t	num_phases;
	uint64_t	num_labels;
	uint64_t	label_bytes;
	int64_t		unit;
	int64_t		limit;
	uint64_t	length;

	if (!get_byte(from, &version) || version == 0)
		return EPISODE_CORRUPT;
	if (version != VERSION)
		return EPISODE_UNSUPPORTED;
	if (!get_byte(from, &flags) || !get_byte(from, &widths))
		return EPISODE_CORRUPT;
	if ((flags & ~FLAGS_KNOWN) != 0 || (widths & ~WIDTHS_KNOWN) != 0 ||
		!series_code_unit(flags & 0x0F, &stored->unit))
		return EPISODE_UNSUPPORTED;
	unit = (int64_t) stored->unit;
	limit = (EPISODE_END_TIME - 1) / unit;
	if (!get_varint(from, &num_phases) || !get_varint(from, &num_labels) ||
		!get_varint(from, &label_bytes) ||
		num_phases == 0 || num_phases > EPISODE_MAX_PHASES ||
		num_labels == 0 || num_labels > num_phases ||
		!get_signed(from, &stored->start) ||
		stored->start < EPISODE_MIN_TIME / unit || stored->start > limit)
		return EPISODE_CORRUPT;
	stored->room = (uint64_t) limit - (uint64_t) stored->start;
	stored->label_bytes = label_bytes;
	stored->number_width = (uint8_t) width_of(num_labels - 1);
	stored->start_width = (widths & 7) + 1;
	stored->length_width = (widths >> 3) + 1;
	summary->num_phases = (uint32_t) num_phases;
	summary->num_labels = (uint32_t) num_labels;
	summary->start = stored->start * unit;
	summary->end = EPISODE_OPEN;
	if ((flags & FLAG_OPEN) == 0)
	{
		if (!get_varint(from, &length) || length == 0 ||
			length > stored->room)
			return EPISODE_CORRUPT;
		summary->end = (int64_t) ((uint64_t) stored->start + length) * unit;
	}
	return EPISODE_OK;
}

/* Read the summary, of the front of a stored episode or all of it. */
EpisodeStatus
episode_read_summary(const uint8_t *data, size_t size,
					 EpisodeSummary *summary)
{
	SeriesBytes from = {data, data + size};
	StoredEpisode stored;
	EpisodeStatus status = get_front(&from, &stored);

	if (status == EPISODE_OK)
		*summary = stored.summary;
	return status;
}

/*
 * Find out where the parts of a stored episode are.  That there are as many
 * phases as it tells of is checked, but not what they are.
 */
EpisodeStatus
episode_open(StoredEpisode *stored, const uint8_t *data, size_t size)
{
	SeriesBytes from = {data, data + size};
	EpisodeStatus status = get_front(&from, stored);
	uint64_t	count;

	if (status != EPISODE_OK)
		return status;
	count = stored->summary.num_phases;
	if (stored->label_bytes > bytes_left(&from) ||
		stored->label_bytes / LABEL_MIN < stored->summary.num_labels ||
		bytes_left(&from) - stored->label_bytes != count *
		(stored->number_width + stored->start_width + stored->length_width))
		return EPISODE_CORRUPT;
	stored->labels = from.next;
	stored->numbers = stored->labels + stored->label_bytes;
	stored->starts = stored->numbers + count * stored->number_width;
	stored->lengths = stored->starts + count * stored->start_width;
	return EPISODE_OK;
}

static EpisodeStatus
get_labels(const StoredEpisode *stored, EpisodeLabel *labels)
{
	SeriesBytes from = {stored->labels, stored->numbers};

	for (uint32_t i = 0; i < stored->summary.num_labels; i++)
	{
		if (!episode_next_label(&from, &labels[i]) ||
			(i > 0 && episode_compare_labels(&labels[i - 1], &labels[i]) >= 0))
			return EPISODE_CORRUPT;
	}
	return bytes_left(&from) == 0 ? EPISODE_OK : EPISODE_CORRUPT;
}

/*
 * Read a stored episode into arrays for as many labels and phases as its
 * summary tells of.  The texts of the labels stay where they are.
 */
EpisodeStatus
episode_decode(const StoredEpisode *stored, EpisodeLabel *labels,
			   EpisodePhase *phases)
{
	const EpisodeSummary *summary = &stored->summary;
	int64_t		last_end = summary->start;

	if (get_labels(stored, labels) != EPISODE_OK)
		return EPISODE_CORRUPT;
	for (uint32_t i = 0; i < summary->num_phases; i++)
	{
		EpisodePhase *phase = &phases[i];

		phase->label = episode_label_number(stored, i);
		if (phase->label >= summary->num_labels ||
			!episode_phase_times(stored, i, phase) ||
			(i == 0 ? phase->start != summary->start :
			 episode_compare_phases(phase - 1, phase) > 0))
			return EPISODE_CORRUPT;
		if (phase->end > last_end)
			last_end = phase->end;
	}
	return last_end == summary->end ? EPISODE_OK : EPISODE_CORRUPT;
}

/*
 * Whether an episode is as episode_encode() needs it.  Takes time by labels
 * times phases: for assertions and tests.
 */
bool
episode_is_valid(const Episode *episode)
{
	if (episode->num_phases == 0 || episode->num_phases > EPISODE_MAX_PHASES ||
		episode->num_labels == 0)
		return false;
	for (uint32_t i = 0; i < episode->num_labels; i++)
	{
		const EpisodeLabel *label = &episode->labels[i];
		uint32_t	user = 0;

		while (user < episode->num_phases && episode->phases[user].label != i)
			user++;
		if (label->length == 0 || label->length > EPISODE_MAX_LABEL ||
			user == episode->num_phases ||
			(i > 0 && episode_compare_labels(label - 1, label) >= 0))
			return false;
	}
	for (uint32_t i = 0; i < episode->num_phases; i++)
	{
		const EpisodePhase *phase = &episode->phases[i];

		if (phase->start < EPISODE_MIN_TIME || phase->end <= phase->start ||
			(phase->end >= EPISODE_END_TIME && phase->end != EPISODE_OPEN) ||
			phase->label >= episode->num_labels ||
			(i > 0 && episode_compare_phases(phase - 1, phase) > 0))
			return false;
	}
	return true;
}

/*
 * Take a smaller unit if this one does not divide a time.  Each divides
 * the next, and so what came before.
 */
static void
narrow_unit(EpisodePlan *plan, int64_t time)
{
	uint64_t	distance = time < 0 ? 0 - (uint64_t) time : (uint64_t) time;

	while (distance % plan->unit != 0)
		series_code_unit(--plan->code, &plan->unit);
}

static uint64_t
phase_length(const EpisodePhase *phase)
{
	return phase->end == EPISODE_OPEN ? 0 :
		(uint64_t) phase->end - (uint64_t) phase->start;
}

/* What precedes the labels. */
static uint8_t *
put_front(uint8_t *out, const EpisodePlan *plan, const Episode *episode)
{
	*out++ = VERSION;
	*out++ = (uint8_t) (plan->code |
						(plan->end == EPISODE_OPEN ? FLAG_OPEN : 0));
	*out++ = (uint8_t) ((plan->start_width - 1) |
						(plan->length_width - 1) << 3);
	out = put_varint(out, episode->num_phases);
	out = put_varint(out, episode->num_labels);
	out = put_varint(out, plan->label_bytes);
	out = put_varint(out, zigzag(plan->start / (int64_t) plan->unit));
	if (plan->end != EPISODE_OPEN)
		out = put_varint(out, ((uint64_t) plan->end -
							   (uint64_t) plan->start) / plan->unit);
	return out;
}

/* Find out how to store an episode, and in how many bytes. */
size_t
episode_plan(EpisodePlan *plan, const Episode *episode)
{
	uint32_t	count = episode->num_phases;
	uint64_t	longest = 0;
	uint8_t		front[EPISODE_FRONT_MAX];

	plan->start = plan->end = episode->phases[0].start;
	plan->code = series_unit_code(0);
	series_code_unit(plan->code, &plan->unit);
	for (uint32_t i = 0; i < count; i++)
	{
		const EpisodePhase *phase = &episode->phases[i];

		narrow_unit(plan, phase->start);
		if (phase->end != EPISODE_OPEN)
			narrow_unit(plan, phase->end);
		if (phase->end > plan->end)
			plan->end = phase->end;
		if (phase_length(phase) > longest)
			longest = phase_length(phase);
	}
	plan->label_bytes = 0;
	for (uint32_t i = 0; i < episode->num_labels; i++)
		plan->label_bytes += varint_size(episode->labels[i].length) +
			episode->labels[i].length;
	plan->number_width = width_of(episode->num_labels - 1);
	plan->start_width = width_of(((uint64_t) episode->phases[count - 1].start -
								  (uint64_t) plan->start) / plan->unit);
	plan->length_width = width_of(longest / plan->unit);
	return (size_t) (put_front(front, plan, episode) - front) +
		plan->label_bytes + (size_t) count *
		(plan->number_width + plan->start_width + plan->length_width);
}

static uint8_t *
put_number(uint8_t *out, unsigned width, uint64_t number)
{
	for (; width > 0; width--, number >>= 8)
		*out++ = (uint8_t) number;
	return out;
}

/* Store an episode, in as many bytes as episode_plan() said. */
void
episode_encode(const EpisodePlan *plan, const Episode *episode, uint8_t *out)
{
	const EpisodePhase *end = episode->phases + episode->num_phases;

	out = put_front(out, plan, episode);
	for (uint32_t i = 0; i < episode->num_labels; i++)
	{
		out = put_varint(out, episode->labels[i].length);
		memcpy(out, episode->labels[i].text, episode->labels[i].length);
		out += episode->labels[i].length;
	}
	for (const EpisodePhase *phase = episode->phases; phase < end; phase++)
		out = put_number(out, plan->number_width, phase->label);
	for (const EpisodePhase *phase = episode->phases; phase < end; phase++)
		out = put_number(out, plan->start_width,
						 ((uint64_t) phase->start - (uint64_t) plan->start) /
						 plan->unit);
	for (const EpisodePhase *phase = episode->phases; phase < end; phase++)
		out = put_number(out, plan->length_width,
						 phase_length(phase) / plan->unit);
}
