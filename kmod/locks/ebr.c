// SPDX-License-Identifier: GPL-2.0
/*
 * ebr: epoch-based reclamation.
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
 * A reader that stalls holds up all that is unlinked from then on; the object's limit
 * on its backlog then makes writers wait (contend_object_throttle()).
 *
 * Invariants: a reader inside is in the epoch of now or in the one before; the list of
 * the epoch that comes next is empty.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "engine/loop.h"
#include "locks/deferred.h"
#include "locks/spin.h"

/* So many are unlinked between two looks at the readers. */
#define EBR_BATCH	64

/* Written by its CPU: 0, or the epoch in which the reader came, and the lowest bit. */
struct ebr_readers {
	unsigned long inside[SPIN_CONTEXTS];
} ____cacheline_aligned;

struct ebr {
	spinlock_t writers;		/* one at a time */
	unsigned long epoch;		/* written with @limbo_lock */
	struct ebr_readers __percpu *readers;	/* constant */
	struct lockdep_map dep;
	spinlock_t limbo_lock ____cacheline_aligned_in_smp;	/* of what follows, and @epoch */
	struct rcu_head *limbo[3];	/* by the epoch's number modulo 3 */
	unsigned long deferred;		/* ever */
};

static int ebr_init(void *lock)
{
	struct ebr *e = lock;

	e->readers = alloc_percpu_gfp(struct ebr_readers, GFP_KERNEL | __GFP_ZERO);
	if (!e->readers)
		return -ENOMEM;
	spin_lock_init(&e->writers);
	spin_lock_init(&e->limbo_lock);
	spin_class_init(&e->dep, "ebr");
	return 0;
}

static void ebr_destroy(void *lock)
{
	struct ebr *e = lock;

	free_percpu(e->readers);
}

static void ebr_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	struct ebr *e = lock;

	spin_lock(&e->writers);
}

static void ebr_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	struct ebr *e = lock;

	spin_unlock(&e->writers);
}

static void ebr_read_enter(void *lock, union lock_token *token)
{
	struct ebr *e = lock;
	unsigned long *inside;

	preempt_disable();
	lock_acquire_shared_recursive(&e->dep, 0, 0, NULL, _THIS_IP_);
	inside = &this_cpu_ptr(e->readers)->inside[interrupt_context_level()];
	WRITE_ONCE(*inside, READ_ONCE(e->epoch) << 1 | 1);
	/*
	 * A: pairs with B. Either the one who would advance sees this reader, or this
	 * reader sees what was unlinked before. Also behind the epoch's load: who has
	 * seen an epoch begin sees what was unlinked in the one before; pairs with C.
	 */
	smp_mb();
	token->slot = inside;
}

static bool ebr_read_leave(void *lock, union lock_token *token)
{
	struct ebr __maybe_unused *e = lock;	/* for lockdep alone */
	unsigned long *inside = token->slot;

	lock_release(&e->dep, _THIS_IP_);
	/* D: what was read, before it may be freed; pairs with B */
	smp_store_release(inside, 0);
	preempt_enable();
	return false;
}

/* Begin the next epoch if no reader is of another than this; what is free then. */
static struct rcu_head *ebr_advance(struct ebr *e)
	__must_hold(&e->limbo_lock)
{
	unsigned long now = e->epoch;
	struct rcu_head *free;
	unsigned int cpu, i;

	/* B: pairs with A and, behind the loads, with D */
	smp_mb();
	for_each_possible_cpu(cpu) {
		for (i = 0; i < SPIN_CONTEXTS; i++) {
			unsigned long inside =
				READ_ONCE(per_cpu_ptr(e->readers, cpu)->inside[i]);

			if (inside && inside >> 1 != now)
				return NULL;
		}
	}
	/* B: the loads above, before anything is freed; pairs with D */
	smp_mb();
	/* C: pairs with A */
	smp_store_release(&e->epoch, now + 1);
	/* Of the epoch before now: two further on, modulo 3. */
	free = e->limbo[(now + 2) % 3];
	e->limbo[(now + 2) % 3] = NULL;
	return free;
}

static void ebr_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	struct rcu_head *free = NULL;
	struct ebr *e = lock;

	head->func = func;
	spin_lock(&e->limbo_lock);
	head->next = e->limbo[e->epoch % 3];
	e->limbo[e->epoch % 3] = head;
	if (!(++e->deferred % EBR_BATCH))
		free = ebr_advance(e);
	spin_unlock(&e->limbo_lock);
	deferred_run(free);
}

static void ebr_drain(void *lock)
{
	struct ebr *e = lock;
	struct rcu_head *free;
	unsigned long until;
	bool done;

	spin_lock(&e->limbo_lock);
	/* In the epoch after the next one, what is unlinked now is free. */
	until = e->epoch + 2;
	spin_unlock(&e->limbo_lock);
	do {
		spin_lock(&e->limbo_lock);
		free = ebr_advance(e);
		done = e->epoch >= until;
		spin_unlock(&e->limbo_lock);
		deferred_run(free);
		/* A reader is inside, and may be behind us on this CPU. */
		if (!done)
			usleep_range(10, 100);
	} while (!done);
}

static const struct lock_ops ebr_ops = {
	.size = sizeof(struct ebr),
	.init = ebr_init,
	.destroy = ebr_destroy,
	.write_enter = ebr_write_lock,
	.write_leave = ebr_write_unlock,
	.read_enter = ebr_read_enter,
	.read_leave = ebr_read_leave,
	.defer = ebr_defer,
	.drain = ebr_drain,
};

CONTEND_LOCK(ebr, "reclamation", "epoch-based: readers say in which epoch they came",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED);
