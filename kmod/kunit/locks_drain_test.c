// SPDX-License-Identifier: GPL-2.0
/* That a drain waits for what was retired before the call, and for nothing after it. */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "locks/limbo.h"
#include "locks/lock.h"
#include "structures/structure.h"

/* So long a drain may take on a loaded machine: it is the failure that takes it. */
#define PATIENCE	(20 * HZ)

/**
 * struct retiree - what a test retires
 * @head: as a node's
 * @pond: where it belongs
 * @freed: how often its function has run
 */
struct retiree {
	struct rcu_head head;
	struct pond *pond;
	int freed;
};

/**
 * struct pond - a lock by itself, and what is retired there
 * @ops: of the lock
 * @lock: the lock
 * @hazard: of a reader that goes from one to the other, in the hazards of this CPU
 * @inside: as that, of a reader by epochs
 * @calm: ends what keeps a drain that waits for too much
 * @late: it had to: the drain has not ended by itself
 * @stop: the writer that goes on is to end
 * @stopped: it has
 * @first_freed: what the function of @mover has seen of @first after a drain of its own
 * @first: retired before the drain, and a reader may stand on it
 * @mover: retired before the drain, which calls its function
 * @second: retired by that
 * @many: enough to begin the next epoch
 */
struct pond {
	const struct lock_ops *ops;
	void *lock;
	const void **hazard;
	struct delayed_work calm;
	unsigned long *inside;
	bool late;
	bool stop, stopped;
	int first_freed;
	struct retiree first, mover, second;
	struct retiree many[LIMBO_BATCH];
};

/* What a reader has written down, a hazard or an epoch, is gone. */
static void reader_leaves(void *word)
{
	/* What was read, before it may be freed: pairs with the look of the lock's drain. */
	smp_store_release((unsigned long *)word, 0);
}

static void pond_calm(struct work_struct *work)
{
	struct pond *p = container_of(to_delayed_work(work), struct pond, calm);

	WRITE_ONCE(p->late, true);
	if (p->hazard) {
		reader_leaves(&p->hazard[0]);
		reader_leaves(&p->hazard[1]);
	}
	if (p->inside)
		reader_leaves(p->inside);
}

static struct pond *pond(struct kunit *test, const struct contend_lock *lock)
{
	struct pond *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->ops = lock->ops;
	p->lock = kunit_kzalloc(test, ALIGN(lock->ops->size, SMP_CACHE_BYTES), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p->lock);
	KUNIT_ASSERT_EQ(test, p->ops->init(p->lock), 0);
	INIT_DELAYED_WORK(&p->calm, pond_calm);
	p->first.pond = p;
	p->mover.pond = p;
	p->second.pond = p;
	return p;
}

/* A reader's hazards, which the test goes on to write as if it were still inside. */
static struct pond *hazardous_pond(struct kunit *test)
{
	struct pond *p = pond(test, contend_lock_find("hazptr"));
	union lock_token token;

	p->ops->read_enter(p->lock, &token);
	p->hazard = token.slot;
	p->ops->read_leave(p->lock, &token);
	return p;
}

static void pond_end(struct pond *p)
{
	if (p->ops->destroy)
		p->ops->destroy(p->lock);
}

/* Whether it ended by itself. */
static bool drain_ends(struct pond *p)
{
	p->late = false;
	schedule_delayed_work(&p->calm, PATIENCE);
	p->ops->drain(p->lock);
	cancel_delayed_work_sync(&p->calm);
	return !p->late;
}

static void is_freed(struct rcu_head *head)
{
	container_of(head, struct retiree, head)->freed++;
}

/* The reader goes on from the first one to the second, which is retired now. */
static void moves_the_reader(struct rcu_head *head)
{
	struct pond *p = container_of(head, struct retiree, head)->pond;

	p->mover.freed++;
	WRITE_ONCE(p->hazard[1], &p->second.head);
	p->ops->defer(p->lock, &p->second.head, is_freed);
	reader_leaves(&p->hazard[0]);
}

static void hazptr_waits_for_what_was_retired_before_and_a_reader_names(struct kunit *test)
{
	struct pond *p = hazardous_pond(test);

	WRITE_ONCE(p->hazard[0], &p->first.head);
	p->ops->defer(p->lock, &p->first.head, is_freed);
	p->ops->defer(p->lock, &p->mover.head, moves_the_reader);
	KUNIT_EXPECT_TRUE(test, drain_ends(p));
	KUNIT_EXPECT_EQ(test, p->mover.freed, 1);
	KUNIT_EXPECT_EQ(test, p->first.freed, 1);
	/* It came after the call, and the reader stands on it. */
	KUNIT_EXPECT_EQ(test, p->second.freed, 0);

	reader_leaves(&p->hazard[1]);
	KUNIT_EXPECT_TRUE(test, drain_ends(p));
	KUNIT_EXPECT_EQ(test, p->first.freed, 1);
	KUNIT_EXPECT_EQ(test, p->second.freed, 1);
	pond_end(p);
}

/* As another task would that is held back too. */
static void lets_go_and_drains(struct rcu_head *head)
{
	struct pond *p = container_of(head, struct retiree, head)->pond;

	p->mover.freed++;
	reader_leaves(&p->hazard[0]);
	p->ops->drain(p->lock);
	p->first_freed = p->first.freed;
}

static void hazptr_drains_go_on_side_by_side(struct kunit *test)
{
	struct pond *p = hazardous_pond(test);

	WRITE_ONCE(p->hazard[0], &p->first.head);
	p->ops->defer(p->lock, &p->first.head, is_freed);
	p->ops->defer(p->lock, &p->mover.head, lets_go_and_drains);
	KUNIT_EXPECT_TRUE(test, drain_ends(p));
	KUNIT_EXPECT_EQ(test, p->mover.freed, 1);
	KUNIT_EXPECT_EQ(test, p->first_freed, 1);
	KUNIT_EXPECT_TRUE(test, drain_ends(p));
	KUNIT_EXPECT_EQ(test, p->first.freed, 1);
	pond_end(p);
}

/* A reader comes in this epoch and stays: as in the hazards, its word is written again. */
static void reader_comes(struct rcu_head *head)
{
	struct pond *p = container_of(head, struct retiree, head)->pond;
	union lock_token token;
	unsigned long epoch;

	p->mover.freed++;
	p->ops->read_enter(p->lock, &token);
	p->inside = token.slot;
	epoch = READ_ONCE(*p->inside);
	p->ops->read_leave(p->lock, &token);
	WRITE_ONCE(*p->inside, epoch);
	p->ops->defer(p->lock, &p->second.head, is_freed);
}

static void limbo_waits_for_no_reader_that_came_later(struct kunit *test)
{
	struct pond *p = pond(test, contend_lock_find("ebr"));
	int i;

	/* With a batch the next epoch begins: the mover is freed before the drain is done. */
	p->ops->defer(p->lock, &p->mover.head, reader_comes);
	for (i = 1; i < LIMBO_BATCH; i++)
		p->ops->defer(p->lock, &p->many[i].head, is_freed);
	p->ops->defer(p->lock, &p->first.head, is_freed);
	KUNIT_EXPECT_TRUE(test, drain_ends(p));
	KUNIT_EXPECT_EQ(test, p->mover.freed, 1);
	KUNIT_EXPECT_EQ(test, p->first.freed, 1);
	KUNIT_EXPECT_EQ(test, p->second.freed, 0);

	KUNIT_ASSERT_NOT_NULL(test, p->inside);
	reader_leaves(p->inside);
	KUNIT_EXPECT_TRUE(test, drain_ends(p));
	KUNIT_EXPECT_EQ(test, p->first.freed, 1);
	KUNIT_EXPECT_EQ(test, p->second.freed, 1);
	pond_end(p);
}

/* A writer that retires once more whatever is freed, until it is told to end. */
static void retires_again(struct rcu_head *head)
{
	struct retiree *r = container_of(head, struct retiree, head);
	struct pond *p = r->pond;

	WRITE_ONCE(r->freed, r->freed + 1);
	if (READ_ONCE(p->late) || READ_ONCE(p->stop))
		WRITE_ONCE(p->stopped, true);
	else
		p->ops->defer(p->lock, head, retires_again);
}

static void each_drain_ends_though_what_it_frees_is_retired_again(struct kunit *test)
{
	const struct contend_lock *lock;
	int i, tries, drains = 0;

	for (i = 0; (lock = contend_lock_at(i)); i++) {
		struct pond *p;

		if (lock->caps & (CONTEND_CAP_ABSENT | CONTEND_CAP_BUSTED) || !lock->ops->drain)
			continue;
		p = pond(test, lock);
		p->ops->defer(p->lock, &p->mover.head, retires_again);
		KUNIT_EXPECT_TRUE_MSG(test, drain_ends(p), "%s", lock->name);
		KUNIT_EXPECT_GE_MSG(test, READ_ONCE(p->mover.freed), 1, "%s", lock->name);
		WRITE_ONCE(p->stop, true);
		/* It may retire once more that has not seen this, after a drain has begun. */
		for (tries = 0; tries < 3 && !READ_ONCE(p->stopped); tries++)
			p->ops->drain(p->lock);
		KUNIT_EXPECT_TRUE_MSG(test, READ_ONCE(p->stopped), "%s", lock->name);
		p->ops->drain(p->lock);
		pond_end(p);
		drains++;
	}
	KUNIT_EXPECT_GE(test, drains, 6);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(hazptr_waits_for_what_was_retired_before_and_a_reader_names),
	KUNIT_CASE(hazptr_drains_go_on_side_by_side),
	KUNIT_CASE(limbo_waits_for_no_reader_that_came_later),
	KUNIT_CASE(each_drain_ends_though_what_it_frees_is_retired_again),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_drain",
	.test_cases = cases,
};

kunit_test_suite(suite);
