/*
 * cpr_text.c
 *		Reading Danish civil registration (CPR) numbers, and the replacement
 *		numbers of persons who have none.
 *
 * A number is DDMMYYSSSS, and is kept as its ten characters in base 36, so
 * that numbers are ordered as their text.  The seventh digit tells the
 * century, the last one the sex.  A check digit is no part of this: the CPR
 * office gives out numbers without since 2007.
 *
 * Replacement numbers are of three kinds.  National ones (X-eCPR) have 1 or 7
 * in the seventh place, local ones (D-eCPR) 0, 5 or 6, both followed by two
 * letters and a digit.  Older local ones have 60 added to the day.
 */
#include "cpr.h"

#include "calendar.h"

#define BASE	36

static int
digit_value(char character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'A' && character <= 'Z')
		return character - 'A' + 10;
	if (character >= 'a' && character <= 'z')
		return character - 'a' + 10;
	return -1;
}

/* The ten places of a number, the first one in front. */
static void
unpack(int64_t cpr, int places[CPR_LENGTH])
{
	uint64_t	rest = (uint64_t) cpr;

	for (int i = CPR_LENGTH - 1; i >= 0; i--)
	{
		places[i] = (int) (rest % BASE);
		rest /= BASE;
	}
}

static bool
are_digits(const int places[CPR_LENGTH], int from, int to)
{
	for (int i = from; i <= to; i++)
	{
		if (places[i] > 9)
			return false;
	}
	return true;
}

/* The century of a CPR number, by its seventh digit and the year in it. */
static int
century(int digit, int year)
{
	if (digit <= 3)
		return 1900;
	if (digit == 4 || digit == 9)
		return year <= 36 ? 2000 : 1900;
	return year <= 57 ? 2000 : 1800;
}

/* The century of an eCPR, and which of the two it is. */
static bool
ecpr_century(int digit, CprKind *kind, int *found)
{
	*kind = digit == 1 || digit == 7 ? CPR_NATIONAL : CPR_LOCAL;
	switch (digit)
	{
		case 0:
		case 1:
			*found = 1900;
			return true;
		case 5:
			*found = 1800;
			return true;
		case 6:
		case 7:
			*found = 2000;
			return true;
		default:
			return false;
	}
}

static bool
date_exists(int year, int month, int day)
{
	return month >= 1 && month <= 12 && day >= 1 &&
		day <= days_in_month(year, month);
}

CprFault
cpr_read(int64_t cpr, CprParts *parts)
{
	int			places[CPR_LENGTH];
	int			first_year;

	unpack(cpr, places);
	if (!are_digits(places, 0, 6) || places[9] > 9)
		return CPR_SYNTAX;
	parts->day = places[0] * 10 + places[1];
	parts->month = places[2] * 10 + places[3];
	parts->year = places[4] * 10 + places[5];
	parts->male = places[9] % 2 == 1;

	if (are_digits(places, 7, 8))
	{
		first_year = century(places[6], parts->year);
		parts->kind = CPR_PERSON;
		if (parts->day > 60)
		{
			parts->kind = CPR_DAY_60;
			parts->day -= 60;
			if (places[6] > 5)
				return CPR_SERIAL;
		}
	}
	else if (places[7] <= 9 || places[8] <= 9 ||
			 !ecpr_century(places[6], &parts->kind, &first_year))
		return CPR_SYNTAX;
	parts->year += first_year;
	return date_exists(parts->year, parts->month, parts->day) ?
		CPR_OK : CPR_DATE;
}

/* Reads DDMMYYSSSS or DDMMYY-SSSS, with letters in either case. */
CprFault
cpr_parse(const char *text, size_t length, int64_t *cpr)
{
	CprParts	parts;
	int64_t		packed = 0;

	*cpr = 0;
	if (length != CPR_LENGTH &&
		!(length == CPR_LENGTH + 1 && text[6] == '-'))
		return CPR_SYNTAX;
	for (size_t i = 0; i < length; i++)
	{
		int			value = digit_value(text[i]);

		if (i == 6 && length > CPR_LENGTH)
			continue;
		if (value < 0)
			return CPR_SYNTAX;
		packed = packed * BASE + value;
	}
	*cpr = packed;
	return cpr_read(packed, &parts);
}

void
cpr_format(int64_t cpr, char characters[CPR_LENGTH])
{
	int			places[CPR_LENGTH];

	unpack(cpr, places);
	for (int i = 0; i < CPR_LENGTH; i++)
		characters[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[places[i]];
}

/* Whether a number passes the check that all passed until 2007. */
bool
cpr_check_digit(int64_t cpr)
{
	static const int weights[CPR_LENGTH] = {4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
	int			places[CPR_LENGTH];
	int			sum = 0;

	unpack(cpr, places);
	for (int i = 0; i < CPR_LENGTH; i++)
		sum += places[i] * weights[i];
	return are_digits(places, 0, CPR_LENGTH - 1) && sum % 11 == 0;
}
