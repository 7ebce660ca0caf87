/*
 * The dates and times of FHIR: what is taken is within bounds, and says what
 * its text says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fhir_time.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FhirTime	time;
	char		text[16];

	if (!fhir_time_parse(&time, (const char *) data, size))
		return 0;
	if (time.year < 1 || time.year > 9999 || time.month < 1 ||
		time.month > 12 || time.day < 1 || time.day > 31 ||
		time.microseconds < 0 ||
		time.microseconds > INT64_C(86461000000) ||
		abs(time.offset_minutes) > 14 * 60 + 59)
		abort();
	snprintf(text, sizeof(text), "%04d-%02d-%02d",
			 time.year, time.month, time.day);
	if (memcmp(text, data, size < 10 ? size : 10) != 0)
		abort();
	return 0;
}
