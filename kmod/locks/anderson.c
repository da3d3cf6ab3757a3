// SPDX-License-Identifier: GPL-2.0
/*
 * anderson: a ticket lock in which each waiter has a cache line of its own.
 *
 * T. E. Anderson, "The performance of spin lock alternatives for shared-memory
 * multiprocessors", IEEE TPDS 1(1), 1990.
 *
 * A task that comes draws a number, which has a place in a ring, and waits until that place
 * serves the number; a task that leaves serves the next one. A release takes a line from
 * one waiter alone, and the price is a ring with room for all that may ever wait, for each
 * lock.
 *
 * The paper's place is a flag that its waiter clears for the next round. On a weakly ordered
 * machine nothing orders that store before the flag is read in the next round, by a task that
 * has learnt of the place by a relaxed draw: two holders (Linux's memory model allows it). A
 * number needs no clearing.
 *
 * Invariants: one place serves its number, and the task that drew it may hold the lock; the
 * holder of the number before it alone stores a number, when it releases, so that an old value
 * of a place is never the number of a task that waits there, and the draw needs no order; the
 * ring has at least as many places as there can be holders and waiters, so that no two of
 * them are at one place.
 */
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "locks/section.h"
#include "lib/charge.h"
#include "locks/spin.h"

struct anderson_place {
	u32 served;	/* the last number that was let in here; the holder before it writes it */
} ____cacheline_aligned;

struct anderson {
	atomic_t next;		/* the number drawn next; its place is that modulo @places */
	u32 places;		/* constant, a power of two: numbers may wrap */
	struct anderson_place *ring;
	struct lockdep_map dep;
};

static int anderson_init(void *lock)
{
	struct anderson *l = lock;

	l->places = roundup_pow_of_two(nr_cpu_ids * SPIN_CONTEXTS);
	l->ring = kvcalloc(l->places, sizeof(*l->ring), GFP_CLIENT);
	if (!l->ring)
		return -ENOMEM;
	/* All places have served 0, which is none of the numbers that are drawn there first. */
	l->ring[1].served = 1;
	atomic_set(&l->next, 1);
	lock_class_init(&l->dep, "anderson", LD_WAIT_SPIN);
	return 0;
}

static void anderson_destroy(void *lock)
{
	struct anderson *l = lock;

	kvfree(l->ring);
}

static void anderson_lock(void *lock, union lock_token *token)
{
	struct anderson *l = lock;
	struct anderson_place *place;
	u32 number;

	preempt_disable();
	spin_acquire(&l->dep, 0, 0, _THIS_IP_);
	number = atomic_fetch_inc_relaxed(&l->next);
	place = &l->ring[number & (l->places - 1)];
	/* A, both loads: the section after that of the number before; pairs with B of its holder */
	if (smp_load_acquire(&place->served) != number) {
		lock_contended(&l->dep, _THIS_IP_);
		smp_cond_load_acquire(&place->served, VAL == number);
	}
	token->idx = number;
	lock_acquired(&l->dep, _THIS_IP_);
}

static void anderson_unlock(void *lock, union lock_token *token)
{
	struct anderson *l = lock;
	u32 next = token->idx + 1;

	spin_release(&l->dep, _THIS_IP_);
	/* B: the section before that of the next number; pairs with A of the task that drew it */
	smp_store_release(&l->ring[next & (l->places - 1)].served, next);
	preempt_enable();
}

static const struct lock_ops anderson_ops = {
	.size = sizeof(struct anderson),
	SPIN_IRQS_ON(struct anderson),
	.init = anderson_init,
	.destroy = anderson_destroy,
	.write_enter = anderson_lock,
	.write_leave = anderson_unlock,
};

CONTEND_LOCK(anderson, "spin", "a ring of places, each waiter at its own",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | SPIN_CAPS);
