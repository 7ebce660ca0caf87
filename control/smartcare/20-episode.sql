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

