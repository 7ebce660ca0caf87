-- Questions about the values of a series.

CREATE FUNCTION smartcare.sum_value(smartcare.series) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_sum_value';
COMMENT ON FUNCTION smartcare.sum_value(smartcare.series) IS
'Sum of the values: of decimals the sum of the decimals, rounded once; raises 22003 where it is out of range';

CREATE FUNCTION smartcare.stddev_value(smartcare.series) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_stddev_value';
COMMENT ON FUNCTION smartcare.stddev_value(smartcare.series) IS
'Standard deviation of the values as a sample, by two passes; NULL of a single point; raises 22003 where it is out of range';

CREATE FUNCTION smartcare.cv(smartcare.series) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_cv';
COMMENT ON FUNCTION smartcare.cv(smartcare.series) IS
'Coefficient of variation in percent: 100 times stddev_value() by mean_value(); NULL of a single point and where the mean is 0';

CREATE FUNCTION smartcare.min_time(smartcare.series) RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_min_time';
COMMENT ON FUNCTION smartcare.min_time(smartcare.series) IS
'Time of the first point that has the least value';

CREATE FUNCTION smartcare.max_time(smartcare.series) RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_max_time';
COMMENT ON FUNCTION smartcare.max_time(smartcare.series) IS
'Time of the first point that has the greatest value';

CREATE FUNCTION smartcare.percentile(smartcare.series, fraction float8) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_percentile';
COMMENT ON FUNCTION smartcare.percentile(smartcare.series, float8) IS
'Value below which a fraction (0 to 1) of the values lies, interpolated as percentile_cont() does; raises 22003 on another fraction';

CREATE FUNCTION smartcare.percentile(smartcare.series, fractions float8[]) RETURNS float8[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_percentiles';
COMMENT ON FUNCTION smartcare.percentile(smartcare.series, float8[]) IS
'percentile() of each of several fractions; NULL of those that are NULL';

CREATE FUNCTION smartcare.slope(smartcare.series) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_slope';
COMMENT ON FUNCTION smartcare.slope(smartcare.series) IS
'Slope of the line of least squares, in the unit of the values per day of 24 hours; NULL of a single point';

CREATE FUNCTION smartcare.value_at(smartcare.series, "time" timestamptz, method text, max_gap interval DEFAULT NULL) RETURNS float8
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'series_value_near';
COMMENT ON FUNCTION smartcare.value_at(smartcare.series, timestamptz, text, interval) IS
'Value at an instant. Method exact: of the point there; previous: or else of the last point before, no more than max_gap away; nearest: or of the next point if that is nearer; linear: or else on the line between the points around it, which are no more than max_gap apart. max_gap NULL: however far. NULL where that gives none; raises 22023 on another method, and on a max_gap that is negative or in months';
