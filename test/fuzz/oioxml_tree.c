/*
 * Letters in older XML: texts of a letter, and of nothing else.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "oioxml.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *texts[OIOXML_TEXTS];
	OioxmlResult result = oioxml_read((const char *) data, size, texts);

	for (int i = 0; i < OIOXML_TEXTS; i++)
	{
		if (texts[i] == NULL)
			continue;
		if (result != OIOXML_LETTER ||
			strlen(texts[i]) > size)
			abort();
	}
	oioxml_free(texts);
	return 0;
}
