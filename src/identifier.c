/*
 * identifier.c
 *		Checking and normalizing identifiers in SQL: of each sort two
 *		functions, of which one tells whether the other has an answer; and
 *		those of FHIR, where a system tells the sort.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "compat.h"
#include "identifier.h"
#include "json_member.h"

#define IDENTIFIERS	16			/* of a resource that are looked at */

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

/*
 * The normal form of an identifier; of a system that is not known the value
 * as it is.  NULL where it is malformed.
 */
static text *
normal_in_system(const char *system, int system_length,
				 const char *value, int length)
{
	IdentifierReader read = identifier_reader(system, system_length);
	char		normal[IDENTIFIER_MAX];

	if (read != NULL)
	{
		length = (int) read(value, length, normal);
		value = normal;
		if (length == 0)
			return NULL;
	}
	return cstring_to_text_with_len(value, length);
}

PG_FUNCTION_INFO_V1(identifier_normalize);
Datum
identifier_normalize(PG_FUNCTION_ARGS)
{
	text	   *system;
	text	   *value;
	text	   *normal;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	system = PG_GETARG_TEXT_PP(0);
	value = PG_GETARG_TEXT_PP(1);
	normal = normal_in_system(VARDATA_ANY(system), VARSIZE_ANY_EXHDR(system),
							  VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	if (normal == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(normal);
}

/* The value of an Identifier, which may stand as a number; else NULL. */
static text *
identifier_value(JsonbContainer *identifier, text *system)
{
	JsonbValue	found;
	JsonbValue *value = json_member(identifier, "value", &found);
	char	   *string;
	int			length;

	if (value != NULL && value->type == jbvString)
	{
		string = value->val.string.val;
		length = value->val.string.len;
	}
	else if (value != NULL && value->type == jbvNumeric)
	{
		string = DatumGetCString(DirectFunctionCall1(numeric_out,
													 NumericGetDatum(value->val.numeric)));
		length = (int) strlen(string);
	}
	else
		return NULL;
	return normal_in_system(VARDATA_ANY(system), VARSIZE_ANY_EXHDR(system),
							string, length);
}

PG_FUNCTION_INFO_V1(resource_identifier);
Datum
resource_identifier(PG_FUNCTION_ARGS)
{
	Jsonb	   *resource = PG_GETARG_JSONB_P(0);
	text	   *system = PG_GETARG_TEXT_PP(1);
	JsonbValue	list;
	JsonbContainer *array;

	if (json_member(&resource->root, "identifier", &list) == NULL ||
		list.type != jbvBinary ||
		!JsonContainerIsArray(list.val.binary.data))
		PG_RETURN_NULL();
	array = list.val.binary.data;
	for (uint32 i = 0; i < Min(JsonContainerSize(array), IDENTIFIERS); i++)
	{
		JsonbValue *identifier = getIthJsonbValueFromContainer(array, i);
		JsonbValue	found;
		JsonbValue *of;

		if (identifier->type != jbvBinary)
			continue;
		of = json_member(identifier->val.binary.data, "system", &found);
		if (of != NULL && of->type == jbvString &&
			of->val.string.len == VARSIZE_ANY_EXHDR(system) &&
			memcmp(of->val.string.val, VARDATA_ANY(system),
				   of->val.string.len) == 0)
		{
			text	   *value = identifier_value(identifier->val.binary.data,
												 system);

			if (value == NULL)
				PG_RETURN_NULL();
			PG_RETURN_TEXT_P(value);
		}
	}
	PG_RETURN_NULL();
}
