// SPDX-License-Identifier: GPL-2.0
/*
 * anderson: a ticket lock in which each waiter has a cache line of its own.
 *
 * T. E. Anderson, "The performance of spin lock alternatives for shared-memory
 * multiprocessors", IEEE TPDS 1(1), 1990.
 *
 * Who comes draws a place in a ring and waits until that place is served; who leaves
 * serves the next one. A release takes a line from one waiter alone, and the price
 * is a ring with room for all who may ever wait, for each lock.
 *
 * Invariants: one place is served, or its holder is inside; the ring has more places
 * than there can be holders and waiters, so that no two of them are at one place.
 */
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "engine/loop.h"
#include "lib/charge.h"
#include "locks/spin.h"

struct anderson_place {
	u32 served;		/* set by the holder before, cleared by the one who waits here */
} ____cacheline_aligned;

struct anderson {
	atomic_t next;		/* the place that is drawn next, modulo @places */
	u32 places;		/* constant, a power of two: the number may wrap */
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
	l->ring[0].served = 1;
	atomic_set(&l->next, 0);
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

	preempt_disable();
	spin_acquire(&l->dep, 0, 0, _THIS_IP_);
	token->idx = atomic_fetch_inc_relaxed(&l->next) & (l->places - 1);
	place = &l->ring[token->idx];
	/* A: pairs with B */
	if (!smp_load_acquire(&place->served)) {
		lock_contended(&l->dep, _THIS_IP_);
		smp_cond_load_acquire(&place->served, VAL);
	}
	/* For the next round; B orders it before whoever draws this place then. */
	WRITE_ONCE(place->served, 0);
	lock_acquired(&l->dep, _THIS_IP_);
}

static void anderson_unlock(void *lock, union lock_token *token)
{
	struct anderson *l = lock;

	spin_release(&l->dep, _THIS_IP_);
	/* B: pairs with A */
	smp_store_release(&l->ring[(token->idx + 1) & (l->places - 1)].served, 1);
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
