// SPDX-License-Identifier: GPL-2.0
/*
 * turnstile: a mutex whose holder runs at the priority of its most urgent waiter.
 *
 * Solaris: J. Mauro, R. McDougall, "Solaris Internals", 2001, 3.7; FreeBSD: turnstile(9);
 * M. K. McKusick, G. V. Neville-Neil, R. N. M. Watson, "The Design and Implementation of
 * the FreeBSD Operating System", 2nd ed., 2014, 4.3. The protocol: L. Sha, R. Rajkumar,
 * J. P. Lehoczky, "Priority inheritance protocols: an approach to real-time
 * synchronization", IEEE Transactions on Computers 39(9), 1990.
 *
 * A word has the holder, and whether anybody waits. A task spins while the holder runs and
 * nobody waits, then joins the queue, the most urgent first, and lends the holder its
 * priority; if that one waits for another turnstile, its holder too, and so on. The holder
 * hands over to the first of the queue, and then falls to what it is lent for others that
 * it still holds, or to its own.
 *
 * Both of those systems have a priority in each thread for what is lent. Linux has one
 * for its rt_mutex alone, so that to lend is to set the holder's policy, to SCHED_FIFO,
 * and its own is kept aside, with the lock for which it was lent: what somebody else sets
 * in the meantime is lost, and so is a time slice of one's own (since 6.12). Nothing is
 * lent by those that are not real-time tasks, nor to SCHED_DEADLINE, which is before them;
 * and what an rt_mutex lends is not lent on.
 *
 * One mutex guards all turnstiles, because a chain goes from one to the next; one that
 * lends, or a task that is preempted inside is what all wait for. To set a policy may sleep.
 *
 * Invariants, with the guard: somebody waits if and only if TURNSTILE_WAITED is set and
 * the lock is in turnstile_contested; the word of such a lock changes with the guard
 * only, so that its holder stays; a holder is at least as urgent as all its waiters.
 */
#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/rtmutex.h>
#include <linux/sched/prio.h>
#include <uapi/linux/sched/types.h>

#include "locks/section.h"
#include "locks/sleep.h"

#define TURNSTILE_WAITED	1UL	/* beside the holder */

/*
 * Guards what says so below, and a task's policy from being lent to being given back.
 * Its holder is not in the way of the urgent, or turnstiles would be in vain.
 */
static DEFINE_RT_MUTEX(turnstile_guard);
/* Those for which somebody waits; guarded by turnstile_guard. */
static LIST_HEAD(turnstile_contested);

struct turnstile {
	atomic_long_t word;
	struct list_head contested;	/* while somebody waits; guarded */
	struct list_head waiters;	/* guarded */
	bool lent;			/* the holder something, for this lock; guarded */
	struct sched_attr own;		/* then, what it had before; guarded */
	struct lockdep_map dep;
};

/* @prio as in task_struct, less is more; guarded, as is the link. @lock: constant. */
struct turnstile_waiter {
	struct sleep_waiter sleep;
	struct turnstile *lock;
	int prio;
};

static int turnstile_init(void *lock)
{
	struct turnstile *l = lock;

	atomic_long_set(&l->word, 0);
	INIT_LIST_HEAD(&l->waiters);
	l->lent = false;
	lock_class_init(&l->dep, "turnstile", LD_WAIT_SLEEP);
	return 0;
}

static struct task_struct *turnstile_holder(struct turnstile *l)
{
	return (struct task_struct *)(atomic_long_read(&l->word) & ~TURNSTILE_WAITED);
}

static __always_inline bool turnstile_try(struct turnstile *l)
{
	/* A: pairs with B */
	return !atomic_long_cmpxchg_acquire(&l->word, 0, (long)current);
}

static struct turnstile_waiter *turnstile_first(struct turnstile *l)
{
	return list_first_entry(&l->waiters, struct turnstile_waiter, sleep.link);
}

/* After those that are as urgent. */
static void turnstile_queue(struct turnstile *l, struct turnstile_waiter *w)
{
	struct turnstile_waiter *at;

	list_for_each_entry(at, &l->waiters, sleep.link)
		if (at->prio > w->prio)
			break;
	list_add_tail(&w->sleep.link, &at->sleep.link);
}

/* As in task_struct. */
static int turnstile_prio(const struct sched_attr *attr)
{
	return MAX_RT_PRIO - (attr->sched_priority ? 1 + attr->sched_priority : 0);
}

/* What @task has when nothing is lent to it. */
static struct sched_attr turnstile_own(struct task_struct *task)
{
	struct sched_attr attr = { .size = sizeof(attr) };
	struct turnstile *l;

	list_for_each_entry(l, &turnstile_contested, contested)
		if (l->lent && turnstile_holder(l) == task)
			return l->own;
	/* Racy: what somebody else sets just now is lost in any case. */
	attr.sched_policy = data_race(task->policy);
	/* As above; it shares its word with what the scheduler writes. */
	if (data_race(!!task->sched_reset_on_fork))
		attr.sched_flags = SCHED_FLAG_RESET_ON_FORK;
	if (attr.sched_policy == SCHED_FIFO || attr.sched_policy == SCHED_RR)
		attr.sched_priority = data_race(task->rt_priority); /* as above */
	else
		attr.sched_nice = task_nice(task);
	return attr;
}

/* Make @prio the holder's, for @l; @own is what it had before anything was lent. */
static void turnstile_set(struct turnstile *l, int prio, const struct sched_attr *own)
{
	struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = SCHED_FIFO,
		.sched_flags = own->sched_flags,
		.sched_priority = MAX_RT_PRIO - 1 - prio,
	};

	if (!l->lent)
		l->own = *own;
	l->lent = true;
	WARN_ON_ONCE(sched_setattr_nocheck(turnstile_holder(l), &attr));
}

/* As what does @task wait, if it does? */
static struct turnstile_waiter *turnstile_waiter_of(struct task_struct *task)
{
	struct turnstile_waiter *w;
	struct turnstile *l;

	list_for_each_entry(l, &turnstile_contested, contested)
		list_for_each_entry(w, &l->waiters, sleep.link)
			if (w->sleep.task == task)
				return w;
	return NULL;
}

/*
 * As in task_struct, MAX_RT_PRIO for all that are not real-time tasks. Not ->prio: what an
 * rt_mutex lends may end before a turnstile is released, or is had.
 */
static int turnstile_urgency(struct task_struct *task)
{
	/* Racy: as turnstile_own(). */
	return clamp(data_race(task->normal_prio), 0, MAX_RT_PRIO);
}

/* To the holder of @l; to the holder of that for which this one waits; and so on. */
static void turnstile_lend(struct turnstile *l, int prio)
{
	struct turnstile_waiter *w;
	struct task_struct *holder;
	struct sched_attr own;

	for (;;) {
		holder = turnstile_holder(l);
		if (prio >= turnstile_urgency(holder))
			break;
		own = turnstile_own(holder);
		turnstile_set(l, prio, &own);
		w = turnstile_waiter_of(holder);
		if (!w)
			break;
		l = w->lock;
		list_del(&w->sleep.link);
		w->prio = prio;
		turnstile_queue(l, w);
	}
}

/* The caller has released what it was lent for: it has what others lend it, or its own. */
static void turnstile_give_back(struct sched_attr *own)
{
	struct turnstile *l, *top = NULL;
	int prio = turnstile_prio(own);

	list_for_each_entry(l, &turnstile_contested, contested) {
		if (turnstile_holder(l) == current && turnstile_first(l)->prio < prio) {
			prio = turnstile_first(l)->prio;
			top = l;
		}
	}
	if (top)
		turnstile_set(top, prio, own);
	else
		WARN_ON_ONCE(sched_setattr_nocheck(current, own));
}

/* True: the caller has it. */
static bool turnstile_spin(struct turnstile *l)
{
	unsigned long x;
	bool runs;

	do {
		rcu_read_lock();
		x = atomic_long_read(&l->word);
		runs = !x || (!(x & TURNSTILE_WAITED) &&
			      sleep_owner_runs((struct task_struct *)x));
		rcu_read_unlock();
		if (!x && turnstile_try(l))
			return true;
		cpu_relax();
	} while (runs && !need_resched());
	return false;
}

static noinline void turnstile_wait(struct turnstile *l)
{
	struct turnstile_waiter me = { .sleep.task = current, .lock = l };
	long x;

	if (turnstile_spin(l))
		return;
	rt_mutex_lock(&turnstile_guard);
	for (;;) {
		x = atomic_long_read(&l->word);
		if (!x) {
			if (!turnstile_try(l))
				continue;
			rt_mutex_unlock(&turnstile_guard);
			return;
		}
		/* The holder looks for it in one step with the release, then takes the guard. */
		if (atomic_long_try_cmpxchg_relaxed(&l->word, &x, x | TURNSTILE_WAITED))
			break;
	}
	if (list_empty(&l->waiters))
		list_add(&l->contested, &turnstile_contested);
	/* What was lent to the caller until now, it lends on. */
	me.prio = turnstile_urgency(current);
	turnstile_queue(l, &me);
	turnstile_lend(l, me.prio);
	rt_mutex_unlock(&turnstile_guard);
	sleep_until_granted(&me.sleep, NULL);
}

static noinline void turnstile_pass_on(struct turnstile *l)
{
	struct turnstile_waiter *w;
	struct sched_attr own;
	bool lent;

	rt_mutex_lock(&turnstile_guard);
	w = turnstile_first(l);
	list_del(&w->sleep.link);
	if (list_empty(&l->waiters))
		list_del(&l->contested);
	own = l->own;
	lent = l->lent;
	l->lent = false;
	/* The grant below passes this on, with the section; others come after the new holder. */
	atomic_long_set(&l->word, (long)w->sleep.task |
			(list_empty(&l->waiters) ? 0 : TURNSTILE_WAITED));
	/* Others may be more urgent, if somebody else has made that one less so. */
	if (!list_empty(&l->waiters))
		turnstile_lend(l, turnstile_first(l)->prio);
	/* Before the caller falls: what is lent is for this. Now the lock may be gone. */
	sleep_grant(&w->sleep);
	if (lent)
		turnstile_give_back(&own);
	rt_mutex_unlock(&turnstile_guard);
}

/* @subclass: lockdep's, which tells a second one that is taken from the first */
static __always_inline void turnstile_take(struct turnstile *l, unsigned int subclass)
{
	might_sleep();
	mutex_acquire(&l->dep, subclass, 0, _THIS_IP_);
	if (unlikely(!turnstile_try(l))) {
		lock_contended(&l->dep, _THIS_IP_);
		turnstile_wait(l);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void turnstile_lock(void *lock, union lock_token *token)
{
	turnstile_take(lock, 0);
}

static void turnstile_nest(void *lock, union lock_token *token, unsigned int depth)
{
	turnstile_take(lock, depth);
}

static bool turnstile_tried(void *lock, union lock_token *token)
{
	struct turnstile *l = lock;

	if (!turnstile_try(l))
		return false;
	mutex_acquire(&l->dep, 0, 1, _THIS_IP_);
	return true;
}

static void turnstile_unlock(void *lock, union lock_token *token)
{
	struct turnstile *l = lock;

	mutex_release(&l->dep, _THIS_IP_);
	/* B: pairs with A */
	if (unlikely(atomic_long_cmpxchg_release(&l->word, (long)current, 0) != (long)current))
		turnstile_pass_on(l);
}

static const struct lock_ops turnstile_ops = {
	.size = sizeof(struct turnstile),
	.init = turnstile_init,
	.write_enter = turnstile_lock,
	.write_leave = turnstile_unlock,
	.write_try = turnstile_tried,
	.write_nest = turnstile_nest,
};

CONTEND_LOCK(turnstile, "sleep",
	     "a mutex whose holder runs at the priority of the most urgent who waits",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS |
	     CONTEND_CAP_NESTS | CONTEND_CAP_TRY);
