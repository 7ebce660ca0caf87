-- Looking into an episode.

CREATE FUNCTION smartcare.episode_rows_support(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.episode_rows_support(internal) IS
'Planner support: the number of rows of unnest(episode) and transitions(episode)';

CREATE FUNCTION smartcare.unnest(smartcare.episode, OUT label text, OUT period tstzrange) RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 ROWS 20 SUPPORT smartcare.episode_rows_support
AS 'MODULE_PATHNAME', 'episode_unnest';
COMMENT ON FUNCTION smartcare.unnest(smartcare.episode) IS
'The phases as rows, in order of start, end and label';

CREATE FUNCTION smartcare.transitions(smartcare.episode, OUT from_label text, OUT to_label text, OUT at timestamptz, OUT gap interval) RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 ROWS 20 SUPPORT smartcare.episode_rows_support
AS 'MODULE_PATHNAME', 'episode_transitions';
COMMENT ON FUNCTION smartcare.transitions(smartcare.episode) IS
'From each phase to the next in order of start, end and label: when the next starts, and how long after the end of the one before, with days of 24 hours; less than 0 where they overlap, NULL after an open phase';

CREATE FUNCTION smartcare.num_handovers(smartcare.episode) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'episode_num_handovers';
COMMENT ON FUNCTION smartcare.num_handovers(smartcare.episode) IS
'Number of transitions from one label to another';

CREATE FUNCTION smartcare.follows(smartcare.episode, allowed text[]) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_follows';
COMMENT ON FUNCTION smartcare.follows(smartcare.episode, text[]) IS
'The first transition that is not among the pairs {{from, to}, ...}, as "from -> to"; NULL if all are; if there are pairs whose first is null, they tell how to begin; raises 2202E unless given pairs, 22004 on a pair that leads to null';

CREATE FUNCTION smartcare.labels(smartcare.episode) RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'episode_labels';
COMMENT ON FUNCTION smartcare.labels(smartcare.episode) IS
'The labels, each once, in order of their bytes';

CREATE FUNCTION smartcare.labels_at(smartcare.episode, at timestamptz) RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'episode_labels_at';
COMMENT ON FUNCTION smartcare.labels_at(smartcare.episode, timestamptz) IS
'The labels of the phases that go on at an instant, each once, in order of their bytes; empty if none does';

CREATE FUNCTION smartcare.coverage(smartcare.episode) RETURNS tstzmultirange
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_get_coverage';
COMMENT ON FUNCTION smartcare.coverage(smartcare.episode) IS
'The time in which at least one phase goes on';

CREATE FUNCTION smartcare.coverage(smartcare.episode, label text) RETURNS tstzmultirange
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_get_coverage';
COMMENT ON FUNCTION smartcare.coverage(smartcare.episode, text) IS
'The time in which at least one phase of a label goes on; empty if there is none';

CREATE CAST (smartcare.episode AS tstzmultirange) WITH FUNCTION smartcare.coverage(smartcare.episode);
COMMENT ON CAST (smartcare.episode AS tstzmultirange) IS
'The time in which at least one phase goes on';

CREATE FUNCTION smartcare.gaps(smartcare.episode) RETURNS tstzmultirange
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
RETURN tstzmultirange(smartcare.time_span($1)) - smartcare.coverage($1);
COMMENT ON FUNCTION smartcare.gaps(smartcare.episode) IS
'The time between first start and last end in which no phase goes on';

CREATE FUNCTION smartcare.overlap(smartcare.episode, label text, other_label text) RETURNS tstzmultirange
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
RETURN smartcare.coverage($1, $2) * smartcare.coverage($1, $3);
COMMENT ON FUNCTION smartcare.overlap(smartcare.episode, text, text) IS
'The time in which phases of both labels go on';

CREATE FUNCTION smartcare.duration(smartcare.episode) RETURNS interval
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_duration';
COMMENT ON FUNCTION smartcare.duration(smartcare.episode) IS
'How long at least one phase goes on, in days of 24 hours; NULL while one is open';

CREATE FUNCTION smartcare.duration(smartcare.episode, label text) RETURNS interval
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_duration';
COMMENT ON FUNCTION smartcare.duration(smartcare.episode, text) IS
'How long at least one phase of a label goes on, in days of 24 hours; NULL while one is open; 0 if there is none';

CREATE FUNCTION smartcare.duration(smartcare.episode, label text, until timestamptz) RETURNS interval
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_duration';
COMMENT ON FUNCTION smartcare.duration(smartcare.episode, text, timestamptz) IS
'How long at least one phase of a label goes on before an instant, in days of 24 hours; 0 if there is none';

CREATE FUNCTION smartcare.bed_days(smartcare.episode, label text, period tstzrange, zone text) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'episode_bed_days';
COMMENT ON FUNCTION smartcare.bed_days(smartcare.episode, text, tstzrange, text) IS
'Number of midnights of a time zone, within a period, at which a phase of a label goes on; so the bed days of parts of a period add up; raises 22023 on an unknown time zone, or if a phase is open and the period has no end';

CREATE FUNCTION smartcare.first_phase(smartcare.episode, label text) RETURNS tstzrange
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'episode_first_phase';
COMMENT ON FUNCTION smartcare.first_phase(smartcare.episode, text) IS
'Period of the first phase of a label, in order of start and end; NULL if there is none';

CREATE FUNCTION smartcare.last_phase(smartcare.episode, label text) RETURNS tstzrange
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'episode_last_phase';
COMMENT ON FUNCTION smartcare.last_phase(smartcare.episode, text) IS
'Period of the last phase of a label, in order of start and end; NULL if there is none';

-- Relations in time.

CREATE FUNCTION smartcare.allen(tstzrange, tstzrange) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME', 'episode_allen';
COMMENT ON FUNCTION smartcare.allen(tstzrange, tstzrange) IS
'How the first period lies to the second: before, meets, overlaps, starts, during, finishes, equals, or one of their inverses after, met by, overlapped by, started by, contains, finished by; NULL if one is empty; after Allen, CACM 26 (1983)';

CREATE FUNCTION smartcare.allen(
	smartcare.episode,
	OUT label text,
	OUT period tstzrange,
	OUT relation text,
	OUT other_label text,
	OUT other_period tstzrange
) RETURNS SETOF record
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 200
BEGIN ATOMIC
	SELECT a.label, a.period, smartcare.allen(a.period, b.period), b.label, b.period
	FROM smartcare.unnest($1) WITH ORDINALITY AS a(label, period, number)
	JOIN smartcare.unnest($1) WITH ORDINALITY AS b(label, period, number) ON a.number < b.number
	ORDER BY a.number, b.number;
END;
COMMENT ON FUNCTION smartcare.allen(smartcare.episode) IS
'How each phase lies to each that comes after it in order: as many rows as pairs of phases';

-- For others to read.

CREATE FUNCTION smartcare.to_jsonb(smartcare.episode) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
BEGIN ATOMIC
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('label', label, 'start', lower(period), 'end', upper(period))) ORDER BY number)
	FROM smartcare.unnest($1) WITH ORDINALITY AS phase(label, period, number);
END;
COMMENT ON FUNCTION smartcare.to_jsonb(smartcare.episode) IS
'Array of the phases, each an object of label, start and, unless open, end, in ISO 8601 in the session''s time zone';

CREATE CAST (smartcare.episode AS jsonb) WITH FUNCTION smartcare.to_jsonb(smartcare.episode);
COMMENT ON CAST (smartcare.episode AS jsonb) IS
'Array of the phases, each an object of label, start and, unless open, end';
