-- Parts numbered below 50 make tables, with their comments: setup() runs them once. Parts from 50 on (functions,
-- triggers, views, privileges) use CREATE OR REPLACE only: migrate() runs them again. Names in care and smartcare
-- are qualified; the search path has pg_catalog alone.

COMMENT ON SCHEMA care IS 'The shared-care record, made by smartcare.setup()';

CREATE TABLE care.layout (
	version integer PRIMARY KEY,
	extension_version text NOT NULL,
	at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE care.layout IS 'The versions that these tables have had; the highest is the one they have';
COMMENT ON COLUMN care.layout.version IS 'What smartcare.layout_version() was';
COMMENT ON COLUMN care.layout.extension_version IS 'The extension that last made the views and functions of this version';
COMMENT ON COLUMN care.layout.at IS 'When it did';
