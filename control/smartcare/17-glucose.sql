-- Glucose: the consensus set for continuous monitoring, and laboratory units.

CREATE FUNCTION smartcare.gmi(points smartcare.series, unit text, result_unit text DEFAULT '%') RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'glucose_gmi';
COMMENT ON FUNCTION smartcare.gmi(smartcare.series, text, text) IS
'Glucose management indicator of the mean of the readings, which are in mmol/L or mg/dL: in %, 3.31 + 0.02392 x mean in mg/dL, or in mmol/mol, 12.71 + 4.70587 x mean in mmol/L (Bergenstal et al., Diabetes Care 2018;41:2275); raises 22023 for another unit';

CREATE FUNCTION smartcare.glucose_summary(points smartcare.series, unit text, max_gap interval DEFAULT NULL, zone text DEFAULT 'Europe/Copenhagen', weight text DEFAULT 'time', ranges text DEFAULT 'standard',
	OUT num_readings integer, OUT num_days integer, OUT cadence interval, OUT active float8, OUT sufficient boolean,
	OUT mean float8, OUT sd float8, OUT cv float8, OUT gmi float8,
	OUT very_low float8, OUT low float8, OUT in_range float8, OUT high float8, OUT very_high float8)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.glucose_summary(smartcare.series, text, interval, text, text, text) IS
'The consensus figures of continuous glucose in mmol/L or mg/dL (Danne et al., Diabetes Care 2017;40:1631; Battelino et al., Diabetes Care 2019;42:1593): mean and standard deviation of the readings in their unit, CV and GMI in %, and the parts of the time (weight "time") or of the readings (weight "readings") in five ranges, standard or pregnancy, which sum to 1; a reading holds until the next but no longer than max_gap, by default three times the cadence; days are counted in the time zone; raises 22023 for another unit, weight, range or zone, or a max_gap not above nothing';

CREATE FUNCTION smartcare.hypoglycemia_limit(unit text, below float8) RETURNS float8
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'glucose_hypoglycemia_limit';
COMMENT ON FUNCTION smartcare.hypoglycemia_limit(text, float8) IS
'The bound for hypoglycemia(): readings in mmol/L or mg/dL that are less would be published as below a limit, by default 3.9 mmol/L or 70 mg/dL; raises 22023 for another unit or a limit that is negative or not finite';

CREATE FUNCTION smartcare.hypoglycemia(points smartcare.series, unit text, below float8 DEFAULT NULL, max_gap interval DEFAULT NULL,
	OUT start_time timestamptz, OUT end_time timestamptz, OUT lowest float8, OUT prolonged boolean) RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT e.start_time, e.end_time, e.extreme_value, e.end_time - e.start_time > '120 minutes'
	FROM smartcare.excursions(points, low => smartcare.hypoglycemia_limit(unit, below), min_duration => '15 minutes', recovery => '15 minutes', max_gap => max_gap) AS e;
END;
COMMENT ON FUNCTION smartcare.hypoglycemia(smartcare.series, text, float8, interval) IS
'Episodes of low glucose in mmol/L or mg/dL: below 3.9 mmol/L or 70 mg/dL, or another limit in the unit, for 15 minutes or longer, until it is not below for 15 minutes; prolonged if longer than 120 minutes (Danne et al., Diabetes Care 2017;40:1631; Battelino et al., Lancet Diabetes Endocrinol 2023;11:42); a reading holds until the next but no longer than max_gap, by default three times the cadence, and an episode ends where readings are further apart; raises 22023 for another unit or a max_gap not above nothing';

CREATE FUNCTION smartcare.mage(points smartcare.series, unit text, max_gap interval DEFAULT '3 hours') RETURNS float8
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'glucose_mage';
COMMENT ON FUNCTION smartcare.mage(smartcare.series, text, interval) IS
'Mean amplitude of glycemic excursions, in the unit of the readings, mmol/L or mg/dL: of the changes from peak to nadir or nadir to peak of more than one standard deviation of all readings, those in the direction of the first (Service et al., Diabetes 1970;19:644); readings further apart than max_gap are not connected; NULL if there are none; raises 22023 for another unit or a max_gap not above nothing, 22003 where it is out of range';

CREATE FUNCTION smartcare.agp(points smartcare.series, unit text, zone text DEFAULT 'Europe/Copenhagen', step interval DEFAULT '1 hour',
	OUT clock time, OUT num_readings integer, OUT p05 float8, OUT p25 float8, OUT p50 float8, OUT p75 float8, OUT p95 float8) RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 24 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME', 'glucose_agp';
COMMENT ON FUNCTION smartcare.agp(smartcare.series, text, text, interval) IS
'Ambulatory glucose profile: for each step of the day, by the clock of a time zone, the percentiles 5, 25, 50, 75 and 95 of the readings of all days, in their unit, mmol/L or mg/dL, as percentile_cont has them (Bergenstal et al., Diabetes Technol Ther 2013;15:198); no row for a time without readings; raises 22023 for another unit, an unknown zone, or a step that does not divide the day';

-- HbA1c.

CREATE FUNCTION smartcare.hba1c_percent(mmol_mol float8) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN 0.09148::float8 * mmol_mol + 2.152::float8;
COMMENT ON FUNCTION smartcare.hba1c_percent(float8) IS
'HbA1c in % (NGSP) of mmol/mol (IFCC): 0.09148 x IFCC + 2.152, the IFCC-NGSP master equation (Hoelzel et al., Clin Chem 2004;50:166)';

CREATE FUNCTION smartcare.hba1c_mmol_mol(percent float8) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN 10.93::float8 * percent - 23.50::float8;
COMMENT ON FUNCTION smartcare.hba1c_mmol_mol(float8) IS
'HbA1c in mmol/mol (IFCC) of % (NGSP): 10.93 x NGSP - 23.50, the IFCC-NGSP master equation turned round, with the digits it is published with (Hoelzel et al., Clin Chem 2004;50:166)';
