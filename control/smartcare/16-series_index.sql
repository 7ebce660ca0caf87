-- Indexes on series, and what the planner is told.

CREATE FUNCTION smartcare.bounding_box(smartcare.series) RETURNS box
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_bounding_box';
COMMENT ON FUNCTION smartcare.bounding_box(smartcare.series) IS
'What an index keeps of a series: times across, in microseconds since 2000-01-01 UTC, values upwards, cut off at 1e200';

CREATE FUNCTION smartcare.series_box(period tstzrange, low float8, high float8) RETURNS box
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'series_search_box';
COMMENT ON FUNCTION smartcare.series_box(tstzrange, float8, float8) IS
'Times in a range and values from low to high, both included (NULL: no bound), as the box that series && box looks into, and before 1714 and after 2285, where float8 does not tell every microsecond apart, in one a little longer; NULL if nothing can lie in it';

CREATE FUNCTION smartcare.series_overlaps_sel(internal, oid, internal, integer) RETURNS float8
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_overlaps_sel(internal, oid, internal, integer) IS
'Planner support: the share of rows that series && tstzrange or series && box leaves';

CREATE FUNCTION smartcare.series_exceeds_support(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_exceeds_support(internal) IS
'Planner support: cost, selectivity and index condition of exceeds()';

CREATE FUNCTION smartcare.series_falls_below_support(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_falls_below_support(internal) IS
'Planner support: cost, selectivity and index condition of falls_below()';

CREATE FUNCTION smartcare.series_overlaps_range(smartcare.series, tstzrange) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_overlaps_range(smartcare.series, tstzrange) IS
'Whether any point lies in a range of time: operator &&';

CREATE FUNCTION smartcare.series_overlaps_box(smartcare.series, box) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_overlaps_box(smartcare.series, box) IS
'Whether any point lies in a box that series_box() made: operator &&';

CREATE OPERATOR smartcare.&& (
	LEFTARG = smartcare.series,
	RIGHTARG = tstzrange,
	FUNCTION = smartcare.series_overlaps_range,
	RESTRICT = smartcare.series_overlaps_sel,
	JOIN = areajoinsel
);
COMMENT ON OPERATOR smartcare.&& (smartcare.series, tstzrange) IS
'Whether any point lies in a range of time';

CREATE OPERATOR smartcare.&& (
	LEFTARG = smartcare.series,
	RIGHTARG = box,
	FUNCTION = smartcare.series_overlaps_box,
	RESTRICT = smartcare.series_overlaps_sel,
	JOIN = areajoinsel
);
COMMENT ON OPERATOR smartcare.&& (smartcare.series, box) IS
'Whether any point lies in a box that series_box() made';

CREATE FUNCTION smartcare.exceeds(smartcare.series, threshold float8, period tstzrange DEFAULT '(,)') RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 SUPPORT smartcare.series_exceeds_support
AS 'MODULE_PATHNAME', 'series_exceeds';
COMMENT ON FUNCTION smartcare.exceeds(smartcare.series, float8, tstzrange) IS
'Whether any value at a time in the period is greater than the threshold; an index on the series can answer';

CREATE FUNCTION smartcare.falls_below(smartcare.series, threshold float8, period tstzrange DEFAULT '(,)') RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 SUPPORT smartcare.series_falls_below_support
AS 'MODULE_PATHNAME', 'series_falls_below';
COMMENT ON FUNCTION smartcare.falls_below(smartcare.series, float8, tstzrange) IS
'Whether any value at a time in the period is less than the threshold; an index on the series can answer';

CREATE FUNCTION smartcare.series_gist_compress(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_gist_compress(internal) IS
'GiST support: the bounding box of a series';

CREATE FUNCTION smartcare.series_gist_consistent(internal, smartcare.series, smallint, oid, internal) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_gist_consistent(internal, smartcare.series, smallint, oid, internal) IS
'GiST support: whether there may be something under a key';

CREATE OPERATOR CLASS smartcare.series_ops DEFAULT FOR TYPE smartcare.series USING gist AS
	OPERATOR 1 smartcare.&& (smartcare.series, tstzrange),
	OPERATOR 2 smartcare.&& (smartcare.series, box),
	FUNCTION 1 smartcare.series_gist_consistent(internal, smartcare.series, smallint, oid, internal),
	FUNCTION 2 gist_box_union(internal, internal),
	FUNCTION 3 smartcare.series_gist_compress(internal),
	FUNCTION 5 gist_box_penalty(internal, internal, internal),
	FUNCTION 6 gist_box_picksplit(internal, internal),
	FUNCTION 7 gist_box_same(box, box, internal),
	STORAGE box;
COMMENT ON OPERATOR CLASS smartcare.series_ops USING gist IS
'Bounding boxes of series: answers &&, exceeds() and falls_below()';

CREATE FUNCTION smartcare.series_brin_opcinfo(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_brin_opcinfo(internal) IS
'BRIN support: what is stored';

CREATE FUNCTION smartcare.series_brin_add_value(internal, internal, internal, internal) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_brin_add_value(internal, internal, internal, internal) IS
'BRIN support: adds a series to a range of pages';

CREATE FUNCTION smartcare.series_brin_consistent(internal, internal, internal) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_brin_consistent(internal, internal, internal) IS
'BRIN support: whether there may be something in a range of pages';

CREATE FUNCTION smartcare.series_brin_union(internal, internal, internal) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_brin_union(internal, internal, internal) IS
'BRIN support: unites two ranges of pages';

CREATE OPERATOR CLASS smartcare.series_ops DEFAULT FOR TYPE smartcare.series USING brin AS
	OPERATOR 1 smartcare.&& (smartcare.series, tstzrange),
	OPERATOR 2 smartcare.&& (smartcare.series, box),
	FUNCTION 1 smartcare.series_brin_opcinfo(internal),
	FUNCTION 2 smartcare.series_brin_add_value(internal, internal, internal, internal),
	FUNCTION 3 smartcare.series_brin_consistent(internal, internal, internal),
	FUNCTION 4 smartcare.series_brin_union(internal, internal, internal),
	STORAGE box;
COMMENT ON OPERATOR CLASS smartcare.series_ops USING brin IS
'Bounding boxes of series: answers &&, exceeds() and falls_below()';

CREATE FUNCTION smartcare.series_typanalyze(internal) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_typanalyze(internal) IS
'ANALYZE support: keeps bounding boxes and the mean number of points';

ALTER TYPE smartcare.series SET (ANALYZE = smartcare.series_typanalyze);
