// SPDX-License-Identifier: GPL-2.0
/*
 * hemlock: a queue of waiters that have one word each, however many locks they hold.
 *
 * D. Dice, A. Kogan, "Hemlock: compact and scalable mutual exclusion", SPAA 2021.
 *
 * The lock is a pointer to the last one's word. A task that comes swaps its own in and
 * waits until the word of the one before names this lock; it takes the name away, so that
 * the word can serve for the next lock. A holder that leaves and is not the last writes
 * the lock's name into its own word and waits until it has been taken: that is the price
 * of having no node for each lock.
 *
 * A word belongs to a context of a CPU. One context may hold several locks, and may
 * release them in any order.
 *
 * Invariants: a word is empty, but while its owner hands a lock over; at most one
 * waiter waits for the name of a lock in a word, the one that swapped it out.
 */
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "locks/section.h"
#include "locks/spin.h"

struct hemlock;

/* Written by its owner, emptied by the one that was waiting for it. */
struct hemlock_word {
	struct hemlock *grant;
} ____cacheline_aligned;

struct hemlock_words {
	struct hemlock_word word[SPIN_CONTEXTS];
};

struct hemlock {
	struct hemlock_word *tail;
	struct lockdep_map dep;
};

static DEFINE_PER_CPU_ALIGNED(struct hemlock_words, hemlock_words);

/* The CPU is the caller's. */
static struct hemlock_word *hemlock_self(void)
{
	return &this_cpu_ptr(&hemlock_words)->word[interrupt_context_level()];
}

static int hemlock_init(void *lock)
{
	struct hemlock *l = lock;

	l->tail = NULL;
	lock_class_init(&l->dep, "hemlock", LD_WAIT_SPIN);
	return 0;
}

static void hemlock_lock(void *lock, union lock_token *token)
{
	struct hemlock_word *before;
	struct hemlock *l = lock;

	preempt_disable();
	spin_acquire(&l->dep, 0, 0, _THIS_IP_);
	/*
	 * A: takes over from B; and the next one sees the caller's word as F has seen it,
	 * or it might take a grant of this lock from an earlier round for its own.
	 */
	before = xchg(&l->tail, hemlock_self());
	if (before) {
		lock_contended(&l->dep, _THIS_IP_);
		/* C: pairs with D */
		smp_cond_load_acquire(&before->grant, VAL == l);
		/* E: the owner may use its word again, when F has seen this. */
		WRITE_ONCE(before->grant, NULL);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void hemlock_unlock(void *lock, union lock_token *token)
{
	struct hemlock_word *self = hemlock_self();
	struct hemlock *l = lock;

	spin_release(&l->dep, _THIS_IP_);
	/* B: pairs with A */
	if (cmpxchg_release(&l->tail, self, NULL) != self) {
		/* D: pairs with C */
		smp_store_release(&self->grant, l);
		/* F: the next grant is a store to the same word, and A passes this on. */
		smp_cond_load_relaxed(&self->grant, !VAL);
	}
	preempt_enable();
}

static const struct lock_ops hemlock_ops = {
	.size = sizeof(struct hemlock),
	SPIN_IRQS_ON(struct hemlock),
	.init = hemlock_init,
	.write_enter = hemlock_lock,
	.write_leave = hemlock_unlock,
};

CONTEND_LOCK(hemlock, "spin", "a queue with one word a waiter, however many locks it holds",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | SPIN_CAPS);
