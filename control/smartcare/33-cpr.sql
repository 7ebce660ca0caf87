-- The type cpr: a Danish civil registration number, or a replacement for one.

CREATE TYPE smartcare.cpr;

CREATE FUNCTION smartcare.cpr_in(cstring) RETURNS smartcare.cpr
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.cpr_out(smartcare.cpr) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.cpr_recv(internal) RETURNS smartcare.cpr
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';

CREATE FUNCTION smartcare.cpr_send(smartcare.cpr) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';

-- Eight bytes, by value where bigint is.
CREATE TYPE smartcare.cpr (
	INPUT = smartcare.cpr_in,
	OUTPUT = smartcare.cpr_out,
	RECEIVE = smartcare.cpr_recv,
	SEND = smartcare.cpr_send,
	LIKE = bigint
);

COMMENT ON TYPE smartcare.cpr IS
'Danish civil registration (CPR) number, or a replacement number; read as DDMMYY-SSSS or DDMMYYSSSS, written without the hyphen, ordered as text. A check digit is not demanded: valid numbers lack it since 1 October 2007 (cpr.dk)';
COMMENT ON FUNCTION smartcare.cpr_in(cstring) IS
'Text input of cpr; raises 22P02 on malformed text, 22008 on a date that does not exist';
COMMENT ON FUNCTION smartcare.cpr_out(smartcare.cpr) IS
'Text output of cpr: ten characters';
COMMENT ON FUNCTION smartcare.cpr_recv(internal) IS
'Binary input of cpr; raises 22P03 on what is no number, 0A000 on an unknown version';
COMMENT ON FUNCTION smartcare.cpr_send(smartcare.cpr) IS
'Binary output of cpr: version 1 and ten characters';

-- What a number says.

CREATE FUNCTION smartcare.cpr_kind(smartcare.cpr) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.cpr_kind(smartcare.cpr) IS
'What sort of number it is: ''CPR''; ''X-eCPR'', a national replacement number, DDMMYY[17]AAG; ''D-eCPR'', a local one, DDMMYY[056]AAG (both: HL7 Denmark, dk-core); ''day+60'', a local one with 60 added to the day and a serial number up to 5999 (cpr.dk, MedCom). One number is one person for the first two only';

CREATE FUNCTION smartcare.cpr_has_check_digit(smartcare.cpr) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.cpr_has_check_digit(smartcare.cpr) IS
'Whether the digits, weighted 4, 3, 2, 7, 6, 5, 4, 3, 2, 1, add up to a multiple of 11; false of a number with letters. For information: valid numbers need not (cpr.dk)';

CREATE FUNCTION smartcare.birth_date(smartcare.cpr) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'cpr_birth_date';
COMMENT ON FUNCTION smartcare.birth_date(smartcare.cpr) IS
'Birth date that the number says. The seventh character tells the century: 0-3 1900; 4 and 9 2000 for years 00-36, else 1900; 5-8 2000 for years 00-57, else 1800 (cpr.dk); of an eCPR 0 and 1 1900, 5 1800, 6 and 7 2000 (dk-core)';

CREATE FUNCTION smartcare.sex(smartcare.cpr) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'cpr_sex';
COMMENT ON FUNCTION smartcare.sex(smartcare.cpr) IS
'''male'' of a number whose last digit is odd, else ''female'', as the codes of FHIR''s administrative gender (cpr.dk)';

CREATE FUNCTION smartcare.age_on(smartcare.cpr, date) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'cpr_age_on';
COMMENT ON FUNCTION smartcare.age_on(smartcare.cpr, date) IS
'Full years from the birth date to a date; who was born on 29 February turns older on 1 March in years without it; NULL before the birth date and of an infinite date';

-- Comparison and hashing: those of bigint.

CREATE FUNCTION smartcare.cpr_eq(smartcare.cpr, smartcare.cpr) RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1
AS 'int8eq';
COMMENT ON FUNCTION smartcare.cpr_eq(smartcare.cpr, smartcare.cpr) IS 'Implementation of operator =';

CREATE FUNCTION smartcare.cpr_ne(smartcare.cpr, smartcare.cpr) RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1
AS 'int8ne';
COMMENT ON FUNCTION smartcare.cpr_ne(smartcare.cpr, smartcare.cpr) IS 'Implementation of operator <>';

CREATE FUNCTION smartcare.cpr_lt(smartcare.cpr, smartcare.cpr) RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1
AS 'int8lt';
COMMENT ON FUNCTION smartcare.cpr_lt(smartcare.cpr, smartcare.cpr) IS 'Implementation of operator <';

CREATE FUNCTION smartcare.cpr_le(smartcare.cpr, smartcare.cpr) RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1
AS 'int8le';
COMMENT ON FUNCTION smartcare.cpr_le(smartcare.cpr, smartcare.cpr) IS 'Implementation of operator <=';

CREATE FUNCTION smartcare.cpr_gt(smartcare.cpr, smartcare.cpr) RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1
AS 'int8gt';
COMMENT ON FUNCTION smartcare.cpr_gt(smartcare.cpr, smartcare.cpr) IS 'Implementation of operator >';

CREATE FUNCTION smartcare.cpr_ge(smartcare.cpr, smartcare.cpr) RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1
AS 'int8ge';
COMMENT ON FUNCTION smartcare.cpr_ge(smartcare.cpr, smartcare.cpr) IS 'Implementation of operator >=';

CREATE FUNCTION smartcare.cpr_cmp(smartcare.cpr, smartcare.cpr) RETURNS integer
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1
AS 'btint8cmp';
COMMENT ON FUNCTION smartcare.cpr_cmp(smartcare.cpr, smartcare.cpr) IS 'Comparison for btree';

CREATE FUNCTION smartcare.cpr_hash(smartcare.cpr) RETURNS integer
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1
AS 'hashint8';
COMMENT ON FUNCTION smartcare.cpr_hash(smartcare.cpr) IS 'Hash';

CREATE FUNCTION smartcare.cpr_hash_extended(smartcare.cpr, bigint) RETURNS bigint
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1
AS 'hashint8extended';
COMMENT ON FUNCTION smartcare.cpr_hash_extended(smartcare.cpr, bigint) IS 'Hash with a seed';

CREATE FUNCTION smartcare.cpr_sortsupport(internal) RETURNS void
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'btint8sortsupport';
COMMENT ON FUNCTION smartcare.cpr_sortsupport(internal) IS 'Sort support';

CREATE OPERATOR smartcare.= (
	LEFTARG = smartcare.cpr,
	RIGHTARG = smartcare.cpr,
	FUNCTION = smartcare.cpr_eq,
	COMMUTATOR = OPERATOR(smartcare.=),
	NEGATOR = OPERATOR(smartcare.<>),
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES,
	MERGES
);
COMMENT ON OPERATOR smartcare.= (smartcare.cpr, smartcare.cpr) IS 'Equal, as text';

CREATE OPERATOR smartcare.<> (
	LEFTARG = smartcare.cpr,
	RIGHTARG = smartcare.cpr,
	FUNCTION = smartcare.cpr_ne,
	COMMUTATOR = OPERATOR(smartcare.<>),
	NEGATOR = OPERATOR(smartcare.=),
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
COMMENT ON OPERATOR smartcare.<> (smartcare.cpr, smartcare.cpr) IS 'Different, as text';

CREATE OPERATOR smartcare.< (
	LEFTARG = smartcare.cpr,
	RIGHTARG = smartcare.cpr,
	FUNCTION = smartcare.cpr_lt,
	COMMUTATOR = OPERATOR(smartcare.>),
	NEGATOR = OPERATOR(smartcare.>=),
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR smartcare.< (smartcare.cpr, smartcare.cpr) IS 'Before, as text';

CREATE OPERATOR smartcare.<= (
	LEFTARG = smartcare.cpr,
	RIGHTARG = smartcare.cpr,
	FUNCTION = smartcare.cpr_le,
	COMMUTATOR = OPERATOR(smartcare.>=),
	NEGATOR = OPERATOR(smartcare.>),
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR smartcare.<= (smartcare.cpr, smartcare.cpr) IS 'Before or equal, as text';

CREATE OPERATOR smartcare.> (
	LEFTARG = smartcare.cpr,
	RIGHTARG = smartcare.cpr,
	FUNCTION = smartcare.cpr_gt,
	COMMUTATOR = OPERATOR(smartcare.<),
	NEGATOR = OPERATOR(smartcare.<=),
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR smartcare.> (smartcare.cpr, smartcare.cpr) IS 'After, as text';

CREATE OPERATOR smartcare.>= (
	LEFTARG = smartcare.cpr,
	RIGHTARG = smartcare.cpr,
	FUNCTION = smartcare.cpr_ge,
	COMMUTATOR = OPERATOR(smartcare.<=),
	NEGATOR = OPERATOR(smartcare.<),
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);
COMMENT ON OPERATOR smartcare.>= (smartcare.cpr, smartcare.cpr) IS 'After or equal, as text';

CREATE OPERATOR CLASS smartcare.cpr_ops DEFAULT FOR TYPE smartcare.cpr USING btree AS
	OPERATOR 1 smartcare.<,
	OPERATOR 2 smartcare.<=,
	OPERATOR 3 smartcare.=,
	OPERATOR 4 smartcare.>=,
	OPERATOR 5 smartcare.>,
	FUNCTION 1 smartcare.cpr_cmp(smartcare.cpr, smartcare.cpr),
	FUNCTION 2 smartcare.cpr_sortsupport(internal),
	FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR FAMILY smartcare.cpr_ops USING btree IS 'Order of CPR numbers, as text';
COMMENT ON OPERATOR CLASS smartcare.cpr_ops USING btree IS 'Order of CPR numbers, as text';

CREATE OPERATOR CLASS smartcare.cpr_ops DEFAULT FOR TYPE smartcare.cpr USING hash AS
	OPERATOR 1 smartcare.=,
	FUNCTION 1 smartcare.cpr_hash(smartcare.cpr),
	FUNCTION 2 smartcare.cpr_hash_extended(smartcare.cpr, bigint);
COMMENT ON OPERATOR FAMILY smartcare.cpr_ops USING hash IS 'Equality of CPR numbers';
COMMENT ON OPERATOR CLASS smartcare.cpr_ops USING hash IS 'Equality of CPR numbers';
