-- The type episode_pattern: what to look for in an episode. The grammar is in doc/episode_pattern.md.

CREATE TYPE smartcare.episode_pattern;

CREATE FUNCTION smartcare.episode_pattern_in(cstring) RETURNS smartcare.episode_pattern
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.episode_pattern_out(smartcare.episode_pattern) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.episode_pattern_recv(internal) RETURNS smartcare.episode_pattern
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.episode_pattern_send(smartcare.episode_pattern) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';

CREATE TYPE smartcare.episode_pattern (
	INPUT = smartcare.episode_pattern_in,
	OUTPUT = smartcare.episode_pattern_out,
	RECEIVE = smartcare.episode_pattern_recv,
	SEND = smartcare.episode_pattern_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);

COMMENT ON TYPE smartcare.episode_pattern IS
'What to look for in an episode, compiled: hospital -[< 30 days, !rehabilitation]-> hospital';
COMMENT ON FUNCTION smartcare.episode_pattern_in(cstring) IS
'Text input of episode_pattern; raises 42601 where the syntax is wrong, with the place and what was expected, and 54000 on more than 64 elements or 512 transitions with repetitions written out, 1000 labels, 32 nested parentheses, or 100000 bytes';
COMMENT ON FUNCTION smartcare.episode_pattern_out(smartcare.episode_pattern) IS
'Canonical text of an episode_pattern, which compiles to the same pattern';
COMMENT ON FUNCTION smartcare.episode_pattern_recv(internal) IS
'Binary input of episode_pattern; raises 42601 and 54000 as its text input does, 0A000 on an unknown version';
COMMENT ON FUNCTION smartcare.episode_pattern_send(smartcare.episode_pattern) IS
'Binary output of episode_pattern: version 1, and the canonical text';

-- Matching.

CREATE FUNCTION smartcare.episode_matches(smartcare.episode, smartcare.episode_pattern) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_matches(smartcare.episode, smartcare.episode_pattern) IS
'Whether the pattern has a match in the episode: operator ~';

CREATE FUNCTION smartcare.episode_pattern_matches(smartcare.episode_pattern, smartcare.episode) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_matches(smartcare.episode_pattern, smartcare.episode) IS
'Whether the pattern has a match in the episode: operator ~';

CREATE FUNCTION smartcare.episode_pattern_sel(internal, oid, internal, integer) RETURNS double precision
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_sel(internal, oid, internal, integer) IS
'Selectivity of episode ~ episode_pattern, from how common labels are';

CREATE OPERATOR smartcare.~ (
	LEFTARG = smartcare.episode,
	RIGHTARG = smartcare.episode_pattern,
	FUNCTION = smartcare.episode_matches,
	COMMUTATOR = OPERATOR(smartcare.~),
	RESTRICT = smartcare.episode_pattern_sel,
	JOIN = matchingjoinsel
);
COMMENT ON OPERATOR smartcare.~ (smartcare.episode, smartcare.episode_pattern) IS
'Whether the pattern has a match in the episode, as far as the episode tells';

CREATE OPERATOR smartcare.~ (
	LEFTARG = smartcare.episode_pattern,
	RIGHTARG = smartcare.episode,
	FUNCTION = smartcare.episode_pattern_matches,
	COMMUTATOR = OPERATOR(smartcare.~),
	RESTRICT = matchingsel,
	JOIN = matchingjoinsel
);
COMMENT ON OPERATOR smartcare.~ (smartcare.episode_pattern, smartcare.episode) IS
'Whether the pattern has a match in the episode, as far as the episode tells';

CREATE FUNCTION smartcare.matches(episode smartcare.episode, pattern smartcare.episode_pattern, horizon timestamptz DEFAULT NULL) RETURNS boolean
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME', 'episode_matches_until';
COMMENT ON FUNCTION smartcare.matches(smartcare.episode, smartcare.episode_pattern, timestamptz) IS
'Whether the pattern has a match in the episode; NULL if either is NULL. Horizon: until when the record is known, if that is later than the last instant in it.';

CREATE FUNCTION smartcare.match_count(episode smartcare.episode, pattern smartcare.episode_pattern, horizon timestamptz DEFAULT NULL) RETURNS integer
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME', 'episode_match_count';
COMMENT ON FUNCTION smartcare.match_count(smartcare.episode, smartcare.episode_pattern, timestamptz) IS
'Number of matches: of phases that a match begins with; NULL if the episode or the pattern is NULL. Horizon: until when the record is known, if that is later than the last instant in it.';

CREATE FUNCTION smartcare.match(episode smartcare.episode, pattern smartcare.episode_pattern, horizon timestamptz DEFAULT NULL,
	OUT match integer, OUT step integer, OUT phase integer, OUT label text, OUT period tstzrange) RETURNS SETOF record
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 ROWS 4
AS 'MODULE_PATHNAME', 'episode_match';
COMMENT ON FUNCTION smartcare.match(smartcare.episode, smartcare.episode_pattern, timestamptz) IS
'Every match, one for each phase that one can begin with, as the phases that it binds: number of the match, step in it, number of the phase in the episode, its label and period; a phase that overlaps the one of a step is in the same step. No rows if the episode or the pattern is NULL. Horizon: until when the record is known, if that is later than the last instant in it.';

CREATE FUNCTION smartcare.first_match(episode smartcare.episode, pattern smartcare.episode_pattern, horizon timestamptz DEFAULT NULL) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME', 'episode_first_match';
COMMENT ON FUNCTION smartcare.first_match(smartcare.episode, smartcare.episode_pattern, timestamptz) IS
'The phases that the steps of the first match bind; NULL if there is none. Horizon: until when the record is known, if that is later than the last instant in it.';

-- Order: of the canonical texts, as bytes.

CREATE FUNCTION smartcare.episode_pattern_eq(smartcare.episode_pattern, smartcare.episode_pattern) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_eq(smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical texts are the same: operator =';

CREATE FUNCTION smartcare.episode_pattern_ne(smartcare.episode_pattern, smartcare.episode_pattern) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_ne(smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical texts differ: operator <>';

CREATE FUNCTION smartcare.episode_pattern_lt(smartcare.episode_pattern, smartcare.episode_pattern) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_lt(smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical text comes first, as bytes: operator <';

CREATE FUNCTION smartcare.episode_pattern_le(smartcare.episode_pattern, smartcare.episode_pattern) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_le(smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical text comes first, as bytes, or is the same: operator <=';

CREATE FUNCTION smartcare.episode_pattern_ge(smartcare.episode_pattern, smartcare.episode_pattern) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_ge(smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical text comes last, as bytes, or is the same: operator >=';

CREATE FUNCTION smartcare.episode_pattern_gt(smartcare.episode_pattern, smartcare.episode_pattern) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_gt(smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical text comes last, as bytes: operator >';

CREATE OPERATOR smartcare.= (
	LEFTARG = smartcare.episode_pattern,
	RIGHTARG = smartcare.episode_pattern,
	FUNCTION = smartcare.episode_pattern_eq,
	COMMUTATOR = OPERATOR(smartcare.=),
	NEGATOR = OPERATOR(smartcare.<>),
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES,
	MERGES
);
COMMENT ON OPERATOR smartcare.= (smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical texts are the same';

CREATE OPERATOR smartcare.<> (
	LEFTARG = smartcare.episode_pattern,
	RIGHTARG = smartcare.episode_pattern,
	FUNCTION = smartcare.episode_pattern_ne,
	COMMUTATOR = OPERATOR(smartcare.<>),
	NEGATOR = OPERATOR(smartcare.=),
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
COMMENT ON OPERATOR smartcare.<> (smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical texts differ';

CREATE OPERATOR smartcare.< (
	LEFTARG = smartcare.episode_pattern,
	RIGHTARG = smartcare.episode_pattern,
	FUNCTION = smartcare.episode_pattern_lt,
	COMMUTATOR = OPERATOR(smartcare.>),
	NEGATOR = OPERATOR(smartcare.>=),
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR smartcare.< (smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical text comes first, as bytes';

CREATE OPERATOR smartcare.<= (
	LEFTARG = smartcare.episode_pattern,
	RIGHTARG = smartcare.episode_pattern,
	FUNCTION = smartcare.episode_pattern_le,
	COMMUTATOR = OPERATOR(smartcare.>=),
	NEGATOR = OPERATOR(smartcare.>),
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR smartcare.<= (smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical text comes first, as bytes, or is the same';

CREATE OPERATOR smartcare.>= (
	LEFTARG = smartcare.episode_pattern,
	RIGHTARG = smartcare.episode_pattern,
	FUNCTION = smartcare.episode_pattern_ge,
	COMMUTATOR = OPERATOR(smartcare.<=),
	NEGATOR = OPERATOR(smartcare.<),
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);
COMMENT ON OPERATOR smartcare.>= (smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical text comes last, as bytes, or is the same';

CREATE OPERATOR smartcare.> (
	LEFTARG = smartcare.episode_pattern,
	RIGHTARG = smartcare.episode_pattern,
	FUNCTION = smartcare.episode_pattern_gt,
	COMMUTATOR = OPERATOR(smartcare.<),
	NEGATOR = OPERATOR(smartcare.<=),
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR smartcare.> (smartcare.episode_pattern, smartcare.episode_pattern) IS
'Whether the canonical text comes last, as bytes';

CREATE FUNCTION smartcare.episode_pattern_cmp(smartcare.episode_pattern, smartcare.episode_pattern) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_cmp(smartcare.episode_pattern, smartcare.episode_pattern) IS
'Order of two patterns: -1, 0 or 1';

CREATE OPERATOR CLASS smartcare.episode_pattern_ops DEFAULT FOR TYPE smartcare.episode_pattern USING btree AS
	OPERATOR 1 smartcare.<,
	OPERATOR 2 smartcare.<=,
	OPERATOR 3 smartcare.=,
	OPERATOR 4 smartcare.>=,
	OPERATOR 5 smartcare.>,
	FUNCTION 1 smartcare.episode_pattern_cmp(smartcare.episode_pattern, smartcare.episode_pattern);
COMMENT ON OPERATOR CLASS smartcare.episode_pattern_ops USING btree IS
'Order of patterns, as their canonical texts compare as bytes';

CREATE FUNCTION smartcare.episode_pattern_hash(smartcare.episode_pattern) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_hash(smartcare.episode_pattern) IS
'Hash of the canonical text';

CREATE FUNCTION smartcare.episode_pattern_hash_extended(smartcare.episode_pattern, bigint) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_pattern_hash_extended(smartcare.episode_pattern, bigint) IS
'Hash of the canonical text, with a seed';

CREATE OPERATOR CLASS smartcare.episode_pattern_ops DEFAULT FOR TYPE smartcare.episode_pattern USING hash AS
	OPERATOR 1 smartcare.=,
	FUNCTION 1 smartcare.episode_pattern_hash(smartcare.episode_pattern),
	FUNCTION 2 smartcare.episode_pattern_hash_extended(smartcare.episode_pattern, bigint);
COMMENT ON OPERATOR CLASS smartcare.episode_pattern_ops USING hash IS
'Hash of the canonical texts of patterns';
