/*
 * quantity_fhir.c
 *		Quantities from and to the Quantity of FHIR.
 *
 * FHIR has a code and its system beside a unit for people to read.  A code of
 * UCUM is taken as it is; where no system is named, as many senders do, what
 * stands for the unit is looked up as unit_code() does.
 */
#include "postgres.h"

#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "compat.h"
#include "json_member.h"
#include "quantity.h"
#include "text_io.h"

#define UCUM	"http://unitsofmeasure.org"

/* The member of an object; false if there is none, or null. */
static bool
get_member(Jsonb *object, const char *name, enum jbvType type,
		   JsonbValue *member)
{
	if (json_member(&object->root, name, member) == NULL ||
		member->type == jbvNull)
		return false;
	if (member->type != type)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" of a FHIR Quantity must be a %s", name,
						type == jbvNumeric ? "number" : "string")));
	return true;
}

static bool
is_text(const JsonbValue *member, const char *text)
{
	return member->val.string.len == (int) strlen(text) &&
		memcmp(member->val.string.val, text, strlen(text)) == 0;
}

/* quantity(jsonb) */
PG_FUNCTION_INFO_V1(quantity_from_fhir);
Datum
quantity_from_fhir(PG_FUNCTION_ARGS)
{
	Jsonb	   *object = PG_GETARG_JSONB_P(0);
	JsonbValue	member;
	JsonbValue	unit;
	Datum		number;
	float8		value;
	char		code[UNIT_MAX_LENGTH + 1];
	bool		is_ucum = false;

	if (!JB_ROOT_IS_OBJECT(object))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("FHIR Quantity must be an object")));
	if (get_member(object, "comparator", jbvString, &member))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("FHIR Quantity with comparator \"%s\" is no single quantity",
						text_excerpt(member.val.string.val,
									 member.val.string.len)),
				 errhint("Remove the comparator and keep it beside the quantity.")));
	if (!get_member(object, "value", jbvNumeric, &member))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("FHIR Quantity has no value")));
	number = NumericGetDatum(member.val.numeric);
	value = DatumGetFloat8(DirectFunctionCall1(numeric_float8, number));
	if (get_member(object, "system", jbvString, &member))
	{
		if (!is_text(&member, UCUM))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("FHIR Quantity has a unit of system \"%s\", not of UCUM",
							text_excerpt(member.val.string.val,
										 member.val.string.len)),
					 errhint("The system of UCUM is \"%s\".", UCUM)));
		is_ucum = true;
	}
	if (get_member(object, "code", jbvString, &unit))
	{
		if (is_ucum)
			return quantity_make(NULL, value, unit.val.string.val,
								 unit.val.string.len);
	}
	else if (!get_member(object, "unit", jbvString, &unit))
		return quantity_make(NULL, value, "1", 1);

	/* what is no unit by any name is reported as such */
	if (!unit_spelling(code, unit.val.string.val, unit.val.string.len))
		return quantity_make(NULL, value, unit.val.string.val,
							 unit.val.string.len);
	return quantity_make(NULL, value, code, strlen(code));
}

/* fhir_quantity(quantity) */
PG_FUNCTION_INFO_V1(quantity_to_fhir);
Datum
quantity_to_fhir(PG_FUNCTION_ARGS)
{
	Quantity	quantity = PG_GETARG_QUANTITY(0);
	char	   *code = pnstrdup(quantity.unit, quantity.length);
	char		display[UNIT_DISPLAY_SIZE];
	char	   *unit;
	StringInfoData json;

	unit = unit_to_server(display, unit_print_display(display, code,
													  quantity.length));
	initStringInfo(&json);
	appendStringInfo(&json, "{\"value\": %s, \"unit\": ",
					 double_to_shortest_decimal(quantity.value));
	escape_json(&json, unit == NULL || unit[0] == '\0' ? code : unit);
	appendStringInfoString(&json, ", \"system\": \"" UCUM "\", \"code\": ");
	escape_json(&json, code);
	appendStringInfoChar(&json, '}');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in,
										CStringGetDatum(json.data)));
}
