// SPDX-License-Identifier: GPL-2.0
/* A ring by itself: order, full, empty, many rounds, and what its checks notice. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "check/violation.h"
#include "structures/ring.h"
#include "structures/structure.h"

static void *ring(struct kunit *test, u64 capacity)
{
	const struct contend_structure *s = &contend_structure_ring;
	const struct contend_shape shape = { .capacity = capacity, .parts = 1 };
	void *data = kunit_kzalloc(test, s->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_EQ(test, s->init(data, &shape), 0);
	return data;
}

static struct contend_scratch done(void *data, u32 verb, u64 key)
{
	const struct contend_request rq = { .verb = verb, .key = key };
	struct contend_scratch x = { };

	contend_ring_write(data, &rq, &x);
	return x;
}

static u64 flagged(const void *data, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = contend_structure_ring.verify(data, &log);
	return log.total;
}

static void what_was_put_first_comes_first_through_many_rounds(struct kunit *test)
{
	void *data = ring(test, 4);
	u64 in = 0, out = 0, count;

	/* Never empty, never full: each place sees many rounds. */
	while (in < 3)
		KUNIT_EXPECT_EQ(test, done(data, RING_PUT, in++).error, 0);
	while (out < 1000) {
		struct contend_scratch x = done(data, RING_GET, 0);

		KUNIT_EXPECT_EQ(test, x.error, 0);
		KUNIT_EXPECT_EQ(test, x.value, out++);
		KUNIT_EXPECT_NULL(test, x.broken);
		KUNIT_EXPECT_EQ(test, done(data, RING_PUT, in++).error, 0);
	}
	KUNIT_EXPECT_EQ(test, contend_structure_ring.elements(data), 3ULL);
	KUNIT_EXPECT_EQ(test, flagged(data, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 3ULL);
	contend_structure_ring.destroy(data);
}

static void full_and_empty_are_answers(struct kunit *test)
{
	void *data = ring(test, 4);
	u64 i;

	KUNIT_EXPECT_EQ(test, done(data, RING_GET, 0).error, -ENOENT);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, done(data, RING_PUT, i).error, 0);
	KUNIT_EXPECT_EQ(test, done(data, RING_PUT, 4).error, -ENOSPC);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, done(data, RING_GET, 0).value, i);
	KUNIT_EXPECT_EQ(test, done(data, RING_GET, 0).error, -ENOENT);
	contend_structure_ring.destroy(data);
}

static void what_is_of_another_round_is_noticed(struct kunit *test)
{
	struct ring *r = ring(test, 4);
	u64 count, i;

	for (i = 0; i < 4; i++)
		done(r, RING_PUT, 7);
	KUNIT_EXPECT_EQ(test, flagged(r, &count), 0ULL);
	r->places[3].turn += 4;
	KUNIT_EXPECT_EQ(test, flagged(r, &count), 1ULL);
	/* As if two had filled a place in different rounds. */
	r->places[0].seal = r->places[1].seal;
	KUNIT_EXPECT_EQ(test, flagged(r, &count), 2ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(r, RING_GET, 0).broken);
	KUNIT_EXPECT_NULL(test, done(r, RING_GET, 0).broken);
	contend_structure_ring.destroy(r);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(what_was_put_first_comes_first_through_many_rounds),
	KUNIT_CASE(full_and_empty_are_answers),
	KUNIT_CASE(what_is_of_another_round_is_noticed),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "contend_ring",
	.test_cases = ring_cases,
};

kunit_test_suites(&ring_suite);
