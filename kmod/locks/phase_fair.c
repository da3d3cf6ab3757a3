// SPDX-License-Identifier: GPL-2.0
/*
 * phase_fair: readers and writers in turn, so that a reader waits for one writer at
 * most and a writer for one batch of readers and the writers before it.
 *
 * B. B. Brandenburg, J. H. Anderson, "Reader-writer synchronization for shared-memory
 * multiprocessor real-time systems", ECRTS 2009: the ticket lock PF-T.
 *
 * Readers are counted as they come and as they go. A writer draws a ticket among the
 * writers; when it is served it marks in the readers' count that it is there, and in
 * which phase, and waits until as many have gone as had come. A reader that finds a
 * mark waits until the mark is another: the writer has gone, or the next one has come
 * and the phase with it, in which case this reader goes first.
 *
 * Invariants: at most one mark; a writer inside has seen as many readers go as had
 * come before its mark; two writers in a row have marks of unlike phase.
 */
#include <linux/atomic.h>
#include <linux/cache.h>

#include "locks/section.h"
#include "locks/spin.h"

#define PF_READER	0x100	/* one reader, in @came and @gone */
#define PF_MARK		0x3	/* of @came: a writer */
#define PF_PRESENT	0x2	/* there is one */
#define PF_PHASE	0x1	/* which, alternately */

struct phase_fair {
	atomic_t came;		/* readers, and the writer's mark */
	atomic_t gone ____cacheline_aligned_in_smp;
	atomic_t next;		/* the writers' tickets: drawn next, */
	atomic_t served;	/* and served; changed by the writer inside */
	struct lockdep_map dep;
};

static int phase_fair_init(void *lock)
{
	struct phase_fair *l = lock;

	atomic_set(&l->came, 0);
	atomic_set(&l->gone, 0);
	atomic_set(&l->next, 0);
	atomic_set(&l->served, 0);
	lock_class_init(&l->dep, "phase_fair", LD_WAIT_SPIN);
	return 0;
}

static void phase_fair_read_lock(void *lock, union lock_token *token)
{
	struct phase_fair *l = lock;
	int mark;

	preempt_disable();
	lock_acquire_shared(&l->dep, 0, 0, NULL, _THIS_IP_);
	/* A: pairs with D of the writer that it waits for, or that was before */
	mark = atomic_fetch_add_acquire(PF_READER, &l->came) & PF_MARK;
	if (mark) {
		lock_contended(&l->dep, _THIS_IP_);
		/* A: pairs with D */
		atomic_cond_read_acquire(&l->came, (VAL & PF_MARK) != mark);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static bool phase_fair_read_unlock(void *lock, union lock_token *token)
{
	struct phase_fair *l = lock;

	rwlock_release(&l->dep, _THIS_IP_);
	/* B: pairs with C */
	atomic_fetch_add_release(PF_READER, &l->gone);
	preempt_enable();
	return false;
}

static void phase_fair_write_lock(void *lock, union lock_token *token)
{
	struct phase_fair *l = lock;
	int ticket, came;
	bool contended;

	preempt_disable();
	rwlock_acquire(&l->dep, 0, 0, _THIS_IP_);
	ticket = atomic_fetch_inc_relaxed(&l->next);
	/* E: pairs with F */
	contended = atomic_read_acquire(&l->served) != ticket;
	if (contended) {
		lock_contended(&l->dep, _THIS_IP_);
		atomic_cond_read_acquire(&l->served, VAL == ticket);
	}
	/*
	 * In any order with C: whenever that looks, if as many have gone as have come before
	 * the mark, then those have.
	 */
	came = atomic_fetch_add_relaxed(PF_PRESENT | (ticket & PF_PHASE), &l->came) & ~PF_MARK;
	/* C: pairs with B */
	if (atomic_read_acquire(&l->gone) != came) {
		if (!contended)
			lock_contended(&l->dep, _THIS_IP_);
		atomic_cond_read_acquire(&l->gone, VAL == came);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void phase_fair_write_unlock(void *lock, union lock_token *token)
{
	struct phase_fair *l = lock;

	rwlock_release(&l->dep, _THIS_IP_);
	/* D: pairs with A; the readers first: they have waited for this one alone */
	atomic_fetch_andnot_release(PF_MARK, &l->came);
	/* F: pairs with E */
	atomic_set_release(&l->served, atomic_read(&l->served) + 1);
	preempt_enable();
}

static const struct lock_ops phase_fair_ops = {
	.size = sizeof(struct phase_fair),
	SPIN_IRQS_ON(struct phase_fair),
	.init = phase_fair_init,
	.write_enter = phase_fair_write_lock,
	.write_leave = phase_fair_write_unlock,
	.read_enter = phase_fair_read_lock,
	.read_leave = phase_fair_read_unlock,
};

CONTEND_LOCK(phase_fair, "readers-writer", "readers and writers in turn: spins, none starves",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     SPIN_CAPS);
