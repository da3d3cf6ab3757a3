// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "lib/hist.h"
#include "lib/rng.h"

static struct hist a, b;

static void small_values_have_a_bucket_each(struct kunit *test)
{
	u64 ns;

	for (ns = 0; ns < 128; ns++) {
		KUNIT_EXPECT_EQ(test, hist_index(ns), ns);
		KUNIT_EXPECT_EQ(test, hist_value(ns), ns);
	}
}

static void buckets_never_go_down_and_lose_less_than_one_percent(struct kunit *test)
{
	unsigned int last = 0, i;
	struct rng r;
	u64 ns, off;

	rng_seed(&r, 1, 0);
	for (ns = 1; ns < 1ULL << 45; ns += 1 + ns / 977) {
		i = hist_index(ns);
		KUNIT_EXPECT_TRUE(test, i >= last && i < HIST_BUCKETS);
		last = i;
		off = hist_value(i) > ns ? hist_value(i) - ns : ns - hist_value(i);
		KUNIT_EXPECT_TRUE(test, off * 100 <= ns);
	}
}

static void a_value_stands_for_its_own_bucket(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS; i++) {
		KUNIT_EXPECT_EQ(test, hist_index(hist_value(i)), i);
		KUNIT_EXPECT_EQ(test, hist_index(hist_least(i)), i);
		KUNIT_EXPECT_EQ(test, hist_index(hist_least(i + 1) - 1), i);
	}
}

static void each_edge_of_a_power_of_two_begins_a_bucket(struct kunit *test)
{
	int bit;

	for (bit = 7; bit < 45; bit++)
		KUNIT_EXPECT_EQ(test, hist_index(1ULL << bit), hist_index((1ULL << bit) - 1) + 1);
}

static void what_is_too_great_is_in_the_last_bucket_and_exact_in_max(struct kunit *test)
{
	hist_init(&a);
	hist_add(&a, 1ULL << 50);
	hist_add(&a, 1ULL << 50);
	hist_add(&a, ~0ULL);
	KUNIT_EXPECT_EQ(test, a.counts[HIST_BUCKETS - 1], 3);
	/* It does not pass for the last bucket's: no mean is above it. */
	KUNIT_EXPECT_TRUE(test, hist_percentile(&a, 50000) == ~0ULL);
	KUNIT_EXPECT_TRUE(test, a.max == ~0ULL);
	KUNIT_EXPECT_TRUE(test, hist_percentile(&a, 100000) == ~0ULL);
}

static void it_reaches_past_the_longest_run(struct kunit *test)
{
	const u64 hour = 3600000000000ULL;
	int i;

	hist_init(&a);
	for (i = 1; i <= 20; i++)
		hist_add(&a, i * hour / 20);
	KUNIT_EXPECT_TRUE(test, hist_percentile(&a, 50000) > hour / 2 - hour / 200);
	KUNIT_EXPECT_TRUE(test, hist_percentile(&a, 50000) < hour / 2 + hour / 200);
	KUNIT_EXPECT_TRUE(test, hist_percentile(&a, 99990) == hour);
	KUNIT_EXPECT_EQ(test, a.counts[HIST_BUCKETS - 1], 0);
}

static void who_knows_fewer_buckets_gets_them_as_they_were(struct kunit *test)
{
	unsigned int i;

	hist_init(&a);
	hist_add(&a, 5);
	hist_add(&a, (1ULL << 34) - 1);
	hist_add(&a, 1ULL << 34);
	hist_add(&a, ~0ULL);
	hist_fold(&a, HIST_BUCKETS_FIRST);
	KUNIT_EXPECT_EQ(test, a.counts[5], 1);
	KUNIT_EXPECT_EQ(test, a.counts[HIST_BUCKETS_FIRST - 1], 3);
	for (i = HIST_BUCKETS_FIRST; i < HIST_BUCKETS; i++)
		KUNIT_EXPECT_EQ(test, a.counts[i], 0);
	hist_fold(&a, HIST_BUCKETS);
	KUNIT_EXPECT_EQ(test, a.counts[HIST_BUCKETS_FIRST - 1], 3);
}

static void an_empty_one_is_all_zero(struct kunit *test)
{
	hist_init(&a);
	KUNIT_EXPECT_EQ(test, hist_percentile(&a, 50000), 0);
	KUNIT_EXPECT_EQ(test, hist_percentile(&a, 100000), 0);
	KUNIT_EXPECT_EQ(test, hist_mean(&a), 0);
	KUNIT_EXPECT_EQ(test, hist_trimmed_mean(&a, 99000), 0);
}

static void one_value_is_every_percentile_exactly(struct kunit *test)
{
	hist_init(&a);
	hist_add(&a, 1234567);
	KUNIT_EXPECT_EQ(test, hist_percentile(&a, 1), 1234567);
	KUNIT_EXPECT_EQ(test, hist_percentile(&a, 50000), 1234567);
	KUNIT_EXPECT_EQ(test, hist_percentile(&a, 100000), 1234567);
	KUNIT_EXPECT_EQ(test, hist_mean(&a), 1234567);
	KUNIT_EXPECT_EQ(test, hist_trimmed_mean(&a, 99000), 1234567);
}

static void no_percentile_and_no_mean_is_outside_of_what_was_recorded(struct kunit *test)
{
	int i;

	/* 1000 begins its bucket and 1007 ends it: the middle is neither. */
	hist_init(&a);
	for (i = 0; i < 3; i++)
		hist_add(&a, 1000);
	KUNIT_EXPECT_EQ(test, hist_percentile(&a, 50000), 1000);
	KUNIT_EXPECT_EQ(test, hist_trimmed_mean(&a, 99000), 1000);
	hist_init(&a);
	for (i = 0; i < 3; i++)
		hist_add(&a, 1007);
	KUNIT_EXPECT_EQ(test, hist_percentile(&a, 50000), 1007);
	KUNIT_EXPECT_EQ(test, hist_trimmed_mean(&a, 99000), 1007);
}

static void a_trimmed_mean_is_that_of_the_least(struct kunit *test)
{
	int i;

	hist_init(&a);
	for (i = 0; i < 198; i++)
		hist_add(&a, i % 2 ? 100 : 40);
	hist_add(&a, 4000000);
	hist_add(&a, 8000000);
	KUNIT_EXPECT_EQ(test, hist_trimmed_mean(&a, 99000), 70);
	KUNIT_EXPECT_EQ(test, hist_trimmed_mean(&a, 49500), 40);
	KUNIT_EXPECT_TRUE(test, hist_trimmed_mean(&a, 99500) > 20000);
}

static int compare(const void *x, const void *y)
{
	u64 l = *(const u64 *)x, r = *(const u64 *)y;

	return (l > r) - (l < r);
}

static void percentiles_are_those_of_the_sorted_values(struct kunit *test)
{
	static const unsigned int points[] = { 1, 1000, 50000, 90000, 99000, 99900, 99990, 100000 };
	enum { N = 20011 };
	static u64 values[N];
	struct rng r;
	u64 rank, exact, got, sum = 0;
	size_t i;

	rng_seed(&r, 7, 0);
	hist_init(&a);
	for (i = 0; i < N; i++) {
		values[i] = rng_next(&r) >> (30 + rng_below(&r, 30));
		sum += values[i];
		hist_add(&a, values[i]);
	}
	sort(values, N, sizeof(values[0]), compare, NULL);
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		rank = ((u64)N * points[i] + 99999) / 100000;
		exact = values[rank - 1];
		got = hist_percentile(&a, points[i]);
		KUNIT_EXPECT_TRUE(test, (got > exact ? got - exact : exact - got) * 100 <= exact);
	}
	KUNIT_EXPECT_TRUE(test, a.min == values[0] && a.max == values[N - 1]);
	KUNIT_EXPECT_TRUE(test, hist_mean(&a) == (sum + N / 2) / N);
}

static void the_rank_of_very_many_values_does_not_overflow(struct kunit *test)
{
	hist_init(&a);
	a.total = 1ULL << 62;
	a.counts[10] = 1ULL << 61;
	a.counts[20] = 1ULL << 61;
	a.min = 10;
	a.max = 20;
	KUNIT_EXPECT_EQ(test, hist_percentile(&a, 50000), 10);
	KUNIT_EXPECT_EQ(test, hist_percentile(&a, 50001), 20);
}

static void merging_is_as_if_all_were_recorded_in_one(struct kunit *test)
{
	static struct hist both, reverse;
	struct rng r;
	int i;

	rng_seed(&r, 3, 0);
	hist_init(&a);
	hist_init(&b);
	hist_init(&both);
	for (i = 0; i < 1000; i++) {
		u64 ns = rng_next(&r) >> 40;

		hist_add(i % 3 ? &a : &b, ns);
		hist_add(&both, ns);
	}
	/* Whichever of them has the greatest value. */
	reverse = b;
	hist_merge(&reverse, &a);
	KUNIT_EXPECT_MEMEQ(test, &reverse, &both, sizeof(a));
	hist_merge(&a, &b);
	KUNIT_EXPECT_MEMEQ(test, &a, &both, sizeof(a));
	/* An empty one changes nothing, its least value neither. */
	hist_init(&b);
	hist_merge(&a, &b);
	KUNIT_EXPECT_MEMEQ(test, &a, &both, sizeof(a));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(small_values_have_a_bucket_each),
	KUNIT_CASE(buckets_never_go_down_and_lose_less_than_one_percent),
	KUNIT_CASE(a_value_stands_for_its_own_bucket),
	KUNIT_CASE(each_edge_of_a_power_of_two_begins_a_bucket),
	KUNIT_CASE(what_is_too_great_is_in_the_last_bucket_and_exact_in_max),
	KUNIT_CASE(it_reaches_past_the_longest_run),
	KUNIT_CASE(who_knows_fewer_buckets_gets_them_as_they_were),
	KUNIT_CASE(an_empty_one_is_all_zero),
	KUNIT_CASE(one_value_is_every_percentile_exactly),
	KUNIT_CASE(no_percentile_and_no_mean_is_outside_of_what_was_recorded),
	KUNIT_CASE(a_trimmed_mean_is_that_of_the_least),
	KUNIT_CASE(percentiles_are_those_of_the_sorted_values),
	KUNIT_CASE(the_rank_of_very_many_values_does_not_overflow),
	KUNIT_CASE(merging_is_as_if_all_were_recorded_in_one),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_hist",
	.test_cases = cases,
};

kunit_test_suite(suite);
