// SPDX-License-Identifier: GPL-2.0
/* A link by itself: order, each fault, cut and heal, what is due when, and what is noticed. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/timekeeping.h>

#include "check/violation.h"
#include "structures/link.h"
#include "structures/structure.h"

static const struct contend_structure *const s = &contend_structure_link;

static struct link *link_of(struct kunit *test, u64 capacity)
{
	const struct contend_shape shape = { .capacity = capacity, .parts = 1 };
	void *data = kunit_kzalloc(test, s->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_EQ(test, s->init(data, &shape), 0);
	return data;
}

static struct contend_scratch done(struct link *l, u32 verb, u64 key, u64 value)
{
	const struct contend_request rq = { .verb = verb, .key = key, .value = value };
	struct contend_scratch x = { .lacks = CONDITION_NONE };

	contend_link_write(l, &rq, &x);
	return x;
}

static u64 flagged(const struct link *l, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = s->verify(l, &log);
	return log.total;
}

/* Send so many messages, one at a time, to a receiver that takes all that has come. */
static void carry(struct kunit *test, struct link *l, u64 n)
{
	struct contend_scratch x;
	u64 count;

	while (n--) {
		KUNIT_EXPECT_EQ(test, done(l, LINK_SEND, n, 0).error, 0);
		if (n % 3)
			continue;
		do {
			x = done(l, LINK_TRY_RECEIVE, 0, 0);
			KUNIT_EXPECT_NULL(test, x.broken);
		} while (!x.error);
	}
	KUNIT_EXPECT_EQ(test, s->elements(l), 0ULL);
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, l->sent.n - l->received.n);
}

static void messages_come_in_order_and_are_bounded(struct kunit *test)
{
	struct link *l = link_of(test, 3);
	u64 i;

	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_EQ(test, done(l, LINK_SEND, 2 * i, 0).error, 0);
		KUNIT_EXPECT_EQ(test, done(l, LINK_SEND, 2 * i + 1, 0).error, 0);
		KUNIT_EXPECT_EQ(test, done(l, LINK_RECEIVE, 0, 0).value, 2 * i);
		KUNIT_EXPECT_EQ(test, done(l, LINK_RECEIVE, 0, 0).value, 2 * i + 1);
	}
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, done(l, LINK_SEND, i, 0).error, 0);
	KUNIT_EXPECT_EQ(test, done(l, LINK_SEND, i, 0).error, -ENOSPC);
	KUNIT_EXPECT_EQ(test, s->ready(l), BIT(CONDITION_IN));
	s->destroy(l);
}

static void each_fault_comes_as_often_as_it_is_to(struct kunit *test)
{
	const u64 n = 20000;
	struct link *l = link_of(test, 64);

	KUNIT_EXPECT_EQ(test, done(l, LINK_FAULTS, 7, LINK_RATES(100, 0, 0, 0)).error, 0);
	carry(test, l, n);
	KUNIT_EXPECT_GT(test, l->lost.n, n / 10 - n / 100);
	KUNIT_EXPECT_LT(test, l->lost.n, n / 10 + n / 100);
	KUNIT_EXPECT_TRUE(test, l->ordered);
	KUNIT_EXPECT_EQ(test, done(l, LINK_FAULTS, 7, LINK_RATES(0, 100, 0, 0)).error, 0);
	carry(test, l, n);
	KUNIT_EXPECT_GT(test, l->copied.n, n / 10 - n / 100);
	KUNIT_EXPECT_LT(test, l->copied.n, n / 10 + n / 100);
	KUNIT_EXPECT_FALSE(test, l->ordered);
	KUNIT_EXPECT_EQ(test, l->received.n, 2 * n - l->lost.n + l->copied.n);
	s->destroy(l);
}

/* All of them: each overtakes the one before. */
static void a_late_message_is_overtaken_by_the_next(struct kunit *test)
{
	struct link *l = link_of(test, 8);
	u64 i, count;

	KUNIT_EXPECT_EQ(test, done(l, LINK_FAULTS, 7, LINK_RATES(0, 0, 1000, 0)).error, 0);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, done(l, LINK_SEND, i, 0).error, 0);
	for (i = 1; i < 4; i++)
		KUNIT_EXPECT_EQ(test, done(l, LINK_RECEIVE, 0, 0).value, i);
	KUNIT_EXPECT_EQ(test, done(l, LINK_RECEIVE, 0, 0).value, 0ULL);
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 0ULL);
	s->destroy(l);
}

static void the_same_seed_gives_the_same_faults(struct kunit *test)
{
	struct link *a = link_of(test, 1024), *b = link_of(test, 1024);
	const u64 rates = LINK_RATES(200, 200, 200, 0);
	u64 i;

	done(a, LINK_FAULTS, 3, rates);
	done(b, LINK_FAULTS, 3, rates);
	for (i = 0; i < 500; i++) {
		done(a, LINK_SEND, i, 0);
		done(b, LINK_SEND, i, 0);
	}
	KUNIT_EXPECT_GT(test, s->elements(a), 0ULL);
	KUNIT_EXPECT_EQ(test, s->elements(a), s->elements(b));
	while (s->elements(a))
		KUNIT_EXPECT_EQ(test, done(a, LINK_RECEIVE, 0, 0).value,
				done(b, LINK_RECEIVE, 0, 0).value);
	s->destroy(b);
	s->destroy(a);
}

static void rates_that_cannot_be_are_refused(struct kunit *test)
{
	struct link *l = link_of(test, 4);

	KUNIT_EXPECT_EQ(test, done(l, LINK_FAULTS, 0, LINK_RATES(1001, 0, 0, 0)).error, -EINVAL);
	KUNIT_EXPECT_EQ(test, done(l, LINK_FAULTS, 0, LINK_RATES(0, 1001, 0, 0)).error, -EINVAL);
	KUNIT_EXPECT_EQ(test, done(l, LINK_FAULTS, 0, LINK_RATES(0, 0, 1001, 0)).error, -EINVAL);
	KUNIT_EXPECT_EQ(test, done(l, LINK_FAULTS, 0, 1ULL << 62).error, -EINVAL);
	KUNIT_EXPECT_TRUE(test, l->ordered);
	s->destroy(l);
}

static void what_is_sent_while_it_is_cut_is_dropped(struct kunit *test)
{
	struct link *l = link_of(test, 4);
	u64 count;

	done(l, LINK_SEND, 1, 0);
	KUNIT_EXPECT_EQ(test, done(l, LINK_CUT, 0, 0).error, 0);
	KUNIT_EXPECT_EQ(test, done(l, LINK_SEND, 2, 0).error, 0);
	KUNIT_EXPECT_EQ(test, done(l, LINK_HEAL, 0, 0).error, 0);
	done(l, LINK_SEND, 3, 0);
	KUNIT_EXPECT_EQ(test, done(l, LINK_RECEIVE, 0, 0).value, 1ULL);
	KUNIT_EXPECT_EQ(test, done(l, LINK_RECEIVE, 0, 0).value, 3ULL);
	KUNIT_EXPECT_EQ(test, l->dropped.n, 1ULL);
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 1ULL);
	s->destroy(l);
}

/* 100 ms at least; that it takes not much longer nobody can promise. */
static void a_delayed_message_is_not_there_before_it_is_due(struct kunit *test)
{
	struct link *l = link_of(test, 4);
	const u64 from = ktime_get_mono_fast_ns();
	struct contend_scratch x;

	done(l, LINK_FAULTS, 1, LINK_RATES(0, 0, 0, 200000));
	x = done(l, LINK_SEND, 1, 0);
	KUNIT_EXPECT_EQ(test, x.met, BIT(CONDITION_IN));
	KUNIT_EXPECT_GE(test, s->due(l), from + 100 * NSEC_PER_MSEC);
	x = done(l, LINK_RECEIVE, 0, 0);
	if (ktime_get_mono_fast_ns() < s->due(l)) {
		KUNIT_EXPECT_EQ(test, x.error, -ENOENT);
		KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
		KUNIT_EXPECT_EQ(test, x.due_ns, s->due(l));
	}
	while (done(l, LINK_TRY_RECEIVE, 0, 0).error)
		usleep_range(1000, 2000);
	KUNIT_EXPECT_GE(test, ktime_get_mono_fast_ns(), from + 100 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, s->due(l), 0ULL);
	s->destroy(l);
}

/* A waiter that was woken for it may be the one that waited for the message before it. */
static void a_receiver_wakes_the_next_for_what_is_on_its_way(struct kunit *test)
{
	struct link *l = link_of(test, 4);
	struct contend_scratch x;

	done(l, LINK_FAULTS, 1, LINK_RATES(0, 0, 0, 2));
	done(l, LINK_SEND, 1, 0);
	done(l, LINK_SEND, 2, 0);
	do
		x = done(l, LINK_RECEIVE, 0, 0);
	while (x.error);
	KUNIT_EXPECT_EQ(test, x.met, BIT(CONDITION_IN) | BIT(CONDITION_OUT));
	do
		x = done(l, LINK_RECEIVE, 0, 0);
	while (x.error);
	KUNIT_EXPECT_EQ(test, x.met, BIT(CONDITION_OUT));
	s->destroy(l);
}

static void what_is_on_its_way_comes_after_close(struct kunit *test)
{
	struct link *l = link_of(test, 4);

	done(l, LINK_SEND, 1, 0);
	KUNIT_EXPECT_EQ(test, done(l, LINK_CLOSE, 0, 0).met_all,
			BIT(CONDITION_IN) | BIT(CONDITION_OUT));
	KUNIT_EXPECT_EQ(test, done(l, LINK_SEND, 2, 0).error, -EPIPE);
	KUNIT_EXPECT_EQ(test, done(l, LINK_RECEIVE, 0, 0).value, 1ULL);
	KUNIT_EXPECT_EQ(test, done(l, LINK_RECEIVE, 0, 0).error, -EPIPE);
	s->destroy(l);
}

static void what_a_broken_lock_would_do_is_noticed(struct kunit *test)
{
	struct link *l = link_of(test, 4);
	u64 count;

	done(l, LINK_SEND, 1, 0);
	done(l, LINK_SEND, 2, 0);
	/* A message that says something else. */
	l->places[0].key = 3;
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 1ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(l, LINK_RECEIVE, 0, 0).broken);
	/* One that is there in another one's place: as many, but not the same. */
	l->places[1] = (struct link_place){ .number = 1, .key = 1, .seal = l->received.seals };
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 1ULL);
	/* And it was there before. */
	KUNIT_EXPECT_NOT_NULL(test, done(l, LINK_RECEIVE, 0, 0).broken);
	/* One that nobody has received. */
	l->received.n--;
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 1ULL);
	l->tail = l->head + 5;
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 1ULL);
	s->destroy(l);
}

static struct kunit_case link_cases[] = {
	KUNIT_CASE(messages_come_in_order_and_are_bounded),
	KUNIT_CASE(each_fault_comes_as_often_as_it_is_to),
	KUNIT_CASE(a_late_message_is_overtaken_by_the_next),
	KUNIT_CASE(the_same_seed_gives_the_same_faults),
	KUNIT_CASE(rates_that_cannot_be_are_refused),
	KUNIT_CASE(what_is_sent_while_it_is_cut_is_dropped),
	KUNIT_CASE(a_delayed_message_is_not_there_before_it_is_due),
	KUNIT_CASE(a_receiver_wakes_the_next_for_what_is_on_its_way),
	KUNIT_CASE(what_is_on_its_way_comes_after_close),
	KUNIT_CASE(what_a_broken_lock_would_do_is_noticed),
	{}
};

static struct kunit_suite link_suite = {
	.name = "contend_link",
	.test_cases = link_cases,
};

kunit_test_suites(&link_suite);
MODULE_LICENSE("GPL");
