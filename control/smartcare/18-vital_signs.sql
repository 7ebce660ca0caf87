-- Vital signs: blood pressure at home, early warning score, weight in heart failure.

CREATE FUNCTION smartcare.home_blood_pressure(systolic smartcare.series, diastolic smartcare.series, unit text, zone text DEFAULT 'Europe/Copenhagen', discard_days integer DEFAULT 1, min_readings integer DEFAULT 12,
	OUT mean_systolic float8, OUT mean_diastolic float8, OUT num_readings integer, OUT num_days integer, OUT sufficient boolean, OUT category text)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.home_blood_pressure(smartcare.series, smartcare.series, text, text, integer, integer) IS
'Blood pressure measured at home, in mm[Hg] or kPa (Parati et al., J Hypertens 2008;26:1505; Stergiou et al., J Hypertens 2021;39:1293): means of the readings, instants that both series have, but for those of the first days of the calendar in the time zone; sufficient from min_readings on, and then a category: hypertension from 135/85 mm[Hg], normal below 130/80, else borderline; raises 22023 for another unit, an unknown zone, or a negative number';

CREATE FUNCTION smartcare.news2(respiration float8, spo2 float8, scale integer, on_oxygen boolean, systolic float8, pulse float8, consciousness text, temperature float8,
	OUT total integer, OUT highest integer, OUT band text)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.news2(float8, float8, integer, boolean, float8, float8, text, float8) IS
'National Early Warning Score 2 (Royal College of Physicians, London 2017): breaths a minute, oxygen saturation in % on SpO2 scale 1 or 2, on oxygen or air, systolic pressure in mm[Hg], beats a minute, consciousness A, C, V, P or U, degrees Celsius; total, highest single score, and band: high from 7, medium from 5, low-medium with a single 3, else low; NULL if any is; raises 22023 for another scale or level, 22003 for what cannot be such a measurement';

CREATE FUNCTION smartcare.news2(respiration smartcare.series, spo2 smartcare.series, scale integer, on_oxygen boolean, systolic smartcare.series, pulse smartcare.series, consciousness text, temperature smartcare.series, at timestamptz, max_age interval,
	OUT total integer, OUT highest integer, OUT band text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT n.total, n.highest, n.band
	FROM (SELECT tstzrange(at - max_age, at, '[]') AS period) AS p,
		LATERAL smartcare.news2(smartcare.end_value(smartcare.slice(respiration, p.period)), smartcare.end_value(smartcare.slice(spo2, p.period)), scale, on_oxygen,
			smartcare.end_value(smartcare.slice(systolic, p.period)), smartcare.end_value(smartcare.slice(pulse, p.period)), consciousness, smartcare.end_value(smartcare.slice(temperature, p.period))) AS n;
END;
COMMENT ON FUNCTION smartcare.news2(smartcare.series, smartcare.series, integer, boolean, smartcare.series, smartcare.series, text, smartcare.series, timestamptz, interval) IS
'National Early Warning Score 2 at an instant, of the last value of each series until then; NULL if one is missing or older than max_age; units and errors as news2 of numbers, and 22000 for a negative max_age';

-- Weight in heart failure. All but the series is in kg.

CREATE FUNCTION smartcare.weight_gain(points smartcare.series, unit text, gain float8 DEFAULT 2, within interval DEFAULT '3 days',
	OUT "time" timestamptz, OUT weight float8, OUT gained float8, OUT since timestamptz) RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 10 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.weight_gain(smartcare.series, text, float8, interval) IS
'Readings of weight, in kg or [lb_av], that exceed the lowest of the time before, within days of 24 hours, by a gain in kg: the rule of guidelines, 2 kg in 3 days (rules of this kind find one in five decompensations: Gyllensten et al., JMIR Med Inform 2016;4:e3); weight and gain in kg; raises 22023 for another unit, or a negative gain or time';

CREATE FUNCTION smartcare.weight_convergence(points smartcare.series, unit text, short_window interval DEFAULT '3 days', long_window interval DEFAULT '14 days') RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.weight_convergence(smartcare.series, text, interval, interval) IS
'Moving-average convergence of weight, in kg or [lb_av]: at each reading the mean of a short time until then less the mean of a long one, in kg, to the gram (Zhang et al., Eur J Heart Fail 2009;11:420; the windows are arguments, not theirs); raises 22023 for another unit or windows not in that order';

CREATE FUNCTION smartcare.weight_cusum(points smartcare.series, unit text, baseline float8, slack float8 DEFAULT 0.5) RETURNS smartcare.series
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT smartcare.series_decode_support
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.weight_cusum(smartcare.series, text, float8, float8) IS
'Cumulative sum of weight, in kg or [lb_av], over a person''s baseline and a slack, both in kg: at each reading the sum before plus weight - baseline - slack, and never below nothing, in kg, to the gram (Page, Biometrika 1954;41:100); raises 22023 for another unit, or a negative baseline or slack';
