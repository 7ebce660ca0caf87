-- For tests of care at home: who gives it, citizens by number, and the first of them in :c.
INSERT INTO care.organization (id, sector, name, parent) VALUES
	(-1, 'general practice', 'practice', NULL), (-2, 'hospital', 'hospital', NULL), (-3, 'municipality', 'municipality', NULL),
	(-4, 'municipality', 'home nursing', -3);
CREATE FUNCTION pg_temp.person(n int) RETURNS bigint LANGUAGE sql AS $$
	SELECT care.register_citizen('{urn:oid:1.2.208.176.1.2}', ARRAY['010101' || lpad(n::text, 4, '0')], 'P' || n, general_practice => -1)
$$;
SELECT pg_temp.person(1) AS c \gset
\ir workflow.sql
