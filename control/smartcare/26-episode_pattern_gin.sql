-- Labels of episodes, and a GIN index that finds them and what a pattern asks for.

CREATE FUNCTION smartcare.episode_has_label(smartcare.episode, text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_has_label(smartcare.episode, text) IS
'Whether a phase has the label: operator ?';

CREATE FUNCTION smartcare.episode_has_any_label(smartcare.episode, text[]) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_has_any_label(smartcare.episode, text[]) IS
'Whether a phase has one of the labels: operator ?|; nulls in the array do not count';

CREATE FUNCTION smartcare.episode_has_all_labels(smartcare.episode, text[]) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_has_all_labels(smartcare.episode, text[]) IS
'Whether there are phases with each of the labels: operator ?&; nulls in the array do not count';

CREATE FUNCTION smartcare.episode_label_sel(internal, oid, internal, integer) RETURNS double precision
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_label_sel(internal, oid, internal, integer) IS
'Selectivity of ? and ?|, from how common labels are';

CREATE FUNCTION smartcare.episode_all_labels_sel(internal, oid, internal, integer) RETURNS double precision
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_all_labels_sel(internal, oid, internal, integer) IS
'Selectivity of ?&, from how common labels are';

CREATE OPERATOR smartcare.? (
	LEFTARG = smartcare.episode,
	RIGHTARG = text,
	FUNCTION = smartcare.episode_has_label,
	RESTRICT = smartcare.episode_label_sel,
	JOIN = matchingjoinsel
);
COMMENT ON OPERATOR smartcare.? (smartcare.episode, text) IS
'Whether a phase has the label';

CREATE OPERATOR smartcare.?| (
	LEFTARG = smartcare.episode,
	RIGHTARG = text[],
	FUNCTION = smartcare.episode_has_any_label,
	RESTRICT = smartcare.episode_label_sel,
	JOIN = matchingjoinsel
);
COMMENT ON OPERATOR smartcare.?| (smartcare.episode, text[]) IS
'Whether a phase has one of the labels';

CREATE OPERATOR smartcare.?& (
	LEFTARG = smartcare.episode,
	RIGHTARG = text[],
	FUNCTION = smartcare.episode_has_all_labels,
	RESTRICT = smartcare.episode_all_labels_sel,
	JOIN = matchingjoinsel
);
COMMENT ON OPERATOR smartcare.?& (smartcare.episode, text[]) IS
'Whether there are phases with each of the labels';

CREATE FUNCTION smartcare.episode_gin_extract_value(smartcare.episode, internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_gin_extract_value(smartcare.episode, internal) IS
'Labels of an episode, for a GIN index';

CREATE FUNCTION smartcare.episode_gin_extract_query(internal, internal, smallint, internal, internal, internal, internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_gin_extract_query(internal, internal, smallint, internal, internal, internal, internal) IS
'Labels that a query asks for, for a GIN index';

CREATE FUNCTION smartcare.episode_gin_triconsistent(internal, smallint, internal, integer, internal, internal, internal) RETURNS "char"
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_gin_triconsistent(internal, smallint, internal, integer, internal, internal, internal) IS
'Whether an episode with some labels can satisfy a query, for a GIN index';

CREATE OPERATOR CLASS smartcare.episode_ops DEFAULT FOR TYPE smartcare.episode USING gin AS
	OPERATOR 1 smartcare.~ (smartcare.episode, smartcare.episode_pattern),
	OPERATOR 2 smartcare.? (smartcare.episode, text),
	OPERATOR 3 smartcare.?| (smartcare.episode, text[]),
	OPERATOR 4 smartcare.?& (smartcare.episode, text[]),
	FUNCTION 1 gin_compare_jsonb(text, text),
	FUNCTION 2 smartcare.episode_gin_extract_value(smartcare.episode, internal),
	FUNCTION 3 smartcare.episode_gin_extract_query(internal, internal, smallint, internal, internal, internal, internal),
	FUNCTION 6 smartcare.episode_gin_triconsistent(internal, smallint, internal, integer, internal, internal, internal),
	STORAGE text;
COMMENT ON OPERATOR CLASS smartcare.episode_ops USING gin IS
'Labels of episodes; finds episodes by pattern and by label';
