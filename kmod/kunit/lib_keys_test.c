// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "lib/keys.h"

static void uniform_keys_are_even_and_in_range(struct kunit *test)
{
	struct keys_spec spec = { .kind = KEYS_UNIFORM, .range = 7 };
	unsigned int count[7] = { 0 };
	struct keys k;
	struct rng r;
	u64 turn = 0;
	int i;

	KUNIT_EXPECT_EQ(test, keys_init(&k, &spec), 0);
	rng_seed(&r, 1, 0);
	for (i = 0; i < 70000; i++)
		count[keys_next(&k, &r, &turn)]++;
	for (i = 0; i < 7; i++) {
		KUNIT_EXPECT_GE(test, count[i], 9700);
		KUNIT_EXPECT_LE(test, count[i], 10300);
	}
	keys_destroy(&k);
}

static void sequential_keys_begin_again(struct kunit *test)
{
	struct keys_spec spec = { .kind = KEYS_SEQ, .range = 3 };
	struct keys k;
	struct rng r;
	u64 turn = 0;
	u32 i;

	KUNIT_EXPECT_EQ(test, keys_init(&k, &spec), 0);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, keys_next(&k, &r, &turn), i % 3);
	keys_destroy(&k);
}

static void a_draw_is_the_first_key_that_reaches_it(struct kunit *test)
{
	struct keys_spec spec = { .kind = KEYS_ZIPF, .theta_milli = 1000, .range = 100 };
	struct keys k;
	struct rng r;
	u32 draw, key;
	int i;

	KUNIT_EXPECT_EQ(test, keys_init(&k, &spec), 0);
	KUNIT_EXPECT_EQ(test, keys_zipf(&k, 0), 0);
	KUNIT_EXPECT_EQ(test, keys_zipf(&k, ~0U), 99);
	for (i = 0; i < 99; i++)
		KUNIT_EXPECT_EQ(test, keys_zipf(&k, k.cdf[i]), i);
	rng_seed(&r, 2, 0);
	for (i = 0; i < 10000; i++) {
		draw = rng_next(&r);
		key = keys_zipf(&k, draw);
		KUNIT_EXPECT_TRUE(test, k.cdf[key] >= draw && (!key || k.cdf[key - 1] < draw));
	}
	keys_destroy(&k);
}

static void destroying_what_was_never_made_is_fine(struct kunit *test)
{
	struct keys k = { 0 };

	keys_destroy(&k);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(uniform_keys_are_even_and_in_range),
	KUNIT_CASE(sequential_keys_begin_again),
	KUNIT_CASE(a_draw_is_the_first_key_that_reaches_it),
	KUNIT_CASE(destroying_what_was_never_made_is_fine),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_keys",
	.test_cases = cases,
};

kunit_test_suite(suite);
