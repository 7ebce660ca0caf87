/*
 * unit_server.h
 *		Units in the server: what its functions share.
 */
#ifndef UNIT_SERVER_H
#define UNIT_SERVER_H

#include "fmgr.h"
#include "nodes/nodes.h"

#include "unit_convert.h"

/* A unit that was used before, and how to get from it to base units. */
typedef struct CachedUnit
{
	int			length;
	char		text[UNIT_MAX_LENGTH];
	UnitMeaning meaning;
	UnitConversion to_base;
} CachedUnit;

/* A pair of units that was used before. */
typedef struct CachedConversion
{
	int			from_length;
	int			to_length;
	char		from[UNIT_MAX_LENGTH];
	char		to[UNIT_MAX_LENGTH];
	UnitConversion conversion;
} CachedConversion;

/* unit_cache.c */
extern const CachedUnit *unit_lookup(Node *escontext, const char *text,
									 int length);
extern const CachedConversion *unit_lookup_conversion(const char *from,
													  int from_length,
													  const char *to,
													  int to_length,
													  const CachedConversion *last);

/* unit.c */
extern void unit_report(Node *escontext, const UnitScan *scan);
extern char *unit_to_server(const char *utf8, int length);
extern bool unit_spelling(char *code, const char *text, int length);
extern void unit_check_molar_mass(float8 molar_mass);
extern float8 unit_convert_value(const CachedConversion *cached, float8 value,
								 float8 molar_mass);

#endif							/* UNIT_SERVER_H */
