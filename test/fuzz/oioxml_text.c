/*
 * Letters in older XML: what is found is within the text, and what it says is
 * no longer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "oioxml.h"
#include "xml_text.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	OioxmlContent found[OIOXML_PLACES];
	OioxmlContent all = {text, size};
	char	   *decoded = malloc(size + 1);

	if (decoded == NULL)
		abort();
	(void) xml_declares(text, size);
	if (oioxml_scan(text, size, found))
	{
		for (int place = 0; place < OIOXML_PLACES; place++)
		{
			if (found[place].start == NULL)
				continue;
			if (found[place].start < text ||
				found[place].start + found[place].length > text + size ||
				oioxml_decode(place, found[place], decoded) >
				found[place].length)
				abort();
		}
	}
	for (int place = 0; place < OIOXML_PLACES; place++)
	{
		if (oioxml_decode(place, all, decoded) > size)
			abort();
	}
	free(decoded);
	return 0;
}
