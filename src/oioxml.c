/*
 * oioxml.c
 *		What XML declares, and what stands around a letter in MedCom's older
 *		XML, as JSON.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "compat.h"
#include "oioxml.h"
#include "xml_text.h"

PG_FUNCTION_INFO_V1(xml_has_declaration);
Datum
xml_has_declaration(PG_FUNCTION_ARGS)
{
	text	   *content = PG_GETARG_TEXT_PP(0);

	PG_RETURN_BOOL(xml_declares(VARDATA_ANY(content),
								VARSIZE_ANY_EXHDR(content)));
}

static JsonbValue
json_string(const char *string, size_t length)
{
	JsonbValue	value = {.type = jbvString};

	value.val.string.val = (char *) string;
	value.val.string.len = (int) length;
	return value;
}

/* What stands in a place, in the encoding of the server. */
static JsonbValue
text_of(int place, OioxmlContent content)
{
	char	   *decoded = palloc(content.length + 1);
	size_t		length = oioxml_decode(place, content, decoded);
	char	   *string;

	decoded[length] = '\0';
	string = pg_any_to_server(decoded, (int) length, PG_UTF8);
	return json_string(string, string == decoded ? length : strlen(string));
}

PG_FUNCTION_INFO_V1(oioxml_header);
Datum
oioxml_header(PG_FUNCTION_ARGS)
{
	text	   *letter = PG_GETARG_TEXT_PP(0);
	char	   *string = VARDATA_ANY(letter);
	char	   *utf8 = pg_server_to_any(string, VARSIZE_ANY_EXHDR(letter),
										PG_UTF8);
	OioxmlContent found[OIOXML_PLACES];
	JsonbParseState *state = NULL;
	JsonbValue *header;

	if (!oioxml_scan(utf8, utf8 == string ? VARSIZE_ANY_EXHDR(letter) :
					 strlen(utf8), found))
		PG_RETURN_NULL();
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int place = 0; place < OIOXML_PLACES; place++)
	{
		const char *name = oioxml_key(place);

		if (name != NULL && found[place].start != NULL)
		{
			JsonbValue	key = json_string(name, strlen(name));
			JsonbValue	value = text_of(place, found[place]);

			pushJsonbValue(&state, WJB_KEY, &key);
			pushJsonbValue(&state, WJB_VALUE, &value);
		}
	}
	header = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(header));
}
