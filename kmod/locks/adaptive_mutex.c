// SPDX-License-Identifier: GPL-2.0
/*
 * adaptive_mutex: a word of three states, for which a task spins while its owner runs,
 * and sleeps else.
 *
 * The states: U. Drepper, "Futexes are tricky", 2011, mutex 2. How long to spin: A. R.
 * Karlin et al., "Empirical studies of competitive spinning for a shared-memory
 * multiprocessor", SOSP 1991: as long as a sleep costs, and one is at worst twice as
 * slow as with foresight.
 *
 * 0 is free, 1 taken, 2 taken and somebody may sleep. A spinner goes from 0 to 1. A
 * sleeper joins the queue; the first of it, each time that it is woken, puts a 2 there,
 * and has the lock if it finds a 0. A release puts a 0 there, and only if it was a 2
 * looks at the queue and wakes the first. The lock is not handed over: a spinner may
 * overtake the sleepers, which among themselves keep their order.
 *
 * Invariants: while the queue is not empty, the word is 2, or the first of the queue is
 * awake and will look; the holder is not in the queue.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "clock.h"
#include "locks/section.h"
#include "locks/sleep.h"

#define ADAPTIVE_SPIN_NS	(20 * NSEC_PER_USEC)

enum { ADAPTIVE_FREE, ADAPTIVE_TAKEN, ADAPTIVE_WAITED };

struct adaptive_mutex {
	atomic_t state;
	struct task_struct *owner;	/* written by the holder; a hint to others */
	raw_spinlock_t guard;
	struct list_head waiters;	/* guarded by @guard */
	struct lockdep_map dep;
};

struct adaptive_waiter {
	struct list_head link;
	struct task_struct *task;
};

static int adaptive_mutex_init(void *lock)
{
	struct adaptive_mutex *l = lock;

	atomic_set(&l->state, ADAPTIVE_FREE);
	l->owner = NULL;
	raw_spin_lock_init(&l->guard);
	INIT_LIST_HEAD(&l->waiters);
	lock_class_init(&l->dep, "adaptive_mutex", LD_WAIT_SLEEP);
	return 0;
}

static __always_inline bool adaptive_mutex_try(struct adaptive_mutex *l)
{
	/* A: pairs with B */
	return atomic_cmpxchg_acquire(&l->state, ADAPTIVE_FREE, ADAPTIVE_TAKEN) == ADAPTIVE_FREE;
}

/* True: the caller has it. */
static bool adaptive_mutex_spin(struct adaptive_mutex *l)
{
	u64 began = contend_clock();
	struct task_struct *owner;
	bool runs;

	do {
		if (atomic_read(&l->state) == ADAPTIVE_FREE && adaptive_mutex_try(l))
			return true;
		rcu_read_lock();
		owner = READ_ONCE(l->owner);
		/* With nobody there it is about to be taken, or to be released. */
		runs = !owner || sleep_owner_runs(owner);
		rcu_read_unlock();
		cpu_relax();
	} while (runs && !need_resched() &&
		 contend_elapsed(began, contend_clock()) < ADAPTIVE_SPIN_NS);
	return false;
}

/* It is in the queue until it has the lock, so that its place is kept. */
static void adaptive_mutex_sleep(struct adaptive_mutex *l)
{
	struct adaptive_waiter me = { .task = current };

	raw_spin_lock(&l->guard);
	list_add_tail(&me.link, &l->waiters);
	/* A: pairs with B */
	while (!list_is_first(&me.link, &l->waiters) ||
	       atomic_xchg_acquire(&l->state, ADAPTIVE_WAITED) != ADAPTIVE_FREE) {
		/* With the guard, hence before a task that saw the 2 can wake it. */
		set_current_state(TASK_UNINTERRUPTIBLE);
		raw_spin_unlock(&l->guard);
		schedule();
		raw_spin_lock(&l->guard);
	}
	list_del(&me.link);
	/* None but a waiter with the guard makes a 2 of it again. */
	if (list_empty(&l->waiters))
		atomic_set(&l->state, ADAPTIVE_TAKEN);
	raw_spin_unlock(&l->guard);
}

static noinline void adaptive_mutex_wait(struct adaptive_mutex *l)
{
	if (!adaptive_mutex_spin(l))
		adaptive_mutex_sleep(l);
}

static noinline void adaptive_mutex_wake(struct adaptive_mutex *l)
{
	struct adaptive_waiter *first;

	raw_spin_lock(&l->guard);
	/* With the guard: the waiter and its task stay. */
	first = list_first_entry_or_null(&l->waiters, struct adaptive_waiter, link);
	if (first)
		wake_up_process(first->task);
	raw_spin_unlock(&l->guard);
}

/* @subclass: lockdep's, which tells a second one that is taken from the first */
static __always_inline void adaptive_mutex_take(struct adaptive_mutex *l, unsigned int subclass)
{
	might_sleep();
	mutex_acquire(&l->dep, subclass, 0, _THIS_IP_);
	if (unlikely(!adaptive_mutex_try(l))) {
		lock_contended(&l->dep, _THIS_IP_);
		adaptive_mutex_wait(l);
	}
	WRITE_ONCE(l->owner, current);
	lock_acquired(&l->dep, _THIS_IP_);
}

static void adaptive_mutex_lock(void *lock, union lock_token *token)
{
	adaptive_mutex_take(lock, 0);
}

static void adaptive_mutex_nest(void *lock, union lock_token *token, unsigned int depth)
{
	adaptive_mutex_take(lock, depth);
}

static bool adaptive_mutex_tried(void *lock, union lock_token *token)
{
	struct adaptive_mutex *l = lock;

	if (!adaptive_mutex_try(l))
		return false;
	mutex_acquire(&l->dep, 0, 1, _THIS_IP_);
	WRITE_ONCE(l->owner, current);
	return true;
}

static void adaptive_mutex_unlock(void *lock, union lock_token *token)
{
	struct adaptive_mutex *l = lock;

	mutex_release(&l->dep, _THIS_IP_);
	WRITE_ONCE(l->owner, NULL);
	/* B: pairs with A */
	if (unlikely(atomic_xchg_release(&l->state, ADAPTIVE_FREE) == ADAPTIVE_WAITED))
		adaptive_mutex_wake(l);
}

static const struct lock_ops adaptive_mutex_ops = {
	.size = sizeof(struct adaptive_mutex),
	.init = adaptive_mutex_init,
	.write_enter = adaptive_mutex_lock,
	.write_leave = adaptive_mutex_unlock,
	.write_try = adaptive_mutex_tried,
	.write_nest = adaptive_mutex_nest,
};

CONTEND_LOCK(adaptive_mutex, "sleep",
	     "three states as with a futex: spins while the owner runs, then sleeps",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS |
	     CONTEND_CAP_NESTS | CONTEND_CAP_TRY);
