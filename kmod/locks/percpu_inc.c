// SPDX-License-Identifier: GPL-2.0
/*
 * A count on each CPU, which readers raise and lower: with one instruction where the
 * architecture has it, or by a load and a store, which lose a count when the task is
 * preempted between them, unless that is ruled out for the whole section. Nobody waits
 * for the sum to be zero: for readers only. Reference: percpu_ref, which does.
 *
 * The counts are of the module, not of an object: no reader ever shares one.
 */
#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "locks/section.h"
#include "locks/readers.h"

static DEFINE_PER_CPU(unsigned long, percpu_count);

static void percpu_inc_enter(void *lock, union lock_token *token)
{
	this_cpu_inc(percpu_count);
}

static bool percpu_inc_leave(void *lock, union lock_token *token)
{
	this_cpu_dec(percpu_count);
	return false;
}

CONTEND_READERS(percpu_inc, "per-cpu", "this_cpu_inc() and this_cpu_dec()");

static __always_inline void percpu_add(long n)
{
	unsigned long *count = raw_cpu_ptr(&percpu_count);

	WRITE_ONCE(*count, READ_ONCE(*count) + n);
}

static void inc_percpu_enter(void *lock, union lock_token *token)
{
	percpu_add(1);
}

static bool inc_percpu_leave(void *lock, union lock_token *token)
{
	percpu_add(-1);
	return false;
}

CONTEND_READERS(inc_percpu, "per-cpu", "load, add and store this CPU's count: may lose one");

static void inc_percpu_preempt_enter(void *lock, union lock_token *token)
{
	preempt_disable();
	percpu_add(1);
}

static bool inc_percpu_preempt_leave(void *lock, union lock_token *token)
{
	percpu_add(-1);
	preempt_enable();
	return false;
}

CONTEND_READERS(inc_percpu_preempt, "per-cpu", "inc_percpu inside preempt_disable()");

static void inc_percpu_bh_enter(void *lock, union lock_token *token)
{
	local_bh_disable();
	percpu_add(1);
}

static bool inc_percpu_bh_leave(void *lock, union lock_token *token)
{
	percpu_add(-1);
	local_bh_enable();
	return false;
}

CONTEND_READERS(inc_percpu_bh, "per-cpu", "inc_percpu inside local_bh_disable()",
		.wants_irqs = true);

static void inc_percpu_irqsave_enter(void *lock, union lock_token *token)
{
	local_irq_save(token->flags);
	percpu_add(1);
}

static bool inc_percpu_irqsave_leave(void *lock, union lock_token *token)
{
	percpu_add(-1);
	local_irq_restore(token->flags);
	return false;
}

CONTEND_READERS(inc_percpu_irqsave, "per-cpu", "inc_percpu inside local_irq_save()");
