// SPDX-License-Identifier: GPL-2.0
/* The waiter that gets cna next, by the NUMA nodes of all. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "locks/cna.h"

#define MOST	8

/* A queue of waiters, none of which waits: the one that was granted the lock is looked for. */
struct queue {
	struct cna lock;
	struct cna_waiter waiter[MOST];
	unsigned int n;
};

/* One waiter for each digit, which is its NUMA node. */
static void come(struct kunit *test, struct queue *q, const char *nodes)
{
	bool waits;

	for (; *nodes; nodes++) {
		bool empty = !q->lock.tail;

		KUNIT_ASSERT_LT(test, q->n, MOST);
		waits = cna_join(&q->lock, &q->waiter[q->n++], *nodes - '0');
		KUNIT_EXPECT_EQ(test, waits, !empty);
	}
}

static void gone(struct queue *q, unsigned int i)
{
	/* It has left: its place is anybody's. */
	memset(&q->waiter[i], 0, sizeof(q->waiter[i]));
}

/* The one that has the lock; all the others that are there wait. */
static int holder(struct kunit *test, struct queue *q)
{
	int i, found = -1;

	for (i = 0; i < q->n; i++) {
		if (!q->waiter[i].grant)
			continue;
		KUNIT_EXPECT_EQ(test, found, -1);
		found = i;
	}
	return found;
}

/* The holder leaves; @turn: for the next waiter, of any node. */
static void leave(struct kunit *test, struct queue *q, bool turn)
{
	int i = holder(test, q);

	KUNIT_ASSERT_GE(test, i, 0);
	cna_pass(&q->lock, &q->waiter[i], !turn);
	gone(q, i);
}

/* All leave; in the order of @order, a letter each by arrival. */
static void expect_order(struct kunit *test, struct queue *q, const char *order)
{
	for (; *order; order++) {
		KUNIT_EXPECT_EQ(test, holder(test, q), *order - 'a');
		leave(test, q, false);
	}
	KUNIT_EXPECT_EQ(test, holder(test, q), -1);
	KUNIT_EXPECT_NULL(test, q->lock.tail);
}

static void one_node_is_first_come_first_served(struct kunit *test)
{
	struct queue q = { };

	come(test, &q, "0000");
	expect_order(test, &q, "abcd");
}

static void its_own_node_goes_first_and_nobody_is_lost(struct kunit *test)
{
	struct queue q = { };

	come(test, &q, "01101011");
	expect_order(test, &q, "adfbcegh");
}

static void who_comes_behind_the_second_queue_waits_his_turn(struct kunit *test)
{
	struct queue q = { };

	come(test, &q, "0120");
	/* a gives it to d, and b and c are in the second queue. */
	leave(test, &q, false);
	KUNIT_EXPECT_EQ(test, holder(test, &q), 3);
	come(test, &q, "1");
	/* None of node 0 is left: b, whose node goes first, then c. */
	expect_order(test, &q, "dbec");
}

static void the_second_queue_grows_at_its_end(struct kunit *test)
{
	struct queue q = { };

	come(test, &q, "010");
	leave(test, &q, false);
	come(test, &q, "200");
	expect_order(test, &q, "cefbd");
}

static void a_turn_is_the_second_queue_s_then_the_first_s(struct kunit *test)
{
	struct queue q = { };

	come(test, &q, "01020");
	/* a to c, b aside; then the turn: b, though e is of c's node, and d after it. */
	leave(test, &q, false);
	KUNIT_EXPECT_EQ(test, holder(test, &q), 2);
	leave(test, &q, true);
	expect_order(test, &q, "bde");

	memset(&q, 0, sizeof(q));
	come(test, &q, "010");
	leave(test, &q, true);
	expect_order(test, &q, "bc");
}

static struct kunit_case cna_cases[] = {
	KUNIT_CASE(one_node_is_first_come_first_served),
	KUNIT_CASE(its_own_node_goes_first_and_nobody_is_lost),
	KUNIT_CASE(who_comes_behind_the_second_queue_waits_his_turn),
	KUNIT_CASE(the_second_queue_grows_at_its_end),
	KUNIT_CASE(a_turn_is_the_second_queue_s_then_the_first_s),
	{ }
};

static struct kunit_suite cna_suite = {
	.name = "contend_cna",
	.test_cases = cna_cases,
};

kunit_test_suites(&cna_suite);
