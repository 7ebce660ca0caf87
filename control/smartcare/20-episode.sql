-- The type episode: a course of care.

CREATE TYPE smartcare.episode;

CREATE FUNCTION smartcare.episode_in(cstring) RETURNS smartcare.episode
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.episode_out(smartcare.episode) RETURNS cstring
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.episode_recv(internal) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.episode_send(smartcare.episode) RETURNS bytea
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.episode_typanalyze(internal) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';

-- Compact by itself, so external.
CREATE TYPE smartcare.episode (
	INPUT = smartcare.episode_in,
	OUTPUT = smartcare.episode_out,
	RECEIVE = smartcare.episode_recv,
	SEND = smartcare.episode_send,
	ANALYZE = smartcare.episode_typanalyze,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = external
);

COMMENT ON TYPE smartcare.episode IS
'Course of care: phases in time, at least one, each a label and a period that may be open; written {hospital@[2026-01-03 08:00:00+01, 2026-01-08 12:00:00+01), "home care"@[2026-01-08 12:00:00+01,)}';
COMMENT ON FUNCTION smartcare.episode_in(cstring) IS
'Text input of episode; raises 22P02 on malformed text, 22007 and 22008 on a bad or infinite time, 22023 on an end that is not after the start or an empty label, 22001 on a label of more than 1000 bytes';
COMMENT ON FUNCTION smartcare.episode_out(smartcare.episode) IS
'Text output of episode, in ISO 8601 in the session''s time zone';
COMMENT ON FUNCTION smartcare.episode_recv(internal) IS
'Binary input of episode; raises 22P03 on wrong counts, 22008 on a bad time, 22023 on an end that is not after the start or an empty label, 22001 on a label of more than 1000 bytes, 0A000 on an unknown version';
COMMENT ON FUNCTION smartcare.episode_send(smartcare.episode) IS
'Binary output of episode: version 1; number of labels, each with its length; number of phases, each as start and end in microseconds since 2000-01-01 UTC (the greatest bigint while open) and number of its label from 0; counts, lengths and label numbers of 4 bytes';
COMMENT ON FUNCTION smartcare.episode_typanalyze(internal) IS
'Statistics for ANALYZE: how common each label is, and what histograms of the span need';

-- Making an episode.

CREATE FUNCTION smartcare.episode(label text, period tstzrange) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'episode_from_phase';
COMMENT ON FUNCTION smartcare.episode(text, tstzrange) IS
'Episode of one phase, open if the period has no end; raises 22023 on a period that is empty, has no start, excludes its start or includes its end, 22008 on an infinite time, 22023 and 22001 on a label that is empty or has more than 1000 bytes';

CREATE FUNCTION smartcare.episode_agg_phase(smartcare.episode, text, tstzrange) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_agg_phase(smartcare.episode, text, tstzrange) IS
'Adds a phase to an episode: transition function of episode_agg(text, tstzrange)';

CREATE FUNCTION smartcare.episode_agg_episode(smartcare.episode, smartcare.episode) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_agg_episode(smartcare.episode, smartcare.episode) IS
'Adds the phases of an episode to another: transition function of episode_agg(episode), combine function of both';

CREATE AGGREGATE smartcare.episode_agg(label text, period tstzrange) (
	SFUNC = smartcare.episode_agg_phase,
	STYPE = smartcare.episode,
	SSPACE = 700,
	COMBINEFUNC = smartcare.episode_agg_episode,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE smartcare.episode_agg(text, tstzrange) IS
'Episode of phases in any order, every row a phase, equal ones too; rows with a null label or period are left out; NULL of no rows; raises as episode(text, tstzrange)';

CREATE AGGREGATE smartcare.episode_agg(smartcare.episode) (
	SFUNC = smartcare.episode_agg_episode,
	STYPE = smartcare.episode,
	SSPACE = 700,
	COMBINEFUNC = smartcare.episode_agg_episode,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE smartcare.episode_agg(smartcare.episode) IS
'Episode of all phases of several, equal ones too; nulls are left out; NULL of no rows';

CREATE FUNCTION smartcare.episode_concat(smartcare.episode, smartcare.episode) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_concat(smartcare.episode, smartcare.episode) IS
'Episode of the phases of both, equal ones too; the other where one is NULL: operator ||';

CREATE OPERATOR smartcare.|| (
	LEFTARG = smartcare.episode,
	RIGHTARG = smartcare.episode,
	FUNCTION = smartcare.episode_concat,
	COMMUTATOR = OPERATOR(smartcare.||)
);
COMMENT ON OPERATOR smartcare.|| (smartcare.episode, smartcare.episode) IS
'Episode of the phases of both, equal ones too; the other where one is NULL';

-- Changing it.

CREATE FUNCTION smartcare.start_phase(smartcare.episode, label text, at timestamptz) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_start_phase';
COMMENT ON FUNCTION smartcare.start_phase(smartcare.episode, text, timestamptz) IS
'The episode with one more phase, open; one of that phase where it is NULL; raises 55000 if a phase of that label is open already, 22004 on a null label or time, 22008 on an infinite time, 22023 and 22001 on a label that is empty or has more than 1000 bytes';

CREATE FUNCTION smartcare.end_phase(smartcare.episode, label text, at timestamptz) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_end_phase';
COMMENT ON FUNCTION smartcare.end_phase(smartcare.episode, text, timestamptz) IS
'The episode with all open phases of that label ended; raises 55000 if none is open, 22023 unless the time is after their start, 22004 on a null label or time, 22008 on an infinite time';

CREATE FUNCTION smartcare.slice(smartcare.episode, period tstzrange) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_slice';
COMMENT ON FUNCTION smartcare.slice(smartcare.episode, tstzrange) IS
'What of the phases lies in a range, cut at its ends; NULL if there is nothing';

CREATE FUNCTION smartcare.relabel(smartcare.episode, from_label text, to_label text) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_relabel';
COMMENT ON FUNCTION smartcare.relabel(smartcare.episode, text, text) IS
'The episode with the second label wherever it had the first; raises 22023 and 22001 if it is empty or has more than 1000 bytes';

CREATE FUNCTION smartcare.merge_phases(smartcare.episode, label text, gap interval DEFAULT '0') RETURNS smartcare.episode
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_merge_phases';
COMMENT ON FUNCTION smartcare.merge_phases(smartcare.episode, text, interval) IS
'The episode with phases of a label made one that overlap, touch, or are no further apart than the gap, with days of 24 hours; raises 22023 on a gap that is negative or has months';

CREATE FUNCTION smartcare.delete_time(smartcare.episode, label text, periods tstzmultirange) RETURNS smartcare.episode
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_delete_time';
COMMENT ON FUNCTION smartcare.delete_time(smartcare.episode, text, tstzmultirange) IS
'The episode with these times cut out of the phases of a label, which may divide them; NULL if nothing is left';

-- What its summary tells: these read the front of a stored value only.

CREATE FUNCTION smartcare.num_phases(smartcare.episode) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'episode_num_phases';
COMMENT ON FUNCTION smartcare.num_phases(smartcare.episode) IS
'Number of phases';

CREATE FUNCTION smartcare.start_time(smartcare.episode) RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'episode_start_time';
COMMENT ON FUNCTION smartcare.start_time(smartcare.episode) IS
'When the first phase starts';

CREATE FUNCTION smartcare.end_time(smartcare.episode) RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'episode_end_time';
COMMENT ON FUNCTION smartcare.end_time(smartcare.episode) IS
'When the last phase ends; NULL while one is open';

CREATE FUNCTION smartcare.time_span(smartcare.episode) RETURNS tstzrange
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'episode_time_span';
COMMENT ON FUNCTION smartcare.time_span(smartcare.episode) IS
'Range from the first start to the last end, without an end while a phase is open';

CREATE FUNCTION smartcare.is_open(smartcare.episode) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'episode_is_open';
COMMENT ON FUNCTION smartcare.is_open(smartcare.episode) IS
'Whether a phase is open';

