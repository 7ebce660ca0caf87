/*
 * oioxml.h - reading what stands around MedCom's older letters
 */
#ifndef OIOXML_H
#define OIOXML_H

#include <stddef.h>

#define OIOXML_TEXTS	22

typedef enum OioxmlResult
{
	OIOXML_NO_XML,				/* not well-formed, or a hazard to read */
	OIOXML_NO_LETTER,
	OIOXML_LETTER
} OioxmlResult;

extern OioxmlResult oioxml_read(const char *content, size_t length,
								char *texts[OIOXML_TEXTS]);
extern void oioxml_free(char *texts[OIOXML_TEXTS]);
extern const char *oioxml_key(int text);

#endif							/* OIOXML_H */
