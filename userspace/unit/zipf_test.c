// SPDX-License-Identifier: GPL-2.0
/* Here and not in kmod/kunit, for the kernel has no floating point. */
#include <kunit/test.h>
#include <math.h>

#include "lib/keys.h"

/* The table against the C library's pow(). */
static void expect_zipf(struct kunit *test, u32 theta_milli, u32 range)
{
	struct keys_spec spec = {
		.kind = KEYS_ZIPF, .theta_milli = theta_milli, .range = range,
	};
	double total = 0, upto = 0, off, worst = 0;
	struct keys k;
	u32 i;

	KUNIT_EXPECT_EQ(test, keys_init(&k, &spec), 0);
	for (i = 1; i <= range; i++)
		total += pow(i, -(theta_milli / 1000.0));
	for (i = 0; i < range; i++) {
		upto += pow(i + 1, -(theta_milli / 1000.0));
		off = fabs(k.cdf[i] / 4294967295.0 - upto / total);
		worst = off > worst ? off : worst;
		KUNIT_EXPECT_TRUE(test, !i || k.cdf[i] >= k.cdf[i - 1]);
	}
	KUNIT_EXPECT_TRUE(test, worst < 0.00001);
	KUNIT_EXPECT_TRUE(test, k.cdf[range - 1] == ~0U);
	keys_destroy(&k);
}

static void zipf_is_what_pow_says(struct kunit *test)
{
	expect_zipf(test, 1000, 1000);
	expect_zipf(test, 1, 100);
	expect_zipf(test, 500, 4096);
	expect_zipf(test, 990, 100000);
	expect_zipf(test, 1200, 10000);
	expect_zipf(test, 2000, 1);
	expect_zipf(test, 4000, 50);
	expect_zipf(test, 1000, 1 << 20);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(zipf_is_what_pow_says),
	{}
};

static struct kunit_suite suite = {
	.name = "zipf",
	.test_cases = cases,
};

kunit_test_suite(suite);
