-- The type series: a measurement series.

CREATE TYPE smartcare.series;

CREATE FUNCTION smartcare.series_in(cstring) RETURNS smartcare.series
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.series_out(smartcare.series) RETURNS cstring
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.series_recv(internal) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.series_send(smartcare.series) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';

-- Compressed by itself, so external: parts of a long value can be read alone.
CREATE TYPE smartcare.series (
	INPUT = smartcare.series_in,
	OUTPUT = smartcare.series_out,
	RECEIVE = smartcare.series_recv,
	SEND = smartcare.series_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = external
);

COMMENT ON TYPE smartcare.series IS
'Measurement series: points (timestamptz, float8) in time order, one for each instant, at least one; written {128@2026-03-01 08:00:00+01, ...}';
COMMENT ON FUNCTION smartcare.series_in(cstring) IS
'Text input of series; raises 22P02 on malformed text or two values at one instant, 22003 on a value that is not finite or out of range, 22007 and 22008 on a bad or infinite time';
COMMENT ON FUNCTION smartcare.series_out(smartcare.series) IS
'Text output of series, in ISO 8601 in the session''s time zone, with the fewest digits that give back each value';
COMMENT ON FUNCTION smartcare.series_recv(internal) IS
'Binary input of series; raises 22P03 on a wrong count or times that do not increase, 22003 and 22008 on a value or time that is not finite, 0A000 on an unknown version';
COMMENT ON FUNCTION smartcare.series_send(smartcare.series) IS
'Binary output of series: version 1, number of points (4 bytes), and for each point microseconds since 2000-01-01 UTC and float8';

-- Making a series.

CREATE FUNCTION smartcare.series(times timestamptz[], readings float8[]) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'series_from_arrays';
COMMENT ON FUNCTION smartcare.series(timestamptz[], float8[]) IS
'Series of points in any order, the greater value prevailing where an instant has several; NULL of empty arrays; raises 2202E on arrays of unequal length, 22004 on a null element, 22003 and 22008 on a value or time that is not finite';

CREATE FUNCTION smartcare.series_agg_point(smartcare.series, timestamptz, float8) RETURNS smartcare.series
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_agg_point(smartcare.series, timestamptz, float8) IS
'Adds a point to a series: transition function of series_agg(timestamptz, float8)';

CREATE FUNCTION smartcare.series_agg_series(smartcare.series, smartcare.series) RETURNS smartcare.series
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_agg_series(smartcare.series, smartcare.series) IS
'Adds the points of a series to another: transition function of series_agg(series), combine function of both';

CREATE AGGREGATE smartcare.series_agg(timestamptz, float8) (
	SFUNC = smartcare.series_agg_point,
	STYPE = smartcare.series,
	SSPACE = 1500,
	COMBINEFUNC = smartcare.series_agg_series,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE smartcare.series_agg(timestamptz, float8) IS
'Series of points in any order, the greater value prevailing where an instant has several; rows with a null time or value are left out; NULL of no rows; raises 22003 and 22008 on a value or time that is not finite';

CREATE AGGREGATE smartcare.series_agg(smartcare.series) (
	SFUNC = smartcare.series_agg_series,
	STYPE = smartcare.series,
	SSPACE = 4000,
	COMBINEFUNC = smartcare.series_agg_series,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE smartcare.series_agg(smartcare.series) IS
'Series of all points of several, the greater value prevailing where an instant has several; nulls are left out; NULL of no rows';

CREATE FUNCTION smartcare.series_merge(old smartcare.series, new smartcare.series) RETURNS smartcare.series
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_merge(smartcare.series, smartcare.series) IS
'Series of the points of both, the new value prevailing where both have one; the other where one is NULL';

-- What its summary tells: these read the front of a stored value only.

CREATE FUNCTION smartcare.num_points(smartcare.series) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_num_points';
COMMENT ON FUNCTION smartcare.num_points(smartcare.series) IS
'Number of points';

CREATE FUNCTION smartcare.start_time(smartcare.series) RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_start_time';
COMMENT ON FUNCTION smartcare.start_time(smartcare.series) IS
'Time of the first point';

CREATE FUNCTION smartcare.end_time(smartcare.series) RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_end_time';
COMMENT ON FUNCTION smartcare.end_time(smartcare.series) IS
'Time of the last point';

CREATE FUNCTION smartcare.time_span(smartcare.series) RETURNS tstzrange
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_time_span';
COMMENT ON FUNCTION smartcare.time_span(smartcare.series) IS
'Range from the first to the last time, both included';

CREATE FUNCTION smartcare.start_value(smartcare.series) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_start_value';
COMMENT ON FUNCTION smartcare.start_value(smartcare.series) IS
'Value of the first point';

CREATE FUNCTION smartcare.end_value(smartcare.series) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_end_value';
COMMENT ON FUNCTION smartcare.end_value(smartcare.series) IS
'Value of the last point';

CREATE FUNCTION smartcare.min_value(smartcare.series) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_min_value';
COMMENT ON FUNCTION smartcare.min_value(smartcare.series) IS
'Least value';

CREATE FUNCTION smartcare.max_value(smartcare.series) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_max_value';
COMMENT ON FUNCTION smartcare.max_value(smartcare.series) IS
'Greatest value';

CREATE FUNCTION smartcare.mean_value(smartcare.series) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_mean_value';
COMMENT ON FUNCTION smartcare.mean_value(smartcare.series) IS
'Arithmetic mean of the values, each point counting once';

-- Looking into it.

CREATE FUNCTION smartcare.series_decode_support(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_decode_support(internal) IS
'Planner support: what a function costs that reads all points of a series';

CREATE FUNCTION smartcare.series_unnest_support(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_unnest_support(internal) IS
'Planner support: the number of rows of unnest(series)';

CREATE FUNCTION smartcare.unnest(smartcare.series, OUT "time" timestamptz, OUT value float8) RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 ROWS 100 SUPPORT smartcare.series_unnest_support
AS 'MODULE_PATHNAME', 'series_unnest';
COMMENT ON FUNCTION smartcare.unnest(smartcare.series) IS
'The points as rows, in time order';

CREATE FUNCTION smartcare.times(smartcare.series) RETURNS timestamptz[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_times';
COMMENT ON FUNCTION smartcare.times(smartcare.series) IS
'Times of all points, in order';

CREATE FUNCTION smartcare.readings(smartcare.series) RETURNS float8[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_readings';
COMMENT ON FUNCTION smartcare.readings(smartcare.series) IS
'Values of all points, in the order of their times';

CREATE FUNCTION smartcare.value_at(smartcare.series, "time" timestamptz) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'series_value_at';
COMMENT ON FUNCTION smartcare.value_at(smartcare.series, timestamptz) IS
'Value of the point at exactly this instant; NULL if there is none';

CREATE FUNCTION smartcare.sparkline(smartcare.series, width integer DEFAULT 20) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_sparkline';
COMMENT ON FUNCTION smartcare.sparkline(smartcare.series, integer) IS
'The series drawn in one line of so many characters: means over equal parts of its time span, from lowest to highest, blank where there are no points; raises 22023 unless the width is 1 to 1000, 22P05 where the database''s encoding lacks the characters';

-- Cutting it.

CREATE FUNCTION smartcare.slice(smartcare.series, period tstzrange) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'series_slice';
COMMENT ON FUNCTION smartcare.slice(smartcare.series, tstzrange) IS
'The points whose times lie in a range; NULL if there are none';

CREATE FUNCTION smartcare.delete_time(smartcare.series, period tstzrange) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_delete_range';
COMMENT ON FUNCTION smartcare.delete_time(smartcare.series, tstzrange) IS
'The points whose times lie outside a range; NULL if there are none';

CREATE FUNCTION smartcare.delete_time(smartcare.series, times timestamptz[]) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_delete_times';
COMMENT ON FUNCTION smartcare.delete_time(smartcare.series, timestamptz[]) IS
'The points whose times are not among those given; NULL if there are none';

-- Comparison: as the lists of (time, value) compare, values as float8.

CREATE FUNCTION smartcare.series_eq(smartcare.series, smartcare.series) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_eq(smartcare.series, smartcare.series) IS
'Whether the points are the same: operator =';

CREATE FUNCTION smartcare.series_ne(smartcare.series, smartcare.series) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_ne(smartcare.series, smartcare.series) IS
'Whether the points differ: operator <>';

CREATE FUNCTION smartcare.series_lt(smartcare.series, smartcare.series) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_lt(smartcare.series, smartcare.series) IS
'Whether the list of points (time, value) comes first: operator <';

CREATE FUNCTION smartcare.series_le(smartcare.series, smartcare.series) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_le(smartcare.series, smartcare.series) IS
'Whether the list of points (time, value) comes first or is the same: operator <=';

CREATE FUNCTION smartcare.series_ge(smartcare.series, smartcare.series) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_ge(smartcare.series, smartcare.series) IS
'Whether the list of points (time, value) comes last or is the same: operator >=';

CREATE FUNCTION smartcare.series_gt(smartcare.series, smartcare.series) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_gt(smartcare.series, smartcare.series) IS
'Whether the list of points (time, value) comes last: operator >';

CREATE OPERATOR smartcare.= (
	LEFTARG = smartcare.series,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_eq,
	COMMUTATOR = OPERATOR(smartcare.=),
	NEGATOR = OPERATOR(smartcare.<>),
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES,
	MERGES
);
COMMENT ON OPERATOR smartcare.= (smartcare.series, smartcare.series) IS
'Whether the points are the same';

CREATE OPERATOR smartcare.<> (
	LEFTARG = smartcare.series,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_ne,
	COMMUTATOR = OPERATOR(smartcare.<>),
	NEGATOR = OPERATOR(smartcare.=),
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
COMMENT ON OPERATOR smartcare.<> (smartcare.series, smartcare.series) IS
'Whether the points differ';

CREATE OPERATOR smartcare.< (
	LEFTARG = smartcare.series,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_lt,
	COMMUTATOR = OPERATOR(smartcare.>),
	NEGATOR = OPERATOR(smartcare.>=),
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR smartcare.< (smartcare.series, smartcare.series) IS
'Whether the list of points (time, value) comes first';

CREATE OPERATOR smartcare.<= (
	LEFTARG = smartcare.series,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_le,
	COMMUTATOR = OPERATOR(smartcare.>=),
	NEGATOR = OPERATOR(smartcare.>),
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR smartcare.<= (smartcare.series, smartcare.series) IS
'Whether the list of points (time, value) comes first or is the same';

CREATE OPERATOR smartcare.>= (
	LEFTARG = smartcare.series,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_ge,
	COMMUTATOR = OPERATOR(smartcare.<=),
	NEGATOR = OPERATOR(smartcare.<),
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);
COMMENT ON OPERATOR smartcare.>= (smartcare.series, smartcare.series) IS
'Whether the list of points (time, value) comes last or is the same';

CREATE OPERATOR smartcare.> (
	LEFTARG = smartcare.series,
	RIGHTARG = smartcare.series,
	FUNCTION = smartcare.series_gt,
	COMMUTATOR = OPERATOR(smartcare.<),
	NEGATOR = OPERATOR(smartcare.<=),
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR smartcare.> (smartcare.series, smartcare.series) IS
'Whether the list of points (time, value) comes last';

CREATE FUNCTION smartcare.series_cmp(smartcare.series, smartcare.series) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_cmp(smartcare.series, smartcare.series) IS
'Order of two series: -1, 0 or 1';

CREATE OPERATOR CLASS smartcare.series_ops DEFAULT FOR TYPE smartcare.series USING btree AS
	OPERATOR 1 smartcare.<,
	OPERATOR 2 smartcare.<=,
	OPERATOR 3 smartcare.=,
	OPERATOR 4 smartcare.>=,
	OPERATOR 5 smartcare.>,
	FUNCTION 1 smartcare.series_cmp(smartcare.series, smartcare.series);
COMMENT ON OPERATOR CLASS smartcare.series_ops USING btree IS
'Order of series, as the lists of (time, value) compare';

CREATE FUNCTION smartcare.series_hash(smartcare.series) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_hash(smartcare.series) IS
'Hash of the points';

CREATE FUNCTION smartcare.series_hash_extended(smartcare.series, bigint) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_hash_extended(smartcare.series, bigint) IS
'Hash of the points, with a seed';

CREATE OPERATOR CLASS smartcare.series_ops DEFAULT FOR TYPE smartcare.series USING hash AS
	OPERATOR 1 smartcare.=,
	FUNCTION 1 smartcare.series_hash(smartcare.series),
	FUNCTION 2 smartcare.series_hash_extended(smartcare.series, bigint);
COMMENT ON OPERATOR CLASS smartcare.series_ops USING hash IS
'Hash of the points of series';

