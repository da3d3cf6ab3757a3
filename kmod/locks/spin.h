/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How our own spinning locks behave towards the kernel.
 *
 * From before it asks until after it has released, a task keeps its CPU: neither a
 * holder nor a waiter is preempted. The queue locks rely on it, since the next holder
 * is settled before that one runs, and so do those that have room for so many
 * waiters as there are CPUs with SPIN_CONTEXTS each. Like raw_spinlock_t they spin
 * on PREEMPT_RT too. Interrupts stay as they are: a task that shares a lock with an
 * interrupt turns them off first, as with spin_lock(). For an object that interrupts
 * share, contend_object_share(), the step does.
 *
 * Lockdep and lock_stat see them as they see the kernel's: spin_acquire() before
 * asking, lock_contended() when it is not to be had at once, lock_acquired() with
 * it, spin_release() before giving it back.
 */
#ifndef CONTEND_LOCKS_SPIN_H
#define CONTEND_LOCKS_SPIN_H

#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/processor.h>

/* What it takes for that: in the lock's struct lock_ops, and in its capabilities. */
#define SPIN_IRQS_ON(_type)	.irqs_on = true, .dep = offsetof(_type, dep)
#ifdef __KERNEL__
#define SPIN_CAPS		(CONTEND_CAP_SOFTIRQ | CONTEND_CAP_HARDIRQ)
#else
#define SPIN_CAPS		0	/* a program has no interrupts */
#endif

/* A CPU may wait in a task, and in a softirq, a hardirq and an NMI upon it. */
#define SPIN_CONTEXTS	4

#endif /* CONTEND_LOCKS_SPIN_H */
