/*
 * compat.h
 *		What differs between PostgreSQL 15 and 18; nothing else looks at
 *		PG_VERSION_NUM.
 */
#ifndef COMPAT_H
#define COMPAT_H

#include "fmgr.h"
#include "utils/datetime.h"
#include "utils/rangetypes.h"

#if PG_VERSION_NUM >= 160000

#include "nodes/miscnodes.h"
#include "varatt.h"

#define smartcare_parse_datetime(field, ftype, nf, dtype, tm, fsec, tzp) \
	DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tzp, \
				   &(DateTimeErrorExtra) {0})
#define smartcare_make_range(typcache, lower, upper) \
	make_range(typcache, lower, upper, false, NULL)

#else

extern PGDLLEXPORT void _PG_init(void);

/* There are no soft errors: what would be one is thrown. */
#define ereturn(escontext, dummy_value, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#define errsave(escontext, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)

#define smartcare_parse_datetime(field, ftype, nf, dtype, tm, fsec, tzp) \
	DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tzp)
#define smartcare_make_range(typcache, lower, upper) \
	make_range(typcache, lower, upper, false)

#endif

/* Text in the client's encoding, after its length. */
#if PG_VERSION_NUM >= 170000
#define smartcare_send_text(out, text, length) \
	pq_sendcountedtext(out, text, length)
#else
#define smartcare_send_text(out, text, length) \
	pq_sendcountedtext(out, text, length, false)
#endif

/* The statistics target of a column that ANALYZE looks at. */
#if PG_VERSION_NUM >= 170000
#define smartcare_statistics_target(stats) ((stats)->attstattarget)
#else
#define smartcare_statistics_target(stats) ((stats)->attr->attstattarget)
#endif

/* Rest, as ANALYZE should. */
#if PG_VERSION_NUM >= 180000
#define smartcare_analyze_delay() vacuum_delay_point(true)
#else
#define smartcare_analyze_delay() vacuum_delay_point()
#endif

#endif							/* COMPAT_H */
