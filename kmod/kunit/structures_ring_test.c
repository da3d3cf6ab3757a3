// SPDX-License-Identifier: GPL-2.0
/* Rings by themselves: order, full, empty, many rounds, batches, and what their checks notice. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "check/violation.h"
#include "structures/ring.h"
#include "structures/structure.h"

static const enum structure_index rings[] = {
	STRUCTURE_ring, STRUCTURE_ring_mpsc, STRUCTURE_ring_spmc, STRUCTURE_ring_spsc,
	STRUCTURE_peer_kfifo, STRUCTURE_peer_ptr_ring,
};

static void *ring(struct kunit *test, enum structure_index s, u64 capacity)
{
	const struct contend_structure *of = contend_structure_at(s);
	const struct contend_shape shape = { .capacity = capacity, .parts = 1 };
	void *data = kunit_kzalloc(test, of->size + SMP_CACHE_BYTES, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	data = PTR_ALIGN(data, SMP_CACHE_BYTES);
	KUNIT_ASSERT_EQ(test, of->init(data, &shape), 0);
	return data;
}

static struct contend_scratch done(enum structure_index s, void *data, u32 verb, u64 key)
{
	const struct contend_request rq = { .verb = verb, .key = key };
	struct contend_scratch x = { .count = 1 };

	contend_structure_write(s, data, &rq, &x);
	return x;
}

static u64 flagged(enum structure_index s, const void *data, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = contend_structure_at(s)->verify(data, &log);
	return log.total;
}

static void expect_order(struct kunit *test, enum structure_index s)
{
	void *data = ring(test, s, 4);
	u64 in = 0, out = 0, count;

	/* Never empty, never full: each place sees many rounds. */
	while (in < 3)
		KUNIT_EXPECT_EQ(test, done(s, data, RING_PUT, in++).error, 0);
	while (out < 1000) {
		struct contend_scratch x = done(s, data, RING_GET, 0);

		KUNIT_EXPECT_EQ(test, x.error, 0);
		KUNIT_EXPECT_EQ(test, x.value, out++);
		KUNIT_EXPECT_EQ(test, x.count, 1U);
		KUNIT_EXPECT_NULL(test, x.broken);
		KUNIT_EXPECT_EQ(test, done(s, data, RING_PUT, in++).error, 0);
		KUNIT_EXPECT_EQ(test, contend_structure_at(s)->elements(data), 3ULL);
	}
	KUNIT_EXPECT_EQ(test, flagged(s, data, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 3ULL);
	contend_structure_at(s)->destroy(data);
}

static void what_was_put_first_comes_first_through_many_rounds(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rings); i++)
		expect_order(test, rings[i]);
}

static void expect_full_and_empty(struct kunit *test, enum structure_index s)
{
	void *data = ring(test, s, 4);
	u64 i;

	KUNIT_EXPECT_EQ(test, done(s, data, RING_GET, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(s, data, RING_GET_BATCH, 0).error, -ENOENT);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, done(s, data, RING_PUT, i).error, 0);
	KUNIT_EXPECT_EQ(test, done(s, data, RING_PUT, 4).error, -ENOSPC);
	KUNIT_EXPECT_EQ(test, done(s, data, RING_PUT_BATCH, 4).error, -ENOSPC);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, done(s, data, RING_GET, 0).value, i);
	KUNIT_EXPECT_EQ(test, done(s, data, RING_GET, 0).error, -ENOENT);
	contend_structure_at(s)->destroy(data);
}

static void full_and_empty_are_answers(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rings); i++)
		expect_full_and_empty(test, rings[i]);
}

static void expect_batch(struct kunit *test, enum structure_index s, void *data, u32 verb, u64 key,
			 u64 n)
{
	const struct contend_scratch x = done(s, data, verb, key);

	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_EQ(test, x.count, n);
	KUNIT_EXPECT_EQ(test, x.value, n);
	KUNIT_EXPECT_NULL(test, x.broken);
}

static void a_batch_is_what_there_is_or_what_there_is_room_for(struct kunit *test)
{
	size_t i;

	/* All but the last, which makes room when it has taken out several. */
	for (i = 0; i < ARRAY_SIZE(rings) - 1; i++) {
		const enum structure_index s = rings[i];
		void *data = ring(test, s, 64);
		u64 count;

		/* So that what follows goes round the end. */
		done(s, data, RING_PUT, 0);
		expect_batch(test, s, data, RING_GET_BATCH, 0, 1);
		expect_batch(test, s, data, RING_PUT_BATCH, 100, RING_BATCH);
		expect_batch(test, s, data, RING_PUT_BATCH, 200, RING_BATCH);
		KUNIT_EXPECT_EQ(test, done(s, data, RING_GET, 0).value, 100ULL);
		expect_batch(test, s, data, RING_PUT_BATCH, 300, 1);
		KUNIT_EXPECT_EQ(test, flagged(s, data, &count), 0ULL);
		KUNIT_EXPECT_EQ(test, count, 64ULL);
		expect_batch(test, s, data, RING_GET_BATCH, 0, RING_BATCH);
		KUNIT_EXPECT_EQ(test, done(s, data, RING_GET, 0).value, 201ULL);
		expect_batch(test, s, data, RING_GET_BATCH, 0, RING_BATCH - 1);
		KUNIT_EXPECT_EQ(test, done(s, data, RING_GET, 0).error, -ENOENT);
		contend_structure_at(s)->destroy(data);
	}
}

static void what_is_of_another_round_is_noticed(struct kunit *test)
{
	const enum structure_index s = STRUCTURE_ring;
	struct ring *r = ring(test, s, 4);
	u64 count, i;

	for (i = 0; i < 4; i++)
		done(s, r, RING_PUT, 7);
	KUNIT_EXPECT_EQ(test, flagged(s, r, &count), 0ULL);
	r->places[3].turn += 4;
	KUNIT_EXPECT_EQ(test, flagged(s, r, &count), 1ULL);
	/* As if two had filled a place in different rounds. */
	r->places[0].seal = r->places[1].seal;
	KUNIT_EXPECT_EQ(test, flagged(s, r, &count), 2ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(s, r, RING_GET, 0).broken);
	KUNIT_EXPECT_NULL(test, done(s, r, RING_GET, 0).broken);
	contend_structure_at(s)->destroy(r);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(what_was_put_first_comes_first_through_many_rounds),
	KUNIT_CASE(full_and_empty_are_answers),
	KUNIT_CASE(a_batch_is_what_there_is_or_what_there_is_room_for),
	KUNIT_CASE(what_is_of_another_round_is_noticed),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "contend_ring",
	.test_cases = ring_cases,
};

kunit_test_suites(&ring_suite);
