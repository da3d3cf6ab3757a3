// SPDX-License-Identifier: GPL-2.0
/*
 * The RCU of tracing. RCU Tasks Trace has readers that may sleep, with marks around them
 * that cost little, and is otherwise used as RCU is. RCU Tasks has readers that do
 * nothing: a task is one from one voluntary sleep to the next.
 *
 * Such a grace period would last for as long as a worker does not sleep, which is as
 * long as a run: that one is for readers only.
 */
/* Ahead of what needs it and does not say so. */
#include <linux/srcu.h>

#include <linux/rcupdate_trace.h>
#include <linux/spinlock.h>

#include "locks/section.h"
#include "locks/readers.h"

static void rcu_tasks_enter(void *lock, union lock_token *token)
{
	barrier();
}

static bool rcu_tasks_leave(void *lock, union lock_token *token)
{
	barrier();
	return false;
}

CONTEND_READERS(rcu_tasks, "rcu", "RCU Tasks: a reader does nothing; it must not sleep");

#ifdef CONFIG_TASKS_TRACE_RCU

static int rcu_trace_init(void *lock)
{
	spin_lock_init((spinlock_t *)lock);
	return 0;
}

static void rcu_trace_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	spin_lock((spinlock_t *)lock);
}

static void rcu_trace_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	spin_unlock((spinlock_t *)lock);
}

static void rcu_trace_enter(void *lock, union lock_token *token)
{
	rcu_read_lock_trace();
}

static bool rcu_trace_leave(void *lock, union lock_token *token)
{
	rcu_read_unlock_trace();
	return false;
}

static void rcu_trace_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	call_rcu_tasks_trace(head, func);
}

static void rcu_trace_drain(void *lock)
{
	rcu_barrier_tasks_trace();
}

static const struct lock_ops rcu_trace_ops = {
	.size = sizeof(spinlock_t),
	.init = rcu_trace_init,
	.write_enter = rcu_trace_write_lock,
	.write_leave = rcu_trace_write_unlock,
	.read_enter = rcu_trace_enter,
	.read_leave = rcu_trace_leave,
	.defer = rcu_trace_defer,
	.drain = rcu_trace_drain,
	.one_domain = true,
};

CONTEND_LOCK(rcu_trace, "rcu",
	     "rcu_read_lock_trace(); a spinlock among writers, call_rcu_tasks_trace() to free",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED | CONTEND_CAP_SLEEPS_ON_RT);

#else

CONTEND_LOCK_ABSENT(rcu_trace, "rcu", "rcu_read_lock_trace() needs CONFIG_TASKS_TRACE_RCU");

#endif
