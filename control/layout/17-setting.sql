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
	('record', left(replace(gen_random_uuid()::text, '-', ''), 12), 'Twelve hexadecimal digits that tell this record from all others: the identities of what is exported begin with them. Never to be changed.');
