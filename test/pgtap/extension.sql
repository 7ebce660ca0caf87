BEGIN;
SELECT plan(1);

SELECT is(smartcare.version(), extversion, 'the library is of the script''s version')
FROM pg_extension WHERE extname = 'smartcare';

SELECT * FROM finish();
ROLLBACK;
