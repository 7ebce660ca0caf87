/*
 * oioxml.c
 *		What stands around a letter in MedCom's older XML, as JSON.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "compat.h"
#include "oioxml.h"

static JsonbValue
json_string(const char *utf8)
{
	JsonbValue	value = {.type = jbvString};

	value.val.string.val = pg_any_to_server(utf8, strlen(utf8), PG_UTF8);
	value.val.string.len = strlen(value.val.string.val);
	return value;
}

/* What is missing has no key. */
static Jsonb *
texts_to_jsonb(char *const texts[OIOXML_TEXTS])
{
	JsonbParseState *state = NULL;
	JsonbValue	key;
	JsonbValue	value;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < OIOXML_TEXTS; i++)
	{
		if (texts[i] == NULL)
			continue;
		key = json_string(oioxml_key(i));
		value = json_string(texts[i]);
		pushJsonbValue(&state, WJB_KEY, &key);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

PG_FUNCTION_INFO_V1(oioxml_header);
Datum
oioxml_header(PG_FUNCTION_ARGS)
{
	char	   *letter = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *utf8 = pg_server_to_any(letter, strlen(letter), PG_UTF8);
	char	   *texts[OIOXML_TEXTS];
	OioxmlResult result = oioxml_read(utf8, strlen(utf8), texts);
	Jsonb	   *header = NULL;

	if (result == OIOXML_NO_XML)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_XML_DOCUMENT),
				 errmsg("the letter is not well-formed XML, or not safe to read"),
				 errhint("xml_hazard() tells what is not safe.")));
	if (result == OIOXML_NO_LETTER)
		PG_RETURN_NULL();
	/* The texts are in libxml2's memory, which no error frees. */
	PG_TRY();
	{
		header = texts_to_jsonb(texts);
	}
	PG_FINALLY();
	{
		oioxml_free(texts);
	}
	PG_END_TRY();
	PG_RETURN_JSONB_P(header);
}
