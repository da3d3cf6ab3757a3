// SPDX-License-Identifier: GPL-2.0
/*
 * rqspinlock: the resilient queued spinlock of BPF, which gives up instead of waiting
 * for ever: on a deadlock that it finds, or after a quarter of a second.
 *
 * Documented in kernel/bpf/rqspinlock.c. Nothing here deadlocks, but a holder whose
 * virtual CPU does not run keeps others waiting for longer than that: they ask again.
 */
#include "compat.h"
#include "locks/section.h"

#if CONTEND_HAS_RQSPINLOCK

#include <asm/rqspinlock.h>

static int rqspinlock_init(void *lock)
{
	raw_res_spin_lock_init((rqspinlock_t *)lock);
	return 0;
}

static void rqspinlock_lock(void *lock, union lock_token *token)
{
	while (raw_res_spin_lock((rqspinlock_t *)lock))
		cpu_relax();
}

static void rqspinlock_unlock(void *lock, union lock_token *token)
{
	raw_res_spin_unlock((rqspinlock_t *)lock);
}

static const struct lock_ops rqspinlock_ops = {
	.size = sizeof(rqspinlock_t),
	.init = rqspinlock_init,
	.write_enter = rqspinlock_lock,
	.write_leave = rqspinlock_unlock,
};

CONTEND_LOCK(rqspinlock, "spin", "rqspinlock_t, raw_res_spin_lock(): gives up on a deadlock",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS);

static void rqspinlock_irq_lock(void *lock, union lock_token *token)
{
	while (raw_res_spin_lock_irqsave((rqspinlock_t *)lock, token->flags))
		cpu_relax();
}

static void rqspinlock_irq_unlock(void *lock, union lock_token *token)
{
	raw_res_spin_unlock_irqrestore((rqspinlock_t *)lock, token->flags);
}

static const struct lock_ops rqspinlock_irq_ops = {
	.size = sizeof(rqspinlock_t),
	.init = rqspinlock_init,
	.write_enter = rqspinlock_irq_lock,
	.write_leave = rqspinlock_irq_unlock,
};

CONTEND_LOCK(rqspinlock_irq, "spin", "rqspinlock_t, raw_res_spin_lock_irqsave()",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SOFTIRQ |
	     CONTEND_CAP_HARDIRQ);

#else

#define RQSPINLOCK_NEEDS "raw_res_spin_lock() needs Linux 6.15 and CONFIG_BPF_SYSCALL"

CONTEND_LOCK_ABSENT(rqspinlock, "spin", RQSPINLOCK_NEEDS);
CONTEND_LOCK_ABSENT(rqspinlock_irq, "spin", RQSPINLOCK_NEEDS);

#endif
