/*
 * CPR numbers: what is taken comes back the same from its own text, and says
 * what its text says; what is stored, whatever it is, is read within bounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpr.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char		text[CPR_LENGTH];
	char		date[16];
	int64_t		cpr;
	int64_t		again;
	CprParts	parts;

	if (size >= sizeof(cpr))
	{
		memcpy(&cpr, data, sizeof(cpr));
		cpr_format(cpr, text);
		cpr_check_digit(cpr);
		cpr_read(cpr, &parts);
	}
	if (cpr_parse((const char *) data, size, &cpr) != CPR_OK)
		return 0;
	cpr_format(cpr, text);
	if (cpr_parse(text, CPR_LENGTH, &again) != CPR_OK || again != cpr ||
		cpr_read(cpr, &parts) != CPR_OK)
		abort();
	snprintf(date, sizeof(date), "%02d%02d%02d",
			 parts.day + (parts.kind == CPR_DAY_60 ? 60 : 0), parts.month,
			 parts.year % 100);
	if (parts.year < 1800 || parts.year > 2099 || memcmp(date, data, 6) != 0)
		abort();
	return 0;
}
