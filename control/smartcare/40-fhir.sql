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

-- Finding one's way in a Bundle.

CREATE FUNCTION smartcare.fhir_id_is_valid(value text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.fhir_id_is_valid(text) IS
'Whether a text is an id as FHIR has them: 1 to 64 letters of ASCII, digits, dots and hyphens';

CREATE FUNCTION smartcare.fhir_entry(bundle jsonb, reference text) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.fhir_entry(jsonb, text) IS
'The place, from 0, of the first entry of a FHIR Bundle that a reference leads to: by type/id of its resource, else by its full URL; NULL if there is none';

CREATE FUNCTION smartcare.fhir_entries(bundle jsonb, type text) RETURNS integer[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.fhir_entries(jsonb, text) IS
'The places, from 0, of the entries of a FHIR Bundle whose resources are of a type';

CREATE FUNCTION smartcare.fhir_bundle_faults(bundle jsonb) RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.fhir_bundle_faults(jsonb) IS
'What is wrong with the entries of a FHIR Bundle, a row {fault, value, FHIRPath} for each fault, NULL if nothing is: entry (no resource with type and valid id), resource-repeated, header (several MessageHeaders), reference (leads to nothing in the Bundle, and is no earlier letter of a Provenance; the first 1001), or too-long alone (more than 1000 entries or 10000 references)';
