-- Units of measure, in the notation of UCUM (https://ucum.org).

CREATE FUNCTION smartcare.unit_is_valid(unit text, ignore_case boolean DEFAULT false) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.unit_is_valid(text, boolean) IS
'Whether a text is a unit in UCUM notation: with its case-sensitive codes, or with its other ones without regard to case';

CREATE FUNCTION smartcare.unit_canonical(unit text, ignore_case boolean DEFAULT false) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.unit_canonical(text, boolean) IS
'The one spelling of a product of units, in case-sensitive codes: terms in the order of their codes, each once, without parentheses and annotations; raises 22P02 for what is no unit';

CREATE FUNCTION smartcare.unit_dimension(unit text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.unit_dimension(text) IS
'What a unit measures, as powers of length L, mass M, time T, charge Q, temperature C, luminous intensity F, angle A and arbitrary units, 1 if of none; raises 22P02 for what is no unit, 54000 for a factor of more digits than are kept';

CREATE FUNCTION smartcare.unit_commensurable(a text, b text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.unit_commensurable(text, text) IS
'Whether two units have the same dimension, so that one converts to the other; raises 22P02 and 54000 as unit_dimension() does';

CREATE FUNCTION smartcare.unit_display(unit text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.unit_display(text) IS
'The unit as people read it, with symbols and superscripts; as it is if the server''s encoding lacks one of them; raises 22P02 for what is no unit';

CREATE FUNCTION smartcare.unit_code(spelling text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.unit_code(text) IS
'The UCUM unit for what somebody wrote: the text itself if it is one, respelled with micro signs and superscripts in ASCII, or by unit_aliases(); NULL if it is none of these';

CREATE FUNCTION smartcare.unit_aliases(OUT alias text, OUT code text) RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 200
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.unit_aliases() IS
'The spellings that unit_code() knows beside UCUM, without those that the server''s encoding lacks characters for; case does not count';

CREATE FUNCTION smartcare.unit_convert(value float8, "from" text, "to" text, molar_mass float8 DEFAULT NULL) RETURNS float8
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.unit_convert(float8, text, text, float8) IS
'A number of one unit in another, a decimal of up to 15 digits converted exactly and rounded once; molar_mass in g/mol converts between mass and substance and is ignored elsewhere; NULL if value or unit is; raises 22P02 for what is no unit, 22023 for units of different dimension, a molar mass that is missing or not positive, 22003 where the result is out of range or off the scale, 54000 as unit_dimension()';

CREATE FUNCTION smartcare.unit_convert(points smartcare.series, "from" text, "to" text, molar_mass float8 DEFAULT NULL) RETURNS smartcare.series
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'unit_convert_series';
COMMENT ON FUNCTION smartcare.unit_convert(smartcare.series, text, text, float8) IS
'A series of one unit in another, each value as unit_convert(float8, text, text, float8) converts it, and with the same errors';
