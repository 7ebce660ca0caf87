/*
 * smartcare.c
 *		What the library as a whole is: its magic block, what it does when it is
 *		loaded, and its version.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "access.h"
#include "compat.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "smartcare", .version = SMARTCARE_VERSION);
#else
PG_MODULE_MAGIC;
#endif

void
_PG_init(void)
{
	access_init();
}

PG_FUNCTION_INFO_V1(smartcare_version);
Datum
smartcare_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(SMARTCARE_VERSION));
}
