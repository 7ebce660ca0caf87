/*
 * series_front.h - what stands before the blocks of a series
 *
 * series_reader.c says what it looks like.
 */
#ifndef SERIES_FRONT_H
#define SERIES_FRONT_H

#include "series_bytes.h"
#include "series_codec.h"

extern SeriesStatus series_get_front(SeriesBytes *from,
									 SeriesSummary *summary, uint8_t *flags,
									 uint64_t *step_unit);
extern bool series_fits_scaled(const SeriesWriter *writer);
extern uint8_t *series_put_values(uint8_t *out, const SeriesWriter *writer,
								  bool is_scaled);

#endif							/* SERIES_FRONT_H */
