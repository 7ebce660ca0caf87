-- When to measure.

CREATE FUNCTION smartcare.rhythm_times(first_day date, last_day date, weekdays integer[], every_days integer, times time[], zone text, since timestamptz, before timestamptz) RETURNS timestamptz[]
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.rhythm_times(date, date, integer[], integer, time[], text, timestamptz, timestamptz) IS
'The instants, in order, from since to before (not in it) at which clocks in a time zone show one of these times, every so many days from first_day to last_day (NULL: without end), of these only on weekdays 1 (Monday) to 7 (NULL: any). A time that a clock put forward leaves out is as much later, one that it shows twice the second. NULL where another argument is; raises 22023 on less than every day and on an unknown zone, 22008 on a first day, since or before that is infinite, 54000 on more than fits into an array';
