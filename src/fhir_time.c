/*
 * fhir_time.c
 *		Reading the dates and times of FHIR.
 *
 * FHIR writes YYYY, YYYY-MM, YYYY-MM-DD, or a date with a time of day, which
 * then has seconds and an offset.  Nothing else is taken: PostgreSQL's own
 * input would guess a time zone where none is said.  Seconds may be missing,
 * as some sources leave them out.
 */
#include "fhir_time.h"

#include "calendar.h"

typedef struct Scanner
{
	const char *next;
	const char *end;
} Scanner;

static bool
scan_char(Scanner *scanner, char wanted)
{
	if (scanner->next == scanner->end || *scanner->next != wanted)
		return false;
	scanner->next++;
	return true;
}

/* Exactly so many digits, of a number from lowest to highest. */
static bool
scan_number(Scanner *scanner, int digits, int lowest, int highest,
			int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++)
	{
		if (scanner->next == scanner->end ||
			*scanner->next < '0' || *scanner->next > '9')
			return false;
		*number = *number * 10 + (*scanner->next++ - '0');
	}
	return *number >= lowest && *number <= highest;
}

/* One digit or more behind the decimal point, rounded to microseconds. */
static bool
scan_fraction(Scanner *scanner, int *microseconds)
{
	int			digits = 0;
	int			digit;

	*microseconds = 0;
	while (scan_number(scanner, 1, 0, 9, &digit))
	{
		if (digits < 6)
			*microseconds = *microseconds * 10 + digit;
		else if (digits == 6 && digit >= 5)
			(*microseconds)++;
		digits++;
	}
	for (int i = digits; i < 6; i++)
		*microseconds *= 10;
	return digits > 0;
}

static bool
scan_offset(Scanner *scanner, int *minutes)
{
	int			sign;
	int			hour;
	int			minute;

	*minutes = 0;
	if (scan_char(scanner, 'Z'))
		return true;
	if (scan_char(scanner, '+'))
		sign = 1;
	else if (scan_char(scanner, '-'))
		sign = -1;
	else
		return false;
	if (!scan_number(scanner, 2, 0, 14, &hour) ||
		!scan_char(scanner, ':') ||
		!scan_number(scanner, 2, 0, 59, &minute))
		return false;
	*minutes = sign * (hour * 60 + minute);
	return true;
}

/* False where the text is no such time. */
bool
fhir_time_parse(FhirTime *time, const char *text, size_t length)
{
	Scanner		scanner = {text, text + length};
	int			hour;
	int			minute;
	int			second = 0;
	int			fraction = 0;

	*time = (FhirTime) {.precision = FHIR_YEAR, .month = 1, .day = 1};
	if (!scan_number(&scanner, 4, 1, 9999, &time->year))
		return false;
	if (scanner.next == scanner.end)
		return true;

	time->precision = FHIR_MONTH;
	if (!scan_char(&scanner, '-') ||
		!scan_number(&scanner, 2, 1, 12, &time->month))
		return false;
	if (scanner.next == scanner.end)
		return true;

	time->precision = FHIR_DAY;
	if (!scan_char(&scanner, '-') ||
		!scan_number(&scanner, 2, 1, days_in_month(time->year, time->month),
					 &time->day))
		return false;
	if (scanner.next == scanner.end)
		return true;

	time->precision = FHIR_INSTANT;
	if (!scan_char(&scanner, 'T') ||
		!scan_number(&scanner, 2, 0, 23, &hour) ||
		!scan_char(&scanner, ':') ||
		!scan_number(&scanner, 2, 0, 59, &minute))
		return false;
	if (scan_char(&scanner, ':') &&
		(!scan_number(&scanner, 2, 0, 60, &second) ||
		 (scan_char(&scanner, '.') && !scan_fraction(&scanner, &fraction))))
		return false;
	if (!scan_offset(&scanner, &time->offset_minutes))
		return false;
	time->microseconds =
		(((int64_t) hour * 60 + minute) * 60 + second) * 1000000 + fraction;
	return scanner.next == scanner.end;
}
