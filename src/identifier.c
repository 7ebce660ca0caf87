/*
 * identifier.c
 *		Checking and normalizing identifiers in SQL: of each sort two
 *		functions, of which one tells whether the other has an answer.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "identifier.h"

static Datum
is_valid(FunctionCallInfo fcinfo, IdentifierReader read)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	char		normal[IDENTIFIER_MAX];

	PG_RETURN_BOOL(read(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value),
						normal) > 0);
}

static Datum
normalize(FunctionCallInfo fcinfo, IdentifierReader read)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	char		normal[IDENTIFIER_MAX];
	size_t		length = read(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value),
							  normal);

	if (length == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(normal, (int) length));
}

PG_FUNCTION_INFO_V1(cpr_is_valid);
Datum
cpr_is_valid(PG_FUNCTION_ARGS)
{
	return is_valid(fcinfo, cpr_normal);
}

PG_FUNCTION_INFO_V1(cpr_normalize);
Datum
cpr_normalize(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, cpr_normal);
}

PG_FUNCTION_INFO_V1(gln_is_valid);
Datum
gln_is_valid(PG_FUNCTION_ARGS)
{
	return is_valid(fcinfo, gln_normal);
}

PG_FUNCTION_INFO_V1(gln_normalize);
Datum
gln_normalize(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, gln_normal);
}

PG_FUNCTION_INFO_V1(sor_is_valid);
Datum
sor_is_valid(PG_FUNCTION_ARGS)
{
	return is_valid(fcinfo, sor_normal);
}

PG_FUNCTION_INFO_V1(sor_normalize);
Datum
sor_normalize(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, sor_normal);
}

PG_FUNCTION_INFO_V1(provider_number_is_valid);
Datum
provider_number_is_valid(PG_FUNCTION_ARGS)
{
	return is_valid(fcinfo, provider_number_normal);
}

PG_FUNCTION_INFO_V1(provider_number_normalize);
Datum
provider_number_normalize(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, provider_number_normal);
}

PG_FUNCTION_INFO_V1(authorization_id_is_valid);
Datum
authorization_id_is_valid(PG_FUNCTION_ARGS)
{
	return is_valid(fcinfo, authorization_id_normal);
}

PG_FUNCTION_INFO_V1(authorization_id_normalize);
Datum
authorization_id_normalize(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, authorization_id_normal);
}

PG_FUNCTION_INFO_V1(cvr_is_valid);
Datum
cvr_is_valid(PG_FUNCTION_ARGS)
{
	return is_valid(fcinfo, cvr_normal);
}

PG_FUNCTION_INFO_V1(cvr_normalize);
Datum
cvr_normalize(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, cvr_normal);
}

PG_FUNCTION_INFO_V1(municipality_code_is_valid);
Datum
municipality_code_is_valid(PG_FUNCTION_ARGS)
{
	return is_valid(fcinfo, municipality_code_normal);
}

PG_FUNCTION_INFO_V1(municipality_code_normalize);
Datum
municipality_code_normalize(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, municipality_code_normal);
}

PG_FUNCTION_INFO_V1(sks_is_valid);
Datum
sks_is_valid(PG_FUNCTION_ARGS)
{
	return is_valid(fcinfo, sks_normal);
}

PG_FUNCTION_INFO_V1(sks_normalize);
Datum
sks_normalize(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, sks_normal);
}

PG_FUNCTION_INFO_V1(sks_from_icd10);
Datum
sks_from_icd10(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, sks_of_icd10);
}

PG_FUNCTION_INFO_V1(sks_to_icd10);
Datum
sks_to_icd10(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, icd10_of_sks);
}
