// SPDX-License-Identifier: GPL-2.0
/*
 * sx: a readers-writer lock that sleeps, but spins while its exclusive owner runs.
 *
 * FreeBSD: sx(9), and the sleep queues of sleepqueue(9); M. K. McKusick, G. V.
 * Neville-Neil, R. N. M. Watson, "The Design and Implementation of the FreeBSD
 * Operating System", 2nd ed., 2014, 4.3.
 *
 * One word has the exclusive owner, or the number of sharers, and beside either whether
 * anybody sleeps to share it, and to be exclusive. A sleeper sets that with the guard. A
 * release that finds it set when it makes the lock free wakes: after an exclusive one all
 * that want to share it, if any, else the oldest of the others; after a shared one the
 * other way round. The lock is not handed over: a woken sleeper tries again.
 *
 * A task that comes to share it waits for the tasks that sleep to be exclusive. One that
 * has been woken to share it does not, or those two might wait for each other and nobody
 * have the lock.
 *
 * Invariants: with the guard, a queue is empty if and only if its bit is 0; when
 * somebody sleeps, the lock is held, or one that was woken is on its way to try.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "locks/section.h"
#include "locks/sleep.h"

#define SX_SHARED		1UL	/* the rest is a count, else a task or nobody */
#define SX_SHARED_WAITERS	2UL
#define SX_EXCLUSIVE_WAITERS	4UL
#define SX_WAITERS		(SX_SHARED_WAITERS | SX_EXCLUSIVE_WAITERS)
#define SX_ONE			8UL	/* a sharer, in the count */
#define SX_FLAGS		(SX_ONE - 1)

struct sx {
	atomic_long_t word;
	raw_spinlock_t guard;
	struct list_head exclusive;	/* sleepers that want to be that; guarded by @guard */
	struct list_head shared;	/* sleepers that want to share it; guarded by @guard */
	struct lockdep_map dep;
};

static int sx_init(void *lock)
{
	struct sx *l = lock;

	atomic_long_set(&l->word, 0);
	raw_spin_lock_init(&l->guard);
	INIT_LIST_HEAD(&l->exclusive);
	INIT_LIST_HEAD(&l->shared);
	lock_class_init(&l->dep, "sx", LD_WAIT_SLEEP);
	return 0;
}

static bool sx_may_share(unsigned long x, bool woken)
{
	if (x & SX_EXCLUSIVE_WAITERS && !woken)
		return false;
	return x & SX_SHARED || !(x & ~SX_WAITERS);
}

/* False: not now; @x is what the word was. */
static __always_inline bool sx_try(struct sx *l, unsigned long *x, bool exclusive, bool woken)
{
	unsigned long to;

	*x = atomic_long_read(&l->word);
	do {
		if (exclusive ? *x & ~SX_WAITERS : !sx_may_share(*x, woken))
			return false;
		to = exclusive ? *x | (unsigned long)current : (*x + SX_ONE) | SX_SHARED;
		/* A: pairs with B */
	} while (!atomic_long_try_cmpxchg_acquire(&l->word, (long *)x, to));
	return true;
}

/* Is the exclusive owner at work? */
static bool sx_owner_runs(struct sx *l)
{
	unsigned long x;
	bool runs;

	rcu_read_lock();
	x = atomic_long_read(&l->word);
	runs = !(x & SX_SHARED) && x & ~SX_FLAGS &&
	       sleep_owner_runs((struct task_struct *)(x & ~SX_FLAGS));
	rcu_read_unlock();
	return runs;
}

static noinline void sx_wait(struct sx *l, bool exclusive)
{
	const unsigned long flag = exclusive ? SX_EXCLUSIVE_WAITERS : SX_SHARED_WAITERS;
	struct sleep_waiter me = { .task = current };
	bool woken = false;
	unsigned long x;

	for (;;) {
		while (sx_owner_runs(l) && !need_resched())
			cpu_relax();
		raw_spin_lock(&l->guard);
		do {
			if (sx_try(l, &x, exclusive, woken)) {
				raw_spin_unlock(&l->guard);
				return;
			}
			/*
			 * A release looks for the flag in one step with the release, then
			 * takes the guard: the flag needs no order of its own.
			 */
		} while (!(x & flag) && atomic_long_cmpxchg_relaxed(&l->word, x, x | flag) != x);
		me.granted = false;
		list_add_tail(&me.link, exclusive ? &l->exclusive : &l->shared);
		raw_spin_unlock(&l->guard);
		sleep_until_granted(&me, NULL);
		woken = true;
	}
}

/*
 * A release that finds waiters. With the guard the flags stay as they are, but others
 * may come to share what is shared.
 */
static noinline void sx_pass_on(struct sx *l)
{
	struct sleep_waiter *w, *after;
	LIST_HEAD(wake);
	unsigned long x, to;

	raw_spin_lock(&l->guard);
	x = atomic_long_read(&l->word);
	do {
		bool shared = x & SX_SHARED_WAITERS;

		if (x & SX_SHARED && x >= 2 * SX_ONE) {
			to = x - SX_ONE;
			continue;
		}
		if (x & SX_SHARED && x & SX_EXCLUSIVE_WAITERS)
			shared = false;
		to = x & SX_WAITERS;
		if (shared)
			to &= ~SX_SHARED_WAITERS;
		else if (list_is_singular(&l->exclusive))
			to &= ~SX_EXCLUSIVE_WAITERS;
		/* B: pairs with A */
	} while (!atomic_long_try_cmpxchg_release(&l->word, (long *)&x, to));
	/* Or do others share it still? */
	if (!(to & ~SX_WAITERS)) {
		if (x & ~to & SX_SHARED_WAITERS)
			list_splice_init(&l->shared, &wake);
		else
			list_move(l->exclusive.next, &wake);
	}
	raw_spin_unlock(&l->guard);
	/* Off the queue, they sleep until they are told: their blocks stay. */
	list_for_each_entry_safe(w, after, &wake, link)
		sleep_grant(w);
}

static void sx_xlock(void *lock, union lock_token *token)
{
	struct sx *l = lock;
	unsigned long x;

	might_sleep();
	rwsem_acquire(&l->dep, 0, 0, _THIS_IP_);
	if (unlikely(!sx_try(l, &x, true, false))) {
		lock_contended(&l->dep, _THIS_IP_);
		sx_wait(l, true);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void sx_xunlock(void *lock, union lock_token *token)
{
	struct sx *l = lock;
	long me = (long)current;

	rwsem_release(&l->dep, _THIS_IP_);
	/* B: pairs with A */
	if (unlikely(atomic_long_cmpxchg_release(&l->word, me, 0) != me))
		sx_pass_on(l);
}

static void sx_slock(void *lock, union lock_token *token)
{
	struct sx *l = lock;
	unsigned long x;

	might_sleep();
	rwsem_acquire_read(&l->dep, 0, 0, _THIS_IP_);
	if (unlikely(!sx_try(l, &x, false, false))) {
		lock_contended(&l->dep, _THIS_IP_);
		sx_wait(l, false);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static bool sx_sunlock(void *lock, union lock_token *token)
{
	struct sx *l = lock;
	unsigned long x, to;

	rwsem_release(&l->dep, _THIS_IP_);
	x = atomic_long_read(&l->word);
	do {
		if (x >= 2 * SX_ONE) {
			to = x - SX_ONE;
		} else if (likely(!(x & SX_WAITERS))) {
			to = 0;
		} else {
			sx_pass_on(l);
			break;
		}
		/* B: pairs with A */
	} while (!atomic_long_try_cmpxchg_release(&l->word, (long *)&x, to));
	return false;
}

static const struct lock_ops sx_ops = {
	.size = sizeof(struct sx),
	.init = sx_init,
	.write_enter = sx_xlock,
	.write_leave = sx_xunlock,
	.read_enter = sx_slock,
	.read_leave = sx_sunlock,
};

CONTEND_LOCK(sx, "readers-writer", "as in FreeBSD: sleeps, but spins while its owner runs",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_SLEEPS);
