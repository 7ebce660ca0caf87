/*
 * episode_pattern_gin.c
 *		GIN over the labels of episodes: patterns, and labels alone.
 *
 * An index knows which labels an episode has.  It cannot match if with these,
 * and any others, no way leads through the automaton; otherwise the episode
 * itself is looked at.
 */
#include "postgres.h"

#include "access/gin.h"
#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compat.h"
#include "episode.h"
#include "episode_pattern.h"

#define STRATEGY_MATCHES	1
#define STRATEGY_HAS		2
#define STRATEGY_HAS_ANY	3
#define STRATEGY_HAS_ALL	4

/* A pattern and which of its labels the keys of the scan are. */
typedef struct PatternQuery
{
	PatternView view;
	uint16		labels[PATTERN_MAX_LABELS];
} PatternQuery;

static Datum
label_key(EpisodeLabel label)
{
	return PointerGetDatum(cstring_to_text_with_len(label.text,
													(int) label.length));
}

PG_FUNCTION_INFO_V1(episode_gin_extract_value);
Datum
episode_gin_extract_value(PG_FUNCTION_ARGS)
{
	int32	   *num_keys = (int32 *) PG_GETARG_POINTER(1);
	Episode		episode;
	Datum	   *keys;

	episode_read(&episode, PG_GETARG_DATUM(0));
	keys = palloc(sizeof(Datum) * episode.num_labels);
	for (uint32 i = 0; i < episode.num_labels; i++)
		keys[i] = label_key(episode.labels[i]);
	*num_keys = (int32) episode.num_labels;
	PG_RETURN_POINTER(keys);
}

/* The labels of an array, without nulls. */
static Datum *
array_keys(ArrayType *array, int32 *num_keys)
{
	Datum	   *keys;
	bool	   *nulls;
	int			count;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &keys, &nulls,
					  &count);
	*num_keys = 0;
	for (int i = 0; i < count; i++)
	{
		if (!nulls[i])
			keys[(*num_keys)++] = keys[i];
	}
	return keys;
}

/*
 * The keys are the labels that bind a phase or overlap one.  What any other
 * label would do as well is not worth a key.
 */
static Datum *
pattern_keys(Datum pattern, int32 *num_keys, Pointer **extra_data,
			 int32 *search_mode)
{
	PatternQuery *query = palloc(sizeof(PatternQuery));
	PatternView *view = &query->view;
	bool		has_label[PATTERN_MAX_LABELS];
	uint64		asking;
	Datum	   *keys;

	episode_pattern_open(view, pattern);
	asking = view->front->states;
	for (int i = 0; i < view->front->num_overlaps; i++)
	{
		if (!view->overlaps[i].absent)
			asking |= pattern_bit(view->overlaps[i].other);
	}
	asking &= ~view->front->other;

	keys = palloc(sizeof(Datum) * Max(view->front->num_labels, 1));
	*num_keys = 0;
	for (int i = 0; i < view->front->num_labels; i++)
	{
		has_label[i] = (view->label_elements[i] & asking) == 0;
		if (!has_label[i])
		{
			query->labels[*num_keys] = (uint16) i;
			keys[(*num_keys)++] = label_key(pattern_label(view, i));
		}
	}
	*extra_data = palloc(sizeof(Pointer) * Max(*num_keys, 1));
	for (int i = 0; i < *num_keys; i++)
		(*extra_data)[i] = (Pointer) query;
	if (pattern_possible(view, has_label, true))
		*search_mode = GIN_SEARCH_MODE_ALL;
	return keys;
}

PG_FUNCTION_INFO_V1(episode_gin_extract_query);
Datum
episode_gin_extract_query(PG_FUNCTION_ARGS)
{
	int32	   *num_keys = (int32 *) PG_GETARG_POINTER(1);
	StrategyNumber strategy = PG_GETARG_UINT16(2);
	Pointer   **extra_data = (Pointer **) PG_GETARG_POINTER(4);
	int32	   *search_mode = (int32 *) PG_GETARG_POINTER(6);
	Datum	   *keys;

	switch (strategy)
	{
		case STRATEGY_MATCHES:
			keys = pattern_keys(PG_GETARG_DATUM(0), num_keys, extra_data,
								search_mode);
			break;
		case STRATEGY_HAS:
			keys = palloc(sizeof(Datum));
			keys[0] = PointerGetDatum(PG_GETARG_TEXT_PP(0));
			*num_keys = 1;
			break;
		case STRATEGY_HAS_ANY:
		case STRATEGY_HAS_ALL:
			keys = array_keys(PG_GETARG_ARRAYTYPE_P(0), num_keys);
			if (*num_keys == 0 && strategy == STRATEGY_HAS_ALL)
				*search_mode = GIN_SEARCH_MODE_ALL;
			break;
		default:
			elog(ERROR, "unknown strategy %d", strategy);
	}
	PG_RETURN_POINTER(keys);
}

/* Whether an episode with the labels that may be there can match. */
static GinTernaryValue
may_match(const GinTernaryValue *check, int32 num_keys, Pointer *extra_data)
{
	const PatternQuery *query;
	bool		has_label[PATTERN_MAX_LABELS];

	if (num_keys == 0)
		return GIN_MAYBE;
	query = (PatternQuery *) extra_data[0];
	memset(has_label, true, query->view.front->num_labels);
	for (int i = 0; i < num_keys; i++)
		has_label[query->labels[i]] = check[i] != GIN_FALSE;
	return pattern_possible(&query->view, has_label, true) ?
		GIN_MAYBE : GIN_FALSE;
}

PG_FUNCTION_INFO_V1(episode_gin_triconsistent);
Datum
episode_gin_triconsistent(PG_FUNCTION_ARGS)
{
	GinTernaryValue *check = (GinTernaryValue *) PG_GETARG_POINTER(0);
	StrategyNumber strategy = PG_GETARG_UINT16(1);
	int32		num_keys = PG_GETARG_INT32(3);
	GinTernaryValue result;

	switch (strategy)
	{
		case STRATEGY_MATCHES:
			result = may_match(check, num_keys,
							   (Pointer *) PG_GETARG_POINTER(4));
			break;
		case STRATEGY_HAS:
		case STRATEGY_HAS_ANY:
			result = GIN_FALSE;
			for (int i = 0; i < num_keys && result != GIN_TRUE; i++)
			{
				if (check[i] != GIN_FALSE)
					result = check[i];
			}
			break;
		case STRATEGY_HAS_ALL:
			result = GIN_TRUE;
			for (int i = 0; i < num_keys && result != GIN_FALSE; i++)
			{
				if (check[i] != GIN_TRUE)
					result = check[i];
			}
			break;
		default:
			elog(ERROR, "unknown strategy %d", strategy);
	}
	PG_RETURN_GIN_TERNARY_VALUE(result);
}

/* episode ? text */
PG_FUNCTION_INFO_V1(episode_has_label);
Datum
episode_has_label(PG_FUNCTION_ARGS)
{
	Episode		episode;
	uint32		number;

	episode_read(&episode, PG_GETARG_DATUM(0));
	PG_RETURN_BOOL(episode_find_label(&episode, PG_GETARG_TEXT_PP(1),
									  &number));
}

/* How many of an array's labels an episode has; num_keys, how many there are. */
static int32
count_labels(FunctionCallInfo fcinfo, int32 *num_keys)
{
	Datum	   *keys = array_keys(PG_GETARG_ARRAYTYPE_P(1), num_keys);
	Episode		episode;
	int32		count = 0;
	uint32		number;

	episode_read(&episode, PG_GETARG_DATUM(0));
	for (int i = 0; i < *num_keys; i++)
		count += episode_find_label(&episode, DatumGetTextPP(keys[i]), &number);
	return count;
}

/* episode ?| text[] */
PG_FUNCTION_INFO_V1(episode_has_any_label);
Datum
episode_has_any_label(PG_FUNCTION_ARGS)
{
	int32		num_keys;

	PG_RETURN_BOOL(count_labels(fcinfo, &num_keys) > 0);
}

/* episode ?& text[] */
PG_FUNCTION_INFO_V1(episode_has_all_labels);
Datum
episode_has_all_labels(PG_FUNCTION_ARGS)
{
	int32		num_keys;
	int32		count = count_labels(fcinfo, &num_keys);

	PG_RETURN_BOOL(count == num_keys);
}
