/*
 * access.c
 *		The records that a session has opened, and whether its transaction has
 *		changed who may open any.
 *
 * The list is memory of the backend, where no SQL can forge it.  An entry is
 * pending until the transaction that opened the record, and with it wrote the
 * log, has committed; it is for one login in one role, and for a time.
 * Nothing brings back an entry that is gone.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "access.h"
#include "compat.h"

#define MAX_OPEN_RECORDS	1000
#define MAX_OPEN_HOURS		24

#define RECORDS_OPEN		"smartcare.records_open"

typedef struct OpenRecord
{
	int64		citizen;
	int64		access;			/* what the log knows it by */
	Oid			login;
	Oid			role;
	TimestampTz until;
	SubTransactionId pending;	/* that opened it; invalid once committed */
} OpenRecord;

static OpenRecord *records = NULL;
static int	record_count = 0;
static int	record_space = 0;

/* Whether this transaction has changed what rights rest on. */
static bool rights_changed = false;

/* A setting, for RESET ALL and DISCARD ALL to come by. */
static bool records_open = false;
static bool setting_records_open = false;

static void
close_records_if(bool (*gone) (const OpenRecord *, const void *),
				 const void *arg)
{
	int			kept = 0;

	for (int i = 0; i < record_count; i++)
	{
		if (!gone(&records[i], arg))
			records[kept++] = records[i];
	}
	record_count = kept;
}

static bool
is_pending(const OpenRecord *record, const void *arg)
{
	return record->pending != InvalidSubTransactionId;
}

static bool
is_pending_in(const OpenRecord *record, const void *subid)
{
	return record->pending == *(const SubTransactionId *) subid;
}

static bool
is_over(const OpenRecord *record, const void *now)
{
	return record->until <= *(const TimestampTz *) now;
}

static bool
is_mine(const OpenRecord *record)
{
	return record->login == GetSessionUserId() &&
		record->role == GetOuterUserId();
}

static bool
is_mine_of(const OpenRecord *record, const void *citizen)
{
	return record->citizen == *(const int64 *) citizen && is_mine(record);
}

/* Of two entries for one record the later one counts. */
static bool
is_replaced(const OpenRecord *record, const void *arg)
{
	for (const OpenRecord *later = record + 1;
		 later < records + record_count; later++)
	{
		if (later->citizen == record->citizen &&
			later->login == record->login && later->role == record->role)
			return true;
	}
	return false;
}

static void
end_transaction(XactEvent event, void *arg)
{
	bool		any_pending = false;

	switch (event)
	{
		case XACT_EVENT_COMMIT:
			for (int i = 0; i < record_count; i++)
			{
				any_pending |= is_pending(&records[i], NULL);
				records[i].pending = InvalidSubTransactionId;
			}
			if (any_pending)
				close_records_if(is_replaced, NULL);
			rights_changed = false;
			break;
		case XACT_EVENT_ABORT:
			close_records_if(is_pending, NULL);
			rights_changed = false;
			break;
		case XACT_EVENT_PREPARE:
			/* One that has opened a record is not prepared. */
			rights_changed = false;
			break;
		default:
			break;
	}
}

static void
end_subtransaction(SubXactEvent event, SubTransactionId subid,
				   SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		close_records_if(is_pending_in, &subid);
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		for (int i = 0; i < record_count; i++)
		{
			if (records[i].pending == subid)
				records[i].pending = parent;
		}
	}
}

/* Whoever changes the setting, and to whatever, closes all records. */
static void
assign_records_open(bool value, void *extra)
{
	if (!setting_records_open)
		record_count = 0;
}

/*
 * RESET ALL passes over settings that were not set in the session, so every
 * opening sets it: what the transaction leaves open it leaves set.
 */
static void
set_records_open(void)
{
	setting_records_open = true;
	PG_TRY();
	{
		SetConfigOption(RECORDS_OPEN, "on", PGC_USERSET, PGC_S_SESSION);
	}
	PG_FINALLY();
	{
		setting_records_open = false;
	}
	PG_END_TRY();
}

void
access_init(void)
{
	DefineCustomBoolVariable(RECORDS_OPEN,
							 "Whether this session has opened records.",
							 "To set it, to whatever, closes them.",
							 &records_open, false, PGC_USERSET,
							 GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
							 NULL, assign_records_open, NULL);
	RegisterXactCallback(end_transaction, NULL);
	RegisterSubXactCallback(end_subtransaction, NULL);
	access_trace_init();
	access_chain_init();
}

/* Nobody has written to the log what is read here. */
static void
check_primary(void)
{
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("cannot read a record in detail on a standby"),
				 errdetail("A standby cannot log who reads."),
				 errhint("Open and read the record on the primary.")));
}

static bool
is_readable(const OpenRecord *record, TimestampTz now)
{
	return record->pending == InvalidSubTransactionId &&
		record->until > now && is_mine(record);
}

static int
compare_citizens(const void *a, const void *b)
{
	int64		x = DatumGetInt64(*(const Datum *) a);
	int64		y = DatumGetInt64(*(const Datum *) b);

	return (x > y) - (x < y);
}

/*
 * SQL-callable functions
 */

PG_FUNCTION_INFO_V1(open_records);
Datum
open_records(PG_FUNCTION_ARGS)
{
	TimestampTz now = GetCurrentTimestamp();
	Datum	   *citizens;
	int			count = 0;

	check_primary();
	citizens = palloc(Max(record_count, 1) * sizeof(Datum));
	for (int i = 0; i < record_count; i++)
	{
		if (is_readable(&records[i], now))
			citizens[count++] = Int64GetDatum(records[i].citizen);
	}
	qsort(citizens, count, sizeof(Datum), compare_citizens);
	PG_RETURN_ARRAYTYPE_P(construct_array(citizens, count, INT8OID,
										  sizeof(int64), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(open_record_access);
Datum
open_record_access(PG_FUNCTION_ARGS)
{
	int64		citizen = PG_GETARG_INT64(0);
	TimestampTz now = GetCurrentTimestamp();

	check_primary();
	for (int i = 0; i < record_count; i++)
	{
		if (records[i].citizen == citizen && is_readable(&records[i], now))
			PG_RETURN_INT64(records[i].access);
	}
	PG_RETURN_NULL();
}

PG_FUNCTION_INFO_V1(set_record_open);
Datum
set_record_open(PG_FUNCTION_ARGS)
{
	OpenRecord	record = {
		.citizen = PG_GETARG_INT64(0),
		.access = PG_GETARG_INT64(1),
		.login = GetSessionUserId(),
		.role = GetOuterUserId(),
		.until = PG_GETARG_TIMESTAMPTZ(2),
		.pending = GetCurrentSubTransactionId()
	};
	TimestampTz now = GetCurrentTimestamp();

	access_check_caller();
	if (record.until > now + MAX_OPEN_HOURS * USECS_PER_HOUR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a record cannot be open for more than %d hours",
						MAX_OPEN_HOURS)));

	close_records_if(is_over, &now);
	if (record_count == MAX_OPEN_RECORDS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("no more than %d records can be open in a session",
						MAX_OPEN_RECORDS),
				 errhint("Close those that are not needed with care.close_record().")));
	if (record_count == record_space)
	{
		int			space = Min(Max(8, 2 * record_space), MAX_OPEN_RECORDS);

		records = records == NULL ?
			MemoryContextAlloc(TopMemoryContext, space * sizeof(OpenRecord)) :
			repalloc(records, space * sizeof(OpenRecord));
		record_space = space;
	}
	set_records_open();

	/* A crash must not lose the log of what has been read. */
	ForceSyncCommit();
	access_forbid_prepare();
	records[record_count++] = record;
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(set_record_closed);
Datum
set_record_closed(PG_FUNCTION_ARGS)
{
	int64		citizen = PG_GETARG_INT64(0);

	access_check_caller();
	access_forbid_prepare();
	close_records_if(is_mine_of, &citizen);
	PG_RETURN_VOID();
}

/* Anybody may: it takes rights away, until the transaction ends. */
PG_FUNCTION_INFO_V1(set_rights_changed);
Datum
set_rights_changed(PG_FUNCTION_ARGS)
{
	rights_changed = true;
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(have_rights_changed);
Datum
have_rights_changed(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(rights_changed);
}
