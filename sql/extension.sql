-- What setup() and migrate() answer.
\set SHOW_CONTEXT never
CALL smartcare.migrate();
SELECT smartcare.setup();
SELECT smartcare.setup();
CALL smartcare.migrate();
CALL smartcare.migrate(lock_timeout => '1min');
CALL smartcare.migrate(lock_timeout => 'a while');

-- A layout that a later extension made.
INSERT INTO care.layout (version, extension_version) VALUES (1000, '7.0.0');
CALL smartcare.migrate();
SET client_min_messages = warning;
DROP SCHEMA care CASCADE;

-- A schema that somebody else made.
CREATE SCHEMA care;
SELECT smartcare.setup();
CALL smartcare.migrate();
CREATE VIEW care.layout AS SELECT 1 AS version;
SELECT smartcare.setup();
DROP SCHEMA care CASCADE;
