/*
 * access_role.c
 *		Whose eyes a session reads with: the roles that it acts for.
 *
 * They are those of the outer user, whom SET ROLE sets and SECURITY DEFINER
 * leaves alone: the views and functions that ask run as the layout's owner.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "access.h"
#include "compat.h"

/* The roles of one user, while nobody is granted or renamed anything. */
static ArrayType *role_names = NULL;
static Oid	role_names_of = InvalidOid;
static uint64 role_changes = 0;

/* Who owns schema care; InvalidOid where there is none. */
static Oid
layout_owner(void)
{
	Oid			owner = InvalidOid;
	HeapTuple	tuple = SearchSysCache1(NAMESPACENAME,
										CStringGetDatum("care"));

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/* No layout, no owner, and GetUserId() is never invalid. */
void
access_check_caller(void)
{
	if (GetUserId() != layout_owner())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("access is logged by the functions of schema \"care\" alone"),
				 errhint("Use care.open_record() and care.close_record().")));
}

static void
forget_roles(Datum arg, int cacheid, uint32 hashvalue)
{
	role_names_of = InvalidOid;
	role_changes++;
}

/* A user and all roles that the user is a member of, directly or not. */
static List *
collect_roles(Oid user)
{
	List	   *roles = list_make1_oid(user);

	/* The list grows while we go through it. */
	for (int i = 0; i < list_length(roles); i++)
	{
		CatCList   *grants;

		CHECK_FOR_INTERRUPTS();
		grants = SearchSysCacheList1(AUTHMEMMEMROLE,
									 ObjectIdGetDatum(list_nth_oid(roles, i)));
		for (int j = 0; j < grants->n_members; j++)
		{
			HeapTuple	grant = &grants->members[j]->tuple;

			roles = list_append_unique_oid(roles,
										   ((Form_pg_auth_members) GETSTRUCT(grant))->roleid);
		}
		ReleaseSysCacheList(grants);
	}
	return roles;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static ArrayType *
make_role_names(Oid user)
{
	List	   *roles = collect_roles(user);
	char	  **names = palloc(list_length(roles) * sizeof(char *));
	Datum	   *elements;
	int			count = 0;
	ListCell   *cell;

	foreach(cell, roles)
	{
		char	   *name = GetUserNameFromId(lfirst_oid(cell), true);

		/* Not those that SET ROLE would have to be used for. */
		if (name != NULL && has_privs_of_role(user, lfirst_oid(cell)))
			names[count++] = name;
	}
	qsort(names, count, sizeof(char *), compare_names);

	elements = palloc(count * sizeof(Datum));
	for (int i = 0; i < count; i++)
		elements[i] = DirectFunctionCall1(namein, CStringGetDatum(names[i]));
	return construct_array(elements, count, NAMEOID, NAMEDATALEN, false,
						   TYPALIGN_CHAR);
}

/*
 * SQL-callable functions
 */

PG_FUNCTION_INFO_V1(my_role);
Datum
my_role(PG_FUNCTION_ARGS)
{
	char	   *name = GetUserNameFromId(GetOuterUserId(), false);

	return DirectFunctionCall1(namein, CStringGetDatum(name));
}

PG_FUNCTION_INFO_V1(my_roles);
Datum
my_roles(PG_FUNCTION_ARGS)
{
	static bool watching = false;
	Oid			user = GetOuterUserId();

	if (!watching)
	{
		CacheRegisterSyscacheCallback(AUTHMEMMEMROLE, forget_roles, (Datum) 0);
		CacheRegisterSyscacheCallback(AUTHOID, forget_roles, (Datum) 0);
		watching = true;
	}
	if (role_names_of != user)
	{
		uint64		changes = role_changes;
		ArrayType  *names = make_role_names(user);

		/* What changed meanwhile we may have seen or not. */
		if (changes != role_changes)
			PG_RETURN_ARRAYTYPE_P(names);
		role_names_of = InvalidOid;
		role_names = role_names == NULL ?
			MemoryContextAlloc(TopMemoryContext, VARSIZE(names)) :
			repalloc(role_names, VARSIZE(names));
		memcpy(role_names, names, VARSIZE(names));
		role_names_of = user;
	}
	PG_RETURN_ARRAYTYPE_P(DatumGetArrayTypePCopy(PointerGetDatum(role_names)));
}

PG_FUNCTION_INFO_V1(sees_all);
Datum
sees_all(PG_FUNCTION_ARGS)
{
	Oid			user = GetOuterUserId();
	Oid			owner = layout_owner();

	PG_RETURN_BOOL(superuser_arg(user) ||
				   (OidIsValid(owner) && has_privs_of_role(user, owner)));
}
