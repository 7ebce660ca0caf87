-- Series as JSON, and as SampledData of FHIR.

CREATE FUNCTION smartcare.series_to_json(smartcare.series) RETURNS json
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_to_json(smartcare.series) IS
'The points as an array of {"time": ISO 8601 in UTC, "value": number with the fewest digits that give it back}: cast to json, which to_json() and to_jsonb() of rows use';

CREATE FUNCTION smartcare.series_to_jsonb(smartcare.series) RETURNS jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_to_jsonb(smartcare.series) IS
'The points as an array of {"time": ISO 8601 in UTC, "value": number}: cast to jsonb; exact, but that jsonb has no -0';

CREATE FUNCTION smartcare.series_from_jsonb(jsonb) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_from_jsonb(jsonb) IS
'Series of an array of {"time": ISO 8601 with an offset from UTC, "value": number}, in any order: cast from jsonb; NULL of an empty array; raises 22P02 on anything else and on two values at one instant, 22003 on a value out of range';

CREATE CAST (smartcare.series AS json) WITH FUNCTION smartcare.series_to_json(smartcare.series);
COMMENT ON CAST (smartcare.series AS json) IS
'An array of {"time": ..., "value": ...}';
CREATE CAST (smartcare.series AS jsonb) WITH FUNCTION smartcare.series_to_jsonb(smartcare.series);
COMMENT ON CAST (smartcare.series AS jsonb) IS
'An array of {"time": ..., "value": ...}';
CREATE CAST (jsonb AS smartcare.series) WITH FUNCTION smartcare.series_from_jsonb(jsonb);
COMMENT ON CAST (jsonb AS smartcare.series) IS
'Of an array of {"time": ..., "value": ...}';

CREATE FUNCTION smartcare.series_from_sampled_data(data jsonb, start timestamptz, beyond text DEFAULT 'error') RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.series_from_sampled_data(jsonb, timestamptz, text) IS
'Series of SampledData (FHIR R4) of one dimension whose first sample is at start: origin + factor * number at each period (milliseconds), reckoned in decimals and rounded once. Samples E are left out; L and U, below and above what could be measured, are an error, or left out (omit) or become lowerLimit and upperLimit (limit) as beyond says. NULL of no samples; raises 22023 on what is no such SampledData, 22003 on a value out of range, 22008 on a time out of range';

CREATE FUNCTION smartcare.sampled_data(smartcare.series, unit text DEFAULT NULL, period interval DEFAULT NULL) RETURNS jsonb
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_sampled_data';
COMMENT ON FUNCTION smartcare.sampled_data(smartcare.series, text, interval) IS
'SampledData (FHIR R4) of the series from its start_time() on: origin 0 in a UCUM unit, factor 1, and E where at a multiple of period (NULL: the longest that all points lie on) there is no point. Raises 22023 where points do not lie on the period, where less than one sample in 100 would have a value, and on a single point without a period';
