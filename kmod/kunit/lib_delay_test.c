// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/kernel.h>

#include "lib/delay.h"
#include "lib/rng.h"

#define DRAWS	200000

static void a_fixed_time_is_always_the_same_and_draws_nothing(struct kunit *test)
{
	const struct delay_spec none = { }, fixed = { .kind = DELAY_FIXED, .most_ns = 1234 };
	struct rng r, before;

	rng_seed(&r, 1, 0);
	before = r;
	KUNIT_EXPECT_EQ(test, delay_next(&none, &r), 0);
	KUNIT_EXPECT_EQ(test, delay_next(&fixed, &r), 1234);
	KUNIT_EXPECT_TRUE(test, r.state == before.state);
}

static void uniform_times_reach_both_ends_evenly(struct kunit *test)
{
	const struct delay_spec d = { .kind = DELAY_UNIFORM, .least_ns = 10, .most_ns = 19 };
	unsigned int count[10] = { 0 };
	struct rng r;
	int i;

	rng_seed(&r, 2, 0);
	for (i = 0; i < DRAWS; i++) {
		u64 ns = delay_next(&d, &r);

		KUNIT_EXPECT_TRUE(test, ns >= 10 && ns <= 19);
		count[ns % 10]++;
	}
	/* Five standard deviations of a count are 670. */
	for (i = 0; i < 10; i++) {
		KUNIT_EXPECT_GE(test, count[i], DRAWS / 10 - 670);
		KUNIT_EXPECT_LE(test, count[i], DRAWS / 10 + 670);
	}
}

static void exponential_times_have_their_mean_and_their_quantiles(struct kunit *test)
{
	/* ln 2, ln 10 and ln 1000 times the mean: half, a tenth, a thousandth is above. */
	static const struct {
		u64 ns;
		unsigned int above, off;
	} quantiles[] = {
		{ 693147, DRAWS / 2, 1120 }, { 2302585, DRAWS / 10, 670 },
		{ 6907755, DRAWS / 1000, 71 },
	};
	const struct delay_spec d = { .kind = DELAY_EXP, .most_ns = 1000000 };
	unsigned int above[ARRAY_SIZE(quantiles)] = { 0 };
	struct rng r;
	u64 sum = 0;
	size_t q;
	int i;

	rng_seed(&r, 3, 0);
	for (i = 0; i < DRAWS; i++) {
		u64 ns = delay_next(&d, &r);

		KUNIT_EXPECT_TRUE(test, ns <= 23 * d.most_ns);
		sum += ns;
		for (q = 0; q < ARRAY_SIZE(quantiles); q++)
			above[q] += ns > quantiles[q].ns;
	}
	/* Five standard deviations of the mean are 1.12 per cent. */
	KUNIT_EXPECT_GE(test, sum, (u64)DRAWS * 988800);
	KUNIT_EXPECT_LE(test, sum, (u64)DRAWS * 1011200);
	for (q = 0; q < ARRAY_SIZE(quantiles); q++) {
		KUNIT_EXPECT_GE(test, above[q], quantiles[q].above - quantiles[q].off);
		KUNIT_EXPECT_LE(test, above[q], quantiles[q].above + quantiles[q].off);
	}
}

/* Their fraction is not cut off, which the mean of a few nanoseconds would show. */
static void short_exponential_times_have_their_mean_too(struct kunit *test)
{
	static const u64 means[] = { 1, 2, 10, 100 };
	struct rng r;
	size_t m;
	u64 sum;
	int i;

	for (m = 0; m < ARRAY_SIZE(means); m++) {
		const struct delay_spec d = { .kind = DELAY_EXP, .most_ns = means[m] };

		rng_seed(&r, 5, m);
		for (i = 0, sum = 0; i < DRAWS; i++) {
			u64 ns = delay_next(&d, &r);

			KUNIT_EXPECT_TRUE(test, ns <= 23 * means[m]);
			sum += ns;
		}
		/* Five standard deviations are 1.12 per cent, and 1.3 with the rounding of 1 ns. */
		KUNIT_EXPECT_GE(test, sum * 1000, DRAWS * means[m] * 987);
		KUNIT_EXPECT_LE(test, sum * 1000, DRAWS * means[m] * 1013);
	}
}

static void a_closed_loop_goes_by_the_end_an_open_one_by_the_time(struct kunit *test)
{
	const struct delay_spec none = { }, hundred = { .kind = DELAY_FIXED, .most_ns = 100 };
	struct rng r;
	u64 due;

	rng_seed(&r, 4, 0);
	KUNIT_EXPECT_EQ(test, delay_due(&hundred, &none, &r, 5, 1000), 1100);
	KUNIT_EXPECT_EQ(test, delay_due(&none, &none, &r, 5, 1000), 1000);
	due = delay_due(&none, &hundred, &r, 0, 1000);
	KUNIT_EXPECT_TRUE(test, due >= 1000 && due < 1100);
	/* Whatever became of the last one. */
	KUNIT_EXPECT_EQ(test, delay_due(&none, &hundred, &r, due, 999999), due + 100);
}

static void what_came_due_is_served_or_not_in_time(struct kunit *test)
{
	const struct delay_spec hundred = { .kind = DELAY_FIXED, .most_ns = 100 };
	const struct window measured = { 1000, 2000 };
	struct arrivals a;

	/* 950 was due before; of 1050 to 1950 the first three. */
	a = delay_arrivals(&hundred, 4, 950, 1350, &measured);
	KUNIT_EXPECT_EQ(test, a.offered, 10);
	KUNIT_EXPECT_EQ(test, a.unserved, 7);
	KUNIT_EXPECT_EQ(test, a.late_ns, 650);
	/* None of them, nor of the four before. */
	a = delay_arrivals(&hundred, 0, 700, 700, &measured);
	KUNIT_EXPECT_EQ(test, a.offered, 10);
	KUNIT_EXPECT_EQ(test, a.unserved, 14);
	KUNIT_EXPECT_EQ(test, a.late_ns, 1300);
	/* All of them. */
	a = delay_arrivals(&hundred, 10, 1010, 2010, &measured);
	KUNIT_EXPECT_EQ(test, a.offered, 10);
	KUNIT_EXPECT_EQ(test, a.unserved, 0);
	KUNIT_EXPECT_EQ(test, a.late_ns, 0);
	/* What came due before only. */
	a = delay_arrivals(&hundred, 3, 300, 600, &(struct window){ 990, 995 });
	KUNIT_EXPECT_EQ(test, a.offered, 0);
	KUNIT_EXPECT_EQ(test, a.unserved, 4);
}

/* A batch counts for as much as of it lies in the measured time. */
static void a_batch_across_the_ends_counts_in_part(struct kunit *test)
{
	const struct window measured = { 1000, 2000 };

	KUNIT_EXPECT_EQ(test, window_share(&measured, (struct window){ 0, 900 }, 90), 0);
	KUNIT_EXPECT_EQ(test, window_share(&measured, (struct window){ 500, 1500 }, 100), 50);
	KUNIT_EXPECT_EQ(test, window_share(&measured, (struct window){ 1200, 1300 }, 7), 7);
	KUNIT_EXPECT_EQ(test, window_share(&measured, (struct window){ 1900, 2300 }, 100), 25);
	KUNIT_EXPECT_EQ(test, window_share(&measured, (struct window){ 0, 10000 }, 1000), 100);
	KUNIT_EXPECT_EQ(test, window_share(&measured, (struct window){ 2000, 2300 }, 100), 0);
	/* None yet. */
	KUNIT_EXPECT_EQ(test, window_share(&measured, (struct window){ 0, 0 }, 0), 0);
}

static void a_gap_counts_from_the_measured_time_on(struct kunit *test)
{
	const struct window measured = { 1000, 2000 };

	KUNIT_EXPECT_EQ(test, window_wanted(&measured, 400, 900), 0);
	KUNIT_EXPECT_EQ(test, window_wanted(&measured, 400, 1900), 900);
	KUNIT_EXPECT_EQ(test, window_wanted(&measured, 400, 2500), 1500);
	KUNIT_EXPECT_EQ(test, window_wanted(&measured, 1200, 2500), 1300);
	KUNIT_EXPECT_EQ(test, window_wanted(&measured, 2100, 2000), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_batch_across_the_ends_counts_in_part),
	KUNIT_CASE(a_fixed_time_is_always_the_same_and_draws_nothing),
	KUNIT_CASE(uniform_times_reach_both_ends_evenly),
	KUNIT_CASE(exponential_times_have_their_mean_and_their_quantiles),
	KUNIT_CASE(short_exponential_times_have_their_mean_too),
	KUNIT_CASE(a_closed_loop_goes_by_the_end_an_open_one_by_the_time),
	KUNIT_CASE(what_came_due_is_served_or_not_in_time),
	KUNIT_CASE(a_gap_counts_from_the_measured_time_on),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_delay",
	.test_cases = cases,
};

kunit_test_suite(suite);
