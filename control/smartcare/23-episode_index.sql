-- Where the phases of an episode lie in time, and an index for that.

CREATE FUNCTION smartcare.episode_time_selectivity(internal, oid, internal, integer) RETURNS float8
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_time_selectivity(internal, oid, internal, integer) IS
'Planner support: how many episodes a range overlaps, or an instant falls into, from the statistics of their spans';

CREATE FUNCTION smartcare.episode_overlaps(smartcare.episode, tstzrange) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'episode_overlaps_range';
COMMENT ON FUNCTION smartcare.episode_overlaps(smartcare.episode, tstzrange) IS
'Whether a phase overlaps a range: operator &&';

CREATE FUNCTION smartcare.episode_contains(smartcare.episode, timestamptz) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'episode_contains_time';
COMMENT ON FUNCTION smartcare.episode_contains(smartcare.episode, timestamptz) IS
'Whether a phase goes on at an instant: operator @>';

-- No commutators: with an operator for (tstzrange, episode), what is written
-- period && '[2026-01-01,)' would no longer be about two ranges.
CREATE OPERATOR smartcare.&& (
	LEFTARG = smartcare.episode,
	RIGHTARG = tstzrange,
	FUNCTION = smartcare.episode_overlaps,
	RESTRICT = smartcare.episode_time_selectivity,
	JOIN = areajoinsel
);
COMMENT ON OPERATOR smartcare.&& (smartcare.episode, tstzrange) IS
'Whether a phase overlaps a range';

CREATE OPERATOR smartcare.@> (
	LEFTARG = smartcare.episode,
	RIGHTARG = timestamptz,
	FUNCTION = smartcare.episode_contains,
	RESTRICT = smartcare.episode_time_selectivity,
	JOIN = contjoinsel
);
COMMENT ON OPERATOR smartcare.@> (smartcare.episode, timestamptz) IS
'Whether a phase goes on at an instant';

CREATE FUNCTION smartcare.episode_has_phase_support(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_has_phase_support(internal) IS
'Planner support: has_phase(episode, text, tstzrange) by an index on the episode, and how many episodes it leaves';

CREATE FUNCTION smartcare.has_phase(smartcare.episode, label text, period tstzrange) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 SUPPORT smartcare.episode_has_phase_support
AS 'MODULE_PATHNAME', 'episode_has_phase';
COMMENT ON FUNCTION smartcare.has_phase(smartcare.episode, text, tstzrange) IS
'Whether a phase of a label overlaps a range; a GiST index on the episode helps';

CREATE FUNCTION smartcare.episode_gist_consistent(internal, smartcare.episode, smallint, oid, internal) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_gist_consistent(internal, smartcare.episode, smallint, oid, internal) IS
'GiST support: whether there may be matches under a key';

CREATE FUNCTION smartcare.episode_gist_compress(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_gist_compress(internal) IS
'GiST support: the key of an episode, its span';

CREATE OPERATOR CLASS smartcare.episode_ops DEFAULT FOR TYPE smartcare.episode USING gist AS
	OPERATOR 3 smartcare.&& (smartcare.episode, tstzrange),
	OPERATOR 16 smartcare.@> (smartcare.episode, timestamptz),
	FUNCTION 1 smartcare.episode_gist_consistent(internal, smartcare.episode, smallint, oid, internal),
	FUNCTION 2 range_gist_union(internal, internal),
	FUNCTION 3 smartcare.episode_gist_compress(internal),
	FUNCTION 5 range_gist_penalty(internal, internal, internal),
	FUNCTION 6 range_gist_picksplit(internal, internal),
	FUNCTION 7 range_gist_same(anyrange, anyrange, internal),
	STORAGE tstzrange;
COMMENT ON OPERATOR CLASS smartcare.episode_ops USING gist IS
'Index of episodes by their span, for && and @>, and for has_phase()';
