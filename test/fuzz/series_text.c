/*
 * The text scanner stays within its string, makes progress, and hands out
 * finite values with the texts they come from.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "series_text.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a copy with a terminator, as strings in the server have one */
	char	   *string = malloc(size + 1);
	SeriesText	text;
	SeriesToken token;
	const char *last = string;

	memcpy(string, data, size);
	string[size] = '\0';
	token = series_text_open(&text, string, strlen(string));
	while (token == SERIES_TEXT_POINT &&
		   (token = series_text_next(&text)) == SERIES_TEXT_POINT)
	{
		if (!isfinite(text.value) || text.value_text < last ||
			text.time_text < text.value_text + text.value_length ||
			text.time_text + text.time_length > string + size)
			abort();
		last = text.time_text;
	}
	if (token == SERIES_TEXT_SYNTAX &&
		(text.problem == NULL || text.wrong < string ||
		 text.wrong + text.wrong_length > string + size))
		abort();
	free(string);
	return 0;
}
