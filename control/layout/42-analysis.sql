-- Analysts: what a project may see of citizens whom it cannot tell from others.

CREATE TABLE care.analysis_project (
	name text PRIMARY KEY CHECK (name <> ''),
	purpose text NOT NULL CHECK (btrim(purpose) <> ''),
	key bytea NOT NULL CHECK (octet_length(key) = 32),
	key_at timestamptz NOT NULL DEFAULT now(),
	members name[] NOT NULL DEFAULT '{}',
	valid daterange NOT NULL,
	granularity text NOT NULL DEFAULT 'week' CHECK (granularity IN ('day', 'week', 'month')),
	shift_weeks integer NOT NULL DEFAULT 26 CHECK (shift_weeks BETWEEN 0 AND 520),
	age_band integer NOT NULL DEFAULT 5 CHECK (age_band BETWEEN 1 AND 50),
	minimum_cell integer NOT NULL DEFAULT 5 CHECK (minimum_cell >= 3),
	CHECK (shift_weeks > 0 OR granularity <> 'day'),
	CHECK (NOT isempty(valid) AND NOT upper_inf(valid))
);

COMMENT ON TABLE care.analysis_project IS
'Projects of analysts. Pseudonyms of one cannot be matched with those of another, nor with those from before care.rotate_analysis_key().';
COMMENT ON COLUMN care.analysis_project.name IS 'By which its functions know it.';
COMMENT ON COLUMN care.analysis_project.purpose IS 'What it is for.';
COMMENT ON COLUMN care.analysis_project.key IS 'Of the pseudonyms and of the shifting of dates: random, and secret. Whoever has it can tell whom a pseudonym is.';
COMMENT ON COLUMN care.analysis_project.key_at IS 'Since when it has this key.';
COMMENT ON COLUMN care.analysis_project.members IS 'The roles that may read it, which have to be members of care_analyst besides.';
COMMENT ON COLUMN care.analysis_project.valid IS 'On which days it may be read, in the setting "zone".';
COMMENT ON COLUMN care.analysis_project.granularity IS 'Dates are those of the first day of their day, week or month.';
COMMENT ON COLUMN care.analysis_project.shift_weeks IS
'All dates of a citizen are earlier by one number of whole weeks, of each citizen another, from 0 to this.';
COMMENT ON COLUMN care.analysis_project.age_band IS 'How many years of birth are one; 1: each of its own.';
COMMENT ON COLUMN care.analysis_project.minimum_cell IS 'What is true of fewer citizens than this is not told.';
