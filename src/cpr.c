/*
 * cpr.c
 *		The type cpr: a Danish civil registration number, or a number that
 *		stands for one.
 *
 * A value is an integer (see cpr_text.c), so comparison and hashing are those
 * of bigint.  The binary form is a version byte and the ten characters.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "compat.h"
#include "cpr.h"

#define BINARY_VERSION	1

#define PG_GETARG_CPR(n)	PG_GETARG_INT64(n)
#define PG_RETURN_CPR(x)	PG_RETURN_INT64(x)

/* Report what cpr_parse() found. */
static void
report_fault(Node *escontext, CprFault fault, const char *string)
{
	if (fault == CPR_DATE)
		errsave(escontext,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("date of CPR number \"%s\" does not exist", string)));
	else if (fault == CPR_SERIAL)
		errsave(escontext,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "cpr",
						string),
				 errdetail("With 60 added to its day, a replacement number goes on with 0 to 5.")));
	else
		errsave(escontext,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "cpr",
						string),
				 errhint("Write DDMMYY-SSSS or DDMMYYSSSS.")));
}

/* What a stored value says. */
static CprParts
parts_of(int64 cpr)
{
	CprParts	parts;

	if (cpr_read(cpr, &parts) != CPR_OK)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value is no CPR number")));
	return parts;
}

static DateADT
birth_date(const CprParts *parts)
{
	return date2j(parts->year, parts->month, parts->day) -
		POSTGRES_EPOCH_JDATE;
}

PG_FUNCTION_INFO_V1(cpr_in);
Datum
cpr_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	int64		cpr;
	CprFault	fault = cpr_parse(string, strlen(string), &cpr);

	if (fault != CPR_OK)
	{
		report_fault(fcinfo->context, fault, string);
		PG_RETURN_NULL();
	}
	PG_RETURN_CPR(cpr);
}

PG_FUNCTION_INFO_V1(cpr_out);
Datum
cpr_out(PG_FUNCTION_ARGS)
{
	char	   *string = palloc(CPR_LENGTH + 1);

	cpr_format(PG_GETARG_CPR(0), string);
	string[CPR_LENGTH] = '\0';
	PG_RETURN_CSTRING(string);
}

PG_FUNCTION_INFO_V1(cpr_recv);
Datum
cpr_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(message);
	int64		cpr;

	if (version != BINARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("version %d of the binary form of cpr is not known",
						version),
				 errhint("A later version of smartcare may know it.")));
	if (cpr_parse(pq_getmsgbytes(message, CPR_LENGTH), CPR_LENGTH,
				  &cpr) != CPR_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("binary value is no CPR number")));
	PG_RETURN_CPR(cpr);
}

PG_FUNCTION_INFO_V1(cpr_send);
Datum
cpr_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;
	char		characters[CPR_LENGTH];

	cpr_format(PG_GETARG_CPR(0), characters);
	pq_begintypsend(&message);
	pq_sendbyte(&message, BINARY_VERSION);
	pq_sendbytes(&message, characters, CPR_LENGTH);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(cpr_kind);
Datum
cpr_kind(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {
		[CPR_PERSON] = "CPR",
		[CPR_DAY_60] = "day+60",
		[CPR_NATIONAL] = "X-eCPR",
		[CPR_LOCAL] = "D-eCPR"
	};

	PG_RETURN_TEXT_P(cstring_to_text(names[parts_of(PG_GETARG_CPR(0)).kind]));
}

PG_FUNCTION_INFO_V1(cpr_has_check_digit);
Datum
cpr_has_check_digit(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(cpr_check_digit(PG_GETARG_CPR(0)));
}

PG_FUNCTION_INFO_V1(cpr_birth_date);
Datum
cpr_birth_date(PG_FUNCTION_ARGS)
{
	CprParts	parts = parts_of(PG_GETARG_CPR(0));

	PG_RETURN_DATEADT(birth_date(&parts));
}

PG_FUNCTION_INFO_V1(cpr_sex);
Datum
cpr_sex(PG_FUNCTION_ARGS)
{
	CprParts	parts = parts_of(PG_GETARG_CPR(0));

	PG_RETURN_TEXT_P(cstring_to_text(parts.male ? "male" : "female"));
}

PG_FUNCTION_INFO_V1(cpr_age_on);
Datum
cpr_age_on(PG_FUNCTION_ARGS)
{
	CprParts	parts = parts_of(PG_GETARG_CPR(0));
	DateADT		date = PG_GETARG_DATEADT(1);
	int			year;
	int			month;
	int			day;

	if (DATE_NOT_FINITE(date) || date < birth_date(&parts))
		PG_RETURN_NULL();
	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	PG_RETURN_INT32(year - parts.year -
					(month < parts.month ||
					 (month == parts.month && day < parts.day)));
}
