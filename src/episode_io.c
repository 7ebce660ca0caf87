/*
 * episode_io.c
 *		Input and output of episodes: text and binary; and what a label and a
 *		period may be.
 *
 * The text does not depend on DateStyle, because dumps and other servers read
 * it; times are shown in the session's time zone, with their offset.  The
 * binary form is a version byte; the labels, counted, each with its length;
 * and the phases, counted, each as start and end (timestamptz, infinity while
 * open) and which label it has, from 0.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/rangetypes.h"

#include "compat.h"
#include "episode.h"
#include "episode_text.h"
#include "text_io.h"

#define BINARY_VERSION	1
#define BINARY_LABEL	5		/* bytes, at least */
#define BINARY_PHASE	20		/* bytes */

/* Whether a text can be a label. */
static bool
check_label(Node *escontext, const char *text, Size length)
{
	if (length == 0)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("label of a phase must not be empty")));
	if (length > EPISODE_MAX_LABEL)
		ereturn(escontext, false,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("label of a phase is too long: \"%s\"",
						text_excerpt(text, length)),
				 errdetail("It has %zu bytes; the most are %d.",
						   length, EPISODE_MAX_LABEL),
				 errhint("A label is a short name; keep longer texts beside the episode.")));
	return true;
}

void
episode_check_label(const char *text, Size length)
{
	check_label(NULL, text, length);
}

/* What is wrong with the ends of a phase. */
static bool
check_ends(Node *escontext, TimestampTz start, TimestampTz end)
{
	if (TIMESTAMP_NOT_FINITE(start) || TIMESTAMP_IS_NOBEGIN(end))
		ereturn(escontext, false,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("start of a phase must be finite, not %s",
						start == DT_NOEND ? "infinity" : "-infinity"),
				 errhint("A phase is known from the instant at which it starts.")));
	if (end <= start)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("phase must end after it starts"),
				 errdetail("It would start at %s and end at %s.",
						   pstrdup(timestamptz_to_str(start)),
						   pstrdup(timestamptz_to_str(end)))));
	return true;
}

/* An end that says "infinity" could be meant as open, or be a mistake. */
static bool
refuse_infinite_end(Node *escontext)
{
	ereturn(escontext, false,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("end of a phase must be finite, not infinity"),
			 errhint("Leave the end out while a phase is open, as in [2026-01-08,).")));
}

void
episode_check_ends(TimestampTz start, TimestampTz end)
{
	check_ends(NULL, start, end);
}

void
episode_refuse_infinite_end(void)
{
	refuse_infinite_end(NULL);
}

/* The start and end of a phase, of a range. */
void
episode_check_period(RangeType *range, TypeCacheEntry *type,
					 TimestampTz *start, TimestampTz *end)
{
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(type, range, &lower, &upper, &empty);
	if (empty)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period of a phase must not be empty")));
	if (lower.infinite)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period of a phase must have a start"),
				 errhint("A phase is known from the instant at which it starts.")));
	if (!lower.inclusive || (!upper.infinite && upper.inclusive))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period of a phase must include its start and exclude its end"),
				 errhint("Write it as [start, end), or make it by tstzrange(start, end).")));
	*start = DatumGetTimestampTz(lower.val);
	*end = upper.infinite ? EPISODE_OPEN : DatumGetTimestampTz(upper.val);
	if (!upper.infinite && TIMESTAMP_IS_NOEND(*end))
		refuse_infinite_end(NULL);
	check_ends(NULL, *start, *end);
}

/* A time of the text; false after an error. */
static bool
read_time(Node *escontext, const EpisodePiece *span, const char *string,
		  TimestampTz *time)
{
	char	   *copy = pnstrdup(span->text, Min(span->length, MAXDATELEN + 1));
	int			error = text_parse_time(copy, time);

	pfree(copy);
	if (error == DTERR_FIELD_OVERFLOW || error == DTERR_MD_FIELD_OVERFLOW ||
		error == DTERR_TZDISP_OVERFLOW ||
		(error == 0 && !TIMESTAMP_NOT_FINITE(*time) &&
		 !IS_VALID_TIMESTAMP(*time)))
		ereturn(escontext, false,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("time in an episode is out of range: \"%s\"",
						text_excerpt(span->text, span->length)),
				 errdetail("It is at character %d.",
						   text_character(string, span->text))));
	if (error != 0)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("invalid input syntax for type %s: \"%s\"", "episode",
						text_excerpt(span->text, span->length)),
				 errdetail("At character %d: a period is made of timestamps.",
						   text_character(string, span->text))));
	return true;
}

/* Add the phase that was scanned last; false after an error. */
static bool
add_scanned(Node *escontext, EpisodeBuilder *builder, const EpisodeText *text,
			const char *string)
{
	char	   *label = palloc(text->label.length);
	Size		length = episode_text_label(text, label);
	TimestampTz start;
	TimestampTz end = EPISODE_OPEN;

	if (!check_label(escontext, label, length) ||
		!read_time(escontext, &text->start, string, &start))
		return false;
	if (text->end.length > 0)
	{
		if (!read_time(escontext, &text->end, string, &end))
			return false;
		if (TIMESTAMP_IS_NOEND(end))
			return refuse_infinite_end(escontext);
	}
	if (!check_ends(escontext, start, end))
		return false;
	episode_add_phase(builder, episode_add_label(builder, label, length),
					  start, end);
	pfree(label);
	return true;
}

PG_FUNCTION_INFO_V1(episode_in);
Datum
episode_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	Node	   *escontext = fcinfo->context;
	EpisodeText text = {0};
	EpisodeToken token;
	EpisodeBuilder builder;

	episode_begin(&builder);
	token = episode_text_open(&text, string, strlen(string));
	while (token == EPISODE_TEXT_PHASE &&
		   (token = episode_text_next(&text)) == EPISODE_TEXT_PHASE)
	{
		if (!add_scanned(escontext, &builder, &text, string))
			PG_RETURN_NULL();
	}
	if (token != EPISODE_TEXT_END)
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "episode",
						text_excerpt(text.wrong.text, text.wrong.length)),
				 errdetail("At character %d: %s.",
						   text_character(string, text.wrong.text),
						   text.problem)));
	PG_RETURN_POINTER(episode_finish(&builder));
}

void
episode_append_label(StringInfo out, const EpisodeLabel *label)
{
	if (episode_text_is_bare(label->text, label->length))
	{
		appendBinaryStringInfo(out, label->text, (int) label->length);
		return;
	}
	appendStringInfoChar(out, '"');
	for (Size i = 0; i < label->length; i++)
	{
		if (label->text[i] == '"')
			appendStringInfoChar(out, '"');
		appendStringInfoChar(out, label->text[i]);
	}
	appendStringInfoChar(out, '"');
}

PG_FUNCTION_INFO_V1(episode_out);
Datum
episode_out(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	Episode		episode;

	episode_read(&episode, PG_GETARG_DATUM(0));
	initStringInfo(&out);
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		const EpisodePhase *phase = &episode.phases[i];

		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&out, i == 0 ? "{" : ", ");
		episode_append_label(&out, &episode.labels[phase->label]);
		appendStringInfoString(&out, "@[");
		text_append_time(&out, phase->start);
		appendStringInfoString(&out, ",");
		if (phase->end != EPISODE_OPEN)
		{
			appendStringInfoChar(&out, ' ');
			text_append_time(&out, phase->end);
		}
		appendStringInfoChar(&out, ')');
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

/* A count in binary input, of things that take so many bytes. */
static uint32
receive_count(StringInfo in, const char *what, int size)
{
	uint32		count = pq_getmsgint(in, 4);

	if (count == 0 || count > (uint32) (in->len - in->cursor) / size ||
		count > EPISODE_MAX_PHASES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid number of %s in binary episode: %u",
						what, count)));
	return count;
}

PG_FUNCTION_INFO_V1(episode_recv);
Datum
episode_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(in);
	EpisodeBuilder builder;
	uint32		num_labels;
	uint32		num_phases;
	uint32	   *labels;

	if (version != BINARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("binary episode has version %d, and only %d is known",
						version, BINARY_VERSION)));
	episode_begin(&builder);
	num_labels = receive_count(in, "labels", BINARY_LABEL);
	labels = palloc(sizeof(uint32) * num_labels);
	for (uint32 i = 0; i < num_labels; i++)
	{
		int			bytes = (int) pq_getmsgint(in, 4);
		int			length;
		char	   *label;

		if (bytes < 0 || bytes > in->len - in->cursor)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid length of a label in binary episode: %d",
							bytes)));
		CHECK_FOR_INTERRUPTS();
		label = pq_getmsgtext(in, bytes, &length);
		check_label(NULL, label, length);
		labels[i] = episode_add_label(&builder, label, length);
	}
	num_phases = receive_count(in, "phases", BINARY_PHASE);
	for (uint32 i = 0; i < num_phases; i++)
	{
		TimestampTz start = pq_getmsgint64(in);
		TimestampTz end = pq_getmsgint64(in);
		uint32		label = pq_getmsgint(in, 4);

		check_ends(NULL, start, end);
		if (!IS_VALID_TIMESTAMP(start) ||
			(!TIMESTAMP_IS_NOEND(end) && !IS_VALID_TIMESTAMP(end)))
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range")));
		if (label >= num_labels)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("phase of binary episode has label %u of %u",
							label, num_labels)));
		episode_add_phase(&builder, labels[label], start, end);
	}
	PG_RETURN_POINTER(episode_finish(&builder));
}

PG_FUNCTION_INFO_V1(episode_send);
Datum
episode_send(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	Episode		episode;

	episode_read(&episode, PG_GETARG_DATUM(0));
	pq_begintypsend(&out);
	pq_sendbyte(&out, BINARY_VERSION);
	pq_sendint32(&out, episode.num_labels);
	for (uint32 i = 0; i < episode.num_labels; i++)
		smartcare_send_text(&out, episode.labels[i].text,
							(int) episode.labels[i].length);
	pq_sendint32(&out, episode.num_phases);
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		pq_sendint64(&out, episode.phases[i].start);
		pq_sendint64(&out, episode.phases[i].end);
		pq_sendint32(&out, episode.phases[i].label);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}
