-- The type quantity: a number and its unit.

CREATE TYPE smartcare.quantity;

CREATE FUNCTION smartcare.quantity_in(cstring) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.quantity_out(smartcare.quantity) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.quantity_recv(internal) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.quantity_send(smartcare.quantity) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';

CREATE TYPE smartcare.quantity (
	INPUT = smartcare.quantity_in,
	OUTPUT = smartcare.quantity_out,
	RECEIVE = smartcare.quantity_recv,
	SEND = smartcare.quantity_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = main
);

COMMENT ON TYPE smartcare.quantity IS
'A number and its unit in UCUM notation, written 120 mm[Hg]; a number alone has the unit 1';
COMMENT ON FUNCTION smartcare.quantity_in(cstring) IS
'Text input of quantity; raises 22P02 on malformed text and on what is no unit, 22003 on a number out of range, 54000 as unit_dimension()';
COMMENT ON FUNCTION smartcare.quantity_out(smartcare.quantity) IS
'Text output of quantity, with the fewest digits that give back the number';
COMMENT ON FUNCTION smartcare.quantity_recv(internal) IS
'Binary input of quantity; raises 0A000 on an unknown version, and otherwise what text input does';
COMMENT ON FUNCTION smartcare.quantity_send(smartcare.quantity) IS
'Binary output of quantity: version 1, float8, and the unit as text';

-- Making one, and taking it apart.

CREATE FUNCTION smartcare.quantity(value float8, unit text) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'quantity_from_parts';
COMMENT ON FUNCTION smartcare.quantity(float8, text) IS
'Quantity of a number and a unit; raises 22003 for a number that is not finite or whose value in base units is not, 22P02 for what is no unit, 54000 as unit_dimension()';

CREATE FUNCTION smartcare.quantity(fhir jsonb) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'quantity_from_fhir';
COMMENT ON FUNCTION smartcare.quantity(jsonb) IS
'Quantity from the Quantity of FHIR: its code of UCUM, or, where no system is named, its code or unit as unit_code() reads it; raises 22023 for one without a value, with a comparator or of another system, 22P02 for what is no unit, 22003 for a number out of range, 54000 as unit_dimension()';

CREATE FUNCTION smartcare.fhir_quantity(smartcare.quantity) RETURNS jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'quantity_to_fhir';
COMMENT ON FUNCTION smartcare.fhir_quantity(smartcare.quantity) IS
'The Quantity of FHIR: value, unit for people to read, system and code';

CREATE FUNCTION smartcare.value(smartcare.quantity) RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'quantity_value';
COMMENT ON FUNCTION smartcare.value(smartcare.quantity) IS
'The number of a quantity';

CREATE FUNCTION smartcare.unit(smartcare.quantity) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'quantity_unit';
COMMENT ON FUNCTION smartcare.unit(smartcare.quantity) IS
'The unit of a quantity, as it was written';

CREATE FUNCTION smartcare.unit_convert(q smartcare.quantity, "to" text, molar_mass float8 DEFAULT NULL) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'quantity_convert';
COMMENT ON FUNCTION smartcare.unit_convert(smartcare.quantity, text, float8) IS
'The quantity in another unit, as unit_convert(float8, text, text, float8) converts it, and with the same errors';

CREATE FUNCTION smartcare.quantity_convert(smartcare.quantity, text) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_convert(smartcare.quantity, text) IS
'The quantity in another unit: operator ->';

CREATE OPERATOR smartcare.-> (
	LEFTARG = smartcare.quantity,
	RIGHTARG = text,
	FUNCTION = smartcare.quantity_convert
);
COMMENT ON OPERATOR smartcare.-> (smartcare.quantity, text) IS
'The quantity in another unit';

-- Comparison: by dimension, then by value in base units.

CREATE FUNCTION smartcare.quantity_eq(smartcare.quantity, smartcare.quantity) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_eq(smartcare.quantity, smartcare.quantity) IS
'Whether dimension and value in base units are the same: operator =';

CREATE FUNCTION smartcare.quantity_ne(smartcare.quantity, smartcare.quantity) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_ne(smartcare.quantity, smartcare.quantity) IS
'Whether dimension or value in base units differ: operator <>';

CREATE FUNCTION smartcare.quantity_lt(smartcare.quantity, smartcare.quantity) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_lt(smartcare.quantity, smartcare.quantity) IS
'Whether the first comes first, by dimension and value in base units: operator <';

CREATE FUNCTION smartcare.quantity_le(smartcare.quantity, smartcare.quantity) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_le(smartcare.quantity, smartcare.quantity) IS
'Whether the first comes first or equals the second: operator <=';

CREATE FUNCTION smartcare.quantity_ge(smartcare.quantity, smartcare.quantity) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_ge(smartcare.quantity, smartcare.quantity) IS
'Whether the first comes last or equals the second: operator >=';

CREATE FUNCTION smartcare.quantity_gt(smartcare.quantity, smartcare.quantity) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_gt(smartcare.quantity, smartcare.quantity) IS
'Whether the first comes last, by dimension and value in base units: operator >';

CREATE OPERATOR smartcare.= (
	LEFTARG = smartcare.quantity,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_eq,
	COMMUTATOR = OPERATOR(smartcare.=),
	NEGATOR = OPERATOR(smartcare.<>),
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES,
	MERGES
);
COMMENT ON OPERATOR smartcare.= (smartcare.quantity, smartcare.quantity) IS
'Whether dimension and value in base units are the same';

CREATE OPERATOR smartcare.<> (
	LEFTARG = smartcare.quantity,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_ne,
	COMMUTATOR = OPERATOR(smartcare.<>),
	NEGATOR = OPERATOR(smartcare.=),
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
COMMENT ON OPERATOR smartcare.<> (smartcare.quantity, smartcare.quantity) IS
'Whether dimension or value in base units differ';

CREATE OPERATOR smartcare.< (
	LEFTARG = smartcare.quantity,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_lt,
	COMMUTATOR = OPERATOR(smartcare.>),
	NEGATOR = OPERATOR(smartcare.>=),
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR smartcare.< (smartcare.quantity, smartcare.quantity) IS
'Whether the first comes first, by dimension and value in base units';

CREATE OPERATOR smartcare.<= (
	LEFTARG = smartcare.quantity,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_le,
	COMMUTATOR = OPERATOR(smartcare.>=),
	NEGATOR = OPERATOR(smartcare.>),
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR smartcare.<= (smartcare.quantity, smartcare.quantity) IS
'Whether the first comes first or equals the second';

CREATE OPERATOR smartcare.>= (
	LEFTARG = smartcare.quantity,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_ge,
	COMMUTATOR = OPERATOR(smartcare.<=),
	NEGATOR = OPERATOR(smartcare.<),
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);
COMMENT ON OPERATOR smartcare.>= (smartcare.quantity, smartcare.quantity) IS
'Whether the first comes last or equals the second';

CREATE OPERATOR smartcare.> (
	LEFTARG = smartcare.quantity,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_gt,
	COMMUTATOR = OPERATOR(smartcare.<),
	NEGATOR = OPERATOR(smartcare.<=),
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR smartcare.> (smartcare.quantity, smartcare.quantity) IS
'Whether the first comes last, by dimension and value in base units';

CREATE FUNCTION smartcare.quantity_cmp(smartcare.quantity, smartcare.quantity) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_cmp(smartcare.quantity, smartcare.quantity) IS
'Order of two quantities: -1, 0 or 1';

CREATE OPERATOR CLASS smartcare.quantity_ops DEFAULT FOR TYPE smartcare.quantity USING btree AS
	OPERATOR 1 smartcare.<,
	OPERATOR 2 smartcare.<=,
	OPERATOR 3 smartcare.=,
	OPERATOR 4 smartcare.>=,
	OPERATOR 5 smartcare.>,
	FUNCTION 1 smartcare.quantity_cmp(smartcare.quantity, smartcare.quantity);
COMMENT ON OPERATOR CLASS smartcare.quantity_ops USING btree IS
'Order of quantities, by dimension and value in base units';

CREATE FUNCTION smartcare.quantity_hash(smartcare.quantity) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_hash(smartcare.quantity) IS
'Hash of dimension and value in base units';

CREATE FUNCTION smartcare.quantity_hash_extended(smartcare.quantity, bigint) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_hash_extended(smartcare.quantity, bigint) IS
'Hash of dimension and value in base units, with a seed';

CREATE OPERATOR CLASS smartcare.quantity_ops DEFAULT FOR TYPE smartcare.quantity USING hash AS
	OPERATOR 1 smartcare.=,
	FUNCTION 1 smartcare.quantity_hash(smartcare.quantity),
	FUNCTION 2 smartcare.quantity_hash_extended(smartcare.quantity, bigint);
COMMENT ON OPERATOR CLASS smartcare.quantity_ops USING hash IS
'Hash of quantities';

CREATE FUNCTION smartcare.quantity_smaller(smartcare.quantity, smartcare.quantity) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_smaller(smartcare.quantity, smartcare.quantity) IS
'The lesser of two quantities';

CREATE FUNCTION smartcare.quantity_larger(smartcare.quantity, smartcare.quantity) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_larger(smartcare.quantity, smartcare.quantity) IS
'The greater of two quantities';

CREATE AGGREGATE smartcare.min(smartcare.quantity) (
	SFUNC = smartcare.quantity_smaller,
	STYPE = smartcare.quantity,
	COMBINEFUNC = smartcare.quantity_smaller,
	SORTOP = OPERATOR(smartcare.<),
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE smartcare.min(smartcare.quantity) IS
'The least quantity, in its own unit; of several that are equal any one';

CREATE AGGREGATE smartcare.max(smartcare.quantity) (
	SFUNC = smartcare.quantity_larger,
	STYPE = smartcare.quantity,
	COMBINEFUNC = smartcare.quantity_larger,
	SORTOP = OPERATOR(smartcare.>),
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE smartcare.max(smartcare.quantity) IS
'The greatest quantity, in its own unit; of several that are equal any one';

-- Arithmetic: units are reckoned with as the numbers are.

CREATE FUNCTION smartcare.quantity_add(smartcare.quantity, smartcare.quantity) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_add(smartcare.quantity, smartcare.quantity) IS
'Sum, in the unit of the first; raises 22023 for units of different dimension or not on a ratio scale, 22003 if it is out of range: operator +';

CREATE FUNCTION smartcare.quantity_subtract(smartcare.quantity, smartcare.quantity) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_subtract(smartcare.quantity, smartcare.quantity) IS
'Difference, in the unit of the first; raises 22023 for units of different dimension or not on a ratio scale, 22003 if it is out of range: operator -';

CREATE FUNCTION smartcare.quantity_multiply(smartcare.quantity, smartcare.quantity) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_multiply(smartcare.quantity, smartcare.quantity) IS
'Product, of numbers and of units; raises 22023 for a unit that is not on a ratio scale, 22003 if it is out of range, 54000 if its unit is too long: operator *';

CREATE FUNCTION smartcare.quantity_divide(smartcare.quantity, smartcare.quantity) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_divide(smartcare.quantity, smartcare.quantity) IS
'Quotient, of numbers and of units; raises 22012 for division by zero, 22023 for a unit that is not on a ratio scale, 22003 if it is out of range, 54000 if its unit is too long: operator /';

CREATE FUNCTION smartcare.quantity_times_number(smartcare.quantity, float8) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_times_number(smartcare.quantity, float8) IS
'So many times the quantity; raises 22023 for a unit that is not on a ratio scale, 22003 if it is out of range: operator *';

CREATE FUNCTION smartcare.number_times_quantity(float8, smartcare.quantity) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.number_times_quantity(float8, smartcare.quantity) IS
'So many times the quantity; raises 22023 for a unit that is not on a ratio scale, 22003 if it is out of range: operator *';

CREATE FUNCTION smartcare.quantity_over_number(smartcare.quantity, float8) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_over_number(smartcare.quantity, float8) IS
'The quantity divided by a number; raises 22012 for division by zero, 22023 for a unit that is not on a ratio scale, 22003 if it is out of range: operator /';

CREATE FUNCTION smartcare.quantity_minus(smartcare.quantity) RETURNS smartcare.quantity
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.quantity_minus(smartcare.quantity) IS
'The quantity with the other sign; raises 22023 for a unit that is not on a ratio scale: operator -';

CREATE OPERATOR smartcare.+ (
	LEFTARG = smartcare.quantity,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_add
);
COMMENT ON OPERATOR smartcare.+ (smartcare.quantity, smartcare.quantity) IS
'Sum, in the unit of the first';

CREATE OPERATOR smartcare.- (
	LEFTARG = smartcare.quantity,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_subtract
);
COMMENT ON OPERATOR smartcare.- (smartcare.quantity, smartcare.quantity) IS
'Difference, in the unit of the first';

CREATE OPERATOR smartcare.* (
	LEFTARG = smartcare.quantity,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_multiply,
	COMMUTATOR = OPERATOR(smartcare.*)
);
COMMENT ON OPERATOR smartcare.* (smartcare.quantity, smartcare.quantity) IS
'Product, of numbers and of units';

CREATE OPERATOR smartcare./ (
	LEFTARG = smartcare.quantity,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_divide
);
COMMENT ON OPERATOR smartcare./ (smartcare.quantity, smartcare.quantity) IS
'Quotient, of numbers and of units';

CREATE OPERATOR smartcare.* (
	LEFTARG = smartcare.quantity,
	RIGHTARG = float8,
	FUNCTION = smartcare.quantity_times_number,
	COMMUTATOR = OPERATOR(smartcare.*)
);
COMMENT ON OPERATOR smartcare.* (smartcare.quantity, float8) IS
'So many times the quantity';

CREATE OPERATOR smartcare.* (
	LEFTARG = float8,
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.number_times_quantity,
	COMMUTATOR = OPERATOR(smartcare.*)
);
COMMENT ON OPERATOR smartcare.* (float8, smartcare.quantity) IS
'So many times the quantity';

CREATE OPERATOR smartcare./ (
	LEFTARG = smartcare.quantity,
	RIGHTARG = float8,
	FUNCTION = smartcare.quantity_over_number
);
COMMENT ON OPERATOR smartcare./ (smartcare.quantity, float8) IS
'The quantity divided by a number';

CREATE OPERATOR smartcare.- (
	RIGHTARG = smartcare.quantity,
	FUNCTION = smartcare.quantity_minus
);
COMMENT ON OPERATOR smartcare.- (NONE, smartcare.quantity) IS
'The quantity with the other sign';
