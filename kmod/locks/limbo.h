/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is unlinked waits in limbo, by epoch, until no reader can be on it.
 *
 * K. Fraser, "Practical lock-freedom", UCAM-CL-TR-579, University of Cambridge, 2004,
 * 5.2.3.
 *
 * A reader says in which epoch it came. What a writer unlinks goes to the list of the
 * epoch of that moment. When every reader that is inside has come in the epoch of now,
 * the next one begins, and what was unlinked in the one before now has no reader left:
 * those of now came when it was gone.
 *
 *	epoch e-1	epoch e			epoch e+1
 *	unlink x	last reader of
 *			e-1 leaves: advance	free x
 *
 * How readers say it is the lock's affair: limbo_quiet_fn tells whether any is left of
 * another epoch than this.
 *
 * Invariants: a reader that has seen what a writer then unlinked is in the epoch of now or
 * in the one before; one that was delayed between reading the epoch and saying it may name
 * an older one, and holds up all that come; the list of the epoch that comes next is empty.
 */
#ifndef CONTEND_LOCKS_LIMBO_H
#define CONTEND_LOCKS_LIMBO_H

#include <linux/cache.h>
#include <linux/delay.h>
#include <linux/spinlock.h>

#include "locks/deferred.h"

/* So many are unlinked between two looks at the readers. */
#define LIMBO_BATCH	64

/**
 * struct limbo - what waits, and the epoch of now
 * @epoch: the epoch; readers load it, written with @lock
 * @lock: guards what follows
 * @heads: what was unlinked, by the epoch's number modulo 3
 * @deferred: how many, ever
 */
struct limbo {
	unsigned long epoch;
	spinlock_t lock ____cacheline_aligned_in_smp;	/* see above */
	struct rcu_head *heads[3];
	unsigned long deferred;
};

/*
 * Whether all readers inside have come in epoch @now. Called between two full barriers,
 * B, which pair with what readers do when they come, A, and go, D.
 */
typedef bool (*limbo_quiet_fn)(void *lock, unsigned long now);

/* Begin the next epoch if all readers are of this one; what is free then. */
static __always_inline struct rcu_head *limbo_advance(struct limbo *l, limbo_quiet_fn quiet,
						      void *lock)
	__must_hold(&l->lock)
{
	unsigned long now = l->epoch;
	struct rcu_head *free;

	/* B: pairs with A and, after the loads, with D */
	smp_mb();
	if (!quiet(lock, now))
		return NULL;
	/* B: the loads above, before anything is freed; pairs with D */
	smp_mb();
	/* C: pairs with A */
	smp_store_release(&l->epoch, now + 1);
	/* Of the epoch before now: two further on, modulo 3. */
	free = l->heads[(now + 2) % 3];
	l->heads[(now + 2) % 3] = NULL;
	return free;
}

/**
 * limbo_defer - call a function when all readers of now have left
 * @l: where it waits
 * @head: of what was unlinked
 * @func: the function
 * @quiet: of the lock
 * @lock: for @quiet
 *
 * Context: outside of the lock's sections; does not sleep, but for PREEMPT_RT.
 */
static __always_inline void limbo_defer(struct limbo *l, struct rcu_head *head,
					rcu_callback_t func, limbo_quiet_fn quiet, void *lock)
{
	struct rcu_head *free = NULL;

	head->func = func;
	spin_lock(&l->lock);
	head->next = l->heads[l->epoch % 3];
	l->heads[l->epoch % 3] = head;
	if (!(++l->deferred % LIMBO_BATCH))
		free = limbo_advance(l, quiet, lock);
	spin_unlock(&l->lock);
	deferred_run(free);
}

/**
 * limbo_drain - wait until all that was deferred before is free, as the drain of struct
 *	lock_ops does
 * @l: where it waits
 * @quiet: of the lock
 * @lock: for @quiet
 *
 * Context: process, sleeps.
 */
static __always_inline void limbo_drain(struct limbo *l, limbo_quiet_fn quiet, void *lock)
{
	struct rcu_head *free;
	unsigned long until;
	bool done;

	spin_lock(&l->lock);
	/* In the epoch after the next one, what is unlinked now is free. Later ones may wait on. */
	until = l->epoch + 2;
	spin_unlock(&l->lock);
	do {
		spin_lock(&l->lock);
		free = limbo_advance(l, quiet, lock);
		done = l->epoch >= until;
		spin_unlock(&l->lock);
		deferred_run(free);
		/* A reader is inside, and may wait for this CPU. */
		if (!done)
			usleep_range(10, 100);
	} while (!done);
}

#endif /* CONTEND_LOCKS_LIMBO_H */
