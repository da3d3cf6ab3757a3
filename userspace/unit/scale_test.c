// SPDX-License-Identifier: GPL-2.0
/* Axes of pictures: round ends, ticks where one looks for them, and lines in few points. */
#include <kunit/test.h>
#include <math.h>
#include <stdlib.h>

#include "lib/rng.h"
#include "report/scale.h"

#define MANY	100000
/* In the middle of a pixel. */
#define NEEDLE	(MANY / 2 + 50)

static double tick[TICKS_MOST];

static struct axis made(bool log, bool zero, double least, double most)
{
	struct axis a = { .log = log, .zero = zero, .least = 1 };

	axis_take(&a, least);
	axis_take(&a, most);
	axis_round(&a);
	return a;
}

static bool same(double x, double y)
{
	return fabs(x - y) <= 0.000000001 * fabs(y);
}

static void an_axis_ends_at_round_values_around_its_own(struct kunit *test)
{
	struct axis a = made(false, true, 3, 17.2);

	KUNIT_EXPECT_TRUE(test, a.least == 0 && same(a.most, 18));
	a = made(true, false, 34, 7100);
	KUNIT_EXPECT_TRUE(test, same(a.least, 20) && same(a.most, 10000));
	/* One value, and none at all. */
	a = made(false, false, 5, 5);
	KUNIT_EXPECT_TRUE(test, a.least < 5 && a.most > 5);
	a = made(true, false, 1000, 1000);
	KUNIT_EXPECT_TRUE(test, a.least < 1000 && a.most > 1000);
	a = made(false, true, 0, 0);
	KUNIT_EXPECT_TRUE(test, a.least == 0 && a.most > 0);
	a = made(true, false, NAN, -1);
	KUNIT_EXPECT_TRUE(test, a.least > 0 && a.most > a.least);
	a = made(false, false, INFINITY, NAN);
	KUNIT_EXPECT_TRUE(test, isfinite(a.least) && a.most > a.least);
}

static void a_value_is_where_it_belongs_and_never_outside(struct kunit *test)
{
	struct axis a = made(true, false, 1, 10000);

	KUNIT_EXPECT_TRUE(test, axis_at(&a, 1) == 0 && same(axis_at(&a, 100), 0.5) &&
			  axis_at(&a, 10000) == 1);
	KUNIT_EXPECT_TRUE(test, axis_at(&a, 0) == 0 && axis_at(&a, -5) == 0 &&
			  axis_at(&a, 1000000) == 1 && axis_at(&a, NAN) == 0);
	a = made(false, true, 0, 20);
	KUNIT_EXPECT_TRUE(test, same(axis_at(&a, 5), 0.25) && axis_at(&a, 30) == 1);
}

/* From the low end to the high one, round, and as many as there is room for, or fewer. */
static void ticks_are_round_and_not_too_many(struct kunit *test)
{
	struct axis a;
	struct rng rng;
	u32 round, room;
	size_t n, i;

	rng_seed(&rng, 1, 0);
	for (round = 0; round < 2000; round++) {
		const double least = pow(10, (double)rng_below(&rng, 20) - 5) *
				     (1 + rng_below(&rng, 900) / 100.0);

		a = made(round & 1, round & 2, least,
			 least * (1 + pow(10, rng_below(&rng, 12)) * 0.01));
		room = 3 + rng_below(&rng, 8);
		n = axis_ticks(&a, room, tick);
		KUNIT_EXPECT_TRUE(test, n >= 1 && n <= 2 * room + 1);
		for (i = 0; i < n; i++) {
			KUNIT_EXPECT_TRUE(test, !i || tick[i] > tick[i - 1]);
			KUNIT_EXPECT_TRUE(test, axis_at(&a, tick[i]) >= 0 &&
					  axis_at(&a, tick[i]) <= 1);
		}
	}
	a = made(true, false, 10, 1000);
	n = axis_ticks(&a, 10, tick);
	KUNIT_EXPECT_EQ(test, n, 7);
	KUNIT_EXPECT_TRUE(test, same(tick[0], 10) && same(tick[1], 20) && same(tick[6], 1000));
	n = axis_ticks(&a, 4, tick);
	KUNIT_EXPECT_EQ(test, n, 3);
	a = (struct axis){ .least = 0, .most = 8, .tick = { 1, 2, 4, 8, 16 }, .nticks = 5 };
	KUNIT_EXPECT_EQ(test, axis_ticks(&a, 2, tick), 4);
}

/* How far a point is from a line, in tenths of a pixel, upwards. */
static double off(const struct spot *line, size_t n, struct spot p)
{
	double least = INFINITY;
	size_t i;

	for (i = 0; i + 1 < n; i++) {
		const double dx = line[i + 1].x - line[i].x, dy = line[i + 1].y - line[i].y;
		const double len = dx * dx + dy * dy;
		double t = len ? ((p.x - line[i].x) * dx + (p.y - line[i].y) * dy) / len : 0;

		t = t < 0 ? 0 : t > 1 ? 1 : t;
		least = fmin(least, hypot(p.x - line[i].x - t * dx, p.y - line[i].y - t * dy));
	}
	return least;
}

static void a_line_needs_few_points_and_is_where_it_was(struct kunit *test)
{
	struct spot *all = calloc(MANY, sizeof(*all)), *few = calloc(MANY, sizeof(*few));
	size_t i, n;

	/* A curve of a million buckets over 700 pixels, and one with a needle in it. */
	for (i = 0; i < MANY; i++) {
		all[i].x = i * 7000 / MANY;
		all[i].y = 2000 - lround(2000.0 * i / MANY * i / MANY);
		few[i] = all[i];
	}
	few[NEEDLE].y = 5;
	all[NEEDLE].y = 5;
	n = spots_thin(few, MANY);
	KUNIT_EXPECT_TRUE(test, n > 3 && n < 100);
	for (i = 0; i < MANY; i += 37)
		KUNIT_EXPECT_TRUE(test, off(few, n, all[i]) <= 10);
	KUNIT_EXPECT_TRUE(test, off(few, n, all[NEEDLE]) == 0);
	/* Noise needs all of four points a pixel, and no more. */
	for (i = 0; i < MANY; i++)
		few[i].y = i * 7919 % 2801;
	n = spots_thin(few, MANY);
	KUNIT_EXPECT_TRUE(test, n <= 4 * 701);
	KUNIT_EXPECT_EQ(test, spots_thin(few, 2), 2);
	KUNIT_EXPECT_EQ(test, spots_thin(few, 0), 0);
	free(all);
	free(few);
}

static void a_figure_is_written_in_three_digits(struct kunit *test)
{
	static const struct {
		enum figure_unit unit;
		double value;
		const char *text;
	} texts[] = {
		{ UNIT_TIME, 20, "20 ns" }, { UNIT_TIME, 1500, "1.5 µs" },
		{ UNIT_TIME, 9999999, "10 ms" }, { UNIT_TIME, 3.5e10, "35 s" },
		{ UNIT_RATE, 2510000, "2.51M" }, { UNIT_PLAIN, 0, "0" },
		{ UNIT_PLAIN, 0.98, "0.98" },
		{ UNIT_SHARE, 1, "100%" }, { UNIT_SHARE, 0.001, "0.1%" },
		{ UNIT_SHARE, 0.00001, "0.001%" }, { UNIT_QUANTILE, 1, "0%" },
		{ UNIT_QUANTILE, 2, "50%" }, { UNIT_QUANTILE, 10, "90%" },
		{ UNIT_QUANTILE, 1000, "99.9%" }, { UNIT_QUANTILE, 1000000, "99.9999%" },
		{ UNIT_BYTES, 20480, "20.5 kB" }, { UNIT_TIME, NAN, "–" },
	};
	char buf[UNIT_TEXT];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		KUNIT_EXPECT_STREQ(test, unit_text(buf, sizeof(buf), texts[i].unit, texts[i].value),
				   texts[i].text);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_axis_ends_at_round_values_around_its_own),
	KUNIT_CASE(a_value_is_where_it_belongs_and_never_outside),
	KUNIT_CASE(ticks_are_round_and_not_too_many),
	KUNIT_CASE(a_line_needs_few_points_and_is_where_it_was),
	KUNIT_CASE(a_figure_is_written_in_three_digits),
	{ }
};

static struct kunit_suite suite = {
	.name = "scale",
	.test_cases = cases,
};

kunit_test_suite(suite);
