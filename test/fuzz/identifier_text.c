/*
 * Identifiers: a normal form is its own normal form, and within bounds;
 * diagnoses go to ICD-10 and back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "identifier.h"

static const IdentifierReader readers[] = {
	cpr_normal, gln_normal, sor_normal, provider_number_normal,
	authorization_id_normal, cvr_normal, municipality_code_normal, sks_normal
};

static const char *const systems[] = {
	"urn:oid:1.2.208.176.1.2", "urn:oid:1.2.208.176.1.6.1.1",
	"urn:oid:1.2.208.176.1.6.1.3.9"
};

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_reader(IdentifierReader read, const char *text, size_t size)
{
	char		normal[IDENTIFIER_MAX];
	char		again[IDENTIFIER_MAX];
	size_t		length = read(text, size, normal);

	if (length > IDENTIFIER_MAX)
		abort();
	if (length > 0 && (read(normal, length, again) != length ||
					   memcmp(normal, again, length) != 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	char		normal[IDENTIFIER_MAX];
	char		again[IDENTIFIER_MAX];
	size_t		length;

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		check_reader(readers[i], text, size);
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		check_reader(identifier_reader(systems[i], strlen(systems[i])),
					 text, size);
	(void) identifier_reader(text, size);

	length = sks_of_icd10(text, size, normal);
	if (length > 0 && !sks_is_code(normal, length))
		abort();
	length = icd10_of_sks(text, size, normal);
	if (length > 0)
	{
		size_t		sks = sks_of_icd10(normal, length, again);

		length = sks_normal(text, size, normal);
		if (sks != length || memcmp(normal, again, length) != 0)
			abort();
	}
	return 0;
}
