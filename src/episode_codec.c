/*
 * episode_codec.c - the stored form of an episode
 *
 *	version (1 byte)
 *	unit code of all times | FLAG_OPEN (1 byte)
 *	varint number of phases
 *	varint number of labels
 *	signed first start / unit
 *	unless open: varint last end - first start, / unit
 *	labels, in order: varint length, bytes
 *	phases, in order:
 *		varint start - start of the phase before, / unit
 *		varint end - start, / unit; 0 of an open phase
 *		varint index of the label
 *
 * The unit is the largest of the series codec's that divides every time since
 * 2000-01-01 UTC.  An episode has one stored form.
 */
#include "episode_codec.h"
#include "series_bytes.h"
#include "series_codec.h"

#define VERSION		1
#define FLAG_OPEN	0x80		/* some phase has no end */
#define FLAGS_KNOWN	0x8F		/* that and the unit code */

/* The fewest bytes of a label and of a phase. */
#define LABEL_MIN	2
#define PHASE_MIN	3

/* The front of an episode; all in units but the summary. */
typedef struct Front
{
	EpisodeSummary summary;
	uint64_t	unit;
	int64_t		start;
	int64_t		limit;			/* the last time that there is */
} Front;

/* How far it is to the last time that there is, in units. */
static inline uint64_t
room_after(const Front *front, int64_t time)
{
	return (uint64_t) front->limit - (uint64_t) time;
}

static EpisodeStatus
get_front(SeriesBytes *from, Front *front)
{
	EpisodeSummary *summary = &front->summary;
	uint8_t		version;
	uint8_t		flags;
	uint64_t	num_phases;
	uint64_t	num_labels;
	int64_t		unit;
	uint64_t	length;

	if (!get_byte(from, &version) || version == 0)
		return EPISODE_CORRUPT;
	if (version != VERSION)
		return EPISODE_UNSUPPORTED;
	if (!get_byte(from, &flags))
		return EPISODE_CORRUPT;
	if ((flags & ~FLAGS_KNOWN) != 0 || !series_code_unit(flags & 0x0F,
														   &front->unit))
		return EPISODE_UNSUPPORTED;
	unit = (int64_t) front->unit;
	front->limit = (EPISODE_END_TIME - 1) / unit;
	if (!get_varint(from, &num_phases) || !get_varint(from, &num_labels) ||
		num_phases == 0 || num_phases > EPISODE_MAX_PHASES ||
		num_labels == 0 || num_labels > num_phases ||
		!get_signed(from, &front->start) ||
		front->start < EPISODE_MIN_TIME / unit || front->start > front->limit)
		return EPISODE_CORRUPT;
	summary->num_phases = (uint32_t) num_phases;
	summary->num_labels = (uint32_t) num_labels;
	summary->start = front->start * unit;
	summary->end = EPISODE_OPEN;
	if ((flags & FLAG_OPEN) == 0)
	{
		if (!get_varint(from, &length) || length == 0 ||
			length > room_after(front, front->start))
			return EPISODE_CORRUPT;
		summary->end = (int64_t) ((uint64_t) front->start + length) * unit;
	}
	return EPISODE_OK;
}

/* Read the summary, of the front of a stored episode or all of it. */
EpisodeStatus
episode_read_summary(const uint8_t *data, size_t size,
					 EpisodeSummary *summary)
{
	SeriesBytes from = {data, data + size};
	Front		front;
	EpisodeStatus status = get_front(&from, &front);

	if (status == EPISODE_OK)
		*summary = front.summary;
	return status;
}

/*
 * Whether as many labels and phases as the summary tells of can be in so many
 * bytes: ask before there is memory taken for them.
 */
bool
episode_can_hold(size_t size, const EpisodeSummary *summary)
{
	return size > (uint64_t) summary->num_labels * LABEL_MIN +
		(uint64_t) summary->num_phases * PHASE_MIN;
}

static EpisodeStatus
get_labels(SeriesBytes *from, EpisodeLabel *labels, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
	{
		uint64_t	length;

		if (!get_varint(from, &length) || length == 0 ||
			length > EPISODE_MAX_LABEL || length > bytes_left(from))
			return EPISODE_CORRUPT;
		labels[i].text = (const char *) from->next;
		labels[i].length = (size_t) length;
		from->next += length;
		if (i > 0 && episode_compare_labels(&labels[i - 1], &labels[i]) >= 0)
			return EPISODE_CORRUPT;
	}
	return EPISODE_OK;
}

static EpisodeStatus
get_phases(SeriesBytes *from, EpisodePhase *phases, const Front *front)
{
	int64_t		unit = (int64_t) front->unit;
	int64_t		start = front->start;
	int64_t		last_end = front->summary.start;

	for (uint32_t i = 0; i < front->summary.num_phases; i++)
	{
		EpisodePhase *phase = &phases[i];
		uint64_t	step;
		uint64_t	length;
		uint64_t	label;

		if (!get_varint(from, &step) || !get_varint(from, &length) ||
			!get_varint(from, &label) ||
			label >= front->summary.num_labels || (i == 0 && step != 0) ||
			step > room_after(front, start))
			return EPISODE_CORRUPT;
		start = (int64_t) ((uint64_t) start + step);
		if (length > room_after(front, start))
			return EPISODE_CORRUPT;
		phase->start = start * unit;
		phase->end = length == 0 ? EPISODE_OPEN :
			(int64_t) ((uint64_t) start + length) * unit;
		phase->label = (uint32_t) label;
		if (phase->end > last_end)
			last_end = phase->end;
		if (i > 0 && episode_compare_phases(phase - 1, phase) > 0)
			return EPISODE_CORRUPT;
	}
	return last_end == front->summary.end ? EPISODE_OK : EPISODE_CORRUPT;
}

/*
 * Read an episode into arrays for as many labels and phases as its summary
 * tells of.  The texts of the labels stay where they are.
 */
EpisodeStatus
episode_decode(const uint8_t *data, size_t size,
			   EpisodeLabel *labels, EpisodePhase *phases)
{
	SeriesBytes from = {data, data + size};
	Front		front;
	EpisodeStatus status = get_front(&from, &front);

	if (status == EPISODE_OK)
		status = get_labels(&from, labels, front.summary.num_labels);
	if (status == EPISODE_OK)
		status = get_phases(&from, phases, &front);
	if (status == EPISODE_OK && from.next != from.end)
		status = EPISODE_CORRUPT;
	return status;
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

static int
unit_code(int64_t time)
{
	return series_unit_code(time < 0 ? 0 - (uint64_t) time : (uint64_t) time);
}

/* What precedes the labels, and the unit of all times. */
static uint8_t *
put_front(uint8_t *out, const Episode *episode, uint64_t *unit)
{
	int64_t		start = episode->phases[0].start;
	int64_t		end = start;
	int			code = unit_code(start);

	for (uint32_t i = 0; i < episode->num_phases; i++)
	{
		const EpisodePhase *phase = &episode->phases[i];
		int			other = unit_code(phase->start);

		if (other < code)
			code = other;
		if (phase->end > end)
			end = phase->end;
		if (phase->end != EPISODE_OPEN &&
			(other = unit_code(phase->end)) < code)
			code = other;
	}
	series_code_unit(code, unit);
	*out++ = VERSION;
	*out++ = (uint8_t) (code | (end == EPISODE_OPEN ? FLAG_OPEN : 0));
	out = put_varint(out, episode->num_phases);
	out = put_varint(out, episode->num_labels);
	out = put_varint(out, zigzag(start / (int64_t) *unit));
	if (end != EPISODE_OPEN)
		out = put_varint(out, ((uint64_t) end - (uint64_t) start) / *unit);
	return out;
}

static uint64_t
phase_length(const EpisodePhase *phase)
{
	return phase->end == EPISODE_OPEN ? 0 :
		(uint64_t) phase->end - (uint64_t) phase->start;
}

/* How many bytes episode_encode() will write. */
size_t
episode_encoded_size(const Episode *episode)
{
	uint8_t		front[EPISODE_FRONT_MAX];
	uint64_t	unit;
	size_t		size = (size_t) (put_front(front, episode, &unit) - front);
	int64_t		start = episode->phases[0].start;

	for (uint32_t i = 0; i < episode->num_labels; i++)
		size += varint_size(episode->labels[i].length) +
			episode->labels[i].length;
	for (uint32_t i = 0; i < episode->num_phases; i++)
	{
		const EpisodePhase *phase = &episode->phases[i];

		size += varint_size(((uint64_t) phase->start - (uint64_t) start) /
							unit) +
			varint_size(phase_length(phase) / unit) +
			varint_size(phase->label);
		start = phase->start;
	}
	return size;
}

void
episode_encode(const Episode *episode, uint8_t *out)
{
	uint64_t	unit;
	int64_t		start = episode->phases[0].start;

	out = put_front(out, episode, &unit);
	for (uint32_t i = 0; i < episode->num_labels; i++)
	{
		out = put_varint(out, episode->labels[i].length);
		memcpy(out, episode->labels[i].text, episode->labels[i].length);
		out += episode->labels[i].length;
	}
	for (uint32_t i = 0; i < episode->num_phases; i++)
	{
		const EpisodePhase *phase = &episode->phases[i];

		out = put_varint(out, ((uint64_t) phase->start - (uint64_t) start) /
						 unit);
		out = put_varint(out, phase_length(phase) / unit);
		out = put_varint(out, phase->label);
		start = phase->start;
	}
}
