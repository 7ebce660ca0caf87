/*
 * fhir_shape.c
 *		What is wrong with the shape of a FHIR resource.
 *
 * A shape is a JSON object of demands, by the dotted path of an element:
 * the JSON type that it must be of; "date" for any FHIR date or time;
 * "concept" for a CodeableConcept in words; an array of codes, one of which it
 * must be; or another shape, which each element of an array must have.  An
 * element whose path ends in ! must be there, others may be missing or null.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "fhir_time.h"

#define SHOWN	50				/* bytes of a wrong value */

static char *shape_fault(JsonbContainer *container, JsonbContainer *shape,
						 const char *within);

/* A member of an object, or an element of an array by its number. */
static JsonbValue *
step(JsonbContainer *container, const char *name, int length,
	 JsonbValue *found)
{
	if (JsonContainerIsObject(container))
		return getKeyJsonValueFromContainer(container, name, length, found);
	if (JsonContainerIsArray(container) && !JsonContainerIsScalar(container) &&
		length == 1 && *name >= '0' && *name <= '9')
		return getIthJsonbValueFromContainer(container, *name - '0');
	return NULL;
}

/* What stands at a dotted path; NULL where there is nothing, or null. */
static JsonbValue *
walk(JsonbContainer *container, const char *path, int length,
	 JsonbValue *found)
{
	const char *end = path + length;

	for (;;)
	{
		const char *dot = memchr(path, '.', end - path);
		JsonbValue *value = step(container, path,
								 (dot ? dot : end) - path, found);

		if (value == NULL || value->type == jbvNull)
			return NULL;
		if (dot == NULL)
			return value;
		if (value->type != jbvBinary)
			return NULL;
		container = value->val.binary.data;
		path = dot + 1;
	}
}

static bool
is_text(JsonbValue *value)
{
	return value != NULL && value->type == jbvString &&
		value->val.string.len > 0;
}

/* Whether a CodeableConcept says anything that can be shown. */
static bool
is_concept(JsonbValue *value)
{
	static const char *const paths[] =
	{"text", "coding.0.display", "coding.0.code"};

	if (value->type != jbvBinary)
		return false;
	for (int i = 0; i < lengthof(paths); i++)
	{
		JsonbValue	found;

		if (is_text(walk(value->val.binary.data, paths[i], strlen(paths[i]),
						 &found)))
			return true;
	}
	return false;
}

static const char *
type_name(JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return "string";
		case jbvNumeric:
			return "number";
		case jbvBool:
			return "boolean";
		default:
			return JsonContainerIsArray(value->val.binary.data) ?
				"array" : "object";
	}
}

/* A wrong value, as JSON where it is no string, and not all of a long one. */
static char *
show(JsonbValue *value)
{
	char	   *text;
	int			length;

	if (value->type == jbvString)
	{
		text = value->val.string.val;
		length = value->val.string.len;
	}
	else
	{
		Jsonb	   *jsonb = JsonbValueToJsonb(value);

		text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
		length = strlen(text);
	}
	return pnstrdup(text, pg_mbcliplen(text, length, SHOWN));
}

static char *
code_fault(JsonbValue *value, JsonbContainer *codes)
{
	if (value->type == jbvString &&
		findJsonbValueFromContainer(codes, JB_FARRAY, value) != NULL)
		return NULL;
	return psprintf("\"%s\" is not one of %s", show(value),
					JsonbToCString(NULL, codes, 0));
}

static char *
kind_fault(JsonbValue *value, const char *kind)
{
	if (strcmp(kind, "concept") == 0)
		return is_concept(value) ? NULL :
			pstrdup("has neither text nor coding");
	if (strcmp(kind, "date") == 0)
	{
		FhirTime	time;

		if (value->type == jbvString &&
			fhir_time_parse(&time, value->val.string.val,
							value->val.string.len))
			return NULL;
		return psprintf("\"%s\" is not a FHIR date or time; "
						"a time of day needs its offset", show(value));
	}
	if (strcmp(kind, type_name(value)) != 0)
		return psprintf("is not of type %s", kind);
	if (value->type == jbvString && value->val.string.len == 0)
		return pstrdup("is empty");
	return NULL;
}

/* Each element of an array against a shape. */
static char *
elements_fault(JsonbValue *value, JsonbContainer *shape, const char *path)
{
	JsonbContainer *array;

	if (strcmp(type_name(value), "array") != 0)
		return psprintf("%s is not of type array", path);
	array = value->val.binary.data;
	for (uint32 i = 0; i < JsonContainerSize(array); i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(array, i);

		if (element->type == jbvBinary)
		{
			char	   *fault = shape_fault(element->val.binary.data, shape,
											psprintf("%s.%u.", path, i));

			if (fault != NULL)
				return fault;
		}
	}
	return NULL;
}

/* The first fault, with its path; NULL if there is none. */
static char *
shape_fault(JsonbContainer *container, JsonbContainer *shape,
			const char *within)
{
	JsonbIterator *iterator = JsonbIteratorInit(shape);
	JsonbIteratorToken token;
	JsonbValue	name;
	JsonbValue	demand;

	check_stack_depth();
	token = JsonbIteratorNext(&iterator, &name, true);
	if (token != WJB_BEGIN_OBJECT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a shape is a JSON object")));
	while (JsonbIteratorNext(&iterator, &name, true) == WJB_KEY)
	{
		int			length = name.val.string.len;
		bool		required = length > 0 &&
			name.val.string.val[length - 1] == '!';
		JsonbValue	found;
		JsonbValue *value;
		char	   *path;
		char	   *fault = NULL;

		(void) JsonbIteratorNext(&iterator, &demand, true);
		if (required)
			length--;
		value = walk(container, name.val.string.val, length, &found);
		if (value == NULL && !required)
			continue;

		path = psprintf("%s%.*s", within, length, name.val.string.val);
		if (value == NULL)
			return psprintf("%s is missing", path);
		if (demand.type == jbvString)
			fault = kind_fault(value, pnstrdup(demand.val.string.val,
											   demand.val.string.len));
		else if (demand.type == jbvBinary &&
				 JsonContainerIsArray(demand.val.binary.data))
			fault = code_fault(value, demand.val.binary.data);
		else if (demand.type == jbvBinary)
		{
			fault = elements_fault(value, demand.val.binary.data, path);
			if (fault != NULL)
				return fault;
		}
		else
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a demand of a shape is a string, an array of codes, or a shape")));
		if (fault != NULL)
			return psprintf("%s %s", path, fault);
	}
	return NULL;
}

PG_FUNCTION_INFO_V1(fhir_shape_fault);
Datum
fhir_shape_fault(PG_FUNCTION_ARGS)
{
	Jsonb	   *resource = PG_GETARG_JSONB_P(0);
	Jsonb	   *shape = PG_GETARG_JSONB_P(1);
	char	   *fault = shape_fault(&resource->root, &shape->root, "");

	if (fault == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(fault));
}
