/*
 * oioxml.h - reading what stands around MedCom's older letters
 */
#ifndef OIOXML_H
#define OIOXML_H

#include <stdbool.h>
#include <stddef.h>

/* the elements that are looked for */
#define OIOXML_PLACES	30

/* What stands between the tags of an element; no start where it is missing. */
typedef struct OioxmlContent
{
	const char *start;
	size_t		length;
} OioxmlContent;

extern bool oioxml_scan(const char *text, size_t length,
						OioxmlContent found[OIOXML_PLACES]);
extern const char *oioxml_key(int place);
extern size_t oioxml_decode(int place, OioxmlContent content, char *decoded);

#endif							/* OIOXML_H */
