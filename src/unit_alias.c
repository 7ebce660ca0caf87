/*
 * unit_alias.c
 *		What people and devices write for units, in UCUM.
 *
 * An alias is compared without regard to the case of ASCII letters, and after
 * the spelling is reduced to what UCUM's characters can say.  None of them is
 * a valid expression itself: what is, means what UCUM says.
 */
#include "unit.h"

#include <string.h>

const UnitAlias unit_alias_table[] = {
	/* pressure */
	{"mmHg", "mm[Hg]"},
	{"inHg", "[in_i'Hg]"},
	{"cmH2O", "cm[H2O]"},
	{"psi", "[psi]"},
	{"mb", "mbar"},
	/* temperature */
	{"°C", "Cel"},
	{"degC", "Cel"},
	{"deg C", "Cel"},
	{"Celsius", "Cel"},
	{"°Celsius", "Cel"},
	{"grader C", "Cel"},
	{"°F", "[degF]"},
	{"degF", "[degF]"},
	{"Fahrenheit", "[degF]"},
	{"Kelvin", "K"},
	/* rates */
	{"bpm", "/min"},
	{"beats/min", "/min"},
	{"beats/minute", "/min"},
	{"beats per minute", "/min"},
	{"breaths/min", "/min"},
	{"breaths/minute", "/min"},
	{"breaths per minute", "/min"},
	{"resp/min", "/min"},
	{"slag/min", "/min"},
	{"slag pr. minut", "/min"},
	{"pr. min", "/min"},
	{"pr. minut", "/min"},
	{"per minute", "/min"},
	{"per min", "/min"},
	{"1/minute", "/min"},
	{"/minute", "/min"},
	{"1/30sec", "/(30.s)"},
	{"steps/day", "{steps}/d"},
	{"skridt/dag", "{steps}/d"},
	/* mass */
	{"lb", "[lb_av]"},
	{"lbs", "[lb_av]"},
	{"pound", "[lb_av]"},
	{"pounds", "[lb_av]"},
	{"oz", "[oz_av]"},
	{"ounce", "[oz_av]"},
	{"ounces", "[oz_av]"},
	{"stone", "[stone_av]"},
	{"kgs", "kg"},
	{"kilo", "kg"},
	{"kilogram", "kg"},
	{"kilograms", "kg"},
	{"gram", "g"},
	{"grams", "g"},
	{"gm", "g"},
	{"mcg", "ug"},
	{"mcg/L", "ug/L"},
	{"mcg/mL", "ug/mL"},
	{"mcg/dL", "ug/dL"},
	/* length and area */
	{"meter", "m"},
	{"metre", "m"},
	{"meters", "m"},
	{"centimeter", "cm"},
	{"centimeters", "cm"},
	{"in", "[in_i]"},
	{"inch", "[in_i]"},
	{"inches", "[in_i]"},
	{"feet", "[ft_i]"},
	{"foot", "[ft_i]"},
	{"yd", "[yd_i]"},
	{"mile", "[mi_i]"},
	{"miles", "[mi_i]"},
	{"kg/m^2", "kg/m2"},
	{"kg/m**2", "kg/m2"},
	/* volume */
	{"cc", "cm3"},
	{"cu mm", "mm3"},
	{"liter", "L"},
	{"litre", "L"},
	{"liters", "L"},
	{"liter/min", "L/min"},
	{"lpm", "L/min"},
	{"fl oz", "[foz_us]"},
	/* time */
	{"sec", "s"},
	{"secs", "s"},
	{"second", "s"},
	{"seconds", "s"},
	{"sek", "s"},
	{"msec", "ms"},
	{"mins", "min"},
	{"minute", "min"},
	{"minutes", "min"},
	{"minut", "min"},
	{"minutter", "min"},
	{"hr", "h"},
	{"hrs", "h"},
	{"hour", "h"},
	{"hours", "h"},
	{"timer", "h"},
	{"day", "d"},
	{"days", "d"},
	{"dage", "d"},
	{"døgn", "d"},
	{"week", "wk"},
	{"weeks", "wk"},
	{"uge", "wk"},
	{"uger", "wk"},
	{"month", "mo"},
	{"months", "mo"},
	{"måned", "mo"},
	{"måneder", "mo"},
	{"yr", "a"},
	{"yrs", "a"},
	{"year", "a"},
	{"years", "a"},
	{"år", "a"},
	{"mm/hr", "mm/h"},
	/* concentration and catalytic activity */
	{"mEq", "meq"},
	{"mEq/L", "meq/L"},
	{"mOsm", "mosm"},
	{"mOsm/kg", "mosm/kg"},
	{"mOsm/L", "mosm/L"},
	{"mmol/liter", "mmol/L"},
	{"gm/dL", "g/dL"},
	{"gm%", "g%"},
	{"IU", "[IU]"},
	{"IE", "[IU]"},
	{"IU/L", "[IU]/L"},
	{"IE/L", "[IU]/L"},
	{"IU/mL", "[IU]/mL"},
	{"IE/mL", "[IU]/mL"},
	{"kIU/L", "k[IU]/L"},
	{"mIU/L", "m[IU]/L"},
	{"mIU/mL", "m[IU]/mL"},
	{"uIU/mL", "u[IU]/mL"},
	{"arb.enh.", "[arb'U]"},
	{"arb. unit", "[arb'U]"},
	{"mL/min/1.73m2", "mL/min/{1.73_m2}"},
	{"mL/min/1.73 m2", "mL/min/{1.73_m2}"},
	{"mL/min/1,73m2", "mL/min/{1.73_m2}"},
	{"mL/min/1,73 m2", "mL/min/{1.73_m2}"},
	/* counts of cells */
	{"10 9/L", "10*9/L"},
	{"10e9/L", "10*9/L"},
	{"x10e9/L", "10*9/L"},
	{"x10^9/L", "10*9/L"},
	{"x 10^9/L", "10*9/L"},
	{"x10*9/L", "10*9/L"},
	{"E9/L", "10*9/L"},
	{"10e12/L", "10*12/L"},
	{"10 12/L", "10*12/L"},
	{"x10e12/L", "10*12/L"},
	{"x10^12/L", "10*12/L"},
	{"x 10^12/L", "10*12/L"},
	{"x10*12/L", "10*12/L"},
	{"E12/L", "10*12/L"},
	{"10e6/L", "10*6/L"},
	{"x10e6/L", "10*6/L"},
	{"x10^6/L", "10*6/L"},
	{"E6/L", "10*6/L"},
	{"10e3/uL", "10*3/uL"},
	{"x10^3/uL", "10*3/uL"},
	{"thou/uL", "10*3/uL"},
	{"M/uL", "10*6/uL"},
	/* numbers, and no unit at all */
	{"pct", "%"},
	{"percent", "%"},
	{"procent", "%"},
	{"pct.", "%"},
	{"promille", "[ppth]"},
	{"‰", "[ppth]"},
	{"ppm", "[ppm]"},
	{"ppb", "[ppb]"},
	{"NA", "1"},
	{"none", "1"},
	{"fraction", "1"},
	{"ratio", "{ratio}"},
	{"count", "{count}"},
	{"antal", "{count}"},
	{"stk", "{count}"},
	{"number", "{count}"},
	{"steps", "{steps}"},
	{"skridt", "{steps}"},
	{"score", "{score}"},
	{"point", "{score}"},
	{"points", "{score}"},
	{"INR", "{INR}"},
	{"kilocalorie", "kcal"},
	{"kilocalories", "kcal"},
	{"dioptre", "[diop]"},
	{"diopter", "[diop]"},
	{"watt", "W"},
	{"MET", "[MET]"},
	{"METs", "[MET]"},
};
const int	unit_alias_count = sizeof(unit_alias_table) / sizeof(UnitAlias);

/*
 * Letters of other scripts for the same, in UTF-8.  Each may be written for
 * the other anywhere in an expression.
 */
static const char *const respellings[][2] = {
	{"µ", "u"},
	{"μ", "u"},
	{"·", "."},
	{"⋅", "."},
	{"º", "°"},
	{"℃", "°C"},
	{"℉", "°F"},
	{"−", "-"},
	{"⁻", "-"},
	{"⁰", "0"},
	{"¹", "1"},
	{"²", "2"},
	{"³", "3"},
	{"⁴", "4"},
	{"⁵", "5"},
	{"⁶", "6"},
	{"⁷", "7"},
	{"⁸", "8"},
	{"⁹", "9"},
};

/* From here on they are raised. */
#define FIRST_RAISED 8

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static bool
equal_but_for_case(const char *a, const char *b)
{
	while (*a != '\0' && fold(*a) == fold(*b))
	{
		a++;
		b++;
	}
	return *a == *b;
}

static bool
is_valid(const char *text)
{
	UnitScan	scan;
	UnitForm	form;

	unit_scan_open(&scan, text, strlen(text), false);
	return unit_parse(&form, &scan);
}

/*
 * Without white space around it and around operators, and respelled.  The
 * result is never longer.
 */
static void
respell(char *out, const char *text, size_t length)
{
	const char *end = text + length;
	char	   *start = out;
	bool		raised = false;
	size_t		i;

	while (text < end)
	{
		if (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r')
		{
			if (out > start && out[-1] != ' ' && out[-1] != '/')
				*out++ = ' ';
			text++;
			continue;
		}
		for (i = 0; i < sizeof(respellings) / sizeof(respellings[0]); i++)
		{
			size_t		size = strlen(respellings[i][0]);

			if ((size_t) (end - text) >= size &&
				memcmp(text, respellings[i][0], size) == 0)
				break;
		}
		if (*text == '/' && out > start && out[-1] == ' ')
			out--;
		if (i < sizeof(respellings) / sizeof(respellings[0]))
		{
			const char *by = respellings[i][1];

			/* 10 with a raised 9 is 10*9 in UCUM, and not 109 */
			if (i >= FIRST_RAISED && !raised && out > start &&
				out[-1] >= '0' && out[-1] <= '9')
				*out++ = '*';
			raised = i >= FIRST_RAISED;
			memcpy(out, by, strlen(by));
			out += strlen(by);
			text += strlen(respellings[i][0]);
		}
		else
		{
			raised = false;
			*out++ = *text++;
		}
	}
	if (out > start && out[-1] == ' ')
		out--;
	*out = '\0';
}

/*
 * Case makes no difference, but in the m of mEq or mIU, which is another
 * prefix when it is a capital.
 */
static bool
find_alias(char *code, const char *spelling)
{
	for (int i = 0; i < unit_alias_count; i++)
	{
		const char *alias = unit_alias_table[i].alias;

		if (equal_but_for_case(alias, spelling) &&
			!(alias[0] == 'm' && fold(alias[1]) != alias[1] &&
			  spelling[0] == 'M'))
		{
			strcpy(code, unit_alias_table[i].code);
			return true;
		}
	}
	return false;
}

/*
 * The UCUM expression for what somebody wrote, in UTF-8: itself if it is one.
 * The code has room for UNIT_MAX_LENGTH bytes and a terminator.
 */
bool
unit_from_alias(char *code, const char *text, size_t length)
{
	char		spelling[UNIT_MAX_LENGTH + 1];

	if (length > UNIT_MAX_LENGTH || memchr(text, '\0', length) != NULL)
		return false;
	respell(spelling, text, length);
	if (is_valid(spelling))
	{
		strcpy(code, spelling);
		return true;
	}
	if (find_alias(code, spelling))
		return true;

	/* a blank within a word: mm Hg */
	for (char *blank = strchr(spelling, ' '); blank != NULL;
		 blank = strchr(blank, ' '))
		memmove(blank, blank + 1, strlen(blank));
	return find_alias(code, spelling);
}
