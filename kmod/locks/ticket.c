// SPDX-License-Identifier: GPL-2.0
/*
 * ticket: first come, first served, in two words.
 *
 * D. P. Reed, R. K. Kanodia, "Synchronization with eventcounts and sequencers", CACM
 * 22(2), 1979; with the backoff of J. M. Mellor-Crummey, M. L. Scott, "Algorithms for
 * scalable synchronization on shared-memory multiprocessors", ACM TOCS 9(1), 1991.
 *
 * A task draws a number and waits until it is served. All wait on one word, so that each
 * release takes the line from every waiter; one that knows that so many are before it
 * looks so much less often.
 *
 * Invariants: the numbers that were drawn and not yet served are those of the holder
 * and the waiters; the holder's is the one that is served.
 */
#include <linux/atomic.h>
#include <linux/cache.h>

#include "locks/section.h"
#include "locks/spin.h"

/* Times round cpu_relax() for each waiter that is before one: about a short section. */
#define TICKET_TURN	16

struct ticket {
	atomic_t next;		/* the number that is drawn next */
	u32 served;		/* the holder's number; written by the holder */
	struct lockdep_map dep;
};

static int ticket_init(void *lock)
{
	struct ticket *l = lock;

	atomic_set(&l->next, 0);
	l->served = 0;
	lock_class_init(&l->dep, "ticket", LD_WAIT_SPIN);
	return 0;
}

static noinline void ticket_wait(struct ticket *l, u32 mine)
{
	u32 before, i;

	/* A: pairs with B */
	while ((before = mine - smp_load_acquire(&l->served)))
		for (i = 0; i <= (before - 1) * TICKET_TURN; i++)
			cpu_relax();
}

/* @subclass: lockdep's, which tells a second one that is taken from the first */
static __always_inline void ticket_take(struct ticket *l, unsigned int subclass)
{
	u32 mine;

	preempt_disable();
	spin_acquire(&l->dep, subclass, 0, _THIS_IP_);
	/* Draws in some order, any: it is A that the section comes after. */
	mine = atomic_fetch_inc_relaxed(&l->next);
	/* A: pairs with B */
	if (smp_load_acquire(&l->served) != mine) {
		lock_contended(&l->dep, _THIS_IP_);
		ticket_wait(l, mine);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void ticket_lock(void *lock, union lock_token *token)
{
	ticket_take(lock, 0);
}

static void ticket_nest(void *lock, union lock_token *token, unsigned int depth)
{
	ticket_take(lock, depth);
}

/* Draws a number only if it is served at once. */
static bool ticket_try(void *lock, union lock_token *token)
{
	struct ticket *l = lock;
	u32 mine;

	preempt_disable();
	/* A: pairs with B */
	mine = smp_load_acquire(&l->served);
	/* No other can be served before this one has been drawn: still ours if it succeeds. */
	if (atomic_cmpxchg_relaxed(&l->next, mine, mine + 1) != mine) {
		preempt_enable();
		return false;
	}
	spin_acquire(&l->dep, 0, 1, _THIS_IP_);
	return true;
}

static void ticket_unlock(void *lock, union lock_token *token)
{
	struct ticket *l = lock;

	spin_release(&l->dep, _THIS_IP_);
	/* B: pairs with A */
	smp_store_release(&l->served, l->served + 1);
	preempt_enable();
}

static const struct lock_ops ticket_ops = {
	.size = sizeof(struct ticket),
	SPIN_IRQS_ON(struct ticket),
	.init = ticket_init,
	.write_enter = ticket_lock,
	.write_leave = ticket_unlock,
	.write_try = ticket_try,
	.write_nest = ticket_nest,
};

CONTEND_LOCK(ticket, "spin", "first come, first served, all waiting on one word",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY |
	     SPIN_CAPS);
