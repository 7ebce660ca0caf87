/*
 * unit.c
 *		The functions of units that SQL sees.
 *
 * What is no unit is an error of syntax (22P02) that says where; what cannot
 * be converted names both units.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/namespace.h"
#include "common/shortest_dec.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "compat.h"
#include "text_io.h"
#include "unit_server.h"

/* The UCUM code of what somebody wrote, in the server's encoding. */
bool
unit_spelling(char *code, const char *text, int length)
{
	unsigned char *bytes = (unsigned char *) unconstify(char *, text);
	const char *utf8 = text;

	if (length > UNIT_MAX_LENGTH)
		return false;
	if (GetDatabaseEncoding() != PG_SQL_ASCII)
		utf8 = (char *) pg_do_encoding_conversion(bytes, length,
												  GetDatabaseEncoding(),
												  PG_UTF8);
	return unit_from_alias(code, utf8, utf8 == text ? length : strlen(utf8));
}

/* Report what unit_parse() found. */
void
unit_report(Node *escontext, const UnitScan *scan)
{
	int			length = (int) (scan->end - scan->text);
	int			before = (int) (scan->wrong - scan->text);
	int			wrong = (int) scan->wrong_length;
	char		code[UNIT_MAX_LENGTH + 1];
	bool		known = unit_spelling(code, scan->text, length);

	/* what is not of ASCII is wrong where it begins */
	if (wrong == 1)
		wrong = Min(pg_mblen(scan->wrong), length - before);
	errsave(escontext,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid unit: \"%s\"",
					text_excerpt(scan->text, length)),
			 wrong > 0 ?
			 errdetail("At character %d, \"%s\": %s.",
					   text_character(scan->text, scan->wrong),
					   text_excerpt(scan->wrong, wrong), scan->problem) :
			 errdetail("At character %d: %s.",
					   text_character(scan->text, scan->wrong),
					   scan->problem),
			 known ? errhint("UCUM writes it as \"%s\".", code) : 0));
}

static void
parse(UnitForm *form, text *unit, bool ignore_case)
{
	UnitScan	scan;

	unit_scan_open(&scan, VARDATA_ANY(unit), VARSIZE_ANY_EXHDR(unit),
				   ignore_case);
	if (!unit_parse(form, &scan))
		unit_report(NULL, &scan);
}

static const CachedUnit *
lookup(text *unit)
{
	return unit_lookup(NULL, VARDATA_ANY(unit), VARSIZE_ANY_EXHDR(unit));
}

/* unit_is_valid(unit, ignore_case) */
PG_FUNCTION_INFO_V1(unit_is_valid);
Datum
unit_is_valid(PG_FUNCTION_ARGS)
{
	text	   *unit = PG_GETARG_TEXT_PP(0);
	UnitScan	scan;
	UnitForm	form;

	unit_scan_open(&scan, VARDATA_ANY(unit), VARSIZE_ANY_EXHDR(unit),
				   PG_GETARG_BOOL(1));
	PG_RETURN_BOOL(unit_parse(&form, &scan));
}

/* unit_canonical(unit, ignore_case) */
PG_FUNCTION_INFO_V1(unit_canonical);
Datum
unit_canonical(PG_FUNCTION_ARGS)
{
	UnitForm	form;
	char		canonical[UNIT_CANONICAL_SIZE];
	int			length;

	parse(&form, PG_GETARG_TEXT_PP(0), PG_GETARG_BOOL(1));
	length = unit_print_canonical(canonical, &form);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(canonical, length));
}

PG_FUNCTION_INFO_V1(unit_dimension);
Datum
unit_dimension(PG_FUNCTION_ARGS)
{
	char		dimension[UNIT_DIMENSION_SIZE];
	int			length;

	length = unit_print_dimension(dimension,
								  &lookup(PG_GETARG_TEXT_PP(0))->meaning);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(dimension, length));
}

PG_FUNCTION_INFO_V1(unit_commensurable);
Datum
unit_commensurable(PG_FUNCTION_ARGS)
{
	/* a copy, for the second look-up may take the place of the first */
	UnitMeaning a = lookup(PG_GETARG_TEXT_PP(0))->meaning;
	const UnitMeaning *b = &lookup(PG_GETARG_TEXT_PP(1))->meaning;

	PG_RETURN_BOOL(unit_same_dimension(&a, b));
}

/* A text in the server's encoding; NULL if that lacks a character of it. */
char *
unit_to_server(const char *utf8, int length)
{
	unsigned char *bytes = (unsigned char *) unconstify(char *, utf8);
	int			encoding = GetDatabaseEncoding();
	int			size = length * MAX_CONVERSION_GROWTH + 1;
	Oid			converter;
	char	   *text;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return pnstrdup(utf8, length);
	converter = FindDefaultConversionProc(PG_UTF8, encoding);
	if (!OidIsValid(converter))
		return NULL;
	text = palloc(size);
	if (pg_do_encoding_conversion_buf(converter, PG_UTF8, encoding,
									  bytes, length,
									  (unsigned char *) text, size,
									  true) < length)
		return NULL;
	return text;
}

PG_FUNCTION_INFO_V1(unit_display);
Datum
unit_display(PG_FUNCTION_ARGS)
{
	text	   *unit = PG_GETARG_TEXT_PP(0);
	UnitForm	form;
	char		display[UNIT_DISPLAY_SIZE];
	char	   *result;
	int			length;

	parse(&form, unit, false);
	length = unit_print_display(display, VARDATA_ANY(unit),
								VARSIZE_ANY_EXHDR(unit));
	result = unit_to_server(display, length);
	if (result == NULL)
		PG_RETURN_TEXT_P(unit);
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

PG_FUNCTION_INFO_V1(unit_code);
Datum
unit_code(PG_FUNCTION_ARGS)
{
	text	   *spelling = PG_GETARG_TEXT_PP(0);
	char		code[UNIT_MAX_LENGTH + 1];

	if (!unit_spelling(code, VARDATA_ANY(spelling),
					   VARSIZE_ANY_EXHDR(spelling)))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(code));
}

PG_FUNCTION_INFO_V1(unit_aliases);
Datum
unit_aliases(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < unit_alias_count; i++)
	{
		char	   *alias = unit_to_server(unit_alias_table[i].alias,
										   strlen(unit_alias_table[i].alias));
		Datum		values[2];
		bool		nulls[2] = {false, false};

		if (alias == NULL)
			continue;
		values[0] = CStringGetTextDatum(alias);
		values[1] = CStringGetTextDatum(unit_alias_table[i].code);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}

void
unit_check_molar_mass(float8 molar_mass)
{
	if (!(molar_mass > 0) || isinf(molar_mass))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("molar mass must be positive, not %s",
						double_to_shortest_decimal(molar_mass)),
				 errhint("It is given in g/mol.")));
}

/* Convert a number; the molar mass is 0 if there is none. */
float8
unit_convert_value(const CachedConversion *cached, float8 value,
				   float8 molar_mass)
{
	const UnitConversion *conversion = &cached->conversion;
	float8		result;

	if (unlikely(conversion->molar != 0 && molar_mass == 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot convert \"%.*s\" to \"%.*s\" without a molar mass",
						cached->from_length, cached->from,
						cached->to_length, cached->to),
				 errdetail("One is of mass, the other of substance."),
				 errhint("Say what is measured with molar_mass, in g/mol.")));
	result = unit_apply(conversion, value, molar_mass);
	if (unlikely(!isfinite(result) && isfinite(value)) ||
		unlikely(result == 0 && value != 0 &&
				 conversion->from == UNIT_RATIO &&
				 conversion->to == UNIT_RATIO &&
				 conversion->line.addend.high == 0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s in \"%.*s\" has no value in \"%.*s\"",
						double_to_shortest_decimal(value),
						cached->from_length, cached->from,
						cached->to_length, cached->to),
				 isnan(result) ? errdetail("The scale of \"%.*s\" does not reach it.",
										   cached->to_length, cached->to) :
				 errdetail("The result is out of range.")));
	return result;
}

/* unit_convert(value, from, to, molar_mass) */
PG_FUNCTION_INFO_V1(unit_convert);
Datum
unit_convert(PG_FUNCTION_ARGS)
{
	text	   *from;
	text	   *to;
	float8		molar_mass = 0;
	const CachedConversion *cached;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	from = PG_GETARG_TEXT_PP(1);
	to = PG_GETARG_TEXT_PP(2);
	if (!PG_ARGISNULL(3))
	{
		molar_mass = PG_GETARG_FLOAT8(3);
		unit_check_molar_mass(molar_mass);
	}
	cached = unit_lookup_conversion(VARDATA_ANY(from), VARSIZE_ANY_EXHDR(from),
									VARDATA_ANY(to), VARSIZE_ANY_EXHDR(to),
									fcinfo->flinfo->fn_extra);
	fcinfo->flinfo->fn_extra = unconstify(CachedConversion *, cached);
	PG_RETURN_FLOAT8(unit_convert_value(cached, PG_GETARG_FLOAT8(0),
										molar_mass));
}
