-- The types work in any encoding, the layout in UTF8 only.
\set SHOW_CONTEXT never
\set database :DBNAME
CREATE DATABASE regress_latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;
\connect regress_latin1
CREATE EXTENSION smartcare;
SELECT smartcare.setup();
\connect :database
DROP DATABASE regress_latin1;

CREATE DATABASE regress_ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0;
\connect regress_ascii
CREATE EXTENSION smartcare;
SELECT smartcare.setup();
\connect :database
DROP DATABASE regress_ascii;
