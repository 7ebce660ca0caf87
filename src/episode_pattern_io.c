/*
 * episode_pattern_io.c
 *		Input, output and order of episode patterns.
 *
 * A pattern is compiled once, on input.  Its text is canonical, and stands
 * for the pattern wherever two are compared.  The binary form is a version
 * byte and the text: no automaton is taken from a client.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "compat.h"
#include "episode_pattern.h"

#define BINARY_VERSION	1
#define EXCERPT_MAX		40		/* bytes */

/* Open a stored pattern, which must live as long as the view. */
void
episode_pattern_open(PatternView *view, Datum datum)
{
	EpisodePattern *pattern = (EpisodePattern *) PG_DETOAST_DATUM(datum);
	EpisodeStatus status = pattern_open(view, pattern, VARSIZE(pattern));

	if (status == EPISODE_CORRUPT)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored episode pattern is damaged")));
	if (status == EPISODE_UNSUPPORTED)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("stored episode pattern has a format that is not known here"),
				 errhint("A later version of the extension \"smartcare\" may have written it; install that version.")));
}

/* Report what is wrong with a pattern, and where. */
static void
report(Node *escontext, const PatternParser *parser, const char *text)
{
	const char *where = parser->next;
	int			length = pg_mbcliplen(where, (int) Min(parser->end - where,
													   EXCERPT_MAX * 2),
									  EXCERPT_MAX);
	int			character = pg_mbstrlen_with_len(text, (int) (where - text)) + 1;

	if (parser->status == PATTERN_LIMIT)
		errsave(escontext,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("episode pattern is too complex"),
				 errdetail("At character %d: %s.", character,
						   parser->problem)));
	else if (length == 0)
		errsave(escontext,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("syntax error at end of episode pattern"),
				 errdetail("At character %d, expected %s.", character,
						   parser->problem)));
	else
		errsave(escontext,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("syntax error in episode pattern at or near \"%.*s\"",
						length, where),
				 errdetail("At character %d, expected %s.", character,
						   parser->problem)));
}

/* Compile a text; NULL after a soft error. */
static EpisodePattern *
compile(Node *escontext, const char *text, size_t length)
{
	PatternParser *parser = palloc(sizeof(PatternParser));
	char	   *scratch = palloc(PATTERN_SCRATCH(Min(length,
													 PATTERN_MAX_TEXT)));
	EpisodePattern *result;
	size_t		size;

	pattern_parse(parser, text, length, scratch);
	if (parser->status != PATTERN_OK)
	{
		report(escontext, parser, text);
		return NULL;
	}
	size = pattern_size(parser);
	result = palloc(size);
	pattern_write(parser, result);
	SET_VARSIZE(result, size);
	pfree(scratch);
	pfree(parser);
	return result;
}

PG_FUNCTION_INFO_V1(episode_pattern_in);
Datum
episode_pattern_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	EpisodePattern *result = compile(fcinfo->context, text, strlen(text));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(episode_pattern_out);
Datum
episode_pattern_out(PG_FUNCTION_ARGS)
{
	PatternView view;

	episode_pattern_open(&view, PG_GETARG_DATUM(0));
	PG_RETURN_CSTRING(pnstrdup(view.text, view.front->text_length));
}

PG_FUNCTION_INFO_V1(episode_pattern_recv);
Datum
episode_pattern_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(in);
	char	   *text;
	int			length;

	if (version != BINARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("binary episode pattern has version %d, and only %d is known",
						version, BINARY_VERSION)));
	text = pq_getmsgtext(in, in->len - in->cursor, &length);
	PG_RETURN_POINTER(compile(NULL, text, length));
}

PG_FUNCTION_INFO_V1(episode_pattern_send);
Datum
episode_pattern_send(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	PatternView view;

	episode_pattern_open(&view, PG_GETARG_DATUM(0));
	pq_begintypsend(&out);
	pq_sendbyte(&out, BINARY_VERSION);
	pq_sendtext(&out, view.text, view.front->text_length);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/* The order of the canonical texts, as bytes. */
static int
compare(FunctionCallInfo fcinfo)
{
	PatternView a;
	PatternView b;
	EpisodeLabel a_text;
	EpisodeLabel b_text;

	episode_pattern_open(&a, PG_GETARG_DATUM(0));
	episode_pattern_open(&b, PG_GETARG_DATUM(1));
	a_text.text = a.text;
	a_text.length = a.front->text_length;
	b_text.text = b.text;
	b_text.length = b.front->text_length;
	return episode_compare_labels(&a_text, &b_text);
}

PG_FUNCTION_INFO_V1(episode_pattern_eq);
Datum
episode_pattern_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) == 0);
}

PG_FUNCTION_INFO_V1(episode_pattern_ne);
Datum
episode_pattern_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) != 0);
}

PG_FUNCTION_INFO_V1(episode_pattern_lt);
Datum
episode_pattern_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(episode_pattern_le);
Datum
episode_pattern_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(episode_pattern_ge);
Datum
episode_pattern_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(episode_pattern_gt);
Datum
episode_pattern_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(episode_pattern_cmp);
Datum
episode_pattern_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare(fcinfo));
}

PG_FUNCTION_INFO_V1(episode_pattern_hash);
Datum
episode_pattern_hash(PG_FUNCTION_ARGS)
{
	PatternView view;

	episode_pattern_open(&view, PG_GETARG_DATUM(0));
	return hash_any((const unsigned char *) view.text,
					(int) view.front->text_length);
}

PG_FUNCTION_INFO_V1(episode_pattern_hash_extended);
Datum
episode_pattern_hash_extended(PG_FUNCTION_ARGS)
{
	PatternView view;

	episode_pattern_open(&view, PG_GETARG_DATUM(0));
	return hash_any_extended((const unsigned char *) view.text,
							 (int) view.front->text_length,
							 (uint64) PG_GETARG_INT64(1));
}
