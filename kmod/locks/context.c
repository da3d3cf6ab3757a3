// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps others off this CPU: preemption, softirqs or interrupts turned off, and
 * local_lock, which says what that protects, and on PREEMPT_RT is a lock of the CPU
 * instead (Documentation/locking/locktypes.rst). They exclude nobody on another CPU:
 * for readers only.
 */
/* Ahead of local_lock.h, which on PREEMPT_RT needs it and does not say so. */
#include <linux/spinlock.h>

#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <linux/local_lock.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "locks/section.h"
#include "locks/readers.h"

static void preempt_enter(void *lock, union lock_token *token)
{
	preempt_disable();
}

static bool preempt_leave(void *lock, union lock_token *token)
{
	preempt_enable();
	return false;
}

CONTEND_READERS(preempt, "context", "preempt_disable()");

static void bh_enter(void *lock, union lock_token *token)
{
	local_bh_disable();
}

static bool bh_leave(void *lock, union lock_token *token)
{
	local_bh_enable();
	return false;
}

CONTEND_READERS(bh, "context", "local_bh_disable()", .wants_irqs = true);

/* Operations are a task's: interrupts were on before. */
static void irq_disable_enter(void *lock, union lock_token *token)
{
	local_irq_disable();
}

static bool irq_enable_leave(void *lock, union lock_token *token)
{
	local_irq_enable();
	return false;
}

/* By hand, since irq_enter() is the kernel's. */
static const struct lock_ops irq_ops = {
	.write_enter = readers_write,
	.write_leave = readers_write,
	.read_enter = irq_disable_enter,
	.read_leave = irq_enable_leave,
	.wants_irqs = true,
};

CONTEND_LOCK(irq, "context", "local_irq_disable()", CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS);

static void irqsave_enter(void *lock, union lock_token *token)
{
	local_irq_save(token->flags);
}

static bool irqsave_leave(void *lock, union lock_token *token)
{
	local_irq_restore(token->flags);
	return false;
}

CONTEND_READERS(irqsave, "context", "local_irq_save()");

static DEFINE_PER_CPU(local_lock_t, context_lock) = INIT_LOCAL_LOCK(context_lock);

static void local_lock_enter(void *lock, union lock_token *token)
{
	local_lock(&context_lock);
}

static bool local_lock_leave(void *lock, union lock_token *token)
{
	local_unlock(&context_lock);
	return false;
}

CONTEND_READERS(local_lock, "context",
		"local_lock_t: preempt_disable() with a name; on PREEMPT_RT a lock of the CPU");
