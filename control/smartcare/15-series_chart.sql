-- A series as a picture.

CREATE FUNCTION smartcare.chart(
	smartcare.series, title text DEFAULT NULL, unit text DEFAULT NULL, low float8 DEFAULT NULL, high float8 DEFAULT NULL,
	max_gap interval DEFAULT NULL, zone text DEFAULT 'Europe/Copenhagen', width integer DEFAULT 800, height integer DEFAULT 300)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'series_chart';
COMMENT ON FUNCTION smartcare.chart(smartcare.series, text, text, float8, float8, interval, text, integer, integer) IS
'The series as an SVG image, self-contained XML: a line over civil time in a named zone, open where points are further apart than max_gap (NULL: three times the cadence), with a band from low to high (NULL: no bound) in which values should be. Width and height are in pixels. Raises 22023 unless those are 100 to 4000, where low is greater than high, on an unknown zone, and as gaps() does; 22003 on values and bounds beyond 1e300';
