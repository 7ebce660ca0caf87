/*
 * quantity.c
 *		The type quantity: input, output, and what it is made of.
 *
 * Stored are a version byte, the number, and the unit as it was written,
 * which is a valid UCUM expression.  The text is the number, a blank and the
 * unit; the unit 1 is not written.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "compat.h"
#include "quantity.h"
#include "text_io.h"

#define HEADER	(1 + sizeof(float8))

/* Take a stored quantity apart, trusting nothing but its length. */
Quantity
quantity_get(Datum datum)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(datum);
	int			size = VARSIZE_ANY_EXHDR(stored);
	const char *bytes = VARDATA_ANY(stored);
	Quantity	quantity;

	if (size > 0 && bytes[0] != QUANTITY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("quantity has version %d, and only %d is known",
						(unsigned char) bytes[0], QUANTITY_VERSION)));
	if (size <= HEADER || size > HEADER + UNIT_MAX_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("quantity is damaged"),
				 errdetail("It has %d bytes.", size)));
	memcpy(&quantity.value, bytes + 1, sizeof(float8));
	quantity.stored = stored;
	quantity.unit = bytes + HEADER;
	quantity.length = size - (int) HEADER;
	return quantity;
}

/* Put one together of a number and what should be a unit. */
Datum
quantity_make(Node *escontext, float8 value, const char *unit, int length)
{
	Size		size = VARHDRSZ + HEADER + length;
	const CachedUnit *known;
	struct varlena *stored;
	char	   *bytes;

	if (!isfinite(value))
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value of a quantity must be finite, not %s",
						isnan(value) ? "NaN" :
						value > 0 ? "Infinity" : "-Infinity")));
	known = unit_lookup(escontext, unit, length);
	if (known == NULL)
		return (Datum) 0;
	if (!isfinite(unit_apply(&known->to_base, value, 0)))
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is out of range for a quantity in \"%.*s\"",
						double_to_shortest_decimal(value), length, unit),
				 errdetail("Its value in base units is, by which quantities are compared.")));
	stored = palloc(size);
	SET_VARSIZE(stored, size);
	bytes = VARDATA(stored);
	bytes[0] = QUANTITY_VERSION;
	memcpy(bytes + 1, &value, sizeof(float8));
	memcpy(bytes + HEADER, unit, length);
	return PointerGetDatum(stored);
}

PG_FUNCTION_INFO_V1(quantity_in);
Datum
quantity_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	Node	   *escontext = fcinfo->context;
	char	   *start = string;
	char	   *end;
	char	   *rest;
	char	   *last;
	float8		value;

	while (isspace((unsigned char) *start))
		start++;
	rest = start + strspn(start, "0123456789.eE+-");
	errno = 0;
	value = strtod(start, &end);
	if (end == start || end != rest ||
		(*rest != '\0' && !isspace((unsigned char) *rest)))
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "quantity",
						text_excerpt(string, strlen(string))),
				 errhint("A quantity is a number, a blank and a unit, as in 120 mm[Hg].")));
	if (errno == ERANGE && (value == 0 || !isfinite(value)))
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("\"%s\" is out of range for a quantity",
						text_excerpt(start, rest - start))));

	while (isspace((unsigned char) *rest))
		rest++;
	for (last = rest + strlen(rest);
		 last > rest && isspace((unsigned char) last[-1]); last--)
		;
	if (last == rest)
		return quantity_make(escontext, value, "1", 1);
	return quantity_make(escontext, value, rest, last - rest);
}

PG_FUNCTION_INFO_V1(quantity_out);
Datum
quantity_out(PG_FUNCTION_ARGS)
{
	Quantity	quantity = PG_GETARG_QUANTITY(0);
	char	   *number = double_to_shortest_decimal(quantity.value);

	if (quantity.length == 1 && quantity.unit[0] == '1')
		PG_RETURN_CSTRING(number);
	PG_RETURN_CSTRING(psprintf("%s %.*s", number,
							   quantity.length, quantity.unit));
}

PG_FUNCTION_INFO_V1(quantity_recv);
Datum
quantity_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(in);
	float8		value;
	char	   *unit;
	int			length;

	if (version != QUANTITY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("binary quantity has version %d, and only %d is known",
						version, QUANTITY_VERSION)));
	value = pq_getmsgfloat8(in);
	unit = pq_getmsgtext(in, in->len - in->cursor, &length);
	return quantity_make(NULL, value, unit, length);
}

PG_FUNCTION_INFO_V1(quantity_send);
Datum
quantity_send(PG_FUNCTION_ARGS)
{
	Quantity	quantity = PG_GETARG_QUANTITY(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, QUANTITY_VERSION);
	pq_sendfloat8(&out, quantity.value);
	pq_sendtext(&out, quantity.unit, quantity.length);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/* quantity(value, unit) */
PG_FUNCTION_INFO_V1(quantity_from_parts);
Datum
quantity_from_parts(PG_FUNCTION_ARGS)
{
	text	   *unit = PG_GETARG_TEXT_PP(1);

	return quantity_make(NULL, PG_GETARG_FLOAT8(0), VARDATA_ANY(unit),
						 VARSIZE_ANY_EXHDR(unit));
}

PG_FUNCTION_INFO_V1(quantity_value);
Datum
quantity_value(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(PG_GETARG_QUANTITY(0).value);
}

PG_FUNCTION_INFO_V1(quantity_unit);
Datum
quantity_unit(PG_FUNCTION_ARGS)
{
	Quantity	quantity = PG_GETARG_QUANTITY(0);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(quantity.unit,
											  quantity.length));
}

/* unit_convert(quantity, to, molar_mass), and the operator -> */
PG_FUNCTION_INFO_V1(quantity_convert);
Datum
quantity_convert(PG_FUNCTION_ARGS)
{
	Quantity	quantity;
	text	   *to;
	float8		molar_mass = 0;
	const CachedConversion *cached;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	quantity = PG_GETARG_QUANTITY(0);
	to = PG_GETARG_TEXT_PP(1);
	if (PG_NARGS() > 2 && !PG_ARGISNULL(2))
	{
		molar_mass = PG_GETARG_FLOAT8(2);
		unit_check_molar_mass(molar_mass);
	}
	cached = unit_lookup_conversion(quantity.unit, quantity.length,
									VARDATA_ANY(to), VARSIZE_ANY_EXHDR(to),
									fcinfo->flinfo->fn_extra);
	fcinfo->flinfo->fn_extra = unconstify(CachedConversion *, cached);
	return quantity_make(NULL,
						 unit_convert_value(cached, quantity.value,
											molar_mass),
						 VARDATA_ANY(to), VARSIZE_ANY_EXHDR(to));
}
