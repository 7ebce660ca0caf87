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

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	char		normal[IDENTIFIER_MAX];
	char		again[IDENTIFIER_MAX];
	size_t		length;

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
	{
		length = readers[i] (text, size, normal);
		if (length > IDENTIFIER_MAX)
			abort();
		if (length > 0 && (readers[i] (normal, length, again) != length ||
						   memcmp(normal, again, length) != 0))
			abort();
	}
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
