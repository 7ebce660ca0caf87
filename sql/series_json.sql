-- Series as JSON and as SampledData.
SET search_path TO public, smartcare;
SET timezone = 'Europe/Copenhagen';
SET datestyle = 'ISO, YMD';

SELECT '{1.5@2026-03-01 08:00, 2@2026-03-01 09:00:00.5, -0@0044-03-15 12:00+00 BC, 7@20000-01-01 00:00+00}'::series::json;
SELECT '{1.5@2026-03-01 08:00, 2@2026-03-01 09:00:00.5, -0@0044-03-15 12:00+00 BC, 7@20000-01-01 00:00+00}'::series::jsonb;
SELECT '{1.5@2026-03-01 08:00, 2@2026-03-01 09:00:00.5, -0@0044-03-15 12:00+00 BC, 7@20000-01-01 00:00+00}'::series::jsonb::series;
SELECT to_jsonb(r) FROM (VALUES (7, '{1e300@2026-03-01}'::series)) AS r(citizen, points);
SELECT '[{"value": 2, "time": "2026-03-02T08:00:00.25+01:00"}, {"time": "2026-03-01 08:00:00-0130", "value": 1e0}, {"value": 2.0, "time": "2026-03-02T07:00:00.25Z"}]'::jsonb::series;
SELECT '[]'::jsonb::series IS NULL AS nothing;

-- What is refused.
SELECT '{}'::jsonb::series;
SELECT 'null'::jsonb::series;
SELECT '[1]'::jsonb::series;
SELECT '[[]]'::jsonb::series;
SELECT '[{"time": "2026-03-01T08:00:00Z", "value": 1}, {}]'::jsonb::series;
SELECT '[{"time": "2026-03-01T08:00:00Z"}]'::jsonb::series;
SELECT '[{"time": "2026-03-01T08:00:00Z", "value": 1, "comparator": "<"}]'::jsonb::series;
SELECT '[{"time": "2026-03-01T08:00:00Z", "value": "1"}]'::jsonb::series;
SELECT '[{"time": "2026-03-01T08:00:00Z", "value": null}]'::jsonb::series;
SELECT '[{"time": 1772348400, "value": 1}]'::jsonb::series;
SELECT '[{"time": "2026-03-01T08:00:00", "value": 1}]'::jsonb::series;
SELECT '[{"time": "2026-03-01T08:00:00 Europe/Copenhagen", "value": 1}]'::jsonb::series;
SELECT '[{"time": "01-02-2026T08:00:00Z", "value": 1}]'::jsonb::series;
SELECT '[{"time": "2026-02-30T08:00:00Z", "value": 1}]'::jsonb::series;
SELECT '[{"time": "infinity", "value": 1}]'::jsonb::series;
SELECT '[{"time": "", "value": 1}]'::jsonb::series;
SELECT '[{"time": "Z", "value": 1}]'::jsonb::series;
SELECT '[{"time": "999999-01-01T00:00:00Z", "value": 1}]'::jsonb::series;
SELECT '[{"time": "2026-03-01T08:00:00Z", "value": 1e309}]'::jsonb::series;
SELECT '[{"time": "2026-03-01T08:00:00Z", "value": 1}, {"time": "2026-03-01T09:00:00+01:00", "value": 2}]'::jsonb::series;

-- SampledData.
SELECT sampled_data('{1.5@2026-03-01 08:00, 2@2026-03-01 08:05, 3@2026-03-01 08:15}', unit => 'mmol/L');
SELECT sampled_data('{1.5@2026-03-01 08:00, 2@2026-03-01 08:00:00.0005, 1e22@2026-03-01 08:00:00.001, 1e-7@2026-03-01 08:00:00.0015}');
SELECT sampled_data('{1.5@2026-03-01 08:00, 3@2026-03-01 08:15}', period => '5 minutes', unit => '"');
SELECT sampled_data('{1.5@2026-03-01 08:00}', period => '5 minutes');
SELECT sampled_data('{1.5@2026-03-01 08:00}');
SELECT sampled_data('{1.5@2026-03-01 08:00, 3@2026-03-01 08:15}', period => '10 minutes');
SELECT sampled_data('{1.5@2026-03-01 08:00, 3@2026-03-01 08:15}', period => '0');
SELECT sampled_data('{1.5@2026-03-01 08:00, 3@2026-03-01 08:15}', period => '-1 minute');
SELECT sampled_data('{1.5@2026-03-01 08:00, 2@2026-03-01 08:00:00.000001, 3@2026-03-01 08:00:01}');
SELECT series_from_sampled_data('{"origin": {"value": 5}, "factor": 0.1, "period": 1000, "dimensions": 1, "data": "1  2 E -7.5\n+1e1 .5"}', '2026-03-01');
SELECT series_from_sampled_data('{"origin": {"value": 0}, "period": 0.25, "dimensions": 1, "data": "71 72"}', '2026-03-01');
SELECT series_from_sampled_data('{"origin": {"value": 0}, "period": 1, "dimensions": 1, "data": "E E"}', '2026-03-01') IS NULL AS nothing;
CREATE TEMP TABLE sampled AS SELECT '{"origin": {"value": 0}, "lowerLimit": 2.2, "upperLimit": 22.2, "period": 300000, "dimensions": 1, "data": "7.1 U L 8"}'::jsonb AS data;
SELECT series_from_sampled_data(data, '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data, '2026-03-01', beyond => 'omit') FROM sampled;
SELECT series_from_sampled_data(data, '2026-03-01', beyond => 'limit') FROM sampled;
SELECT series_from_sampled_data(data, '2026-03-01', beyond => 'none') FROM sampled;
SELECT series_from_sampled_data(data - 'upperLimit', '2026-03-01', beyond => 'limit') FROM sampled;
SELECT series_from_sampled_data(data - 'period', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data - 'data', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data - 'origin', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data - 'dimensions', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data || '{"dimensions": 2}', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data || '{"period": 0}', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data || '{"period": 1e300, "data": "1 2"}', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data || '{"period": "5"}', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data || jsonb_build_object('factor', 10 ^ 1000::numeric), '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data || '{"factor": 1e300, "data": "1e10"}', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data || '{"data": "1 2 1,5"}', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data || '{"data": "NaN"}', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data || '{"data": "1e"}', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data(data || '{"data": "--1"}', '2026-03-01') FROM sampled;
SELECT series_from_sampled_data('[]', '2026-03-01');
SELECT series_from_sampled_data(data, 'infinity') FROM sampled;
