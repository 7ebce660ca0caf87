/*
 * fhir_time.h - reading the dates and times of FHIR
 */
#ifndef FHIR_TIME_H
#define FHIR_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum FhirPrecision
{
	FHIR_YEAR,
	FHIR_MONTH,
	FHIR_DAY,
	FHIR_INSTANT
} FhirPrecision;

/*
 * What a date, dateTime or instant says.  Of a date that names no month or
 * day these are 1.  Microseconds are since midnight, in the time's own
 * offset, and may reach the next day by a leap second.
 */
typedef struct FhirTime
{
	FhirPrecision precision;
	int			year;
	int			month;
	int			day;
	int64_t		microseconds;
	int			offset_minutes; /* east of Greenwich */
} FhirTime;

extern bool fhir_time_parse(FhirTime *time, const char *text, size_t length);

#endif							/* FHIR_TIME_H */
