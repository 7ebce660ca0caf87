/*
 * identifier_text.c
 *		Reading the identifiers of persons, organizations and places.
 *
 * Each has one normal form.  What differs from it by spaces or by the case of
 * letters alone is read as that.  Where an identifier is known to be written
 * in other ways too, the comment on its function says how.  A number of zeros
 * alone is a filler, and no identifier.
 */
#include "identifier.h"

#include <string.h>

#include "cpr.h"

/* The text without spaces, in capitals; 0 where nothing or too much is left. */
size_t
identifier_squeeze(const char *text, size_t length, char *squeezed)
{
	size_t		kept = 0;

	for (size_t i = 0; i < length; i++)
	{
		char		character = text[i];

		if (character == ' ')
			continue;
		if (kept == IDENTIFIER_MAX)
			return 0;
		if (character >= 'a' && character <= 'z')
			character -= 'a' - 'A';
		squeezed[kept++] = character;
	}
	return kept;
}

/* Whether these are all digits, and not all zeros. */
static bool
is_number(const char *text, size_t length)
{
	bool		nonzero = false;

	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		if (text[i] != '0')
			nonzero = true;
	}
	return nonzero;
}

static int
weighted_sum(const char *digits, const int *weights, size_t count)
{
	int			sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (digits[i] - '0') * weights[i];
	return sum;
}

/* A number that the type cpr takes, also with its hyphen. */
size_t
cpr_normal(const char *text, size_t length, char *normal)
{
	char		squeezed[IDENTIFIER_MAX];
	int64_t		cpr;

	length = identifier_squeeze(text, length, squeezed);
	if (cpr_parse(squeezed, length, &cpr) != CPR_OK)
		return 0;
	cpr_format(cpr, normal);
	return CPR_LENGTH;
}

/* Such a number, if it is of one of two kinds. */
static size_t
cpr_of_kind(const char *text, size_t length, char *normal,
			CprKind one, CprKind other)
{
	char		squeezed[IDENTIFIER_MAX];
	CprParts	parts;
	int64_t		cpr;

	length = identifier_squeeze(text, length, squeezed);
	if (cpr_parse(squeezed, length, &cpr) != CPR_OK ||
		cpr_read(cpr, &parts) != CPR_OK ||
		(parts.kind != one && parts.kind != other))
		return 0;
	cpr_format(cpr, normal);
	return CPR_LENGTH;
}

/* What stands under the system of CPR numbers: replacements do, too. */
static size_t
person_normal(const char *text, size_t length, char *normal)
{
	return cpr_of_kind(text, length, normal, CPR_PERSON, CPR_DAY_60);
}

static size_t
national_normal(const char *text, size_t length, char *normal)
{
	return cpr_of_kind(text, length, normal, CPR_NATIONAL, CPR_NATIONAL);
}

static size_t
local_normal(const char *text, size_t length, char *normal)
{
	return cpr_of_kind(text, length, normal, CPR_LOCAL, CPR_DAY_60);
}

/* 13 digits, the last one a check digit. */
size_t
gln_normal(const char *text, size_t length, char *normal)
{
	static const int weights[13] = {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1};

	length = identifier_squeeze(text, length, normal);
	return length == 13 && is_number(normal, length) &&
		weighted_sum(normal, weights, length) % 10 == 0 ? length : 0;
}

/* 11 to 18 digits; no more fit into IDENTIFIER_MAX. */
size_t
sor_normal(const char *text, size_t length, char *normal)
{
	length = identifier_squeeze(text, length, normal);
	return length >= 11 && is_number(normal, length) ? length : 0;
}

/* Six digits; leading zeros may be missing. */
size_t
provider_number_normal(const char *text, size_t length, char *normal)
{
	char		squeezed[IDENTIFIER_MAX];

	length = identifier_squeeze(text, length, squeezed);
	if (length > 6 || !is_number(squeezed, length))
		return 0;
	memset(normal, '0', 6);
	memcpy(normal + 6 - length, squeezed, length);
	return 6;
}

/* Five digits or consonants; Y is one of these. */
size_t
authorization_id_normal(const char *text, size_t length, char *normal)
{
	length = identifier_squeeze(text, length, normal);
	if (length != 5)
		return 0;
	for (size_t i = 0; i < length; i++)
	{
		if (normal[i] == '\0' ||
			strchr("0123456789BCDFGHJKLMNPQRSTVWXYZ", normal[i]) == NULL)
			return 0;
	}
	return length;
}

/* 8 digits with a check digit; as a VAT number it has DK in front. */
size_t
cvr_normal(const char *text, size_t length, char *normal)
{
	static const int weights[8] = {2, 7, 6, 5, 4, 3, 2, 1};
	char		squeezed[IDENTIFIER_MAX];
	size_t		prefix;

	length = identifier_squeeze(text, length, squeezed);
	prefix = length == 10 && memcmp(squeezed, "DK", 2) == 0 ? 2 : 0;
	if (length - prefix != 8 || !is_number(squeezed + prefix, 8) ||
		weighted_sum(squeezed + prefix, weights, 8) % 11 != 0)
		return 0;
	memcpy(normal, squeezed + prefix, 8);
	return 8;
}

/* One of the three-digit codes; the CPR register puts a zero in front. */
size_t
municipality_code_normal(const char *text, size_t length, char *normal)
{
	static const char codes[] =
	"101 147 151 153 155 157 159 161 163 165 167 169 173 175 183 185 187 190 "
	"201 210 217 219 223 230 240 250 253 259 260 265 269 270 306 316 320 326 "
	"329 330 336 340 350 360 370 376 390 400 410 411 420 430 440 450 461 479 "
	"480 482 492 510 530 540 550 561 563 573 575 580 607 615 621 630 657 661 "
	"665 671 706 707 710 727 730 740 741 746 751 756 760 766 773 779 787 791 "
	"810 813 820 825 840 846 849 851 860 ";
	char		squeezed[IDENTIFIER_MAX];
	size_t		prefix;

	length = identifier_squeeze(text, length, squeezed);
	prefix = length == 4 && squeezed[0] == '0' ? 1 : 0;
	if (length - prefix != 3)
		return 0;
	for (size_t i = 0; i + 4 < sizeof(codes); i += 4)
	{
		if (memcmp(codes + i, squeezed + prefix, 3) == 0)
		{
			memcpy(normal, squeezed + prefix, 3);
			return 3;
		}
	}
	return 0;
}

/* How the identifiers of a FHIR system are read; NULL of one not known. */
IdentifierReader
identifier_reader(const char *system, size_t length)
{
	static const struct
	{
		const char *system;
		IdentifierReader read;
	}			known[] =
	{
		{"urn:oid:1.2.208.176.1.2", person_normal},
		{"urn:oid:1.2.208.176.1.6.1.1", national_normal},
		{"urn:oid:1.2.208.176.1.1", sor_normal},
		{"https://www.gs1.org/gln", gln_normal},
		{"urn:oid:1.2.208.176.1.4", provider_number_normal},
		{"https://autregweb.sst.dk", authorization_id_normal},
		{"http://cvr.dk", cvr_normal}
	};

	/* Local numbers have a system for each place, below this one. */
	static const char local[] = "urn:oid:1.2.208.176.1.6.1.3";

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		if (length == strlen(known[i].system) &&
			memcmp(system, known[i].system, length) == 0)
			return known[i].read;
	}
	return length >= sizeof(local) - 1 &&
		memcmp(system, local, sizeof(local) - 1) == 0 ? local_normal : NULL;
}
