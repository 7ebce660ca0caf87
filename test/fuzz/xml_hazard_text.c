/*
 * XML before a parser sees it: what is harmless stays so with text around it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xml_hazard.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = malloc(size + 7);

	if (text == NULL)
		abort();
	memcpy(text, "<a>", 3);
	if (size > 0)
		memcpy(text + 3, data, size);
	memcpy(text + 3 + size, "</a>", 4);
	if (xml_hazard_of((const char *) data, size) == XML_HARMLESS &&
		xml_hazard_of(text, size + 7) != XML_HARMLESS)
		abort();
	free(text);
	return 0;
}
