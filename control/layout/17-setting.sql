-- What a region decides for itself.

CREATE TABLE care.setting (
	name text PRIMARY KEY,
	value text NOT NULL,
	meaning text NOT NULL
);

COMMENT ON TABLE care.setting IS 'Settings of the record: UPDATE the values. None may be missing.';
COMMENT ON COLUMN care.setting.name IS 'By which functions and views know it.';
COMMENT ON COLUMN care.setting.value IS 'What holds here.';
COMMENT ON COLUMN care.setting.meaning IS 'What it decides.';

INSERT INTO care.setting (name, value, meaning) VALUES
	('zone', 'Europe/Copenhagen', 'The time zone of civil days, and of times from outside that name none.'),
	('pause_after', '4 hours', 'How long a stay in hospital lasts before it is proposed to pause services.'),
	('follow_up_within', '7 days', 'How soon after a discharge the citizen is to be seen.'),
	('rehabilitation_within', '7 days', 'How soon after a discharge rehabilitation is to begin: until the end of that civil day.'),
	('no_news_after', '7 days', 'How long a stay in hospital may last without news of it.'),
	('stuck_after', '14 days', 'How long a pathway may remain in a phase before care, or in a reassessment.'),
	('review_after', '12 months', 'How long after the last contact a citizen with a chronic condition is due for review.'),
	('chronic', '^D(E1[01]|F03|I10|I25|I48|I50|I69|J4[45]|N18)', 'Codes of conditions that are to be reviewed: a regular expression.'),
	('fall_stage_within', '14 days', 'How soon each stage of fall prevention follows the one before.'),
	('workload_days', '7', 'How many days care.workload shows, with today.');
