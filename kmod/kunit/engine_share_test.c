// SPDX-License-Identifier: GPL-2.0
/* When each thread works, of those that come before all others. */
#include <kunit/test.h>

#include "clock.h"
#include "engine/share.h"

#define WORK_NS	(8 * NSEC_PER_MSEC)
#define COST_NS	(WORK_NS * 100 / SHARE_PERCENT)

static void work_that_is_booked_leaves_others_their_part(struct kunit *test)
{
	u64 now = contend_clock(), first = share_book(0, now, WORK_NS);
	unsigned int i;

	KUNIT_EXPECT_GE(test, first, now);
	for (i = 1; i < 10; i++)
		KUNIT_EXPECT_EQ(test, share_book(0, now, WORK_NS), first + i * COST_NS);
	/* What nobody has booked is not saved up: a late booking begins at once. */
	now = first + 100 * COST_NS;
	KUNIT_EXPECT_EQ(test, share_book(0, now, WORK_NS), now);
	KUNIT_EXPECT_EQ(test, share_book(0, now, 0), now + COST_NS);
}

static void what_was_not_used_is_given_back(struct kunit *test)
{
	u64 now = contend_clock(), begin;
	struct share s = { };

	KUNIT_EXPECT_TRUE(test, share_used(&s));
	begin = share_next(&s, now, NSEC_PER_SEC);
	KUNIT_EXPECT_FALSE(test, share_used(&s));
	KUNIT_EXPECT_EQ(test, s.waited_ns, begin - now);
	share_end(&s);
	/* All but what this thread has used in its life, and never booked. */
	KUNIT_EXPECT_LT(test, share_book(s.cpu, now, 0),
			begin + s.used_ns * 100 / SHARE_PERCENT + 2);
}

static struct kunit_case share_cases[] = {
	KUNIT_CASE(work_that_is_booked_leaves_others_their_part),
	KUNIT_CASE(what_was_not_used_is_given_back),
	{ }
};

static struct kunit_suite share_suite = {
	.name = "contend_share",
	.test_cases = share_cases,
};

kunit_test_suites(&share_suite);
