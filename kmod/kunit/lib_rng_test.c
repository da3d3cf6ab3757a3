// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "lib/mix.h"
#include "lib/rng.h"

static void a_seed_gives_the_same_numbers_for_ever(struct kunit *test)
{
	/* From a calculation outside this code: a result is repeatable by its seed. */
	static const u64 expected[] = {
		0x4b46a55df3611b9bULL, 0xd7e1f1410e763ef4ULL, 0x5f14ec66975f9b06ULL,
	};
	struct rng r;
	size_t i;

	rng_seed(&r, 1, 0);
	for (i = 0; i < ARRAY_SIZE(expected); i++)
		KUNIT_EXPECT_TRUE(test, rng_next(&r) == expected[i]);
}

static void streams_and_seeds_differ(struct kunit *test)
{
	struct rng a, b, c;
	int i, same = 0;

	rng_seed(&a, 1, 0);
	rng_seed(&b, 1, 1);
	rng_seed(&c, 2, 0);
	for (i = 0; i < 10000; i++) {
		u64 x = rng_next(&a), y = rng_next(&b), z = rng_next(&c);

		same += x == y || y == z || x == z;
	}
	KUNIT_EXPECT_EQ(test, same, 0);
}

static void the_state_is_never_zero(struct kunit *test)
{
	struct rng r;
	u64 stream;

	for (stream = 0; stream < 100000; stream++) {
		rng_seed(&r, -(stream + 1) * 0x9e3779b97f4a7c15ULL, stream);
		KUNIT_EXPECT_TRUE(test, r.state != 0);
	}
}

static void below_stays_below_and_is_even(struct kunit *test)
{
	enum { BOUND = 10, DRAWS = 100000 };
	unsigned int count[BOUND] = { 0 };
	struct rng r;
	int i;

	rng_seed(&r, 5, 0);
	for (i = 0; i < DRAWS; i++) {
		u32 x = rng_below(&r, BOUND);

		KUNIT_EXPECT_TRUE(test, x < BOUND);
		count[x]++;
	}
	/* The seed is fixed: these are 3 % of the expected count, or a bug. */
	for (i = 0; i < BOUND; i++) {
		KUNIT_EXPECT_GE(test, count[i], DRAWS / BOUND * 97 / 100);
		KUNIT_EXPECT_LE(test, count[i], DRAWS / BOUND * 103 / 100);
	}
	KUNIT_EXPECT_EQ(test, rng_below(&r, 1), 0);
}

static const struct contend_verb verbs[] = {
	{ .name = "lookup", .guard = GUARD_READ, .share = 90 },
	{ .name = "insert", .guard = GUARD_WRITE, .share = 5 },
	{ .name = "erase", .guard = GUARD_WRITE, .share = 5 },
	{ }
};

static void draw(const struct mix *mix, unsigned int *count, int draws)
{
	struct rng r;

	rng_seed(&r, 9, 0);
	while (draws--)
		count[mix_next(mix, &r)]++;
}

static void a_mix_without_words_is_the_structures_own(struct kunit *test)
{
	unsigned int count[SPEC_VERBS] = { 0 };
	struct spec_error error;
	static struct spec spec;
	struct mix mix;

	spec_init(&spec);
	KUNIT_EXPECT_EQ(test, mix_init(&mix, verbs, "list", &spec, &error), 0);
	KUNIT_EXPECT_EQ(test, mix.n, 3);
	KUNIT_EXPECT_EQ(test, mix.write, 6);
	KUNIT_EXPECT_TRUE(test, mix.upto[2] == 1ULL << 32);
	draw(&mix, count, 100000);
	KUNIT_EXPECT_GE(test, count[0], 89500);
	KUNIT_EXPECT_LE(test, count[0], 90500);
	KUNIT_EXPECT_GE(test, count[1], 4700);
	KUNIT_EXPECT_LE(test, count[1], 5300);
}

static void a_mix_is_drawn_by_its_shares(struct kunit *test)
{
	static const char words[] = "mix=erase:1,lookup:0,insert:3";
	unsigned int count[SPEC_VERBS] = { 0 };
	struct spec_error error;
	static struct spec spec;
	struct mix mix;

	spec_init(&spec);
	KUNIT_EXPECT_EQ(test, spec_parse(&spec, words, strlen(words), &error), 0);
	KUNIT_EXPECT_EQ(test, mix_init(&mix, verbs, "list", &spec, &error), 0);
	KUNIT_EXPECT_EQ(test, mix.verb[0], 2);
	KUNIT_EXPECT_EQ(test, mix.write, 5);
	draw(&mix, count, 100000);
	KUNIT_EXPECT_GE(test, count[0], 24500);
	KUNIT_EXPECT_LE(test, count[0], 25500);
	KUNIT_EXPECT_EQ(test, count[1], 0);
	KUNIT_EXPECT_GE(test, count[2], 74500);
	KUNIT_EXPECT_LE(test, count[2], 75500);
}

static void an_operation_that_is_not_there_is_told(struct kunit *test)
{
	static const char words[] = "mix=lookup:1,push:1";
	struct spec_error error;
	static struct spec spec;
	struct mix mix;

	spec_init(&spec);
	KUNIT_EXPECT_EQ(test, spec_parse(&spec, words, strlen(words), &error), 0);
	KUNIT_EXPECT_EQ(test, mix_init(&mix, verbs, "list", &spec, &error), -EINVAL);
	KUNIT_EXPECT_STREQ(test, error.message,
			   "mix: structure=list has no operation 'push', but lookup, insert, erase");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_seed_gives_the_same_numbers_for_ever),
	KUNIT_CASE(streams_and_seeds_differ),
	KUNIT_CASE(the_state_is_never_zero),
	KUNIT_CASE(below_stays_below_and_is_even),
	KUNIT_CASE(a_mix_without_words_is_the_structures_own),
	KUNIT_CASE(a_mix_is_drawn_by_its_shares),
	KUNIT_CASE(an_operation_that_is_not_there_is_told),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_rng",
	.test_cases = cases,
};

kunit_test_suite(suite);
