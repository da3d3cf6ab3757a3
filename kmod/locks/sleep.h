/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How our own sleeping locks behave towards the kernel.
 *
 * They are for tasks. A waiter sleeps uninterruptibly, on a block on its own stack
 * that others find through the lock's queue. The queue is guarded by a raw spinlock, on
 * PREEMPT_RT too, held for a few steps: what ends a sleep may not itself sleep. No
 * interrupt takes it, so interrupts stay as they are.
 *
 * A waiter sees its grant without the guard and may return at once, and even exit: the
 * granting task has taken the block off the queue before, touches it no more after, and
 * holds on to the waiter's task for as long as it takes to wake it.
 *
 * Lockdep and lock_stat see these locks as they see a mutex or an rwsem.
 */
#ifndef CONTEND_LOCKS_SLEEP_H
#define CONTEND_LOCKS_SLEEP_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>

/**
 * struct sleep_waiter - a task that waits to be granted something
 * @link: in the lock's queue, guarded by the lock's guard
 * @task: the task; constant
 * @granted: written once, by the task that took it off the queue
 */
struct sleep_waiter {
	struct list_head link;
	struct task_struct *task;
	bool granted;
};

/**
 * sleep_grant - end a sleep
 * @w: the waiter, on no queue any more; gone when this returns
 *
 * Context: any.
 */
static inline void sleep_grant(struct sleep_waiter *w)
{
	struct task_struct *task = get_task_struct(w->task);

	/* A: pairs with B */
	smp_store_release(&w->granted, true);
	wake_up_process(task);
	put_task_struct(task);
}

/**
 * sleep_until_granted - sleep until sleep_grant()
 * @w: the caller's
 * @deadline: CLOCK_MONOTONIC, or NULL to sleep for as long as it takes
 *
 * Context: process, sleeps.
 * Return: true it was granted; false the deadline has passed, and it may be granted
 * still until the caller has looked again with the guard.
 */
static inline bool sleep_until_granted(struct sleep_waiter *w, ktime_t *deadline)
{
	bool granted;

	for (;;) {
		/* Before the look, so that a grant after the look undoes it. */
		set_current_state(TASK_UNINTERRUPTIBLE);
		/* B: pairs with A */
		granted = smp_load_acquire(&w->granted);
		if (granted || !schedule_hrtimeout(deadline, HRTIMER_MODE_ABS))
			break;
	}
	__set_current_state(TASK_RUNNING);
	return granted;
}

/**
 * sleep_owner_runs - is it worth to spin for a lock?
 * @owner: its holder, read inside the caller's RCU section. While the section lasts
 *	the task is there, even if it has released the lock and exited
 *
 * Context: an RCU section.
 */
static inline bool sleep_owner_runs(struct task_struct *owner)
{
#ifdef CONFIG_SMP
	return owner_on_cpu(owner);
#else
	return false;
#endif
}

#endif /* CONTEND_LOCKS_SLEEP_H */
