-- Comparison of episodes: as the lists of (start, end, label) compare, an open
-- end being the last, and labels by their bytes.

CREATE FUNCTION smartcare.episode_eq(smartcare.episode, smartcare.episode) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_eq(smartcare.episode, smartcare.episode) IS
'Whether the phases are the same: operator =';

CREATE FUNCTION smartcare.episode_ne(smartcare.episode, smartcare.episode) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_ne(smartcare.episode, smartcare.episode) IS
'Whether the phases differ: operator <>';

CREATE FUNCTION smartcare.episode_lt(smartcare.episode, smartcare.episode) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_lt(smartcare.episode, smartcare.episode) IS
'Whether the list of phases (start, end, label) comes first: operator <';

CREATE FUNCTION smartcare.episode_le(smartcare.episode, smartcare.episode) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_le(smartcare.episode, smartcare.episode) IS
'Whether the list of phases (start, end, label) comes first or is the same: operator <=';

CREATE FUNCTION smartcare.episode_ge(smartcare.episode, smartcare.episode) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_ge(smartcare.episode, smartcare.episode) IS
'Whether the list of phases (start, end, label) comes last or is the same: operator >=';

CREATE FUNCTION smartcare.episode_gt(smartcare.episode, smartcare.episode) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_gt(smartcare.episode, smartcare.episode) IS
'Whether the list of phases (start, end, label) comes last: operator >';

CREATE OPERATOR smartcare.= (
	LEFTARG = smartcare.episode,
	RIGHTARG = smartcare.episode,
	FUNCTION = smartcare.episode_eq,
	COMMUTATOR = OPERATOR(smartcare.=),
	NEGATOR = OPERATOR(smartcare.<>),
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES,
	MERGES
);
COMMENT ON OPERATOR smartcare.= (smartcare.episode, smartcare.episode) IS
'Whether the phases are the same';

CREATE OPERATOR smartcare.<> (
	LEFTARG = smartcare.episode,
	RIGHTARG = smartcare.episode,
	FUNCTION = smartcare.episode_ne,
	COMMUTATOR = OPERATOR(smartcare.<>),
	NEGATOR = OPERATOR(smartcare.=),
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
COMMENT ON OPERATOR smartcare.<> (smartcare.episode, smartcare.episode) IS
'Whether the phases differ';

CREATE OPERATOR smartcare.< (
	LEFTARG = smartcare.episode,
	RIGHTARG = smartcare.episode,
	FUNCTION = smartcare.episode_lt,
	COMMUTATOR = OPERATOR(smartcare.>),
	NEGATOR = OPERATOR(smartcare.>=),
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR smartcare.< (smartcare.episode, smartcare.episode) IS
'Whether the list of phases (start, end, label) comes first';

CREATE OPERATOR smartcare.<= (
	LEFTARG = smartcare.episode,
	RIGHTARG = smartcare.episode,
	FUNCTION = smartcare.episode_le,
	COMMUTATOR = OPERATOR(smartcare.>=),
	NEGATOR = OPERATOR(smartcare.>),
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR smartcare.<= (smartcare.episode, smartcare.episode) IS
'Whether the list of phases (start, end, label) comes first or is the same';

CREATE OPERATOR smartcare.>= (
	LEFTARG = smartcare.episode,
	RIGHTARG = smartcare.episode,
	FUNCTION = smartcare.episode_ge,
	COMMUTATOR = OPERATOR(smartcare.<=),
	NEGATOR = OPERATOR(smartcare.<),
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);
COMMENT ON OPERATOR smartcare.>= (smartcare.episode, smartcare.episode) IS
'Whether the list of phases (start, end, label) comes last or is the same';

CREATE OPERATOR smartcare.> (
	LEFTARG = smartcare.episode,
	RIGHTARG = smartcare.episode,
	FUNCTION = smartcare.episode_gt,
	COMMUTATOR = OPERATOR(smartcare.<),
	NEGATOR = OPERATOR(smartcare.<=),
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR smartcare.> (smartcare.episode, smartcare.episode) IS
'Whether the list of phases (start, end, label) comes last';

CREATE FUNCTION smartcare.episode_cmp(smartcare.episode, smartcare.episode) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_cmp(smartcare.episode, smartcare.episode) IS
'Order of two episodes: -1, 0 or 1';

CREATE OPERATOR CLASS smartcare.episode_ops DEFAULT FOR TYPE smartcare.episode USING btree AS
	OPERATOR 1 smartcare.<,
	OPERATOR 2 smartcare.<=,
	OPERATOR 3 smartcare.=,
	OPERATOR 4 smartcare.>=,
	OPERATOR 5 smartcare.>,
	FUNCTION 1 smartcare.episode_cmp(smartcare.episode, smartcare.episode);
COMMENT ON OPERATOR CLASS smartcare.episode_ops USING btree IS
'Order of episodes, as the lists of (start, end, label) compare';

CREATE FUNCTION smartcare.episode_hash(smartcare.episode) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_hash(smartcare.episode) IS
'Hash of the phases';

CREATE FUNCTION smartcare.episode_hash_extended(smartcare.episode, bigint) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_hash_extended(smartcare.episode, bigint) IS
'Hash of the phases, with a seed';

CREATE OPERATOR CLASS smartcare.episode_ops DEFAULT FOR TYPE smartcare.episode USING hash AS
	OPERATOR 1 smartcare.=,
	FUNCTION 1 smartcare.episode_hash(smartcare.episode),
	FUNCTION 2 smartcare.episode_hash_extended(smartcare.episode, bigint);
COMMENT ON OPERATOR CLASS smartcare.episode_ops USING hash IS
'Hash of the phases of episodes';

