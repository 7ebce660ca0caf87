\echo Use "CREATE EXTENSION smartcare" to load this file. \quit

GRANT USAGE ON SCHEMA smartcare TO PUBLIC;
COMMENT ON SCHEMA smartcare IS 'Types and functions of the extension smartcare; they touch no table';

CREATE FUNCTION smartcare.version() RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'smartcare_version';
COMMENT ON FUNCTION smartcare.version() IS
'Version of the library that is loaded; after an update it equals pg_extension.extversion';

