/*
 * cpr.h - reading Danish civil registration (CPR) numbers
 */
#ifndef CPR_H
#define CPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* characters of a number, without the hyphen */
#define CPR_LENGTH	10

typedef enum CprKind
{
	CPR_PERSON,
	CPR_DAY_60,					/* local, 60 added to the day */
	CPR_NATIONAL,				/* X-eCPR */
	CPR_LOCAL					/* D-eCPR */
} CprKind;

typedef enum CprFault
{
	CPR_OK,
	CPR_SYNTAX,
	CPR_SERIAL,
	CPR_DATE
} CprFault;

/* What a number says. */
typedef struct CprParts
{
	CprKind		kind;
	int			year;
	int			month;
	int			day;
	bool		male;
} CprParts;

extern CprFault cpr_parse(const char *text, size_t length, int64_t *cpr);
extern CprFault cpr_read(int64_t cpr, CprParts *parts);
extern void cpr_format(int64_t cpr, char characters[CPR_LENGTH]);
extern bool cpr_check_digit(int64_t cpr);

#endif							/* CPR_H */
