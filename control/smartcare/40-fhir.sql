-- The dates and times of FHIR. None of these raises an error for what is no such time.

CREATE FUNCTION smartcare.fhir_instant(value text) RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.fhir_instant(text) IS
'The instant that a FHIR instant or dateTime names; NULL of a mere date, of a time of day without an offset, and of what is no FHIR time';

CREATE FUNCTION smartcare.fhir_start(value text, zone text) RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.fhir_start(text, text) IS
'When a FHIR date, dateTime or instant begins: a day, month or year with its first midnight in the time zone; NULL of what is no FHIR time; raises 22023 for an unknown time zone';

CREATE FUNCTION smartcare.fhir_end(value text, zone text) RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.fhir_end(text, text) IS
'When a FHIR date, dateTime or instant ends: a day, month or year with its last microsecond in the time zone; NULL of what is no FHIR time; raises 22023 for an unknown time zone';

CREATE FUNCTION smartcare.fhir_shape_fault(resource jsonb, shape jsonb) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.fhir_shape_fault(jsonb, jsonb) IS
'Something that is wrong with the shape of a FHIR resource, NULL if nothing is. A shape is an object of demands by dotted path: a JSON type, "date", "concept", an array of codes, or a shape that each element of an array must have; a path that ends in ! must be there';
