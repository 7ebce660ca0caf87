-- How a series lies in time, and means and shares of time.

CREATE FUNCTION smartcare.cadence(smartcare.series) RETURNS interval
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_cadence';
COMMENT ON FUNCTION smartcare.cadence(smartcare.series) IS
'How far apart the points are as a rule: the lower median of the distances from one to the next; NULL of a single point';

CREATE FUNCTION smartcare.gaps(smartcare.series, max_gap interval DEFAULT NULL) RETURNS tstzmultirange
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_gaps';
COMMENT ON FUNCTION smartcare.gaps(smartcare.series, interval) IS
'The times between points further apart than max_gap (NULL: three times the cadence), without the points; raises 22023 unless max_gap is longer than nothing and in days (of 24 hours) or less';

CREATE FUNCTION smartcare.coverage(smartcare.series, max_gap interval DEFAULT NULL) RETURNS tstzmultirange
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_coverage';
COMMENT ON FUNCTION smartcare.coverage(smartcare.series, interval) IS
'The time span without gaps(): from first to last point of each run of points no further apart than max_gap (NULL: three times the cadence); raises 22023 as gaps() does';

CREATE FUNCTION smartcare.time_weighted_mean(smartcare.series, max_gap interval DEFAULT NULL, method text DEFAULT 'step') RETURNS float8
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_time_weighted_mean';
COMMENT ON FUNCTION smartcare.time_weighted_mean(smartcare.series, interval, text) IS
'Mean of the values, each counting for as long as it holds. Method step: a value holds until the next point, but no longer than max_gap (NULL: three times the cadence), and the last for nothing; linear: values change evenly between points no further apart than max_gap, and nothing is known between others. NULL where nothing holds, as of a single point; raises 22023 on another method, and as gaps() does';

CREATE FUNCTION smartcare.time_in_range(smartcare.series, low float8, high float8, max_gap interval DEFAULT NULL, bounds text DEFAULT '[]', method text DEFAULT 'step') RETURNS interval
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_time_in_range';
COMMENT ON FUNCTION smartcare.time_in_range(smartcare.series, float8, float8, interval, text, text) IS
'How long values between low and high (NULL: no bound) held; bounds are included or not as [] [) (] () say, max_gap and method as in time_weighted_mean(). In hours, minutes and seconds. Raises 22023 where low is greater than high, on NaN, other bounds or methods, and as gaps() does';

CREATE FUNCTION smartcare.fraction_in_range(smartcare.series, low float8, high float8, max_gap interval DEFAULT NULL, bounds text DEFAULT '[]', method text DEFAULT 'step') RETURNS float8
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_fraction_in_range';
COMMENT ON FUNCTION smartcare.fraction_in_range(smartcare.series, float8, float8, interval, text, text) IS
'time_in_range() as a part, 0 to 1, of the time in which any value held; NULL where none did, as of a single point; raises as time_in_range() does';

CREATE FUNCTION smartcare.excursions(
	smartcare.series, low float8 DEFAULT NULL, high float8 DEFAULT NULL,
	min_duration interval DEFAULT '0', hysteresis float8 DEFAULT 0, recovery interval DEFAULT '0',
	max_gap interval DEFAULT NULL,
	OUT start_time timestamptz, OUT end_time timestamptz, OUT side text,
	OUT extreme_value float8, OUT extreme_time timestamptz, OUT area float8, OUT recovered boolean)
RETURNS SETOF record
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 ROWS 10 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_excursions';
COMMENT ON FUNCTION smartcare.excursions(smartcare.series, float8, float8, interval, float8, interval, interval) IS
'Episodes below low or above high (NULL: no bound). One starts with the first point of a stretch beyond the bound that holds for min_duration, and ends where a stretch inside by at least hysteresis begins that holds for recovery; without having recovered, at a gap longer than max_gap (NULL: three times the cadence) or with the last point. Side is below or above; the extreme is the value furthest out, the first of equals; area is of what is beyond the bound over time, in the unit of the values times hours. Raises 22023 where low is greater than high, on NaN, a negative duration or hysteresis, and as gaps() does; 22003 where an area is out of range';
