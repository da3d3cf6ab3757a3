// SPDX-License-Identifier: GPL-2.0
/* Token buckets by themselves: burst, rate, what it takes to wait, keys, and what is noticed. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/timekeeping.h>

#include "check/violation.h"
#include "structures/bucket.h"
#include "structures/structure.h"

static const struct contend_structure *const s = &contend_structure_bucket;

static struct buckets *buckets(struct kunit *test, u64 capacity)
{
	const struct contend_shape shape = { .capacity = capacity, .parts = 1 };
	void *data = kunit_kzalloc(test, s->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_EQ(test, s->init(data, &shape), 0);
	return data;
}

static struct contend_scratch done(struct buckets *b, u32 verb, u64 key, u64 value)
{
	const struct contend_request rq = { .verb = verb, .key = key, .value = value };
	struct contend_scratch x = { .lacks = CONDITION_NONE };

	contend_bucket_write(b, &rq, &x);
	return x;
}

static u64 flagged(const struct buckets *b)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	s->verify(b, &log);
	return log.total;
}

static void a_burst_is_granted_and_then_no_more(struct kunit *test)
{
	struct buckets *b = buckets(test, 1);
	struct contend_scratch x;
	u64 from;
	int i;

	/* None comes while the test lasts. */
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(0x7fffffff, 10)).error, 0);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, done(b, BUCKET_TRY_TAKE, i, 0).error, 0);
	from = ktime_get_mono_fast_ns();
	x = done(b, BUCKET_TRY_TAKE, 0, 0);
	KUNIT_EXPECT_EQ(test, x.error, -EAGAIN);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_NONE);
	KUNIT_EXPECT_LE(test, x.value, 0x7fffffffULL);
	KUNIT_EXPECT_GT(test, x.value, 0x70000000ULL);
	x = done(b, BUCKET_TAKE, 0, BUCKET_TOKENS(3));
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
	KUNIT_EXPECT_GT(test, x.due_ns, from + 2 * 0x7fffffffULL);
	KUNIT_EXPECT_EQ(test, s->ready(b), 0U);
	KUNIT_EXPECT_GT(test, s->due(b), from);
	KUNIT_EXPECT_EQ(test, flagged(b), 0ULL);
	s->destroy(b);
}

static void tokens_come_at_the_rate(struct kunit *test)
{
	struct buckets *b = buckets(test, 1);
	const u64 interval = 2 * NSEC_PER_MSEC;
	u64 from, took;
	int i;

	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(interval, 2)).error, 0);
	from = ktime_get_mono_fast_ns();
	for (i = 0; i < 12; i++)
		while (done(b, BUCKET_TRY_TAKE, 0, 0).error)
			usleep_range(100, 200);
	took = ktime_get_mono_fast_ns() - from;
	/* Two were there; how long it takes at most nobody can promise. */
	KUNIT_EXPECT_GE(test, took, 10 * interval);
	KUNIT_EXPECT_EQ(test, flagged(b), 0ULL);
	/* However long nobody comes, there is not more than the burst. */
	usleep_range(5 * interval / 1000, 6 * interval / 1000);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_TRY_TAKE, 0, BUCKET_TOKENS(2)).error, 0);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_TRY_TAKE, 0, BUCKET_TOKENS(2)).error, -EAGAIN);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_TRY_TAKE, 0, BUCKET_TOKENS(3)).error, -ENOSPC);
	s->destroy(b);
}

static void keys_have_buckets_of_their_own(struct kunit *test)
{
	struct buckets *b = buckets(test, 64);
	int key, other = 0;

	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(0x7fffffff, 1)).error, 0);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_TRY_TAKE, 0, 0).error, 0);
	for (key = 0; key < 64; key++) {
		KUNIT_EXPECT_EQ(test, done(b, BUCKET_TRY_TAKE, 0, 0).error, -EAGAIN);
		other += !done(b, BUCKET_TRY_TAKE, key, 0).error;
	}
	/* By a hash: some share one. */
	KUNIT_EXPECT_GT(test, other, 30);
	KUNIT_EXPECT_LT(test, other, 64);
	KUNIT_EXPECT_EQ(test, flagged(b), 0ULL);
	s->destroy(b);
}

static void a_rate_stays_once_it_was_used(struct kunit *test)
{
	struct buckets *b = buckets(test, 1);

	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(0, 1)).error, -EINVAL);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(1, 0)).error, -EINVAL);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(1ULL << 31, 1)).error, -EINVAL);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(1, 1ULL << 31)).error, -EINVAL);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(5, 5)).error, 0);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(6, 5)).error, 0);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_TRY_TAKE, 0, 0).error, 0);
	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(5, 5)).error, -EBUSY);
	s->destroy(b);
}

/* As two would have it that have taken the same token. */
static void more_than_burst_and_rate_is_noticed(struct kunit *test)
{
	struct buckets *b = buckets(test, 1);

	KUNIT_EXPECT_EQ(test, done(b, BUCKET_SET, 0, BUCKET_RATE(0x7fffffff, 2)).error, 0);
	KUNIT_EXPECT_NULL(test, done(b, BUCKET_TRY_TAKE, 0, 0).broken);
	b->bucket[0].arrival = 0;
	KUNIT_EXPECT_NULL(test, done(b, BUCKET_TRY_TAKE, 0, 0).broken);
	KUNIT_EXPECT_EQ(test, flagged(b), 0ULL);
	b->bucket[0].arrival = 0;
	KUNIT_EXPECT_NOT_NULL(test, done(b, BUCKET_TRY_TAKE, 0, 0).broken);
	KUNIT_EXPECT_EQ(test, flagged(b), 1ULL);
	s->destroy(b);
}

static struct kunit_case bucket_cases[] = {
	KUNIT_CASE(a_burst_is_granted_and_then_no_more),
	KUNIT_CASE(tokens_come_at_the_rate),
	KUNIT_CASE(keys_have_buckets_of_their_own),
	KUNIT_CASE(a_rate_stays_once_it_was_used),
	KUNIT_CASE(more_than_burst_and_rate_is_noticed),
	{}
};

static struct kunit_suite bucket_suite = {
	.name = "contend_bucket",
	.test_cases = bucket_cases,
};

kunit_test_suites(&bucket_suite);
MODULE_LICENSE("GPL");
