/*
 * identifier.h - reading the identifiers of Danish health care
 */
#ifndef IDENTIFIER_H
#define IDENTIFIER_H

#include <stdbool.h>
#include <stddef.h>

/* room for the normal form of any identifier: SOR has the longest */
#define IDENTIFIER_MAX	18

/*
 * Puts the normal form of an identifier into a buffer of IDENTIFIER_MAX
 * bytes, and returns its length; 0 where the text is no such identifier.
 */
typedef size_t (*IdentifierReader) (const char *text, size_t length,
									char *normal);

extern size_t identifier_squeeze(const char *text, size_t length,
								 char *squeezed);

extern size_t cpr_normal(const char *text, size_t length, char *normal);
extern size_t gln_normal(const char *text, size_t length, char *normal);
extern size_t sor_normal(const char *text, size_t length, char *normal);
extern size_t provider_number_normal(const char *text, size_t length,
									 char *normal);
extern size_t authorization_id_normal(const char *text, size_t length,
									  char *normal);
extern size_t cvr_normal(const char *text, size_t length, char *normal);
extern size_t municipality_code_normal(const char *text, size_t length,
									   char *normal);

extern IdentifierReader identifier_reader(const char *system, size_t length);

extern bool sks_is_code(const char *text, size_t length);
extern size_t sks_normal(const char *text, size_t length, char *normal);
extern size_t sks_of_icd10(const char *text, size_t length, char *sks);
extern size_t icd10_of_sks(const char *text, size_t length, char *icd10);

#endif							/* IDENTIFIER_H */
