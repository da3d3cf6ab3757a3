// SPDX-License-Identifier: GPL-2.0
#include <math.h>

#include "lib/keys.h"
#include "unit.h"

static void uniform_keys_are_even_and_in_range(void **state)
{
	struct keys_spec spec = { .kind = KEYS_UNIFORM, .range = 7 };
	unsigned int count[7] = { 0 };
	struct keys k;
	struct rng r;
	u64 turn = 0;
	int i;

	assert_int_equal(keys_init(&k, &spec), 0);
	rng_seed(&r, 1, 0);
	for (i = 0; i < 70000; i++)
		count[keys_next(&k, &r, &turn)]++;
	for (i = 0; i < 7; i++)
		assert_in_range(count[i], 9700, 10300);
	keys_destroy(&k);
}

static void sequential_keys_begin_again(void **state)
{
	struct keys_spec spec = { .kind = KEYS_SEQ, .range = 3 };
	struct keys k;
	struct rng r;
	u64 turn = 0;
	u32 i;

	assert_int_equal(keys_init(&k, &spec), 0);
	for (i = 0; i < 10; i++)
		assert_int_equal(keys_next(&k, &r, &turn), i % 3);
	keys_destroy(&k);
}

/* The table against the C library's pow(). */
static void expect_zipf(u32 theta_milli, u32 range)
{
	struct keys_spec spec = {
		.kind = KEYS_ZIPF, .theta_milli = theta_milli, .range = range,
	};
	double total = 0, upto = 0, off, worst = 0;
	struct keys k;
	u32 i;

	assert_int_equal(keys_init(&k, &spec), 0);
	for (i = 1; i <= range; i++)
		total += pow(i, -(theta_milli / 1000.0));
	for (i = 0; i < range; i++) {
		upto += pow(i + 1, -(theta_milli / 1000.0));
		off = fabs(k.cdf[i] / 4294967295.0 - upto / total);
		worst = off > worst ? off : worst;
		assert_true(!i || k.cdf[i] >= k.cdf[i - 1]);
	}
	assert_true(worst < 0.00001);
	assert_true(k.cdf[range - 1] == ~0U);
	keys_destroy(&k);
}

static void zipf_is_what_pow_says(void **state)
{
	expect_zipf(1000, 1000);
	expect_zipf(1, 100);
	expect_zipf(500, 4096);
	expect_zipf(990, 100000);
	expect_zipf(1200, 10000);
	expect_zipf(2000, 1);
	expect_zipf(4000, 50);
	expect_zipf(1000, 1 << 20);
}

static void a_draw_is_the_first_key_that_reaches_it(void **state)
{
	struct keys_spec spec = { .kind = KEYS_ZIPF, .theta_milli = 1000, .range = 100 };
	struct keys k;
	struct rng r;
	u32 draw, key;
	int i;

	assert_int_equal(keys_init(&k, &spec), 0);
	assert_int_equal(keys_zipf(&k, 0), 0);
	assert_int_equal(keys_zipf(&k, ~0U), 99);
	for (i = 0; i < 99; i++)
		assert_int_equal(keys_zipf(&k, k.cdf[i]), i);
	rng_seed(&r, 2, 0);
	for (i = 0; i < 10000; i++) {
		draw = rng_next(&r);
		key = keys_zipf(&k, draw);
		assert_true(k.cdf[key] >= draw && (!key || k.cdf[key - 1] < draw));
	}
	keys_destroy(&k);
}

static void destroying_what_was_never_made_is_fine(void **state)
{
	struct keys k = { 0 };

	keys_destroy(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uniform_keys_are_even_and_in_range),
		cmocka_unit_test(sequential_keys_begin_again),
		cmocka_unit_test(zipf_is_what_pow_says),
		cmocka_unit_test(a_draw_is_the_first_key_that_reaches_it),
		cmocka_unit_test(destroying_what_was_never_made_is_fine),
	};

	return RUN_TESTS(tests);
}
