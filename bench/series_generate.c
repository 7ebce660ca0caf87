/*
 * series_generate.c - measurements to measure with
 *
 *	series_generate home CITIZENS			a year of blood pressure, pulse, weight and oxygen at home
 *	series_generate glucose CITIZENS DAYS	a sensor's value every five minutes
 *
 * Writes citizen, code, time and value as CSV to standard output, in the
 * order in which they would arrive: by time, all citizens interleaved.  The
 * same arguments give the same bytes everywhere but for the last digit of the
 * C library's log() and cos().  The model of both is that of published
 * home-monitoring and glucose data: see bench/README.md.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY		86400
#define START	1735689600			/* 2025-01-01 00:00 UTC */

enum
{
	SYSTOLIC = 1, DIASTOLIC, PULSE, WEIGHT, OXYGEN, GLUCOSE
};

typedef struct Point
{
	int64_t		second;
	int			citizen;
	short		code;
	short		decimals;
	double		value;
} Point;

static Point *points;
static size_t num_points;
static size_t max_points;
static uint64_t state;

/* Chance: splitmix64, restarted for every citizen. */
static void
restart(uint64_t workload, int citizen)
{
	state = workload * UINT64_C(0x2545F4914F6CDD1D) + (uint64_t) citizen * UINT64_C(0xD1342543DE82EF95);
}

static double
uniform(void)
{
	uint64_t	bits = state += UINT64_C(0x9E3779B97F4A7C15);

	bits = (bits ^ bits >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	bits = (bits ^ bits >> 27) * UINT64_C(0x94D049BB133111EB);
	bits ^= bits >> 31;
	return (double) (bits >> 11) / (double) (UINT64_C(1) << 53);
}

static double
normal(double mean, double deviation)
{
	double		radius = sqrt(-2 * log(1 - uniform()));

	return mean + deviation * radius * cos(2 * M_PI * uniform());
}

static double
at_most(double value, double limit)
{
	return value < limit ? value : limit;
}

static void
add(int citizen, int code, int64_t second, double value, int decimals)
{
	if (num_points == max_points)
	{
		max_points = max_points ? 2 * max_points : 1 << 20;
		points = realloc(points, max_points * sizeof(Point));
		if (points == NULL)
			abort();
	}
	points[num_points++] = (Point) {second, citizen, (short) code, (short) decimals, value};
}

/*
 * Measures in the morning, some also in the evening; one day in twenty is
 * missed, one citizen in 25 stops during the last month, and the devices of
 * three in ten report whole minutes.
 */
static void
home(int citizen)
{
	double		systolic = normal(132, 14);
	double		diastolic = systolic * 0.58 + normal(4, 5);
	double		pulse = normal(72, 9);
	double		weight = fmax(normal(82, 16), 42);
	double		oxygen = normal(96, 1.2);
	double		day_systolic = 0;
	double		day_diastolic = 0;
	double		day_pulse = 0;
	double		clock[2] = {normal(7.5 * 3600, 2400), normal(20 * 3600, 3600)};
	double		evening_pressure = uniform();
	double		evening_oxygen = uniform();
	double		evening_weight = uniform() * 0.3;
	int			days = uniform() < 0.04 ? 364 - (int) (uniform() * 30) : 365;
	int			minutes = uniform() < 0.3;

	for (int day = 0; day < days; day++)
	{
		day_systolic = 0.6 * day_systolic + normal(0, 7);
		day_diastolic = 0.6 * day_diastolic + normal(0, 4);
		day_pulse = 0.6 * day_pulse + normal(0, 4);
		weight += normal(0, 0.12);
		oxygen += (96 - oxygen) * 0.05 + normal(0, 0.15);
		if (uniform() < 0.05)
			continue;
		for (int evening = 0; evening < 2; evening++)
		{
			int64_t		second = START + (int64_t) day * DAY + (int64_t) normal(clock[evening], 1500);

			if (minutes)
				second -= second % 60;
			if (!evening || uniform() < evening_pressure)
			{
				double		high = systolic + day_systolic + normal(0, 4);

				add(citizen, SYSTOLIC, second, high, 0);
				add(citizen, DIASTOLIC, second,
					at_most(diastolic + day_diastolic + normal(0, 3), high - 15), 0);
				add(citizen, PULSE, second, pulse + day_pulse + normal(0, 2), 0);
			}
			if (!evening || uniform() < evening_weight)
				add(citizen, WEIGHT, second + (minutes ? 60 : 40 + (int) (uniform() * 200)),
					weight + normal(evening * 0.5, 0.15), 1);
			if (!evening || uniform() < evening_oxygen)
				add(citizen, OXYGEN, second + (minutes ? 120 : 90 + (int) (uniform() * 300)),
					at_most(oxygen + normal(0, 0.7), 100), 0);
		}
	}
}

/*
 * Meals and a random walk around the citizen's own mean, in mmol/L.  The
 * clock jitters by a second, a sensor lasts ten days and takes two hours to
 * warm up, and about once a day the signal is lost for a while.
 */
static void
glucose(int citizen, int days)
{
	int64_t		start = START + (365 - (int64_t) days) * DAY;
	double		mean = normal(8.2, 1.3);
	double		meals[3] = {normal(7, 0.7), normal(12.3, 0.7), normal(18.5, 0.8)};
	double		appetite = 2.5 + uniform() * 2;
	double		phase = uniform() * 2 * M_PI;
	double		eaten = 0;
	double		meal = 0;
	double		speed = 0;
	double		walk = 0;
	int			age = (int) (uniform() * 10 * 288);
	int			offset = (int) (uniform() * 300);
	int			drift = 0;
	int			silent = 0;

	for (int slot = 0; slot < days * 288; slot++)
	{
		double		hour = fmod(slot / 12.0, 24);
		double		value;
		double		jitter;

		if (fabs(hour - meals[0]) < 0.042 || fabs(hour - meals[1]) < 0.042 ||
			fabs(hour - meals[2]) < 0.042 || uniform() < 0.002)
			eaten += appetite * (0.5 + uniform());
		meal += eaten * 0.10 - meal * 0.045;
		eaten *= 0.90;
		speed = 0.75 * speed + normal(0, 0.055) - 0.006 * walk;
		walk += speed;
		if (++age >= 10 * 288)
		{
			age = 0;
			silent = 24;
			offset = (int) (uniform() * 300);
		}
		if (silent == 0 && uniform() < 1.0 / 288)
			silent = 2 + (int) (-log(1 - uniform()) * 6);
		if (slot % 288 == 0 && uniform() < 0.01)
			silent = 288;
		if (silent > 0)
		{
			silent--;
			continue;
		}
		value = mean - 1.2 + 0.8 * sin(2 * M_PI * hour / 24 + phase) + meal + walk;
		if (value < 2.2)
			value = 2.2 + uniform() * 0.2;
		if (slot % 500 == 0)
			drift = (int) (uniform() * 3) - 1;
		jitter = uniform();
		add(citizen, GLUCOSE, start + slot * 300 + offset + drift + (jitter >= 0.06 && jitter < 0.12) - (jitter < 0.06),
			at_most(value, 22.2), 1);
	}
}

static int
compare(const void *left, const void *right)
{
	const Point *a = left;
	const Point *b = right;

	if (a->second != b->second)
		return a->second < b->second ? -1 : 1;
	if (a->citizen != b->citizen)
		return a->citizen < b->citizen ? -1 : 1;
	return a->code - b->code;
}

static void
print(const Point *point)
{
	time_t		second = (time_t) point->second;
	char		when[32];

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S+00", gmtime(&second));
	printf("%d,%d,%s,%.*f\n", point->citizen, point->code, when, point->decimals, point->value);
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "home") == 0)
	{
		for (int citizen = 1; citizen <= atoi(argv[2]); citizen++)
		{
			restart(1, citizen);
			home(citizen);
		}
	}
	else if (argc == 4 && strcmp(argv[1], "glucose") == 0)
	{
		for (int citizen = 100001; citizen <= 100000 + atoi(argv[2]); citizen++)
		{
			restart(2, citizen);
			glucose(citizen, atoi(argv[3]));
		}
	}
	else
	{
		fputs("usage: series_generate home CITIZENS | glucose CITIZENS DAYS\n", stderr);
		return 2;
	}
	qsort(points, num_points, sizeof(Point), compare);
	for (size_t i = 0; i < num_points; i++)
		print(&points[i]);
	return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
