// SPDX-License-Identifier: GPL-2.0
#include "lib/hist.h"
#include "lib/rng.h"
#include "unit.h"

static struct hist a, b;

static void small_values_have_a_bucket_each(void **state)
{
	u64 ns;

	for (ns = 0; ns < 128; ns++) {
		assert_int_equal(hist_index(ns), ns);
		assert_int_equal(hist_value(ns), ns);
	}
}

static void buckets_never_go_down_and_lose_less_than_one_percent(void **state)
{
	unsigned int last = 0, i;
	struct rng r;
	u64 ns, off;

	rng_seed(&r, 1, 0);
	for (ns = 1; ns < 1ULL << 34; ns += 1 + ns / 977) {
		i = hist_index(ns);
		assert_true(i >= last && i < HIST_BUCKETS);
		last = i;
		off = hist_value(i) > ns ? hist_value(i) - ns : ns - hist_value(i);
		assert_true(off * 100 <= ns);
	}
}

static void a_value_stands_for_its_own_bucket(void **state)
{
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS; i++)
		assert_int_equal(hist_index(hist_value(i)), i);
}

static void each_edge_of_a_power_of_two_begins_a_bucket(void **state)
{
	int bit;

	for (bit = 7; bit < 34; bit++)
		assert_int_equal(hist_index(1ULL << bit), hist_index((1ULL << bit) - 1) + 1);
}

static void what_is_too_great_is_in_the_last_bucket_and_exact_in_max(void **state)
{
	hist_init(&a);
	hist_add(&a, ~0ULL);
	hist_add(&a, 1ULL << 40);
	assert_int_equal(a.counts[HIST_BUCKETS - 1], 2);
	assert_true(a.max == ~0ULL);
	assert_true(hist_percentile(&a, 100000) == ~0ULL);
}

static void an_empty_one_is_all_zero(void **state)
{
	hist_init(&a);
	assert_int_equal(hist_percentile(&a, 50000), 0);
	assert_int_equal(hist_percentile(&a, 100000), 0);
	assert_int_equal(hist_mean(&a), 0);
}

static void one_value_is_every_percentile_exactly(void **state)
{
	hist_init(&a);
	hist_add(&a, 1234567);
	assert_int_equal(hist_percentile(&a, 1), 1234567);
	assert_int_equal(hist_percentile(&a, 50000), 1234567);
	assert_int_equal(hist_percentile(&a, 100000), 1234567);
	assert_int_equal(hist_mean(&a), 1234567);
}

static void no_percentile_is_outside_of_what_was_recorded(void **state)
{
	int i;

	/* 1000 begins its bucket and 1007 ends it: the middle is neither. */
	hist_init(&a);
	for (i = 0; i < 3; i++)
		hist_add(&a, 1000);
	assert_int_equal(hist_percentile(&a, 50000), 1000);
	hist_init(&a);
	for (i = 0; i < 3; i++)
		hist_add(&a, 1007);
	assert_int_equal(hist_percentile(&a, 50000), 1007);
}

static int compare(const void *x, const void *y)
{
	u64 l = *(const u64 *)x, r = *(const u64 *)y;

	return (l > r) - (l < r);
}

static void percentiles_are_those_of_the_sorted_values(void **state)
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
	qsort(values, N, sizeof(values[0]), compare);
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		rank = ((u64)N * points[i] + 99999) / 100000;
		exact = values[rank - 1];
		got = hist_percentile(&a, points[i]);
		assert_true((got > exact ? got - exact : exact - got) * 100 <= exact);
	}
	assert_true(a.min == values[0] && a.max == values[N - 1]);
	assert_true(hist_mean(&a) == (sum + N / 2) / N);
}

static void the_rank_of_very_many_values_does_not_overflow(void **state)
{
	hist_init(&a);
	a.total = 1ULL << 62;
	a.counts[10] = 1ULL << 61;
	a.counts[20] = 1ULL << 61;
	a.min = 10;
	a.max = 20;
	assert_int_equal(hist_percentile(&a, 50000), 10);
	assert_int_equal(hist_percentile(&a, 50001), 20);
}

static void merging_is_as_if_all_were_recorded_in_one(void **state)
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
	assert_memory_equal(&reverse, &both, sizeof(a));
	hist_merge(&a, &b);
	assert_memory_equal(&a, &both, sizeof(a));
	/* An empty one changes nothing, its least value neither. */
	hist_init(&b);
	hist_merge(&a, &b);
	assert_memory_equal(&a, &both, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_values_have_a_bucket_each),
		cmocka_unit_test(buckets_never_go_down_and_lose_less_than_one_percent),
		cmocka_unit_test(a_value_stands_for_its_own_bucket),
		cmocka_unit_test(each_edge_of_a_power_of_two_begins_a_bucket),
		cmocka_unit_test(what_is_too_great_is_in_the_last_bucket_and_exact_in_max),
		cmocka_unit_test(an_empty_one_is_all_zero),
		cmocka_unit_test(one_value_is_every_percentile_exactly),
		cmocka_unit_test(no_percentile_is_outside_of_what_was_recorded),
		cmocka_unit_test(percentiles_are_those_of_the_sorted_values),
		cmocka_unit_test(the_rank_of_very_many_values_does_not_overflow),
		cmocka_unit_test(merging_is_as_if_all_were_recorded_in_one),
	};

	return RUN_TESTS(tests);
}
