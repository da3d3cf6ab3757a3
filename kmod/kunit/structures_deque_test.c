// SPDX-License-Identifier: GPL-2.0
/* A deque by itself: both ends, full, empty, growth, and what its checks notice. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "check/violation.h"
#include "structures/deque.h"
#include "structures/structure.h"

static struct deque *deque(struct kunit *test, u64 capacity)
{
	const struct contend_structure *s = &contend_structure_deque;
	const struct contend_shape shape = { .capacity = capacity, .parts = 1 };
	void *data = kunit_kzalloc(test, s->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_EQ(test, s->init(data, &shape), 0);
	return data;
}

static struct contend_scratch done(struct deque *d, u32 verb, u64 key)
{
	const struct contend_request rq = { .verb = verb, .key = key };
	struct contend_scratch x = { };

	contend_deque_write(d, &rq, &x);
	return x;
}

static u64 flagged(const struct deque *d, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = contend_structure_deque.verify(d, &log);
	return log.total;
}

static void the_owner_has_the_last_and_a_thief_the_first(struct kunit *test)
{
	struct deque *d = deque(test, 8);
	u64 count, i;

	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, done(d, DEQUE_PUSH, i).error, 0);
	KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL, 0).value, 0ULL);
	KUNIT_EXPECT_EQ(test, done(d, DEQUE_POP, 0).value, 3ULL);
	KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL, 0).value, 1ULL);
	KUNIT_EXPECT_EQ(test, contend_structure_deque.elements(d), 1ULL);
	KUNIT_EXPECT_EQ(test, flagged(d, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 1ULL);
	/* The last one, either way. */
	KUNIT_EXPECT_EQ(test, done(d, DEQUE_POP, 0).value, 2ULL);
	done(d, DEQUE_PUSH, 7);
	KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL, 0).value, 7ULL);
	KUNIT_EXPECT_EQ(test, flagged(d, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 0ULL);
	contend_structure_deque.destroy(d);
}

/* The older half, and of one element that. */
static void half_is_stolen_at_once(struct kunit *test)
{
	struct deque *d = deque(test, 1000);
	struct contend_scratch x;
	u64 count, i;

	KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL_HALF, 0).error, -ENOENT);
	for (i = 0; i < 7; i++)
		done(d, DEQUE_PUSH, i);
	x = done(d, DEQUE_STEAL_HALF, 0);
	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_EQ(test, x.count, 4U);
	KUNIT_EXPECT_EQ(test, x.value, 0ULL);
	KUNIT_EXPECT_EQ(test, done(d, DEQUE_POP, 0).value, 6ULL);
	KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL_HALF, 0).value, 4ULL);
	KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL_HALF, 0).value, 5ULL);
	KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL_HALF, 0).error, -ENOENT);
	for (i = 0; i < 1000; i++)
		done(d, DEQUE_PUSH, i);
	KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL_HALF, 0).count, (u32)DEQUE_HALF_MOST);
	KUNIT_EXPECT_EQ(test, flagged(d, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 1000ULL - DEQUE_HALF_MOST);
	contend_structure_deque.destroy(d);
}

static void full_and_empty_are_answers(struct kunit *test)
{
	/* Also one that is no power of two, and one of one place. */
	static const u64 capacities[] = { 1, 4, 5 };
	u64 i, round;
	size_t c;

	for (c = 0; c < ARRAY_SIZE(capacities); c++) {
		struct deque *d = deque(test, capacities[c]);

		for (round = 0; round < 3; round++) {
			KUNIT_EXPECT_EQ(test, done(d, DEQUE_POP, 0).error, -ENOENT);
			KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL, 0).error, -ENOENT);
			for (i = 0; i < capacities[c]; i++)
				KUNIT_EXPECT_EQ(test, done(d, DEQUE_PUSH, i).error, 0);
			KUNIT_EXPECT_EQ(test, done(d, DEQUE_PUSH, i).error, -ENOSPC);
			for (i = 0; i < capacities[c]; i++)
				KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL, 0).value, i);
		}
		KUNIT_EXPECT_EQ(test, contend_structure_deque.elements(d), 0ULL);
		contend_structure_deque.destroy(d);
	}
}

static void it_grows_with_what_is_in_it_and_an_old_array_stays(struct kunit *test)
{
	struct deque *d = deque(test, 1000);
	const struct deque_array *first = d->array;
	u64 count, i, out = 0;

	KUNIT_EXPECT_EQ(test, first->mask + 1, (u64)DEQUE_FIRST);
	/* Not from position 0: what is copied lies around the end of the array. */
	for (i = 0; i < DEQUE_FIRST / 2; i++)
		done(d, DEQUE_PUSH, i);
	for (; out < DEQUE_FIRST / 2; out++)
		KUNIT_EXPECT_EQ(test, done(d, DEQUE_STEAL, 0).value, out);
	for (; i < 1000 + out; i++)
		KUNIT_EXPECT_EQ(test, done(d, DEQUE_PUSH, i).error, 0);
	KUNIT_EXPECT_EQ(test, d->array->mask + 1, 1024ULL);
	KUNIT_EXPECT_EQ(test, flagged(d, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 1000ULL);
	/* A thief that has read the old one finds there what it would steal. */
	KUNIT_EXPECT_EQ(test, first->places[out & first->mask].key, out);
	for (; out < i; out++) {
		struct contend_scratch x = done(d, DEQUE_STEAL, 0);

		KUNIT_EXPECT_EQ(test, x.value, out);
		KUNIT_EXPECT_NULL(test, x.broken);
	}
	contend_structure_deque.destroy(d);
}

static void what_was_not_pushed_there_is_noticed(struct kunit *test)
{
	struct deque *d = deque(test, 4);
	u64 count;

	done(d, DEQUE_PUSH, 7);
	done(d, DEQUE_PUSH, 7);
	KUNIT_EXPECT_EQ(test, flagged(d, &count), 0ULL);
	/* As if a thief had the place of another position. */
	d->array->places[0].seal = d->array->places[1].seal;
	KUNIT_EXPECT_EQ(test, flagged(d, &count), 1ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(d, DEQUE_STEAL, 0).broken);
	KUNIT_EXPECT_NULL(test, done(d, DEQUE_POP, 0).broken);
	contend_structure_deque.destroy(d);
}

static void more_taken_than_pushed_is_noticed(struct kunit *test)
{
	struct deque *d = deque(test, 4);
	u64 count;

	done(d, DEQUE_PUSH, 1);
	/* The owner's looks at an empty one are no fault. */
	done(d, DEQUE_POP, 0);
	KUNIT_EXPECT_NULL(test, done(d, DEQUE_POP, 0).broken);
	KUNIT_EXPECT_EQ(test, flagged(d, &count), 0ULL);
	d->top++;
	KUNIT_EXPECT_EQ(test, flagged(d, &count), 1ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(d, DEQUE_POP, 0).broken);
	KUNIT_EXPECT_NOT_NULL(test, done(d, DEQUE_PUSH, 2).broken);
	KUNIT_EXPECT_EQ(test, contend_structure_deque.elements(d), 0ULL);
	d->top = d->bottom - 5;
	KUNIT_EXPECT_EQ(test, flagged(d, &count), 1ULL);
	contend_structure_deque.destroy(d);
}

static struct kunit_case deque_cases[] = {
	KUNIT_CASE(the_owner_has_the_last_and_a_thief_the_first),
	KUNIT_CASE(half_is_stolen_at_once),
	KUNIT_CASE(full_and_empty_are_answers),
	KUNIT_CASE(it_grows_with_what_is_in_it_and_an_old_array_stays),
	KUNIT_CASE(what_was_not_pushed_there_is_noticed),
	KUNIT_CASE(more_taken_than_pushed_is_noticed),
	{}
};

static struct kunit_suite deque_suite = {
	.name = "contend_deque",
	.test_cases = deque_cases,
};

kunit_test_suites(&deque_suite);
