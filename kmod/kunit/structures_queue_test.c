// SPDX-License-Identifier: GPL-2.0
/* A queue by itself: order, full, empty, closed, what it lacks and meets, and what is noticed. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "check/violation.h"
#include "structures/queue.h"
#include "structures/structure.h"

static struct queue *queue(struct kunit *test, u64 capacity)
{
	const struct contend_structure *s = &contend_structure_queue;
	const struct contend_shape shape = { .capacity = capacity, .parts = 1 };
	void *data = kunit_kzalloc(test, s->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_EQ(test, s->init(data, &shape), 0);
	return data;
}

static struct contend_scratch done(struct queue *q, u32 verb, u64 key)
{
	const struct contend_request rq = { .verb = verb, .key = key };
	struct contend_scratch x = { .lacks = CONDITION_NONE };

	contend_queue_write(q, &rq, &x);
	return x;
}

static u64 flagged(const struct queue *q, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = contend_structure_queue.verify(q, &log);
	return log.total;
}

static void what_was_put_first_comes_first_through_many_rounds(struct kunit *test)
{
	/* Not a power of two. */
	struct queue *q = queue(test, 5);
	u64 in = 0, out = 0, count;

	while (in < 3)
		KUNIT_EXPECT_EQ(test, done(q, QUEUE_PUT, in++).error, 0);
	while (out < 1000) {
		struct contend_scratch x = done(q, QUEUE_GET, 0);

		KUNIT_EXPECT_EQ(test, x.error, 0);
		KUNIT_EXPECT_EQ(test, x.value, out++);
		KUNIT_EXPECT_NULL(test, x.broken);
		KUNIT_EXPECT_EQ(test, done(q, QUEUE_TRY_PUT, in++).error, 0);
	}
	KUNIT_EXPECT_EQ(test, contend_structure_queue.elements(q), 3ULL);
	KUNIT_EXPECT_EQ(test, flagged(q, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 3ULL);
	contend_structure_queue.destroy(q);
}

/* It says so and does nothing; the verbs that try say the same, and lack nothing. */
static void what_would_wait_says_for_what(struct kunit *test)
{
	struct queue *q = queue(test, 1);
	struct contend_scratch x;

	x = done(q, QUEUE_GET, 0);
	KUNIT_EXPECT_EQ(test, x.error, -ENOENT);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
	KUNIT_EXPECT_EQ(test, done(q, QUEUE_TRY_GET, 0).lacks, CONDITION_NONE);
	x = done(q, QUEUE_PUT, 7);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_NONE);
	KUNIT_EXPECT_EQ(test, x.met, BIT(CONDITION_IN));
	x = done(q, QUEUE_PUT, 8);
	KUNIT_EXPECT_EQ(test, x.error, -ENOSPC);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_OUT);
	KUNIT_EXPECT_EQ(test, x.met, 0);
	KUNIT_EXPECT_EQ(test, done(q, QUEUE_TRY_PUT, 8).lacks, CONDITION_NONE);
	x = done(q, QUEUE_GET, 0);
	KUNIT_EXPECT_EQ(test, x.value, 7);
	KUNIT_EXPECT_EQ(test, x.met, BIT(CONDITION_OUT));
	contend_structure_queue.destroy(q);
}

static void ready_says_what_would_not_wait(struct kunit *test)
{
	const struct contend_structure *s = &contend_structure_queue;
	const u32 both = BIT(CONDITION_IN) | BIT(CONDITION_OUT);
	struct queue *q = queue(test, 2);

	KUNIT_EXPECT_EQ(test, s->ready(q), BIT(CONDITION_OUT));
	done(q, QUEUE_PUT, 1);
	KUNIT_EXPECT_EQ(test, s->ready(q), both);
	done(q, QUEUE_PUT, 2);
	KUNIT_EXPECT_EQ(test, s->ready(q), BIT(CONDITION_IN));
	done(q, QUEUE_CLOSE, 0);
	KUNIT_EXPECT_EQ(test, s->ready(q), both);
	contend_structure_queue.destroy(q);
}

static void what_is_closed_is_drained(struct kunit *test)
{
	struct queue *q = queue(test, 2);
	struct contend_scratch x;

	done(q, QUEUE_PUT, 1);
	x = done(q, QUEUE_CLOSE, 0);
	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_EQ(test, x.met_all, BIT(CONDITION_IN) | BIT(CONDITION_OUT));
	KUNIT_EXPECT_EQ(test, done(q, QUEUE_PUT, 2).error, -EPIPE);
	KUNIT_EXPECT_EQ(test, done(q, QUEUE_GET, 0).error, 0);
	x = done(q, QUEUE_GET, 0);
	KUNIT_EXPECT_EQ(test, x.error, -EPIPE);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_NONE);
	contend_structure_queue.destroy(q);
}

/* What a broken lock would do to it. */
static void a_place_that_two_have_written_is_noticed(struct kunit *test)
{
	struct queue *q = queue(test, 4);
	u64 count;

	done(q, QUEUE_PUT, 1);
	done(q, QUEUE_PUT, 2);
	q->places[0].key = 3;
	KUNIT_EXPECT_EQ(test, flagged(q, &count), 1ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(q, QUEUE_GET, 0).broken);
	KUNIT_EXPECT_EQ(test, flagged(q, &count), 0ULL);
	q->tail = q->head + 5;
	KUNIT_EXPECT_EQ(test, flagged(q, &count), 1ULL);
	contend_structure_queue.destroy(q);
}

static struct kunit_case queue_cases[] = {
	KUNIT_CASE(what_was_put_first_comes_first_through_many_rounds),
	KUNIT_CASE(what_would_wait_says_for_what),
	KUNIT_CASE(ready_says_what_would_not_wait),
	KUNIT_CASE(what_is_closed_is_drained),
	KUNIT_CASE(a_place_that_two_have_written_is_noticed),
	{}
};

static struct kunit_suite queue_suite = {
	.name = "contend_queue",
	.test_cases = queue_cases,
};

kunit_test_suite(queue_suite);
MODULE_LICENSE("GPL");
