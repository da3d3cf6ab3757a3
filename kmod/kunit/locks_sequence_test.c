// SPDX-License-Identifier: GPL-2.0
/* A reader of a sequence whose writers do not let one begin. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/seqlock.h>

#include "locks/lock.h"

static bool keeps_writers_out(seqlock_t *sl)
{
	if (!spin_trylock(&sl->lock))
		return true;
	spin_unlock(&sl->lock);
	return false;
}

/*
 * As a reader sees writers that take turns, when it misses the moment between two of them: each
 * time that it looks, one is there.
 */
static void a_reader_does_not_wait_for_ever(struct kunit *test)
{
	const struct lock_ops *ops = contend_lock_find("seqlock")->ops;
	seqlock_t *sl = kunit_kzalloc(test, sizeof(*sl), GFP_KERNEL);
	union lock_token token;

	KUNIT_ASSERT_NOT_NULL(test, sl);
	ops->init(sl);
	sl->seqcount.seqcount.sequence++;
	ops->read_enter(sl, &token);
	KUNIT_EXPECT_TRUE(test, keeps_writers_out(sl));
	KUNIT_EXPECT_FALSE_MSG(test, ops->read_leave(sl, &token), "what it has read is not torn");
	KUNIT_EXPECT_FALSE(test, keeps_writers_out(sl));
	sl->seqcount.seqcount.sequence++;
	ops->read_enter(sl, &token);
	KUNIT_EXPECT_FALSE_MSG(test, keeps_writers_out(sl), "another one need not");
	KUNIT_EXPECT_FALSE(test, ops->read_leave(sl, &token));
}

static struct kunit_case sequence_cases[] = {
	KUNIT_CASE(a_reader_does_not_wait_for_ever),
	{}
};

static struct kunit_suite sequence_suite = {
	.name = "contend_sequence",
	.test_cases = sequence_cases,
};

kunit_test_suites(&sequence_suite);
