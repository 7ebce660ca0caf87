/*
 * fhir_bundle.c
 *		Finding one's way in a FHIR Bundle.
 *
 * An entry is named by type and id of its resource, "Patient/17", or by the
 * full URL that it has.  Places of entries are counted from 0, as in
 * FHIRPath.  Where a member is of another type than FHIR says, its text is
 * taken, as the operator ->> does it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "compat.h"
#include "json_member.h"

/* What follows takes time with the product of these. */
#define MAX_ENTRIES		1000
#define MAX_REFERENCES	10000
/* Those that lead nowhere are told up to here. */
#define MAX_BROKEN		1001

/* What is shown of a name or a reference, in characters. */
#define SHOWN_NAME		100
#define SHOWN_REFERENCE 200

#define MAX_ID			64

/* Text in a jsonb value or of our own; data is NULL where there is none. */
typedef struct Text
{
	const char *data;
	int			length;
} Text;

typedef struct Entry
{
	JsonbContainer *resource;	/* NULL where it is missing, or no object */
	bool		has_resource;	/* whatever it is */
	Text		type;
	Text		id;
	Text		name;			/* type/id */
	Text		url;
} Entry;

/* As many as are found; MAX_REFERENCES of them are kept. */
typedef struct Texts
{
	Text	   *texts;
	int			allocated;
	int64		found;
} Texts;

typedef struct Bundle
{
	Entry	   *entries;
	int			count;
	Texts		references;
	Texts		letters;		/* that Provenances name */
} Bundle;

static bool
is_id(Text text)
{
	if (text.data == NULL || text.length < 1 || text.length > MAX_ID)
		return false;
	for (int i = 0; i < text.length; i++)
	{
		char		c = text.data[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			  (c >= '0' && c <= '9') || c == '.' || c == '-'))
			return false;
	}
	return true;
}

static bool
same(Text a, Text b)
{
	return a.data != NULL && b.data != NULL && a.length == b.length &&
		memcmp(a.data, b.data, a.length) == 0;
}

static bool
is_text(Text text, const char *wanted)
{
	return same(text, (Text) {wanted, strlen(wanted)});
}

static bool
begins_with(Text text, const char *wanted)
{
	int			length = strlen(wanted);

	return text.length >= length && memcmp(text.data, wanted, length) == 0;
}

static JsonbContainer *
nested(JsonbValue *value)
{
	return value != NULL && value->type == jbvBinary ?
		value->val.binary.data : NULL;
}

/* The text of a member, whatever its type; none of null. */
static Text
member_text(JsonbContainer *container, const char *name)
{
	JsonbValue	found;
	JsonbValue *value = json_member(container, name, &found);
	Jsonb	   *jsonb;
	char	   *text;

	if (value == NULL || value->type == jbvNull)
		return (Text) {NULL, 0};
	if (value->type == jbvString)
		return (Text) {value->val.string.val, value->val.string.len};
	jsonb = JsonbValueToJsonb(value);
	text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	return (Text) {text, strlen(text)};
}

/* The entries of a Bundle; NULL where it has no array of them. */
static JsonbContainer *
entries_of(Jsonb *bundle)
{
	JsonbValue	found;
	JsonbContainer *entries = nested(json_member(&bundle->root, "entry",
													 &found));

	return entries != NULL && JsonContainerIsArray(entries) ? entries : NULL;
}

/* An entry, without its name. */
static void
read_entry(JsonbContainer *entries, int place, Entry *entry)
{
	JsonbContainer *container;
	JsonbValue	found;
	JsonbValue *resource;

	CHECK_FOR_INTERRUPTS();
	container = nested(getIthJsonbValueFromContainer(entries, place));
	resource = json_member(container, "resource", &found);
	entry->has_resource = resource != NULL;
	entry->resource = nested(resource);
	entry->type = member_text(entry->resource, "resourceType");
	entry->id = member_text(entry->resource, "id");
	entry->url = member_text(container, "fullUrl");
}

static Text
entry_name(const Entry *entry)
{
	int			length = entry->type.length + 1 + entry->id.length;
	char	   *name;

	if (entry->type.data == NULL || entry->id.data == NULL)
		return (Text) {NULL, 0};
	name = palloc(length);
	memcpy(name, entry->type.data, entry->type.length);
	name[entry->type.length] = '/';
	memcpy(name + entry->type.length + 1, entry->id.data, entry->id.length);
	return (Text) {name, length};
}

/* The same as entry_name() of it would be, without making that. */
static bool
has_name(const Entry *entry, Text name)
{
	int			type = entry->type.length;

	return entry->type.data != NULL && entry->id.data != NULL &&
		name.length == type + 1 + entry->id.length &&
		memcmp(name.data, entry->type.data, type) == 0 &&
		name.data[type] == '/' &&
		memcmp(name.data + type + 1, entry->id.data, entry->id.length) == 0;
}

static Text
text_argument(text *argument)
{
	return (Text) {VARDATA_ANY(argument), VARSIZE_ANY_EXHDR(argument)};
}

static void
add_cell(ArrayBuildState *faults, Text value, int characters)
{
	text	   *cell = NULL;

	if (value.data != NULL)
		cell = cstring_to_text_with_len(value.data,
										pg_mbcharcliplen(value.data,
														 value.length,
														 characters));
	(void) accumArrayResult(faults, PointerGetDatum(cell), cell == NULL,
							TEXTOID, CurrentMemoryContext);
}

static void
add_fault(ArrayBuildState *faults, const char *fault, Text value,
		  int characters, const char *place)
{
	add_cell(faults, (Text) {fault, strlen(fault)}, INT_MAX);
	add_cell(faults, value, characters);
	add_cell(faults, (Text) {place, strlen(place)}, INT_MAX);
}

/* Each has to be a resource with type and id, and no other the same. */
static void
check_entry(ArrayBuildState *faults, const Bundle *bundle, int place)
{
	static const Entry nothing;
	const Entry *entry = place < bundle->count ? &bundle->entries[place] :
		&nothing;
	char	   *path = psprintf("Bundle.entry[%d].resource", place);
	bool		repeated = false;
	bool		several = false;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < place; i++)
	{
		repeated = repeated || same(bundle->entries[i].name, entry->name);
		several = several || is_text(bundle->entries[i].type, "MessageHeader");
	}
	if (!is_id(entry->id) || entry->name.data == NULL)
		add_fault(faults, "entry", entry->name, SHOWN_NAME, path);
	else if (repeated)
		add_fault(faults, "resource-repeated", entry->name, INT_MAX, path);
	if (several && is_text(entry->type, "MessageHeader"))
		add_fault(faults, "header",
				  (Text) {"several MessageHeaders", 22}, INT_MAX, path);
}

static void
add_text(Texts *list, JsonbValue *value)
{
	if (list->found == list->allocated && list->found < MAX_REFERENCES)
	{
		list->allocated = Min(list->allocated * 2 + 32, MAX_REFERENCES);
		list->texts = list->texts == NULL ?
			palloc(list->allocated * sizeof(Text)) :
			repalloc(list->texts, list->allocated * sizeof(Text));
	}
	if (list->found < list->allocated)
		list->texts[list->found] =
			(Text) {value->val.string.val, value->val.string.len};
	list->found++;
}

/*
 * What is called reference anywhere in a resource, and is text: objects of
 * that name, one in the other, would be kept each with all that is in it.
 */
static void
find_references(JsonbContainer *container, Texts *references)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	JsonbValue *reference;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	reference = json_member(container, "reference", &value);
	if (reference != NULL && reference->type == jbvString)
		add_text(references, reference);
	iterator = JsonbIteratorInit(container);
	(void) JsonbIteratorNext(&iterator, &value, true);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if ((token == WJB_VALUE || token == WJB_ELEM) &&
			value.type == jbvBinary)
			find_references(value.val.binary.data, references);
	}
}

/* What an element refers to, or each of an array of them. */
static void
add_letters(Texts *letters, JsonbValue *value, const char *within)
{
	JsonbContainer *container = nested(value);
	bool		is_array = container != NULL && JsonContainerIsArray(container);
	int			count = is_array ? JsonContainerSize(container) : 1;

	for (int i = 0; i < count; i++)
	{
		JsonbContainer *element = is_array ?
			nested(getIthJsonbValueFromContainer(container, i)) : container;
		JsonbValue	found;
		JsonbValue *next = json_member(element, within ? within : "reference",
								  &found);

		CHECK_FOR_INTERRUPTS();
		if (next != NULL && within != NULL)
			add_letters(letters, next, NULL);
		else if (next != NULL && next->type == jbvString)
			add_text(letters, next);
	}
}

/* An earlier letter, which a Provenance names; it is not in the bundle. */
static bool
is_earlier_letter(const Bundle *bundle, Text reference)
{
	const char *last = NULL;
	const char *before = reference.data;

	for (int i = 0; i < reference.length; i++)
	{
		if (reference.data[i] == '/')
		{
			before = last == NULL ? reference.data : last + 1;
			last = reference.data + i;
		}
	}
	if (last != NULL && is_text((Text) {before, last - before},
								"MessageHeader"))
		return true;
	if (!begins_with(reference, "urn:uuid:"))
		return false;
	for (int i = 0; i < Min(bundle->letters.found, MAX_REFERENCES); i++)
	{
		if (same(bundle->letters.texts[i], reference))
			return true;
	}
	return false;
}

static bool
leads_somewhere(const Bundle *bundle, Text reference)
{
	if (begins_with(reference, "#"))
		return true;
	for (int i = 0; i < bundle->count; i++)
	{
		const Entry *entry = &bundle->entries[i];

		if (same(entry->name, reference) || same(entry->url, reference))
			return true;
		/* What has no name or URL is found by an empty reference. */
		if (reference.length == 0 &&
			(entry->name.data == NULL || entry->url.data == NULL))
			return true;
	}
	return is_earlier_letter(bundle, reference);
}

static void
check_references(ArrayBuildState *faults, const Bundle *bundle)
{
	int			broken = 0;

	for (int i = 0; i < bundle->references.found && broken < MAX_BROKEN; i++)
	{
		Text		reference = bundle->references.texts[i];

		CHECK_FOR_INTERRUPTS();
		if (leads_somewhere(bundle, reference))
			continue;
		broken++;
		add_fault(faults, "reference", reference, SHOWN_REFERENCE,
				  psprintf("Bundle.descendants().where(reference = '%.*s')",
						   pg_mbcharcliplen(reference.data, reference.length,
											SHOWN_REFERENCE),
						   reference.data));
	}
}

PG_FUNCTION_INFO_V1(fhir_id_is_valid);
Datum
fhir_id_is_valid(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_id(text_argument(PG_GETARG_TEXT_PP(0))));
}

PG_FUNCTION_INFO_V1(fhir_entry);
Datum
fhir_entry(PG_FUNCTION_ARGS)
{
	JsonbContainer *entries = entries_of(PG_GETARG_JSONB_P(0));
	Text		reference = text_argument(PG_GETARG_TEXT_PP(1));
	int			count = entries == NULL ? 0 : JsonContainerSize(entries);
	int			by_url = -1;

	for (int i = 0; i < count; i++)
	{
		Entry		entry;

		read_entry(entries, i, &entry);
		if (has_name(&entry, reference))
			PG_RETURN_INT32(i);
		if (by_url < 0 && same(entry.url, reference))
			by_url = i;
	}
	if (by_url < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(by_url);
}

PG_FUNCTION_INFO_V1(fhir_entries);
Datum
fhir_entries(PG_FUNCTION_ARGS)
{
	JsonbContainer *entries = entries_of(PG_GETARG_JSONB_P(0));
	Text		type = text_argument(PG_GETARG_TEXT_PP(1));
	int			count = entries == NULL ? 0 : JsonContainerSize(entries);
	Datum	   *places = palloc((count + 1) * sizeof(Datum));
	int			found = 0;

	for (int i = 0; i < count; i++)
	{
		Entry		entry;

		read_entry(entries, i, &entry);
		if (same(entry.type, type))
			places[found++] = Int32GetDatum(i);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(places, found, INT4OID,
										  sizeof(int32), true, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(fhir_bundle_faults);
Datum
fhir_bundle_faults(PG_FUNCTION_ARGS)
{
	JsonbContainer *entries = entries_of(PG_GETARG_JSONB_P(0));
	Bundle		bundle = {0};
	ArrayBuildState *faults = initArrayResult(TEXTOID, CurrentMemoryContext,
											  false);
	int			count = entries == NULL ? 0 : JsonContainerSize(entries);
	bool		is_complete = true;

	bundle.entries = palloc(Max(Min(count, MAX_ENTRIES), 1) * sizeof(Entry));
	for (int i = 0; i < count; i++)
	{
		Entry		entry;

		read_entry(entries, i, &entry);
		/* From one without a resource on, which is a fault, they do not count. */
		is_complete = is_complete && entry.has_resource;
		if (is_complete && entry.resource != NULL)
			find_references(entry.resource, &bundle.references);
		if (is_text(entry.type, "Provenance"))
		{
			JsonbValue	found;

			add_letters(&bundle.letters,
						json_member(entry.resource, "target", &found), NULL);
			add_letters(&bundle.letters,
						json_member(entry.resource, "entity", &found), "what");
		}
		if (i < MAX_ENTRIES)
		{
			entry.name = entry_name(&entry);
			bundle.entries[bundle.count++] = entry;
		}
	}
	if (count > MAX_ENTRIES || bundle.references.found > MAX_REFERENCES)
	{
		char	   *told = psprintf("%d entries, " INT64_FORMAT " references",
									count, bundle.references.found);

		add_fault(faults, "too-long", (Text) {told, strlen(told)}, INT_MAX,
				  "Bundle.entry");
	}
	else
	{
		for (int i = 0; i < Max(count, 1); i++)
			check_entry(faults, &bundle, i);
		check_references(faults, &bundle);
	}
	if (faults->nelems == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(makeMdArrayResult(faults, 2,
									  (int[]) {faults->nelems / 3, 3},
									  (int[]) {1, 1}, CurrentMemoryContext,
									  false));
}
