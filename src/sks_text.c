/*
 * sks_text.c
 *		Reading codes of SKS, the Danish health care classification, and
 *		turning its diagnoses into ICD-10 and back.
 *
 * A code is up to ten capitals and digits, the first one a letter that tells
 * the main group.  A longer code is a kind of what any shorter one that it
 * begins with means.  Diagnoses are D followed by the code of ICD-10 without
 * its point: J44.9 is DJ449.
 */
#include "identifier.h"

#include <string.h>

#define SKS_MAX	10

static bool
is_letter(char character)
{
	return character >= 'A' && character <= 'Z';
}

static bool
is_digit(char character)
{
	return character >= '0' && character <= '9';
}

static bool
are_code_characters(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (!is_letter(text[i]) && !is_digit(text[i]))
			return false;
	}
	return true;
}

/* Whether this is a code in its normal form. */
bool
sks_is_code(const char *text, size_t length)
{
	return length >= 1 && length <= SKS_MAX && is_letter(text[0]) &&
		are_code_characters(text, length);
}

size_t
sks_normal(const char *text, size_t length, char *normal)
{
	length = identifier_squeeze(text, length, normal);
	return sks_is_code(normal, length) ? length : 0;
}

/* A letter and two digits begin every category of ICD-10. */
static bool
is_category(const char *text)
{
	return is_letter(text[0]) && is_digit(text[1]) && is_digit(text[2]);
}

/* The SKS code of an ICD-10 code with or without its point. */
size_t
sks_of_icd10(const char *text, size_t length, char *sks)
{
	char		icd10[IDENTIFIER_MAX];
	size_t		rest;
	size_t		point;

	length = identifier_squeeze(text, length, icd10);
	if (length < 3 || !is_category(icd10))
		return 0;
	point = length > 4 && icd10[3] == '.' ? 1 : 0;
	rest = length - 3 - point;
	if (1 + 3 + rest > SKS_MAX ||
		!are_code_characters(icd10 + 3 + point, rest))
		return 0;
	sks[0] = 'D';
	memcpy(sks + 1, icd10, 3);
	memcpy(sks + 4, icd10 + 3 + point, rest);
	return 4 + rest;
}

/* The ICD-10 code, with its point, of an SKS code that is a diagnosis. */
size_t
icd10_of_sks(const char *text, size_t length, char *icd10)
{
	char		sks[IDENTIFIER_MAX];

	length = sks_normal(text, length, sks);
	if (length < 4 || sks[0] != 'D' || !is_category(sks + 1))
		return 0;
	memcpy(icd10, sks + 1, 3);
	if (length == 4)
		return 3;
	icd10[3] = '.';
	memcpy(icd10 + 4, sks + 4, length - 4);
	return length;
}
