/*
 * episode_follows.c
 *		Whether the transitions of an episode are among those allowed.
 *
 * A step is kept as one number, of the numbers that the episode has for its
 * labels: steps with other labels cannot be in it.  Steps that begin an
 * episode come from BEGINNING.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compat.h"
#include "episode.h"

#define BEGINNING	PG_UINT32_MAX

typedef struct Steps
{
	uint64	   *steps;			/* in order */
	int			count;
	bool		tells_beginning;
} Steps;

static uint64
make_step(uint32 from, uint32 to)
{
	return (uint64) from << 32 | to;
}

static int
compare_steps(const void *left, const void *right)
{
	uint64		a = *(const uint64 *) left;
	uint64		b = *(const uint64 *) right;

	return (a > b) - (a < b);
}

/* Read {{from, to}, ...}, where from may be null. */
static void
read_steps(Steps *steps, ArrayType *array, const Episode *episode)
{
	Datum	   *elements;
	bool	   *nulls;
	int			num_elements;

	if (ARR_NDIM(array) != 0 &&
		(ARR_NDIM(array) != 2 || ARR_DIMS(array)[1] != 2))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("allowed steps must be an array of pairs"),
				 errhint("Write them as {{from, to}, ...}; pairs with null for from tell how to begin.")));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &num_elements);
	steps->steps = palloc(sizeof(uint64) * (num_elements / 2 + 1));
	steps->count = 0;
	steps->tells_beginning = false;
	for (int i = 0; i < num_elements; i += 2)
	{
		uint32		from = BEGINNING;
		uint32		to;

		if (nulls[i + 1])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("allowed step must not lead to null"),
					 errhint("Null stands before the first phase only.")));
		steps->tells_beginning |= nulls[i];
		if ((nulls[i] ||
			 episode_find_label(episode, DatumGetTextPP(elements[i]), &from)) &&
			episode_find_label(episode, DatumGetTextPP(elements[i + 1]), &to))
			steps->steps[steps->count++] = make_step(from, to);
	}
	qsort(steps->steps, steps->count, sizeof(uint64), compare_steps);
}

static bool
is_allowed(const Steps *steps, uint64 step)
{
	return bsearch(&step, steps->steps, steps->count, sizeof(uint64),
				   compare_steps) != NULL;
}

/* follows(episode, allowed): the first step that is not allowed, or NULL */
PG_FUNCTION_INFO_V1(episode_follows);
Datum
episode_follows(PG_FUNCTION_ARGS)
{
	Episode		episode;
	Steps		steps;
	uint32		from = BEGINNING;

	episode_read(&episode, PG_GETARG_DATUM(0));
	read_steps(&steps, PG_GETARG_ARRAYTYPE_P(1), &episode);
	for (uint32 i = 0; i < episode.num_phases; i++)
	{
		uint32		to = episode.phases[i].label;

		if ((i > 0 || steps.tells_beginning) &&
			!is_allowed(&steps, make_step(from, to)))
		{
			StringInfoData step;

			initStringInfo(&step);
			if (i > 0)
			{
				episode_append_label(&step, &episode.labels[from]);
				appendStringInfoChar(&step, ' ');
			}
			appendStringInfoString(&step, "-> ");
			episode_append_label(&step, &episode.labels[to]);
			PG_RETURN_TEXT_P(cstring_to_text_with_len(step.data, step.len));
		}
		from = to;
	}
	PG_RETURN_NULL();
}
