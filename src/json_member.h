/*
 * json_member.h - members of JSON objects
 */
#ifndef JSON_MEMBER_H
#define JSON_MEMBER_H

#include "utils/jsonb.h"

/* A member of an object; NULL where it has none such, or there is no object. */
static inline JsonbValue *
json_member(JsonbContainer *container, const char *name, JsonbValue *found)
{
	if (container == NULL || !JsonContainerIsObject(container))
		return NULL;
	return getKeyJsonValueFromContainer(container, name, strlen(name), found);
}

#endif							/* JSON_MEMBER_H */
