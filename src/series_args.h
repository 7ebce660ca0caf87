/*
 * series_args.h
 *		Arguments and results of the functions of series.
 */
#ifndef SERIES_ARGS_H
#define SERIES_ARGS_H

#include "utils/array.h"

#include "series.h"

extern int	series_get_choice(FunctionCallInfo fcinfo, int argument,
							  const char *name, const char *const *choices);
extern int64 series_get_duration(FunctionCallInfo fcinfo, int argument,
							   const char *name);
extern void series_get_bounds(FunctionCallInfo fcinfo, int argument,
							  float8 *low, float8 *high);
extern void series_get_range(FunctionCallInfo fcinfo, int argument,
							 int bounds, float8 *low, float8 *high);
extern ArrayType *series_get_array(FunctionCallInfo fcinfo, int argument,
									int *count);
extern int	series_compare_times(const void *left, const void *right,
								 void *unused);
extern TimestampTz *series_get_times(FunctionCallInfo fcinfo, int argument,
									 int *count);
extern void series_add_result(SeriesWriter *writer, TimestampTz time,
							  float8 value);
extern float8 series_finite(float8 result);
extern Datum series_result(FunctionCallInfo fcinfo, SeriesWriter *writer);

#endif							/* SERIES_ARGS_H */
