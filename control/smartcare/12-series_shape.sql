-- Series made of series.

-- Cutting by stretches of time and by value.

CREATE FUNCTION smartcare.slices(smartcare.series, periods tstzmultirange) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'series_slices';
COMMENT ON FUNCTION smartcare.slices(smartcare.series, tstzmultirange) IS
'The points whose times lie in one of many ranges; NULL if there are none';

CREATE FUNCTION smartcare.delete_time(smartcare.series, periods tstzmultirange) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_delete_ranges';
COMMENT ON FUNCTION smartcare.delete_time(smartcare.series, tstzmultirange) IS
'The points whose times lie in none of many ranges; NULL if there are none';

CREATE FUNCTION smartcare.delete_near(smartcare.series, times timestamptz[], within interval) RETURNS smartcare.series
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'series_delete_near';
COMMENT ON FUNCTION smartcare.delete_near(smartcare.series, timestamptz[], interval) IS
'The points further than an interval from all of some instants; NULL if there are none; raises 22008 where an instant and the interval leave the range of timestamptz';

CREATE FUNCTION smartcare.filter(smartcare.series, low float8 DEFAULT NULL, high float8 DEFAULT NULL, bounds text DEFAULT '[]') RETURNS smartcare.series
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_filter';
COMMENT ON FUNCTION smartcare.filter(smartcare.series, float8, float8, text) IS
'The points whose values lie between low and high (NULL: no bound), included or not as bounds [] [) (] () say; NULL if there are none; raises 22023 where low is greater than high, on NaN and on other bounds';

-- On a grid of the clock and the calendar.

CREATE FUNCTION smartcare.resample(smartcare.series, width interval DEFAULT '1 day', method text DEFAULT 'mean', zone text DEFAULT 'Europe/Copenhagen', origin timestamp DEFAULT '2001-01-01') RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_resample';
COMMENT ON FUNCTION smartcare.resample(smartcare.series, interval, text, text, timestamp) IS
'One point for each bucket of time that has any, at its start: mean, median, min, max, first, last, sum or count (method) of its values. A bucket starts where the clock of the time zone shows origin (by default a Monday, and the first of a month and year) plus a multiple of width, which is in months, or in days and hours; civil days are as long as the clock makes them, and buckets of hours are told apart where the clock is set back. Raises 22023 on a width that is not longer than nothing, longer than 1000 years or mixed of months and days, and on an unknown time zone or method';

CREATE FUNCTION smartcare.bucket_stats(smartcare.series, width interval DEFAULT '1 day', zone text DEFAULT 'Europe/Copenhagen', origin timestamp DEFAULT '2001-01-01',
	OUT "time" timestamptz, OUT num_points integer, OUT mean_value float8, OUT min_value float8, OUT max_value float8) RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 30 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_bucket_stats';
COMMENT ON FUNCTION smartcare.bucket_stats(smartcare.series, interval, text, timestamp) IS
'A row for each bucket of time that has points: its start, their number, and mean, least and greatest of their values. A bucket starts where the clock of the time zone shows origin (by default a Monday, and the first of a month and year) plus a multiple of width, which is in months, or in days and hours; civil days are as long as the clock makes them, and buckets of hours are told apart where the clock is set back. Raises 22023 on a width that is not longer than nothing, longer than 1000 years or mixed of months and days, and on an unknown time zone';

CREATE FUNCTION smartcare.downsample(smartcare.series, points integer, method text DEFAULT 'lttb') RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_downsample';
COMMENT ON FUNCTION smartcare.downsample(smartcare.series, integer, text) IS
'The series in no more than so many points, for drawing it; the same if it has no more. Method lttb: points of it, by Largest Triangle Three Buckets (Steinarsson, MSc thesis, University of Iceland, 2013); mean: mean time and value of each of so many equal parts of its time span. Raises 22023 on less than 3 points and on another method';

-- Moving along it.

CREATE FUNCTION smartcare.moving_mean(smartcare.series, "window" interval, centred boolean DEFAULT false) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_moving_mean';
COMMENT ON FUNCTION smartcare.moving_mean(smartcare.series, interval, boolean) IS
'At each point the mean of the points in a window of time: those after t - window up to t, or where centred those no more than half the window away. Raises 22023 on a window that is not longer than nothing, or in months';

CREATE FUNCTION smartcare.moving_median(smartcare.series, "window" interval, centred boolean DEFAULT false) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_moving_median';
COMMENT ON FUNCTION smartcare.moving_median(smartcare.series, interval, boolean) IS
'At each point the median of the points in a window of time: those after t - window up to t, or where centred those no more than half the window away. Raises 22023 on a window that is not longer than nothing, or in months';

CREATE FUNCTION smartcare.ewma(smartcare.series, half_life interval) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_ewma';
COMMENT ON FUNCTION smartcare.ewma(smartcare.series, interval) IS
'Exponentially weighted moving average of points at any distance: a[1] = v[1], a[i] = a[i-1] + (v[i] - a[i-1]) * (1 - 2^(-(t[i] - t[i-1]) / half_life)) (Mueller, Olsen and Associates, 1991, with nu = mu). Raises 22023 on a half_life that is not longer than nothing, or in months';

CREATE FUNCTION smartcare.change(smartcare.series, "window" interval DEFAULT '3 days') RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_change';
COMMENT ON FUNCTION smartcare.change(smartcare.series, interval) IS
'At each point how much its value is above that of the earliest point no more than window before it; points with none before them there are left out. NULL if nothing is left; raises 22023 on a window that is not longer than nothing, or in months';

-- Two series.

CREATE FUNCTION smartcare.align(smartcare.series, onto smartcare.series, method text DEFAULT 'previous', max_gap interval DEFAULT NULL) RETURNS smartcare.series
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_align';
COMMENT ON FUNCTION smartcare.align(smartcare.series, smartcare.series, text, interval) IS
'The values of the first series at the instants of the second, as value_at() finds them; NULL if there are none; raises 22023 as value_at() does';

CREATE FUNCTION smartcare.deduplicate(smartcare.series, other smartcare.series, blackout interval) RETURNS smartcare.series
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_deduplicate';
COMMENT ON FUNCTION smartcare.deduplicate(smartcare.series, smartcare.series, interval) IS
'The points of both series, but of the other one only those that no point of the first is at the same instant with, or nearer than blackout: for two sensors that measure the same. The other where one is NULL; raises 22023 on a blackout that is negative or in months';

-- Reckoning.

CREATE FUNCTION smartcare.round(smartcare.series, digits integer DEFAULT 0) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_round_values';
COMMENT ON FUNCTION smartcare.round(smartcare.series, integer) IS
'The values rounded to so many decimals (-14 to 14), halves away from 0; what is a decimal of up to 15 digits is rounded as such: 1.115 to 1.12; what would still have more than 15 digits stays as it is, but that 0 digits make any value whole. Raises 22023 on other digits';

CREATE FUNCTION smartcare.series_add(smartcare.series, smartcare.series) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_add';
COMMENT ON FUNCTION smartcare.series_add(smartcare.series, smartcare.series) IS
'Sum of the values that both have, at the instants that both have; NULL if there are none; raises 22003 where a value would be out of range: operator +';

CREATE FUNCTION smartcare.series_add(smartcare.series, float8) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_add_number';
COMMENT ON FUNCTION smartcare.series_add(smartcare.series, float8) IS
'Sum of each value and a number; raises 22003 where a value would be out of range: operator +';

CREATE FUNCTION smartcare.series_add(float8, smartcare.series) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'series_number_add';
COMMENT ON FUNCTION smartcare.series_add(float8, smartcare.series) IS
'Sum of a number and each value; raises 22003 where a value would be out of range: operator +';

CREATE OPERATOR smartcare.+ (
	LEFTARG = smartcare.series,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_add,
	COMMUTATOR = OPERATOR(smartcare.+)
);
COMMENT ON OPERATOR smartcare.+ (smartcare.series, smartcare.series) IS
'Sum of the values at the instants that both have';

CREATE OPERATOR smartcare.+ (
	LEFTARG = smartcare.series,
	RIGHTARG = float8,
	FUNCTION = smartcare.series_add,
	COMMUTATOR = OPERATOR(smartcare.+)
);
COMMENT ON OPERATOR smartcare.+ (smartcare.series, float8) IS
'Sum of each value and a number';

CREATE OPERATOR smartcare.+ (
	LEFTARG = float8,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_add,
	COMMUTATOR = OPERATOR(smartcare.+)
);
COMMENT ON OPERATOR smartcare.+ (float8, smartcare.series) IS
'Sum of a number and each value';

CREATE FUNCTION smartcare.series_subtract(smartcare.series, smartcare.series) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_subtract';
COMMENT ON FUNCTION smartcare.series_subtract(smartcare.series, smartcare.series) IS
'Difference of the values that both have, at the instants that both have; NULL if there are none; raises 22003 where a value would be out of range: operator -';

CREATE FUNCTION smartcare.series_subtract(smartcare.series, float8) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_subtract_number';
COMMENT ON FUNCTION smartcare.series_subtract(smartcare.series, float8) IS
'Difference of each value and a number; raises 22003 where a value would be out of range: operator -';

CREATE FUNCTION smartcare.series_subtract(float8, smartcare.series) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'series_number_subtract';
COMMENT ON FUNCTION smartcare.series_subtract(float8, smartcare.series) IS
'Difference of a number and each value; raises 22003 where a value would be out of range: operator -';

CREATE OPERATOR smartcare.- (
	LEFTARG = smartcare.series,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_subtract
);
COMMENT ON OPERATOR smartcare.- (smartcare.series, smartcare.series) IS
'Difference of the values at the instants that both have';

CREATE OPERATOR smartcare.- (
	LEFTARG = smartcare.series,
	RIGHTARG = float8,
	FUNCTION = smartcare.series_subtract
);
COMMENT ON OPERATOR smartcare.- (smartcare.series, float8) IS
'Difference of each value and a number';

CREATE OPERATOR smartcare.- (
	LEFTARG = float8,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_subtract
);
COMMENT ON OPERATOR smartcare.- (float8, smartcare.series) IS
'Difference of a number and each value';

CREATE FUNCTION smartcare.series_multiply(smartcare.series, smartcare.series) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_multiply';
COMMENT ON FUNCTION smartcare.series_multiply(smartcare.series, smartcare.series) IS
'Product of the values that both have, at the instants that both have; NULL if there are none; raises 22003 where a value would be out of range: operator *';

CREATE FUNCTION smartcare.series_multiply(smartcare.series, float8) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_multiply_number';
COMMENT ON FUNCTION smartcare.series_multiply(smartcare.series, float8) IS
'Product of each value and a number; raises 22003 where a value would be out of range: operator *';

CREATE FUNCTION smartcare.series_multiply(float8, smartcare.series) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'series_number_multiply';
COMMENT ON FUNCTION smartcare.series_multiply(float8, smartcare.series) IS
'Product of a number and each value; raises 22003 where a value would be out of range: operator *';

CREATE OPERATOR smartcare.* (
	LEFTARG = smartcare.series,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_multiply,
	COMMUTATOR = OPERATOR(smartcare.*)
);
COMMENT ON OPERATOR smartcare.* (smartcare.series, smartcare.series) IS
'Product of the values at the instants that both have';

CREATE OPERATOR smartcare.* (
	LEFTARG = smartcare.series,
	RIGHTARG = float8,
	FUNCTION = smartcare.series_multiply,
	COMMUTATOR = OPERATOR(smartcare.*)
);
COMMENT ON OPERATOR smartcare.* (smartcare.series, float8) IS
'Product of each value and a number';

CREATE OPERATOR smartcare.* (
	LEFTARG = float8,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_multiply,
	COMMUTATOR = OPERATOR(smartcare.*)
);
COMMENT ON OPERATOR smartcare.* (float8, smartcare.series) IS
'Product of a number and each value';

CREATE FUNCTION smartcare.series_divide(smartcare.series, smartcare.series) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_divide';
COMMENT ON FUNCTION smartcare.series_divide(smartcare.series, smartcare.series) IS
'Quotient of the values that both have, at the instants that both have; NULL if there are none; raises 22003 where a value would be out of range, 22012 on division by zero: operator /';

CREATE FUNCTION smartcare.series_divide(smartcare.series, float8) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_divide_number';
COMMENT ON FUNCTION smartcare.series_divide(smartcare.series, float8) IS
'Quotient of each value and a number; raises 22003 where a value would be out of range, 22012 on division by zero: operator /';

CREATE FUNCTION smartcare.series_divide(float8, smartcare.series) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'series_number_divide';
COMMENT ON FUNCTION smartcare.series_divide(float8, smartcare.series) IS
'Quotient of a number and each value; raises 22003 where a value would be out of range, 22012 on division by zero: operator /';

CREATE OPERATOR smartcare./ (
	LEFTARG = smartcare.series,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_divide
);
COMMENT ON OPERATOR smartcare./ (smartcare.series, smartcare.series) IS
'Quotient of the values at the instants that both have';

CREATE OPERATOR smartcare./ (
	LEFTARG = smartcare.series,
	RIGHTARG = float8,
	FUNCTION = smartcare.series_divide
);
COMMENT ON OPERATOR smartcare./ (smartcare.series, float8) IS
'Quotient of each value and a number';

CREATE OPERATOR smartcare./ (
	LEFTARG = float8,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_divide
);
COMMENT ON OPERATOR smartcare./ (float8, smartcare.series) IS
'Quotient of a number and each value';
